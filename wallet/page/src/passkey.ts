// Passkeys with the PRF extension: the authenticator gives the same secret bytes each time.

import { ask } from "./core";
import type { Passkeys, Secret } from "./messages";
import { t } from "./texts";

interface PrfResults {
	prf?: { enabled?: boolean; results?: { first?: BufferSource } };
}

/** Whether the browser has passkeys at all. */
export const hasPasskeys = "PublicKeyCredential" in globalThis;

/** Makes a passkey and hands its secret to the core. */
export async function addPasskey(): Promise<void> {
	const known = await ask({ ask: "passkeys" });
	const made = await navigator.credentials.create({
		publicKey: {
			challenge: random(),
			rp: { name: t("page-app-name") },
			user: { id: bytes(known.user), name: t("page-app-name"), displayName: t("page-app-name") },
			pubKeyCredParams: [
				{ type: "public-key", alg: -7 },
				{ type: "public-key", alg: -257 },
			],
			excludeCredentials: descriptors(known),
			authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
			extensions: extension(known),
		},
	});
	const credential = made as PublicKeyCredential;
	const output = outputOf(credential) ?? outputOf(await get({ ...known, credentials: [text(credential.rawId)] }));
	if (!output) throw new DOMException("no PRF extension", "NotSupportedError");
	await ask({ ask: "addPasskey", credential: text(credential.rawId), output });
}

/** What unlocks the wallet, from a passkey. */
export async function passkeySecret(): Promise<Secret> {
	const credential = await get(await ask({ ask: "passkeys" }));
	const output = outputOf(credential);
	if (!output) throw new DOMException("no PRF extension", "NotSupportedError");
	return { by: "passkey", credential: text(credential.rawId), output };
}

async function get(known: Passkeys): Promise<PublicKeyCredential> {
	const got = await navigator.credentials.get({
		publicKey: {
			challenge: random(),
			allowCredentials: descriptors(known),
			userVerification: "required",
			extensions: extension(known),
		},
	});
	return got as PublicKeyCredential;
}

function extension(known: Passkeys): AuthenticationExtensionsClientInputs {
	return { prf: { eval: { first: bytes(known.input) } } } as AuthenticationExtensionsClientInputs;
}

function descriptors(known: Passkeys): PublicKeyCredentialDescriptor[] {
	return known.credentials.map((id) => ({ type: "public-key", id: bytes(id) }));
}

function outputOf(credential: PublicKeyCredential): string | undefined {
	const results = credential.getClientExtensionResults() as PrfResults;
	const first = results.prf?.results?.first;
	return first && text(first);
}

function random(): Uint8Array<ArrayBuffer> {
	return crypto.getRandomValues(new Uint8Array(32));
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Bytes as base64. */
export function text(source: BufferSource): string {
	const view = ArrayBuffer.isView(source)
		? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
		: new Uint8Array(source);
	return btoa(Array.from(view, (byte) => String.fromCharCode(byte)).join(""));
}
