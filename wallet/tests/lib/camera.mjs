// The browser's camera: a film of one picture. Chromium reads the file each time a page starts the
// camera, so show a picture before the page asks for it.

import { rename, writeFile } from "node:fs/promises";

const WIDTH = 1280;
const HEIGHT = 720;

export class Camera {
	constructor(file) {
		this.file = file;
	}

	/** A grey picture. */
	showNothing() {
		return this.film(Buffer.alloc(WIDTH * HEIGHT, 128));
	}

	/** A picture, as `await locator.screenshot()` returns it: a QR code on another person's screen. */
	async show(harness, png) {
		const context = await harness.browser.newContext();
		try {
			const page = await context.newPage();
			const letters = await page.evaluate(draw, [png.toString("base64"), WIDTH, HEIGHT]);
			await this.film(Buffer.from(letters, "base64"));
		} finally {
			await context.close();
		}
	}

	/** Writes a film of two equal pictures in shades of grey. */
	async film(luma) {
		const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
		const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, chroma]);
		const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
		await writeFile(`${this.file}.new`, Buffer.concat([head, frame, frame]));
		await rename(`${this.file}.new`, this.file);
	}
}

/** In a page: a PNG, as large as fits in the middle, as base64 of one byte for each point. */
async function draw([base64, width, height]) {
	const image = new Image();
	image.src = `data:image/png;base64,${base64}`;
	await image.decode();
	const canvas = new OffscreenCanvas(width, height);
	const context = canvas.getContext("2d");
	context.fillStyle = "#fff";
	context.fillRect(0, 0, width, height);
	const scale = (Math.min(width / image.width, height / image.height) * 9) / 10;
	const [drawnWidth, drawnHeight] = [image.width * scale, image.height * scale];
	context.drawImage(image, (width - drawnWidth) / 2, (height - drawnHeight) / 2, drawnWidth, drawnHeight);
	const { data } = context.getImageData(0, 0, width, height);
	let letters = "";
	for (let at = 0; at < data.length; at += 4) {
		letters += String.fromCharCode(Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]));
	}
	return btoa(letters);
}
