//! Small protocols and resources to count.

use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_fhir::study::{Answer, Extracted, Extraction, FileError, Notice, Noticed, Protocol};
use vouchsafe_primitives::StudyTraits;

pub const SSN: &str = "http://hl7.org/fhir/sid/us-ssn";

pub fn protocol_with(fields: &Value, traits: StudyTraits) -> Protocol {
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

pub fn protocol(fields: &Value) -> Protocol {
	protocol_with(fields, StudyTraits::default())
}

pub fn by(extractor: Value) -> Protocol {
	let inner = extractor.as_object().and_then(|it| it.values().next()).unwrap();
	let cells = inner["cells"].as_array().unwrap();
	// The highest that is not needless.
	let weight = cells.iter().filter(|cell| cell.get("codes").is_some()).count().max(1);
	protocol(&json!({ "table": { "by": [extractor], "weight": weight } }))
}

pub fn number_of(kind: &str) -> Protocol {
	protocol(&json!({ "sum": { "value": { "number": { "of": kind } }, "max": 100 } }))
}

/// One cell, for people with an entry of these codes.
pub fn has(kind: &str, codes: Value) -> Protocol {
	by(json!({ kind: { "cells": [{ "name": "it", "codes": codes }] } }))
}

pub fn lines(resources: &[Value]) -> String {
	resources.iter().map(|it| format!("{it}\n")).collect()
}

pub fn extract(protocol: &Protocol, resources: &[Value]) -> Extracted {
	let mut extraction = Extraction::new(protocol, BTreeMap::new());
	extraction.add("data.ndjson", lines(resources).as_bytes()).unwrap();
	extraction.finish()
}

/// The answer for the only patient of these resources.
pub fn answer(protocol: &Protocol, resources: &[Value]) -> Answer {
	let extracted = extract(protocol, resources);
	assert_eq!(extracted.people.len(), 1, "{:?}", extracted.notices);
	extracted.people[0].answer.clone()
}

pub fn notices(extracted: &Extracted) -> Vec<(Notice, u64)> {
	extracted.notices.iter().map(|Noticed { notice, count }| (*notice, *count)).collect()
}

pub fn merged(mut resource: Value, fields: Value) -> Value {
	for (name, value) in fields.as_object().unwrap() {
		resource[name] = value.clone();
	}
	resource
}

pub fn patient(fields: Value) -> Value {
	merged(json!({ "resourceType": "Patient", "id": "p" }), fields)
}

pub fn entry(kind: &str, id: &str, fields: Value) -> Value {
	let subject = if kind == "AllergyIntolerance" { "patient" } else { "subject" };
	let resource = json!({ "resourceType": kind, "id": id, subject: { "reference": "Patient/p" } });
	merged(resource, fields)
}

pub fn coded(system: &str, code: &str) -> Value {
	json!({ "coding": [{ "system": system, "code": code }] })
}

pub fn snomed(code: &str) -> Value {
	coded("http://snomed.info/sct", code)
}

pub fn diabetes(fields: Value) -> Value {
	merged(entry("Condition", "c", json!({ "code": snomed("44054006") })), fields)
}

pub fn has_diabetes() -> Protocol {
	has("condition", json!({ "SNOMED CT": ["44054006"], "ICD-10": ["E11"] }))
}

pub fn cells(list: &[u16]) -> Answer {
	Answer::Cells(list.to_vec())
}

pub fn observation(id: &str, date: &str, value: f64, fields: Value) -> Value {
	let basis = json!({
		"status": "final",
		"code": coded("http://loinc.org", "4548-4"),
		"effectiveDateTime": date,
		"valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": "%" },
	});
	entry("Observation", id, merged(basis, fields))
}

pub fn by_hba1c() -> Protocol {
	by(json!({ "observation": { "loinc": ["4548-4"], "unit": "%", "cells": [
		{ "name": "low", "below": 6.5 }, { "name": "high", "from": 6.5 },
	] } }))
}

pub fn bundle(entries: &[(&str, Value)]) -> String {
	let entries: Vec<Value> = entries
		.iter()
		.map(|(url, resource)| json!({ "fullUrl": url, "resource": resource }))
		.collect();
	json!({ "entry": entries, "resourceType": "Bundle", "type": "collection" }).to_string()
}

pub fn extract_text(protocol: &Protocol, name: &str, text: &str) -> Result<Extracted, FileError> {
	let mut extraction = Extraction::new(protocol, BTreeMap::new());
	extraction.add(name, text.as_bytes())?;
	Ok(extraction.finish())
}
