// The words of a key with their code: on the screen if the person wants it, and as a printed sheet.

import { useSignal } from "@preact/signals";
import { saveFile } from "../files";
import type { Words } from "../messages";
import { t, type PlainId } from "../texts";
import { Icon } from "./Icon";
import { QrCode } from "./QrCode";
import { Text } from "./Text";

/** The words, hidden at first. */
export function WordsSheet({ words }: { words: Words }) {
	const isShown = useSignal(false);
	return (
		<div class="stack">
			<div class="card">
				{isShown.value ? (
					<WordList words={words.words} />
				) : (
					<p class="quiet words-hidden">{t("page-words-hidden")}</p>
				)}
				<button
					type="button"
					class="wide"
					aria-expanded={isShown.value}
					onClick={() => (isShown.value = !isShown.value)}
				>
					<Icon name={isShown.value ? "hide" : "show"} />
					{t(isShown.value ? "page-words-hide" : "page-words-show")}
				</button>
			</div>
			<p>{t("page-words-print-hint")}</p>
			<div class="buttons">
				<button type="button" onClick={() => print()}>
					<Icon name="print" />
					{t("page-words-print")}
				</button>
				<button type="button" onClick={() => save(words)}>
					<Icon name="save" />
					{t("page-words-save")}
				</button>
			</div>
			<PrintedSheet words={words} />
		</div>
	);
}

function WordList({ words }: { words: string[] }) {
	return (
		<ol class="words" translate={false}>
			{words.map((word, index) => (
				<li key={index} lang="en">
					{word}
				</li>
			))}
		</ol>
	);
}

/** What is on paper: nothing else of the screen is printed with it. */
function PrintedSheet({ words }: { words: Words }) {
	const { keep, use } = textsOf(words);
	const today = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date());
	return (
		<div class="paper" aria-hidden="true">
			<p class="paper-title">{t("page-words-sheet-title")}</p>
			<p class="strong">{t(keep)}</p>
			{words.isEncryptionKey && <p>{t("page-words-sheet-encryption")}</p>}
			<QrCode code={words.code} />
			<WordList words={words.words} />
			<p>{t(use)}</p>
			<p>
				{t("page-words-sheet-account")}: <code>{words.account}</code>
			</p>
			<p>
				<Text id="page-words-sheet-date" values={{ moment: today }} />
			</p>
		</div>
	);
}

/** How to keep and how to use the sheet. */
function textsOf(words: Words): { keep: PlainId; use: PlainId } {
	return words.isEncryptionKey
		? { keep: "page-words-sheet-keep-encryption", use: "page-words-sheet-use-encryption" }
		: { keep: "page-words-sheet-keep", use: "page-words-sheet-use" };
}

function save(words: Words): void {
	const { keep, use } = textsOf(words);
	const text = [t("page-words-sheet-title"), "", ...words.words.map((word, index) => `${index + 1}. ${word}`)];
	text.push("", words.code.text, "", t(keep), t(use), "");
	saveFile("vouchsafe-key.txt", "text/plain", text.join("\n"));
}
