//! The endpoint for the patients' logs.

use super::{
	error::{ApiError, SignedRequestErrors},
	signed_request::authenticate,
};
use crate::state::State as Shared;
use axum::{body::Bytes, extract::State, Json};
use std::sync::Arc;
use vouchsafe_client::{
	chain::{AccountId, AccountKind},
	messages::{action, LogPage, ReadLog, Signed, MAX_LOG_LINES},
};

/// Read a part of a patient's log.
#[utoipa::path(
	post,
	path = "/v1/log",
	description = "Returns a part of a patient's log to the patient, and to readers whom the patient's consents let read it. Compute the heads again and compare the last one with the chain's. The body is a signed request with the action `read-log`; its payload is a `Payload_ReadLog`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = LogPage, description = "The lines"),
	),
	tag = "log"
)]
pub async fn read_log(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<LogPage>, ApiError> {
	let (requester, body) = authenticate::<ReadLog>(&state, action::READ_LOG, &bytes).await?;
	let heads = requester.heads(&state).await?;
	let patient = AccountId::from(body.patient);
	let is_own =
		patient == requester.account && matches!(requester.enrolled.kind, AccountKind::Patient);
	if !is_own {
		let institution = body.institution.map(AccountId::from);
		for block in heads.both() {
			if !block.decide_log(&requester.account, institution.clone(), &patient).await? {
				return Err(ApiError::NoAccess);
			}
		}
	}
	let limit = body.limit.min(MAX_LOG_LINES);
	let page = state.database.log_page(patient, body.from, limit).await?;
	heads.check(&state)?;
	Ok(Json(page))
}
