// What esbuild puts into the script.

declare module "*.wasm" {
	const bytes: Uint8Array<ArrayBuffer>;
	export default bytes;
}

declare module "*.css";

declare module "pdfjs-dist/legacy/build/pdf.worker.mjs";
