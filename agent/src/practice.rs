//! What a practitioner does with patients: own requests and what became of them, the records that are open
//! now, and how long an opening is in force.
//!
//! A practitioner cannot list own requests on the chain, because they are stored with their patients. So they
//! are noted when they are made, and the notes are [synced](crate::synced).

use crate::{
	keys::Identity,
	platform::{Keep, Platform},
	session::{in_force, At, Session},
};
use anyhow::{Context as _, Result};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vouchsafe_protocol::{
	errors::{ChainError, CustodianError},
	messages::AskOpenable,
	storage,
	traits::{Custodian, View},
	types::{account_bytes, AccountId, Affiliation, Record, Request, Role, H256},
	OPENING_LIFETIME,
};

/// The folder of the notes.
const FOLDER: &str = "requests";
/// The most requests that are noted. Those that expire first are forgotten first.
const MOST: usize = 200;
/// How many custodians are asked what is open.
const ASKED: usize = 3;
/// How many records are proven at the same time.
const AT_ONCE: usize = 8;

/// What is noted of a request that the user made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
	/// When it was submitted, in seconds since 1970.
	pub asked: u64,
	/// Until when it can be answered.
	pub expires: u64,
}

/// The notes, each by its patient and its number.
pub(crate) type Notes = BTreeMap<String, Noted>;

fn key(patient: &AccountId, id: u32) -> String {
	format!("{}-{id}", hex::encode(account_bytes(patient)))
}

fn parse(key: &str) -> Option<(AccountId, u32)> {
	let (patient, id) = key.split_once('-')?;
	let mut account = [0; 32];
	hex::decode_to_slice(patient, &mut account).ok()?;
	Some((account.into(), id.parse().ok()?))
}

fn place(me: &Identity, genesis: &H256) -> String {
	format!("{}-{}", hex::encode(account_bytes(&me.account())), hex::encode(&genesis.0[..8]))
}

pub(crate) async fn read_notes(keep: &impl Keep, me: &Identity, genesis: &H256) -> Result<Notes> {
	let place = place(me, genesis);
	match keep.read_own(me, FOLDER, &place).await? {
		Some(bytes) => serde_json::from_slice(&bytes)
			.with_context(|| format!("{} is damaged", keep.describe(FOLDER, &place))),
		None => Ok(Notes::new()),
	}
}

pub(crate) async fn write_notes(
	keep: &impl Keep,
	me: &Identity,
	genesis: &H256,
	notes: &Notes,
) -> Result<()> {
	let bytes = serde_json::to_vec(notes)?;
	keep.write_own(me, FOLDER, &place(me, genesis), &bytes).await
}

/// Notes a request of the user's.
pub async fn note(
	session: &Session<impl Platform>,
	patient: &AccountId,
	id: u32,
	noted: Noted,
) -> Result<()> {
	let me = session.me()?;
	let (keep, genesis) = (&session.keep, session.genesis());
	let _lock = keep.lock().await?;
	let mut notes = read_notes(keep, me, &genesis).await?;
	notes.insert(key(patient, id), noted);
	while notes.len() > MOST {
		let first = notes.iter().min_by_key(|(_, noted)| noted.expires);
		let Some(first) = first.map(|(key, _)| key.clone()) else { break };
		notes.remove(&first);
	}
	write_notes(keep, me, &genesis, &notes).await
}

/// What became of an own request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
	/// It waits for the patient's answer. This is proven.
	Waiting,
	/// It has expired.
	Expired,
	/// It does not wait any more: the patient has answered it, or it was withdrawn. This is the word of the
	/// custodians, since the chain shows only its patient that it is gone.
	Gone,
}

/// A request that the user made.
#[derive(Clone, Debug)]
pub struct OwnRequest {
	/// Whom.
	pub patient: AccountId,
	/// Its number.
	pub id: u32,
	/// When.
	pub noted: Noted,
	/// What became of it.
	pub state: State,
	/// It, as long as the chain has it.
	pub request: Option<Request>,
}

/// The requests that the user has made, the newest first. Requests to `patient` only, if one is named.
pub async fn own_requests<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: Option<&AccountId>,
) -> Result<Vec<OwnRequest>> {
	let me = session.me()?;
	let now = at.time().await?;
	let notes = read_notes(&session.keep, me, &session.genesis()).await?;
	let notes = notes.into_iter().filter_map(|(key, noted)| {
		let (to, id) = parse(&key)?;
		(patient.is_none_or(|patient| *patient == to)).then_some((to, id, noted))
	});
	let reading = notes.map(|(patient, id, noted)| async move {
		let request = match noted.expires <= now {
			true => None,
			false => find(at, &me.account(), &patient, id).await?,
		};
		let state = match &request {
			_ if noted.expires <= now => State::Expired,
			Some(_) => State::Waiting,
			None => State::Gone,
		};
		Ok::<_, ChainError>(OwnRequest { patient, id, noted, state, request })
	});
	let mut found = join_all(reading).await.into_iter().collect::<Result<Vec<_>, _>>()?;
	found.sort_by_key(|it| std::cmp::Reverse((it.noted.asked, it.id)));
	Ok(found)
}

/// An own request, if the chain has it. Custodians refuse to prove that it has not.
pub async fn find(
	at: &impl View,
	me: &AccountId,
	patient: &AccountId,
	id: u32,
) -> Result<Option<Request>, ChainError> {
	let found = unless_refused(at.read(storage::request(patient, id)).await)?.flatten();
	Ok(found.filter(|request| request.asker == *me || request.referred_by.as_ref() == Some(me)))
}

/// `None` if a custodian refuses the answer.
fn unless_refused<T>(answer: Result<T, ChainError>) -> Result<Option<T>, ChainError> {
	match answer {
		Ok(found) => Ok(Some(found)),
		Err(ChainError::Custodian(CustodianError::NoAccess)) => Ok(None),
		Err(error) => Err(error),
	}
}

/// The user's affiliations that are in force, those of clinicians first.
pub async fn affiliations(
	at: &impl View,
	me: &AccountId,
) -> Result<Vec<(AccountId, Affiliation)>, ChainError> {
	let now = at.time().await?;
	let mut all = at.all_affiliations(me).await?;
	all.retain(|(_, affiliation)| in_force(affiliation, now));
	all.sort_by_key(|(_, affiliation)| !is_clinical(affiliation.role));
	Ok(all)
}

/// Whether people with this role treat patients.
pub fn is_clinical(role: Role) -> bool {
	!matches!(role, Role::Administration | Role::Registrar | Role::PrivacyOfficer)
}

/// The records of a patient that are open to the user now.
#[derive(Clone, Debug)]
pub struct Openable {
	/// The institution whose custodian has named them. That there are no others is its word.
	pub named_by: AccountId,
	/// Them. Each is proven.
	pub records: Vec<(H256, Record)>,
	/// Whether there are more than these.
	pub has_more: bool,
}

/// Asks which of a patient's records are open to the user, who acts for the institution. Its custodian is asked
/// first.
pub async fn openable<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	institution: &AccountId,
) -> Result<Openable> {
	let me = session.me()?;
	let request =
		AskOpenable { patient: patient.into(), institution: Some(institution.into()), after: None };
	let mut keepers: Vec<_> = session.members.iter().filter(|it| it.is_active()).collect();
	keepers.retain(|it| it.custodian.is_some());
	keepers.sort_by_key(|it| it.account != *institution);
	let mut failure = None;
	for keeper in keepers.into_iter().take(ASKED) {
		let asking = session.custodian(&keeper.account)?;
		match asking.openable(&me.signer, &request).await {
			Ok(answer) => {
				let ids: Vec<H256> = answer.records.into_iter().map(H256::from).collect();
				let records = proven(at, patient, &ids).await?;
				let has_more = answer.next.is_some();
				return Ok(Openable { named_by: keeper.account.clone(), records, has_more });
			},
			Err(error) => failure = failure.or(Some(error)),
		}
	}
	Err(failure
		.map_or_else(|| ChainError::Unreachable("no custodian answers".into()), Into::into)
		.into())
}

/// Those of these records that a proof shows. One that was closed meanwhile is left out.
async fn proven(
	at: &impl View,
	patient: &AccountId,
	ids: &[H256],
) -> Result<Vec<(H256, Record)>, ChainError> {
	let mut records = Vec::new();
	for part in ids.chunks(AT_ONCE) {
		let reading = part.iter().map(|id| async move {
			let found = unless_refused(at.record(patient, *id).await)?.flatten();
			Ok::<_, ChainError>(found.map(|record| (*id, record)))
		});
		for found in join_all(reading).await {
			records.extend(found?);
		}
	}
	Ok(records)
}

/// How many seconds the user's openings of these records of a patient's are still in force, at this block.
pub async fn seconds_left(
	at: &impl View,
	me: &AccountId,
	patient: &AccountId,
) -> Result<BTreeMap<H256, u64>, ChainError> {
	let now = at.time().await?;
	let openings = unless_refused(at.openings(patient, me).await)?.unwrap_or_default();
	let left = openings.into_iter().filter_map(|opening| {
		let left = opening.at.saturating_add(OPENING_LIFETIME).checked_sub(now)?;
		(left > 0).then_some((opening.record, left))
	});
	Ok(left.collect())
}

#[cfg(test)]
mod tests;
