//! The routes without a chain: what answers, what is limited, what is described, and what every
//! error looks like.

use super::*;
use crate::{
	config::Config,
	state::double::{state, Surroundings},
};
use axum::{
	extract::ConnectInfo,
	http::{HeaderMap, HeaderName},
	routing::post,
	Json,
};
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

struct Service {
	router: Router,
	monitoring: Router,
	_surroundings: Surroundings,
}

fn service(change: impl FnOnce(&mut Config)) -> Service {
	let (state, surroundings) = state(None, |config| {
		config.api.requests_per_second = 1;
		change(config);
	});
	let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
	let state = Arc::new(state);
	let (router, monitoring) = (router(state.clone()), monitoring_router(state, metrics));
	Service { router, monitoring, _surroundings: surroundings }
}

struct Answer {
	status: StatusCode,
	headers: HeaderMap,
	body: Vec<u8>,
}

impl Answer {
	async fn new(response: Response<Body>) -> Self {
		let (parts, body) = response.into_parts();
		let body = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
		Self { status: parts.status, headers: parts.headers, body }
	}

	/// The text of the error, which must be the JSON of a [`Refusal`].
	fn error(&self) -> String {
		assert_eq!(self.headers[header::CONTENT_TYPE], "application/json");
		serde_json::from_slice::<Refusal>(&self.body).unwrap().error
	}
}

impl Service {
	async fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> Answer {
		Self::ask_at(&self.router, method, path, body).await
	}

	/// Asks at the address for monitoring.
	async fn monitor(&self, method: &str, path: &str) -> Answer {
		Self::ask_at(&self.monitoring, method, path, vec![]).await
	}

	async fn ask_at(router: &Router, method: &str, path: &str, body: Vec<u8>) -> Answer {
		let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = Request::builder()
			.method(method)
			.uri(path)
			.extension(ConnectInfo(address))
			.body(Body::from(body))
			.unwrap();
		let answer = Answer::new(router.clone().oneshot(request).await.unwrap()).await;
		assert!(answer.headers.contains_key(request_id::HEADER));
		assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
		assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
		answer
	}

	/// What a browser hears that asks whether a page of another origin may send a request.
	async fn preflight(&self, path: &str) -> Answer {
		let request = Request::options(path)
			.header(header::ORIGIN, "https://wallet.example")
			.header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
			.header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
		let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = request.extension(ConnectInfo(address)).body(Body::empty()).unwrap();
		Answer::new(self.router.clone().oneshot(request).await.unwrap()).await
	}

	/// The status and the error of a request that must fail.
	async fn fails(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, String) {
		let answer = self.ask(method, path, body).await;
		(answer.status.as_u16(), answer.error())
	}
}

const SIGNED: [&str; 27] = [
	"/v1/releases",
	"/v1/envelopes",
	"/v1/carried",
	"/v1/patient-envelopes",
	"/v1/label-keys",
	"/v1/label-key",
	"/v1/label-tags",
	"/v1/log",
	"/v1/chain/read",
	"/v1/chain/submit",
	"/v1/chain/wait",
	"/v1/openable",
	"/v1/names",
	"/v1/names/list",
	"/v1/names/set",
	"/v1/sync",
	"/v1/sync/replace",
	"/v1/studies/evaluations",
	"/v1/studies/nullifiers",
	"/v1/studies/doubles",
	"/v1/studies/reports",
	"/v1/studies/status",
	"/v1/studies/verify-keys",
	"/v1/studies/lists",
	"/v1/studies/verifications",
	"/v1/studies/finishes",
	"/v1/studies/tallies",
];

#[tokio::test]
async fn without_a_chain_it_is_alive_and_not_ready() {
	let service = service(|_| ());
	let health = service.monitor("GET", "/health").await;
	assert_eq!((health.status, &health.body[..]), (StatusCode::OK, &b"alive"[..]));
	let ready = service.monitor("GET", "/ready").await;
	assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
	assert!(!serde_json::from_slice::<Readiness>(&ready.body).unwrap().ready);
	let metrics = service.monitor("GET", "/metrics").await;
	assert_eq!(metrics.status, StatusCode::OK);
	let unavailable = (503, "not ready: try again later".to_owned());
	for path in SIGNED {
		assert_eq!(service.fails("POST", path, b"{}".to_vec()).await, unavailable, "{path}");
	}
	assert_eq!(service.fails("GET", "/v1/custodian", vec![]).await, unavailable);
	let finality = format!("/v1/chain/finality?after=0x{}", "00".repeat(32));
	assert_eq!(service.fails("GET", &finality, vec![]).await, unavailable);
	assert_eq!(service.fails("GET", &format!("{finality}&newer=7"), vec![]).await, unavailable);
}

#[tokio::test]
async fn a_configured_chain_is_told_before_a_node_answers() {
	let service = service(|config| config.chain.genesis = Some(Hex([7; 32])));
	let answer = service.ask("GET", "/v1/custodian", vec![]).await;
	assert_eq!(answer.status, StatusCode::OK);
	let about: About = serde_json::from_slice(&answer.body).unwrap();
	assert_eq!((about.genesis, about.institution, about.content), (Hex([7; 32]), None, false));
	assert!(!about.ready);
	// Where no client certificate is needed, too.
	let inner = service.monitor("GET", "/v1/custodian").await;
	assert_eq!(serde_json::from_slice::<About>(&inner.body).unwrap(), about);
}

#[tokio::test]
async fn what_is_for_monitoring_is_at_its_own_address_and_nothing_else_is() {
	let service = service(|_| ());
	for path in ["/health", "/ready", "/metrics"] {
		for written in
			[path.to_owned(), format!("/{path}"), format!("{path}/"), format!("{path}?x")]
		{
			let said = service.fails("GET", &written, vec![]).await;
			assert_eq!(said, (404, "not found".to_owned()), "{written}");
		}
		assert_ne!(service.monitor("GET", path).await.status, StatusCode::NOT_FOUND, "{path}");
		let posted = service.monitor("POST", path).await;
		assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
		assert_eq!(posted.headers[header::ALLOW], "GET,HEAD");
	}
	for path in SIGNED.into_iter().chain(["/openapi.json", "/", "/v1/content"]) {
		for method in ["GET", "POST"] {
			let answer = service.monitor(method, path).await;
			assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
		}
	}
}

#[tokio::test]
async fn strangers_hear_whether_it_is_ready_and_not_why() {
	let (state, _surroundings) = state(None, |config| config.chain.genesis = Some(Hex([7; 32])));
	let state = Arc::new(state);
	let service = router(state.clone());
	let about = async || {
		let body = Service::ask_at(&service, "GET", "/v1/custodian", vec![]).await.body;
		(serde_json::from_slice::<About>(&body).unwrap().ready, String::from_utf8(body).unwrap())
	};
	use crate::readiness::CheckName::*;
	for name in [Node, Chain, States, Enrolled, Kubo, Index, Pins, Work] {
		state.readiness.set(name, true, "fine");
	}
	assert!(about().await.0);
	state.readiness.set(Pins, false, "the disk of the cellar is full");
	let (ready, text) = about().await;
	assert!(!ready && !text.contains("cellar"), "{text}");
}

#[tokio::test]
async fn every_error_is_json() {
	let service = service(|_| ());
	let not_found = (404, "not found".to_owned());
	// There is no IPFS node either.
	assert_eq!(service.fails("POST", "/v1/content", vec![]).await, not_found);
	assert_eq!(service.fails("GET", "/v1/content/x", vec![]).await, not_found);
	assert_eq!(service.fails("GET", "/nowhere", vec![]).await, not_found);
	let malformed = (400, "the request is malformed".to_owned());
	assert_eq!(service.fails("GET", "/v1/content/%ff", vec![]).await, malformed);
	for query in ["", "?after=0x00", "?newer=1", "?after=x", "?after=0x&other=1"] {
		let path = format!("/v1/chain/finality{query}");
		assert_eq!(service.fails("GET", &path, vec![]).await, malformed, "{query}");
	}
	for path in SIGNED.into_iter().chain(["/v1/content"]) {
		let answer = service.ask("GET", path, vec![]).await;
		assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
		assert_eq!(answer.error(), "this path does not have that method");
		assert_eq!(answer.headers[header::ALLOW], "POST");
	}
	for path in ["/v1/custodian", "/openapi.json"] {
		let answer = service.ask("POST", path, vec![]).await;
		assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
		assert_eq!(answer.error(), "this path does not have that method");
		assert_eq!(answer.headers[header::ALLOW], "GET,HEAD");
	}
	for path in SIGNED {
		let too_large = service.fails("POST", path, vec![b' '; MAX_REQUEST + 1]).await;
		assert_eq!(too_large, (413, "the request is too large".to_owned()));
		let at_the_limit = service.fails("POST", path, vec![b' '; MAX_REQUEST]).await;
		assert_eq!(at_the_limit.0, 503);
	}
}

/// Errors that today's routes do not cause, and those of slow requests.
#[tokio::test]
async fn errors_of_axum_and_its_layers_become_json() {
	let slow = |_: Json<Value>| async {
		std::future::pending::<()>().await;
		"never"
	};
	let router = Router::new()
		.route("/", post(slow))
		.route("/failed", post(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "secret") }))
		.route("/kept", post(|| async { (StatusCode::BAD_REQUEST, Json(7)) }))
		.layer(TimeoutLayer::with_status_code(
			StatusCode::SERVICE_UNAVAILABLE,
			Duration::from_millis(1),
		))
		.layer(from_fn(finish));
	let ask = |path: &'static str, content_type: &'static str, body: &'static str| {
		let request = Request::post(path).header(header::CONTENT_TYPE, content_type);
		let response = router.clone().oneshot(request.body(Body::from(body)).unwrap());
		async move { Answer::new(response.await.unwrap()).await }
	};
	let answer = ask("/", "text/plain", "{}").await;
	assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
	assert_eq!(answer.error(), ApiError::UnsupportedMediaType.to_string());
	let answer = ask("/", "application/json", "{").await;
	assert_eq!(answer.status, StatusCode::BAD_REQUEST);
	assert_eq!(answer.error(), "the request is malformed");
	let answer = ask("/", "application/json", "{}").await;
	assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
	assert_eq!(answer.error(), ApiError::Unavailable.to_string());
	let answer = ask("/failed", "text/plain", "").await;
	assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
	assert_eq!(answer.error(), ApiError::Failed.to_string());
	let answer = ask("/kept", "text/plain", "").await;
	assert_eq!((answer.status, &answer.body[..]), (StatusCode::BAD_REQUEST, &b"7"[..]));
}

#[test]
fn the_error_of_a_status_has_that_status() {
	for error in [
		ApiError::NotFound,
		ApiError::MethodNotAllowed,
		ApiError::TooLarge,
		ApiError::UnsupportedMediaType,
		ApiError::Mismatch(String::new()),
		ApiError::RateLimited,
		ApiError::Unavailable,
		ApiError::Malformed(String::new()),
		ApiError::Failed,
	] {
		assert_eq!(ApiError::of_status(error.status()).name(), error.name());
	}
}

/// A custodian was updated before the chain: its node's runtime lacks a function that it asks.
#[test]
fn a_runtime_that_is_too_old_is_told() {
	use vouchsafe_client::chain::ChainError;
	let foreign = ChainError::foreign("it has no function CareApi_representation");
	let error = ApiError::from(foreign);
	assert_eq!((error.status(), error.name()), (StatusCode::SERVICE_UNAVAILABLE, "other-runtime"));
	assert!(error.to_string().contains("the runtime has to be upgraded first"), "{error}");
	let unreachable = ApiError::from(ChainError::Unreachable("gone".into()));
	assert_eq!(unreachable.name(), "unavailable");
}

#[tokio::test]
async fn the_rate_is_limited_except_for_monitoring() {
	let service = service(|config| config.api.burst = 3);
	for _ in 0..3 {
		assert_eq!(service.fails("GET", "/v1/custodian", vec![]).await.0, 503);
	}
	let limited = (429, "too many requests: try again later".to_owned());
	assert_eq!(service.fails("GET", "/v1/custodian", vec![]).await, limited);
	assert_eq!(service.monitor("GET", "/health").await.status, StatusCode::OK);
	// Browsers ask before they send. That has no limit.
	assert_eq!(service.preflight("/v1/releases").await.status, StatusCode::NO_CONTENT);
}

/// People behind one address take nothing from each other, as long as each keeps within its limits.
#[tokio::test]
async fn signed_requests_count_for_those_who_signed_them() {
	let (state, _surroundings) = state(None, |config| {
		(config.api.requests_per_second, config.api.burst) = (1, 1);
		config.api.per_account.burst = 3;
	});
	let source = Source::from(std::net::IpAddr::from([192, 0, 2, 1]));
	let ask = |account| {
		let state = &state;
		COUNTED.scope(source, async move {
			let api = &state.config.api;
			let of_address = state.rates.count(api, &[Party::Source(source)], Instant::now());
			of_address && count_signed(state, &[Party::Account([account; 32])]).is_ok()
		})
	};
	for account in [1, 1, 1, 2, 3] {
		assert!(ask(account).await, "{account}");
	}
	// Too many of one account count for its address.
	assert!(!ask(1).await && !ask(2).await);
}

#[tokio::test]
async fn pages_of_every_origin_may_use_the_api_and_nothing_else() {
	let service = service(|_| ());
	let name = |header: HeaderName| header.as_str().to_owned();
	for path in ["/v1/releases", "/v1/content", "/v1/chain/finality"] {
		let answer = service.preflight(path).await;
		assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0));
		for (header, value) in [
			(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
			(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
			(header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, x-vouchsafe-request"),
		] {
			assert_eq!(answer.headers[&header], value, "{}", name(header));
		}
		assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
	}
	// Errors too, so that the page can read them.
	for (method, path) in
		[("GET", "/v1/custodian"), ("POST", "/v1/releases"), ("GET", "/v1/nothing")]
	{
		let answer = service.ask(method, path, vec![]).await;
		assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
		assert_eq!(answer.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "retry-after");
	}
	for path in ["/ready", "/metrics", "/health"] {
		let answer = service.monitor("GET", path).await;
		assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
	}
	for path in ["/openapi.json", "/"] {
		let answer = service.ask("GET", path, vec![]).await;
		assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
		let refused = service.preflight(path).await;
		assert!(refused.status.is_client_error(), "{path}");
	}
	// That is no preflight.
	let options = service.ask("OPTIONS", "/v1/releases", vec![]).await;
	assert_eq!(options.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_wallet_is_served_beside_the_api() {
	let folder = tempfile::tempdir().unwrap();
	let directory = folder.path().to_owned();
	let files = [("index.html", "<p>wallet"), ("openapi.json", "not the API"), ("a.txt", "a")];
	crate::wallet::tests::release(&directory, &files);
	let wallet = crate::config::Wallet { directory, development: false };
	let service = service(|config| config.wallet = Some(wallet));
	let get = async |method: &str, path: &str| {
		let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
		let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = request.extension(ConnectInfo(address)).body(Body::empty()).unwrap();
		Answer::new(service.router.clone().oneshot(request).await.unwrap()).await
	};
	let page = get("GET", "/").await;
	assert_eq!((page.status, &page.body[..]), (StatusCode::OK, &b"<p>wallet"[..]));
	assert_eq!(page.headers[header::CACHE_CONTROL], "no-cache");
	assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
	assert_eq!(page.headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
	assert_eq!(get("HEAD", "/a.txt").await.status, StatusCode::OK);
	assert!(get("GET", "/openapi.json").await.body.starts_with(b"{\"openapi\""));
	for (method, path) in
		[("GET", "/v1/other"), ("GET", "/nowhere"), ("POST", "/a.txt"), ("GET", "/../a.txt")]
	{
		let answer = get(method, path).await;
		assert_eq!((answer.status, answer.error()), (StatusCode::NOT_FOUND, "not found".into()));
	}
	assert_eq!(get("GET", "/v1/custodian").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn behind_a_proxy_the_proxy_must_send_the_address() {
	let service = service(|config| config.api.trusted_proxies = 1);
	let request = Request::get("/v1/custodian").body(Body::empty()).unwrap();
	let answer = Answer::new(service.router.clone().oneshot(request).await.unwrap()).await;
	assert_eq!(answer.status, StatusCode::BAD_REQUEST);
	assert_eq!(answer.error(), "the caller's address is unknown");
	let request = Request::get("/v1/custodian").header("x-forwarded-for", "192.0.2.7");
	let request = request.body(Body::empty()).unwrap();
	let answer = Answer::new(service.router.clone().oneshot(request).await.unwrap()).await;
	assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// The statuses of each operation. `scripts/openapi-check` validates the whole document.
#[tokio::test]
async fn every_endpoint_is_described_with_its_statuses() {
	let service = service(|_| ());
	let answer = service.ask("GET", "/openapi.json", vec![]).await;
	let description: Value = serde_json::from_slice(&answer.body).unwrap();
	assert_eq!(description["openapi"], "3.1.0");
	let mut described = Vec::new();
	for (path, operations) in description["paths"].as_object().unwrap() {
		for (method, operation) in operations.as_object().unwrap() {
			let responses = operation["responses"].as_object().unwrap();
			for (status, response) in responses {
				let text = response["description"].as_str().unwrap_or_default();
				assert!(!text.is_empty(), "{method} {path} {status} has no description");
				if !["200", "201"].contains(&status.as_str()) && path != "/ready" {
					let schema = &response["content"]["application/json"]["schema"]["$ref"];
					assert_eq!(schema, "#/components/schemas/Refusal", "{method} {path} {status}");
				}
			}
			let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
			described.push(format!("{method} {path} {}", statuses.join(" ")));
		}
	}
	described.sort();
	assert_eq!(
		described,
		[
			"get /health 200",
			"get /metrics 200",
			"get /openapi.json 200 400 403 429 500 503",
			"get /ready 200 503",
			"get /v1/chain/finality 200 400 403 404 429 500 503",
			"get /v1/content/{cid} 200 400 403 404 429 500 503",
			"get /v1/custodian 200 400 403 429 500 503",
			"get /v1/index 200 400 401 403 404 413 421 429 500 503",
			"post /v1/carried 200 400 401 403 413 421 422 425 429 500 503 507",
			"post /v1/chain/read 200 400 401 403 404 413 421 422 429 500 503",
			"post /v1/chain/submit 200 400 401 403 413 421 422 429 500 503",
			"post /v1/chain/wait 200 400 401 403 413 421 429 500 503",
			"post /v1/content 201 400 401 403 404 408 413 421 422 429 500 503 507",
			"post /v1/envelopes 200 400 401 403 413 421 422 425 429 500 503 507",
			"post /v1/label-key 200 400 401 403 404 413 421 429 500 503",
			"post /v1/label-keys 200 400 401 403 409 413 421 422 425 429 500 503",
			"post /v1/label-tags 200 400 401 403 404 413 421 422 429 500 503",
			"post /v1/log 200 400 401 403 413 421 429 500 503",
			"post /v1/names 200 400 401 403 413 421 429 500 503",
			"post /v1/names/list 200 400 401 403 413 421 429 500 503",
			"post /v1/names/set 200 400 401 403 413 421 422 429 500 503",
			"post /v1/openable 200 400 401 403 413 421 429 500 503",
			"post /v1/patient-envelopes 200 400 401 403 404 413 421 429 500 503",
			"post /v1/releases 200 400 401 403 404 413 421 429 500 503",
			"post /v1/studies/doubles 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/studies/evaluations 200 400 401 403 404 413 421 422 425 429 500 503 507",
			"post /v1/studies/finishes 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/studies/lists 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/studies/nullifiers 200 400 401 403 404 413 421 422 425 429 500 503 507",
			"post /v1/studies/reports 200 400 401 403 404 413 421 422 425 429 500 503 507",
			"post /v1/studies/status 200 400 401 403 404 413 421 429 500 503",
			"post /v1/studies/tallies 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/studies/verifications 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/studies/verify-keys 200 400 401 403 404 413 421 422 425 429 500 503",
			"post /v1/sync 200 400 401 403 413 421 429 500 503",
			"post /v1/sync/replace 200 400 401 403 409 413 421 429 500 503 507",
		]
	);
	let schemas = &description["components"]["schemas"];
	assert_eq!(schemas["Hex32"]["pattern"], "^0x([0-9a-fA-F]{2}){32}$");
	assert_eq!(schemas["AddContent"]["properties"]["cid"]["pattern"], "^b[a-z2-7]{58}$");
}

/// Every `$ref` of the description has its target.
#[test]
fn the_description_refers_to_nothing_that_is_missing() {
	fn check(value: &Value, schemas: &Value) {
		match value {
			Value::Object(fields) => {
				if let Some(Value::String(target)) = fields.get("$ref") {
					let name = target.strip_prefix("#/components/schemas/").unwrap();
					assert!(schemas[name].is_object(), "{name} is missing");
				}
				fields.values().for_each(|value| check(value, schemas));
			},
			Value::Array(values) => values.iter().for_each(|value| check(value, schemas)),
			_ => {},
		}
	}
	let description = serde_json::to_value(description()).unwrap();
	check(&description, &description["components"]["schemas"]);
	// Links of the source's documentation mean nothing here.
	assert!(!description.to_string().contains("[`"));
}

#[test]
fn every_refusal_of_access_reads_the_same() {
	let response = ApiError::NoAccess.into_response();
	assert_eq!(response.status(), StatusCode::FORBIDDEN);
	assert_eq!(ApiError::NoAccess.to_string(), "no access");
}
