// A patient, as a practitioner sees one: what is open now, own requests, and the way to ask for more.

import { type Signal, useSignal } from "@preact/signals";
import { useAction, useAsk } from "../load";
import type { Opened, OpenRecord, PatientView } from "../messages";
import { SelectField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { OwnRequestCard } from "../parts/OwnRequestCard";
import { PersonCard } from "../parts/PersonLine";
import { RecordFacts } from "../parts/RecordRow";
import { Screen, Section } from "../parts/Screen";
import { Busy, Empty, Failure, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { TimeLeft } from "../parts/TimeLeft";
import { openOfPatient } from "../practice";
import { go, route, to } from "../router";
import { opened } from "../state";
import { t } from "../texts";

/** How many records one signature opens. */
const MOST = 16;

/** A patient. */
export function PatientScreen() {
	const patient = route.value.parts[1] ?? "";
	const institution = useSignal("");
	const view = useAsk({ ask: "patient", patient, institution: institution.value || null });
	return (
		<Screen title={t("page-practice-patient")} back={to()} backText={t("page-practice-nav-patients")}>
			<Loading of={view}>
				{(shown) => (
					<>
						<PersonCard who={shown.who} />
						{shown.institutions.length > 1 && (
							<SelectField
								label={t("page-practice-institution")}
								choices={shown.institutions}
								value={institution}
							/>
						)}
						{shown.institutions.length === 0 ? (
							<Note tone="warn">
								<p>{t("page-practice-no-institution")}</p>
							</Note>
						) : (
							<>
								<a class="button primary wide" href={to("ask", patient, shown.institution)}>
									{t("page-practice-ask-heading")}
								</a>
								<Open key={shown.institution} view={shown} patient={patient} />
							</>
						)}
						<Section title={t("page-practice-requests")}>
							{shown.requests.length === 0 && <p class="quiet">{t("page-practice-requests-none")}</p>}
							{shown.requests.map((request) => (
								<OwnRequestCard key={request.id} request={request} isOfPatient />
							))}
						</Section>
					</>
				)}
			</Loading>
		</Screen>
	);
}

/** What is open now, and the opening of up to sixteen records with one signature. */
function Open({ view, patient }: { view: PatientView; patient: string }) {
	const chosen = useSignal<string[]>([]);
	const results = useSignal<Opened[]>([]);
	const { failure, isBusy, waiting, run } = useAction();
	const open = () =>
		void run(async (onWaiting) => {
			results.value = await openOfPatient(patient, view.institution, chosen.value, onWaiting);
			chosen.value = [];
			const [first] = results.value;
			if (results.value.length === 1 && first && !first.failure && first.warnings.length === 0)
				go("document", patient, first.id);
		});
	const isTooMany = chosen.value.length > MOST;
	return (
		<Section title={t("page-practice-open-heading")}>
			{results.value
				.flatMap((record) => [record.failure, ...record.warnings].filter(Boolean))
				.map((text) => (
					<Note key={text} tone="warn" isNews>
						<p dir="auto">{text}</p>
					</Note>
				))}
			{failure.value && <Failure failure={failure.value} onRetry={open} />}
			{view.open.length === 0 ? (
				<Empty icon="lock" text={t("page-practice-open-none")} />
			) : (
				<ul class="rows">
					{view.open.map((line) => (
						<Row key={line.record.id} line={line} patient={patient} chosen={chosen} />
					))}
				</ul>
			)}
			{view.hasMore && <p>{t("page-practice-open-more")}</p>}
			{view.namedBy && (
				<p class="quiet small">
					<Text
						id={view.open.length === 0 ? "page-practice-open-none-named-by" : "page-practice-open-named-by"}
						values={{ who: <Name>{view.namedBy}</Name> }}
					/>
				</p>
			)}
			{(chosen.value.length > 0 || isBusy.value) && (
				<div class="bar" role="region" aria-label={t("page-records-open-chosen")}>
					{isBusy.value ? (
						<Busy waiting={waiting.value} />
					) : (
						<>
							<p class="small">{t(isTooMany ? "page-records-open-limit" : "page-practice-open-hint")}</p>
							<button type="button" class="primary" disabled={isTooMany} onClick={open}>
								{t("page-records-open-chosen")} ({chosen.value.length})
							</button>
						</>
					)}
				</div>
			)}
		</Section>
	);
}

function Row({ line, patient, chosen }: { line: OpenRecord; patient: string; chosen: Signal<string[]> }) {
	const { record } = line;
	const isChosen = chosen.value.includes(record.id);
	const label = record.title ?? `${record.categoryText}, ${record.period}, ${record.institutionName}`;
	if (opened.value.has(record.id))
		return (
			<li class="row row-link">
				<a href={to("document", patient, record.id)}>
					<RecordFacts record={record}>
						<TimeLeft id={record.id} />
					</RecordFacts>
					<Icon name="next" />
				</a>
			</li>
		);
	return (
		<li class="row">
			<label class="choice">
				<input
					type="checkbox"
					class="row-check"
					aria-label={`${t("page-choose")}: ${label}`}
					checked={isChosen}
					onChange={() =>
						(chosen.value = isChosen ? chosen.value.filter((id) => id !== record.id) : [...chosen.value, record.id])
					}
				/>
				<RecordFacts record={record} />
			</label>
		</li>
	);
}
