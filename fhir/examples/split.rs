//! Writes each record of a bundle to a file in a folder: `split BUNDLE FOLDER`.
//! `scripts/fhir-validate` checks them with HAPI's validator.

use std::{fs, path::PathBuf, process::ExitCode};
use vouchsafe_fhir::{dates::month_index, import, Options, Unit};

fn main() -> ExitCode {
	let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
	let [bundle, folder] = arguments.as_slice() else {
		eprintln!("usage: split BUNDLE FOLDER");
		return ExitCode::from(2);
	};
	match split(bundle, folder) {
		Ok(records) => {
			println!("{records} records of {}", bundle.display());
			ExitCode::SUCCESS
		},
		Err(error) => {
			eprintln!("{}: {error}", bundle.display());
			ExitCode::FAILURE
		},
	}
}

fn split(bundle: &PathBuf, folder: &PathBuf) -> Result<usize, Box<dyn std::error::Error>> {
	let today = month_index(2026, 11).unwrap_or_default();
	let options = Options { unit: Unit::Encounter, today, incomplete: false };
	let import = import(&fs::read(bundle)?, &bundle.to_string_lossy(), &options)?;
	for notice in &import.notices {
		eprintln!("{notice}");
	}
	fs::create_dir_all(folder)?;
	for (number, record) in import.records.iter().enumerate() {
		fs::write(folder.join(format!("{number:04}.json")), &record.content)?;
	}
	Ok(import.records.len())
}
