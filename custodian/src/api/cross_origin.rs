//! Requests from pages of other origins. A wallet may be served by anybody, so every origin may use the
//! API. Requests are signed or public, and no cookie or password counts, so an origin gains nothing from
//! whose browser it runs in.

use axum::{
	body::Body,
	http::{header, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode},
	middleware::Next,
	response::IntoResponse,
};
use vouchsafe_client::messages::REQUEST_HEADER;

/// What the paths begin with that pages of other origins may use.
pub const OPEN: &str = "/v1/";

const ALLOWED_METHODS: &str = "GET, HEAD, POST";
/// The headers of answers that a client reads besides those that browsers show anyway.
const SHOWN: HeaderValue = HeaderValue::from_static("retry-after");
/// For how many seconds a browser need not ask again.
const KEPT: HeaderValue = HeaderValue::from_static("7200");

/// Answers preflights, and lets pages of every origin read the answers.
pub async fn allow(request: Request<Body>, next: Next) -> Response<Body> {
	if !request.uri().path().starts_with(OPEN) {
		return next.run(request).await;
	}
	let mut response = match is_preflight(request.method(), request.headers()) {
		true => preflight(),
		false => next.run(request).await,
	};
	let headers = response.headers_mut();
	headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
	headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
	response
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
