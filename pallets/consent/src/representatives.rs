//! What a representative cannot do with a patient's consents, and the permits by which representatives read
//! by law.

use crate::pallet::*;
use frame_support::pallet_prelude::*;
use sp_core::H256;
use vouchsafe_primitives::*;
use vouchsafe_support::{self as traits, Caller, Representation};

/// The most consents of representatives under one key: half of the places, so that the patient always has some.
const MAX_REPRESENTATIVES_CONSENTS: u32 = MAX_CONSENTS_PER_GRANTEE / 2;

/// Whether these terms deny also in an emergency.
pub(crate) fn binds_break_glass(terms: &Terms) -> bool {
	matches!(terms.effect, Effect::Deny { binds_break_glass: true })
}

impl<T: Config> Pallet<T> {
	/// Checks what the representative who acts now would store beside these consents, if one acts. 1 read.
	pub(crate) fn ensure_representable(
		grantee: &Grantee,
		terms: &Terms,
		beside: &Provisions,
	) -> DispatchResult {
		let Some(highest) = T::Representation::highest_confidentiality() else { return Ok(()) };
		ensure!(!binds_break_glass(terms), Error::<T>::BindsBreakGlass);
		let is_permit = terms.effect == Effect::Permit;
		ensure!(!is_permit || terms.confidentiality <= highest, Error::<T>::TooConfidential);
		let own = T::Representation::representative().map(Grantee::Person);
		ensure!(own.as_ref() != Some(grantee), Error::<T>::OwnConsent);
		let is_theirs = |it: &&Consent| matches!(it.grantor, Grantor::Representative(_));
		let theirs = u32::try_from(beside.iter().filter(is_theirs).count());
		let has_place = theirs.is_ok_and(|theirs| theirs < MAX_REPRESENTATIVES_CONSENTS);
		ensure!(has_place, Error::<T>::TooManyConsents);
		Ok(())
	}

	/// Checks that the consent is not a permit by law, which ends with the representation alone.
	pub(crate) fn ensure_not_by_law(consent: &Consent) -> DispatchResult {
		ensure!(!consent.is_by_law(), Error::<T>::PermitByLaw);
		Ok(())
	}

	/// Checks that the patient, or the representative who acts now, may amend or revoke the consent. If the
	/// representative who gave a deny no longer represents the patient, any representative may end it.
	/// Otherwise nobody could end it for a ward. At most 7 reads.
	pub(crate) fn ensure_may_change(patient: &AccountId, consent: &Consent) -> DispatchResult {
		Self::ensure_not_by_law(consent)?;
		let Some(who) = T::Representation::representative() else { return Ok(()) };
		let may_change = match &consent.grantor {
			_ if consent.terms.effect == Effect::Permit => true,
			Grantor::Representative(giver) => {
				*giver == who || !T::Representation::represents(patient, giver)
			},
			_ => false,
		};
		ensure!(may_change, Error::<T>::NotTheirDeny);
		Ok(())
	}
}

impl<T: Config> traits::Lawful for Pallet<T> {
	fn grant_by_law(
		patient: &AccountId,
		representative: &AccountId,
		terms: Terms,
		authority: &AccountId,
		by: Caller,
	) -> Result<ConsentId, DispatchError> {
		let (grantee, now) = (Grantee::Person(representative.clone()), Self::now());
		Self::ensure_sound(&grantee, &terms, now)?;
		let mut provisions = Consents::<T>::get(patient, &grantee);
		provisions.retain(|consent| !consent.is_by_law() && !consent.terms.is_expired(now));
		// Nobody was shown a text.
		let text = ShownText { commitment: H256::zero(), language: *b"en" };
		let content = (terms, text, Grantor::Law { authority: authority.clone() });
		Self::store(patient, by.origin, by.acting_for, grantee, provisions, content)
	}

	fn end_by_law(patient: &AccountId, representative: &AccountId, by: Caller) {
		let grantee = Grantee::Person(representative.clone());
		let mut provisions = Consents::<T>::get(patient, &grantee).into_iter();
		if let Some(consent) = provisions.find(Consent::is_by_law) {
			Self::remove(patient, by.origin, by.acting_for, grantee, consent);
		}
	}

	fn has_by_law(patient: &AccountId, representative: &AccountId) -> bool {
		let now = Self::now();
		let grantee = Grantee::Person(representative.clone());
		Consents::<T>::get(patient, grantee)
			.iter()
			.any(|consent| consent.is_by_law() && !consent.terms.is_expired(now))
	}
}
