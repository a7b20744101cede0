// At the registration desk: read the desk's code, see what is asked, sign, show the answer, wait.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { saveFile } from "../files";
import { useAction } from "../load";
import type { DeskAnswer, DeskOffer } from "../messages";
import { Icon } from "../parts/Icon";
import { QrCode } from "../parts/QrCode";
import { CodeInput } from "../parts/Scanner";
import { Screen } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Name, Sentence, Text } from "../parts/Text";
import { to } from "../router";
import { askStarted, background, changes, proof, started } from "../state";
import { t } from "../texts";

/** At the desk. */
export function DeskScreen() {
	const offer = useSignal<DeskOffer | null>(null);
	const answer = useSignal<DeskAnswer | null>(null);
	const { failure, isBusy, waiting, run } = useAction();
	const readCode = (text: string) =>
		void run(async (onWaiting) => (offer.value = await ask({ ask: "readDeskCode", text }, onWaiting)));
	const accept = () =>
		void run(async (onWaiting) => (answer.value = await ask({ ask: "acceptDeskCode" }, onWaiting)));
	return (
		<Screen title={t("page-desk-heading")}>
			{started.value?.phase === "notEnrolled" && !offer.value && (
				<p class="lead">{t("page-home-not-enrolled")}</p>
			)}
			{!offer.value && (
				<>
					<p>{t("page-desk-intro")}</p>
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
					<Offer offer={offer.value} />
					<button type="button" class="primary wide" disabled={isBusy.value} onClick={accept}>
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

function Offer({ offer }: { offer: DeskOffer }) {
	return (
		<div class="card">
			<h2>
				<Name>{offer.institution}</Name>
			</h2>
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
	useEffect(() => {
		const look = () => void askStarted().catch(() => undefined);
		const ends = [changes.subscribe(look), proof.subscribe(look)];
		return () => ends.forEach((end) => end());
	}, []);
	const copy = () =>
		void navigator.clipboard.writeText(answer.code.text).then(
			() => (isCopied.value = true),
			() => (isCopied.value = false),
		);
	return (
		<div class="card center">
			<h2>{t("page-desk-show")}</h2>
			<QrCode code={answer.code} />
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
