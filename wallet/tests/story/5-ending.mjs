// Taking back: stop everything, lift it, revoke.

import { begin, isRefused, opens } from "../lib/story.mjs";

async function everything_stops_with_one_signature(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("stop", "page-stop-heading");
	await ada.wallet.check("stop");
	await ada.page.locator("main").getByRole("button", { name: ada.text("page-stop-heading") }).click();
	await ada.sheet.locator(".sentence").waitFor();
	await ada.wallet.check("stop-sheet");
	await ada.sign();
	await ada.page.locator(".banner").waitFor();
	await ada.heading("page-home-heading").waitFor();
	await ada.wallet.check("stopped");
	await isRefused(people.doctor, story, story.discharge);
}

async function lifting_the_stop_restores_what_was_before(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.page.locator(".banner").getByRole("link").click();
	await ada.page.locator("main").getByRole("button", { name: ada.text("page-stop-lift") }).click();
	await ada.sign();
	await ada.page.locator(".banner").waitFor({ state: "detached" });
	await opens(people.doctor, story, story.discharge);
}

async function a_revoked_consent_opens_nothing(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("consents", "page-consents-heading");
	const card = ada.page.locator("article.consent").filter({ hasText: "Hospital B" });
	await card.getByRole("button", { name: ada.text("page-revoke") }).click();
	await ada.sheet.locator(".sentence").waitFor();
	await ada.wallet.check("revoke-sheet");
	await ada.sign();
	await card.waitFor({ state: "hidden" });
	await isRefused(people.doctor, story, story.discharge);
	await ada.ready();
	await ada.wallet.check("consents-revoked");
}

export default [
	everything_stops_with_one_signature,
	lifting_the_stop_restores_what_was_before,
	a_revoked_consent_opens_nothing,
];
