//! Files of every form: references, damage, what a deny withholds, and foreign input.

use proptest::prelude::*;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_fhir::study::{Answer, Exclusions, Extraction, FileError, Notice, Protocol};
use vouchsafe_primitives::{Category, ServicePeriod};

mod support;
use support::study::*;

#[test]
fn patients_are_found_by_each_kind_of_reference() {
	let identifier = json!({ "system": "http://hospital/mrn", "value": "77" });
	let person = || patient(json!({ "identifier": [identifier] }));
	for subject in [
		json!({ "reference": "Patient/p" }),
		json!({ "reference": "http://server/fhir/Patient/p" }),
		json!({ "reference": "Patient/p/_history/3" }),
		json!({ "reference": "Patient?identifier=http://hospital/mrn|77" }),
		json!({ "identifier": identifier }),
	] {
		let mut all = [person(), diabetes(json!({ "subject": subject }))];
		assert_eq!(answer(&has_diabetes(), &all), cells(&[0]), "{subject}");
		all.reverse();
		assert_eq!(answer(&has_diabetes(), &all), cells(&[0]), "{subject}, the other way round");
	}
	for (subject, notice) in [
		(json!({ "reference": "Patient/q" }), Notice::PatientMissing),
		(json!({ "reference": "Group/p" }), Notice::NoPatient),
		(json!({ "reference": "p" }), Notice::NoPatient),
		(Value::Null, Notice::NoPatient),
	] {
		let said = extract(&has_diabetes(), &[person(), diabetes(json!({ "subject": subject }))]);
		assert_eq!(said.people[0].answer, Answer::Outside, "{subject}");
		assert_eq!(notices(&said), [(notice, 1)], "{subject}");
	}
}

#[test]
fn an_identifier_of_two_patients_names_neither() {
	let identifier = json!({ "system": "s", "value": "1" });
	let person = |id: &str| patient(json!({ "id": id, "identifier": [identifier] }));
	let condition = diabetes(json!({ "subject": { "identifier": identifier } }));
	let said = extract(&has_diabetes(), &[person("a"), person("b"), condition]);
	assert!(said.people.iter().all(|it| it.answer == Answer::Outside));
}

#[test]
fn references_within_a_bundle_are_by_full_url() {
	let url = "urn:uuid:0c1f";
	let condition = || diabetes(json!({ "subject": { "reference": url } }));
	for id in [json!("p"), Value::Null] {
		let person = patient(json!({ "id": id }));
		for entries in [
			[(url, person.clone()), ("urn:uuid:2", condition())],
			[("urn:uuid:2", condition()), (url, person.clone())],
		] {
			let found = extract_text(&has_diabetes(), "b.json", &bundle(&entries)).unwrap();
			assert_eq!(found.people[0].answer, cells(&[0]));
			assert_eq!(found.people[0].id, id.as_str().unwrap_or("0c1f"));
		}
	}
}

#[test]
fn every_form_of_file_is_read() {
	let all = [patient(json!({})), diabetes(json!({}))];
	let entries =
		[("http://s/Patient/p", all[0].clone()), ("http://s/Condition/c", all[1].clone())];
	let compact = bundle(&entries);
	let value: Value = serde_json::from_str(&compact).unwrap();
	let pretty = serde_json::to_string_pretty(&value).unwrap();
	let inner = json!({ "resourceType": "Bundle", "type": "batch-response",
		"entry": [{ "resource": value }, { "response": { "status": "204" } }, { "resource": null }] });
	let each: Vec<String> =
		all.iter().map(|it| serde_json::to_string_pretty(it).unwrap()).collect();
	for (name, text) in [
		("b.json", compact.clone()),
		("b.json", format!("\u{feff}{compact}\r\n")),
		("b", pretty.clone()),
		("b.json", pretty.replace('\n', "\r\n")),
		("b.json", inner.to_string()),
		("d.ndjson", lines(&all)),
		("d.json", lines(&all)),
		("d.ndjson", lines(&all).replace('\n', "\r\n\r\n")),
		("d.NDJSON", lines(&all).trim_end().to_owned()),
		("d.ndjson", lines(std::slice::from_ref(&value))),
		("d.json", each.join("\n")),
	] {
		let found = extract_text(&has_diabetes(), name, &text).unwrap();
		assert_eq!(found.people.len(), 1, "{text}");
		assert_eq!(found.people[0].answer, cells(&[0]), "{text}");
		assert_eq!((found.notices, found.resources), (vec![], 2), "{text}");
	}
}

#[test]
fn a_patient_with_another_birth_or_sex_is_told() {
	let (first, later) = (json!({ "gender": "female", "birthDate": "1980-05-01" }), "1990-05-01");
	for (second, told) in [
		(first.clone(), 0),
		(json!({ "birthDate": "1980-05-01", "deceasedBoolean": true }), 0),
		(json!({ "gender": "male", "birthDate": "1980-05-01" }), 1),
		(json!({ "gender": "female", "birthDate": later }), 1),
	] {
		let text = lines(&[patient(first.clone()), patient(second)]);
		let found = extract_text(&has_diabetes(), "d.ndjson", &text).unwrap();
		assert_eq!(found.people.len(), 1);
		let expected = if told == 0 { vec![] } else { vec![(Notice::Contradiction, told)] };
		assert_eq!(notices(&found), expected, "{text}");
	}
}

#[test]
fn what_is_not_fhir_is_refused() {
	let wrong = |name: &str, bytes: &[u8]| {
		let protocol = has_diabetes();
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		extraction.add(name, bytes).unwrap_err()
	};
	for (text, error) in [
		("", FileError::Empty),
		(" \n", FileError::Empty),
		("<Patient xmlns='http://hl7.org/fhir'/>", FileError::Xml),
		("[{\"resourceType\":\"Patient\"}]", FileError::List),
		("{}", FileError::NotFhir),
		("{\"resourceType\":\"Patient\",\"id\":\"\\", FileError::Truncated(1)),
		("{\"name\":\"x\"}", FileError::NotFhir),
		("{\"entry\":[]}", FileError::NotFhir),
		("{\"resourceType\":\"Bundle\",\"entry\":[", FileError::Truncated(1)),
		("{\"resourceType\":\"Patient\",\n\"id\":\"", FileError::Truncated(2)),
		("\u{1f}\u{8b}", FileError::Gzip),
		("PK\u{3}\u{4}", FileError::Zip),
	] {
		let error_is = wrong("data.json", text.as_bytes());
		assert_eq!(error_is, error, "{text}");
		assert!(!error_is.to_string().is_empty());
	}
	assert_eq!(wrong("data.json", b"\xff\xfe{\0"), FileError::Utf16);
	for (text, line) in [
		("patients", 1),
		("{\"resourceType\":\"Patient\",\n\"id\":}", 2),
		("{\"resourceType\":\"Patient\"}\n\n,", 3),
		("{\"resourceType\":\"Bundle\",\n\"entry\":[\n{\"resource\":\n{\"a\" 1}}]}", 4),
		("{\"resourceType\":\"Bundle\",\"entry\":{}}", 1),
	] {
		let error = wrong("data.json", text.as_bytes());
		assert!(matches!(error, FileError::Json { line: at, .. } if at == line), "{text}: {error}");
	}
	assert!(matches!(
		wrong("d.json", b"{\"resourceType\":\"Patient\",\"id\":\"\xff\"}"),
		FileError::Json { .. }
	));
}

#[test]
fn a_damaged_line_is_left_out_alone() {
	let (person, condition) = (patient(json!({})), diabetes(json!({})));
	for damaged in [
		"{\"resourceType\":\"Patient\",\"id\":\"q\"",
		"{\"resourceType\":\"Patient\",\"id\":\"q",
		"{\"resourceType\":\"Patient\",\"id\":",
		"{\"resourceType\":\"Patient\",\"id\":\"q\\",
		"{\"resourceType\":\"Patient\",}",
		"}",
		"x",
		"[]",
		"{\"resourceType\":{}}",
	] {
		for text in [
			format!("{person}\n{damaged}\n{condition}\n"),
			format!("{damaged}\n{person}\n{condition}\n"),
			format!("{person}\n{condition}\n{damaged}"),
		] {
			if text.starts_with('[') {
				continue;
			}
			let found = extract_text(&has_diabetes(), "d.ndjson", &text).unwrap();
			assert_eq!(found.people.len(), 1, "{text}");
			assert_eq!(found.people[0].answer, cells(&[0]), "{text}");
			assert_eq!(notices(&found), [(Notice::Damaged, 1)], "{text}");
			assert!(found.notices[0].notice.is_unreadable());
		}
	}
}

#[test]
fn a_resource_that_is_too_large_is_left_out_alone() {
	let protocol = has_diabetes();
	let (person, condition) = (patient(json!({})), diabetes(json!({})));
	let entry = |resource: &Value| json!({ "resource": resource }).to_string();
	for (name, start, between, end) in [
		("d.ndjson", person.to_string() + "\n", "\n", condition.to_string()),
		(
			"b.json",
			format!(r#"{{"resourceType":"Bundle","entry":[{},"#, entry(&person)),
			",",
			format!("{}]}}", entry(&condition)),
		),
	] {
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		let mut file = extraction.file(name);
		file.push(start.as_bytes()).unwrap();
		file.push(br#"{"resourceType":"Binary","data":""#).unwrap();
		let piece = vec![b'A'; 1 << 20];
		for _ in 0..66 {
			file.push(&piece).unwrap();
		}
		file.push(b"\"}").unwrap();
		file.push(between.as_bytes()).unwrap();
		file.push(end.as_bytes()).unwrap();
		file.end().unwrap();
		let found = extraction.finish();
		assert_eq!(found.people[0].answer, cells(&[0]), "{name}");
		assert_eq!(notices(&found), [(Notice::TooLarge, 1)], "{name}");
	}
}

#[test]
fn other_resources_are_noticed_or_passed_over() {
	let stu3 = diabetes(json!({ "clinicalStatus": "active" }));
	let text =
		lines(&[patient(json!({})), json!({ "a": 1 }), patient(json!({ "id": null })), stu3]);
	let found = extract_text(&has_diabetes(), "d.ndjson", &text).unwrap();
	let kinds: Vec<&str> = found.notices.iter().map(|it| it.notice.kind()).collect();
	assert_eq!(kinds, ["not-a-resource", "other-version", "no-id"]);
	assert!(found.notices.iter().all(|it| it.count == 1 && it.notice.is_unreadable()));
	let claims = lines(&[patient(json!({})), entry("Claim", "1", json!({ "code": 1 }))]);
	assert_eq!(extract_text(&has_diabetes(), "d.ndjson", &claims).unwrap().notices, []);
	let empty = extract_text(&has_diabetes(), "d.ndjson", "").unwrap();
	assert!(empty.people.is_empty(), "an export without such resources is empty");
}

#[test]
fn identifiers_are_those_of_the_protocols_system() {
	let identifier = |system: &str, value: &str| json!({ "system": system, "value": value });
	let all = [patient(json!({ "identifier": [
		identifier(SSN, " 999-2 "),
		identifier("HTTP://hl7.org/fhir/sid/us-ssn/", "999-1"),
		identifier("http://hospital/mrn", "5"),
		merged(identifier(SSN, "old"), json!({ "use": "old" })),
		identifier(SSN, ""),
		{ "system": SSN },
	] }))];
	let found = extract(&has_diabetes(), &all);
	let expected = [format!("{SSN}|999-1"), format!("{SSN}|999-2")];
	assert_eq!(found.people[0].identifiers, expected);
	let two = extract(
		&has_diabetes(),
		&[all[0].clone(), patient(json!({ "identifier": [identifier(SSN, "3")] }))],
	);
	assert_eq!(two.people.len(), 1, "the same patient in two files");
	assert_eq!(two.people[0].identifiers.len(), 3);
}

fn period(first: u16, last: u16) -> ServicePeriod {
	ServicePeriod { first, last }
}

/// Months since January 1900.
fn month(year: u16, month: u16) -> u16 {
	(year - 1900) * 12 + month - 1
}

#[test]
fn what_a_deny_withholds_is_left_out() {
	let old = json!({ "recordedDate": "2010-05-01" });
	let person = patient(json!({ "identifier": [{ "system": SSN, "value": "1" }] }));
	let year = |year: u16| period(month(year, 1), month(year, 12));
	for (category, months, fields, is_withheld) in [
		(Category::Summary, year(2010), old.clone(), true),
		(Category::Summary, year(2011), old.clone(), false),
		(Category::Laboratory, year(2010), old.clone(), false),
		(Category::Summary, year(1950), json!({}), true),
		(Category::Summary, year(1950), json!({ "recordedDate": "9999-12-31" }), true),
	] {
		for key in ["p".to_owned(), format!("{SSN}|1")] {
			let mut exclusions = Exclusions::default();
			exclusions.add(category, months);
			let protocol = has_diabetes();
			for data in [
				[person.clone(), diabetes(fields.clone())],
				[diabetes(fields.clone()), person.clone()],
			] {
				let withheld = BTreeMap::from([(key.clone(), exclusions.clone())]);
				let mut extraction = Extraction::new(&protocol, withheld);
				extraction.add("d.ndjson", lines(&data).as_bytes()).unwrap();
				let found = extraction.finish();
				let expected = if is_withheld { Answer::Outside } else { cells(&[0]) };
				assert_eq!(found.people[0].answer, expected, "{category:?} {months:?} {fields}");
				let said: Vec<_> =
					is_withheld.then_some((Notice::Withheld, 1)).into_iter().collect();
				assert_eq!(notices(&found), said);
			}
			let others = BTreeMap::from([("q".to_owned(), exclusions)]);
			let mut extraction = Extraction::new(&protocol, others);
			let data = [diabetes(fields.clone()), person.clone()];
			extraction.add("d.ndjson", lines(&data).as_bytes()).unwrap();
			assert_eq!(extraction.finish().people[0].answer, cells(&[0]), "another's deny");
		}
	}
}

#[test]
fn whoever_withholds_the_summary_has_no_age() {
	let by_age = by(json!({ "age": { "cells": [
		{ "name": "known", "from": 0 }, { "name": "unknown", "otherwise": true },
	] } }));
	let mut exclusions = Exclusions::default();
	exclusions.add(Category::Summary, period(1, 2));
	for (exclusions, expected) in
		[(exclusions, Answer::Outside), (Exclusions::default(), cells(&[0]))]
	{
		let withheld = BTreeMap::from([("p".to_owned(), exclusions)]);
		let mut extraction = Extraction::new(&by_age, withheld);
		let person = patient(json!({ "birthDate": "1990" }));
		extraction.add("d.ndjson", lines(&[person]).as_bytes()).unwrap();
		assert_eq!(extraction.finish().people[0].answer, expected);
	}
}

#[test]
fn an_observation_may_be_in_the_record_of_its_report() {
	let protocol = by_hba1c();
	for (category, is_withheld) in
		[(Category::Laboratory, true), (Category::Imaging, true), (Category::Prescription, false)]
	{
		let mut exclusions = Exclusions::default();
		exclusions.add(category, period(month(2020, 1), month(2020, 1)));
		let mut extraction = Extraction::of_one(&protocol, exclusions);
		let data = [observation("1", "2020-01-31", 7.0, json!({})), patient(json!({}))];
		extraction.add("d.ndjson", lines(&data).as_bytes()).unwrap();
		let expected = if is_withheld { Answer::Outside } else { cells(&[1]) };
		assert_eq!(extraction.finish().people[0].answer, expected, "{category:?}");
	}
}

#[test]
fn records_of_one_person_are_one_answer() {
	let protocol = number_of("condition");
	let mut extraction = Extraction::of_one(&protocol, Exclusions::default());
	for hospital in ["a", "b"] {
		let person = patient(json!({ "id": hospital, "birthDate": "1980" }));
		let subject = json!({ "reference": format!("Patient/{hospital}") });
		let own = diabetes(json!({ "id": hospital, "subject": subject }));
		let common = diabetes(json!({ "id": "common", "subject": subject }));
		let text = bundle(&[("u:1", person), ("u:2", own), ("u:3", common)]);
		extraction.add("record.json", text.as_bytes()).unwrap();
	}
	let found = extraction.finish();
	assert_eq!(found.people.len(), 1);
	assert_eq!(found.people[0].answer, Answer::Value(3));
}

#[test]
fn notices_name_nobody() {
	let said = extract(
		&has_diabetes(),
		&[
			patient(json!({ "id": "secret" })),
			diabetes(json!({ "subject": { "reference": "Patient/secret2" } })),
			diabetes(
				json!({ "subject": { "reference": "Patient/secret" }, "code": { "text": "secret" } }),
			),
		],
	);
	assert_eq!(said.notices.len(), 2);
	for notice in said.notices {
		assert!(!notice.to_string().contains("secret") && notice.to_string().contains('1'));
	}
}

fn any_json() -> impl Strategy<Value = Value> {
	let leaf = prop_oneof![
		Just(Value::Null),
		any::<bool>().prop_map(Value::from),
		any::<f64>().prop_map(Value::from),
		prop_oneof![
			Just("Patient/p"),
			Just("2020-01-01"),
			Just("http://snomed.info/sct"),
			Just("44054006"),
			Just("http://loinc.org"),
			Just("4548-4"),
			Just("%"),
			Just("urn:uuid:1"),
			Just("é{}[]\"\\"),
		]
		.prop_map(Value::from),
	];
	let names = prop::sample::select(vec![
		"code",
		"coding",
		"system",
		"value",
		"unit",
		"subject",
		"patient",
		"reference",
		"identifier",
		"valueQuantity",
		"component",
		"reaction",
		"substance",
		"contained",
		"medicationReference",
		"birthDate",
		"gender",
		"effectiveDateTime",
		"status",
		"verificationStatus",
		"id",
		"entry",
		"resource",
		"resourceType",
		"medicationCodeableConcept",
	]);
	leaf.prop_recursive(5, 60, 6, move |inner| {
		prop_oneof![
			prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
			prop::collection::btree_map(names.clone(), inner, 0..6).prop_map(|map| {
				Value::Object(
					map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
				)
			}),
		]
	})
}

/// A protocol that asks for something of every kind.
fn curious() -> Protocol {
	protocol(&json!({
		"cohort": [
			{ "age": { "from": 0 } },
			{ "procedure": { "codes": { "SNOMED CT": ["44054006"] } } },
			{ "number": { "of": "medication", "from": 0 } },
			{ "observation": { "loinc": ["4548-4"], "unit": "%", "from": 0 } },
		],
		"table": { "weight": 1, "by": [
			{ "condition": { "cells": [{ "name": "it", "codes": { "SNOMED CT": ["44054006"] } }] } },
			{ "number": { "of": "allergy", "cells": [{ "name": "all", "from": 0 }] } },
		] },
	}))
}

proptest! {
	#[test]
	fn any_resource_is_read_without_panic(resources in prop::collection::vec(any_json(), 1..6)) {
		let kinds = ["Patient", "Condition", "AllergyIntolerance", "Observation", "MedicationRequest", "Medication", "Bundle"];
		let resources: Vec<Value> = resources.into_iter().enumerate().map(|(place, mut it)| {
			if let Some(fields) = it.as_object_mut() {
				fields.insert("resourceType".into(), kinds[place % kinds.len()].into());
			}
			it
		}).collect();
		let protocol = curious();
		let mut exclusions = Exclusions::default();
		exclusions.add(Category::Summary, period(1, 2));
		for withheld in [BTreeMap::new(), BTreeMap::from([("p".to_owned(), exclusions)])] {
			let mut extraction = Extraction::new(&protocol, withheld);
			let _ = extraction.add("d.ndjson", lines(&resources).as_bytes());
			let _ = extraction.add("b.json", json!({ "resourceType": "Bundle",
				"entry": resources.iter().map(|it| json!({ "resource": it })).collect::<Vec<_>>() }).to_string().as_bytes());
			extraction.finish();
		}
	}

	#[test]
	fn any_bytes_are_read_without_panic(
		bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\\n e".to_vec())], 0..300),
		name in prop::sample::select(vec!["a.json", "a.ndjson", ""]),
	) {
		let protocol = curious();
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		let _ = extraction.add(name, &bytes);
		extraction.finish();
	}

	#[test]
	fn pieces_of_any_size_give_the_same(size in 1usize..40, is_pretty in any::<bool>(), is_lines in any::<bool>()) {
		let protocol = has_diabetes();
		let all = [patient(json!({ "name": [{ "text": "A \"quoted\" {name} \\ é" }] })), diabetes(json!({}))];
		let entries = [("urn:uuid:1", all[0].clone()), ("urn:uuid:2", all[1].clone())];
		let value: Value = serde_json::from_str(&bundle(&entries)).unwrap();
		let text = match (is_lines, is_pretty) {
			(true, _) => lines(&all),
			(_, true) => serde_json::to_string_pretty(&value).unwrap(),
			_ => value.to_string(),
		};
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		let mut file = extraction.file(if is_lines { "d.ndjson" } else { "d.json" });
		for piece in text.as_bytes().chunks(size) {
			file.push(piece).unwrap();
		}
		file.end().unwrap();
		let found = extraction.finish();
		prop_assert_eq!(&found.people[0].answer, &cells(&[0]));
		prop_assert!(found.notices.is_empty());
	}
}
