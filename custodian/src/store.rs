//! What the custodian keeps, by subject: one trait each for shares, label keys, content, the index
//! of the patients' logs, the blocks on which it acted, the nonces of requests, the rounds of studies,
//! what it keeps for wallets, its backups, and when each share was checked. [`sqlite`] implements them all.
//!
//! A database gets shares and label keys only as [`SealedValue`]s. [`crate::encryption`] encrypts
//! them before.

mod backups;
mod scrub;
mod sealed_keys;
pub mod sqlite;
mod studies;

pub use backups::*;
pub use scrub::*;
pub use sealed_keys::*;
pub use studies::*;

use crate::{encryption::SealedValue, index::file::ExportedEntry};
use async_trait::async_trait;
use codec::{Decode, Encode};
use std::collections::BTreeMap;
use vouchsafe_client::{
	chain::{AccountId, H256},
	messages::{LogLine, LogPage},
};

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// The database itself failed.
	#[error("the database failed: {0}")]
	Database(#[source] Box<dyn std::error::Error + Send + Sync>),
	/// The disk is full. Nothing was written.
	#[error("the disk is full")]
	Full,
	/// The write-ahead log could not be emptied.
	#[error("the database's log can't be emptied while another program reads the database")]
	Busy,
	/// The database was written by a newer program.
	#[error("the database has schema {0}, which this program does not know: update the program")]
	NewerSchema(i64),
}

impl StoreError {
	/// An error of the database's own library.
	pub fn database(error: impl std::error::Error + Send + Sync + 'static) -> Self {
		Self::Database(Box::new(error))
	}
}

/// A version of a record, and the epoch of the sharing set that its shares belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct VersionId {
	/// The record.
	pub record: [u8; 32],
	/// The version.
	pub version: u32,
	/// The sharing set's epoch.
	pub epoch: u32,
}

/// A version whose acknowledgement is not known to be final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueVersion {
	/// The version.
	pub id: VersionId,
	/// The record's patient.
	pub patient: [u8; 32],
	/// Whether manifest and ciphertext are pinned.
	pub pinned: bool,
	/// The author who delivered it.
	pub author: [u8; 32],
	/// The institution that enrolled the author of the first version with this content.
	pub enroller: [u8; 32],
	/// When it was received, or when its content was found to be lost.
	pub since: u64,
	/// Whether its content was lost after it had been pinned.
	pub is_lost: bool,
}

/// What a custodian receives together with its share of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVersion {
	/// The record's patient.
	pub patient: [u8; 32],
	/// The author who delivered it.
	pub author: [u8; 32],
	/// When it was received, in seconds since 1970.
	pub received: u64,
	/// The bytes of the Feldman commitments.
	pub commitments: Vec<u8>,
	/// The bytes of the manifest.
	pub manifest: Vec<u8>,
	/// The manifest's CID.
	pub manifest_cid: String,
	/// The ciphertext's CID.
	pub ciphertext_cid: String,
	/// The ciphertext's length in bytes.
	pub ciphertext_len: u64,
	/// The patient's share, sealed to the patient.
	pub patient_share: Option<Vec<u8>>,
	/// Whether manifest and ciphertext are pinned.
	pub pinned: bool,
}

/// One of a patient's consents. A share can be carried to this custodian under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentKey {
	/// SCALE encoding of the grantee.
	pub grantee: Vec<u8>,
	/// The consent's number.
	pub consent: u32,
}

/// A share that the patient carried to this custodian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedShare {
	/// The patient.
	pub patient: [u8; 32],
	/// The consent under which it was carried.
	pub consent: ConsentKey,
	/// The version.
	pub id: VersionId,
}

/// A release of a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRecord {
	/// The reader.
	pub reader: [u8; 32],
	/// The record's patient.
	pub patient: [u8; 32],
	/// The version.
	pub id: VersionId,
	/// The number and the hash of the block that has the opening.
	pub opened_in: (u32, H256),
	/// When it was released first, in seconds since 1970.
	pub at: u64,
}

/// What went when the index was rewound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewound {
	/// How many lines of logs were removed.
	pub lines: usize,
	/// The releases whose openings are in blocks that the chain no longer has.
	pub releases: Vec<ReleaseRecord>,
}

/// The versions whose content is not as it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
	/// Versions that are not acknowledged yet.
	pub unacknowledged: u64,
	/// Acknowledged versions whose content was lost.
	pub lost: u64,
	/// Versions whose content could not be had for so long that it is no longer asked for.
	pub given_up: u64,
}

/// A block that has been indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedBlock {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: H256,
	/// The lines that it added to patients' logs, with their heads.
	pub lines: Vec<(AccountId, LogLine)>,
	/// Patients whose indexed log differs from the chain's.
	pub mismatches: Vec<AccountId>,
}

/// Count and head of each patient's log.
pub type LogHeads = BTreeMap<AccountId, (u64, H256)>;

/// How much content may be named by the versions of authors whom one institution enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedLimit {
	/// The institution.
	pub enroller: [u8; 32],
	/// The number of bytes.
	pub bytes: u64,
}

#[cfg(test)]
impl NamedLimit {
	/// No limit, for a made-up institution.
	pub(crate) const NONE: Self = Self { enroller: [9; 32], bytes: u64::MAX };
}

/// Under how many consents a patient may carry shares here. The chain is asked about each of them, again
/// and again.
pub const MAX_CARRYING_CONSENTS: u32 = 256;

/// Key shares, and what came with them.
#[async_trait]
pub trait Shares: Send + Sync {
	/// Stores the institution's share of a version and what came with it, and notes that the version names
	/// its ciphertext. Existing entries are not changed. False, and nothing is stored, if that would be
	/// more named content than the limit. Content that a version names already is not counted again.
	async fn keep_version(
		&self,
		id: VersionId,
		holder: [u8; 32],
		share: SealedValue,
		version: KeptVersion,
		limit: NamedLimit,
	) -> Result<bool, StoreError>;

	/// Stores a share that the patient carried here under a consent. Existing entries are not
	/// changed. False, and nothing is stored, if the patient has carried shares here under
	/// [`MAX_CARRYING_CONSENTS`] others.
	async fn keep_carried(
		&self,
		id: VersionId,
		patient: [u8; 32],
		consent: ConsentKey,
		share: SealedValue,
		commitments: Vec<u8>,
	) -> Result<bool, StoreError>;

	/// This holder's share: the institution's own, or the one carried under this consent.
	async fn share(
		&self,
		id: VersionId,
		holder: [u8; 32],
		consent: Option<ConsentKey>,
	) -> Result<Option<SealedValue>, StoreError>;

	/// The consents under which the patient's share of a version was carried here.
	async fn carried(
		&self,
		id: VersionId,
		patient: [u8; 32],
	) -> Result<Vec<ConsentKey>, StoreError>;

	/// All shares that were carried here, or those of these patients, by patient and consent.
	async fn all_carried(
		&self,
		patients: Option<Vec<[u8; 32]>>,
	) -> Result<Vec<CarriedShare>, StoreError>;

	/// Destroys carried shares and returns their number. Afterwards the keys that opened them are
	/// in none of the database's files. If this fails, repeat it, also if there is nothing left to
	/// destroy.
	async fn destroy_carried(&self, shares: Vec<CarriedShare>) -> Result<usize, StoreError>;

	/// What came with the share of a version.
	async fn version(&self, id: VersionId) -> Result<Option<KeptVersion>, StoreError>;

	/// The commitments that came with the share of a version, the institution's or a carried one.
	async fn commitments(&self, id: VersionId) -> Result<Option<Vec<u8>>, StoreError>;

	/// The versions whose acknowledgement was not seen in a finalised block yet, and those whose
	/// content was lost afterwards, the oldest first. Without those that were given up.
	async fn to_acknowledge(&self) -> Result<Vec<DueVersion>, StoreError>;

	/// Notes that a version's acknowledgement is final as of this block.
	async fn set_acknowledged(&self, id: VersionId, block: u32) -> Result<(), StoreError>;

	/// Notes that a version's content could not be had for too long. Its share is kept. It is tried
	/// again if its author delivers the envelope again.
	async fn give_up(&self, id: VersionId) -> Result<(), StoreError>;

	/// How many versions are not as they should be.
	async fn backlog(&self) -> Result<Backlog, StoreError>;
}

/// Content that an account wants to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
	/// The account.
	pub account: [u8; 32],
	/// The institution that enrolled it.
	pub enroller: [u8; 32],
	/// The number of bytes.
	pub length: u64,
}

/// How much content, reserved bytes included, may be here that no version names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLimits {
	/// Of one account, in bytes.
	pub account: u64,
	/// Of all accounts that one institution enrolled, in bytes.
	pub enroller: u64,
}

/// The content in the IPFS node, and the accounts that added it.
#[async_trait]
pub trait Content: Send + Sync {
	/// Reserves bytes until a moment, unless more than the limits would then be charged. Returns the
	/// reservation's number.
	async fn reserve(
		&self,
		charge: Charge,
		limits: ContentLimits,
		now: u64,
		until: u64,
	) -> Result<Option<i64>, StoreError>;

	/// Gives reserved bytes back.
	async fn release_reservation(&self, id: i64) -> Result<(), StoreError>;

	/// Turns reserved bytes into content, for which the account is charged until a version names
	/// it. Content that is here already is not charged again.
	async fn charge(&self, id: i64, cid: String, at: u64) -> Result<(), StoreError>;

	/// The length of content that this custodian serves.
	async fn content_length(&self, cid: String) -> Result<Option<u64>, StoreError>;

	/// Notes that a version's manifest and ciphertext are pinned. The version now claims them.
	async fn set_pinned(&self, id: VersionId, at: u64) -> Result<(), StoreError>;

	/// The content that was added before this moment and that no version names.
	async fn unclaimed_before(&self, before: u64) -> Result<Vec<String>, StoreError>;

	/// Whether this content was added before this moment and no version names it.
	async fn is_unclaimed(&self, cid: String, before: u64) -> Result<bool, StoreError>;

	/// Forgets content that was added before this moment and was removed, if no version has pinned it.
	/// Returns whether it did.
	async fn forget_unclaimed(&self, cid: String, before: u64) -> Result<bool, StoreError>;

	/// The CIDs of all content that pinned versions name.
	async fn claimed(&self) -> Result<Vec<String>, StoreError>;

	/// Notes that the IPFS node has lost this content, so that the versions that name it are pinned
	/// again. Returns how many versions these are.
	async fn note_lost(&self, cids: Vec<String>, at: u64) -> Result<usize, StoreError>;
}

/// The patients' label keys.
#[async_trait]
pub trait LabelKeys: Send + Sync {
	/// Stores a patient's label key, unless there is one already, and returns the stored one.
	async fn keep_label_key(
		&self,
		patient: [u8; 32],
		key: SealedValue,
	) -> Result<SealedValue, StoreError>;

	/// A patient's label key.
	async fn label_key(&self, patient: [u8; 32]) -> Result<Option<SealedValue>, StoreError>;

	/// Up to `limit` label keys after this patient's, in the order of the patients.
	async fn label_keys_after(
		&self,
		after: Option<[u8; 32]>,
		limit: u32,
	) -> Result<Vec<([u8; 32], SealedValue)>, StoreError>;
}

/// The index of the patients' logs, and the chain it was made from.
#[async_trait]
pub trait LogIndex: Send + Sync {
	/// Hash of the genesis block of the chain that was seen first.
	async fn genesis(&self) -> Result<Option<[u8; 32]>, StoreError>;

	/// Notes the chain's genesis hash, unless one was noted before, and returns the noted one.
	async fn note_genesis(&self, genesis: [u8; 32]) -> Result<[u8; 32], StoreError>;

	/// The last indexed block.
	async fn last_block(&self) -> Result<Option<(u32, H256)>, StoreError>;

	/// Count and head of what is indexed of these patients' logs.
	async fn log_heads(&self, patients: Vec<AccountId>) -> Result<LogHeads, StoreError>;

	/// Adds blocks: all of them or none.
	async fn index_blocks(&self, blocks: Vec<IndexedBlock>) -> Result<(), StoreError>;

	/// The number of patients whose indexed log differs from the chain's.
	async fn mismatches(&self) -> Result<u64, StoreError>;

	/// Up to `limit` entries that blocks up to this one appended to logs, and that come after this patient's
	/// entry of this number, in the order of patients and numbers. Without the logs that differ from the
	/// chain's.
	async fn exported_after(
		&self,
		after: Option<([u8; 32], u64)>,
		block: u32,
		limit: u32,
	) -> Result<Vec<ExportedEntry>, StoreError>;

	/// Up to `limit` lines of a patient's log, beginning with line `from`.
	async fn log_page(
		&self,
		patient: AccountId,
		from: u64,
		limit: u32,
	) -> Result<LogPage, StoreError>;
}

/// The final blocks on which the custodian acted: those that it indexed, and those of the openings
/// for which it gave shares.
#[async_trait]
pub trait History: Send + Sync {
	/// Records a release. This comes before the share is given. Old releases are forgotten. False, and
	/// nothing is recorded, if the custodian acted on another block of that number.
	async fn record_release(&self, release: ReleaseRecord) -> Result<bool, StoreError>;

	/// The highest block up to this number on which the custodian acted.
	async fn acted_on(&self, up_to: u32) -> Result<Option<(u32, H256)>, StoreError>;

	/// All blocks up to this number on which the custodian acted, in ascending order. Old ones are
	/// forgotten.
	async fn all_acted_on(&self, up_to: u32) -> Result<Vec<(u32, H256)>, StoreError>;

	/// Removes from the index what came after this block, or everything. Acknowledgements that were
	/// seen after it are looked for again.
	async fn rewind(&self, to: Option<(u32, H256)>) -> Result<Rewound, StoreError>;
}

/// The nonces of signed requests. Each is accepted once. In a restored database, those of requests that were
/// signed before it was restored count as used.
#[async_trait]
pub trait Nonces: Send + Sync {
	/// Whether the account has used this nonce.
	async fn is_used(&self, account: [u8; 32], nonce: [u8; 16]) -> Result<bool, StoreError>;

	/// Uses a nonce up until it expires, and forgets expired ones. False if it was used before.
	async fn use_nonce(
		&self,
		account: [u8; 32],
		nonce: [u8; 16],
		now: u64,
		expires: u64,
	) -> Result<bool, StoreError>;
}

/// What the custodian keeps for wallets.
#[async_trait]
pub trait Wallets: Send + Sync {
	/// The names of those of these accounts that have one, in their order.
	async fn names(&self, accounts: Vec<[u8; 32]>) -> Result<Vec<([u8; 32], String)>, StoreError>;

	/// Names in the order of their accounts, those after this account, at most so many.
	async fn names_after(
		&self,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<([u8; 32], String)>, StoreError>;

	/// Sets names of practitioners, all or none. An empty name removes it.
	async fn set_names(&self, names: Vec<([u8; 32], String)>) -> Result<(), StoreError>;

	/// An account's encrypted data with its revision, which is 0 if there is none.
	async fn synced(&self, account: [u8; 32]) -> Result<(u64, Vec<u8>), StoreError>;

	/// Replaces the data of this revision, and returns the new one. Nothing, and nothing is replaced, if
	/// the data has another revision, unless it is the new one with the same data.
	async fn replace_synced(
		&self,
		account: [u8; 32],
		replaces: u64,
		data: Vec<u8>,
	) -> Result<Option<u64>, StoreError>;

	/// All entries of a patient's log that are indexed, in their order.
	async fn log_entries(&self, patient: [u8; 32]) -> Result<Vec<Vec<u8>>, StoreError>;
}

/// All that the custodian needs of a database.
pub trait Database:
	Shares
	+ LabelKeys
	+ Content
	+ LogIndex
	+ History
	+ Nonces
	+ Studies
	+ Wallets
	+ Backups
	+ Scrubbing
	+ SealedKeys
{
}

impl<
		T: Shares
			+ LabelKeys
			+ Content
			+ LogIndex
			+ History
			+ Nonces
			+ Studies
			+ Wallets
			+ Backups
			+ Scrubbing
			+ SealedKeys,
	> Database for T
{
}
