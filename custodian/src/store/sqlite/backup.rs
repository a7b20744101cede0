//! Backups: a copy of the database in one file, made while the custodian runs.

use super::{Sqlite, FILE};
use anyhow::Context;
use rusqlite::{Connection, OpenFlags};
use std::{
	fs::{File, OpenOptions},
	os::unix::fs::OpenOptionsExt,
	path::Path,
	time::Duration,
};

impl Sqlite {
	/// Copies the database of this directory into a new file, which only its owner may read.
	/// Returns the file's length.
	pub fn back_up(directory: &Path, file: &Path) -> anyhow::Result<u64> {
		let source = directory.join(FILE);
		// Neither creates nor changes the database.
		let connection = Connection::open_with_flags(&source, OpenFlags::SQLITE_OPEN_READ_WRITE)
			.with_context(|| format!("can't open {}", source.display()))?;
		connection.busy_timeout(Duration::from_secs(10))?;
		// SQLite fills an empty file, and its mode is right from the beginning.
		let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
		let created = created.with_context(|| format!("can't create {}", file.display()))?;
		let copied = copy(&connection, file)
			.and_then(|()| Ok(created.sync_all()?))
			.and_then(|()| sync_folder_of(file))
			.and_then(|()| Ok(created.metadata()?.len()));
		if copied.is_err() {
			std::fs::remove_file(file)
				.with_context(|| format!("can't remove the incomplete {}", file.display()))?;
		}
		copied.with_context(|| format!("can't copy the database into {}", file.display()))
	}
}

/// Makes a new file's name survive a power cut.
fn sync_folder_of(file: &Path) -> anyhow::Result<()> {
	let folder = match file.parent() {
		Some(folder) if !folder.as_os_str().is_empty() => folder,
		_ => Path::new("."),
	};
	Ok(File::open(folder)?.sync_all()?)
}

fn copy(connection: &Connection, file: &Path) -> anyhow::Result<()> {
	let name = file.to_str().context("the file's name is not UTF-8")?;
	connection.execute("VACUUM INTO ?1", [name])?;
	Ok(())
}
