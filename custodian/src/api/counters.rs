//! The API's counters. Each is 0 from the start: a counter that appears only with its first event hides this
//! event from whoever asks by how much it has grown.

use super::error::ApiError;
use crate::release::{Denial, Refusal};

/// Makes the counters of releases by outcome, and of refusals by kind, with the values that alerts ask for.
pub fn start() {
	let denials = [Denial::NoOpening, Denial::Expired, Denial::NotPermitted];
	let refusals = [
		Refusal::Replaced(0),
		Refusal::Syncing,
		Refusal::Behind(0),
		Refusal::Ahead(0),
		Refusal::NotFinal(0),
	];
	let failures = [ApiError::NotFound, ApiError::Unavailable, ApiError::Failed, ApiError::Full];
	let attempts = [
		ApiError::NotSigned,
		ApiError::Replayed,
		ApiError::NotFresh,
		ApiError::OtherChain,
		ApiError::OtherAudience,
		ApiError::NoAccess,
		ApiError::RateLimited,
		ApiError::ForeignOrigin,
		ApiError::Malformed(String::new()),
	];
	let errors = || failures.iter().chain(&attempts).map(ApiError::name);
	let outcomes = denials.iter().map(Denial::name).chain(refusals.iter().map(Refusal::name));
	for outcome in outcomes.chain(errors()).chain(["released"]) {
		metrics::counter!("vouchsafe_custodian_releases_total", "outcome" => outcome).increment(0);
	}
	for kind in errors() {
		metrics::counter!("vouchsafe_custodian_refusals_total", "kind" => kind).increment(0);
	}
}
