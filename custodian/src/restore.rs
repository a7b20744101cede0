//! Restores a backup, or opens it elsewhere to check it. [`install`] puts the database in its place.
//! [`check`] is the drill. [`settle`] is what the daemon does before it serves from a restored database.

pub mod check;
pub mod install;
pub mod settle;
#[cfg(test)]
mod tests;

use crate::{
	backup::{age_file, files::PlainFolder},
	keys::Keys,
};
use age_file::Identities;
use anyhow::Context;
use std::{
	fs::OpenOptions,
	path::{Path, PathBuf},
	process::ExitCode,
};

/// The name of the database's file in the folder of a decrypted backup.
const DATABASE: &str = "custodian.sqlite";

/// The arguments of `restore`.
#[derive(Debug, Default, clap::Args)]
pub struct RestoreArguments {
	/// The backup.
	#[arg(value_name = "FILE")]
	file: PathBuf,
	/// Restore nothing: open every share in a temporary folder (TMPDIR), and compare it with the chain.
	#[arg(long)]
	check: bool,
	/// File with the age identity (AGE-SECRET-KEY-…) that decrypts the backup, as `age-keygen` writes it.
	/// Its mode must be 0600.
	#[arg(long, value_name = "FILE")]
	identity: Option<PathBuf>,
	/// The custodian's key file, or its encrypted copy that `backup --with-keys` wrote. With --check it is
	/// used instead of the configuration's. Without --check it becomes the configuration's key file, which
	/// must not exist.
	#[arg(long, value_name = "FILE")]
	key: Option<PathBuf>,
	/// WebSocket URL of the node to compare with, instead of the configuration's.
	#[arg(long, value_name = "URL", requires = "check", conflicts_with = "offline")]
	node: Option<String>,
	/// Do not compare with the chain.
	#[arg(long, requires = "check")]
	offline: bool,
	/// Print what was found as JSON.
	#[arg(long, requires = "check")]
	json: bool,
	/// Configuration file. With --check it can be left out on another machine: name --key, and --node or
	/// --offline.
	#[arg(long, value_name = "FILE", required_unless_present = "check")]
	config: Option<PathBuf>,
}

/// Restores or checks a backup.
pub fn run(arguments: RestoreArguments) -> anyhow::Result<ExitCode> {
	match arguments.check {
		true => check::run(arguments),
		false => install::run(&arguments).map(|()| ExitCode::SUCCESS),
	}
}

/// Reads the file with the identity, if one is named.
fn identities(file: Option<&Path>) -> anyhow::Result<Identities> {
	file.map_or(Ok(Vec::new()), age_file::identities)
}

/// Decrypts a backup into this folder, and returns the database's file.
fn decrypt(identities: &Identities, file: &Path, folder: &PlainFolder) -> anyhow::Result<PathBuf> {
	let database = folder.new_file(DATABASE)?;
	let mut out = OpenOptions::new().write(true).open(&database)?;
	age_file::decrypt(identities, file, &mut out)?;
	out.sync_all().with_context(|| format!("can't write {}", database.display()))?;
	Ok(database)
}

/// Reads a key file, or an encrypted copy of one. It is decrypted into this folder.
fn read_keys(identities: &Identities, file: &Path, folder: &PlainFolder) -> anyhow::Result<Keys> {
	if !age_file::is_encrypted(file)? {
		return Keys::read(file);
	}
	let keys = folder.new_file("keys")?;
	let mut out = OpenOptions::new().write(true).open(&keys)?;
	age_file::decrypt(identities, file, &mut out)?;
	Keys::read(&keys).with_context(|| format!("decrypted from {}", file.display()))
}

/// A duration in words.
pub(crate) fn in_words(seconds: u64) -> String {
	let (number, unit) = match seconds {
		0..120 => (seconds, "seconds"),
		120..7_200 => (seconds / 60, "minutes"),
		7_200..172_800 => (seconds / 3_600, "hours"),
		_ => (seconds / 86_400, "days"),
	};
	format!("{number} {unit}")
}
