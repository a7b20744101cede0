//! When each share was checked last, and which are lost.

use super::{from_column, log_index::entry_columns, shares::consent_columns, to_column, Sqlite};
use crate::store::{
	ConsentKey, HeldShare, Losses, LostShare, NumberedEntry, Scrubbing, StoreError, VersionId,
};
use async_trait::async_trait;
use rusqlite::{params, Row, Transaction};

/// Condition, for the table `versions`: the version's own share is not lost.
pub(super) const NOT_LOST: &str = "NOT EXISTS (
	SELECT 1 FROM losses WHERE losses.record = versions.record AND losses.version = versions.version
	AND losses.epoch = versions.epoch AND losses.consent < 0
)";

#[async_trait]
impl Scrubbing for Sqlite {
	async fn shares_to_check(&self) -> Result<u64, StoreError> {
		self.transaction(|db| {
			db.query_row("SELECT count(*) FROM shares", [], |row| Ok(from_column(row.get(0)?)))
		})
		.await
	}

	async fn least_checked(&self, before: u64, limit: u32) -> Result<Vec<HeldShare>, StoreError> {
		self.transaction(move |db| {
			let mut query =
				db.prepare_cached(&format!("{HELD} AND checked < ?1 ORDER BY checked LIMIT ?2"))?;
			let rows = query.query_map(params![to_column(before), limit], held)?;
			rows.collect()
		})
		.await
	}

	async fn held_after(
		&self,
		place: i64,
		limit: u32,
	) -> Result<Vec<(i64, HeldShare)>, StoreError> {
		self.transaction(move |db| {
			let mut query =
				db.prepare_cached(&format!("{HELD} AND key > ?1 ORDER BY key LIMIT ?2"))?;
			let rows =
				query.query_map(params![place, limit], |row| Ok((row.get(8)?, held(row)?)))?;
			rows.collect()
		})
		.await
	}

	async fn acknowledge_again(&self, id: VersionId) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.prepare_cached(
				"UPDATE versions SET acknowledged = 0
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3 AND acknowledged > 0",
			)?
			.execute(params![id.record, id.version, id.epoch])?;
			Ok(())
		})
		.await
	}

	async fn note_good(&self, shares: Vec<HeldShare>, at: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			for HeldShare { id, carried, .. } in shares {
				set_checked(db, id, carried.as_ref(), at)?;
				forget_loss(db, id, carried.as_ref())?;
			}
			Ok(())
		})
		.await
	}

	async fn note_lost_shares(&self, shares: Vec<LostShare>, at: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let mut insert = db.prepare_cached(
				"INSERT INTO losses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
				 ON CONFLICT DO UPDATE SET reason = excluded.reason,
				 reported = iif(excluded.reported = 0 OR reported = 0, excluded.reported, reported)",
			)?;
			for LostShare { id, patient, carried, reason, is_counted_on } in shares {
				let reported = if is_counted_on { 0 } else { to_column(at) };
				set_checked(db, id, carried.as_ref(), at)?;
				let (grantee, consent) = consent_columns(carried.as_ref());
				insert.execute(params![
					id.record, id.version, id.epoch, grantee, consent, patient, reason, reported
				])?;
			}
			Ok(())
		})
		.await
	}

	async fn unreported(&self) -> Result<Vec<LostShare>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT record, version, epoch, grantee, consent, patient, reason FROM losses
				 WHERE reported = 0 ORDER BY patient, record, version",
			)?;
			let rows = query.query_map([], |row| {
				Ok(LostShare {
					id: id(row)?,
					carried: carried(row)?,
					patient: row.get(5)?,
					reason: row.get(6)?,
					is_counted_on: true,
				})
			})?;
			rows.collect()
		})
		.await
	}

	async fn note_reported(&self, shares: Vec<LostShare>, at: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			let mut update = db.prepare_cached(
				"UPDATE losses SET reported = ?6 WHERE record = ?1 AND version = ?2 AND epoch = ?3
				 AND grantee = ?4 AND consent = ?5",
			)?;
			for LostShare { id, carried, .. } in shares {
				let (grantee, consent) = consent_columns(carried.as_ref());
				let row = params![id.record, id.version, id.epoch, grantee, consent, to_column(at)];
				update.execute(row)?;
			}
			Ok(())
		})
		.await
	}

	async fn losses(&self, since: u64) -> Result<Losses, StoreError> {
		self.transaction(move |db| {
			// Carried shares that were destroyed since.
			db.execute(
				"DELETE FROM losses WHERE consent >= 0 AND NOT EXISTS (
					SELECT 1 FROM shares WHERE shares.record = losses.record
					AND shares.version = losses.version AND shares.epoch = losses.epoch
					AND shares.grantee = losses.grantee AND shares.consent = losses.consent
				 )",
				[],
			)?;
			db.query_row(
				"SELECT count(*), count(*) FILTER (WHERE reported = 0),
				 count(*) FILTER (WHERE reported > ?1) FROM losses",
				[to_column(since)],
				|row| {
					Ok(Losses {
						all: from_column(row.get(0)?),
						unreported: from_column(row.get(1)?),
						recent: from_column(row.get(2)?),
					})
				},
			)
		})
		.await
	}

	async fn without_share(
		&self,
		holder: [u8; 32],
		versions: Vec<VersionId>,
	) -> Result<Vec<VersionId>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT 1 FROM shares JOIN versions USING (record, version, epoch)
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3 AND holder = ?4 AND consent < 0",
			)?;
			let mut without = Vec::new();
			for id in versions {
				if !query.exists(params![id.record, id.version, id.epoch, holder])? {
					without.push(id);
				}
			}
			Ok(without)
		})
		.await
	}

	async fn entries_after(
		&self,
		after: Option<([u8; 32], u64)>,
		limit: u32,
	) -> Result<Vec<NumberedEntry>, StoreError> {
		self.transaction(move |db| {
			let (patient, seq) = entry_columns(after);
			let mut query = db.prepare_cached(
				"SELECT patient, seq, entry FROM entries WHERE (patient, seq) > (?1, ?2)
				 ORDER BY patient, seq LIMIT ?3",
			)?;
			let rows = query.query_map(params![patient, seq, limit], |row| {
				Ok((row.get(0)?, from_column(row.get(1)?), row.get(2)?))
			})?;
			rows.collect()
		})
		.await
	}

	async fn replace_manifest(
		&self,
		id: VersionId,
		manifest: Vec<u8>,
		cid: String,
		(ciphertext, length): (String, u64),
	) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute(
				"UPDATE versions SET manifest = ?4, manifest_cid = ?5, ciphertext_cid = ?6,
				 ciphertext_len = ?7 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![
					id.record,
					id.version,
					id.epoch,
					manifest,
					cid,
					ciphertext,
					to_column(length)
				],
			)?;
			Ok(())
		})
		.await
	}
}

/// The shares, each with its patient. The patient of an own share without its version is only in the log.
const HELD: &str = "SELECT record, version, epoch, grantee, consent, holder,
	iif(consent < 0, patient, holder) AS whose, checked, key
	FROM shares LEFT JOIN versions USING (record, version, epoch) WHERE whose IS NOT NULL";

fn held(row: &Row) -> rusqlite::Result<HeldShare> {
	Ok(HeldShare {
		id: id(row)?,
		carried: carried(row)?,
		holder: row.get(5)?,
		patient: row.get(6)?,
		checked: from_column(row.get(7)?),
	})
}

/// The version in a row's first three columns.
fn id(row: &Row) -> rusqlite::Result<VersionId> {
	Ok(VersionId { record: row.get(0)?, version: row.get(1)?, epoch: row.get(2)? })
}

/// The consent in the two columns after it.
fn carried(row: &Row) -> rusqlite::Result<Option<ConsentKey>> {
	let consent: i64 = row.get(4)?;
	let grantee = row.get(3)?;
	Ok(u32::try_from(consent).ok().map(|consent| ConsentKey { grantee, consent }))
}

fn set_checked(
	db: &Transaction,
	id: VersionId,
	carried: Option<&ConsentKey>,
	at: u64,
) -> rusqlite::Result<()> {
	let (grantee, consent) = consent_columns(carried);
	db.prepare_cached(
		"UPDATE shares SET checked = ?6 WHERE record = ?1 AND version = ?2 AND epoch = ?3
		 AND grantee = ?4 AND consent = ?5",
	)?
	.execute(params![id.record, id.version, id.epoch, grantee, consent, to_column(at)])?;
	Ok(())
}

/// Forgets that a share is lost. Returns whether it was.
fn forget_loss(
	db: &Transaction,
	id: VersionId,
	carried: Option<&ConsentKey>,
) -> rusqlite::Result<bool> {
	let (grantee, consent) = consent_columns(carried);
	let delete = "DELETE FROM losses WHERE record = ?1 AND version = ?2 AND epoch = ?3
		AND grantee = ?4 AND consent = ?5";
	let row = params![id.record, id.version, id.epoch, grantee, consent];
	Ok(db.prepare_cached(delete)?.execute(row)? > 0)
}

/// Makes room for a share that is delivered again because it was lost: what is left of it is removed, for an
/// own share also what came with it.
pub(super) fn replace_lost(
	db: &Transaction,
	id: VersionId,
	carried: Option<&ConsentKey>,
) -> rusqlite::Result<()> {
	if !forget_loss(db, id, carried)? {
		return Ok(());
	}
	let (grantee, consent) = consent_columns(carried);
	db.execute(
		"DELETE FROM share_keys WHERE id IN (SELECT key FROM shares WHERE record = ?1
		 AND version = ?2 AND epoch = ?3 AND grantee = ?4 AND consent = ?5)",
		params![id.record, id.version, id.epoch, grantee, consent],
	)?;
	if carried.is_none() {
		db.execute(
			"DELETE FROM versions WHERE record = ?1 AND version = ?2 AND epoch = ?3",
			params![id.record, id.version, id.epoch],
		)?;
	}
	Ok(())
}
