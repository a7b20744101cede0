//! The endpoints for studies: what contributors send to an aggregator, and what they ask. What
//! aggregators ask one another is in [`super::study_peers`].

use super::{
	error::{ApiError, SignedRequestErrors},
	signed_request::{authenticate_for_study, StudyRequester},
};
use crate::{
	encryption::RoundKey,
	heads::Heads,
	state::State as Shared,
	store::{KeptPart, KeptReport, ListPart, Report, ReportProgress, RoundId, RoundProgress},
	studies::{
		secrets::{self, Stored},
		tallies, Aggregated, AgreedReports, Frozen, StudyError,
	},
	uploads,
};
use axum::{body::Bytes, extract::State, Json};
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{DecodeAll, Encode};
use serde::de::DeserializeOwned;
use std::{collections::BTreeSet, sync::Arc};
use vouchsafe_client::{
	chain::{tally_proof, AccountId, RoundPhase, Tally},
	messages::*,
};
use vouchsafe_vault::study::{
	report::{open_share, ReportContext},
	verify::{Rejected, Verifier, VerifyKey},
};

/// About how many bytes the database needs for a blinded identifier.
const POINT_BYTES: u64 = 128;

impl From<StudyError> for ApiError {
	fn from(error: StudyError) -> Self {
		match error {
			StudyError::Chain(error) => error.into(),
			StudyError::Store(error) => error.into(),
			StudyError::Encryption(error) => error.into(),
			StudyError::NoKey => Self::NotYet,
			StudyError::Peer(..) | StudyError::NoCustodian(_) => {
				tracing::warn!(%error, "a request for a study failed");
				Self::Unavailable
			},
			StudyError::Vault(_)
			| StudyError::Missing(_)
			| StudyError::Aborted
			| StudyError::NotFinal(_)
			| StudyError::OtherTally
			| StudyError::TooSlow(_) => {
				tracing::error!(%error, "a request for a study failed");
				Self::Failed
			},
		}
	}
}

fn mismatch(message: impl Into<String>) -> ApiError {
	ApiError::Mismatch(message.into())
}

/// A request that a contributor may make, with the study that it concerns.
struct Admitted<T> {
	requester: StudyRequester,
	aggregated: Aggregated,
	body: T,
}

/// A request that names a round of a study.
trait NamesRound {
	/// Study, round and contributor.
	fn names(&self) -> (u32, u8, AccountId);
}

macro_rules! name_rounds {
	($($request:ident),*) => {
		$(impl NamesRound for $request {
			fn names(&self) -> (u32, u8, AccountId) {
				(self.study, self.round, self.contributor.into())
			}
		})*
	};
}

name_rounds!(EvaluateIdentifiers, SendNullifiers, AskDoubles, SendReport, AskStudyStatus);

/// The study, if this custodian aggregates it.
pub(super) async fn find_study(
	state: &Arc<Shared>,
	requester: &StudyRequester,
	study: u32,
) -> Result<Aggregated, ApiError> {
	if !state.config.research.aggregate {
		return Err(ApiError::NotFound);
	}
	let StudyRequester { node, finalized, institution, .. } = requester;
	let found = Aggregated::find(state, node, finalized, institution, study).await?;
	found.ok_or(ApiError::NotFound)
}

/// Checks that the signer acts for the contributor.
async fn admit<T: DeserializeOwned + NamesRound>(
	state: &Arc<Shared>,
	action: &str,
	bytes: &[u8],
) -> Result<Admitted<T>, ApiError> {
	let (requester, body) = authenticate_for_study::<T>(state, action, bytes).await?;
	let (study, _, contributor) = body.names();
	if !requester.acts_for(&contributor).await? {
		return Err(ApiError::NoAccess);
	}
	let aggregated = find_study(state, &requester, study).await?;
	Ok(Admitted { requester, aggregated, body })
}

impl<T: NamesRound> Admitted<T> {
	/// Checks that the round is the current one, and that the node is not behind.
	async fn ensure_current(&self) -> Result<(), ApiError> {
		let state = &self.aggregated.state;
		let StudyRequester { node, finalized, .. } = &self.requester;
		Heads::read(state, &**node, finalized.clone()).await?.check(state)?;
		let (_, round, _) = self.body.names();
		match self.aggregated.study.round(round) {
			Some(_) => Ok(()),
			None if round > self.aggregated.study.round => Err(ApiError::NotYet),
			None => {
				Err(mismatch("the round is not under way: it is over, or the study has not begun"))
			},
		}
	}

	/// The frozen round, with what is stored of it. None while people are contributed.
	async fn frozen(&self) -> Result<Option<(Frozen, RoundProgress)>, ApiError> {
		let phase = self.aggregated.current().map(|round| round.phase);
		let Some(frozen) = self.aggregated.frozen() else {
			return match phase {
				Some(RoundPhase::Open { .. }) => Ok(None),
				_ => Err(mismatch("the time to gather is over: the aggregators have agreed")),
			};
		};
		let database = &self.aggregated.state.database;
		let progress = database.round_progress(self.aggregated.id()).await?;
		let progress = progress.filter(|progress| progress.attempt >= frozen.attempt);
		// Soon: the custodian is reading who may be counted.
		Ok(Some((frozen, progress.ok_or(ApiError::NotYet)?)))
	}

	/// How many people the contributor may send nullifiers and a report for: before the freeze only a
	/// patient, alone.
	async fn limit(&self, frozen: Option<&Frozen>) -> Result<u32, ApiError> {
		let (study, round, contributor) = self.body.names();
		let id = RoundId { study, round };
		let limit = match frozen {
			Some(_) => {
				let contributor = vouchsafe_client::chain::account_bytes(&contributor);
				self.aggregated.state.database.standing_of(id, contributor).await?
			},
			None if !self.requester.is_patient => return Err(ApiError::NotYet),
			None => self.people(&contributor).await?,
		};
		match limit {
			0 => {
				Err(mismatch("none of the contributor's people in this round has a valid consent"))
			},
			limit => Ok(limit),
		}
	}

	/// How many people the contributor has in the round.
	async fn people(&self, contributor: &AccountId) -> Result<u32, ApiError> {
		let (study, round, _) = self.body.names();
		let block = &self.aggregated.block;
		let people = match self.requester.is_patient {
			true => u32::from(block.has_contributed_alone(study, round, contributor).await?),
			false => block.people_of(study, round, contributor).await?,
		};
		match people {
			0 => Err(ApiError::NotYet),
			people => Ok(people),
		}
	}
}

/// The key under which what a contributor sends is stored. Before the freeze, the first request makes it.
async fn storage_key(aggregated: &Aggregated) -> Result<Arc<RoundKey>, ApiError> {
	let phase = aggregated.current().map(|round| round.phase);
	let key = match phase {
		Some(RoundPhase::Open { .. }) => {
			secrets::make_round_key(&aggregated.state, aggregated.id()).await
		},
		_ => secrets::round_key(&aggregated.state, aggregated.id()).await,
	};
	Ok(key?)
}

/// Evaluate identifiers.
#[utoipa::path(
	post,
	path = "/v1/studies/evaluations",
	description = "Evaluates blinded identifiers under the aggregator's key of the study, with one proof. In all at most as many different ones as the contributor has people in the round. A contributor has one request under way at a time, and can have the same identifiers evaluated again, ten times an hour. From the contributor, its registrar or its custodian. The body is a signed request with the action `study-evaluate`; its payload is a `Payload_EvaluateIdentifiers`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = EvaluatedIdentifiers, description = "The evaluated identifiers and the proof"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "Too many identifiers, one of them twice, or one is not a point"),
		(status = 425, body = Refusal, description = "The contributor's people are not final yet: try again"),
		(status = 507, body = Refusal, description = "The disk is almost full"),
	),
	tag = "studies"
)]
pub async fn evaluate(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<EvaluatedIdentifiers>, ApiError> {
	let admitted = admit::<EvaluateIdentifiers>(&state, action::STUDY_EVALUATE, &bytes).await?;
	admitted.ensure_current().await?;
	let Admitted { aggregated, body, .. } = &admitted;
	let points: Vec<[u8; 32]> = body.blinded.iter().map(|point| point.0).collect();
	if !(1..=MAX_BLINDED).contains(&points.len()) {
		return Err(mismatch(format!("a request has 1 to {MAX_BLINDED} identifiers")));
	}
	if points.iter().collect::<BTreeSet<_>>().len() < points.len() {
		return Err(mismatch("an identifier is in the request twice"));
	}
	let people = admitted.people(&body.contributor.into()).await?;
	let too_many = || {
		mismatch(format!(
			"the contributor has {people} people in this round: more identifiers are not evaluated"
		))
	};
	if points.len() > usize::try_from(people).unwrap_or(usize::MAX) {
		return Err(too_many());
	}
	let key = secrets::evaluation_key(&state, body.study).await?.ok_or(ApiError::NotYet)?;
	let (database, id, contributor) = (&state.database, aggregated.id(), body.contributor.0);
	let turn = state.studies.evaluations.begin(id, contributor, points.len(), people);
	let turn = turn.ok_or(ApiError::RateLimited)?;
	storage_key(aggregated).await?;
	let count = u64::try_from(points.len()).unwrap_or(u64::MAX);
	let _room = uploads::ensure_room(&state, count.saturating_mul(POINT_BYTES)).await?;
	if !database.count_points(id, contributor, points.clone(), people).await? {
		return Err(too_many());
	}
	metrics::counter!("vouchsafe_custodian_study_evaluations_total").increment(count);
	let processor = turn.processor().await;
	let evaluate = move || {
		let _until_evaluated = (processor, turn);
		key.evaluate(&points)
	};
	let evaluated = tokio::task::spawn_blocking(evaluate)
		.await
		.map_err(|_| ApiError::Failed)?
		.map_err(|error| mismatch(error.to_string()))?;
	Ok(Json(EvaluatedIdentifiers {
		evaluated: evaluated.points.into_iter().map(Hex).collect(),
		proof: Hex(evaluated.proof),
	}))
}

/// Send nullifiers.
#[utoipa::path(
	post,
	path = "/v1/studies/nullifiers",
	description = "Receives a part of a contributor's list of nullifiers, after the freeze. A patient who contributes alone may send it before. Can be repeated. The body is a signed request with the action `study-nullifiers`; its payload is a `Payload_SendNullifiers`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = NullifiersReceipt, description = "The custodian has the part"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The list is too long, or no more lists are taken"),
		(status = 425, body = Refusal, description = "The round is not frozen yet: try again"),
		(status = 507, body = Refusal, description = "The disk is almost full"),
	),
	tag = "studies"
)]
pub async fn send_nullifiers(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<NullifiersReceipt>, ApiError> {
	let admitted = admit::<SendNullifiers>(&state, action::STUDY_NULLIFIERS, &bytes).await?;
	admitted.ensure_current().await?;
	let frozen = admitted.frozen().await?;
	let limit = admitted.limit(frozen.as_ref().map(|(frozen, _)| frozen)).await?;
	let Admitted { aggregated, body, .. } = admitted;
	if body.nullifiers.len() > MAX_NULLIFIERS {
		return Err(mismatch(format!("a part has at most {MAX_NULLIFIERS} nullifiers")));
	}
	let most = most_parts(limit);
	if body.part >= body.parts || body.parts > most {
		return Err(mismatch(format!(
			"a list of at most {limit} people has 1 to {most} parts, counted from 0"
		)));
	}
	let nullifiers: Vec<u8> = body.nullifiers.iter().flat_map(|it| it.0).collect();
	let _room = uploads::ensure_room(&state, room_for(nullifiers.len())).await?;
	let key = storage_key(&aggregated).await?;
	let context = Stored::Nullifiers(body.contributor.0, body.part).encode();
	let part = ListPart {
		contributor: body.contributor.0,
		part: body.part,
		parts: body.parts,
		length: u32::try_from(body.nullifiers.len()).unwrap_or(u32::MAX),
		digest: Blake2b::<U32>::digest(&nullifiers).into(),
		ciphertext: key.encrypt(&context, &nullifiers)?,
	};
	match state.database.keep_list_part(aggregated.id(), part, limit).await? {
		KeptPart::Kept(parts, complete) => Ok(Json(NullifiersReceipt { parts, complete })),
		KeptPart::TooLong => Err(mismatch(format!(
			"the contributor has {limit} people with a valid consent in this round: the list is longer"
		))),
		KeptPart::Closed => Err(mismatch(
			"the time for lists of nullifiers is over, unless the round is gathered again",
		)),
		KeptPart::Waits => Err(ApiError::NotYet),
	}
}

/// How many parts a list of so many people may have: one more than it needs.
fn most_parts(people: u32) -> u32 {
	let part = u32::try_from(MAX_NULLIFIERS).unwrap_or(u32::MAX);
	people.div_ceil(part).saturating_add(1).min(MAX_PARTS)
}

/// The room that so many bytes need in the database and its log.
fn room_for(bytes: usize) -> u64 {
	u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(8192)
}

/// Ask which nullifiers count elsewhere.
#[utoipa::path(
	post,
	path = "/v1/studies/doubles",
	description = "Returns which of the contributor's nullifiers count for another contributor, once that is settled. The body is a signed request with the action `study-doubles`; its payload is a `Payload_AskDoubles`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = Doubles, description = "A page of them, if it is settled"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The list of nullifiers is not the same at all aggregators, or the round is over"),
		(status = 425, body = Refusal, description = "The round is not frozen yet: try again"),
	),
	tag = "studies"
)]
pub async fn doubles(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<Doubles>, ApiError> {
	let admitted = admit::<AskDoubles>(&state, action::STUDY_DOUBLES, &bytes).await?;
	admitted.ensure_current().await?;
	let (frozen, progress) = admitted.frozen().await?.ok_or(ApiError::NotYet)?;
	let Admitted { aggregated, body, .. } = admitted;
	let until = frozen.lists_until;
	if !progress.lists_settled {
		let (complete, more) = (false, false);
		return Ok(Json(Doubles { complete, until, counts: 0, doubles: Vec::new(), more }));
	}
	let settled = state.database.settled_list(aggregated.id(), body.contributor.0).await?;
	let settled = settled.filter(|settled| !settled.excluded).ok_or_else(|| {
		mismatch("the contributor's list of nullifiers is not the same at all aggregators, or was not complete in time")
	})?;
	let key = secrets::round_key(&state, aggregated.id()).await?;
	let context = Stored::Doubles(body.contributor.0).encode();
	let all = key.decrypt(&context, &settled.doubles)?;
	let (all, _) = all.as_chunks::<32>();
	let first = body.after.map_or(0, |after| all.partition_point(|it| *it <= after.0));
	let rest = all.get(first..).unwrap_or_default();
	let doubles = rest.iter().take(MAX_NULLIFIERS).copied().map(Hex).collect();
	let more = rest.len() > MAX_NULLIFIERS;
	Ok(Json(Doubles { complete: true, until, counts: settled.counts, doubles, more }))
}

/// Send a report.
#[utoipa::path(
	post,
	path = "/v1/studies/reports",
	description = "Receives this aggregator's part of a contributor's report, after the freeze. A patient who contributes alone may send it before. A contributor has one report; another one replaces it until it is verified. Can be repeated. The body is a signed request with the action `study-report`; its payload is a `Payload_SendReport`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = ReportReceipt, description = "The custodian has the report"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study"),
		(status = 422, body = Refusal, description = "The report is malformed, for too many people, sealed for somebody else, or late"),
		(status = 425, body = Refusal, description = "The round is not frozen yet: try again"),
		(status = 507, body = Refusal, description = "The disk is almost full"),
	),
	tag = "studies"
)]
pub async fn send_report(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<ReportReceipt>, ApiError> {
	let admitted = admit::<SendReport>(&state, action::STUDY_REPORT, &bytes).await?;
	admitted.ensure_current().await?;
	let frozen = admitted.frozen().await?.map(|(frozen, _)| frozen);
	let limit = admitted.limit(frozen.as_ref()).await?;
	let Admitted { aggregated, body, .. } = admitted;
	if !(1..=limit).contains(&body.people) {
		return Err(mismatch(format!(
			"the contributor has {limit} people with a valid consent in this round: a report is for 1 to {limit}"
		)));
	}
	if let Some(frozen) = &frozen {
		if aggregated.now().await? >= frozen.gathers_until {
			return Err(late());
		}
	}
	let length = body.public_share.0.len().saturating_add(body.sealed_share.0.len());
	let _room = uploads::ensure_room(&state, room_for(length)).await?;
	let id = aggregated.id();
	let report = open_report(&state, aggregated, body).await?;
	let attempt = frozen.map_or(0, |frozen| frozen.attempt);
	let kept = state.database.keep_report(id, report, attempt).await?;
	match kept {
		KeptReport::Kept => Ok(Json(ReportReceipt { accepted: true })),
		KeptReport::Other => Err(mismatch(
			"the contributor has another report in this round, which was verified or dropped",
		)),
		KeptReport::Closed => Err(late()),
	}
}

fn late() -> ApiError {
	mismatch("the time to gather reports is over")
}

/// Opens the share, and encrypts it under the round's key.
async fn open_report(
	state: &Arc<Shared>,
	aggregated: Aggregated,
	body: SendReport,
) -> Result<Report, ApiError> {
	let key = storage_key(&aggregated).await?;
	let context = ReportContext {
		round: aggregated.study_round(),
		contributor: body.contributor.into(),
		people: body.people,
		report: body.report.0,
	};
	let secrets = state.keys.encryption.clone();
	let question = aggregated.study.terms.question;
	let (aggregators, place) = (aggregated.aggregators(), aggregated.place);
	let opening = tokio::task::spawn_blocking(move || {
		let verifier = Verifier::new(&question, aggregators, place, &context)
			.map_err(|error| mismatch(error.to_string()))?;
		let open = |secret: &_| open_share(secret, &context, place, &body.sealed_share.0);
		let share = (secrets.open_with(open)).map_err(|error| mismatch(error.to_string()))?;
		ensure_well_formed(&verifier, &body, &share)?;
		let stored = Stored::Share(body.contributor.0, body.report.0).encode();
		Ok::<_, ApiError>(Report {
			contributor: body.contributor.0,
			people: body.people,
			report: body.report.0,
			nonce: body.nonce.0,
			public_share: body.public_share.0,
			share: key.encrypt(&stored, &share)?,
			progress: ReportProgress::Waiting,
			limit: None,
		})
	});
	opening.await.map_err(|_| ApiError::Failed)?
}

/// Refuses shares of another form than those of a report for so many people, so that nothing else is
/// stored. The result under a random key is not used: the report is verified later.
fn ensure_well_formed(
	verifier: &Verifier,
	body: &SendReport,
	share: &[u8],
) -> Result<(), ApiError> {
	let key = VerifyKey::random();
	match verifier.init(&key, &body.nonce.0, &body.public_share.0, share) {
		Err(Rejected::Malformed) => Err(mismatch("the report is malformed")),
		_ => Ok(()),
	}
}

/// Ask how far a round is.
#[utoipa::path(
	post,
	path = "/v1/studies/status",
	description = "Returns how far a round and the contributor's report are, why the report does not count, or its place in the tally with the proof. The body is a signed request with the action `study-status`; its payload is a `Payload_AskStudyStatus`.",
	request_body = Signed,
	responses(
		SignedRequestErrors,
		(status = 200, body = StudyStatus, description = "The status"),
		(status = 404, body = Refusal, description = "This custodian does not aggregate the study, or the round has not begun"),
	),
	tag = "studies"
)]
pub async fn study_status(
	State(state): State<Arc<Shared>>,
	bytes: Bytes,
) -> Result<Json<StudyStatus>, ApiError> {
	let admitted = admit::<AskStudyStatus>(&state, action::STUDY_STATUS, &bytes).await?;
	let Admitted { aggregated, body, .. } = admitted;
	let (database, contributor) = (&state.database, body.contributor.0);
	let id = RoundId { study: body.study, round: body.round };
	let round = aggregated.block.study_round(id.study, id.round).await?;
	let round = round.ok_or(ApiError::NotFound)?;
	let progress = database.round_progress(id).await?;
	let frozen = aggregated.frozen().filter(|_| aggregated.study.round == id.round);
	let now = aggregated.now().await?;
	let phase = phase(&round.phase, now);
	let report = database.report(id, contributor).await?;
	let tally = progress.as_ref().and_then(|progress| agreed(progress, &round.phase));
	// Everybody who is enrolled may ask, and looking for a place takes work for all reports.
	let is_verified =
		report.as_ref().is_some_and(|report| report.progress == ReportProgress::Verified);
	let place = match tally.filter(|_| is_verified) {
		Some(tally) => place_in_tally(&aggregated, id, contributor, tally).await?,
		None => None,
	};
	let dropped = report.as_ref().and_then(|report| match report.progress {
		ReportProgress::Dropped(reason) => Some(reason),
		_ => None,
	});
	let valid = match &progress {
		Some(_) => Some(database.standing_of(id, contributor).await?),
		None => None,
	};
	let is_under_way = aggregated.study.round(id.round).is_some();
	let waits = state.studies.waits_for(id.study).filter(|_| is_under_way);
	Ok(Json(StudyStatus {
		phase,
		waits_for: waits.unwrap_or_else(|| "nothing".into()),
		lists_until: frozen.map(|frozen| frozen.lists_until),
		reports_until: frozen.map(|frozen| frozen.gathers_until),
		valid,
		list: list_state(&state, id, contributor).await?,
		settled: progress.is_some_and(|progress| progress.lists_settled),
		report: report_state(report.as_ref(), place.is_some()),
		id: report.map(|report| Hex(report.report)),
		dropped,
		reason: dropped.map(|reason| reason.to_string()),
		place,
	}))
}

fn phase(phase: &RoundPhase, now: u64) -> StudyPhase {
	match phase {
		RoundPhase::Open { .. } => StudyPhase::Open,
		RoundPhase::Frozen { gathers_until, .. } if now < *gathers_until => StudyPhase::Gathering,
		RoundPhase::Frozen { .. } => StudyPhase::Agreeing,
		RoundPhase::Agreed { .. } => StudyPhase::Revealing,
		RoundPhase::Answered => StudyPhase::Answered,
		RoundPhase::Lost(_) => StudyPhase::Lost,
	}
}

fn report_state(report: Option<&Report>, is_counted: bool) -> ReportState {
	match report.map(|report| report.progress) {
		_ if is_counted => ReportState::Counted,
		None => ReportState::Missing,
		Some(ReportProgress::Waiting) => ReportState::Waiting,
		Some(ReportProgress::Verified) => ReportState::Verified,
		Some(ReportProgress::Dropped(_)) => ReportState::Dropped,
	}
}

/// The settled tally, if all aggregators agreed on it.
fn agreed(progress: &RoundProgress, phase: &RoundPhase) -> Option<Tally> {
	let tally = Tally::decode_all(&mut &progress.tally[..]).ok()?;
	match phase {
		RoundPhase::Agreed { tally: agreed, .. } if *agreed == tally => Some(tally),
		_ if progress.agreed => Some(tally),
		_ => None,
	}
}

async fn list_state(
	state: &Shared,
	id: RoundId,
	contributor: [u8; 32],
) -> Result<ListState, ApiError> {
	let settled = state.database.settled_list(id, contributor).await?;
	Ok(match (settled, state.database.list_parts(id, contributor).await?) {
		(Some(settled), _) if settled.excluded => ListState::NotEverywhere,
		(Some(_), _) => ListState::Complete,
		(None, (0, _)) => ListState::Missing,
		(None, (have, of)) if have < of => ListState::Incomplete,
		(None, _) => ListState::Complete,
	})
}

/// Where the contributor's report is in the tally, with the proof of it.
async fn place_in_tally(
	aggregated: &Aggregated,
	id: RoundId,
	contributor: [u8; 32],
	tally: Tally,
) -> Result<Option<TallyPlace>, ApiError> {
	let mut agreed = aggregated.state.studies.agreed.lock().await;
	let all = match &*agreed {
		Some(known) if known.id == id && known.root == tally.root => known.reports.clone(),
		_ => {
			let reports = Arc::new(tallies::all_counted(aggregated, id).await?);
			*agreed = Some(AgreedReports { id, root: tally.root, reports: reports.clone() });
			reports
		},
	};
	let contributor = AccountId::from(contributor);
	let Ok(place) = all.binary_search_by(|it| it.contributor.cmp(&contributor)) else {
		return Ok(None);
	};
	let round = vouchsafe_client::chain::StudyRound {
		genesis: aggregated.node.genesis(),
		study: id.study,
		round: id.round,
	};
	let Some(counted) = all.get(place).cloned() else { return Ok(None) };
	let proof = tokio::task::spawn_blocking(move || tally_proof(&round, &all, place))
		.await
		.map_err(|_| ApiError::Failed)?;
	let proof = proof.unwrap_or_default();
	Ok(Some(TallyPlace {
		counted: CountedReport {
			contributor: Hex::from(&counted.contributor),
			people: counted.people,
			report: Hex(counted.report),
		},
		place: u32::try_from(place).unwrap_or(u32::MAX),
		proof: proof.into_iter().map(|hash| hash.map(|hash| Hex(hash.0))).collect(),
		tally: tallies::numbers(&tally),
	}))
}
