//! The name of a request, with which its lines in the log are found. The caller sends it in the header
//! `X-Request-Id`, so that a person can quote it although no answer came. Otherwise the custodian makes one.
//! Every answer has it.
//!
//! Clients send another random name with every request. One for a whole command, or for a person, would tell
//! custodians that compare their logs what belongs together, such as the download of content, which is not
//! signed, and the release of its key. The name is in no database, no metric and no other message.

use axum::{
	body::Body,
	extract::MatchedPath,
	http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode},
	middleware::Next,
};
use tracing::Instrument;

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// How many digits a name has.
const DIGITS: usize = 16;

/// Names the request in the lines of the log that it makes, and in its answer.
pub async fn name(request: Request<Body>, next: Next) -> Response<Body> {
	let id = sent(request.headers()).unwrap_or_else(random);
	// Of the level of errors, so that a log that has only these has it too.
	let span = tracing::error_span!("request", id);
	let endpoint = request.extensions().get::<MatchedPath>().cloned();
	async move {
		let mut response = next.run(request).await;
		tell_refusal(response.status(), endpoint.as_ref().map_or("other", |path| path.as_str()));
		if let Ok(id) = HeaderValue::from_str(&id) {
			response.headers_mut().insert(HEADER, id);
		}
		response
	}
	.instrument(span)
	.await
}

/// The name that the caller sent, if it has exactly the form that clients use: nothing else gets into the
/// log.
fn sent(headers: &HeaderMap) -> Option<String> {
	let mut all = headers.get_all(HEADER).iter();
	let id = all.next().filter(|_| all.next().is_none())?.to_str().ok()?;
	let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
	(id.len() == DIGITS && id.bytes().all(is_digit)).then(|| id.to_owned())
}

fn random() -> String {
	hex::encode(vouchsafe_vault::random_bytes::<{ DIGITS / 2 }>())
}

/// Writes a line about a refused request: without who sent it, and without what it was about. Those that
/// anybody can make in any number, and those that clients repeat, are for a log with more detail.
fn tell_refusal(status: StatusCode, endpoint: &str) {
	match status {
		StatusCode::NOT_FOUND | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
			tracing::debug!(status = status.as_u16(), endpoint, "refused a request");
		},
		_ if status.is_client_error() || status.is_server_error() => {
			tracing::info!(status = status.as_u16(), endpoint, "refused a request");
		},
		_ => {},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use axum::{middleware::from_fn, routing::get, Router};
	use std::{
		io::Write,
		sync::{Arc, Mutex},
	};
	use tower::ServiceExt;

	/// A log in memory.
	#[derive(Clone, Default)]
	struct Lines(Arc<Mutex<Vec<u8>>>);

	impl Write for Lines {
		fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
			self.0.lock().unwrap().extend_from_slice(bytes);
			Ok(bytes.len())
		}

		fn flush(&mut self) -> std::io::Result<()> {
			Ok(())
		}
	}

	impl Lines {
		fn take(&self) -> Vec<serde_json::Value> {
			let bytes = std::mem::take(&mut *self.0.lock().unwrap());
			let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
			lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
		}
	}

	fn service() -> Router {
		let fails = || async {
			tracing::error!("a reason");
			StatusCode::INTERNAL_SERVER_ERROR
		};
		Router::new()
			.route("/good", get(|| async { "good" }))
			.route("/fails/{secret}", get(fails))
			.layer(from_fn(name))
	}

	async fn ask(path: &str, ids: &[&str]) -> Response<Body> {
		let mut request = Request::get(path);
		for id in ids {
			request = request.header(HEADER, HeaderValue::from_bytes(id.as_bytes()).unwrap());
		}
		service().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
	}

	#[tokio::test]
	async fn only_a_well_formed_name_is_taken() {
		let answered = |response: Response<Body>| {
			response.headers()[HEADER].to_str().map(ToOwned::to_owned).unwrap()
		};
		let id = "0123456789abcdef";
		assert_eq!(answered(ask("/good", &[id]).await), id);
		for wrong in [
			&[][..],
			&[""],
			&["0123456789abcde"],
			&["0123456789abcdef0"],
			&["0123456789ABCDEF"],
			&["0123456789abcdeg"],
			&["0123456789abcde\u{e9}"],
			&["0123456789abcdef", "0123456789abcdef"],
			&["0123456789abcdef, x"],
		] {
			let [one, other] =
				[answered(ask("/good", wrong).await), answered(ask("/good", wrong).await)];
			assert!(one != other && one.len() == DIGITS && one != id, "{wrong:?}");
			assert!(one.bytes().all(|digit| digit.is_ascii_hexdigit()));
		}
	}

	#[tokio::test]
	async fn the_lines_of_a_request_have_its_name_and_nothing_of_the_request() {
		let lines = Lines::default();
		let writer = lines.clone();
		let subscriber = tracing_subscriber::fmt()
			.with_env_filter("info")
			.with_writer(move || writer.clone())
			.json()
			.flatten_event(true)
			.finish();
		let _guard = tracing::subscriber::set_default(subscriber);
		let id = "00000000000000aa";
		assert_eq!(
			ask("/fails/mrs-meyer", &[id]).await.status(),
			StatusCode::INTERNAL_SERVER_ERROR
		);
		let written = lines.take();
		assert_eq!(written.len(), 2, "{written:?}");
		for line in &written {
			assert_eq!(line["span"]["id"], id, "{line}");
			assert!(!line.to_string().contains("meyer"), "{line}");
		}
		assert_eq!(written[0]["message"], "a reason");
		assert_eq!(written[1]["status"], 500);
		assert_eq!(written[1]["endpoint"], "/fails/{secret}");
		ask("/good", &[id]).await;
		ask("/nothing", &[id]).await;
		assert!(lines.take().is_empty(), "a request that succeeds, or that anybody sends");
	}
}
