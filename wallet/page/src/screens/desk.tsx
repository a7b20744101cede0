// At the registration desk: read the desk's code, see what is asked, sign, show the answer, wait.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { saveFile } from "../files";
import { type Loaded, useAction, useAsk } from "../load";
import type { DeskAnswer, DeskOffer, Home } from "../messages";
import { Icon } from "../parts/Icon";
import { QrCode } from "../parts/QrCode";
import { CodeInput } from "../parts/Scanner";
import { Screen } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Name, Sentence, Text } from "../parts/Text";
import { to } from "../router";
import { askStarted, background, deskCode, proof, started } from "../state";
import { t } from "../texts";

/** At the desk. */
export function DeskScreen() {
	const offer = useSignal<DeskOffer | null>(null);
	const answer = useSignal<DeskAnswer | null>(null);
	const { failure, isBusy, waiting, run } = useAction();
	const home = useEnrolment();
	const readCode = (text: string) =>
		void run(async (onWaiting) => (offer.value = await ask({ ask: "readDeskCode", text }, onWaiting)));
	const accept = (digest: string) =>
		void run(async (onWaiting) => (answer.value = await ask({ ask: "acceptDeskCode", digest }, onWaiting)));
	useEffect(() => {
		const text = deskCode.peek();
		deskCode.value = "";
		if (text) readCode(text);
	}, []);
	return (
		<Screen title={t("page-desk-heading")}>
			{started.value?.phase === "notEnrolled" && !offer.value && <Why home={home} />}
			{!offer.value && (
				<>
					<p>{t("page-desk-intro")}</p>
					<h2>{t("page-desk-step-scan")}</h2>
					<CodeInput
						label={t("page-desk-link-field")}
						button={t("page-continue")}
						isBusy={isBusy.value}
						onText={readCode}
					/>
				</>
			)}
			{offer.value && !answer.value && (
				<>
					<h2>{t("page-desk-step-check")}</h2>
					<Offer offer={offer.value} />
					<button type="button" class="primary wide" disabled={isBusy.value} onClick={() => offer.value && accept(offer.value.digest)}>
						{t("page-desk-sign")}
					</button>
					<button type="button" class="quiet-button wide" onClick={() => (offer.value = null)}>
						{t("page-cancel")}
					</button>
				</>
			)}
			{failure.value && <Failure failure={failure.value} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{answer.value && <Code answer={answer.value} />}
			<DeskLinks />
		</Screen>
	);
}

/** Asks whether the account is enrolled by now: when the screen appears, and at each proven block. */
function useEnrolment(): Loaded<Home> {
	const home = useAsk({ ask: "home" });
	useEffect(() => proof.subscribe(() => void home.reload()), []);
	useEffect(() => {
		if (home.value.value && started.peek()?.phase === "notEnrolled") void askStarted().catch(() => undefined);
	}, [home.value.value]);
	return home;
}

/** Why nothing else is shown yet: the account is not enrolled, or no hospital could be asked. */
function Why({ home }: { home: Loaded<Home> }) {
	const failure = home.failure.value;
	if (failure && failure.kind !== "notEnrolled")
		return <Failure failure={failure} onRetry={home.reload} onlyReads />;
	return failure ? <p class="lead">{t("page-home-not-enrolled")}</p> : <Busy waiting={home.waiting.value} />;
}

function Offer({ offer }: { offer: DeskOffer }) {
	return (
		<div class="card">
			<h3>
				<Name>{offer.institution}</Name>
			</h3>
			<Note tone={offer.isProven ? "good" : "warn"}>
				<p>{t(offer.isProven ? "page-desk-institution-proven" : "page-desk-institution-not-proven")}</p>
			</Note>
			<Sentence text={offer.sentence} isLarge />
			<dl class="facts">
				<div>
					<dt>{t("page-desk-role")}</dt>
					<dd dir="auto">{offer.role}</dd>
				</div>
				<div>
					<dt>{t("page-until")}</dt>
					<dd dir="auto">{offer.until}</dd>
				</div>
			</dl>
			<p class="quiet">{t("page-desk-what-happens")}</p>
		</div>
	);
}

/** The code for the registrar. The screen goes on by itself once the enrolment is proven. */
function Code({ answer }: { answer: DeskAnswer }) {
	const isCopied = useSignal(false);
	const copy = () =>
		void navigator.clipboard.writeText(answer.code.text).then(
			() => (isCopied.value = true),
			() => (isCopied.value = false),
		);
	return (
		<div class="card center">
			<h2>{t("page-desk-step-show")}</h2>
			<QrCode code={answer.code} />
			<h2>{t("page-desk-step-wait")}</h2>
			<Busy waiting={background.value ?? { what: t("page-wait-enrolment"), done: 0, total: null }} />
			<div class="buttons">
				<button type="button" onClick={() => saveFile("vouchsafe-code.txt", "text/plain", answer.code.text)}>
					<Icon name="save" />
					{t("page-desk-save")}
				</button>
				<button type="button" onClick={copy}>
					{t("page-desk-send-link")}
				</button>
			</div>
			<p role="status">{isCopied.value && t("page-copied")}</p>
		</div>
	);
}

function DeskLinks() {
	const now = started.value;
	if (now?.phase === "open")
		return (
			<Note tone="good" isNews>
				<p>
					<Text id="page-desk-done" values={{ institution: now.server ?? "" }} />
				</p>
				<a href={to()}>{t("page-nav-home")}</a>
			</Note>
		);
	return (
		<p class="links">
			{!now?.hasBackup && <a href={to("backup")}>{t("page-check-heading")}</a>}
			<a href={to("settings")}>{t("page-nav-settings")}</a>
		</p>
	);
}
