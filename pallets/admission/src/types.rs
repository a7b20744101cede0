//! Quotas and their usage, and the classes of calls.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use vouchsafe_primitives::AccountId;

/// An amount of work: what one call costs, or what a window allows.
#[derive(
	Clone,
	Copy,
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
pub struct Quota {
	/// Execution time, in picoseconds (weight's `ref_time`).
	pub weight: u64,
	/// Length of the transactions.
	pub bytes: u32,
}

impl Quota {
	/// How many calls of this cost fit.
	pub(crate) fn calls(&self, cost: &Self) -> u64 {
		let by_weight = self.weight.checked_div(cost.weight).unwrap_or(u64::MAX);
		let by_bytes = self.bytes.checked_div(cost.bytes).map_or(u64::MAX, u64::from);
		by_weight.min(by_bytes)
	}
}

/// What was used of a quota.
#[derive(
	Clone,
	Copy,
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
pub struct WindowUsage {
	/// In which window: the time divided by the window's length.
	pub window: u32,
	/// Execution time, in picoseconds.
	pub weight: u64,
	/// Bytes.
	pub bytes: u32,
}

impl WindowUsage {
	/// What is left of the quota.
	pub(crate) fn left(&self, quota: &Quota) -> Quota {
		Quota {
			weight: quota.weight.saturating_sub(self.weight),
			bytes: quota.bytes.saturating_sub(self.bytes),
		}
	}
}

/// What [`CheckEnrolled`](crate::CheckEnrolled) has to know of a transaction's outermost call. Calls
/// inside a batch do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
	/// Revokes a consent.
	Revocation {
		/// Whether the signer has that consent.
		exists: bool,
	},
	/// Opens records.
	Opening,
	/// Acknowledges a share.
	Acknowledgement,
	/// Anything else.
	Ordinary,
}

/// Tells a call's class. The runtime implements it, because it knows its calls.
pub trait CallClass<Call> {
	/// The class of a transaction's outermost call. At most 1 read.
	fn class(call: &Call, signer: &AccountId) -> Class;
}
