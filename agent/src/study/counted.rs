//! Whether a contributor's report is in the tally that the aggregators agreed on.

use super::rounds::FoundStudy;
use crate::{platform::Platform, session::Session, text};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	messages::{AskStudyStatus, ReportState, StudyStatus, TallyPlace},
	traits::{Custodian, View},
	types::{is_in_tally, AccountId, Counted, RoundPhase, StudyRound, Tally, H256},
};

/// What an aggregator says of a contributor's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
	/// The report is in the tally on the chain, for so many people. The aggregator has proved it.
	Counted(u32),
	/// The report is there, and the aggregators have not agreed yet.
	NotYet,
	/// The report does not count, for this reason.
	Dropped(String),
	/// There is no report.
	Missing,
	/// The report counts, but the proof does not lead to the tally on the chain.
	Unproven,
	/// The custodian did not answer, for this reason.
	Failed(String),
}

/// Asks each aggregator for the place of the contributor's report in the tally, and checks the answers
/// against the tally on the chain.
///
/// # Errors
///
/// The round has not begun, or the chain cannot be asked.
pub async fn check(
	session: &Session<impl Platform>,
	found: &FoundStudy,
	round: u8,
	contributor: &AccountId,
) -> Result<Vec<(AccountId, Said)>> {
	let tally = agreed(session, found, round).await?;
	let signer = &session.me()?.signer;
	let request = AskStudyStatus { study: found.id, round, contributor: contributor.into() };
	let round = StudyRound { genesis: session.genesis(), study: found.id, round };
	let mut all = Vec::new();
	for aggregator in &found.study.terms.aggregators {
		let answer = session.custodian(aggregator)?.study_status(signer, &request).await;
		let said = match answer {
			Ok(status) => judge(status, contributor, &round, tally.as_ref()),
			Err(error) => Said::Failed(error.to_string()),
		};
		all.push((aggregator.clone(), said));
	}
	Ok(all)
}

/// The tally on the chain, if the aggregators have agreed.
async fn agreed(
	session: &Session<impl Platform>,
	found: &FoundStudy,
	round: u8,
) -> Result<Option<Tally>> {
	let at = session.finalized().await?;
	if let Some(result) = at.result(found.id, round).await? {
		return Ok(Some(result.tally));
	}
	match at.round(found.id, round).await?.map(|it| it.phase) {
		Some(RoundPhase::Agreed { tally, .. }) => Ok(Some(tally)),
		Some(_) => Ok(None),
		None => bail!("round {round} of study {} has not begun", found.id),
	}
}

fn judge(
	status: StudyStatus,
	contributor: &AccountId,
	round: &StudyRound,
	tally: Option<&Tally>,
) -> Said {
	match (status.place, status.reason, status.report) {
		(Some(place), ..) => match tally {
			Some(tally) if proves(&place, contributor, round, tally) => {
				Said::Counted(place.counted.people)
			},
			_ => Said::Unproven,
		},
		(None, Some(reason), _) => Said::Dropped(text::line(&reason)),
		(None, None, ReportState::Missing) => Said::Missing,
		(None, None, _) => Said::NotYet,
	}
}

/// Whether the place is the contributor's, and its proof leads to the tally.
fn proves(place: &TallyPlace, by: &AccountId, round: &StudyRound, tally: &Tally) -> bool {
	let counted = Counted {
		contributor: place.counted.contributor.into(),
		people: place.counted.people,
		report: place.counted.report.0,
	};
	let proof: Vec<_> = place.proof.iter().map(|hash| hash.map(|hash| H256(hash.0))).collect();
	let at = usize::try_from(place.place).unwrap_or(usize::MAX);
	counted.contributor == *by && is_in_tally(round, &counted, at, &proof, &tally.root)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		scripted::Scripted,
		study::fixtures::{aggregators, frozen, session, study, ID},
	};
	use vouchsafe_protocol::{
		messages::{CountedReport, Hex, TallyNumbers},
		types::{tally_proof, tally_root, StudyResult},
	};

	const PEOPLE: u32 = 7;

	/// A round that was agreed on with three reports, of which the last one is the user's. Its proof.
	fn agreed(session: &Session<Scripted>) -> (FoundStudy, TallyPlace) {
		let me = session.me().unwrap().account();
		let round = StudyRound { genesis: session.genesis(), study: ID, round: 0 };
		let mut reports: Vec<Counted> =
			[AccountId::new([1; 32]), AccountId::new([2; 32]), me.clone()]
				.map(|contributor| Counted { contributor, people: PEOPLE, report: [5; 16] })
				.to_vec();
		reports.sort_unstable();
		let place = reports.iter().position(|it| it.contributor == me).unwrap();
		let tally = Tally { root: tally_root(&round, &reports), used: 21, ..Tally::default() };
		let phase = RoundPhase::Agreed { block: 1, answers_until: 9, attempt: 0, tally };
		let found = study(session, phase);
		session.chain.change(|state| state.answer_research("result", &None::<StudyResult>));
		let proof = tally_proof(&round, &reports, place).unwrap();
		let place = TallyPlace {
			counted: CountedReport {
				contributor: (&me).into(),
				people: PEOPLE,
				report: Hex([5; 16]),
			},
			place: u32::try_from(place).unwrap(),
			proof: proof.into_iter().map(|hash| hash.map(|hash| Hex(hash.0))).collect(),
			tally: TallyNumbers {
				root: Hex(tally.root.0),
				used: 21,
				withdrawn: 0,
				double: 0,
				refused: 0,
			},
		};
		(found, place)
	}

	async fn said(session: &Session<Scripted>, found: &FoundStudy) -> Vec<Said> {
		let me = session.me().unwrap().account();
		let all = check(session, found, 0, &me).await.unwrap();
		all.into_iter().map(|(_, said)| said).collect()
	}

	#[tokio::test]
	async fn a_proof_counts_only_against_the_tally_on_the_chain() {
		let session = session("//RegistrarA");
		let (found, place) = agreed(&session);
		let [one, other] = aggregators();
		let doubles = session.custodians.aggregators.as_ref().unwrap();
		doubles.at(&one, |it| it.place = Some(place.clone()));
		doubles.at(&other, |it| it.place = Some(place.clone()));
		assert_eq!(said(&session, &found).await, [Said::Counted(PEOPLE), Said::Counted(PEOPLE)]);
		// More people than the leaf has, and somebody else's place.
		let mut more = place.clone();
		more.counted.people = more.counted.people.saturating_add(1);
		doubles.at(&one, |it| it.place = Some(more));
		let mut others = place.clone();
		others.counted.contributor = Hex([1; 32]);
		doubles.at(&other, |it| it.place = Some(others));
		assert_eq!(said(&session, &found).await, [Said::Unproven, Said::Unproven]);
		// The aggregators have not agreed on the chain.
		doubles.at(&one, |it| it.place = Some(place));
		study(&session, frozen(&session));
		assert_eq!(said(&session, &found).await[0], Said::Unproven);
	}

	#[tokio::test]
	async fn what_does_not_count_says_why() {
		let session = session("//RegistrarA");
		let (found, _) = agreed(&session);
		let [one, other] = aggregators();
		let doubles = session.custodians.aggregators.as_ref().unwrap();
		doubles.at(&other, |it| it.away = 1);
		let [first, second] = &said(&session, &found).await[..] else { panic!("two aggregators") };
		assert_eq!(*first, Said::Missing);
		assert!(matches!(second, Said::Failed(why) if why.contains("away")), "{second:?}");
		doubles.report(&one, [5; 16]);
		assert_eq!(said(&session, &found).await[0], Said::NotYet);
		doubles.at(&one, |it| it.reason = Some("the proof does not hold".into()));
		let dropped = Said::Dropped("the proof does not hold".into());
		assert_eq!(said(&session, &found).await[0], dropped);
		session.chain.change(|state| {
			state.answer_research("round", &None::<vouchsafe_protocol::types::Round>)
		});
		let me = session.me().unwrap().account();
		let error = check(&session, &found, 1, &me).await.unwrap_err().to_string();
		assert_eq!(error, "round 1 of study 3 has not begun");
	}
}
