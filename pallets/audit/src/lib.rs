//! The patients' logs.
//!
//! ## Terminology
//!
//! - *Entry*: one line of a log, as bytes ([`LogEntry::to_bytes`]). Its number `seq` counts from 0.
//! - *Head*: the hash that the last entry gave the log ([`next_head`]). It proves the whole log.
//!
//! ## Scenarios
//!
//! *A patient reads the log.* A custodian indexes the entries, which go out as [`Event::Appended`],
//! from a node. The patient's client computes the head over all entries that the custodian
//! sends and compares it with [`Logs`] on the chain. So it knows that no entry is missing, added or
//! changed.
//!
//! *Somebody acts for the patient.* The call reaches its pallet as the patient's. The log
//! asks admission who signed, and names both.
//!
//! ## Data structures
//!
//! The state is one count and one head per patient, even for a long log. There are no calls:
//! pallets append through [`AuditLog`], and each counts the cost, three reads and one write, in its
//! own weights. If a dispatch fails, its entries are rolled back with it.
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

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;

use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::UnixTime};
use frame_system::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::traits::{SaturatedConversion, Zero};
use vouchsafe_primitives::{
	audit::{next_head, Log, LogEntry, LogEvent},
	AccountId, Purpose,
};
use vouchsafe_support::{self as traits, Admission, AuditLog};

/// How many institutions without a permit can cause lines in one patient's log on one day.
pub const MAX_UNINVITED_BY: u32 = 32;

/// How many lines each of some institutions has caused.
pub type UninvitedLines = BoundedVec<(AccountId, u32), ConstU32<MAX_UNINVITED_BY>>;

/// A day in seconds.
const DAY: u64 = 24 * 60 * 60;

#[allow(clippy::expect_used, reason = "FRAME's macros make such code; calls are checked again")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Who signed the transaction that is being dispatched.
		type Admission: Admission;
		/// The time.
		type Time: UnixTime;
		/// How many lines an institution without a permit can cause in one patient's log on one day: half
		/// of them by refused openings, and three quarters by these and requests.
		#[pallet::constant]
		type MaxUninvited: Get<u32>;
	}

	/// On which day (since 1970) institutions last caused lines in a patient's log without a permit,
	/// and how many each of them on that day. The next day's first line replaces the list.
	#[pallet::storage]
	pub type Uninvited<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, (u32, UninvitedLines), ValueQuery>;

	/// Each patient's log.
	#[pallet::storage]
	pub type Logs<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Log, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An entry was appended to a patient's log.
		Appended {
			/// Whose log.
			patient: AccountId,
			/// The entry's number, from 0.
			seq: u64,
			/// The entry: see [`LogEntry::to_bytes`].
			entry: Vec<u8>,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Count and head of the patient's log.
		pub fn log(patient: AccountId) -> Log {
			Logs::<T>::get(patient)
		}
	}
}

impl<T: Config> AuditLog for Pallet<T> {
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	) {
		let block = frame_system::Pallet::<T>::block_number();
		// While the genesis state is built there are no events and there is no genesis hash: an
		// entry could never be proved.
		if block.is_zero() {
			return;
		}
		let entry = LogEntry {
			signer: T::Admission::signer().unwrap_or_else(|| origin.clone()),
			origin: origin.clone(),
			acting_for: acting_for.cloned(),
			purpose,
			event,
		}
		.to_bytes();
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let seq = Logs::<T>::mutate(patient, |log| {
			let seq = log.count;
			log.head = next_head(&genesis, patient, seq, block.saturated_into(), &log.head, &entry);
			log.count = seq.saturating_add(1);
			seq
		});
		Self::deposit_event(Event::Appended { patient: patient.clone(), seq, entry });
	}

	fn count_uninvited(
		patient: &AccountId,
		institution: &AccountId,
		by: traits::Uninvited,
	) -> bool {
		let today: u32 =
			T::Time::now().as_secs().checked_div(DAY).unwrap_or_default().saturated_into();
		let (day, mut lines) = Uninvited::<T>::get(patient);
		if day != today {
			lines = Default::default();
		}
		match lines.iter_mut().find(|(who, _)| who == institution) {
			Some((_, count)) if *count >= by.limit(T::MaxUninvited::get()) => return false,
			Some((_, count)) => *count = count.saturating_add(1),
			None => {
				if lines.try_push((institution.clone(), 1)).is_err() {
					return false;
				}
			},
		}
		Uninvited::<T>::insert(patient, (today, lines));
		true
	}

	fn head(patient: &AccountId) -> (u64, H256) {
		let Log { count, head } = Logs::<T>::get(patient);
		(count, head)
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Every stored log has entries, and so a head.
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for log in Logs::<T>::iter_values() {
			ensure!(log.count > 0, "a log without entries is kept");
			ensure!(log.head != H256::zero(), "a log with entries has no head");
		}
		for (_, lines) in Uninvited::<T>::iter_values() {
			ensure!(!lines.is_empty(), "a list without lines is kept");
			let allowed = 1..=T::MaxUninvited::get();
			ensure!(
				lines.iter().all(|(_, count)| allowed.contains(count)),
				"lines are counted to a limit"
			);
		}
		Ok(())
	}
}
