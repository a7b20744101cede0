//! Kubo's RPC. No other module speaks it. `ipfs-api-backend-hyper` is the transport. If its types
//! no longer fit Kubo's answers, this module defines its own.
//!
//! Everything is added with the same options, so that every node computes the same CID. Kubo's
//! answer is compared with the CID that is computed here ([`crate::cid`]).
//!
//! Kubo is not trusted: it may hang, be slow, break off or lie. Each request with its answer has
//! one time limit, each answer a largest length, and bytes are checked against their CID.

use crate::{
	cid::{cid_of, has_links, levels, links, Cid, CidBuilder, MAX_NODE},
	patience::Patience,
};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use ipfs_api_backend_hyper::{request::ApiRequest, IpfsApi, IpfsClient, TryFromUri};
use serde::de::DeserializeOwned;
use std::{
	collections::HashSet,
	future::Future,
	io,
	pin::{pin, Pin},
	task::{Context, Poll},
	time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

mod damage;
pub mod inspection;
mod requests;
#[cfg(test)]
mod tests;

use requests::*;

/// How long Kubo may take.
const LIMITS: Limits = Limits {
	answer: Duration::from_secs(10),
	content: Patience { silence: Duration::from_secs(30), slowest: 64 * 1024 },
};
/// Largest answer, except for content.
const MAX_ANSWER: usize = 1 << 20;
/// Largest block that Kubo fetches.
const MAX_BLOCK: usize = 4 << 20;
/// Largest list of all pins, and how long it may take.
const MAX_PINS: usize = 256 << 20;
const ALL_PINS: Duration = Duration::from_secs(60);
/// What Kubo says of content that it does not have.
const MISSING: &str = "not found locally";
/// Longest text of an error that is repeated.
const MAX_TEXT: usize = 500;
/// How many blocks one request removes.
const REMOVED_AT_ONCE: usize = 64;

/// What can go wrong with Kubo.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IpfsError {
	/// It can't be reached, or is silent or too slow.
	#[error("the IPFS node can't be reached: {0}. Is it running, and is the address right?")]
	Unreachable(String),
	/// It refused the request.
	#[error("the IPFS node says: {0}")]
	Refused(String),
	/// It does not have the content itself.
	#[error("the IPFS node does not have it: {0}")]
	Missing(String),
	/// The bytes are not those of the CID.
	#[error("the IPFS node gives other bytes than those of {0}: its copy is damaged")]
	Damaged(String),
	/// There are more bytes than expected.
	#[error("there are more than the {0} bytes that were expected")]
	TooLong(u64),
	/// There are fewer bytes than expected.
	#[error("there are {got} bytes, not {expected}")]
	TooShort {
		/// How many were expected.
		expected: u64,
		/// How many there are.
		got: u64,
	},
	/// The bytes to add could not be read.
	#[error("the content to add can't be read: {0}")]
	BrokenOff(String),
}

impl IpfsError {
	/// Whether its content can never be what was asked for.
	pub fn is_wrong_content(&self) -> bool {
		matches!(self, Self::Damaged(_) | Self::TooLong(_) | Self::TooShort { .. })
	}

	/// Whether Kubo's disk is full.
	pub fn is_full(&self) -> bool {
		matches!(self, Self::Refused(text) if text.contains("no space left"))
	}
}

/// How long Kubo may take.
#[derive(Clone, Copy)]
struct Limits {
	/// For a short request.
	answer: Duration,
	/// For content that it gives or takes. The silence is also how long adding any content may take.
	content: Patience,
}

/// A Kubo node. Cheap to clone.
#[derive(Clone)]
pub struct Ipfs {
	client: IpfsClient,
	limits: Limits,
}

impl Ipfs {
	/// The node at this address, such as `http://127.0.0.1:5001`. Does not connect yet.
	pub fn new(url: &str) -> Result<Self, IpfsError> {
		let client = IpfsClient::from_str(url.trim_end_matches('/'))
			.map_err(|error| IpfsError::Refused(format!("{url} is not an address: {error}")))?;
		Ok(Self { client, limits: LIMITS })
	}

	/// Kubo's version.
	pub async fn version(&self) -> Result<String, IpfsError> {
		let answer: VersionAnswer = json(&self.client, self.limits.answer, Version {}).await?;
		Ok(shortened(answer.version))
	}

	/// Whether Kubo syncs the blocks that it stores. It does not by default, and then a power cut can
	/// damage what it has confirmed. `None` if its store is not made of files.
	pub async fn syncs_blocks(&self) -> Result<Option<bool>, IpfsError> {
		let request = Config { arg: "Datastore.Spec" };
		let spec: Setting = json(&self.client, self.limits.answer, request).await?;
		Ok(file_stores(&spec.value).into_iter().reduce(|one, other| one && other))
	}

	/// How many peers are connected.
	pub async fn peers(&self) -> Result<usize, IpfsError> {
		let answer: Peers =
			json(&self.client, self.limits.answer, SwarmPeers { verbose: false }).await?;
		Ok(answer.peers.map_or(0, |peers| peers.len()))
	}

	/// Adds and pins these `length` bytes, which have been checked to be those of the CID.
	pub async fn add<S, E>(&self, content: S, cid: &Cid, length: u64) -> Result<(), IpfsError>
	where
		S: Stream<Item = Result<Bytes, E>> + Send + 'static,
		E: std::fmt::Display + Send,
	{
		let (sender, receiver) = mpsc::channel(4);
		let pump = async move {
			let mut content = pin!(content);
			while let Some(piece) = content.next().await {
				let (piece, broken) = match piece {
					Ok(piece) => (Ok(piece), None),
					// An error in the body makes Kubo drop the bytes so far.
					Err(error) => (Err(io::Error::other("broken off")), Some(error.to_string())),
				};
				if sender.send(piece).await.is_err() {
					break;
				}
				if let Some(error) = broken {
					return Err(IpfsError::BrokenOff(error));
				}
			}
			Ok(())
		};
		let mut form = ipfs_api_backend_hyper::Form::default();
		form.add_async_reader("path", Pieces(receiver).into_async_read());
		let adding = async {
			let (mut pump, mut answer) = (pin!(pump), pin!(add(&self.client, form)));
			tokio::select! {
				// Kubo can refuse before it has everything.
				answer = answer.as_mut() => answer,
				pumped = pump.as_mut() => {
					pumped?;
					answer.await
				},
			}
		};
		let answer = in_time(self.limits.content.of_content(length), adding).await?;
		if answer != cid.to_string() {
			return Err(IpfsError::Refused(format!("it stored {cid} as {answer}")));
		}
		self.pin(cid, self.limits.content.silence).await
	}

	/// Adds and pins these bytes.
	pub async fn add_bytes(&self, bytes: Vec<u8>) -> Result<Cid, IpfsError> {
		let (cid, length) = (cid_of(&bytes), bytes.len() as u64);
		let content = futures::stream::iter([Ok::<_, io::Error>(Bytes::from(bytes))]);
		self.add(content, &cid, length).await?;
		Ok(cid)
	}

	/// The content of a CID as a stream, if this node has it: other nodes are not asked, so that
	/// their copies do not pass for this node's. If the bytes are not those of the CID, the stream
	/// ends with an error. So use none of them before the end.
	pub fn cat(
		&self,
		cid: Cid,
	) -> impl Stream<Item = Result<Bytes, IpfsError>> + Send + Unpin + 'static {
		self.cat_from(cid, true)
	}

	fn cat_from(
		&self,
		cid: Cid,
		offline: bool,
	) -> impl Stream<Item = Result<Bytes, IpfsError>> + Send + Unpin + 'static {
		let stream = cat(&self.client, Cat { arg: &format!("/ipfs/{cid}"), offline });
		let late = IpfsError::Unreachable("its content comes too slowly".into());
		Checked::new(cid, Box::pin(self.limits.content.limit(stream, late)))
	}

	/// The content of a CID, checked, if it has at most `max` bytes.
	pub async fn cat_bytes(&self, cid: Cid, max: u64) -> Result<Vec<u8>, IpfsError> {
		let mut stream = self.cat(cid);
		let mut bytes = Vec::new();
		while let Some(piece) = stream.try_next().await? {
			if bytes.len() as u64 + piece.len() as u64 > max {
				return Err(IpfsError::TooLong(max));
			}
			bytes.extend_from_slice(&piece);
		}
		Ok(bytes)
	}

	/// Fetches content of this length from other nodes, checks it and pins it. Little more than that is
	/// fetched, whatever the CID stands for. Gives up after `patience`. The blocks that were fetched
	/// until then stay for the next attempt.
	pub async fn fetch(&self, cid: &Cid, length: u64, patience: Duration) -> Result<(), IpfsError> {
		let fetching = async {
			self.fetch_nodes(cid, length).await?;
			let mut stream = self.cat_from(*cid, false);
			let mut got = 0u64;
			while let Some(piece) = stream.try_next().await? {
				got = got.saturating_add(piece.len() as u64);
				if got > length {
					return Err(IpfsError::TooLong(length));
				}
			}
			if got < length {
				return Err(IpfsError::TooShort { expected: length, got });
			}
			self.pin(cid, patience).await
		};
		in_time(patience, fetching).await
	}

	/// Fetches the nodes above the leaves, one by one, and checks that there are as many as content of
	/// this length has. Other nodes could stand for any number of blocks without content, which Kubo
	/// would all fetch.
	async fn fetch_nodes(&self, cid: &Cid, length: u64) -> Result<(), IpfsError> {
		let damaged = || IpfsError::Damaged(cid.to_string());
		let mut level = vec![*cid];
		for count in levels(length) {
			let mut below = Vec::with_capacity(count);
			for node in level {
				if !has_links(&node) {
					return Err(damaged());
				}
				let request = BlockGet { arg: &node.to_string(), offline: false };
				let block = ask(&self.client, request, None, MAX_BLOCK).await?;
				let is_short = block.len() <= MAX_NODE;
				below.extend(is_short.then(|| links(&block)).flatten().ok_or_else(damaged)?);
				if below.len() > count {
					return Err(damaged());
				}
			}
			if below.len() < count {
				return Err(damaged());
			}
			level = below;
		}
		match level.iter().any(has_links) {
			true => Err(damaged()),
			false => Ok(()),
		}
	}

	/// Pins content that is here. Gives up after `patience`.
	pub async fn pin(&self, cid: &Cid, patience: Duration) -> Result<(), IpfsError> {
		let request = PinAdd { arg: &cid.to_string(), recursive: true, progress: false };
		let _: serde_json::Value = json(&self.client, patience, request).await?;
		Ok(())
	}

	/// Removes the pin, if there is one.
	pub async fn unpin(&self, cid: &Cid) -> Result<(), IpfsError> {
		let request = PinRm { arg: &cid.to_string(), recursive: true };
		match json::<_, serde_json::Value>(&self.client, self.limits.answer, request).await {
			Err(IpfsError::Refused(text)) if text.contains("not pinned") => Ok(()),
			Err(error) => Err(error),
			Ok(_) => Ok(()),
		}
	}

	/// Removes content with its pin, block by block. Blocks that other pinned content needs stay.
	pub async fn remove(&self, cid: &Cid) -> Result<(), IpfsError> {
		self.unpin(cid).await?;
		let mut blocks = self.blocks(cid).await?;
		// The first block last, so that an interrupted removal can be repeated.
		blocks.reverse();
		for blocks in blocks.chunks(REMOVED_AT_ONCE) {
			let answers: Vec<Removed> =
				lines(&self.client, self.limits.content.silence, BlockRm { blocks }).await?;
			let mut failed = answers.into_iter().filter_map(|answer| answer.error);
			// Kubo refuses to remove a pinned block.
			if let Some(error) = failed.find(|error| !error.starts_with("pinned")) {
				return Err(IpfsError::Refused(shortened(error)));
			}
		}
		Ok(())
	}

	/// The blocks of content, its first one first, each once: a few blocks that name each other often
	/// stand for more content than any memory holds. Those below a block that is not here are left out.
	async fn blocks(&self, cid: &Cid) -> Result<Vec<Cid>, IpfsError> {
		let mut blocks = vec![*cid];
		let mut known = HashSet::from([*cid]);
		let mut next = 0;
		while let Some(node) = blocks.get(next).copied() {
			next += 1;
			if !has_links(&node) {
				continue;
			}
			let request = BlockGet { arg: &node.to_string(), offline: true };
			let getting = ask(&self.client, request, None, MAX_BLOCK);
			let below = match in_time(self.limits.answer, getting).await {
				Err(IpfsError::Missing(_)) => continue,
				block => links(&block?).unwrap_or_default(),
			};
			blocks.extend(below.into_iter().filter(|link| known.insert(*link)));
		}
		Ok(blocks)
	}

	/// The CIDs of everything that is pinned recursively.
	pub async fn pins(&self) -> Result<HashSet<String>, IpfsError> {
		let asking = ask(&self.client, AllPins { r#type: "recursive" }, None, MAX_PINS);
		let pins: Pins =
			serde_json::from_slice(&in_time(ALL_PINS, asking).await?).map_err(nonsense)?;
		Ok(pins.keys.into_keys().collect())
	}

	/// Whether the content is pinned here.
	pub async fn is_pinned(&self, cid: &Cid) -> Result<bool, IpfsError> {
		let request = PinLs { arg: &cid.to_string(), r#type: "recursive" };
		match json::<_, serde_json::Value>(&self.client, self.limits.answer, request).await {
			Ok(_) => Ok(true),
			Err(IpfsError::Refused(text)) if text.contains("not pinned") => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// Whether all blocks of this content of `length` bytes are here, without asking other nodes. It is
	/// an error if the first block is not.
	pub async fn is_whole(&self, cid: &Cid, length: u64) -> Result<bool, IpfsError> {
		let request = FilesStat { arg: &format!("/ipfs/{cid}"), with_local: true, offline: true };
		// Kubo reads all blocks.
		let patience = self.limits.content.of_content(length);
		let found: Locality = json(&self.client, patience, request).await?;
		Ok(found.local)
	}

	/// Whether the content's first block is here, without asking other nodes.
	pub async fn has_block(&self, cid: &Cid) -> Result<bool, IpfsError> {
		let request = BlockStat { arg: &cid.to_string(), offline: true };
		match json::<_, serde_json::Value>(&self.client, self.limits.answer, request).await {
			Ok(_) => Ok(true),
			Err(IpfsError::Missing(_)) => Ok(false),
			Err(error) => Err(error),
		}
	}
}

// `Backend`, the trait of these methods, can only be named as a supertrait of `IpfsApi`.

/// The answer, which is one JSON value.
async fn json<R, T>(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	patience: Duration,
	request: R,
) -> Result<T, IpfsError>
where
	R: ApiRequest,
	T: DeserializeOwned,
{
	let answer = in_time(patience, ask(client, request, None, MAX_ANSWER)).await?;
	serde_json::from_slice(&answer).map_err(nonsense)
}

/// The answer, which is one JSON value a line.
async fn lines<R, T>(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	patience: Duration,
	request: R,
) -> Result<Vec<T>, IpfsError>
where
	R: ApiRequest,
	T: DeserializeOwned,
{
	let answer = in_time(patience, ask(client, request, None, MAX_ANSWER)).await?;
	let values = serde_json::Deserializer::from_slice(&answer).into_iter();
	values.collect::<Result<_, _>>().map_err(nonsense)
}

/// Adds a file, and returns the CID in the answer.
async fn add(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	form: ipfs_api_backend_hyper::Form<'static>,
) -> Result<String, IpfsError> {
	let answer = ask(client, Add::default(), Some(form), MAX_ANSWER).await?;
	let mut values = serde_json::Deserializer::from_slice(&answer).into_iter();
	match values.next() {
		Some(Ok(AddAnswer { hash })) => Ok(shortened(hash)),
		Some(Err(error)) => Err(nonsense(error)),
		None => Err(IpfsError::Refused("nothing".into())),
	}
}

/// Whether each store of blocks in files syncs, in Kubo's description of its stores.
fn file_stores(spec: &serde_json::Value) -> Vec<bool> {
	let own = (spec["type"] == "flatfs").then(|| spec["sync"] == true);
	let mounts = spec["mounts"].as_array().into_iter().flatten();
	own.into_iter().chain(mounts.chain(spec.get("child")).flat_map(file_stores)).collect()
}

/// The bytes of an answer, if they are not too many.
async fn ask<R: ApiRequest>(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	request: R,
	form: Option<ipfs_api_backend_hyper::Form<'static>>,
	max: usize,
) -> Result<Vec<u8>, IpfsError> {
	let request = client.build_base_request(request, form).map_err(from_client)?;
	let mut stream = client.request_stream_bytes(request);
	let mut answer = Vec::new();
	while let Some(piece) = stream.try_next().await.map_err(from_client)? {
		if answer.len() + piece.len() > max {
			return Err(IpfsError::Refused(format!("more than {max} bytes")));
		}
		answer.extend_from_slice(&piece);
	}
	Ok(answer)
}

fn cat(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	request: Cat,
) -> impl Stream<Item = Result<Bytes, IpfsError>> + Send + Unpin + 'static {
	match client.build_base_request(request, None) {
		Ok(request) => client.request_stream_bytes(request).map_err(from_client).left_stream(),
		Err(error) => futures::stream::iter([Err(from_client(error))]).right_stream(),
	}
}

async fn in_time<T>(
	patience: Duration,
	work: impl Future<Output = Result<T, IpfsError>>,
) -> Result<T, IpfsError> {
	let late = |_| IpfsError::Unreachable(format!("it did not finish in {} s", patience.as_secs()));
	timeout(patience, work).await.map_err(late)?
}

fn nonsense(error: serde_json::Error) -> IpfsError {
	IpfsError::Refused(format!("something that is not an answer: {error}"))
}

fn from_client(error: ipfs_api_backend_hyper::Error) -> IpfsError {
	use ipfs_api_backend_hyper::Error;
	match error {
		Error::Api(error) if error.message.contains(MISSING) => {
			IpfsError::Missing(shortened(error.message))
		},
		Error::Api(error) => IpfsError::Refused(shortened(error.message)),
		Error::Client(error) => IpfsError::Unreachable(error.to_string()),
		other => IpfsError::Refused(shortened(other.to_string())),
	}
}

/// The beginning of a text that Kubo wrote.
fn shortened(text: String) -> String {
	match text.char_indices().nth(MAX_TEXT) {
		Some((end, _)) => format!("{}…", &text[..end]),
		None => text,
	}
}

/// The pieces of an upload. A channel, because the transport wants what it reads to be `Sync`.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Pieces {
	type Item = io::Result<Bytes>;

	fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
		self.0.poll_recv(context)
	}
}

/// A stream whose bytes must be those of a CID. Otherwise it ends with [`IpfsError::Damaged`].
pub struct Checked<S> {
	cid: Cid,
	builder: Option<CidBuilder>,
	inner: S,
}

impl<S: Stream<Item = Result<Bytes, IpfsError>> + Unpin> Checked<S> {
	/// Checks `inner`.
	pub fn new(cid: Cid, inner: S) -> Self {
		Self { cid, builder: Some(CidBuilder::new()), inner }
	}
}

impl<S: Stream<Item = Result<Bytes, IpfsError>> + Unpin> Stream for Checked<S> {
	type Item = Result<Bytes, IpfsError>;

	fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
		let this = &mut *self;
		let Some(builder) = this.builder.as_mut() else { return Poll::Ready(None) };
		match this.inner.poll_next_unpin(context) {
			Poll::Pending => Poll::Pending,
			Poll::Ready(Some(Ok(piece))) => {
				builder.update(&piece);
				Poll::Ready(Some(Ok(piece)))
			},
			Poll::Ready(Some(Err(error))) => {
				this.builder = None;
				Poll::Ready(Some(Err(error)))
			},
			Poll::Ready(None) => {
				let got = this.builder.take().map(CidBuilder::finish);
				match got == Some(this.cid) {
					true => Poll::Ready(None),
					false => Poll::Ready(Some(Err(IpfsError::Damaged(this.cid.to_string())))),
				}
			},
		}
	}
}
