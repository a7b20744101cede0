//! An account's data that custodians keep for its devices, encrypted under a key that follows from the
//! account's encryption key.
//!
//! ```text
//! key    = HKDF-SHA-256(key material = the encryption key's secret (32 bytes, clamped), no salt,
//!          info = "vouchsafe/synced/1", 32 bytes)
//! sealed = 1 ‖ revision (u64) ‖ nonce (12 bytes) ‖ AES-256-GCM(length (u32) ‖ plaintext ‖ zeros)
//! ```
//!
//! Integers are little-endian. The associated data is SCALE(`vouchsafe/synced/1`, genesis `[32]`, account
//! `[32]`, revision `u64`). The zeros make one of few sizes ([`SIZES`]), so that a custodian does not see
//! how much there is.

use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::Encode;
use zeroize::Zeroizing;

use crate::{derived::expand, seal::SecretKey, Error};

const VERSION: u8 = 1;
const DOMAIN: &[u8] = b"vouchsafe/synced/1";
const NONCE: usize = 12;
const HEADER: usize = 1 + 8 + NONCE;
const LENGTH: usize = 4;
const TAG: usize = 16;

/// The lengths that sealed data can have, in bytes.
pub const SIZES: [usize; 4] = [4 * 1024, 16 * 1024, 64 * 1024, 128 * 1024];

/// The longest plaintext.
pub const MAX_PLAINTEXT: usize = SIZES[3] - HEADER - LENGTH - TAG;

/// The key of an account's synced data. It is wiped when dropped.
#[derive(Clone)]
pub struct SyncedKey(Zeroizing<[u8; 32]>);

impl SyncedKey {
	/// The key that follows from this encryption key.
	pub fn of(key: &SecretKey) -> Self {
		Self(expand(&*key.to_bytes(), &[DOMAIN]))
	}

	fn cipher(&self) -> Aes256Gcm {
		Aes256Gcm::new((&*self.0).into())
	}

	/// Seals data as this revision of the account's data on this chain.
	///
	/// # Errors
	///
	/// [`Error::TooLong`] beyond [`MAX_PLAINTEXT`].
	pub fn seal(
		&self,
		genesis: &[u8; 32],
		account: &[u8; 32],
		revision: u64,
		plaintext: &[u8],
	) -> Result<Vec<u8>, Error> {
		self.seal_with(genesis, account, revision, plaintext, crate::random_bytes())
	}

	fn seal_with(
		&self,
		genesis: &[u8; 32],
		account: &[u8; 32],
		revision: u64,
		plaintext: &[u8],
		nonce: [u8; NONCE],
	) -> Result<Vec<u8>, Error> {
		let needed = HEADER + LENGTH + plaintext.len() + TAG;
		let (Some(size), Ok(length)) =
			(SIZES.into_iter().find(|size| *size >= needed), u32::try_from(plaintext.len()))
		else {
			return Err(Error::TooLong { what: "the synced data", max: MAX_PLAINTEXT as u64 });
		};
		let mut padded = Zeroizing::new(Vec::with_capacity(size));
		padded.extend(length.to_le_bytes());
		padded.extend(plaintext);
		padded.resize(size - HEADER - TAG, 0);
		let aad = aad(genesis, account, revision);
		let sealed = self
			.cipher()
			.encrypt(&nonce.into(), Payload { msg: &padded, aad: &aad })
			.expect("the sizes are far shorter than GCM's bound; qed");
		Ok([&[VERSION][..], &revision.to_le_bytes(), &nonce, &sealed].concat())
	}

	/// Opens the account's data on this chain. Returns its revision and the plaintext.
	///
	/// # Errors
	///
	/// [`Error::UnknownSuite`], [`Error::MalformedSealed`] for a length that is none of [`SIZES`], and
	/// [`Error::CannotOpen`] for another key, chain or account and for changed bytes.
	pub fn open(
		&self,
		genesis: &[u8; 32],
		account: &[u8; 32],
		sealed: &[u8],
	) -> Result<(u64, Zeroizing<Vec<u8>>), Error> {
		let (version, rest) = sealed.split_first().ok_or(Error::MalformedSealed)?;
		if *version != VERSION {
			return Err(Error::UnknownSuite(*version));
		}
		if !SIZES.contains(&sealed.len()) {
			return Err(Error::MalformedSealed);
		}
		let (revision, rest) = rest.split_first_chunk().ok_or(Error::MalformedSealed)?;
		let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Error::MalformedSealed)?;
		let revision = u64::from_le_bytes(*revision);
		let aad = aad(genesis, account, revision);
		let padded = self
			.cipher()
			.decrypt(nonce.into(), Payload { msg: rest, aad: &aad })
			.map_err(|_| Error::CannotOpen)?;
		let padded = Zeroizing::new(padded);
		let (length, rest) = padded.split_first_chunk().ok_or(Error::CannotOpen)?;
		let plaintext = usize::try_from(u32::from_le_bytes(*length))
			.ok()
			.and_then(|length| rest.get(..length))
			.ok_or(Error::CannotOpen)?;
		Ok((revision, Zeroizing::new(plaintext.to_vec())))
	}
}

impl core::fmt::Debug for SyncedKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("SyncedKey(..)")
	}
}

fn aad(genesis: &[u8; 32], account: &[u8; 32], revision: u64) -> Vec<u8> {
	(DOMAIN, genesis, account, revision).encode()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::{hex, hex_array};
	use proptest::prelude::*;

	const GENESIS: [u8; 32] = [0x11; 32];
	const ACCOUNT: [u8; 32] = [0x44; 32];

	fn key(number: u8) -> SyncedKey {
		SyncedKey::of(&SecretKey::from_bytes(&[number; 32]))
	}

	#[test]
	fn vectors_work() {
		let vector: serde_json::Value =
			serde_json::from_str(include_str!("../vectors/synced.json")).unwrap();
		let key = SyncedKey::of(&SecretKey::from_bytes(&hex_array(&vector["secret"])));
		assert_eq!(*key.0, hex_array(&vector["key"]));
		let (genesis, account) = (hex_array(&vector["genesis"]), hex_array(&vector["account"]));
		let (revision, plaintext) =
			(vector["revision"].as_u64().unwrap(), hex(&vector["plaintext"]));
		let nonce = hex_array(&vector["nonce"]);
		let sealed = key.seal_with(&genesis, &account, revision, &plaintext, nonce).unwrap();
		assert_eq!(sealed.len(), SIZES[0]);
		assert_eq!(sealed[..128], hex(&vector["first-128-bytes"]));
		assert_eq!(sealed[SIZES[0] - TAG..], hex(&vector["tag"]));
		let opened = key.open(&genesis, &account, &sealed).unwrap();
		assert_eq!((opened.0, &*opened.1), (revision, &plaintext));
	}

	#[test]
	fn sealed_data_has_one_of_few_sizes() {
		for (index, size) in SIZES.into_iter().enumerate() {
			let most = size - HEADER - LENGTH - TAG;
			let least = index.checked_sub(1).map_or(0, |it| SIZES[it] - HEADER - LENGTH - TAG + 1);
			for length in [least, most] {
				let plaintext = vec![7; length];
				let sealed = key(1).seal(&GENESIS, &ACCOUNT, 3, &plaintext).unwrap();
				assert_eq!(sealed.len(), size);
				let (revision, opened) = key(1).open(&GENESIS, &ACCOUNT, &sealed).unwrap();
				assert_eq!((revision, &*opened), (3, &plaintext));
			}
		}
		let error = key(1).seal(&GENESIS, &ACCOUNT, 3, &vec![7; MAX_PLAINTEXT + 1]).unwrap_err();
		assert!(matches!(error, Error::TooLong { .. }));
	}

	#[test]
	fn foreign_and_changed_data_does_not_open() {
		let sealed = key(1).seal(&GENESIS, &ACCOUNT, 3, b"data").unwrap();
		assert_ne!(sealed, key(1).seal(&GENESIS, &ACCOUNT, 3, b"data").unwrap());
		let refused = |key: SyncedKey, genesis, account, sealed: &[u8]| {
			key.open(&genesis, &account, sealed).unwrap_err()
		};
		for error in [
			refused(key(2), GENESIS, ACCOUNT, &sealed),
			refused(key(1), [0; 32], ACCOUNT, &sealed),
			refused(key(1), GENESIS, [0; 32], &sealed),
		] {
			assert!(matches!(error, Error::CannotOpen), "{error}");
		}
		// The revision, the nonce, and the ciphertext.
		for place in [1, 8, 9, 20, 21, 100, sealed.len() - 1] {
			let mut changed = sealed.clone();
			changed[place] ^= 1;
			let error = refused(key(1), GENESIS, ACCOUNT, &changed);
			assert!(matches!(error, Error::CannotOpen), "byte {place}: {error}");
		}
		for length in [0, 1, HEADER, sealed.len() - 1] {
			let error = refused(key(1), GENESIS, ACCOUNT, &sealed[..length]);
			assert!(matches!(error, Error::MalformedSealed), "{length} bytes: {error}");
		}
		let newer = [&[2], &sealed[1..]].concat();
		assert!(matches!(refused(key(1), GENESIS, ACCOUNT, &newer), Error::UnknownSuite(2)));
	}

	proptest! {
		#[test]
		fn foreign_bytes_never_panic(mut bytes: Vec<u8>) {
			prop_assert!(key(1).open(&GENESIS, &ACCOUNT, &bytes).is_err());
			bytes.insert(0, VERSION);
			bytes.resize(SIZES[0], 0);
			prop_assert!(key(1).open(&GENESIS, &ACCOUNT, &bytes).is_err());
		}
	}
}
