// The viewer shows what it should, and fails alone on the rest.

import assert from "node:assert/strict";
import { picture, pdf } from "../lib/samples.mjs";
import { view } from "../lib/viewer.mjs";

async function open(harness, profile, options) {
	const wallet = await harness.openWallet(profile, options);
	await wallet.page.getByRole("heading").first().waitFor();
	return wallet;
}

async function a_pdf_has_pages_text_and_zoom(harness) {
	const wallet = await open(harness, "pdf");
	const { message, frame } = await view(wallet, pdf(["Potassium 4.1", "Second page", "Third page"]), "application/pdf");
	assert.deepEqual(message, { kind: "shown", pages: 3 });
	assert.equal(await frame.locator(".textLayer").first().textContent(), "Potassium 4.1");
	const width = () => frame.locator(".page").first().evaluate((page) => page.clientWidth);
	const before = await width();
	await frame.getByRole("button", { name: "Larger" }).click();
	assert.ok((await width()) > before);
	await frame.getByRole("button", { name: "Fit the width" }).click();
	assert.equal(await width(), before);
	await frame.getByLabel("Page", { exact: true }).fill("3");
	await frame.getByLabel("Page", { exact: true }).press("Enter");
	await frame.locator(".textLayer", { hasText: "Third page" }).waitFor();
	await wallet.axe();
	await wallet.screenshot("viewer-pdf");
	await harness.closeProfile("pdf");
}

async function the_keyboard_is_enough(harness) {
	const wallet = await open(harness, "viewer-keys", { device: "desktop", dark: true });
	const { frame } = await view(wallet, pdf(["One", "Two"]), "application/pdf", { appearance: "dark" });
	await frame.locator("body").press("Tab");
	await wallet.tabTo("Larger");
	const width = () => frame.locator(".page").first().evaluate((page) => page.clientWidth);
	const before = await width();
	await wallet.page.keyboard.press("Enter");
	assert.ok((await width()) > before);
	await wallet.page.keyboard.press("0");
	assert.equal(await width(), before);
	await wallet.screenshot("viewer-keyboard");
	await harness.closeProfile("viewer-keys");
}

async function pictures_and_text_are_shown(harness) {
	const wallet = await open(harness, "pictures");
	for (const kind of ["plain", "pdf"]) {
		for (const type of ["image/png", "image/jpeg", "image/webp"]) {
			const { message, frame } = await view(wallet, await picture(harness, type), type, { kind });
			assert.deepEqual(message, { kind: "shown", pages: 1 }, type);
			assert.equal(await frame.getByRole("img", { name: "A finding" }).evaluate((image) => image.naturalWidth), 300);
		}
	}
	const { frame } = await view(wallet, Buffer.from("<b>Größe</b>: 1,80 m\n"), "text/plain", { kind: "plain" });
	assert.equal(await frame.locator("pre").textContent(), "<b>Größe</b>: 1,80 m\n");
	await wallet.axe();
	const latin = await view(wallet, Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65]), "text/plain", { kind: "plain" });
	assert.equal(await latin.frame.locator("pre").textContent(), "Größe");
	// Without an end of a line, and with characters of two units at every place where it could be cut.
	for (const long of ["😀".repeat(250_000), `x${"😀".repeat(250_000)}`, "A line of a text.\n".repeat(50_000)]) {
		const { frame } = await view(wallet, Buffer.from(long), "text/plain", { kind: "plain" });
		assert.ok((await frame.locator("pre").textContent()) === long, "the text is whole");
		const parts = await frame.locator("pre > span").evaluateAll((all) => all.map((it) => it.textContent));
		assert.ok(parts.length > 50 && parts.every((it) => it.isWellFormed()), "no character is cut");
	}
	await harness.closeProfile("pictures");
}

async function hostile_and_foreign_files_fail_alone(harness) {
	const wallet = await open(harness, "hostile");
	const png = await picture(harness, "image/png");
	const whole = pdf(["One"]);
	// A picture of 60,000 by 60,000 points, as its head says.
	const huge = Buffer.from(png);
	huge.writeUInt32BE(60_000, 16);
	huge.writeUInt32BE(60_000, 20);
	const cases = [
		["type", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "image/svg+xml"],
		["type", Buffer.from("<script>alert(1)</script>"), "text/html"],
		["type", Buffer.from("x"), "__proto__"],
		["size", { length: 20 * 1024 * 1024 + 1, byte: 65 }, "text/plain"],
		["size", { length: 2 * 1024 * 1024 + 1, byte: 65 }, "text/plain"],
		["damaged", Buffer.from([65, 0, 66]), "text/plain"],
		["damaged", Buffer.alloc(0), "text/plain"],
		["damaged", png, "image/jpeg"],
		["damaged", png.subarray(0, 20), "image/png"],
		["damaged", huge, "image/png"],
		["damaged", whole.subarray(0, 40), "application/pdf"],
		["damaged", Buffer.from("%PDF-1.7\n" + "[".repeat(100_000)), "application/pdf"],
		["damaged", Buffer.from("MZ"), "application/pdf"],
	];
	for (const [reason, bytes, type] of cases) {
		wallet.expectErrors(/./);
		const { message, frame } = await view(wallet, bytes, type);
		assert.equal(message.kind, "failed", `${type} of ${bytes.length} bytes: ${JSON.stringify(message)}`);
		if (bytes !== huge) assert.equal(message.reason, reason, `${type} of ${bytes.length} bytes`);
		assert.match(await frame.getByRole("status").textContent(), /save it|open the file/i);
	}
	assert.ok(await wallet.page.getByRole("heading").first().isVisible(), "the page is not affected");
	const { message } = await view(wallet, whole, "application/pdf");
	assert.equal(message.kind, "shown");
	await harness.closeProfile("hostile");
}

export default [
	a_pdf_has_pages_text_and_zoom,
	the_keyboard_is_enough,
	pictures_and_text_are_shown,
	hostile_and_foreign_files_fail_alone,
];
