//! Consents that somebody else may have given with the patient's key: revoking them in every standing,
//! and confirming them.

use crate::pallet::*;
use frame_support::pallet_prelude::*;
use vouchsafe_primitives::{audit::LogEvent, policy, *};
use vouchsafe_support::{AuditLog, Enrolment, Representation};

impl<T: Config> Pallet<T> {
	/// Whether the patient has a permit under this grantee and number that can be revoked. 1 read.
	pub fn has_permit(patient: &AccountId, grantee: &Grantee, id: ConsentId) -> bool {
		Self::find(patient, grantee, id)
			.is_some_and(|consent| consent.terms.effect == Effect::Permit && !consent.is_by_law())
	}

	/// The patient's consent under this grantee and number. 1 read.
	fn find(patient: &AccountId, grantee: &Grantee, id: ConsentId) -> Option<Consent> {
		Consents::<T>::get(patient, grantee).into_iter().find(|consent| consent.id == id)
	}

	/// Whether the patient's key is in doubt now: it is disabled, or was until this second.
	fn is_key_in_doubt(patient: &AccountId) -> bool {
		let now = Self::now();
		T::Enrolment::standing(patient) != Standing::Active
			|| T::Enrolment::doubt(patient).is_some_and(|doubt| doubt.contains(now))
	}

	/// Whether the permit was given with the patient's key while it was in doubt, and not confirmed.
	fn is_permit_in_doubt(patient: &AccountId, consent: &Consent) -> bool {
		let (standing, doubt) = (T::Enrolment::standing(patient), T::Enrolment::doubt(patient));
		consent.terms.effect == Effect::Permit && policy::is_in_doubt(consent, standing, doubt)
	}

	/// Checks that the patient may end the consent: a permit always, a deny only while the patient is
	/// active and the key is not disabled.
	pub(crate) fn ensure_may_end(patient: &AccountId, consent: &Consent) -> DispatchResult {
		if consent.terms.effect != Effect::Permit {
			Self::ensure_patient(patient)?;
			let is_active = T::Enrolment::standing(patient) == Standing::Active;
			ensure!(is_active, Error::<T>::KeyInDoubt);
		}
		Ok(())
	}

	/// The patient revokes a consent.
	pub(crate) fn do_revoke(patient: AccountId, grantee: Grantee, id: ConsentId) -> DispatchResult {
		let consent = Self::find(&patient, &grantee, id).ok_or(Error::<T>::ConsentNotFound)?;
		Self::ensure_may_change(&patient, &consent)?;
		Self::ensure_may_end(&patient, &consent)?;

		Self::remove(&patient, &patient, None, grantee, consent);
		Ok(())
	}

	/// The institution that enrolled the patient revokes a permit that was given in doubt.
	pub(crate) fn do_revoke_in_doubt(
		who: AccountId,
		patient: AccountId,
		grantee: Grantee,
		id: ConsentId,
	) -> DispatchResult {
		let home = T::Enrolment::enrolled_by(&patient).ok_or(Error::<T>::NotPatient)?;
		ensure!(T::Enrolment::manages(&who, &home), Error::<T>::NotRegistrar);
		let consent = Self::find(&patient, &grantee, id).ok_or(Error::<T>::ConsentNotFound)?;
		Self::ensure_not_by_law(&consent)?;
		ensure!(Self::is_permit_in_doubt(&patient, &consent), Error::<T>::NotInDoubt);

		Self::remove(&patient, &who, Some(&home), grantee, consent);
		Ok(())
	}

	/// Removes a consent on the call of `origin`, and logs it.
	pub(crate) fn remove(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		grantee: Grantee,
		consent: Consent,
	) {
		let Consent { id, revision, .. } = consent;
		let mut provisions = Consents::<T>::get(patient, &grantee);
		provisions.retain(|consent| consent.id != id);
		Self::put(patient, &grantee, provisions);
		let consent = ConsentRef { grantee: grantee.clone(), id };
		let event = LogEvent::ConsentRevoked { consent };
		T::AuditLog::append(patient, origin, acting_for, None, event);
		Self::deposit_event(Event::Revoked { patient: patient.clone(), grantee, id, revision });
	}

	/// The patient confirms a permit.
	pub(crate) fn do_confirm(
		patient: AccountId,
		grantee: Grantee,
		id: ConsentId,
		revision: u16,
	) -> DispatchResult {
		Self::ensure_patient(&patient)?;
		ensure!(T::Representation::representative().is_none(), Error::<T>::OwnKeyOnly);
		ensure!(!Self::is_key_in_doubt(&patient), Error::<T>::KeyInDoubt);
		let now = Self::now();
		let mut provisions = Consents::<T>::get(&patient, &grantee);
		let consent = provisions
			.iter_mut()
			.find(|consent| consent.id == id && !consent.terms.is_expired(now))
			.ok_or(Error::<T>::ConsentNotFound)?;
		ensure!(consent.revision == revision, Error::<T>::RevisionChanged);
		Self::ensure_not_by_law(consent)?;
		ensure!(Self::is_permit_in_doubt(&patient, consent), Error::<T>::NotInDoubt);

		consent.confirmed_at = Some(now);
		Consents::<T>::insert(&patient, &grantee, provisions);
		let consent = ConsentRef { grantee: grantee.clone(), id };
		T::AuditLog::append(&patient, &patient, None, None, LogEvent::ConsentConfirmed { consent });
		Self::deposit_event(Event::Confirmed { patient, grantee, id, revision });
		Ok(())
	}
}
