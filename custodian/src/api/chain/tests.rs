//! What wallets read of the chain and hand to it, with a real database and a double of the node.

use super::*;
use crate::{
	chain::double::{
		account,
		relay::{header, RelayDouble},
		BlockDouble, NodeDouble,
	},
	state::double::{state, Surroundings},
};
use codec::{Compact, Encode};
use proptest::prelude::*;
use serde::Serialize;
use std::{future::Future, net::IpAddr, time::Duration};
use subxt_signer::sr25519::{dev, Keypair};
use vouchsafe_client::{
	chain::{
		calls::{self, ConsentCall, RecoveryCall, RepresentationCall, RuntimeCall},
		Account, Actions, Asked, Categories, Confidentiality, DataPeriod, Grantee, LabelFilter,
		LegalBasis, Mandate, Purposes, Registration, Representative, Representatives, Scopes,
		Signer, Stage, Status, Suspension,
	},
	protocol::extrinsics::{Binding, Mortality, RuntimeVersion},
	signing::{now, sign_request},
};

const GENESIS: [u8; 32] = [1; 32];
const INSTITUTION: AccountId = AccountId::new([3; 32]);
const RECORD: H256 = H256([7; 32]);
/// The number of the last final block.
const NUMBER: u32 = 5;

fn patient() -> AccountId {
	dev::charlie().account()
}

fn doctor() -> AccountId {
	dev::alice().account()
}

/// Another patient.
fn other() -> AccountId {
	dev::dave().account()
}

/// A person.
fn relative() -> AccountId {
	dev::bob().account()
}

struct Fixture {
	state: Arc<Shared>,
	node: Arc<NodeDouble>,
	surroundings: Surroundings,
}

impl Fixture {
	fn new() -> Self {
		Self::with(|_| (), |_| ())
	}

	/// A custodian whose node has a final block 5, after this change to it, and a best block 6.
	fn with(
		finalized: impl FnOnce(&mut BlockDouble),
		config: impl FnOnce(&mut crate::config::Config),
	) -> Self {
		Self::with_blocks(|block, _| finalized(block), config)
	}

	/// The same, after a change to both blocks.
	fn with_blocks(
		change: impl FnOnce(&mut BlockDouble, &mut BlockDouble),
		config: impl FnOnce(&mut crate::config::Config),
	) -> Self {
		let (mut state, surroundings) = state(None, config);
		state.waiting.patience = Duration::from_millis(150);
		let enrolled = |kind| account(kind, INSTITUTION, [0; 32]);
		let accounts = [
			(doctor(), enrolled(AccountKind::Practitioner)),
			(patient(), enrolled(AccountKind::Patient)),
			(other(), enrolled(AccountKind::Patient)),
			(relative(), enrolled(AccountKind::Person)),
		]
		.map(|(id, account)| (vouchsafe_client::chain::account_bytes(&id), account));
		let mut block = BlockDouble {
			number: NUMBER,
			time: now(),
			accounts: accounts.into(),
			entries: 3,
			..Default::default()
		};
		let mut best = BlockDouble { number: NUMBER + 1, ..block.clone() };
		change(&mut block, &mut best);
		let values = [doctor(), patient(), other(), relative()];
		let values = values.map(|id| (storage::account(&id).bytes, vec![]));
		let (headers, values) = (vec![header(NUMBER).0], values.into());
		let relay = RelayDouble { headers, values, ..Default::default() };
		let node = NodeDouble {
			genesis: GENESIS,
			finalized: block,
			best,
			relay: relay.into(),
			..NodeDouble::default()
		};
		let fixture = Self { state: Arc::new(state), node: Arc::new(node), surroundings };
		fixture.connect(fixture.node.clone());
		fixture
	}

	fn connect(&self, node: Arc<NodeDouble>) {
		let institution = Some(INSTITUTION);
		self.state.set_connected(Some(Connected { node, institution }));
	}

	/// Sets that this is in the state.
	fn has(&self, key: Vec<u8>, value: Vec<u8>) {
		self.node.lock_relay().values.insert(key, value);
	}

	/// Lets the doctor open a record of the other patient, which is in the state.
	fn open_to_doctor(&self, record: H256) {
		self.has(storage::record(&other(), &record).bytes, vec![]);
		self.node.lock_relay().open.push((doctor(), other(), record));
	}

	fn sign<T: Serialize>(&self, key: &Keypair, action: &str, body: &T) -> Bytes {
		let signed = sign_request(key, H256(GENESIS), &INSTITUTION, action, body, now());
		serde_json::to_vec(&signed).unwrap().into()
	}

	async fn read(&self, by: Option<&Keypair>, asked: &ReadState) -> Result<StateProof, ApiError> {
		let request = match by {
			Some(key) => self.sign(key, action::READ_STATE, asked),
			None => serde_json::to_vec(asked).unwrap().into(),
		};
		read_state(State(self.state.clone()), request).await.map(|Json(proof)| proof)
	}

	/// Whether these keys may be read together.
	async fn reads(&self, by: Option<&Keypair>, keys: &[Vec<u8>]) -> bool {
		match self.read(by, &keys_of(keys)).await {
			Ok(_) => true,
			Err(ApiError::NoAccess) => false,
			Err(error) => panic!("{error}"),
		}
	}

	async fn submit(&self, by: &Keypair, extrinsic: Vec<u8>) -> Result<SubmitOutcome, ApiError> {
		let body = SubmitExtrinsic { extrinsic: HexBytes(extrinsic) };
		let request = self.sign(by, action::SUBMIT, &body);
		submit(State(self.state.clone()), source(), request).await.map(|Json(outcome)| outcome)
	}

	/// Hands in an extrinsic in Charlie's name, by a session key that Charlie lets make requests.
	async fn submit_by_session(
		&self,
		session: &Keypair,
		extrinsic: Vec<u8>,
	) -> Result<SubmitOutcome, ApiError> {
		self.submit_by_session_of(dev::charlie(), session, extrinsic).await
	}

	/// The same in the name of this key.
	async fn submit_by_session_of(
		&self,
		by: Keypair,
		session: &Keypair,
		extrinsic: Vec<u8>,
	) -> Result<SubmitOutcome, ApiError> {
		let from = now();
		let delegation =
			Delegation::sign(&by, &session.account(), H256(GENESIS), from).await.unwrap();
		let body = SubmitExtrinsic { extrinsic: HexBytes(extrinsic) };
		let (genesis, action) = (H256(GENESIS), action::SUBMIT);
		let signed = sign_request(session, genesis, &INSTITUTION, action, &body, from);
		let signed =
			Signed { account: (&by.account()).into(), delegation: Some(delegation), ..signed };
		let request = serde_json::to_vec(&signed).unwrap().into();
		submit(State(self.state.clone()), source(), request).await.map(|Json(outcome)| outcome)
	}

	async fn await_log(&self, by: &Keypair, count: u64) -> Result<u64, ApiError> {
		let request = self.sign(by, action::AWAIT_LOG, &AwaitLog { count });
		let answer = await_log(State(self.state.clone()), source(), request).await;
		answer.map(|Json(length)| length.count)
	}

	async fn finality(&self, after: H256, newer: Option<u32>) -> Result<FinalBlocks, ApiError> {
		let asked = AskFinality { after: after.into(), newer };
		let answer = finality(State(self.state.clone()), source(), Query(asked)).await;
		answer.map(|Json(blocks)| blocks)
	}

	/// The node has another final block from now on, after a while.
	async fn finalize_next(&self, change: impl FnOnce(&mut BlockDouble)) {
		tokio::time::sleep(Duration::from_millis(30)).await;
		let mut finalized = BlockDouble { number: NUMBER + 1, ..self.node.finalized.clone() };
		change(&mut finalized);
		self.connect(Arc::new(NodeDouble { finalized, ..NodeDouble::default() }));
	}

	/// Runs what tells those who wait, as long as this takes.
	async fn watching<T>(&self, work: impl Future<Output = T>) -> T {
		let running = tokio::spawn(crate::waiting::run(self.state.clone()));
		let result = work.await;
		self.surroundings.stop();
		running.await.unwrap();
		result
	}
}

fn source() -> Source {
	IpAddr::from([192, 0, 2, 1]).into()
}

fn keys_of(keys: &[Vec<u8>]) -> ReadState {
	let keys = keys.iter().cloned().map(HexBytes).collect();
	ReadState { block: header(NUMBER).1.into(), keys, below: None }
}

fn below(prefix: Vec<u8>, after: Option<Vec<u8>>, limit: u32) -> ReadState {
	let (prefix, after) = (HexBytes(prefix), after.map(HexBytes));
	ReadState { below: Some(KeysBelow { prefix, after, limit }), ..keys_of(&[]) }
}

fn is_refused<T>(result: Result<T, ApiError>) -> bool {
	matches!(result, Err(ApiError::NoAccess))
}

#[tokio::test]
async fn without_a_signature_the_clock_and_the_institutions_are_read() {
	let fixture = Fixture::new();
	fixture.has(storage::institution(&INSTITUTION).bytes, vec![]);
	let keys =
		[storage::now().bytes, storage::authorities().bytes, storage::account(&INSTITUTION).bytes];
	let proof = fixture.read(None, &keys_of(&keys)).await.unwrap();
	assert_eq!(proof.header.0, header(NUMBER).0);
	assert_eq!(fixture.node.lock_relay().asked, keys);
	let listed = fixture.read(None, &below(storage::institutions().prefix, None, 9)).await.unwrap();
	assert_eq!(listed.found.0, [storage::institution(&INSTITUTION).bytes]);
	for key in [
		storage::account(&patient()).bytes,
		storage::system_account(&patient()).bytes,
		storage::log(&patient()).bytes,
		storage::affiliations(&doctor()).prefix,
		storage::study(0).bytes,
		storage::events(),
	] {
		assert!(!fixture.reads(None, &[key]).await);
	}
	assert!(is_refused(
		fixture.read(None, &below(storage::records(&patient()).prefix, None, 9)).await
	));
}

#[tokio::test]
async fn the_patient_reads_the_patients_own_and_nobody_elses() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	fixture.has(storage::record(&patient(), &RECORD).bytes, vec![]);
	let own = [
		storage::record(&patient(), &RECORD).bytes,
		storage::version(&RECORD, 0).bytes,
		storage::sharing_set(&RECORD, 0).bytes,
		storage::holder_set(&patient(), 0).bytes,
		storage::openings(&patient(), &doctor()).bytes,
		storage::request(&patient(), 0).bytes,
		storage::account(&doctor()).bytes,
		storage::consents(&patient(), &Grantee::Everyone).bytes,
		storage::log(&patient()).bytes,
	];
	assert!(fixture.reads(Some(&by), &own).await);
	// A version of the own record needs no other key.
	assert!(fixture.reads(Some(&by), &own[1..2]).await);
	let page = below(storage::records(&patient()).prefix, None, 256);
	assert_eq!(fixture.read(Some(&by), &page).await.unwrap().found.0, own[..1]);
	let foreign = H256([8; 32]);
	for key in [
		storage::record(&other(), &foreign).bytes,
		storage::version(&foreign, 0).bytes,
		storage::sharing_set(&foreign, 0).bytes,
		storage::holder_set(&other(), 0).bytes,
		storage::openings(&other(), &doctor()).bytes,
		storage::request(&other(), 0).bytes,
		storage::consents(&other(), &Grantee::Everyone).bytes,
		storage::log(&other()).bytes,
		storage::events(),
	] {
		assert!(!fixture.reads(Some(&by), &[own[0].clone(), key]).await);
	}
}

#[tokio::test]
async fn prefixes_above_ones_own_are_refused() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let own = storage::all_consents(&patient()).prefix;
	for length in [0, 16, 32, 48, own.len() - 1] {
		let asked = below(own[..length].to_vec(), None, 1);
		assert!(is_refused(fixture.read(Some(&by), &asked).await), "{length}");
	}
	assert!(fixture.read(Some(&by), &below(own.clone(), None, 1)).await.is_ok());
	let foreign = storage::all_consents(&other()).prefix;
	assert!(is_refused(fixture.read(Some(&by), &below(foreign.clone(), None, 1)).await));
	// The key after which to begin would be proven too.
	assert!(is_refused(fixture.read(Some(&by), &below(own.clone(), Some(foreign), 1)).await));
	let after = Some([&own[..], &[0]].concat());
	assert!(fixture.read(Some(&by), &below(own, after, 1)).await.is_ok());
	let accounts = storage::prefix("Enrolment", "Accounts");
	assert!(is_refused(fixture.read(Some(&by), &below(accounts, None, 1)).await));
}

#[tokio::test]
async fn the_practitioner_reads_what_can_be_opened_now() {
	let (fixture, by) = (Fixture::new(), dev::alice());
	let whole = [
		storage::record(&other(), &RECORD).bytes,
		storage::version(&RECORD, 0).bytes,
		storage::sharing_set(&RECORD, 0).bytes,
		storage::holder_set(&other(), 0).bytes,
	];
	fixture.has(whole[3].clone(), vec![]);
	assert!(!fixture.reads(Some(&by), &whole).await);
	fixture.open_to_doctor(RECORD);
	assert!(fixture.reads(Some(&by), &whole).await);
	assert!(fixture.reads(Some(&by), &whole[3..]).await);
	// Whose record it is can be seen only with its own key.
	assert!(!fixture.reads(Some(&by), &whole[1..2]).await);
	let another = H256([8; 32]);
	for key in [storage::record(&other(), &another), storage::record(&patient(), &RECORD)] {
		assert!(!fixture.reads(Some(&by), &[whole[0].clone(), key.bytes]).await);
	}
	let version = storage::version(&another, 0).bytes;
	assert!(!fixture.reads(Some(&by), &[whole[0].clone(), version]).await);
	assert!(is_refused(
		fixture.read(Some(&by), &below(storage::records(&other()).prefix, None, 1)).await
	));
	// The consent was revoked in the best block.
	fixture.node.lock_relay().closed_at_best.push(RECORD);
	assert!(!fixture.reads(Some(&by), &whole[..1]).await);
	assert!(!fixture.reads(Some(&by), &whole[3..]).await);
}

/// The proof that something is not there can name somebody else.
#[tokio::test]
async fn what_is_not_there_is_proven_only_of_oneself() {
	let (fixture, by) = (Fixture::new(), dev::alice());
	let unknown = AccountId::new([99; 32]);
	for key in [
		storage::account(&unknown).bytes,
		storage::affiliated_with(&unknown).bytes,
		storage::affiliation(&unknown, &INSTITUTION).bytes,
	] {
		assert!(!fixture.reads(Some(&by), &[storage::account(&doctor()).bytes, key]).await);
	}
	let affiliations = |of: &AccountId| below(storage::affiliations(of).prefix, None, 9);
	assert!(is_refused(fixture.read(Some(&by), &affiliations(&unknown)).await));
	assert!(fixture.read(Some(&by), &affiliations(&other())).await.is_ok());
	assert!(fixture.reads(Some(&by), &[storage::affiliated_with(&other()).bytes]).await);
	for key in [
		storage::openings(&other(), &doctor()).bytes,
		storage::people_of(1, 0, &doctor()).bytes,
		storage::contributed(1, 0, &doctor()).bytes,
	] {
		fixture.node.lock_relay().asked.clear();
		assert!(!fixture.reads(Some(&by), std::slice::from_ref(&key)).await);
		assert!(is_refused(fixture.read(Some(&by), &below(key.clone(), None, 1)).await));
		assert!(fixture.node.lock_relay().asked.is_empty(), "nothing was proven");
		fixture.has(key.clone(), vec![]);
		assert!(fixture.reads(Some(&by), &[key]).await);
	}
	for own in [storage::log(&doctor()).bytes, storage::openings(&doctor(), &unknown).bytes] {
		assert!(fixture.reads(Some(&by), &[own]).await);
	}
}

/// At an older final block, the proof that a record or a set of holders is not there can name another
/// patient's.
#[tokio::test]
async fn what_can_be_opened_now_is_proven_only_at_blocks_that_have_it() {
	let (fixture, by) = (Fixture::new(), dev::alice());
	fixture.open_to_doctor(RECORD);
	let record = storage::record(&other(), &RECORD).bytes;
	let holders = storage::holder_set(&other(), 0).bytes;
	fixture.has(holders.clone(), vec![]);
	fixture.node.lock_relay().values_since = NUMBER;
	fixture.node.lock_relay().headers.push(header(NUMBER - 1).0);
	let version = storage::version(&RECORD, 0).bytes;
	for keys in [vec![record.clone()], vec![holders.clone()], vec![record.clone(), version]] {
		let asked = ReadState { block: header(NUMBER - 1).1.into(), ..keys_of(&keys) };
		fixture.node.lock_relay().asked.clear();
		assert!(is_refused(fixture.read(Some(&by), &asked).await));
		assert!(fixture.node.lock_relay().asked.is_empty(), "nothing was proven");
		assert!(fixture.reads(Some(&by), &keys).await);
	}
	// The block has the record, but not this set of holders.
	let holders = storage::holder_set(&other(), 1).bytes;
	assert!(!fixture.reads(Some(&by), &[record, holders]).await);
	// The patient gets a proof of what is not there.
	let own = storage::record(&other(), &H256([8; 32])).bytes;
	assert!(fixture.reads(Some(&dev::dave()), &[own]).await);
}

#[tokio::test]
async fn what_can_be_opened_is_not_told_on_old_blocks() {
	let fixture = Fixture::with(|block| block.time -= 1_000, |_| ());
	fixture.open_to_doctor(RECORD);
	let keys = keys_of(&[storage::record(&other(), &RECORD).bytes]);
	let answer = fixture.read(Some(&dev::alice()), &keys).await;
	assert!(matches!(answer, Err(ApiError::Behind(_))));
	// What is one's own is told with its age.
	assert!(fixture.reads(Some(&dev::charlie()), &[storage::log(&patient()).bytes]).await);
}

fn request_of(asker: AccountId, referred_by: Option<AccountId>) -> Vec<u8> {
	Request {
		asker,
		institution: INSTITUTION,
		grantee: Grantee::Institution(INSTITUTION),
		referred_by,
		asked: Asked {
			actions: Actions::default(),
			purposes: Purposes::default(),
			categories: Categories::default(),
			labels: LabelFilter::Unlabelled,
			confidentiality: Confidentiality::Normal,
			records: vec![],
			data_period: DataPeriod::default(),
		},
		duration: 1,
		reason: vec![],
		submitted: 0,
		expires: 1,
	}
	.encode()
}

#[tokio::test]
async fn askers_read_their_own_requests() {
	let (fixture, by) = (Fixture::new(), dev::alice());
	let key = storage::request(&other(), 4).bytes;
	assert!(!fixture.reads(Some(&by), std::slice::from_ref(&key)).await, "there is none");
	for (value, is_own) in [
		(request_of(doctor(), None), true),
		(request_of(patient(), Some(doctor())), true),
		(request_of(patient(), None), false),
	] {
		fixture.has(key.clone(), value);
		assert_eq!(fixture.reads(Some(&by), std::slice::from_ref(&key)).await, is_own);
	}
}

/// Both blocks say that the relative represents the other patient within these scopes.
fn with_relative(scopes: &[Scope]) -> Fixture {
	let scopes = Scopes::of(scopes);
	let represent = |block: &mut BlockDouble| {
		block.representatives.push((other(), relative(), scopes));
	};
	Fixture::with_blocks(
		|finalized, best| [finalized, best].into_iter().for_each(represent),
		|_| (),
	)
}

#[tokio::test]
async fn a_representative_reads_what_is_the_patients_within_its_scopes() {
	let by = dev::bob();
	let request = storage::request(&other(), 4).bytes;
	let consents = [
		storage::consents(&other(), &Grantee::Everyone).bytes,
		storage::assisted_refused(&other()).bytes,
		storage::awaiting_authority(&other(), &INSTITUTION).bytes,
		storage::staff_proposal(&other(), &INSTITUTION).bytes,
	];
	let holders = storage::holder_choice(&other()).bytes;
	let attempts = [
		storage::attempt(&other()).bytes,
		storage::key_change(&other()).bytes,
		storage::guardians(&other()).bytes,
	];
	let all = [&consents[..], &attempts, &[request.clone(), holders.clone()]].concat();
	for (scopes, may) in [
		(&[][..], attempts.to_vec()),
		(&[Scope::Consents], [&consents[..], &attempts].concat()),
		(&[Scope::Requests], [&[request.clone()][..], &attempts].concat()),
		(&[Scope::Records], [&[holders.clone()][..], &attempts].concat()),
		(&[Scope::Holders], [&[holders.clone()][..], &attempts].concat()),
	] {
		let fixture = with_relative(scopes);
		fixture.has(request.clone(), request_of(doctor(), None));
		for key in &all {
			let reads = fixture.reads(Some(&by), std::slice::from_ref(key)).await;
			assert_eq!(reads, may.contains(key), "{scopes:?} {}", hex::encode(key));
			// Not another patient's, and nobody else reads them.
			assert!(!fixture.reads(Some(&dev::charlie()), std::slice::from_ref(key)).await);
		}
		assert!(fixture.reads(Some(&by), &may).await, "all together");
		let list = below(storage::all_consents(&other()).prefix, None, 9);
		assert_eq!(is_refused(fixture.read(Some(&by), &list).await), scopes != [Scope::Consents]);
		let list = below(storage::requests(&other()).prefix, None, 9);
		assert_eq!(is_refused(fixture.read(Some(&by), &list).await), scopes != [Scope::Requests]);
		for never in [
			storage::log(&other()).bytes,
			storage::record(&other(), &RECORD).bytes,
			storage::holder_set(&other(), 0).bytes,
			storage::key_state(&other()).bytes,
			storage::attempt(&patient()).bytes,
		] {
			assert!(!fixture.reads(Some(&by), &[never]).await);
		}
		for never in [storage::records(&other()), storage::records(&patient())] {
			assert!(is_refused(fixture.read(Some(&by), &below(never.prefix, None, 9)).await));
		}
	}
}

/// Who was suspended in the best block reads nothing from then on.
#[tokio::test]
async fn a_representative_reads_only_if_it_represents_at_both_blocks() {
	let key = storage::consents(&other(), &Grantee::Everyone).bytes;
	let within = (other(), relative(), Scopes::of(&[Scope::Consents]));
	for (at_final, at_best) in [(true, true), (true, false), (false, true), (false, false)] {
		let fixture = Fixture::with_blocks(
			|finalized, best| {
				finalized.representatives.extend(at_final.then(|| within.clone()));
				best.representatives.extend(at_best.then(|| within.clone()));
			},
			|_| (),
		);
		let reads = fixture.reads(Some(&dev::bob()), std::slice::from_ref(&key)).await;
		assert_eq!(reads, at_final && at_best, "{at_final} {at_best}");
	}
	let old = Fixture::with_blocks(
		|finalized, best| {
			for block in [finalized, best] {
				block.representatives.push(within.clone());
				block.time -= 1_000;
			}
		},
		|_| (),
	);
	let answer = old.read(Some(&dev::bob()), &keys_of(&[key])).await;
	assert!(matches!(answer, Err(ApiError::Behind(_))));
}

#[tokio::test]
async fn whoever_may_read_the_log_reads_its_head() {
	let head = [storage::log(&other()).bytes];
	for by in [dev::alice(), dev::bob()] {
		assert!(!Fixture::new().reads(Some(&by), &head).await);
		for (at_final, at_best) in [(true, true), (true, false), (false, true)] {
			let fixture = Fixture::with_blocks(
				|finalized, best| {
					finalized.permitted.extend(at_final.then(|| by.account()));
					best.permitted.extend(at_best.then(|| by.account()));
				},
				|_| (),
			);
			assert_eq!(fixture.reads(Some(&by), &head).await, at_final && at_best);
		}
	}
}

/// A list with one representative by law, who waits for an authority.
fn list(representative: AccountId, ward: bool) -> Vec<u8> {
	let registration = Registration {
		basis: LegalBasis::Parent,
		scopes: Scopes::default(),
		until: None,
		evidence: H256([1; 32]),
	};
	let stage = Stage::Registered { at: 1, first: doctor(), second: doctor() };
	let mandate = Mandate::ByLaw { registration, stage };
	let suspension = Suspension::None;
	let list = vec![Representative { account: representative, mandate, suspension }];
	Representatives { ward, list }.encode()
}

/// The proof that somebody has no representatives can show who has.
#[tokio::test]
async fn a_list_of_representatives_is_for_those_in_it_and_for_practitioners() {
	let fixture = Fixture::new();
	let key = storage::representatives(&other()).bytes;
	for by in [dev::alice(), dev::bob(), dev::charlie()] {
		fixture.node.lock_relay().asked.clear();
		assert!(!fixture.reads(Some(&by), std::slice::from_ref(&key)).await);
		assert!(fixture.node.lock_relay().asked.is_empty(), "nothing was proven");
	}
	for representative in [relative(), patient()] {
		fixture.has(key.clone(), list(representative.clone(), false));
		for by in [dev::alice(), dev::bob(), dev::charlie(), dev::dave()] {
			let may = [doctor(), other(), representative.clone()].contains(&by.account());
			assert_eq!(fixture.reads(Some(&by), std::slice::from_ref(&key)).await, may);
		}
		assert!(!fixture.reads(None, std::slice::from_ref(&key)).await);
	}
	let prefix = storage::prefix("Representation", "RepresentativesOf");
	assert!(is_refused(fixture.read(Some(&dev::alice()), &below(prefix, None, 9)).await));
	assert!(is_refused(fixture.read(Some(&dev::alice()), &below(key, None, 9)).await));
	// That there is none is proven to the patient.
	let own = storage::representatives(&patient()).bytes;
	assert!(fixture.reads(Some(&dev::charlie()), &[own]).await);
}

#[tokio::test]
async fn whether_a_ward_has_a_key_is_read_with_its_list() {
	let fixture = Fixture::new();
	let key = storage::present_key(&other()).bytes;
	let list_key = storage::representatives(&other()).bytes;
	for (is_ward, may) in [(false, false), (true, true)] {
		fixture.has(list_key.clone(), list(relative(), is_ward));
		for by in [dev::alice(), dev::bob()] {
			assert_eq!(fixture.reads(Some(&by), std::slice::from_ref(&key)).await, may);
			let both = [list_key.clone(), key.clone()];
			assert_eq!(fixture.reads(Some(&by), &both).await, may);
		}
		assert!(!fixture.reads(Some(&dev::charlie()), std::slice::from_ref(&key)).await);
	}
}

#[tokio::test]
async fn one_request_reads_of_few_patients() {
	let patients = || (0..=u8::try_from(MAX_DECIDED).unwrap()).map(|id| AccountId::new([id; 32]));
	let represent = |block: &mut BlockDouble| {
		let scopes = Scopes::of(&[Scope::Requests]);
		block.representatives.extend(patients().map(|patient| (patient, relative(), scopes)));
		block.permitted.push(relative());
	};
	let fixture = Fixture::with_blocks(
		|finalized, best| [finalized, best].into_iter().for_each(represent),
		|_| (),
	);
	let of: [fn(&AccountId) -> Vec<u8>; 3] = [
		|patient: &AccountId| storage::attempt(patient).bytes,
		|patient: &AccountId| storage::request(patient, 1).bytes,
		|patient: &AccountId| storage::log(patient).bytes,
	];
	for key in of {
		for (count, is_accepted) in [(MAX_DECIDED, true), (MAX_DECIDED + 1, false)] {
			let keys: Vec<_> = patients().take(count).map(|patient| key(&patient)).collect();
			let answer = fixture.read(Some(&dev::bob()), &keys_of(&keys)).await;
			assert_eq!(answer.is_ok(), is_accepted, "{count}");
			assert_eq!(matches!(answer, Err(ApiError::Mismatch(_))), !is_accepted);
		}
	}
}

/// How an account comes to be one that can only object.
const BARS: [fn(&mut Account); 6] = [
	|account| account.disabled_since = Some(1),
	|account| account.status = Status::Suspended,
	|account| account.status = Status::Ended,
	|account| account.status = Status::Deceased,
	|account| account.status = Status::Merged,
	|account| account.status = Status::Closed,
];

/// A custodian for which the patient is barred in both blocks.
fn with_barred_patient(bar: fn(&mut Account)) -> Fixture {
	let id = vouchsafe_client::chain::account_bytes(&patient());
	let bar = |block: &mut BlockDouble| block.accounts.get_mut(&id).into_iter().for_each(bar);
	Fixture::with_blocks(|finalized, best| [finalized, best].into_iter().for_each(bar), |_| ())
}

/// An extrinsic with this call, whose signature nobody checks here.
fn extrinsic_with(by: &Keypair, call: impl Into<RuntimeCall>) -> Vec<u8> {
	let binding = Binding {
		version: RuntimeVersion { spec_version: 1, transaction_version: 1 },
		genesis: H256(GENESIS),
		mortality: Mortality::new(1, 64),
		from: H256([2; 32]),
		nonce: 0,
	};
	extrinsics::with_signature(&by.account(), &call.into(), &binding, &[8; 64])
}

fn objection_of(account: AccountId) -> RecoveryCall {
	RecoveryCall::object { account, key: new_key().account() }
}

fn objection_to_relative() -> RepresentationCall {
	RepresentationCall::object { representative: relative() }
}

/// The attack: a hospital disables a patient's key, gives the account a key of its own or a representative, and
/// no custodian takes the patient's objection.
#[tokio::test]
async fn a_disabled_key_objects_through_a_custodian() {
	for bar in BARS {
		let (fixture, by) = (with_barred_patient(bar), dev::charlie());
		let sent = [
			extrinsic_with(&by, objection_of(patient())),
			extrinsic_with(&by, objection_to_relative()),
		];
		for extrinsic in &sent {
			let outcome = fixture.submit(&by, extrinsic.clone()).await;
			assert_eq!(outcome.unwrap(), SubmitOutcome::Waiting);
		}
		assert_eq!(fixture.node.lock_relay().handed_in, sent);
		// What the wallet reads before.
		let own = [
			storage::now().bytes,
			storage::account(&patient()).bytes,
			storage::system_account(&patient()).bytes,
			storage::key_state(&patient()).bytes,
			storage::present_key(&patient()).bytes,
			storage::guardians(&patient()).bytes,
			storage::key_change(&patient()).bytes,
			storage::attempt(&patient()).bytes,
			storage::attempt_lifetime().bytes,
			storage::representatives(&patient()).bytes,
			storage::registration_lifetime().bytes,
		];
		assert!(fixture.reads(Some(&by), &own).await);
		fixture.has(storage::institution(&INSTITUTION).bytes, vec![]);
		let list = below(storage::institutions().prefix, None, 9);
		assert!(fixture.read(Some(&by), &list).await.is_ok());
	}
}

#[tokio::test]
async fn a_disabled_key_does_nothing_else_through_a_custodian() {
	let revoke = || ConsentCall::revoke { grantee: Grantee::Everyone, id: 0 };
	let wrapped = |call: RuntimeCall| {
		[
			calls::batch_all(vec![call.clone()]),
			calls::as_multi(2, vec![other()], None, call.clone()),
			calls::as_patient(patient(), call),
		]
	};
	for bar in BARS {
		let (fixture, by) = (with_barred_patient(bar), dev::charlie());
		let mut refused = vec![
			extrinsic(&by, 0),
			extrinsic_with(&by, revoke()),
			extrinsic_with(&by, objection_of(other())),
			extrinsic_with(&by, RecoveryCall::finish { account: patient(), key: patient() }),
			extrinsic_with(&by, ConsentCall::refuse_assisted),
			// Another key has signed it.
			extrinsic_with(&dev::dave(), objection_of(patient())),
			extrinsic_with(&dev::dave(), objection_of(other())),
		];
		for call in wrapped(objection_of(patient()).into()) {
			refused.push(extrinsic_with(&by, call));
		}
		for call in wrapped(objection_to_relative().into()) {
			refused.push(extrinsic_with(&by, call));
		}
		for extrinsic in refused {
			assert!(is_refused(fixture.submit(&by, extrinsic).await));
		}
		for foreign in [vec![], vec![1, 2, 3]] {
			let answer = fixture.submit(&by, foreign).await;
			assert!(matches!(answer, Err(ApiError::Mismatch(_))));
		}
		assert!(fixture.node.lock_relay().handed_in.is_empty());
		fixture.has(storage::record(&patient(), &RECORD).bytes, vec![]);
		for key in [
			storage::log(&patient()).bytes,
			storage::record(&patient(), &RECORD).bytes,
			storage::version(&RECORD, 0).bytes,
			storage::consents(&patient(), &Grantee::Everyone).bytes,
			storage::request(&patient(), 0).bytes,
			storage::account(&doctor()).bytes,
			storage::attempt(&other()).bytes,
			storage::representatives(&other()).bytes,
			storage::study(0).bytes,
		] {
			assert!(!fixture.reads(Some(&by), &[key]).await);
		}
		for list in [storage::records(&patient()).prefix, storage::all_consents(&patient()).prefix]
		{
			assert!(is_refused(fixture.read(Some(&by), &below(list, None, 9)).await));
		}
		assert!(is_refused(fixture.await_log(&by, 0).await));
	}
	// Who is active sends whatever the pool takes.
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let sent = extrinsic_with(&by, revoke());
	assert_eq!(fixture.submit(&by, sent).await.unwrap(), SubmitOutcome::Waiting);
	// Who is not enrolled objects to nothing.
	let stranger = dev::eve();
	let sent = extrinsic_with(&stranger, objection_of(stranger.account()));
	assert!(is_refused(fixture.submit(&stranger, sent).await));
}

/// The account was disabled after its key was replaced.
#[tokio::test]
async fn a_new_key_that_is_disabled_objects_and_the_replaced_one_does_not() {
	let id = vouchsafe_client::chain::account_bytes(&patient());
	let change = |block: &mut BlockDouble| {
		block.replace_key(&patient(), &patient(), &new_key().account());
		let disable = |account: &mut Account| account.disabled_since = Some(1);
		block.accounts.get_mut(&id).into_iter().for_each(disable);
	};
	let fixture = Fixture::with_blocks(
		|finalized, best| [finalized, best].into_iter().for_each(change),
		|_| (),
	);
	let (new, old) = (new_key(), dev::charlie());
	let sent = extrinsic_with(&new, objection_of(patient()));
	assert_eq!(fixture.submit(&new, sent.clone()).await.unwrap(), SubmitOutcome::Waiting);
	let by_name = extrinsic_with(&new, objection_of(new.account()));
	assert!(is_refused(fixture.submit(&new, by_name).await), "it is not its own account");
	let own = [storage::attempt(&patient()).bytes, storage::system_account(&new.account()).bytes];
	assert!(fixture.reads(Some(&new), &own).await);
	let is_replaced = |error| matches!(error, ApiError::ReplacedKey);
	for call in [objection_of(patient()), objection_of(old.account())] {
		let answer = fixture.submit(&old, extrinsic_with(&old, call)).await;
		assert!(answer.is_err_and(is_replaced));
	}
	assert!(fixture.read(Some(&old), &keys_of(&own)).await.is_err_and(is_replaced));
	assert_eq!(fixture.node.lock_relay().handed_in, [sent]);
}

/// A thief with a disabled key gets no more requests than others.
#[tokio::test]
async fn a_disabled_key_is_limited_as_others_are() {
	let id = vouchsafe_client::chain::account_bytes(&patient());
	let bar = |block: &mut BlockDouble| block.accounts.get_mut(&id).into_iter().for_each(BARS[0]);
	let fixture = Fixture::with_blocks(
		|finalized, best| [finalized, best].into_iter().for_each(bar),
		|config| {
			let limits = &mut config.api.per_account;
			(limits.requests_per_second, limits.burst) = (1, 3);
		},
	);
	let by = dev::charlie();
	let sent = || extrinsic_with(&by, objection_of(patient()));
	let mut limited = 0;
	for _ in 0..6 {
		match fixture.submit(&by, sent()).await {
			Ok(outcome) => assert_eq!(outcome, SubmitOutcome::Waiting),
			Err(error) => {
				assert!(matches!(error, ApiError::RateLimited), "{error}");
				limited += 1;
			},
		}
	}
	assert!(limited > 0);
}

#[tokio::test]
async fn strangers_suspended_accounts_and_disabled_keys_read_nothing() {
	let key = [storage::log(&patient()).bytes];
	let id = vouchsafe_client::chain::account_bytes(&patient());
	for change in [
		|_: &mut Account| (),
		|account: &mut Account| account.status = Status::Suspended,
		|account: &mut Account| account.disabled_since = Some(1),
	] {
		let fixture =
			Fixture::with(|block| block.accounts.get_mut(&id).into_iter().for_each(change), |_| ());
		let is_active = crate::chain::is_active(&fixture.node.finalized.accounts[&id]);
		assert_eq!(fixture.reads(Some(&dev::charlie()), &key).await, is_active);
		assert_eq!(is_refused(fixture.await_log(&dev::charlie(), 0).await), !is_active);
		let extrinsic = extrinsic(&dev::charlie(), 0);
		assert_eq!(is_refused(fixture.submit(&dev::charlie(), extrinsic).await), !is_active);
	}
	let stranger = dev::eve();
	let own = [storage::system_account(&stranger.account()).bytes];
	assert!(!Fixture::new().reads(Some(&stranger), &own).await);
	assert!(!Fixture::new().reads(Some(&stranger), &[storage::now().bytes]).await);
}

/// Each request fails one check earlier than the one before it.
#[tokio::test]
async fn the_checks_come_in_their_order() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let mut asked = keys_of(&[storage::now().bytes]);
	asked.block = Hex([9; 32]);
	assert!(matches!(fixture.read(None, &asked).await, Err(ApiError::UnknownBlock)));
	asked.keys.push(HexBytes(storage::events()));
	assert!(is_refused(fixture.read(None, &asked).await));
	assert!(is_refused(fixture.read(Some(&by), &asked).await));
	asked.keys.push(HexBytes(vec![0; MAX_KEY + 1]));
	for by in [None, Some(&by)] {
		assert!(matches!(fixture.read(by, &asked).await, Err(ApiError::Mismatch(_))));
	}
	assert!(is_refused(fixture.read(Some(&dev::eve()), &asked).await));
	let unknown: Bytes = br#"{"block":"0x00"}"#.to_vec().into();
	let answer = read_state(State(fixture.state.clone()), unknown).await;
	assert!(matches!(answer, Err(ApiError::Malformed(_))));
	let long: Bytes = vec![b' '; MAX_REQUEST + 1].into();
	let answer = read_state(State(fixture.state.clone()), long).await;
	assert!(matches!(answer, Err(ApiError::TooLarge)));
}

#[tokio::test]
async fn both_sides_of_the_limits() {
	let fixture = Fixture::new();
	let now = storage::now().bytes;
	let long = |length: usize| [&now[..], &vec![0; length - now.len()]].concat();
	let many = |count: usize| vec![now.clone(); count];
	let prefix = storage::institutions().prefix;
	for (asked, is_accepted) in [
		(keys_of(&many(MAX_STATE_KEYS)), true),
		(keys_of(&many(MAX_STATE_KEYS + 1)), false),
		(keys_of(&[long(MAX_KEY)]), true),
		(keys_of(&[long(MAX_KEY + 1)]), false),
		(below(prefix.clone(), None, 0), false),
		(below(prefix.clone(), None, 1), true),
		(below(prefix.clone(), None, MAX_KEYS_BELOW), true),
		(below(prefix.clone(), None, MAX_KEYS_BELOW + 1), false),
		(below(long(MAX_KEY + 1), None, 1), false),
	] {
		let answer = fixture.read(None, &asked).await;
		match is_accepted {
			true => drop(answer.unwrap()),
			false => assert!(matches!(answer, Err(ApiError::Mismatch(_)))),
		}
	}
	for (count, is_accepted) in [(MAX_DECIDED, true), (MAX_DECIDED + 1, false)] {
		let ids = (0..count).map(|id| H256([u8::try_from(id).unwrap(); 32]));
		let keys: Vec<_> = ids
			.map(|id| {
				fixture.open_to_doctor(id);
				storage::record(&other(), &id).bytes
			})
			.collect();
		let answer = fixture.read(Some(&dev::alice()), &keys_of(&keys)).await;
		assert_eq!(answer.is_ok(), is_accepted, "{count}");
	}
	for (bytes, is_accepted) in [(MAX_NODES, true), (MAX_NODES + 1, false)] {
		fixture.node.lock_relay().more_bytes = bytes;
		let answer = fixture.read(None, &keys_of(&many(1))).await;
		assert_eq!(matches!(answer, Err(ApiError::TooMuch)), !is_accepted);
		if let Ok(proof) = answer {
			assert!(serde_json::to_vec(&proof).unwrap().len() <= MAX_ANSWER);
		}
	}
}

#[tokio::test]
async fn only_final_blocks_are_read() {
	let fixture = Fixture::new();
	for number in [NUMBER + 1, NUMBER - 1] {
		fixture.node.lock_relay().headers.push(header(number).0);
		let asked =
			ReadState { block: header(number).1.into(), ..keys_of(&[storage::now().bytes]) };
		let is_final = number < NUMBER;
		let answer = fixture.read(None, &asked).await;
		assert_eq!(matches!(answer, Err(ApiError::UnknownBlock)), !is_final, "{number}");
		assert_eq!(answer.is_ok(), is_final);
	}
	// A block of a fork has a number, but the chain has another block there.
	let (good, mut fork) = (header(NUMBER).0, header(NUMBER).0);
	fork[0] ^= 1;
	let hash = vouchsafe_client::protocol::extrinsics::hash(&fork);
	fixture.node.lock_relay().headers = vec![good, fork];
	let asked = ReadState { block: hash.into(), ..keys_of(&[storage::now().bytes]) };
	assert!(matches!(fixture.read(None, &asked).await, Err(ApiError::UnknownBlock)));
	// To know only the header, no key is needed.
	assert!(fixture.read(None, &keys_of(&[])).await.unwrap().nodes.0.is_empty());
}

#[tokio::test]
async fn final_blocks_are_relayed_and_waited_for() {
	let fixture = Fixture::new();
	let known = H256([4; 32]);
	let block = FinalBlock { header: vec![1], justification: vec![2] };
	fixture.node.lock_relay().finality = Some((known, vec![block]));
	let answer = fixture.finality(known, None).await.unwrap();
	assert_eq!((answer.blocks.0, answer.is_newest), (vec![(vec![1], vec![2])], true));
	assert!(matches!(fixture.finality(H256([5; 32]), None).await, Err(ApiError::UnknownBlock)));
	// There is a newer one already.
	assert!(fixture.finality(known, Some(NUMBER - 1)).await.is_ok());
	let begun = std::time::Instant::now();
	assert!(fixture.finality(known, Some(NUMBER)).await.is_ok(), "without news it answers too");
	assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn who_cannot_wait_is_told() {
	let fixture = Fixture::with(
		|_| (),
		|config| {
			let api = &mut config.api;
			api.max_waiting = 2;
			(api.per_account.max_waiting, api.max_unsigned_waiting_per_address) = (1, 1);
		},
	);
	fixture.node.lock_relay().finality = Some((H256::zero(), vec![]));
	let begin = |last, who| {
		let source = IpAddr::from([192, 0, 2, last]).into();
		fixture.state.waiting.begin(&fixture.state, source, who).ok()
	};
	let unsigned = begin(1, Who::Anyone);
	assert!(unsigned.is_some());
	// Who signs waits all the same.
	assert_eq!(fixture.await_log(&dev::charlie(), 3).await.unwrap(), 3);
	let charlie = AccountId::new(dev::charlie().public_key().0);
	let enrolled = account(AccountKind::Patient, INSTITUTION, [0; 32]);
	let signed = begin(1, Who::Signer(crate::parties::Signer::enrolled(&charlie, &enrolled)));
	assert!(signed.is_some());
	let answer = fixture.finality(H256::zero(), Some(NUMBER)).await;
	assert!(matches!(answer, Err(ApiError::TooManyWaiting)));
	assert!(matches!(fixture.await_log(&dev::charlie(), 3).await, Err(ApiError::TooManyWaiting)));
	// Without waiting they are answered, and extrinsics are handed in.
	assert!(fixture.finality(H256::zero(), None).await.is_ok());
	assert_eq!(fixture.await_log(&dev::charlie(), 2).await.unwrap(), 3);
	let sent = fixture.submit(&dev::charlie(), extrinsic(&dev::charlie(), 0)).await;
	assert_eq!(sent.unwrap(), SubmitOutcome::Waiting);
	assert_eq!(fixture.node.lock_relay().handed_in.len(), 1);
	drop((unsigned, signed));
	let (_second, _third) = (begin(2, Who::Anyone).unwrap(), begin(3, Who::Anyone).unwrap());
	let answer = fixture.finality(H256::zero(), Some(NUMBER)).await;
	assert!(matches!(answer, Err(ApiError::Crowded)));
}

#[tokio::test]
async fn the_patient_waits_for_the_log() {
	let fixture = Fixture::new();
	assert_eq!(fixture.await_log(&dev::charlie(), 2).await.unwrap(), 3);
	assert!(is_refused(fixture.await_log(&dev::alice(), 0).await), "a practitioner has no log");
	assert_eq!(fixture.await_log(&dev::charlie(), 3).await.unwrap(), 3, "nothing happens");
	let waiting = async {
		let next = fixture.finalize_next(|block| block.entries = 4);
		let by = dev::charlie();
		tokio::join!(fixture.await_log(&by, 3), next).0
	};
	assert_eq!(fixture.watching(waiting).await.unwrap(), 4);
}

/// An extrinsic with this nonce, whose signature nobody checks here.
fn extrinsic(by: &Keypair, nonce: u32) -> Vec<u8> {
	let mut bytes = (0x84u8, 0u8, by.public_key().0, 1u8, [8u8; 64], 0u8, Compact(nonce)).encode();
	bytes.extend([0, 9, 9]);
	bytes.encode()
}

fn nonce_of(fixture: &Fixture, nonce: u32) {
	nonce_of_key(fixture, &patient(), nonce);
}

fn nonce_of_key(fixture: &Fixture, key: &AccountId, nonce: u32) {
	// Nonce, references and deposits.
	let account = (nonce, [0u32, 1, 0], [0u128; 4]);
	fixture.has(storage::system_account(key).bytes, account.encode());
}

#[tokio::test]
async fn an_extrinsic_is_followed_until_it_is_final() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let sent = extrinsic(&by, 7);
	let outcome = fixture.submit(&by, sent.clone()).await.unwrap();
	assert_eq!(outcome, SubmitOutcome::Waiting);
	assert_eq!(fixture.node.lock_relay().handed_in, std::slice::from_ref(&sent));
	let block = vec![vec![1], sent.clone()];
	fixture.node.lock_relay().extrinsics.insert(NUMBER + 1, block);
	fixture.node.lock_relay().values_since = NUMBER + 1;
	nonce_of(&fixture, 8);
	let following = async {
		let next = fixture.finalize_next(|_| ());
		tokio::join!(fixture.submit(&by, sent.clone()), next).0
	};
	let block = crate::chain::double::hash(NUMBER + 1, 0).into();
	let number = NUMBER + 1;
	let expected = SubmitOutcome::Final { block, number, events: Packed(vec![1u32.encode()]) };
	assert_eq!(fixture.watching(following).await.unwrap(), expected);
}

/// Everybody who waits would read each block.
#[tokio::test]
async fn a_block_is_read_only_if_the_nonce_is_used() {
	let by = dev::charlie();
	let stale = SubmitOutcome::Refused { error: ChainError::Stale.to_string() };
	for (nonce, expected, read) in
		[(7, SubmitOutcome::Waiting, vec![]), (8, stale, vec![NUMBER + 1])]
	{
		let mut fixture = Fixture::new();
		if !read.is_empty() {
			// It ends with the first block.
			let state = Arc::get_mut(&mut fixture.state).unwrap();
			state.waiting.patience = Duration::from_secs(60);
		}
		nonce_of(&fixture, nonce);
		let finalized = BlockDouble { number: NUMBER + 1, ..fixture.node.finalized.clone() };
		fixture.connect(Arc::new(NodeDouble { finalized, ..NodeDouble::default() }));
		let (node, extrinsic) = (&*fixture.node, extrinsic(&by, 7));
		let sent = Sent { node, who: Who::Anyone, key: by.account(), nonce: 7, extrinsic };
		let following = sent.hand_in(&fixture.state, source(), NUMBER);
		assert_eq!(fixture.watching(following).await.unwrap(), expected);
		assert_eq!(fixture.node.lock_relay().read, read);
	}
}

#[tokio::test]
async fn an_extrinsic_that_is_in_a_block_already_is_found() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let sent = extrinsic(&by, 7);
	fixture.node.lock_relay().extrinsics.insert(NUMBER - 2, vec![sent.clone()]);
	fixture.node.lock_relay().values_since = NUMBER - 2;
	nonce_of(&fixture, 8);
	for refusal in [ChainError::Stale, ChainError::Unreachable("temporarily banned".into())] {
		fixture.node.lock_relay().refusal = Some(refusal);
		let outcome = fixture.submit(&by, sent.clone()).await.unwrap();
		assert!(matches!(outcome, SubmitOutcome::Final { number, .. } if number == NUMBER - 2));
	}
	// Another one has used the nonce.
	let outcome = fixture.submit(&by, extrinsic(&by, 6)).await.unwrap();
	assert!(matches!(outcome, SubmitOutcome::Refused { .. }));
	// This one waits in the pool, or is in the best block.
	nonce_of(&fixture, 7);
	fixture.node.lock_relay().extrinsics.clear();
	assert_eq!(fixture.submit(&by, sent).await.unwrap(), SubmitOutcome::Waiting);
}

/// Blocks are looked at only if the pool says that the extrinsic is outdated.
#[tokio::test]
async fn what_the_pool_refuses_is_told() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	let blocks = [(NUMBER - 1, vec![extrinsic(&by, 0)])];
	fixture.node.lock_relay().extrinsics = blocks.into();
	fixture.node.lock_relay().values_since = NUMBER - 1;
	nonce_of(&fixture, 1);
	for refusal in
		[ChainError::QuotaSpent, ChainError::MayNotSign, ChainError::Refused("bad".into())]
	{
		let error = refusal.to_string();
		fixture.node.lock_relay().refusal = Some(refusal);
		let outcome = fixture.submit(&by, extrinsic(&by, 0)).await.unwrap();
		assert_eq!(outcome, SubmitOutcome::Refused { error });
	}
	fixture.node.lock_relay().refusal = Some(ChainError::Stale);
	let outcome = fixture.submit(&by, extrinsic(&by, 0)).await.unwrap();
	assert!(matches!(outcome, SubmitOutcome::Final { number, .. } if number == NUMBER - 1));
	fixture.node.lock_relay().refusal = Some(ChainError::Unreachable("gone".into()));
	let answer = fixture.submit(&by, extrinsic(&by, 0)).await;
	assert!(matches!(answer, Err(ApiError::Unavailable)));
}

#[tokio::test]
async fn only_ones_own_extrinsics_of_some_size_are_handed_in() {
	let (fixture, by) = (Fixture::new(), dev::charlie());
	assert!(is_refused(fixture.submit(&by, extrinsic(&dev::alice(), 0)).await));
	for foreign in [vec![], vec![1, 2, 3], vec![0; MAX_EXTRINSIC]] {
		let answer = fixture.submit(&by, foreign).await;
		assert!(matches!(answer, Err(ApiError::Mismatch(_))));
	}
	let answer = fixture.submit(&by, vec![0; MAX_EXTRINSIC + 1]).await;
	assert!(matches!(answer, Err(ApiError::TooLarge)));
	assert!(fixture.node.lock_relay().handed_in.is_empty());
}

/// What is in an extrinsic is the pool's to check. A delegation is not a part of it.
#[tokio::test]
async fn a_session_key_hands_in_the_accounts_extrinsics_and_not_its_own() {
	let (fixture, session) = (Fixture::new(), dev::alice());
	for account in [dev::alice(), dev::dave()] {
		let own = fixture.submit_by_session(&session, extrinsic(&account, 0)).await;
		assert!(is_refused(own));
	}
	assert!(fixture.node.lock_relay().handed_in.is_empty());
	let sent = extrinsic(&dev::charlie(), 0);
	let answer = fixture.submit_by_session(&session, sent.clone()).await;
	assert_eq!(answer.unwrap(), SubmitOutcome::Waiting);
	assert_eq!(fixture.node.lock_relay().handed_in, [sent]);
}

/// A custodian for which another key of this account has replaced the first one, in both blocks.
fn with_new_key(account: &AccountId) -> Fixture {
	let replace = |block: &mut BlockDouble| {
		block.replace_key(account, account, &new_key().account());
	};
	Fixture::with_blocks(|finalized, best| [finalized, best].into_iter().for_each(replace), |_| ())
}

fn new_key() -> Keypair {
	dev::ferdie()
}

#[tokio::test]
async fn a_new_key_reads_and_waits_as_the_account() {
	let (fixture, by) = (with_new_key(&patient()), new_key());
	fixture.has(storage::record(&patient(), &RECORD).bytes, vec![]);
	let own = [
		storage::record(&patient(), &RECORD).bytes,
		storage::version(&RECORD, 0).bytes,
		storage::log(&patient()).bytes,
		storage::attempt(&patient()).bytes,
		storage::system_account(&by.account()).bytes,
		storage::key_state(&by.account()).bytes,
	];
	assert!(fixture.reads(Some(&by), &own).await);
	for key in [storage::log(&by.account()).bytes, storage::log(&other()).bytes] {
		assert!(!fixture.reads(Some(&by), &[key]).await);
	}
	assert_eq!(fixture.await_log(&by, 2).await.unwrap(), 3);
	// Before the key has replaced the first one, it is nobody's.
	let fixture = Fixture::new();
	assert!(!fixture.reads(Some(&by), &[storage::now().bytes]).await);
	assert!(is_refused(fixture.await_log(&by, 2).await));
}

#[tokio::test]
async fn a_replaced_key_reads_and_sends_nothing() {
	let (fixture, by) = (with_new_key(&patient()), dev::charlie());
	let is_replaced = |error| matches!(error, ApiError::ReplacedKey);
	for key in [storage::now().bytes, storage::log(&patient()).bytes] {
		assert!(fixture.read(Some(&by), &keys_of(&[key])).await.is_err_and(is_replaced));
	}
	assert!(fixture.await_log(&by, 0).await.is_err_and(is_replaced));
	let session_key = dev::alice();
	let (old, new) = (extrinsic(&by, 0), extrinsic(&new_key(), 0));
	for sent in [old.clone(), new.clone()] {
		assert!(fixture.submit(&by, sent.clone()).await.is_err_and(is_replaced));
		let session = fixture.submit_by_session(&session_key, sent);
		assert!(session.await.is_err_and(is_replaced));
	}
	// Nor does the new one send what the old one signed.
	assert!(is_refused(fixture.submit(&new_key(), old).await));
	assert!(fixture.node.lock_relay().handed_in.is_empty());
}

/// Accounts do not count nonces, keys do.
#[tokio::test]
async fn an_extrinsic_of_a_new_key_is_followed_by_the_keys_nonce() {
	let (fixture, by) = (with_new_key(&patient()), new_key());
	let sent = extrinsic(&by, 7);
	nonce_of(&fixture, 100);
	assert_eq!(fixture.submit(&by, sent.clone()).await.unwrap(), SubmitOutcome::Waiting);
	let session_key = dev::alice();
	let session = fixture.submit_by_session_of(new_key(), &session_key, sent.clone());
	assert_eq!(session.await.unwrap(), SubmitOutcome::Waiting);
	assert_eq!(fixture.node.lock_relay().handed_in, [sent.clone(), sent.clone()]);
	fixture.node.lock_relay().extrinsics.insert(NUMBER - 2, vec![sent.clone()]);
	fixture.node.lock_relay().values_since = NUMBER - 2;
	fixture.node.lock_relay().refusal = Some(ChainError::Stale);
	nonce_of_key(&fixture, &by.account(), 8);
	let outcome = fixture.submit(&by, sent).await.unwrap();
	assert!(matches!(outcome, SubmitOutcome::Final { number, .. } if number == NUMBER - 2));
}

#[tokio::test]
async fn a_new_key_opens_what_the_account_can_open_at_the_best_block_too() {
	let record = storage::record(&other(), &RECORD).bytes;
	let fixture = with_new_key(&doctor());
	fixture.open_to_doctor(RECORD);
	assert!(fixture.reads(Some(&new_key()), std::slice::from_ref(&record)).await);
	// In the best block it is not the doctor's key, or no longer the doctor's.
	let (doctor, first) = (doctor(), dev::alice());
	let fixture =
		Fixture::with(|block| block.replace_key(&doctor, &doctor, &new_key().account()), |_| ());
	fixture.open_to_doctor(RECORD);
	assert!(!fixture.reads(Some(&new_key()), std::slice::from_ref(&record)).await);
	let fixture = Fixture::with_blocks(
		|_, best| best.replace_key(&doctor, &doctor, &new_key().account()),
		|_| (),
	);
	fixture.open_to_doctor(RECORD);
	let refused = fixture.read(Some(&first), &keys_of(&[record])).await;
	assert!(matches!(refused, Err(ApiError::ReplacedKey)));
}

#[tokio::test]
async fn the_state_of_another_key_is_not_proven() {
	let fixture = Fixture::new();
	for key in [storage::key_state(&other()).bytes, storage::present_key(&other()).bytes] {
		for by in [Some(dev::charlie()), Some(dev::alice()), None] {
			fixture.node.lock_relay().values.remove(&key);
			assert!(!fixture.reads(by.as_ref(), std::slice::from_ref(&key)).await);
			fixture.has(key.clone(), vec![1]);
			assert!(!fixture.reads(by.as_ref(), std::slice::from_ref(&key)).await);
		}
	}
	// What is not known of one's own key is proven.
	assert!(fixture.reads(Some(&dev::charlie()), &[storage::key_state(&patient()).bytes]).await);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]
	#[test]
	fn foreign_bytes_read_and_send_nothing(bytes: Vec<u8>) {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		runtime.block_on(async {
			let fixture = Fixture::new();
			let body: Bytes = bytes.clone().into();
			assert!(read_state(State(fixture.state.clone()), body).await.is_err());
			assert!(!fixture.reads(Some(&dev::charlie()), std::slice::from_ref(&bytes)).await || bytes.len() > 32);
			assert!(fixture.submit(&dev::charlie(), bytes).await.is_err());
			assert!(fixture.node.lock_relay().handed_in.is_empty());
		});
	}
}
