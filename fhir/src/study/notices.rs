//! Notices about an extraction: how many resources could not be used, and why. They name nobody.

use crate::version::Version;
use std::{collections::BTreeMap, fmt};

/// Why something was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
	/// A line of NDJSON is damaged.
	Damaged,
	/// A resource is too large.
	TooLarge,
	/// Something that is not a resource.
	NotAResource,
	/// A resource of another FHIR version.
	OtherVersion(Version),
	/// A Patient resource without an id.
	NoId,
	/// A Patient resource with another date of birth or sex than an earlier one of the same patient.
	Contradiction,
	/// An entry that names no patient.
	NoPatient,
	/// A patient whom entries name, but who is not in the data.
	PatientMissing,
	/// A patient without a date of birth, and the protocol asks for the age.
	NoBirthDate,
	/// An entry without a code of a system that protocols can name.
	NotCoded,
	/// An observation without a number in the unit of the protocol.
	OtherUnit,
	/// An entry whose Medication is not in the data.
	MedicationMissing,
	/// An entry that the patient has taken out of the study.
	Withheld,
}

impl Notice {
	/// A word for it, for machines.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Damaged => "damaged",
			Self::TooLarge => "too-large",
			Self::NotAResource => "not-a-resource",
			Self::OtherVersion(_) => "other-version",
			Self::NoId => "no-id",
			Self::Contradiction => "contradiction",
			Self::NoPatient => "no-patient",
			Self::PatientMissing => "patient-missing",
			Self::NoBirthDate => "no-birth-date",
			Self::NotCoded => "not-coded",
			Self::OtherUnit => "other-unit",
			Self::MedicationMissing => "medication-missing",
			Self::Withheld => "withheld",
		}
	}

	/// Whether it is about resources that could not be read.
	pub const fn is_unreadable(&self) -> bool {
		matches!(
			self,
			Self::Damaged
				| Self::TooLarge
				| Self::NotAResource
				| Self::OtherVersion(_)
				| Self::NoId
		)
	}
}

/// A notice, and how often it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noticed {
	/// The notice.
	pub notice: Notice,
	/// How often.
	pub count: u64,
}

impl fmt::Display for Noticed {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let count = self.count;
		match self.notice {
			Notice::Damaged => write!(f, "lines that are not valid JSON: {count}"),
			Notice::TooLarge => write!(f, "resources that are too large to be read: {count}"),
			Notice::NotAResource => write!(f, "entries or lines without a resourceType: {count}"),
			Notice::OtherVersion(version) => {
				write!(f, "resources in FHIR {version}, which are skipped, because only R4 is supported: {count}")
			},
			Notice::NoId => write!(f, "Patient resources without an id: {count}"),
			Notice::Contradiction => write!(
				f,
				"Patient resources with another date of birth or sex than an earlier one with the same \
				 id, of which the last one counts: {count}"
			),
			Notice::NoPatient => write!(f, "entries that name no patient: {count}"),
			Notice::PatientMissing => write!(
				f,
				"patients whose Patient resource is not in the files, so that they are not counted: \
				 {count}"
			),
			Notice::NoBirthDate => {
				write!(f, "patients without a date of birth, so that they have no age: {count}")
			},
			Notice::NotCoded => write!(
				f,
				"entries without a code of SNOMED CT, ICD-10, RxNorm or ATC, so that they match no \
				 code: {count}"
			),
			Notice::OtherUnit => write!(
				f,
				"observations without a number in the protocol's unit, so that they are not counted: \
				 {count}"
			),
			Notice::MedicationMissing => write!(
				f,
				"entries whose Medication resource is not in the files, so that they match no code: \
				 {count}"
			),
			Notice::Withheld => {
				write!(f, "entries that patients have taken out of the study: {count}")
			},
		}
	}
}

/// The notices so far.
#[derive(Debug, Default)]
pub struct Notices(BTreeMap<Notice, u64>);

impl Notices {
	pub fn add(&mut self, notice: Notice) {
		let count = self.0.entry(notice).or_default();
		*count = count.saturating_add(1);
	}

	pub fn all(&self) -> Vec<Noticed> {
		self.0.iter().map(|(notice, count)| Noticed { notice: *notice, count: *count }).collect()
	}
}
