//! Encrypts documents, splits their keys among holders, and defines what is written about them
//! outside the chain.
//!
//! The life of a document (see `ARCHITECTURE.md`), in terms of this crate:
//!
//! 1. The author draws a [`sharing::Secret`], derives the [`document::DocumentKey`] from it for
//!    one [`Context`] (genesis, record, version, patient), and encrypts
//!    ([`document::encrypt`], [`document::Encryptor`]).
//! 2. A [`manifest::Manifest`] says what the ciphertext is; its [`manifest::Details`] only the
//!    secret opens. A salted [`commitment::PlaintextCommitment`] goes on the chain.
//! 3. The secret is split ([`sharing::Secret::split`]) and each [`sharing::Share`] is sealed to
//!    its holder ([`manifest::seal_share`]), who checks it against the
//!    [`sharing::Commitments`].
//! 4. A holder releases its share sealed to the reader ([`manifest::seal_release`]); the reader
//!    checks and [`sharing::combine`]s, decrypts ([`document::decrypt`]) and compares the
//!    plaintext's commitment.
//!
//! [`derive_encryption_key`] makes an account's encryption key from its words, [`passphrase`] protects keys
//! at rest, and [`synced`] protects what custodians keep for a person's devices.
//!
//! [`study`] has what research needs: counting people without showing one of them.
//!
//! *Invariant*: the vault does not connect to a chain and opens no files or sockets. It reads and
//! writes only what its caller passes to it. It also builds for `wasm32-unknown-unknown`. Every
//! format's first byte or domain string is a version, and each has its vectors in `vectors/`.
//!
//! *Invariant*: secrets are wiped when dropped, compared in constant time, and their `Debug`
//! shows nothing of them.

pub mod commitment;
mod context;
mod derived;
pub mod document;
mod error;
pub mod label;
pub mod manifest;
pub mod passphrase;
pub mod seal;
pub mod sharing;
pub mod study;
pub mod synced;

pub use context::Context;
pub use derived::derive_encryption_key;
pub use error::Error;
pub use vouchsafe_primitives::{audit, record_id};

/// `N` bytes from the operating system's (in a browser: the page's) random source.
///
/// # Panics
///
/// If that source fails: a machine without randomness must not make keys.
pub fn random_bytes<const N: usize>() -> [u8; N] {
	let mut bytes = [0; N];
	fill_random(&mut bytes);
	bytes
}

/// As [`random_bytes`], into a buffer.
fn fill_random(bytes: &mut [u8]) {
	if let Err(e) = getrandom::fill(bytes) {
		panic!("this machine gives no random bytes, so no key can be made on it: {e}");
	}
}

#[cfg(test)]
pub(crate) mod tests {
	//! What the modules' tests share.

	use super::Context;

	/// The context of all vectors.
	pub(crate) const CONTEXT: Context =
		Context { genesis: [0x11; 32], record: [0x22; 32], version: 3, patient: [0x44; 32] };

	/// Bytes of a vector's hex string.
	pub(crate) fn hex(value: &serde_json::Value) -> Vec<u8> {
		hex::decode(value.as_str().expect("a string")).expect("hex")
	}

	/// Bytes of a vector's hex string, of known length.
	pub(crate) fn hex_array<const N: usize>(value: &serde_json::Value) -> [u8; N] {
		hex(value).try_into().expect("the field's length")
	}
}
