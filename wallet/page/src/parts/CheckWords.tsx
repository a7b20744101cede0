// Checks that the person can use the backup: by scanning the sheet, pasting, or its file.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction } from "../load";
import { t } from "../texts";
import { CodeInput } from "./Scanner";
import { Busy, Note } from "./Status";

/** The check. */
export function CheckWords({ onRight }: { onRight: (text: string) => void }) {
	const { failure, isBusy, waiting, run } = useAction();
	const isRight = useSignal(false);
	const check = (text: string) =>
		void run(async (onWaiting) => {
			const words = wordsOf(text);
			await ask({ ask: "checkWords", text: words }, onWaiting);
			isRight.value = true;
			onRight(words);
		});
	return (
		<div class="stack">
			<p>{t("page-check-intro")}</p>
			<CodeInput label={t("page-check-words")} button={t("page-check-button")} isBusy={isBusy.value} onText={check} />
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && (
				<Note tone="bad" isNews>
					<p dir="auto">{failure.value.text}</p>
				</Note>
			)}
			{isRight.value && (
				<Note tone="good" isNews>
					<p>{t("page-check-right")}</p>
				</Note>
			)}
		</div>
	);
}

/** The words of a saved sheet, whose lines are numbered. Other text stays as it is. */
export function wordsOf(text: string): string {
	const numbered = [...text.matchAll(/^\s*\d+\.\s*([a-z]+)\s*$/gm)].map((match) => match[1]);
	return numbered.length >= 12 ? numbered.join(" ") : text;
}
