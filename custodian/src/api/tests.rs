//! The routes without a chain: what answers, what is limited, what is described.

use super::*;
use crate::{config::Config, keys::Keys, store::Store};
use axum::extract::ConnectInfo;
use std::net::SocketAddr;
use tower::ServiceExt;
use vouchsafe_vault::seal::SecretKey;

struct Service {
	router: Router,
	_directory: tempfile::TempDir,
	_stop: tokio::sync::watch::Sender<bool>,
}

fn service(burst: u32) -> Service {
	let directory = tempfile::tempdir().unwrap();
	let keys = Keys::generate(&directory.path().join("key")).unwrap();
	let mut config: Config = toml::from_str(include_str!("../../sample.toml")).unwrap();
	config.api.requests_per_second = 1;
	config.api.burst = burst;
	let store = Store::open(directory.path(), SecretKey::random()).unwrap();
	let (stop, stopping) = tokio::sync::watch::channel(false);
	let app = Arc::new(App::new(config, keys, store, None, stopping));
	let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
	Service { router: router(app, metrics), _directory: directory, _stop: stop }
}

impl Service {
	async fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> (StatusCode, String) {
		let address: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = Request::builder()
			.method(method)
			.uri(path)
			.extension(ConnectInfo(address))
			.body(Body::from(body))
			.unwrap();
		let response = self.router.clone().oneshot(request).await.unwrap();
		let status = response.status();
		assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
		let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
		(status, String::from_utf8(bytes.to_vec()).unwrap())
	}
}

#[tokio::test]
async fn without_a_chain_it_lives_and_is_not_ready() {
	let service = service(100);
	assert_eq!(service.ask("GET", "/health", vec![]).await.0, StatusCode::OK);
	let (status, text) = service.ask("GET", "/ready", vec![]).await;
	assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
	assert!(!serde_json::from_str::<Readiness>(&text).unwrap().ready);
	assert_eq!(service.ask("GET", "/metrics", vec![]).await.0, StatusCode::OK);
	for path in ["/v1/releases", "/v1/envelopes", "/v1/carried", "/v1/patient-envelopes", "/v1/log"]
	{
		let (status, text) = service.ask("POST", path, b"{}".to_vec()).await;
		assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {text}");
		assert_eq!(service.ask("GET", path, vec![]).await.0, StatusCode::METHOD_NOT_ALLOWED);
	}
	// It has no IPFS node either.
	assert_eq!(service.ask("POST", "/v1/content", vec![]).await.0, StatusCode::NOT_FOUND);
	assert_eq!(service.ask("GET", "/v1/content/x", vec![]).await.0, StatusCode::NOT_FOUND);
	assert_eq!(service.ask("GET", "/nowhere", vec![]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
	let service = service(100);
	let (status, _) = service.ask("POST", "/v1/log", vec![b' '; MAX_REQUEST + 1]).await;
	assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_asks_too_often_is_refused_but_for_the_status() {
	let service = service(3);
	for _ in 0..3 {
		let (status, _) = service.ask("GET", "/v1/custodian", vec![]).await;
		assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
	}
	let (status, text) = service.ask("GET", "/v1/custodian", vec![]).await;
	assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
	assert!(serde_json::from_str::<Refusal>(&text).is_ok());
	assert_eq!(service.ask("GET", "/health", vec![]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn every_endpoint_is_described() {
	let service = service(100);
	let (_, text) = service.ask("GET", "/openapi.json", vec![]).await;
	let description: serde_json::Value = serde_json::from_str(&text).unwrap();
	for (path, method) in [
		("/v1/content", "post"),
		("/v1/content/{cid}", "get"),
		("/v1/envelopes", "post"),
		("/v1/releases", "post"),
		("/v1/carried", "post"),
		("/v1/patient-envelopes", "post"),
		("/v1/log", "post"),
		("/v1/custodian", "get"),
	] {
		assert!(description["paths"][path][method].is_object(), "{method} {path} is missing");
	}
	for schema in ["Signed", "DeliverEnvelope", "Release", "LogPage", "Refusal"] {
		assert!(description["components"]["schemas"][schema].is_object(), "{schema} is missing");
	}
}

#[test]
fn every_refusal_of_access_reads_the_same() {
	let response = Refused::NoAccess.into_response();
	assert_eq!(response.status(), StatusCode::FORBIDDEN);
	assert_eq!(Refused::NoAccess.to_string(), "no access");
}
