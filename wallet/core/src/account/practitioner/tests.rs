use super::*;
use crate::{
	account::first_values,
	device::DeviceKey,
	extension::{ExtensionSecrets, Prompts, Secrets},
	messages::ExtensionAccount,
	tests::host::TestHost,
};
use vouchsafe_agent::{
	keys::KeyFile,
	platform::{Document, Draft as _, Keep as _, Sink as _},
};
use vouchsafe_protocol::{
	calls::{CustodyCall, RuntimeCall},
	types::{Actions, Asked, Confidentiality, DataPeriod, LabelFilter, Purposes},
};
use vouchsafe_vault::{passphrase::Cost, seal::SecretKey};

const PATIENT: AccountId = AccountId::new([9; 32]);
const HOSPITAL: AccountId = AccountId::new([1; 32]);

fn call(edit: impl FnOnce(&mut Asked, &mut Grantee, &mut u64, &mut Vec<u8>)) -> RuntimeCall {
	let mut asked = Asked {
		actions: Actions(1),
		purposes: Purposes(1),
		categories: Categories(1),
		labels: LabelFilter::Unlabelled,
		confidentiality: Confidentiality::Normal,
		records: vec![],
		data_period: DataPeriod { from: Some(100), to: None },
	};
	let (mut grantee, mut duration) = (Grantee::Institution(HOSPITAL), DAY);
	let mut reason = b"sealed".to_vec();
	edit(&mut asked, &mut grantee, &mut duration, &mut reason);
	let (patient, institution) = (PATIENT, HOSPITAL);
	AccessRequestsCall::submit { patient, institution, grantee, asked, duration, reason }.into()
}

fn asking(call: &RuntimeCall) -> Action {
	let RuntimeCall::AccessRequests(call) = call else { panic!() };
	Action::Ask { call: call.clone(), reason: "a reason".into() }
}

/// Only the bytes of the request that was shown are signed.
#[test]
fn another_request_than_the_shown_one_is_not_signed() {
	let shown = asking(&call(|_, _, _, _| {}));
	let is_signed = |call: &RuntimeCall| shown.is_done_by(call);
	assert!(is_signed(&call(|_, _, _, _| {})));
	assert!(!is_signed(&call(|asked, _, _, _| asked.categories = Categories(3))));
	assert!(!is_signed(&call(|asked, _, _, _| asked.data_period.from = None)));
	assert!(!is_signed(&call(|asked, _, _, _| asked.labels = LabelFilter::Any)));
	assert!(!is_signed(&call(|_, grantee, _, _| *grantee = Grantee::Everyone)));
	assert!(!is_signed(&call(|_, _, duration, _| *duration += 1)));
	assert!(!is_signed(&call(|_, _, _, reason| reason.push(0))));
	let patient = PATIENT;
	assert!(!is_signed(&AccessRequestsCall::withdraw { patient, request: 1 }.into()));

	let withdrawal = Action::Withdraw { patient: PATIENT, request: 1 };
	let withdraws = |patient: AccountId, request| {
		let call = AccessRequestsCall::withdraw { patient, request };
		withdrawal.is_done_by(&call.into())
	};
	assert!(withdraws(PATIENT, 1));
	assert!(!withdraws(PATIENT, 2) && !withdraws(HOSPITAL, 1));
}

#[test]
fn the_sentence_is_made_from_the_call() {
	let (me, names) = (AccountId::new([7; 32]), vouchsafe_agent::names::Names::default());
	let speech = vouchsafe_agent::english::speech_of("en");
	let labels = LabelTable::default();
	let teller = Teller { speech, names: &names, labels: &labels };
	let said = |call: &RuntimeCall| {
		let RuntimeCall::AccessRequests(call) = call else { panic!() };
		request::spoken_call(&me, call).map(|asked| teller.request(&asked))
	};
	let shown = said(&call(|_, _, _, _| {})).unwrap();
	assert!(shown.contains("asks you to allow"), "{shown}");
	assert_ne!(said(&call(|asked, _, _, _| asked.categories = Categories(2))).unwrap(), shown);
	assert_ne!(said(&call(|_, _, duration, _| *duration = 2 * DAY)).unwrap(), shown);
	let own = Grantee::PractitionerAt { practitioner: me.clone(), institution: HOSPITAL };
	let own = said(&call(|_, grantee, _, _| *grantee = own)).unwrap();
	assert!(own.contains("asks to") && !own.contains("referral"), "{own}");
	let other = Grantee::PractitionerAt { practitioner: PATIENT, institution: HOSPITAL };
	assert!(said(&call(|_, grantee, _, _| *grantee = other)).unwrap().contains("referral"));
	let patient = PATIENT;
	assert_eq!(said(&AccessRequestsCall::withdraw { patient, request: 1 }.into()), None);
}

async fn account(host: &TestHost) -> Account<TestHost> {
	let (key, _) = DeviceKey::create("a passphrase", Cost::LEAST).unwrap();
	let secrets = Secrets::InWallet(KeyFile::generate().unwrap());
	let stored = first_values(&key, &secrets, true).unwrap();
	Account::open(host.clone(), key, &stored, Prompts::default()).await.unwrap()
}

async fn keep(account: &Account<TestHost>, record: H256, bytes: &[u8]) {
	let mut draft = account.documents.draft().await.unwrap();
	draft.write(bytes).await.unwrap();
	let (title, media_type) = ("letter".into(), "text/plain".into());
	account
		.documents
		.keep(draft, &Document { record, version: 0, title, media_type })
		.await
		.unwrap();
}

#[tokio::test]
async fn a_document_is_closed_when_its_opening_ends() {
	let host = TestHost::default();
	let account = account(&host).await;
	let (first, second, own) = (H256([1; 32]), H256([2; 32]), H256([3; 32]));
	for (record, seconds) in [(first, 60), (second, 90)] {
		keep(&account, record, b"text").await;
		let ends = (Instant::now(&host), Duration::from_secs(seconds));
		locked(&account.ends).insert(record.0, ends);
	}
	keep(&account, own, b"text").await;
	assert_eq!(account.closes_in(&first), Some(60));
	host.pass(Duration::from_secs(59));
	assert!(!account.close_ended());
	assert_eq!((account.closes_in(&first), account.closes_in(&second)), (Some(1), Some(31)));
	host.pass(Duration::from_secs(1));
	assert!(account.close_ended() && !account.close_ended());
	assert!(
		account.documents.get(&first).is_none() && account.file(&hex::encode(first.0)).is_err()
	);
	assert!(account.documents.get(&second).is_some());
	host.pass(Duration::from_secs(3_600));
	assert!(account.close_ended());
	assert!(account.documents.get(&own).is_some(), "own records stay open");
	assert_eq!(account.closes_in(&own), None);
}

/// Only the opening is signed that was asked for: these records of this patient, for this institution.
#[tokio::test]
async fn another_opening_than_the_asked_one_is_not_signed() {
	let account = account(&TestHost::default()).await;
	let opening = OpeningRequest {
		patient: PATIENT,
		records: vec![H256([1; 32])],
		version: None,
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: Some(HOSPITAL) },
	};
	let call = |edit: &dyn Fn(&mut OpeningRequest)| {
		let mut opening = opening.clone();
		edit(&mut opening);
		let OpeningRequest { patient, records, purpose, ground, .. } = opening;
		RuntimeCall::from(CustodyCall::open { patient, records, purpose, ground })
	};
	let is_signed = |call: RuntimeCall| account.approval.is_given(&call);
	assert!(!is_signed(call(&|_| {})));
	let given = account.approve_opening(&opening);
	assert!(is_signed(call(&|_| {})));
	assert!(!is_signed(call(&|it| it.patient = HOSPITAL)));
	assert!(!is_signed(call(&|it| it.records.push(H256([2; 32])))));
	assert!(!is_signed(call(&|it| it.purpose = Purpose::EmergencyTreatment)));
	assert!(!is_signed(call(&|it| it.ground = Ground::Consent { institution: None })));
	assert!(!is_signed(call(&|it| it.ground = Ground::Own)));
	drop(given);
	assert!(!is_signed(call(&|_| {})));
}

async fn open(host: &TestHost, key: &DeviceKey, stored: &[(String, Vec<u8>)]) -> Account<TestHost> {
	let (host, key) = (host.clone(), key.clone());
	Account::open(host, key, stored, Prompts::default()).await.unwrap()
}

/// Otherwise the account could not be opened again.
#[tokio::test]
async fn a_device_keeps_the_accounts_secrets_and_nothing_of_patients() {
	let in_extension = ExtensionSecrets::new(
		ExtensionAccount { extension: "one".into(), address: address(&PATIENT) },
		&SecretKey::random(),
	);
	for secrets in
		[Secrets::InWallet(KeyFile::generate().unwrap()), Secrets::InExtension(in_extension)]
	{
		let host = TestHost::default();
		let (key, _) = DeviceKey::create("a passphrase", Cost::LEAST).unwrap();
		let stored = first_values(&key, &secrets, true).unwrap();
		host.store(stored.iter().cloned().map(|(name, it)| (name, Some(it))).collect())
			.await
			.unwrap();
		let first = open(&host, &key, &stored).await;
		first.keep.write("names", "a patient", b"a secret").await.unwrap();
		first.keep.store_only(stays).await.unwrap();
		let kept = host.load().await.unwrap();
		assert_eq!(kept.len(), 2, "the secrets, and that they were saved");
		assert_eq!(open(&host, &key, &kept).await.account(), first.account());
	}
	assert!(stays(FOLDER, SESSION) && !stays("names", "a patient"));
}
