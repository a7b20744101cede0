//! Copies of the database, made while the custodian runs, and what a restored copy is asked.

use super::{connect, log_index::fact, Sqlite, FILE, PATIENCE, SCHEMA};
use crate::store::{
	BackupTimes, Backups, ConsentKey, HeldShare, RestoreProgress, Restored, StoreError, VersionId,
};
use anyhow::Context;
use async_trait::async_trait;
use codec::{DecodeAll, Encode};
use rusqlite::{params, Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// The names of entries in the table `facts`. When the last backup was complete, and when the last one
/// began: a copy knows so when it was made.
const BACKUP: &str = "backup";
const BEGUN: &str = "backup-begun";
/// When the last backup was checked.
const DRILL: &str = "drill";
/// That the database was restored.
pub(super) const RESTORED: &str = "restored";

impl Sqlite {
	/// The file of the database in this directory.
	pub fn file_in(directory: &Path) -> PathBuf {
		directory.join(FILE)
	}

	/// Copies the database of this directory into a file that is empty. The copy notes that it was begun at
	/// this moment.
	pub fn copy(directory: &Path, file: &Path, now: u64) -> anyhow::Result<()> {
		let name = file.to_str().context("the file's name is not UTF-8")?;
		let connection = open_existing(&Self::file_in(directory))?;
		set_fact(&connection, BEGUN, &now)?;
		connection.execute("VACUUM INTO ?1", [name])?;
		Ok(())
	}

	/// Notes in the database of this directory that a backup is complete.
	pub fn note_backup(directory: &Path, now: u64) -> anyhow::Result<()> {
		Ok(set_fact(&open_existing(&Self::file_in(directory))?, BACKUP, &now)?)
	}

	/// Notes in the database of this directory that a backup was checked, if there is a database.
	pub fn note_drill(directory: &Path, now: u64) -> anyhow::Result<()> {
		let file = Self::file_in(directory);
		match file.exists() {
			true => Ok(set_fact(&open_existing(&file)?, DRILL, &now)?),
			false => Ok(()),
		}
	}

	/// Checks that a file is a copy of a custodian's database, and notes in it that it was restored at this
	/// moment. Returns when it was made.
	pub fn note_restored(file: &Path, now: u64) -> anyhow::Result<u64> {
		let connection = open_existing(file)?;
		let answer: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
		anyhow::ensure!(answer == "ok", "the database in the backup is damaged: {answer}");
		let backup = made_at(&connection)?;
		let restored = Restored { at: now, backup, progress: RestoreProgress::Installed };
		set_fact(&connection, RESTORED, &restored)?;
		// There is a backup, of that moment.
		set_fact(&connection, BACKUP, &backup)?;
		Ok(backup)
	}

	/// When this copy was made.
	pub fn made_at(&self) -> anyhow::Result<u64> {
		made_at(&self.connection())
	}

	/// Shares in the order of their places, after this place, at most so many. The patient of a share without
	/// its version is not known, and is 0.
	pub fn shares_after(
		&self,
		place: i64,
		limit: u32,
	) -> Result<Vec<(i64, HeldShare)>, StoreError> {
		let connection = self.connection();
		let mut query = connection.prepare_cached(
			"SELECT key, record, version, epoch, grantee, consent, holder,
			 iif(consent < 0, coalesce(patient, zeroblob(32)), holder)
			 FROM shares LEFT JOIN versions USING (record, version, epoch)
			 WHERE key > ?1 ORDER BY key LIMIT ?2",
		)?;
		let rows = query.query_map(params![place, limit], |row| {
			let (grantee, consent): (Vec<u8>, i64) = (row.get(4)?, row.get(5)?);
			let key = |consent| ConsentKey { grantee, consent };
			let share = HeldShare {
				id: VersionId { record: row.get(1)?, version: row.get(2)?, epoch: row.get(3)? },
				carried: u32::try_from(consent).ok().map(key),
				holder: row.get(6)?,
				patient: row.get(7)?,
				checked: 0,
			};
			Ok((row.get(0)?, share))
		})?;
		Ok(rows.collect::<Result<_, _>>()?)
	}
}

#[async_trait]
impl Backups for Sqlite {
	async fn backup_times(&self) -> Result<BackupTimes, StoreError> {
		self.transaction(|db| {
			let time = |name| Ok::<_, rusqlite::Error>(decoded(fact(db, name)?).unwrap_or(0));
			Ok(BackupTimes { backup: time(BACKUP)?, drill: time(DRILL)? })
		})
		.await
	}

	async fn restored(&self) -> Result<Option<Restored>, StoreError> {
		self.transaction(|db| Ok(decoded(fact(db, RESTORED)?))).await
	}

	async fn set_restored(&self, restored: Restored) -> Result<(), StoreError> {
		self.transaction(move |db| set_fact(db, RESTORED, &restored)).await
	}
}

/// Reads what was encoded.
pub(super) fn decoded<T: DecodeAll>(value: Option<Vec<u8>>) -> Option<T> {
	T::decode_all(&mut &value?[..]).ok()
}

fn set_fact(db: &Connection, name: &str, value: &impl Encode) -> rusqlite::Result<()> {
	db.execute("INSERT OR REPLACE INTO facts VALUES (?1, ?2)", params![name, value.encode()])?;
	Ok(())
}

fn made_at(db: &Connection) -> anyhow::Result<u64> {
	decoded(fact(db, BEGUN)?).context("the backup does not say when it was made")
}

/// Opens a database without creating it. Refuses one that this program does not know.
fn open_existing(file: &Path) -> anyhow::Result<Connection> {
	let open = || {
		let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
		connection.busy_timeout(PATIENCE)?;
		let schema: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
		match schema {
			SCHEMA => Ok(connection),
			0 => anyhow::bail!("it is not a custodian's database"),
			newer => Err(StoreError::NewerSchema(newer).into()),
		}
	};
	open().with_context(|| format!("can't open the database {}", file.display()))
}
