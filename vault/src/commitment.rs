//! Salted commitments: what the chain holds about a plaintext, about a consent's text, and about the
//! evidence for a new key.
//!
//! A bare hash of something guessable is personal data, so each hash includes 32 random bytes of
//! salt, which are stored where only a reader sees them:
//!
//! ```text
//! SHA-256(domain ‖ salt ‖ SHA-256(message))
//! ```
//!
//! Domain, salt and inner hash have fixed lengths, so two different inputs never give the same
//! bytes, and nothing can be appended to a committed message.

use codec::Encode;
use sha2::{Digest, Sha256};

const PLAINTEXT_DOMAIN: &[u8] = b"vouchsafe/plaintext/1";
const TEXT_DOMAIN: &[u8] = b"vouchsafe/text/1";
const EVIDENCE_DOMAIN: &[u8] = b"vouchsafe/evidence/1";

/// Commits to a document's plaintext, piece by piece. The salt is
/// [`Details::commitment_salt`](crate::manifest::Details::commitment_salt).
#[derive(Clone)]
pub struct PlaintextCommitment {
	salt: [u8; 32],
	message: Sha256,
}

impl PlaintextCommitment {
	/// Begins a commitment.
	pub fn new(salt: [u8; 32]) -> Self {
		Self { salt, message: Sha256::new() }
	}

	/// Adds the plaintext's next bytes; how they are cut into pieces does not matter.
	pub fn update(&mut self, bytes: &[u8]) {
		self.message.update(bytes);
	}

	/// The commitment.
	pub fn finish(self) -> [u8; 32] {
		commit(PLAINTEXT_DOMAIN, &self.salt, self.message)
	}
}

/// Commits to a text that somebody agreed to. The message is SCALE of the pair of `language` (a
/// BCP 47 tag) and `text`, both UTF-8.
pub fn text_commitment(salt: &[u8; 32], language: &str, text: &str) -> [u8; 32] {
	commit(TEXT_DOMAIN, salt, Sha256::new_with_prefix((language, text).encode()))
}

/// Commits to what proves who asked for a new key, as the staff who saw it describe it. The message is the
/// description in UTF-8.
pub fn evidence_commitment(salt: &[u8; 32], evidence: &str) -> [u8; 32] {
	commit(EVIDENCE_DOMAIN, salt, Sha256::new_with_prefix(evidence))
}

fn commit(domain: &[u8], salt: &[u8; 32], message: Sha256) -> [u8; 32] {
	Sha256::new()
		.chain_update(domain)
		.chain_update(salt)
		.chain_update(message.finalize())
		.finalize()
		.into()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::{hex, hex_array};

	fn of(salt: u8, pieces: &[&[u8]]) -> [u8; 32] {
		let mut commitment = PlaintextCommitment::new([salt; 32]);
		pieces.iter().for_each(|piece| commitment.update(piece));
		commitment.finish()
	}

	#[test]
	fn plaintext_commitment_is_of_the_whole_works() {
		assert_eq!(of(1, &[b"ab", b"", b"c"]), of(1, &[b"abc"]));
		assert_ne!(of(1, &[b"abc"]), of(2, &[b"abc"]));
		assert_ne!(of(1, &[b"abc"]), of(1, &[b"abcd"]));
	}

	#[test]
	fn text_commitment_keeps_language_and_text_apart_works() {
		assert_ne!(text_commitment(&[1; 32], "de", "x"), text_commitment(&[1; 32], "d", "ex"));
		assert_ne!(text_commitment(&[1; 32], "de", "x"), of(1, &[&("de", "x").encode()]));
	}

	#[test]
	fn vectors_work() {
		let vectors: serde_json::Value =
			serde_json::from_str(include_str!("../vectors/commitments.json")).unwrap();
		for vector in vectors["plaintexts"].as_array().unwrap() {
			let mut commitment = PlaintextCommitment::new(hex_array(&vector["salt"]));
			commitment.update(&hex(&vector["plaintext"]));
			assert_eq!(commitment.finish(), hex_array(&vector["commitment"]));
		}
		for vector in vectors["texts"].as_array().unwrap() {
			let text = |field: &str| vector[field].as_str().unwrap();
			let commitment =
				text_commitment(&hex_array(&vector["salt"]), text("language"), text("text"));
			assert_eq!(commitment, hex_array(&vector["commitment"]));
		}
		for vector in vectors["evidence"].as_array().unwrap() {
			let evidence = vector["evidence"].as_str().unwrap();
			let commitment = evidence_commitment(&hex_array(&vector["salt"]), evidence);
			assert_eq!(commitment, hex_array(&vector["commitment"]));
		}
	}

	#[test]
	fn evidence_commitment_is_of_no_other_kind_works() {
		let evidence = evidence_commitment(&[1; 32], "abc");
		assert_ne!(evidence, evidence_commitment(&[2; 32], "abc"));
		assert_ne!(evidence, evidence_commitment(&[1; 32], "abd"));
		assert_ne!(evidence, of(1, &[b"abc"]));
	}
}
