//! Runs a command line and prints the answer. Exit codes: 0 done; 1 failed, or a check found
//! something wrong; 2 wrong command line; 3 no access, or not to everything; 4 too few custodians
//! answered; 5 the call was sent, but is not final yet; 130 interrupted by Ctrl-C.

mod acting;
mod audit;
mod consent;
mod council;
mod doctor;
mod enrol;
mod guardians;
mod key;
mod name;
mod record;
mod recovery;
mod represent;
mod request;
mod staff;
mod status;
mod study;
mod validator;
mod wallet;

use crate::{
	address, advice,
	args::{About, Agreement, Cli, Command, Reach},
	audit::Unread,
	author::NotTaken,
	dates,
	english::ENGLISH,
	home::Home,
	label_keys,
	labels::{listed_words, LabelTable},
	names::did_you_mean,
	open::OpenError,
	output::{self, Output},
	progress::{silence, TerminalProgress},
	secrets::Secrets,
	session::{At, Session, Settings},
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use std::{io::IsTerminal, process::ExitCode};
use vouchsafe_agent::platform::Progress;
use vouchsafe_client::{
	chain::{
		account_bytes, bounded, AccountId, AccountKind, Actions, Categories, ChainError, Effect,
		LabelFilter, Purposes, Record, Terms, View, H256,
	},
	custodian::CustodianError,
};

/// Runs a command, prints its answer, and returns the exit code.
pub async fn main(cli: Cli) -> ExitCode {
	let level = match cli.verbose {
		0 => "warn",
		1 => "info",
		_ => "debug",
	};
	let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
		tracing_subscriber::EnvFilter::new(format!(
			"off,vouchsafe_cli={level},vouchsafe_agent={level},vouchsafe_client={level}"
		))
	});
	tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_ansi(false)
		.with_writer(|| output::Log)
		.init();
	let (json, verbose) = (cli.json, cli.verbose > 0);
	let result = {
		let _silence = verbose.then(silence);
		let _working = TerminalProgress.begin("working", None);
		run(cli).await
	};
	let code = match &result {
		Ok(output) => output.code,
		Err(error) => exit_code(error),
	};
	let answer = match &result {
		Ok(output) if json => output::json_text(&output.json),
		Ok(output) if verbose => output.details.as_ref().unwrap_or(&output.text).clone(),
		Ok(output) => output.text.clone(),
		Err(error) if json => output::json_text(&error_json(error)),
		Err(_) => String::new(),
	};
	if let Err(error) = &result {
		output::write_error(&format!("error: {}\n", address::mask(&advice::say(error))));
	}
	if answer.is_empty() {
		return ExitCode::from(code);
	}
	match output::write_out(&format!("{}\n", address::mask(&answer))) {
		Ok(()) => ExitCode::from(code),
		Err(error) => {
			output::write_error(&if result.is_ok() {
				format!(
					"error: the command is done, but its answer could not be written: {error}\n"
				)
			} else {
				format!("error: the answer could not be written: {error}\n")
			});
			ExitCode::from(code.max(1))
		},
	}
}

/// Prints help, the version, or what is wrong with the command line.
pub fn print_usage(usage: &clap::Error) -> ExitCode {
	if usage.use_stderr() {
		let text = acting::misplaced(usage).unwrap_or_else(|| usage.render().to_string());
		output::write_error(&address::mask(&text));
		return ExitCode::from(2);
	}
	match output::write_out(&usage.render().to_string()) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			output::write_error(&format!("error: the help could not be written: {error}\n"));
			ExitCode::from(1)
		},
	}
}

/// A failure for machines: the sentence, and the chain's own name for it if it has one.
fn error_json(error: &anyhow::Error) -> serde_json::Value {
	let mut json = json!({ "error": advice::say(error) });
	let code = error.chain().find_map(|cause| cause.downcast_ref::<ChainError>()?.code());
	if let Some(code) = code {
		json["code"] = json!(code);
	}
	json
}

/// The exit code of a failure.
pub fn exit_code(error: &anyhow::Error) -> u8 {
	for cause in error.chain() {
		match cause.downcast_ref::<OpenError>().map(code_of_error) {
			None | Some(1) => {},
			Some(code) => return code,
		}
		match cause.downcast_ref::<CustodianError>() {
			Some(CustodianError::NoAccess | CustodianError::Replaced) => return 3,
			Some(
				CustodianError::Unreachable(_)
				| CustodianError::Certificate(_)
				| CustodianError::Behind(_),
			) => return 4,
			_ => {},
		}
		match cause.downcast_ref::<Unread>() {
			Some(Unread { is_refused: true, .. }) => return 3,
			Some(Unread { may_pass: true, .. }) => return 4,
			_ => {},
		}
		if cause.is::<Interrupted>() {
			return 130;
		}
		if cause.is::<NotTaken>() {
			return 4;
		}
		match cause.downcast_ref() {
			Some(ChainError::Stranger | ChainError::MayNotSign | ChainError::Replaced) => return 3,
			Some(ChainError::Pending(_)) => return 5,
			_ => {},
		}
	}
	1
}

/// The exit code if a record cannot be opened.
fn code_of_error(error: &OpenError) -> u8 {
	match error {
		refused if refused.is_refusal() => 3,
		OpenError::TooFewShares { .. } | OpenError::NoGoodCopy { .. } => 4,
		_ => 1,
	}
}

/// The user has interrupted the command. It says what is kept of it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Interrupted(String);

/// Runs a command.
pub async fn run(cli: Cli) -> Result<Output> {
	let home = Home::at(match cli.home {
		Some(home) => home,
		None => Home::default_path()?,
	});
	let secrets = match (cli.passphrase_stdin, cli.passphrase_file) {
		(true, _) => Secrets::Stdin,
		(false, Some(file)) => Secrets::File(file),
		(false, None) => Secrets::Prompt,
	};
	let settings = Settings {
		nodes: cli.node,
		genesis: cli.genesis,
		home,
		key: cli.key,
		development: cli.dev,
		allowed: cli.allow_address,
		secrets,
		checkpoint: cli.checkpoint,
		best: false,
		for_patient: acting::of(&cli.command, cli.for_patient, cli.json)?,
	};
	let mut output = run_command(&settings, cli.command, cli.json).await?;
	let found = settings.for_patient.as_ref().and_then(|patient| patient.found());
	if let (Some(fields), Some(patient)) = (output.json.as_object_mut(), found) {
		fields.insert("for".into(), patient.clone());
	}
	Ok(output)
}

async fn run_command(settings: &Settings, command: Command, json: bool) -> Result<Output> {
	match command {
		Command::Key(command) => key::run(settings, command).await,
		Command::Name(command) => name::run(settings, command).await,
		Command::Enrol(command) => enrol::run(settings, command).await,
		Command::Guardians(command) => guardians::run(settings, command).await,
		Command::Recovery(command) => recovery::run(settings, command).await,
		Command::Represent(command) => represent::run(settings, command).await,
		Command::Council(command) => council::run(settings, command).await,
		Command::Record(command) => record::run(settings, command).await,
		Command::Consent(command) => consent::run(settings, command).await,
		Command::Request(command) => request::run(settings, command).await,
		Command::Study(command) => study::run(settings, command).await,
		Command::Audit(command) => audit::run(settings, command).await,
		Command::Validator(command) => validator::run(settings, command).await,
		Command::Wallet(command) => wallet::run(settings, command).await,
		Command::Status => status::run(settings).await,
		Command::Doctor(arguments) => doctor::run(arguments, json).await,
	}
}

/// The named patient, or the user if none is named. With `--for`, it is the patient for whom the user acts.
fn patient(session: &Session, named: Option<&str>) -> Result<AccountId> {
	match named {
		Some(_) if session.for_patient.is_some() => {
			bail!("--for names the patient already: leave out --patient")
		},
		Some(name) => session.names.resolve(name),
		None => session.patient().context("name the patient with --patient"),
	}
}

/// An error if the account is not enrolled as a patient: its name may be mistyped.
async fn ensure_patient(session: &Session, at: &At, account: &AccountId) -> Result<()> {
	let kind = at.account(account).await?.map(|found| found.kind);
	let is_own = session.me.as_ref().is_some_and(|me| me.account() == *account);
	match not_a_patient(&session.names.show(account), kind, is_own) {
		Some(wrong) => bail!(wrong),
		None => Ok(()),
	}
}

/// What is wrong if an account of this kind is used as a patient. `None` is not enrolled.
fn not_a_patient(name: &str, kind: Option<AccountKind>, is_own: bool) -> Option<String> {
	let wrong = match kind {
		Some(AccountKind::Patient) => return None,
		Some(kind) => format!("{name} is {}, not a patient", ENGLISH.phrase(kind)),
		None => format!("{name} is not enrolled as a patient"),
	};
	Some(match is_own {
		true => wrong + ". Name another patient with --patient",
		false => wrong + ". Check --patient",
	})
}

/// A patient's records, in the order of their months of service.
async fn records_of(at: &At, patient: &AccountId) -> Result<Vec<(H256, Record)>> {
	let mut records = at.all_records_of(patient).await?;
	records.sort_by_key(|(id, record)| {
		(record.service.first, record.service.last, record.category.index(), id.0)
	});
	Ok(records)
}

/// The digits of a record's id or its beginning. Eight digits or more may be grouped with hyphens.
fn id_digits(text: &str) -> Result<String> {
	let digits = text.trim_start_matches("0x").replace('-', "").to_ascii_lowercase();
	if !(8..=64).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
		bail!(
			"“{text}” is not the id of a record: write the id, or at least its first eight digits"
		);
	}
	Ok(digits)
}

/// A record by its id, or by its first digits among a patient's.
async fn record(session: &Session, at: &At, patient: &AccountId, text: &str) -> Result<H256> {
	let digits = id_digits(text)?;
	let mut id = [0; 32];
	if hex::decode_to_slice(&digits, &mut id).is_ok() {
		return Ok(H256(id));
	}
	let found: Vec<H256> = at
		.all_records_of(patient)
		.await?
		.into_iter()
		.map(|(id, _)| id)
		.filter(|id| hex::encode(id.0).starts_with(&digits))
		.collect();
	match found[..] {
		[one] => Ok(one),
		[] => bail!(
			"{} has no record {text}: `vouchsafe record list` lists the records. If it is another \
			 patient's, name the patient with --patient",
			session.names.show(patient)
		),
		_ => bail!("{} records begin with {text}: write more digits", found.len()),
	}
}

fn countries(texts: &[String]) -> Result<Vec<[u8; 2]>> {
	texts
		.iter()
		.map(|text| match text.to_ascii_uppercase().as_bytes() {
			[a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok([*a, *b]),
			_ => bail!("“{text}” is not a country: write two letters of ISO 3166, such as DE"),
		})
		.collect()
}

fn accounts(session: &Session, names: &[String]) -> Result<Vec<AccountId>> {
	names.iter().map(|name| session.names.resolve(name)).collect()
}

/// Changes the terms that the command line names. The rest stays.
async fn apply(
	session: &Session,
	at: &At,
	patient: &AccountId,
	terms: &mut Terms,
	about: &About,
	reach: &Reach,
) -> Result<()> {
	if !about.category.is_empty() {
		terms.categories = Categories::of(&about.category);
	}
	if !about.records.is_empty() {
		let mut records = Vec::new();
		for text in &about.records {
			records.push(record(session, at, patient, text).await?);
		}
		terms.records = bounded(records, "records")?;
	}
	if let Some(labels) = label_filter(session, patient, about, &terms.effect).await? {
		terms.labels = labels;
	}
	if let Some(confidentiality) = about.confidentiality {
		terms.confidentiality = confidentiality;
	}
	if !about.action.is_empty() {
		terms.actions = Actions::of(&about.action);
	}
	if !about.purpose.is_empty() {
		terms.purposes = Purposes::of(&about.purpose);
	}
	if about.data_from.is_some() {
		terms.data_period.from = about.data_from;
	}
	if about.data_to.is_some() {
		terms.data_period.to = about.data_to;
	}
	let now = at.time().await?;
	if let Some(from) = &reach.valid_from {
		terms.valid_from = Some(dates::parse_moment(from, now)?);
	}
	if let Some(until) = &reach.until {
		terms.valid_until = Some(dates::parse_end(until, now)?);
	}
	check_period(terms.valid_from, terms.valid_until, now)?;
	if !reach.authors.is_empty() {
		terms.authors = bounded(accounts(session, &reach.authors)?, "authors")?;
	}
	if !reach.holders.is_empty() {
		terms.responsible = bounded(accounts(session, &reach.holders)?, "institutions")?;
	}
	if !reach.country.is_empty() {
		terms.countries = bounded(countries(&reach.country)?, "countries")?;
	}
	Ok(())
}

/// Checks that a consent will be in force at some time, before the chain refuses it.
fn check_period(from: Option<u64>, until: Option<u64>, now: u64) -> Result<()> {
	let Some(until) = until else { return Ok(()) };
	let shown = dates::show_moment(until);
	if until <= now {
		bail!("the consent would end at {shown}, which is past: name a later end with --until");
	}
	match from {
		Some(from) if until <= from => bail!(
			"the consent would end at {shown}, but begin at {}: name a later end with --until, or an \
			 earlier beginning with --valid-from",
			dates::show_moment(from)
		),
		_ => Ok(()),
	}
}

/// The filter of labels that the command line names. `all` means any label.
async fn label_filter(
	session: &Session,
	patient: &AccountId,
	about: &About,
	effect: &Effect,
) -> Result<Option<LabelFilter>> {
	let (words, only) = match (&about.labels[..], &about.only_labels[..]) {
		([], []) => return Ok(None),
		([], only) => (only, true),
		(words, _) => (words, matches!(effect, Effect::Deny { .. })),
	};
	if words.iter().any(|word| word == "all") {
		if !about.only_labels.is_empty() {
			bail!("--only-label names labels; for records with any label use --label all");
		}
		return Ok(Some(LabelFilter::Any));
	}
	session.me()?;
	let institution = match session.is_patient(patient) {
		true => None,
		false => session.acting_for(None).await.unwrap_or_default(),
	};
	let tagged = label_keys::tags(session, patient, institution.as_ref(), words).await?;
	let named = tagged.table.named(words);
	let named = match tagged.reason {
		Some(reason) => named.context(reason)?,
		None => named?,
	};
	Ok(Some(if only { LabelFilter::Only(named) } else { LabelFilter::Also(named) }))
}

/// Shows what will be signed, and asks whether the user agrees. Without a terminal, only `--yes` agrees.
fn agree(sentence: &str, agreement: Agreement) -> Result<()> {
	agree_as("You sign", sentence, agreement)
}

/// The same, for what a patient signs, or somebody for the patient.
fn agree_for(session: &Session, sentence: &str, agreement: Agreement) -> Result<()> {
	agree_as(&heading(session), sentence, agreement)
}

/// What is said before a sentence that a patient signs, or somebody for the patient.
fn heading(session: &Session) -> String {
	match &session.for_patient {
		Some(patient) => format!("You sign for {}", session.names.show_with_address(patient)),
		None => "You sign".to_owned(),
	}
}

fn agree_as(heading: &str, sentence: &str, agreement: Agreement) -> Result<()> {
	if !agreement.yes && !std::io::stdin().is_terminal() {
		bail!(
			"cannot ask for your agreement without a terminal: add --yes to agree to “{sentence}”"
		);
	}
	show_and_ask(heading, sentence, agreement)
}

/// Shows a sentence that revokes a permit, and asks on a terminal. Without a terminal it is signed
/// unasked: a revocation is never stopped.
fn agree_to_revoke(heading: &str, sentence: &str, agreement: Agreement) -> Result<()> {
	let agreement = Agreement { yes: agreement.yes || !std::io::stdin().is_terminal() };
	show_and_ask(heading, sentence, agreement)
}

fn show_and_ask(heading: &str, sentence: &str, agreement: Agreement) -> Result<()> {
	let paragraphs = sentence.replace("\n\n", "\n\n  ");
	output::write_error(&format!("{heading}:\n\n  {paragraphs}\n\n"));
	if !agreement.yes && !output::ask("Sign it?")? {
		bail!("not signed");
	}
	Ok(())
}

/// Checks the labels that the user typed. On a terminal it asks about words that are neither usual nor
/// known for the patient.
fn check_labels(
	table: &LabelTable,
	words: &[String],
	allow_new: bool,
	agreement: Agreement,
) -> Result<()> {
	let new = own_words(table.check(words, allow_new)?);
	if new.is_empty() || agreement.yes || !std::io::stdin().is_terminal() {
		return Ok(());
	}
	let hints: Vec<_> = new
		.iter()
		.map(|word| format!("“{word}”{}", did_you_mean(word, table.words().into_iter())))
		.collect();
	let question = format!(
		"New as a label of this patient's records: {}. Use {}?",
		hints.join(", "),
		if new.len() == 1 { "it" } else { "them" }
	);
	if !output::ask(&question)? {
		bail!("nothing was labelled");
	}
	Ok(())
}

/// Shows something of which the user should know, and asks whether to go on with it. Without a terminal,
/// only `--yes` goes on.
fn ask_to_go_on(warning: &str, question: &str, agreement: Agreement) -> Result<()> {
	output::write_error(&format!("{warning}\n"));
	if agreement.yes {
		return Ok(());
	}
	if !std::io::stdin().is_terminal() {
		bail!("cannot ask you without a terminal: add --yes to do it anyway");
	}
	if !output::ask(question)? {
		bail!("nothing was done");
	}
	Ok(())
}

/// The words that are not usual labels.
fn own_words(mut words: Vec<String>) -> Vec<String> {
	words.retain(|word| !listed_words().contains(&word.as_str()));
	words
}

/// The time and number of a block: `16:59 UTC (block 57)`. The date is left out if it is today.
async fn when(session: &Session, block: u32) -> String {
	let time = match session.chain.node().at_number(block).await {
		Ok(at) => at.time().await,
		Err(error) => Err(error),
	};
	match time {
		Ok(time) => format!("{} (block {block})", moment(time, dates::now())),
		// A node that prunes old state does not know the time.
		Err(_) => format!("block {block}"),
	}
}

/// The time of the block that contains this command's call, in seconds since 1970.
async fn time_of(session: &Session, block: u32) -> u64 {
	let time = match session.chain.node().at_number(block).await {
		Ok(at) => at.time().await,
		Err(error) => Err(error),
	};
	time.unwrap_or_else(|_| dates::now())
}

/// A moment, without the date if that is today's.
fn moment(moment: u64, now: u64) -> String {
	let (shown, today) = (dates::show_moment(moment), dates::show_moment(now));
	match (shown.split_once(' '), today.split_once(' ')) {
		(Some((date, time)), Some((today, _))) if date == today => time.to_owned(),
		_ => shown,
	}
}

/// An account for machines.
pub(crate) fn account_json(session: &Session, account: &AccountId) -> serde_json::Value {
	json!({
		"name": session.names.show(account),
		"account": account.to_string(),
		"hex": format!("0x{}", hex::encode(account_bytes(account))),
	})
}

/// A record's id for machines.
fn id_json(record: &H256) -> String {
	format!("0x{}", hex::encode(record.0))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn exit_codes_tell_failures_apart() {
		let code = |error: anyhow::Error| exit_code(&error);
		assert_eq!(code(anyhow::anyhow!("any")), 1);
		assert_eq!(code(OpenError::NoAccess { what: "it".into() }.into()), 3);
		let few = OpenError::TooFewShares { need: 3, got: vec![], failed: vec![] };
		assert_eq!(code(anyhow::Error::new(few).context("more")), 4);
		assert_eq!(code(ChainError::Stranger.into()), 3);
		assert_eq!(code(ChainError::Replaced.into()), 3);
		assert_eq!(code(anyhow::Error::new(ChainError::Pending(10)).context("more")), 5);
		assert_eq!(code(CustodianError::NoAccess.into()), 3);
		assert_eq!(code(CustodianError::Unreachable("it is away".into()).into()), 4);
		assert_eq!(code(CustodianError::NotFound.into()), 1);
		for (is_refused, may_pass, expected) in
			[(true, true, 3), (true, false, 3), (false, true, 4), (false, false, 1)]
		{
			let unread = Unread { reasons: String::new(), is_refused, may_pass };
			assert_eq!(code(unread.into()), expected);
		}
		assert_eq!(code(Interrupted("by Ctrl-C".into()).into()), 130);
	}

	#[test]
	fn machines_get_the_chains_name_of_an_error() {
		let error = ChainError::Dispatch {
			pallet: "Records".into(),
			error: "NotPermitted".into(),
			docs: "The patient's consents do not allow it".into(),
		};
		let json = error_json(&anyhow::Error::from(error).context("It could not be added"));
		assert_eq!(json["code"], "Records.NotPermitted");
		assert!(!json["error"].as_str().unwrap().contains("NotPermitted"), "{json}");
		assert!(error_json(&anyhow::anyhow!("any"))["code"].is_null());
	}

	#[test]
	fn a_consent_ends_in_the_future_and_after_it_begins() {
		let said = |from, until| check_period(from, until, 100).map_err(|error| error.to_string());
		for (from, until) in [
			(None, None),
			(None, Some(101)),
			(Some(50), Some(101)),
			(Some(200), Some(201)),
			(Some(200), None),
		] {
			assert_eq!(said(from, until), Ok(()), "{from:?} {until:?}");
		}
		for until in [0, 99, 100] {
			let wrong = said(None, Some(until)).unwrap_err();
			assert!(wrong.contains("which is past") && wrong.contains("--until"), "{wrong}");
		}
		for until in [101, 199, 200] {
			let wrong = said(Some(200), Some(until)).unwrap_err();
			assert!(wrong.contains("--valid-from"), "{wrong}");
		}
	}

	#[test]
	fn who_is_not_enrolled_as_a_patient_is_named() {
		assert_eq!(not_a_patient("Eva", Some(AccountKind::Patient), false), None);
		assert_eq!(
			not_a_patient("//PatintA", None, false).unwrap(),
			"//PatintA is not enrolled as a patient. Check --patient"
		);
		assert_eq!(
			not_a_patient("Dr. Berger", Some(AccountKind::Practitioner), true).unwrap(),
			"Dr. Berger is a practitioner, not a patient. Name another patient with --patient"
		);
	}

	#[test]
	fn only_words_of_ones_own_are_new() {
		let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
		assert_eq!(own_words(words(&["hiv", "fertility", "psychiatry"])), ["fertility"]);
		assert!(own_words(words(&["hiv"])).is_empty());
	}

	#[test]
	fn countries_are_two_letters() {
		assert_eq!(countries(&["de".into(), "AT".into()]).unwrap(), [*b"DE", *b"AT"]);
		for wrong in ["D", "DEU", "d1", ""] {
			assert!(countries(&[wrong.into()]).is_err(), "{wrong}");
		}
	}

	#[test]
	fn records_are_named_by_eight_digits_or_more() {
		let id = "3f9a0c1d5b7e2a90".repeat(4);
		for (text, digits) in [
			("3f9a0c1d", "3f9a0c1d"),
			("3F9A0C1D-5b7e2a90", "3f9a0c1d5b7e2a90"),
			(id.as_str(), id.as_str()),
			(&format!("0x{id}"), id.as_str()),
		] {
			assert_eq!(id_digits(text).unwrap(), digits);
		}
		for wrong in ["", "3f9a0c1", "3f9-a0c-1", "3f9a0c1g", &format!("{id}0")] {
			assert!(id_digits(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn without_a_terminal_only_a_permit_is_revoked_unasked() {
		assert!(agree("I permit it.", Agreement { yes: true }).is_ok());
		if !std::io::stdin().is_terminal() {
			let unasked = Agreement::default();
			assert!(agree("I deny it.", unasked).unwrap_err().to_string().contains("--yes"));
			assert!(agree_to_revoke("You sign", "I revoke it.", unasked).is_ok());
		}
	}

	#[test]
	fn todays_moments_have_no_date() {
		let now = 1_700_000_000; // 2023-11-14 22:13:20 UTC
		assert_eq!(moment(now - 60, now), "22:12 UTC");
		assert_eq!(moment(now - 86_400, now), "2023-11-13 22:13 UTC");
		assert_eq!(moment(now + 86_400, now), "2023-11-15 22:13 UTC");
	}
}
