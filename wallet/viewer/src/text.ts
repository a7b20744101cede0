// Plain text, as it is: no markup has a meaning in it.

import { Refused, type View, type Viewer } from "./frame";
import { MAX_TEXT } from "./limits";

/** About how many characters are one block: browsers take ten seconds to lay out a line of a megabyte. */
const BLOCK = 8_000;

/** Shows a text, in blocks of which the browser lays out those that can be seen. */
export const text: Viewer = async (bytes, into): Promise<View> => {
	if (bytes.length > MAX_TEXT) throw new Refused("size");
	const element = document.createElement("pre");
	element.dir = "auto";
	for (const block of blocks(decode(bytes))) {
		const part = document.createElement("span");
		part.textContent = block;
		element.append(part);
	}
	into.append(element);
	const zoom = (factor: number) => {
		element.style.fontSize = `${factor}rem`;
	};
	return { pages: 1, zoom };
};

/** Cuts a text, if possible after a line, and never within a character. A longer line is shown with breaks. */
function* blocks(content: string): Generator<string> {
	for (let from = 0; from < content.length; ) {
		let to = from + BLOCK;
		const line = content.slice(from, to + 1).lastIndexOf("\n");
		if (to < content.length && line >= 0) to = from + line + 1;
		const isWithin = /[\uDC00-\uDFFF]/.test(content.charAt(to));
		to -= isWithin ? 1 : 0;
		yield content.slice(from, to);
		from = to;
	}
}

/** UTF-8, or what older systems in hospitals write. */
function decode(bytes: Uint8Array<ArrayBuffer>): string {
	if (bytes.includes(0)) throw new Refused("damaged");
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return new TextDecoder("windows-1252").decode(bytes);
	}
}
