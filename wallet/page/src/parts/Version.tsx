// The release that this browser uses, whether it is the published one, and a newer one that waits.

import { VERSION } from "../build";
import { useAction, useAsk } from "../load";
import type { ReleaseView } from "../messages";
import { activateUpdate, installed, update } from "../release";
import { t } from "../texts";
import { Icon, type IconName } from "./Icon";
import { Section } from "./Screen";
import { Busy, Failure, Note } from "./Status";

/** The version, and what the chain says of it. */
export function VersionSection() {
	const release = installed.value;
	return (
		<Section title={t("page-settings-version")}>
			<p>{release?.version ?? VERSION}</p>
			{release ? <Published manifest={release.manifest} /> : <p class="quiet">{t("page-settings-version-unknown")}</p>}
			<UpdateNote />
		</Section>
	);
}

/** Whether the release with this manifest is the published one, proven. */
function Published({ manifest }: { manifest: string }) {
	const asked = useAsk({ ask: "release", manifest });
	const view = asked.value.value;
	return (
		<>
			{view && <Standing view={view} />}
			{!view && asked.failure.value && <p class="quiet">{t("page-settings-version-unknown")}</p>}
			{!view && !asked.failure.value && <Busy waiting={asked.waiting.value} />}
			<details class="small">
				<summary>{t("page-settings-version-hash")}</summary>
				<p>
					<code class="account">{manifest}</code>
				</p>
				{view?.hash && view.hash !== manifest && (
					<p>
						{t("page-settings-version-published")}: <code class="account">{view.hash}</code>
					</p>
				)}
			</details>
		</>
	);
}

function Standing({ view }: { view: ReleaseView }) {
	switch (view.standing) {
		case "current":
			return <Line icon="check">{t("page-settings-version-matches")}</Line>;
		case "earlier":
			return <Line icon="warning">{t("page-settings-version-earlier", { version: view.version })}</Line>;
		case "nothingPublished":
			return <Line icon="info">{t("page-settings-version-none")}</Line>;
		case "unknown":
			return (
				<Note tone="bad" isNews>
					<p class="strong">{t("page-settings-version-differs")}</p>
					<p>{t("page-settings-version-differs-hint")}</p>
				</Note>
			);
	}
}

function Line({ icon, children }: { icon: IconName; children: string }) {
	return (
		<p class="with-icon">
			<Icon name={icon} />
			<span>{children}</span>
		</p>
	);
}

/** A newer release waits until the person agrees to it. */
function UpdateNote() {
	const newer = update.value;
	const { failure, isBusy, run } = useAction();
	return (
		newer && (
			<Note isNews>
				<p class="strong">
					{t("page-settings-update")}: {newer.version}
				</p>
				<p>{t("page-settings-update-hint")}</p>
				<Published manifest={newer.manifest} />
				<button type="button" disabled={isBusy.value} onClick={() => void run(activateUpdate)}>
					{t("page-settings-update-button")}
				</button>
				{failure.value && <Failure failure={failure.value} onlyReads />}
			</Note>
		)
	);
}
