//! What the other pallets see of accounts and affiliations.

use crate::{pallet::*, types::is_institution};
use frame_support::{
	traits::{DefensiveResult, UnixTime},
	BoundedVec,
};
use vouchsafe_primitives::*;
use vouchsafe_support::{Enrolment, Signatory};

impl<T: Config> Pallet<T> {
	/// The chain's time, in seconds since 1970.
	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// Whether the account is enrolled and active.
	pub(crate) fn is_active(account: &AccountId) -> bool {
		Self::active_kind(account).is_some()
	}

	/// Whether the account is an active institution or authority.
	pub(crate) fn is_active_institution(account: &AccountId) -> bool {
		Self::active_kind(account).is_some_and(is_institution)
	}
}

impl<T: Config> Enrolment for Pallet<T> {
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		let entry = Accounts::<T>::get(account)?;
		let is_practitioner = entry.kind == AccountKind::Practitioner;
		let mut acting_for = None;
		let mut also_at = BoundedVec::new();
		for (at, affiliation) in Self::affiliations_in_force(account, is_practitioner) {
			let Some((found, is_active)) = Self::acting_at(at, affiliation) else { continue };
			if institution == Some(&found.institution) {
				acting_for = is_active.then_some(found);
			} else {
				also_at.try_push(found).defensive_ok();
			}
		}
		let active =
			entry.status == Status::Active && (institution.is_none() || acting_for.is_some());
		let (account, kind) = (account.clone(), entry.kind);
		Some(Actor { account, kind, active, acting_for, also_at, study: None })
	}

	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Accounts::<T>::get(account)
			.filter(|entry| entry.status == Status::Active)
			.map(|entry| entry.kind)
	}

	fn custodian_of(account: &AccountId) -> Option<AccountId> {
		CustodianAccounts::<T>::get(account).filter(Self::is_active)
	}

	fn enrolled_by(account: &AccountId) -> Option<AccountId> {
		Accounts::<T>::get(account).map(|entry| entry.enrolled_by)
	}

	fn standing(patient: &AccountId) -> Standing {
		match Accounts::<T>::get(patient) {
			Some(entry) if entry.kind == AccountKind::Patient => entry.standing(),
			_ => Standing::Closed,
		}
	}

	fn doubt(patient: &AccountId) -> Option<Doubt> {
		Accounts::<T>::get(patient)?.doubt
	}

	fn manages(who: &AccountId, institution: &AccountId) -> bool {
		Self::manager(who, institution).is_ok()
	}

	fn country(institution: &AccountId) -> Option<Country> {
		Institutions::<T>::get(institution).map(|entry| entry.country)
	}

	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		Affiliations::<T>::get(practitioner, institution)
			.is_some_and(|affiliation| affiliation.is_in_force(Self::now()))
	}

	fn signatory(account: &AccountId) -> Option<Signatory> {
		if let Some(entry) = Accounts::<T>::get(account) {
			return Some(Signatory {
				kind: Some(entry.kind),
				institution: entry.enrolled_by,
				may_sign: entry.status == Status::Active && entry.disabled_since.is_none(),
			});
		}
		let institution = CustodianAccounts::<T>::get(account)?;
		let may_sign = Self::is_active(&institution);
		Some(Signatory { kind: None, institution, may_sign })
	}
}
