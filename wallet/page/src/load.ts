// Hooks that ask the core: one for what a screen shows, one for what a person does.

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { askToConfirm } from "./confirm";
import { type AnswerTo, ask, failureOf, type Waiting } from "./core";
import type { Ask, Failure } from "./messages";
import { becomeLocked, changes } from "./state";

/** What a screen asked for. */
export interface Loaded<T> {
	value: Signal<T | null>;
	failure: Signal<Failure | null>;
	isBusy: Signal<boolean>;
	waiting: Signal<Waiting | null>;
	reload: () => void;
}

/** Something that a person started. */
export interface Action {
	failure: Signal<Failure | null>;
	isBusy: Signal<boolean>;
	waiting: Signal<Waiting | null>;
	/** Runs it. `null` if it failed. */
	run: <T>(work: (onWaiting: (waiting: Waiting) => void) => Promise<T>) => Promise<T | null>;
}

/** Asks when the screen appears, when the question changes, and when the chain's state has. */
export function useAsk<A extends Ask>(what: A): Loaded<AnswerTo<A>> {
	const value = useSignal<AnswerTo<A> | null>(null);
	const { failure, isBusy, waiting, run } = useAction();
	const question = JSON.stringify(what);
	const newest = useRef(0);
	const load = async () => {
		const mine = ++newest.current;
		const answer = await run((onWaiting) => ask(JSON.parse(question) as A, onWaiting));
		if (answer !== null && mine === newest.current) value.value = answer;
	};
	const seen = useSignal(changes.peek());
	useSignalEffect(() => {
		seen.value = changes.value;
	});
	useEffect(() => {
		void load();
	}, [question, seen.value]);
	return { value, failure, isBusy, waiting, reload: load };
}

/**
 * Runs one thing at a time and keeps what became of it. If the core wants the passphrase first, the
 * person is asked for it, unless the caller does so.
 */
export function useAction({ confirms = true } = {}): Action {
	const failure = useSignal<Failure | null>(null);
	const isBusy = useSignal(false);
	const waiting = useSignal<Waiting | null>(null);
	const running = useRef(0);
	const run: Action["run"] = async (work) => {
		running.current += 1;
		isBusy.value = true;
		failure.value = null;
		try {
			return await withPassphrase(confirms, () => work((now) => (waiting.value = now)));
		} catch (error) {
			const failed = failureOf(error);
			if (failed.kind === "locked") becomeLocked();
			failure.value = failed;
			return null;
		} finally {
			running.current -= 1;
			isBusy.value = running.current > 0;
			waiting.value = null;
		}
	};
	return { failure, isBusy, waiting, run };
}

async function withPassphrase<T>(confirms: boolean, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const wantsIt = confirms && failureOf(error).kind === "confirmFirst";
		if (wantsIt && (await askToConfirm())) return work();
		throw error;
	}
}
