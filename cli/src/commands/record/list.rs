//! `vouchsafe record list`.

use super::{open::few_of, own_shares::is_me, tags_json};
use crate::{
	commands::{account_json, ensure_patient, id_json, records_of},
	dates::show_period,
	label_keys, open,
	output::{table, Output},
	session::{At, Session},
};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeMap;
use vouchsafe_client::chain::{storage, AccountId, Category, Record, View, H256};
use vouchsafe_speech::short_among;

/// Lists a patient's records of these categories, or all.
pub(super) async fn list(
	session: &Session,
	patient: &AccountId,
	categories: &[Category],
) -> Result<Output> {
	let at = session.finalized().await?;
	let mut records = records_of(&at, patient).await?;
	let is_empty = records.is_empty();
	records.retain(|(_, record)| is_listed(categories, record.category));
	let tags = records.iter().flat_map(|(_, record)| record.labels.iter().copied());
	let labels = label_keys::learn(session, patient, tags).await?;
	let ids: Vec<_> = records.iter().map(|(id, _)| *id).collect();
	let held = match is_me(session, patient) {
		true => held(&at, patient, &records).await?,
		false => BTreeMap::new(),
	};
	let mut rows = Vec::new();
	let mut json = Vec::new();
	for (id, record) in &records {
		let shown = labels.show(id, &record.labels);
		let author = if record.author == *patient {
			"the patient".to_owned()
		} else {
			session.names.show(&record.author)
		};
		rows.push([
			short_among(id, &ids),
			record.category.word().to_owned(),
			show_period(record.service.first, record.service.last),
			author,
			record.versions.to_string(),
			held.get(id).and_then(|held| few_of(*held)).unwrap_or_default(),
			shown.texts().join(", "),
			record.confidentiality.word().to_owned(),
			record.status.word().to_owned(),
		]);
		json.push(json!({
			"record": id_json(id),
			"category": record.category.word(),
			"months": [record.service.first, record.service.last],
			"author": account_json(session, &record.author),
			"responsible": account_json(session, &record.responsible),
			"versions": record.versions,
			"held_by": held.get(id).map(|(held, _)| held),
			"holders": held.get(id).map(|(_, all)| all),
			"labels": shown.words,
			"label_tags": tags_json(&record.labels),
			"origin": record.origin.word(),
			"confidentiality": record.confidentiality.word(),
			"status": record.status.word(),
			"relation": record.relation.as_ref().map(|it| json!({
				"kind": it.kind.word(), "target": id_json(&it.target),
			})),
		}));
	}
	let text = if is_empty {
		ensure_patient(session, &at, patient).await?;
		format!("{} has no records.", session.names.show(patient))
	} else if rows.is_empty() {
		let words: Vec<_> = categories.iter().map(|it| it.word()).collect();
		let name = session.names.show(patient);
		format!("{name} has no records of the category {}.", words.join(" or "))
	} else {
		let table = listed(&rows);
		let unknown =
			records.iter().any(|(id, record)| labels.words_of(id, &record.labels).is_none());
		if unknown {
			format!("{table}\nUnnamed labels are not known here yet: open a record that has them.")
		} else {
			table
		}
	};
	Ok(Output::new(text, json!({ "records": json })))
}

/// How many records' holders are read at once.
const AT_ONCE: usize = 100;

/// How many holders of each record's last version have their share, and how many there are.
async fn held(
	at: &At,
	patient: &AccountId,
	records: &[(H256, Record)],
) -> Result<BTreeMap<H256, (usize, usize)>> {
	let mut found = BTreeMap::new();
	for some in records.chunks(AT_ONCE) {
		let last = |(id, record): &(H256, Record)| Some((*id, record.versions.checked_sub(1)?));
		let versions: Vec<_> = some.iter().filter_map(last).collect();
		let keys = versions.iter().flat_map(|(id, version)| {
			[storage::record(patient, id).bytes, storage::sharing_set(id, *version).bytes]
		});
		at.prefetch(keys.collect()).await?;
		for (id, version) in versions {
			if let Some(set) = at.sharing_set(patient, id, version).await? {
				found.insert(id, open::held(&set));
			}
		}
	}
	Ok(found)
}

fn is_listed(categories: &[Category], category: Category) -> bool {
	categories.is_empty() || categories.contains(&category)
}

const HEAD: [&str; 9] = [
	"RECORD",
	"CATEGORY",
	"MONTHS",
	"WRITTEN BY",
	"VERSIONS",
	"KEY SHARES",
	"LABELS",
	"CONFIDENTIALITY",
	"STATUS",
];
/// The column of the number of versions.
const VERSIONS: usize = 4;

/// The column of the number of holders that have their share.
const HELD: usize = 5;

/// The table of records. The number of versions is left out if each record has one, and the number of holders
/// if all of them have their share of each.
fn listed(rows: &[[String; HEAD.len()]]) -> String {
	let has_versions = rows.iter().any(|row| row[VERSIONS] != "1");
	let lacks_shares = rows.iter().any(|row| !row[HELD].is_empty());
	let is_shown = |column: &usize| match *column {
		VERSIONS => has_versions,
		HELD => lacks_shares,
		_ => true,
	};
	let columns: Vec<usize> = (0..HEAD.len()).filter(is_shown).collect();
	let head: Vec<&str> = columns.iter().map(|column| HEAD[*column]).collect();
	let rows: Vec<Vec<String>> = rows
		.iter()
		.map(|row| columns.iter().map(|column| row[*column].clone()).collect())
		.collect();
	table(&head, &rows)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn records_are_listed_by_category() {
		let (one, other) = (Category::Laboratory, Category::Imaging);
		assert!(is_listed(&[], one) && is_listed(&[one], one) && is_listed(&[other, one], one));
		assert!(!is_listed(&[other], one));
	}

	#[test]
	fn the_table_shows_versions_and_key_shares_only_if_they_say_something() {
		let row = |versions: &str, held: &str| {
			[
				"3f9a0c1d",
				"summary",
				"2025-04",
				"Dr. A",
				versions,
				held,
				"hiv",
				"restricted",
				"current",
			]
			.map(str::to_owned)
		};
		assert_eq!(
			listed(&[row("1", "")]),
			"RECORD    CATEGORY  MONTHS   WRITTEN BY  LABELS  CONFIDENTIALITY  STATUS\n\
			 3f9a0c1d  summary   2025-04  Dr. A       hiv     restricted       current"
		);
		assert_eq!(
			listed(&[row("1", ""), row("2", "")]),
			"RECORD    CATEGORY  MONTHS   WRITTEN BY  VERSIONS  LABELS  CONFIDENTIALITY  STATUS\n\
			 3f9a0c1d  summary   2025-04  Dr. A       1         hiv     restricted       current\n\
			 3f9a0c1d  summary   2025-04  Dr. A       2         hiv     restricted       current"
		);
		assert_eq!(
			listed(&[row("1", "4 of 5"), row("1", "")]),
			"RECORD    CATEGORY  MONTHS   WRITTEN BY  KEY SHARES  LABELS  CONFIDENTIALITY  STATUS\n\
			 3f9a0c1d  summary   2025-04  Dr. A       4 of 5      hiv     restricted       current\n\
			 3f9a0c1d  summary   2025-04  Dr. A                   hiv     restricted       current"
		);
	}
}
