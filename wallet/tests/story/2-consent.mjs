// The first consent: Hospital A may add records, and its doctor adds two.

import assert from "node:assert/strict";
import path from "node:path";
import { begin } from "../lib/story.mjs";

async function the_patient_permits_a_hospital_to_write(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("consents", "page-consents-heading");
	await ada.page.getByText(ada.text("page-consents-none")).waitFor();
	await ada.link("page-consents-new").click();
	await ada.page.getByRole("radio", { name: "Hospital A" }).first().check();
	await ada.page.getByText(ada.text("page-consent-more")).click();
	await ada.page.getByRole("checkbox", { name: ada.text("page-consent-action-write") }).check();
	await ada.page.getByRole("radio", { name: ada.text("page-consent-why-any") }).check();
	await ada.wallet.check("consent-form");
	await ada.button("page-consent-review").click();
	await ada.sheet.locator(".sentence").waitFor();
	await ada.wallet.check("consent-sheet");
	story.writes = await ada.sign();
	assert.match(story.writes, /Hospital A/);
	await ada.page.getByRole("heading", { name: "Hospital A" }).waitFor();
	assert.ok((await ada.says()).includes("to add to my records for any purpose"));
	await ada.wallet.check("consents");
	const { consents } = await people.author.run("consent", "list", "--patient", story.address);
	assert.deepEqual(consents.map(({ grantee, permits }) => [grantee, permits]), [["the staff of Hospital A", true]]);
	assert.match(consents[0].sentence, /to add to my records for any purpose/);
}

async function records_that_a_doctor_adds_appear(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const add = (file, category) =>
		people.author.run("record", "add", path.join(facts.examples, file), "--category", category, "--patient", story.address);
	const added = [await add("bundle.json", "discharge"), await add("letter.txt", "imaging")];
	[story.discharge, story.imaging] = added.map((answer) => answer.records[0].record);
	await ada.show("records", "page-records-heading");
	const rows = ada.page.locator("main li.row-link");
	await rows.nth(1).waitFor();
	assert.equal(await rows.count(), 2);
	await ada.wallet.check("records");
}

export default [the_patient_permits_a_hospital_to_write, records_that_a_doctor_adds_appear];
