// How long a record of a patient stays open.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { endings, forget } from "../practice";
import { language } from "../texts";
import { Icon } from "./Icon";
import { Text } from "./Text";

/** How often it is counted again, in milliseconds. */
const INTERVAL = 1_000;

/** The time that is left: minutes, and seconds in the last one. At its end, the page forgets the record. */
export function TimeLeft({ id }: { id: string }) {
	const end = endings.value.get(id);
	const left = useSignal(0);
	useEffect(() => {
		if (end === undefined) return;
		const count = () => {
			left.value = Math.max(0, Math.ceil((end - performance.now()) / 1000));
			if (left.value === 0) forget(id);
		};
		count();
		const timer = setInterval(count, INTERVAL);
		return () => clearInterval(timer);
	}, [id, end]);
	if (end === undefined || left.value === 0) return null;
	return (
		<span class="quiet small with-icon" role="timer">
			<Icon name="clock" />
			<span>
				<Text id="page-practice-time-left" values={{ time: inWords(left.value) }} />
			</span>
		</span>
	);
}

function inWords(seconds: number): string {
	const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
	return new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "long" }).format(count);
}
