// An account as its registrar sees it: its name, its work for the institution, its status and its key.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { type Action, useAction, useAsk } from "../load";
import type { Managed, Management } from "../messages";
import { AtDesk } from "../parts/AtDesk";
import { RadioField, SelectField, TextField } from "../parts/Field";
import { Loading } from "../parts/Loading";
import { PersonDetails } from "../parts/PersonLine";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure, Mark, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { route, to } from "../router";
import { showDraft } from "../signing";
import { changes } from "../state";
import { t } from "../texts";

/** An account. */
export function AccountScreen() {
	const account = route.value.parts[1] ?? "";
	return (
		<Screen title={t("page-registrar-account")} back={to("staff")} backText={t("page-registrar-names")}>
			<AtDesk>
				{(institution) => (
					<Loaded
						key={institution.key}
						institution={institution.key}
						institutionName={institution.text}
						account={account}
					/>
				)}
			</AtDesk>
		</Screen>
	);
}

interface Place {
	institution: string;
	institutionName: string;
	account: string;
}

function Loaded(place: Place) {
	const managed = useAsk({ ask: "managed", institution: place.institution, account: place.account });
	return (
		<Loading of={managed}>
			{(shown) => <Content managed={shown} place={{ ...place, account: shown.who.account }} />}
		</Loading>
	);
}

function Content({ managed, place }: { managed: Managed; place: Place }) {
	return (
		<>
			<div class="card">
				<h2>
					<Name>{managed.who.name}</Name>
				</h2>
				<dl class="facts">
					<Fact name={t("page-registrar-kind")} value={managed.kind} />
					<Fact name={t("page-registrar-status")} value={managed.status} />
					<Fact name={t("page-registrar-enrolled-by")} value={managed.enrolledBy} />
				</dl>
				<PersonDetails who={managed.who} />
			</div>
			{managed.canBeNamed && <NameSection managed={managed} place={place} />}
			{(managed.roles.length > 0 || managed.affiliation) && <WorkSection managed={managed} place={place} />}
			{managed.statuses.length > 0 && <StatusSection managed={managed} place={place} />}
			{managed.canDisable && <KeySection managed={managed} place={place} />}
		</>
	);
}

function Fact({ name, value }: { name: string; value: string }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd dir="auto">{value}</dd>
		</div>
	);
}

/** Shows what would be signed, and signs it. */
function useManagement({ institution, account }: Place): { action: Action; change: (change: Management) => void } {
	const action = useAction();
	const change = (change: Management) =>
		void action.run(async (onWaiting) =>
			showDraft(await ask({ ask: "draftManagement", institution, account, change }, onWaiting)),
		);
	return { action, change };
}

function Outcome({ action: { failure, isBusy, waiting } }: { action: Action }) {
	return (
		<>
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && <Failure failure={failure.value} />}
		</>
	);
}

function NameSection({ managed, place }: { managed: Managed; place: Place }) {
	const name = useSignal(managed.staffName);
	const isSaved = useSignal(false);
	const action = useAction();
	const save = (text: string) =>
		void action.run(async (onWaiting) => {
			isSaved.value = false;
			const { institution, account } = place;
			await ask({ ask: "setStaffName", institution, account, name: text }, onWaiting);
			name.value = text;
			isSaved.value = true;
			changes.value += 1;
		});
	return (
		<Section title={t("page-registrar-name")}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					if (name.value.trim()) save(name.value.trim());
				}}
			>
				<TextField label={t("page-registrar-name-field")} hint={t("page-registrar-name-hint")} text={name} />
				<div class="buttons">
					<button type="submit" disabled={action.isBusy.value}>
						{t("page-registrar-name-save")}
					</button>
					{managed.staffName && (
						<button type="button" class="quiet-button" disabled={action.isBusy.value} onClick={() => save("")}>
							{t("page-registrar-name-remove")}
						</button>
					)}
				</div>
			</form>
			<p role="status">{isSaved.value && t("page-registrar-name-saved")}</p>
			<Outcome action={action} />
		</Section>
	);
}

function WorkSection({ managed, place }: { managed: Managed; place: Place }) {
	const { affiliation, roles } = managed;
	const role = useSignal(affiliation?.role ?? roles[0]?.key ?? "");
	const until = useSignal("");
	const { action, change } = useManagement(place);
	return (
		<Section title={t("page-registrar-work")}>
			<p class="quiet">
				<Name>{place.institutionName}</Name>
			</p>
			{affiliation ? (
				<div class="card">
					<p class="strong" dir="auto">
						{affiliation.roleText}
					</p>
					<p class="quiet" dir="auto">
						{affiliation.until ? (
							<Text id="page-registrar-work-until" values={{ from: affiliation.from, until: affiliation.until }} />
						) : (
							<Text id="page-registrar-work-from" values={{ from: affiliation.from }} />
						)}
					</p>
					{affiliation.hasEnded && (
						<p>
							<Mark tone="warn">{t("page-registrar-work-ended")}</Mark>
						</p>
					)}
					{!affiliation.isAccepted && !affiliation.hasEnded && (
						<p>
							<Mark tone="warn">{t("page-registrar-work-waits")}</Mark>
						</p>
					)}
				</div>
			) : (
				<p>{t("page-registrar-work-none")}</p>
			)}
			{roles.length > 0 ? (
				<form
					class="stack"
					onSubmit={(event) => {
						event.preventDefault();
						change({ change: "affiliate", role: role.value, until: until.value || null });
					}}
				>
					<SelectField label={t("page-registrar-role")} choices={roles} value={role} />
					<TextField
						label={t("page-registrar-work-last")}
						hint={t("page-registrar-work-last-hint")}
						type="date"
						text={until}
					/>
					<div class="buttons">
						<button type="submit" disabled={action.isBusy.value}>
							{t(affiliation ? "page-registrar-work-change" : "page-registrar-work-give")}
						</button>
						{managed.canEnd && (
							<button
								type="button"
								class="danger"
								disabled={action.isBusy.value}
								onClick={() => change({ change: "endAffiliation" })}
							>
								{t("page-registrar-work-end")}
							</button>
						)}
					</div>
				</form>
			) : (
				<Note>
					<p>{t("page-registrar-work-not-yours")}</p>
				</Note>
			)}
			<Outcome action={action} />
		</Section>
	);
}

function StatusSection({ managed, place }: { managed: Managed; place: Place }) {
	const status = useSignal(managed.statuses[0]?.key ?? "");
	const { action, change } = useManagement(place);
	return (
		<Section title={t("page-registrar-status")}>
			<RadioField label={t("page-registrar-status-new")} choices={managed.statuses} value={status} />
			<button
				type="button"
				disabled={action.isBusy.value}
				onClick={() => change({ change: "status", status: status.value })}
			>
				{t("page-registrar-status-set")}
			</button>
			<Outcome action={action} />
		</Section>
	);
}

function KeySection({ managed, place }: { managed: Managed; place: Place }) {
	const since = useSignal("");
	const { action, change } = useManagement(place);
	return (
		<Section title={t("page-registrar-key")}>
			{managed.disabledSince ? (
				<>
					<Note tone="warn">
						<p>
							<Text id="page-registrar-key-disabled" values={{ moment: managed.disabledSince }} />
						</p>
					</Note>
					<button type="button" disabled={action.isBusy.value} onClick={() => change({ change: "enableSigning" })}>
						{t("page-registrar-key-enable")}
					</button>
				</>
			) : (
				<form
					class="stack"
					onSubmit={(event) => {
						event.preventDefault();
						change({ change: "disableSigning", since: since.value || null });
					}}
				>
					<TextField
						label={t("page-registrar-key-since")}
						hint={t("page-registrar-key-since-hint")}
						type="date"
						text={since}
					/>
					<button type="submit" class="danger" disabled={action.isBusy.value}>
						{t("page-registrar-key-disable")}
					</button>
				</form>
			)}
			<Outcome action={action} />
		</Section>
	);
}
