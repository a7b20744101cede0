// The connection to the core's worker: sends requests, and gives each its answer by its id.

import type { Answer, Ask, Failure, FileView, Message } from "./messages";

/** Which answer belongs to which request. */
interface Answers {
	start: "started";
	setLanguage: "started";
	makeWords: "words";
	useExtension: "words";
	extensionAnswer: "done";
	delegate: "started";
	checkWords: "done";
	create: "started";
	restore: "started";
	unlock: "started";
	confirm: "done";
	touch: "done";
	lock: "done";
	showWords: "words";
	addPasskey: "done";
	passkeys: "passkeys";
	removePasskeys: "done";
	forget: "started";
	readDeskCode: "deskOffer";
	acceptDeskCode: "deskAnswer";
	proof: "proof";
	home: "home";
	requests: "requests";
	request: "request";
	draftApproval: "draft";
	draftRefusal: "draft";
	consents: "consents";
	choices: "choices";
	draftConsent: "draft";
	draftRevocation: "draft";
	draftStop: "draft";
	draftResume: "draft";
	sign: "signed";
	discard: "done";
	whoSees: "access";
	whatSees: "seen";
	records: "records";
	record: "record";
	open: "opened";
	read: "document";
	file: "file";
	checkCopies: "copies";
	closeDocuments: "done";
	log: "log";
	verifyLog: "logVerdict";
	exportLog: "file";
	seenLog: "done";
	holdings: "holdings";
	settings: "settings";
	setSetting: "settings";
	setName: "done";
	confirmMember: "done";
}

type ValueOf<N extends Answer["answer"]> =
	Extract<Answer, { answer: N }> extends { value: infer V } ? V : undefined;

/** What the core answers to a request. */
export type AnswerTo<A extends Ask> = ValueOf<Answers[A["ask"]]>;

/** What a request waits for. */
export interface Waiting {
	what: string;
	done: number;
	total: number | null;
}

/** A file with its bytes. */
export interface FileBytes {
	file: FileView;
	bytes: ArrayBuffer;
}

/** A request that failed. */
export class CoreError extends Error {
	constructor(readonly failure: Failure) {
		super(failure.text);
	}
}

/** News that belong to no request. */
export type News = Exclude<Message, { type: "answer" } | { type: "failed" }>;

type OnWaiting = (waiting: Waiting) => void;

interface Pending {
	resolve: (answer: Answer, bytes: ArrayBuffer | undefined) => void;
	reject: (error: CoreError) => void;
	onWaiting: OnWaiting | undefined;
}

let worker: Worker | undefined;
let lastId = 0;
let crashText = "";
const pending = new Map<number, Pending>();

/** Starts the worker. `onNews` gets what belongs to no request. */
export function startCore(
	url: TrustedUrl,
	textOfCrash: string,
	onNews: (news: News) => void,
): void {
	crashText = textOfCrash;
	worker = new Worker(url as string, { type: "module" });
	worker.onmessage = (event: MessageEvent) => receive(event.data, onNews);
	worker.onerror = (event) => failAll(event.message);
}

/** A URL that the page's policy made: a string for TypeScript, an object for the browser. */
export type TrustedUrl = string | object;

/** Asks the core. Rejects with a [`CoreError`]. */
export function ask<A extends Ask>(what: A, onWaiting?: OnWaiting): Promise<AnswerTo<A>> {
	return send(what, onWaiting, (answer) => ("value" in answer ? answer.value : undefined) as AnswerTo<A>);
}

/** Asks the core for a file. */
export function askFile(
	what: Extract<Ask, { ask: "file" | "exportLog" }>,
	onWaiting?: OnWaiting,
): Promise<FileBytes> {
	return send(what, onWaiting, (answer, bytes) => ({
		file: (answer as Extract<Answer, { answer: "file" }>).value,
		bytes: bytes ?? new ArrayBuffer(0),
	}));
}

/** The failure of any error. */
export function failureOf(error: unknown): Failure {
	if (error instanceof CoreError) return error.failure;
	return { kind: "other", text: crashText, detail: String(error), mayTakeEffect: false };
}

function send<T>(
	what: Ask,
	onWaiting: OnWaiting | undefined,
	read: (answer: Answer, bytes: ArrayBuffer | undefined) => T,
): Promise<T> {
	return new Promise((resolve, reject) => {
		const id = ++lastId;
		pending.set(id, {
			resolve: (answer, bytes) => resolve(read(answer, bytes)),
			reject,
			onWaiting,
		});
		worker?.postMessage({ id, ask: what });
	});
}

function receive(message: Message & { bytes?: ArrayBuffer }, onNews: (news: News) => void): void {
	if (message.type === "answer" || message.type === "failed") {
		const request = pending.get(message.id);
		pending.delete(message.id);
		if (message.type === "answer") request?.resolve(message.answer, message.bytes);
		else request?.reject(new CoreError(message.failure));
		return;
	}
	if (message.type === "waiting") pending.get(message.id)?.onWaiting?.(message);
	onNews(message);
}

function failAll(detail: string): void {
	const failed = [...pending.values()];
	pending.clear();
	for (const request of failed)
		request.reject(new CoreError({ kind: "other", text: crashText, detail, mayTakeEffect: true }));
}
