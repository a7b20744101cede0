// Lines of the log.

import type { LogLine } from "../messages";
import { t } from "../texts";
import { Icon, type IconName } from "./Icon";
import { PersonDetails, PersonLine } from "./PersonLine";
import { Mark } from "./Status";
import { Text } from "./Text";

const ICONS: Record<string, IconName> = {
	asked: "request",
	opened: "show",
	refused: "cross",
	permitted: "consent",
	added: "record",
	account: "person",
};

/** The lines, the newest first. */
export function LogList({ lines }: { lines: LogLine[] }) {
	return (
		<ol class="rows log">
			{lines.map((line) => (
				<li key={line.number} class={line.isNew ? "row log-line log-new" : "row log-line"}>
					<Icon name={ICONS[line.kind] ?? "log"} />
					<div class="log-body">
						<div class="log-line-top">
							<p dir="auto">{line.text}</p>
							<p class="quiet small">
								{line.isNew && <Mark tone="info">{t("page-new")}</Mark>} {line.time}
							</p>
						</div>
						{line.who && (
							<p class="quiet">
								<PersonLine who={line.who} />
							</p>
						)}
						<details class="small">
							<summary>{t("page-details")}</summary>
							<p>
								<Text id="page-log-entry" values={{ number: line.number }} />
								{", "}
								<Text id="page-log-block" values={{ block: line.block }} />
								{line.lines > 1 && (
									<>
										{", "}
										<Text id="page-log-lines" values={{ count: line.lines }} />
									</>
								)}
							</p>
							{line.who && <PersonDetails who={line.who} />}
						</details>
					</div>
				</li>
			))}
		</ol>
	);
}
