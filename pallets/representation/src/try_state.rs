//! What always holds of the pallet's state.

use super::*;
use alloc::collections::BTreeSet;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// - Nobody represents anybody outside of a dispatch.
	/// - A patient with a key and without representatives has no entry. Each representative is there once,
	///   and nobody represents himself or herself.
	/// - No mandate is stored that a call would have refused.
	/// - A representative reads by law exactly if an authority has attested it and nobody has suspended it.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		ensure!(Acting::<T>::get().is_none(), "somebody represents outside of a dispatch");
		for (patient, all) in RepresentativesOf::<T>::iter() {
			ensure!(all.ward || !all.list.is_empty(), "an entry without representatives is kept");
			let accounts: BTreeSet<_> = all.list.iter().map(|it| &it.account).collect();
			ensure!(accounts.len() == all.list.len(), "a representative is there twice");
			ensure!(!accounts.contains(&patient), "a patient represents the own account");
			let kind = T::Enrolment::signatory(&patient).and_then(|signatory| signatory.kind);
			ensure!(
				kind == Some(AccountKind::Patient),
				"somebody else than a patient is represented"
			);
			for representative in &all.list {
				Self::try_representative(&patient, representative)?;
			}
		}
		Ok(())
	}

	fn try_representative(
		patient: &AccountId,
		representative: &Representative,
	) -> Result<(), TryRuntimeError> {
		let scopes = representative.scopes();
		ensure!(scopes.is_known(), "a scope is stored that is not defined");
		match &representative.mandate {
			Mandate::Appointed { .. } => {
				ensure!(!scopes.is_empty(), "an appointment without scopes");
			},
			Mandate::ByLaw { registration: Registration { basis, until, .. }, .. } => {
				let is_parent = *basis == LegalBasis::Parent;
				ensure!(
					!is_parent || until.is_some_and(is_new_year),
					"a parent's end is a birthday"
				);
			},
		}
		let is_over = representative.is_over(Self::now(), T::RegistrationLifetime::get());
		let reads = T::Lawful::has_by_law(patient, &representative.account);
		let should_read = representative.permit().is_some();
		ensure!(is_over || reads == should_read, "a representative reads by law, or does not");
		Ok(())
	}
}
