// What several screens know: how far the wallet is, what is proven, what waits.

import { signal } from "@preact/signals";
import { ask, failureOf, type News, startCore, type TrustedUrl, type Waiting } from "./core";
import type { Failure, Opened, Proof, Started } from "./messages";
import { setPreferredLanguage } from "./preferences";
import { replace } from "./router";
import { type Language, language, pageLanguage, t, loadLanguage } from "./texts";

/** How far the wallet is. `null` until the core has answered. */
export const started = signal<Started | null>(null);

/** Why the core did not start. */
export const startFailure = signal<Failure | null>(null);

/** The newest proof. */
export const proof = signal<Proof | null>(null);

/** Counts changes of the chain's state: screens ask again when it grows. */
export const changes = signal(0);

/** What the core does that no request asked for. */
export const background = signal<Waiting | null>(null);

/** What people should know now. */
export const notices = signal<string[]>([]);

/** Whether everything is stopped. */
export const isStopped = signal(false);

/** How many requests wait. */
export const openRequests = signal(0);

/** Records that are open, by their ids. */
export const opened = signal<ReadonlyMap<string, Opened>>(new Map());

/** The code of a registration desk from the link that opened the page, until it is read. */
export const deskCode = signal("");

/** Whether the screen is blanked. */
export const isHidden = signal(false);

/** Whether the window is wide enough for tables. */
export const isWide = signal(false);

/** Something that an extension is to sign. */
type Question = Extract<News, { type: "askExtension" }>;

/** How long the worker may take to start, in milliseconds, on a slow network. */
const LONGEST_START = 60_000;

/** Starts the worker and asks it how far the wallet is. */
export async function start(url: TrustedUrl, onQuestion: (question: Question) => void): Promise<void> {
	startCore(url, t("page-error-internal"), (news) => {
		if (news.type === "askExtension") onQuestion(news);
		else receiveNews(news);
	});
	const timer = setTimeout(() => {
		startFailure.value = failureOf(new Error("the worker does not answer"));
	}, LONGEST_START);
	try {
		await askStarted();
		startFailure.value = null;
	} catch (error) {
		startFailure.value = failureOf(error);
	} finally {
		clearTimeout(timer);
	}
}

/** Takes over how far the wallet is now. */
export async function become(now: Started): Promise<void> {
	await loadLanguage(pageLanguage([now.language]));
	// Only a page may ask the browser to keep what the worker stores.
	if (started.peek()?.phase === "empty" && now.phase !== "empty") void navigator.storage.persist();
	started.value = now;
}

/** Asks again how far the wallet is: after an enrolment, for example. */
export async function askStarted(): Promise<void> {
	await become(await ask({ ask: "start", language: language.peek() }));
}

/** Changes the language of core and page. */
export async function changeLanguage(wanted: Language): Promise<void> {
	setPreferredLanguage(wanted);
	await become(await ask({ ask: "setLanguage", language: wanted }));
	changes.value += 1;
}

/** Opens records and remembers what became of them. */
export async function openRecords(ids: string[], onWaiting: (waiting: Waiting) => void): Promise<Opened[]> {
	const results = await ask({ ask: "open", ids }, onWaiting);
	const open = results.filter((record) => !record.failure);
	opened.value = new Map([...opened.peek(), ...open.map((record) => [record.id, record] as const)]);
	changes.value += 1;
	return results;
}

/** Opens a document that is kept on this device. */
export async function openKept(id: string): Promise<void> {
	const open = await ask({ ask: "openKept", id });
	opened.value = new Map([...opened.peek(), ...open.map((record) => [record.id, record] as const)]);
	changes.value += 1;
}

/** Forgets the records that are open. */
export async function closeRecords(): Promise<void> {
	await ask({ ask: "closeDocuments" });
	opened.value = new Map();
	changes.value += 1;
}

/** Shows that the wallet is locked, and nothing else. Words that nobody kept are gone: it begins again. */
export function becomeLocked(): void {
	opened.value = new Map();
	notices.value = [];
	[proof.value, background.value] = [null, null];
	[isStopped.value, openRequests.value] = [false, 0];
	const now = started.peek();
	if (now?.phase === "empty") replace();
	else if (now) started.value = { ...now, phase: "locked" };
}

/** Follows the width of the window. */
export function followWidth(): void {
	const query = matchMedia("(min-width: 56rem)");
	isWide.value = query.matches;
	query.addEventListener("change", () => (isWide.value = query.matches));
}

/** Follows the browser's network: the core notices a change only when a question of its own ends. */
export function followNetwork(): void {
	addEventListener("offline", () => {
		if (proof.value) proof.value = { ...proof.value, isOffline: true };
	});
	addEventListener("online", () => {
		if (started.peek()?.phase !== "open") return;
		ask({ ask: "home" }).then(
			(home) => {
				proof.value = home.proof;
				changes.value += 1;
			},
			() => undefined,
		);
	});
}

function receiveNews(news: News): void {
	switch (news.type) {
		case "proof":
			proof.value = withLastTime(news.proof);
			break;
		case "changed":
			changes.value += 1;
			break;
		case "locked":
			becomeLocked();
			break;
		case "notice":
			// Work that ends after the lock can name records. Nobody sees that without the passphrase.
			if (started.peek()?.phase !== "locked") notices.value = [...notices.peek(), news.text];
			break;
		case "waiting":
			if (news.id === 0) background.value = news.what ? news : null;
			break;
	}
}

/** While nobody answers there may be no time: that of the last proof stays. */
function withLastTime(next: Proof): Proof {
	return next.isOffline && !next.time ? { ...next, time: proof.peek()?.time ?? "" } : next;
}
