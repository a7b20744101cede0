//! Custodians' REST API by HTTP: the transport of [`RestCustodian`]. It connects only to
//! [`AllowedAddresses`], and gives up custodians that are silent or slow.

mod addresses;
mod certificates;
pub mod inspection;

use crate::{
	chain::{AccountId, H256},
	patience::Patience,
	signing::now,
};
use addresses::NotAllowed;
use futures::TryStreamExt;
use reqwest::{
	header::{CONTENT_LENGTH, RETRY_AFTER},
	Client, ClientBuilder, RequestBuilder,
};
use std::{
	pin::pin,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, LazyLock, Once,
	},
	time::{Duration, Instant},
};
use tokio::time::timeout;
use vouchsafe_protocol::{
	rest::{Method, Request, RequestBody, Response, RestCustodian, Transport, SILENCE},
	traits::{boxed, Content, Custodians},
};

pub use addresses::{AllowedAddresses, Network};
pub use vouchsafe_protocol::{errors::CustodianError, traits::Custodian};

/// How long a custodian may take to send content: not for ever, a byte at a time.
const DOWNLOAD: Patience = Patience { silence: SILENCE, slowest: 1024 };
/// How many bytes per second a custodian must take and add to its IPFS node.
const SLOWEST: u64 = 16 * 1024;

/// The header with which a request is named, so that a person can quote it to the custodian's institution,
/// whose log has it. Each request has a new random name: one that several had would tell which of them are
/// of the same person.
const REQUEST_ID: &str = "x-request-id";

/// What [`Transport::elapsed`] counts from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A custodian by HTTP. Cheap to clone.
pub type CustodianClient = RestCustodian<HttpTransport>;

/// HTTP by sockets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpTransport {
	http: Client,
	allowed: AllowedAddresses,
	download: Patience,
}

impl TryFrom<&AllowedAddresses> for HttpTransport {
	type Error = CustodianError;

	/// Connects only to these addresses.
	fn try_from(allowed: &AllowedAddresses) -> Result<Self, CustodianError> {
		let http = build(builder(allowed).read_timeout(SILENCE))?;
		Ok(Self { http, allowed: allowed.clone(), download: DOWNLOAD })
	}
}

impl HttpTransport {
	/// The answer. Its content must not come too slowly if the request has no time limit. A refusal is
	/// limited by who reads it.
	fn response(&self, answer: reqwest::Response, has_time_limit: bool) -> Response {
		let status = answer.status();
		let header = |name| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
		let (retry_after, length) = (header(RETRY_AFTER), header(CONTENT_LENGTH));
		let late = CustodianError::Unreachable("its content comes too slowly".into());
		let stream = answer.bytes_stream().map_err(from_transport);
		let body = match has_time_limit || !status.is_success() {
			true => boxed(stream),
			false => boxed(Box::pin(self.download.limit(stream, late))),
		};
		Response {
			status: status.as_u16(),
			reason: status.canonical_reason().unwrap_or_default().to_owned(),
			retry_after,
			content_length: length.and_then(|length| length.parse().ok()),
			body,
		}
	}
}

impl Transport for HttpTransport {
	async fn send(&self, request: Request) -> Result<Response, CustodianError> {
		let Request { method, url, headers, body, time_limit } = request;
		let host = host_of(&url);
		let host = host.as_str();
		let http = match &body {
			// The silence after the last byte does not count.
			RequestBody::Content { .. } => &build(builder(&self.allowed))?,
			_ => &self.http,
		};
		let mut sending = match method {
			Method::Get => http.get(url),
			Method::Post => http.post(url),
		};
		for (name, value) in headers {
			sending = sending.header(name, value);
		}
		let id = hex::encode(vouchsafe_vault::random_bytes::<8>());
		sending = sending.header(REQUEST_ID, &id);
		if let Some(limit) = time_limit {
			sending = sending.timeout(limit);
		}
		let answer = match body {
			RequestBody::Empty => sending.send().await.map_err(from_transport),
			RequestBody::Bytes(bytes) => sending.body(bytes).send().await.map_err(from_transport),
			RequestBody::Content { length, stream } => {
				let sending = sending.header(CONTENT_LENGTH, length);
				upload(sending, stream, length, SILENCE).await
			},
		};
		match &answer {
			Ok(answer) => tell_refusal(host, answer.status().as_u16(), &id),
			Err(error) => tracing::info!(custodian = host, request = id, "no answer: {error}"),
		}
		Ok(self.response(answer?, time_limit.is_some()))
	}

	async fn sleep(&self, time: Duration) {
		tokio::time::sleep(time).await;
	}

	fn now(&self) -> u64 {
		now()
	}

	fn elapsed(&self) -> Duration {
		START.elapsed()
	}

	fn check(&self, url: &str) -> Result<String, CustodianError> {
		Ok(self.allowed.check(url)?.into())
	}

	fn silence(&self) -> Duration {
		self.download.silence
	}

	fn note_retry(&self, url: &str, error: &CustodianError, tried: u32) {
		tracing::debug!(%error, url, tried, "asking again");
	}
}

/// The custodian's name in its address. What follows it may name content.
fn host_of(url: &str) -> String {
	let parsed = reqwest::Url::parse(url).ok();
	parsed.and_then(|url| Some(url.host_str()?.to_owned())).unwrap_or_default()
}

/// Tells the name of a refused request. Refusals that clients expect, and those that say what to do, are
/// told only to who asks for more.
fn tell_refusal(custodian: &str, status: u16, request: &str) {
	match status {
		200..400 => {},
		403 | 404 | 409 | 425 | 429 | 503 => {
			tracing::info!(custodian, status, request, "the custodian refused a request");
		},
		_ => tracing::warn!(
			custodian,
			status,
			request,
			"the custodian refused a request; its institution finds this number in the custodian's log"
		),
	}
}

pub(crate) fn builder(allowed: &AllowedAddresses) -> ClientBuilder {
	Client::builder()
		.connect_timeout(Duration::from_secs(5))
		.redirect(reqwest::redirect::Policy::none())
		.no_proxy()
		.dns_resolver(Arc::new(allowed.clone()))
}

pub(crate) fn build(builder: ClientBuilder) -> Result<Client, CustodianError> {
	static PROVIDER: Once = Once::new();
	PROVIDER.call_once(|| {
		// If another one is installed already, that one is used.
		let _ = rustls::crypto::ring::default_provider().install_default();
	});
	builder.build().map_err(|error| CustodianError::Unreachable(describe(&error)))
}

/// Sends content of this length. The answer comes after the last byte, so the silence until then does
/// not count, but the custodian must take bytes.
async fn upload(
	request: RequestBuilder,
	content: impl Content<std::io::Error> + 'static,
	length: u64,
	silence: Duration,
) -> Result<reqwest::Response, CustodianError> {
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

pub(crate) fn from_transport(error: reqwest::Error) -> CustodianError {
	let first: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(&error);
	for cause in std::iter::successors(first, |cause| cause.source()) {
		if let Some(not_allowed) = cause.downcast_ref::<NotAllowed>() {
			return CustodianError::Address(not_allowed.to_string());
		}
		if let Some(reason) = certificates::reason(cause) {
			let host = error.url().and_then(|url| url.host_str()).unwrap_or_default();
			return CustodianError::Certificate(format!("{host}: {reason}"));
		}
	}
	CustodianError::Unreachable(describe(&error))
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
	use crate::{
		cid::cid_of,
		messages::{AskRelease, Hex},
	};
	use bytes::Bytes;
	use futures::StreamExt;
	use std::sync::atomic::AtomicU32;
	use subxt_signer::sr25519::dev;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};
	use vouchsafe_protocol::rest::TRIES;

	fn client_of(url: &str) -> CustodianClient {
		client_by(url, HttpTransport::try_from(&AllowedAddresses::all()).unwrap())
	}

	fn client_by(url: &str, transport: HttpTransport) -> CustodianClient {
		let (institution, genesis) = (AccountId::new([1; 32]), H256([2; 32]));
		CustodianClient::new(url, institution, genesis, transport).unwrap()
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

	#[tokio::test]
	async fn every_request_has_another_random_name() {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let served = tokio::spawn(async move {
			let mut names = Vec::new();
			while names.len() < 3 {
				let (mut stream, _) = listener.accept().await.unwrap();
				let mut request = vec![0; 65536];
				let got = stream.read(&mut request).await.unwrap();
				let text = String::from_utf8_lossy(&request[..got]).to_lowercase();
				let name = text.lines().find_map(|line| line.strip_prefix("x-request-id: "));
				names.push(name.unwrap().to_owned());
				let answer =
					"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
				stream.write_all(answer.as_bytes()).await.unwrap();
			}
			names
		});
		// It is tried three times.
		assert_eq!(release(&client_of(&url)).await, CustodianError::Busy);
		let mut names = served.await.unwrap();
		let is_id = |name: &String| {
			name.len() == 16 && name.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
		};
		assert!(names.iter().all(is_id), "{names:?}");
		names.sort();
		names.dedup();
		assert_eq!(names.len(), 3);
	}

	async fn release(client: &CustodianClient) -> CustodianError {
		let ask = AskRelease { patient: Hex([3; 32]), record: Hex([4; 32]), version: 0 };
		client.release(&dev::alice(), &ask).await.unwrap_err()
	}

	#[tokio::test]
	async fn refusals_are_final_and_what_may_pass_is_asked_again() {
		for (status, body, expected, asked_times) in [
			("403 Forbidden", r#"{"error":"no access"}"#, CustodianError::NoAccess, 1),
			("403 Forbidden", "<h1>nginx</h1>", CustodianError::NoAccess, 1),
			(
				"403 Forbidden",
				r#"{"error":"another","kind":"replaced-key"}"#,
				CustodianError::Replaced,
				1,
			),
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
				"409 Conflict",
				r#"{"error":"newer","kind":"other-revision"}"#,
				CustodianError::OtherRevision,
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
		let mut transport = HttpTransport::try_from(&AllowedAddresses::all()).unwrap();
		transport.http = build(builder(&transport.allowed).read_timeout(silence)).unwrap();
		let client = client_by(&upload_server(8, true).await, transport).without_retries();
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
		let mut transport = HttpTransport::try_from(&AllowedAddresses::all()).unwrap();
		transport.download = Patience { silence, ..DOWNLOAD };
		client_by(&url, transport).without_retries()
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
