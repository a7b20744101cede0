//! Backups of a database that is in use, and what is left of those that fail.

use super::{age_file::tests::new_identity, *};
use crate::{keys::Keys, store::Backups};
use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};
use tempfile::TempDir;

/// A custodian's directory with an open database, and an identity.
struct Fixture {
	directory: TempDir,
	database: Sqlite,
	identity: PathBuf,
	recipient: Recipient,
}

impl Fixture {
	fn new() -> Self {
		let directory = tempfile::tempdir().unwrap();
		let database = Sqlite::open(&directory.path().join("store")).unwrap();
		let (identity, recipient) = new_identity(directory.path(), "identity");
		Self { directory, database, identity, recipient }
	}

	fn store(&self) -> PathBuf {
		self.directory.path().join("store")
	}

	fn path(&self, name: &str) -> PathBuf {
		self.directory.path().join(name)
	}

	fn back_up(&self, name: &str) -> anyhow::Result<u64> {
		back_up(&self.store(), &self.path(name), std::slice::from_ref(&self.recipient))
	}

	/// The names in the directory of the database, without the database.
	fn leftovers(&self) -> BTreeSet<String> {
		let name = |file: std::io::Result<std::fs::DirEntry>| {
			file.unwrap().file_name().to_string_lossy().into_owned()
		};
		let all = std::fs::read_dir(self.store()).unwrap().map(name);
		all.filter(|name| !name.starts_with("custodian.sqlite") && !name.ends_with(".lock"))
			.collect()
	}

	fn decrypted(&self, name: &str) -> Vec<u8> {
		let mut plain = Vec::new();
		let identities = age_file::identities(&self.identity).unwrap();
		age_file::decrypt(&identities, &self.path(name), &mut plain).unwrap();
		plain
	}
}

fn text(error: &anyhow::Error) -> String {
	format!("{error:#}")
}

#[tokio::test]
async fn a_backup_is_encrypted_private_and_replaces_nothing() {
	let fixture = Fixture::new();
	let before = now();
	let bytes = fixture.back_up("backup").unwrap();
	let metadata = fixture.path("backup").metadata().unwrap();
	assert_eq!((metadata.len(), metadata.permissions().mode() & 0o777), (bytes, 0o600));
	assert!(fixture.decrypted("backup").starts_with(b"SQLite format 3\0"));
	let content = std::fs::read(fixture.path("backup")).unwrap();
	assert!(!content.windows(9).any(|window| window == b"secure_de" || window == b"SQLite fo"));
	assert!(fixture.leftovers().is_empty(), "{:?}", fixture.leftovers());
	let times = fixture.database.backup_times().await.unwrap();
	assert!(times.backup >= before && times.drill == 0, "{times:?}");
	let error = fixture.back_up("backup").unwrap_err();
	assert!(text(&error).contains("is not replaced"), "{error:#}");
	assert_eq!(std::fs::read(fixture.path("backup")).unwrap(), content);
	assert!(fixture.leftovers().is_empty());
	back_up(&fixture.store(), &fixture.path("plain"), &[]).unwrap();
	assert!(std::fs::read(fixture.path("plain")).unwrap().starts_with(b"SQLite format 3\0"));
}

#[tokio::test]
async fn nothing_stays_of_a_backup_that_fails() {
	let fixture = Fixture::new();
	fixture.back_up("none/backup").unwrap_err();
	assert!(fixture.leftovers().is_empty());
	assert_eq!(fixture.database.backup_times().await.unwrap().backup, 0);
	let nowhere = fixture.path("nowhere");
	let error = back_up(&nowhere, &fixture.path("backup"), &[]).unwrap_err();
	assert!(text(&error).contains("there is no database") && !nowhere.exists(), "{error:#}");
	let lock = Lock::of_backup(&fixture.store()).unwrap();
	let error = fixture.back_up("backup").unwrap_err();
	assert!(text(&error).contains("another backup"), "{error:#}");
	drop(lock);
	fixture.back_up("backup").unwrap();
}

#[tokio::test]
async fn what_a_killed_backup_left_goes_with_the_next_one_or_the_next_start() {
	let fixture = Fixture::new();
	let leave = |folder: &str| {
		let folder = PlainFolder::create(fixture.store().join(folder)).unwrap();
		std::fs::write(folder.path().join("custodian.sqlite"), "every share").unwrap();
		std::mem::forget(folder);
	};
	leave(COPY);
	std::fs::write(fixture.path("backup.partial"), "half").unwrap();
	fixture.back_up("backup").unwrap();
	assert!(fixture.leftovers().is_empty() && !fixture.path("backup.partial").exists());
	leave(COPY);
	leave(RESTORING);
	std::fs::write(fixture.store().join("custodian.sqlite.partial"), "half").unwrap();
	// The folder of a backup that is being made stays.
	let lock = Lock::of_backup(&fixture.store()).unwrap();
	remove_leftovers(&fixture.store()).unwrap();
	assert_eq!(fixture.leftovers(), BTreeSet::from([COPY.to_owned()]));
	drop(lock);
	remove_leftovers(&fixture.store()).unwrap();
	assert!(fixture.leftovers().is_empty());
	assert!(!fixture.store().join("custodian.sqlite.partial").exists());
}

/// Root backs up a database of the service's user, who has planted links.
#[tokio::test]
async fn a_backup_follows_no_planted_link() {
	let fixture = Fixture::new();
	let target = fixture.path("target");
	std::fs::create_dir(&target).unwrap();
	std::os::unix::fs::symlink(&target, fixture.store().join(COPY)).unwrap();
	// Only root can give the directory away. For others, the link is only removed.
	let _ = std::os::unix::fs::chown(fixture.store(), Some(1), Some(1));
	fixture.back_up("backup").unwrap();
	assert!(std::fs::read_dir(&target).unwrap().next().is_none() && fixture.leftovers().is_empty());
	// The database itself is one.
	let database = fixture.store().join("custodian.sqlite");
	let elsewhere = target.join("custodian.sqlite");
	std::fs::rename(&database, &elsewhere).unwrap();
	std::os::unix::fs::symlink(&elsewhere, &database).unwrap();
	assert!(text(&fixture.back_up("linked").unwrap_err()).contains("can't open the database"));
	Sqlite::open(&fixture.store()).err().unwrap();
	let missing = target.join("missing");
	std::fs::remove_file(&database).unwrap();
	std::os::unix::fs::symlink(&missing, &database).unwrap();
	Sqlite::open(&fixture.store()).err().unwrap();
	assert!(!missing.exists() && !fixture.path("linked").exists());
}

#[tokio::test]
async fn recipients_are_needed_and_keys_go_into_another_file() {
	let fixture = Fixture::new();
	let keys = fixture.path("key");
	Keys::generate(&keys).unwrap();
	let config = fixture.path("config.toml");
	let sample = include_str!("../../sample.toml")
		.replace("/var/lib/vouchsafe-custodian", fixture.store().to_str().unwrap())
		.replace("/etc/vouchsafe/custodian.key", keys.to_str().unwrap());
	std::fs::write(&config, sample).unwrap();
	let arguments =
		|to: &str, recipients: &[&str], plain, with_keys: Option<&str>| BackupArguments {
			to: fixture.path(to),
			recipients: recipients.iter().map(|it| it.to_string()).collect(),
			recipients_file: None,
			plain,
			with_keys: with_keys.map(|name| fixture.path(name)),
			config: config.clone(),
		};
	let error = run(&arguments("one", &[], false, None)).unwrap_err();
	assert!(text(&error).contains("--recipient age1"), "{error:#}");
	run(&arguments("one", &["age1"], false, None)).unwrap_err();
	assert!(!fixture.path("one").exists());
	run(&arguments("plain", &[], true, None)).unwrap();
	let recipient = fixture.recipient.to_string();
	let error = run(&arguments("one", &[&recipient], false, Some("one"))).unwrap_err();
	assert!(text(&error).contains("another file"), "{error:#}");
	let error = run(&arguments("one", &[&recipient], false, Some("plain"))).unwrap_err();
	assert!(text(&error).contains("is not replaced"), "{error:#}");
	assert!(!fixture.path("one").exists());
	run(&arguments("one", &[&recipient], false, Some("keys.age"))).unwrap();
	assert_eq!(fixture.decrypted("keys.age"), std::fs::read(&keys).unwrap());
	let secret = std::fs::read_to_string(&keys).unwrap();
	let secret = secret.lines().find_map(|line| line.strip_prefix("encryption = ")).unwrap();
	let backup = fixture.decrypted("one");
	let has = |what: &[u8]| backup.windows(what.len()).any(|window| window == what);
	assert!(!has(secret.as_bytes()) && !has(&hex::decode(&secret[3..67]).unwrap()));
}
