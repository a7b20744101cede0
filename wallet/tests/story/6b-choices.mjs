// The patient's choices: the stop's two questions, studies, consents that staff enter, holders of keys, the
// hospitals that the wallet talks with, the passphrase; and what is printed. Each step undoes what it did.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { begin, isRefused } from "../lib/story.mjs";
import { Person } from "../lib/command.mjs";

async function a_stop_says_what_it_leaves_open(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("stop", "page-stop-heading");
	await ada.page.getByRole("radio", { name: ada.text("page-stop-writing-yes") }).check();
	await ada.page.getByRole("radio", { name: ada.text("page-stop-emergency-yes") }).check();
	await ada.wallet.check("stop-choices");
	await ada.page.locator("main").getByRole("button", { name: ada.text("page-stop-heading") }).click();
	const sentence = await ada.sign();
	assert.match(sentence, /^I (forbid|deny) everyone/);
	assert.match(sentence, /It also applies in an emergency\./);
	await ada.page.locator(".banner").waitFor();
	await isRefused(people.doctor, story, story.discharge);
	const letter = path.join(facts.examples, "letter.txt");
	await people.author.run("record", "add", letter, "--category", "imaging", "--patient", story.address);
	await ada.page.locator(".banner").getByRole("link").click();
	await ada.page.locator("main").getByRole("button", { name: ada.text("page-stop-lift") }).click();
	assert.match(await ada.sign(), /^I revoke consent \d+, which says: “I (forbid|deny) everyone/);
	await ada.page.locator(".banner").waitFor({ state: "detached" });
}

async function a_study_is_joined_and_left(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	const researcher = new Person(facts, "//Researcher", 0);
	const file = path.join(facts.scratch, "study.json");
	const terms = {
		protocol: path.resolve(facts.examples, "studies/age-sex.json"),
		ethics: path.resolve(facts.examples, "letter.txt"),
		country: "DE",
		aggregators: ["Health Authority", "Hospital B"],
		epsilon: 1,
		first_close: "+3600s",
		gather: "60s",
		answer: "60s",
	};
	await writeFile(file, JSON.stringify(terms));
	const { study } = await researcher.run("study", "propose", file, "--yes");
	await ada.show("studies", "page-studies-heading");
	await ada.page.getByText(ada.text("page-studies-no-choice")).waitFor();
	const card = ada.page.locator("article.card").filter({ hasText: `Study ${study}` });
	assert.match(await card.innerText(), /None of your consents is for this study/);
	await ada.wallet.check("studies");
	await card.getByRole("link").click();
	await ada.button("page-study-join").waitFor();
	assert.match(await ada.says(), /No record leaves the hospital/);
	await ada.wallet.check("study");
	await ada.button("page-study-join").click();
	await ada.sheet.locator(".sheet-action button").waitFor();
	assert.match(await ada.sheet.innerText(), /I can leave at any time/);
	await ada.wallet.check("study-sheet");
	assert.match(await ada.sign(), new RegExp(`^I allow study ${study} to compute statistics`));
	await ada.page.getByText(ada.text("page-study-counts"), { exact: true }).waitFor();
	await ada.button("page-study-leave").click();
	assert.match(await ada.sign(), new RegExp(`^I (forbid|deny) study ${study}`));
	await ada.page.getByText(ada.text("page-study-counts-not"), { exact: true }).waitFor();
	assert.equal(await ada.button("page-study-leave").count(), 0);
	// Joining again takes the deny back, and says so.
	await ada.button("page-study-join").click();
	await ada.sheet.locator(".sheet-action button").waitFor();
	assert.match(await ada.sheet.innerText(), /I revoke consent \d+, which says: “I (forbid|deny) study/);
	await ada.sign();
	await ada.page.getByText(ada.text("page-study-counts"), { exact: true }).waitFor();
	await revokeFirst(ada, "studies", new RegExp(`study ${study}`, "i"));
	story.study = study;
}

async function a_choice_for_all_studies(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show("studies", "page-studies-heading");
	await ada.page.getByText(ada.text("page-studies-choose")).click();
	await ada.page.getByRole("checkbox", { name: "have a sponsor that works for profit" }).check();
	await ada.wallet.check("studies-form");
	await ada.button("page-consent-review").click();
	assert.match(await ada.sign(), /to compute statistics/);
	const card = ada.page.locator("article.card").filter({ hasText: `Study ${story.study}` });
	await card.getByText(ada.text("page-study-counts"), { exact: true }).waitFor();
	await revokeFirst(ada, "studies", /./);
	await card.getByText(ada.text("page-study-counts-not"), { exact: true }).waitFor();
}

async function revokeFirst(ada, route, text) {
	await ada.show(route);
	const card = ada.page.locator("article.consent").filter({ hasText: text }).first();
	const all = await ada.page.locator("article.consent").count();
	await card.getByRole("button", { name: ada.text("page-revoke") }).click();
	await ada.sign();
	await ada.page.waitForFunction((count) => document.querySelectorAll("article.consent").length < count, all);
}

async function consents_that_staff_enter_are_refused(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const file = path.join(facts.scratch, "assisted.json");
	const assist = ["consent", "assist", "--patient", story.address, "--institution", "Hospital A", "--until", "+30d"];
	await people.author.run(...assist, "--out", file, "--yes");
	await ada.show("", "page-home-heading");
	await ada.page.getByText(/waits for a second clinician/).waitFor();
	await ada.wallet.check("home-assisted-waits");
	await new Person(facts, "//DoctorA2", 0).run("consent", "confirm-assisted", file, "--yes");
	await ada.page.getByText(/waits for a health authority/).waitFor();
	await new Person(facts, "//Authority", 0).run("consent", "confirm-assisted", file, "--yes");
	await ada.page.getByText(ada.text("page-home-assisted")).waitFor();
	await ada.ready();
	await ada.wallet.check("home-assisted");
	await ada.button("page-home-assisted-refuse-one").click();
	assert.match(await ada.sign(), /^I revoke consent/);
	await ada.page.getByText(ada.text("page-home-assisted")).waitFor({ state: "detached" });
	await ada.show("consents", "page-consents-heading");
	await ada.button("page-home-assisted-refuse").click();
	assert.match(await ada.sign(), /^I refuse for good/);
	await ada.page.getByText(ada.text("page-home-assisted-refused")).waitFor();
	await people.author.fails(...assist, "--out", path.join(facts.scratch, "assisted-2.json"), "--yes");
}

async function holders_of_keys_are_chosen(harness, facts) {
	const { ada } = await begin(harness, facts);
	const choose = async (names) => {
		await ada.show("hospitals", "page-hospitals-heading");
		const summary = ada.page.locator("details.card > summary").filter({ hasText: ada.text("page-hospitals-holders-change") });
		if (!(await summary.evaluate((one) => one.parentElement.open))) await summary.click();
		const group = ada.page.getByRole("group", { name: ada.text("page-hospitals-holders-which") });
		for (const box of await group.getByRole("checkbox").all()) await box.uncheck();
		for (const name of names) await group.getByRole("checkbox", { name }).check();
		await ada.button("page-hospitals-holders-change").click();
	};
	await choose(["Hospital A", "Hospital B"]);
	await ada.page.locator(".box-bad").getByText(/at least 3/).waitFor();
	await choose(["Hospital A", "Hospital B", "Health Authority"]);
	await ada.sheet.locator(".sheet-action button").waitFor();
	await ada.wallet.check("holders-sheet");
	assert.match(await ada.sign(), /^I choose who may hold the keys of my new records\. Only .*Hospital A/);
	await ada.page.getByText(/^Only .*Hospital B.* may hold shares/).waitFor();
	await ada.wallet.check("hospitals-holders");
	await choose([]);
	assert.match(await ada.sign(), /Any institution/);
	await ada.page.getByText(/^Any institution/).waitFor();
}

async function the_hospitals_that_the_wallet_talks_with_are_chosen(harness, facts) {
	const { ada } = await begin(harness, facts);
	const section = () => ada.page.locator("section.section").filter({ has: ada.heading("page-settings-talks-with") });
	const inUse = () => section().locator("ul.rows > li");
	await ada.show("settings", "page-settings-heading");
	await inUse().nth(2).waitFor();
	const open = () => section().getByText(ada.text("page-settings-custodians-choose")).click();
	await open();
	const boxes = section().getByRole("checkbox");
	for (const box of await boxes.all()) await box.uncheck();
	await ada.button("page-save").last().click();
	await section().locator(".error").filter({ hasText: /\S/ }).waitFor();
	await boxes.last().check();
	await ada.wallet.check("settings-custodians");
	await section().getByRole("button", { name: ada.text("page-save") }).click();
	await inUse().nth(1).waitFor({ state: "detached" });
	await ada.show("", "page-home-heading");
	await ada.page.getByText(ada.text("page-proof-complete"), { exact: true }).waitFor();
	// It stays chosen when the wallet is opened again.
	await ada.show("settings", "page-settings-heading");
	await ada.button("page-lock-now").click();
	await ada.unlock();
	await ada.heading("page-settings-heading").waitFor();
	await inUse().first().waitFor();
	assert.equal(await inUse().count(), 1);
	await open();
	await section().getByRole("button", { name: ada.text("page-settings-custodians-automatic") }).click();
	await inUse().nth(2).waitFor();
}

async function the_passphrase_is_changed(harness, facts) {
	const { ada } = await begin(harness, facts);
	const change = async (from, to) => {
		await ada.show("settings", "page-settings-heading");
		await ada.button("page-settings-passphrase-change").click();
		await ada.sheet.getByLabel(ada.text("page-settings-passphrase-old"), { exact: true }).fill(from);
		await ada.sheet.getByLabel(ada.text("page-passphrase-new"), { exact: true }).fill(to);
		await ada.sheet.getByLabel(ada.text("page-create-passphrase-repeat"), { exact: true }).fill(to);
		await ada.sheet.getByRole("button", { name: ada.text("page-settings-passphrase-change") }).click();
	};
	const [first, second] = [ada.passphrase, "an other passphrase for now"];
	await change("not this passphrase", second);
	await ada.sheet.locator(".error").filter({ hasText: /\S/ }).waitFor();
	await ada.wallet.check("settings-passphrase");
	await ada.sheet.getByRole("button", { name: ada.text("page-close") }).click();
	await change(first, second);
	await ada.page.getByText(ada.text("page-settings-passphrase-changed")).waitFor();
	await ada.button("page-lock-now").click();
	await ada.unlock(first);
	await ada.page.locator(".error").filter({ hasText: /\S/ }).waitFor();
	await ada.unlock(second);
	await ada.heading("page-settings-heading").waitFor();
	await change(second, first);
	await ada.page.getByText(ada.text("page-settings-passphrase-changed")).waitFor();
}

async function a_change_shows_what_differs(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("consents", "page-consents-heading");
	const card = ada.page.locator("article.consent").filter({ hasText: "to add to my records" });
	await card.getByRole("link", { name: ada.text("page-consent-amend") }).click();
	await ada.heading("page-consent-amend-heading").waitFor();
	await ada.page.getByRole("radio", { name: ada.text("page-consent-what-categories") }).check();
	await ada.page.getByRole("checkbox", { name: /imaging/i }).check();
	await ada.button("page-consent-review").click();
	await ada.sheet.locator(".change ins").first().waitFor();
	assert.match(await ada.sheet.locator(".change del").first().innerText(), /records/);
	assert.match(await ada.sheet.locator(".change ins").first().innerText(), /imaging/);
	await ada.wallet.check("amend-sheet");
	await ada.sheet.getByRole("button", { name: ada.text("page-cancel") }).click();
	await ada.sheet.waitFor({ state: "detached" });
}

async function what_a_doctor_sees_is_one_tap_from_who_sees_what(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("access", "page-access-heading");
	const link = ada.page.getByRole("link", { name: /^What would .* see now\?$/ }).first();
	const who = (await link.innerText()).match(/^What would (.*) see now\?$/)[1];
	await link.click();
	await ada.heading("page-access-ask-heading").waitFor();
	await ada.page.getByText(ada.text("page-seen-open"), { exact: false }).first().waitFor();
	assert.ok((await ada.says()).includes(who), who);
	await ada.wallet.check("seen-from-access");
}

async function a_consent_of_another_language_is_shown_in_both(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("consents", "page-consents-heading");
	const english = await ada.page.locator("article.consent > .sentence").first().innerText();
	await inLanguage(ada, "de", "Deutsch");
	await ada.show("consents", "page-consents-heading");
	const card = ada.page.locator("article.consent").first();
	assert.match(await card.locator("> .sentence").innerText(), /^Ich /);
	const agreed = card.locator(".agreed .sentence[lang=en]");
	const plain = (text) => withoutAddresses(text).replaceAll(/[“”]/g, "");
	assert.equal(plain(await agreed.innerText()), plain(english));
	await ada.wallet.check("consents-both");
	await inLanguage(ada, "en", "English");
	await ada.show("consents", "page-consents-heading");
	assert.equal(await ada.page.locator(".agreed").count(), 0);
}

/** What is signed shows a part of each account's address. */
const withoutAddresses = (text) => text.replace(/ \(\w+…\w+\)/g, "");

async function inLanguage(ada, language, ownName) {
	await ada.show("settings", "page-settings-heading");
	await ada.page.getByRole("radio", { name: ownName, exact: true }).check();
	ada.language = language;
	ada.wallet.options = { ...ada.wallet.options, language };
	await ada.heading("page-settings-heading").waitFor();
}

async function prints_are_complete(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.openRecords();
	const screens = [
		["consents", "page-consents-heading", "article.consent"],
		["log", "page-log-heading", ".log-line"],
		[`document/${story.discharge.slice(2)}`, null, ".document"],
	];
	for (const [route, heading, parts] of screens) {
		await ada.show(route, heading);
		await ada.page.locator(parts).first().waitFor();
		// Before the print: a new block can bring more meanwhile.
		const all = await ada.page.locator(parts).all();
		const whole = await Promise.all(all.map((part) => part.evaluate(withoutControls)));
		assert.notEqual(whole.length, 0);
		const shown = await printed(ada, path.join(facts.out, `print-${route.split("/")[0]}.pdf`));
		assert.ok(!shown.includes(ada.text("page-log-print-part")), `${route} is printed in part`);
		for (const text of whole) for (const word of words(text)) assert.ok(shown.includes(word), `${route}: ${word} is not printed`);
		for (const id of ["page-nav-records", "page-hide"]) {
			assert.ok(!shown.split("\n").includes(ada.text(id)), `${route}: ${ada.text(id)} is printed`);
		}
	}
	await ada.show("backup");
	await ada.field("page-unlock-passphrase").fill(ada.passphrase);
	await ada.field("page-unlock-passphrase").press("Enter");
	await ada.page.locator(".paper").waitFor({ state: "attached" });
	const sheet = await printed(ada, path.join(facts.out, "print-sheet.pdf"), "page-words-print");
	for (const word of story.words) assert.ok(sheet.includes(word), `${word} is not on the sheet`);
	await ada.show("", "page-home-heading");
}

/** What a part says, without what is only pressed or drawn. */
function withoutControls(part) {
	const copy = part.cloneNode(true);
	for (const control of copy.querySelectorAll("summary, button, a, form, svg, .no-print")) control.remove();
	// Words of neighbours stay apart.
	for (const inner of copy.querySelectorAll("*")) inner.append(" ");
	return copy.textContent;
}

/** The words of which some would be missing in a print that leaves something out. */
const words = (text) => text.match(/\p{Lu}[\p{L}\d]{5,}|\d{2,}/gu) ?? [];

/** What is on paper when the page's button is pressed, or that of the browser. */
async function printed(ada, file, button = "page-print") {
	const { page } = ada;
	await page.evaluate(() => {
		window.wasPrinted = false;
		window.print = () => (window.wasPrinted = true);
	});
	await page.locator("main").getByRole("button", { name: ada.text(button), exact: true }).click();
	await page.waitForFunction(() => window.wasPrinted);
	await page.emulateMedia({ media: "print" });
	await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
	const text = await page.evaluate(() => document.body.innerText);
	await writeFile(file, await page.pdf({ format: "A4" }));
	await page.evaluate(() => dispatchEvent(new Event("afterprint")));
	await page.emulateMedia({ media: "screen" });
	return text;
}

const tests = [
	a_stop_says_what_it_leaves_open,
	a_study_is_joined_and_left,
	a_choice_for_all_studies,
	consents_that_staff_enter_are_refused,
	the_hospitals_that_the_wallet_talks_with_are_chosen,
	the_passphrase_is_changed,
	a_change_shows_what_differs,
	what_a_doctor_sees_is_one_tap_from_who_sees_what,
	holders_of_keys_are_chosen,
	a_consent_of_another_language_is_shown_in_both,
	prints_are_complete,
];

export default tests;

/** Only `make test-wallet` runs these. */
export const more = tests;
