//! Keys: an account (sr25519, signs) and an encryption key (X25519, opens what is sealed to the
//! account).
//!
//! A key named NAME is two files in the home's `keys` folder: `NAME.key`, encrypted with a
//! passphrase ([age](https://age-encryption.org/v1), scrypt), and `NAME.json`, its public half,
//! so that names can be resolved without the passphrase.
//!
//! The encryption key is random and not derived from the words, because extension wallets cannot
//! derive one. The words restore the account; a copy of the key file restores both.

use crate::{
	home::{read_private, write_private, Home},
	names::did_you_mean,
};
use age::secrecy::SecretString;
use anyhow::{bail, Context, Result};
use base64::{prelude::BASE64_STANDARD, Engine};
use bip39::Mnemonic;
use blake2::{Blake2b256, Digest};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, str::FromStr};
use subxt_signer::{polkadot_js_compat, sr25519::Keypair, SecretUri};
use vouchsafe_client::chain::{account_bytes, AccountId, Signer};
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

	fn public(&self) -> PublicHalf {
		PublicHalf {
			account: self.account().to_string(),
			account_hex: format!("0x{}", hex::encode(account_bytes(&self.account()))),
			encryption_key: format!("0x{}", hex::encode(self.encryption_key())),
		}
	}
}

impl std::fmt::Debug for Identity {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Identity({}, {})", self.name, self.account())
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

/// The content of the key file.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Payload {
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

/// The home's keys.
pub struct KeyStore {
	home: Home,
	/// scrypt's cost as a power of two; `None` is a cost of about a second.
	work: Option<u8>,
}

impl KeyStore {
	/// The keys in this home.
	pub fn new(home: &Home) -> Self {
		Self { home: home.clone(), work: None }
	}

	/// The same with another cost of scrypt, for tests.
	pub fn with_work(mut self, power: u8) -> Self {
		self.work = Some(power);
		self
	}

	fn path(&self, name: &str) -> Result<PathBuf> {
		let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
		if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) || name.len() > 64 {
			bail!(
				"“{name}” cannot be the name of a key: use up to 64 of the letters a to z, digits, “-”, \
				 “_” and “.”"
			);
		}
		Ok(self.home.file("keys", &format!("{name}.key")))
	}

	/// The names and public halves of all keys.
	pub fn list(&self) -> Result<Vec<(String, PublicHalf)>> {
		let folder = self.home.path().join("keys");
		if !folder.exists() {
			return Ok(Vec::new());
		}
		let mut keys = Vec::new();
		for file in std::fs::read_dir(folder)? {
			let path = file?.path();
			let name = path.file_stem().and_then(|name| name.to_str());
			if let (Some(name), Some("json")) = (name, path.extension().and_then(|it| it.to_str()))
			{
				let public = serde_json::from_slice(&std::fs::read(&path)?)
					.with_context(|| format!("{} is damaged", path.display()))?;
				keys.push((name.to_owned(), public));
			}
		}
		keys.sort_by(|one, other| one.0.cmp(&other.0));
		Ok(keys)
	}

	/// Checks that a key can be created under this name.
	pub fn check_new(&self, name: &str) -> Result<()> {
		if self.path(name)?.exists() {
			bail!(
				"there is a key named {name} already: choose another name. (`vouchsafe key show {name} \
				 --words` shows the words of the one that exists.)"
			);
		}
		Ok(())
	}

	/// Creates a key with a new account. Returns it with its words, which must be shown.
	pub fn generate(&self, name: &str, passphrase: &str) -> Result<(Identity, Zeroizing<String>)> {
		let entropy = Zeroizing::new(vouchsafe_vault::random_bytes::<16>());
		let words = Mnemonic::from_entropy(&*entropy).context("cannot make words")?;
		let words = Zeroizing::new(words.to_string());
		let identity = self.keep(name, AccountSecret::Mnemonic((*words).clone()), passphrase)?;
		Ok((identity, words))
	}

	/// Creates a key from an account's words.
	pub fn import_words(&self, name: &str, words: &str, passphrase: &str) -> Result<Identity> {
		let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
		self.keep(name, AccountSecret::Mnemonic(words), passphrase)
	}

	/// Creates a key from a wallet's JSON export.
	pub fn import_wallet_json(
		&self,
		name: &str,
		json: &str,
		password: &str,
		passphrase: &str,
	) -> Result<Identity> {
		let secret =
			AccountSecret::PolkadotJs { json: json.to_owned(), password: password.to_owned() };
		self.keep(name, secret, passphrase)
	}

	fn keep(&self, name: &str, account: AccountSecret, passphrase: &str) -> Result<Identity> {
		let path = self.path(name)?;
		self.check_new(name)?;
		let identity = Identity {
			name: name.to_owned(),
			signer: account.signer()?,
			encryption: SecretKey::random(),
		};
		let payload = Payload {
			version: 1,
			account,
			encryption_secret: hex::encode(identity.encryption.to_bytes().as_slice()),
		};
		let plain = Zeroizing::new(serde_json::to_vec(&payload)?);
		let mut recipient = age::scrypt::Recipient::new(secret_string(passphrase));
		if let Some(work) = self.work {
			recipient.set_work_factor(work);
		}
		let sealed = age::encrypt(&recipient, &plain).context("cannot encrypt the key")?;
		self.home.folder("keys")?;
		// Encrypting takes a second: another command may have made a key of this name meanwhile.
		let _lock = self.home.lock()?;
		self.check_new(name)?;
		// The public half comes first: a key file without it would not be listed.
		let public = serde_json::to_vec_pretty(&identity.public())?;
		write_private(&path.with_extension("json"), &public)?;
		write_private(&path, &sealed)?;
		Ok(identity)
	}

	/// Checks that a key with this name exists.
	pub fn find(&self, name: &str) -> Result<PathBuf> {
		let path = self.path(name)?;
		if !path.exists() {
			let keys = self.list()?;
			bail!(
				"there is no key named {name} in {}{}. `vouchsafe key show` lists the keys, and `vouchsafe \
				 key generate {name}` creates one",
				self.home.path().display(),
				did_you_mean(name, keys.iter().map(|(known, _)| known.as_str()))
			);
		}
		Ok(path)
	}

	/// Unlocks a key.
	pub fn unlock(&self, name: &str, passphrase: &str) -> Result<Identity> {
		let payload = self.open(name, passphrase)?;
		let mut secret = Zeroizing::new([0; 32]);
		hex::decode_to_slice(&payload.encryption_secret, &mut *secret)
			.with_context(|| format!("the key file of {name} is damaged"))?;
		Ok(Identity {
			name: name.to_owned(),
			signer: payload.account.signer()?,
			encryption: SecretKey::from_bytes(&secret),
		})
	}

	/// The words of a key's account.
	pub fn words(&self, name: &str, passphrase: &str) -> Result<Zeroizing<String>> {
		match &self.open(name, passphrase)?.account {
			AccountSecret::Mnemonic(words) => Ok(Zeroizing::new(words.clone())),
			AccountSecret::PolkadotJs { .. } => bail!(
				"the key {name} was imported from a wallet's export, which has no words: the wallet can \
				 show them"
			),
		}
	}

	fn open(&self, name: &str, passphrase: &str) -> Result<Payload> {
		let path = self.find(name)?;
		let sealed = read_private(&path)?;
		let identity = age::scrypt::Identity::new(secret_string(passphrase));
		let plain = age::decrypt(&identity, &sealed).map_err(|error| match error {
			age::DecryptError::DecryptionFailed
			| age::DecryptError::KeyDecryptionFailed
			| age::DecryptError::NoMatchingKeys => {
				anyhow::anyhow!("cannot unlock the key {name}: the passphrase is wrong")
			},
			other => anyhow::anyhow!("the key file {} is damaged: {other}", path.display()),
		})?;
		let plain = Zeroizing::new(plain);
		let damaged = || format!("the key file {} is damaged", path.display());
		let payload: Payload = serde_json::from_slice(&plain).with_context(damaged)?;
		if payload.version != 1 {
			bail!(
				"the key file {} was written by a newer version of this program: update it",
				path.display()
			);
		}
		Ok(payload)
	}
}

fn secret_string(text: &str) -> SecretString {
	SecretString::from(text.to_owned())
}

#[cfg(test)]
mod tests;
