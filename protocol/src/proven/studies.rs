//! Studies, their rounds, and who is counted, as clients see them.

use super::{people::with_ids, records::facts, ProvenView};
use crate::{
	errors::ChainError,
	runtime::runtime_types::pallet_studies::types::{Round as StoredRound, Study as StoredStudy},
	storage,
	traits::{Evidence, View},
	types::*,
};

/// The most studies or people that are listed at once, as in the runtime.
const MAX_STUDIES: u32 = 1_024;
/// The most records of [`View::withheld`].
const MAX_WITHHELD: u32 = 256;
/// Of how many people or records one request reads what a decision needs.
const AT_ONCE: u32 = 32;

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn page_of_studies(
		&self,
		after: Option<u32>,
		limit: u32,
	) -> Result<Vec<(u32, Study)>, ChainError> {
		let next = self.read(storage::next_study()).await?.unwrap_or(0);
		let Some(first) = after.map_or(Some(0), |after| after.checked_add(1)) else {
			return Ok(vec![]);
		};
		let ids = (first..next).take(limit.min(MAX_STUDIES) as usize);
		self.fetch(ids.clone().map(|id| storage::study(id).bytes)).await?;
		let mut studies = Vec::new();
		for id in ids {
			studies.extend(self.whole_study(id).await?.map(|study| (id, study)));
		}
		Ok(studies)
	}

	pub(super) async fn whole_study(&self, id: u32) -> Result<Option<Study>, ChainError> {
		let Some(study) = self.read(storage::study(id)).await? else { return Ok(None) };
		let current = self.whole_round(id, study.round).await?;
		let StoredStudy { researcher, proposed_at, terms, stage, round, keys, spent } = study;
		Ok(Some(Study { researcher, proposed_at, terms, stage, round, keys, spent, current }))
	}

	pub(super) async fn whole_round(
		&self,
		id: u32,
		round: u8,
	) -> Result<Option<Round>, ChainError> {
		let found = self.read(storage::round(id, round)).await?;
		Ok(found.map(|StoredRound { phase, people, contributors, commitments, reveals }| Round {
			phase,
			people,
			contributors,
			committed: commitments.into_iter().map(|it| it.aggregator).collect(),
			revealed: reveals.into_iter().map(|it| it.aggregator).collect(),
		}))
	}

	pub(super) async fn contributors_of(
		&self,
		id: u32,
		round: u8,
		people: &[AccountId],
	) -> Result<Vec<Option<AccountId>>, ChainError> {
		let people = people.iter().take(MAX_STUDIES as usize);
		let keys = people.map(|person| storage::contributed(id, round, person));
		self.fetch(keys.clone().map(|key| key.bytes)).await?;
		let mut contributors = Vec::new();
		for key in keys {
			contributors.push(self.read(key).await?);
		}
		Ok(contributors)
	}

	pub(super) async fn left_of_ledger(&self, account: &AccountId) -> Result<u32, ChainError> {
		let year = u16::try_from(self.time().await? / LEDGER_YEAR).unwrap_or(u16::MAX);
		let ledger = self.read(storage::ledger(account)).await?;
		let spent = ledger.filter(|ledger| ledger.year == year).map_or(0, |ledger| ledger.spent);
		Ok(YEARLY_EPSILON.saturating_sub(spent))
	}

	pub(super) async fn decide_counting(
		&self,
		id: u32,
		patient: &AccountId,
	) -> Result<Decision, ChainError> {
		let Some(study) = self.read(storage::study(id)).await? else {
			return Ok(Decision::Refuse(Reason::NoConsent));
		};
		match self.acting_for_study(id, &study).await? {
			Some(actor) => self.decision(actor, patient, asked(&study)).await,
			None => Ok(Decision::Refuse(Reason::NotActive)),
		}
	}

	/// The researcher as one who acts for the study.
	async fn acting_for_study(
		&self,
		id: u32,
		study: &StoredStudy,
	) -> Result<Option<Actor>, ChainError> {
		let actor = self.actor(&study.researcher, None, self.time().await?).await?;
		Ok(actor.map(|actor| Actor { study: Some(study.terms.acting(id)), ..actor }))
	}

	pub(super) async fn page_of_standing(
		&self,
		id: u32,
		mut after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError> {
		let Some(study) = self.read(storage::study(id)).await? else { return Ok(vec![]) };
		let Some(actor) = self.acting_for_study(id, &study).await? else { return Ok(vec![]) };
		let limit = limit.min(MAX_STUDIES) as usize;
		let mut standing = Vec::new();
		while standing.len() < limit {
			let map = storage::people(id, study.round);
			let prefix = map.prefix.clone();
			let from = after.map(|it| storage::contributed(id, study.round, &it).bytes);
			let page = self.page(map, from, AT_ONCE).await?;
			let is_last = page.len() < AT_ONCE as usize;
			let people: Vec<(AccountId, AccountId)> = with_ids(page, &prefix)?;
			after = people.last().map(|(person, _)| person.clone());
			self.fetch(self.keys_of_decisions(&actor, people.iter().map(|it| &it.0))).await?;
			for (person, contributor) in people {
				if self.stands(&study, &actor, &person).await? {
					standing.push((person, contributor));
				}
			}
			if is_last {
				break;
			}
		}
		standing.truncate(limit);
		Ok(standing)
	}

	/// The keys of all that decisions about these people need.
	fn keys_of_decisions<'a>(
		&self,
		actor: &Actor,
		people: impl Iterator<Item = &'a AccountId>,
	) -> Vec<Vec<u8>> {
		let grantees = keys(actor);
		let of = |person| {
			let consents = grantees.iter().map(move |it| storage::consents(person, it).bytes);
			consents.chain([storage::account(person).bytes])
		};
		people.flat_map(of).collect()
	}

	/// Whether the person is an active patient whose consents permit the study.
	async fn stands(
		&self,
		study: &StoredStudy,
		actor: &Actor,
		person: &AccountId,
	) -> Result<bool, ChainError> {
		let entry = self.read(storage::account(person)).await?;
		let is_patient = entry.is_some_and(|entry| {
			entry.kind == AccountKind::Patient && entry.status == Status::Active
		});
		Ok(is_patient && self.decision(actor.clone(), person, asked(study)).await?.is_permit())
	}

	pub(super) async fn page_of_withheld(
		&self,
		id: u32,
		patient: &AccountId,
		mut after: Option<H256>,
		limit: u32,
	) -> Result<Vec<(H256, Category, ServicePeriod)>, ChainError> {
		let Some(study) = self.read(storage::study(id)).await? else { return Ok(vec![]) };
		let Some(actor) = self.acting_for_study(id, &study).await? else { return Ok(vec![]) };
		let limit = limit.min(MAX_WITHHELD) as usize;
		let mut withheld = Vec::new();
		while withheld.len() < limit {
			let map = storage::records(patient);
			let prefix = map.prefix.len();
			let from = after.map(|it| storage::record(patient, &it).bytes);
			let page = self.page(map, from, AT_ONCE).await?;
			let is_last = page.len() < AT_ONCE as usize;
			for (key, record) in page {
				let record = facts(patient, super::part_of(&key, prefix)?, record)?;
				after = Some(record.id);
				if !study.terms.sources.contains(record.category) {
					continue;
				}
				let listed = (record.id, record.category, record.service);
				let (action, purpose, _) = asked(&study);
				let subject = Subject::Record(record);
				let asked = (action, purpose, subject);
				let decision = self.decision(actor.clone(), patient, asked).await?;
				if matches!(decision, Decision::Refuse(Reason::Denied(_) | Reason::WrongPatient)) {
					withheld.push(listed);
				}
			}
			if is_last {
				break;
			}
		}
		withheld.truncate(limit);
		Ok(withheld)
	}
}

/// What a study asks of a patient's consents.
fn asked(study: &StoredStudy) -> (Action, Purpose, Subject) {
	(Action::Aggregate, study.terms.purpose, Subject::Study(study.terms.facts()))
}
