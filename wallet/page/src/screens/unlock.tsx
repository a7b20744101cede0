// Unlocks the wallet. What was on the screen before is there again afterwards.

import { ask } from "../core";
import { useAction } from "../load";
import type { Secret } from "../messages";
import { Icon } from "../parts/Icon";
import { Screen } from "../parts/Screen";
import { SecretForm } from "../parts/SecretForm";
import { Busy, Failure } from "../parts/Status";
import { to } from "../router";
import { become } from "../state";
import { t } from "../texts";

/** Unlock. */
export function UnlockScreen() {
	const { failure, isBusy, waiting, run } = useAction();
	const unlock = (secret: Secret) =>
		void run(async (onWaiting) => become(await ask({ ask: "unlock", secret }, onWaiting)));
	const wasWrong = failure.value?.kind === "passphrase";
	return (
		<div class="narrow">
			<p class="lock-sign">
				<Icon name="lock" />
			</p>
			<Screen title={t("page-lock-locked")}>
				<SecretForm
					button={t("page-unlock-button")}
					isBusy={isBusy.value}
					error={wasWrong ? failure.value?.text : undefined}
					onSecret={unlock}
				/>
				{failure.value && !wasWrong && <Failure failure={failure.value} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<p class="center">
					<a href={to("lost")}>{t("page-unlock-lost")}</a>
				</p>
			</Screen>
		</div>
	);
}
