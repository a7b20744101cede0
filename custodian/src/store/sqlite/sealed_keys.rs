//! The keys of stored values, and the custodian's former keys.

use super::{from_column, to_column, Sqlite};
use crate::store::{FormerKey, KeyOf, SealedKey, SealedKeys, StoreError, VersionId};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension, Transaction};
use vouchsafe_client::chain::StudyId;

/// A part of schema 1.
pub(super) const SCHEMA: &str = "
-- The custodian's own encryption keys that the chain named before the one in use.
CREATE TABLE former_keys (
	key BLOB PRIMARY KEY,
	since INTEGER NOT NULL,
	is_over INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// The name of an entry in the table `facts`.
const ALL_SEALED_TO: &str = "all-sealed-to";

#[async_trait]
impl SealedKeys for Sqlite {
	async fn sealed_keys(
		&self,
		after: Option<KeyOf>,
		limit: u32,
	) -> Result<Vec<SealedKey>, StoreError> {
		self.transaction(move |db| {
			// Those of shares come first, then those of labels, then those of studies.
			let shares_after = match after {
				None => Some(i64::MIN),
				Some(KeyOf::Share { row, .. }) => Some(row),
				Some(_) => None,
			};
			if let Some(row) = shares_after {
				let found = of_shares(db, row, limit)?;
				if !found.is_empty() {
					return Ok(found);
				}
			}
			if !matches!(after, Some(KeyOf::Study(..))) {
				let patient: &[u8] = match &after {
					Some(KeyOf::Labels(patient)) => &patient[..],
					_ => &[],
				};
				let found = of_labels(db, patient, limit)?;
				if !found.is_empty() {
					return Ok(found);
				}
			}
			let study = match after {
				Some(KeyOf::Study(study, round)) => (i64::from(study), column(round)),
				_ => (i64::MIN, 0),
			};
			of_studies(db, study, limit)
		})
		.await
	}

	async fn replace_sealed_keys(
		&self,
		replaced: Vec<(SealedKey, Vec<u8>)>,
	) -> Result<usize, StoreError> {
		self.transaction(move |db| {
			let mut count = 0usize;
			for (SealedKey { of, sealed }, new) in replaced {
				let changed = match of {
					KeyOf::Share { row, .. } => db
						.prepare_cached(
							"UPDATE share_keys SET sealed = ?1 WHERE id = ?2 AND sealed = ?3",
						)?
						.execute(params![new, row, sealed])?,
					KeyOf::Labels(patient) => db
						.prepare_cached(
							"UPDATE label_keys SET sealed = ?1 WHERE patient = ?2 AND sealed = ?3",
						)?
						.execute(params![new, patient, sealed])?,
					KeyOf::Study(study, round) => db
						.prepare_cached(
							"UPDATE study_keys SET sealed = ?1
							 WHERE study = ?2 AND round = ?3 AND sealed = ?4",
						)?
						.execute(params![new, study, column(round), sealed])?,
				};
				count = count.saturating_add(changed);
			}
			Ok(count)
		})
		.await
	}

	async fn note_all_sealed_to(&self, key: [u8; 32]) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let fact = params![ALL_SEALED_TO, key];
			db.execute("INSERT OR REPLACE INTO facts VALUES (?1, ?2)", fact).map(drop)
		})
		.await
	}

	async fn all_sealed_to(&self) -> Result<Option<[u8; 32]>, StoreError> {
		self.transaction(|db| {
			let query = "SELECT value FROM facts WHERE name = ?1";
			db.query_row(query, [ALL_SEALED_TO], |row| row.get(0)).optional()
		})
		.await
	}

	async fn former_keys(&self) -> Result<Vec<FormerKey>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached("SELECT key, since, is_over FROM former_keys")?;
			let rows = query.query_map([], |row| {
				let since = from_column(row.get(1)?);
				Ok(FormerKey { key: row.get(0)?, since, is_over: row.get(2)? })
			})?;
			rows.collect()
		})
		.await
	}

	async fn note_former_key(&self, key: FormerKey) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let FormerKey { key, since, is_over } = key;
			let row = params![key, to_column(since), is_over];
			db.execute("INSERT OR REPLACE INTO former_keys VALUES (?1, ?2, ?3)", row).map(drop)
		})
		.await
	}

	async fn forget_former_key(&self, key: [u8; 32]) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute("DELETE FROM former_keys WHERE key = ?1", [key]).map(drop)
		})
		.await
	}
}

fn of_shares(db: &Transaction, after: i64, limit: u32) -> rusqlite::Result<Vec<SealedKey>> {
	let mut query = db.prepare_cached(
		"SELECT share_keys.id, sealed, record, version, epoch, holder
		 FROM share_keys JOIN shares ON shares.key = share_keys.id
		 WHERE share_keys.id > ?1 ORDER BY share_keys.id LIMIT ?2",
	)?;
	let rows = query.query_map(params![after, limit], |row| {
		let version = VersionId { record: row.get(2)?, version: row.get(3)?, epoch: row.get(4)? };
		let of = KeyOf::Share { row: row.get(0)?, version, holder: row.get(5)? };
		Ok(SealedKey { of, sealed: row.get(1)? })
	})?;
	rows.collect()
}

fn of_labels(db: &Transaction, after: &[u8], limit: u32) -> rusqlite::Result<Vec<SealedKey>> {
	let mut query = db.prepare_cached(
		"SELECT patient, sealed FROM label_keys WHERE patient > ?1 ORDER BY patient LIMIT ?2",
	)?;
	let rows = query.query_map(params![after, limit], |row| {
		Ok(SealedKey { of: KeyOf::Labels(row.get(0)?), sealed: row.get(1)? })
	})?;
	rows.collect()
}

fn of_studies(db: &Transaction, after: (i64, i64), limit: u32) -> rusqlite::Result<Vec<SealedKey>> {
	// The key of a round that was destroyed is empty.
	let mut query = db.prepare_cached(
		"SELECT study, round, sealed FROM study_keys
		 WHERE (study, round) > (?1, ?2) AND length(sealed) > 0 ORDER BY study, round LIMIT ?3",
	)?;
	let rows = query.query_map(params![after.0, after.1, limit], |row| {
		let (study, round): (StudyId, i64) = (row.get(0)?, row.get(1)?);
		Ok(SealedKey { of: KeyOf::Study(study, u8::try_from(round).ok()), sealed: row.get(2)? })
	})?;
	rows.collect()
}

/// A round as the table names it: -1 for the study itself.
fn column(round: Option<u8>) -> i64 {
	round.map_or(-1, i64::from)
}
