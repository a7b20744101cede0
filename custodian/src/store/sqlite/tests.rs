//! Tests of what the database stores, and of what a thief of its files finds.

use super::*;
use crate::store::{NamedLimit, MAX_CARRYING_CONSENTS};
use crate::{
	encryption::{EncryptionError, StorageEncryption},
	store::{
		Backlog, BackupTimes, Backups, CarriedShare, Charge, ConsentKey, Content, ContentLimits,
		DueVersion, History, IndexedBlock, KeptVersion, LabelKeys, LogIndex, Nonces,
		RestoreProgress, Restored, Shares, VersionId,
	},
};
use codec::Encode;
use vouchsafe_client::{
	chain::{AccountId, H256},
	messages::{Hex, HexBytes, LogLine},
};
use vouchsafe_vault::{
	label::LabelKey,
	seal::SecretKey,
	sharing::{Secret, Share},
};

const ID: VersionId = VersionId { record: [1; 32], version: 0, epoch: 0 };
const HOLDER: [u8; 32] = [2; 32];
const PATIENT: [u8; 32] = [3; 32];

/// A database in a directory of its own, and the key for what is encrypted in it.
struct Fixture {
	directory: tempfile::TempDir,
	database: Sqlite,
	key: SecretKey,
	encryption: StorageEncryption,
}

impl Fixture {
	fn new() -> Self {
		let directory = tempfile::tempdir().unwrap();
		let database = Sqlite::open(directory.path()).unwrap();
		let key = SecretKey::random();
		let encryption = StorageEncryption::new(key.clone());
		Self { directory, database, key, encryption }
	}

	/// The same after a restart of the program.
	fn restarted(self) -> Self {
		let Self { directory, database, key, encryption } = self;
		drop(database);
		let database = Sqlite::open(directory.path()).unwrap();
		Self { directory, database, key, encryption }
	}

	async fn keep_version(&self, share: &Share) {
		let sealed = self.encryption.seal_share(ID, &HOLDER, share).unwrap();
		self.database.keep_version(ID, HOLDER, sealed, version(), NamedLimit::NONE).await.unwrap();
	}

	/// The institution's own share, opened.
	async fn own_share(&self) -> Share {
		let sealed = self.database.share(ID, HOLDER, None).await.unwrap().unwrap();
		self.encryption.open_share(ID, &HOLDER, &sealed).unwrap()
	}

	/// Whether these bytes are in any of the database's files.
	fn is_on_disk(&self, needle: &[u8]) -> bool {
		is_in_files(self.directory.path(), needle)
	}
}

fn share() -> Share {
	Secret::random().split(3, 5).unwrap().shares.remove(0)
}

fn version() -> KeptVersion {
	KeptVersion {
		patient: PATIENT,
		author: [9; 32],
		received: 50,
		commitments: vec![4; 97],
		manifest: vec![5; 300],
		manifest_cid: "manifest".into(),
		ciphertext_cid: "ciphertext".into(),
		ciphertext_len: 1 << 40,
		patient_share: Some(vec![6; 83]),
		pinned: false,
	}
}

/// The version as it is to be acknowledged.
fn due() -> DueVersion {
	DueVersion {
		id: ID,
		patient: PATIENT,
		pinned: false,
		author: [9; 32],
		enroller: [9; 32],
		since: 50,
		is_lost: false,
	}
}

fn carried() -> CarriedShare {
	CarriedShare { patient: PATIENT, consent: consent(), id: ID }
}

fn consent() -> ConsentKey {
	ConsentKey { grantee: vec![0], consent: 7 }
}

#[tokio::test]
async fn shares_come_back_after_a_restart() {
	let (before, share) = (Fixture::new(), share());
	before.keep_version(&share).await;
	// The same once more changes nothing.
	before.keep_version(&share).await;
	let after = before.restarted();
	assert!(after.own_share().await == share);
	let database = &after.database;
	assert_eq!(database.version(ID).await.unwrap(), Some(version()));
	assert_eq!(database.commitments(ID).await.unwrap(), Some(version().commitments));
	assert_eq!(database.to_acknowledge().await.unwrap(), [due()]);
	database.set_acknowledged(ID, 7).await.unwrap();
	assert!(database.to_acknowledge().await.unwrap().is_empty());
	let other = VersionId { epoch: 1, ..ID };
	assert!(database.share(other, HOLDER, None).await.unwrap().is_none());
	assert!(database.share(ID, PATIENT, None).await.unwrap().is_none());
	assert!(database.version(other).await.unwrap().is_none());
	assert!(database.commitments(other).await.unwrap().is_none());
}

#[tokio::test]
async fn a_stolen_database_shows_no_share() {
	let (fixture, share) = (Fixture::new(), share());
	fixture.keep_version(&share).await;
	let secret = share.encode();
	// What is stored unencrypted is found, and what is encrypted is not.
	assert!(fixture.is_on_disk(&[4; 97]));
	assert!(!fixture.is_on_disk(&secret[2..18]));
	fixture.database.checkpoint().unwrap();
	assert!(fixture.is_on_disk(&[4; 97]));
	assert!(!fixture.is_on_disk(&secret[2..18]));
	assert!(!fixture.is_on_disk(&fixture.key.to_bytes()[..16]));
}

#[tokio::test]
async fn the_first_label_key_stays_and_is_encrypted() {
	let before = Fixture::new();
	assert_eq!(before.database.label_key(PATIENT).await.unwrap(), None);
	let (key, other) = (LabelKey::random(), LabelKey::random());
	for offered in [&key, &other] {
		let sealed = before.encryption.seal_label_key(&PATIENT, offered).unwrap();
		let kept = before.database.keep_label_key(PATIENT, sealed).await.unwrap();
		assert!(before.encryption.open_label_key(&PATIENT, &kept).unwrap() == key);
	}
	let after = before.restarted();
	let kept = after.database.label_key(PATIENT).await.unwrap().unwrap();
	assert!(after.encryption.open_label_key(&PATIENT, &kept).unwrap() == key);
	assert_eq!(after.database.label_key(HOLDER).await.unwrap(), None);
	after.database.checkpoint().unwrap();
	assert!(after.is_on_disk(&PATIENT) && !after.is_on_disk(&key.to_bytes()[..16]));
}

#[tokio::test]
async fn what_is_destroyed_is_gone_from_the_disk() {
	let (fixture, share) = (Fixture::new(), share());
	fixture.keep_version(&share).await;
	let sealed = fixture.encryption.seal_share(ID, &PATIENT, &share).unwrap();
	let database = &fixture.database;
	database.keep_carried(ID, PATIENT, consent(), sealed.clone(), vec![4; 97]).await.unwrap();
	assert_eq!(database.carried(ID, PATIENT).await.unwrap(), [consent()]);
	assert_eq!(database.all_carried(None).await.unwrap(), [carried()]);
	assert_eq!(database.all_carried(Some(vec![HOLDER, PATIENT])).await.unwrap(), [carried()]);
	assert!(database.all_carried(Some(vec![HOLDER])).await.unwrap().is_empty());
	let found = database.share(ID, PATIENT, Some(consent())).await.unwrap();
	assert_eq!(found, Some(sealed.clone()));
	assert!(fixture.is_on_disk(&sealed.key[40..]));

	let other = CarriedShare { consent: ConsentKey { consent: 8, ..consent() }, ..carried() };
	assert_eq!(database.destroy_carried(vec![other]).await.unwrap(), 0);
	assert_eq!(database.destroy_carried(vec![carried()]).await.unwrap(), 1);
	assert_eq!(database.destroy_carried(vec![carried()]).await.unwrap(), 0);
	assert!(database.share(ID, PATIENT, Some(consent())).await.unwrap().is_none());
	assert!(database.carried(ID, PATIENT).await.unwrap().is_empty());
	assert!(!fixture.is_on_disk(&sealed.key[40..]));
	// The institution's own share is untouched.
	assert!(fixture.own_share().await == share);
}

/// The files of this directory as a power cut would leave them, in another directory.
fn copy_of(directory: &Path) -> tempfile::TempDir {
	let copy = tempfile::tempdir().unwrap();
	for file in std::fs::read_dir(directory).unwrap() {
		let file = file.unwrap();
		std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
	}
	copy
}

/// Whether these bytes are in any of the directory's files.
fn is_in_files(directory: &Path, needle: &[u8]) -> bool {
	std::fs::read_dir(directory).unwrap().any(|file| {
		let bytes = std::fs::read(file.unwrap().path()).unwrap();
		bytes.windows(needle.len()).any(|window| window == needle)
	})
}

/// The custodian is killed after it has destroyed a share and before the write-ahead log is
/// truncated.
#[tokio::test]
async fn what_was_destroyed_before_a_kill_is_gone_after_the_start() {
	let fixture = Fixture::new();
	let sealed = fixture.encryption.seal_share(ID, &PATIENT, &share()).unwrap();
	let database = &fixture.database;
	database.keep_carried(ID, PATIENT, consent(), sealed.clone(), vec![4; 97]).await.unwrap();
	let delete = |db: &Transaction| db.execute("DELETE FROM share_keys", []);
	database.transaction(delete).await.unwrap();
	let needle = &sealed.key[40..];
	let killed = copy_of(fixture.directory.path());
	assert!(is_in_files(killed.path(), needle), "the test plays nothing");
	let started = Sqlite::open(killed.path()).unwrap();
	assert!(!is_in_files(killed.path(), needle));
	drop(started);
}

/// While another program reads, the log cannot be truncated. This is noticed and made good.
#[tokio::test]
async fn a_destruction_is_not_complete_before_the_log_is_empty() {
	let fixture = Fixture::new();
	let sealed = fixture.encryption.seal_share(ID, &PATIENT, &share()).unwrap();
	let database = &fixture.database;
	database.keep_carried(ID, PATIENT, consent(), sealed.clone(), vec![4; 97]).await.unwrap();
	let reader = Connection::open(fixture.directory.path().join(FILE)).unwrap();
	reader.execute_batch("BEGIN; SELECT count(*) FROM shares;").unwrap();
	let start = std::time::Instant::now();
	let destroyed = database.destroy_carried(vec![carried()]).await;
	assert!(matches!(destroyed, Err(StoreError::Busy)), "{destroyed:?}");
	// Nobody is served meanwhile, and a backup reads for minutes.
	assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
	assert!(fixture.is_on_disk(&sealed.key[40..]), "the test plays nothing");
	reader.execute_batch("COMMIT").unwrap();
	assert_eq!(database.destroy_carried(vec![]).await.unwrap(), 0);
	assert!(!fixture.is_on_disk(&sealed.key[40..]));
}

/// For each of them the chain is asked every two minutes.
#[tokio::test]
async fn a_patient_carries_shares_under_a_limited_number_of_consents() {
	let fixture = Fixture::new();
	let sealed = fixture.encryption.seal_share(ID, &PATIENT, &share()).unwrap();
	let carry = |patient: [u8; 32], number: u32, version: u32| {
		let consent = ConsentKey { consent: number, ..consent() };
		let id = VersionId { version, ..ID };
		fixture.database.keep_carried(id, patient, consent, sealed.clone(), vec![4; 97])
	};
	for number in 0..MAX_CARRYING_CONSENTS {
		assert!(carry(PATIENT, number, 0).await.unwrap(), "{number}");
	}
	assert!(!carry(PATIENT, MAX_CARRYING_CONSENTS, 0).await.unwrap());
	assert!(carry(PATIENT, 3, 1).await.unwrap() && carry([8; 32], 300, 0).await.unwrap());
	fixture.database.destroy_carried(vec![carried()]).await.unwrap();
	assert!(carry(PATIENT, MAX_CARRYING_CONSENTS, 0).await.unwrap());
}

#[tokio::test]
async fn a_copy_is_complete_and_knows_when_it_was_made() {
	let (fixture, share) = (Fixture::new(), share());
	fixture.keep_version(&share).await;
	let restored = tempfile::tempdir().unwrap();
	let file = restored.path().join(FILE);
	std::fs::write(&file, "").unwrap();
	// The database is open, and what was written last is in its write-ahead log.
	Sqlite::copy(fixture.directory.path(), &file, 70).unwrap();
	let never = BackupTimes::default();
	assert_eq!(fixture.database.backup_times().await.unwrap(), never);
	Sqlite::note_backup(fixture.directory.path(), 70).unwrap();
	Sqlite::note_drill(fixture.directory.path(), 80).unwrap();
	let times = fixture.database.backup_times().await.unwrap();
	assert_eq!(times, BackupTimes { backup: 70, drill: 80 });
	assert_eq!(fixture.database.restored().await.unwrap(), None);
	assert_eq!(Sqlite::note_restored(&file, 90).unwrap(), 70);
	let Fixture { key, encryption, directory, .. } = fixture;
	drop(directory);
	let database = Sqlite::open(restored.path()).unwrap();
	assert_eq!(database.made_at().unwrap(), 70);
	let found = database.shares_after(0, 10).unwrap();
	let [(place, held)] = &found[..] else { panic!("{found:?}") };
	assert_eq!((held.id, held.holder, held.patient), (ID, HOLDER, PATIENT));
	assert!(held.carried.is_none() && database.shares_after(*place, 10).unwrap().is_empty());
	assert_eq!(database.backup_times().await.unwrap(), BackupTimes { backup: 70, drill: 0 });
	let progress = RestoreProgress::Installed;
	let noted = Restored { at: 90, backup: 70, progress };
	assert_eq!(database.restored().await.unwrap(), Some(noted));
	let reported = Restored { progress: RestoreProgress::Reported(3), ..noted };
	database.set_restored(reported).await.unwrap();
	assert_eq!(database.restored().await.unwrap(), Some(reported));
	let restored = Fixture { directory: restored, database, key, encryption };
	assert!(restored.own_share().await == share);
	let nowhere = tempfile::tempdir().unwrap();
	assert!(Sqlite::copy(nowhere.path(), &nowhere.path().join("copy"), 70).is_err());
	Sqlite::note_drill(nowhere.path(), 80).unwrap();
	assert_eq!(std::fs::read_dir(nowhere.path()).unwrap().count(), 0);
	std::fs::write(nowhere.path().join("other"), "").unwrap();
	let error = Sqlite::note_restored(&nowhere.path().join("other"), 90).unwrap_err();
	assert!(format!("{error:#}").contains("not a custodian's database"), "{error:#}");
}

/// The database does not know which nonces were used between the backup and that moment.
#[tokio::test]
async fn requests_from_before_the_database_was_restored_count_as_used() {
	let fixture = Fixture::new();
	let restored = Restored { at: 1_000, backup: 70, progress: RestoreProgress::Installed };
	fixture.database.set_restored(restored).await.unwrap();
	for (signed_at, is_accepted) in [(999, false), (1_000, false), (1_001, true)] {
		let expires = signed_at + vouchsafe_client::messages::FRESHNESS;
		let used = fixture.database.use_nonce([1; 32], [7; 16], 1_001, expires).await.unwrap();
		assert_eq!(used, is_accepted, "{signed_at}");
	}
}

#[tokio::test]
async fn lost_content_is_due_again_until_it_is_pinned() {
	let fixture = Fixture::new();
	let database = &fixture.database;
	fixture.keep_version(&share()).await;
	database.set_pinned(ID, 60).await.unwrap();
	database.set_acknowledged(ID, 7).await.unwrap();
	assert_eq!(database.backlog().await.unwrap(), Backlog::default());
	let claimed = database.claimed().await.unwrap();
	assert_eq!(claimed, ["ciphertext", "manifest"]);
	assert_eq!(database.note_lost(vec!["other".into()], 90).await.unwrap(), 0);
	assert_eq!(database.note_lost(vec!["ciphertext".into()], 90).await.unwrap(), 1);
	assert_eq!(database.note_lost(claimed, 95).await.unwrap(), 0);
	assert_eq!(database.backlog().await.unwrap(), Backlog { lost: 1, ..Backlog::default() });
	let lost = DueVersion { since: 90, is_lost: true, ..due() };
	assert_eq!(database.to_acknowledge().await.unwrap(), [lost]);
	database.set_pinned(ID, 100).await.unwrap();
	assert!(database.to_acknowledge().await.unwrap().is_empty());
	assert_eq!(database.backlog().await.unwrap(), Backlog::default());
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_when_it_is_delivered_again() {
	let fixture = Fixture::new();
	let database = &fixture.database;
	fixture.keep_version(&share()).await;
	database.give_up(ID).await.unwrap();
	assert!(database.to_acknowledge().await.unwrap().is_empty());
	assert_eq!(database.backlog().await.unwrap(), Backlog { given_up: 1, ..Backlog::default() });
	let sealed = fixture.encryption.seal_share(ID, &HOLDER, &share()).unwrap();
	let again = KeptVersion { received: 80, ..version() };
	database.keep_version(ID, HOLDER, sealed, again, NamedLimit::NONE).await.unwrap();
	assert_eq!(database.to_acknowledge().await.unwrap(), [DueVersion { since: 80, ..due() }]);
}

#[tokio::test]
async fn after_rewinding_acknowledgements_are_looked_for_again() {
	let fixture = Fixture::new();
	let database = &fixture.database;
	fixture.keep_version(&share()).await;
	database.set_acknowledged(ID, 7).await.unwrap();
	database.rewind(Some((7, H256([7; 32])))).await.unwrap();
	assert!(database.to_acknowledge().await.unwrap().is_empty());
	database.rewind(Some((6, H256([6; 32])))).await.unwrap();
	assert_eq!(database.to_acknowledge().await.unwrap(), [due()]);
}

#[tokio::test]
async fn a_share_moved_to_another_version_does_not_open() {
	let fixture = Fixture::new();
	fixture.keep_version(&share()).await;
	let move_it = |db: &Transaction| db.execute("UPDATE shares SET version = 1", []);
	fixture.database.transaction(move_it).await.unwrap();
	let moved = VersionId { version: 1, ..ID };
	let sealed = fixture.database.share(moved, HOLDER, None).await.unwrap().unwrap();
	assert_eq!(
		fixture.encryption.open_share(moved, &HOLDER, &sealed).err(),
		Some(EncryptionError::Decrypt)
	);
}

#[tokio::test]
async fn nonces_count_once_until_they_expire() {
	let Fixture { database, directory: _directory, .. } = Fixture::new();
	assert!(!database.is_used([1; 32], [1; 16]).await.unwrap());
	assert!(database.use_nonce([1; 32], [1; 16], 100, 200).await.unwrap());
	assert!(database.is_used([1; 32], [1; 16]).await.unwrap());
	assert!(!database.use_nonce([1; 32], [1; 16], 150, 250).await.unwrap());
	assert!(!database.use_nonce([1; 32], [1; 16], 200, 250).await.unwrap());
	assert!(database.use_nonce([2; 32], [1; 16], 150, 250).await.unwrap());
	assert!(database.use_nonce([1; 32], [1; 16], 201, 300).await.unwrap());
}

const NO_LIMITS: ContentLimits = ContentLimits { account: u64::MAX, enroller: u64::MAX };

fn charge(account: u8, enroller: u8, length: u64) -> Charge {
	Charge { account: [account; 32], enroller: [enroller; 32], length }
}

impl Fixture {
	/// Adds content of account 9, whom institution 7 enrolled.
	async fn add(&self, cid: &str, length: u64, at: u64) {
		let reserving = self.database.reserve(charge(9, 7, length), NO_LIMITS, at, at + 1);
		let id = reserving.await.unwrap().unwrap();
		self.database.charge(id, cid.into(), at).await.unwrap();
	}

	/// Whether bytes of this account and institution could be reserved. They are not.
	async fn fits(&self, charge: Charge, limits: ContentLimits) -> bool {
		match self.database.reserve(charge, limits, 0, 1000).await.unwrap() {
			Some(id) => {
				self.database.release_reservation(id).await.unwrap();
				true
			},
			None => false,
		}
	}
}

#[tokio::test]
async fn content_that_no_version_claims_is_forgotten() {
	let fixture = Fixture::new();
	let database = &fixture.database;
	fixture.add("ciphertext", 10, 100).await;
	fixture.add("stray", 20, 100).await;
	let limits = ContentLimits { account: 30, ..NO_LIMITS };
	assert!(!fixture.fits(charge(9, 7, 1), limits).await);
	// From the delivery of the envelope on, the version names it, pinned or not.
	assert!(database.is_unclaimed("ciphertext".into(), 101).await.unwrap());
	fixture.keep_version(&share()).await;
	assert!(!database.is_unclaimed("ciphertext".into(), 101).await.unwrap());
	assert!(!fixture.fits(charge(9, 7, 1), limits).await);
	database.set_pinned(ID, 120).await.unwrap();
	assert!(fixture.fits(charge(9, 7, 10), limits).await);
	assert!(!fixture.fits(charge(9, 7, 11), limits).await);
	assert!(database.version(ID).await.unwrap().unwrap().pinned);
	assert!(database.unclaimed_before(100).await.unwrap().is_empty());
	assert_eq!(database.unclaimed_before(101).await.unwrap(), ["stray"]);
	for (cid, before) in [("stray", 100), ("ciphertext", 101)] {
		assert!(!database.forget_unclaimed(cid.into(), before).await.unwrap());
	}
	assert!(database.forget_unclaimed("stray".into(), 101).await.unwrap());
	assert_eq!(database.content_length("stray".into()).await.unwrap(), None);
	assert_eq!(database.content_length("ciphertext".into()).await.unwrap(), Some(10));
	assert_eq!(database.content_length("manifest".into()).await.unwrap(), Some(300));
}

/// A version is delivered while the content that it names is being removed.
#[tokio::test]
async fn removed_content_is_forgotten_although_a_version_names_it_by_now() {
	let fixture = Fixture::new();
	fixture.add("ciphertext", 10, 100).await;
	fixture.keep_version(&share()).await;
	assert!(fixture.database.forget_unclaimed("ciphertext".into(), 101).await.unwrap());
	assert_eq!(fixture.database.content_length("ciphertext".into()).await.unwrap(), None);
}

#[tokio::test]
async fn bytes_are_charged_to_account_and_enroller() {
	let fixture = Fixture::new();
	let limits = ContentLimits { account: 10, enroller: 15 };
	let reserve = |charge| fixture.database.reserve(charge, limits, 100, 200);
	let first = reserve(charge(1, 7, 10)).await.unwrap().unwrap();
	assert_eq!(reserve(charge(1, 7, 1)).await.unwrap(), None);
	let second = reserve(charge(2, 7, 5)).await.unwrap().unwrap();
	// The account has place, its institution does not. Others are not concerned.
	assert_eq!(reserve(charge(3, 7, 1)).await.unwrap(), None);
	assert!(reserve(charge(3, 8, 10)).await.unwrap().is_some());
	fixture.database.release_reservation(first).await.unwrap();
	assert!(fixture.fits(charge(1, 7, 10), limits).await);
	// Content that is here is charged once.
	fixture.database.charge(second, "a".into(), 110).await.unwrap();
	let again = reserve(charge(2, 7, 5)).await.unwrap().unwrap();
	fixture.database.charge(again, "a".into(), 120).await.unwrap();
	assert!(fixture.fits(charge(2, 7, 5), limits).await);
	assert!(!fixture.fits(charge(2, 7, 6), limits).await);
}

#[tokio::test]
async fn named_content_has_a_limit_for_each_enroller() {
	let fixture = Fixture::new();
	let database = &fixture.database;
	let sealed = fixture.encryption.seal_share(ID, &HOLDER, &share()).unwrap();
	let numbers = std::cell::Cell::new(0);
	let name = |cid: &str, length, enroller: u8| {
		numbers.set(numbers.get() + 1);
		let id = VersionId { version: numbers.get(), ..ID };
		let (ciphertext_cid, sealed) = (cid.to_owned(), sealed.clone());
		let version = KeptVersion { ciphertext_cid, ciphertext_len: length, ..version() };
		let limit = NamedLimit { enroller: [enroller; 32], bytes: 10 };
		async move {
			let kept = database.keep_version(id, HOLDER, sealed, version, limit).await.unwrap();
			assert_eq!(database.version(id).await.unwrap().is_some(), kept);
			kept
		}
	};
	assert!(name("a", 6, 1).await && name("b", 4, 1).await);
	assert!(!name("c", 1, 1).await);
	assert!(name("c", 1, 2).await);
	// A version names it already, whoever its author is.
	assert!(name("a", 6, 1).await && name("c", 1, 1).await && name("a", 6, 2).await);
	// A false length does not stand for the true one.
	assert!(!name("c", 2, 1).await);
	assert!(name("d", 9, 2).await && !name("e", 1, 2).await);
}

/// A million contents of a byte are a million blocks, pins and rows.
#[tokio::test]
async fn the_number_of_contents_has_a_limit_too() {
	let fixture = Fixture::new();
	let limits = ContentLimits { account: 257 * 64 * 1024, enroller: u64::MAX };
	for number in 0..257 {
		assert!(fixture.fits(charge(9, 7, 1), limits).await, "{number}");
		fixture.add(&number.to_string(), 1, 100).await;
	}
	assert!(!fixture.fits(charge(9, 7, 1), limits).await);
	assert!(!fixture.fits(charge(9, 7, 0), limits).await);
	assert!(fixture.fits(charge(8, 7, 1), limits).await);
}

/// What a killed program had reserved comes back.
#[tokio::test]
async fn reservations_expire() {
	let fixture = Fixture::new();
	let limits = ContentLimits { account: 10, ..NO_LIMITS };
	let reserve = |at| fixture.database.reserve(charge(1, 7, 10), limits, at, 200);
	let reservation = reserve(100).await.unwrap().unwrap();
	assert_eq!(reserve(200).await.unwrap(), None);
	assert!(reserve(201).await.unwrap().is_some());
	assert!(fixture.database.charge(reservation, "a".into(), 201).await.is_err());
}

#[tokio::test]
async fn the_index_continues_where_it_stopped() {
	let before = Fixture::new();
	let patient = AccountId::new(PATIENT);
	let line = |seq: u8| LogLine {
		seq: seq.into(),
		block: 5,
		time: 1_800_000_000,
		entry: HexBytes(vec![1, 2]),
		head: Hex([seq + 1; 32]),
	};
	let block = IndexedBlock {
		number: 5,
		hash: H256([7; 32]),
		lines: vec![(patient.clone(), line(0)), (patient.clone(), line(1))],
		mismatches: vec![],
	};
	let head = |database: Sqlite| {
		let patient = patient.clone();
		async move { database.log_heads(vec![patient.clone()]).await.unwrap()[&patient] }
	};
	assert_eq!(before.database.last_block().await.unwrap(), None);
	assert_eq!(head(before.database.clone()).await, (0, H256::zero()));
	before.database.index_blocks(vec![block.clone()]).await.unwrap();
	before.database.index_blocks(vec![block.clone()]).await.unwrap();
	let after = before.restarted();
	let database = &after.database;
	assert_eq!(database.last_block().await.unwrap(), Some((5, H256([7; 32]))));
	assert_eq!(head(database.clone()).await, (2, H256([2; 32])));
	for (from, limit, lines) in
		[(1, 10, vec![line(1)]), (0, 1, vec![line(0)]), (2, 1, vec![]), (u64::MAX, 1, vec![])]
	{
		let page = database.log_page(patient.clone(), from, limit).await.unwrap();
		assert_eq!((page.count, page.lines), (2, lines));
	}
	assert_eq!(database.mismatches().await.unwrap(), 0);
	let mismatch = IndexedBlock { number: 6, lines: vec![], mismatches: vec![patient], ..block };
	database.index_blocks(vec![mismatch]).await.unwrap();
	assert_eq!(database.mismatches().await.unwrap(), 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
	let Fixture { directory, database, .. } = Fixture::new();
	database.transaction(|db| db.pragma_update(None, "user_version", SCHEMA + 1)).await.unwrap();
	drop(database);
	let Err(error) = Sqlite::open(directory.path()) else { panic!("it was opened") };
	assert!(format!("{error:#}").contains("update the program"), "{error:#}");
}

#[tokio::test]
async fn the_first_genesis_hash_stays() {
	let Fixture { database, directory: _directory, .. } = Fixture::new();
	assert_eq!(database.genesis().await.unwrap(), None);
	assert_eq!(database.note_genesis([1; 32]).await.unwrap(), [1; 32]);
	assert_eq!(database.note_genesis([2; 32]).await.unwrap(), [1; 32]);
	assert_eq!(database.genesis().await.unwrap(), Some([1; 32]));
}

/// Root may import an index before the custodian's first start.
#[test]
fn a_new_database_belongs_to_the_owner_of_its_directory() {
	use std::os::unix::fs::{chown, MetadataExt};
	let directory = tempfile::tempdir().unwrap();
	// Only root can give the directory away. Others test the rest.
	let is_root = chown(directory.path(), Some(1), Some(1)).is_ok();
	let database = Sqlite::open(directory.path()).unwrap();
	let file = Sqlite::file_in(directory.path()).metadata().unwrap();
	assert_eq!(file.uid(), directory.path().metadata().unwrap().uid());
	assert_eq!((file.uid() == 1, file.mode() & 0o777), (is_root, 0o600));
	drop(database);
}
