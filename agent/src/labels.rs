//! The words of a patient's labels.
//!
//! The chain has only tags of labels, which are computed from the words with the patient's label key:
//! see [`vouchsafe_vault::label`] and [`crate::label_keys`]. A file, sealed to the user's key, keeps what
//! is known of a patient's labels:
//!
//! - tags that a custodian computed for an author, and on the machine of the patient or a representative the
//!   key itself;
//! - words that were used here, or learnt by opening records. They are encrypted with each labelled
//!   record, as the parameter `labels` of its media type (`application/fhir+json; labels="hiv"`).
//!
//! A word is shown for a tag if the key or a custodian says that it is the tag's word, or if a record
//! has as many words as tags. All other tags are only counted.

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	keys::Identity,
	names::did_you_mean,
	platform::Keep,
};
use anyhow::{bail, ensure, Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_fhir::Label;
use vouchsafe_protocol::{
	messages::Hex,
	types::{
		account_bytes, canonical_tags, AccountId, LabelTag, NamedLabels, H256, MAX_NAMED_LABELS,
	},
};
use vouchsafe_speech::Noun;
use vouchsafe_vault::label::{is_word, LabelKey, MAX_WORD};

pub use vouchsafe_vault::label::UNCLASSIFIED;

const FOLDER: &str = "labels";
const KEYS: &str = "label-keys";
const PARAMETER: &str = "; labels=\"";

/// The words that this program knows as labels.
pub fn listed_words() -> Vec<&'static str> {
	Label::ALL.map(Label::word).to_vec()
}

/// Whether all these tags differ, and none is that of unclassified records. Otherwise a consent about
/// one label would be about another one too. Such tags do not come from a key that was drawn at random.
fn tell_apart(mut tags: impl Iterator<Item = LabelTag>) -> bool {
	let mut seen = BTreeSet::from([LabelTag::UNCLASSIFIED]);
	tags.all(|tag| seen.insert(tag))
}

/// Whether the key tells the usual labels apart.
pub fn tells_apart(key: &LabelKey) -> bool {
	let words = listed_words().into_iter().filter(|word| *word != UNCLASSIFIED);
	tell_apart(words.map(|word| key.tag(word)))
}

/// What is known of one patient's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabelTable {
	/// The label key, on the machine of the patient or a representative. It has a file of its own.
	#[serde(skip)]
	key: Option<LabelKey>,
	/// Tags that a custodian computed.
	tags: BTreeMap<String, Hex<4>>,
	/// The institution whose custodian computed them.
	tags_from: Option<Hex<32>>,
	/// Words that were used here or learnt.
	words: BTreeSet<String>,
	/// The words of records that were written or opened here.
	records: BTreeMap<Hex<32>, Vec<String>>,
}

/// A record's labels as a reader sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownLabels {
	/// The words that are known.
	pub words: Vec<String>,
	/// The number of its other labels.
	pub unknown: usize,
}

impl ShownLabels {
	/// The words, and how many other labels there are.
	pub fn texts(&self) -> Vec<String> {
		let mut texts = self.words.clone();
		texts.extend((self.unknown > 0).then(|| ENGLISH.count(Noun::Label, self.unknown)));
		texts
	}
}

impl LabelTable {
	/// Reads what is known of a patient's labels.
	pub async fn load(keep: &impl Keep, me: &Identity, patient: &AccountId) -> Result<Self> {
		let name = file_name(me, patient);
		let mut table: Self = match keep.read_own(me, FOLDER, &name).await? {
			Some(bytes) => {
				serde_json::from_slice(&bytes).context("the file of labels is damaged")?
			},
			None => Self::default(),
		};
		if let Some(bytes) = keep.read_own(me, KEYS, &name).await? {
			let key =
				LabelKey::from_bytes(&bytes).context("the file of the label key is damaged")?;
			table.key = Some(key);
		}
		Ok(table)
	}

	/// Changes what is known of a patient's labels, under the lock of what is kept. Returns the table and the
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
			let bytes = serde_json::to_vec(&table)?;
			let name = file_name(me, patient);
			keep.write_own(me, FOLDER, &name, &bytes).await?;
		}
		Ok((table, value))
	}

	/// Keeps the label key of a patient, who is the user or whom the user represents, unless there is one
	/// already. Returns the kept one.
	pub async fn keep_key(
		keep: &impl Keep,
		me: &Identity,
		patient: &AccountId,
		key: LabelKey,
	) -> Result<LabelKey> {
		let _lock = keep.lock().await?;
		if let Some(kept) = Self::load(keep, me, patient).await?.key {
			return Ok(kept);
		}
		let name = file_name(me, patient);
		keep.write_own(me, KEYS, &name, &key.to_bytes()[..]).await?;
		Ok(key)
	}

	/// Adds what other devices of the user know of the user's own labels. The caller holds the lock of what
	/// is kept. Returns whether another label key than theirs is kept here: it stays.
	pub(crate) async fn restore(
		keep: &impl Keep,
		me: &Identity,
		key: Option<&LabelKey>,
		words: &BTreeSet<String>,
		records: &BTreeMap<Hex<32>, Vec<String>>,
	) -> Result<bool> {
		let patient = me.account();
		let name = file_name(me, &patient);
		let before = Self::load(keep, me, &patient).await?;
		let mut table = before.clone();
		table.words.extend(words.iter().filter(|word| is_word(word)).cloned());
		table.records.extend(records.clone());
		if table != before {
			let bytes = serde_json::to_vec(&table)?;
			keep.write_own(me, FOLDER, &name, &bytes).await?;
		}
		let Some(key) = key else { return Ok(false) };
		if before.key.is_none() {
			keep.write_own(me, KEYS, &name, &key.to_bytes()[..]).await?;
		}
		Ok(before.key.is_some_and(|kept| kept != *key))
	}

	/// The words of records that were written or opened here.
	pub(crate) fn records(&self) -> &BTreeMap<Hex<32>, Vec<String>> {
		&self.records
	}

	/// The patient's label key, if it is kept here.
	pub fn key(&self) -> Option<&LabelKey> {
		self.key.as_ref()
	}

	/// Checks words that somebody typed as labels of this patient's records. Returns those that were
	/// not used here yet. If a word is not one of [`listed_words`] either, it is probably a typo: an
	/// error unless `allow_new`.
	pub fn check(&self, words: &[String], allow_new: bool) -> Result<Vec<String>> {
		let mut new = Vec::new();
		for word in words {
			check_word(word)?;
			if self.words.contains(word) {
				continue;
			}
			if !allow_new && !listed_words().contains(&word.as_str()) {
				let message = format!(
					"“{word}” is not a label of this patient's yet, and not one of the usual ones{}. \
					 Usual labels are {}",
					self.did_you_mean(word),
					listed_words().join(", ")
				);
				bail!(Advised::new(message, Advice::NewLabel));
			}
			if !new.contains(word) {
				new.push(word.clone());
			}
		}
		Ok(new)
	}

	fn did_you_mean(&self, word: &str) -> String {
		did_you_mean(word, self.words.iter().map(String::as_str).chain(listed_words()))
	}

	/// The tag of a word, if it can be computed here.
	pub fn tag_of(&self, word: &str) -> Option<LabelTag> {
		match &self.key {
			_ if word == UNCLASSIFIED => Some(LabelTag::UNCLASSIFIED),
			Some(key) => Some(key.tag(word)),
			None => self.tags.get(word).map(|tag| LabelTag(tag.0)),
		}
	}

	/// Returns these words and the usual ones, without those whose tags are known here.
	pub fn without_tag<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
		let words: BTreeSet<&str> = words.into_iter().chain(listed_words()).collect();
		let unknown = words.into_iter().filter(|word| self.tag_of(word).is_none());
		unknown.map(ToOwned::to_owned).collect()
	}

	/// The tags of labels that a consent or a request names. The words must be known for this patient,
	/// or usual ones.
	pub fn named(&self, words: &[String]) -> Result<NamedLabels> {
		let mut tags = Vec::new();
		for word in words {
			check_word(word)?;
			if word == UNCLASSIFIED {
				let message = format!(
					"“{word}” cannot be named in a consent or request. Every refusal of a label includes \
					 such records, and a permit for all labels"
				);
				bail!(Advised::new(message, Advice::AllLabels));
			}
			if !self.words.contains(word) && !listed_words().contains(&word.as_str()) {
				bail!(
					"the label “{word}” of this patient is not known here{}. Known labels are {}. \
					 Other labels become known by opening a record that has them",
					self.did_you_mean(word),
					self.words().join(", ")
				);
			}
			tags.push(self.tag_of(word).ok_or_else(|| {
				let message = format!(
					"the label “{word}” of this patient cannot be named here, because the patient's \
					 label key is not available"
				);
				Advised::new(message, Advice::AllLabels)
			})?);
		}
		canonical_tags(tags)
			.with_context(|| format!("at most {MAX_NAMED_LABELS} labels can be named"))
	}

	/// The usual words and those known for this patient.
	pub fn words(&self) -> Vec<&str> {
		let words: BTreeSet<&str> =
			listed_words().into_iter().chain(self.words.iter().map(String::as_str)).collect();
		words.into_iter().collect()
	}

	/// The words that were used here or learnt.
	pub fn used_words(&self) -> impl Iterator<Item = &str> {
		self.words.iter().map(String::as_str)
	}

	/// The word of a tag. If an author has used another word for the same tag, the usual word is returned.
	pub fn word_of(&self, tag: LabelTag) -> Option<String> {
		let mut words = listed_words().into_iter().chain(self.used_words());
		words.find(|word| self.tag_of(word) == Some(tag)).map(ToOwned::to_owned)
	}

	/// All words of a record's labels, if they are known.
	pub fn words_of(&self, record: &H256, tags: &[LabelTag]) -> Option<Vec<String>> {
		let words: Option<Vec<String>> = tags.iter().map(|tag| self.word_of(*tag)).collect();
		words.or_else(|| {
			let learnt = self.records.get(&Hex(record.0))?;
			(learnt.len() == tags.len()).then(|| learnt.clone())
		})
	}

	/// A record's labels as the user sees them.
	pub fn show(&self, record: &H256, tags: &[LabelTag]) -> ShownLabels {
		if let Some(words) = self.words_of(record, tags) {
			return ShownLabels { words, unknown: 0 };
		}
		let words: Vec<String> = tags.iter().filter_map(|tag| self.word_of(*tag)).collect();
		let unknown = tags.len().saturating_sub(words.len());
		ShownLabels { words, unknown }
	}

	/// Notes tags that the custodian of an institution computed.
	pub fn note_tags(
		&mut self,
		institution: &AccountId,
		words: &[String],
		tags: &[Hex<4>],
	) -> Result<()> {
		self.keep_tags_of(institution);
		self.tags_from = Some(institution.into());
		self.tags.extend(words.iter().cloned().zip(tags.iter().copied()));
		ensure!(
			tell_apart(self.tags.values().map(|tag| LabelTag(tag.0))),
			"two labels have the same tag, or one has that of unclassified records"
		);
		Ok(())
	}

	/// Forgets the tags that another institution's custodian computed: what one institution's
	/// custodian says must not decide about another's records.
	pub fn keep_tags_of(&mut self, institution: &AccountId) {
		if self.tags_from != Some(institution.into()) {
			self.tags.clear();
		}
	}

	/// Notes the words of a record.
	pub fn learn(&mut self, record: &H256, words: &[String]) {
		if !words.is_empty() {
			self.use_words(words);
			self.records.insert(Hex(record.0), words.to_vec());
		}
	}

	/// Notes words that are used as labels of this patient's records.
	pub fn use_words(&mut self, words: &[String]) {
		self.words.extend(words.iter().cloned());
	}
}

fn check_word(word: &str) -> Result<()> {
	if !is_word(word) {
		bail!(
			"“{word}” cannot be a label: use up to {MAX_WORD} lower-case letters, digits and “-”. Usual \
			 labels are {}",
			listed_words().join(", ")
		);
	}
	Ok(())
}

/// The media type with the words of labels.
pub fn mark(media_type: &str, words: &[String]) -> String {
	if words.is_empty() {
		media_type.to_owned()
	} else {
		format!("{media_type}{PARAMETER}{}\"", words.join(","))
	}
}

/// Splits a marked media type into the media type and the words.
pub fn unmark(marked: &str) -> (&str, Vec<String>) {
	let Some((media_type, rest)) = marked.split_once(PARAMETER) else {
		return (marked, Vec::new());
	};
	let words = rest.trim_end_matches('"').split(',');
	(media_type, words.filter(|word| is_word(word)).map(ToOwned::to_owned).collect())
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

	const RECORD: H256 = H256([5; 32]);
	const HOSPITAL: AccountId = AccountId::new([1; 32]);

	fn owned(words: &[&str]) -> Vec<String> {
		words.iter().map(|word| (*word).to_owned()).collect()
	}

	/// The table of a patient, who has the key.
	fn patient() -> LabelTable {
		LabelTable { key: LabelKey::from_bytes(&[7; 32]), ..LabelTable::default() }
	}

	/// The table of an author, for whom the custodian computed the tags of these words.
	fn author(words: &[&str]) -> LabelTable {
		let mut table = LabelTable::default();
		let tags: Vec<_> = words.iter().map(|word| Hex(tag(word).0)).collect();
		table.note_tags(&HOSPITAL, &owned(words), &tags).unwrap();
		table
	}

	fn tag(word: &str) -> LabelTag {
		patient().tag_of(word).unwrap()
	}

	#[test]
	fn labels_are_marked_and_learnt() {
		let words = owned(&["hiv", "fertility"]);
		let marked = mark("application/fhir+json", &words);
		assert_eq!(marked, "application/fhir+json; labels=\"hiv,fertility\"");
		assert_eq!(unmark(&marked), ("application/fhir+json", words.clone()));
		assert_eq!(mark("text/plain", &[]), "text/plain");
		assert_eq!(unmark("text/plain"), ("text/plain", vec![]));
		// A word of the patient's own is shown once it was learnt.
		let tags = [tag("hiv"), tag("fertility")];
		let mut table = patient();
		let before = ShownLabels { words: owned(&["hiv"]), unknown: 1 };
		assert_eq!(table.show(&RECORD, &tags), before);
		assert_eq!(before.texts(), ["hiv", "1 unnamed label"]);
		table.learn(&H256([6; 32]), &words);
		assert_eq!(table.words_of(&RECORD, &tags), Some(words));
	}

	#[test]
	fn authors_show_what_a_custodian_or_the_record_says() {
		let tags = [tag("hiv"), tag("fertility")];
		let mut table = author(&["hiv", "psychiatry"]);
		assert_eq!(table.word_of(tag("hiv")).unwrap(), "hiv");
		assert_eq!(table.show(&RECORD, &tags).unknown, 1);
		// A learnt word is not taken for the tag of another record.
		table.learn(&H256([6; 32]), &owned(&["fertility"]));
		assert_eq!(table.show(&RECORD, &tags).unknown, 1);
		table.learn(&RECORD, &owned(&["fertility", "hiv"]));
		assert_eq!(table.show(&RECORD, &tags).unknown, 0);
		// The words are not shown if the record has more tags than words.
		let more = [tag("hiv"), tag("fertility"), tag("other")];
		assert_eq!(table.show(&RECORD, &more).unknown, 2);
		// A reader who knows no words sees only the number of labels.
		let stranger = LabelTable::default();
		assert_eq!(stranger.show(&RECORD, &more).texts(), ["3 unnamed labels"]);
		let unclassified = stranger.show(&RECORD, &[LabelTag::UNCLASSIFIED]);
		assert_eq!(unclassified.texts(), [UNCLASSIFIED]);
	}

	#[test]
	fn consents_name_labels_whose_tags_are_known() {
		let table = patient();
		let named = table.named(&owned(&["psychiatry", "hiv", "hiv"])).unwrap();
		let expected: NamedLabels = canonical_tags([tag("hiv"), tag("psychiatry")]).unwrap();
		assert_eq!(named, expected);
		let refused =
			|table: &LabelTable, word: &str| table.named(&owned(&[word])).unwrap_err().to_string();
		assert!(refused(&table, "psychatry").contains("did you mean “psychiatry”?"));
		assert!(refused(&table, "fertility").contains("not known here"));
		assert!(refused(&table, UNCLASSIFIED).contains("cannot be named"));
		assert!(refused(&LabelTable::default(), "hiv").contains("is not available"));
		let author = author(&["hiv"]);
		assert!(author.named(&owned(&["hiv"])).is_ok());
		assert_eq!(author.without_tag(["hiv", "own"]).len(), listed_words().len() - 2 + 1);
		let many: Vec<String> = (0..17).map(|number| format!("own-{number}")).collect();
		let mut table = patient();
		table.use_words(&many);
		assert!(table.named(&many[..16]).is_ok() && table.named(&many).is_err());
	}

	#[test]
	fn typed_words_are_checked() {
		let mut table = LabelTable::default();
		let check = |table: &LabelTable, word: &str, new| table.check(&owned(&[word]), new);
		let refused =
			|table: &LabelTable, word: &str| check(table, word, false).unwrap_err().to_string();
		assert_eq!(check(&table, "psychiatry", false).unwrap(), ["psychiatry"]);
		assert!(refused(&table, "psychatry").contains("did you mean “psychiatry”?"));
		let unusual = check(&table, "fertility", false).unwrap_err();
		assert_eq!(unusual.downcast_ref::<Advised>().unwrap().advice, Advice::NewLabel);
		assert_eq!(check(&table, "fertility", true).unwrap(), ["fertility"]);
		for word in ["Not A Word", "all", ""] {
			assert!(check(&table, word, true).is_err(), "{word}");
		}
		table.use_words(&owned(&["psychiatry", "fertility"]));
		for word in ["psychiatry", "fertility"] {
			assert!(check(&table, word, false).unwrap().is_empty());
		}
		assert!(refused(&table, "fertilty").contains("did you mean “fertility”?"));
		assert_eq!(table.check(&owned(&["hiv", "hiv"]), false).unwrap(), ["hiv"]);
	}

	#[tokio::test]
	async fn commands_at_once_lose_no_word() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let patient = AccountId::new([7; 32]);
		join_all((0..8).map(|number| {
			let (keep, me, patient) = (&keep, &me, &patient);
			async move {
				let words = owned(&["psychiatry", &format!("own-{number}")]);
				let use_words = |table: &mut LabelTable| {
					table.use_words(&words);
					Ok(())
				};
				LabelTable::update(keep, me, patient, use_words).await.unwrap();
			}
		}))
		.await;
		let table = LabelTable::load(&keep, &me, &patient).await.unwrap();
		assert_eq!(table.used_words().count(), 9, "no word was lost");
	}

	#[tokio::test]
	async fn the_files_are_the_users_own() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//PatientA").unwrap();
		let learn = |table: &mut LabelTable| {
			table.learn(&RECORD, &owned(&["psychiatry"]));
			Ok(())
		};
		let (table, ()) = LabelTable::update(&keep, &me, &me.account(), learn).await.unwrap();
		let fail = |table: &mut LabelTable| -> Result<()> {
			table.use_words(&owned(&["hiv"]));
			bail!("something else")
		};
		let failed = LabelTable::update(&keep, &me, &me.account(), fail).await;
		assert!(failed.is_err());
		assert_eq!(LabelTable::load(&keep, &me, &me.account()).await.unwrap(), table);
		let other = LabelTable::load(&keep, &me, &AccountId::new([8; 32])).await.unwrap();
		assert_eq!(other, LabelTable::default());
		// The first key stays.
		let key = LabelKey::random();
		let account = me.account();
		assert!(LabelTable::keep_key(&keep, &me, &account, key.clone()).await.unwrap() == key);
		let other = LabelKey::random();
		assert!(LabelTable::keep_key(&keep, &me, &account, other).await.unwrap() == key);
		let kept = LabelTable::load(&keep, &me, &me.account()).await.unwrap();
		assert!(kept.key() == Some(&key) && kept.words == table.words);
	}

	/// The custodian seals the label key to the encryption key that the chain has now.
	#[tokio::test]
	async fn a_label_key_is_kept_again_after_the_encryption_key_was_replaced() {
		let keep = MemoryKeep::default();
		let before = Identity::development("//PatientA").unwrap();
		let account = before.account();
		let learn = |table: &mut LabelTable| {
			table.use_words(&owned(&["fertility"]));
			Ok(())
		};
		LabelTable::update(&keep, &before, &account, learn).await.unwrap();
		let key = LabelKey::random();
		LabelTable::keep_key(&keep, &before, &account, key.clone()).await.unwrap();

		let encryption = vouchsafe_vault::seal::SecretKey::random();
		let now = Identity { encryption, ..before.clone() };
		let table = LabelTable::load(&keep, &now, &account).await.unwrap();
		assert_eq!(table, LabelTable::default());
		assert!(LabelTable::keep_key(&keep, &now, &account, key.clone()).await.unwrap() == key);
		LabelTable::update(&keep, &now, &account, learn).await.unwrap();
		let table = LabelTable::load(&keep, &now, &account).await.unwrap();
		assert!(table.key() == Some(&key) && table.used_words().count() == 1);
		let places = keep.places();
		let former = places.iter().filter(|(_, name)| name.ends_with(".former-1")).count();
		assert_eq!((places.len(), former), (4, 2), "nothing is lost: {places:?}");
	}

	#[test]
	fn a_false_tag_is_refused() {
		let mut table = LabelTable::default();
		let mut note = |word: &str, tag| table.note_tags(&HOSPITAL, &owned(&[word]), &[Hex(tag)]);
		assert!(note("hiv", LabelTag::UNCLASSIFIED.0).is_err());
		let mut table = author(&["hiv"]);
		let same = Hex(tag("hiv").0);
		assert!(table.note_tags(&HOSPITAL, &owned(&["psychiatry"]), &[same]).is_err());
		assert!(tells_apart(&LabelKey::random()));
	}

	#[test]
	fn tags_are_forgotten_for_another_institution() {
		let mut table = author(&["hiv"]);
		table.keep_tags_of(&HOSPITAL);
		assert!(table.tag_of("hiv").is_some());
		let clinic = AccountId::new([2; 32]);
		table.note_tags(&clinic, &owned(&["psychiatry"]), &[Hex([3; 4])]).unwrap();
		assert!(table.tag_of("hiv").is_none() && table.tag_of("psychiatry").is_some());
	}

	proptest! {
		#[test]
		fn foreign_media_types_never_panic(text in ".*") {
			let _ = unmark(&text);
			let (_, words) = unmark(&format!("a/b{PARAMETER}{text}"));
			prop_assert!(words.iter().all(|word| is_word(word)));
		}
	}
}
