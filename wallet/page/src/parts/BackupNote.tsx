// Reminds of the backup: nothing is permitted before it was checked.

import { to } from "../router";
import { started } from "../state";
import { t } from "../texts";
import { Note } from "./Status";

/** The reminder, if there is no backup yet. */
export function BackupNote() {
	if (started.value?.hasBackup !== false) return null;
	return (
		<Note tone="warn">
			<p>{t("page-check-missing")}</p>
			<a class="button" href={to("backup")}>
				{t("page-home-backup")}
			</a>
		</Note>
	);
}
