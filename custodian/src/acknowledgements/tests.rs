//! Acknowledging, with a real database and a double of the chain. Most tests have no IPFS node, so
//! nothing is pinned.

use super::*;
use crate::store::NamedLimit;
use crate::{
	chain::double::{BlockDouble, NodeDouble},
	kubo::{double::KuboDouble, note_lost},
	state::double::{state, Surroundings},
};
use axum::{body::Bytes, extract::Query, routing::post, Json, Router};
use std::{future::IntoFuture, sync::atomic::Ordering::Relaxed};
use vouchsafe_client::{
	chain::{HolderKind, HolderState, SharingSet},
	cid::cid_of,
};
use vouchsafe_vault::sharing::Secret;

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const PATIENT: [u8; 32] = [4; 32];
const AUTHOR: [u8; 32] = [5; 32];
const MALICIOUS: [u8; 32] = [6; 32];

/// A ciphertext that the IPFS node can get, or one that nobody has.
fn ciphertext(is_missing: bool) -> Cid {
	cid_of(&[u8::from(is_missing)])
}

/// An IPFS node that looks for the missing ciphertext without end.
async fn kubo() -> Ipfs {
	let added = serde_json::json!({ "Hash": cid_of(&[]).to_string() });
	let cat = |Query(query): Query<HashMap<String, String>>| async move {
		if query["arg"].ends_with(&ciphertext(true).to_string()) {
			std::future::pending::<()>().await;
		}
		vec![0]
	};
	let pin = || async { Json(serde_json::json!({ "Pins": [] })) };
	let router = Router::new()
		.route("/api/v0/add", post(|_: Bytes| async { Json(added) }))
		.route("/api/v0/cat", post(cat))
		.route("/api/v0/pin/add", post(pin));
	let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(axum::serve(listener, router).into_future());
	Ipfs::new(&url).unwrap()
}

struct Fixture {
	state: Arc<State>,
	double: Arc<NodeDouble>,
	acknowledger: Acknowledger,
	received: u64,
	_surroundings: Surroundings,
}

fn id(number: u8) -> VersionId {
	VersionId { record: [number; 32], version: 0, epoch: 0 }
}

impl Fixture {
	/// A custodian with this many versions to acknowledge, of which the chain refuses one.
	async fn new(count: u8, bad: Option<u8>) -> Self {
		Self::with_kubo(count, bad, None, &[]).await
	}

	/// The same with an IPFS node, and with a malicious author who wrote some of the versions and
	/// has added no ciphertext of them.
	async fn with_kubo(count: u8, bad: Option<u8>, ipfs: Option<Ipfs>, malicious: &[u8]) -> Self {
		let (state, surroundings) = state(ipfs, |config| config.store.reserve = 0);
		let state = Arc::new(state);
		let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
		let mut block = BlockDouble::default();
		let received = now();
		for number in 0..count {
			let id = id(number);
			let version = KeptVersion {
				patient: PATIENT,
				author: if malicious.contains(&number) { MALICIOUS } else { AUTHOR },
				received,
				commitments: vec![],
				manifest: vec![],
				manifest_cid: cid_of(&[]).to_string(),
				ciphertext_cid: ciphertext(malicious.contains(&number)).to_string(),
				ciphertext_len: 1,
				patient_share: None,
				pinned: false,
			};
			let sealed = state.encryption.seal_share(id, &[3; 32], &share).unwrap();
			state
				.database
				.keep_version(id, [3; 32], sealed, version, NamedLimit::NONE)
				.await
				.unwrap();
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
		Self { state, double, acknowledger, received, _surroundings: surroundings }
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

	/// Version 0 has failed this often, and is tried again now.
	fn fail(&mut self, failures: u32) {
		let retry = self.acknowledger.retries.get_mut(&id(0)).unwrap();
		(retry.at, retry.failures) = (Instant::now(), failures);
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
	let held = HeldVersion { patient: PATIENT.into(), record: H256([0; 32]), version: 0, epoch: 0 };
	let versions = vec![held];
	fixture.double.submitted.lock().unwrap().push((versions, true));
	fixture.work().await;
	assert_eq!(fixture.calls(), [(1, true), (1, true)]);
	assert!(fixture.due().await.is_empty());
}

/// The attack: an author delivers envelopes whose ciphertexts nobody has.
#[tokio::test]
async fn one_author_does_not_stop_the_others() {
	let malicious: Vec<u8> = (0..24).collect();
	let (honest, kubo) = (24, kubo().await);
	let mut fixture = Fixture::with_kubo(25, None, Some(kubo), &malicious).await;
	let node: Arc<dyn Node> = fixture.double.clone();
	let acknowledged = async {
		loop {
			let acknowledger = &mut fixture.acknowledger;
			acknowledger.start_due(&fixture.state, &node, INSTITUTION).await.unwrap();
			if !fixture.double.submitted.lock().unwrap().is_empty() {
				return;
			}
			let done = acknowledger.tasks.join_next().await.unwrap();
			acknowledger.note(done);
		}
	};
	// The first try at what nobody has takes longer.
	tokio::time::timeout(Duration::from_secs(4), acknowledged).await.unwrap();
	let submitted = fixture.double.submitted.lock().unwrap();
	let held = HeldVersion {
		patient: PATIENT.into(),
		record: H256(id(honest).record),
		version: 0,
		epoch: 0,
	};
	assert_eq!(submitted[..], [(vec![held], true)]);
}

/// A backlog is no reason to send readers away.
#[tokio::test]
async fn what_fails_leaves_the_custodian_ready() {
	let mut fixture = Fixture::new(2, Some(1)).await;
	fixture.work().await;
	fixture.acknowledger.report(&fixture.state, 1);
	let readiness = fixture.state.readiness.get();
	assert!(readiness.work.ok && readiness.work.detail.contains("1 versions are tried again"));
	assert!(readiness.pins.ok, "{}", readiness.pins.detail);
	fixture.state.database.set_pinned(id(0), 1).await.unwrap();
	// At once, and not only when the node is there so that work can go on.
	note_lost(&fixture.state, vec![cid_of(&[]).to_string()]).await.unwrap();
	assert!(!fixture.state.readiness.get().pins.ok);
	report_backlog(&fixture.state).await.unwrap();
	assert!(!fixture.state.readiness.get().pins.ok);
}

#[tokio::test]
async fn a_version_that_fails_for_a_week_is_given_up() {
	for (age, failures, kept) in [
		(LIFETIME, LEAST_FAILURES, vec![id(0)]),
		// The custodian was down for a week.
		(LIFETIME + 1, LEAST_FAILURES - 1, vec![id(0)]),
		(LIFETIME + 1, LEAST_FAILURES, vec![]),
	] {
		let mut fixture = Fixture::new(1, Some(0)).await;
		fixture.work().await;
		assert_eq!(fixture.due().await, [id(0)]);
		let later = fixture.received + age;
		fixture.fail(failures);
		// While the IPFS node is away, nothing is given up.
		fixture.acknowledger.choose(&fixture.state, later).await.unwrap();
		assert_eq!(fixture.due().await, [id(0)]);
		fixture.state.readiness.set(CheckName::Kubo, true, "Kubo");
		fixture.acknowledger.choose(&fixture.state, later).await.unwrap();
		assert_eq!(fixture.due().await, kept);
		let backlog = fixture.state.database.backlog().await.unwrap();
		assert_eq!(backlog.given_up, u64::from(kept.is_empty()));
	}
}

/// What cannot be removed is not asked about again and again, while others wait.
#[tokio::test]
async fn a_version_that_cannot_be_given_up_holds_nobody_up() {
	let kubo = KuboDouble::start().await;
	let mut fixture = Fixture::with_kubo(1, None, Some(kubo.ipfs.clone()), &[0]).await;
	let node: Arc<dyn Node> = fixture.double.clone();
	fixture.acknowledger.start_due(&fixture.state, &node, INSTITUTION).await.unwrap();
	let done = fixture.acknowledger.tasks.join_next().await.unwrap();
	fixture.acknowledger.note(done);
	fixture.state.readiness.set(CheckName::Kubo, true, "Kubo");
	fixture.fail(LEAST_FAILURES);
	kubo.contents().is_broken = true;
	let later = fixture.received + LIFETIME + 1;
	let mut asked = Vec::new();
	for _ in 0..3 {
		fixture.acknowledger.choose(&fixture.state, later).await.unwrap();
		asked.push(kubo.contents().asked.len());
	}
	assert!(asked.iter().all(|it| *it == asked[0]), "{asked:?}");
	assert_eq!(fixture.due().await, [id(0)]);
	kubo.contents().is_broken = false;
	fixture.fail(LEAST_FAILURES);
	fixture.acknowledger.choose(&fixture.state, later).await.unwrap();
	assert!(fixture.due().await.is_empty());
}

/// A backup may have been made before the content was pinned.
#[tokio::test]
async fn what_was_acknowledged_before_a_backup_was_restored_is_pinned() {
	let kubo = KuboDouble::start().await;
	let mut fixture = Fixture::with_kubo(1, None, Some(kubo.ipfs.clone()), &[]).await;
	kubo.contents().elsewhere.insert(ciphertext(false).to_string(), vec![0]);
	let double = Arc::get_mut(&mut fixture.double).unwrap();
	for block in [&mut double.finalized, &mut double.best] {
		for set in block.sharing_sets.values_mut() {
			set.holders[0].acknowledged = true;
		}
	}
	fixture.work().await;
	assert!(fixture.state.database.version(id(0)).await.unwrap().unwrap().pinned);
	fixture.work().await;
	assert!(fixture.due().await.is_empty() && fixture.calls().is_empty());
	// What the institution no longer holds is not fetched.
	let mut fixture = Fixture::with_kubo(1, None, Some(kubo.ipfs.clone()), &[]).await;
	let double = Arc::get_mut(&mut fixture.double).unwrap();
	for block in [&mut double.finalized, &mut double.best] {
		block.sharing_sets.clear();
	}
	fixture.work().await;
	assert!(fixture.due().await.is_empty());
	assert!(!fixture.state.database.version(id(0)).await.unwrap().unwrap().pinned);
}

#[test]
fn what_waits_for_over_an_hour_is_shown() {
	let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
	let shown = recorder.handle();
	let now = 1_800_000_000;
	let due = |age: u64, is_lost| DueVersion {
		id: id(1),
		patient: PATIENT,
		pinned: false,
		author: AUTHOR,
		enroller: AUTHOR,
		since: now - age,
		is_lost,
	};
	let shows = |due: &[DueVersion], overdue: u64, oldest: u64| {
		metrics::with_local_recorder(&recorder, || show_overdue(due, now));
		let shown = shown.render();
		for (name, value) in [("overdue_versions", overdue), ("oldest_due_seconds", oldest)] {
			let line = format!("vouchsafe_custodian_{name} {value}\n");
			assert!(shown.contains(&line), "{line} is not in {shown}");
		}
	};
	shows(&[due(OVERDUE, false)], 0, OVERDUE);
	// Lost content has a metric of its own.
	shows(&[due(OVERDUE, false), due(OVERDUE + 1, false), due(9_000, true)], 1, OVERDUE + 1);
	shows(&[], 0, 0);
}
