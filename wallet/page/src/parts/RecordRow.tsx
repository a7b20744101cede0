// A record in a list: its title if it was opened, else category, time and hospital.

import type { ComponentChildren } from "preact";
import type { RecordLine } from "../messages";
import { t } from "../texts";
import { Icon } from "./Icon";
import { Mark } from "./Status";
import { Name } from "./Text";

/** What is known of a record. */
export function RecordFacts({ record, children }: { record: RecordLine; children?: ComponentChildren }) {
	const rest = record.title
		? [record.categoryText, record.period, record.institutionName]
		: [record.period, record.institutionName];
	return (
		<span class="record">
			<span class="record-title">
				<Name>{record.title ?? record.categoryText}</Name>
			</span>
			<span class="quiet">
				<Name>{rest.join(" · ")}</Name>
			</span>
			<Marks record={record} />
			{children}
		</span>
	);
}

function Marks({ record }: { record: RecordLine }) {
	const hasMarks =
		record.isOpen || record.isKept || record.labels.length > 0 || record.confidentialityText || record.note || record.versions > 1;
	if (!hasMarks) return null;
	return (
		<span class="marks">
			{record.isOpen && (
				<Mark tone="good">
					<Icon name="check" />
					{t("page-record-is-open")}
				</Mark>
			)}
			{record.isKept && (
				<Mark tone="plain">
					<Icon name="save" />
					{t("page-record-kept")}
				</Mark>
			)}
			{record.confidentialityText && (
				<Mark tone="warn">
					<Icon name="lock" />
					{record.confidentialityText}
				</Mark>
			)}
			{record.labels.map((label) => (
				<Mark key={label} tone="plain">
					{label}
				</Mark>
			))}
			{record.versions > 1 && (
				<Mark tone="plain">
					{t("page-record-versions")}: {record.versions}
				</Mark>
			)}
			{record.note && (
				<Mark tone="bad">
					<Icon name="warning" />
					{record.note}
				</Mark>
			)}
		</span>
	);
}

/** Records that are only looked at. */
export function RecordList({ records }: { records: RecordLine[] }) {
	return (
		<ul class="rows">
			{records.map((record) => (
				<li key={record.id} class="row">
					<RecordFacts record={record} />
				</li>
			))}
		</ul>
	);
}
