//! A patient's log: its entries, its hash chain, and the proof that a copy is complete.
//!
//! The chain keeps a count and a head for each patient; the entries go out as events, and indexers
//! keep them. `head(seq) = blake2b-256("vouchsafe/audit/1" ++ SCALE(genesis, patient, seq, block,
//! head(seq - 1), entry))`, and the head of an empty log is 32 zero bytes. Whichever copy is read,
//! [`verify`] shows whether an entry is missing, added, changed or moved.

use crate::{
	consent::*,
	representation::{Registration, Scopes},
	types::*,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use core::fmt;
use scale_info::TypeInfo;
use sp_core::H256;

/// First byte of an entry's encoding: this version of [`LogEntry`].
pub const ENTRY_VERSION: u8 = 1;

/// One line of a patient's log. Its bytes are [`ENTRY_VERSION`] and then its SCALE encoding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct LogEntry {
	/// The account whose key signed the transaction.
	pub signer: AccountId,
	/// The origin of the call. It differs from the signer if several accounts sign together, and if
	/// somebody represents the patient (not in 0.1).
	pub origin: AccountId,
	/// The institution for which it was made.
	pub acting_for: Option<AccountId>,
	/// The purpose, if the call has one.
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
	/// The patient's signing was disabled, because the key is lost or stolen since this moment, or enabled
	/// again (`None`).
	#[codec(index = 3)]
	SigningDisabled(Option<Moment>),
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
	/// A consent was proposed by one practitioner of an institution and waits for a second.
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
	/// Records were added, each with its first version and that version's sharing set.
	#[codec(index = 30)]
	RecordsCreated {
		/// Which.
		records: BoundedVec<RecordId, ConstU32<MAX_BATCH>>,
	},
	/// A version was added to a record, with its sharing set.
	#[codec(index = 31)]
	VersionAdded {
		/// Which record.
		record: RecordId,
		/// Which version.
		version: VersionNumber,
		/// Whether it widened the record's months, labels or confidentiality.
		widened: bool,
	},
	/// Labels were added to a record.
	#[codec(index = 32)]
	Labelled {
		/// Which record.
		record: RecordId,
		/// Its labels now.
		labels: LabelTags,
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
	/// A holder acknowledged its shares of versions.
	#[codec(index = 41)]
	SharesAcknowledged {
		/// Which holder.
		holder: AccountId,
		/// Each version's record and number, and the epoch of its sharing set.
		versions: BoundedVec<(RecordId, VersionNumber, u32), ConstU32<MAX_BATCH>>,
	},
	/// Somebody asked to open records. Some, all or none of them were opened.
	#[codec(index = 42)]
	Opened {
		/// The ground that the reader named.
		ground: Ground,
		/// Each record with its result.
		outcomes: BoundedVec<(RecordId, Outcome), ConstU32<MAX_OPENED>>,
	},
	/// The patient named the holders of future records.
	#[codec(index = 43)]
	HoldersChosen,
	/// A holder lost its shares of versions that it had acknowledged.
	#[codec(index = 44)]
	SharesLost {
		/// Which holder.
		holder: AccountId,
		/// Each version's record and number, and the epoch of its sharing set.
		versions: BoundedVec<(RecordId, VersionNumber, u32), ConstU32<MAX_BATCH>>,
	},
	/// The patient was counted for a study.
	#[codec(index = 50)]
	Counted {
		/// For which study.
		study: StudyId,
		/// In which round.
		round: u8,
		/// By whom: an institution, or the patient.
		contributor: AccountId,
	},
	/// The patient refused assisted consents for good.
	#[codec(index = 51)]
	AssistedRefused,
	/// One of an institution's staff proposed this and waits for a second.
	#[codec(index = 52)]
	StaffProposed(StaffMatter),
	/// A record that was marked entered in error counts again.
	#[codec(index = 53)]
	MarkTakenBack {
		/// Which record.
		record: RecordId,
	},
	/// Two of the staff agreed on a consent for this grantee, and it waits for an authority, because
	/// the patient's own key has signed before.
	#[codec(index = 54)]
	ConsentAwaitsAuthority {
		/// For whom.
		grantee: Grantee,
	},
	/// The patient confirmed a consent that was given while the key was in doubt.
	#[codec(index = 57)]
	ConsentConfirmed {
		/// Which.
		consent: ConsentRef,
	},
	/// The patient named guardians, who count from this moment on.
	#[codec(index = 60)]
	GuardiansSet {
		/// From when on. Until then the guardians before them count, if there are any.
		from: Moment,
	},
	/// The patient began to change the account's key.
	#[codec(index = 61)]
	KeyChangeBegan {
		/// The new key.
		key: AccountId,
		/// From when on it can replace the present one.
		from: Moment,
	},
	/// The change of key that the patient had begun does not come about: the patient ended it, or signing
	/// was disabled.
	#[codec(index = 62)]
	KeyChangeEnded {
		/// The key that the account does not get.
		key: AccountId,
	},
	/// A guardian began to give the account a new key. This is the guardian's approval, too.
	#[codec(index = 63)]
	RecoveryBegan {
		/// The new key.
		key: AccountId,
	},
	/// Another guardian approved this key.
	#[codec(index = 64)]
	RecoveryApproved {
		/// The new key.
		key: AccountId,
		/// From when on it can replace the present one, if enough guardians have approved.
		from: Option<Moment>,
	},
	/// Two of the enrolling institution's staff agreed on a new key. An authority has to attest it.
	#[codec(index = 65)]
	RecoveryProposed {
		/// The new key.
		key: AccountId,
	},
	/// An authority attested a new key.
	#[codec(index = 66)]
	RecoveryAttested {
		/// The new key.
		key: AccountId,
		/// From when on it can replace the present one. Nothing if it has to be attested once more.
		from: Option<Moment>,
	},
	/// The patient objected to a new key. The attempt has ended, or needs one attestation more.
	#[codec(index = 67)]
	RecoveryObjected {
		/// The new key.
		key: AccountId,
		/// Whether the attempt has ended.
		ended: bool,
	},
	/// A new key signs for the account from now on. The former one signs nothing any more.
	#[codec(index = 68)]
	KeyReplaced {
		/// The new key.
		key: AccountId,
	},
	/// The patient appointed a representative, or changed the appointment.
	#[codec(index = 70)]
	Appointed {
		/// Whom.
		representative: AccountId,
		/// What the representative may do.
		scopes: Scopes,
		/// Whether the appointment waits until two clinicians activate it.
		standby: bool,
		/// Until when, exclusive.
		until: Option<Moment>,
	},
	/// A representation ended: the patient ended an appointment, the representative gave it up, or a patient
	/// whom an executor represented is not dead.
	#[codec(index = 71)]
	RepresentativeEnded {
		/// Whose.
		representative: AccountId,
	},
	/// Two clinicians activated an appointment that was on standby.
	#[codec(index = 72)]
	Activated {
		/// Whose.
		representative: AccountId,
	},
	/// Two of the enrolling institution's staff registered a representative by law. An authority has to
	/// attest it.
	#[codec(index = 73)]
	Registered {
		/// Whom.
		representative: AccountId,
		/// What they registered.
		registration: Registration,
	},
	/// An authority attested a representative by law.
	#[codec(index = 74)]
	Attested {
		/// Whom.
		representative: AccountId,
		/// From when on the representation is in force.
		from: Moment,
	},
	/// The patient objected to a representative by law, who does not represent the patient until an
	/// authority has attested it once more.
	#[codec(index = 75)]
	RepresentativeObjected {
		/// Whom.
		representative: AccountId,
	},
	/// A representative was suspended, or the suspension was lifted.
	#[codec(index = 76)]
	RepresentativeSuspended {
		/// Whom.
		representative: AccountId,
		/// Whether the representative is suspended now.
		suspended: bool,
	},
	/// Two of an institution's staff enrolled the patient, whose account has no key.
	#[codec(index = 77)]
	WardEnrolled {
		/// Who proposed it.
		first: AccountId,
	},
}

/// What takes two of an institution's staff. A consent has its own entries.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum StaffMatter {
	/// To mark a record entered in error.
	#[codec(index = 0)]
	Mark {
		/// Which record.
		record: RecordId,
		/// How it is to count.
		status: RecordStatus,
	},
	/// To take a mark back.
	#[codec(index = 1)]
	TakeMarkBack {
		/// Which record.
		record: RecordId,
	},
	/// To add labels to a record.
	#[codec(index = 2)]
	Label {
		/// Which record.
		record: RecordId,
		/// The labels that are to be added.
		labels: LabelTags,
	},
	/// To say that the patient is deceased.
	#[codec(index = 3)]
	DeclareDeceased,
	/// To take back that the patient is deceased.
	#[codec(index = 4)]
	TakeDeathBack,
	/// To give the account a new key.
	#[codec(index = 5)]
	NewKey {
		/// The key.
		key: AccountId,
		/// The encryption key.
		encryption_key: EncryptionKey,
		/// A salted commitment to what proves who asked for it, such as the copy of an identity card.
		evidence: H256,
	},
	/// To activate an appointment that is on standby.
	#[codec(index = 6)]
	Activate {
		/// Whose.
		representative: AccountId,
	},
	/// To register a representative by law.
	#[codec(index = 7)]
	Represent {
		/// Whom.
		representative: AccountId,
		/// What is to be registered.
		registration: Registration,
	},
}

/// The result for one record of an opening. It does not say why a record was refused: only the
/// patient may know, and can ask for the decision.
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

/// Count and head of a log, as the chain stores them. They prove all entries up to there.
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
	codec::MaxEncodedLen,
	TypeInfo,
)]
pub struct Log {
	/// How many entries it has.
	pub count: u64,
	/// The hash that the last entry gave it: zero if it is empty.
	pub head: H256,
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
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// One line of a copy of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
	/// The entry's number in the patient's log, from 0.
	pub seq: u64,
	/// The block that has the entry.
	pub block: u32,
	/// The entry's bytes, as the event carried them ([`LogEntry::to_bytes`]).
	pub entry: Vec<u8>,
	/// The head after this line, if the keeper of the copy claims one. The proof does not need it;
	/// with it, the first wrong line can be named.
	pub head: Option<H256>,
}

/// Why a copy is not the log of which the chain keeps the head.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofError {
	/// A line does not have the number of its place: an entry is missing, repeated or moved.
	OutOfSequence {
		/// The number of the place.
		expected: u64,
		/// The number of the line.
		found: u64,
	},
	/// A line does not fit the head that the copy claims after it.
	DoesNotFit {
		/// The line's number.
		seq: u64,
	},
	/// The copy ends too early.
	Missing {
		/// Entries up to the end of the copy.
		have: u64,
		/// Entries on the chain.
		expected: u64,
	},
	/// The copy has more entries than the log.
	Surplus {
		/// The number of the first line that is too many.
		seq: u64,
	},
	/// The lines fit each other and their count is right, but they end in another head.
	AnotherLog {
		/// Entries in the log.
		count: u64,
	},
}

impl fmt::Display for ProofError {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		match self {
			Self::OutOfSequence { expected, found } => {
				write!(f, "entry {expected} is missing: entry {found} is in its place")
			},
			Self::DoesNotFit { seq } => write!(
				f,
				"entry {seq} was changed: its block and bytes do not match the head beside it"
			),
			Self::Missing { have, expected } => write!(
				f,
				"the copy ends after {have} entries, but the chain counts {expected}: \
				 entry {have} is the first one missing"
			),
			Self::Surplus { seq } => {
				write!(f, "entry {seq} is too many: the chain counts only {seq} entries")
			},
			Self::AnotherLog { count } => write!(
				f,
				"the copy's {count} entries do not lead to the head on the chain: this is not the \
				 patient's log; read it from another custodian"
			),
		}
	}
}

impl core::error::Error for ProofError {}

/// Proves that `lines` are a patient's log from `start` to `end`: as many entries as the chain
/// counts, with the chain's head after the last one. The whole log starts at [`Log::default`].
///
/// # Errors
///
/// The first line that does not fit, if the copy's own heads let it be found; otherwise how the
/// copy as a whole differs.
pub fn verify(
	genesis: &H256,
	patient: &AccountId,
	start: Log,
	lines: impl IntoIterator<Item = LogLine>,
	end: Log,
) -> Result<(), ProofError> {
	let Log { mut count, mut head } = start;
	for line in lines {
		if line.seq != count {
			return Err(ProofError::OutOfSequence { expected: count, found: line.seq });
		}
		if count >= end.count {
			return Err(ProofError::Surplus { seq: count });
		}
		head = next_head(genesis, patient, line.seq, line.block, &head, &line.entry);
		if line.head.is_some_and(|claimed| claimed != head) {
			return Err(ProofError::DoesNotFit { seq: line.seq });
		}
		count = count.saturating_add(1);
	}
	if count < end.count {
		return Err(ProofError::Missing { have: count, expected: end.count });
	}
	if (Log { count, head }) != end {
		return Err(ProofError::AnotherLog { count });
	}
	Ok(())
}

#[cfg(test)]
mod tests;
