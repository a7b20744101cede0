//! What stands in a patient's log, and how the log is chained.
//!
//! The chain keeps a count and a head for each patient; the entries go out as events. With
//! `head(seq) = blake2b-256("vouchsafe/audit/1" ++ SCALE(genesis, patient, seq, block,
//! head(seq - 1), entry))`, from 32 zero bytes on, a whole log can be proved complete against the
//! head. `vouchsafe-vault` computes the same for the patient; the two share test vectors.

use crate::{consent::*, types::*};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// First byte of an entry's encoding: this version of [`LogEntry`].
pub const ENTRY_VERSION: u8 = 1;

/// One line of a patient's log. Its bytes are [`ENTRY_VERSION`] and then its SCALE encoding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct LogEntry {
	/// Who signed the transaction.
	pub signer: AccountId,
	/// As whom the call was made: another than the signer where somebody acts by proxy.
	pub origin: AccountId,
	/// The institution for which it was made.
	pub acting_for: Option<AccountId>,
	/// The purpose, where the call has one.
	pub purpose: Option<Purpose>,
	/// What happened.
	pub event: LogEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum LogEvent {
	/// The patient was enrolled.
	#[codec(index = 0)]
	Enrolled,
	/// The patient's status became this.
	#[codec(index = 1)]
	StatusSet(Status),
	/// The patient's encryption key was changed.
	#[codec(index = 2)]
	EncryptionKeySet,
	/// The patient's key was said to be lost (`true`), so that it can't sign, or found again.
	#[codec(index = 3)]
	SigningDisabled(bool),
	/// A consent was granted.
	#[codec(index = 10)]
	ConsentGranted {
		/// Which.
		consent: ConsentRef,
		/// Its effect.
		effect: Effect,
	},
	/// A consent was amended.
	#[codec(index = 11)]
	ConsentAmended {
		/// Which.
		consent: ConsentRef,
		/// Its revision now.
		revision: u16,
	},
	/// A consent was revoked.
	#[codec(index = 12)]
	ConsentRevoked {
		/// Which.
		consent: ConsentRef,
	},
	/// A consent was proposed by one of an institution's staff and waits for a second.
	#[codec(index = 13)]
	ConsentProposed {
		/// For whom.
		grantee: Grantee,
	},
	/// Access was requested.
	#[codec(index = 20)]
	RequestSubmitted {
		/// Which.
		request: RequestId,
		/// For whom.
		grantee: Grantee,
	},
	/// A request was approved.
	#[codec(index = 21)]
	RequestApproved {
		/// Which.
		request: RequestId,
		/// The consent that it became.
		consent: ConsentRef,
	},
	/// A request was denied.
	#[codec(index = 22)]
	RequestDenied {
		/// Which.
		request: RequestId,
	},
	/// A request was withdrawn.
	#[codec(index = 23)]
	RequestWithdrawn {
		/// Which.
		request: RequestId,
	},
	/// A record was added.
	#[codec(index = 30)]
	RecordCreated {
		/// Which.
		record: RecordId,
	},
	/// A version was added to a record.
	#[codec(index = 31)]
	VersionAdded {
		/// Which record.
		record: RecordId,
		/// Which version.
		version: VersionNumber,
	},
	/// Labels were added to a record.
	#[codec(index = 32)]
	Labelled {
		/// Which record.
		record: RecordId,
		/// Its labels now.
		labels: Labels,
	},
	/// A record was marked entered in error.
	#[codec(index = 33)]
	EnteredInError {
		/// Which record.
		record: RecordId,
		/// How it counts now.
		status: RecordStatus,
	},
	/// Another institution answers for the record.
	#[codec(index = 34)]
	ResponsibilityMoved {
		/// Which record.
		record: RecordId,
		/// To whom.
		to: AccountId,
	},
	/// A version's sharing set was declared.
	#[codec(index = 40)]
	SharingSetDeclared {
		/// Which record.
		record: RecordId,
		/// Which version.
		version: VersionNumber,
		/// Which epoch of the set.
		epoch: u32,
	},
	/// A holder acknowledged its share.
	#[codec(index = 41)]
	ShareAcknowledged {
		/// Which record.
		record: RecordId,
		/// Which version.
		version: VersionNumber,
		/// Which epoch of the set.
		epoch: u32,
		/// Which holder.
		holder: AccountId,
	},
	/// Somebody asked to open records. Some, all or none were opened.
	#[codec(index = 42)]
	Opened {
		/// The ground that was named.
		ground: Ground,
		/// Each record, and the consent that opened it (`Own` has none), or that it was refused.
		outcomes: BoundedVec<(RecordId, Outcome), ConstU32<MAX_OPENED>>,
	},
	/// The patient named the holders of future records.
	#[codec(index = 43)]
	HoldersChosen,
}

/// What became of one record in an opening. The reason of a refusal is not among it: it is the
/// patient's to see, who asks the decision for it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	codec::MaxEncodedLen,
	TypeInfo,
)]
pub enum Outcome {
	/// Refused.
	#[codec(index = 0)]
	Refused,
	/// Opened to the patient.
	#[codec(index = 1)]
	Own,
	/// Opened by this consent.
	#[codec(index = 2)]
	Consent(ConsentRef),
	/// Opened by break-glass.
	#[codec(index = 3)]
	BreakGlass,
}

impl LogEntry {
	/// The entry's bytes: what the head is computed over and the event carries.
	pub fn to_bytes(&self) -> Vec<u8> {
		(ENTRY_VERSION, self).encode()
	}

	/// The entry of these bytes, if they are one of this version.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		match bytes.split_first() {
			Some((&ENTRY_VERSION, mut entry)) => Self::decode_all(&mut entry).ok(),
			_ => None,
		}
	}
}

/// The head of a log after one more entry.
pub fn next_head(
	genesis: &H256,
	patient: &AccountId,
	seq: u64,
	block: u32,
	previous: &H256,
	entry: &[u8],
) -> H256 {
	let mut bytes = b"vouchsafe/audit/1".to_vec();
	(genesis, patient, seq, block, previous, entry).encode_to(&mut bytes);
	H256(sp_io::hashing::blake2_256(&bytes))
}
