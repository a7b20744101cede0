// What a practitioner asks a patient for: which records, from which time, for whom, for how long, and why. The
// core makes the sentence that the patient reads.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { PatientView } from "../messages";
import { CheckField, LongField, RadioField, SelectField, TextField } from "../parts/Field";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { Name } from "../parts/Text";
import { replace, route, to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";

/** For how many days is asked, unless the practitioner chooses something else. */
const DAYS = "30";

/** A request for access. */
export function AskScreen() {
	const [, patient = "", institution = ""] = route.value.parts;
	const view = useAsk({ ask: "patient", patient, institution: institution || null });
	return (
		<Screen
			title={t("page-practice-ask-heading")}
			back={to("patient", patient)}
			backText={t("page-practice-patient")}
		>
			<Loading of={view}>{(shown) => <Form view={shown} patient={patient} />}</Loading>
		</Screen>
	);
}

function Form({ view, patient }: { view: PatientView; patient: string }) {
	const what = useSignal("some");
	const categories = useSignal<string[]>([]);
	const fromMonth = useSignal("");
	const toMonth = useSignal("");
	const days = useSignal(DAYS);
	const grantee = useSignal(view.grantees[0]?.key ?? "");
	const reason = useSignal("");
	const wasSent = useSignal(false);
	const { failure, isBusy, waiting, run } = useAction();
	const isMissing = what.value === "some" && categories.value.length === 0;
	const review = () =>
		void run(async (onWaiting) => {
			const form = {
				patient,
				institution: view.institution,
				grantee: grantee.value,
				categories: what.value === "some" ? categories.value : [],
				fromMonth: fromMonth.value || null,
				toMonth: toMonth.value || null,
				days: Number(days.value),
				reason: reason.value,
			};
			const signed = await showDraft(await ask({ ask: "draftAccessRequest", form }, onWaiting));
			if (signed) replace("patient", patient);
		});
	return (
		<form
			class="stack form"
			onSubmit={(event) => {
				event.preventDefault();
				wasSent.value = true;
				if (!isMissing) review();
			}}
		>
			<p>
				{t("page-practice-patient")}: <Name>{view.who.name}</Name>
			</p>
			<div class="field-group">
				<RadioField
					label={t("page-practice-ask-categories")}
					value={what}
					choices={[
						{ key: "some", text: t("page-practice-ask-some"), hint: "" },
						{ key: "all", text: t("page-practice-ask-all"), hint: "" },
					]}
				/>
				{what.value === "some" && (
					<CheckField label={t("page-practice-ask-some")} choices={view.categories} values={categories} />
				)}
			</div>
			<fieldset>
				<legend>{t("page-practice-ask-period")}</legend>
				<div class="pair">
					<TextField type="month" label={t("page-from")} text={fromMonth} />
					<TextField type="month" label={t("page-until")} text={toMonth} />
				</div>
			</fieldset>
			<RadioField label={t("page-practice-ask-for")} choices={view.grantees} value={grantee} />
			<SelectField label={t("page-practice-ask-duration")} choices={view.durations} value={days} />
			<LongField
				label={t("page-practice-ask-reason")}
				hint={t("page-practice-ask-reason-hint")}
				text={reason}
			/>
			{wasSent.value && isMissing && (
				<p class="error" role="alert">
					{t("page-practice-ask-missing")}
				</p>
			)}
			{failure.value && <Failure failure={failure.value} onRetry={review} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button type="submit" class="primary wide" disabled={isBusy.value}>
				{t("page-practice-ask-review")}
			</button>
		</form>
	);
}
