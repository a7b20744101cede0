//! A rotation from its beginning to its end, killed after each step, with a real database and key file.

use super::*;
use crate::{
	chain::double::{BlockDouble, NodeDouble},
	config::Config,
	state::Connected,
	store::{sqlite::Sqlite, KeptVersion, NamedLimit, VersionId},
};
use std::{
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::watch;
use vouchsafe_client::chain::AccountId;
use vouchsafe_vault::{
	label::LabelKey,
	seal::{open, seal, Purpose},
	sharing::{Secret, Share},
};

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const HOLDER: [u8; 32] = [3; 32];
const PATIENT: [u8; 32] = [4; 32];
/// More than are sealed again at once.
const SHARES: u8 = 70;

struct Fixture {
	directory: TempDir,
	state: State,
	stop: watch::Sender<bool>,
	/// The key that the chain names.
	named: PublicKey,
	file: KeyFile,
	/// The chain's.
	time: u64,
	shares: Vec<Share>,
	label: LabelKey,
}

fn id(number: u8) -> VersionId {
	VersionId { record: [number; 32], version: 0, epoch: 0 }
}

/// What a custodian has read from this folder after its start.
fn read(directory: &Path) -> (State, watch::Sender<bool>) {
	let mut config = Config::parse(include_str!("../../sample.toml")).unwrap();
	config.store.directory = directory.join("store");
	config.keys.file = directory.join("key");
	let keys = Keys::read(&config.keys.file).unwrap();
	let database = Arc::new(Sqlite::open(&config.store.directory).unwrap());
	let (stop, stopping) = watch::channel(false);
	(State::new(config, keys, database, None, stopping), stop)
}

impl Fixture {
	async fn new() -> Self {
		let directory = tempfile::tempdir().unwrap();
		Keys::generate(&directory.path().join("key")).unwrap();
		let (state, stop) = read(directory.path());
		let shares = (0..SHARES).map(|_| Secret::random().split(3, 5).unwrap().shares.remove(1));
		let (shares, label) = (shares.collect(), LabelKey::random());
		let file = KeyFile::default();
		let named = state.keys.encryption.newest();
		let fixture = Self { directory, state, stop, named, file, time: 1_000_000, shares, label };
		fixture.keep_all().await;
		fixture.connect();
		fixture
	}

	/// Stores the shares, a label key, and the key of a round.
	async fn keep_all(&self) {
		let (database, encryption) = (&self.state.database, &self.state.encryption);
		for (number, share) in (0..).zip(&self.shares) {
			let sealed = encryption.seal_share(id(number), &HOLDER, share).unwrap();
			let version = KeptVersion {
				patient: PATIENT,
				author: [1; 32],
				received: 0,
				commitments: vec![],
				manifest: vec![],
				manifest_cid: String::new(),
				ciphertext_cid: number.to_string(),
				ciphertext_len: 1,
				patient_share: None,
				pinned: false,
			};
			let limit = NamedLimit::NONE;
			assert!(database
				.keep_version(id(number), HOLDER, sealed, version, limit)
				.await
				.unwrap());
		}
		let sealed = encryption.seal_label_key(&PATIENT, &self.label).unwrap();
		database.keep_label_key(PATIENT, sealed).await.unwrap();
		for round in [None, Some(2)] {
			let key = encryption.new_round_key(7, round).unwrap();
			database.keep_study_key(7, round, key).await.unwrap();
		}
	}

	/// Connects to the node, as the task that watches it does.
	fn connect(&self) {
		let block = BlockDouble { time: self.time, ..Default::default() };
		let node =
			Arc::new(NodeDouble { finalized: block.clone(), best: block, ..NodeDouble::default() });
		let is_known = self.state.keys.encryption.set_in_use(&self.named.0);
		let institution = is_known.then_some(INSTITUTION);
		self.state.set_connected(Some(Connected { node, institution }));
	}

	/// The custodian is killed and started again.
	fn restart(&mut self) {
		(self.state, self.stop) = read(self.directory.path());
		self.file = KeyFile::default();
		self.connect();
	}

	/// One turn of the task, at a time of the chain.
	async fn turn(&mut self) -> Result<(), RotationError> {
		self.connect();
		self.file.look(&self.state);
		step(&self.state).await
	}

	fn key_file(&self) -> PathBuf {
		self.directory.path().join("key")
	}

	/// How many stored keys are sealed to another key than the one in use.
	async fn sealed_to_others(&self) -> usize {
		let (mut after, mut count) = (None, 0);
		loop {
			let page = self.state.database.sealed_keys(after, 7).await.unwrap();
			let Some(last) = page.last() else { return count };
			after = Some(last.of);
			let again = page.iter().map(|it| self.state.encryption.seal_again(&it.of, &it.sealed));
			count += again.filter(|again| again.as_ref().unwrap().is_some()).count();
		}
	}

	/// Everything that was stored opens, and is what it was.
	async fn opens_all(&self) {
		let (database, encryption) = (&self.state.database, &self.state.encryption);
		for (number, share) in (0..).zip(&self.shares) {
			let sealed = database.share(id(number), HOLDER, None).await.unwrap().unwrap();
			assert!(encryption.open_share(id(number), &HOLDER, &sealed).unwrap() == *share);
		}
		let sealed = database.label_key(PATIENT).await.unwrap().unwrap();
		assert!(encryption.open_label_key(&PATIENT, &sealed).unwrap() == self.label);
		for round in [None, Some(2)] {
			let sealed = database.study_key(7, round).await.unwrap().unwrap();
			encryption.open_round_key(7, round, &sealed).unwrap();
		}
	}

	/// Whether what somebody sealed to this key opens.
	fn opens(&self, key: PublicKey) -> bool {
		let sealed = seal(&key, Purpose::Share, b"", b"share").unwrap();
		let by = |secret: &_| open(secret, Purpose::Share, b"", &sealed);
		self.state.keys.encryption.open_with(by).is_ok()
	}
}

/// The whole rotation, with or without a kill after each step.
async fn rotate(is_killed: bool) {
	let mut fixture = Fixture::new().await;
	let restart = |fixture: &mut Fixture| {
		if is_killed {
			fixture.restart();
		}
	};
	let old = fixture.state.keys.encryption.public();
	let all = usize::from(SHARES) + 3;
	// A new key is in the file. Until the chain names it, only what is sealed to it can be opened.
	let new = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	restart(&mut fixture);
	fixture.turn().await.unwrap();
	let keys = fixture.state.keys.encryption.clone();
	assert_eq!((keys.public(), keys.next()), (old, Some(new)));
	assert!(fixture.opens(new) && fixture.opens(old));
	assert_eq!(fixture.sealed_to_others().await, 0);

	// The chain names it. Killed in the middle, the rest is done after the next start.
	fixture.named = new;
	restart(&mut fixture);
	fixture.stop.send_replace(true);
	assert!(matches!(fixture.turn().await, Err(RotationError::Interrupted)));
	assert_eq!(fixture.sealed_to_others().await, all - PAGE as usize);
	fixture.opens_all().await;
	assert_eq!(fixture.state.database.all_sealed_to().await.unwrap(), Some(old.0));
	fixture.restart();
	fixture.turn().await.unwrap();
	assert_eq!(fixture.sealed_to_others().await, 0);
	assert_eq!(fixture.state.database.all_sealed_to().await.unwrap(), Some(new.0));
	fixture.opens_all().await;

	// Old envelopes open until the last moment.
	let month = 30 * DAY;
	for later in [1, month - 1] {
		fixture.time = 1_000_000 + later;
		restart(&mut fixture);
		fixture.turn().await.unwrap();
		assert!(fixture.opens(old) && fixture.opens(new), "{later}");
	}
	assert_eq!(Keys::read(&fixture.key_file()).unwrap().encryption.all(), [new, old]);
	fixture.time = 1_000_000 + month;
	restart(&mut fixture);
	fixture.turn().await.unwrap();
	assert!(!fixture.opens(old) && fixture.opens(new));
	assert_eq!(Keys::read(&fixture.key_file()).unwrap().encryption.all(), [new]);
	assert_eq!(fixture.state.database.former_keys().await.unwrap(), []);
	restart(&mut fixture);
	fixture.turn().await.unwrap();
	fixture.opens_all().await;
}

#[tokio::test]
async fn a_key_is_replaced_and_the_old_one_is_destroyed_a_month_later() {
	rotate(false).await;
}

#[tokio::test]
async fn a_rotation_that_is_killed_after_each_step_goes_on() {
	rotate(true).await;
}

/// Killed after the key was taken from the file, and before that was noted.
#[tokio::test]
async fn a_key_that_is_gone_from_the_file_is_forgotten() {
	let mut fixture = Fixture::new().await;
	let old = fixture.state.keys.encryption.public();
	let new = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	fixture.restart();
	fixture.named = new;
	fixture.turn().await.unwrap();
	Keys::remove_encryption_keys(&fixture.key_file(), &[old], None).unwrap();
	fixture.restart();
	fixture.turn().await.unwrap();
	assert!(!fixture.opens(old));
	fixture.opens_all().await;
	// The next rotation is like the first.
	let third = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	fixture.turn().await.unwrap();
	fixture.named = third;
	fixture.turn().await.unwrap();
	let noted = fixture.state.database.former_keys().await.unwrap();
	assert_eq!(noted.iter().map(|key| key.key).collect::<Vec<_>>(), [new.0]);
	assert_eq!(fixture.sealed_to_others().await, 0);
	fixture.opens_all().await;
}

/// Late rows are sealed again before the key is destroyed, and a destroyed round stays destroyed.
#[tokio::test]
async fn everything_is_looked_at_once_more_before_the_key_is_destroyed() {
	let mut fixture = Fixture::new().await;
	let old = fixture.state.keys.encryption.public();
	let new = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	fixture.turn().await.unwrap();
	// A request began before the chain named the new key.
	let late = LabelKey::random();
	let sealed = fixture.state.encryption.seal_label_key(&[9; 32], &late).unwrap();
	fixture.named = new;
	fixture.turn().await.unwrap();
	fixture.state.database.keep_label_key([9; 32], sealed).await.unwrap();
	assert_eq!(fixture.sealed_to_others().await, 1);
	// Somebody destroys a round's key while it is sealed again.
	let destroyed =
		fixture.state.database.sealed_keys(Some(KeyOf::Study(7, None)), 1).await.unwrap();
	fixture.state.database.destroy_study_key(7, Some(2)).await.unwrap();
	let replaced = vec![(destroyed[0].clone(), vec![1; 80])];
	assert_eq!(fixture.state.database.replace_sealed_keys(replaced).await.unwrap(), 0);
	assert_eq!(fixture.state.database.study_key(7, Some(2)).await.unwrap(), None);

	fixture.time += 30 * DAY;
	fixture.turn().await.unwrap();
	assert!(fixture.opens(old), "something was found");
	fixture.turn().await.unwrap();
	assert!(!fixture.opens(old));
	let sealed = fixture.state.database.label_key([9; 32]).await.unwrap().unwrap();
	assert!(fixture.state.encryption.open_label_key(&[9; 32], &sealed).unwrap() == late);
}

/// systemd unseals a key file that nobody may write.
#[tokio::test]
async fn a_key_file_that_cannot_be_written_is_told_and_the_key_is_not_used() {
	let mut fixture = Fixture::new().await;
	let old = fixture.state.keys.encryption.public();
	let new = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	fixture.turn().await.unwrap();
	fixture.named = new;
	fixture.turn().await.unwrap();
	fixture.time += 30 * DAY;
	// As root, only a file that is not there cannot be written.
	let away = fixture.directory.path().join("away");
	std::fs::rename(fixture.key_file(), &away).unwrap();
	for _ in 0..2 {
		fixture.turn().await.unwrap();
		assert!(!fixture.opens(old) && fixture.opens(new));
	}
	let noted = fixture.state.database.former_keys().await.unwrap();
	assert!(noted[0].is_over && noted[0].key == old.0);
	std::fs::rename(&away, fixture.key_file()).unwrap();
	fixture.restart();
	fixture.turn().await.unwrap();
	assert!(!fixture.opens(old) && fixture.opens(new), "also after the next start");
	fixture.opens_all().await;
}

#[tokio::test]
async fn a_faulty_key_file_changes_nothing() {
	let mut fixture = Fixture::new().await;
	let known = fixture.state.keys.encryption.all();
	fixture.turn().await.unwrap();
	let good = std::fs::read_to_string(fixture.key_file()).unwrap();
	Keys::generate(&fixture.directory.path().join("other")).unwrap();
	let other = std::fs::read_to_string(fixture.directory.path().join("other")).unwrap();
	let line = |text: &str, entry: &str| {
		let line = text.lines().find(|line| line.starts_with(entry)).unwrap();
		format!("{line}\n")
	};
	let other_key = line(&good, "account") + &line(&other, "encryption");
	for (faulty, mode) in [
		("", 0o600),
		(&*other, 0o600),
		(&*other_key, 0o600),
		(&*(good.clone() + "earlier = [\"0x\"]"), 0o600),
		(&*good, 0o644),
	] {
		std::fs::write(fixture.key_file(), faulty).unwrap();
		std::fs::set_permissions(fixture.key_file(), PermissionsExt::from_mode(mode)).unwrap();
		fixture.turn().await.unwrap();
		assert!(fixture.file.trouble.is_some(), "{mode:o}");
		assert_eq!(fixture.state.keys.encryption.all(), known);
	}
	std::fs::set_permissions(fixture.key_file(), PermissionsExt::from_mode(0o600)).unwrap();
	fixture.turn().await.unwrap();
	assert_eq!(fixture.file.trouble, None);
}

/// The chain names the old key again, because the institution has sent an older registration.
#[tokio::test]
async fn the_old_key_can_come_back() {
	let mut fixture = Fixture::new().await;
	let old = fixture.state.keys.encryption.public();
	let new = Keys::add_encryption_key(&fixture.key_file(), None).unwrap().encryption.newest();
	fixture.turn().await.unwrap();
	for key in [new, old, new] {
		fixture.named = key;
		fixture.turn().await.unwrap();
		fixture.opens_all().await;
		assert!(fixture.opens(old) && fixture.opens(new));
		assert_eq!(fixture.state.keys.encryption.public(), key);
	}
	assert_eq!(fixture.sealed_to_others().await, 0);
}
