//! Searches everything that the processes wrote or sent for strings of the input, in plain text and
//! in the usual encodings.

use aho_corasick::AhoCorasick;
use anyhow::Result;
use base64::{engine::general_purpose::STANDARD_NO_PAD, Engine};
use serde_json::Value;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs::File,
	io::Read,
	path::{Path, PathBuf},
};

/// Shorter strings are not searched for: they occur everywhere by chance.
const SHORTEST: usize = 8;

/// The values of all fields of JSON documents: names, identifiers, addresses, dates, codes, text.
/// Field names are left out, because they are FHIR's.
pub fn strings_of(files: &[PathBuf]) -> Result<BTreeSet<String>> {
	let read = |file: &PathBuf| anyhow::Ok(serde_json::from_slice(&std::fs::read(file)?)?);
	let documents = files.iter().map(read).collect::<Result<Vec<Value>>>()?;
	Ok(values_of(&documents))
}

/// The same of JSON that is read already.
pub fn values_of<'a>(documents: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
	fn walk(value: &Value, found: &mut BTreeSet<String>) {
		match value {
			Value::String(text) => {
				found.insert(text.clone());
			},
			Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
			Value::Object(fields) => fields.values().for_each(|item| walk(item, found)),
			_ => {},
		}
	}
	let mut found = BTreeSet::new();
	documents.into_iter().for_each(|document| walk(document, &mut found));
	// URLs name vocabularies, not people.
	found.retain(|text| text.len() >= SHORTEST && !text.starts_with("http://"));
	// The beginning of a long text is enough to find it.
	found.into_iter().map(|text| text.chars().take(60).collect()).collect()
}

/// The text in all encodings that are searched for.
fn encodings(text: &str) -> Vec<Vec<u8>> {
	let plain = text.as_bytes().to_vec();
	let mut all = vec![plain.clone()];
	all.push(hex::encode(&plain).into_bytes());
	all.push(hex::encode_upper(&plain).into_bytes());
	all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
	all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
	all.push(text.to_lowercase().into_bytes());
	all.push(text.to_uppercase().into_bytes());
	all.push(url::form_urlencoded::byte_serialize(&plain).collect::<String>().into_bytes());
	if let Ok(json) = serde_json::to_string(text) {
		all.push(json.trim_matches('"').as_bytes().to_vec());
	}
	// Base64 at each of the three offsets at which the text can begin. The first and last characters
	// depend on the bytes beside the text, so they are left out.
	for shift in 0..3 {
		let mut shifted = vec![0; shift];
		shifted.extend_from_slice(&plain);
		let encoded = STANDARD_NO_PAD.encode(&shifted).into_bytes();
		let from = [0, 2, 3][shift];
		let to = encoded.len() - [0, 3, 2][(shift + plain.len()) % 3].min(encoded.len());
		if to > from + SHORTEST {
			all.push(encoded[from..to].to_vec());
		}
	}
	all.sort();
	all.dedup();
	all
}

/// Searches files for strings.
#[derive(Debug)]
pub struct Scanner {
	automaton: AhoCorasick,
	texts: Vec<String>,
	of_pattern: Vec<usize>,
	longest: usize,
}

impl Scanner {
	/// Searches for these strings in all encodings.
	pub fn new(strings: &BTreeSet<String>) -> Result<Self> {
		let texts: Vec<String> = strings.iter().cloned().collect();
		let (mut patterns, mut of_pattern) = (Vec::new(), Vec::new());
		for (index, text) in texts.iter().enumerate() {
			for pattern in encodings(text) {
				patterns.push(pattern);
				of_pattern.push(index);
			}
		}
		let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
		let automaton = AhoCorasick::new(&patterns)?;
		Ok(Self { automaton, texts, of_pattern, longest })
	}

	/// The strings that files below the folder contain, each with these files.
	pub fn scan(&self, folder: &Path) -> Result<BTreeMap<String, BTreeSet<PathBuf>>> {
		let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
		let mut folders = vec![folder.to_path_buf()];
		while let Some(folder) = folders.pop() {
			let Ok(entries) = std::fs::read_dir(&folder) else { continue };
			for entry in entries.flatten() {
				let Ok(kind) = entry.file_type() else { continue };
				if kind.is_dir() {
					folders.push(entry.path());
				} else if kind.is_file() {
					for text in self.scan_file(&entry.path()) {
						found.entry(text.into()).or_default().insert(entry.path());
					}
				}
			}
		}
		Ok(found)
	}

	/// The strings that the file contains. None if the file no longer exists.
	fn scan_file(&self, path: &Path) -> BTreeSet<&str> {
		let mut found = BTreeSet::new();
		let Ok(mut file) = File::open(path) else { return found };
		let mut window = Vec::new();
		let mut buffer = vec![0; 1 << 20];
		while let Ok(length @ 1..) = file.read(&mut buffer) {
			window.extend_from_slice(&buffer[..length]);
			for hit in self.automaton.find_overlapping_iter(&window) {
				found.insert(self.texts[self.of_pattern[hit.pattern().as_usize()]].as_str());
			}
			let keep = window.len().min(self.longest);
			window.drain(..window.len() - keep);
		}
		found
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_encoding_is_found() {
		let strings = BTreeSet::from(["Runolfsson-1987".to_string()]);
		let scanner = Scanner::new(&strings).unwrap();
		let folder = tempfile::tempdir().unwrap();
		let text = "Runolfsson-1987";
		let samples = [
			text.to_string(),
			hex::encode(text),
			hex::encode_upper(text),
			text.to_uppercase(),
			STANDARD_NO_PAD.encode(text),
			STANDARD_NO_PAD.encode(format!("x{text}y")),
			STANDARD_NO_PAD.encode(format!("xy{text}zz")),
			STANDARD_NO_PAD.encode(format!("xyz{text}")),
		];
		for (index, sample) in samples.iter().enumerate() {
			let path = folder.path().join(index.to_string());
			std::fs::write(&path, format!("{}{sample} after", "-".repeat(1 << 20))).unwrap();
			assert_eq!(scanner.scan_file(&path).len(), 1, "{sample}");
		}
		std::fs::write(folder.path().join("clean"), "Runolfsson 1987").unwrap();
		assert!(scanner.scan_file(&folder.path().join("clean")).is_empty());
		assert_eq!(scanner.scan(folder.path()).unwrap()[text].len(), samples.len());
	}
}
