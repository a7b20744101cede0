//! Restores and checks of a hospital's backup, with a double of the chain.

use super::*;
use crate::{
	backup::{age_file::tests::new_identity, back_up},
	chain::{
		double::{
			hash,
			studies::{institution, StudiesDouble},
			BlockDouble, NodeDouble,
		},
		Node,
	},
	lock::Lock,
	state::{
		double::{state, Surroundings},
		Connected, State,
	},
	store::{
		sqlite::Sqlite, Backups, ConsentKey, IndexedBlock, KeptVersion, LogIndex, NamedLimit,
		Nonces, RestoreProgress, Scrubbing, Shares, Studies, VersionId,
	},
	studies::test_terms,
};
use check::{examine, Findings, Progress};
use codec::Encode;
use install::install;
use settle::{settle, MissingVersions};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use vouchsafe_client::{
	chain::{account_bytes, AccountId, Grantee, HolderKind, HolderState, SharingSet, Signer, H256},
	messages::{Hex, HexBytes, LogLine},
	signing::now,
};
use vouchsafe_vault::sharing::{Secret, Split};

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const PATIENT: [u8; 32] = [4; 32];

fn id(number: u8) -> VersionId {
	VersionId { record: [number; 32], version: 0, epoch: 0 }
}

fn consent(consent: u32) -> ConsentKey {
	ConsentKey { grantee: Grantee::Institution(INSTITUTION).encode(), consent }
}

/// A custodian with its database, and what the chain says.
struct Hospital {
	state: State,
	surroundings: Surroundings,
	identity: PathBuf,
	recipient: age::x25519::Recipient,
	block: BlockDouble,
	studies: StudiesDouble,
}

impl Hospital {
	/// One that holds these records, and to which the patient's own shares of some were carried under
	/// consents of these numbers.
	async fn new(records: &[u8], carried: &[(u8, u32)]) -> Self {
		let (state, surroundings) = state(None, |_| {});
		let (identity, recipient) = new_identity(surroundings.directory.path(), "identity");
		let mut studies = StudiesDouble::new(test_terms(2));
		let account = state.keys.account.account();
		let key = state.keys.encryption.public().0;
		studies.institutions.insert(INSTITUTION, institution("https://a", &account, key));
		let block = BlockDouble::default();
		let mut hospital = Self { state, surroundings, identity, recipient, block, studies };
		for record in records {
			hospital.keep(*record, carried).await;
		}
		let lines = records.iter().map(|record| hospital.acknowledgement(*record)).collect();
		hospital.index(1, lines).await;
		hospital
	}

	/// Receives and acknowledges a record, and the patient's share under some consents.
	async fn keep(&mut self, record: u8, carried: &[(u8, u32)]) {
		let carried = carried.iter().filter(|(of, _)| *of == record).map(|(_, number)| *number);
		self.keep_version(id(record), &carried.collect::<Vec<_>>()).await;
	}

	/// The same for a version.
	async fn keep_version(&mut self, id: VersionId, carried: &[u32]) {
		let Split { shares, commitments } = Secret::random().split(2, 3).unwrap();
		let (record, holder) = (id.record[0], account_bytes(&INSTITUTION));
		let version = KeptVersion {
			patient: PATIENT,
			author: [5; 32],
			received: now(),
			commitments: commitments.encode(),
			manifest: vec![record],
			manifest_cid: format!("manifest {record}"),
			ciphertext_cid: format!("ciphertext {record}"),
			ciphertext_len: 1,
			patient_share: None,
			pinned: true,
		};
		let (database, encryption) = (&self.state.database, &self.state.encryption);
		let sealed = encryption.seal_share(id, &holder, &shares[0]).unwrap();
		assert!(database
			.keep_version(id, holder, sealed, version, NamedLimit::NONE)
			.await
			.unwrap());
		for number in carried {
			let sealed = encryption.seal_share(id, &PATIENT, &shares[1]).unwrap();
			let commitments = commitments.encode();
			database
				.keep_carried(id, PATIENT, consent(*number), sealed, commitments)
				.await
				.unwrap();
			self.block.carried.push((PATIENT, *number, id.record));
		}
		let holder = |account, kind| HolderState { account, kind, acknowledged: true };
		let set = SharingSet {
			epoch: 0,
			threshold: 2,
			holders: vec![
				holder(INSTITUTION, HolderKind::Institution),
				holder(PATIENT.into(), HolderKind::Patient),
			],
			commitments: H256(commitments.hash()),
		};
		self.block.patients.insert(id.record, PATIENT.into());
		self.block.sharing_sets.insert((id.record, id.version), set);
	}

	/// A line of the log: the institution has acknowledged this record.
	fn acknowledgement(&self, record: u8) -> LogLine {
		let account = account_bytes(&INSTITUTION);
		let versions = vec![(id(record).record, 0u32, 0u32)];
		let entry = (1u8, account, account, 0u8, 0u8, 41u8, account, versions).encode();
		let head = Hex([0; 32]);
		LogLine { seq: record.into(), block: 1, time: 1, entry: HexBytes(entry), head }
	}

	async fn index(&self, number: u32, lines: Vec<LogLine>) {
		let lines = lines.into_iter().map(|line| (PATIENT.into(), line)).collect();
		let block = IndexedBlock { number, hash: hash(number, 0), lines, mismatches: vec![] };
		self.state.database.index_blocks(vec![block]).await.unwrap();
	}

	fn path(&self, name: &str) -> PathBuf {
		self.surroundings.directory.path().join(name)
	}

	fn back_up(&self) -> PathBuf {
		let file = self.path("backup");
		back_up(self.surroundings.directory.path(), &file, std::slice::from_ref(&self.recipient))
			.unwrap();
		file
	}

	fn arguments(&self) -> RestoreArguments {
		let (file, identity) = (self.path("backup"), Some(self.identity.clone()));
		RestoreArguments { file, identity, ..RestoreArguments::default() }
	}

	fn node(&self) -> Arc<NodeDouble> {
		let studies = StudiesDouble {
			institutions: self.studies.institutions.clone(),
			study: self.studies.study.clone(),
			..StudiesDouble::new(test_terms(2))
		};
		Arc::new(NodeDouble {
			finalized: self.block.clone(),
			best: self.block.clone(),
			studies: Some(Arc::new(Mutex::new(studies))),
			..NodeDouble::default()
		})
	}

	/// Restores the backup into a new directory. It is a custodian with the same keys.
	async fn restore(&self) -> (State, Sqlite, tempfile::TempDir) {
		let directory = tempfile::tempdir().unwrap();
		let store = directory.path().join("store");
		let arguments = self.arguments();
		let key = self.path("key");
		let target = store.clone();
		let installed = std::thread::spawn(move || install(&arguments, &target, &key));
		installed.join().unwrap().unwrap();
		let database = Sqlite::open(&store).unwrap();
		let state = self.state_of(&database);
		(state, database, directory)
	}

	fn state_of(&self, database: &Sqlite) -> State {
		let config = crate::config::Config::parse(include_str!("../../sample.toml")).unwrap();
		let keys = Keys::read(&self.path("key")).unwrap();
		let (_, stopping) = watch::channel(false);
		State::new(config, keys, Arc::new(database.clone()), None, stopping)
	}

	/// What a check of the restored database finds.
	async fn check(&self, offline: bool) -> anyhow::Result<Findings> {
		let (state, database, _directory) = self.restore().await;
		let node: Option<Arc<dyn Node>> = if offline { None } else { Some(self.node()) };
		examine(&state, &database, node, &mut Progress::new()).await
	}
}

#[tokio::test]
async fn a_whole_backup_is_good_with_and_without_the_chain() {
	let hospital = Hospital::new(&[1, 2, 3], &[(1, 7)]).await;
	hospital.back_up();
	let found = hospital.check(false).await.unwrap();
	assert!(found.is_good(), "{found:?}");
	assert_eq!((found.shares, found.good, found.compared_with), (4, 4, Some(1)));
	assert!(found.describe(now()).contains("4 good"), "{}", found.describe(now()));
	let found = hospital.check(true).await.unwrap();
	assert!(found.is_good() && found.good == 4 && found.compared_with.is_none(), "{found:?}");
	assert!(found.describe(now()).contains("not compared with the chain"));
	// A drill succeeds only if the other keys open, too.
	assert!(found.is_whole());
	let found = Findings { damaged_keys: vec!["a key of study 1".into()], ..found };
	assert!(!found.is_whole() && !found.is_good());
}

#[tokio::test]
async fn what_is_missing_too_many_damaged_or_not_needed_is_told_apart() {
	let mut hospital = Hospital::new(&[1, 2, 3], &[(1, 7), (2, 8)]).await;
	let database = Sqlite::open(hospital.surroundings.directory.path()).unwrap();
	let study = crate::chain::double::studies::STUDY;
	let key = hospital.state.encryption.new_round_key(study, Some(0)).unwrap();
	database.keep_study_key(study, Some(0), key).await.unwrap();
	hospital.back_up();
	// After the backup: a record more, a consent ends, a version is erased, a round of a study is over.
	hospital.keep(4, &[]).await;
	hospital.block.carried.retain(|(_, consent, _)| *consent != 7);
	hospital.block.sharing_sets.remove(&(id(3).record, 0));
	// The log of the backup has the new acknowledgement: the double's blocks have no entries.
	std::fs::remove_file(hospital.path("backup")).unwrap();
	hospital.index(2, vec![hospital.acknowledgement(4)]).await;
	let holder = account_bytes(&INSTITUTION);
	let lost = rusqlite::Connection::open(hospital.path("custodian.sqlite")).unwrap();
	lost.execute(
		"DELETE FROM shares WHERE record = ?1 AND holder = ?2",
		rusqlite::params![id(4).record, holder],
	)
	.unwrap();
	hospital.back_up();
	hospital.studies.study.round = 1;
	let found = hospital.check(false).await.unwrap();
	assert!(!found.is_good());
	assert_eq!((found.shares, found.good, found.not_needed), (5, 3, 1), "{found:?}");
	let records = |items: &[check::Item]| items.iter().map(|it| it.record.0[0]).collect::<Vec<_>>();
	assert_eq!(records(&found.missing), [4]);
	assert_eq!((records(&found.too_many), found.study_keys_over), (vec![1], 1));
	let text = found.describe(now());
	for expected in ["3 good", "1 missing", "1 too many", "1 not needed", "missing: record 0x0404"]
	{
		assert!(text.contains(expected), "{expected}: {text}");
	}
	// A changed byte of a share.
	lost.execute("UPDATE shares SET ciphertext = zeroblob(length(ciphertext)) WHERE record = ?1 AND holder = ?2",
		rusqlite::params![id(2).record, holder]).unwrap();
	std::fs::remove_file(hospital.path("backup")).unwrap();
	hospital.back_up();
	let found = hospital.check(true).await.unwrap();
	assert_eq!((records(&found.damaged), found.good), (vec![2], 4), "{found:?}");
	assert!(!found.is_good() && found.describe(now()).contains("damaged: record 0x0202"));
	assert!(!found.is_whole());
}

#[tokio::test]
async fn a_check_needs_the_right_key_chain_and_a_recent_node() {
	let mut hospital = Hospital::new(&[1], &[]).await;
	hospital.back_up();
	let (_, database, _directory) = hospital.restore().await;
	let (other, _other) = state(None, |_| {});
	let mut config = crate::config::Config::parse(include_str!("../../sample.toml")).unwrap();
	config.chain.genesis = Some(Hex([9; 32]));
	let stranger = State::new(config, other.keys, Arc::new(database.clone()), None, other.stopping);
	let said = |result: anyhow::Result<Findings>| format!("{:#}", result.unwrap_err());
	let wrong = said(examine(&stranger, &database, None, &mut Progress::new()).await);
	assert!(wrong.contains("none of the first 1 shares"), "{wrong}");
	let node: Arc<dyn Node> = hospital.node();
	let wrong = said(examine(&stranger, &database, Some(node), &mut Progress::new()).await);
	assert!(wrong.contains("another chain"), "{wrong}");
	let state = hospital.state_of(&database);
	let mut syncing = Arc::into_inner(hospital.node()).unwrap();
	syncing.is_syncing = true;
	let wrong =
		said(examine(&state, &database, Some(Arc::new(syncing)), &mut Progress::new()).await);
	assert!(wrong.contains("catching up"), "{wrong}");
	hospital.studies.institutions.clear();
	let wrong = said(hospital.check(false).await);
	assert!(wrong.contains("no active institution"), "{wrong}");
}

#[tokio::test]
async fn nothing_is_replaced_and_a_custodian_must_not_run() {
	let hospital = Hospital::new(&[1], &[]).await;
	hospital.back_up();
	let directory = tempfile::tempdir().unwrap();
	let store = directory.path().join("store");
	let try_with = |arguments: RestoreArguments, key: &str| {
		let (store, key) = (store.clone(), hospital.path(key));
		std::thread::spawn(move || install(&arguments, &store, &key)).join().unwrap()
	};
	let said = |result: anyhow::Result<u64>| format!("{:#}", result.unwrap_err());
	let names = || {
		let all = std::fs::read_dir(&store).unwrap().map(|it| it.unwrap().file_name());
		all.filter(|name| name != "custodian.lock").count()
	};
	let running = Lock::of_custodian(&store).unwrap();
	assert!(said(try_with(hospital.arguments(), "key")).contains("stop it first"));
	drop(running);
	for leftover in ["custodian.sqlite", "custodian.sqlite-wal"] {
		std::fs::write(store.join(leftover), "").unwrap();
		let error = said(try_with(hospital.arguments(), "key"));
		assert!(error.contains("mv ") && error.contains("before"), "{error}");
		std::fs::remove_file(store.join(leftover)).unwrap();
	}
	// Another identity, none, a cut file, another key file: nothing is left of it.
	let (other, _) = new_identity(directory.path(), "other");
	let with = |identity: Option<PathBuf>| RestoreArguments { identity, ..hospital.arguments() };
	assert!(said(try_with(with(Some(other)), "key")).contains("not encrypted for this identity"));
	assert!(said(try_with(with(None), "key")).contains("--identity"));
	let whole = std::fs::read(hospital.path("backup")).unwrap();
	std::fs::write(hospital.path("cut"), &whole[..whole.len() - 20]).unwrap();
	let cut = RestoreArguments { file: hospital.path("cut"), ..hospital.arguments() };
	assert!(said(try_with(cut, "key")).contains("incomplete"));
	Keys::generate(&hospital.path("other-key")).unwrap();
	assert!(said(try_with(hospital.arguments(), "other-key")).contains("key file does not open"));
	let with_key = RestoreArguments { key: Some(hospital.path("key")), ..hospital.arguments() };
	assert!(said(try_with(with_key, "key")).contains("exists"));
	assert_eq!(names(), 0);
	try_with(hospital.arguments(), "key").unwrap();
	assert!(said(try_with(hospital.arguments(), "key")).contains("there is a database"));
	let database = Sqlite::open(&store).unwrap();
	assert_eq!(database.shares_to_check().await.unwrap(), 1);
}

/// Root restores into the directory of the service's user, who has planted links.
#[tokio::test]
async fn a_restore_follows_no_planted_link() {
	use std::os::unix::fs::{chown, symlink, MetadataExt};
	let hospital = Hospital::new(&[1], &[]).await;
	hospital.back_up();
	let directory = tempfile::tempdir().unwrap();
	let path = |name: &str| directory.path().join(name);
	let (store, others, target) = (path("store"), path("others"), path("shadow"));
	std::fs::create_dir(&store).unwrap();
	std::fs::create_dir(&others).unwrap();
	std::fs::write(&target, "of root").unwrap();
	symlink(&others, store.join("restore.plain")).unwrap();
	for name in ["custodian.sqlite", "keys"] {
		symlink(&target, others.join(name)).unwrap();
	}
	symlink(&target, store.join("custodian.sqlite.partial")).unwrap();
	// Only root can give the directory away. Others test the rest.
	let _ = chown(&store, Some(1), Some(1));
	let (arguments, to, key) = (hospital.arguments(), store.clone(), hospital.path("key"));
	let installed = std::thread::spawn(move || install(&arguments, &to, &key));
	installed.join().unwrap().unwrap();
	let (found, shadow) = (target.metadata().unwrap(), std::fs::read(&target).unwrap());
	assert_eq!(shadow, b"of root");
	assert_eq!(found.uid(), directory.path().metadata().unwrap().uid());
	let file = store.join("custodian.sqlite").symlink_metadata().unwrap();
	assert!(file.is_file() && file.mode() & 0o777 == 0o600);
	assert_eq!(file.uid(), store.metadata().unwrap().uid());
	assert!(store.join("restore.plain").symlink_metadata().is_err());
	assert!(store.join("custodian.sqlite.partial").symlink_metadata().is_err());
	assert_eq!(Sqlite::open(&store).unwrap().shares_to_check().await.unwrap(), 1);
}

#[tokio::test]
async fn keys_are_restored_from_their_own_file() {
	let hospital = Hospital::new(&[1], &[]).await;
	hospital.back_up();
	let mut encrypted = Vec::new();
	let key = std::fs::read(hospital.path("key")).unwrap();
	let recipients = [hospital.recipient.clone()];
	crate::backup::age_file::encrypt(&recipients, &mut &key[..], &mut encrypted).unwrap();
	std::fs::write(hospital.path("keys.age"), encrypted).unwrap();
	let directory = tempfile::tempdir().unwrap();
	let (store, file) = (directory.path().join("store"), directory.path().join("key"));
	let copy = Some(hospital.path("keys.age"));
	let arguments = RestoreArguments { key: copy, ..hospital.arguments() };
	let target = file.clone();
	let installed = std::thread::spawn(move || install(&arguments, &store, &target));
	installed.join().unwrap().unwrap();
	assert_eq!(std::fs::read(&file).unwrap(), key);
	Keys::read(&file).unwrap();
}

/// A consent ended after the backup, and a version was acknowledged after it.
#[tokio::test]
async fn a_restored_custodian_destroys_again_before_it_serves_and_names_what_is_missing() {
	let mut hospital = Hospital::new(&[1, 2], &[(1, 7), (2, 8)]).await;
	let study = crate::chain::double::studies::STUDY;
	let key = hospital.state.encryption.new_round_key(study, Some(0)).unwrap();
	hospital.state.database.keep_study_key(study, Some(0), key).await.unwrap();
	hospital.back_up();
	hospital.block.carried.retain(|(_, consent, _)| *consent != 7);
	hospital.keep(3, &[]).await;
	hospital.studies.study.round = 1;
	let (state, database, _directory) = hospital.restore().await;
	let progress = async || database.restored().await.unwrap().unwrap().progress;
	assert_eq!(progress().await, RestoreProgress::Installed);
	let at = database.restored().await.unwrap().unwrap().at;
	let expires = at + vouchsafe_client::messages::FRESHNESS;
	assert!(!database.use_nonce([1; 32], [2; 16], at, expires).await.unwrap());

	// A node that is behind does not know of the revocation.
	let mut behind = Arc::into_inner(hospital.node()).unwrap();
	behind.is_syncing = true;
	let finalized = behind.finalized().await.unwrap();
	assert!(!settle(&state, &behind, finalized, &INSTITUTION).await.unwrap());
	assert_eq!(database.all_carried(None).await.unwrap().len(), 2);
	assert!(state.readiness.get().node.detail.contains("restored"));

	let node = hospital.node();
	let finalized = node.finalized().await.unwrap();
	assert!(settle(&state, &*node, finalized.clone(), &INSTITUTION).await.unwrap());
	let left = database.all_carried(None).await.unwrap();
	assert_eq!(left.iter().map(|it| it.consent.consent).collect::<Vec<_>>(), [8]);
	assert!(database.study_keys().await.unwrap().is_empty());
	assert_eq!(progress().await, RestoreProgress::Destroyed);
	assert!(settle(&state, &*node, finalized, &INSTITUTION).await.unwrap());

	// It waits for the index, and then names the version.
	let mut missing = MissingVersions::default();
	missing.report(&state).await.unwrap();
	assert_eq!(progress().await, RestoreProgress::Destroyed, "it is not connected");
	let institution = Some(INSTITUTION);
	state.set_connected(Some(Connected { node: node.clone(), institution }));
	crate::chain::double::studies::lock(node.studies.as_ref().unwrap()).number = 2;
	missing.report(&state).await.unwrap();
	assert_eq!(progress().await, RestoreProgress::Destroyed, "block 2 is not indexed");
	let line = LogLine { block: 2, ..hospital.acknowledgement(3) };
	let lines = vec![(PATIENT.into(), line)];
	let block = IndexedBlock { number: 2, hash: hash(2, 0), lines, mismatches: vec![] };
	database.index_blocks(vec![block]).await.unwrap();
	missing.report(&state).await.unwrap();
	assert_eq!(progress().await, RestoreProgress::Reported(1));
	let lost = database.unreported().await.unwrap();
	assert_eq!(lost.iter().map(|it| it.id).collect::<Vec<_>>(), [id(3)]);
}

/// `cargo test -- --ignored --nocapture measure_a_check` measures.
#[tokio::test]
#[ignore = "only measures"]
async fn measure_a_check() {
	let mut hospital = Hospital::new(&[], &[]).await;
	for number in 0..4_000 {
		hospital.keep_version(VersionId { version: number, ..id(1) }, &[]).await;
	}
	hospital.back_up();
	for offline in [false, true] {
		let found = hospital.check(offline).await.unwrap();
		assert_eq!(found.good, 4_000);
		println!("offline {offline}: {} shares a second", found.shares_per_second);
	}
}

#[test]
fn durations_are_told_in_words() {
	for (seconds, words) in [
		(0, "0 seconds"),
		(119, "119 seconds"),
		(120, "2 minutes"),
		(7_200, "2 hours"),
		(172_799, "47 hours"),
		(172_800, "2 days"),
	] {
		assert_eq!(in_words(seconds), words);
	}
}
