//! Protocols: what is read from them, and the error for each thing that can be wrong.

use proptest::prelude::*;
use serde_json::{json, Value};
use vouchsafe_fhir::study::{CodeSystem, Protocol, ProtocolError, MAX_PROTOCOL, OUTSIDE};
use vouchsafe_primitives::{Categories, Category, StudyQuestion, StudyTrait, StudyTraits};

fn read_with(protocol: &Value, traits: StudyTraits) -> Result<Protocol, ProtocolError> {
	Protocol::read(protocol.to_string().as_bytes(), traits)
}

fn read(protocol: &Value) -> Result<Protocol, ProtocolError> {
	read_with(protocol, StudyTraits::default())
}

fn refused(protocol: &Value) -> ProtocolError {
	read(protocol).unwrap_err()
}

fn with(field: &str, value: Value) -> Value {
	let mut protocol = json!({
		"version": 1,
		"question": { "en": "How many?" },
		"reference_date": "2026-01-01",
		"table": { "by": [by_age()] },
	});
	if field == "sum" {
		protocol.as_object_mut().unwrap().remove("table");
	}
	protocol[field] = value;
	protocol
}

/// A protocol with a table of these extractors.
fn table(by: Value) -> Value {
	with("table", json!({ "by": by }))
}

fn cohort(condition: Value) -> Value {
	with("cohort", json!([condition]))
}

fn by_age() -> Value {
	json!({ "age": { "cells": [{ "name": "young", "below": 18 }, { "name": "old", "from": 18 }] } })
}

fn by_sex() -> Value {
	json!({ "sex": { "cells": [
		{ "name": "female", "is": ["female"] },
		{ "name": "others", "otherwise": true },
	] } })
}

fn by_code(kind: &str, codes: Value) -> Value {
	json!({ kind: { "cells": [{ "name": "it", "codes": codes }] } })
}

fn by_bands(bands: Value) -> Value {
	json!({ "age": { "cells": bands } })
}

#[test]
fn a_table_has_its_cells_and_outside() {
	let protocol = read(&table(json!([by_age(), by_sex()]))).unwrap();
	let names = ["young, female", "young, others", "old, female", "old, others", OUTSIDE];
	assert_eq!(protocol.cell_names(), names);
	assert_eq!(protocol.question(), StudyQuestion::Table { cells: 5, weight: 1 });
	assert!(protocol.question().is_sound());
	let cell = |code: u32| json!({ "name": code.to_string(), "codes": { "SNOMED CT": [code.to_string()] } });
	let codes = json!({ "allergy": { "cells": (111_110..111_118).map(cell).collect::<Vec<_>>() } });
	let heavy = |by: Value| read(&with("table", json!({ "by": by, "weight": 8 })));
	let question = StudyQuestion::Table { cells: 17, weight: 8 };
	assert_eq!(heavy(json!([codes, by_sex()])).unwrap().question(), question);
}

#[test]
fn a_sum_has_two_cells() {
	let number = json!({ "value": { "number": { "of": "allergy" } }, "max": 9 });
	let protocol = read(&with("sum", number)).unwrap();
	assert_eq!(protocol.question(), StudyQuestion::Sum { max: 9 });
	assert_eq!(protocol.cell_names().len(), 2);
	for value in [
		json!({ "age": {} }),
		json!({ "observation": { "loinc": ["39156-5"], "unit": "kg/m2" } }),
		json!({ "number": { "of": "condition", "codes": { "ICD-10": ["E11"] } } }),
	] {
		read(&with("sum", json!({ "value": value, "max": 1_000_000 }))).unwrap();
	}
}

#[test]
fn the_question_is_given_in_the_patients_language() {
	let texts = json!({ "en": "How many?", "de": "Wie viele?", "pt-BR": "Quantos?" });
	let protocol = read(&with("question", texts)).unwrap();
	for (language, text) in [
		("de", "Wie viele?"),
		("de-AT", "Wie viele?"),
		("pt-BR", "Quantos?"),
		("fr", "How many?"),
		("", "How many?"),
	] {
		assert_eq!(protocol.text(language), text, "{language}");
	}
	assert_eq!(protocol.languages().collect::<Vec<_>>(), ["de", "en", "pt-BR"]);
	let german = read(&with("question", json!({ "de": "Wie viele?" }))).unwrap();
	assert_eq!(german.text("fr"), "Wie viele?");
}

#[test]
fn the_protocols_of_the_documents_are_read() {
	let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/research.md");
	let text = std::fs::read_to_string(path).unwrap();
	let blocks: Vec<&str> =
		text.split("```json\n").skip(1).map(|it| it.split("```").next().unwrap()).collect();
	let [whole, sum, cohort, ..] = blocks.as_slice() else { panic!("three examples") };
	let whole = Protocol::read(whole.as_bytes(), StudyTraits::default()).unwrap();
	assert_eq!(whole.question(), StudyQuestion::Table { cells: 7, weight: 1 });
	for part in [sum, cohort] {
		let fields: Value = serde_json::from_str(&format!("{{{part}}}")).unwrap();
		let (name, value) = fields.as_object().unwrap().iter().next().unwrap();
		read(&with(name, value.clone())).unwrap();
	}
}

#[test]
fn what_is_optional_has_a_default() {
	let protocol = read(&table(json!([by_age()]))).unwrap();
	assert_eq!(protocol.identifier_system(), None);
	assert!(!protocol.includes_deceased() && !protocol.needs_sensitive());
	let mut all = with("include_deceased", json!(true));
	all["identifier"] = json!("http://hl7.org/fhir/sid/us-ssn");
	let protocol = read(&all).unwrap();
	assert_eq!(protocol.identifier_system(), Some("http://hl7.org/fhir/sid/us-ssn"));
	assert!(protocol.includes_deceased());
}

#[test]
fn sources_are_the_categories_of_an_import() {
	let sources = |protocol: &Value| read(protocol).unwrap().sources();
	let of = Categories::of;
	assert_eq!(sources(&table(json!([by_age(), by_sex()]))), of(&[Category::Summary]));
	let icd = || json!({ "ICD-10": ["E11"] });
	for (kind, categories) in [
		("condition", of(&[Category::Summary, Category::Encounter])),
		("allergy", of(&[Category::Summary])),
		("medication", of(&[Category::Summary, Category::Prescription, Category::Dispensation])),
		("procedure", of(&[Category::Procedure])),
	] {
		assert_eq!(sources(&table(json!([by_code(kind, icd())]))), categories, "{kind}");
		let sum = json!({ "value": { "number": { "of": kind } }, "max": 3 });
		assert_eq!(sources(&with("sum", sum)), categories, "{kind}");
	}
	let observation = json!({ "observation": { "loinc": ["4548-4"], "unit": "%", "from": 6.5 } });
	let both = sources(&cohort(observation));
	assert!(both.contains_all(of(&[
		Category::Summary,
		Category::Laboratory,
		Category::VitalSigns
	])));
	assert!(!both.contains(Category::Prescription));
}

#[test]
fn malformed_protocols_are_refused_with_their_place() {
	let read = |text: &str| Protocol::read(text.as_bytes(), StudyTraits::default()).unwrap_err();
	for (text, why) in [
		("", "EOF while parsing"),
		("[]", "invalid length 0"),
		("{\"version\": 1,}", "trailing comma"),
		("{\"version\": \"1\"}", "invalid type: string"),
		("{\"version\": 1, \"questions\": {}}", "unknown field `questions`"),
		("{\"version\": 1, \"version\": 1}", "duplicate field `version`"),
		("{\"version\": 1}", "missing field `question`"),
		("{\"question\": {\"en\": \"a\", \"en\": \"b\"}}", "duplicate field `en`"),
	] {
		let error = read(text);
		assert!(matches!(error, ProtocolError::Malformed { .. }), "{text}: {error}");
		assert!(error.to_string().contains(why), "{text}: {error}");
	}
	let error = read("{\n  \"version\": 1,\n  \"cohorts\": []\n}").to_string();
	assert!(error.contains("(line 3, column"), "{error}");
	assert_eq!(
		Protocol::read(&vec![b' '; MAX_PROTOCOL + 1], StudyTraits::default()).unwrap_err(),
		ProtocolError::TooLong(MAX_PROTOCOL)
	);
}

#[test]
fn unknown_fields_are_refused_everywhere() {
	for protocol in [
		with("colour", json!("red")),
		with("table", json!({ "by": [by_age()], "wait": 1 })),
		with("sum", json!({ "value": { "age": {} }, "max": 1, "min": 0 })),
		with("sum", json!({ "value": { "age": { "at": "2026" } }, "max": 1 })),
		with("sum", json!({ "value": { "number": { "of": "allergy", "code": {} } }, "max": 1 })),
		by_extra(by_age(), "age"),
		by_extra(by_sex(), "sex"),
		by_extra(by_code("allergy", json!({ "ATC": ["A"] })), "allergy"),
		cohort(json!({ "age": { "from": 1, "to": 2 } })),
		cohort(json!({ "sex": { "is": ["male"], "not": [] } })),
		cohort(json!({ "condition": { "codes": { "ICD-10": ["E11"] }, "active": true } })),
		cohort(json!({ "number": { "of": "allergy", "from": 1, "to": 2 } })),
		cohort(json!({ "observation": { "loinc": ["4548-4"], "unit": "%", "to": 2 } })),
	] {
		let error = refused(&protocol).to_string();
		assert!(error.contains("unknown field"), "{protocol}: {error}");
	}
}

/// An extractor, one of whose cells has a field too many.
fn by_extra(mut extractor: Value, kind: &str) -> Value {
	extractor[kind]["cells"][0]["colour"] = json!("red");
	table(json!([extractor]))
}

#[test]
fn unknown_extractors_are_named() {
	for protocol in [
		table(json!([{ "genome": { "cells": [] } }])),
		cohort(json!({ "genome": {} })),
		with("sum", json!({ "value": { "genome": {} }, "max": 1 })),
	] {
		let error = refused(&protocol).to_string();
		assert!(error.contains("unknown extractor `genome`, expected one of `age`"), "{error}");
	}
}

#[test]
fn scripts_that_need_joiners_can_be_written() {
	let text = "می\u{200c}خواهم";
	let names = json!([{ "name": text, "from": 1 }]);
	assert_eq!(read(&table(json!([by_bands(names)]))).unwrap().cell_names(), [text, "outside"]);
}

#[test]
fn each_mistake_has_its_own_error() {
	use ProtocolError as E;
	let text = |text: &str| text.to_owned();
	let band =
		|from: u32, below: u32| json!({ "name": format!("{from}"), "from": from, "below": below });
	let many: Vec<Value> = (0..257).map(|age| band(age, age + 1)).collect();
	let codes = |codes: Value| table(json!([by_code("condition", codes)]));
	let observation = |loinc: Value, unit: &str| {
		cohort(json!({ "observation": { "loinc": loinc, "unit": unit, "from": 1.0 } }))
	};
	let weight = |weight: i64| with("table", json!({ "by": [by_age()], "weight": weight }));
	let max = |max: i64| with("sum", json!({ "value": { "age": {} }, "max": max }));
	let mut neither = with("cohort", json!([]));
	neither.as_object_mut().unwrap().remove("table");
	let mut both = with("sum", json!({ "value": { "age": {} }, "max": 1 }));
	both["table"] = json!({ "by": [by_age()] });
	for (protocol, error) in [
		(with("version", json!(2)), E::Version(2)),
		(with("question", json!({})), E::NoQuestion),
		(with("question", json!({ "english": "How?" })), E::Language(text("english"))),
		(with("question", json!({ "EN": "How?" })), E::Language(text("EN"))),
		(with("question", json!({ "en": " " })), E::Text { text: text(" "), most: 2_000 }),
		(with("question", json!({ "en": "a\u{1b}b" })), E::Text { text: text("ab"), most: 2_000 }),
		// The direction of what follows, and joiners where no script needs them.
		(
			with("question", json!({ "en": "a\u{202e}b" })),
			E::Text { text: text("ab"), most: 2_000 },
		),
		(
			with("question", json!({ "en": "a\u{200d}b" })),
			E::Text { text: text("ab"), most: 2_000 },
		),
		(
			table(json!([by_bands(json!([{ "name": "old\u{200b}", "from": 1 }]))])),
			E::Text { text: text("old"), most: 100 },
		),
		(with("identifier", json!("urn:a\u{2066}")), E::Identifier(text("urn:a\u{2066}"))),
		(with("reference_date", json!("2026-02-30")), E::ReferenceDate(text("2026-02-30"))),
		(with("reference_date", json!("2026")), E::ReferenceDate(text("2026"))),
		(with("identifier", json!("a|b")), E::Identifier(text("a|b"))),
		(with("identifier", json!("")), E::Identifier(text(""))),
		(neither, E::TableOrSum),
		(both, E::TableOrSum),
		(table(json!([])), E::Extractors(0)),
		(table(json!([by_age(), by_sex(), by_sex()])), E::Extractors(3)),
		(weight(0), E::Weight(0)),
		(weight(9), E::Weight(9)),
		(weight(-1), E::Weight(-1)),
		(weight(2), E::NeedlessWeight { weight: 2, most: 1 }),
		(max(0), E::Max(0)),
		(max(1_000_001), E::Max(1_000_001)),
		(max(-5), E::Max(-5)),
		(table(json!([by_bands(json!(many))])), E::Cells(257)),
		(table(json!([by_bands(json!(many[..16])), by_bands(json!(many[..16]))])), E::Cells(257)),
		(table(json!([by_bands(json!([]))])), E::NoCells("age")),
		(
			table(json!([by_bands(json!([{ "name": "all", "otherwise": true }]))])),
			E::NoCells("age"),
		),
		(
			table(json!([by_bands(
				json!([{ "name": "a", "below": 1 }, { "name": "a", "from": 1 }])
			)])),
			E::Doubled(text("a")),
		),
		(table(json!([by_bands(json!([{ "name": "outside", "below": 1 }]))])), E::Outside),
		(
			table(json!([by_bands(json!([{ "name": "", "below": 1 }]))])),
			E::Text { text: text(""), most: 100 },
		),
		(
			table(json!([by_bands(json!([{ "name": "a" }]))])),
			E::Empty { cell: text("a"), needs: "\"from\" or \"below\"" },
		),
		(
			table(json!([{ "sex": { "cells": [{ "name": "a", "is": [] }] } }])),
			E::Empty { cell: text("a"), needs: "\"is\"" },
		),
		(codes(json!({})), E::Empty { cell: text("it"), needs: "\"codes\"" }),
		(
			table(json!([by_bands(json!([{ "name": "a", "below": 1, "otherwise": true }]))])),
			E::Otherwise(text("a")),
		),
		(
			table(json!([by_bands(json!([
				{ "name": "a", "otherwise": true }, { "name": "b", "below": 1 },
			]))])),
			E::Otherwise(text("a")),
		),
		(
			table(json!([by_bands(json!([band(5, 5)]))])),
			E::EmptyBand { from: text("5"), below: text("5") },
		),
		(
			table(json!([by_bands(json!([band(0, 18), band(17, 30)]))])),
			E::Overlap(text("0"), text("17")),
		),
		(
			table(json!([by_bands(json!([{ "name": "x", "from": 3 }, band(4, 5)]))])),
			E::Overlap(text("x"), text("4")),
		),
		(cohort(json!({ "age": {} })), E::NoLimit("age")),
		(cohort(json!({ "number": { "of": "allergy" } })), E::NoLimit("a number")),
		(
			cohort(json!({ "observation": { "loinc": ["4548-4"], "unit": "%" } })),
			E::NoLimit("an observation"),
		),
		(cohort(json!({ "sex": { "is": ["woman"] } })), E::Sex(text("woman"))),
		(cohort(json!({ "sex": { "is": [] } })), E::Sex(text(""))),
		(cohort(json!({ "number": { "of": "bed", "from": 1 } })), E::Entries(text("bed"))),
		(observation(json!(["4548-4"]), "percent"), E::Unit(text("percent"))),
		(observation(json!([]), "%"), E::NoLoinc),
		(observation(json!(["4548"]), "%"), E::Loinc(text("4548"))),
		(codes(json!({ "ICD-9": ["250"] })), E::System(text("ICD-9"))),
		(codes(json!({ "LOINC": ["4548-4"] })), E::System(text("LOINC"))),
		(
			codes(json!({ "SNOMED CT": ["E11"] })),
			E::Code { system: CodeSystem::Snomed, code: text("E11") },
		),
		(codes(json!({ "ICD-10": [] })), E::NoCodes("condition")),
		(cohort(json!({ "allergy": { "codes": {} } })), E::NoCodes("allergy")),
		(
			with("cohort", json!(vec![json!({ "age": { "from": 1 } }); 33])),
			E::TooManyConditions(32),
		),
		(codes(json!({ "RxNorm": vec!["1191"; 20_001] })), E::TooManyCodes(20_000)),
	] {
		assert_eq!(refused(&protocol), error, "{protocol:.200}");
		assert!(!error.to_string().is_empty());
	}
}

#[test]
fn limits_are_exact() {
	let band = |age: usize| json!({ "name": age.to_string(), "from": age, "below": age + 1 });
	let most: Vec<Value> = (0..255).map(band).collect();
	let protocol = read(&table(json!([by_bands(json!(most))]))).unwrap();
	assert_eq!(protocol.question(), StudyQuestion::Table { cells: 256, weight: 1 });
	read(&with("cohort", json!(vec![json!({ "age": { "from": 1 } }); 32]))).unwrap();
	read(&table(json!([by_code("condition", json!({ "RxNorm": vec!["1191"; 20_000] }))]))).unwrap();
	// Bands may touch each other, and leave gaps.
	read(&table(json!([by_bands(json!([band(3), band(2), band(9)]))]))).unwrap();
}

#[test]
fn sensitive_codes_need_the_trait() {
	let sensitive = StudyTraits::of(&[StudyTrait::Sensitive]);
	let others = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Methods]);
	for (kind, codes) in [
		("condition", json!({ "ICD-10": ["E11", "B20"] })),
		("condition", json!({ "http://hl7.org/fhir/sid/icd-10-cm": ["F32.1"] })),
		("condition", json!({ "ICD-10": ["O09"] })),
		("condition", json!({ "urn:oid:2.16.840.1.113883.6.96": ["86406008"] })),
		("medication", json!({ "ATC": ["J05AR20"] })),
		("medication", json!({ "ATC": ["J"] })),
	] {
		for protocol in [
			table(json!([by_code(kind, codes.clone())])),
			cohort(json!({ kind: { "codes": codes } })),
			with("sum", json!({ "max": 1, "value": { "number": { "of": kind, "codes": codes } } })),
		] {
			for traits in [StudyTraits::default(), others] {
				let error = read_with(&protocol, traits).unwrap_err();
				assert!(matches!(error, ProtocolError::Sensitive { .. }), "{protocol}: {error}");
				assert!(error.to_string().contains("needs the trait sensitive"), "{error}");
			}
			assert!(read_with(&protocol, sensitive).unwrap().needs_sensitive());
		}
	}
	let hiv = cohort(json!({ "observation": { "loinc": ["55277-8"], "unit": "1", "from": 1 } }));
	assert!(matches!(refused(&hiv), ProtocolError::Sensitive { system: "LOINC", .. }));
	assert!(read_with(&hiv, sensitive).unwrap().needs_sensitive());
	let plain = read_with(&table(json!([by_age()])), sensitive).unwrap();
	assert!(!plain.needs_sensitive(), "the trait alone asks for nothing");
}

proptest! {
	#[test]
	fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
		let _ = Protocol::read(&bytes, StudyTraits::default());
	}

	#[test]
	fn a_damaged_protocol_is_read_without_panic(at in 0usize..600, byte in any::<u8>(), cut in any::<bool>()) {
		let mut text = table(json!([by_age(), by_code("allergy", json!({ "ATC": ["A10"] }))])).to_string().into_bytes();
		let at = at % text.len();
		if cut {
			text.truncate(at);
		} else {
			text[at] = byte;
		}
		if let Ok(protocol) = Protocol::read(&text, StudyTraits::default()) {
			prop_assert!(protocol.question().is_sound());
			prop_assert_eq!(protocol.cell_names().len() as u32, protocol.question().cells());
		}
	}

	#[test]
	fn any_bands_are_read_or_refused(bands in prop::collection::vec((0u32..100, 0u32..100), 1..8)) {
		let cells: Vec<Value> = bands.iter().enumerate()
			.map(|(place, (from, below))| json!({ "name": format!("{place}"), "from": from, "below": below }))
			.collect();
		let is_empty = bands.iter().any(|(from, below)| from >= below);
		let overlaps = (0..100).any(|age| bands.iter().filter(|(from, below)| (*from..*below).contains(&age)).count() > 1);
		let is_read = read(&table(json!([by_bands(json!(cells))]))).is_ok();
		prop_assert_eq!(is_read, !is_empty && !overlaps);
	}
}
