// What to do if the device is lost. It needs no unlocking.

import { Screen } from "../parts/Screen";
import { Note } from "../parts/Status";
import { to } from "../router";
import { started } from "../state";
import { t } from "../texts";

/** A lost device. */
export function LostScreen() {
	return (
		<Screen title={t("page-lost-heading")} back={to()}>
			<Note tone="warn">
				<p class="strong">{t("page-lost-disable")}</p>
			</Note>
			<ul class="notes">
				<li>{t("page-lost-restore")}</li>
				<li>{t("page-lost-new")}</li>
			</ul>
			{started.value?.phase !== "open" && (
				<p>
					<a href={to("restore")}>{t("page-restore-heading")}</a>
				</p>
			)}
		</Screen>
	);
}
