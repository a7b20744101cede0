// Permits and denials as sentences: current, planned, past. Each can be changed or revoked.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Agreed, ConsentLine, Consents } from "../messages";
import { Assisted } from "../parts/Assisted";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { Screen, Section } from "../parts/Screen";
import { Busy, Empty, Failure, Mark } from "../parts/Status";
import { Name, Sentence, Text } from "../parts/Text";
import { to } from "../router";
import { showDraft } from "../signing";
import { isStopped } from "../state";
import { LANGUAGE_NAMES, t } from "../texts";

/** Consents. */
export function ConsentsScreen() {
	const consents = useAsk({ ask: "consents" });
	const stopped = consents.value.value?.isStopped;
	useEffect(() => {
		if (stopped !== undefined) isStopped.value = stopped;
	}, [stopped]);
	return (
		<Screen
			title={t("page-consents-heading")}
			actions={
				<button type="button" class="icon-button no-print" onClick={() => print()}>
					<Icon name="print" />
					<span class="top-text">{t("page-print")}</span>
				</button>
			}
		>
			<p class="lead">{t("page-consents-intro")}</p>
			<p class="buttons no-print">
				<a class="button primary" href={to("consent", "new")}>
					<Icon name="add" />
					{t("page-consents-new")}
				</a>
				<a class="button" href={to("access")}>
					<Icon name="people" />
					{t("page-nav-access")}
				</a>
				<a class="button" href={to("studies")}>
					<Icon name="people" />
					{t("page-consents-studies")}
				</a>
			</p>
			<Loading of={consents}>
				{(shown) => (
					<>
						<Lists consents={shown} />
						<Section title={t("page-assisted-heading")}>
							<Assisted assisted={shown.assisted} isNews={false} />
						</Section>
					</>
				)}
			</Loading>
		</Screen>
	);
}

function Lists({ consents }: { consents: Consents }) {
	const permits = consents.current.filter((consent) => consent.permits);
	const denials = consents.current.filter((consent) => !consent.permits);
	if (consents.current.length + consents.planned.length + consents.past.length === 0)
		return <Empty icon="consent" text={t("page-consents-none")} />;
	return (
		<>
			{permits.length > 0 ? (
				<Section title={t("page-consents-permits")}>
					<ConsentCards consents={permits} />
				</Section>
			) : (
				<Empty icon="consent" text={t("page-consents-none-current")} />
			)}
			{denials.length > 0 && (
				<Section title={t("page-consents-denials")}>
					<ConsentCards consents={denials} />
				</Section>
			)}
			{consents.planned.length > 0 && (
				<Section title={t("page-consents-planned")}>
					<ConsentCards consents={consents.planned} />
				</Section>
			)}
			{consents.past.length > 0 && (
				<details class="section">
					<summary>
						{t("page-consents-past")} ({consents.past.length})
					</summary>
					<ConsentCards consents={consents.past} arePast />
				</details>
			)}
		</>
	);
}

/** Consents as cards. */
export function ConsentCards({ consents, arePast }: { consents: ConsentLine[]; arePast?: boolean }) {
	return (
		<div class="stack">
			{consents.map((consent) => (
				<ConsentCard key={consent.id} consent={consent} isPast={arePast ?? false} />
			))}
		</div>
	);
}

function ConsentCard({ consent, isPast }: { consent: ConsentLine; isPast: boolean }) {
	const { failure, isBusy, waiting, run } = useAction();
	const isStarted = useSignal(false);
	const revoke = () =>
		void run(async (onWaiting) => {
			isStarted.value = true;
			const draft = await ask({ ask: "draftRevocation", id: consent.id }, onWaiting);
			isStarted.value = false;
			await showDraft(draft);
		});
	return (
		<article class={consent.permits ? "card consent" : "card consent consent-denies"}>
			<h3>
				<Mark tone={consent.permits ? "good" : "bad"}>
					<Icon name={consent.permits ? "check" : "stop"} />
					{t(consent.permits ? "page-consents-permit" : "page-consents-denial")}
				</Mark>{" "}
				<Name>{consent.grantee}</Name>
			</h3>
			{consent.agreed && (
				<p class="quiet small">
					{t("page-consents-agreed-now")}
				</p>
			)}
			<Sentence text={consent.sentence} />
			{consent.agreed && <InOtherLanguage agreed={consent.agreed} />}
			{consent.until && (
				<p class="quiet with-icon">
					<Icon name="clock" />
					<span>
						{t("page-until")} <bdi>{consent.until}</bdi>
					</span>
				</p>
			)}
			{consent.notes.map((note) => (
				<p key={note} class="quiet" dir="auto">
					{note}
				</p>
			))}
			<details class="small">
				<summary>{t("page-details")}</summary>
				<p>
					<Text id="page-consents-number" values={{ id: consent.id }} />
				</p>
			</details>
			{failure.value && <Failure failure={failure.value} onRetry={revoke} />}
			{isBusy.value && isStarted.value && <Busy waiting={waiting.value} />}
			<div class="buttons no-print">
				{consent.isStop ? (
					<a class="button" href={to("stop")}>
						{t("page-stop-lift")}
					</a>
				) : (
					!consent.isByLaw && (
						<button type="button" class="danger-quiet" disabled={isBusy.value} onClick={revoke}>
							{t(isPast ? "page-remove" : "page-revoke")}
						</button>
					)
				)}
				{consent.form && !isPast && !consent.isStop && (
					<a class="button" href={to("consent", String(consent.id))}>
						{t("page-consent-amend")}
					</a>
				)}
			</div>
		</article>
	);
}

/** The text that was agreed to, beside the sentence in the person's language. */
function InOtherLanguage({ agreed: { language, text } }: { agreed: Agreed }) {
	return (
		<div class="agreed">
			<p class="quiet small">
				<Text id="page-consents-agreed-in" values={{ language: LANGUAGE_NAMES[language] ?? language }} />
			</p>
			{text ? <Sentence text={text} lang={language} /> : <p class="quiet">{t("page-consents-text-lost")}</p>}
		</div>
	);
}
