// Signing is the same everywhere: the core makes a draft, the sheet shows it, the core signs it.

import { signal } from "@preact/signals";
import type { Draft, Signed } from "./messages";

/** A draft on the sheet, and who waits for what becomes of it. */
export interface Signing {
	draft: Draft;
	done: (signed: Signed | null) => void;
}

/** The draft that the sheet shows. */
export const signing = signal<Signing | null>(null);

/** Shows a draft. Resolves with what was signed, or with `null` if nothing was. */
export function showDraft(draft: Draft): Promise<Signed | null> {
	return new Promise((resolve) => {
		signing.value = {
			draft,
			done: (signed) => {
				signing.value = null;
				resolve(signed);
			},
		};
	});
}
