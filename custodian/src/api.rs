//! The REST API: `/v1`, and its description (`/openapi.json`). What is for the institution's own monitoring
//! (`/health`, `/ready`, `/metrics`) has a router of its own, which nobody else reaches.

mod chain;
mod content;
pub(crate) mod counters;
pub(crate) mod cross_origin;
mod error;
mod index;
pub(crate) mod labels;
mod log;
mod request_id;
mod shares;
mod signed_request;
pub(crate) mod source;
mod status;
mod studies;
mod study_peers;
#[cfg(test)]
mod tests;
mod wallet;

use crate::{parties::Party, state::State, wallet::WalletFiles};
use axum::{
	body::Body,
	extract::{DefaultBodyLimit, State as Shared},
	http::{header, HeaderValue, Method, Request, Response, StatusCode},
	middleware::{from_fn, from_fn_with_state, Next},
	response::IntoResponse,
	Extension, Router,
};
use error::ApiError;
use metrics_exporter_prometheus::PrometheusHandle;
use source::Source;
use std::{
	sync::{Arc, LazyLock},
	time::{Duration, Instant},
};
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use vouchsafe_client::messages::*;

/// How long a request may take, unless it transfers content or waits for news.
const TIMEOUT: Duration = Duration::from_secs(25);

/// How long a request may take that can wait for news.
const TIMEOUT_OF_WAITING: Duration = Duration::from_secs(WAIT + 20);

/// The API's description, to which the endpoints are added.
#[derive(OpenApi)]
#[openapi(
	info(
		title = "Vouchsafe custodian",
		description = "Keeps an institution's key shares and releases one only after the chain has logged an opening.\n\nMost requests to `/v1` are signed: they are a `Signed`, whose `payload` is the JSON text of a `Payload_…`. Its signature (sr25519) is over `<Bytes>`, the payload and `</Bytes>`. `GET /v1/content/{cid}`, `GET /v1/custodian` and `GET /v1/chain/finality` are not signed, and `POST /v1/chain/read` need not be.\n\nEvery error is a `Refusal`, also that of an unknown path (404) or method (405). Every answer has the header `X-Request-Id`, by which its lines in the custodian's log are found: the request's own, if that has 16 hex digits in lower case, or else a random one. Send another random one with each request.\n\n`/health`, `/ready` and `/metrics` are at another address (`api.monitoring_listen`), for the institution's own monitoring. Only `/ready` answers 503 with a `Readiness`.",
		license(name = "Apache-2.0", identifier = "Apache-2.0")
	),
	components(schemas(
		Payload<AddContent>,
		Payload<AskLabelTags>,
		Payload<AskNames>,
		Payload<AskOpenable>,
		Payload<AskRelease>,
		Payload<AwaitLog>,
		Payload<CarryShare>,
		Payload<DeliverEnvelope>,
		Payload<DeliverLabelKey>,
		Payload<FetchLabelKey>,
		Payload<FetchPatientEnvelope>,
		Payload<ListNames>,
		Payload<ReadIndex>,
		Payload<ReadLog>,
		Payload<ReadState>,
		Payload<ReadSynced>,
		Payload<ReplaceSynced>,
		Payload<AskDoubles>,
		Payload<AskStudyStatus>,
		Payload<CompareLists>,
		Payload<CompareTallies>,
		Payload<DeliverVerifyKey>,
		Payload<EvaluateIdentifiers>,
		Payload<FinishReports>,
		Payload<SendNullifiers>,
		Payload<SendReport>,
		Payload<SetNames>,
		Payload<SubmitExtrinsic>,
		Payload<VerifyReports>,
		AddContent,
		AskDoubles,
		AskLabelTags,
		AskNames,
		AskOpenable,
		AskRelease,
		AskStudyStatus,
		AwaitLog,
		CarryShare,
		CompareLists,
		CompareTallies,
		DeliverEnvelope,
		DeliverLabelKey,
		DeliverVerifyKey,
		EvaluateIdentifiers,
		FetchLabelKey,
		FetchPatientEnvelope,
		FinishReports,
		KeysBelow,
		ListNames,
		ReadIndex,
		ReadLog,
		ReadState,
		ReadSynced,
		ReplaceSynced,
		SendNullifiers,
		SendReport,
		SetNames,
		StaffName,
		SubmitExtrinsic,
		VerifyReports,
		Refusal
	)),
	tags(
		(name = "shares", description = "Key shares"),
		(name = "labels", description = "The patients' label keys, and the tags that they make"),
		(name = "content", description = "Manifests and ciphertexts"),
		(name = "chain", description = "Proofs of the chain's state, extrinsics, and news, for wallets"),
		(name = "wallet", description = "What a custodian keeps for wallets"),
		(name = "log", description = "The patients' access logs"),
		(name = "studies", description = "Studies that the custodian aggregates"),
		(name = "status", description = "The custodian itself"),
		(name = "monitoring", description = "For the institution's own monitoring, at another address")
	)
)]
struct Description;

/// The API's description, in OpenAPI 3.1.
pub fn description() -> &'static utoipa::openapi::OpenApi {
	static DESCRIPTION: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
		let mut description = Description::openapi();
		for routes in [short_routes(), waiting_routes(), long_routes(), status::monitoring_routes()]
		{
			description.merge(routes.into_openapi());
		}
		description
	});
	&DESCRIPTION
}

/// The API's routes.
pub fn router(state: Arc<State>) -> Router {
	let short = Router::from(short_routes())
		.layer(DefaultBodyLimit::max(MAX_REQUEST))
		.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT));
	let waiting = Router::from(waiting_routes())
		.layer(DefaultBodyLimit::max(MAX_REQUEST))
		.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT_OF_WAITING));
	// The length of an upload is checked while it streams.
	let long = Router::from(long_routes()).layer(DefaultBodyLimit::disable());
	let mut limited = short.merge(waiting).merge(long);
	if let Some(files) = state.config.wallet.as_ref().map(WalletFiles::of) {
		let files = Arc::new(files);
		limited = limited.fallback(move |request| serve_file(files.clone(), request));
	} else {
		limited = limited.fallback(|| async { ApiError::NotFound });
	}
	let limited = limited
		.layer(from_fn_with_state(state.clone(), limit_rate))
		.layer(from_fn_with_state(state.clone(), cross_origin::allow));
	finished(limited, state)
}

/// The routes for the institution's own monitoring. `GET /v1/custodian` is there too: the public address may
/// need a client certificate.
pub fn monitoring_router(state: Arc<State>, metrics: PrometheusHandle) -> Router {
	let about = OpenApiRouter::new().routes(routes!(status::get_custodian));
	let routes = Router::from(status::monitoring_routes().merge(about))
		.fallback(|| async { ApiError::NotFound })
		.layer(Extension(metrics));
	finished(routes, state)
}

/// The router with what every answer has.
fn finished(router: Router<Arc<State>>, state: Arc<State>) -> Router {
	router.layer(from_fn(finish)).layer(from_fn(request_id::name)).with_state(state)
}

/// Routes whose requests are small and answered soon.
fn short_routes() -> OpenApiRouter<Arc<State>> {
	OpenApiRouter::new()
		.routes(routes!(shares::deliver_envelope))
		.routes(routes!(shares::release))
		.routes(routes!(shares::carry_share))
		.routes(routes!(shares::fetch_patient_envelope))
		.routes(routes!(labels::deliver_label_key))
		.routes(routes!(labels::fetch_label_key))
		.routes(routes!(labels::label_tags))
		.routes(routes!(log::read_log))
		.routes(routes!(chain::read_state))
		.routes(routes!(wallet::openable))
		.routes(routes!(wallet::ask_names))
		.routes(routes!(wallet::set_names))
		.routes(routes!(wallet::list_names))
		.routes(routes!(wallet::read_synced))
		.routes(routes!(wallet::replace_synced))
		.routes(routes!(studies::evaluate))
		.routes(routes!(studies::send_nullifiers))
		.routes(routes!(studies::doubles))
		.routes(routes!(studies::send_report))
		.routes(routes!(studies::study_status))
		.routes(routes!(study_peers::deliver_verify_key))
		.routes(routes!(study_peers::compare_lists))
		.routes(routes!(study_peers::verify_reports))
		.routes(routes!(study_peers::finish_reports))
		.routes(routes!(study_peers::compare_tallies))
		.routes(routes!(status::get_custodian))
		.routes(routes!(status::openapi))
}

/// Routes whose requests are small and may wait for news.
fn waiting_routes() -> OpenApiRouter<Arc<State>> {
	OpenApiRouter::new()
		.routes(routes!(chain::finality))
		.routes(routes!(chain::submit))
		.routes(routes!(chain::await_log))
}

/// Routes that transfer content, or the index.
fn long_routes() -> OpenApiRouter<Arc<State>> {
	OpenApiRouter::new()
		.routes(routes!(content::add_content))
		.routes(routes!(content::get_content))
		.routes(routes!(index::read_index))
}

tokio::task_local! {
	/// The address for which the request was counted that this task answers.
	static COUNTED: Source;
}

/// Counts a request for its address.
async fn limit_rate(
	Shared(state): Shared<Arc<State>>,
	source: Source,
	request: Request<Body>,
	next: Next,
) -> Result<Response<Body>, ApiError> {
	count_for_address(&state, source)?;
	Ok(COUNTED.scope(source, next.run(request)).await)
}

fn count_for_address(state: &State, source: Source) -> Result<(), ApiError> {
	match state.rates.count(&state.config.api, &[Party::Source(source)], Instant::now()) {
		true => Ok(()),
		false => Err(ApiError::RateLimited),
	}
}

/// Counts the request that this task answers for those who signed it, and no longer for its address.
fn count_signed(state: &State, parties: &[Party]) -> Result<(), ApiError> {
	let (api, now) = (&state.config.api, Instant::now());
	if !state.rates.count(api, parties, now) {
		return Err(ApiError::RateLimited);
	}
	// Tests call endpoints without the layer that counts.
	let _ = COUNTED.try_with(|source| state.rates.give_back(api, Party::Source(*source), now));
	Ok(())
}

/// A file of the wallet.
async fn serve_file(
	files: Arc<WalletFiles>,
	request: Request<Body>,
) -> Result<Response<Body>, ApiError> {
	let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
	if !is_read || request.uri().path().starts_with(cross_origin::OPEN) {
		return Err(ApiError::NotFound);
	}
	let (parts, _) = request.into_parts();
	let reading = move || files.answer(parts.uri.path(), &parts.headers);
	let answer = tokio::task::spawn_blocking(reading).await.map_err(|_| ApiError::Failed)?;
	Ok(answer.ok_or(ApiError::NotFound)?.map(Body::from))
}

/// Completes every response: errors of axum and its layers become JSON, and headers forbid caching
/// and guessing the content type.
async fn finish(request: Request<Body>, next: Next) -> Response<Body> {
	let mut response = json_error(next.run(request).await);
	let headers = response.headers_mut();
	headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
	headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
	response
}

/// The response, with a [`Refusal`] as its body if it is an error without JSON.
fn json_error(response: Response<Body>) -> Response<Body> {
	let status = response.status();
	let is_json = response
		.headers()
		.get(header::CONTENT_TYPE)
		.is_some_and(|content_type| content_type.as_bytes().starts_with(b"application/json"));
	if is_json || !(status.is_client_error() || status.is_server_error()) {
		return response;
	}
	let mut error = ApiError::of_status(status).into_response();
	*error.status_mut() = status;
	// Such as the methods that are allowed.
	for (name, value) in response.headers() {
		if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
			error.headers_mut().insert(name, value.clone());
		}
	}
	error
}
