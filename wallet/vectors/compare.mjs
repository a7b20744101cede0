// Compares what WebAssembly works out with the recorded vectors: node compare.mjs GLUE-FOLDER VECTORS WALLET
// The built wallet has the texts of languages that are not in the module.

import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file, wallet] = process.argv.slice(2);
await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
const { default: init, learn, vectors } = await import(pathToFileURL(path.resolve(folder, "module.js")));
await init({ module_or_path: await readFile(path.join(folder, "module_bg.wasm")) });
for (const name of await readdir(wallet)) {
	const language = name.match(/^speech-(\w+)-.*\.ftl$/)?.[1];
	if (language) learn(language, await readFile(path.join(wallet, name), "utf8"));
}
const found = JSON.parse(vectors());
const recorded = JSON.parse(await readFile(file, "utf8"));
assert.ok(Object.keys(recorded).length > 4, "too few vectors");
for (const [name, value] of Object.entries(recorded)) assert.deepEqual(found[name], value, name);
assert.deepEqual(Object.keys(found), Object.keys(recorded));
console.log(`${Object.keys(recorded).length} groups of vectors are the same in WebAssembly`);
