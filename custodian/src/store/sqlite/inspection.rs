//! What an engineer reads of a database, while the custodian may be running. Nothing is changed.

use super::{
	connect,
	log_index::{fact, last_block},
	Sqlite, FILE,
};
use anyhow::Context;
use codec::DecodeAll;
use rusqlite::{Connection, OpenFlags};
use std::{
	path::{Path, PathBuf},
	sync::mpsc,
	thread,
	time::Duration,
};

/// What the database says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
	/// How it keeps a journal.
	pub journal: String,
	/// `ok`, or the damage that SQLite has found; none if it was not read to the end in time.
	pub damage: Option<String>,
	/// The chain's genesis block.
	pub genesis: Option<[u8; 32]>,
	/// The last block that is indexed; 0 if there is none.
	pub indexed: u32,
	/// When the last backup was made, in seconds since 1970; 0 if never.
	pub backup: u64,
	/// When a backup was last tried.
	pub drill: u64,
}

impl Sqlite {
	/// The database's file in this directory.
	pub fn file(directory: &Path) -> PathBuf {
		directory.join(FILE)
	}

	/// Reads the database in this directory, and looks for damage for so long.
	pub fn inspect(directory: &Path, patience: Duration) -> anyhow::Result<Inspection> {
		let path = Self::file(directory);
		// Neither creates nor changes the database. Only who may write can read beside a writer.
		let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE);
		let connection = connection.with_context(|| format!("can't open {}", path.display()))?;
		connection.busy_timeout(Duration::from_secs(2))?;
		connection.pragma_update(None, "query_only", true)?;
		let bytes = |name: &str| fact::<Vec<u8>>(&connection, name);
		let time = |name: &str| -> rusqlite::Result<u64> {
			let bytes = bytes(name)?;
			Ok(bytes.and_then(|bytes| u64::decode_all(&mut &bytes[..]).ok()).unwrap_or_default())
		};
		let indexed = last_block(&connection)?.map_or(0, |(number, _)| number);
		Ok(Inspection {
			indexed,
			journal: connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?,
			genesis: bytes("genesis")?.and_then(|bytes| bytes.try_into().ok()),
			backup: time("backup")?,
			drill: time("drill")?,
			damage: find_damage(&connection, patience)?,
		})
	}
}

/// Lets SQLite read everything, for so long.
fn find_damage(connection: &Connection, patience: Duration) -> rusqlite::Result<Option<String>> {
	let interrupt = connection.get_interrupt_handle();
	let (done, waiting) = mpsc::channel::<()>();
	let waiter = thread::spawn(move || {
		if waiting.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
			interrupt.interrupt();
		}
	});
	let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
	drop(done);
	// It ends at once: there is nothing left to wait for.
	let _ = waiter.join();
	match found {
		Ok(found) => Ok(Some(found)),
		Err(error)
			if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) =>
		{
			Ok(None)
		},
		Err(error) => Err(error),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_database_is_inspected_beside_the_custodian() {
		let folder = tempfile::tempdir().unwrap();
		assert!(Sqlite::inspect(folder.path(), Duration::from_secs(5)).is_err());
		assert!(!Sqlite::file(folder.path()).exists(), "a database was made");
		let database = Sqlite::open(folder.path()).unwrap();
		let set = |name: &str, value: &[u8]| {
			let connection = database.connection();
			connection.execute("INSERT INTO facts VALUES (?1, ?2)", (name, value)).unwrap();
		};
		let inspect = || Sqlite::inspect(folder.path(), Duration::from_secs(5)).unwrap();
		let mut expected = Inspection {
			journal: "wal".into(),
			damage: Some("ok".into()),
			genesis: None,
			indexed: 0,
			backup: 0,
			drill: 0,
		};
		assert_eq!(inspect(), expected);
		set("genesis", &[7; 32]);
		set("backup", &1_700_000_000u64.to_le_bytes());
		set("drill", b"nonsense?");
		set("indexed", &[&9u32.to_le_bytes()[..], &[8; 32]].concat());
		let backup = 1_700_000_000;
		expected = Inspection { genesis: Some([7; 32]), indexed: 9, backup, ..expected };
		assert_eq!(inspect(), expected);
	}

	#[test]
	fn damage_is_found() {
		let folder = tempfile::tempdir().unwrap();
		let database = Sqlite::open(folder.path()).unwrap();
		database.checkpoint().unwrap();
		drop(database);
		let path = Sqlite::file(folder.path());
		let mut bytes = std::fs::read(&path).unwrap();
		// All pages but the first one, which names the tables.
		bytes.iter_mut().skip(4096).step_by(7).for_each(|byte| *byte = 0xff);
		std::fs::write(&path, bytes).unwrap();
		match Sqlite::inspect(folder.path(), Duration::from_secs(5)) {
			Ok(inspection) => assert_ne!(inspection.damage.as_deref(), Some("ok")),
			Err(error) => assert!(format!("{error:#}").contains("malformed"), "{error:#}"),
		}
	}
}
