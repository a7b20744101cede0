//! Gives [`vouchsafe_speech`] the languages of this program, its names of accounts and its words for
//! labels. What a program says itself is in [`ENGLISH`]; what somebody signs is in the language of the
//! [session](crate::session::Session).

use crate::{labels::LabelTable, names::Names};
use std::sync::{LazyLock, OnceLock};
use vouchsafe_protocol::types::{AccountId, LabelTag};
use vouchsafe_speech::{LabelWords, Speech, Teller};

/// English.
pub static ENGLISH: LazyLock<Speech> = LazyLock::new(Speech::english);

static GERMAN: OnceLock<Speech> = OnceLock::new();
static INDONESIAN: OnceLock<Speech> = OnceLock::new();

/// The language of a locale, and where it is kept, if it is not English.
fn other_than_english(locale: &str) -> Option<(&'static str, &'static OnceLock<Speech>)> {
	match locale.get(..2).map(str::to_ascii_lowercase).as_deref() {
		Some("de") => Some(("de", &GERMAN)),
		Some("id") => Some(("id", &INDONESIAN)),
		_ => None,
	}
}

/// The language of a locale such as `de-AT`, or English if there are no texts in it.
pub fn speech_of(locale: &str) -> &'static Speech {
	match other_than_english(locale) {
		Some((language, place)) if Speech::contains(language) => {
			place.get_or_init(|| Speech::for_locale(language))
		},
		Some((_, place)) => place.get().unwrap_or(&ENGLISH),
		None => &ENGLISH,
	}
}

/// The language of a locale whose texts this program needs from elsewhere, if it does: see [`learn`].
pub fn unknown(locale: &str) -> Option<&'static str> {
	let (language, place) = other_than_english(locale)?;
	(!Speech::contains(language) && place.get().is_none()).then_some(language)
}

/// Takes the texts of a language that this program does not contain. Texts that cannot be read are not
/// used.
pub fn learn(language: &str, texts: &str) {
	let place = other_than_english(language).map(|(_, place)| place);
	if let Some((place, speech)) = place.zip(Speech::from_texts(language, texts)) {
		let _ = place.set(speech);
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
			assert_eq!(unknown(language), None, "only a browser lacks languages");
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
