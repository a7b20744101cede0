// Documents of the patient's own: a photo, labels, a note, a copy on the device, a file that is too long to show.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { picture } from "../lib/samples.mjs";
import { begin } from "../lib/story.mjs";

const note = "The wrist that hurts is the left one, not the right one.";
const title = "Bruise after the fall in Kelapa Gading";

/** Opens one record on its screen, and waits for its document. */
async function open(ada, id) {
	await ada.show(`record/${id}`);
	await ada.button("page-records-open").click();
	await ada.confirm(ada.page.locator("main .viewer, main .document, main .box-info"));
}

async function a_photo_becomes_a_record(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	story.personal = [title, note];
	story.picture = await picture(harness, "image/png");
	await ada.show("records", "page-records-heading");
	await ada.link("page-records-add").click();
	await ada.heading("page-upload-heading").waitFor();
	const camera = ada.page.locator("input[type=file]").nth(1);
	await camera.waitFor({ state: "attached" });
	await camera.setInputFiles({ name: "bruise.png", mimeType: "image/png", buffer: story.picture });
	await ada.field("page-upload-title").fill(title);
	await ada.wallet.check("add");
	await ada.button("page-continue").click();
	const sentence = await ada.sign();
	assert.ok(sentence.includes(title), sentence);
	await ada.heading("page-records-heading").waitFor();
	await ada.field("page-records-search").fill("BRUISE");
	await ada.page.locator("main li.row-link").filter({ hasText: title }).waitFor();
	assert.equal(await ada.page.locator("main li.row-link").count(), 1);
	await ada.wallet.check("records-search");
	await ada.page.locator("main li.row-link a").click();
	await ada.heading("page-record-versions").waitFor();
	story.photo = await ada.page.locator("main code.account").last().textContent();
	// The window's name and the address go into the browser's history.
	assert.ok(!(await ada.page.title()).includes(title));
	assert.ok(!ada.page.url().includes(story.photo));
	await open(ada, story.photo);
	await ada.page.locator("iframe.viewer").waitFor();
	const bytes = await ada.download(() => ada.button("page-save").click());
	assert.ok(bytes.equals(story.picture), "the photo is not the one that was added");
}

async function what_is_not_a_document_is_refused(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("add", "page-upload-heading");
	const file = ada.page.locator("input[type=file]").first();
	await file.setInputFiles({ name: "large.bin", mimeType: "", buffer: Buffer.alloc(20 * 1024 * 1024 + 1) });
	await ada.page.getByText(ada.text("page-upload-too-large")).waitFor();
	assert.ok(await ada.button("page-continue").isDisabled());
	await file.setInputFiles({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
	await ada.field("page-upload-title").fill("Nothing");
	await ada.button("page-continue").click();
	await ada.page.locator("main .box-bad").waitFor();
	assert.equal(await ada.sheet.count(), 0);
}

async function the_labels_of_a_sensitive_record_get_names(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const file = path.join(facts.examples, "letter.txt");
	const terms = ["--category", "discharge", "--label", "unclassified-sensitive", "--yes", "--patient", story.address];
	const added = await people.author.run("record", "add", file, ...terms, "--title", "Consultation");
	const id = added.records[0].record.slice(2);
	await ada.show(`record/${id}`);
	await ada.link("page-record-labels-name").click();
	await ada.heading("page-record-labels-name").waitFor();
	const boxes = ada.page.getByRole("checkbox");
	await boxes.first().waitFor();
	await ada.page.getByRole("checkbox", { name: /psychiatr/i }).check();
	await ada.wallet.check("labels");
	await ada.button("page-continue").click();
	await ada.sheet.locator(".sentence").waitFor();
	await ada.wallet.check("labels-sheet");
	assert.match(await ada.sign(), /psychiatr/i);
	await ada.page.locator("main .mark").filter({ hasText: /psychiatr/i }).waitFor();
	assert.equal(await ada.link("page-record-labels-name").count(), 0);
}

async function a_note_belongs_to_the_record(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	const id = story.imaging.slice(2);
	await ada.show(`record/${id}`);
	await ada.link("page-record-wrong").click();
	await ada.field("page-upload-note").fill(note);
	await ada.wallet.check("note");
	await ada.button("page-continue").click();
	await ada.sheet.locator(".sentence").waitFor();
	await ada.wallet.check("note-sheet");
	assert.ok((await ada.sign()).includes(note));
	await ada.page.locator("main li.row-link").filter({ hasText: "letter.txt" }).click();
	await ada.page.getByRole("heading", { level: 1, name: /letter\.txt/ }).waitFor();
	const noted = await ada.page.locator("main code.account").last().textContent();
	assert.notEqual(noted, id);
	await open(ada, noted);
	await ada.page.frameLocator("iframe.viewer").getByText(note).waitFor();
}

/** The attack: an author's title has HTML in it, turns the direction of what follows, and is long. */
async function a_title_is_only_text(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const file = path.join(facts.examples, "letter.txt");
	const attack = `<img src=x onerror=alert(1)>\u202eevil ${"long ".repeat(40)}end`;
	const terms = ["--category", "discharge", "--yes", "--patient", story.address, "--title", attack];
	const added = await people.author.run("record", "add", file, ...terms);
	const id = added.records[0].record.slice(2);
	await ada.show(`record/${id}`);
	await open(ada, id);
	const heading = ada.page.getByRole("heading", { level: 1 });
	await heading.filter({ hasText: "<img src=x onerror=alert(1)>" }).waitFor();
	assert.doesNotMatch(await heading.innerText(), /\p{Cc}|\p{Bidi_Control}/u);
	assert.equal(await ada.page.locator("main img").count(), 0);
	await ada.wallet.check("document-hostile-title");
}

async function a_kept_document_is_read_without_a_network(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show(`document/${story.photo}`);
	await ada.button("page-record-keep").click();
	await ada.button("page-record-forget").waitFor();
	await ada.wallet.check("document-kept");
	ada.wallet.expectErrors(/./);
	await ada.wallet.installed();
	await ada.wallet.offline();
	await ada.page.reload();
	await ada.unlock();
	await ada.page.waitForFunction(() => !document.querySelector("main form"));
	await ada.show("kept", "page-records-offline");
	await ada.page.getByText(title).waitFor();
	await ada.wallet.check("kept");
	await ada.button("page-record-read").click();
	await ada.page.locator("iframe.viewer, main .box-warn").first().waitFor();
	const bytes = await ada.download(() => ada.button("page-save").click());
	assert.ok(bytes.equals(story.picture), "the kept photo is not the one that was added");
	await ada.wallet.offline(false);
	await ada.page.getByText(ada.text("page-offline-heading")).first().waitFor({ state: "detached" });
	await ada.show("kept", "page-records-offline");
	await ada.page.getByText(ada.text("page-record-forget")).click();
	await ada.page.getByText(ada.text("page-kept-none")).waitFor();
}

async function a_long_document_goes_straight_into_a_file(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const bytes = randomBytes(21 * 1024 * 1024);
	const file = path.join(people.author.home, "scan.dcm");
	await writeFile(file, bytes);
	const added = await people.author.run("record", "add", file, "--category", "imaging", "--patient", story.address);
	const id = added.records[0].record.slice(2);
	await ada.show(`record/${id}`);
	await ada.page.locator("main").getByText(/22(\.0)? MB/).first().waitFor();
	await ada.wallet.check("record-large");
	await open(ada, id);
	const save = ada.button("page-record-file-save");
	await save.waitFor();
	await ada.wallet.check("document-large");
	// Nobody can press in the browser's own dialog here: a file of the page's own stands for the chosen one.
	await ada.page.evaluate(() => {
		globalThis.showSaveFilePicker = async ({ suggestedName }) =>
			(await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
	});
	await save.click();
	await ada.page.getByText(ada.text("page-record-file-done")).waitFor();
	const chosen = await ada.page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		for await (const [name, handle] of root.entries()) {
			if (handle.kind !== "file") continue;
			const digest = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
			await root.removeEntry(name);
			return { name, digest: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
		}
	});
	assert.equal(chosen.digest, createHash("sha256").update(bytes).digest("hex"));
	assert.match(chosen.name, /^scan.*\.dcm$/);
	// Where no file can be chosen, the browser saves it among its downloads.
	await ada.page.evaluate(() => (globalThis.showSaveFilePicker = undefined));
	const saved = await ada.download(() => save.click());
	assert.ok(saved.equals(bytes), "the downloaded file is not the one that was added");
}

export default [
	a_photo_becomes_a_record,
	what_is_not_a_document_is_refused,
	the_labels_of_a_sensitive_record_get_names,
	a_note_belongs_to_the_record,
	a_title_is_only_text,
	a_kept_document_is_read_without_a_network,
	a_long_document_goes_straight_into_a_file,
];

/** Only `make test-wallet` runs these. */
export const more = [
	the_labels_of_a_sensitive_record_get_names,
	a_note_belongs_to_the_record,
	a_kept_document_is_read_without_a_network,
	a_long_document_goes_straight_into_a_file,
];
