// Asks for the passphrase again, before something is signed.

import { confirming } from "../confirm";
import { ask } from "../core";
import { useAction } from "../load";
import { t } from "../texts";
import { SecretForm } from "./SecretForm";
import { Sheet } from "./Sheet";
import { Busy, Failure } from "./Status";

/** The sheet, if somebody waits for it. */
export function ConfirmSheet() {
	const done = confirming.value;
	return done && <Confirm done={done} />;
}

function Confirm({ done }: { done: (isConfirmed: boolean) => void }) {
	const { failure, isBusy, waiting, run } = useAction();
	const wasRefused = failure.value?.kind === "passphrase";
	return (
		<Sheet title={t("page-unlock-to-sign")} canClose={!isBusy.value} onClose={() => done(false)}>
			<SecretForm
				button={t("page-continue")}
				isBusy={isBusy.value}
				error={wasRefused ? failure.value?.text : undefined}
				onSecret={(secret) =>
					void run(async () => {
						await ask({ ask: "confirm", secret });
						done(true);
					})
				}
			/>
			{failure.value && !wasRefused && <Failure failure={failure.value} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
		</Sheet>
	);
}
