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
