//! Gives Root to motions of three quarters of the council's seats. There is no other Root. With such a
//! motion the council also says who validates and who has a seat, recovers finality, and publishes the
//! releases of the programs that people get from its members.
//!
//! # Terminology
//!
//! - *Seat*: an institution's or authority's place in the council (pallet-collective).
//! - *Motion*: a call that the council votes on. An accepted motion is dispatched with the origin
//!   "n of m seats", never as Root.
//! - *Validator*: an institution or authority whose node makes and finalises blocks.
//! - *Session*: the time for which a list of validators and their keys are in force: an hour, unless the
//!   list changes.
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
//! *A hospital joins, another leaves.* The council sets the whole list of validators, and the list of
//! seats. Two blocks later the new validators make blocks. At most as many of them are new as may fail,
//! because nobody knows yet whether they run. A suspended institution loses its seat in the same call,
//! unless fewer than four would remain.
//!
//! *Half of the validators are lost for good.* Nothing becomes final any more, but the others still make
//! blocks. A motion gives a list of validators that does not wait for finality
//! ([`Call::recover_finality`]).
//!
//! *A member's node moves to another address.* The member sets the list of its nodes. Nodes read the lists of
//! all members, and connect to no others.
//!
//! *A validator is away.* Each session counts the blocks of each. Who made none of at least
//! [`MIN_SHARE`] that were its share is named by an event. Nobody is removed: if the network is cut in
//! two, that would remove honest members.
//!
//! *A member serves another wallet than the others.* The council has published the hash of the wallet's
//! manifest. Everybody compares what a member serves with it.
//!
//! # API
//!
//! The calls. [`Motions`] has each seat's open motions. The council calls [`Pallet::open_motion`] for
//! each new one. [`Releases`] has what was published. The pallet is the session pallet's manager
//! ([`pallet_session::SessionManager`]), which [`Change`] tells what to do. [`Attended`] and
//! [`LastAttended`] count blocks. [`Nodes`] has the members' nodes.
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

mod attendance;
mod members;
mod nodes;
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

use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, ensure};

/// What the pallet has to know of the council and its seats.
pub trait Council<AccountId, Hash, Origin> {
	/// The open motions, the newest one last. 1 read.
	fn motions() -> Vec<Hash>;

	/// The seats, in order. 1 read.
	fn seats() -> Vec<AccountId>;

	/// Sets the seats, which are in order, each once. Who has lost its seat has no vote on the open motions.
	/// Reads and writes each open motion's votes.
	fn set_seats(seats: Vec<AccountId>) -> DispatchResult;

	/// Whether the account is an active institution's or authority's. 1 read.
	fn is_member(account: &AccountId) -> bool;

	/// Whether the account is an institution's or authority's that has not ended. 1 read.
	fn takes_part(account: &AccountId) -> bool;

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
}

/// What the pallet has to know of sessions, and of the set of validators that finalises blocks.
pub trait Validators<AccountId, BlockNumber> {
	/// The validators of this session, in the order in which they make blocks. 1 read.
	fn current() -> Vec<AccountId>;

	/// The place in that order of the validator that makes this block. Reads nothing that is not in the
	/// block's header.
	fn author() -> Option<u32>;

	/// Whether the account has registered session keys. 1 read.
	fn has_keys(account: &AccountId) -> bool;

	/// Whether the session that begins now has other validators or keys than the one before. Only to be
	/// asked when a session begins. 1 read.
	fn differ_now() -> bool;

	/// Whether a change of the set that finalises blocks has been signalled and is not in force. 1 read.
	fn is_finality_changing() -> bool;

	/// Whether the set may be replaced without finality. It may not be shortly after it was. 1 read.
	fn may_replace() -> bool;

	/// The session that begins now replaces the set that finalises blocks, `delay` blocks after this one and
	/// without the votes of the set before, which goes on from the block `last_final`. Since that block,
	/// `undone` changes of the set were signalled, which never come into force. 2 reads and 2 writes.
	fn replace(last_final: BlockNumber, delay: BlockNumber, undone: u32) -> DispatchResult;
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
		traits::{ConstU64, DefensiveResult as _, UnfilteredDispatchable},
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
		/// Sessions and their validators.
		type Validators: Validators<Self::AccountId, BlockNumberFor<Self>>;
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

	/// The least number of validators, and of seats: four, so that one may fail. A network for development
	/// can have less from its beginning.
	#[pallet::storage]
	pub type LeastMembers<T> = StorageValue<_, u32, ValueQuery, ConstU32<LEAST_MEMBERS>>;

	/// How many seconds of the chain's time a session lasts.
	#[pallet::storage]
	pub type SessionSeconds<T> = StorageValue<_, u64, ValueQuery, ConstU64<SESSION_SECONDS>>;

	/// A change of the validators that is under way. While there is one, each block begins a session.
	#[pallet::storage]
	pub type Change<T: Config> = StorageValue<_, ValidatorsChange<T::AccountId, BlockNumberFor<T>>>;

	/// The blocks that signalled another set of validators or keys and waited for finality, the last ones.
	#[pallet::storage]
	pub type SetChanges<T: Config> =
		StorageValue<_, BoundedVec<BlockNumberFor<T>, ConstU32<MAX_SET_CHANGES>>, ValueQuery>;

	/// The block that signalled the last recovery of finality.
	#[pallet::storage]
	pub type LastRecovery<T: Config> = StorageValue<_, BlockNumberFor<T>>;

	/// The blocks of this session, by who made them.
	#[pallet::storage]
	pub type Attended<T: Config> = StorageValue<_, Attendance<BlockNumberFor<T>>, ValueQuery>;

	/// The blocks of the session before: each validator, and how many it made.
	#[pallet::storage]
	pub type LastAttended<T: Config> =
		StorageValue<_, BoundedVec<(T::AccountId, u32), ConstU32<MAX_MEMBERS>>, ValueQuery>;

	/// The nodes of each institution and authority. Only they may connect to each other.
	#[pallet::storage]
	pub type Nodes<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, MemberNodes, ValueQuery>;

	/// What the chain begins with.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// The least number of validators, and of seats.
		pub least_members: u32,
		/// How many seconds a session lasts.
		pub session_seconds: u64,
		/// The members' nodes.
		pub nodes: Vec<(T::AccountId, MemberNodes)>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				least_members: LEAST_MEMBERS,
				session_seconds: SESSION_SECONDS,
				nodes: Vec::new(),
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.session_seconds > 0, "a session lasts");
			LeastMembers::<T>::put(self.least_members);
			SessionSeconds::<T>::put(self.session_seconds);
			for (member, nodes) in &self.nodes {
				assert!(Pallet::<T>::check_nodes(nodes).is_ok(), "a node or an address is wrong");
				Nodes::<T>::insert(member, nodes);
			}
		}
	}

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
		/// Too few validators or seats would remain for one of them to fail. Or a validator would remove its
		/// last node from the list.
		TooFew,
		/// An account or a node is in the list twice.
		Twice,
		/// An account in the list, or the one that signed, is not an active institution's or authority's.
		NotAMember,
		/// An address is not a `/` and visible ASCII characters after it.
		InvalidAddress,
		/// An institution in the list has not registered session keys.
		NoKeys,
		/// More validators are new than may fail.
		TooManyNew,
		/// They are the validators already.
		NothingChanges,
		/// An earlier change of the validators is not in force yet.
		ChangeUnderWay,
		/// The delay is zero or too long.
		InvalidDelay,
		/// The last final block is not before this one.
		InvalidBlock,
		/// Finality was recovered shortly before.
		TooSoon,
		/// The motion's last block is over.
		MotionOver,
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
		/// In two blocks, these are the validators.
		ValidatorsSet {
			/// All of them.
			validators: Vec<T::AccountId>,
		},
		/// These have a seat in the council now.
		SeatsSet {
			/// All of them, in order.
			seats: Vec<T::AccountId>,
		},
		/// The set that finalises blocks is replaced without the votes of the one before.
		FinalityReplaced {
			/// The last block that the set before has finalised.
			last_final: BlockNumberFor<T>,
			/// So many blocks after this one.
			delay: BlockNumberFor<T>,
		},
		/// From now on these are the member's nodes.
		NodesSet {
			/// The institution or authority.
			member: T::AccountId,
			/// All of its nodes.
			nodes: MemberNodes,
		},
		/// A validator made none of the blocks of a session, although its share was at least
		/// [`MIN_SHARE`].
		ValidatorAbsent {
			/// The validator.
			validator: T::AccountId,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::count_block();
			T::WeightInfo::count_block()
		}

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

		/// Set the validators: all of them.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Details
		///
		/// They make and finalise the blocks after the next two. At most ⌊(n − 1)/3⌋ of n may be new, as many as
		/// may fail: nobody knows yet whether they run.
		///
		/// ## Errors
		///
		/// - [`Error::ChangeUnderWay`].
		/// - [`Error::TooFew`].
		/// - [`Error::Twice`].
		/// - [`Error::NotAMember`].
		/// - [`Error::NoKeys`].
		/// - [`Error::NothingChanges`].
		/// - [`Error::TooManyNew`].
		///
		/// ## Events
		///
		/// - [`Event::ValidatorsSet`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_validators(count(validators)))]
		pub fn set_validators(
			origin: OriginFor<T>,
			validators: Members<T::AccountId>,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_set_validators(validators)
		}

		/// Set the seats of the council: all of them.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Details
		///
		/// The votes of those that lose their seat no longer count.
		///
		/// ## Errors
		///
		/// - [`Error::TooFew`].
		/// - [`Error::Twice`].
		/// - [`Error::NotAMember`].
		///
		/// ## Events
		///
		/// - [`Event::SeatsSet`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_seats(count(seats)))]
		pub fn set_seats(origin: OriginFor<T>, seats: Members<T::AccountId>) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_set_seats(seats)
		}

		/// Replace the set of validators that finalises blocks, because too many of them are lost for good
		/// and nothing becomes final.
		///
		/// ## Dispatch Origin
		///
		/// Root.
		///
		/// ## Details
		///
		/// The validators make blocks after the next two. They finalise blocks `delay` blocks later, from the
		/// block `last_final` on, without the votes of the set before. `last_final` is the last block that any
		/// node has seen final: with an earlier one, another block could become final in its place. `delay` is
		/// so long that by then all nodes have the block that signals it on the same branch.
		///
		/// After the block `until` the call fails: everybody can close an accepted motion, and an old one must
		/// not replace validators when finality is back.
		///
		/// Nobody can prove this change by the votes of earlier validators. Nodes that sync by warp, and
		/// clients, begin from a checkpoint after it.
		///
		/// ## Errors
		///
		/// - [`Error::ChangeUnderWay`].
		/// - [`Error::TooSoon`].
		/// - [`Error::InvalidDelay`].
		/// - [`Error::InvalidBlock`].
		/// - [`Error::MotionOver`].
		/// - [`Error::TooFew`].
		/// - [`Error::Twice`].
		/// - [`Error::NotAMember`].
		/// - [`Error::NoKeys`].
		///
		/// ## Events
		///
		/// - [`Event::ValidatorsSet`], and two blocks later [`Event::FinalityReplaced`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::set_validators(count(validators)))]
		pub fn recover_finality(
			origin: OriginFor<T>,
			validators: Members<T::AccountId>,
			last_final: BlockNumberFor<T>,
			delay: BlockNumberFor<T>,
			until: BlockNumberFor<T>,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_recover_finality(validators, last_final, delay, until)
		}

		/// Set the own nodes: all of them.
		///
		/// ## Dispatch Origin
		///
		/// Signed by an active institution or authority.
		///
		/// ## Details
		///
		/// The nodes of other members connect to these nodes, and to no others of this member. With an empty
		/// list, none of the member's nodes may connect, so a validator cannot remove its last one.
		///
		/// ## Errors
		///
		/// - [`Error::NotAMember`].
		/// - [`Error::Twice`].
		/// - [`Error::InvalidAddress`].
		/// - [`Error::TooFew`].
		///
		/// ## Events
		///
		/// - [`Event::NodesSet`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::set_nodes())]
		pub fn set_nodes(origin: OriginFor<T>, nodes: MemberNodes) -> DispatchResult {
			let member = ensure_signed(origin)?;
			Self::do_set_nodes(member, nodes)
		}
	}
}
