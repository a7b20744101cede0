//! Finds consents for the same people as another one, so that nobody believes that a revocation closes
//! what another consent keeps open, or that a permit opens what a deny keeps closed.

use crate::{
	consent::is_in_doubt,
	platform::Platform,
	session::{in_force, Session},
};
use anyhow::Result;
use std::collections::BTreeMap;
use vouchsafe_protocol::{
	traits::View,
	types::{AccountId, Action, Affiliation, Consent, Effect, Grantee, Role, Terms},
};
use vouchsafe_speech::{Speech, Teller};

/// A consent for people whom another consent is for, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
	/// Its number.
	pub id: u32,
	/// Its sentence.
	pub sentence: String,
	/// Whether it is for everybody whom the other consent is for.
	pub is_for_all: bool,
	/// From when on it counts, if that is later.
	pub from: Option<u64>,
}

/// The patient's other consents for the same people and the same action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
	/// The permits that let some of them in, now or later.
	pub permits: Vec<Other>,
	/// The denies that shut all of them out now.
	pub denies: Vec<Other>,
}

/// What else the patient has said of those whom a permit of these terms lets in. What does not count, and
/// this consent, is left out. The sentences are in this language.
pub async fn others(
	session: &Session<impl Platform>,
	speech: &Speech,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
	except: Option<u32>,
) -> Result<Others> {
	let mut found = Others::default();
	if terms.effect != Effect::Permit {
		return Ok(found);
	}
	let at = session.finalized().await?;
	let now = at.time().await?;
	let account = at.account(patient).await?;
	let mut consents = at.all_consents_of(patient).await?;
	consents.retain(|(_, other)| {
		Some(other.id) != except
			&& !other.terms.is_expired(now)
			&& !account.as_ref().is_some_and(|account| is_in_doubt(account, other))
			&& share_an_action(terms, &other.terms)
	});
	consents.sort_by_key(|(_, consent)| consent.id);
	let mut people = People::default();
	for person in consents.iter().map(|(other, _)| other).chain([grantee]).filter_map(person_of) {
		let mut affiliations = at.all_affiliations(person).await?;
		affiliations.retain(|(_, affiliation)| in_force(affiliation, now));
		people.insert(person.clone(), affiliations);
	}
	let labels = session.labels_of(patient).await?;
	let teller = Teller { speech, names: &session.names, labels: &labels };
	for (of, consent) in consents.iter().filter(|(of, _)| meet(grantee, of, &people)) {
		let other = Other {
			id: consent.id,
			sentence: teller.consent(of, &consent.terms),
			is_for_all: includes(of, grantee),
			from: begins(consent, now),
		};
		if consent.terms.effect == Effect::Permit {
			found.permits.push(other);
		} else if other.is_for_all && other.from.is_none() && share_a_subject(terms, &consent.terms)
		{
			found.denies.push(other);
		}
	}
	Ok(found)
}

/// When a consent begins to count, if that is later than now.
fn begins(consent: &Consent, now: u64) -> Option<u64> {
	consent.counts_from().filter(|from| now < *from)
}

/// Whether there can be a record and a purpose that both are about.
fn share_a_subject(one: &Terms, other: &Terms) -> bool {
	let (purposes, categories) =
		((one.purposes, other.purposes), (one.categories, other.categories));
	(purposes.0.is_empty() || purposes.1.is_empty() || purposes.0.intersects(purposes.1))
		&& (categories.0.is_empty()
			|| categories.1.is_empty()
			|| categories.0.intersects(categories.1))
}

/// Whether a grantee that meets another one is for all of the other one's people.
fn includes(wider: &Grantee, grantee: &Grantee) -> bool {
	match wider {
		_ if person_of(grantee).is_some() => true,
		Grantee::Everyone | Grantee::Research => true,
		Grantee::Institution(institution) => grantee.institution() == Some(institution),
		Grantee::Role(role) => role_of(grantee) == Some(*role),
		_ => wider == grantee,
	}
}

/// The affiliations in force of people whom consents name.
type People = BTreeMap<AccountId, Vec<(AccountId, Affiliation)>>;

fn share_an_action(one: &Terms, other: &Terms) -> bool {
	[Action::Read, Action::Write, Action::Refer, Action::ReadLog, Action::Aggregate]
		.into_iter()
		.any(|action| one.actions.admits(action) && other.actions.admits(action))
}

pub(crate) fn person_of(grantee: &Grantee) -> Option<&AccountId> {
	match grantee {
		Grantee::Person(person) | Grantee::PractitionerAt { practitioner: person, .. } => {
			Some(person)
		},
		_ => None,
	}
}

fn role_of(grantee: &Grantee) -> Option<Role> {
	match grantee {
		Grantee::Role(role) | Grantee::RoleAt { role, .. } => Some(*role),
		_ => None,
	}
}

fn team_of(grantee: &Grantee) -> Option<u32> {
	match grantee {
		Grantee::CareTeam { team, .. } => Some(*team),
		_ => None,
	}
}

/// Whether both can be the same reader. Where that cannot be known, they can.
fn meet(one: &Grantee, other: &Grantee, people: &People) -> bool {
	match (one.is_research(), other.is_research()) {
		(true, true) => return studies_meet(one, other),
		(false, false) => {},
		_ => return false,
	}
	fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
		one.zip(other).is_some_and(|(one, other)| one != other)
	}
	let places = (one.institution(), other.institution());
	if differ(person_of(one), person_of(other)) || differ(places.0, places.1) {
		return false;
	}
	let Some(person) = person_of(one).or(person_of(other)) else {
		return !differ(role_of(one), role_of(other));
	};
	let place = places.0.or(places.1);
	let is_everywhere = |grantee: &Grantee| {
		matches!(grantee, Grantee::Person(_) | Grantee::PractitionerAt { .. } | Grantee::Everyone)
	};
	if place.is_none() && is_everywhere(one) && is_everywhere(other) {
		return true;
	}
	people.get(person).into_iter().flatten().any(|(institution, affiliation)| {
		let has_role = |grantee| role_of(grantee).is_none_or(|role| role == affiliation.role);
		let in_team = |grantee| team_of(grantee).is_none_or(|it| affiliation.teams.contains(&it));
		place.is_none_or(|place| place == institution)
			&& [one, other].into_iter().all(|grantee| has_role(grantee) && in_team(grantee))
	})
}

/// Whether both can be the same study. Which disease a study is on is not known here.
fn studies_meet(one: &Grantee, other: &Grantee) -> bool {
	match (one, other) {
		(Grantee::Study(one), Grantee::Study(other)) => one == other,
		(Grantee::ResearchOn(one), Grantee::ResearchOn(other)) => one == other,
		_ => true,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::consent::plain_terms;
	use vouchsafe_protocol::types::Actions;

	const A: AccountId = AccountId::new([1; 32]);
	const B: AccountId = AccountId::new([2; 32]);
	const DOCTOR: AccountId = AccountId::new([8; 32]);
	const NURSE: AccountId = AccountId::new([9; 32]);

	fn people() -> People {
		let at_b = |role, team: u32| {
			let teams = vec![team];
			vec![(
				B,
				Affiliation { role, from: 0, until: None, accepted: true, attested: true, teams },
			)]
		};
		[(DOCTOR, at_b(Role::Physician, 1)), (NURSE, at_b(Role::Nurse, 2))].into()
	}

	#[test]
	fn grantees_meet_if_one_person_can_be_both() {
		let at = |practitioner, institution| Grantee::PractitionerAt { practitioner, institution };
		let team = |team| Grantee::CareTeam { institution: B, team };
		let role = |role| Grantee::RoleAt { role, institution: B };
		let doctor = at(DOCTOR, B);
		for other in [
			doctor.clone(),
			Grantee::Person(DOCTOR),
			Grantee::Institution(B),
			role(Role::Physician),
			Grantee::Role(Role::Physician),
			team(1),
			Grantee::Everyone,
		] {
			for (one, other) in [(&doctor, &other), (&other, &doctor)] {
				assert!(meet(one, other, &people()), "{one:?} {other:?}");
			}
			assert!(meet(&Grantee::Person(DOCTOR), &other, &people()), "{other:?}");
			assert!(meet(&Grantee::Institution(B), &other, &people()), "{other:?}");
		}
		for other in [
			at(NURSE, B),
			Grantee::Person(NURSE),
			Grantee::Institution(A),
			role(Role::Nurse),
			Grantee::Role(Role::Nurse),
			team(2),
			Grantee::Research,
			Grantee::Study(1),
		] {
			for (one, other) in [(&doctor, &other), (&other, &doctor)] {
				assert!(!meet(one, other, &people()), "{one:?} {other:?}");
			}
		}
		assert!(!meet(&Grantee::Person(DOCTOR), &Grantee::Institution(A), &people()));
		assert!(meet(&Grantee::Role(Role::Nurse), &Grantee::Institution(A), &people()));
		assert!(meet(&Grantee::Research, &Grantee::Study(1), &people()));
		assert!(!meet(&Grantee::Study(2), &Grantee::Study(1), &people()));
		assert!(!meet(&Grantee::ResearchOn(2), &Grantee::ResearchOn(1), &people()));
	}

	#[test]
	fn who_is_for_all_of_the_others_people() {
		let team = |team| Grantee::CareTeam { institution: B, team };
		let nurses = Grantee::RoleAt { role: Role::Nurse, institution: B };
		let doctor = Grantee::PractitionerAt { practitioner: DOCTOR, institution: B };
		let hospital = Grantee::Institution(B);
		for (wider, narrower) in [
			(&hospital, &hospital),
			(&hospital, &team(1)),
			(&hospital, &nurses),
			(&hospital, &doctor),
			(&team(1), &doctor),
			(&Grantee::Everyone, &hospital),
			(&Grantee::Role(Role::Nurse), &nurses),
			(&Grantee::Research, &Grantee::Study(1)),
		] {
			assert!(includes(wider, narrower), "{wider:?} {narrower:?}");
		}
		for (narrower, wider) in [
			(&doctor, &hospital),
			(&team(1), &hospital),
			(&team(1), &team(2)),
			(&nurses, &hospital),
			(&hospital, &Grantee::Everyone),
			(&Grantee::Role(Role::Nurse), &hospital),
			(&Grantee::Study(1), &Grantee::Research),
		] {
			assert!(!includes(narrower, wider), "{narrower:?} {wider:?}");
		}
	}

	#[test]
	fn a_consent_may_begin_later() {
		use vouchsafe_protocol::types::{Grantor, ShownText, ASSISTED_DELAY, H256, POLICY_VERSION};
		let given = |terms| Consent {
			id: 0,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 100,
			confirmed_at: None,
			terms,
			text: ShownText { commitment: H256([0; 32]), language: *b"en" },
			grantor: Grantor::Patient,
		};
		let plain = given(plain_terms(Effect::Permit));
		assert_eq!(begins(&plain, 100), None);
		let later =
			given(Terms { valid_from: Some(ASSISTED_DELAY), ..plain_terms(Effect::Permit) });
		assert_eq!(begins(&later, 100), Some(ASSISTED_DELAY));
		assert_eq!(begins(&later, ASSISTED_DELAY), None);
	}

	#[test]
	fn a_deny_of_something_else_shuts_nobody_out() {
		use vouchsafe_protocol::types::{Categories, Purpose, Purposes};
		let all = Terms::all(Effect::Deny { binds_break_glass: false });
		let permit = plain_terms(Effect::Permit);
		let research = Terms { purposes: Purposes::of(&[Purpose::Research]), ..all.clone() };
		assert!(share_a_subject(&permit, &all));
		assert!(!share_a_subject(&permit, &research));
		let of = |bits, terms: &Terms| Terms { categories: Categories(bits), ..terms.clone() };
		assert!(share_a_subject(&permit, &of(1, &all)));
		assert!(share_a_subject(&of(3, &permit), &of(1, &all)));
		assert!(!share_a_subject(&of(2, &permit), &of(1, &all)));
	}

	#[test]
	fn only_the_same_action_counts() {
		let terms = |actions: &[Action]| Terms {
			actions: Actions::of(actions),
			..plain_terms(Effect::Permit)
		};
		let write = terms(&[Action::Write]);
		assert!(!share_an_action(&terms(&[Action::Read]), &write));
		assert!(share_an_action(&terms(&[Action::Read, Action::Write]), &write));
		assert!(share_an_action(&terms(&[]), &write), "no action named means any");
	}
}
