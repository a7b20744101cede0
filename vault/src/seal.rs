//! Sealing a short message to somebody's X25519 key: HPKE (RFC 9180) in base mode.
//!
//! ```text
//! sealed = suite (1 byte) ‖ encapsulated key (32 bytes) ‖ ciphertext and tag
//! ```
//!
//! | suite | KEM | KDF | AEAD |
//! |---|---|---|---|
//! | 1 | DHKEM(X25519, HKDF-SHA256) | HKDF-SHA256 | ChaCha20-Poly1305 |
//! | 2 … | reserved, 2 for X-Wing | | |
//!
//! HPKE's `info` is the [`Purpose`], so that a message of one kind never opens as another; the
//! `aad` says for whom and what it is. Base mode does not say who sealed it: what is opened must
//! be checked against what the chain holds.

use hpke::{
	aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeR,
	OpModeS, Serializable,
};
use zeroize::Zeroizing;

use crate::Error;

const SUITE: u8 = 1;
const ENCAPSULATED: usize = 32;
const TAG: usize = 16;

/// How many bytes longer a sealed message is than its plaintext.
pub const OVERHEAD: usize = 1 + ENCAPSULATED + TAG;

/// What a message is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
	/// A holder's share, from the author (or, carried, from the patient).
	Share,
	/// A share that a holder releases to a reader.
	Release,
	/// A text, such as a request's reason.
	Text,
	/// A key under which somebody keeps something, sealed to the keeper.
	Storage,
	/// A patient's label key.
	LabelKey,
	/// An aggregator's share of a report to a study.
	Report,
	/// The key with which a study's aggregators verify the reports of a round.
	VerifyKey,
	/// A guardian's card: whose guardian somebody is, with whom.
	GuardianCard,
}

impl Purpose {
	fn info(self) -> &'static [u8] {
		match self {
			Self::Share => b"vouchsafe/v1/share",
			Self::Release => b"vouchsafe/v1/release",
			Self::Text => b"vouchsafe/v1/text",
			Self::Storage => b"vouchsafe/v1/storage",
			Self::LabelKey => b"vouchsafe/v1/label-key",
			Self::Report => b"vouchsafe/v1/report",
			Self::VerifyKey => b"vouchsafe/v1/verify-key",
			Self::GuardianCard => b"vouchsafe/v1/guardian-card",
		}
	}
}

/// An X25519 public key, as the chain registers it: 32 bytes (RFC 7748).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// An X25519 secret key. It is wiped when dropped.
#[derive(Clone)]
pub struct SecretKey(<X25519HkdfSha256 as Kem>::PrivateKey);

impl SecretKey {
	/// A fresh key.
	pub fn random() -> Self {
		Self::from_bytes(&Zeroizing::new(crate::random_bytes()))
	}

	/// The key of these 32 bytes; they are clamped as RFC 7748 says.
	pub fn from_bytes(bytes: &[u8; 32]) -> Self {
		let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(bytes);
		Self(key.expect("any 32 bytes are an X25519 secret; qed"))
	}

	/// The key's (clamped) bytes, to be kept only wrapped.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
		let mut bytes = Zeroizing::new([0; 32]);
		self.0.write_exact(bytes.as_mut_slice());
		bytes
	}

	/// Its public half.
	pub fn public(&self) -> PublicKey {
		PublicKey(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
	}
}

impl core::fmt::Debug for SecretKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("SecretKey(..)")
	}
}

/// Seals `plaintext` to a public key, bound to a purpose and to `aad`. The result is
/// [`OVERHEAD`] bytes longer than the plaintext.
///
/// # Errors
///
/// [`Error::UnusableKey`] for a public key of low order.
pub fn seal(
	to: &PublicKey,
	purpose: Purpose,
	aad: &[u8],
	plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
	let to =
		<X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.0).map_err(|_| Error::UnusableKey)?;
	let (encapsulated, ciphertext) = hpke::single_shot_seal::<
		ChaCha20Poly1305,
		HkdfSha256,
		X25519HkdfSha256,
	>(&OpModeS::Base, &to, purpose.info(), plaintext, aad)
	.map_err(|_| Error::UnusableKey)?;
	Ok([&[SUITE], encapsulated.to_bytes().as_slice(), &ciphertext].concat())
}

/// Opens what was sealed to `key` for this purpose and `aad`.
///
/// # Errors
///
/// [`Error::UnknownSuite`], [`Error::MalformedSealed`] if too short, and [`Error::CannotOpen`]
/// for any other key, purpose, `aad` or a changed message, which can't be told apart.
pub fn open(
	key: &SecretKey,
	purpose: Purpose,
	aad: &[u8],
	sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
	let (suite, rest) = sealed.split_first().ok_or(Error::MalformedSealed)?;
	if *suite != SUITE {
		return Err(Error::UnknownSuite(*suite));
	}
	if rest.len() < ENCAPSULATED + TAG {
		return Err(Error::MalformedSealed);
	}
	let (encapsulated, ciphertext) = rest.split_at(ENCAPSULATED);
	open_with_info(key, purpose.info(), aad, encapsulated, ciphertext)
}

fn open_with_info(
	key: &SecretKey,
	info: &[u8],
	aad: &[u8],
	encapsulated: &[u8],
	ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
	let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
		.map_err(|_| Error::MalformedSealed)?;
	hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
		&OpModeR::Base,
		&key.0,
		&encapsulated,
		info,
		ciphertext,
		aad,
	)
	.map(Zeroizing::new)
	.map_err(|_| Error::CannotOpen)
}

#[cfg(test)]
mod tests;
