// PDF by pdf.js, with a layer of text to select, search and read aloud. Its worker runs in the frame,
// and nothing is fetched: what it needs besides the document is in this file.

import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import "pdfjs-dist/legacy/build/pdf.worker.mjs";
import jbig2 from "pdfjs-dist/wasm/jbig2.wasm";
import openjpeg from "pdfjs-dist/wasm/openjpeg.wasm";
import { Refused, type View, type Viewer } from "./frame";
import { MAX_CANVAS, MAX_PAGES, MAX_POINTS, MAX_PRINTED } from "./limits";
import { typeOf } from "./pictures";

/** The decoders of scanned pages. */
const decoders: Record<string, Uint8Array> = { "jbig2.wasm": jbig2, "openjpeg.wasm": openjpeg };

class Decoders {
	async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
		const decoder = Object.hasOwn(decoders, filename) ? decoders[filename] : undefined;
		if (!decoder) throw new Error(`${filename} is not part of the viewer`);
		// The receiver may take the bytes for itself.
		return decoder.slice();
	}
}

/** Shows a PDF. */
export const pages: Viewer = async (bytes, into, { texts }): Promise<View> => {
	if (typeOf(bytes) !== "application/pdf") throw new Refused("damaged");
	const pdf = await open(bytes);
	if (pdf.numPages > MAX_PAGES) throw new Refused("size");
	const first = await pdf.getPage(1);
	const width = first.getViewport({ scale: 1 }).width;
	const all: Page[] = [];
	for (let number = 1; number <= pdf.numPages; number++) {
		const label = texts.pageOf.replace("{page}", String(number)).replace("{count}", String(pdf.numPages));
		all.push(new Page(pdf, number, label, first));
	}
	let factor = 1;
	const scale = () => ((into.clientWidth || width) / width) * factor;
	const zoom = (wanted: number) => {
		factor = wanted;
		for (const page of all) page.resize(scale());
	};
	into.append(...all.map((page) => page.element));
	zoom(1);
	// The first page is drawn before the document counts as shown: if it cannot be, none can.
	await all[0]?.draw();
	const inView = watch(all);
	new ResizeObserver(() => zoom(factor)).observe(into);
	return {
		pages: pdf.numPages,
		zoom,
		goTo: (number) => all[number - 1]?.element.scrollIntoView(),
		onPage: (changed) => (inView.changed = changed),
		beforePrint: async () => {
			if (all.length > MAX_PRINTED) return false;
			for (const page of all) await page.draw();
			return true;
		},
	};
};

async function open(bytes: Uint8Array): Promise<pdfjs.PDFDocumentProxy> {
	const task = pdfjs.getDocument({
		data: bytes,
		BinaryDataFactory: Decoders,
		enableXfa: false,
		isEvalSupported: false,
		maxImageSize: MAX_POINTS,
		useSystemFonts: true,
		useWorkerFetch: false,
		verbosity: 0,
	} as Parameters<typeof pdfjs.getDocument>[0]);
	task.onPassword = () => void task.destroy();
	try {
		return await task.promise;
	} catch (error) {
		throw new Refused(error instanceof Error && /password|destroyed/i.test(error.name + error.message) ? "password" : "damaged");
	}
}

/** One page: an empty frame of its size, drawn when it comes into view. */
class Page {
	readonly element = document.createElement("section");
	private scale = 1;
	private drawn = 0;
	private drawing: Promise<void> = Promise.resolve();
	private size: { width: number; height: number };

	constructor(
		private readonly pdf: pdfjs.PDFDocumentProxy,
		private readonly number: number,
		label: string,
		first: pdfjs.PDFPageProxy,
	) {
		this.size = first.getViewport({ scale: 1 });
		this.element.className = "page";
		this.element.setAttribute("aria-label", label);
		this.element.dataset["page"] = String(number);
	}

	resize(scale: number): void {
		this.scale = scale;
		this.element.style.width = `${this.size.width * scale}px`;
		this.element.style.height = `${this.size.height * scale}px`;
		this.element.style.setProperty("--total-scale-factor", String(scale));
		if (this.drawn && isNear(this.element)) void this.draw();
	}

	/** Draws the page, if it is not drawn in this size. */
	draw(): Promise<void> {
		this.drawing = this.drawing.then(() => (this.drawn === this.scale ? undefined : this.drawNow()));
		return this.drawing;
	}

	/** Frees the memory of a page that is far away. */
	clear(): void {
		if (!this.drawn) return;
		this.drawn = 0;
		this.element.replaceChildren();
	}

	private async drawNow(): Promise<void> {
		const scale = this.scale;
		const page = await this.pdf.getPage(this.number);
		const viewport = page.getViewport({ scale });
		this.size = page.getViewport({ scale: 1 });
		this.element.style.width = `${viewport.width}px`;
		this.element.style.height = `${viewport.height}px`;
		const points = viewport.width * viewport.height;
		const sharp = Math.min(window.devicePixelRatio || 1, Math.sqrt(MAX_CANVAS / points));
		const canvas = document.createElement("canvas");
		canvas.width = Math.max(1, Math.floor(viewport.width * sharp));
		canvas.height = Math.max(1, Math.floor(viewport.height * sharp));
		canvas.setAttribute("aria-hidden", "true");
		const transform = [sharp, 0, 0, sharp, 0, 0];
		await page.render({ canvas, viewport, transform }).promise;
		const container = document.createElement("div");
		container.className = "textLayer";
		const textContentSource = await page.getTextContent();
		await new pdfjs.TextLayer({ textContentSource, container, viewport }).render();
		this.element.replaceChildren(canvas, container);
		this.drawn = scale;
	}
}

/** Draws what comes near, clears what is far, and says which page is in view. */
function watch(all: Page[]): { changed?: (page: number) => void } {
	const listener: { changed?: (page: number) => void } = {};
	const pageOf = (element: Element) => all[Number((element as HTMLElement).dataset["page"]) - 1];
	const near = new IntersectionObserver(
		(entries) => {
			for (const { target, isIntersecting } of entries) {
				const page = pageOf(target);
				// One page that cannot be drawn stays empty; the others are not affected.
				if (isIntersecting) page?.draw().catch(() => target.classList.add("damaged"));
				else page?.clear();
			}
		},
		{ rootMargin: "100% 0px" },
	);
	const inView = new IntersectionObserver(
		(entries) => {
			const shown = entries.find((entry) => entry.isIntersecting);
			if (shown) listener.changed?.(Number((shown.target as HTMLElement).dataset["page"]));
		},
		{ rootMargin: "-50% 0px" },
	);
	for (const page of all) {
		near.observe(page.element);
		inView.observe(page.element);
	}
	return listener;
}

function isNear(element: Element): boolean {
	const { top, bottom } = element.getBoundingClientRect();
	return bottom > -window.innerHeight && top < 2 * window.innerHeight;
}
