//! Destroying the keys of rounds that are over. It depends only on the chain and on what is stored: not on
//! whether the custodian still aggregates, or for which institution.

use super::{secrets, StudyError};
use crate::{
	chain::{Block, Study},
	state::State,
};
use std::collections::BTreeSet;
use vouchsafe_client::{chain::StudyId, signing::now};

/// For how long it is known which reports of an ended study counted, in seconds.
const MEMORY: u64 = 30 * 24 * 3600;

/// Forgets who was counted in studies that ended long ago.
pub async fn forget_old(state: &State) -> Result<(), StudyError> {
	Ok(state.database.forget_studies(now().saturating_sub(MEMORY)).await?)
}

/// Destroys the keys of all rounds and studies that are over at this final block.
pub async fn destroy_all_over(state: &State, block: &dyn Block) -> Result<(), StudyError> {
	let keys = state.database.study_keys().await?;
	let studies: BTreeSet<StudyId> = keys.into_iter().map(|(study, _)| study).collect();
	for id in studies {
		if let Some(study) = block.study(id).await? {
			destroy_over(state, id, &study).await?;
		}
	}
	Ok(())
}

/// The keys of rounds and studies that are over at this block.
pub async fn keys_over(
	state: &State,
	block: &dyn Block,
) -> Result<Vec<(StudyId, Option<u8>)>, StudyError> {
	let mut over = Vec::new();
	for (id, round) in state.database.study_keys().await? {
		if block.study(id).await?.is_some_and(|study| is_over(&study, round)) {
			over.push((id, round));
		}
	}
	Ok(over)
}

/// Whether the study has ended, or a later round than this one has begun.
fn is_over(study: &Study, round: Option<u8>) -> bool {
	study.stage.has_ended() || round.is_some_and(|round| round < study.round)
}

/// Destroys the keys of the study's rounds that are over, and its own one if it has ended. Notes the end
/// before: without keys, the study is not found again here.
pub async fn destroy_over(state: &State, id: StudyId, study: &Study) -> Result<(), StudyError> {
	let has_ended = study.stage.has_ended();
	for (of, round) in state.database.study_keys().await? {
		if of != id || !is_over(study, round) {
			continue;
		}
		if has_ended {
			state.database.note_study_end(id, now()).await?;
		}
		secrets::destroy(state, of, round).await?;
	}
	Ok(())
}
