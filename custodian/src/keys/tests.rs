//! The key file, and what changes it.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[test]
fn keys_come_back() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	let made = Keys::generate(&path).unwrap();
	let mode = std::fs::metadata(&path).unwrap().permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
	let read = Keys::read(&path).unwrap();
	assert_eq!(made.account.public_key().0, read.account.public_key().0);
	assert_eq!(made.encryption.public(), read.encryption.public());
	assert!(Keys::generate(&path).is_err(), "a key was overwritten");
}

#[test]
fn what_is_no_file_is_refused_at_once() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("pipe");
	rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
	for path in [&path, dir.path()] {
		let error = Keys::read(path).err().unwrap().to_string();
		assert!(error.contains("is not a regular file"), "{error}");
	}
}

#[test]
fn a_file_that_others_may_access_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	Keys::generate(&path).unwrap();
	for mode in [0o640, 0o604, 0o644, 0o660] {
		std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
		assert!(Keys::read(&path).is_err(), "mode {mode:o} was accepted");
	}
	std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
	assert!(Keys::read(&path).is_ok());
}

#[test]
fn errors_show_nothing_of_the_secret() {
	let secret = "5ec2e7";
	for text in [
		format!("account = \"0x{secret}\"\nencryption = \"0x00\""),
		format!("account = \"//A\"\nencryption = \"0x{secret}\""),
		format!("acount = \"{secret}\""),
		format!("account = {secret}"),
		format!(
			"account = \"//A\"\nencryption = \"0x{}\"\nearlier = [\"{secret}\"]",
			"11".repeat(32)
		),
	] {
		let Err(error) = Keys::parse(&text) else { panic!("{text} was accepted") };
		assert!(!format!("{error:?}").contains(secret));
	}
}

#[test]
fn development_keys_are_the_agreed_ones() {
	let dir = tempfile::tempdir().unwrap();
	let path = "//HospitalA//custodian";
	let keys = Keys::development(&dir.path().join("key"), path).unwrap();
	let expected = Keypair::from_uri(&path.parse().unwrap()).unwrap();
	assert_eq!(keys.account.public_key().0, expected.public_key().0);
	let digest = Blake2b::<U32>::digest([&b"vouchsafe/development/"[..], path.as_bytes()].concat());
	assert_eq!(keys.encryption.public(), SecretKey::from_bytes(&digest.into()).public());
	assert!(Keys::development(&dir.path().join("other"), "word").is_err());
}

/// The files in a folder.
fn files(folder: &Path) -> Vec<String> {
	let files = std::fs::read_dir(folder).unwrap();
	let mut names: Vec<_> =
		files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
	names.sort();
	names
}

#[test]
fn an_encryption_key_is_added_and_removed_and_the_account_stays() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	let first = Keys::generate(&path).unwrap();
	let added = Keys::add_encryption_key(&path, None).unwrap();
	let read = Keys::read(&path).unwrap();
	assert_eq!(read.account.public_key().0, first.account.public_key().0);
	assert_eq!(read.encryption.all(), [added.encryption.newest(), first.encryption.newest()]);
	assert_ne!(added.encryption.newest(), first.encryption.newest());
	let mode = std::fs::metadata(&path).unwrap().permissions().mode();
	assert_eq!((mode & 0o777, files(dir.path())), (0o600, vec!["key".to_owned()]));

	// The newest one stays, whatever is said.
	let gone = read.encryption.all();
	let left = Keys::remove_encryption_keys(&path, &gone, None).unwrap();
	assert_eq!(left.encryption.all(), [added.encryption.newest()]);
	assert_eq!(Keys::read(&path).unwrap().encryption.all(), left.encryption.all());
	let text = std::fs::read_to_string(&path).unwrap();
	let old = hex::encode(*first.encryption.secrets()[0].to_bytes());
	assert!(!text.contains(&old) && !text.contains("earlier"));

	for _ in 1..MOST {
		Keys::add_encryption_key(&path, None).unwrap();
	}
	assert!(Keys::add_encryption_key(&path, None).is_err());
}

/// A key file that systemd unseals cannot be written.
#[test]
fn a_changed_key_file_can_be_written_to_another_place() {
	let dir = tempfile::tempdir().unwrap();
	let (path, out) = (dir.path().join("key"), dir.path().join("new"));
	let first = Keys::generate(&path).unwrap();
	let added = Keys::add_encryption_key(&path, Some(&out)).unwrap();
	assert_eq!(Keys::read(&path).unwrap().encryption.all(), first.encryption.all());
	assert_eq!(Keys::read(&out).unwrap().encryption.all(), added.encryption.all());
	assert!(Keys::add_encryption_key(&path, Some(&out)).is_err(), "it was replaced");
}

/// What a program left that was killed before it replaced the file.
#[test]
fn what_is_left_of_a_killed_change_is_written_over() {
	let dir = tempfile::tempdir().unwrap();
	let (path, left) = (dir.path().join("key"), dir.path().join("key.new"));
	Keys::generate(&path).unwrap();
	std::fs::write(&left, "account = ".repeat(100)).unwrap();
	std::fs::set_permissions(&left, PermissionsExt::from_mode(0o644)).unwrap();
	let added = Keys::add_encryption_key(&path, None).unwrap();
	assert_eq!(Keys::read(&path).unwrap().encryption.all(), added.encryption.all());
	assert_eq!(files(dir.path()), ["key"]);
}

/// Two programs change the file at the same time: neither change is lost.
#[test]
fn changes_come_one_after_the_other() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	Keys::generate(&path).unwrap();
	std::thread::scope(|scope| {
		for _ in 0..6 {
			scope.spawn(|| Keys::add_encryption_key(&path, None).unwrap());
		}
	});
	assert_eq!(Keys::read(&path).unwrap().encryption.all().len(), 7);
}

#[test]
fn a_path_in_the_credentials_is_told_if_systemd_made_none() {
	let path = Path::new(CREDENTIALS).join("custodian.key");
	let Err(error) = Keys::read(&path) else { panic!("there is such a file") };
	assert!(format!("{error:#}").contains("LoadCredential"), "{error:#}");
	assert_eq!(resolve("/etc/key".into()), Path::new("/etc/key"));
}
