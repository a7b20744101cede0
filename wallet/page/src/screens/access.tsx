// Who sees what: people and institutions against categories, and what one person would see now.

import { useSignal } from "@preact/signals";
import { useAsk } from "../load";
import type { Access, AccessCell, AccessRow, Portion, RecordLine, Seen } from "../messages";
import { SelectField } from "../parts/Field";
import { Icon, type IconName } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { PersonCard, PersonLine } from "../parts/PersonLine";
import { RecordFacts } from "../parts/RecordRow";
import { Screen, Section } from "../parts/Screen";
import { Empty } from "../parts/Status";
import { Text } from "../parts/Text";
import { go, route, to } from "../router";
import { isWide } from "../state";
import { t, type PlainId } from "../texts";

const PORTIONS: Record<Portion, { icon: IconName; text: PlainId }> = {
	all: { icon: "check", text: "page-access-all" },
	some: { icon: "some", text: "page-access-some" },
	none: { icon: "cross", text: "page-access-none" },
};

/** Who sees what. */
export function AccessScreen() {
	const access = useAsk({ ask: "whoSees" });
	return (
		<Screen title={t("page-access-heading")} back={to("consents")} backText={t("page-consents-heading")}>
			<p class="lead">{t("page-access-intro")}</p>
			<Loading of={access}>
				{(shown) =>
					shown.rows.length === 0 ? (
						<Empty icon="people" text={t("page-access-empty")} />
					) : (
						<>
							{isWide.value ? <AccessTable access={shown} /> : <AccessList access={shown} />}
							<SeenForm rows={shown.rows} />
						</>
					)
				}
			</Loading>
		</Screen>
	);
}

function AccessTable({ access }: { access: Access }) {
	return (
		<div class="table-frame" tabIndex={0} role="region" aria-label={t("page-access-heading")}>
			<table class="access">
				<thead>
					<tr>
						<th scope="col">{t("page-access-who")}</th>
						{access.categories.map((category) => (
							<th key={category.key} scope="col">
								<bdi>{category.text}</bdi>
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{access.rows.map((row) => (
						<tr key={`${row.who.account} ${row.who.name} ${row.who.institution}`}>
							<th scope="row">
								<PersonLine who={row.who} />
								<SeenLink row={row} />
							</th>
							{row.cells.map((cell, index) => (
								<td key={access.categories[index]?.key}>
									<Cell cell={cell} />
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function AccessList({ access }: { access: Access }) {
	return (
		<div class="stack">
			{access.rows.map((row) => (
				<article key={`${row.who.account} ${row.who.name} ${row.who.institution}`} class="card">
					<h2 class="card-title">
						<PersonLine who={row.who} />
					</h2>
					<dl class="access-list">
						{row.cells.map((cell, index) => (
							<div key={access.categories[index]?.key}>
								<dt dir="auto">{access.categories[index]?.text}</dt>
								<dd>
									<Cell cell={cell} />
								</dd>
							</div>
						))}
					</dl>
					<SeenLink row={row} />
				</article>
			))}
		</div>
	);
}

function Cell({ cell }: { cell: AccessCell }) {
	const portion = PORTIONS[cell.sees];
	return (
		<details class={`portion portion-${cell.sees}`}>
			<summary>
				<Icon name={portion.icon} />
				{t(portion.text)}
			</summary>
			<p dir="auto">{cell.why}</p>
		</details>
	);
}

/** The records that a practitioner would see now, one by one. */
function SeenLink({ row }: { row: AccessRow }) {
	if (!row.institution) return null;
	return (
		<a class="small no-print" href={to("seen", row.who.account, row.institution)}>
			<Text id="page-access-ask-link" values={{ who: row.who.name }} />
		</a>
	);
}

function SeenForm({ rows }: { rows: AccessRow[] }) {
	const chosen = useSignal("0");
	const people = rows.filter((row) => row.institution);
	const choices = people.map((row, index) => ({
		key: String(index),
		text: row.who.name,
		hint: [row.who.function, row.who.institution].filter(Boolean).join(", "),
	}));
	if (people.length === 0) return null;
	return (
		<Section title={t("page-access-ask-heading")}>
			<form
				class="card stack"
				onSubmit={(event) => {
					event.preventDefault();
					const row = people[Number(chosen.value)];
					if (row?.institution) go("seen", row.who.account, row.institution);
				}}
			>
				<SelectField label={t("page-access-ask-who")} choices={choices} value={chosen} />
				<button type="submit">{t("page-access-ask-button")}</button>
			</form>
		</Section>
	);
}

/** What one person would see now. */
export function SeenScreen() {
	const account = route.value.parts[1] ?? "";
	const institution = route.value.parts[2] ?? null;
	const seen = useAsk({ ask: "whatSees", account, institution });
	return (
		<Screen title={t("page-access-ask-heading")} back={to("access")} backText={t("page-access-heading")}>
			<Loading of={seen}>{(shown) => <SeenLists seen={shown} />}</Loading>
		</Screen>
	);
}

function SeenLists({ seen }: { seen: Seen }) {
	return (
		<>
			<div class="card">
				<PersonCard who={seen.who} />
			</div>
			<Section title={`${t("page-seen-open")} (${seen.open.length})`}>
				{seen.open.length === 0 ? (
					<p class="quiet">{t("page-request-sees-nothing")}</p>
				) : (
					<Reasons records={seen.open} />
				)}
			</Section>
			{seen.closed.length > 0 && (
				<details class="section">
					<summary>
						{t("page-seen-closed")} ({seen.closed.length})
					</summary>
					<Reasons records={seen.closed} />
				</details>
			)}
		</>
	);
}

function Reasons({ records }: { records: Array<[RecordLine, string]> }) {
	return (
		<ul class="rows">
			{records.map(([record, why]) => (
				<li key={record.id} class="row">
					<RecordFacts record={record}>
						<span class="small" dir="auto">
							{why}
						</span>
					</RecordFacts>
				</li>
			))}
		</ul>
	);
}
