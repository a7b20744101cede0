// The release that this browser has installed, and a newer one that waits. The service worker keeps
// only files with the release's hashes, and changes to another release when the person agrees.

import { signal } from "@preact/signals";
import type { FromServiceWorker, ToServiceWorker } from "../../sw/src/messages";
import { serviceWorkerUrl } from "./trusted";

/** The installed release: its version, and the SHA-256 of its manifest. */
export const installed = signal<{ version: string; manifest: string } | null>(null);

/** A newer release that waits. */
export const update = signal<{ version: string; manifest: string } | null>(null);

/** Installs the service worker and follows it. */
export async function followRelease(): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
	const workers = navigator.serviceWorker;
	workers.addEventListener("message", (event: MessageEvent<FromServiceWorker>) => {
		if (event.data.kind === "update") update.value = event.data;
	});
	const registration = await workers.register(serviceWorkerUrl as string);
	const waiting = registration.active && registration.waiting;
	if (waiting) update.value = await version(waiting);
	installed.value = await version((await workers.ready).active);
}

/** Changes to the newer release, as the person agreed. */
export async function activateUpdate(): Promise<void> {
	const registration = await navigator.serviceWorker.getRegistration();
	navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
	tell(registration?.waiting, { kind: "activate" });
}

function version(worker: ServiceWorker | null): Promise<FromServiceWorker> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = (event: MessageEvent<FromServiceWorker>) => resolve(event.data);
		tell(worker, { kind: "version" }, port2);
	});
}

function tell(worker: ServiceWorker | null | undefined, message: ToServiceWorker, port?: MessagePort): void {
	worker?.postMessage(message, port ? [port] : []);
}
