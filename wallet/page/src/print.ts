// Prints are complete: what is folded on the screen is unfolded on paper.

/** Unfolds before a print and folds again afterwards. */
export function followPrints(): void {
	let unfolded: HTMLDetailsElement[] = [];
	addEventListener("beforeprint", () => {
		unfolded = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
		for (const details of unfolded) details.open = true;
	});
	addEventListener("afterprint", () => {
		for (const details of unfolded) details.open = false;
	});
}
