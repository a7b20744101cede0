//! The client of a custodian's REST API. Every call has a time limit, and is repeated a few times
//! if trying again can help.

mod addresses;

use crate::{
	chain::{AccountId, H256},
	cid::{Cid, CidBuilder},
	messages::{
		action, About, AddContent, AskDoubles, AskLabelTags, AskRelease, AskStudyStatus,
		CarryShare, DeliverEnvelope, DeliverLabelKey, Doubles, EnvelopeReceipt,
		EvaluateIdentifiers, EvaluatedIdentifiers, FetchLabelKey, FetchPatientEnvelope, LogPage,
		NullifiersReceipt, PatientEnvelope, PeerRequest, ReadLog, Readiness, Refusal, Release,
		ReportReceipt, SealedLabelKey, SendNullifiers, SendReport, Signed, StudyStatus, WordTags,
		MAX_ANSWER, REQUEST_HEADER,
	},
	patience::Patience,
	signing::{now, sign_request, Signer},
};
use addresses::NotAllowed;
use base64::{prelude::BASE64_STANDARD, Engine};
use bytes::Bytes;
use futures::{stream::BoxStream, StreamExt, TryStreamExt};
use reqwest::{header::RETRY_AFTER, Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use serde::{de::DeserializeOwned, Serialize};
use std::{
	pin::pin,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Once,
	},
	time::{Duration, Instant},
};
use tokio::time::timeout;
use vouchsafe_protocol::{
	errors::one_line,
	traits::{Content, Custodians},
};

pub use addresses::{AllowedAddresses, Network};
pub use vouchsafe_protocol::{errors::CustodianError, traits::Custodian};

/// How long one request may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a custodian may be silent while bytes flow.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a custodian may take to send content: not for ever, a byte at a time.
const DOWNLOAD: Patience = Patience { silence: SILENCE, slowest: 1024 };
/// How many bytes per second a custodian must take and add to its IPFS node.
const SLOWEST: u64 = 16 * 1024;
/// How often a request is tried if the custodian cannot be reached or is busy.
const TRIES: u32 = 3;
/// How often a request is tried that needs something which is about to be final.
const TRIES_FOR_FINALITY: u32 = 15;
/// The pause after the first try. Nodes see a final block within some tens of milliseconds of each
/// other, and a custodian that is busy or restarts needs longer.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const FIRST_PAUSE_FOR_FINALITY: Duration = Duration::from_millis(50);

/// A custodian. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CustodianClient {
	http: Client,
	allowed: AllowedAddresses,
	/// Its address, without a slash at the end.
	pub url: String,
	/// The institution whose custodian it is.
	pub institution: AccountId,
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	tries: u32,
	tries_for_finality: u32,
	download: Patience,
}

impl CustodianClient {
	/// The custodian of this institution at this address, which must be an allowed one.
	pub fn new(
		url: &str,
		institution: AccountId,
		genesis: H256,
		allowed: &AllowedAddresses,
	) -> Result<Self, CustodianError> {
		let url = allowed.check(url)?.as_str().trim_end_matches('/').to_owned();
		static PROVIDER: Once = Once::new();
		PROVIDER.call_once(|| {
			// If another one is installed already, that one is used.
			let _ = rustls::crypto::ring::default_provider().install_default();
		});
		let http = build(builder(allowed).read_timeout(SILENCE))?;
		let allowed = allowed.clone();
		let (tries, tries_for_finality) = (TRIES, TRIES_FOR_FINALITY);
		let download = DOWNLOAD;
		Ok(Self { http, allowed, url, institution, genesis, tries, tries_for_finality, download })
	}

	/// Asks it as the custodian of another aggregator of the same study.
	pub async fn ask_peer<R: PeerRequest>(
		&self,
		signer: &impl Signer,
		request: &R,
	) -> Result<R::Answer, CustodianError> {
		self.post(R::PATH, signer, R::ACTION, request).await
	}

	fn signed<T: Serialize>(&self, signer: &impl Signer, action: &str, body: &T) -> Signed {
		sign_request(signer, self.genesis, &self.institution, action, body, now())
	}

	async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CustodianError> {
		self.retry(|| async {
			let request = self.http.get(format!("{}{path}", self.url)).timeout(ANSWER);
			read_json(accepted(request.send().await.map_err(from_transport)?).await?).await
		})
		.await
	}

	async fn post<B: Serialize, T: DeserializeOwned>(
		&self,
		path: &str,
		signer: &impl Signer,
		action: &str,
		body: &B,
	) -> Result<T, CustodianError> {
		self.retry(|| async {
			// Signed again each time, because a nonce is valid once.
			let request = self
				.http
				.post(format!("{}{path}", self.url))
				.timeout(ANSWER)
				.json(&self.signed(signer, action, body));
			read_json(accepted(request.send().await.map_err(from_transport)?).await?).await
		})
		.await
	}

	/// The answer, if it is a success. A refusal must come soon, also where the request has no time limit.
	async fn accepted_in_time(&self, answer: Response) -> Result<Response, CustodianError> {
		let late = |_| CustodianError::Unreachable("it does not finish its answer".into());
		timeout(self.download.silence, accepted(answer)).await.map_err(late)?
	}

	async fn retry<T, F: std::future::Future<Output = Result<T, CustodianError>>>(
		&self,
		request: impl Fn() -> F,
	) -> Result<T, CustodianError> {
		let start = Instant::now();
		let mut pause = None;
		let mut tried = 1;
		loop {
			let error = match request().await {
				Err(error) if error.may_pass() => error,
				result => return result,
			};
			let (tries, first_pause) = match error {
				CustodianError::NotYet => (self.tries_for_finality, FIRST_PAUSE_FOR_FINALITY),
				_ => (self.tries, FIRST_PAUSE),
			};
			// A custodian that does not answer at all is not waited for again.
			if tried >= tries || start.elapsed() >= ANSWER {
				return Err(error);
			}
			tracing::debug!(%error, url = self.url, tried, "asking again");
			let now = pause.unwrap_or(first_pause);
			tokio::time::sleep(now).await;
			pause = Some((now * 2).min(Duration::from_secs(1)));
			tried += 1;
		}
	}
}

fn builder(allowed: &AllowedAddresses) -> ClientBuilder {
	Client::builder()
		.connect_timeout(Duration::from_secs(5))
		.redirect(reqwest::redirect::Policy::none())
		.no_proxy()
		.dns_resolver(Arc::new(allowed.clone()))
}

fn build(builder: ClientBuilder) -> Result<Client, CustodianError> {
	builder.build().map_err(|error| CustodianError::Unreachable(describe(&error)))
}

/// Sends content of this length. The answer comes after the last byte, so the silence until then does
/// not count, but the custodian must take bytes.
async fn upload(
	request: RequestBuilder,
	content: impl Content<std::io::Error> + 'static,
	length: u64,
	silence: Duration,
) -> Result<Response, CustodianError> {
	let taken = Arc::new(AtomicU64::new(0));
	let counter = taken.clone();
	let content = content.inspect_ok(move |piece| {
		counter.fetch_add(piece.len() as u64, Ordering::Relaxed);
	});
	let mut sending = pin!(request.body(reqwest::Body::wrap_stream(content)).send());
	let least = SLOWEST.saturating_mul(silence.as_secs());
	loop {
		let before = taken.load(Ordering::Relaxed);
		let patience = match before < length {
			true => silence,
			false => silence.saturating_add(Duration::from_secs(length / SLOWEST)),
		};
		match timeout(patience, sending.as_mut()).await {
			Ok(answer) => return answer.map_err(from_transport),
			Err(_) => {
				let now = taken.load(Ordering::Relaxed);
				let is_slow = now.saturating_sub(before) < least && now < length;
				if is_slow || now == before {
					return Err(CustodianError::Unreachable("the upload is too slow".into()));
				}
			},
		}
	}
}

/// The custodians of one chain, by HTTP.
#[derive(Clone, Debug)]
pub struct HttpCustodians {
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	/// The addresses that may be connected to.
	pub allowed: AllowedAddresses,
}

impl Custodians for HttpCustodians {
	type Custodian = CustodianClient;

	fn custodian(
		&self,
		url: &str,
		institution: &AccountId,
	) -> Result<CustodianClient, CustodianError> {
		CustodianClient::new(url, institution.clone(), self.genesis, &self.allowed)
	}
}

impl Custodian for CustodianClient {
	type Download = BoxStream<'static, Result<Bytes, CustodianError>>;

	fn without_retries(mut self) -> Self {
		(self.tries, self.tries_for_finality) = (1, 1);
		self
	}

	async fn about(&self) -> Result<About, CustodianError> {
		self.get("/v1/custodian").await
	}

	async fn readiness(&self) -> Result<Readiness, CustodianError> {
		let answer = self.http.get(format!("{}/ready", self.url)).timeout(ANSWER).send().await;
		let answer = answer.map_err(from_transport)?;
		read_json(answer).await
	}

	async fn add_content<S: Content<std::io::Error> + 'static>(
		&self,
		signer: &impl Signer,
		cid: &Cid,
		length: u64,
		content: impl Fn() -> S + Send + Sync,
	) -> Result<(), CustodianError> {
		let body = AddContent { cid: cid.to_string(), length };
		let http = build(builder(&self.allowed))?;
		self.retry(|| async {
			let signed = self.signed(signer, action::ADD_CONTENT, &body);
			let header = serde_json::to_vec(&signed).expect("our own messages are JSON; qed");
			let request = http
				.post(format!("{}/v1/content", self.url))
				.header(REQUEST_HEADER, BASE64_STANDARD.encode(header))
				.header("content-length", length);
			let answer = upload(request, content(), length, SILENCE).await?;
			self.accepted_in_time(answer).await.map(drop)
		})
		.await
	}

	async fn content(&self, cid: Cid) -> Result<Self::Download, CustodianError> {
		let answer = self
			.retry(|| async {
				let request = self.http.get(format!("{}/v1/content/{cid}", self.url));
				self.accepted_in_time(request.send().await.map_err(from_transport)?).await
			})
			.await?;
		let late = CustodianError::Unreachable("its content comes too slowly".into());
		let stream = self.download.limit(answer.bytes_stream().map_err(from_transport), late);
		let state = (Some(CidBuilder::new()), Box::pin(stream));
		Ok(Box::pin(futures::stream::unfold(state, move |(builder, mut stream)| async move {
			let mut builder = builder?;
			match stream.next().await {
				Some(Ok(piece)) => {
					builder.update(&piece);
					Some((Ok(piece), (Some(builder), stream)))
				},
				Some(Err(error)) => Some((Err(error), (None, stream))),
				None if builder.finish() == cid => None,
				None => Some((Err(CustodianError::Damaged(cid.to_string())), (None, stream))),
			}
		})))
	}

	async fn content_bytes(&self, cid: Cid, max: usize) -> Result<Vec<u8>, CustodianError> {
		let mut stream = self.content(cid).await?;
		let mut bytes = Vec::new();
		while let Some(piece) = stream.next().await {
			bytes.extend_from_slice(&piece?);
			if bytes.len() > max {
				return Err(CustodianError::Nonsense(format!("more than {max} bytes")));
			}
		}
		Ok(bytes)
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

	async fn label_key(&self, signer: &impl Signer) -> Result<SealedLabelKey, CustodianError> {
		self.post("/v1/label-key", signer, action::FETCH_LABEL_KEY, &FetchLabelKey {}).await
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
}

/// The answer, if it is a success.
async fn accepted(answer: Response) -> Result<Response, CustodianError> {
	let status = answer.status();
	match status {
		status if status.is_success() => return Ok(answer),
		StatusCode::FORBIDDEN => return Err(CustodianError::NoAccess),
		StatusCode::TOO_EARLY => return Err(CustodianError::NotYet),
		StatusCode::SERVICE_UNAVAILABLE if answer.headers().contains_key(RETRY_AFTER) => {
			let refusal = read_json::<Refusal>(answer).await?;
			return Err(CustodianError::Behind(one_line(&refusal.error)));
		},
		_ => {},
	}
	let Refusal { error: message, kind } = match read_json::<Refusal>(answer).await {
		Ok(refusal) => refusal,
		Err(_) => {
			let error = status.canonical_reason().unwrap_or("no reason given").to_owned();
			Refusal { error, kind: String::new() }
		},
	};
	Err(match (status, kind.as_str()) {
		(StatusCode::NOT_FOUND, "no-label-key") => CustodianError::NoLabelKey,
		(StatusCode::NOT_FOUND, "incomplete") => CustodianError::Incomplete,
		(StatusCode::NOT_FOUND, _) => CustodianError::NotFound,
		(StatusCode::CONFLICT, "other-label-key") => CustodianError::OtherLabelKey,
		(StatusCode::TOO_MANY_REQUESTS, "too-many-tags") => CustodianError::TooManyTags,
		(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
			CustodianError::Busy
		},
		_ => CustodianError::Refused { status: status.as_u16(), message: one_line(&message) },
	})
}

/// The answer's JSON, if it is not too long.
async fn read_json<T: DeserializeOwned>(answer: Response) -> Result<T, CustodianError> {
	let mut stream = answer.bytes_stream();
	let mut bytes = Vec::new();
	while let Some(piece) = stream.next().await {
		bytes.extend_from_slice(&piece.map_err(from_transport)?);
		if bytes.len() > MAX_ANSWER {
			return Err(CustodianError::Nonsense(format!("more than {MAX_ANSWER} bytes")));
		}
	}
	serde_json::from_slice(&bytes)
		.map_err(|error| CustodianError::Nonsense(one_line(&error.to_string())))
}

fn from_transport(error: reqwest::Error) -> CustodianError {
	let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
	match causes.filter_map(|cause| cause.downcast_ref::<NotAllowed>()).next() {
		Some(not_allowed) => CustodianError::Address(not_allowed.to_string()),
		None => CustodianError::Unreachable(describe(&error)),
	}
}

/// The error with its causes. The address must not contain a secret.
fn describe(error: &dyn std::error::Error) -> String {
	let mut text = error.to_string();
	let mut source = error.source();
	while let Some(cause) = source {
		text.push_str(": ");
		text.push_str(&cause.to_string());
		source = cause.source();
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{cid::cid_of, messages::Hex};
	use std::sync::atomic::AtomicU32;
	use subxt_signer::sr25519::dev;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};

	fn client_of(url: &str) -> CustodianClient {
		let (institution, genesis) = (AccountId::new([1; 32]), H256([2; 32]));
		CustodianClient::new(url, institution, genesis, &AllowedAddresses::all()).unwrap()
	}

	/// A server that gives every request the same answer, and counts them.
	async fn server(status: &'static str, body: &'static str) -> (CustodianClient, Arc<AtomicU32>) {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/", listener.local_addr().unwrap());
		let asked = Arc::new(AtomicU32::new(0));
		let counter = asked.clone();
		tokio::spawn(async move {
			while let Ok((mut stream, _)) = listener.accept().await {
				counter.fetch_add(1, Ordering::SeqCst);
				let mut request = vec![0; 65536];
				let _ = stream.read(&mut request).await;
				let length = body.len();
				let answer = format!(
					"HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
				);
				let _ = stream.write_all(answer.as_bytes()).await;
			}
		});
		(client_of(&url), asked)
	}

	async fn release(client: &CustodianClient) -> CustodianError {
		let ask = AskRelease { patient: Hex([3; 32]), record: Hex([4; 32]), version: 0 };
		client.release(&dev::alice(), &ask).await.unwrap_err()
	}

	#[tokio::test]
	async fn refusals_are_final_and_what_may_pass_is_asked_again() {
		for (status, body, expected, asked_times) in [
			("403 Forbidden", r#"{"error":"no access"}"#, CustodianError::NoAccess, 1),
			("404 Not Found", r#"{"error":"not here"}"#, CustodianError::NotFound, 1),
			("404 Not Found", "<h1>nginx</h1>", CustodianError::NotFound, 1),
			(
				"404 Not Found",
				r#"{"error":"a part","kind":"incomplete"}"#,
				CustodianError::Incomplete,
				1,
			),
			(
				"404 Not Found",
				r#"{"error":"none","kind":"no-label-key"}"#,
				CustodianError::NoLabelKey,
				1,
			),
			(
				"409 Conflict",
				r#"{"error":"another","kind":"other-label-key"}"#,
				CustodianError::OtherLabelKey,
				1,
			),
			(
				"400 Bad Request",
				r#"{"error":"bad\u001b[2J\nrequest"}"#,
				CustodianError::Refused { status: 400, message: "bad [2J request".into() },
				1,
			),
			(
				"409 Conflict",
				r#"{"error":"busy proxy"}"#,
				CustodianError::Refused { status: 409, message: "busy proxy".into() },
				1,
			),
			(
				"429 Too Many Requests",
				r#"{"error":"enough","kind":"too-many-tags"}"#,
				CustodianError::TooManyTags,
				1,
			),
			(
				"422 Unprocessable Entity",
				r#"{"error":"the share has the index 2, not 1"}"#,
				CustodianError::Refused {
					status: 422,
					message: "the share has the index 2, not 1".into(),
				},
				1,
			),
			("503 Service Unavailable", "{}", CustodianError::Busy, TRIES),
			("429 Too Many Requests", "{}", CustodianError::Busy, TRIES),
		] {
			let (client, asked) = server(status, body).await;
			assert_eq!(release(&client).await, expected);
			assert_eq!(asked.load(Ordering::SeqCst), asked_times, "{status}");
		}
		// A custodian whose node is behind is not asked again: another one is.
		let behind = "503 Service Unavailable\r\nretry-after: 10";
		let (client, asked) = server(behind, r#"{"error":"the node is behind"}"#).await;
		assert_eq!(release(&client).await, CustodianError::Behind("the node is behind".into()));
		assert_eq!(asked.load(Ordering::SeqCst), 1);
		let (client, asked) = server("425 Too Early", "{}").await;
		assert_eq!(release(&client.without_retries()).await, CustodianError::NotYet);
		assert_eq!(asked.load(Ordering::SeqCst), 1);
	}

	#[tokio::test]
	async fn invalid_responses_are_told() {
		let (client, _) = server("200 OK", r#"{"epoch":"x"}"#).await;
		assert!(matches!(release(&client).await, CustodianError::Nonsense(_)));
		let client = client_of("http://127.0.0.1:9").without_retries();
		assert!(matches!(release(&client).await, CustodianError::Unreachable(_)));
	}

	/// A server that reads a whole upload of these bytes before it answers, or never reads.
	async fn upload_server(length: usize, reads: bool) -> String {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await.unwrap();
			let (mut request, mut piece) = (Vec::new(), [0; 4096]);
			let is_whole = |request: &[u8]| {
				let head = request.windows(4).position(|end| end == b"\r\n\r\n");
				head.is_some_and(|head| request.len() >= head + 4 + length)
			};
			while !is_whole(&request) {
				if !reads {
					return std::future::pending().await;
				}
				let got = stream.read(&mut piece).await.unwrap();
				request.extend_from_slice(&piece[..got]);
			}
			let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await;
		});
		url
	}

	/// The answer comes after the last byte, which comes later than the longest silence.
	#[tokio::test]
	async fn a_slow_upload_is_waited_for_while_bytes_flow() {
		let content = || {
			futures::stream::unfold(0, |sent| async move {
				tokio::time::sleep(Duration::from_millis(100)).await;
				(sent < 8).then_some((Ok(Bytes::from_static(b"x")), sent + 1))
			})
			.boxed()
		};
		let silence = Duration::from_millis(300);
		let uploaded = |url: String| {
			let http = build(builder(&AllowedAddresses::all())).unwrap();
			let request = http.post(url).header("content-length", 8);
			upload(request, content(), 8, silence)
		};
		assert_eq!(uploaded(upload_server(8, true).await).await.unwrap().status(), 201);
		let error = uploaded(upload_server(8, false).await).await.unwrap_err();
		assert!(matches!(error, CustodianError::Unreachable(_)));
		// The whole client, whose silence is the shorter one.
		let mut client = client_of(&upload_server(8, true).await).without_retries();
		client.http = build(builder(&client.allowed).read_timeout(silence)).unwrap();
		client.add_content(&dev::alice(), &cid_of(b"xxxxxxxx"), 8, content).await.unwrap();
	}

	/// A custodian whose answer begins like this and goes on, a byte at a time, for ever.
	async fn dripping(beginning: &'static str) -> CustodianClient {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move {
			while let Ok((mut stream, _)) = listener.accept().await {
				tokio::spawn(async move {
					let _ = stream.read(&mut [0; 65536]).await;
					let _ = stream.write_all(beginning.as_bytes()).await;
					while stream.write_all(b" ").await.is_ok() {
						tokio::time::sleep(Duration::from_millis(50)).await;
					}
				});
			}
		});
		let silence = Duration::from_millis(300);
		let download = Patience { silence, ..DOWNLOAD };
		CustodianClient { download, ..client_of(&url).without_retries() }
	}

	#[tokio::test]
	async fn a_custodian_that_drips_is_given_up() {
		let soon = Duration::from_secs(5);
		let cid = cid_of(b"abc");
		let content = dripping("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
		let got = timeout(soon, content.content_bytes(cid, 100_000)).await.unwrap();
		assert!(matches!(got, Err(CustodianError::Unreachable(_))), "{got:?}");
		let refusing = "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 100000\r\n\r\n";
		let got = timeout(soon, dripping(refusing).await.content_bytes(cid, 10)).await.unwrap();
		assert!(matches!(got, Err(CustodianError::Unreachable(_))), "{got:?}");
		let none = || futures::stream::empty::<std::io::Result<Bytes>>();
		let adding = dripping(refusing).await;
		let got = timeout(soon, adding.add_content(&dev::alice(), &cid, 0, none)).await.unwrap();
		assert!(matches!(got, Err(CustodianError::Unreachable(_))), "{got:?}");
	}

	/// A custodian that claims to have lines without end.
	#[tokio::test]
	async fn a_log_without_end_is_not_read_to_the_end() {
		let line =
			r#"{"seq":0,"block":1,"entry":"0x01","head":"0x"#.to_owned() + &"00".repeat(32) + "\"}";
		let page = |lines: usize| {
			let lines = vec![line.as_str(); lines].join(",");
			format!(r#"{{"count":18446744073709551615,"lines":[{lines}]}}"#).leak()
		};
		let patient = AccountId::new([3; 32]);
		for (lines, count, got) in
			[(1, 3, Some(1)), (500, 600, Some(1000)), (500, 500, Some(1000)), (501, 600, None)]
		{
			let (client, _) = server("200 OK", page(lines)).await;
			let key = dev::alice();
			let reading = client.log(&key, &patient, None, count);
			let log = timeout(Duration::from_secs(20), reading).await.expect("it ends");
			assert_eq!(log.ok().map(|log| log.len()), got, "{lines} {count}");
		}
	}

	#[tokio::test]
	async fn damaged_content_is_named() {
		let (client, _) = server("200 OK", "abc").await;
		assert_eq!(client.content_bytes(cid_of(b"abc"), 3).await.unwrap(), b"abc");
		let other = cid_of(b"abd");
		assert_eq!(
			client.content_bytes(other, 3).await,
			Err(CustodianError::Damaged(other.to_string()))
		);
		assert!(matches!(
			client.content_bytes(cid_of(b"abc"), 2).await,
			Err(CustodianError::Nonsense(_))
		));
	}
}
