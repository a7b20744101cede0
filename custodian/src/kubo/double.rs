//! A Kubo for tests: a real HTTP server that keeps contents whole, and counts what it is asked.

use axum::{
	body::{to_bytes, Body},
	extract::{RawQuery, State},
	http::{header::CONTENT_TYPE, HeaderMap, StatusCode},
	response::{IntoResponse, Response},
	routing::post,
	Router,
};
use serde_json::json;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard},
};
use vouchsafe_client::{cid::cid_of, ipfs::Ipfs};

/// What a Kubo has.
#[derive(Default)]
pub struct Contents {
	/// Contents by CID.
	pub here: BTreeMap<String, Vec<u8>>,
	/// Contents that other nodes have, under the CID that is asked for.
	pub elsewhere: BTreeMap<String, Vec<u8>>,
	/// Those of which a block was lost. Pinning fetches it again.
	pub cut: BTreeSet<String>,
	/// The pinned ones.
	pub pins: BTreeSet<String>,
	/// The paths that were asked for.
	pub asked: Vec<String>,
	/// Whether every request fails.
	pub is_broken: bool,
	/// Whether it takes for ever to read all blocks of content.
	pub reads_slowly: bool,
}

/// A Kubo. It stops with the test's runtime.
#[derive(Clone)]
pub struct KuboDouble {
	/// The client.
	pub ipfs: Ipfs,
	contents: Arc<Mutex<Contents>>,
}

impl KuboDouble {
	/// An empty one.
	pub async fn start() -> Self {
		let contents = Arc::<Mutex<Contents>>::default();
		let router = Router::new()
			.route("/api/v0/add", post(add))
			.route("/api/v0/{*rest}", post(other))
			.layer(axum::extract::DefaultBodyLimit::disable())
			.with_state(contents.clone());
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let ipfs = Ipfs::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
		tokio::spawn(async move { axum::serve(listener, router).await });
		Self { ipfs, contents }
	}

	/// What it has.
	pub fn contents(&self) -> MutexGuard<'_, Contents> {
		self.contents.lock().unwrap()
	}

	/// Whether it has nothing and was never asked to add anything.
	pub fn is_untouched(&self) -> bool {
		let contents = self.contents();
		contents.here.is_empty() && contents.pins.is_empty() && contents.asked.is_empty()
	}
}

type Shared = State<Arc<Mutex<Contents>>>;

async fn add(State(contents): Shared, headers: HeaderMap, body: Body) -> Response {
	let content_type = headers[CONTENT_TYPE].to_str().unwrap();
	let boundary = content_type.split("boundary=").nth(1).unwrap().trim_matches('"').to_owned();
	let body = to_bytes(body, usize::MAX).await;
	let mut contents = contents.lock().unwrap();
	contents.asked.push("add".into());
	if contents.is_broken {
		return failure("broken");
	}
	let Ok(body) = body else { return failure("the body broke off") };
	let find = |what: &[u8]| body.windows(what.len()).position(|window| window == what).unwrap();
	let start = find(b"\r\n\r\n") + 4;
	let end = find(format!("\r\n--{boundary}--").as_bytes());
	let content = body[start..end].to_vec();
	let cid = cid_of(&content).to_string();
	contents.here.insert(cid.clone(), content);
	json!({ "Name": "path", "Hash": cid, "Size": "1" }).to_string().into_response()
}

async fn other(
	State(contents): Shared,
	axum::extract::Path(path): axum::extract::Path<String>,
	RawQuery(query): RawQuery,
) -> Response {
	let query = query.unwrap_or_default();
	let waits = path == "files/stat" && contents.lock().unwrap().reads_slowly;
	if waits {
		std::future::pending::<()>().await;
	}
	let mut contents = contents.lock().unwrap();
	contents.asked.push(path.clone());
	if contents.is_broken {
		return failure("broken");
	}
	let arguments = query.split('&').filter_map(|one| one.strip_prefix("arg="));
	let cids: Vec<_> = arguments
		.map(|one| one.trim_start_matches("%2Fipfs%2F").trim_start_matches("/ipfs/").to_owned())
		.collect();
	let Some(cid) = cids.first() else { return "{\"Version\":\"0\"}".into_response() };
	if matches!(path.as_str(), "cat" | "pin/add") && !contents.here.contains_key(cid) {
		// Kubo fetches it.
		let Some(found) = contents.elsewhere.get(cid).cloned() else {
			return failure("block was not found locally");
		};
		contents.here.insert(cid.clone(), found);
	}
	match path.as_str() {
		"cat" => {
			let content = &contents.here[cid];
			let cut = if contents.cut.contains(cid) { content.len() / 2 } else { content.len() };
			content[..cut].to_vec().into_response()
		},
		"block/stat" if contents.here.contains_key(cid) => "{}".into_response(),
		"block/stat" => failure("block was not found locally"),
		"files/stat" if contents.cut.contains(cid) => "{}".into_response(),
		"files/stat" if contents.here.contains_key(cid) => "{\"Local\":true}".into_response(),
		"files/stat" => failure("block was not found locally"),
		"pin/add" => {
			contents.cut.remove(cid);
			contents.pins.insert(cid.clone());
			"{}".into_response()
		},
		"pin/ls" if contents.pins.contains(cid) => "{}".into_response(),
		"pin/ls" => failure("it is not pinned"),
		"pin/rm" => match contents.pins.remove(cid) {
			true => "{}".into_response(),
			false => failure("not pinned or pinned indirectly"),
		},
		// Contents are whole here: what should be a node has no links.
		"block/get" if contents.here.contains_key(cid) => match cid.starts_with("bafkrei") {
			true => contents.here[cid].clone().into_response(),
			false => String::new().into_response(),
		},
		"block/get" => failure("block was not found locally"),
		"block/rm" => {
			let lines = cids.iter().map(|cid| match contents.pins.contains(cid) {
				true => json!({ "Hash": cid, "Error": "pinned: recursive" }).to_string(),
				false => {
					contents.here.remove(cid);
					json!({ "Hash": cid }).to_string()
				},
			});
			lines.collect::<Vec<_>>().join("\n").into_response()
		},
		other => failure(&format!("no {other} here")),
	}
}

fn failure(message: &str) -> Response {
	let body = json!({ "Message": message, "Code": 0, "Type": "error" }).to_string();
	(StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}
