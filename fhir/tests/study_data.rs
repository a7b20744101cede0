//! The example protocols over the shared data, compared with the plain count of `plain_count.py`.

use serde_json::{json, Value};
use std::{
	collections::BTreeMap,
	fs,
	path::{Path, PathBuf},
	process::Command,
};
use vouchsafe_fhir::{
	categories,
	study::{Answer, Extraction, Person, Protocol},
};
use vouchsafe_primitives::StudyTraits;

mod support;
use support::{
	shared,
	study::{merged, SSN},
};

fn example(name: &str) -> (PathBuf, Protocol) {
	let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../cli/examples/studies");
	let path = folder.join(name);
	let protocol = Protocol::read(&fs::read(&path).unwrap(), StudyTraits::default()).unwrap();
	(path, protocol)
}

fn files_of(part: &str) -> Option<Vec<PathBuf>> {
	let folder = shared(part)?;
	let mut files: Vec<PathBuf> =
		fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
	files.sort();
	Some(files)
}

/// Everybody's answers together, and everybody.
fn counted(protocol: &Protocol, files: &[PathBuf]) -> (Vec<u64>, Vec<Person>) {
	let mut extraction = Extraction::new(protocol, BTreeMap::new());
	for path in files {
		extraction.add(&path.to_string_lossy(), &fs::read(path).unwrap()).unwrap();
	}
	let extracted = extraction.finish();
	assert!(
		extracted.notices.iter().all(|it| !it.notice.is_unreadable()),
		"{:?}",
		extracted.notices
	);
	let question = protocol.question();
	let mut cells = vec![0; question.cells() as usize];
	extracted.people.iter().for_each(|person| person.answer.add_to(&question, &mut cells));
	(cells, extracted.people)
}

/// The count of the independent script; `None` without Python.
fn plainly_counted(protocol: &Path, files: &[PathBuf]) -> Option<Vec<u64>> {
	let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plain_count.py");
	let run = Command::new("python3").arg(script).arg(protocol).args(files).output();
	let Ok(output) = run else {
		eprintln!("skipped: python3 is not here");
		return None;
	};
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_examples_are_sound() {
	for (name, cells, weight) in [
		("age-sex.json", 9, 1),
		("allergies.json", 19, 3),
		("allergy-count.json", 2, 9),
		("diabetes-metformin.json", 5, 1),
	] {
		let (_, protocol) = example(name);
		let question = protocol.question();
		assert!(question.is_sound());
		assert_eq!((question.cells(), question.weight()), (cells, weight), "{name}");
		assert_eq!(protocol.identifier_system(), Some(SSN));
		assert!(!protocol.needs_sensitive());
		assert!(!protocol.text("de").is_empty() && protocol.text("de") != protocol.text("en"));
	}
}

#[test]
fn the_examples_count_bulk_data_as_the_script_does() {
	let Some(files) = files_of("data/bulk-100") else { return };
	for name in ["age-sex.json", "allergies.json", "allergy-count.json", "diabetes-metformin.json"]
	{
		let (path, protocol) = example(name);
		let (cells, people) = counted(&protocol, &files);
		assert_eq!(people.len(), 120);
		assert!(people.iter().all(|it| it.identifiers.len() == 1));
		let outside = people.iter().filter(|it| it.answer == Answer::Outside).count();
		match name {
			"age-sex.json" => assert_eq!(outside, 20, "the deceased"),
			"allergies.json" => assert_eq!(outside, 105, "all without allergies"),
			"allergy-count.json" => assert_eq!(cells, [75, 9 * 100 - 75]),
			_ => {},
		}
		if let Some(plain) = plainly_counted(&path, &files) {
			assert_eq!(cells, plain, "{name}");
		}
	}
}

#[test]
fn the_facts_of_the_bulk_data_are_found() {
	let Some(files) = files_of("data/bulk-100") else { return };
	let mut allergies: Value =
		serde_json::from_slice(&fs::read(example("allergies.json").0).unwrap()).unwrap();
	allergies["table"]["weight"] = json!(8);
	let read = |protocol: &Value| {
		Protocol::read(protocol.to_string().as_bytes(), StudyTraits::default()).unwrap()
	};
	let (_, people) = counted(&read(&allergies), &files);
	let many = people.iter().filter(|it| matches!(&it.answer, Answer::Cells(it) if it.len() > 3));
	assert_eq!(many.count(), 9, "with more than three substances");
	let substances = allergies["table"]["by"][0]["allergy"]["cells"].as_array().unwrap().clone();
	let mut of_each = Vec::new();
	allergies["table"]["weight"] = json!(1);
	for substance in substances {
		allergies["table"]["by"][0]["allergy"]["cells"] = json!([substance]);
		of_each.push(counted(&read(&allergies), &files).0[0]);
	}
	assert_eq!((of_each.len(), of_each.iter().sum()), (18, 75), "{of_each:?}");
	assert!(of_each.iter().all(|people| *people > 0), "{of_each:?}");
}

#[test]
fn the_examples_count_bundles_as_the_script_does() {
	let Some(files) = files_of("data/synthea-r4") else { return };
	for name in ["age-sex.json", "allergy-count.json", "diabetes-metformin.json"] {
		let (path, protocol) = example(name);
		let (cells, people) = counted(&protocol, &files);
		assert_eq!(people.len(), 16);
		if name == "diabetes-metformin.json" {
			assert_eq!(cells, [1, 0, 0, 12, 3], "one has both, and three are children");
		}
		if let Some(plain) = plainly_counted(&path, &files) {
			assert_eq!(cells, plain, "{name}");
		}
	}
}

#[test]
fn other_questions_count_bundles_as_the_script_does() {
	let Some(files) = files_of("data/synthea-r4") else { return };
	let bmi = json!({ "loinc": ["39156-5"], "unit": "kg/m2" });
	let bands = json!([{ "name": "low", "below": 18.5 }, { "name": "middle", "from": 18.5, "below": 25 },
		{ "name": "high", "from": 25, "below": 30 }, { "name": "higher", "from": 30 }]);
	let hypertension = json!({ "condition": { "codes": { "SNOMED CT": ["38341003"] } } });
	let pressure = json!({ "observation": { "loinc": ["8480-6"], "unit": "mm[Hg]", "from": 0, "below": 1000 } });
	let conditions = json!({ "SNOMED CT": ["444814009", "195662009", "10509002"] });
	for (number, fields) in [
		json!({ "table": { "by": [{ "observation": merged(bmi.clone(), json!({ "cells": bands })) }] } }),
		json!({ "sum": { "value": { "observation": bmi }, "max": 60 } }),
		json!({ "sum": { "value": { "number": { "of": "medication" } }, "max": 5 } }),
		json!({ "sum": { "value": { "number": { "of": "condition", "codes": conditions } }, "max": 9 } }),
		json!({ "sum": { "value": { "age": {} }, "max": 100 }, "cohort": [hypertension] }),
		json!({ "sum": { "value": { "age": {} }, "max": 100 }, "cohort": [pressure] }),
		json!({ "table": { "weight": 2, "by": [
			{ "procedure": { "cells": [
				{ "name": "review", "codes": { "SNOMED CT": ["430193006"] } },
				{ "name": "documentation", "codes": { "SNOMED CT": ["428191000124101"] } },
				{ "name": "other", "otherwise": true },
			] } },
			{ "number": { "of": "procedure", "cells": [
				{ "name": "few", "below": 4 }, { "name": "many", "from": 4 },
			] } },
		] } }),
	]
	.into_iter()
	.enumerate()
	{
		let basis =
			json!({ "version": 1, "question": { "en": "?" }, "reference_date": "2019-06-01" });
		let text = merged(basis, fields).to_string();
		let path =
			std::env::temp_dir().join(format!("vouchsafe-{}-{number}.json", std::process::id()));
		fs::write(&path, &text).unwrap();
		let protocol = Protocol::read(text.as_bytes(), StudyTraits::default()).unwrap();
		let (cells, _) = counted(&protocol, &files);
		let plain = plainly_counted(&path, &files);
		fs::remove_file(&path).unwrap();
		assert!(cells[0] > 0 || cells[1] > 0, "{text}: {cells:?}");
		if let Some(plain) = plain {
			assert_eq!(cells, plain, "{text}");
		}
	}
}

#[test]
fn the_sources_are_what_an_import_makes_of_the_data() {
	let Some(files) = files_of("data/synthea-r4") else { return };
	let number = |of: &str| json!({ "number": { "of": of } });
	let observation = json!({ "observation": { "loinc": ["4548-4"], "unit": "%" } });
	let mut found = 0;
	for (value, kinds) in [
		(number("condition"), &["Condition"][..]),
		(number("allergy"), &["AllergyIntolerance"]),
		(number("medication"), &["MedicationRequest"]),
		(number("procedure"), &["Procedure"]),
		(observation, &["Observation"]),
	] {
		let protocol = json!({ "version": 1, "question": { "en": "?" },
			"reference_date": "2020-01-01", "sum": { "value": value, "max": 1 } });
		let protocol =
			Protocol::read(protocol.to_string().as_bytes(), StudyTraits::default()).unwrap();
		for path in &files {
			let bundle: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
			for entry in bundle["entry"].as_array().unwrap() {
				let kind = entry["resource"]["resourceType"].as_str().unwrap();
				if kinds.contains(&kind) {
					let category = categories::classify(&entry["resource"], kind).category;
					assert!(protocol.sources().contains(category), "{kind} {category:?}");
					found += 1;
				}
			}
		}
	}
	assert_eq!(found, 82 + 7 + 33 + 90 + 1312);
}
