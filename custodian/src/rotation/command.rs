//! The command `vouchsafe-custodian key rotate`: makes a new encryption key, and signs that the institution may
//! register it. It can be repeated: as long as the chain does not name the new key, the same one is signed
//! again. The rest the running custodian does.

use super::DAY;
use crate::{
	chain::Node,
	config::Config,
	keys::Keys,
	state::{ensure_own_chain, own_institution},
	store::{sqlite::Sqlite, FormerKey, SealedKeys},
};
use anyhow::{ensure, Context};
use std::{fmt::Write, path::PathBuf};
use vouchsafe_client::{
	chain::{AccountId, Chain, Signer},
	messages::{Hex, SignedCustodian},
	signing::now,
};
use vouchsafe_vault::seal::PublicKey;

/// The arguments of `key rotate`.
#[derive(Debug, clap::Args)]
pub struct RotateArguments {
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
	/// Write the changed key file to FILE, and leave the configured one as it is: systemd keeps that sealed.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,
	/// Only show the keys, and how far the rotation is.
	#[arg(long, conflicts_with_all = ["out", "finish"])]
	status: bool,
	/// Remove the old keys whose time is over from the key file. The custodian does this by itself if it may
	/// write the file.
	#[arg(long)]
	finish: bool,
	/// Days for which the signature is valid.
	#[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
	valid_for: u16,
}

/// What the chain says of this custodian.
struct Registered {
	institution: AccountId,
	url: String,
	key: [u8; 32],
}

/// What the command prints.
#[derive(Debug, Default)]
struct Said {
	/// For people.
	text: String,
	/// For the institution.
	registration: Option<SignedCustodian>,
}

/// Runs the command. The registration goes to standard output, and what people read to standard error.
pub fn run(arguments: &RotateArguments) -> anyhow::Result<()> {
	let config = Config::read(&arguments.config)?;
	let database = Sqlite::open(&config.store.directory)?;
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	let said = runtime.block_on(async {
		match arguments.finish {
			true => finish(&config, &database, arguments).await,
			false => {
				let chain = Chain::connect(&config.chain.node).await?;
				rotate(&config, &database, &chain, arguments).await
			},
		}
	})?;
	if let Some(registration) = said.registration {
		println!("{}", serde_json::to_string_pretty(&registration)?);
	}
	eprint!("{}", said.text);
	Ok(())
}

async fn rotate(
	config: &Config,
	database: &Sqlite,
	node: &dyn Node,
	arguments: &RotateArguments,
) -> anyhow::Result<Said> {
	let keys = Keys::read(&config.keys.file)?;
	let genesis = node.genesis();
	ensure_own_chain(config, database, genesis).await?;
	let registered = find(node, &keys).await?;
	ensure!(
		keys.encryption.set_in_use(&registered.key),
		"the chain names the encryption key {} for this custodian, which is not in the key file {}: put the key \
		 file back that has it",
		Hex(registered.key),
		config.keys.file.display()
	);
	if arguments.status {
		return Ok(Said { text: status(config, database, &keys).await?, registration: None });
	}
	let is_under_way = keys.encryption.next().is_some();
	let keys = match (&arguments.out, is_under_way) {
		(Some(out), false) => {
			let keys = Keys::add_encryption_key(&config.keys.file, Some(out))?;
			let (new, out) = (Hex(keys.encryption.newest().0), out.display());
			return Ok(Said {
				text: format!(
					"{out} is the key file with the new encryption key {new}. Seal it, put it in place of the old \
					 one, and restart the custodian. Then run `key rotate` again, without --out: it prints what \
					 the institution registers.\n"
				),
				registration: None,
			});
		},
		(Some(_), true) => anyhow::bail!(
			"the key file has a new encryption key already, which the chain does not name yet: run it without --out"
		),
		(None, false) => Keys::add_encryption_key(&config.keys.file, None)?,
		(None, true) => keys,
	};
	let new = keys.encryption.newest();
	let days = config.keys.keep_old_days;
	let expires = now().saturating_add(u64::from(arguments.valid_for).saturating_mul(DAY));
	let Registered { institution, url, .. } = registered;
	let text = format!(
		"\nThe new encryption key is {} ({}).\n\
		 1. Wait until /ready of the custodian names it under `enrolled`. The custodian reads the key file again \
		 within seconds. If systemd gives it the key file, restart it first.\n\
		 2. Tell the other members and your staff these first and last digits: their programs will ask them to \
		 confirm the new key.\n\
		 3. Save the JSON above as a file, which has no secret, and register it with the institution's key: \
		 vouchsafe enrol custodian FILE\n\
		 From then on the custodian uses the new key. {days} days later it destroys the old one.\n",
		Hex(new.0),
		digits(&new),
	);
	let registration =
		SignedCustodian::sign(&keys.account, genesis, &institution, &url, new.0, expires);
	Ok(Said { text, registration: Some(registration) })
}

/// What the chain says of the custodian with this account.
async fn find(node: &dyn Node, keys: &Keys) -> anyhow::Result<Registered> {
	let block = node.finalized().await?;
	let institution = own_institution(&*block, &keys.account.account()).await?;
	let known = block.institution(&institution).await?;
	let custodian = known.and_then(|known| known.custodian);
	let custodian = custodian.context("the chain has no custodian of the institution any more")?;
	let url = String::from_utf8_lossy(&custodian.url).into_owned();
	Ok(Registered { institution, url, key: custodian.key })
}

/// The first and last digits of a key, as the clients of others show them.
fn digits(key: &PublicKey) -> String {
	let digits = hex::encode(key.0);
	let (first, last) = (digits.get(..12), digits.get(52..));
	format!("0x{}…{}", first.unwrap_or_default(), last.unwrap_or_default())
}

/// A line for each key.
async fn status(config: &Config, database: &Sqlite, keys: &Keys) -> anyhow::Result<String> {
	let (noted, all_sealed_to) = (database.former_keys().await?, database.all_sealed_to().await?);
	let in_use = keys.encryption.public();
	let former = keys.encryption.former();
	let days = u64::from(config.keys.keep_old_days).saturating_mul(DAY);
	let mut text = String::new();
	for key in keys.encryption.all() {
		let standing = if key == in_use {
			match keys.encryption.all().len() == 1 || all_sealed_to == Some(key.0) {
				true => "in use: all stored keys are sealed to it".to_owned(),
				false => "in use: stored keys are being sealed to it".to_owned(),
			}
		} else if former.contains(&key) {
			match noted.iter().find(|it| it.key == key.0) {
				Some(FormerKey { is_over: true, .. }) => {
					"old, and not used any more: remove it with --finish".to_owned()
				},
				Some(FormerKey { since, .. }) => {
					let left = since.saturating_add(days).saturating_sub(now());
					format!("old: opens envelopes for {} more days", left.div_ceil(DAY))
				},
				None => "old: the custodian has not noted it yet".to_owned(),
			}
		} else {
			"new: the chain does not name it yet. `key rotate` prints its registration".to_owned()
		};
		let _ = writeln!(text, "{} {standing}", Hex(key.0));
	}
	Ok(text)
}

/// Takes the keys whose time is over from the key file.
async fn finish(
	config: &Config,
	database: &Sqlite,
	arguments: &RotateArguments,
) -> anyhow::Result<Said> {
	let before = Keys::read(&config.keys.file)?.encryption.all();
	let over: Vec<_> = database
		.former_keys()
		.await?
		.into_iter()
		.map(|key| (PublicKey(key.key), key.is_over))
		.filter(|(key, is_over)| *is_over && before.contains(key))
		.map(|(key, _)| key)
		.collect();
	ensure!(
		!over.is_empty(),
		"the key file has no key whose time is over: `key rotate --status` shows the keys"
	);
	let out = arguments.out.as_deref();
	let after = Keys::remove_encryption_keys(&config.keys.file, &over, out)?.encryption.all();
	if out.is_none() {
		for key in &over {
			database.forget_former_key(key.0).await?;
		}
	}
	let removed = before.len().saturating_sub(after.len());
	let text = match out {
		Some(out) => format!(
			"{} is the key file without {removed} old keys. Seal it, put it in place of the old one, and restart \
			 the custodian.\n",
			out.display()
		),
		None => format!("removed {removed} old keys from {}\n", config.keys.file.display()),
	};
	Ok(Said { text, registration: None })
}

#[cfg(test)]
mod tests;
