//! How a key replaces another: the account's own change of key, the objection to a new key, and the end of
//! both.

use crate::{key_text, pallet::*, Attempt, By, KeyChange, SignedKey};
use frame_support::{pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::*;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{signing::has_signed, Enrolment, Representation};

impl<T: Config> Pallet<T> {
	/// Checks that the new key has signed that it wants to be the account's, and that it can be. 3 reads.
	pub(crate) fn ensure_key(account: &AccountId, new: &SignedKey) -> DispatchResult {
		let SignedKey { key, encryption_key, expires, signature } = new;
		ensure!(Self::now() < *expires, Error::<T>::SignatureExpired);
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32));
		let text = key_text(&genesis, account, key, encryption_key, *expires);
		ensure!(has_signed(key, &text, signature), Error::<T>::InvalidKeySignature);
		ensure!(Self::is_free(key), Error::<T>::KeyTaken);
		Ok(())
	}

	/// An account begins to change its key.
	pub(crate) fn do_change_key(who: AccountId, new: SignedKey) -> DispatchResult {
		Self::ensure_active(&who)?;
		Self::ensure_key(&who, &new)?;

		let SignedKey { key, encryption_key, .. } = new;
		let from = Self::now().saturating_add(T::KeyDelay::get());
		Changes::<T>::insert(&who, KeyChange { key: key.clone(), encryption_key, from });
		Self::log(&who, &who, None, LogEvent::KeyChangeBegan { key: key.clone(), from });
		Self::deposit_event(Event::KeyChangeBegan { account: who, key, from });
		Ok(())
	}

	/// Ends the change of key that the account began, if it did.
	pub(crate) fn end_change(account: &AccountId, origin: &AccountId) {
		let Some(KeyChange { key, .. }) = Changes::<T>::take(account) else { return };
		Self::log(account, origin, None, LogEvent::KeyChangeEnded { key: key.clone() });
		Self::deposit_event(Event::KeyChangeEnded { account: account.clone(), key });
	}

	/// The account, or who represents a ward, objects to a new key.
	pub(crate) fn do_object(who: AccountId, account: AccountId, key: AccountId) -> DispatchResult {
		// Nobody has a ward's key.
		let represents = || {
			T::Representation::is_ward(&account) && T::Representation::represents(&account, &who)
		};
		ensure!(who == account || represents(), Error::<T>::NotTheAccount);
		let change = Changes::<T>::get(&account);
		if change.as_ref().is_some_and(|change| change.key == key) {
			Self::end_change(&account, &who);
			return Ok(());
		}
		let attempt = Self::attempt_of(&account);
		ensure!(change.is_some() || attempt.is_some(), Error::<T>::NothingUnderWay);
		let mut attempt =
			attempt.filter(|attempt| attempt.key == key).ok_or(Error::<T>::OtherKey)?;
		let ended = match &mut attempt.by {
			By::Guardians { .. } => {
				let is_disabled = T::Enrolment::is_in_doubt(&account, Self::now());
				ensure!(!is_disabled, Error::<T>::KeyDisabled);
				true
			},
			By::Institution { objected, .. } => {
				ensure!(!*objected, Error::<T>::AlreadyObjected);
				*objected = true;
				false
			},
		};

		if ended {
			Attempts::<T>::remove(&account);
			Begun::<T>::remove(&account);
		} else {
			attempt.from = attempt.from.filter(|_| attempt.by.is_complete());
			// The authority has as long for the second attestation as it had for the first.
			attempt.at = Self::now();
			Attempts::<T>::insert(&account, attempt);
		}
		Self::log(&account, &who, None, LogEvent::RecoveryObjected { key: key.clone(), ended });
		Self::deposit_event(Event::RecoveryObjected { account, key, ended });
		Ok(())
	}

	/// A new key replaces the account's present one.
	pub(crate) fn do_finish(who: AccountId, account: AccountId, key: AccountId) -> DispatchResult {
		Self::ensure_active(&who)?;
		Self::ensure_account_active(&account)?;
		let (encryption_key, is_attempt) = Self::finishable(&account, &key)?;

		if is_attempt {
			Self::drop_waiting(&account);
		}
		if is_attempt || Attempts::<T>::get(&account).is_some_and(|attempt| attempt.key == key) {
			Attempts::<T>::remove(&account);
			Proposers::<T>::remove(&account);
			Begun::<T>::remove(&account);
		}
		Self::replace_key(account.clone(), key.clone(), encryption_key);
		Self::log(&account, &who, None, LogEvent::KeyReplaced { key });
		Ok(())
	}

	/// Root gives an institution or authority a new key.
	pub(crate) fn do_set_key(
		account: AccountId,
		key: AccountId,
		encryption_key: EncryptionKey,
	) -> DispatchResult {
		let kind = T::Enrolment::signatory(&account).and_then(|signatory| signatory.kind);
		ensure!(kind.is_some_and(AccountKind::is_member), Error::<T>::NotMember);
		ensure!(Self::is_free(&key), Error::<T>::KeyTaken);
		Self::replace_key(account, key, encryption_key);
		Ok(())
	}

	/// What comes with this key, and who gives it: the account's own change to it if its time has come, or else
	/// the attempt for it. Returns the encryption key, and whether it is the attempt's. At most 9 reads.
	fn finishable(
		account: &AccountId,
		key: &AccountId,
	) -> Result<(EncryptionKey, bool), DispatchError> {
		let (now, lifetime) = (Self::now(), T::AttemptLifetime::get());
		let counts = |change: &KeyChange| now < change.from.saturating_add(lifetime);
		let change = Changes::<T>::get(account).filter(counts);
		let attempt = Self::attempt_of(account);
		ensure!(change.is_some() || attempt.is_some(), Error::<T>::NothingUnderWay);
		let change = change.filter(|change| change.key == *key);
		let attempt = attempt.filter(|attempt| attempt.key == *key);
		let found = match (change, attempt) {
			(Some(change), _) if change.from <= now => (change.encryption_key, false),
			(_, Some(attempt)) => {
				Self::ensure_due(account, &attempt)?;
				(attempt.encryption_key, true)
			},
			(Some(_), None) => return Err(Error::<T>::TooEarly.into()),
			(None, None) => return Err(Error::<T>::OtherKey.into()),
		};
		ensure!(Self::is_free(key), Error::<T>::KeyTaken);
		Ok(found)
	}

	/// Checks that the attempt can be finished, if its key is free.
	fn ensure_due(account: &AccountId, attempt: &Attempt) -> DispatchResult {
		let from = attempt.from.ok_or(Error::<T>::Incomplete)?;
		ensure!(from <= Self::now(), Error::<T>::TooEarly);
		ensure!(!Self::is_attempt_in_doubt(account, attempt), Error::<T>::GuardiansInDoubt);
		// The account may have named guardians after its institution proposed a key.
		let is_institutions = matches!(attempt.by, By::Institution { .. });
		let guardians = Self::guardians_of(account);
		ensure!(!is_institutions || guardians.is_none(), Error::<T>::HasGuardians);
		Ok(())
	}

	/// Lets a key sign for the account in place of the present one. What the account had begun itself ends:
	/// it may have been somebody who had stolen the key.
	fn replace_key(account: AccountId, key: AccountId, encryption_key: EncryptionKey) {
		let replaced = Self::present_key(&account);
		Keys::<T>::insert(&replaced, KeyState::Replaced);
		Keys::<T>::insert(&key, KeyState::Signs(account.clone()));
		PresentKeys::<T>::insert(&account, &key);
		Changes::<T>::remove(&account);
		T::Enrolment::replace_key(&account, &key, encryption_key);
		Self::deposit_event(Event::KeyReplaced { account, key, replaced });
	}
}
