// One tab with the wallet, and what tests do with it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { scanFor } from "./scan.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What axe asks of a page, but not of a frame in it. */
const ofWholePages = ["landmark-one-main", "page-has-heading-one", "region", "bypass"];

/** A tab. `page` is playwright's page. */
export class Wallet {
	constructor(harness, profile, page, seen, options) {
		Object.assign(this, { harness, profile, page, seen, options });
	}

	/** Errors that match this are part of the test that runs. */
	expectErrors(pattern) {
		this.seen.expected.push(pattern);
	}

	/** A picture of the whole screen in the tests' output: `name`, device, language, colours. */
	async screenshot(name) {
		const { device = "phone", language = "en", dark = false } = this.options;
		const file = path.join(this.harness.facts.out, `${name}-${device}-${language}${dark ? "-dark" : ""}.png`);
		// As high as the screen's content: bars at its edges stay at the edges.
		const size = this.page.viewportSize();
		const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
		await this.page.setViewportSize({ ...size, height: Math.max(height, size.height) });
		await this.page.screenshot({ path: file, animations: "disabled" });
		await this.page.setViewportSize(size);
		return file;
	}

	/** Fails if axe finds anything on this screen, in the page or in a frame. */
	async axe({ without = [] } = {}) {
		const findings = [];
		for (const frame of this.page.frames()) {
			await frame.evaluate(axeSource);
			const { violations } = await frame.evaluate(
				(disabled) =>
					globalThis.axe.run(document, {
						iframes: false,
						runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
						rules: Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }])),
					}),
				frame.parentFrame() ? [...ofWholePages, ...without] : without,
			);
			findings.push(...violations);
		}
		const lines = findings.flatMap(({ id, help, nodes }) =>
			nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary}`),
		);
		if (lines.length > 0) throw new Error(`axe finds on ${this.page.url()}:\n${lines.join("\n")}`);
	}

	/** Screen by screen: a picture, and nothing for axe to find. */
	async check(name) {
		await this.axe();
		return this.screenshot(name);
	}

	/**
	 * Where these strings are in what the profile stored, printed or sent, also encoded: a list of
	 * `{ string, place }`. Call `scan(strings)` of a test that expects none with `nothingOf` instead.
	 */
	scan(strings) {
		return scanFor(this, strings);
	}

	/** Fails if one of these strings is stored, printed or sent. */
	async nothingOf(strings) {
		const found = await this.scan(strings);
		if (found.length > 0) {
			throw new Error(`found:\n${found.map(({ string, place }) => `${string} in ${place}`).join("\n")}`);
		}
	}

	/** Presses Tab until something with this accessible name has the focus: for keyboard alone. */
	async tabTo(name, { limit = 100 } = {}) {
		for (let count = 0; count < limit; count++) {
			await this.page.keyboard.press("Tab");
			const focused = await nameOfFocused(this.page);
			if (name instanceof RegExp ? name.test(focused) : focused.trim() === name) return;
		}
		throw new Error(`no ${name} within ${limit} presses of Tab`);
	}

	/** A passkey device of the browser's own, with the PRF extension. Returns how to remove it. */
	async virtualAuthenticator({ hasPrf = true } = {}) {
		const devtools = await this.page.context().newCDPSession(this.page);
		await devtools.send("WebAuthn.enable");
		const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
			options: {
				protocol: "ctap2",
				ctap2Version: "ctap2_1",
				transport: "internal",
				hasResidentKey: true,
				hasUserVerification: true,
				hasPrf,
				isUserVerified: true,
				automaticPresenceSimulation: true,
			},
		});
		return () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
	}

	/** A slow phone: processor at a sixth, 1.6 Mbit/s, 150 ms. */
	async slow() {
		const devtools = await this.page.context().newCDPSession(this.page);
		await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
		await devtools.send("Network.enable");
		const bytes = (1.6 * 1024 * 1024) / 8;
		const conditions = { offline: false, latency: 150, downloadThroughput: bytes, uploadThroughput: bytes };
		await devtools.send("Network.emulateNetworkConditions", conditions);
	}

	/** Without network, or with it again. */
	offline(isOffline = true) {
		return this.page.context().setOffline(isOffline);
	}

	/** Waits until the service worker has installed the release and answers for this tab. */
	async installed() {
		await this.page.evaluate(async () => {
			await navigator.serviceWorker.ready;
			if (!navigator.serviceWorker.controller) {
				await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
			}
		});
	}
}

/** The accessible name of what has the focus, also in a frame. */
async function nameOfFocused(frame) {
	const focused = (await frame.evaluateHandle(() => document.activeElement)).asElement();
	const inner = await focused?.contentFrame();
	if (inner) return nameOfFocused(inner);
	const name = await focused?.evaluate((element) => {
		if (element === document.body) return "";
		return element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
	});
	return name ?? "";
}
