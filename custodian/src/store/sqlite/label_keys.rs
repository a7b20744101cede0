//! The patients' label keys.

use super::Sqlite;
use crate::{
	encryption::SealedValue,
	store::{LabelKeys, StoreError},
};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension, Transaction};

#[async_trait]
impl LabelKeys for Sqlite {
	async fn keep_label_key(
		&self,
		patient: [u8; 32],
		key: SealedValue,
	) -> Result<SealedValue, StoreError> {
		self.transaction(move |db| {
			db.execute(
				"INSERT OR IGNORE INTO label_keys VALUES (?1, ?2, ?3)",
				params![patient, key.key, key.ciphertext],
			)?;
			Ok(find(db, patient)?.unwrap_or(key))
		})
		.await
	}

	async fn label_key(&self, patient: [u8; 32]) -> Result<Option<SealedValue>, StoreError> {
		self.transaction(move |db| find(db, patient)).await
	}

	async fn label_keys_after(
		&self,
		after: Option<[u8; 32]>,
		limit: u32,
	) -> Result<Vec<([u8; 32], SealedValue)>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT patient, sealed, ciphertext FROM label_keys WHERE patient > ?1
				 ORDER BY patient LIMIT ?2",
			)?;
			// No patient comes before the empty one.
			let after = after.as_ref().map_or(&[][..], |patient| &patient[..]);
			let rows = query.query_map(params![after, limit], |row| {
				Ok((row.get(0)?, SealedValue { key: row.get(1)?, ciphertext: row.get(2)? }))
			})?;
			rows.collect()
		})
		.await
	}
}

fn find(db: &Transaction, patient: [u8; 32]) -> rusqlite::Result<Option<SealedValue>> {
	let mut query =
		db.prepare_cached("SELECT sealed, ciphertext FROM label_keys WHERE patient = ?1")?;
	query
		.query_row([patient], |row| Ok(SealedValue { key: row.get(0)?, ciphertext: row.get(1)? }))
		.optional()
}
