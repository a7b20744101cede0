//! The lines of bills, and the answers of questionnaires.

use super::{
	layout::Item,
	source::{at_path, kind_of, list},
	values::{Reader, Reading},
	Block,
};
use serde_json::Value;
use vouchsafe_speech::DocumentWord;

/// How many lines of a bill or questionnaire are shown.
const MOST_ROWS: usize = 500;
/// How many sums of an insurer are shown.
const MOST_TOTALS: usize = 12;
/// How deeply the groups of a questionnaire are followed.
const DEEPEST: u8 = 8;

/// Adds the table that the resource has besides its facts.
pub(super) fn add_rows(reader: &Reader<'_>, item: &mut Item) {
	let (columns, rows) = match kind_of(reader.home) {
		Some("Claim" | "Invoice" | "ExplanationOfBenefit" | "ClaimResponse") => {
			totals(reader, item);
			let mut rows = lines_of_bill(reader);
			if let Some(first) = rows.first().and_then(|row| row.first()) {
				item.about(reader, first);
			}
			// A line without an amount names the visit or the diagnosis.
			if rows.iter().any(|row| has_amount(row)) {
				rows.retain(|row| has_amount(row));
			}
			if rows.len() < 2 {
				rows.clear();
			}
			([DocumentWord::What, DocumentWord::Amount], rows)
		},
		Some("QuestionnaireResponse") => {
			let mut rows = Vec::new();
			answers(reader, &reader.home["item"], 0, &mut rows);
			([DocumentWord::Question, DocumentWord::Answer], rows)
		},
		_ => return,
	};
	if !rows.is_empty() {
		let columns = columns.iter().map(|it| reader.word(*it)).collect();
		item.more.push(Block::Table { columns, rows });
	}
}

/// An insurer names several sums: charged, allowed, paid by the patient.
fn totals(reader: &Reader<'_>, item: &mut Item) {
	for total in list(&reader.home["total"]).iter().take(MOST_TOTALS) {
		let label = reader.show(&total["category"]);
		if let (Some(label), Some(amount)) = (label, reader.show(&total["amount"])) {
			item.fact(label, amount);
		}
	}
}

fn has_amount(row: &[String]) -> bool {
	row.get(1).is_some_and(|amount| !amount.is_empty())
}

fn lines_of_bill(reader: &Reader<'_>) -> Vec<Vec<String>> {
	let lines = list(&reader.home["item"]).iter().chain(list(&reader.home["lineItem"]));
	let row = |line: &Value| {
		let what = ["productOrService", "service", "chargeItem*"];
		let what = what.iter().find_map(|path| reader.of(line, path, Reading::Plain))?;
		let amount = ["net", "unitPrice", "priceComponent.amount"];
		let amount = amount.iter().find_map(|path| reader.of(line, path, Reading::Plain));
		Some(vec![what, amount.unwrap_or_default()])
	};
	lines.filter_map(row).take(MOST_ROWS).collect()
}

fn answers(reader: &Reader<'_>, items: &Value, depth: u8, rows: &mut Vec<Vec<String>>) {
	for item in list(items) {
		if rows.len() >= MOST_ROWS || depth > DEEPEST {
			return;
		}
		let answer = reader.of(item, "answer.value*", Reading::Plain);
		let question = reader.show(&item["text"]).or_else(|| {
			let id = item["linkId"].as_str()?;
			answer.as_ref().and_then(|_| super::texts::line(id))
		});
		match (question, answer) {
			(Some(question), Some(answer)) => rows.push(vec![question, answer]),
			// The heading of a group.
			(Some(group), None) if item["item"].is_array() => rows.push(vec![group, String::new()]),
			_ => {},
		}
		answers(reader, &item["item"], depth.saturating_add(1), rows);
		for inner in at_path(item, "answer.item") {
			answers(reader, inner, depth.saturating_add(1), rows);
		}
	}
}
