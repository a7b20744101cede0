//! `vouchsafe study contribute`: a hospital's patients, or a patient alone, and the report about them.

use super::{read_private_text, with_protocol};
use crate::{
	args::Contribution, commands::agree, english::ENGLISH, output::Output, session::Session,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	fs::File,
	io::Read,
	path::{Path, PathBuf},
};
use vouchsafe_agent::{
	platform::Task as _,
	study::{
		contribution::{self, Offered, Survey},
		people::{self, lines_in_words, Person},
		reporting::{self, Counting, Reporting, Table},
		rounds::FoundStudy,
	},
};
use vouchsafe_client::chain::{AccountId, AccountKind, RoundPhase, View};
use vouchsafe_fhir::study::{Answer, Exclusions, Extracted, Extraction, Notice, Protocol};
use vouchsafe_speech::Noun;
use zeroize::Zeroizing;

/// How many bytes of a file are read at once.
const PIECE: usize = 256 * 1024;
/// The files that are read.
const EXTENSIONS: [&str; 2] = ["json", "ndjson"];

/// The hospital's files, as far as they can be checked before anything is connected.
#[derive(Debug)]
pub(super) struct Files {
	/// The people file. A patient who contributes alone has none.
	people: Option<Zeroizing<String>>,
	fhir: Vec<PathBuf>,
}

impl Files {
	/// Finds the FHIR files and reads the people file.
	///
	/// # Errors
	///
	/// There are none, or others may read the people file.
	pub(super) fn read(contribution: &Contribution) -> Result<Self> {
		let people = contribution.people.as_deref().map(read_private_text).transpose()?;
		let mut fhir = Vec::new();
		find(&contribution.fhir, &mut fhir)?;
		ensure!(
			!fhir.is_empty(),
			"{} has no file that ends in .json or .ndjson",
			contribution.fhir.display()
		);
		fhir.sort();
		Ok(Self { people, fhir })
	}
}

/// The files in a folder and in the folders in it.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
	let failed = || format!("cannot read the folder {}", folder.display());
	for entry in std::fs::read_dir(folder).with_context(failed)? {
		let entry = entry.with_context(failed)?;
		let (path, kind) = (entry.path(), entry.file_type().with_context(failed)?);
		let extension = path.extension().map(|it| it.to_string_lossy().to_lowercase());
		if kind.is_dir() {
			find(&path, found)?;
		} else if extension.is_some_and(|it| EXTENSIONS.contains(&it.as_str())) {
			found.push(path);
		}
	}
	Ok(())
}

/// Contributes to a study, or reports about its frozen round.
pub(super) async fn run(
	session: &Session,
	contribution: &Contribution,
	files: Files,
) -> Result<Output> {
	let (mut found, protocol) = with_protocol(session, contribution.study).await?;
	found.running()?;
	let (contributor, people) = match &files.people {
		Some(text) => {
			let named = contribution.institution.as_deref();
			let people = people::read(text, |name| session.names.resolve(name))?;
			(session.institution(named).await?, people)
		},
		None => {
			let me = patient(session).await?;
			let own = Person { account: me.clone(), patient: String::new(), record: None, line: 1 };
			(me, vec![own])
		},
	};
	let mut data = Data::extract(session, &protocol, &files, &people, &BTreeMap::new())?;
	let mut lines = data.notices();
	let offered: Vec<_> = people
		.iter()
		.map(|it| Offered { account: it.account.clone(), record: it.record, line: it.line })
		.collect();
	let is_open = matches!(phase(&found)?, RoundPhase::Open { .. });
	let survey = contribution::survey(session, &found, &contributor, &offered).await?;
	lines.push(data.said());
	let mut json = data.json();
	add_survey(&survey, &mut lines, &mut json);
	if contribution.dry_run {
		lines.push("Nothing was signed or sent.".into());
		return Ok(Output::new(lines.join("\n"), json));
	}
	if is_open {
		let is_closed = contribution::open_until(session, &found).await.err();
		if let Some(closed) = is_closed {
			if survey.contributed.is_empty() {
				return Err(closed);
			}
			lines.push(format!("NOTE: {closed}"));
		} else if !survey.consenting.is_empty() {
			let round = format!("round {} of study {}", found.study.round, found.id);
			let said = match contribution.own {
				true => {
					format!("I contribute myself to {round}. It uses some of my privacy budget.")
				},
				false => format!(
					"I contribute {} to {round} for {}. It uses privacy budget of each of them.",
					ENGLISH.count(Noun::Person, survey.consenting.len()),
					session.names.show_with_address(&contributor)
				),
			};
			agree(&said, contribution.agreement)?;
			contribution::contribute(session, &found, &survey.consenting).await?;
		}
		let now = contribution::survey(session, &found, &contributor, &offered).await?;
		let contributed = ENGLISH.count(Noun::Person, now.contributed.len());
		lines.push(format!("In the round: {contributed}."));
		json["contributed"] = json!(now.contributed.len());
		if !contribution.wait {
			lines.push(format!(
				"To send the report, run the same command again within {} after the freeze. If you come later, \
				 these people are not counted. The round is now {}. With --wait the command waits for the \
				 freeze.",
				ENGLISH.duration(u64::from(found.study.terms.gather / 2)),
				phase_in_words(&found)
			));
			return Ok(Output::new(lines.join("\n"), json));
		}
		found = reporting::wait_for_freeze(session, &found).await?;
	}
	let report =
		report(session, &found, &contributor, &protocol, &files, &people, &mut data).await?;
	lines.push(report.0);
	json["report"] = report.1;
	Ok(Output::new(lines.join("\n"), json))
}

/// The user, who has to be a patient.
async fn patient(session: &Session) -> Result<AccountId> {
	let me = session.me()?.account();
	let account = session.finalized().await?.account(&me).await?;
	let is_patient = account.is_some_and(|it| it.kind == AccountKind::Patient);
	ensure!(is_patient, "--own is only for patients: to contribute for a hospital, name a people file with --people");
	Ok(me)
}

fn phase(found: &FoundStudy) -> Result<RoundPhase> {
	Ok(found.running()?.phase)
}

fn phase_in_words(found: &FoundStudy) -> String {
	found.phase_in_words(crate::dates::now()).unwrap_or_default()
}

/// Says whom the study can count, in numbers.
fn add_survey(survey: &Survey, lines: &mut Vec<String>, json: &mut Value) {
	let Survey { consenting, contributed, elsewhere, not_consenting, without_budget } = survey;
	lines.push(format!(
		"Can be contributed: {}. In the round already: {}. Contributed by others: {elsewhere}. Without a \
		 consent to this study: {not_consenting}. With too little privacy budget left: {without_budget}.",
		consenting.len(),
		contributed.len(),
	));
	json["consenting"] = json!(consenting.len());
	json["contributed"] = json!(contributed.len());
	json["elsewhere"] = json!(elsewhere);
	json["not_consenting"] = json!(not_consenting);
	json["without_budget"] = json!(without_budget);
}

/// Reports about the frozen round.
async fn report(
	session: &Session,
	found: &FoundStudy,
	contributor: &AccountId,
	protocol: &Protocol,
	files: &Files,
	people: &[Person],
	data: &mut Data,
) -> Result<(String, Value)> {
	if !matches!(phase(found)?, RoundPhase::Frozen { .. }) {
		bail!(
			"round {} of study {} takes no reports any more: it is {}",
			found.study.round,
			found.id,
			phase_in_words(found)
		);
	}
	let valid = reporting::valid(session, found, contributor).await?;
	let strangers = valid.iter().filter(|it| !data.answers.contains_key(it)).count();
	ensure!(
		strangers == 0,
		"the people file lacks {} whom {} contributed: use the file that you used then",
		ENGLISH.count(Noun::Person, strangers),
		session.names.show(contributor)
	);
	if valid.is_empty() {
		let text = "None of these people is in the frozen round with a valid consent, so there is no report.";
		return Ok((text.into(), json!({ "people": 0 })));
	}
	let counting: Vec<_> = valid
		.iter()
		.filter_map(|account| {
			let identifier = data.answers.get(account)?.identifier.clone();
			Some(Counting { account: account.clone(), identifier })
		})
		.collect();
	let reporting = Reporting::begin(session, found, contributor).await?;
	let kept = reporting.settle(&counting, protocol.identifier_system()).await?;
	let elsewhere = counting.len().saturating_sub(kept.len());
	if kept.is_empty() {
		let text = "All of these people are counted by other contributors, so there is no report.";
		return Ok((text.into(), json!({ "people": 0, "elsewhere": elsewhere })));
	}
	// What a patient has taken out of the study, the table must not have.
	let withheld = reporting::withheld(session, found, kept.iter().cloned()).await?;
	if !withheld.is_empty() {
		*data = Data::extract(session, protocol, files, people, &withheld)?;
	}
	let question = found.study.terms.question;
	let mut table = Table::new(&question);
	for account in &kept {
		let found = data.answers.get(account).context("an answer is missing")?;
		table.add(&question, &found.answer);
	}
	let status = reporting.report(&table).await?;
	let aggregators: Vec<_> =
		found.study.terms.aggregators.iter().map(|it| session.names.show(it)).collect();
	let text = format!(
		"A report about {} was sent to {}. Left out, because another contributor counts them: {elsewhere}.",
		ENGLISH.count(Noun::Person, usize::try_from(table.people)?),
		ENGLISH.and(&aggregators)
	);
	let json = json!({
		"people": table.people,
		"elsewhere": elsewhere,
		"withheld": withheld.len(),
		"state": status.report,
	});
	Ok((text, json))
}

/// A person's answer, and how the person is told from others.
#[derive(Debug)]
struct Found {
	answer: Answer,
	identifier: Option<String>,
}

/// What the hospital's files say of the people of the people file.
struct Data {
	answers: BTreeMap<AccountId, Found>,
	extracted: Extracted,
	has_system: bool,
}

impl Data {
	/// Reads the files.
	///
	/// # Errors
	///
	/// A file is not FHIR, or somebody is not in the files. The error names lines, not people.
	fn extract(
		session: &Session,
		protocol: &Protocol,
		files: &Files,
		people: &[Person],
		withheld: &BTreeMap<AccountId, Exclusions>,
	) -> Result<Self> {
		if let (None, [me]) = (&files.people, people) {
			let withheld = withheld.get(&me.account).cloned().unwrap_or_default();
			let extraction = Extraction::of_one(protocol, withheld);
			let extracted = extract(session, extraction, &files.fhir)?;
			return Self::own(protocol, extracted, me.account.clone());
		}
		let names: HashMap<&AccountId, &str> =
			people.iter().map(|it| (&it.account, it.patient.as_str())).collect();
		let withheld = withheld
			.iter()
			.filter_map(|(account, it)| Some(((*names.get(account)?).to_owned(), it.clone())))
			.collect();
		let extracted = extract(session, Extraction::new(protocol, withheld), &files.fhir)?;
		Self::new(protocol, extracted, people)
	}

	/// A patient's own data.
	fn own(protocol: &Protocol, extracted: Extracted, me: AccountId) -> Result<Self> {
		let is_of_others = extracted.notices.iter().any(|it| it.notice == Notice::Contradiction);
		ensure!(
			!is_of_others,
			"the folder has records of people with different dates of birth or sexes: open your own records \
			 with `vouchsafe record open --all --out FOLDER` into an empty folder"
		);
		let [person] = &extracted.people[..] else {
			bail!(
				"the folder has {} Patient resources, and your own records have one: open them with \
				 `vouchsafe record open --all --out FOLDER` into an empty folder",
				extracted.people.len()
			);
		};
		let identifier = person.identifiers.first().cloned();
		let found = Found { answer: person.answer.clone(), identifier };
		let has_system = protocol.identifier_system().is_some();
		Ok(Self { answers: BTreeMap::from([(me, found)]), extracted, has_system })
	}

	fn new(protocol: &Protocol, extracted: Extracted, people: &[Person]) -> Result<Self> {
		let mut places: HashMap<&str, BTreeSet<usize>> = HashMap::new();
		for (place, person) in extracted.people.iter().enumerate() {
			let names = person.identifiers.iter().chain([&person.id]);
			for name in names {
				places.entry(name.as_str()).or_default().insert(place);
			}
		}
		let (mut missing, mut several) = (Vec::new(), Vec::new());
		let mut answers = BTreeMap::new();
		for person in people {
			let found: Vec<_> = places.get(person.patient.as_str()).into_iter().flatten().collect();
			match found[..] {
				[place] => {
					let found = &extracted.people[*place];
					let identifier = found.identifiers.first().cloned();
					let answer = found.answer.clone();
					answers.insert(person.account.clone(), Found { answer, identifier });
				},
				[] => missing.push(person.line),
				_ => several.push(person.line),
			}
		}
		ensure!(
			missing.is_empty(),
			"the FHIR data has no Patient for some people of the people file ({}): correct the file. Nothing was \
			 sent",
			lines_in_words(&missing)
		);
		ensure!(
			several.is_empty(),
			"the FHIR data has several Patients for some people of the people file ({}): name them by their \
			 ids. Nothing was sent",
			lines_in_words(&several)
		);
		let has_system = protocol.identifier_system().is_some();
		Ok(Self { answers, extracted, has_system })
	}

	/// How many people are outside.
	fn outside(&self) -> usize {
		self.answers.values().filter(|it| it.answer == Answer::Outside).count()
	}

	/// How many people lack the identifier that the protocol names.
	fn without_identifier(&self) -> usize {
		if !self.has_system {
			return 0;
		}
		self.answers.values().filter(|it| it.identifier.is_none()).count()
	}

	fn notices(&self) -> Vec<String> {
		self.extracted.notices.iter().map(|it| format!("NOTE: {it}")).collect()
	}

	/// The numbers, without saying who.
	fn said(&self) -> String {
		let resources = usize::try_from(self.extracted.resources).unwrap_or(usize::MAX);
		format!(
			"{} read, of {}. Outside: {}. Without the identifier by which people are told apart: {}, \
			 whose accounts are used instead.",
			ENGLISH.count(Noun::Resource, resources),
			ENGLISH.count(Noun::Person, self.answers.len()),
			self.outside(),
			self.without_identifier()
		)
	}

	fn json(&self) -> Value {
		let notices: Vec<_> = self
			.extracted
			.notices
			.iter()
			.map(|it| json!({ "kind": it.notice.kind(), "count": it.count }))
			.collect();
		json!({
			"resources": self.extracted.resources,
			"people": self.answers.len(),
			"outside": self.outside(),
			"without_identifier": self.without_identifier(),
			"notices": notices,
		})
	}
}

/// Reads the files in pieces, and answers for everybody in them.
fn extract(
	session: &Session,
	mut extraction: Extraction<'_>,
	files: &[PathBuf],
) -> Result<Extracted> {
	let length = files.iter().map(|path| std::fs::metadata(path).map_or(0, |it| it.len())).sum();
	let task = session.bytes("reading the FHIR data", length);
	let mut piece = vec![0; PIECE];
	for path in files {
		let failed = || format!("cannot read {}", path.display());
		let name = path.file_name().unwrap_or_default().to_string_lossy();
		let mut reader = extraction.file(&name);
		let mut file = File::open(path).with_context(failed)?;
		loop {
			let count = file.read(&mut piece).with_context(failed)?;
			if count == 0 {
				break;
			}
			reader.push(&piece[..count]).with_context(|| path.display().to_string())?;
			task.advance(count as u64);
		}
		reader.end().with_context(|| path.display().to_string())?;
	}
	Ok(extraction.finish())
}

#[cfg(test)]
mod tests {
	use super::*;

	const PROTOCOL: &str = r#"{
		"version": 1,
		"question": { "en": "How old are the people?" },
		"reference_date": "2026-01-01",
		"identifier": "urn:oid:1.2.3",
		"table": { "by": [{ "age": { "cells": [
			{ "name": "young", "below": 18 }, { "name": "old", "from": 18 }
		] } }] }
	}"#;

	fn protocol() -> Protocol {
		Protocol::read(PROTOCOL.as_bytes(), Default::default()).unwrap()
	}

	fn patient(id: &str, birth: &str, number: &str) -> String {
		let identifier = match number {
			"" => String::new(),
			_ => format!(r#","identifier":[{{"system":"urn:oid:1.2.3","value":"{number}"}}]"#),
		};
		format!(r#"{{"resourceType":"Patient","id":"{id}","birthDate":"{birth}"{identifier}}}"#)
	}

	fn extracted(protocol: &Protocol, lines: &[String]) -> Extracted {
		let mut extraction = Extraction::new(protocol, BTreeMap::new());
		extraction.add("a.ndjson", lines.join("\n").as_bytes()).unwrap();
		extraction.finish()
	}

	fn person(id: u8, patient: &str) -> Person {
		let (account, line) = (AccountId::new([id; 32]), usize::from(id));
		Person { account, patient: patient.into(), record: None, line }
	}

	#[test]
	fn people_are_found_by_id_or_identifier() {
		let protocol = protocol();
		let lines =
			[patient("a", "2020", "1"), patient("b", "1950", ""), patient("c", "unknown", "3")];
		let people = [person(2, "urn:oid:1.2.3|1"), person(3, "b"), person(4, "c")];
		let data = Data::new(&protocol, extracted(&protocol, &lines), &people).unwrap();
		let found = |id| &data.answers[&AccountId::new([id; 32])];
		assert_eq!(found(2).answer, Answer::Cells(vec![0]));
		assert_eq!(found(2).identifier.as_deref(), Some("urn:oid:1.2.3|1"));
		assert_eq!((&found(3).answer, &found(3).identifier), (&Answer::Cells(vec![1]), &None));
		assert_eq!((data.outside(), data.without_identifier()), (1, 1));
		let said = data.said();
		assert!(said.contains(" of 3 people. Outside: 1. Without the"), "{said}");
		assert_eq!(data.json()["outside"], 1);
	}

	#[test]
	fn strangers_are_named_by_their_lines() {
		let protocol = protocol();
		let lines = [patient("a", "2020", "1"), patient("b", "1950", "1")];
		let said = |people: &[Person]| {
			let data = Data::new(&protocol, extracted(&protocol, &lines), people);
			data.err().unwrap().to_string()
		};
		let missing = said(&[person(2, "a"), person(3, "SECRET"), person(7, "urn:oid:1.2.3|9")]);
		assert!(missing.contains("(lines 3 and 7)") && !missing.contains("SECRET"), "{missing}");
		let several = said(&[person(2, "urn:oid:1.2.3|1")]);
		assert!(several.contains("several Patients") && several.contains("line 2"), "{several}");
	}

	#[test]
	fn a_patient_alone_has_one_patient_resource() {
		let protocol = protocol();
		let me = AccountId::new([2; 32]);
		let own = |lines: &[String]| {
			let mut extraction = Extraction::of_one(&protocol, Exclusions::default());
			extraction.add("a.ndjson", lines.join("\n").as_bytes()).unwrap();
			Data::own(&protocol, extraction.finish(), me.clone())
		};
		// Each hospital has an id of its own for the same patient.
		let data = own(&[patient("a", "2020", "1"), patient("b", "2020", "1")]).unwrap();
		assert_eq!(data.answers[&me].answer, Answer::Cells(vec![0]));
		let others = own(&[patient("a", "2020", "1"), patient("b", "1950", "2")]);
		let error = others.err().unwrap().to_string();
		assert!(error.contains("different dates of birth"), "{error}");
		let error = own(&[r#"{"resourceType":"Condition"}"#.into()]).err().unwrap().to_string();
		assert!(error.contains("0 Patient resources"), "{error}");
	}

	#[test]
	fn files_of_fhir_are_found_in_folders() {
		let folder = tempfile::tempdir().unwrap();
		std::fs::create_dir(folder.path().join("more")).unwrap();
		for name in ["a.json", "more/b.NDJSON", "c.txt", "d"] {
			std::fs::write(folder.path().join(name), "{}").unwrap();
		}
		let mut found = Vec::new();
		find(folder.path(), &mut found).unwrap();
		found.sort();
		let names: Vec<_> = found.iter().map(|it| it.file_name().unwrap().to_owned()).collect();
		assert_eq!(names, ["a.json", "b.NDJSON"]);
	}
}
