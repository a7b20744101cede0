// Plain text, as it is: no markup has a meaning in it.

import { Refused, type View, type Viewer } from "./frame";
import { MAX_TEXT } from "./limits";

/** Shows a text. */
export const text: Viewer = async (bytes, into): Promise<View> => {
	if (bytes.length > MAX_TEXT) throw new Refused("size");
	const element = document.createElement("pre");
	element.dir = "auto";
	element.textContent = decode(bytes);
	into.append(element);
	const zoom = (factor: number) => {
		element.style.fontSize = `${factor}rem`;
	};
	return { pages: 1, zoom };
};

/** UTF-8, or what older systems in hospitals write. */
function decode(bytes: Uint8Array<ArrayBuffer>): string {
	if (bytes.includes(0)) throw new Refused("damaged");
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return new TextDecoder("windows-1252").decode(bytes);
	}
}
