//! Records and versions as the chain stores them, and as their authors submit them.

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
	/// Hash of the version that it follows; zero for a record's first.
	pub previous: H256,
	/// CID of its manifest.
	pub manifest: Cid,
	/// Salted commitment to the plaintext.
	pub commitment: H256,
}

/// A record.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Record {
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

impl Record {
	/// All that a decision needs to know of it.
	pub fn facts(&self, id: RecordId) -> RecordFacts {
		RecordFacts {
			id,
			patient: self.patient.clone(),
			author: self.author.clone(),
			responsible: self.responsible.clone(),
			category: self.category,
			confidentiality: self.confidentiality,
			labels: self.labels.clone(),
			service: self.service,
			status: self.status,
		}
	}

	/// The institution that authored it; `None` if the patient did.
	pub fn author_institution(&self) -> Option<&AccountId> {
		Some(&self.author).filter(|author| **author != self.patient)
	}
}

/// A version of a record.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Version {
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

impl Version {
	/// Its hash: `blake2b-256("vouchsafe/version/1" ++ SCALE(record, number, manifest, commitment,
	/// previous, author, institution))`. `None` after the manifest was erased. The hash is then still
	/// known from the next version's `previous` or the record's `head`.
	pub fn hash(&self, record: &RecordId, number: VersionNumber) -> Option<H256> {
		let manifest = self.manifest.as_ref()?;
		let Self { commitment, previous, author, institution, .. } = self;
		let bytes = (
			*b"vouchsafe/version/1",
			record,
			number,
			manifest,
			commitment,
			previous,
			author,
			institution,
		)
			.encode();
		Some(H256(sp_io::hashing::blake2_256(&bytes)))
	}
}
