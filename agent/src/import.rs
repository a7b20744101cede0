//! Importing: turns the records that [`vouchsafe_fhir`] finds in a file into documents to add,
//! and remembers earlier imports.
//!
//! For each patient and chain, a sealed file of the user remembers who the imported exports were about
//! and the content of all records that were added. So the same content is not imported twice, an export of
//! another patient is noticed, and a new summary becomes a version of the earlier one.

mod content;

use crate::{
	advice::{Advice, Advised},
	author::{Content, NewDocument, Place, Widening},
	dates::{show_moment, show_period},
	english::ENGLISH,
	file_names,
	keys::Identity,
	platform::Keep,
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_fhir::{About, Import, Label, Months, Options, Record, Unit};
use vouchsafe_protocol::{
	messages::Hex,
	types::{account_bytes, AccountId, Confidentiality, Origin, H256},
};
use vouchsafe_speech::Noun;

const FOLDER: &str = "imports";

/// The user's choices for an import.
#[derive(Clone, Debug, Default)]
pub struct Wish {
	/// The unit that becomes one record.
	pub unit: Unit,
	/// The months of records without a date.
	pub months: Option<(u16, u16)>,
	/// The confidentiality of all records.
	pub confidentiality: Option<Confidentiality>,
	/// Further labels of all records.
	pub labels: Vec<String>,
	/// Whether codes give no labels.
	pub without_labels: bool,
	/// Whether an incomplete search result is accepted.
	pub incomplete: bool,
}

/// Turns a file into records. `today` is this month.
pub fn read(bytes: &[u8], name: &str, wish: &Wish, today: u16) -> Result<Import> {
	let options = Options { unit: wish.unit, today, incomplete: wish.incomplete };
	Ok(vouchsafe_fhir::import(bytes, name, &options)?)
}

/// The words of a record's labels.
pub fn labels_of(record: &Record, wish: &Wish) -> Vec<String> {
	let mut labels: BTreeSet<String> = wish.labels.iter().cloned().collect();
	if !wish.without_labels {
		labels.extend(record.labels.iter().map(|label| label.word().to_owned()));
	}
	labels.into_iter().collect()
}

/// The record's confidentiality: the one that the user names, otherwise the highest of the source's
/// and of those implied by the labels that the user adds.
pub fn confidentiality_of(record: &Record, wish: &Wish) -> Confidentiality {
	if let Some(said) = wish.confidentiality {
		return said;
	}
	let added = wish.labels.iter().filter_map(|word| Label::from_word(word));
	added.map(Label::confidentiality).fold(record.confidentiality, Ord::max)
}

/// The record's months, if they are known or given.
pub fn months_of(record: &Record, wish: &Wish) -> Option<(u16, u16)> {
	record.months.map(|Months { first, last }| (first, last)).or(wish.months)
}

/// A title that describes the record from the file of this name. It is encrypted for readers.
pub fn title_of(record: &Record, file: &str) -> String {
	let category = capitalised(&ENGLISH.phrase(record.category));
	let resources = ENGLISH.count(Noun::Resource, record.members.len());
	match &record.about {
		About::File if file.is_empty() => category,
		About::File => file.to_owned(),
		About::Document(Some(title)) => title.clone(),
		About::Document(None) | About::Encounter(None) | About::Category => {
			format!("{category} ({resources})")
		},
		About::Encounter(Some(day)) => format!("{category}, encounter of {day} ({resources})"),
		About::Month => match record.months {
			Some(Months { first, last }) => {
				format!("{category}, {} ({resources})", show_period(first, last))
			},
			None => format!("{category} ({resources})"),
		},
		About::Summary => format!("Patient summary ({resources})"),
		About::Year(Some(year)) => format!("{category} of {year} ({resources})"),
		About::Year(None) => format!("{category} ({resources})"),
	}
}

fn capitalised(text: &str) -> String {
	let mut letters = text.chars();
	match letters.next() {
		Some(first) => first.to_uppercase().chain(letters).collect(),
		None => String::new(),
	}
}

/// The document that a record is added as; `place` is a new record unless it continues one.
pub fn document_of(record: &Record, file: &str, wish: &Wish, own: bool) -> Result<NewDocument> {
	let months = months_of(record, wish).context("the record has no date")?;
	Ok(NewDocument {
		content: Content::Bytes(record.content.clone().into()),
		title: title_of(record, file),
		media_type: media_type_of(record, file),
		place: Place::New {
			category: record.category,
			months,
			labels: labels_of(record, wish),
			relation: None,
			confidentiality: confidentiality_of(record, wish),
			origin: if own { Origin::PatientEntered } else { Origin::Imported },
		},
	})
}

/// The record's media type. A whole file keeps its extension.
fn media_type_of(record: &Record, file: &str) -> String {
	let media_type =
		record.media_type.unwrap_or_else(|| file_names::media_type_of(file, &record.content));
	match &record.about {
		About::File => file_names::with_extension(media_type, file),
		_ => media_type.to_owned(),
	}
}

/// Fails if there are records without a date.
pub fn ask_for_months(import: &Import, wish: &Wish, file: &str) -> Result<()> {
	let undated: Vec<String> = import
		.records
		.iter()
		.filter(|record| months_of(record, wish).is_none())
		.map(|record| title_of(record, file))
		.collect();
	if undated.is_empty() {
		return Ok(());
	}
	let records = match undated.len() {
		1 => "1 record has".to_owned(),
		number => format!("{number} records have"),
	};
	let message = format!("{records} no usable date: {}", ENGLISH.and(&undated));
	bail!(Advised::new(message, Advice::NameMonth))
}

/// An earlier import of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Imported {
	/// SHA-256 of the file.
	digest: Hex<32>,
	/// The digest of what its records say.
	content: Hex<32>,
	/// When, in seconds since 1970.
	at: u64,
	/// How many records it became.
	records: usize,
}

/// A summary that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Summary {
	/// The digest of what its last version says.
	content: Hex<32>,
	/// Its id on the chain.
	record: Hex<32>,
}

/// The earlier imports for one patient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
	patient: Option<vouchsafe_fhir::Identity>,
	files: Vec<Imported>,
	/// The digests of what all imported records say, except summaries.
	records: BTreeSet<Hex<32>>,
	/// The summaries, by their subject.
	summaries: BTreeMap<String, Summary>,
}

impl Memory {
	/// Reads the earlier imports for a patient on this chain.
	pub async fn load(
		keep: &impl Keep,
		genesis: &H256,
		me: &Identity,
		patient: &AccountId,
	) -> Result<Self> {
		let name = file_name(genesis, me, patient);
		match keep.read_own(me, FOLDER, &name).await? {
			Some(bytes) => serde_json::from_slice(&bytes).context("the file of imports is damaged"),
			None => Ok(Self::default()),
		}
	}

	/// Changes the earlier imports for a patient on this chain, under the lock of what is kept: another import may
	/// have finished since they were read.
	pub async fn update(
		keep: &impl Keep,
		genesis: &H256,
		me: &Identity,
		patient: &AccountId,
		change: impl FnOnce(&mut Self),
	) -> Result<()> {
		let _lock = keep.lock().await?;
		let mut memory = Self::load(keep, genesis, me, patient).await?;
		change(&mut memory);
		let bytes = serde_json::to_vec(&memory)?;
		keep.write_own(me, FOLDER, &file_name(genesis, me, patient), &bytes).await
	}

	/// Refuses a file that was imported before, or one that says the same.
	pub fn refuse_again(&self, import: &Import) -> Result<()> {
		let content = content::of_import(import);
		let same = |it: &&Imported| it.digest.0 == import.digest;
		let alike = |it: &&Imported| it.content == content;
		let (what, earlier) = match self.files.iter().find(same) {
			Some(file) => ("this file", file),
			None => match self.files.iter().find(alike) {
				Some(file) => ("a file with the same content", file),
				None => return Ok(()),
			},
		};
		let message = format!(
			"{what} was imported on {} as {}, so there is nothing to add",
			show_moment(earlier.at),
			ENGLISH.count(Noun::Record, earlier.records)
		);
		bail!(Advised::new(message, Advice::ImportAgain))
	}

	/// Refuses an export that is about a different patient than the last one.
	pub fn refuse_other_patient(&self, import: &Import) -> Result<()> {
		let same = self.patient.as_ref().zip(import.patient.as_ref());
		if same.and_then(|(known, new)| known.is_same(new)) == Some(false) {
			let last = self.files.last().map_or(String::new(), |it| show_moment(it.at));
			let message = format!(
				"this file is about another person than the earlier imports for this patient (the last \
				 on {last})"
			);
			bail!(Advised::new(message, Advice::SamePatient));
		}
		Ok(())
	}

	/// Whether a record that says the same was imported. A summary is compared with the last one
	/// only, because what it says may change back.
	pub fn has(&self, record: &Record) -> bool {
		let content = content::of_record(record);
		if record.is_summary() {
			let known = self.summaries.get(&hex::encode(record.identity));
			return known.is_some_and(|known| known.content == content);
		}
		self.records.contains(&content)
	}

	/// The record on the chain that has the patient's summary.
	pub fn summary(&self, record: &Record) -> Option<H256> {
		let known = self.summaries.get(&hex::encode(record.identity))?;
		record.is_summary().then_some(H256(known.record.0))
	}

	/// Remembers an import: its records, each with its id on the chain.
	pub fn remember(&mut self, import: &Import, added: &[(&Record, H256)], at: u64) {
		match (&mut self.patient, &import.patient) {
			(Some(known), Some(new)) => known.merge(new),
			(slot @ None, new) => *slot = new.clone(),
			_ => {},
		}
		self.files.retain(|file| file.digest.0 != import.digest);
		self.files.push(Imported {
			digest: Hex(import.digest),
			content: content::of_import(import),
			at,
			records: import.records.len(),
		});
		self.remember_records(added);
	}

	/// Remembers these records only, each with its id on the chain: the rest of their import was not added.
	pub fn remember_records(&mut self, added: &[(&Record, H256)]) {
		for (record, id) in added {
			let content = content::of_record(record);
			if record.is_summary() {
				let known = Summary { content, record: Hex(id.0) };
				self.summaries.insert(hex::encode(record.identity), known);
			} else {
				self.records.insert(content);
			}
		}
	}
}

/// Named by the user, the patient and the chain: on another chain nothing was imported.
fn file_name(genesis: &H256, me: &Identity, patient: &AccountId) -> String {
	format!(
		"{}-{}-{}",
		hex::encode(&account_bytes(&me.account())[..8]),
		hex::encode(account_bytes(patient)),
		hex::encode(&genesis.0[..16])
	)
}

/// Makes the document of a summary a version of the earlier one, which it widens.
pub fn continue_summary(document: &mut NewDocument, earlier: H256) {
	let Place::New { months, labels, confidentiality, .. } = &document.place else { return };
	let widening = Some(Widening {
		months: *months,
		labels: labels.clone(),
		confidentiality: *confidentiality,
	});
	document.place = Place::VersionOf { record: earlier, widening };
}

#[cfg(test)]
mod tests;
