//! The content in the IPFS node, and the accounts that added it.

use super::{from_column, to_column, Sqlite};
use crate::store::{Charge, Content, ContentLimits, NamedLimit, StoreError, VersionId};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension, Transaction};

#[async_trait]
impl Content for Sqlite {
	async fn reserve(
		&self,
		charge: Charge,
		limits: ContentLimits,
		now: u64,
		until: u64,
	) -> Result<Option<i64>, StoreError> {
		self.transaction(move |db| {
			// Those of uploads during which the program was killed.
			db.execute("DELETE FROM reservations WHERE expires < ?1", [to_column(now)])?;
			let Charge { account, enroller, length } = charge;
			for (column, who, limit) in
				[("account", account, limits.account), ("enroller", enroller, limits.enroller)]
			{
				let (bytes, contents) = charged(db, column, who)?;
				if bytes.saturating_add(length) > limit || contents >= most_contents(limit) {
					return Ok(None);
				}
			}
			db.execute(
				"INSERT INTO reservations (account, enroller, length, expires)
				 VALUES (?1, ?2, ?3, ?4)",
				params![account, enroller, to_column(length), to_column(until)],
			)?;
			Ok(Some(db.last_insert_rowid()))
		})
		.await
	}

	async fn release_reservation(&self, id: i64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute("DELETE FROM reservations WHERE id = ?1", [id])?;
			Ok(())
		})
		.await
	}

	async fn charge(&self, id: i64, cid: String, at: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let (length, account, enroller): (i64, [u8; 32], [u8; 32]) = db.query_row(
				"DELETE FROM reservations WHERE id = ?1 RETURNING length, account, enroller",
				[id],
				|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
			)?;
			db.execute(
				"INSERT INTO content (cid, length, claimed, account, enroller, at)
				 VALUES (?1, ?2, 0, ?3, ?4, ?5)
				 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
				params![cid, length, account, enroller, to_column(at)],
			)?;
			Ok(())
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
					"INSERT INTO content (cid, length, claimed, at) VALUES (?1, ?2, 1, ?3)
					 ON CONFLICT DO UPDATE SET claimed = 1, account = NULL, enroller = NULL",
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
				db.prepare_cached(&format!("SELECT cid FROM content WHERE {UNCLAIMED}"))?;
			let rows = query.query_map([to_column(before)], |row| row.get(0))?;
			rows.collect()
		})
		.await
	}

	async fn is_unclaimed(&self, cid: String, before: u64) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			let query = format!("SELECT 1 FROM content WHERE {UNCLAIMED} AND cid = ?2");
			db.prepare_cached(&query)?.exists(params![to_column(before), cid])
		})
		.await
	}

	async fn forget_unclaimed(&self, cid: String, before: u64) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			// A version may name it by now: it is gone all the same, and fetched again.
			let query = "DELETE FROM content WHERE claimed = 0 AND at < ?1 AND cid = ?2";
			Ok(db.execute(query, params![to_column(before), cid])? > 0)
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

/// Notes that a version names this content, unless that is more than the limit. Returns whether it is
/// noted.
pub(super) fn name_content(
	db: &Transaction,
	cid: &str,
	length: u64,
	limit: NamedLimit,
) -> rusqlite::Result<bool> {
	let known = "SELECT 1 FROM named WHERE cid = ?1 AND length = ?2";
	if db.prepare_cached(known)?.exists(params![cid, to_column(length)])? {
		return Ok(true);
	}
	let sum = "SELECT coalesce(sum(length), 0) FROM named WHERE enroller = ?1";
	let named: i64 = db.prepare_cached(sum)?.query_row([limit.enroller], |row| row.get(0))?;
	let fits = from_column(named).saturating_add(length) <= limit.bytes;
	if fits {
		let insert = "INSERT INTO named (cid, length, enroller) VALUES (?1, ?2, ?3)";
		db.execute(insert, params![cid, to_column(length), limit.enroller])?;
	}
	Ok(fits)
}

/// Condition: added before a moment, and no version names it, pinned or not. Versions that were
/// given up do not count.
const UNCLAIMED: &str = "claimed = 0 AND at < ?1
	AND NOT EXISTS (SELECT 1 FROM versions WHERE manifest_cid = cid AND given_up = 0)
	AND NOT EXISTS (SELECT 1 FROM versions WHERE ciphertext_cid = cid AND given_up = 0)";

/// How many contents may be charged if this many bytes may: as if each had 64 KiB, but at least 256.
/// However short one is, it has a block, a pin and a row.
fn most_contents(bytes: u64) -> u64 {
	(bytes / (64 * 1024)).max(256)
}

/// The bytes and the contents that are charged to an account or an institution, reserved ones included.
fn charged(db: &Transaction, column: &str, who: [u8; 32]) -> rusqlite::Result<(u64, u64)> {
	let query = format!(
		"SELECT coalesce(sum(length), 0), count(*) FROM (
			SELECT length FROM content WHERE claimed = 0 AND {column} = ?1
			UNION ALL SELECT length FROM reservations WHERE {column} = ?1
		 )"
	);
	db.prepare_cached(&query)?
		.query_row([who], |row| Ok((from_column(row.get(0)?), from_column(row.get(1)?))))
}
