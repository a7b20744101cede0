// What the page does not do, the tests do with the `vouchsafe` command, as doctors and registrars do.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A person with a development key (as //DoctorA) and a home folder, at one hospital's node. */
export class Person {
	constructor(facts, key, site) {
		this.program = facts.vouchsafe;
		this.home = path.join(facts.home, `story-${key.replace(/\W/g, "")}`);
		this.options = ["--home", this.home, "--node", facts.nodes[site], "--dev", "--key", key, "--json"];
	}

	/** Runs a command and returns its answer. */
	async run(...args) {
		const { stdout } = await run(this.program, [...this.options, ...args.map(String)], { env: this.env() });
		return JSON.parse(stdout);
	}

	/** Runs a command that is to fail, and returns what it says. */
	async fails(...args) {
		const failure = await this.run(...args).then(
			(answer) => new Error(`${args.join(" ")} did not fail: ${JSON.stringify(answer)}`),
			(error) => error,
		);
		if (failure.code === undefined) throw failure;
		return `${failure.stdout}${failure.stderr}`;
	}

	/** No other folder, node or key than the test's. */
	env() {
		return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VOUCHSAFE_")));
	}
}
