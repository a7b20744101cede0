//! What waits for the confirmation of a changed member, and what does not.

use super::{
	fixtures::{consent, hospital, ID},
	*,
};
use crate::{pins::Pins, scripted::Scripted};
use vouchsafe_protocol::{
	calls::{AccessRequestsCall, RuntimeCall},
	types::{Categories, Category, HolderState, SharingSet},
};

fn narrow() -> Terms {
	let categories = Categories::of(&[Category::Imaging]);
	Terms { categories, ..plain_terms(Effect::Permit) }
}

/// A patient who has given Hospital A a consent with these terms before the hospital changed its key and
/// its name.
async fn patient(terms: Terms) -> (Session<Scripted>, Grantee) {
	let mut session = Session::scripted("//PatientA");
	let genesis = session.genesis();
	session.members = vec![hospital()];
	session.pins = Pins::learn(&session.keep, &genesis, &session.members).await.unwrap();
	session.members[0].custodian = Some(("http://a.example".into(), [2; 32]));
	session.members[0].name = "Clinic A".into();
	session.name_members();
	let grantee = Grantee::Institution(hospital().account);
	let consent = consent(terms);
	session.chain.change(|state| {
		state.institution(&session.members[0]);
		state.answer("consents_of", &vec![(grantee.clone(), consent)]);
	});
	(session, grantee)
}

/// The only call that was signed.
fn signed(session: &Session<Scripted>) -> RuntimeCall {
	let [call] = &session.chain.calls()[..] else { panic!("one call is signed") };
	call.clone()
}

fn waits<T: std::fmt::Debug>(session: &Session<Scripted>, result: Result<T>) {
	let error = result.unwrap_err();
	let advised = error.downcast_ref::<Advised>().expect("advice");
	assert!(matches!(advised.advice, Advice::ConfirmMember(_)), "{error:#}");
	assert!(error.to_string().contains("“Hospital A” and is now “Clinic A”"), "{error}");
	assert!(session.chain.calls().is_empty(), "nothing is signed");
	assert!(session.keep.places().iter().all(|(folder, _)| folder != FOLDER), "nothing is kept");
}

#[tokio::test]
async fn a_revocation_and_a_confirmation_never_wait() {
	let (session, grantee) = patient(plain_terms(Effect::Permit)).await;
	let me = session.me().unwrap().account();
	let said = sentence(&session, &me, &grantee, &plain_terms(Effect::Permit)).await.unwrap();
	assert!(said.contains("Clinic A (5"), "the sentence shows a part of the address: {said}");
	let changed = session.changed_members();
	assert!(changed.len() == 1 && changed[0].1.len() == 2, "{changed:?}");
	revoke(&session, ID).await.unwrap();
	assert_eq!(signed(&session), ConsentCall::revoke { grantee, id: ID }.into());

	let (session, grantee) = patient(plain_terms(Effect::Permit)).await;
	confirm(&session, ID).await.unwrap();
	assert_eq!(signed(&session), ConsentCall::confirm { grantee, id: ID, revision: 3 }.into());

	let (session, _) = patient(plain_terms(Effect::Permit)).await;
	let other = AccountId::new([9; 32]);
	revoke_in_doubt(&session, &other, ID).await.unwrap();
	signed(&session);
}

#[tokio::test]
async fn a_refusal_and_a_deny_never_wait() {
	let (session, grantee) = patient(narrow()).await;
	let deny = Terms::all(Effect::Deny { binds_break_glass: true });
	// The scripted node causes no events.
	let error = grant(&session, grantee, deny).await.unwrap_err().to_string();
	assert!(error.contains("the call succeeded"), "{error}");
	assert!(matches!(signed(&session), RuntimeCall::Consent(ConsentCall::grant { .. })));

	let (session, _) = patient(narrow()).await;
	crate::request::deny(&session, 1).await.unwrap();
	assert_eq!(signed(&session), AccessRequestsCall::deny { request: 1 }.into());
}

#[tokio::test]
async fn an_amendment_waits_only_if_it_widens() {
	let all = || plain_terms(Effect::Permit);
	let (session, _) = patient(all()).await;
	amend(&session, ID, narrow()).await.unwrap();
	assert!(matches!(signed(&session), RuntimeCall::Consent(ConsentCall::amend { .. })));

	let (session, _) = patient(narrow()).await;
	waits(&session, amend(&session, ID, all()).await);
	let until = Terms { valid_until: Some(1), ..all() };
	waits(&session, amend(&session, ID, until).await);

	let deny = || Terms::all(Effect::Deny { binds_break_glass: false });
	let (session, _) = patient(deny()).await;
	waits(&session, amend(&session, ID, narrow()).await);
	amend(&session, ID, Terms { categories: narrow().categories, ..deny() }).await.unwrap();
}

#[tokio::test]
async fn a_new_permit_waits_until_the_change_is_confirmed() {
	let (mut session, grantee) = patient(narrow()).await;
	waits(&session, grant(&session, grantee.clone(), narrow()).await);
	waits(&session, crate::request::approve(&session, 1, grantee.clone(), narrow()).await);
	session.confirm_member(&hospital().account).await.unwrap();
	assert!(session.changed_members().is_empty());
	grant(&session, grantee, narrow()).await.unwrap_err();
	assert!(matches!(signed(&session), RuntimeCall::Consent(ConsentCall::grant { .. })));
}

#[tokio::test]
async fn a_share_and_a_label_key_wait_too() {
	let (session, grantee) = patient(plain_terms(Effect::Permit)).await;
	let me = session.me().unwrap().account();
	let record = Record { patient: me.clone(), ..super::fixtures::record() };
	let holder = HolderState { account: me, kind: HolderKind::Patient, acknowledged: false };
	let set =
		SharingSet { epoch: 0, threshold: 2, holders: vec![holder], commitments: H256::zero() };
	session.chain.change(|state| {
		state.answer("records_of", &vec![(H256([5; 32]), record)]);
		state.answer("sharing_set", &Some(set));
	});
	let all = plain_terms(Effect::Permit);
	let carried = carry(&session, &grantee, ID, &all, None).await.unwrap();
	let [(_, _, why)] = &carried.failed[..] else { panic!("it is not carried: {carried:?}") };
	assert!(carried.carried.is_empty() && why.contains("has changed"), "{why}");

	let terms = Terms {
		actions: vouchsafe_protocol::types::Actions::of(&[Action::Write]),
		..plain_terms(Effect::Permit)
	};
	let (me, key) = (session.me().unwrap(), vouchsafe_vault::label::LabelKey::random());
	LabelTable::keep_key(&session.keep, me, &me.account(), key).await.unwrap();
	let delivered = crate::label_keys::deliver(&session, [(&grantee, &terms)]).await.unwrap();
	let [(_, why)] = &delivered.failed[..] else { panic!("it is not delivered: {delivered:?}") };
	assert!(why.contains("has changed"), "{why}");
}
