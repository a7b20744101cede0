//! `vouchsafe record list`.

use super::tags_json;
use crate::{
	commands::{account_json, ensure_patient, id_json, records_of},
	dates::show_period,
	label_keys,
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::{AccountId, Category};
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

fn is_listed(categories: &[Category], category: Category) -> bool {
	categories.is_empty() || categories.contains(&category)
}

const HEAD: [&str; 8] = [
	"RECORD",
	"CATEGORY",
	"MONTHS",
	"WRITTEN BY",
	"VERSIONS",
	"LABELS",
	"CONFIDENTIALITY",
	"STATUS",
];
/// The column of the number of versions.
const VERSIONS: usize = 4;

/// The table of records. The number of versions is left out if each record has one.
fn listed(rows: &[[String; HEAD.len()]]) -> String {
	let has_versions = rows.iter().any(|row| row[VERSIONS] != "1");
	let columns: Vec<usize> =
		(0..HEAD.len()).filter(|column| *column != VERSIONS || has_versions).collect();
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
	fn the_table_shows_confidentiality_and_the_versions_if_there_are_several() {
		let row = |versions: &str| {
			["3f9a0c1d", "summary", "2025-04", "Dr. A", versions, "hiv", "restricted", "current"]
				.map(str::to_owned)
		};
		assert_eq!(
			listed(&[row("1")]),
			"RECORD    CATEGORY  MONTHS   WRITTEN BY  LABELS  CONFIDENTIALITY  STATUS\n\
			 3f9a0c1d  summary   2025-04  Dr. A       hiv     restricted       current"
		);
		assert_eq!(
			listed(&[row("1"), row("2")]),
			"RECORD    CATEGORY  MONTHS   WRITTEN BY  VERSIONS  LABELS  CONFIDENTIALITY  STATUS\n\
			 3f9a0c1d  summary   2025-04  Dr. A       1         hiv     restricted       current\n\
			 3f9a0c1d  summary   2025-04  Dr. A       2         hiv     restricted       current"
		);
	}
}
