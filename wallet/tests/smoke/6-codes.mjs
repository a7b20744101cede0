// Codes are read by the camera and from pictures: a real one of this product, and others, of which the
// page says what is wrong with them.

import assert from "node:assert/strict";
import { foreign, person, picture, tooLarge } from "../lib/codes.mjs";
import { PatientsPage } from "../lib/person.mjs";
import { text } from "../lib/texts.mjs";

const passphrase = "seven quiet mangroves at dusk";

/** A wallet whose words are shown. */
async function withWords(harness, profile, options) {
	const wallet = await harness.openWallet(profile, options);
	const page = new PatientsPage(wallet, passphrase);
	await page.link("page-welcome-new").click();
	await page.page.locator("ol.words").first().waitFor({ state: "attached" });
	return page;
}

/** The code of the sheet, as it is printed. */
async function sheet({ page }) {
	await page.emulateMedia({ media: "print" });
	const png = await page.locator(".paper .qr").screenshot();
	await page.emulateMedia({ media: "screen" });
	return png;
}

/** Shows the camera this picture and lets the page scan it. */
async function scan(harness, person, png) {
	await harness.camera.show(harness, png);
	await person.button("page-desk-scan").click();
}

/** What the page says of a code at the registration desk. */
async function reason(person, id) {
	const said = person.page.getByText(text(person.language, id, "app"), { exact: true });
	await said.waitFor();
	assert.equal(await person.page.locator("video").count(), 0, "the camera is off");
}

async function the_printed_sheet_is_read_by_the_camera(harness) {
	for (const device of ["phone", "narrow"]) {
		const ada = await withWords(harness, `sheet-${device}`, { device });
		const png = await sheet(ada);
		assert.equal(ada.page.workers().length, 1, "the reader is loaded when it is needed");
		await ada.button("page-continue").click();
		await ada.heading("page-check-heading").waitFor();
		await harness.camera.showNothing();
		await ada.button("page-desk-scan").click();
		await ada.page.getByText(ada.text("page-scan-hint")).waitFor();
		await ada.wallet.check("scanning");
		assert.equal(ada.page.workers().length, 2);
		await ada.button("page-cancel").click();
		await scan(harness, ada, png);
		await ada.heading("page-create-passphrase-heading").waitFor();
		assert.equal(ada.page.workers().length, 1, "the reader ends with the camera");
		await harness.camera.showNothing();
		await harness.closeProfile(`sheet-${device}`);
	}
}

async function a_picture_of_the_sheet_is_read(harness) {
	const ada = await withWords(harness, "picture");
	const png = await sheet(ada);
	await ada.button("page-continue").click();
	const choose = async (file) => {
		const [chooser] = await Promise.all([ada.page.waitForEvent("filechooser"), ada.page.getByText(ada.text("page-desk-file")).click()]);
		await chooser.setFiles(file);
	};
	const damaged = ada.page.getByText(ada.text("page-scan-damaged"));
	const white = await picture(harness, [], 40);
	for (const buffer of [white, Buffer.from("no picture"), Buffer.alloc(0), png.subarray(0, 100)]) {
		await choose({ name: "code.png", mimeType: "image/png", buffer });
		await damaged.waitFor();
	}
	await choose({ name: "code.png", mimeType: "image/png", buffer: png });
	await ada.heading("page-create-passphrase-heading").waitFor();
	await harness.closeProfile("picture");
}

async function codes_that_are_not_the_desks_are_explained(harness) {
	const ada = await withWords(harness, "codes");
	await ada.button("page-continue").click();
	await ada.button("page-check-later").click();
	await ada.field("page-passphrase-new").fill(passphrase);
	await ada.field("page-create-passphrase-repeat").fill(passphrase);
	await ada.button("page-create-button").click();
	await ada.heading("page-desk-heading").waitFor();
	// There is no custodian here.
	ada.wallet.expectErrors(/./);
	for (const [code, id] of [
		[foreign, "wallet-failed-code-foreign"],
		[tooLarge, "wallet-failed-code-large"],
		[person, "desk-failed-kind"],
	]) {
		await scan(harness, ada, await picture(harness, code));
		await reason(ada, id);
	}
	await ada.wallet.check("foreign-code");
	await harness.camera.showNothing();
	await harness.closeProfile("codes");
}

async function without_the_reader_there_are_other_ways(harness, facts) {
	const ada = await withWords(harness, "no-reader", {
		before: (context) => context.route(/reader-/, (route) => route.abort()),
	});
	ada.wallet.expectErrors(/./);
	await ada.button("page-continue").click();
	await ada.button("page-desk-scan").click();
	await ada.page.getByRole("alert").getByText(ada.text("page-scan-no-reader")).waitFor();
	await harness.closeProfile("no-reader");
}

export default [
	the_printed_sheet_is_read_by_the_camera,
	a_picture_of_the_sheet_is_read,
	codes_that_are_not_the_desks_are_explained,
	without_the_reader_there_are_other_ways,
];
