// The page as a whole: which screen is shown, the navigation, and what lies over every screen.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { confirming } from "./confirm";
import { asking } from "./extensions";
import { ConfirmSheet } from "./parts/ConfirmSheet";
import { ExtensionSheet } from "./parts/ExtensionSheet";
import { Icon } from "./parts/Icon";
import { ProofNotes } from "./parts/ProofLine";
import { SignSheet } from "./parts/SignSheet";
import { Busy, Failure, Note } from "./parts/Status";
import { update } from "./release";
import { focusHeading, replace, route, to, visits } from "./router";
import { type Screens, screensOf, type Target } from "./roles";
import { DeskScreen } from "./screens/desk";
import { BackupScreen } from "./screens/backup";
import { CreateScreen } from "./screens/create";
import { ExtensionScreen } from "./screens/extension";
import { LostScreen } from "./screens/lost";
import { RestoreScreen } from "./screens/restore";
import { SettingsScreen } from "./screens/settings";
import { UnlockScreen } from "./screens/unlock";
import { WelcomeScreen } from "./screens/welcome";
import { signing } from "./signing";
import { background, deskCode, isHidden, isStopped, isWide, notices, openRequests, proof, started, startFailure } from "./state";
import { t } from "./texts";

const BEFORE: Screens = {
	"": WelcomeScreen,
	new: CreateScreen,
	restore: RestoreScreen,
	extension: ExtensionScreen,
	lost: LostScreen,
};
const LOCKED: Screens = { "": UnlockScreen, lost: LostScreen, restore: RestoreScreen };
const DESK: Screens = { "": DeskScreen, settings: SettingsScreen, backup: BackupScreen, lost: LostScreen };
const CLOSED = { empty: BEFORE, locked: LOCKED, notEnrolled: DESK };

/** The page. */
export function App() {
	const phase = started.value?.phase;
	useEffect(() => {
		if (phase !== "open") signing.peek()?.done(null);
		confirming.peek()?.(false);
		if (phase === "locked") asking.peek()?.refuse();
	}, [phase]);
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.key === "Escape" && !document.querySelector("dialog[open]")) isHidden.value = true;
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, []);
	// A link can bring a registration desk's code.
	const offered = route.value.parts[0] === "desk" ? route.value.values.get("code") : null;
	useEffect(() => {
		if (!offered) return;
		deskCode.value = offered;
		replace("desk");
	}, [offered]);
	const isOpen = phase === "open";
	return (
		<>
			{isHidden.value && <Blank />}
			<div hidden={isHidden.value}>
				<a class="skip" href="#main" onClick={skip}>
					{t("page-skip-to-content")}
				</a>
				<div class={isOpen ? "page page-open" : "page"}>
					<Top isOpen={isOpen} canHide={phase === "open" || phase === "notEnrolled"} />
					{isOpen && <Navigation />}
					<main id="main">
						<News />
						<Current />
					</main>
				</div>
				{isOpen && <SignSheet />}
				<ConfirmSheet />
				<ExtensionSheet />
			</div>
		</>
	);
}

function skip(event: Event): void {
	event.preventDefault();
	document.querySelector<HTMLElement>("main h1")?.focus();
}

function Current() {
	if (startFailure.value)
		return (
			<>
				<h1 tabIndex={-1}>{t("page-error-heading")}</h1>
				<Failure failure={startFailure.value} onRetry={() => location.reload()} />
			</>
		);
	const now = started.value;
	if (!now)
		return (
			<>
				<h1 tabIndex={-1}>{t("page-app-name")}</h1>
				<Busy waiting={background.value} />
			</>
		);
	const screens = now.phase === "open" ? screensOf(now.kind).screens : CLOSED[now.phase];
	const Shown = screens[route.value.parts[0] ?? ""] ?? screens[""];
	return Shown ? <Shown key={`${now.phase} ${visits.value}`} /> : null;
}

function Top({ isOpen, canHide }: { isOpen: boolean; canHide: boolean }) {
	return (
		<header class="top">
			<a class="brand" href={to()}>
				<Logo />
				<span>{t("page-app-name")}</span>
			</a>
			<div class="top-actions">
				{canHide && (
					<button type="button" class="icon-button" onClick={() => (isHidden.value = true)}>
						<Icon name="hide" />
						<span class="top-text">{t("page-hide")}</span>
					</button>
				)}
				{isOpen && !isWide.value && (
					<a class="icon-button" href={to("settings")}>
						<Icon name="settings" />
						<span class="top-text">{t("page-nav-settings")}</span>
					</a>
				)}
			</div>
		</header>
	);
}

function Logo() {
	return (
		<svg class="logo" viewBox="0 0 512 512" aria-hidden="true" focusable="false">
			<rect width="512" height="512" rx="112" />
			<path d="M148 262 226 340 368 176" />
		</svg>
	);
}

function Navigation() {
	const { main, more } = screensOf(started.value?.kind ?? null);
	return (
		<nav class="nav" aria-label={t("page-nav-main")}>
			<ul>
				{main.map((target) => (
					<NavItem key={target.screen} target={target} />
				))}
			</ul>
			{isWide.value && (
				<ul class="nav-more">
					{more.map((target) => (
						<NavItem key={target.screen} target={target} />
					))}
				</ul>
			)}
		</nav>
	);
}

function NavItem({ target }: { target: Target }) {
	const now = route.value.parts[0] ?? "";
	const isHere = now === target.screen || target.also.includes(now);
	const count = target.screen === "requests" ? openRequests.value : 0;
	return (
		<li>
			<a href={to(...(target.screen ? [target.screen] : []))} aria-current={isHere ? "page" : undefined}>
				<span class="nav-icon">
					<Icon name={target.icon} />
					{count > 0 && <span class="count">{count}</span>}
				</span>
				<span class="nav-text">{t(target.text)}</span>
			</a>
		</li>
	);
}

/** What every screen says while it matters. */
function News(): ComponentChildren {
	const isOpen = started.value?.phase === "open";
	return (
		<>
			{isOpen && isStopped.value && (
				<div class="banner">
					<Icon name="stop" />
					<p>{t("page-stop-done")}</p>
					<a href={to("stop")}>{t("page-stop-lift")}</a>
				</div>
			)}
			{isOpen && proof.value && route.value.parts.length > 0 && <ProofNotes proof={proof.value} />}
			{update.value && route.value.parts[0] !== "settings" && (
				<Note isNews>
					<p>{t("page-settings-update")}</p>
					<a href={to("settings")}>{t("page-nav-settings")}</a>
				</Note>
			)}
			{notices.value.map((notice) => (
				<Note key={notice} isNews>
					<p dir="auto">{notice}</p>
					<button type="button" onClick={() => (notices.value = notices.value.filter((other) => other !== notice))}>
						{t("page-ok")}
					</button>
				</Note>
			))}
		</>
	);
}

/** Nothing, until somebody taps. */
function Blank() {
	const button = useRef<HTMLButtonElement>(null);
	useEffect(() => {
		const title = document.title;
		document.title = t("page-app-name");
		button.current?.focus();
		return () => {
			document.title = title;
			focusHeading();
		};
	}, []);
	return (
		<button ref={button} type="button" class="blank" onClick={() => (isHidden.value = false)}>
			{t("page-show-again")}
		</button>
	);
}
