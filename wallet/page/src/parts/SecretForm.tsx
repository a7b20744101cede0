// Asks for what unlocks the wallet: the passphrase, or a passkey.

import { useSignal } from "@preact/signals";
import type { Secret } from "../messages";
import { hasPasskeys, passkeySecret } from "../passkey";
import { started } from "../state";
import { t } from "../texts";
import { PassphraseField } from "./Field";
import { Icon } from "./Icon";

/** The form. `onSecret` gets the secret; the form forgets it. */
export function SecretForm({
	button,
	isBusy,
	error,
	onSecret,
}: {
	button: string;
	isBusy: boolean;
	error?: string | undefined;
	onSecret: (secret: Secret) => void;
}) {
	const text = useSignal("");
	const isShown = useSignal(false);
	const passkeyError = useSignal("");
	const usePasskey = async () => {
		passkeyError.value = "";
		try {
			onSecret(await passkeySecret());
		} catch {
			passkeyError.value = t("page-unlock-passkey-failed");
		}
	};
	const canPasskey = hasPasskeys && started.value?.hasPasskey;
	return (
		<form
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				const secret = text.value;
				text.value = "";
				if (secret) onSecret({ by: "passphrase", text: secret });
			}}
		>
			{canPasskey && (
				<>
					<button type="button" class="primary wide" disabled={isBusy} onClick={() => void usePasskey()}>
						<Icon name="key" />
						{t("page-unlock-passkey")}
					</button>
					<p class="error" role="alert">
						{passkeyError.value}
					</p>
				</>
			)}
			<PassphraseField
				label={t("page-unlock-passphrase")}
				text={text}
				isShown={isShown}
				{...(error ? { error } : {})}
			/>
			<button type="submit" class={canPasskey ? "wide" : "primary wide"} disabled={isBusy || !text.value}>
				{button}
			</button>
		</form>
	);
}
