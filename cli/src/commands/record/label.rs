//! `vouchsafe record label`, `record mark` and `record holders`: what is changed after a record was
//! added.

use super::ensure_record;
use crate::{
	args::Agreement,
	commands::{accounts, check_labels, confirm, countries, id_json, patient, record},
	english::ENGLISH,
	label_keys,
	labels::LabelTable,
	output::Output,
	session::Session,
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_client::chain::{
	calls::{CustodyCall, RecordsCall},
	AccountId, RecordStatus, H256,
};
use vouchsafe_speech::{compared, short};

/// Adds labels to a record.
pub(super) async fn label(
	session: &Session,
	named: &str,
	labels: &[String],
	whose: Option<&str>,
	new_label: bool,
	agreement: Agreement,
) -> Result<Output> {
	let me = session.me()?;
	let at = session.finalized().await?;
	let patient = patient(session, whose)?;
	let record = record(session, &at, &patient, named).await?;
	let found = ensure_record(session, &at, &patient, record).await?;
	let known = session.labels_of(&patient).await?;
	check_labels(&known, labels, new_label, agreement)?;
	let author = Some(&found.author).filter(|author| **author != patient);
	let tagged = label_keys::tags(session, &patient, author, labels).await?;
	let tags = match tagged.of(labels)? {
		(tags, None) => tags.into_inner(),
		(_, Some(reason)) => bail!(
			"the labels could not be named: {reason}. If an institution lacks the label key, the \
			 patient gives it with `vouchsafe consent deliver-labels`"
		),
	};
	LabelTable::update(&session.keep, me, &patient, |table| {
		table.use_words(labels);
		Ok(())
	})
	.await?;
	let call = RecordsCall::add_labels { patient: patient.clone(), record, labels: tags };
	let block = session.submit(call).await?.number;
	// The labels are added, even if the record cannot be read again.
	let text = match labels_at(session, block, &patient, record).await {
		Ok(now) => has_labels(&short(&record), &now),
		Err(_) => format!("Added to record {}: {}.", short(&record), ENGLISH.and(labels)),
	};
	Ok(Output::new(text, json!({ "record": id_json(&record), "labels": labels, "block": block })))
}

/// All labels of a record as of a block, as the user sees them.
async fn labels_at(
	session: &Session,
	block: u32,
	patient: &AccountId,
	record: H256,
) -> Result<Vec<String>> {
	let at = session.chain.at_number(block).await?;
	let found = ensure_record(session, &at, patient, record).await?;
	let table = label_keys::learn(session, patient, found.labels.iter().copied()).await?;
	Ok(table.show(&record, &found.labels).texts())
}

fn has_labels(record: &str, labels: &[String]) -> String {
	let noun = if labels.len() == 1 { "label" } else { "labels" };
	format!("Record {record} has the {noun} {} now.", ENGLISH.and(labels))
}

/// Marks a record as entered in error.
pub(super) async fn mark(
	session: &Session,
	named: &str,
	status: RecordStatus,
	whose: Option<&str>,
	agreement: Agreement,
) -> Result<Output> {
	let at = session.finalized().await?;
	let patient = patient(session, whose)?;
	let record = record(session, &at, &patient, named).await?;
	ensure_record(session, &at, &patient, record).await?;
	confirm(
		&format!("I mark record {}: {}.", compared(&record), ENGLISH.phrase(status)),
		agreement,
	)?;
	let call = RecordsCall::mark_entered_in_error { patient, record, status };
	let block = session.submit(call).await?.number;
	Ok(Output::new(
		format!("Record {} is marked: {}.", short(&record), ENGLISH.phrase(status)),
		json!({ "record": id_json(&record), "status": status.word(), "block": block }),
	))
}

/// Chooses who may hold key shares.
pub(super) async fn holders(
	session: &Session,
	holders: &[String],
	country: &[String],
) -> Result<Output> {
	let accounts = accounts(session, holders)?;
	let countries = countries(country)?;
	let lifted = accounts.is_empty() && countries.is_empty();
	let call = CustodyCall::choose_holders { holders: accounts, countries };
	let block = session.submit(call).await?.number;
	let text = if lifted {
		"Any institution may hold key shares of your future records.".to_owned()
	} else {
		"Only these may hold key shares of your future records.".to_owned()
	};
	Ok(Output::new(text, json!({ "holders": holders, "countries": country, "block": block })))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn all_labels_are_named() {
		let labels = ["hiv", "psychiatry"].map(str::to_owned);
		assert_eq!(has_labels("3f9a", &labels[..1]), "Record 3f9a has the label hiv now.");
		assert_eq!(
			has_labels("3f9a", &labels),
			"Record 3f9a has the labels hiv and psychiatry now."
		);
	}
}
