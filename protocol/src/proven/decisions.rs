//! What the patient's consents say, worked out from the state as the runtime does it.

use super::{records::facts, ProvenView};
use crate::{
	decider::Decider,
	errors::ChainError,
	storage,
	traits::{Evidence, View},
	types::*,
};
use std::collections::BTreeMap;
use vouchsafe_primitives::policy::carrying::{allows_some_reader, denying_grantees, Carried};

/// For how many records [`View::may_carry`] answers.
const MAX_CARRIED: usize = 64;

impl<E: Evidence> ProvenView<E> {
	pub(super) async fn decide_record(
		&self,
		reader: &AccountId,
		ground: Ground,
		patient: &AccountId,
		record: H256,
		action: Action,
		purpose: Purpose,
	) -> Result<Decision, ChainError> {
		let of_record = storage::record(patient, &record);
		self.prepare(reader, patient, Some(of_record.bytes.clone())).await?;
		let Some(actor) = self.actor(reader, ground.institution(), self.time().await?).await?
		else {
			return Ok(Decision::Refuse(Reason::NotActive));
		};
		match ground {
			Ground::BreakGlass { .. } => return Ok(Decision::Refuse(Reason::NotAttested)),
			Ground::Own if reader != patient => return Ok(Decision::Refuse(Reason::NoConsent)),
			_ => {},
		}
		// No consent covers a record that does not exist.
		let Some(found) = self.read(of_record).await? else {
			return Ok(Decision::Refuse(Reason::NoConsent));
		};
		let subject = Subject::Record(facts(patient, record, found)?);
		self.decision(actor, patient, (action, purpose, subject)).await
	}

	/// The decision about the log, or about some record that need not exist.
	pub(super) async fn decide_without_record(
		&self,
		actor: &AccountId,
		institution: Option<&AccountId>,
		patient: &AccountId,
		asked: (Action, Purpose, Subject),
	) -> Result<Decision, ChainError> {
		self.prepare(actor, patient, None).await?;
		match self.actor(actor, institution, self.time().await?).await? {
			Some(actor) => self.decision(actor, patient, asked).await,
			None => Ok(Decision::Refuse(Reason::NotActive)),
		}
	}

	/// Reads in one request what every decision needs first.
	async fn prepare(
		&self,
		actor: &AccountId,
		patient: &AccountId,
		more: Option<Vec<u8>>,
	) -> Result<(), ChainError> {
		let keys = [
			storage::now().bytes,
			storage::account(actor).bytes,
			storage::affiliated_with(actor).bytes,
			storage::account(patient).bytes,
		];
		self.fetch(keys.into_iter().chain(more)).await
	}

	/// What the patient's consents say now, without an emergency.
	pub(super) async fn decision(
		&self,
		actor: Actor,
		patient: &AccountId,
		(action, purpose, subject): (Action, Purpose, Subject),
	) -> Result<Decision, ChainError> {
		let account = self.read(storage::account(patient)).await?;
		let book = self.consents(patient, keys(&actor)).await?;
		let each = |(grantee, consents): (Grantee, Vec<Consent>)| {
			consents.into_iter().map(move |consent| (grantee.clone(), consent))
		};
		let consents = book.into_iter().flat_map(each);
		let decider = Decider::new(patient, account.as_ref(), consents, self.time().await?);
		Ok(decider.decide(actor, action, purpose, subject))
	}

	/// The patient's consents for these grantees.
	async fn consents(
		&self,
		patient: &AccountId,
		grantees: Vec<Grantee>,
	) -> Result<BTreeMap<Grantee, Vec<Consent>>, ChainError> {
		let keys = grantees.iter().map(|grantee| storage::consents(patient, grantee).bytes);
		self.fetch(keys).await?;
		let mut book = BTreeMap::new();
		for grantee in grantees {
			let found = self.read(storage::consents(patient, &grantee)).await?;
			book.insert(grantee, found.unwrap_or_default());
		}
		Ok(book)
	}

	/// The patient's records after this one that the reader can open, in the order of their ids: for treatment
	/// if the reader acts for an institution, or else on the patient's request. At most `limit`. If there may be
	/// more, also the record after which to go on.
	pub async fn openable(
		&self,
		reader: &AccountId,
		institution: Option<&AccountId>,
		patient: &AccountId,
		mut after: Option<H256>,
		limit: usize,
	) -> Result<(Vec<H256>, Option<H256>), ChainError> {
		self.prepare(reader, patient, None).await?;
		let Some(actor) = self.actor(reader, institution, self.time().await?).await? else {
			return Ok((vec![], None));
		};
		let book = self.consents(patient, keys(&actor)).await?;
		// The patient needs no consent.
		if reader != patient && book.values().all(Vec::is_empty) {
			return Ok((vec![], None));
		}
		let purpose = institution.map_or(Purpose::PatientRequest, |_| Purpose::Treatment);
		let mut found = Vec::new();
		loop {
			let map = storage::records(patient);
			let prefix = map.prefix.len();
			let from = after.map(|it| storage::record(patient, &it).bytes);
			let page = self.page(map, from, super::MAX_LISTED).await?;
			let is_last = page.len() < super::MAX_LISTED as usize;
			for (key, record) in page {
				let facts = facts(patient, super::part_of(&key, prefix)?, record)?;
				let id = facts.id;
				after = Some(id);
				let asked = (Action::Read, purpose, Subject::Record(facts));
				if self.decision(actor.clone(), patient, asked).await?.is_permit() {
					found.push(id);
				}
				if found.len() >= limit {
					return Ok((found, Some(id)));
				}
			}
			if is_last {
				return Ok((found, None));
			}
		}
	}

	pub(super) async fn carried(
		&self,
		holder: &AccountId,
		patient: &AccountId,
		grantee: &Grantee,
		consent: u32,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		let records: Vec<_> = records.iter().take(MAX_CARRIED).collect();
		let institution = grantee.institution().map(storage::institution);
		let keys = records.iter().map(|record| storage::record(patient, record).bytes);
		let more = institution.iter().map(|key| key.bytes.clone()).chain([storage::now().bytes]);
		self.fetch(keys.chain(more)).await?;
		let country = match institution {
			Some(key) => self.read(key).await?.map(|institution| institution.country),
			None => None,
		};
		// The grantee itself is one of them.
		let book = self.consents(patient, denying_grantees(grantee, holder)).await?;
		let found = book.get(grantee).into_iter().flatten().find(|found| found.id == consent);
		let now = self.time().await?;
		let mut answers = Vec::new();
		for record in records {
			let stored = self.read(storage::record(patient, record)).await?;
			let may_carry = match (found, stored) {
				(Some(consent), Some(stored)) => {
					let facts = facts(patient, *record, stored)?;
					let carried = Carried { grantee, consent, country };
					allows_some_reader(&carried, &facts, book.values().flatten(), now)
				},
				_ => false,
			};
			answers.push(may_carry);
		}
		Ok(answers)
	}
}
