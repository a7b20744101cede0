// Messages between the page and the service worker.

/** A release: its version, and the SHA-256 of its manifest. */
export interface Release {
	version: string;
	manifest: string;
}

/** From the page. */
export type ToServiceWorker =
	/** Ask which release is used. The answer comes through the message's port. */
	| { kind: "version" }
	/** The person agreed to this worker's release. It answers `version` through the port. */
	| { kind: "activate" };

/** To the page. */
export type FromServiceWorker =
	/** Which release is used, and this worker's own one if the person has not agreed to it yet. */
	| { kind: "version"; used: Release; newer: Release | null }
	/** Another release is installed and waits until the person agrees. */
	| { kind: "update"; newer: Release };
