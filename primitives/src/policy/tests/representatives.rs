//! Representatives: the permits by which they read by law, and what their denies do. The people: a mother
//! and a father, both by law, and their child, who is the patient.

use super::{
	properties::{a_question, consents, deny, grantee, moment, record_facts, terms},
	*,
};
use crate::representation::{LegalBasis, Registration, Scopes};
use proptest::{
	collection::vec, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner,
};

const MOTHER: u8 = 60;
const FATHER: u8 = 61;

type Change = fn(&mut Question);

/// The mother wants to read the record.
fn mothers_question() -> Question {
	let actor =
		Actor { account: account(MOTHER), kind: AccountKind::Person, acting_for: None, ..doctor() };
	Question { actor, purpose: Purpose::PatientRequest, ..question() }
}

fn person(id: u8) -> Grantee {
	Grantee::Person(account(id))
}

/// What lets a parent read by law, from the beginning on.
fn parental() -> Terms {
	let (scopes, evidence) = (Scopes::default(), H256::zero());
	let basis = LegalBasis::Parent;
	Registration { basis, scopes, until: Some(UNTIL), evidence }.permit(FROM)
}

fn by_law(id: ConsentId) -> Consent {
	Consent { grantor: Grantor::Law { authority: account(50) }, ..consent(id, parental()) }
}

fn by_father(id: ConsentId, terms: Terms) -> Consent {
	Consent { grantor: Grantor::Representative(account(FATHER)), ..consent(id, terms) }
}

#[test]
fn a_parent_reads_by_law_what_it_covers() {
	let book = book([(person(MOTHER), by_law(7))]);
	let read = |change: Change| {
		let mut question = mothers_question();
		change(&mut question);
		decide_with(&question, &book)
	};
	let reads = by(person(MOTHER), 7);
	let covered: [Change; 6] = [
		|_| {},
		|question| of_record(question).labels = tags(&[3]),
		|question| of_record(question).confidentiality = Confidentiality::Restricted,
		|question| {
			question.action = Action::ReadLog;
			question.subject = Subject::Log;
		},
		|question| question.standing = Standing::Barred { since: 0 },
		|question| question.standing = Standing::Deceased { since: 0 },
	];
	for (number, covered) in covered.into_iter().enumerate() {
		assert_eq!(read(covered), reads, "{number}");
	}
	let lacking: [(Change, Mismatch); 5] = [
		// A young person's secret.
		(
			|question| of_record(question).confidentiality = Confidentiality::VeryRestricted,
			Mismatch::Confidentiality,
		),
		(|question| question.action = Action::Write, Mismatch::Action),
		(|question| question.purpose = Purpose::Treatment, Mismatch::Purpose),
		(|question| question.now = FROM - 1, Mismatch::NotYetValid),
		(|question| question.now = UNTIL, Mismatch::Expired),
	];
	for (change, mismatch) in lacking {
		assert_eq!(read(change), lacks(person(MOTHER), 7, mismatch));
	}
	// The father has none.
	let mut question = mothers_question();
	question.actor.account = account(FATHER);
	assert_eq!(decide_with(&question, &book), Decision::Refuse(Reason::NoConsent));
}

#[test]
fn a_parents_deny_does_not_end_the_others_reading() {
	for denied_one in [person(MOTHER), Grantee::Everyone] {
		let deny = || (denied_one.clone(), by_father(2, Terms::all(DENY)));
		let law = || (person(MOTHER), by_law(1));
		assert_eq!(decide_with(&mothers_question(), &book([law(), deny()])), by(person(MOTHER), 1));
		// It ends what somebody has permitted, and what the law does not cover.
		let permit = (person(MOTHER), consent(0, Terms::all(Effect::Permit)));
		let refused = denied(denied_one.clone(), 2);
		assert_eq!(decide_with(&mothers_question(), &book([permit, deny()])), refused);
		let mut secret = mothers_question();
		of_record(&mut secret).confidentiality = Confidentiality::VeryRestricted;
		assert_eq!(decide_with(&secret, &book([law(), deny()])), refused);
	}
	// The doctor whom the child permits is denied by a parent's deny.
	let permit = (team(), consent(0, Terms::all(Effect::Permit)));
	let deny = (Grantee::Everyone, by_father(2, Terms::all(DENY)));
	let decision = decide_with(&question(), &book([permit, deny]));
	assert_eq!(decision, denied(Grantee::Everyone, 2));
}

#[test]
fn the_patients_deny_ends_what_the_law_permits_also_after_death() {
	for standing in [Standing::Active, Standing::Deceased { since: FROM }] {
		for denied_one in [person(MOTHER), Grantee::Everyone] {
			let law = (person(MOTHER), by_law(1));
			let fathers = (person(MOTHER), by_father(0, Terms::all(DENY)));
			let own = (denied_one.clone(), consent(2, Terms::all(DENY)));
			let question = Question { standing, ..mothers_question() };
			// The patient's deny is the reason, though the father's has the lower number.
			let decision = decide_with(&question, &book([law.clone(), fathers, own]));
			assert_eq!(decision, denied(denied_one, 2));
			// One of other records leaves this one.
			let terms = Terms { records: vec![record(9)].try_into().unwrap(), ..Terms::all(DENY) };
			let other = (person(MOTHER), consent(2, terms));
			assert_eq!(decide_with(&question, &book([law, other])), by(person(MOTHER), 1));
		}
	}
}

#[test]
fn the_law_is_named_before_other_permits() {
	let own = (person(MOTHER), consent(0, Terms::all(Effect::Permit)));
	let both = book([own, (person(MOTHER), by_law(1))]);
	assert_eq!(decide_with(&mothers_question(), &both), by(person(MOTHER), 1));
}

#[test]
fn what_representatives_permit_waits_while_the_key_is_in_doubt() {
	let permit = (team(), by_father(0, Terms::all(Effect::Permit)));
	assert_eq!(decide_with(&question(), &book([permit.clone()])), by(team(), 0));
	let barred = Question { standing: Standing::Barred { since: 0 }, ..question() };
	let waits = lacks(team(), 0, Mismatch::Standing);
	assert_eq!(decide_with(&barred, &book([permit.clone()])), waits);
	// Their denies count.
	let deny = (team(), by_father(1, Terms::all(DENY)));
	assert_eq!(decide_with(&barred, &book([permit, deny])), denied(team(), 1));
}

/// One more provision that a representative gives: a deny for anybody.
fn representatives_denies() -> impl Strategy<Value = Vec<(Grantee, Consent)>> {
	vec((grantee(), terms(deny())), 1..6).prop_map(|denies| {
		let numbered = denies.into_iter().zip(100..);
		numbered.map(|((grantee, terms), id)| (grantee, by_father(id, terms))).collect()
	})
}

/// A question of a representative by law, and the permit, which covers most of what is asked.
fn a_representatives_question() -> impl Strategy<Value = (Question, (Grantee, Consent))> {
	let reading = prop_oneof![
		3 => record_facts().prop_map(|facts| (Action::Read, Subject::Record(facts))),
		1 => Just((Action::ReadLog, Subject::Log)),
	];
	let basis = select(LegalBasis::ALL.to_vec());
	(a_question(), reading, basis, moment()).prop_map(|(question, reading, basis, from)| {
		let (action, subject) = reading;
		let (scopes, evidence) = (Scopes::default(), H256::zero());
		let terms = Registration { basis, scopes, until: None, evidence }.permit(from);
		let reader = person(DOCTOR);
		let kind = AccountKind::Person;
		let (account, acting_for) = (account(DOCTOR), None);
		let actor = Actor { account, kind, active: true, acting_for, ..question.actor.clone() };
		let purpose = Purpose::PatientRequest;
		let asked = Question { actor, action, subject, purpose, break_glass: false, ..question };
		(asked, (reader, Consent { terms, ..by_law(99) }))
	})
}

/// Whether it is permitted by law.
fn is_by_law(decision: &Decision, consents: &[(Grantee, Consent)]) -> bool {
	let Decision::Permit(Basis::Consent(found)) = decision else { return false };
	consents.iter().any(|(_, consent)| consent.id == found.id && consent.is_by_law())
}

fn decide_on(question: &Question, consents: &[(Grantee, Consent)]) -> Decision {
	decide_with(question, &book(consents.iter().cloned()))
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn no_representatives_deny_binds_break_glass(
		mut question in a_question(),
		mut consents in consents(),
		denies in representatives_denies(),
		action in select(vec![Action::Read, Action::Write]),
		facts in record_facts(),
	) {
		question.break_glass = true;
		question.action = action;
		question.subject = Subject::Record(facts);
		let before = decide_on(&question, &consents);
		consents.extend(denies);
		prop_assert_eq!(before, decide_on(&question, &consents));
	}

	#[test]
	fn a_representatives_deny_never_beats_the_law(
		(question, permit) in a_representatives_question(),
		mut consents in consents(),
		denies in representatives_denies(),
	) {
		consents.push(permit);
		let before = decide_on(&question, &consents);
		let by_law = is_by_law(&before, &consents);
		consents.extend(denies);
		let after = decide_on(&question, &consents);
		prop_assert!(!by_law || before == after, "{before:?} and {after:?}");
		// Nor does it open anything.
		prop_assert!(before.is_permit() || !after.is_permit());
	}

	#[test]
	fn the_patients_deny_always_beats_the_law(
		(question, permit) in a_representatives_question(),
		mut consents in consents(),
		key in any::<prop::sample::Index>(),
	) {
		let keys = keys(&question.actor);
		consents.push(permit);
		consents.push((keys[key.index(keys.len())].clone(), consent(100, Terms::all(DENY))));
		prop_assert!(!decide_on(&question, &consents).is_permit());
	}

	/// A permit by law is worth no more than one that the patient gives for the same.
	#[test]
	fn the_law_permits_nothing_that_the_patient_could_not(
		(question, permit) in a_representatives_question(),
	) {
		let alive = Question { standing: Standing::Active, doubt: None, ..question };
		let own = (permit.0.clone(), Consent { grantor: Grantor::Patient, ..permit.1.clone() });
		prop_assert_eq!(decide_on(&alive, &[permit]), decide_on(&alive, &[own]));
	}

	#[test]
	fn the_dead_stay_closed_except_by_law(
		mut question in a_question(),
		mut consents in consents(),
		(asked, permit) in a_representatives_question(),
		by_representative in any::<bool>(),
		since in moment(),
		later in select(vec![0, WRITING_AFTER_DEATH]),
	) {
		if by_representative {
			question = asked;
			consents.push(permit);
		}
		// Who has died has no active account.
		prop_assume!(question.actor.account != question.patient);
		question.standing = Standing::Deceased { since };
		question.now = question.now.saturating_add(later);
		let decision = decide_on(&question, &consents);
		let in_time = question.now < since.saturating_add(WRITING_AFTER_DEATH);
		let is_letter = question.action == Action::Write
			&& in_time
			&& matches!(&decision, Decision::Permit(Basis::Consent(_)));
		let stays_closed = !decision.is_permit() || is_letter;
		prop_assert!(stays_closed || is_by_law(&decision, &consents), "{decision:?}");
	}
}

/// The properties would also hold if nobody read by law. So many must, in each standing that allows it,
/// also against a representative's deny.
#[test]
fn representatives_read_by_law() {
	let mut runner = TestRunner::deterministic();
	let strategy = (a_representatives_question(), consents(), representatives_denies());
	let mut seen = BTreeMap::<&str, u32>::new();
	for _ in 0..20_000 {
		let ((question, permit), mut consents, denies) =
			strategy.new_tree(&mut runner).unwrap().current();
		let of_denies = decide_on(&question, &denies);
		consents.push(permit);
		consents.extend(denies);
		if !is_by_law(&decide_on(&question, &consents), &consents) {
			continue;
		}
		let standing = match question.standing {
			Standing::Active => "active",
			Standing::Barred { .. } => "barred",
			Standing::Deceased { .. } => "deceased",
			Standing::Merged => "merged",
			Standing::Closed => panic!("a closed account is open"),
		};
		*seen.entry(standing).or_default() += 1;
		if matches!(of_denies, Decision::Refuse(Reason::Denied(_))) {
			*seen.entry("denied").or_default() += 1;
		}
	}
	assert_eq!(seen.len(), 5, "{seen:?}");
	assert!(seen.values().all(|times| *times >= 50), "{seen:?}");
}
