//! The reader's checks: compares the shares that custodians release with the chain, and combines
//! them. Names the custodians that sent something false.

use crate::{
	cid::Cid,
	messages::{PatientEnvelope, Release},
	types::{
		account_bytes, address, AccountId, HolderKind, HolderState, Record, RecordStatus,
		SharingSet, Version, H256,
	},
};
use codec::DecodeAll;
use vouchsafe_vault::{
	manifest::{open_release, open_share, Manifest, ShareAddress},
	seal::SecretKey,
	sharing::{combine, Commitments, Secret, Share},
	Context, Error,
};

/// What a version's encryption is bound to.
pub fn context(genesis: H256, record: H256, version: u32, patient: &AccountId) -> Context {
	Context { genesis: genesis.0, record: record.0, version, patient: account_bytes(patient) }
}

/// Whether this holder keeps its share in a custodian.
pub fn has_custodian(kind: HolderKind) -> bool {
	matches!(kind, HolderKind::Institution | HolderKind::Emergency)
}

/// Why nobody can open a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
	/// Its key was erased.
	#[error("nobody holds the version's key any more: it was erased")]
	KeyErased,
	/// Its content was erased.
	#[error("the version's content was erased")]
	ContentErased,
	/// The CID on the chain is malformed.
	#[error("the CID on the chain is malformed")]
	MalformedCid,
}

/// All that the chain has of a version, for opening it.
#[derive(Clone, Debug)]
pub struct Target {
	/// Whose record it is.
	pub patient: AccountId,
	/// The record.
	pub record: H256,
	/// Whether the record is valid, or how it is marked as entered in error.
	pub status: RecordStatus,
	/// The version.
	pub version: u32,
	/// Who holds its shares.
	pub set: SharingSet,
	/// The CID of its manifest.
	pub manifest: Cid,
	/// The commitment to its plaintext.
	pub commitment: H256,
	/// What its encryption is bound to.
	pub context: Context,
}

impl Target {
	/// The version of this number, as the chain has it.
	pub fn new(
		genesis: H256,
		id: H256,
		number: u32,
		record: Record,
		version: Version,
		set: Option<SharingSet>,
	) -> Result<Self, Unavailable> {
		let set = set.ok_or(Unavailable::KeyErased)?;
		let manifest = version.manifest.ok_or(Unavailable::ContentErased)?;
		let manifest = Cid::try_from(&manifest[..]).map_err(|_| Unavailable::MalformedCid)?;
		let context = context(genesis, id, number, &record.patient);
		Ok(Self {
			patient: record.patient,
			record: id,
			status: record.status,
			version: number,
			set,
			manifest,
			commitment: version.commitment,
			context,
		})
	}

	/// What the share of this holder is sealed with.
	pub fn address(&self, holder: &AccountId) -> ShareAddress {
		ShareAddress {
			genesis: self.context.genesis,
			record: self.record.0,
			version: self.version,
			epoch: self.set.epoch,
			holder: account_bytes(holder),
		}
	}

	/// The holders that keep their share in a custodian.
	pub fn custodians(&self) -> impl Iterator<Item = &HolderState> {
		self.set.holders.iter().filter(|holder| has_custodian(holder.kind))
	}

	/// Whether the patient holds a share.
	pub fn is_held_by_patient(&self) -> bool {
		self.set.holders.iter().any(|holder| holder.kind == HolderKind::Patient)
	}

	/// The index of a holder's share: its place and one.
	pub fn index(&self, holder: &AccountId) -> Option<u8> {
		let place = self.set.holders.iter().position(|it| it.account == *holder)?;
		u8::try_from(place).ok()?.checked_add(1)
	}

	/// The commitments that a custodian sent, if they are those of the chain.
	pub fn commitments(&self, bytes: &[u8], epoch: u32) -> Result<Commitments, Fault> {
		if epoch != self.set.epoch {
			return Err(Fault::OtherSharingSet);
		}
		let commitments = Commitments::decode_all(&mut &bytes[..])
			.map_err(|error| Fault::MalformedCommitments(error.to_string()))?;
		if commitments.hash() != self.set.commitments.0 {
			return Err(Fault::OtherCommitments);
		}
		Ok(commitments)
	}

	/// Whether a decrypted document is the one that its author committed to.
	pub fn is_committed(&self, commitment: &[u8; 32]) -> bool {
		self.commitment.0 == *commitment
	}
}

/// Where a share came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
	/// A custodian's own share.
	Custodian(AccountId),
	/// A share that its holder, the patient, carried to a custodian.
	Carried {
		/// The custodian's institution.
		custodian: AccountId,
		/// The holder.
		holder: AccountId,
	},
	/// The reader's own share, which a custodian keeps for the reader.
	Own {
		/// The custodian's institution.
		custodian: AccountId,
	},
}

impl Source {
	/// The institution whose custodian sent it.
	pub fn custodian(&self) -> &AccountId {
		match self {
			Self::Custodian(custodian)
			| Self::Carried { custodian, .. }
			| Self::Own { custodian } => custodian,
		}
	}
}

/// What is wrong with what a custodian sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
	/// The share is of another epoch.
	#[error("it keeps a share of another sharing set")]
	OtherSharingSet,
	/// The commitments can't be decoded.
	#[error("it sent malformed commitments: {0}")]
	MalformedCommitments(String),
	/// The commitments are not those whose hash the chain has.
	#[error("it sent commitments that are not those of the chain")]
	OtherCommitments,
	/// The share does not open with the reader's key.
	#[error("{0}")]
	DoesNotOpen(String),
	/// The share is another holder's.
	#[error("gave another holder's share")]
	OtherHoldersShare,
	/// The share does not fit the commitments.
	#[error("gave a false share")]
	FalseShare,
}

impl Fault {
	/// Whether it may be an attempt to deceive, and should be reported.
	pub fn is_suspicious(&self) -> bool {
		!matches!(self, Self::DoesNotOpen(_))
	}
}

/// The shares that came so far.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
	/// The good ones, one for each index.
	pub shares: Vec<(Source, Share)>,
	/// What was false, and who sent it.
	pub faults: Vec<(Source, Fault)>,
	commitments: Option<Commitments>,
}

impl Gathered {
	/// Takes what a custodian released to the reader, whose encryption key `key` is.
	pub fn take_release(
		&mut self,
		target: &Target,
		key: &SecretKey,
		reader: &AccountId,
		custodian: &AccountId,
		release: &Release,
	) {
		let commitments = match target.commitments(&release.commitments.0, release.epoch) {
			Ok(commitments) => commitments,
			Err(fault) => return self.faults.push((Source::Custodian(custodian.clone()), fault)),
		};
		// Its own share and one that the patient carried to it.
		for released in release.shares.iter().take(2) {
			let holder = AccountId::from(released.holder);
			let source = match holder == *custodian {
				true => Source::Custodian(holder.clone()),
				false => Source::Carried { custodian: custodian.clone(), holder: holder.clone() },
			};
			let address = target.address(&holder);
			let opened = open_release(key, &address, &account_bytes(reader), &released.sealed.0);
			self.take(target, source, &holder, opened, &commitments);
		}
	}

	/// Takes the reader's own share as a custodian keeps it.
	pub fn take_own(
		&mut self,
		target: &Target,
		key: &SecretKey,
		custodian: &AccountId,
		envelope: &PatientEnvelope,
	) {
		let source = Source::Own { custodian: custodian.clone() };
		let commitments = match target.commitments(&envelope.commitments.0, envelope.epoch) {
			Ok(commitments) => commitments,
			Err(fault) => return self.faults.push((source, fault)),
		};
		let opened = open_share(key, &target.address(&target.patient), &envelope.share.0);
		self.take(target, source, &target.patient, opened, &commitments);
	}

	fn take(
		&mut self,
		target: &Target,
		source: Source,
		holder: &AccountId,
		opened: Result<Share, Error>,
		commitments: &Commitments,
	) {
		let fault = match opened {
			Err(error) => Fault::DoesNotOpen(error.to_string()),
			Ok(share) if Some(share.index) != target.index(holder) => Fault::OtherHoldersShare,
			Ok(share) if share.verify(commitments).is_err() => Fault::FalseShare,
			Ok(share) => {
				if self.shares.iter().all(|(_, known)| known.index != share.index) {
					self.shares.push((source, share));
				}
				self.commitments.get_or_insert_with(|| commitments.clone());
				return;
			},
		};
		self.faults.push((source, fault));
	}

	/// Whether the shares open the version.
	pub fn is_enough(&self, target: &Target) -> bool {
		self.shares.len() >= usize::from(target.set.threshold)
	}

	/// The commitments, which are the chain's; none as long as no good share came.
	pub fn commitments(&self) -> Option<&Commitments> {
		self.commitments.as_ref()
	}

	/// The version's secret, if the shares are enough and the manifest is of this version.
	pub fn combine(&self, target: &Target, manifest: &Manifest) -> Result<Secret, Error> {
		let shares: Vec<(String, Share)> = self
			.shares
			.iter()
			.map(|(source, share)| (address(source.custodian()), share.clone()))
			.collect();
		let Some(commitments) = &self.commitments else {
			return Err(Error::TooFewShares { have: 0, need: target.set.threshold });
		};
		combine(&shares, commitments, &manifest.key_commitment, &target.context)
	}
}

#[cfg(test)]
mod tests;
