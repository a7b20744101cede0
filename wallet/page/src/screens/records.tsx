// All records: filtered, searched, and up to sixteen opened with one signature.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../core";
import { sizeText } from "../files";
import { useAction, useAsk } from "../load";
import type { Opened, RecordLine, RecordSize, Records } from "../messages";
import { SelectField, TextField } from "../parts/Field";
import { Filter } from "../parts/Filter";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { OpenedNotes } from "../parts/OpenedNotes";
import { RecordFacts } from "../parts/RecordRow";
import { Screen } from "../parts/Screen";
import { Busy, Empty, Failure } from "../parts/Status";
import { Text } from "../parts/Text";
import { Unfinished } from "../parts/Unfinished";
import { go, to } from "../router";
import { closeRecords, openRecords } from "../state";
import { language, t } from "../texts";

/** How many records one signature opens. */
const MOST = 16;

/** Records. */
export function RecordsScreen() {
	const records = useAsk({ ask: "records" });
	return (
		<Screen
			title={t("page-records-heading")}
			actions={
				<a class="icon-button" href={to("hospitals")}>
					<Icon name="hospital" />
					<span class="top-text">{t("page-nav-hospitals")}</span>
				</a>
			}
		>
			<p class="buttons no-print">
				<a class="button" href={to("add")}>
					<Icon name="add" />
					{t("page-records-add")}
				</a>
				<a class="button" href={to("kept")}>
					<Icon name="save" />
					{t("page-records-offline")}
				</a>
			</p>
			<Unfinished />
			<Loading of={records}>
				{(shown) =>
					shown.records.length === 0 ? (
						<Empty icon="record" text={t("page-records-none")} />
					) : (
						<List records={shown} />
					)
				}
			</Loading>
		</Screen>
	);
}

function List({ records }: { records: Records }) {
	const search = useSignal("");
	const category = useSignal("");
	const institution = useSignal("");
	const order = useSignal("time");
	const chosen = useSignal<string[]>([]);
	const opened = useSignal<Opened[]>([]);
	const { failure, isBusy, waiting, run } = useAction();
	const wanted = search.value.trim().toLowerCase();
	const found = records.records.filter(
		(record) =>
			(!category.value || record.category === category.value) &&
			(!institution.value || record.institution === institution.value) &&
			(!wanted || record.title?.toLowerCase().includes(wanted)),
	);
	const open = () =>
		void run(async (onWaiting) => {
			opened.value = await openRecords(chosen.value, onWaiting);
			chosen.value = [];
			const [first] = opened.value;
			if (opened.value.length === 1 && first && !first.failure && first.warnings.length === 0)
				go("document", first.id);
		});
	const active = [category.value, institution.value].filter(Boolean).length;
	const clear = () => {
		category.value = "";
		institution.value = "";
		order.value = "time";
	};
	return (
		<>
			<TextField type="search" label={t("page-records-search")} hint={t("page-records-search-hint")} text={search} />
			<Filter active={active} onClear={clear}>
				<SelectField
					label={t("page-record-category")}
					any={t("page-any")}
					choices={records.categories}
					value={category}
				/>
				<SelectField
					label={t("page-log-filter-hospital")}
					any={t("page-any")}
					choices={records.institutions}
					value={institution}
				/>
				<SelectField
					label={t("page-sort")}
					choices={[
						{ key: "time", text: t("page-records-by-time"), hint: "" },
						{ key: "category", text: t("page-records-by-category"), hint: "" },
						{ key: "hospital", text: t("page-records-by-hospital"), hint: "" },
					]}
					value={order}
				/>
			</Filter>
			<OpenedNotes opened={opened.value} />
			{failure.value && <Failure failure={failure.value} onRetry={open} />}
			{found.length === 0 ? (
				<Empty icon="search" text={t("page-records-none-found")} />
			) : (
				groups(found, order.value).map(([title, lines]) => (
					<section key={title} class="section">
						<h2 class="group">
							<bdi>{title}</bdi>
						</h2>
						<ul class="rows">
							{lines.map((record) => (
								<Row key={record.id} record={record} chosen={chosen} />
							))}
						</ul>
					</section>
				))
			)}
			{records.records.some((record) => record.isOpen) && (
				<button type="button" class="quiet-button" onClick={() => void run(closeRecords)}>
					<Icon name="lock" />
					{t("page-records-close")}
				</button>
			)}
			{(chosen.value.length > 0 || isBusy.value) && (
				<div class="bar" role="region" aria-label={t("page-records-open-chosen")}>
					{isBusy.value ? (
						<Busy waiting={waiting.value} />
					) : (
						<>
							<p class="small">
								{t(chosen.value.length > MOST ? "page-records-open-limit" : "page-records-open-hint")}{" "}
								{chosen.value.length <= MOST && <Sizes ids={chosen.value} />}
							</p>
							<button type="button" class="primary" disabled={chosen.value.length > MOST} onClick={open}>
								{t("page-records-open-chosen")} ({chosen.value.length})
							</button>
						</>
					)}
				</div>
			)}
		</>
	);
}

/** How long the chosen records are together, as far as that is known. Large ones are not fetched now. */
function Sizes({ ids }: { ids: string[] }) {
	const known = useSignal<RecordSize[]>([]);
	const asked = useRef(new Set<string>());
	useEffect(() => {
		const news = ids.filter((id) => !asked.current.has(id));
		if (news.length === 0) return;
		for (const id of news) asked.current.add(id);
		// Without a size, nothing is shown.
		ask({ ask: "sizes", ids: news }).then(
			(sizes) => (known.value = [...known.peek(), ...sizes]),
			() => undefined,
		);
	}, [ids.join()]);
	const small = known.value.filter((one) => !one.isLarge && ids.includes(one.id));
	const sum = small.reduce((sum, one) => sum + (one.size ?? 0), 0);
	return sum > 0 ? <Text id="page-record-size" values={{ size: sizeText(sum, language.value) }} /> : null;
}

function Row({ record, chosen }: { record: RecordLine; chosen: { value: string[] } }) {
	const label = record.title ?? `${record.categoryText}, ${record.period}, ${record.institutionName}`;
	const isChosen = chosen.value.includes(record.id);
	return (
		<li class="row row-link">
			<input
				type="checkbox"
				class="row-check"
				aria-label={`${t("page-choose")}: ${label}`}
				checked={isChosen}
				onChange={() =>
					(chosen.value = isChosen ? chosen.value.filter((id) => id !== record.id) : [...chosen.value, record.id])
				}
			/>
			<a href={to("record", record.id)}>
				<RecordFacts record={record} />
				<Icon name="next" />
			</a>
		</li>
	);
}

/** Records under headings, in the order of their care within each. */
function groups(records: RecordLine[], order: string): Array<[string, RecordLine[]]> {
	const titles = new Map<string, RecordLine[]>();
	for (const record of records) {
		const title = groupOf(record, order);
		titles.set(title, [...(titles.get(title) ?? []), record]);
	}
	const sorted = [...titles];
	return order === "time" ? sorted : sorted.sort(([one], [other]) => one.localeCompare(other));
}

function groupOf(record: RecordLine, order: string): string {
	if (order === "category") return record.categoryText;
	if (order === "hospital") return record.institutionName;
	return record.month.slice(0, 4);
}
