//! The index of the patients' logs, and the chain it was made from.

use super::{from_column, to_column, Sqlite};
use crate::{
	index::file::ExportedEntry,
	store::{IndexedBlock, LogHeads, LogIndex, StoreError},
};
use async_trait::async_trait;
use codec::{DecodeAll, Encode};
use rusqlite::{params, Connection, OptionalExtension, Transaction};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, H256},
	messages::{Hex, HexBytes, LogLine, LogPage},
};

/// The names of entries in the table `facts`.
pub(super) const GENESIS: &str = "genesis";
pub(super) const LAST_BLOCK: &str = "indexed";

/// Of how many blocks the hashes and the releases are kept: two days of an idle chain, hours of a
/// busy one. A power cut takes back some tens.
const MAX_BLOCKS: u32 = 16_384;

#[async_trait]
impl LogIndex for Sqlite {
	async fn genesis(&self) -> Result<Option<[u8; 32]>, StoreError> {
		self.transaction(|db| fact(db, GENESIS)).await
	}

	async fn note_genesis(&self, genesis: [u8; 32]) -> Result<[u8; 32], StoreError> {
		self.transaction(move |db| {
			db.execute("INSERT OR IGNORE INTO facts VALUES (?1, ?2)", params![GENESIS, genesis])?;
			Ok(fact(db, GENESIS)?.unwrap_or(genesis))
		})
		.await
	}

	async fn last_block(&self) -> Result<Option<(u32, H256)>, StoreError> {
		self.transaction(|db| last_block(db)).await
	}

	async fn log_heads(&self, patients: Vec<AccountId>) -> Result<LogHeads, StoreError> {
		self.transaction(move |db| {
			let head_of = |patient| {
				let head = log_head(db, &patient)?;
				Ok((patient, head))
			};
			patients.into_iter().map(head_of).collect()
		})
		.await
	}

	async fn index_blocks(&self, blocks: Vec<IndexedBlock>) -> Result<(), StoreError> {
		self.transaction(move |db| {
			for block in &blocks {
				for (patient, line) in &block.lines {
					insert_line(db, &account_bytes(patient), line)?;
				}
				for patient in &block.mismatches {
					note_mismatch(db, &account_bytes(patient), block.number)?;
				}
			}
			note_blocks(db, blocks.iter().map(|block| (block.number, block.hash)))
		})
		.await
	}

	async fn mismatches(&self) -> Result<u64, StoreError> {
		self.transaction(|db| {
			db.query_row("SELECT count(*) FROM mismatches", [], |row| Ok(from_column(row.get(0)?)))
		})
		.await
	}

	async fn exported_after(
		&self,
		after: Option<([u8; 32], u64)>,
		block: u32,
		limit: u32,
	) -> Result<Vec<ExportedEntry>, StoreError> {
		self.transaction(move |db| {
			let (patient, seq) = entry_columns(after);
			let mut query = db.prepare_cached(
				"SELECT patient, seq, block, entry FROM entries
				 WHERE (patient, seq) > (?1, ?2) AND block <= ?3
				 AND patient NOT IN (SELECT patient FROM mismatches)
				 ORDER BY patient, seq LIMIT ?4",
			)?;
			let rows = query.query_map(params![patient, seq, block, limit], |row| {
				Ok(ExportedEntry {
					patient: row.get(0)?,
					seq: from_column(row.get(1)?),
					block: row.get(2)?,
					entry: row.get(3)?,
				})
			})?;
			rows.collect()
		})
		.await
	}

	async fn log_page(
		&self,
		patient: AccountId,
		from: u64,
		limit: u32,
	) -> Result<LogPage, StoreError> {
		self.transaction(move |db| {
			let (count, _) = log_head(db, &patient)?;
			let mut query = db.prepare_cached(
				"SELECT seq, block, time, entry, head FROM entries WHERE patient = ?1 AND seq >= ?2
				 ORDER BY seq LIMIT ?3",
			)?;
			let patient = account_bytes(&patient);
			let rows = query.query_map(params![patient, to_column(from), limit], |row| {
				Ok(LogLine {
					seq: from_column(row.get(0)?),
					block: row.get(1)?,
					time: from_column(row.get(2)?),
					entry: HexBytes(row.get(3)?),
					head: Hex(row.get(4)?),
				})
			})?;
			Ok(LogPage { count, lines: rows.collect::<Result<_, _>>()? })
		})
		.await
	}
}

/// Patient and number of an entry, to go on after it. `None` is before every entry.
pub(super) fn entry_columns(after: Option<([u8; 32], u64)>) -> (Vec<u8>, i64) {
	after.map_or_else(Default::default, |(patient, seq)| (patient.to_vec(), to_column(seq)))
}

/// Adds a line to a patient's log.
pub(super) fn insert_line(
	db: &Connection,
	patient: &[u8; 32],
	line: &LogLine,
) -> rusqlite::Result<()> {
	let LogLine { seq, block, time, entry, head } = line;
	db.prepare_cached("INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
		.execute(params![patient, to_column(*seq), block, to_column(*time), entry.0, head.0])
		.map(drop)
}

/// Notes that a patient's indexed log differs from the chain's since this block.
pub(super) fn note_mismatch(
	db: &Connection,
	patient: &[u8; 32],
	block: u32,
) -> rusqlite::Result<()> {
	let mut query = db.prepare_cached("INSERT OR IGNORE INTO mismatches VALUES (?1, ?2)")?;
	query.execute(params![patient, block]).map(drop)
}

/// Notes blocks that are indexed, in ascending order, and forgets old ones.
pub(super) fn note_blocks(
	db: &Connection,
	blocks: impl IntoIterator<Item = (u32, H256)>,
) -> rusqlite::Result<()> {
	let mut last = None;
	for (number, hash) in blocks {
		db.prepare_cached("INSERT OR IGNORE INTO blocks VALUES (?1, ?2)")?
			.execute(params![number, hash.0])?;
		last = Some((number, hash));
	}
	if let Some((number, hash)) = last {
		let oldest = number.saturating_sub(MAX_BLOCKS);
		db.prepare_cached("DELETE FROM blocks WHERE number < ?1")?.execute([oldest])?;
		db.prepare_cached("DELETE FROM releases WHERE block < ?1")?.execute([oldest])?;
		db.prepare_cached("INSERT OR REPLACE INTO facts VALUES (?1, ?2)")?
			.execute(params![LAST_BLOCK, (number, hash.0).encode()])?;
	}
	Ok(())
}

/// A fact of this name.
pub(super) fn fact<T: rusqlite::types::FromSql>(
	db: &Connection,
	name: &str,
) -> rusqlite::Result<Option<T>> {
	let mut query = db.prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
	query.query_row([name], |row| row.get(0)).optional()
}

/// The last block that is indexed.
pub(super) fn last_block(db: &Connection) -> rusqlite::Result<Option<(u32, H256)>> {
	let value: Option<Vec<u8>> = fact(db, LAST_BLOCK)?;
	Ok(value.and_then(|bytes| {
		let (number, hash) = <(u32, [u8; 32])>::decode_all(&mut &bytes[..]).ok()?;
		Some((number, H256(hash)))
	}))
}

/// Count and head of what is indexed of a patient's log.
fn log_head(db: &Transaction, patient: &AccountId) -> rusqlite::Result<(u64, H256)> {
	let mut query = db.prepare_cached(
		"SELECT seq, head FROM entries WHERE patient = ?1 ORDER BY seq DESC LIMIT 1",
	)?;
	let last = query
		.query_row([account_bytes(patient)], |row| {
			Ok((from_column(row.get(0)?), H256(row.get(1)?)))
		})
		.optional()?;
	Ok(last.map_or((0, H256::zero()), |(seq, head)| (seq.saturating_add(1), head)))
}
