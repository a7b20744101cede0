//! Names of practitioners, and accounts' encrypted data.

use super::{from_column, to_column, Sqlite};
use crate::store::{StoreError, Wallets};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension, Transaction};

#[async_trait]
impl Wallets for Sqlite {
	async fn names(&self, accounts: Vec<[u8; 32]>) -> Result<Vec<([u8; 32], String)>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached("SELECT name FROM staff_names WHERE account = ?1")?;
			let mut names = Vec::new();
			for account in accounts {
				let name = query.query_row([account], |row| row.get(0)).optional()?;
				names.extend(name.map(|name| (account, name)));
			}
			Ok(names)
		})
		.await
	}

	async fn names_after(
		&self,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<([u8; 32], String)>, StoreError> {
		self.transaction(move |db| {
			// Before all accounts.
			let after = after.map(Vec::from).unwrap_or_default();
			let mut query = db.prepare_cached(
				"SELECT account, name FROM staff_names WHERE account > ?1 ORDER BY account LIMIT ?2",
			)?;
			let limit = i64::try_from(limit).unwrap_or(i64::MAX);
			let names =
				query.query_map(params![after, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
			names.collect()
		})
		.await
	}

	async fn set_names(&self, names: Vec<([u8; 32], String)>) -> Result<(), StoreError> {
		self.transaction(move |db| store_names(db, &names)).await
	}

	async fn synced(&self, account: [u8; 32]) -> Result<(u64, Vec<u8>), StoreError> {
		self.transaction(move |db| {
			let mut query =
				db.prepare_cached("SELECT revision, data FROM synced WHERE account = ?1")?;
			let found = query
				.query_row([account], |row| Ok((from_column(row.get(0)?), row.get(1)?)))
				.optional()?;
			Ok(found.unwrap_or_default())
		})
		.await
	}

	async fn replace_synced(
		&self,
		account: [u8; 32],
		replaces: u64,
		data: Vec<u8>,
	) -> Result<Option<u64>, StoreError> {
		self.transaction(move |db| {
			let revision = replaces.saturating_add(1);
			let next = to_column(revision);
			let changed = match replaces {
				0 => db
					.prepare_cached("INSERT OR IGNORE INTO synced VALUES (?1, ?2, ?3)")?
					.execute(params![account, next, data])?,
				known => db
					.prepare_cached(
						"UPDATE synced SET revision = ?2, data = ?3
						 WHERE account = ?1 AND revision = ?4",
					)?
					.execute(params![account, next, data, to_column(known)])?,
			};
			// The client did not hear that its data was stored.
			let is_there = |db: &Transaction| {
				let mut query = db.prepare_cached(
					"SELECT EXISTS (SELECT 1 FROM synced
					 WHERE account = ?1 AND revision = ?2 AND data = ?3)",
				)?;
				query.query_row(params![account, next, data], |row| row.get(0))
			};
			Ok((changed == 1 || is_there(db)?).then_some(revision))
		})
		.await
	}

	async fn log_entries(&self, patient: [u8; 32]) -> Result<Vec<Vec<u8>>, StoreError> {
		self.transaction(move |db| {
			let mut query =
				db.prepare_cached("SELECT entry FROM entries WHERE patient = ?1 ORDER BY seq")?;
			let entries = query.query_map([patient], |row| row.get(0))?;
			entries.collect()
		})
		.await
	}
}

impl Sqlite {
	/// All names, for the command line.
	pub fn all_names(&self) -> Result<Vec<([u8; 32], String)>, StoreError> {
		let connection = self.connection();
		let mut query =
			connection.prepare("SELECT account, name FROM staff_names ORDER BY name, account")?;
		let names = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
		Ok(names.collect::<Result<_, _>>()?)
	}

	/// Sets names as [`Wallets::set_names`] does, for the command line.
	pub fn set_names_now(&self, names: &[([u8; 32], String)]) -> Result<(), StoreError> {
		let mut connection = self.connection();
		let transaction = connection.transaction()?;
		store_names(&transaction, names)?;
		Ok(transaction.commit()?)
	}
}

fn store_names(db: &Transaction, names: &[([u8; 32], String)]) -> rusqlite::Result<()> {
	for (account, name) in names {
		match name.is_empty() {
			true => db
				.prepare_cached("DELETE FROM staff_names WHERE account = ?1")?
				.execute([account])?,
			false => db
				.prepare_cached("INSERT OR REPLACE INTO staff_names VALUES (?1, ?2)")?
				.execute(params![account, name])?,
		};
	}
	Ok(())
}
