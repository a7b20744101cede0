// JPEG, PNG and WebP. The content must be what the type says.

import { Refused, type View, type Viewer } from "./frame";
import { MAX_POINTS } from "./limits";

/** Shows a picture. */
export const picture: Viewer = async (bytes, into, { mediaType, title }): Promise<View> => {
	if (typeOf(bytes) !== mediaType) throw new Refused("damaged");
	const url = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
	const image = new Image();
	image.alt = title;
	image.src = url;
	try {
		await loaded(image);
	} finally {
		URL.revokeObjectURL(url);
	}
	if (image.naturalWidth * image.naturalHeight > MAX_POINTS) throw new Refused("size");
	const width = image.naturalWidth;
	const zoom = (factor: number) => {
		const fits = Math.min(width, into.clientWidth);
		image.style.width = `${Math.round(fits * factor)}px`;
	};
	image.className = "picture";
	into.append(image);
	zoom(1);
	return { pages: 1, zoom };
};

function loaded(image: HTMLImageElement): Promise<void> {
	return new Promise((resolve, reject) => {
		image.onload = () => resolve();
		image.onerror = () => reject(new Refused("damaged"));
	});
}

/** The type by the first bytes. */
export function typeOf(bytes: Uint8Array): string | undefined {
	const begins = (text: string, at = 0) =>
		[...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
	if (begins("\xff\xd8\xff")) return "image/jpeg";
	if (begins("\x89PNG\r\n\x1a\n")) return "image/png";
	if (begins("RIFF") && begins("WEBP", 8)) return "image/webp";
	if (begins("%PDF-")) return "application/pdf";
	if (begins("DICM", 128)) return "application/dicom";
	return undefined;
}
