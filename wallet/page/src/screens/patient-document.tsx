// A record of a patient that a practitioner has opened, until the opening ends.

import { askFile } from "../core";
import { saveFile } from "../files";
import { useAction } from "../load";
import { Icon } from "../parts/Icon";
import { Screen } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { TimeLeft } from "../parts/TimeLeft";
import { route, to } from "../router";
import { opened } from "../state";
import { t } from "../texts";
import { DocumentContent, Large } from "./document";

/** An opened record of a patient. */
export function PatientDocumentScreen() {
	const [, patient = "", id = ""] = route.value.parts;
	const known = opened.value.get(id);
	const title = known?.title || t("page-record-heading");
	const { failure, isBusy, waiting, run } = useAction();
	const save = () =>
		void run(async (onWaiting) => {
			const { file, bytes } = await askFile({ ask: "file", id }, onWaiting);
			saveFile(file.name, file.mediaType, bytes);
		});
	return (
		<Screen
			title={t("page-record-heading")}
			heading={title}
			back={to("patient", patient)}
			backText={t("page-practice-patient")}
		>
			{known ? (
				<>
					<TimeLeft id={id} />
					{failure.value && <Failure failure={failure.value} onRetry={save} />}
					{isBusy.value && <Busy waiting={waiting.value} />}
					{known.isLarge ? (
						<Large record={known} />
					) : (
						<DocumentContent id={id} title={title} kind={known.kind} onSave={save} />
					)}
					<div class="no-print">
						{!known.isLarge && (
							<button type="button" disabled={isBusy.value} onClick={save}>
								<Icon name="save" />
								{t("page-save")}
							</button>
						)}
						<p class="quiet small">{t("page-practice-save-hint")}</p>
					</div>
				</>
			) : (
				<Note isNews>
					<p>{t("page-practice-time-over")}</p>
					<a href={to("patient", patient)}>{t("page-practice-patient")}</a>
				</Note>
			)}
		</Screen>
	);
}
