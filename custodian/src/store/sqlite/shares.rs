//! Key shares, and what came with them.

use super::{
	content::name_content,
	from_column,
	scrub::{replace_lost, NOT_LOST},
	to_column, Sqlite,
};
use crate::{
	encryption::SealedValue,
	store::{
		Backlog, CarriedShare, ConsentKey, DueVersion, KeptVersion, NamedLimit, Shares, StoreError,
		VersionId, MAX_CARRYING_CONSENTS,
	},
};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension, Transaction};
use std::sync::atomic::Ordering;

#[async_trait]
impl Shares for Sqlite {
	async fn keep_version(
		&self,
		id: VersionId,
		holder: [u8; 32],
		share: SealedValue,
		version: KeptVersion,
		limit: NamedLimit,
	) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			if !name_content(db, &version.ciphertext_cid, version.ciphertext_len, limit)? {
				return Ok(false);
			}
			replace_lost(db, id, None)?;
			db.execute(
				"INSERT INTO versions VALUES
				 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, ?11, ?12, 0, 0)
				 ON CONFLICT DO UPDATE SET given_up = 0, received = excluded.received
				 WHERE given_up = 1",
				params![
					id.record,
					id.version,
					id.epoch,
					version.patient,
					version.commitments,
					version.manifest,
					version.manifest_cid,
					version.ciphertext_cid,
					to_column(version.ciphertext_len),
					version.patient_share,
					version.author,
					to_column(version.received),
				],
			)?;
			insert_share(db, id, &holder, None, &share)?;
			Ok(true)
		})
		.await
	}

	async fn keep_carried(
		&self,
		id: VersionId,
		patient: [u8; 32],
		consent: ConsentKey,
		share: SealedValue,
		commitments: Vec<u8>,
	) -> Result<bool, StoreError> {
		self.transaction(move |db| {
			let others: u32 = db.query_row(
				"SELECT count(*) FROM (
					SELECT DISTINCT grantee, consent FROM shares
					WHERE holder = ?1 AND consent >= 0 AND (grantee, consent) != (?2, ?3)
				 )",
				params![patient, consent.grantee, consent.consent],
				|row| row.get(0),
			)?;
			if others >= MAX_CARRYING_CONSENTS {
				return Ok(false);
			}
			db.execute(
				"INSERT OR IGNORE INTO carried_commitments VALUES (?1, ?2, ?3, ?4)",
				params![id.record, id.version, id.epoch, commitments],
			)?;
			replace_lost(db, id, Some(&consent))?;
			insert_share(db, id, &patient, Some(&consent), &share)?;
			Ok(true)
		})
		.await
	}

	async fn share(
		&self,
		id: VersionId,
		holder: [u8; 32],
		consent: Option<ConsentKey>,
	) -> Result<Option<SealedValue>, StoreError> {
		self.transaction(move |db| {
			let (grantee, consent) = consent_columns(consent.as_ref());
			let mut query = db.prepare_cached(
				"SELECT sealed, ciphertext FROM shares JOIN share_keys ON shares.key = share_keys.id
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3 AND holder = ?4 AND grantee = ?5
				 AND consent = ?6",
			)?;
			let row = params![id.record, id.version, id.epoch, holder, grantee, consent];
			query
				.query_row(row, |row| Ok(SealedValue { key: row.get(0)?, ciphertext: row.get(1)? }))
				.optional()
		})
		.await
	}

	async fn carried(
		&self,
		id: VersionId,
		patient: [u8; 32],
	) -> Result<Vec<ConsentKey>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT grantee, consent FROM shares WHERE record = ?1 AND version = ?2
				 AND epoch = ?3 AND holder = ?4 AND consent >= 0 ORDER BY consent LIMIT 64",
			)?;
			let rows = query
				.query_map(params![id.record, id.version, id.epoch, patient], |row| {
					Ok(ConsentKey { grantee: row.get(0)?, consent: row.get(1)? })
				})?;
			rows.collect()
		})
		.await
	}

	async fn all_carried(
		&self,
		patients: Option<Vec<[u8; 32]>>,
	) -> Result<Vec<CarriedShare>, StoreError> {
		self.transaction(move |db| {
			let Some(patients) = patients else {
				return carried_shares(db, "consent >= 0", params![]);
			};
			let mut shares = Vec::new();
			for patient in patients {
				shares.extend(carried_shares(
					db,
					"holder = ?1 AND consent >= 0",
					params![patient],
				)?);
			}
			Ok(shares)
		})
		.await
	}

	async fn destroy_carried(&self, shares: Vec<CarriedShare>) -> Result<usize, StoreError> {
		let has_remains = self.has_remains.clone();
		let destroyed = self
			.transaction(move |db| {
				let mut delete = db.prepare_cached(
					"DELETE FROM share_keys WHERE id IN (SELECT key FROM shares WHERE record = ?1
					 AND version = ?2 AND epoch = ?3 AND holder = ?4 AND grantee = ?5
					 AND consent = ?6)",
				)?;
				let mut destroyed = 0usize;
				for CarriedShare { patient, consent, id } in shares {
					let (grantee, consent) = consent_columns(Some(&consent));
					let row = params![id.record, id.version, id.epoch, patient, grantee, consent];
					destroyed = destroyed.saturating_add(delete.execute(row)?);
				}
				if destroyed > 0 {
					has_remains.store(true, Ordering::SeqCst);
				}
				Ok(destroyed)
			})
			.await?;
		let database = self.clone();
		tokio::task::spawn_blocking(move || database.remove_remains())
			.await
			.map_err(StoreError::database)??;
		Ok(destroyed)
	}

	async fn version(&self, id: VersionId) -> Result<Option<KeptVersion>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT patient, commitments, manifest, manifest_cid, ciphertext_cid,
				 ciphertext_len, patient_share, pinned, author, received FROM versions
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
			)?;
			let row = query.query_row(params![id.record, id.version, id.epoch], |row| {
				Ok(KeptVersion {
					patient: row.get(0)?,
					commitments: row.get(1)?,
					manifest: row.get(2)?,
					manifest_cid: row.get(3)?,
					ciphertext_cid: row.get(4)?,
					ciphertext_len: from_column(row.get(5)?),
					patient_share: row.get(6)?,
					pinned: row.get(7)?,
					author: row.get(8)?,
					received: from_column(row.get(9)?),
				})
			});
			row.optional()
		})
		.await
	}

	async fn commitments(&self, id: VersionId) -> Result<Option<Vec<u8>>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT commitments FROM versions WHERE record = ?1 AND version = ?2 AND epoch = ?3
				 UNION ALL SELECT commitments FROM carried_commitments
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
			)?;
			let row = params![id.record, id.version, id.epoch];
			query.query_row(row, |row| row.get(0)).optional()
		})
		.await
	}

	async fn to_acknowledge(&self) -> Result<Vec<DueVersion>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(&format!(
				"SELECT record, version, epoch, patient, pinned, author, max(received, lost) AS since,
				 lost > 0, coalesce(enroller, author) FROM versions
				 LEFT JOIN named ON cid = ciphertext_cid AND length = ciphertext_len
				 WHERE given_up = 0 AND (lost > 0 OR (acknowledged = 0 AND {NOT_LOST}))
				 ORDER BY since"
			))?;
			let rows = query.query_map([], |row| {
				Ok(DueVersion {
					id: VersionId { record: row.get(0)?, version: row.get(1)?, epoch: row.get(2)? },
					patient: row.get(3)?,
					pinned: row.get(4)?,
					author: row.get(5)?,
					since: from_column(row.get(6)?),
					is_lost: row.get(7)?,
					enroller: row.get(8)?,
				})
			})?;
			rows.collect()
		})
		.await
	}

	async fn set_acknowledged(&self, id: VersionId, block: u32) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute(
				"UPDATE versions SET acknowledged = max(?4, 1)
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch, block],
			)?;
			Ok(())
		})
		.await
	}

	async fn give_up(&self, id: VersionId) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute(
				"UPDATE versions SET given_up = 1
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch],
			)?;
			// Its content is no longer charged to the author's institution.
			db.execute(
				"DELETE FROM named WHERE NOT EXISTS (
					SELECT 1 FROM versions
					WHERE ciphertext_cid = cid AND ciphertext_len = length AND given_up = 0
				 ) AND cid = (
					SELECT ciphertext_cid FROM versions
					WHERE record = ?1 AND version = ?2 AND epoch = ?3
				 )",
				params![id.record, id.version, id.epoch],
			)?;
			Ok(())
		})
		.await
	}

	async fn backlog(&self) -> Result<Backlog, StoreError> {
		self.transaction(|db| {
			let count = |condition: &str| {
				let query = format!("SELECT count(*) FROM versions WHERE {condition}");
				db.query_row(&query, [], |row| Ok(from_column(row.get(0)?)))
			};
			Ok(Backlog {
				unacknowledged: count(&format!(
					"acknowledged = 0 AND given_up = 0 AND {NOT_LOST}"
				))?,
				lost: count("lost > 0 AND given_up = 0")?,
				given_up: count("given_up = 1")?,
			})
		})
		.await
	}
}

/// The carried shares for which this condition holds.
fn carried_shares(
	db: &Transaction,
	condition: &str,
	parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<CarriedShare>> {
	let mut query = db.prepare_cached(&format!(
		"SELECT holder, grantee, consent, record, version, epoch FROM shares WHERE {condition}
		 ORDER BY holder, grantee, consent, record"
	))?;
	let rows = query.query_map(parameters, |row| {
		Ok(CarriedShare {
			patient: row.get(0)?,
			consent: ConsentKey { grantee: row.get(1)?, consent: row.get(2)? },
			id: VersionId { record: row.get(3)?, version: row.get(4)?, epoch: row.get(5)? },
		})
	})?;
	rows.collect()
}

fn insert_share(
	db: &Transaction,
	id: VersionId,
	holder: &[u8; 32],
	consent: Option<&ConsentKey>,
	share: &SealedValue,
) -> rusqlite::Result<()> {
	let (grantee, consent) = consent_columns(consent);
	let exists: bool = db.query_row(
		"SELECT EXISTS (SELECT 1 FROM shares WHERE record = ?1 AND version = ?2 AND epoch = ?3
		 AND holder = ?4 AND grantee = ?5 AND consent = ?6)",
		params![id.record, id.version, id.epoch, holder, grantee, consent],
		|row| row.get(0),
	)?;
	if exists {
		return Ok(());
	}
	db.execute("INSERT INTO share_keys (sealed) VALUES (?1)", [&share.key])?;
	db.execute(
		"INSERT INTO shares VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, unixepoch())",
		params![
			id.record,
			id.version,
			id.epoch,
			holder,
			grantee,
			consent,
			db.last_insert_rowid(),
			share.ciphertext
		],
	)?;
	Ok(())
}

/// How the table `shares` names a consent, and that there is none.
pub(super) fn consent_columns(consent: Option<&ConsentKey>) -> (&[u8], i64) {
	match consent {
		Some(consent) => (&consent.grantee, consent.consent.into()),
		None => (&[], -1),
	}
}
