// “Something is wrong here”: a note that appends to a record.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction } from "../load";
import { LongField } from "../parts/Field";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { replace, route, to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";

/** A note on a record. */
export function NoteScreen() {
	const id = route.value.parts[1] ?? "";
	const text = useSignal("");
	const { failure, isBusy, waiting, run } = useAction();
	const draft = () =>
		void run(async (onWaiting) => {
			if (await showDraft(await ask({ ask: "draftNote", id, text: text.value }, onWaiting))) replace("record", id);
		});
	return (
		<Screen title={t("page-record-wrong")} back={to("record", id)} backText={t("page-record-heading")}>
			<form
				class="form"
				onSubmit={(event) => {
					event.preventDefault();
					draft();
				}}
			>
				<LongField label={t("page-upload-note")} hint={t("page-record-wrong-hint")} text={text} />
				{failure.value && <Failure failure={failure.value} onRetry={draft} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<button type="submit" class="primary wide" disabled={isBusy.value || !text.value.trim()}>
					{t("page-continue")}
				</button>
			</form>
		</Screen>
	);
}
