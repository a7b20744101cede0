//! What a sentence needs to know of its reader, and what all sentences have in common.

use crate::{countries::COUNTRIES, phrase::Form, Join, Speech};
use fluent_bundle::FluentArgs;
use vouchsafe_primitives::{AccountId, Country, LabelTag, RecordId};

/// The names that the reader knows.
pub trait Names {
	/// A short name for the account. Two accounts never have the same name, because the sentences
	/// of consents are told apart by them.
	fn name(&self, account: &AccountId) -> String;
}

/// The labels whose meaning the reader knows.
pub trait LabelWords {
	/// The word for the label with this tag. Two labels never have the same word.
	fn word(&self, tag: LabelTag) -> Option<String>;
}

/// Makes sentences in one language, with the names and labels that the reader knows.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
	/// The language.
	pub speech: &'a Speech,
	/// Names of accounts.
	pub names: &'a dyn Names,
	/// Words for labels.
	pub labels: &'a dyn LabelWords,
}

/// The short form of a record's id, for lists and logs: its first 8 digits.
pub fn short(record: &RecordId) -> String {
	let [a, b, c, d, ..] = record.0;
	hex(&[a, b, c, d])
}

/// A record's id as people sign and compare it: its first 16 digits. Somebody who adds many records
/// can choose 8 digits of an id, but not 16.
pub fn compared(record: &RecordId) -> String {
	let [_, _, _, _, a, b, c, d, ..] = record.0;
	format!("{}-{}", short(record), hex(&[a, b, c, d]))
}

/// The short form of a record's id in a list, or the longer one if the short one is another's too.
pub fn short_among(record: &RecordId, list: &[RecordId]) -> String {
	let is_alone = !list.iter().any(|other| other != record && short(other) == short(record));
	if is_alone {
		short(record)
	} else {
		compared(record)
	}
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Teller<'_> {
	/// The name of an account.
	pub fn who(&self, account: &AccountId) -> String {
		self.speech.insert(&self.names.name(account))
	}

	/// The labels in words: all that are known by their words, the others by their tags.
	pub fn labels(&self, labels: &[LabelTag]) -> Vec<String> {
		labels.iter().map(|tag| self.label(*tag)).collect()
	}

	fn label(&self, tag: LabelTag) -> String {
		if tag == LabelTag::UNCLASSIFIED {
			return self.speech.label_unclassified();
		}
		match self.labels.word(tag) {
			Some(word) => self.speech.label(&word),
			None => self.speech.label_unnamed(hex(&tag.0)),
		}
	}

	pub(crate) fn whose(&self, join: Join, accounts: &[AccountId]) -> String {
		let names: Vec<_> = accounts.iter().map(|account| self.who(account)).collect();
		self.speech.list(join, &names)
	}
}

/// The labels that have a phrase.
pub(crate) const LABELS: [&str; 7] = [
	"label-hiv",
	"label-psychiatry",
	"label-substance-use",
	"label-sexual-health",
	"label-sexually-transmitted",
	"label-genetics",
	"label-violence",
];

impl Speech {
	/// A label's phrase, or its word if it has none.
	pub fn label(&self, word: &str) -> String {
		let id = format!("label-{word}");
		if LABELS.contains(&id.as_str()) {
			self.text(&id)
		} else {
			self.insert(word)
		}
	}

	/// A country by its code: "Germany".
	pub fn country(&self, code: &Country) -> String {
		self.country_in(code, Form::Plain)
	}

	pub(crate) fn country_in(&self, code: &Country, form: Form) -> String {
		let key = form.key();
		let letters = || code.iter().map(|byte| char::from(byte.to_ascii_lowercase()));
		let id = format!("country-{}", letters().collect::<String>());
		if code.iter().all(u8::is_ascii_uppercase) && COUNTRIES.contains(&id.as_str()) {
			self.format(&id, None, &FluentArgs::from_iter([("form", key)]))
		} else if code.iter().all(u8::is_ascii_alphanumeric) {
			self.country_unknown(code.iter().copied().map(char::from).collect::<String>(), key)
		} else {
			let digits: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
			self.country_unknown(format!("0x{digits}"), key)
		}
	}
}
