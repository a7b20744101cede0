// Keeps the release's files, and only these, each checked by its SHA-256. It serves them with the
// release's own headers, also offline. A new release waits until the person agrees to it.

import { files, headers, manifestFiles, version } from "../generated/release";
import type { FromServiceWorker, ToServiceWorker } from "./messages";

declare const self: ServiceWorkerGlobalScope;

const PAGE = "index.html";
const MANIFEST = "manifest.json";
const PREFIX = "vouchsafe-release-";

/** The release's own cache: another list of files is another release. */
const cacheName = sha256(new TextEncoder().encode(JSON.stringify(files))).then((hash) => PREFIX + hash);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(answer(event)));
self.addEventListener("fetch", (event) => {
	const name = nameOf(event.request);
	if (name !== undefined) event.respondWith(serve(name));
});

/** All or nothing: if one file is not what the release says, the browser keeps the old release. */
async function install(): Promise<void> {
	const names = Object.keys(files).filter((name) => files[name]?.install);
	await Promise.all([checkManifest(), ...names.map(fetchChecked)]);
	if (!self.registration.active) return;
	const message: FromServiceWorker = { kind: "update", version, manifest: await manifestHash() };
	const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
	for (const page of pages) page.postMessage(message);
}

async function activate(): Promise<void> {
	const current = await cacheName;
	const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== current);
	await Promise.all(old.map((name) => caches.delete(name)));
	await self.clients.claim();
}

async function answer(event: ExtendableMessageEvent): Promise<void> {
	const message = event.data as ToServiceWorker;
	if (message.kind === "activate") await self.skipWaiting();
	if (message.kind !== "version") return;
	const reply: FromServiceWorker = { kind: "version", version, manifest: await manifestHash() };
	event.ports[0]?.postMessage(reply);
}

/** The file that a request is for. Other requests, as to a custodian, go to the network. */
function nameOf(request: Request): string | undefined {
	const url = new URL(request.url);
	const scope = new URL(self.registration.scope);
	if (request.method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) {
		return undefined;
	}
	const name = url.pathname.slice(scope.pathname.length) || PAGE;
	return Object.hasOwn(files, name) ? name : undefined;
}

async function serve(name: string): Promise<Response> {
	try {
		const cache = await caches.open(await cacheName);
		return (await cache.match(name)) ?? (await fetchChecked(name));
	} catch {
		return Response.error();
	}
}

/** Fetches a file, or takes it from another release's cache, and keeps it if its hash is right. */
async function fetchChecked(name: string): Promise<Response> {
	const wanted = files[name]?.sha256;
	const cache = await caches.open(await cacheName);
	const known = await caches.match(name);
	let bytes = known ? await known.arrayBuffer() : undefined;
	if (!bytes || (await sha256(bytes)) !== wanted) bytes = await fetchBytes(name);
	const found = await sha256(bytes);
	if (found !== wanted) throw new Error(`${name} has the SHA-256 ${found} instead of ${wanted}`);
	const response = new Response(bytes, { headers: headersOf(name) });
	await cache.put(name, response.clone());
	return response;
}

async function fetchBytes(name: string): Promise<ArrayBuffer> {
	const response = await fetch(name, { cache: "no-cache", credentials: "omit", redirect: "error" });
	if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
	return response.arrayBuffer();
}

/** The manifest must list what this release has, so that its hash speaks for all files. */
async function checkManifest(): Promise<void> {
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
	const cache = await caches.open(await cacheName);
	await cache.put(MANIFEST, new Response(bytes));
}

async function manifestHash(): Promise<string> {
	const cache = await caches.open(await cacheName);
	const manifest = await cache.match(MANIFEST);
	return manifest ? sha256(await manifest.arrayBuffer()) : "";
}

/** The release's headers, whatever the server sent. In development custodians are at localhost. */
function headersOf(name: string): Headers {
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
