//! Every message that the code uses is in every language with the right arguments, and nothing else
//! is. So no text can fail to be made.

use crate::{
	app::APP,
	countries::COUNTRIES,
	dates::MONTHS,
	language::{bundle, format, Locale, LOCALES},
	messages::MESSAGES,
	phrase::{phrase_ids, Form},
	readable::{CODES, WORDS},
	teller::LABELS,
	*,
};
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{
	Attribute, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, VariantKey,
};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{Category, Purpose, Role, Vocabulary};

type Arguments = BTreeSet<String>;

/// The argument that a language may leave out: the grammatical form of a phrase.
const FORM: &str = "form";

/// Each message and attribute (`id.attribute`) of a locale, with the arguments that it uses.
fn messages_of(locale: &Locale) -> BTreeMap<String, Arguments> {
	let mut found = BTreeMap::new();
	let mut add = |id: String, pattern: &Pattern<&str>| {
		let mut arguments = Arguments::new();
		collect(pattern, &mut arguments);
		assert!(found.insert(id.clone(), arguments).is_none(), "{id} is there twice");
	};
	for (name, source) in locale.files {
		let resource = FluentResource::try_new((*source).to_owned()).unwrap();
		for entry in resource.entries() {
			match entry {
				Entry::Message(Message { id, value, attributes, .. }) => {
					add(id.name.to_owned(), value.as_ref().unwrap());
					for Attribute { id: attribute, value } in attributes {
						add(format!("{}.{}", id.name, attribute.name), value);
					}
				},
				Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {},
				other => panic!("{name}: {other:?}"),
			}
		}
	}
	found
}

fn collect(pattern: &Pattern<&str>, arguments: &mut Arguments) {
	for element in &pattern.elements {
		let PatternElement::Placeable { expression } = element else { continue };
		match expression {
			Expression::Inline(inline) => {
				arguments.insert(argument(inline));
			},
			Expression::Select { selector, variants } => {
				let selector = argument(selector);
				for variant in variants {
					let name = match variant.key {
						VariantKey::Identifier { name } => name,
						VariantKey::NumberLiteral { value } => value,
					};
					let known: &[&str] = match selector.as_str() {
						"effect" => &["permit", "deny", "request"],
						"person" => &["first", "second", "third"],
						"count" => &["1", "zero", "one", "two", "few", "many", "other"],
						FORM => &Form::KEYS,
						_ => panic!("{selector} is not a selector"),
					};
					assert!(known.contains(&name), "{name} is not a value of {selector}");
					collect(&variant.value, arguments);
				}
				arguments.insert(selector);
			},
		}
	}
}

/// Messages use arguments only: a reference to another message, a term or a function could fail.
fn argument(inline: &InlineExpression<&str>) -> String {
	match inline {
		InlineExpression::VariableReference { id } => id.name.to_owned(),
		other => panic!("not an argument: {other:?}"),
	}
}

/// A browser gets the files of a language in one.
#[test]
fn a_language_can_come_from_elsewhere() {
	for locale in LOCALES {
		let texts: Vec<_> = locale.files.iter().map(|(_, text)| *text).collect();
		let speech = Speech::from_texts(locale.language, &texts.join("\n")).unwrap();
		assert_eq!(speech.language(), locale.language);
		let here = Speech::for_locale(locale.language);
		assert_eq!(speech.moment(1_798_675_200), here.moment(1_798_675_200));
		assert_eq!(speech.quote("a"), here.quote("a"));
	}
	assert!(Speech::from_texts("fr", "a = b\n").is_none());
	assert!(Speech::from_texts("de", "a = { $b\n").is_none());
	assert!(Speech::from_texts("de", "a = b\na = c\n").is_none(), "a text is there twice");
}

#[test]
fn languages_are_complete() {
	let mut used: BTreeMap<String, Arguments> = BTreeMap::new();
	let mut add = |id: &str, arguments: &[&str]| {
		let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
		assert!(used.insert(id.to_owned(), arguments).is_none(), "{id} is used twice");
	};
	MESSAGES.iter().chain(APP).for_each(|(id, arguments)| add(id, arguments));
	MONTHS.iter().chain(&LABELS).for_each(|id| add(id, &[]));
	COUNTRIES.iter().for_each(|id| add(id, &[FORM]));
	LogKind::ALL.iter().for_each(|kind| add(&kind.id(), &[]));
	WORDS.iter().for_each(|id| add(id, &[]));
	CODES.iter().for_each(|code| add(&format!("doc-{code}"), &[]));
	Noun::ALL.iter().for_each(|noun| add(noun.id(), &["count"]));
	Counted::ALL.iter().for_each(|counted| add(counted.id(), &["count"]));
	Category::WORDS.iter().for_each(|word| add(&format!("category-{word}.one"), &[]));
	Role::WORDS.iter().for_each(|word| add(&format!("role-{word}.one"), &[]));
	for id in phrase_ids() {
		let to_the_patient = [Purpose::PatientRequest, Purpose::FamilyRequest]
			.iter()
			.any(|purpose| id == format!("purpose-{purpose}"));
		let inflected = id.starts_with("role-") || id.starts_with("action-");
		add(
			&id,
			match (to_the_patient, inflected) {
				(true, _) => &["person"],
				(false, true) => &[FORM],
				(false, false) => &[],
			},
		);
	}
	for locale in LOCALES {
		assert_eq!(bundle(locale).1, Vec::<String>::new(), "{}", locale.language);
		let found = messages_of(locale);
		for (id, arguments) in &used {
			let found =
				found.get(id).unwrap_or_else(|| panic!("{}: {id} missing", locale.language));
			let but_form = |all: &Arguments| -> Arguments {
				all.iter().filter(|argument| *argument != FORM).cloned().collect()
			};
			assert_eq!(but_form(found), but_form(arguments), "{}: {id}", locale.language);
			assert!(found.is_subset(arguments), "{}: {id} has no form", locale.language);
		}
		let unused: Vec<_> = found.keys().filter(|id| !used.contains_key(*id)).collect();
		assert!(unused.is_empty(), "{}: unused {unused:?}", locale.language);
	}
}

#[test]
fn items_of_a_list_have_different_phrases() {
	for locale in LOCALES {
		let speech = Speech::for_locale(locale.language);
		let mut texts = BTreeMap::new();
		for id in COUNTRIES.iter().chain(&LABELS).chain(&MONTHS) {
			let form = FluentArgs::from_iter([(FORM, Form::Plain.key())]);
			assert_eq!(texts.insert(speech.format(id, None, &form), *id), None, "{id}");
		}
		fn different<V: Phrase>(speech: &Speech) {
			for person in [Person::First, Person::Second, Person::Third] {
				let texts: BTreeSet<_> =
					V::ITEMS.iter().map(|item| speech.phrase_for(*item, person)).collect();
				assert_eq!(texts.len(), V::ITEMS.len(), "{texts:?}");
			}
		}
		different::<vouchsafe_primitives::AccountKind>(&speech);
		different::<vouchsafe_primitives::Status>(&speech);
		different::<vouchsafe_primitives::Role>(&speech);
		different::<vouchsafe_primitives::Category>(&speech);
		different::<vouchsafe_primitives::Action>(&speech);
		different::<vouchsafe_primitives::Purpose>(&speech);
		different::<vouchsafe_primitives::Confidentiality>(&speech);
		different::<vouchsafe_primitives::StudyTrait>(&speech);
		different::<vouchsafe_primitives::study::StudyStage>(&speech);
		different::<vouchsafe_primitives::study::Loss>(&speech);
		different::<vouchsafe_primitives::Origin>(&speech);
		different::<vouchsafe_primitives::RelationKind>(&speech);
		different::<vouchsafe_primitives::RecordStatus>(&speech);
		different::<vouchsafe_primitives::HolderKind>(&speech);
		different::<vouchsafe_primitives::policy::Mismatch>(&speech);
		different::<vouchsafe_primitives::Scope>(&speech);
		different::<vouchsafe_primitives::LegalBasis>(&speech);
	}
}

#[test]
fn broken_files_are_reported() {
	let broken = Locale { language: "en", files: &[("words", "one = 1\none = 2\n= 3\n")] };
	let (_, problems) = bundle(&broken);
	assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn missing_arguments_are_errors() {
	let locale = Locale { language: "en", files: &[("words", "greeting = Hello { $name }\n")] };
	let (bundle, problems) = bundle(&locale);
	assert!(problems.is_empty());
	assert_eq!(format(&bundle, "greeting", None, &FluentArgs::new()), None);
	let args = FluentArgs::from_iter([("name", "Eva")]);
	assert_eq!(format(&bundle, "greeting", None, &args).unwrap(), "Hello Eva");
	assert_eq!(format(&bundle, "greeting", Some("one"), &args), None);
	assert_eq!(format(&bundle, "farewell", None, &args), None);
}

#[test]
fn english_replaces_what_a_language_lacks() {
	let partial = Locale { language: "de", files: &[("lists", "month-1 = Januar\n")] };
	let speech = Speech::with_fallback(&partial);
	assert_eq!(speech.language(), "de");
	assert_eq!(
		(speech.text("month-1").as_str(), speech.text("month-2").as_str()),
		("Januar", "February")
	);
	assert_eq!(speech.count(Noun::Record, 2), "2 records");
	// Even a message that no language has says its arguments.
	let args = FluentArgs::from_iter([("who", "Eva")]);
	assert!(speech.format("no-such-message", None, &args).contains("Eva"));
}

#[test]
fn locales_are_matched_by_language() {
	for locale in ["en", "en-GB", "EN_us", "fr", "", "not a locale", "€"] {
		assert_eq!(Speech::for_locale(locale).language(), "en", "{locale}");
	}
	for locale in ["de", "de-AT", "DE_ch"] {
		assert_eq!(Speech::for_locale(locale).language(), "de", "{locale}");
	}
	assert_eq!(Speech::for_locale("id-ID").language(), "id");
	assert_eq!(LANGUAGES, ["en", "de", "id"]);
	fn is_shared_between_threads<T: Send + Sync>() {}
	is_shared_between_threads::<Speech>();
}

#[test]
fn lists_and_counts_work() {
	let speech = Speech::english();
	assert_eq!(speech.and(&[""; 0]), "");
	assert_eq!(speech.and(&["a"]), "a");
	assert_eq!(speech.and(&["a", "b"]), "a and b");
	assert_eq!(speech.and(&["a", "b", "c", "d"]), "a, b, c and d");
	assert_eq!(speech.list(Join::Or, &["a", "b"]), "a or b");
	assert_eq!(speech.list(Join::Or, &["a", "b", "c"]), "a, b or c");
	assert_eq!(speech.count(Noun::Entry, 0), "0 entries");
	assert_eq!(speech.count(Noun::Entry, 1), "1 entry");
	assert_eq!(speech.count(Noun::Version, 1_234_567), "1234567 versions");
}

#[test]
fn each_language_has_its_own_plurals_lists_numbers_and_dates() {
	let [english, german, indonesian] = ["en", "de", "id"].map(Speech::for_locale);
	let told = |speech: &Speech| {
		[
			speech.and(&["a", "b", "c"]),
			speech.list(Join::Or, &["a", "b"]),
			speech.count(Noun::Record, 1),
			speech.count(Noun::Record, 2),
			speech.counted(Counted::RequestsWaiting, 1),
			speech.counted(Counted::RequestsWaiting, 3),
			speech.number("0.25"),
			speech.moment(1_798_675_199),
			speech.moment_near(0, 0),
			speech.month(1_522),
			speech.duration(90_000),
		]
	};
	assert_eq!(
		told(&english),
		[
			"a, b and c",
			"a or b",
			"1 record",
			"2 records",
			"1 request waits for your answer",
			"3 requests wait for your answer",
			"0.25",
			"30 December 2026 at 23:59:59 UTC",
			"00:00 UTC",
			"November 2026",
			"1 day and 1 hour",
		]
	);
	assert_eq!(
		told(&german),
		[
			"a, b und c",
			"a oder b",
			"1 Dokument",
			"2 Dokumente",
			"1 Anfrage wartet auf Ihre Antwort",
			"3 Anfragen warten auf Ihre Antwort",
			"0,25",
			"30. Dezember 2026, 23:59:59 Uhr UTC",
			"00:00 Uhr UTC",
			"November 2026",
			"1 Tag und 1 Stunde",
		]
	);
	assert_eq!(
		told(&indonesian),
		[
			"a, b, dan c",
			"a atau b",
			"1 rekam medis",
			"2 rekam medis",
			"1 permintaan menunggu jawaban Anda",
			"3 permintaan menunggu jawaban Anda",
			"0,25",
			"30 Desember 2026 pukul 23.59.59 UTC",
			"pukul 00.00 UTC",
			"November 2026",
			"1 hari dan 1 jam",
		]
	);
}

#[test]
fn phrases_are_inflected_where_a_language_needs_it() {
	let [english, german] = ["en", "de"].map(Speech::for_locale);
	assert_eq!(german.country(b"NL"), "die Niederlande");
	assert_eq!(german.country_in(b"NL", Form::Dative), "den Niederlanden");
	assert_eq!(english.country_in(b"NL", Form::Dative), "the Netherlands");
	let role = vouchsafe_primitives::Role::Physician;
	assert_eq!(german.phrase(role), "Ärztinnen und Ärzte");
	assert_eq!(german.phrase_in(role, Form::Dative), "Ärztinnen und Ärzten");
	assert_eq!(english.phrase_in(role, Form::Dative), "physicians");
}

#[test]
fn names_that_read_as_a_part_of_a_sentence_are_quoted_in_each_language() {
	for (language, name, quoted) in [
		("de", "Pflegekräfte", "„Pflegekräfte“"),
		("de", "Ärzten Nord", "„Ärzten Nord“"),
		("de", "Alle", "„Alle“"),
		("de", "Dr. Berger bei Hospital B", "„Dr. Berger bei Hospital B“"),
		("de", "Klinik „Nord“", "„Klinik \"Nord\"“"),
		("id", "Dokter", "“Dokter”"),
		("id", "Semua Orang", "“Semua Orang”"),
		("id", "Ani di Klinik B", "“Ani di Klinik B”"),
	] {
		assert_eq!(Speech::for_locale(language).insert(name), quoted);
	}
	for (language, name) in [
		("de", "Klinikum St. Georg"),
		("de", "Dr. Anna von Berg"),
		("id", "RSUP Dr. Cipto Mangunkusumo"),
		("id", "dr. Budi Santoso"),
	] {
		assert_eq!(Speech::for_locale(language).insert(name), name);
	}
}

/// The ids and arguments of the page's texts. They are plain: no selectors, references, attributes.
fn page_of(language: &str) -> BTreeMap<String, Arguments> {
	let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
	let source = std::fs::read_to_string(folder.join(language).join("page.ftl")).unwrap();
	let resource = FluentResource::try_new(source)
		.unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
	let mut found = BTreeMap::new();
	for entry in resource.entries() {
		let Entry::Message(Message { id, value, attributes, .. }) = entry else { continue };
		assert!(attributes.is_empty(), "{language}: {} has attributes", id.name);
		let mut arguments = Arguments::new();
		for element in &value.as_ref().unwrap().elements {
			match element {
				PatternElement::TextElement { value } => {
					assert!(!value.chars().any(is_invisible), "{language}: {}", id.name);
				},
				PatternElement::Placeable { expression: Expression::Inline(inline) } => {
					arguments.insert(argument(inline));
				},
				PatternElement::Placeable { .. } => {
					panic!("{language}: {} has a selector", id.name)
				},
			}
		}
		assert!(found.insert(id.name.to_owned(), arguments).is_none(), "{language}: {}", id.name);
	}
	found
}

#[test]
fn the_pages_texts_are_plain_and_in_every_language() {
	let english = page_of("en");
	assert!(english.keys().all(|id| id.starts_with("page-")));
	for language in LANGUAGES {
		let texts = page_of(language);
		let ids =
			|texts: &BTreeMap<String, Arguments>| texts.keys().cloned().collect::<BTreeSet<_>>();
		let differ: Vec<_> = ids(&english).symmetric_difference(&ids(&texts)).cloned().collect();
		assert!(differ.is_empty(), "{language} lacks or has more: {differ:?}");
		assert_eq!(texts, english, "{language}");
	}
}

#[test]
fn dates_work() {
	let speech = Speech::english();
	assert_eq!(speech.month(0), "January 1900");
	assert_eq!(speech.month(1_522), "November 2026");
	assert_eq!(speech.month(u16::MAX), "April 7361");
	assert_eq!(speech.moment(0), "1 January 1970 at 00:00 UTC");
	assert_eq!(speech.moment(951_782_399), "28 February 2000 at 23:59:59 UTC");
	assert_eq!(speech.moment(951_782_400), "29 February 2000 at 00:00 UTC");
	assert_eq!(speech.moment(951_868_800), "1 March 2000 at 00:00 UTC");
	assert_eq!(speech.moment(1_798_675_199), "30 December 2026 at 23:59:59 UTC");
	assert_eq!(speech.moment(4_107_542_400), "1 March 2100 at 00:00 UTC");
	assert_eq!(speech.moment(u64::MAX), "9 November 584554051223 at 07:00:15 UTC");
	assert_eq!(speech.moment_near(1_798_675_199, 1_798_675_200), speech.moment(1_798_675_199));
	assert_eq!(speech.moment_near(1_798_675_260, 1_798_761_599), "00:01 UTC");
	assert_eq!(speech.duration(0), "0 seconds");
	assert_eq!(speech.duration(2_592_000), "30 days");
	assert_eq!(speech.duration(90_061), "1 day, 1 hour, 1 minute and 1 second");
	assert_eq!(speech.duration(7_200), "2 hours");
}

#[test]
fn words_of_documents_work() {
	let speech = Speech::english();
	let date = |month, day, time| speech.document_date(2026, month, day, time);
	assert_eq!(date(None, None, None), "2026");
	assert_eq!(date(Some(11), None, None), "November 2026");
	assert_eq!(date(Some(11), Some(3), None), "3 November 2026");
	assert_eq!(date(Some(11), Some(3), Some("14:05")), "3 November 2026 at 14:05");
	let often = |often, period, unit| {
		speech.document_frequency(often, period, TimeUnit::of_code(unit).unwrap())
	};
	assert_eq!(often(1, 1, "d"), "once a day");
	assert_eq!(often(3, 1, "wk"), "3 times a week");
	assert_eq!(often(1, 8, "h"), "every 8 hours");
	assert_eq!(often(2, 3, "mo"), "2 times every 3 months");
	assert_eq!(speech.document_code("meaning", "HH").unwrap(), "much too high");
	assert_eq!(speech.document_code("status", "unknown"), None);
	assert_eq!(speech.document_code("status", "HH"), None);
	let text = |it: &str| Some(it.to_owned());
	assert_eq!(speech.document_period(text("a"), text("a")).unwrap(), "a");
	assert_eq!(speech.document_period(text("a"), None).unwrap(), "since a");
	assert_eq!(speech.document_range(None, text("5")).unwrap(), "at most 5");
	assert_eq!(speech.document_range(None, None), None);
}

#[test]
fn ids_are_short_if_they_are_told_apart() {
	let id = |fourth, fifth| {
		let mut id = [0xab; 32];
		(id[3], id[4]) = (fourth, fifth);
		vouchsafe_primitives::RecordId::from(id)
	};
	let list = [id(1, 1), id(2, 1), id(2, 2)];
	let shown: Vec<_> = list.iter().map(|it| crate::short_among(it, &list)).collect();
	assert_eq!(shown, ["ababab01", "ababab02-01ababab", "ababab02-02ababab"]);
}

#[test]
fn countries_have_names() {
	let speech = Speech::english();
	assert_eq!(speech.country(b"DE"), "Germany");
	assert_eq!(speech.country(b"NL"), "the Netherlands");
	assert_eq!(speech.country(b"ZZ"), "the country with the code ZZ");
	assert_eq!(speech.country(b"de"), "the country with the code de");
	assert_eq!(speech.country(&[0xff, b'A']), "the country with the code 0xff41");
}
