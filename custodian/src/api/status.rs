//! The endpoints that describe the custodian and its state. None of them is signed.

use super::error::{ApiError, CommonErrors};
use crate::state::State as Shared;
use axum::{
	extract::State,
	http::{header, HeaderName, StatusCode},
	Extension, Json,
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use vouchsafe_client::messages::{About, Hex, Readiness, Refusal};

/// Routes for the institution's own monitoring. They have no rate limit.
pub fn monitoring_routes() -> OpenApiRouter<Arc<Shared>> {
	OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready)).routes(routes!(metrics))
}

/// Whether the process runs.
#[utoipa::path(
	get,
	path = "/health",
	responses((
		status = 200,
		body = String,
		content_type = "text/plain",
		description = "The process runs"
	)),
	tag = "monitoring"
)]
async fn health() -> &'static str {
	"alive"
}

/// Whether the custodian can do its work, with the result of every check.
#[utoipa::path(
	get,
	path = "/ready",
	responses(
		(status = 200, body = Readiness, description = "Every check passes"),
		(status = 503, body = Readiness, description = "A check fails"),
	),
	tag = "monitoring"
)]
async fn ready(State(state): State<Arc<Shared>>) -> (StatusCode, Json<Readiness>) {
	let readiness = state.readiness.get();
	let status = match readiness.ready {
		true => StatusCode::OK,
		false => StatusCode::SERVICE_UNAVAILABLE,
	};
	(status, Json(readiness))
}

/// Metrics for Prometheus.
#[utoipa::path(
	get,
	path = "/metrics",
	responses((
		status = 200,
		body = String,
		content_type = "text/plain",
		description = "The metrics, in Prometheus's text format"
	)),
	tag = "monitoring"
)]
async fn metrics(
	Extension(metrics): Extension<PrometheusHandle>,
) -> ([(HeaderName, &'static str); 1], String) {
	([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}

/// This description.
#[utoipa::path(
	get,
	path = "/openapi.json",
	responses(
		CommonErrors,
		(status = 200, body = Object, description = "The API's description in OpenAPI 3.1"),
	),
	tag = "status"
)]
pub async fn openapi() -> Json<&'static OpenApi> {
	Json(super::description())
}

/// The custodian's institution and keys.
#[utoipa::path(
	get,
	path = "/v1/custodian",
	description = "The custodian's institution and keys. Compare them with the chain.",
	responses(
		CommonErrors,
		(status = 200, body = About, description = "The custodian's institution and keys"),
		(status = 503, body = Refusal, description = "The custodian has not seen a chain yet"),
	),
	tag = "status"
)]
pub async fn get_custodian(State(state): State<Arc<Shared>>) -> Result<Json<About>, ApiError> {
	Ok(Json(About {
		version: env!("CARGO_PKG_VERSION").into(),
		genesis: Hex(state.genesis().await?.ok_or(ApiError::Unavailable)?.0),
		institution: state
			.connected()
			.and_then(|connected| connected.institution)
			.map(|institution| Hex::from(&institution)),
		account: Hex(state.keys.account.public_key().0),
		key: Hex(state.keys.encryption.public().0),
		next_key: state.keys.encryption.next().map(|key| Hex(key.0)),
		content: state.ipfs.is_some(),
		max_content: state.config.api.max_content,
		backup_days: state.config.backup.kept_days,
		ready: state.readiness.get().ready,
	}))
}
