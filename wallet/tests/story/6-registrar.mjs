// The registration desk in the page: a registrar enrols a patient and a nurse, who are in the page too,
// sets names, and suspends an account.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Person } from "../lib/command.mjs";
import { addressOf, answerCode, newcomer, readCode } from "../lib/newcomer.mjs";
import { begin } from "../lib/story.mjs";

const passphrase = "nine patient herons by the river";
const name = "Rita Hartono";
const nurse = "Dewi Anggraini";
const here = {};

/** Gives the registrar's page a code that somebody shows. */
async function reads(rita, code) {
	await rita.show("", "page-registrar-heading");
	await rita.field("page-registrar-answer-field").fill(code);
	await rita.button("page-continue").click();
}

/** Has a code made for this kind of account, and returns the link in its file. */
async function linkFor(rita, kind) {
	await rita.show("", "page-registrar-heading");
	await rita.page.getByRole("radio", { name: kind, exact: true }).check();
	await rita.button("page-registrar-make").click();
	const save = rita.button("page-desk-save");
	await save.waitFor();
	return String(await rita.download(() => save.click()));
}

async function a_practitioner_becomes_a_registrar(harness, facts) {
	const { people } = await begin(harness, facts);
	const rita = await newcomer(harness, "rita", passphrase);
	Object.assign(here, { rita, hospital: new Person(facts, "//HospitalA", 0) });
	const { code } = await people.registrar.run("enrol", "code", "--as", "practitioner");
	await readCode(rita, code);
	const file = path.join(facts.scratch, "registrar-answer.txt");
	await writeFile(file, await answerCode(rita));
	await people.registrar.run("enrol", "submit", file, "--yes");
	await rita.page.locator(".nav").waitFor();
	here.account = await addressOf(rita);
	await here.hospital.run("enrol", "affiliate", here.account, "--role", "registrar", "--yes");
	await rita.page.reload();
	await rita.unlock();
	await rita.show("", "page-registrar-heading");
	await rita.page.getByText("Hospital A").first().waitFor();
	await rita.wallet.check("registrar-desk");
}

async function a_name_is_set_for_the_patients(harness, facts) {
	const { rita } = here;
	await rita.show("staff", "page-registrar-names");
	await rita.wallet.check("registrar-staff-before");
	await rita.field("page-registrar-find-field").fill(here.account);
	await rita.button("page-registrar-find-button").click();
	await rita.heading("page-registrar-account").waitFor();
	await rita.page.getByText(rita.text("page-registrar-work-not-yours")).waitFor();
	await rita.field("page-registrar-name-field").fill(name);
	const save = rita.button("page-registrar-name-save");
	await save.click();
	await rita.confirm(rita.page.getByText(rita.text("page-registrar-name-saved")));
	await rita.wallet.check("registrar-account");
	await rita.show("staff", "page-registrar-names");
	await rita.page.getByRole("link", { name }).waitFor();
	await rita.wallet.check("registrar-staff");
}

async function a_patient_is_enrolled_from_page_to_page(harness, facts) {
	const { rita } = here;
	here.link = await linkFor(rita, "a patient");
	assert.match(here.link, /\/#\/desk\?code=VOUCHSAFE1:[A-Z2-7]+$/);
	await rita.wallet.check("registrar-code");
	const bayu = await newcomer(harness, "bayu", passphrase, { path: here.link.slice(here.link.indexOf("#")) });
	here.bayu = bayu;
	// The link has brought the desk's code.
	await bayu.page.getByText(bayu.text("page-desk-institution-proven")).waitFor();
	here.answer = await answerCode(bayu);
	await reads(rita, here.answer);
	await rita.sheet.locator(".sentence").waitFor();
	await rita.wallet.check("registrar-sheet");
	const sentence = await rita.sign();
	assert.match(sentence, /^I enrol the account 5.* for .*Hospital A .*a patient/);
	await rita.page.locator(".box-good").getByText("I enrol the account").waitFor();
	await rita.wallet.check("registrar-done");
	await bayu.heading("page-home-heading").waitFor();
	await bayu.page.getByText(bayu.text("page-proof-complete"), { exact: true }).waitFor();
}

async function the_patient_sees_the_name_as_the_institutions_word(harness, facts) {
	const { bayu } = here;
	// The names are asked for when the wallet connects.
	await bayu.page.reload();
	await bayu.unlock();
	await bayu.heading("page-home-heading").waitFor();
	await bayu.show("log", "page-log-heading");
	const line = bayu.page.locator("ol.log > li").filter({ hasText: name }).first();
	await line.waitFor();
	await line.locator("details > summary").first().click();
	await line.locator("details details > summary").first().click();
	const said = await line.innerText();
	assert.match(said, /Hospital A/);
	assert.ok(!said.includes(bayu.text("page-person-name-own")), "the name is nobody's proof");
	await bayu.wallet.check("registrar-named");
}

async function what_is_not_an_answer_is_refused(harness, facts) {
	const { rita } = here;
	const own = here.link.slice(here.link.indexOf("=") + 1);
	for (const [code, why] of [
		["WIFI:T:WPA;S:hospital;P:guest;;", /not from Vouchsafe/],
		[own, /not the one that is needed/],
		[`VOUCHSAFE1:${"A".repeat(700)}`, /too large/],
		[here.answer.slice(0, 120), /missing or was changed/],
		[here.answer, /enrolled already/],
	]) {
		await reads(rita, code);
		const box = rita.page.locator("main .box-bad").filter({ hasText: why });
		await box.getByText(rita.text("page-error-nothing-signed")).waitFor();
		assert.equal(await rita.sheet.count(), 0);
	}
	await rita.wallet.check("registrar-refused");
}

async function a_nurse_is_enrolled_and_gets_a_function_and_a_name(harness, facts) {
	const { rita } = here;
	const link = await linkFor(rita, "a practitioner");
	const dewi = await newcomer(harness, "dewi", passphrase);
	await readCode(dewi, link);
	await reads(rita, await answerCode(dewi));
	await rita.sign();
	await rita.link("page-registrar-next").click();
	await rita.heading("page-registrar-account").waitFor();
	await rita.page.getByText(rita.text("page-registrar-work-none")).waitFor();
	await rita.field("page-registrar-role").selectOption("nurse");
	await rita.field("page-registrar-work-last").fill("2099-12-31");
	await rita.button("page-registrar-work-give").click();
	assert.match(await rita.sign(), /works for .*Hospital A .* until 1 January 2100 .*nurse/);
	await rita.field("page-registrar-name-field").fill(nurse);
	await rita.button("page-registrar-name-save").click();
	await rita.confirm(rita.page.getByText(rita.text("page-registrar-name-saved")));
	await rita.page.getByRole("heading", { name: nurse }).waitFor();
	await rita.wallet.check("registrar-nurse");
	here.nurse = await addressOf(dewi);
	const shown = await here.hospital.run("enrol", "show", here.nurse);
	assert.equal(shown.affiliations[0].role, "nurse");
	await harness.closeProfile("dewi");
}

async function an_account_is_suspended_and_a_key_disabled(harness, facts) {
	const { rita } = here;
	await rita.show(`account/${here.nurse}`, "page-registrar-account");
	await rita.page.getByRole("radio", { name: "suspended" }).check();
	await rita.button("page-registrar-status-set").click();
	assert.match(await rita.sign(), new RegExp(`${nurse} \\(5.*suspended`));
	await rita.page.locator("dd", { hasText: "suspended" }).waitFor();
	await rita.button("page-registrar-key-disable").click();
	await rita.sign();
	await rita.button("page-registrar-key-enable").waitFor();
	await rita.wallet.check("registrar-suspended");
	const shown = await here.hospital.run("enrol", "show", here.nurse);
	assert.deepEqual([shown.status, shown.signing_disabled], ["suspended", true]);
	await rita.button("page-registrar-name-remove").click();
	await rita.confirm(rita.page.getByText(rita.text("page-registrar-name-saved")));
	await rita.show("staff", "page-registrar-names");
	await rita.page.getByRole("link", { name }).waitFor();
	assert.equal(await rita.page.getByRole("link", { name: nurse }).count(), 0);
}

async function the_desk_is_in_each_language(harness, facts) {
	const { rita } = here;
	for (const [language, ownName, dark] of [["de", "Deutsch", false], ["id", "Bahasa Indonesia", true]]) {
		await rita.show("settings", "page-settings-heading");
		await rita.page.getByRole("radio", { name: ownName, exact: true }).check();
		rita.language = language;
		rita.wallet.options = { ...rita.wallet.options, language, dark };
		await rita.heading("page-settings-heading").waitFor();
		await rita.page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
		for (const [route, heading, screen] of [
			["", "page-registrar-heading", "registrar-desk"],
			["staff", "page-registrar-names", "registrar-staff"],
			[`account/${here.nurse}`, "page-registrar-account", "registrar-account"],
		]) {
			await rita.show(route, heading);
			assert.equal(await rita.page.locator("main .box-bad").count(), 0, `${screen} shows a failure`);
			await rita.wallet.check(screen);
			const size = rita.page.viewportSize();
			await rita.page.setViewportSize({ width: 320, height: 640 });
			const width = await rita.page.evaluate(() => document.documentElement.scrollWidth);
			await rita.page.setViewportSize(size);
			assert.ok(width <= 320, `${screen} is ${width} wide`);
		}
	}
	await harness.closeProfile("rita");
	await harness.closeProfile("bayu");
}

export default [
	a_practitioner_becomes_a_registrar,
	a_name_is_set_for_the_patients,
	a_patient_is_enrolled_from_page_to_page,
	the_patient_sees_the_name_as_the_institutions_word,
	what_is_not_an_answer_is_refused,
	a_nurse_is_enrolled_and_gets_a_function_and_a_name,
	an_account_is_suspended_and_a_key_disabled,
	the_desk_is_in_each_language,
];

/** Only `make test-wallet` runs these. */
export const more = [
	what_is_not_an_answer_is_refused,
	a_nurse_is_enrolled_and_gets_a_function_and_a_name,
	an_account_is_suspended_and_a_key_disabled,
	the_desk_is_in_each_language,
];
