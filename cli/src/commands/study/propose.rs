//! `vouchsafe study propose`, `withdraw` and `give-up`.

use super::describe;
use crate::{
	args::Agreement,
	commands::{agree, countries},
	consent::disease,
	dates::{parse_duration, parse_moment},
	output::Output,
	session::Session,
};
use anyhow::{bail, Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use vouchsafe_agent::study::{proposal, protocol, rounds};
use vouchsafe_client::{
	chain::{bounded, Purpose, StudyTerms, StudyTrait, StudyTraits, View, H256, MIN_PERSONS},
	cid::cid_of,
};
use vouchsafe_fhir::study::Protocol;

/// The file of a proposal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposalFile {
	/// The protocol's file, relative to this one.
	protocol: PathBuf,
	/// The ethics committee's approval: a file, relative to this one, or its SHA-256 in hex.
	ethics: String,
	country: String,
	aggregators: Vec<String>,
	/// ε of a round.
	epsilon: f64,
	first_close: String,
	gather: String,
	answer: String,
	#[serde(default = "research")]
	purpose: Purpose,
	disease: Option<String>,
	#[serde(default)]
	traits: Vec<StudyTrait>,
	#[serde(default = "least")]
	least: u32,
	#[serde(default = "one")]
	rounds: u8,
	interval: Option<String>,
}

fn research() -> Purpose {
	Purpose::Research
}

fn least() -> u32 {
	MIN_PERSONS
}

fn one() -> u8 {
	1
}

/// A proposal, with what its file names.
#[derive(Debug)]
pub(super) struct Proposal {
	file: ProposalFile,
	traits: StudyTraits,
	protocol: Protocol,
	protocol_bytes: Vec<u8>,
	ethics: H256,
	epsilon: u32,
	interval: u32,
	gather: u32,
	answer: u32,
}

/// Reads a proposal and the files that it names.
pub(super) fn read(path: &Path) -> Result<Proposal> {
	let text =
		std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
	let file = parse(&text).with_context(|| format!("{} is not a proposal", path.display()))?;
	let folder = path.parent().unwrap_or(Path::new(""));
	let protocol_path = folder.join(&file.protocol);
	let failed = || format!("cannot read {}", protocol_path.display());
	let protocol_bytes = std::fs::read(&protocol_path).with_context(failed)?;
	let traits = StudyTraits::of(&file.traits);
	let protocol = Protocol::read(&protocol_bytes, traits)
		.with_context(|| format!("{} is not a protocol", protocol_path.display()))?;
	let ethics = ethics(folder, &file.ethics)?;
	let epsilon = thousandths(file.epsilon)?;
	let interval = file.interval.as_deref().map_or(Ok(0), |it| seconds("interval", it))?;
	let gather = seconds("gather", &file.gather)?;
	let answer = seconds("answer", &file.answer)?;
	Ok(Proposal {
		file,
		traits,
		protocol,
		protocol_bytes,
		ethics,
		epsilon,
		interval,
		gather,
		answer,
	})
}

fn parse(text: &str) -> Result<ProposalFile> {
	match text.trim_start().starts_with('{') {
		true => Ok(serde_json::from_str(text)?),
		false => Ok(toml::from_str(text)?),
	}
}

/// The hash of the ethics committee's approval.
fn ethics(folder: &Path, text: &str) -> Result<H256> {
	let mut hash = H256::zero();
	if let Some(digits) = text.strip_prefix("0x") {
		hex::decode_to_slice(digits, &mut hash.0)
			.ok()
			.context("ethics: a hash has 64 hex digits after 0x")?;
		return Ok(hash);
	}
	let path = folder.join(text);
	let bytes = std::fs::read(&path).with_context(|| {
		format!("cannot read {}, the approval of the ethics committee", path.display())
	})?;
	Ok(protocol::hash(&bytes))
}

/// ε in thousandths. More digits are refused, because the chain would have another ε than the file.
fn thousandths(epsilon: f64) -> Result<u32> {
	let scaled = epsilon * 1000.0;
	let rounded = scaled.round();
	if !(0.0..=1e6).contains(&rounded) || (scaled - rounded).abs() > 1e-6 {
		bail!("epsilon is a number such as 1.0 or 0.25, with at most three digits after the point");
	}
	// It is between 0 and a million.
	Ok(rounded as u32)
}

fn seconds(name: &str, text: &str) -> Result<u32> {
	let seconds = parse_duration(text).with_context(|| name.to_owned())?;
	u32::try_from(seconds).with_context(|| format!("{name} is too long"))
}

/// Proposes a study.
pub(super) async fn propose(
	session: &Session,
	proposal: Proposal,
	agreement: Agreement,
) -> Result<Output> {
	let me = session.me()?.account();
	let now = session.finalized().await?.time().await?;
	let Proposal { file, protocol, .. } = &proposal;
	let [country] = countries(std::slice::from_ref(&file.country))?[..] else {
		bail!("name one country");
	};
	let aggregators = file.aggregators.iter().map(|name| session.names.resolve(name));
	let terms = StudyTerms {
		protocol: bounded(cid_of(&proposal.protocol_bytes).to_bytes(), "bytes in the CID")?,
		protocol_hash: protocol::hash(&proposal.protocol_bytes),
		question: protocol.question(),
		sources: protocol.sources(),
		purpose: file.purpose,
		disease: file.disease.as_deref().map(disease).transpose()?,
		traits: proposal.traits,
		country,
		ethics: proposal.ethics,
		aggregators: bounded(aggregators.collect::<Result<_>>()?, "aggregators")?,
		least: file.least,
		epsilon: proposal.epsilon,
		rounds: file.rounds,
		first_close: parse_moment(&file.first_close, now).context("first_close")?,
		interval: proposal.interval,
		gather: proposal.gather,
		answer: proposal.answer,
	};
	proposal::check(session, &terms, protocol, now)?;
	let lines = describe::lines(&session.names, &me, &terms, protocol).join("\n  ");
	agree(&format!("I propose this study:\n  {lines}"), agreement)?;
	let mut json = describe::json(session, &me, &terms, protocol);
	let (study, block) = proposal::propose(session, terms, &proposal.protocol_bytes).await?;
	json["study"] = json!(study);
	json["block"] = json!(block);
	Ok(Output::new(
		format!(
			"Study {study} is proposed (block {block}). A member of the council proposes its approval with \
			 `vouchsafe council approve-study {study}`. Then each aggregator’s custodian accepts it, and the \
			 first round opens."
		),
		json,
	))
}

/// Withdraws a study.
pub(super) async fn withdraw(
	session: &Session,
	study: u32,
	agreement: Agreement,
) -> Result<Output> {
	rounds::find(session, study).await?;
	agree(&format!("I withdraw study {study}."), agreement)?;
	let block = proposal::withdraw(session, study).await?;
	Ok(Output::new(
		format!("Study {study} is withdrawn (block {block})."),
		json!({ "study": study, "block": block }),
	))
}

/// Gives up what was not done in time. The answer says where the study is then.
pub(super) async fn give_up(session: &Session, study: u32, agreement: Agreement) -> Result<Output> {
	rounds::find(session, study).await?;
	agree(&format!("I give up what was not done in time in study {study}."), agreement)?;
	let block = proposal::give_up(session, study).await?;
	Ok(Output::new(
		format!(
			"Given up (block {block}). `vouchsafe study show {study}` shows how the study goes on."
		),
		json!({ "study": study, "block": block }),
	))
}

#[cfg(test)]
mod tests {
	use super::*;

	const FILE: &str = r#"
		protocol = "p.json"
		ethics = "0x0101010101010101010101010101010101010101010101010101010101010101"
		country = "DE"
		aggregators = ["Health Authority", "Hospital B"]
		epsilon = 0.25
		first_close = "+14d"
		gather = "1d"
		answer = "12h"
	"#;

	#[test]
	fn a_file_is_toml_or_json() {
		let file = parse(FILE).unwrap();
		assert_eq!((file.purpose, file.least, file.rounds), (Purpose::Research, 11, 1));
		let json = r#"{ "protocol": "p", "ethics": "e", "country": "DE", "aggregators": ["A", "B"],
			"epsilon": 1, "first_close": "+1d", "gather": "1d", "answer": "1d",
			"traits": ["for-profit-sponsor"], "purpose": "public-health" }"#;
		let file = parse(json).unwrap();
		assert_eq!(file.traits, [StudyTrait::ForProfitSponsor]);
		assert_eq!(file.purpose, Purpose::PublicHealth);
	}

	#[test]
	fn what_is_wrong_with_a_file_is_said() {
		let said = |text: &str| format!("{:#}", parse(text).unwrap_err());
		let unknown = said(&format!("{FILE}\nepsilom = 1"));
		assert!(unknown.contains("unknown field `epsilom`"), "{unknown}");
		let missing = said(&FILE.replace("country", "# country"));
		assert!(missing.contains("missing field `country`"), "{missing}");
		let word = said(&format!("{FILE}\ntraits = [\"comercial\"]"));
		assert!(word.contains("comercial"), "{word}");
	}

	#[test]
	fn epsilon_has_three_digits() {
		for (epsilon, expected) in [(1.0, 1_000), (0.25, 250), (0.001, 1), (5.0, 5_000), (0.1, 100)]
		{
			assert_eq!(thousandths(epsilon).unwrap(), expected);
		}
		for wrong in [0.0001, -1.0, f64::NAN, f64::INFINITY, 1e9] {
			assert!(thousandths(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn the_files_of_a_proposal_are_read_before_anything_is_connected() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("study.toml");
		let said = || format!("{:#}", read(&path).unwrap_err());
		assert!(said().contains("cannot read"), "{}", said());
		std::fs::write(&path, FILE).unwrap();
		assert!(said().contains("p.json"), "{}", said());
		std::fs::write(folder.path().join("p.json"), "{}").unwrap();
		assert!(said().contains("p.json is not a protocol"), "{}", said());
	}

	#[test]
	fn an_approval_is_hashed() {
		let folder = tempfile::tempdir().unwrap();
		std::fs::write(folder.path().join("approval.pdf"), b"abc").unwrap();
		let hash = ethics(folder.path(), "approval.pdf").unwrap();
		assert!(hex::encode(hash.0).starts_with("ba7816bf"), "{hash:?}");
		assert!(ethics(folder.path(), "0x12").is_err());
		assert!(ethics(folder.path(), "none.pdf").is_err());
	}
}
