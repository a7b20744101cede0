//! `vouchsafe consent who`: who can read which of a patient's records now, and why.

use super::grantee_json;
use crate::{
	audit,
	commands::{account_json, ensure_patient, id_json},
	dates::show_period,
	english::{teller, ENGLISH},
	output::{table, Output},
	session::Session,
};
use anyhow::{bail, Result};
use serde_json::json;
use std::collections::BTreeSet;
use vouchsafe_agent::{
	access::{Access, Cell, Extent, Row},
	advice::{Advice, Advised},
	history::History,
};
use vouchsafe_client::chain::{AccountId, Decision};
use vouchsafe_speech::{short_among, Seen, Teller};

/// Who sees what: everybody against the categories of the patient's records.
pub(super) async fn who(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let (readers, missing) = readers(session, patient).await;
	let access = Access::read(&at, patient, readers).await?;
	if access.records().is_empty() {
		ensure_patient(session, &at, patient).await?;
		let text = format!("{} has no records.", session.names.show(patient));
		return Ok(Output::new(text, json!({ "rows": [] })));
	}
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let mut rows = access.table();
	rows.sort_by_cached_key(|row| (!can_read(row), teller.grantee_short(&row.who)));
	let mut text: Vec<String> = rows.iter().map(|row| say(&teller, row, false)).collect();
	let mut details: Vec<String> = rows.iter().map(|row| say(&teller, row, true)).collect();
	if rows.iter().any(|row| !can_read(row)) {
		text.push("-v says why not.".into());
	}
	if let Some(missing) = &missing {
		text.push(missing.clone());
		details.push(missing.clone());
	}
	let json: Vec<_> = rows
		.iter()
		.map(|row| {
			json!({
				"who": grantee_json(session, &row.who),
				"cells": row.cells.iter().map(|cell| json!({
					"category": cell.category.word(),
					"open": cell.open,
					"all": cell.all,
					"extent": word(cell.extent()),
					"consents": cell.by.iter().map(|consent| consent.id).collect::<Vec<_>>(),
					"why": teller.seen_by(&row.who, &seen(cell)),
				})).collect::<Vec<_>>(),
			})
		})
		.collect();
	let json = json!({ "rows": json, "log": missing.is_none() });
	Ok(Output::new(text.join("\n"), json).with_details(details.join("\n")))
}

/// What one reader sees now: each record, and why or why not.
pub(super) async fn seen_by(
	session: &Session,
	patient: &AccountId,
	reader: &AccountId,
	institution: Option<AccountId>,
) -> Result<Output> {
	let at = session.finalized().await?;
	let access = Access::read(&at, patient, [reader.clone()]).await?;
	let institution = match (institution, &access.institutions_of(reader)[..]) {
		(Some(institution), _) => Some(institution),
		(None, []) => None,
		(None, [institution]) => Some(institution.clone()),
		(None, _) => {
			let message = format!("{} works for several institutions", session.names.show(reader));
			bail!(Advised::new(message, Advice::ChooseInstitution))
		},
	};
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let seen = access.seen_by(reader, institution.as_ref());
	let ids: Vec<_> = seen.iter().map(|(record, _)| record.id).collect();
	let mut rows = Vec::new();
	let mut json = Vec::new();
	for (record, decision) in &seen {
		let why = teller.why(reader, decision);
		rows.push(vec![
			short_among(&record.id, &ids),
			record.category.word().to_owned(),
			show_period(record.service.first, record.service.last),
			if decision.is_permit() { "yes" } else { "no" }.to_owned(),
			why.clone(),
		]);
		json.push(json!({
			"record": id_json(&record.id),
			"category": record.category.word(),
			"permitted": matches!(decision, Decision::Permit(_)),
			"decision": format!("{decision:?}"),
			"why": why,
		}));
	}
	let open = seen.iter().filter(|(_, decision)| decision.is_permit()).count();
	let name = session.names.show(reader);
	let at = institution.as_ref().map(|it| format!(", acting for {},", session.names.show(it)));
	let mut text = format!(
		"{name}{} can read {open} of {} now.",
		at.unwrap_or_default(),
		ENGLISH.count(vouchsafe_speech::Noun::Record, seen.len())
	);
	if !rows.is_empty() {
		let head = ["RECORD", "CATEGORY", "MONTHS", "READS", "WHY"];
		text += &format!("\n\n{}", table(&head, &rows));
	}
	let json = json!({
		"reader": account_json(session, reader),
		"institution": institution.map(|it| account_json(session, &it)),
		"records": json,
	});
	Ok(Output::new(text, json))
}

/// Those who have opened records, by the patient's log, or what is said if it cannot be read.
async fn readers(session: &Session, patient: &AccountId) -> (BTreeSet<AccountId>, Option<String>) {
	match read_log(session, patient).await {
		Ok(history) => (history.readers().into_iter().map(|(reader, _)| reader).collect(), None),
		Err(error) => {
			let missing = format!(
				"People who opened records before may be missing, because the log cannot be read \
				 ({error:#})."
			);
			(BTreeSet::new(), Some(missing))
		},
	}
}

async fn read_log(session: &Session, patient: &AccountId) -> Result<History> {
	session.me()?;
	let acting_for = match session.is_patient(patient) {
		true => None,
		false => session.acting_for(None).await?,
	};
	let log = audit::read(session, patient, acting_for.as_ref(), None).await?;
	Ok(History::of(log.entries()))
}

fn can_read(row: &Row) -> bool {
	row.cells.iter().any(|cell| cell.open > 0)
}

fn seen(cell: &Cell) -> Seen<'_> {
	let Cell { category, open, all, by, why_not } = cell;
	Seen { category: *category, open: *open, all: *all, by, why_not }
}

/// A row as text: what is open, or with `all` also what is not, and why.
fn say(teller: &Teller, row: &Row, all: bool) -> String {
	let who = teller.grantee_short(&row.who);
	if !all && !can_read(row) {
		return format!("{who}: nothing");
	}
	let cells = row.cells.iter().filter(|cell| all || cell.open > 0).map(seen);
	let cells =
		cells.map(|it| format!("\n  {}. {}", teller.seen(&it), teller.seen_by(&row.who, &it)));
	format!("{who}:{}", cells.collect::<String>())
}

fn word(extent: Extent) -> &'static str {
	match extent {
		Extent::All => "all",
		Extent::Some => "some",
		Extent::None => "none",
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{labels::LabelTable, names::Names};
	use vouchsafe_client::chain::{Category, ConsentRef, Grantee, Reason};

	const HOSPITAL: AccountId = AccountId::new([3; 32]);

	fn row(open: usize) -> Row {
		let who = Grantee::Institution(HOSPITAL);
		let by = vec![ConsentRef { grantee: who.clone(), id: 4 }];
		let by = if open > 0 { by } else { vec![] };
		let why_not = if open < 2 { vec![Reason::NoConsent] } else { vec![] };
		let cell = Cell { category: Category::Imaging, open, all: 2, by, why_not };
		let closed = Cell { open: 0, by: vec![], why_not: vec![Reason::NoConsent], ..cell.clone() };
		Row { who, cells: vec![cell, Cell { category: Category::Laboratory, ..closed }] }
	}

	#[test]
	fn what_is_closed_is_said_only_on_demand() {
		let (mut names, labels) = (Names::default(), LabelTable::default());
		names.add_institution("Hospital A", HOSPITAL);
		let teller = teller(&names, &labels);
		assert_eq!(say(&teller, &row(0), false), "the staff of Hospital A: nothing");
		assert_eq!(
			say(&teller, &row(2), false),
			"the staff of Hospital A:\n  imaging results: all 2. By consent 4 for the staff of Hospital A."
		);
		let all = say(&teller, &row(1), true);
		let lines: Vec<_> = all.lines().collect();
		assert_eq!(lines.len(), 3, "{all}");
		assert!(lines[1].starts_with("  imaging results: 1 of 2. By consent 4"), "{all}");
		assert!(lines[2].starts_with("  laboratory reports: none of 2. The patient has"), "{all}");
	}
}
