// Puts the viewer's frame into a page of the wallet, as the page itself does.

/** The viewer's file in the release: `pdf`, `dicom`, or `plain` for pictures and text only. */
export async function viewerFile(harness, kind = "pdf") {
	const manifest = await (await fetch(`${harness.facts.address}manifest.json`)).json();
	const viewers = Object.keys(manifest.files).filter((name) => name.startsWith("viewer-"));
	const others = ["viewer-pdf-", "viewer-dicom-"];
	if (kind !== "plain") return viewers.find((name) => name.startsWith(`viewer-${kind}-`));
	return viewers.find((name) => !others.some((other) => name.startsWith(other)));
}

/**
 * Shows a document: a Buffer, or `{ length, byte }` for many equal bytes, which are made in the page.
 * Resolves to the viewer's answer and its frame.
 */
export async function view(wallet, bytes, mediaType, { kind = "pdf", appearance } = {}) {
	const url = await viewerFile(wallet.harness, kind);
	const message = await wallet.page.evaluate(
		([src, content, type, colours]) =>
			new Promise((resolve) => {
				document.getElementById("viewer-test")?.remove();
				const frame = document.createElement("iframe");
				Object.assign(frame, { id: "viewer-test", title: "Document", src });
				frame.setAttribute("sandbox", "allow-scripts allow-modals");
				frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;z-index:9";
				window.onmessage = (event) => {
					if (event.source !== frame.contentWindow) return;
					if (event.data.kind !== "ready") return resolve(event.data);
					const { base64, length, byte } = content;
					const { buffer } = base64 === undefined
						? new Uint8Array(length).fill(byte)
						: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
					const show = { kind: "show", bytes: buffer, mediaType: type, title: "A finding", language: "en", appearance: colours };
					frame.contentWindow.postMessage(show, "*", [buffer]);
				};
				document.body.append(frame);
			}),
		[url, Buffer.isBuffer(bytes) ? { base64: bytes.toString("base64") } : bytes, mediaType, appearance],
	);
	const element = await wallet.page.waitForSelector("#viewer-test");
	return { message, frame: await element.contentFrame() };
}
