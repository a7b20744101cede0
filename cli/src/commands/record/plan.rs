//! Prints the records that an import will add, and its notices.

use crate::{
	dates::show_period,
	english::ENGLISH,
	import::{confidentiality_of, labels_of, months_of, title_of, Wish},
	output::{line, table},
};
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_fhir::{Import, Months, Notice, Plan, Sent};
use vouchsafe_speech::Noun;

/// How many notices of one kind are shown individually.
const SHOWN_NOTICES: usize = 5;
/// How many months of a row are shown individually.
const SHOWN_MONTHS: usize = 4;

/// How many resources became how many records.
pub(super) fn counted(import: &Import) -> String {
	format!(
		"{} in {}.",
		ENGLISH.count(Noun::Resource, import.resources),
		ENGLISH.count(Noun::Record, import.records.len())
	)
}

/// The notices for people, grouped by kind.
pub(super) fn say_notices(notices: &[Notice]) -> Vec<String> {
	let mut lines = Vec::new();
	let mut kinds: Vec<&str> = Vec::new();
	for notice in notices.iter().filter(|notice| notice.is_important()) {
		if !kinds.contains(&notice.kind()) {
			kinds.push(notice.kind());
		}
	}
	for kind in kinds {
		let all: Vec<&Notice> = notices.iter().filter(|notice| notice.kind() == kind).collect();
		lines.extend(all.iter().take(SHOWN_NOTICES).map(|notice| line(&format!("NOTE: {notice}"))));
		if all.len() > SHOWN_NOTICES {
			lines.push(format!(
				"NOTE: {} more of this kind ({kind}); --json shows all",
				all.len() - SHOWN_NOTICES
			));
		}
	}
	lines
}

/// The notices as JSON.
pub(super) fn notices_json(notices: &[Notice]) -> Value {
	notices
		.iter()
		.map(|notice| {
			json!({
				"kind": notice.kind(),
				"important": notice.is_important(),
				"text": notice.to_string(),
			})
		})
		.collect()
}

/// The records that will be added, as a table and as JSON.
pub(super) fn plan(import: &Import, file: &str, wish: &Wish) -> (String, Value) {
	let plan = Plan::of(import.records.iter().map(|record| Sent {
		labels: labels_of(record, wish).into_iter().collect(),
		confidentiality: confidentiality_of(record, wish),
		months: months_of(record, wish).map(|(first, last)| Months { first, last }),
		..Sent::as_found(record)
	}));
	let mut lines = Vec::new();
	let mut json_rows = Vec::new();
	for row in &plan.rows {
		let labels: Vec<&str> = row.labels.iter().map(String::as_str).collect();
		lines.push(vec![
			row.records.to_string(),
			row.category.word().to_owned(),
			labels.join(", "),
			row.confidentiality.word().to_owned(),
			show_months(&row.months),
			row.resources.to_string(),
		]);
		let months: Vec<Value> = row
			.months
			.iter()
			.map(|(months, records)| json!({ "months": months.map(pair), "records": records }))
			.collect();
		json_rows.push(json!({
			"category": row.category.word(),
			"labels": labels,
			"confidentiality": row.confidentiality.word(),
			"records": row.records,
			"resources": row.resources,
			"months": months,
		}));
	}
	let records: Vec<Value> = import
		.records
		.iter()
		.map(|record| {
			json!({
				"title": title_of(record, file),
				"category": record.category.word(),
				"labels": labels_of(record, wish),
				"confidentiality": confidentiality_of(record, wish).word(),
				"months": months_of(record, wish).map(|(first, last)| [first, last]),
				"resources": record.members.len(),
				"repeated": record.repeated,
				"entries": record.members,
				"bytes": record.content.len(),
			})
		})
		.collect();
	let head = ["RECORDS", "CATEGORY", "LABELS", "CONFIDENTIALITY", "MONTHS", "RESOURCES"];
	let text = table(&head, &lines);
	(text, json!({ "plan": json_rows, "records": records }))
}

/// Months with the number of records, as `2025-04 (2), 2025-06`.
fn show_months(months: &BTreeMap<Option<Months>, usize>) -> String {
	let one = |(months, records): (&Option<Months>, &usize)| {
		let shown = match months {
			Some(months) => show_period(months.first, months.last),
			None => "no date".to_owned(),
		};
		if *records == 1 {
			shown
		} else {
			format!("{shown} ({records})")
		}
	};
	if months.len() <= SHOWN_MONTHS {
		return months.iter().map(one).collect::<Vec<_>>().join(", ");
	}
	let whole = months.keys().copied().flatten().reduce(Months::join);
	let undated = months.get(&None).map_or(String::new(), |number| format!(", no date ({number})"));
	whole.map_or(String::new(), |it| show_period(it.first, it.last)) + &undated
}

fn pair(months: Months) -> [u16; 2] {
	[months.first, months.last]
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::import;
	use std::path::Path;

	#[test]
	fn the_plan_reads_well() {
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bundle.json");
		let bytes = std::fs::read(path).unwrap();
		let import = import::read(&bytes, "bundle.json", &Wish::default(), 1522).unwrap();
		let (text, json) = plan(&import, "bundle.json", &Wish::default());
		let summary = text.lines().find(|line| line.contains("summary")).unwrap();
		assert!(summary.contains("psychiatry") && summary.contains("restricted"), "{summary}");
		assert!(summary.contains("2019-08 to 2025-04"), "{summary}");
		assert_eq!(json["records"].as_array().unwrap().len(), import.records.len());
		let total: u64 = json["plan"]
			.as_array()
			.unwrap()
			.iter()
			.map(|row| row["records"].as_u64().unwrap())
			.sum();
		assert_eq!(total, import.records.len() as u64);
	}

	#[test]
	fn notices_are_folded() {
		let notices: Vec<Notice> = (1..=8)
			.map(|entry| Notice::EnteredInError { entry, kind: "Goal".into() })
			.chain([Notice::Outside { count: 1 }])
			.collect();
		let lines = say_notices(&notices);
		assert_eq!(lines.len(), SHOWN_NOTICES + 1);
		assert!(lines[0].starts_with("NOTE: entry 1"));
		assert!(lines[SHOWN_NOTICES].contains("3 more"));
		assert_eq!(notices_json(&notices).as_array().unwrap().len(), 9);
	}
}
