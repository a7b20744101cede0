//! What is read from a fresh view before somebody gets access, and what goes on at an old block. The
//! attack: a node proves an old block when the members are read, at which a member still has a key that
//! was replaced because it was stolen, and the newest block when it is asked how old the block is.

use super::{
	fixtures::{consent, hospital, ID},
	*,
};
use crate::{pins::Pins, scripted::Scripted};
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::ChainError,
	holders::Member,
	types::{Categories, Category, HolderState, SharingSet, Status},
};

fn grantee() -> Grantee {
	Grantee::Institution(hospital().account)
}

fn all() -> Terms {
	plain_terms(Effect::Permit)
}

fn deny() -> Terms {
	Terms::all(Effect::Deny { binds_break_glass: false })
}

fn narrowed(terms: Terms) -> Terms {
	Terms { categories: Categories::of(&[Category::Imaging]), ..terms }
}

/// A patient who has given Hospital A a consent with these terms.
async fn patient(terms: Terms) -> Session<Scripted> {
	let mut session = Session::scripted("//PatientA");
	session.members = vec![hospital()];
	session.pins = Pins::learn(&session.keep, &session.genesis(), &session.members).await.unwrap();
	session.name_members();
	let consent = consent(terms);
	session.chain.change(|state| {
		state.institution(&hospital());
		state.answer("consents_of", &vec![(grantee(), consent)]);
	});
	session
}

/// The same, where a fresh view has this member instead of the hospital.
async fn deceived(terms: Terms, now: &Member) -> Session<Scripted> {
	let session = patient(terms).await;
	session.chain.has_news(|state| state.institution(now));
	session
}

fn is_another<T: std::fmt::Debug>(session: &Session<Scripted>, result: Result<T>) {
	let error = result.unwrap_err().to_string();
	assert!(error.contains("Hospital A is another one on the chain"), "{error}");
	assert!(error.ends_with("run it again"), "{error}");
	assert!(session.chain.calls().is_empty(), "nothing is signed");
	assert!(session.keep.places().iter().all(|(folder, _)| folder != FOLDER), "nothing is kept");
}

fn is_old<T: std::fmt::Debug>(session: &Session<Scripted>, result: Result<T>) {
	let error = result.unwrap_err();
	assert!(matches!(error.downcast_ref(), Some(ChainError::OldHead(_))), "{error:#}");
	assert!(session.chain.calls().is_empty(), "nothing is signed");
}

#[tokio::test]
async fn nothing_is_permitted_to_a_member_of_an_old_block() {
	let custodian = Some(("http://a.example".into(), [2; 32]));
	for now in [
		Member { name: "Clinic A".into(), ..hospital() },
		Member { custodian, ..hospital() },
		Member { custodian: None, ..hospital() },
	] {
		let mut session = deceived(narrowed(all()), &now).await;
		is_another(&session, ensure_grantee_confirmed(&session, &grantee(), &all()).await);
		is_another(&session, grant(&session, grantee(), all()).await);
		is_another(&session, crate::request::approve(&session, 1, grantee(), all()).await);
		is_another(&session, amend(&session, ID, all()).await);
		is_another(&session, confirm(&session, ID).await);
		let account = hospital().account;
		let authors = Terms { authors: vec![account.clone()].try_into().unwrap(), ..all() };
		is_another(&session, grant(&session, Grantee::Everyone, authors).await);
		let accepted = session.confirm_member(&account).await;
		is_another(&session, accepted);
		// What takes access away goes on.
		amend(&session, ID, narrowed(all())).await.unwrap();
		revoke(&session, ID).await.unwrap();
		grant(&session, grantee(), deny()).await.unwrap_err();
		assert_eq!(session.chain.calls().len(), 3);
	}
}

/// The attack: a member is suspended because its keys were stolen, and an old block is proven at which it
/// still takes part.
#[tokio::test]
async fn nothing_is_permitted_to_a_member_that_does_not_take_part() {
	for (status, word) in [(Status::Suspended, "suspended"), (Status::Ended, "ended")] {
		let session = deceived(narrowed(all()), &Member { status, ..hospital() }).await;
		let is_refused = |result: Result<()>| {
			let error = result.unwrap_err().to_string();
			let said = format!("Hospital A is no longer active ({word}), ");
			assert!(error.starts_with(&said), "{error}");
			assert!(session.chain.calls().is_empty(), "nothing is signed");
		};
		is_refused(ensure_grantee_confirmed(&session, &grantee(), &all()).await);
		is_refused(grant(&session, grantee(), all()).await.map(drop));
		is_refused(crate::request::approve(&session, 1, grantee(), all()).await.map(drop));
		is_refused(amend(&session, ID, all()).await.map(drop));
		is_refused(confirm(&session, ID).await.map(drop));
		// Records that it wrote can be permitted to others, and what takes access away goes on.
		let authors = vec![hospital().account].try_into().unwrap();
		grant(&session, Grantee::Everyone, Terms { authors, ..all() }).await.unwrap_err();
		amend(&session, ID, narrowed(all())).await.unwrap();
		revoke(&session, ID).await.unwrap();
		grant(&session, grantee(), deny()).await.unwrap_err();
		assert_eq!(session.chain.calls().len(), 4);
	}
}

#[tokio::test]
async fn no_share_and_no_label_key_is_sealed_to_a_key_of_an_old_block() {
	let custodian = Some(("http://a.example".into(), [2; 32]));
	nothing_is_sealed(&Member { custodian, ..hospital() }, "is another one on the chain").await;
}

#[tokio::test]
async fn no_share_and_no_label_key_is_sealed_to_a_member_that_does_not_take_part() {
	for (status, why) in [
		(Status::Suspended, "is no longer active (suspended)"),
		(Status::Ended, "is no longer active (ended)"),
	] {
		nothing_is_sealed(&Member { status, ..hospital() }, why).await;
	}
}

/// Nothing is sealed to the hospital for this reason if a fresh view has this member instead of it.
async fn nothing_is_sealed(now: &Member, reason: &str) {
	let session = patient(all()).await;
	let me = session.me().unwrap().account();
	let record = Record { patient: me.clone(), ..super::fixtures::record() };
	let holder = HolderState { account: me, kind: HolderKind::Patient, acknowledged: false };
	let set =
		SharingSet { epoch: 0, threshold: 2, holders: vec![holder], commitments: H256::zero() };
	session.chain.has_news(|state| {
		state.institution(now);
		state.answer("records_of", &vec![(H256([5; 32]), record)]);
		state.answer("sharing_set", &Some(set));
	});
	let carried = carry(&session, &grantee(), ID, &all(), None).await.unwrap();
	let [(_, _, why)] = &carried.failed[..] else { panic!("it is not carried: {carried:?}") };
	assert!(carried.carried.is_empty() && why.contains(reason), "{why}");

	let writing = Terms { actions: Actions::of(&[Action::Write]), ..all() };
	let key = vouchsafe_vault::label::LabelKey::random();
	let me = session.me().unwrap();
	LabelTable::keep_key(&session.keep, me, &me.account(), key).await.unwrap();
	let delivered = crate::label_keys::deliver(&session, [(&grantee(), &writing)]).await.unwrap();
	let [(_, why)] = &delivered.failed[..] else { panic!("it is not delivered: {delivered:?}") };
	assert!(why.contains(reason), "{why}");
}

/// A member cannot be accepted as it was in an old block, and once it is accepted its earlier name still
/// does not mean a newcomer.
#[tokio::test]
async fn a_change_is_confirmed_as_a_fresh_view_has_it() {
	let mut session = patient(all()).await;
	let account = hospital().account;
	let renamed = Member { name: "Clinic A".into(), ..hospital() };
	session.members = vec![renamed.clone()];
	session.chain.is_behind();
	let accepted = session.confirm_member(&account).await;
	is_old(&session, accepted);
	session.chain.has_news(|state| state.institution(&renamed));
	session.confirm_member(&account).await.unwrap();

	let newcomer = Member { account: AccountId::new([2; 32]), ..hospital() };
	session.members.push(newcomer.clone());
	session.names = Names::default();
	session.pins = Pins::learn(&session.keep, &session.genesis(), &session.members).await.unwrap();
	session.name_members();
	assert!(session.changed_members().is_empty());
	assert!(session.grantee("Hospital A").is_err(), "it may mean either");
	let shown = session.names.show(&newcomer.account);
	assert!(session.grantee(&shown).unwrap() == Grantee::Institution(newcomer.account));
	assert!(session.grantee("Clinic A").unwrap() == grantee());
}

#[tokio::test]
async fn at_an_old_block_access_is_only_taken_away() {
	let session = patient(all()).await;
	session.chain.is_behind();
	is_old(&session, grant(&session, grantee(), all()).await);
	is_old(&session, confirm(&session, ID).await);
	amend(&session, ID, narrowed(all())).await.unwrap();
	amend(&session, ID, deny()).await.unwrap();
	revoke(&session, ID).await.unwrap();
	let [.., last] = &session.chain.calls()[..] else { panic!("it is signed") };
	assert_eq!(*last, RuntimeCall::from(ConsentCall::revoke { grantee: grantee(), id: ID }));
	assert_eq!(session.chain.calls().len(), 3);

	let session = patient(narrowed(deny())).await;
	session.chain.is_behind();
	is_old(&session, revoke(&session, ID).await);
	is_old(&session, amend(&session, ID, all()).await);
	let less = Terms { valid_until: Some(20), ..narrowed(deny()) };
	is_old(&session, amend(&session, ID, less).await);
	amend(&session, ID, deny()).await.unwrap();
	assert_eq!(session.chain.calls().len(), 1);
}
