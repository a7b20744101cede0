// The part of the core that works on an account is fetched apart: after the first screen, and again if
// that fails.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { withPassphrase } from "../lib/newcomer.mjs";
import { text } from "../lib/texts.mjs";

const part = /\/split_account-\w+\.wasm$/;
const passphrase = "seven quiet mangroves at dusk";

async function the_first_screen_does_not_wait_for_it(harness, facts) {
	assert.equal((await readdir(facts.folder)).filter((name) => part.test(`/${name}`)).length, 1);
	let release;
	const held = new Promise((resolve) => (release = resolve));
	const hold = (route) => held.then(() => route.continue());
	const ada = await withPassphrase(harness, "held", passphrase, { before: (context) => context.route(part, hold) });
	await ada.button("page-create-button").click();
	assert.equal(await ada.heading("page-desk-heading").count(), 0);
	release();
	await ada.heading("page-desk-heading").waitFor();
	await harness.closeProfile("held");
}

async function a_failure_is_told_and_it_is_fetched_again(harness) {
	const refuse = (route) => route.abort();
	const ada = await withPassphrase(harness, "missing", passphrase, { before: (context) => context.route(part, refuse) });
	// The browser and the loader say it in the console, and the service worker waits for the next visit.
	ada.wallet.expectErrors(/Failed to (fetch|load)|ServiceWorker/);
	await ada.button("page-create-button").click();
	await ada.page.getByText(text("en", "wallet-failed-part", "app")).waitFor();
	assert.equal(await ada.button("page-try-again").count(), 0, "it would make other words than those that were checked");
	await ada.page.context().unroute(part, refuse);
	await ada.button("page-create-button").click();
	await ada.heading("page-desk-heading").waitFor();
	await harness.closeProfile("missing");
}

export default [
	the_first_screen_does_not_wait_for_it,
	a_failure_is_told_and_it_is_fetched_again,
];
