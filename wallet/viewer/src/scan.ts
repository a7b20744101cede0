// DICOM images, read by Rust in this file. Of grey values a window is shown, which the person moves by
// sliders, by keys on the image, and by dragging with a mouse. A finger scrolls.

import init, { Picture } from "../../dicom/generated/dicom.js";
import module from "../../dicom/generated/dicom_bg.wasm";
import { Refused, type View, type Viewer } from "./frame";
import type { Reason, ViewerTexts } from "./messages";
import { typeOf } from "./pictures";

/** A small image is shown as wide as this, in points of the screen. */
const SMALLEST = 512;
/** Points of the screen by which a mouse moves the window over all values. */
const WHOLE_DRAG = 512;
/** Presses of a key that move the window over all values. */
const WHOLE_KEYS = 40;

const started = init({ module_or_path: module });

/** Shows a DICOM image. */
export const scan: Viewer = async (bytes, into, { title, texts }): Promise<View> => {
	if (typeOf(bytes) !== "application/dicom") throw new Refused("damaged");
	await started;
	const shown = new Scan(refusing(() => new Picture(bytes)), title, texts);
	shown.draw();
	into.append(...shown.elements);
	const zoom = (factor: number) => {
		const fits = Math.min(into.clientWidth - 16, Math.max(shown.canvas.width, SMALLEST));
		shown.canvas.style.width = `${Math.round(fits * factor)}px`;
	};
	zoom(1);
	return { pages: shown.frames, zoom, controls: shown.controls };
};

/** Refusals are thrown as their names. Everything else is damage. */
function refusing<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new Refused(typeof error === "string" ? (error as Reason) : "damaged");
	}
}

/** An image with its controls. */
class Scan {
	readonly canvas = document.createElement("canvas");
	readonly controls: HTMLElement[] = [];
	readonly elements: HTMLElement[];
	readonly frames: number;
	private readonly problem = document.createElement("p");
	private readonly window: Slider[] = [];
	private frameSlider: Slider | undefined;
	private isWaiting = false;
	private frame = 0;
	/** Level and width of the window. */
	private level = 0;
	private width = 1;
	/** All values that a window can show. */
	private range = 0;

	constructor(
		private readonly picture: Picture,
		title: string,
		private readonly texts: ViewerTexts,
	) {
		this.frames = picture.frames;
		Object.assign(this.canvas, { width: picture.width, height: picture.height, className: "picture", tabIndex: 0 });
		this.canvas.setAttribute("role", "img");
		this.canvas.setAttribute("aria-label", `${texts.image}: ${title}`);
		this.problem.setAttribute("role", "status");
		this.elements = [this.canvas, this.problem, this.facts()];
		if (this.frames > 1) this.addFrames();
		const [lowest, highest, level, width] = picture.values();
		if (lowest !== undefined && highest !== undefined) this.addWindow(lowest, highest, level ?? 0, width ?? 1);
		if (this.controls.length === 0) return;
		const hint = document.createElement("p");
		const hints = [this.range > 0 ? texts.imageHint : "", this.frames > 1 ? texts.framesHint : ""];
		Object.assign(hint, { id: "hint", className: "hint", textContent: hints.join(" ").trim() });
		this.canvas.setAttribute("aria-describedby", hint.id);
		this.canvas.onkeydown = (event) => this.key(event);
		this.elements.push(hint);
	}

	/** Draws the frame as the controls say. */
	draw(): void {
		const { canvas, picture } = this;
		const points = refusing(() => picture.draw(this.frame, this.level, this.width));
		const data = new ImageData(new Uint8ClampedArray(points), canvas.width, canvas.height);
		canvas.getContext("2d")?.putImageData(data, 0, 0);
	}

	/** Draws soon: many changes may come before the screen shows one. A frame may be damaged alone. */
	private redraw(): void {
		if (this.isWaiting) return;
		this.isWaiting = true;
		requestAnimationFrame(() => {
			this.isWaiting = false;
			try {
				this.draw();
				this.problem.textContent = "";
			} catch (error) {
				this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
				this.problem.textContent = this.texts[error instanceof Refused ? error.reason : "damaged"];
			}
		});
	}

	/** What is known of the image. The page shows whose record it is in. */
	private facts(): HTMLElement {
		const { picture, texts } = this;
		const list = document.createElement("dl");
		const add = (name: string, value: string) => {
			const group = document.createElement("div");
			const [term, description] = [document.createElement("dt"), document.createElement("dd")];
			[term.textContent, description.textContent] = [name, value];
			group.append(term, description);
			if (value) list.append(group);
		};
		const known = Object.hasOwn(texts.modalities, picture.modality) ? texts.modalities[picture.modality] : undefined;
		add(texts.imageKind, known ?? picture.modality);
		add(texts.imageDate, dateText(picture.date));
		add(texts.imageSize, `${picture.width} × ${picture.height}`);
		return list;
	}

	private addFrames(): void {
		const options = { lowest: 1, highest: this.frames, step: 1, last: ` / ${this.frames}` };
		const slider = new Slider(this.texts.image, options, (value) => this.goTo(value - 1));
		slider.show(1);
		this.frameSlider = slider;
		this.controls.push(slider.element);
	}

	private addWindow(lowest: number, highest: number, level: number, width: number): void {
		const bottom = Math.min(lowest, level - width / 2);
		const top = Math.max(highest, level + width / 2);
		this.range = Math.max(top - bottom, 1);
		const step = 10 ** Math.floor(Math.log10(this.range / 100));
		const levels = new Slider(this.texts.level, { lowest: bottom, highest: top, step }, (value) => this.show(value, this.width));
		const widths = new Slider(this.texts.window, { lowest: 1, highest: this.range + 1, step }, (value) => this.show(this.level, value));
		this.window.push(levels, widths);
		const original = document.createElement("button");
		Object.assign(original, { type: "button", textContent: this.texts.original });
		original.onclick = () => this.show(level, width);
		this.controls.push(levels.element, widths.element, original);
		this.show(level, width);
		this.followMouse();
	}

	private goTo(frame: number): void {
		this.frame = Math.min(Math.max(frame, 0), this.frames - 1);
		this.frameSlider?.show(this.frame + 1);
		this.redraw();
	}

	private show(level: number, width: number): void {
		const [levels, widths] = this.window;
		this.level = levels?.bounded(level) ?? level;
		this.width = widths?.bounded(width) ?? width;
		levels?.show(this.level);
		widths?.show(this.width);
		this.redraw();
	}

	/** Down is darker, right is softer, as in programs for radiologists. */
	private followMouse(): void {
		const { canvas } = this;
		let began: { x: number; y: number; level: number; width: number } | undefined;
		canvas.onpointerdown = (event) => {
			if (event.pointerType === "touch" || event.button !== 0) return;
			canvas.setPointerCapture(event.pointerId);
			began = { x: event.clientX, y: event.clientY, level: this.level, width: this.width };
		};
		canvas.onpointermove = (event) => {
			if (!began) return;
			const share = this.range / WHOLE_DRAG;
			this.show(began.level + (event.clientY - began.y) * share, began.width + (event.clientX - began.x) * share);
		};
		canvas.onpointerup = canvas.onpointercancel = () => (began = undefined);
	}

	private key(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const step = this.range / WHOLE_KEYS;
		const keys: Record<string, (() => void) | undefined> = {
			ArrowUp: () => this.show(this.level - step, this.width),
			ArrowDown: () => this.show(this.level + step, this.width),
			ArrowLeft: () => this.show(this.level, this.width - step),
			ArrowRight: () => this.show(this.level, this.width + step),
			PageUp: () => this.goTo(this.frame - 1),
			PageDown: () => this.goTo(this.frame + 1),
		};
		const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
		if (!act || (event.key.startsWith("Page") ? this.frames === 1 : this.range === 0)) return;
		act();
		event.preventDefault();
	}
}

/** A slider with its name and its value. */
class Slider {
	readonly element = document.createElement("label");
	private readonly input = document.createElement("input");
	private readonly output = document.createElement("output");

	constructor(
		name: string,
		private readonly options: { lowest: number; highest: number; step: number; last?: string },
		onValue: (value: number) => void,
	) {
		const { lowest, highest, step } = options;
		Object.assign(this.input, { type: "range", min: String(lowest), max: String(highest), step: String(step) });
		this.input.setAttribute("aria-label", name);
		this.input.oninput = () => onValue(Number(this.input.value));
		this.element.className = "slider";
		this.element.append(name, this.input, this.output);
	}

	bounded(value: number): number {
		return Math.min(Math.max(value, this.options.lowest), this.options.highest);
	}

	/** The value may be between two steps. */
	show(value: number): void {
		const text = `${Number(value.toPrecision(4))}${this.options.last ?? ""}`;
		this.input.value = String(value);
		this.input.setAttribute("aria-valuetext", text);
		this.output.textContent = text;
	}
}

/** A day, as `20261127`, in the document's language. Empty if there is no such day. */
function dateText(day: string): string {
	const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].map(Number);
	if (!year || !month || !date) return "";
	const found = new Date(Date.UTC(year, month - 1, date));
	if (found.getUTCMonth() !== month - 1) return "";
	const { lang } = document.documentElement;
	return new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format(found);
}
