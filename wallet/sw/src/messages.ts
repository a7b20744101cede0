// Messages between the page and the service worker.

/** From the page. */
export type ToServiceWorker =
	/** Ask which release answers. The answer comes through the message's port. */
	| { kind: "version" }
	/** The person agreed to the new version: to the worker that waits. */
	| { kind: "activate" };

/** To the page. */
export type FromServiceWorker =
	/** Which release answers: its version, and the SHA-256 of its manifest. */
	| { kind: "version"; version: string; manifest: string }
	/** Another release is installed and waits until the person agrees. */
	| { kind: "update"; version: string; manifest: string };
