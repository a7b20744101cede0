//! Destroys carried shares that have lost their purpose: the consent has ended or no longer covers
//! the record, or a deny matches.

use crate::{
	chain::{Block, MAX_CARRIED},
	gauge::gauge_value,
	state::State,
	store::{CarriedShare, StoreError},
};
use codec::DecodeAll;
use vouchsafe_client::{
	chain::{AccountId, ChainError, Grantee, H256},
	messages::Hex,
};

/// Why shares could not be checked or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
	/// The chain could not be read.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
}

/// Checks all carried shares, or those of these patients, at a finalised block. Destroys those that
/// may not stay.
pub async fn sweep(
	state: &State,
	block: &dyn Block,
	institution: &AccountId,
	patients: Option<Vec<[u8; 32]>>,
) -> Result<(), SweepError> {
	let is_complete = patients.is_none();
	let carried = state.database.all_carried(patients).await?;
	if is_complete {
		metrics::gauge!("vouchsafe_custodian_carried_shares").set(gauge_value(carried.len()));
	}
	destroy(state, lapsed(block, institution, &carried).await?).await
}

/// Those of these shares that may not stay at this block. They are ordered by patient and consent.
pub async fn lapsed(
	block: &dyn Block,
	institution: &AccountId,
	carried: &[CarriedShare],
) -> Result<Vec<CarriedShare>, ChainError> {
	let mut lapsed = Vec::new();
	let is_same = |one: &CarriedShare, other: &CarriedShare| {
		(one.patient, &one.consent) == (other.patient, &other.consent)
	};
	for shares in carried.chunk_by(is_same).flat_map(|shares| shares.chunks(MAX_CARRIED)) {
		let may_stay = may_stay(block, institution, shares).await?;
		let ended = shares.iter().zip(may_stay).filter(|(_, may_stay)| !may_stay);
		lapsed.extend(ended.map(|(share, _)| share.clone()));
	}
	Ok(lapsed)
}

/// Whether each of these shares may stay at this block. All were carried under one consent.
pub async fn may_stay(
	block: &dyn Block,
	institution: &AccountId,
	shares: &[CarriedShare],
) -> Result<Vec<bool>, ChainError> {
	let Some(CarriedShare { patient, consent, .. }) = shares.first() else { return Ok(vec![]) };
	let Ok(grantee) = Grantee::decode_all(&mut &consent.grantee[..]) else {
		return Ok(vec![false; shares.len()]);
	};
	let records: Vec<H256> = shares.iter().map(|share| H256(share.id.record)).collect();
	let patient = (*patient).into();
	block.may_carry(institution, &patient, &grantee, consent.consent, &records).await
}

/// Destroys these shares. Also removes what is left of shares that were destroyed before.
async fn destroy(state: &State, shares: Vec<CarriedShare>) -> Result<(), SweepError> {
	for CarriedShare { patient, consent, id } in &shares {
		tracing::info!(
			patient = %Hex(*patient),
			consent = consent.consent,
			record = %Hex(id.record),
			version = id.version,
			"destroys a carried share: its consent no longer allows reading the record"
		);
	}
	let destroyed = state.database.destroy_carried(shares).await?;
	let count = u64::try_from(destroyed).unwrap_or(u64::MAX);
	metrics::counter!("vouchsafe_custodian_carried_destroyed_total").increment(count);
	Ok(())
}

#[cfg(test)]
mod tests;
