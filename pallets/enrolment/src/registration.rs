//! How accounts are added: admission of institutions, their custodians, and enrolment.

use crate::{
	custodian_text, enrolment_text, pallet::*, url::is_url, Account, Custodian, Institution,
	MAX_NAME,
};
use frame_support::{
	pallet_prelude::*,
	traits::{fungible::Mutate, Defensive},
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::{MultiSignature, SaturatedConversion};
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{signing::has_signed, AuditLog, Keys, Wards};

impl<T: Config> Pallet<T> {
	/// Checks that the account is neither enrolled, nor a custodian's, nor a key of another account.
	fn ensure_new(account: &AccountId) -> DispatchResult {
		ensure!(!Accounts::<T>::contains_key(account), Error::<T>::AlreadyEnrolled);
		ensure!(T::Keys::find(account).is_none(), Error::<T>::AlreadyEnrolled);
		ensure!(!CustodianAccounts::<T>::contains_key(account), Error::<T>::CustodianAccountTaken);
		Ok(())
	}

	/// Adds an account. The provider that it gets is never removed: otherwise the account could be
	/// made again, and its old nonces would be valid again.
	fn insert_account(account: &AccountId, entry: Account) -> DispatchResult {
		frame_system::Pallet::<T>::inc_providers(account);
		T::Currency::mint_into(account, T::Allowance::get())?;
		Accounts::<T>::insert(account, entry);
		Ok(())
	}

	/// Admits an institution or authority.
	pub(crate) fn do_admit(
		account: AccountId,
		kind: AccountKind,
		name: BoundedVec<u8, ConstU32<MAX_NAME>>,
		country: Country,
		cap: u32,
		encryption_key: EncryptionKey,
	) -> DispatchResult {
		ensure!(kind.is_member(), Error::<T>::KindNotAllowed);
		ensure!(!name.is_empty() && core::str::from_utf8(&name).is_ok(), Error::<T>::InvalidName);
		ensure!(country.iter().all(u8::is_ascii_uppercase), Error::<T>::InvalidCountry);
		Self::ensure_new(&account)?;

		Self::insert_account(
			&account,
			Account {
				kind,
				status: Status::Active,
				status_since: Self::now(),
				disabled_since: None,
				doubt: None,
				encryption_key,
				enrolled_by: account.clone(),
			},
		)?;
		Institutions::<T>::insert(
			&account,
			Institution { name, country, custodian: None, cap, enrolled: 0 },
		);
		ActiveInstitutions::<T>::mutate(|count| *count = count.saturating_add(1));
		Self::deposit_event(Event::InstitutionAdmitted { institution: account, kind });
		Ok(())
	}

	/// An institution sets its custodian, which has signed that it wants to be.
	pub(crate) fn do_sign_up(
		origin: OriginFor<T>,
		custodian: Custodian,
		expires: Moment,
		signature: MultiSignature,
	) -> DispatchResult {
		let institution = ensure_signed(origin)?;
		let Custodian { url, account, key } = &custodian;
		ensure!(is_url(url), Error::<T>::InvalidUrl);
		ensure!(Self::now() < expires, Error::<T>::EnrolmentExpired);
		let text = custodian_text(&Self::genesis_hash(), &institution, url, key, expires);
		Self::ensure_signature(account, &text, &signature)?;
		Self::do_set_custodian(institution, custodian)
	}

	/// Sets an institution's custodian.
	pub(crate) fn do_set_custodian(institution: AccountId, custodian: Custodian) -> DispatchResult {
		ensure!(Self::is_active_institution(&institution), Error::<T>::NotInstitution);
		let mut entry = Institutions::<T>::get(&institution).ok_or(Error::<T>::NotInstitution)?;
		ensure!(is_url(&custodian.url), Error::<T>::InvalidUrl);
		let account = custodian.account.clone();
		let old = entry.custodian.replace(custodian).map(|old| old.account);
		if old.as_ref() != Some(&account) {
			Self::ensure_new(&account)?;
			Self::insert_custodian(&account, &institution);
			if let Some(old) = old {
				Self::free_custodian(&old);
			}
		}
		Institutions::<T>::insert(&institution, entry);
		Self::deposit_event(Event::CustodianSet { institution, account });
		Ok(())
	}

	/// Adds the account of a custodian.
	fn insert_custodian(account: &AccountId, institution: &AccountId) {
		Self::let_sign(account);
		CustodianAccounts::<T>::insert(account, institution);
	}

	/// Lets an account sign that may have been a custodian's before. Its nonce begins with the number of the
	/// block, so that nobody can send again what it signed then: another institution would acknowledge what
	/// it does not keep. It has used no nonce as high, because a custodian signs a call only when the one
	/// before is final.
	pub(crate) fn let_sign(account: &AccountId) {
		frame_system::Pallet::<T>::inc_providers(account);
		let number: u32 = frame_system::Pallet::<T>::block_number().saturated_into();
		let first = T::Nonce::from(number);
		frame_system::Account::<T>::mutate(account, |it| it.nonce = it.nonce.max(first));
	}

	/// Frees the account of a custodian that was replaced.
	fn free_custodian(account: &AccountId) {
		CustodianAccounts::<T>::remove(account);
		let _ = frame_system::Pallet::<T>::dec_providers(account).defensive();
	}

	/// The hash of the chain's first block.
	fn genesis_hash() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32))
	}

	/// Checks that the account signed the text as a wallet does.
	fn ensure_signature(
		account: &AccountId,
		text: &str,
		signature: &MultiSignature,
	) -> DispatchResult {
		ensure!(has_signed(account, text, signature), Error::<T>::InvalidSignature);
		Ok(())
	}

	/// A manager of an institution enrols an account, which has signed that it wants to be.
	pub(crate) fn do_enrol_signed(
		origin: OriginFor<T>,
		institution: AccountId,
		(account, kind, encryption_key): (AccountId, AccountKind, EncryptionKey),
		expires: Moment,
		signature: MultiSignature,
	) -> DispatchResult {
		let who = ensure_signed(origin)?;
		Self::manager(&who, &institution)?;
		ensure!(Self::now() < expires, Error::<T>::EnrolmentExpired);
		let genesis = Self::genesis_hash();
		let text = enrolment_text(&genesis, &institution, kind, &encryption_key, expires);
		Self::ensure_signature(&account, &text, &signature)?;
		Self::do_enrol(account.clone(), kind, encryption_key, institution.clone())?;
		if kind == AccountKind::Patient {
			T::Audit::append(&account, &who, Some(&institution), None, LogEvent::Enrolled);
		}
		Ok(())
	}

	/// Enrols an account for an institution.
	pub(crate) fn do_enrol(
		account: AccountId,
		kind: AccountKind,
		encryption_key: EncryptionKey,
		institution: AccountId,
	) -> DispatchResult {
		ensure!(!kind.is_member(), Error::<T>::KindNotAllowed);
		Self::ensure_new(&account)?;
		let mut entry = Institutions::<T>::get(&institution).ok_or(Error::<T>::NotInstitution)?;
		ensure!(entry.enrolled < entry.cap, Error::<T>::CapReached);

		entry.enrolled = entry.enrolled.saturating_add(1);
		Self::insert_account(
			&account,
			Account {
				kind,
				status: Status::Active,
				status_since: Self::now(),
				disabled_since: None,
				doubt: None,
				encryption_key,
				enrolled_by: institution.clone(),
			},
		)?;
		Institutions::<T>::insert(&institution, entry);
		Self::deposit_event(Event::Enrolled { account, kind, institution });
		Ok(())
	}
}

impl<T: Config> Wards for Pallet<T> {
	fn enrol_ward(
		ward: &AccountId,
		encryption_key: EncryptionKey,
		institution: &AccountId,
	) -> DispatchResult {
		let kind = AccountKind::Patient;
		Self::do_enrol(ward.clone(), kind, encryption_key, institution.clone())
	}
}
