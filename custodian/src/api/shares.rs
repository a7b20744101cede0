//! The endpoints that receive and release key shares.

use super::{
	error::{ApiError, SignedRequestErrors},
	signed_request::{authenticate, Requester},
};
use crate::{
	carried::may_stay,
	chain::{is_active, Block},
	release::{self, Denial},
	state::State as Shared,
	store::{CarriedShare, ConsentKey, KeptVersion, NamedLimit, ReleaseRecord, VersionId},
	uploads::{ensure_room, Room},
};
use axum::{body::Bytes, extract::State, Json};
use codec::{DecodeAll, Encode};
use serde::Serialize;
use std::{sync::Arc, time::Instant};
use utoipa::ToSchema;
use vouchsafe_client::{
	chain::{
		account_bytes, AccountId, Grantee, Ground, HolderKind, Opening, Purpose, SharingSet, H256,
	},
	cid::{cid_of, is_cid_for, Cid},
	messages::*,
	protocol::openings,
	signing::now,
};
use vouchsafe_vault::{
	manifest::{open_share, seal_release, Manifest, ShareAddress},
	seal::PublicKey,
	sharing::{Commitments, Share},
};

/// Largest sealed share of the patient, in bytes. In suite 1 it has 83 bytes; other suites may need
/// more.
const MAX_SEALED: usize = 4096;

/// An empty object.
#[derive(Serialize, ToSchema)]
pub struct Empty {}

/// Deliver the envelope of a version.
#[utoipa::path(
	post,
	path = "/v1/envelopes",
	description = "Receives the institution's share of a version's key, and the patient's sealed share, from the version's author. Can be repeated. The body is a signed request with the action `deliver-envelope`; its payload is a `Payload_DeliverEnvelope`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = EnvelopeReceipt, description = "The custodian has the share"),
		(status = 403, body = Refusal, description = "The requester is not the version's author, or this institution is not a holder"),
		(status = 413, body = Refusal, description = "The custodian keeps as much content for the institution that enrolled the author as it accepts"),
		(status = 422, body = Refusal, description = "What was sent does not match the chain"),
		(status = 425, body = Refusal, description = "The version is not final yet: try again"),
		(status = 507, body = Refusal, description = "The disk is almost full: try again later, or ask the institution to make room"),
	),
	tag = "shares"
)]
pub async fn deliver_envelope(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<EnvelopeReceipt>, ApiError> {
	let (requester, body) =
		authenticate::<DeliverEnvelope>(&state, action::DELIVER_ENVELOPE, &bytes).await?;
	let _room = room_for(&state, &bytes).await?;
	let block = &requester.finalized;
	let (patient, record) = (AccountId::from(body.patient), H256(body.record.0));
	let version = block.version(&patient, record, body.version).await?.ok_or(ApiError::NotYet)?;
	if version.author != requester.account {
		return Err(ApiError::NoAccess);
	}
	let set = block.sharing_set(&patient, record, body.version).await?.ok_or(ApiError::NotYet)?;
	let id = VersionId { record: record.0, version: body.version, epoch: body.epoch };
	let index = holder_index(&set, &requester.institution, |kind| {
		matches!(kind, HolderKind::Institution | HolderKind::Emergency)
	})
	.ok_or(ApiError::NoAccess)?;
	if set.epoch != body.epoch {
		return Err(mismatch("the sharing set has another epoch now"));
	}
	let commitments = check_commitments(&body.commitments.0, &set)?;
	let institution = &requester.institution;
	let share =
		check_share(&state, &requester, id, institution, &body.share.0, index, &commitments)?;
	let manifest_cid = cid_of(&body.manifest.0);
	if version.manifest != Some(manifest_cid.to_bytes()) {
		return Err(mismatch("the manifest's CID is not the one on the chain"));
	}
	let context = openings::context(requester.node.genesis(), record, id.version, &patient);
	let manifest = Manifest::decode_versioned(&body.manifest.0, &context)
		.map_err(|error| mismatch(error.to_string()))?;
	let ciphertext = Cid::try_from(&manifest.ciphertext_cid[..])
		.map_err(|_| mismatch("the ciphertext's CID in the manifest is malformed"))?;
	let length = manifest.ciphertext_len;
	if !is_cid_for(&ciphertext, length) {
		return Err(mismatch(
			"the ciphertext's CID in the manifest is not one of that length here",
		));
	}
	if length > state.config.api.max_content {
		return Err(mismatch(format!(
			"the ciphertext has {length} bytes. This custodian keeps at most {}",
			state.config.api.max_content
		)));
	}
	let patient_holds = holder_index(&set, &patient, is_patient).is_some();
	let patient_share = body.patient_share.map(|share| share.0);
	if patient_share.is_some() != patient_holds {
		return Err(mismatch(
			"the patient's sealed share must be sent if the patient is a holder, and only then",
		));
	}
	if patient_share.as_ref().is_some_and(|share| share.len() > MAX_SEALED) {
		return Err(mismatch(format!(
			"the patient's sealed share has more than {MAX_SEALED} bytes"
		)));
	}
	// The own institution's content has no limit.
	let enroller = account_bytes(&requester.enrolled.enrolled_by);
	let bytes = match enroller == account_bytes(institution) {
		true => u64::MAX,
		false => state.config.api.max_named_per_institution,
	};
	let kept = KeptVersion {
		patient: account_bytes(&patient),
		author: account_bytes(&requester.account),
		received: now(),
		commitments: body.commitments.0,
		manifest: body.manifest.0,
		manifest_cid: manifest_cid.to_string(),
		ciphertext_cid: ciphertext.to_string(),
		ciphertext_len: manifest.ciphertext_len,
		patient_share,
		pinned: false,
	};
	let holder = account_bytes(institution);
	let sealed = state.encryption.seal_share(id, &holder, &share)?;
	let limit = NamedLimit { enroller, bytes };
	if !state.database.keep_version(id, holder, sealed, kept, limit).await? {
		return Err(ApiError::OverLimit);
	}
	state.new_work.notify_one();
	let is_pinned = state.database.version(id).await?.is_some_and(|kept| kept.pinned);
	let is_acknowledged =
		set.holders.iter().any(|it| it.account == *institution && it.acknowledged);
	let receipt = match (is_acknowledged, is_pinned) {
		(true, _) => EnvelopeState::Acknowledged,
		(false, true) => EnvelopeState::Pinned,
		(false, false) => EnvelopeState::Kept,
	};
	tracing::info!(record = %Hex(record.0), body.version, state = ?receipt, "received an envelope");
	Ok(Json(EnvelopeReceipt { state: receipt }))
}

/// Release shares to a reader.
#[utoipa::path(
	post,
	path = "/v1/releases",
	description = "Returns the institution's share, and one that the patient carried here, sealed to the reader's registered key. The reader must have an opening that is final and not expired, and the consents must allow it at the last finalised and at the best block, which must be recent. Each release is recorded first. Can be repeated until the opening expires. The body is a signed request with the action `release`; its payload is a `Payload_AskRelease`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Release, description = "The shares"),
		(status = 404, body = Refusal, description = "The reader has access, and this custodian has no share"),
	),
	tag = "shares"
)]
pub async fn release(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Release>, ApiError> {
	let begun = Instant::now();
	let released = answer_release(&state, &bytes).await;
	let outcome = outcome(&released);
	metrics::counter!("vouchsafe_custodian_releases_total", "outcome" => outcome).increment(1);
	if released.is_ok() {
		metrics::histogram!("vouchsafe_custodian_release_seconds").record(begun.elapsed());
	}
	Ok(Json(released.map_err(|unreleased| unreleased.error)?))
}

/// Why nothing was released: what the reader is told, and what the metrics count. The reader is told less.
struct Unreleased {
	error: ApiError,
	cause: &'static str,
}

impl<E: Into<ApiError>> From<E> for Unreleased {
	fn from(error: E) -> Self {
		let error = error.into();
		Self { cause: error.name(), error }
	}
}

impl From<Denial> for Unreleased {
	fn from(denial: Denial) -> Self {
		let cause = denial.name();
		let error = match denial {
			Denial::CannotTell(refusal) => ApiError::Behind(refusal),
			Denial::NoOpening | Denial::Expired | Denial::NotPermitted => ApiError::NoAccess,
		};
		Self { error, cause }
	}
}

/// What the metrics and the log call this.
fn outcome(released: &Result<Release, Unreleased>) -> &'static str {
	released.as_ref().map_or_else(|unreleased| unreleased.cause, |_| "released")
}

async fn answer_release(state: &Shared, bytes: &Bytes) -> Result<Release, Unreleased> {
	let (requester, body) = authenticate::<AskRelease>(state, action::RELEASE, bytes).await?;
	let released = release_to(state, &requester, &body).await;
	tracing::info!(
		record = %body.record,
		reader = %Hex::from(&requester.account),
		outcome = outcome(&released),
		"answered a request for a release"
	);
	released
}

async fn release_to(
	state: &Shared,
	requester: &Requester,
	body: &AskRelease,
) -> Result<Release, Unreleased> {
	let heads = requester.heads(state).await?;
	let (patient, record) = (AccountId::from(body.patient), H256(body.record.0));
	let opening = heads
		.finalized
		.openings(&patient, &requester.account)
		.await?
		.into_iter()
		.find(|opening| opening.record == record)
		.ok_or(Denial::NoOpening)?;
	let mut permitted = [false; 2];
	for (permitted, block) in permitted.iter_mut().zip(heads.both()) {
		*permitted = is_permitted(block, requester, &patient, &opening).await?;
	}
	let ensure_may_release =
		|| release::decide(&heads.situation(state), Some(opening.at), permitted);
	ensure_may_release()?;
	// From here on the reader has access, so errors may say what is missing.
	let set = heads
		.finalized
		.sharing_set(&patient, record, body.version)
		.await?
		.ok_or(ApiError::NotFound)?;
	let id = VersionId { record: record.0, version: body.version, epoch: set.epoch };
	let mut shares = Vec::new();
	let holder = account_bytes(&requester.institution);
	if let Some(sealed) = state.database.share(id, holder, None).await? {
		let share = state.encryption.open_share(id, &holder, &sealed)?;
		shares.push(seal_to_reader(requester, id, holder, &share)?);
	}
	// The institution's share and the one that the patient carried here must not reach the
	// threshold together.
	if shares.len().saturating_add(1) < usize::from(set.threshold) {
		if let Some(share) =
			carried_share(state, heads.both(), &requester.institution, &patient, id).await?
		{
			shares.push(seal_to_reader(requester, id, account_bytes(&patient), &share)?);
		}
	}
	let commitments = match (shares.is_empty(), state.database.commitments(id).await?) {
		(false, Some(commitments)) => HexBytes(commitments),
		_ => return Err(ApiError::NotFound.into()),
	};
	record_release(state, requester, &patient, id, opening.block).await?;
	// The node may have been slow.
	ensure_may_release()?;
	Ok(Release { epoch: set.epoch, commitments, shares })
}

/// Whether the reader may read what the opening opened, at this block.
async fn is_permitted(
	block: &dyn Block,
	requester: &Requester,
	patient: &AccountId,
	opening: &Opening,
) -> Result<bool, ApiError> {
	let account = block.account(&requester.account).await?;
	let Opening { record, purpose, ground, .. } = opening.clone();
	let is_permitted =
		block.decide_read(&requester.account, ground, patient, record, purpose).await?;
	Ok(is_permitted && account.is_some_and(|account| is_active(&account)))
}

/// Records a release with the block that has its opening, so that it is noticed if the chain loses
/// that block. An error if the block has replaced another one.
async fn record_release(
	state: &Shared,
	requester: &Requester,
	patient: &AccountId,
	id: VersionId,
	block: u32,
) -> Result<(), ApiError> {
	let release = ReleaseRecord {
		reader: account_bytes(&requester.account),
		patient: account_bytes(patient),
		id,
		opened_in: (block, requester.node.hash_of(block).await?),
		at: now(),
	};
	match state.database.record_release(release).await? {
		true => Ok(()),
		false => Err(ApiError::Behind(release::Refusal::Replaced(block))),
	}
}

/// A share that the patient carried here under a consent that lets somebody read the record at all
/// these blocks.
async fn carried_share(
	state: &Shared,
	blocks: [&dyn Block; 2],
	institution: &AccountId,
	patient: &AccountId,
	id: VersionId,
) -> Result<Option<Share>, ApiError> {
	let holder = account_bytes(patient);
	'consents: for consent in state.database.carried(id, holder).await? {
		let share = [CarriedShare { patient: holder, consent: consent.clone(), id }];
		for block in blocks {
			if may_stay(block, institution, &share).await? != [true] {
				continue 'consents;
			}
		}
		if let Some(sealed) = state.database.share(id, holder, Some(consent)).await? {
			return Ok(Some(state.encryption.open_share(id, &holder, &sealed)?));
		}
	}
	Ok(None)
}

fn seal_to_reader(
	requester: &Requester,
	id: VersionId,
	holder: [u8; 32],
	share: &Share,
) -> Result<ReleasedShare, ApiError> {
	let key = PublicKey(requester.enrolled.encryption_key);
	let address = address(requester, id, &holder.into());
	let sealed = seal_release(&key, &address, &account_bytes(&requester.account), share)
		.map_err(|error| mismatch(error.to_string()))?;
	Ok(ReleasedShare { holder: Hex(holder), index: share.index, sealed: HexBytes(sealed) })
}

/// Carry the patient's share to this custodian.
#[utoipa::path(
	post,
	path = "/v1/carried",
	description = "Receives the patient's own share of a version, sealed to this custodian. It is released under the same rule as the institution's own share while the consent is in force, and destroyed when the consent no longer lets anybody read the record. Can be repeated. The body is a signed request with the action `carry-share`; its payload is a `Payload_CarryShare`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Empty, description = "The custodian has the share"),
		(status = 403, body = Refusal, description = "The record is not the requester's"),
		(status = 422, body = Refusal, description = "What was sent does not match the chain"),
		(status = 425, body = Refusal, description = "The version or the consent is not final yet: try again"),
		(status = 507, body = Refusal, description = "The disk is almost full: try again later, or ask the institution to make room"),
	),
	tag = "shares"
)]
pub async fn carry_share(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Empty>, ApiError> {
	let (requester, body) = authenticate::<CarryShare>(&state, action::CARRY_SHARE, &bytes).await?;
	let _room = room_for(&state, &bytes).await?;
	let heads = requester.heads(&state).await?;
	let block = &heads.finalized;
	let (patient, record) = (AccountId::from(body.patient), H256(body.record.0));
	if patient != requester.account {
		return Err(ApiError::NoAccess);
	}
	let set = block.sharing_set(&patient, record, body.version).await?.ok_or(ApiError::NotYet)?;
	if set.epoch != body.epoch {
		return Err(mismatch("the sharing set has another epoch now"));
	}
	let grantee = Grantee::decode_all(&mut &body.grantee.0[..])
		.map_err(|_| mismatch("the grantee is malformed"))?;
	if !block.has_consent(&patient, &grantee, body.consent).await? {
		return Err(ApiError::NotYet);
	}
	let index = holder_index(&set, &patient, is_patient)
		.ok_or_else(|| mismatch("the patient does not hold a share of this version"))?;
	let own: u8 = holder_index(&set, &requester.institution, |_| true).map_or(0, |_| 1);
	if own.saturating_add(1) >= set.threshold {
		return Err(mismatch(
			"the institution's share and the carried share would open the version",
		));
	}
	let commitments = check_commitments(&body.commitments.0, &set)?;
	let id = VersionId { record: record.0, version: body.version, epoch: body.epoch };
	let share = check_share(&state, &requester, id, &patient, &body.share.0, index, &commitments)?;
	let consent = ConsentKey { grantee: grantee.encode(), consent: body.consent };
	let holder = account_bytes(&patient);
	let carried = [CarriedShare { patient: holder, consent: consent.clone(), id }];
	for block in heads.both() {
		if may_stay(block, &requester.institution, &carried).await? != [true] {
			return Err(mismatch("the consent lets nobody read this record, or a deny matches"));
		}
	}
	let sealed = state.encryption.seal_share(id, &holder, &share)?;
	if !state.database.keep_carried(id, holder, consent, sealed, body.commitments.0).await? {
		return Err(mismatch(
			"shares are carried here under too many consents: revoke some of them",
		));
	}
	tracing::info!(record = %body.record, body.version, "received a carried share");
	Ok(Json(Empty {}))
}

/// Get the patient's own sealed share.
#[utoipa::path(
	post,
	path = "/v1/patient-envelopes",
	description = "Returns the patient's own share of a version to the patient, still sealed to the patient's key. The body is a signed request with the action `fetch-patient-envelope`; its payload is a `Payload_FetchPatientEnvelope`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = PatientEnvelope, description = "The sealed share"),
		(status = 403, body = Refusal, description = "The record is not the requester's"),
		(status = 404, body = Refusal, description = "The custodian does not have it"),
	),
	tag = "shares"
)]
pub async fn fetch_patient_envelope(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<PatientEnvelope>, ApiError> {
	let (requester, body) =
		authenticate::<FetchPatientEnvelope>(&state, action::FETCH_PATIENT_ENVELOPE, &bytes)
			.await?;
	let heads = requester.heads(&state).await?;
	let (patient, record) = (AccountId::from(body.patient), H256(body.record.0));
	let reader = requester.account;
	for block in heads.both() {
		let purpose = Purpose::PatientRequest;
		let is_permitted =
			block.decide_read(&reader, Ground::Own, &patient, record, purpose).await?;
		if patient != reader || !is_permitted {
			return Err(ApiError::NoAccess);
		}
	}
	let block = &heads.finalized;
	let set = block.sharing_set(&patient, record, body.version).await?.ok_or(ApiError::NotFound)?;
	let id = VersionId { record: record.0, version: body.version, epoch: set.epoch };
	let kept = state.database.version(id).await?.ok_or(ApiError::NotFound)?;
	let share = kept.patient_share.ok_or(ApiError::NotFound)?;
	heads.check(&state)?;
	Ok(Json(PatientEnvelope {
		epoch: set.epoch,
		commitments: HexBytes(kept.commitments),
		share: HexBytes(share),
	}))
}

/// Room for what is kept of a request. On a disk that is almost full, nothing more is kept.
async fn room_for(state: &Shared, request: &[u8]) -> Result<Room, ApiError> {
	Ok(ensure_room(state, request.len() as u64).await?)
}

fn is_patient(kind: &HolderKind) -> bool {
	matches!(kind, HolderKind::Patient)
}

fn mismatch(message: impl Into<String>) -> ApiError {
	ApiError::Mismatch(message.into())
}

/// The index of this holder's share: the holder's position in the set, counted from 1.
fn holder_index(
	set: &SharingSet,
	account: &AccountId,
	kind: impl Fn(&HolderKind) -> bool,
) -> Option<u8> {
	let position = set.holders.iter().position(|it| it.account == *account && kind(&it.kind))?;
	u8::try_from(position.checked_add(1)?).ok()
}

fn check_commitments(bytes: &[u8], set: &SharingSet) -> Result<Commitments, ApiError> {
	let commitments = Commitments::decode_all(&mut &bytes[..])
		.map_err(|_| mismatch("the commitments are malformed"))?;
	if commitments.hash() != set.commitments.0 {
		return Err(mismatch("the hash of the commitments is not the one on the chain"));
	}
	if commitments.threshold() != set.threshold {
		return Err(mismatch("the commitments have another threshold than the chain"));
	}
	Ok(commitments)
}

/// Opens a share that was sealed to this custodian, and checks it.
fn check_share(
	state: &Shared,
	requester: &Requester,
	id: VersionId,
	holder: &AccountId,
	sealed: &[u8],
	index: u8,
	commitments: &Commitments,
) -> Result<Share, ApiError> {
	let address = address(requester, id, holder);
	let open = |key: &_| open_share(key, &address, sealed);
	let share = (state.keys.encryption.open_with(open))
		.map_err(|error| mismatch(format!("the share: {error}")))?;
	if share.index != index {
		return Err(mismatch(format!("the share has the index {}, not {index}", share.index)));
	}
	share.verify(commitments).map_err(|error| mismatch(error.to_string()))?;
	Ok(share)
}

fn address(requester: &Requester, id: VersionId, holder: &AccountId) -> ShareAddress {
	ShareAddress {
		genesis: requester.node.genesis().0,
		record: id.record,
		version: id.version,
		epoch: id.epoch,
		holder: account_bytes(holder),
	}
}

#[cfg(test)]
mod tests;
