//! The REST API: `/v1`, and what keeps the daemon running (`/health`, `/ready`, `/metrics`,
//! `/openapi.json`).

mod content;
mod door;
mod log;
mod refusal;
mod shares;
mod status;

use crate::app::App;
use axum::{
	body::Body,
	extract::DefaultBodyLimit,
	http::{header, HeaderValue, Request, Response, StatusCode},
	middleware::Next,
	response::IntoResponse,
	routing::get,
	Json, Router,
};
use metrics_exporter_prometheus::PrometheusHandle;
use refusal::Refused;
use std::{sync::Arc, time::Duration};
use tower_governor::{
	governor::GovernorConfigBuilder,
	key_extractor::{KeyExtractor, PeerIpKeyExtractor, SmartIpKeyExtractor},
	GovernorError, GovernorLayer,
};
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use vouchsafe_client::messages::*;

/// How long a request may take, content aside.
const PATIENCE: Duration = Duration::from_secs(25);

/// The API's description, to which the endpoints are added.
#[derive(OpenApi)]
#[openapi(
	info(
		title = "Vouchsafe custodian",
		description = "Keeps an institution's key shares, and gives one only after the chain has logged an opening. Requests to `/v1` (reading content and `/v1/custodian` aside) are signed: `Signed`, whose `payload` is the JSON text of `{action, genesis, custodian, at, nonce, body}`, signed with sr25519 over `<Bytes>`, the text and `</Bytes>`.",
		license(name = "Apache-2.0", identifier = "Apache-2.0")
	),
	components(schemas(
		AddContent,
		AskRelease,
		CarryShare,
		DeliverEnvelope,
		FetchPatientEnvelope,
		ReadLog
	))
)]
struct Description;

/// The API's routes.
pub fn router(app: Arc<App>, metrics: PrometheusHandle) -> Router {
	let (short, mut description) = short_routes().split_for_parts();
	let (long, long_description) = long_routes().split_for_parts();
	description.merge(long_description);
	let short = short
		.layer(DefaultBodyLimit::max(MAX_REQUEST))
		.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE));
	// Uploads are counted while they stream.
	let v1 = short.merge(long.layer(DefaultBodyLimit::disable()));
	let limited = match app.config.api.behind_proxy {
		true => limit(v1, &app, SmartIpKeyExtractor),
		false => limit(v1, &app, PeerIpKeyExtractor),
	};
	limited
		.merge(status::routes())
		.route("/metrics", get(move || std::future::ready(metrics.render())))
		.route("/openapi.json", get(move || std::future::ready(Json(description))))
		.fallback(|| async { Refused::NotFound })
		.layer(axum::middleware::from_fn(harden))
		.with_state(app)
}

fn short_routes() -> OpenApiRouter<Arc<App>> {
	OpenApiRouter::with_openapi(Description::openapi())
		.routes(routes!(shares::deliver_envelope))
		.routes(routes!(shares::release))
		.routes(routes!(shares::carry_share))
		.routes(routes!(shares::fetch_patient_envelope))
		.routes(routes!(log::read_log))
		.routes(routes!(status::about))
}

fn long_routes() -> OpenApiRouter<Arc<App>> {
	OpenApiRouter::new().routes(routes!(content::add_content)).routes(routes!(content::content))
}

/// Limits how often one address may ask.
fn limit<K>(routes: Router<Arc<App>>, app: &App, key: K) -> Router<Arc<App>>
where
	K: KeyExtractor + Send + Sync + 'static,
	K::Key: Send + Sync + 'static,
{
	let mut builder = GovernorConfigBuilder::default().key_extractor(key);
	let period = Duration::from_secs(1) / app.config.api.requests_per_second;
	let config = builder.period(period).burst_size(app.config.api.burst).finish();
	let config = Arc::new(config.expect("neither rate nor burst is zero in a configuration; qed"));
	let (limiter, mut stopping) = (config.limiter().clone(), app.stopping.clone());
	tokio::spawn(async move {
		// Addresses that have been quiet are forgotten.
		while tokio::time::timeout(Duration::from_secs(60), stopping.wait_for(|stop| *stop))
			.await
			.is_err()
		{
			limiter.retain_recent();
		}
	});
	routes.layer(GovernorLayer::new(config).error_handler(|error| {
		let (status, text) = match error {
			GovernorError::TooManyRequests { .. } => {
				(StatusCode::TOO_MANY_REQUESTS, "too many requests; try again later")
			},
			_ => (StatusCode::BAD_REQUEST, "the caller's address is not known"),
		};
		(status, Json(Refusal { error: text.into() })).into_response()
	}))
}

/// Headers of every answer: nothing here is to be cached, framed or guessed at.
async fn harden(request: Request<Body>, next: Next) -> Response<Body> {
	let mut response = next.run(request).await;
	let headers = response.headers_mut();
	headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
	headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
	response
}

#[cfg(test)]
mod tests;
