//! What always holds of the pallet's state.

use super::*;
use alloc::collections::BTreeMap;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// - Each researcher's open studies are counted, and no study has spent more than its rounds cost.
	/// - A study that is running or has finished has all its rounds up to the current one, and only the
	///   current one can take place.
	/// - The people of a round, its contributors' numbers and its own numbers agree, until a study that
	///   has ended is swept. Each person has paid.
	/// - No ledger is overdrawn. A round has a result exactly if it was answered.
	/// - No count of choices is kept that says nothing.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut open = BTreeMap::<AccountId, u32>::new();
		for (id, study) in Studies::<T>::iter() {
			ensure!(id < NextStudy::<T>::get(), "a study has a number that was not given");
			ensure!(study.spent <= study.terms.budget(), "a study has spent more than it may");
			if !study.stage.has_ended() {
				let count = open.entry(study.researcher.clone()).or_default();
				*count = count.saturating_add(1);
			}
			Self::try_rounds(id, &study)?;
		}
		ensure!(
			OpenOf::<T>::iter().collect::<BTreeMap<_, _>>() == open,
			"open studies are counted"
		);
		ensure!(open.values().all(|count| *count <= MAX_OPEN), "a researcher has too many studies");
		let proposed = 1..=MAX_PROPOSED;
		ensure!(
			ProposedBy::<T>::iter_values().all(|(_, count)| proposed.contains(&count)),
			"a researcher proposes to a limit"
		);
		for (id, round) in Results::<T>::iter_keys() {
			let found = Rounds::<T>::get(id, round).map(|round| round.phase);
			ensure!(
				found == Some(RoundPhase::Answered),
				"a result is of a round without an answer"
			);
		}
		for ledger in Ledgers::<T>::iter_values() {
			let paid = MIN_EPSILON..=YEARLY_EPSILON;
			ensure!(paid.contains(&ledger.spent), "a ledger is empty or overdrawn");
		}
		let counts: alloc::vec::Vec<_> = Choices::<T>::iter().collect();
		let of_diseases = counts.iter().filter(|(disease, ..)| disease.is_some()).count();
		let is_counted = u32::try_from(of_diseases) == Ok(DiseaseCounts::<T>::get());
		ensure!(is_counted, "the counts for diseases are counted");
		ensure!(counts.iter().all(|(.., count)| !count.is_over()), "a count of nobody is kept");
		Ok(())
	}

	fn try_rounds(id: StudyId, study: &Study) -> Result<(), TryRuntimeError> {
		let begun = matches!(study.stage, StudyStage::Running | StudyStage::Finished);
		for number in 0..study.terms.rounds {
			let Some(round) = Rounds::<T>::get(id, number) else {
				ensure!(!begun || number > study.round, "a round is missing");
				continue;
			};
			ensure!(number <= study.round, "a round has begun before its turn");
			let ended = matches!(round.phase, RoundPhase::Answered | RoundPhase::Lost(_));
			let takes_place = study.stage == StudyStage::Running && number == study.round;
			ensure!(ended != takes_place, "the current round takes place, and no other");
			ensure!(
				!ended || (round.commitments.is_empty() && round.reveals.is_empty()),
				"a round that has ended keeps commitments"
			);
			let answered = round.phase == RoundPhase::Answered;
			let has_result = Results::<T>::contains_key(id, number);
			ensure!(answered == has_result, "an answered round has a result");
			Self::try_people((id, number), &round, study.stage.has_ended())?;
		}
		Ok(())
	}

	fn try_people(
		key: (StudyId, u8),
		round: &Round,
		may_be_swept: bool,
	) -> Result<(), TryRuntimeError> {
		let mut by_contributor = BTreeMap::<AccountId, u32>::new();
		let mut alone = 0u32;
		for (person, contributor) in People::<T>::iter_prefix(key) {
			ensure!(Ledgers::<T>::contains_key(&person), "a person was counted for nothing");
			if person == contributor {
				alone = alone.saturating_add(1);
				continue;
			}
			let count = by_contributor.entry(contributor).or_default();
			*count = count.saturating_add(1);
		}
		let people = by_contributor.values().fold(alone, |sum, count| sum.saturating_add(*count));
		let counts: BTreeMap<_, _> = Contributors::<T>::iter_prefix(key).collect();
		if may_be_swept {
			ensure!(people <= round.people, "a round has more people than it counted");
			ensure!(
				by_contributor.keys().all(|it| counts.contains_key(it)),
				"a contributor was removed before its people"
			);
		} else {
			ensure!(people == round.people, "a round's people are counted");
			ensure!(counts == by_contributor, "the contributors' people are counted");
			let institutions = u32::try_from(counts.len()).unwrap_or(u32::MAX);
			let contributors = institutions.saturating_add(alone);
			ensure!(contributors == round.contributors, "a round's contributors are counted");
		}
		Ok(())
	}
}
