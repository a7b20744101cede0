// Adds a document of the patient's own: a file or a photo.

import { type Signal, useSignal } from "@preact/signals";
import { askWithBytes } from "../core";
import { sizeText } from "../files";
import { useAction, useAsk } from "../load";
import type { Choices } from "../messages";
import { CheckField, FileButton, SelectField, TextField } from "../parts/Field";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { Name } from "../parts/Text";
import { replace, to } from "../router";
import { showDraft } from "../signing";
import { language, t } from "../texts";

/** The largest document, in bytes. The core checks it. */
const MOST = 20 * 1024 * 1024;
/** What a document is that people write themselves. */
const OWN = "patient-entered";

/** Adds a document. */
export function AddScreen() {
	const choices = useAsk({ ask: "choices" });
	return (
		<Screen title={t("page-upload-heading")} back={to("records")} backText={t("page-records-heading")}>
			<Loading of={choices}>{(shown) => <Form choices={shown} />}</Loading>
		</Screen>
	);
}

function Form({ choices }: { choices: Choices }) {
	const file = useSignal<File | null>(null);
	const title = useSignal("");
	const category = useSignal(OWN);
	const month = useSignal(new Date().toISOString().slice(0, 7));
	const labels = useSignal<string[]>([]);
	const confidentiality = useSignal("normal");
	const { failure, isBusy, waiting, run } = useAction();
	const isTooLarge = (file.value?.size ?? 0) > MOST;
	const draft = () =>
		void run(async (onWaiting) => {
			if (!file.value) return;
			const form = {
				title: title.value,
				fileName: file.value.name,
				category: category.value,
				month: month.value,
				labels: labels.value,
				confidentiality: confidentiality.value,
			};
			const bytes = await file.value.arrayBuffer();
			if (await showDraft(await askWithBytes({ ask: "draftAddition", form }, bytes, onWaiting))) replace("records");
		});
	return (
		<form
			class="form"
			onSubmit={(event) => {
				event.preventDefault();
				draft();
			}}
		>
			<Chooser file={file} title={title} />
			{isTooLarge && (
				<p class="error" role="alert">
					{t("page-upload-too-large")}
				</p>
			)}
			<TextField label={t("page-upload-title")} hint={t("page-upload-title-hint")} text={title} />
			<SelectField label={t("page-upload-category")} choices={choices.categories} value={category} />
			<TextField type="month" label={t("page-upload-month")} text={month} />
			<details>
				<summary>{t("page-upload-more")}</summary>
				<div class="stack">
					<CheckField label={t("page-upload-labels")} choices={choices.labels} values={labels} />
					<SelectField
						label={t("page-upload-confidentiality")}
						choices={choices.confidentiality}
						value={confidentiality}
					/>
				</div>
			</details>
			{failure.value && <Failure failure={failure.value} onRetry={draft} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button
				type="submit"
				class="primary wide"
				disabled={isBusy.value || !file.value || isTooLarge || !title.value.trim() || !month.value}
			>
				{t("page-continue")}
			</button>
		</form>
	);
}

/** A file, or a photo where there is a camera. Its name is proposed as the title. */
function Chooser({ file, title }: { file: Signal<File | null>; title: Signal<string> }) {
	const choose = (chosen: File) => {
		file.value = chosen;
		if (!title.value) title.value = chosen.name.replace(/\.\w+$/, "");
	};
	return (
		<div class="stack">
			<p class="buttons">
				<FileButton label={t("page-upload-file")} onFile={choose} />
				<FileButton label={t("page-upload-photo")} accept="image/*" capture onFile={choose} />
			</p>
			<p class="quiet small" role="status">
				{file.value ? (
					<>
						<Name>{file.value.name}</Name> ({sizeText(file.value.size, language.value)})
					</>
				) : (
					t("page-upload-limit", { size: sizeText(MOST, language.value) })
				)}
			</p>
		</div>
	);
}
