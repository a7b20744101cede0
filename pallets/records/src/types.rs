//! Records and versions: as their authors submit them, as the chain stores them, and as clients see
//! them. Nothing is stored twice: the patient and the record are in the keys, and what can be
//! computed is not stored.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::*;

/// A record as its author submits it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NewRecord {
	/// Where it comes from.
	pub origin: Origin,
	/// Months that it covers.
	pub service: ServicePeriod,
	/// Its relation to another record of the same patient.
	pub relation: Option<Relation>,
	/// How sensitive it is.
	pub confidentiality: Confidentiality,
	/// Its labels.
	pub labels: LabelTags,
	/// What it is about.
	pub category: Category,
}

/// A version as its author submits it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NewVersion {
	/// CID of its manifest.
	pub manifest: Cid,
	/// Salted commitment to the plaintext.
	pub commitment: H256,
}

/// One of the records that a call creates, with its first version.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Creation {
	/// Random, from the client. The record's id is [`record_id`] of patient, author and salt.
	pub salt: [u8; 16],
	/// The record.
	pub record: NewRecord,
	/// Its first version.
	pub version: NewVersion,
	/// Hash of the Feldman commitments of the version's key.
	pub commitments: H256,
}

/// What a new version may widen of its record. With more months, labels or confidentiality, fewer
/// permits cover the record. The exception are permits for labelled records alone, which may cover it
/// after its first label.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Frame {
	/// Months that the record covers.
	pub service: ServicePeriod,
	/// How sensitive it is.
	pub confidentiality: Confidentiality,
	/// Its labels.
	pub labels: LabelTags,
}

impl Frame {
	/// Whether this frame includes the other one.
	pub fn includes(&self, other: &Self) -> bool {
		self.service.first <= other.service.first
			&& self.service.last >= other.service.last
			&& self.confidentiality >= other.confidentiality
			&& other.labels.iter().all(|tag| self.labels.contains(tag))
	}
}

/// A record as it is stored. Its patient and its id are its key.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Record {
	/// The institution that authored it, or the patient. Only the author adds versions, so it is
	/// every version's institution too.
	pub author: AccountId,
	/// The responsible institution, if it is not the author.
	pub responsible: Option<AccountId>,
	/// Where it comes from.
	pub origin: Origin,
	/// Months that it covers.
	pub service: ServicePeriod,
	/// Its relation to another record.
	pub relation: Option<Relation>,
	/// How sensitive it is.
	pub confidentiality: Confidentiality,
	/// Its labels.
	pub labels: LabelTags,
	/// What it is about.
	pub category: Category,
	/// Whether it is valid.
	pub status: RecordStatus,
	/// How many versions it has.
	#[codec(compact)]
	pub versions: u32,
}

impl Record {
	/// All that a decision needs to know of it.
	pub fn facts(&self, patient: &AccountId, id: RecordId) -> RecordFacts {
		RecordFacts {
			id,
			patient: patient.clone(),
			author: self.author.clone(),
			responsible: self.responsible().clone(),
			category: self.category,
			confidentiality: self.confidentiality,
			labels: self.labels.clone(),
			service: self.service,
			status: self.status,
		}
	}

	/// The responsible institution: the one that answers for it now.
	pub fn responsible(&self) -> &AccountId {
		self.responsible.as_ref().unwrap_or(&self.author)
	}

	/// The institution that authored it; `None` if the patient did.
	pub fn author_institution(&self, patient: &AccountId) -> Option<&AccountId> {
		Some(&self.author).filter(|author| *author != patient)
	}

	/// What a version may widen.
	pub fn frame(&self) -> Frame {
		Frame {
			service: self.service,
			confidentiality: self.confidentiality,
			labels: self.labels.clone(),
		}
	}

	/// The complete record.
	pub fn view(self, patient: AccountId, head: H256) -> RecordView {
		let responsible = self.responsible().clone();
		let Self { author, origin, service, relation, .. } = self;
		let Self { confidentiality, labels, category, status, versions, .. } = self;
		RecordView {
			patient,
			author,
			responsible,
			origin,
			service,
			relation,
			confidentiality,
			labels,
			category,
			status,
			versions,
			head,
		}
	}
}

/// A record as clients see it, with all fields.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RecordView {
	/// Its patient.
	pub patient: AccountId,
	/// The institution that authored it, or the patient.
	pub author: AccountId,
	/// The responsible institution: the one that answers for it now.
	pub responsible: AccountId,
	/// Where it comes from.
	pub origin: Origin,
	/// Months that it covers.
	pub service: ServicePeriod,
	/// Its relation to another record.
	pub relation: Option<Relation>,
	/// How sensitive it is.
	pub confidentiality: Confidentiality,
	/// Its labels.
	pub labels: LabelTags,
	/// What it is about.
	pub category: Category,
	/// Whether it is valid.
	pub status: RecordStatus,
	/// How many versions it has.
	pub versions: u32,
	/// Hash of the latest version, which the next one must name; see [`Version::hash`].
	pub head: H256,
}

/// A manifest's CID without the bytes that every CID here has: version 1, SHA2-256, 32 bytes.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ManifestCid {
	/// How the content is laid out: raw (`0x55`) or dag-pb (`0x70`).
	pub codec: u8,
	/// Its SHA2-256.
	pub digest: [u8; 32],
}

impl ManifestCid {
	/// The CID of these bytes, if it is as our IPFS nodes make them: version 1, raw or dag-pb,
	/// SHA2-256.
	pub fn new(cid: &Cid) -> Option<Self> {
		match cid.as_slice() {
			[0x01, codec @ (0x55 | 0x70), 0x12, 0x20, digest @ ..] => {
				Some(Self { codec: *codec, digest: digest.try_into().ok()? })
			},
			_ => None,
		}
	}

	/// The CID's bytes.
	pub fn to_cid(&self) -> Cid {
		let head = [0x01, self.codec, 0x12, 0x20];
		Cid::truncate_from(head.into_iter().chain(self.digest).collect())
	}
}

/// The content of a version.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Content {
	/// CID of its manifest.
	#[codec(index = 0)]
	Manifest(ManifestCid),
	/// It was erased. The version's hash is kept here, because it can no longer be computed.
	#[codec(index = 1)]
	Erased(H256),
}

/// A version as it is stored. Its record and its number are its key.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Version {
	/// Its content.
	pub content: Content,
	/// Salted commitment to the plaintext.
	pub commitment: H256,
	/// Hash of the version that it follows; `None` for the first.
	pub previous: Option<H256>,
	/// The account that added it.
	pub author: AccountId,
	/// The block that has it.
	#[codec(compact)]
	pub block: u32,
}

impl Version {
	/// Its hash: see [`version_hash`]. `institution` is the record's author.
	pub fn hash(&self, record: &RecordId, number: VersionNumber, institution: &AccountId) -> H256 {
		let manifest = match self.content {
			Content::Manifest(cid) => cid.to_cid(),
			Content::Erased(hash) => return hash,
		};
		let Self { commitment, previous, author, .. } = self;
		let previous = previous.unwrap_or_default();
		version_hash(record, number, &manifest, commitment, &previous, author, institution)
	}

	/// The complete version. `institution` is the record's author.
	pub fn view(self, institution: AccountId) -> VersionView {
		let Self { content, commitment, previous, author, block } = self;
		VersionView {
			manifest: match content {
				Content::Manifest(cid) => Some(cid.to_cid()),
				Content::Erased(_) => None,
			},
			commitment,
			previous: previous.unwrap_or_default(),
			author,
			institution,
			block,
		}
	}
}

/// A version as clients see it, with all fields.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VersionView {
	/// CID of its manifest; `None` after it was erased.
	pub manifest: Option<Cid>,
	/// Salted commitment to the plaintext.
	pub commitment: H256,
	/// Hash of the version that it follows; zero for the first.
	pub previous: H256,
	/// The account that added it.
	pub author: AccountId,
	/// The institution for which it was added, or the patient.
	pub institution: AccountId,
	/// The block that has it.
	pub block: u32,
}
