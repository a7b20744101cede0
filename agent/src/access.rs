//! Who may read which of a patient's records, and why. The state is read once. Then
//! [`decide`](vouchsafe_protocol::types::decide) is asked in memory, for each person and record.

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use crate::{overlap::person_of, session::in_force};
use futures::{future::try_join_all, try_join};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_protocol::{
	decider::{self, AffiliatedAt, Decider},
	errors::ChainError,
	traits::View,
	types::{
		Account, AccountId, AccountKind, ActingFor, Action, Actor, Affiliation, Basis, Category,
		ConsentRef, Country, Decision, Grantee, Institution, Purpose, Reason, Record, RecordFacts,
		Role, Status, H256,
	},
};

/// Somebody whom no consent names: one of an institution's staff, of whom only the role and the care
/// team are known. Nobody has the key of this account.
const SOMEBODY: AccountId = AccountId::new([0; 32]);

/// What the state says of a person.
#[derive(Clone, Debug)]
pub struct Person {
	/// The account.
	pub account: Account,
	/// The affiliations, past ones too.
	pub affiliations: Vec<(AccountId, Affiliation)>,
}

/// What the state says of an institution.
#[derive(Clone, Copy, Debug)]
pub struct Place {
	/// What it is.
	pub kind: AccountKind,
	/// Whether it takes part.
	pub status: Status,
	/// Its country.
	pub country: Country,
}

/// All that decides who may read a patient's records, as of one block.
#[derive(Clone, Debug)]
pub struct Access {
	decider: Decider,
	records: Vec<RecordFacts>,
	places: BTreeMap<AccountId, Place>,
	people: BTreeMap<AccountId, Person>,
}

/// Somebody who may read some records, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
	/// Who: an institution's staff, a role there, a care team, a practitioner there, or a person.
	pub who: Grantee,
	/// One for each category of which the patient has records.
	pub cells: Vec<Cell>,
}

/// How many of a category's records somebody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
	/// The category.
	pub category: Category,
	/// How many of its records are open.
	pub open: usize,
	/// How many records of it the patient has.
	pub all: usize,
	/// The consents that open them.
	pub by: Vec<ConsentRef>,
	/// Why the others are closed, the most frequent reason first.
	pub why_not: Vec<Reason>,
}

/// How much of a category is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
	/// All its records.
	All,
	/// Some of its records.
	Some,
	/// None of its records.
	None,
}

impl Cell {
	/// How much of the category is open.
	pub fn extent(&self) -> Extent {
		match self.open {
			0 => Extent::None,
			open if open == self.all => Extent::All,
			_ => Extent::Some,
		}
	}

	fn of(category: Category, decisions: &[&Decision]) -> Self {
		let (mut open, mut by) = (0usize, BTreeSet::new());
		let mut why_not: Vec<(Reason, usize)> = Vec::new();
		for decision in decisions {
			match decision {
				Decision::Permit(basis) => {
					open = open.saturating_add(1);
					if let Basis::Consent(consent) = basis {
						by.insert(consent.clone());
					}
				},
				Decision::Refuse(reason) => match why_not.iter_mut().find(|it| it.0 == *reason) {
					Some((_, often)) => *often = often.saturating_add(1),
					None => why_not.push((reason.clone(), 1)),
				},
			}
		}
		// Stable: reasons that are as frequent stay in the order of the records.
		why_not.sort_by_key(|(_, often)| std::cmp::Reverse(*often));
		let why_not = why_not.into_iter().map(|(reason, _)| reason).collect();
		Self { category, open, all: decisions.len(), by: by.into_iter().collect(), why_not }
	}
}

impl Access {
	/// Reads the state of a patient's records and consents, of all institutions, of the people whom
	/// consents name, and of these others.
	///
	/// # Errors
	///
	/// The node does not answer, or does not prove its answers.
	pub async fn read(
		at: &impl View,
		patient: &AccountId,
		others: impl IntoIterator<Item = AccountId>,
	) -> Result<Self, ChainError> {
		let (now, account, records, consents, institutions) = try_join!(
			at.time(),
			at.account(patient),
			at.all_records_of(patient),
			at.all_consents_of(patient),
			at.all_institutions(),
		)?;
		let named = consents.iter().filter_map(|(grantee, _)| person_of(grantee).cloned());
		let all: BTreeSet<AccountId> = named.chain(others).collect();
		let found = all.into_iter().map(|person| async move {
			let account = at.account(&person).await?;
			let affiliations = match &account {
				Some(account) if account.kind == AccountKind::Practitioner => {
					at.all_affiliations(&person).await?
				},
				_ => vec![],
			};
			Ok::<_, ChainError>(account.map(|account| (person, Person { account, affiliations })))
		});
		let people = try_join_all(found).await?.into_iter().flatten();
		let decider = Decider::new(patient, account.as_ref(), consents, now);
		Self::new(decider, &records, institutions, people)
	}

	/// The same from what was read already.
	///
	/// # Errors
	///
	/// A record has more labels than the chain can store.
	pub fn new(
		decider: Decider,
		records: &[(H256, Record)],
		institutions: impl IntoIterator<Item = (AccountId, AccountKind, Status, Institution)>,
		people: impl IntoIterator<Item = (AccountId, Person)>,
	) -> Result<Self, ChainError> {
		let facts = records.iter().map(|(id, record)| decider::facts(*id, record));
		let records = facts.collect::<Result<_, _>>()?;
		let place = |(account, kind, status, it): (_, _, _, Institution)| {
			(account, Place { kind, status, country: it.country })
		};
		let places = institutions.into_iter().map(place).collect();
		let mut access = Self { decider, records, places, people: people.into_iter().collect() };
		// What was marked as another patient's is not even the patient's to read.
		let mut own = access.decide_about(&access.patient_as_actor()).into_iter();
		access.records.retain(|_| own.next().is_some_and(|decision| decision.is_permit()));
		Ok(access)
	}

	/// The decision in memory.
	pub fn decider(&self) -> &Decider {
		&self.decider
	}

	/// The patient's records, without those that the patient may not read.
	pub fn records(&self) -> &[RecordFacts] {
		&self.records
	}

	/// Everybody who may have access: the staff of every active institution, the roles and care teams
	/// that consents name, and the people who were read, each at the institutions where they work now.
	pub fn everybody(&self) -> Vec<Grantee> {
		let mut all: Vec<Grantee> = self.active().cloned().map(Grantee::Institution).collect();
		let (mut roles, mut teams) = (BTreeSet::new(), BTreeSet::new());
		let mut people = BTreeSet::new();
		for (grantee, _) in self.decider.consents() {
			match grantee {
				Grantee::Role(role) => roles.extend(
					self.active()
						.cloned()
						.map(|institution| Grantee::RoleAt { role: *role, institution }),
				),
				Grantee::RoleAt { .. } => drop(roles.insert(grantee.clone())),
				Grantee::CareTeam { .. } => drop(teams.insert(grantee.clone())),
				Grantee::PractitionerAt { .. } => drop(people.insert(grantee.clone())),
				_ => {},
			}
		}
		let patient = self.decider.patient();
		for person in self.people.keys().filter(|person| *person != patient) {
			people.extend(self.places_of(person));
		}
		all.extend(roles.into_iter().chain(teams).chain(people));
		all
	}

	/// Who sees what: everybody against the categories of the patient's records.
	pub fn table(&self) -> Vec<Row> {
		self.everybody().into_iter().map(|who| self.row(who)).collect()
	}

	/// What this one sees.
	pub fn row(&self, who: Grantee) -> Row {
		let decisions = self.decisions(&who);
		let mut by_category: BTreeMap<u8, (Category, Vec<&Decision>)> = BTreeMap::new();
		for (record, decision) in self.records.iter().zip(&decisions) {
			let place = by_category.entry(record.category.index());
			place.or_insert((record.category, vec![])).1.push(decision);
		}
		let cells = by_category.into_values();
		Row { cells: cells.map(|(category, found)| Cell::of(category, &found)).collect(), who }
	}

	/// What a person sees now, acting for this institution or for none: each record with the decision.
	/// A person who was not read counts as not enrolled.
	pub fn seen_by(
		&self,
		reader: &AccountId,
		institution: Option<&AccountId>,
	) -> Vec<(&RecordFacts, Decision)> {
		let decisions = match self.person(reader, institution) {
			_ if reader == self.decider.patient() => self.decide_about(&self.patient_as_actor()),
			Some(actor) => self.decide_about(&actor),
			None => self.none_is_active(),
		};
		self.records.iter().zip(decisions).collect()
	}

	/// The institutions for which a person acts now.
	pub fn institutions_of(&self, person: &AccountId) -> Vec<AccountId> {
		let now = self.decider.now();
		let affiliations = self.people.get(person).into_iter().flat_map(|it| &it.affiliations);
		let current = affiliations.filter(|(_, affiliation)| in_force(affiliation, now));
		current.map(|(institution, _)| institution.clone()).collect()
	}

	/// Those who stand for a grantee: one for each institution where they may act. A study reads no
	/// record, so nobody stands for it.
	pub(crate) fn actors(&self, grantee: &Grantee) -> Vec<Actor> {
		match grantee {
			Grantee::Everyone => self.active().filter_map(|it| self.staff(it)).collect(),
			Grantee::Role(role) => {
				self.active().filter_map(|it| self.somebody(it, *role, None)).collect()
			},
			Grantee::Person(person) => {
				let at = self.institutions_of(person);
				match at.is_empty() {
					true => self.person(person, None).into_iter().collect(),
					false => at.iter().filter_map(|it| self.person(person, Some(it))).collect(),
				}
			},
			one => self.actor(one).into_iter().collect(),
		}
	}

	/// The decision of each of the patient's records, by a decider that may know other consents.
	pub(crate) fn decisions_by(
		&self,
		decider: &Decider,
		actor: &Actor,
		purpose: Purpose,
	) -> Vec<Decision> {
		decider.decide_each(actor.clone(), Action::Read, purpose, &self.records)
	}

	fn decisions(&self, who: &Grantee) -> Vec<Decision> {
		match self.actor(who) {
			Some(actor) => self.decide_about(&actor),
			None => self.none_is_active(),
		}
	}

	/// Who acts for no institution, such as a representative, also reads at the patient's request.
	fn decide_about(&self, actor: &Actor) -> Vec<Decision> {
		let by = |purpose| self.decisions_by(&self.decider, actor, purpose);
		let decisions = by(Purpose::Treatment);
		if actor.acting_for.is_some() {
			return decisions;
		}
		let at_request = by(Purpose::PatientRequest).into_iter();
		let either = |(decision, at_request): (Decision, Decision)| match decision.is_permit() {
			true => decision,
			false => at_request,
		};
		decisions.into_iter().zip(at_request).map(either).collect()
	}

	fn none_is_active(&self) -> Vec<Decision> {
		vec![Decision::Refuse(Reason::NotActive); self.records.len()]
	}

	/// The only one who stands for a grantee. The others are of several institutions, or studies.
	fn actor(&self, who: &Grantee) -> Option<Actor> {
		match who {
			Grantee::Institution(institution) => self.staff(institution),
			Grantee::RoleAt { role, institution } => self.somebody(institution, *role, None),
			Grantee::CareTeam { institution, team } => {
				self.somebody(institution, self.plain_role(institution), Some(*team))
			},
			Grantee::PractitionerAt { practitioner, institution } => {
				self.person(practitioner, Some(institution))
			},
			Grantee::Person(person) => self.person(person, None),
			Grantee::Everyone
			| Grantee::Role(_)
			| Grantee::Study(_)
			| Grantee::Research
			| Grantee::ResearchOn(_) => None,
		}
	}

	/// A person, at each institution where the person works now, or at none.
	fn places_of(&self, person: &AccountId) -> Vec<Grantee> {
		let practitioner = person;
		let at = self.institutions_of(person).into_iter().map(|institution| {
			Grantee::PractitionerAt { practitioner: practitioner.clone(), institution }
		});
		let at: Vec<_> = at.collect();
		match at.is_empty() {
			true => vec![Grantee::Person(person.clone())],
			false => at,
		}
	}

	fn active(&self) -> impl Iterator<Item = &AccountId> {
		let active = |(_, place): &(&AccountId, &Place)| place.status == Status::Active;
		self.places.iter().filter(active).map(|(account, _)| account)
	}

	fn patient_as_actor(&self) -> Actor {
		Actor {
			account: self.decider.patient().clone(),
			kind: AccountKind::Patient,
			active: true,
			acting_for: None,
			also_at: Default::default(),
			study: None,
		}
	}

	/// Any member of the institution's staff.
	fn staff(&self, institution: &AccountId) -> Option<Actor> {
		self.somebody(institution, self.plain_role(institution), None)
	}

	/// A role that no consent names, so that only what is said of all the staff counts.
	fn plain_role(&self, institution: &AccountId) -> Role {
		let is_named = |role: Role| {
			self.decider.consents().any(|(grantee, _)| match grantee {
				Grantee::Role(named) => *named == role,
				Grantee::RoleAt { role: named, institution: at } => {
					*named == role && at == institution
				},
				_ => false,
			})
		};
		let plain = Role::ALL.iter().copied().find(|role| !is_named(*role));
		plain.unwrap_or(Role::Physician)
	}

	fn somebody(&self, institution: &AccountId, role: Role, team: Option<u32>) -> Option<Actor> {
		let Place { kind, status, country } = *self.places.get(institution)?;
		let acting_for = ActingFor {
			institution: institution.clone(),
			is_authority: kind == AccountKind::Authority,
			role,
			country,
			teams: team.into_iter().collect::<Vec<_>>().try_into().ok()?,
			attested: true,
			since: 0,
		};
		Some(Actor {
			account: SOMEBODY,
			kind: AccountKind::Practitioner,
			active: status == Status::Active,
			acting_for: Some(acting_for),
			also_at: Default::default(),
			study: None,
		})
	}

	/// A person as the state has it. `None` if it is not enrolled.
	fn person(&self, person: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		let found = self.people.get(person)?;
		let affiliations = found.affiliations.iter().filter_map(|(at, affiliation)| {
			let Place { kind, status, country } = *self.places.get(at)?;
			let (institution, affiliation) = (at.clone(), affiliation.clone());
			Some(AffiliatedAt { institution, kind, status, country, affiliation })
		});
		decider::actor(person, &found.account, institution, affiliations, self.decider.now()).ok()
	}
}
