// A practitioner of a third hospital in the page: restores the account from a key file of the command line, asks
// the patient, who answers in her page, opens and reads. Nothing of it is kept on the practitioner's device.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Person } from "../lib/command.mjs";
import { PatientsPage } from "../lib/person.mjs";
import { begin } from "../lib/story.mjs";

const passphrase = "the brown heron at noon";
const reason = "Allergies before the anaesthesia";

/** Berger's page. The first test opens it. */
let berger;

/** Makes a key file with the command, and has it enrolled as a physician's of Hospital C. */
async function enrolled(facts) {
	const registrar = new Person(facts, "//RegistrarC", 2);
	const person = new Person(facts, "berger", 2);
	const secret = path.join(facts.scratch, "berger-passphrase.txt");
	await writeFile(secret, `${passphrase}\n`, { mode: 0o600 });
	const run = (...args) => person.run("--passphrase-file", secret, ...args);
	await run("key", "generate", "berger");
	const { me } = await registrar.run("status");
	const hospital = me.enrolled.enrolled_by.account;
	const signed = path.join(facts.scratch, "berger.json");
	await run("enrol", "sign", "--institution", hospital, "--as", "practitioner", "--out", signed, "--yes");
	const { account } = await registrar.run("enrol", "submit", signed, "--yes");
	await registrar.run("enrol", "affiliate", account.account, "--role", "physician", "--yes");
	return path.join(person.home, "keys", "berger.key");
}

async function a_key_file_of_the_command_restores_a_practitioner(harness, facts) {
	const file = await enrolled(facts);
	const wallet = await harness.openWallet("berger");
	berger = new PatientsPage(wallet, "a heron for this device");
	await berger.link("page-welcome-restore").click();
	await berger.page.getByRole("radio", { name: berger.text("page-restore-file") }).check();
	await berger.page.locator("input[type=file]").setInputFiles(file);
	await berger.page.getByText("berger.key").waitFor();
	await berger.field("page-restore-file-passphrase").fill(passphrase);
	await berger.field("page-passphrase-new").fill(berger.passphrase);
	await berger.field("page-create-passphrase-repeat").fill(berger.passphrase);
	await berger.button("page-restore-button").click();
	await berger.heading("page-practice-heading").waitFor();
	await berger.page.getByText(/Hospital C/).first().waitFor();
	assert.equal(await berger.page.locator("nav a").count(), 2, "a practitioner has other screens than a patient");
	await wallet.check("practice");
	berger.stored = await storedKeys(berger);
}

async function a_patients_code_leads_to_the_patient(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show("requests", "page-requests-heading");
	await ada.link("page-code-own-show").click();
	await ada.heading("page-code-own-heading").waitFor();
	const code = await ada.page.locator("code.account").innerText();
	await ada.wallet.check("own-code");
	for (const wrong of ["VOUCHSAFE1:AAAA", story.hospital]) {
		await berger.field("page-practice-code").fill(wrong);
		await berger.button("page-practice-find").click();
		await berger.page.locator("main .box-bad").waitFor();
	}
	await berger.field("page-practice-code").fill(code);
	await berger.button("page-practice-find").click();
	await berger.heading("page-practice-patient").waitFor();
	await berger.page.getByText(berger.text("page-practice-open-none"), { exact: true }).waitFor();
	await berger.page.getByText(berger.text("page-practice-requests-none")).waitFor();
	await berger.wallet.check("patient-closed");
}

async function what_is_asked_is_shown_before_it_is_signed(harness, facts) {
	const { ada } = await begin(harness, facts);
	await berger.link("page-practice-ask-heading").click();
	await berger.heading("page-practice-ask-heading").waitFor();
	await berger.button("page-practice-ask-review").click();
	await berger.page.getByText(berger.text("page-practice-ask-missing")).waitFor();
	await berger.page.getByRole("checkbox", { name: /discharge/i }).check();
	await berger.field("page-practice-ask-reason").fill(reason);
	await berger.wallet.check("ask");
	await berger.button("page-practice-ask-review").click();
	await berger.sheet.locator(".sentence").waitFor();
	await berger.wallet.check("ask-sheet");
	const asked = await berger.sign();
	assert.match(asked, /asks to read .*discharge summaries/);
	await berger.heading("page-practice-patient").waitFor();
	await berger.page.getByText(berger.text("page-practice-request-waiting")).waitFor();
	await berger.show("requests", "page-practice-requests");
	await berger.page.getByText(berger.text("page-practice-request-waiting")).waitFor();
	await berger.wallet.check("own-requests");
	await ada.show("requests", "page-requests-heading");
	await ada.page.getByText(reason).waitFor();
	assert.match(await ada.says(), /Hospital C/);
}

async function a_request_can_be_withdrawn(harness, facts) {
	const { ada } = await begin(harness, facts);
	await berger.page.locator("main article a").first().click();
	await berger.link("page-practice-ask-heading").click();
	await berger.page.getByRole("radio", { name: berger.text("page-practice-ask-all") }).check();
	await berger.button("page-practice-ask-review").click();
	await berger.sign();
	const cards = berger.page.locator("main article.card");
	await cards.nth(1).waitFor();
	await cards.first().getByRole("button", { name: berger.text("page-practice-withdraw") }).click();
	await berger.sign();
	await berger.page.getByText(berger.text("page-practice-request-gone"), { exact: true }).waitFor();
	await ada.page.waitForFunction(() => document.querySelectorAll("main article.card-link").length === 1);
}

async function the_answer_appears_and_the_record_is_read(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.page.locator("main article a").first().click();
	await ada.heading("page-request-heading").waitFor();
	await ada.button("page-request-approve").click();
	await ada.sign();
	await ada.page.getByText(ada.text("page-requests-none")).waitFor();
	const box = berger.page.locator("main .row-check");
	await box.waitFor();
	assert.equal(await box.count(), 1, "only what was permitted");
	assert.match(await berger.says(), /Hospital C says that there are no others/);
	await berger.wallet.check("patient-open");
	await box.check();
	const bar = berger.page.getByRole("region", { name: berger.text("page-records-open-chosen") });
	await bar.getByRole("button").click();
	await berger.confirm(berger.page.getByRole("heading", { level: 1, name: "bundle.json" }));
	await berger.page.locator(".document h2, .document h3").first().waitFor();
	assert.match(await berger.page.getByRole("timer").innerText(), /Open for another (9|10) minutes/);
	await berger.wallet.check("patient-document");
	await berger.page.getByRole("link", { name: berger.text("page-practice-patient"), exact: true }).click();
	await berger.page.getByRole("timer").waitFor();
	await berger.wallet.check("patient-opened");
	await ada.show("log", "page-log-heading");
	const line = ada.page.locator(".log-line").filter({ hasText: /Hospital C/ }).filter({ hasText: /opened/ });
	await line.first().waitFor();
	story.berger = reason;
}

async function nothing_about_patients_stays_on_the_device(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await berger.show("settings", "page-settings-heading");
	await berger.button("page-lock-now").click();
	await berger.heading("page-lock-locked").waitFor();
	assert.deepEqual(await storedKeys(berger), berger.stored);
	await berger.wallet.nothingOf([passphrase, berger.passphrase, reason, "Musterfrau", "bundle.json"]);
	await berger.unlock();
	await berger.show("", "page-practice-heading");
	// Known again from the encrypted data that two custodians keep.
	await berger.page.locator("main .row-link a").first().click();
	await berger.heading("page-practice-patient").waitFor();
	await berger.page.locator("main .row-check").waitFor();
	assert.equal(await berger.page.getByRole("timer").count(), 0);
	// What the patient takes back is closed.
	await ada.show("consents", "page-consents-heading");
	const card = ada.page.locator("article.consent").filter({ hasText: "Hospital C" });
	await card.getByRole("button", { name: ada.text("page-revoke") }).click();
	await ada.sign();
	await card.waitFor({ state: "hidden" });
	const patient = await berger.page.evaluate(() => location.hash.slice(2));
	await berger.show("", "page-practice-heading");
	await berger.show(patient, "page-practice-patient");
	await berger.page.getByText(berger.text("page-practice-open-none"), { exact: true }).waitFor();
	assert.ok(story.address);
	await inOtherLanguages(patient);
	await harness.closeProfile("berger");
}

async function inOtherLanguages(patient) {
	const screens = [
		["", "page-practice-heading", "practice"],
		[patient, "page-practice-patient", "patient"],
		[patient.replace("patient", "ask"), "page-practice-ask-heading", "ask"],
		["requests", "page-practice-requests", "own-requests"],
	];
	for (const [language, name] of [["de", "Deutsch"], ["id", "Bahasa Indonesia"]]) {
		await berger.show("settings");
		await berger.page.getByRole("radio", { name, exact: true }).check();
		berger.language = language;
		berger.wallet.options = { ...berger.wallet.options, language };
		await berger.heading("page-settings-heading").waitFor();
		for (const [route, heading, shot] of screens) {
			await berger.show(route, heading);
			await berger.wallet.check(shot);
			await fits(berger.page, shot);
		}
	}
}

/** Nothing is wider than the narrowest screen. */
async function fits(page, name) {
	const size = page.viewportSize();
	await page.setViewportSize({ width: 320, height: 640 });
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	await page.setViewportSize(size);
	assert.ok(width <= 320, `${name} is ${width} wide`);
}

/** What the device keeps, by the names under which it is kept. */
async function storedKeys({ page }) {
	return page.evaluate(async () => {
		const done = (request) =>
			new Promise((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
		const keys = [];
		for (const { name } of await indexedDB.databases()) {
			const database = await done(indexedDB.open(name));
			for (const store of database.objectStoreNames)
				keys.push(...(await done(database.transaction(store).objectStore(store).getAllKeys())));
			database.close();
		}
		return keys.map(String).sort();
	});
}

export default [
	a_key_file_of_the_command_restores_a_practitioner,
	a_patients_code_leads_to_the_patient,
	what_is_asked_is_shown_before_it_is_signed,
	a_request_can_be_withdrawn,
	the_answer_appears_and_the_record_is_read,
	nothing_about_patients_stays_on_the_device,
];
