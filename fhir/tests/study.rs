//! Answers from FHIR data: each extractor, how codes are found in their many spellings, and what does
//! not count.

use serde_json::{json, Value};
use vouchsafe_fhir::study::{Answer, Notice};
use vouchsafe_primitives::{StudyTrait, StudyTraits};

mod support;
use support::study::*;

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
	assert_eq!(answer(&with_weight(4), &all), cells(&[0, 1, 2]));
}

#[test]
fn two_extractors_are_crossed_by_rows() {
	let table = json!({ "weight": 2, "by": [
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
