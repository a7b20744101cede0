//! Input: the real documents where they are, else small examples of our own.

use std::path::{Path, PathBuf};

/// The folder of real documents beside the project, where there is one.
pub fn shared() -> Option<PathBuf> {
	let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
	std::iter::once(beside)
		.chain(std::env::current_dir().ok().map(|here| here.join("../shared/data")))
		.find(|path| path.is_dir())
}

/// All FHIR bundles to test with.
pub fn bundles() -> Vec<PathBuf> {
	let Some(shared) = shared() else { return vec![example("bundle.json")] };
	let mut files: Vec<PathBuf> = std::fs::read_dir(shared.join("synthea-r4"))
		.into_iter()
		.flatten()
		.filter_map(|entry| entry.ok().map(|entry| entry.path()))
		.filter(|path| path.extension().is_some_and(|extension| extension == "json"))
		.collect();
	files.sort();
	if files.is_empty() {
		files.push(example("bundle.json"));
	}
	files
}

/// Documents of other kinds: an image, a PDF.
pub fn documents() -> Vec<PathBuf> {
	let Some(shared) = shared() else { return vec![example("letter.txt")] };
	["documents/CT_small.dcm", "documents/pdflatex-4-pages.pdf"]
		.iter()
		.map(|name| shared.join(name))
		.filter(|path| path.exists())
		.collect()
}

/// One of the project's own examples.
pub fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/examples").join(name)
}
