//! What a request is answered that gets nothing. Who may not have something hears only that there
//! is no access, whatever the reason.

use crate::store::StoreError;
use axum::{
	http::StatusCode,
	response::{IntoResponse, Response},
	Json,
};
use vouchsafe_client::{chain::ChainError, ipfs::IpfsError, messages::Refusal};

/// Why a request gets nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
	/// It is too large.
	#[error("the request is too large")]
	TooLarge,
	/// It is not what it should be.
	#[error("{0}")]
	Malformed(String),
	/// It was signed long ago, or will be.
	#[error("the request is not fresh: check the clock, and sign it anew")]
	NotFresh,
	/// Its nonce was used before.
	#[error("the request was made before: sign it anew")]
	Replayed,
	/// It is for another chain.
	#[error("the request is for another chain")]
	OtherChain,
	/// It is for another institution's custodian, or for something else.
	#[error("the request is for another custodian or endpoint")]
	OtherAudience,
	/// The signature is not the account's.
	#[error("the signature is not the account's")]
	NotSigned,
	/// The one who asks may not.
	#[error("no access")]
	NoAccess,
	/// What it is about is not on the chain yet.
	#[error("not on chain yet; try again")]
	NotYet,
	/// What was sent does not fit what the chain holds.
	#[error("{0}")]
	Unfit(String),
	/// There is nothing of the kind here.
	#[error("not here")]
	NotFound,
	/// Something that is needed can't be reached.
	#[error("not ready; try again later")]
	Unavailable,
	/// The custodian itself failed.
	#[error("the custodian failed; its log says how")]
	Failed,
}

impl Refused {
	/// A message that is not what it should be.
	pub fn malformed(error: serde_json::Error) -> Self {
		Self::Malformed(format!("the request is not what this endpoint takes: {error}"))
	}

	/// A word for the metrics.
	pub fn name(&self) -> &'static str {
		match self {
			Self::TooLarge => "too-large",
			Self::Malformed(_) => "malformed",
			Self::NotFresh => "not-fresh",
			Self::Replayed => "replayed",
			Self::OtherChain => "other-chain",
			Self::OtherAudience => "other-audience",
			Self::NotSigned => "not-signed",
			Self::NoAccess => "no-access",
			Self::NotYet => "not-yet",
			Self::Unfit(_) => "unfit",
			Self::NotFound => "not-found",
			Self::Unavailable => "unavailable",
			Self::Failed => "failed",
		}
	}

	fn status(&self) -> StatusCode {
		match self {
			Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
			Self::Malformed(_) => StatusCode::BAD_REQUEST,
			Self::NotFresh | Self::Replayed | Self::NotSigned => StatusCode::UNAUTHORIZED,
			Self::OtherChain | Self::OtherAudience => StatusCode::MISDIRECTED_REQUEST,
			Self::NoAccess => StatusCode::FORBIDDEN,
			Self::NotYet => StatusCode::TOO_EARLY,
			Self::Unfit(_) => StatusCode::UNPROCESSABLE_ENTITY,
			Self::NotFound => StatusCode::NOT_FOUND,
			Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
			Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
		}
	}
}

impl IntoResponse for Refused {
	fn into_response(self) -> Response {
		(self.status(), Json(Refusal { error: self.to_string() })).into_response()
	}
}

impl From<ChainError> for Refused {
	fn from(error: ChainError) -> Self {
		tracing::warn!(%error, "a request could not be decided");
		Self::Unavailable
	}
}

impl From<StoreError> for Refused {
	fn from(error: StoreError) -> Self {
		tracing::error!(%error, "the database failed a request");
		Self::Failed
	}
}

impl From<IpfsError> for Refused {
	fn from(error: IpfsError) -> Self {
		match error {
			IpfsError::OtherContent { .. } => Self::Unfit(error.to_string()),
			IpfsError::TooLong(_) => Self::TooLarge,
			IpfsError::BrokenOff(_) => Self::Malformed(error.to_string()),
			_ => {
				tracing::warn!(%error, "the IPFS node failed a request");
				Self::Unavailable
			},
		}
	}
}
