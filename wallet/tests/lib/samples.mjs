// Small documents for the viewer.

/** A PDF of this many pages, each with a line of text. */
export function pdf(lines) {
	const objects = ["<< /Type /Catalog /Pages 2 0 R >>"];
	const kids = lines.map((_, index) => `${4 + 2 * index} 0 R`).join(" ");
	objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`);
	objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
	for (const [index, line] of lines.entries()) {
		const content = `BT /F1 24 Tf 60 700 Td (${line}) Tj ET`;
		objects.push(
			`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * index} 0 R ` +
				"/Resources << /Font << /F1 3 0 R >> >> >>",
			`<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
		);
	}
	let text = "%PDF-1.4\n";
	const places = [];
	for (const [index, object] of objects.entries()) {
		places.push(text.length);
		text += `${index + 1} 0 obj\n${object}\nendobj\n`;
	}
	const rows = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
	const head = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
	const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
	return Buffer.from(text + head + rows + trailer, "latin1");
}

/** A picture of this type, as Chromium writes it: image/png, image/jpeg or image/webp. */
export async function picture(harness, mediaType) {
	const context = await harness.browser.newContext();
	try {
		const page = await context.newPage();
		const base64 = await page.evaluate(async (type) => {
			const canvas = new OffscreenCanvas(300, 200);
			const drawing = canvas.getContext("2d");
			drawing.fillStyle = "#0b5563";
			drawing.fillRect(0, 0, 300, 200);
			const bytes = new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
			return btoa(String.fromCharCode(...bytes));
		}, mediaType);
		return Buffer.from(base64, "base64");
	} finally {
		await context.close();
	}
}

/**
 * A DICOM image of this project's own: a grey disc on black, whose values grow towards the middle, in
 * explicit VR, little endian. The values are 12 bits, and stand for those minus 1,000.
 */
export function dicom({ side = 64, frames = 1, syntax = "1.2.840.10008.1.2.1", changes = {} } = {}) {
	const pixels = Buffer.alloc(side * side * 2 * frames);
	for (let at = 0; at < side * side * frames; at++) {
		const [x, y] = [at % side, Math.floor(at / side) % side];
		const away = Math.hypot(x - side / 2, y - side / 2) / (side / 2);
		pixels.writeUInt16LE(away < 1 ? Math.round(1_000 + (1 - away) * 1_000) : 0, at * 2);
	}
	const elements = {
		"0008,0020": ["DA", "20261127"],
		"0008,0060": ["CS", "CT"],
		"0010,0010": ["PN", "Mangrove^Ada"],
		"0028,0002": ["US", 1],
		"0028,0004": ["CS", "MONOCHROME2"],
		"0028,0008": ["IS", String(frames)],
		"0028,0010": ["US", side],
		"0028,0011": ["US", side],
		"0028,0100": ["US", 16],
		"0028,0101": ["US", 12],
		"0028,0102": ["US", 11],
		"0028,0103": ["US", 0],
		"0028,1050": ["DS", "400"],
		"0028,1051": ["DS", "800"],
		"0028,1052": ["DS", "-1000"],
		"0028,1053": ["DS", "1"],
		"7FE0,0010": ["OW", pixels],
		...changes,
	};
	const written = Object.entries(elements).map(([tag, [type, value]]) => dicomElement(tag, type, value));
	const head = dicomElement("0002,0010", "UI", syntax);
	return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), head, ...written]);
}

function dicomElement(tag, type, value) {
	const number = Buffer.alloc(2);
	if (type === "US") number.writeUInt16LE(value);
	const bytes = type === "US" ? number : Buffer.from(value);
	const body = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2, type === "UI" ? 0 : 32)]);
	const head = Buffer.alloc(type === "OW" ? 12 : 8);
	const [group, element] = tag.split(",").map((part) => parseInt(part, 16));
	head.writeUInt16LE(group, 0);
	head.writeUInt16LE(element, 2);
	head.write(type, 4);
	if (type === "OW") head.writeUInt32LE(body.length, 8);
	else head.writeUInt16LE(body.length, 6);
	return Buffer.concat([head, body]);
}
