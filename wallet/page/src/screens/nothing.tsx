// The first screen of accounts for which this app has no others.

import { Screen } from "../parts/Screen";
import { Note } from "../parts/Status";
import { t } from "../texts";

/** Says so. */
export function NothingScreen() {
	return (
		<Screen title={t("page-home-heading")}>
			<Note tone="warn">
				<p>{t("page-home-not-a-patient")}</p>
			</Note>
		</Screen>
	);
}
