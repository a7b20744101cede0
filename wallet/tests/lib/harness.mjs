// The browser and its profiles. A profile is one person's browser: its storage, cookies and caches.

import { chromium } from "playwright-core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Camera } from "./camera.mjs";
import { Wallet } from "./wallet.mjs";

const devices = {
	phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
	narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
	desktop: { viewport: { width: 1280, height: 800 } },
};
const locales = { en: "en-GB", de: "de-DE", id: "id-ID" };

/** One browser with the profiles that the tests have opened. */
export class Harness {
	/**
	 * Starts Chromium. The facts name the wallet's address and the folder for screenshots. They get
	 * `scratch`, a folder for the tests' own files that goes with the browser.
	 */
	static async start(facts) {
		const folder = await mkdtemp(path.join(tmpdir(), "vouchsafe-browser-"));
		facts.scratch = folder;
		const camera = new Camera(path.join(folder, "camera.y4m"));
		await camera.showNothing();
		const browser = await chromium.launch({
			executablePath: facts.chromium ?? process.env.VOUCHSAFE_CHROMIUM ?? "/usr/bin/chromium",
			chromiumSandbox: process.getuid?.() !== 0,
			args: [
				"--use-fake-device-for-media-stream",
				"--use-fake-ui-for-media-stream",
				`--use-file-for-fake-video-capture=${camera.file}`,
			],
		});
		return new Harness(facts, browser, camera, folder);
	}

	constructor(facts, browser, camera, folder) {
		Object.assign(this, { facts, browser, camera, folder });
		this.profiles = new Map();
	}

	/**
	 * Opens the wallet in a profile, which is made at the first call: `openWallet("ada")`. A later
	 * call opens another tab. Options: `device` (phone, narrow, desktop), `language`, `dark`,
	 * `forcedColors`, `path` (as `#/log`), `address`, `before` (gets the context before the page loads).
	 */
	async openWallet(profile, options = {}) {
		let context = this.profiles.get(profile)?.context;
		const seen = this.profiles.get(profile)?.seen ?? { console: [], errors: [], requests: [], expected: [] };
		if (!context) {
			context = await this.browser.newContext({
				...devices[options.device ?? "phone"],
				locale: locales[options.language ?? "en"],
				timezoneId: "Asia/Jakarta",
				colorScheme: options.dark ? "dark" : "light",
				reducedMotion: "reduce",
				forcedColors: options.forcedColors ? "active" : "none",
				permissions: ["camera"],
				acceptDownloads: true,
			});
			this.profiles.set(profile, { context, seen });
			watch(context, seen);
			await options.before?.(context);
		}
		const page = await context.newPage();
		const wallet = new Wallet(this, profile, page, seen, options);
		await page.goto((options.address ?? this.facts.address) + (options.path ?? ""));
		return wallet;
	}

	/** Closes a profile and forgets what it stored. */
	async closeProfile(profile) {
		await this.profiles.get(profile)?.context.close();
		this.profiles.delete(profile);
	}

	/** Fails if a page, worker or service worker has reported an error that no test expected. */
	noErrors() {
		for (const [name, { seen }] of this.profiles) {
			const unexpected = seen.errors.filter((error) => !seen.expected.some((pattern) => pattern.test(error)));
			if (unexpected.length > 0) throw new Error(`errors in the browser of ${name}:\n${unexpected.join("\n")}`);
		}
	}

	/** The next test begins without errors of this one. */
	forgetErrors() {
		for (const { seen } of this.profiles.values()) Object.assign(seen, { errors: [], expected: [] });
	}

	/** Pictures of all open pages, after a failure. */
	async screenshotAll(name) {
		for (const [profile, { context }] of this.profiles) {
			for (const [index, page] of context.pages().entries()) {
				const file = path.join(this.facts.out, `${name}-${profile}-${index}.png`);
				await page.screenshot({ path: file, timeout: 5_000 }).catch(() => undefined);
			}
		}
	}

	async stop() {
		await this.browser.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}

/** Keeps what the browser reports and sends: for `noErrors` and for the scan. */
function watch(context, seen) {
	context.on("console", (message) => {
		const text = `${message.text()} (${message.location().url})`;
		seen.console.push(text);
		if (message.type() === "error") seen.errors.push(text);
	});
	context.on("weberror", (error) => seen.errors.push(String(error.error())));
	context.on("request", (request) => {
		seen.requests.push({ url: request.url(), headers: JSON.stringify(request.headers()), body: request.postDataBuffer() });
	});
}
