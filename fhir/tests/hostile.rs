//! Bundles whose resources refer to each other in unusual numbers. Work that grows with the square of
//! the number would take minutes here.

use vouchsafe_fhir::{import, Import, Notice, Refusal, Unit};

mod support;
use support::options;

const MANY: usize = 20_000;
const VERY_MANY: usize = 100_000;

fn with(resources: Vec<String>, unit: Unit) -> Result<Import, Refusal> {
	let patient = r#"{"resourceType":"Patient","id":"p"}"#.to_owned();
	import_all([vec![patient], resources].concat(), unit)
}

fn import_all(resources: Vec<String>, unit: Unit) -> Result<Import, Refusal> {
	let entries: Vec<String> =
		resources.into_iter().map(|it| format!(r#"{{"resource":{it}}}"#)).collect();
	let bundle = format!(
		r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
		entries.join(",")
	);
	import(bundle.as_bytes(), "bundle.json", &options(unit))
}

/// A resource of the patient.
fn resource(kind: &str, id: usize, fields: &str) -> String {
	format!(
		r#"{{"resourceType":"{kind}","id":"{id}","subject":{{"reference":"Patient/p"}},{fields}}}"#
	)
}

fn reference(field: &str, target: &str, id: usize) -> String {
	format!(r#""{field}":{{"reference":"{target}/{id}"}}"#)
}

fn list(items: impl Iterator<Item = String>) -> String {
	items.collect::<Vec<_>>().join(",")
}

#[test]
fn a_long_chain_of_encounters() {
	let part_of = |id| reference("partOf", "Encounter", id + 1);
	let chain: Vec<String> = (0..MANY).map(|id| resource("Encounter", id, &part_of(id))).collect();
	// Each record would repeat all encounters that its own is part of.
	let refused = with(chain.clone(), Unit::Encounter).unwrap_err();
	assert!(matches!(refused, Refusal::Entangled(_)), "{refused}");
	for unit in [Unit::Category, Unit::Document] {
		assert_eq!(with(chain.clone(), unit).unwrap().records.len(), 1, "{unit:?}");
	}
}

#[test]
fn many_references_to_an_identifier_of_many() {
	let identifier = r#""identifier":{"system":"s","value":"v"}"#;
	let refers = |kind: &str| format!(r#"{identifier},"basedOn":{{"type":"{kind}",{identifier}}}"#);
	let all = |kind: &str| -> Vec<String> {
		(0..MANY).map(|id| resource("Observation", id, &refers(kind))).collect()
	};
	let refused = with(all("Observation"), Unit::Document).unwrap_err();
	assert!(matches!(refused, Refusal::Ambiguous), "{refused}");
	assert!(refused.to_string().contains("the same identifier"), "{refused}");
	assert_eq!(with(all("ServiceRequest"), Unit::Encounter).unwrap().records.len(), 1);
}

#[test]
fn many_resources_of_one_name() {
	let refers = reference("hasMember", "Observation", 1);
	let all: Vec<String> =
		(0..MANY).map(|id| resource("Observation", 1, &format!(r#"{refers},"n":{id}"#))).collect();
	assert!(matches!(with(all, Unit::Encounter), Err(Refusal::Ambiguous)));
}

#[test]
fn many_contents_of_many_encounters() {
	let many = 3 * MANY;
	let observations = (0..many).map(|id| {
		resource("Observation", id, &reference("encounter", "http://else/Encounter", id))
	});
	let contents = (0..many).map(|id| {
		let context = reference("securityContext", "Observation", many - 1 - id);
		format!(r#"{{"resourceType":"Binary","id":"{id}","data":"AA==",{context}}}"#)
	});
	let import = with(observations.chain(contents).collect(), Unit::Encounter).unwrap();
	assert_eq!(import.records.len(), many);
	assert!(import.records.iter().all(|record| record.members.len() == 2));
}

#[test]
fn a_long_chain_of_orders() {
	let many = 3 * MANY;
	let based_on = |id: usize| reference("basedOn", "ServiceRequest", id);
	let mut all = vec![resource("ServiceRequest", 0, r#""intent":"order""#)];
	all.extend((1..many).map(|id| resource("ServiceRequest", id, &based_on(id - 1))));
	// Only what was done because of the last order tells where all of them belong.
	let encounter = reference("encounter", "http://else/Encounter", 1);
	let done = format!("{encounter},{}", based_on(many - 1));
	all.push(resource("Observation", 0, &done));
	let import = with(all, Unit::Encounter).unwrap();
	assert_eq!(import.records.len(), 1);
	assert_eq!(import.records[0].members.len(), many + 1);
}

#[test]
fn a_long_chain_of_panels() {
	let member = |id: usize| {
		format!(r#""hasMember":[{{"reference":"Observation/{}"}}]"#, id.saturating_sub(1))
	};
	let chain: Vec<String> = (0..MANY).map(|id| resource("Observation", id, &member(id))).collect();
	assert!(matches!(with(chain.clone(), Unit::Encounter), Err(Refusal::Entangled(_))));
	assert_eq!(with(chain, Unit::Document).unwrap().records.len(), 1);
}

#[test]
fn a_report_with_very_many_results() {
	let results = list((0..VERY_MANY).map(|id| format!(r#"{{"reference":"Observation/{id}"}}"#)));
	// Each result has a copy of what its record is named by, but not of a megabyte.
	let name = "x".repeat(1 << 20);
	let encounter = format!(r#""encounter":{{"identifier":{{"value":"{name}"}}}}"#);
	let report = resource("DiagnosticReport", 1, &format!(r#"{encounter},"result":[{results}]"#));
	let mut all = vec![report];
	all.extend((0..VERY_MANY).map(|id| resource("Observation", id, r#""status":"final""#)));
	let import = with(all, Unit::Encounter).unwrap();
	assert_eq!(import.records.len(), 1);
	assert_eq!(import.records[0].members.len(), VERY_MANY + 1);
}

#[test]
fn a_document_with_very_many_attachments() {
	let contents =
		list((0..VERY_MANY).map(|id| format!(r#"{{"attachment":{{"url":"http://else/{id}"}}}}"#)));
	let document = resource("DocumentReference", 1, &format!(r#""content":[{contents}]"#));
	let import = with(vec![document], Unit::Encounter).unwrap();
	let elsewhere =
		import.notices.iter().filter(|notice| matches!(notice, Notice::Elsewhere { .. }));
	assert_eq!(elsewhere.count(), VERY_MANY);
}

#[test]
fn a_patient_of_very_many_resources() {
	let links =
		list((0..VERY_MANY).map(|id| format!(r#"{{"other":{{"reference":"Patient/{id}"}}}}"#)));
	let first = format!(r#"{{"resourceType":"Patient","id":"p","link":[{links}]}}"#);
	let linked = (0..VERY_MANY).map(|id| format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#));
	let import = import_all([first].into_iter().chain(linked).collect(), Unit::Document);
	assert!(import.unwrap().patient.is_some());

	let identifiers = list((0..VERY_MANY).map(|id| format!(r#"{{"value":"{id}"}}"#)));
	let first = format!(r#"{{"resourceType":"Patient","id":"p","identifier":[{identifiers}]}}"#);
	let others = (0..VERY_MANY).map(|id| {
		format!(r#"{{"resourceType":"Patient","id":"{id}","identifier":[{{"value":"{id}"}}]}}"#)
	});
	let import = import_all([first].into_iter().chain(others).collect(), Unit::Document);
	assert!(import.unwrap().patient.is_some());
}
