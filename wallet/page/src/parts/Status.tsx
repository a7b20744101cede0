// What goes on: waiting, failures, notes, empty screens.

import type { ComponentChildren } from "preact";
import type { Waiting } from "../core";
import { askAgain } from "../extensions";
import type { Failure as FailureFacts } from "../messages";
import { to } from "../router";
import { t } from "../texts";
import { Icon, type IconName } from "./Icon";

/** Says for what the page waits. */
export function Busy({ waiting }: { waiting?: Waiting | null }) {
	const what = waiting?.what || t("page-loading");
	return (
		<div class="busy" role="status">
			<span class="spinner" aria-hidden="true" />
			<span dir="auto">{what}</span>
			{waiting?.total ? <progress max={waiting.total} value={waiting.done} aria-label={what} /> : null}
		</div>
	);
}

/** Says what went wrong, whether anything was signed, and what to do. */
export function Failure({
	failure,
	onRetry,
	onlyReads,
}: {
	failure: FailureFacts;
	onRetry?: () => void;
	onlyReads?: boolean;
}) {
	return (
		<div class="box box-bad" role="alert">
			<Icon name="warning" />
			<div class="box-body">
				<p class="strong" dir="auto">
					{failure.text}
				</p>
				{failure.mayTakeEffect && <p>{t("page-error-signed-maybe")}</p>}
				{!failure.mayTakeEffect && !onlyReads && <p>{t("page-error-nothing-signed")}</p>}
				<Remedy failure={failure} onRetry={onRetry} />
				{failure.detail && (
					<details>
						<summary>{t("page-details")}</summary>
						<p class="small" lang="en" dir="auto">
							{failure.detail}
						</p>
					</details>
				)}
			</div>
		</div>
	);
}

function Remedy({ failure, onRetry }: { failure: FailureFacts; onRetry: (() => void) | undefined }) {
	switch (failure.kind) {
		case "changedMember":
			return <a href={to("hospitals")}>{t("page-nav-hospitals")}</a>;
		case "notEnrolled":
			return <a href={to("desk")}>{t("page-desk-heading")}</a>;
		case "update":
			return (
				<button type="button" onClick={() => location.reload()}>
					{t("page-error-reload")}
				</button>
			);
		case "extension":
			return (
				<button type="button" onClick={() => void askAgain().then(onRetry)}>
					{t("page-extension-again")}
				</button>
			);
		case "input":
		case "passphrase":
		case "notShown":
			return null;
		default:
			// What can still take effect is not to be sent twice.
			return onRetry && !failure.mayTakeEffect ? (
				<button type="button" onClick={onRetry}>
					{t("page-try-again")}
				</button>
			) : null;
	}
}

/** The tone of a note. */
export type Tone = "info" | "good" | "warn" | "bad";

const TONE_ICONS: Record<Tone, IconName> = {
	info: "info",
	good: "check",
	warn: "warning",
	bad: "stop",
};

/** A note with an icon. */
export function Note({
	tone = "info",
	isNews,
	children,
}: {
	tone?: Tone;
	isNews?: boolean;
	children: ComponentChildren;
}) {
	return (
		<div class={`box box-${tone}`} role={isNews ? "status" : undefined}>
			<Icon name={TONE_ICONS[tone]} />
			<div class="box-body">{children}</div>
		</div>
	);
}

/** Says that there is nothing, and what would be here. */
export function Empty({ icon, text, hint }: { icon: IconName; text: string; hint?: string }) {
	return (
		<div class="empty">
			<Icon name={icon} />
			<p class="strong">{text}</p>
			{hint && <p class="quiet">{hint}</p>}
		</div>
	);
}

/** A short mark: a word with a colour. */
export function Mark({ tone = "info", children }: { tone?: Tone | "plain"; children: ComponentChildren }) {
	return <span class={`mark mark-${tone}`}>{children}</span>;
}
