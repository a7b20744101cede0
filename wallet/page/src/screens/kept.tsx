// The documents that are kept on this device: read without a network, removed.

import { ask } from "../core";
import { sizeText } from "../files";
import { useAction, useAsk } from "../load";
import type { KeptLine } from "../messages";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Empty, Failure } from "../parts/Status";
import { Name } from "../parts/Text";
import { go, to } from "../router";
import { changes, openKept } from "../state";
import { language, t } from "../texts";

/** Documents on this device. */
export function KeptScreen() {
	const kept = useAsk({ ask: "kept" });
	return (
		<Screen title={t("page-records-offline")} back={to("records")} backText={t("page-records-heading")}>
			<Loading of={kept}>
				{(shown) =>
					shown.documents.length === 0 ? (
						<Empty icon="save" text={t("page-kept-none")} />
					) : (
						<>
							<p class="quiet">{t("page-kept-hint")}</p>
							<ul class="rows">
								{shown.documents.map((line) => (
									<Line key={line.id} line={line} />
								))}
							</ul>
							<p class="quiet small">
								{t("page-kept-room", {
									size: sizeText(shown.size, language.value),
									most: sizeText(shown.most, language.value),
								})}
							</p>
						</>
					)
				}
			</Loading>
		</Screen>
	);
}

function Line({ line }: { line: KeptLine }) {
	const { failure, isBusy, waiting, run } = useAction();
	const read = () =>
		void run(async () => {
			await openKept(line.id);
			go("document", line.id);
		});
	const forget = () =>
		void run(async () => {
			await ask({ ask: "forgetKept", id: line.id });
			changes.value += 1;
		});
	return (
		<li class="row">
			<span class="record">
				<span class="record-title">
					<Name>{line.title}</Name>
				</span>
				<span class="quiet small" dir="auto">
					{line.note} {sizeText(line.size, language.value)}
				</span>
				{failure.value && <Failure failure={failure.value} onlyReads />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<span class="buttons">
					<button type="button" disabled={isBusy.value} onClick={read}>
						{t("page-record-read")}
					</button>
					<button
						type="button"
						disabled={isBusy.value}
						aria-label={`${t("page-record-forget")}: ${line.title}`}
						onClick={forget}
					>
						<Icon name="cross" />
						{t("page-record-forget")}
					</button>
				</span>
			</span>
		</li>
	);
}
