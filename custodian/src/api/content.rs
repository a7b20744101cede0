//! The endpoints for content: manifests and ciphertexts, which contain no secrets.

use super::{
	error::{ApiError, CommonErrors, SignedRequestErrors},
	signed_request::{authenticate, in_header},
	source::Source,
};
use crate::{
	kubo::note_lost, parties::Party, server::UnderWay, state::State as Shared, store::Charge,
	transfers::time_limit, uploads,
};
use axum::{
	body::Body,
	extract::{Path, State},
	http::{header, HeaderMap, StatusCode},
	response::IntoResponse,
	Extension,
};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::time::{timeout, Instant};
use tracing::Instrument;
use utoipa::ToSchema;
use vouchsafe_client::{
	chain::{account_bytes, AccountKind},
	cid::{has_links, Cid},
	ipfs::{Ipfs, IpfsError},
	messages::{action, AddContent, Refusal},
};

/// For how long is looked for lost blocks before content is sent. The IPFS node reads them all, and
/// meanwhile who asked gets nothing.
const LOOK: Duration = Duration::from_secs(10);

/// The bytes of a manifest or ciphertext.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)]
struct ContentBytes(Vec<u8>);

/// Add a manifest or ciphertext.
#[utoipa::path(
	post,
	path = "/v1/content",
	description = "Checks a manifest, a ciphertext or the protocol of a study, adds it to the institution's IPFS node and pins it. What is refused leaves nothing there. It is dropped after a day if neither a version nor a study names it. The HTTP body is the content. The signed request is in the header `x-vouchsafe-request`, as base64 of its JSON, with the action `add-content`; its payload is a `Payload_AddContent`. If the custodian receives as many uploads as it can, it answers 503 with the kind `too-many-uploads`, and `Retry-After` says when to send it again.",
	params((
		"x-vouchsafe-request" = String,
		Header,
		description = "base64 of the JSON of a `Signed`",
		pattern = "^[A-Za-z0-9+/]+={0,2}$"
	)),
	request_body(content = ContentBytes, content_type = "application/octet-stream"),
	responses(
		SignedRequestErrors,
		(status = 201, description = "Added"),
		(status = 404, body = Refusal, description = "This custodian has no IPFS node"),
		(status = 408, body = Refusal, description = "The upload ended early or was too slow"),
		(status = 413, body = Refusal, description = "The content is too large, or too much that no version names was added by the account, or by all accounts of the institution that enrolled it"),
		(status = 422, body = Refusal, description = "The content has another CID or length"),
		(status = 507, body = Refusal, description = "The disk is almost full: try again later, or ask the institution to make room"),
	),
	tag = "content"
)]
pub async fn add_content(
	State(state): State<Arc<Shared>>,
	under_way: Option<Extension<UnderWay>>,
	headers: HeaderMap,
	content: Body,
) -> Result<StatusCode, ApiError> {
	let ipfs = state.ipfs.clone().ok_or(ApiError::NotFound)?;
	let (requester, body) =
		authenticate::<AddContent>(&state, action::ADD_CONTENT, &in_header(&headers)?).await?;
	if !matches!(
		requester.enrolled.kind,
		AccountKind::Practitioner
			| AccountKind::Patient
			| AccountKind::Institution
			| AccountKind::Researcher
	) {
		return Err(ApiError::NoAccess);
	}
	let cid: Cid = body
		.cid
		.parse()
		.map_err(|_| ApiError::Malformed(format!("\"{}\" is not a CID", body.cid)))?;
	if body.length > state.config.api.max_content {
		return Err(ApiError::TooLarge);
	}
	let parties = requester.signer().parties();
	let transfer = state.transfers.start(&parties).await.ok_or(ApiError::TooManyUploads)?;
	if let Some(Extension(under_way)) = under_way {
		under_way.begin();
	}
	let account = account_bytes(&requester.account);
	let enroller = match requester.enrolled.kind {
		AccountKind::Institution => account,
		_ => account_bytes(&requester.enrolled.enrolled_by),
	};
	let charge = Charge { account, enroller, length: body.length };
	// In a task of its own, so that it comes to an end although the requester goes away.
	let receiving = async move {
		let _transfer = transfer;
		uploads::receive(&state, &ipfs, cid, charge, content.into_data_stream()).await
	};
	let receiving = tokio::spawn(receiving.in_current_span());
	receiving.await.map_err(|_| ApiError::Failed)??;
	metrics::counter!("vouchsafe_custodian_content_bytes_total").increment(body.length);
	tracing::info!(%cid, length = body.length, "added content");
	Ok(StatusCode::CREATED)
}

/// Get a manifest or ciphertext.
#[utoipa::path(
	get,
	path = "/v1/content/{cid}",
	description = "Returns a manifest or ciphertext that this custodian keeps itself: nothing is fetched from other members for it. Check the CID of the bytes: a damaged copy is returned as it is, so that it can be reported. If the IPFS node is known to have lost a part of it, it is not returned.",
	params((
		"cid" = String,
		Path,
		description = "The content's CID, version 1 in base32",
		pattern = "^b[a-z2-7]{58}$"
	)),
	responses(
		CommonErrors,
		(
			status = 200,
			body = ContentBytes,
			content_type = "application/octet-stream",
			description = "The content"
		),
		(status = 404, body = Refusal, description = "The custodian does not have it, or only a part of it (kind `incomplete`)"),
	),
	tag = "content"
)]
pub async fn get_content(
	State(state): State<Arc<Shared>>,
	source: Source,
	Path(cid): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
	let ipfs = state.ipfs.clone().ok_or(ApiError::NotFound)?;
	let cid: Cid = cid.parse().map_err(|_| ApiError::NotFound)?;
	let length = state.database.content_length(cid.to_string()).await?.ok_or(ApiError::NotFound)?;
	let transfer =
		state.transfers.start(&[Party::Source(source)]).await.ok_or(ApiError::Unavailable)?;
	if !has_all(&ipfs, &cid, length, LOOK).await {
		note_lost(&state, vec![cid.to_string()]).await?;
		return Err(ApiError::Incomplete);
	}
	let (start, mut sent) = (Instant::now(), 0u64);
	let mut stream = ipfs.cat(cid);
	// The status depends on whether there is a first piece.
	let first = stream.next().await;
	if let Some(Err(error)) = &first {
		if matches!(error, IpfsError::Missing(_)) {
			note_lost(&state, vec![cid.to_string()]).await?;
		}
		if !matches!(error, IpfsError::Damaged(_)) {
			return Err(error.clone().into());
		}
	}
	let all = futures::stream::iter(first).chain(stream).filter_map(move |piece| {
		// The transfer is under way until the stream is dropped.
		let _transfer = &transfer;
		std::future::ready(match piece {
			// At each moment, and not only at the end: others wait for their turn.
			Ok(_) if start.elapsed() > time_limit(sent) => {
				Some(Err(IpfsError::Unreachable("the receiver is too slow".into())))
			},
			Ok(piece) => {
				sent = sent.saturating_add(piece.len() as u64);
				Some(Ok(piece))
			},
			Err(IpfsError::Damaged(_)) => {
				metrics::counter!("vouchsafe_custodian_content_damaged_total").increment(1);
				tracing::error!(%cid, "the IPFS node's copy is damaged");
				None
			},
			piece => Some(piece),
		})
	});
	let headers = [
		(header::CONTENT_TYPE, "application/octet-stream"),
		// The content of a CID never changes.
		(header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
	];
	Ok((headers, Body::from_stream(all)))
}

/// Whether the IPFS node has all blocks of content that has several, as far as it says soon. It sends what
/// comes before a lost block, which looks like a damaged copy. Any other failure shows when the content is
/// read.
async fn has_all(ipfs: &Ipfs, cid: &Cid, length: u64, look: Duration) -> bool {
	!has_links(cid) || !matches!(timeout(look, ipfs.is_whole(cid, length)).await, Ok(Ok(false)))
}

#[cfg(test)]
mod tests;
