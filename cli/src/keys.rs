//! The keys in the home.
//!
//! A key named NAME is two files in the home's `keys` folder: `NAME.key`, encrypted with a
//! passphrase, and `NAME.json`, its public half, so that names can be resolved without the
//! passphrase.

mod version_1;

use crate::{
	home::{read_private, write_private, Home},
	names::did_you_mean,
};
use anyhow::{anyhow, bail, Context, Result};
use std::path::PathBuf;
use vouchsafe_agent::keys::{is_version_1, KeyFile, KeyFileError};
use vouchsafe_vault::seal::SecretKey;
use zeroize::Zeroizing;

pub use vouchsafe_agent::keys::{Cost, Identity, PublicHalf};

/// The words of a key.
pub struct Words {
	/// The words, which restore the account.
	pub words: Zeroizing<String>,
	/// The counter with which they restore the encryption key too. `None` if they do not restore it.
	pub counter: Option<u32>,
}

/// The home's keys.
pub struct KeyStore {
	home: Home,
	cost: Cost,
}

impl KeyStore {
	/// The keys in this home.
	pub fn new(home: &Home) -> Self {
		Self { home: home.clone(), cost: Cost::USUAL }
	}

	/// The same with another cost of new files' passphrases, for tests.
	pub fn with_cost(mut self, cost: Cost) -> Self {
		self.cost = cost;
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

	/// Whether there is a key with this name. It is an error if there cannot be one.
	pub fn exists(&self, name: &str) -> Result<bool> {
		Ok(self.path(name)?.exists())
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
		let file = KeyFile::generate()?;
		let words = Zeroizing::new(file.words().unwrap_or_default().to_owned());
		Ok((self.keep(name, &file, passphrase)?, words))
	}

	/// Creates a key with a new account and this encryption key. Returns it with its words, which restore
	/// only the account.
	pub fn renew(
		&self,
		name: &str,
		encryption: &SecretKey,
		passphrase: &str,
	) -> Result<(Identity, Zeroizing<String>)> {
		let file = KeyFile::generate()?.with_encryption_key(encryption);
		let words = Zeroizing::new(file.words().unwrap_or_default().to_owned());
		Ok((self.keep(name, &file, passphrase)?, words))
	}

	/// Creates a key from an account's words or a sheet's code: see [`KeyFile::from_words`].
	pub fn import_words(
		&self,
		name: &str,
		words: &str,
		counter: Option<u32>,
		passphrase: &str,
	) -> Result<Identity> {
		self.keep(name, &KeyFile::from_words(words, counter)?, passphrase)
	}

	/// Creates a key from a wallet's JSON export.
	pub fn import_wallet_json(
		&self,
		name: &str,
		json: &str,
		password: &str,
		passphrase: &str,
	) -> Result<Identity> {
		self.keep(name, &KeyFile::from_wallet_json(json, password), passphrase)
	}

	fn keep(&self, name: &str, file: &KeyFile, passphrase: &str) -> Result<Identity> {
		let path = self.path(name)?;
		self.check_new(name)?;
		let identity = file.identity(name)?;
		let sealed = file.seal(passphrase, self.cost)?;
		self.home.folder("keys")?;
		// Encrypting takes a second: another command may have made a key of this name meanwhile.
		let _lock = self.home.lock_now()?;
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
		self.open(name, passphrase)?.identity(name)
	}

	/// The words of a key's account.
	pub fn words(&self, name: &str, passphrase: &str) -> Result<Words> {
		let file = self.open(name, passphrase)?;
		let words = file.words().with_context(|| {
			format!(
				"the key {name} was imported from a wallet's export, which has no words: the wallet can \
				 show them"
			)
		})?;
		Ok(Words { words: Zeroizing::new(words.to_owned()), counter: file.counter() })
	}

	/// Whether a key's file is of version 1, and could be [converted](Self::convert).
	pub fn is_version_1(&self, name: &str) -> Result<bool> {
		Ok(is_version_1(&read_private(&self.find(name)?)?))
	}

	/// Writes a key's file again in the newest version, under the same passphrase and with the same
	/// keys.
	pub fn convert(&self, name: &str, passphrase: &str) -> Result<Identity> {
		let path = self.find(name)?;
		let before = read_private(&path)?;
		let file = self.open(name, passphrase)?;
		let identity = file.identity(name)?;
		let sealed = file.seal(passphrase, self.cost)?;
		// The old file is the only copy of its encryption key.
		let again = KeyFile::open(&sealed, passphrase)?.identity(name)?;
		if again.public() != identity.public() {
			bail!("the key {name} cannot be converted: the new file has other keys. Nothing was changed");
		}
		let _lock = self.home.lock_now()?;
		if *read_private(&path)? != *before {
			bail!("another command has changed the key {name} meanwhile: try again");
		}
		write_private(&path, &sealed)?;
		Ok(identity)
	}

	fn open(&self, name: &str, passphrase: &str) -> Result<KeyFile> {
		let path = self.find(name)?;
		let file = path.display();
		let bytes = read_private(&path)?;
		let opened = match is_version_1(&bytes) {
			true => version_1::open(&bytes, passphrase),
			false => KeyFile::open(&bytes, passphrase),
		};
		opened.map_err(|error| match error {
			KeyFileError::WrongPassphrase => anyhow!("cannot unlock the key {name}: {error}"),
			KeyFileError::Damaged(why) => anyhow!("the key file {file} is damaged: {why}"),
			KeyFileError::Newer => anyhow!(
				"the key file {file} was written by a newer version of this program: update it"
			),
			KeyFileError::Version1 => anyhow!("the key file {file} is of version 1"),
		})
	}
}

#[cfg(test)]
mod tests;
