//! What the calls and the other pallets read of keys, guardians and attempts, and what all calls do.

use crate::{pallet::*, Attempt, By, GuardianSets, Guardians, RecoveryView};
use frame_support::{
	pallet_prelude::*,
	traits::{Get, UnixTime},
};
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{Admission, AuditLog, Enrolment};

impl<T: Config> Pallet<T> {
	/// The chain's time, in seconds since 1970.
	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// Checks that the caller is active. 1 read.
	pub(crate) fn ensure_active(who: &AccountId) -> Result<AccountKind, DispatchError> {
		Ok(T::Enrolment::active_kind(who).ok_or(Error::<T>::CallerNotActive)?)
	}

	/// Checks that the account that is to get a key is active. 1 read.
	pub(crate) fn ensure_account_active(account: &AccountId) -> Result<AccountKind, DispatchError> {
		Ok(T::Enrolment::active_kind(account).ok_or(Error::<T>::NotActive)?)
	}

	/// Whether an account can get this key: no account, custodian or entry of `Keys` has it. 3 reads.
	pub(crate) fn is_free(key: &AccountId) -> bool {
		!Keys::<T>::contains_key(key) && T::Enrolment::is_unused(key)
	}

	/// The key that signs for the account. 1 read.
	pub(crate) fn present_key(account: &AccountId) -> AccountId {
		PresentKeys::<T>::get(account).unwrap_or_else(|| account.clone())
	}

	/// The account's guardians in force. At most 2 reads.
	pub(crate) fn in_force(account: &AccountId, sets: &GuardianSets) -> Option<Guardians> {
		sets.in_force(Self::now(), |moment| T::Enrolment::is_in_doubt(account, moment))
	}

	/// The same. At most 3 reads.
	pub(crate) fn guardians_of(account: &AccountId) -> Option<Guardians> {
		Self::in_force(account, &GuardiansOf::<T>::get(account))
	}

	/// The account's attempt, if it has not lapsed. 2 reads.
	pub(crate) fn attempt_of(account: &AccountId) -> Option<Attempt> {
		let lifetime = T::AttemptLifetime::get();
		Attempts::<T>::get(account).filter(|attempt| !attempt.has_lapsed(Self::now(), lifetime))
	}

	/// The account's attempt to get this key. 2 reads.
	pub(crate) fn attempt_for(
		account: &AccountId,
		key: &AccountId,
	) -> Result<Attempt, DispatchError> {
		let attempt = Self::attempt_of(account).ok_or(Error::<T>::NothingUnderWay)?;
		ensure!(attempt.key == *key, Error::<T>::OtherKey);
		Ok(attempt)
	}

	/// Checks that an attempt for this key can begin: it replaces one that is not complete and for another
	/// key, and one that cannot be finished, because its guardians were named while the key was in doubt,
	/// because the account has named guardians since its institution proposed the key, or because the key
	/// has become somebody else's. Otherwise it would keep others from it until it lapses. 8 reads.
	pub(crate) fn ensure_can_begin(account: &AccountId, key: &AccountId) -> DispatchResult {
		let replaceable = Self::attempt_of(account).is_none_or(|attempt| {
			let is_open = attempt.from.is_none() && attempt.key != *key;
			let is_institutions = matches!(attempt.by, By::Institution { .. });
			is_open
				|| Self::is_attempt_in_doubt(account, &attempt)
				|| (is_institutions && Self::guardians_of(account).is_some())
				|| !Self::is_free(&attempt.key)
		});
		ensure!(replaceable, Error::<T>::AttemptUnderWay);
		Ok(())
	}

	/// Whether the attempt's guardians were named while the account's key was in doubt. At most 1 read.
	pub(crate) fn is_attempt_in_doubt(account: &AccountId, attempt: &Attempt) -> bool {
		match attempt.by {
			By::Guardians { set_at, .. } => T::Enrolment::is_in_doubt(account, set_at),
			By::Institution { .. } => false,
		}
	}

	/// Whether the account can object to this key now: to its own change of key; to an attempt of its
	/// guardians, unless its key is disabled; and once to an attempt of its institution. At most 4 reads.
	pub fn may_object(account: &AccountId, key: &AccountId) -> bool {
		if Changes::<T>::get(account).is_some_and(|change| change.key == *key) {
			return true;
		}
		Self::attempt_of(account).filter(|attempt| attempt.key == *key).is_some_and(|attempt| {
			match attempt.by {
				By::Guardians { .. } => !T::Enrolment::is_in_doubt(account, Self::now()),
				By::Institution { objected, .. } => !objected,
			}
		})
	}

	/// Logs what was done with the account, if it is a patient's. 4 reads and 1 write.
	pub(crate) fn log(
		account: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		event: LogEvent,
	) {
		let kind = T::Enrolment::signatory(account).and_then(|signatory| signatory.kind);
		if kind == Some(AccountKind::Patient) {
			T::AuditLog::append(account, origin, acting_for, None, event);
		}
	}

	/// The account's key, its guardians, and what is under way.
	pub(crate) fn view(account: AccountId) -> RecoveryView {
		let is_in_doubt = |moment| T::Enrolment::is_in_doubt(&account, moment);
		let (now, sets) = (Self::now(), GuardiansOf::<T>::get(&account));
		RecoveryView {
			key: Self::present_key(&account),
			guardians: sets.in_force(now, is_in_doubt),
			next: sets.waiting(now, is_in_doubt),
			change: Changes::<T>::get(&account),
			attempt: Self::attempt_of(&account),
		}
	}
}

impl<T: Config> vouchsafe_support::KeyHistory for Pallet<T> {
	fn has_new_key(account: &AccountId) -> bool {
		PresentKeys::<T>::contains_key(account)
	}
}

impl<T: Config> vouchsafe_support::Keys for Pallet<T> {
	fn find(key: &AccountId) -> Option<KeyState> {
		Keys::<T>::get(key)
	}

	fn on_disabled(account: &AccountId) {
		let origin = T::Admission::signer().unwrap_or_else(|| account.clone());
		Self::end_change(account, &origin);
	}
}
