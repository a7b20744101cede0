//! Frees expired openings and counters of refusals. Those of a reader who asks again are replaced. For
//! the others, each window has a list of who asked in it. Once everything of the window has expired,
//! blocks with room to spare work through the list, a few readers each.

use crate::{pallet::*, OpeningGroup, WeightInfo};
use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::*;

/// How many readers one block frees at most.
pub const MAX_FREED: u64 = 32;

impl<T: Config> Pallet<T> {
	/// The number of the window in which the moment lies.
	pub(crate) fn window(moment: Moment) -> u32 {
		moment.checked_div(T::RefusalWindow::get()).unwrap_or_default().saturated_into()
	}

	/// Notes that the reader has asked, so that what is left of it can be freed.
	pub(crate) fn note_asked(patient: &AccountId, reader: &AccountId, now: Moment) {
		let window = Self::window(now);
		let who = (patient, reader);
		if !Asked::<T>::contains_key(window, who) {
			Asked::<T>::insert(window, who, ());
		}
		if !OldestWindow::<T>::exists() {
			OldestWindow::<T>::put(window);
		}
	}

	/// Whether the opening is still in force.
	pub(crate) fn is_in_force(group: &OpeningGroup, now: Moment) -> bool {
		now.saturating_sub(group.at) < T::OpeningLifetime::get()
	}

	/// Frees what has expired, as far as the weight allows. Returns the weight used.
	pub(crate) fn free_expired(remaining: Weight) -> Weight {
		let step = T::WeightInfo::free_expired();
		let steps = remaining.checked_div_per_component(&step).unwrap_or_default();
		let mut used = Weight::zero();
		for _ in 0..steps.min(MAX_FREED) {
			used = used.saturating_add(step);
			if !Self::free_next() {
				break;
			}
		}
		used
	}

	/// Frees what one reader has left, or turns to the next window. Returns whether there was anything
	/// to do.
	fn free_next() -> bool {
		let now = T::Time::now().as_secs();
		let Some(window) = OldestWindow::<T>::get() else { return false };
		let next = window.saturating_add(1);
		let ends = Moment::from(next).saturating_mul(T::RefusalWindow::get());
		if now < ends.saturating_add(T::OpeningLifetime::get()) {
			return false;
		}
		let Some((patient, reader)) = Asked::<T>::iter_key_prefix(window).next() else {
			OldestWindow::<T>::put(next);
			return true;
		};
		Asked::<T>::remove(window, (&patient, &reader));
		// The reader may have asked again since.
		Openings::<T>::mutate_exists(&patient, &reader, |groups| {
			if let Some(kept) = groups {
				kept.retain(|group| Self::is_in_force(group, now));
				if kept.is_empty() {
					*groups = None;
				}
			}
		});
		if Refusals::<T>::get(&patient, &reader).0 < Self::window(now) {
			Refusals::<T>::remove(&patient, &reader);
		}
		true
	}

	/// Whatever can expire will be freed.
	#[cfg(any(feature = "try-runtime", test))]
	pub(crate) fn try_asked() -> Result<(), sp_runtime::TryRuntimeError> {
		let asked: alloc::collections::BTreeSet<_> =
			Asked::<T>::iter_keys().map(|(_, who)| who).collect();
		let kept = Openings::<T>::iter_keys().chain(Refusals::<T>::iter_keys());
		for who in kept {
			ensure!(asked.contains(&who), "an opening or refusal would never be freed");
		}
		let oldest = OldestWindow::<T>::get();
		for (window, _) in Asked::<T>::iter_keys() {
			ensure!(oldest.is_some_and(|oldest| oldest <= window), "a window was passed over");
		}
		Ok(())
	}
}
