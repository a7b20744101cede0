// A new passphrase, written twice.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "../texts";
import { PassphraseField } from "./Field";

/** The shortest passphrase. */
const SHORTEST = 12;

/** The form. Others of its fields come before the passphrase. */
export function NewPassphraseForm({
	button,
	isBusy,
	canSend = true,
	onPassphrase,
	children,
}: {
	button: string;
	isBusy: boolean;
	canSend?: boolean;
	onPassphrase: (passphrase: string) => void;
	children?: ComponentChildren;
}) {
	const first = useSignal("");
	const second = useSignal("");
	const isShown = useSignal(false);
	const wasSent = useSignal(false);
	const isShort = [...first.value].length < SHORTEST;
	const differs = first.value !== second.value;
	const error = (is: boolean, text: string) => (wasSent.value && is ? { error: text } : {});
	return (
		<form
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				wasSent.value = true;
				if (!isShort && !differs && canSend) onPassphrase(first.value);
			}}
		>
			{children}
			<PassphraseField
				label={t("page-passphrase-new")}
				hint={t("page-create-passphrase-hint")}
				text={first}
				isShown={isShown}
				isNew
				{...error(isShort, t("page-create-passphrase-short"))}
			/>
			<PassphraseField
				label={t("page-create-passphrase-repeat")}
				text={second}
				isShown={isShown}
				isNew
				{...error(differs, t("page-create-passphrase-differs"))}
			/>
			<button type="submit" class="primary wide" disabled={isBusy}>
				{button}
			</button>
		</form>
	);
}
