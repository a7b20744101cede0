//! Extraction: how fast FHIR files are read for a study, beside `serde_json` parsing the same files.

use super::{per_second, Row};
use crate::data;
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{collections::BTreeMap, fs, hint::black_box};
use vouchsafe_client::chain::StudyTraits;
use vouchsafe_fhir::study::{Extraction, Protocol};

/// Files by name.
type Files = Vec<(String, Vec<u8>)>;

/// A row for NDJSON, of which nearly everything is used, and one for bundles, most of which are passed
/// over.
pub fn measure() -> Result<Vec<Row>> {
	let (patients, allergies) = data::bulk()?;
	let lines = vec![
		("Patient.ndjson".into(), patients.into_bytes()),
		("AllergyIntolerance.ndjson".into(), allergies.into_bytes()),
	];
	let bundles = data::bundles()
		.into_iter()
		.map(|path| {
			let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
			Ok((path.display().to_string(), bytes?))
		})
		.collect::<Result<Files>>()?;
	Ok(vec![
		row("NDJSON, allergies by substance", "allergies.json", &lines)?,
		row("bundles, diabetes by medication", "diabetes-metformin.json", &bundles)?,
	])
}

fn row(what: &str, protocol: &str, files: &Files) -> Result<Row> {
	let protocol = fs::read(data::example("studies").join(protocol))?;
	let protocol = Protocol::read(&protocol, StudyTraits::default())?;
	let bytes = files.iter().map(|(_, content)| content.len()).sum();
	let mut people = 0;
	let ours = per_second(|| {
		let mut extraction = Extraction::new(&protocol, BTreeMap::new());
		for (name, content) in files {
			extraction.add(name, content)?;
		}
		people = extraction.finish().people.len();
		Ok(bytes)
	})?;
	ensure!(people > 0, "nobody is in the files");
	let parsing = per_second(|| {
		for (_, content) in files {
			for value in serde_json::Deserializer::from_slice(content).into_iter::<Value>() {
				black_box(value?);
			}
		}
		Ok(bytes)
	})?;
	let mb = |bytes: f64| bytes / 1e6;
	Ok(Row::new(
		&format!("extraction on one core: {what}"),
		format!("{:.0} MB/s, {people} people in {:.1} MB", mb(ours), mb(bytes as f64)),
		format!("{:.0} MB/s, serde_json parsing the same files", mb(parsing)),
		"at least half the speed of serde_json",
	)
	.ratio(ours / parsing))
}
