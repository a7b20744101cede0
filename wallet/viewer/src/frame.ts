// The frame: takes a document by message, shows it with the view for its type, and says what became
// of it. Whatever a document does, only this frame is affected.

import "./viewer.css";
import { MAX_BYTES, MAX_WAIT } from "./limits";
import type { FromViewer, Reason, ToViewer, ViewerTexts } from "./messages";
import { Toolbar } from "./toolbar";

/** A document that is not shown, and why. */
export class Refused extends Error {
	constructor(readonly reason: Reason) {
		super(reason);
	}
}

/** What the toolbar does with a document that is shown. */
export interface View {
	pages: number;
	/** Shows it at a multiple of the size that fits the width. */
	zoom: (factor: number) => void;
	/** Scrolls to a page. */
	goTo?: (page: number) => void;
	/** Calls back with the page that is in view. */
	onPage?: (changed: (page: number) => void) => void;
	/** Draws all that will be printed. `false` if it is too much. */
	beforePrint?: () => Promise<boolean>;
	/** What this document has in the toolbar besides. */
	controls?: HTMLElement[];
}

/** Shows bytes in an element. */
export type Viewer = (
	bytes: Uint8Array<ArrayBuffer>,
	into: HTMLElement,
	show: { mediaType: string; title: string; texts: ViewerTexts },
) => Promise<View>;

const english: ViewerTexts = {
	zoomIn: "Larger",
	zoomOut: "Smaller",
	fit: "Fit the width",
	print: "Print",
	page: "Page",
	pageOf: "Page {page} of {count}",
	loading: "Loading the document …",
	tooManyToPrint: "This document has too many pages to print from here. Save it and print the file.",
	type: "This kind of file is not shown. You can save it.",
	size: "This document is too large to be shown. You can save it.",
	damaged: "This document is damaged and cannot be shown. You can save it.",
	password: "This document needs a password. Save it and open the file.",
	compression: "This image is compressed in a way that is not shown. You can save it.",
	imageKind: "Kind",
	imageDate: "Date",
	imageSize: "Size",
	modalities: {},
	image: "Image",
	level: "Level (brightness)",
	window: "Window (contrast)",
	original: "As in the file",
	imageHint: "On the image, drag with the mouse or press the arrow keys to change brightness and contrast.",
	framesHint: "Page Up and Page Down show the other images.",
};

/** Waits for documents, and shows each with the view for its type. */
export function start(viewers: Record<string, Viewer>): void {
	let toolbar: Toolbar | undefined;
	forbidWebRtc();
	window.addEventListener("message", (event: MessageEvent<ToViewer>) => {
		if (event.source !== window.parent) return;
		if (event.data.kind === "print") void toolbar?.print();
		else if (event.data.kind === "show") void show(viewers, event.data).then((made) => (toolbar = made));
	});
	tell({ kind: "ready" });
}

/** Policies do not cover WebRTC. Our servers forbid it by a header that not all browsers know. */
function forbidWebRtc(): void {
	for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) {
		Object.defineProperty(window, name, { value: undefined, writable: false, configurable: false });
	}
}

async function show(
	viewers: Record<string, Viewer>,
	message: Extract<ToViewer, { kind: "show" }>,
): Promise<Toolbar | undefined> {
	const texts = { ...english, ...message.texts };
	document.documentElement.lang = message.language;
	document.title = message.title;
	if (message.appearance) document.documentElement.style.colorScheme = message.appearance;
	const status = document.createElement("p");
	status.setAttribute("role", "status");
	status.textContent = texts.loading;
	const main = document.createElement("main");
	// A wide document scrolls sideways, also by keyboard.
	main.tabIndex = 0;
	main.setAttribute("aria-label", message.title);
	main.append(status);
	document.body.replaceChildren(main);
	try {
		const view = await inTime(open(viewers, message, main, texts));
		status.remove();
		const toolbar = new Toolbar(view, texts);
		document.body.prepend(toolbar.element);
		tell({ kind: "shown", pages: view.pages });
		return toolbar;
	} catch (error) {
		const reason = error instanceof Refused ? error.reason : "damaged";
		status.textContent = texts[reason];
		main.replaceChildren(status);
		tell({ kind: "failed", reason });
		return undefined;
	}
}

async function open(
	viewers: Record<string, Viewer>,
	{ bytes, mediaType, title }: Extract<ToViewer, { kind: "show" }>,
	main: HTMLElement,
	texts: ViewerTexts,
): Promise<View> {
	const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
	const viewer = Object.hasOwn(viewers, type) ? viewers[type] : undefined;
	if (!viewer) throw new Refused("type");
	if (bytes.byteLength > MAX_BYTES) throw new Refused("size");
	if (bytes.byteLength === 0) throw new Refused("damaged");
	return viewer(new Uint8Array(bytes), main, { mediaType: type, title, texts });
}

function inTime<T>(work: Promise<T>): Promise<T> {
	const late = new Promise<never>((_, reject) => {
		setTimeout(() => reject(new Refused("damaged")), MAX_WAIT);
	});
	return Promise.race([work, late]);
}

function tell(message: FromViewer): void {
	// The message has no content of the document, and the parent is the only one who can embed us.
	window.parent.postMessage(message, "*");
}
