//! `vouchsafe record`. Each command has a module.

mod add;
mod holdings;
mod import;
mod interrupted;
mod label;
mod list;
mod open;
mod own_shares;
mod plan;
mod readable;
mod show;
mod unfinished;
mod verify;

use super::{id_json, records_of};
use crate::{
	args::{RecordCommand, WhichRecords},
	files,
	output::Output,
	session::{At, Session, Settings},
};
use anyhow::{bail, Context, Result};
use vouchsafe_client::{
	chain::{AccountId, LabelTag, Record, View, H256},
	messages::Hex,
};

pub(super) async fn run(settings: &Settings, command: RecordCommand) -> Result<Output> {
	match &command {
		RecordCommand::Import(command) if command.dry_run => return import::dry_run(command),
		RecordCommand::Import(command) => drop(files::check(&command.file)?),
		RecordCommand::Add(command) => {
			if let Some(file) = &command.file {
				files::check(file)?;
			}
		},
		_ => {},
	}
	let mut session = settings.connect().await?;
	match command {
		RecordCommand::Add(command) => add::run(&mut session, command).await,
		RecordCommand::Import(command) => import::run(&mut session, command).await,
		RecordCommand::List { patient, category, acting: _ } => {
			let patient = super::patient(&session, patient.as_deref())?;
			let output = list::list(&session, &patient, &category).await?;
			let at = session.finalized().await?;
			own_shares::warn(&session, &at, &patient, None, output).await
		},
		RecordCommand::Show { record, patient, readable: true, purpose, institution, .. } => {
			let asked = readable::Asked { record, patient, purpose, institution };
			readable::run(&session, asked).await
		},
		RecordCommand::Show { record, patient, .. } => {
			let at = session.finalized().await?;
			let patient = super::patient(&session, patient.as_deref())?;
			let record = super::record(&session, &at, &patient, &record).await?;
			let output = show::show(&session, &at, &patient, record).await?;
			own_shares::warn(&session, &at, &patient, Some(&[record]), output).await
		},
		RecordCommand::Open(command) => open::run(&session, command).await,
		RecordCommand::Verify { which, version } => verify::run(&session, &which, version).await,
		RecordCommand::Label { record, labels, patient, new_label, agreement, acting: _ } => {
			let patient = patient.as_deref();
			label::label(&session, &record, &labels, patient, new_label, agreement).await
		},
		RecordCommand::Mark { record, status, patient, agreement, acting: _ } => {
			label::mark(&session, &record, Some(status), patient.as_deref(), agreement).await
		},
		RecordCommand::Unmark { record, patient, agreement, acting: _ } => {
			label::mark(&session, &record, None, patient.as_deref(), agreement).await
		},
		RecordCommand::Holdings { patient, acting: _ } => {
			let patient = super::patient(&session, patient.as_deref())?;
			holdings::run(&session, &patient).await
		},
		RecordCommand::Holders { holders, country, unasked: _, acting: _ } => {
			label::holders(&session, &holders, &country).await
		},
	}
}

/// The records that the command line names, and their patient.
async fn which_records(
	session: &Session,
	at: &At,
	which: &WhichRecords,
) -> Result<(AccountId, Vec<H256>)> {
	let patient = super::patient(session, which.patient.as_deref())?;
	if !which.records.is_empty() {
		let mut records = Vec::new();
		for text in &which.records {
			let record = super::record(session, at, &patient, text).await?;
			// Who names no patient may have forgotten it, and the chain's error does not say so.
			if which.patient.is_none() {
				ensure_record(session, at, &patient, record).await?;
			}
			if !records.contains(&record) {
				records.push(record);
			}
		}
		return Ok((patient, records));
	}
	if !which.all && which.category.is_empty() {
		bail!("say which records: their ids, --category, or --all");
	}
	let records: Vec<_> = records_of(at, &patient)
		.await?
		.into_iter()
		.filter(|(_, record)| {
			which.category.is_empty() || which.category.contains(&record.category)
		})
		.map(|(id, _)| id)
		.collect();
	if records.is_empty() {
		bail!("{} has no such records", session.names.show(&patient));
	}
	Ok((patient, records))
}

/// The tags of labels for machines.
fn tags_json(tags: &[LabelTag]) -> Vec<String> {
	tags.iter().map(|tag| Hex(tag.0).to_string()).collect()
}

/// The record; an error if the patient has no such record.
async fn ensure_record(
	session: &Session,
	at: &At,
	patient: &AccountId,
	id: H256,
) -> Result<Record> {
	let found = at.record(patient, id).await?;
	found.with_context(|| no_such_record(&session.names.show(patient), &id))
}

fn no_such_record(patient: &str, id: &H256) -> String {
	format!(
		"{patient} has no record {}: if it is another patient's, name the patient with --patient",
		id_json(id)
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_record_that_is_not_there_may_be_another_patients() {
		let said = no_such_record("//DoctorA", &H256([7; 32]));
		assert!(said.starts_with("//DoctorA has no record 0x0707"), "{said}");
		assert!(said.ends_with("name the patient with --patient"), "{said}");
	}
}
