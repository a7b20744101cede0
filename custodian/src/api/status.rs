//! The endpoints that say who the custodian is and how it is.

use super::refusal::Refused;
use crate::app::App;
use axum::{extract::State, http::StatusCode, routing::get, Json, Router};
use std::sync::Arc;
use vouchsafe_client::messages::{About, Hex, Readiness};

/// Routes that no rate limit may close.
pub fn routes() -> Router<Arc<App>> {
	Router::new().route("/health", get(|| async { "alive" })).route("/ready", get(ready))
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Readiness>) {
	let readiness = app.readiness();
	let status = match readiness.ready {
		true => StatusCode::OK,
		false => StatusCode::SERVICE_UNAVAILABLE,
	};
	(status, Json(readiness))
}

/// Who this custodian is.
#[utoipa::path(
	get,
	path = "/v1/custodian",
	description = "Who this custodian is. What it says of itself is to be compared with the chain.",
	responses((status = 200, body = About), (status = 503, description = "No chain was seen yet")),
	tag = "status"
)]
pub async fn about(State(app): State<Arc<App>>) -> Result<Json<About>, Refused> {
	Ok(Json(About {
		version: env!("CARGO_PKG_VERSION").into(),
		genesis: Hex(app.genesis().ok_or(Refused::Unavailable)?.0),
		institution: app.node().and_then(|node| node.institution).map(|it| Hex::from(&it)),
		account: Hex(app.keys.account.public_key().0),
		key: Hex(app.keys.encryption.public().0),
		content: app.ipfs.is_some(),
	}))
}
