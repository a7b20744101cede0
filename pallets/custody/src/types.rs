//! Sharing sets and openings: as the chain stores them, and as clients see them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::*;

/// Openings in force at a time that one reader can have of one patient's records.
pub const MAX_OPENINGS: u32 = 256;

/// Some of the records of one opening.
pub type OpenedRecords = BoundedVec<RecordId, ConstU32<MAX_OPENED>>;

/// Versions that one call acknowledged or reported lost: each one's record and number, and the epoch
/// of its sharing set.
pub type AcknowledgedVersions = BoundedVec<(RecordId, VersionNumber, u32), ConstU32<MAX_BATCH>>;

/// Whether holders of this kind keep their shares with a custodian.
pub fn has_custodian(kind: HolderKind) -> bool {
	matches!(kind, HolderKind::Institution | HolderKind::Emergency)
}

/// The places in a sharing set whose holders have acknowledged, as bits.
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
pub struct Acknowledged(pub u16);

impl Acknowledged {
	/// Whether the holder at this place has acknowledged.
	pub fn contains(self, place: u8) -> bool {
		self.0 & Self::bit(place) != 0
	}

	/// These places and another one.
	pub fn with(self, place: u8) -> Self {
		Self(self.0 | Self::bit(place))
	}

	/// These places without this one.
	pub fn without(self, place: u8) -> Self {
		Self(self.0 & !Self::bit(place))
	}

	fn bit(place: u8) -> u16 {
		const { assert!(MAX_HOLDERS <= u16::BITS, "each holder has a bit") };
		1u16.checked_shl(place.into()).unwrap_or_default()
	}
}

/// A version's sharing set as it is stored. Its holders are stored separately, once for all versions of
/// the patient that have the same holders.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SharingSet {
	/// How often the key was split again.
	#[codec(compact)]
	pub epoch: u32,
	/// Number of its set of holders, among those of the patient.
	#[codec(compact)]
	pub holders: u32,
	/// Which holders' custodians have checked and stored their shares.
	pub acknowledged: Acknowledged,
	/// Hash of the Feldman commitments.
	pub commitments: H256,
}

impl SharingSet {
	/// The complete sharing set, with these holders.
	pub fn view(self, HolderSet { threshold, holders }: HolderSet) -> SharingSetView {
		let holders = holders.into_iter().zip(0..).map(|(Holder { account, kind }, place)| {
			HolderState { account, kind, acknowledged: self.acknowledged.contains(place) }
		});
		SharingSetView {
			epoch: self.epoch,
			threshold,
			holders: BoundedVec::truncate_from(holders.collect()),
			commitments: self.commitments,
		}
	}
}

/// A holder of a sharing set, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct HolderState {
	/// The account: institution, patient, practitioner or authority.
	pub account: AccountId,
	/// What it is.
	pub kind: HolderKind,
	/// Whether its custodian has checked and stored the share. Patients and practitioners have no
	/// custodian and do not acknowledge.
	pub acknowledged: bool,
}

/// Who holds the shares of a version's key, as clients see it, with all fields. The share of the holder
/// at place `i` has the index `i + 1`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SharingSetView {
	/// How often the key was split again.
	pub epoch: u32,
	/// How many shares open the version.
	pub threshold: u8,
	/// The holders.
	pub holders: BoundedVec<HolderState, ConstU32<MAX_HOLDERS>>,
	/// Hash of the Feldman commitments.
	pub commitments: H256,
}

/// A version of which an institution or authority holds a share.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HeldVersion {
	/// The record's patient.
	pub patient: AccountId,
	/// The record.
	pub record: RecordId,
	/// The version.
	pub version: VersionNumber,
	/// The epoch of its sharing set.
	pub epoch: u32,
}

/// What a holder has to acknowledge of a version.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Due {
	/// The record's patient.
	pub patient: AccountId,
	/// The epoch of its sharing set.
	#[codec(compact)]
	pub epoch: u32,
	/// The holder's place in the set.
	pub place: u8,
}

/// What a reader opened with one call.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OpeningGroup {
	/// The records that the reader has not opened again since.
	pub records: OpenedRecords,
	/// When.
	pub at: Moment,
	/// In which block.
	pub block: u32,
	/// Why.
	pub purpose: Purpose,
	/// On what ground.
	pub ground: Ground,
}

/// A reader's permission to open a record, for some minutes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
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
