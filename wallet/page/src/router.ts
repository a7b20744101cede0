// Routes in the hash: `#/records/4f…?from=log`. The new screen's heading takes the focus.

import { computed, signal } from "@preact/signals";

/** A route's parts and its values after `?`. */
export interface Route {
	parts: string[];
	values: URLSearchParams;
}

const hash = signal(location.hash);

/** Where the page is. */
export const route = computed<Route>(() => parse(hash.value));

/** How often the page was moved: screens use it as a key, so that each visit starts afresh. */
export const visits = signal(0);

/** The address of a screen. */
export function to(...parts: string[]): string {
	return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Goes to a screen. */
export function go(...parts: string[]): void {
	location.hash = to(...parts);
}

/** Goes to a screen and leaves no step in the browser's history. */
export function replace(...parts: string[]): void {
	history.replaceState(null, "", to(...parts));
	update();
}

/** Follows the address bar. */
export function startRouter(): void {
	addEventListener("hashchange", update);
}

/** Puts the focus on the screen's heading and names the window after it. */
export function focusHeading(): void {
	const heading = document.querySelector<HTMLElement>("main h1");
	if (!heading) return;
	scrollTo(0, 0);
	heading.focus({ preventScroll: true });
}

function update(): void {
	hash.value = location.hash;
	visits.value += 1;
}

function parse(text: string): Route {
	const [path = "", query = ""] = text.replace(/^#\/?/, "").split("?");
	const parts = path.split("/").filter(Boolean).map(decode);
	return { parts, values: new URLSearchParams(query) };
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
