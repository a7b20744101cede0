//! Pages of listed origins, of members' custodians and of others, with a double of the chain.

use super::*;
use crate::{
	chain::double::{studies::institution, BlockDouble, NodeDouble},
	config::Config,
	state::{
		double::{state, Surroundings},
		Connected,
	},
};
use axum::extract::ConnectInfo;
use std::net::SocketAddr;
use tower::ServiceExt;
use vouchsafe_client::{chain::AccountId, messages::Refusal};

const LISTED: &str = "https://wallet.hospital-a.example";
const MEMBER: &str = "https://custodian.hospital-b.example:8443";

/// The API with a list of origins, on a chain with one member that takes so long to answer.
fn unread(
	slowness: Duration,
	change: impl FnOnce(&mut Config),
) -> (Arc<State>, axum::Router, Surroundings) {
	let (state, surroundings) = state(None, |config| {
		config.api.origins = Some(vec![LISTED.into()]);
		change(config);
	});
	let account = AccountId::new([2; 32]);
	let member = institution(&format!("{MEMBER}/path"), &account, [2; 32]);
	let members = vec![(account, member)];
	let finalized = BlockDouble { members, slowness, ..BlockDouble::default() };
	let node = Arc::new(NodeDouble { finalized, ..NodeDouble::default() });
	state.set_connected(Some(Connected { node, institution: None }));
	let state = Arc::new(state);
	(state.clone(), super::super::router(state), surroundings)
}

/// The same after the members were read.
async fn service() -> (axum::Router, Surroundings) {
	let (state, service, surroundings) = unread(Duration::ZERO, |_| {});
	read_members(&state, PATIENCE).await;
	(service, surroundings)
}

async fn ask(
	service: &axum::Router,
	origin: Option<&str>,
	request: axum::http::request::Builder,
) -> Response<Body> {
	let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
	let mut request = request.extension(ConnectInfo(address));
	if let Some(origin) = origin {
		request = request.header(header::ORIGIN, origin);
	}
	let response = service.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
	assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
	response
}

#[tokio::test]
async fn pages_of_listed_origins_and_of_members_may_use_the_api() {
	let (service, _surroundings) = service().await;
	for origin in [LISTED, MEMBER] {
		let preflight = Request::options("/v1/releases")
			.header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
			.header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
		let asked = ask(&service, Some(origin), preflight).await;
		assert_eq!(asked.status(), StatusCode::NO_CONTENT);
		let sent = ask(&service, Some(origin), Request::post("/v1/releases")).await;
		assert_eq!(sent.status(), StatusCode::SERVICE_UNAVAILABLE, "it was handled");
		for response in [asked, sent] {
			let headers = response.headers();
			assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], origin);
			assert_eq!(headers[header::VARY], "origin");
		}
	}
	// A program, which sends no origin.
	let sent = ask(&service, None, Request::post("/v1/releases")).await;
	assert_eq!(sent.status(), StatusCode::SERVICE_UNAVAILABLE);
	assert!(!sent.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_before_their_request_is_handled() {
	let (service, _surroundings) = service().await;
	for origin in [
		"https://attacker.example",
		"http://wallet.hospital-a.example",
		"https://wallet.hospital-a.example.attacker.example",
		"https://WALLET.hospital-a.example",
		"https://wallet.hospital-a.example:8443",
		"https://custodian.hospital-b.example",
		"https://custodian.hospital-b.example:8443/path",
		"null",
		"*",
		"",
	] {
		let preflight =
			Request::options("/v1/releases").header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
		for request in [preflight, Request::post("/v1/releases"), Request::get("/v1/custodian")] {
			let refused = ask(&service, Some(origin), request).await;
			assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
			assert!(!refused.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
			let body = axum::body::to_bytes(refused.into_body(), 1000).await.unwrap();
			let refusal: Refusal = serde_json::from_slice(&body).unwrap();
			assert_eq!(refusal.kind, "foreign-origin");
		}
		let open = ask(&service, Some(origin), Request::get("/openapi.json")).await;
		assert_eq!(open.status(), StatusCode::OK);
	}
}

fn read() -> axum::http::request::Builder {
	Request::get("/v1/custodian")
}

/// This custodian's own wallet is told to come back, as everybody is as long as the chain cannot be asked.
#[tokio::test]
async fn before_the_members_are_known_nobody_is_called_foreign() {
	let (state, service, surroundings) = unread(Duration::ZERO, |_| {});
	for origin in [MEMBER, "https://attacker.example"] {
		let refused = ask(&service, Some(origin), read()).await;
		assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{origin}");
		assert!(!refused.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
	}
	let listed = ask(&service, Some(LISTED), read()).await;
	assert_eq!(listed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], LISTED);
	let watching = tokio::spawn(watch(state.clone()));
	let known = async {
		while !state.origins.is_known() {
			tokio::task::yield_now().await;
		}
	};
	timeout(PATIENCE, known).await.unwrap();
	let member = ask(&service, Some(MEMBER), read()).await;
	assert_eq!(member.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], MEMBER);
	let foreign = ask(&service, Some("https://attacker.example"), read()).await;
	assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
	surroundings.stop();
	watching.await.unwrap();
}

/// No request waits for the chain.
#[tokio::test]
async fn a_chain_that_is_slow_or_cannot_be_asked_changes_nothing() {
	let (state, service, _surroundings) = unread(PATIENCE, |_| {});
	read_members(&state, Duration::from_millis(20)).await;
	assert!(!state.origins.is_known());
	state.origins.set([MEMBER.to_owned()].into());
	read_members(&state, Duration::from_millis(20)).await;
	state.set_connected(None);
	read_members(&state, PATIENCE).await;
	let member = ask(&service, Some(MEMBER), read()).await;
	assert_eq!(member.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], MEMBER);
}

#[tokio::test]
async fn refused_pages_count_for_their_address() {
	let (state, service, _surroundings) = unread(Duration::ZERO, |config| {
		(config.api.requests_per_second, config.api.burst) = (1, 2);
	});
	read_members(&state, PATIENCE).await;
	let foreign = async || ask(&service, Some("https://attacker.example"), read()).await.status();
	assert_eq!(foreign().await, StatusCode::FORBIDDEN);
	assert_eq!(foreign().await, StatusCode::FORBIDDEN);
	assert_eq!(foreign().await, StatusCode::TOO_MANY_REQUESTS);
	let listed = ask(&service, Some(LISTED), read()).await;
	assert_eq!(listed.status(), StatusCode::TOO_MANY_REQUESTS);
	assert_eq!(listed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], LISTED, "it can be read");
}
