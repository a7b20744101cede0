//! What clients ask of studies, rounds, people and results. Calls never read these lists.

use crate::{pallet::*, RoundView, Study, StudyView};
use alloc::vec::Vec;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::*;
use vouchsafe_support::{Consents, Enrolment};

/// The most studies or people that are listed at once.
pub const MAX_LISTED: u32 = 1_024;

impl<T: Config> Pallet<T> {
	/// The studies after the one named, in the order of their numbers: at most `limit` and
	/// [`MAX_LISTED`].
	pub fn studies(after: Option<StudyId>, limit: u32) -> Vec<(StudyId, StudyView)> {
		let first = after.map_or(Some(0), |after| after.checked_add(1));
		let ids = first.map(|first| first..NextStudy::<T>::get()).into_iter().flatten();
		ids.take(limit.min(MAX_LISTED).saturated_into())
			.filter_map(|id| Some((id, Self::study(id)?)))
			.collect()
	}

	/// The study.
	pub fn study(id: StudyId) -> Option<StudyView> {
		let study = Studies::<T>::get(id)?;
		let current = Self::round(id, study.round);
		let Study { researcher, proposed_at, terms, stage, round, keys, spent } = study;
		let keys = keys.into_inner();
		Some(StudyView { researcher, proposed_at, terms, stage, round, keys, spent, current })
	}

	/// A round of the study, if it has begun.
	pub fn round(id: StudyId, round: u8) -> Option<RoundView> {
		Some(Rounds::<T>::get(id, round)?.view())
	}

	/// What a round of the study measured.
	pub fn result(id: StudyId, round: u8) -> Option<StudyResult> {
		Results::<T>::get(id, round)
	}

	/// How the study's noise is drawn.
	pub fn mechanism(id: StudyId) -> Option<Mechanism> {
		Some(Mechanism::of(&Studies::<T>::get(id)?.terms))
	}

	/// The people of the study's current round whose consents permit the study now, and who contributed
	/// each, after the person named, in the order of the chain's keys: at most `limit` and
	/// [`MAX_LISTED`]. At the frozen block, they are the people who count.
	pub fn standing(
		id: StudyId,
		after: Option<AccountId>,
		limit: u32,
	) -> Vec<(AccountId, AccountId)> {
		let Some(study) = Studies::<T>::get(id) else { return Vec::new() };
		let Some(actor) = Self::acting(id, &study) else { return Vec::new() };
		let (key, now) = ((id, study.round), Self::now());
		let people = match after {
			Some(after) => {
				People::<T>::iter_prefix_from(key, People::<T>::hashed_key_for(key, after))
			},
			None => People::<T>::iter_prefix(key),
		};
		let stands = |person: &AccountId| {
			let question = Self::question(&study, actor.clone(), person.clone(), now);
			T::Enrolment::is_active_patient(person) && T::Consents::decide(&question).is_permit()
		};
		people
			.filter(|(person, _)| stands(person))
			.take(limit.min(MAX_LISTED).saturated_into())
			.collect()
	}

	/// Who contributed each of these people to a round, for the first [`MAX_LISTED`].
	pub fn contributed(id: StudyId, round: u8, people: Vec<AccountId>) -> Vec<Option<AccountId>> {
		let most = MAX_LISTED.saturated_into();
		let contributor = |person: AccountId| People::<T>::get((id, round), person);
		people.into_iter().take(most).map(contributor).collect()
	}
}
