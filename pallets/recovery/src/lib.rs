//! # Recovery
//!
//! Keys that accounts get in place of their first one. An account outlives its key: what is stored under
//! its name stays there, and another key signs for it.
//!
//! ## Terminology
//!
//! - **Key**: a public key of sr25519, by its account id. The first key of an account has the account's own
//!   name. A key signs for one account, once and for ever: a key that was **replaced** signs nothing any
//!   more.
//! - **Guardians**: two to seven people whom the account trusts. A number of them, the **threshold**,
//!   together give it a new key. The chain has a salted hash of their list, so it does not tell who they
//!   are before they are needed.
//! - **Change of key**: the account itself names its next key, with the present one.
//! - **Attempt**: guardians, or the institution that enrolled the account with an authority, name a key for
//!   an account whose own key is lost. It **lapses** if it is not completed or finished in time.
//! - **In doubt**: the key counts as lost or stolen at that time. Guardians who were named then do not
//!   count.
//!
//! ## Scenarios
//!
//! 1. A patient has a new phone: [`change_key`](Pallet::change_key), and [`Config::KeyDelay`] later
//!    [`finish`](Pallet::finish).
//! 2. A patient loses the phone. One guardian begins an [`attempt`](Pallet::attempt) for the key of the new
//!    phone, which reveals the list, and others [`approve`](Pallet::approve) this key. When
//!    enough have approved, [`Config::RecoveryDelay`] begins. After it any active account can
//!    [`finish`](Pallet::finish).
//! 3. A patient without guardians shows an identity card at the front desk. A registrar and a clinician
//!    [`propose`](Pallet::propose) the key with the same content, and an authority
//!    [`attest`](Pallet::attest)s it.
//! 4. Guardians, or a hospital, try to take over an account. The patient reads it in the log and
//!    [`object`](Pallet::object)s with the present key: the guardians' attempt ends. The hospital's needs
//!    one attestation more, so that somebody who only stole the phone cannot stop it.
//! 5. A thief changes key and guardians at once. The hospital disables the key since the theft: the change
//!    of key ends, and the thief's guardians do not count.
//! 6. An institution loses its key: the council gives it another one ([`set_key`](Pallet::set_key)).
//!
//! ## Data structures
//!
//! [`Keys`] says of each key that is not an account's first one, or is no longer one, for which account it
//! signs or that it was replaced. [`PresentKeys`] is the way back. [`GuardiansOf`], [`Changes`] and
//! [`Attempts`] have one entry an account. Times are compared when they are read, and nothing iterates.
//!
//! ## API
//!
//! The calls, and [`vouchsafe_support::Keys`] and [`vouchsafe_support::KeyHistory`] for the other pallets.
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

mod attestation;
mod guardians;
mod lookups;
mod replacement;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_core::H256;
use sp_runtime::MultiSignature;
use vouchsafe_primitives::*;
use vouchsafe_support::{Admission, AuditLog, Enrolment, Representation, Staff};

#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[allow(clippy::too_many_arguments, reason = "a new key is four of them")]
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
		/// What takes two of an institution's staff.
		type Staff: Staff;
		/// The patients' logs.
		type AuditLog: AuditLog;
		/// Who signed the transaction that is being dispatched.
		type Admission: Admission;
		/// Who represents patients.
		type Representation: Representation;
		/// The time.
		type Time: UnixTime;
		/// How long a new key waits after guardians or an authority have agreed to it, and how long
		/// guardians who replace others wait, in seconds.
		type RecoveryDelay: Get<Moment>;
		/// How long a change of key waits that the account began itself, in seconds.
		type KeyDelay: Get<Moment>;
		/// How long an attempt waits for approvals or attestations, and when it has them, for somebody to
		/// finish it, in seconds.
		type AttemptLifetime: Get<Moment>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// What is known of each key that is not, or no longer, the key of the account of its own name. No entry
	/// is ever removed: a key that was replaced never signs again.
	#[pallet::storage]
	pub type Keys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, KeyState>;

	/// The key that signs for an account, if it is not the account's first one.
	#[pallet::storage]
	pub type PresentKeys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, AccountId>;

	/// The guardians of each account that has named some.
	#[pallet::storage]
	pub type GuardiansOf<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, GuardianSets, ValueQuery>;

	/// The changes of key that accounts have begun themselves.
	#[pallet::storage]
	pub type Changes<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, KeyChange>;

	/// The attempts to give accounts new keys. One that has lapsed is kept until another replaces it.
	#[pallet::storage]
	pub type Attempts<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Attempt>;

	/// Which guardians have begun an attempt for each account. Each does so once while that counts, unless the
	/// account objects or gets a new key.
	#[pallet::storage]
	pub type Begun<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, BegunBy>;

	/// The two of the staff who proposed the key of each account's institution's attempt.
	#[pallet::storage]
	pub type Proposers<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, (AccountId, AccountId)>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account named guardians.
		GuardiansSet {
			/// Which account.
			account: AccountId,
			/// From when on they count.
			from: Moment,
		},
		/// An account began to change its key.
		KeyChangeBegan {
			/// Which account.
			account: AccountId,
			/// The new key.
			key: AccountId,
			/// From when on it can be finished.
			from: Moment,
		},
		/// A change of key that an account had begun does not come about.
		KeyChangeEnded {
			/// Which account.
			account: AccountId,
			/// The key that it does not get.
			key: AccountId,
		},
		/// A guardian began an attempt, and approved its key.
		RecoveryBegan {
			/// For which account.
			account: AccountId,
			/// The new key.
			key: AccountId,
			/// The guardian.
			guardian: AccountId,
		},
		/// Another guardian approved the key of an attempt.
		RecoveryApproved {
			/// For which account.
			account: AccountId,
			/// The new key.
			key: AccountId,
			/// The guardian.
			guardian: AccountId,
			/// From when on it can be finished, if enough have approved.
			from: Option<Moment>,
		},
		/// Two of an institution's staff agreed on a new key. An authority has to attest it.
		RecoveryProposed {
			/// For which account.
			account: AccountId,
			/// The new key.
			key: AccountId,
			/// The institution.
			institution: AccountId,
		},
		/// An authority attested the key of an attempt.
		RecoveryAttested {
			/// For which account.
			account: AccountId,
			/// The new key.
			key: AccountId,
			/// Which authority.
			authority: AccountId,
			/// From when on it can be finished. Nothing if it has to be attested once more.
			from: Option<Moment>,
		},
		/// The account objected to an attempt.
		RecoveryObjected {
			/// Which account.
			account: AccountId,
			/// The key of the attempt.
			key: AccountId,
			/// Whether the attempt has ended. If not, it takes one attestation more.
			ended: bool,
		},
		/// An account has another key.
		KeyReplaced {
			/// Which account.
			account: AccountId,
			/// The key that signs for it now.
			key: AccountId,
			/// The key that signs nothing any more.
			replaced: AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The caller is not enrolled or not active.
		CallerNotActive,
		/// The account is not active.
		NotActive,
		/// An institution or authority has neither guardians nor an institution that speaks for it: Root
		/// gives it a new key.
		NotForInstitutions,
		/// The account is not an institution's or authority's.
		NotMember,
		/// There can be two to seven guardians, and two to all of them have to approve.
		InvalidThreshold,
		/// The new key's signature has expired.
		SignatureExpired,
		/// The signature is not the new key's over this text.
		InvalidKeySignature,
		/// The key already is an account's, a custodian's, or one that was replaced.
		KeyTaken,
		/// The account has no guardians in force.
		NoGuardians,
		/// The account has guardians in force: only they can give it a new key.
		HasGuardians,
		/// The list does not have as many guardians as the account has, or they are not in strictly
		/// ascending order.
		InvalidGuardians,
		/// These are not the account's guardians, or the salt is another one.
		OtherGuardians,
		/// The caller is not one of the guardians.
		NotGuardian,
		/// Nobody can approve, propose or attest a key for their own account.
		OwnAccount,
		/// The account has an attempt that is complete, or one for the same key.
		AttemptUnderWay,
		/// There is nothing under way for the account, or it has lapsed.
		NothingUnderWay,
		/// What is under way for the account is for another key.
		OtherKey,
		/// The guardian has begun an attempt before. Another guardian has to begin.
		BegunBefore,
		/// The guardian has approved this key before.
		ApprovedBefore,
		/// The account's key was in doubt when it named these guardians.
		GuardiansInDoubt,
		/// Another institution enrolled the account.
		EnrolledElsewhere,
		/// The caller is neither an active authority nor its privacy officer.
		NotForAuthority,
		/// The attempt is the guardians'. No authority attests it.
		ByGuardians,
		/// The authority proposed the key itself: another one has to attest it.
		ProposedByAuthority,
		/// The caller, or who signs for the caller, proposed the key or works for the institution that did.
		WorksForInstitution,
		/// The key has all attestations that it needs.
		AlreadyAttested,
		/// Only the account itself can object, or who represents a patient without a key.
		NotTheAccount,
		/// The account's key is disabled, so it cannot end an attempt of the guardians.
		KeyDisabled,
		/// The account has objected to this attempt before.
		AlreadyObjected,
		/// Approvals or attestations are missing.
		Incomplete,
		/// The new key cannot replace the present one yet.
		TooEarly,
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Name the caller's guardians.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active account that is not an institution's or authority's.
		///
		/// ## Details
		///
		/// `commitment` is [`guardians_commitment`] of their sorted list and a random salt. `threshold` of
		/// them have to approve a new key, and there are `count`. They count at once if the account has no
		/// guardians in force. Otherwise they count after [`Config::RecoveryDelay`], and until then those
		/// in force do. Guardians who waited are replaced.
		///
		/// ## Errors
		///
		/// - [`Error::CallerNotActive`].
		/// - [`Error::NotForInstitutions`].
		/// - [`Error::InvalidThreshold`].
		///
		/// ## Events
		///
		/// - [`Event::GuardiansSet`]. In a patient's log: `GuardiansSet`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_guardians())]
		pub fn set_guardians(
			origin: OriginFor<T>,
			commitment: H256,
			threshold: u8,
			count: u8,
		) -> DispatchResult {
			Self::do_set_guardians(ensure_signed(origin)?, commitment, threshold, count)
		}

		/// Begin to change the caller's key.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active account.
		///
		/// ## Details
		///
		/// The change can be finished after [`Config::KeyDelay`]. It replaces one that was begun before. It
		/// ends if the account objects to it, or if its signing is disabled. The signature is the new key's
		/// over [`key_text`] between `<Bytes>` and `</Bytes>`, so that nobody names a key that is not at
		/// hand.
		///
		/// ## Errors
		///
		/// - [`Error::CallerNotActive`].
		/// - [`Error::SignatureExpired`].
		/// - [`Error::InvalidKeySignature`].
		/// - [`Error::KeyTaken`].
		///
		/// ## Events
		///
		/// - [`Event::KeyChangeBegan`]. In a patient's log: `KeyChangeBegan`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::change_key())]
		pub fn change_key(
			origin: OriginFor<T>,
			key: AccountId,
			encryption_key: EncryptionKey,
			expires: Moment,
			signature: MultiSignature,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_change_key(who, SignedKey { key, encryption_key, expires, signature })
		}

		/// Begin to give an account a new key, as one of its guardians.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active guardian of the active account, who is not the account itself.
		///
		/// ## Details
		///
		/// The list and the salt are those of the guardians in force. The call counts as the caller's
		/// approval. It replaces an attempt for another key that is not complete, and any attempt that has
		/// lapsed, or whose guardians were named while the account's key was in doubt. The signature is as in
		/// [`change_key`](Pallet::change_key).
		///
		/// ## Errors
		///
		/// - [`Error::CallerNotActive`].
		/// - [`Error::OwnAccount`].
		/// - [`Error::NotActive`].
		/// - [`Error::NoGuardians`].
		/// - [`Error::InvalidGuardians`].
		/// - [`Error::OtherGuardians`].
		/// - [`Error::NotGuardian`].
		/// - [`Error::BegunBefore`].
		/// - [`Error::AttemptUnderWay`].
		/// - [`Error::SignatureExpired`].
		/// - [`Error::InvalidKeySignature`].
		/// - [`Error::KeyTaken`].
		///
		/// ## Events
		///
		/// - [`Event::RecoveryBegan`]. In a patient's log: `RecoveryBegan`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::attempt())]
		pub fn attempt(
			origin: OriginFor<T>,
			account: AccountId,
			guardians: GuardianList,
			salt: H256,
			key: AccountId,
			encryption_key: EncryptionKey,
			expires: Moment,
			signature: MultiSignature,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let new = SignedKey { key, encryption_key, expires, signature };
			Self::do_attempt(who, account, guardians, salt, new)
		}

		/// Approve the key of an attempt, as another guardian.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active guardian of the attempt who has not approved its key, and is not the
		/// account itself.
		///
		/// ## Details
		///
		/// An approval is for this key alone. When enough have approved, the attempt can be finished after
		/// [`Config::RecoveryDelay`], and the guardians who wait to replace those in force are removed.
		/// Later approvals do not prolong that.
		///
		/// ## Errors
		///
		/// - [`Error::CallerNotActive`].
		/// - [`Error::OwnAccount`].
		/// - [`Error::NotActive`].
		/// - [`Error::NothingUnderWay`].
		/// - [`Error::OtherKey`].
		/// - [`Error::NotGuardian`].
		/// - [`Error::GuardiansInDoubt`].
		/// - [`Error::OtherGuardians`]: others have replaced them.
		/// - [`Error::ApprovedBefore`].
		///
		/// ## Events
		///
		/// - [`Event::RecoveryApproved`]. In a patient's log: `RecoveryApproved`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::approve())]
		pub fn approve(origin: OriginFor<T>, account: AccountId, key: AccountId) -> DispatchResult {
			Self::do_approve(ensure_signed(origin)?, account, key)
		}

		/// Give an account without guardians a new key, as two of the staff of the institution that enrolled
		/// it.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by a registrar or an attested clinician of the institution, who is not the account
		/// itself. The first of the two proposes, and the other one confirms the same content
		/// ([`Staff::agree`]).
		///
		/// ## Details
		///
		/// `evidence` is a salted commitment to what proves who asked for the key. With the second call the
		/// attempt begins, which an authority has to [`attest`](Pallet::attest). It replaces the same
		/// attempts as in [`attempt`](Pallet::attempt), and the signature is as in
		/// [`change_key`](Pallet::change_key).
		///
		/// ## Errors
		///
		/// - [`Error::OwnAccount`].
		/// - [`Error::NotActive`].
		/// - [`Error::NotForInstitutions`].
		/// - [`Error::EnrolledElsewhere`].
		/// - [`Error::HasGuardians`].
		/// - [`Error::AttemptUnderWay`].
		/// - [`Error::SignatureExpired`].
		/// - [`Error::InvalidKeySignature`].
		/// - [`Error::KeyTaken`].
		/// - Those of [`Staff::agree`].
		///
		/// ## Events
		///
		/// - With the second call [`Event::RecoveryProposed`]. In a patient's log: `StaffProposed`, then
		///   `RecoveryProposed`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::propose())]
		pub fn propose(
			origin: OriginFor<T>,
			account: AccountId,
			institution: AccountId,
			key: AccountId,
			encryption_key: EncryptionKey,
			expires: Moment,
			signature: MultiSignature,
			evidence: H256,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let new = SignedKey { key, encryption_key, expires, signature };
			Self::do_propose(who, account, institution, new, evidence)
		}

		/// Attest the key that an institution proposed.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an active authority or its privacy officer. Neither the caller nor who signs for the
		/// caller is the account, or works for the institution. The authority is not the institution.
		///
		/// ## Details
		///
		/// The attempt can be finished after [`Config::RecoveryDelay`]. If the account has objected, it
		/// takes a second attestation.
		///
		/// ## Errors
		///
		/// - [`Error::NotForAuthority`].
		/// - [`Error::OwnAccount`].
		/// - [`Error::NotActive`].
		/// - [`Error::NothingUnderWay`].
		/// - [`Error::OtherKey`].
		/// - [`Error::ByGuardians`].
		/// - [`Error::ProposedByAuthority`].
		/// - [`Error::WorksForInstitution`].
		/// - [`Error::AlreadyAttested`].
		///
		/// ## Events
		///
		/// - [`Event::RecoveryAttested`]. In a patient's log: `RecoveryAttested`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::attest())]
		pub fn attest(
			origin: OriginFor<T>,
			authority: AccountId,
			account: AccountId,
			key: AccountId,
		) -> DispatchResult {
			Self::do_attest(ensure_signed(origin)?, authority, account, key)
		}

		/// Object to a new key.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the account. If it is a patient's who has no key: by one of the patient's representatives in
		/// force.
		///
		/// ## Details
		///
		/// - The account's own change to this key ends.
		/// - Otherwise, an attempt of the guardians for this key ends, unless the account's key is disabled.
		/// - Otherwise, an attempt of the institution for this key takes one attestation more. The account
		///   can object to it once, also with a disabled key and if it is not active.
		///
		/// ## Errors
		///
		/// - [`Error::NotTheAccount`].
		/// - [`Error::NothingUnderWay`].
		/// - [`Error::OtherKey`].
		/// - [`Error::KeyDisabled`].
		/// - [`Error::AlreadyObjected`].
		///
		/// ## Events
		///
		/// - [`Event::KeyChangeEnded`] or [`Event::RecoveryObjected`]. In a patient's log: the same.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::object())]
		pub fn object(origin: OriginFor<T>, account: AccountId, key: AccountId) -> DispatchResult {
			Self::do_object(ensure_signed(origin)?, account, key)
		}

		/// Let the new key of an account replace the present one.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by any active account. The account that gets the key is active too; its present key may
		/// be disabled.
		///
		/// ## Details
		///
		/// `key` is the new key, so that nobody finishes something else than is meant. It finishes the account's
		/// own change to this key if its time has come, and otherwise the attempt for this key. The key before
		/// signs nothing any more. If signing was disabled, it is enabled. What the account had
		/// begun itself ends. An attempt for another key remains if it was the account's own change that
		/// was finished.
		///
		/// ## Errors
		///
		/// - [`Error::CallerNotActive`].
		/// - [`Error::NotActive`].
		/// - [`Error::NothingUnderWay`].
		/// - [`Error::OtherKey`].
		/// - [`Error::Incomplete`].
		/// - [`Error::TooEarly`].
		/// - [`Error::HasGuardians`]: an institution's attempt, and the account has named guardians since.
		/// - [`Error::GuardiansInDoubt`].
		/// - [`Error::KeyTaken`]: somebody else got the key meanwhile.
		///
		/// ## Events
		///
		/// - [`Event::KeyReplaced`]. In a patient's log: `KeyReplaced`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::finish())]
		pub fn finish(origin: OriginFor<T>, account: AccountId, key: AccountId) -> DispatchResult {
			Self::do_finish(ensure_signed(origin)?, account, key)
		}

		/// Give an institution or authority a new key, at once.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Errors
		///
		/// - [`Error::NotMember`].
		/// - [`Error::KeyTaken`].
		///
		/// ## Events
		///
		/// - [`Event::KeyReplaced`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::set_key())]
		pub fn set_key(
			origin: OriginFor<T>,
			account: AccountId,
			key: AccountId,
			encryption_key: EncryptionKey,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_set_key(account, key, encryption_key)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What is known of a key. Nothing if it signs for the account of its own name, or for nobody.
		pub fn key_state(key: AccountId) -> Option<KeyState> {
			Keys::<T>::get(key)
		}

		/// The account's key, its guardians, and what is under way.
		pub fn recovery(account: AccountId) -> RecoveryView {
			Self::view(account)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			const { assert!(MAX_GUARDIANS <= u8::BITS, "each guardian's approval has a bit") };
			const { assert!(MIN_GUARDIANS >= 2, "one guardian alone would have the account") };
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
