//! What becomes of an account: its encryption key, its status, and whether it may sign.

use crate::{pallet::*, types::is_recent, Account};
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::*;
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{
	Admission, Agreed, AuditLog, Caller, Consortium, Keys, Pair, Representation, Staff,
};

impl<T: Config> Pallet<T> {
	/// An account sets its encryption key.
	pub(crate) fn do_set_encryption_key(
		origin: OriginFor<T>,
		key: EncryptionKey,
	) -> DispatchResult {
		let who = ensure_signed(origin)?;
		let mut account = Accounts::<T>::get(&who)
			.filter(|account| account.status == Status::Active)
			.ok_or(Error::<T>::NotActive)?;
		account.encryption_key = key;
		let is_patient = account.kind == AccountKind::Patient;
		Accounts::<T>::insert(&who, account);
		if is_patient {
			T::Audit::append(&who, &who, None, None, LogEvent::EncryptionKeySet);
		}
		Self::deposit_event(Event::EncryptionKeySet { account: who, key });
		Ok(())
	}

	/// Root or a manager of the institution that enrolled the account sets its status. Returns what the
	/// consequences weigh.
	pub(crate) fn do_set_status(
		origin: OriginFor<T>,
		account: AccountId,
		status: Status,
	) -> Result<Weight, DispatchError> {
		let (mut entry, who) = Self::account_for_manager(origin, &account)?;
		let is_patient = entry.kind == AccountKind::Patient;
		ensure!(
			is_patient || matches!(status, Status::Active | Status::Suspended | Status::Ended),
			Error::<T>::StatusNotForKind
		);
		let is_managers =
			|status| matches!(status, Status::Active | Status::Suspended | Status::Ended);
		// A patient who can never read again would have lost the records to one registrar.
		let is_final = !is_managers(entry.status) || (!is_patient && entry.status == Status::Ended);
		ensure!(who.is_none() || !is_final, Error::<T>::StatusIsFinal);
		ensure!(who.is_none() || is_managers(status), DispatchError::BadOrigin);
		let is_member = entry.kind.is_member();
		if is_member && status == Status::Ended {
			ensure!(!T::Consortium::is_validator(&account), Error::<T>::StillAValidator);
		}
		let restricts = entry.status == Status::Active && status != Status::Active;
		let is_revived = entry.status == Status::Deceased && status != Status::Deceased;
		Self::count_managers_line(&account, &entry, who.as_ref(), restricts)?;
		if entry.status != status {
			Self::count_institution(&entry, status);
			entry.status = status;
			entry.status_since = Self::now();
		}
		Self::log_for_patient(&account, &entry, who, LogEvent::StatusSet(status));
		Accounts::<T>::insert(&account, entry);
		if restricts {
			T::Keys::on_disabled(&account);
		}
		let mut weight = Weight::zero();
		if is_member && status != Status::Active {
			T::Consortium::remove_seat(&account);
			weight = T::Consortium::remove_seat_weight();
		}
		Self::deposit_event(Event::StatusSet { account: account.clone(), status });
		if is_revived {
			// It was Root, who has no account.
			let origin = T::Admission::signer().unwrap_or_else(|| account.clone());
			T::Representation::on_revived(&account, Caller { origin: &origin, acting_for: None });
			weight = T::Representation::on_revived_weight();
		}
		Ok(weight)
	}

	/// Root or a manager of the institution that enrolled the account disables or enables its signing.
	pub(crate) fn do_set_signing_disabled(
		origin: OriginFor<T>,
		account: AccountId,
		since: Option<Moment>,
	) -> DispatchResult {
		let (mut entry, who) = Self::account_for_manager(origin, &account)?;
		let now = Self::now();
		ensure!(since.is_none_or(|since| is_recent(since, now)), Error::<T>::InvalidSince);
		// What representatives permit for a ward is not in doubt: nobody has a key that could be stolen.
		ensure!(since.is_none() || !T::Representation::is_ward(&account), Error::<T>::NoKey);
		let restricts = entry.disabled_since.is_none() && since.is_some();
		Self::count_managers_line(&account, &entry, who.as_ref(), restricts)?;
		entry.set_disabled(since, now);
		let since = entry.disabled_since;
		Self::log_for_patient(&account, &entry, who, LogEvent::SigningDisabled(since));
		Accounts::<T>::insert(&account, entry);
		if since.is_some() {
			T::Keys::on_disabled(&account);
		}
		Self::deposit_event(Event::SigningDisabledSet { account, since });
		Ok(())
	}

	/// One of two of the staff says that a patient is deceased.
	pub(crate) fn do_declare_deceased(origin: OriginFor<T>, patient: AccountId) -> DispatchResult {
		let who = ensure_signed(origin)?;
		let entry = Self::patient(&patient)?;
		let lives = matches!(entry.status, Status::Active | Status::Suspended);
		ensure!(lives, Error::<T>::StatusIsFinal);
		let matter = StaffMatter::DeclareDeceased;
		Self::set_status_by_two(who, patient, entry, Status::Deceased, matter)?;
		Ok(())
	}

	/// One of two of the staff takes back that a patient is deceased. Returns whether it is the second.
	pub(crate) fn do_take_death_back(
		origin: OriginFor<T>,
		patient: AccountId,
	) -> Result<bool, DispatchError> {
		let who = ensure_signed(origin)?;
		let entry = Self::patient(&patient)?;
		ensure!(entry.status == Status::Deceased, Error::<T>::NotDeceased);
		let last = entry.status_since.saturating_add(DECEASED_UNDO);
		ensure!(Self::now() < last, Error::<T>::TooLate);
		let matter = StaffMatter::TakeDeathBack;
		Self::set_status_by_two(who, patient, entry, Status::Active, matter)
	}

	/// A patient's account.
	fn patient(account: &AccountId) -> Result<Account, Error<T>> {
		Accounts::<T>::get(account)
			.filter(|entry| entry.kind == AccountKind::Patient)
			.ok_or(Error::<T>::StatusNotForKind)
	}

	/// Sets a patient's status when two of the staff have agreed. Returns whether they have.
	fn set_status_by_two(
		who: AccountId,
		patient: AccountId,
		mut entry: Account,
		status: Status,
		matter: StaffMatter,
	) -> Result<bool, DispatchError> {
		let institution = entry.enrolled_by.clone();
		let content = agreed_matter(&matter);
		let pair = Pair::RegistrarAndClinician;
		let event = match Self::agree(&who, &institution, &patient, content, pair)? {
			Agreed::Proposed => LogEvent::StaffProposed(matter),
			Agreed::Confirmed { .. } => {
				entry.status = status;
				entry.status_since = Self::now();
				Accounts::<T>::insert(&patient, entry);
				Self::deposit_event(Event::StatusSet { account: patient.clone(), status });
				LogEvent::StatusSet(status)
			},
		};
		let is_set = event == LogEvent::StatusSet(status);
		T::Audit::append(&patient, &who, Some(&institution), None, event);
		if is_set && status == Status::Active {
			let by = Caller { origin: &who, acting_for: Some(&institution) };
			T::Representation::on_revived(&patient, by);
		}
		Ok(is_set)
	}
}
