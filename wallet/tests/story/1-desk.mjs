// A patient begins: a key, its backup, the registration desk.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { otherChain } from "../lib/codes.mjs";
import { begin } from "../lib/story.mjs";
import { text } from "../lib/texts.mjs";

async function a_new_key_is_made_and_its_backup_checked(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.heading("page-welcome-heading").waitFor();
	await ada.wallet.check("welcome");
	await ada.link("page-welcome-new").click();
	await ada.button("page-words-show").click();
	const shown = ada.page.locator("ol li code, ol li");
	await shown.nth(11).waitFor();
	story.words = (await shown.allInnerTexts()).map((word) => word.match(/[a-z]+$/)?.[0]).slice(0, 12);
	assert.equal(story.words.filter(Boolean).length, 12);
	await ada.wallet.check("words");
	await ada.button("page-continue").click();
	await ada.heading("page-check-heading").waitFor();
	await ada.field("page-check-words").fill([...story.words].reverse().join(" "));
	await ada.button("page-check-button").click();
	await ada.page.getByText(ada.text("page-check-wrong")).or(ada.page.locator(".box-bad")).first().waitFor();
	await ada.field("page-check-words").fill(story.words.join(" "));
	await ada.button("page-check-button").click();
	await ada.heading("page-create-passphrase-heading").waitFor();
	await ada.field("page-passphrase-new").fill(ada.passphrase);
	await ada.field("page-create-passphrase-repeat").fill(ada.passphrase);
	await ada.wallet.check("passphrase");
	await ada.button("page-create-button").click();
	await ada.heading("page-desk-heading").waitFor();
}

async function a_code_of_another_chain_is_refused(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.field("page-desk-link-field").fill(otherChain);
	await ada.button("page-continue").click();
	await ada.page.getByText(text("en", "wallet-failed-code-chain", "app")).waitFor();
}

async function the_desk_enrols_who_has_signed_its_code(harness, facts) {
	const { ada, people } = await begin(harness, facts);
	const { code } = await people.registrar.run("enrol", "code", "--as", "patient");
	await ada.field("page-desk-link-field").fill(code);
	await ada.button("page-continue").click();
	await ada.page.getByText(ada.text("page-desk-institution-proven")).waitFor();
	await ada.page.getByRole("heading", { name: "Hospital A" }).waitFor();
	await ada.wallet.check("desk");
	await ada.button("page-desk-sign").click();
	const save = ada.button("page-desk-save");
	await ada.confirm(save);
	const answer = await ada.download(() => save.click());
	await ada.wallet.check("desk-answer");
	const file = path.join(facts.scratch, "answer.txt");
	await writeFile(file, answer);
	await people.registrar.run("enrol", "submit", file, "--yes");
	await ada.heading("page-home-heading").waitFor();
	await ada.page.getByText(ada.text("page-proof-complete"), { exact: true }).waitFor();
	await ada.page.getByText(ada.text("page-home-nothing-waits")).waitFor();
	await ada.wallet.check("home-empty");
}

async function the_account_on_the_chain_is_the_one_on_the_screen(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("settings", "page-settings-heading");
	const accounts = await ada.page.locator("code.account").allTextContents();
	story.address = accounts.find((account) => account.startsWith("5"));
	assert.ok(story.address, accounts.join());
	const { entries } = await people.registrar.run("audit", "verify", "--patient", story.address).catch(() => ({}));
	assert.notEqual(entries, 0);
	await ada.wallet.check("settings");
}

export default [
	a_new_key_is_made_and_its_backup_checked,
	a_code_of_another_chain_is_refused,
	the_desk_enrols_who_has_signed_its_code,
	the_account_on_the_chain_is_the_one_on_the_screen,
];
