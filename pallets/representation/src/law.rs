//! Representatives by law: an institution registers them and an authority attests them, the patient can
//! object, and both can suspend them.

use crate::{pallet::*, types::lives, Mandate, Representative, Representatives, Stage, Suspension};
use frame_support::{pallet_prelude::*, traits::Get};
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{Admission, Agreed, AuditLog, Caller, Enrolment, Pair, Staff, Uninvited};

impl<T: Config> Pallet<T> {
	/// Checks that a basis is for how the patient takes part.
	fn ensure_fits(basis: LegalBasis, standing: Standing) -> DispatchResult {
		let is_dead = matches!(standing, Standing::Deceased { .. });
		ensure!(is_dead || lives(standing), Error::<T>::NotRepresentable);
		ensure!(is_dead == (basis == LegalBasis::Executor), Error::<T>::WrongBasis);
		Ok(())
	}

	/// Checks that a registration means something.
	pub(crate) fn ensure_sound(registration: &Registration) -> DispatchResult {
		let Registration { basis, scopes, until, .. } = registration;
		// Without scopes the representative only reads.
		ensure!(scopes.is_known(), Error::<T>::InvalidScopes);
		let now = Self::now();
		ensure!(until.is_none_or(|until| now < until), Error::<T>::AlreadyExpired);
		if *basis == LegalBasis::Parent {
			let until = until.filter(|until| is_new_year(*until));
			let until = until.ok_or(Error::<T>::NotNewYear)?;
			let latest = now.saturating_add(MAX_PARENTAL_PERIOD);
			ensure!(until <= latest, Error::<T>::ParentTooLong);
		}
		Ok(())
	}

	/// Adds a representative by law, who waits for an authority. One who waits already is replaced. Who
	/// proposed is known later: until then it is the same as who confirms.
	pub(crate) fn add_registered(
		all: &mut Representatives,
		representative: &AccountId,
		registration: Registration,
		who: &AccountId,
	) -> DispatchResult {
		if let Some(present) = all.find(representative) {
			let waits =
				matches!(&present.mandate, Mandate::ByLaw { stage: Stage::Registered { .. }, .. });
			ensure!(waits, Error::<T>::AlreadyRepresents);
			ensure!(present.suspension == Suspension::None, Error::<T>::IsSuspended);
		}
		let (first, second) = (who.clone(), who.clone());
		let stage = Stage::Registered { at: Self::now(), first, second };
		let new = Representative {
			account: representative.clone(),
			mandate: Mandate::ByLaw { registration, stage },
			suspension: Suspension::None,
		};
		let has_place = all.set(new, T::MaxRepresentatives::get());
		ensure!(has_place, Error::<T>::TooManyRepresentatives);
		Ok(())
	}

	/// Says that a representative is registered.
	pub(crate) fn note_registered(
		patient: &AccountId,
		representative: AccountId,
		registration: Registration,
		by: Caller,
	) {
		let account = representative.clone();
		let event = LogEvent::Registered { representative: account, registration };
		Self::log(patient, by, event);
		Self::deposit_event(Event::Registered { patient: patient.clone(), representative });
	}

	/// One of two of the staff registers a representative.
	pub(crate) fn do_register(
		who: AccountId,
		patient: AccountId,
		institution: AccountId,
		representative: AccountId,
		registration: Registration,
	) -> DispatchResult {
		let home = T::Enrolment::enrolled_by(&patient).ok_or(Error::<T>::NotRepresentable)?;
		Self::ensure_fits(registration.basis, T::Enrolment::standing(&patient))?;
		ensure!(home == institution, Error::<T>::NotTheirPatient);
		Self::ensure_sound(&registration)?;
		Self::ensure_person(&representative)?;
		let mut all = Self::load(&patient);
		Self::add_registered(&mut all, &representative, registration, &who)?;

		let matter =
			StaffMatter::Represent { representative: representative.clone(), registration };
		let content = agreed_matter(&matter);
		let pair = Pair::RegistrarAndClinician;
		let agreed = T::Staff::agree(&who, &institution, &patient, content, pair)?;
		let by = Caller { origin: &who, acting_for: Some(&institution) };
		match agreed {
			Agreed::Proposed => Self::log(&patient, by, LogEvent::StaffProposed(matter)),
			Agreed::Confirmed { first } => {
				all.set_first(&representative, &first);
				Self::put(&patient, all);
				Self::note_registered(&patient, representative, registration, by);
			},
		}
		Ok(())
	}

	/// From when on a representation is in force that is attested now. The patient can object before, also one
	/// who is said to be dead and is not. Who has no key cannot; but two of the staff can be wrong about a death,
	/// so its time counts as well.
	fn first_from(patient: &AccountId, all: &Representatives, standing: Standing) -> Moment {
		let (now, period) = (Self::now(), T::ObjectionPeriod::get());
		match standing {
			_ if !Self::lacks_key(patient, all) => now.saturating_add(period),
			Standing::Deceased { since } => since.saturating_add(period).max(now),
			_ => now,
		}
	}

	/// An authority attests a representative.
	pub(crate) fn do_attest(
		who: AccountId,
		authority: AccountId,
		patient: AccountId,
		representative: AccountId,
		registration: Registration,
	) -> DispatchResult {
		ensure!(T::Enrolment::speaks_for(&who, &authority), Error::<T>::NotForAuthority);
		let home = T::Enrolment::enrolled_by(&patient).ok_or(Error::<T>::NotRepresentable)?;
		ensure!(authority != home, Error::<T>::RegisteredByAuthority);
		// Otherwise one who registered could attest too.
		let signer = T::Admission::signer().unwrap_or_else(|| who.clone());
		let attesting = [&who, &signer];
		let works_there = |who: &AccountId| T::Enrolment::is_affiliated(who, &home);
		ensure!(!attesting.into_iter().any(works_there), Error::<T>::AlsoTheirStaff);
		let standing = T::Enrolment::standing(&patient);
		Self::ensure_fits(registration.basis, standing)?;
		Self::ensure_person(&representative)?;
		let mut all = Self::load(&patient);
		let first = Self::first_from(&patient, &all, standing);
		let found = all.find_mut(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		let Mandate::ByLaw { registration: registered, stage } = &mut found.mandate else {
			return Err(Error::<T>::NotByLaw.into());
		};
		ensure!(*registered == registration, Error::<T>::OtherRegistration);
		let authority_name = authority.clone();
		let (next, from) = match stage {
			Stage::Registered { first: one, second: other, .. } => {
				// Also after leaving the institution.
				let registered = [&*one, &*other];
				let is_theirs = attesting.iter().any(|who| registered.contains(who));
				ensure!(!is_theirs, Error::<T>::AlsoTheirStaff);
				(Stage::Attested { authority: authority_name, from: first }, first)
			},
			Stage::Objected { .. } => {
				let from = Self::now().saturating_add(T::ObjectionPeriod::get());
				(Stage::AttestedAgain { authority: authority_name, from }, from)
			},
			Stage::Attested { .. } | Stage::AttestedAgain { .. } => {
				return Err(Error::<T>::RepresentativeAttested.into());
			},
		};
		let is_ever = registration.until.is_none_or(|until| from < until);
		ensure!(is_ever, Error::<T>::NeverInForce);
		*stage = next;
		let attested = found.clone();

		Self::put(&patient, all);
		let by = Caller { origin: &who, acting_for: Some(&authority) };
		Self::keep_permit(&patient, &attested, by)?;
		let account = representative.clone();
		Self::log(&patient, by, LogEvent::Attested { representative: account, from });
		Self::deposit_event(Event::Attested { patient, representative, authority, from });
		Ok(())
	}

	/// The patient objects to a representative.
	pub(crate) fn do_object(patient: AccountId, representative: AccountId) -> DispatchResult {
		let mut all = Self::load(&patient);
		let found = all.find_mut(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		let Mandate::ByLaw { stage, .. } = &mut found.mandate else {
			return Err(Error::<T>::NotByLaw.into());
		};
		match stage {
			Stage::Registered { .. } => return Err(Error::<T>::NotAttested.into()),
			Stage::Objected { .. } | Stage::AttestedAgain { .. } => {
				return Err(Error::<T>::ObjectedBefore.into());
			},
			Stage::Attested { .. } => *stage = Stage::Objected { at: Self::now() },
		}
		let objected = found.clone();

		Self::put(&patient, all);
		let by = Caller { origin: &patient, acting_for: None };
		Self::keep_permit(&patient, &objected, by)?;
		let account = representative.clone();
		Self::log(&patient, by, LogEvent::RepresentativeObjected { representative: account });
		Self::deposit_event(Event::Objected { patient, representative });
		Ok(())
	}

	/// As whom somebody can suspend the patient's representatives.
	fn suspends_as(
		who: &AccountId,
		patient: &AccountId,
		institution: &AccountId,
	) -> Result<Suspension, DispatchError> {
		let home = T::Enrolment::enrolled_by(patient).ok_or(Error::<T>::NotRepresentable)?;
		if T::Enrolment::speaks_for(who, institution) {
			return Ok(Suspension::ByAuthority);
		}
		ensure!(home == *institution, Error::<T>::MayNotSuspend);
		let reviews = || {
			T::Enrolment::acting(who, institution)
				.and_then(|actor| actor.acting_for)
				.is_some_and(|acting| acting.role == Role::PrivacyOfficer)
		};
		let may = T::Enrolment::manages(who, institution) || reviews();
		ensure!(may, Error::<T>::MayNotSuspend);
		Ok(Suspension::ByInstitution)
	}

	/// The institution or an authority suspends a representative, or lifts the suspension.
	pub(crate) fn do_suspend(
		who: AccountId,
		patient: AccountId,
		representative: AccountId,
		institution: AccountId,
		suspended: bool,
	) -> DispatchResult {
		let by = Self::suspends_as(&who, &patient, &institution)?;
		let mut all = Self::load(&patient);
		let found = all.find_mut(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		found.suspension = match (suspended, found.suspension) {
			(true, present) if present == Suspension::ByAuthority || present == by => {
				return Err(Error::<T>::AlreadySuspended.into());
			},
			(true, _) => by,
			(false, Suspension::None) => return Err(Error::<T>::NotSuspended.into()),
			(false, Suspension::ByAuthority) if by != Suspension::ByAuthority => {
				return Err(Error::<T>::SuspendedByAuthority.into());
			},
			(false, _) => Suspension::None,
		};
		let changed = found.clone();
		// What suspends is never refused, because it may be urgent.
		let is_counted = T::AuditLog::count_uninvited(&patient, &institution, Uninvited::Staff);
		ensure!(is_counted || suspended, Error::<T>::TooManyLines);

		Self::put(&patient, all);
		let by = Caller { origin: &who, acting_for: Some(&institution) };
		Self::keep_permit(&patient, &changed, by)?;
		let account = representative.clone();
		let event = LogEvent::RepresentativeSuspended { representative: account, suspended };
		Self::log(&patient, by, event);
		Self::deposit_event(Event::SuspendedSet {
			patient,
			representative,
			institution,
			suspended,
		});
		Ok(())
	}
}
