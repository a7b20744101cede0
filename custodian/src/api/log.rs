//! The endpoint for the patients' logs.

use super::{door::admit, refusal::Refused};
use crate::app::App;
use axum::{body::Bytes, extract::State, Json};
use std::sync::Arc;
use vouchsafe_client::{
	chain::{AccountId, AccountKind, Decision, Submit, View},
	messages::{action, LogPage, ReadLog, Refusal, Signed, MAX_LOG_LINES},
};

/// Reads a patient's log.
#[utoipa::path(
	post,
	path = "/v1/log",
	description = "Reads a part of a patient's log: for the patient, and for whoever the patient's consents let read it. Recompute the heads and compare the last with the chain's. The body is a signed request, action `read-log`, body `ReadLog`.",
	request_body = Signed,
	responses(
		(status = 200, body = LogPage),
		(status = 403, body = Refusal, description = "No access, for whatever reason"),
	),
	tag = "log"
)]
pub async fn read_log(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<LogPage>, Refused> {
	let (visitor, body) = admit::<ReadLog>(&app, action::READ_LOG, &bytes).await?;
	let patient = AccountId::from(body.patient);
	let is_own =
		patient == visitor.account && matches!(visitor.enrolled.kind, AccountKind::Patient);
	if !is_own {
		let institution = body.institution.map(AccountId::from);
		for at in [&visitor.finalized, &visitor.chain.best().await?] {
			let decision = at.decide_log(&visitor.account, institution.clone(), &patient).await?;
			if !matches!(decision, Decision::Permit(_)) {
				return Err(Refused::NoAccess);
			}
		}
	}
	let limit = body.limit.min(MAX_LOG_LINES);
	let page = app
		.store
		.run(move |store| {
			let (count, _) = store.log_head(&patient)?;
			Ok(LogPage { count, lines: store.log(&patient, body.from, limit)? })
		})
		.await?;
	Ok(Json(page))
}
