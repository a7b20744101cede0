//! What the custodian does for wallets besides the chain: records that somebody can open, names of
//! the institution's practitioners, and accounts' encrypted data.

use super::{
	error::{ApiError, SignedRequestErrors},
	shares::Empty,
	signed_request::{authenticate, Requester},
};
use crate::{heads::Heads, names, state::State as Shared};
use axum::{body::Bytes, extract::State, Json};
use std::{collections::BTreeSet, sync::Arc};
use vouchsafe_client::{
	chain::{account_bytes, storage, AccountId, AccountKind, LogEntry, H256},
	messages::*,
};

/// The most records of one [`Openable`].
const MAX_OPENABLE: usize = 256;

/// Ask which of a patient's records can be opened.
#[utoipa::path(
	post,
	path = "/v1/openable",
	description = "Returns which of a patient's records the signer can open now: a practitioner for treatment, a person on the patient's request. It is decided by the consents at the last final and at the best block, which must be recent. The body is a signed request with the action `openable`; its payload is a `Payload_AskOpenable`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Openable, description = "The records. There may be none"),
		(status = 403, body = Refusal, description = "The signer is neither an active practitioner who names an institution nor an active person who names none"),
	),
	tag = "wallet"
)]
pub async fn openable(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Openable>, ApiError> {
	let (requester, body) = authenticate::<AskOpenable>(&state, action::OPENABLE, &bytes).await?;
	let institution = body.institution.map(AccountId::from);
	match (requester.enrolled.kind, &institution) {
		(AccountKind::Practitioner, Some(_)) | (AccountKind::Person, None) => {},
		_ => return Err(ApiError::NoAccess),
	}
	let patient = body.patient.into();
	let heads = requester.heads(&state).await?;
	let (node, reader) = (&requester.node, &requester.account);
	let after = body.after.map(H256::from);
	let (mut records, next) = node
		.openable(
			heads.finalized.hash(),
			reader,
			institution.as_ref(),
			&patient,
			after,
			MAX_OPENABLE,
		)
		.await?;
	if heads.best.hash() != heads.finalized.hash() && !records.is_empty() {
		let open = node.which_open(heads.best.hash(), reader, &patient, &records).await?;
		let mut open = open.into_iter();
		records.retain(|_| open.next() == Some(true));
	}
	heads.check(&state)?;
	Ok(Json(Openable {
		block: heads.finalized.hash().into(),
		records: records.into_iter().map(Hex::from).collect(),
		next: next.map(Hex::from),
	}))
}

/// Ask for names of practitioners.
#[utoipa::path(
	post,
	path = "/v1/names",
	description = "Returns the names of those practitioners of this institution who are in the log of the signer, a patient, or have asked the signer for access. Somebody who has never accepted an affiliation with this institution is left out. A name is the institution's word. The body is a signed request with the action `ask-names`; its payload is a `Payload_AskNames`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = StaffNames, description = "The names that the custodian has: at most 500, those with the newest lines"),
		(status = 403, body = Refusal, description = "The signer is not an active patient"),
	),
	tag = "wallet"
)]
pub async fn ask_names(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<StaffNames>, ApiError> {
	let (requester, AskNames {}) =
		authenticate::<AskNames>(&state, action::ASK_NAMES, &bytes).await?;
	if requester.enrolled.kind != AccountKind::Patient {
		return Err(ApiError::NoAccess);
	}
	let block = requester.finalized.hash();
	let mut met = requester.node.askers(block, &requester.account).await?;
	let entries = state.database.log_entries(account_bytes(&requester.account)).await?;
	// The newest first.
	let entries = entries.iter().rev().filter_map(|it| LogEntry::from_bytes(it));
	let entries: Vec<LogEntry> = entries.collect();
	// Nobody acts for an institution without an accepted affiliation. It may have ended, and another one
	// may wait to be accepted.
	let acted = entries.iter().filter(|it| it.acting_for.as_ref() == Some(&requester.institution));
	let acted: BTreeSet<[u8; 32]> = acted.map(|it| account_bytes(&it.origin)).collect();
	met.extend(entries.into_iter().flat_map(people_of));
	let mut seen = BTreeSet::new();
	met.retain(|account| seen.insert(account.clone()));
	let mut names = state.database.names(met.iter().map(account_bytes).collect()).await?;
	names.truncate(MAX_NAMES);
	let accounts: Vec<[u8; 32]> = names.iter().map(|(account, _)| *account).collect();
	let accepted = accepted_of(&requester, block, &accounts).await?;
	names.retain(|(account, _)| accepted.contains(account) || acted.contains(account));
	let named = |(account, name)| StaffName { account: Hex(account), name };
	Ok(Json(StaffNames { names: names.into_iter().map(named).collect() }))
}

/// Those of these accounts that have accepted their affiliation with this institution. It may have ended.
async fn accepted_of(
	requester: &Requester,
	block: H256,
	accounts: &[[u8; 32]],
) -> Result<BTreeSet<[u8; 32]>, ApiError> {
	let key_of =
		|account: &[u8; 32]| storage::affiliation(&(*account).into(), &requester.institution);
	let keys: Vec<Vec<u8>> = accounts.iter().map(|account| key_of(account).bytes).collect();
	let mut accepted = BTreeSet::new();
	if keys.is_empty() {
		return Ok(accepted);
	}
	let found = requester.node.values_at(block, &keys).await?;
	for account in accounts {
		let key = key_of(account);
		let Some(value) = found.get(&key.bytes) else { continue };
		if key.decode(value)?.accepted {
			accepted.insert(*account);
		}
	}
	Ok(accepted)
}

/// Who is named in an entry: who signed, and for whom access was asked.
fn people_of(entry: LogEntry) -> impl Iterator<Item = AccountId> {
	use vouchsafe_client::chain::{Grantee, LogEvent};
	let grantee = match entry.event {
		LogEvent::RequestSubmitted { grantee, .. }
		| LogEvent::ConsentProposed { grantee }
		| LogEvent::ConsentAwaitsAuthority { grantee } => Some(grantee),
		LogEvent::ConsentGranted { consent, .. }
		| LogEvent::ConsentAmended { consent, .. }
		| LogEvent::ConsentRevoked { consent }
		| LogEvent::RequestApproved { consent, .. }
		| LogEvent::ConsentConfirmed { consent } => Some(consent.grantee),
		_ => None,
	};
	let person = match grantee {
		Some(Grantee::Person(person)) => Some(person),
		Some(Grantee::PractitionerAt { practitioner, .. }) => Some(practitioner),
		_ => None,
	};
	[entry.signer, entry.origin].into_iter().chain(person)
}

/// Set names of practitioners.
#[utoipa::path(
	post,
	path = "/v1/names/set",
	description = "Sets names of practitioners who have accepted an affiliation with this institution, or removes them. The affiliation may have ended. The signer is one of its registrars. Sets all of them or none. The body is a signed request with the action `set-names`; its payload is a `Payload_SetNames`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Empty, description = "The custodian has the names"),
		(status = 403, body = Refusal, description = "The signer is not a registrar of this institution"),
		(status = 422, body = Refusal, description = "There are too many names, a name is not valid, or an account has no accepted affiliation with this institution"),
	),
	tag = "wallet"
)]
pub async fn set_names(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Empty>, ApiError> {
	let (requester, body) = authenticate::<SetNames>(&state, action::SET_NAMES, &bytes).await?;
	let heads = requester.heads(&state).await?;
	ensure_registrar(&requester, &heads).await?;
	if body.names.len() > MAX_NAMES {
		return Err(ApiError::Mismatch(format!("send at most {MAX_NAMES} names")));
	}
	let (mut set, mut named) = (Vec::new(), Vec::new());
	for StaffName { account, name } in body.names {
		let name = names::checked(&name).map_err(|error| ApiError::Mismatch(error.to_string()))?;
		if !name.is_empty() {
			named.push(account.0);
		}
		set.push((account.0, name));
	}
	let accepted = accepted_of(&requester, heads.finalized.hash(), &named).await?;
	if !named.iter().all(|account| accepted.contains(account)) {
		return Err(ApiError::Mismatch(
			"one of the accounts has not accepted an affiliation with this institution".into(),
		));
	}
	tracing::info!(by = %Hex::from(&requester.account), names = set.len(), "set names of practitioners");
	state.database.set_names(set).await?;
	Ok(Json(Empty {}))
}

/// List names of practitioners.
#[utoipa::path(
	post,
	path = "/v1/names/list",
	description = "Returns the names of this institution's practitioners in the order of their accounts, at most 500: the next ones are those after the last account. The signer is one of its registrars. The body is a signed request with the action `list-names`; its payload is a `Payload_ListNames`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = StaffNames, description = "The names. There may be none"),
		(status = 403, body = Refusal, description = "The signer is not a registrar of this institution"),
	),
	tag = "wallet"
)]
pub async fn list_names(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<StaffNames>, ApiError> {
	let (requester, body) = authenticate::<ListNames>(&state, action::LIST_NAMES, &bytes).await?;
	let heads = requester.heads(&state).await?;
	ensure_registrar(&requester, &heads).await?;
	let names = state.database.names_after(body.after.map(|it| it.0), MAX_NAMES).await?;
	let named = |(account, name)| StaffName { account: Hex(account), name };
	Ok(Json(StaffNames { names: names.into_iter().map(named).collect() }))
}

/// A refusal, unless the requester is a registrar of this institution at both blocks.
async fn ensure_registrar(requester: &Requester, heads: &Heads) -> Result<(), ApiError> {
	for block in heads.both() {
		if !block.is_registrar(&requester.account, &requester.institution).await? {
			return Err(ApiError::NoAccess);
		}
	}
	Ok(())
}

/// Read the signer's encrypted data.
#[utoipa::path(
	post,
	path = "/v1/sync",
	description = "Returns the signer's encrypted data and its revision: 0 if there is none. The body is a signed request with the action `read-synced`; its payload is a `Payload_ReadSynced`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Synced, description = "The data"),
	),
	tag = "wallet"
)]
pub async fn read_synced(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Synced>, ApiError> {
	let (requester, ReadSynced {}) =
		authenticate::<ReadSynced>(&state, action::READ_SYNCED, &bytes).await?;
	let (revision, data) = state.database.synced(account_bytes(&requester.account)).await?;
	Ok(Json(Synced { revision, data: Packed(data) }))
}

/// Replace the signer's encrypted data.
#[utoipa::path(
	post,
	path = "/v1/sync/replace",
	description = "Replaces the signer's encrypted data if it still has the revision that the signer knows. Its revision rises by one. Can be repeated. The custodian cannot read the data. The body is a signed request with the action `replace-synced`; its payload is a `Payload_ReplaceSynced`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Synced, description = "The data that the custodian has now"),
		(status = 409, body = Refusal, description = "The data has another revision: somebody replaced it"),
		(status = 413, body = Refusal, description = "The request or the data is too large"),
		(status = 507, body = Refusal, description = "The custodian's disk is almost full"),
	),
	tag = "wallet"
)]
pub async fn replace_synced(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Synced>, ApiError> {
	let (requester, body) =
		authenticate::<ReplaceSynced>(&state, action::REPLACE_SYNCED, &bytes).await?;
	let ReplaceSynced { replaces, data: Packed(data) } = body;
	if data.len() > MAX_SYNCED {
		return Err(ApiError::TooLarge);
	}
	let account = account_bytes(&requester.account);
	match state.database.replace_synced(account, replaces, data.clone()).await? {
		Some(revision) => Ok(Json(Synced { revision, data: Packed(data) })),
		None => Err(ApiError::OtherRevision),
	}
}

#[cfg(test)]
mod tests;
