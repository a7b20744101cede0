//! The blocks on which the custodian acted.

use super::{
	from_column,
	log_index::{last_block, LAST_BLOCK},
	to_column, Sqlite,
};
use crate::store::{History, ReleaseRecord, Rewound, StoreError, VersionId};
use async_trait::async_trait;
use codec::Encode;
use rusqlite::{params, OptionalExtension, Row, Transaction};
use vouchsafe_client::chain::H256;

#[async_trait]
impl History for Sqlite {
	async fn record_release(&self, release: ReleaseRecord) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			let ReleaseRecord { reader, patient, id, opened_in: (block, hash), at } = release;
			db.execute("INSERT OR IGNORE INTO blocks VALUES (?1, ?2)", params![block, hash.0])?;
			let known = "SELECT 1 FROM blocks WHERE number = ?1 AND hash = ?2";
			if !db.prepare_cached(known)?.exists(params![block, hash.0])? {
				return Ok(false);
			}
			db.execute(
				"INSERT OR IGNORE INTO releases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
				params![
					reader,
					id.record,
					id.version,
					id.epoch,
					patient,
					block,
					hash.0,
					to_column(at)
				],
			)?;
			Ok(true)
		})
		.await
	}

	async fn acted_on(&self, up_to: u32) -> Result<Option<(u32, H256)>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT number, hash FROM blocks WHERE number <= ?1 ORDER BY number DESC LIMIT 1",
			)?;
			query.query_row([up_to], block).optional()
		})
		.await
	}

	async fn all_acted_on(&self, up_to: u32) -> Result<Vec<(u32, H256)>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT number, hash FROM blocks WHERE number <= ?1 ORDER BY number",
			)?;
			let rows = query.query_map([up_to], block)?;
			rows.collect()
		})
		.await
	}

	async fn rewind(&self, to: Option<(u32, H256)>) -> Result<Rewound, StoreError> {
		self.transaction(move |db| {
			let last = to.map_or(0, |(number, _)| number);
			let releases = releases_after(db, last)?;
			let lines = db.execute("DELETE FROM entries WHERE block > ?1", [last])?;
			db.execute("DELETE FROM mismatches WHERE block > ?1", [last])?;
			db.execute("DELETE FROM blocks WHERE number > ?1", [last])?;
			db.execute("UPDATE versions SET acknowledged = 0 WHERE acknowledged > ?1", [last])?;
			match to {
				// A release may be for an opening in a block that is not indexed yet.
				Some((number, _)) if last_block(db)?.is_none_or(|(last, _)| last <= number) => 0,
				Some((number, hash)) => db.execute(
					"INSERT OR REPLACE INTO facts VALUES (?1, ?2)",
					params![LAST_BLOCK, (number, hash.0).encode()],
				)?,
				None => db.execute("DELETE FROM facts WHERE name = ?1", [LAST_BLOCK])?,
			};
			Ok(Rewound { lines, releases })
		})
		.await
	}
}

fn block(row: &Row) -> rusqlite::Result<(u32, H256)> {
	Ok((row.get(0)?, H256(row.get(1)?)))
}

/// The releases for openings in blocks after this one.
fn releases_after(db: &Transaction, block: u32) -> rusqlite::Result<Vec<ReleaseRecord>> {
	let mut query = db.prepare_cached(
		"SELECT reader, patient, record, version, epoch, block, hash, at FROM releases
		 WHERE block > ?1 ORDER BY block",
	)?;
	let rows = query.query_map([block], |row| {
		Ok(ReleaseRecord {
			reader: row.get(0)?,
			patient: row.get(1)?,
			id: VersionId { record: row.get(2)?, version: row.get(3)?, epoch: row.get(4)? },
			opened_in: (row.get(5)?, H256(row.get(6)?)),
			at: from_column(row.get(7)?),
		})
	})?;
	rows.collect()
}
