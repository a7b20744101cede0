//! What a protocol counts, in plain English: for those who decide about a study and cannot read its JSON.

use super::{
	codes::CodeSystem,
	format::{self, Band, Coded, Codes, ConditionFile, ExtractorFile, Sexes, ValueFile},
};
use std::fmt::Display;

/// How many codes of a system are named.
const NAMED: usize = 5;

/// What a protocol counts, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
	/// The conditions of the cohort. All of them have to be met.
	pub cohort: Vec<String>,
	/// The day on which ages are computed, if the protocol asks for the age.
	pub day_of_ages: Option<String>,
	/// By what a table counts. Without a table there is none.
	pub extractors: Vec<DescribedExtractor>,
	/// The number that is added up, if the protocol asks for a sum.
	pub number: Option<String>,
}

/// An extractor of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedExtractor {
	/// What it looks at, for example `age`.
	pub by: String,
	/// The name of each cell, and who is in it.
	pub cells: Vec<(String, String)>,
}

impl Description {
	/// Describes a protocol, before it is checked.
	pub(super) fn of(file: &format::ProtocolFile) -> Self {
		Self {
			cohort: file.cohort.iter().map(condition).collect(),
			day_of_ages: None,
			extractors: file.table.iter().flat_map(|table| &table.by).map(extractor).collect(),
			number: file.sum.as_ref().map(|sum| value(&sum.value)),
		}
	}
}

fn condition(condition: &ConditionFile) -> String {
	match condition {
		ConditionFile::Age(it) => format!("age {}", limits(it.from, it.below)),
		ConditionFile::Sex(it) => format!("sex {}", sexes(&it.is)),
		ConditionFile::Condition(it) => format!("a condition with {}", codes(&it.codes)),
		ConditionFile::Allergy(it) => format!("an allergy with {}", codes(&it.codes)),
		ConditionFile::Medication(it) => format!("a medication with {}", codes(&it.codes)),
		ConditionFile::Procedure(it) => format!("a procedure with {}", codes(&it.codes)),
		ConditionFile::Number(it) => {
			format!("{} {}", number(&it.of, it.codes.as_ref()), limits(it.from, it.below))
		},
		ConditionFile::Observation(it) => {
			format!("{} {}", observation(&it.loinc, &it.unit), limits(it.from, it.below))
		},
	}
}

fn extractor(extractor: &ExtractorFile) -> DescribedExtractor {
	let coded = |by: &str, cells: &[Coded]| DescribedExtractor {
		by: by.to_owned(),
		cells: cells.iter().map(|it| cell(&it.name, it.otherwise, || codes(&it.codes))).collect(),
	};
	match extractor {
		ExtractorFile::Age(it) => bands("age".to_owned(), &it.cells),
		ExtractorFile::Sex(it) => DescribedExtractor {
			by: "sex".to_owned(),
			cells: it
				.cells
				.iter()
				.map(|it: &Sexes| cell(&it.name, it.otherwise, || sexes(&it.is)))
				.collect(),
		},
		ExtractorFile::Condition(it) => coded("condition", &it.cells),
		ExtractorFile::Allergy(it) => coded("allergy", &it.cells),
		ExtractorFile::Medication(it) => coded("medication", &it.cells),
		ExtractorFile::Procedure(it) => coded("procedure", &it.cells),
		ExtractorFile::Number(it) => bands(number(&it.of, it.codes.as_ref()), &it.cells),
		ExtractorFile::Observation(it) => bands(observation(&it.loinc, &it.unit), &it.cells),
	}
}

fn bands<N: Copy + Display>(by: String, cells: &[Band<N>]) -> DescribedExtractor {
	let described = |it: &Band<N>| cell(&it.name, it.otherwise, || limits(it.from, it.below));
	DescribedExtractor { by, cells: cells.iter().map(described).collect() }
}

/// A cell's name, and who is in it.
fn cell(name: &str, otherwise: bool, definition: impl FnOnce() -> String) -> (String, String) {
	(name.to_owned(), if otherwise { "all others".to_owned() } else { definition() })
}

fn value(value: &ValueFile) -> String {
	match value {
		ValueFile::Age(_) => "age".to_owned(),
		ValueFile::Number(it) => number(&it.of, it.codes.as_ref()),
		ValueFile::Observation(it) => observation(&it.loinc, &it.unit),
	}
}

/// Numbers: "from 18", "below 40", "from 18 and below 40".
fn limits<N: Display>(from: Option<N>, below: Option<N>) -> String {
	let from = from.map(|it| format!("from {it}"));
	let below = below.map(|it| format!("below {it}"));
	from.into_iter().chain(below).collect::<Vec<_>>().join(" and ")
}

fn sexes(words: &[String]) -> String {
	words.iter().map(|word| plain(word)).collect::<Vec<_>>().join(" or ")
}

/// A number of entries: "number of allergies", "number of conditions with ICD-10 E11".
fn number(of: &str, with: Option<&Codes>) -> String {
	let things = match of {
		"condition" => "conditions",
		"allergy" => "allergies",
		"medication" => "medications",
		"procedure" => "procedures",
		_ => "entries",
	};
	let with = with.map(|it| format!(" with {}", codes(it))).unwrap_or_default();
	format!("number of {things}{with}")
}

fn observation(loinc: &[String], unit: &str) -> String {
	format!("latest {} in {}", named("LOINC", loinc), plain(unit))
}

/// Codes by system: "ICD-10 E11, or SNOMED CT 44054006".
fn codes(codes: &Codes) -> String {
	let by_system = codes.0.iter().filter_map(|(system, codes)| {
		let system = CodeSystem::of(system)?;
		Some(named(system.name(), codes))
	});
	by_system.collect::<Vec<_>>().join(", or ")
}

/// Codes of a system, of a long list the first ones: "ATC A10BA02, A10BD07 and 12 more".
fn named(system: &str, codes: &[String]) -> String {
	let first: Vec<_> = codes.iter().take(NAMED).map(|code| plain(code)).collect();
	match codes.len().saturating_sub(first.len()) {
		0 => format!("{system} {}", first.join(", ")),
		more => format!("{system} {} and {more} more", first.join(", ")),
	}
}

/// A word without what a terminal would not show as it is.
fn plain(word: &str) -> String {
	word.trim().chars().filter(char::is_ascii_graphic).collect()
}

#[cfg(test)]
mod tests {
	use crate::study::Protocol;
	use serde_json::{json, Value};
	use vouchsafe_primitives::StudyTraits;

	fn protocol(cohort: Value, field: &str, value: Value) -> Protocol {
		let mut protocol = json!({
			"version": 1,
			"question": { "en": "How many?" },
			"reference_date": "2026-01-01",
			"cohort": cohort,
		});
		protocol[field] = value;
		Protocol::read(protocol.to_string().as_bytes(), StudyTraits::default()).unwrap()
	}

	#[test]
	fn each_condition_of_a_cohort_is_said() {
		let atc: Vec<_> = (10..27).map(|number| format!("A10BA{number}")).collect();
		let cohort = json!([
			{ "age": { "from": 5 } },
			{ "age": { "from": 18, "below": 40 } },
			{ "sex": { "is": ["female", "other"] } },
			{ "condition": { "codes": { "SNOMED CT": ["44054006"], "ICD-10": ["E11", "e10.9"] } } },
			{ "allergy": { "codes": { "http://snomed.info/sct": ["102263004"] } } },
			{ "medication": { "codes": { "ATC": atc, "RxNorm": ["6809"] } } },
			{ "procedure": { "codes": { "SNOMED CT": ["80146002"] } } },
			{ "number": { "of": "allergy", "from": 2 } },
			{ "number": { "of": "condition", "codes": { "ICD-10": ["E11"] }, "below": 3 } },
			{ "observation": { "loinc": ["4548-4"], "unit": "%", "from": 6.5 } },
		]);
		let protocol = protocol(cohort, "sum", json!({ "value": { "age": {} }, "max": 99 }));
		assert_eq!(
			protocol.description().cohort,
			[
				"age from 5",
				"age from 18 and below 40",
				"sex female or other",
				"a condition with ICD-10 E11, e10.9, or SNOMED CT 44054006",
				"an allergy with SNOMED CT 102263004",
				"a medication with ATC A10BA10, A10BA11, A10BA12, A10BA13, A10BA14 and 12 more, or RxNorm 6809",
				"a procedure with SNOMED CT 80146002",
				"number of allergies from 2",
				"number of conditions with ICD-10 E11 below 3",
				"latest LOINC 4548-4 in % from 6.5",
			]
		);
		assert_eq!(protocol.description().day_of_ages.as_deref(), Some("2026-01-01"));
		assert_eq!(protocol.description().number.as_deref(), Some("age"));
		assert!(protocol.description().extractors.is_empty());
	}

	#[test]
	fn each_cell_of_a_table_is_said() {
		let table = json!({ "by": [
			{ "number": { "of": "procedure", "cells": [
				{ "name": "few", "below": 2 }, { "name": "many", "otherwise": true }
			] } },
			{ "sex": { "cells": [{ "name": "women", "is": ["female"] }] } },
		] });
		let mut protocol = protocol(json!([]), "table", table);
		let described = &protocol.description().extractors;
		let said: Vec<_> = described
			.iter()
			.flat_map(|it| it.cells.iter().map(|(name, who)| format!("{}, {name}: {who}", it.by)))
			.collect();
		let expected = [
			"number of procedures, few: below 2",
			"number of procedures, many: all others",
			"sex, women: female",
		];
		assert_eq!(said, expected);
		assert!(protocol.description().cohort.is_empty());
		assert_eq!(protocol.description().day_of_ages, None);
		let codes = json!({ "by": [{ "condition": { "cells": [
			{ "name": "diabetes", "codes": { "ICD-10": ["E11"] } }
		] } }] });
		protocol = self::protocol(json!([]), "table", codes);
		let described = &protocol.description().extractors[0];
		assert_eq!(described.cells, [("diabetes".to_owned(), "ICD-10 E11".to_owned())]);
	}

	/// The attack: a code or unit that changes what a terminal shows.
	#[test]
	fn nothing_but_plain_text_is_said() {
		for word in ["44054006|a\u{202e}b|", "44054006 \u{1b}[2J"] {
			let cohort = json!([{ "condition": { "codes": { "SNOMED CT": [word] } } }]);
			let sum = json!({ "value": { "age": {} }, "max": 99 });
			let said = protocol(cohort, "sum", sum).description().cohort[0].clone();
			assert!(said.starts_with("a condition with SNOMED CT 44054006"), "{said}");
			assert!(said.chars().all(|it| it == ' ' || it.is_ascii_graphic()), "{said}");
		}
	}
}
