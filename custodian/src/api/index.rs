//! The endpoint by which another member gets the index of the patients' logs. Every member's node has these
//! entries too, so it learns nothing that it does not have.

use super::{
	error::{ApiError, SignedRequestErrors},
	signed_request::{authenticate_for_study, in_header},
};
use crate::{
	chain::{is_active, Block},
	heads::Heads,
	index::export::Export,
	parties::Party,
	state::State as Shared,
	transfers::time_limit,
};
use axum::{
	body::Body,
	extract::State,
	http::{header, HeaderMap},
	response::IntoResponse,
};
use futures::stream;
use std::{io, sync::Arc};
use tokio::time::Instant;
use utoipa::ToSchema;
use vouchsafe_client::{
	chain::{account_bytes, AccountId, ChainError},
	messages::{action, ReadIndex, Refusal},
};

/// The bytes of an index.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)]
struct IndexBytes(Vec<u8>);

/// Get the index of all patients' logs.
#[utoipa::path(
	get,
	path = "/v1/index",
	description = "Among members: returns the index of all patients' logs as a file, up to the last block that is indexed here. Only an active institution or authority, or its custodian, gets it. Check all of it against your own node: `vouchsafe-custodian index import` does. It breaks off if it is taken too slowly, and a file without its end is worth nothing. The signed request is in the header `x-vouchsafe-request`, as base64 of its JSON, with the action `read-index`; its payload is a `Payload_ReadIndex`.",
	params((
		"x-vouchsafe-request" = String,
		Header,
		description = "base64 of the JSON of a `Signed`",
		pattern = "^[A-Za-z0-9+/]+={0,2}$"
	)),
	responses(
		SignedRequestErrors,
		(
			status = 200,
			body = IndexBytes,
			content_type = "application/octet-stream",
			description = "The index"
		),
		(status = 404, body = Refusal, description = "Nothing is indexed here yet"),
		(status = 503, body = Refusal, description = "The node cannot be asked now, or other members get the index: try again later"),
	),
	tag = "log"
)]
pub async fn read_index(
	State(state): State<Arc<Shared>>,
	headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
	let request = in_header(&headers)?;
	let (requester, ReadIndex {}) =
		authenticate_for_study(&state, action::READ_INDEX, &request).await?;
	let heads = Heads::read(&state, &*requester.node, requester.finalized.clone()).await?;
	heads.check(&state)?;
	let mut member = None;
	for block in heads.both() {
		member = Some(member_of(block, &requester.account).await?.ok_or(ApiError::NoAccess)?);
	}
	let member = member.ok_or(ApiError::NoAccess)?;
	let account = Party::Account(account_bytes(&requester.account));
	let turn = state.transfers.start_index(account, Party::Staff(member)).await;
	let turn = turn.ok_or(ApiError::Unavailable)?;
	let export = Export::begin(&*state.database).await?.ok_or(ApiError::NotFound)?;
	tracing::info!(member = %hex::encode(member), block = export.block().0, "sends the index");
	let (begun, sent) = (Instant::now(), 0u64);
	let sending = (state, export, turn, sent);
	let pieces = stream::try_unfold(sending, move |(state, mut export, turn, sent)| async move {
		// At each moment, and not only at the end: others wait for their turn.
		if begun.elapsed() > time_limit(sent) {
			return Err(io::Error::other("the receiver is too slow"));
		}
		let Some(piece) = export.next(&*state.database).await.map_err(io::Error::other)? else {
			return Ok(None);
		};
		let sent = sent.saturating_add(piece.len() as u64);
		Ok(Some((piece, (state, export, turn, sent))))
	});
	let headers = [(header::CONTENT_TYPE, "application/octet-stream")];
	Ok((headers, Body::from_stream(pieces)))
}

/// The active institution or authority that has this account, or whose custodian has it.
async fn member_of(block: &dyn Block, account: &AccountId) -> Result<Option<[u8; 32]>, ChainError> {
	if let Some(institution) = block.custodian_of(account).await? {
		return Ok(Some(account_bytes(&institution)));
	}
	let is_member = block
		.account(account)
		.await?
		.is_some_and(|enrolled| is_active(&enrolled) && enrolled.kind.is_member());
	Ok(is_member.then(|| account_bytes(account)))
}

#[cfg(test)]
mod tests;
