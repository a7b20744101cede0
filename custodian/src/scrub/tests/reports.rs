//! What is reported to the chain, by whom, and what is not.

use super::*;
use crate::{
	scrub::command::{all, Options, Summary},
	store::IndexedBlock,
};
use vouchsafe_client::{
	chain::{bounded, LogEntry, LogEvent},
	messages::{HexBytes, LogLine},
};

impl Fixture {
	/// Damages the shares of these versions.
	fn damage(&self, numbers: std::ops::Range<u16>) {
		for number in numbers {
			let of = Self::of(number);
			self.sql(&format!("UPDATE shares SET ciphertext = x'00' WHERE {of}"));
		}
	}

	async fn scrub(&self, node: &NodeDouble, most: Option<u64>) -> Summary {
		let options = Options { report_losses: most, read_all: false };
		all(&self.state, node, &INSTITUTION, options, |_| {}).await.unwrap()
	}

	/// Indexes these entries of the patient's log.
	async fn index(&self, events: Vec<LogEvent>) {
		let line = |(event, seq)| {
			let origin: AccountId = OTHER;
			let (acting_for, purpose) = (None, None);
			let entry = LogEntry { signer: OTHER, origin, acting_for, purpose, event };
			let entry = HexBytes(entry.to_bytes());
			(PATIENT.into(), LogLine { seq, block: 1, time: 0, entry, head: Hex([0; 32]) })
		};
		let lines = events.into_iter().zip(0..).map(line).collect();
		let block = IndexedBlock { number: 1, hash: H256::zero(), lines, mismatches: vec![] };
		self.state.database.index_blocks(vec![block]).await.unwrap();
	}
}

fn reported(node: &NodeDouble) -> Vec<usize> {
	node.lost.lock().unwrap().iter().map(Vec::len).collect()
}

fn acknowledged(holder: AccountId, numbers: &[u16]) -> LogEvent {
	let versions =
		numbers.iter().map(|number| (H256(id(*number).record), 0, 0)).collect::<Vec<_>>();
	LogEvent::SharesAcknowledged { holder, versions: bounded(versions, "versions").unwrap() }
}

fn withdrawn(number: u16) -> LogEvent {
	let versions = bounded(vec![(H256(id(number).record), 0, 0)], "versions").unwrap();
	LogEvent::SharesLost { holder: INSTITUTION, versions }
}

#[tokio::test]
async fn the_daemon_reports_a_few_by_itself() {
	let fixture = Fixture::new(6).await;
	fixture.damage(0..3);
	let node = fixture.node();
	fixture.sql("UPDATE shares SET checked = 5");
	let mut rounds = rounds();
	rounds.next(&fixture.state, &node, &INSTITUTION).await.unwrap();
	assert_eq!(reported(&node), [3]);
	assert_eq!(fixture.losses().await, (3, 0));
	let lost = node.lost.lock().unwrap()[0].clone();
	assert!(lost.contains(&HeldVersion {
		patient: PATIENT.into(),
		record: H256(id(0).record),
		version: 0,
		epoch: 0
	}));
	// Once: the chain does not count on them any more.
	fixture.sql("UPDATE shares SET checked = 5");
	rounds.next(&fixture.state, &node, &INSTITUTION).await.unwrap();
	assert_eq!((reported(&node).len(), fixture.losses().await), (1, (3, 0)));
}

/// Many have one cause, which an engineer has to find. Those of a day count together.
#[tokio::test]
async fn the_daemon_reports_none_of_many() {
	let mut fixture = Fixture::new(8).await;
	fixture.state.config.scrub.report_losses = 3;
	let node = fixture.node();
	let mut rounds = rounds();
	fixture.damage(0..2);
	for (upto, calls, unreported) in [(2, 1, 0), (4, 1, 2), (7, 1, 5)] {
		fixture.damage(0..upto);
		fixture.sql("UPDATE shares SET checked = 5");
		rounds.next(&fixture.state, &node, &INSTITUTION).await.unwrap();
		assert_eq!((reported(&node).len(), fixture.losses().await.1), (calls, unreported));
	}
	// After a day it may report again, but not so many.
	fixture.sql("UPDATE losses SET reported = 7 WHERE reported > 0");
	rounds.next(&fixture.state, &node, &INSTITUTION).await.unwrap();
	assert_eq!(reported(&node).len(), 1);
	fixture.state.config.scrub.report_losses = 5;
	rounds.next(&fixture.state, &node, &INSTITUTION).await.unwrap();
	assert_eq!((reported(&node), fixture.losses().await), (vec![2, 5], (7, 0)));
}

#[tokio::test]
async fn nothing_is_reported_before_one_share_was_opened() {
	let fixture = Fixture::new(2).await;
	fixture.damage(0..1);
	fixture.check().await.unwrap();
	let node = fixture.node();
	// A task that began after all were checked.
	rounds().next(&fixture.state, &node, &INSTITUTION).await.unwrap();
	assert_eq!(reported(&node), Vec::<usize>::new());
	assert_eq!(fixture.losses().await, (1, 1));
}

#[tokio::test]
async fn a_report_that_fails_is_made_again() {
	let fixture = Fixture::new(2).await;
	fixture.damage(0..1);
	fixture.check().await.unwrap();
	let node = fixture.node();
	node.is_deaf.store(true, std::sync::atomic::Ordering::Relaxed);
	let losses = fixture.state.database.unreported().await.unwrap();
	assert!(report(&fixture.state, &node, &INSTITUTION, losses.clone()).await.is_err());
	assert_eq!(fixture.losses().await, (1, 1));
	node.is_deaf.store(false, std::sync::atomic::Ordering::Relaxed);
	let done = report(&fixture.state, &node, &INSTITUTION, losses.clone()).await.unwrap();
	assert_eq!((done.reported.len(), fixture.losses().await), (1, (1, 0)));
	// The chain has it, and the program was killed before it noted that.
	fixture.sql("UPDATE losses SET reported = 0");
	let done = report(&fixture.state, &node, &INSTITUTION, losses).await.unwrap();
	assert_eq!((done.reported.len(), done.not_counted_on), (0, 1));
	assert_eq!((reported(&node), fixture.losses().await), (vec![1], (1, 0)));
}

#[tokio::test]
async fn a_share_that_is_there_after_all_is_not_reported() {
	let fixture = Fixture::new(2).await;
	let loss = missing::lost(&HeldVersion {
		patient: PATIENT.into(),
		record: H256(id(0).record),
		version: 0,
		epoch: 0,
	});
	fixture.state.database.note_lost_shares(vec![loss.clone()], now()).await.unwrap();
	let node = fixture.node();
	let done = report(&fixture.state, &node, &INSTITUTION, vec![loss]).await.unwrap();
	assert_eq!((done.found, reported(&node).len(), fixture.losses().await), (1, 0, (0, 0)));
}

#[tokio::test]
async fn one_call_reports_at_most_64() {
	let fixture = Fixture::new(66).await;
	fixture.damage(1..66);
	let node = fixture.node();
	let summary = fixture.scrub(&node, Some(65)).await;
	assert_eq!((summary.lost.len(), summary.reported), (65, 65));
	assert_eq!(reported(&node), [64, 1]);
}

#[tokio::test]
async fn the_command_reports_what_it_is_told_to_and_no_more() {
	let fixture = Fixture::new(5).await;
	fixture.damage(0..2);
	let node = fixture.node();
	for (most, is_refused) in [(None, false), (Some(1), true)] {
		let summary = fixture.scrub(&node, most).await;
		assert_eq!((summary.checked, summary.good, summary.lost.len()), (5, 3, 2));
		assert_eq!((summary.reported, summary.is_refused), (0, is_refused));
		let text = summary.text();
		assert!(text.contains("scrub --report-losses 2 --config"), "{text}");
		assert!(text.contains(&hex::encode(id(0).record)) && text.contains("can't be decrypted"));
		assert_eq!(text.contains("more than COUNT"), is_refused);
		assert!(!summary.is_good());
		assert_eq!(reported(&node).len(), 0);
	}
	let summary = fixture.scrub(&node, Some(2)).await;
	assert_eq!((summary.reported, reported(&node)), (2, vec![2]));
	let text = summary.text();
	assert!(summary.is_good() && text.contains("reported to the chain: 2"), "{text}");
	assert_eq!(summary.json()["reported"], 2);
	// Later they are known, and no failure.
	let mut after = fixture.block.clone();
	for number in 0..2 {
		let set = after.sharing_sets.get_mut(&(id(number).record, 0)).unwrap();
		set.holders[0].acknowledged = false;
	}
	let node = NodeDouble { finalized: after.clone(), best: after, ..fixture.node() };
	let summary = fixture.scrub(&node, Some(9)).await;
	assert_eq!((summary.lost.len(), summary.known, summary.reported), (0, 2, 0));
	assert!(summary.is_good());
	assert_eq!(reported(&node).len(), 0);
}

/// After a restore of an old backup: the log says what was acknowledged since.
#[tokio::test]
async fn what_the_log_says_and_the_database_does_not_have_is_missing() {
	let mut fixture = Fixture::new(5).await;
	fixture
		.index(vec![
			acknowledged(INSTITUTION, &[0, 1, 2]),
			acknowledged(OTHER, &[3]),
			LogEvent::Enrolled,
			withdrawn(1),
			acknowledged(INSTITUTION, &[3, 4, 9]),
		])
		.await;
	let numbers = |missing: Vec<HeldVersion>| {
		let mut found: Vec<_> = missing.into_iter().map(|it| it.record.0).collect();
		found.sort_unstable();
		found
	};
	let find = |block: BlockDouble| {
		let database = fixture.state.database.clone();
		async move { numbers(missing::missing(&*database, &block, &INSTITUTION).await.unwrap()) }
	};
	// The chain has no version 9.
	assert!(find(fixture.block.clone()).await.is_empty());
	let of = |number| Fixture::of(number);
	let delete = |number| {
		format!("DELETE FROM share_keys WHERE id = (SELECT key FROM shares WHERE {})", of(number))
	};
	// 1 was reported, and the chain no longer counts on 3.
	for number in [0, 1, 3] {
		fixture.sql(&format!("PRAGMA foreign_keys = ON; {}", delete(number)));
	}
	fixture.sql(&format!("DELETE FROM versions WHERE {}", of(2)));
	let mut block = fixture.block.clone();
	block.sharing_sets.get_mut(&(id(3).record, 0)).unwrap().holders[0].acknowledged = false;
	assert_eq!(find(block.clone()).await, [id(0).record, id(2).record]);
	fixture.block = block;
	let node = fixture.node();
	let summary = fixture.scrub(&node, Some(2)).await;
	assert_eq!((summary.lost.len(), summary.reported, reported(&node)), (2, 2, vec![2]));
	assert!(summary.lost.iter().all(|it| it.reason == "it is not in the database"));
}

/// It was reported lost, and a backup has brought it back.
#[tokio::test]
async fn a_share_that_came_back_is_acknowledged_again() {
	let mut fixture = Fixture::new(2).await;
	let due = async |fixture: &Fixture| {
		let due = fixture.state.database.to_acknowledge().await.unwrap();
		due.into_iter().map(|it| it.id).collect::<Vec<_>>()
	};
	assert_eq!(due(&fixture).await, []);
	let set = fixture.block.sharing_sets.get_mut(&(id(1).record, 0)).unwrap();
	set.holders[0].acknowledged = false;
	assert_eq!(fixture.states().await, [ShareState::Good, ShareState::Good]);
	assert_eq!(due(&fixture).await, [id(1)]);
}

/// A node that is behind does not know the newest versions, so nothing is concluded from what it says.
#[tokio::test]
async fn a_node_that_is_behind_is_not_believed() {
	let mut fixture = Fixture::new(2).await;
	fixture.damage(0..1);
	fixture.check().await.unwrap();
	fixture.block.sharing_sets.clear();
	fixture.block.time = 1_000;
	let node = fixture.node();
	let result = rounds().next(&fixture.state, &node, &INSTITUTION).await;
	assert!(matches!(result, Err(ScrubError::Behind(_))), "{result:?}");
	assert_eq!(fixture.losses().await, (1, 1));
}

/// The patients can carry them again, and the engineer must hear of it.
#[tokio::test]
async fn a_lost_carried_share_or_label_key_is_no_success() {
	let mut fixture = Fixture::new(0).await;
	let split = fixture.keep(0).await;
	let encryption = &fixture.state.encryption;
	let database = &fixture.state.database;
	let sealed = encryption.seal_share(id(0), &PATIENT, &split.shares[2]).unwrap();
	let commitments = split.commitments.encode();
	database.keep_carried(id(0), PATIENT, consent(), sealed, commitments).await.unwrap();
	for patient in 0..3 {
		let key = vouchsafe_vault::label::LabelKey::random();
		let sealed = encryption.seal_label_key(&[patient; 32], &key).unwrap();
		database.keep_label_key([patient; 32], sealed).await.unwrap();
	}
	let node = fixture.node();
	let summary = fixture.scrub(&node, None).await;
	assert!(summary.is_good(), "{}", summary.text());
	assert_eq!(summary.json()["label_keys"], 3);
	let damage =
		format!("UPDATE label_keys SET ciphertext = x'00' WHERE patient = x'{}'", "01".repeat(32));
	fixture.sql(&damage);
	let summary = fixture.scrub(&node, None).await;
	assert_eq!(summary.label_keys, CheckedLabelKeys { checked: 3, lost: vec![[1; 32]] });
	assert!(!summary.is_good() && summary.text().contains("LABEL KEYS LOST: 1 of 3"));
	assert_eq!(summary.json()["label_keys_lost"], 1);
	assert!(!summary.text().contains(&"01".repeat(32)), "patients are not named");
	fixture.sql("DELETE FROM label_keys; UPDATE shares SET ciphertext = x'00' WHERE consent >= 0");
	let summary = fixture.scrub(&node, Some(9)).await;
	assert_eq!((summary.carried, summary.lost.len()), (1, 0));
	assert!(!summary.is_good() && summary.text().contains("carried here: 1"));
}
