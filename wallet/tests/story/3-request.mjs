// A doctor of another hospital asks, and gets less than she asked for.

import assert from "node:assert/strict";
import { begin, isRefused, opens } from "../lib/story.mjs";

const reason = "Second opinion before the operation on the knee";

async function a_request_says_who_asks_why_and_what_it_would_open(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const { me } = await people.doctor.run("status");
	const hospital = me.enrolled.enrolled_by.account;
	Object.assign(story, { doctor: me.account, hospital, reason });
	const to = ["--to", `team:1@${hospital}`, "--institution", hospital, "--category", "discharge,imaging"];
	await people.doctor.run("request", "submit", "--patient", story.address, ...to, "--reason", reason);
	await ada.show("", "page-home-heading");
	await ada.page.getByText(reason).waitFor();
	await ada.wallet.check("home-request");
	await ada.show("requests", "page-requests-heading");
	await ada.page.getByText(reason).waitFor();
	await ada.wallet.check("requests");
	await ada.page.locator("article a").first().click();
	await ada.heading("page-request-heading").waitFor();
	await ada.page.getByText(reason).waitFor();
	const said = await ada.says();
	assert.match(said, /Hospital B/);
	assert.equal(await ada.page.locator(".preview li").count(), 2);
	await ada.wallet.check("request");
}

async function a_narrowed_request_opens_less_and_is_approved(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const whole = await ada.page.locator("main .sentence").first().innerText();
	await ada.page.getByText(ada.text("page-request-narrow"), { exact: true }).click();
	const categories = ada.page.getByRole("group", { name: ada.text("page-request-narrow-category") });
	const boxes = categories.getByRole("checkbox");
	assert.equal(await boxes.count(), 2);
	await categories.getByRole("checkbox", { name: /imaging/i }).uncheck();
	await ada.page.getByText(ada.text("page-request-narrowed")).waitFor();
	await ada.page.waitForFunction(() => document.querySelectorAll(".preview li").length === 1);
	const less = await ada.page.locator("main .sentence").first().innerText();
	assert.notEqual(less, whole);
	await ada.wallet.check("request-narrowed");
	await ada.button("page-request-approve").click();
	story.reads = await ada.sign();
	await ada.page.getByText(ada.text("page-requests-none")).waitFor();
	const { consents } = await people.doctor.run("consent", "list", "--patient", story.address);
	const found = consents.find(({ grantee }) => grantee.includes("Hospital B"));
	assert.match(found.sentence, /discharge summaries/);
	assert.doesNotMatch(found.sentence, /imaging/);
}

async function the_doctor_opens_what_was_permitted_and_nothing_else(harness, facts) {
	const { story, people } = await begin(harness, facts);
	await opens(people.doctor, story, story.discharge);
	await isRefused(people.doctor, story, story.imaging);
}

export default [
	a_request_says_who_asks_why_and_what_it_would_open,
	a_narrowed_request_opens_less_and_is_approved,
	the_doctor_opens_what_was_permitted_and_nothing_else,
];
