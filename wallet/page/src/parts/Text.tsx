// Texts with names in them, and texts of people and of other languages.

import type { ComponentChildren } from "preact";
import { language, pieces, type TextId, type Values } from "../texts";

type TextProps<I extends TextId> = { id: I } & (Values<I, ComponentChildren> extends [infer V]
	? { values: V }
	: { values?: undefined });

/** One of the page's texts. Each value is kept apart from the direction of the text around it. */
export function Text<I extends TextId>({ id, values }: TextProps<I>) {
	const given = values as Record<string, ComponentChildren> | undefined;
	return (
		<>
			{pieces(id).map((piece) =>
				typeof piece === "string" ? piece : <bdi key={piece.name}>{given?.[piece.name]}</bdi>,
			)}
		</>
	);
}

/** A name or a title: foreign text of any length and direction. */
export function Name({ children }: { children: string }) {
	return <bdi class="name">{children}</bdi>;
}

/** A sentence that the core made. Readers pronounce it in its own language. */
export function Sentence({ text, lang, isLarge }: { text: string; lang?: string; isLarge?: boolean }) {
	const foreign = lang && lang !== language.value ? lang : undefined;
	return (
		<p class={isLarge ? "sentence sentence-large" : "sentence"} lang={foreign} dir="auto">
			{text}
		</p>
	);
}
