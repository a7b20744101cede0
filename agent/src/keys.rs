//! Keys: an account (sr25519, signs) and an encryption key (X25519, opens what is sealed to the
//! account).
//!
//! The encryption key is random and not derived from the words, because extension wallets cannot
//! derive one. The words restore the account; a copy of the key file restores both.

use age::secrecy::SecretString;
use anyhow::{bail, Context, Result};
use base64::{prelude::BASE64_STANDARD, Engine};
use bip39::Mnemonic;
use blake2::{Blake2b256, Digest};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use subxt_signer::{polkadot_js_compat, sr25519::Keypair, SecretUri};
use vouchsafe_protocol::{
	signing::Signer,
	types::{account_bytes, address, AccountId},
};
use vouchsafe_vault::seal::SecretKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// An unlocked key. Its secrets are never printed.
#[derive(Clone)]
pub struct Identity {
	/// Its name, or the development URI.
	pub name: String,
	/// Signs for the account.
	pub signer: Keypair,
	/// Opens what is sealed to the account.
	pub encryption: SecretKey,
}

impl Identity {
	/// The account.
	pub fn account(&self) -> AccountId {
		Signer::account(&self.signer)
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
		let parsed = SecretUri::from_str(uri).with_context(wrong)?;
		let secret = Blake2b256::new_with_prefix(b"vouchsafe/development/").chain_update(uri);
		Ok(Self {
			name: uri.to_owned(),
			signer: Keypair::from_uri(&parsed).with_context(wrong)?,
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

/// The content of a key file: an account and an encryption key. The file is encrypted with a
/// passphrase ([age](https://age-encryption.org/v1), scrypt).
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
	version: u8,
	account: AccountSecret,
	encryption_secret: String,
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

/// The cost of a key file's passphrase, as a power of two: 256 MiB of memory and less than a second.
/// age would measure how fast the machine is now, and take less on a busy one.
pub const WORK: u8 = 18;
/// The greatest cost with which a key file is opened: 4 GiB of memory. age would refuse its own files on a
/// machine that has become slower.
const MAX_WORK: u8 = 22;

/// Why a key file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
	/// The passphrase is wrong.
	#[error("the passphrase is wrong")]
	WrongPassphrase,
	/// The file is damaged.
	#[error("it is damaged: {0}")]
	Damaged(String),
	/// A newer version of this program wrote it.
	#[error("it was written by a newer version of this program: update it")]
	Newer,
}

impl KeyFile {
	/// A new account and a new encryption key.
	pub fn generate() -> Result<Self> {
		let entropy = Zeroizing::new(vouchsafe_vault::random_bytes::<16>());
		let words = Mnemonic::from_entropy(&*entropy).context("cannot make words")?;
		Ok(Self::new(AccountSecret::Mnemonic(words.to_string())))
	}

	/// The account of these words, and a new encryption key.
	pub fn from_words(words: &str) -> Self {
		let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
		Self::new(AccountSecret::Mnemonic(words))
	}

	/// The account of a wallet's JSON export, and a new encryption key.
	pub fn from_wallet_json(json: &str, password: &str) -> Self {
		let (json, password) = (json.to_owned(), password.to_owned());
		Self::new(AccountSecret::PolkadotJs { json, password })
	}

	fn new(account: AccountSecret) -> Self {
		let encryption_secret = hex::encode(SecretKey::random().to_bytes().as_slice());
		Self { version: 1, account, encryption_secret }
	}

	/// The key under this name.
	pub fn identity(&self, name: &str) -> Result<Identity> {
		let mut secret = Zeroizing::new([0; 32]);
		hex::decode_to_slice(&self.encryption_secret, &mut *secret)
			.with_context(|| format!("the key file of {name} is damaged"))?;
		let encryption = SecretKey::from_bytes(&secret);
		Ok(Identity { name: name.to_owned(), signer: self.account.signer()?, encryption })
	}

	/// The words of the account. An account from a wallet's export has none.
	pub fn words(&self) -> Option<&str> {
		match &self.account {
			AccountSecret::Mnemonic(words) => Some(words),
			AccountSecret::PolkadotJs { .. } => None,
		}
	}

	/// The file, encrypted. `work` is scrypt's cost as a power of two: see [`WORK`].
	pub fn seal(&self, passphrase: &str, work: u8) -> Result<Vec<u8>> {
		let plain = Zeroizing::new(serde_json::to_vec(self)?);
		let mut recipient = age::scrypt::Recipient::new(secret_string(passphrase));
		recipient.set_work_factor(work);
		age::encrypt(&recipient, &plain).context("cannot encrypt the key")
	}

	/// Decrypts a file.
	pub fn open(sealed: &[u8], passphrase: &str) -> Result<Self, KeyFileError> {
		let mut identity = age::scrypt::Identity::new(secret_string(passphrase));
		identity.set_max_work_factor(MAX_WORK);
		let plain = age::decrypt(&identity, sealed).map_err(|error| match error {
			age::DecryptError::DecryptionFailed
			| age::DecryptError::KeyDecryptionFailed
			| age::DecryptError::NoMatchingKeys => KeyFileError::WrongPassphrase,
			age::DecryptError::ExcessiveWork { .. } => {
				KeyFileError::Damaged("its passphrase costs more memory than any of ours".into())
			},
			other => KeyFileError::Damaged(other.to_string()),
		})?;
		let plain = Zeroizing::new(plain);
		let file: Self = serde_json::from_slice(&plain)
			.map_err(|error| KeyFileError::Damaged(error.to_string()))?;
		if file.version != 1 {
			return Err(KeyFileError::Newer);
		}
		Ok(file)
	}
}

fn secret_string(text: &str) -> SecretString {
	SecretString::from(text.to_owned())
}

impl AccountSecret {
	fn signer(&self) -> Result<Keypair> {
		match self {
			Self::Mnemonic(words) => {
				let words = Mnemonic::parse(words.as_str()).context(
					"these are not the words of an account: check their spelling and order",
				)?;
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
