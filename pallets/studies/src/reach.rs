//! Reach: how many standing choices there are, by traits and country.
//!
//! The counts have no noise, so they are never shown as they are. What is shown is the value at the
//! start of last week, rounded down to tens, and nothing under 11; totals are made from what is shown.
//! So who only subtracts or watches them grow learns nothing about one person. Who adds up to nine
//! accounts with the same choice can see whether somebody is the tenth: the choices themselves are on
//! the chain, so this helps only those who see nothing but the counts. A choice that has expired counts
//! until it is dropped. A patient with permits for several sets of traits counts once for each. The country
//! is the same when a choice begins and when it ends: pallet-enrolment changes neither an institution's
//! country nor who enrolled a patient.

use crate::{pallet::*, Reach, ReachCell, WeightInfo, MAX_DISEASE_COUNTS, MAX_LOOKED_AT, WEEK};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::pallet_prelude::*;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::*;
use vouchsafe_support::{self as traits, Enrolment};

/// The fewest people whose number is shown.
const LEAST_SHOWN: u32 = 11;

impl<T: Config> Pallet<T> {
	/// How many people a study on this disease, with these traits and in patients' institutions of this
	/// country (or of all) could reach.
	pub fn reach(disease: Option<Disease>, traits: StudyTraits, country: Option<Country>) -> Reach {
		let week = Self::week();
		let chosen = disease.map(Some).into_iter().chain([None]);
		let mut cells: alloc::vec::Vec<ReachCell> = chosen
			.flat_map(|disease| {
				let counts = Choices::<T>::iter_prefix(disease);
				counts.map(move |((country, traits), count)| {
					let people = count.in_week(week).before;
					ReachCell { disease, country, traits, people }
				})
			})
			.filter(|cell| cell.traits.contains_all(traits))
			.filter(|cell| country.is_none_or(|country| cell.country == country))
			.filter(|cell| cell.people >= LEAST_SHOWN)
			.map(|cell| ReachCell { people: round_down(cell.people), ..cell })
			.collect();
		cells.sort_unstable_by_key(|cell| (cell.disease, cell.country, cell.traits));
		let people = cells.iter().fold(0u32, |sum, cell| sum.saturating_add(cell.people));
		let counted_at = Moment::from(week.saturating_sub(1)).saturating_mul(WEEK);
		Reach { counted_at, cells, people }
	}

	/// The number of the week that the chain's time is in.
	fn week() -> u32 {
		Self::now().checked_div(WEEK).unwrap_or_default().saturated_into()
	}

	/// Removes counts of nobody if those of diseases have used up all places. It looks at the few that
	/// follow these choices in the map, which is in the order of hashes: in the week in which a count may be
	/// removed, nobody may touch it.
	fn make_room(disease: Option<Disease>, key: (Country, StudyTraits)) {
		let diseases = DiseaseCounts::<T>::get();
		if disease.is_none() || diseases < MAX_DISEASE_COUNTS {
			return;
		}
		let week = Self::week();
		let from = Choices::<T>::hashed_key_for(disease, key);
		let few = Choices::<T>::iter_from(from).take(MAX_LOOKED_AT.saturated_into());
		let over: Vec<_> = few.filter(|(.., count)| count.in_week(week).is_over()).collect();
		for (disease, key, _) in &over {
			Choices::<T>::remove(disease, key);
		}
		let removed: u32 =
			over.iter().filter(|(disease, ..)| disease.is_some()).count().saturated_into();
		DiseaseCounts::<T>::put(diseases.saturating_sub(removed));
	}

	/// Counts one choice more or less.
	fn count_choice(disease: Option<Disease>, key: (Country, StudyTraits), is_more: bool) {
		let is_new = !Choices::<T>::contains_key(disease, key);
		let diseases = DiseaseCounts::<T>::get();
		let is_full = disease.is_some() && diseases >= MAX_DISEASE_COUNTS;
		if is_new && (is_full || !is_more) {
			return;
		}
		let mut count = Choices::<T>::get(disease, key).in_week(Self::week());
		count.now = if is_more { count.now.saturating_add(1) } else { count.now.saturating_sub(1) };
		let is_over = count.is_over();
		if is_over {
			Choices::<T>::remove(disease, key);
		} else {
			Choices::<T>::insert(disease, key, count);
		}
		match disease {
			Some(_) if is_new => DiseaseCounts::<T>::put(diseases.saturating_add(1)),
			Some(_) if is_over => DiseaseCounts::<T>::put(diseases.saturating_sub(1)),
			_ => {},
		}
	}
}

/// The number without its last digit.
fn round_down(people: u32) -> u32 {
	people.saturating_sub(people.checked_rem(10).unwrap_or_default())
}

/// The disease of a standing choice, `Some(None)` for all studies. `None`: the grantee is not for one.
fn standing_choice(grantee: &Grantee) -> Option<Option<Disease>> {
	match grantee {
		Grantee::Research => Some(None),
		Grantee::ResearchOn(disease) => Some(Some(*disease)),
		_ => None,
	}
}

/// The traits of the permits, each set once.
fn chosen(consents: &[Consent]) -> BTreeSet<StudyTraits> {
	let permits = consents.iter().filter(|consent| consent.terms.effect == Effect::Permit);
	permits.map(|consent| consent.terms.traits).collect()
}

impl<T: Config> traits::Studies for Pallet<T> {
	fn stage(study: StudyId) -> Option<StudyStage> {
		Studies::<T>::get(study).map(|study| study.stage)
	}

	fn choice_changed(
		patient: &AccountId,
		grantee: &Grantee,
		before: &[Consent],
		after: &[Consent],
	) {
		let Some(disease) = standing_choice(grantee) else { return };
		let (before, after) = (chosen(before), chosen(after));
		if before == after {
			return;
		}
		let institution = T::Enrolment::enrolled_by(patient);
		let Some(country) = institution.as_ref().and_then(T::Enrolment::country) else { return };
		Self::make_room(disease, (country, StudyTraits::default()));
		for traits in before.difference(&after) {
			Self::count_choice(disease, (country, *traits), false);
		}
		for traits in after.difference(&before) {
			Self::count_choice(disease, (country, *traits), true);
		}
	}

	fn choice_weight(grantee: &Grantee) -> Weight {
		match standing_choice(grantee) {
			Some(_) => T::WeightInfo::count_choice(),
			None => Weight::zero(),
		}
	}
}
