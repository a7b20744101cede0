//! Acting: a representative makes a call as the patient.

use crate::{pallet::*, Force, Representing, ScopeOf, WeightInfo};
use alloc::boxed::Box;
use frame_support::{
	dispatch::{extract_actual_weight, GetDispatchInfo},
	pallet_prelude::*,
	traits::{IsType, OriginTrait},
};
use frame_system::pallet_prelude::*;
use sp_runtime::traits::Dispatchable;
use vouchsafe_primitives::*;

impl<T: Config> Pallet<T> {
	/// A representative makes a call as the patient.
	pub(crate) fn do_act(
		mut origin: OriginFor<T>,
		patient: AccountId,
		call: Box<<T as Config>::RuntimeCall>,
	) -> DispatchResultWithPostInfo {
		let representative = ensure_signed(origin.clone())?;
		Self::ensure_person(&representative)?;
		let all = Self::load(&patient);
		let found = all.find(&representative).ok_or(Error::<T>::RepresentativeNotFound)?;
		ensure!(Self::force(&patient, found) == Force::InForce, Error::<T>::NotInForce);
		let scopes = found.scopes();
		let scope = T::Scopes::scope_of(&call).ok_or(Error::<T>::NeverByRepresentative)?;
		ensure!(scopes.contains(scope), Error::<T>::OutOfScope);

		origin.set_caller_from_signed(patient.clone());
		// For what the call carries, if the runtime has such calls within a scope.
		origin.add_filter(move |call: &<T as frame_system::Config>::RuntimeCall| {
			T::Scopes::scope_of(<T as Config>::RuntimeCall::from_ref(call))
				.is_some_and(|scope| scopes.contains(scope))
		});
		let representing = Representing {
			patient: patient.clone(),
			representative: representative.clone(),
			highest_confidentiality: found.highest_confidentiality(),
		};
		let info = call.get_dispatch_info();
		let result = Self::while_representing(representing, || call.dispatch(origin));
		let weight = T::WeightInfo::act().saturating_add(extract_actual_weight(&result, &info));
		match result {
			Ok(_) => {
				Self::deposit_event(Event::Acted { patient, representative });
				Ok(Some(weight).into())
			},
			Err(mut failed) => {
				failed.post_info = Some(weight).into();
				Err(failed)
			},
		}
	}

	/// Sets [`Acting`] while `f` runs. Afterwards restores the previous value, also if `f` fails.
	fn while_representing<R>(representing: Representing, f: impl FnOnce() -> R) -> R {
		let before = Acting::<T>::get();
		Acting::<T>::put(representing);
		let result = f();
		Acting::<T>::set(before);
		result
	}
}
