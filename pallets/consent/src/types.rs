//! What the pallet stores besides consents.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::{AccountId, Moment, AUTHORITY_LIFETIME};

/// An assisted consent on which two clinicians have agreed and that waits for an authority.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Assisted {
	/// Who proposed it.
	pub first: AccountId,
	/// Who confirmed it.
	pub second: AccountId,
	/// Hash of the grantee, terms and text, so that the authority confirms the same content.
	pub content: H256,
	/// When the second agreed.
	pub at: Moment,
}

impl Assisted {
	/// Whether it still waits.
	pub fn waits(&self, now: Moment) -> bool {
		now < self.at.saturating_add(AUTHORITY_LIFETIME)
	}
}
