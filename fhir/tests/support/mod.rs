//! Checks that must hold for every import, and the folder of the test data.

// Each test uses a part of it.
#![allow(dead_code)]

pub mod study;

use serde::Deserialize;
use serde_json::{value::RawValue, Value};
use std::{
	collections::{BTreeMap, BTreeSet},
	io::Write,
	path::{Path, PathBuf},
};
use vouchsafe_fhir::{dates::month_index, references, resource::Resource, Import, Options, Unit};

pub fn options(unit: Unit) -> Options {
	Options { unit, today: month_index(2026, 11).unwrap(), incomplete: false }
}

/// The folder with `data/` and `cases/`: `VOUCHSAFE_DATA`, or `shared` beside the checkout.
pub fn shared(part: &str) -> Option<PathBuf> {
	let folder = match std::env::var_os("VOUCHSAFE_DATA") {
		Some(folder) => PathBuf::from(folder),
		None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
	};
	let folder = folder.join(part);
	if folder.is_dir() {
		return Some(folder);
	}
	// Straight to the terminal, because the output of a test that passes is hidden.
	let _ = writeln!(
		std::io::stderr(),
		"skipped: {} is not here; set VOUCHSAFE_DATA to the folder of data/ and cases/",
		folder.display()
	);
	None
}

#[derive(Deserialize)]
struct Bundle<'a> {
	#[serde(borrow, default)]
	entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
	#[serde(rename = "fullUrl")]
	full_url: Option<String>,
	#[serde(borrow)]
	resource: Option<&'a RawValue>,
}

/// The texts of a bundle's resources, and how often each is in it.
pub fn resources_of(bundle: &[u8]) -> BTreeMap<String, usize> {
	let mut counted = BTreeMap::new();
	for (_, raw) in entries(bundle) {
		*counted.entry(raw.to_owned()).or_default() += 1;
	}
	counted
}

fn entries(bundle: &[u8]) -> Vec<(Option<String>, &str)> {
	let bundle: Bundle = serde_json::from_slice(bundle).unwrap();
	let entries = bundle.entry.into_iter();
	entries
		.filter_map(|it| Some((it.full_url, it.resource?.get())))
		.filter(|(_, raw)| *raw != "null")
		.collect()
}

fn read<'a>(entries: &[(Option<String>, &'a str)]) -> Vec<Resource<'a>> {
	entries
		.iter()
		.enumerate()
		.map(|(place, (url, raw))| {
			let value: Value = serde_json::from_str(raw).unwrap();
			let mut resource = Resource::read(place + 1, raw, &value).unwrap();
			resource.full_url = url.clone();
			resource
		})
		.collect()
}

/// An input with its references, to compare records with.
pub struct Whole<'a> {
	resources: Vec<Resource<'a>>,
	graph: references::Graph,
	places: BTreeMap<&'a str, usize>,
}

impl<'a> Whole<'a> {
	pub fn new(input: &'a [u8]) -> Self {
		let resources = references::complete_urls(read(&entries(input)), None, &mut Vec::new());
		let graph = references::graph(&resources).unwrap();
		let places = resources.iter().enumerate().map(|(place, it)| (it.raw, place)).collect();
		Self { resources, graph, places }
	}

	/// References of a record's resources that resolve in the input and not in the record.
	pub fn dangling(&self, record: &[u8]) -> usize {
		let some = references::complete_urls(read(&entries(record)), None, &mut Vec::new());
		let part = references::graph(&some).unwrap();
		let mut dangling = 0;
		for (place, resource) in some.iter().enumerate() {
			let original = self.places[resource.raw];
			for number in 0..resource.references.len() {
				let found: BTreeSet<&str> =
					part.targets(place, number).iter().map(|it| some[*it].raw).collect();
				let mut wanted = self.graph.targets(original, number).iter();
				let is_whole = wanted.all(|it| found.contains(self.resources[*it].raw));
				dangling += usize::from(!is_whole);
			}
		}
		dangling
	}
}

/// Each resource of the input is in a record, byte for byte; nothing is added; every record is a
/// collection whose entries have a fullUrl; no reference dangles.
pub fn check(input: &[u8], import: &Import) {
	let wanted: BTreeSet<String> = resources_of(input).into_keys().collect();
	let mut found = BTreeSet::new();
	let whole = Whole::new(input);
	for record in &import.records {
		if record.content == input {
			found.extend(wanted.iter().cloned());
			continue;
		}
		let bundle: Value = serde_json::from_slice(&record.content).unwrap();
		assert_eq!(bundle["resourceType"], "Bundle");
		assert_eq!(bundle["type"], "collection");
		let mut urls = BTreeSet::new();
		for entry in bundle["entry"].as_array().unwrap() {
			assert_eq!(entry.as_object().unwrap().len(), 2, "fullUrl and resource alone");
			let url = entry["fullUrl"].as_str().unwrap().to_owned();
			assert!(url.contains(':'), "{url} is absolute");
			let version = entry["resource"]["meta"]["versionId"].to_string();
			assert!(urls.insert((url, version)), "a fullUrl twice");
		}
		found.extend(resources_of(&record.content).into_keys());
		assert_eq!(
			record.members.len() + record.repeated,
			bundle["entry"].as_array().unwrap().len()
		);
		assert_eq!(whole.dangling(&record.content), 0, "a reference dangles");
	}
	let lost: Vec<&String> = wanted
		.iter()
		.filter(|it| !found.contains(*it) && !it.contains("OperationOutcome"))
		.collect();
	assert!(lost.is_empty(), "lost: {lost:?}");
	assert!(found.is_subset(&wanted), "something was added");
}
