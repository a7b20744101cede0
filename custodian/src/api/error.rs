//! The errors of the REST API: their status, their text, and their place in the API's description.
//! A requester who may not have something hears only "no access", for every reason. A requester
//! whose key was replaced is told so.

use crate::{
	encryption::EncryptionError, release::Refusal as Refused, store::StoreError,
	uploads::UploadError, waiting::Crowded,
};
use axum::{
	http::{header, StatusCode},
	response::{IntoResponse, Response},
	Json,
};
use std::collections::BTreeMap;
use utoipa::{
	openapi::{ContentBuilder, Ref, RefOr, Response as Described, ResponseBuilder},
	IntoResponses,
};
use vouchsafe_client::{chain::ChainError, ipfs::IpfsError, messages::Refusal};

/// When to ask again a custodian whose node is behind or has another runtime, or that receives as many uploads as
/// it can, in seconds. Only these errors have the header `Retry-After`. Clients ask another custodian at once after
/// the first two, and wait after the last, which they know by its name.
const RETRY_AFTER: &str = "10";

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
	/// The request is too large.
	#[error("the request is too large")]
	TooLarge,
	/// There would be too much content of the account or of the institution that enrolled it.
	#[error("the custodian has as much content of the account, or of the institution that enrolled it, as it accepts: ask the custodian's institution for more")]
	OverLimit,
	/// The request is malformed.
	#[error("{0}")]
	Malformed(String),
	/// The upload ended early or was too slow. Another try may succeed.
	#[error("{0}")]
	BrokenOff(String),
	/// The request was signed too long ago, or is dated in the future.
	#[error("the request is too old or dated in the future: check the clock and sign it again")]
	NotFresh,
	/// The request's nonce was used before.
	#[error("the request was sent before: sign it again")]
	Replayed,
	/// The request is for another chain.
	#[error("the request is for another chain")]
	OtherChain,
	/// The request is for another institution's custodian, or for another endpoint.
	#[error("the request is for another custodian or endpoint")]
	OtherAudience,
	/// The signature is not the account's.
	#[error("the signature is not the account's")]
	NotSigned,
	/// The requester has no access.
	#[error("no access")]
	NoAccess,
	/// Another key has replaced the one that signed. Only the holder of that key is told so.
	#[error("another key has replaced the one that signed: use the new key")]
	ReplacedKey,
	/// What the request refers to is not on the chain yet.
	#[error("not on the chain yet: try again")]
	NotYet,
	/// What was sent does not match the chain.
	#[error("{0}")]
	Mismatch(String),
	/// The custodian does not have it.
	#[error("not found")]
	NotFound,
	/// The custodian does not have all of it.
	#[error("the IPFS node has lost a part of it: the custodian fetches it again. Ask another custodian")]
	Incomplete,
	/// The custodian does not have the patient's label key.
	#[error("the custodian does not have this patient's label key: the patient's client delivers it with a permit to write")]
	NoLabelKey,
	/// The custodian has another label key of the patient.
	#[error("the custodian already has another label key of this patient: the patient fetches that one and uses it")]
	OtherLabelKey,
	/// The account asked for as many tags as it may.
	#[error("the account has asked for as many label tags as it may: try again in an hour")]
	TooManyTags,
	/// The block is not final for the custodian's node, or it no longer has the block's state.
	#[error("for this custodian's node the block is not final, or too old: the node is behind, on another chain, or no longer has the block's state. Ask another custodian")]
	UnknownBlock,
	/// The answer would be too large.
	#[error("the answer would be too large: ask for fewer keys")]
	TooMuch,
	/// As many requests of the address, the account or the institution wait as may.
	#[error("too many requests of this address, account or institution wait: ask without waiting, or try again later")]
	TooManyWaiting,
	/// As many requests wait as may.
	#[error("as many requests wait here as may: ask without waiting, or another custodian")]
	Crowded,
	/// The account's synced data was replaced meanwhile.
	#[error("the data was replaced meanwhile: read it, and replace that revision")]
	OtherRevision,
	/// The path exists, but not with this method.
	#[error("this path does not have that method")]
	MethodNotAllowed,
	/// The body has another type than the endpoint accepts.
	#[error("the body has a content type that this endpoint does not accept")]
	UnsupportedMediaType,
	/// The address, the account or its institution makes too many requests.
	#[error("too many requests: try again later")]
	RateLimited,
	/// A page of another origin may not use the API.
	#[error("pages of this origin may not use this custodian: its institution can allow it (api.origins)")]
	ForeignOrigin,
	/// The reverse proxy does not send the caller's address.
	#[error("the caller's address is unknown")]
	UnknownAddress,
	/// The node or the IPFS node can't be reached, or did not answer in time.
	#[error("not ready: try again later")]
	Unavailable,
	/// The chain's runtime is not the one for which this custodian was built.
	#[error("this custodian was built for another version of the chain's runtime. If it is newer than the runtime, the runtime has to be upgraded first. If it is older, its institution has to update it. Ask another custodian")]
	OtherRuntime,
	/// As many uploads are under way or wait as may.
	#[error("the custodian receives as many uploads as it can: try again in a few seconds")]
	TooManyUploads,
	/// The disk is almost full.
	#[error("the custodian's disk is almost full: it accepts no content and no shares now, and continues to release those that it has. Try again later, or ask its institution to make room")]
	Full,
	/// The custodian can't tell whether the requester has access: its node is behind.
	#[error("this custodian can't tell now who has access: {0}. Ask another custodian")]
	Behind(Refused),
	/// The custodian failed.
	#[error("the custodian failed; its log has the reason")]
	Failed,
}

impl ApiError {
	/// A request that is not the JSON that the endpoint accepts.
	pub fn malformed(error: serde_json::Error) -> Self {
		Self::Malformed(format!("the request is malformed: {error}"))
	}

	/// The error's name in refusals and metrics.
	pub fn name(&self) -> &'static str {
		match self {
			Self::TooLarge => "too-large",
			Self::OverLimit => "over-limit",
			Self::Malformed(_) => "malformed",
			Self::BrokenOff(_) => "broken-off",
			Self::NotFresh => "not-fresh",
			Self::Replayed => "replayed",
			Self::OtherChain => "other-chain",
			Self::OtherAudience => "other-audience",
			Self::NotSigned => "not-signed",
			Self::NoAccess => "no-access",
			Self::ReplacedKey => "replaced-key",
			Self::NotYet => "not-yet",
			Self::Mismatch(_) => "mismatch",
			Self::NotFound => "not-found",
			Self::Incomplete => "incomplete",
			Self::NoLabelKey => "no-label-key",
			Self::OtherLabelKey => "other-label-key",
			Self::TooManyTags => "too-many-tags",
			Self::UnknownBlock => "unknown-block",
			Self::TooMuch => "too-much",
			Self::TooManyWaiting => "too-many-waiting",
			Self::Crowded => "crowded",
			Self::OtherRevision => "other-revision",
			Self::MethodNotAllowed => "method-not-allowed",
			Self::UnsupportedMediaType => "unsupported-media-type",
			Self::RateLimited => "rate-limited",
			Self::ForeignOrigin => "foreign-origin",
			Self::UnknownAddress => "unknown-address",
			Self::Unavailable => "unavailable",
			Self::OtherRuntime => "other-runtime",
			Self::TooManyUploads => "too-many-uploads",
			Self::Full => "full",
			Self::Behind(refused) => refused.name(),
			Self::Failed => "failed",
		}
	}

	/// The error's HTTP status.
	pub fn status(&self) -> StatusCode {
		match self {
			Self::TooLarge | Self::OverLimit | Self::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
			Self::Malformed(_) | Self::UnknownAddress => StatusCode::BAD_REQUEST,
			Self::BrokenOff(_) => StatusCode::REQUEST_TIMEOUT,
			Self::NotFresh | Self::Replayed | Self::NotSigned => StatusCode::UNAUTHORIZED,
			Self::OtherChain | Self::OtherAudience => StatusCode::MISDIRECTED_REQUEST,
			Self::NoAccess | Self::ReplacedKey | Self::ForeignOrigin => StatusCode::FORBIDDEN,
			Self::NotYet => StatusCode::TOO_EARLY,
			Self::Mismatch(_) => StatusCode::UNPROCESSABLE_ENTITY,
			Self::NotFound | Self::Incomplete | Self::NoLabelKey | Self::UnknownBlock => {
				StatusCode::NOT_FOUND
			},
			Self::OtherLabelKey | Self::OtherRevision => StatusCode::CONFLICT,
			Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
			Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
			Self::RateLimited | Self::TooManyTags | Self::TooManyWaiting => {
				StatusCode::TOO_MANY_REQUESTS
			},
			Self::Unavailable
			| Self::OtherRuntime
			| Self::Behind(_)
			| Self::Crowded
			| Self::TooManyUploads => StatusCode::SERVICE_UNAVAILABLE,
			Self::Full => StatusCode::INSUFFICIENT_STORAGE,
			Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
		}
	}

	/// The error for a status that axum or one of its layers answered by itself.
	pub fn of_status(status: StatusCode) -> Self {
		match status {
			StatusCode::NOT_FOUND => Self::NotFound,
			StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
			StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
			StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
			StatusCode::UNPROCESSABLE_ENTITY => {
				Self::Mismatch("the request can't be processed".into())
			},
			StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
			StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
			status if status.is_client_error() => {
				Self::Malformed("the request is malformed".into())
			},
			_ => Self::Failed,
		}
	}
}

impl IntoResponse for ApiError {
	fn into_response(self) -> Response {
		metrics::counter!("vouchsafe_custodian_refusals_total", "kind" => self.name()).increment(1);
		let refusal = Json(Refusal { error: self.to_string(), kind: self.name().into() });
		match self {
			Self::Behind(_) | Self::OtherRuntime | Self::TooManyUploads => {
				(self.status(), [(header::RETRY_AFTER, RETRY_AFTER)], refusal).into_response()
			},
			_ => (self.status(), refusal).into_response(),
		}
	}
}

impl From<Refused> for ApiError {
	fn from(refused: Refused) -> Self {
		Self::Behind(refused)
	}
}

impl From<Crowded> for ApiError {
	fn from(crowded: Crowded) -> Self {
		match crowded {
			Crowded::OfParty => Self::TooManyWaiting,
			Crowded::InAll => Self::Crowded,
		}
	}
}

impl From<ChainError> for ApiError {
	fn from(error: ChainError) -> Self {
		match error {
			ChainError::StateGone => Self::UnknownBlock,
			ChainError::Foreign(what) => {
				tracing::warn!(
					what,
					"a request was refused: this custodian was built for another version of the chain's runtime. \
					 If it is newer than the runtime, the runtime has to be upgraded first"
				);
				Self::OtherRuntime
			},
			error => {
				tracing::warn!(%error, "the chain could not be read for a request");
				Self::Unavailable
			},
		}
	}
}

impl From<StoreError> for ApiError {
	fn from(error: StoreError) -> Self {
		tracing::error!(%error, "a request failed");
		match error {
			StoreError::Full => Self::Full,
			_ => Self::Failed,
		}
	}
}

impl From<EncryptionError> for ApiError {
	fn from(error: EncryptionError) -> Self {
		tracing::error!(%error, "a request failed");
		Self::Failed
	}
}

impl From<IpfsError> for ApiError {
	fn from(error: IpfsError) -> Self {
		if matches!(error, IpfsError::Missing(_)) {
			return Self::NotFound;
		}
		tracing::warn!(%error, "the IPFS node failed a request");
		match error.is_full() {
			true => Self::Full,
			false => Self::Unavailable,
		}
	}
}

impl From<UploadError> for ApiError {
	fn from(error: UploadError) -> Self {
		match error {
			UploadError::OverLimit => Self::OverLimit,
			UploadError::Full => Self::Full,
			UploadError::ForeignCid(_) | UploadError::OtherCid(_) | UploadError::OtherLength(_) => {
				Self::Mismatch(error.to_string())
			},
			UploadError::BrokenOff(_) => Self::BrokenOff(error.to_string()),
			UploadError::Spool(_) => {
				tracing::error!(%error, "a request failed");
				Self::Failed
			},
			UploadError::Ipfs(error) => error.into(),
			UploadError::Store(error) => error.into(),
		}
	}
}

/// The errors that every endpoint of `/v1` can answer with, as its description lists them.
pub struct CommonErrors;

impl IntoResponses for CommonErrors {
	fn responses() -> BTreeMap<String, RefOr<Described>> {
		describe(&common())
	}
}

/// The errors that every endpoint with a signed request can answer with.
pub struct SignedRequestErrors;

impl IntoResponses for SignedRequestErrors {
	fn responses() -> BTreeMap<String, RefOr<Described>> {
		let mut errors = vec![
			ApiError::Malformed("the request is malformed".into()),
			ApiError::NotFresh,
			ApiError::Replayed,
			ApiError::NotSigned,
			ApiError::NoAccess,
			ApiError::ReplacedKey,
			ApiError::TooLarge,
			ApiError::OtherChain,
			ApiError::OtherAudience,
			ApiError::Behind(Refused::Syncing),
		];
		errors.extend(common());
		describe(&errors)
	}
}

fn common() -> [ApiError; 6] {
	[
		ApiError::UnknownAddress,
		ApiError::ForeignOrigin,
		ApiError::RateLimited,
		ApiError::Unavailable,
		ApiError::OtherRuntime,
		ApiError::Failed,
	]
}

fn describe(errors: &[ApiError]) -> BTreeMap<String, RefOr<Described>> {
	let mut texts = BTreeMap::<String, Vec<String>>::new();
	for error in errors {
		texts.entry(error.status().as_str().to_owned()).or_default().push(error.to_string());
	}
	texts
		.into_iter()
		.map(|(status, texts)| {
			let content =
				ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
			let response = ResponseBuilder::new()
				.description(texts.join("; or "))
				.content("application/json", content)
				.build();
			(status, response.into())
		})
		.collect()
}
