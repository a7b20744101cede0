// Reading QR codes from camera frames and pictures. Everything that decodes is here: where the
// browser has no detector, a decoder of the core can take its place.

interface Detector {
	detect(source: ImageBitmapSource): Promise<Array<{ rawValue: string }>>;
}

interface DetectorClass {
	new (options: { formats: string[] }): Detector;
}

const Detector = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
const detector = Detector && new Detector({ formats: ["qr_code"] });

/** Whether codes can be read from pictures here. */
export const canScan = detector !== undefined && "mediaDevices" in navigator;

/** The text of the first code in a picture. `null` if there is none. */
export async function readCode(source: ImageBitmapSource): Promise<string | null> {
	const found = await detector?.detect(source);
	return found?.[0]?.rawValue ?? null;
}

/** The text of a file: of a text file itself, of a picture the code's. */
export async function textOfFile(file: File): Promise<string | null> {
	if (!file.type.startsWith("image/")) return file.text();
	const picture = await createImageBitmap(file);
	try {
		return await readCode(picture);
	} finally {
		picture.close();
	}
}
