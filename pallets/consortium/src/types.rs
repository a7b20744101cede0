//! Releases that the council has published.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Bytes that the name of what is released, or a version, can have.
pub const MAX_WORD: u32 = 32;
/// Names under which releases can be published.
pub const MAX_NAMES: u32 = 8;
/// Releases that are kept of one name.
pub const MAX_RELEASES: u32 = 16;

/// The name of what is released, or a version.
pub type Word = BoundedVec<u8, ConstU32<MAX_WORD>>;

/// Whether it is a word: some visible ASCII characters, without blanks.
pub(crate) fn is_word(word: &Word) -> bool {
	!word.is_empty() && word.iter().all(u8::is_ascii_graphic)
}

/// A release.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Release {
	/// Its version.
	pub version: Word,
	/// The SHA-256 of its manifest, which has the SHA-256 of each of its files.
	pub hash: H256,
}
