//! `vouchsafe record label`, `record mark`, `record unmark` and `record holders`: changes after a record
//! was added.

use super::ensure_record;
use crate::{
	args::Agreement,
	commands::{
		accounts, agree_for, check_labels, countries, id_json, patient, record,
		staff::{self, Proposal},
	},
	english::ENGLISH,
	label_keys, labelling,
	output::Output,
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_agent::holdings;
use vouchsafe_client::chain::{calls::RecordsCall, AccountId, RecordStatus, StaffMatter, H256};
use vouchsafe_speech::{compared, short};

/// Adds labels to a record.
pub(super) async fn label(
	session: &Session,
	named: &str,
	labels: &[String],
	of: Option<&str>,
	new_label: bool,
	agreement: Agreement,
) -> Result<Output> {
	session.me()?;
	let at = session.finalized().await?;
	let patient = patient(session, of)?;
	let record = record(session, &at, &patient, named).await?;
	let found = ensure_record(session, &at, &patient, record).await?;
	let known = session.labels_of(&patient).await?;
	check_labels(&known, labels, new_label, agreement)?;
	let author = Some(&found.author).filter(|author| **author != patient);
	let tags = labelling::tags(session, &patient, author, labels).await?;
	if let Some(author) = author.filter(|_| !session.is_patient(&patient)) {
		let matter = StaffMatter::Label { record, labels: tags.clone() };
		staff::ask_to_replace(session, &patient, author, &matter, agreement).await?;
	}
	agree_for(session, &adds_labels(&compared(&record), labels), agreement)?;
	let included = labelling::add(session, &patient, record, labels, tags).await?;
	let block = included.number;
	let json = json!({ "record": id_json(&record), "labels": labels, "block": block });
	if staff::is_proposed(&included) {
		let proposal = Proposal {
			institution: &found.author,
			what: format!("record {} gets the labels {}", short(&record), ENGLISH.and(labels)),
			command: format!(
				"record label {} {} --patient {patient}",
				short(&record),
				labels.join(" ")
			),
			json,
		};
		return staff::proposed(session, block, proposal).await;
	}
	// The labels are added, even if the record cannot be read again.
	let text = match labels_of(session, &patient, record).await {
		Ok(now) => has_labels(&short(&record), &now),
		Err(_) => format!("Added to record {}: {}.", short(&record), ENGLISH.and(labels)),
	};
	Ok(Output::new(text, json))
}

/// All labels of a record now, as the user sees them.
async fn labels_of(session: &Session, patient: &AccountId, record: H256) -> Result<Vec<String>> {
	let at = session.finalized().await?;
	let found = ensure_record(session, &at, patient, record).await?;
	let table = label_keys::learn(session, patient, found.labels.iter().copied()).await?;
	Ok(table.show(&record, &found.labels).texts())
}

/// What is signed. Nobody can take a label off again.
fn adds_labels(record: &str, labels: &[String]) -> String {
	let noun = if labels.len() == 1 { "label" } else { "labels" };
	format!("I add the {noun} {} to record {record}. This cannot be undone.", ENGLISH.and(labels))
}

fn has_labels(record: &str, labels: &[String]) -> String {
	let noun = if labels.len() == 1 { "label" } else { "labels" };
	format!("Record {record} has the {noun} {} now.", ENGLISH.and(labels))
}

/// Marks a record as entered in error, or takes the mark back if there is no status.
pub(super) async fn mark(
	session: &Session,
	named: &str,
	status: Option<RecordStatus>,
	of: Option<&str>,
	agreement: Agreement,
) -> Result<Output> {
	let at = session.finalized().await?;
	let patient = patient(session, of)?;
	let record = record(session, &at, &patient, named).await?;
	let found = ensure_record(session, &at, &patient, record).await?;
	let (sentence, done, what, command, call) = match status {
		Some(status) => {
			let phrase = ENGLISH.phrase(status);
			(
				format!("I mark record {}: {phrase}.", compared(&record)),
				format!("Record {} is marked: {phrase}.", short(&record)),
				format!("record {} is marked: {phrase}", short(&record)),
				format!("record mark {} {}", short(&record), status.word()),
				RecordsCall::mark_entered_in_error { patient: patient.clone(), record, status },
			)
		},
		None => (
			format!("I take back the mark of record {}: it counts again.", compared(&record)),
			format!("Record {} is no longer marked: it counts again.", short(&record)),
			format!("the mark of record {} is taken back", short(&record)),
			format!("record unmark {}", short(&record)),
			RecordsCall::take_mark_back { patient: patient.clone(), record },
		),
	};
	if found.author != patient {
		let matter = match status {
			Some(status) => StaffMatter::Mark { record, status },
			None => StaffMatter::TakeMarkBack { record },
		};
		staff::ask_to_replace(session, &patient, &found.author, &matter, agreement).await?;
	}
	agree_for(session, &sentence, agreement)?;
	let included = session.submit_for_patient(call).await?;
	let block = included.number;
	let status = status.unwrap_or(RecordStatus::Current);
	let json = json!({ "record": id_json(&record), "status": status.word(), "block": block });
	if staff::is_proposed(&included) {
		let command = format!("{command} --patient {patient}");
		let proposal = Proposal { institution: &found.author, what, command, json };
		return staff::proposed(session, block, proposal).await;
	}
	Ok(Output::new(done, json))
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
	let block = holdings::choose(session, accounts, countries).await?;
	let who = if lifted { "Any institution" } else { "Only these" };
	let text = format!("{who} may hold key shares of {} future records.", session.whose());
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
			adds_labels("3f9a", &labels[..1]),
			"I add the label hiv to record 3f9a. This cannot be undone."
		);
		assert_eq!(
			adds_labels("3f9a", &labels),
			"I add the labels hiv and psychiatry to record 3f9a. This cannot be undone."
		);
		assert_eq!(
			has_labels("3f9a", &labels),
			"Record 3f9a has the labels hiv and psychiatry now."
		);
	}
}
