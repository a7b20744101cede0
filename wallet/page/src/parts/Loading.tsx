// Shows what a screen asked for: the wait, the failure, or the value.

import type { ComponentChildren } from "preact";
import type { Loaded } from "../load";
import { Busy, Failure } from "./Status";

/** Shows the value once it is there. An old value stays while a new one is fetched. */
export function Loading<T>({
	of,
	children,
}: {
	of: Loaded<T>;
	children: (value: NonNullable<T>) => ComponentChildren;
}) {
	const value = of.value.value;
	const failure = of.failure.value;
	return (
		<>
			{failure && <Failure failure={failure} onRetry={of.reload} onlyReads />}
			{value !== null && value !== undefined ? children(value) : null}
			{value === null && !failure && <Busy waiting={of.waiting.value} />}
		</>
	);
}
