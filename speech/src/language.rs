//! The languages, and how a message becomes text.

use fluent_bundle::{concurrent::FluentBundle, FluentArgs, FluentResource};
use std::{collections::BTreeSet, sync::OnceLock};
use unic_langid::LanguageIdentifier;

/// A language's messages, as they are compiled in.
pub(crate) struct Locale {
	/// ISO 639-1, lower case.
	pub language: &'static str,
	/// Its files: name and text.
	pub files: &'static [(&'static str, &'static str)],
}

/// A language's files. Each language is a constant of its own, so a program that never names one
/// does not contain its texts.
macro_rules! locale {
	($language:literal) => {
		locale!($language: "words", "lists", "dates", "countries", "grantees", "consents", "requests",
			"decisions", "studies", "log", "access", "readable", "wallet", "app")
	};
	($language:literal: $($file:literal),+) => {
		Locale {
			language: $language,
			files: &[$((
				$file,
				include_str!(concat!("../locales/", $language, "/", $file, ".ftl")),
			)),+],
		}
	};
}

const ENGLISH: Locale = locale!("en");
const GERMAN: Locale = locale!("de");
const INDONESIAN: Locale = locale!("id");

/// Every language.
pub(crate) const LOCALES: &[Locale] = &[ENGLISH, GERMAN, INDONESIAN];

/// The available languages, ISO 639-1.
pub const LANGUAGES: [&str; LOCALES.len()] = {
	let mut languages = [""; LOCALES.len()];
	let mut place = 0;
	while place < LOCALES.len() {
		languages[place] = LOCALES[place].language;
		place += 1;
	}
	languages
};

type Bundle = FluentBundle<FluentResource>;

/// The texts of one language.
pub struct Speech {
	language: &'static str,
	texts: Bundle,
	/// English, for a message that the language lacks.
	fallback: Option<Bundle>,
	/// See [`Self::own_words_of`].
	own_words: OnceLock<BTreeSet<String>>,
}

impl Speech {
	/// The language of a locale such as `de-AT`, or English if there is no such language.
	pub fn for_locale(locale: &str) -> Self {
		let wanted = locale.parse::<LanguageIdentifier>().unwrap_or_default().language;
		match LOCALES.iter().find(|locale| wanted == locale.language) {
			Some(locale) if locale.language != ENGLISH.language => Self::with_fallback(locale),
			_ => Self::english(),
		}
	}

	pub(crate) fn with_fallback(locale: &Locale) -> Self {
		Self::of(locale, Some(bundle(&ENGLISH).0))
	}

	/// English.
	pub fn english() -> Self {
		Self::of(&ENGLISH, None)
	}

	fn of(locale: &Locale, fallback: Option<Bundle>) -> Self {
		let texts = bundle(locale).0;
		Self { language: locale.language, texts, fallback, own_words: OnceLock::new() }
	}

	/// Words of this language's sentences, made by `make` when they are needed first.
	pub(crate) fn own_words_of(
		&self,
		make: impl FnOnce() -> BTreeSet<String>,
	) -> &BTreeSet<String> {
		self.own_words.get_or_init(make)
	}

	/// The language, ISO 639-1, lower case.
	pub fn language(&self) -> &'static str {
		self.language
	}

	/// The text of a message, or of an attribute of it. If the language cannot give it, the text is
	/// the English one; a test makes sure that neither happens.
	pub(crate) fn format(&self, id: &str, attribute: Option<&str>, args: &FluentArgs) -> String {
		format(&self.texts, id, attribute, args)
			.or_else(|| format(self.fallback.as_ref()?, id, attribute, args))
			.unwrap_or_else(|| {
				// So no content is lost.
				let said: Vec<_> =
					args.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
				format!("{id} ({})", said.join(", "))
			})
	}

	/// The text of a message without arguments.
	pub(crate) fn text(&self, id: &str) -> String {
		self.format(id, None, &FluentArgs::new())
	}
}

/// A locale's messages, and what is wrong with its files.
pub(crate) fn bundle(locale: &Locale) -> (Bundle, Vec<String>) {
	let mut problems = Vec::new();
	let language: LanguageIdentifier = locale.language.parse().unwrap_or_default();
	let mut bundle = Bundle::new_concurrent(vec![language]);
	// The text of a consent is signed: it has no invisible marks around its names.
	bundle.set_use_isolating(false);
	for (name, source) in locale.files {
		let resource =
			FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(rest, errors)| {
				problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
				rest
			});
		if let Err(errors) = bundle.add_resource(resource) {
			problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
		}
	}
	(bundle, problems)
}

/// The text, if there is one and every argument and reference of it is known.
pub(crate) fn format(
	bundle: &Bundle,
	id: &str,
	attribute: Option<&str>,
	args: &FluentArgs,
) -> Option<String> {
	let message = bundle.get_message(id)?;
	let pattern = match attribute {
		Some(attribute) => message.get_attribute(attribute)?.value(),
		None => message.value()?,
	};
	let mut errors = Vec::new();
	let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
	errors.is_empty().then_some(text)
}
