// The service worker serves the release offline, refuses another file under the same name, and asks
// before it changes the version.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { serve } from "../serve.mjs";

async function open(harness, profile, address) {
	const wallet = await harness.openWallet(profile, { address });
	await wallet.page.getByRole("heading").first().waitFor();
	return wallet;
}

async function serves_the_release_offline(harness, facts) {
	const server = await serve(facts.folder);
	const wallet = await open(harness, "offline", server.address);
	await wallet.installed();
	server.close();
	server.closeAllConnections();
	await wallet.page.reload();
	await wallet.page.getByRole("heading").first().waitFor();
	wallet.expectErrors(/Content Security Policy/);
	await assert.rejects(wallet.page.evaluate(`fetch("/manifest.json")`), "its policy holds offline");
	await harness.closeProfile("offline");
}

async function refuses_a_file_that_is_not_the_releases(harness, facts) {
	let isInstalling = false;
	const change = (name, body) => {
		// Only the service worker asks for the manifest.
		isInstalling ||= name === "manifest.json";
		return name.endsWith(".wasm") ? Buffer.concat([body, Buffer.from([0])]) : body;
	};
	const server = await serve(facts.folder, { change });
	const wallet = await harness.openWallet("changed", { address: server.address });
	wallet.expectErrors(/./);
	// The browser gives the registration up.
	while (!isInstalling) await wallet.page.waitForTimeout(50);
	const kept = await wallet.page.evaluate(async () => {
		for (;;) {
			const registration = await navigator.serviceWorker.getRegistration();
			if (!registration?.installing) return registration?.active?.state ?? null;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	});
	assert.equal(kept, null);
	server.close();
	await harness.closeProfile("changed");
}

async function asks_before_it_changes_the_version(harness, facts) {
	let isNew = false;
	const change = (name, body) =>
		isNew && ["sw.js", "manifest.json"].includes(name) ? Buffer.from(String(body).replace(/(["'`])0\.1\.0\1/, "$10.1.1$1")) : body;
	const server = await serve(facts.folder, { change });
	const wallet = await open(harness, "update", server.address);
	await wallet.installed();
	const version = () =>
		wallet.page.evaluate(async () => {
			const { port1, port2 } = new MessageChannel();
			const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
			navigator.serviceWorker.controller.postMessage({ kind: "version" }, [port2]);
			return answer;
		});
	const first = await version();
	assert.equal(first.version, "0.1.0");
	const manifest = Buffer.from(await (await fetch(`${server.address}manifest.json`)).arrayBuffer());
	assert.equal(first.manifest, createHash("sha256").update(manifest).digest("hex"));
	isNew = true;
	const update = await wallet.page.evaluate(async () => {
		const told = new Promise((resolve) => {
			navigator.serviceWorker.addEventListener("message", ({ data }) => data.kind === "update" && resolve(data));
		});
		await (await navigator.serviceWorker.getRegistration()).update();
		return told;
	});
	assert.equal(update.version, "0.1.1");
	await wallet.page.reload();
	assert.equal((await version()).version, "0.1.0", "the old version stays until the person agrees");
	await wallet.page.evaluate(async () => {
		const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
		const registration = await navigator.serviceWorker.getRegistration();
		registration.waiting.postMessage({ kind: "activate" });
		await changed;
	});
	assert.equal((await version()).version, "0.1.1");
	server.close();
	await harness.closeProfile("update");
}

export default [
	serves_the_release_offline,
	refuses_a_file_that_is_not_the_releases,
	asks_before_it_changes_the_version,
];
