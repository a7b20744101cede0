// A new key in three steps: the words, their check, the passphrase.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { chosen } from "../extensions";
import { useAction } from "../load";
import type { Words } from "../messages";
import { CheckWords } from "../parts/CheckWords";
import { NewPassphraseForm } from "../parts/NewPassphrase";
import { Screen } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { Text } from "../parts/Text";
import { WordsSheet } from "../parts/WordsSheet";
import { focusHeading, go, to } from "../router";
import { become } from "../state";
import { t, type PlainId } from "../texts";

const TITLES: PlainId[] = ["page-words-heading", "page-check-heading", "page-create-passphrase-heading"];

/** A new key. */
export function CreateScreen() {
	const step = useSignal(0);
	const words = useSignal<Words | null>(null);
	const checked = useSignal("");
	const { failure, isBusy, waiting, run } = useAction();
	const account = chosen.value;
	const make = () =>
		void run(async (onWaiting) => {
			words.value = await ask(account ? { ask: "useExtension", account } : { ask: "makeWords" }, onWaiting);
		});
	const heading = account && step.value === 0 ? "page-words-heading-encryption" : TITLES[step.value];
	useEffect(make, []);
	const goTo = (next: number) => {
		step.value = next;
		requestAnimationFrame(focusHeading);
	};
	const create = (passphrase: string) =>
		void run(async (onWaiting) => {
			const started = await ask({ ask: "create", passphrase }, onWaiting);
			// The core notes the backup only of an account that it keeps.
			if (checked.value && !started.hasBackup) await ask({ ask: "checkWords", text: checked.value });
			chosen.value = null;
			go();
			await become({ ...started, hasBackup: started.hasBackup || checked.value !== "" });
		});
	return (
		<Screen title={t(heading ?? "page-create-heading")} back={to()} backText={t("page-cancel")}>
			<p class="steps">
				<Text id="page-step" values={{ number: step.value + 1, total: TITLES.length }} />
			</p>
			{/* The words are made once: after a failure later on, the screen's own button tries again. */}
			{failure.value && <Failure failure={failure.value} onRetry={words.value ? undefined : make} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{words.value && step.value === 0 && (
				<>
					<p class="lead">{t(account ? "page-words-intro-encryption" : "page-words-intro")}</p>
					<WordsSheet words={words.value} />
					<button type="button" class="primary wide" onClick={() => goTo(1)}>
						{t("page-continue")}
					</button>
				</>
			)}
			{step.value === 1 && (
				<>
					<CheckWords
						onRight={(text) => {
							checked.value = text;
							goTo(2);
						}}
					/>
					<div class="buttons">
						<button type="button" onClick={() => goTo(0)}>
							{t("page-words-again")}
						</button>
						<button type="button" class="quiet-button" onClick={() => goTo(2)}>
							{t("page-check-later")}
						</button>
					</div>
				</>
			)}
			{step.value === 2 && (
				<>
					<p class="lead">{t(account ? "page-extension-key" : "page-create-intro")}</p>
					<NewPassphraseForm button={t("page-create-button")} isBusy={isBusy.value} onPassphrase={create} />
				</>
			)}
		</Screen>
	);
}
