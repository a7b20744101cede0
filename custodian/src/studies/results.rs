//! Adds up this aggregator's shares, adds noise, and keeps the noisy share until it is revealed.

use super::{
	compute,
	secrets::{self, Stored},
	tallies, Aggregated, Frozen, StudyError,
};
use crate::{
	encryption::RoundKey,
	store::{Output, ReportKey},
};
use codec::Encode;
use std::{collections::HashSet, sync::Arc};
use vouchsafe_client::chain::{account_bytes, StudyTerms, Tally, H256};
use vouchsafe_vault::study::aggregate::{CellShare, NoisedShare};

/// Reports that are to be added.
type Reports = HashSet<ReportKey>;

/// The commitment to the noisy share of this attempt. The share is on the disk before this returns.
pub async fn commitment(aggregated: &Aggregated, frozen: &Frozen) -> Result<H256, StudyError> {
	let noised = match find_noised(aggregated, frozen.attempt).await? {
		Some(noised) => noised,
		None => make_noised(aggregated, frozen).await?,
	};
	let (round, attempt) = (aggregated.study_round(), frozen.chain_attempt());
	Ok(H256(noised.commitment(&round, attempt, &aggregated.institution)))
}

/// The noisy share of an attempt, if it was made.
pub async fn find_noised(
	aggregated: &Aggregated,
	attempt: u8,
) -> Result<Option<NoisedShare>, StudyError> {
	let (state, id) = (&aggregated.state, aggregated.id());
	let Some(key) = secrets::find_key(state, id.study, Some(id.round)).await? else {
		return Ok(None);
	};
	let stored = state.database.noised(id, attempt).await?;
	stored.map(|stored| read(&key, attempt, &stored)).transpose()
}

fn read(key: &RoundKey, attempt: u8, stored: &[u8]) -> Result<NoisedShare, StudyError> {
	let bytes = key.decrypt(&Stored::Noised(attempt).encode(), stored)?;
	Ok(NoisedShare::from_bytes(&bytes)?)
}

async fn make_noised(aggregated: &Aggregated, frozen: &Frozen) -> Result<NoisedShare, StudyError> {
	let (state, id) = (&aggregated.state, aggregated.id());
	let key = secrets::round_key(state, id).await?;
	let sum = add_up(aggregated, &key).await?;
	let terms = aggregated.study.terms.clone();
	let with_noise = state.config.research.noise;
	let noised = compute(move || add_noise(sum, &terms, with_noise)).await??;
	let context = Stored::Noised(frozen.attempt).encode();
	let encrypted = key.encrypt(&context, &noised.to_bytes())?;
	// Another task may have stored one. That one counts.
	let kept = state.database.keep_noised(id, frozen.attempt, encrypted).await?;
	read(&key, frozen.attempt, &kept)
}

fn add_noise(
	sum: CellShare,
	terms: &StudyTerms,
	with_noise: bool,
) -> Result<NoisedShare, StudyError> {
	match with_noise {
		true => Ok(sum.add_noise(&terms.question, terms.epsilon)?),
		false => Ok(sum.without_noise()),
	}
}

/// The sum of this aggregator's shares of all reports that count, each once.
async fn add_up(aggregated: &Aggregated, key: &Arc<RoundKey>) -> Result<CellShare, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let mut sum = CellShare::zero(&aggregated.study.terms.question);
	let counted = tallies::all_counted(aggregated, id).await?.into_iter();
	let mut left: Reports =
		counted.map(|counted| (account_bytes(&counted.contributor), counted.report)).collect();
	let mut after = None;
	while let Some(output) = database.next_output(id, after).await? {
		after = Some(output.id);
		let key = key.clone();
		(sum, left) = compute(move || add_output(sum, left, &key, &output)).await??;
	}
	match left.is_empty() {
		true => Ok(sum),
		false => Err(StudyError::Missing("a verified report's share")),
	}
}

/// Adds those that are left, and takes them from them.
fn add_output(
	mut sum: CellShare,
	mut left: Reports,
	key: &RoundKey,
	output: &Output,
) -> Result<(CellShare, Reports), StudyError> {
	let bytes = key.decrypt(&Stored::Cells(output.id).encode(), &output.ciphertext)?;
	let size = bytes.len().checked_div(output.reports.len()).unwrap_or(0).max(1);
	for (report, share) in output.reports.iter().zip(bytes.chunks_exact(size)) {
		if left.remove(report) {
			sum.add(&CellShare::from_bytes(share)?)?;
		}
	}
	Ok((sum, left))
}

/// Whether the tally is large enough for the chain.
pub fn is_enough(terms: &StudyTerms, tally: &Tally) -> bool {
	tally.used >= terms.least
}
