//! The custodian's keys: the account that signs acknowledgements, and the X25519 keys to which its
//! shares are sealed. They are in one file that only its owner may read. The daemon starts
//! unattended, so the file has no passphrase: protect the disk instead, or let systemd or an HSM keep it
//! sealed.

mod encryption;
pub mod hsm;
mod secret_file;

pub use encryption::EncryptionKeys;
pub use secret_file::{read_secret, resolve, CREDENTIALS};

use anyhow::{bail, ensure, Context};
use blake2::{digest::consts::U32, Blake2b, Digest};
use hsm::{Attempt, Hsm, SealedFile};
use serde::{Deserialize, Serialize};
use std::{path::Path, str::FromStr};
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::messages::Hex;
use vouchsafe_vault::seal::{PublicKey, SecretKey};
use zeroize::{Zeroize, Zeroizing};

/// How many encryption keys a file has at most. Each is tried in turn.
const MOST: usize = 8;

/// The keys.
pub struct Keys {
	/// Signs acknowledgements.
	pub account: Keypair,
	/// Open what is sealed to the custodian.
	pub encryption: EncryptionKeys,
}

/// The content of the key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
	/// A secret URI: 32 bytes in hex, a mnemonic, or a development path.
	account: String,
	/// The newest encryption key: 32 bytes in hex.
	encryption: String,
	/// The encryption keys before it, the last one first.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	earlier: Vec<String>,
	/// The HSM that keeps the file sealed.
	#[serde(skip)]
	hsm: Option<Hsm>,
}

impl Drop for KeyFile {
	fn drop(&mut self) {
		self.account.zeroize();
		self.encryption.zeroize();
		self.earlier.zeroize();
	}
}

impl KeyFile {
	fn new(account: &str, keys: &[SecretKey]) -> anyhow::Result<Self> {
		let hex = |key: &SecretKey| format!("0x{}", hex::encode(*key.to_bytes()));
		let (newest, earlier) = keys.split_first().context("there is no encryption key")?;
		let earlier = earlier.iter().map(hex).collect();
		Ok(Self { account: account.to_owned(), encryption: hex(newest), earlier, hsm: None })
	}

	fn parse(text: &str, attempt: Attempt) -> anyhow::Result<Self> {
		if let Some(sealed) = SealedFile::parse(text) {
			let mut file = Self::parse_plain(&sealed.open(attempt)?)?;
			file.hsm = Some(sealed.hsm);
			return Ok(file);
		}
		Self::parse_plain(text)
	}

	fn parse_plain(text: &str) -> anyhow::Result<Self> {
		// The parser's message would show the faulty line, which may contain a secret.
		let Ok(file) = toml::from_str(text) else {
			bail!("it must have the entries `account` and `encryption`, may have `earlier`, and no others");
		};
		Ok(file)
	}

	/// What is written into the file, sealed if it was.
	fn text(&self) -> anyhow::Result<Zeroizing<String>> {
		let text = self.plain_text()?;
		self.hsm.as_ref().map_or(Ok(text.clone()), |hsm| hsm.seal(&text, false)?.text())
	}

	fn plain_text(&self) -> anyhow::Result<Zeroizing<String>> {
		Ok(Zeroizing::new(format!(
			"# A custodian's secret keys. Anyone who has them can decrypt its key shares.\n{}",
			*Zeroizing::new(toml::to_string(self)?)
		)))
	}

	fn keys(&self) -> anyhow::Result<Keys> {
		let account = SecretUri::from_str(&self.account)
			.ok()
			.and_then(|uri| Keypair::from_uri(&uri).ok())
			.context("`account` is not a secret URI (such as 0x and 64 hex digits)")?;
		let newest = secret_key(&self.encryption);
		let newest = newest.context("`encryption` is not 0x and 64 hex digits")?;
		let earlier: Option<_> = self.earlier.iter().map(|hex| secret_key(hex)).collect();
		let earlier = earlier.context("a key in `earlier` is not 0x and 64 hex digits")?;
		Ok(Keys { account, encryption: EncryptionKeys::new(newest, earlier) })
	}
}

fn secret_key(hex: &str) -> Option<SecretKey> {
	let mut bytes = Hex::<32>::from_str(hex).ok()?;
	let key = SecretKey::from_bytes(&bytes.0);
	bytes.0.zeroize();
	Some(key)
}

impl Keys {
	/// Reads the key file, and refuses it if others may access it.
	pub fn read(path: &Path) -> anyhow::Result<Self> {
		Self::parse(&read_secret(path)?)
			.with_context(|| format!("in the key file {}", path.display()))
	}

	/// The same, after somebody has corrected the PIN of the HSM.
	pub fn read_after_wrong_pin(path: &Path) -> anyhow::Result<Self> {
		KeyFile::parse(&read_secret(path)?, Attempt::AfterWrongPin)?.keys()
	}

	/// Reads the text of a key file.
	pub fn parse(text: &str) -> anyhow::Result<Self> {
		KeyFile::parse(text, Attempt::Careful)?.keys()
	}

	/// Has an HSM seal the key file, and writes the sealed one to a new file. The key file itself stays as it is:
	/// an unsealed one, or one that another HSM has sealed. With `new_key`, the HSM makes its key.
	pub fn seal(path: &Path, out: &Path, hsm: &Hsm, new_key: bool) -> anyhow::Result<Self> {
		let file = KeyFile::parse(&read_secret(path)?, Attempt::Careful)?;
		let keys = file.keys()?;
		// Before the HSM makes a key for nothing.
		ensure!(!out.exists(), "{} exists already: name another file with --out", out.display());
		secret_file::create(out, &hsm.seal(&file.plain_text()?, new_key)?.text()?)?;
		Ok(keys)
	}

	/// Creates new keys and writes them to a new file.
	pub fn generate(path: &Path) -> anyhow::Result<Self> {
		let account = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		let hex = Zeroizing::new(format!("0x{}", hex::encode(*account)));
		Self::write(path, &hex, SecretKey::random())
	}

	/// Writes the publicly known keys of a development network's custodian to a new file.
	pub fn development(path: &Path, uri: &str) -> anyhow::Result<Self> {
		ensure!(uri.starts_with("//"), "a development path must begin with //");
		let digest = Blake2b::<U32>::new()
			.chain_update(b"vouchsafe/development/")
			.chain_update(uri)
			.finalize();
		Self::write(path, uri, SecretKey::from_bytes(&digest.into()))
	}

	fn write(path: &Path, account: &str, encryption: SecretKey) -> anyhow::Result<Self> {
		let file = KeyFile::new(account, &[encryption])?;
		secret_file::create(path, &file.text()?)?;
		file.keys()
	}

	/// Adds a new encryption key to the key file, before all others. With `out`, the file stays as it is, and
	/// the changed one is written there.
	pub fn add_encryption_key(path: &Path, out: Option<&Path>) -> anyhow::Result<Self> {
		Self::change(path, out, |mut secrets| {
			ensure!(
				secrets.len() < MOST,
				"the key file has {MOST} encryption keys already: wait until the time of some is over"
			);
			secrets.insert(0, SecretKey::random());
			Ok(secrets)
		})
	}

	/// Removes encryption keys from the key file. The newest one stays.
	pub fn remove_encryption_keys(
		path: &Path,
		gone: &[PublicKey],
		out: Option<&Path>,
	) -> anyhow::Result<Self> {
		Self::change(path, out, |secrets| {
			let mut secrets = secrets.into_iter();
			let newest = secrets.next();
			let kept = secrets.filter(|secret| !gone.contains(&secret.public()));
			Ok(newest.into_iter().chain(kept).collect())
		})
	}

	fn change(
		path: &Path,
		out: Option<&Path>,
		change: impl FnOnce(Vec<SecretKey>) -> anyhow::Result<Vec<SecretKey>>,
	) -> anyhow::Result<Self> {
		let _lock = secret_file::lock_folder(out.unwrap_or(path))?;
		let (text, read) = secret_file::read_to_replace(path)?;
		let file = KeyFile::parse(&text, Attempt::Careful)?;
		let secrets = change(file.keys()?.encryption.secrets())?;
		let mut changed = KeyFile::new(&file.account, &secrets)?;
		changed.hsm = file.hsm.clone();
		match out {
			Some(out) => secret_file::create(out, &changed.text()?)?,
			None => secret_file::replace(path, read, &changed.text()?)?,
		}
		changed.keys()
	}
}

#[cfg(test)]
mod tests;
