// Tells the core that the person uses the wallet, so that it does not lock itself. What the page asks
// by itself does not count.

import { ask } from "./core";
import { started } from "./state";

/** How often the core is told, in milliseconds. */
const EVERY = 10_000;

let told = 0;

function touch(): void {
	const now = performance.now();
	const phase = started.peek()?.phase;
	if (now - told < EVERY || (phase !== "open" && phase !== "notEnrolled")) return;
	told = now;
	void ask({ ask: "touch" }).catch(() => undefined);
}

/** Begins to tell. */
export function watchTouches(): void {
	for (const event of ["pointerdown", "keydown", "scroll"]) {
		addEventListener(event, touch, { passive: true, capture: true });
	}
}
