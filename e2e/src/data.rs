//! The input of tests and of the story: real documents if they are available, otherwise the small
//! examples in `cli/examples`.
//!
//! Real documents are looked for in the folder `data` of the folder that `VOUCHSAFE_DATA` names,
//! or of `../shared` beside the checkout. If `VOUCHSAFE_DATA` is empty, only the examples are used.

use std::{
	collections::BTreeSet,
	io::Write,
	path::{Path, PathBuf},
	sync::Mutex,
};

/// The environment variable that names the folder of test data.
pub const VARIABLE: &str = "VOUCHSAFE_DATA";

/// The folder of real documents, if there is one.
///
/// # Panics
/// If `VOUCHSAFE_DATA` is set and has no folder `data`: a wrong setting must not skip tests.
pub fn folder() -> Option<PathBuf> {
	if let Some(set) = std::env::var_os(VARIABLE) {
		if set.is_empty() {
			return None;
		}
		let data = PathBuf::from(set).join("data");
		assert!(data.is_dir(), "{VARIABLE} is set, but {} is not a folder", data.display());
		return Some(data);
	}
	let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
	beside.is_dir().then_some(beside)
}

/// All FHIR bundles to test with.
pub fn bundles() -> Vec<PathBuf> {
	let mut files = files_of("synthea-r4", "the FHIR bundles in synthea-r4");
	files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
	if files.is_empty() {
		files.push(example("bundle.json"));
	}
	files
}

/// Documents of other kinds: an image and a PDF.
pub fn documents() -> Vec<PathBuf> {
	let mut files = files_of("documents", "the image and the PDF in documents");
	files.retain(|path| path.ends_with("CT_small.dcm") || path.ends_with("pdflatex-4-pages.pdf"));
	if files.is_empty() {
		files.push(example("letter.txt"));
	}
	files
}

/// Patients and their allergies, as NDJSON: those of the test data, or made-up ones.
pub fn bulk() -> std::io::Result<(String, String)> {
	let files = files_of("bulk-100", "the patients and allergies in bulk-100");
	let read = |name: &str| {
		files.iter().find(|file| file.ends_with(name)).map(std::fs::read_to_string).transpose()
	};
	match (read("Patient.ndjson")?, read("AllergyIntolerance.ndjson")?) {
		(Some(patients), Some(allergies)) => Ok((patients, allergies)),
		_ => Ok(crate::research::people::made_up()),
	}
}

/// One of the project's own examples.
pub fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples").join(name)
}

/// The sorted files of a subfolder of the test data. If there are none, says once what is skipped.
fn files_of(subfolder: &str, what: &str) -> Vec<PathBuf> {
	static SKIPPED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
	let found = folder().and_then(|folder| folder.join(subfolder).read_dir().ok());
	let mut files: Vec<_> = found.into_iter().flatten().flatten().map(|it| it.path()).collect();
	files.sort();
	if files.is_empty() && SKIPPED.lock().is_ok_and(|mut said| said.insert(what.into())) {
		// Not by `eprintln!`, which the test harness captures.
		let _ = writeln!(
			std::io::stderr(),
			"skipped: {what}. Using cli/examples instead. To test with them, set {VARIABLE} to \
			 the folder that contains data/{subfolder}."
		);
	}
	files
}
