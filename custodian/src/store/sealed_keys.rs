//! The keys of stored values, each sealed to the custodian, and the custodian's own keys that are no longer in
//! use.

use super::{StoreError, VersionId};
use async_trait::async_trait;
use vouchsafe_client::chain::StudyId;

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOf {
	/// A share's.
	Share {
		/// Its place in the database.
		row: i64,
		/// The version.
		version: VersionId,
		/// The holder.
		holder: [u8; 32],
	},
	/// A patient's labels'.
	Labels([u8; 32]),
	/// A study's, or one of its rounds'.
	Study(StudyId, Option<u8>),
}

/// A key that is sealed to the custodian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
	/// Whose key it is.
	pub of: KeyOf,
	/// The sealed key.
	pub sealed: Vec<u8>,
}

/// One of the custodian's keys that the chain named before the one in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerKey {
	/// The public key.
	pub key: [u8; 32],
	/// When the chain was first seen to name another one, in seconds since 1970, by the chain's clock.
	pub since: u64,
	/// Whether its time is over: nothing is opened with it any more.
	pub is_over: bool,
}

/// The keys of stored values, and the custodian's former keys.
#[async_trait]
pub trait SealedKeys: Send + Sync {
	/// Up to so many sealed keys, in a fixed order, after this one.
	async fn sealed_keys(
		&self,
		after: Option<KeyOf>,
		limit: u32,
	) -> Result<Vec<SealedKey>, StoreError>;

	/// Replaces sealed keys, unless they were changed or destroyed meanwhile. Returns how many it replaced.
	async fn replace_sealed_keys(
		&self,
		replaced: Vec<(SealedKey, Vec<u8>)>,
	) -> Result<usize, StoreError>;

	/// Notes that all keys are sealed to this key of the custodian.
	async fn note_all_sealed_to(&self, key: [u8; 32]) -> Result<(), StoreError>;

	/// The key to which all keys are sealed, as far as was noted.
	async fn all_sealed_to(&self) -> Result<Option<[u8; 32]>, StoreError>;

	/// The custodian's former keys.
	async fn former_keys(&self) -> Result<Vec<FormerKey>, StoreError>;

	/// Notes a former key, or that its time is over.
	async fn note_former_key(&self, key: FormerKey) -> Result<(), StoreError>;

	/// Forgets a former key: it is destroyed, or in use again.
	async fn forget_former_key(&self, key: [u8; 32]) -> Result<(), StoreError>;
}
