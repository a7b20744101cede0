//! What always holds of the pallet's state.

use super::*;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// - A key signs for an account exactly if it is the account's present key. The account's first key was
	///   replaced then.
	/// - Who has guardians has as many as are allowed, and does not have only the next ones.
	/// - An attempt can be finished from some moment on exactly if it is complete. Only its guardians have
	///   approved it, and nobody attests it more often than is needed.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		for (key, state) in Keys::<T>::iter() {
			if let KeyState::Signs(account) = state {
				ensure!(
					PresentKeys::<T>::get(&account) == Some(key),
					"a key signs for an account that has another one"
				);
			}
		}
		for (account, key) in PresentKeys::<T>::iter() {
			let is_replaced = Keys::<T>::get(&account) == Some(KeyState::Replaced);
			ensure!(is_replaced, "the first key of an account with another one signs");
			let signs = Keys::<T>::get(&key) == Some(KeyState::Signs(account));
			ensure!(signs, "the key of an account does not sign for it");
		}
		for sets in GuardiansOf::<T>::iter_values() {
			let present = sets.present.ok_or("an account has only next guardians, or none")?;
			let next = sets.next.map(|(next, _)| next);
			let are_allowed = core::iter::once(present)
				.chain(next)
				.all(|guardians| are_guardians_allowed(guardians.threshold, guardians.count));
			ensure!(are_allowed, "guardians are too few or too many");
		}
		Attempts::<T>::iter_values().try_for_each(|attempt| Self::try_attempt(&attempt))
	}

	fn try_attempt(attempt: &Attempt) -> Result<(), TryRuntimeError> {
		ensure!(attempt.from.is_some() == attempt.by.is_complete(), "an attempt counts wrongly");
		match &attempt.by {
			By::Guardians { guardians, approvals, threshold, .. } => {
				let count = u8::try_from(guardians.len()).unwrap_or(u8::MAX);
				ensure!(are_guardians_allowed(*threshold, count), "an attempt by too few");
				let all = (0..guardians.len()).fold(0, |all, place| all | By::bit(place));
				ensure!(*approvals != 0 && approvals & !all == 0, "somebody else approved");
				let ascends = guardians.is_sorted_by(|one, next| one < next);
				ensure!(ascends, "guardians are not in order");
			},
			By::Institution { attestations, objected, .. } => {
				let most = 1u8.saturating_add(u8::from(*objected));
				ensure!(*attestations <= most, "an attempt is attested too often");
			},
		}
		Ok(())
	}
}
