// Reading QR codes from camera frames and pictures. A worker does it, which is loaded when it is needed
// and can reach nothing. What a code says is for the core to judge.

import { readerUrl } from "./trusted";

/** How long one picture may take, in milliseconds: the first one waits for the worker too. */
const PATIENCE = 15_000;

/** Whether this device has a camera for codes. */
export const canScan = "mediaDevices" in navigator;

/** Reads codes, one picture after the other. */
export class CodeReader {
	private worker: Worker | undefined;

	/** The text of a code in a picture. `null` if there is none. Rejects if the reader does not work. */
	async read(source: ImageBitmapSource): Promise<string | null> {
		const picture = await createImageBitmap(source);
		this.worker ??= new Worker(readerUrl as string, { type: "module" });
		const { worker } = this;
		let timer: ReturnType<typeof setTimeout> | undefined;
		try {
			return await new Promise<string | null>((resolve, reject) => {
				timer = setTimeout(() => reject(new Error("the reader does not answer")), PATIENCE);
				worker.onmessage = ({ data }: MessageEvent<string | null>) => resolve(data);
				worker.onerror = ({ message }) => reject(new Error(message));
				worker.postMessage(picture, [picture]);
			});
		} catch (error) {
			// A picture that stops the reader stops only that: the next picture gets another one.
			this.close();
			throw error;
		} finally {
			clearTimeout(timer);
		}
	}

	/** Ends the worker. */
	close(): void {
		this.worker?.terminate();
		this.worker = undefined;
	}
}

/** The text of a file: of a text file itself, of a picture the code's. */
export async function textOfFile(file: File): Promise<string | null> {
	if (!file.type.startsWith("image/")) return file.text();
	const reader = new CodeReader();
	try {
		return await reader.read(file);
	} finally {
		reader.close();
	}
}
