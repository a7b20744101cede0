//! Accounts, institutions and affiliations, and who acts as what.

use super::{concatenated, ProvenView};
use crate::{
	decider::{self, AffiliatedAt},
	errors::ChainError,
	storage,
	traits::{Evidence, View},
	types::*,
};
use codec::DecodeLimit;

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn page_of_institutions(
		&self,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountKind, Status, Institution)>, ChainError> {
		let map = storage::institutions();
		let prefix = map.prefix.clone();
		let after = after.map(|after| storage::institution(&after).bytes);
		let found = with_ids(self.page(map, after, limit).await?, &prefix)?;
		self.fetch(found.iter().map(|(id, _)| storage::account(id).bytes)).await?;
		let mut institutions = Vec::new();
		for (id, institution) in found {
			if let Some(account) = self.read(storage::account(&id)).await? {
				institutions.push((id, account.kind, account.status, institution));
			}
		}
		Ok(institutions)
	}

	pub(super) async fn page_of_affiliations(
		&self,
		practitioner: &AccountId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, Affiliation)>, ChainError> {
		let map = storage::affiliations(practitioner);
		let prefix = map.prefix.clone();
		let after = after.map(|after| storage::affiliation(practitioner, &after).bytes);
		with_ids(self.page(map, after, limit).await?, &prefix)
	}

	pub(super) async fn institution_of_custodian(
		&self,
		custodian: &AccountId,
	) -> Result<Option<AccountId>, ChainError> {
		let Some(institution) = self.read(storage::custodian_account(custodian)).await? else {
			return Ok(None);
		};
		let account = self.read(storage::account(&institution)).await?;
		let is_active = account.is_some_and(|account| account.status == Status::Active);
		Ok(is_active.then_some(institution))
	}

	/// The account as a decision sees it, acting for the institution if one is named. `None` if it is
	/// not enrolled.
	pub(super) async fn actor(
		&self,
		account: &AccountId,
		institution: Option<&AccountId>,
		now: Moment,
	) -> Result<Option<Actor>, ChainError> {
		self.fetch([storage::account(account).bytes, storage::affiliated_with(account).bytes])
			.await?;
		let Some(entry) = self.read(storage::account(account)).await? else { return Ok(None) };
		let mut listed = Vec::new();
		if entry.kind == AccountKind::Practitioner {
			listed = self.read(storage::affiliated_with(account)).await?.unwrap_or_default();
		}
		let keys = |at: &AccountId| {
			[
				storage::affiliation(account, at).bytes,
				storage::account(at).bytes,
				storage::institution(at).bytes,
			]
		};
		self.fetch(listed.iter().flat_map(keys)).await?;
		let mut affiliations = Vec::new();
		for at in listed {
			affiliations.extend(self.affiliated_at(account, at).await?);
		}
		decider::actor(account, &entry, institution, affiliations, now).map(Some)
	}

	/// The practitioner's affiliation, with what the state says of its institution.
	async fn affiliated_at(
		&self,
		practitioner: &AccountId,
		institution: AccountId,
	) -> Result<Option<AffiliatedAt>, ChainError> {
		let affiliation = self.read(storage::affiliation(practitioner, &institution)).await?;
		let account = self.read(storage::account(&institution)).await?;
		let entry = self.read(storage::institution(&institution)).await?;
		let (Some(affiliation), Some(account), Some(entry)) = (affiliation, account, entry) else {
			return Ok(None);
		};
		let Account { kind, status, .. } = account;
		Ok(Some(AffiliatedAt { institution, kind, status, country: entry.country, affiliation }))
	}
}

/// The entries of a map whose last key was hashed by `Blake2_128Concat`, with that key.
pub(super) fn with_ids<K: DecodeLimit, T>(
	entries: Vec<(Vec<u8>, T)>,
	prefix: &[u8],
) -> Result<Vec<(K, T)>, ChainError> {
	entries.into_iter().map(|(key, value)| Ok((concatenated(&key, prefix)?, value))).collect()
}
