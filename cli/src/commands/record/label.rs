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
	RecordStatus,
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
	let call = RecordsCall::add_labels { patient, record, labels: tags };
	let block = session.submit(call).await?.number;
	Ok(Output::new(
		format!("Record {} has the labels {} now.", short(&record), ENGLISH.and(labels)),
		json!({ "record": id_json(&record), "labels": labels, "block": block }),
	))
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
