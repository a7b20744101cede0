// The core's worker: what the browser does for the core, and the messages between page and core.

import init, { Core } from "../generated/core.js";
import { coreUrl } from "../generated/release.js";

const DATABASE = "vouchsafe";
const STORE = "values";
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
		const request = indexedDB.open(DATABASE, 1);
		request.onupgradeneeded = () => request.result.createObjectStore(STORE);
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

/** An answer of a custodian, whose bytes come one piece after the other. */
class Answer {
	readonly status: number;
	readonly reason: string;
	readonly retryAfter: string | undefined;
	readonly length: number | undefined;
	#reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
	#ended: () => void;

	constructor(response: Response, ended: () => void) {
		this.status = response.status;
		this.reason = response.statusText;
		this.retryAfter = response.headers.get("retry-after") ?? undefined;
		const length = response.headers.get("content-length");
		this.length = length === null ? undefined : Number(length);
		this.#reader = response.body?.getReader();
		this.#ended = ended;
	}

	async next(): Promise<Uint8Array | null> {
		try {
			const piece = await this.#reader?.read();
			if (piece?.value) return piece.value;
		} catch (error) {
			this.#ended();
			throw error;
		}
		this.#ended();
		return null;
	}
}

const host = {
	async load(): Promise<[string, Uint8Array][]> {
		const values = (await open()).transaction(STORE).objectStore(STORE);
		const [keys, all] = await Promise.all([
			promised(values.getAllKeys()),
			promised(values.getAll() as IDBRequest<Uint8Array[]>),
		]);
		return keys.map((key, place) => [String(key), all[place] as Uint8Array]);
	},

	async store(changes: [string, Uint8Array | null][]): Promise<void> {
		const transaction = (await open()).transaction(STORE, "readwrite", { durability: "strict" });
		const values = transaction.objectStore(STORE);
		for (const [key, value] of changes) {
			if (value === null) values.delete(key);
			else values.put(value, key);
		}
		await new Promise<void>((resolve, reject) => {
			transaction.oncomplete = () => resolve();
			const failed = () => reject(transaction.error ?? new Error("the database is full"));
			transaction.onerror = failed;
			transaction.onabort = failed;
		});
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

addEventListener("message", async (event: MessageEvent<{ ask: { ask: string } }>) => {
	const core = await started;
	if (!isCurrent && OPENING.includes(event.data.ask.ask)) await takeOver(core);
	await core.ask(JSON.stringify(event.data));
	void follow(core);
});
