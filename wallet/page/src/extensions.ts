// Wallet extensions of this browser: which there are, their accounts, and what they are asked to sign. The
// core checks what they answer.

import { signal } from "@preact/signals";
import { ask } from "./core";
import type { ExtensionAccount, ExtensionOutcome, Message } from "./messages";
import { become, changes } from "./state";

interface InjectedAccount {
	address: string;
	name?: string;
	type?: string;
}

type Sign = (payload: unknown) => Promise<{ signature: string }>;

interface Injected {
	accounts: { get(): Promise<InjectedAccount[]> };
	signer: { signRaw?: Sign; signPayload?: Sign };
}

declare global {
	interface Window {
		/** What extensions put into each page. */
		injectedWeb3?: Record<string, { version?: string; enable?(origin: string): Promise<Injected> }>;
	}
}

/** Something that an extension is to sign. */
export type Question = Extract<Message, { type: "askExtension" }>;

/** What an extension is asked now, and how to refuse it here. */
export const asking = signal<{ question: Question; refuse: () => void } | null>(null);

/** The account that was chosen on the screen of extensions. */
export const chosen = signal<ExtensionAccount | null>(null);

/** The extensions that there are. */
export function extensions(): { name: string; version: string }[] {
	const found = Object.entries(window.injectedWeb3 ?? {});
	return found
		.filter(([, extension]) => typeof extension?.enable === "function")
		.map(([name, { version }]) => ({ name, version: String(version ?? "") }));
}

/** The accounts that an extension shows to this page, of the kind that the chain knows. */
export async function accountsOf(extension: string): Promise<{ address: string; name: string }[]> {
	const accounts = await (await enable(extension)).accounts.get();
	return accounts
		.filter(({ type }) => type === undefined || type === "sr25519")
		.map(({ address, name }) => ({ address, name: name ?? "" }));
}

async function enable(extension: string): Promise<Injected> {
	const injected = window.injectedWeb3?.[extension];
	if (!injected?.enable) throw new Error("the extension is not there");
	return injected.enable("Vouchsafe");
}

let before = Promise.resolve();

/** Has the extension sign, one thing after the other, and tells the core what became of it. */
export function askExtension(question: Question): void {
	before = before.then(async () => {
		const refused = new Promise<ExtensionOutcome>((resolve) => {
			asking.value = { question, refuse: () => resolve({ outcome: "refused" }) };
		});
		const outcome = await Promise.race([signed(question), refused]);
		asking.value = null;
		await ask({ ask: "extensionAnswer", id: question.id, outcome }).catch(() => undefined);
	});
}

async function signed({ extension, method, payload }: Question): Promise<ExtensionOutcome> {
	let sign: (() => ReturnType<Sign>) | undefined;
	try {
		const { signer } = await enable(extension);
		sign = signer[method]?.bind(signer, JSON.parse(payload));
	} catch {
		return { outcome: "away" };
	}
	if (!sign) return { outcome: "away" };
	try {
		const { signature } = await sign();
		return { outcome: "signed", signature: String(signature) };
	} catch (error) {
		// Extensions have no common code for a refusal.
		const isRefusal = /cancel|reject|denied|refuse/i.test(String(error));
		return { outcome: isRefusal ? "refused" : "away" };
	}
}

/** Asks the extension again after a refusal. */
export async function askAgain(): Promise<void> {
	try {
		await become(await ask({ ask: "delegate" }));
	} catch {
		// The screens say why when they ask again.
	}
	changes.value += 1;
}
