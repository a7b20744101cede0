//! The database in SQLite: one file, one connection, one writer.
//!
//! To destroy a share is to delete the row of its sealed key. `secure_delete` overwrites the row,
//! and the write-ahead log is truncated after it. If the program is killed in between, the log is
//! truncated when the database is opened.

mod backup;
mod content;
mod groups;
mod history;
pub mod inspection;
mod label_keys;
mod log_import;
mod log_index;
mod nonces;
mod scrub;
mod sealed_keys;
mod shares;
mod studies;
#[cfg(test)]
mod tests;
mod wallet;

use super::StoreError;
use crate::lock::give_to_owner_of;
use anyhow::Context;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::{
	path::Path,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard,
	},
	time::Duration,
};

/// The schema's number. Older schemas are migrated when the database is opened.
const SCHEMA: i64 = 1;

/// Creates schema 1.
const SCHEMA_1: &str = "
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE versions (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	patient BLOB NOT NULL,
	commitments BLOB NOT NULL,
	manifest BLOB NOT NULL,
	manifest_cid TEXT NOT NULL,
	ciphertext_cid TEXT NOT NULL,
	ciphertext_len INTEGER NOT NULL,
	patient_share BLOB,
	pinned INTEGER NOT NULL DEFAULT 0,
	-- The final block in which the acknowledgement was seen; 0 for none.
	acknowledged INTEGER NOT NULL DEFAULT 0,
	author BLOB NOT NULL,
	received INTEGER NOT NULL,
	-- When the IPFS node was found to have lost the content; 0 if it has it.
	lost INTEGER NOT NULL DEFAULT 0,
	given_up INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (record, version, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_to_acknowledge ON versions (acknowledged) WHERE acknowledged = 0;
CREATE INDEX versions_lost ON versions (lost) WHERE lost > 0;
CREATE INDEX versions_given_up ON versions (given_up) WHERE given_up = 1;
CREATE INDEX versions_by_manifest ON versions (manifest_cid);
CREATE INDEX versions_by_ciphertext ON versions (ciphertext_cid);
CREATE TABLE share_keys (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE shares (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	holder BLOB NOT NULL,
	-- The consent under which the patient carried it; empty and -1 for the institution's own.
	grantee BLOB NOT NULL,
	consent INTEGER NOT NULL,
	key INTEGER NOT NULL REFERENCES share_keys (id) ON DELETE CASCADE,
	ciphertext BLOB NOT NULL,
	-- When it was received or checked last.
	checked INTEGER NOT NULL,
	PRIMARY KEY (record, version, epoch, holder, grantee, consent)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_check ON shares (checked);
CREATE INDEX shares_by_consent ON shares (holder, grantee, consent);
CREATE INDEX shares_by_key ON shares (key);
-- Shares that are lost: an own one is not acknowledged again until it is delivered again.
CREATE TABLE losses (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	-- As in `shares`.
	grantee BLOB NOT NULL,
	consent INTEGER NOT NULL,
	patient BLOB NOT NULL,
	reason TEXT NOT NULL,
	-- When the chain was told, or did not count on it any more; 0 if neither.
	reported INTEGER NOT NULL,
	PRIMARY KEY (record, version, epoch, grantee, consent)
) STRICT, WITHOUT ROWID;
CREATE TABLE carried_commitments (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	commitments BLOB NOT NULL,
	PRIMARY KEY (record, version, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE label_keys (
	patient BLOB PRIMARY KEY,
	sealed BLOB NOT NULL,
	ciphertext BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE content (
	cid TEXT PRIMARY KEY,
	length INTEGER NOT NULL,
	-- Whether a version names it.
	claimed INTEGER NOT NULL,
	account BLOB,
	-- The institution that enrolled the account.
	enroller BLOB,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX content_unclaimed ON content (account, enroller) WHERE claimed = 0;
-- Bytes of uploads that have begun.
CREATE TABLE reservations (
	-- Never used again, so that a late upload does not take another's place.
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account BLOB NOT NULL,
	enroller BLOB NOT NULL,
	length INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;
-- Content that versions name, with the institution that enrolled the first version's author.
CREATE TABLE named (
	cid TEXT NOT NULL,
	-- As the version says. Only content of this length is kept for it.
	length INTEGER NOT NULL,
	enroller BLOB NOT NULL,
	PRIMARY KEY (cid, length)
) STRICT, WITHOUT ROWID;
CREATE INDEX named_by_enroller ON named (enroller, length);
CREATE TABLE entries (
	patient BLOB NOT NULL,
	seq INTEGER NOT NULL,
	block INTEGER NOT NULL,
	-- The block's time.
	time INTEGER NOT NULL,
	entry BLOB NOT NULL,
	head BLOB NOT NULL,
	PRIMARY KEY (patient, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_block ON entries (block);
CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
CREATE TABLE releases (
	reader BLOB NOT NULL,
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	patient BLOB NOT NULL,
	-- The block that has the opening.
	block INTEGER NOT NULL,
	hash BLOB NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (reader, record, version, epoch, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX releases_by_block ON releases (block);
CREATE TABLE mismatches (patient BLOB PRIMARY KEY, block INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE nonces (
	account BLOB NOT NULL,
	nonce BLOB NOT NULL,
	expires INTEGER NOT NULL,
	PRIMARY KEY (account, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);
-- The institution's practitioners.
CREATE TABLE staff_names (account BLOB PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Encrypted by the accounts' clients.
CREATE TABLE synced (
	account BLOB PRIMARY KEY,
	revision INTEGER NOT NULL,
	data BLOB NOT NULL
) STRICT;
";

/// How long the database waits while another program writes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits to empty the write-ahead log while another program reads, such as a backup. Nobody
/// is served meanwhile, and it is tried again.
const PATIENCE_FOR_READERS: Duration = Duration::from_millis(100);

/// How many statements stay prepared: about as many as there are.
const STATEMENTS: usize = 128;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Sqlite {
	connection: Arc<Mutex<Connection>>,
	/// Whether the write-ahead log may contain what was destroyed.
	has_remains: Arc<AtomicBool>,
	/// Writes that are committed together.
	groups: groups::Groups,
}

/// The name of the database's file.
const FILE: &str = "custodian.sqlite";

impl Sqlite {
	/// Opens the database in this directory, and creates it if there is none.
	pub fn open(directory: &Path) -> anyhow::Result<Self> {
		Self::try_open(directory)
			.with_context(|| format!("can't open the database in {}", directory.display()))
	}

	fn try_open(directory: &Path) -> anyhow::Result<Self> {
		use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
		std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
		let path = directory.join(FILE);
		// SQLite would let others read it.
		let mut new = std::fs::OpenOptions::new();
		match new.write(true).create_new(true).mode(0o600).open(&path) {
			// Root may run a command before the custodian's first start.
			Ok(file) => give_to_owner_of(directory, &file)?,
			Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {},
			Err(error) => return Err(error.into()),
		}
		Ok(Self::prepare(connect(&path, OpenFlags::default())?)?)
	}

	fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
		connection.busy_timeout(PATIENCE)?;
		connection.set_prepared_statement_cache_capacity(STATEMENTS);
		rusqlite::vtab::array::load_module(&connection)?;
		// A share must be on the disk before it is acknowledged, hence FULL.
		connection.execute_batch(
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
			 PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
		)?;
		let schema: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
		match schema {
			SCHEMA => {},
			0 => {
				let transaction = connection.transaction()?;
				transaction.execute_batch(SCHEMA_1)?;
				transaction.execute_batch(studies::SCHEMA)?;
				transaction.execute_batch(sealed_keys::SCHEMA)?;
				transaction.pragma_update(None, "user_version", SCHEMA)?;
				transaction.commit()?;
			},
			newer => return Err(StoreError::NewerSchema(newer)),
		}
		let database = Self {
			connection: Arc::new(Mutex::new(connection)),
			// The program may have been killed before it truncated the log.
			has_remains: Arc::new(AtomicBool::new(true)),
			groups: groups::Groups::default(),
		};
		match database.remove_remains() {
			Err(StoreError::Busy) => tracing::warn!("the database is being read: its log stays"),
			result => result?,
		}
		Ok(database)
	}

	/// Writes everything into the database file and empties the write-ahead log. Fails if another
	/// program prevents it.
	pub fn checkpoint(&self) -> Result<(), StoreError> {
		self.checkpoint_within(PATIENCE)
	}

	fn checkpoint_within(&self, patience: Duration) -> Result<(), StoreError> {
		let connection = self.connection();
		connection.busy_timeout(patience)?;
		// The answer: whether it was blocked, the log's pages, and how many of them were written.
		let answer: rusqlite::Result<(bool, i64)> =
			connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
				Ok((row.get(0)?, row.get(1)?))
			});
		connection.busy_timeout(PATIENCE)?;
		let (blocked, pages) = answer?;
		match blocked || pages > 0 {
			true => Err(StoreError::Busy),
			false => Ok(()),
		}
	}

	/// Empties the write-ahead log if it may contain what was destroyed.
	fn remove_remains(&self) -> Result<(), StoreError> {
		// Noted before, so that a deletion at the same time empties the log once more.
		if self.has_remains.swap(false, Ordering::SeqCst) {
			if let Err(error) = self.checkpoint_within(PATIENCE_FOR_READERS) {
				self.has_remains.store(true, Ordering::SeqCst);
				return Err(error);
			}
		}
		Ok(())
	}

	/// Runs `work` in a transaction, on a thread that may block.
	async fn transaction<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
	) -> Result<T, StoreError> {
		let database = self.clone();
		let task = tokio::task::spawn_blocking(move || {
			let mut connection = database.connection();
			// Another program, such as `index rewind`, may write in between.
			let transaction =
				connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
			let result = work(&transaction)?;
			transaction.commit()?;
			Ok(result)
		});
		task.await.map_err(StoreError::database)?
	}

	fn connection(&self) -> MutexGuard<'_, Connection> {
		// A panic while it was locked rolled the transaction back, so the connection is usable.
		self.connection.lock().unwrap_or_else(|error| error.into_inner())
	}
}

/// Opens the file of a database. It must not be a link: root may run a command on the database, and the owner of
/// its directory could lead that to another file.
fn connect(file: &Path, flags: OpenFlags) -> anyhow::Result<Connection> {
	// The directory may be reached by a link.
	let directory = file.parent().context("a file must be named")?.canonicalize()?;
	let file = directory.join(file.file_name().context("a file must be named")?);
	Ok(Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NOFOLLOW)?)
}

impl From<rusqlite::Error> for StoreError {
	fn from(error: rusqlite::Error) -> Self {
		match error.sqlite_error_code() {
			Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
			_ => Self::database(error),
		}
	}
}

impl StoreError {
	/// The error of one of several writes that were to be committed together.
	fn of_group(error: &rusqlite::Error) -> Self {
		match error.sqlite_error_code() {
			Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
			_ => Self::Database(error.to_string().into()),
		}
	}
}

/// A number as SQLite stores it, which knows signed ones only. No number stored here comes near
/// the limit.
fn to_column(number: u64) -> i64 {
	i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that [`to_column`] stored.
fn from_column(number: i64) -> u64 {
	u64::try_from(number).unwrap_or(0)
}
