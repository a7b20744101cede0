//! The custodian's keys: the account that signs acknowledgements, and the X25519 key to which its
//! shares are sealed. Both are in one file that only its owner may read. The daemon starts
//! unattended, so the file has no passphrase: protect the disk instead.

use anyhow::{bail, ensure, Context};
use blake2::{digest::consts::U32, Blake2b, Digest};
use serde::{Deserialize, Serialize};
use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path, str::FromStr};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::messages::Hex;
use vouchsafe_vault::seal::SecretKey;
use zeroize::{Zeroize, Zeroizing};

/// The keys.
pub struct Keys {
	/// Signs acknowledgements.
	pub account: Keypair,
	/// Opens what is sealed to the custodian.
	pub encryption: SecretKey,
}

/// The content of the key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
	/// A secret URI: 32 bytes in hex, a mnemonic, or a development path.
	account: String,
	/// 32 bytes in hex.
	encryption: String,
}

impl Drop for KeyFile {
	fn drop(&mut self) {
		self.account.zeroize();
		self.encryption.zeroize();
	}
}

impl Keys {
	/// Reads the key file, and refuses it if others may access it.
	pub fn read(path: &Path) -> anyhow::Result<Self> {
		let text = read_secret(path)?;
		Self::parse(&text).with_context(|| format!("in the key file {}", path.display()))
	}

	fn parse(text: &str) -> anyhow::Result<Self> {
		// The parser's message would show the faulty line, which may contain a secret.
		let Ok(file) = toml::from_str::<KeyFile>(text) else {
			bail!("it must have the entries `account` and `encryption` and no others");
		};
		let account = SecretUri::from_str(&file.account)
			.ok()
			.and_then(|uri| Keypair::from_uri(&uri).ok())
			.context("`account` is not a secret URI (such as 0x and 64 hex digits)")?;
		let Ok(mut bytes) = Hex::<32>::from_str(&file.encryption) else {
			bail!("`encryption` is not 0x and 64 hex digits");
		};
		let encryption = SecretKey::from_bytes(&bytes.0);
		bytes.0.zeroize();
		Ok(Self { account, encryption })
	}

	/// Creates new keys and writes them to a new file.
	pub fn generate(path: &Path) -> anyhow::Result<Self> {
		let account = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		let encryption = SecretKey::random();
		let hex = Zeroizing::new(format!("0x{}", hex::encode(*account)));
		Self::write(path, &hex, &encryption.to_bytes())
	}

	/// Writes the publicly known keys of a development network's custodian to a new file.
	pub fn development(path: &Path, uri: &str) -> anyhow::Result<Self> {
		ensure!(uri.starts_with("//"), "a development path must begin with //");
		let digest = Blake2b::<U32>::new()
			.chain_update(b"vouchsafe/development/")
			.chain_update(uri)
			.finalize();
		Self::write(path, uri, &digest.into())
	}

	fn write(path: &Path, account: &str, encryption: &[u8; 32]) -> anyhow::Result<Self> {
		let file = KeyFile {
			account: account.to_owned(),
			encryption: Zeroizing::new(format!("0x{}", hex::encode(encryption))).to_string(),
		};
		let text = Zeroizing::new(format!(
			"# A custodian's secret keys. Anyone who has them can decrypt its key shares.\n{}",
			*Zeroizing::new(toml::to_string(&file)?)
		));
		let mut out = OpenOptions::new()
			.write(true)
			.create_new(true)
			.mode(0o600)
			.open(path)
			.with_context(|| format!("can't create the file {}", path.display()))?;
		out.write_all(text.as_bytes())?;
		out.sync_all()?;
		Self::parse(&text)
	}
}

/// Reads a file that contains a secret, and refuses it if anyone but its owner may access it.
pub fn read_secret(path: &Path) -> anyhow::Result<Zeroizing<String>> {
	use std::{io::Read, os::unix::fs::MetadataExt};
	let what = || format!("can't read the key file {}", path.display());
	let mut file = std::fs::File::open(path).with_context(what)?;
	// The mode of the open file. Another file may have the path by now.
	let mode = file.metadata().with_context(what)?.mode() & 0o777;
	ensure!(
		mode & 0o077 == 0,
		"other users may access the key file {} (mode {mode:03o}): run chmod 600, and consider who may have read it",
		path.display()
	);
	let mut text = Zeroizing::new(String::new());
	file.read_to_string(&mut text).with_context(what)?;
	Ok(text)
}

#[cfg(test)]
mod tests {
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
		let digest =
			Blake2b::<U32>::digest([&b"vouchsafe/development/"[..], path.as_bytes()].concat());
		assert_eq!(keys.encryption.public(), SecretKey::from_bytes(&digest.into()).public());
		assert!(Keys::development(&dir.path().join("other"), "word").is_err());
	}
}
