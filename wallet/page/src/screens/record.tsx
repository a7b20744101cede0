// One record: what is known of it, its versions, who holds its key, its copies.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { sizeText } from "../files";
import { useAction, useAsk } from "../load";
import type { CopyLine, Opened, RecordView } from "../messages";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { OpenedNotes } from "../parts/OpenedNotes";
import { PersonCard, PersonLine } from "../parts/PersonLine";
import { RecordFacts } from "../parts/RecordRow";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure, Mark, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { go, route, to } from "../router";
import { openRecords } from "../state";
import { language, t } from "../texts";

/** One record. */
export function RecordScreen() {
	const id = route.value.parts[1] ?? "";
	const view = useAsk({ ask: "record", id });
	const line = view.value.value?.line;
	const title = line?.title ?? line?.categoryText ?? t("page-record-heading");
	return (
		<Screen title={t("page-record-heading")} heading={title} back={to("records")} backText={t("page-records-heading")}>
			<Loading of={view}>{(shown) => <Content view={shown} id={id} />}</Loading>
		</Screen>
	);
}

function Content({ view, id }: { view: RecordView; id: string }) {
	const { line } = view;
	const opened = useSignal<Opened[]>([]);
	const { failure, isBusy, waiting, run } = useAction();
	const open = () =>
		void run(async (onWaiting) => {
			opened.value = await openRecords([id], onWaiting);
			if (opened.value.every((record) => !record.failure && record.warnings.length === 0))
				go("document", id);
		});
	return (
		<>
			<div class="card">
				<RecordFacts record={line} />
				<div class="stack">
					{line.isOpen ? (
						<a class="button primary wide" href={to("document", id)}>
							{t("page-record-read")}
						</a>
					) : (
						<>
							<button type="button" class="primary wide no-print" disabled={isBusy.value} onClick={open}>
								{t("page-records-open")}
							</button>
							<p class="quiet small no-print">{t("page-records-open-hint")}</p>
						</>
					)}
				</div>
				<Size id={id} />
				{isBusy.value && <Busy waiting={waiting.value} />}
				{failure.value && <Failure failure={failure.value} onRetry={open} />}
				<OpenedNotes opened={opened.value} />
			</div>
			{view.isUnclassified && (
				<Note>
					<p>{t("page-record-labels-name-hint")}</p>
					<a href={to("labels", id)}>{t("page-record-labels-name")}</a>
				</Note>
			)}
			<Related view={view} id={id} />
			<Section title={t("page-record-author")}>
				<PersonCard who={view.author} />
			</Section>
			<Section title={t("page-record-versions")}>
				<ul class="rows">
					{view.versions.map((version, index) => (
						<li key={version.number} class="row">
							<span>
								<span class="strong">
									<Text id="page-record-version" values={{ number: version.number }} />
								</span>
								{", "}
								<span class="quiet">{version.added}</span>
							</span>
							<span class="marks">
								{index === 0 && view.versions.length > 1 && <Mark tone="plain">{t("page-record-newest")}</Mark>}
								{!version.isAvailable && <Mark tone="warn">{t("page-record-not-available")}</Mark>}
							</span>
						</li>
					))}
				</ul>
			</Section>
			<Section title={t("page-record-holders")}>
				<p class="quiet" dir="auto">
					{view.threshold}
				</p>
				<ul class="rows">
					{view.holders.map((holder) => (
						<li key={holder.who.account} class="row">
							<PersonLine who={holder.who} />
							<Mark tone={holder.hasAcknowledged ? "good" : "warn"}>
								<Icon name={holder.hasAcknowledged ? "check" : "clock"} />
								{t(holder.hasAcknowledged ? "page-record-share-there" : "page-record-share-missing")}
							</Mark>
						</li>
					))}
				</ul>
			</Section>
			<Copies id={id} />
			<details class="small">
				<summary>{t("page-details")}</summary>
				<p>
					<Text id="page-record-number" values={{ id: <code class="account">{id}</code> }} />
				</p>
			</details>
		</>
	);
}

/** How long it is, before anything is fetched. */
function Size({ id }: { id: string }) {
	const sizes = useAsk({ ask: "sizes", ids: [id] });
	const [found] = sizes.value.value ?? [];
	if (!found || found.size === null) return null;
	const size = sizeText(found.size, language.value);
	return (
		<p class="quiet small">
			<Text id={found.isLarge ? "page-record-large" : "page-record-size"} values={{ size }} />
		</p>
	);
}

/** The records that belong together, and how to add a note. */
function Related({ view, id }: { view: RecordView; id: string }) {
	const all = [...(view.belongsTo ? [view.belongsTo] : []), ...view.related];
	return (
		<Section title={t("page-record-related-heading")}>
			{all.length > 0 && (
				<ul class="rows">
					{all.map((record) => (
						<li key={record.id} class="row row-link">
							<a href={to("record", record.id)}>
								<RecordFacts record={record} />
								<Icon name="next" />
							</a>
						</li>
					))}
				</ul>
			)}
			<a class="button no-print" href={to("note", id)}>
				{t("page-record-wrong")}
			</a>
		</Section>
	);
}

function Copies({ id }: { id: string }) {
	const copies = useSignal<CopyLine[]>([]);
	const { failure, isBusy, waiting, run } = useAction();
	const check = () =>
		void run(async (onWaiting) => (copies.value = await ask({ ask: "checkCopies", id }, onWaiting)));
	return (
		<Section title={t("page-record-copies-heading")}>
			<ul class="rows" aria-live="polite">
				{copies.value.map((copy) => (
					<li key={copy.institution} class="row">
						<Name>{copy.institution}</Name>
						<Mark tone={copy.isRight ? "good" : "bad"}>
							<Icon name={copy.isRight ? "check" : "warning"} />
							{copy.text}
						</Mark>
					</li>
				))}
			</ul>
			{failure.value && <Failure failure={failure.value} onRetry={check} />}
			{isBusy.value ? (
				<Busy waiting={waiting.value} />
			) : (
				<button type="button" class="no-print" onClick={check}>
					{t("page-record-copies")}
				</button>
			)}
		</Section>
	);
}
