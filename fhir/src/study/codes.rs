//! The code systems that a protocol can name, and how their codes are compared.

use crate::labels::{compact, outside_terms, Label, System, SYSTEMS};

/// A code system that a protocol can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeSystem {
	/// SNOMED CT, all editions.
	Snomed,
	/// ICD-10 for diagnoses, all national editions.
	Icd10,
	/// RxNorm.
	RxNorm,
	/// ATC.
	Atc,
}

/// The fewest digits of a SNOMED CT identifier.
const SHORTEST_SNOMED: usize = 6;

impl CodeSystem {
	/// Every code system.
	pub const ALL: [Self; 4] = [Self::Snomed, Self::Icd10, Self::RxNorm, Self::Atc];

	/// Its usual name.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Snomed => "SNOMED CT",
			Self::Icd10 => "ICD-10",
			Self::RxNorm => "RxNorm",
			Self::Atc => "ATC",
		}
	}

	/// Its id in `data/sensitivity.toml`.
	const fn id(self) -> &'static str {
		match self {
			Self::Snomed => "snomed",
			Self::Icd10 => "icd-10",
			Self::RxNorm => "rxnorm",
			Self::Atc => "atc",
		}
	}

	/// The code system with this name, URI or OID.
	pub fn of(system: &str) -> Option<Self> {
		let id = SYSTEMS.id_of(system)?;
		Self::ALL.into_iter().find(|it| it.id() == id)
	}

	/// A protocol's code in the form in which codes are compared; `None` if the system cannot have
	/// such a code.
	pub(super) fn read(self, code: &str) -> Option<String> {
		let code = compact(code);
		let digits = || code.bytes().all(|byte| byte.is_ascii_digit());
		let is_code = match self {
			Self::Snomed => (SHORTEST_SNOMED..=18).contains(&code.len()) && digits(),
			Self::RxNorm => (1..=8).contains(&code.len()) && digits(),
			Self::Icd10 => (3..=8).contains(&code.len()) && has_shape(&code, "A9***********"),
			Self::Atc => matches!(code.len(), 1 | 3 | 4 | 5 | 7) && has_shape(&code, "A99AA99"),
		};
		is_code.then_some(code)
	}

	/// Calls `look_up` with each form in which a protocol can name this code of the data: a code of
	/// ICD-10 or ATC also by the codes above it, an expression of SNOMED CT by what it refines.
	pub(super) fn look_up(self, code: &str, mut look_up: impl FnMut(&str)) {
		match self {
			Self::Snomed => {
				let focus = outside_terms(code);
				let focus = focus.split(':').next().unwrap_or_default();
				focus
					.split(|c: char| !c.is_ascii_digit())
					.filter(|number| number.len() >= SHORTEST_SNOMED)
					.for_each(look_up);
			},
			Self::RxNorm => look_up(&compact(code)),
			Self::Icd10 | Self::Atc => {
				let code = compact(code);
				let longest = code.len().min(8);
				(1..=longest).filter_map(|end| code.get(..end)).for_each(look_up);
			},
		}
	}

	/// What makes this code of a protocol, or one below it, sensitive.
	pub(super) fn sensitivity(self, code: &str) -> Option<Label> {
		sensitivity(self.id(), code)
	}
}

/// What makes a code sensitive, or one below it. The system is named as it is in the data file.
pub(super) fn sensitivity(system: &str, code: &str) -> Option<Label> {
	match SYSTEMS.of(system) {
		System::Listed(place) => SYSTEMS.labels_from(place, code).into_iter().next(),
		_ => None,
	}
}

/// Whether a code has letters (A), digits (9) and either of them (*) in these places.
fn has_shape(code: &str, shape: &str) -> bool {
	code.len() <= shape.len()
		&& code.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
			b'A' => byte.is_ascii_uppercase(),
			b'9' => byte.is_ascii_digit(),
			_ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
		})
}

/// Whether this is a code of LOINC by its form.
pub(super) fn is_loinc(code: &str) -> bool {
	let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
	code.split_once('-').is_some_and(|(number, check)| {
		(1..=7).contains(&number.len()) && check.len() == 1 && digits(number) && digits(check)
	})
}

/// Codes by which a source says that there is nothing: *no known allergy* is not an allergy.
const NOTHING: [&str; 8] = [
	"716186003", // No known allergy
	"409137002", // No known drug allergy
	"428607008", // No known environmental allergy
	"429625007", // No known food allergy
	"716184000", // No known latex allergy
	"716220001", // No known animal allergy
	"160244002", // No known allergies
	"160245001", // No current problems or disability
];

/// Whether a code says that there is nothing to list.
pub(super) fn says_nothing(system: &str, code: &str) -> bool {
	let absent = system.to_lowercase();
	absent.contains("absent-unknown") || NOTHING.contains(&compact(code).as_str())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn forms(system: CodeSystem, code: &str) -> Vec<String> {
		let mut found = Vec::new();
		system.look_up(code, |form| found.push(form.to_owned()));
		found
	}

	#[test]
	fn a_system_is_known_under_each_of_its_names() {
		for (names, system) in [
			(
				["SNOMED CT", "http://snomed.info/sct", "URN:OID:2.16.840.1.113883.6.96", "sct"],
				CodeSystem::Snomed,
			),
			(
				[
					"ICD-10",
					"http://hl7.org/fhir/sid/icd-10-cm",
					"http://fhir.de/CodeSystem/bfarm/icd-10-gm|2024",
					"2.16.840.1.113883.6.90",
				],
				CodeSystem::Icd10,
			),
			(
				[
					"RxNorm",
					"http://www.nlm.nih.gov/research/umls/rxnorm",
					"urn:oid:2.16.840.1.113883.6.88",
					"https://www.nlm.nih.gov/research/umls/rxnorm/",
				],
				CodeSystem::RxNorm,
			),
			(
				[
					"ATC",
					"http://www.whocc.no/atc",
					"http://fhir.de/CodeSystem/bfarm/atc",
					"urn:oid:2.16.840.1.113883.6.73",
				],
				CodeSystem::Atc,
			),
		] {
			for name in names {
				assert_eq!(CodeSystem::of(name), Some(system), "{name}");
			}
		}
		for other in ["http://loinc.org", "http://hl7.org/fhir/sid/icd-10-pcs", "ICD-9", ""] {
			assert_eq!(CodeSystem::of(other), None, "{other}");
		}
	}

	#[test]
	fn codes_are_checked_by_their_form() {
		for (system, code, read) in [
			(CodeSystem::Snomed, " 44054006 ", Some("44054006")),
			(CodeSystem::Snomed, "442571000124108", Some("442571000124108")),
			(CodeSystem::Snomed, "44054", None),
			(CodeSystem::Snomed, "E11", None),
			(CodeSystem::Icd10, "e11.9", Some("E119")),
			(CodeSystem::Icd10, "E11", Some("E11")),
			(CodeSystem::Icd10, "C7A.010", Some("C7A010")),
			(CodeSystem::Icd10, "E1", None),
			(CodeSystem::Icd10, "44054006", None),
			(CodeSystem::RxNorm, "860975", Some("860975")),
			(CodeSystem::RxNorm, "A10", None),
			(CodeSystem::Atc, "A10BA02", Some("A10BA02")),
			(CodeSystem::Atc, "A", Some("A")),
			(CodeSystem::Atc, "A1", None),
			(CodeSystem::Atc, "A10BA0", None),
			(CodeSystem::Atc, "", None),
		] {
			assert_eq!(system.read(code).as_deref(), read, "{} {code}", system.name());
		}
		assert!(is_loinc("4548-4") && is_loinc("2093-3"));
		for wrong in ["4548", "4548-", "-4", "4548-44", "LP1-2", ""] {
			assert!(!is_loinc(wrong), "{wrong}");
		}
	}

	#[test]
	fn data_is_found_in_each_form() {
		assert_eq!(forms(CodeSystem::Icd10, "E11.90 G"), ["E", "E1", "E11", "E119", "E1190"]);
		assert_eq!(forms(CodeSystem::Snomed, "44054006 |Diabetes mellitus type 2|"), ["44054006"]);
		assert_eq!(
			forms(CodeSystem::Snomed, "64572001:246075003=86406008"),
			["64572001"],
			"what refines it is not what it is"
		);
		assert_eq!(forms(CodeSystem::RxNorm, " 860975 "), ["860975"]);
		assert_eq!(forms(CodeSystem::Atc, "A10BA02").last().map(String::as_str), Some("A10BA02"));
	}

	#[test]
	fn a_code_above_a_sensitive_one_is_sensitive() {
		for (system, code) in [
			(CodeSystem::Icd10, "B20"),
			(CodeSystem::Icd10, "F32"),
			(CodeSystem::Icd10, "F321"),
			(CodeSystem::Icd10, "O09"),
			(CodeSystem::Atc, "J05AR20"),
			(CodeSystem::Atc, "J05"),
			(CodeSystem::Atc, "J"),
			(CodeSystem::Snomed, "86406008"),
		] {
			assert!(system.sensitivity(code).is_some(), "{} {code}", system.name());
		}
		for (system, code) in [
			(CodeSystem::Icd10, "E11"),
			(CodeSystem::Atc, "A10BA02"),
			(CodeSystem::Snomed, "44054006"),
			(CodeSystem::RxNorm, "860975"),
		] {
			assert_eq!(system.sensitivity(code), None, "{} {code}", system.name());
		}
		assert!(sensitivity("loinc", "55277-8").is_some());
		assert_eq!(sensitivity("loinc", "4548-4"), None);
	}
}
