//! A new key by the institution that enrolled the account, which an authority attests.

use crate::{pallet::*, Attempt, By, SignedKey};
use frame_support::pallet_prelude::*;
use sp_core::H256;
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{Admission, Agreed, Enrolment, Pair, Staff};

impl<T: Config> Pallet<T> {
	/// One of two of the staff proposes a new key.
	pub(crate) fn do_propose(
		who: AccountId,
		account: AccountId,
		institution: AccountId,
		new: SignedKey,
		evidence: H256,
	) -> DispatchResult {
		ensure!(who != account, Error::<T>::OwnAccount);
		let kind = Self::ensure_account_active(&account)?;
		ensure!(!kind.is_member(), Error::<T>::NotForInstitutions);
		let home = T::Enrolment::enrolled_by(&account);
		ensure!(home.as_ref() == Some(&institution), Error::<T>::EnrolledElsewhere);
		let guardians = Self::guardians_of(&account);
		ensure!(guardians.is_none(), Error::<T>::HasGuardians);
		Self::ensure_can_begin(&account, &new.key)?;
		Self::ensure_key(&account, &new)?;

		let SignedKey { key, encryption_key, .. } = new;
		let matter = StaffMatter::NewKey { key: key.clone(), encryption_key, evidence };
		let content = agreed_matter(&matter);
		let pair = Pair::RegistrarAndClinician;
		let event = match T::Staff::agree(&who, &institution, &account, content, pair)? {
			Agreed::Proposed => LogEvent::StaffProposed(matter),
			Agreed::Confirmed { first } => {
				Proposers::<T>::insert(&account, (first, who.clone()));
				let institution = institution.clone();
				let by =
					By::Institution { institution, evidence, attestations: 0, objected: false };
				let at = Self::now();
				let attempt = Attempt { key: key.clone(), encryption_key, by, at, from: None };
				Attempts::<T>::insert(&account, attempt);
				LogEvent::RecoveryProposed { key: key.clone() }
			},
		};
		let is_confirmed = matches!(event, LogEvent::RecoveryProposed { .. });
		Self::log(&account, &who, Some(&institution), event);
		if is_confirmed {
			Self::deposit_event(Event::RecoveryProposed { account, key, institution });
		}
		Ok(())
	}

	/// An authority attests a key that an institution proposed.
	pub(crate) fn do_attest(
		who: AccountId,
		authority: AccountId,
		account: AccountId,
		key: AccountId,
	) -> DispatchResult {
		ensure!(T::Enrolment::speaks_for(&who, &authority), Error::<T>::NotForAuthority);
		let signer = T::Admission::signer().unwrap_or_else(|| who.clone());
		let attesting = [&who, &signer];
		ensure!(!attesting.contains(&&account), Error::<T>::OwnAccount);
		Self::ensure_account_active(&account)?;
		let mut attempt = Self::attempt_for(&account, &key)?;
		let By::Institution { institution, attestations, .. } = &mut attempt.by else {
			return Err(Error::<T>::ByGuardians.into());
		};
		ensure!(authority != *institution, Error::<T>::ProposedByAuthority);
		// Otherwise one who proposed the key could attest it too, also after leaving the institution.
		let (first, second) = Proposers::<T>::get(&account).ok_or(Error::<T>::NothingUnderWay)?;
		let is_theirs = |who: &AccountId| {
			[&first, &second].contains(&who) || T::Enrolment::is_affiliated(who, institution)
		};
		ensure!(!attesting.into_iter().any(is_theirs), Error::<T>::WorksForInstitution);
		ensure!(attempt.from.is_none(), Error::<T>::AlreadyAttested);

		*attestations = attestations.saturating_add(1);
		let from = Self::complete(&mut attempt);
		Attempts::<T>::insert(&account, attempt);
		let event = LogEvent::RecoveryAttested { key: key.clone(), from };
		Self::log(&account, &who, Some(&authority), event);
		Self::deposit_event(Event::RecoveryAttested { account, key, authority, from });
		Ok(())
	}
}
