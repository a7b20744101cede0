//! Consents that a hospital's staff enter for a patient who cannot use a wallet: for the hospital
//! itself, or to be counted in studies, to which patients agree on paper.

use crate::{pallet::*, types::Assisted};
use frame_support::pallet_prelude::*;
use sp_runtime::traits::Zero;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{Admission, Agreed, AuditLog, Enrolment, Pair, Staff};

/// Whether terms are more than the staff may enter for a patient: for the log, for records that are
/// labelled or more confidential than usual, or for studies that count such records.
pub(crate) fn is_too_wide(terms: &Terms) -> bool {
	terms.actions.contains(Action::ReadLog)
		|| terms.labels != LabelFilter::Unlabelled
		|| terms.confidentiality > Confidentiality::Normal
		|| terms.traits.contains(StudyTrait::Sensitive)
}

impl<T: Config> Pallet<T> {
	/// Proposes or confirms an assisted consent.
	pub(crate) fn do_grant_assisted(
		staff: AccountId,
		patient: AccountId,
		institution: AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> DispatchResult {
		let provisions = Self::ensure_assistable(&patient, &institution, &grantee, &terms)?;
		let content = agreed_consent(&grantee, &terms, &text);
		let agreed = T::Staff::agree(&staff, &institution, &patient, content, Pair::Clinicians)?;
		let event = match agreed {
			Agreed::Proposed => LogEvent::ConsentProposed { grantee },
			Agreed::Confirmed { first } if Self::has_signed(&patient) => {
				let (second, at) = (staff.clone(), Self::now());
				let waiting =
					Assisted { first: first.clone(), second: second.clone(), content, at };
				AwaitingAuthority::<T>::insert(&patient, &institution, waiting);
				Self::deposit_event(Event::AwaitsAuthority {
					patient: patient.clone(),
					institution: institution.clone(),
					first,
					second,
				});
				LogEvent::ConsentAwaitsAuthority { grantee }
			},
			Agreed::Confirmed { first } => {
				let grantor = Self::assisted_by(first, staff.clone());
				let content = (terms, text, grantor);
				let acting_for = Some(&institution);
				Self::store(&patient, &staff, acting_for, grantee, provisions, content)?;
				return Ok(());
			},
		};
		T::AuditLog::append(&patient, &staff, Some(&institution), None, event);
		Ok(())
	}

	/// Stores an assisted consent that waited for an authority.
	pub(crate) fn do_confirm_assisted(
		who: AccountId,
		authority: AccountId,
		patient: AccountId,
		institution: AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> DispatchResult {
		ensure!(T::Enrolment::speaks_for(&who, &authority), Error::<T>::NotForAuthority);
		let content = agreed_consent(&grantee, &terms, &text);
		let Assisted { first, second, .. } = AwaitingAuthority::<T>::get(&patient, &institution)
			.filter(|waiting| waiting.content == content && waiting.waits(Self::now()))
			.ok_or(Error::<T>::NothingWaits)?;
		let is_there = [&first, &second].iter().all(|who| Self::is_clinician(who, &institution));
		ensure!(is_there, Error::<T>::NothingWaits);
		let two = [&first, &second];
		let signer = T::Admission::signer().unwrap_or_else(|| who.clone());
		ensure!(!two.contains(&&who) && !two.contains(&&signer), Error::<T>::OneOfTheTwo);
		let provisions = Self::ensure_assistable(&patient, &institution, &grantee, &terms)?;

		AwaitingAuthority::<T>::remove(&patient, &institution);
		let content = (terms, text, Self::assisted_by(first, second));
		Self::store(&patient, &who, Some(&authority), grantee, provisions, content)?;
		Ok(())
	}

	/// Checks that the institution's staff may enter this consent for the patient, and gives the others
	/// under its key that have not expired.
	fn ensure_assistable(
		patient: &AccountId,
		institution: &AccountId,
		grantee: &Grantee,
		terms: &Terms,
	) -> Result<Provisions, DispatchError> {
		let is_research = grantee.is_research();
		let suits = is_research || grantee.institution() == Some(institution);
		ensure!(suits, Error::<T>::OtherInstitution);
		let home = T::Enrolment::enrolled_by(patient).ok_or(Error::<T>::NotPatient)?;
		ensure!(home == *institution, Error::<T>::NotTheirPatient);
		let is_authority = T::Enrolment::active_kind(institution) == Some(AccountKind::Authority);
		ensure!(!is_authority, Error::<T>::AuthorityAttestsItself);
		ensure!(!AssistedRefused::<T>::contains_key(patient), Error::<T>::Refused);
		ensure!(terms.effect == Effect::Permit, Error::<T>::NotPermit);
		ensure!(!is_too_wide(terms), Error::<T>::AssistedTooWide);
		let period =
			if is_research { T::AssistedResearchPeriod::get() } else { T::AssistedPeriod::get() };
		let latest = Self::now().saturating_add(period);
		let ends = terms.valid_until.is_some_and(|until| until <= latest);
		ensure!(ends, Error::<T>::AssistedTooLong);
		Self::ensure_grantable(patient, grantee, terms, true)
	}

	/// The two of the staff by whom a consent is stored now.
	fn assisted_by(first: AccountId, second: AccountId) -> Grantor {
		let counts_from = Self::now().saturating_add(AssistedDelay::<T>::get());
		Grantor::Assisted { first, second, counts_from }
	}

	/// Whether somebody is still an attested clinician of the institution, whose key is not disabled.
	fn is_clinician(who: &AccountId, institution: &AccountId) -> bool {
		T::Enrolment::signatory(who).is_some_and(|signatory| signatory.may_sign)
			&& T::Enrolment::acting(who, institution)
				.and_then(|actor| actor.acting_for)
				.is_some_and(|acting| acting.is_attested_clinician())
	}

	/// Whether the patient's own key has ever signed. Such a patient can use a wallet, or has lost it.
	fn has_signed(patient: &AccountId) -> bool {
		!frame_system::Pallet::<T>::account_nonce(patient).is_zero()
	}
}
