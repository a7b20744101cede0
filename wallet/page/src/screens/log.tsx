// The log: what people did, with filters; its proof; its export and its print.

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask, askFile } from "../core";
import { saveFile } from "../files";
import { useAction, useAsk } from "../load";
import type { LogFilter, LogLine, LogVerdict, LogView } from "../messages";
import { CheckField, SelectField, TextField } from "../parts/Field";
import { Filter } from "../parts/Filter";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { LogList } from "../parts/LogList";
import { Screen } from "../parts/Screen";
import { Busy, Empty, Failure, Note } from "../parts/Status";
import { t } from "../texts";

/** The log. */
export function LogScreen() {
	const person = useSignal("");
	const institution = useSignal("");
	const kinds = useSignal<string[]>([]);
	const from = useSignal("");
	const until = useSignal("");
	const filter: LogFilter = {
		person: person.value || null,
		institution: institution.value || null,
		kinds: kinds.value,
		from: from.value || null,
		until: until.value || null,
		before: null,
	};
	const isPrinting = useSignal(false);
	const log = useAsk({ ask: "log", filter });
	const active = [person.value, institution.value, kinds.value.length > 0, from.value, until.value].filter(Boolean);
	const clear = () => {
		person.value = institution.value = from.value = until.value = "";
		kinds.value = [];
	};
	return (
		<Screen
			title={t("page-log-heading")}
			actions={
				<button type="button" class="icon-button no-print" onClick={() => (isPrinting.value = true)}>
					<Icon name="print" />
					<span class="top-text">{t("page-print")}</span>
				</button>
			}
		>
			<p class="lead">{t("page-log-intro")}</p>
			<Loading of={log}>
				{(shown) => (
					<>
						<Verdict verdict={shown.verdict} />
						<Filter active={active.length} onClear={clear}>
							<SelectField
								label={t("page-log-filter-person")}
								any={t("page-any")}
								choices={shown.people}
								value={person}
							/>
							<SelectField
								label={t("page-log-filter-hospital")}
								any={t("page-any")}
								choices={shown.institutions}
								value={institution}
							/>
							<div class="pair">
								<TextField type="date" label={t("page-from")} text={from} />
								<TextField type="date" label={t("page-until")} text={until} />
							</div>
							<CheckField label={t("page-log-filter-kind")} choices={shown.kinds} values={kinds} />
						</Filter>
						<Lines
							key={JSON.stringify(filter)}
							view={shown}
							filter={filter}
							isFiltered={active.length > 0}
							isPrinting={isPrinting}
						/>
						<p class="quiet small no-print">{t("page-log-export-hint")}</p>
					</>
				)}
			</Loading>
		</Screen>
	);
}

function Lines({
	view,
	filter,
	isFiltered,
	isPrinting,
}: {
	view: LogView;
	filter: LogFilter;
	isFiltered: boolean;
	/** A print has every line: the others are fetched before. */
	isPrinting: Signal<boolean>;
}) {
	const older = useSignal<LogLine[]>([]);
	const next = useSignal(view.next);
	const { failure, isBusy, waiting, run } = useAction();
	const more = () =>
		void run(async (onWaiting) => {
			const page = await ask({ ask: "log", filter: { ...filter, before: next.value } }, onWaiting);
			older.value = [...older.value, ...page.lines];
			next.value = page.next;
		});
	const printAll = async () => {
		const isWhole = await run(async (onWaiting) => {
			while (next.value !== null) {
				const page = await ask({ ask: "log", filter: { ...filter, before: next.value } }, onWaiting);
				older.value = [...older.value, ...page.lines];
				next.value = page.next;
			}
			return true;
		});
		isPrinting.value = false;
		if (isWhole) setTimeout(() => print());
	};
	useSignalEffect(() => {
		if (isPrinting.value) queueMicrotask(() => void printAll());
	});
	const seen = useRef(0);
	seen.current = view.count;
	useEffect(() => () => void ask({ ask: "seenLog", count: seen.current }).catch(() => undefined), []);
	const lines = [...view.lines, ...older.value];
	if (lines.length === 0)
		return <Empty icon="log" text={t(isFiltered ? "page-log-none-found" : "page-log-none")} />;
	return (
		<>
			<LogList lines={lines} />
			{next.value !== null && <p class="print-only strong">{t("page-log-print-part")}</p>}
			{failure.value && <Failure failure={failure.value} onRetry={more} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{next.value !== null && (
				<button type="button" class="wide no-print" disabled={isBusy.value} onClick={more}>
					{t("page-show-more")}
				</button>
			)}
		</>
	);
}

function Verdict({ verdict }: { verdict: LogVerdict }) {
	const newest = useSignal<LogVerdict | null>(null);
	const { failure, isBusy, waiting, run } = useAction();
	const verify = () => void run(async (onWaiting) => (newest.value = await ask({ ask: "verifyLog" }, onWaiting)));
	const save = () =>
		void run(async (onWaiting) => {
			const { file, bytes } = await askFile({ ask: "exportLog" }, onWaiting);
			saveFile(file.name, file.mediaType, bytes);
		});
	const shown = newest.value ?? verdict;
	return (
		<Note tone={shown.isComplete ? "good" : "bad"} isNews>
			<p class="strong" dir="auto">
				{shown.text}
			</p>
			<p class="quiet small">{t("page-proof-log-times")}</p>
			<div class="buttons no-print">
				<button type="button" class="icon-button" disabled={isBusy.value} onClick={verify}>
					<Icon name="seal" />
					{t("page-log-verify")}
				</button>
				<button type="button" class="icon-button" disabled={isBusy.value} onClick={save}>
					<Icon name="save" />
					{t("page-log-export")}
				</button>
			</div>
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && <Failure failure={failure.value} onRetry={verify} />}
		</Note>
	);
}
