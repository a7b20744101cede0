use super::*;
use crate::dates::month_index;
use proptest::prelude::*;
use serde_json::json;
use std::{collections::BTreeMap, path::Path};

/// Every resource's text with how often it stands there.
fn resources(json: &[u8]) -> BTreeMap<String, usize> {
	let bundle: Bundle = serde_json::from_slice(json).unwrap();
	let mut counted = BTreeMap::new();
	for raw in bundle.entry.iter().filter_map(|entry| entry.resource) {
		*counted.entry(raw.get().to_owned()).or_default() += 1;
	}
	counted
}

/// Nothing is lost, nothing is added, and each record is what it says.
fn loses_nothing(json: &[u8]) -> Split {
	let split = split(json).unwrap();
	let mut found: BTreeMap<String, usize> = BTreeMap::new();
	let mut categories = Vec::new();
	for part in &split.parts {
		let bundle: Value = serde_json::from_slice(&part.bundle).unwrap();
		assert_eq!(bundle["resourceType"], "Bundle");
		assert_eq!(bundle["type"], "collection");
		for entry in bundle["entry"].as_array().unwrap() {
			assert!(entry.get("request").is_none());
			assert_eq!(category_of(&entry["resource"]).unwrap(), part.category);
		}
		for (text, times) in resources(&part.bundle) {
			*found.entry(text).or_default() += times;
		}
		categories.push(part.category.index());
	}
	assert_eq!(found, resources(json), "byte for byte");
	assert_eq!(split.resources, split.parts.iter().map(|part| part.resources).sum::<usize>());
	let mut sorted = categories.clone();
	sorted.dedup();
	assert_eq!(categories, sorted, "one record a category");
	split
}

fn manifest_path(relative: &str) -> std::path::PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

#[test]
fn own_example_loses_nothing() {
	let json = std::fs::read(manifest_path("examples/bundle.json")).unwrap();
	let split = loses_nothing(&json);
	assert_eq!(split.resources, 16);
	let part = |category| split.parts.iter().find(|part| part.category == category).unwrap();
	assert_eq!(part(Category::Laboratory).resources, 2);
	assert_eq!(part(Category::Laboratory).sensitivities, []);
	assert_eq!(part(Category::Summary).resources, 4);
	assert_eq!(part(Category::Summary).sensitivities, [Sensitivity::Psychiatry]);
	assert_eq!(part(Category::Imaging).sensitivities, []);
	assert_eq!(part(Category::AdvanceDirective).resources, 1);
	assert_eq!(part(Category::Discharge).resources, 1);
	let april = month_index(2025, 4).unwrap();
	assert_eq!(part(Category::Imaging).months, Some((april, april)));
}

#[test]
fn synthea_bundles_lose_nothing() {
	let Ok(folder) = std::fs::read_dir(manifest_path("../../shared/data/synthea-r4")) else {
		return; // not on this machine
	};
	let mut bundles = 0;
	for file in folder {
		let json = std::fs::read(file.unwrap().path()).unwrap();
		let split = loses_nothing(&json);
		assert!(split.parts.iter().all(|part| part.months.is_some()));
		bundles += 1;
	}
	assert_eq!(bundles, 16);
}

#[test]
fn resources_keep_their_bytes() {
	// Numbers, escapes and white space that a round trip through a value would change.
	let resource = r#"{ "resourceType":"Observation", "valueQuantity":{"value":1.10,"unit":"\u00b5g"},
		"category":[{"coding":[{"code":"laboratory"}]}], "big":123456789012345678901234567890 }"#;
	let json = format!(
		r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"fullUrl":"urn:uuid:1",
		"resource":{resource},"request":{{"method":"POST"}}}}]}}"#
	);
	let split = loses_nothing(json.as_bytes());
	let text = String::from_utf8(split.parts[0].bundle.clone()).unwrap();
	assert!(text.contains(resource) && text.contains("urn:uuid:1") && !text.contains("POST"));
}

#[test]
fn what_is_no_bundle_is_said() {
	let error = |json: &str| split(json.as_bytes()).unwrap_err().to_string();
	assert!(error(r#"{"resourceType":"Patient"}"#).contains("FHIR Patient and no Bundle"));
	assert!(error(r#"{"resourceType":"Bundle"}"#).contains("no resource"));
	assert!(error(r#"{"resourceType":"Bundle","entry":[{"resource":{}}]}"#).contains("entry 0"));
	assert!(error(r#"{"resourceType":"Bundle","entry":[{"resource":7}]}"#).contains("entry 0"));
	assert!(error("%PDF-1.5").contains("no FHIR bundle"));
	assert!(error("[1,2").contains("no FHIR bundle"));
}

#[test]
fn a_duplicate_stays_a_duplicate() {
	let json = r#"{"resourceType":"Bundle","entry":[
		{"resource":{"resourceType":"Goal"}},{"resource":{"resourceType":"Goal"}},{}]}"#;
	let split = loses_nothing(json.as_bytes());
	assert_eq!((split.resources, split.empty_entries, split.parts.len()), (2, 1, 1));
}

#[test]
fn months_come_from_own_dates_only() {
	let months = |resource: Value| months_of_resource(&resource);
	let month = |year, month| month_index(year, month).unwrap();
	assert_eq!(months(json!({ "birthDate": "1950-01-01" })), None);
	assert_eq!(
		months(json!({ "period": { "start": "2019-12-31T23:00:00Z", "end": "2020-02" } })),
		Some((month(2019, 12), month(2020, 2)))
	);
	assert_eq!(
		months(json!({ "onsetDateTime": "2018", "recordedDate": "2020-05-01" })),
		Some((month(2018, 1), month(2020, 5)))
	);
}

#[test]
fn a_record_without_dates_takes_the_bundles() {
	let json = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}},
		{"resource":{"resourceType":"Procedure","performedDateTime":"2021-03-04"}}]}"#;
	let march = month_index(2021, 3).unwrap();
	for part in split(json.as_bytes()).unwrap().parts {
		assert_eq!(part.months, Some((march, march)));
	}
}

#[test]
fn categories_follow_type_and_coding() {
	let of = |resource: Value| category_of(&resource).unwrap();
	let coded = |code: &str| json!([{ "coding": [{ "code": code }] }]);
	let observation = |code| of(json!({ "resourceType": "Observation", "category": coded(code) }));
	assert_eq!(observation("vital-signs"), Category::VitalSigns);
	assert_eq!(observation("laboratory"), Category::Laboratory);
	assert_eq!(observation("survey"), Category::VitalSigns);
	assert_eq!(observation("unheard-of"), Category::Other);
	assert_eq!(of(json!({ "resourceType": "DiagnosticReport" })), Category::Laboratory);
	assert_eq!(
		of(json!({ "resourceType": "DiagnosticReport", "category": coded("RAD") })),
		Category::Imaging
	);
	assert_eq!(
		of(json!({ "resourceType": "Consent", "scope": { "coding": [{ "code": "adr" }] } })),
		Category::AdvanceDirective
	);
	assert_eq!(of(json!({ "resourceType": "Consent" })), Category::Other);
	assert_eq!(
		of(json!({ "resourceType": "Composition", "type": { "coding": [{ "code": "18842-5" }] } })),
		Category::Discharge
	);
	assert_eq!(of(json!({ "resourceType": "Practitioner" })), Category::Other);
	assert_eq!(of(json!({ "resourceType": "Claim" })), Category::Financial);
	assert_eq!(category_of(&json!({ "resourceType": 3 })), None);
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
		"2020-01-01",
		"99999999",
		"é-01",
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

proptest! {
	#[test]
	fn foreign_json_never_panics(value in foreign(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
		let _ = split(&bytes);
		let _ = split(value.to_string().as_bytes());
		let wrapped = json!({ "resourceType": "Bundle", "entry": [{ "resource": value }] });
		let _ = split(wrapped.to_string().as_bytes());
		let _ = sensitivity::of_resource(&wrapped);
	}

	#[test]
	fn whatever_is_split_loses_nothing(
		types in prop::collection::vec(prop::sample::select(vec![
			"Patient", "Observation", "DiagnosticReport", "Claim", "Encounter", "Goal", "Basic",
		]), 1..40),
		values in prop::collection::vec(foreign(), 40),
	) {
		let entries: Vec<Value> = types
			.iter()
			.zip(values)
			.map(|(kind, value)| json!({ "resource": { "resourceType": kind, "category": value } }))
			.collect();
		let bundle = json!({ "resourceType": "Bundle", "type": "batch", "entry": entries });
		loses_nothing(bundle.to_string().as_bytes());
	}
}
