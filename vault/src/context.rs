//! Which version of which record a key belongs to, and the keys that follow from it.

use blake2::{Blake2b256, Digest};
use codec::{Decode, Encode};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Where a document version belongs. Its SCALE encoding, 100 bytes (the four fields in order,
/// the version little-endian), is the associated data of all that is encrypted for the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Context {
	/// The chain's genesis hash.
	pub genesis: [u8; 32],
	/// The record's id, see [`record_id`].
	pub record: [u8; 32],
	/// The version's number.
	pub version: u32,
	/// The patient's account.
	pub patient: [u8; 32],
}

impl Context {
	/// HKDF-SHA256 (RFC 5869) without salt; info = `vouchsafe/v1/<purpose>` and the context.
	pub(crate) fn derive(&self, secret: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
		let mut key = Zeroizing::new([0; 32]);
		Hkdf::<Sha256>::new(None, secret)
			.expand_multi_info(
				&[b"vouchsafe/v1/", purpose.as_bytes(), &self.encode()],
				key.as_mut_slice(),
			)
			.expect("32 bytes are less than HKDF's 255 hashes; qed");
		key
	}
}

/// A record's id: BLAKE2b-256 of `vouchsafe/record/1`, the patient's account, the author
/// institution's account and 16 random bytes. The client makes it, so that encryption can bind
/// it before the chain knows it.
pub fn record_id(patient: &[u8; 32], author: &[u8; 32], salt: &[u8; 16]) -> [u8; 32] {
	Blake2b256::new()
		.chain_update(b"vouchsafe/record/1")
		.chain_update(patient)
		.chain_update(author)
		.chain_update(salt)
		.finalize()
		.into()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::{hex_array, CONTEXT};

	#[test]
	fn context_encoding_works() {
		let bytes = CONTEXT.encode();
		assert_eq!(bytes.len(), 100);
		assert_eq!(bytes[64..68], [3, 0, 0, 0]);
		assert_eq!(Context::decode(&mut &bytes[..]).unwrap(), CONTEXT);
	}

	#[test]
	fn vectors_work() {
		let vectors: serde_json::Value =
			serde_json::from_str(include_str!("../vectors/keys.json")).unwrap();
		let secret = hex_array(&vectors["secret"]);
		for purpose in ["document-key", "key-commitment", "details"] {
			assert_eq!(*CONTEXT.derive(&secret, purpose), hex_array(&vectors[purpose]));
		}
		assert_eq!(
			record_id(&CONTEXT.patient, &[0x55; 32], &[0x66; 16]),
			hex_array(&vectors["record_id"])
		);
	}
}
