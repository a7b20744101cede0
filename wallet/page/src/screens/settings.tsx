// Settings: language, appearance, lock, passkey, backup, names, custodians, this device, version.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { VERSION } from "../build";
import { ask } from "../core";
import { useAction, useAsk } from "../load";
import type { Choice, Settings } from "../messages";
import { RadioField, TextField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { Screen, Section } from "../parts/Screen";
import { Sheet } from "../parts/Sheet";
import { Busy, Failure, Mark, Note } from "../parts/Status";
import { Name } from "../parts/Text";
import { addPasskey, hasPasskeys } from "../passkey";
import { appearance, setAppearance } from "../preferences";
import { installed, update, activateUpdate } from "../release";
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

function VersionSection() {
	const release = installed.value;
	return (
		<Section title={t("page-settings-version")}>
			<p>{release?.version ?? VERSION}</p>
			{release && (
				<details class="small">
					<summary>{t("page-settings-version-hash")}</summary>
					<p>
						<code class="account">{release.manifest}</code>
					</p>
				</details>
			)}
			<UpdateNote />
		</Section>
	);
}

/** A newer release waits until the person agrees to it. */
function UpdateNote() {
	const newer = update.value;
	return (
		newer && (
			<Note isNews>
				<p class="strong">
					{t("page-settings-update")}: {newer.version}
				</p>
				<p>{t("page-settings-update-hint")}</p>
				<p class="small">
					{t("page-settings-version-hash")}: <code class="account">{newer.manifest}</code>
				</p>
				<button type="button" onClick={() => void activateUpdate()}>
					{t("page-settings-update-button")}
				</button>
			</Note>
		)
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

function PasskeySection() {
	const { failure, isBusy, run } = useAction();
	const error = useSignal("");
	const add = () =>
		void run(async () => {
			error.value = "";
			await addPasskey().catch((reason: unknown) => {
				if (!(reason instanceof DOMException)) throw reason;
				error.value = t("page-create-passkey-missing");
			});
			await askStarted();
		});
	const remove = () =>
		void run(async () => {
			await ask({ ask: "removePasskeys" });
			await askStarted();
		});
	const has = started.value?.hasPasskey;
	return (
		<Section title={t("page-settings-passkeys")}>
			<p class="quiet">{t(hasPasskeys ? "page-create-passkey-hint" : "page-create-passkey-missing")}</p>
			{!has && <p>{t("page-settings-passkey-none")}</p>}
			<div class="buttons">
				{hasPasskeys && (
					<button type="button" disabled={isBusy.value} onClick={add}>
						<Icon name="key" />
						{t("page-settings-passkey-add")}
					</button>
				)}
				{has && (
					<button type="button" class="danger-quiet" disabled={isBusy.value} onClick={remove}>
						{t("page-settings-passkeys-remove")}
					</button>
				)}
			</div>
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
			<Section title={t("page-settings-custodians")}>
				<p dir="auto">{settings.synced}</p>
				<ul class="rows">
					{settings.custodians.map((custodian) => (
						<li key={custodian.address} class="row">
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
			</Section>
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
