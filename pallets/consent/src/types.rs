//! What the pallet stores besides consents.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::{AccountId, Moment};

/// An assisted consent that one practitioner has proposed and a second one has not confirmed yet.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Proposal {
	/// Who proposed it.
	pub by: AccountId,
	/// Hash of the grantee, terms and text, so that the second confirms the same content.
	pub hash: H256,
	/// When it was proposed.
	pub at: Moment,
}
