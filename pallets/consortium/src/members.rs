//! Who validates and who has a seat, and how a change of the validators comes into force.

use crate::{pallet::*, types::*, Council, Validators};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, ensure, traits::Defensive};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_session::SessionManager;
use sp_runtime::traits::{UniqueSaturatedInto, Zero};
use vouchsafe_primitives::may_fail;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_validators(validators: Members<T::AccountId>) -> DispatchResult {
		Self::ensure_validators(&validators)?;
		let current = T::Validators::current();
		let new = validators.iter().filter(|validator| !current.contains(validator)).count();
		ensure!(new > 0 || validators.len() != current.len(), Error::<T>::NothingChanges);
		ensure!(new <= may_fail(validators.len()), Error::<T>::TooManyNew);
		Self::begin_change(validators, None);
		Ok(())
	}

	pub(crate) fn do_recover_finality(
		validators: Members<T::AccountId>,
		last_final: BlockNumberFor<T>,
		delay: BlockNumberFor<T>,
		until: BlockNumberFor<T>,
	) -> DispatchResult {
		Self::ensure_validators(&validators)?;
		ensure!(T::Validators::may_replace(), Error::<T>::TooSoon);
		let is_valid = !delay.is_zero() && delay <= MAX_DELAY.into();
		ensure!(is_valid, Error::<T>::InvalidDelay);
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(last_final < now, Error::<T>::InvalidBlock);
		ensure!(now <= until, Error::<T>::MotionOver);
		Self::begin_change(validators, Some((last_final, delay)));
		Ok(())
	}

	/// Whether these can become the validators now.
	fn ensure_validators(validators: &[T::AccountId]) -> DispatchResult {
		ensure!(!Self::is_changing(), Error::<T>::ChangeUnderWay);
		Self::ensure_members(validators)?;
		ensure!(validators.iter().all(T::Validators::has_keys), Error::<T>::NoKeys);
		Ok(())
	}

	/// Whether these are enough active members, each once.
	fn ensure_members(members: &[T::AccountId]) -> DispatchResult {
		ensure!(count(members) >= LeastMembers::<T>::get(), Error::<T>::TooFew);
		let mut sorted: Vec<_> = members.iter().collect();
		sorted.sort();
		sorted.dedup();
		ensure!(sorted.len() == members.len(), Error::<T>::Twice);
		ensure!(members.iter().all(T::Council::is_member), Error::<T>::NotAMember);
		Ok(())
	}

	fn begin_change(
		validators: Members<T::AccountId>,
		replaces: Option<(BlockNumberFor<T>, BlockNumberFor<T>)>,
	) {
		let change = ValidatorsChange { validators, is_planned: false, replaces };
		Change::<T>::put(&change);
		Self::deposit_event(Event::ValidatorsSet { validators: change.validators.into_inner() });
	}

	pub(crate) fn do_set_seats(seats: Members<T::AccountId>) -> DispatchResult {
		Self::ensure_members(&seats)?;
		let mut seats = seats.into_inner();
		seats.sort();
		T::Council::set_seats(seats.clone())?;
		Self::deposit_event(Event::SeatsSet { seats });
		Ok(())
	}

	/// Whether a change of the validators is under way. Then no other one can begin. 2 reads.
	pub fn is_changing() -> bool {
		Change::<T>::exists() || T::Validators::is_finality_changing()
	}

	/// Whether this block begins a session because the validators change: it does not wait for the session's
	/// end. 1 read.
	pub fn begins_session() -> bool {
		Change::<T>::exists()
	}

	/// Whether the institution is a validator or is becoming one. 2 reads.
	pub fn is_validator(institution: &T::AccountId) -> bool {
		let changing = Change::<T>::get().map(|change| change.validators).unwrap_or_default();
		T::Validators::current().contains(institution) || changing.contains(institution)
	}

	/// The institution no longer takes part, so its seat goes, unless too few would remain. At most 2 reads,
	/// and what [`Council::set_seats`] needs.
	pub fn remove_seat(institution: &T::AccountId) {
		let mut seats = T::Council::seats();
		let before = seats.len();
		seats.retain(|seat| seat != institution);
		if seats.len() < before && count(&seats) >= LeastMembers::<T>::get() {
			let set = T::Council::set_seats(seats.clone()).defensive();
			if set.is_ok() {
				Self::deposit_event(Event::SeatsSet { seats });
			}
		}
	}
}

/// A change comes into force with the second session that begins after it: the session pallet queues the
/// validators when the first begins, and uses them when the second does.
impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(_: u32) -> Option<Vec<T::AccountId>> {
		let change = Change::<T>::get().filter(|change| !change.is_planned)?;
		let validators = change.validators.clone().into_inner();
		Change::<T>::put(ValidatorsChange { is_planned: true, ..change });
		Some(validators)
	}

	fn end_session(_: u32) {
		Self::end_counting();
	}

	fn start_session(_: u32) {
		let now = frame_system::Pallet::<T>::block_number();
		let mut changes = SetChanges::<T>::get();
		if let Some(change) = Change::<T>::get().filter(|change| change.is_planned) {
			Change::<T>::kill();
			if let Some((last_final, delay)) = change.replaces {
				let undone = changes.iter().filter(|block| **block > last_final).count();
				let undone = undone.unique_saturated_into();
				if T::Validators::replace(last_final, delay, undone).defensive().is_ok() {
					Self::deposit_event(Event::FinalityReplaced { last_final, delay });
				}
				// No later recovery undoes them again. Nor does it undo this one: nodes apply it without
				// finality.
				changes.retain(|block| *block <= last_final);
				SetChanges::<T>::put(changes);
				LastRecovery::<T>::put(now);
				return;
			}
		}
		if T::Validators::differ_now() {
			if changes.is_full() {
				changes.remove(0);
			}
			changes.try_push(now).defensive_unwrap_or(());
			SetChanges::<T>::put(changes);
		}
	}
}
