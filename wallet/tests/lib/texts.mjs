// The page's own texts, by which tests find what they press, in each language.

import { readFileSync } from "node:fs";
import path from "node:path";

const locales = path.join(import.meta.dirname, "../../../speech/locales");
const known = new Map();

/** The text without variables: `text("de", "page-nav-home")`. */
export function text(language, id) {
	if (!known.has(language)) known.set(language, read(language));
	const found = known.get(language).get(id);
	if (found === undefined) throw new Error(`no text ${id} in ${language}`);
	return found;
}

function read(language) {
	const lines = readFileSync(path.join(locales, language, "page.ftl"), "utf8").split("\n");
	const pairs = lines.map((line) => line.match(/^([\w-]+) = (.+)$/)).filter(Boolean);
	return new Map(pairs.map(([, id, value]) => [id, value]));
}
