// A wallet extension is chosen, in each language. What it signs is in the story.

import assert from "node:assert/strict";
import { FakeExtension } from "../lib/extension.mjs";
import { PatientsPage } from "../lib/person.mjs";

/** The account of the development key //Eve. */
const address = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";

async function opens(harness, profile, options) {
	const extension = Object.assign(new FakeExtension({}, "//Eve"), { address });
	const before = (context) => extension.inject(context);
	return { extension, person: new PatientsPage(await harness.openWallet(profile, { ...options, before }), "") };
}

async function without_an_extension_none_is_offered(harness) {
	const person = new PatientsPage(await harness.openWallet("without-extension"), "");
	await person.link("page-welcome-new").waitFor();
	assert.equal(await person.link("page-welcome-extension").count(), 0);
	await harness.closeProfile("without-extension");
}

async function an_account_is_chosen_in_each_language(harness) {
	for (const [language, dark] of [["en", false], ["de", false], ["id", true]]) {
		const profile = `extension-${language}`;
		const { person } = await opens(harness, profile, { language, dark, device: "narrow" });
		await person.link("page-welcome-extension").waitFor();
		await person.wallet.check("welcome-extension");
		await person.link("page-welcome-extension").click();
		await person.button("page-extension-new").waitFor();
		await person.wallet.check("extension");
		await person.button("page-extension-new").click();
		await person.button("page-words-show").click();
		await person.page.locator("ol.words li").nth(23).waitFor();
		await person.wallet.check("extension-words");
		await harness.closeProfile(profile);
	}
}

async function an_extension_that_lets_nobody_in_is_named(harness) {
	const { extension, person } = await opens(harness, "extension-away", {});
	extension.isAway = true;
	await person.link("page-welcome-extension").click();
	await person.page.getByText(person.text("page-extension-not-allowed")).waitFor();
	await person.wallet.check("extension-not-allowed");
	extension.isAway = false;
	await person.button("page-try-again").click();
	await person.button("page-extension-restore").click();
	await person.heading("page-restore-heading").waitFor();
	await person.wallet.check("extension-restore");
	await harness.closeProfile("extension-away");
}

export default [
	without_an_extension_none_is_offered,
	an_account_is_chosen_in_each_language,
	an_extension_that_lets_nobody_in_is_named,
];
