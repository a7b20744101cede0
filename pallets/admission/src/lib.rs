//! Which transactions are admitted: who may sign, how much each may send, and which go first.
//!
//! # Terminology
//!
//! - *Quota*: the execution time and bytes that an account may use in a *window*. An institution,
//!   its custodian and its practitioners use one quota together. It replaces a fee.
//! - *Window*: a fixed part of the chain's time, such as five minutes. Windows follow each other
//!   without a gap, so a quota is full again at the first moment of the next one.
//! - *Signer*: who signed the transaction. In a multisig it is another account than the origin
//!   of the call.
//!
//! # Scenarios
//!
//! *Somebody unknown floods a node.* [`CheckEnrolled`] refuses each transaction before the pool has
//! it, for two reads of state.
//!
//! *A hospital's system sends calls in a loop.* The hospital's quota is used up. Its calls are
//! refused until the next window. Everybody else can continue.
//!
//! *A patient with a spent quota revokes a consent.* The revocation is admitted, and it goes before
//! every other transaction.
//!
//! *Several accounts sign together.* The quota of each signer counts for its own transaction, and a
//! patient's log names signer and origin, because the signer is known during the dispatch
//! ([`Signer`]).
//!
//! # Data structures
//!
//! [`Usage`] of each quota in its latest window; [`Signer`], set only while a transaction is
//! dispatched.
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

pub mod extension;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use extension::{codes, priorities, CheckEnrolled};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{pallet_prelude::*, traits::UnixTime};
use frame_system::pallet_prelude::*;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::{AccountId, Moment};
use vouchsafe_support::{Admission, Enrolment};

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
		/// The time.
		type Time: UnixTime;
		/// Tells a call's class.
		type CallClass: CallClass<Self::RuntimeCall>;
		/// Length of a quota's window, in seconds.
		#[pallet::constant]
		type Window: Get<Moment>;
		/// What an institution, its custodian and its practitioners may use together in a window.
		#[pallet::constant]
		type InstitutionQuota: Get<Quota>;
		/// What any other account may use in a window.
		#[pallet::constant]
		type PersonQuota: Get<Quota>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// What was used of a quota in its latest window.
	#[pallet::storage]
	pub type Usage<T> = StorageMap<_, Blake2_128Concat, AccountId, WindowUsage, ValueQuery>;

	/// Who signed the transaction that is being dispatched.
	#[pallet::storage]
	pub type Signer<T> = StorageValue<_, AccountId>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::Window::get() > 0, "a window lasts some time");
			for quota in [T::InstitutionQuota::get(), T::PersonQuota::get()] {
				assert!(quota.weight > 0 && quota.bytes > 0, "a quota allows something");
			}
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

	/// Nobody signs outside of a dispatch, and what is kept of a quota was used.
	#[cfg(any(feature = "try-runtime", test))]
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(Signer::<T>::get().is_none(), "a signer is noted outside of a dispatch");
		for usage in Usage::<T>::iter_values() {
			ensure!(usage.weight > 0 && usage.bytes > 0, "a usage of nothing is stored");
		}
		Ok(())
	}
}

impl<T: Config> Admission for Pallet<T> {
	fn signer() -> Option<AccountId> {
		Signer::<T>::get()
	}
}
