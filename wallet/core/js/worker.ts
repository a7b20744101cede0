// The core's worker: what the browser does for the core, and the messages between page and core.

import init, { Core } from "../generated/core.js";
import { checkpoint, coreUrl, languages } from "../generated/release.js";

const DATABASE = "vouchsafe";
const STORE = "values";
/** Documents are apart, so that they are not read when the wallet is unlocked. */
const DOCUMENTS = "documents";
/** What the keys of documents begin with. */
const DOCUMENT = "document-";
/** The folder of files that wait to be saved. */
const FOLDER = "saving";
/** How often the core looks whether to lock itself, in milliseconds. */
const TICK = 5_000;

function promised<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error("the database does not answer"));
	});
}

let database: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
	database ??= (async () => {
		const request = indexedDB.open(DATABASE, 2);
		request.onupgradeneeded = () => {
			for (const store of [STORE, DOCUMENTS]) {
				if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
			}
		};
		const opened = await promised(request);
		// Another tab may remove everything.
		opened.onversionchange = () => {
			opened.close();
			database = undefined;
		};
		return opened;
	})().catch((error) => {
		database = undefined;
		throw error;
	});
	return database;
}

/** The largest piece that is read at once, in bytes, if the browser fills our memory. */
const PIECE = 256 * 1024;

/**
 * An answer of a custodian, whose bytes come one piece after the other. If the browser can, it fills the same
 * memory each time. Otherwise it would free the memory of the pieces too late.
 */
class Answer {
	readonly status: number;
	readonly reason: string;
	readonly retryAfter: string | undefined;
	readonly length: number | undefined;
	#reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
	#filler: ReadableStreamBYOBReader | undefined;
	#memory = new ArrayBuffer(0);
	#ended: () => void;

	constructor(response: Response, ended: () => void) {
		this.status = response.status;
		this.reason = response.statusText;
		this.retryAfter = response.headers.get("retry-after") ?? undefined;
		const length = response.headers.get("content-length");
		this.length = length === null ? undefined : Number(length);
		try {
			this.#filler = response.body?.getReader({ mode: "byob" });
		} catch {
			this.#reader = response.body?.getReader();
		}
		this.#ended = ended;
	}

	/** The next piece. It is valid until the one after it is asked for. */
	async #read(): Promise<Uint8Array | undefined> {
		if (!this.#filler) return (await this.#reader?.read())?.value;
		const memory = this.#memory.byteLength > 0 ? this.#memory : new ArrayBuffer(PIECE);
		const { value, done } = await this.#filler.read(new Uint8Array(memory));
		if (!value || done) return undefined;
		this.#memory = value.buffer;
		return value;
	}

	async next(): Promise<Uint8Array | null> {
		try {
			const piece = await this.#read();
			if (piece) return piece;
		} catch (error) {
			this.#ended();
			throw error;
		}
		this.#ended();
		return null;
	}
}

/** Changes both stores: all, or nothing. */
async function change(what: (values: IDBObjectStore, documents: IDBObjectStore) => void): Promise<void> {
	const transaction = (await open()).transaction([STORE, DOCUMENTS], "readwrite", { durability: "strict" });
	what(transaction.objectStore(STORE), transaction.objectStore(DOCUMENTS));
	await new Promise<void>((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		const failed = () => reject(transaction.error ?? new Error("the database is full"));
		transaction.onerror = failed;
		transaction.onabort = failed;
	});
}

/** Writes a file. What was written is not in it before the end. */
interface FileWriter {
	write(bytes: Uint8Array): Promise<void>;
	finish(): Promise<void>;
	abandon(): void;
}

/** A file that something can be written into. */
interface FileTarget {
	begin(): Promise<FileWriter>;
	discard(): Promise<void>;
	/** The file, if it is the browser's own and the person is still to save it. */
	file(): Promise<File | undefined>;
}

/** A file that the person chose. The browser writes beside it until the end. */
class ChosenFile implements FileTarget {
	#handle: FileSystemFileHandle;
	#wasEmpty = false;

	constructor(handle: FileSystemFileHandle) {
		this.#handle = handle;
	}

	async begin(): Promise<FileWriter> {
		this.#wasEmpty = (await this.#handle.getFile()).size === 0;
		const stream = await this.#handle.createWritable();
		return {
			write: (bytes) => stream.write(bytes as Uint8Array<ArrayBuffer>),
			finish: () => stream.close(),
			abandon: () => void stream.abort().catch(() => undefined),
		};
	}

	async discard(): Promise<void> {
		const handle = this.#handle as FileSystemFileHandle & { remove?: () => Promise<void> };
		if (this.#wasEmpty && (await handle.getFile()).size === 0) await handle.remove?.();
	}

	async file(): Promise<undefined> {}
}

/** The browser's own files that are being written. */
const writing = new Set<FileSystemSyncAccessHandle>();

/** A file of the browser's own, where there is none to choose. */
class OwnFile implements FileTarget {
	#handle: FileSystemFileHandle | undefined;

	async begin(): Promise<FileWriter> {
		const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
		const name = crypto.randomUUID();
		const handle = await folder.getFileHandle(name, { create: true });
		const access = await handle.createSyncAccessHandle();
		writing.add(access);
		return {
			write: async (bytes) => void access.write(bytes as Uint8Array<ArrayBuffer>),
			finish: async () => {
				access.flush();
				access.close();
				writing.delete(access);
				this.#handle = handle;
			},
			abandon: () => {
				access.close();
				writing.delete(access);
				void folder.removeEntry(name).catch(() => undefined);
			},
		};
	}

	async discard(): Promise<void> {}

	async file(): Promise<File | undefined> {
		return this.#handle?.getFile();
	}
}

const host = {
	checkpoint,

	origin: () => location.origin,

	async load(): Promise<[string, Uint8Array][]> {
		const values = (await open()).transaction(STORE).objectStore(STORE);
		const [keys, all] = await Promise.all([
			promised(values.getAllKeys()),
			promised(values.getAll() as IDBRequest<Uint8Array[]>),
		]);
		return keys.map((key, place) => [String(key), all[place] as Uint8Array]);
	},

	store: (changes: [string, Uint8Array | null][]): Promise<void> =>
		change((values, documents) => {
			for (const [key, value] of changes) {
				const store = key.startsWith(DOCUMENT) ? documents : values;
				if (value === null) store.delete(key);
				else store.put(value, key);
			}
		}),

	replace: (all: [string, Uint8Array][]): Promise<void> =>
		change((values, documents) => {
			values.clear();
			documents.clear();
			for (const [key, value] of all) values.put(value, key);
		}),

	async document(key: string): Promise<Uint8Array | undefined> {
		const documents = (await open()).transaction(DOCUMENTS).objectStore(DOCUMENTS);
		return promised(documents.get(key) as IDBRequest<Uint8Array | undefined>);
	},

	ownFile: (): FileTarget => new OwnFile(),

	/** What is being written ends with an error: a file that is open cannot be removed. */
	removeOwnFiles(): void {
		for (const access of writing) access.close();
		writing.clear();
		const removed = navigator.storage.getDirectory().then((root) => root.removeEntry(FOLDER, { recursive: true }));
		removed.catch(() => undefined);
	},

	/** The texts of a language, checked by their hash. */
	async texts(language: string): Promise<string> {
		const file = languages[language];
		if (!file) throw new Error(`there are no texts in ${language}`);
		const response = await fetch(new URL(file.url, import.meta.url), { credentials: "omit", redirect: "error" });
		const bytes = await response.arrayBuffer();
		const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
		const found = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
		if (!response.ok || found !== file.sha256) throw new Error(`${file.url} is not the release's`);
		return new TextDecoder().decode(bytes);
	},

	now: () => Date.now(),
	elapsed: () => performance.now(),
	sleep: (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time)),

	post(message: string, bytes: Uint8Array | undefined): void {
		const value = JSON.parse(message) as Record<string, unknown>;
		if (bytes === undefined) {
			postMessage(value);
			return;
		}
		const copy = bytes.slice().buffer;
		postMessage({ ...value, bytes: copy }, { transfer: [copy] });
	},

	postFile(message: string, target: FileTarget): void {
		const value = JSON.parse(message) as Record<string, unknown>;
		void target.file().then(
			(file) => postMessage({ ...value, file }),
			() => postMessage(value),
		);
	},

	async send(
		method: string,
		url: string,
		headers: [string, string][],
		body: Uint8Array | undefined,
		limit: number | undefined,
	): Promise<Answer> {
		const control = new AbortController();
		const timer =
			limit === undefined
				? undefined
				: setTimeout(() => control.abort(new Error("no answer in time")), limit);
		const ended = () => clearTimeout(timer);
		try {
			const response = await fetch(url, {
				method,
				headers,
				body: (body as BodyInit | undefined) ?? null,
				signal: control.signal,
				credentials: "omit",
				redirect: "error",
				referrerPolicy: "no-referrer",
				cache: "no-store",
			});
			return new Answer(response, ended);
		} catch (error) {
			ended();
			throw error;
		}
	},
};

const started = (async () => {
	await init({ module_or_path: new URL(coreUrl, import.meta.url) });
	// What was not saved before this worker started is not waited for any more.
	host.removeOwnFiles();
	const core = new Core(host);
	setInterval(() => core.tick(), TICK);
	return core;
})();

let follows = false;

/** Follows the chain as long as the wallet is unlocked. */
async function follow(core: Core): Promise<void> {
	if (follows) return;
	follows = true;
	try {
		await core.follow();
	} finally {
		follows = false;
	}
}

let isCurrent = false;

/**
 * Makes this tab the one that has the wallet open: what a tab has in memory is the truth only while no
 * other one changes it. The tab that had it open is locked.
 */
function takeOver(core: Core): Promise<void> {
	return new Promise((resolve) => {
		const held = navigator.locks.request("vouchsafe", { steal: true }, () => {
			isCurrent = true;
			resolve();
			return new Promise<never>(() => undefined);
		});
		held.catch(() => {
			isCurrent = false;
			core.lock();
		});
	});
}

/** Requests after which the wallet is open in this tab, or nowhere. */
const OPENING = ["create", "restore", "unlock", "forget"];

/** A request of the page, and what may be beside it. */
interface Asked {
	id: number;
	ask: { ask: string };
	bytes?: ArrayBuffer;
	handle?: FileSystemFileHandle;
}

addEventListener("message", async (event: MessageEvent<Asked>) => {
	const core = await started;
	const { bytes, handle, ...request } = event.data;
	const { ask: name, ...fields } = request.ask;
	if (!isCurrent && OPENING.includes(name)) await takeOver(core);
	const ask = Object.keys(fields).length > 0 ? { [name]: fields } : name;
	const text = JSON.stringify({ ...request, ask });
	await core.ask(text, bytes && new Uint8Array(bytes), handle && new ChosenFile(handle));
	// The first request is answered: fetch the rest while the person reads. Later calls do nothing, or try
	// again after a failure.
	void core.loadAccount();
	void core.settle();
	void follow(core);
});
