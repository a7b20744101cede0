//! A key file that an HSM keeps sealed. An AES key that never leaves the HSM encrypts it (AES-256-GCM, through
//! [PKCS#11](https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/pkcs11-spec-v3.1.html)), so a copy of the
//! disk gives no keys away. The HSM itself does not have the custodian's keys: none can use them for HPKE or
//! sr25519.
//!
//! The sealed file names the HSM's module, token, key and PIN file. So whatever reads a key file also reads a
//! sealed one.
//!
//! *Invariant*: a wrong PIN is tried once. A token locks itself after a few, and a service that is restarted again
//! and again would do that. The token itself remembers that the last PIN was wrong
//! (`CKF_USER_PIN_COUNT_LOW`), and then nothing is tried until a person says so. Some tokens do not tell. So
//! this process remembers it too, and ends with [`WRONG_PIN`], after which systemd does not start it again.

use super::{read_secret, resolve};
use anyhow::{bail, ensure, Context, Result};
use clap::Args;
use cryptoki::{
	context::{CInitializeArgs, CInitializeFlags, Pkcs11},
	error::{Error, RvError},
	mechanism::{aead::GcmParams, Mechanism},
	object::{Attribute, KeyType, ObjectClass, ObjectHandle},
	session::{Session, UserType},
	types::AuthPin,
};
use serde::{Deserialize, Serialize};
use std::{
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// What is authenticated with a sealed key file.
const CONTEXT: &[u8] = b"vouchsafe/v1/key-file";
/// Bytes of the nonce before the ciphertext, and bits of the tag at its end.
const NONCE: usize = 12;
const TAG_BITS: u64 = 128;
/// Bytes of the AES key.
const KEY_LENGTH: u64 = 32;
/// A module is initialised once in a process. True once a PIN was wrong.
static MODULE: Mutex<bool> = Mutex::new(false);

/// The exit code of a program that used a wrong PIN: `EX_CONFIG` of `sysexits.h`.
pub const WRONG_PIN: u8 = 78;

/// The HSM refuses the PIN, or none is tried. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongPin(String);

/// The HSM's key.
#[derive(Args, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hsm {
	/// The HSM's PKCS#11 library, such as /usr/lib/softhsm/libsofthsm2.so. Only root or the user who runs this
	/// may be able to change it.
	#[arg(long, value_name = "FILE")]
	module: PathBuf,
	/// The token's label.
	#[arg(long, value_name = "LABEL")]
	token: String,
	/// The label of the AES key.
	#[arg(long, value_name = "LABEL")]
	key: String,
	/// File with the user's PIN. Only its owner may read it.
	#[arg(long, value_name = "FILE")]
	pin_file: PathBuf,
}

/// A sealed key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
	/// The nonce, and the ciphertext of the key file with the tag, in hex.
	sealed: String,
	/// What opens it.
	pub hsm: Hsm,
}

/// Whether the PIN may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
	/// Not if the last one was wrong.
	Careful,
	/// A person has corrected it.
	AfterWrongPin,
}

impl SealedFile {
	/// The file of this text. None if it is not a sealed one.
	pub fn parse(text: &str) -> Option<Self> {
		toml::from_str(text).ok()
	}

	/// What goes into the file.
	pub fn text(&self) -> Result<Zeroizing<String>> {
		let file = toml::to_string(self)?;
		let what = "# A custodian's secret keys, sealed by an HSM. Only its key can open them.";
		Ok(Zeroizing::new(format!("{what}\n{file}")))
	}

	/// The text of the key file.
	///
	/// # Errors
	///
	/// The HSM cannot be used, refuses the PIN, or does not open the file.
	pub fn open(&self, attempt: Attempt) -> Result<Zeroizing<String>> {
		let bytes = hex::decode(self.sealed.trim_start_matches("0x"));
		let bytes = bytes.ok().filter(|bytes| bytes.len() > NONCE);
		let mut nonce = bytes.context("`sealed` is damaged: it is not long enough, or not hex")?;
		let sealed = nonce.split_off(NONCE);
		let opened = self.hsm.with_key(attempt, false, |session, key| {
			let mechanism = gcm(&mut nonce)?;
			session.decrypt(&mechanism, key, &sealed).map_err(|_| {
				anyhow::anyhow!(
					"the key {:?} of the HSM does not open the key file: another key has sealed it, or the file \
					 is damaged. Take its copy, or seal the unsealed copy again with `vouchsafe-custodian key seal`",
					self.hsm.key
				)
			})
		})?;
		let opened = Zeroizing::new(opened);
		let text = std::str::from_utf8(&opened).context("what is sealed is not text")?;
		Ok(Zeroizing::new(text.to_owned()))
	}
}

impl Hsm {
	/// Seals the text of a key file. With `new_key`, the HSM makes the key, which it must not have yet.
	///
	/// # Errors
	///
	/// The HSM cannot be used, refuses the PIN, or has no such key.
	pub fn seal(&self, text: &str, new_key: bool) -> Result<SealedFile> {
		let mut nonce = vouchsafe_vault::random_bytes::<NONCE>().to_vec();
		let sealed = self.with_key(Attempt::Careful, new_key, |session, key| {
			let sealed = session.encrypt(&gcm(&mut nonce)?, key, text.as_bytes());
			sealed.context("the HSM does not encrypt with this key (AES-GCM)")
		})?;
		let sealed = format!("0x{}{}", hex::encode(nonce), hex::encode(sealed));
		Ok(SealedFile { sealed, hsm: self.clone() })
	}

	/// Logs in, and does something with the key.
	fn with_key<T>(
		&self,
		attempt: Attempt,
		new_key: bool,
		work: impl FnOnce(&Session, ObjectHandle) -> Result<T>,
	) -> Result<T> {
		let mut was_wrong = MODULE.lock().unwrap_or_else(PoisonError::into_inner);
		if *was_wrong && attempt == Attempt::Careful {
			return Err(self.none_is_tried().into());
		}
		let pin = self.pin()?;
		// What was checked is loaded, wherever a link leads meanwhile.
		let path = check_module(&self.module)?;
		let module = Pkcs11::new(&path).with_context(|| {
			format!("can't load the HSM's module {}: install it", path.display())
		})?;
		module
			.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
			.context("the HSM's module does not start")?;
		let done = self.log_in(&module, attempt, &pin).and_then(|session| {
			let key = if new_key { self.make(&session) } else { self.find(&session) };
			work(&session, key?)
		});
		// Its memory has the key's handle and perhaps the PIN.
		let ended = module.finalize();
		match &done {
			Ok(_) => *was_wrong = false,
			Err(error) => *was_wrong |= error.is::<WrongPin>(),
		}
		let done = done?;
		ended.context("can't close the HSM's module")?;
		Ok(done)
	}

	fn pin(&self) -> Result<AuthPin> {
		let text = read_secret(&resolve(self.pin_file.clone())).context("the PIN file")?;
		let pin = text.trim_end_matches(['\r', '\n']);
		ensure!(!pin.is_empty(), "the PIN file {} is empty", self.pin_file.display());
		Ok(AuthPin::new(pin.into()))
	}

	fn log_in(&self, module: &Pkcs11, attempt: Attempt, pin: &AuthPin) -> Result<Session> {
		let slots = module.get_slots_with_initialized_token().context("the HSM does not answer")?;
		let mut found = Vec::new();
		let mut labels = Vec::new();
		for slot in slots {
			let info = module.get_token_info(slot).context("the HSM does not answer")?;
			labels.push(format!("{:?}", info.label()));
			if info.label() == self.token {
				found.push((slot, info));
			}
		}
		let [(slot, info)] = &found[..] else {
			let has = if labels.is_empty() { "none".into() } else { labels.join(", ") };
			let many = if found.is_empty() { "no token" } else { "more than one token" };
			bail!("the HSM has {many} with the label {:?}. Its tokens: {has}", self.token);
		};
		ensure!(
			!info.user_pin_locked(),
			"the token {:?} is locked after wrong PINs: unlock it with the security officer's PIN",
			self.token
		);
		if attempt == Attempt::Careful && info.user_pin_count_low() {
			return Err(self.none_is_tried().into());
		}
		let session = module.open_rw_session(*slot).context("can't open a session with the HSM")?;
		match session.login(UserType::User, Some(pin)) {
			Ok(()) => Ok(session),
			Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange, _)) => {
				Err(WrongPin(format!(
					"the HSM refuses the PIN in {}. It is not tried again, because the token {:?} locks itself \
					 after a few wrong ones. Correct the file, and run `vouchsafe-custodian key show KEYFILE \
					 --after-wrong-pin` once",
					self.pin_file.display(),
					self.token
				))
				.into())
			},
			Err(error) => Err(error).context("can't log in to the HSM"),
		}
	}

	fn none_is_tried(&self) -> WrongPin {
		WrongPin(format!(
			"the last PIN for the token {:?} was wrong, and after a few it locks itself, so none is tried now. \
			 Correct {}, and run `vouchsafe-custodian key show KEYFILE --after-wrong-pin` once",
			self.token,
			self.pin_file.display()
		))
	}

	fn template(&self) -> Vec<Attribute> {
		let label = self.key.as_bytes().to_vec();
		Vec::from([
			Attribute::Class(ObjectClass::SECRET_KEY),
			Attribute::KeyType(KeyType::AES),
			Attribute::Token(true),
			Attribute::Label(label),
		])
	}

	fn find(&self, session: &Session) -> Result<ObjectHandle> {
		let keys = session.find_objects(&self.template()).context("the HSM does not answer")?;
		match keys[..] {
			[key] => Ok(key),
			[] => bail!("the token {:?} has no AES key with the label {:?}", self.token, self.key),
			_ => bail!(
				"the token {:?} has more than one AES key with the label {:?}",
				self.token,
				self.key
			),
		}
	}

	/// Makes a key that cannot leave the HSM.
	fn make(&self, session: &Session) -> Result<ObjectHandle> {
		let keys = session.find_objects(&self.template()).context("the HSM does not answer")?;
		ensure!(
			keys.is_empty(),
			"the token {:?} has a key with the label {:?} already: leave out --new-key, or name another one",
			self.token,
			self.key
		);
		let mut template = self.template();
		template.extend([
			Attribute::ValueLen(KEY_LENGTH.into()),
			Attribute::Private(true),
			Attribute::Sensitive(true),
			Attribute::Extractable(false),
			Attribute::Encrypt(true),
			Attribute::Decrypt(true),
		]);
		let made = session.generate_key(&Mechanism::AesKeyGen, &template);
		made.context("the HSM does not make a key")
	}
}

fn gcm(nonce: &mut [u8]) -> Result<Mechanism<'_>> {
	Ok(Mechanism::AesGcm(GcmParams::new(nonce, CONTEXT, TAG_BITS.into())?))
}

/// The module's code runs in this program, which may be root's. So nobody else may be able to change it. Returns
/// its path without links.
fn check_module(path: &Path) -> Result<PathBuf> {
	let what = || format!("can't find the HSM's module {}", path.display());
	ensure!(path.is_absolute(), "the HSM's module must be named by its whole path");
	let path = path.canonicalize().with_context(what)?;
	ensure!(path.is_file(), "the HSM's module {} is not a regular file", path.display());
	let own = rustix::process::geteuid().as_raw();
	let group = rustix::process::getegid().as_raw();
	for part in path.ancestors() {
		let metadata = part.metadata().with_context(what)?;
		let is_trusted = metadata.uid() == 0 || metadata.uid() == own;
		let others = if [0, group].contains(&metadata.gid()) { 0o002 } else { 0o022 };
		// In a folder with the sticky bit, such as /tmp, others cannot replace what is not theirs.
		let others_write = metadata.mode() & others != 0 && metadata.mode() & 0o1000 == 0;
		ensure!(
			is_trusted && !others_write,
			"users other than root can change {}. The HSM's module {} runs with the rights of this program: let \
			 only root change it (chown root, chmod go-w)",
			part.display(),
			path.display()
		);
	}
	Ok(path)
}

#[cfg(test)]
mod tests;
