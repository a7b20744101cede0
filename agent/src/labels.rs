//! What a patient's label bits mean.
//!
//! On the chain a label is one of 32 bits. If a bit meant the same for every patient, everybody
//! could read a diagnosis from it. So the bit for a word is drawn at random for each patient, by
//! the author who first uses the word for that patient. The meanings are kept
//!
//! - in a file of the user's, sealed to the user's key, and
//! - encrypted with each labelled record, as the parameter `labels` of its media type
//!   (`application/fhir+json; labels="hiv=7"`), from which a reader of the record learns them.
//!
//! So the patient, and an author who has opened a labelled record, know its labels in words. Two
//! authors who have not opened each other's records may use different bits for one word. A label
//! that is added to a record later (`record label`) is shown as a number to readers who have not
//! opened another record with the same label.
//!
//! The file is read, changed and written under the lock of what is kept, before anything is labelled with
//! a new bit: two commands at once draw one bit for one word.

use crate::{keys::Identity, names::did_you_mean, platform::Keep};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vouchsafe_fhir::Label;
use vouchsafe_protocol::types::{account_bytes, AccountId, Labels};

const FOLDER: &str = "labels";
const PARAMETER: &str = "; labels=\"";

/// The words that this program knows as labels.
pub fn listed_words() -> Vec<&'static str> {
	Label::ALL.map(Label::word).to_vec()
}

/// One patient's labels: word to bit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTable(BTreeMap<String, u8>);

/// Whether a word can be a label.
pub fn is_word(word: &str) -> bool {
	let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
	// `all` and `label7` have a meaning of their own on the command line.
	let reserved = word == "all" || word.starts_with("label") || word.parse::<u8>().is_ok();
	(1..=24).contains(&word.len()) && word.chars().all(fits) && !reserved
}

impl LabelTable {
	/// Reads the known labels of a patient.
	pub async fn load(keep: &impl Keep, me: &Identity, patient: &AccountId) -> Result<Self> {
		match keep.read_sealed(&me.encryption, FOLDER, &file_name(me, patient)).await? {
			Some(bytes) => serde_json::from_slice(&bytes).context("the file of labels is damaged"),
			None => Ok(Self::default()),
		}
	}

	/// Changes the known labels of a patient, under the lock of what is kept. Returns the table and the
	/// result of `change`. Nothing is written if that is an error.
	pub async fn update<T>(
		keep: &impl Keep,
		me: &Identity,
		patient: &AccountId,
		change: impl FnOnce(&mut Self) -> Result<T>,
	) -> Result<(Self, T)> {
		let _lock = keep.lock().await?;
		let before = Self::load(keep, me, patient).await?;
		let mut table = before.clone();
		let value = change(&mut table)?;
		if table != before {
			table.save(keep, me, patient).await?;
		}
		Ok((table, value))
	}

	/// The bits of these words, with a new bit for each word that has none yet. See
	/// [`Self::update`].
	pub async fn draw(
		keep: &impl Keep,
		me: &Identity,
		patient: &AccountId,
		words: &[String],
	) -> Result<(Self, Labels)> {
		Self::update(keep, me, patient, |table| {
			words.iter().try_fold(Labels(0), |labels, word| {
				Ok(Labels(labels.0 | 1 << table.bit_for(word, Labels(0))?))
			})
		})
		.await
	}

	/// Checks words that somebody typed as labels of this patient's records. Returns those that the
	/// patient has not had yet. A word that is not one of [`listed_words`] either is most likely a
	/// typo, and an error unless `allow_new`.
	pub fn check(&self, words: &[String], allow_new: bool) -> Result<Vec<String>> {
		let mut new = Vec::new();
		for word in words {
			check_word(word)?;
			if self.0.contains_key(word) {
				continue;
			}
			let listed = listed_words();
			if !allow_new && !listed.contains(&word.as_str()) {
				bail!(
					"“{word}” is not a label of this patient's yet, and not one of the usual ones{}. \
					 Usual labels are {}. To use a label of your own, add --new-label",
					did_you_mean(word, self.0.keys().map(String::as_str).chain(listed.iter().copied())),
					listed.join(", ")
				);
			}
			if !new.contains(word) {
				new.push(word.clone());
			}
		}
		Ok(new)
	}

	async fn save(&self, keep: &impl Keep, me: &Identity, patient: &AccountId) -> Result<()> {
		let bytes = serde_json::to_vec(self)?;
		keep.write_sealed(&me.encryption, FOLDER, &file_name(me, patient), &bytes).await
	}

	/// The bit of a word. A new word gets one of the free bits, at random.
	pub fn bit_for(&mut self, word: &str, taken: Labels) -> Result<u8> {
		check_word(word)?;
		if let Some(bit) = self.0.get(word) {
			return Ok(*bit);
		}
		let free: Vec<u8> = (0..32)
			.filter(|bit| taken.0 & (1 << bit) == 0 && !self.0.values().any(|used| used == bit))
			.collect();
		if free.is_empty() {
			bail!(
				"all 32 labels of this patient are in use: use one of {}",
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
				"the label “{word}” of this patient is not known here{}. {}. Labels become known by \
				 opening a record that has them",
				did_you_mean(word, self.0.keys().map(String::as_str)),
				if self.0.is_empty() {
					"No label is".to_owned()
				} else {
					format!("Known labels are {}", self.words().join(", "))
				}
			),
		})
	}

	/// All words.
	pub fn words(&self) -> Vec<&str> {
		self.0.keys().map(String::as_str).collect()
	}

	/// The labels in words. A bit whose meaning is not known here is `label 7`.
	pub fn show(&self, labels: &Labels) -> Vec<String> {
		(0..32u8)
			.filter(|bit| labels.0 & (1 << bit) != 0)
			.map(|bit| match self.word_of(bit) {
				Some(word) => word.to_owned(),
				None => format!("label {bit}"),
			})
			.collect()
	}

	/// The word of a bit.
	pub fn word_of(&self, bit: u8) -> Option<&str> {
		self.0.iter().find(|(_, used)| **used == bit).map(|(word, _)| word.as_str())
	}

	/// Whether all these labels are known in words.
	pub fn knows(&self, labels: &Labels) -> bool {
		self.0.values().fold(labels.0, |unknown, bit| unknown & !(1 << bit)) == 0
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

	/// Adds the meanings from a marked media type that do not contradict the known ones. Returns
	/// whether there was anything new.
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

fn check_word(word: &str) -> Result<()> {
	if !is_word(word) {
		bail!(
			"“{word}” cannot be a label: use up to 24 lower-case letters, digits and “-”. Usual labels \
			 are {}",
			listed_words().join(", ")
		);
	}
	Ok(())
}

/// Splits a marked media type into the media type and the meanings.
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
	use crate::memory::MemoryKeep;
	use futures::future::join_all;
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
		assert!(patient.knows(&Labels(1 << hiv)) && patient.knows(&Labels(0)));
		assert!(!patient.knows(&Labels(1 << hiv | 1 << genetics)));
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
	fn typed_words_are_checked() {
		let mut table = LabelTable::default();
		let check =
			|table: &LabelTable, word: &str, allow_new| table.check(&[word.to_owned()], allow_new);
		let refused =
			|table: &LabelTable, word: &str| check(table, word, false).unwrap_err().to_string();
		assert_eq!(check(&table, "psychiatry", false).unwrap(), ["psychiatry"]);
		assert!(refused(&table, "psychatry").contains("did you mean “psychiatry”?"));
		assert!(refused(&table, "fertility").contains("--new-label"));
		assert_eq!(check(&table, "fertility", true).unwrap(), ["fertility"]);
		assert!(check(&table, "Not A Word", true).is_err());
		for word in ["psychiatry", "fertility"] {
			table.bit_for(word, Labels(0)).unwrap();
			assert!(check(&table, word, false).unwrap().is_empty());
		}
		assert!(refused(&table, "fertilty").contains("did you mean “fertility”?"));
		let twice = ["hiv".to_owned(), "hiv".to_owned()];
		assert_eq!(table.check(&twice, false).unwrap(), ["hiv"]);
		let unknown = table.bits(&["psychatry".to_owned()]).unwrap_err().to_string();
		assert!(unknown.contains("did you mean “psychiatry”?"), "{unknown}");
	}

	#[tokio::test]
	async fn commands_at_once_draw_one_bit_for_one_word() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let patient = AccountId::new([7; 32]);
		let drawn: Vec<u32> = join_all((0..8).map(|number| {
			let words = ["psychiatry".to_owned(), format!("own-{number}")];
			let (keep, me, patient) = (&keep, &me, &patient);
			async move {
				let (table, labels) = LabelTable::draw(keep, me, patient, &words).await.unwrap();
				assert_eq!(labels.0.count_ones(), 2);
				table.bits(&words[..1]).unwrap().0
			}
		}))
		.await;
		assert!(drawn.iter().all(|bit| *bit == drawn[0]));
		let table = LabelTable::load(&keep, &me, &patient).await.unwrap();
		assert_eq!(table.words().len(), 9, "no word was lost");
	}

	#[tokio::test]
	async fn the_file_is_the_users_own() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let patient = AccountId::new([7; 32]);
		let words = ["psychiatry".to_owned()];
		let (table, _) = LabelTable::draw(&keep, &me, &patient, &words).await.unwrap();
		let failed = LabelTable::update(&keep, &me, &patient, |table| -> Result<()> {
			table.bit_for("hiv", Labels(0))?;
			bail!("something else")
		})
		.await;
		assert!(failed.is_err());
		assert_eq!(LabelTable::load(&keep, &me, &patient).await.unwrap(), table);
		let other = LabelTable::load(&keep, &me, &AccountId::new([8; 32])).await.unwrap();
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
