//! Which version of which record a key belongs to, and the keys that follow from it.

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
	/// The record's id, see [`vouchsafe_primitives::record_id`].
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
		let record = vouchsafe_primitives::record_id(
			&CONTEXT.patient.into(),
			&[0x55; 32].into(),
			&[0x66; 16],
		);
		assert_eq!(record.0, hex_array(&vectors["record_id"]));
	}
}
