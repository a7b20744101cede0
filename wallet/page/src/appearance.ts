// Light, dark, or as the system has it. The choice is this browser's and says nothing of the person.

/** How the page looks. */
export type Appearance = "system" | "light" | "dark";

const KEY = "appearance";

/** The choice. */
export function appearance(): Appearance {
	const kept = localStorage.getItem(KEY);
	return kept === "light" || kept === "dark" ? kept : "system";
}

/** Keeps a choice and shows it. */
export function setAppearance(chosen: string): void {
	localStorage.setItem(KEY, chosen);
	applyAppearance();
}

/** Shows the choice. */
export function applyAppearance(): void {
	document.documentElement.dataset["scheme"] = appearance();
}
