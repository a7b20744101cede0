// The service worker serves the release offline, refuses another file under the same name, and asks
// before it changes the version.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

/** A server that has another release once `isNew` is set: another version, and another page. */
async function releases(facts) {
	const state = { isNew: false };
	const hash = (body) => createHash("sha256").update(body).digest("hex");
	const page = (body) => Buffer.from(String(body).replace("</body>", "<!-- new --></body>"));
	const before = await readFile(join(facts.folder, "index.html"));
	assert.notEqual(hash(page(before)), hash(before));
	const change = (name, body) => {
		if (!state.isNew) return body;
		if (name === "index.html") return page(body);
		if (!["sw.js", "manifest.json"].includes(name)) return body;
		const text = String(body).replace(/(["'`])0\.1\.0\1/, "$10.1.1$1");
		return Buffer.from(text.replaceAll(hash(before), hash(page(before))));
	};
	return { state, server: await serve(facts.folder, { change }) };
}

/** What the worker of this kind says: `active` or `waiting`. */
const said = (wallet, kind = "active") =>
	wallet.page.evaluate(async (kind) => {
		const registration = await navigator.serviceWorker.getRegistration();
		const { port1, port2 } = new MessageChannel();
		const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
		registration[kind].postMessage({ kind: "version" }, [port2]);
		return answer;
	}, kind);

/** Installs the new release, and returns what the page is told. */
const installNew = (wallet) =>
	wallet.page.evaluate(async () => {
		const told = new Promise((resolve) => {
			navigator.serviceWorker.addEventListener("message", ({ data }) => data.kind === "update" && resolve(data));
		});
		await (await navigator.serviceWorker.getRegistration()).update();
		return told;
	});

/** Loads the page again. Chromium sometimes never answers a navigation that begins while it changes workers. */
async function load(wallet, address) {
	while (!(await wallet.page.goto(address, { timeout: 5_000 }).catch(() => null)));
	await wallet.page.getByRole("heading").first().waitFor();
}

const hasNewPage = async (wallet) => (await wallet.page.content()).includes("<!-- new -->");

/** The person agrees, and the page is loaded again. */
async function agree(wallet, address, kind) {
	await wallet.page.evaluate(async (kind) => {
		const registration = await navigator.serviceWorker.getRegistration();
		const { port1, port2 } = new MessageChannel();
		const answer = new Promise((resolve) => (port1.onmessage = resolve));
		registration[kind].postMessage({ kind: "activate" }, [port2]);
		await answer;
	}, kind);
	await load(wallet, address);
}

async function asks_before_it_changes_the_version(harness, facts) {
	const { state, server } = await releases(facts);
	const wallet = await open(harness, "update", server.address);
	await wallet.installed();
	const first = await said(wallet);
	const manifest = Buffer.from(await (await fetch(`${server.address}manifest.json`)).arrayBuffer());
	const used = { version: "0.1.0", manifest: createHash("sha256").update(manifest).digest("hex") };
	assert.deepEqual(first, { kind: "version", used, newer: null });
	state.isNew = true;
	const update = await installNew(wallet);
	assert.equal(update.newer.version, "0.1.1");
	await wallet.page.reload();
	assert.deepEqual((await said(wallet)).used, used, "the old version stays until the person agrees");
	assert.deepEqual((await said(wallet, "waiting")).newer, update.newer);
	assert.equal(await hasNewPage(wallet), false);
	await agree(wallet, server.address, "waiting");
	assert.deepEqual(await said(wallet), { kind: "version", used: update.newer, newer: null });
	assert.equal(await hasNewPage(wallet), true);
	server.close();
	await harness.closeProfile("update");
}

async function still_asks_after_all_tabs_were_closed(harness, facts) {
	const { state, server } = await releases(facts);
	const wallet = await open(harness, "closed", server.address);
	await wallet.installed();
	const { used } = await said(wallet);
	state.isNew = true;
	const { newer } = await installNew(wallet);
	// Without a page, the browser makes the worker active that waits.
	await wallet.page.goto("about:blank");
	for (;;) {
		await load(wallet, server.address);
		const waits = await wallet.page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration()).waiting);
		if (!waits) break;
		await wallet.page.goto("about:blank");
	}
	assert.deepEqual(await said(wallet), { kind: "version", used, newer });
	assert.equal(await hasNewPage(wallet), false, "the page is that of the old version");
	server.close();
	server.closeAllConnections();
	await wallet.page.reload();
	await wallet.page.getByRole("heading").first().waitFor();
	assert.equal(await hasNewPage(wallet), false, "offline too");
	await agree(wallet, server.address, "active");
	assert.deepEqual(await said(wallet), { kind: "version", used: newer, newer: null });
	assert.equal(await hasNewPage(wallet), true);
	await harness.closeProfile("closed");
}

/** The attack: a script in the page puts another page into the caches, to outlive the next visit. */
async function serves_nothing_that_a_page_has_put_into_caches(harness, facts) {
	const server = await serve(facts.folder);
	const wallet = await open(harness, "planted", server.address);
	await wallet.installed();
	const planted = await wallet.page.evaluate(async () => {
		let count = 0;
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const file of ["index.html", "/"]) {
				await cache.put(file, new Response("<h1>planted</h1>", { headers: { "content-type": "text/html" } }));
				count += 1;
			}
		}
		return count;
	});
	assert.ok(planted >= 4, `${planted} files were planted`);
	await wallet.page.reload();
	await wallet.page.getByRole("heading").first().waitFor();
	assert.equal(await wallet.page.getByText("planted").count(), 0);
	wallet.expectErrors(/Content Security Policy/);
	await assert.rejects(wallet.page.evaluate(`fetch("/manifest.json")`), "its policy still holds");
	server.close();
	await harness.closeProfile("planted");
}

export default [
	serves_the_release_offline,
	serves_nothing_that_a_page_has_put_into_caches,
	refuses_a_file_that_is_not_the_releases,
	asks_before_it_changes_the_version,
	still_asks_after_all_tabs_were_closed,
];
