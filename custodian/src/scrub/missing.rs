//! The shares that the institution acknowledged and that are not in the database: after a broken disk, or
//! after a restore of a backup that is older than they are. The indexed logs say what was acknowledged.

use super::{Fault, ScrubError};
use crate::{
	chain::{is_acknowledged, Block},
	store::{Database, LostShare, VersionId},
};
use std::collections::HashSet;
use vouchsafe_client::chain::{account_bytes, AccountId, HeldVersion, LogEntry, LogEvent, H256};

/// How many entries are read together.
const PAGE: u32 = 4096;

/// The versions that the institution has acknowledged by the indexed logs, that the chain still counts on
/// at this block, and of which the database has no share, or not what came with it. It finds what is
/// indexed: a restored database first has to index what came after its backup.
pub async fn missing(
	database: &dyn Database,
	block: &dyn Block,
	institution: &AccountId,
) -> Result<Vec<HeldVersion>, ScrubError> {
	let mut missing = Vec::new();
	let mut after: Option<([u8; 32], u64)> = None;
	let mut acknowledged = HashSet::new();
	loop {
		let page = database.entries_after(after, PAGE).await?;
		let is_last = page.is_empty();
		for (patient, seq, bytes) in page {
			if let Some((before, _)) = after.filter(|(before, _)| *before != patient) {
				let held = std::mem::take(&mut acknowledged);
				find(database, block, institution, before, held, &mut missing).await?;
			}
			after = Some((patient, seq));
			take(&mut acknowledged, institution, &bytes);
		}
		if let (true, Some((patient, _))) = (is_last, after) {
			find(database, block, institution, patient, acknowledged, &mut missing).await?;
			return Ok(missing);
		}
		if is_last {
			return Ok(missing);
		}
	}
}

/// Notes what an entry says of this institution's shares.
fn take(acknowledged: &mut HashSet<VersionId>, institution: &AccountId, bytes: &[u8]) {
	let Some(LogEntry { event, .. }) = LogEntry::from_bytes(bytes) else { return };
	let id = |(record, version, epoch): &(H256, u32, u32)| VersionId {
		record: record.0,
		version: *version,
		epoch: *epoch,
	};
	match event {
		LogEvent::SharesAcknowledged { holder, versions } if holder == *institution => {
			acknowledged.extend(versions.iter().map(id));
		},
		LogEvent::SharesLost { holder, versions } if holder == *institution => {
			for version in versions.iter().map(id) {
				acknowledged.remove(&version);
			}
		},
		_ => {},
	}
}

/// Adds those of a patient's versions that are missing.
async fn find(
	database: &dyn Database,
	block: &dyn Block,
	institution: &AccountId,
	patient: [u8; 32],
	acknowledged: HashSet<VersionId>,
	missing: &mut Vec<HeldVersion>,
) -> Result<(), ScrubError> {
	if acknowledged.is_empty() {
		return Ok(());
	}
	let versions = acknowledged.into_iter().collect();
	for id in database.without_share(account_bytes(institution), versions).await? {
		let VersionId { record, version, epoch } = id;
		let held = HeldVersion { patient: patient.into(), record: H256(record), version, epoch };
		if is_acknowledged(block, &held, institution).await? == Some(true) {
			missing.push(held);
		}
	}
	Ok(())
}

/// A missing version as a lost share.
pub(crate) fn lost(held: &HeldVersion) -> LostShare {
	let HeldVersion { patient, record, version, epoch } = held;
	LostShare {
		id: VersionId { record: record.0, version: *version, epoch: *epoch },
		patient: account_bytes(patient),
		carried: None,
		reason: Fault::Missing.to_string(),
		is_counted_on: true,
	}
}
