//! What always holds of the pallet's state.

use crate::pallet::*;
use frame_support::pallet_prelude::*;
use vouchsafe_primitives::AccountKind;

impl<T: Config> Pallet<T> {
	/// Checks that the maps agree with each other.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (account, entry) in Accounts::<T>::iter() {
			ensure!(
				entry.kind.is_member() == Institutions::<T>::contains_key(&account),
				"an institution is an account of that kind"
			);
			ensure!(
				Institutions::<T>::contains_key(&entry.enrolled_by),
				"accounts are enrolled by institutions"
			);
			ensure!(
				frame_system::Pallet::<T>::providers(&account) > 0,
				"an account keeps its nonce"
			);
		}
		let active = Institutions::<T>::iter_keys().filter(Self::is_active_institution).count();
		ensure!(
			u32::try_from(active) == Ok(ActiveInstitutions::<T>::get()),
			"the active institutions are counted"
		);
		for (institution, entry) in Institutions::<T>::iter() {
			ensure!(Accounts::<T>::contains_key(&institution), "an institution is an account");
			let enrolled = Accounts::<T>::iter()
				.filter(|(account, by)| by.enrolled_by == institution && *account != institution)
				.count();
			ensure!(u32::try_from(enrolled) == Ok(entry.enrolled), "the enrolled are counted");
			if let Some(custodian) = entry.custodian {
				ensure!(
					CustodianAccounts::<T>::get(custodian.account) == Some(institution),
					"a custodian's account counts"
				);
			}
		}
		for (account, institution) in CustodianAccounts::<T>::iter() {
			ensure!(!Accounts::<T>::contains_key(&account), "a custodian is not enrolled");
			ensure!(
				Institutions::<T>::get(institution)
					.and_then(|entry| entry.custodian)
					.is_some_and(|custodian| custodian.account == account),
				"only the custodian named last counts"
			);
		}
		for (practitioner, institution, affiliation) in Affiliations::<T>::iter() {
			ensure!(
				Accounts::<T>::get(&practitioner)
					.is_some_and(|entry| entry.kind == AccountKind::Practitioner),
				"who is affiliated is a practitioner"
			);
			ensure!(
				Institutions::<T>::contains_key(&institution),
				"practitioners are affiliated with institutions"
			);
			ensure!(
				affiliation.has_ended(Self::now())
					|| AffiliatedWith::<T>::get(&practitioner).contains(&institution)
						== affiliation.accepted,
				"of the affiliations that have not ended, those are listed that are accepted"
			);
			let mut teams = affiliation.teams.into_inner();
			teams.sort();
			ensure!(
				teams.iter().zip(teams.iter().skip(1)).all(|(one, next)| one != next),
				"a team is joined once"
			);
		}
		for (practitioner, listed) in AffiliatedWith::<T>::iter() {
			ensure!(!listed.is_empty(), "an empty list of affiliations is kept");
			ensure!(
				listed.iter().all(|at| Affiliations::<T>::contains_key(&practitioner, at)),
				"only affiliations are listed"
			);
		}
		Ok(())
	}
}
