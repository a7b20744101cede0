//! Bundles to records: units, self-containment, labels that spread, and what always holds.

use proptest::prelude::*;
use serde_json::{json, value::RawValue, Value};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_fhir::{
	dates::month_index, import, About, Import, Label, Months, Options, Record, Refusal, Unit,
};
use vouchsafe_primitives::{Category, Confidentiality};

mod support;
use support::{check, options, resources_of};

fn of(bundle: &Value) -> Import {
	with(bundle, &options(Unit::Encounter))
}

fn with(bundle: &Value, options: &Options) -> Import {
	let text = bundle.to_string();
	let import = import(text.as_bytes(), "bundle.json", options).unwrap();
	check(text.as_bytes(), &import);
	import
}

fn refused(bundle: &Value) -> Refusal {
	import(bundle.to_string().as_bytes(), "b.json", &options(Unit::Encounter)).unwrap_err()
}

fn bundle(resources: &[Value]) -> Value {
	let entries: Vec<Value> = resources
		.iter()
		.map(|resource| {
			let kind = resource["resourceType"].as_str().unwrap();
			let id = resource["id"].as_str().unwrap();
			json!({ "fullUrl": format!("http://s/{kind}/{id}"), "resource": resource })
		})
		.collect();
	json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

fn patient() -> Value {
	json!({ "resourceType": "Patient", "id": "p", "birthDate": "1970-02" })
}

fn encounter(id: &str, day: &str) -> Value {
	json!({ "resourceType": "Encounter", "id": id, "class": { "code": "AMB" },
		"subject": { "reference": "Patient/p" }, "period": { "start": day, "end": day } })
}

/// A resource of the patient with further fields.
fn resource(kind: &str, id: &str, fields: Value) -> Value {
	let mut resource = json!({ "resourceType": kind, "id": id,
		"subject": { "reference": "Patient/p" } });
	for (name, value) in fields.as_object().unwrap() {
		resource[name] = value.clone();
	}
	resource
}

fn at(encounter: &str) -> Value {
	json!({ "reference": format!("Encounter/{encounter}") })
}

fn category(code: &str) -> Value {
	json!([{ "coding": [{ "system":
		"http://terminology.hl7.org/CodeSystem/observation-category", "code": code }] }])
}

fn snomed(code: &str) -> Value {
	json!({ "coding": [{ "system": "http://snomed.info/sct", "code": code }] })
}

/// Names of the resources in a record.
fn names(record: &Record) -> Vec<String> {
	let bundle: Value = serde_json::from_slice(&record.content).unwrap();
	let entries = bundle["entry"].as_array().unwrap();
	let name = |entry: &Value| {
		let resource = &entry["resource"];
		format!(
			"{}/{}",
			resource["resourceType"].as_str().unwrap(),
			resource["id"].as_str().unwrap_or("-")
		)
	};
	entries.iter().map(name).collect()
}

fn one(import: &Import, category: Category) -> &Record {
	let mut found = import.records.iter().filter(|it| it.category == category);
	let record = found.next().unwrap_or_else(|| panic!("a record of {category:?}"));
	assert!(found.next().is_none(), "one record of {category:?}");
	record
}

fn month(year: u16, number: u16) -> Months {
	Months::one(month_index(year, number).unwrap())
}

#[test]
fn one_record_per_encounter_and_category() {
	let import = of(&bundle(&[
		patient(),
		encounter("a", "2025-01-10"),
		encounter("b", "2025-03-10"),
		resource(
			"Observation",
			"a1",
			json!({ "encounter": at("a"), "category": category("vital-signs"), "effectiveDateTime": "2025-01-10" }),
		),
		resource(
			"Observation",
			"a2",
			json!({ "encounter": at("a"), "category": category("laboratory"), "effectiveDateTime": "2025-01-11" }),
		),
		resource(
			"Observation",
			"b1",
			json!({ "encounter": at("b"), "category": category("vital-signs"), "effectiveDateTime": "2025-03-10" }),
		),
		resource(
			"Procedure",
			"b2",
			json!({ "encounter": at("b"), "performedPeriod": { "start": "2025-03-10" } }),
		),
	]));
	let found: Vec<(Category, Vec<String>)> =
		import.records.iter().map(|it| (it.category, names(it))).collect();
	let expected = |category, list: &[&str]| {
		(category, list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
	};
	assert_eq!(
		found,
		[
			expected(Category::Laboratory, &["Patient/p", "Encounter/a", "Observation/a2"]),
			expected(Category::Encounter, &["Patient/p", "Encounter/a"]),
			expected(Category::Encounter, &["Patient/p", "Encounter/b"]),
			expected(Category::Procedure, &["Patient/p", "Encounter/b", "Procedure/b2"]),
			expected(Category::VitalSigns, &["Patient/p", "Encounter/a", "Observation/a1"]),
			expected(Category::VitalSigns, &["Patient/p", "Encounter/b", "Observation/b1"]),
		]
	);
	assert_eq!(import.records[0].months, Some(month(2025, 1)));
	assert_eq!(import.records[0].about, About::Encounter(Some("2025-01-10".into())));
	assert_eq!(import.resources, 7);
}

#[test]
fn a_report_has_its_results_specimens_images_and_order() {
	let import = of(&bundle(&[
		patient(),
		encounter("a", "2025-01-10"),
		resource(
			"DiagnosticReport",
			"r",
			json!({ "encounter": at("a"), "issued": "2025-01-12T08:00:00Z",
			"category": [{ "coding": [{ "code": "LAB" }] }],
			"basedOn": [{ "reference": "ServiceRequest/s" }],
			"specimen": [{ "reference": "Specimen/x" }],
			"result": [{ "reference": "Observation/panel" }, { "reference": "Observation/plain" }],
			"media": [{ "link": { "reference": "Media/m" } }] }),
		),
		resource(
			"ServiceRequest",
			"s",
			json!({ "basedOn": [{ "reference": "ServiceRequest/t" }] }),
		),
		resource("ServiceRequest", "t", json!({})),
		resource("Specimen", "x", json!({ "receivedTime": "2025-01-11" })),
		resource(
			"Observation",
			"panel",
			json!({ "hasMember": [{ "reference": "Observation/member" }] }),
		),
		resource("Observation", "member", json!({})),
		resource("Observation", "plain", json!({ "category": category("vital-signs") })),
		resource("Media", "m", json!({})),
		resource("Task", "k", json!({ "focus": { "reference": "ServiceRequest/s" } })),
	]));
	assert_eq!(import.records.len(), 2);
	let report = one(&import, Category::Laboratory);
	assert_eq!(report.members.len(), 9);
	assert_eq!(report.months, Some(month(2025, 1)));
	assert_eq!(one(&import, Category::Encounter).members.len(), 1);
}

#[test]
fn an_observation_without_category_takes_its_reports() {
	let import = of(&bundle(&[
		patient(),
		resource(
			"DiagnosticReport",
			"r",
			json!({ "effectiveDateTime": "2025-01-12",
			"category": [{ "coding": [{ "code": "RT" }] }], "result": [{ "reference": "Observation/o" }] }),
		),
		resource("Observation", "o", json!({})),
	]));
	assert_eq!(one(&import, Category::Procedure).members.len(), 2);
}

#[test]
fn orders_without_a_result_are_plans_and_goals_stay_with_their_plan() {
	let import = of(&bundle(&[
		patient(),
		encounter("a", "2025-01-10"),
		resource(
			"CarePlan",
			"c",
			json!({ "encounter": at("a"), "goal": [{ "reference": "Goal/g" }],
			"period": { "start": "2025-01-10" } }),
		),
		resource("Goal", "g", json!({})),
		resource("ServiceRequest", "s", json!({ "encounter": at("a") })),
		resource(
			"MedicationRequest",
			"m",
			json!({ "encounter": at("a"),
			"medicationReference": { "reference": "Medication/d" } }),
		),
		json!({ "resourceType": "Medication", "id": "d" }),
		resource(
			"MedicationDispense",
			"n",
			json!({ "context": at("a"),
			"authorizingPrescription": [{ "reference": "MedicationRequest/m" }] }),
		),
	]));
	assert_eq!(one(&import, Category::Plan).members.len(), 3);
	assert_eq!(
		names(one(&import, Category::Prescription)),
		["Patient/p", "Encounter/a", "MedicationRequest/m", "Medication/d"]
	);
	assert_eq!(names(one(&import, Category::Dispensation)).len(), 5);
	// Without dates of their own they are of their encounter's time.
	assert!(import.records.iter().all(|it| it.months == Some(month(2025, 1))));
}

#[test]
fn standing_lists_are_one_summary_and_bills_a_record_a_year() {
	let import = of(&bundle(&[
		patient(),
		resource("Condition", "c", json!({ "recordedDate": "2020-05-01" })),
		resource("Condition", "d", json!({ "onsetDateTime": "2021" })),
		json!({ "resourceType": "AllergyIntolerance", "id": "a", "patient": { "reference": "Patient/p" } }),
		resource(
			"MedicationStatement",
			"m",
			json!({ "dateAsserted": "2022-02",
			"medicationReference": { "reference": "Medication/d" } }),
		),
		json!({ "resourceType": "Medication", "id": "d" }),
		json!({ "resourceType": "Immunization", "id": "i", "occurrenceDateTime": "2023-01-01" }),
		json!({ "resourceType": "FamilyMemberHistory", "id": "f", "patient": { "reference": "Patient/p" } }),
		json!({ "resourceType": "Consent", "id": "v", "scope": { "coding": [{ "code": "adr" }] } }),
		json!({ "resourceType": "Claim", "id": "x", "created": "2020-01-01" }),
		json!({ "resourceType": "Claim", "id": "y", "created": "2020-12-01" }),
		json!({ "resourceType": "ExplanationOfBenefit", "id": "z", "item": [
			{ "servicedPeriod": { "start": "2021-03-01", "end": "2021-03-02" } }] }),
	]));
	let summary = one(&import, Category::Summary);
	assert!(summary.is_summary());
	assert_eq!(summary.members.len(), 7);
	assert!(names(summary).contains(&"Medication/d".to_owned()), "the drug is in it");
	assert_eq!(
		summary.months,
		Some(Months { first: month_index(2020, 5).unwrap(), last: month_index(2023, 1).unwrap() })
	);
	let bills: Vec<&Record> =
		import.records.iter().filter(|it| it.category == Category::Financial).collect();
	assert_eq!(bills.len(), 2);
	assert_eq!(bills[0].about, About::Year(Some(2020)));
	assert_eq!(bills[1].months, Some(month(2021, 3)));
}

#[test]
fn what_belongs_to_no_encounter_is_grouped_by_month() {
	let weight = |id: &str, day: &str| {
		resource(
			"Observation",
			id,
			json!({ "category": category("vital-signs"), "effectiveDateTime": day }),
		)
	};
	let import = of(&bundle(&[
		patient(),
		weight("a", "2025-01-01"),
		weight("b", "2025-01-31"),
		weight("c", "2025-02-01"),
		resource("Procedure", "d", json!({})),
	]));
	let members: Vec<usize> = import.records.iter().map(|it| it.members.len()).collect();
	assert_eq!(members, [1, 2, 1]);
	assert_eq!(import.records[0].months, None, "a procedure without any date");
	assert_eq!(import.plan().undated(), 1);
}

#[test]
fn an_encounter_that_is_not_in_the_bundle_still_groups() {
	let observation = |id: &str, encounter: &str| {
		resource(
			"Observation",
			id,
			json!({ "encounter": at(encounter),
			"category": category("vital-signs"), "effectiveDateTime": "2025-01-01" }),
		)
	};
	let import =
		of(&bundle(&[observation("a", "x"), observation("b", "x"), observation("c", "y")]));
	assert_eq!(import.records.iter().map(|it| it.members.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn documents_and_what_is_signed_are_whole() {
	let import = of(&bundle(&[
		patient(),
		resource(
			"DocumentReference",
			"d",
			json!({ "date": "2025-01-01T00:00:00Z",
			"type": { "coding": [{ "system": "http://loinc.org", "code": "18842-5" }] }, "description": "Letter",
			"content": [{ "attachment": { "contentType": "text/plain", "url": "Binary/b" } }] }),
		),
		json!({ "resourceType": "Binary", "id": "b", "securityContext": { "reference": "DocumentReference/d" } }),
		resource("Observation", "o", json!({ "effectiveDateTime": "2025-01-01" })),
		resource("Procedure", "s", json!({ "performedDateTime": "2025-02-01" })),
		json!({ "resourceType": "Provenance", "id": "v", "recorded": "2025-02-02T00:00:00Z",
			"target": [{ "reference": "Observation/o" }, { "reference": "Procedure/s" }],
			"signature": [{ "data": "AA==" }] }),
	]));
	let letter = one(&import, Category::Discharge);
	assert_eq!(names(letter), ["Patient/p", "DocumentReference/d", "Binary/b"]);
	assert_eq!(letter.about, About::Document(Some("Letter".into())));
	assert_eq!(import.records.len(), 2, "the signature holds together what it signs");

	for whole in [
		json!({ "resourceType": "Bundle", "type": "document", "entry": [
			{ "fullUrl": "urn:uuid:1", "resource": { "resourceType": "Composition", "date": "2025-04-14",
				"type": { "coding": [{ "system": "http://snomed.info/sct", "code": "373942005" }] } } },
			{ "fullUrl": "urn:uuid:2", "resource": { "resourceType": "Condition", "onsetDateTime": "1990" } }] }),
		json!({ "resourceType": "Bundle", "type": "collection", "signature": { "data": "AA==" }, "entry": [
			{ "resource": { "resourceType": "Composition", "date": "2025-04-14",
				"type": { "coding": [{ "system": "http://loinc.org", "code": "18842-5" }] } } }] }),
	] {
		let text = format!("  {whole}\n");
		let import = import_of(&text);
		assert_eq!(import.records.len(), 1);
		assert_eq!(import.records[0].content, text.as_bytes(), "byte for byte");
		assert_eq!(import.records[0].category, Category::Discharge);
		assert_eq!(import.records[0].months, Some(month(2025, 4)));
	}
}

fn import_of(text: &str) -> Import {
	import(text.as_bytes(), "b.json", &options(Unit::Encounter)).unwrap()
}

#[test]
fn files_that_are_not_bundles_are_whole() {
	let pdf = import(b"%PDF-1.5 \xff", "letter.pdf", &options(Unit::Encounter)).unwrap();
	assert_eq!(pdf.records[0].content, b"%PDF-1.5 \xff");
	assert_eq!((pdf.records[0].months, pdf.records[0].media_type), (None, None));
	let text = " {\"resourceType\":\"Observation\",\"effectiveDateTime\":\"2020-01-01\",\
		\"category\":[{\"coding\":[{\"code\":\"laboratory\"}]}],\
		\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"55277-8\"}]}}";
	let single = import_of(text);
	let record = &single.records[0];
	assert_eq!(record.content, text.as_bytes());
	assert_eq!((record.category, record.months), (Category::Laboratory, Some(month(2020, 1))));
	assert_eq!(record.labels, BTreeSet::from([Label::Hiv]));
	let outcome =
		br#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"no"}]}"#;
	assert!(import(outcome, "a", &options(Unit::Encounter))
		.unwrap_err()
		.to_string()
		.contains("error: no"));
}

#[test]
fn units_can_be_chosen() {
	let resources = [
		patient(),
		encounter("a", "2025-01-10"),
		encounter("b", "2025-02-10"),
		resource("Condition", "c", json!({ "recordedDate": "2020-05-01" })),
		json!({ "resourceType": "Immunization", "id": "i", "occurrenceDateTime": "2023-01-01" }),
		resource("DocumentReference", "d", json!({ "date": "2025-01-01" })),
	];
	let by = |unit| with(&bundle(&resources), &options(unit));
	let document = by(Unit::Document);
	assert_eq!(document.records.len(), 1);
	assert_eq!(document.records[0].content, bundle(&resources).to_string().as_bytes());
	let categories: Vec<Category> =
		by(Unit::Category).records.iter().map(|it| it.category).collect();
	assert_eq!(
		categories,
		[Category::Summary, Category::Encounter, Category::Immunisation, Category::Other]
	);
	assert_eq!(by(Unit::Encounter).records.len(), 4);
}

#[test]
fn a_record_has_the_labels_of_all_that_is_repeated_in_it() {
	let import = of(&bundle(&[
		patient(),
		json!({ "resourceType": "Encounter", "id": "a", "reasonCode": [snomed("86406008")],
			"period": { "start": "2025-01-01" } }),
		resource(
			"Observation",
			"o",
			json!({ "encounter": at("a"), "category": category("vital-signs") }),
		),
		resource(
			"Procedure",
			"x",
			json!({ "performedDateTime": "2025-01-01",
			"reasonReference": [{ "reference": "Condition/c" }] }),
		),
		resource(
			"Condition",
			"c",
			json!({ "code": snomed("7200002"), "recordedDate": "2025-01-01" }),
		),
		resource("Procedure", "y", json!({ "performedDateTime": "2025-03-01" })),
	]));
	let labels = |category| one(&import, category).labels.clone();
	assert_eq!(labels(Category::VitalSigns), BTreeSet::from([Label::Hiv]));
	assert_eq!(labels(Category::Encounter), BTreeSet::from([Label::Hiv]));
	assert_eq!(labels(Category::Summary), BTreeSet::from([Label::SubstanceUse]));
	let procedures: Vec<_> =
		import.records.iter().filter(|it| it.category == Category::Procedure).collect();
	assert_eq!(procedures[0].labels, BTreeSet::from([Label::SubstanceUse]));
	assert_eq!(procedures[0].confidentiality, Confidentiality::Restricted);
	assert_eq!(procedures[1].labels, BTreeSet::new());
	assert_eq!(procedures[1].confidentiality, Confidentiality::Normal);
}

#[test]
fn what_the_bundle_says_counts_for_all() {
	let says = |system: &str, code: &str| {
		let mut bundle = bundle(&[
			patient(),
			resource("Procedure", "x", json!({ "performedDateTime": "2025-01-01" })),
			resource(
				"Condition",
				"c",
				json!({ "recordedDate": "2025-01-01", "code": snomed("86406008") }),
			),
		]);
		bundle["meta"] = json!({ "security": [{ "system": system, "code": code }] });
		let import = of(&bundle);
		import.records.iter().map(|it| (it.labels.clone(), it.confidentiality)).collect::<Vec<_>>()
	};
	let confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
	let hiv = BTreeSet::from([Label::Hiv]);
	assert_eq!(
		says(confidentiality, "V"),
		[
			(hiv.clone(), Confidentiality::VeryRestricted),
			(BTreeSet::new(), Confidentiality::VeryRestricted)
		]
	);
	assert_eq!(
		says(confidentiality, "N"),
		[(hiv, Confidentiality::Normal), (BTreeSet::new(), Confidentiality::Normal)]
	);
	let psychiatry = says("http://terminology.hl7.org/CodeSystem/v3-ActCode", "PSY");
	assert!(psychiatry.iter().all(|(labels, level)| {
		labels.contains(&Label::Psychiatry) && *level == Confidentiality::Restricted
	}));
}

#[test]
fn what_a_document_or_encounter_says_counts_for_its_contents() {
	let psychiatry = json!({ "security": [{ "system": "http://hl7.org/fhir/v3/ActCode", "code": "PSY" },
		{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V" }] });
	let import = of(&bundle(&[
		patient(),
		resource(
			"Composition",
			"c",
			json!({ "date": "2025-01-01", "meta": psychiatry,
			"section": [{ "entry": [{ "reference": "Observation/o" }] }] }),
		),
		resource(
			"Observation",
			"o",
			json!({ "effectiveDateTime": "2025-01-01", "category": category("exam") }),
		),
		json!({ "resourceType": "Encounter", "id": "a", "meta": psychiatry, "period": { "start": "2025-01-01" },
			"diagnosis": [{ "condition": { "reference": "Condition/d" } }] }),
		resource("Condition", "d", json!({ "recordedDate": "2025-01-01" })),
		resource("Procedure", "x", json!({ "encounter": at("a") })),
		resource("Procedure", "y", json!({ "performedDateTime": "2024-01-01" })),
	]));
	for record in &import.records {
		let expected = if record.months == Some(month(2024, 1)) {
			(BTreeSet::new(), Confidentiality::Normal)
		} else {
			(BTreeSet::from([Label::Psychiatry]), Confidentiality::VeryRestricted)
		};
		assert_eq!((record.labels.clone(), record.confidentiality), expected, "{:?}", record.about);
	}
	assert_eq!(import.records.len(), 6);
}

#[test]
fn two_patients_are_refused() {
	let other = json!({ "resourceType": "Patient", "id": "q" });
	let said = refused(&bundle(&[patient(), other.clone()])).to_string();
	assert!(said.contains("one patient: Patient/p (entry 1), Patient/q (entry 2)"), "{said}");
	let many: Vec<Value> = (0..99)
		.map(|number| json!({ "resourceType": "Patient", "id": format!("q{number}") }))
		.collect();
	assert!(matches!(refused(&bundle(&many)), Refusal::Patients(named) if named.len() == 5));
	let elsewhere = resource("Goal", "g", json!({ "subject": { "reference": "Patient/q" } }));
	assert!(matches!(refused(&bundle(&[patient(), elsewhere])), Refusal::Patients(_)));
	// Another person who plays a part, when the patient is the subject.
	let covered = json!({ "resourceType": "Coverage", "id": "c", "beneficiary": { "reference": "Patient/p" },
		"subscriber": { "reference": "Patient/q" }, "period": { "start": "2025-01-01" } });
	let import = of(&bundle(&[patient(), other.clone(), covered]));
	assert_eq!(names(&import.records[0]), ["Patient/p", "Patient/q", "Coverage/c"]);
	// The same person under two numbers.
	let mut linked = other;
	linked["link"] = json!([{ "other": { "reference": "Patient/p" }, "type": "replaces" }]);
	assert_eq!(of(&bundle(&[patient(), linked.clone()])).records.len(), 1);
	let third = json!({ "resourceType": "Patient", "id": "r" });
	assert!(matches!(refused(&bundle(&[patient(), linked, third])), Refusal::Patients(_)));
}

#[test]
fn a_patient_alone_and_contents_without_a_document_are_kept() {
	let alone = of(&bundle(&[patient(), json!({ "resourceType": "Practitioner", "id": "x" })]));
	assert_eq!(alone.records.len(), 1);
	assert_eq!(alone.records[0].category, Category::Summary);
	assert_eq!(alone.records[0].months, None);
	let content = json!({ "resourceType": "Binary", "id": "b",
		"securityContext": { "reference": "Condition/c" } });
	let condition = resource(
		"Condition",
		"c",
		json!({ "code": snomed("86406008"), "recordedDate": "2025-01-01" }),
	);
	let import = of(&bundle(&[patient(), condition, content]));
	assert_eq!(import.records.len(), 1, "it goes with what its security context names");
	let orphan = of(&bundle(&[patient(), json!({ "resourceType": "Binary", "id": "b" })]));
	assert_eq!(orphan.records.len(), 1);
	assert_eq!(names(&orphan.records[0]), ["Patient/p", "Binary/b"]);
}

#[test]
fn contents_that_are_missing_are_named() {
	let import = of(&bundle(&[
		patient(),
		resource(
			"DocumentReference",
			"d",
			json!({ "date": "2025-01-01",
			"content": [{ "attachment": { "url": "Binary/b" } }, { "attachment": { "url": "Binary/c" } }] }),
		),
		json!({ "resourceType": "Binary", "id": "b" }),
	]));
	let said: Vec<String> = import.notices.iter().map(ToString::to_string).collect();
	assert_eq!(said.len(), 2, "{said:?}");
	assert!(said[0].contains("entry 2") && said[0].contains("Binary/c"));
	assert!(said[1].contains("entry 3") && said[1].contains("http://s/Binary/b"));
}

#[test]
fn unlabelled_concepts_and_systems_are_named() {
	let import = of(&bundle(&[
		patient(),
		resource(
			"Condition",
			"c",
			json!({ "recordedDate": "2025-01-01",
			"code": { "coding": [{ "system": "http://hospital.example/dx", "code": "1" }] } }),
		),
		resource("Condition", "d", json!({ "code": { "coding": [{ "code": "B20" }] } })),
		resource("Condition", "e", json!({ "code": { "text": "HIV" } })),
	]));
	let kinds: Vec<&str> = import.notices.iter().map(|it| it.kind()).collect();
	assert_eq!(kinds, ["code-system-unknown", "code-without-system", "text-only"]);
	assert!(import.notices.iter().all(|it| it.is_important()));
	assert!(import.notices[0].to_string().contains("http://hospital.example/dx"));
}

#[test]
fn records_that_would_repeat_everything_are_refused() {
	// Every procedure refers to a list, and the list to every procedure.
	let mut resources: Vec<Value> = (0..1200)
		.map(|number| {
			resource(
				"Procedure",
				&format!("p{number}"),
				json!({
				"performedDateTime": "2025-01-01", "encounter": { "reference": format!("Encounter/e{number}") },
				"partOf": [{ "reference": "List/l" }], "note": [{ "text": "x".repeat(100) }] }),
			)
		})
		.collect();
	let items: Vec<Value> = (0..1200)
		.map(|number| json!({ "item": { "reference": format!("Procedure/p{number}") } }))
		.collect();
	resources.push(resource("List", "l", json!({ "entry": items })));
	assert!(matches!(refused(&bundle(&resources)), Refusal::Entangled(_)));
	assert_eq!(with(&bundle(&resources), &options(Unit::Category)).records.len(), 1);
}

#[test]
fn resources_keep_their_bytes() {
	// Numbers, escapes and white space that a round trip through a value would change.
	let resource = "{ \"resourceType\":\"Observation\", \"valueQuantity\":{\"value\":1.10,\"unit\":\"\\u00b5g\"},\n\
		\"category\":[{\"coding\":[{\"code\":\"laboratory\"}]}], \"big\":123456789012345678901234567890 }";
	let json = format!(
		"{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{{\"fullUrl\":\"urn:uuid:1\",\
		\"resource\":{resource},\"request\":{{\"method\":\"POST\"}}}}]}}"
	);
	let import = import_of(&json);
	check(json.as_bytes(), &import);
	let text = String::from_utf8(import.records[0].content.clone()).unwrap();
	assert!(text.contains(resource) && text.contains("urn:uuid:1") && !text.contains("POST"));
}

#[test]
fn the_own_example_is_split() {
	let json = include_str!("../../cli/examples/bundle.json");
	let import = import_of(json);
	check(json.as_bytes(), &import);
	assert_eq!(import.resources, 16);
	let summary = one(&import, Category::Summary);
	assert_eq!(summary.labels, BTreeSet::from([Label::Psychiatry]));
	assert_eq!(summary.confidentiality, Confidentiality::Restricted);
	assert_eq!(one(&import, Category::Discharge).months, Some(month(2025, 4)));
	assert_eq!(one(&import, Category::Financial).about, About::Year(Some(2025)));
}

#[test]
fn the_same_import_gives_the_same_identities() {
	let resources =
		[patient(), encounter("a", "2025-01-10"), resource("Condition", "c", json!({}))];
	let first = of(&bundle(&resources));
	let again = of(&bundle(&resources));
	let identities =
		|import: &Import| import.records.iter().map(|it| it.identity).collect::<Vec<_>>();
	assert_eq!(identities(&first), identities(&again));
	assert_eq!(identities(&first).iter().collect::<BTreeSet<_>>().len(), first.records.len());
	assert_eq!(first.digest, again.digest);
	assert_eq!(
		first.patient.as_ref().unwrap().is_same(again.patient.as_ref().unwrap()),
		Some(true)
	);
}

/// JSON of any shape, biased to FHIR's names.
fn foreign() -> impl Strategy<Value = Value> {
	let word = prop::sample::select(vec![
		"resourceType",
		"entry",
		"resource",
		"fullUrl",
		"Bundle",
		"Observation",
		"Consent",
		"category",
		"coding",
		"code",
		"system",
		"period",
		"start",
		"reference",
		"subject",
		"encounter",
		"result",
		"identifier",
		"value",
		"contained",
		"meta",
		"security",
		"http://snomed.info/sct",
		"86406008",
		"Patient/1",
		"#x",
		"urn:uuid:1",
		"2020-01-01",
		"99999999",
		"é-01",
		"http://s/fhir/Patient/1/_history/2",
	]);
	let leaf = prop_oneof![
		Just(Value::Null),
		any::<bool>().prop_map(Value::from),
		any::<i64>().prop_map(Value::from),
		word.clone().prop_map(Value::from),
		".{0,12}".prop_map(Value::from),
	];
	leaf.prop_recursive(5, 64, 6, move |inner| {
		prop_oneof![
			prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
			prop::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| {
				Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
			}),
		]
	})
}

/// Resources that refer to each other in every way, with dates and codes.
fn linked() -> impl Strategy<Value = Vec<Value>> {
	let kind = prop::sample::select(vec![
		"Observation",
		"DiagnosticReport",
		"Claim",
		"Encounter",
		"Goal",
		"Basic",
		"Condition",
		"Binary",
		"DocumentReference",
		"Provenance",
		"ServiceRequest",
		"Specimen",
		"Practitioner",
		"Task",
		"Composition",
		"MedicationRequest",
		"Medication",
		"CarePlan",
		"Patient",
	]);
	let field = prop::sample::select(vec![
		"encounter",
		"result",
		"hasMember",
		"basedOn",
		"target",
		"focus",
		"specimen",
		"goal",
		"subject",
		"securityContext",
		"performer",
		"reasonReference",
	]);
	let links = prop::collection::vec((field, 0usize..24, 0usize..6), 0..4);
	let date = prop::option::of("20[12][0-9]-[01][0-9]-[0-3][0-9]");
	let one = (kind, links, date, any::<bool>(), 0usize..3);
	prop::collection::vec(one, 1..24).prop_map(|all| {
		let kinds: Vec<&str> =
			all.iter().map(|it| if it.0 == "Patient" { "Group" } else { it.0 }).collect();
		all.iter()
			.enumerate()
			.map(|(number, (_, links, date, signed, url))| {
				let mut resource = json!({ "resourceType": kinds[number], "id": format!("i{number}"),
					"identifier": [{ "system": "s", "value": number.to_string() }] });
				for (field, target, form) in links {
					let Some(kind) = kinds.get(*target) else { continue };
					resource[field] = match form {
						0 => json!({ "reference": format!("{kind}/i{target}") }),
						1 => json!([{ "reference": format!("urn:uuid:i{target}") }]),
						2 => json!({ "reference": format!("http://s/fhir/{kind}/i{target}") }),
						3 => json!({ "reference": format!("{kind}?identifier=s|{target}") }),
						4 => {
							json!({ "identifier": { "system": "s", "value": target.to_string() } })
						},
						_ => json!({ "reference": format!("{kind}/i{target}/_history/1") }),
					};
				}
				if let Some(date) = date {
					resource["date"] = json!(date);
				}
				if *signed && number % 5 == 0 {
					resource["signature"] = json!([{}]);
				}
				let mut entry = json!({ "resource": resource });
				match url {
					0 => entry["fullUrl"] = json!(format!("urn:uuid:i{number}")),
					1 => {
						entry["fullUrl"] =
							json!(format!("http://s/fhir/{}/i{number}", kinds[number]))
					},
					_ => {},
				}
				entry
			})
			.collect()
	})
}

proptest! {
	#[test]
	fn foreign_json_never_panics(value in foreign(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
		for unit in Unit::ALL {
			let _ = import(&bytes, "a.json", &options(unit));
			let _ = import(value.to_string().as_bytes(), "a.json", &options(unit));
			let mut resource = value.clone();
			if resource.is_object() {
				resource["resourceType"] = json!("Observation");
			}
			let wrapped = json!({ "resourceType": "Bundle", "entry": [{ "resource": resource }] });
			let text = wrapped.to_string();
			if let Ok(import) = import(text.as_bytes(), "a.json", &options(unit)) {
				check(text.as_bytes(), &import);
			}
		}
	}

	#[test]
	fn a_split_is_whole_and_nothing_dangles(entries in linked()) {
		let bundle = json!({ "resourceType": "Bundle", "type": "batch", "entry": entries });
		let text = bundle.to_string();
		for unit in Unit::ALL {
			match import(text.as_bytes(), "a.json", &options(unit)) {
				Ok(import) => check(text.as_bytes(), &import),
				Err(error) => prop_assert!(matches!(error, Refusal::Patients(_)), "{error}"),
			}
		}
	}
}

#[test]
fn the_checker_sees_what_is_wrong() {
	// The test's own notion of resources, tried on a bundle that it knows.
	let text = bundle(&[patient(), encounter("a", "2025-01-10")]).to_string();
	assert_eq!(resources_of(text.as_bytes()).len(), 2);
	let raws: BTreeMap<String, usize> = resources_of(text.as_bytes());
	assert!(raws.values().all(|times| *times == 1));
	let _: &RawValue = serde_json::from_str("1").unwrap();
}
