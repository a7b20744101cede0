//! When each share was checked last, and which are lost.

use super::{ConsentKey, StoreError, VersionId};
use async_trait::async_trait;

/// A share that is checked in its turn: the institution's own, with what came with it, or a carried one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldShare {
	/// The version.
	pub id: VersionId,
	/// Whose share it is: the institution's, or the patient's.
	pub holder: [u8; 32],
	/// The record's patient.
	pub patient: [u8; 32],
	/// The consent under which the patient carried it here. None for the institution's own.
	pub carried: Option<ConsentKey>,
	/// When it was received or checked last.
	pub checked: u64,
}

/// A share that the custodian should have and does not, or of which the copy is no good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostShare {
	/// The version.
	pub id: VersionId,
	/// The record's patient.
	pub patient: [u8; 32],
	/// The consent under which the patient carried it here. None for the institution's own.
	pub carried: Option<ConsentKey>,
	/// What is wrong with it.
	pub reason: String,
	/// Whether the chain has its acknowledgement. It never has one of a carried share.
	pub is_counted_on: bool,
}

/// How many shares are lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
	/// All that nobody has delivered again.
	pub all: u64,
	/// Those of them on which the chain still counts, as far as is known.
	pub unreported: u64,
	/// Those that were reported since a moment, or found without the chain counting on them.
	pub recent: u64,
}

/// An entry of a patient's log: the patient, its number in the log, and its bytes.
pub type NumberedEntry = ([u8; 32], u64, Vec<u8>);

/// When each share was checked last, and which are lost.
#[async_trait]
pub trait Scrubbing: Send + Sync {
	/// How many shares there are.
	async fn shares_to_check(&self) -> Result<u64, StoreError>;

	/// Up to `limit` shares that were not checked at this moment or later, the one whose check is the oldest
	/// first.
	async fn least_checked(&self, before: u64, limit: u32) -> Result<Vec<HeldShare>, StoreError>;

	/// Up to `limit` shares after this place, each with its place, in their order.
	async fn held_after(&self, place: i64, limit: u32)
		-> Result<Vec<(i64, HeldShare)>, StoreError>;

	/// Notes that an own share is good on which the chain does not count, so that it is acknowledged.
	async fn acknowledge_again(&self, id: VersionId) -> Result<(), StoreError>;

	/// Notes that these shares were checked and are good.
	async fn note_good(&self, shares: Vec<HeldShare>, at: u64) -> Result<(), StoreError>;

	/// Notes that these shares were checked, or looked for, and are lost. An own one is not acknowledged
	/// any more, until somebody delivers it again.
	async fn note_lost_shares(&self, shares: Vec<LostShare>, at: u64) -> Result<(), StoreError>;

	/// The lost shares on which the chain still counts.
	async fn unreported(&self) -> Result<Vec<LostShare>, StoreError>;

	/// Notes that these losses were reported, or need not be.
	async fn note_reported(&self, shares: Vec<LostShare>, at: u64) -> Result<(), StoreError>;

	/// How many shares are lost. The recent ones are those that were reported after `since`.
	async fn losses(&self, since: u64) -> Result<Losses, StoreError>;

	/// Those of these versions of which this holder has no share here, or not what came with it.
	async fn without_share(
		&self,
		holder: [u8; 32],
		versions: Vec<VersionId>,
	) -> Result<Vec<VersionId>, StoreError>;

	/// Up to `limit` indexed entries of all patients' logs that come after this patient's entry of this
	/// number, in the order of patients and numbers.
	async fn entries_after(
		&self,
		after: Option<([u8; 32], u64)>,
		limit: u32,
	) -> Result<Vec<NumberedEntry>, StoreError>;

	/// Replaces a version's manifest, and what is kept of it.
	async fn replace_manifest(
		&self,
		id: VersionId,
		manifest: Vec<u8>,
		cid: String,
		ciphertext: (String, u64),
	) -> Result<(), StoreError>;
}
