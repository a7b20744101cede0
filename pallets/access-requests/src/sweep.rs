//! Frees requests that nobody has answered in time, also if their asker never asks again.

use crate::{pallet::*, weights::WeightInfo, Request};
use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::UnixTime};
use sp_runtime::traits::SaturatedConversion;
use vouchsafe_primitives::*;

/// Requests that are looked at in one block. A lap over a hundred thousand takes less than a day.
pub(crate) const LOOKED_AT: u32 = 8;

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
		weight
	}
}
