//! Who takes part from the first block on.

use crate::{
	pallet::*, Affiliation, Custodian, GenesisAffiliation, GenesisCustodian, GenesisPerson,
};
use frame_support::pallet_prelude::*;
use vouchsafe_primitives::*;
use vouchsafe_support::Enrolment;

impl<T: Config> Pallet<T> {
	/// Adds everybody in the genesis by the rules of the calls, except that nobody signs.
	///
	/// # Errors
	///
	/// The first error that a call would return.
	pub fn build_genesis(genesis: &GenesisConfig<T>) -> DispatchResult {
		for entry in &genesis.institutions {
			let name = BoundedVec::try_from(entry.name.clone().into_bytes());
			let country = Country::try_from(entry.country.as_bytes());
			Self::do_admit(
				entry.account.clone(),
				entry.kind,
				name.map_err(|_| Error::<T>::InvalidName)?,
				country.map_err(|_| Error::<T>::InvalidCountry)?,
				entry.cap,
				entry.encryption_key.0,
			)?;
		}
		for entry in &genesis.institutions {
			if let Some(GenesisCustodian { url, account, key }) = &entry.custodian {
				let url = BoundedVec::try_from(url.clone().into_bytes());
				let url = url.map_err(|_| Error::<T>::InvalidUrl)?;
				let custodian = Custodian { url, account: account.clone(), key: key.0 };
				Self::do_set_custodian(entry.account.clone(), custodian)?;
			}
		}
		for GenesisPerson { account, kind, encryption_key, enrolled_by } in &genesis.people {
			Self::do_enrol(account.clone(), *kind, encryption_key.0, enrolled_by.clone())?;
		}
		for entry in &genesis.affiliations {
			let GenesisAffiliation { practitioner, institution, role, attested, .. } = entry;
			ensure!(
				Self::active_kind(practitioner) == Some(AccountKind::Practitioner),
				Error::<T>::NotPractitioner
			);
			ensure!(Self::is_active_institution(institution), Error::<T>::NotInstitution);
			let teams = BoundedVec::try_from(entry.teams.clone());
			let teams = teams.map_err(|_| Error::<T>::TooManyTeams)?;
			let (role, attested) = (*role, *attested);
			let affiliation =
				Affiliation { role, from: 0, until: None, accepted: true, attested, teams };
			Self::put_affiliation(practitioner, institution, affiliation)?;
		}
		Ok(())
	}
}
