//! Kubo's RPC. No other module speaks it. `ipfs-api-backend-hyper` is the transport. If its types
//! no longer fit Kubo's answers, this module defines its own.
//!
//! Everything is added with the same options, so that every node computes the same CID. Kubo's
//! answer is compared with the CID that is computed here ([`crate::cid`]).

use crate::cid::{Cid, CidBuilder};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use ipfs_api_backend_hyper::{request::ApiRequest, IpfsApi, IpfsClient, TryFromUri};
use serde::{Deserialize, Serialize};
use std::{
	collections::{HashMap, HashSet},
	io,
	pin::Pin,
	sync::{Arc, Mutex},
	task::{Context, Poll},
	time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// What Kubo says of content that it does not have.
const MISSING: &str = "not found locally";
/// How long a short request may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the list of all pins may take.
const ALL_PINS: Duration = Duration::from_secs(60);
/// How long Kubo may be silent while bytes flow.
const SILENCE: Duration = Duration::from_secs(30);

/// What can go wrong with Kubo.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IpfsError {
	/// It can't be reached, or is silent.
	#[error("the IPFS node can't be reached: {0}. Is it running, and is the address right?")]
	Unreachable(String),
	/// It refused the request.
	#[error("the IPFS node says: {0}")]
	Refused(String),
	/// The bytes are not those of the CID.
	#[error("the IPFS node gives other bytes than those of {0}: its copy is damaged")]
	Damaged(String),
	/// The bytes to add are not those of the CID.
	#[error("the bytes have the CID {got}, not {expected}")]
	OtherContent {
		/// What they should have.
		expected: String,
		/// What they have.
		got: String,
	},
	/// There are more bytes than expected.
	#[error("there are more than the {0} bytes that were expected")]
	TooLong(u64),
	/// It does not have the content itself.
	#[error("the IPFS node does not have it: {0}")]
	Missing(String),
	/// The sender of the bytes to add stopped.
	#[error("the upload broke off: {0}")]
	BrokenOff(String),
}

/// Added content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
	/// Its CID.
	pub cid: Cid,
	/// Its length in bytes.
	pub length: u64,
}

/// A Kubo node. Cheap to clone.
#[derive(Clone)]
pub struct Ipfs {
	client: IpfsClient,
}

/// `block/stat`, without asking the network.
#[derive(Serialize)]
struct BlockStat<'a> {
	arg: &'a str,
	offline: bool,
}

impl ApiRequest for BlockStat<'_> {
	const PATH: &'static str = "/block/stat";
}

/// `cat`, without asking the network.
#[derive(Serialize)]
struct Cat<'a> {
	arg: &'a str,
	offline: bool,
}

impl ApiRequest for Cat<'_> {
	const PATH: &'static str = "/cat";
}

/// `pin/ls` of all pins.
#[derive(Serialize)]
struct AllPins<'a> {
	r#type: &'a str,
}

impl ApiRequest for AllPins<'_> {
	const PATH: &'static str = "/pin/ls";
}

/// The answer to `pin/ls`. There are no keys if there are no pins.
#[derive(Deserialize)]
struct Pins {
	#[serde(rename = "Keys", default)]
	keys: HashMap<String, serde_json::Value>,
}

/// `repo/gc`.
#[derive(Serialize)]
struct RepoGc {
	quiet: bool,
}

impl ApiRequest for RepoGc {
	const PATH: &'static str = "/repo/gc";
}

/// `pin/ls` of one CID.
#[derive(Serialize)]
struct PinLs<'a> {
	arg: &'a str,
	r#type: &'a str,
}

impl ApiRequest for PinLs<'_> {
	const PATH: &'static str = "/pin/ls";
}

/// `pin/add`, recursive and without progress reports, so that there is one answer.
#[derive(Serialize)]
struct PinAdd<'a> {
	arg: &'a str,
	recursive: bool,
	progress: bool,
}

impl ApiRequest for PinAdd<'_> {
	const PATH: &'static str = "/pin/add";
}

/// `swarm/peers`.
#[derive(Serialize)]
struct SwarmPeers {
	verbose: bool,
}

impl ApiRequest for SwarmPeers {
	const PATH: &'static str = "/swarm/peers";
}

/// The answer to `swarm/peers`. `Peers` is null if there are none.
#[derive(Deserialize)]
struct Peers {
	#[serde(rename = "Peers")]
	peers: Option<Vec<serde_json::Value>>,
}

/// `add` with the options that every node uses. The library's own request leaves some out.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Add {
	cid_version: u32,
	raw_leaves: bool,
	chunker: &'static str,
	hash: &'static str,
	pin: bool,
	quieter: bool,
	progress: bool,
}

impl ApiRequest for Add {
	const PATH: &'static str = "/add";
}

/// The last line of the answer to `add`.
#[derive(Deserialize)]
struct AddAnswer {
	#[serde(rename = "Hash")]
	hash: String,
}

impl Ipfs {
	/// The node at this address, such as `http://127.0.0.1:5001`. Does not connect yet.
	pub fn new(url: &str) -> Result<Self, IpfsError> {
		let client = IpfsClient::from_str(url.trim_end_matches('/'))
			.map_err(|error| IpfsError::Refused(format!("{url} is not an address: {error}")))?;
		Ok(Self { client })
	}

	/// Kubo's version.
	pub async fn version(&self) -> Result<String, IpfsError> {
		Ok(answered(ANSWER, self.client.version()).await?.version)
	}

	/// How many peers are connected.
	pub async fn peers(&self) -> Result<usize, IpfsError> {
		let answer: Peers = json(&self.client, ANSWER, SwarmPeers { verbose: false }).await?;
		Ok(answer.peers.map_or(0, |peers| peers.len()))
	}

	/// Adds and pins a stream of bytes. Refuses more than `max` bytes and, if the CID is known
	/// before, bytes of another CID. The next garbage collection removes what was added of them.
	pub async fn add<S, E>(
		&self,
		content: S,
		expected: Option<Cid>,
		max: u64,
	) -> Result<Added, IpfsError>
	where
		S: Stream<Item = Result<Bytes, E>> + Send + 'static,
		E: std::fmt::Display + Send,
	{
		let (sender, receiver) = mpsc::channel(4);
		let broken = Arc::new(Mutex::new(None));
		let (set_broken, limit) = (broken.clone(), max);
		let pump = async move {
			let mut content = std::pin::pin!(content);
			let mut builder = CidBuilder::new();
			let fail = |error| *set_broken.lock().unwrap_or_else(|e| e.into_inner()) = Some(error);
			loop {
				let piece = match timeout(SILENCE, content.next()).await {
					Ok(Some(Ok(piece))) => piece,
					Ok(None) => return Some(builder),
					Ok(Some(Err(error))) => {
						fail(IpfsError::BrokenOff(error.to_string()));
						break;
					},
					Err(_) => {
						fail(IpfsError::BrokenOff("nothing came for 30 s".into()));
						break;
					},
				};
				builder.update(&piece);
				if builder.length() > limit {
					fail(IpfsError::TooLong(limit));
					break;
				}
				if sender.send(Ok(piece)).await.is_err() {
					break;
				}
			}
			// An error in the body makes Kubo drop the bytes so far.
			let _ = sender.send(Err(io::Error::other("broken off"))).await;
			None
		};
		let mut form = ipfs_api_backend_hyper::Form::default();
		form.add_async_reader("path", Pieces(receiver).into_async_read());
		let request = Add {
			cid_version: 1,
			raw_leaves: true,
			chunker: "size-262144",
			hash: "sha2-256",
			// Pinned only after the CID was found right. Content that was here before is not
			// touched.
			pin: false,
			quieter: true,
			progress: false,
		};
		let (builder, answer) = futures::join!(pump, add(&self.client, request, form));
		if let Some(error) = broken.lock().unwrap_or_else(|e| e.into_inner()).take() {
			return Err(error);
		}
		let answer = answer?;
		let builder =
			builder.ok_or_else(|| IpfsError::Refused("it stopped reading the content".into()))?;
		let length = builder.length();
		let cid = builder.finish();
		if answer != cid.to_string() {
			return Err(IpfsError::Refused(format!("it stored {cid} as {answer}")));
		}
		if let Some(expected) = expected.filter(|expected| *expected != cid) {
			let (expected, got) = (expected.to_string(), cid.to_string());
			return Err(IpfsError::OtherContent { expected, got });
		}
		self.pin(&cid, SILENCE).await?;
		Ok(Added { cid, length })
	}

	/// Adds and pins these bytes.
	pub async fn add_bytes(&self, bytes: Vec<u8>) -> Result<Added, IpfsError> {
		let max = bytes.len() as u64;
		let content = futures::stream::iter([Ok::<_, io::Error>(Bytes::from(bytes))]);
		self.add(content, None, max).await
	}

	/// The content of a CID as a stream, if this node has it: other nodes are not asked, so that
	/// their copies do not pass for this node's. If the bytes are not those of the CID, the stream ends
	/// with an error. So use none of them before the end.
	pub fn cat(
		&self,
		cid: Cid,
	) -> impl Stream<Item = Result<Bytes, IpfsError>> + Send + Unpin + 'static {
		let stream = cat(&self.client, Cat { arg: &format!("/ipfs/{cid}"), offline: true });
		Checked::new(cid, Box::pin(with_patience(stream)))
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

	/// Pins the content, after fetching missing blocks from other nodes. Gives up after `patience`.
	/// The blocks that were fetched until then stay for the next attempt.
	pub async fn pin(&self, cid: &Cid, patience: Duration) -> Result<(), IpfsError> {
		let request = PinAdd { arg: &cid.to_string(), recursive: true, progress: false };
		let _: serde_json::Value = json(&self.client, patience, request).await?;
		Ok(())
	}

	/// Removes the pin, if there is one.
	pub async fn unpin(&self, cid: &Cid) -> Result<(), IpfsError> {
		match answered(ANSWER, self.client.pin_rm(&cid.to_string(), true)).await {
			Err(IpfsError::Refused(text)) if text.contains("not pinned") => Ok(()),
			Err(error) => Err(error),
			Ok(_) => Ok(()),
		}
	}

	/// The CIDs of everything that is pinned recursively.
	pub async fn pins(&self) -> Result<HashSet<String>, IpfsError> {
		let pins: Pins = json(&self.client, ALL_PINS, AllPins { r#type: "recursive" }).await?;
		Ok(pins.keys.into_keys().collect())
	}

	/// Whether the content is pinned here.
	pub async fn is_pinned(&self, cid: &Cid) -> Result<bool, IpfsError> {
		let request = PinLs { arg: &cid.to_string(), r#type: "recursive" };
		match json::<_, serde_json::Value>(&self.client, ANSWER, request).await {
			Ok(_) => Ok(true),
			Err(IpfsError::Refused(text)) if text.contains("not pinned") => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// Whether the content's first block is here, without asking other nodes.
	pub async fn has_block(&self, cid: &Cid) -> Result<bool, IpfsError> {
		let request = BlockStat { arg: &cid.to_string(), offline: true };
		match json::<_, serde_json::Value>(&self.client, ANSWER, request).await {
			Ok(_) => Ok(true),
			Err(IpfsError::Missing(_)) => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// Removes content that is not pinned from the disk.
	pub async fn collect_garbage(&self) -> Result<(), IpfsError> {
		string(&self.client, Duration::from_secs(600), RepoGc { quiet: true }).await?;
		Ok(())
	}
}

// `Backend`, the trait of these methods, can only be named as a supertrait of `IpfsApi`.

async fn json<R, T>(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	patience: Duration,
	request: R,
) -> Result<T, IpfsError>
where
	R: ApiRequest,
	for<'de> T: Deserialize<'de> + Send + 'static,
{
	answered(patience, client.request(request, None)).await
}

async fn string<R: ApiRequest>(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	patience: Duration,
	request: R,
) -> Result<String, IpfsError> {
	answered(patience, client.request_string(request, None)).await
}

async fn add(
	client: &(impl IpfsApi<Error = ipfs_api_backend_hyper::Error> + Sync),
	request: Add,
	form: ipfs_api_backend_hyper::Form<'static>,
) -> Result<String, IpfsError> {
	let text = client.request_string(request, Some(form)).await.map_err(from_client)?;
	let last = text.lines().last().unwrap_or_default();
	let answer: AddAnswer =
		serde_json::from_str(last).map_err(|error| IpfsError::Refused(error.to_string()))?;
	Ok(answer.hash)
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

async fn answered<T>(
	patience: Duration,
	question: impl std::future::Future<Output = Result<T, ipfs_api_backend_hyper::Error>>,
) -> Result<T, IpfsError> {
	match timeout(patience, question).await {
		Ok(answer) => answer.map_err(from_client),
		Err(_) => Err(IpfsError::Unreachable(format!("no answer in {} s", patience.as_secs()))),
	}
}

fn from_client(error: ipfs_api_backend_hyper::Error) -> IpfsError {
	use ipfs_api_backend_hyper::Error;
	match error {
		Error::Api(error) if error.message.contains(MISSING) => IpfsError::Missing(error.message),
		Error::Api(error) => IpfsError::Refused(error.message),
		Error::Client(error) => IpfsError::Unreachable(error.to_string()),
		other => IpfsError::Refused(other.to_string()),
	}
}

/// Ends a stream that is silent for too long.
fn with_patience<T: Send>(
	stream: impl Stream<Item = Result<T, IpfsError>> + Send + Unpin,
) -> impl Stream<Item = Result<T, IpfsError>> + Send {
	futures::stream::unfold(Some(stream), |stream| async {
		let mut stream = stream?;
		match timeout(SILENCE, stream.next()).await {
			Ok(Some(item)) => Some((item, Some(stream))),
			Ok(None) => None,
			Err(_) => Some((Err(IpfsError::Unreachable("nothing came for 30 s".into())), None)),
		}
	})
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cid::cid_of;

	fn pieces(bytes: &'static [u8]) -> impl Stream<Item = Result<Bytes, IpfsError>> + Unpin {
		futures::stream::iter([Ok(Bytes::from_static(bytes))])
	}

	#[tokio::test]
	async fn other_bytes_are_damage() {
		let good: Vec<_> = Checked::new(cid_of(b"abc"), pieces(b"abc")).collect().await;
		assert_eq!(good, [Ok(Bytes::from_static(b"abc"))]);
		for wrong in [&b"abd"[..], b"ab", b"abcd", b""] {
			let last = Checked::new(cid_of(b"abc"), pieces(wrong)).collect::<Vec<_>>().await.pop();
			assert!(matches!(last, Some(Err(IpfsError::Damaged(_)))));
		}
	}

	#[tokio::test]
	async fn a_node_that_is_away_is_told() {
		let ipfs = Ipfs::new("http://127.0.0.1:9/").unwrap();
		assert!(matches!(ipfs.version().await, Err(IpfsError::Unreachable(_))));
		assert!(matches!(
			ipfs.add_bytes(vec![1]).await,
			Err(IpfsError::Unreachable(_) | IpfsError::Refused(_))
		));
	}
}
