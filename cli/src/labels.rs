//! What a patient's label bits mean.
//!
//! On the chain a label is one of 32 bits. If a bit meant the same for everybody it would be a
//! diagnosis for all to see, so which bit stands for which word is drawn at random for each
//! patient, by whoever labels a record of the patient's first. The meanings stand
//!
//! - in a file of the home, sealed to one's own key, and
//! - encrypted with each labelled record, as the parameter `labels` of its media type
//!   (`application/fhir+json; labels="hiv=7"`): whoever opens the record learns them.
//!
//! So the patient knows the words of every label from the records themselves, and so does an
//! author who has opened one. Two authors who label a patient's records without ever having opened
//! one of the other's use different bits; the patient's own reading and consents by record or
//! category are not touched by that. A label that is added to a record later (`record label`) is
//! shown by its number to whoever hasn't opened another record with the same label.

use crate::{home::Home, keys::Identity};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vouchsafe_client::chain::{account_bytes, AccountId, Labels};
use vouchsafe_fhir::Label;

const FOLDER: &str = "labels";
const PARAMETER: &str = "; labels=\"";

/// One patient's labels: word to bit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTable(BTreeMap<String, u8>);

/// Whether it may be a label's word.
pub fn is_word(word: &str) -> bool {
	let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
	// `all` and `label7` have a meaning of their own where labels are named.
	let reserved = word == "all" || word.starts_with("label") || word.parse::<u8>().is_ok();
	(1..=24).contains(&word.len()) && word.chars().all(fits) && !reserved
}

impl LabelTable {
	/// What is known of a patient's labels.
	pub fn load(home: &Home, me: &Identity, patient: &AccountId) -> Result<Self> {
		match home.read_sealed(&me.encryption, FOLDER, &file_name(me, patient))? {
			Some(bytes) => serde_json::from_slice(&bytes).context("the label file is damaged"),
			None => Ok(Self::default()),
		}
	}

	/// Keeps it.
	pub fn save(&self, home: &Home, me: &Identity, patient: &AccountId) -> Result<()> {
		let bytes = serde_json::to_vec(self)?;
		home.write_sealed(&me.encryption, FOLDER, &file_name(me, patient), &bytes)
	}

	/// The bit of a word; drawn from those that are free if the word is new.
	pub fn bit_for(&mut self, word: &str, taken: Labels) -> Result<u8> {
		if !is_word(word) {
			bail!(
				"“{word}” is no label: take lower-case letters, digits and -, for example {}",
				Label::ALL.map(Label::word).join(", ")
			);
		}
		if let Some(bit) = self.0.get(word) {
			return Ok(*bit);
		}
		let free: Vec<u8> = (0..32)
			.filter(|bit| taken.0 & (1 << bit) == 0 && !self.0.values().any(|used| used == bit))
			.collect();
		if free.is_empty() {
			bail!(
				"the patient's 32 labels are all in use: take one of {}",
				self.words().join(", ")
			);
		}
		let draw = usize::from(u16::from_le_bytes(vouchsafe_vault::random_bytes()));
		let bit = free[draw % free.len()];
		self.0.insert(word.to_owned(), bit);
		Ok(bit)
	}

	/// The bits of known words.
	pub fn bits(&self, words: &[String]) -> Result<Labels> {
		words.iter().try_fold(Labels(0), |labels, word| match self.0.get(word) {
			Some(bit) => Ok(Labels(labels.0 | 1 << bit)),
			None => bail!(
				"the label “{word}” isn't known of this patient here; {}. Opening a labelled record \
				 tells its labels",
				if self.0.is_empty() {
					"none is".to_owned()
				} else {
					format!("known are {}", self.words().join(", "))
				}
			),
		})
	}

	/// All words.
	pub fn words(&self) -> Vec<&str> {
		self.0.keys().map(String::as_str).collect()
	}

	/// The labels in words; a bit whose meaning isn't known as `label 7`.
	pub fn show(&self, labels: &Labels) -> Vec<String> {
		(0..32u8)
			.filter(|bit| labels.0 & (1 << bit) != 0)
			.map(|bit| match self.0.iter().find(|(_, used)| **used == bit) {
				Some((word, _)) => word.clone(),
				None => format!("label {bit}"),
			})
			.collect()
	}

	/// The media type with the meanings of these labels.
	pub fn mark(&self, media_type: &str, labels: &Labels) -> String {
		let meanings: Vec<String> = self
			.0
			.iter()
			.filter(|(_, bit)| labels.0 & (1 << **bit) != 0)
			.map(|(word, bit)| format!("{word}={bit}"))
			.collect();
		if meanings.is_empty() {
			media_type.to_owned()
		} else {
			format!("{media_type}{PARAMETER}{}\"", meanings.join(","))
		}
	}

	/// Takes over the meanings that a marked media type tells, as far as they contradict nothing
	/// known; whether there was anything new.
	pub fn learn(&mut self, meanings: &[(String, u8)]) -> bool {
		let before = self.0.len();
		for (word, bit) in meanings {
			if !self.0.contains_key(word) && !self.0.values().any(|used| used == bit) {
				self.0.insert(word.clone(), *bit);
			}
		}
		self.0.len() > before
	}
}

/// A marked media type taken apart: the media type, and the meanings.
pub fn unmark(marked: &str) -> (&str, Vec<(String, u8)>) {
	let Some((media_type, rest)) = marked.split_once(PARAMETER) else {
		return (marked, Vec::new());
	};
	let meanings = rest
		.trim_end_matches('"')
		.split(',')
		.filter_map(|meaning| {
			let (word, bit) = meaning.split_once('=')?;
			let bit: u8 = bit.parse().ok()?;
			(bit < 32 && is_word(word)).then(|| (word.to_owned(), bit))
		})
		.collect();
	(media_type, meanings)
}

fn file_name(me: &Identity, patient: &AccountId) -> String {
	format!(
		"{}-{}",
		hex::encode(&account_bytes(&me.account())[..8]),
		hex::encode(account_bytes(patient))
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn labels_are_marked_and_learnt() {
		let mut author = LabelTable::default();
		let hiv = author.bit_for("hiv", Labels(0)).unwrap();
		let genetics = author.bit_for("genetics", Labels(0)).unwrap();
		assert_ne!(hiv, genetics);
		assert_eq!(author.bit_for("hiv", Labels(0)).unwrap(), hiv);
		let marked = author.mark("application/fhir+json", &Labels(1 << hiv));
		let (media_type, meanings) = unmark(&marked);
		assert_eq!(media_type, "application/fhir+json");
		assert_eq!(meanings, [("hiv".to_owned(), hiv)]);
		let mut patient = LabelTable::default();
		assert!(patient.learn(&meanings));
		assert!(!patient.learn(&meanings));
		assert_eq!(patient.show(&Labels(1 << hiv | 1 << genetics)).len(), 2);
		assert_eq!(patient.bits(&["hiv".to_owned()]).unwrap(), Labels(1 << hiv));
		assert!(patient.bits(&["genetics".to_owned()]).is_err());
		assert_eq!(author.mark("text/plain", &Labels(0)), "text/plain");
	}

	#[test]
	fn taken_bits_are_not_drawn() {
		let taken = Labels(!(1 << 9));
		assert_eq!(LabelTable::default().bit_for("hiv", taken).unwrap(), 9);
		assert!(LabelTable::default().bit_for("hiv", Labels(u32::MAX)).is_err());
		for word in ["HIV positive", "all", "label7", "7", ""] {
			assert!(LabelTable::default().bit_for(word, Labels(0)).is_err(), "{word}");
		}
	}

	#[test]
	fn the_file_is_ones_own() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let patient = AccountId::new([7; 32]);
		let mut table = LabelTable::default();
		table.bit_for("psychiatry", Labels(0)).unwrap();
		table.save(&home, &me, &patient).unwrap();
		assert_eq!(LabelTable::load(&home, &me, &patient).unwrap(), table);
		let other = LabelTable::load(&home, &me, &AccountId::new([8; 32])).unwrap();
		assert_eq!(other, LabelTable::default());
	}

	proptest! {
		#[test]
		fn foreign_media_types_never_panic(text in ".*") {
			let _ = unmark(&text);
			let _ = unmark(&format!("a/b{PARAMETER}{text}"));
		}
	}
}
