// The page's own texts: one table for each language, loaded when it is needed.

import { signal } from "@preact/signals";
import { type Language, languages, type TextId, type TextNames, type Texts } from "../generated/texts";

export type { Language, TextId };

/** The values that a text needs: none, or one for each of its names. */
export type Values<I extends TextId, V> = [TextNames[I]] extends [never]
	? []
	: [values: Record<TextNames[I], V>];

/** A text that needs no values. */
export type PlainId = { [I in TextId]: [TextNames[I]] extends [never] ? I : never }[TextId];

const table = signal<Texts | null>(null);

/** The language of the texts that are shown. */
export const language = signal<Language>("en");

/** The names of the languages, each in its own. */
export const LANGUAGE_NAMES: Record<string, string> = {
	en: "English",
	de: "Deutsch",
	id: "Bahasa Indonesia",
};

/** The first of these languages that the page has: `de-AT` is `de`. */
export function pageLanguage(tags: readonly string[]): Language {
	const all = tags.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
	return (all.find((tag) => Object.hasOwn(languages, tag)) ?? "en") as Language;
}

/** Loads a language and shows the page in it. */
export async function loadLanguage(wanted: Language): Promise<void> {
	if (table.peek() && language.peek() === wanted) return;
	table.value = await languages[wanted]();
	language.value = wanted;
	document.documentElement.lang = wanted;
}

/** A text with its values. */
export function t<I extends TextId>(id: I, ...values: Values<I, string | number>): string {
	const [given] = values as [Record<string, string | number>?];
	return pieces(id)
		.map((piece) => (typeof piece === "string" ? piece : String(given?.[piece.name] ?? "")))
		.join("");
}

/** A text in pieces: plain strings, and the names of values between them. */
export function pieces(id: TextId): Array<string | { name: string }> {
	return (table.value?.[id] ?? "")
		.split(/(\{\$\w+\})/)
		.map((piece) => (piece.startsWith("{") ? { name: piece.slice(2, -1) } : piece));
}
