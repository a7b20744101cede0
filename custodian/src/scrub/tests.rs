//! The scrub, with a real database and doubles of the chain and of Kubo.

mod contents;
mod reports;

use super::*;
use crate::{
	chain::double::{
		studies::{institution as with_custodian, StudiesDouble},
		BlockDouble, NodeDouble,
	},
	encryption::SealedValue,
	keys::Keys,
	kubo::double::KuboDouble,
	state::double::{state, Surroundings},
	store::{ConsentKey, KeptVersion, NamedLimit, VersionId},
	studies::test_terms,
};
use codec::Encode;
use std::sync::Mutex;
use vouchsafe_client::{
	chain::{HeldVersion, HolderState, Version},
	cid::{cid_of, Cid},
	protocol::openings,
};
use vouchsafe_vault::{
	manifest::{Details, Manifest},
	sharing::{Secret, Split},
};

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const OTHER: AccountId = AccountId::new([8; 32]);
const PATIENT: [u8; 32] = [4; 32];
const GENESIS: [u8; 32] = [1; 32];

/// A custodian with versions of which its institution holds share 1 of 3.
struct Fixture {
	state: State,
	kubo: KuboDouble,
	block: BlockDouble,
	surroundings: Surroundings,
}

fn id(number: u16) -> VersionId {
	let mut record = [7; 32];
	record[..2].copy_from_slice(&number.to_be_bytes());
	VersionId { record, version: 0, epoch: 0 }
}

fn ciphertext(number: u16) -> Vec<u8> {
	format!("ciphertext {number}").into_bytes()
}

fn consent() -> ConsentKey {
	ConsentKey { grantee: vec![9], consent: 2 }
}

fn split() -> (Secret, Split) {
	let secret = Secret::random();
	let split = secret.split(2, 3).unwrap();
	(secret, split)
}

impl Fixture {
	/// With this many versions, pinned and acknowledged.
	async fn new(count: u16) -> Self {
		let kubo = KuboDouble::start().await;
		let (state, surroundings) = state(Some(kubo.ipfs.clone()), |config| {
			config.store.reserve = 0;
			config.store.reserve_inodes = 0;
			config.scrub.read_back = 1;
		});
		state.database.note_genesis(GENESIS).await.unwrap();
		let block = BlockDouble { time: now(), ..BlockDouble::default() };
		let mut fixture = Self { state, kubo, block, surroundings };
		for number in 0..count {
			fixture.keep(number).await;
		}
		fixture
	}

	async fn keep(&mut self, number: u16) -> Split {
		let (secret, split) = split();
		let cid = self.kubo.ipfs.add_bytes(ciphertext(number)).await.unwrap();
		self.kubo.contents().elsewhere.insert(cid.to_string(), ciphertext(number));
		self.keep_of(number, &secret, &split, &cid).await;
		self.kubo.ipfs.pin(&cid, Duration::from_secs(9)).await.unwrap();
		self.state.database.set_pinned(id(number), now()).await.unwrap();
		self.state.database.set_acknowledged(id(number), 5).await.unwrap();
		split
	}

	/// Receives an envelope, and puts the version on the chain.
	async fn keep_of(&mut self, number: u16, secret: &Secret, split: &Split, cid: &Cid) {
		let id = id(number);
		let record = H256(id.record);
		let context = openings::context(H256(GENESIS), record, 0, &PATIENT.into());
		let details = Details {
			title: "Letter".into(),
			media_type: "text/plain".into(),
			plaintext_len: 5,
			commitment_salt: [0; 32],
		};
		let length = ciphertext(number).len() as u64;
		let manifest = Manifest::new(secret, &context, cid.to_bytes(), length, &details).unwrap();
		let manifest = manifest.encode_versioned();
		let manifest_cid = self.kubo.ipfs.add_bytes(manifest.clone()).await.unwrap();
		self.kubo.ipfs.pin(&manifest_cid, Duration::from_secs(9)).await.unwrap();
		let holder = |account, kind| HolderState { account, kind, acknowledged: true };
		let set = SharingSet {
			epoch: 0,
			threshold: 2,
			holders: vec![
				holder(INSTITUTION, HolderKind::Institution),
				holder(OTHER, HolderKind::Institution),
				holder(PATIENT.into(), HolderKind::Patient),
			],
			commitments: H256(split.commitments.hash()),
		};
		let version = Version {
			manifest: Some(manifest_cid.to_bytes()),
			commitment: H256::zero(),
			previous: H256::zero(),
			author: OTHER,
			institution: OTHER,
			block: 1,
		};
		self.block.patients.insert(id.record, PATIENT.into());
		self.block.sharing_sets.insert((id.record, 0), set);
		self.block.versions.insert((id.record, 0), version);
		let kept = KeptVersion {
			patient: PATIENT,
			author: [5; 32],
			received: now(),
			commitments: split.commitments.encode(),
			manifest,
			manifest_cid: manifest_cid.to_string(),
			ciphertext_cid: cid.to_string(),
			ciphertext_len: length,
			patient_share: None,
			pinned: false,
		};
		let sealed = self.sealed(number, &split.shares[0]);
		let holder = account_bytes(&INSTITUTION);
		let database = &self.state.database;
		assert!(database.keep_version(id, holder, sealed, kept, NamedLimit::NONE).await.unwrap());
	}

	fn sealed(&self, number: u16, share: &Share) -> SealedValue {
		self.state.encryption.seal_share(id(number), &account_bytes(&INSTITUTION), share).unwrap()
	}

	/// Damages the database.
	fn sql(&self, statement: &str) {
		let file = self.surroundings.directory.path().join("custodian.sqlite");
		let connection = rusqlite::Connection::open(file).unwrap();
		connection.busy_timeout(Duration::from_secs(10)).unwrap();
		connection.execute_batch(statement).unwrap();
	}

	/// Puts another share into the place of a version's own.
	fn replace(&self, number: u16, share: &Share) {
		let SealedValue { key, ciphertext } = self.sealed(number, share);
		let of = Self::of(number);
		self.sql(&format!(
			"UPDATE share_keys SET sealed = x'{}' WHERE id = (SELECT key FROM shares WHERE {of});
			 UPDATE shares SET ciphertext = x'{}' WHERE {of}",
			hex::encode(key),
			hex::encode(ciphertext)
		));
	}

	/// The condition that a row is of this version.
	fn of(number: u16) -> String {
		format!("record = x'{}'", hex::encode(id(number).record))
	}

	fn node(&self) -> NodeDouble {
		NodeDouble {
			finalized: self.block.clone(),
			best: self.block.clone(),
			institution: Some(INSTITUTION),
			..NodeDouble::default()
		}
	}

	async fn held(&self) -> Vec<HeldShare> {
		let held = self.state.database.held_after(0, 1000).await.unwrap();
		held.into_iter().map(|(_, share)| share).collect()
	}

	async fn check(&self) -> Result<Vec<Checked>, ScrubError> {
		let shares = self.held().await;
		Scrub::new(1).check(&self.state, &self.block, &INSTITUTION, shares).await
	}

	/// The state of each share.
	async fn states(&self) -> Vec<ShareState> {
		self.check().await.unwrap().into_iter().map(|it| it.state).collect()
	}

	/// How many are lost, and on how many of them the chain counts.
	async fn losses(&self) -> (u64, u64) {
		let losses = self.state.database.losses(u64::MAX).await.unwrap();
		(losses.all, losses.unreported)
	}

	fn set_of(&mut self, number: u16) -> &mut SharingSet {
		self.block.sharing_sets.get_mut(&(id(number).record, 0)).unwrap()
	}
}

fn lost(fault: Fault) -> ShareState {
	ShareState::Lost { fault, is_counted_on: true }
}

#[tokio::test]
async fn what_is_good_is_noted() {
	let fixture = Fixture::new(3).await;
	fixture.sql("UPDATE shares SET checked = 5");
	for checked in fixture.check().await.unwrap() {
		assert_eq!((checked.state, checked.content), (ShareState::Good, ContentState::Good));
	}
	assert!(fixture.held().await.iter().all(|share| share.checked >= now() - 60));
	assert_eq!(fixture.losses().await, (0, 0));
}

#[tokio::test]
async fn each_fault_of_a_share_is_found_beside_good_ones() {
	let mut fixture = Fixture::new(6).await;
	let of = Fixture::of;
	fixture.sql(&format!("UPDATE shares SET ciphertext = zeroblob(50) WHERE {}", of(1)));
	let other = split().1;
	let commitments = hex::encode(other.commitments.encode());
	fixture.sql(&format!("UPDATE versions SET commitments = x'{commitments}' WHERE {}", of(2)));
	fixture.set_of(3).commitments = H256::zero();
	fixture.replace(4, &other.shares[1]);
	fixture.replace(5, &other.shares[0]);
	let states = fixture.states().await;
	let faults =
		[Fault::Sealed, Fault::Commitments, Fault::Commitments, Fault::Index, Fault::Value];
	assert_eq!(states[0], ShareState::Good);
	assert_eq!(states[1..], faults.map(lost));
	assert_eq!(fixture.losses().await, (5, 5));
	// What is good again is no longer lost.
	fixture.set_of(5).commitments = H256(other.commitments.hash());
	fixture.sql(&format!("UPDATE versions SET commitments = x'{commitments}' WHERE {}", of(5)));
	assert_eq!(fixture.states().await[5], ShareState::Good);
	assert_eq!(fixture.losses().await, (4, 4));
}

/// With another key file, or a database of somebody else, every share looks lost.
#[tokio::test]
async fn a_wrong_key_file_loses_nothing() {
	let mut fixture = Fixture::new(3).await;
	let keys = Keys::generate(&fixture.surroundings.directory.path().join("other")).unwrap();
	let public = keys.encryption.public().0;
	fixture.state.encryption = crate::encryption::StorageEncryption::new(keys.encryption.clone());
	fixture.state.keys = keys;
	let error = fixture.check().await.unwrap_err();
	assert!(matches!(error, ScrubError::WrongKey(3)), "{error}");
	assert!(error.to_string().contains("keys.file"));
	assert_eq!(fixture.losses().await, (0, 0));
	// If it is the key that the chain names, it is the database that is damaged.
	let mut studies = StudiesDouble::new(test_terms(2));
	studies.institutions.insert(INSTITUTION, with_custodian("http://a", &OTHER, public));
	fixture.block.studies = Some(Arc::new(Mutex::new(studies)));
	assert_eq!(fixture.states().await, [lost(Fault::Sealed); 3]);
	assert_eq!(fixture.losses().await, (3, 3));
}

#[tokio::test]
async fn what_the_chain_does_not_ask_for_is_not_lost() {
	let mut fixture = Fixture::new(4).await;
	fixture.sql("UPDATE shares SET ciphertext = zeroblob(50)");
	fixture.block.sharing_sets.remove(&(id(0).record, 0));
	fixture.set_of(1).epoch = 1;
	fixture.set_of(2).holders.remove(0);
	fixture.set_of(3).holders[0].kind = HolderKind::Patient;
	assert_eq!(fixture.states().await, [ShareState::NotNeeded; 4]);
	assert_eq!(fixture.losses().await, (0, 0));
}

/// It is not acknowledged, and gives its place to the same share if somebody delivers it again.
#[tokio::test]
async fn a_lost_share_is_not_acknowledged_until_it_is_delivered_again() {
	let mut fixture = Fixture::new(1).await;
	let (secret, split) = split();
	let cid = cid_of(&ciphertext(1));
	fixture.keep_of(1, &secret, &split, &cid).await;
	fixture.set_of(1).holders[0].acknowledged = false;
	let due = || async { fixture.state.database.to_acknowledge().await.unwrap().len() };
	assert_eq!(due().await, 1);
	fixture.sql(&format!("UPDATE shares SET ciphertext = x'00' WHERE {}", Fixture::of(1)));
	let expected = ShareState::Lost { fault: Fault::Sealed, is_counted_on: false };
	assert_eq!(fixture.states().await, [ShareState::Good, expected]);
	assert_eq!(fixture.losses().await, (1, 0), "nothing to report");
	assert_eq!(
		(due().await, fixture.state.database.backlog().await.unwrap().unacknowledged),
		(0, 0)
	);
	fixture.keep_of(1, &secret, &split, &cid).await;
	fixture.set_of(1).holders[0].acknowledged = false;
	assert_eq!(fixture.state.database.to_acknowledge().await.unwrap().len(), 1);
	assert_eq!(fixture.losses().await, (0, 0));
	assert_eq!(fixture.states().await, [ShareState::Good; 2]);
}

#[tokio::test]
async fn a_carried_share_is_checked_and_can_be_carried_again() {
	let mut fixture = Fixture::new(0).await;
	let split = fixture.keep(0).await;
	let carry = |fixture: &Fixture| {
		let sealed =
			fixture.state.encryption.seal_share(id(0), &PATIENT, &split.shares[2]).unwrap();
		let (database, commitments) = (fixture.state.database.clone(), split.commitments.encode());
		async move {
			database.keep_carried(id(0), PATIENT, consent(), sealed, commitments).await.unwrap()
		}
	};
	assert!(carry(&fixture).await);
	assert_eq!(fixture.states().await, [ShareState::Good; 2]);
	fixture.sql("UPDATE shares SET ciphertext = x'00' WHERE consent >= 0");
	let expected = ShareState::Lost { fault: Fault::Sealed, is_counted_on: false };
	assert_eq!(fixture.states().await[1], expected);
	assert_eq!(fixture.losses().await, (1, 0), "the chain knows of no carried share");
	assert!(carry(&fixture).await);
	assert_eq!(fixture.losses().await, (0, 0));
	assert_eq!(fixture.states().await, [ShareState::Good; 2]);
	// A carried share that was destroyed is not lost.
	fixture.sql("UPDATE shares SET ciphertext = x'00' WHERE consent >= 0");
	fixture.states().await;
	let carried = fixture.state.database.all_carried(None).await.unwrap();
	fixture.state.database.destroy_carried(carried).await.unwrap();
	assert_eq!(fixture.losses().await, (0, 0));
}

fn rounds() -> Rounds {
	Rounds { scrub: Scrub::new(1), owed: 0.0, compared: Some(Instant::now()), unreported: 0 }
}

/// A restart goes on where it was: the oldest check is in the database.
#[tokio::test]
async fn the_oldest_has_its_turn_and_everything_once_in_the_period() {
	let mut fixture = Fixture::new(5).await;
	fixture.state.config.scrub.days = 1;
	let now = now();
	for (number, age) in [(0, 30), (1, 50), (2, 40), (3, 20), (4, 10)] {
		let of = Fixture::of(number);
		fixture.sql(&format!("UPDATE shares SET checked = {} WHERE {of}", now - age));
	}
	// Five shares in the 1440 minutes of a day: one in 288.
	let mut rounds = rounds();
	let mut turns = Vec::new();
	for minute in 0..1440 {
		for share in rounds.due(&fixture.state, now).await.unwrap() {
			turns.push((minute / 288, share.id));
			fixture.state.database.note_good(vec![share], now + 100).await.unwrap();
		}
		if turns.len() == 3 {
			rounds = self::rounds();
			break;
		}
	}
	assert_eq!(turns.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [id(1), id(2), id(0)]);
	assert!(turns.iter().zip(0..).all(|((part, _), turn)| part - turn <= 1), "{turns:?}");
	let next = fixture.state.database.least_checked(now, 1).await.unwrap();
	assert_eq!(next[0].id, id(3));
	// The custodian was off for two days: everything is late, and is checked at once.
	let late = rounds.due(&fixture.state, now + 3 * DAY.as_secs()).await.unwrap();
	assert_eq!(late.len(), 5);
}

/// `cargo test -- --ignored --nocapture how_fast`
#[tokio::test]
#[ignore = "measures"]
async fn how_fast_shares_are_checked() {
	let mut fixture = Fixture::new(0).await;
	let (secret, split) = split();
	let cid = cid_of(b"");
	for number in 0..5_000 {
		fixture.keep_of(number, &secret, &split, &cid).await;
	}
	let options = command::Options::default();
	let summary =
		command::all(&fixture.state, &fixture.node(), &INSTITUTION, options, |_| {}).await.unwrap();
	println!("{}", summary.text());
}
