//! Which calls an action is about.

use super::*;
use vouchsafe_protocol::types::ShownText;

const HOSPITAL: AccountId = AccountId::new([1; 32]);
const STUDY: u32 = 3;

fn text() -> ShownText {
	ShownText { commitment: H256::zero(), language: *b"en" }
}

fn grant(grantee: Grantee, terms: Terms) -> RuntimeCall {
	ConsentCall::grant { grantee, terms, text: text() }.into()
}

fn amend(grantee: Grantee, id: u32, terms: Terms) -> RuntimeCall {
	ConsentCall::amend { grantee, id, revision: 0, terms, text: text() }.into()
}

fn revoke(grantee: Grantee, id: u32) -> RuntimeCall {
	ConsentCall::revoke { grantee, id }.into()
}

#[test]
fn joining_a_study_is_a_permit_and_the_end_of_its_denies() {
	let (study, terms) = (Grantee::Study(STUDY), choice::counting_terms());
	let join = |amends| Action::Join {
		study: STUDY,
		amends,
		terms: choice::counting_terms(),
		denies: vec![4, 5],
	};
	assert!(join(None).is_done_by(&grant(study.clone(), terms.clone())));
	assert!(!join(None).is_done_by(&amend(study.clone(), 7, terms.clone())));
	assert!(join(Some(7)).is_done_by(&amend(study.clone(), 7, terms.clone())));
	for other in [
		grant(study.clone(), terms.clone()),
		amend(study.clone(), 8, terms.clone()),
		amend(study.clone(), 7, choice::standing_terms()),
		amend(Grantee::Research, 7, terms),
		revoke(study.clone(), 6),
		revoke(Grantee::Everyone, 4),
	] {
		assert!(!join(Some(7)).is_done_by(&other), "{other:?}");
	}
	assert!(join(None).is_done_by(&revoke(study.clone(), 4)));
	assert!(join(None).is_done_by(&revoke(study.clone(), 5)));
	let leave = Action::Leave { study: STUDY };
	assert!(leave.is_done_by(&grant(study.clone(), choice::leaving_terms())));
	assert!(!leave.is_done_by(&grant(Grantee::Study(4), choice::leaving_terms())));
	assert!(!leave.is_done_by(&grant(study, choice::counting_terms())));
}

#[test]
fn each_action_is_about_its_own_calls() {
	let institution = Grantee::Institution(HOSPITAL);
	let terms = consent::plain_terms(Effect::Permit);
	let holders = |holders: Vec<AccountId>| -> RuntimeCall {
		CustodyCall::choose_holders { holders, countries: vec![] }.into()
	};
	let refuse = |request| -> RuntimeCall { AccessRequestsCall::deny { request }.into() };
	let all: Vec<(Action, RuntimeCall)> = vec![
		(
			Action::Grant { grantee: institution.clone(), terms: terms.clone(), carry: None },
			grant(institution.clone(), terms.clone()),
		),
		(
			Action::Revoke { id: 4, grantee: institution.clone(), terms: terms.clone() },
			revoke(institution.clone(), 4),
		),
		(Action::Resume { id: 5, grantee: Grantee::Everyone }, revoke(Grantee::Everyone, 5)),
		(
			Action::Stop { stop: Stop::default(), amends: None },
			grant(Grantee::Everyone, Stop::default().terms()),
		),
		(Action::Refuse { request: 6 }, refuse(6)),
		(Action::RefuseAssisted, ConsentCall::refuse_assisted.into()),
		(Action::Holders { holders: vec![HOSPITAL], countries: vec![] }, holders(vec![HOSPITAL])),
	];
	for (place, (action, _)) in all.iter().enumerate() {
		for (other, (_, call)) in all.iter().enumerate() {
			assert_eq!(action.is_done_by(call), place == other, "{place} {other}");
		}
	}
	for (action, call) in [
		(&all[1].0, revoke(institution, 5)),
		(&all[1].0, revoke(Grantee::Everyone, 4)),
		(&all[4].0, refuse(7)),
		(&all[6].0, holders(vec![])),
	] {
		assert!(!action.is_done_by(&call), "{call:?}");
	}
	let amends = Action::Stop { stop: Stop::default(), amends: Some(7) };
	assert!(amends.is_done_by(&amend(Grantee::Everyone, 7, Stop::default().terms())));
	assert!(!amends.is_done_by(&amend(Grantee::Everyone, 8, Stop::default().terms())));
	assert!(!amends.is_done_by(&all[3].1));
	let stricter = Stop { binds_emergencies: true, ..Stop::default() };
	assert!(!all[3].0.is_done_by(&grant(Grantee::Everyone, stricter.terms())));
}
