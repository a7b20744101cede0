//! `record import`: turns the records that [`vouchsafe_fhir`] finds in a file into documents to add,
//! and remembers earlier imports.
//!
//! For each patient a sealed file remembers who the imported exports were about and which records
//! they became. So the same file is not imported twice, an export of another patient is noticed,
//! and a new summary becomes a version of the earlier one.

use crate::{
	author::{Content, NewDocument, Place, Widening},
	dates::{self, show_moment, show_period},
	english::ENGLISH,
	file_names,
	home::Home,
	keys::Identity,
	text::table,
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, Confidentiality, Origin, H256},
	messages::Hex,
};
use vouchsafe_fhir::{
	input::MAX_INPUT, About, Import, Label, Months, Notice, Options, Plan, Record, Sent, Unit,
};
use vouchsafe_speech::Noun;

const FOLDER: &str = "imports";

/// How many notices of one kind are shown individually.
const SHOWN_NOTICES: usize = 5;
/// How many months of a row are shown individually.
const SHOWN_MONTHS: usize = 4;

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

/// Reads a file and turns it into records.
pub fn read(path: &Path, wish: &Wish) -> Result<Import> {
	let failed = || format!("cannot read {}", path.display());
	let length = std::fs::metadata(path).with_context(failed)?.len();
	if length > MAX_INPUT {
		bail!(
			"{} has {length} bytes, and at most {MAX_INPUT} can be imported: split it, or add it as \
			 one document with `vouchsafe record add`",
			path.display()
		);
	}
	let bytes = std::fs::read(path).with_context(failed)?;
	let options = Options {
		unit: wish.unit,
		today: dates::month_of_moment(dates::now()),
		incomplete: wish.incomplete,
	};
	let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
	Ok(vouchsafe_fhir::import(&bytes, &name, &options)?)
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

/// A title that describes the record. It is encrypted for readers.
pub fn title_of(record: &Record, path: &Path) -> String {
	let category = capitalised(&ENGLISH.phrase(record.category));
	let resources = ENGLISH.count(Noun::Resource, record.members.len());
	match &record.about {
		About::File => {
			path.file_name().map_or(category, |name| name.to_string_lossy().into_owned())
		},
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
pub fn document_of(record: &Record, path: &Path, wish: &Wish, own: bool) -> Result<NewDocument> {
	let months = months_of(record, wish).context("the record has no date")?;
	Ok(NewDocument {
		content: Content::Bytes(record.content.clone()),
		title: title_of(record, path),
		media_type: media_type_of(record, path)?,
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
fn media_type_of(record: &Record, path: &Path) -> Result<String> {
	let media_type = match record.media_type {
		Some(media_type) => media_type,
		None => file_names::media_type_of(path)?,
	};
	Ok(match (&record.about, path.file_name()) {
		(About::File, Some(name)) => {
			file_names::with_extension(media_type, &name.to_string_lossy())
		},
		_ => media_type.to_owned(),
	})
}

/// Fails if there are records without a date, and says how to name their months.
pub fn ask_for_months(import: &Import, wish: &Wish, path: &Path) -> Result<()> {
	let undated: Vec<String> = import
		.records
		.iter()
		.filter(|record| months_of(record, wish).is_none())
		.map(|record| title_of(record, path))
		.collect();
	if undated.is_empty() {
		return Ok(());
	}
	bail!(
		"{} no usable date: {}. Name the month with --month YYYY-MM",
		if undated.len() == 1 {
			"1 record has".into()
		} else {
			format!("{} records have", undated.len())
		},
		ENGLISH.and(&undated)
	)
}

/// An earlier import of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Imported {
	/// SHA-256 of the file.
	digest: Hex<32>,
	/// When, in seconds since 1970.
	at: u64,
	/// How many records it became.
	records: usize,
}

/// A record that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
	/// Blake2 of its last content.
	content: Hex<32>,
	/// Its id on the chain.
	record: Hex<32>,
}

/// The earlier imports for one patient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
	patient: Option<vouchsafe_fhir::Identity>,
	files: Vec<Imported>,
	/// The imported records, by their subject.
	records: BTreeMap<String, Known>,
}

impl Memory {
	/// Reads the earlier imports for a patient.
	pub fn load(home: &Home, me: &Identity, patient: &AccountId) -> Result<Self> {
		match home.read_sealed(&me.encryption, FOLDER, &file_name(me, patient))? {
			Some(bytes) => serde_json::from_slice(&bytes).context("the file of imports is damaged"),
			None => Ok(Self::default()),
		}
	}

	/// Changes the earlier imports for a patient, under the home's lock: another import may have
	/// finished since they were read.
	pub fn update(
		home: &Home,
		me: &Identity,
		patient: &AccountId,
		change: impl FnOnce(&mut Self),
	) -> Result<()> {
		let _lock = home.lock()?;
		let mut memory = Self::load(home, me, patient)?;
		change(&mut memory);
		memory.save(home, me, patient)
	}

	fn save(&self, home: &Home, me: &Identity, patient: &AccountId) -> Result<()> {
		home.write_sealed(
			&me.encryption,
			FOLDER,
			&file_name(me, patient),
			&serde_json::to_vec(self)?,
		)
	}

	/// Refuses a file that was imported before.
	pub fn refuse_again(&self, import: &Import) -> Result<()> {
		match self.files.iter().find(|file| file.digest.0 == import.digest) {
			Some(file) => bail!(
				"this file was imported on {} as {}, so there is nothing to add. Use --again to \
				 import it once more",
				show_moment(file.at),
				ENGLISH.count(Noun::Record, file.records)
			),
			None => Ok(()),
		}
	}

	/// Refuses an export that is about a different patient than the last one.
	pub fn refuse_other_patient(&self, import: &Import) -> Result<()> {
		let same = self.patient.as_ref().zip(import.patient.as_ref());
		if same.and_then(|(known, new)| known.is_same(new)) == Some(false) {
			let last = self.files.last().map_or(String::new(), |it| show_moment(it.at));
			bail!(
				"this file is about another person than the earlier imports for this patient (the last \
				 on {last}). Check --patient. If it is the same person, use --same-patient"
			);
		}
		Ok(())
	}

	/// Whether a record with exactly this content was imported.
	pub fn has(&self, record: &Record) -> bool {
		self.records
			.get(&hex::encode(record.identity))
			.is_some_and(|known| known.content == content_of(record))
	}

	/// The record on the chain that has the patient's summary.
	pub fn summary(&self, record: &Record) -> Option<H256> {
		let known = self.records.get(&hex::encode(record.identity))?;
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
		self.files.push(Imported { digest: Hex(import.digest), at, records: import.records.len() });
		for (record, id) in added {
			let known = Known { content: content_of(record), record: Hex(id.0) };
			self.records.insert(hex::encode(record.identity), known);
		}
	}
}

fn content_of(record: &Record) -> Hex<32> {
	use blake2::Digest;
	Hex(blake2::Blake2b256::digest(&record.content).into())
}

fn file_name(me: &Identity, patient: &AccountId) -> String {
	format!(
		"{}-{}",
		hex::encode(&account_bytes(&me.account())[..8]),
		hex::encode(account_bytes(patient))
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

/// How many resources became how many records.
pub fn counted(import: &Import) -> String {
	format!(
		"{} in {}.",
		ENGLISH.count(Noun::Resource, import.resources),
		ENGLISH.count(Noun::Record, import.records.len())
	)
}

/// The notices for people, grouped by kind.
pub fn say_notices(notices: &[Notice]) -> Vec<String> {
	let mut lines = Vec::new();
	let mut kinds: Vec<&str> = Vec::new();
	for notice in notices.iter().filter(|notice| notice.is_important()) {
		if !kinds.contains(&notice.kind()) {
			kinds.push(notice.kind());
		}
	}
	for kind in kinds {
		let all: Vec<&Notice> = notices.iter().filter(|notice| notice.kind() == kind).collect();
		lines.extend(all.iter().take(SHOWN_NOTICES).map(|notice| format!("NOTE: {notice}")));
		if all.len() > SHOWN_NOTICES {
			lines.push(format!(
				"NOTE: {} more of this kind ({kind}); --json shows all",
				all.len() - SHOWN_NOTICES
			));
		}
	}
	lines
}

/// The notices as JSON.
pub fn notices_json(notices: &[Notice]) -> Value {
	notices
		.iter()
		.map(|notice| {
			json!({
				"kind": notice.kind(),
				"important": notice.is_important(),
				"text": notice.to_string(),
			})
		})
		.collect()
}

/// The records that will be added, as a table and as JSON.
pub fn plan(import: &Import, path: &Path, wish: &Wish) -> (String, Value) {
	let plan = Plan::of(import.records.iter().map(|record| Sent {
		labels: labels_of(record, wish).into_iter().collect(),
		confidentiality: confidentiality_of(record, wish),
		months: months_of(record, wish).map(|(first, last)| Months { first, last }),
		..Sent::as_found(record)
	}));
	let mut lines = Vec::new();
	let mut json_rows = Vec::new();
	for row in &plan.rows {
		let labels: Vec<&str> = row.labels.iter().map(String::as_str).collect();
		lines.push(vec![
			row.records.to_string(),
			row.category.word().to_owned(),
			labels.join(", "),
			row.confidentiality.word().to_owned(),
			show_months(&row.months),
			row.resources.to_string(),
		]);
		let months: Vec<Value> = row
			.months
			.iter()
			.map(|(months, records)| json!({ "months": months.map(pair), "records": records }))
			.collect();
		json_rows.push(json!({
			"category": row.category.word(),
			"labels": labels,
			"confidentiality": row.confidentiality.word(),
			"records": row.records,
			"resources": row.resources,
			"months": months,
		}));
	}
	let records: Vec<Value> = import
		.records
		.iter()
		.map(|record| {
			json!({
				"title": title_of(record, path),
				"category": record.category.word(),
				"labels": labels_of(record, wish),
				"confidentiality": confidentiality_of(record, wish).word(),
				"months": months_of(record, wish).map(|(first, last)| [first, last]),
				"resources": record.members.len(),
				"repeated": record.repeated,
				"entries": record.members,
				"bytes": record.content.len(),
			})
		})
		.collect();
	let head = ["RECORDS", "CATEGORY", "LABELS", "CONFIDENTIALITY", "MONTHS", "RESOURCES"];
	let text = table(&head, &lines);
	(text, json!({ "plan": json_rows, "records": records }))
}

/// Months with the number of records, as `2025-04 (2), 2025-06`.
fn show_months(months: &BTreeMap<Option<Months>, usize>) -> String {
	let one = |(months, records): (&Option<Months>, &usize)| {
		let shown = match months {
			Some(months) => show_period(months.first, months.last),
			None => "no date".to_owned(),
		};
		if *records == 1 {
			shown
		} else {
			format!("{shown} ({records})")
		}
	};
	if months.len() <= SHOWN_MONTHS {
		return months.iter().map(one).collect::<Vec<_>>().join(", ");
	}
	let whole = months.keys().copied().flatten().reduce(Months::join);
	let undated = months.get(&None).map_or(String::new(), |number| format!(", no date ({number})"));
	whole.map_or(String::new(), |it| show_period(it.first, it.last)) + &undated
}

fn pair(months: Months) -> [u16; 2] {
	[months.first, months.last]
}

#[cfg(test)]
mod tests;
