//! Finds studies, their rounds and results. All of it is read from the state, and so proven.

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::Platform,
	session::Session,
};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	traits::View,
	types::{Round, RoundPhase, Study, StudyId, StudyResult, StudyRound, StudyStage},
};

/// How many studies are read at a time.
const PAGE: u32 = 100;

/// A study on the chain.
#[derive(Clone, Debug)]
pub struct FoundStudy {
	/// Its number.
	pub id: StudyId,
	/// The study.
	pub study: Study,
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
		match (&self.study.current, self.study.stage) {
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
		match self.study.current.as_ref()?.phase {
			RoundPhase::Frozen { block, gathers_until, attempt, .. } => {
				Some((block, gathers_until, attempt))
			},
			_ => None,
		}
	}
}

/// The study with this number.
pub async fn find(session: &Session<impl Platform>, id: StudyId) -> Result<FoundStudy> {
	match session.finalized().await?.study(id).await? {
		Some(study) => Ok(FoundStudy { id, study }),
		None => bail!(Advised::new(format!("there is no study {id}"), Advice::ListStudies)),
	}
}

/// All studies.
pub async fn all(session: &Session<impl Platform>) -> Result<Vec<FoundStudy>> {
	let at = session.finalized().await?;
	let mut found: Vec<FoundStudy> = Vec::new();
	loop {
		let page = at.studies(found.last().map(|last| last.id), PAGE).await?;
		let is_last = page.len() < PAGE as usize;
		found.extend(page.into_iter().map(|(id, study)| FoundStudy { id, study }));
		if is_last {
			return Ok(found);
		}
	}
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
		if let Some(result) = at.result(found.id, *round).await? {
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
	let phase = match at.round(found.id, round).await? {
		Some(it) => ENGLISH.round(&it.phase, at.time().await?),
		None => "has not begun".into(),
	};
	bail!("round {round} of study {} has no result yet: {phase}", found.id)
}
