//! A round after its close: freezing, agreeing, revealing, giving up, and the next round.

use crate::{pallet::*, Aggregators, Commitment, RevealedShare, Round, Share, Study, MAX_SWEPT};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{traits::Zero, SaturatedConversion};
use vouchsafe_primitives::*;
use vouchsafe_support::Enrolment;

impl<T: Config> Pallet<T> {
	/// A study that is running, with its round and the aggregator whose custodian signed.
	fn aggregating(signer: &AccountId, id: StudyId) -> Result<(AccountId, Study, Round), Error<T>> {
		let aggregator = Self::aggregator(signer, &Self::study_of(id)?)?;
		let (study, round) = Self::running(id)?;
		Ok((aggregator, study, round))
	}

	/// An aggregator freezes the round.
	pub(crate) fn do_freeze(signer: AccountId, id: StudyId) -> DispatchResult {
		let (_, study, mut round) = Self::aggregating(&signer, id)?;
		let RoundPhase::Open { closes } = round.phase else {
			return Err(Error::<T>::RoundClosed.into());
		};
		ensure!(closes <= Self::now(), Error::<T>::RoundOpen);

		if round.people < study.terms.least {
			Self::lose(id, &study, round, Loss::TooFew, BoundedVec::new());
			Self::open_next(id, study);
			return Ok(());
		}
		round.phase = Self::frozen(&study.terms, Self::block(), 0);
		let (number, people) = (study.round, round.people);
		Rounds::<T>::insert(id, number, round);
		Self::deposit_event(Event::Frozen { study: id, round: number, people });
		Ok(())
	}

	/// The phase in which reports are gathered from now on.
	fn frozen(terms: &StudyTerms, block: u32, attempt: u8) -> RoundPhase {
		let gathers_until = Self::now().saturating_add(terms.gather.into());
		let answers_until = gathers_until.saturating_add(terms.answer.into());
		RoundPhase::Frozen { block, gathers_until, answers_until, attempt }
	}

	/// An aggregator commits itself.
	pub(crate) fn do_commit(
		signer: AccountId,
		id: StudyId,
		attempt: u8,
		tally: Tally,
		hash: H256,
	) -> DispatchResult {
		let (aggregator, study, mut round) = Self::aggregating(&signer, id)?;
		let RoundPhase::Frozen { gathers_until, answers_until, attempt: current, .. } = round.phase
		else {
			return Err(Error::<T>::RoundNotFrozen.into());
		};
		ensure!(attempt == current, Error::<T>::OtherAttempt);
		let now = Self::now();
		ensure!(gathers_until <= now, Error::<T>::StillGathering);
		ensure!(now < answers_until, Error::<T>::TimeToAgreeOver);
		ensure!(tally.people() == Some(round.people), Error::<T>::PeopleDoNotAddUp);
		ensure!(study.terms.least <= tally.used, Error::<T>::TooFewUsed);
		round.commitments.retain(|it| it.aggregator != aggregator);
		let commitment = Commitment { aggregator: aggregator.clone(), tally, hash };
		// There are as many places as aggregators.
		round.commitments.try_push(commitment).map_err(|_| Error::<T>::NotAggregator)?;

		let number = study.round;
		Self::deposit_event(Event::Committed { study: id, round: number, aggregator });
		Self::agree_if_equal(id, study, &mut round, tally);
		Rounds::<T>::insert(id, number, round);
		Ok(())
	}

	/// Revealing begins if all aggregators have committed themselves to this tally.
	fn agree_if_equal(id: StudyId, mut study: Study, round: &mut Round, tally: Tally) {
		let RoundPhase::Frozen { block, attempt, .. } = round.phase else { return };
		let all = round.commitments.len() == study.terms.aggregators.len();
		if !all || round.commitments.iter().any(|it| it.tally != tally) {
			return;
		}
		let answers_until = Self::now().saturating_add(study.terms.answer.into());
		round.phase = RoundPhase::Agreed { block, answers_until, attempt, tally };
		study.spent = study.spent.saturating_add(study.terms.epsilon);
		Self::deposit_event(Event::Agreed { study: id, round: study.round, tally });
		Studies::<T>::insert(id, study);
	}

	/// An aggregator reveals its share.
	pub(crate) fn do_reveal(
		signer: AccountId,
		id: StudyId,
		share: Share,
		salt: [u8; 32],
	) -> DispatchResult {
		let (aggregator, study, mut round) = Self::aggregating(&signer, id)?;
		let RoundPhase::Agreed { block, tally, attempt, .. } = round.phase else {
			return Err(Error::<T>::NotAgreed.into());
		};
		ensure!(!round.has_revealed(&aggregator), Error::<T>::AlreadyRevealed);
		let is_whole = u32::try_from(share.len()) == Ok(study.terms.question.cells());
		let in_field = share.iter().all(|number| field::is_reduced(*number));
		ensure!(is_whole && in_field, Error::<T>::InvalidShare);
		let place = StudyRound { genesis: Self::genesis(), study: id, round: study.round };
		let hash = noised_commitment(&place, attempt, &aggregator, &share, &salt);
		let is_committed =
			round.commitments.iter().any(|it| it.aggregator == aggregator && it.hash == hash);
		ensure!(is_committed, Error::<T>::OtherShare);
		let revealed = RevealedShare { aggregator: aggregator.clone(), share };
		round.reveals.try_push(revealed).map_err(|_| Error::<T>::AlreadyRevealed)?;

		let number = study.round;
		Self::deposit_event(Event::Revealed { study: id, round: number, aggregator });
		if round.reveals.len() < study.terms.aggregators.len() {
			Rounds::<T>::insert(id, number, round);
		} else {
			Self::answer(id, study, round, tally, block);
		}
		Ok(())
	}

	/// Makes the result of all shares, and opens the next round.
	fn answer(id: StudyId, study: Study, round: Round, tally: Tally, frozen: u32) {
		let Some(cells) = add_up(&round.reveals, study.terms.question.cells()) else {
			Self::lose(id, &study, round, Loss::NotNumbers, BoundedVec::new());
			return Self::open_next(id, study);
		};
		let mechanism = Mechanism::of(&study.terms);
		let half_width = mechanism.half_width();
		let block = Self::block();
		let result = StudyResult { cells, tally, mechanism, half_width, frozen, block };
		Results::<T>::insert(id, study.round, result);
		Self::close(id, &study, round, RoundPhase::Answered);
		Self::deposit_event(Event::Answered { study: id, round: study.round });
		Self::open_next(id, study);
	}

	/// Somebody gives up what was not done in time.
	pub(crate) fn do_give_up(signer: AccountId, id: StudyId) -> DispatchResult {
		let takes_part = T::Enrolment::active_kind(&signer).is_some()
			|| T::Enrolment::custodian_of(&signer).is_some();
		ensure!(takes_part, Error::<T>::NotTakingPart);
		let study = Self::study_of(id)?;
		match study.stage {
			StudyStage::Proposed | StudyStage::Approved => Self::expire(id, study),
			_ => Self::give_up_round(id),
		}
	}

	/// Ends the step of a round that the aggregators have not done in time.
	fn give_up_round(id: StudyId) -> DispatchResult {
		let (study, mut round) = Self::running(id)?;
		let terms = &study.terms;
		let (answers_until, loss) = match round.phase {
			// They have as long to freeze it as later for the rest of an attempt.
			RoundPhase::Open { closes } => {
				let time = u64::from(terms.gather).saturating_add(terms.answer.into());
				(closes.saturating_add(time), Loss::NotFrozen)
			},
			RoundPhase::Frozen { answers_until, .. } => (answers_until, Loss::NotAgreed),
			RoundPhase::Agreed { answers_until, .. } => (answers_until, Loss::NotRevealed),
			_ => return Err(Error::<T>::NotOverdue.into()),
		};
		ensure!(answers_until <= Self::now(), Error::<T>::NotOverdue);

		match round.phase {
			RoundPhase::Frozen { block, attempt, .. } if attempt < MAX_ATTEMPTS => {
				let attempt = attempt.saturating_add(1);
				round.phase = Self::frozen(terms, block, attempt);
				round.commitments = BoundedVec::new();
				Rounds::<T>::insert(id, study.round, round);
				Self::deposit_event(Event::GatheredAgain {
					study: id,
					round: study.round,
					attempt,
				});
			},
			_ => {
				let missing = missing(&study, &round, loss);
				Self::lose(id, &study, round, loss, missing);
				Self::open_next(id, study);
			},
		}
		Ok(())
	}

	/// Ends the round without a result.
	pub(crate) fn lose(id: StudyId, study: &Study, round: Round, loss: Loss, missing: Aggregators) {
		Self::close(id, study, round, RoundPhase::Lost(loss));
		Self::deposit_event(Event::RoundLost { study: id, round: study.round, loss, missing });
	}

	/// Stores a round that has ended, without commitments and shares.
	fn close(id: StudyId, study: &Study, round: Round, phase: RoundPhase) {
		let Round { people, contributors, .. } = round;
		let (commitments, reveals) = (BoundedVec::new(), BoundedVec::new());
		let round = Round { phase, people, contributors, commitments, reveals };
		Rounds::<T>::insert(id, study.round, round);
	}

	/// Opens the round after the one that has ended, if there is one.
	fn open_next(id: StudyId, mut study: Study) {
		let next = study.round.saturating_add(1);
		if next < study.terms.rounds {
			study.round = next;
			Self::open_round(id, &study);
			Studies::<T>::insert(id, study);
		} else {
			Self::end(id, study, StudyStage::Finished);
			Self::deposit_event(Event::Finished { study: id });
		}
	}

	/// An aggregator removes people of a study that has ended.
	pub(crate) fn do_sweep(signer: AccountId, id: StudyId, limit: u32) -> DispatchResult {
		let study = Self::study_of(id)?;
		Self::aggregator(&signer, &study)?;
		ensure!(study.stage.has_ended(), Error::<T>::StudyNotEnded);

		let mut left: usize = limit.min(MAX_SWEPT).saturated_into();
		let mut removed = 0usize;
		for round in 0..=study.round {
			let key = (id, round);
			let people: Vec<AccountId> = People::<T>::iter_key_prefix(key).take(left).collect();
			people.iter().for_each(|person| People::<T>::remove(key, person));
			left = left.saturating_sub(people.len());
			removed = removed.saturating_add(people.len());
			let contributors: Vec<AccountId> =
				Contributors::<T>::iter_key_prefix(key).take(left).collect();
			contributors.iter().for_each(|it| Contributors::<T>::remove(key, it));
			left = left.saturating_sub(contributors.len());
		}
		Self::deposit_event(Event::Swept { study: id, people: removed.saturated_into() });
		Ok(())
	}

	/// The chain's genesis hash.
	fn genesis() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
	}

	/// The number of the block that is made.
	fn block() -> u32 {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}

/// The aggregators that did not do their part.
fn missing(study: &Study, round: &Round, loss: Loss) -> Aggregators {
	let mut missing = study.terms.aggregators.clone();
	missing.retain(|aggregator| match loss {
		Loss::NotAgreed => !round.has_committed(aggregator),
		_ => !round.has_revealed(aggregator),
	});
	missing
}

/// The sum of the shares as integers, if they are integers.
pub(crate) fn add_up(
	reveals: &[RevealedShare],
	cells: u32,
) -> Option<BoundedVec<i64, ConstU32<MAX_CELLS>>> {
	let mut sums = alloc::vec![0u128; usize::try_from(cells).ok()?];
	for RevealedShare { share, .. } in reveals {
		for (sum, number) in sums.iter_mut().zip(share) {
			*sum = field::add(*sum, *number);
		}
	}
	sums.into_iter().map(field::centre).collect::<Option<Vec<i64>>>()?.try_into().ok()
}
