//! From a command line to what the command says. Exit codes: 0 done; 1 failed, or a check found
//! something wrong; 2 the command line itself; 3 no access; 4 too few custodians, or not yet
//! acknowledged by all: try again later.

mod audit;
mod consent;
mod council;
mod enrol;
mod key;
mod name;
mod record;
mod request;
mod status;

use crate::{
	args::{About, Cli, Command, Reach},
	dates,
	home::Home,
	keys::Secrets,
	open::OpenError,
	output::Output,
	session::{Session, Settings},
	words::{Action, Purpose},
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use std::{
	io::{IsTerminal, Write},
	process::ExitCode,
};
use vouchsafe_client::{
	chain::{
		account_bytes, bounded, AccountId, Actions, At, Categories, ChainError, Effect, Labels,
		Purposes, Record, Terms, View, H256,
	},
	custodian::CustodianError,
};

/// Runs a command, prints what it says, and gives the exit code.
pub async fn main(cli: Cli) -> ExitCode {
	let level = match cli.verbose {
		0 => "warn",
		1 => "info",
		_ => "debug",
	};
	let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
		tracing_subscriber::EnvFilter::new(format!(
			"off,vouchsafe_cli={level},vouchsafe_client={level}"
		))
	});
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
	let json = cli.json;
	match run(cli).await {
		Ok(output) => {
			let text = if json {
				format!("{:#}\n", output.json)
			} else if output.text.is_empty() {
				String::new()
			} else {
				format!("{}\n", output.text)
			};
			// A closed pipe is no failure of the command.
			let _ = std::io::stdout().write_all(text.as_bytes());
			ExitCode::from(u8::from(output.found_wrong))
		},
		Err(error) => {
			if json {
				println!("{:#}", json!({ "error": format!("{error:#}") }));
			}
			eprintln!("error: {error:#}");
			ExitCode::from(exit_code(&error))
		},
	}
}

/// The exit code of a failure.
pub fn exit_code(error: &anyhow::Error) -> u8 {
	for cause in error.chain() {
		match cause.downcast_ref::<OpenError>() {
			Some(OpenError::NoAccess { .. }) => return 3,
			Some(OpenError::TooFewShares { .. } | OpenError::NoGoodCopy { .. }) => return 4,
			_ => {},
		}
		if let Some(CustodianError::NoAccess) = cause.downcast_ref::<CustodianError>() {
			return 3;
		}
		if let Some(ChainError::Stranger | ChainError::MayNotSign) = cause.downcast_ref() {
			return 3;
		}
	}
	1
}

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
	let settings = Settings { node: cli.node, home, key: cli.key, development: cli.dev, secrets };
	match cli.command {
		Command::Key(command) => key::run(&settings, command, cli.json),
		Command::Name(command) => name::run(&settings, command).await,
		Command::Enrol(command) => enrol::run(&settings, command).await,
		Command::Council(command) => council::run(&settings, command).await,
		Command::Record(command) => record::run(&settings, command).await,
		Command::Consent(command) => consent::run(&settings, command).await,
		Command::Request(command) => request::run(&settings, command).await,
		Command::Audit(command) => audit::run(&settings, command).await,
		Command::Status => status::run(&settings).await,
	}
}

/// The patient who is named, or oneself.
fn patient(session: &Session, named: Option<&str>) -> Result<AccountId> {
	match named {
		Some(name) => session.names.resolve(name),
		None => Ok(session.me().context("say whose with --patient")?.account()),
	}
}

/// A patient's records, in the order in which they were about.
async fn records_of(at: &At, patient: &AccountId) -> Result<Vec<(H256, Record)>> {
	let mut records = at.all_records_of(patient).await?;
	records.sort_by_key(|(id, record)| {
		(record.service.first, record.service.last, record.category.index(), id.0)
	});
	Ok(records)
}

/// A record by its id, or by its first digits among a patient's.
async fn record(at: &At, patient: Option<&AccountId>, text: &str) -> Result<H256> {
	let digits = text.trim_start_matches("0x").to_ascii_lowercase();
	let mut id = [0; 32];
	if hex::decode_to_slice(&digits, &mut id).is_ok() {
		return Ok(H256(id));
	}
	if digits.len() < 4 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
		bail!("“{text}” is no record: write its id, or at least its first four digits");
	}
	let patient = patient.with_context(|| {
		format!("say whose record {text} is with --patient, or write the whole id")
	})?;
	let found: Vec<H256> = at
		.all_records_of(patient)
		.await?
		.into_iter()
		.map(|(id, _)| id)
		.filter(|id| hex::encode(id.0).starts_with(&digits))
		.collect();
	match found[..] {
		[one] => Ok(one),
		[] => bail!("the patient has no record {text}: `vouchsafe record list` shows them"),
		_ => bail!("{text} fits {} records: write more digits", found.len()),
	}
}

fn countries(texts: &[String]) -> Result<Vec<[u8; 2]>> {
	texts
		.iter()
		.map(|text| match text.to_ascii_uppercase().as_bytes() {
			[a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok([*a, *b]),
			_ => {
				bail!("“{text}” is not a country: write two letters as ISO 3166 has them, like DE")
			},
		})
		.collect()
}

fn accounts(session: &Session, names: &[String]) -> Result<Vec<AccountId>> {
	names.iter().map(|name| session.names.resolve(name)).collect()
}

/// Changes terms to what is named; what isn't stays.
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
			records.push(record(at, Some(patient), text).await?);
		}
		terms.records = bounded(records, "records")?;
	}
	if !about.labels.is_empty() {
		terms.labels = labels(session, patient, &about.labels)?;
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

/// The bits of labels: `all` names every one, `label7` or `7` one whose meaning isn't known here.
fn labels(session: &Session, patient: &AccountId, words: &[String]) -> Result<Labels> {
	if words.iter().any(|word| word == "all") {
		return Ok(Labels(u32::MAX));
	}
	let table = session.labels_of(patient)?;
	let mut labels = Labels(0);
	for word in words {
		match word.trim_start_matches("label").trim_start_matches('-').parse::<u8>() {
			Ok(bit) if bit < 32 => labels.0 |= 1 << bit,
			_ => labels.0 |= table.bits(std::slice::from_ref(word))?.0,
		}
	}
	Ok(labels)
}

/// Terms of a permit to read for treatment, about everything.
pub(crate) fn plain_terms(effect: Effect) -> Terms {
	Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		..Terms::all(effect)
	}
}

/// Shows the sentence that is agreed to, and asks.
fn agree(sentence: &str, yes: bool) -> Result<()> {
	eprintln!("You agree to this:\n\n  {sentence}\n");
	if yes {
		return Ok(());
	}
	if !std::io::stdin().is_terminal() {
		bail!("there is no terminal to ask on whether you agree: --yes agrees");
	}
	eprint!("Sign it? [y/N] ");
	let mut answer = String::new();
	std::io::stdin().read_line(&mut answer).context("the terminal can't be read")?;
	if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
		bail!("not signed");
	}
	Ok(())
}

/// An account for machines.
fn account_json(session: &Session, account: &AccountId) -> serde_json::Value {
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
		assert_eq!(code(CustodianError::NoAccess.into()), 3);
	}

	#[test]
	fn countries_are_two_letters() {
		assert_eq!(countries(&["de".into(), "AT".into()]).unwrap(), [*b"DE", *b"AT"]);
		for wrong in ["D", "DEU", "d1", ""] {
			assert!(countries(&[wrong.into()]).is_err(), "{wrong}");
		}
	}

	#[test]
	fn without_a_terminal_nothing_is_agreed_to_unasked() {
		assert!(agree("I permit it.", true).is_ok());
		if !std::io::stdin().is_terminal() {
			assert!(agree("I permit it.", false).unwrap_err().to_string().contains("--yes"));
		}
	}
}
