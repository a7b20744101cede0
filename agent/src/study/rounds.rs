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
		None => "it has not begun".into(),
	};
	bail!("round {round} of study {} has no result yet: {phase}", found.id)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::study::fixtures::{frozen, session, study, ID};
	use vouchsafe_protocol::types::{Mechanism, Tally};

	#[tokio::test]
	async fn a_study_that_does_not_run_says_why() {
		let session = session("//PatientA");
		session.chain.change(|state| state.answer_research("study", &None::<Study>));
		let error = find(&session, 7).await.unwrap_err();
		assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::ListStudies);
		let mut found = study(&session, frozen(&session));
		assert!(found.running().is_ok());
		for (stage, expected) in [
			(StudyStage::Proposed, "study 3 has not begun: it is waiting for the council"),
			(StudyStage::Approved, "study 3 has not begun: it is approved"),
			(StudyStage::Finished, "study 3 has ended: finished"),
			(StudyStage::Stopped, "study 3 has ended: stopped by the council"),
			(StudyStage::Expired, "study 3 has ended: given up before it began"),
		] {
			found.study.stage = stage;
			let error = found.running().unwrap_err().to_string();
			assert!(error.starts_with(expected), "{error}");
		}
	}

	#[tokio::test]
	async fn a_result_that_is_asked_for_too_early_says_what_it_waits_for() {
		let session = session("//PatientA");
		let found = study(&session, frozen(&session));
		session.chain.change(|state| state.answer_research("result", &None::<StudyResult>));
		let said = async |round| result(&session, &found, round).await.unwrap_err().to_string();
		let early = said(None).await;
		assert!(
			early.starts_with("round 0 of study 3 has no result yet: frozen at block 1"),
			"{early}"
		);
		assert_eq!(said(Some(2)).await, "study 3 has no round 2: its rounds are 0 to 1");
		session.chain.change(|state| state.answer_research("round", &None::<Round>));
		assert!(said(Some(1)).await.ends_with("it has not begun"));
		let measured = StudyResult {
			cells: vec![1, -2, 3].try_into().unwrap(),
			tally: Tally::default(),
			mechanism: Mechanism { epsilon: 1_000, sensitivity: 2, aggregators: 2 },
			half_width: 9,
			frozen: 1,
			block: 2,
		};
		session.chain.change(|state| state.answer_research("result", &Some(measured.clone())));
		assert_eq!(result(&session, &found, None).await.unwrap(), (0, measured));
		assert_eq!(found.id, ID);
	}
}
