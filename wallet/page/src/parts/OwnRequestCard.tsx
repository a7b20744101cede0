// A request that a practitioner has made, with its state.

import { ask } from "../core";
import { useAction } from "../load";
import type { OwnRequest } from "../messages";
import { to } from "../router";
import { showDraft } from "../signing";
import { t } from "../texts";
import { Icon } from "./Icon";
import { Busy, Failure, Mark } from "./Status";
import { Name, Sentence, Text } from "./Text";

/** The card. Without `isOfPatient` it leads to the patient. */
export function OwnRequestCard({ request, isOfPatient }: { request: OwnRequest; isOfPatient?: boolean }) {
	const { failure, isBusy, waiting, run } = useAction();
	const withdraw = () =>
		void run(async (onWaiting) => {
			const { account: patient } = request.patient;
			await showDraft(await ask({ ask: "draftWithdrawal", patient, id: request.id }, onWaiting));
		});
	return (
		<article class="card">
			{!isOfPatient && (
				<h2 class="card-title">
					<a href={to("patient", request.patient.account)}>
						<Name>{request.patient.name}</Name>
					</a>
				</h2>
			)}
			<p>
				<State request={request} />
			</p>
			{request.sentence && <Sentence text={request.sentence} />}
			<p class="quiet small with-icon">
				<Icon name="clock" />
				<span>
					<Text id="page-practice-asked-at" values={{ moment: request.asked }} />
					{request.state === "waiting" && (
						<>
							{". "}
							<Text id="page-practice-request-until" values={{ moment: request.until }} />
						</>
					)}
				</span>
			</p>
			{request.state === "gone" && <p class="quiet small">{t("page-practice-request-gone-hint")}</p>}
			{failure.value && <Failure failure={failure.value} onRetry={withdraw} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{request.state === "waiting" && (
				<button type="button" class="quiet-button no-print" disabled={isBusy.value} onClick={withdraw}>
					{t("page-practice-withdraw")}
				</button>
			)}
		</article>
	);
}

function State({ request }: { request: OwnRequest }) {
	switch (request.state) {
		case "waiting":
			return <Mark tone="info">{t("page-practice-request-waiting")}</Mark>;
		case "gone":
			return <Mark tone="plain">{t("page-practice-request-gone")}</Mark>;
		case "expired":
			return <Mark tone="warn">{t("page-practice-request-expired")}</Mark>;
	}
}
