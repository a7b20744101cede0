// Keeps the releases' files, and only these, each checked by its SHA-256. It serves them with the
// release's own headers, also offline.
//
// The person agrees to a release, and browsers decide which worker is active: a new one becomes active
// when all tabs are closed. So each release is kept with the list of its files, and every worker serves
// the release that was agreed to, whichever worker it came with.

import { files, headers, manifestFiles, version } from "../generated/release";
import type { FromServiceWorker, Release, ToServiceWorker } from "./messages";

declare const self: ServiceWorkerGlobalScope;

const PAGE = "index.html";
/** How long the page waits for a worker to take over, in milliseconds. */
const TAKING_OVER = 3_000;
const MANIFEST = "manifest.json";
const PREFIX = "vouchsafe-release-";
/** The cache that says which release was agreed to. It is not the name of a release. */
const AGREED = "vouchsafe-agreed";
/** What the caches have besides files. No file has such a name. */
const KEPT = "/.kept";

/** A release as a cache keeps it. */
interface Kept {
	version: string;
	files: Record<string, { sha256: string; install: boolean }>;
	headers: { always: Record<string, string>; files: Record<string, Record<string, string>>; loopback: string };
}

const own: Kept = { version, files, headers };

/** The own release's cache: another list of files, or other headers, are another release. */
const ownName = sha256(new TextEncoder().encode(JSON.stringify(own))).then((hash) => PREFIX + hash);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(answer(event)));
self.addEventListener("fetch", (event) => {
	const name = nameOf(event.request);
	if (name !== undefined) event.respondWith(serve(name, event.request));
});

/** All or nothing: if one file is not what the release says, the browser keeps the old worker. */
async function install(): Promise<void> {
	const cacheName = await ownName;
	const cache = await caches.open(cacheName);
	const names = Object.keys(files).filter((name) => files[name]?.install);
	await Promise.all([checkManifest(cache), ...names.map((name) => fetchChecked(own, cache, name))]);
	// It comes last: a release without it is not complete.
	await cache.put(KEPT, new Response(JSON.stringify(own)));
	const newer = await notAgreed();
	if (!newer) return;
	const message: FromServiceWorker = { kind: "update", newer };
	const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
	for (const page of pages) page.postMessage(message);
}

async function activate(): Promise<void> {
	if ((await agreedName()) === undefined) await agree();
	await removeOthers();
	await self.clients.claim();
}

async function answer(event: ExtendableMessageEvent): Promise<void> {
	const message = event.data as ToServiceWorker;
	if (message.kind === "activate") {
		await agree();
		// Chromium sometimes never says that the worker before has nothing left to do. Whichever worker answers
		// next, it serves what was agreed to.
		await Promise.race([self.skipWaiting(), new Promise((resolve) => setTimeout(resolve, TAKING_OVER))]);
	}
	const reply: FromServiceWorker = { kind: "version", used: await used(), newer: await notAgreed() };
	event.ports[0]?.postMessage(reply);
}

/** The cache of the release that was agreed to, if it is still there. Storage may have been cleared. */
async function agreedName(): Promise<string | undefined> {
	const kept = await (await caches.open(AGREED)).match(KEPT);
	const name = await kept?.text();
	return name !== undefined && (await caches.has(name)) ? name : undefined;
}

/** From now on the own release is served. */
async function agree(): Promise<void> {
	const agreed = await caches.open(AGREED);
	await agreed.put(KEPT, new Response(await ownName));
}

async function removeOthers(): Promise<void> {
	const stay = [AGREED, await ownName, await agreedName()];
	const names = await caches.keys();
	await Promise.all(names.filter((name) => !stay.includes(name)).map((name) => caches.delete(name)));
}

/** The release that is used, with its cache. */
async function usedRelease(): Promise<{ release: Kept; cache: Cache }> {
	const name = await agreedName();
	if (name === undefined || name === (await ownName)) return { release: own, cache: await caches.open(await ownName) };
	const cache = await caches.open(name);
	const kept = await cache.match(KEPT);
	if (!kept) return { release: own, cache: await caches.open(await ownName) };
	return { release: (await kept.json()) as Kept, cache };
}

async function used(): Promise<Release> {
	const { release, cache } = await usedRelease();
	return { version: release.version, manifest: await manifestHash(cache) };
}

/** The own release, if another one was agreed to. */
async function notAgreed(): Promise<Release | null> {
	const name = await agreedName();
	if (name === undefined || name === (await ownName)) return null;
	return { version, manifest: await manifestHash(await caches.open(await ownName)) };
}

/**
 * The name that a request has in the folder of this worker. A release has no folders in it. Others, as to a
 * custodian, go to the network.
 */
function nameOf(request: Request): string | undefined {
	const url = new URL(request.url);
	const scope = new URL(self.registration.scope);
	if (request.method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) {
		return undefined;
	}
	const name = url.pathname.slice(scope.pathname.length) || PAGE;
	return name.includes("/") ? undefined : name;
}

async function serve(name: string, request: Request): Promise<Response> {
	try {
		const { release, cache } = await usedRelease();
		if (!Object.hasOwn(release.files, name)) return await fetch(request);
		return await fetchChecked(release, cache, name);
	} catch {
		return Response.error();
	}
}

/**
 * A file from the release's cache or another one's, or else from the server. Its hash is checked each time, and
 * the headers are the release's: a page can write into caches.
 */
async function fetchChecked(release: Kept, cache: Cache, name: string): Promise<Response> {
	const wanted = release.files[name]?.sha256;
	const headers = headersOf(release, name);
	for (const place of [cache, caches]) {
		const bytes = await (await place.match(name))?.arrayBuffer();
		if (!bytes || (await sha256(bytes)) !== wanted) continue;
		const response = new Response(bytes, { headers });
		if (place !== cache) await cache.put(name, response.clone());
		return response;
	}
	const bytes = await fetchBytes(name);
	const found = await sha256(bytes);
	if (found !== wanted) throw new Error(`${name} has the SHA-256 ${found} instead of ${wanted}`);
	const response = new Response(bytes, { headers });
	await cache.put(name, response.clone());
	return response;
}

async function fetchBytes(name: string): Promise<ArrayBuffer> {
	const response = await fetch(name, { cache: "no-cache", credentials: "omit", redirect: "error" });
	if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
	return response.arrayBuffer();
}

/** The manifest must list what this release has, so that its hash speaks for all files. */
async function checkManifest(cache: Cache): Promise<void> {
	const bytes = await fetchBytes(MANIFEST);
	const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
		version: string;
		files: Record<string, string>;
	};
	const same =
		manifest.version === version &&
		Object.keys(manifest.files).length === manifestFiles &&
		Object.entries(files).every(([name, file]) => manifest.files[name] === file.sha256);
	if (!same) throw new Error("the server's manifest is not that of this release");
	await cache.put(MANIFEST, new Response(bytes));
}

async function manifestHash(cache: Cache): Promise<string> {
	const manifest = await cache.match(MANIFEST);
	return manifest ? sha256(await manifest.arrayBuffer()) : "";
}

/** The release's headers, whatever the server sent. In development custodians are at localhost. */
function headersOf({ headers }: Kept, name: string): Headers {
	const all = new Headers({ ...headers.always, ...headers.files[name] });
	const policy = all.get("content-security-policy") ?? "";
	const { hostname } = self.location;
	const isLoopback = hostname === "localhost" || hostname.endsWith(".localhost");
	all.set("content-security-policy", policy.replace("{loopback}", isLoopback ? headers.loopback : ""));
	return all;
}

async function sha256(bytes: BufferSource): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
