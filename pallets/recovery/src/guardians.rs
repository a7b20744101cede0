//! Guardians: an account names them, and they give it a new key.

use crate::{pallet::*, Attempt, BegunBy, By, GuardianList, GuardianSets, Guardians, SignedKey};
use frame_support::{pallet_prelude::*, traits::Get};
use sp_core::H256;
use vouchsafe_primitives::{audit::LogEvent, *};

impl<T: Config> Pallet<T> {
	/// An account names its guardians.
	pub(crate) fn do_set_guardians(
		who: AccountId,
		commitment: H256,
		threshold: u8,
		count: u8,
	) -> DispatchResult {
		let kind = Self::ensure_active(&who)?;
		ensure!(!kind.is_member(), Error::<T>::NotForInstitutions);
		ensure!(are_guardians_allowed(threshold, count), Error::<T>::InvalidThreshold);
		let now = Self::now();
		let named = Guardians { commitment, threshold, count, set_at: now };
		let (sets, from) = match Self::in_force(&who, &GuardiansOf::<T>::get(&who)) {
			Some(present) => {
				let from = now.saturating_add(T::RecoveryDelay::get());
				(GuardianSets { present: Some(present), next: Some((named, from)) }, from)
			},
			None => (GuardianSets { present: Some(named), next: None }, now),
		};

		GuardiansOf::<T>::insert(&who, sets);
		Self::log(&who, &who, None, LogEvent::GuardiansSet { from });
		Self::deposit_event(Event::GuardiansSet { account: who, from });
		Ok(())
	}

	/// A guardian begins an attempt.
	pub(crate) fn do_attempt(
		who: AccountId,
		account: AccountId,
		guardians: GuardianList,
		salt: H256,
		new: SignedKey,
	) -> DispatchResult {
		Self::ensure_active(&who)?;
		ensure!(who != account, Error::<T>::OwnAccount);
		Self::ensure_account_active(&account)?;
		let sets = GuardiansOf::<T>::get(&account);
		let in_force = Self::in_force(&account, &sets).ok_or(Error::<T>::NoGuardians)?;
		let ascends = guardians.is_sorted_by(|one, next| one < next);
		let is_whole = guardians.len() == usize::from(in_force.count);
		ensure!(ascends && is_whole, Error::<T>::InvalidGuardians);
		let commitment = guardians_commitment(&account, &guardians, &salt);
		ensure!(commitment == in_force.commitment, Error::<T>::OtherGuardians);
		let approvals = Self::bit_of(&guardians, &who)?;
		// Otherwise one of them could replace the others' attempts without end.
		let (now, lifetime) = (Self::now(), T::AttemptLifetime::get());
		let begun = Begun::<T>::get(&account)
			.filter(|begun| begun.is_of(in_force.set_at, now, lifetime))
			.map(|begun| begun.by)
			.unwrap_or_default();
		Self::ensure_can_begin(&account, &new.key)?;
		ensure!(begun & approvals == 0, Error::<T>::BegunBefore);
		Self::ensure_key(&account, &new)?;

		let Guardians { threshold, set_at, .. } = in_force;
		let SignedKey { key, encryption_key, .. } = new;
		let attempt = Attempt {
			key: key.clone(),
			encryption_key,
			by: By::Guardians { guardians, approvals, threshold, set_at },
			at: Self::now(),
			from: None,
		};
		Attempts::<T>::insert(&account, attempt);
		Begun::<T>::insert(&account, BegunBy { set_at, at: now, by: begun | approvals });
		Self::log(&account, &who, None, LogEvent::RecoveryBegan { key: key.clone() });
		Self::deposit_event(Event::RecoveryBegan { account, key, guardian: who });
		Ok(())
	}

	/// Another guardian approves the key of an attempt.
	pub(crate) fn do_approve(who: AccountId, account: AccountId, key: AccountId) -> DispatchResult {
		Self::ensure_active(&who)?;
		ensure!(who != account, Error::<T>::OwnAccount);
		Self::ensure_account_active(&account)?;
		let mut attempt = Self::attempt_for(&account, &key)?;
		let in_doubt = Self::is_attempt_in_doubt(&account, &attempt);
		let By::Guardians { guardians, approvals, set_at, .. } = &mut attempt.by else {
			return Err(Error::<T>::NotGuardian.into());
		};
		let bit = Self::bit_of(guardians, &who)?;
		ensure!(!in_doubt, Error::<T>::GuardiansInDoubt);
		let in_force = Self::guardians_of(&account);
		let are_those = in_force.is_some_and(|guardians| guardians.set_at == *set_at);
		ensure!(are_those, Error::<T>::OtherGuardians);
		ensure!(*approvals & bit == 0, Error::<T>::ApprovedBefore);

		*approvals |= bit;
		let from = Self::complete(&mut attempt);
		if from.is_some() {
			Self::drop_waiting(&account);
		}
		Attempts::<T>::insert(&account, attempt);
		Self::log(&account, &who, None, LogEvent::RecoveryApproved { key: key.clone(), from });
		Self::deposit_event(Event::RecoveryApproved { account, key, guardian: who, from });
		Ok(())
	}

	/// Removes the guardians who wait to replace those in force: somebody who stole the key may have named
	/// them.
	pub(crate) fn drop_waiting(account: &AccountId) {
		let mut sets = GuardiansOf::<T>::get(account);
		let waits = |(next, _): &(Guardians, Moment)| Self::in_force(account, &sets) != Some(*next);
		if sets.next.as_ref().is_some_and(waits) {
			sets.next = None;
			GuardiansOf::<T>::insert(account, sets);
		}
	}

	/// The bit of one of the guardians.
	fn bit_of(guardians: &GuardianList, who: &AccountId) -> Result<u8, DispatchError> {
		let place = guardians.iter().position(|guardian| guardian == who);
		Ok(place.map(By::bit).ok_or(Error::<T>::NotGuardian)?)
	}

	/// Sets from when on the attempt can be finished, if it is complete and was not before.
	pub(crate) fn complete(attempt: &mut Attempt) -> Option<Moment> {
		if attempt.from.is_none() && attempt.by.is_complete() {
			attempt.from = Some(Self::now().saturating_add(T::RecoveryDelay::get()));
		}
		attempt.from
	}
}
