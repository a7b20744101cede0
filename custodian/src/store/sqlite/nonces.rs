//! The nonces of signed requests.

use super::{to_column, Sqlite};
use crate::store::{Nonces, StoreError};
use async_trait::async_trait;
use rusqlite::params;

#[async_trait]
impl Nonces for Sqlite {
	async fn is_used(&self, account: [u8; 32], nonce: [u8; 16]) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT EXISTS (SELECT 1 FROM nonces WHERE account = ?1 AND nonce = ?2)",
			)?;
			query.query_row(params![account, nonce], |row| row.get(0))
		})
		.await
	}

	async fn use_nonce(
		&self,
		account: [u8; 32],
		nonce: [u8; 16],
		now: u64,
		expires: u64,
	) -> Result<bool, StoreError> {
		self.grouped(move |db| {
			let mut delete = db.prepare_cached("DELETE FROM nonces WHERE expires < ?1")?;
			delete.execute([to_column(now)])?;
			let mut insert =
				db.prepare_cached("INSERT OR IGNORE INTO nonces VALUES (?1, ?2, ?3)")?;
			Ok(insert.execute(params![account, nonce, to_column(expires)])? == 1)
		})
		.await
	}
}
