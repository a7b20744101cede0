// After the story: nothing secret or personal lies about.

import assert from "node:assert/strict";
import { begin } from "../lib/story.mjs";

async function nothing_secret_or_personal_was_stored_printed_or_sent(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	const three = story.words.slice(0, -2).map((_, at) => story.words.slice(at, at + 3).join(" "));
	const personal = ["letter.txt", "bundle.json", "Musterfrau", "Lindenblütenweg", "Dear colleague", story.name];
	await ada.wallet.nothingOf([...three, ada.passphrase, story.reason, story.again, ...personal, ...(story.personal ?? [])]);
}

async function the_scan_finds_what_is_planted(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.page.evaluate((reason) => sessionStorage.setItem("planted", reason), story.reason);
	const found = await ada.wallet.scan([story.reason]);
	assert.deepEqual(found.map(({ place }) => place), ["sessionStorage planted"]);
	await ada.page.evaluate(() => sessionStorage.removeItem("planted"));
}

export default [nothing_secret_or_personal_was_stored_printed_or_sent, the_scan_finds_what_is_planted];
