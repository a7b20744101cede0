//! Finds consents that let the same people in as another one, so that nobody believes that a
//! revocation closes what another consent keeps open.

use crate::{
	english::teller,
	platform::Platform,
	session::{in_force, Session},
};
use anyhow::Result;
use std::collections::BTreeMap;
use vouchsafe_protocol::{
	traits::View,
	types::{AccountId, Action, Affiliation, Effect, Grantee, Role, Terms},
};

/// A consent that still permits something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillPermitted {
	/// Its number.
	pub id: u32,
	/// Its sentence.
	pub sentence: String,
}

/// The patient's permits, except this one, that let in somebody whom these terms for this grantee let
/// in too, for the same action. A permit that begins later counts.
pub async fn still_permitted(
	session: &Session<impl Platform>,
	patient: &AccountId,
	grantee: &Grantee,
	terms: &Terms,
	except: Option<u32>,
) -> Result<Vec<StillPermitted>> {
	if terms.effect != Effect::Permit {
		return Ok(Vec::new());
	}
	let at = session.finalized().await?;
	let now = at.time().await?;
	let mut consents = at.all_consents_of(patient).await?;
	consents.retain(|(_, other)| {
		Some(other.id) != except
			&& other.terms.effect == Effect::Permit
			&& !other.terms.is_expired(now)
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
	let teller = teller(&session.names, &labels);
	let same = consents.iter().filter(|(other, _)| meet(grantee, other, &people));
	Ok(same
		.map(|(other, consent)| StillPermitted {
			id: consent.id,
			sentence: teller.consent(other, &consent.terms),
		})
		.collect())
}

/// The affiliations in force of people whom consents name.
type People = BTreeMap<AccountId, Vec<(AccountId, Affiliation)>>;

fn share_an_action(one: &Terms, other: &Terms) -> bool {
	[Action::Read, Action::Write, Action::Refer, Action::ReadLog, Action::Aggregate]
		.into_iter()
		.any(|action| one.actions.admits(action) && other.actions.admits(action))
}

fn person_of(grantee: &Grantee) -> Option<&AccountId> {
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
