//! An account's encryption key from the words that restore the account.
//!
//! ```text
//! secret = HKDF-SHA-256(key material = the words' BIP39 entropy (16 to 32 bytes), no salt,
//!          info = "vouchsafe/encryption-key/1" ‖ counter (u32, little-endian), 32 bytes)
//! ```
//!
//! The key material is the entropy and not BIP39's seed: it has all of the words' randomness, and it
//! depends neither on a password nor on how a program spells the words. The counter is 0 for an account's
//! first key. An account whose key may be known to somebody else registers the key of the next counter.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::seal::SecretKey;

const DOMAIN: &[u8] = b"vouchsafe/encryption-key/1";

/// The encryption key of this counter, from the words' entropy.
pub fn derive_encryption_key(entropy: &[u8], counter: u32) -> SecretKey {
	SecretKey::from_bytes(&expand(entropy, &[DOMAIN, &counter.to_le_bytes()]))
}

/// 32 bytes by HKDF-SHA-256 (RFC 5869) without salt.
pub(crate) fn expand(secret: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
	let mut key = Zeroizing::new([0; 32]);
	Hkdf::<Sha256>::new(None, secret)
		.expand_multi_info(info, key.as_mut_slice())
		.expect("32 bytes are less than HKDF's 255 hashes; qed");
	key
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::{hex, hex_array};

	#[test]
	fn vectors_work() {
		let vectors: serde_json::Value =
			serde_json::from_str(include_str!("../vectors/encryption-key.json")).unwrap();
		let vectors = vectors["keys"].as_array().unwrap();
		assert_eq!(vectors.len(), 4);
		for vector in vectors {
			let counter = vector["counter"].as_u64().unwrap().try_into().unwrap();
			let key = derive_encryption_key(&hex(&vector["entropy"]), counter);
			assert_eq!(
				*key.to_bytes(),
				*SecretKey::from_bytes(&hex_array(&vector["secret"])).to_bytes()
			);
			assert_eq!(key.public().0, hex_array(&vector["public"]));
		}
	}

	#[test]
	fn each_counter_has_its_own_key() {
		let keys: std::collections::HashSet<_> =
			(0..100).map(|counter| derive_encryption_key(&[7; 16], counter).public().0).collect();
		assert_eq!(keys.len(), 100);
	}
}
