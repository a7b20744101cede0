// People and institutions: the name first, its source and the account only under "details".

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction } from "../load";
import type { Person } from "../messages";
import { changes, started } from "../state";
import { t } from "../texts";
import { TextField } from "./Field";
import { Icon } from "./Icon";
import { Mark } from "./Status";
import { Name, Text } from "./Text";

/** A person in one line. */
export function PersonLine({ who }: { who: Person }) {
	return (
		<span class="person-line">
			<Name>{who.name}</Name>
			{(who.function || who.institution) && (
				<span class="quiet">
					{", "}
					<Name>{[who.function, who.institution].filter(Boolean).join(", ")}</Name>
				</span>
			)}
		</span>
	);
}

/** A person with everything that is known. */
export function PersonCard({ who }: { who: Person }) {
	return (
		<div class="person">
			<span class="person-icon">
				<Icon name={who.function ? "person" : "hospital"} />
			</span>
			<div class="person-body">
				<p class="person-name">
					<Name>{who.name}</Name>
				</p>
				{who.function && (
					<p>
						<Name>{who.function}</Name>
					</p>
				)}
				{who.institution && (
					<p>
						<Name>{who.institution}</Name>
					</p>
				)}
				{who.isAttested !== null && (
					<p>
						<Mark tone={who.isAttested ? "good" : "warn"}>
							<Icon name={who.isAttested ? "seal" : "warning"} />
							{t(who.isAttested ? "page-person-attested" : "page-request-licence-none")}
						</Mark>
					</p>
				)}
				<PersonDetails who={who} />
			</div>
		</div>
	);
}

/** Gives the account a name that only this person sees. */
function NameForm({ who }: { who: Person }) {
	const name = useSignal("");
	const { failure, isBusy, run } = useAction();
	const save = () =>
		void run(async () => {
			await ask({ ask: "setName", account: who.account, name: name.value.trim() });
			changes.value += 1;
		});
	return (
		<form
			class="with-button no-print"
			onSubmit={(event) => {
				event.preventDefault();
				if (name.value.trim()) save();
			}}
		>
			<TextField
				label={t("page-person-own-name")}
				text={name}
				{...(failure.value ? { error: failure.value.text } : {})}
			/>
			<button type="submit" disabled={isBusy.value}>
				{t("page-save")}
			</button>
		</form>
	);
}

/** Whose word the name is, and the account. */
export function PersonDetails({ who }: { who: Person }) {
	return (
		<details class="small">
			<summary>{t("page-details")}</summary>
			<p>
				{who.nameBy ? (
					<Text id="page-proof-word-of" values={{ who: who.nameBy }} />
				) : (
					t("page-person-name-own")
				)}
			</p>
			{who.account && (
				<>
					<p>
						{t("page-settings-account")}: <code class="account">{who.account}</code>
					</p>
					{started.value?.phase === "open" && <NameForm who={who} />}
				</>
			)}
		</details>
	);
}
