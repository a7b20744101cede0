//! Answers from FHIR data: each extractor, how data is found in its many spellings, what does not
//! count, damaged files, and a comparison with a plain count.

use proptest::prelude::*;
use serde_json::{json, Value};
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};
use vouchsafe_fhir::study::{
	Answer, Exclusions, Extracted, Extraction, FileError, Notice, Noticed, Person, Protocol,
};
use vouchsafe_primitives::{Category, ServicePeriod, StudyTrait, StudyTraits};

mod support;
use support::shared;

const SSN: &str = "http://hl7.org/fhir/sid/us-ssn";

fn protocol_with(fields: &Value, traits: StudyTraits) -> Protocol {
	let mut protocol = json!({
		"version": 1,
		"question": { "en": "How many?" },
		"reference_date": "2026-01-01",
		"identifier": SSN,
	});
	for (name, value) in fields.as_object().unwrap() {
		protocol[name] = value.clone();
	}
	Protocol::read(protocol.to_string().as_bytes(), traits).unwrap()
}

fn protocol(fields: &Value) -> Protocol {
	protocol_with(fields, StudyTraits::default())
}

fn by(extractor: Value) -> Protocol {
	protocol(&json!({ "table": { "by": [extractor], "weight": 8 } }))
}

fn number_of(kind: &str) -> Protocol {
	protocol(&json!({ "sum": { "value": { "number": { "of": kind } }, "max": 100 } }))
}

/// One cell, for people with an entry of these codes.
fn has(kind: &str, codes: Value) -> Protocol {
	by(json!({ kind: { "cells": [{ "name": "it", "codes": codes }] } }))
}

fn lines(resources: &[Value]) -> String {
	resources.iter().map(|it| format!("{it}\n")).collect()
}

fn extract(protocol: &Protocol, resources: &[Value]) -> Extracted {
	let mut extraction = Extraction::new(protocol, BTreeMap::new());
	extraction.add("data.ndjson", lines(resources).as_bytes()).unwrap();
	extraction.finish()
}

/// The answer for the only patient of these resources.
fn answer(protocol: &Protocol, resources: &[Value]) -> Answer {
	let extracted = extract(protocol, resources);
	assert_eq!(extracted.people.len(), 1, "{:?}", extracted.notices);
	extracted.people[0].answer.clone()
}

fn notices(extracted: &Extracted) -> Vec<(Notice, u64)> {
	extracted.notices.iter().map(|Noticed { notice, count }| (*notice, *count)).collect()
}

fn merged(mut resource: Value, fields: Value) -> Value {
	for (name, value) in fields.as_object().unwrap() {
		resource[name] = value.clone();
	}
	resource
}

fn patient(fields: Value) -> Value {
	merged(json!({ "resourceType": "Patient", "id": "p" }), fields)
}

fn entry(kind: &str, id: &str, fields: Value) -> Value {
	let subject = if kind == "AllergyIntolerance" { "patient" } else { "subject" };
	let resource = json!({ "resourceType": kind, "id": id, subject: { "reference": "Patient/p" } });
	merged(resource, fields)
}

fn coded(system: &str, code: &str) -> Value {
	json!({ "coding": [{ "system": system, "code": code }] })
}

fn snomed(code: &str) -> Value {
	coded("http://snomed.info/sct", code)
}

fn diabetes(fields: Value) -> Value {
	merged(entry("Condition", "c", json!({ "code": snomed("44054006") })), fields)
}

fn has_diabetes() -> Protocol {
	has("condition", json!({ "SNOMED CT": ["44054006"], "ICD-10": ["E11"] }))
}

fn cells(list: &[u16]) -> Answer {
	Answer::Cells(list.to_vec())
}

#[test]
fn ages_are_counted_in_bands() {
	let by_age = by(json!({ "age": { "cells": [
		{ "name": "young", "below": 18 }, { "name": "old", "from": 65, "below": 120 },
	] } }));
	for (birth, expected) in [
		(json!("2008-01-02"), cells(&[0])),
		(json!("2008-01-01"), Answer::Outside),
		(json!("1961-01-01"), cells(&[1])),
		(json!("1961-01-02"), Answer::Outside),
		(json!("1961"), cells(&[1])),
		(json!("2026-01-02"), Answer::Outside),
		(json!("unknown"), Answer::Outside),
		(json!(1961), Answer::Outside),
		(Value::Null, Answer::Outside),
	] {
		assert_eq!(answer(&by_age, &[patient(json!({ "birthDate": birth }))]), expected, "{birth}");
	}
	let said = extract(&by_age, &[patient(json!({}))]);
	assert_eq!(notices(&said), [(Notice::NoBirthDate, 1)]);
}

#[test]
fn sexes_are_counted_by_administrative_gender() {
	let by_sex = by(json!({ "sex": { "cells": [
		{ "name": "women", "is": ["female"] }, { "name": "diverse", "is": ["other", "unknown"] },
	] } }));
	for (gender, expected) in [
		(json!("female"), cells(&[0])),
		(json!("other"), cells(&[1])),
		(json!("unknown"), cells(&[1])),
		(json!("male"), Answer::Outside),
		(json!("f"), Answer::Outside),
		(Value::Null, Answer::Outside),
	] {
		assert_eq!(answer(&by_sex, &[patient(json!({ "gender": gender }))]), expected, "{gender}");
	}
}

#[test]
fn others_have_a_cell_of_their_own() {
	let by_sex = by(json!({ "sex": { "cells": [
		{ "name": "women", "is": ["female"] }, { "name": "others", "otherwise": true },
	] } }));
	assert_eq!(answer(&by_sex, &[patient(json!({ "gender": "female" }))]), cells(&[0]));
	assert_eq!(answer(&by_sex, &[patient(json!({}))]), cells(&[1]));
}

#[test]
fn entries_are_found_by_code_in_each_spelling_of_its_system() {
	for (system, code) in [
		("http://snomed.info/sct", "44054006"),
		("HTTPS://SNOMED.info/sct/", " 44054006 "),
		("http://snomed.info/sct|http://snomed.info/sct/900000000000207008", "44054006"),
		("urn:oid:2.16.840.1.113883.6.96", "44054006 |Type 2 diabetes|"),
		("2.16.840.1.113883.6.96", "44054006:363713009=373068000"),
		("http://hl7.org/fhir/sid/icd-10", "E11"),
		("http://hl7.org/fhir/sid/icd-10-cm", "E11.9"),
		("http://fhir.de/CodeSystem/bfarm/icd-10-gm|2024", "e11.90 G"),
		("urn:oid:2.16.840.1.113883.6.90", "E1165"),
	] {
		let condition = diabetes(json!({ "code": coded(system, code) }));
		let found = answer(&has_diabetes(), &[patient(json!({})), condition]);
		assert_eq!(found, cells(&[0]), "{system} {code}");
	}
	for (system, code) in [
		("http://snomed.info/sct", "73211009"),
		("http://snomed.info/sct", "64572001:246075003=44054006"),
		("http://snomed.info/sct", "E11"),
		("http://hl7.org/fhir/sid/icd-10", "E10"),
		("http://hl7.org/fhir/sid/icd-10", "E1"),
		("http://hl7.org/fhir/sid/icd-10-pcs", "E11"),
		("http://hospital.example/codes", "44054006"),
		("", "44054006"),
	] {
		let condition = diabetes(json!({ "code": coded(system, code) }));
		let found = answer(&has_diabetes(), &[patient(json!({})), condition]);
		assert_eq!(found, Answer::Outside, "{system} {code}");
	}
}

#[test]
fn an_entry_without_a_known_code_is_noticed() {
	let text = diabetes(json!({ "code": { "text": "Diabetes" } }));
	let local = diabetes(json!({ "code": coded("http://hospital.example/codes", "44054006") }));
	let said = extract(&has_diabetes(), &[patient(json!({})), text, local]);
	assert_eq!(notices(&said), [(Notice::NotCoded, 2)]);
}

#[test]
fn each_kind_of_entry_is_found() {
	let rxnorm = || coded("http://www.nlm.nih.gov/research/umls/rxnorm", "860975");
	for (kind, resource, field) in [
		("condition", "Condition", "code"),
		("allergy", "AllergyIntolerance", "code"),
		("procedure", "Procedure", "code"),
		("medication", "MedicationRequest", "medicationCodeableConcept"),
		("medication", "MedicationStatement", "medicationCodeableConcept"),
		("medication", "MedicationDispense", "medicationCodeableConcept"),
		("medication", "MedicationAdministration", "medicationCodeableConcept"),
	] {
		let has_it = has(kind, json!({ "RxNorm": ["860975"] }));
		let it = entry(resource, "1", json!({ field: rxnorm() }));
		assert_eq!(answer(&has_it, &[patient(json!({})), it.clone()]), cells(&[0]), "{resource}");
		let counted = answer(&number_of(kind), &[patient(json!({})), it.clone()]);
		assert_eq!(counted, Answer::Value(1), "{resource}");
		for other in ["condition", "allergy", "procedure", "medication"] {
			if other != kind {
				let other = has(other, json!({ "RxNorm": ["860975"] }));
				assert_eq!(answer(&other, &[patient(json!({})), it.clone()]), Answer::Outside);
			}
		}
	}
	let atc = has("medication", json!({ "ATC": ["A10B"] }));
	let concept = coded("http://www.whocc.no/atc", "A10BA02");
	let it = entry("MedicationRequest", "1", json!({ "medicationCodeableConcept": concept }));
	assert_eq!(answer(&atc, &[patient(json!({})), it]), cells(&[0]));
}

#[test]
fn an_allergy_is_found_by_the_substance_of_a_reaction() {
	let has_it = has("allergy", json!({ "SNOMED CT": ["762952008"] }));
	let reaction = json!([{ "substance": [snomed("762952008")], "manifestation": [] }]);
	for substance in [reaction, json!([{ "substance": snomed("762952008") }])] {
		let it = entry("AllergyIntolerance", "1", json!({ "reaction": substance }));
		assert_eq!(answer(&has_it, &[patient(json!({})), it]), cells(&[0]));
	}
}

#[test]
fn a_medication_is_found_wherever_its_resource_is() {
	let has_it = has("medication", json!({ "RxNorm": ["860975"] }));
	let code = || coded("http://www.nlm.nih.gov/research/umls/rxnorm", "860975");
	let medication = json!({ "resourceType": "Medication", "id": "m", "code": code() });
	let request = |reference: &str, more: Value| {
		let fields = json!({ "medicationReference": { "reference": reference } });
		entry("MedicationRequest", "1", merged(fields, more))
	};
	for reference in ["Medication/m", "http://server/fhir/Medication/m/_history/2"] {
		let mut all = [patient(json!({})), request(reference, json!({})), medication.clone()];
		assert_eq!(answer(&has_it, &all), cells(&[0]), "{reference}");
		assert_eq!(answer(&number_of("medication"), &all), Answer::Value(1));
		all.reverse();
		assert_eq!(answer(&has_it, &all), cells(&[0]), "{reference}, the other way round");
	}
	let contained = merged(medication, json!({ "id": "k" }));
	let inside = request("#k", json!({ "contained": [contained] }));
	assert_eq!(answer(&has_it, &[patient(json!({})), inside]), cells(&[0]));
	let said = extract(&has_it, &[patient(json!({})), request("Medication/x", json!({}))]);
	assert_eq!(said.people[0].answer, Answer::Outside);
	assert_eq!(notices(&said), [(Notice::MedicationMissing, 1)]);
}

#[test]
fn what_is_wrong_or_did_not_take_place_does_not_count() {
	let status = |field: &str, code: &str| json!({ field: { "coding": [{ "code": code }] } });
	for fields in [
		json!({ "status": "entered-in-error" }),
		json!({ "status": "not-done" }),
		json!({ "status": "cancelled" }),
		json!({ "status": "draft" }),
		json!({ "doNotPerform": true }),
		status("verificationStatus", "entered-in-error"),
		status("verificationStatus", "refuted"),
		status("clinicalStatus", "entered-in-error"),
	] {
		let all = [patient(json!({})), diabetes(fields.clone())];
		assert_eq!(answer(&has_diabetes(), &all), Answer::Outside, "{fields}");
		assert_eq!(answer(&number_of("condition"), &all), Answer::Value(0), "{fields}");
	}
	for fields in [
		json!({ "status": "completed" }),
		json!({ "status": "stopped" }),
		status("verificationStatus", "unconfirmed"),
		status("clinicalStatus", "resolved"),
	] {
		let all = [patient(json!({})), diabetes(fields.clone())];
		assert_eq!(answer(&has_diabetes(), &all), cells(&[0]), "{fields}");
	}
}

#[test]
fn the_deceased_count_only_if_asked_for() {
	let codes = json!({ "SNOMED CT": ["44054006"] });
	let table = json!({ "by": [{ "condition": { "cells": [{ "name": "it", "codes": codes }] } }] });
	let alive_only = protocol(&json!({ "table": table }));
	let all = protocol(&json!({ "table": table, "include_deceased": true }));
	for (fields, is_deceased) in [
		(json!({ "deceasedBoolean": true }), true),
		(json!({ "deceasedDateTime": "2020" }), true),
		(json!({ "deceasedBoolean": false }), false),
	] {
		let data = [patient(fields.clone()), diabetes(json!({}))];
		let expected = if is_deceased { Answer::Outside } else { cells(&[0]) };
		assert_eq!(answer(&alive_only, &data), expected, "{fields}");
		assert_eq!(answer(&all, &data), cells(&[0]), "{fields}");
	}
}

#[test]
fn entries_are_numbered_once_each() {
	let other = diabetes(json!({ "id": "d" }));
	let all = [patient(json!({})), diabetes(json!({})), other, diabetes(json!({}))];
	assert_eq!(answer(&number_of("condition"), &all), Answer::Value(2));
	let coded = json!({ "number": { "of": "condition", "codes": { "ICD-10": ["E10"] } } });
	let coded = protocol(&json!({ "sum": { "value": coded, "max": 9 } }));
	assert_eq!(answer(&coded, &all), Answer::Value(0));
	let nameless: Vec<Value> = [1, 2, 2]
		.iter()
		.map(|year| diabetes(json!({ "id": null, "onsetDateTime": format!("200{year}") })))
		.chain([patient(json!({}))])
		.collect();
	assert_eq!(answer(&number_of("condition"), &nameless), Answer::Value(2));
}

#[test]
fn a_number_stops_at_the_highest_that_matters() {
	let many = |count: usize| -> Vec<Value> {
		let list = (0..count).map(|id| diabetes(json!({ "id": format!("{id}") })));
		list.chain([patient(json!({}))]).collect()
	};
	let sum =
		protocol(&json!({ "sum": { "value": { "number": { "of": "condition" } }, "max": 3 } }));
	for (count, expected) in [(0, 0), (2, 2), (3, 3), (4, 3), (50, 3)] {
		assert_eq!(answer(&sum, &many(count)), Answer::Value(expected));
	}
	let bands = by(json!({ "number": { "of": "condition", "cells": [
		{ "name": "none", "below": 1 }, { "name": "some", "from": 1, "below": 4 },
		{ "name": "many", "from": 4 },
	] } }));
	for (count, cell) in [(0, 0), (1, 1), (3, 1), (4, 2), (40, 2)] {
		assert_eq!(answer(&bands, &many(count)), cells(&[cell]), "{count}");
	}
}

#[test]
fn nothing_known_is_not_an_allergy() {
	for code in [
		snomed("716186003"),
		coded("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-known-allergies"),
	] {
		let all = [patient(json!({})), entry("AllergyIntolerance", "1", json!({ "code": code }))];
		assert_eq!(answer(&number_of("allergy"), &all), Answer::Value(0), "{code}");
	}
}

#[test]
fn a_number_without_codes_leaves_out_what_is_sensitive() {
	let hiv =
		diabetes(json!({ "id": "h", "code": coded("http://hl7.org/fhir/sid/icd-10", "B20") }));
	let all = [patient(json!({})), diabetes(json!({})), hiv];
	let sum = json!({ "sum": { "value": { "number": { "of": "condition" } }, "max": 9 } });
	let sensitive = StudyTraits::of(&[StudyTrait::Sensitive]);
	assert_eq!(answer(&protocol(&sum), &all), Answer::Value(1));
	assert_eq!(answer(&protocol_with(&sum, sensitive), &all), Answer::Value(2));
}

fn observation(id: &str, date: &str, value: f64, fields: Value) -> Value {
	let basis = json!({
		"status": "final",
		"code": coded("http://loinc.org", "4548-4"),
		"effectiveDateTime": date,
		"valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": "%" },
	});
	entry("Observation", id, merged(basis, fields))
}

fn by_hba1c() -> Protocol {
	by(json!({ "observation": { "loinc": ["4548-4"], "unit": "%", "cells": [
		{ "name": "low", "below": 6.5 }, { "name": "high", "from": 6.5 },
	] } }))
}

#[test]
fn the_latest_observation_is_counted_in_bands() {
	let protocol = by_hba1c();
	let mut all = vec![
		patient(json!({})),
		observation("1", "2020-01-01T10:00:00Z", 7.0, json!({})),
		observation("2", "2021-01-01", 6.4, json!({})),
		observation("3", "2019", 9.0, json!({})),
	];
	for _ in 0..all.len() {
		assert_eq!(answer(&protocol, &all), cells(&[0]), "whatever their order is");
		all.rotate_left(1);
	}
	all.push(observation("4", "2022-01-01", 8.0, json!({ "status": "entered-in-error" })));
	all.push(observation(
		"5",
		"2022-01-01",
		8.0,
		json!({ "code": coded("http://loinc.org", "1-8") }),
	));
	all.push(observation(
		"6",
		"2022-01-01",
		8.0,
		json!({ "code": coded("http://x.org", "4548-4") }),
	));
	assert_eq!(answer(&protocol, &all), cells(&[0]));
	all.push(observation("7", "2021-01-01", 6.5, json!({})));
	assert_eq!(answer(&protocol, &all), cells(&[1]), "of two at the same time the higher one");
	all.push(observation("8", "2021-01-01", 6.0, json!({ "issued": "2021-02-01T00:00:00Z" })));
	assert_eq!(answer(&protocol, &all), cells(&[0]), "the one that was issued later");
	let none = [patient(json!({}))];
	assert_eq!(answer(&protocol, &none), Answer::Outside);
}

#[test]
fn observations_are_found_in_each_form() {
	let protocol = by_hba1c();
	let quantity = |unit: Value| json!({ "valueQuantity": merged(json!({ "value": 7 }), unit) });
	let null = || json!({ "valueQuantity": null });
	let component = json!([{ "code": coded("urn:oid:2.16.840.1.113883.6.1", "4548-4"),
		"valueQuantity": { "value": 7, "code": "%" } }]);
	for fields in [
		quantity(json!({ "code": "%" })),
		quantity(json!({ "unit": "%" })),
		quantity(json!({ "code": "%{HbA1c}", "system": "urn:oid:2.16.840.1.113883.6.8" })),
		quantity(json!({ "code": "percent", "system": "http://local", "unit": "%" })),
		merged(null(), json!({ "code": snomed("1"), "component": component })),
		json!({ "effectiveDateTime": null, "effectivePeriod": { "start": "2020" } }),
		json!({ "effectiveDateTime": null }),
		json!({ "effectiveDateTime": "soon" }),
	] {
		let all = [patient(json!({})), observation("1", "2020-01-01", 7.0, fields.clone())];
		assert_eq!(answer(&protocol, &all), cells(&[1]), "{fields}");
	}
	for fields in [
		quantity(json!({ "code": "mmol/mol" })),
		quantity(json!({})),
		json!({ "valueQuantity": { "code": "%" } }),
		json!({ "valueQuantity": { "value": "7", "code": "%" } }),
		null(),
		merged(null(), json!({ "valueString": "7 %" })),
	] {
		let said = extract(
			&protocol,
			&[patient(json!({})), observation("1", "2020", 7.0, fields.clone())],
		);
		assert_eq!(said.people[0].answer, Answer::Outside, "{fields}");
		assert_eq!(notices(&said), [(Notice::OtherUnit, 1)], "{fields}");
	}
}

#[test]
fn a_bound_lies_beyond_its_number() {
	let protocol = by_hba1c();
	for (comparator, cell) in [("<", 0), (">", 1), ("<=", 1), (">=", 1)] {
		let value = json!({ "value": 6.5, "code": "%", "comparator": comparator });
		let it = observation("1", "2020", 0.0, json!({ "valueQuantity": value }));
		assert_eq!(answer(&protocol, &[patient(json!({})), it]), cells(&[cell]), "{comparator}");
	}
}

#[test]
fn sums_are_whole_numbers_up_to_the_max() {
	let sum = |value: Value| protocol(&json!({ "sum": { "value": value, "max": 50 } }));
	let of_age = sum(json!({ "age": {} }));
	for (birth, expected) in [("2000-01-02", 25), ("1950-01-01", 50)] {
		assert_eq!(
			answer(&of_age, &[patient(json!({ "birthDate": birth }))]),
			Answer::Value(expected)
		);
	}
	assert_eq!(answer(&of_age, &[patient(json!({}))]), Answer::Outside);
	let of_observation = sum(json!({ "observation": { "loinc": ["4548-4"], "unit": "%" } }));
	for (value, expected) in [(6.4, 6), (6.5, 7), (-3.0, 0), (1e300, 50)] {
		let all = [patient(json!({})), observation("1", "2020", value, json!({}))];
		assert_eq!(answer(&of_observation, &all), Answer::Value(expected), "{value}");
	}
}

#[test]
fn a_cohort_is_a_conjunction() {
	let cohort = json!([
		{ "age": { "from": 18, "below": 65 } },
		{ "sex": { "is": ["female"] } },
		{ "condition": { "codes": { "ICD-10": ["E11"] } } },
		{ "number": { "of": "condition", "below": 2 } },
		{ "observation": { "loinc": ["4548-4"], "unit": "%", "from": 6 } },
	]);
	let table = json!({ "by": [{ "sex": { "cells": [{ "name": "all", "is": ["female"] }] } }] });
	let protocol = protocol(&json!({ "table": table, "cohort": cohort }));
	let person = || patient(json!({ "birthDate": "1990-01-01", "gender": "female" }));
	let icd = || json!({ "code": coded("http://hl7.org/fhir/sid/icd-10", "E11.9") });
	let all = [person(), diabetes(icd()), observation("1", "2020", 7.0, json!({}))];
	assert_eq!(answer(&protocol, &all), cells(&[0]));
	let change = |place: usize, resource: Value| {
		let mut all = all.to_vec();
		all[place] = resource;
		answer(&protocol, &all)
	};
	assert_eq!(
		change(0, patient(json!({ "birthDate": "1950", "gender": "female" }))),
		Answer::Outside
	);
	assert_eq!(
		change(0, patient(json!({ "birthDate": "1990", "gender": "male" }))),
		Answer::Outside
	);
	assert_eq!(change(1, diabetes(json!({}))), Answer::Outside);
	assert_eq!(change(2, observation("1", "2020", 5.0, json!({}))), Answer::Outside);
	let two = [&all[..], &[diabetes(merged(icd(), json!({ "id": "d" })))]].concat();
	assert_eq!(answer(&protocol, &two), Answer::Outside);
}

#[test]
fn a_person_counts_in_the_first_cells_in_the_protocols_order() {
	let substances = ["111111", "222222", "333333", "444444"];
	let cell = |code: &&str| json!({ "name": code, "codes": { "SNOMED CT": [code] } });
	let extractor =
		json!({ "allergy": { "cells": substances.iter().map(cell).collect::<Vec<_>>() } });
	let with_weight =
		|weight: u8| protocol(&json!({ "table": { "by": [extractor], "weight": weight } }));
	let allergies = substances
		.iter()
		.rev()
		.skip(1)
		.map(|code| entry("AllergyIntolerance", code, json!({ "code": snomed(code) })));
	let all: Vec<Value> = allergies.chain([patient(json!({}))]).collect();
	assert_eq!(answer(&with_weight(1), &all), cells(&[0]));
	assert_eq!(answer(&with_weight(2), &all), cells(&[0, 1]));
	assert_eq!(answer(&with_weight(8), &all), cells(&[0, 1, 2]));
}

#[test]
fn two_extractors_are_crossed_by_rows() {
	let table = json!({ "weight": 8, "by": [
		{ "allergy": { "cells": [
			{ "name": "a", "codes": { "SNOMED CT": ["111111"] } },
			{ "name": "b", "codes": { "SNOMED CT": ["222222"] } },
		] } },
		{ "sex": { "cells": [{ "name": "f", "is": ["female"] }, { "name": "m", "is": ["male"] }] } },
	] });
	let protocol = protocol(&json!({ "table": table }));
	assert_eq!(protocol.cell_names(), ["a, f", "a, m", "b, f", "b, m", "outside"]);
	let allergy = |code: &str| entry("AllergyIntolerance", code, json!({ "code": snomed(code) }));
	let both = [allergy("111111"), allergy("222222"), patient(json!({ "gender": "male" }))];
	assert_eq!(answer(&protocol, &both), cells(&[1, 3]));
	let no_sex = [allergy("111111"), patient(json!({}))];
	assert_eq!(answer(&protocol, &no_sex), Answer::Outside);
}

#[test]
fn answers_add_up_to_a_table() {
	let table = by_hba1c().question();
	let mut counted = [0u64; 3];
	for answer in [cells(&[0, 1]), cells(&[1]), Answer::Outside] {
		answer.add_to(&table, &mut counted);
	}
	assert_eq!(counted, [1, 2, 1]);
	let sum = number_of("allergy").question();
	let mut counted = [0u64; 2];
	for answer in [Answer::Value(30), Answer::Value(100), Answer::Outside] {
		answer.add_to(&sum, &mut counted);
	}
	assert_eq!(counted, [130, 70], "outside adds to neither cell");
}

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

fn bundle(entries: &[(&str, Value)]) -> String {
	let entries: Vec<Value> = entries
		.iter()
		.map(|(url, resource)| json!({ "fullUrl": url, "resource": resource }))
		.collect();
	json!({ "entry": entries, "resourceType": "Bundle", "type": "collection" }).to_string()
}

fn extract_text(protocol: &Protocol, name: &str, text: &str) -> Result<Extracted, FileError> {
	let mut extraction = Extraction::new(protocol, BTreeMap::new());
	extraction.add(name, text.as_bytes())?;
	Ok(extraction.finish())
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
		"table": { "weight": 8, "by": [
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
fn plainly_counted(protocol: &PathBuf, files: &[PathBuf]) -> Option<Vec<u64>> {
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
	allergies["include_deceased"] = json!(true);
	let protocol =
		Protocol::read(allergies.to_string().as_bytes(), StudyTraits::default()).unwrap();
	let (cells, people) = counted(&protocol, &files);
	assert_eq!(cells[..18].iter().filter(|count| **count > 0).count(), 18, "18 substances");
	let many = people.iter().filter(|it| matches!(&it.answer, Answer::Cells(it) if it.len() > 3));
	assert_eq!(many.count(), 9, "with more than three substances");
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
		json!({ "table": { "weight": 4, "by": [
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
