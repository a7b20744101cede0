use super::*;
use crate::{keys::Identity, names::Names, scripted::Scripted};
use vouchsafe_protocol::{
	api,
	calls::RuntimeCall,
	types::{Account, AccountId, AccountKind},
};

const FROM: u64 = 1_700_000_000;

fn identity(uri: &str) -> Identity {
	Identity::development(uri).unwrap()
}

fn who(uri: &str) -> AccountId {
	identity(uri).account()
}

fn people(uris: &[&str]) -> Vec<AccountId> {
	uris.iter().map(|uri| who(uri)).collect()
}

fn account(kind: AccountKind, status: Status, encryption_key: [u8; 32]) -> Account {
	Account {
		kind,
		status,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key,
		enrolled_by: AccountId::new([1; 32]),
	}
}

fn view(present: Option<H256>, next: Option<H256>) -> RecoveryView {
	let guardians = |commitment| Guardians { commitment, threshold: 2, count: 3, set_at: 5 };
	RecoveryView {
		key: who("//PatientA"),
		guardians: present.map(guardians),
		next: next.map(|commitment| (guardians(commitment), FROM)),
		change: None,
		attempt: None,
	}
}

/// A patient's session. The chain takes what it is told, and then has these guardians.
fn session() -> Session<Scripted> {
	let session = Session::scripted("//PatientA");
	session.chain.change(|state| {
		state.answer("account", &None::<Account>);
		state.answer_care("recovery", &view(None, None));
		for (uri, kind) in [
			("//PatientA", AccountKind::Patient),
			("//PatientB", AccountKind::Patient),
			("//DoctorA", AccountKind::Practitioner),
			("//DoctorB", AccountKind::Practitioner),
		] {
			let key = identity(uri).encryption_key();
			let account = account(kind, Status::Active, key);
			state.answer_to(api::account(&who(uri)), &Some(account));
		}
	});
	let mut present = None;
	session.chain.react(move |call, state| {
		let RuntimeCall::Recovery(RecoveryCall::set_guardians { commitment, .. }) = call else {
			panic!("guardians are named: {call:?}")
		};
		let before = *present.get_or_insert(*commitment);
		let next = Some(*commitment).filter(|next| *next != before);
		state.answer_care("recovery", &view(Some(before), next));
		let (account, from) = (who("//PatientA"), FROM);
		vec![Event::Recovery(RecoveryEvent::GuardiansSet { account, from })]
	});
	session
}

const THREE: [&str; 3] = ["//PatientB", "//DoctorA", "//DoctorB"];

async fn chosen(session: &Session<Scripted>) -> GuardianList {
	choose(session, &people(&THREE), 2, " Eva Muster ").await.unwrap()
}

#[tokio::test]
async fn guardians_are_named_and_get_their_cards() {
	let session = session();
	let list = chosen(&session).await;
	let mut sorted = people(&THREE);
	sorted.sort_unstable();
	assert_eq!((list.guardians(), list.threshold(), list.name()), (sorted, 2, "Eva Muster"));
	assert_eq!(set(&session, &list).await.unwrap(), Named { from: FROM, block: 1 });
	let calls = session.chain.calls();
	let [RuntimeCall::Recovery(RecoveryCall::set_guardians { commitment, threshold, count })] =
		&calls[..]
	else {
		panic!("one call: {calls:?}")
	};
	assert_eq!((*commitment, *threshold, *count), (list.commitment(&who("//PatientA")), 2, 3));

	let cards = cards(&session, &list).await.unwrap();
	assert_eq!(cards.len(), 3);
	for (guardian, file) in cards {
		let uri = THREE.into_iter().find(|uri| who(uri) == guardian).unwrap();
		let genesis = session.genesis();
		let card = Card::open(file.as_bytes(), genesis, &identity(uri), &Names::default()).unwrap();
		assert_eq!((card.account.clone(), &*card.name), (who("//PatientA"), "Eva Muster"));
		assert_eq!(card.commitment(), *commitment);
	}
}

#[tokio::test]
async fn who_cannot_be_a_guardian_is_said() {
	let session = session();
	let tried = async |uris: &[&str], threshold| {
		let error = choose(&session, &people(uris), threshold, "Eva").await.unwrap_err();
		error.to_string()
	};
	assert!(tried(&["//DoctorA"], 1).await.starts_with("one guardian alone could take over"));
	assert!(tried(&[], 2).await.contains("name at least 2 guardians"));
	assert!(tried(&THREE, 1).await.contains("with a threshold of 1"));
	assert!(tried(&THREE, 0).await.contains("at least 2 guardians must have to approve"));
	assert!(tried(&THREE, 4).await.starts_with("3 guardians cannot give 4 approvals"));
	let eight: Vec<String> = (0..8).map(|number| format!("//Guardian{number}")).collect();
	let eight: Vec<&str> = eight.iter().map(String::as_str).collect();
	assert!(tried(&eight, 2).await.starts_with("there can be at most 7"));
	assert!(tried(&["//DoctorA", "//DoctorB", "//DoctorA"], 2).await.contains("named twice"));
	assert!(tried(&["//PatientA", "//DoctorA"], 2).await.contains("of your own account"));
	assert!(tried(&["//DoctorA", "//Stranger"], 2).await.contains("is not enrolled"));
	session.chain.change(|state| {
		let suspended = account(AccountKind::Practitioner, Status::Suspended, [7; 32]);
		state.answer_to(api::account(&who("//DoctorB")), &Some(suspended));
	});
	assert!(tried(&["//DoctorA", "//DoctorB"], 2).await.contains("does not take part now"));
	for name in ["", " ", &"x".repeat(MAX_NAME + 1)] {
		let two = people(&["//DoctorA", "//PatientB"]);
		assert!(choose(&session, &two, 2, name).await.is_err(), "{name:?}");
	}
	session.chain.change(|state| {
		let hospital = account(AccountKind::Institution, Status::Active, [7; 32]);
		state.answer_to(api::account(&who("//PatientA")), &Some(hospital));
	});
	assert!(tried(&["//DoctorA", "//PatientB"], 2)
		.await
		.contains("an institution has no guardians"));
	assert!(session.chain.calls().is_empty() && session.keep.places().is_empty());
}

#[tokio::test]
async fn the_lists_that_the_chain_has_are_kept() {
	let session = session();
	assert_eq!(known(&session).await.unwrap(), []);
	let error = last_named(&session).await.unwrap_err();
	assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::NameGuardians);
	let (first, second, third) =
		(chosen(&session).await, chosen(&session).await, chosen(&session).await);
	assert_ne!(first, second, "each has its own salt");
	for list in [&first, &second, &third] {
		set(&session, list).await.unwrap();
	}
	let found = known(&session).await.unwrap();
	let lists: Vec<_> = found.iter().map(|it| it.list.clone()).collect();
	assert_eq!(lists, [Some(first), Some(third.clone())]);
	assert_eq!(found.iter().map(|it| it.from).collect::<Vec<_>>(), [None, Some(FROM)]);
	assert_eq!(last_named(&session).await.unwrap(), third);
	assert_eq!(Kept::read(&session).await.unwrap().lists.len(), 2);
}

/// Who finds the file must not learn who the guardians are, and another device does not have it.
#[tokio::test]
async fn the_list_is_private() {
	let session = session();
	let list = chosen(&session).await;
	set(&session, &list).await.unwrap();
	let [(folder, name)] = &session.keep.places()[..] else { panic!("one file") };
	let kept = session.keep.read(folder, name).await.unwrap().unwrap();
	assert!(serde_json::from_slice::<serde_json::Value>(&kept).is_err());
	session.keep.write(folder, name, b"damaged").await.unwrap();
	let found = known(&session).await.unwrap();
	assert!(found.len() == 1 && found[0].list.is_none());
	let error = last_named(&session).await.unwrap_err();
	assert!(error.to_string().contains("is not here"), "{error}");
}

#[tokio::test]
async fn a_list_is_kept_before_it_is_signed() {
	let session = session();
	let list = chosen(&session).await;
	session.chain.refuses(vouchsafe_protocol::errors::ChainError::QuotaSpent);
	set(&session, &list).await.unwrap_err();
	assert_eq!(Kept::read(&session).await.unwrap().lists, [list]);
}

/// Two programs of the same person. Each list is kept until the chain says which ones count.
#[tokio::test]
async fn two_at_once_lose_no_list() {
	let session = session();
	let (one, other) = (chosen(&session).await, chosen(&session).await);
	let (first, second) = tokio::join!(set(&session, &one), set(&session, &other));
	assert!(first.is_ok() && second.is_ok());
	let found = known(&session).await.unwrap();
	let lists: Vec<_> = found.into_iter().filter_map(|it| it.list).collect();
	assert!(lists == [one.clone(), other.clone()] || lists == [other, one], "{lists:?}");
}

#[tokio::test]
async fn a_node_that_is_behind_makes_no_list_a_former_one() {
	let session = session();
	session.chain.lags();
	session.chain.react(|_, _| {
		let (account, from) = (who("//PatientA"), FROM);
		vec![Event::Recovery(RecoveryEvent::GuardiansSet { account, from })]
	});
	let both = [chosen(&session).await, chosen(&session).await];
	for list in &both {
		set(&session, list).await.unwrap();
	}
	assert_eq!(Kept::read(&session).await.unwrap().lists, both);
}
