//! Frees requests that nobody has answered in time, also if their asker never asks again; and what
//! still counts of those that are no longer stored.

use crate::{pallet::*, weights::WeightInfo, Open, Request};
use alloc::vec::Vec;
use frame_support::{
	pallet_prelude::*,
	traits::{Get, UnixTime},
	IterableStorageDoubleMap,
};
use sp_runtime::traits::SaturatedConversion;
use vouchsafe_primitives::*;

/// Requests that are looked at in one block. A lap over a hundred thousand takes less than a day.
pub(crate) const LOOKED_AT: u32 = 8;

/// Counts of each kind that are looked at in one block.
pub(crate) const COUNTS_LOOKED_AT: u32 = 2;

/// A practitioner's or institution's count of requests to a patient.
type Count = (AccountId, AccountId);

impl<T: Config> Pallet<T> {
	/// Looks at a few requests where the block before stopped, and drops those that have expired.
	/// Does nothing if too little of the block's weight is left.
	pub(crate) fn sweep(remaining: Weight) -> Weight {
		let weight = T::WeightInfo::sweep();
		if weight.any_gt(remaining) {
			return Weight::zero();
		}
		let requests = match Swept::<T>::get() {
			Some((patient, id)) => {
				Requests::<T>::iter_from(Requests::<T>::hashed_key_for(patient, id))
			},
			None => Requests::<T>::iter(),
		};
		let seen: Vec<(AccountId, RequestId, Request)> =
			requests.take(LOOKED_AT.saturated_into()).collect();
		let now = T::Time::now().as_secs();
		for (patient, id, request) in seen.iter().filter(|(.., request)| request.is_expired(now)) {
			Self::remove(patient, *id, request);
		}
		match seen.into_iter().nth(LOOKED_AT.saturating_sub(1).saturated_into()) {
			Some((patient, id, _)) => Swept::<T>::put((patient, id)),
			None => Swept::<T>::kill(),
		}
		let (by_asker, by_institution) = SweptCounts::<T>::get();
		SweptCounts::<T>::put((
			Self::sweep_counts::<OpenByAsker<T>, _>(by_asker, now),
			Self::sweep_counts::<OpenByInstitution<T>, _>(by_institution, now),
		));
		weight
	}

	/// Looks at a few counts after this one, and drops what has expired and is not stored: it was
	/// withdrawn, or a colleague's submission dropped it. Gives the last one, or nothing after a lap.
	fn sweep_counts<M, S>(after: Option<Count>, now: Moment) -> Option<Count>
	where
		M: IterableStorageDoubleMap<
			AccountId,
			AccountId,
			BoundedVec<Open, S>,
			Query = BoundedVec<Open, S>,
		>,
		S: Get<u32>,
	{
		let counts = match after {
			Some((patient, who)) => M::iter_from(M::hashed_key_for(patient, who)),
			None => M::iter(),
		};
		let seen: Vec<_> = counts.take(COUNTS_LOOKED_AT.saturated_into()).collect();
		for (patient, who, open) in &seen {
			let mut kept = open.clone();
			kept.retain(|open| {
				now < open.expires || Requests::<T>::contains_key(patient, open.request)
			});
			if kept.is_empty() {
				M::remove(patient, who);
			} else if kept.len() < open.len() {
				M::insert(patient, who, kept);
			}
		}
		let last = seen.into_iter().nth(COUNTS_LOOKED_AT.saturating_sub(1).saturated_into());
		last.map(|(patient, who, _)| (patient, who))
	}
}
