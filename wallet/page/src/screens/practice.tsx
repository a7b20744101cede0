// A practitioner's first screen: for whom the practitioner acts, and which patient it is about.

import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Practice } from "../messages";
import { BackupNote } from "../parts/BackupNote";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { ProofLine } from "../parts/ProofLine";
import { CodeInput } from "../parts/Scanner";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure, Mark, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { go, to } from "../router";
import { proof } from "../state";
import { t } from "../texts";

/** A practitioner's patients. */
export function PracticeScreen() {
	const practice = useAsk({ ask: "practice" });
	const value = practice.value.value;
	useEffect(() => {
		if (value) proof.value = value.proof;
	}, [value]);
	return (
		<Screen title={t("page-practice-heading")}>
			<Loading of={practice}>{(shown) => <Content practice={shown} />}</Loading>
		</Screen>
	);
}

function Content({ practice }: { practice: Practice }) {
	const { failure, isBusy, waiting, run } = useAction();
	const find = (text: string) =>
		void run(async (onWaiting) => {
			const patient = await ask({ ask: "findPatient", text }, onWaiting);
			go("patient", patient.account);
		});
	return (
		<>
			<ProofLine proof={proof.value ?? practice.proof} />
			<ActsFor practice={practice} />
			<BackupNote />
			<Section title={t("page-practice-scan")}>
				<p class="quiet">{t("page-practice-code-hint")}</p>
				<CodeInput
					label={t("page-practice-code")}
					button={t("page-practice-find")}
					isBusy={isBusy.value}
					onText={find}
				/>
				{isBusy.value && <Busy waiting={waiting.value} />}
				{failure.value && <Failure failure={failure.value} onlyReads />}
			</Section>
			<Section title={t("page-practice-choose")}>
				{practice.patients.length === 0 ? (
					<p class="quiet">{t("page-practice-choose-none")}</p>
				) : (
					<ul class="rows">
						{practice.patients.map((patient) => (
							<li key={patient.account} class="row row-link">
								<a href={to("patient", patient.account)}>
									<Name>{patient.name}</Name>
									<Icon name="next" />
								</a>
							</li>
						))}
					</ul>
				)}
			</Section>
			<p class="quiet small with-icon">
				<Icon name="lock" />
				{t("page-practice-not-kept")}
			</p>
		</>
	);
}

function ActsFor({ practice }: { practice: Practice }) {
	if (practice.actsFor.length === 0)
		return (
			<Note tone="warn">
				<p>{t("page-practice-no-institution")}</p>
			</Note>
		);
	return (
		<ul class="plain">
			{practice.actsFor.map((institution) => (
				<li key={institution.account}>
					<Text id="page-practice-acting-for" values={{ institution: institution.name }} />
					{", "}
					<Name>{institution.function}</Name>{" "}
					<Mark tone={institution.isAttested ? "good" : "warn"}>
						<Icon name={institution.isAttested ? "seal" : "warning"} />
						{t(institution.isAttested ? "page-person-attested" : "page-request-licence-none")}
					</Mark>
				</li>
			))}
		</ul>
	);
}
