// Routes in the hash: `#/record/~3`. The new screen's heading takes the focus.
//
// Browsers keep addresses in their history and send them to other devices. So an account or a record has
// only a number there, from a table that ends with the page.

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

/** Accounts and records that addresses have numbers for. */
const identifiers: string[] = [];
const numbers = new Map<string, number>();

/** No screen's name is this long, and every identifier is longer. */
const LONGEST_NAME = 30;

/** The address of a screen. */
export function to(...parts: string[]): string {
	return `#/${parts.map(numbered).map(encodeURIComponent).join("/")}`;
}

function numbered(part: string): string {
	if (part.length <= LONGEST_NAME) return part;
	const known = numbers.get(part);
	const number = known ?? identifiers.push(part) - 1;
	if (known === undefined) numbers.set(part, number);
	return `~${number}`;
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
	// A number of an earlier page leads to the first screen.
	return { parts: parts.includes(null) ? [] : (parts as string[]), values: new URLSearchParams(query) };
}

function decode(part: string): string | null {
	if (part.startsWith("~")) return identifiers[Number(part.slice(1))] ?? null;
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
