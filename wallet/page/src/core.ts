// The connection to the core's worker: sends requests, and gives each its answer by its id.

import type { Answer, Ask, Draft, Failure, FileView, Message } from "./messages";

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
	removePasskey: "done";
	changePassphrase: "done";
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
	draftRefuseAssisted: "draft";
	studies: "studies";
	study: "study";
	draftStudyChoice: "draft";
	draftJoin: "draft";
	draftLeave: "draft";
	draftHolders: "draft";
	sign: "signed";
	discard: "done";
	whoSees: "access";
	whatSees: "seen";
	records: "records";
	record: "record";
	open: "opened";
	read: "document";
	file: "file";
	sizes: "sizes";
	saveLarge: "file";
	draftAddition: "draft";
	draftNote: "draft";
	draftLabels: "draft";
	unfinished: "unfinished";
	draftFinish: "draft";
	giveUp: "unfinished";
	kept: "kept";
	keep: "kept";
	openKept: "opened";
	forgetKept: "kept";
	checkCopies: "copies";
	closeDocuments: "done";
	log: "log";
	verifyLog: "logVerdict";
	exportLog: "file";
	seenLog: "done";
	holdings: "holdings";
	settings: "settings";
	release: "release";
	setSetting: "settings";
	chooseCustodians: "settings";
	setName: "done";
	confirmMember: "done";
	ownCode: "code";
	practice: "practice";
	findPatient: "person";
	patient: "patient";
	draftAccessRequest: "draft";
	draftWithdrawal: "draft";
	openOfPatient: "opened";
	desk: "desk";
	deskCode: "deskCode";
	draftEnrolment: "enrolment";
	staff: "staff";
	managed: "managed";
	draftManagement: "draft";
	setStaffName: "done";
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

/** What is beside a message: the bytes of a document, a file that the person chose, or one to save. */
interface Beside {
	bytes?: ArrayBuffer;
	handle?: FileSystemFileHandle;
	file?: File;
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
	resolve: (answer: Answer, beside: Beside) => void;
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
	return send(what, onWaiting, (answer, { bytes }) => ({
		file: (answer as Extract<Answer, { answer: "file" }>).value,
		bytes: bytes ?? new ArrayBuffer(0),
	}));
}

/** Asks the core with a document. */
export function askWithBytes(
	what: Extract<Ask, { ask: "draftAddition" }>,
	bytes: ArrayBuffer,
	onWaiting?: OnWaiting,
): Promise<Draft> {
	const read = (answer: Answer) => (answer as Extract<Answer, { answer: "draft" }>).value;
	return send(what, onWaiting, read, { bytes });
}

/**
 * Asks the core to write a large record into a file that the person chose. Without one it is written into a
 * file of the browser's own, which is returned.
 */
export function askIntoFile(
	what: Extract<Ask, { ask: "saveLarge" }>,
	handle: FileSystemFileHandle | undefined,
	onWaiting?: OnWaiting,
): Promise<{ view: FileView; file: File | undefined }> {
	const read = (answer: Answer, { file }: Beside) => ({
		view: (answer as Extract<Answer, { answer: "file" }>).value,
		file,
	});
	return send(what, onWaiting, read, handle && { handle });
}

/** The failure of any error. */
export function failureOf(error: unknown): Failure {
	if (error instanceof CoreError) return error.failure;
	return { kind: "other", text: crashText, detail: String(error), mayTakeEffect: false };
}

function send<T>(
	what: Ask,
	onWaiting: OnWaiting | undefined,
	read: (answer: Answer, beside: Beside) => T,
	beside: Beside = {},
): Promise<T> {
	return new Promise((resolve, reject) => {
		const id = ++lastId;
		pending.set(id, {
			resolve: (answer, given) => resolve(read(answer, given)),
			reject,
			onWaiting,
		});
		worker?.postMessage({ id, ask: what, ...beside }, beside.bytes ? [beside.bytes] : []);
	});
}

function receive(message: Message & Beside, onNews: (news: News) => void): void {
	if (message.type === "answer" || message.type === "failed") {
		const request = pending.get(message.id);
		pending.delete(message.id);
		if (message.type === "answer") request?.resolve(message.answer, message);
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
