// The page's own texts, by which tests find what they press, in each language.

import { readFileSync } from "node:fs";
import path from "node:path";

const locales = path.join(import.meta.dirname, "../../../speech/locales");
const known = new Map();

/** The text without variables: `text("de", "page-nav-home")`. The core's are in another file: `app`. */
export function text(language, id, file = "page") {
	const from = path.join(locales, language, `${file}.ftl`);
	if (!known.has(from)) known.set(from, read(from));
	const found = known.get(from).get(id);
	if (found === undefined) throw new Error(`no text ${id} in ${language}`);
	return found;
}

function read(from) {
	const lines = readFileSync(from, "utf8").split("\n");
	const pairs = lines.map((line) => line.match(/^([\w-]+) = (.+)$/)).filter(Boolean);
	return new Map(pairs.map(([, id, value]) => [id, value]));
}
