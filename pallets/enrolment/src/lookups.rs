//! What the other pallets see of accounts and affiliations.

use crate::{pallet::*, Account, Affiliation, Institution};
use alloc::vec::Vec;
use frame_support::{
	traits::{Defensive, DefensiveResult, UnixTime},
	BoundedVec,
};
use sp_runtime::SaturatedConversion;
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

	/// Counts an institution that gets another status.
	pub(crate) fn count_institution(entry: &Account, status: Status) {
		if !entry.kind.is_member() {
			return;
		}
		let (was, is) = (entry.status == Status::Active, status == Status::Active);
		ActiveInstitutions::<T>::mutate(|count| {
			*count = count.saturating_sub(was.into()).saturating_add(is.into());
		});
	}

	/// Whether the account is an active institution or authority.
	pub(crate) fn is_active_institution(account: &AccountId) -> bool {
		Self::active_kind(account).is_some_and(AccountKind::is_member)
	}
}

/// The most institutions or affiliations that are listed at once.
pub const MAX_LISTED: u32 = 256;

impl<T: Config> Pallet<T> {
	/// The institutions and authorities after the one named, in the order of the chain's keys: at
	/// most `limit` and [`MAX_LISTED`].
	pub fn institutions(
		after: Option<AccountId>,
		limit: u32,
	) -> Vec<(AccountId, AccountKind, Status, Institution)> {
		let institutions = match after {
			Some(after) => Institutions::<T>::iter_from_key(after),
			None => Institutions::<T>::iter(),
		};
		institutions
			.take(limit.min(MAX_LISTED).saturated_into())
			.filter_map(|(id, institution)| {
				let account = Accounts::<T>::get(&id)?;
				Some((id, account.kind, account.status, institution))
			})
			.collect()
	}

	/// The practitioner's affiliations, including those that have ended, after the one with the
	/// institution named, in the order of the chain's keys: at most `limit` and [`MAX_LISTED`].
	pub fn affiliations(
		practitioner: AccountId,
		after: Option<AccountId>,
		limit: u32,
	) -> Vec<(AccountId, Affiliation)> {
		let affiliations = match after {
			Some(after) => {
				let key = Affiliations::<T>::hashed_key_for(&practitioner, after);
				Affiliations::<T>::iter_prefix_from(&practitioner, key)
			},
			None => Affiliations::<T>::iter_prefix(&practitioner),
		};
		affiliations.take(limit.min(MAX_LISTED).saturated_into()).collect()
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

	fn has_custodian(institution: &AccountId) -> bool {
		Self::is_active_institution(institution)
			&& Institutions::<T>::get(institution).is_some_and(|entry| entry.custodian.is_some())
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
		Accounts::<T>::get(patient)?.doubt()
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

	fn is_registrar(account: &AccountId, institution: &AccountId) -> bool {
		Affiliations::<T>::get(account, institution).is_some_and(|affiliation| {
			affiliation.role == Role::Registrar && affiliation.is_in_force(Self::now())
		})
	}

	fn is_in_doubt(account: &AccountId, moment: Moment) -> bool {
		Accounts::<T>::get(account).is_some_and(|entry| {
			entry.disabled_since.is_some_and(|since| since <= moment)
				|| entry.doubt.is_some_and(|doubt| doubt.contains(moment))
		})
	}

	fn is_unused(account: &AccountId) -> bool {
		!Accounts::<T>::contains_key(account) && !CustodianAccounts::<T>::contains_key(account)
	}

	fn replace_key(account: &AccountId, key: &AccountId, encryption_key: EncryptionKey) {
		let Some(mut entry) = Accounts::<T>::get(account).defensive() else { return };
		let is_new = entry.encryption_key != encryption_key;
		let was_disabled = entry.disabled_since.is_some();
		entry.encryption_key = encryption_key;
		entry.set_disabled(None, Self::now());
		Accounts::<T>::insert(account, entry);
		Self::let_sign(key);
		// A patient whose own key has ever signed can use a wallet; the new key's nonce would not tell.
		frame_system::Pallet::<T>::inc_account_nonce(account);
		let account = account.clone();
		if is_new {
			let account = account.clone();
			Self::deposit_event(Event::EncryptionKeySet { account, key: encryption_key });
		}
		if was_disabled {
			Self::deposit_event(Event::SigningDisabledSet { account, since: None });
		}
	}

	fn active_institutions() -> u32 {
		ActiveInstitutions::<T>::get()
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
