//! Sharing sets and openings as the chain stores them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::*;

/// Openings in force at a time that one reader can have of one patient's records.
pub const MAX_OPENINGS: u32 = 64;

/// A holder of a sharing set.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HolderState {
	/// The account: institution, patient, practitioner or authority.
	pub account: AccountId,
	/// What it is.
	pub kind: HolderKind,
	/// Whether its custodian has checked and stored the share. Patients and practitioners have no
	/// custodian and do not acknowledge.
	pub acknowledged: bool,
}

impl HolderState {
	/// Whether it has a custodian.
	pub fn has_custodian(&self) -> bool {
		has_custodian(self.kind)
	}
}

/// Whether holders of this kind keep their shares with a custodian.
pub fn has_custodian(kind: HolderKind) -> bool {
	matches!(kind, HolderKind::Institution | HolderKind::Emergency)
}

/// Who holds the shares of a version's key. The share of the holder at place `i` has the index
/// `i + 1`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SharingSet {
	/// How often the key was split again.
	pub epoch: u32,
	/// How many shares open the version.
	pub threshold: u8,
	/// The holders.
	pub holders: BoundedVec<HolderState, ConstU32<MAX_HOLDERS>>,
	/// Hash of the Feldman commitments.
	pub commitments: H256,
}

/// A reader's permission to open a record, for some minutes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Opening {
	/// The record.
	pub record: RecordId,
	/// When.
	pub at: Moment,
	/// In which block.
	pub block: u32,
	/// Why.
	pub purpose: Purpose,
	/// On what ground.
	pub ground: Ground,
}

/// Which holders a patient has chosen for future versions. An empty list allows all.
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
pub struct HolderChoice {
	/// The holders, without the patient.
	pub holders: BoundedVec<AccountId, ConstU32<MAX_HOLDERS>>,
	/// Their countries.
	pub countries: BoundedVec<Country, ConstU32<MAX_COUNTRIES>>,
}
