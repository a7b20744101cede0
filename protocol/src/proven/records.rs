//! Records, versions, sharing sets, consents, requests and openings, as clients see them.

use super::{part_of, people::with_ids, ProvenView};
use crate::{
	errors::ChainError,
	runtime::runtime_types::{
		pallet_custody::types::OpeningGroup,
		pallet_records::types::{Content, ManifestCid, Record as Stored, Version as StoredVersion},
	},
	storage,
	traits::{Evidence, View},
	types::*,
};

/// Of how many grantees one request reads the consents. Each may have many, and a proof has them all.
const GRANTEES: usize = 8;

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn page_of_records(
		&self,
		patient: &AccountId,
		after: Option<H256>,
		limit: u32,
	) -> Result<Vec<(H256, Record)>, ChainError> {
		let map = storage::records(patient);
		let prefix = map.prefix.len();
		let after = after.map(|after| storage::record(patient, &after).bytes);
		let mut stored: Vec<(H256, Stored)> = Vec::new();
		for (key, record) in self.page(map, after, limit).await? {
			stored.push((part_of(&key, prefix)?, record));
		}
		let latest = |(id, record): &(H256, Stored)| {
			let number = record.versions.checked_sub(1)?;
			Some(storage::version(id, number).bytes)
		};
		self.fetch(stored.iter().filter_map(latest)).await?;
		let mut records = Vec::new();
		for (id, record) in stored {
			records.push((id, self.completed(patient, &id, record).await?));
		}
		Ok(records)
	}

	pub(super) async fn whole_record(
		&self,
		patient: &AccountId,
		id: H256,
	) -> Result<Option<Record>, ChainError> {
		let key = storage::record(patient, &id);
		let Some(record) = self.read(key.clone()).await? else { return Ok(None) };
		if let Some(number) = record.versions.checked_sub(1) {
			self.fetch([key.bytes, storage::version(&id, number).bytes]).await?;
		}
		Ok(Some(self.completed(patient, &id, record).await?))
	}

	/// The record with what the chain does not store with it.
	async fn completed(
		&self,
		patient: &AccountId,
		id: &H256,
		stored: Stored,
	) -> Result<Record, ChainError> {
		let mut head = H256::zero();
		if let Some(number) = stored.versions.checked_sub(1) {
			if let Some(version) = self.read(storage::version(id, number)).await? {
				head = hash_of(&version, id, number, &stored.author);
			}
		}
		let responsible = responsible(&stored).clone();
		let Stored { author, origin, service, relation, .. } = stored;
		let Stored { confidentiality, labels, category, status, versions, .. } = stored;
		Ok(Record {
			patient: patient.clone(),
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
		})
	}

	pub(super) async fn whole_version(
		&self,
		patient: &AccountId,
		record: H256,
		number: u32,
	) -> Result<Option<Version>, ChainError> {
		let (of_record, of_version) =
			(storage::record(patient, &record), storage::version(&record, number));
		self.fetch([of_record.bytes.clone(), of_version.bytes.clone()]).await?;
		let (record, version) = (self.read(of_record).await?, self.read(of_version).await?);
		let (Some(record), Some(version)) = (record, version) else { return Ok(None) };
		let StoredVersion { content, commitment, previous, author, block } = version;
		Ok(Some(Version {
			manifest: match content {
				Content::Manifest(cid) => Some(cid_of(&cid).into_inner()),
				Content::Erased(_) => None,
			},
			commitment,
			previous: previous.unwrap_or_default(),
			author,
			institution: record.author,
			block,
		}))
	}

	pub(super) async fn whole_sharing_set(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<SharingSet>, ChainError> {
		let (of_record, of_set) =
			(storage::record(patient, &record), storage::sharing_set(&record, version));
		self.fetch([of_record.bytes.clone(), of_set.bytes.clone()]).await?;
		let (record, set) = (self.read(of_record).await?, self.read(of_set).await?);
		// The number of the set of holders counts for the patient, not for the record.
		let (Some(_), Some(set)) = (record, set) else { return Ok(None) };
		let Some(holders) = self.read(storage::holder_set(patient, set.holders)).await? else {
			return Ok(None);
		};
		let HolderSet { threshold, holders } = holders;
		let holders = holders.into_iter().zip(0..).map(|(Holder { account, kind }, place)| {
			let acknowledged = set.acknowledged.0.checked_shr(place).unwrap_or(0) & 1 == 1;
			HolderState { account, kind, acknowledged }
		});
		Ok(Some(SharingSet {
			epoch: set.epoch,
			threshold,
			holders: holders.collect(),
			commitments: set.commitments,
		}))
	}

	pub(super) async fn page_of_consents(
		&self,
		patient: &AccountId,
		after: Option<(Grantee, u32)>,
		limit: u32,
	) -> Result<Vec<(Grantee, Consent)>, ChainError> {
		let limit = limit.min(super::MAX_LISTED) as usize;
		let map = storage::all_consents(patient);
		let mut found = Vec::new();
		let mut from = None;
		// The page before may have ended within a grantee's consents.
		if let Some((grantee, id)) = after {
			let key = storage::consents(patient, &grantee);
			from = Some(key.bytes.clone());
			let left = self.read(key).await?.unwrap_or_default();
			let left = left.into_iter().filter(|consent| consent.id > id);
			found.extend(left.map(|consent| (grantee.clone(), consent)));
		}
		while found.len() < limit {
			let missing = limit.saturating_sub(found.len()).min(GRANTEES);
			let page = self.page(map.clone(), from.take(), missing as u32).await?;
			let is_last = page.len() < missing;
			from = page.last().map(|(key, _)| key.clone());
			for (grantee, consents) in with_ids::<Grantee, _>(page, &map.prefix)? {
				found.extend(consents.into_iter().map(|consent| (grantee.clone(), consent)));
			}
			if is_last {
				break;
			}
		}
		found.truncate(limit);
		Ok(found)
	}

	pub(super) async fn page_of_requests(
		&self,
		patient: &AccountId,
		after: Option<u32>,
		limit: u32,
	) -> Result<Vec<(u32, Request)>, ChainError> {
		let map = storage::requests(patient);
		let prefix = map.prefix.clone();
		let after = after.map(|after| storage::request(patient, after).bytes);
		with_ids(self.page(map, after, limit).await?, &prefix)
	}

	pub(super) async fn each_opening(
		&self,
		patient: &AccountId,
		reader: &AccountId,
	) -> Result<Vec<Opening>, ChainError> {
		let groups = self.read(storage::openings(patient, reader)).await?.unwrap_or_default();
		let each = groups.into_iter().flat_map(|group| {
			let OpeningGroup { records, at, block, purpose, ground } = group;
			records.into_iter().map(move |record| {
				let ground = ground.clone();
				Opening { record, at, block, purpose, ground }
			})
		});
		Ok(each.collect())
	}
}

/// The institution that answers for the record now.
fn responsible(record: &Stored) -> &AccountId {
	record.responsible.as_ref().unwrap_or(&record.author)
}

/// All that a decision needs to know of a record.
pub(super) fn facts(
	patient: &AccountId,
	id: H256,
	record: Stored,
) -> Result<RecordFacts, ChainError> {
	let responsible = responsible(&record).clone();
	Ok(RecordFacts {
		id,
		patient: patient.clone(),
		author: record.author,
		responsible,
		category: record.category,
		confidentiality: record.confidentiality,
		labels: bounded(record.labels, "labels").map_err(ChainError::foreign)?,
		service: record.service,
		status: record.status,
	})
}

/// The hash of a version. `institution` is the record's author.
fn hash_of(version: &StoredVersion, record: &H256, number: u32, institution: &AccountId) -> H256 {
	let manifest = match &version.content {
		Content::Manifest(cid) => cid_of(cid),
		Content::Erased(hash) => return *hash,
	};
	let StoredVersion { commitment, previous, author, .. } = version;
	let previous = previous.unwrap_or_default();
	version_hash(record, number, &manifest, commitment, &previous, author, institution)
}

/// The CID, of which the chain stores only what differs: version 1, SHA2-256, 32 bytes.
fn cid_of(ManifestCid { codec, digest }: &ManifestCid) -> vouchsafe_primitives::Cid {
	let head = [0x01, *codec, 0x12, 0x20];
	vouchsafe_primitives::Cid::truncate_from(head.into_iter().chain(*digest).collect())
}
