// What became of opening several records: links to those that are open, reasons for the others.

import type { Opened } from "../messages";
import { to } from "../router";
import { t } from "../texts";
import { Note } from "./Status";
import { Name } from "./Text";

/** One note for what is open, one for each that is not. */
export function OpenedNotes({ opened }: { opened: Opened[] }) {
	const open = opened.filter((record) => !record.failure);
	return (
		<>
			{open.length > 0 && (
				<Note tone="good" isNews>
					<p class="strong">{t("page-record-is-open")}</p>
					<ul class="plain">
						{open.map((record) => (
							<li key={record.id}>
								<a href={to("document", record.id)}>
									<Name>{record.title}</Name>
								</a>
							</li>
						))}
					</ul>
				</Note>
			)}
			{opened
				.filter((record) => record.failure)
				.map((record) => (
					<Note key={record.id} tone="bad" isNews>
						<p dir="auto">{record.failure}</p>
					</Note>
				))}
			{opened
				.flatMap((record) => record.warnings)
				.map((warning) => (
					<Note key={warning} tone="warn" isNews>
						<p dir="auto">{warning}</p>
					</Note>
				))}
		</>
	);
}
