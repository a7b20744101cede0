// Runs the wallet's tests in Chromium, in one browser. Each file's default export is a list of async
// functions (harness, facts), and they run in this order, file by file. Those that are also in a file's
// list `more` run only with `matrix`, or if --only names them.
//   node wallet/tests/run.mjs --facts FILE [--suite FOLDER] [--only PART-OF-A-NAME] [--stop]
// The facts are JSON. What every suite needs:
//   address   the served wallet, as http://localhost:1234/
//   out       folder for screenshots
//   suite     folder of tests beside this file (default: story)
//   seconds   time for one test (default: 120)
//   matrix    whether all tests run, and each screen is shown in each language, scheme and width
// The rest is for the tests: addresses of custodians, words of people, strings that must not leak.
// With --stop, the tests after a failure are left out. Ends with 1 if a test failed, or if no test ran.

import { readdir, readFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { Harness } from "./lib/harness.mjs";

const { values } = parseArgs({
	options: { facts: { type: "string" }, suite: { type: "string" }, only: { type: "string" }, stop: { type: "boolean" } },
});
const facts = JSON.parse(await readFile(values.facts, "utf8"));
const folder = path.join(import.meta.dirname, values.suite ?? facts.suite ?? "story");
await mkdir(facts.out, { recursive: true });

const harness = await Harness.start(facts);
let [passed, failed] = [0, 0];
try {
	for (const file of (await readdir(folder)).filter((name) => name.endsWith(".mjs")).sort()) {
		const { default: tests, more = [] } = await import(path.join(folder, file));
		for (const test of tests) {
			const full = `${file.replace(/\.mjs$/, "")}::${test.name}`;
			const isLeftOut = values.only ? !full.includes(values.only) : more.includes(test) && !facts.matrix;
			if (isLeftOut) continue;
			if (failed > 0 && values.stop) continue;
			if (await run(full, test)) passed += 1;
			else failed += 1;
		}
	}
} finally {
	await harness.stop();
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function run(name, test) {
	const began = performance.now();
	const seconds = facts.seconds ?? 120;
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
	});
	let failure;
	try {
		await Promise.race([test(harness, facts), late]);
		harness.noErrors();
	} catch (error) {
		failure = error;
		await harness.screenshotAll(`failed-${name.replace(/\W+/g, "-")}`);
	}
	clearTimeout(timer);
	harness.forgetErrors();
	const time = `${((performance.now() - began) / 1000).toFixed(1)} s`;
	console.log(failure ? `FAILED  ${name}  [${time}]\n${indent(failure)}` : `ok      ${name}  [${time}]`);
	return !failure;
}

function indent(error) {
	return String(error?.stack ?? error).replace(/^/gm, "        ");
}
