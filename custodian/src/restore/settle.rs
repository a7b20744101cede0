//! What the daemon does with a restored database. A backup has what was destroyed since it was made, so that
//! is destroyed again before anything is given. And it has not what was acknowledged since: once the index
//! has the newest blocks, the log names these versions, and the scrub tells the chain.

use crate::{
	carried::{self, SweepError},
	chain::{Block, Node},
	heads::Heads,
	readiness::CheckName,
	scrub::{missing, ScrubError},
	state::{Connected, State},
	store::{RestoreProgress, Restored, StoreError},
	studies::{destruction::destroy_all_over, StudyError},
};
use std::sync::Arc;
use vouchsafe_client::{
	chain::{AccountId, ChainError},
	messages::Hex,
	signing::now,
};

/// How many missing versions the log names. `vouchsafe-custodian scrub` names all.
const NAMED: usize = 50;

/// Why it could not be done yet.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
	/// The chain could not be read.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Carried shares could not be destroyed.
	#[error(transparent)]
	Carried(#[from] SweepError),
	/// Keys of studies could not be destroyed.
	#[error(transparent)]
	Study(#[from] StudyError),
	/// What is missing could not be found.
	#[error(transparent)]
	Scrub(#[from] ScrubError),
}

/// Destroys what a restored database may no longer have at this final block. Returns whether the node may be
/// used to serve: not before it is recent enough to know that.
pub async fn settle(
	state: &State,
	node: &dyn Node,
	finalized: Arc<dyn Block>,
	institution: &AccountId,
) -> Result<bool, SettleError> {
	let restored = state.database.restored().await?;
	let Some(restored) = restored.filter(|it| it.progress == RestoreProgress::Installed) else {
		return Ok(true);
	};
	let heads = Heads::read(state, node, finalized).await?;
	if let Err(refusal) = heads.check(state) {
		let detail = format!(
			"the database was restored, and nothing is served before it is known what it may no longer have: \
			 {refusal}"
		);
		state.readiness.set(CheckName::Node, false, detail);
		return Ok(false);
	}
	let block = &*heads.finalized;
	carried::sweep(state, block, institution, None).await?;
	destroy_all_over(state, block).await?;
	let progress = RestoreProgress::Destroyed;
	state.database.set_restored(Restored { progress, ..restored }).await?;
	tracing::warn!(
		backup = restored.backup,
		restored = restored.at,
		block = block.number(),
		"the database was restored from a backup: what the chain no longer lets the custodian hold is destroyed"
	);
	Ok(true)
}

/// Names the versions that were acknowledged and that a restored database has not. It waits until the index
/// has the block that was final when it was first asked.
#[derive(Debug, Default)]
pub struct MissingVersions {
	up_to: Option<u32>,
}

impl MissingVersions {
	/// Names them, if that is due. Returns the restore, if there was one.
	pub async fn report(&mut self, state: &State) -> Result<Option<Restored>, SettleError> {
		let Some(restored) = state.database.restored().await? else { return Ok(None) };
		if restored.progress != RestoreProgress::Destroyed {
			return Ok(Some(restored));
		}
		let Some(Connected { node, institution: Some(institution) }) = state.connected() else {
			return Ok(Some(restored));
		};
		let block = node.finalized().await?;
		let up_to = *self.up_to.get_or_insert(block.number());
		let indexed = state.database.last_block().await?.map_or(0, |(number, _)| number);
		if indexed < up_to {
			return Ok(Some(restored));
		}
		let missing = missing::missing(&*state.database, &*block, &institution).await?;
		for held in missing.iter().take(NAMED) {
			tracing::error!(
				patient = %Hex::from(&held.patient),
				record = %Hex(held.record.0),
				version = held.version,
				epoch = held.epoch,
				"a version was acknowledged after the backup, and is missing"
			);
		}
		// The scrub tells the chain: by itself if they are few.
		let lost = missing.iter().map(missing::lost).collect();
		state.database.note_lost_shares(lost, now()).await?;
		let count = u32::try_from(missing.len()).unwrap_or(u32::MAX);
		tracing::warn!(
			missing = count,
			"compared the restored database with the chain. `vouchsafe-custodian scrub` lists what is missing, \
			 and --report-losses tells the chain"
		);
		let progress = RestoreProgress::Reported(count);
		let restored = Restored { progress, ..restored };
		state.database.set_restored(restored).await?;
		Ok(Some(restored))
	}
}
