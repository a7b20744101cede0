// What is proven and how new it is, in one line, with more under "details".

import type { LogVerdict, Proof } from "../messages";
import { t } from "../texts";
import { Icon } from "./Icon";
import { Note } from "./Status";
import { Name, Text } from "./Text";

/** The line on the first screen. */
export function ProofLine({ proof, log }: { proof: Proof; log?: LogVerdict }) {
	const isGood = !proof.isOffline && !proof.isOld && log?.isComplete !== false;
	return (
		<div class="proof">
			<details>
				<summary>
					<span class={isGood ? "proof-sign good" : "proof-sign warn"}>
						<Icon name={isGood ? "seal" : "warning"} />
					</span>
					<span>
						{log && (
							<span class="strong">
								{t(log.isComplete ? "page-proof-complete" : "page-proof-log-incomplete")}
							</span>
						)}
						<span class="quiet small">
							<Text id="page-proof-block" values={{ block: proof.block }} />
							{", "}
							{t("page-proof-final")}
							{proof.time && `, ${proof.time}`}
						</span>
					</span>
				</summary>
				<p>{t("page-proof-checked-here")}</p>
				{log && <p dir="auto">{log.text}</p>}
				<p>{t("page-proof-names")}</p>
				<p>{t("page-proof-log-times")}</p>
			</details>
			<ProofNotes proof={proof} />
		</div>
	);
}

/** What is wrong with the newest proof, if anything is. */
export function ProofNotes({ proof }: { proof: Proof }) {
	return (
		<>
			{proof.isOffline && (
				<Note tone="warn">
					<p class="strong">{t("page-offline-heading")}</p>
					{proof.time && (
						<p>
							<Text id="page-offline-state" values={{ moment: proof.time }} />
						</p>
					)}
					<p>{t("page-offline-no-signing")}</p>
				</Note>
			)}
			{proof.isOld && !proof.isOffline && (
				<Note tone="warn">
					<p>
						<Text id="page-proof-is-old" values={{ moment: proof.time }} />
					</p>
				</Note>
			)}
			{!proof.isOffline &&
				proof.behind.map((who) => (
					<Note key={who} tone="warn">
						<p>
							<Text id="page-proof-behind" values={{ who: <Name>{who}</Name> }} />
						</p>
					</Note>
				))}
		</>
	);
}
