// Says that an extension asks for a signature, over whatever is shown. It can be refused here too, for
// extensions that do not answer.

import { asking } from "../extensions";
import { t } from "../texts";
import { Sheet } from "./Sheet";
import { Busy } from "./Status";
import { Name } from "./Text";

/** The sheet, if an extension is asked. */
export function ExtensionSheet() {
	const now = asking.value;
	if (!now) return null;
	const { question, refuse } = now;
	const isCall = question.method === "signPayload";
	return (
		<Sheet key={question.id} title={t("page-extension-confirm")} onClose={refuse}>
			<p>{t("page-sign-with-extension")}</p>
			<p class="strong">
				<Name>{question.extension}</Name>
			</p>
			<p>{t(isCall ? "page-extension-call" : "page-extension-text")}</p>
			<Busy waiting={{ what: t("page-extension-waiting"), done: 0, total: null }} />
			<button type="button" class="quiet-button wide" onClick={refuse}>
				{t("page-cancel")}
			</button>
		</Sheet>
	);
}
