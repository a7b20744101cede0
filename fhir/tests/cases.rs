//! Cases from practice that are about imports, and measurements with synthetic patients.

use serde_json::Value;
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
	time::Instant,
};
use vouchsafe_fhir::{import, Import, Label, Months, Notice, Refusal, Unit};
use vouchsafe_primitives::Category;

mod support;
use support::{check, options, shared};

fn read(path: &Path) -> Result<Import, Refusal> {
	let bytes = fs::read(path).unwrap();
	let name = path.file_name().unwrap().to_string_lossy().into_owned();
	let import = import(&bytes, &name, &options(Unit::Encounter))?;
	check(&bytes, &import);
	Ok(import)
}

/// A case's files; `None` if they are not on this machine.
fn case(name: &str) -> Option<impl Fn(&str) -> Result<Import, Refusal>> {
	let folder = shared("cases")?.join(name);
	assert!(folder.is_dir(), "{} is missing", folder.display());
	Some(move |file: &str| read(&folder.join(file)))
}

fn labels(import: &Import) -> BTreeSet<Label> {
	import.records.iter().flat_map(|it| it.labels.iter().copied()).collect()
}

fn months(year: u16, month: u16) -> Option<Months> {
	vouchsafe_fhir::dates::month_index(year, month).map(Months::one)
}

#[test]
fn case_01_a_page_of_a_search() {
	let Some(file) = case("01-paged-searchset") else { return };
	let said = file("paging.json").unwrap_err().to_string();
	assert!(said.contains("55 of its entries are not here"), "{said}");
	assert!(said.contains("http://fhir.example.org?_getpages=abc&_getpagesoffset=2"), "{said}");
}

#[test]
fn case_02_code_systems_as_oids() {
	let Some(file) = case("02-code-system-as-oid") else { return };
	for name in ["control.json", "oid-hiv.json", "oid-icd-who.json", "oid-loinc.json"] {
		assert_eq!(labels(&file(name).unwrap()), BTreeSet::from([Label::Hiv]), "{name}");
	}
	let icd = file("oid-icd.json").unwrap();
	assert_eq!(labels(&icd), BTreeSet::from([Label::Psychiatry]));
}

#[test]
fn case_04_the_content_of_a_labelled_document() {
	let Some(file) = case("04-binary-of-a-labelled-document") else { return };
	let import = file("binary.json").unwrap();
	assert_eq!(import.records.len(), 1);
	assert_eq!(import.records[0].category, Category::Discharge);
	assert_eq!(labels(&import), BTreeSet::from([Label::Psychiatry]));
}

#[test]
fn case_05_an_attachment_elsewhere() {
	let Some(file) = case("05-attachment-by-url") else { return };
	let import = file("attachment-url.json").unwrap();
	let said: Vec<String> = import.notices.iter().map(Notice::to_string).collect();
	assert_eq!(said.len(), 1, "{said:?}");
	assert!(
		said[0].contains("entry 2") && said[0].contains("https://ehr.example.org/r4/Binary/XR-1")
	);
}

#[test]
fn case_06_half_a_character() {
	let Some(file) = case("06-lone-surrogate") else { return };
	let said = file("lone-surrogate.json").unwrap_err().to_string();
	assert!(said.contains("entry 3, line 70"), "{said}");
	assert_eq!(said.matches("surrogate").count(), 1, "{said}");
}

#[test]
fn case_08_icd_10_pcs_is_another_system() {
	let Some(file) = case("08-icd-10-pcs-read-as-diagnosis") else { return };
	for name in ["icd10pcs-echo.json", "icd10pcs-rehab.json"] {
		assert_eq!(labels(&file(name).unwrap()), BTreeSet::new(), "{name}");
	}
}

#[test]
fn case_09_sensitivity_tags() {
	let Some(file) = case("09-sensitivity-tag-stu3-uri") else { return };
	for (name, label) in [
		("actcode-stu3.json", Label::Psychiatry),
		("actcode-oid.json", Label::SubstanceUse),
		("actcode-MST.json", Label::Violence),
		("actcode-EMOTDIS.json", Label::Psychiatry),
		("actcode-SPI.json", Label::UnclassifiedSensitive),
		("actcode-SICKLE.json", Label::Genetics),
	] {
		let import = file(name).unwrap();
		assert_eq!(labels(&import), BTreeSet::from([label]), "{name}");
		let is_named = import.notices.iter().any(|it| matches!(it, Notice::Security { .. }));
		assert_eq!(is_named, label == Label::UnclassifiedSensitive, "{name}");
	}
}

#[test]
fn case_14_placeholder_dates() {
	let Some(file) = case("14-sentinel-dates") else { return };
	for (name, date, first) in [
		("sentinel-2999.json", "2999-12-31", months(2026, 1)),
		("sentinel-1900.json", "1900-01-01", months(2026, 3)),
		("sentinel-9999.json", "9999-12-31", months(2026, 1)),
	] {
		let import = file(name).unwrap();
		assert_eq!(import.records.len(), 1, "{name}");
		assert_eq!(import.records[0].months, first, "{name}");
		let named = |it: &Notice| matches!(it, Notice::Date { date: it, .. } if it == date);
		assert!(import.notices.iter().any(named), "{name}");
	}
}

#[test]
fn case_38_the_labels_are_found() {
	let Some(file) = case("38-one-author-two-bits-for-one-label") else { return };
	for name in ["psy-1.json", "psy-2.json"] {
		assert_eq!(labels(&file(name).unwrap()), BTreeSet::from([Label::Psychiatry]), "{name}");
	}
}

fn synthea() -> Option<Vec<PathBuf>> {
	let folder = shared("data/synthea-r4")?;
	let mut files: Vec<PathBuf> =
		fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
	files.sort();
	assert!(!files.is_empty());
	Some(files)
}

/// Prints the numbers in the README of this crate: `scripts/cargo test --test cases --
/// synthetic_patients --nocapture`.
#[test]
fn synthetic_patients_are_split_whole_and_nothing_dangles() {
	let Some(files) = synthea() else { return };
	for unit in Unit::ALL {
		let mut spans: Vec<u16> = Vec::new();
		let mut counts: Vec<usize> = Vec::new();
		let (mut references, mut dangling) = (0, 0);
		let (mut input, mut output, mut time) = (0, 0, std::time::Duration::ZERO);
		for path in &files {
			let bytes = fs::read(path).unwrap();
			let start = Instant::now();
			let import = import(&bytes, "bundle.json", &options(unit)).unwrap();
			time += start.elapsed();
			check(&bytes, &import);
			let whole = support::Whole::new(&bytes);
			for record in &import.records {
				spans.push(record.months.expect("each record has a date").len());
				dangling += whole.dangling(&record.content);
				references +=
					String::from_utf8_lossy(&record.content).matches("\"reference\":").count();
				output += record.content.len();
			}
			counts.push(import.records.len());
			input += bytes.len();
		}
		spans.sort_unstable();
		counts.sort_unstable();
		assert_eq!(dangling, 0);
		println!(
			"{}: {} records of {} bundles (median {}), median span {} months (90 %: {}), {dangling} of \
			 {references} references dangle, {:.0} % of the bytes are repeated, {time:?} for {:.1} MB",
			unit.word(),
			spans.len(),
			files.len(),
			counts[counts.len() / 2],
			spans[spans.len() / 2],
			spans[spans.len() * 9 / 10],
			100.0 * (output as f64 - input as f64).max(0.0) / output as f64,
			input as f64 / 1e6,
		);
	}
}

#[test]
fn synthetic_pregnancies_and_screenings_are_labelled() {
	let Some(files) = synthea() else { return };
	let mut all = BTreeSet::new();
	for path in &files {
		let import = read(path).unwrap();
		let text = fs::read_to_string(path).unwrap();
		let pregnant = text.contains("72892002") || text.contains("424441002");
		assert!(!pregnant || labels(&import).contains(&Label::SexualHealth));
		all.extend(labels(&import));
	}
	assert_eq!(all, BTreeSet::from([Label::SexualHealth]), "and nothing else is labelled");
}

#[test]
fn bulk_data_is_refused_with_its_own_sentence() {
	let Some(folder) = shared("data/bulk-100") else { return };
	for name in ["Patient.ndjson", "AllergyIntolerance.ndjson"] {
		assert!(matches!(read(&folder.join(name)), Err(Refusal::Ndjson)), "{name}");
	}
	// Each line by itself is a resource that can be kept.
	for line in fs::read_to_string(folder.join("AllergyIntolerance.ndjson")).unwrap().lines() {
		let import = import(line.as_bytes(), "a.json", &options(Unit::Encounter)).unwrap();
		assert_eq!(import.records[0].category, Category::Summary);
		assert!(import.records[0].months.is_some());
	}
}

#[test]
fn documents_and_consents_are_kept_whole() {
	for part in ["data/documents", "data/hl7-consent"] {
		let Some(folder) = shared(part) else { return };
		for file in fs::read_dir(folder).unwrap() {
			let path = file.unwrap().path();
			let bytes = fs::read(&path).unwrap();
			let name = path.file_name().unwrap().to_string_lossy().into_owned();
			let import = import(&bytes, &name, &options(Unit::Encounter)).unwrap();
			assert_eq!(import.records.len(), 1);
			assert_eq!(import.records[0].content, bytes);
			let json = serde_json::from_slice::<Value>(&bytes).is_ok();
			assert_eq!(import.records[0].media_type.is_some(), json, "{name}");
		}
	}
}
