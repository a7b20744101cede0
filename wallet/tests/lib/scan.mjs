// Looks for strings in everything that a profile stored, printed or sent.

/** Where the strings are, plain or encoded: a list of `{ string, place }`. */
export async function scanFor(wallet, strings) {
	const hay = [...(await stored(wallet)), ...(await cookies(wallet)), ...sent(wallet)];
	const found = [];
	for (const string of strings) {
		for (const needle of forms(string)) {
			for (const { place, bytes } of hay) {
				if (bytes.includes(needle)) found.push({ string, place });
			}
		}
	}
	return found.filter((one, index) => found.findIndex((other) => other.string === one.string && other.place === one.place) === index);
}

/** A string as it is, in UTF-16, hexadecimal, percent encoding, JSON, and base64 at each position. */
function forms(string) {
	const bytes = Buffer.from(string);
	const base64 = [0, 1, 2].flatMap((shift) => {
		const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "");
		// The first and last letters depend on the neighbours.
		const middle = text.slice(shift === 0 ? 0 : shift + 1, (bytes.length + shift) % 3 === 0 ? undefined : -1);
		return [middle, middle.replaceAll("+", "-").replaceAll("/", "_")];
	});
	const texts = [
		string,
		bytes.toString("hex"),
		bytes.toString("hex").toUpperCase(),
		encodeURIComponent(string),
		JSON.stringify(string).slice(1, -1),
		...base64,
	];
	return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(string, "utf16le"));
}

async function stored(wallet) {
	const all = await wallet.page.evaluate(async () => {
		const out = [];
		const text = (value) =>
			JSON.stringify(value, (_, inner) => {
				if (inner instanceof ArrayBuffer) return hex(new Uint8Array(inner));
				if (ArrayBuffer.isView(inner)) return hex(new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength));
				if (inner instanceof Map || inner instanceof Set) return [...inner];
				if (typeof inner === "bigint") return String(inner);
				return inner;
			}) ?? String(value);
		// Bytes are there as text and as numbers, since a form of a string may be in either.
		const hex = (bytes) => {
			let latin = "";
			let digits = "";
			for (const byte of bytes) {
				latin += String.fromCharCode(byte);
				digits += byte.toString(16).padStart(2, "0");
			}
			return { latin, digits };
		};
		for (const [name, storage] of Object.entries({ localStorage, sessionStorage })) {
			for (const [key, value] of Object.entries(storage)) out.push([`${name} ${key}`, `${key} ${value}`]);
		}
		for (const { name, version } of await indexedDB.databases()) {
			const database = await new Promise((resolve, reject) => {
				const request = indexedDB.open(name, version);
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
				request.onblocked = () => reject(new Error(`the database ${name} is blocked`));
			});
			for (const store of database.objectStoreNames) {
				const objects = database.transaction(store).objectStore(store);
				const read = (request) =>
					new Promise((resolve, reject) => {
						request.onsuccess = () => resolve(request.result);
						request.onerror = () => reject(request.error);
					});
				const [keys, values] = await Promise.all([read(objects.getAllKeys()), read(objects.getAll())]);
				for (const [index, value] of values.entries()) {
					const blob = value instanceof Blob ? hex(new Uint8Array(await value.arrayBuffer())) : undefined;
					out.push([`IndexedDB ${name}/${store}`, text(keys[index]) + text(blob ?? value)]);
				}
			}
			database.close();
		}
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const response = await cache.match(request);
				const bytes = hex(new Uint8Array(await response.arrayBuffer()));
				out.push([`cache ${name} ${request.url}`, request.url + JSON.stringify([...response.headers]) + bytes.latin]);
			}
		}
		return out;
	});
	// Bytes came as letters up to 255: as they are, and as UTF-8.
	return all.flatMap(([place, text]) => [
		{ place, bytes: Buffer.from(text) },
		{ place, bytes: Buffer.from(text, "latin1") },
	]);
}

async function cookies(wallet) {
	const all = await wallet.page.context().cookies();
	return [{ place: "cookies", bytes: Buffer.from(JSON.stringify(all)) }];
}

function sent({ seen }) {
	const printed = seen.console.map((text) => ({ place: "console", bytes: Buffer.from(text) }));
	const requests = seen.requests.flatMap(({ url, headers, body }) => [
		{ place: `request ${url}`, bytes: Buffer.from(url + headers) },
		{ place: `request ${url}`, bytes: body ?? Buffer.alloc(0) },
	]);
	return [...printed, ...requests];
}
