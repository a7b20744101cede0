//! The languages, and how a message becomes text.

use fluent_bundle::{concurrent::FluentBundle, FluentArgs, FluentResource, FluentValue};
use std::{collections::BTreeSet, sync::OnceLock};
use unic_langid::LanguageIdentifier;

/// A language's messages, as they are compiled in.
pub(crate) struct Locale {
	/// ISO 639-1, lower case.
	pub language: &'static str,
	/// Its files: name and text.
	pub files: &'static [(&'static str, &'static str)],
}

/// A language's files.
macro_rules! locale {
	($language:literal) => {
		locale!($language: "words", "lists", "dates", "countries", "grantees", "consents", "requests",
			"decisions", "studies", "representation", "log", "access", "readable", "wallet", "app")
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
const GERMAN: Locale = outside_wasm(locale!("de"));
const INDONESIAN: Locale = outside_wasm(locale!("id"));

/// A language that a browser fetches when it is needed. See [`Speech::from_texts`].
const fn outside_wasm(locale: Locale) -> Locale {
	match cfg!(target_family = "wasm") {
		true => Locale { files: &[], ..locale },
		false => locale,
	}
}

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
	/// The language of a locale such as `de-AT`, or English if this program has no such language.
	pub fn for_locale(locale: &str) -> Self {
		let wanted = locale.parse::<LanguageIdentifier>().unwrap_or_default().language;
		let mut contained = LOCALES.iter().filter(|locale| !locale.files.is_empty());
		match contained.find(|locale| wanted == locale.language) {
			Some(locale) if locale.language != ENGLISH.language => Self::with_fallback(locale),
			_ => Self::english(),
		}
	}

	pub(crate) fn with_fallback(locale: &Locale) -> Self {
		Self::of(locale.language, bundle(locale).0, Some(bundle(&ENGLISH).0))
	}

	/// One of the [`LANGUAGES`] whose texts this program does not contain: they are the language's files
	/// in one. `None` if there is no such language, or not each text can be read.
	pub fn from_texts(language: &str, texts: &str) -> Option<Self> {
		let locale = LOCALES.iter().find(|locale| locale.language == language)?;
		let (texts, problems) = bundle_of(locale.language, &[("texts", texts)]);
		let fallback = || Some(bundle(&ENGLISH).0);
		problems.is_empty().then(|| Self::of(locale.language, texts, fallback()))
	}

	/// Whether this program contains the texts of a language.
	pub fn contains(language: &str) -> bool {
		LOCALES.iter().any(|locale| locale.language == language && !locale.files.is_empty())
	}

	/// English.
	pub fn english() -> Self {
		Self::of(ENGLISH.language, bundle(&ENGLISH).0, None)
	}

	fn of(language: &'static str, texts: Bundle, fallback: Option<Bundle>) -> Self {
		Self { language, texts, fallback, own_words: OnceLock::new() }
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
				let said: Vec<_> = args
					.iter()
					.map(|(name, value)| match value {
						FluentValue::String(text) => format!("{name}: {text}"),
						FluentValue::Number(number) => format!("{name}: {}", number.value),
						_ => name.to_owned(),
					})
					.collect();
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
	bundle_of(locale.language, locale.files)
}

fn bundle_of(language: &str, files: &[(&str, &str)]) -> (Bundle, Vec<String>) {
	let mut problems = Vec::new();
	let language: LanguageIdentifier = language.parse().unwrap_or_default();
	let mut bundle = Bundle::new_concurrent(vec![language]);
	// The text of a consent is signed: it has no invisible marks around its names.
	bundle.set_use_isolating(false);
	for (name, source) in files {
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
