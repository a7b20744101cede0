//! Puts the database of a backup in its place. Nothing is replaced: a database that is there may have shares
//! that the backup does not have.

use super::{decrypt, identities, read_keys, RestoreArguments};
use crate::{
	backup::{
		files::{self, PlainFolder},
		RESTORING,
	},
	config::Config,
	encryption::StorageEncryption,
	keys::Keys,
	lock::{give_to_owner_of, Lock},
	store::{sqlite::Sqlite, Shares},
};
use anyhow::{bail, ensure, Context};
use std::{
	fs::File,
	path::{Path, PathBuf},
};
use vouchsafe_client::signing::now;

/// Runs the command.
pub fn run(arguments: &RestoreArguments) -> anyhow::Result<()> {
	let config = arguments.config.as_deref().context("--config is missing")?;
	let config = Config::read(config)?;
	let directory = &config.store.directory;
	let backup = install(arguments, directory, &config.keys.file)?;
	println!(
		"restored the backup that was made {} ago into {}",
		super::in_words(now().saturating_sub(backup)),
		directory.display()
	);
	println!(
		"Start the custodian. Before it serves, it destroys again what the chain no longer lets it hold. Then \
		 it says what was acknowledged since and is missing."
	);
	Ok(())
}

/// Installs the backup in this directory, and its keys if they are named. Returns when the backup was made.
pub(super) fn install(
	arguments: &RestoreArguments,
	directory: &Path,
	key_file: &Path,
) -> anyhow::Result<u64> {
	let identities = identities(arguments.identity.as_deref())?;
	let _lock = Lock::of_custodian(directory)?;
	check_empty(directory)?;
	if arguments.key.is_some() {
		ensure!(
			!key_file.exists(),
			"the key file {} exists: leave --key out, or move the file away",
			key_file.display()
		);
	}
	let folder = PlainFolder::for_database_of(directory, RESTORING)?;
	let file = decrypt(&identities, &arguments.file, &folder)?;
	let now = now();
	let backup = Sqlite::note_restored(&file, now)?;
	let keys = match &arguments.key {
		Some(key) => read_keys(&identities, key, &folder)?,
		None => Keys::read(key_file)?,
	};
	check_keys(folder.path(), keys)?;
	if let Some(key) = &arguments.key {
		let decrypted = folder.path().join("keys");
		let from = if decrypted.exists() { &decrypted } else { key };
		let text = crate::keys::read_secret(from)?;
		let write = |out: &mut File| Ok(std::io::Write::write_all(out, text.as_bytes())?);
		files::write_new(key_file, write)?;
	}
	// Somebody may have run a command that creates a database.
	check_empty(directory)?;
	files::write_new(&Sqlite::file_in(directory), |out| {
		std::io::copy(&mut File::open(&file)?, out)?;
		Ok(give_to_owner_of(directory, out)?)
	})?;
	folder.remove()?;
	Ok(backup)
}

/// An error if a database is there. A log without its database is one's rest.
fn check_empty(directory: &Path) -> anyhow::Result<()> {
	let database = Sqlite::file_in(directory);
	let with = |end: &str| {
		let mut name = database.clone().into_os_string();
		name.push(end);
		PathBuf::from(name)
	};
	if ["", "-wal", "-shm", "-journal"].iter().any(|end| with(end).exists()) {
		let directory = directory.display();
		bail!(
			"there is a database in {directory}, which may have shares that the backup does not have. Move it away \
			 first: mkdir -m 700 {directory}/before && mv {directory}/custodian.sqlite* {directory}/before/"
		);
	}
	Ok(())
}

/// Checks that the keys open the first share, if there is one.
fn check_keys(folder: &Path, keys: Keys) -> anyhow::Result<()> {
	let database = Sqlite::open(folder)?;
	let encryption = StorageEncryption::new(keys.encryption);
	let runtime = tokio::runtime::Builder::new_current_thread().build()?;
	let Some((_, share)) = database.shares_after(0, 1)?.into_iter().next() else { return Ok(()) };
	let sealed = runtime.block_on(database.share(share.id, share.holder, share.carried))?;
	let opened = sealed.map(|sealed| encryption.open_share(share.id, &share.holder, &sealed));
	ensure!(
		matches!(opened, Some(Ok(_))),
		"the key file does not open the shares of this backup: take the key file that the custodian had when \
		 the backup was made (--key names its copy)"
	);
	database.checkpoint()?;
	Ok(())
}
