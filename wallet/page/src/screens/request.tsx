// One request: who asks, why, for what, what it would open, and how to permit less.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Ask, Choice, Draft, Narrowing, RequestView } from "../messages";
import { BackupNote } from "../parts/BackupNote";
import { CheckField, TextField, Toggle } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { ConfidentialityField, labelChoice, type LabelFields, LabelsField } from "../parts/LabelFields";
import { Loading } from "../parts/Loading";
import { PersonCard } from "../parts/PersonLine";
import { Preview } from "../parts/Preview";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Name, Sentence, Text } from "../parts/Text";
import { replace, route, to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";

interface Fields {
	categories: Signal<string[] | null>;
	records: Signal<string[] | null>;
	fromMonth: Signal<string>;
	toMonth: Signal<string>;
	until: Signal<string>;
	confidentiality: Signal<string>;
	labels: LabelFields;
}

function useFields(): Fields {
	return {
		categories: useSignal<string[] | null>(null),
		records: useSignal<string[] | null>(null),
		fromMonth: useSignal(""),
		toMonth: useSignal(""),
		until: useSignal(""),
		confidentiality: useSignal(""),
		labels: { kind: useSignal(""), words: useSignal<string[]>([]) },
	};
}

function narrowingOf(fields: Fields): Narrowing {
	return {
		categories: fields.categories.value ?? [],
		records: fields.records.value ?? [],
		fromMonth: fields.fromMonth.value || null,
		toMonth: fields.toMonth.value || null,
		until: fields.until.value || null,
		confidentiality: fields.confidentiality.value || null,
		labels: labelChoice(fields.labels),
	};
}

/** One request. */
export function RequestScreen() {
	const id = Number(route.value.parts[1]);
	const fields = useFields();
	const narrowing = narrowingOf(fields);
	const view = useAsk({ ask: "request", id, narrowing });
	const whole = useSignal<RequestView | null>(null);
	const carry = useSignal(false);
	const isEmpty = fields.categories.value?.length === 0 || fields.records.value?.length === 0;
	const isNarrowed = JSON.stringify(narrowing) !== JSON.stringify(narrowingOf(EMPTY));
	useEffect(() => {
		if (!whole.value) whole.value = view.value.value;
	}, [view.value.value]);
	const { failure, isBusy, waiting, run } = useAction();
	const answer = (what: Extract<Ask, { ask: "draftApproval" | "draftRefusal" }>) =>
		void run(async (onWaiting) => {
			const signed = await showDraft((await ask(what, onWaiting)) as Draft);
			if (signed) replace("requests");
		});
	return (
		<Screen title={t("page-request-heading")} back={to("requests")} backText={t("page-requests-heading")}>
			<Loading of={view}>
				{(shown) => (
					<>
						<div class="card">
							<PersonCard who={shown.line.who} />
							{shown.line.reason && (
								<>
									<h2 class="label">{t("page-request-reason")}</h2>
									<blockquote>
										<Name>{shown.line.reason}</Name>
									</blockquote>
								</>
							)}
							<p class="quiet small with-icon">
								<Icon name="clock" />
								<span>
									<Text id="page-request-expires" values={{ moment: shown.line.until }} />
								</span>
							</p>
						</div>
						{isEmpty ? (
							<Note tone="warn" isNews>
								<p>{t("page-request-would-open-nothing")}</p>
							</Note>
						) : (
							<>
								<Section title={t("page-request-sentence")}>
									<Sentence text={shown.sentence} isLarge />
									{isNarrowed && <p class="quiet">{t("page-request-narrowed")}</p>}
								</Section>
								<Section title={t("page-request-would-open")}>
									<Preview preview={shown.preview} />
								</Section>
							</>
						)}
						{whole.value && <NarrowFields fields={fields} whole={whole.value} />}
						{shown.carry && <Toggle label={t("page-request-carry")} hint={shown.carry} isOn={carry} />}
						<BackupNote />
						{failure.value && <Failure failure={failure.value} />}
						{isBusy.value && <Busy waiting={waiting.value} />}
						<div class="answer">
							<button
								type="button"
								class="primary"
								disabled={isBusy.value || view.isBusy.value || isEmpty}
								onClick={() => answer({ ask: "draftApproval", id, narrowing, carry: carry.value })}
							>
								{t("page-request-approve")}
							</button>
							<button type="button" disabled={isBusy.value} onClick={() => answer({ ask: "draftRefusal", id })}>
								{t("page-request-deny")}
							</button>
							<a class="button quiet-button" href={to("requests")}>
								{t("page-request-later")}
							</a>
						</div>
						<p class="quiet small">{t("page-request-deny-hint")}</p>
					</>
				)}
			</Loading>
		</Screen>
	);
}

const plain = <T,>(value: T) => ({ value }) as Signal<T>;

const EMPTY: Fields = {
	categories: plain<string[] | null>(null),
	records: plain<string[] | null>(null),
	fromMonth: plain(""),
	toMonth: plain(""),
	until: plain(""),
	confidentiality: plain(""),
	labels: { kind: plain(""), words: plain<string[]>([]) },
};

function NarrowFields({ fields, whole }: { fields: Fields; whole: RequestView }) {
	const records = whole.preview.opens;
	const labels = [...new Set(records.flatMap((record) => record.labels))];
	const unchanged = t("page-request-narrow-reset");
	return (
		<details class="card narrow-fields">
			<summary>{t("page-request-narrow")}</summary>
			<p class="quiet">{t("page-request-narrow-hint")}</p>
			{whole.categories.length > 1 && (
				<Without label={t("page-request-narrow-category")} choices={whole.categories} values={fields.categories} />
			)}
			{records.length > 1 && (
				<Without
					label={t("page-request-narrow-record")}
					choices={records.map((record) => ({
						key: record.id,
						text: record.title ?? record.categoryText,
						hint: `${record.period}, ${record.institutionName}`,
					}))}
					values={fields.records}
				/>
			)}
			<fieldset>
				<legend>{t("page-request-narrow-time")}</legend>
				<div class="pair">
					<TextField type="month" label={t("page-from")} text={fields.fromMonth} />
					<TextField type="month" label={t("page-until")} text={fields.toMonth} />
				</div>
			</fieldset>
			<fieldset>
				<legend>{t("page-request-narrow-duration")}</legend>
				<TextField type="date" label={t("page-consent-long-until")} text={fields.until} />
			</fieldset>
			<LabelsField
				fields={fields.labels}
				labels={labels.map((label) => ({ key: label, text: label, hint: "" }))}
				unchanged={unchanged}
			/>
			<ConfidentialityField value={fields.confidentiality} unchanged={unchanged} />
		</details>
	);
}

/**
 * All of them are chosen at first. `null` is all, and an empty list none: a narrowing has no word for
 * none, so the screen permits nothing then.
 */
function Without({
	label,
	choices,
	values,
}: {
	label: string;
	choices: Choice[];
	values: Signal<string[] | null>;
}) {
	const all = choices.map((choice) => choice.key);
	const chosen = values.value ?? all;
	const shown = {
		get value() {
			return chosen;
		},
		set value(next: string[]) {
			values.value = next.length === all.length ? null : next;
		},
	} as Signal<string[]>;
	return <CheckField label={label} choices={choices} values={shown} />;
}
