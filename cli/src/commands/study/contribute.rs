//! `vouchsafe study contribute`: a hospital's patients, and the report about them.

use super::with_protocol;
use crate::{
	args::Contribution, commands::agree, english::ENGLISH, home::read_private, output::Output,
	session::Session,
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
use vouchsafe_client::chain::{AccountId, RoundPhase};
use vouchsafe_fhir::study::{Answer, Exclusions, Extracted, Extraction, Protocol};
use vouchsafe_speech::Noun;
use zeroize::Zeroizing;

/// How many bytes of a file are read at once.
const PIECE: usize = 256 * 1024;
/// The files that are read.
const EXTENSIONS: [&str; 2] = ["json", "ndjson"];

/// The hospital's files, as far as they can be checked before anything is connected.
#[derive(Debug)]
pub(super) struct Files {
	people: Zeroizing<String>,
	fhir: Vec<PathBuf>,
}

impl Files {
	/// Finds the FHIR files and reads the people file.
	///
	/// # Errors
	///
	/// There are none, or others may read the people file.
	pub(super) fn read(contribution: &Contribution) -> Result<Self> {
		let path = &contribution.people;
		let people = String::from_utf8(read_private(path)?.to_vec());
		let people = people.ok().with_context(|| format!("{} is not text", path.display()))?;
		let mut fhir = Vec::new();
		find(&contribution.fhir, &mut fhir)?;
		ensure!(
			!fhir.is_empty(),
			"{} has no file that ends in .json or .ndjson",
			contribution.fhir.display()
		);
		fhir.sort();
		Ok(Self { people: people.into(), fhir })
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
	let named = contribution.institution.as_deref();
	let contributor = session.institution(named).await?;
	let people = people::read(&files.people, |name| session.names.resolve(name))?;
	let mut data = Data::extract(session, &protocol, &files.fhir, &people, &BTreeMap::new())?;
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
		if !survey.consenting.is_empty() {
			contribution::open_until(session, &found).await?;
			let count = survey.consenting.len();
			agree(
				&format!(
					"I contribute {count} people to round {} of study {} for {}. Each of them pays ε for it.",
					found.study.round,
					found.id,
					session.names.show_with_address(&contributor)
				),
				contribution.agreement,
			)?;
			contribution::contribute(session, &found, &survey.consenting).await?;
		}
		let now = contribution::survey(session, &found, &contributor, &offered).await?;
		lines.push(format!("In the round: {} people.", now.contributed.len()));
		json["contributed"] = json!(now.contributed.len());
		if !contribution.wait {
			lines.push(format!(
				"When the round is frozen, run the same command again to send the report: until then it is {}. \
				 With --wait it waits for that.",
				ENGLISH.round(&phase(&found)?, crate::dates::now())
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

fn phase(found: &FoundStudy) -> Result<RoundPhase> {
	Ok(found.running()?.phase)
}

/// Says whom the study can count, in numbers.
fn add_survey(survey: &Survey, lines: &mut Vec<String>, json: &mut Value) {
	let Survey { consenting, contributed, elsewhere, not_consenting } = survey;
	lines.push(format!(
		"Of these people, {} consent and can be contributed, {} are in the round already, {} were contributed \
		 by others, and {not_consenting} do not consent or have no privacy budget left.",
		consenting.len(),
		contributed.len(),
		elsewhere
	));
	json["consenting"] = json!(consenting.len());
	json["contributed"] = json!(contributed.len());
	json["elsewhere"] = json!(elsewhere);
	json["not_consenting"] = json!(not_consenting);
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
			ENGLISH.round(&phase(found)?, crate::dates::now())
		);
	}
	let valid = reporting::valid(session, found, contributor).await?;
	let strangers = valid.iter().filter(|it| !data.answers.contains_key(it)).count();
	ensure!(
		strangers == 0,
		"{strangers} people whom {} contributed are not in the people file: use the file with which they were \
		 contributed",
		session.names.show(contributor)
	);
	if valid.is_empty() {
		let text = "Nobody of these people is in the frozen round with a valid consent, so there is no report.";
		return Ok((text.into(), json!({ "people": 0 })));
	}
	// What a patient has taken out of the study since, the table must not have.
	let withheld = reporting::withheld(session, found, valid.iter().cloned()).await?;
	if !withheld.is_empty() {
		*data = Data::extract(session, protocol, &files.fhir, people, &withheld)?;
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
		let text = "All of these people count elsewhere, so there is no report.";
		return Ok((text.into(), json!({ "people": 0, "elsewhere": elsewhere })));
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
		"A report about {} people is with {}. {elsewhere} of the people count elsewhere.",
		table.people,
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
		files: &[PathBuf],
		people: &[Person],
		withheld: &BTreeMap<AccountId, Exclusions>,
	) -> Result<Self> {
		let names: HashMap<&AccountId, &str> =
			people.iter().map(|it| (&it.account, it.patient.as_str())).collect();
		let withheld = withheld
			.iter()
			.filter_map(|(account, it)| Some(((*names.get(account)?).to_owned(), it.clone())))
			.collect();
		let extracted = extract(session, protocol, files, withheld)?;
		Self::new(protocol, extracted, people)
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
			"the FHIR data has no Patient for some people of the people file ({}): correct the file, and nothing \
			 was sent",
			lines_in_words(&missing)
		);
		ensure!(
			several.is_empty(),
			"the FHIR data has several Patients for some people of the people file ({}): name them by their \
			 ids, and nothing was sent",
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
			"{} read. Of {} people in the people file, the question does not apply to {}, and {} lack the \
			 identifier by which people are told apart.",
			ENGLISH.count(Noun::Resource, resources),
			self.answers.len(),
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
	protocol: &Protocol,
	files: &[PathBuf],
	withheld: BTreeMap<String, Exclusions>,
) -> Result<Extracted> {
	let length = files.iter().map(|path| std::fs::metadata(path).map_or(0, |it| it.len())).sum();
	let task = session.bytes("reading the FHIR data", length);
	let mut extraction = Extraction::new(protocol, withheld);
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
