// The toolbar: page, zoom and print, also by keyboard.

import type { View } from "./frame";
import type { ViewerTexts } from "./messages";

const STEP = 1.25;
const SMALLEST = 0.25;
const LARGEST = 8;

/** The toolbar of one document. */
export class Toolbar {
	readonly element = document.createElement("header");
	private readonly status = document.createElement("p");
	private factor = 1;

	constructor(
		private readonly view: View,
		private readonly texts: ViewerTexts,
	) {
		if (view.goTo && view.pages > 1) this.element.append(this.pages(view.goTo));
		this.element.append(
			this.button("−", texts.zoomOut, () => this.zoom(this.factor / STEP)),
			this.button("+", texts.zoomIn, () => this.zoom(this.factor * STEP)),
			this.button("↔", texts.fit, () => this.zoom(1)),
			this.button(texts.print, texts.print, () => void this.print()),
		);
		this.element.append(...(view.controls ?? []));
		this.status.setAttribute("role", "status");
		this.element.append(this.status);
		// A toolbar belongs to one document, and the next document's replaces its keys.
		document.onkeydown = (event) => this.key(event);
	}

	/** Draws what is needed and opens the browser's dialogue. */
	async print(): Promise<void> {
		if (this.view.beforePrint && !(await this.view.beforePrint())) {
			this.status.textContent = this.texts.tooManyToPrint;
			return;
		}
		window.print();
	}

	private pages(goTo: (page: number) => void): HTMLElement {
		const label = document.createElement("label");
		const input = document.createElement("input");
		const count = this.view.pages;
		Object.assign(input, { type: "number", min: "1", max: String(count), value: "1" });
		input.setAttribute("aria-label", this.texts.page);
		input.onchange = () => goTo(Math.min(Math.max(Math.round(Number(input.value)) || 1, 1), count));
		this.view.onPage?.((page) => {
			if (document.activeElement !== input) input.value = String(page);
		});
		label.append(input, ` / ${count}`);
		return label;
	}

	private button(sign: string, name: string, act: () => void): HTMLButtonElement {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = sign;
		button.title = name;
		button.setAttribute("aria-label", name);
		button.onclick = act;
		return button;
	}

	private zoom(factor: number): void {
		this.factor = Math.min(Math.max(factor, SMALLEST), LARGEST);
		this.view.zoom(this.factor);
	}

	private key(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
		if (event.key === "+" || event.key === "=") this.zoom(this.factor * STEP);
		else if (event.key === "-") this.zoom(this.factor / STEP);
		else if (event.key === "0") this.zoom(1);
		else return;
		event.preventDefault();
	}
}
