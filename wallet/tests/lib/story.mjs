// What the story's tests share: the people, and what has happened so far.

import assert from "node:assert/strict";
import { Person } from "./command.mjs";
import { PatientsPage } from "./person.mjs";

const passphrase = "seven quiet mangroves at dusk";
let shared;

/** The people, the patient's page, and what the tests have noted. The first call opens the page. */
export async function begin(harness, facts) {
	shared ??= {
		ada: new PatientsPage(await harness.openWallet("ada"), passphrase),
		story: {},
		people: {
			registrar: new Person(facts, "//RegistrarA", 0),
			author: new Person(facts, "//DoctorA", 0),
			doctor: new Person(facts, "//DoctorB", 1),
		},
	};
	return shared;
}

/** Opens a record with the command. */
export function opens(doctor, story, record) {
	const out = `${doctor.home}/opened`;
	const where = ["--patient", story.address, "--institution", story.hospital, "--out", out, "--force"];
	return doctor.run("record", "open", record, ...where);
}

/** Is refused a record, by the chain's word. */
export async function isRefused(doctor, story, record) {
	const where = ["--patient", story.address, "--institution", story.hospital, "--out", `${doctor.home}/refused`];
	assert.match(await doctor.fails("record", "open", record, ...where), /consents do not permit|refuse/);
}
