// A person at the page: what a hand does on the screens, in the page's language.

import { text } from "./texts.mjs";

/** A wallet with its passphrase. */
export class PatientsPage {
	constructor(wallet, passphrase, language = wallet.options.language ?? "en") {
		Object.assign(this, { wallet, page: wallet.page, passphrase, language });
		this.page.setDefaultTimeout(60_000);
	}

	/** One of the page's texts. */
	text(id) {
		return text(this.language, id);
	}

	heading(id) {
		return this.page.getByRole("heading", { name: this.text(id), exact: true });
	}

	button(id) {
		return this.page.getByRole("button", { name: this.text(id), exact: true });
	}

	link(id) {
		return this.page.getByRole("link", { name: this.text(id) });
	}

	field(id) {
		return this.page.getByLabel(this.text(id), { exact: true });
	}

	/** Shows a screen by its route, and waits until it has loaded. */
	async show(route, headingId) {
		await this.page.evaluate((hash) => (location.hash = hash), `#/${route}`);
		if (headingId) await this.page.getByRole("heading", { level: 1, name: this.text(headingId) }).waitFor();
		await this.ready();
	}

	/** Waits until nothing is loading. */
	ready() {
		return this.page.waitForFunction(() => !document.querySelector("main .busy"));
	}

	/** What the screen says. */
	async says() {
		await this.ready();
		return this.page.locator("main").innerText();
	}

	/** The sheet on which everything is signed. */
	get sheet() {
		return this.page.getByRole("dialog");
	}

	/** Signs what the sheet shows, with the passphrase if it is asked for. Returns the sentence. */
	async sign() {
		await this.sheet.locator(".sheet-action button").waitFor();
		const sentence = await this.sheet.locator(".sentence").first().innerText();
		await this.sheet.locator(".sheet-action button").click();
		const passphrase = this.sheet.locator("input");
		const done = this.sheet.getByRole("button", { name: this.text("page-done") });
		await passphrase.or(done).first().waitFor();
		if (await passphrase.isVisible()) {
			await passphrase.fill(this.passphrase);
			await passphrase.press("Enter");
		}
		await done.click();
		await this.sheet.waitFor({ state: "detached" });
		return sentence;
	}

	/** Unlocks before a signature that has no sheet, if the passphrase is asked for. */
	async confirm(until) {
		const passphrase = this.sheet.locator("input");
		await passphrase.or(until).first().waitFor();
		if (!(await passphrase.isVisible())) return;
		await passphrase.fill(this.passphrase);
		await passphrase.press("Enter");
		await until.first().waitFor();
	}

	/** Unlocks with a passphrase. */
	async unlock(passphrase = this.passphrase) {
		await this.heading("page-lock-locked").waitFor();
		await this.field("page-unlock-passphrase").fill(passphrase);
		await this.field("page-unlock-passphrase").press("Enter");
	}

	/** Opens all records with one signature. */
	async openRecords() {
		await this.show("records", "page-records-heading");
		for (const box of await this.page.locator("main .row-check").all()) await box.check();
		const bar = this.page.getByRole("region", { name: this.text("page-records-open-chosen") });
		await bar.getByRole("button").click();
		await this.confirm(this.button("page-records-close"));
	}

	/** Chooses a file to save by this, and returns its bytes. */
	async download(press) {
		const [download] = await Promise.all([this.page.waitForEvent("download"), press()]);
		const chunks = [];
		for await (const chunk of await download.createReadStream()) chunks.push(chunk);
		return Buffer.concat(chunks);
	}
}
