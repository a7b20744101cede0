//! Puts logs of another member's index into the database.

use super::{
	log_index::{insert_line, last_block, note_blocks, note_mismatch, GENESIS},
	Sqlite,
};
use crate::store::StoreError;
use rusqlite::{params, Connection, TransactionBehavior};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, H256},
	messages::LogLine,
};

/// Writes a patient's next line.
pub type WriteLine<'a> = dyn FnMut(&[u8; 32], &LogLine) -> anyhow::Result<()> + 'a;

impl Sqlite {
	/// The patients whose indexed log differs from the chain's.
	pub fn different_logs(&self) -> anyhow::Result<Vec<[u8; 32]>> {
		let connection = self.connection();
		let mut query = connection.prepare_cached("SELECT patient FROM mismatches")?;
		let rows = query.query_map([], |row| row.get(0))?;
		Ok(rows.collect::<Result<_, _>>()?)
	}

	/// Replaces the logs of patients by the lines that `write_all` writes, from the first line of each on, and
	/// notes that the index goes up to the last of these blocks, and that the logs of the `incomplete` patients
	/// differ from the chain's. All of this, or nothing if `write_all` fails. Returns what it returns.
	pub fn import_logs<T>(
		&self,
		genesis: [u8; 32],
		blocks: &[(u32, H256)],
		incomplete: &[AccountId],
		write_all: impl FnOnce(&mut WriteLine) -> anyhow::Result<T>,
	) -> anyhow::Result<T> {
		let mut connection = self.connection();
		let db = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
		db.execute("INSERT OR IGNORE INTO facts VALUES (?1, ?2)", params![GENESIS, genesis])?;
		let mut write = |patient: &[u8; 32], line: &LogLine| -> anyhow::Result<()> {
			if line.seq == 0 {
				forget_log(&db, patient).map_err(StoreError::from)?;
			}
			Ok(insert_line(&db, patient, line).map_err(StoreError::from)?)
		};
		let result = write_all(&mut write)?;
		// What they lack came after the own index, so a rewind to a later block does not complete them.
		let since = last_block(&db)?.map_or(1, |(number, _)| number.saturating_add(1));
		let last = blocks.last().map_or(since, |(number, _)| *number);
		for patient in incomplete {
			note_mismatch(&db, &account_bytes(patient), since.min(last))?;
		}
		note_blocks(&db, blocks.iter().copied())?;
		db.commit()?;
		Ok(result)
	}
}

fn forget_log(db: &Connection, patient: &[u8; 32]) -> rusqlite::Result<()> {
	db.prepare_cached("DELETE FROM entries WHERE patient = ?1")?.execute([patient])?;
	db.prepare_cached("DELETE FROM mismatches WHERE patient = ?1")?.execute([patient])?;
	Ok(())
}
