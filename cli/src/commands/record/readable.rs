//! `vouchsafe record show --readable`.

use super::{
	ensure_record,
	open::{marked, usual_purpose},
	own_shares,
};
use crate::{
	commands::{id_json, key},
	consent::ground_of,
	english::ENGLISH,
	open::{self, OpenError, OpeningRequest},
	output::{size, Output},
	session::Session,
};
use anyhow::{bail, Context, Result};
use futures::stream;
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use vouchsafe_agent::{
	platform::{Document, Draft, Pieces, Sink},
	readable,
};
use vouchsafe_client::chain::{Purpose, RecordStatus};
use vouchsafe_speech::short;
use zeroize::Zeroizing;

/// How wide the text is, in characters.
const WIDTH: usize = 100;
/// The largest document that is made readable, because it is held in memory.
const LARGEST: u64 = 100_000_000;

/// What the command line asks for.
pub(super) struct Asked {
	pub record: String,
	pub patient: Option<String>,
	pub purpose: Option<Purpose>,
	pub institution: Option<String>,
}

/// Opens the record, and prints what is in it.
pub(super) async fn run(session: &Session, asked: Asked) -> Result<Output> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	key::check(session, &at).await?;
	let patient = crate::commands::patient(session, asked.patient.as_deref())?;
	let record = crate::commands::record(session, &at, &patient, &asked.record).await?;
	ensure_record(session, &at, &patient, record).await?;
	// Before the chain logs an opening that nobody can use.
	let (_, length) = open::content_of(session, &at, &patient, record).await?;
	if length > LARGEST {
		bail!(
			"the record has {}: save it with `vouchsafe record open {}`",
			size(length),
			short(&record)
		);
	}
	let institution = asked.institution.map(|it| session.names.resolve(&it)).transpose()?;
	let ground = ground_of(session, &me, &patient, institution).await?;
	let opening = OpeningRequest {
		patient: patient.clone(),
		records: vec![record],
		version: None,
		purpose: asked.purpose.unwrap_or(usual_purpose(session, &patient)),
		ground,
	};
	let memory = Memory::default();
	let mut results = open::open(session, &opening, &memory).await?;
	let opened = match results.pop() {
		Some((_, Ok(opened))) => opened,
		Some((_, Err(OpenError::Other(error)))) => return Err(error),
		Some((_, Err(error))) => return Err(error.into()),
		None => bail!("the chain decided on no record"),
	};
	let document = readable::read(&memory.content(), &ENGLISH).with_context(|| {
		format!(
			"“{}” ({}) cannot be shown as text: save it with `vouchsafe record open {}`",
			opened.title,
			opened.media_type,
			short(&record)
		)
	})?;
	let text = text(opened.status, &opened.warnings, &document);
	let json = json!({
		"record": id_json(&record),
		"version": opened.version,
		"status": opened.status.word(),
		"title": opened.title,
		"warnings": opened.warnings,
		"document": document,
	});
	own_shares::warn(session, &at, &patient, Some(&[record]), Output::new(text, json)).await
}

/// What a reader must know first, and the document.
fn text(status: RecordStatus, warnings: &[String], document: &readable::Document) -> String {
	let notes = marked(status).map(|it| format!("NOTE: {it}")).into_iter();
	let warnings = warnings.iter().map(|it| format!("WARNING: {it}"));
	let parts: Vec<_> = notes.chain(warnings).chain([document.print(WIDTH)]).collect();
	parts.join("\n\n")
}

/// Keeps one opened document in memory.
#[derive(Default)]
struct Memory(Mutex<Zeroizing<Vec<u8>>>);

impl Memory {
	/// The document.
	fn content(&self) -> Zeroizing<Vec<u8>> {
		std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
	}
}

/// The document before it is checked.
struct MemoryDraft(Zeroizing<Vec<u8>>);

impl Draft for MemoryDraft {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		self.0.extend_from_slice(bytes);
		Ok(())
	}

	async fn read(&mut self) -> Result<Pieces> {
		let bytes = self.0.to_vec().into();
		Ok(Pieces::new(stream::iter([Ok(bytes)])))
	}
}

impl Sink for Memory {
	type Draft = MemoryDraft;
	type Place = ();

	async fn draft(&self) -> Result<MemoryDraft> {
		Ok(MemoryDraft(Zeroizing::default()))
	}

	async fn keep(&self, draft: MemoryDraft, _: &Document) -> Result<()> {
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = draft.0;
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_document_is_kept_in_memory_once_it_is_checked() {
		let memory = Memory::default();
		let mut draft = memory.draft().await.unwrap();
		draft.write(b"one ").await.unwrap();
		draft.write(b"two").await.unwrap();
		assert!(memory.content().is_empty());
		let document = Document {
			record: Default::default(),
			version: 0,
			title: "t".into(),
			media_type: "m".into(),
		};
		memory.keep(draft, &document).await.unwrap();
		assert_eq!(**memory.content(), *b"one two");
	}

	#[test]
	fn what_a_reader_must_know_comes_first() {
		let allergy = json!({
			"resourceType": "AllergyIntolerance",
			"code": { "text": "Peanuts" },
			"criticality": "high",
		});
		let document = readable::read(allergy.to_string().as_bytes(), &ENGLISH).unwrap();
		let said = "Allergies\n=========\n\nPeanuts\n-------\n\nDanger:  high";
		assert_eq!(text(RecordStatus::Current, &[], &document), said);
		let changed = ["the copy at Hospital B was changed".to_owned()];
		assert_eq!(
			text(RecordStatus::WrongContent, &changed, &document),
			format!(
				"NOTE: this record is marked as entered in error: ITS CONTENT IS WRONG\n\nWARNING: the \
				 copy at Hospital B was changed\n\n{said}"
			)
		);
	}
}
