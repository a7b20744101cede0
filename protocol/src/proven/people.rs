//! Accounts, institutions and affiliations, and who acts as what.

use super::{concatenated, ProvenView};
use crate::{
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
		let mut acting_for = None;
		let mut also_at = Vec::new();
		for at in listed {
			let Some((found, is_active)) = self.acting_at(account, at, now).await? else {
				continue;
			};
			if institution == Some(&found.institution) {
				acting_for = is_active.then_some(found);
			} else {
				also_at.push(found);
			}
		}
		let active =
			entry.status == Status::Active && (institution.is_none() || acting_for.is_some());
		let also_at = bounded(also_at, "affiliations").map_err(ChainError::foreign)?;
		let (account, kind) = (account.clone(), entry.kind);
		Ok(Some(Actor { account, kind, active, acting_for, also_at, study: None }))
	}

	/// The practitioner's affiliation as a decision sees it, if it is in force, and whether its
	/// institution is active.
	async fn acting_at(
		&self,
		practitioner: &AccountId,
		institution: AccountId,
		now: Moment,
	) -> Result<Option<(ActingFor, bool)>, ChainError> {
		let affiliation = self.read(storage::affiliation(practitioner, &institution)).await?;
		let account = self.read(storage::account(&institution)).await?;
		let entry = self.read(storage::institution(&institution)).await?;
		let (Some(affiliation), Some(account), Some(entry)) = (affiliation, account, entry) else {
			return Ok(None);
		};
		if !is_in_force(&affiliation, now) {
			return Ok(None);
		}
		let acting = ActingFor {
			institution,
			is_authority: account.kind == AccountKind::Authority,
			role: affiliation.role,
			country: entry.country,
			teams: bounded(affiliation.teams, "teams").map_err(ChainError::foreign)?,
			attested: affiliation.attested,
		};
		Ok(Some((acting, account.status == Status::Active)))
	}
}

/// Whether an affiliation counts at this moment.
fn is_in_force(affiliation: &Affiliation, now: Moment) -> bool {
	let has_ended = affiliation.until.is_some_and(|until| until <= now);
	affiliation.accepted && affiliation.from <= now && !has_ended
}

/// Whether and how the patient takes part. The earlier of suspension and loss of the key counts. An
/// account that is not a patient's counts as closed.
pub(super) fn standing(patient: Option<&Account>) -> Standing {
	let Some(account) = patient.filter(|account| account.kind == AccountKind::Patient) else {
		return Standing::Closed;
	};
	let since = account.status_since;
	match account.status {
		Status::Active => match account.disabled_since {
			Some(since) => Standing::Barred { since },
			None => Standing::Active,
		},
		Status::Suspended | Status::Ended => {
			let since = account.disabled_since.map_or(since, |disabled| disabled.min(since));
			Standing::Barred { since }
		},
		Status::Deceased => Standing::Deceased { since },
		Status::Merged => Standing::Merged,
		Status::Closed => Standing::Closed,
	}
}

/// When the patient's key was in doubt, beside what [`standing`] says: a death or a merger does not
/// make a key trusted that was lost before.
pub(super) fn doubt(patient: &Account) -> Option<Doubt> {
	let is_hidden = matches!(patient.status, Status::Deceased | Status::Merged);
	let lost = patient.disabled_since.filter(|_| is_hidden);
	let lost = lost.map(|since| Doubt { since, until: Moment::MAX });
	match (patient.doubt, lost) {
		(Some(before), Some(lost)) => Some(before.with(lost)),
		(before, lost) => before.or(lost),
	}
}

/// The entries of a map whose last key was hashed by `Blake2_128Concat`, with that key.
pub(super) fn with_ids<K: DecodeLimit, T>(
	entries: Vec<(Vec<u8>, T)>,
	prefix: &[u8],
) -> Result<Vec<(K, T)>, ChainError> {
	entries.into_iter().map(|(key, value)| Ok((concatenated(&key, prefix)?, value))).collect()
}
