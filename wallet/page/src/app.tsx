// The page as a whole: which screen is shown, the navigation, and what lies over every screen.

import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { confirming } from "./confirm";
import { asking } from "./extensions";
import { ConfirmSheet } from "./parts/ConfirmSheet";
import { ExtensionSheet } from "./parts/ExtensionSheet";
import { Icon, type IconName } from "./parts/Icon";
import { ProofNotes } from "./parts/ProofLine";
import { SignSheet } from "./parts/SignSheet";
import { Busy, Failure, Note } from "./parts/Status";
import { update } from "./release";
import { focusHeading, route, to, visits } from "./router";
import { AccessScreen, SeenScreen } from "./screens/access";
import { BackupScreen } from "./screens/backup";
import { ConsentFormScreen } from "./screens/consent-form";
import { ConsentsScreen } from "./screens/consents";
import { CreateScreen } from "./screens/create";
import { DeskScreen } from "./screens/desk";
import { DocumentScreen } from "./screens/document";
import { ExtensionScreen } from "./screens/extension";
import { HomeScreen } from "./screens/home";
import { HospitalsScreen } from "./screens/hospitals";
import { LogScreen } from "./screens/log";
import { LostScreen } from "./screens/lost";
import { RecordScreen } from "./screens/record";
import { RecordsScreen } from "./screens/records";
import { RequestScreen } from "./screens/request";
import { RequestsScreen } from "./screens/requests";
import { RestoreScreen } from "./screens/restore";
import { SettingsScreen } from "./screens/settings";
import { StopScreen } from "./screens/stop";
import { UnlockScreen } from "./screens/unlock";
import { WelcomeScreen } from "./screens/welcome";
import { signing } from "./signing";
import { background, isHidden, isStopped, isWide, notices, openRequests, proof, started, startFailure } from "./state";
import { t, type PlainId } from "./texts";

type Screens = Record<string, FunctionComponent>;

const BEFORE: Screens = {
	"": WelcomeScreen,
	new: CreateScreen,
	restore: RestoreScreen,
	extension: ExtensionScreen,
	lost: LostScreen,
};
const LOCKED: Screens = { "": UnlockScreen, lost: LostScreen, restore: RestoreScreen };
const DESK: Screens = { "": DeskScreen, settings: SettingsScreen, backup: BackupScreen, lost: LostScreen };
const OPEN: Screens = {
	"": HomeScreen,
	requests: RequestsScreen,
	request: RequestScreen,
	consents: ConsentsScreen,
	consent: ConsentFormScreen,
	access: AccessScreen,
	seen: SeenScreen,
	stop: StopScreen,
	records: RecordsScreen,
	record: RecordScreen,
	document: DocumentScreen,
	log: LogScreen,
	hospitals: HospitalsScreen,
	settings: SettingsScreen,
	backup: BackupScreen,
	desk: DeskScreen,
	lost: LostScreen,
};

const SCREENS = { empty: BEFORE, locked: LOCKED, notEnrolled: DESK, open: OPEN };

interface Target {
	screen: string;
	/** Other screens that belong to it. */
	also: string[];
	text: PlainId;
	icon: IconName;
}

const MAIN: Target[] = [
	{ screen: "", also: ["stop"], text: "page-nav-home", icon: "home" },
	{ screen: "requests", also: ["request"], text: "page-nav-requests", icon: "request" },
	{ screen: "consents", also: ["consent"], text: "page-nav-consents", icon: "consent" },
	{ screen: "records", also: ["record", "document"], text: "page-nav-records", icon: "record" },
	{ screen: "log", also: [], text: "page-nav-log", icon: "log" },
];

const MORE: Target[] = [
	{ screen: "access", also: ["seen"], text: "page-nav-access", icon: "people" },
	{ screen: "hospitals", also: [], text: "page-nav-hospitals", icon: "hospital" },
	{ screen: "settings", also: ["backup"], text: "page-nav-settings", icon: "settings" },
];

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
	const screens: Screens = SCREENS[now.phase];
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
	return (
		<nav class="nav" aria-label={t("page-nav-main")}>
			<ul>
				{MAIN.map((target) => (
					<NavItem key={target.screen} target={target} />
				))}
			</ul>
			{isWide.value && (
				<ul class="nav-more">
					{MORE.map((target) => (
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
