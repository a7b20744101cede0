//! Counts what a protocol asks for in some files: `count PROTOCOL FILE...`. It prints how long that
//! takes, beside `serde_json` parsing the same files, both from memory and on one core.

use serde_json::Value;
use std::{collections::BTreeMap, fs, process::ExitCode, time::Instant};
use vouchsafe_fhir::study::{Extraction, Protocol};
use vouchsafe_primitives::{StudyTrait, StudyTraits};

fn main() -> ExitCode {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let Some((protocol, files)) = arguments.split_first().filter(|(_, files)| !files.is_empty())
	else {
		eprintln!("usage: count PROTOCOL FILE...");
		return ExitCode::from(2);
	};
	match count(protocol, files) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("{error}");
			ExitCode::FAILURE
		},
	}
}

fn count(protocol: &str, files: &[String]) -> Result<(), Box<dyn std::error::Error>> {
	let traits = StudyTraits::of(&[StudyTrait::Sensitive]);
	let protocol = Protocol::read(&fs::read(protocol)?, traits)?;
	let contents: Vec<(&String, Vec<u8>)> = files
		.iter()
		.map(|name| Ok((name, fs::read(name)?)))
		.collect::<Result<_, std::io::Error>>()?;
	let bytes: usize = contents.iter().map(|(_, content)| content.len()).sum();

	let started = Instant::now();
	let mut extraction = Extraction::new(&protocol, BTreeMap::new());
	for (name, content) in &contents {
		extraction.add(name, content).map_err(|error| format!("{name}: {error}"))?;
	}
	let extracted = extraction.finish();
	let extracting = started.elapsed();

	let started = Instant::now();
	for (_, content) in &contents {
		for value in serde_json::Deserializer::from_slice(content).into_iter::<Value>() {
			std::hint::black_box(value?);
		}
	}
	let parsing = started.elapsed();

	let question = protocol.question();
	let mut cells = vec![0; protocol.cell_names().len()];
	extracted.people.iter().for_each(|person| person.answer.add_to(&question, &mut cells));
	for (name, count) in protocol.cell_names().iter().zip(cells) {
		println!("{count:8} {name}");
	}
	extracted.notices.iter().for_each(|notice| println!("{notice}"));
	let speed = |time: std::time::Duration| bytes as f64 / 1e6 / time.as_secs_f64();
	println!(
		"{} people, {} resources, {:.1} MB: {:.0} MB/s; serde_json {:.0} MB/s",
		extracted.people.len(),
		extracted.resources,
		bytes as f64 / 1e6,
		speed(extracting),
		speed(parsing),
	);
	Ok(())
}
