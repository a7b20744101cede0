// Compares what WebAssembly works out with the recorded vectors: node compare.mjs GLUE-FOLDER VECTORS

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
const { default: init, vectors } = await import(pathToFileURL(path.resolve(folder, "module.js")));
await init({ module_or_path: await readFile(path.join(folder, "module_bg.wasm")) });
const found = JSON.parse(vectors());
const recorded = JSON.parse(await readFile(file, "utf8"));
assert.ok(Object.keys(recorded).length > 4, "too few vectors");
for (const [name, value] of Object.entries(recorded)) assert.deepEqual(found[name], value, name);
assert.deepEqual(Object.keys(found), Object.keys(recorded));
console.log(`${Object.keys(recorded).length} groups of vectors are the same in WebAssembly`);
