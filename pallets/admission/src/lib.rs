//! Which transactions are admitted: who may sign, how much each may send, and which go first.
//!
//! # Terminology
//!
//! - *Quota*: the execution time and bytes that an account may use in a *window*. It replaces a fee.
//! - *Share*: the quota of an institution and of everybody whom it enrolled. All active institutions
//!   have the same: the fair part ([`Config::FairPart`]) of what a window can hold
//!   ([`Config::Capacity`]), divided by their number. A quarter of it is reserved in addition: an
//!   eighth for the custodian's acknowledgements, and a sixteenth each for the registrars and for
//!   the institution's own account ([`Lane`]). Another sixteenth is for contributing people to
//!   studies, after everything else. An account gets at most an eighth of the share.
//!   The people of an institution that is not active have an eighth of a share ([`OF_INACTIVE`]).
//! - *Window*: a fixed part of the chain's time, such as five minutes. Windows follow each other
//!   without a gap, so a quota is full again at the first moment of the next one.
//! - *Signer*: the account whose key signed the transaction: the first one, or the one that has replaced
//!   it. In a call of a multisig or a representative it is another account than the origin.
//!
//! # Scenarios
//!
//! *Somebody unknown floods a node.* [`CheckEnrolled`] refuses each transaction before the pool has
//! it, for two reads of state.
//!
//! *A hospital's system sends calls in a loop.* An eighth of the hospital's share is used up. Its
//! calls are refused until the next window. Everybody else can continue.
//!
//! *A hospital floods the chain with a thousand patients that it enrolled for that.* They use up its
//! share. The other hospitals' shares remain, its own registrars can still suspend the patients, and
//! its custodian can still acknowledge.
//!
//! *A patient with a spent quota revokes a consent.* The revocation is admitted, and it goes before
//! nearly every other transaction, as long as the institution's patients do not revoke in great numbers.
//!
//! *A registrar's software has sent a hundred calls, and the registrar must suspend somebody now.*
//! Calls of one account are included in the order of their nonces. But the pool replaces a waiting
//! call by one of higher priority with the same nonce. So the client signs the urgent call with the
//! nonce that is next on the chain, and sends the replaced call again.
//!
//! *A representative revokes a consent of the patient's.* It is admitted as if the patient revoked it, but
//! the quota and the nonce are the representative's.
//!
//! *Several accounts sign together.* The quota of each signer counts for its own transaction, and a
//! patient's log names signer and origin, because the signer is known during the dispatch
//! ([`Signer`]).
//!
//! # Data structures
//!
//! [`Usage`] of each account and [`Shares`] of each institution in the latest window; [`Signer`], set
//! only while a transaction is dispatched.
//!
//! # API
//!
//! There are no calls. [`CheckEnrolled`] is a transaction extension. Other pallets use
//! [`vouchsafe_support::Admission`].
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

mod charge;
pub mod extension;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use charge::Charge;
pub use extension::{
	codes, priorities, CheckEnrolled, FREE_REVOCATIONS, LIGHT, MAX_AHEAD, OF_INACTIVE, PRIORITISED,
};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{pallet_prelude::*, traits::UnixTime};
use frame_system::pallet_prelude::*;
use sp_runtime::{Perbill, SaturatedConversion};
use vouchsafe_primitives::{AccountId, Moment};
use vouchsafe_support::{Admission, Enrolment, Keys};

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Who takes part.
		type Enrolment: Enrolment;
		/// Which keys sign for which accounts.
		type Keys: Keys;
		/// The time.
		type Time: UnixTime;
		/// Tells a call's class.
		type CallClass: CallClass<Self::RuntimeCall>;
		/// Length of a quota's window, in seconds.
		#[pallet::constant]
		type Window: Get<Moment>;
		/// What the blocks of a window can hold: execution time of normal calls, and bytes.
		#[pallet::constant]
		type Capacity: Get<Quota>;
		/// The part of it that all institutions may use together. Each may use as much as any
		/// other.
		#[pallet::constant]
		type FairPart: Get<Perbill>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// What an account used in its latest window.
	#[pallet::storage]
	pub type Usage<T> = StorageMap<_, Blake2_128Concat, AccountId, AccountUsage, ValueQuery>;

	/// What an institution and everybody whom it enrolled used in its latest window.
	#[pallet::storage]
	pub type Shares<T> = StorageMap<_, Blake2_128Concat, AccountId, ShareUsage, ValueQuery>;

	/// The account whose key signed the transaction that is being dispatched.
	#[pallet::storage]
	pub type Signer<T> = StorageValue<_, AccountId>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::Window::get() > 0, "a window lasts some time");
			let all = T::Capacity::get().part(T::FairPart::get());
			assert!(all.weight > 0 && all.bytes > 0, "a window allows something");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The number of the window that the chain's time is in now. In a block that is the block's
	/// time; in the pool it is the time of the best block.
	pub fn window() -> u32 {
		let now = T::Time::now().as_secs();
		now.checked_div(T::Window::get()).unwrap_or_default().saturated_into()
	}

	/// What an institution and everybody whom it enrolled may use in a window.
	pub fn share() -> Quota {
		let institutions = T::Enrolment::active_institutions().max(1);
		T::Capacity::get().part(T::FairPart::get()).over(institutions)
	}

	/// Nobody signs outside of a dispatch, and what is kept of a quota was used.
	#[cfg(any(feature = "try-runtime", test))]
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(Signer::<T>::get().is_none(), "a signer is noted outside of a dispatch");
		for usage in Usage::<T>::iter_values() {
			ensure!(
				usage.used != Quota::default() || usage.revocations > 0,
				"a usage of nothing is stored"
			);
		}
		Ok(())
	}
}

impl<T: Config> Admission for Pallet<T> {
	fn signer() -> Option<AccountId> {
		Signer::<T>::get()
	}
}
