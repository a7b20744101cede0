//! The keys of rounds. Many small values belong to a round of a study, and sealing one key for each
//! would cost more than verifying a report. So they share one, and destroying it destroys them all.

use super::{EncryptionError, SealedValue, StorageEncryption};

use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::Encode;
use vouchsafe_client::chain::StudyId;
use zeroize::Zeroizing;

/// Bytes of a nonce. Nonces are random: a key encrypts far fewer than 2^32 values.
const NONCE: usize = 12;

/// Encrypts what the custodian stores of a round of a study, or of a study.
pub struct RoundKey {
	cipher: Aes256Gcm,
}

impl RoundKey {
	fn new(key: &[u8]) -> Result<Self, EncryptionError> {
		let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| EncryptionError::Decrypt)?;
		Ok(Self { cipher })
	}

	/// Encrypts a value. It can only be decrypted with the same `context`.
	pub fn encrypt(&self, context: &[u8], value: &[u8]) -> Result<Vec<u8>, EncryptionError> {
		let nonce = vouchsafe_vault::random_bytes::<NONCE>();
		let ciphertext = self
			.cipher
			.encrypt(&nonce.into(), Payload { msg: value, aad: context })
			.map_err(|_| EncryptionError::Encrypt)?;
		Ok([&nonce[..], &ciphertext].concat())
	}

	/// Decrypts a value.
	pub fn decrypt(
		&self,
		context: &[u8],
		encrypted: &[u8],
	) -> Result<Zeroizing<Vec<u8>>, EncryptionError> {
		let (nonce, msg) =
			encrypted.split_first_chunk::<NONCE>().ok_or(EncryptionError::Decrypt)?;
		self.cipher
			.decrypt(&(*nonce).into(), Payload { msg, aad: context })
			.map(Zeroizing::new)
			.map_err(|_| EncryptionError::Decrypt)
	}
}

impl StorageEncryption {
	/// A new key of a round, or of the study itself, as the database stores it.
	pub fn new_round_key(
		&self,
		study: StudyId,
		round: Option<u8>,
	) -> Result<SealedValue, EncryptionError> {
		let key = Zeroizing::new(vouchsafe_vault::random_bytes::<32>());
		self.seal(&context(study, round), key.as_slice())
	}

	/// Opens a key of a round, or of the study itself.
	pub fn open_round_key(
		&self,
		study: StudyId,
		round: Option<u8>,
		sealed: &SealedValue,
	) -> Result<RoundKey, EncryptionError> {
		RoundKey::new(&self.open(&context(study, round), sealed)?)
	}
}

pub(super) fn context(study: StudyId, round: Option<u8>) -> Vec<u8> {
	(b"study-key", study, round).encode()
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_vault::seal::SecretKey;

	#[test]
	fn values_open_only_with_their_round_and_context() {
		let encryption = StorageEncryption::new(SecretKey::random());
		let sealed = encryption.new_round_key(1, Some(0)).unwrap();
		let key = encryption.open_round_key(1, Some(0), &sealed).unwrap();
		let encrypted = key.encrypt(b"share", b"value").unwrap();
		assert_eq!(*key.decrypt(b"share", &encrypted).unwrap(), b"value");
		assert_ne!(key.encrypt(b"share", b"value").unwrap(), encrypted);
		assert!(key.decrypt(b"other", &encrypted).is_err());
		assert!(key.decrypt(b"share", &encrypted[..11]).is_err());
		for (study, round) in [(2, Some(0)), (1, Some(1)), (1, None)] {
			assert!(encryption.open_round_key(study, round, &sealed).is_err());
		}
		let other = encryption.new_round_key(1, Some(0)).unwrap();
		let other = encryption.open_round_key(1, Some(0), &other).unwrap();
		assert!(other.decrypt(b"share", &encrypted).is_err());
	}
}
