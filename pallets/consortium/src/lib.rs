//! Gives Root to motions of three quarters of the council's seats. There is no other Root. With such a
//! motion the council also publishes the releases of the programs that people get from its members.
//!
//! # Terminology
//!
//! - *Seat*: an institution's or authority's place in the council (pallet-collective).
//! - *Motion*: a call that the council votes on. An accepted motion is dispatched with the origin
//!   "n of m seats", never as Root.
//! - *Release*: a version of a program such as the wallet, by the hash of its manifest.
//!
//! # Scenario
//!
//! Three of four seats vote for the motion `dispatch_as_root(admit_institution(..))`. The council
//! dispatches it with the number of votes. This pallet checks that they are enough and dispatches
//! the inner call as Root. With two of four votes the same motion is refused as `BadOrigin`. A seat
//! that does not vote counts as no: the share is of all seats, and the runtime's council must not
//! have a default vote.
//!
//! *An institution is suspended after it voted, or its key is disabled.* Its vote goes with its status:
//! when the motion is dispatched, only the votes of active institutions whose keys are not disabled
//! count, and still three quarters of all seats are needed. A vote counts again once the institution
//! is active again.
//!
//! *A seat wants to block the others.* It can have [`Config::MaxMotions`] open motions.
//!
//! *A member serves another wallet than the others.* The council has published the hash of the wallet's
//! manifest. Everybody compares what a member serves with it.
//!
//! # API
//!
//! [`Call::dispatch_as_root`] and [`Call::publish`]. [`Motions`] has each seat's open motions. The
//! council calls [`Pallet::open_motion`] for each new one. [`Releases`] has what was published.
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

pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Release, Word, MAX_NAMES, MAX_RELEASES, MAX_WORD};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, ensure};

/// What the pallet has to know of the council and its seats.
pub trait Council<AccountId, Hash, Origin> {
	/// The open motions, the newest one last. 1 read.
	fn motions() -> Vec<Hash>;

	/// Whether the institution with this seat is active and its key is not disabled. 1 read.
	fn is_active(seat: &AccountId) -> bool;

	/// The origin of an open motion, if only the votes of active seats count. At most 2 reads and
	/// one for each seat.
	fn origin_in_force(motion: &Hash) -> Origin;
}

impl<T: Config> Pallet<T> {
	/// Counts the newest motion as the seat's. The council calls it while it stores that motion.
	pub fn open_motion(seat: &T::AccountId) -> DispatchResult {
		ensure!(T::Council::is_active(seat), Error::<T>::NotActive);
		let open = T::Council::motions();
		let mut own = Motions::<T>::get(seat);
		own.retain(|motion| open.contains(motion));
		if let Some(newest) = open.last() {
			own.try_push(*newest).map_err(|_| Error::<T>::TooManyMotions)?;
		}
		Motions::<T>::insert(seat, own);
		Ok(())
	}

	/// Each name has releases, which differ, and names and versions are words.
	#[cfg(any(feature = "try-runtime", test))]
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut names: u32 = 0;
		for (name, releases) in Releases::<T>::iter() {
			names = names.saturating_add(1);
			ensure!(types::is_word(&name), "a release has no name");
			ensure!(!releases.is_empty(), "a name without a release is kept");
			for (place, release) in releases.iter().enumerate() {
				ensure!(types::is_word(&release.version), "a release has no version");
				let others = releases.iter().skip(place.saturating_add(1));
				ensure!(
					others.into_iter().all(|other| other.hash != release.hash),
					"a release is kept twice"
				);
			}
		}
		ensure!(names == Releases::<T>::count() && names <= MAX_NAMES, "the names are miscounted");
		Ok(())
	}
}

/// The pallet.
#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{
		dispatch::{extract_actual_weight, GetDispatchInfo, RawOrigin},
		pallet_prelude::*,
		traits::{DefensiveResult as _, UnfilteredDispatchable},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::Hash as _;

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
			+ GetDispatchInfo
			+ From<Call<Self>>;
		/// An accepted motion of enough seats.
		type MotionOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// The council.
		type Council: Council<Self::AccountId, Self::Hash, Self::RuntimeOrigin>;
		/// How many motions of one seat can be open.
		#[pallet::constant]
		type MaxMotions: Get<u32>;
		/// The weights.
		type WeightInfo: WeightInfo;
	}

	/// A seat's motions, those that are open and some that were.
	#[pallet::storage]
	pub type Motions<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<T::Hash, T::MaxMotions>,
		ValueQuery,
	>;

	/// Published releases by name: the current one last, and those that were current before.
	#[pallet::storage]
	pub type Releases<T: Config> = CountedStorageMap<
		_,
		Blake2_128Concat,
		Word,
		BoundedVec<Release, ConstU32<MAX_RELEASES>>,
		ValueQuery,
	>;

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// Too few of those who voted for the motion are active now.
		TooFewActive,
		/// The seat has as many open motions as are allowed.
		TooManyMotions,
		/// The account is not active.
		NotActive,
		/// A name or a version is empty, or has other characters than visible ASCII ones.
		NotAWord,
		/// As many names have releases as are allowed.
		TooManyNames,
		/// It is the current release already.
		AlreadyCurrent,
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
		/// A release is the current one of its name now.
		Published {
			/// What is released.
			name: Word,
			/// The release.
			release: Release,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
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
		/// The motion must be this call itself, not a batch of it. The votes of seats that are not
		/// active now do not count. No call filter applies. A call that fails is rolled back by
		/// itself; the motion counts as executed.
		///
		/// ## Errors
		///
		/// - [`Error::TooFewActive`].
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
			let motion = Call::<T>::dispatch_as_root { call: call.clone() };
			let motion = T::Hashing::hash_of(&<T as Config>::RuntimeCall::from(motion));
			T::MotionOrigin::ensure_origin(T::Council::origin_in_force(&motion))
				.map_err(|_| Error::<T>::TooFewActive)?;

			let info = call.get_dispatch_info();
			let result = call.dispatch_bypass_filter(RawOrigin::Root.into());
			let weight = T::WeightInfo::dispatch_as_root()
				.saturating_add(extract_actual_weight(&result, &info));
			Self::deposit_event(Event::Dispatched {
				result: result.map(|_| ()).map_err(|failed| failed.error),
			});
			Ok(Some(weight).into())
		}

		/// Publish a release of a program, which becomes the current one of this name.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Details
		///
		/// `hash` is the SHA-256 of the release's manifest. The last [`MAX_RELEASES`] of a name are
		/// kept, each once, so that people can tell an earlier release from an altered one. An earlier
		/// one can be published again.
		///
		/// ## Errors
		///
		/// - [`Error::NotAWord`].
		/// - [`Error::TooManyNames`].
		/// - [`Error::AlreadyCurrent`].
		///
		/// ## Events
		///
		/// - [`Event::Published`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::publish())]
		pub fn publish(
			origin: OriginFor<T>,
			name: Word,
			version: Word,
			hash: H256,
		) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(types::is_word(&name) && types::is_word(&version), Error::<T>::NotAWord);
			let mut releases = Releases::<T>::get(&name);
			let is_known = !releases.is_empty();
			ensure!(is_known || Releases::<T>::count() < MAX_NAMES, Error::<T>::TooManyNames);
			let release = Release { version, hash };
			ensure!(releases.last() != Some(&release), Error::<T>::AlreadyCurrent);

			releases.retain(|other| other.hash != hash);
			if releases.is_full() {
				releases.remove(0);
			}
			releases.try_push(release.clone()).defensive_map_err(|_| Error::<T>::AlreadyCurrent)?;
			Releases::<T>::insert(&name, releases);
			Self::deposit_event(Event::Published { name, release });
			Ok(())
		}
	}
}
