//! The patient's label key, and the tags of sensitivity labels that are computed with it.
//!
//! ```text
//! tag    = the first 4 bytes of HMAC-SHA-256(key = label key (32 bytes), data = the word's bytes);
//!          the 4 bytes after them if these are all zero, and so on
//! sealed = the label key, sealed (see seal) with info = vouchsafe/v1/label-key and as associated
//!          data SCALE(genesis [32], patient [32])
//! ```
//!
//! The chain has only tags, so it does not show a diagnosis. Everyone who has the patient's key computes
//! the same tag for a word. The patient has the key, and so have the custodians of institutions that may
//! write for the patient. They compute tags for their authors, and give the key only to the patient.
//!
//! The tag of zeros is reserved ([`LabelTag::UNCLASSIFIED`]): it is the tag of the word
//! [`UNCLASSIFIED`], and of no other.

use codec::Encode;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use vouchsafe_primitives::LabelTag;
use zeroize::Zeroizing;

use crate::{
	seal::{self, PublicKey, Purpose, SecretKey},
	Error,
};

/// The word for records that are sensitive without a label that says why.
pub const UNCLASSIFIED: &str = "unclassified-sensitive";

/// The most bytes of a label's word.
pub const MAX_WORD: usize = 24;

/// Whether a word can be a label: lower-case letters, digits and `-`. `all` has a meaning of its own
/// on the command line.
pub fn is_word(word: &str) -> bool {
	let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
	(1..=MAX_WORD).contains(&word.len()) && word.chars().all(fits) && word != "all"
}

/// A patient's label key. It is wiped when dropped.
#[derive(Clone)]
pub struct LabelKey(Zeroizing<[u8; 32]>);

impl LabelKey {
	/// A fresh key.
	pub fn random() -> Self {
		Self(Zeroizing::new(crate::random_bytes()))
	}

	/// The key of these bytes, if they are 32.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
	}

	/// The key's bytes, to be kept only encrypted.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
		self.0.clone()
	}

	/// The tag of a word.
	pub fn tag(&self, word: &str) -> LabelTag {
		if word == UNCLASSIFIED {
			return LabelTag::UNCLASSIFIED;
		}
		first_tag(&hmac_sha256(&self.0[..], word.as_bytes()))
	}

	/// Seals the key to somebody who may have it, as the key of this patient on this chain.
	///
	/// # Errors
	///
	/// [`Error::UnusableKey`], see [`seal::seal`].
	pub fn seal(
		&self,
		to: &PublicKey,
		genesis: &[u8; 32],
		patient: &[u8; 32],
	) -> Result<Vec<u8>, Error> {
		seal::seal(to, Purpose::LabelKey, &(genesis, patient).encode(), &self.0[..])
	}

	/// Opens a key that was sealed as the key of this patient on this chain.
	///
	/// # Errors
	///
	/// As for [`seal::open`]; [`Error::MalformedSealed`] if the message is not a label key.
	pub fn open(
		key: &SecretKey,
		genesis: &[u8; 32],
		patient: &[u8; 32],
		sealed: &[u8],
	) -> Result<Self, Error> {
		let bytes = seal::open(key, Purpose::LabelKey, &(genesis, patient).encode(), sealed)?;
		Self::from_bytes(&bytes).ok_or(Error::MalformedSealed)
	}
}

impl PartialEq for LabelKey {
	fn eq(&self, other: &Self) -> bool {
		self.0.ct_eq(&*other.0).into()
	}
}

impl Eq for LabelKey {}

impl core::fmt::Debug for LabelKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("LabelKey(..)")
	}
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
	let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length; qed");
	mac.update(data);
	mac.finalize().into_bytes().into()
}

/// The first 4 bytes that are not all zero.
fn first_tag(hash: &[u8; 32]) -> LabelTag {
	let (tags, _) = hash.as_chunks::<4>();
	let tag = tags.iter().copied().map(LabelTag).find(|tag| *tag != LabelTag::UNCLASSIFIED);
	tag.expect("SHA-256 does not give 32 zeros; qed")
}

#[cfg(test)]
mod tests;
