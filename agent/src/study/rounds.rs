//! Finds studies, their rounds and results. All of it is read from the state, and so proven.

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::Platform,
	session::{At, Session},
};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	storage,
	traits::View,
	types::{
		AccountId, Round, RoundPhase, Study, StudyId, StudyResult, StudyRound, StudyStage,
		LEDGER_YEAR, YEARLY_EPSILON,
	},
};

/// A study on the chain.
#[derive(Clone, Debug)]
pub struct FoundStudy {
	/// Its number.
	pub id: StudyId,
	/// The study.
	pub study: Study,
	/// Its current or last round, if one has begun.
	pub current: Option<Round>,
}

impl FoundStudy {
	/// Its round, as reports and nullifiers name it.
	pub fn round(&self, session: &Session<impl Platform>) -> StudyRound {
		StudyRound { genesis: session.genesis(), study: self.id, round: self.study.round }
	}

	/// The round that takes place.
	///
	/// # Errors
	///
	/// The study does not run.
	pub fn running(&self) -> Result<&Round> {
		match (&self.current, self.study.stage) {
			(Some(round), StudyStage::Running) => Ok(round),
			(_, stage) if stage.has_ended() => {
				bail!("study {} has ended: {}", self.id, ENGLISH.phrase(stage))
			},
			(_, stage) => {
				bail!("study {} has not begun: it is {}", self.id, ENGLISH.phrase(stage))
			},
		}
	}

	/// The frozen block of the current round, until when reports are gathered, and the number of the
	/// attempt, while it is frozen.
	pub fn frozen(&self) -> Option<(u32, u64, u8)> {
		match self.current.as_ref()?.phase {
			RoundPhase::Frozen { block, gathers_until, attempt, .. } => {
				Some((block, gathers_until, attempt))
			},
			_ => None,
		}
	}
}

/// The study with this number.
pub async fn find(session: &Session<impl Platform>, id: StudyId) -> Result<FoundStudy> {
	let at = session.finalized().await?;
	match read(&at, id).await? {
		Some(found) => Ok(found),
		None => bail!(Advised::new(format!("there is no study {id}"), Advice::ListStudies)),
	}
}

/// All studies.
pub async fn all(session: &Session<impl Platform>) -> Result<Vec<FoundStudy>> {
	let at = session.finalized().await?;
	let next = at.read(storage::next_study()).await?.unwrap_or_default();
	let mut found = Vec::new();
	for id in 0..next {
		found.extend(read(&at, id).await?);
	}
	Ok(found)
}

async fn read(at: &impl View, id: StudyId) -> Result<Option<FoundStudy>> {
	let Some(study) = at.read(storage::study(id)).await? else { return Ok(None) };
	let current = at.read(storage::study_round(id, study.round)).await?;
	Ok(Some(FoundStudy { id, study, current }))
}

/// The result of a round, or of the last one that has a result.
///
/// # Errors
///
/// It has none, or none yet.
pub async fn result(
	session: &Session<impl Platform>,
	found: &FoundStudy,
	round: Option<u8>,
) -> Result<(u8, StudyResult)> {
	let at = session.finalized().await?;
	let last = found.study.round;
	let asked = match round {
		Some(round) => vec![round],
		None => (0..=last).rev().collect(),
	};
	for round in &asked {
		if let Some(result) = at.read(storage::study_result(found.id, *round)).await? {
			return Ok((*round, result));
		}
	}
	let round = round.unwrap_or(last);
	if round >= found.study.terms.rounds {
		bail!(
			"study {} has no round {round}: its rounds are 0 to {}",
			found.id,
			found.study.terms.rounds.saturating_sub(1)
		);
	}
	let phase = match at.read(storage::study_round(found.id, round)).await? {
		Some(it) => ENGLISH.round(&it.phase, at.time().await?),
		None => "has not begun".into(),
	};
	bail!("round {round} of study {} has no result yet: {phase}", found.id)
}

/// The ε that an account has left for studies this year, in thousandths.
pub async fn epsilon_left<P: Platform>(at: &At<P>, account: &AccountId) -> Result<u32> {
	let year = at.time().await?.checked_div(LEDGER_YEAR).unwrap_or_default();
	let ledger = at.read(storage::study_ledger(account)).await?;
	let spent = ledger.filter(|it| u64::from(it.year) == year).map_or(0, |it| it.spent);
	Ok(YEARLY_EPSILON.saturating_sub(spent))
}

/// Whether the account was contributed to a round, and by whom.
pub async fn contributor_of<P: Platform>(
	at: &At<P>,
	study: StudyId,
	round: u8,
	person: &AccountId,
) -> Result<Option<AccountId>> {
	Ok(at.read(storage::study_person(study, round, person)).await?)
}
