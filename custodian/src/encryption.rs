//! Encryption at rest, above the database.
//!
//! A value is encrypted with AES-256-GCM under a random key of its own. That key is sealed to the
//! custodian's X25519 key, so a stolen database without the key file reveals nothing. Deleting the
//! sealed key destroys the value. The values of a study's round share one key ([`RoundKey`]).

mod round_key;

pub use round_key::RoundKey;

use crate::store::VersionId;
use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::{DecodeAll, Encode};
use vouchsafe_vault::{
	label::LabelKey,
	seal::{self, Purpose, SecretKey},
	sharing::Share,
};
use zeroize::Zeroizing;

/// Each key encrypts one message only, so the nonce need not differ.
const NONCE: [u8; 12] = [0; 12];

/// An error of encryption at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
	/// A value could not be encrypted.
	#[error("a stored value can't be encrypted")]
	Encrypt,
	/// A stored value can't be decrypted.
	#[error(
		"a stored value can't be decrypted: is this the key file that the database was made with?"
	)]
	Decrypt,
}

/// An encrypted value, as a database stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
	/// The value's key, sealed to the custodian.
	pub key: Vec<u8>,
	/// The value, encrypted under that key.
	pub ciphertext: Vec<u8>,
}

/// Encrypts what the custodian stores and decrypts it again.
pub struct StorageEncryption {
	key: SecretKey,
}

impl StorageEncryption {
	/// Encryption for the owner of this key.
	pub fn new(key: SecretKey) -> Self {
		Self { key }
	}

	/// Encrypts a value. It can only be decrypted with the same `context`.
	pub fn seal(&self, context: &[u8], value: &[u8]) -> Result<SealedValue, EncryptionError> {
		let key = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		let ciphertext = Aes256Gcm::new((&*key).into())
			.encrypt(&NONCE.into(), Payload { msg: value, aad: context })
			.map_err(|_| EncryptionError::Encrypt)?;
		let key = seal::seal(&self.key.public(), Purpose::Storage, context, key.as_slice())
			.map_err(|_| EncryptionError::Encrypt)?;
		Ok(SealedValue { key, ciphertext })
	}

	/// Decrypts a value.
	pub fn open(
		&self,
		context: &[u8],
		sealed: &SealedValue,
	) -> Result<Zeroizing<Vec<u8>>, EncryptionError> {
		let key = seal::open(&self.key, Purpose::Storage, context, &sealed.key)
			.map_err(|_| EncryptionError::Decrypt)?;
		let cipher = Aes256Gcm::new_from_slice(&key).map_err(|_| EncryptionError::Decrypt)?;
		cipher
			.decrypt(&NONCE.into(), Payload { msg: &sealed.ciphertext, aad: context })
			.map(Zeroizing::new)
			.map_err(|_| EncryptionError::Decrypt)
	}

	/// Encrypts a holder's share of a version.
	pub fn seal_share(
		&self,
		id: VersionId,
		holder: &[u8; 32],
		share: &Share,
	) -> Result<SealedValue, EncryptionError> {
		self.seal(&(id, holder).encode(), &Zeroizing::new(share.encode()))
	}

	/// Decrypts a holder's share of a version.
	pub fn open_share(
		&self,
		id: VersionId,
		holder: &[u8; 32],
		sealed: &SealedValue,
	) -> Result<Share, EncryptionError> {
		let bytes = self.open(&(id, holder).encode(), sealed)?;
		Share::decode_all(&mut &bytes[..]).map_err(|_| EncryptionError::Decrypt)
	}

	/// Encrypts a patient's label key.
	pub fn seal_label_key(
		&self,
		patient: &[u8; 32],
		key: &LabelKey,
	) -> Result<SealedValue, EncryptionError> {
		self.seal(&label_key_context(patient), &key.to_bytes()[..])
	}

	/// Decrypts a patient's label key.
	pub fn open_label_key(
		&self,
		patient: &[u8; 32],
		sealed: &SealedValue,
	) -> Result<LabelKey, EncryptionError> {
		let bytes = self.open(&label_key_context(patient), sealed)?;
		LabelKey::from_bytes(&bytes).ok_or(EncryptionError::Decrypt)
	}
}

fn label_key_context(patient: &[u8; 32]) -> Vec<u8> {
	(b"label-key", patient).encode()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use vouchsafe_vault::sharing::Secret;

	const ID: VersionId = VersionId { record: [1; 32], version: 0, epoch: 0 };

	#[test]
	fn shares_open_only_for_their_version_holder_and_key() {
		let encryption = StorageEncryption::new(SecretKey::random());
		let share = Secret::random().split(3, 5).unwrap().shares.remove(0);
		let sealed = encryption.seal_share(ID, &[2; 32], &share).unwrap();
		assert!(encryption.open_share(ID, &[2; 32], &sealed).unwrap() == share);

		let fails = |encryption: &StorageEncryption, id, holder: [u8; 32], sealed: &SealedValue| {
			assert_eq!(
				encryption.open_share(id, &holder, sealed).err(),
				Some(EncryptionError::Decrypt)
			);
		};
		fails(&encryption, VersionId { version: 1, ..ID }, [2; 32], &sealed);
		fails(&encryption, VersionId { epoch: 1, ..ID }, [2; 32], &sealed);
		fails(&encryption, VersionId { record: [9; 32], ..ID }, [2; 32], &sealed);
		fails(&encryption, ID, [3; 32], &sealed);
		fails(&StorageEncryption::new(SecretKey::random()), ID, [2; 32], &sealed);
		let other = encryption.seal_share(ID, &[2; 32], &share).unwrap();
		fails(&encryption, ID, [2; 32], &SealedValue { key: other.key, ..sealed });
	}

	#[test]
	fn label_keys_open_only_for_their_patient_and_key() {
		let encryption = StorageEncryption::new(SecretKey::random());
		let key = LabelKey::random();
		let sealed = encryption.seal_label_key(&[1; 32], &key).unwrap();
		assert!(encryption.open_label_key(&[1; 32], &sealed).unwrap() == key);
		assert!(encryption.open_label_key(&[2; 32], &sealed).is_err());
		let other = StorageEncryption::new(SecretKey::random());
		assert!(other.open_label_key(&[1; 32], &sealed).is_err());
		let short = encryption.seal(&label_key_context(&[1; 32]), &[7; 31]).unwrap();
		assert_eq!(encryption.open_label_key(&[1; 32], &short), Err(EncryptionError::Decrypt));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(32))]
		#[test]
		fn values_come_back_and_changed_ones_do_not(
			context: Vec<u8>,
			value in prop::collection::vec(any::<u8>(), 0..200),
			position: prop::sample::Index,
		) {
			let encryption = StorageEncryption::new(SecretKey::random());
			let sealed = encryption.seal(&context, &value).unwrap();
			prop_assert_eq!(&*encryption.open(&context, &sealed).unwrap(), &value);
			for in_key in [true, false] {
				let mut changed = sealed.clone();
				let bytes = if in_key { &mut changed.key } else { &mut changed.ciphertext };
				let place = position.index(bytes.len());
				bytes[place] ^= 1;
				prop_assert!(encryption.open(&context, &changed).is_err());
			}
		}
	}
}
