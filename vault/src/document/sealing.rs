//! The cipher that encrypts segments. The `aes-gcm` crate encrypts and hashes in two passes, half
//! as fast as the processor can; `ring` does both in one. So documents are encrypted by `ring`,
//! and by `aes-gcm` in a browser, where `ring` has no assembly; both are opened by `aes-gcm`.
//!
//! `ring` does not wipe its expanded key. It is one document's and salt's, in the memory of the
//! author, who has the plaintext beside it.

use super::TAG;

/// AES-256-GCM without associated data.
pub(super) struct Sealing(Cipher);

#[cfg(not(target_arch = "wasm32"))]
type Cipher = ring::aead::LessSafeKey;

#[cfg(not(target_arch = "wasm32"))]
impl Sealing {
	pub(super) fn new(key: &[u8; 32]) -> Self {
		let key = ring::aead::UnboundKey::new(&ring::aead::AES_256_GCM, key);
		Self(Cipher::new(key.expect("the key's length is the cipher's; qed")))
	}

	/// Encrypts in place; `plaintext` has at most a segment's length.
	pub(super) fn seal(&self, nonce: [u8; 12], plaintext: &mut [u8]) -> [u8; TAG] {
		let nonce = ring::aead::Nonce::assume_unique_for_key(nonce);
		self.0
			.seal_in_place_separate_tag(nonce, ring::aead::Aad::empty(), plaintext)
			.ok()
			.and_then(|tag| tag.as_ref().try_into().ok())
			.expect("a segment is far shorter than GCM's bound, and its tag has 16 bytes; qed")
	}
}

#[cfg(target_arch = "wasm32")]
type Cipher = aes_gcm::Aes256Gcm;

#[cfg(target_arch = "wasm32")]
impl Sealing {
	pub(super) fn new(key: &[u8; 32]) -> Self {
		Self(aes_gcm::KeyInit::new(key.into()))
	}

	/// Encrypts in place; `plaintext` has at most a segment's length.
	pub(super) fn seal(&self, nonce: [u8; 12], plaintext: &mut [u8]) -> [u8; TAG] {
		aes_gcm::AeadInOut::encrypt_inout_detached(&self.0, &nonce.into(), &[], plaintext.into())
			.expect("a segment is far shorter than GCM's bound; qed")
			.into()
	}
}
