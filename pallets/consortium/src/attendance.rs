//! Counts who makes the blocks of a session.

use crate::{pallet::*, types::*, Validators};
use frame_support::BoundedVec;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::SaturatedConversion;

impl<T: Config> Pallet<T> {
	/// Counts this block for who made it.
	pub(crate) fn count_block() {
		Attended::<T>::put(Self::counted());
	}

	/// Who made the blocks of this session, this one included. Each block counts once: the one that begins a
	/// session was made by a validator of the one before, and has been counted there.
	fn counted() -> Attendance<BlockNumberFor<T>> {
		let now = frame_system::Pallet::<T>::block_number();
		let mut attended = Attended::<T>::get();
		if attended.until >= now {
			return attended;
		}
		attended.until = now;
		let author = T::Validators::author().and_then(|author| usize::try_from(author).ok());
		if let Some(author) = author {
			while attended.made.len() <= author && attended.made.try_push(0).is_ok() {}
			if let Some(made) = attended.made.get_mut(author) {
				*made = made.saturating_add(1);
			}
		}
		attended
	}

	/// Ends the counting of a session, and names who was absent.
	pub(crate) fn end_counting() {
		let mut attended = Self::counted();
		let session = Self::made(&attended);
		attended.made = BoundedVec::default();
		Attended::<T>::put(attended);
		let blocks = session.iter().fold(0u32, |sum, (_, made)| sum.saturating_add(*made));
		let is_due = blocks >= count(&session).saturating_mul(MIN_SHARE);
		for (validator, made) in &session {
			if is_due && *made == 0 {
				Self::deposit_event(Event::ValidatorAbsent { validator: validator.clone() });
			}
		}
		LastAttended::<T>::put(BoundedVec::truncate_from(session));
	}

	/// The validators of this session, and how many blocks each made.
	fn made(attended: &Attendance<BlockNumberFor<T>>) -> Made<T::AccountId> {
		let counts = attended.made.iter().copied().chain(core::iter::repeat(0));
		T::Validators::current()
			.into_iter()
			.zip(counts)
			.take(MAX_MEMBERS.saturated_into())
			.collect()
	}

	/// The validators of this session and of the one before, and how many blocks each made.
	pub fn attendance() -> (Made<T::AccountId>, Made<T::AccountId>) {
		(Self::made(&Attended::<T>::get()), LastAttended::<T>::get().into_inner())
	}
}
