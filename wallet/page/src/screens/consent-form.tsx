// A new consent, or a change of one: who, what, why, how long. The core makes the sentence.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Choice, Choices, ConsentForm } from "../messages";
import { BackupNote } from "../parts/BackupNote";
import { CheckField, RadioField, TextField, Toggle } from "../parts/Field";
import { ConfidentialityField, labelChoice, type LabelFields, LabelsField } from "../parts/LabelFields";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { replace, route, to } from "../router";
import { showDraft } from "../signing";
import { t, type PlainId } from "../texts";

/** A list with more choices gets a field to search in it. */
const SEARCH_FROM = 8;

/** What may be done, in the form's words: the core has those of a sentence's middle. */
const ACTIONS: Record<string, PlainId> = {
	read: "page-consent-action-read",
	write: "page-consent-action-write",
	refer: "page-consent-action-refer",
	"read-log": "page-consent-action-log",
	aggregate: "page-consent-action-aggregate",
};

function named(choice: Choice): Choice {
	const text = ACTIONS[choice.key];
	return text ? { ...choice, text: t(text) } : choice;
}

interface Fields {
	effect: Signal<string>;
	grantee: Signal<string>;
	what: Signal<string>;
	categories: Signal<string[]>;
	records: Signal<string[]>;
	actions: Signal<string[]>;
	why: Signal<string>;
	purposes: Signal<string[]>;
	fromMonth: Signal<string>;
	toMonth: Signal<string>;
	long: Signal<string>;
	from: Signal<string>;
	until: Signal<string>;
	confidentiality: Signal<string>;
	labels: LabelFields;
}

function useFields(): Fields {
	return {
		effect: useSignal("permit"),
		grantee: useSignal(""),
		what: useSignal("all"),
		categories: useSignal<string[]>([]),
		records: useSignal<string[]>([]),
		actions: useSignal<string[]>([]),
		why: useSignal("any"),
		purposes: useSignal<string[]>([]),
		fromMonth: useSignal(""),
		toMonth: useSignal(""),
		long: useSignal("revoked"),
		from: useSignal(""),
		until: useSignal(""),
		confidentiality: useSignal("normal"),
		labels: { kind: useSignal("unlabelled"), words: useSignal<string[]>([]) },
	};
}

function fill(fields: Fields, form: ConsentForm): void {
	fields.effect.value = form.permits ? "permit" : "deny";
	fields.grantee.value = form.grantee;
	fields.what.value = form.records.length > 0 ? "records" : form.categories.length > 0 ? "categories" : "all";
	fields.categories.value = form.categories;
	fields.records.value = form.records;
	fields.actions.value = form.actions;
	fields.why.value = form.purposes.length > 0 ? "some" : "any";
	fields.purposes.value = form.purposes;
	fields.fromMonth.value = form.fromMonth ?? "";
	fields.toMonth.value = form.toMonth ?? "";
	fields.long.value = form.until ? "until" : "revoked";
	fields.from.value = form.from ?? "";
	fields.until.value = form.until ?? "";
	fields.confidentiality.value = form.confidentiality ?? "";
	fields.labels.kind.value = form.labels?.labels ?? "";
	fields.labels.words.value = form.labels?.labels === "also" ? form.labels.words : [];
}

/** Who may only add records may add every record: labels and confidentiality say what may be read. */
function onlyAdds(fields: Fields): boolean {
	const [action, ...others] = fields.actions.value;
	return fields.effect.value === "permit" && action === "write" && others.length === 0;
}

function formOf(fields: Fields): ConsentForm {
	const isForAll = onlyAdds(fields);
	return {
		permits: fields.effect.value === "permit",
		grantee: fields.grantee.value,
		categories: fields.what.value === "categories" ? fields.categories.value : [],
		records: fields.what.value === "records" ? fields.records.value : [],
		actions: fields.actions.value,
		purposes: fields.why.value === "some" ? fields.purposes.value : [],
		fromMonth: fields.fromMonth.value || null,
		toMonth: fields.toMonth.value || null,
		from: fields.from.value || null,
		until: fields.long.value === "until" ? fields.until.value || null : null,
		confidentiality: isForAll ? "very-restricted" : fields.confidentiality.value || null,
		labels: isForAll ? { labels: "any" } : labelChoice(fields.labels),
	};
}

/** What is missing in the form. */
function missing(fields: Fields): boolean {
	return (
		!fields.grantee.value ||
		(fields.what.value === "categories" && fields.categories.value.length === 0) ||
		(fields.what.value === "records" && fields.records.value.length === 0) ||
		(fields.why.value === "some" && fields.purposes.value.length === 0) ||
		(fields.long.value === "until" && !fields.until.value)
	);
}

/** A new consent, or a change of one. */
export function ConsentFormScreen() {
	const number = Number(route.value.parts[1]);
	const amends = Number.isInteger(number) ? number : null;
	const choices = useAsk({ ask: "choices" });
	return (
		<Screen
			title={t(amends === null ? "page-consent-new-heading" : "page-consent-amend-heading")}
			back={to("consents")}
			backText={t("page-consents-heading")}
		>
			<Loading of={choices}>
				{(shown) => (amends === null ? <Form choices={shown} /> : <Amendment choices={shown} amends={amends} />)}
			</Loading>
		</Screen>
	);
}

function Amendment({ choices, amends }: { choices: Choices; amends: number }) {
	const consents = useAsk({ ask: "consents" });
	return (
		<Loading of={consents}>
			{(shown) => {
				const all = [...shown.current, ...shown.planned];
				const form = all.find((consent) => consent.id === amends)?.form;
				return form ? <Form choices={choices} amends={amends} form={form} /> : <p>{t("page-consents-none-current")}</p>;
			}}
		</Loading>
	);
}

function Form({ choices, amends = null, form }: { choices: Choices; amends?: number | null; form?: ConsentForm }) {
	const fields = useFields();
	const carry = useSignal(false);
	const wasSent = useSignal(false);
	const { failure, isBusy, waiting, run } = useAction();
	useEffect(() => {
		if (form) fill(fields, form);
	}, []);
	const review = () =>
		void run(async (onWaiting) => {
			const what = { ask: "draftConsent", form: formOf(fields), amends, carry: carry.value } as const;
			const signed = await showDraft(await ask(what, onWaiting));
			if (signed) replace("consents");
		});
	const permits = fields.effect.value === "permit";
	return (
		<form
			class="stack form"
			onSubmit={(event) => {
				event.preventDefault();
				wasSent.value = true;
				if (!missing(fields)) review();
			}}
		>
			<RadioField
				label={t("page-consent-effect")}
				value={fields.effect}
				choices={[
					{ key: "permit", text: t("page-consent-permit"), hint: "" },
					{ key: "deny", text: t("page-consent-deny"), hint: "" },
				]}
			/>
			<GranteeField choices={choices.grantees} value={fields.grantee} />
			<What fields={fields} choices={choices} />
			<Why fields={fields} choices={choices} />
			<HowLong fields={fields} />
			<details class="card">
				<summary>{t("page-consent-more")}</summary>
				{choices.actions.length > 0 && (
					<CheckField label={t("page-consent-actions")} choices={choices.actions.map(named)} values={fields.actions} />
				)}
				<fieldset>
					<legend>{t("page-consent-period")}</legend>
					<div class="pair">
						<TextField type="month" label={t("page-from")} text={fields.fromMonth} />
						<TextField type="month" label={t("page-until")} text={fields.toMonth} />
					</div>
				</fieldset>
				{!onlyAdds(fields) && (
					<>
						<LabelsField fields={fields.labels} labels={choices.labels} />
						<ConfidentialityField value={fields.confidentiality} />
					</>
				)}
				{permits && <Toggle label={t("page-request-carry")} hint={t("page-consent-carry-hint")} isOn={carry} />}
			</details>
			{wasSent.value && missing(fields) && (
				<p class="error" role="alert">
					{t("page-consent-missing")}
				</p>
			)}
			{permits && <BackupNote />}
			{failure.value && <Failure failure={failure.value} onRetry={review} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button type="submit" class="primary wide" disabled={isBusy.value}>
				{t("page-consent-review")}
			</button>
		</form>
	);
}

function GranteeField({ choices, value }: { choices: Choice[]; value: Signal<string> }) {
	const search = useSignal("");
	const wanted = search.value.trim().toLowerCase();
	const fits = (choice: Choice) =>
		choice.key === value.value || `${choice.text} ${choice.hint}`.toLowerCase().includes(wanted);
	return (
		<div class="field-group">
			{choices.length > SEARCH_FROM && (
				<TextField type="search" label={t("page-consent-who-search")} text={search} />
			)}
			<div class="scroll-list">
				<RadioField label={t("page-consent-who")} choices={choices.filter(fits)} value={value} />
			</div>
		</div>
	);
}

function What({ fields, choices }: { fields: Fields; choices: Choices }) {
	return (
		<div class="field-group">
			<RadioField
				label={t("page-consent-what")}
				value={fields.what}
				choices={[
					{ key: "all", text: t("page-consent-what-all"), hint: "" },
					{ key: "categories", text: t("page-consent-what-categories"), hint: "" },
					{ key: "records", text: t("page-consent-what-records"), hint: "" },
				]}
			/>
			{fields.what.value === "categories" && (
				<CheckField label={t("page-consent-what-categories")} choices={choices.categories} values={fields.categories} />
			)}
			{fields.what.value === "records" && <RecordsField values={fields.records} />}
		</div>
	);
}

function RecordsField({ values }: { values: Signal<string[]> }) {
	const records = useAsk({ ask: "records" });
	return (
		<Loading of={records}>
			{(shown) => (
				<div class="scroll-list">
					<CheckField
						label={t("page-consent-what-records")}
						values={values}
						choices={shown.records.map((record) => ({
							key: record.id,
							text: record.title ?? record.categoryText,
							hint: `${record.period}, ${record.institutionName}`,
						}))}
					/>
				</div>
			)}
		</Loading>
	);
}

function Why({ fields, choices }: { fields: Fields; choices: Choices }) {
	return (
		<div class="field-group">
			<RadioField
				label={t("page-consent-why")}
				value={fields.why}
				choices={[
					{ key: "any", text: t("page-consent-why-any"), hint: "" },
					{ key: "some", text: t("page-consent-why-some"), hint: "" },
				]}
			/>
			{fields.why.value === "some" && (
				<CheckField label={t("page-consent-why-some")} choices={choices.purposes} values={fields.purposes} />
			)}
		</div>
	);
}

function HowLong({ fields }: { fields: Fields }) {
	return (
		<div class="field-group">
			<RadioField
				label={t("page-consent-long")}
				value={fields.long}
				choices={[
					{ key: "revoked", text: t("page-consent-long-revoked"), hint: "" },
					{ key: "until", text: t("page-consent-long-until"), hint: "" },
				]}
			/>
			{fields.long.value === "until" && (
				<TextField type="date" label={t("page-consent-long-until")} text={fields.until} />
			)}
		</div>
	);
}
