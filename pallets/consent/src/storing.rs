//! Storing and removing consents under their keys.

use crate::{pallet::*, MAX_ASSISTED_GRANTEES, MAX_GRANTEES};
use frame_support::pallet_prelude::*;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{AuditLog, Studies};

impl<T: Config> Pallet<T> {
	/// Tells what the consents of a key will be, if they are about studies.
	pub(crate) fn tell_choice(patient: &AccountId, grantee: &Grantee, after: &[Consent]) {
		if grantee.is_research() {
			let before = Consents::<T>::get(patient, grantee);
			T::Studies::choice_changed(patient, grantee, &before, after);
		}
	}

	/// Stores the consents of a key, or removes the key if there are none.
	pub(crate) fn put(patient: &AccountId, grantee: &Grantee, provisions: Provisions) {
		Self::tell_choice(patient, grantee, &provisions);
		if provisions.is_empty() {
			Consents::<T>::remove(patient, grantee);
			frame_system::Pallet::<T>::dec_sufficients(patient);
		} else {
			Consents::<T>::insert(patient, grantee, provisions);
		}
	}

	/// Stores a consent beside the others under its key, and logs it.
	pub(crate) fn store(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		grantee: Grantee,
		mut provisions: Provisions,
		(terms, text, grantor): (Terms, ShownText, Grantor),
	) -> Result<ConsentId, DispatchError> {
		let (lines, _) = T::AuditLog::head(patient);
		let id = ConsentId::try_from(lines).map_err(|_| Error::<T>::OutOfNumbers)?;
		let (effect, revision) = (terms.effect, 0);
		let consent = Consent {
			id,
			revision,
			policy_version: POLICY_VERSION,
			granted_at: Self::now(),
			confirmed_at: None,
			terms,
			text,
			grantor,
		};
		let limit = match &consent.grantor {
			Grantor::Assisted { .. } => MAX_ASSISTED_GRANTEES,
			// A patient has few representatives, and cannot shut the law out.
			Grantor::Law { .. } => u32::MAX,
			// So that they do not shut the patient out.
			Grantor::Representative(_) => MAX_GRANTEES / 2,
			Grantor::Patient => MAX_GRANTEES,
		};
		let is_new = provisions.is_empty() && !Consents::<T>::contains_key(patient, &grantee);
		ensure!(!is_new || Self::grantees(patient) < limit, Error::<T>::TooManyGrantees);
		provisions.try_push(consent).map_err(|_| Error::<T>::TooManyConsents)?;

		if is_new {
			frame_system::Pallet::<T>::inc_sufficients(patient);
		}
		Self::tell_choice(patient, &grantee, &provisions);
		Consents::<T>::insert(patient, &grantee, provisions);
		let consent = ConsentRef { grantee: grantee.clone(), id };
		let event = LogEvent::ConsentGranted { consent, effect };
		T::AuditLog::append(patient, origin, acting_for, None, event);
		Self::deposit_event(Event::Granted { patient: patient.clone(), grantee, id, revision });
		Ok(id)
	}

	/// Grants a consent on the patient's own call.
	pub(crate) fn do_grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError> {
		let provisions = Self::ensure_grantable(patient, &grantee, &terms, false)?;
		Self::ensure_representable(&grantee, &terms, &provisions)?;
		let content = (terms, text, Self::grantor());
		Self::store(patient, patient, None, grantee, provisions, content)
	}
}
