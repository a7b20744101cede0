//! From the proposal of a study to its first round, and its end before its time.

use crate::{pallet::*, EvaluationKey, Round, Study, MAX_OPEN, MAX_PROPOSED};
use frame_support::pallet_prelude::*;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::*;
use vouchsafe_support::Enrolment;

/// A day in seconds.
const DAY: Moment = 24 * 60 * 60;

impl<T: Config> Pallet<T> {
	/// Stores a study that a researcher proposes.
	pub(crate) fn do_propose(researcher: AccountId, terms: StudyTerms) -> DispatchResult {
		let kind = T::Enrolment::active_kind(&researcher);
		ensure!(kind == Some(AccountKind::Researcher), Error::<T>::NotResearcher);
		let now = Self::now();
		Self::ensure_sound(&terms, now)?;
		let open = OpenOf::<T>::get(&researcher);
		ensure!(open < MAX_OPEN, Error::<T>::TooManyStudies);
		let today: u32 = now.checked_div(DAY).unwrap_or_default().saturated_into();
		let (day, count) = ProposedBy::<T>::get(&researcher);
		let count = if day == today { count } else { 0 };
		ensure!(count < MAX_PROPOSED, Error::<T>::TooManyProposals);
		let id = NextStudy::<T>::get();
		let next = id.checked_add(1).ok_or(sp_runtime::ArithmeticError::Overflow)?;

		NextStudy::<T>::put(next);
		ProposedBy::<T>::insert(&researcher, (today, count.saturating_add(1)));
		OpenOf::<T>::insert(&researcher, open.saturating_add(1));
		let study = Study {
			researcher: researcher.clone(),
			proposed_at: now,
			terms,
			stage: StudyStage::Proposed,
			round: 0,
			keys: BoundedVec::new(),
			spent: 0,
		};
		Studies::<T>::insert(id, study);
		Self::deposit_event(Event::Proposed { study: id, researcher });
		Ok(())
	}

	/// Checks that terms are within all limits. At most 10 reads.
	fn ensure_sound(terms: &StudyTerms, now: Moment) -> DispatchResult {
		ensure!(terms.question.is_sound(), Error::<T>::InvalidQuestion);
		ensure!(!terms.sources.is_empty(), Error::<T>::NoSources);
		let known = terms.sources.is_known() && terms.traits.is_known();
		ensure!(known, Error::<T>::UnknownCode);
		let suits = matches!(terms.purpose, Purpose::Research | Purpose::PublicHealth);
		ensure!(suits, Error::<T>::PurposeNotForStudies);
		ensure!(terms.country.iter().all(u8::is_ascii_uppercase), Error::<T>::InvalidCountry);
		ensure!(is_cid(&terms.protocol), Error::<T>::InvalidProtocol);
		ensure!(terms.least >= MIN_PERSONS, Error::<T>::TooFewPersons);
		ensure!(terms.least <= MAX_LEAST, Error::<T>::TooManyPersons);
		let epsilon = MIN_EPSILON..=MAX_EPSILON;
		ensure!(epsilon.contains(&terms.epsilon), Error::<T>::EpsilonOutOfRange);
		ensure!((1..=MAX_ROUNDS).contains(&terms.rounds), Error::<T>::InvalidRounds);
		let repeats = terms.rounds == 1 || terms.interval > 0;
		let soon_enough = terms.interval <= MAX_STUDY_INTERVAL;
		let schedule = now < terms.first_close && repeats && soon_enough;
		ensure!(schedule, Error::<T>::InvalidSchedule);
		let times = MIN_STUDY_TIME..=MAX_STUDY_TIME;
		let in_time = times.contains(&terms.gather) && times.contains(&terms.answer);
		ensure!(in_time, Error::<T>::InvalidTimes);
		Self::ensure_aggregators(&terms.aggregators)
	}

	/// Checks that there are enough aggregators, each once, and that each has a custodian.
	fn ensure_aggregators(aggregators: &[AccountId]) -> DispatchResult {
		let enough = u32::try_from(aggregators.len()).is_ok_and(|count| count >= MIN_AGGREGATORS);
		let mut places = aggregators.iter().enumerate();
		let once =
			places.all(|(place, it)| !aggregators.iter().take(place).any(|other| other == it));
		ensure!(enough && once, Error::<T>::InvalidAggregators);
		let all = aggregators.iter().all(T::Enrolment::has_custodian);
		ensure!(all, Error::<T>::AggregatorWithoutCustodian);
		Ok(())
	}

	/// The researcher withdraws a study.
	pub(crate) fn do_withdraw(who: AccountId, id: StudyId) -> DispatchResult {
		let study = Self::study_of(id)?;
		ensure!(study.researcher == who, Error::<T>::OtherResearcher);
		Self::ensure_proposed(&study)?;

		Self::end(id, study, StudyStage::Withdrawn);
		Self::deposit_event(Event::Withdrawn { study: id });
		Ok(())
	}

	/// The council approves a study.
	pub(crate) fn do_approve(id: StudyId) -> DispatchResult {
		let mut study = Self::study_of(id)?;
		Self::ensure_proposed(&study)?;

		study.stage = StudyStage::Approved;
		Self::deposit_event(Event::Approved { study: id });
		Self::begin_if_ready(id, study);
		Ok(())
	}

	/// The council stops a study.
	pub(crate) fn do_stop(id: StudyId) -> DispatchResult {
		let study = Self::study_of(id)?;
		ensure!(!study.stage.has_ended(), Error::<T>::StudyEnded);

		if let Some(round) = Rounds::<T>::get(id, study.round) {
			Self::lose(id, &study, round, Loss::Stopped, BoundedVec::new());
		}
		Self::end(id, study, StudyStage::Stopped);
		Self::deposit_event(Event::Stopped { study: id });
		Ok(())
	}

	/// Ends a study that has not begun by its first close.
	pub(crate) fn expire(id: StudyId, study: Study) -> DispatchResult {
		ensure!(study.terms.first_close <= Self::now(), Error::<T>::NotOverdue);

		Self::end(id, study, StudyStage::Expired);
		Self::deposit_event(Event::Expired { study: id });
		Ok(())
	}

	/// An aggregator accepts a study.
	pub(crate) fn do_accept(signer: AccountId, id: StudyId, key: EvaluationKey) -> DispatchResult {
		let mut study = Self::study_of(id)?;
		let aggregator = Self::aggregator(&signer, &study)?;
		ensure!(!study.stage.has_ended(), Error::<T>::StudyEnded);
		let accepted = study.keys.iter().any(|(who, _)| *who == aggregator);
		ensure!(!accepted, Error::<T>::AlreadyAccepted);
		// The neutral point, which would make all evaluations equal.
		ensure!(key != EvaluationKey::default(), Error::<T>::InvalidEvaluationKey);
		let pushed = study.keys.try_push((aggregator.clone(), key));
		pushed.map_err(|_| Error::<T>::AlreadyAccepted)?;

		Self::deposit_event(Event::Accepted { study: id, aggregator });
		Self::begin_if_ready(id, study);
		Ok(())
	}

	/// Stores a study. Its first round opens if it is approved and each aggregator has accepted it.
	fn begin_if_ready(id: StudyId, mut study: Study) {
		if study.stage == StudyStage::Approved && study.is_accepted() {
			study.stage = StudyStage::Running;
			Self::open_round(id, &study);
		}
		Studies::<T>::insert(id, study);
	}

	/// Opens the study's round.
	pub(crate) fn open_round(id: StudyId, study: &Study) {
		let soonest = Self::now().saturating_add(study.terms.gather.into());
		let closes = study.terms.close_of(study.round).max(soonest);
		Rounds::<T>::insert(id, study.round, Round::open_until(closes));
		Self::deposit_event(Event::Opened { study: id, round: study.round, closes });
	}

	/// Ends a study.
	pub(crate) fn end(id: StudyId, mut study: Study, stage: StudyStage) {
		OpenOf::<T>::mutate_exists(&study.researcher, |open| {
			*open = open.and_then(|open| open.checked_sub(1)).filter(|open| *open > 0);
		});
		study.stage = stage;
		Studies::<T>::insert(id, study);
	}

	pub(crate) fn study_of(id: StudyId) -> Result<Study, Error<T>> {
		Studies::<T>::get(id).ok_or(Error::<T>::StudyNotFound)
	}

	fn ensure_proposed(study: &Study) -> DispatchResult {
		ensure!(!study.stage.has_ended(), Error::<T>::StudyEnded);
		ensure!(study.stage == StudyStage::Proposed, Error::<T>::AlreadyApproved);
		Ok(())
	}

	/// The study's aggregator whose custodian signed. 2 reads.
	pub(crate) fn aggregator(signer: &AccountId, study: &Study) -> Result<AccountId, Error<T>> {
		T::Enrolment::custodian_of(signer)
			.filter(|institution| study.terms.aggregators.contains(institution))
			.ok_or(Error::<T>::NotAggregator)
	}
}

/// Whether it is a CID as our IPFS nodes make them: version 1, raw or dag-pb, SHA2-256.
fn is_cid(cid: &Cid) -> bool {
	matches!(cid.as_slice(), [0x01, 0x55 | 0x70, 0x12, 0x20, digest @ ..] if digest.len() == 32)
}
