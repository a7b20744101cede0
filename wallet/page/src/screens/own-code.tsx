// A patient's own code, which a practitioner scans to ask for access.

import { useSignal } from "@preact/signals";
import { useAsk } from "../load";
import type { QrCode as Code } from "../messages";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { QrCode } from "../parts/QrCode";
import { Screen } from "../parts/Screen";
import { to } from "../router";
import { t } from "../texts";

/** The own code. */
export function OwnCodeScreen() {
	const code = useAsk({ ask: "ownCode" });
	return (
		<Screen title={t("page-code-own-heading")} back={to("requests")} backText={t("page-requests-heading")}>
			<p class="lead">{t("page-code-own-intro")}</p>
			<Loading of={code}>{(shown) => <Shown code={shown} />}</Loading>
			<p class="quiet">{t("page-code-own-contents")}</p>
		</Screen>
	);
}

function Shown({ code }: { code: Code }) {
	const isCopied = useSignal(false);
	const copy = () =>
		void navigator.clipboard.writeText(code.text).then(
			() => (isCopied.value = true),
			() => (isCopied.value = false),
		);
	return (
		<div class="card center">
			<QrCode code={code} />
			<p>
				<code class="account">{code.text}</code>
			</p>
			<button type="button" class="no-print" onClick={copy}>
				<Icon name="save" />
				{t("page-copy")}
			</button>
			<p role="status">{isCopied.value && t("page-copied")}</p>
		</div>
	);
}
