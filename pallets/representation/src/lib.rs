//! # Representation
//!
//! Who acts for patients: representatives whom they appoint, representatives by law, and patients who have no
//! key.
//!
//! ## Terminology
//!
//! - **Representative**: a person, with an account of its own for each patient, who acts for the patient
//!   within **scopes** ([`Scope`]). Each acts alone, and none can end another's representation.
//! - **Appointment**: by the patient. One on **standby** waits until two attested clinicians activate it.
//! - **By law**: a parent, a guardian, somebody with a power of attorney on paper, or an executor. Two of the
//!   enrolling institution's staff **register** it, and an authority **attests** it. It also lets the
//!   representative read, by a permit of pallet-consent whose grantor is the law.
//! - **Suspended**: not in force, because of a suspicion or a court's order.
//! - **Ward**: a patient without a key. The account is a hash, of which nobody has the key.
//!
//! ## Scenarios
//!
//! 1. A patient [`appoint`](Pallet::appoint)s a daughter, who can answer requests and consent. She
//!    [`act`](Pallet::act)s: the call is dispatched as the patient's, and the log names both. Later the patient
//!    [`end`](Pallet::end)s it.
//! 2. A patient appoints a friend on standby. After an accident two clinicians of a hospital
//!    [`activate`](Pallet::activate) the appointment.
//! 3. A child is born. Two of the hospital's staff [`enrol_ward`](Pallet::enrol_ward) the child with both
//!    parents, whom the authority [`attest`](Pallet::attest)s. Each parent consents for the child. When a
//!    court decides so, the authority [`suspend`](Pallet::suspend)s one of them, who reads nothing from that
//!    block on.
//! 4. A hospital [`register`](Pallet::register)s a guardian for a patient, and the authority attests.
//!    The patient reads it in the log and [`object`](Pallet::object)s within
//!    [`Config::ObjectionPeriod`] or later. The authority has to attest once more.
//! 5. A patient has died. The executor is registered and attested, and reads.
//! 6. A thief appoints a representative with the patient's stolen key. The hospital disables the key and names
//!    the time of the theft, so the appointment does not count. With a new key, the patient ends it, or
//!    appoints somebody else.
//!
//! ## Data structures
//!
//! [`RepresentativesOf`] has one bounded list a patient. Times are compared when they are read: a
//! representation whose time is over counts as none, and the next change of the list drops it. [`Acting`] says
//! who represents the patient while a call is dispatched within [`act`](Pallet::act), and is empty otherwise.
//!
//! ## API
//!
//! The calls, and [`vouchsafe_support::Representation`] for the other pallets. The runtime says which scope
//! each call needs ([`ScopeOf`]).
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

mod acting;
mod appointment;
mod law;
mod lookups;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
mod wards;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use alloc::boxed::Box;
use frame_support::{
	dispatch::{GetDispatchInfo, PostDispatchInfo},
	pallet_prelude::*,
	traits::UnixTime,
};
use sp_core::H256;
use sp_runtime::traits::Dispatchable;
use vouchsafe_primitives::*;
use vouchsafe_support::{Admission, AuditLog, Enrolment, KeyHistory, Lawful, Staff, Wards};

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
		/// The calls that a representative makes as the patient.
		type RuntimeCall: Parameter
			+ Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
			+ GetDispatchInfo
			+ IsType<<Self as frame_system::Config>::RuntimeCall>;
		/// Which scope a call needs.
		type Scopes: ScopeOf<<Self as Config>::RuntimeCall>;
		/// Who takes part.
		type Enrolment: Enrolment;
		/// Enrolling patients without a key.
		type Wards: Wards;
		/// Which accounts have other keys than their first ones.
		type KeyHistory: KeyHistory;
		/// What takes two of an institution's staff.
		type Staff: Staff;
		/// Permits to read by law.
		type Lawful: Lawful;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// Who signed the transaction that is being dispatched.
		type Admission: Admission;
		/// The time.
		type Time: UnixTime;
		/// How long a patient can object before a representation by law is in force, in seconds.
		type ObjectionPeriod: Get<Moment>;
		/// How long a registration, or an objection, waits for an authority, in seconds.
		type RegistrationLifetime: Get<Moment>;
		/// How many representatives a patient can have at a time: half of them appointed, and half by law. At
		/// most [`MAX_REPRESENTATIVES`] are stored, even if this is higher.
		type MaxRepresentatives: Get<u32>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// The representatives of each patient. Those whose time is over remain until the next change.
	#[pallet::storage]
	pub type RepresentativesOf<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, Representatives, ValueQuery>;

	/// Who represents which patient in the call that is being dispatched. Empty between transactions.
	#[pallet::storage]
	pub type Acting<T: Config> = StorageValue<_, Representing>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A patient appointed a representative, or changed the appointment.
		Appointed {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
		},
		/// A representation ended.
		Ended {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
		},
		/// Two clinicians activated an appointment on standby.
		Activated {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
			/// The clinicians' institution.
			institution: AccountId,
		},
		/// Two of the staff registered a representative by law. An authority has to attest it.
		Registered {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
		},
		/// An authority attested a representative by law.
		Attested {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
			/// Which authority.
			authority: AccountId,
			/// From when on the representation is in force.
			from: Moment,
		},
		/// The patient objected to a representative by law.
		Objected {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
		},
		/// A representative was suspended, or the suspension was lifted.
		SuspendedSet {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
			/// By which institution or authority.
			institution: AccountId,
			/// Whether the representative is suspended now.
			suspended: bool,
		},
		/// A representative made a call as the patient.
		Acted {
			/// The patient.
			patient: AccountId,
			/// The representative.
			representative: AccountId,
		},
		/// Two of the staff enrolled a patient without a key.
		WardEnrolled {
			/// The account.
			ward: AccountId,
			/// The institution.
			institution: AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a patient, or is a patient who acts without being active.
		NotPatient,
		/// Nobody can represent this account: it is not a patient's, or the patient does not take part.
		NotRepresentable,
		/// The representative is not an active person.
		NotPerson,
		/// An appointment needs at least one scope, and a scope that is not defined cannot be given.
		InvalidScopes,
		/// The end is not in the future.
		AlreadyExpired,
		/// The representation would end before it is in force.
		NeverInForce,
		/// The account represents the patient already. It has to end that first.
		AlreadyRepresents,
		/// The representative is suspended.
		IsSuspended,
		/// The patient has as many representatives of this kind as there can be: appointed, or by law.
		TooManyRepresentatives,
		/// Only the patient and the representative can end a representation.
		NotYours,
		/// The account is not this patient's representative, or its time is over.
		RepresentativeNotFound,
		/// The patient did not appoint this representative, who acts by law: object instead.
		ByLaw,
		/// The patient appointed this representative: it does not act by law.
		NotByLaw,
		/// The institution is an authority: it attests its own staff, so two of them are no check.
		AuthorityAttestsItself,
		/// The authority registered the representative itself: another one has to attest it.
		RegisteredByAuthority,
		/// The patient did not appoint this representative on standby, or the appointment is active.
		NotOnStandby,
		/// The patient's key was in doubt at the time of the appointment.
		AppointmentInDoubt,
		/// Another institution enrolled the patient.
		NotTheirPatient,
		/// Only an executor represents a patient who has died, and an executor nobody else.
		WrongBasis,
		/// A parent's representation has to end with a year, so that no birthday is on the chain.
		NotNewYear,
		/// Nobody has parents who represent for so long.
		ParentTooLong,
		/// The caller is neither an active authority nor its privacy officer.
		NotForAuthority,
		/// The caller or the signer registered the representative, or works for the institution that registered
		/// it.
		AlsoTheirStaff,
		/// Something else was registered than what is to be attested.
		OtherRegistration,
		/// The representative is attested.
		RepresentativeAttested,
		/// The representative is not attested yet.
		NotAttested,
		/// The patient has objected to this representative before.
		ObjectedBefore,
		/// The caller is not the institution that enrolled the patient or its registrar or privacy officer, and
		/// not an active authority or its privacy officer.
		MayNotSuspend,
		/// The representative is suspended already.
		AlreadySuspended,
		/// The representative is not suspended.
		NotSuspended,
		/// An authority suspended the representative: only an authority can lift that.
		SuspendedByAuthority,
		/// The institution has caused as many lines in the patient's log as are allowed on one day.
		TooManyLines,
		/// The salt was used before: another ward has this account.
		SaltUsed,
		/// A representative is named twice.
		NamedTwice,
		/// The representation is not in force.
		NotInForce,
		/// No representative can make this call.
		NeverByRepresentative,
		/// The call is not within the representative's scopes.
		OutOfScope,
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Appoint a representative, or change the appointment.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active patient.
		///
		/// ## Details
		///
		/// One on `standby` is not in force until two clinicians activate it. A change makes an appointment
		/// as a new one would: what was activated is on standby again if the patient says so, and what was
		/// appointed while the key was in doubt counts.
		///
		/// ## Errors
		///
		/// - [`Error::NotPatient`].
		/// - [`Error::NotPerson`].
		/// - [`Error::InvalidScopes`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::AlreadyRepresents`]: by law.
		/// - [`Error::IsSuspended`].
		/// - [`Error::TooManyRepresentatives`].
		///
		/// ## Events
		///
		/// - [`Event::Appointed`]. In the patient's log: `Appointed`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::appoint())]
		pub fn appoint(
			origin: OriginFor<T>,
			representative: AccountId,
			scopes: Scopes,
			standby: bool,
			until: Option<Moment>,
		) -> DispatchResult {
			Self::do_appoint(ensure_signed(origin)?, representative, scopes, standby, until)
		}

		/// End a representation.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the representative; or by the patient, for an appointment.
		///
		/// ## Errors
		///
		/// - [`Error::NotYours`].
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::ByLaw`].
		///
		/// ## Events
		///
		/// - [`Event::Ended`]. In the patient's log: `RepresentativeEnded`, and `ConsentRevoked` before it if
		///   the representative read by law.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::end())]
		pub fn end(
			origin: OriginFor<T>,
			patient: AccountId,
			representative: AccountId,
		) -> DispatchResult {
			Self::do_end(ensure_signed(origin)?, patient, representative)
		}

		/// Activate an appointment that is on standby.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an attested clinician of the institution, which is not an authority. The first of two
		/// proposes, and the other one confirms the same ([`Staff::agree`]).
		///
		/// ## Errors
		///
		/// - [`Error::NotRepresentable`]: the patient does not live or does not take part.
		/// - [`Error::AuthorityAttestsItself`].
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::IsSuspended`].
		/// - [`Error::NotOnStandby`].
		/// - [`Error::AppointmentInDoubt`].
		/// - Those of [`Staff::agree`].
		///
		/// ## Events
		///
		/// - With the second call [`Event::Activated`]. In the patient's log: `StaffProposed`, then
		///   `Activated`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::activate())]
		pub fn activate(
			origin: OriginFor<T>,
			patient: AccountId,
			representative: AccountId,
			institution: AccountId,
		) -> DispatchResult {
			Self::do_activate(ensure_signed(origin)?, patient, representative, institution)
		}

		/// Register a representative by law.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a registrar or an attested clinician of the institution that enrolled the patient. The
		/// first of the two proposes, and the other one confirms the same ([`Staff::agree`]).
		///
		/// ## Details
		///
		/// An authority has to attest it within [`Config::RegistrationLifetime`]. A new registration replaces
		/// one that no authority has attested yet. Without scopes the representative only reads. A parent's
		/// representation
		/// ends with the first moment of a year.
		///
		/// ## Errors
		///
		/// - [`Error::NotRepresentable`].
		/// - [`Error::WrongBasis`].
		/// - [`Error::NotTheirPatient`].
		/// - [`Error::InvalidScopes`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::NotNewYear`].
		/// - [`Error::ParentTooLong`].
		/// - [`Error::NotPerson`].
		/// - [`Error::AlreadyRepresents`].
		/// - [`Error::IsSuspended`].
		/// - [`Error::TooManyRepresentatives`].
		/// - Those of [`Staff::agree`].
		///
		/// ## Events
		///
		/// - With the second call [`Event::Registered`]. In the patient's log: `StaffProposed`, then
		///   `Registered`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			patient: AccountId,
			institution: AccountId,
			representative: AccountId,
			registration: Registration,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, patient, institution, representative, registration)
		}

		/// Attest a representative by law.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active authority or its privacy officer. Neither the caller nor who signs for the
		/// caller has registered the representative or works for the institution that enrolled the patient,
		/// and the authority is not that institution.
		///
		/// ## Details
		///
		/// `registration` is what was registered, so that nobody changes it meanwhile. The representation comes
		/// into force after [`Config::ObjectionPeriod`]. For a living ward it is in force at once; for a ward
		/// who has died, not before [`Config::ObjectionPeriod`] after the death was recorded. After an
		/// objection, the period begins again. The permit to read by law is stored now and counts from the same
		/// moment.
		///
		/// ## Errors
		///
		/// - [`Error::NotForAuthority`].
		/// - [`Error::NotRepresentable`].
		/// - [`Error::RegisteredByAuthority`].
		/// - [`Error::AlsoTheirStaff`].
		/// - [`Error::WrongBasis`].
		/// - [`Error::NotPerson`].
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::NotByLaw`].
		/// - [`Error::OtherRegistration`].
		/// - [`Error::RepresentativeAttested`].
		/// - [`Error::NeverInForce`].
		/// - Those of [`Lawful::grant_by_law`].
		///
		/// ## Events
		///
		/// - [`Event::Attested`]. In the patient's log: `ConsentGranted` (not if the representative is
		///   suspended) and then `Attested`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::attest())]
		pub fn attest(
			origin: OriginFor<T>,
			authority: AccountId,
			patient: AccountId,
			representative: AccountId,
			registration: Registration,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest(who, authority, patient, representative, registration)
		}

		/// Object to a representative by law: the representation is not in force, and the representative
		/// does not read by law, until an authority has attested it once more.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the patient, also with a disabled key and if the patient is not active.
		///
		/// ## Details
		///
		/// The patient can object to a representative once. An authority has
		/// [`Config::RegistrationLifetime`] to attest once more. After that there is no registration.
		///
		/// ## Errors
		///
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::NotByLaw`].
		/// - [`Error::NotAttested`].
		/// - [`Error::ObjectedBefore`].
		///
		/// ## Events
		///
		/// - [`Event::Objected`]. In the patient's log: `ConsentRevoked`, unless the representative is
		///   suspended, then `RepresentativeObjected`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::object())]
		pub fn object(origin: OriginFor<T>, representative: AccountId) -> DispatchResult {
			Self::do_object(ensure_signed(origin)?, representative)
		}

		/// Suspend a representative, or lift the suspension.
		///
		/// ## Dispatch Origin
		///
		/// Signed, for the institution that enrolled the patient, by its account, a registrar or a privacy
		/// officer; or by an active authority or its privacy officer.
		///
		/// ## Details
		///
		/// The representation is not in force from this block on, and the representative does not read by
		/// law. Only an authority lifts what an authority has suspended. Suspending is never refused because
		/// of too many lines.
		///
		/// ## Errors
		///
		/// - [`Error::NotRepresentable`].
		/// - [`Error::MayNotSuspend`].
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::AlreadySuspended`].
		/// - [`Error::NotSuspended`].
		/// - [`Error::SuspendedByAuthority`].
		/// - [`Error::TooManyLines`].
		/// - Those of [`Lawful::grant_by_law`].
		///
		/// ## Events
		///
		/// - [`Event::SuspendedSet`]. In the patient's log: `ConsentRevoked` or `ConsentGranted` if it is by
		///   law and attested, then `RepresentativeSuspended`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::suspend())]
		pub fn suspend(
			origin: OriginFor<T>,
			patient: AccountId,
			representative: AccountId,
			institution: AccountId,
			suspended: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_suspend(who, patient, representative, institution, suspended)
		}

		/// Make a call as the patient.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a representative in force.
		///
		/// ## Details
		///
		/// The call has to be within the representative's scopes, and so has whatever it carries. The
		/// runtime says which scope a call needs, and for which calls there is none. If the call fails, this
		/// one fails with the same error.
		///
		/// ## Errors
		///
		/// - [`Error::NotPerson`].
		/// - [`Error::RepresentativeNotFound`].
		/// - [`Error::NotInForce`].
		/// - [`Error::NeverByRepresentative`].
		/// - [`Error::OutOfScope`].
		/// - Those of the call.
		///
		/// ## Events
		///
		/// - Those of the call, then [`Event::Acted`]. In the patient's log: what the call logs. The entry
		///   names the signer and the patient.
		#[pallet::call_index(7)]
		#[pallet::weight({
			let info = call.get_dispatch_info();
			(T::WeightInfo::act().saturating_add(info.call_weight), DispatchClass::Normal)
		})]
		pub fn act(
			origin: OriginFor<T>,
			patient: AccountId,
			call: Box<<T as Config>::RuntimeCall>,
		) -> DispatchResultWithPostInfo {
			Self::do_act(origin, patient, call)
		}

		/// Enrol a patient without a key: a newborn, or an adult who cannot have one.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a registrar or an attested clinician of the institution. The first of the two proposes,
		/// and the other one confirms the same ([`Staff::agree`]).
		///
		/// ## Details
		///
		/// The account is [`ward_account`] of a random salt, and its encryption key is
		/// [`ward_encryption_key`], so that nobody has a secret key of the patient's. The representatives are registered as by
		/// [`register`](Pallet::register), so an authority has to attest each.
		///
		/// ## Errors
		///
		/// - [`Error::SaltUsed`].
		/// - [`Error::WrongBasis`].
		/// - [`Error::InvalidScopes`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::NotNewYear`].
		/// - [`Error::ParentTooLong`].
		/// - [`Error::NotPerson`].
		/// - [`Error::NamedTwice`].
		/// - [`Error::TooManyRepresentatives`].
		/// - Those of [`Staff::agree`] and of [`Wards::enrol_ward`].
		///
		/// ## Events
		///
		/// - With the second call [`Event::WardEnrolled`], and [`Event::Registered`] for each
		///   representative. In the ward's log: the same.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::enrol_ward())]
		pub fn enrol_ward(
			origin: OriginFor<T>,
			institution: AccountId,
			salt: H256,
			representatives: WardRepresentatives,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_enrol_ward(who, institution, salt, representatives)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The patient's representatives whose time is not over, each with whether the representation is in
		/// force; and whether the patient is without a key.
		pub fn representation(patient: AccountId) -> RepresentationView {
			Self::view(&patient)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			const { assert!(MAX_REPRESENTATIVES >= 2, "a child has two parents") };
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
