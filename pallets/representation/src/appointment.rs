//! Representatives whom patients appoint.

use crate::{pallet::*, types::lives, Mandate, Representative, Suspension};
use frame_support::{pallet_prelude::*, traits::Get};
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{Agreed, Caller, Enrolment, Lawful, Pair, Staff};

impl<T: Config> Pallet<T> {
	/// A patient appoints a representative.
	pub(crate) fn do_appoint(
		patient: AccountId,
		representative: AccountId,
		scopes: Scopes,
		standby: bool,
		until: Option<Moment>,
	) -> DispatchResult {
		ensure!(T::Enrolment::is_active_patient(&patient), Error::<T>::NotPatient);
		Self::ensure_person(&representative)?;
		ensure!(!scopes.is_empty() && scopes.is_known(), Error::<T>::InvalidScopes);
		let now = Self::now();
		ensure!(until.is_none_or(|until| now < until), Error::<T>::AlreadyExpired);
		let mut all = Self::load(&patient);
		if let Some(present) = all.find(&representative) {
			ensure!(present.basis().is_none(), Error::<T>::AlreadyRepresents);
			ensure!(present.suspension == Suspension::None, Error::<T>::IsSuspended);
		}
		let mandate = Mandate::Appointed { scopes, until, standby, at: now };
		let account = representative.clone();
		let new = Representative { account, mandate, suspension: Suspension::None };
		let has_place = all.set(new, T::MaxRepresentatives::get());
		ensure!(has_place, Error::<T>::TooManyRepresentatives);

		Self::put(&patient, all);
		let by = Caller { origin: &patient, acting_for: None };
		let account = representative.clone();
		let event = LogEvent::Appointed { representative: account, scopes, standby, until };
		Self::log(&patient, by, event);
		Self::deposit_event(Event::Appointed { patient, representative });
		Ok(())
	}

	/// The patient or the representative ends a representation.
	pub(crate) fn do_end(
		who: AccountId,
		patient: AccountId,
		representative: AccountId,
	) -> DispatchResult {
		let is_own = who == representative;
		ensure!(is_own || who == patient, Error::<T>::NotYours);
		let mut all = Self::load(&patient);
		let found = all.find(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		ensure!(is_own || found.basis().is_none(), Error::<T>::ByLaw);

		all.list.retain(|other| other.account != representative);
		Self::put(&patient, all);
		let by = Caller { origin: &who, acting_for: None };
		T::Lawful::end_by_law(&patient, &representative, by);
		Self::note_end(&patient, representative, by);
		Ok(())
	}

	/// Says that a representation has ended.
	pub(crate) fn note_end(patient: &AccountId, representative: AccountId, by: Caller) {
		let account = representative.clone();
		Self::log(patient, by, LogEvent::RepresentativeEnded { representative: account });
		Self::deposit_event(Event::Ended { patient: patient.clone(), representative });
	}

	/// One of two clinicians activates an appointment that is on standby.
	pub(crate) fn do_activate(
		who: AccountId,
		patient: AccountId,
		representative: AccountId,
		institution: AccountId,
	) -> DispatchResult {
		ensure!(lives(T::Enrolment::standing(&patient)), Error::<T>::NotRepresentable);
		let is_authority = T::Enrolment::active_kind(&institution) == Some(AccountKind::Authority);
		ensure!(!is_authority, Error::<T>::AuthorityAttestsItself);
		let mut all = Self::load(&patient);
		let found = all.find_mut(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		ensure!(found.suspension == Suspension::None, Error::<T>::IsSuspended);
		let Mandate::Appointed { standby, at, .. } = &mut found.mandate else {
			return Err(Error::<T>::NotOnStandby.into());
		};
		ensure!(*standby, Error::<T>::NotOnStandby);
		ensure!(!T::Enrolment::is_in_doubt(&patient, *at), Error::<T>::AppointmentInDoubt);
		*standby = false;

		let matter = StaffMatter::Activate { representative: representative.clone() };
		let content = agreed_matter(&matter);
		let agreed = T::Staff::agree(&who, &institution, &patient, content, Pair::Clinicians)?;
		let by = Caller { origin: &who, acting_for: Some(&institution) };
		match agreed {
			Agreed::Proposed => Self::log(&patient, by, LogEvent::StaffProposed(matter)),
			Agreed::Confirmed { .. } => {
				Self::put(&patient, all);
				let account = representative.clone();
				Self::log(&patient, by, LogEvent::Activated { representative: account });
				Self::deposit_event(Event::Activated { patient, representative, institution });
			},
		}
		Ok(())
	}
}
