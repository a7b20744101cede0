//! What always holds of the pallet's state.

use super::*;

impl<T: Config> Pallet<T> {
	/// - Each set of holders has a threshold within its bounds, names no holder twice, and has one
	///   number, by which its hash finds it.
	/// - What is listed as work is exactly what is not acknowledged, and only holders with a custodian
	///   have acknowledged.
	/// - No reader has opened a record twice, or has more openings or refusals than are allowed.
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		Self::try_holder_sets()?;
		Self::try_sharing_sets()?;
		for groups in Openings::<T>::iter_values() {
			let records = groups.iter().flat_map(|group| &group.records).collect::<Vec<_>>();
			ensure!(!groups.is_empty(), "a list of openings is kept empty");
			ensure!(
				groups.iter().all(|group| !group.records.is_empty()),
				"an opening of nothing is kept"
			);
			ensure!(!has_duplicates(&records), "a record is opened twice");
			ensure!(count_openings(&groups) <= MAX_OPENINGS, "more openings than there can be");
		}
		Self::try_asked()?;
		for (_, count) in Refusals::<T>::iter_values() {
			ensure!(count > 0, "no refusal is kept");
			ensure!(count <= T::MaxRefusals::get(), "more refusals than there can be");
		}
		for choice in Choices::<T>::iter_values() {
			ensure!(choice != HolderChoice::default(), "no choice is kept");
		}
		Ok(())
	}

	fn try_holder_sets() -> Result<(), sp_runtime::TryRuntimeError> {
		for (patient, number, set) in HolderSets::<T>::iter() {
			ensure!(set.threshold >= MIN_THRESHOLD, "a threshold is too low");
			ensure!(usize::from(set.threshold) <= set.holders.len(), "a threshold is too high");
			let accounts = set.holders.iter().map(|holder| &holder.account).collect::<Vec<_>>();
			ensure!(!has_duplicates(&accounts), "a holder is there twice");
			let hash = BlakeTwo256::hash_of(&set);
			let found = HolderSetNumbers::<T>::get(&patient, hash);
			ensure!(found == Some(number), "a set of holders isn't found by its hash");
			ensure!(number < NextHolderSet::<T>::get(patient), "a number will be used again");
		}
		let sets = HolderSets::<T>::iter_keys().count();
		ensure!(
			sets == HolderSetNumbers::<T>::iter_keys().count(),
			"a number names no set of holders"
		);
		Ok(())
	}

	fn try_sharing_sets() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut waiting = BTreeMap::new();
		for (institution, (record, version), due) in Unacknowledged::<T>::iter() {
			let Due { patient, epoch, place } = due;
			let set = SharingSets::<T>::get(record, version)
				.ok_or("work is to be done for a version without sharing set")?;
			ensure!(set.epoch == epoch, "work is to be done for another epoch");
			ensure!(!set.acknowledged.contains(place), "work is to be done that is done");
			let holders = HolderSets::<T>::get(&patient, set.holders)
				.ok_or("a sharing set has no holders")?;
			let is_holder = holders
				.holders
				.get(usize::from(place))
				.is_some_and(|holder| holder.account == institution && has_custodian(holder.kind));
			ensure!(is_holder, "work is to be done by who isn't a holder with a custodian");
			let (_, places) = waiting
				.entry((record, version))
				.or_insert_with(|| (holders, Acknowledged::default()));
			*places = places.with(place);
		}
		for (record, version, set) in SharingSets::<T>::iter() {
			// Only work to be done names the patient, and so the holders.
			let Some((holders, waiting)) = waiting.remove(&(record, version)) else { continue };
			for (holder, place) in holders.holders.iter().zip(0..) {
				let is_done = set.acknowledged.contains(place);
				let is_due = waiting.contains(place);
				ensure!(
					has_custodian(holder.kind) == (is_done || is_due),
					"work to be done doesn't match a sharing set"
				);
			}
		}
		Ok(())
	}
}
