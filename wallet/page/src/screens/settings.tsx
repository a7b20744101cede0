// Settings: language, appearance, lock, passkey, backup, names, custodians, this device, version.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Choice, Settings } from "../messages";
import { CheckField, PassphraseField, RadioField, TextField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { NewPassphraseForm } from "../parts/NewPassphrase";
import { Screen, Section } from "../parts/Screen";
import { Sheet } from "../parts/Sheet";
import { Busy, Failure, Mark } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { VersionSection } from "../parts/Version";
import { addPasskey, hasPasskeys } from "../passkey";
import { appearance, setAppearance } from "../preferences";
import { go, to } from "../router";
import { askStarted, become, becomeLocked, changes, started } from "../state";
import { t } from "../texts";
import { LanguageChoice } from "./welcome";

/** Settings. */
export function SettingsScreen() {
	const settings = useAsk({ ask: "settings" });
	return (
		<Screen title={t("page-settings-heading")} back={to()} backText={t("page-nav-home")}>
			<LanguageChoice />
			<AppearanceField />
			<LockSection />
			<PassphraseSection />
			<PasskeySection />
			<Section title={t("page-settings-backup")}>
				<p class="with-icon">
					<Icon name={started.value?.hasBackup ? "check" : "warning"} />
					{t(started.value?.hasBackup ? "page-check-right" : "page-check-missing")}
				</p>
				{started.value?.extension && (
					<p>
						{t("page-extension-kept")} <Name>{started.value.extension}</Name>
					</p>
				)}
				<a class="button" href={to("backup")}>
					{t("page-settings-backup-print")}
				</a>
			</Section>
			<Section title={t("page-settings-devices")}>
				<p>{t("page-settings-devices-hint")}</p>
			</Section>
			<StorageSection />
			<Loading of={settings}>{(shown) => <FromCore settings={shown} />}</Loading>
			<ForgetSection />
			<VersionSection />
		</Screen>
	);
}

function StorageSection() {
	const isKept = useSignal<boolean | null>(null);
	useEffect(() => {
		navigator.storage.persisted().then((kept) => (isKept.value = kept), () => undefined);
	}, []);
	if (isKept.value === null) return null;
	return (
		<Section title={t("page-settings-storage")}>
			<p class="with-icon">
				<Icon name={isKept.value ? "check" : "warning"} />
				<span>{t(isKept.value ? "page-settings-storage-persistent" : "page-settings-storage-not-persistent")}</span>
			</p>
		</Section>
	);
}

function AppearanceField() {
	const chosen = useSignal<string>(appearance());
	useSignalEffect(() => setAppearance(chosen.value));
	return (
		<RadioField
			label={t("page-settings-appearance")}
			value={chosen}
			choices={[
				{ key: "system", text: t("page-settings-appearance-system"), hint: "" },
				{ key: "light", text: t("page-settings-appearance-light"), hint: "" },
				{ key: "dark", text: t("page-settings-appearance-dark"), hint: "" },
			]}
		/>
	);
}

function LockSection() {
	const { failure, run } = useAction();
	const lock = () =>
		void run(async () => {
			await ask({ ask: "lock" });
			becomeLocked();
		});
	return (
		<Section title={t("page-settings-lock")}>
			<button type="button" onClick={lock}>
				<Icon name="lock" />
				{t("page-lock-now")}
			</button>
			<p>
				<a href={to("lost")}>{t("page-unlock-lost")}</a>
			</p>
			{failure.value && <Failure failure={failure.value} />}
		</Section>
	);
}

function PassphraseSection() {
	const isAsking = useSignal(false);
	const isDone = useSignal(false);
	return (
		<Section title={t("page-create-passphrase")}>
			<button type="button" onClick={() => (isAsking.value = true)}>
				<Icon name="lock" />
				{t("page-settings-passphrase-change")}
			</button>
			<p class="with-icon" role="status">
				{isDone.value && <Icon name="check" />}
				{isDone.value && t("page-settings-passphrase-changed")}
			</p>
			{isAsking.value && (
				<PassphraseSheet
					onClose={(changed) => {
						isAsking.value = false;
						isDone.value = changed;
					}}
				/>
			)}
		</Section>
	);
}

/** What unlocks the wallet until now, and then the new passphrase. */
function PassphraseSheet({ onClose }: { onClose: (isChanged: boolean) => void }) {
	const old = useSignal("");
	const isShown = useSignal(false);
	const { failure, isBusy, waiting, run } = useAction();
	const wasRefused = failure.value?.kind === "passphrase";
	const change = (passphrase: string) =>
		void run(async (onWaiting) => {
			const secret = { by: "passphrase", text: old.value } as const;
			await ask({ ask: "changePassphrase", secret, passphrase }, onWaiting);
			onClose(true);
		});
	return (
		<Sheet title={t("page-settings-passphrase-change")} canClose={!isBusy.value} onClose={() => onClose(false)}>
			<NewPassphraseForm
				button={t("page-settings-passphrase-change")}
				isBusy={isBusy.value}
				canSend={old.value !== ""}
				onPassphrase={change}
			>
				<PassphraseField
					label={t("page-settings-passphrase-old")}
					text={old}
					isShown={isShown}
					{...(wasRefused && failure.value ? { error: failure.value.text } : {})}
				/>
			</NewPassphraseForm>
			{failure.value && !wasRefused && <Failure failure={failure.value} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
		</Sheet>
	);
}

function PasskeySection() {
	const { failure, isBusy, run } = useAction();
	const error = useSignal("");
	const passkeys = useAsk({ ask: "passkeys" });
	const credentials = passkeys.value.value?.credentials ?? [];
	const changed = async () => {
		await askStarted();
		passkeys.reload();
	};
	const add = () =>
		void run(async () => {
			error.value = "";
			await addPasskey().catch((reason: unknown) => {
				if (!(reason instanceof DOMException)) throw reason;
				error.value = t("page-create-passkey-missing");
			});
			await changed();
		});
	const remove = (credential: string) =>
		void run(async () => {
			await ask({ ask: "removePasskey", credential });
			await changed();
		});
	return (
		<Section title={t("page-settings-passkeys")}>
			<p class="quiet">{t(hasPasskeys ? "page-create-passkey-hint" : "page-create-passkey-missing")}</p>
			{credentials.length === 0 && <p>{t("page-settings-passkey-none")}</p>}
			<ul class="rows">
				{credentials.map((credential, index) => (
					<li key={credential} class="row">
						<span>
							<Text id="page-settings-passkey-number" values={{ number: index + 1 }} />{" "}
							<code class="quiet small">{credential.slice(0, 8)}</code>
						</span>
						<button
							type="button"
							class="danger-quiet"
							aria-label={`${t("page-remove")}: ${t("page-settings-passkey-number", { number: index + 1 })}`}
							disabled={isBusy.value}
							onClick={() => remove(credential)}
						>
							{t("page-remove")}
						</button>
					</li>
				))}
			</ul>
			{hasPasskeys && (
				<button type="button" disabled={isBusy.value} onClick={add}>
					<Icon name="key" />
					{t("page-settings-passkey-add")}
				</button>
			)}
			<p class="error" role="alert">
				{error.value}
			</p>
			{failure.value && <Failure failure={failure.value} />}
		</Section>
	);
}

function FromCore({ settings }: { settings: Settings }) {
	return (
		<>
			<Names names={settings.names} />
			<CustodiansSection settings={settings} />
			<Section title={t("page-settings-account")}>
				{settings.enrolledBy && (
					<p>
						{t("page-settings-enrolled-by")}: <Name>{settings.enrolledBy}</Name>
					</p>
				)}
				<details class="small">
					<summary>{t("page-details")}</summary>
					<p>
						<code class="account">{settings.account}</code>
					</p>
					<p>
						{t("page-desk-chain")}: <code class="account">{settings.chain}</code>
					</p>
				</details>
			</Section>
		</>
	);
}

function CustodiansSection({ settings }: { settings: Settings }) {
	const inUse = settings.custodians.filter((custodian) => custodian.isChosen);
	return (
		<Section title={t("page-settings-talks-with")}>
			<p class="quiet">{t("page-settings-talks-with-hint")}</p>
			<ul class="rows">
				{inUse.map((custodian) => (
					<li key={custodian.account} class="row">
						<span>
							<Name>{custodian.name}</Name>
							<span class="quiet small">
								<br />
								<bdi>{custodian.address}</bdi>
							</span>
						</span>
						<Mark tone={custodian.answers ? "good" : "warn"}>
							<Icon name={custodian.answers ? "check" : "warning"} />
							{t(custodian.answers ? "page-settings-custodian-answers" : "page-settings-custodian-silent")}
						</Mark>
					</li>
				))}
			</ul>
			{settings.custodians.length > 1 && <CustodiansForm key={inUse.map((it) => it.account).join()} settings={settings} />}
			<p dir="auto">{settings.synced}</p>
		</Section>
	);
}

function CustodiansForm({ settings }: { settings: Settings }) {
	const chosen = useSignal(settings.custodians.filter((custodian) => custodian.isChosen).map((it) => it.account));
	const wasSent = useSignal(false);
	const { failure, isBusy, waiting, run } = useAction();
	const isWrong = chosen.value.length > settings.mostCustodians;
	const choices = settings.custodians.map(({ account, name, address }) => ({ key: account, text: name, hint: address }));
	const choose = (institutions: string[]) =>
		void run(async (onWaiting) => {
			await ask({ ask: "chooseCustodians", institutions }, onWaiting);
			changes.value += 1;
		});
	return (
		<details class="card">
			<summary>{t("page-settings-custodians-choose")}</summary>
			<form
				class="stack form"
				onSubmit={(event) => {
					event.preventDefault();
					wasSent.value = true;
					if (!isWrong && chosen.value.length > 0) choose(chosen.value);
				}}
			>
				<CheckField
					label={t("page-settings-custodians-which", { count: settings.mostCustodians })}
					choices={choices}
					values={chosen}
				/>
				<p class="error" role="alert">
					{wasSent.value &&
						(isWrong || chosen.value.length === 0) &&
						t("page-settings-custodians-wrong", { count: settings.mostCustodians })}
				</p>
				{failure.value && <Failure failure={failure.value} />}
				{isBusy.value && <Busy waiting={waiting.value} />}
				<button type="submit" class="wide" disabled={isBusy.value}>
					{t("page-save")}
				</button>
				<button type="button" class="quiet-button wide" disabled={isBusy.value} onClick={() => choose([])}>
					{t("page-settings-custodians-automatic")}
				</button>
			</form>
		</details>
	);
}

function Names({ names }: { names: Choice[] }) {
	const edited = useSignal<string | null>(null);
	const name = useSignal("");
	const { failure, isBusy, run } = useAction();
	const save = (account: string, text: string) =>
		void run(async () => {
			await ask({ ask: "setName", account, name: text });
			edited.value = null;
			changes.value += 1;
		});
	return (
		<Section title={t("page-settings-names")}>
			{names.length === 0 && <p class="quiet">{t("page-settings-names-none")}</p>}
			<ul class="rows">
				{names.map((line) => (
					<li key={line.key} class="row">
						{edited.value === line.key ? (
							<form
								class="with-button"
								onSubmit={(event) => {
									event.preventDefault();
									save(line.key, name.value.trim());
								}}
							>
								<TextField label={t("page-person-name")} text={name} />
								<button type="submit" disabled={isBusy.value}>
									{t("page-save")}
								</button>
							</form>
						) : (
							<>
								<Name>{line.text}</Name>
								<span class="buttons">
									<button
										type="button"
										aria-label={`${t("page-edit")}: ${line.text}`}
										onClick={() => {
											edited.value = line.key;
											name.value = line.text;
										}}
									>
										{t("page-edit")}
									</button>
									<button
										type="button"
										aria-label={`${t("page-remove")}: ${line.text}`}
										onClick={() => save(line.key, "")}
									>
										{t("page-remove")}
									</button>
								</span>
							</>
						)}
					</li>
				))}
			</ul>
			{failure.value && <Failure failure={failure.value} />}
		</Section>
	);
}

function ForgetSection() {
	const isAsking = useSignal(false);
	const { failure, isBusy, run } = useAction();
	const forget = () =>
		void run(async () => {
			const now = await ask({ ask: "forget" });
			isAsking.value = false;
			go();
			await become(now);
		});
	return (
		<Section title={t("page-settings-remove-key")}>
			<p class="quiet">{t("page-settings-remove-key-hint")}</p>
			<button type="button" class="danger-quiet" onClick={() => (isAsking.value = true)}>
				{t("page-settings-remove-key")}
			</button>
			{isAsking.value && (
				<Sheet title={t("page-settings-remove-key")} onClose={() => (isAsking.value = false)}>
					<p class="lead">{t("page-settings-remove-key-hint")}</p>
					{!started.value?.hasBackup && <p class="strong">{t("page-check-missing")}</p>}
					{failure.value && <Failure failure={failure.value} />}
					{isBusy.value && <Busy />}
					<button type="button" class="danger wide" disabled={isBusy.value} onClick={forget}>
						{t("page-settings-remove-key")}
					</button>
					<button type="button" class="quiet-button wide" onClick={() => (isAsking.value = false)}>
						{t("page-cancel")}
					</button>
				</Sheet>
			)}
		</Section>
	);
}
