//! Names, synced data and what can be opened, with a real database and a double of the node.

use super::*;
use crate::{
	chain::double::{account, BlockDouble, NodeDouble},
	state::{
		double::{state, Surroundings},
		Connected,
	},
	store::IndexedBlock,
};
use codec::Encode;
use serde::Serialize;
use subxt_signer::sr25519::{dev, Keypair};
use vouchsafe_client::{
	chain::{Affiliation, ConsentRef, Effect, Grantee, LogEvent, Role, Signer},
	signing::{now, sign_request},
};

const GENESIS: [u8; 32] = [1; 32];
const INSTITUTION: AccountId = AccountId::new([3; 32]);
const RECORD: H256 = H256([7; 32]);

fn doctor() -> AccountId {
	dev::alice().account()
}

fn patient() -> AccountId {
	dev::charlie().account()
}

struct Fixture {
	state: Arc<Shared>,
	node: Arc<NodeDouble>,
	_surroundings: Surroundings,
}

impl Fixture {
	fn new() -> Self {
		Self::with(|_| ())
	}

	fn with(change: impl FnOnce(&mut NodeDouble)) -> Self {
		let (state, _surroundings) = state(None, |_| {});
		let enrolled = |kind| account(kind, INSTITUTION, [0; 32]);
		let accounts = [
			(doctor(), enrolled(AccountKind::Practitioner)),
			(dev::bob().account(), enrolled(AccountKind::Practitioner)),
			(patient(), enrolled(AccountKind::Patient)),
		]
		.map(|(id, account)| (account_bytes(&id), account));
		let block = BlockDouble {
			number: 5,
			time: now(),
			accounts: accounts.into(),
			registrars: vec![(dev::bob().account(), INSTITUTION)],
			..Default::default()
		};
		let best = BlockDouble { number: 6, ..block.clone() };
		let mut node =
			NodeDouble { genesis: GENESIS, finalized: block, best, ..NodeDouble::default() };
		change(&mut node);
		let node = Arc::new(node);
		let institution = Some(INSTITUTION);
		state.set_connected(Some(Connected { node: node.clone(), institution }));
		Self { state: Arc::new(state), node, _surroundings }
	}

	fn sign<T: Serialize>(&self, key: &Keypair, action: &str, body: &T) -> Bytes {
		let signed = sign_request(key, H256(GENESIS), &INSTITUTION, action, body, now());
		serde_json::to_vec(&signed).unwrap().into()
	}

	fn state(&self) -> State<Arc<Shared>> {
		State(self.state.clone())
	}

	async fn set(&self, by: &Keypair, names: &[(AccountId, &str)]) -> Result<(), ApiError> {
		let names = names
			.iter()
			.map(|(account, name)| StaffName { account: account.into(), name: (*name).into() })
			.collect();
		let request = self.sign(by, action::SET_NAMES, &SetNames { names });
		set_names(self.state(), request).await.map(drop)
	}

	async fn names(&self, by: &Keypair) -> Result<Vec<String>, ApiError> {
		let request = self.sign(by, action::ASK_NAMES, &AskNames {});
		let Json(answer) = ask_names(self.state(), request).await?;
		Ok(answer.names.into_iter().map(|it| it.name).collect())
	}

	async fn list(&self, by: &Keypair, after: Option<AccountId>) -> Result<Vec<String>, ApiError> {
		let body = ListNames { after: after.as_ref().map(Hex::from) };
		let request = self.sign(by, action::LIST_NAMES, &body);
		let Json(answer) = list_names(self.state(), request).await?;
		Ok(answer.names.into_iter().map(|it| it.name).collect())
	}

	async fn replace(&self, by: &Keypair, replaces: u64, data: Vec<u8>) -> Result<u64, ApiError> {
		let body = ReplaceSynced { replaces, data: Packed(data) };
		let request = self.sign(by, action::REPLACE_SYNCED, &body);
		replace_synced(self.state(), request).await.map(|Json(synced)| synced.revision)
	}

	async fn synced(&self, by: &Keypair) -> Result<(u64, Vec<u8>), ApiError> {
		let request = self.sign(by, action::READ_SYNCED, &ReadSynced {});
		read_synced(self.state(), request).await.map(|Json(it)| (it.revision, it.data.0))
	}

	async fn openable(&self, by: &Keypair, after: Option<H256>) -> Result<Openable, ApiError> {
		self.openable_for(by, Some(INSTITUTION), after).await
	}

	/// What is open to who acts for this institution, or for none.
	async fn openable_for(
		&self,
		by: &Keypair,
		institution: Option<AccountId>,
		after: Option<H256>,
	) -> Result<Openable, ApiError> {
		let (patient, institution) = (Hex::from(&patient()), institution.as_ref().map(Hex::from));
		let body = AskOpenable { patient, institution, after: after.map(Hex::from) };
		let request = self.sign(by, action::OPENABLE, &body);
		openable(self.state(), request).await.map(|Json(answer)| answer)
	}

	/// The practitioner has accepted an affiliation with the institution.
	fn affiliate(&self, practitioner: &AccountId) {
		self.set_affiliation(practitioner, true, None);
	}

	fn set_affiliation(&self, practitioner: &AccountId, accepted: bool, until: Option<u64>) {
		let (role, teams) = (Role::Physician, vec![]);
		let affiliation = Affiliation { role, from: 0, until, accepted, attested: true, teams };
		let key = storage::affiliation(practitioner, &INSTITUTION).bytes;
		self.node.lock_relay().values.insert(key, affiliation.encode());
	}

	/// Adds lines to the patient's log.
	async fn log(&self, events: Vec<(AccountId, LogEvent)>) {
		let entries = events.into_iter().map(|(signer, event)| {
			let origin = signer.clone();
			LogEntry { signer, origin, acting_for: None, purpose: None, event }
		});
		self.log_entries(entries.collect()).await;
	}

	/// Adds these lines to the patient's log.
	async fn log_entries(&self, entries: Vec<LogEntry>) {
		let lines = entries.into_iter().zip(0..).map(|(entry, seq)| {
			let entry = HexBytes(entry.to_bytes());
			(patient(), LogLine { seq, block: 5, time: 1, entry, head: Hex([0; 32]) })
		});
		let (hash, lines) = (H256([5; 32]), lines.collect());
		let block = IndexedBlock { number: 5, hash, lines, mismatches: vec![] };
		self.state.database.index_blocks(vec![block]).await.unwrap();
	}
}

fn is_refused<T>(result: Result<T, ApiError>) -> bool {
	matches!(result, Err(ApiError::NoAccess))
}

fn account_of(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

#[tokio::test]
async fn a_patient_gets_the_names_of_those_who_are_in_the_log_or_ask() {
	let fixture = Fixture::new();
	let named = [
		(doctor(), "Dr. Alice"),
		(account_of(21), "Asker"),
		(account_of(22), "Grantee"),
		(account_of(23), "Nobody met"),
	];
	named.iter().for_each(|(account, _)| fixture.affiliate(account));
	fixture.set(&dev::bob(), &named).await.unwrap();
	assert!(fixture.names(&dev::charlie()).await.unwrap().is_empty());
	fixture.node.lock_relay().askers.push(account_of(21));
	let grantee =
		Grantee::PractitionerAt { practitioner: account_of(22), institution: INSTITUTION };
	let consent = ConsentRef { grantee, id: 0 };
	let granted = LogEvent::ConsentGranted { consent, effect: Effect::Permit };
	let events = vec![
		(doctor(), LogEvent::Enrolled),
		(patient(), granted),
		(doctor(), LogEvent::HoldersChosen),
	];
	fixture.log(events).await;
	let names = fixture.names(&dev::charlie()).await.unwrap();
	assert_eq!(names, ["Asker", "Dr. Alice", "Grantee"]);
	assert!(is_refused(fixture.names(&dev::alice()).await), "only patients ask");
	fixture.set(&dev::bob(), &[(doctor(), " "), (account_of(21), "Renamed")]).await.unwrap();
	assert_eq!(fixture.names(&dev::charlie()).await.unwrap(), ["Renamed", "Grantee"]);
}

#[tokio::test]
async fn registrars_set_valid_names_of_their_own_staff() {
	let fixture = Fixture::new();
	fixture.affiliate(&doctor());
	assert!(is_refused(fixture.set(&dev::alice(), &[(doctor(), "x")]).await));
	assert!(is_refused(fixture.set(&dev::charlie(), &[(doctor(), "x")]).await));
	assert!(is_refused(fixture.set(&dev::eve(), &[(doctor(), "x")]).await));
	let long = "x".repeat(MAX_NAME + 1);
	for (account, name) in [(doctor(), &long[..]), (doctor(), "a\u{202e}b"), (account_of(9), "x")] {
		// All or none.
		let answer = fixture.set(&dev::bob(), &[(doctor(), "good"), (account, name)]).await;
		assert!(matches!(answer, Err(ApiError::Mismatch(_))), "{name}");
	}
	assert!(fixture.state.database.names(vec![account_bytes(&doctor())]).await.unwrap().is_empty());
	fixture.set(&dev::bob(), &[(account_of(9), "")]).await.unwrap();
	for (count, is_accepted) in [(MAX_NAMES, true), (MAX_NAMES + 1, false)] {
		let names = vec![(doctor(), "good"); count];
		assert_eq!(fixture.set(&dev::bob(), &names).await.is_ok(), is_accepted, "{count}");
	}
	// The registrar's affiliation has ended in the best block.
	let fixture = Fixture::with(|node| node.best.registrars.clear());
	assert!(is_refused(fixture.set(&dev::bob(), &[]).await));
}

/// Any institution can affiliate a practitioner. It counts only when the practitioner accepts it.
#[tokio::test]
async fn only_an_accepted_affiliation_lets_a_name_be_set() {
	let fixture = Fixture::new();
	for (accepted, until, is_set) in [
		(false, None, false),
		// The practitioner has declined it.
		(false, Some(1), false),
		(true, None, true),
		// It has ended.
		(true, Some(1), true),
	] {
		fixture.set(&dev::bob(), &[(doctor(), "")]).await.unwrap();
		fixture.set_affiliation(&doctor(), accepted, until);
		let answer = fixture.set(&dev::bob(), &[(doctor(), "Dr. Alice")]).await;
		match is_set {
			true => answer.unwrap(),
			false => assert!(matches!(answer, Err(ApiError::Mismatch(_)))),
		}
		let stored = fixture.list(&dev::bob(), None).await.unwrap();
		assert_eq!(stored.len(), usize::from(is_set), "{accepted} {until:?}");
	}
	// Who waits to be accepted can still be removed.
	fixture.set_affiliation(&doctor(), false, None);
	fixture.set(&dev::bob(), &[(doctor(), "")]).await.unwrap();
	assert!(fixture.list(&dev::bob(), None).await.unwrap().is_empty());
}

/// A name can be in the database without an accepted affiliation: the command line sets it unchecked.
#[tokio::test]
async fn patients_get_names_only_of_people_who_once_accepted() {
	let fixture = Fixture::new();
	let names = vec![(account_bytes(&doctor()), "Dr. Alice".into())];
	fixture.state.database.set_names(names).await.unwrap();
	fixture.node.lock_relay().askers.push(doctor());
	assert!(
		fixture.names(&dev::charlie()).await.unwrap().is_empty(),
		"nobody has affiliated this account"
	);
	for (accepted, until, is_told) in
		[(false, None, false), (false, Some(1), false), (true, None, true), (true, Some(1), true)]
	{
		fixture.set_affiliation(&doctor(), accepted, until);
		let told = fixture.names(&dev::charlie()).await.unwrap();
		assert_eq!(told.len(), usize::from(is_told), "{accepted} {until:?}");
	}
}

/// With another role, or again after its end, an affiliation waits to be accepted once more.
#[tokio::test]
async fn who_acted_for_the_institution_keeps_the_name_in_the_log() {
	let told = async |acting_for: Option<AccountId>| {
		let fixture = Fixture::new();
		fixture.set_affiliation(&doctor(), false, None);
		let names = vec![(account_bytes(&doctor()), "Dr. Alice".into())];
		fixture.state.database.set_names(names).await.unwrap();
		let (signer, origin, event) = (doctor(), doctor(), LogEvent::HoldersChosen);
		let entry = LogEntry { signer, origin, acting_for, purpose: None, event };
		fixture.log_entries(vec![entry]).await;
		fixture.names(&dev::charlie()).await.unwrap().len()
	};
	assert_eq!(told(Some(INSTITUTION)).await, 1);
	assert_eq!(told(Some(account_of(4))).await, 0);
	assert_eq!(told(None).await, 0);
}

#[tokio::test]
async fn registrars_list_all_names_in_parts() {
	let fixture = Fixture::new();
	let by = dev::bob();
	assert_eq!(fixture.list(&by, None).await.unwrap(), Vec::<String>::new());
	for stranger in [dev::alice(), dev::charlie(), dev::eve()] {
		assert!(is_refused(fixture.list(&stranger, None).await));
	}
	let account = |number: usize| {
		let mut account = [0; 32];
		account[..2].copy_from_slice(&u16::try_from(number).unwrap().to_be_bytes());
		account
	};
	let names = (0..=MAX_NAMES).map(|number| (account(number), format!("Staff {number}")));
	fixture.state.database.set_names(names.collect()).await.unwrap();
	let first = fixture.list(&by, None).await.unwrap();
	assert_eq!((first.len(), &first[0][..]), (MAX_NAMES, "Staff 0"));
	let last = Some(AccountId::new(account(MAX_NAMES - 1)));
	assert_eq!(fixture.list(&by, last).await.unwrap(), [format!("Staff {MAX_NAMES}")]);
	let last = Some(AccountId::new(account(MAX_NAMES)));
	assert!(fixture.list(&by, last).await.unwrap().is_empty());
	// The registrar's affiliation has ended in the best block.
	let fixture = Fixture::with(|node| node.best.registrars.clear());
	assert!(is_refused(fixture.list(&dev::bob(), None).await));
}

#[tokio::test]
async fn synced_data_has_one_revision_after_another() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	assert_eq!(fixture.synced(&by).await.unwrap(), (0, vec![]));
	assert!(matches!(fixture.replace(&by, 1, vec![1]).await, Err(ApiError::OtherRevision)));
	assert_eq!(fixture.replace(&by, 0, vec![1]).await.unwrap(), 1);
	assert_eq!(fixture.replace(&by, 0, vec![1]).await.unwrap(), 1, "the answer was lost");
	assert!(matches!(fixture.replace(&by, 0, vec![2]).await, Err(ApiError::OtherRevision)));
	assert_eq!(fixture.replace(&by, 1, vec![2]).await.unwrap(), 2);
	assert!(matches!(fixture.replace(&by, 1, vec![3]).await, Err(ApiError::OtherRevision)));
	for foreign in [7, u64::MAX] {
		assert!(matches!(
			fixture.replace(&by, foreign, vec![3]).await,
			Err(ApiError::OtherRevision)
		));
	}
	assert_eq!(fixture.synced(&by).await.unwrap(), (2, vec![2]));
	// Each account has its own, a practitioner too.
	assert_eq!(fixture.synced(&dev::alice()).await.unwrap(), (0, vec![]));
	assert_eq!(fixture.replace(&dev::alice(), 0, vec![9]).await.unwrap(), 1);
	assert_eq!(fixture.synced(&by).await.unwrap(), (2, vec![2]));
	assert!(is_refused(fixture.synced(&dev::eve()).await));
	assert!(is_refused(fixture.replace(&dev::eve(), 0, vec![]).await));
}

#[tokio::test]
async fn of_two_replacements_at_once_one_counts() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let (first, second) =
		tokio::join!(fixture.replace(&by, 0, vec![1]), fixture.replace(&by, 0, vec![2]));
	assert_ne!(first.is_ok(), second.is_ok());
	assert_eq!(fixture.synced(&by).await.unwrap().0, 1);
}

#[tokio::test]
async fn both_sides_of_the_size_of_synced_data() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	assert_eq!(fixture.replace(&by, 0, vec![5; MAX_SYNCED]).await.unwrap(), 1);
	let answer = fixture.replace(&by, 1, vec![5; MAX_SYNCED + 1]).await;
	assert!(matches!(answer, Err(ApiError::TooLarge)));
	assert_eq!(fixture.synced(&by).await.unwrap().1.len(), MAX_SYNCED);
}

#[tokio::test]
async fn a_practitioner_learns_what_can_be_opened_at_both_blocks() {
	let fixture = Fixture::new();
	let by = dev::alice();
	let open = |record| fixture.node.lock_relay().open.push((doctor(), patient(), record));
	assert!(fixture.openable(&by, None).await.unwrap().records.is_empty());
	open(RECORD);
	open(H256([8; 32]));
	let answer = fixture.openable(&by, None).await.unwrap();
	assert_eq!((answer.records, answer.next), (vec![Hex([7; 32]), Hex([8; 32])], None));
	assert_eq!(fixture.openable(&by, Some(RECORD)).await.unwrap().records, [Hex([8; 32])]);
	fixture.node.lock_relay().closed_at_best.push(RECORD);
	assert_eq!(fixture.openable(&by, None).await.unwrap().records, [Hex([8; 32])]);
	assert!(is_refused(fixture.openable(&dev::charlie(), None).await), "a patient");
	assert!(is_refused(fixture.openable_for(&by, None, None).await), "for no institution");
	assert!(is_refused(fixture.openable_for(&dev::charlie(), None, None).await));
	assert!(is_refused(fixture.openable(&dev::eve(), None).await));
	let old = Fixture::with(|node| node.best.time -= 1_000);
	assert!(matches!(old.openable(&by, None).await, Err(ApiError::Behind(_))));
}

#[tokio::test]
async fn a_person_learns_what_can_be_opened_for_no_institution() {
	let by = dev::dave();
	let person = account(AccountKind::Person, INSTITUTION, [0; 32]);
	let fixture = Fixture::with(|node| {
		for block in [&mut node.finalized, &mut node.best] {
			block.accounts.insert(account_bytes(&by.account()), person.clone());
		}
	});
	let open = |record| fixture.node.lock_relay().open.push((by.account(), patient(), record));
	assert!(fixture.openable_for(&by, None, None).await.unwrap().records.is_empty());
	open(RECORD);
	open(H256([8; 32]));
	let answer = fixture.openable_for(&by, None, None).await.unwrap();
	assert_eq!(answer.records, [Hex([7; 32]), Hex([8; 32])]);
	fixture.node.lock_relay().closed_at_best.push(RECORD);
	let answer = fixture.openable_for(&by, None, None).await.unwrap();
	assert_eq!(answer.records, [Hex([8; 32])]);
	assert!(is_refused(fixture.openable(&by, None).await), "a person acts for no institution");
}

#[tokio::test]
async fn long_lists_of_records_come_in_parts() {
	let fixture = Fixture::new();
	for number in 0..=u16::try_from(MAX_OPENABLE).unwrap() {
		let mut record = [0; 32];
		record[..2].copy_from_slice(&number.to_be_bytes());
		fixture.node.lock_relay().open.push((doctor(), patient(), H256(record)));
	}
	let first = fixture.openable(&dev::alice(), None).await.unwrap();
	assert_eq!((first.records.len(), first.next), (MAX_OPENABLE, first.records.last().copied()));
	let rest = fixture.openable(&dev::alice(), first.next.map(H256::from)).await.unwrap();
	assert_eq!((rest.records.len(), rest.next), (1, None));
}
