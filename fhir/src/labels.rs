//! Sensitivity labels, found by codes. The value sets and the names of code systems are in
//! `data/sensitivity.toml`, with display names and sources.
//!
//! The lists find common codes. They do not replace an author who checks the record.

use serde::Deserialize;
use std::{
	collections::{BTreeSet, HashMap},
	sync::LazyLock,
};
use vouchsafe_primitives::Confidentiality;

/// What makes a record sensitive, after FHIR's
/// [information sensitivity policies](https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
	/// HIV.
	Hiv,
	/// Psychiatry, psychotherapy and dementia.
	Psychiatry,
	/// Use of alcohol and other substances, except tobacco.
	SubstanceUse,
	/// Sexuality, contraception and pregnancy.
	SexualHealth,
	/// Sexually transmitted disease.
	SexuallyTransmitted,
	/// Genetics.
	Genetics,
	/// Abuse and violence.
	Violence,
	/// The source marks it as sensitive with a label that is unknown here.
	UnclassifiedSensitive,
}

impl Label {
	/// Every label.
	pub const ALL: [Self; 8] = [
		Self::Hiv,
		Self::Psychiatry,
		Self::SubstanceUse,
		Self::SexualHealth,
		Self::SexuallyTransmitted,
		Self::Genetics,
		Self::Violence,
		Self::UnclassifiedSensitive,
	];

	/// The word for it, on the command line and in sentences.
	pub const fn word(self) -> &'static str {
		match self {
			Self::Hiv => "hiv",
			Self::Psychiatry => "psychiatry",
			Self::SubstanceUse => "substance-use",
			Self::SexualHealth => "sexual-health",
			Self::SexuallyTransmitted => "sexually-transmitted",
			Self::Genetics => "genetics",
			Self::Violence => "violence",
			Self::UnclassifiedSensitive => "unclassified-sensitive",
		}
	}

	/// The label with this word.
	pub fn from_word(word: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|label| label.word() == word)
	}

	/// The confidentiality of what has this label, unless its author says another.
	pub const fn confidentiality(self) -> Confidentiality {
		match self {
			Self::Genetics => Confidentiality::Normal,
			_ => Confidentiality::Restricted,
		}
	}
}

/// How codes of a system are compared with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Matching {
	/// The code is in the list.
	Exact,
	/// The code begins with one of the list.
	Prefix,
	/// As [`Self::Prefix`], and ranges over the first three characters.
	Icd,
	/// A number in the code is in the list.
	Numbers,
}

#[derive(Debug, Deserialize)]
struct SystemData {
	id: String,
	names: Vec<String>,
	#[serde(default)]
	starts: Vec<String>,
	#[serde(default)]
	last: Vec<String>,
	matching: Matching,
}

#[derive(Debug, Default, Deserialize)]
struct PlainData {
	#[serde(default)]
	names: Vec<String>,
	#[serde(default)]
	starts: Vec<String>,
	#[serde(default)]
	below: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ListData {
	label: Label,
	system: String,
	codes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Data {
	#[serde(default)]
	system: Vec<SystemData>,
	#[serde(default)]
	plain: Vec<PlainData>,
	#[serde(default)]
	list: Vec<ListData>,
}

/// What a coding's system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
	/// One with value sets, by its place in the data.
	Listed(usize),
	/// One that cannot say anything sensitive.
	Plain,
	/// One that is not known here.
	Unknown,
}

/// The code systems and value sets.
pub struct Systems {
	systems: Vec<SystemData>,
	plain: Vec<PlainData>,
	/// Codes by system, in the form that they are compared in.
	codes: Vec<HashMap<String, BTreeSet<Label>>>,
	/// Ranges of three characters, by system.
	ranges: Vec<Vec<(String, String, Label)>>,
}

/// The systems of `data/sensitivity.toml`. A test checks that the file can be read.
pub static SYSTEMS: LazyLock<Systems> =
	LazyLock::new(|| Systems::new(serde_json::from_str(JSON).unwrap_or_default()));

/// `data/sensitivity.toml`, which the build script has turned into JSON.
const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/sensitivity.json"));

impl Systems {
	fn new(data: Data) -> Self {
		let Data { system: systems, plain, list } = data;
		let mut codes = vec![HashMap::<String, BTreeSet<Label>>::new(); systems.len()];
		let mut ranges = vec![Vec::new(); systems.len()];
		for list in list {
			let Some(place) = systems.iter().position(|system| system.id == list.system) else {
				continue;
			};
			let matching = systems.get(place).map(|system| system.matching);
			for code in &list.codes {
				if let (Some(Matching::Icd), Some((first, last))) = (matching, range_of(code)) {
					if let Some(ranges) = ranges.get_mut(place) {
						ranges.push((first, last, list.label));
					}
				} else if let Some(codes) = codes.get_mut(place) {
					codes.entry(compact(code)).or_default().insert(list.label);
				}
			}
		}
		Self { systems, plain, codes, ranges }
	}

	/// A code system's name in one form: lower case, without version, edition, `urn:oid:`,
	/// `https`, `www` and trailing slashes.
	pub fn normalise(system: &str) -> String {
		let name = system.trim().to_lowercase();
		let name = name.split(['|', '#', '?']).next().unwrap_or_default().trim();
		let name =
			name.strip_prefix("urn:oid:").or_else(|| name.strip_prefix("oid:")).unwrap_or(name);
		let name = name.trim_end_matches('/');
		match name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")) {
			Some(rest) => format!("http://{}", rest.strip_prefix("www.").unwrap_or(rest)),
			None => name.to_owned(),
		}
	}

	/// What a system is, however it is written.
	pub fn of(&self, system: &str) -> System {
		let name = Self::normalise(system);
		let last = name.rsplit('/').next().unwrap_or_default();
		let listed = |test: &dyn Fn(&SystemData) -> bool| self.systems.iter().position(test);
		let found = listed(&|it| it.names.contains(&name))
			.or_else(|| listed(&|it| it.starts.iter().any(|start| name.starts_with(start))))
			.or_else(|| listed(&|it| it.last.iter().any(|known| known == last)));
		if let Some(place) = found {
			return System::Listed(place);
		}
		let plain = self.plain.iter().any(|plain| {
			plain.names.contains(&name)
				|| plain.starts.iter().any(|start| name.starts_with(start))
				|| plain.below.iter().any(|base| {
					name.strip_prefix(base.as_str()).is_some_and(|rest| !rest.contains('/'))
				})
		});
		if plain {
			System::Plain
		} else {
			System::Unknown
		}
	}

	/// Whether this is the system with an id of the data file.
	pub fn is(&self, system: &str, id: &str) -> bool {
		self.id_of(system) == Some(id)
	}

	/// The id that a system has in the data file.
	pub fn id_of(&self, system: &str) -> Option<&str> {
		match self.of(system) {
			System::Listed(place) => self.systems.get(place).map(|it| it.id.as_str()),
			_ => None,
		}
	}

	/// The labels of a code in a listed system, and of all codes below it. A code of ICD has at least
	/// its three characters.
	pub fn labels_from(&self, system: usize, code: &str) -> BTreeSet<Label> {
		let mut found = self.labels(system, code);
		let (Some(data), Some(codes)) = (self.systems.get(system), self.codes.get(system)) else {
			return found;
		};
		if matches!(data.matching, Matching::Prefix | Matching::Icd) {
			let start = compact(code);
			let below = codes.iter().filter(|(listed, _)| listed.starts_with(&start));
			found.extend(below.flat_map(|(_, labels)| labels.iter().copied()));
		}
		found
	}

	/// The labels of a code in a listed system.
	pub fn labels(&self, system: usize, code: &str) -> BTreeSet<Label> {
		let mut found = BTreeSet::new();
		let (Some(data), Some(codes), Some(ranges)) =
			(self.systems.get(system), self.codes.get(system), self.ranges.get(system))
		else {
			return found;
		};
		let mut look_up = |code: &str| found.extend(codes.get(code).into_iter().flatten().copied());
		match data.matching {
			Matching::Exact => look_up(&compact(code)),
			Matching::Numbers => outside_terms(code)
				.split(|c: char| !c.is_ascii_digit())
				.filter(|number| number.len() >= 6)
				.for_each(look_up),
			Matching::Prefix | Matching::Icd => {
				let code = compact(code);
				let ends = code.char_indices().map(|(at, c)| at.saturating_add(c.len_utf8()));
				// No code of the lists is longer, however long a source's code is.
				ends.take(LONGEST_PREFIX).filter_map(|end| code.get(..end)).for_each(look_up);
				if let Some(three) = code.get(..3) {
					let within = ranges.iter().filter(|(first, last, _)| {
						first.as_str() <= three && three <= last.as_str()
					});
					found.extend(within.map(|(_, _, label)| *label));
				}
			},
		}
		found
	}
}

/// Characters of the longest code by prefix in the data file. A test checks it.
const LONGEST_PREFIX: usize = 16;

/// A range of ICD categories, as `F20-F29`.
fn range_of(code: &str) -> Option<(String, String)> {
	let (first, last) = code.split_once('-')?;
	let three = |part: &str| part.get(..3).map(str::to_owned);
	// The chapters of external causes in ICD-9 have four characters: E950.
	Some((three(&compact(first))?, three(&compact(last))?))
}

/// A code as it is compared: upper case, without white space, dots, and the marks that ICD-10's
/// dual coding and diagnostic certainty put after it.
pub(crate) fn compact(code: &str) -> String {
	let code = code.trim();
	let code = code.split('|').next().unwrap_or_default();
	let code = code.split_whitespace().next().unwrap_or_default();
	let code = code.trim_end_matches(['-', '!', '*', '+', '†', '#']);
	code.chars().filter(|c| *c != '.').flat_map(char::to_uppercase).collect()
}

/// A SNOMED CT expression without the terms between bars.
pub(crate) fn outside_terms(code: &str) -> String {
	code.split('|').step_by(2).collect::<Vec<_>>().join(" ")
}

/// A level of confidentiality, from a code of HL7's v3 or v2 tables: U, L and M count as N.
pub fn confidentiality_of(system: &str, code: &str) -> Option<Confidentiality> {
	let systems = &*SYSTEMS;
	if !systems.is(system, "confidentiality") && !systems.is(system, "v2-confidentiality") {
		return None;
	}
	level_of(code)
}

/// A level of confidentiality by its code alone, as `Composition.confidentiality` has it.
pub fn level_of(code: &str) -> Option<Confidentiality> {
	match code.trim().to_uppercase().as_str() {
		"U" | "L" | "M" | "N" => Some(Confidentiality::Normal),
		"R" => Some(Confidentiality::Restricted),
		"V" => Some(Confidentiality::VeryRestricted),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn labels(system: &str, code: &str) -> Vec<Label> {
		match SYSTEMS.of(system) {
			System::Listed(place) => SYSTEMS.labels(place, code).into_iter().collect(),
			_ => Vec::new(),
		}
	}

	#[test]
	fn the_data_file_can_be_read() {
		let data: Data = serde_json::from_str(JSON).unwrap();
		for list in &data.list {
			assert!(data.system.iter().any(|it| it.id == list.system), "{}", list.system);
			let system = data.system.iter().find(|it| it.id == list.system).unwrap();
			if matches!(system.matching, Matching::Prefix | Matching::Icd) {
				let longest = list.codes.iter().map(|code| compact(code).chars().count()).max();
				assert!(longest <= Some(LONGEST_PREFIX), "{}", list.system);
			}
		}
		let names = data.system.iter().flat_map(|it| it.names.iter().chain(&it.starts));
		for name in names.chain(data.plain.iter().flat_map(|it| it.names.iter())) {
			let written = name.trim_end_matches(['/', '-', '.']);
			assert_eq!(Systems::normalise(written), written, "{name} is not in its normal form");
		}
	}

	#[test]
	fn words_are_told_apart() {
		for label in Label::ALL {
			assert_eq!(Label::from_word(label.word()), Some(label));
		}
		assert_eq!(Label::from_word("cold"), None);
	}

	#[test]
	fn a_system_is_known_under_each_of_its_names() {
		for (system, code) in [
			("http://snomed.info/sct", "86406008"),
			("https://snomed.info/sct/", "86406008"),
			("HTTP://SNOMED.info/SCT", "86406008"),
			("http://snomed.info/sct|http://snomed.info/sct/900000000000207008", "86406008"),
			("http://snomed.info/sct/731000124108/version/20240901", "86406008"),
			("urn:oid:2.16.840.1.113883.6.96", "86406008"),
			("URN:OID:2.16.840.1.113883.6.96", "86406008"),
			("2.16.840.1.113883.6.96", "86406008"),
			("SNOMED-CT", " 86406008 "),
			("http://snomed.info/sct", "86406008 |Human immunodeficiency virus infection|"),
			("http://snomed.info/sct", "64572001:246075003=86406008"),
			("http://loinc.org", "55277-8"),
			("http://www.loinc.org/", "55277-8"),
			("urn:oid:2.16.840.1.113883.6.1", "55277-8"),
			("http://hl7.org/fhir/sid/icd-10", "B20"),
			("http://hl7.org/fhir/sid/icd-10-cm", "b20"),
			("http://hl7.org/fhir/sid/icd-10-gm", "B23.8"),
			("http://fhir.de/CodeSystem/bfarm/icd-10-gm|2024", "B238"),
			("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "B20 G"),
			("urn:oid:2.16.840.1.113883.6.3", "B20"),
			("urn:oid:2.16.840.1.113883.6.90", "Z21"),
			("http://hl7.org/fhir/sid/icd-9-cm", "042"),
			("http://id.who.int/icd/release/11/mms", "1C62.3"),
			("http://www.whocc.no/atc", "J05AR20"),
			("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HIV"),
			("http://hl7.org/fhir/v3/ActCode", "HIV"),
			("http://hl7.org/fhir/v3/ActCode/", "hiv"),
			("urn:oid:2.16.840.1.113883.5.4", "HIV"),
		] {
			assert_eq!(labels(system, code), [Label::Hiv], "{system} {code}");
		}
	}

	#[test]
	fn what_only_looks_alike_has_no_label() {
		for (system, code) in [
			("http://hl7.org/fhir/sid/icd-10-pcs", "B245ZZ4"),
			("http://hl7.org/fhir/sid/icd-10-pcs", "F07L7ZZ"),
			("http://www.cms.gov/Medicare/Coding/ICD10", "B20"),
			("http://hl7.org/fhir/sid/icd-10", "I10"),
			("http://hl7.org/fhir/sid/icd-10", "F17.2"),
			("http://hl7.org/fhir/sid/icd-10", "B2"),
			("http://snomed.info/sct", "38341003"),
			("http://snomed.info/sct", "38341003 |see 86406008|"),
			("http://snomed.info/sct", "864060081"),
			("http://example.org/beds", "7200002"),
			("http://example.org/icd-10-pcs-helper", "B20"),
			("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"),
			("http://www.whocc.no/atc", "N02BB02"),
			("http://loinc.org", "718-7"),
		] {
			assert_eq!(labels(system, code), [], "{system} {code}");
		}
	}

	#[test]
	fn every_label_is_found() {
		for (system, code, label) in [
			("http://hl7.org/fhir/sid/icd-10", "F32.1", Label::Psychiatry),
			("http://hl7.org/fhir/sid/icd-10", "G30.9", Label::Psychiatry),
			("http://snomed.info/sct", "52448006", Label::Psychiatry),
			("http://snomed.info/sct", "171207006", Label::Psychiatry),
			("http://hl7.org/fhir/sid/icd-10", "F10.2", Label::SubstanceUse),
			("http://snomed.info/sct", "134435003", Label::SexualHealth),
			("http://hl7.org/fhir/sid/icd-10-cm", "O09.91", Label::SexualHealth),
			("http://loinc.org", "21613-5", Label::SexuallyTransmitted),
			("http://snomed.info/sct", "310861008", Label::SexuallyTransmitted),
			("http://snomed.info/sct", "165829005", Label::SexuallyTransmitted),
			("http://snomed.info/sct", "269828009", Label::SexuallyTransmitted),
			("http://hl7.org/fhir/sid/icd-10", "Q90", Label::Genetics),
			("http://hl7.org/fhir/sid/icd-10", "X99", Label::Violence),
			("http://terminology.hl7.org/CodeSystem/v3-ActCode", "MST", Label::Violence),
			("http://terminology.hl7.org/CodeSystem/v3-ActCode", "EMOTDIS", Label::Psychiatry),
			("http://terminology.hl7.org/CodeSystem/v3-ActCode", "SICKLE", Label::Genetics),
			(
				"http://terminology.hl7.org/CodeSystem/v3-ActCode",
				"SPI",
				Label::UnclassifiedSensitive,
			),
			("http://hl7.org/fhir/sid/icd-10-pcs", "GZ10ZZZ", Label::Psychiatry),
		] {
			assert_eq!(labels(system, code), [label], "{system} {code}");
		}
	}

	#[test]
	fn systems_that_are_not_known_are_told_from_plain_ones() {
		assert_eq!(SYSTEMS.of("http://unitsofmeasure.org"), System::Plain);
		assert_eq!(SYSTEMS.of("http://hl7.org/fhir/condition-category"), System::Plain);
		assert_eq!(SYSTEMS.of("http://terminology.hl7.org/CodeSystem/v3-RoleCode"), System::Plain);
		assert_eq!(SYSTEMS.of("http://hl7.org/fhir/sid/ndc"), System::Unknown);
		assert_eq!(SYSTEMS.of("http://hospital.example/codes"), System::Unknown);
	}

	#[test]
	fn confidentiality_is_read_in_every_form() {
		for system in [
			"http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
			"http://hl7.org/fhir/v3/Confidentiality",
			"urn:oid:2.16.840.1.113883.5.25",
			"2.16.840.1.113883.5.25",
		] {
			assert_eq!(confidentiality_of(system, "V"), Some(Confidentiality::VeryRestricted));
			assert_eq!(confidentiality_of(system, "r"), Some(Confidentiality::Restricted));
			for code in ["U", "L", "M", "N"] {
				assert_eq!(confidentiality_of(system, code), Some(Confidentiality::Normal));
			}
			assert_eq!(confidentiality_of(system, "X"), None);
		}
		assert_eq!(confidentiality_of("http://loinc.org", "V"), None);
	}
}
