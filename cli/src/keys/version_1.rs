//! Key files of version 1: encrypted with a passphrase by [age](https://age-encryption.org/v1) (scrypt).
//! They are opened and converted, but not written any more.

use age::secrecy::SecretString;
use serde::Deserialize;
use vouchsafe_agent::keys::{KeyFile, KeyFileError};
use vouchsafe_vault::seal::SecretKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The greatest cost with which a file is opened, as a power of two: 4 GiB of memory.
const MAX_WORK: u8 = 22;

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Content {
	version: u8,
	account: Account,
	/// It was always drawn at random.
	encryption_secret: String,
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Account {
	Mnemonic(String),
	PolkadotJs { json: String, password: String },
}

/// Decrypts a file of version 1.
pub fn open(file: &[u8], passphrase: &str) -> Result<KeyFile, KeyFileError> {
	let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
	identity.set_max_work_factor(MAX_WORK);
	let plain = age::decrypt(&identity, file).map_err(|error| match error {
		age::DecryptError::DecryptionFailed
		| age::DecryptError::KeyDecryptionFailed
		| age::DecryptError::NoMatchingKeys => KeyFileError::WrongPassphrase,
		age::DecryptError::ExcessiveWork { .. } => {
			KeyFileError::Damaged("its passphrase costs more memory than any of ours".into())
		},
		other => KeyFileError::Damaged(other.to_string()),
	})?;
	let plain = Zeroizing::new(plain);
	let content: Content =
		serde_json::from_slice(&plain).map_err(|error| KeyFileError::Damaged(error.to_string()))?;
	if content.version != 1 {
		return Err(KeyFileError::Newer);
	}
	content.into_key_file().map_err(|error| KeyFileError::Damaged(format!("{error:#}")))
}

impl Content {
	fn into_key_file(self) -> anyhow::Result<KeyFile> {
		let mut secret = Zeroizing::new([0; 32]);
		hex::decode_to_slice(&self.encryption_secret, &mut *secret)?;
		let account = match &self.account {
			Account::Mnemonic(words) => KeyFile::from_words(words, None)?,
			Account::PolkadotJs { json, password } => KeyFile::from_wallet_json(json, password),
		};
		Ok(account.with_encryption_key(&SecretKey::from_bytes(&secret)))
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use vouchsafe_agent::keys::Identity;

	const PASSPHRASE: &str = "correct horse";
	pub(in crate::keys) const WORDS: &str =
		"bottom drive obey lake curtain smoke basket hold race lonely fit walk";

	/// A file as version 1 wrote it, at a low cost of scrypt.
	pub(in crate::keys) fn seal(content: &serde_json::Value, passphrase: &str) -> Vec<u8> {
		let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
		recipient.set_work_factor(4);
		age::encrypt(&recipient, content.to_string().as_bytes()).unwrap()
	}

	/// The content of such a file.
	pub(in crate::keys) fn content(key: &SecretKey) -> serde_json::Value {
		serde_json::json!({
			"version": 1,
			"account": { "mnemonic": WORDS },
			"encryption_secret": hex::encode(key.to_bytes().as_slice()),
		})
	}

	#[test]
	fn its_keys_are_read() {
		let key = SecretKey::random();
		let file = open(&seal(&content(&key), PASSPHRASE), PASSPHRASE).unwrap();
		assert_eq!((file.words(), file.counter()), (Some(WORDS), None));
		let identity: Identity = file.identity("eva").unwrap();
		assert_eq!(
			identity.account().to_string(),
			"5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"
		);
		assert_eq!(identity.encryption_key(), key.public().0);
		let error = open(&seal(&content(&key), PASSPHRASE), "wrong horse").err().unwrap();
		assert!(matches!(error, KeyFileError::WrongPassphrase));
	}

	#[test]
	fn damaged_newer_and_costly_files_are_told() {
		let key = SecretKey::random();
		let refused = |content: &serde_json::Value| {
			open(&seal(content, PASSPHRASE), PASSPHRASE).err().unwrap()
		};
		let with = |field: &str, value: serde_json::Value| {
			let mut content = content(&key);
			content[field] = value;
			refused(&content)
		};
		assert!(matches!(with("version", 2.into()), KeyFileError::Newer));
		for error in [
			with("encryption_secret", "12".into()),
			with("account", serde_json::json!({ "mnemonic": "one two three" })),
			with("other", 1.into()),
			open(b"age-encryption.org/v1\n", PASSPHRASE).err().unwrap(),
		] {
			assert!(matches!(error, KeyFileError::Damaged(_)), "{error}");
		}
		// The cost is in the first lines, in clear.
		let sealed = seal(&content(&key), PASSPHRASE);
		let place = String::from_utf8_lossy(&sealed).find(" 4\n").unwrap();
		let costly = [&sealed[..place], b" 23\n", &sealed[place + 3..]].concat();
		let error = open(&costly, PASSPHRASE).err().unwrap().to_string();
		assert!(error.ends_with("its passphrase costs more memory than any of ours"), "{error}");
	}
}
