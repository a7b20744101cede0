//! When the share that a patient carried to a custodian may stay there.

use super::{
	properties::{a_question, consents},
	*,
};
use crate::policy::carrying::{allows_some_reader, denying_grantees, Carried};
use proptest::prelude::*;

const HOLDER: u8 = HOSPITAL_B;

fn at_hospital_b() -> Grantee {
	Grantee::Institution(account(HOSPITAL_B))
}

/// Whether a share of the record may stay that was carried to hospital B under a permit.
fn may_stay(grantee: &Grantee, terms: Terms, denies: &[Terms]) -> bool {
	let denies: Vec<Consent> = denies.iter().map(|terms| consent(2, terms.clone())).collect();
	let (consent, country) = (consent(1, terms), grantee.institution().map(|_| *b"AT"));
	allows_some_reader(&Carried { grantee, consent: &consent, country }, &facts(), &denies, NOW)
}

fn permit() -> Terms {
	Terms::all(Effect::Permit)
}

fn deny() -> Terms {
	Terms::all(Effect::Deny { binds_break_glass: false })
}

#[test]
fn each_filter_that_leaves_the_record_out_ends_it() {
	assert!(may_stay(&at_hospital_b(), permit(), &[]));
	assert!(!may_stay(&Grantee::Research, permit(), &[]));
	let narrow: [fn(&mut Terms); 11] = [
		|terms| terms.effect = Effect::Deny { binds_break_glass: true },
		|terms| terms.actions = Actions::of(&[Action::Write]),
		|terms| terms.countries = vec![*b"DE"].try_into().unwrap(),
		|terms| terms.valid_until = Some(NOW),
		|terms| terms.records = vec![record(9)].try_into().unwrap(),
		|terms| terms.categories = Categories::of(&[Category::Imaging]),
		|terms| terms.authors = vec![account(HOSPITAL_C)].try_into().unwrap(),
		|terms| terms.responsible = vec![account(HOSPITAL_C)].try_into().unwrap(),
		|terms| terms.data_period.from = Some(FIRST + 1),
		|terms| terms.data_period.to = Some(LAST - 1),
		|terms| terms.labels = only(&[1]),
	];
	for (number, narrow) in narrow.into_iter().enumerate() {
		let mut terms = permit();
		narrow(&mut terms);
		assert!(!may_stay(&at_hospital_b(), terms, &[]), "{number}");
	}
	// It may be used later, or by somebody.
	let widen: [fn(&mut Terms); 3] = [
		|terms| terms.valid_from = Some(NOW + 1),
		|terms| terms.valid_until = Some(NOW + 1),
		|terms| terms.countries = vec![*b"AT"].try_into().unwrap(),
	];
	for widen in widen {
		let mut terms = permit();
		widen(&mut terms);
		assert!(may_stay(&at_hospital_b(), terms, &[]));
	}
}

#[test]
fn a_record_of_another_patient_or_too_confidential_is_not_covered() {
	let permit = consent(1, permit());
	let carried = Carried { grantee: &at_hospital_b(), consent: &permit, country: Some(*b"AT") };
	let allows = |facts: RecordFacts| allows_some_reader(&carried, &facts, [], NOW);
	assert!(allows(facts()));
	assert!(!allows(RecordFacts { status: RecordStatus::WrongPatient, ..facts() }));
	assert!(!allows(RecordFacts { confidentiality: Confidentiality::Restricted, ..facts() }));
	assert!(!allows(RecordFacts { labels: unclassified(), ..facts() }));
}

#[test]
fn nothing_stays_for_who_reads_by_law() {
	let grantee = Grantee::Person(account(DOCTOR));
	let may_stay = |grantor| {
		let consent = Consent { grantor, ..consent(1, permit()) };
		let carried = Carried { grantee: &grantee, consent: &consent, country: None };
		allows_some_reader(&carried, &facts(), [], NOW)
	};
	assert!(may_stay(Grantor::Patient));
	assert!(may_stay(Grantor::Representative(account(OTHER_DOCTOR))));
	assert!(!may_stay(Grantor::Law { authority: account(50) }));
}

#[test]
fn a_deny_that_matches_ends_it() {
	assert!(!may_stay(&at_hospital_b(), permit(), &[deny()]));
	let weaken: [fn(&mut Terms); 9] = [
		|terms| terms.effect = Effect::Permit,
		|terms| terms.valid_from = Some(NOW + 1),
		|terms| terms.valid_until = Some(NOW),
		|terms| terms.actions = Actions::of(&[Action::Write]),
		|terms| terms.countries = vec![*b"DE"].try_into().unwrap(),
		|terms| terms.records = vec![record(9)].try_into().unwrap(),
		|terms| terms.labels = only(&[1]),
		|terms| terms.purposes = Purposes::of(&[Purpose::Research]),
		|terms| terms.traits = StudyTraits::of(&[StudyTrait::Commercial]),
	];
	for (number, weaken) in weaken.into_iter().enumerate() {
		let mut terms = deny();
		weaken(&mut terms);
		assert!(may_stay(&at_hospital_b(), permit(), &[terms]), "{number}");
	}
	// Denies that together name every purpose of the permit.
	let treatment = Terms { purposes: Purposes::of(&[Purpose::Treatment]), ..permit() };
	let denies = |purpose| Terms { purposes: Purposes::of(&[purpose]), ..deny() };
	assert!(may_stay(&at_hospital_b(), treatment.clone(), &[denies(Purpose::EmergencyTreatment)]));
	assert!(!may_stay(&at_hospital_b(), treatment, &[denies(Purpose::Treatment)]));
	// Somebody of another country than the deny's may read.
	let of_one_country = Terms { countries: vec![*b"AT"].try_into().unwrap(), ..deny() };
	let denies = [of_one_country];
	assert!(!may_stay(&at_hospital_b(), permit(), &denies));
	assert!(may_stay(&Grantee::Everyone, permit(), &denies));
}

#[test]
fn the_denies_of_the_grantee_and_of_the_holder_count() {
	let (holder, other) = (account(HOLDER), account(HOSPITAL_C));
	let keys = |grantee| denying_grantees(&grantee, &holder);
	let institution = |id: &AccountId| Grantee::Institution(id.clone());
	assert_eq!(keys(Grantee::Everyone), [Grantee::Everyone, institution(&holder)]);
	let role_at = Grantee::RoleAt { role: Role::Nurse, institution: other.clone() };
	let found = keys(role_at.clone());
	for expected in [
		Grantee::Everyone,
		Grantee::Role(Role::Nurse),
		institution(&holder),
		institution(&other),
		role_at,
	] {
		assert!(found.contains(&expected), "{expected:?}");
	}
	let practitioner = account(DOCTOR);
	let found =
		keys(Grantee::PractitionerAt { practitioner: practitioner.clone(), institution: other });
	assert!(found.contains(&Grantee::Person(practitioner)));
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..Default::default() })]

	/// A share is never destroyed that some reader could ask for.
	#[test]
	fn what_a_consent_permits_may_stay(mut question in a_question(), consents in consents()) {
		question.action = Action::Read;
		let Subject::Record(facts) = &question.subject else { return Ok(()) };
		let book = book(consents.iter().cloned());
		let Decision::Permit(Basis::Consent(found)) = decide_with(&question, &book) else {
			return Ok(());
		};
		let of = |grantee: &Grantee| book.get(grantee).cloned().unwrap_or_default();
		let consent = of(&found.grantee).into_iter().find(|consent| consent.id == found.id).unwrap();
		let is_by_law = consent.is_by_law();
		// The holder is no party to the consents.
		let denies: Vec<Consent> =
			denying_grantees(&found.grantee, &account(99)).iter().flat_map(of).collect();
		let country = found.grantee.institution().and_then(|_| question.actor.country());
		let carried = Carried { grantee: &found.grantee, consent: &consent, country };
		let may_stay = allows_some_reader(&carried, facts, &denies, question.now);
		prop_assert_eq!(may_stay, !is_by_law);
	}
}
