// A patient whose key is in a wallet extension: it signs each agreement and each call, and once for eight
// hours that the wallet may ask custodians. The extension's key is not in the browser.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Person } from "../lib/command.mjs";
import { FakeExtension } from "../lib/extension.mjs";
import { PatientsPage } from "../lib/person.mjs";

const passphrase = "five slow herons over rice";
let shared;

async function begin(harness, facts) {
	if (shared) return shared;
	const extension = new FakeExtension(facts, "//WalletExtensionPatient");
	const before = (context) => extension.inject(context);
	const eva = new PatientsPage(await harness.openWallet("eva", { before }), passphrase);
	const registrar = new Person(facts, "//RegistrarA", 0);
	const author = new Person(facts, "//DoctorA", 0);
	shared = { eva, extension, registrar, author, story: {} };
	return shared;
}

/** Chooses the extension's only account. */
async function choose(eva) {
	await eva.link("page-welcome-extension").click();
	await eva.heading("page-extension-heading").waitFor();
	await eva.page.getByText("Eva", { exact: true }).waitFor();
	assert.equal(await eva.page.getByText("other", { exact: true }).count(), 0, "only accounts of the chain's kind");
}

async function an_account_of_an_extension_gets_an_encryption_key(harness, facts) {
	const { eva, extension, story } = await begin(harness, facts);
	await choose(eva);
	await eva.wallet.check("extension");
	await eva.button("page-extension-new").click();
	await eva.heading("page-words-heading-encryption").waitFor();
	await eva.button("page-words-show").click();
	const shown = eva.page.locator("ol.words li");
	await shown.nth(23).waitFor();
	story.words = (await shown.allInnerTexts()).map((word) => word.match(/[a-z]+$/)?.[0]).slice(0, 24);
	await eva.wallet.check("extension-words");
	await eva.button("page-continue").click();
	await eva.field("page-check-words").fill(story.words.join(" "));
	await eva.button("page-check-button").click();
	await eva.field("page-passphrase-new").fill(passphrase);
	await eva.field("page-create-passphrase-repeat").fill(passphrase);
	extension.refuses = true;
	await eva.button("page-create-button").click();
	await eva.heading("page-desk-heading").waitFor();
	// Without the delegation nothing is asked of custodians in the account's name, and nobody is asked twice.
	await eva.button("page-extension-again").waitFor();
	assert.equal(extension.signed.length, 0);
	await eva.wallet.check("extension-refused");
	extension.refuses = false;
	await eva.button("page-extension-again").click();
	await eva.page.getByText(eva.text("page-home-not-enrolled")).waitFor();
	assert.deepEqual(extension.signed.map((it) => it.method), ["signRaw"]);
	const said = Buffer.from(extension.signed[0].payload.data.slice(2), "hex").toString();
	assert.match(said, /^<Bytes>Vouchsafe delegation\n.*cannot sign transactions/);
}

async function the_extension_agrees_to_be_enrolled(harness, facts) {
	const { eva, extension, registrar } = await begin(harness, facts);
	const { code } = await registrar.run("enrol", "code", "--as", "patient");
	await eva.field("page-desk-link-field").fill(code);
	await eva.button("page-continue").click();
	await eva.page.getByRole("heading", { name: "Hospital A" }).waitFor();
	await eva.button("page-desk-sign").click();
	const save = eva.button("page-desk-save");
	await save.waitFor();
	const answer = await eva.download(() => save.click());
	const file = path.join(facts.scratch, "answer-extension.txt");
	await writeFile(file, answer);
	await registrar.run("enrol", "submit", file, "--yes");
	await eva.heading("page-home-heading").waitFor();
	await eva.page.getByText(eva.text("page-proof-complete"), { exact: true }).waitFor();
	assert.deepEqual([extension.count("signRaw"), extension.count("signPayload")], [2, 0]);
}

/** Shows what is signed to let Hospital A add records. */
async function review(eva) {
	await eva.show("consents", "page-consents-heading");
	await eva.link("page-consents-new").click();
	await eva.page.getByRole("radio", { name: "Hospital A" }).first().check();
	await eva.page.getByText(eva.text("page-consent-more")).click();
	await eva.page.getByRole("checkbox", { name: eva.text("page-consent-action-write") }).check();
	await eva.page.getByRole("radio", { name: eva.text("page-consent-why-any") }).check();
	await eva.button("page-consent-review").click();
	await eva.sheet.locator(".sentence").waitFor();
}

async function what_the_extension_does_not_sign_is_not_sent(harness, facts) {
	const { eva, extension, author } = await begin(harness, facts);
	await review(eva);
	const failed = eva.sheet.locator(".box-bad");
	extension.refuses = true;
	await eva.sheet.locator(".sheet-action button").click();
	await failed.getByText(eva.text("page-error-nothing-signed")).waitFor();
	await eva.wallet.check("extension-sheet-refused");
	extension.refuses = false;
	// The same draft can be signed after a refusal. An extension that signs other bytes is not believed.
	extension.signsOther = true;
	await eva.button("page-extension-again").click();
	await failed.filter({ hasText: "something else" }).waitFor();
	extension.signsOther = false;
	// One that does not answer can be refused on the page.
	extension.silent = true;
	await eva.button("page-extension-again").click();
	await eva.heading("page-extension-confirm").waitFor();
	await eva.wallet.check("extension-asks");
	await eva.page.getByRole("dialog").last().getByRole("button", { name: eva.text("page-cancel"), exact: true }).click();
	await failed.waitFor();
	extension.silent = false;
	extension.isAway = true;
	await eva.button("page-extension-again").click();
	await failed.filter({ hasText: "does not answer" }).waitFor();
	extension.isAway = false;
	const { consents } = await author.run("consent", "list", "--patient", extension.address).catch(() => ({ consents: [] }));
	assert.deepEqual(consents, []);
}

async function a_consent_is_one_signature_of_the_extension(harness, facts) {
	const { eva, extension, author } = await begin(harness, facts);
	const calls = extension.count("signPayload");
	await eva.button("page-extension-again").click();
	const done = eva.sheet.getByRole("button", { name: eva.text("page-done") });
	await done.click();
	await eva.page.getByRole("heading", { name: "Hospital A" }).waitFor();
	assert.equal(extension.count("signPayload"), calls + 1);
	const file = path.join(facts.examples, "bundle.json");
	await author.run("record", "add", file, "--category", "discharge", "--patient", extension.address);
}

/** Opens the only record, and so its document. */
async function read(eva) {
	await eva.show("records", "page-records-heading");
	await eva.page.locator("main li.row-link").first().waitFor();
	await eva.page.locator("main .row-check").first().check();
	await eva.page.getByRole("region", { name: eva.text("page-records-open-chosen") }).getByRole("button").click();
	await eva.page.locator(".document h2, .document h3").first().waitFor();
}

async function a_record_is_read_with_one_signature_and_the_delegation(harness, facts) {
	const { eva, extension } = await begin(harness, facts);
	const before = [extension.count("signRaw"), extension.count("signPayload")];
	await read(eva);
	await eva.wallet.check("extension-document");
	const after = [extension.count("signRaw"), extension.count("signPayload")];
	assert.deepEqual(after, [before[0], before[1] + 1]);
}

async function a_lock_keeps_the_delegation(harness, facts) {
	const { eva, extension } = await begin(harness, facts);
	const before = extension.signed.length;
	await eva.show("settings", "page-settings-heading");
	await eva.wallet.check("extension-settings");
	await eva.button("page-lock-now").click();
	await eva.unlock();
	await eva.show("log", "page-log-heading");
	await eva.page.locator(".log-line").first().waitFor();
	assert.equal(extension.signed.length, before);
}

async function a_second_device_needs_the_extension_and_the_sheet(harness, facts) {
	const { eva, extension, story } = await begin(harness, facts);
	const second = new FakeExtension(facts, extension.key);
	const before = (context) => second.inject(context);
	const other = new PatientsPage(await harness.openWallet("eva-second", { before, device: "desktop" }), passphrase);
	await choose(other);
	await other.button("page-extension-restore").click();
	await other.heading("page-restore-heading").waitFor();
	await other.field("page-check-words").fill(story.words.join(" "));
	await other.field("page-passphrase-new").fill(passphrase);
	await other.field("page-create-passphrase-repeat").fill(passphrase);
	await other.button("page-restore-button").click();
	await other.heading("page-home-heading").waitFor();
	await read(other);
	assert.deepEqual([second.count("signRaw"), second.count("signPayload")], [1, 1]);
	const three = story.words.slice(0, -2).map((_, at) => story.words.slice(at, at + 3).join(" "));
	for (const { wallet } of [eva, other]) await wallet.nothingOf([...three, passphrase, "bundle.json"]);
}

export default [
	an_account_of_an_extension_gets_an_encryption_key,
	the_extension_agrees_to_be_enrolled,
	what_the_extension_does_not_sign_is_not_sent,
	a_consent_is_one_signature_of_the_extension,
	a_lock_keeps_the_delegation,
	a_record_is_read_with_one_signature_and_the_delegation,
	a_second_device_needs_the_extension_and_the_sheet,
];
