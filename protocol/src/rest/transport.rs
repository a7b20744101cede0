//! The HTTP that a client of the REST API needs. Native programs and browsers have different ones.

use crate::{
	errors::CustodianError,
	traits::{ContentStream, SendOutsideWasm, SyncOutsideWasm},
};
use futures::future::{select, Either};
use std::{future::Future, pin::pin, time::Duration};

/// How long a custodian may be silent while bytes flow.
pub const SILENCE: Duration = Duration::from_secs(60);

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
	/// `GET`.
	Get,
	/// `POST`.
	Post,
}

/// What a request carries.
pub enum RequestBody {
	/// Nothing.
	Empty,
	/// These bytes.
	Bytes(Vec<u8>),
	/// Content of this length. The answer comes after its last byte, so the silence until then does not
	/// count, but the custodian must take bytes.
	Content {
		/// How many bytes it has.
		length: u64,
		/// Its bytes.
		stream: ContentStream<std::io::Error>,
	},
}

/// A request to a custodian.
pub struct Request {
	/// How it is made.
	pub method: Method,
	/// The whole address.
	pub url: String,
	/// Its headers. The length of the body is not among them.
	pub headers: Vec<(&'static str, String)>,
	/// What it carries.
	pub body: RequestBody,
	/// How long it may take until the last byte of the answer. Without a limit the custodian must only
	/// not be silent or slow, while it takes content and while it sends some.
	pub time_limit: Option<Duration>,
}

/// A custodian's answer.
pub struct Response {
	/// The HTTP status.
	pub status: u16,
	/// What the status means, for people. It may be empty.
	pub reason: String,
	/// The header `retry-after`.
	pub retry_after: Option<String>,
	/// The header `content-length`.
	pub content_length: Option<u64>,
	/// The bytes, as they come.
	pub body: ContentStream<CustodianError>,
}

/// Sends requests, and knows the time. It follows no redirects and sends no cookies.
pub trait Transport: SendOutsideWasm + SyncOutsideWasm {
	/// Sends a request, and returns the answer as soon as its headers are there.
	///
	/// # Errors
	///
	/// [`CustodianError::Unreachable`], or [`CustodianError::Address`] if the name leads to an address that
	/// is not allowed.
	fn send(
		&self,
		request: Request,
	) -> impl Future<Output = Result<Response, CustodianError>> + SendOutsideWasm;

	/// Waits for so long.
	fn sleep(&self, time: Duration) -> impl Future<Output = ()> + SendOutsideWasm;

	/// Seconds since 1970, by this machine's clock.
	fn now(&self) -> u64;

	/// The time since some fixed moment, by a clock that nobody sets.
	fn elapsed(&self) -> Duration;

	/// The address of a custodian, if this transport may connect to it.
	///
	/// # Errors
	///
	/// [`CustodianError::Address`].
	fn check(&self, url: &str) -> Result<String, CustodianError> {
		let refuse = |reason: &str| Err(CustodianError::Address(reason.into()));
		match url.strip_prefix("https://") {
			None => refuse("it must begin with https://"),
			Some(rest) if rest.contains(['?', '#']) => {
				refuse("it must not contain a query (?) or a fragment (#)")
			},
			Some(rest) if rest.contains('@') => refuse("it must not contain a user or a password"),
			Some(rest) if rest.is_empty() || rest.contains(|c: char| !c.is_ascii_graphic()) => {
				refuse("it is not a URL")
			},
			Some(_) => Ok(url.to_owned()),
		}
	}

	/// How long a custodian may be silent.
	fn silence(&self) -> Duration {
		SILENCE
	}

	/// Is told that a request is made again after this error.
	fn note_retry(&self, _url: &str, _error: &CustodianError, _tried: u32) {}

	/// What this future returns, if it does in time.
	fn in_time<F: Future + SendOutsideWasm>(
		&self,
		limit: Duration,
		future: F,
	) -> impl Future<Output = Option<F::Output>> + SendOutsideWasm
	where
		F::Output: SendOutsideWasm,
	{
		async move {
			match select(pin!(future), pin!(self.sleep(limit))).await {
				Either::Left((output, _)) => Some(output),
				Either::Right(_) => None,
			}
		}
	}
}
