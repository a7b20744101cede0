//! Looks at a custodian's address as an engineer does: what answers there, with which certificate, and what
//! time it has.

use super::{build, builder, from_transport, AllowedAddresses, CustodianError};
use reqwest::{header::DATE, tls::TlsInfo};
use std::time::{Duration, UNIX_EPOCH};
use vouchsafe_protocol::messages::MAX_ANSWER;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// An answer, with what its connection shows.
#[derive(Clone, Debug)]
pub struct Seen {
	/// The HTTP status.
	pub status: u16,
	/// The content.
	pub body: Vec<u8>,
	/// The certificate, in DER; none without TLS.
	pub certificate: Option<Vec<u8>>,
	/// The other machine's clock, in seconds since 1970.
	pub date: Option<u64>,
}

/// Asks for this path below a custodian's address.
///
/// # Errors
///
/// It cannot be reached, or its certificate is refused.
pub async fn look(
	url: &str,
	path: &str,
	allowed: &AllowedAddresses,
) -> Result<Seen, CustodianError> {
	let url = allowed.check(url)?;
	let url = format!("{}{path}", url.as_str().trim_end_matches('/'));
	ask(builder(allowed), &url).await
}

async fn ask(builder: reqwest::ClientBuilder, url: &str) -> Result<Seen, CustodianError> {
	let http = build(builder.tls_info(true).timeout(ANSWER))?;
	let mut answer = http.get(url).send().await.map_err(from_transport)?;
	let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
	let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
	let date = date.and_then(|date| Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs()));
	let info = answer.extensions().get::<TlsInfo>();
	let certificate = info.and_then(|info| info.peer_certificate()).map(<[u8]>::to_vec);
	let status = answer.status().as_u16();
	let mut body = Vec::new();
	while let Some(piece) = answer.chunk().await.map_err(from_transport)? {
		body.extend_from_slice(&piece);
		if body.len() > MAX_ANSWER {
			return Err(CustodianError::Nonsense(format!("more than {MAX_ANSWER} bytes")));
		}
	}
	Ok(Seen { status, body, certificate, date })
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};

	#[tokio::test]
	async fn the_status_the_date_and_the_content_are_seen() {
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/a/", listener.local_addr().unwrap());
		let served = tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut request = vec![0; 4096];
			let got = stream.read(&mut request).await.unwrap();
			let answer =
				"HTTP/1.1 503 Service Unavailable\r\ndate: Thu, 01 Jan 1970 00:01:40 GMT\r\n\
			              content-length: 2\r\n\r\n{}";
			stream.write_all(answer.as_bytes()).await.unwrap();
			String::from_utf8_lossy(&request[..got]).into_owned()
		});
		let seen = look(&url, "/ready", &AllowedAddresses::all()).await.unwrap();
		assert_eq!((seen.status, &seen.body[..], seen.date), (503, &b"{}"[..], Some(100)));
		assert!(seen.certificate.is_none());
		assert!(served.await.unwrap().starts_with("GET /a/ready HTTP/1.1"));
		let refused = look("http://127.0.0.1:9", "/ready", &AllowedAddresses::all()).await;
		assert!(matches!(refused, Err(CustodianError::Unreachable(_))));
		let public = AllowedAddresses::public_and(vec![]);
		assert!(look("http://192.0.2.1", "/ready", &public).await.is_err());
	}
}
