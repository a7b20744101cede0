//! Delivering and releasing shares, with a real database and a double of the chain.

mod room;

use super::*;
use crate::{
	chain::double::{account, hash, BlockDouble, NodeDouble},
	state::{
		double::{state, Surroundings},
		Connected,
	},
};
use subxt_signer::sr25519::{dev, Keypair};
use vouchsafe_client::{
	chain::{Account, AccountKind, HolderState, Opening, Signer, Status, Version},
	protocol::OPENING_LIFETIME,
	signing::sign_request,
};
use vouchsafe_vault::{
	manifest::{open_release, seal_share, Details},
	seal::SecretKey,
	sharing::{Secret, Split},
};

const GENESIS: [u8; 32] = [1; 32];
const RECORD: [u8; 32] = [2; 32];
const INSTITUTION: AccountId = AccountId::new([3; 32]);

/// A custodian whose institution holds share 2 of a version that needs 3 of 5.
struct Fixture {
	state: Arc<Shared>,
	reader_key: SecretKey,
	split: Split,
	manifest: Vec<u8>,
	/// The time when the test began.
	now: u64,
	/// The chain while everything is allowed.
	block: BlockDouble,
	_surroundings: Surroundings,
}

fn author() -> Keypair {
	dev::alice()
}

fn reader() -> Keypair {
	dev::bob()
}

fn patient() -> Keypair {
	dev::charlie()
}

fn id(key: &Keypair) -> AccountId {
	key.account()
}

fn address(holder: AccountId) -> ShareAddress {
	ShareAddress {
		genesis: GENESIS,
		record: RECORD,
		version: 0,
		epoch: 0,
		holder: account_bytes(&holder),
	}
}

impl Fixture {
	/// The patient's share, as the patient's client carries it here with consent 5.
	fn carry(&self) -> CarryShare {
		let key = self.state.keys.encryption.public();
		let share = &self.split.shares[3];
		CarryShare {
			patient: Hex::from(&id(&patient())),
			record: Hex(RECORD),
			version: 0,
			epoch: 0,
			grantee: HexBytes(Grantee::Institution(INSTITUTION).encode()),
			consent: 5,
			commitments: HexBytes(self.split.commitments.encode()),
			share: HexBytes(seal_share(&key, &address(id(&patient())), share).unwrap()),
		}
	}

	fn new() -> Self {
		let (state, surroundings) = state(None, |_| {});
		let state = Arc::new(state);

		let (secret, reader_key) = (Secret::random(), SecretKey::random());
		let split = secret.split(3, 5).unwrap();
		let context = openings::context(H256(GENESIS), H256(RECORD), 0, &id(&patient()));
		let details = Details {
			title: "Letter".into(),
			media_type: "text/plain".into(),
			plaintext_len: 5,
			commitment_salt: [0; 32],
		};
		let ciphertext = cid_of(b"ciphertext").to_bytes();
		let manifest =
			Manifest::new(&secret, &context, ciphertext, 10, &details).unwrap().encode_versioned();

		let holder = |account, kind| HolderState { account, kind, acknowledged: false };
		let set = SharingSet {
			epoch: 0,
			threshold: 3,
			holders: vec![
				holder(AccountId::new([11; 32]), HolderKind::Institution),
				holder(INSTITUTION, HolderKind::Institution),
				holder(AccountId::new([12; 32]), HolderKind::Institution),
				holder(id(&patient()), HolderKind::Patient),
				holder(AccountId::new([13; 32]), HolderKind::Emergency),
			],
			commitments: H256(split.commitments.hash()),
		};
		let version = Version {
			manifest: Some(cid_of(&manifest).to_bytes()),
			commitment: H256([0; 32]),
			previous: H256([0; 32]),
			author: id(&author()),
			institution: INSTITUTION,
			block: 1,
		};
		let began = now();
		let opening = Opening {
			record: H256(RECORD),
			at: began,
			block: 1,
			purpose: Purpose::Treatment,
			ground: Ground::Consent { institution: Some(INSTITUTION) },
		};
		let practitioner = |key| account(AccountKind::Practitioner, INSTITUTION, key);
		let block = BlockDouble {
			time: began,
			number: 7,
			accounts: [
				(account_bytes(&id(&author())), practitioner([0; 32])),
				(account_bytes(&id(&reader())), practitioner(reader_key.public().0)),
				(
					account_bytes(&id(&patient())),
					account(AccountKind::Patient, INSTITUTION, [0; 32]),
				),
			]
			.into(),
			patients: [(RECORD, id(&patient()))].into(),
			versions: [((RECORD, 0), version)].into(),
			sharing_sets: [((RECORD, 0), set)].into(),
			openings: [(
				(account_bytes(&id(&patient())), account_bytes(&id(&reader()))),
				vec![opening],
			)]
			.into(),
			permitted: vec![id(&reader()), id(&patient())],
			..Default::default()
		};
		let fixture = Self {
			state,
			reader_key,
			split,
			manifest,
			now: began,
			block,
			_surroundings: surroundings,
		};
		fixture.set_chain(|_| (), |_| ());
		fixture
	}

	/// Sets the chain's finalised and best block, each with a change.
	fn set_chain(
		&self,
		finalized: impl FnOnce(&mut BlockDouble),
		best: impl FnOnce(&mut BlockDouble),
	) {
		let mut node = NodeDouble {
			genesis: GENESIS,
			finalized: self.block.clone(),
			best: self.block.clone(),
			..NodeDouble::default()
		};
		finalized(&mut node.finalized);
		best(&mut node.best);
		let institution = Some(INSTITUTION);
		self.state.set_connected(Some(Connected { node: Arc::new(node), institution }));
	}

	fn sign<T: Serialize>(&self, key: &Keypair, action: &str, body: &T) -> Bytes {
		let signed = sign_request(key, H256(GENESIS), &INSTITUTION, action, body, now());
		serde_json::to_vec(&signed).unwrap().into()
	}

	/// The author's envelope for this custodian.
	fn envelope(&self) -> DeliverEnvelope {
		DeliverEnvelope {
			patient: Hex::from(&id(&patient())),
			record: Hex(RECORD),
			version: 0,
			epoch: 0,
			manifest: HexBytes(self.manifest.clone()),
			commitments: HexBytes(self.split.commitments.encode()),
			share: self.sealed_share(1),
			patient_share: Some(HexBytes(vec![7; 83])),
		}
	}

	/// The share at this position, sealed to this custodian.
	fn sealed_share(&self, position: usize) -> HexBytes {
		let key = self.state.keys.encryption.public();
		HexBytes(seal_share(&key, &address(INSTITUTION), &self.split.shares[position]).unwrap())
	}

	async fn deliver(
		&self,
		key: &Keypair,
		envelope: &DeliverEnvelope,
	) -> Result<EnvelopeState, ApiError> {
		let request = self.sign(key, action::DELIVER_ENVELOPE, envelope);
		deliver_envelope(State(self.state.clone()), request).await.map(|Json(it)| it.state)
	}

	/// Why an envelope that the author delivers is refused.
	async fn refusal(&self, change: impl FnOnce(&mut DeliverEnvelope)) -> String {
		let mut envelope = self.envelope();
		change(&mut envelope);
		match self.deliver(&author(), &envelope).await {
			Err(ApiError::Mismatch(reason)) => reason,
			other => panic!("{other:?}"),
		}
	}

	async fn release(&self, key: &Keypair) -> Result<Release, ApiError> {
		let ask =
			AskRelease { patient: Hex::from(&id(&patient())), record: Hex(RECORD), version: 0 };
		let request = self.sign(key, action::RELEASE, &ask);
		super::release(State(self.state.clone()), request).await.map(|Json(release)| release)
	}

	/// The custodian can't tell whether the reader has access, and gives none.
	async fn cannot_tell(&self) {
		let refused = self.release(&reader()).await;
		let Err(error @ ApiError::Behind(_)) = refused else { panic!("{refused:?}") };
		assert_eq!(error.status(), 503);
	}

	async fn has_no_access(&self) {
		assert!(matches!(self.release(&reader()).await, Err(ApiError::NoAccess)));
	}
}

#[tokio::test]
async fn a_delivered_share_is_released_to_the_reader_alone() {
	let fixture = Fixture::new();
	assert!(matches!(fixture.release(&reader()).await, Err(ApiError::NotFound)));
	for _ in 0..2 {
		let state = fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
		assert_eq!(state, EnvelopeState::Kept);
	}
	for _ in 0..2 {
		let release = fixture.release(&reader()).await.unwrap();
		assert_eq!(release.epoch, 0);
		assert_eq!(release.commitments.0, fixture.split.commitments.encode());
		let [released] = &release.shares[..] else { panic!("{release:?}") };
		assert_eq!((released.holder, released.index), (Hex::from(&INSTITUTION), 2));
		let address = address(INSTITUTION);
		let open = |key: &SecretKey, reader: AccountId| {
			open_release(key, &address, &account_bytes(&reader), &released.sealed.0)
		};
		let share = open(&fixture.reader_key, id(&reader())).unwrap();
		assert!(share == fixture.split.shares[1]);
		assert!(open(&SecretKey::random(), id(&reader())).is_err());
		assert!(open(&fixture.reader_key, id(&author())).is_err());
	}
	assert!(matches!(fixture.release(&author()).await, Err(ApiError::NoAccess)));
}

#[tokio::test]
async fn without_a_valid_opening_there_is_no_access() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	fn no_opening(block: &mut BlockDouble) {
		block.openings.clear();
	}
	fn other_record(block: &mut BlockDouble) {
		block.openings.values_mut().flatten().for_each(|it| it.record = H256([9; 32]));
	}
	for change in [no_opening, other_record] {
		fixture.set_chain(change, |_| ());
		fixture.has_no_access().await;
		// An opening must be final, and the best block need not have it.
		fixture.set_chain(|_| (), change);
		assert!(fixture.release(&reader()).await.is_ok());
	}
}

#[tokio::test]
async fn openings_expire_by_the_latest_clock() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	// The opening expires 20 seconds from now.
	let opened = |block: &mut BlockDouble| {
		let openings = block.openings.values_mut().flatten();
		openings.for_each(|it| it.at = fixture.now - OPENING_LIFETIME + 20);
	};
	let at = |time: u64| move |block: &mut BlockDouble| block.time = time;
	let both = |one: u64| {
		let change = at(one);
		move |block: &mut BlockDouble| {
			opened(block);
			change(block);
		}
	};
	fixture.set_chain(both(fixture.now), at(fixture.now));
	assert!(fixture.release(&reader()).await.is_ok());
	fixture.set_chain(both(fixture.now), at(fixture.now + 20));
	fixture.has_no_access().await;
	fixture.set_chain(both(fixture.now + 20), at(fixture.now));
	fixture.has_no_access().await;
	// By the custodian's own clock.
	fixture.set_chain(
		|block| {
			opened(block);
			let openings = block.openings.values_mut().flatten();
			openings.for_each(|it| it.at -= 20);
			block.time = fixture.now - 20;
		},
		at(fixture.now - 20),
	);
	fixture.has_no_access().await;
}

/// The attack: the patient has revoked, and the node is behind and does not know.
#[tokio::test]
async fn a_node_that_is_behind_gets_nothing_out() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let old = |age: u64| {
		let time = fixture.now - age;
		move |block: &mut BlockDouble| block.time = time
	};
	fixture.set_chain(old(25), old(20));
	assert!(fixture.release(&reader()).await.is_ok());
	for (finalized, best) in [(40, 40), (640, 640), (70, 5)] {
		fixture.set_chain(old(finalized), old(best));
		fixture.cannot_tell().await;
	}
	fixture.set_chain(|_| (), |block| block.time += 60);
	fixture.cannot_tell().await;
	fixture.set_chain(|_| (), |_| ());
	assert!(fixture.release(&reader()).await.is_ok());
	fixture.state.set_replaced(Some(6));
	fixture.cannot_tell().await;
}

#[tokio::test]
async fn a_node_that_catches_up_gets_nothing_out() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let block = || fixture.block.clone();
	let node = NodeDouble {
		genesis: GENESIS,
		finalized: block(),
		best: block(),
		is_syncing: true,
		..NodeDouble::default()
	};
	let institution = Some(INSTITUTION);
	fixture.state.set_connected(Some(Connected { node: Arc::new(node), institution }));
	fixture.cannot_tell().await;
}

#[tokio::test]
async fn a_release_is_recorded_with_its_openings_block() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	assert_eq!(fixture.state.database.acted_on(9).await.unwrap(), None);
	for _ in 0..2 {
		fixture.release(&reader()).await.unwrap();
	}
	let opened_in = (1, hash(1, 0));
	assert_eq!(fixture.state.database.acted_on(9).await.unwrap(), Some(opened_in));
	let recorded = fixture.state.database.rewind(None).await.unwrap().releases;
	let [release] = &recorded[..] else { panic!("{recorded:?}") };
	let reader = account_bytes(&id(&reader()));
	assert_eq!((release.reader, release.opened_in, release.id.record), (reader, opened_in, RECORD));
	// What is refused is not recorded.
	fixture.set_chain(|block| block.permitted.clear(), |_| ());
	fixture.has_no_access().await;
	assert_eq!(fixture.state.database.acted_on(9).await.unwrap(), None);
}

/// The attack: the node comes back with another block in place of one on which the custodian acted,
/// and the reader asks before the blocks are compared.
#[tokio::test]
async fn nothing_is_released_for_an_opening_in_a_block_that_replaced_another() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	fixture.release(&reader()).await.unwrap();
	let node = NodeDouble {
		genesis: GENESIS,
		finalized: fixture.block.clone(),
		best: fixture.block.clone(),
		fork: Some((1, 9)),
		..NodeDouble::default()
	};
	let institution = Some(INSTITUTION);
	fixture.state.set_connected(Some(Connected { node: Arc::new(node), institution }));
	fixture.cannot_tell().await;
	assert_eq!(fixture.state.database.acted_on(9).await.unwrap(), Some((1, hash(1, 0))));
}

#[tokio::test]
async fn a_carried_share_is_taken_and_released_while_it_may_stay_at_both_blocks() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let carry = fixture.carry();
	let deliver = || {
		let request = fixture.sign(&patient(), action::CARRY_SHARE, &carry);
		carry_share(State(fixture.state.clone()), request)
	};
	fn may_stay(block: &mut BlockDouble) {
		block.carried.push((account_bytes(&id(&patient())), 5, RECORD));
	}
	fn other_record(block: &mut BlockDouble) {
		block.carried.push((account_bytes(&id(&patient())), 5, [9; 32]));
	}
	assert!(matches!(deliver().await, Err(ApiError::NotYet)));
	fixture.set_chain(other_record, may_stay);
	assert!(matches!(deliver().await, Err(ApiError::Mismatch(_))));
	fixture.set_chain(may_stay, |_| ());
	assert!(matches!(deliver().await, Err(ApiError::Mismatch(_))));
	fixture.set_chain(may_stay, may_stay);
	assert!(deliver().await.is_ok());
	let released = || async { fixture.release(&reader()).await.unwrap().shares.len() };
	// Two shares together must not reach the threshold of 3.
	assert_eq!(released().await, 2);
	fixture.set_chain(may_stay, |_| ());
	assert_eq!(released().await, 1);
	fixture.set_chain(other_record, may_stay);
	assert_eq!(released().await, 1);
}

#[tokio::test]
async fn the_reader_must_be_permitted_and_active_at_both_blocks() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	fn not_permitted(block: &mut BlockDouble) {
		block.permitted.clear();
	}
	fn change_reader(block: &mut BlockDouble, change: impl FnOnce(&mut Account)) {
		block.accounts.entry(account_bytes(&id(&reader()))).and_modify(change);
	}
	fn suspended(block: &mut BlockDouble) {
		change_reader(block, |account| account.status = Status::Suspended);
	}
	fn disabled(block: &mut BlockDouble) {
		change_reader(block, |account| account.disabled_since = Some(1));
	}
	fn unknown(block: &mut BlockDouble) {
		block.accounts.remove(&account_bytes(&id(&reader())));
	}
	for change in [not_permitted, suspended, disabled, unknown] {
		fixture.set_chain(change, |_| ());
		fixture.has_no_access().await;
		fixture.set_chain(|_| (), change);
		fixture.has_no_access().await;
	}
	fixture.set_chain(|_| (), |_| ());
	assert!(fixture.release(&reader()).await.is_ok());
}

/// A representative reads by consent, under its own key and name. To represent is not enough: a permit by law ends
/// with a suspension.
#[tokio::test]
async fn a_representative_opens_records_as_itself_and_by_consent_only() {
	use vouchsafe_client::chain::{Scope, Scopes};
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let person = |block: &mut BlockDouble| {
		let own = block.accounts.get_mut(&account_bytes(&id(&reader()))).unwrap();
		own.kind = AccountKind::Person;
		block.representatives.push((id(&patient()), id(&reader()), Scopes::of(Scope::ALL)));
		for opening in block.openings.values_mut().flatten() {
			opening.ground = Ground::Consent { institution: None };
			opening.purpose = Purpose::PatientRequest;
		}
	};
	fixture.set_chain(person, person);
	let release = fixture.release(&reader()).await.unwrap();
	let [released] = &release.shares[..] else { panic!("{release:?}") };
	let open = |reader: AccountId| {
		let address = address(INSTITUTION);
		let reader = account_bytes(&reader);
		open_release(&fixture.reader_key, &address, &reader, &released.sealed.0)
	};
	assert!(open(id(&reader())).unwrap() == fixture.split.shares[1]);
	assert!(open(id(&patient())).is_err(), "not in the patient's name");
	// The patient's own share is not for representatives.
	let whose = Hex::from(&id(&patient()));
	let fetch = FetchPatientEnvelope { patient: whose, record: Hex(RECORD), version: 0 };
	let request = fixture.sign(&reader(), action::FETCH_PATIENT_ENVELOPE, &fetch);
	let answer = fetch_patient_envelope(State(fixture.state.clone()), request).await;
	assert!(matches!(answer, Err(ApiError::NoAccess)));
	let suspended = |block: &mut BlockDouble| {
		person(block);
		block.permitted.clear();
	};
	for (finalized, best) in [(true, false), (false, true)] {
		let at = |permitted| -> &dyn Fn(&mut BlockDouble) {
			if permitted {
				&person
			} else {
				&suspended
			}
		};
		fixture.set_chain(at(finalized), at(best));
		fixture.has_no_access().await;
	}
}

#[tokio::test]
async fn only_the_author_delivers_and_only_to_holders() {
	let fixture = Fixture::new();
	for other in [reader(), patient()] {
		let result = fixture.deliver(&other, &fixture.envelope()).await;
		assert!(matches!(result, Err(ApiError::NoAccess)));
	}
	fixture.set_chain(
		|block| {
			let sets = block.sharing_sets.values_mut();
			sets.for_each(|set| set.holders[1].account = AccountId::new([14; 32]));
		},
		|_| (),
	);
	let result = fixture.deliver(&author(), &fixture.envelope()).await;
	assert!(matches!(result, Err(ApiError::NoAccess)));
	// Another patient has no such record.
	let patient = Hex::from(&id(&reader()));
	let envelope = DeliverEnvelope { patient, ..fixture.envelope() };
	let result = fixture.deliver(&author(), &envelope).await;
	assert!(matches!(result, Err(ApiError::NotYet)));
	fixture.set_chain(|block| block.versions.clear(), |_| ());
	let result = fixture.deliver(&author(), &fixture.envelope()).await;
	assert!(matches!(result, Err(ApiError::NotYet)));
}

#[tokio::test]
async fn what_does_not_match_the_chain_is_refused() {
	let fixture = Fixture::new();
	let other = Fixture::new();
	type Change<'a> = Box<dyn FnOnce(&mut DeliverEnvelope) + 'a>;
	let cases: [(Change, &str); 7] = [
		(Box::new(|it| it.epoch = 1), "the sharing set has another epoch now"),
		(
			Box::new(|it| it.commitments = HexBytes(other.split.commitments.encode())),
			"the hash of the commitments is not the one on the chain",
		),
		(Box::new(|it| it.commitments.0.truncate(3)), "the commitments are malformed"),
		(Box::new(|it| it.share = fixture.sealed_share(0)), "the share has the index 1, not 2"),
		(
			Box::new(|it| it.manifest = HexBytes(other.manifest.clone())),
			"the manifest's CID is not the one on the chain",
		),
		(
			Box::new(|it| it.patient_share = None),
			"the patient's sealed share must be sent if the patient is a holder, and only then",
		),
		(
			Box::new(|it| it.patient_share = Some(HexBytes(vec![7; MAX_SEALED + 1]))),
			"the patient's sealed share has more than 4096 bytes",
		),
	];
	for (change, reason) in cases {
		assert_eq!(fixture.refusal(change).await, reason);
	}
	// A share of another secret, and one that is sealed to another custodian.
	let key = fixture.state.keys.encryption.public();
	let foreign = seal_share(&key, &address(INSTITUTION), &other.split.shares[1]).unwrap();
	fixture.refusal(|it| it.share = HexBytes(foreign)).await;
	fixture.refusal(|it| it.share = other.sealed_share(1)).await;
	// Nothing of all this was stored.
	assert!(matches!(fixture.release(&reader()).await, Err(ApiError::NotFound)));
}

/// A manifest can name anything, and whoever keeps the version pins it.
#[tokio::test]
async fn only_content_that_can_be_kept_may_be_named() {
	let fixture = Fixture::new();
	let context = openings::context(H256(GENESIS), H256(RECORD), 0, &id(&patient()));
	let details = Details {
		title: "Letter".into(),
		media_type: "text/plain".into(),
		plaintext_len: 5,
		commitment_salt: [0; 32],
	};
	let cid = |codec| Cid::new_v1(codec, *cid_of(b"ciphertext").hash()).to_bytes();
	let (raw, dag_pb, dag_cbor) = (cid(0x55), cid(0x70), cid(0x71));
	let chunk = vouchsafe_client::cid::CHUNK as u64;
	let most = fixture.state.config.api.max_content;
	let foreign = Some("the ciphertext's CID in the manifest is not one of that length here");
	for (cid, length, reason) in [
		(&raw, 10, None),
		(&raw, chunk, None),
		(&dag_pb, chunk + 1, None),
		(&dag_pb, most, None),
		(&raw, chunk + 1, foreign),
		(&dag_pb, chunk, foreign),
		(&dag_cbor, 10, foreign),
		(&dag_cbor, most, foreign),
		(
			&dag_pb,
			most + 1,
			Some("the ciphertext has 2147483649 bytes. This custodian keeps at most 2147483648"),
		),
		(&raw[..1].to_vec(), 10, Some("the ciphertext's CID in the manifest is malformed")),
	] {
		let manifest = Manifest::new(&Secret::random(), &context, cid.clone(), length, &details);
		let manifest = manifest.unwrap().encode_versioned();
		let on_chain = Some(cid_of(&manifest).to_bytes());
		let set = |block: &mut BlockDouble| {
			block.versions.values_mut().for_each(|it| it.manifest = on_chain.clone());
		};
		fixture.set_chain(set, |_| ());
		let envelope = DeliverEnvelope { manifest: HexBytes(manifest), ..fixture.envelope() };
		let refused = match fixture.deliver(&author(), &envelope).await {
			Ok(_) => None,
			Err(ApiError::Mismatch(reason)) => Some(reason),
			Err(other) => panic!("{other:?}"),
		};
		assert_eq!(refused.as_deref(), reason, "{length}");
	}
}

/// The authors of another institution can't fill the disk with versions, each of which is in order.
#[tokio::test]
async fn content_of_another_institution_has_a_limit() {
	let fixture = Fixture::new();
	let name = |enroller: [u8; 32]| {
		let bytes = fixture.state.config.api.max_named_per_institution;
		let id = VersionId { record: enroller, version: 0, epoch: 0 };
		let version = KeptVersion {
			patient: [1; 32],
			author: [1; 32],
			received: 0,
			commitments: vec![],
			manifest: vec![],
			manifest_cid: String::new(),
			ciphertext_cid: hex::encode(enroller),
			ciphertext_len: bytes,
			patient_share: None,
			pinned: false,
		};
		let sealed = fixture.state.encryption.seal(b"", b"share").unwrap();
		let limit = NamedLimit { enroller, bytes };
		fixture.state.database.keep_version(id, enroller, sealed, version, limit)
	};
	let (own, other) = (account_bytes(&INSTITUTION), [15; 32]);
	assert!(name(own).await.unwrap() && name(other).await.unwrap());
	fn enrolled_elsewhere(block: &mut BlockDouble) {
		let author = block.accounts.entry(account_bytes(&id(&author())));
		author.and_modify(|account| account.enrolled_by = AccountId::new([15; 32]));
	}
	fixture.set_chain(enrolled_elsewhere, |_| ());
	let result = fixture.deliver(&author(), &fixture.envelope()).await;
	assert!(matches!(result, Err(ApiError::OverLimit)));
	assert!(matches!(fixture.release(&reader()).await, Err(ApiError::NotFound)));
	fixture.set_chain(|_| (), |_| ());
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	// A version of the same content is not counted again.
	fixture.set_chain(enrolled_elsewhere, |_| ());
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
}

/// An author who goes away in the middle is not charged for a version that is not kept.
#[tokio::test]
async fn a_delivery_that_breaks_off_is_kept_whole_or_not_at_all() {
	let mut ended_at = Vec::new();
	for polls in 1..12 {
		let fixture = Fixture::new();
		let envelope = fixture.envelope();
		let author = author();
		let mut delivering = Box::pin(fixture.deliver(&author, &envelope));
		let mut is_ready = false;
		for _ in 0..polls {
			is_ready = is_ready || futures::poll!(&mut delivering).is_ready();
			tokio::time::sleep(std::time::Duration::from_millis(30)).await;
		}
		drop(delivering);
		tokio::time::sleep(std::time::Duration::from_millis(30)).await;
		let file = fixture._surroundings.directory.path().join("custodian.sqlite");
		let database = rusqlite::Connection::open(file).unwrap();
		let count = |table: &str| -> i64 {
			let query = format!("SELECT count(*) FROM {table}");
			database.query_row(&query, [], |row| row.get(0)).unwrap()
		};
		assert_eq!(count("named"), count("versions"), "after {polls} steps");
		if is_ready {
			ended_at.push(polls);
			break;
		}
	}
	assert!(ended_at.iter().all(|polls| *polls > 3) && !ended_at.is_empty(), "{ended_at:?}");
}

#[tokio::test]
async fn the_patient_alone_gets_the_patients_envelope() {
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let fetch = FetchPatientEnvelope {
		patient: Hex::from(&id(&patient())),
		record: Hex(RECORD),
		version: 0,
	};
	let ask = |key: Keypair| {
		let request = fixture.sign(&key, action::FETCH_PATIENT_ENVELOPE, &fetch);
		fetch_patient_envelope(State(fixture.state.clone()), request)
	};
	let Json(envelope) = ask(patient()).await.unwrap();
	assert_eq!((envelope.epoch, envelope.share.0), (0, vec![7; 83]));
	for other in [reader(), author()] {
		assert!(matches!(ask(other).await, Err(ApiError::NoAccess)));
	}
	fixture.set_chain(|block| block.permitted.clear(), |_| ());
	assert!(matches!(ask(patient()).await, Err(ApiError::NoAccess)));
}

/// Everything that a consent or a standing protects is held back while the node is behind.
#[tokio::test]
async fn everything_protected_needs_a_recent_block() {
	use crate::api::{
		labels::{fetch_label_key, label_tags},
		log::read_log,
	};
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let old = |block: &mut BlockDouble| block.time -= 100;
	fixture.set_chain(old, old);
	let (whose, shared) = (Hex::from(&id(&patient())), || State(fixture.state.clone()));
	let fetch = FetchPatientEnvelope { patient: whose, record: Hex(RECORD), version: 0 };
	let request = fixture.sign(&patient(), action::FETCH_PATIENT_ENVELOPE, &fetch);
	let answer = fetch_patient_envelope(shared(), request).await;
	assert!(matches!(answer, Err(ApiError::Behind(_))));
	let request = fixture.sign(&patient(), action::FETCH_LABEL_KEY, &FetchLabelKey::default());
	assert!(matches!(fetch_label_key(shared(), request).await, Err(ApiError::Behind(_))));
	let ask = AskLabelTags { patient: whose, words: vec!["hiv".into()] };
	let request = fixture.sign(&reader(), action::LABEL_TAGS, &ask);
	assert!(matches!(label_tags(shared(), request).await, Err(ApiError::Behind(_))));
	for key in [patient(), reader()] {
		let ask = ReadLog { patient: whose, institution: None, from: 0, limit: 1 };
		let request = fixture.sign(&key, action::READ_LOG, &ask);
		assert!(matches!(read_log(shared(), request).await, Err(ApiError::Behind(_))));
	}
	let carry = CarryShare {
		patient: whose,
		record: Hex(RECORD),
		version: 0,
		epoch: 0,
		grantee: HexBytes(vec![0]),
		consent: 1,
		commitments: HexBytes(vec![]),
		share: HexBytes(vec![]),
	};
	let request = fixture.sign(&patient(), action::CARRY_SHARE, &carry);
	assert!(matches!(carry_share(shared(), request).await, Err(ApiError::Behind(_))));
}

/// The attack: the key was stolen, and its account stopped in a block that is not final yet.
#[tokio::test]
async fn a_key_that_was_stopped_in_the_best_block_gets_nothing() {
	use crate::api::{labels::fetch_label_key, log::read_log};
	let fixture = Fixture::new();
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();
	let stop = |block: &mut BlockDouble| {
		let patient = block.accounts.get_mut(&account_bytes(&id(&patient()))).unwrap();
		patient.disabled_since = Some(1);
	};
	fixture.set_chain(|_| (), stop);
	let (whose, shared) = (Hex::from(&id(&patient())), || State(fixture.state.clone()));
	let request = fixture.sign(&patient(), action::FETCH_LABEL_KEY, &FetchLabelKey::default());
	assert!(matches!(fetch_label_key(shared(), request).await, Err(ApiError::NoAccess)));
	let ask = ReadLog { patient: whose, institution: None, from: 0, limit: 1 };
	let request = fixture.sign(&patient(), action::READ_LOG, &ask);
	assert!(matches!(read_log(shared(), request).await, Err(ApiError::NoAccess)));
	let fetch = FetchPatientEnvelope { patient: whose, record: Hex(RECORD), version: 0 };
	let request = fixture.sign(&patient(), action::FETCH_PATIENT_ENVELOPE, &fetch);
	assert!(matches!(fetch_patient_envelope(shared(), request).await, Err(ApiError::NoAccess)));
}

/// The attack: the node decides so slowly that the best block is too old when it has decided.
#[tokio::test]
async fn a_slow_node_gets_no_log_out() {
	use crate::api::log::read_log;
	let fixture = Fixture::new();
	let slow = |block: &mut BlockDouble| {
		block.time -= 28;
		block.slowness = std::time::Duration::from_millis(1700);
	};
	fixture.set_chain(slow, slow);
	let whose = Hex::from(&id(&patient()));
	let ask = ReadLog { patient: whose, institution: None, from: 0, limit: 1 };
	let request = fixture.sign(&reader(), action::READ_LOG, &ask);
	let answer = read_log(State(fixture.state.clone()), request).await;
	assert!(matches!(answer, Err(ApiError::Behind(_))), "{answer:?}");
}

/// The reader is told less than the hospital's engineers.
#[tokio::test]
async fn each_cause_is_counted_by_its_name() {
	let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
	let shown = recorder.handle();
	let _recording = metrics::set_default_local_recorder(&recorder);
	let fixture = Fixture::new();
	let count = |outcome: &str| {
		let line = format!("vouchsafe_custodian_releases_total{{outcome=\"{outcome}\"}} ");
		let shown = shown.render();
		shown.lines().find_map(|it| it.strip_prefix(&line)).map(ToOwned::to_owned)
	};
	assert!(matches!(fixture.release(&reader()).await, Err(ApiError::NotFound)));
	assert_eq!(count("not-found").as_deref(), Some("1"));
	fixture.deliver(&author(), &fixture.envelope()).await.unwrap();

	fn no_opening(block: &mut BlockDouble) {
		block.openings.clear();
	}
	fn expired(block: &mut BlockDouble) {
		block.openings.values_mut().flatten().for_each(|it| it.at -= OPENING_LIFETIME);
	}
	fn not_permitted(block: &mut BlockDouble) {
		block.permitted.clear();
	}
	type Change = fn(&mut BlockDouble);
	let causes: [(Change, &str); 3] =
		[(no_opening, "no-opening"), (expired, "expired"), (not_permitted, "not-permitted")];
	for (change, cause) in causes {
		assert_eq!(count(cause), None);
		fixture.set_chain(change, |_| ());
		fixture.has_no_access().await;
		assert_eq!(count(cause).as_deref(), Some("1"), "{cause}");
	}
	fixture.set_chain(|block| block.time -= 40, |block| block.time -= 40);
	fixture.cannot_tell().await;
	assert_eq!(count("behind").as_deref(), Some("1"));
	let malformed = super::release(State(fixture.state.clone()), Bytes::from_static(b"{}")).await;
	assert!(matches!(malformed, Err(ApiError::Malformed(_))));
	assert_eq!(count("malformed").as_deref(), Some("1"));

	assert_eq!(count("released"), None);
	fixture.set_chain(|_| (), |_| ());
	for times in ["1", "2"] {
		assert!(fixture.release(&reader()).await.is_ok());
		assert_eq!(count("released").as_deref(), Some(times));
	}
	// Only what was released has a time.
	assert!(shown.render().contains("vouchsafe_custodian_release_seconds_count 2\n"));
}
