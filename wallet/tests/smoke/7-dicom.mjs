// DICOM images are shown with window, level and frames, and what cannot be shown fails alone.

import assert from "node:assert/strict";
import { dicom } from "../lib/samples.mjs";
import { view } from "../lib/viewer.mjs";

const type = "application/dicom";

async function open(harness, profile, options) {
	const wallet = await harness.openWallet(profile, options);
	await wallet.page.getByRole("heading").first().waitFor();
	return wallet;
}

/** How bright the points on the image's middle row are, from its left side to its middle, in steps. */
function shades(frame) {
	return frame.locator("canvas").evaluate((canvas) => {
		const drawing = canvas.getContext("2d");
		const at = (share) => drawing.getImageData(Math.floor(canvas.width * share), Math.floor(canvas.height / 2), 1, 1).data[0];
		return [0, 0.125, 0.25, 0.375, 0.5].map(at);
	});
}

/** Waits until the image is drawn as this wants it. */
async function until(frame, wanted) {
	let found;
	for (let count = 0; count < 100; count++) {
		found = await shades(frame);
		if (wanted(found)) return found;
		await frame.waitForTimeout(20);
	}
	throw new Error(`the image stays ${found}`);
}

const slider = (frame, name) => frame.getByRole("slider", { name });

async function an_image_has_window_level_and_facts(harness) {
	const wallet = await open(harness, "dicom", { device: "desktop" });
	const { message, frame } = await view(wallet, dicom(), type, { kind: "dicom" });
	assert.deepEqual(message, { kind: "shown", pages: 1 });
	// Values from -1,000 outside and 0 at the border to 1,000 in the middle. The file's window is 0 to 800.
	const first = await until(frame, ([, , , , middle]) => middle === 255);
	assert.equal(first[0], 0);
	assert.ok(first[1] > 40 && first[1] < first[2] && first[2] < 200 && first[3] >= 200, String(first));
	const facts = await frame.locator("dl").innerText();
	assert.match(facts, /CT/);
	assert.match(facts, /27 November 2026|November 27, 2026/);
	assert.match(facts, /64 × 64/);
	assert.doesNotMatch(await frame.locator("body").innerText(), /Mangrove/, "whose it is is not read from the file");
	assert.equal(await slider(frame, "Image").count(), 0);
	await slider(frame, "Level (brightness)").fill("900");
	await until(frame, ([, , quarter, , middle]) => quarter === 0 && middle > 100);
	await slider(frame, "Window (contrast)").fill("1");
	await until(frame, (found) => found.every((shade) => shade === 0 || shade === 255));
	await frame.getByRole("button", { name: "As in the file" }).click();
	// The middle is white in both windows, so only the whole row tells when it is drawn anew.
	await until(frame, (found) => found.every((shade, at) => shade === first[at]));
	await wallet.axe();
	await wallet.screenshot("viewer-dicom");
	await harness.closeProfile("dicom");
}

async function a_mouse_and_keys_move_the_window(harness) {
	const wallet = await open(harness, "dicom-keys", { device: "desktop", dark: true });
	const { frame } = await view(wallet, dicom(), type, { kind: "dicom", appearance: "dark" });
	const canvas = frame.locator("canvas");
	const first = await shades(frame);
	const level = () => slider(frame, "Level (brightness)").inputValue().then(Number);
	const width = () => slider(frame, "Window (contrast)").inputValue().then(Number);
	const [firstLevel, firstWidth] = [await level(), await width()];
	await frame.locator("body").press("Tab");
	await wallet.tabTo("Image: A finding");
	await wallet.page.keyboard.press("ArrowDown");
	assert.ok((await level()) > firstLevel);
	await wallet.page.keyboard.press("ArrowUp");
	assert.ok(Math.abs((await level()) - firstLevel) <= 10);
	await wallet.page.keyboard.press("ArrowRight");
	assert.ok((await width()) > firstWidth);
	await wallet.screenshot("viewer-dicom-keyboard");
	await frame.getByRole("button", { name: "As in the file" }).click();
	const box = await canvas.boundingBox();
	await wallet.page.mouse.move(box.x + 100, box.y + 100);
	await wallet.page.mouse.down();
	await wallet.page.mouse.move(box.x + 130, box.y + 180);
	await wallet.page.mouse.up();
	assert.ok((await level()) > firstLevel && (await width()) > firstWidth);
	await until(frame, ([, , quarter]) => quarter < first[2]);
	const before = await level();
	await wallet.page.mouse.move(box.x + 10, box.y + 10);
	assert.equal(await level(), before, "only while the button is pressed");
	await harness.closeProfile("dicom-keys");
}

async function frames_are_shown_one_by_one(harness) {
	// A frame at a time: the second one of three is dark.
	const side = 64;
	const file = dicom({ side, frames: 3 });
	file.fill(0, file.length - side * side * 4, file.length - side * side * 2);
	const wallet = await open(harness, "frames");
	const { message, frame } = await view(wallet, file, type, { kind: "dicom" });
	assert.deepEqual(message, { kind: "shown", pages: 3 });
	const bright = ([, , , , middle]) => middle === 255;
	const dark = ([, , , , middle]) => middle === 0;
	await until(frame, bright);
	await slider(frame, "Image").fill("2");
	await until(frame, dark);
	await frame.locator("canvas").focus();
	await wallet.page.keyboard.press("PageDown");
	await until(frame, bright);
	await wallet.page.keyboard.press("PageDown");
	assert.equal(await slider(frame, "Image").inputValue(), "3", "there is no fourth one");
	await wallet.page.keyboard.press("PageUp");
	await until(frame, dark);
	await wallet.axe();
	await wallet.screenshot("viewer-dicom-frames");
	await harness.closeProfile("frames");
}

async function hostile_images_fail_alone(harness) {
	const wallet = await open(harness, "dicom-hostile");
	wallet.expectErrors(/./);
	const whole = dicom();
	const image = (changes) => dicom({ changes });
	const cases = [
		["damaged", Buffer.from("DICM")],
		["damaged", Buffer.alloc(132)],
		["damaged", whole.subarray(0, 200)],
		["damaged", whole.subarray(0, whole.length - 1)],
		["damaged", image({ "0028,0008": ["IS", "-1"] })],
		["damaged", image({ "0028,0010": ["US", 4_096], "0028,0011": ["US", 4_096] })],
		["size", image({ "0028,0010": ["US", 65_535], "0028,0011": ["US", 65_535] })],
		["size", image({ "0028,0008": ["IS", "99999999"] })],
		["size", { length: 20 * 1024 * 1024 + 1, byte: 0 }],
		["type", image({ "0028,0004": ["CS", "PALETTE COLOR"] })],
		["compression", dicom({ syntax: "1.2.840.10008.1.2.4.90" })],
		["damaged", dicom({ syntax: "1.2.840.10008.1.2.4.50" })],
	];
	for (const [reason, bytes] of cases) {
		const { message, frame } = await view(wallet, bytes, type, { kind: "dicom" });
		assert.deepEqual(message, { kind: "failed", reason }, `${bytes.length} bytes`);
		assert.match(await frame.getByRole("status").textContent(), /save it/i);
	}
	assert.ok(await wallet.page.getByRole("heading").first().isVisible(), "the page is not affected");
	const { message } = await view(wallet, whole, type, { kind: "dicom" });
	assert.equal(message.kind, "shown");
	await harness.closeProfile("dicom-hostile");
}

/** Two frames are said to be there, but the second one is cut off. */
async function a_damaged_frame_leaves_the_others(harness) {
	const wallet = await open(harness, "dicom-frame");
	const file = dicom({ frames: 1, changes: { "0028,0008": ["IS", "2"] } });
	const { frame } = await view(wallet, file, type, { kind: "dicom" });
	await until(frame, ([, , , , middle]) => middle === 255);
	await slider(frame, "Image").fill("2");
	await frame.getByText("This document is damaged").waitFor();
	await slider(frame, "Image").fill("1");
	await until(frame, ([, , , , middle]) => middle === 255);
	assert.equal(await frame.getByText("This document is damaged").count(), 0);
	await harness.closeProfile("dicom-frame");
}

export default [
	an_image_has_window_level_and_facts,
	a_mouse_and_keys_move_the_window,
	frames_are_shown_one_by_one,
	hostile_images_fail_alone,
	a_damaged_frame_leaves_the_others,
];
