// Documents that were begun to be added: how far they are, to be finished or given up.

import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { UnfinishedLine } from "../messages";
import { showDraft } from "../signing";
import { changes } from "../state";
import { t } from "../texts";
import { Busy, Failure, Note } from "./Status";
import { Name } from "./Text";

/** A note for each unfinished document. */
export function Unfinished() {
	const lines = useAsk({ ask: "unfinished" });
	return (lines.value.value ?? []).map((line) => <Line key={line.id} line={line} />);
}

function Line({ line }: { line: UnfinishedLine }) {
	const { failure, isBusy, waiting, run } = useAction();
	const finish = () =>
		void run(async (onWaiting) => {
			await showDraft(await ask({ ask: "draftFinish", id: line.id }, onWaiting));
			changes.value += 1;
		});
	const giveUp = () =>
		void run(async () => {
			await ask({ ask: "giveUp", id: line.id });
			changes.value += 1;
		});
	return (
		<Note tone="warn">
			<p class="strong">
				{t("page-unfinished-heading")}: <Name>{line.title}</Name>
			</p>
			<p dir="auto">{line.state}</p>
			{failure.value && <Failure failure={failure.value} onRetry={finish} />}
			{isBusy.value ? (
				<Busy waiting={waiting.value} />
			) : (
				<p class="buttons">
					<button type="button" class="primary" onClick={finish}>
						{t("page-unfinished-finish")}
					</button>
					{line.canGiveUp && (
						<button type="button" onClick={giveUp}>
							{t("page-unfinished-give-up")}
						</button>
					)}
				</p>
			)}
		</Note>
	);
}
