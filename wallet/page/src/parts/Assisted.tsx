// Consents that a hospital's staff enter in the patient's name: what waits, what begins soon, and how to
// refuse one or all of them.

import { ask } from "../core";
import { useAction } from "../load";
import type { Assisted as AssistedFacts, ConsentLine, Draft } from "../messages";
import { showDraft } from "../signing";
import { t } from "../texts";
import { Busy, Failure, Note } from "./Status";
import { Name, Sentence } from "./Text";

/** A consent that begins soon. */
export function BeginsSoon({ consent }: { consent: ConsentLine }) {
	return (
		<Note tone="warn">
			<p class="strong">{t("page-home-assisted")}</p>
			<p>
				<Name>{consent.grantee}</Name>
			</p>
			<Sentence text={consent.sentence} />
			{consent.notes.map((note) => (
				<p key={note} dir="auto">
					{note}
				</p>
			))}
			<DraftButton
				className="danger"
				text={t("page-home-assisted-refuse-one")}
				draft={() => ask({ ask: "draftRevocation", id: consent.id })}
			/>
		</Note>
	);
}

/** What waits for another signature, and the way to refuse everything of the kind. */
export function Assisted({ assisted, isNews }: { assisted: AssistedFacts; isNews: boolean }) {
	const hasWaiting = assisted.waiting.length > 0;
	if (assisted.areRefused) return isNews ? null : <p>{t("page-home-assisted-refused")}</p>;
	return (
		<>
			{assisted.waiting.map((waiting) => (
				<Note key={waiting} tone="warn">
					<p dir="auto">{waiting}</p>
				</Note>
			))}
			{(!isNews || hasWaiting) && <RefuseAll />}
		</>
	);
}

/** Refuses all such consents for good. */
export function RefuseAll() {
	return (
		<div class="stack no-print">
			<p class="quiet">{t("page-assisted-hint")}</p>
			<DraftButton
				className="danger-quiet"
				text={t("page-home-assisted-refuse")}
				draft={() => ask({ ask: "draftRefuseAssisted" })}
			/>
		</div>
	);
}

function DraftButton({
	text,
	className,
	draft,
}: {
	text: string;
	className: string;
	draft: () => Promise<Draft>;
}) {
	const { failure, isBusy, waiting, run } = useAction();
	const show = () => void run(async () => void showDraft(await draft()));
	return (
		<>
			<button type="button" class={className} disabled={isBusy.value} onClick={show}>
				{text}
			</button>
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && <Failure failure={failure.value} onRetry={show} />}
		</>
	);
}
