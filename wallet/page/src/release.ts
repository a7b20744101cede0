// The release that this browser uses, and a newer one that waits. The service worker keeps only files
// with the release's hashes, and uses another release when the person agrees to it.

import { signal } from "@preact/signals";
import type { FromServiceWorker, Release, ToServiceWorker } from "../../sw/src/messages";
import { serviceWorkerUrl } from "./trusted";

/** The release that is used. */
export const installed = signal<Release | null>(null);

/** A newer release that waits until the person agrees to it. */
export const update = signal<Release | null>(null);

/** Installs the service worker and follows it. */
export async function followRelease(): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
	const workers = navigator.serviceWorker;
	workers.addEventListener("message", (event: MessageEvent<FromServiceWorker>) => {
		if (event.data.kind === "update") update.value = event.data.newer;
	});
	const registration = await workers.register(serviceWorkerUrl as string);
	await workers.ready;
	// The worker of a newer release waits, or is active already, if all tabs were closed meanwhile.
	for (const worker of [registration.active, registration.waiting]) {
		if (!worker) continue;
		const said = await tell(worker, { kind: "version" });
		installed.value = said.used;
		if (said.newer) update.value = said.newer;
	}
}

/** Changes to the newer release, as the person agreed. */
export async function activateUpdate(): Promise<void> {
	const registration = await navigator.serviceWorker.getRegistration();
	const worker = registration?.waiting ?? registration?.active;
	if (!worker) return;
	await tell(worker, { kind: "activate" });
	location.reload();
}

type Version = Extract<FromServiceWorker, { kind: "version" }>;

function tell(worker: ServiceWorker, message: ToServiceWorker): Promise<Version> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = (event: MessageEvent<Version>) => resolve(event.data);
		worker.postMessage(message, [port2]);
	});
}
