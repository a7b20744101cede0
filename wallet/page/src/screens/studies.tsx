// Studies: the patient's choices about them, what each asks, joining and leaving, and what was counted.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Choice, Studies, StudyLine, StudyView } from "../messages";
import { BackupNote } from "../parts/BackupNote";
import { CheckField, RadioField, TextField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { Screen, Section } from "../parts/Screen";
import { Busy, Empty, Failure, Mark, Note } from "../parts/Status";
import { Name, Sentence, Text } from "../parts/Text";
import { route, to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";
import { ConsentCards } from "./consents";

/** Studies. */
export function StudiesScreen() {
	const studies = useAsk({ ask: "studies" });
	return (
		<Screen title={t("page-studies-heading")} back={to("consents")} backText={t("page-consents-heading")}>
			<p class="lead">{t("page-studies-intro")}</p>
			<Loading of={studies}>{(shown) => <Lists studies={shown} />}</Loading>
		</Screen>
	);
}

function Lists({ studies }: { studies: Studies }) {
	return (
		<>
			<Section title={t("page-studies-choices")}>
				{studies.choices.length === 0 ? (
					<p>{t("page-studies-no-choice")}</p>
				) : (
					<ConsentCards consents={studies.choices} />
				)}
				<ChoiceForm traits={studies.traits} />
			</Section>
			<Section title={t("page-studies-open")}>
				{studies.open.length === 0 ? (
					<Empty icon="people" text={t("page-studies-none")} />
				) : (
					<StudyCards studies={studies.open} />
				)}
			</Section>
			<Section title={t("page-studies-counted")}>
				{studies.counted.length === 0 ? (
					<p class="quiet">{t("page-studies-counted-none")}</p>
				) : (
					<ul class="rows">
						{studies.counted.map((line) => (
							<li key={line} class="row" dir="auto">
								{line}
							</li>
						))}
					</ul>
				)}
				<p class="quiet small" dir="auto">
					{studies.log.text}
				</p>
				<p dir="auto">{studies.budget}</p>
			</Section>
			{studies.ended.length > 0 && (
				<details class="section">
					<summary>
						{t("page-studies-ended")} ({studies.ended.length})
					</summary>
					<StudyCards studies={studies.ended} />
				</details>
			)}
		</>
	);
}

function StudyCards({ studies }: { studies: StudyLine[] }) {
	return (
		<div class="stack">
			{studies.map((study) => (
				<article key={study.id} class="card">
					<h3>
						<Text id="page-study-number" values={{ id: study.id }} />
					</h3>
					{study.question && <p class="sentence" dir="auto">{study.question}</p>}
					<StudyFacts study={study} />
					<a class="button" href={to("study", String(study.id))}>
						{t("page-study-read")}
					</a>
				</article>
			))}
		</div>
	);
}

function StudyFacts({ study }: { study: StudyLine }) {
	return (
		<>
			<p class="quiet">
				<Name>{study.researcher}</Name>
				{", "}
				<span dir="auto">{study.stage}</span>
			</p>
			<p>
				<Mark tone={study.counts ? "good" : "plain"}>
					<Icon name={study.counts ? "check" : "cross"} />
					{t(study.counts ? "page-study-counts" : "page-study-counts-not")}
				</Mark>
			</p>
			<p class="quiet" dir="auto">
				{study.decision}
			</p>
		</>
	);
}

/** A standing choice: for every study, or those on a disease. */
function ChoiceForm({ traits }: { traits: Choice[] }) {
	const disease = useSignal("");
	const chosen = useSignal<string[]>([]);
	const long = useSignal("revoked");
	const until = useSignal("");
	const { failure, isBusy, waiting, run } = useAction();
	const review = () =>
		void run(async (onWaiting) => {
			const choice = {
				disease: disease.value,
				traits: chosen.value,
				until: long.value === "until" ? until.value || null : null,
			};
			await showDraft(await ask({ ask: "draftStudyChoice", choice }, onWaiting));
		});
	return (
		<details class="card no-print">
			<summary>{t("page-studies-choose")}</summary>
			<form
				class="stack form"
				onSubmit={(event) => {
					event.preventDefault();
					review();
				}}
			>
				<p>{t("page-studies-choose-hint")}</p>
				<CheckField label={t("page-studies-traits")} choices={traits} values={chosen} />
				<RadioField
					label={t("page-consent-long")}
					value={long}
					choices={[
						{ key: "revoked", text: t("page-consent-long-revoked"), hint: "" },
						{ key: "until", text: t("page-consent-long-until"), hint: "" },
					]}
				/>
				{long.value === "until" && <TextField type="date" label={t("page-consent-long-until")} text={until} />}
				<TextField label={t("page-studies-disease")} hint={t("page-studies-disease-hint")} text={disease} />
				<BackupNote />
				{failure.value && <Failure failure={failure.value} onRetry={review} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<button type="submit" class="primary wide" disabled={isBusy.value}>
					{t("page-consent-review")}
				</button>
			</form>
		</details>
	);
}

/** One study. */
export function StudyScreen() {
	const id = Number(route.value.parts[1]);
	const study = useAsk({ ask: "study", id: Number.isInteger(id) && id >= 0 ? id : 0 });
	return (
		<Screen title={t("page-study-number", { id })} back={to("studies")} backText={t("page-studies-heading")}>
			<Loading of={study}>{(shown) => <OneStudy study={shown} />}</Loading>
		</Screen>
	);
}

function OneStudy({ study }: { study: StudyView }) {
	const { failure, isBusy, waiting, run } = useAction();
	const sign = (what: "draftJoin" | "draftLeave") =>
		void run(async (onWaiting) => void showDraft(await ask({ ask: what, study: study.line.id }, onWaiting)));
	return (
		<>
			{study.line.question && <p class="sentence sentence-large" dir="auto">{study.line.question}</p>}
			<div class="card">
				<StudyFacts study={study.line} />
				{study.left && (
					<Note>
						<p dir="auto">{study.left}</p>
					</Note>
				)}
				<p dir="auto">{study.cost}</p>
				<p dir="auto">{study.budget}</p>
			</div>
			<Section title={t("page-study-what")}>
				{study.paragraphs.map((paragraph) => (
					<Sentence key={paragraph} text={paragraph} />
				))}
			</Section>
			{failure.value && <Failure failure={failure.value} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{study.canJoin && <BackupNote />}
			<div class="buttons no-print">
				{study.canJoin && (
					<button type="button" class="primary" disabled={isBusy.value} onClick={() => sign("draftJoin")}>
						{t("page-study-join")}
					</button>
				)}
				{study.canLeave && (
					<button type="button" class="danger-quiet" disabled={isBusy.value} onClick={() => sign("draftLeave")}>
						{t("page-study-leave")}
					</button>
				)}
			</div>
		</>
	);
}
