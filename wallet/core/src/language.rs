//! The languages of the wallet.

use std::sync::LazyLock;
use vouchsafe_speech::Speech;

/// The languages, ISO 639-1.
pub const LANGUAGES: [&str; vouchsafe_speech::LANGUAGES.len()] = vouchsafe_speech::LANGUAGES;

static SPEECHES: LazyLock<Vec<Speech>> =
	LazyLock::new(|| LANGUAGES.iter().map(|it| Speech::for_locale(it)).collect());

/// The texts of a locale such as `de-AT`, or the English ones.
pub fn speech_of(locale: &str) -> &'static Speech {
	let language = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
	let found = SPEECHES.iter().find(|it| it.language() == language);
	found.unwrap_or(&SPEECHES[0])
}
