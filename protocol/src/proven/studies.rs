//! Studies, their rounds and results, and what people have spent on them.

use super::ProvenView;
use crate::{
	errors::ChainError,
	storage,
	traits::{Evidence, View},
	types::*,
};

/// The most studies that are listed at once, as in the runtime.
const MAX_STUDIES: u32 = 1_024;

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn page_of_studies(
		&self,
		after: Option<StudyId>,
		limit: u32,
	) -> Result<Vec<(StudyId, Study)>, ChainError> {
		let next = self.read(storage::next_study()).await?.unwrap_or_default();
		let first = after.map_or(Some(0), |after| after.checked_add(1));
		let mut found = Vec::new();
		let ids = first.map(|first| first..next).into_iter().flatten();
		for id in ids.take(limit.min(MAX_STUDIES) as usize) {
			found.extend(self.whole_study(id).await?.map(|study| (id, study)));
		}
		Ok(found)
	}

	pub(super) async fn whole_study(&self, id: StudyId) -> Result<Option<Study>, ChainError> {
		let Some(found) = self.read(storage::study(id)).await? else { return Ok(None) };
		let current = self.whole_round(id, found.round).await?;
		Ok(Some(Study {
			researcher: found.researcher,
			proposed_at: found.proposed_at,
			terms: found.terms,
			stage: found.stage,
			round: found.round,
			keys: found.keys,
			spent: found.spent,
			current,
		}))
	}

	pub(super) async fn whole_round(
		&self,
		study: StudyId,
		round: u8,
	) -> Result<Option<Round>, ChainError> {
		let found = self.read(storage::round(study, round)).await?;
		Ok(found.map(|found| Round {
			phase: found.phase,
			people: found.people,
			contributors: found.contributors,
			committed: found.commitments.into_iter().map(|it| it.aggregator).collect(),
			revealed: found.reveals.into_iter().map(|it| it.aggregator).collect(),
		}))
	}

	pub(super) async fn left_of(&self, account: &AccountId) -> Result<u32, ChainError> {
		let year = self.time().await?.checked_div(LEDGER_YEAR).unwrap_or_default();
		let ledger = self.read(storage::ledger(account)).await?;
		let spent = ledger.filter(|it| Moment::from(it.year) == year).map_or(0, |it| it.spent);
		Ok(YEARLY_EPSILON.saturating_sub(spent))
	}
}
