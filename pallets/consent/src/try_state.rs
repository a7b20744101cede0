//! What always holds of the pallet's state.

use super::*;
use crate::representatives::binds_break_glass;

impl<T: Config> Pallet<T> {
	/// No key is without consents. Each patient's numbers are unique and within the log. No terms are
	/// stored that a call would have refused.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut numbers = alloc::collections::BTreeSet::new();
		for (patient, grantee, provisions) in Consents::<T>::iter() {
			ensure!(!provisions.is_empty(), "a key without consents is kept");
			let places = Self::ensure_places(kinds(&provisions));
			places.map_err(|_| "a key has more consents than places")?;
			let by_law = provisions.iter().filter(|consent| consent.is_by_law()).count();
			ensure!(by_law <= 1, "a representative has two permits by law");
			let grantees = Consents::<T>::iter_key_prefix(&patient).count();
			ensure!(
				u32::try_from(grantees) == Ok(Self::grantees(&patient)),
				"the grantees are counted"
			);
			for consent in provisions {
				let (lines, _) = T::AuditLog::head(&patient);
				ensure!(u64::from(consent.id) < lines, "a consent's grant isn't in the log");
				ensure!(numbers.insert((patient.clone(), consent.id)), "a number was given twice");
				let terms = &consent.terms;
				ensure!(terms.labels.is_sound(), "the labels of a provision are not sound");
				ensure!(
					terms.effect == Effect::Permit
						|| !matches!(grantee, Grantee::PractitionerAt { .. }),
					"a deny follows an affiliation"
				);
				ensure!(
					consent.confirmed_at.is_none_or(|at| consent.granted_at <= at),
					"a consent was confirmed before it was given"
				);
				ensure!(
					terms
						.valid_from
						.is_none_or(|from| terms.valid_until.is_none_or(|to| from < to)),
					"terms end before they begin"
				);
				match &consent.grantor {
					Grantor::Patient => {},
					Grantor::Representative(representative) => {
						ensure!(
							!binds_break_glass(terms),
							"a representative's deny binds break-glass"
						);
						let own = grantee == Grantee::Person(representative.clone());
						let permits = terms.effect == Effect::Permit;
						ensure!(!own || !permits, "a representative permits to its own account");
					},
					Grantor::Assisted { first, second, .. } => {
						ensure!(first != second, "one of the staff assisted alone");
						ensure!(terms.valid_until.is_some(), "an assisted consent has no end");
						ensure!(!assisted::is_too_wide(terms), "an assisted consent is too wide");
					},
					Grantor::Law { .. } => {
						let is_person = matches!(grantee, Grantee::Person(_));
						ensure!(is_person, "a permit by law is for others than a person");
						ensure!(terms.effect == Effect::Permit, "the law denies");
					},
				}
			}
		}
		Ok(())
	}
}
