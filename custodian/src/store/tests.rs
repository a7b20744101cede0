//! What the database keeps, and what nobody finds in it.

use super::*;
use vouchsafe_vault::sharing::Secret;

const ID: VersionId = VersionId { record: [1; 32], version: 0, epoch: 0 };
const HOLDER: [u8; 32] = [2; 32];
const PATIENT: [u8; 32] = [3; 32];

fn store(directory: &Path, key: &SecretKey) -> Store {
	Store::open(directory, key.clone()).unwrap()
}

fn share() -> Share {
	Secret::random().split(3, 5).unwrap().shares.remove(0)
}

fn version() -> KeptVersion {
	KeptVersion {
		patient: PATIENT,
		commitments: vec![4; 97],
		manifest: vec![5; 300],
		manifest_cid: "manifest".into(),
		ciphertext_cid: "ciphertext".into(),
		ciphertext_len: 1 << 40,
		patient_share: Some(vec![6; 83]),
		pinned: false,
	}
}

fn carried() -> Carried {
	Carried { grantee: vec![0], consent: 7 }
}

/// All bytes of all files of the database.
fn on_disk(directory: &Path) -> Vec<u8> {
	std::fs::read_dir(directory)
		.unwrap()
		.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
		.collect()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
	bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn shares_come_back_after_a_restart() {
	let (dir, key, share) = (tempfile::tempdir().unwrap(), SecretKey::random(), share());
	let before = store(dir.path(), &key);
	before.keep_version(ID, HOLDER, &share, &version()).unwrap();
	// The same once more changes nothing.
	before.keep_version(ID, HOLDER, &share, &version()).unwrap();
	drop(before);
	let after = store(dir.path(), &key);
	assert!(after.share(ID, HOLDER, None).unwrap().unwrap() == share);
	assert_eq!(after.version(ID).unwrap(), Some(version()));
	assert_eq!(after.commitments(ID).unwrap(), Some(version().commitments));
	assert_eq!(after.to_acknowledge().unwrap(), [ID]);
	after.set_acknowledged(ID).unwrap();
	assert!(after.to_acknowledge().unwrap().is_empty());
	let other = VersionId { epoch: 1, ..ID };
	assert!(after.share(other, HOLDER, None).unwrap().is_none());
	assert!(after.share(ID, PATIENT, None).unwrap().is_none());
}

#[test]
fn a_stolen_database_shows_no_share() {
	let (dir, key, share) = (tempfile::tempdir().unwrap(), SecretKey::random(), share());
	let store = store(dir.path(), &key);
	store.keep_version(ID, HOLDER, &share, &version()).unwrap();
	let secret = share.encode();
	// What stands in it in the clear is found, what should not, is not.
	assert!(contains(&on_disk(dir.path()), &[4; 97]));
	assert!(!contains(&on_disk(dir.path()), &secret[2..18]));
	store.checkpoint().unwrap();
	assert!(!contains(&on_disk(dir.path()), &secret[2..18]));
	assert!(!contains(&on_disk(dir.path()), &key.to_bytes()[..16]));
	drop(store);
	// Another key opens nothing.
	let thief = Store::open(dir.path(), SecretKey::random()).unwrap();
	assert!(matches!(thief.share(ID, HOLDER, None), Err(StoreError::Unreadable)));
}

#[test]
fn what_is_destroyed_is_gone_from_the_disk() {
	let (dir, key, share) = (tempfile::tempdir().unwrap(), SecretKey::random(), share());
	let store = store(dir.path(), &key);
	store.keep_version(ID, HOLDER, &share, &version()).unwrap();
	store.keep_carried(ID, PATIENT, &carried(), &share, &[4; 97]).unwrap();
	assert_eq!(store.carried(ID, PATIENT).unwrap(), [carried()]);
	assert_eq!(store.all_carried().unwrap(), [(PATIENT, carried())]);
	assert!(store.share(ID, PATIENT, Some(&carried())).unwrap().unwrap() == share);
	let sealed: Vec<u8> = store
		.transaction(|db| {
			let last = "SELECT sealed FROM share_keys ORDER BY id DESC LIMIT 1";
			Ok(db.query_row(last, [], |row| row.get(0))?)
		})
		.unwrap();
	assert!(contains(&on_disk(dir.path()), &sealed[40..]));

	assert_eq!(store.destroy_carried(PATIENT, &Carried { consent: 8, ..carried() }).unwrap(), 0);
	assert_eq!(store.destroy_carried(PATIENT, &carried()).unwrap(), 1);
	assert_eq!(store.destroy_carried(PATIENT, &carried()).unwrap(), 0);
	assert!(store.share(ID, PATIENT, Some(&carried())).unwrap().is_none());
	assert!(store.carried(ID, PATIENT).unwrap().is_empty());
	assert!(!contains(&on_disk(dir.path()), &sealed[40..]));
	// The own share is untouched.
	assert!(store.share(ID, HOLDER, None).unwrap().unwrap() == share);
}

#[test]
fn a_share_moved_to_another_place_does_not_open() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let store = store(dir.path(), &key);
	store.keep_version(ID, HOLDER, &share(), &version()).unwrap();
	store.transaction(|db| Ok(db.execute("UPDATE shares SET version = 1", [])?)).unwrap();
	let moved = VersionId { version: 1, ..ID };
	assert!(matches!(store.share(moved, HOLDER, None), Err(StoreError::Unreadable)));
}

#[test]
fn nonces_count_once_until_they_expire() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let store = store(dir.path(), &key);
	assert!(!store.is_used([1; 32], [1; 16]).unwrap());
	assert!(store.use_nonce([1; 32], [1; 16], 100, 200).unwrap());
	assert!(store.is_used([1; 32], [1; 16]).unwrap());
	assert!(!store.use_nonce([1; 32], [1; 16], 150, 250).unwrap());
	assert!(store.use_nonce([2; 32], [1; 16], 150, 250).unwrap());
	assert!(store.use_nonce([1; 32], [1; 16], 201, 300).unwrap());
}

#[test]
fn content_is_claimed_by_versions_and_else_dropped() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let store = store(dir.path(), &key);
	store.note_content("ciphertext", 10, [9; 32], 100).unwrap();
	store.note_content("stray", 20, [9; 32], 100).unwrap();
	assert_eq!(store.unclaimed([9; 32]).unwrap(), 30);
	assert_eq!(store.unclaimed([8; 32]).unwrap(), 0);
	store.keep_version(ID, HOLDER, &share(), &version()).unwrap();
	store.set_pinned(ID, 120).unwrap();
	assert_eq!(store.unclaimed([9; 32]).unwrap(), 20);
	assert!(store.version(ID).unwrap().unwrap().pinned);
	assert!(store.drop_unclaimed(100).unwrap().is_empty());
	assert_eq!(store.drop_unclaimed(101).unwrap(), ["stray"]);
	assert_eq!(store.content("stray").unwrap(), None);
	assert_eq!(store.content("ciphertext").unwrap(), Some(10));
	assert_eq!(store.content("manifest").unwrap(), Some(300));
}

#[test]
fn the_index_goes_on_where_it_stopped() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let patient = AccountId::new(PATIENT);
	let line = |seq| LogLine {
		seq,
		block: 5,
		entry: HexBytes(vec![1, 2]),
		head: Hex([seq as u8 + 1; 32]),
	};
	let block = IndexedBlock {
		number: 5,
		hash: H256([7; 32]),
		lines: vec![(patient.clone(), line(0)), (patient.clone(), line(1))],
		mismatches: vec![],
	};
	let before = store(dir.path(), &key);
	assert_eq!(before.indexed().unwrap(), None);
	assert_eq!(before.log_head(&patient).unwrap(), (0, [0; 32]));
	before.index_blocks(std::slice::from_ref(&block)).unwrap();
	before.index_blocks(&[block]).unwrap();
	drop(before);
	let after = store(dir.path(), &key);
	assert_eq!(after.indexed().unwrap(), Some((5, H256([7; 32]))));
	assert_eq!(after.log_head(&patient).unwrap(), (2, [2; 32]));
	assert_eq!(after.log(&patient, 1, 10).unwrap(), [line(1)]);
	assert_eq!(after.log(&patient, 0, 1).unwrap(), [line(0)]);
	assert!(after.log(&patient, u64::MAX, 1).unwrap().is_empty());
	assert_eq!(after.mismatches().unwrap(), 0);
}

#[test]
fn a_newer_schema_is_refused() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let store = store(dir.path(), &key);
	store.transaction(|db| Ok(db.pragma_update(None, "user_version", SCHEMA + 1)?)).unwrap();
	drop(store);
	assert!(Store::open(dir.path(), key).is_err());
}

#[test]
fn facts_are_noted_once() {
	let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::random());
	let store = store(dir.path(), &key);
	assert_eq!(store.fact("genesis").unwrap(), None);
	assert_eq!(store.note_fact("genesis", &[1]).unwrap(), [1]);
	assert_eq!(store.note_fact("genesis", &[2]).unwrap(), [1]);
}
