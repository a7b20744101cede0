//! `vouchsafe request preview`: which records an approval would open.

use crate::{
	commands::{consent::grantee_json, id_json},
	consent,
	dates::show_period,
	english::teller,
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_agent::{
	access::Access,
	preview::{preview, Change, Counts},
};
use vouchsafe_client::chain::{Grantee, Terms};
use vouchsafe_speech::short_among;

/// What the patient is told of one count.
fn counts_json(counts: Counts) -> Value {
	json!({
		"records": counts.records,
		"labelled": counts.labelled,
		"restricted": counts.restricted,
		"very_restricted": counts.very_restricted,
	})
}

pub(super) async fn run(
	session: &Session,
	id: u32,
	grantee: Grantee,
	terms: Terms,
) -> Result<Output> {
	let patient = session.patient()?;
	let at = session.finalized().await?;
	let person = match &grantee {
		Grantee::Person(person) | Grantee::PractitionerAt { practitioner: person, .. } => {
			Some(person.clone())
		},
		_ => None,
	};
	let access = Access::read(&at, &patient, person).await?;
	let sentence = consent::sentence(session, &patient, &grantee, &terms).await?;
	let found = preview(&access, &Change::new(grantee.clone(), terms));
	let labels = session.labels_of(&patient).await?;
	let teller = teller(&session.names, &labels);
	let (opens, before, after) = (found.opens(), found.before(), found.after());
	let summary = teller.change(
		&grantee,
		&vouchsafe_speech::Change {
			opens: opens.records,
			labelled: opens.labelled,
			restricted: opens.restricted,
			very_restricted: opens.very_restricted,
			closes: 0,
			before: before.records,
		},
	);
	let ids: Vec<_> = found.opened().map(|record| record.id).collect();
	let row = |record: &vouchsafe_client::chain::RecordFacts| {
		vec![
			short_among(&record.id, &ids),
			record.category.word().to_owned(),
			show_period(record.service.first, record.service.last),
			session.names.show(&record.author),
			teller.labels(&record.labels).join(", "),
			record.confidentiality.word().to_owned(),
		]
	};
	let rows: Vec<_> = found.opened().map(row).collect();
	let mut text = format!("{sentence}\n\n{summary}");
	if !rows.is_empty() {
		let head = ["RECORD", "CATEGORY", "MONTHS", "WRITTEN BY", "LABELS", "CONFIDENTIALITY"];
		text += &format!("\n\n{}", table(&head, &rows));
	}
	let records = found.lines.iter().map(|line| {
		json!({
			"record": id_json(&line.record.id),
			"category": line.record.category.word(),
			"before": line.before,
			"after": line.after,
			"opens": line.opens,
		})
	});
	let json = json!({
		"request": id,
		"grantee": grantee_json(session, &grantee),
		"sentence": sentence,
		"summary": summary,
		"opens": counts_json(opens),
		"before": counts_json(before),
		"after": counts_json(after),
		"records": records.collect::<Vec<_>>(),
	});
	Ok(Output::new(text, json))
}
