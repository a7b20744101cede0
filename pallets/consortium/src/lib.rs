//! Gives Root to motions of three quarters of the council's seats. There is no other Root.
//!
//! # Terminology
//!
//! - *Seat*: an institution's or authority's place in the council (pallet-collective).
//! - *Motion*: a call that the council votes on. An accepted motion is dispatched with the origin
//!   "n of m seats", never as Root.
//!
//! # Scenario
//!
//! Three of four seats vote for the motion `dispatch_as_root(admit_institution(..))`. The council
//! dispatches it with the number of votes. This pallet checks that they are enough and dispatches
//! the inner call as Root. With two of four votes the same motion is refused as `BadOrigin`. A seat
//! that does not vote counts as no: the share is of all seats, and the runtime's council must not
//! have a default vote.
//!
//! # API
//!
//! [`Call::dispatch_as_root`]. There is no storage.
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

pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{
		dispatch::{extract_actual_weight, GetDispatchInfo, RawOrigin},
		pallet_prelude::*,
		traits::UnfilteredDispatchable,
	};
	use frame_system::pallet_prelude::OriginFor;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The runtime's calls.
		type RuntimeCall: Parameter
			+ UnfilteredDispatchable<RuntimeOrigin = Self::RuntimeOrigin>
			+ GetDispatchInfo;
		/// An accepted motion of enough seats.
		type MotionOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A motion's call was dispatched as Root.
		Dispatched {
			/// What became of it.
			result: DispatchResult,
		},
	}

	#[pallet::call]
	#[deny(clippy::expect_used)]
	impl<T: Config> Pallet<T> {
		/// Dispatch `call` as Root.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::MotionOrigin`]: a motion of three quarters of the seats.
		///
		/// ## Details
		///
		/// No call filter applies. A call that fails is rolled back by itself; the motion counts as
		/// executed.
		///
		/// ## Events
		///
		/// - [`Event::Dispatched`].
		#[pallet::call_index(0)]
		#[pallet::weight({
			let info = call.get_dispatch_info();
			(T::WeightInfo::dispatch_as_root().saturating_add(info.call_weight), info.class)
		})]
		pub fn dispatch_as_root(
			origin: OriginFor<T>,
			call: Box<<T as Config>::RuntimeCall>,
		) -> DispatchResultWithPostInfo {
			T::MotionOrigin::ensure_origin(origin)?;

			let info = call.get_dispatch_info();
			let result = call.dispatch_bypass_filter(RawOrigin::Root.into());
			let weight = T::WeightInfo::dispatch_as_root()
				.saturating_add(extract_actual_weight(&result, &info));
			Self::deposit_event(Event::Dispatched {
				result: result.map(|_| ()).map_err(|failed| failed.error),
			});
			Ok(Some(weight).into())
		}
	}
}
