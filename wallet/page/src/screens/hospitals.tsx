// Which hospitals hold records and key shares, and members whose name or key has changed.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { ChangedMember, Holdings } from "../messages";
import { CheckField } from "../parts/Field";
import { Loading } from "../parts/Loading";
import { PersonDetails } from "../parts/PersonLine";
import { Screen, Section } from "../parts/Screen";
import { Busy, Empty, Failure, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { to } from "../router";
import { showDraft } from "../signing";
import { changes, started } from "../state";
import { t } from "../texts";

/** Hospitals. */
export function HospitalsScreen() {
	const holdings = useAsk({ ask: "holdings" });
	const home = useAsk({ ask: "home" });
	const back = started.value?.kind === "registrar"
		? { back: to(), backText: t("page-registrar-heading") }
		: { back: to("records"), backText: t("page-records-heading") };
	return (
		<Screen title={t("page-hospitals-heading")} {...back}>
			{home.value.value?.changedMembers.map((member) => (
				<Changed key={member.institution.account} member={member} />
			))}
			<Loading of={holdings}>{(shown) => <List holdings={shown} />}</Loading>
		</Screen>
	);
}

function List({ holdings }: { holdings: Holdings }) {
	return (
		<>
			{holdings.institutions.length === 0 ? (
				<Empty icon="hospital" text={t("page-hospitals-none")} />
			) : (
				<div class="stack">
					{holdings.institutions.map((line) => (
						<article key={line.who.account} class="card">
							<h2 class="card-title">
								<Name>{line.who.name}</Name>
							</h2>
							{line.since && (
								<p class="quiet">
									<Text id="page-hospitals-since" values={{ month: line.since }} />
								</p>
							)}
							<dl class="facts">
								<div>
									<dt>{t("page-hospitals-made")}</dt>
									<dd>{line.made}</dd>
								</div>
								<div>
									<dt>{t("page-hospitals-holds-keys")}</dt>
									<dd>{line.holds}</dd>
								</div>
							</dl>
							<PersonDetails who={line.who} />
						</article>
					))}
				</div>
			)}
			<Section title={t("page-hospitals-holders")}>
				<p dir="auto">{holdings.choice}</p>
				<p class="quiet">{t("page-hospitals-holders-hint")}</p>
				<HoldersForm holdings={holdings} />
			</Section>
		</>
	);
}

/** Chooses who may hold keys of new records. Nothing chosen means any. */
function HoldersForm({ holdings }: { holdings: Holdings }) {
	const holders = useSignal(holdings.chosenHolders);
	const countries = useSignal(holdings.chosenCountries);
	const { failure, isBusy, waiting, run } = useAction();
	const review = () =>
		void run(async (onWaiting) => {
			const what = { ask: "draftHolders", holders: holders.value, countries: countries.value } as const;
			await showDraft(await ask(what, onWaiting));
		});
	return (
		<details class="card no-print">
			<summary>{t("page-hospitals-holders-change")}</summary>
			<form
				class="stack form"
				onSubmit={(event) => {
					event.preventDefault();
					review();
				}}
			>
				<p>{t("page-hospitals-holders-any")}</p>
				<CheckField label={t("page-hospitals-holders-which")} choices={holdings.holders} values={holders} />
				{holdings.countries.length > 1 && (
					<CheckField label={t("page-hospitals-countries")} choices={holdings.countries} values={countries} />
				)}
				{failure.value && <Failure failure={failure.value} onRetry={review} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<button type="submit" class="wide" disabled={isBusy.value}>
					{t("page-hospitals-holders-change")}
				</button>
			</form>
		</details>
	);
}

function Changed({ member }: { member: ChangedMember }) {
	const { failure, isBusy, waiting, run } = useAction();
	const confirm = () =>
		void run(async (onWaiting) => {
			await ask({ ask: "confirmMember", account: member.institution.account }, onWaiting);
			changes.value += 1;
		});
	return (
		<Note tone="warn">
			<p class="strong">
				<Text id="page-hospitals-changed" values={{ who: <Name>{member.institution.name}</Name> }} />
			</p>
			<ul class="plain">
				{member.changes.map((change) => (
					<li key={change} dir="auto">
						{change}
					</li>
				))}
			</ul>
			<p>{t("page-hospitals-changed-hint")}</p>
			<button type="button" disabled={isBusy.value} onClick={confirm}>
				{t("page-hospitals-changed-confirm")}
			</button>
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && <Failure failure={failure.value} onRetry={confirm} />}
		</Note>
	);
}
