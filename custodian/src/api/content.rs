//! The endpoints for content: manifests and ciphertexts, which hold no secret.

use super::{door::admit, refusal::Refused};
use crate::app::App;
use axum::{
	body::Body,
	extract::{Path, State},
	http::{header, HeaderMap, StatusCode},
	response::IntoResponse,
};
use base64::{prelude::BASE64_STANDARD, Engine};
use futures::StreamExt;
use std::sync::Arc;
use vouchsafe_client::{
	chain::{account_bytes, AccountKind},
	cid::Cid,
	ipfs::IpfsError,
	messages::{action, AddContent, Refusal, MAX_REQUEST, REQUEST_HEADER},
	signing::now,
};

/// Adds content to the IPFS node.
#[utoipa::path(
	post,
	path = "/v1/content",
	description = "Adds a manifest or ciphertext to the institution's IPFS node and pins it; without a version that names it, it is dropped after a day. The HTTP body is the content; the signed request, action `add-content`, body `AddContent`, goes as base64 of its JSON in the header `x-vouchsafe-request`.",
	params(("x-vouchsafe-request" = String, Header, description = "base64 of the JSON of `Signed`")),
	request_body(content = Vec<u8>, content_type = "application/octet-stream"),
	responses(
		(status = 201, description = "Added"),
		(status = 404, body = Refusal, description = "This custodian has no IPFS node"),
		(status = 413, body = Refusal, description = "Too large, or too much that no version names"),
		(status = 422, body = Refusal, description = "The content has another CID or length"),
	),
	tag = "content"
)]
pub async fn add_content(
	State(app): State<Arc<App>>,
	headers: HeaderMap,
	content: Body,
) -> Result<StatusCode, Refused> {
	let ipfs = app.ipfs.clone().ok_or(Refused::NotFound)?;
	let header = headers.get(REQUEST_HEADER).map_or(&[][..], |value| value.as_bytes());
	if header.len() > MAX_REQUEST {
		return Err(Refused::TooLarge);
	}
	let request = BASE64_STANDARD
		.decode(header)
		.map_err(|_| Refused::Malformed(format!("{REQUEST_HEADER} is no base64")))?;
	let (visitor, body) = admit::<AddContent>(&app, action::ADD_CONTENT, &request).await?;
	if !matches!(
		visitor.enrolled.kind,
		AccountKind::Practitioner | AccountKind::Patient | AccountKind::Institution
	) {
		return Err(Refused::NoAccess);
	}
	let cid: Cid =
		body.cid.parse().map_err(|_| Refused::Malformed(format!("{} is no CID", body.cid)))?;
	let account = account_bytes(&visitor.account);
	let unclaimed = app.store.run(move |store| store.unclaimed(account)).await?;
	let api = &app.config.api;
	if body.length > api.max_content || unclaimed.saturating_add(body.length) > api.max_unclaimed {
		return Err(Refused::TooLarge);
	}
	let added = ipfs.add(content.into_data_stream(), Some(cid), body.length).await?;
	if added.length != body.length {
		return Err(Refused::Unfit("the content has another length".into()));
	}
	let name = added.cid.to_string();
	app.store.run(move |store| store.note_content(&name, added.length, account, now())).await?;
	metrics::counter!("vouchsafe_custodian_content_bytes_total").increment(added.length);
	tracing::info!(cid = %added.cid, length = added.length, "added content");
	Ok(StatusCode::CREATED)
}

/// Gives content.
#[utoipa::path(
	get,
	path = "/v1/content/{cid}",
	description = "Gives a manifest or ciphertext that this custodian keeps. Check the CID of what comes: a damaged copy is given as it is, so that it can be named.",
	params(("cid" = String, Path, description = "The CID")),
	responses(
		(status = 200, content_type = "application/octet-stream", description = "The content"),
		(status = 404, body = Refusal, description = "It is not here"),
	),
	tag = "content"
)]
pub async fn content(
	State(app): State<Arc<App>>,
	Path(cid): Path<String>,
) -> Result<impl IntoResponse, Refused> {
	let ipfs = app.ipfs.clone().ok_or(Refused::NotFound)?;
	let parsed: Cid = cid.parse().map_err(|_| Refused::NotFound)?;
	let name = parsed.to_string();
	app.store.run(move |store| store.content(&name)).await?.ok_or(Refused::NotFound)?;
	let mut stream = ipfs.cat(parsed);
	// The first piece tells whether there is any, while a status can still be given.
	let first = stream.next().await;
	if let Some(Err(error)) = &first {
		if !matches!(error, IpfsError::Damaged(_)) {
			return Err(error.clone().into());
		}
	}
	let all = futures::stream::iter(first).chain(stream).filter_map(move |piece| {
		std::future::ready(match piece {
			Err(IpfsError::Damaged(_)) => {
				metrics::counter!("vouchsafe_custodian_content_damaged_total").increment(1);
				tracing::error!(cid = %parsed, "the IPFS node's copy is damaged");
				None
			},
			piece => Some(piece),
		})
	});
	let headers = [
		(header::CONTENT_TYPE, "application/octet-stream"),
		// Content never changes under its CID.
		(header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
	];
	Ok((headers, Body::from_stream(all)))
}
