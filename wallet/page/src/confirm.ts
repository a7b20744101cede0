// Signing needs the passphrase again after a minute. Whatever was asked then waits for it.

import { signal } from "@preact/signals";

/** Who waits for the passphrase. */
export const confirming = signal<((isConfirmed: boolean) => void) | null>(null);

/** Asks for the passphrase. Resolves with whether it was right. */
export function askToConfirm(): Promise<boolean> {
	confirming.peek()?.(false);
	return new Promise((resolve) => {
		confirming.value = (isConfirmed) => {
			confirming.value = null;
			resolve(isConfirmed);
		};
	});
}
