//! Whom a deny reaches: the account that it names, and everybody who acts for it, under whichever
//! affiliation.

use super::{properties::*, *};
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};

/// Six kinds of account, and more than one affiliation.
fn any_actor() -> impl Strategy<Value = Actor> {
	let organisation = || select(vec![HOSPITAL_A, HOSPITAL_B]);
	(actor(), select(AccountKind::ALL.to_vec()), organisation()).prop_map(|(actor, kind, id)| {
		let is_organisation = matches!(kind, AccountKind::Institution | AccountKind::Authority);
		let id = if is_organisation { id } else { DOCTOR };
		Actor { kind, account: account(id), active: true, ..actor }
	})
}

/// To whom denies can be addressed.
fn denied_grantee() -> impl Strategy<Value = Grantee> {
	grantee().prop_filter("a permit's grantee", |grantee| {
		!grantee.is_research() && !matches!(grantee, Grantee::PractitionerAt { .. })
	})
}

/// Whether the actor is the one to whom the deny is addressed, or acts for it.
fn belongs_to(actor: &Actor, grantee: &Grantee) -> bool {
	let works = |fits: &dyn Fn(&ActingFor) -> bool| actor.affiliations().any(fits);
	match grantee {
		Grantee::Everyone => true,
		Grantee::Person(account) => actor.account == *account,
		Grantee::Role(role) => works(&|at| at.role == *role),
		Grantee::Institution(institution) => {
			actor.account == *institution || works(&|at| at.institution == *institution)
		},
		Grantee::RoleAt { role, institution } => {
			works(&|at| at.role == *role && at.institution == *institution)
		},
		Grantee::CareTeam { institution, team } => {
			works(&|at| at.institution == *institution && at.teams.contains(team))
		},
		other => panic!("a deny is not for {other:?}"),
	}
}

fn question_of(question: Question, actor: Actor) -> Question {
	Question { actor, action: Action::Read, break_glass: false, ..question }
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn a_deny_reaches_the_account_and_all_who_act_for_it(
		question in a_question(),
		actor in any_actor(),
		mut consents in consents(),
		grantee in denied_grantee(),
	) {
		if !belongs_to(&actor, &grantee) {
			return Ok(());
		}
		let question = question_of(question, actor);
		consents.push((grantee, consent(99, Terms::all(DENY))));
		prop_assert!(!decide_with(&question, &book(consents)).is_permit());
	}

	#[test]
	fn a_permit_reaches_only_who_acts_under_it(
		question in a_question(),
		actor in any_actor(),
		grantee in denied_grantee(),
	) {
		let mut alone = actor.clone();
		alone.also_at = Default::default();
		let permit = book([(grantee, consent(0, Terms::all(Effect::Permit)))]);
		let permits = |actor| decide_with(&question_of(question.clone(), actor), &permit).is_permit();
		prop_assert_eq!(permits(actor), permits(alone));
	}
}

/// The properties would also hold if nobody could read: each kind of person must be able to.
#[test]
fn without_the_deny_people_read() {
	let mut runner = TestRunner::deterministic();
	let strategy = (a_question(), any_actor(), consents(), denied_grantee());
	let mut reads = BTreeMap::<AccountKind, u32>::new();
	for _ in 0..20_000 {
		let (question, actor, consents, grantee) =
			strategy.new_tree(&mut runner).unwrap().current();
		let kind = actor.kind;
		let is_denied = belongs_to(&actor, &grantee) && grantee != Grantee::Everyone;
		let decision = decide_with(&question_of(question, actor), &book(consents));
		if is_denied && decision.is_permit() {
			*reads.entry(kind).or_default() += 1;
		}
	}
	for kind in AccountKind::ALL {
		let is_organisation = matches!(kind, AccountKind::Institution | AccountKind::Authority);
		let times = reads.get(kind).copied().unwrap_or_default();
		assert_eq!(times == 0, is_organisation, "{kind:?}: {reads:?}");
	}
}

#[test]
fn a_deny_is_not_passed_by_acting_for_another_institution() {
	let elsewhere = ActingFor {
		institution: account(HOSPITAL_C),
		is_authority: false,
		role: Role::Nurse,
		country: *b"DE",
		teams: vec![7].try_into().unwrap(),
		attested: false,
		since: 0,
	};
	let mut question = question();
	question.actor.also_at = vec![elsewhere].try_into().unwrap();
	let c = || account(HOSPITAL_C);
	let permit = (Grantee::Person(account(DOCTOR)), consent(0, Terms::all(Effect::Permit)));
	for grantee in [
		Grantee::Role(Role::Nurse),
		Grantee::Institution(c()),
		Grantee::RoleAt { role: Role::Nurse, institution: c() },
		Grantee::CareTeam { institution: c(), team: 7 },
	] {
		let deny = (grantee.clone(), consent(1, Terms::all(DENY)));
		let decision = decide_with(&question, &book([permit.clone(), deny]));
		assert_eq!(decision, denied(grantee.clone(), 1));
		// A permit for an institution is for those who act for it.
		let there = book([(grantee, consent(0, Terms::all(Effect::Permit)))]);
		assert_eq!(decide_with(&question, &there), Decision::Refuse(Reason::NoConsent));
	}
	// Nor is a deny for the other institution's country.
	let countries = vec![*b"DE"].try_into().unwrap();
	let deny = (Grantee::Everyone, consent(1, Terms { countries, ..Terms::all(DENY) }));
	let decision = decide_with(&question, &book([permit, deny]));
	assert_eq!(decision, denied(Grantee::Everyone, 1));
}
