// Page, worker and viewer try to break each policy.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { dicom, pdf } from "../lib/samples.mjs";
import { text } from "../lib/texts.mjs";
import { view } from "../lib/viewer.mjs";

/** Tries each and returns what was not refused. */
async function notRefused(place, tries) {
	const out = [];
	for (const [name, attempt] of Object.entries(tries)) {
		const refused = await place.evaluate(attempt).catch((error) => `refused: ${error.message}`);
		if (typeof refused !== "string" || !refused.startsWith("refused")) out.push(`${name}: ${refused}`);
	}
	return out;
}

// In a task of its own: what DevTools evaluates may evaluate more.
const evaluate = `new Promise((done) => setTimeout(() => { try { new Function("return 1")(); done("open"); } catch { done("refused"); } }))`;
const wasm = "Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)";

async function the_page_cannot_connect_compile_or_set_html(harness) {
	const wallet = await harness.openWallet("policies");
	await wallet.page.getByRole("heading").first().waitFor();
	wallet.expectErrors(/Content Security Policy|Trusted ?(Type|HTML|Script)|violates|Permissions policy|Refused/i);
	const open = await notRefused(wallet.page, {
		fetch: `fetch("/manifest.json").then(() => "open")`,
		socket: `new Promise((done) => { const s = new WebSocket("wss://example.org"); s.onopen = () => done("open"); s.onerror = () => done("refused"); })`,
		wasm: `WebAssembly.compile(${wasm}).then(() => "open")`,
		evaluate,
		html: `document.createElement("p").innerHTML = "<b>x</b>"`,
		policy: `trustedTypes.createPolicy("another", {}) && "open"`,
		foreign_worker: `new Worker("/sw.js") && "open"`,
		inline_script: `(() => { const s = document.createElement("script"); s.textContent = "window.open_by_script = 1"; document.body.append(s); return window.open_by_script ? "open" : "refused"; })()`,
		inline_style: `(() => { const s = document.createElement("style"); s.textContent = "body { --broken: 1 }"; document.head.append(s); return getComputedStyle(document.body).getPropertyValue("--broken") ? "open" : "refused"; })()`,
		picture: `new Promise((done) => { const i = new Image(); i.onload = () => done("open"); i.onerror = () => done("refused"); i.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="; })`,
		frame: `new Promise((done) => { document.addEventListener("securitypolicyviolation", (e) => done(e.effectiveDirective === "frame-src" ? "refused" : e.effectiveDirective), { once: true }); const f = document.createElement("iframe"); f.src = "https://example.org/"; document.body.append(f); setTimeout(() => done("open"), 3000); })`,
		base: `(() => { const b = document.createElement("base"); b.href = "https://example.org/"; document.head.append(b); const held = document.baseURI.startsWith(location.origin); b.remove(); return held ? "refused" : "open"; })()`,
		microphone: `navigator.mediaDevices.getUserMedia({ audio: true }).then(() => "open")`,
		place: `new Promise((done) => navigator.geolocation.getCurrentPosition(() => done("open"), () => done("refused")))`,
	});
	assert.deepEqual(open, []);
	await harness.closeProfile("policies");
}

async function the_worker_cannot_evaluate_or_leave_https(harness) {
	const wallet = await harness.openWallet("worker");
	await wallet.page.getByRole("heading").first().waitFor();
	const [worker] = wallet.page.workers().length > 0 ? wallet.page.workers() : [await wallet.page.waitForEvent("worker")];
	wallet.expectErrors(/Content Security Policy|violates|Refused/i);
	const open = await notRefused(worker, {
		evaluate,
		plain_http: `fetch("http://example.org/").then(() => "open")`,
		foreign_module: `import("https://example.org/x.js").then(() => "open")`,
	});
	assert.deepEqual(open, []);
	await harness.closeProfile("worker");
}

async function the_reader_of_codes_reaches_nothing(harness) {
	const wallet = await harness.openWallet("reader-policies");
	await wallet.page.goto(`${harness.facts.address}#/restore`);
	await wallet.page.getByRole("radio", { name: text("en", "page-restore-scan") }).check();
	const started = wallet.page.waitForEvent("worker", (worker) => worker.url().includes("/reader-"));
	await wallet.page.getByRole("button", { name: text("en", "page-desk-scan") }).click();
	const reader = await started;
	wallet.expectErrors(/./);
	const open = await notRefused(reader, {
		fetch: `fetch("${harness.facts.address}manifest.json").then(() => "open")`,
		https: `fetch("https://example.org/").then(() => "open")`,
		socket: `new Promise((done) => { const s = new WebSocket("wss://example.org"); s.onopen = () => done("open"); s.onerror = () => done("refused"); })`,
		events: `new Promise((done) => { const s = new EventSource("${harness.facts.address}x"); s.onopen = () => done("open"); s.onerror = () => done("refused"); })`,
		own_module: `import("${harness.facts.address}sw.js").then(() => "open")`,
		foreign_module: `import("https://example.org/x.js").then(() => "open")`,
		worker: `new Promise((done) => { const w = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))); w.onmessage = () => done("open"); w.onerror = () => done("refused"); })`,
		policy: `self.trustedTypes.createPolicy("vouchsafe", {}) && "open"`,
		evaluate,
	});
	assert.deepEqual(open, []);
	await harness.closeProfile("reader-policies");
}

async function the_viewer_reaches_nothing(harness) {
	const wallet = await harness.openWallet("viewer-policies");
	await wallet.page.getByRole("heading").first().waitFor();
	for (const [bytes, type, kind] of [[pdf(["One"]), "application/pdf", "pdf"], [dicom(), "application/dicom", "dicom"]]) {
		const { frame } = await view(wallet, bytes, type, { kind });
		await reachesNothing(harness, wallet, frame);
	}
	await harness.closeProfile("viewer-policies");
}

async function reachesNothing(harness, wallet, frame) {
	wallet.expectErrors(/./);
	const open = await notRefused(frame, {
		fetch: `fetch("${harness.facts.address}manifest.json").then(() => "open")`,
		beacon: `navigator.sendBeacon("${harness.facts.address}x", "y") && new Promise((done) => { document.addEventListener("securitypolicyviolation", () => done("refused"), { once: true }); setTimeout(() => done("open"), 1000); navigator.sendBeacon("${harness.facts.address}x", "y"); })`,
		storage: `localStorage.length`,
		database: `new Promise((done, fail) => { const r = indexedDB.open("x"); r.onsuccess = () => done("open"); r.onerror = () => fail(r.error); })`,
		cookie: `document.cookie = "a=b"`,
		parent: `window.parent.document.title`,
		module: `import("${harness.facts.address}sw.js").then(() => "open")`,
		worker: `new Promise((done) => { const w = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))); w.onmessage = () => done("open"); w.onerror = () => done("refused"); })`,
		picture: `new Promise((done) => { const i = new Image(); i.onload = () => done("open"); i.onerror = () => done("refused"); i.src = "${harness.facts.address}x.png"; })`,
		evaluate,
		html: `document.createElement("p").innerHTML = "<b>x</b>"`,
		popup: `window.open("${harness.facts.address}") ? "open" : "refused"`,
		top: `(() => { window.top.location = "https://example.org/"; return "open"; })()`,
		camera: `navigator.mediaDevices.getUserMedia({ video: true }).then(() => "open")`,
	});
	assert.deepEqual(open, []);
	// It may leave for another page only if the wallet's page allows that page in a frame.
	await frame.evaluate(`void (location.href = "https://example.org/?stolen")`).catch(() => undefined);
	await wallet.page.waitForTimeout(500);
	assert.ok(!wallet.seen.requests.some(({ url }) => url.includes("stolen")), "the viewer's frame has left");
}

/** WebRTC needs no permission, and content policies do not cover it. */
async function webrtc_sends_nothing(harness) {
	const [socket, packets] = [createSocket("udp4"), []];
	socket.on("message", (packet) => packets.push(packet));
	await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
	const attempt = `(async () => {
		const connection = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${socket.address().port}" }] });
		connection.createDataChannel("x");
		await connection.setLocalDescription(await connection.createOffer());
		await new Promise((resolve) => setTimeout(resolve, 1000));
	})()`;
	const inOwnFrame = `(async () => {
		const frame = document.createElement("iframe");
		document.body.append(frame);
		const { RTCPeerConnection } = frame.contentWindow;
		await ${attempt};
	})()`;
	const wallet = await harness.openWallet("webrtc");
	await wallet.page.getByRole("heading").first().waitFor();
	wallet.expectErrors(/./);
	const { frame } = await view(wallet, pdf(["One"]), "application/pdf");
	await assert.rejects(frame.evaluate(attempt), /RTCPeerConnection is not a constructor/);
	await assert.rejects(frame.evaluate(inOwnFrame), /cross-origin/);
	await wallet.page.evaluate(attempt);
	assert.equal(packets.length, 0);
	socket.close();
	await harness.closeProfile("webrtc");
}

export default [
	the_page_cannot_connect_compile_or_set_html,
	the_worker_cannot_evaluate_or_leave_https,
	the_reader_of_codes_reaches_nothing,
	the_viewer_reaches_nothing,
	webrtc_sends_nothing,
];
