//! What always holds of the pallet's state.

use super::*;
use alloc::collections::BTreeSet;

impl<T: Config> Pallet<T> {
	/// - Labels are in order, and unclassified records have no other label.
	/// - Each record has as many versions as it counts. Each version but the first names the one
	///   before.
	/// - A version belongs to a record, and a record to one patient.
	pub(crate) fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut ids = BTreeSet::new();
		for (patient, id, record) in Records::<T>::iter() {
			ensure!(ids.insert(id), "a record has two patients");
			ensure!(record.service.first <= record.service.last, "a service period is reversed");
			Self::ensure_sound(&record.labels).map_err(|_| "a record's labels are not sound")?;
			ensure!(
				record.responsible.as_ref() != Some(&record.author),
				"the author is stored as the responsible institution"
			);
			let entered_by_patient = record.author_institution(&patient).is_none();
			ensure!(
				entered_by_patient == (record.origin == Origin::PatientEntered),
				"an origin does not match its author"
			);
			let kept = Versions::<T>::iter_key_prefix(id).count();
			ensure!(kept == record.versions.saturated_into::<usize>(), "versions are miscounted");
			ensure!(kept > 0, "a record has no version");
			let mut previous = None;
			for number in 0..record.versions {
				let version = Versions::<T>::get(id, number).ok_or("a version is missing")?;
				ensure!(version.previous == previous, "a version doesn't follow the one before");
				previous = Some(version.hash(&id, number, &record.author));
			}
		}
		for (id, _) in Versions::<T>::iter_keys() {
			ensure!(ids.contains(&id), "a version belongs to no record");
		}
		Ok(())
	}
}
