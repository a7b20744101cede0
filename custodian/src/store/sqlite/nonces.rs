//! The nonces of signed requests.

use super::{
	backup::{decoded, RESTORED},
	log_index::fact,
	to_column, Sqlite,
};
use crate::store::{Nonces, Restored, StoreError};
use async_trait::async_trait;
use rusqlite::params;
use vouchsafe_client::messages::FRESHNESS;

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
			// A restored database does not know which nonces were used after its backup.
			let restored: Option<Restored> = decoded(fact(db, RESTORED)?);
			if restored.is_some_and(|it| expires <= it.at.saturating_add(FRESHNESS)) {
				return Ok(false);
			}
			let mut delete = db.prepare_cached("DELETE FROM nonces WHERE expires < ?1")?;
			delete.execute([to_column(now)])?;
			let mut insert =
				db.prepare_cached("INSERT OR IGNORE INTO nonces VALUES (?1, ?2, ?3)")?;
			Ok(insert.execute(params![account, nonce, to_column(expires)])? == 1)
		})
		.await
	}
}
