//! The keys of rounds and studies: those that encrypt what is stored, the evaluation key, and the key
//! with which reports are verified.

use super::{Aggregated, StudyError};
use crate::{encryption::RoundKey, state::State, store::RoundId};
use codec::Encode;
use std::sync::Arc;
use vouchsafe_client::chain::StudyId;
use vouchsafe_vault::study::{nullifier::EvaluationKey, verify::VerifyKey};

/// The name under which the evaluation key is stored.
const EVALUATION: &str = "evaluation";
/// The name under which the verify key is stored.
const VERIFY: &str = "verify";

/// For what a value is encrypted.
#[derive(Clone, Copy, Debug, Encode)]
pub enum Stored {
	/// The evaluation key.
	#[codec(index = 0)]
	Evaluation,
	/// The verify key.
	#[codec(index = 1)]
	Verify,
	/// A part of a contributor's list of nullifiers.
	#[codec(index = 2)]
	Nullifiers([u8; 32], u32),
	/// A contributor's nullifiers that count elsewhere.
	#[codec(index = 3)]
	Doubles([u8; 32]),
	/// This aggregator's share of a report.
	#[codec(index = 4)]
	Share([u8; 32], [u8; 16]),
	/// This aggregator's shares of the cells of a page of reports.
	#[codec(index = 5)]
	Cells([u8; 16]),
	/// The noisy share of an attempt.
	#[codec(index = 6)]
	Noised(u8),
}

/// The key under which a round's, or the study's own, secrets are stored, if there is one.
pub async fn find_key(
	state: &State,
	study: StudyId,
	round: Option<u8>,
) -> Result<Option<Arc<RoundKey>>, StudyError> {
	let cache = || state.studies.keys.lock().unwrap_or_else(|error| error.into_inner());
	let known = cache().open.get(&(study, round)).cloned();
	if known.is_some() {
		return Ok(known);
	}
	let Some(sealed) = state.database.study_key(study, round).await? else { return Ok(None) };
	let key = Arc::new(state.encryption.open_round_key(study, round, &sealed)?);
	cache().insert(study, round, key.clone());
	Ok(Some(key))
}

/// The same. It is made if there is none.
pub async fn ensure_key(
	state: &State,
	study: StudyId,
	round: Option<u8>,
) -> Result<Arc<RoundKey>, StudyError> {
	if let Some(key) = find_key(state, study, round).await? {
		return Ok(key);
	}
	let new = state.encryption.new_round_key(study, round)?;
	state.database.keep_study_key(study, round, new).await?;
	find_key(state, study, round).await?.ok_or(StudyError::Missing("a round's key"))
}

/// The key of this round. A step makes it, and requests before the freeze. Nothing else does, so that
/// what comes late does not make a new key of a round whose key is destroyed.
pub async fn make_round_key(state: &State, id: RoundId) -> Result<Arc<RoundKey>, StudyError> {
	ensure_key(state, id.study, Some(id.round)).await
}

/// The key of this round.
pub async fn round_key(state: &State, id: RoundId) -> Result<Arc<RoundKey>, StudyError> {
	find_key(state, id.study, Some(id.round)).await?.ok_or(StudyError::NoKey)
}

/// Destroys the key of a round, or of the study itself, and all that is encrypted under it.
pub async fn destroy(state: &State, study: StudyId, round: Option<u8>) -> Result<(), StudyError> {
	state.studies.keys.lock().unwrap_or_else(|error| error.into_inner()).destroy(study, round);
	if let Some(round) = round {
		state.studies.begun.forget(RoundId { study, round });
		state.studies.lacking.forget(RoundId { study, round });
	}
	state.database.destroy_study_key(study, round).await?;
	tracing::info!(study, round, "destroyed the key of a study, and what it encrypted");
	Ok(())
}

/// The study's evaluation key, if there is one.
pub async fn evaluation_key(
	state: &State,
	study: StudyId,
) -> Result<Option<EvaluationKey>, StudyError> {
	let Some(key) = find_key(state, study, None).await? else { return Ok(None) };
	let stored = state.database.study_secret(study, None, EVALUATION).await?;
	stored.map(|stored| read_evaluation(&key, &stored)).transpose()
}

/// The same. It is made if there is none.
pub async fn ensure_evaluation_key(
	state: &State,
	study: StudyId,
) -> Result<EvaluationKey, StudyError> {
	let key = ensure_key(state, study, None).await?;
	let new = EvaluationKey::random().to_bytes();
	let new = key.encrypt(&Stored::Evaluation.encode(), &new[..])?;
	let kept = state.database.keep_study_secret(study, None, EVALUATION, new).await?;
	read_evaluation(&key, &kept)
}

fn read_evaluation(key: &RoundKey, stored: &[u8]) -> Result<EvaluationKey, StudyError> {
	let seed = key.decrypt(&Stored::Evaluation.encode(), stored)?;
	let seed = seed.first_chunk().ok_or(StudyError::Missing("the evaluation key"))?;
	Ok(EvaluationKey::from_bytes(seed))
}

/// The key with which the round's reports are verified, if it is there.
pub async fn verify_key(state: &State, id: RoundId) -> Result<Option<VerifyKey>, StudyError> {
	let Some(key) = find_key(state, id.study, Some(id.round)).await? else { return Ok(None) };
	let stored = state.database.study_secret(id.study, Some(id.round), VERIFY).await?;
	stored.map(|stored| read_verify(&key, &stored)).transpose()
}

/// Stores the key with which the current round's reports are verified, unless there is one, and returns
/// the stored one. A report must not be verified under two keys.
pub async fn keep_verify_key(
	aggregated: &Aggregated,
	new: VerifyKey,
) -> Result<VerifyKey, StudyError> {
	let (state, id) = (&aggregated.state, aggregated.id());
	let key = round_key(state, id).await?;
	let new = key.encrypt(&Stored::Verify.encode(), &new.to_bytes()[..])?;
	let kept = state.database.keep_study_secret(id.study, Some(id.round), VERIFY, new).await?;
	read_verify(&key, &kept)
}

fn read_verify(key: &RoundKey, stored: &[u8]) -> Result<VerifyKey, StudyError> {
	let bytes = key.decrypt(&Stored::Verify.encode(), stored)?;
	VerifyKey::from_bytes(&bytes).ok_or(StudyError::Missing("the verify key"))
}
