// The harness itself: a scan that finds nothing proves nothing unless it finds what is there.

import assert from "node:assert/strict";
import { picture } from "../lib/samples.mjs";

const planted = "Mangrove-ä-7731";

async function the_scan_finds_a_planted_string_in_each_place(harness) {
	const wallet = await harness.openWallet("scan");
	// A service worker that begins removes caches that are not its own.
	await wallet.installed();
	assert.deepEqual(await wallet.scan([planted]), []);
	wallet.expectErrors(/./);
	await wallet.page.evaluate(async (string) => {
		localStorage.setItem("a", string);
		sessionStorage.setItem("a", btoa(`x${unescape(encodeURIComponent(string))}y`));
		const database = await new Promise((resolve) => {
			const request = indexedDB.open("planted", 1);
			request.onupgradeneeded = () => request.result.createObjectStore("things");
			request.onsuccess = () => resolve(request.result);
		});
		const things = database.transaction("things", "readwrite").objectStore("things");
		things.put({ inside: new TextEncoder().encode(string) }, "bytes");
		await new Promise((resolve) => (things.transaction.oncomplete = resolve));
		database.close();
		await (await caches.open("planted")).put("/planted", new Response(string));
		console.log(string);
		await fetch(`/?${encodeURIComponent(string)}`).catch(() => undefined);
		new Image().src = `/${encodeURIComponent(string)}.png`;
		document.cookie = `planted=${encodeURIComponent(string)}`;
	}, planted);
	await wallet.page.waitForTimeout(300);
	const places = (await wallet.scan([planted])).map(({ place }) => place.split(" ")[0]);
	for (const place of ["localStorage", "sessionStorage", "IndexedDB", "cache", "console", "cookies", "request"]) {
		assert.ok(places.includes(place), `not found in ${place}: ${places}`);
	}
	await assert.rejects(wallet.nothingOf([planted]), /found/);
	await harness.closeProfile("scan");
}

async function an_error_in_the_console_fails_a_test(harness) {
	const wallet = await harness.openWallet("errors");
	await wallet.page.evaluate(() => console.error("planted"));
	await wallet.page.waitForTimeout(100);
	assert.throws(() => harness.noErrors(), /planted/);
	wallet.expectErrors(/planted/);
	await harness.closeProfile("errors");
}

async function axe_finds_a_planted_mistake(harness) {
	const wallet = await harness.openWallet("axe");
	await wallet.page.getByRole("heading").first().waitFor();
	await wallet.page.evaluate(() => document.querySelector("#app").append(document.createElement("button")));
	await assert.rejects(wallet.axe(), /button-name/);
	await harness.closeProfile("axe");
}

async function a_virtual_passkey_gives_the_same_bytes_twice(harness) {
	const wallet = await harness.openWallet("passkey");
	const remove = await wallet.virtualAuthenticator();
	const [first, second] = await wallet.page.evaluate(async () => {
		const prf = { eval: { first: new Uint8Array(32) } };
		const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16)).join();
		const made = await navigator.credentials.create({
			publicKey: {
				challenge: new Uint8Array(32),
				rp: { name: "Vouchsafe" },
				user: { id: new Uint8Array(16), name: "me", displayName: "me" },
				pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
				extensions: { prf },
			},
		});
		const get = async () => {
			const credential = await navigator.credentials.get({
				publicKey: { challenge: new Uint8Array(32), allowCredentials: [{ type: "public-key", id: made.rawId }], extensions: { prf } },
			});
			return hex(credential.getClientExtensionResults().prf.results.first);
		};
		return [await get(), await get()];
	});
	assert.equal(first, second);
	assert.ok(first.length > 32);
	await remove();
	await harness.closeProfile("passkey");
}

async function the_camera_shows_a_picture(harness) {
	await harness.camera.show(harness, await picture(harness, "image/png"));
	const wallet = await harness.openWallet("camera");
	const shades = await wallet.page.evaluate(async () => {
		const stream = await navigator.mediaDevices.getUserMedia({ video: true });
		const video = document.createElement("video");
		video.srcObject = stream;
		await video.play();
		const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
		const drawing = canvas.getContext("2d");
		drawing.drawImage(video, 0, 0);
		const shade = (x, y) => drawing.getImageData(x, y, 1, 1).data[1];
		stream.getTracks().forEach((track) => track.stop());
		return [shade(5, 5), shade(video.videoWidth / 2, video.videoHeight / 2)];
	});
	assert.ok(shades[0] > 200 && shades[1] < 120, String(shades));
	await harness.camera.showNothing();
	await harness.closeProfile("camera");
}

export default [
	the_scan_finds_a_planted_string_in_each_place,
	an_error_in_the_console_fails_a_test,
	axe_finds_a_planted_mistake,
	a_virtual_passkey_gives_the_same_bytes_twice,
	the_camera_shows_a_picture,
];
