//! Logs in files: `vouchsafe audit export` and `vouchsafe audit verify --file`.

use super::read;
use crate::{
	args::WhichLog,
	commands::{account_json, id_json},
	dates::show_moment,
	drafts::FileDraft,
	english::ENGLISH,
	names::Names,
	output::Output,
	session::{Session, Settings},
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::json;
use std::{fs::File, io::Read, path::Path};
use vouchsafe_client::{
	chain::{AccountId, H256},
	protocol::log_file::{LogFile, NotVerified, Verified},
};
use vouchsafe_speech::Noun;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Writes a log with its proof into a new file.
pub(super) async fn export(session: &Session, which: &WhichLog, out: &Path) -> Result<Output> {
	ensure!(!out.exists(), "{} already exists: choose another file", out.display());
	let patient = crate::commands::patient(session, which.patient.as_deref())?;
	// First the head, so that the log has all entries to which it leads.
	let proof = LogFile::prove(session.chain.node(), session.genesis(), &patient).await?;
	let (log, _) = read(session, which).await?;
	let lines = log.lines.into_iter().filter(|line| line.seq < proof.count).collect();
	let file = LogFile { lines, ..proof };
	let verified =
		file.verify(session.genesis(), None).with_context(|| {
			let from = session.names.show(&log.from);
			format!("the log from {from} is not the one on the chain: ask another custodian with --from")
		})?;
	FileDraft::write_new(out, &serde_json::to_vec_pretty(&file)?).await?;
	Ok(Output::new(
		format!(
			"The log with its {} is in {}. Anybody can verify it: `vouchsafe audit verify --file {} --genesis \
			 0x{}`.",
			ENGLISH.count(Noun::Entry, file.lines.len()),
			out.display(),
			out.display(),
			hex::encode(session.genesis().0)
		),
		json!({
			"file": out.display().to_string(),
			"from": account_json(session, &log.from),
			"entries": verified.log.count,
			"block": verified.block.number,
		}),
	))
}

/// Verifies a log in a file, without a connection.
pub(super) async fn verify(settings: &Settings, path: &Path) -> Result<Output> {
	let file = read_file(path)?;
	let names = Names::load(&settings.home, settings.development).await?;
	let known = settings.known_genesis().await?;
	let genesis = known.unwrap_or(H256(file.genesis.0));
	let whose = names.show(&AccountId::from(file.patient));
	match file.verify(genesis, None) {
		Ok(verified) => Ok(whole(&whose, genesis, known.is_some(), &verified)),
		Err(error) => Ok(wrong(&whose, &error)),
	}
}

fn read_file(path: &Path) -> Result<LogFile> {
	let failed = || format!("cannot read {}", path.display());
	let file = File::open(path).with_context(failed)?;
	let mut text = Vec::new();
	file.take(LONGEST.saturating_add(1)).read_to_end(&mut text).with_context(failed)?;
	if text.len() as u64 > LONGEST {
		bail!("{} is too long for a log", path.display());
	}
	serde_json::from_slice(&text)
		.with_context(|| format!("{} is not a log that `audit export` wrote", path.display()))
}

fn whole(whose: &str, genesis: H256, is_known: bool, verified: &Verified) -> Output {
	let Verified { block, time, log, .. } = verified;
	let mut text = format!(
		"The log of {whose} is complete: its {} lead to the head that the chain had at block {} ({}), 0x{}.",
		ENGLISH.count(Noun::Entry, usize::try_from(log.count).unwrap_or(usize::MAX)),
		block.number,
		show_moment(*time),
		hex::encode(log.head.0)
	);
	if !is_known {
		text += &format!(
			"\nThis is true for the chain with the genesis block 0x{}. Compare it with the one that the \
			 institution publishes, or name that with --genesis.",
			hex::encode(genesis.0)
		);
	}
	text += "\nThe times of the lines are the word of the custodian that sent them.";
	Output::new(
		text,
		json!({
			"whole": true,
			"genesis": id_json(&genesis),
			"genesis_known": is_known,
			"entries": log.count,
			"block": block.number,
			"time": time,
			"head": id_json(&log.head),
		}),
	)
}

fn wrong(whose: &str, error: &NotVerified) -> Output {
	let mut text = format!("The file is not the log of {whose}: {error}.");
	if let Some(entry) = error.entry() {
		text += &format!(" The first wrong entry is {entry}.");
	}
	let json = json!({ "whole": false, "entry": error.entry(), "error": error.to_string() });
	Output { code: 1, ..Output::new(text, json) }
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::Log;
	use vouchsafe_client::protocol::proof::Header;

	#[test]
	fn what_a_file_proves_is_said() {
		let [hash, parent, state_root, extrinsics_root] = [1, 2, 3, 4].map(|byte| H256([byte; 32]));
		let block = Header { number: 7, hash, parent, state_root, extrinsics_root };
		let log = Log { count: 5, head: H256([9; 32]) };
		let verified =
			Verified { patient: AccountId::new([1; 32]), block, time: 1_798_675_200, log };
		let said = whole("Eva", H256([8; 32]), true, &verified);
		assert!(
			said.text.starts_with("The log of Eva is complete: its 5 entries lead"),
			"{}",
			said.text
		);
		assert!(said.text.contains("at block 7 (2026-12-31 00:00 UTC)") && said.code == 0);
		assert!(!said.text.contains("--genesis"));
		let said = whole("Eva", H256([8; 32]), false, &verified);
		assert!(said.text.contains("0x0808") && said.text.contains("--genesis"), "{}", said.text);
	}

	#[test]
	fn the_first_wrong_entry_is_named() {
		let error = vouchsafe_vault::audit::ProofError::DoesNotFit { seq: 3 };
		let said = wrong("Eva", &NotVerified::Lines(error));
		assert!(said.text.ends_with("The first wrong entry is 3."), "{}", said.text);
		assert_eq!((said.code, said.json["entry"].as_u64()), (1, Some(3)));
		let said = wrong("Eva", &NotVerified::Format("x".into()));
		assert!(said.json["entry"].is_null() && said.text.contains("format"), "{}", said.text);
	}
}
