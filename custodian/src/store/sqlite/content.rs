//! The content in the IPFS node, and the accounts that added it.

use super::{from_column, to_column, Sqlite};
use crate::store::{Content, StoreError, VersionId};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension};

#[async_trait]
impl Content for Sqlite {
	async fn note_content(
		&self,
		cid: String,
		length: u64,
		account: [u8; 32],
		at: u64,
	) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute(
				"INSERT INTO content VALUES (?1, ?2, 0, ?3, ?4)
				 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
				params![cid, to_column(length), account, to_column(at)],
			)?;
			Ok(())
		})
		.await
	}

	async fn unclaimed(&self, account: [u8; 32]) -> Result<u64, StoreError> {
		self.transaction(move |db| {
			db.query_row(
				"SELECT coalesce(sum(length), 0) FROM content WHERE account = ?1 AND claimed = 0",
				[account],
				|row| Ok(from_column(row.get(0)?)),
			)
		})
		.await
	}

	async fn content_length(&self, cid: String) -> Result<Option<u64>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached("SELECT length FROM content WHERE cid = ?1")?;
			query.query_row([cid], |row| Ok(from_column(row.get(0)?))).optional()
		})
		.await
	}

	async fn set_pinned(&self, id: VersionId, at: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let (manifest, manifest_len, ciphertext, ciphertext_len): (String, i64, String, i64) =
				db.query_row(
					"SELECT manifest_cid, length(manifest), ciphertext_cid, ciphertext_len
					 FROM versions WHERE record = ?1 AND version = ?2 AND epoch = ?3",
					params![id.record, id.version, id.epoch],
					|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
				)?;
			for (cid, length) in [(manifest, manifest_len), (ciphertext, ciphertext_len)] {
				db.execute(
					"INSERT INTO content VALUES (?1, ?2, 1, NULL, ?3)
					 ON CONFLICT DO UPDATE SET claimed = 1, account = NULL",
					params![cid, length, to_column(at)],
				)?;
			}
			db.execute(
				"UPDATE versions SET pinned = 1, lost = 0 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch],
			)?;
			Ok(())
		})
		.await
	}

	async fn unclaimed_before(&self, before: u64) -> Result<Vec<String>, StoreError> {
		self.transaction(move |db| {
			let mut query =
				db.prepare_cached("SELECT cid FROM content WHERE claimed = 0 AND at < ?1")?;
			let rows = query.query_map([to_column(before)], |row| row.get(0))?;
			rows.collect()
		})
		.await
	}

	async fn forget_unclaimed(&self, cid: String, before: u64) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			let forgotten = db.execute(
				"DELETE FROM content WHERE cid = ?1 AND claimed = 0 AND at < ?2",
				params![cid, to_column(before)],
			)?;
			Ok(forgotten == 1)
		})
		.await
	}

	async fn claimed(&self) -> Result<Vec<String>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached("SELECT cid FROM content WHERE claimed = 1")?;
			let rows = query.query_map([], |row| row.get(0))?;
			rows.collect()
		})
		.await
	}

	async fn note_lost(&self, cids: Vec<String>, at: u64) -> Result<usize, StoreError> {
		self.transaction(move |db| {
			let mut update = db.prepare_cached(
				"UPDATE versions SET pinned = 0, lost = ?2
				 WHERE pinned = 1 AND (manifest_cid = ?1 OR ciphertext_cid = ?1)",
			)?;
			let mut lost = 0usize;
			for cid in cids {
				lost = lost.saturating_add(update.execute(params![cid, to_column(at)])?);
			}
			Ok(lost)
		})
		.await
	}
}
