//! The index of the patients' logs, and the chain it was made from.

use super::{from_column, to_column, Sqlite};
use crate::store::{IndexedBlock, LogHeads, LogIndex, StoreError};
use async_trait::async_trait;
use codec::{DecodeAll, Encode};
use rusqlite::{params, OptionalExtension, Transaction};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, H256},
	messages::{Hex, HexBytes, LogLine, LogPage},
};

/// The names of entries in the table `facts`.
const GENESIS: &str = "genesis";
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
		self.transaction(last_block).await
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
					db.prepare_cached(
						"INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
					)?
					.execute(params![
						account_bytes(patient),
						to_column(line.seq),
						line.block,
						to_column(line.time),
						line.entry.0,
						line.head.0
					])?;
				}
				for patient in &block.mismatches {
					db.prepare_cached("INSERT OR IGNORE INTO mismatches VALUES (?1, ?2)")?
						.execute(params![account_bytes(patient), block.number])?;
				}
			}
			for block in &blocks {
				db.prepare_cached("INSERT OR IGNORE INTO blocks VALUES (?1, ?2)")?
					.execute(params![block.number, block.hash.0])?;
			}
			if let Some(last) = blocks.last() {
				let oldest = last.number.saturating_sub(MAX_BLOCKS);
				db.prepare_cached("DELETE FROM blocks WHERE number < ?1")?.execute([oldest])?;
				db.prepare_cached("DELETE FROM releases WHERE block < ?1")?.execute([oldest])?;
				db.prepare_cached("INSERT OR REPLACE INTO facts VALUES (?1, ?2)")?
					.execute(params![LAST_BLOCK, (last.number, last.hash.0).encode()])?;
			}
			Ok(())
		})
		.await
	}

	async fn mismatches(&self) -> Result<u64, StoreError> {
		self.transaction(|db| {
			db.query_row("SELECT count(*) FROM mismatches", [], |row| Ok(from_column(row.get(0)?)))
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

fn fact<T: rusqlite::types::FromSql>(db: &Transaction, name: &str) -> rusqlite::Result<Option<T>> {
	let mut query = db.prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
	query.query_row([name], |row| row.get(0)).optional()
}

/// The last block that is indexed.
pub(super) fn last_block(db: &Transaction) -> rusqlite::Result<Option<(u32, H256)>> {
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
