// The backup of an account that exists: its sheet once more, and the check.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction } from "../load";
import type { Words } from "../messages";
import { CheckWords } from "../parts/CheckWords";
import { Screen, Section } from "../parts/Screen";
import { SecretForm } from "../parts/SecretForm";
import { Busy, Failure } from "../parts/Status";
import { WordsSheet } from "../parts/WordsSheet";
import { to } from "../router";
import { askStarted, started } from "../state";
import { t } from "../texts";

/** The backup. */
export function BackupScreen() {
	const words = useSignal<Words | null>(null);
	const { failure, isBusy, waiting, run } = useAction();
	const wasWrong = failure.value?.kind === "passphrase";
	const isEncryption = Boolean(started.value?.extension);
	return (
		<Screen title={t("page-settings-backup")} back={to("settings")}>
			<Section title={t(isEncryption ? "page-words-heading-encryption" : "page-words-heading")}>
				<p>{t(isEncryption ? "page-words-intro-encryption" : "page-words-intro")}</p>
				{words.value ? (
					<WordsSheet words={words.value} />
				) : (
					<SecretForm
						button={t("page-words-show")}
						isBusy={isBusy.value}
						error={wasWrong ? failure.value?.text : undefined}
						onSecret={(secret) =>
							void run(async (onWaiting) => (words.value = await ask({ ask: "showWords", secret }, onWaiting)))
						}
					/>
				)}
				{failure.value && !wasWrong && <Failure failure={failure.value} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
			</Section>
			<Section title={t("page-check-heading")}>
				{started.value?.hasBackup && <p class="quiet">{t("page-check-right")}</p>}
				<CheckWords onRight={() => void askStarted()} />
			</Section>
		</Screen>
	);
}
