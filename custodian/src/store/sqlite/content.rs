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
				"UPDATE versions SET pinned = 1 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch],
			)?;
			Ok(())
		})
		.await
	}

	async fn drop_unclaimed(&self, before: u64) -> Result<Vec<String>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"DELETE FROM content WHERE claimed = 0 AND at < ?1 RETURNING cid",
			)?;
			let rows = query.query_map([to_column(before)], |row| row.get(0))?;
			rows.collect()
		})
		.await
	}
}
