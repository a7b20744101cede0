// Restores a key: from words or the printed sheet, a polkadot-js file, or the command line's file.

import { useSignal } from "@preact/signals";
import { canScan, textOfFile } from "../codes";
import { ask } from "../core";
import { chosen } from "../extensions";
import { base64OfFile } from "../files";
import { useAction } from "../load";
import type { RestoreSource } from "../messages";
import { wordsOf } from "../parts/CheckWords";
import { FileButton, LongField, PassphraseField, RadioField } from "../parts/Field";
import { NewPassphraseForm } from "../parts/NewPassphrase";
import { CodeInput } from "../parts/Scanner";
import { Screen } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Name } from "../parts/Text";
import { go, to } from "../router";
import { become } from "../state";
import { t } from "../texts";

interface Chosen {
	name: string;
	from: "walletJson" | "keyFile";
	content: string;
}

/** Restores a key. */
export function RestoreScreen() {
	const from = useSignal("words");
	const text = useSignal("");
	const file = useSignal<Chosen | null>(null);
	const filePassphrase = useSignal("");
	const isShown = useSignal(false);
	const account = chosen.value;
	const { failure, isBusy, waiting, run } = useAction();
	const source = (): RestoreSource | null => {
		if (from.value !== "file") {
			const words = text.value.trim();
			if (!words) return null;
			return account ? { from: "extension", account, text: words } : { from: "words", text: words };
		}
		if (!file.value) return null;
		return file.value.from === "walletJson"
			? { from: "walletJson", json: file.value.content, password: filePassphrase.value }
			: { from: "keyFile", file: file.value.content, passphrase: filePassphrase.value };
	};
	const restore = (passphrase: string) =>
		void run(async (onWaiting) => {
			const now = source();
			if (!now) return;
			const started = await ask({ ask: "restore", source: now, passphrase }, onWaiting);
			chosen.value = null;
			go();
			await become(started);
		});
	const take = (chosen: File) =>
		void run(async () => {
			file.value = await read(chosen);
			if (file.value && !account) return;
			file.value = null;
			text.value = wordsOf((await textOfFile(chosen)) ?? "");
			from.value = "words";
		});
	const ways = [
		...(canScan ? [{ key: "scan", text: t("page-restore-scan"), hint: "" }] : []),
		{ key: "words", text: t(account ? "page-restore-words-encryption" : "page-restore-words"), hint: "" },
		{ key: "file", text: t("page-restore-file"), hint: account ? "" : t("page-restore-file-hint") },
	];
	return (
		<Screen title={t("page-restore-heading")} back={account ? to("extension") : to()}>
			<RadioField label={t("page-restore-intro")} choices={ways} value={from} />
			{from.value === "scan" && (
				<CodeInput
					label={t("page-check-words")}
					button={t("page-continue")}
					isBusy={isBusy.value}
					onText={(found) => {
						text.value = wordsOf(found);
						from.value = "words";
					}}
				/>
			)}
			{from.value !== "scan" && (
				<NewPassphraseForm
					button={t("page-restore-button")}
					isBusy={isBusy.value}
					canSend={source() !== null}
					onPassphrase={restore}
				>
					{from.value === "words" ? (
						<LongField label={t("page-check-words")} hint={t("page-restore-words-hint")} text={text} />
					) : (
						<>
							<FileButton label={t("page-restore-file")} onFile={take} />
							{file.value && (
								<Note>
									<p>
										<Name>{file.value.name}</Name>
									</p>
								</Note>
							)}
							{!account && (
								<PassphraseField
									label={t("page-restore-file-passphrase")}
									text={filePassphrase}
									isShown={isShown}
								/>
							)}
						</>
					)}
				</NewPassphraseForm>
			)}
			{failure.value && <Failure failure={failure.value} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
		</Screen>
	);
}

/** What kind of file it is. `null` for a saved sheet. */
async function read(file: File): Promise<Chosen | null> {
	const text = await file.text();
	if (text.trimStart().startsWith("{") && text.includes("\"encoded\""))
		return { name: file.name, from: "walletJson", content: text };
	if (file.type.startsWith("image/") || wordsOf(text) !== text) return null;
	return { name: file.name, from: "keyFile", content: await base64OfFile(file) };
}
