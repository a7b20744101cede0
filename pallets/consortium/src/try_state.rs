//! What holds of the pallet's state after each block.

use crate::{pallet::*, types::*, Council, Validators};
use alloc::collections::BTreeSet;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Each name has releases, which differ, and names and versions are words. The seats and the validators
	/// are enough, and each is one once.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_releases()?;
		let least = usize::try_from(LeastMembers::<T>::get()).unwrap_or(usize::MAX);
		let are_members = |members: &[T::AccountId]| {
			members.len() >= least && members.iter().collect::<BTreeSet<_>>().len() == members.len()
		};
		let seats = T::Council::seats();
		ensure!(are_members(&seats), "there are too few seats");
		ensure!(seats.is_sorted(), "the seats are not in order");
		let validators = T::Validators::current();
		ensure!(are_members(&validators), "there are too few validators");
		if let Some(change) = Change::<T>::get() {
			ensure!(are_members(&change.validators), "there will be too few validators");
		}
		ensure!(
			Attended::<T>::get().made.len() <= validators.len(),
			"somebody made a block who is not a validator"
		);
		for (_, nodes) in Nodes::<T>::iter() {
			ensure!(!nodes.is_empty(), "a member without nodes is kept");
			Self::check_nodes(&nodes)
				.map_err(|_| "a node is listed twice, or has a wrong address")?;
		}
		ensure!(SetChanges::<T>::get().is_sorted(), "the changes are not in order");
		Ok(())
	}

	fn try_releases() -> Result<(), TryRuntimeError> {
		let mut names: u32 = 0;
		for (name, releases) in Releases::<T>::iter() {
			names = names.saturating_add(1);
			ensure!(is_word(&name), "a release has no name");
			ensure!(!releases.is_empty(), "a name without a release is kept");
			for (place, release) in releases.iter().enumerate() {
				ensure!(is_word(&release.version), "a release has no version");
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
