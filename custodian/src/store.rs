//! The database (SQLite): key shares, what came with them, the patients' logs, and how far the
//! index is. One connection, one writer.
//!
//! A share is encrypted (AES-256-GCM) under a random key of its own; that key lies in `share_keys`,
//! sealed to the custodian's X25519 key, so that a stolen database shows nothing. To destroy a
//! share is to delete its key's row: `secure_delete` overwrites it, and the write-ahead log is
//! truncated after it.

use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::{Decode, DecodeAll, Encode};
use rusqlite::{params, Connection, OptionalExtension, Transaction};
use std::{
	path::Path,
	sync::{Arc, Mutex},
};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, H256},
	messages::{Hex, HexBytes, LogLine},
};
use vouchsafe_vault::{
	seal::{self, Purpose, SecretKey},
	sharing::Share,
};
use zeroize::Zeroizing;

/// The schema's number; older ones are migrated when the database is opened.
const SCHEMA: i64 = 1;

/// What makes schema 1.
const SCHEMA_1: &str = "
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE versions (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	patient BLOB NOT NULL,
	commitments BLOB NOT NULL,
	manifest BLOB NOT NULL,
	manifest_cid TEXT NOT NULL,
	ciphertext_cid TEXT NOT NULL,
	ciphertext_len INTEGER NOT NULL,
	patient_share BLOB,
	pinned INTEGER NOT NULL DEFAULT 0,
	-- Whether the chain has the acknowledgement, finally.
	acknowledged INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (record, version, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_to_acknowledge ON versions (acknowledged) WHERE acknowledged = 0;
CREATE TABLE share_keys (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE shares (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	holder BLOB NOT NULL,
	-- The consent for which the patient carried it; empty and -1 for the custodian's own.
	grantee BLOB NOT NULL,
	consent INTEGER NOT NULL,
	key INTEGER NOT NULL REFERENCES share_keys (id) ON DELETE CASCADE,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (record, version, epoch, holder, grantee, consent)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_consent ON shares (holder, grantee, consent);
CREATE INDEX shares_by_key ON shares (key);
CREATE TABLE carried_commitments (
	record BLOB NOT NULL,
	version INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	commitments BLOB NOT NULL,
	PRIMARY KEY (record, version, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE content (
	cid TEXT PRIMARY KEY,
	length INTEGER NOT NULL,
	-- Whether a version names it.
	claimed INTEGER NOT NULL,
	account BLOB,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE entries (
	patient BLOB NOT NULL,
	seq INTEGER NOT NULL,
	block INTEGER NOT NULL,
	entry BLOB NOT NULL,
	head BLOB NOT NULL,
	PRIMARY KEY (patient, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE mismatches (patient BLOB PRIMARY KEY, block INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE nonces (
	account BLOB NOT NULL,
	nonce BLOB NOT NULL,
	expires INTEGER NOT NULL,
	PRIMARY KEY (account, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);
";

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// SQLite's own error.
	#[error("the database failed: {0}")]
	Sqlite(#[from] rusqlite::Error),
	/// It was made by a newer program.
	#[error("the database is of schema {0}, which this program does not know: update the program")]
	Newer(i64),
	/// A share does not open.
	#[error("a key share does not open: is the key file the one that the database was made with?")]
	Unreadable,
}

/// Which version's sharing set a share belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct VersionId {
	/// The record.
	pub record: [u8; 32],
	/// The version.
	pub version: u32,
	/// The sharing set's epoch.
	pub epoch: u32,
}

/// What a custodian gets with its share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVersion {
	/// Whose record.
	pub patient: [u8; 32],
	/// The Feldman commitments' bytes.
	pub commitments: Vec<u8>,
	/// The manifest's bytes.
	pub manifest: Vec<u8>,
	/// Its CID.
	pub manifest_cid: String,
	/// The ciphertext's CID.
	pub ciphertext_cid: String,
	/// The ciphertext's length.
	pub ciphertext_len: u64,
	/// The patient's share, sealed to the patient.
	pub patient_share: Option<Vec<u8>>,
	/// Whether manifest and ciphertext are pinned.
	pub pinned: bool,
}

/// The consent for which a share is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
	/// SCALE of the grantee.
	pub grantee: Vec<u8>,
	/// The consent's number.
	pub consent: u32,
}

/// A block that has been indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedBlock {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: H256,
	/// The lines that it added, with their heads.
	pub lines: Vec<(AccountId, LogLine)>,
	/// Patients whose log does not agree with the chain.
	pub mismatches: Vec<AccountId>,
}

/// The database. Cheap to clone; its calls block, so tasks go through [`Store::run`].
#[derive(Clone)]
pub struct Store {
	connection: Arc<Mutex<Connection>>,
	key: Arc<SecretKey>,
}

impl Store {
	/// Opens the database in this directory, and makes it where there is none.
	pub fn open(directory: &Path, key: SecretKey) -> anyhow::Result<Self> {
		use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
		std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
		let path = directory.join("custodian.sqlite");
		let connection = Connection::open(&path)?;
		std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
		Ok(Self::with(connection, key)?)
	}

	fn with(mut connection: Connection, key: SecretKey) -> Result<Self, StoreError> {
		connection.busy_timeout(std::time::Duration::from_secs(10))?;
		// A share must be on the disk before it is acknowledged, hence FULL.
		connection.execute_batch(
			"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
			 PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
		)?;
		let schema: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
		match schema {
			SCHEMA => {},
			0 => {
				let transaction = connection.transaction()?;
				transaction.execute_batch(SCHEMA_1)?;
				transaction.pragma_update(None, "user_version", SCHEMA)?;
				transaction.commit()?;
			},
			newer => return Err(StoreError::Newer(newer)),
		}
		Ok(Self { connection: Arc::new(Mutex::new(connection)), key: Arc::new(key) })
	}

	/// Does something with the database where blocking is allowed.
	pub async fn run<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		let store = self.clone();
		match tokio::task::spawn_blocking(move || work(&store)).await {
			Ok(result) => result,
			Err(error) => std::panic::resume_unwind(error.into_panic()),
		}
	}

	fn transaction<T>(
		&self,
		work: impl FnOnce(&Transaction) -> Result<T, StoreError>,
	) -> Result<T, StoreError> {
		// A panic while it was locked rolled its transaction back: the connection is good.
		let mut connection = self.connection.lock().unwrap_or_else(|error| error.into_inner());
		let transaction = connection.transaction()?;
		let result = work(&transaction)?;
		transaction.commit()?;
		Ok(result)
	}

	/// Writes all into the database file and empties the write-ahead log.
	pub fn checkpoint(&self) -> Result<(), StoreError> {
		let connection = self.connection.lock().unwrap_or_else(|error| error.into_inner());
		connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
		Ok(())
	}

	// Facts.

	/// A fact that was noted once.
	pub fn fact(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
			Ok(query.query_row([name], |row| row.get(0)).optional()?)
		})
	}

	/// Notes a fact; answers with what was noted before, which then stays.
	pub fn note_fact(&self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
		self.transaction(|db| {
			db.execute("INSERT OR IGNORE INTO facts VALUES (?1, ?2)", params![name, value])?;
			Ok(db.query_row("SELECT value FROM facts WHERE name = ?1", [name], |row| row.get(0))?)
		})
	}

	// Shares.

	/// Keeps a version's own share and what came with it. What is there already stays.
	pub fn keep_version(
		&self,
		id: VersionId,
		holder: [u8; 32],
		share: &Share,
		version: &KeptVersion,
	) -> Result<(), StoreError> {
		self.transaction(|db| {
			db.execute(
				"INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0)",
				params![
					id.record,
					id.version,
					id.epoch,
					version.patient,
					version.commitments,
					version.manifest,
					version.manifest_cid,
					version.ciphertext_cid,
					version.ciphertext_len as i64,
					version.patient_share,
				],
			)?;
			self.insert_share(db, id, holder, None, share)
		})
	}

	/// Keeps a share that the patient carried here for a consent.
	pub fn keep_carried(
		&self,
		id: VersionId,
		patient: [u8; 32],
		carried: &Carried,
		share: &Share,
		commitments: &[u8],
	) -> Result<(), StoreError> {
		self.transaction(|db| {
			db.execute(
				"INSERT OR IGNORE INTO carried_commitments VALUES (?1, ?2, ?3, ?4)",
				params![id.record, id.version, id.epoch, commitments],
			)?;
			self.insert_share(db, id, patient, Some(carried), share)
		})
	}

	fn insert_share(
		&self,
		db: &Transaction,
		id: VersionId,
		holder: [u8; 32],
		carried: Option<&Carried>,
		share: &Share,
	) -> Result<(), StoreError> {
		let (grantee, consent) = consent_columns(carried);
		let there: bool = db.query_row(
			"SELECT EXISTS (SELECT 1 FROM shares WHERE record = ?1 AND version = ?2 AND epoch = ?3
			 AND holder = ?4 AND grantee = ?5 AND consent = ?6)",
			params![id.record, id.version, id.epoch, holder, grantee, consent],
			|row| row.get(0),
		)?;
		if there {
			return Ok(());
		}
		let key = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		let aad = share_aad(id, &holder);
		// Every key encrypts one message only, so the nonce need not differ.
		let ciphertext = Aes256Gcm::new((&*key).into())
			.encrypt(&[0; 12].into(), Payload { msg: &Zeroizing::new(share.encode()), aad: &aad })
			.map_err(|_| StoreError::Unreadable)?;
		let sealed = seal::seal(&self.key.public(), Purpose::Storage, &aad, key.as_slice())
			.map_err(|_| StoreError::Unreadable)?;
		db.execute("INSERT INTO share_keys (sealed) VALUES (?1)", [sealed])?;
		db.execute(
			"INSERT INTO shares VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			params![
				id.record,
				id.version,
				id.epoch,
				holder,
				grantee,
				consent,
				db.last_insert_rowid(),
				ciphertext
			],
		)?;
		Ok(())
	}

	/// The share of this holder, own or carried for this consent.
	pub fn share(
		&self,
		id: VersionId,
		holder: [u8; 32],
		carried: Option<&Carried>,
	) -> Result<Option<Share>, StoreError> {
		let (grantee, consent) = consent_columns(carried);
		let found: Option<(Vec<u8>, Vec<u8>)> = self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT sealed, ciphertext FROM shares JOIN share_keys ON shares.key = share_keys.id
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3 AND holder = ?4 AND grantee = ?5
				 AND consent = ?6",
			)?;
			let row = params![id.record, id.version, id.epoch, holder, grantee, consent];
			Ok(query.query_row(row, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
		})?;
		let Some((sealed, ciphertext)) = found else { return Ok(None) };
		let aad = share_aad(id, &holder);
		let key = seal::open(&self.key, Purpose::Storage, &aad, &sealed)
			.map_err(|_| StoreError::Unreadable)?;
		let cipher = Aes256Gcm::new_from_slice(&key).map_err(|_| StoreError::Unreadable)?;
		let share = cipher
			.decrypt(&[0; 12].into(), Payload { msg: &ciphertext, aad: &aad })
			.map_err(|_| StoreError::Unreadable)?;
		let share = Zeroizing::new(share);
		let share = Share::decode_all(&mut &share[..]).map_err(|_| StoreError::Unreadable)?;
		Ok(Some(share))
	}

	/// The consents for which the patient's share of this version was carried here.
	pub fn carried(&self, id: VersionId, patient: [u8; 32]) -> Result<Vec<Carried>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT grantee, consent FROM shares WHERE record = ?1 AND version = ?2
				 AND epoch = ?3 AND holder = ?4 AND consent >= 0 ORDER BY consent LIMIT 64",
			)?;
			let rows = query
				.query_map(params![id.record, id.version, id.epoch, patient], |row| {
					Ok(Carried { grantee: row.get(0)?, consent: row.get(1)? })
				})?;
			Ok(rows.collect::<Result<_, _>>()?)
		})
	}

	/// All consents for which shares were carried here, with their patients.
	pub fn all_carried(&self) -> Result<Vec<([u8; 32], Carried)>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT DISTINCT holder, grantee, consent FROM shares WHERE consent >= 0",
			)?;
			let rows = query.query_map([], |row| {
				Ok((row.get(0)?, Carried { grantee: row.get(1)?, consent: row.get(2)? }))
			})?;
			Ok(rows.collect::<Result<_, _>>()?)
		})
	}

	/// Destroys what was carried for a consent; answers with how many shares that were.
	pub fn destroy_carried(
		&self,
		patient: [u8; 32],
		carried: &Carried,
	) -> Result<usize, StoreError> {
		let destroyed = self.transaction(|db| {
			Ok(db.execute(
				"DELETE FROM share_keys WHERE id IN (SELECT key FROM shares WHERE holder = ?1
				 AND grantee = ?2 AND consent = ?3)",
				params![patient, carried.grantee, carried.consent],
			)?)
		})?;
		if destroyed > 0 {
			self.checkpoint()?;
		}
		Ok(destroyed)
	}

	// Versions and content.

	/// What came with a version's share.
	pub fn version(&self, id: VersionId) -> Result<Option<KeptVersion>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT patient, commitments, manifest, manifest_cid, ciphertext_cid,
				 ciphertext_len, patient_share, pinned FROM versions
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
			)?;
			let row = query.query_row(params![id.record, id.version, id.epoch], |row| {
				Ok(KeptVersion {
					patient: row.get(0)?,
					commitments: row.get(1)?,
					manifest: row.get(2)?,
					manifest_cid: row.get(3)?,
					ciphertext_cid: row.get(4)?,
					ciphertext_len: row.get::<_, i64>(5)? as u64,
					patient_share: row.get(6)?,
					pinned: row.get(7)?,
				})
			});
			Ok(row.optional()?)
		})
	}

	/// The commitments that came with a version's share, own or carried.
	pub fn commitments(&self, id: VersionId) -> Result<Option<Vec<u8>>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT commitments FROM versions WHERE record = ?1 AND version = ?2 AND epoch = ?3
				 UNION ALL SELECT commitments FROM carried_commitments
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
			)?;
			let row = params![id.record, id.version, id.epoch];
			Ok(query.query_row(row, |row| row.get(0)).optional()?)
		})
	}

	/// Notes that a version's manifest and ciphertext are pinned.
	pub fn set_pinned(&self, id: VersionId, at: u64) -> Result<(), StoreError> {
		self.transaction(|db| {
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
					params![cid, length, at as i64],
				)?;
			}
			db.execute(
				"UPDATE versions SET pinned = 1 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch],
			)?;
			Ok(())
		})
	}

	/// The versions whose acknowledgement was not seen final yet.
	pub fn to_acknowledge(&self) -> Result<Vec<VersionId>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT record, version, epoch FROM versions WHERE acknowledged = 0",
			)?;
			let rows = query.query_map([], |row| {
				Ok(VersionId { record: row.get(0)?, version: row.get(1)?, epoch: row.get(2)? })
			})?;
			Ok(rows.collect::<Result<_, _>>()?)
		})
	}

	/// Notes that the chain has the acknowledgement, finally.
	pub fn set_acknowledged(&self, id: VersionId) -> Result<(), StoreError> {
		self.transaction(|db| {
			db.execute(
				"UPDATE versions SET acknowledged = 1
				 WHERE record = ?1 AND version = ?2 AND epoch = ?3",
				params![id.record, id.version, id.epoch],
			)?;
			Ok(())
		})
	}

	/// Bytes that this account has added and no version names.
	pub fn unclaimed(&self, account: [u8; 32]) -> Result<u64, StoreError> {
		self.transaction(|db| {
			let sum: i64 = db.query_row(
				"SELECT coalesce(sum(length), 0) FROM content WHERE account = ?1 AND claimed = 0",
				[account],
				|row| row.get(0),
			)?;
			Ok(sum as u64)
		})
	}

	/// Notes content that an account has added.
	pub fn note_content(
		&self,
		cid: &str,
		length: u64,
		account: [u8; 32],
		at: u64,
	) -> Result<(), StoreError> {
		self.transaction(|db| {
			db.execute(
				"INSERT INTO content VALUES (?1, ?2, 0, ?3, ?4)
				 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
				params![cid, length as i64, account, at as i64],
			)?;
			Ok(())
		})
	}

	/// The length of content that this custodian gives.
	pub fn content(&self, cid: &str) -> Result<Option<u64>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached("SELECT length FROM content WHERE cid = ?1")?;
			let length = query.query_row([cid], |row| row.get::<_, i64>(0)).optional()?;
			Ok(length.map(|length| length as u64))
		})
	}

	/// Forgets content that was added before this moment and that no version names, and answers
	/// with it.
	pub fn drop_unclaimed(&self, before: u64) -> Result<Vec<String>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"DELETE FROM content WHERE claimed = 0 AND at < ?1 RETURNING cid",
			)?;
			let rows = query.query_map([before as i64], |row| row.get(0))?;
			Ok(rows.collect::<Result<_, _>>()?)
		})
	}

	// Nonces.

	/// Whether the account has used this nonce.
	pub fn is_used(&self, account: [u8; 32], nonce: [u8; 16]) -> Result<bool, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT EXISTS (SELECT 1 FROM nonces WHERE account = ?1 AND nonce = ?2)",
			)?;
			Ok(query.query_row(params![account, nonce], |row| row.get(0))?)
		})
	}

	/// Uses a nonce up until it expires; false if it was used before. Forgets expired ones.
	pub fn use_nonce(
		&self,
		account: [u8; 32],
		nonce: [u8; 16],
		now: u64,
		expires: u64,
	) -> Result<bool, StoreError> {
		self.transaction(|db| {
			db.execute("DELETE FROM nonces WHERE expires < ?1", [now as i64])?;
			let inserted = db.execute(
				"INSERT OR IGNORE INTO nonces VALUES (?1, ?2, ?3)",
				params![account, nonce, expires as i64],
			)?;
			Ok(inserted == 1)
		})
	}

	// The patients' logs.

	/// The last indexed block.
	pub fn indexed(&self) -> Result<Option<(u32, H256)>, StoreError> {
		let value = self.fact("indexed")?;
		Ok(value.and_then(|bytes| {
			let (number, hash) = <(u32, [u8; 32])>::decode_all(&mut &bytes[..]).ok()?;
			Some((number, H256(hash)))
		}))
	}

	/// Count and head of what is indexed of a patient's log.
	pub fn log_head(&self, patient: &AccountId) -> Result<(u64, [u8; 32]), StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT seq, head FROM entries WHERE patient = ?1 ORDER BY seq DESC LIMIT 1",
			)?;
			let last = query
				.query_row([account_bytes(patient)], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
				.optional()?;
			Ok(last.map_or((0, [0; 32]), |(seq, head)| (seq as u64 + 1, head)))
		})
	}

	/// Enters blocks, all or none.
	pub fn index_blocks(&self, blocks: &[IndexedBlock]) -> Result<(), StoreError> {
		self.transaction(|db| {
			for block in blocks {
				for (patient, line) in &block.lines {
					db.prepare_cached(
						"INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5)",
					)?
					.execute(params![
						account_bytes(patient),
						line.seq as i64,
						line.block,
						line.entry.0,
						line.head.0
					])?;
				}
				for patient in &block.mismatches {
					db.prepare_cached("INSERT OR IGNORE INTO mismatches VALUES (?1, ?2)")?
						.execute(params![account_bytes(patient), block.number])?;
				}
			}
			if let Some(last) = blocks.last() {
				db.prepare_cached("INSERT OR REPLACE INTO facts VALUES ('indexed', ?1)")?
					.execute([(last.number, last.hash.0).encode()])?;
			}
			Ok(())
		})
	}

	/// How many patients' logs don't agree with the chain.
	pub fn mismatches(&self) -> Result<u64, StoreError> {
		self.transaction(|db| {
			let count: i64 =
				db.query_row("SELECT count(*) FROM mismatches", [], |row| row.get(0))?;
			Ok(count as u64)
		})
	}

	/// A part of a patient's log.
	pub fn log(
		&self,
		patient: &AccountId,
		from: u64,
		limit: u32,
	) -> Result<Vec<LogLine>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached(
				"SELECT seq, block, entry, head FROM entries WHERE patient = ?1 AND seq >= ?2
				 ORDER BY seq LIMIT ?3",
			)?;
			let from = i64::try_from(from).unwrap_or(i64::MAX);
			let rows = query.query_map(params![account_bytes(patient), from, limit], |row| {
				Ok(LogLine {
					seq: row.get::<_, i64>(0)? as u64,
					block: row.get(1)?,
					entry: HexBytes(row.get(2)?),
					head: Hex(row.get(3)?),
				})
			})?;
			Ok(rows.collect::<Result<_, _>>()?)
		})
	}
}

fn consent_columns(carried: Option<&Carried>) -> (&[u8], i64) {
	match carried {
		Some(carried) => (&carried.grantee, carried.consent.into()),
		None => (&[], -1),
	}
}

/// What a share and its key are bound to.
fn share_aad(id: VersionId, holder: &[u8; 32]) -> Vec<u8> {
	(id, holder).encode()
}

#[cfg(test)]
mod tests;
