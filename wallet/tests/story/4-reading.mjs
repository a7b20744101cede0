// What the patient sees of it: the log, her own records, and who sees what.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { begin } from "../lib/story.mjs";

async function home_and_log_say_who_opened_what(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("", "page-home-heading");
	const opened = ada.page.locator(".log-line").filter({ hasText: /opened/ });
	await opened.first().waitFor();
	assert.match(await opened.first().innerText(), /Hospital B/);
	await ada.wallet.check("home");
	await ada.show("log", "page-log-heading");
	await opened.first().waitFor();
	assert.match(await opened.first().innerText(), /consent \d+/);
	await ada.wallet.check("log");
	await ada.button("page-log-verify").click();
	await ada.ready();
	await ada.page.locator(".box-good").waitFor();
}

async function the_log_can_be_verified_by_others(harness, facts) {
	const { ada, people } = await begin(harness, facts);
	const file = path.join(facts.scratch, "log.json");
	await writeFile(file, await ada.download(() => ada.button("page-log-export").click()));
	const { entries } = await people.registrar.run("audit", "verify", "--file", file);
	const verdict = await ada.page.locator("main .box-good").innerText();
	assert.ok(entries > 5 && verdict.includes(` ${entries} `), `${entries} entries: ${verdict}`);
}

async function the_patient_reads_her_records(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.openRecords();
	await ada.page.locator("main").getByText("bundle.json", { exact: true }).first().waitFor();
	await ada.wallet.check("records-open");
	await ada.show(`document/${story.discharge.slice(2)}`);
	await ada.page.locator(".document h2, .document h3").first().waitFor();
	const said = await ada.says();
	for (const raw of [/resourceType/, /\bunknown\b/i, /MedicationStatement|AllergyIntolerance/]) assert.doesNotMatch(said, raw);
	await ada.wallet.check("document");
	await isSaved(ada, path.join(facts.examples, "bundle.json"));
}

async function a_text_opens_in_the_viewer(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show(`document/${story.imaging.slice(2)}`);
	const frame = ada.page.frameLocator("iframe.viewer");
	await frame.getByText("Dear colleague,").waitFor();
	await ada.wallet.check("document-text");
	await isSaved(ada, path.join(facts.examples, "letter.txt"));
}

async function isSaved(ada, file) {
	const bytes = await ada.download(() => ada.page.locator("main").getByRole("button", { name: ada.text("page-save") }).click());
	assert.ok(bytes.equals(await readFile(file)), `the saved bytes are not those of ${file}`);
}

async function a_record_says_who_holds_its_key(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show(`record/${story.imaging.slice(2)}`);
	await ada.heading("page-record-holders").waitFor();
	await ada.page.getByRole("heading", { level: 1, name: "letter.txt" }).waitFor();
	await ada.wallet.check("record");
	await ada.show("hospitals", "page-hospitals-heading");
	await ada.page.getByText("Hospital A").first().waitFor();
	await ada.wallet.check("hospitals");
}

async function who_sees_what_shows_the_other_hospitals_doctor(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show("access", "page-access-heading");
	const card = ada.page.locator("article.card").filter({ has: ada.page.getByRole("heading", { name: /team 1/ }) });
	await card.waitFor();
	const cell = (category) => card.locator(".access-list > div").filter({ hasText: category });
	assert.match(await cell(/discharge/).innerText(), new RegExp(`${ada.text("page-access-all")}|${ada.text("page-access-some")}`));
	assert.match(await cell(/imaging/).innerText(), new RegExp(ada.text("page-access-none")));
	await ada.wallet.check("access");
	await ada.show(`seen/${story.doctor}`, "page-access-ask-heading");
	await ada.page.getByText(`${ada.text("page-seen-open")} (1)`).waitFor();
	await ada.wallet.check("seen");
}

export default [
	home_and_log_say_who_opened_what,
	the_log_can_be_verified_by_others,
	the_patient_reads_her_records,
	a_text_opens_in_the_viewer,
	a_record_says_who_holds_its_key,
	who_sees_what_shows_the_other_hospitals_doctor,
];
