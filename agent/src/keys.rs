//! Keys: an account (sr25519, signs) and an encryption key (X25519, opens what is sealed to the
//! account).
//!
//! An account with words gets its encryption key from them and a counter, so that the words restore both
//! (see [`vouchsafe_vault::derive_encryption_key`]). An account from a wallet's export has a random one,
//! because its words are not known. A copy of the key file always restores both.

use crate::{backup::Sheet, unicode};
use anyhow::{bail, Context, Result};
use base64::{prelude::BASE64_STANDARD, Engine};
use bip39::Mnemonic;
use blake2::{Blake2b256, Digest};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subxt_signer::{polkadot_js_compat, sr25519::Keypair, DeriveJunction, DEV_PHRASE};
use vouchsafe_protocol::{
	signing::{ReplacementKey, SharedSigner, Signer as _},
	types::{account_bytes, address, AccountId},
};
use vouchsafe_vault::{derive_encryption_key, passphrase, seal::SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use vouchsafe_vault::passphrase::Cost;

/// An unlocked key. Its secrets are never printed.
#[derive(Clone)]
pub struct Identity {
	/// Its name, or the development URI.
	pub name: String,
	/// Signs for the account. Its key can be in another program.
	pub signer: SharedSigner,
	/// Opens what is sealed to the account.
	pub encryption: SecretKey,
}

impl Identity {
	/// The account for which it signs. Without a [session](crate::session::Session::new), which asks the
	/// chain, it is the one of the key's own name.
	pub fn account(&self) -> AccountId {
		self.signer.account()
	}

	/// The key that signs. It has the account's name unless it has replaced the account's first key.
	pub fn key(&self) -> AccountId {
		self.signer.key()
	}

	/// The same key, which has replaced the key of this account.
	#[must_use]
	#[cfg_attr(
		target_family = "wasm",
		allow(clippy::arc_with_non_send_sync, reason = "a browser's worker has one thread")
	)]
	pub fn signing_for(self, account: AccountId) -> Self {
		let signer = Arc::new(ReplacementKey::new(self.signer, account));
		Self { signer, ..self }
	}

	/// The encryption key's public half.
	pub fn encryption_key(&self) -> [u8; 32] {
		self.encryption.public().0
	}

	/// A development key such as `//DoctorA`, which is public. Its encryption secret is
	/// `blake2b-256("vouchsafe/development/" ++ uri)`.
	pub fn development(uri: &str) -> Result<Self> {
		if !uri.starts_with("//") {
			bail!("“{uri}” is not a development key: they look like //DoctorA");
		}
		let wrong = || format!("“{uri}” is not a development key");
		let junctions = junctions(uri).with_context(wrong)?;
		let words = Mnemonic::parse_normalized(DEV_PHRASE).with_context(wrong)?;
		let root = Keypair::from_phrase(&words, None).with_context(wrong)?;
		let secret = Blake2b256::new_with_prefix(b"vouchsafe/development/").chain_update(uri);
		Ok(Self {
			name: uri.to_owned(),
			signer: Arc::new(root.derive(junctions)),
			encryption: SecretKey::from_bytes(&secret.finalize().into()),
		})
	}

	/// Its public half.
	pub fn public(&self) -> PublicHalf {
		PublicHalf {
			account: address(&self.account()),
			account_hex: format!("0x{}", hex::encode(account_bytes(&self.account()))),
			encryption_key: format!("0x{}", hex::encode(self.encryption_key())),
		}
	}
}

impl std::fmt::Debug for Identity {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Identity({}, {})", self.name, address(&self.account()))
	}
}

/// The public half of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicHalf {
	/// The account's address.
	pub account: String,
	/// The same in hex.
	pub account_hex: String,
	/// The encryption key.
	pub encryption_key: String,
}

/// The content of a key file: an account and an encryption key.
///
/// ```text
/// file = "vouchsafe/key/2\n" ‖ sealed (see vouchsafe_vault::passphrase; the first line is the domain)
/// ```
///
/// The content is JSON. The passphrase is in Unicode's NFC, so that each keyboard types the same one.
/// Version 1 was encrypted with age. Only the command line still opens it.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
	version: u8,
	account: AccountSecret,
	encryption: EncryptionSecret,
}

#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum AccountSecret {
	/// BIP39 words.
	Mnemonic(String),
	/// An account exported from a wallet, with its password. Its secret cannot be taken out of it
	/// in another form.
	PolkadotJs { json: String, password: String },
}

#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum EncryptionSecret {
	/// It follows from the account's words and this counter.
	FromWords { counter: u32 },
	/// A key that was drawn at random, in hex.
	Random(String),
}

/// The version of the content, and the last digit of [`DOMAIN`].
const VERSION: u8 = 2;
/// The first line of a key file.
const DOMAIN: &[u8] = b"vouchsafe/key/2\n";
/// How a key file of any version but the first begins.
const ANY_VERSION: &[u8] = b"vouchsafe/key/";
/// How a key file of version 1 begins.
const VERSION_1: &[u8] = b"age-encryption.org/";

/// How many counters [`KeyFile::restore`] tries.
pub const COUNTERS: u32 = 256;

/// Why a key file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
	/// The passphrase is wrong. Damage of the encrypted part looks the same.
	#[error("the passphrase is wrong")]
	WrongPassphrase,
	/// The file is damaged.
	#[error("it is damaged: {0}")]
	Damaged(String),
	/// A newer version of this program wrote it.
	#[error("it was written by a newer version of this program: update it")]
	Newer,
	/// It is of version 1, which takes more memory than a phone has.
	#[error("it is of version 1: convert it with the command line first")]
	Version1,
}

/// Whether these bytes are a key file of version 1.
pub fn is_version_1(file: &[u8]) -> bool {
	file.starts_with(VERSION_1)
}

impl KeyFile {
	/// A new account. Its words restore its encryption key too.
	pub fn generate() -> Result<Self> {
		let entropy = Zeroizing::new(vouchsafe_vault::random_bytes::<16>());
		let words = Mnemonic::from_entropy(&*entropy).context("cannot make words")?;
		Ok(Self::of_words(words.to_string(), 0))
	}

	/// The account of these words or of a sheet's code, and its encryption key of this counter. The
	/// usual counter is that of the code, or 0.
	pub fn from_words(text: &str, counter: Option<u32>) -> Result<Self> {
		let sheet = Sheet::account(text)?;
		let counter = counter.unwrap_or(sheet.counter());
		Ok(Self::of_words(sheet.words().to_string(), counter))
	}

	/// The account of these words, and the one of its encryption keys that the chain has registered.
	/// `None` if the registered key is not one of the first [`COUNTERS`] that follow from the words.
	pub fn restore(words: &str, registered: &[u8; 32]) -> Result<Option<Self>> {
		let entropy = entropy_of(&Sheet::account(words)?.words())?;
		let is_it =
			|counter: &u32| derive_encryption_key(&entropy, *counter).public().0 == *registered;
		(0..COUNTERS).find(is_it).map(|it| Self::from_words(words, Some(it))).transpose()
	}

	fn of_words(words: String, counter: u32) -> Self {
		Self {
			version: VERSION,
			account: AccountSecret::Mnemonic(words),
			encryption: EncryptionSecret::FromWords { counter },
		}
	}

	/// The account of a wallet's JSON export, and a random encryption key.
	pub fn from_wallet_json(json: &str, password: &str) -> Self {
		let (json, password) = (json.to_owned(), password.to_owned());
		Self {
			version: VERSION,
			account: AccountSecret::PolkadotJs { json, password },
			encryption: random(&SecretKey::random()),
		}
	}

	/// The same account with this encryption key, which does not follow from the words.
	pub fn with_encryption_key(mut self, key: &SecretKey) -> Self {
		self.encryption = random(key);
		self
	}

	/// The key under this name.
	pub fn identity(&self, name: &str) -> Result<Identity> {
		let damaged = || format!("the key file of {name} is damaged");
		let encryption = match (&self.encryption, &self.account) {
			(EncryptionSecret::Random(digits), _) => {
				let mut secret = Zeroizing::new([0; 32]);
				hex::decode_to_slice(digits, &mut *secret).with_context(damaged)?;
				SecretKey::from_bytes(&secret)
			},
			(EncryptionSecret::FromWords { counter }, AccountSecret::Mnemonic(words)) => {
				derive_encryption_key(&entropy_of(words)?, *counter)
			},
			(EncryptionSecret::FromWords { .. }, AccountSecret::PolkadotJs { .. }) => {
				bail!(damaged())
			},
		};
		let signer = Arc::new(self.account.signer()?);
		Ok(Identity { name: name.to_owned(), signer, encryption })
	}

	/// The words of the account. An account from a wallet's export has none.
	pub fn words(&self) -> Option<&str> {
		match &self.account {
			AccountSecret::Mnemonic(words) => Some(words),
			AccountSecret::PolkadotJs { .. } => None,
		}
	}

	/// The counter with which the encryption key follows from the words. `None` if it does not: then
	/// only the file restores it.
	pub fn counter(&self) -> Option<u32> {
		match self.encryption {
			EncryptionSecret::FromWords { counter } => Some(counter),
			EncryptionSecret::Random(_) => None,
		}
	}

	/// The file, encrypted. [`Cost::USUAL`] is the cost of all files but a test's.
	pub fn seal(&self, passphrase: &str, cost: Cost) -> Result<Vec<u8>> {
		let plain = Zeroizing::new(serde_json::to_vec(self)?);
		let sealed = passphrase::seal(DOMAIN, &composed(passphrase), cost, &plain)
			.context("cannot encrypt the key")?;
		Ok([DOMAIN, &sealed].concat())
	}

	/// Decrypts a file.
	pub fn open(file: &[u8], passphrase: &str) -> Result<Self, KeyFileError> {
		let damaged = |why: &dyn std::fmt::Display| KeyFileError::Damaged(why.to_string());
		let Some(sealed) = file.strip_prefix(DOMAIN) else {
			return Err(match file {
				_ if is_version_1(file) => KeyFileError::Version1,
				_ if file.starts_with(ANY_VERSION) => KeyFileError::Newer,
				_ => damaged(&"it does not begin as a key file does"),
			});
		};
		let plain = passphrase::open(DOMAIN, &composed(passphrase), sealed);
		let plain = plain.map_err(|error| match error {
			vouchsafe_vault::Error::WrongPassphrase => KeyFileError::WrongPassphrase,
			vouchsafe_vault::Error::UnknownSuite(_) => KeyFileError::Newer,
			vouchsafe_vault::Error::CostlyPassphrase => {
				damaged(&"its passphrase costs more memory or time than any of ours")
			},
			other => damaged(&other),
		})?;
		let content: Self = serde_json::from_slice(&plain).map_err(|error| damaged(&error))?;
		if content.version != VERSION {
			return Err(KeyFileError::Newer);
		}
		Ok(content)
	}
}

fn random(key: &SecretKey) -> EncryptionSecret {
	EncryptionSecret::Random(hex::encode(key.to_bytes().as_slice()))
}

/// The passphrase as it is composed of the fewest characters, so that each keyboard types the same one.
pub fn composed(passphrase: &str) -> Zeroizing<String> {
	Zeroizing::new(unicode::nfc(passphrase))
}

/// The words' entropy.
fn entropy_of(words: &str) -> Result<Zeroizing<Vec<u8>>> {
	Ok(Zeroizing::new(mnemonic(words)?.to_entropy()))
}

fn mnemonic(words: &str) -> Result<Mnemonic> {
	let words = Zeroizing::new(unicode::nfkd(words));
	Mnemonic::parse_normalized(&words).context("the key file is damaged: its words are wrong")
}

/// The parts of a path such as `//HospitalA/1`. The library's reader of such paths brings regular
/// expressions, with Unicode's tables, into the wallet's core.
fn junctions(path: &str) -> Option<Vec<DeriveJunction>> {
	let mut found = Vec::new();
	let mut rest = path;
	while !rest.is_empty() {
		let part = rest.strip_prefix('/')?;
		let name = part.strip_prefix('/').unwrap_or(part);
		let end = name.find('/').unwrap_or(name.len());
		if end == 0 {
			return None;
		}
		let (part, after) = part.split_at(part.len() - name.len() + end);
		found.push(DeriveJunction::from(part));
		rest = after;
	}
	Some(found)
}

impl AccountSecret {
	fn signer(&self) -> Result<Keypair> {
		match self {
			Self::Mnemonic(words) => {
				let words = mnemonic(words)?;
				Keypair::from_phrase(&words, None).context("no key can be made of these words")
			},
			Self::PolkadotJs { json, password } => decrypt_wallet_json(json, password),
		}
	}
}

/// Opens a wallet's JSON export. The library expects a well-formed one, so its length is checked
/// first.
fn decrypt_wallet_json(json: &str, password: &str) -> Result<Keypair> {
	const PARAMETERS: usize = 68;
	let no_export = "not an account exported by a polkadot-js wallet (an sr25519 account in JSON)";
	let value: serde_json::Value = serde_json::from_str(json).context(no_export)?;
	let encoded = value.get("encoded").and_then(|it| it.as_str()).context(no_export)?;
	let bytes = BASE64_STANDARD.decode(encoded).ok().context(no_export)?;
	if bytes.len() < PARAMETERS {
		bail!(no_export);
	}
	polkadot_js_compat::decrypt_json(json, password).map_err(|error| match error {
		polkadot_js_compat::Error::Secretbox(_) => {
			anyhow::anyhow!("cannot open the wallet's export: is the password right?")
		},
		other => anyhow::anyhow!("{no_export}: {other}"),
	})
}

#[cfg(test)]
mod tests;
