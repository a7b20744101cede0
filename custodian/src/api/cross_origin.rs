//! Requests from pages of other origins. A wallet may be served by anybody, so every origin may use the
//! API. Requests are signed or public, and no cookie or password counts, so an origin gains nothing from
//! whose browser it runs in. If the configuration lists origins (`api.origins`), only these may, and those
//! of the members' custodians. The chain is asked for these from time to time, and never by a request.

use super::{count_for_address, error::ApiError, source::Source};
use crate::{config::origin_of, state::State};
use axum::{
	body::Body,
	extract::{FromRequestParts, State as Shared},
	http::{header, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode},
	middleware::Next,
	response::IntoResponse,
};
use std::{
	collections::BTreeSet,
	sync::{Arc, RwLock},
	time::Duration,
};
use tokio::time::timeout;
use vouchsafe_client::{
	chain::{ChainError, Institution},
	messages::REQUEST_HEADER,
};

/// What the paths begin with that pages of other origins may use.
pub const OPEN: &str = "/v1/";

/// How often the chain is asked for the members' origins, and how often until it has answered once.
const EVERY: Duration = Duration::from_secs(30);
const FIRST: Duration = Duration::from_millis(500);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const ALLOWED_METHODS: &str = "GET, HEAD, POST";
/// The headers of answers that a client reads besides those that browsers show anyway.
const SHOWN: HeaderValue = HeaderValue::from_static("retry-after");
/// For how many seconds a browser need not ask again.
const KEPT: HeaderValue = HeaderValue::from_static("7200");

/// The origins of the members' custodians, by the chain. None as long as it was not read.
#[derive(Default)]
pub struct Origins(RwLock<Option<BTreeSet<String>>>);

impl Origins {
	/// Checks that one of the members' custodians has this origin.
	fn check(&self, origin: &str) -> Result<(), ApiError> {
		let members = self.0.read().unwrap_or_else(|error| error.into_inner());
		match members.as_ref().map(|members| members.contains(origin)) {
			Some(true) => Ok(()),
			Some(false) => Err(ApiError::ForeignOrigin),
			// It may be this custodian's own.
			None => Err(ApiError::Unavailable),
		}
	}

	fn is_known(&self) -> bool {
		self.0.read().unwrap_or_else(|error| error.into_inner()).is_some()
	}

	fn set(&self, members: BTreeSet<String>) {
		*self.0.write().unwrap_or_else(|error| error.into_inner()) = Some(members);
	}
}

/// Reads the members' origins from time to time, if only some origins may use the API, until the custodian
/// stops.
pub async fn watch(state: Arc<State>) {
	if state.config.api.origins.is_none() {
		return;
	}
	loop {
		read_members(&state, PATIENCE).await;
		let pause = if state.origins.is_known() { EVERY } else { FIRST };
		if !state.pause(pause).await {
			return;
		}
	}
}

/// Reads the members' origins. If it fails, those from before stay.
async fn read_members(state: &State, patience: Duration) {
	match timeout(patience, origins_of_members(state)).await {
		Ok(Ok(Some(members))) => state.origins.set(members),
		Ok(Ok(None)) => {},
		Ok(Err(error)) => tracing::warn!(%error, "the members' origins could not be read"),
		Err(_) => tracing::warn!("the members' origins could not be read: the node is too slow"),
	}
}

async fn origins_of_members(state: &State) -> Result<Option<BTreeSet<String>>, ChainError> {
	let Some(connected) = state.connected() else { return Ok(None) };
	let members = connected.node.finalized().await?.members().await?;
	let origin =
		|institution: Institution| origin_of(&String::from_utf8_lossy(&institution.custodian?.url));
	Ok(Some(members.into_iter().filter_map(|(_, institution)| origin(institution)).collect()))
}

/// Answers preflights, and lets pages read the answers. Refuses pages of origins that may not use the API.
pub async fn allow(
	Shared(state): Shared<Arc<State>>,
	request: Request<Body>,
	next: Next,
) -> Response<Body> {
	if !request.uri().path().starts_with(OPEN) {
		return next.run(request).await;
	}
	let listed = state.config.api.origins.as_deref();
	let allowed = match (listed, request.headers().get(header::ORIGIN)) {
		(None, _) => Some(HeaderValue::from_static("*")),
		// Not a page of another origin.
		(Some(_), None) => None,
		(Some(listed), Some(origin)) => {
			let text = origin.to_str().unwrap_or_default();
			let is_listed = listed.iter().any(|it| it == text);
			if !is_listed {
				if let Err(refusal) = state.origins.check(text) {
					let counted = count(&state, request).await;
					return counted.err().unwrap_or(refusal).into_response();
				}
			}
			Some(origin.clone())
		},
	};
	let depends_on_origin = listed.is_some();
	let mut response = match is_preflight(request.method(), request.headers()) {
		true => preflight(),
		false => next.run(request).await,
	};
	let headers = response.headers_mut();
	if depends_on_origin {
		headers.append(header::VARY, HeaderValue::from_static("origin"));
	}
	if let Some(allowed) = allowed {
		headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
		headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
	}
	response
}

/// Counts a request that is refused here for its address.
async fn count(state: &Arc<State>, request: Request<Body>) -> Result<(), ApiError> {
	let (mut parts, _) = request.into_parts();
	count_for_address(state, Source::from_request_parts(&mut parts, state).await?)
}

/// Whether a browser asks what it may ask.
fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
	*method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response<Body> {
	let allowed = format!("content-type, {REQUEST_HEADER}");
	let allowed = HeaderValue::from_str(&allowed);
	let mut response = StatusCode::NO_CONTENT.into_response();
	let headers = response.headers_mut();
	let pairs: [(HeaderName, Option<HeaderValue>); 3] = [
		(header::ACCESS_CONTROL_ALLOW_METHODS, Some(HeaderValue::from_static(ALLOWED_METHODS))),
		(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.ok()),
		(header::ACCESS_CONTROL_MAX_AGE, Some(KEPT)),
	];
	headers.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
	response
}

#[cfg(test)]
mod tests;
