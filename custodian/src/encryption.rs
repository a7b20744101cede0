//! Encryption at rest, above the database.
//!
//! A value is encrypted with AES-256-GCM under a random key of its own. That key is sealed to the
//! custodian's X25519 key, so a stolen database without the key file reveals nothing. Deleting the
//! sealed key destroys the value. The values of a study's round share one key ([`RoundKey`]). When the
//! custodian gets a new X25519 key, only the sealed keys change.

mod round_key;

pub use round_key::RoundKey;

use crate::{
	keys::EncryptionKeys,
	store::{KeyOf, VersionId},
};
use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::{DecodeAll, Encode};
use vouchsafe_vault::{
	label::LabelKey,
	seal::{self, Purpose},
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
#[derive(Clone)]
pub struct StorageEncryption {
	keys: EncryptionKeys,
}

impl StorageEncryption {
	/// Encryption for the custodian with these keys.
	pub fn new(keys: impl Into<EncryptionKeys>) -> Self {
		Self { keys: keys.into() }
	}

	/// Encrypts a value. It can only be decrypted with the same `context`.
	pub fn seal(&self, context: &[u8], value: &[u8]) -> Result<SealedValue, EncryptionError> {
		let key = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		let ciphertext = Aes256Gcm::new((&*key).into())
			.encrypt(&NONCE.into(), Payload { msg: value, aad: context })
			.map_err(|_| EncryptionError::Encrypt)?;
		let key = self.seal_key(context, &key[..])?;
		Ok(SealedValue { key, ciphertext })
	}

	fn seal_key(&self, context: &[u8], key: &[u8]) -> Result<Vec<u8>, EncryptionError> {
		seal::seal(&self.keys.public(), Purpose::Storage, context, key)
			.map_err(|_| EncryptionError::Encrypt)
	}

	/// Decrypts a value.
	pub fn open(
		&self,
		context: &[u8],
		sealed: &SealedValue,
	) -> Result<Zeroizing<Vec<u8>>, EncryptionError> {
		let open = |key: &_| seal::open(key, Purpose::Storage, context, &sealed.key);
		let key = self.keys.open_with(open).map_err(|_| EncryptionError::Decrypt)?;
		let cipher = Aes256Gcm::new_from_slice(&key).map_err(|_| EncryptionError::Decrypt)?;
		cipher
			.decrypt(&NONCE.into(), Payload { msg: &sealed.ciphertext, aad: context })
			.map(Zeroizing::new)
			.map_err(|_| EncryptionError::Decrypt)
	}

	/// Seals the key of a stored value again, if it is sealed to another of the custodian's keys than the one
	/// in use. None if it is sealed to that one.
	pub fn seal_again(
		&self,
		of: &KeyOf,
		sealed: &[u8],
	) -> Result<Option<Vec<u8>>, EncryptionError> {
		let context = &match of {
			KeyOf::Share { version, holder, .. } => share_context(*version, holder),
			KeyOf::Labels(patient) => label_key_context(patient),
			KeyOf::Study(study, round) => round_key::context(*study, *round),
		};
		let open = |key: &_| seal::open(key, Purpose::Storage, context, sealed);
		if self.keys.open_with_the_one_in_use(open).is_ok() {
			return Ok(None);
		}
		let key = self.keys.open_with(open).map_err(|_| EncryptionError::Decrypt)?;
		self.seal_key(context, &key).map(Some)
	}

	/// Encrypts a holder's share of a version.
	pub fn seal_share(
		&self,
		id: VersionId,
		holder: &[u8; 32],
		share: &Share,
	) -> Result<SealedValue, EncryptionError> {
		self.seal(&share_context(id, holder), &Zeroizing::new(share.encode()))
	}

	/// Decrypts a holder's share of a version.
	pub fn open_share(
		&self,
		id: VersionId,
		holder: &[u8; 32],
		sealed: &SealedValue,
	) -> Result<Share, EncryptionError> {
		let bytes = self.open(&share_context(id, holder), sealed)?;
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

fn share_context(id: VersionId, holder: &[u8; 32]) -> Vec<u8> {
	(id, holder).encode()
}

fn label_key_context(patient: &[u8; 32]) -> Vec<u8> {
	(b"label-key", patient).encode()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use vouchsafe_vault::{seal::SecretKey, sharing::Secret};

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

	#[test]
	fn keys_of_values_are_sealed_again_to_the_key_in_use_and_to_no_other() {
		let (old, new) = (SecretKey::random(), SecretKey::random());
		let only_old = StorageEncryption::new(old.clone());
		let only_new = StorageEncryption::new(new.clone());
		let both = StorageEncryption::new(EncryptionKeys::new(new, vec![old]));
		let share = Secret::random().split(3, 5).unwrap().shares.remove(0);
		let of_share = KeyOf::Share { row: 1, version: ID, holder: [2; 32] };
		let label = LabelKey::random();

		let sealed = only_old.seal_share(ID, &[2; 32], &share).unwrap();
		let again = both.seal_again(&of_share, &sealed.key).unwrap().unwrap();
		assert_eq!(both.seal_again(&of_share, &again), Ok(None));
		assert_eq!(only_old.seal_again(&of_share, &again), Err(EncryptionError::Decrypt));
		let other = KeyOf::Share { row: 1, version: ID, holder: [3; 32] };
		assert_eq!(both.seal_again(&other, &sealed.key), Err(EncryptionError::Decrypt));
		let sealed = SealedValue { key: again, ..sealed };
		assert!(only_new.open_share(ID, &[2; 32], &sealed).unwrap() == share);
		assert!(only_old.open_share(ID, &[2; 32], &sealed).is_err());

		let sealed = only_old.seal_label_key(&[1; 32], &label).unwrap();
		let key = both.seal_again(&KeyOf::Labels([1; 32]), &sealed.key).unwrap().unwrap();
		let sealed = SealedValue { key, ..sealed };
		assert!(only_new.open_label_key(&[1; 32], &sealed).unwrap() == label);

		let sealed = only_old.new_round_key(7, Some(1)).unwrap();
		let value = only_old.open_round_key(7, Some(1), &sealed).unwrap();
		let value = value.encrypt(b"c", b"value").unwrap();
		let key = both.seal_again(&KeyOf::Study(7, Some(1)), &sealed.key).unwrap().unwrap();
		let sealed = SealedValue { key, ..sealed };
		let round = only_new.open_round_key(7, Some(1), &sealed).unwrap();
		assert_eq!(*round.decrypt(b"c", &value).unwrap(), b"value");
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
