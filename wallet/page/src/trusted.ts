// The page's only Trusted Types policy. It knows the three scripts that the page may start.

import { CORE_URL, READER_URL, SERVICE_WORKER_URL } from "./build";
import type { TrustedUrl } from "./core";

interface Policy {
	createScriptURL(url: string): TrustedUrl;
}

interface Factory {
	createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;

const policy: Policy = factory?.createPolicy("vouchsafe", { createScriptURL: known }) ?? {
	createScriptURL: known,
};

/** The core's worker, as the browser wants it. */
export const coreUrl = policy.createScriptURL(CORE_URL);

/** The worker that reads QR codes, as the browser wants it. */
export const readerUrl = policy.createScriptURL(READER_URL);

/** The service worker, as the browser wants it. */
export const serviceWorkerUrl = policy.createScriptURL(SERVICE_WORKER_URL);

function known(url: string): string {
	if (url === CORE_URL || url === READER_URL || url === SERVICE_WORKER_URL) return url;
	throw new TypeError("not a script of this release");
}
