//! Backups: a copy of the database in one file, encrypted with [age](https://age-encryption.org/v1), made
//! while the custodian runs. The keys go into another file. [`crate::restore`] checks and restores them.
//!
//! The copy is in plain for a while, in the directory of the database, because SQLite can't write an
//! encrypted one. It is overwritten and removed. If the program is killed before, the next backup or the next
//! start of the custodian does it. Root makes it among the temporary files instead: it must not write where
//! the service's user can plant a link.

pub mod age_file;
pub mod files;
#[cfg(test)]
mod tests;
pub mod watch;

use crate::{config::Config, lock::Lock, store::sqlite::Sqlite};
use age::x25519::Recipient;
use anyhow::{ensure, Context};
use files::{write_new, PlainFolder};
use std::{
	fs::File,
	path::{Path, PathBuf},
};
use vouchsafe_client::signing::now;

/// The folder, in the directory of the database, of a copy in plain.
const COPY: &str = "backup.plain";
/// The folder of a database that is being restored.
pub(crate) const RESTORING: &str = "restore.plain";

/// The arguments of `backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArguments {
	/// File to create. It does not replace a file.
	#[arg(long, value_name = "FILE")]
	to: PathBuf,
	/// Who can decrypt it: an age recipient, such as `age-keygen` shows. Give it once for each.
	#[arg(long = "recipient", value_name = "AGE1…")]
	recipients: Vec<String>,
	/// File with recipients, one in a line. Lines that begin with # are left out.
	#[arg(long, value_name = "FILE")]
	recipients_file: Option<PathBuf>,
	/// Do not encrypt it. Only for a disk that is encrypted itself.
	#[arg(long, conflicts_with_all = ["recipients", "recipients_file", "with_keys"])]
	plain: bool,
	/// Also write the key file, encrypted for the same recipients, into a file of its own. Keep it apart
	/// from the backup: together they open every share.
	#[arg(long, value_name = "FILE")]
	with_keys: Option<PathBuf>,
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

/// Makes a backup.
pub fn run(arguments: &BackupArguments) -> anyhow::Result<()> {
	let BackupArguments { to, recipients, recipients_file, plain, with_keys, config } = arguments;
	let config = Config::read(config)?;
	let recipients = age_file::recipients(recipients, recipients_file.as_deref())?;
	ensure!(
		*plain || !recipients.is_empty(),
		"nobody is named who can decrypt the backup, and it has every key share: add --recipient age1…, which \
		 `age-keygen` shows. With --plain it is not encrypted"
	);
	if let Some(keys) = with_keys {
		ensure!(keys != to, "--with-keys must name another file than --to: keep them apart");
		files::check_new(keys)?;
	}
	let bytes = back_up(&config.store.directory, to, &recipients)?;
	println!("wrote the backup {} ({bytes} bytes)", to.display());
	if let Some(keys) = with_keys {
		back_up_keys(&config.keys.file, keys, &recipients)?;
		println!("wrote the keys {}: keep them apart from the backup", keys.display());
	}
	Ok(())
}

/// Copies the database of this directory into a new file, for these recipients. It is not encrypted if there
/// are none. Returns the file's length.
pub fn back_up(directory: &Path, to: &Path, recipients: &[Recipient]) -> anyhow::Result<u64> {
	let database = Sqlite::file_in(directory);
	ensure!(database.exists(), "there is no database {}", database.display());
	files::check_new(to)?;
	let _lock = Lock::of_backup(directory)?.context("another backup is being made: wait for it")?;
	let began = now();
	let folder = PlainFolder::for_database_of(directory, COPY)?;
	let copy = folder.new_file("custodian.sqlite")?;
	Sqlite::copy(directory, &copy, began).context("can't copy the database")?;
	let bytes = write_new(to, |out| {
		let mut from = File::open(&copy)?;
		match recipients {
			[] => Ok(std::io::copy(&mut from, out).map(drop)?),
			recipients => age_file::encrypt(recipients, &mut from, out),
		}
	})?;
	folder.remove()?;
	Sqlite::note_backup(directory, began).context("the backup is complete, but can't be noted")?;
	Ok(bytes)
}

/// Encrypts the key file into a new file.
fn back_up_keys(keys: &Path, to: &Path, recipients: &[Recipient]) -> anyhow::Result<()> {
	let text = crate::keys::read_secret(keys)?;
	write_new(to, |out| age_file::encrypt(recipients, &mut text.as_bytes(), out))?;
	Ok(())
}

/// Removes what a program that was killed has left in plain. The caller has the custodian's lock.
pub fn remove_leftovers(directory: &Path) -> anyhow::Result<()> {
	files::remove_folder(&directory.join(RESTORING))?;
	files::remove_partial(&Sqlite::file_in(directory))?;
	let copy = directory.join(COPY);
	// If a backup is being made, the folder is its own.
	if copy.exists() && Lock::of_backup(directory)?.is_some() {
		files::remove_folder(&copy)?;
	}
	Ok(())
}
