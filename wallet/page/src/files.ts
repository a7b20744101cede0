// Files to and from the device.

import { text } from "./passkey";

/** Saves bytes as a file. */
export function saveFile(name: string, mediaType: string, content: BlobPart): void {
	const url = URL.createObjectURL(new Blob([content], { type: mediaType }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file that the person chooses to write into. `null` if none was chosen, `undefined` if the browser has no such choice. */
export async function chooseFile(name: string): Promise<FileSystemFileHandle | null | undefined> {
	const browser = globalThis as unknown as { showSaveFilePicker?: SaveFilePicker };
	try {
		return await browser.showSaveFilePicker?.({ suggestedName: name });
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") return null;
		throw error;
	}
}

type SaveFilePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** A file as base64. */
export async function base64OfFile(file: File): Promise<string> {
	return text(await file.arrayBuffer());
}

/** A length in bytes, for people. */
export function sizeText(bytes: number, language: string): string {
	const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
	const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
	return new Intl.NumberFormat(language, {
		style: "unit",
		unit: units[step] ?? "byte",
		unitDisplay: "short",
		maximumFractionDigits: step === 0 ? 0 : 1,
	}).format(bytes / 1000 ** step);
}
