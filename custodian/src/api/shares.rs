//! The endpoints that take and give key shares.

use super::{
	door::{admit, Visitor},
	refusal::Refused,
};
use crate::{
	app::App,
	store::{Carried, KeptVersion, VersionId},
};
use axum::{body::Bytes, extract::State, Json};
use codec::{Decode, DecodeAll, Encode};
use std::sync::Arc;
use vouchsafe_client::{
	chain::{
		account_bytes, AccountId, Action, At, Decision, Grantee, Ground, HolderKind, Purpose,
		SharingSet, Submit, View, H256,
	},
	cid::{cid_of, Cid},
	messages::*,
	protocol::{openings, OPENING_LIFETIME},
};
use vouchsafe_vault::{
	manifest::{open_share, seal_release, Manifest, ShareAddress},
	seal::PublicKey,
	sharing::{Commitments, Share},
	Context,
};

/// A sealed share is 83 bytes in suite 1; other suites may need more.
const MAX_SEALED: usize = 4096;

/// Takes a version's envelopes from its author.
#[utoipa::path(
	post,
	path = "/v1/envelopes",
	description = "Takes the institution's share of a version's key, and the patient's sealed share, from the version's author. The body is a signed request, action `deliver-envelope`, body `DeliverEnvelope`. May be repeated.",
	request_body = Signed,
	responses(
		(status = 200, body = EnvelopeReceipt),
		(status = 403, body = Refusal, description = "Not the version's author, or this institution is no holder"),
		(status = 422, body = Refusal, description = "What was sent does not fit what the chain holds"),
		(status = 425, body = Refusal, description = "The version is not final yet: try again"),
	),
	tag = "shares"
)]
pub async fn deliver_envelope(
	State(app): State<Arc<App>>,
	bytes: Bytes,
) -> Result<Json<EnvelopeReceipt>, Refused> {
	let (visitor, body) = admit::<DeliverEnvelope>(&app, action::DELIVER_ENVELOPE, &bytes).await?;
	let at = &visitor.finalized;
	let record = H256(body.record.0);
	let known = at.version(record, body.version).await?.ok_or(Refused::NotYet)?;
	if known.author != visitor.account {
		return Err(Refused::NoAccess);
	}
	let set = at.sharing_set(record, body.version).await?.ok_or(Refused::NotYet)?;
	let facts = at.record(record).await?.ok_or(Refused::NotYet)?;
	let id = VersionId { record: record.0, version: body.version, epoch: body.epoch };
	let index = holder_index(&set, &visitor.institution, |kind| {
		matches!(kind, HolderKind::Institution | HolderKind::Emergency)
	})
	.ok_or(Refused::NoAccess)?;
	if set.epoch != body.epoch {
		return Err(unfit("the sharing set has another epoch by now"));
	}
	let commitments = check_commitments(&body.commitments.0, &set)?;
	let context = context(&visitor, &facts.patient, id);
	let share =
		check_share(&app, &visitor, id, &visitor.institution, &body.share.0, index, &commitments)?;
	let manifest_cid = cid_of(&body.manifest.0);
	if known.manifest != Some(manifest_cid.to_bytes()) {
		return Err(unfit("the manifest is not the one whose CID the chain holds"));
	}
	let manifest = Manifest::decode_versioned(&body.manifest.0, &context)
		.map_err(|error| unfit(error.to_string()))?;
	let ciphertext = Cid::try_from(&manifest.ciphertext_cid[..])
		.map_err(|_| unfit("the manifest names no CID that is one"))?;
	let patient_holds = holder_index(&set, &facts.patient, is_patient).is_some();
	let patient_share = body.patient_share.map(|share| share.0);
	if patient_share.is_some() != patient_holds
		|| patient_share.as_ref().is_some_and(|share| share.len() > MAX_SEALED)
	{
		return Err(unfit("the patient's sealed share must be there if the patient is a holder"));
	}
	let kept = KeptVersion {
		patient: account_bytes(&facts.patient),
		commitments: body.commitments.0,
		manifest: body.manifest.0,
		manifest_cid: manifest_cid.to_string(),
		ciphertext_cid: ciphertext.to_string(),
		ciphertext_len: manifest.ciphertext_len,
		patient_share,
		pinned: false,
	};
	let holder = account_bytes(&visitor.institution);
	app.store.run(move |store| store.keep_version(id, holder, &share, &kept)).await?;
	app.work.notify_one();
	let is_pinned =
		app.store.run(move |store| store.version(id)).await?.is_some_and(|kept| kept.pinned);
	let is_acknowledged =
		set.holders.iter().any(|it| it.account == visitor.institution && it.acknowledged);
	let state = match (is_acknowledged, is_pinned) {
		(true, _) => EnvelopeState::Acknowledged,
		(false, true) => EnvelopeState::Pinned,
		(false, false) => EnvelopeState::Kept,
	};
	tracing::info!(record = %Hex(record.0), body.version, ?state, "has a version's envelope");
	Ok(Json(EnvelopeReceipt { state }))
}

/// Gives shares to a reader whose opening stands.
#[utoipa::path(
	post,
	path = "/v1/releases",
	description = "Gives the institution's share, and one that the patient carried here, sealed to the reader's registered key: if the reader's opening is final and fresh, and the consent still stands at the last finalised and at the best block. The body is a signed request, action `release`, body `AskRelease`. May be repeated while the opening is fresh.",
	request_body = Signed,
	responses(
		(status = 200, body = Release),
		(status = 403, body = Refusal, description = "No access, for whatever reason"),
		(status = 404, body = Refusal, description = "The opening stands, and this custodian has no share"),
	),
	tag = "shares"
)]
pub async fn release(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<Release>, Refused> {
	let (visitor, body) = admit::<AskRelease>(&app, action::RELEASE, &bytes).await?;
	let released = release_to(&app, &visitor, &body).await;
	let outcome = released.as_ref().map_or_else(Refused::name, |_| "released");
	metrics::counter!("vouchsafe_custodian_releases_total", "outcome" => outcome).increment(1);
	tracing::info!(
		record = %body.record,
		reader = %Hex::from(&visitor.account),
		outcome,
		"was asked for a release"
	);
	released.map(Json)
}

async fn release_to(app: &App, visitor: &Visitor, body: &AskRelease) -> Result<Release, Refused> {
	let (finalized, best) = (&visitor.finalized, visitor.chain.best().await?);
	let (patient, record) = (AccountId::from(body.patient), H256(body.record.0));
	let opening = finalized
		.openings(&patient, &visitor.account)
		.await?
		.into_iter()
		.find(|opening| opening.record == record)
		.ok_or(Refused::NoAccess)?;
	let now = finalized.time().await?.max(best.time().await?);
	if now.saturating_sub(opening.at) >= OPENING_LIFETIME {
		return Err(Refused::NoAccess);
	}
	for at in [finalized, &best] {
		let still_active = at.account(&visitor.account).await?.is_some_and(|account| {
			use super::door::IsActive;
			account.is_active()
		});
		let decision = at
			.decide(
				&visitor.account,
				opening.ground.clone(),
				&patient,
				record,
				Action::Read,
				opening.purpose,
			)
			.await?;
		if !still_active || !matches!(decision, Decision::Permit(_)) {
			return Err(Refused::NoAccess);
		}
	}
	// From here on the reader may: what is missing may be told.
	let set = finalized.sharing_set(record, body.version).await?.ok_or(Refused::NotFound)?;
	let id = VersionId { record: record.0, version: body.version, epoch: set.epoch };
	let key = PublicKey(visitor.enrolled.encryption_key);
	let mut shares = Vec::new();
	let holder = account_bytes(&visitor.institution);
	if let Some(share) = app.store.run(move |store| store.share(id, holder, None)).await? {
		shares.push(sealed(visitor, id, holder, &key, &share)?);
	}
	// What the patient carried here must not, with the own share, be enough.
	if shares.len() + 1 < usize::from(set.threshold) {
		if let Some(share) = carried_share(app, [finalized, &best], &patient, id, now).await? {
			shares.push(sealed(visitor, id, account_bytes(&patient), &key, &share)?);
		}
	}
	let commitments = app.store.run(move |store| store.commitments(id)).await?;
	match (shares.is_empty(), commitments) {
		(false, Some(commitments)) => {
			Ok(Release { epoch: set.epoch, commitments: HexBytes(commitments), shares })
		},
		_ => Err(Refused::NotFound),
	}
}

/// A share that the patient carried here, if its consent stands at all these blocks.
async fn carried_share(
	app: &App,
	blocks: [&At; 2],
	patient: &AccountId,
	id: VersionId,
	now: u64,
) -> Result<Option<Share>, Refused> {
	let holder = account_bytes(patient);
	'consents: for carried in app.store.run(move |store| store.carried(id, holder)).await? {
		let Ok(grantee) = Grantee::decode(&mut &carried.grantee[..]) else { continue };
		for at in blocks {
			let consent = at.consent(patient, &grantee, carried.consent).await?;
			let stands =
				consent.is_some_and(|it| it.terms.valid_until.is_none_or(|until| now < until));
			if !stands {
				continue 'consents;
			}
		}
		let share = app.store.run(move |store| store.share(id, holder, Some(&carried))).await?;
		if share.is_some() {
			return Ok(share);
		}
	}
	Ok(None)
}

fn sealed(
	visitor: &Visitor,
	id: VersionId,
	holder: [u8; 32],
	key: &PublicKey,
	share: &Share,
) -> Result<ReleasedShare, Refused> {
	let address = address(visitor, id, &holder.into());
	let sealed = seal_release(key, &address, &account_bytes(&visitor.account), share)
		.map_err(|error| unfit(error.to_string()))?;
	Ok(ReleasedShare { holder: Hex(holder), index: share.index, sealed: HexBytes(sealed) })
}

/// Takes the patient's own share for as long as a consent stands.
#[utoipa::path(
	post,
	path = "/v1/carried",
	description = "Takes the patient's own share of a version, sealed to this custodian, for as long as a consent stands. It is released under the same rule as the custodian's own, and destroyed when the consent is revoked. The body is a signed request, action `carry-share`, body `CarryShare`. May be repeated.",
	request_body = Signed,
	responses(
		(status = 200, description = "Kept"),
		(status = 403, body = Refusal, description = "Not the patient's record"),
		(status = 422, body = Refusal, description = "What was sent does not fit what the chain holds"),
		(status = 425, body = Refusal, description = "Version or consent are not final yet: try again"),
	),
	tag = "shares"
)]
pub async fn carry_share(
	State(app): State<Arc<App>>,
	bytes: Bytes,
) -> Result<Json<serde_json::Value>, Refused> {
	let (visitor, body) = admit::<CarryShare>(&app, action::CARRY_SHARE, &bytes).await?;
	let at = &visitor.finalized;
	let record = H256(body.record.0);
	let facts = at.record(record).await?.ok_or(Refused::NotYet)?;
	if facts.patient != visitor.account {
		return Err(Refused::NoAccess);
	}
	let set = at.sharing_set(record, body.version).await?.ok_or(Refused::NotYet)?;
	if set.epoch != body.epoch {
		return Err(unfit("the sharing set has another epoch by now"));
	}
	let grantee =
		Grantee::decode_all(&mut &body.grantee.0[..]).map_err(|_| unfit("the grantee is none"))?;
	at.consent(&visitor.account, &grantee, body.consent).await?.ok_or(Refused::NotYet)?;
	let index = holder_index(&set, &visitor.account, is_patient)
		.ok_or_else(|| unfit("the patient holds no share of this version"))?;
	let own = holder_index(&set, &visitor.institution, |_| true).map_or(0, |_| 1);
	if own + 1 >= set.threshold {
		return Err(unfit("this custodian's share and the carried one would be enough to open it"));
	}
	let commitments = check_commitments(&body.commitments.0, &set)?;
	let id = VersionId { record: record.0, version: body.version, epoch: body.epoch };
	let share =
		check_share(&app, &visitor, id, &visitor.account, &body.share.0, index, &commitments)?;
	let carried = Carried { grantee: grantee.encode(), consent: body.consent };
	let patient = account_bytes(&visitor.account);
	app.store
		.run(move |store| store.keep_carried(id, patient, &carried, &share, &body.commitments.0))
		.await?;
	tracing::info!(record = %body.record, body.version, "keeps a share that the patient carried here");
	Ok(Json(serde_json::json!({})))
}

/// Gives the patient the own sealed share.
#[utoipa::path(
	post,
	path = "/v1/patient-envelopes",
	description = "Gives the patient the own share of a version, still sealed to the patient's key. The body is a signed request, action `fetch-patient-envelope`, body `FetchPatientEnvelope`.",
	request_body = Signed,
	responses(
		(status = 200, body = PatientEnvelope),
		(status = 403, body = Refusal, description = "Not the patient's record"),
		(status = 404, body = Refusal, description = "It is not here"),
	),
	tag = "shares"
)]
pub async fn fetch_patient_envelope(
	State(app): State<Arc<App>>,
	bytes: Bytes,
) -> Result<Json<PatientEnvelope>, Refused> {
	let (visitor, body) =
		admit::<FetchPatientEnvelope>(&app, action::FETCH_PATIENT_ENVELOPE, &bytes).await?;
	let at = &visitor.finalized;
	let record = H256(body.record.0);
	let facts = at.record(record).await?.ok_or(Refused::NoAccess)?;
	let (patient, reader) = (facts.patient, visitor.account);
	let decision = at
		.decide(&reader, Ground::Own, &patient, record, Action::Read, Purpose::PatientRequest)
		.await?;
	if patient != reader || !matches!(decision, Decision::Permit(_)) {
		return Err(Refused::NoAccess);
	}
	let set = at.sharing_set(record, body.version).await?.ok_or(Refused::NotFound)?;
	let id = VersionId { record: record.0, version: body.version, epoch: set.epoch };
	let kept = app.store.run(move |store| store.version(id)).await?.ok_or(Refused::NotFound)?;
	let share = kept.patient_share.ok_or(Refused::NotFound)?;
	Ok(Json(PatientEnvelope {
		epoch: set.epoch,
		commitments: HexBytes(kept.commitments),
		share: HexBytes(share),
	}))
}

fn is_patient(kind: &HolderKind) -> bool {
	matches!(kind, HolderKind::Patient)
}

fn unfit(message: impl Into<String>) -> Refused {
	Refused::Unfit(message.into())
}

/// The index of the share of this holder: its place and one.
fn holder_index(
	set: &SharingSet,
	account: &AccountId,
	kind: impl Fn(&HolderKind) -> bool,
) -> Option<u8> {
	let place = set.holders.iter().position(|it| it.account == *account && kind(&it.kind))?;
	u8::try_from(place.checked_add(1)?).ok()
}

fn check_commitments(bytes: &[u8], set: &SharingSet) -> Result<Commitments, Refused> {
	let commitments =
		Commitments::decode_all(&mut &bytes[..]).map_err(|_| unfit("the commitments are none"))?;
	if commitments.hash() != set.commitments.0 {
		return Err(unfit("the commitments are not those whose hash the chain holds"));
	}
	if commitments.threshold() != set.threshold {
		return Err(unfit("the commitments are for another threshold than the chain's"));
	}
	Ok(commitments)
}

/// Opens the share that was sealed to this custodian, and checks it.
fn check_share(
	app: &App,
	visitor: &Visitor,
	id: VersionId,
	holder: &AccountId,
	sealed: &[u8],
	index: u8,
	commitments: &Commitments,
) -> Result<Share, Refused> {
	let address = address(visitor, id, holder);
	let share = open_share(&app.keys.encryption, &address, sealed)
		.map_err(|error| unfit(format!("the share: {error}")))?;
	if share.index != index {
		return Err(unfit(format!("the share has the index {}, not {index}", share.index)));
	}
	share.verify(commitments).map_err(|error| unfit(error.to_string()))?;
	Ok(share)
}

fn address(visitor: &Visitor, id: VersionId, holder: &AccountId) -> ShareAddress {
	ShareAddress {
		genesis: visitor.chain.genesis().0,
		record: id.record,
		version: id.version,
		epoch: id.epoch,
		holder: account_bytes(holder),
	}
}

fn context(visitor: &Visitor, patient: &AccountId, id: VersionId) -> Context {
	openings::context(visitor.chain.genesis(), H256(id.record), id.version, patient)
}
