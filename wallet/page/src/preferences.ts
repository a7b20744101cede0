// What this browser remembers of how the page looks: appearance and language. It says nothing of the
// person, so that it is there before the wallet is unlocked.

import { type Language, pageLanguage } from "./texts";

/** How the page looks. */
export type Appearance = "system" | "light" | "dark";

const APPEARANCE = "appearance";
const LANGUAGE = "language";

/** The choice of light or dark. */
export function appearance(): Appearance {
	const kept = localStorage.getItem(APPEARANCE);
	return kept === "light" || kept === "dark" ? kept : "system";
}

/** Keeps a choice and shows it. */
export function setAppearance(chosen: string): void {
	localStorage.setItem(APPEARANCE, chosen);
	applyAppearance();
}

/** Shows the choice. */
export function applyAppearance(): void {
	document.documentElement.dataset["scheme"] = appearance();
}

/** The language that was chosen, else the first of the browser's that there is. */
export function preferredLanguage(): Language {
	const kept = localStorage.getItem(LANGUAGE);
	return pageLanguage(kept === null ? navigator.languages : [kept]);
}

/** Keeps a choice. */
export function setPreferredLanguage(chosen: Language): void {
	localStorage.setItem(LANGUAGE, chosen);
}
