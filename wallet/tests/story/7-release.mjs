// The council publishes the wallet that the hospital serves, and the settings say so.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Person } from "../lib/command.mjs";
import { begin } from "../lib/story.mjs";

async function the_settings_say_whether_the_version_is_published(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.wallet.installed();
	await ada.show("settings", "page-settings-heading");
	await ada.page.getByText(ada.text("page-settings-version-none")).waitFor();

	const manifest = Buffer.from(await (await fetch(new URL("manifest.json", facts.address))).arrayBuffer());
	const file = path.join(facts.home, "manifest.json");
	const council = ["A", "B", "C"].map((name, site) => new Person(facts, `//Hospital${name}`, site));
	const publish = async (content) => {
		await writeFile(file, content);
		const { motion } = await council[0].run("council", "publish", file, "--yes");
		for (const seat of council.slice(1)) await seat.run("council", "vote", motion, "yes", "--yes");
		await council[0].run("council", "close", motion, "--yes");
		await ada.show("");
		await ada.show("settings", "page-settings-heading");
	};
	await publish(manifest);
	await ada.page.getByText(ada.text("page-settings-version-matches")).waitFor();
	await ada.page.getByText(ada.text("page-settings-version-hash")).click();
	const hash = createHash("sha256").update(manifest).digest("hex");
	assert.ok((await ada.says()).includes(hash));
	await ada.wallet.check("settings-version-published");
	const checked = await council[2].run("wallet", "check", new URL(facts.address).origin);
	assert.equal(checked.good, true);

	// Another release is published: this one is an earlier one.
	await publish(Buffer.concat([manifest, Buffer.from("\n")]));
	await ada.page.getByText(/This is an earlier version/).waitFor();
	await ada.wallet.check("settings-version-earlier");
	const said = await council[2].fails("wallet", "check", new URL(facts.address).origin);
	assert.match(said, /"standing": ?"earlier"/);
}

const tests = [the_settings_say_whether_the_version_is_published];

export default tests;

/** Only `make test-wallet` runs these. */
export const more = tests;
