//! Checks whether the holders of a sharing set are sound.

use super::*;

impl<T: Config> Pallet<T> {
	/// Whether the institution or authority is in one of the countries, if any are named.
	pub(crate) fn lies_in(institution: &AccountId, countries: &[Country]) -> bool {
		countries.is_empty()
			|| T::Enrolment::country(institution)
				.is_some_and(|country| countries.contains(&country))
	}

	/// Checks the holders of a sharing set:
	///
	/// - the threshold is at least two and at most the number of holders;
	/// - each holder is named once, is active, and is of its kind;
	/// - each holder is in the patient's choice; a practitioner counts as being in the country of an
	///   institution of the set with which they are affiliated;
	/// - there are more institutions and authorities than the threshold, so that any one of them can
	///   be away;
	/// - no institution reaches the threshold with its practitioners' shares and the patient's share,
	///   which may be carried to it; and the practitioners do not reach it either, because they may
	///   be at one institution that is not in the set.
	///
	/// Each declaration is checked, because holders and choices change.
	pub fn ensure_sound(patient: &AccountId, set: &HolderSet) -> DispatchResult {
		let HolderSet { threshold, holders } = set;
		ensure!(*threshold >= MIN_THRESHOLD, Error::<T>::ThresholdTooLow);
		let threshold = usize::from(*threshold);
		ensure!(threshold <= holders.len(), Error::<T>::ThresholdTooHigh);
		let accounts = holders.iter().map(|holder| &holder.account).collect::<Vec<_>>();
		ensure!(!has_duplicates(&accounts), Error::<T>::DuplicateHolder);

		let of = |fits: fn(HolderKind) -> bool| {
			holders.iter().filter(move |holder| fits(holder.kind)).map(|holder| &holder.account)
		};
		let custodians = || of(has_custodian);
		let practitioners = || of(|kind| kind == HolderKind::Practitioner);
		let carried = of(|kind| kind == HolderKind::Patient).count();
		let reaches = |shares: usize| shares.saturating_add(carried) >= threshold;
		ensure!(custodians().count() > threshold, Error::<T>::TooFewCustodians);
		ensure!(!reaches(practitioners().count()), Error::<T>::PractitionersReachThreshold);

		let choice = Choices::<T>::get(patient).unwrap_or_default();
		for Holder { account, kind } in holders {
			let kind = match kind {
				HolderKind::Patient => {
					ensure!(account == patient, Error::<T>::NotHolder);
					continue;
				},
				HolderKind::Institution => AccountKind::Institution,
				HolderKind::Practitioner => AccountKind::Practitioner,
				HolderKind::Emergency => AccountKind::Authority,
			};
			ensure!(T::Enrolment::active_kind(account) == Some(kind), Error::<T>::NotHolder);
			ensure!(
				choice.holders.is_empty() || choice.holders.contains(account),
				Error::<T>::HolderNotChosen
			);
			let lies_in_chosen = if kind == AccountKind::Practitioner {
				choice.countries.is_empty()
					|| custodians().any(|other| T::Enrolment::is_affiliated(account, other))
			} else {
				Self::lies_in(account, &choice.countries)
			};
			ensure!(lies_in_chosen, Error::<T>::CountryNotChosen);
		}
		for institution in custodians() {
			let staff = practitioners()
				.filter(|practitioner| T::Enrolment::is_affiliated(practitioner, institution))
				.count();
			ensure!(!reaches(staff.saturating_add(1)), Error::<T>::InstitutionReachesThreshold);
		}
		Ok(())
	}
}
