//! When the database was backed up, and what is to be done after it was restored.

use super::StoreError;
use async_trait::async_trait;
use codec::{Decode, Encode};

/// When the last backup and the last drill ended well, in seconds since 1970. 0 for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupTimes {
	/// The last backup.
	pub backup: u64,
	/// The last time that a backup was opened to check it.
	pub drill: u64,
}

/// A restored database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Restored {
	/// When it was restored, in seconds since 1970.
	pub at: u64,
	/// When its backup was made.
	pub backup: u64,
	/// What was done since.
	pub progress: RestoreProgress,
}

/// What was done since the database was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RestoreProgress {
	/// Nothing yet: it may have what the custodian may no longer hold.
	#[codec(index = 0)]
	Installed,
	/// What the chain no longer lets the custodian hold is destroyed.
	#[codec(index = 1)]
	Destroyed,
	/// It is known how many versions are missing.
	#[codec(index = 2)]
	Reported(u32),
}

/// When the database was backed up, and what is to be done after it was restored.
#[async_trait]
pub trait Backups: Send + Sync {
	/// When the last backup and the last drill ended well.
	async fn backup_times(&self) -> Result<BackupTimes, StoreError>;

	/// Whether the database was restored, and what was done since. Signed requests from before that moment
	/// count as used: see [`super::Nonces`].
	async fn restored(&self) -> Result<Option<Restored>, StoreError>;

	/// Notes that the database was restored, or what was done since.
	async fn set_restored(&self, restored: Restored) -> Result<(), StoreError>;
}
