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
	types::{AccountId, Round, RoundPhase, Study, StudyId, StudyResult, StudyRound, StudyStage},
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

	/// Where the current round is, in words.
	pub fn phase_in_words(&self, now: u64) -> Option<String> {
		let round = self.study.current.as_ref()?;
		Some(ENGLISH.round(&round.phase, &self.study.terms, now))
	}

	/// The aggregators that have done their part of what the study waits for now, and those that have not:
	/// they have to accept an approved study, then to agree on each round, then to reveal their shares.
	/// None if it waits for something else.
	pub fn turn(&self, now: u64) -> Option<Turn> {
		let Study { keys, terms, .. } = &self.study;
		let (step, done): (_, Vec<&AccountId>) = match (self.study.stage, &self.study.current) {
			(StudyStage::Approved, _) => (Step::Accept, keys.iter().map(|(by, _)| by).collect()),
			(StudyStage::Running, Some(round)) => match round.phase {
				RoundPhase::Frozen { gathers_until, .. } if gathers_until <= now => {
					(Step::Agree, round.committed.iter().collect())
				},
				RoundPhase::Agreed { .. } => (Step::Reveal, round.revealed.iter().collect()),
				_ => return None,
			},
			_ => return None,
		};
		let (done, missing) =
			terms.aggregators.iter().cloned().partition(|aggregator| done.contains(&aggregator));
		Some(Turn { step, done, missing })
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

/// What aggregators have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
	/// Accept the study.
	Accept,
	/// Commit themselves to a tally.
	Agree,
	/// Reveal their shares.
	Reveal,
}

/// Who has done what a study waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
	/// What the aggregators have to do.
	pub step: Step,
	/// Who has done it.
	pub done: Vec<AccountId>,
	/// Who has not done it yet.
	pub missing: Vec<AccountId>,
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
	let id = found.id;
	let (stage, now) = (found.study.stage, at.time().await?);
	match at.round(id, round).await? {
		Some(Round { phase: RoundPhase::Lost(loss), .. }) => {
			bail!("round {round} of study {id} has no result: {}", ENGLISH.phrase(loss))
		},
		Some(it) => bail!(
			"round {round} of study {id} has no result yet: {}{}",
			ENGLISH.round(&it.phase, &found.study.terms, now),
			missing_in_words(session, found, now)
		),
		None if stage.has_ended() => {
			bail!(
				"round {round} of study {id} did not take place: the study was {}",
				ENGLISH.phrase(stage)
			)
		},
		None if stage == StudyStage::Running => {
			bail!("round {round} of study {id} has no result yet: it has not begun")
		},
		None => bail!(
			"study {id} has no result yet: it is {}{}",
			ENGLISH.phrase(stage),
			missing_in_words(session, found, now)
		),
	}
}

/// The aggregators that the study waits for, as a sentence that follows another one.
fn missing_in_words(session: &Session<impl Platform>, found: &FoundStudy, now: u64) -> String {
	let missing = found.turn(now).map(|turn| turn.missing).unwrap_or_default();
	let names: Vec<_> = missing.iter().map(|it| session.names.show(it)).collect();
	match names.is_empty() {
		true => String::new(),
		false => format!(". It waits for {}", ENGLISH.and(&names)),
	}
}

/// The rounds of a study that have results.
pub async fn with_results(session: &Session<impl Platform>, found: &FoundStudy) -> Result<Vec<u8>> {
	let at = session.finalized().await?;
	let mut rounds = Vec::new();
	for round in 0..=found.study.round {
		if at.result(found.id, round).await?.is_some() {
			rounds.push(round);
		}
	}
	Ok(rounds)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::study::fixtures::{aggregators, frozen, open, session, study, ID};
	use vouchsafe_protocol::types::{Loss, Mechanism, Tally};

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
		let mut ended = found.clone();
		for (stage, expected) in [
			(
				StudyStage::Withdrawn,
				"round 1 of study 3 did not take place: the study was withdrawn",
			),
			(StudyStage::Approved, "study 3 has no result yet: it is approved"),
		] {
			ended.study.stage = stage;
			let error = result(&session, &ended, Some(1)).await.unwrap_err().to_string();
			assert!(error.starts_with(expected), "{error}");
		}
		let RoundPhase::Frozen { gathers_until, .. } = frozen(&session) else { panic!("frozen") };
		let late = RoundPhase::Frozen {
			block: 1,
			gathers_until: gathers_until - 3_600,
			answers_until: gathers_until,
			attempt: 1,
		};
		let waits = study(&session, late);
		let error = result(&session, &waits, None).await.unwrap_err().to_string();
		assert!(error.contains("(attempt 2 of 4), the aggregators have to agree by"), "{error}");
		assert!(error.contains(". It waits for Hospital A"), "{error}");
		study(&session, RoundPhase::Lost(Loss::NotRevealed));
		let lost = said(None).await;
		let expected = "round 0 of study 3 has no result: an aggregator did not reveal its share";
		assert_eq!(lost, expected);
		assert!(with_results(&session, &found).await.unwrap().is_empty());
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
		assert_eq!(with_results(&session, &found).await.unwrap(), [0]);
	}

	#[tokio::test]
	async fn who_has_not_done_its_part_is_named() {
		let session = session("//PatientA");
		let mut found = study(&session, open(&session));
		let [one, other] = aggregators();
		let turn = |found: &FoundStudy, now| {
			found.turn(now).map(|turn| {
				assert_eq!((turn.done, turn.missing), (vec![one.clone()], vec![other.clone()]));
				turn.step
			})
		};
		assert_eq!(turn(&found, 0), None);
		let round = found.study.current.as_mut().unwrap();
		round.committed.push(one.clone());
		let RoundPhase::Frozen { gathers_until, .. } = frozen(&session) else { panic!("frozen") };
		round.phase = frozen(&session);
		assert_eq!(turn(&found, gathers_until - 1), None, "they gather");
		assert_eq!(turn(&found, gathers_until), Some(Step::Agree));
		let round = found.study.current.as_mut().unwrap();
		round.revealed.push(one.clone());
		round.phase =
			RoundPhase::Agreed { block: 1, answers_until: 9, attempt: 0, tally: Tally::default() };
		assert_eq!(turn(&found, 0), Some(Step::Reveal));
		found.study.stage = StudyStage::Approved;
		found.study.keys.pop();
		assert_eq!(turn(&found, 0), Some(Step::Accept));
		found.study.stage = StudyStage::Finished;
		assert_eq!(turn(&found, 0), None);
	}
}
