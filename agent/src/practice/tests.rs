use super::*;
use crate::{
	consent::fixtures::{hospital, record},
	memory::MemoryKeep,
	scripted::{Scripted, ScriptedNode},
};
use vouchsafe_protocol::{
	messages,
	types::{
		Actions, Asked, Categories, Confidentiality, DataPeriod, Grantee, Ground, LabelFilter,
		Opening, Purpose, Purposes,
	},
};

const NOW: u64 = 1_800_000_000;
const PATIENT: AccountId = AccountId::new([9; 32]);

fn session() -> Session<Scripted> {
	let mut session = Session::scripted("//DoctorB");
	session.members.push(hospital());
	session.chain.change(|state| state.set(storage::now(), &(NOW * 1_000)));
	session
}

fn me(session: &Session<Scripted>) -> AccountId {
	session.me().unwrap().account()
}

fn request(asker: AccountId) -> Request {
	Request {
		asker,
		institution: AccountId::new([1; 32]),
		grantee: Grantee::Institution(AccountId::new([1; 32])),
		referred_by: None,
		asked: Asked {
			actions: Actions(1),
			purposes: Purposes(1),
			categories: Categories(1),
			labels: LabelFilter::Unlabelled,
			confidentiality: Confidentiality::Normal,
			records: vec![],
			data_period: DataPeriod::default(),
		},
		duration: 60,
		reason: vec![],
		submitted: NOW - 10,
		expires: NOW + 10,
	}
}

fn noted(asked: u64, expires: u64) -> Noted {
	Noted { asked, expires }
}

async fn states(session: &Session<Scripted>, patient: Option<&AccountId>) -> Vec<(u32, State)> {
	let at = session.finalized().await.unwrap();
	let found = own_requests(session, &at, patient).await.unwrap();
	found.iter().map(|it| (it.id, it.state)).collect()
}

#[tokio::test]
async fn a_request_waits_is_gone_or_has_expired() {
	let session = session();
	assert!(states(&session, None).await.is_empty());
	for (id, asked, expires) in [(1, 30, NOW + 1), (2, 20, NOW + 1), (3, 10, NOW)] {
		note(&session, &PATIENT, id, noted(asked, expires)).await.unwrap();
	}
	let (mine, other) = (request(me(&session)), request(AccountId::new([8; 32])));
	session.chain.change(|state| {
		state.set(storage::request(&PATIENT, 1), &mine);
		// The chain still has it: it is swept later.
		state.set(storage::request(&PATIENT, 3), &mine);
		// A number that another one's request has is not the user's.
		state.set(storage::request(&PATIENT, 2), &other);
	});
	let all = [(1, State::Waiting), (2, State::Gone), (3, State::Expired)];
	assert_eq!(states(&session, None).await, all);
	assert_eq!(states(&session, Some(&PATIENT)).await.len(), 3);
	assert!(states(&session, Some(&AccountId::new([8; 32]))).await.is_empty());
}

#[tokio::test]
async fn notes_are_sealed_and_few() {
	let session = session();
	for id in 0..=MOST as u32 {
		note(&session, &PATIENT, id, noted(0, u64::from(id))).await.unwrap();
	}
	let me = session.me().unwrap();
	let notes = read_notes(&session.keep, me, &session.genesis()).await.unwrap();
	assert_eq!(notes.len(), MOST);
	assert!(!notes.contains_key(&key(&PATIENT, 0)), "the first to expire is forgotten");
	let [(folder, name)] = &session.keep.places()[..] else { panic!("one file") };
	let bytes = session.keep.read(folder, name).await.unwrap().unwrap();
	let patient = hex::encode(account_bytes(&PATIENT));
	assert!(!String::from_utf8_lossy(&bytes).contains(&patient));
	assert_eq!(parse(&key(&PATIENT, 7)), Some((PATIENT, 7)));
	assert_eq!(parse("09-7"), None);
}

#[tokio::test]
async fn another_device_gets_the_notes() {
	let session = session();
	note(&session, &PATIENT, 7, noted(1, 2)).await.unwrap();
	let me = session.me().unwrap();
	let notes = read_notes(&session.keep, me, &session.genesis()).await.unwrap();
	let other = MemoryKeep::default();
	write_notes(&other, me, &session.genesis(), &notes).await.unwrap();
	let read = read_notes(&other, me, &session.genesis()).await.unwrap();
	assert_eq!(read, notes);
	assert!(read_notes(&other, me, &H256([2; 32])).await.unwrap().is_empty(), "another chain");
}

fn says(session: &mut Session<Scripted>, records: &[u8], next: Option<u8>) {
	session.custodians.openable = Some(messages::Openable {
		block: H256::zero().into(),
		records: records.iter().map(|it| messages::Hex([*it; 32])).collect(),
		next: next.map(|it| messages::Hex([it; 32])),
	});
}

#[tokio::test]
async fn only_records_that_are_proven_are_shown() {
	let mut session = session();
	let at: ScriptedNode = session.finalized().await.unwrap();
	let institution = AccountId::new([1; 32]);
	let error = openable(&session, &at, &PATIENT, &institution).await.unwrap_err();
	assert!(error.downcast_ref::<ChainError>().is_some(), "{error:#}");

	says(&mut session, &[5, 6], Some(6));
	session.chain.change(|state| state.answer("record", &Some(record())));
	let found = openable(&session, &at, &PATIENT, &institution).await.unwrap();
	assert_eq!((found.records.len(), found.has_more), (2, true));
	assert_eq!(found.named_by, institution);

	// A custodian that names records which nobody proves shows nothing.
	session.chain.change(|state| state.answer("record", &None::<Record>));
	says(&mut session, &[5, 6], None);
	let found = openable(&session, &at, &PATIENT, &institution).await.unwrap();
	assert!(found.records.is_empty() && !found.has_more);
}

#[tokio::test]
async fn an_opening_ends() {
	let session = session();
	let opening = |record: u8, at| Opening {
		record: H256([record; 32]),
		at,
		block: 1,
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: None },
	};
	let openings = vec![
		opening(1, NOW),
		opening(2, NOW - OPENING_LIFETIME + 1),
		opening(3, NOW - OPENING_LIFETIME),
	];
	session.chain.change(|state| state.answer("openings", &openings));
	let at = session.finalized().await.unwrap();
	let left = seconds_left(&at, &me(&session), &PATIENT).await.unwrap();
	assert_eq!(
		left.into_iter().collect::<Vec<_>>(),
		[(H256([1; 32]), OPENING_LIFETIME), (H256([2; 32]), 1)]
	);
}

#[tokio::test]
async fn clinicians_affiliations_come_first_and_past_ones_are_left_out() {
	let session = session();
	let affiliation = |role, until| Affiliation {
		role,
		from: 0,
		until,
		accepted: true,
		attested: false,
		teams: vec![],
	};
	let all: Vec<(AccountId, Affiliation)> = vec![
		(AccountId::new([1; 32]), affiliation(Role::Registrar, None)),
		(AccountId::new([2; 32]), affiliation(Role::Physician, Some(NOW))),
		(AccountId::new([3; 32]), affiliation(Role::Nurse, Some(NOW + 1))),
	];
	session.chain.change(|state| state.answer("affiliations", &all));
	let at = session.finalized().await.unwrap();
	let found = affiliations(&at, &me(&session)).await.unwrap();
	let roles: Vec<_> = found.iter().map(|(_, it)| it.role).collect();
	assert_eq!(roles, [Role::Nurse, Role::Registrar]);
	assert!(is_clinical(Role::Nurse) && !is_clinical(Role::Registrar));
}
