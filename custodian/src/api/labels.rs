//! The endpoints that receive label keys and compute tags. A key is given only to its patient, and to those who
//! represent the patient within the scope of consents: their consents name labels too. They deliver none: with a
//! false key, the patient's denies by label would close nothing here.

use super::{
	error::{ApiError, SignedRequestErrors},
	shares::Empty,
	signed_request::{authenticate, Requester},
};
use crate::{chain::Block, state::State as Shared};
use axum::{body::Bytes, extract::State, Json};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::{num::NonZeroU32, sync::Arc};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, AccountKind, Scope},
	messages::*,
};
use vouchsafe_vault::{
	label::{is_word, LabelKey, MAX_WORD},
	seal::PublicKey,
};

/// The most words whose tags one account may ask for in an hour, also all at once: enough
/// to import for 500 patients.
const WORDS_AN_HOUR: NonZeroU32 = NonZeroU32::new(4_096).expect("4,096 is not zero");

/// How many seconds after the enrolment a registrar may deliver a key in any case.
const A_DAY: u64 = 24 * 60 * 60;

/// Limits how many words' tags each account may ask for.
pub struct TagLimit(DefaultKeyedRateLimiter<[u8; 32]>);

impl Default for TagLimit {
	fn default() -> Self {
		Self(RateLimiter::keyed(Quota::per_hour(WORDS_AN_HOUR)))
	}
}

impl TagLimit {
	/// Counts words that an account asked for.
	fn count(&self, account: &AccountId, words: usize) -> Result<(), ApiError> {
		// Accounts that have asked for nothing lately are forgotten.
		self.0.retain_recent();
		let words = u32::try_from(words).ok().and_then(NonZeroU32::new);
		let words = words.ok_or(ApiError::TooManyTags)?;
		match self.0.check_key_n(&account_bytes(account), words) {
			Ok(Ok(())) => Ok(()),
			_ => Err(ApiError::TooManyTags),
		}
	}
}

/// Deliver a patient's label key.
#[utoipa::path(
	post,
	path = "/v1/label-keys",
	description = "Receives a patient's label key, sealed to this custodian, from the patient, or from a registrar of this institution if it enrolled the patient: within a day, or later if the patient's log has only the enrolment. The custodian keeps the first key: the same key can be delivered again, but another one is refused. The body is a signed request with the action `deliver-label-key`; its payload is a `Payload_DeliverLabelKey`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Empty, description = "The custodian has the key"),
		(status = 403, body = Refusal, description = "The requester is neither the patient nor a registrar of this institution, or this institution did not enrol the patient, or the registrar is too late"),
		(status = 409, body = Refusal, description = "The custodian has another label key of this patient"),
		(status = 422, body = Refusal, description = "The key does not open with this custodian's key, or is not this patient's key"),
		(status = 425, body = Refusal, description = "The patient's enrolment is not final yet: try again"),
	),
	tag = "labels"
)]
pub async fn deliver_label_key(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Empty>, ApiError> {
	let (requester, body) =
		authenticate::<DeliverLabelKey>(&state, action::DELIVER_LABEL_KEY, &bytes).await?;
	let patient = AccountId::from(body.patient);
	ensure_may_deliver(&requester, &patient).await?;
	let genesis = requester.node.genesis().0;
	let open = |key: &_| LabelKey::open(key, &genesis, &body.patient.0, &body.key.0);
	let key = (state.keys.encryption.open_with(open))
		.map_err(|error| ApiError::Mismatch(format!("the label key: {error}")))?;
	let sealed = state.encryption.seal_label_key(&body.patient.0, &key)?;
	let kept = state.database.keep_label_key(body.patient.0, sealed).await?;
	if state.encryption.open_label_key(&body.patient.0, &kept)? != key {
		return Err(ApiError::OtherLabelKey);
	}
	tracing::info!(patient = %body.patient, "received a label key");
	Ok(Json(Empty {}))
}

/// Checks that the requester is the patient, or in time a registrar of this institution, which
/// enrolled the patient.
async fn ensure_may_deliver(requester: &Requester, patient: &AccountId) -> Result<(), ApiError> {
	let block = &requester.finalized;
	let institution = &requester.institution;
	if requester.account != *patient && !block.is_registrar(&requester.account, institution).await?
	{
		return Err(ApiError::NoAccess);
	}
	let enrolled = block.account(patient).await?.ok_or(ApiError::NotYet)?;
	let is_own = requester.account == *patient || enrolled.enrolled_by == *institution;
	if enrolled.kind != AccountKind::Patient || !is_own {
		return Err(ApiError::NoAccess);
	}
	if requester.account != *patient {
		ensure_in_time(block.as_ref(), patient, enrolled.status_since).await?;
	}
	Ok(())
}

/// A registrar draws the first key of a patient who was just enrolled. Later the patient may have drawn
/// one, which this custodian does not know: the registrar's would give the same labels other tags. As
/// long as the log has only the enrolment, nothing has a tag.
async fn ensure_in_time(
	block: &dyn Block,
	patient: &AccountId,
	enrolled_at: u64,
) -> Result<(), ApiError> {
	let age = block.time().await?.saturating_sub(enrolled_at);
	if age <= A_DAY || block.audit_head(patient).await?.0 <= 1 {
		return Ok(());
	}
	Err(ApiError::NoAccess)
}

/// Get a patient's label key.
#[utoipa::path(
	post,
	path = "/v1/label-key",
	description = "Returns the label key of the requester, or of a patient whom the requester represents within the scope of consents at the last finalised and at the best block. It is sealed to the requester's registered key. The body is a signed request with the action `fetch-label-key`; its payload is a `Payload_FetchLabelKey`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = SealedLabelKey, description = "The sealed key"),
		(status = 403, body = Refusal, description = "The requester is not the patient, and does not represent the patient"),
		(status = 404, body = Refusal, description = "The custodian does not have the key"),
	),
	tag = "labels"
)]
pub async fn fetch_label_key(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<SealedLabelKey>, ApiError> {
	let (requester, body) =
		authenticate::<FetchLabelKey>(&state, action::FETCH_LABEL_KEY, &bytes).await?;
	let account = &requester.account;
	let patient = body.patient.map_or_else(|| account.clone(), AccountId::from);
	let is_own = patient == *account;
	if is_own && requester.enrolled.kind != AccountKind::Patient {
		return Err(ApiError::NoAccess);
	}
	let heads = requester.heads(&state).await?;
	if !is_own {
		for block in heads.both() {
			if !block.represents(&patient, account, &[Scope::Consents]).await? {
				return Err(ApiError::NoAccess);
			}
		}
	}
	let patient = account_bytes(&patient);
	let key = kept_key(&state, &patient).await?;
	let to = PublicKey(requester.enrolled.encryption_key);
	let sealed = key
		.seal(&to, &requester.node.genesis().0, &patient)
		.map_err(|error| ApiError::Mismatch(error.to_string()))?;
	heads.check(&state)?;
	Ok(Json(SealedLabelKey { key: HexBytes(sealed) }))
}

/// Compute the tags of labels.
#[utoipa::path(
	post,
	path = "/v1/label-tags",
	description = "Returns the tags of a patient's labels, in the order of their words. The requester must act for this institution, and the patient's consents must let the requester write some record at the last finalised and at the best block. An account may ask for the tags of 4,096 words an hour. The body is a signed request with the action `label-tags`; its payload is a `Payload_AskLabelTags`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = WordTags, description = "The tags"),
		(status = 404, body = Refusal, description = "The requester may write, but this custodian does not have the patient's label key"),
		(status = 422, body = Refusal, description = "The list of words is empty or too long, or a word cannot be a label"),
		(status = 429, body = Refusal, description = "The address makes too many requests, or the account has asked for too many tags"),
	),
	tag = "labels"
)]
pub async fn label_tags(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<WordTags>, ApiError> {
	let (requester, body) =
		authenticate::<AskLabelTags>(&state, action::LABEL_TAGS, &bytes).await?;
	let tags = tags_for(&state, &requester, &body).await;
	let outcome = tags.as_ref().map_or_else(ApiError::name, |_| "computed");
	let words = u64::try_from(body.words.len()).unwrap_or(u64::MAX);
	metrics::counter!("vouchsafe_custodian_label_words_total", "outcome" => outcome)
		.increment(words);
	tracing::info!(
		patient = %body.patient,
		author = %Hex::from(&requester.account),
		words,
		outcome,
		"answered a request for label tags"
	);
	tags.map(Json)
}

async fn tags_for(
	state: &Shared,
	requester: &Requester,
	body: &AskLabelTags,
) -> Result<WordTags, ApiError> {
	if !(1..=MAX_LABEL_WORDS).contains(&body.words.len()) {
		return Err(ApiError::Mismatch(format!("ask for 1 to {MAX_LABEL_WORDS} words")));
	}
	if !body.words.iter().all(|word| is_word(word)) {
		return Err(ApiError::Mismatch(format!(
			"a word for a label has 1 to {MAX_WORD} lower-case letters, digits and -"
		)));
	}
	let (author, patient) = (&requester.account, AccountId::from(body.patient));
	let heads = requester.heads(state).await?;
	for block in heads.both() {
		if !block.may_write(author, &requester.institution, &patient).await? {
			return Err(ApiError::NoAccess);
		}
	}
	// From here on the requester has access, so errors may say what is missing.
	let key = kept_key(state, &body.patient.0).await?;
	heads.check(state)?;
	state.tag_limit.count(author, body.words.len())?;
	Ok(WordTags { tags: body.words.iter().map(|word| Hex(key.tag(word).0)).collect() })
}

async fn kept_key(state: &Shared, patient: &[u8; 32]) -> Result<LabelKey, ApiError> {
	let sealed = state.database.label_key(*patient).await?.ok_or(ApiError::NoLabelKey)?;
	Ok(state.encryption.open_label_key(patient, &sealed)?)
}

#[cfg(test)]
mod tests;
