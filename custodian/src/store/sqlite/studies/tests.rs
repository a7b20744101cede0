//! Studies in a real database.

use super::*;
use crate::{
	encryption::StorageEncryption,
	store::{ReportProgress, SettledList},
};
use tempfile::TempDir;
use vouchsafe_client::messages::DropReason;
use vouchsafe_vault::seal::SecretKey;

const ID: RoundId = RoundId { study: 1, round: 0 };
const A: [u8; 32] = [1; 32];
const B: [u8; 32] = [2; 32];

async fn database() -> (Sqlite, TempDir) {
	let directory = tempfile::tempdir().unwrap();
	let database = Sqlite::open(directory.path()).unwrap();
	let encryption = StorageEncryption::new(SecretKey::random());
	let key = encryption.new_round_key(1, Some(0)).unwrap();
	database.keep_study_key(1, Some(0), key).await.unwrap();
	(database, directory)
}

async fn frozen() -> (Sqlite, TempDir) {
	let (database, directory) = database().await;
	let standing = vec![(A, vec![[11; 32], [12; 32]]), (B, vec![[13; 32]])];
	database.note_frozen(ID, 7, standing).await.unwrap();
	(database, directory)
}

fn is_on_disk(directory: &TempDir, what: &[u8]) -> bool {
	std::fs::read_dir(directory.path()).unwrap().any(|file| {
		let bytes = std::fs::read(file.unwrap().path()).unwrap();
		bytes.windows(what.len()).any(|window| window == what)
	})
}

fn part(contributor: [u8; 32], part: u32, parts: u32, length: u32) -> ListPart {
	let digest = [u8::try_from(length).unwrap(); 32];
	ListPart { contributor, part, parts, length, digest, ciphertext: vec![9; 10] }
}

fn report(contributor: [u8; 32], report: u8) -> Report {
	Report {
		contributor,
		people: 1,
		report: [report; 16],
		nonce: [report; 16],
		public_share: vec![1],
		share: vec![report; 40],
		progress: ReportProgress::Waiting,
		limit: None,
	}
}

/// A page of verified reports.
fn verified(id: u8, reports: &[ReportKey]) -> Outcomes {
	let output = Output { id: [id; 16], reports: reports.to_vec(), ciphertext: vec![id; 9] };
	Outcomes { verified: output, dropped: Vec::new() }
}

#[tokio::test]
async fn the_first_key_and_secret_stay_until_they_are_destroyed() {
	let (database, directory) = database().await;
	let encryption = StorageEncryption::new(SecretKey::random());
	let first = database.study_key(1, Some(0)).await.unwrap().unwrap();
	let other = encryption.new_round_key(1, Some(0)).unwrap();
	assert_eq!(database.keep_study_key(1, Some(0), other.clone()).await.unwrap(), first);
	assert_eq!(database.keep_study_key(1, None, other).await.unwrap().key.len(), first.key.len());
	let marker = b"a secret that must go".to_vec();
	let keep = |value: Vec<u8>| database.keep_study_secret(1, Some(0), "verify", value);
	assert_eq!(keep(marker.clone()).await.unwrap(), marker);
	assert_eq!(keep(b"another".to_vec()).await.unwrap(), marker);
	assert_eq!(database.study_keys().await.unwrap(), [(1, None), (1, Some(0))]);
	let on_disk = |what: &[u8]| is_on_disk(&directory, what);
	assert!(on_disk(&marker) && on_disk(&first.key));
	database.destroy_study_key(1, Some(0)).await.unwrap();
	assert!(!on_disk(&marker) && !on_disk(&first.key));
	assert_eq!(database.study_keys().await.unwrap(), [(1, None)]);
	assert_eq!(database.study_secret(1, Some(0), "verify").await.unwrap(), None);
	// Without a key nothing can be stored.
	assert!(keep(marker).await.is_err());
	assert!(database.keep_report(ID, report(A, 1), 1).await.is_err());
}

#[tokio::test]
async fn what_a_reader_kept_in_the_log_is_removed_later() {
	let (database, directory) = database().await;
	let key = database.study_key(1, Some(0)).await.unwrap().unwrap();
	let reader = rusqlite::Connection::open(directory.path().join("custodian.sqlite")).unwrap();
	reader.execute_batch("BEGIN; SELECT * FROM study_keys;").unwrap();
	let destroyed = database.destroy_study_key(1, Some(0)).await;
	assert!(matches!(destroyed, Err(StoreError::Busy)), "{destroyed:?}");
	assert_eq!(database.study_key(1, Some(0)).await.unwrap(), None);
	assert_eq!(database.study_keys().await.unwrap(), [(1, Some(0))], "nobody would try again");
	assert!(is_on_disk(&directory, &key.key));
	// The destroyed key does not come back.
	database.keep_study_key(1, Some(0), key.clone()).await.unwrap();
	assert_eq!(database.study_key(1, Some(0)).await.unwrap(), None);
	assert!(matches!(database.remove_destroyed().await, Err(StoreError::Busy)));
	drop(reader);
	database.remove_destroyed().await.unwrap();
	assert!(!is_on_disk(&directory, &key.key));
	database.destroy_study_key(1, Some(0)).await.unwrap();
	assert!(database.study_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_large_round_is_destroyed_in_parts() {
	let (database, _directory) = frozen().await;
	let contributors: Vec<[u8; 32]> = (0..120).map(|number| [number; 32]).collect();
	for contributor in &contributors {
		for number in 0..2 {
			let part = ListPart { digest: [0; 32], ..part(*contributor, number, 2, 1) };
			database.keep_list_part(ID, part, 9).await.unwrap();
		}
		database.count_points(ID, *contributor, vec![[1; 32], [2; 32]], 2).await.unwrap();
		database.keep_report(ID, report(*contributor, 1), 1).await.unwrap();
	}
	for page in contributors.chunks(10) {
		let reports: Vec<_> = page.iter().map(|contributor| (*contributor, [1; 16])).collect();
		database.note_outcomes(ID, verified(page[0][0], &reports)).await.unwrap();
	}
	let settled = contributors
		.iter()
		.map(|contributor| SettledList { contributor: *contributor, ..Default::default() });
	database.settle_lists(ID, settled.collect()).await.unwrap();
	// Another round stays.
	let other = RoundId { round: 1, ..ID };
	let key = StorageEncryption::new(SecretKey::random()).new_round_key(1, Some(1)).unwrap();
	database.keep_study_key(1, Some(1), key).await.unwrap();
	database.keep_report(other, report(A, 1), 1).await.unwrap();
	database.destroy_study_key(1, Some(0)).await.unwrap();
	assert_eq!(database.study_keys().await.unwrap(), [(1, Some(1))]);
	let left = database.transaction(|db| {
		let tables = ["lists", "settled_lists", "points", "shares", "outputs"];
		let count = |table| rounds::count(db, &format!("study_{table}"), ID);
		tables.into_iter().map(count).collect::<rusqlite::Result<Vec<_>>>()
	});
	assert_eq!(left.await.unwrap(), [0; 5]);
	assert_eq!(database.report(other, A).await.unwrap().unwrap().share, report(A, 1).share);
	// Who was counted is still known.
	assert_eq!(database.count_reports(ID).await.unwrap(), [0, 120, 0]);
}

#[tokio::test]
async fn identical_points_count_once() {
	let (database, _directory) = database().await;
	let count = |points: &[u8], limit| {
		let points = points.iter().map(|point| [*point; 32]).collect();
		database.count_points(ID, A, points, limit)
	};
	assert!(count(&[1, 2, 2], 2).await.unwrap());
	assert!(!count(&[3], 2).await.unwrap());
	assert!(!count(&[1, 3], 2).await.unwrap());
	assert!(count(&[2, 1], 2).await.unwrap());
	assert!(count(&[1, 3], 3).await.unwrap());
	// Also if people left the round meanwhile.
	assert!(count(&[1, 2, 3], 1).await.unwrap());
	assert!(database.count_points(ID, B, vec![[1; 32]], 1).await.unwrap());
}

#[tokio::test]
async fn lists_are_replaced_until_they_are_closed() {
	let (database, _directory) = frozen().await;
	let keep = |part, limit| database.keep_list_part(ID, part, limit);
	assert_eq!(keep(part(A, 0, 2, 2), 3).await.unwrap(), KeptPart::Kept(1, false));
	assert_eq!(keep(part(A, 1, 2, 2), 3).await.unwrap(), KeptPart::TooLong);
	assert_eq!(database.list_parts(ID, A).await.unwrap(), (1, 2));
	assert_eq!(keep(part(A, 1, 2, 1), 3).await.unwrap(), KeptPart::Kept(2, true));
	assert_eq!(keep(part(B, 0, 1, 1), 1).await.unwrap(), KeptPart::Kept(1, true));
	let before = database.list_digests(ID, None, 10).await.unwrap();
	assert_eq!(before.iter().map(|list| list.contributor.0).collect::<Vec<_>>(), [A, B]);
	assert_eq!(database.list_digests(ID, Some(A), 10).await.unwrap()[..], before[1..]);
	// Another number of parts is another list.
	assert_eq!(keep(part(A, 0, 1, 3), 3).await.unwrap(), KeptPart::Kept(1, true));
	assert_ne!(database.list_digests(ID, None, 1).await.unwrap(), before[..1]);
	database.close_lists(ID, 1).await.unwrap();
	assert_eq!(keep(part(A, 0, 1, 2), 3).await.unwrap(), KeptPart::Closed);
	assert_eq!(keep(part(A, 0, 1, 3), 3).await.unwrap(), KeptPart::Kept(1, true));
	database.reopen_lists(ID).await.unwrap();
	assert_eq!(keep(part(A, 0, 1, 2), 3).await.unwrap(), KeptPart::Closed);
	// In a new attempt they can be opened again.
	database.begin_attempt(ID, 2).await.unwrap();
	assert_eq!(keep(part(A, 0, 1, 2), 3).await.unwrap(), KeptPart::Waits);
	assert_eq!(keep(part(A, 0, 1, 3), 3).await.unwrap(), KeptPart::Kept(1, true));
	database.reopen_lists(ID).await.unwrap();
	assert_eq!(keep(part(A, 0, 1, 2), 3).await.unwrap(), KeptPart::Kept(1, true));
	database.exclude_lists(ID, vec![B]).await.unwrap();
	assert_eq!(database.lists(ID).await.unwrap(), [part(A, 0, 1, 2)]);
	// A list that was left out may come again in a new attempt, unless all was settled.
	database.begin_attempt(ID, 3).await.unwrap();
	database.reopen_lists(ID).await.unwrap();
	assert_eq!(database.settled_list(ID, B).await.unwrap(), None);
	assert_eq!(keep(part(B, 0, 1, 1), 1).await.unwrap(), KeptPart::Kept(1, true));
	database.exclude_lists(ID, vec![B]).await.unwrap();
	let settled = SettledList { contributor: A, sent: 2, counts: 1, ..Default::default() };
	database.settle_lists(ID, vec![settled.clone()]).await.unwrap();
	database.settle_lists(ID, vec![SettledList { counts: 2, ..settled.clone() }]).await.unwrap();
	assert_eq!(database.settled_list(ID, A).await.unwrap(), Some(settled));
	assert!(database.settled_list(ID, B).await.unwrap().unwrap().excluded);
	assert_eq!(database.count_doubles(ID).await.unwrap(), 1);
	assert_eq!(keep(part(B, 0, 1, 1), 1).await.unwrap(), KeptPart::Closed);
	database.begin_attempt(ID, 4).await.unwrap();
	assert_eq!(keep(part(B, 0, 1, 1), 1).await.unwrap(), KeptPart::Closed);
	assert!(database.settled_list(ID, B).await.unwrap().unwrap().excluded);
}

#[tokio::test]
async fn lists_that_are_decided_stay_closed() {
	let (database, _directory) = frozen().await;
	let keep = |part| database.keep_list_part(ID, part, 3);
	assert_eq!(keep(part(A, 0, 1, 2)).await.unwrap(), KeptPart::Kept(1, true));
	database.close_lists(ID, 1).await.unwrap();
	database.decide_lists(ID, vec![B]).await.unwrap();
	database.begin_attempt(ID, 2).await.unwrap();
	database.reopen_lists(ID).await.unwrap();
	assert!(database.round_progress(ID).await.unwrap().unwrap().lists_decided);
	assert_eq!(database.excluded_lists(ID).await.unwrap(), [B]);
	assert_eq!(keep(part(A, 0, 1, 3)).await.unwrap(), KeptPart::Closed);
	assert_eq!(keep(part(A, 0, 1, 2)).await.unwrap(), KeptPart::Kept(1, true));
}

#[tokio::test]
async fn only_contributors_are_left_out() {
	let (database, _directory) = frozen().await;
	let stranger = [9; 32];
	database.exclude_lists(ID, vec![stranger, B]).await.unwrap();
	assert_eq!(database.settled_list(ID, stranger).await.unwrap(), None);
	assert!(database.settled_list(ID, B).await.unwrap().unwrap().excluded);
}

#[tokio::test]
async fn a_contributor_has_one_report() {
	let (database, _directory) = frozen().await;
	let keep = |report| database.keep_report(ID, report, 1);
	assert_eq!(keep(report(A, 1)).await.unwrap(), KeptReport::Kept);
	assert_eq!(keep(report(A, 1)).await.unwrap(), KeptReport::Kept);
	assert_eq!(keep(report(A, 2)).await.unwrap(), KeptReport::Kept);
	assert_eq!(keep(report(B, 3)).await.unwrap(), KeptReport::Kept);
	let waiting = database.waiting_reports(ID, None, 10, 1_000).await.unwrap();
	assert_eq!(waiting, [report(A, 2), report(B, 3)]);
	assert_eq!(database.waiting_reports(ID, Some(A), 10, 1_000).await.unwrap(), [report(B, 3)]);
	// The first one was replaced meanwhile.
	let dropped = vec![((B, [3; 16]), DropReason::Proof)];
	let replaced = verified(1, &[(A, [1; 16])]);
	database.note_outcomes(ID, Outcomes { dropped, ..replaced.clone() }).await.unwrap();
	assert_eq!(database.count_reports(ID).await.unwrap(), [1, 0, 1]);
	let outcomes = verified(2, &[(A, [2; 16])]);
	database.note_outcomes(ID, outcomes.clone()).await.unwrap();
	assert_eq!(database.count_reports(ID).await.unwrap(), [0, 1, 1]);
	assert_eq!(keep(report(A, 4)).await.unwrap(), KeptReport::Other);
	assert_eq!(keep(report(B, 4)).await.unwrap(), KeptReport::Other);
	let found = database.report(ID, B).await.unwrap().unwrap();
	assert_eq!(found.progress, ReportProgress::Dropped(DropReason::Proof));
	let counted = CountedRow { contributor: A, people: 1, report: [2; 16] };
	assert_eq!(database.counted(ID, None, 10).await.unwrap(), [counted]);
	let next = async |after| database.next_output(ID, after).await.unwrap();
	assert_eq!(next(None).await, Some(replaced.verified));
	assert_eq!(next(Some([1; 16])).await, Some(outcomes.verified));
	assert_eq!(next(Some([2; 16])).await, None);
	database.close_reports(ID, 1).await.unwrap();
	let other = [5; 32];
	assert_eq!(keep(report(other, 5)).await.unwrap(), KeptReport::Closed);
	assert_eq!(keep(report(A, 2)).await.unwrap(), KeptReport::Kept);
}

#[tokio::test]
async fn of_a_page_only_reports_that_wait_are_verified() {
	let (database, _directory) = frozen().await;
	let contributors: Vec<[u8; 32]> = (0..6).map(|number| [number; 32]).collect();
	for contributor in &contributors {
		database.keep_report(ID, report(*contributor, 1), 1).await.unwrap();
	}
	let found = database.reports(ID, vec![[5; 32], [9; 32], [0; 32]]).await.unwrap();
	assert_eq!(found, [Some(report([5; 32], 1)), None, Some(report([0; 32], 1))]);
	// So many bytes are in a page, and one report more.
	let page = database.waiting_reports(ID, None, 10, 80).await.unwrap();
	assert_eq!(page.len(), 2);
	let name = |number: usize| (contributors[number], [1; 16]);
	let progress = async || {
		let reports = database.reports(ID, contributors.clone()).await.unwrap();
		let is_verified = |report: Report| report.progress == ReportProgress::Verified;
		reports.into_iter().map(|report| is_verified(report.unwrap())).collect::<Vec<_>>()
	};
	// All that wait from the first to the last.
	let note = async |outcomes| database.note_outcomes(ID, outcomes).await.unwrap();
	assert_eq!(note(verified(1, &[name(1), name(2)])).await, 2);
	assert_eq!(progress().await, [false, true, true, false, false, false]);
	// Not all: others came meanwhile, or one was replaced.
	assert_eq!(note(verified(2, &[name(0), name(4)])).await, 2);
	assert_eq!(progress().await, [true, true, true, false, true, false]);
	database.keep_report(ID, report([3; 32], 2), 1).await.unwrap();
	assert_eq!(note(verified(3, &[name(3), name(5)])).await, 1);
	assert_eq!(progress().await, [true, true, true, false, true, true]);
	assert_eq!(database.count_reports(ID).await.unwrap(), [1, 5, 0]);
	// What another aggregator dropped may be in the output.
	let mut outcomes = verified(4, &[(contributors[3], [2; 16])]);
	outcomes.dropped = vec![((contributors[3], [2; 16]), DropReason::Proof)];
	assert_eq!(note(outcomes).await, 0);
	assert_eq!(database.count_reports(ID).await.unwrap(), [0, 5, 1]);
}

#[tokio::test]
async fn an_attempt_begins_with_what_was_verified() {
	let (database, _directory) = frozen().await;
	for contributor in [A, B] {
		database.keep_report(ID, report(contributor, 1), 1).await.unwrap();
	}
	database.note_outcomes(ID, verified(1, &[(A, [1; 16])])).await.unwrap();
	database.leave_out(ID, vec![(A, [1; 16])]).await.unwrap();
	assert!(database.counted(ID, None, 10).await.unwrap().is_empty());
	let dropped = ReportProgress::Dropped(DropReason::NotEverywhere);
	assert_eq!(database.report(ID, A).await.unwrap().unwrap().progress, dropped);
	database.settle_tally(ID, 1, vec![1]).await.unwrap();
	database.settle_tally(ID, 1, vec![2]).await.unwrap();
	let progress = database.round_progress(ID).await.unwrap().unwrap();
	assert_eq!((progress.settled, progress.tally, progress.standing), (1, vec![1], 3));
	assert_eq!(database.report(ID, B).await.unwrap().unwrap().progress, dropped);
	database.begin_attempt(ID, 2).await.unwrap();
	database.begin_attempt(ID, 2).await.unwrap();
	database.begin_attempt(ID, 1).await.unwrap();
	assert_eq!(database.counted(ID, None, 10).await.unwrap().len(), 1);
	assert_eq!(database.waiting_reports(ID, None, 10, 1_000).await.unwrap(), [report(B, 1)]);
	assert_eq!(database.keep_report(ID, report(B, 2), 2).await.unwrap(), KeptReport::Kept);
}

#[tokio::test]
async fn a_noisy_share_is_replaced_only_by_that_of_a_later_attempt() {
	let (database, _directory) = frozen().await;
	let keep = |attempt, value: u8| database.keep_noised(ID, attempt, vec![value]);
	assert_eq!(keep(1, 1).await.unwrap(), [1]);
	assert_eq!(keep(1, 2).await.unwrap(), [1]);
	assert_eq!(keep(2, 3).await.unwrap(), [3]);
	assert_eq!(database.noised(ID, 1).await.unwrap(), None);
	assert_eq!(database.noised(ID, 2).await.unwrap(), Some(vec![3]));
}

#[tokio::test]
async fn what_was_frozen_stays_until_the_study_is_forgotten() {
	let (database, _directory) = frozen().await;
	database.note_frozen(ID, 8, vec![]).await.unwrap();
	assert_eq!(database.round_progress(ID).await.unwrap().unwrap().block, 7);
	assert_eq!(database.standing_of(ID, A).await.unwrap(), 2);
	assert_eq!(database.standing_of(ID, [9; 32]).await.unwrap(), 0);
	assert_eq!(database.standing_contributors(ID).await.unwrap(), 2);
	assert_eq!(database.note_study_end(1, 100).await.unwrap(), (100, false));
	database.note_swept(1).await.unwrap();
	assert_eq!(database.note_study_end(1, 200).await.unwrap(), (100, true));
	database.forget_studies(99).await.unwrap();
	assert!(database.round_progress(ID).await.unwrap().is_some());
	database.forget_studies(100).await.unwrap();
	assert_eq!(database.round_progress(ID).await.unwrap(), None);
}
