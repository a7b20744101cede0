//! What always holds of the pallet's state.

use super::*;

impl<T: Config> Pallet<T> {
	/// No key is without consents. Each patient's numbers are unique and within the log. No terms are
	/// stored that a call would have refused.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut numbers = alloc::collections::BTreeSet::new();
		for (patient, grantee, provisions) in Consents::<T>::iter() {
			ensure!(!provisions.is_empty(), "a key without consents is kept");
			let places = Self::ensure_places(provisions.iter().map(kind));
			places.map_err(|_| "a key has more consents than places")?;
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
				if let Grantor::Assisted { first, second, .. } = &consent.grantor {
					ensure!(first != second, "one of the staff assisted alone");
					ensure!(terms.valid_until.is_some(), "an assisted consent has no end");
					ensure!(!assisted::is_too_wide(terms), "an assisted consent is too wide");
				}
			}
		}
		Ok(())
	}
}
