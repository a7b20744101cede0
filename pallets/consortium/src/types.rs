//! Releases that the council has published, changes of the validators, their attendance, and members' nodes.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

pub use vouchsafe_primitives::{MemberNode, MemberNodes, LEAST_MEMBERS, MAX_MEMBERS, MIN_SHARE};

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

/// How many seconds of the chain's time a session lasts.
pub const SESSION_SECONDS: u64 = 60 * 60;
/// How many blocks are kept that signalled another set of validators. While nothing becomes final there can be
/// one each hour, so they are those of six weeks.
pub const MAX_SET_CHANGES: u32 = 1_024;
/// After how many blocks at most a recovery of finality comes into force.
pub const MAX_DELAY: u32 = 1_000;

/// Validators or seats.
pub type Members<AccountId> = BoundedVec<AccountId, ConstU32<MAX_MEMBERS>>;

/// How many there are.
pub(crate) fn count<T>(list: &[T]) -> u32 {
	u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// A change of the validators that is under way.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ValidatorsChange<AccountId, BlockNumber> {
	/// The validators to be.
	pub validators: Members<AccountId>,
	/// Whether the session that begins next has them. Before, they are only planned.
	pub is_planned: bool,
	/// For a recovery of finality: the last final block, and the delay.
	pub replaces: Option<(BlockNumber, BlockNumber)>,
}

/// Who made the blocks of a session.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Attendance<BlockNumber> {
	/// Up to which block they are counted.
	pub until: BlockNumber,
	/// How many blocks each validator made, in the order in which they make them.
	pub made: BoundedVec<u32, ConstU32<MAX_MEMBERS>>,
}

/// Each member's nodes.
pub type NodesOf<AccountId> = Vec<(AccountId, MemberNodes)>;

/// A session's validators, and how many blocks each made.
pub type Made<AccountId> = Vec<(AccountId, u32)>;
