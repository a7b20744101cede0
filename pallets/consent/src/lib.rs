//! # Consent
//!
//! Patients' consents: what they permit and what they deny.
//!
//! ## Terminology
//!
//! - **Consent**: one provision in the sense of
//!   [FHIR R4](https://hl7.org/fhir/R4/consent.html): permit or deny, of what, for which purpose,
//!   how long. It is stored under its patient and its **grantee**, which never change.
//! - **Grantor**: the patient; a **representative** who acts as the patient; for a patient who cannot use
//!   a wallet, two attested clinicians of an institution (**assisted**); or the **law**, by which a
//!   representative reads.
//! - **Revision**: how often a consent was amended. An amendment names the revision that the patient
//!   read, so that it cannot overwrite a change made in the meantime.
//!
//! ## Scenarios
//!
//! 1. A patient permits a care team to read laboratory reports for treatment until the end of the
//!    year: [`grant`](Pallet::grant) for the team. Later the patient [`amend`](Pallet::amend)s the
//!    consent to add imaging, and then [`revoke`](Pallet::revoke)s it. From the block of the
//!    revocation no decision uses it.
//! 2. A patient denies one person everything, emergencies included: a deny for the person. It
//!    follows the person to every institution.
//! 3. A patient without a wallet agrees on paper. A nurse and a physician of the hospital call
//!    [`grant_assisted`](Pallet::grant_assisted) with the same content within
//!    [`PROPOSAL_LIFETIME`]. The consent is for this hospital alone, counts after [`AssistedDelay`]
//!    (usually a day) and lasts at most [`Config::AssistedPeriod`]; or it is for studies, and lasts at most
//!    [`Config::AssistedResearchPeriod`]. If the patient's own key has ever signed, an authority has to
//!    [`confirm`](Pallet::confirm_assisted) it. A patient can
//!    [`refuse`](Pallet::refuse_assisted) assisted consents for good.
//!
//! 4. A thief grants with the patient's stolen key. The hospital disables the key since the day of
//!    the theft: what was permitted since then does not count. The hospital can
//!    [`revoke_in_doubt`](Pallet::revoke_in_doubt) it. Once the key is enabled again, the patient
//!    [`revoke`](Pallet::revoke)s or [`confirm`](Pallet::confirm)s each permit of that time.
//! 5. A mother consents for her child. She cannot permit anything to herself, nor what is more
//!    confidential than she reads by law, and her denies do not bind break-glass. She cannot end the
//!    father's denies or the child's own.
//! 6. The authority attests the father. pallet-representation stores his permit by law
//!    ([`traits::Lawful`]), and ends it with the representation. The patient's own deny overrides it, and a
//!    representative's does not.
//!
//! ## Data structures
//!
//! [`Consents`] has a bounded list of consents for each patient and grantee: the patient's own, of
//! which one place is kept for a deny, a few assisted ones, and a permit by law. A decision reads exactly
//! the grantees that fit the actor ([`policy::keys`]), however many consents the patient has given.
//! A consent's number is the sequence number of its grant in the patient's log: unique, in order,
//! and without a counter. Expired consents remain until the next grant for the same grantee.
#![cfg_attr(not(feature = "std"), no_std)]
// Code that goes into the runtime's WASM cannot panic or overflow. A test of the runtime refuses `as`.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod assisted;
mod checks;
mod doubt;
mod representatives;
mod storing;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::Assisted;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use checks::kinds;
use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_core::H256;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::{
	audit::LogEvent,
	policy::{self, Decision, Question},
	*,
};
use vouchsafe_support::{
	self as traits, Admission, AuditLog, Book, Enrolment, Representation, Staff, Studies,
};

/// The most consents that [`Pallet::consents_of`] lists at once.
pub const MAX_LISTED: u32 = 256;
/// The most grantees for whom a patient can have consents, without the representatives who read by law. So
/// nodes can list all consents of a patient in a bounded time.
pub const MAX_GRANTEES: u32 = 1_024;
/// The number of grantees from which on practitioners cannot add another one for the patient, so that
/// they cannot use up the patient's own.
pub const MAX_ASSISTED_GRANTEES: u32 = 256;

#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Who takes part.
		type Enrolment: Enrolment;
		/// Who signed the transaction that is being dispatched.
		type Admission: Admission;
		/// What takes two of an institution's staff.
		type Staff: Staff;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// The time.
		type Time: UnixTime;
		/// The studies that can be grantees. They count standing choices.
		type Studies: Studies;
		/// Who represents patients.
		type Representation: Representation;
		/// How long an assisted consent may last, in seconds.
		#[pallet::constant]
		type AssistedPeriod: Get<Moment>;
		/// How long an assisted consent for studies may last, in seconds.
		#[pallet::constant]
		type AssistedResearchPeriod: Get<Moment>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// The consents of a patient for a grantee. A key without consents is removed.
	#[pallet::storage]
	pub type Consents<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		Grantee,
		Provisions,
		ValueQuery,
	>;

	/// Patients who have refused assisted consents.
	#[pallet::storage]
	pub type AssistedRefused<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, ()>;

	/// Assisted consents on which two clinicians have agreed and that wait for an authority, by patient
	/// and institution.
	#[pallet::storage]
	pub type AwaitingAuthority<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Blake2_128Concat, AccountId, Assisted>;

	/// How long an assisted consent waits before it counts, if genesis does not say it.
	#[pallet::type_value]
	pub fn UsualDelay() -> Moment {
		ASSISTED_DELAY
	}

	/// From how long after it was stored an assisted consent counts, in seconds.
	#[pallet::storage]
	pub type AssistedDelay<T: Config> = StorageValue<_, Moment, ValueQuery, UsualDelay>;

	/// The delay of assisted consents at genesis.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// From how long after it was stored an assisted consent counts, in seconds.
		pub assisted_delay: Moment,
		/// The runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { assisted_delay: ASSISTED_DELAY, _config: PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if self.assisted_delay != ASSISTED_DELAY {
				AssistedDelay::<T>::put(self.assisted_delay);
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A consent was granted.
		Granted {
			/// The patient.
			patient: AccountId,
			/// To whom.
			grantee: Grantee,
			/// Its number.
			id: ConsentId,
			/// Its revision.
			revision: u16,
		},
		/// A consent was amended.
		Amended {
			/// The patient.
			patient: AccountId,
			/// To whom.
			grantee: Grantee,
			/// Its number.
			id: ConsentId,
			/// Its revision now.
			revision: u16,
		},
		/// A consent was revoked.
		Revoked {
			/// The patient.
			patient: AccountId,
			/// To whom.
			grantee: Grantee,
			/// Its number.
			id: ConsentId,
			/// Its last revision.
			revision: u16,
		},
		/// Two clinicians agreed on a consent, and it waits for an authority.
		AwaitsAuthority {
			/// The patient.
			patient: AccountId,
			/// The institution.
			institution: AccountId,
			/// Who proposed it.
			first: AccountId,
			/// Who confirmed it.
			second: AccountId,
		},
		/// A patient refused assisted consents for good.
		AssistedRefused {
			/// The patient.
			patient: AccountId,
		},
		/// A consent was confirmed that had been given while the patient's key was in doubt.
		Confirmed {
			/// The patient.
			patient: AccountId,
			/// To whom.
			grantee: Grantee,
			/// Its number.
			id: ConsentId,
			/// Its revision.
			revision: u16,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a patient, or is a patient who acts without being active.
		NotPatient,
		/// The grantee is not enrolled, or is not affiliated with the institution named.
		GranteeNotFound,
		/// There is no such study.
		StudyNotFound,
		/// The study has ended.
		StudyEnded,
		/// A deny must name the person, not the person at an institution: it follows the person.
		DenyThePerson,
		/// A category, action, purpose or study trait is not defined.
		UnknownCode,
		/// The list of labels is empty, not in ascending order, has a label twice, or names
		/// *unclassified*, which cannot be named.
		InvalidLabels,
		/// A deny is for records with the labels that it names, or for all records.
		LabelsNotForDeny,
		/// Studies can be permitted to count (`aggregate`) and nothing else, and nobody else can be.
		ActionNotForGrantee,
		/// A permit for studies cannot be for labelled records alone: what is sensitive in a study is said
		/// by the codes that its protocol asks for.
		LabelsNotForStudies,
		/// The period is empty: it ends before it begins.
		InvalidPeriod,
		/// The end is not in the future.
		AlreadyExpired,
		/// The data period is empty: it ends before it begins.
		EmptyDataPeriod,
		/// The patient has as many consents for the grantee as can be stored.
		TooManyConsents,
		/// The patient has no such consent for the grantee, or it has expired.
		ConsentNotFound,
		/// The patient has consents for as many grantees as is possible: revoke those of one first.
		TooManyGrantees,
		/// The consent was amended in the meantime.
		RevisionChanged,
		/// The consent was amended as often as it can be: grant a new one.
		TooManyRevisions,
		/// The patient's log is too long: no number is left.
		OutOfNumbers,
		/// The grantee does not belong to the caller's institution.
		OtherInstitution,
		/// Another institution enrolled the patient.
		NotTheirPatient,
		/// The terms are a deny, but only a permit is allowed here.
		NotPermit,
		/// An assisted consent must end within the period set for it.
		AssistedTooLong,
		/// One of the two who agreed on the consent cannot confirm it for the authority.
		OneOfTheTwo,
		/// The patient has as many assisted consents for the grantee as there can be.
		TooManyAssisted,
		/// The last place for the grantee is kept for a deny.
		PlaceKeptForDeny,
		/// An assisted consent is never for the log, nor for labelled or restricted records or studies of
		/// them.
		AssistedTooWide,
		/// The patient has refused assisted consents for good.
		Refused,
		/// The caller is neither an active authority nor its privacy officer.
		NotForAuthority,
		/// No consent with this content waits for an authority, or one of the two who agreed on it is no
		/// longer an attested clinician there or has a disabled key.
		NothingWaits,
		/// The patient's key is disabled, or was a moment ago: no deny can be ended with it, and no permit
		/// confirmed.
		KeyInDoubt,
		/// The consent was not given while the patient's key was in doubt, or is confirmed already.
		NotInDoubt,
		/// A representative cannot confirm a consent: only the patient can.
		OwnKeyOnly,
		/// The caller is neither the institution nor one of its registrars.
		NotRegistrar,
		/// The institution is an authority: it attests its own staff, so two of them are no check.
		AuthorityAttestsItself,
		/// The law gives this permit to a representative. It ends with the representation, and nobody amends,
		/// revokes or confirms it.
		PermitByLaw,
		/// A representative's deny cannot bind break-glass: only the patient refuses help in an emergency.
		BindsBreakGlass,
		/// A representative cannot amend or revoke a deny of the patient, or of another representative in force.
		NotTheirDeny,
		/// A representative cannot give a consent about its own account.
		OwnConsent,
		/// The permit is for records that are more confidential than this representative can permit.
		TooConfidential,
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Grant a consent.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Details
		///
		/// Expired consents for the same grantee are dropped first. `text` commits to what the
		/// patient was shown. A representative who acts for the patient is the grantor, and cannot grant
		/// everything.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::DenyThePerson`].
		/// - [`Error::UnknownCode`].
		/// - [`Error::InvalidLabels`].
		/// - [`Error::LabelsNotForDeny`].
		/// - [`Error::ActionNotForGrantee`].
		/// - [`Error::LabelsNotForStudies`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::EmptyDataPeriod`].
		/// - [`Error::GranteeNotFound`].
		/// - [`Error::StudyNotFound`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::OutOfNumbers`].
		/// - [`Error::TooManyConsents`].
		/// - [`Error::PlaceKeptForDeny`].
		/// - [`Error::TooManyGrantees`].
		/// - By a representative [`Error::BindsBreakGlass`], [`Error::OwnConsent`] and
		///   [`Error::TooConfidential`].
		///
		/// ## Events
		///
		/// - [`Event::Granted`]. In the patient's log: `ConsentGranted`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::grant().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn grant(
			origin: OriginFor<T>,
			grantee: Grantee,
			terms: Terms,
			text: ShownText,
		) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			Self::do_grant(&patient, grantee, terms, text)?;
			Ok(())
		}

		/// Amend a consent: the new terms replace the old ones.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Details
		///
		/// `revision` is the one that the patient read. The grantee and the number stay the same. A deny
		/// can be amended only if the patient's key is not disabled, and by a representative only if it is
		/// this representative's, or one's who represents the patient no more.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::DenyThePerson`].
		/// - [`Error::UnknownCode`].
		/// - [`Error::InvalidLabels`].
		/// - [`Error::LabelsNotForDeny`].
		/// - [`Error::ActionNotForGrantee`].
		/// - [`Error::LabelsNotForStudies`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::EmptyDataPeriod`].
		/// - [`Error::GranteeNotFound`].
		/// - [`Error::StudyNotFound`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::ConsentNotFound`].
		/// - [`Error::RevisionChanged`].
		/// - [`Error::PermitByLaw`].
		/// - [`Error::KeyInDoubt`].
		/// - [`Error::TooManyRevisions`].
		/// - [`Error::TooManyConsents`]: an assisted consent becomes the patient's own.
		/// - [`Error::PlaceKeptForDeny`].
		/// - By a representative [`Error::NotTheirDeny`], [`Error::BindsBreakGlass`], [`Error::OwnConsent`] and
		///   [`Error::TooConfidential`].
		///
		/// ## Events
		///
		/// - [`Event::Amended`]. In the patient's log: `ConsentAmended`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::amend().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn amend(
			origin: OriginFor<T>,
			grantee: Grantee,
			id: ConsentId,
			revision: u16,
			terms: Terms,
			text: ShownText,
		) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			Self::ensure_patient(&patient)?;
			let now = Self::now();
			Self::ensure_sound(&grantee, &terms, now)?;
			let mut provisions = Consents::<T>::get(&patient, &grantee);
			let mut beside = provisions.clone();
			beside.retain(|consent| consent.id != id);
			let consent = provisions
				.iter_mut()
				.find(|consent| consent.id == id && !consent.terms.is_expired(now))
				.ok_or(Error::<T>::ConsentNotFound)?;
			ensure!(consent.revision == revision, Error::<T>::RevisionChanged);
			Self::ensure_may_change(&patient, consent)?;
			Self::ensure_may_end(&patient, consent)?;
			Self::ensure_representable(&grantee, &terms, &beside)?;
			let revision = revision.checked_add(1).ok_or(Error::<T>::TooManyRevisions)?;

			*consent = Consent {
				id,
				revision,
				policy_version: POLICY_VERSION,
				granted_at: now,
				confirmed_at: None,
				terms,
				text,
				grantor: Self::grantor(),
			};
			Self::ensure_places(kinds(&provisions))?;
			Self::tell_choice(&patient, &grantee, &provisions);
			Consents::<T>::insert(&patient, &grantee, provisions);
			let consent = ConsentRef { grantee: grantee.clone(), id };
			let event = LogEvent::ConsentAmended { consent, revision };
			T::AuditLog::append(&patient, &patient, None, None, event);
			Self::deposit_event(Event::Amended { patient, grantee, id, revision });
			Ok(())
		}

		/// Revoke a consent. No decision uses it after this call.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Details
		///
		/// A permit can be revoked whatever the patient's status, and with a disabled key. A deny only
		/// if the patient is active and the key is not disabled, and by a representative only if it is this
		/// representative's, or one's who represents the patient no more.
		///
		/// ## Errors
		///
		/// - [`Error::ConsentNotFound`].
		/// - [`Error::PermitByLaw`].
		/// - [`Error::NotPatient`].
		/// - [`Error::KeyInDoubt`].
		/// - By a representative [`Error::NotTheirDeny`].
		///
		/// ## Events
		///
		/// - [`Event::Revoked`]. In the patient's log: `ConsentRevoked`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::revoke().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn revoke(origin: OriginFor<T>, grantee: Grantee, id: ConsentId) -> DispatchResult {
			Self::do_revoke(ensure_signed(origin)?, grantee, id)
		}

		/// Grant a consent for a patient who cannot use a wallet, by two clinicians.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an attested clinician of the institution that enrolled the patient and is not an
		/// authority.
		///
		/// ## Details
		///
		/// The first call proposes the consent. The second, by another clinician and with the same
		/// content within [`PROPOSAL_LIFETIME`], stores it, and it counts [`AssistedDelay`] later.
		/// If the patient's own key has ever signed, it waits for [`Pallet::confirm_assisted`]
		/// instead. It must permit, its grantee must belong to the institution or be about studies, it
		/// must end within [`Config::AssistedPeriod`] or [`Config::AssistedResearchPeriod`], and it is
		/// never for the log nor for labelled or restricted records or studies of them.
		///
		/// ## Errors
		///
		/// - [`Error::OtherInstitution`].
		/// - [`Error::NotPatient`].
		/// - [`Error::NotTheirPatient`].
		/// - [`Error::AuthorityAttestsItself`].
		/// - [`Error::Refused`].
		/// - [`Error::NotPermit`].
		/// - [`Error::AssistedTooWide`].
		/// - [`Error::AssistedTooLong`].
		/// - [`Error::DenyThePerson`].
		/// - [`Error::UnknownCode`].
		/// - [`Error::InvalidLabels`].
		/// - [`Error::LabelsNotForDeny`].
		/// - [`Error::ActionNotForGrantee`].
		/// - [`Error::LabelsNotForStudies`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::EmptyDataPeriod`].
		/// - [`Error::GranteeNotFound`].
		/// - [`Error::StudyNotFound`].
		/// - [`Error::StudyEnded`].
		/// - [`Error::OutOfNumbers`].
		/// - [`Error::TooManyAssisted`].
		/// - [`Error::TooManyGrantees`].
		/// - Those of [`traits::Staff`].
		///
		/// ## Events
		///
		/// - [`Event::Granted`] or [`Event::AwaitsAuthority`], at the second call. In the patient's
		///   log: `ConsentProposed`, then `ConsentGranted` or `ConsentAwaitsAuthority`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::grant_assisted().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn grant_assisted(
			origin: OriginFor<T>,
			patient: AccountId,
			institution: AccountId,
			grantee: Grantee,
			terms: Terms,
			text: ShownText,
		) -> DispatchResult {
			let staff = ensure_signed(origin)?;
			Self::do_grant_assisted(staff, patient, institution, grantee, terms, text)
		}

		/// Confirm, as an authority, a consent on which two clinicians have agreed for a patient whose
		/// own key has signed before.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the authority or a practitioner who acts for it as its privacy officer.
		///
		/// ## Details
		///
		/// The content is that of both calls of [`Pallet::grant_assisted`]. It waits for
		/// [`AUTHORITY_LIFETIME`].
		///
		/// ## Errors
		///
		/// - [`Error::NotForAuthority`].
		/// - [`Error::NothingWaits`].
		/// - [`Error::OneOfTheTwo`].
		/// - Those of [`Pallet::grant_assisted`], except those of the staff.
		///
		/// ## Events
		///
		/// - [`Event::Granted`]. In the patient's log: `ConsentGranted`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::grant_assisted().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn confirm_assisted(
			origin: OriginFor<T>,
			authority: AccountId,
			patient: AccountId,
			institution: AccountId,
			grantee: Grantee,
			terms: Terms,
			text: ShownText,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_confirm_assisted(who, authority, patient, institution, grantee, terms, text)
		}

		/// Refuse assisted consents for good: nobody can enter one for the caller any more. What was
		/// entered before can be revoked.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::Refused`], already.
		///
		/// ## Events
		///
		/// - [`Event::AssistedRefused`]. In the patient's log: `AssistedRefused`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::refuse_assisted())]
		pub fn refuse_assisted(origin: OriginFor<T>) -> DispatchResult {
			let patient = ensure_signed(origin)?;
			Self::ensure_patient(&patient)?;
			ensure!(!AssistedRefused::<T>::contains_key(&patient), Error::<T>::Refused);
			AssistedRefused::<T>::insert(&patient, ());
			T::AuditLog::append(&patient, &patient, None, None, LogEvent::AssistedRefused);
			Self::deposit_event(Event::AssistedRefused { patient });
			Ok(())
		}

		/// Confirm a permit that was given while the patient's key was in doubt, so that it counts
		/// again.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient, whose key is not disabled. Not by a representative.
		///
		/// ## Details
		///
		/// `revision` is the one that the patient read.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::OwnKeyOnly`].
		/// - [`Error::KeyInDoubt`].
		/// - [`Error::ConsentNotFound`].
		/// - [`Error::RevisionChanged`].
		/// - [`Error::PermitByLaw`].
		/// - [`Error::NotInDoubt`].
		///
		/// ## Events
		///
		/// - [`Event::Confirmed`]. In the patient's log: `ConsentConfirmed`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::confirm())]
		pub fn confirm(
			origin: OriginFor<T>,
			grantee: Grantee,
			id: ConsentId,
			revision: u16,
		) -> DispatchResult {
			Self::do_confirm(ensure_signed(origin)?, grantee, id, revision)
		}

		/// Revoke a permit that was given while the patient's key was in doubt, for the patient.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the institution that enrolled the patient or one of its registrars.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::ConsentNotFound`].
		/// - [`Error::PermitByLaw`].
		/// - [`Error::NotInDoubt`].
		///
		/// ## Events
		///
		/// - [`Event::Revoked`]. In the patient's log: `ConsentRevoked`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::revoke_in_doubt().saturating_add(T::Studies::choice_weight(grantee)))]
		pub fn revoke_in_doubt(
			origin: OriginFor<T>,
			patient: AccountId,
			grantee: Grantee,
			id: ConsentId,
		) -> DispatchResult {
			Self::do_revoke_in_doubt(ensure_signed(origin)?, patient, grantee, id)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The patient's consents after the one named, in the order of the chain's keys and of their
		/// numbers, including expired ones that were not dropped yet: at most `limit` and
		/// [`MAX_LISTED`].
		pub fn consents_of(
			patient: AccountId,
			after: Option<(Grantee, ConsentId)>,
			limit: u32,
		) -> Vec<(Grantee, Consent)> {
			let grantees = match &after {
				Some((grantee, _)) => {
					let key = Consents::<T>::hashed_key_for(&patient, grantee);
					Consents::<T>::iter_prefix_from(&patient, key)
				},
				None => Consents::<T>::iter_prefix(&patient),
			};
			// The page before may have ended within a grantee's consents.
			let begun = after.map(|(grantee, id)| {
				let mut left = Consents::<T>::get(&patient, &grantee);
				left.retain(|consent| consent.id > id);
				(grantee, left)
			});
			begun
				.into_iter()
				.chain(grantees)
				.flat_map(|(grantee, provisions)| {
					provisions.into_iter().map(move |consent| (grantee.clone(), consent))
				})
				.take(limit.min(MAX_LISTED).saturated_into())
				.collect()
		}

		/// What the patient's consents say to the question.
		pub fn decide(question: Question) -> Decision {
			<Self as traits::Consents>::decide(&question)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				AUTHORITY_LIFETIME.max(ASSISTED_DELAY) < T::AssistedPeriod::get(),
				"an assisted consent has to count for a while"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// For how many grantees the patient has consents. They are counted as the `sufficients` of the
	/// patient's account: the transaction writes that account anyway, for its nonce. A value of its
	/// own would cost a tenth of the grants that the chain can take.
	pub fn grantees(patient: &AccountId) -> u32 {
		frame_system::Pallet::<T>::sufficients(patient)
	}

	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// Who grants: the patient, or the representative who acts now. A changed key and a multisig are the
	/// patient. 1 read.
	pub(crate) fn grantor() -> Grantor {
		T::Representation::representative().map_or(Grantor::Patient, Grantor::Representative)
	}

	pub(crate) fn ensure_patient(account: &AccountId) -> DispatchResult {
		ensure!(T::Enrolment::is_active_patient(account), Error::<T>::NotPatient);
		Ok(())
	}
}

impl<T: Config> traits::Consents for Pallet<T> {
	fn book(patient: &AccountId, actor: &Actor) -> Book {
		Book::read(actor, |grantee| Consents::<T>::get(patient, grantee).into_inner())
	}

	fn decide(question: &Question) -> Decision {
		policy::decide(question, |grantee| Consents::<T>::get(&question.patient, grantee))
	}

	fn grant(
		patient: &AccountId,
		grantee: Grantee,
		terms: Terms,
		text: ShownText,
	) -> Result<ConsentId, DispatchError> {
		Self::do_grant(patient, grantee, terms, text)
	}
}
