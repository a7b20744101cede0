//! [`allows_some_reader`]: whether a consent could still let somebody read a record. A custodian
//! asks this of the shares that a patient carried to it, and destroys those that have lost their
//! purpose.
//!
//! It does not know the reader, so it errs on the side of `true`: whenever
//! [`decide`](super::decide) permits reading because of a consent, this permits it too. A permit by law is
//! the exception: no share is carried for a representative who reads by law.

use crate::{consent::*, types::*};
use alloc::{vec, vec::Vec};

/// The consent under which a share was carried, and where the share is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried<'a> {
	/// The consent's grantee.
	pub grantee: &'a Grantee,
	/// The consent.
	pub consent: &'a Consent,
	/// The country of the grantee's institution, if the grantee names one.
	pub country: Option<Country>,
}

/// The grantees whose denies match every reader that `grantee` names. `holder` is the institution
/// that keeps the share: a patient who denies it everything does not want it to keep one. Each
/// occurs once.
pub fn denying_grantees(grantee: &Grantee, holder: &AccountId) -> Vec<Grantee> {
	let mut keys = vec![Grantee::Everyone, Grantee::Institution(holder.clone()), grantee.clone()];
	match grantee {
		Grantee::RoleAt { role, .. } => keys.push(Grantee::Role(*role)),
		Grantee::PractitionerAt { practitioner, .. } => {
			keys.push(Grantee::Person(practitioner.clone()));
		},
		_ => {},
	}
	keys.extend(grantee.institution().cloned().map(Grantee::Institution));
	keys.sort_unstable();
	keys.dedup();
	keys
}

/// Whether the consent lets some reader read the record, now or later, for some purpose. `denies`
/// are the consents of the [`denying_grantees`]; permits among them do not matter.
pub fn allows_some_reader<'a>(
	carried: &Carried,
	facts: &RecordFacts,
	denies: impl IntoIterator<Item = &'a Consent>,
	now: Moment,
) -> bool {
	let terms = &carried.consent.terms;
	let reads = terms.actions.admits(Action::Read) && !carried.grantee.is_research();
	let of_country = carried.country.is_none_or(|at| admits(&terms.countries, &at));
	let may_permit = terms.effect == Effect::Permit
		&& !carried.consent.is_by_law()
		&& reads
		&& of_country
		&& !terms.is_expired(now)
		&& permits_record(terms, facts);
	if !may_permit {
		return false;
	}
	let denies: Vec<&Terms> = denies
		.into_iter()
		.map(|consent| &consent.terms)
		.filter(|terms| denies_reading(terms, carried.country, facts, now))
		.collect();
	Purpose::ALL.iter().any(|purpose| {
		terms.purposes.include(*purpose)
			&& !denies.iter().any(|deny| deny.purposes.include(*purpose))
	})
}

/// Whether the filters of a permit cover the record.
fn permits_record(terms: &Terms, facts: &RecordFacts) -> bool {
	let DataPeriod { from, to } = terms.data_period;
	facts.status != RecordStatus::WrongPatient
		&& admits(&terms.records, &facts.id)
		&& terms.categories.admits(facts.category)
		&& admits(&terms.authors, &facts.author)
		&& admits(&terms.responsible, &facts.responsible)
		&& from.is_none_or(|from| from <= facts.service.first)
		&& to.is_none_or(|to| facts.service.last <= to)
		&& facts.confidentiality <= terms.confidentiality
		&& terms.labels.covers(&facts.labels)
}

/// Whether these terms deny reading the record now, from every country of the grantee.
fn denies_reading(
	terms: &Terms,
	country: Option<Country>,
	facts: &RecordFacts,
	now: Moment,
) -> bool {
	let DataPeriod { from, to } = terms.data_period;
	let of_country = terms.countries.is_empty()
		|| country.is_some_and(|country| terms.countries.contains(&country));
	matches!(terms.effect, Effect::Deny { .. })
		&& of_country
		&& terms.valid_from.is_none_or(|from| from <= now)
		&& !terms.is_expired(now)
		&& terms.actions.admits(Action::Read)
		&& terms.traits.is_empty()
		&& admits(&terms.records, &facts.id)
		&& terms.categories.admits(facts.category)
		&& admits(&terms.authors, &facts.author)
		&& admits(&terms.responsible, &facts.responsible)
		&& from.is_none_or(|from| from <= facts.service.last)
		&& to.is_none_or(|to| facts.service.first <= to)
		&& terms.labels.matches(&facts.labels)
		&& terms.confidentiality <= facts.confidentiality
}

/// Whether the item passes a list as a filter; an empty list means all.
fn admits<T: PartialEq>(filter: &[T], item: &T) -> bool {
	filter.is_empty() || filter.contains(item)
}
