// Measures the wallet in Chromium, for `make bench`: node wallet/tests/measure.mjs --facts FILE
// Writes one JSON object a line to stdout: a row `{ row }` of the table, or `{ fill }`, by which it
// asks for a long log of the account with these words. It waits for a line on stdin then.
// The facts: `address` of the served wallet, folder `wallet` with its files, folder `out`, the
// `vouchsafe` program, its `home`, and `nodes`.

import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Person } from "./lib/command.mjs";
import { Harness } from "./lib/harness.mjs";
import { PatientsPage } from "./lib/person.mjs";
import { renderers, slowLine, slowProcessor } from "./lib/phone.mjs";

const { values } = parseArgs({ options: { facts: { type: "string" } } });
const facts = JSON.parse(await readFile(values.facts, "utf8"));
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const passphrase = "seven quiet mangroves at dusk";
const LINES = 10_000;
const MIB = 1024 * 1024;

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
function row(what, measured, reference, target, ratio) {
	progress(`${what}: ${measured}`);
	say({ row: { what, measured, reference, target, ratio: ratio === undefined ? null : Math.round(ratio * 100) / 100 } });
}
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const progress = (text) => process.stderr.write(`${text}\n`);

const harness = await Harness.start(facts);
try {
	await visits();
	await work();
} finally {
	await harness.stop();
}
process.exit(0);

/** Notes when the first heading can be read and when the core has answered, in ms from the visit's beginning. */
async function noteReadiness(context) {
	await context.addInitScript(() => {
		const times = (globalThis.readiness = {});
		const look = () => {
			if (!times.readable && document.querySelector("h1")?.textContent) times.readable = performance.now();
			if (!times.ready && document.querySelector(".segments input, input[type=password]")) times.ready = performance.now();
		};
		new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
	});
}

/** What a first and a later visit load, and how long they take on a slow phone. */
async function visits() {
	progress("measuring visits on a slow phone …");
	const line = await slowLine(facts.address);
	const fast = await slowProcessor(harness.browser);
	const first = [];
	const later = [];
	let [loaded, rest] = [[], []];
	for (let turn = 0; turn < 3; turn++) {
		const profile = `visitor-${turn}`;
		const finished = [];
		const before = async (context) => {
			context.on("requestfinished", (request) => {
				const name = new URL(request.url()).pathname.slice(1) || "index.html";
				if (!name.startsWith("v1/")) finished.push(name);
			});
			await noteReadiness(context);
		};
		const wallet = await harness.openWallet(profile, { address: line.address, before });
		first.push(await readiness(wallet));
		loaded = [...new Set(finished)];
		await wallet.installed();
		rest = [...new Set(finished)].filter((name) => !loaded.includes(name));
		await wallet.page.reload();
		later.push(await readiness(wallet));
		await harness.closeProfile(profile);
	}
	await fast();
	await line.stop();
	const [gzip, brotli] = [await sizes(loaded, ".gz"), await sizes(loaded, ".br")];
	row(
		"the wallet's first load, without the viewer",
		`${gzip} kB gzip, ${brotli} kB brotli, ${loaded.length} files`,
		`fetched afterwards, for the account and for offline use: ${await sizes(rest, ".gz")} kB gzip, ${await sizes(rest, ".br")} kB brotli`,
		"at most 500 kB gzip, 380 kB brotli",
		gzip / 500,
	);
	const times = (list, of) => median(list.map((time) => time[of]));
	for (const [what, list, readable, ready] of [
		["first visit", first, 1200, 3500],
		["later visits", later, 500, 1500],
	]) {
		row(
			`page readable and core ready on a slow phone, ${what}`,
			`${seconds(times(list, "readable"))} and ${seconds(times(list, "ready"))}, median of ${list.length}`,
			"a sixth of a processor, 1.6 Mbit/s, 150 ms",
			`${seconds(readable)} and ${seconds(ready)}`,
			times(list, "ready") / ready,
		);
	}
}

async function readiness({ page }) {
	await page.waitForFunction(() => globalThis.readiness?.ready && globalThis.readiness.readable, undefined, { timeout: 120_000 });
	return page.evaluate(() => globalThis.readiness);
}

/** The size of these files as they are sent, in kB. */
async function sizes(names, ending) {
	const each = names.map(async (name) => {
		const file = path.join(facts.wallet, name);
		return (await stat(file + ending).catch(() => stat(file))).size;
	});
	return Math.round((await Promise.all(each)).reduce((sum, size) => sum + size, 0) / 1000);
}

/** What a patient does, and a long log. */
async function work() {
	progress("measuring a patient's work …");
	const registrar = new Person(facts, "//RegistrarA", 0);
	const doctor = new Person(facts, "//DoctorA", 0);
	const spans = [];
	const before = (context) => {
		context.on("requestfinished", (request) => {
			const { startTime, responseEnd } = request.timing();
			spans.push({ url: request.url(), from: startTime, to: startTime + responseEnd });
		});
	};
	const wallet = await harness.openWallet("measured", { before });
	const ada = new PatientsPage(wallet, passphrase);
	ada.page.setDefaultTimeout(120_000);
	const words = await begin(ada, registrar);
	await ada.show("settings", "page-settings-heading");
	const address = (await ada.page.locator("code.account").allTextContents()).find((account) => account.startsWith("5"));
	await ada.show("consents", "page-consents-heading");
	await permit(ada, "Hospital A", "write");

	const signed = [];
	for (let turn = 0; turn < 8; turn++) signed.push(await permit(ada, turn % 2 ? "Hospital B" : "Hospital C"));
	row(
		"a consent in the wallet, signed to proven on screen",
		`median ${seconds(median(signed))}, worst ${seconds(Math.max(...signed))}, of ${signed.length}`,
		"a slot is 1.00 s",
		"median under 1.80 s",
		median(signed) / 1800,
	);
	await reading(ada, spans);
	await documents(ada, doctor, address, spans);
	await longLog(ada, words, spans);
}

/** Makes a key and enrols. Returns the words. */
async function begin(ada, registrar) {
	await ada.link("page-welcome-new").click();
	await ada.button("page-words-show").click();
	const shown = ada.page.locator("ol li code, ol li");
	await shown.nth(11).waitFor();
	const words = (await shown.allInnerTexts()).map((word) => word.match(/[a-z]+$/)?.[0]).slice(0, 12).join(" ");
	await ada.button("page-continue").click();
	await ada.field("page-check-words").fill(words);
	await ada.button("page-check-button").click();
	await ada.field("page-passphrase-new").fill(passphrase);
	await ada.field("page-create-passphrase-repeat").fill(passphrase);
	await ada.button("page-create-button").click();
	await ada.heading("page-desk-heading").waitFor();
	const { code } = await registrar.run("enrol", "code", "--as", "patient");
	await ada.field("page-desk-link-field").fill(code);
	await ada.button("page-continue").click();
	await ada.button("page-desk-sign").click();
	const save = ada.button("page-desk-save");
	await ada.confirm(save);
	const file = path.join(facts.scratch, "answer.txt");
	await writeFile(file, await ada.download(() => save.click()));
	await registrar.run("enrol", "submit", file, "--yes");
	await ada.heading("page-home-heading").waitFor();
	return words;
}

/** Permits a hospital everything. Returns the time from the press that signs to the proof on screen. */
async function permit(ada, hospital, action) {
	await ada.show("consent");
	await ada.page.getByRole("radio", { name: hospital }).first().check();
	if (action) {
		await ada.page.getByText(ada.text("page-consent-more")).click();
		await ada.page.getByRole("checkbox", { name: ada.text(`page-consent-action-${action}`) }).check();
	}
	await ada.page.getByRole("radio", { name: ada.text("page-consent-why-any") }).check();
	await ada.button("page-consent-review").click();
	const sign = ada.sheet.locator(".sheet-action button");
	await sign.waitFor();
	const took = timeToDone(ada);
	await sign.click();
	const secret = ada.sheet.locator("input");
	const done = ada.sheet.getByRole("button", { name: ada.text("page-done") });
	await secret.or(done).first().waitFor();
	if (await secret.isVisible()) {
		await secret.fill(passphrase);
		await secret.press("Enter");
	}
	const time = await took;
	await done.click();
	await ada.sheet.waitFor({ state: "detached" });
	return time;
}

/** The time in ms from the last press until the sheet says that it is done, by the page's own clock. */
function timeToDone(ada) {
	return ada.page.evaluate(
		(text) =>
			new Promise((resolve) => {
				let began = performance.now();
				const note = ({ type, key }) => {
					if (type === "click" || key === "Enter") began = performance.now();
				};
				const isDone = () => [...document.querySelectorAll("dialog button")].some((it) => it.textContent.trim() === text);
				for (const type of ["click", "keydown"]) addEventListener(type, note, true);
				const look = () => {
					if (!isDone()) return requestAnimationFrame(look);
					for (const type of ["click", "keydown"]) removeEventListener(type, note, true);
					resolve(performance.now() - began);
				};
				look();
			}),
		ada.text("page-done"),
	);
}

/**
 * How long the page takes from an action in it until a selector is there and nothing is loading, beyond
 * the custodians' answers, in ms.
 */
async function beyondAnswers(page, spans, action, argument, selector) {
	const { from, to } = await page.evaluate(
		async ([action, argument, selector]) => {
			const now = () => performance.timeOrigin + performance.now();
			const from = now();
			if (action === "show") location.hash = argument;
			else document.querySelector(argument).click();
			await new Promise((resolve) => {
				let wasBusy = action === "show";
				const look = () => {
					const isBusy = document.querySelector("main .busy") !== null;
					wasBusy ||= isBusy;
					if (wasBusy && !isBusy && document.querySelector(selector)) resolve();
					else requestAnimationFrame(look);
				};
				requestAnimationFrame(look);
			});
			return { from, to: now() };
		},
		[action, argument, selector],
	);
	const inside = spans.filter((span) => span.to > from && span.from < to).sort((a, b) => a.from - b.from);
	let [answers, end] = [0, from];
	for (const span of inside) {
		answers += Math.max(0, Math.min(span.to, to) - Math.max(span.from, end));
		end = Math.max(end, span.to);
	}
	return { all: to - from, answers, own: to - from - answers };
}

async function reading(ada, spans) {
	const times = [];
	for (let turn = 0; turn < 7; turn++) {
		await ada.show("settings", "page-settings-heading");
		times.push(await beyondAnswers(ada.page, spans, "show", "#/consents", "article.consent"));
	}
	const own = median(times.map((time) => time.own));
	row(
		"nine consents read and proven, beyond the custodians' answers",
		`${own.toFixed(0)} ms, median of ${times.length}`,
		`${median(times.map((time) => time.all)).toFixed(0)} ms with the answers`,
		"at most 50 ms",
		own / 50,
	);
}

/** Opens documents of 1 MB and 100 MB. */
async function documents(ada, doctor, address, spans) {
	progress("measuring documents …");
	const add = async (name, size) => {
		const file = path.join(facts.scratch, name);
		// In lines, as most texts are.
		await writeFile(file, randomBytes(size).toString("base64").replace(/.{76}/g, "$&\n").slice(0, size));
		const { records } = await doctor.run("record", "add", file, "--category", "imaging", "--patient", address);
		return { file, record: records[0].record.slice(2) };
	};
	const small = await add("one-megabyte.txt", MIB);
	const took = [];
	for (let turn = 0; turn < 5; turn++) {
		spans.length = 0;
		await open(ada, small.record, ada.page.locator("iframe.viewer"));
		const frame = await (await ada.page.waitForSelector("iframe.viewer")).contentFrame();
		await frame.waitForFunction(() => document.body.textContent.length > 1_000_000);
		// As the browser's requests count time.
		const shown = Date.now();
		const released = Math.min(...spans.filter(({ url }) => url.endsWith("/v1/releases")).map(({ from }) => from));
		took.push(shown - released);
		await ada.show("records", "page-records-heading");
		await ada.button("page-records-close").click();
	}
	row(
		"a record of 1 MB in the wallet, from the final opening to shown",
		`median ${seconds(median(took))}, of ${took.length}`,
		"shares of three custodians, and 1 MB from one of them",
		"at most 1.00 s",
		median(took) / 1000,
	);
	const large = await add("hundred-megabytes.bin", 100 * MIB);
	const devtools = await harness.browser.newBrowserCDPSession();
	const processes = await renderers(devtools);
	const before = sizesOf(processes, "VmRSS");
	for (const id of processes) writeFileSync(`/proc/${id}/clear_refs`, "5");
	const save = ada.button("page-record-file-save");
	await open(ada, large.record, save);
	// Without a dialog, in which nobody could press here.
	await ada.page.evaluate(() => (globalThis.showSaveFilePicker = undefined));
	const saved = await ada.download(() => save.click());
	if (!saved.equals(await readFile(large.file))) throw new Error("the saved document is another one");
	const peaks = sizesOf(processes, "VmHWM");
	const beyond = Math.max(...processes.map((id) => peaks[id] - before[id])) / 1024;
	row(
		"memory of the wallet's process, saving a document of 100 MB",
		`${beyond.toFixed(0)} MiB more at its peak`,
		"100 MiB, the document",
		"at most 64 MiB more",
		beyond / 64,
	);
}

/** Opens one record, which leads to its document. Ends when this is there. */
async function open(ada, record, shown) {
	await ada.show(`record/${record}`);
	await ada.button("page-records-open").click();
	await ada.confirm(shown);
}

/** What these processes have in memory: now (`VmRSS`), or most since their peak was reset (`VmHWM`). In KiB. */
function sizesOf(processes, what) {
	const size = (id) => Number(readFileSync(`/proc/${id}/status`, "utf8").match(new RegExp(`${what}:\\s+(\\d+)`))?.[1] ?? 0);
	return Object.fromEntries(processes.map((id) => [id, size(id)]));
}

/** A log of 10,000 lines, and unlocking, on a slow phone's processor. */
async function longLog(ada, words, spans) {
	progress(`making a log of ${LINES} lines …`);
	say({ fill: { words, lines: LINES } });
	await answers.next();
	await ada.show("log", "page-log-heading");
	await ada.page.locator(".log-line").first().waitFor();
	progress("measuring the log and unlocking on a slow processor …");
	const fast = await slowProcessor(harness.browser);
	const time = await beyondAnswers(ada.page, spans, "press", "main .box-good button", "main .box-good");
	row(
		`${LINES.toLocaleString("en")} log lines verified, slow phone's processor`,
		seconds(time.own),
		`${seconds(time.answers)} for the custodian's answers`,
		"at most 1.00 s",
		time.own / 1000,
	);
	const unlocked = [];
	for (let turn = 0; turn < 3; turn++) {
		await ada.show("settings", "page-settings-heading");
		await ada.button("page-lock-now").click();
		await ada.heading("page-lock-locked").waitFor();
		await ada.field("page-unlock-passphrase").fill(passphrase);
		const began = performance.now();
		await ada.field("page-unlock-passphrase").press("Enter");
		await ada.heading("page-settings-heading").waitFor();
		unlocked.push(performance.now() - began);
	}
	await fast();
	row(
		"unlocking by passphrase, slow phone's processor",
		`median ${seconds(median(unlocked))}, of ${unlocked.length}`,
		"Argon2id, 64 MiB, three passes",
		"at most 3.00 s",
		median(unlocked) / 3000,
	);
}
