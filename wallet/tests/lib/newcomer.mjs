// Somebody who begins in the page: makes a key, and is enrolled at a desk.

import { PatientsPage } from "./person.mjs";

/** Opens the page, makes a key, checks its words, and types a passphrase. */
export async function withPassphrase(harness, profile, passphrase, options) {
	const person = new PatientsPage(await harness.openWallet(profile, options), passphrase);
	await person.link("page-welcome-new").click();
	await person.button("page-words-show").click();
	const shown = person.page.locator("ol li code, ol li");
	await shown.nth(11).waitFor();
	const words = (await shown.allInnerTexts()).map((word) => word.match(/[a-z]+$/)?.[0]).slice(0, 12);
	await person.button("page-continue").click();
	await person.field("page-check-words").fill(words.join(" "));
	await person.button("page-check-button").click();
	await person.field("page-passphrase-new").fill(passphrase);
	await person.field("page-create-passphrase-repeat").fill(passphrase);
	return person;
}

/** The same, to the registration desk. */
export async function newcomer(harness, profile, passphrase, options) {
	const person = await withPassphrase(harness, profile, passphrase, options);
	await person.button("page-create-button").click();
	await person.heading("page-desk-heading").waitFor();
	return person;
}

/** Gives the desk's code to the page, as text. */
export async function readCode(person, code) {
	await person.field("page-desk-link-field").fill(code);
	await person.button("page-continue").click();
}

/** Signs what the desk asks, and returns the code for the registrar. */
export async function answerCode(person) {
	await person.button("page-desk-sign").click();
	const save = person.button("page-desk-save");
	await person.confirm(save);
	return String(await person.download(() => save.click()));
}

/** The account's address, by its settings. */
export async function addressOf(person) {
	await person.show("settings", "page-settings-heading");
	const accounts = await person.page.locator("code.account").allTextContents();
	return accounts.find((account) => account.startsWith("5"));
}
