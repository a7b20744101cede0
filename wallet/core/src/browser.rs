//! The browser's worker as the core's [`Host`]. What it does of itself is in `js/worker.ts`.

use crate::{
	account::Account,
	app::{App, Beside},
	device::DeviceKey,
	extension::Prompts,
	failure::Trouble,
	host::{Host, StorageError, Target, Writer},
	messages::{Message, Request},
	unlocked::{Pending, Unlocked},
};
use anyhow::Result;
use bytes::Bytes;
use futures::stream;
use js_sys::{Array, Uint8Array};
use std::{sync::Arc, time::Duration};
use vouchsafe_protocol::{
	errors::CustodianError,
	rest::{self, Method, RequestBody, Response, Transport},
};
use vouchsafe_vault::passphrase::Cost;
use wasm_bindgen::prelude::*;
// What wasm-bindgen makes of asynchronous functions needs it.
use wasm_bindgen_futures as _;
use wasm_split_helpers::{wasm_split, SplitLoaderError};

#[wasm_bindgen]
extern "C" {
	/// The worker's host.
	#[derive(Clone)]
	#[wasm_bindgen(typescript_type = "Host")]
	pub type WorkerHost;

	#[wasm_bindgen(method, catch)]
	async fn load(this: &WorkerHost) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, catch)]
	async fn store(this: &WorkerHost, changes: Array) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, catch)]
	async fn texts(this: &WorkerHost, language: &str) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, getter)]
	fn checkpoint(this: &WorkerHost) -> Option<String>;
	#[wasm_bindgen(method)]
	fn origin(this: &WorkerHost) -> String;
	#[wasm_bindgen(method, catch)]
	async fn replace(this: &WorkerHost, values: Array) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, catch)]
	async fn document(this: &WorkerHost, key: &str) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, js_name = ownFile)]
	fn own_file(this: &WorkerHost) -> FileTarget;
	#[wasm_bindgen(method, js_name = removeOwnFiles)]
	fn remove_own_files(this: &WorkerHost);
	#[wasm_bindgen(method, js_name = postFile)]
	fn post_file(this: &WorkerHost, message: &str, file: &FileTarget);
	#[wasm_bindgen(method)]
	fn now(this: &WorkerHost) -> f64;
	#[wasm_bindgen(method)]
	fn elapsed(this: &WorkerHost) -> f64;
	#[wasm_bindgen(method)]
	async fn sleep(this: &WorkerHost, milliseconds: f64) -> JsValue;
	#[wasm_bindgen(method)]
	fn post(this: &WorkerHost, message: &str, bytes: Option<Uint8Array>);
	#[wasm_bindgen(method, catch)]
	async fn send(
		this: &WorkerHost,
		method: &str,
		url: &str,
		headers: Array,
		body: Option<Uint8Array>,
		limit: Option<f64>,
	) -> Result<JsValue, JsValue>;

	/// A file that something can be written into.
	#[derive(Clone)]
	#[wasm_bindgen(typescript_type = "FileTarget")]
	pub type FileTarget;

	#[wasm_bindgen(method, catch)]
	async fn begin(this: &FileTarget) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, catch)]
	async fn discard(this: &FileTarget) -> Result<JsValue, JsValue>;

	/// What writes a file.
	#[wasm_bindgen(typescript_type = "FileWriter")]
	type FileWriter;

	#[wasm_bindgen(method, catch)]
	async fn write(this: &FileWriter, bytes: Uint8Array) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method, catch)]
	async fn finish(this: &FileWriter) -> Result<JsValue, JsValue>;
	#[wasm_bindgen(method)]
	fn abandon(this: &FileWriter);

	/// An answer of a custodian.
	#[wasm_bindgen(typescript_type = "Answer")]
	type WorkerAnswer;

	#[wasm_bindgen(method, getter)]
	fn status(this: &WorkerAnswer) -> u16;
	#[wasm_bindgen(method, getter)]
	fn reason(this: &WorkerAnswer) -> String;
	#[wasm_bindgen(method, getter, js_name = retryAfter)]
	fn retry_after(this: &WorkerAnswer) -> Option<String>;
	#[wasm_bindgen(method, getter)]
	fn length(this: &WorkerAnswer) -> Option<f64>;
	#[wasm_bindgen(method, catch)]
	async fn next(this: &WorkerAnswer) -> Result<JsValue, JsValue>;
}

fn milliseconds(time: Duration) -> f64 {
	time.as_secs_f64() * 1000.0
}

fn from_milliseconds(time: f64) -> Duration {
	Duration::try_from_secs_f64(time / 1000.0).unwrap_or_default()
}

/// What JavaScript says went wrong.
fn said(error: &JsValue) -> String {
	let error = error.dyn_ref::<js_sys::Error>();
	error.map_or_else(String::new, |error| String::from(error.message()))
}

impl Transport for WorkerHost {
	async fn send(&self, request: rest::Request) -> Result<Response, CustodianError> {
		let unreachable = |error: JsValue| CustodianError::Unreachable(said(&error));
		let rest::Request { method, url, headers, body, time_limit } = request;
		let method = match method {
			Method::Get => "GET",
			Method::Post => "POST",
		};
		let pairs = headers.into_iter().map(|(name, value)| {
			JsValue::from(Array::of2(&JsValue::from_str(name), &JsValue::from_str(&value)))
		});
		let headers: Array = pairs.collect();
		let body = match body {
			RequestBody::Empty => None,
			RequestBody::Bytes(bytes) => Some(Uint8Array::from(&bytes[..])),
			RequestBody::Content { stream, .. } => {
				// Browsers send no streams over HTTP/1.1.
				let bytes = collect(stream).await?;
				Some(Uint8Array::from(&bytes[..]))
			},
		};
		let limit = time_limit.map(milliseconds);
		let answer = Self::send(self, method, &url, headers, body, limit).await;
		let answer: WorkerAnswer = answer.map_err(unreachable)?.unchecked_into();
		let (status, reason) = (answer.status(), answer.reason());
		let (retry_after, length) = (answer.retry_after(), answer.length());
		let body = stream::unfold(Some(answer), move |answer| async move {
			let answer = answer?;
			match answer.next().await {
				Ok(piece) if piece.is_null() || piece.is_undefined() => None,
				Ok(piece) => {
					let piece = Bytes::from(Uint8Array::from(piece).to_vec());
					Some((Ok(piece), Some(answer)))
				},
				Err(error) => Some((Err(CustodianError::Unreachable(said(&error))), None)),
			}
		});
		Ok(Response {
			status,
			reason,
			retry_after,
			// Not negative, and far below the limit of what a number holds exactly.
			content_length: length.map(|it| it as u64),
			body: Box::pin(body),
		})
	}

	async fn sleep(&self, time: Duration) {
		Self::sleep(self, milliseconds(time)).await;
	}

	fn now(&self) -> u64 {
		Host::now(self)
	}

	fn elapsed(&self) -> Duration {
		Host::elapsed(self)
	}

	/// The browser's policy for the worker says which addresses are allowed: `https`, and this device in
	/// development.
	fn check(&self, url: &str) -> Result<String, CustodianError> {
		let is_local =
			["http://localhost:", "http://127.0.0.1:"].iter().any(|start| url.starts_with(start));
		let is_plain =
			url.chars().all(|letter| letter.is_ascii_graphic()) && !url.contains(['?', '#', '@']);
		match (is_local || url.starts_with("https://")) && is_plain {
			true => Ok(url.to_owned()),
			false => Err(CustodianError::Address("it must begin with https://".into())),
		}
	}
}

async fn collect(
	mut content: vouchsafe_protocol::traits::ContentStream<std::io::Error>,
) -> Result<Vec<u8>, CustodianError> {
	use futures::StreamExt;
	let mut bytes = Vec::new();
	while let Some(piece) = content.next().await {
		let piece = piece.map_err(|error| CustodianError::Unreachable(error.to_string()))?;
		bytes.extend_from_slice(&piece);
	}
	Ok(bytes)
}

fn not_stored(error: JsValue) -> StorageError {
	StorageError(said(&error))
}

impl Target for FileTarget {
	type Writer = BrowserWriter;

	async fn begin(&self) -> Result<BrowserWriter, StorageError> {
		let writer = Self::begin(self).await.map_err(not_stored)?;
		let piece = Uint8Array::new_with_length(0);
		Ok(BrowserWriter { writer: writer.unchecked_into(), piece, is_finished: false })
	}

	async fn discard(&self) {
		// A file that cannot be removed is empty.
		let _ = Self::discard(self).await;
	}
}

/// Writes a file.
pub struct BrowserWriter {
	writer: FileWriter,
	/// The browser's memory for what is being written, which is used again for the next bytes.
	piece: Uint8Array,
	is_finished: bool,
}

impl Writer for BrowserWriter {
	async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
		let length = u32::try_from(bytes.len()).map_err(|error| StorageError(error.to_string()))?;
		if self.piece.length() < length {
			self.piece = Uint8Array::new_with_length(length);
		}
		let piece = self.piece.subarray(0, length);
		piece.copy_from(bytes);
		self.writer.write(piece).await.map(drop).map_err(not_stored)
	}

	async fn finish(mut self) -> Result<(), StorageError> {
		self.writer.finish().await.map_err(not_stored)?;
		self.is_finished = true;
		Ok(())
	}
}

impl Drop for BrowserWriter {
	fn drop(&mut self) {
		if !self.is_finished {
			self.writer.abandon();
		}
	}
}

impl Host for WorkerHost {
	type Transport = Self;
	type Target = FileTarget;

	fn transport(&self) -> Self {
		self.clone()
	}

	fn checkpoint(&self) -> Option<String> {
		Self::checkpoint(self)
	}

	fn origin(&self) -> String {
		Self::origin(self)
	}

	async fn load(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
		let loaded = Self::load(self).await.map_err(not_stored)?;
		let loaded = Array::from(&loaded);
		let pairs = loaded.iter().map(|pair| {
			let pair = Array::from(&pair);
			let key = pair.get(0).as_string().unwrap_or_default();
			(key, Uint8Array::new(&pair.get(1)).to_vec())
		});
		Ok(pairs.collect())
	}

	async fn store(&self, changes: Vec<(String, Option<Vec<u8>>)>) -> Result<(), StorageError> {
		let pairs = changes.into_iter().map(|(key, value)| {
			let value = value.map_or(JsValue::NULL, |it| Uint8Array::from(&it[..]).into());
			JsValue::from(Array::of2(&JsValue::from_str(&key), &value))
		});
		let stored = Self::store(self, pairs.collect()).await;
		stored.map(drop).map_err(not_stored)
	}

	async fn replace(&self, values: Vec<(String, Vec<u8>)>) -> Result<(), StorageError> {
		let pairs = values.into_iter().map(|(key, value)| {
			let value: JsValue = Uint8Array::from(&value[..]).into();
			JsValue::from(Array::of2(&JsValue::from_str(&key), &value))
		});
		Self::replace(self, pairs.collect()).await.map(drop).map_err(not_stored)
	}

	async fn document(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
		let found = Self::document(self, key).await.map_err(not_stored)?;
		Ok((!found.is_undefined()).then(|| Uint8Array::new(&found).to_vec()))
	}

	fn own_file(&self) -> FileTarget {
		Self::own_file(self)
	}

	fn remove_own_files(&self) {
		Self::remove_own_files(self);
	}

	async fn texts(&self, language: &str) -> Option<String> {
		Self::texts(self, language).await.ok()?.as_string()
	}

	async fn open_account(
		&self,
		key: DeviceKey,
		stored: Vec<(String, Vec<u8>)>,
		prompts: Prompts,
	) -> Result<Arc<dyn Unlocked<Self>>> {
		open_account(self.clone(), key, stored, prompts).await?.await
	}

	fn now(&self) -> u64 {
		// Milliseconds since 1970 are exact, and not negative.
		(Self::now(self) / 1000.0) as u64
	}

	fn elapsed(&self) -> Duration {
		from_milliseconds(Self::elapsed(self))
	}

	async fn sleep(&self, time: Duration) {
		Self::sleep(self, milliseconds(time)).await;
	}

	fn post(&self, message: Message, bytes: Option<Vec<u8>>) {
		let json = serde_json::to_string(&message).expect("our own messages are JSON; qed");
		Self::post(self, &json, bytes.map(|it| Uint8Array::from(&it[..])));
	}

	fn post_file(&self, message: Message, file: &FileTarget) {
		let json = serde_json::to_string(&message).expect("our own messages are JSON; qed");
		Self::post_file(self, &json, file);
	}
}

impl From<SplitLoaderError> for Trouble {
	fn from(_: SplitLoaderError) -> Self {
		Self::NotLoaded
	}
}

/// Opens an account. What works on it is a part of the program that is fetched now, unless it is there.
#[wasm_split(account, fallible, preload(load_account))]
fn open_account(
	host: WorkerHost,
	key: DeviceKey,
	stored: Vec<(String, Vec<u8>)>,
	prompts: Prompts,
) -> Result<Pending<'static, Arc<dyn Unlocked<WorkerHost>>>, Trouble> {
	Ok(Box::pin(Account::unlock(host, key, stored, prompts)))
}

/// The wallet in a worker.
#[wasm_bindgen]
pub struct Core {
	app: App<WorkerHost>,
}

#[wasm_bindgen]
impl Core {
	/// A locked wallet.
	#[wasm_bindgen(constructor)]
	pub fn new(host: WorkerHost) -> Self {
		Self { app: App::new(host, Cost::USUAL) }
	}

	/// Answers a request of the page, which is JSON. Beside it may be bytes, or a file to write into.
	pub async fn ask(
		&self,
		request: String,
		bytes: Option<Vec<u8>>,
		file: Option<FileTarget>,
	) -> Result<(), JsError> {
		// What serde says of it could repeat a secret.
		let request: Request = serde_json::from_str(&request)
			.map_err(|_| JsError::new("the page asked for what the core does not know"))?;
		let app = self.app.clone();
		app.handle(request, Beside { bytes, file }).await;
		Ok(())
	}

	/// Fetches what will be needed when an account is opened. If that fails, it is tried again then.
	#[wasm_bindgen(js_name = loadAccount)]
	pub async fn load_account(&self) {
		let _ = load_account().await;
	}

	/// Does the work that an answer left for later.
	pub async fn settle(&self) {
		let app = self.app.clone();
		app.settle().await;
	}

	/// Locks the wallet if nothing was asked for a while.
	pub fn tick(&self) {
		self.app.tick();
	}

	/// Locks the wallet now.
	pub fn lock(&self) {
		self.app.lock_now();
	}

	/// Follows the chain until the wallet is locked.
	pub async fn follow(&self) {
		let app = self.app.clone();
		app.follow().await;
	}
}
