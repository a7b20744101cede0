//! Reads the files of an institution, and answers for everybody in them.

use super::{
	answer::{Answer, Person},
	error::FileError,
	exclusions::Exclusions,
	finding::{self, Finding, Found, Matcher},
	moment::Day,
	notices::{Notice, Noticed, Notices},
	people::{self, short, Facts, Patient, People, Withheld},
	protocol::Protocol,
	queries::EntryKind,
	splitter::{Part, Place, Splitter},
};
use crate::{labels::Systems, resource, version};
use serde::Deserialize;
use serde_json::{value::RawValue, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use vouchsafe_primitives::{Categories, Category};

/// The most types of resources that are remembered as not needed.
const MOST_TYPES: usize = 500;

/// How deep bundles can be within bundles.
const DEEPEST: usize = 3;

/// The answers, and notices about the files.
#[derive(Clone, Debug)]
pub struct Extracted {
	/// Everybody with a Patient resource, in the order of their ids.
	pub people: Vec<Person>,
	/// Notices.
	pub notices: Vec<Noticed>,
	/// How many resources the files have.
	pub resources: u64,
}

/// An extraction in progress. Each file is read once, in any order.
pub struct Extraction<'p> {
	protocol: &'p Protocol,
	people: People,
	withheld: Withheld,
	has_withheld: bool,
	matcher: Matcher,
	/// The queries that ask for a Medication resource.
	medications: HashMap<u64, Vec<u16>>,
	/// Types of resources that are not needed.
	others: BTreeSet<String>,
	notices: Notices,
	resources: u64,
}

/// A file in progress.
pub struct FileReader<'e, 'p> {
	extraction: &'e mut Extraction<'p>,
	splitter: Splitter,
	resources_before: u64,
	/// Whether there was something besides resources that shows it: a bundle, which may be empty.
	is_fhir: bool,
}

#[derive(Deserialize)]
struct EntryShape<'a> {
	#[serde(borrow, default, rename = "fullUrl")]
	full_url: Option<&'a RawValue>,
	#[serde(borrow, default)]
	resource: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct BundleShape<'a> {
	#[serde(borrow, default)]
	entry: Option<Vec<EntryShape<'a>>>,
}

#[derive(Deserialize)]
struct Head {
	#[serde(default, rename = "resourceType")]
	kind: Option<String>,
}

impl<'p> Extraction<'p> {
	/// Starts an extraction. What is withheld from the study is given by person: by the Patient
	/// resource's id, or by an identifier of the protocol's system as `system|value`.
	pub fn new(protocol: &'p Protocol, withheld: BTreeMap<String, Exclusions>) -> Self {
		Self::start(protocol, Withheld::Each(withheld))
	}

	/// Starts an extraction of files that are all about one person, such as a patient's own records.
	pub fn of_one(protocol: &'p Protocol, withheld: Exclusions) -> Self {
		Self::start(protocol, Withheld::One(withheld))
	}

	fn start(protocol: &'p Protocol, withheld: Withheld) -> Self {
		Self {
			protocol,
			people: People::new(matches!(withheld, Withheld::One(_))),
			has_withheld: !withheld.is_empty(),
			withheld,
			matcher: Matcher::default(),
			medications: HashMap::new(),
			others: BTreeSet::new(),
			notices: Notices::default(),
			resources: 0,
		}
	}

	/// Starts a file: a bundle, a resource or NDJSON. Its name has the extension.
	pub fn file(&mut self, name: &str) -> FileReader<'_, 'p> {
		let resources_before = self.resources;
		FileReader {
			extraction: self,
			splitter: Splitter::new(name),
			resources_before,
			is_fhir: false,
		}
	}

	/// Reads a whole file that is in memory.
	pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
		let mut file = self.file(name);
		for piece in bytes.chunks(256 * 1024) {
			file.push(piece)?;
		}
		file.end()
	}

	/// Answers for everybody.
	pub fn finish(mut self) -> Extracted {
		let (mut all, strangers) = std::mem::take(&mut self.people).finish(&self.protocol.queries);
		for _ in 0..strangers {
			self.notices.add(Notice::PatientMissing);
		}
		let mut people: Vec<Person> =
			all.iter_mut().filter_map(|facts| self.person(facts)).collect();
		people.sort_by(|one, other| one.id.cmp(&other.id));
		Extracted { people, notices: self.notices.all(), resources: self.resources }
	}

	fn person(&mut self, facts: &mut Facts) -> Option<Person> {
		let patient = facts.patient.clone()?;
		let withheld = self.withheld.of(&patient);
		for finding in facts.take_deferred() {
			if is_withheld(&withheld, finding.categories, finding.months) {
				self.notices.add(Notice::Withheld);
			} else {
				apply(facts, finding, self.protocol);
			}
		}
		// What the Patient resource says is part of the summary, and has no date.
		let summary = Categories::of(&[Category::Summary]);
		let has_no_patient =
			self.protocol.asks_for_patient() && is_withheld(&withheld, summary, None);
		for (entry, medication) in facts.take_medications() {
			match self.medications.get(&medication) {
				Some(found) => facts.add_entry(entry, found, &self.protocol.queries),
				None => self.notices.add(Notice::MedicationMissing),
			}
		}
		if self.protocol.asks_for_age() && patient.birth.is_none() {
			self.notices.add(Notice::NoBirthDate);
		}
		let answer = if has_no_patient { Answer::Outside } else { self.protocol.answer(facts) };
		Some(Person {
			id: patient.id,
			identifiers: patient.identifiers.into_iter().collect(),
			answer,
		})
	}

	/// Reads a part of a bundle or of NDJSON.
	fn entry(&mut self, entry: &EntryShape<'_>, depth: usize) -> Result<(), serde_json::Error> {
		let url = entry.full_url.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
		match entry.resource {
			Some(raw) if raw.get() != "null" => self.resource(raw.get(), url.as_deref(), depth),
			_ => Ok(()),
		}
	}

	fn resource(
		&mut self,
		raw: &str,
		url: Option<&str>,
		depth: usize,
	) -> Result<(), serde_json::Error> {
		let Some(kind) = kind_of(raw)? else {
			self.notices.add(Notice::NotAResource);
			return Ok(());
		};
		if kind == "Bundle" {
			return self.bundle(raw, depth);
		}
		self.resources = self.resources.saturating_add(1);
		if self.others.contains(&kind) {
			return Ok(());
		}
		let is_needed = self.is_needed(&kind);
		let value = if is_needed { serde_json::from_str(raw)? } else { Value::Null };
		if let Some(evidence) = version::other_than_r4(&value, &kind, 0) {
			self.notices.add(Notice::OtherVersion(evidence.version));
			return Ok(());
		}
		if !is_needed {
			if self.others.len() < MOST_TYPES {
				self.others.insert(kind);
			}
			return Ok(());
		}
		match (kind.as_str(), EntryKind::of(&kind)) {
			("Patient", _) => self.patient(&value, url),
			("Medication", _) => self.medication(&value, url),
			("Observation", _) => self.observation(&value, url, raw),
			(_, Some(entry)) => self.list_entry(&value, &kind, entry, url, raw),
			_ => {},
		}
		Ok(())
	}

	fn bundle(&mut self, raw: &str, depth: usize) -> Result<(), serde_json::Error> {
		let bundle: BundleShape = serde_json::from_str(raw)?;
		if depth >= DEEPEST {
			self.notices.add(Notice::TooLarge);
			return Ok(());
		}
		let entries = bundle.entry.unwrap_or_default();
		entries.iter().try_for_each(|entry| self.entry(entry, depth.saturating_add(1)))
	}

	/// Whether the protocol asks for resources of this type.
	fn is_needed(&self, kind: &str) -> bool {
		let queries = &self.protocol.queries;
		match kind {
			"Patient" => true,
			"Medication" => queries.ask_for(EntryKind::Medication),
			"Observation" => queries.ask_for_observations(),
			_ => EntryKind::of(kind).is_some_and(|entry| queries.ask_for(entry)),
		}
	}

	fn patient(&mut self, value: &Value, url: Option<&str>) {
		let text = |field: &str| value.get(field).and_then(Value::as_str);
		let named = url.and_then(|url| finding::name_of(url, "Patient"));
		let id = text("id").map(str::to_owned).or_else(|| {
			let name = named.clone()?;
			Some(name.rsplit(':').next().unwrap_or_default().to_owned())
		});
		let Some(id) = id.filter(|id| !id.is_empty()) else {
			return self.notices.add(Notice::NoId);
		};
		let is_deceased = value.get("deceasedBoolean").and_then(Value::as_bool).unwrap_or(false)
			|| text("deceasedDateTime").is_some();
		let patient = Patient {
			birth: text("birthDate").and_then(Day::first_of),
			sex: people::sex(text("gender")),
			is_deceased,
			identifiers: self.identifiers(value),
			names: resource::identifiers_of(value).iter().map(short).collect(),
			id,
		};
		let alias = named.filter(|name| name.starts_with("urn:"));
		if self.people.add(patient, alias, &self.protocol.queries) {
			self.notices.add(Notice::Contradiction);
		}
	}

	/// The identifiers of the protocol's system, without those that are not valid any more.
	fn identifiers(&self, value: &Value) -> BTreeSet<String> {
		let Some(wanted) = self.protocol.identifier_system() else { return BTreeSet::new() };
		let normal = Systems::normalise(wanted);
		let list = value.get("identifier").and_then(Value::as_array);
		list.into_iter()
			.flatten()
			.filter(|it| it.get("use").is_none_or(|is| is != "old"))
			.filter(|it| {
				let system = it.get("system").and_then(Value::as_str);
				system.is_some_and(|system| Systems::normalise(system) == normal)
			})
			.filter_map(|it| it.get("value").and_then(Value::as_str))
			.map(str::trim)
			.filter(|value| !value.is_empty())
			.map(|value| format!("{wanted}|{value}"))
			.collect()
	}

	fn medication(&mut self, value: &Value, url: Option<&str>) {
		let queries = &self.protocol.queries;
		let matched = self.matcher.entry(queries, EntryKind::Medication, [value.get("code")]);
		let id = value.get("id").and_then(Value::as_str);
		let urn = url.filter(|url| url.starts_with("urn:"));
		for name in id.into_iter().chain(urn) {
			self.medications.insert(short(name), matched.queries.clone());
		}
	}

	fn observation(&mut self, value: &Value, url: Option<&str>, raw: &str) {
		if !finding::counts(value) {
			return;
		}
		let (found, is_unusable) = self.matcher.observations(&self.protocol.queries, value);
		if is_unusable {
			self.notices.add(Notice::OtherUnit);
		}
		if !found.is_empty() {
			let found = Found::Observations(found);
			self.found(value, "Observation", url, raw, found);
		}
	}

	fn list_entry(
		&mut self,
		value: &Value,
		kind: &str,
		entry: EntryKind,
		url: Option<&str>,
		raw: &str,
	) {
		if !finding::counts(value) {
			return;
		}
		let queries = &self.protocol.queries;
		let reference = value.pointer("/medicationReference/reference").and_then(Value::as_str);
		let contained = reference.and_then(|it| contained_in(value, it.strip_prefix('#')?));
		let medication = reference
			.filter(|it| !it.starts_with('#'))
			.and_then(|it| finding::name_of(it, "Medication"));
		if let (EntryKind::Medication, Some(name)) = (entry, medication) {
			return self.found(value, kind, url, raw, Found::Medication(short(name.as_str())));
		}
		let own = match entry {
			EntryKind::Medication => value.get("medicationCodeableConcept"),
			_ => value.get("code"),
		};
		let code = own.or_else(|| contained?.get("code"));
		let reactions = value.get("reaction").and_then(Value::as_array);
		let substances = reactions.into_iter().flatten().map(|it| it.get("substance"));
		let substances = substances.filter(|_| entry == EntryKind::Allergy);
		let matched = self.matcher.entry(queries, entry, std::iter::once(code).chain(substances));
		if !matched.is_coded && queries.ask_by_code(entry) {
			self.notices.add(Notice::NotCoded);
		}
		if !matched.queries.is_empty() {
			self.found(value, kind, url, raw, Found::Entry(matched.queries));
		}
	}

	/// Notes a finding, unless it is withheld.
	fn found(&mut self, value: &Value, kind: &str, url: Option<&str>, raw: &str, found: Found) {
		let Some(name) = finding::patient_of(value) else {
			return self.notices.add(Notice::NoPatient);
		};
		let Some(facts) = self.people.get(name) else { return };
		let id = value.get("id").and_then(Value::as_str);
		let mut finding = Finding {
			categories: Categories::default(),
			months: None,
			entry: finding::entry_name(kind, id, url, raw),
			found,
		};
		if self.has_withheld {
			(finding.categories, finding.months) = finding::withheld_by(value, kind);
			let Some(patient) = &facts.patient else {
				// Who the patient is will be said later, and so what is withheld.
				return facts.defer(finding);
			};
			let withheld = self.withheld.of(patient);
			if is_withheld(&withheld, finding.categories, finding.months) {
				return self.notices.add(Notice::Withheld);
			}
		}
		apply(facts, finding, self.protocol);
	}
}

impl FileReader<'_, '_> {
	/// Reads the next bytes of the file. After an error the extraction is not complete: drop it.
	pub fn push(&mut self, bytes: &[u8]) -> Result<(), FileError> {
		let (extraction, is_fhir) = (&mut *self.extraction, &mut self.is_fhir);
		self.splitter.push(bytes, &mut |part, place| take(extraction, is_fhir, part, place))
	}

	/// Ends the file.
	pub fn end(self) -> Result<(), FileError> {
		let Self { extraction, splitter, resources_before, mut is_fhir } = self;
		let in_lines = splitter.is_in_lines();
		splitter.end(&mut |part, place| take(extraction, &mut is_fhir, part, place))?;
		let has_resources = extraction.resources > resources_before;
		if has_resources || is_fhir || in_lines {
			Ok(())
		} else {
			Err(FileError::NotFhir)
		}
	}
}

/// Takes a part of a file. A damaged line is only noted; anything else that is damaged is an error.
fn take(
	extraction: &mut Extraction<'_>,
	is_fhir: &mut bool,
	part: Part<'_>,
	place: Place,
) -> Result<(), FileError> {
	let read = match part {
		Part::Value(bytes) => text(bytes).and_then(|raw| {
			*is_fhir |= kind_of(raw)?.as_deref() == Some("Bundle");
			extraction.resource(raw, None, 0)
		}),
		Part::Entry(bytes) => {
			serde_json::from_slice(bytes).and_then(|entry| extraction.entry(&entry, 0))
		},
		Part::End(b"") => return Err(FileError::NotFhir),
		Part::End(_) => {
			*is_fhir = true;
			Ok(())
		},
		Part::Damaged => {
			extraction.notices.add(Notice::Damaged);
			Ok(())
		},
		Part::TooLarge => {
			*is_fhir = true;
			extraction.notices.add(Notice::TooLarge);
			Ok(())
		},
	};
	match read {
		Err(_) if place.in_lines => {
			extraction.notices.add(Notice::Damaged);
			Ok(())
		},
		Err(error) => {
			let why = error.to_string();
			let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
			let line = place.line.saturating_add(error.line().saturating_sub(1));
			Err(FileError::Json { why, line })
		},
		Ok(()) => Ok(()),
	}
}

/// The text of a whole value.
fn text(bytes: &[u8]) -> Result<&str, serde_json::Error> {
	let raw: &RawValue = serde_json::from_slice(bytes)?;
	Ok(raw.get())
}

/// The type of a resource. Most begin with it.
fn kind_of(raw: &str) -> Result<Option<String>, serde_json::Error> {
	let first = raw.strip_prefix("{\"resourceType\":").map(str::trim_start);
	let kind = first.and_then(|it| it.strip_prefix('"')?.split_once('"'));
	match kind {
		Some((kind, _)) if kind.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
			Ok(Some(kind.to_owned()))
		},
		_ => Ok(serde_json::from_str::<Head>(raw)?.kind),
	}
}

/// The contained resource with this id.
fn contained_in<'v>(value: &'v Value, id: &str) -> Option<&'v Value> {
	let contained = value.get("contained")?.as_array()?;
	contained.iter().find(|it| it.get("id").is_some_and(|it| it == id))
}

fn is_withheld(
	withheld: &[&Exclusions],
	categories: Categories,
	months: Option<crate::dates::Months>,
) -> bool {
	withheld.iter().any(|it| it.withholds(categories, months))
}

/// Adds a finding to what is known of a person.
fn apply(facts: &mut Facts, finding: Finding, protocol: &Protocol) {
	match finding.found {
		Found::Entry(queries) => facts.add_entry(finding.entry, &queries, &protocol.queries),
		Found::Medication(medication) => {
			// Without numbers, one entry with this medication is enough.
			let entry = if protocol.queries.ask_for_numbers() { finding.entry } else { 0 };
			facts.add_medication(entry, medication);
		},
		Found::Observations(list) => {
			list.into_iter().for_each(|(measure, made)| facts.add_observation(measure, made));
		},
	}
}
