// Names the sensitivity labels of a record that a hospital marked as sensitive without saying why.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Choices } from "../messages";
import { CheckField } from "../parts/Field";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { replace, route, to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";

/** The labels of a record. */
export function LabelsScreen() {
	const id = route.value.parts[1] ?? "";
	const choices = useAsk({ ask: "choices" });
	return (
		<Screen title={t("page-record-labels-name")} back={to("record", id)} backText={t("page-record-heading")}>
			<p class="lead">{t("page-record-labels-name-hint")}</p>
			<Loading of={choices}>{(shown) => <Form id={id} choices={shown} />}</Loading>
		</Screen>
	);
}

function Form({ id, choices }: { id: string; choices: Choices }) {
	const words = useSignal<string[]>([]);
	const { failure, isBusy, waiting, run } = useAction();
	const draft = () =>
		void run(async (onWaiting) => {
			const signed = await showDraft(await ask({ ask: "draftLabels", id, words: words.value }, onWaiting));
			if (signed) replace("record", id);
		});
	return (
		<form
			class="form"
			onSubmit={(event) => {
				event.preventDefault();
				draft();
			}}
		>
			<CheckField label={t("page-record-labels-which")} choices={choices.labels} values={words} />
			{failure.value && <Failure failure={failure.value} onRetry={draft} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button type="submit" class="primary wide" disabled={isBusy.value || words.value.length === 0}>
				{t("page-continue")}
			</button>
		</form>
	);
}
