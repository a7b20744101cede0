// Reads QR codes. It gets pictures from the page and answers each with the code's text, or with `null`.
// It has no network: the WebAssembly is in this file. What a picture breaks, it breaks here.

import init, { read } from "../generated/reader.js";
import module from "../generated/reader_bg.wasm";

/** The longest side of a picture that is looked at, in points. */
const LONGEST = 1_600;

const started = init({ module_or_path: module });

addEventListener("message", ({ data }: MessageEvent<ImageBitmap>) => {
	// The page sees an error, and starts another worker.
	textIn(data).then((text) => postMessage(text), reportError);
});

/** The text of a code in a picture. */
async function textIn(picture: ImageBitmap): Promise<string | null> {
	const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
	const width = Math.max(1, Math.round(picture.width * scale));
	const height = Math.max(1, Math.round(picture.height * scale));
	const drawing = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
	// What is transparent in a file is white on a screen.
	if (drawing) {
		drawing.fillStyle = "#fff";
		drawing.fillRect(0, 0, width, height);
		drawing.drawImage(picture, 0, 0, width, height);
	}
	picture.close();
	const points = drawing?.getImageData(0, 0, width, height).data;
	await started;
	return points ? (read(new Uint8Array(points.buffer), width, height) ?? null) : null;
}
