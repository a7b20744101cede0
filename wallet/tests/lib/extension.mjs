// A wallet extension in the page whose key stays outside the browser: the program `vouchsafe-signer` has it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * An extension with one account of a development key. `signed` has what it signed, as `{ method, payload }`.
 * With `refuses` it refuses as polkadot-js does, with `signsOther` it signs another payload, and with
 * `isAway` it is no longer in pages that are loaded.
 */
export class FakeExtension {
	constructor(facts, key, name = "fake-extension") {
		Object.assign(this, { program: facts.signer, key, name });
		Object.assign(this, { signed: [], refuses: false, signsOther: false, isAway: false, silent: false });
	}

	/** Puts it into a profile's pages: for the option `before` of `openWallet`. */
	async inject(context) {
		this.address ??= await this.say("address");
		await context.exposeFunction("fakeExtensionSigns", (method, payload) => this.sign(method, payload));
		await context.exposeFunction("fakeExtensionIsAway", () => this.isAway);
		await context.addInitScript(inPage, { name: this.name, address: this.address });
	}

	/** How many signatures of this kind it has made. */
	count(method) {
		return this.signed.filter((it) => it.method === method).length;
	}

	async sign(method, payload) {
		if (this.silent) return new Promise(() => undefined);
		if (this.refuses) return { error: "Cancelled" };
		const other = method === "signRaw" ? { ...payload, data: "0x00" } : { ...payload, nonce: "0xff" };
		const signature = await this.say(method, JSON.stringify(this.signsOther ? other : payload));
		this.signed.push({ method, payload });
		return { signature };
	}

	async say(what, ...more) {
		const { stdout } = await run(this.program, [what, this.key, ...more]);
		return stdout.trim();
	}
}

/** What an extension puts into a page. */
function inPage({ name, address }) {
	const sign = (method) => async (payload) => {
		const { error, signature } = await globalThis.fakeExtensionSigns(method, payload);
		if (error) throw new Error(error);
		return { id: 1, signature };
	};
	const enable = async () => {
		if (await globalThis.fakeExtensionIsAway()) throw new Error("not here");
		const accounts = [
			{ address, name: "Eva", type: "sr25519" },
			{ address: "0x00", name: "other", type: "ethereum" },
		];
		return {
			accounts: { get: async () => accounts },
			signer: { signRaw: sign("signRaw"), signPayload: sign("signPayload") },
		};
	};
	globalThis.injectedWeb3 = { [name]: { version: "1.0.0", enable } };
}
