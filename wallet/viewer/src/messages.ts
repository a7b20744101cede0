// Messages between the page and the viewer's frame. The frame has no origin: the page checks that a
// message comes from the frame's window, and the frame that it comes from its parent.

/** From the page. */
export type ToViewer =
	/** Show this document. `bytes` is best transferred. */
	| {
			kind: "show";
			bytes: ArrayBuffer;
			mediaType: string;
			/** A title for people who do not see the document. */
			title: string;
			/** The language of the texts, as in `lang`. */
			language: string;
			/** The viewer's texts. What is missing is in English. */
			texts?: Partial<ViewerTexts>;
			/** Otherwise as the system is. */
			appearance?: "light" | "dark";
	  }
	/** Print the document. */
	| { kind: "print" };

/** From the frame. */
export type FromViewer =
	/** The frame waits for a document. */
	| { kind: "ready" }
	/** The document is shown. */
	| { kind: "shown"; pages: number }
	/** It cannot be shown. The frame says so too. */
	| { kind: "failed"; reason: Reason };

/** Why a document is not shown. */
export type Reason =
	/** Not a type that is shown, or the content is of another type. */
	| "type"
	/** Too many bytes, pages or points. */
	| "size"
	/** The content is cut or wrong. */
	| "damaged"
	/** It wants a password. */
	| "password"
	/** It is compressed in a way that is not read. */
	| "compression";

/** The viewer's texts. `{page}` and `{count}` stand for numbers. */
export interface ViewerTexts {
	zoomIn: string;
	zoomOut: string;
	fit: string;
	print: string;
	page: string;
	pageOf: string;
	loading: string;
	tooManyToPrint: string;
	type: string;
	size: string;
	damaged: string;
	password: string;
	compression: string;
	/** Names of a medical image's facts. */
	imageKind: string;
	imageDate: string;
	imageSize: string;
	/** Kinds of medical images by their codes, as `CT`. */
	modalities: Record<string, string>;
	/** One of several images. */
	image: string;
	level: string;
	window: string;
	/** Back to the window that the file asks for. */
	original: string;
	/** How the window is moved on the image, and how frames are changed. */
	imageHint: string;
	framesHint: string;
}

/** The types that a viewer shows. Others are saved. */
export const shownTypes = [
	"application/pdf",
	"application/dicom",
	"image/jpeg",
	"image/png",
	"image/webp",
	"text/plain",
] as const;
