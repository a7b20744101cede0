//! Acknowledging, with a real database and a double of the chain. There is no IPFS node, so nothing
//! is pinned.

use super::*;
use crate::{
	chain::double::{BlockDouble, NodeDouble},
	config::Config,
	keys::Keys,
	store::sqlite::Sqlite,
};
use std::sync::atomic::Ordering::Relaxed;
use vouchsafe_client::chain::{HolderKind, HolderState, SharingSet};
use vouchsafe_vault::sharing::Secret;

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const PATIENT: [u8; 32] = [4; 32];

struct Fixture {
	state: Arc<State>,
	double: Arc<NodeDouble>,
	acknowledger: Acknowledger,
	_directory: tempfile::TempDir,
	_stop: tokio::sync::watch::Sender<bool>,
}

fn id(number: u8) -> VersionId {
	VersionId { record: [number; 32], version: 0, epoch: 0 }
}

impl Fixture {
	/// A custodian with this many versions to acknowledge, of which the chain refuses one.
	async fn new(count: u8, bad: Option<u8>) -> Self {
		let directory = tempfile::tempdir().unwrap();
		let keys = Keys::generate(&directory.path().join("key")).unwrap();
		let config = Config::parse(include_str!("../../sample.toml")).unwrap();
		let database = Arc::new(Sqlite::open(directory.path()).unwrap());
		let (stop, stopping) = tokio::sync::watch::channel(false);
		let state = Arc::new(State::new(config, keys, database, None, stopping));
		let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
		let mut block = BlockDouble::default();
		for number in 0..count {
			let id = id(number);
			let version = KeptVersion {
				patient: PATIENT,
				commitments: vec![],
				manifest: vec![],
				manifest_cid: String::new(),
				ciphertext_cid: String::new(),
				ciphertext_len: 0,
				patient_share: None,
				pinned: false,
			};
			let sealed = state.encryption.seal_share(id, &[3; 32], &share).unwrap();
			state.database.keep_version(id, [3; 32], sealed, version).await.unwrap();
			let holder = HolderState {
				account: INSTITUTION,
				kind: HolderKind::Institution,
				acknowledged: false,
			};
			let commitments = H256::zero();
			let set = SharingSet { epoch: 0, threshold: 2, holders: vec![holder], commitments };
			block.sharing_sets.insert((id.record, 0), set);
			block.patients.insert(id.record, PATIENT.into());
		}
		let double = Arc::new(NodeDouble {
			finalized: block.clone(),
			best: block,
			institution: Some(INSTITUTION),
			unacknowledgeable: bad.map(|number| H256([number; 32])),
			..NodeDouble::default()
		});
		let acknowledger = Acknowledger::default();
		Self { state, double, acknowledger, _directory: directory, _stop: stop }
	}

	/// Works until nothing is due.
	async fn work(&mut self) {
		loop {
			let node: Arc<dyn Node> = self.double.clone();
			self.acknowledger.start_due(&self.state, &node, INSTITUTION).await.unwrap();
			match self.acknowledger.tasks.join_next().await {
				Some(done) => self.acknowledger.note(done),
				None => return,
			}
		}
	}

	/// How many versions each call named, and whether it succeeded.
	fn calls(&self) -> Vec<(usize, bool)> {
		let submitted = self.double.submitted.lock().unwrap();
		submitted.iter().map(|(versions, ok)| (versions.len(), *ok)).collect()
	}

	/// The versions that are not acknowledged.
	async fn due(&self) -> Vec<VersionId> {
		let due = self.state.database.to_acknowledge().await.unwrap();
		due.into_iter().map(|due| due.id).collect()
	}
}

#[tokio::test]
async fn what_is_due_is_acknowledged_with_one_call() {
	let mut fixture = Fixture::new(5, None).await;
	fixture.work().await;
	assert_eq!(fixture.calls(), [(5, true)]);
	assert!(fixture.due().await.is_empty());
	let submitted = fixture.double.submitted.lock().unwrap();
	let held = HeldVersion { patient: PATIENT.into(), record: H256([0; 32]), version: 0, epoch: 0 };
	assert_eq!(submitted[0].0[0], held);
}

#[tokio::test]
async fn a_call_names_at_most_64() {
	let mut fixture = Fixture::new(65, None).await;
	fixture.work().await;
	assert_eq!(fixture.calls(), [(64, true), (1, true)]);
	assert!(fixture.due().await.is_empty());
}

/// The one that the chain refuses is found by halving, and the others are acknowledged.
#[tokio::test]
async fn one_bad_version_does_not_stop_the_others() {
	for bad in [0, 31, 63] {
		let mut fixture = Fixture::new(64, Some(bad)).await;
		fixture.work().await;
		assert_eq!(fixture.due().await, [id(bad)], "{bad}");
		let calls = fixture.calls();
		assert!(calls.len() <= 25, "{calls:?}");
		let retry = &fixture.acknowledger.retries[&id(bad)];
		assert!(!retry.is_due() && retry.reason.contains("NotHolder"));
		// It is tried again apart from the others.
		fixture.acknowledger.retries.get_mut(&id(bad)).unwrap().at = Instant::now();
		fixture.work().await;
		assert_eq!(fixture.calls()[calls.len()..], [(1, false)]);
	}
}

/// That the chain cannot be reached is no version's fault.
#[tokio::test]
async fn a_lost_call_is_submitted_again_whole() {
	let mut fixture = Fixture::new(3, None).await;
	fixture.double.is_deaf.store(true, Relaxed);
	fixture.work().await;
	assert!(fixture.acknowledger.retries.is_empty());
	let retry = fixture.acknowledger.submission.as_mut().unwrap();
	assert!(!retry.is_due());
	retry.at = Instant::now();
	fixture.double.is_deaf.store(false, Relaxed);
	fixture.work().await;
	assert_eq!(fixture.calls(), [(3, true)]);
	assert!(fixture.acknowledger.submission.is_none());
}

#[tokio::test]
async fn what_is_final_on_the_chain_is_not_submitted() {
	let mut fixture = Fixture::new(2, None).await;
	let versions = vec![held(&DueVersion { id: id(0), patient: PATIENT, pinned: false })];
	fixture.double.submitted.lock().unwrap().push((versions, true));
	fixture.work().await;
	assert_eq!(fixture.calls(), [(1, true), (1, true)]);
	assert!(fixture.due().await.is_empty());
}
