//! What the custodians of a study's aggregators ask one another. Only the custodian of the aggregator
//! that leads may ask, and only the others answer.

use super::{
	error::{ApiError, SignedRequestErrors},
	signed_request::authenticate_for_study,
	studies::find_study,
};
use crate::{
	heads::Heads,
	state::State as Shared,
	studies::{lists, secrets, tallies, verification, Aggregated, Frozen},
};
use axum::{body::Bytes, extract::State, Json};
use std::sync::Arc;
use vouchsafe_client::messages::*;
use vouchsafe_vault::study::verify::VerifyKey;

/// A request that names a frozen round of a study.
trait NamesFrozen: PeerRequest {
	/// Study and round, and the attempt if it is about one.
	fn names(&self) -> (u32, u8, Option<u8>);
	/// How many items it has.
	fn items(&self) -> usize;
	/// How many it may have.
	const MOST: usize;
}

macro_rules! name_frozen {
	($($request:ident: $self:ident, $attempt:expr, $items:expr, $most:expr;)*) => {
		$(impl NamesFrozen for $request {
			fn names(&$self) -> (u32, u8, Option<u8>) {
				($self.study, $self.round, $attempt)
			}
			fn items(&$self) -> usize {
				$items
			}
			const MOST: usize = $most;
		})*
	};
}

name_frozen! {
	DeliverVerifyKey: self, None, 0, MAX_PEER_ITEMS;
	CompareLists: self, Some(self.attempt), self.excluded.len(), MAX_PEER_ITEMS;
	VerifyReports: self, None, self.reports.0.len(), MAX_PACKED;
	FinishReports: self, None, self.verdicts.0.len(), MAX_PACKED;
	CompareTallies: self, Some(self.attempt), self.leave_out.len(), MAX_PEER_ITEMS;
}

/// Checks that the leader's custodian signed, and that the round is frozen.
async fn admit<T: NamesFrozen>(
	state: &Arc<Shared>,
	bytes: &[u8],
) -> Result<(Aggregated, Frozen, T), ApiError> {
	let (requester, body) = authenticate_for_study::<T>(state, T::ACTION, bytes).await?;
	let (study, round, attempt) = body.names();
	let aggregated = find_study(state, &requester, study).await?;
	let leader = aggregated.study.terms.aggregators.first();
	if requester.custodian_of.is_none() || requester.custodian_of.as_ref() != leader {
		return Err(ApiError::NoAccess);
	}
	if body.items() > T::MOST {
		return Err(ApiError::TooLarge);
	}
	let heads = Heads::read(state, &*requester.node, requester.finalized.clone()).await?;
	heads.check(state)?;
	let frozen = match (aggregated.study.round(round), aggregated.frozen()) {
		(Some(_), Some(frozen)) => frozen,
		// The leader may have seen a block before this custodian.
		(Some(_), None) => return Err(ApiError::NotYet),
		(None, _) if round > aggregated.study.round => return Err(ApiError::NotYet),
		(None, _) => return Err(ApiError::Mismatch("the round is over".into())),
	};
	match attempt {
		Some(attempt) if attempt > frozen.attempt => return Err(ApiError::NotYet),
		Some(attempt) if attempt < frozen.attempt => {
			return Err(ApiError::Mismatch("the round is gathered again".into()));
		},
		_ => {},
	}
	let progress = state.database.round_progress(aggregated.id()).await?;
	match progress.is_some_and(|progress| progress.attempt >= frozen.attempt) {
		true => Ok((aggregated, frozen, body)),
		false => Err(ApiError::NotYet),
	}
}

/// The round's verify key.
async fn verify_key(state: &Arc<Shared>, aggregated: &Aggregated) -> Result<VerifyKey, ApiError> {
	secrets::verify_key(state, aggregated.id()).await?.ok_or(ApiError::NotYet)
}

/// Deliver the verify key.
#[utoipa::path(
	post,
	path = "/v1/studies/verify-keys",
	description = "Among aggregators: receives the key with which the round's reports are verified, from the leader's custodian. It never changes. The body is a signed request with the action `study-verify-key`; its payload is a `Payload_DeliverVerifyKey`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = VerifyKeyReceipt, description = "The custodian has the key"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The custodian has another key of the round, or the key does not open"),
		(status = 425, body = Refusal, description = "The freeze is not final here yet: try again"),
	),
	tag = "studies"
)]
pub async fn deliver_verify_key(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<VerifyKeyReceipt>, ApiError> {
	let (aggregated, _, body) = admit::<DeliverVerifyKey>(&state, &bytes).await?;
	let (round, institution) = (aggregated.study_round(), &aggregated.institution);
	let open = |key: &_| VerifyKey::open(key, &round, institution, &body.key.0);
	let key = (state.keys.encryption.open_with(open))
		.map_err(|error| ApiError::Mismatch(error.to_string()))?;
	let kept = secrets::keep_verify_key(&aggregated, key.clone()).await?;
	match kept.to_bytes() == key.to_bytes() {
		true => Ok(Json(VerifyKeyReceipt { accepted: true })),
		false => Err(ApiError::Mismatch(
			"this custodian has another verify key of the round: a report is not verified under two".into(),
		)),
	}
}

/// Compare lists of nullifiers.
#[utoipa::path(
	post,
	path = "/v1/studies/lists",
	description = "Among aggregators: compares the hashes of lists of nullifiers, leaves out those that differ, and settles them, for the leader's custodian. The body is a signed request with the action `study-lists`; its payload is a `Payload_CompareLists`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = ListDigests, description = "A page of the lists"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The round is over, or is gathered again"),
		(status = 425, body = Refusal, description = "The freeze is not final here yet: try again"),
	),
	tag = "studies"
)]
pub async fn compare_lists(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<ListDigests>, ApiError> {
	let (aggregated, _, body) = admit::<CompareLists>(&state, &bytes).await?;
	Ok(Json(lists::compare(&aggregated, &body).await?))
}

/// Begin to verify reports.
#[utoipa::path(
	post,
	path = "/v1/studies/verifications",
	description = "Among aggregators: returns this aggregator's verifier shares of a page of reports, to the leader's custodian. The body is a signed request with the action `study-verify`; its payload is a `Payload_VerifyReports`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = VerifierShares, description = "The verifier shares"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The round is over"),
		(status = 425, body = Refusal, description = "The freeze is not final here yet, or the verify key is missing: try again"),
	),
	tag = "studies"
)]
pub async fn verify_reports(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<VerifierShares>, ApiError> {
	let (aggregated, _, body) = admit::<VerifyReports>(&state, &bytes).await?;
	let key = verify_key(&state, &aggregated).await?;
	Ok(Json(verification::begin_reports(&aggregated, key, &body).await?))
}

/// Finish the verification of reports.
#[utoipa::path(
	post,
	path = "/v1/studies/finishes",
	description = "Among aggregators: receives the verifier messages of a page of reports, or why they are dropped, from the leader's custodian. The body is a signed request with the action `study-finish`; its payload is a `Payload_FinishReports`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = FinishedReports, description = "What became of the reports"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The round is over"),
		(status = 425, body = Refusal, description = "The freeze is not final here yet, or these reports must be begun again"),
	),
	tag = "studies"
)]
pub async fn finish_reports(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<FinishedReports>, ApiError> {
	let (aggregated, _, body) = admit::<FinishReports>(&state, &bytes).await?;
	let key = verify_key(&state, &aggregated).await?;
	let finished = verification::finish_reports(&aggregated, key, body).await?;
	finished.map(Json).ok_or(ApiError::NotYet)
}

/// Compare tallies.
#[utoipa::path(
	post,
	path = "/v1/studies/tallies",
	description = "Among aggregators: compares the tallies, leaves out reports that not every aggregator has, and settles the tally, for the leader's custodian. The body is a signed request with the action `study-compare`; its payload is a `Payload_CompareTallies`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = ComparedTallies, description = "This aggregator's tally"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The round is over, or is gathered again"),
		(status = 425, body = Refusal, description = "The freeze is not final here yet: try again"),
	),
	tag = "studies"
)]
pub async fn compare_tallies(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<ComparedTallies>, ApiError> {
	let (aggregated, frozen, body) = admit::<CompareTallies>(&state, &bytes).await?;
	Ok(Json(tallies::compare(&aggregated, &frozen, &body).await?))
}
