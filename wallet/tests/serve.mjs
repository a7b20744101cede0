// Serves a built wallet with its own headers: for the smoke tests and for developers.
//   node wallet/tests/serve.mjs FOLDER [PORT]

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

/** Starts the server. Resolves to it, with its `address`. `change(name, body)` may answer something else. */
export async function serve(folder, { port = 0, change = (_, body) => body } = {}) {
	const headers = JSON.parse(await readFile(path.join(folder, "headers.json"), "utf8"));
	const server = createServer(async (request, response) => {
		const name = new URL(request.url, "http://localhost").pathname.slice(1) || "index.html";
		const own = Object.hasOwn(headers.files, name) ? headers.files[name] : undefined;
		if (!own) return response.writeHead(404, headers.always).end();
		const all = { ...headers.always, ...own };
		all["content-security-policy"] = all["content-security-policy"].replace("{loopback}", headers.loopback);
		let [body, encoding] = await smallest(folder, name, request.headers["accept-encoding"] ?? "");
		const plain = await readFile(path.join(folder, name));
		const changed = change(name, plain);
		if (changed !== plain) [body, encoding] = [changed, undefined];
		if (encoding) Object.assign(all, { "content-encoding": encoding, vary: "accept-encoding" });
		response.writeHead(200, { ...all, "content-length": body.length }).end(body);
	});
	await new Promise((resolve) => server.listen(port, "localhost", resolve));
	return Object.assign(server, { address: `http://localhost:${server.address().port}/` });
}

async function smallest(folder, name, accepted) {
	for (const [encoding, ending] of [["br", ".br"], ["gzip", ".gz"]]) {
		if (!accepted.includes(encoding)) continue;
		const body = await readFile(path.join(folder, name + ending)).catch(() => undefined);
		if (body) return [body, encoding];
	}
	return [await readFile(path.join(folder, name))];
}

if (process.argv[1] === import.meta.filename) {
	const [folder, port] = process.argv.slice(2);
	const server = await serve(folder, { port: Number(port ?? 8080) });
	console.log(server.address);
}
