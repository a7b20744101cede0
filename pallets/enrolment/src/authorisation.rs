//! Who may manage an institution's accounts and affiliations.

use crate::{pallet::*, Account, Affiliation};
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::*;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{Admission, AuditLog, Enrolment};

/// As whom somebody manages an institution's accounts and affiliations.
#[derive(PartialEq, Eq)]
pub(crate) enum Manager {
	/// As the institution itself.
	Institution,
	/// As its registrar.
	Registrar,
}

impl<T: Config> Pallet<T> {
	/// As whom `who` manages the institution's accounts.
	pub(crate) fn manager(
		who: &AccountId,
		institution: &AccountId,
	) -> Result<Manager, DispatchError> {
		ensure!(Self::is_active_institution(institution), Error::<T>::NotInstitution);
		if who == institution {
			return Ok(Manager::Institution);
		}
		let is_registrar = Self::active_kind(who) == Some(AccountKind::Practitioner)
			&& Affiliations::<T>::get(who, institution).is_some_and(|affiliation| {
				affiliation.role == Role::Registrar && affiliation.is_in_force(Self::now())
			});
		ensure!(is_registrar, Error::<T>::NotRegistrar);
		Ok(Manager::Registrar)
	}

	/// Logs what was done with the account, if it is a patient's.
	pub(crate) fn log_for_patient(
		account: &AccountId,
		entry: &Account,
		who: Option<AccountId>,
		event: LogEvent,
	) {
		if entry.kind != AccountKind::Patient {
			return;
		}
		let acting_for = who.is_some().then_some(&entry.enrolled_by);
		// Root has no account, so the log names the signer.
		let origin = who.or_else(T::Admission::signer);
		let origin = origin.as_ref().unwrap_or(account);
		T::Audit::append(account, origin, acting_for, None, event);
	}

	/// An account, for Root or a manager of the institution that enrolled it, and who that is.
	pub(crate) fn account_for_manager(
		origin: OriginFor<T>,
		account: &AccountId,
	) -> Result<(Account, Option<AccountId>), DispatchError> {
		let who = ensure_signed_or_root(origin)?;
		let entry = Accounts::<T>::get(account).ok_or(Error::<T>::NotEnrolled)?;
		if let Some(who) = &who {
			ensure!(!entry.kind.is_member(), DispatchError::BadOrigin);
			let manager = Self::manager(who, &entry.enrolled_by)?;
			let is_registrar = || {
				Self::current_affiliation(account, &entry.enrolled_by)
					.is_ok_and(|affiliation| affiliation.role == Role::Registrar)
			};
			ensure!(
				manager == Manager::Institution || !is_registrar(),
				Error::<T>::InstitutionOnly
			);
		}
		Ok((entry, who))
	}

	/// An affiliation that has not ended, for a manager of the institution.
	pub(crate) fn affiliation_for_manager(
		origin: OriginFor<T>,
		institution: &AccountId,
		practitioner: &AccountId,
	) -> Result<Affiliation, DispatchError> {
		let who = ensure_signed(origin)?;
		let manager = Self::manager(&who, institution)?;
		let affiliation = Self::current_affiliation(practitioner, institution)?;
		ensure!(
			manager == Manager::Institution || affiliation.role != Role::Registrar,
			Error::<T>::InstitutionOnly
		);
		Ok(affiliation)
	}

	/// An affiliation that has not ended.
	pub(crate) fn current_affiliation(
		practitioner: &AccountId,
		institution: &AccountId,
	) -> Result<Affiliation, Error<T>> {
		let now = Self::now();
		Affiliations::<T>::get(practitioner, institution)
			.filter(|affiliation| !affiliation.has_ended(now))
			.ok_or(Error::<T>::NotAffiliated)
	}
}
