//! What has to be found out about each person: entries with some codes, their number, and the latest
//! observation with some codes in a unit.

use super::{
	codes::{self, CodeSystem},
	error::ProtocolError,
	format, unit,
};
use std::collections::{BTreeMap, HashMap};
use vouchsafe_primitives::{Categories, Category, StudyTrait, StudyTraits};

/// The most codes of a protocol.
const MOST_CODES: usize = 20_000;

/// What is counted by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
	Condition,
	Allergy,
	Medication,
	Procedure,
}

impl EntryKind {
	const ALL: [Self; 4] = [Self::Condition, Self::Allergy, Self::Medication, Self::Procedure];

	pub const fn word(self) -> &'static str {
		match self {
			Self::Condition => "condition",
			Self::Allergy => "allergy",
			Self::Medication => "medication",
			Self::Procedure => "procedure",
		}
	}

	pub fn from_word(word: &str) -> Result<Self, ProtocolError> {
		let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
		found.ok_or_else(|| ProtocolError::Entries(word.to_owned()))
	}

	/// The entries that resources of this type are.
	pub fn of(resource: &str) -> Option<Self> {
		Some(match resource {
			"Condition" => Self::Condition,
			"AllergyIntolerance" => Self::Allergy,
			"MedicationRequest"
			| "MedicationStatement"
			| "MedicationDispense"
			| "MedicationAdministration" => Self::Medication,
			"Procedure" => Self::Procedure,
			_ => return None,
		})
	}

	/// The categories of the records in which an import puts them; see [`crate::categories`].
	pub fn sources(self) -> Categories {
		Categories::of(match self {
			Self::Condition => &[Category::Summary, Category::Encounter],
			Self::Allergy => &[Category::Summary],
			Self::Medication => {
				&[Category::Summary, Category::Prescription, Category::Dispensation]
			},
			Self::Procedure => &[Category::Procedure],
		})
	}
}

/// The categories of the records in which an import puts observations: by their own category, or by
/// that of the report which has them.
pub fn sources_of_observations() -> Categories {
	Categories::of(&[
		Category::Laboratory,
		Category::VitalSigns,
		Category::Imaging,
		Category::Procedure,
		Category::Other,
	])
}

/// Up to which number entries are counted, if their number is asked for.
type Most = Option<u32>;

/// What has to be found out.
#[derive(Debug, Default)]
pub struct Queries {
	traits: StudyTraits,
	/// Whether a code is sensitive.
	pub is_sensitive: bool,
	/// The categories of the records that are drawn on.
	pub sources: Categories,
	entries: Vec<Most>,
	by_code: HashMap<(EntryKind, CodeSystem), HashMap<String, Vec<u16>>>,
	without_codes: BTreeMap<EntryKind, Vec<u16>>,
	/// The units of the observations.
	units: Vec<String>,
	by_loinc: HashMap<String, Vec<u16>>,
	codes: usize,
}

impl Queries {
	pub fn new(traits: StudyTraits) -> Self {
		Self { traits, ..Self::default() }
	}

	/// Asks who has an entry with one of these codes.
	pub fn has(&mut self, kind: EntryKind, codes: &format::Codes) -> Result<u16, ProtocolError> {
		self.add(kind, Some(codes), None)
	}

	/// Asks how many entries a person has, up to `most`.
	pub fn number(
		&mut self,
		of: &str,
		codes: Option<&format::Codes>,
		most: u32,
	) -> Result<u16, ProtocolError> {
		self.add(EntryKind::from_word(of)?, codes, Some(most))
	}

	fn add(
		&mut self,
		kind: EntryKind,
		codes: Option<&format::Codes>,
		most: Most,
	) -> Result<u16, ProtocolError> {
		let place = place(self.entries.len())?;
		self.entries.push(most);
		self.add_sources(kind.sources());
		match codes {
			Some(codes) => self.add_codes(place, kind, codes)?,
			None => self.without_codes.entry(kind).or_default().push(place),
		}
		Ok(place)
	}

	fn add_codes(
		&mut self,
		place: u16,
		kind: EntryKind,
		codes: &format::Codes,
	) -> Result<(), ProtocolError> {
		let codes = &codes.0;
		if codes.is_empty() || codes.values().any(Vec::is_empty) {
			return Err(ProtocolError::NoCodes(kind.word()));
		}
		for (name, codes) in codes {
			let system = CodeSystem::of(name).ok_or_else(|| ProtocolError::System(name.clone()))?;
			for text in codes {
				let code = system
					.read(text)
					.ok_or_else(|| ProtocolError::Code { system, code: text.clone() })?;
				if let Some(label) = system.sensitivity(&code) {
					self.add_sensitive(system.name(), text, label)?;
				}
				self.count_code()?;
				let by_code = self.by_code.entry((kind, system)).or_default();
				by_code.entry(code).or_default().push(place);
			}
		}
		Ok(())
	}

	/// Asks for the latest observation with one of these codes in this unit.
	pub fn observation(&mut self, loinc: &[String], unit: &str) -> Result<u16, ProtocolError> {
		let canonical =
			unit::canonical(unit).ok_or_else(|| ProtocolError::Unit(unit.to_owned()))?;
		if loinc.is_empty() {
			return Err(ProtocolError::NoLoinc);
		}
		let place = place(self.units.len())?;
		self.units.push(canonical);
		self.add_sources(sources_of_observations());
		for code in loinc {
			if !codes::is_loinc(code) {
				return Err(ProtocolError::Loinc(code.clone()));
			}
			if let Some(label) = codes::sensitivity("loinc", code) {
				self.add_sensitive("LOINC", code, label)?;
			}
			self.count_code()?;
			self.by_loinc.entry(code.clone()).or_default().push(place);
		}
		Ok(place)
	}

	/// Notes that records of these categories are drawn on.
	pub fn add_sources(&mut self, sources: Categories) {
		self.sources.0 |= sources.0;
	}

	fn add_sensitive(
		&mut self,
		system: &'static str,
		code: &str,
		label: crate::Label,
	) -> Result<(), ProtocolError> {
		self.is_sensitive = true;
		if self.counts_sensitive() {
			return Ok(());
		}
		Err(ProtocolError::Sensitive { system, code: code.to_owned(), label })
	}

	fn count_code(&mut self) -> Result<(), ProtocolError> {
		self.codes = self.codes.saturating_add(1);
		if self.codes > MOST_CODES {
			return Err(ProtocolError::TooManyCodes(MOST_CODES));
		}
		Ok(())
	}

	/// Whether the study has the trait *sensitive*.
	pub fn counts_sensitive(&self) -> bool {
		self.traits.contains(StudyTrait::Sensitive)
	}

	/// Whether something is asked about such entries.
	pub fn ask_for(&self, kind: EntryKind) -> bool {
		self.ask_by_code(kind) || self.without_codes.contains_key(&kind)
	}

	/// Whether something is asked about the codes of such entries.
	pub fn ask_by_code(&self, kind: EntryKind) -> bool {
		self.by_code.keys().any(|(asked, _)| *asked == kind)
	}

	/// Whether something is asked about observations.
	pub fn ask_for_observations(&self) -> bool {
		!self.units.is_empty()
	}

	/// Whether the number of such entries is asked for.
	pub fn ask_for_numbers(&self) -> bool {
		self.entries.iter().any(Option::is_some)
	}

	/// Up to which number the entries of a query are counted; `None` if it only asks who has one.
	pub fn most(&self, query: u16) -> Most {
		self.entries.get(usize::from(query)).copied().flatten()
	}

	/// The queries about all such entries, whatever their codes are.
	pub fn without_codes(&self, kind: EntryKind) -> &[u16] {
		self.without_codes.get(&kind).map_or(&[], Vec::as_slice)
	}

	/// Adds the queries about a code.
	pub fn add_by_code(
		&self,
		kind: EntryKind,
		system: CodeSystem,
		code: &str,
		found: &mut Vec<u16>,
	) {
		if let Some(codes) = self.by_code.get(&(kind, system)) {
			system.look_up(code, |form| found.extend(codes.get(form).into_iter().flatten()));
		}
	}

	/// The observations that are asked for by this LOINC code.
	pub fn by_loinc(&self, code: &str) -> &[u16] {
		self.by_loinc.get(code.trim()).map_or(&[], Vec::as_slice)
	}

	/// The unit of an observation.
	pub fn unit(&self, observation: u16) -> &str {
		self.units.get(usize::from(observation)).map_or("", String::as_str)
	}
}

fn place(length: usize) -> Result<u16, ProtocolError> {
	u16::try_from(length).map_err(|_| ProtocolError::TooManyCodes(MOST_CODES))
}
