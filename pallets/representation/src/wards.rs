//! Patients without a key: newborns, and adults who cannot have one.

use crate::{pallet::*, Representatives};
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::*;
use sp_core::H256;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{Agreed, Caller, Enrolment, Pair, Staff, Wards};

impl<T: Config> Pallet<T> {
	/// The hash of the chain's first block.
	fn genesis_hash() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32))
	}

	/// One of two of the staff enrols a patient without a key.
	pub(crate) fn do_enrol_ward(
		who: AccountId,
		institution: AccountId,
		salt: H256,
		representatives: WardRepresentatives,
	) -> DispatchResult {
		let ward = ward_account(&Self::genesis_hash(), &institution, &salt);
		ensure!(T::Enrolment::is_unused(&ward), Error::<T>::SaltUsed);
		let mut all = Representatives { ward: true, ..Default::default() };
		for (representative, registration) in &representatives {
			ensure!(registration.basis != LegalBasis::Executor, Error::<T>::WrongBasis);
			Self::ensure_sound(registration)?;
			Self::ensure_person(representative)?;
			ensure!(all.find(representative).is_none(), Error::<T>::NamedTwice);
			Self::add_registered(&mut all, representative, *registration, &who)?;
		}

		// Not under the ward's own account: each salt would take another place in the state.
		let subject = ward_proposal(&institution, &salt);
		let content = agreed_ward(&ward, &representatives);
		let pair = Pair::RegistrarAndClinician;
		let agreed = T::Staff::agree(&who, &institution, &subject, content, pair)?;
		// The log of a patient begins when there is one.
		let Agreed::Confirmed { first } = agreed else { return Ok(()) };
		for (representative, _) in &representatives {
			all.set_first(representative, &first);
		}
		T::Wards::enrol_ward(&ward, ward_encryption_key(&ward), &institution)?;
		RepresentativesOf::<T>::insert(&ward, all);
		let by = Caller { origin: &who, acting_for: Some(&institution) };
		Self::log(&ward, by, LogEvent::WardEnrolled { first });
		Self::deposit_event(Event::WardEnrolled {
			ward: ward.clone(),
			institution: institution.clone(),
		});
		for (representative, registration) in representatives {
			Self::note_registered(&ward, representative, registration, by);
		}
		Ok(())
	}
}
