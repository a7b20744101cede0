// What practitioners' screens know: which records of patients are open, and when they are closed.

import { signal } from "@preact/signals";
import { ask, type Waiting } from "./core";
import type { Opened } from "./messages";
import { changes, opened } from "./state";

/** When a record is closed, by the page's clock in milliseconds. */
export const endings = signal<ReadonlyMap<string, number>>(new Map());

/** Opens records of a patient and remembers what became of them, until the opening ends. */
export async function openOfPatient(
	patient: string,
	institution: string,
	ids: string[],
	onWaiting: (waiting: Waiting) => void,
): Promise<Opened[]> {
	const results = await ask({ ask: "openOfPatient", patient, institution, ids }, onWaiting);
	const open = results.filter((record) => !record.failure);
	opened.value = new Map([...opened.peek(), ...open.map((record) => [record.id, record] as const)]);
	const ends = open.map((record) => [record.id, performance.now() + 1000 * (record.closesIn ?? 0)] as const);
	endings.value = new Map([...endings.peek(), ...ends]);
	changes.value += 1;
	return results;
}

/** Forgets that a record is open. The core closes it by itself. */
export function forget(id: string): void {
	opened.value = new Map([...opened.peek()].filter(([other]) => other !== id));
	endings.value = new Map([...endings.peek()].filter(([other]) => other !== id));
}
