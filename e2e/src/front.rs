//! A proxy in front of a custodian that passes every request on, and changes answers: what a custodian
//! that lies does.

use anyhow::Result;
use axum::{
	body::Bytes,
	extract::{Request, State},
	http::{HeaderName, StatusCode},
	response::{IntoResponse, Response},
	Router,
};
use serde_json::Value;
use std::{net::TcpListener, sync::Arc};

/// The most bytes of a request.
const LONGEST: usize = 64 << 20;

/// Changes an answer in JSON. It is given the path and the request's body as text.
type Change = Arc<dyn Fn(&str, &str, &mut Value) + Send + Sync>;

/// A custodian that lies. It runs until this process ends, because the chain names its address.
#[derive(Debug)]
pub struct Front {
	port: u16,
}

#[derive(Clone)]
struct Custodian {
	url: String,
	http: reqwest::Client,
	change: Change,
}

impl Front {
	/// Lies in front of the custodian with this port.
	pub fn new(
		custodian: u16,
		change: impl Fn(&str, &str, &mut Value) + Send + Sync + 'static,
	) -> Result<Self> {
		let listener = TcpListener::bind(("127.0.0.1", 0))?;
		listener.set_nonblocking(true)?;
		let port = listener.local_addr()?.port();
		let url = format!("http://127.0.0.1:{custodian}");
		let state = Custodian { url, http: reqwest::Client::new(), change: Arc::new(change) };
		let router = Router::new().fallback(pass_on).with_state(state);
		// The runtime of a test ends with the test, and others use the custodian.
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
		std::thread::spawn(move || {
			runtime.block_on(async move {
				axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
			})
		});
		Ok(Self { port })
	}

	/// Its address.
	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}
}

async fn pass_on(State(custodian): State<Custodian>, request: Request) -> Response {
	match ask(&custodian, request).await {
		Ok(answer) => answer,
		Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
	}
}

async fn ask(custodian: &Custodian, request: Request) -> Result<Response> {
	let (head, body) = request.into_parts();
	let body = axum::body::to_bytes(body, LONGEST).await?;
	let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
	let url = format!("{}{path}", custodian.url);
	let mut asking = custodian.http.request(head.method, url).body(body.clone());
	for (name, value) in head.headers.iter().filter(|(name, _)| !is_of_the_connection(name)) {
		asking = asking.header(name, value);
	}
	let answer = asking.send().await?;
	let status = answer.status();
	let headers: Vec<_> = answer
		.headers()
		.iter()
		.filter(|(name, _)| !is_of_the_connection(name))
		.map(|(name, value)| (name.clone(), value.clone()))
		.collect();
	let mut bytes = answer.bytes().await?;
	if let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) {
		(custodian.change)(&path, &String::from_utf8_lossy(&body), &mut json);
		bytes = Bytes::from(serde_json::to_vec(&json)?);
	}
	let mut response = (status, bytes).into_response();
	response.headers_mut().remove("content-type");
	response.headers_mut().extend(headers);
	Ok(response)
}

/// Headers of one connection, which the other one has for itself.
fn is_of_the_connection(name: &HeaderName) -> bool {
	["connection", "content-length", "host", "transfer-encoding"].contains(&name.as_str())
}

#[cfg(test)]
mod tests {
	use super::*;
	use axum::routing::post;
	use serde_json::json;

	#[tokio::test]
	async fn answers_are_changed_on_their_way() {
		crate::install_crypto();
		let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
		let port = listener.local_addr().unwrap().port();
		let router =
			Router::new().route("/v1/log", post(async || axum::Json(json!({ "count": 3 }))));
		tokio::spawn(async move { axum::serve(listener, router).await });
		let front = Front::new(port, |path, request, answer| {
			if path == "/v1/log" && request.contains("Eva") {
				answer["count"] = 2.into();
			}
		});
		let front = front.unwrap();
		let ask = async |who: &'static str| {
			let sent = reqwest::Client::new().post(format!("{}/v1/log", front.url())).body(who);
			sent.send().await.unwrap().json::<Value>().await.unwrap()["count"].clone()
		};
		assert_eq!((ask("Eva").await, ask("Max").await), (2.into(), 3.into()));
	}
}
