//! `vouchsafe record label`, `record mark` and `record holders`: what is changed after a record was
//! added.

use super::{no_record, patient_hint};
use crate::{
	args::Agreement,
	commands::{accounts, check_labels, confirm, countries, id_json, record},
	english::ENGLISH,
	labels::LabelTable,
	output::Output,
	session::Session,
};
use anyhow::{Context, Result};
use serde_json::json;
use vouchsafe_client::chain::{
	calls::{CustodyCall, RecordsCall},
	RecordStatus, View,
};
use vouchsafe_speech::short;

/// Adds labels to a record.
pub(super) async fn label(
	session: &Session,
	named: &str,
	labels: &[String],
	patient: Option<&str>,
	new_label: bool,
	agreement: Agreement,
) -> Result<Output> {
	let me = session.me()?;
	let at = session.finalized().await?;
	let hint = patient_hint(session, patient)?;
	let record = record(&at, hint.as_ref(), named).await?;
	let found = at.record(record).await?.with_context(|| no_record(&record))?;
	let known = session.labels_of(&found.patient).await?;
	check_labels(&known, labels, new_label, agreement)?;
	// Saved first: if the meaning of a bit on the chain were lost, it could not be
	// recovered.
	let (_, bits) = LabelTable::draw(&session.keep, me, &found.patient, labels).await?;
	let call = RecordsCall::add_labels { record, labels: bits };
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
	patient: Option<&str>,
	agreement: Agreement,
) -> Result<Output> {
	let at = session.finalized().await?;
	let hint = patient_hint(session, patient)?;
	let record = record(&at, hint.as_ref(), named).await?;
	confirm(&format!("I mark record {}: {}.", short(&record), ENGLISH.phrase(status)), agreement)?;
	let call = RecordsCall::mark_entered_in_error { record, status };
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
