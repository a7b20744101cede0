//! What terms are valid, and how many consents a key has places for.

use crate::pallet::*;
use frame_support::pallet_prelude::*;
use vouchsafe_primitives::*;
use vouchsafe_support::{Enrolment, Studies};

/// Whether a consent is assisted, and its effect: they decide about its place under its key.
pub(crate) type Kind = (bool, Effect);

/// The consents that need a place. A permit by law has one of its own.
pub(crate) fn kinds(provisions: &[Consent]) -> impl Iterator<Item = Kind> + '_ {
	let placed = provisions.iter().filter(|consent| !consent.is_by_law());
	placed.map(|consent| (consent.is_assisted(), consent.terms.effect))
}

impl<T: Config> Pallet<T> {
	/// Checks that the terms are valid and the grantee exists. At most 1 read.
	pub(crate) fn ensure_sound(grantee: &Grantee, terms: &Terms, now: Moment) -> DispatchResult {
		let follows_affiliation = matches!(grantee, Grantee::PractitionerAt { .. });
		ensure!(!follows_affiliation || terms.effect == Effect::Permit, Error::<T>::DenyThePerson);
		let known = terms.categories.is_known()
			&& terms.actions.is_known()
			&& terms.purposes.is_known()
			&& terms.traits.is_known();
		ensure!(known, Error::<T>::UnknownCode);
		ensure!(terms.labels.is_sound(), Error::<T>::InvalidLabels);
		let suits_deny = matches!(terms.labels, LabelFilter::Only(_) | LabelFilter::Any);
		ensure!(terms.effect == Effect::Permit || suits_deny, Error::<T>::LabelsNotForDeny);
		// A permit that could never cover anything would only mislead who reads it.
		let counting = Actions::of(&[Action::Aggregate]);
		let fits = match terms.effect {
			Effect::Permit if grantee.is_research() => terms.actions == counting,
			Effect::Permit => !terms.actions.intersects(counting),
			Effect::Deny { .. } => true,
		};
		ensure!(fits, Error::<T>::ActionNotForGrantee);
		let is_study = terms.effect == Effect::Permit && grantee.is_research();
		ensure!(!is_study || !terms.labels.narrows(), Error::<T>::LabelsNotForStudies);
		ensure!(!terms.is_expired(now), Error::<T>::AlreadyExpired);
		if let (Some(from), Some(until)) = (terms.valid_from, terms.valid_until) {
			ensure!(from < until, Error::<T>::InvalidPeriod);
		}
		if let DataPeriod { from: Some(from), to: Some(to) } = terms.data_period {
			ensure!(from <= to, Error::<T>::EmptyDataPeriod);
		}
		let there = match grantee {
			Grantee::Everyone | Grantee::Role(_) => true,
			Grantee::Institution(institution)
			| Grantee::RoleAt { institution, .. }
			| Grantee::CareTeam { institution, .. } => T::Enrolment::country(institution).is_some(),
			Grantee::PractitionerAt { practitioner, institution } => {
				T::Enrolment::is_affiliated(practitioner, institution)
			},
			// A suspended account too: a patient may deny for the time after.
			Grantee::Person(account) => T::Enrolment::enrolled_by(account).is_some(),
			Grantee::Research | Grantee::ResearchOn(_) => true,
			Grantee::Study(study) => {
				let stage = T::Studies::stage(*study).ok_or(Error::<T>::StudyNotFound)?;
				let goes_on = !stage.has_ended() || terms.effect != Effect::Permit;
				ensure!(goes_on, Error::<T>::StudyEnded);
				true
			},
		};
		ensure!(there, Error::<T>::GranteeNotFound);
		Ok(())
	}

	/// Checks that a consent may be stored, and gives the others under its key that have not expired.
	pub(crate) fn ensure_grantable(
		patient: &AccountId,
		grantee: &Grantee,
		terms: &Terms,
		is_assisted: bool,
	) -> Result<Provisions, DispatchError> {
		Self::ensure_patient(patient)?;
		let now = Self::now();
		Self::ensure_sound(grantee, terms, now)?;
		let mut provisions = Consents::<T>::get(patient, grantee);
		provisions.retain(|consent| !consent.terms.is_expired(now));
		let more = (is_assisted, terms.effect);
		Self::ensure_places(kinds(&provisions).chain([more]))?;
		Ok(provisions)
	}

	/// Checks that a key has places for these consents.
	pub(crate) fn ensure_places(consents: impl Iterator<Item = Kind>) -> DispatchResult {
		let (mut assisted, mut permits, mut own) = (0u32, 0u32, 0u32);
		for (is_assisted, effect) in consents {
			let counted = if is_assisted { &mut assisted } else { &mut own };
			*counted = counted.saturating_add(1);
			if !is_assisted && effect == Effect::Permit {
				permits = permits.saturating_add(1);
			}
		}
		ensure!(assisted <= MAX_ASSISTED_PER_GRANTEE, Error::<T>::TooManyAssisted);
		ensure!(own <= MAX_CONSENTS_PER_GRANTEE, Error::<T>::TooManyConsents);
		ensure!(permits < MAX_CONSENTS_PER_GRANTEE, Error::<T>::PlaceKeptForDeny);
		Ok(())
	}
}
