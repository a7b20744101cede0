//! Registers the participants: accounts, institutions and affiliations.
//!
//! # Terminology
//!
//! - *Institution*: a hospital or clinic or, unless a sentence says otherwise, a health authority.
//!   The council admits it. Its account is kept offline.
//! - *Registrar*: a practitioner whose affiliation with an institution has the role
//!   [`Role::Registrar`]. Manages the institution's people from day to day.
//! - *Custodian*: the daemon that keeps an institution's key shares. It signs with an account of its
//!   own, which is not enrolled: it counts through its institution.
//! - *Affiliation*: a practitioner's work at an institution, with a role, a period and care teams.
//!
//! # Scenarios
//!
//! *A patient enrols.* The hospital's terminal shows the patient's wallet a text
//! ([`enrolment_text`]). The wallet signs it. A registrar sends it with [`Call::enrol`]. A key that
//! did not sign cannot be enrolled. The signature is valid once, before its expiry, and only for
//! this institution, kind, encryption key and chain.
//!
//! *A physician starts, and leaves.* The registrar enrols and affiliates; the authority attests the
//! licence. When the affiliation ends, so does every permit that was given to it.
//!
//! *A key is lost.* The registrar disables its signing. The account still takes part, but the
//! lost key cannot send transactions. Later another key signs for the account
//! ([`vouchsafe_support::Keys`]).
//!
//! *A patient dies or leaves.* The account's status says so. A death takes two of the staff
//! ([`Call::declare_deceased`]). If it is taken back, executors do not represent the patient any more
//! ([`vouchsafe_support::Representation`]). Accounts are never removed: what they signed remains verifiable, and
//! their nonces cannot be replayed.
//!
//! *A custodian is replaced.* The institution names another account, which has signed that it wants to
//! be ([`custodian_text`]). The old one can no longer sign.
//!
//! *Two of the staff agree.* A registrar and an attested clinician make the same call, for what one
//! person alone must not do. [`vouchsafe_support::Staff`] says so to the other pallets too.
//!
//! # Data structures
//!
//! [`Accounts`], [`Institutions`], [`ActiveInstitutions`], [`CustodianAccounts`], [`Affiliations`],
//! [`AffiliatedWith`], [`StaffProposals`]. [`Config::Currency`] has no price: an enrolled account gets
//! an allowance for the deposits of multisigs.
//!
//! # API
//!
//! The calls, and for the other pallets [`vouchsafe_support::Enrolment`], [`vouchsafe_support::Staff`] and
//! [`vouchsafe_support::Wards`].
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

mod affiliation;
mod authorisation;
mod genesis;
mod lookups;
mod registration;
mod staff;
mod standing;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
mod url;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use lookups::MAX_LISTED;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{
	pallet_prelude::*,
	traits::{
		fungible::{Inspect, Mutate},
		UnixTime,
	},
	DefaultNoBound,
};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::MultiSignature;
use vouchsafe_primitives::*;
use vouchsafe_support::{Admission, AuditLog, Consortium, Keys, Representation};

/// The allowance's amount.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<AccountId>>::Balance;

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// The time.
		type Time: UnixTime;
		/// The currency of deposits.
		type Currency: Mutate<AccountId>;
		/// The patients' logs.
		type Audit: AuditLog;
		/// Who signed the transaction that is being dispatched.
		type Admission: Admission;
		/// The council's seats and the validators.
		type Consortium: Consortium;
		/// Which keys sign for which accounts.
		type Keys: Keys;
		/// Who represents patients.
		type Representation: Representation;
		/// How much an account gets for deposits.
		#[pallet::constant]
		type Allowance: Get<BalanceOf<Self>>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// Everyone who takes part or has taken part.
	#[pallet::storage]
	pub type Accounts<T> = StorageMap<_, Blake2_128Concat, AccountId, Account>;

	/// The institutions and authorities.
	#[pallet::storage]
	pub type Institutions<T> = StorageMap<_, Blake2_128Concat, AccountId, Institution>;

	/// The institution whose custodian signs with this account.
	#[pallet::storage]
	pub type CustodianAccounts<T> = StorageMap<_, Blake2_128Concat, AccountId, AccountId>;

	/// Practitioners' affiliations with institutions, including past ones.
	#[pallet::storage]
	pub type Affiliations<T> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Blake2_128Concat, AccountId, Affiliation>;

	/// What one of an institution's staff has proposed and a second one has not confirmed yet, by
	/// subject and institution.
	#[pallet::storage]
	pub type StaffProposals<T> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		AccountId,
		StaffProposal,
	>;

	/// The institutions with which each practitioner has an affiliation that is accepted, and is in
	/// force or begins later. One that has ended may still be listed.
	#[pallet::storage]
	pub type AffiliatedWith<T> = StorageMap<
		_,
		Blake2_128Concat,
		AccountId,
		BoundedVec<AccountId, ConstU32<MAX_AFFILIATIONS>>,
		ValueQuery,
	>;

	/// The number of active institutions and authorities.
	#[pallet::storage]
	pub type ActiveInstitutions<T> = StorageValue<_, u32, ValueQuery>;

	/// Who takes part from the first block on.
	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Institutions and authorities.
		pub institutions: Vec<GenesisInstitution>,
		/// Everybody else.
		pub people: Vec<GenesisPerson>,
		/// Practitioners' affiliations.
		pub affiliations: Vec<GenesisAffiliation>,
		/// Nothing.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			// A chain must not start from a genesis that its own rules would refuse.
			if let Err(error) = Pallet::<T>::build_genesis(self) {
				panic!("enrolment's genesis is wrong: {error:?}");
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An institution or authority was admitted.
		InstitutionAdmitted {
			/// Its account.
			institution: AccountId,
			/// Which of the two it is.
			kind: AccountKind,
		},
		/// An institution named its custodian.
		CustodianSet {
			/// Which institution.
			institution: AccountId,
			/// With which account the custodian signs.
			account: AccountId,
		},
		/// An account was enrolled.
		Enrolled {
			/// The account.
			account: AccountId,
			/// What it is.
			kind: AccountKind,
			/// By which institution.
			institution: AccountId,
		},
		/// An account changed its encryption key.
		EncryptionKeySet {
			/// Which account.
			account: AccountId,
			/// The key.
			key: EncryptionKey,
		},
		/// An account's status was set.
		StatusSet {
			/// Which account.
			account: AccountId,
			/// Its status now.
			status: Status,
		},
		/// An account's signing was disabled, or enabled again.
		SigningDisabledSet {
			/// Which account.
			account: AccountId,
			/// Since when it is disabled, if it is now.
			since: Option<Moment>,
		},
		/// A practitioner was affiliated with an institution.
		Affiliated {
			/// The institution.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
			/// As what.
			role: Role,
			/// From when on.
			from: Moment,
			/// Until when, exclusive.
			until: Option<Moment>,
		},
		/// An affiliation ended.
		AffiliationEnded {
			/// The institution.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
		},
		/// An authority attested a practitioner's licence.
		LicenceAttested {
			/// The institution of the affiliation.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
			/// Which authority.
			authority: AccountId,
		},
		/// A practitioner joined a care team.
		TeamJoined {
			/// The institution.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
			/// Which team.
			team: TeamId,
		},
		/// A practitioner left a care team.
		TeamLeft {
			/// The institution.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
			/// Which team.
			team: TeamId,
		},
		/// How many accounts an institution may enrol was set.
		CapSet {
			/// Which institution.
			institution: AccountId,
			/// How many.
			cap: u32,
		},
		/// One of an institution's staff proposed something, and a second one has to confirm it.
		StaffProposed {
			/// About whom.
			subject: AccountId,
			/// For which institution.
			institution: AccountId,
			/// Who proposed it.
			by: AccountId,
		},
		/// A practitioner accepted an affiliation.
		AffiliationAccepted {
			/// The institution.
			institution: AccountId,
			/// The practitioner.
			practitioner: AccountId,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is not enrolled.
		NotEnrolled,
		/// The account is already enrolled, or it is another account's key.
		AlreadyEnrolled,
		/// The account is not active.
		NotActive,
		/// The account is not an active institution or authority.
		NotInstitution,
		/// The account is not an active authority.
		NotAuthority,
		/// The account is not an active practitioner.
		NotPractitioner,
		/// The caller is neither the institution nor one of its registrars.
		NotRegistrar,
		/// The call concerns a registrar: only the institution itself may make it.
		InstitutionOnly,
		/// This call does not accept accounts of this kind.
		KindNotAllowed,
		/// The name is empty or not UTF-8.
		InvalidName,
		/// The country is not two capital letters.
		InvalidCountry,
		/// The URL is not `http://` or `https://`, a host, and perhaps a port and a path. It must have
		/// no user, query or fragment.
		InvalidUrl,
		/// The account is already that of a custodian.
		CustodianAccountTaken,
		/// The institution has enrolled as many accounts as it may.
		CapReached,
		/// The enrollee's or the custodian's signature has expired.
		EnrolmentExpired,
		/// The signature is not the enrollee's over this enrolment, or not the custodian's over this
		/// registration.
		InvalidSignature,
		/// The status is final: only Root can change it, or two of the staff for a death.
		StatusIsFinal,
		/// Only patients can have this status.
		StatusNotForKind,
		/// The period is empty: it ends before it begins.
		InvalidPeriod,
		/// The end is not in the future.
		AlreadyExpired,
		/// The practitioner has no current affiliation with the institution.
		NotAffiliated,
		/// The affiliation has another role.
		OtherRole,
		/// The practitioner is already in the team.
		AlreadyInTeam,
		/// The practitioner is not in the team.
		NotInTeam,
		/// The practitioner is in as many teams as an affiliation allows.
		TooManyTeams,
		/// The caller is not one of the institution's staff that can agree to this: a registrar or an
		/// attested clinician, or, for a consent, an attested clinician.
		NotStaff,
		/// The one who proposed this, or who signed for that one, cannot confirm it.
		SameStaff,
		/// Both are registrars, or both are clinicians: it takes one of each.
		SamePart,
		/// The institution has caused as many lines in the patient's log as are allowed on one day.
		TooManyLines,
		/// The patient does not count as deceased.
		NotDeceased,
		/// It is too late for the staff to take the death back: only Root can.
		TooLate,
		/// The practitioner has as many affiliations, in force or waiting, as are allowed.
		TooManyAffiliations,
		/// The affiliation does not wait for the practitioner to accept it.
		NotWaiting,
		/// The key cannot be in doubt since then: it is in the future, or longer ago than is allowed.
		InvalidSince,
		/// The institution is a validator. It can be suspended, and ended when others validate instead.
		StillAValidator,
		/// The patient has no key.
		NoKey,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::Allowance::get() >= T::Currency::minimum_balance(),
				"the allowance can be held"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Admit an institution or authority, which may enrol up to `cap` accounts.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Errors
		///
		/// - [`Error::KindNotAllowed`]: the kind is neither institution nor authority.
		/// - [`Error::InvalidName`].
		/// - [`Error::InvalidCountry`].
		/// - [`Error::AlreadyEnrolled`].
		/// - [`Error::CustodianAccountTaken`].
		///
		/// ## Events
		///
		/// - [`Event::InstitutionAdmitted`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::admit_institution())]
		pub fn admit_institution(
			origin: OriginFor<T>,
			account: AccountId,
			kind: AccountKind,
			name: BoundedVec<u8, ConstU32<MAX_NAME>>,
			country: Country,
			cap: u32,
			encryption_key: EncryptionKey,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_admit(account, kind, name, country, cap, encryption_key)
		}

		/// Set the caller's custodian.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the institution.
		///
		/// ## Details
		///
		/// The account of the custodian before may no longer sign, and is free again. The
		/// custodian's signature is over [`custodian_text`] between `<Bytes>` and `</Bytes>`, so that
		/// nobody names another's account.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::InvalidUrl`].
		/// - [`Error::EnrolmentExpired`].
		/// - [`Error::InvalidSignature`].
		/// - [`Error::AlreadyEnrolled`]: the custodian's account is enrolled.
		/// - [`Error::CustodianAccountTaken`].
		///
		/// ## Events
		///
		/// - [`Event::CustodianSet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_custodian())]
		pub fn set_custodian(
			origin: OriginFor<T>,
			url: BoundedVec<u8, ConstU32<MAX_URL>>,
			account: AccountId,
			key: EncryptionKey,
			expires: Moment,
			signature: MultiSignature,
		) -> DispatchResult {
			Self::do_sign_up(origin, Custodian { url, account, key }, expires, signature)
		}

		/// Enrol a practitioner, patient, person or researcher for an institution.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the institution or one of its registrars.
		///
		/// ## Details
		///
		/// The enrollee's own signature is over [`enrolment_text`] between `<Bytes>` and
		/// `</Bytes>`. The account gets the allowance.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::KindNotAllowed`]: institutions and authorities are admitted instead.
		/// - [`Error::EnrolmentExpired`].
		/// - [`Error::InvalidSignature`].
		/// - [`Error::AlreadyEnrolled`].
		/// - [`Error::CustodianAccountTaken`].
		/// - [`Error::CapReached`].
		///
		/// ## Events
		///
		/// - [`Event::Enrolled`]. In a patient's log: `Enrolled`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::enrol())]
		pub fn enrol(
			origin: OriginFor<T>,
			institution: AccountId,
			account: AccountId,
			kind: AccountKind,
			encryption_key: EncryptionKey,
			expires: Moment,
			signature: MultiSignature,
		) -> DispatchResult {
			let enrollee = (account, kind, encryption_key);
			Self::do_enrol_signed(origin, institution, enrollee, expires, signature)
		}

		/// Set the caller's encryption key, to which secrets are sealed from now on.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the account.
		///
		/// ## Errors
		///
		/// - [`Error::NotActive`].
		///
		/// ## Events
		///
		/// - [`Event::EncryptionKeySet`]. In a patient's log: `EncryptionKeySet`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_encryption_key())]
		pub fn set_encryption_key(origin: OriginFor<T>, key: EncryptionKey) -> DispatchResult {
			Self::do_set_encryption_key(origin, key)
		}

		/// Set an account's status.
		///
		/// ## Dispatch Origin
		///
		/// Root, or Signed by the institution that enrolled the account or one of its registrars.
		/// For an institution, Root.
		///
		/// ## Details
		///
		/// Only Root can merge or close an account, and only Root can make an account active again
		/// that was merged or closed, or that has ended and is not a patient's. A death takes two of the staff:
		/// `declare_deceased`. An institution that is suspended or ended loses its seat in the council,
		/// unless fewer than four would remain; it can be ended only when it is no validator any more. If a
		/// patient does not count as deceased any more, nobody is the patient's executor any more.
		///
		/// ## Errors
		///
		/// - [`Error::NotEnrolled`].
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::InstitutionOnly`].
		/// - [`Error::StatusNotForKind`].
		/// - [`Error::StatusIsFinal`].
		/// - [`Error::TooManyLines`]: unless an active account is taken out of use.
		/// - [`Error::StillAValidator`].
		///
		/// ## Events
		///
		/// - [`Event::StatusSet`]. In a patient's log: `StatusSet`.
		#[pallet::call_index(4)]
		#[pallet::weight({
			// No account is an institution's and a patient's.
			let seat = T::Consortium::remove_seat_weight();
			T::WeightInfo::set_status().saturating_add(seat.max(T::Representation::on_revived_weight()))
		})]
		pub fn set_status(
			origin: OriginFor<T>,
			account: AccountId,
			status: Status,
		) -> DispatchResultWithPostInfo {
			let weight = Self::do_set_status(origin, account, status)?;
			Ok(Some(T::WeightInfo::set_status().saturating_add(weight)).into())
		}

		/// Disable an account's signing, because its key is lost or stolen, or enable it again.
		///
		/// ## Dispatch Origin
		///
		/// As for `set_status`.
		///
		/// ## Details
		///
		/// `since` says since when the key may be in other hands, at most [`MAX_DOUBT`] ago; `None`
		/// enables signing. What was permitted with a patient's key from then until it is enabled
		/// again does not count, unless the patient confirms it later. Disabling it again can only
		/// make that moment an earlier one. A change of key that the account had begun itself does not
		/// come about.
		///
		/// ## Errors
		///
		/// - [`Error::NotEnrolled`].
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::InstitutionOnly`].
		/// - [`Error::InvalidSince`].
		/// - [`Error::NoKey`].
		/// - [`Error::TooManyLines`]: unless an enabled key is disabled.
		///
		/// ## Events
		///
		/// - [`Event::SigningDisabledSet`]. In a patient's log: `SigningDisabled`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::set_signing_disabled())]
		pub fn set_signing_disabled(
			origin: OriginFor<T>,
			account: AccountId,
			since: Option<Moment>,
		) -> DispatchResult {
			Self::do_set_signing_disabled(origin, account, since)
		}

		/// Affiliate a practitioner with an institution, or change the affiliation.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the institution or one of its registrars. If the role is or was that of a
		/// registrar, by the institution.
		///
		/// ## Details
		///
		/// An affiliation that has begun keeps its beginning; another one does not begin in the past. The
		/// attestation remains as long as the role does. The teams remain if the affiliation had not
		/// ended. If another institution enrolled the practitioner, the affiliation counts
		/// for nothing until the practitioner accepts it; another role has to be accepted again. A
		/// practitioner has at most [`MAX_AFFILIATIONS`] that are accepted and have not ended.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::InstitutionOnly`].
		/// - [`Error::NotPractitioner`].
		/// - [`Error::AlreadyExpired`].
		/// - [`Error::InvalidPeriod`].
		/// - [`Error::TooManyAffiliations`].
		///
		/// ## Events
		///
		/// - [`Event::Affiliated`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::affiliate())]
		pub fn affiliate(
			origin: OriginFor<T>,
			institution: AccountId,
			practitioner: AccountId,
			role: Role,
			from: Moment,
			until: Option<Moment>,
		) -> DispatchResult {
			Self::do_affiliate(origin, institution, practitioner, role, from, until)
		}

		/// End an affiliation now.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the institution or one of its registrars. For a registrar, by the
		/// institution. The practitioner can decline an affiliation that waits to be accepted.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::InstitutionOnly`].
		///
		/// ## Events
		///
		/// - [`Event::AffiliationEnded`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::end_affiliation())]
		pub fn end_affiliation(
			origin: OriginFor<T>,
			institution: AccountId,
			practitioner: AccountId,
		) -> DispatchResult {
			Self::do_end(origin, institution, practitioner)
		}

		/// Attest that a practitioner is licensed for the role of an affiliation.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an authority.
		///
		/// ## Details
		///
		/// The authority names the role, so that nobody changes it meanwhile.
		///
		/// ## Errors
		///
		/// - [`Error::NotAuthority`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::OtherRole`].
		///
		/// ## Events
		///
		/// - [`Event::LicenceAttested`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::attest_licence())]
		pub fn attest_licence(
			origin: OriginFor<T>,
			institution: AccountId,
			practitioner: AccountId,
			role: Role,
		) -> DispatchResult {
			Self::do_attest(origin, institution, practitioner, role)
		}

		/// Add a practitioner to one of the institution's care teams.
		///
		/// ## Dispatch Origin
		///
		/// As for `end_affiliation`.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::InstitutionOnly`].
		/// - [`Error::AlreadyInTeam`].
		/// - [`Error::TooManyTeams`].
		///
		/// ## Events
		///
		/// - [`Event::TeamJoined`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::join_team())]
		pub fn join_team(
			origin: OriginFor<T>,
			institution: AccountId,
			practitioner: AccountId,
			team: TeamId,
		) -> DispatchResult {
			Self::do_join(origin, institution, practitioner, team)
		}

		/// Remove a practitioner from one of the institution's care teams.
		///
		/// ## Dispatch Origin
		///
		/// As for `end_affiliation`.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		/// - [`Error::NotRegistrar`].
		/// - [`Error::NotAffiliated`].
		/// - [`Error::InstitutionOnly`].
		/// - [`Error::NotInTeam`].
		///
		/// ## Events
		///
		/// - [`Event::TeamLeft`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::leave_team())]
		pub fn leave_team(
			origin: OriginFor<T>,
			institution: AccountId,
			practitioner: AccountId,
			team: TeamId,
		) -> DispatchResult {
			Self::do_leave(origin, institution, practitioner, team)
		}

		/// Set how many accounts an institution may enrol.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Details
		///
		/// Accounts that are already enrolled remain.
		///
		/// ## Errors
		///
		/// - [`Error::NotInstitution`].
		///
		/// ## Events
		///
		/// - [`Event::CapSet`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::set_cap())]
		pub fn set_cap(origin: OriginFor<T>, institution: AccountId, cap: u32) -> DispatchResult {
			ensure_root(origin)?;
			Institutions::<T>::try_mutate(&institution, |entry| {
				entry.as_mut().ok_or(Error::<T>::NotInstitution)?.cap = cap;
				Self::deposit_event(Event::CapSet { institution: institution.clone(), cap });
				Ok(())
			})
		}

		/// Say that a patient is deceased.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a registrar and by an attested clinician of the institution that enrolled the
		/// patient, each once.
		///
		/// ## Details
		///
		/// The first call proposes it. The second, within [`PROPOSAL_LIFETIME`], sets the status.
		///
		/// ## Errors
		///
		/// - [`Error::StatusNotForKind`].
		/// - [`Error::StatusIsFinal`].
		/// - [`Error::NotStaff`].
		/// - [`Error::SameStaff`].
		/// - [`Error::SamePart`].
		///
		/// ## Events
		///
		/// - [`Event::StaffProposed`], then [`Event::StatusSet`]. In the patient's log:
		///   `StaffProposed`, then `StatusSet`.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::declare_deceased())]
		pub fn declare_deceased(origin: OriginFor<T>, patient: AccountId) -> DispatchResult {
			Self::do_declare_deceased(origin, patient)
		}

		/// Take back that a patient is deceased, within [`DECEASED_UNDO`]: the account is active
		/// again.
		///
		/// ## Dispatch Origin
		///
		/// As for `declare_deceased`.
		///
		/// ## Details
		///
		/// Nobody is the patient's executor any more.
		///
		/// ## Errors
		///
		/// - [`Error::StatusNotForKind`].
		/// - [`Error::NotDeceased`].
		/// - [`Error::TooLate`].
		/// - [`Error::NotStaff`].
		/// - [`Error::SameStaff`].
		/// - [`Error::SamePart`].
		///
		/// ## Events
		///
		/// - As for `declare_deceased`.
		#[pallet::call_index(13)]
		#[pallet::weight(
			T::WeightInfo::declare_deceased().saturating_add(T::Representation::on_revived_weight())
		)]
		pub fn take_death_back(
			origin: OriginFor<T>,
			patient: AccountId,
		) -> DispatchResultWithPostInfo {
			let is_done = Self::do_take_death_back(origin, patient)?;
			Ok((!is_done).then(T::WeightInfo::declare_deceased).into())
		}

		/// Accept an affiliation with an institution that did not enrol the caller.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the practitioner.
		///
		/// ## Errors
		///
		/// - [`Error::NotAffiliated`].
		/// - [`Error::NotWaiting`].
		/// - [`Error::TooManyAffiliations`].
		///
		/// ## Events
		///
		/// - [`Event::AffiliationAccepted`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::accept_affiliation())]
		pub fn accept_affiliation(origin: OriginFor<T>, institution: AccountId) -> DispatchResult {
			Self::do_accept(origin, institution)
		}
	}
}
