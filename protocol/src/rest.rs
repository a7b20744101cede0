//! The client of a custodian's REST API, over a [`Transport`]. Every call has a time limit, and is
//! repeated a few times if trying again can help.

mod chain;
mod index;
mod transport;

use crate::{
	cid::{self, Cid, CidBuilder},
	errors::{one_line, CustodianError},
	messages::{
		action, About, AddContent, AskDoubles, AskLabelTags, AskNames, AskOpenable, AskRelease,
		AskStudyStatus, CarryShare, DeliverEnvelope, DeliverLabelKey, Doubles, EnvelopeReceipt,
		EvaluateIdentifiers, EvaluatedIdentifiers, FetchLabelKey, FetchPatientEnvelope, ListNames,
		LogPage, NullifiersReceipt, Openable, PatientEnvelope, PeerRequest, ReadLog, ReadSynced,
		Refusal, Release, ReplaceSynced, ReportReceipt, SealedLabelKey, SendNullifiers, SendReport,
		SetNames, Signed, StaffNames, StudyStatus, Synced, WordTags, MAX_ANSWER, REQUEST_HEADER,
	},
	signing::{sign_request, Signer},
	traits::{boxed, Content, ContentStream, Custodian, SendOutsideWasm, SyncOutsideWasm},
	types::{AccountId, H256},
};
use base64::{prelude::BASE64_STANDARD, Engine};
use futures::StreamExt;
use serde::{de::DeserializeOwned, Serialize};
use std::{convert::Infallible, future::Future, time::Duration};

pub use transport::{Method, Request, RequestBody, Response, Transport, SILENCE};

/// How long one request may take.
pub const ANSWER: Duration = Duration::from_secs(30);
/// How often a request is tried if the custodian cannot be reached or is busy.
pub const TRIES: u32 = 3;
/// How often a request is tried that needs something which is about to be final.
const TRIES_FOR_FINALITY: u32 = 15;
/// How often an upload is tried if the custodian receives as many as it can, for how long in all, and how
/// many seconds a pause may have that it names. Then another custodian is asked.
const TRIES_FOR_A_TURN: u32 = 6;
const LONGEST_TURN: Duration = Duration::from_secs(60);
const LONGEST_RETRY_AFTER: u64 = 30;
/// The pause after the first try. Nodes see a final block within some tens of milliseconds of each
/// other, and a custodian that is busy or restarts needs longer.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const FIRST_PAUSE_FOR_FINALITY: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Makes a request, each time that it is tried.
#[cfg(not(target_family = "wasm"))]
type MakeRequest<'a> = dyn Fn() -> Request + Send + Sync + 'a;
#[cfg(target_family = "wasm")]
type MakeRequest<'a> = dyn Fn() -> Request + 'a;

/// The HTTP statuses that are told apart.
mod status {
	pub(super) const FORBIDDEN: u16 = 403;
	pub(super) const NOT_FOUND: u16 = 404;
	pub(super) const CONFLICT: u16 = 409;
	pub(super) const TOO_EARLY: u16 = 425;
	pub(super) const TOO_MANY_REQUESTS: u16 = 429;
	pub(super) const SERVICE_UNAVAILABLE: u16 = 503;
}

/// A custodian. Cheap to clone if its transport is.
#[derive(Clone, Debug)]
pub struct RestCustodian<T> {
	transport: T,
	/// Its address, without a slash at the end.
	pub url: String,
	/// The institution whose custodian it is.
	pub institution: AccountId,
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	tries: u32,
	tries_for_finality: u32,
	tries_for_a_turn: u32,
}

impl From<Infallible> for CustodianError {
	fn from(never: Infallible) -> Self {
		match never {}
	}
}

impl<T: Transport> RestCustodian<T> {
	/// The custodian of this institution at this address, to which the transport must be allowed to
	/// connect.
	///
	/// # Errors
	///
	/// [`CustodianError::Address`], or what the transport needs is not there.
	pub fn new(
		url: &str,
		institution: AccountId,
		genesis: H256,
		transport: impl TryInto<T, Error: Into<CustodianError>>,
	) -> Result<Self, CustodianError> {
		let transport = transport.try_into().map_err(Into::into)?;
		let url = transport.check(url)?.trim_end_matches('/').to_owned();
		Ok(Self {
			transport,
			url,
			institution,
			genesis,
			tries: TRIES,
			tries_for_finality: TRIES_FOR_FINALITY,
			tries_for_a_turn: TRIES_FOR_A_TURN,
		})
	}

	/// What sends its requests.
	pub fn transport(&self) -> &T {
		&self.transport
	}

	/// Asks it as the custodian of another aggregator of the same study.
	pub async fn ask_peer<R: PeerRequest>(
		&self,
		signer: &impl Signer,
		request: &R,
	) -> Result<R::Answer, CustodianError> {
		self.post(R::PATH, signer, R::ACTION, request).await
	}

	fn signed<B: Serialize>(&self, signer: &impl Signer, action: &str, body: &B) -> Signed {
		let now = self.transport.now();
		sign_request(signer, self.genesis, &self.institution, action, body, now)
	}

	/// The same as the header of a request whose body is something else.
	fn signed_header<B: Serialize>(
		&self,
		signer: &impl Signer,
		action: &str,
		body: &B,
	) -> (&'static str, String) {
		let signed = serde_json::to_vec(&self.signed(signer, action, body));
		let signed = signed.expect("our own messages are JSON; qed");
		(REQUEST_HEADER, BASE64_STANDARD.encode(signed))
	}

	/// A request without a body.
	fn request(&self, method: Method, path: &str, time_limit: Option<Duration>) -> Request {
		let (url, headers) = (format!("{}{path}", self.url), vec![]);
		Request { method, url, headers, body: RequestBody::Empty, time_limit }
	}

	/// A request with this body, as JSON.
	fn json<B: Serialize>(&self, path: &str, body: &B, time_limit: Duration) -> Request {
		let body = serde_json::to_vec(body).expect("our own messages are JSON; qed");
		let headers = vec![("content-type", "application/json".to_owned())];
		let body = RequestBody::Bytes(body);
		Request { headers, body, ..self.request(Method::Post, path, Some(time_limit)) }
	}

	/// The bytes that answer a request, if the custodian does not refuse it. It is the same code for all
	/// requests: a copy for each of them would be a part of the wallet's core that is worth counting.
	async fn answer(&self, make: &MakeRequest<'_>) -> Result<Vec<u8>, CustodianError> {
		self.retry(|| async {
			read_bytes(accepted(self.transport.send(make()).await?).await?).await
		})
		.await
	}

	async fn get<R: DeserializeOwned>(
		&self,
		path: &str,
		time_limit: Duration,
	) -> Result<R, CustodianError> {
		parse(&self.answer(&|| self.request(Method::Get, path, Some(time_limit))).await?)
	}

	async fn post<B: Serialize + SyncOutsideWasm, R: DeserializeOwned>(
		&self,
		path: &str,
		signer: &impl Signer,
		action: &str,
		body: &B,
	) -> Result<R, CustodianError> {
		self.post_for(path, signer, action, body, ANSWER).await
	}

	async fn post_for<B: Serialize + SyncOutsideWasm, R: DeserializeOwned>(
		&self,
		path: &str,
		signer: &impl Signer,
		action: &str,
		body: &B,
		time_limit: Duration,
	) -> Result<R, CustodianError> {
		// Signed again each time, because a nonce is valid once.
		let make = || self.json(path, &self.signed(signer, action, body), time_limit);
		parse(&self.answer(&make).await?)
	}

	/// The answer, if it is a success. A refusal must come soon, also where the request has no time limit.
	async fn accepted_in_time(&self, answer: Response) -> Result<Response, CustodianError> {
		let late = || CustodianError::Unreachable("it does not finish its answer".into());
		let in_time = self.transport.in_time(self.transport.silence(), accepted(answer)).await;
		in_time.ok_or_else(late)?
	}

	async fn retry<R, F: Future<Output = Result<R, CustodianError>>>(
		&self,
		request: impl Fn() -> F,
	) -> Result<R, CustodianError> {
		let start = self.transport.elapsed();
		let mut pause = None;
		let mut tried = 1;
		loop {
			let error = match request().await {
				Err(error) if error.may_pass() => error,
				result => return result,
			};
			// A custodian that does not answer at all is not waited for again.
			let (tries, longest, now) = match error {
				CustodianError::NotYet => {
					(self.tries_for_finality, ANSWER, pause.unwrap_or(FIRST_PAUSE_FOR_FINALITY))
				},
				CustodianError::TooManyUploads(seconds) => {
					let named = Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER));
					(self.tries_for_a_turn, LONGEST_TURN, named.max(FIRST_PAUSE))
				},
				_ => (self.tries, ANSWER, pause.unwrap_or(FIRST_PAUSE)),
			};
			let elapsed = self.transport.elapsed().saturating_sub(start);
			if tried >= tries || elapsed >= longest {
				return Err(error);
			}
			self.transport.note_retry(&self.url, &error, tried);
			self.transport.sleep(now).await;
			pause = Some((now * 2).min(LONGEST_PAUSE));
			tried += 1;
		}
	}
}

impl<T: Transport> Custodian for RestCustodian<T> {
	type Download = ContentStream<CustodianError>;

	fn without_retries(mut self) -> Self {
		(self.tries, self.tries_for_finality, self.tries_for_a_turn) = (1, 1, 1);
		self
	}

	async fn about(&self) -> Result<About, CustodianError> {
		self.get("/v1/custodian", ANSWER).await
	}

	async fn add_content<S: Content<std::io::Error> + 'static>(
		&self,
		signer: &impl Signer,
		cid: &Cid,
		length: u64,
		content: impl Fn() -> S + SendOutsideWasm + SyncOutsideWasm,
	) -> Result<(), CustodianError> {
		let body = AddContent { cid: cid::text(cid), length };
		self.retry(|| async {
			let mut request = self.request(Method::Post, "/v1/content", None);
			request.headers.push(self.signed_header(signer, action::ADD_CONTENT, &body));
			request.body = RequestBody::Content { length, stream: boxed(content()) };
			let answer = self.transport.send(request).await?;
			self.accepted_in_time(answer).await.map(drop)
		})
		.await
	}

	async fn content(&self, cid: Cid) -> Result<Self::Download, CustodianError> {
		let path = format!("/v1/content/{}", cid::text(&cid));
		let answer = self
			.retry(|| async {
				let request = self.request(Method::Get, &path, None);
				self.accepted_in_time(self.transport.send(request).await?).await
			})
			.await?;
		let state = (Some(CidBuilder::new()), answer.body);
		Ok(boxed(futures::stream::unfold(state, move |(builder, mut stream)| async move {
			let mut builder = builder?;
			match stream.next().await {
				Some(Ok(piece)) => {
					builder.update(&piece);
					Some((Ok(piece), (Some(builder), stream)))
				},
				Some(Err(error)) => Some((Err(error), (None, stream))),
				None if builder.finish() == cid => None,
				None => Some((Err(CustodianError::Damaged(cid::text(&cid))), (None, stream))),
			}
		})))
	}

	async fn content_bytes(&self, cid: Cid, max: usize) -> Result<Vec<u8>, CustodianError> {
		read_at_most(self.content(cid).await?, max).await
	}

	async fn deliver_envelope(
		&self,
		signer: &impl Signer,
		envelope: &DeliverEnvelope,
	) -> Result<EnvelopeReceipt, CustodianError> {
		self.post("/v1/envelopes", signer, action::DELIVER_ENVELOPE, envelope).await
	}

	async fn release(
		&self,
		signer: &impl Signer,
		request: &AskRelease,
	) -> Result<Release, CustodianError> {
		self.post("/v1/releases", signer, action::RELEASE, request).await
	}

	async fn carry_share(
		&self,
		signer: &impl Signer,
		share: &CarryShare,
	) -> Result<(), CustodianError> {
		let _: serde_json::Value =
			self.post("/v1/carried", signer, action::CARRY_SHARE, share).await?;
		Ok(())
	}

	async fn patient_envelope(
		&self,
		signer: &impl Signer,
		request: &FetchPatientEnvelope,
	) -> Result<PatientEnvelope, CustodianError> {
		self.post("/v1/patient-envelopes", signer, action::FETCH_PATIENT_ENVELOPE, request).await
	}

	async fn deliver_label_key(
		&self,
		signer: &impl Signer,
		delivery: &DeliverLabelKey,
	) -> Result<(), CustodianError> {
		let _: serde_json::Value =
			self.post("/v1/label-keys", signer, action::DELIVER_LABEL_KEY, delivery).await?;
		Ok(())
	}

	async fn label_key(
		&self,
		signer: &impl Signer,
		patient: &AccountId,
	) -> Result<SealedLabelKey, CustodianError> {
		let patient = (*patient != signer.account()).then(|| patient.into());
		let request = FetchLabelKey { patient };
		self.post("/v1/label-key", signer, action::FETCH_LABEL_KEY, &request).await
	}

	async fn label_tags(
		&self,
		signer: &impl Signer,
		request: &AskLabelTags,
	) -> Result<WordTags, CustodianError> {
		self.post("/v1/label-tags", signer, action::LABEL_TAGS, request).await
	}

	async fn log_page(
		&self,
		signer: &impl Signer,
		request: &ReadLog,
	) -> Result<LogPage, CustodianError> {
		self.post("/v1/log", signer, action::READ_LOG, request).await
	}

	async fn evaluate(
		&self,
		signer: &impl Signer,
		request: &EvaluateIdentifiers,
	) -> Result<EvaluatedIdentifiers, CustodianError> {
		self.post("/v1/studies/evaluations", signer, action::STUDY_EVALUATE, request).await
	}

	async fn send_nullifiers(
		&self,
		signer: &impl Signer,
		part: &SendNullifiers,
	) -> Result<NullifiersReceipt, CustodianError> {
		self.post("/v1/studies/nullifiers", signer, action::STUDY_NULLIFIERS, part).await
	}

	async fn doubles(
		&self,
		signer: &impl Signer,
		request: &AskDoubles,
	) -> Result<Doubles, CustodianError> {
		self.post("/v1/studies/doubles", signer, action::STUDY_DOUBLES, request).await
	}

	async fn send_report(
		&self,
		signer: &impl Signer,
		report: &SendReport,
	) -> Result<ReportReceipt, CustodianError> {
		self.post("/v1/studies/reports", signer, action::STUDY_REPORT, report).await
	}

	async fn study_status(
		&self,
		signer: &impl Signer,
		request: &AskStudyStatus,
	) -> Result<StudyStatus, CustodianError> {
		self.post("/v1/studies/status", signer, action::STUDY_STATUS, request).await
	}

	async fn openable(
		&self,
		signer: &impl Signer,
		request: &AskOpenable,
	) -> Result<Openable, CustodianError> {
		self.post("/v1/openable", signer, action::OPENABLE, request).await
	}

	async fn names(&self, signer: &impl Signer) -> Result<StaffNames, CustodianError> {
		self.post("/v1/names", signer, action::ASK_NAMES, &AskNames {}).await
	}

	async fn set_names(
		&self,
		signer: &impl Signer,
		names: &SetNames,
	) -> Result<(), CustodianError> {
		let _: serde_json::Value =
			self.post("/v1/names/set", signer, action::SET_NAMES, names).await?;
		Ok(())
	}

	async fn list_names(
		&self,
		signer: &impl Signer,
		request: &ListNames,
	) -> Result<StaffNames, CustodianError> {
		self.post("/v1/names/list", signer, action::LIST_NAMES, request).await
	}

	async fn synced(&self, signer: &impl Signer) -> Result<Synced, CustodianError> {
		self.post("/v1/sync", signer, action::READ_SYNCED, &ReadSynced {}).await
	}

	async fn replace_synced(
		&self,
		signer: &impl Signer,
		request: &ReplaceSynced,
	) -> Result<(), CustodianError> {
		let _: serde_json::Value =
			self.post("/v1/sync/replace", signer, action::REPLACE_SYNCED, request).await?;
		Ok(())
	}
}

/// The answer, if it is a success.
async fn accepted(answer: Response) -> Result<Response, CustodianError> {
	let (code, reason) = (answer.status, answer.reason.clone());
	match code {
		200..300 => return Ok(answer),
		status::TOO_EARLY => return Err(CustodianError::NotYet),
		status::SERVICE_UNAVAILABLE if answer.retry_after.is_some() => {
			let named = answer.retry_after.as_ref().and_then(|seconds| seconds.parse().ok());
			let refusal = read_json::<Refusal>(answer).await?;
			return Err(match refusal.kind.as_str() {
				"too-many-uploads" => CustodianError::TooManyUploads(named.unwrap_or_default()),
				_ => CustodianError::Behind(one_line(&refusal.error)),
			});
		},
		_ => {},
	}
	let Refusal { error: message, kind } = match read_json::<Refusal>(answer).await {
		Ok(refusal) => refusal,
		Err(_) => {
			let error = if reason.is_empty() { "no reason given".to_owned() } else { reason };
			Refusal { error, kind: String::new() }
		},
	};
	Err(match (code, kind.as_str()) {
		(status::FORBIDDEN, "replaced-key") => CustodianError::Replaced,
		(status::FORBIDDEN, _) => CustodianError::NoAccess,
		(status::NOT_FOUND, "no-label-key") => CustodianError::NoLabelKey,
		(status::NOT_FOUND, "incomplete") => CustodianError::Incomplete,
		(status::NOT_FOUND, _) => CustodianError::NotFound,
		(status::CONFLICT, "other-label-key") => CustodianError::OtherLabelKey,
		(status::CONFLICT, "other-revision") => CustodianError::OtherRevision,
		(status::TOO_MANY_REQUESTS, "too-many-tags") => CustodianError::TooManyTags,
		(status::TOO_MANY_REQUESTS | status::SERVICE_UNAVAILABLE, _) => CustodianError::Busy,
		_ => CustodianError::Refused { status: code, message: one_line(&message) },
	})
}

/// The answer's bytes, if they are not too many.
async fn read_bytes(answer: Response) -> Result<Vec<u8>, CustodianError> {
	if answer.content_length.is_some_and(|length| length > MAX_ANSWER as u64) {
		return Err(too_long(MAX_ANSWER));
	}
	read_at_most(answer.body, MAX_ANSWER).await
}

/// The answer's JSON.
async fn read_json<R: DeserializeOwned>(answer: Response) -> Result<R, CustodianError> {
	parse(&read_bytes(answer).await?)
}

fn parse<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, CustodianError> {
	serde_json::from_slice(bytes)
		.map_err(|error| CustodianError::Nonsense(one_line(&error.to_string())))
}

/// All bytes, if they are not more than this.
async fn read_at_most(
	mut stream: ContentStream<CustodianError>,
	max: usize,
) -> Result<Vec<u8>, CustodianError> {
	let mut bytes = Vec::new();
	while let Some(piece) = stream.next().await {
		bytes.extend_from_slice(&piece?);
		if bytes.len() > max {
			return Err(too_long(max));
		}
	}
	Ok(bytes)
}

fn too_long(max: usize) -> CustodianError {
	CustodianError::Nonsense(format!("more than {max} bytes"))
}

#[cfg(test)]
mod tests;
