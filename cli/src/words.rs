//! The chain's closed lists (categories, purposes, roles …) as words, for the command line and
//! for sentences, and the bit sets over them.

use anyhow::{bail, Result};

pub use vouchsafe_client::chain::{
	AccountKind, Action, Category, Confidentiality, HolderKind, Origin, Purpose, RecordStatus,
	RelationKind, Role, Status,
};

/// One of the chain's closed lists.
pub trait Word: Sized + Clone + PartialEq + 'static {
	/// What the list is a list of, for messages.
	const WHAT: &'static str;
	/// Each variant with its number on the chain, its word and how sentences speak of it.
	const WORDS: &'static [(Self, u8, &'static str, &'static str)];

	/// The variant's number.
	fn index(&self) -> u8 {
		self.entry().map_or(0, |entry| entry.1)
	}

	/// The variant's word.
	fn word(&self) -> &'static str {
		self.entry().map_or("unknown", |entry| entry.2)
	}

	/// How a sentence speaks of it.
	fn phrase(&self) -> &'static str {
		self.entry().map_or("something this program doesn't know", |entry| entry.3)
	}

	/// The variant with this word.
	fn from_word(word: &str) -> Result<Self> {
		match Self::WORDS.iter().find(|entry| entry.2 == word) {
			Some(entry) => Ok(entry.0.clone()),
			None => bail!("“{word}” is no {}; there are: {}", Self::WHAT, Self::words().join(", ")),
		}
	}

	/// All words.
	fn words() -> Vec<&'static str> {
		Self::WORDS.iter().map(|entry| entry.2).collect()
	}

	/// The variants whose bit is set.
	fn of_bits(bits: u32) -> Vec<Self> {
		Self::WORDS
			.iter()
			.filter(|entry| bits & (1 << entry.1) != 0)
			.map(|entry| entry.0.clone())
			.collect()
	}

	/// The bit set of these variants.
	fn bits(items: &[Self]) -> u32 {
		items.iter().fold(0, |bits, item| bits | 1 << item.index())
	}

	#[doc(hidden)]
	fn entry(&self) -> Option<&'static (Self, u8, &'static str, &'static str)> {
		Self::WORDS.iter().find(|entry| entry.0 == *self)
	}
}

macro_rules! words {
	($type:ident, $what:literal: $($variant:ident = $index:literal, $word:literal, $phrase:literal;)+) => {
		impl Word for $type {
			const WHAT: &'static str = $what;
			const WORDS: &'static [(Self, u8, &'static str, &'static str)] =
				&[$((Self::$variant, $index, $word, $phrase)),+];
		}
	};
}

words! { AccountKind, "kind of account":
	Institution = 0, "institution", "an institution";
	Authority = 1, "authority", "a health authority";
	Practitioner = 2, "practitioner", "a practitioner";
	Patient = 3, "patient", "a patient";
	Person = 4, "person", "a person";
	Researcher = 5, "researcher", "a researcher";
}

words! { Status, "status":
	Active = 0, "active", "active";
	Suspended = 1, "suspended", "suspended";
	Ended = 2, "ended", "ended";
	Deceased = 3, "deceased", "deceased";
	Merged = 4, "merged", "merged";
	Closed = 5, "closed", "closed";
}

words! { Role, "role":
	Physician = 0, "physician", "physicians";
	Nurse = 1, "nurse", "nurses";
	Midwife = 2, "midwife", "midwives";
	Dentist = 3, "dentist", "dentists";
	Pharmacist = 4, "pharmacist", "pharmacists";
	Therapist = 5, "therapist", "therapists";
	Psychologist = 6, "psychologist", "psychologists";
	Technician = 7, "technician", "technicians";
	Administration = 8, "administration", "administrators";
	Registrar = 9, "registrar", "registrars";
	PrivacyOfficer = 10, "privacy-officer", "privacy officers";
}

words! { Category, "category":
	Summary = 0, "summary", "patient summaries";
	Prescription = 1, "prescription", "prescriptions";
	Dispensation = 2, "dispensation", "dispensed medication";
	Imaging = 3, "imaging", "imaging";
	Laboratory = 4, "laboratory", "laboratory reports";
	Discharge = 5, "discharge", "discharge summaries";
	EpisodeSummary = 6, "episode-summary", "summaries of episodes";
	Encounter = 7, "encounter", "encounters";
	Procedure = 8, "procedure", "procedures";
	Immunisation = 9, "immunisation", "immunisations";
	VitalSigns = 10, "vital-signs", "vital signs and surveys";
	Plan = 11, "plan", "plans of care";
	AdvanceDirective = 12, "advance-directive", "advance directives";
	Financial = 13, "financial", "claims and bills";
	PatientEntered = 14, "patient-entered", "what I entered myself";
	Other = 15, "other", "other documents";
}

words! { Action, "action":
	Read = 0, "read", "read";
	Write = 1, "write", "add to";
	Refer = 2, "refer", "pass on in referrals";
	ReadLog = 3, "read-log", "read the access log of";
}

words! { Purpose, "purpose":
	Treatment = 0, "treatment", "treatment";
	EmergencyTreatment = 1, "emergency-treatment", "treatment in an emergency";
	Payment = 2, "payment", "payment";
	Operations = 3, "operations", "running the institution";
	Research = 4, "research", "research";
	PublicHealth = 5, "public-health", "public health";
	PatientRequest = 6, "patient-request", "what I ask for";
}

words! { Confidentiality, "confidentiality":
	Normal = 0, "normal", "normal";
	Restricted = 1, "restricted", "restricted";
	VeryRestricted = 2, "very-restricted", "very restricted";
}

words! { Origin, "origin":
	Authored = 0, "authored", "written there";
	Imported = 1, "imported", "imported";
	PatientEntered = 2, "patient-entered", "entered by the patient";
	Device = 3, "device", "sent by a device";
}

words! { RelationKind, "relation":
	Appends = 0, "appends", "adds to";
	Transforms = 1, "transforms", "transforms";
	Signs = 2, "signs", "signs";
}

words! { RecordStatus, "status":
	Current = 0, "current", "current";
	WrongContent = 1, "wrong-content", "entered in error: its content is wrong";
	WrongPatient = 2, "wrong-patient", "entered in error: it belongs to somebody else";
}

words! { HolderKind, "kind of holder":
	Institution = 0, "institution", "an institution";
	Patient = 1, "patient", "the patient";
	Practitioner = 2, "practitioner", "a practitioner";
	Emergency = 3, "emergency", "the authority, for emergencies";
}

/// Joins items as a sentence does: `a`, `a and b`, `a, b and c`.
pub fn and(items: &[impl AsRef<str>]) -> String {
	match items {
		[] => String::new(),
		[one] => one.as_ref().to_owned(),
		[head @ .., last] => {
			let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
			format!("{} and {}", head.join(", "), last.as_ref())
		},
	}
}

/// A number and its noun: `1 record`, `3 records`.
pub fn count(number: usize, noun: &str) -> String {
	if number == 1 {
		format!("1 {noun}")
	} else if let Some(stem) = noun.strip_suffix('y') {
		format!("{number} {stem}ies")
	} else {
		format!("{number} {noun}s")
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn round_trips<T: Word + std::fmt::Debug>() {
		for (place, (variant, index, word, _)) in T::WORDS.iter().enumerate() {
			assert_eq!(usize::from(*index), place, "numbers follow each other");
			assert_eq!(T::from_word(word).unwrap(), *variant);
			let one = std::slice::from_ref(variant);
			assert_eq!(T::of_bits(T::bits(one)), one);
		}
		assert!(T::from_word("no such word").is_err());
	}

	#[test]
	fn every_list_round_trips() {
		round_trips::<AccountKind>();
		round_trips::<Status>();
		round_trips::<Role>();
		round_trips::<Category>();
		round_trips::<Action>();
		round_trips::<Purpose>();
		round_trips::<Confidentiality>();
		round_trips::<Origin>();
		round_trips::<RelationKind>();
		round_trips::<RecordStatus>();
		round_trips::<HolderKind>();
	}

	#[test]
	fn lists_read_well() {
		assert_eq!(and(&["a"]), "a");
		assert_eq!(and(&["a", "b", "c"]), "a, b and c");
		assert_eq!(count(1, "entry"), "1 entry");
		assert_eq!(count(2, "entry"), "2 entries");
		assert_eq!(count(0, "record"), "0 records");
	}
}
