//! What is stored on this device. A random key, the *device key*, encrypts everything but the locks:
//! the device key itself, sealed under a passphrase and for passkeys.
//!
//! The names of stored values are HMACs of their places, so that a copy of the browser's storage shows
//! neither accounts nor records.

use crate::host::{Host, StorageError, DOCUMENT};
use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use anyhow::{bail, Context as _, Result};
use codec::{Decode, DecodeAll, Encode};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use vouchsafe_vault::{
	passphrase::{self, Cost},
	random_bytes,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The key of the locks.
const LOCKS: &str = "locks";
/// What a passphrase seals.
const DOMAIN: &[u8] = b"vouchsafe/wallet/device-key/1";
/// What the keys of values begin with.
const VALUE: &str = "value-";

/// The ways to the device key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Locks {
	version: u8,
	/// The device key under the passphrase.
	by_passphrase: Vec<u8>,
	/// What passkeys' PRF extension is asked.
	pub prf_input: [u8; 32],
	/// The device key for each passkey.
	by_passkey: Vec<PasskeyLock>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct PasskeyLock {
	credential: Vec<u8>,
	nonce: [u8; 12],
	sealed: Vec<u8>,
}

/// Why a lock does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
	/// Another passphrase.
	#[error("the passphrase is wrong")]
	WrongPassphrase,
	/// A passkey that was not added, or that gave another output.
	#[error("this passkey does not open the wallet")]
	WrongPasskey,
	/// The stored bytes are damaged.
	#[error("what this device keeps of the wallet is damaged: restore it from your words")]
	Damaged,
}

/// Encrypts what is stored.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DeviceKey([u8; 32]);

impl DeviceKey {
	/// A new key, sealed under a passphrase.
	pub fn create(passphrase: &str, cost: Cost) -> Result<(Self, Locks)> {
		let key = Self(random_bytes());
		let by_passphrase = passphrase::seal(DOMAIN, passphrase, cost, &key.0)?;
		let locks =
			Locks { version: 1, by_passphrase, prf_input: random_bytes(), by_passkey: vec![] };
		Ok((key, locks))
	}

	fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
		let mut derived = Zeroizing::new([0; 32]);
		Hkdf::<Sha256>::new(None, &self.0)
			.expand(purpose, &mut *derived)
			.expect("32 bytes can be derived; qed");
		derived
	}

	/// The key under which a place is stored.
	fn place(&self, start: &str, folder: &str, name: &str) -> String {
		let mut mac = Hmac::<Sha256>::new_from_slice(&*self.derive(b"names"))
			.expect("any length is a key; qed");
		mac.update(&(folder, name).encode());
		format!("{start}{}", hex::encode(&mac.finalize().into_bytes()[..16]))
	}

	/// What is stored for bytes at a place: key and value.
	pub fn seal(&self, folder: &str, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
		self.seal_at(VALUE, folder, name, bytes)
	}

	/// What is stored for a document: key and value.
	pub fn seal_document(&self, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
		self.seal_at(DOCUMENT, "", name, bytes)
	}

	fn seal_at(&self, start: &str, folder: &str, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
		let place = self.place(start, folder, name);
		let nonce: [u8; 12] = random_bytes();
		let plain = Zeroizing::new((folder, name, bytes).encode());
		let sealed = Aes256Gcm::new((&*self.derive(b"values")).into())
			.encrypt(&nonce.into(), Payload { msg: &plain, aad: place.as_bytes() })
			.expect("memory is shorter than the limit of AES-GCM; qed");
		(place, [&nonce[..], &sealed].concat())
	}

	/// The key of a place, to remove it.
	pub fn removal(&self, folder: &str, name: &str) -> String {
		self.place(VALUE, folder, name)
	}

	/// The key of a document.
	pub fn document(&self, name: &str) -> String {
		self.place(DOCUMENT, "", name)
	}

	/// Folder, name and bytes of a stored value.
	pub fn open(&self, key: &str, value: &[u8]) -> Result<(String, String, Vec<u8>), LockError> {
		let (nonce, sealed) = value.split_first_chunk::<12>().ok_or(LockError::Damaged)?;
		let plain = Aes256Gcm::new((&*self.derive(b"values")).into())
			.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: key.as_bytes() })
			.map(Zeroizing::new)
			.map_err(|_| LockError::Damaged)?;
		Decode::decode(&mut &plain[..]).map_err(|_| LockError::Damaged)
	}
}

impl Locks {
	/// The locks among what is stored. `None` if there is no wallet.
	pub fn find(stored: &[(String, Vec<u8>)]) -> Result<Option<Self>, LockError> {
		let Some((_, bytes)) = stored.iter().find(|(key, _)| key == LOCKS) else {
			return Ok(None);
		};
		let locks = Self::decode_all(&mut &bytes[..]).map_err(|_| LockError::Damaged)?;
		match locks.version {
			1 => Ok(Some(locks)),
			_ => Err(LockError::Damaged),
		}
	}

	/// What is stored of them: key and value.
	pub fn stored(&self) -> (String, Vec<u8>) {
		(LOCKS.to_owned(), self.encode())
	}

	/// The device key, by the passphrase.
	pub fn open(&self, passphrase: &str) -> Result<DeviceKey, LockError> {
		let opened = passphrase::open(DOMAIN, passphrase, &self.by_passphrase);
		let plain = opened.map_err(|error| match error {
			vouchsafe_vault::Error::WrongPassphrase => LockError::WrongPassphrase,
			_ => LockError::Damaged,
		})?;
		plain.as_slice().try_into().map(DeviceKey).map_err(|_| LockError::Damaged)
	}

	/// The device key, by the output of a passkey's PRF extension.
	pub fn open_by_passkey(
		&self,
		credential: &[u8],
		output: &[u8],
	) -> Result<DeviceKey, LockError> {
		let lock = self.by_passkey.iter().find(|lock| lock.credential == credential);
		let lock = lock.ok_or(LockError::WrongPasskey)?;
		let payload = Payload { msg: &lock.sealed, aad: credential };
		let plain = cipher_of(output)
			.decrypt(&lock.nonce.into(), payload)
			.map(Zeroizing::new)
			.map_err(|_| LockError::WrongPasskey)?;
		plain.as_slice().try_into().map(DeviceKey).map_err(|_| LockError::Damaged)
	}

	/// Adds a passkey.
	pub fn add_passkey(&mut self, key: &DeviceKey, credential: &[u8], output: &[u8]) -> Result<()> {
		if output.len() < 32 || credential.is_empty() {
			bail!("this passkey has no PRF output");
		}
		let nonce = random_bytes();
		let sealed = cipher_of(output)
			.encrypt(&nonce.into(), Payload { msg: &key.0, aad: credential })
			.ok()
			.context("cannot seal")?;
		self.by_passkey.retain(|lock| lock.credential != credential);
		self.by_passkey.push(PasskeyLock { credential: credential.to_vec(), nonce, sealed });
		Ok(())
	}

	/// Removes a passkey.
	pub fn remove_passkey(&mut self, credential: &[u8]) {
		self.by_passkey.retain(|lock| lock.credential != credential);
	}

	/// Seals the device key under another passphrase. The one before does not open it any more.
	pub fn change_passphrase(
		&mut self,
		key: &DeviceKey,
		passphrase: &str,
		cost: Cost,
	) -> Result<()> {
		self.by_passphrase = passphrase::seal(DOMAIN, passphrase, cost, &key.0)?;
		Ok(())
	}

	/// Under which name an authenticator keeps the passkey. It says nothing about the account.
	pub fn passkey_user(&self) -> [u8; 32] {
		Sha256::new_with_prefix(b"vouchsafe/wallet/passkey-user/1")
			.chain_update(self.prf_input)
			.finalize()
			.into()
	}

	/// The passkeys' credentials.
	pub fn passkeys(&self) -> impl Iterator<Item = &[u8]> {
		self.by_passkey.iter().map(|lock| lock.credential.as_slice())
	}
}

fn cipher_of(output: &[u8]) -> Aes256Gcm {
	let mut key = Zeroizing::new([0; 32]);
	Hkdf::<Sha256>::new(None, output)
		.expand(b"vouchsafe/wallet/passkey/1", &mut *key)
		.expect("32 bytes can be derived; qed");
	Aes256Gcm::new((&*key).into())
}

/// Removes everything from this device.
pub async fn forget(host: &impl Host) -> Result<(), StorageError> {
	host.remove_own_files();
	host.replace(vec![]).await
}

#[cfg(test)]
mod tests {
	use super::*;

	fn create() -> (DeviceKey, Locks) {
		DeviceKey::create("correct horse", Cost::LEAST).unwrap()
	}

	#[test]
	fn the_passphrase_opens_and_another_does_not() {
		let (key, locks) = create();
		assert_eq!(locks.open("correct horse").unwrap().0, key.0);
		assert_eq!(locks.open("wrong").err(), Some(LockError::WrongPassphrase));
		assert_eq!(Locks::find(&[locks.stored()]), Ok(Some(locks)));
		assert_eq!(Locks::find(&[]), Ok(None));
		assert_eq!(Locks::find(&[(LOCKS.into(), vec![7])]), Err(LockError::Damaged));
	}

	#[test]
	fn a_passkey_opens_with_its_own_output_only() {
		let (key, mut locks) = create();
		locks.add_passkey(&key, b"one", &[1; 32]).unwrap();
		locks.add_passkey(&key, b"two", &[2; 32]).unwrap();
		assert_eq!(locks.open_by_passkey(b"one", &[1; 32]).unwrap().0, key.0);
		for (credential, output) in [(&b"one"[..], [2; 32]), (b"two", [1; 32]), (b"no", [1; 32])] {
			let opened = locks.open_by_passkey(credential, &output);
			assert_eq!(opened.err(), Some(LockError::WrongPasskey));
		}
		assert!(locks.add_passkey(&key, b"short", &[1; 16]).is_err());
		locks.remove_passkey(b"one");
		assert_eq!(locks.passkeys().collect::<Vec<_>>(), [b"two"]);
		let removed = locks.open_by_passkey(b"one", &[1; 32]);
		assert_eq!(removed.err(), Some(LockError::WrongPasskey));
		assert!(locks.open_by_passkey(b"two", &[2; 32]).is_ok());
		assert!(locks.open("correct horse").is_ok());
	}

	#[test]
	fn another_passphrase_takes_the_place_of_the_first() {
		let (key, mut locks) = create();
		locks.add_passkey(&key, b"one", &[1; 32]).unwrap();
		locks.change_passphrase(&key, "battery staple", Cost::LEAST).unwrap();
		assert_eq!(locks.open("battery staple").unwrap().0, key.0);
		assert_eq!(locks.open("correct horse").err(), Some(LockError::WrongPassphrase));
		assert_eq!(locks.open_by_passkey(b"one", &[1; 32]).unwrap().0, key.0);
	}

	#[test]
	fn what_is_stored_shows_nothing_and_stays_at_its_place() {
		let (key, _) = create();
		let (place, value) = key.seal("names", "Dr. A", b"a secret");
		let all = [place.as_bytes(), &value].concat();
		for word in [&b"names"[..], b"Dr. A", b"a secret"] {
			assert!(!all.windows(word.len()).any(|it| it == word));
		}
		let opened = key.open(&place, &value).unwrap();
		assert_eq!(opened, ("names".into(), "Dr. A".into(), b"a secret".to_vec()));
		let other = key.removal("names", "Dr. B");
		assert_eq!(key.open(&other, &value), Err(LockError::Damaged));
		assert_eq!(key.open(&place, &value[..5]), Err(LockError::Damaged));
		assert_eq!(create().0.open(&place, &value), Err(LockError::Damaged));
	}
}
