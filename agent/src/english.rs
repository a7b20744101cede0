//! Gives [`vouchsafe_speech`] the languages of this program, its names of accounts and its words for
//! labels. What a program says itself is in [`ENGLISH`]; what somebody signs is in the language of the
//! [session](crate::session::Session).

use crate::{labels::LabelTable, names::Names};
use std::sync::LazyLock;
use vouchsafe_protocol::types::{AccountId, LabelTag};
use vouchsafe_speech::{LabelWords, Speech, Teller};

/// English.
pub static ENGLISH: LazyLock<Speech> = LazyLock::new(Speech::english);

static GERMAN: LazyLock<Speech> = LazyLock::new(|| Speech::for_locale("de"));
static INDONESIAN: LazyLock<Speech> = LazyLock::new(|| Speech::for_locale("id"));

/// The language of a locale such as `de-AT`, or English if there are no texts in it.
pub fn speech_of(locale: &str) -> &'static Speech {
	match locale.get(..2).map(str::to_ascii_lowercase).as_deref() {
		Some("de") => &GERMAN,
		Some("id") => &INDONESIAN,
		_ => &ENGLISH,
	}
}

/// Makes sentences in English with these names and labels.
pub fn teller<'a>(names: &'a Names, labels: &'a LabelTable) -> Teller<'a> {
	Teller { speech: &ENGLISH, names, labels }
}

impl Names {
	/// The name of an account, as it can be put into a sentence that somebody signs.
	pub fn in_sentence(&self, account: &AccountId) -> String {
		ENGLISH.insert(&self.show(account))
	}
}

impl vouchsafe_speech::Names for Names {
	fn name(&self, account: &AccountId) -> String {
		self.show(account)
	}
}

/// Names with a part of each account's address, for sentences in which a person permits something.
pub(crate) struct WithFingerprints<'a>(pub &'a Names);

impl vouchsafe_speech::Names for WithFingerprints<'_> {
	fn name(&self, account: &AccountId) -> String {
		self.0.show_with_address(account)
	}
}

impl LabelWords for LabelTable {
	fn word(&self, tag: LabelTag) -> Option<String> {
		self.word_of(tag)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_speech::LANGUAGES;

	#[test]
	fn every_language_can_be_spoken() {
		for language in LANGUAGES {
			assert_eq!(speech_of(language).language(), language);
		}
		for (locale, language) in [
			("de_AT.UTF-8", "de"),
			("ID", "id"),
			("C", "en"),
			("", "en"),
			("é", "en"),
			("fr", "en"),
		] {
			assert_eq!(speech_of(locale).language(), language, "{locale}");
		}
	}
}
