//! A patient with records at two hospitals, an authority, and people, for tests.

use super::*;
use crate::consent::fixtures::record;
use vouchsafe_protocol::types::{
	ActingStudy, Actions, Confidentiality, Consent, Effect, Grantor, LabelFilter, ShownText,
	StudyTrait, StudyTraits, Terms, POLICY_VERSION,
};

pub(crate) const NOW: u64 = 1_000_000;
pub(crate) const PATIENT: AccountId = AccountId::new([9; 32]);
pub(crate) const A: AccountId = AccountId::new([1; 32]);
pub(crate) const B: AccountId = AccountId::new([2; 32]);
pub(crate) const AUTHORITY: AccountId = AccountId::new([3; 32]);
/// A physician at Hospital B, in care team 1.
pub(crate) const DOCTOR: AccountId = AccountId::new([4; 32]);
/// A nurse at Hospital A and at Hospital B.
pub(crate) const NURSE: AccountId = AccountId::new([5; 32]);
/// A relative.
pub(crate) const RELATIVE: AccountId = AccountId::new([6; 32]);
pub(crate) const RESEARCHER: AccountId = AccountId::new([7; 32]);

pub(crate) fn account(kind: AccountKind) -> Account {
	Account {
		kind,
		status: Status::Active,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key: [0; 32],
		enrolled_by: A,
	}
}

pub(crate) fn institutions() -> Vec<(AccountId, AccountKind, Status, Institution)> {
	let institution = |account, kind, country| {
		let name = b"Hospital".to_vec();
		let institution = Institution { name, country, custodian: None, cap: 1, enrolled: 0 };
		(account, kind, Status::Active, institution)
	};
	vec![
		institution(A, AccountKind::Institution, *b"DE"),
		institution(B, AccountKind::Institution, *b"AT"),
		institution(AUTHORITY, AccountKind::Authority, *b"DE"),
	]
}

pub(crate) fn affiliation(role: Role, teams: Vec<u32>) -> Affiliation {
	Affiliation { role, from: 0, until: None, accepted: true, attested: true, teams }
}

pub(crate) fn people() -> Vec<(AccountId, Person)> {
	let person = |kind, affiliations| Person { account: account(kind), affiliations };
	let doctor = vec![(B, affiliation(Role::Physician, vec![1]))];
	let nurse = vec![(A, affiliation(Role::Nurse, vec![])), (B, affiliation(Role::Nurse, vec![]))];
	vec![
		(DOCTOR, person(AccountKind::Practitioner, doctor)),
		(NURSE, person(AccountKind::Practitioner, nurse)),
		(RELATIVE, person(AccountKind::Person, vec![])),
	]
}

/// Record 1 is a laboratory report, record 2 a restricted one, record 3 an imaging result of 2009.
pub(crate) fn records() -> Vec<(H256, Record)> {
	let mut records: Vec<_> = (1..=3).map(|id| (H256([id; 32]), record())).collect();
	records[1].1.confidentiality = Confidentiality::Restricted;
	records[2].1.category = Category::Imaging;
	records[2].1.service.first = 1309;
	records[2].1.service.last = 1310;
	records
}

pub(crate) fn given(id: u32, terms: Terms) -> Consent {
	Consent {
		id,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 10,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: H256([0; 32]), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

pub(crate) fn access(consents: Vec<(Grantee, Consent)>) -> Access {
	let patient = account(AccountKind::Patient);
	let decider = Decider::new(&PATIENT, Some(&patient), consents, NOW);
	Access::new(decider, &records(), institutions(), people()).unwrap()
}

/// Terms of a permit of everything that a permit can be about.
pub(crate) fn everything() -> Terms {
	Terms {
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		actions: Actions::of(Action::ALL),
		traits: StudyTraits::of(StudyTrait::ALL),
		..Terms::all(Effect::Permit)
	}
}

/// A grantee of each kind, and somebody to whom it fits.
pub(crate) fn grantees(access: &Access) -> Vec<(Grantee, Actor)> {
	let nurse_at_a = access.person(&NURSE, Some(&A)).unwrap();
	let doctor = access.person(&DOCTOR, Some(&B)).unwrap();
	let study = ActingStudy { id: 3, disease: Some(5148), country: *b"DE" };
	let researcher = Actor {
		account: RESEARCHER,
		kind: AccountKind::Researcher,
		active: true,
		acting_for: None,
		also_at: Default::default(),
		study: Some(study),
	};
	vec![
		(Grantee::Everyone, doctor.clone()),
		(Grantee::Role(Role::Nurse), nurse_at_a.clone()),
		(Grantee::Institution(A), nurse_at_a.clone()),
		(Grantee::Institution(AUTHORITY), access.staff(&AUTHORITY).unwrap()),
		(Grantee::RoleAt { role: Role::Nurse, institution: A }, nurse_at_a),
		(Grantee::CareTeam { institution: B, team: 1 }, doctor.clone()),
		(Grantee::PractitionerAt { practitioner: DOCTOR, institution: B }, doctor.clone()),
		(Grantee::Person(DOCTOR), doctor),
		(Grantee::Person(RELATIVE), access.person(&RELATIVE, None).unwrap()),
		(Grantee::Study(3), researcher.clone()),
		(Grantee::Research, researcher.clone()),
		(Grantee::ResearchOn(5148), researcher),
	]
}
