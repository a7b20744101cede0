//! A node's RPC. Reads are made at a block: the last finalised, the best, or any other. They use
//! the legacy methods, which answer at once. A submitted call is followed until it is final.

use serde::{Deserialize, Deserializer};
use std::{
	collections::BTreeMap,
	future::Future,
	sync::{atomic::AtomicU64, Arc, Mutex},
	time::Duration,
};
use subxt_rpcs::{
	client::reconnecting_rpc_client::{ExponentialBackoff, RpcClient as ReconnectingClient},
	methods::legacy::{LegacyRpcMethods, NumberOrHex},
	RpcClient, RpcConfig,
};
use tokio::{sync::Semaphore, time::timeout};
use vouchsafe_protocol::{
	api,
	compatibility::RuntimeMetadata,
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	nonces::OwnCalls,
	METADATA_FORMAT,
};

pub(crate) mod belief;
mod evidence;
mod finality;
mod inspection;
pub mod session_keys;
pub(crate) mod submission;

pub use evidence::Block;
pub use finality::{Stall, StallListener};
pub use vouchsafe_protocol::{
	calls,
	errors::{refusal_of, ChainError},
	events::{self, AppendedEntry, Included},
	signing::Signer,
	storage,
	traits::{Submit, View},
	types::*,
};

/// How long one question to the node may take.
const ANSWER: Duration = Duration::from_secs(15);
/// How long the pool may take to accept a transaction.
const TAKE_IN: Duration = Duration::from_secs(3);
/// How often a submission is tried again after an error that may pass.
const TRIES: u32 = 5;
/// How many transactions of one client are pending at once. Each block makes the pool validate all
/// waiting transactions again.
const IN_FLIGHT: usize = 2000;
/// Runtimes whose metadata is kept. A chain has few, but a node could claim many.
const MOST_RUNTIMES: usize = 8;

/// The types of the node's RPC.
enum Types {}

impl RpcConfig for Types {
	type Header = Header;
	type Hash = H256;
	type AccountId = AccountId;
}

/// The fields of a block's header that are read.
#[derive(Debug, Deserialize, codec::Decode)]
#[serde(rename_all = "camelCase")]
struct Header {
	#[serde(deserialize_with = "hex_number")]
	number: u32,
	parent_hash: H256,
	digest: Digest,
}

/// A header's digest.
#[derive(Debug, Deserialize, codec::Decode)]
struct Digest {
	logs: Vec<String>,
}

impl Header {
	/// Whether the block has upgraded the runtime: its digest has `RuntimeEnvironmentUpdated`.
	fn has_upgrade(&self) -> bool {
		self.digest.logs.iter().any(|log| log == "0x08")
	}
}

fn hex_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
	let text = String::deserialize(deserializer)?;
	u32::from_str_radix(text.trim_start_matches("0x"), 16).map_err(serde::de::Error::custom)
}

/// A connection to a node, which reconnects by itself. Cheap to clone.
///
/// Send one request after the other. If a node of SDK 2609 answers two at the same time, it keeps the
/// second answer back until the first one is acknowledged. That takes up to 40 ms, but a request on the
/// same machine takes only 1 ms.
#[derive(Clone)]
pub struct Chain {
	client: RpcClient,
	rpc: LegacyRpcMethods<Types>,
	genesis: H256,
	/// The runtimes that were met, by their spec versions.
	runtimes: Arc<Mutex<BTreeMap<u32, RuntimeMetadata>>>,
	/// Held from reading a nonce until the pool has the transaction that uses it.
	nonces: Arc<tokio::sync::Mutex<()>>,
	in_flight: Arc<Semaphore>,
	own_calls: OwnCalls,
	/// How often calls were sent again.
	sent_again: Arc<AtomicU64>,
	pub(crate) pace: submission::Pace,
	on_stall: Option<StallListener>,
	/// The last final block of the stall that was told last.
	told: Arc<Mutex<Option<u32>>>,
}

/// The chain as of one block.
#[derive(Clone)]
pub struct At {
	chain: Chain,
	/// The block's hash.
	pub hash: H256,
	/// The block's number.
	pub number: u32,
	/// The version of its runtime.
	pub version: RuntimeVersion,
	pub(crate) runtime: RuntimeMetadata,
	made_by: RuntimeMetadata,
}

/// How far a transaction must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
	Best,
	Final,
}

/// Which nonce a transaction gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonceChoice {
	/// The next after those that wait in the pool.
	AfterPending,
	/// The next after this program's own calls: the transaction does not wait for those of others.
	AfterOwn,
	/// The account's own nonce: the transaction replaces a pending one.
	Account,
}

impl View for At {
	fn hash(&self) -> H256 {
		self.hash
	}

	fn number(&self) -> u32 {
		self.number
	}

	fn runtime(&self) -> &RuntimeMetadata {
		&self.runtime
	}

	fn made_by(&self) -> &RuntimeMetadata {
		&self.made_by
	}

	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		self.chain.call(function, &arguments, self.hash).await
	}

	async fn storage(&self, key: Vec<u8>) -> Result<Option<Vec<u8>>, ChainError> {
		let rpc = &self.chain.rpc;
		answered(|| rpc.state_get_storage(&key, Some(self.hash))).await
	}
}

impl At {
	/// Signs a call that is valid from this block on. Refuses a call that the runtime does not take
	/// as this program makes it.
	pub async fn sign(
		&self,
		signer: &impl Signer,
		call: &calls::RuntimeCall,
		nonce: u64,
		blocks: u64,
	) -> Result<Vec<u8>, ChainError> {
		self.runtime.check_call(call)?;
		let binding = Binding {
			version: self.version,
			genesis: self.chain.genesis,
			mortality: Mortality::new(self.number, blocks),
			from: self.hash,
			nonce,
		};
		Ok(extrinsics::sign(signer, call, &binding).await?)
	}
}

impl Submit for Chain {
	type At = At;

	fn genesis(&self) -> H256 {
		self.genesis
	}

	async fn finalized(&self) -> Result<At, ChainError> {
		self.at(answered(|| self.rpc.chain_get_finalized_head()).await?).await
	}

	async fn at_number(&self, number: u32) -> Result<At, ChainError> {
		Self::at_number(self, number).await
	}

	async fn best(&self) -> Result<At, ChainError> {
		let hash = answered(|| self.rpc.chain_get_block_hash(None)).await?;
		self.at(hash.ok_or_else(|| ChainError::foreign("it has no blocks"))?).await
	}

	async fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<calls::RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		submission::submit(self, signer, &call.into(), NonceChoice::AfterPending, Until::Final)
			.await
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<calls::RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		submission::submit(self, signer, &call.into(), NonceChoice::Account, Until::Final).await
	}
}

impl Chain {
	/// Connects to a node's WebSocket, `ws://…` or `wss://…`, and gives up after 20 s. What is used of
	/// the node's runtime is compared when it is used.
	pub async fn connect(url: &str) -> Result<Self, ChainError> {
		let connecting = async {
			let transport = ReconnectingClient::builder()
				.retry_policy(
					ExponentialBackoff::from_millis(100).max_delay(Duration::from_secs(5)),
				)
				.request_timeout(ANSWER)
				.build(url)
				.await
				.map_err(|error| ChainError::Unreachable(error.to_string()))?;
			let client = RpcClient::new(transport);
			let rpc = LegacyRpcMethods::new(client.clone());
			let genesis = answered(|| rpc.genesis_hash()).await?;
			Ok(Self {
				client,
				rpc,
				genesis,
				runtimes: Arc::default(),
				nonces: Arc::default(),
				in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
				own_calls: OwnCalls::default(),
				sent_again: Arc::default(),
				pace: submission::Pace::default(),
				on_stall: None,
				told: Arc::default(),
			})
		};
		timeout(Duration::from_secs(20), connecting)
			.await
			.map_err(|_| ChainError::Unreachable(format!("no node answers at {url}")))?
	}

	/// As if the node were of another chain.
	#[cfg(test)]
	pub(crate) fn set_genesis(&mut self, genesis: H256) {
		self.genesis = genesis;
	}

	/// The genesis hash that the node returns now. After a reconnection it may be another node.
	pub async fn ask_genesis(&self) -> Result<H256, ChainError> {
		answered(|| self.rpc.genesis_hash()).await
	}

	/// The chain as of this block.
	pub async fn at(&self, hash: H256) -> Result<At, ChainError> {
		let header = answered(|| self.rpc.chain_get_header(Some(hash))).await?;
		let header = header.ok_or(ChainError::StateGone)?;
		let version = answered(|| self.rpc.state_get_runtime_version(Some(hash))).await?;
		let runtime = self.runtime(hash, version.spec_version).await?;
		let made_by = if header.has_upgrade() {
			let parent = Some(header.parent_hash);
			let version = answered(|| self.rpc.state_get_runtime_version(parent)).await?;
			self.runtime(header.parent_hash, version.spec_version).await?
		} else {
			runtime.clone()
		};
		let version = RuntimeVersion {
			spec_version: version.spec_version,
			transaction_version: version.transaction_version,
		};
		Ok(At { chain: self.clone(), hash, number: header.number, version, runtime, made_by })
	}

	/// What a function of the runtime answers to these bytes at this block.
	async fn call(
		&self,
		function: &str,
		arguments: &[u8],
		block: H256,
	) -> Result<Vec<u8>, ChainError> {
		answered(|| self.rpc.state_call(function, Some(arguments), Some(block))).await
	}

	/// The chain as of the block of this number, which should be final.
	pub async fn at_number(&self, number: u32) -> Result<At, ChainError> {
		self.at(self.hash_of(number).await?).await
	}

	/// The hash of the block of this number, which should be final.
	pub async fn hash_of(&self, number: u32) -> Result<H256, ChainError> {
		let asked = || self.rpc.chain_get_block_hash(Some(NumberOrHex::Number(number.into())));
		answered(asked).await?.ok_or(ChainError::StateGone)
	}

	/// The runtime of the block's state. Its metadata is read once for each spec version.
	async fn runtime(&self, hash: H256, version: u32) -> Result<RuntimeMetadata, ChainError> {
		let runtimes = || self.runtimes.lock().unwrap_or_else(|error| error.into_inner());
		let known = runtimes().get(&version).cloned();
		if let Some(runtime) = known {
			return Ok(runtime);
		}
		let query = api::metadata(METADATA_FORMAT);
		let metadata = query.decode(&self.call(query.function, &query.arguments, hash).await?)?;
		let runtime = RuntimeMetadata::read(&metadata.unwrap_or_default())?;
		tracing::debug!(version, "read the metadata of the runtime");
		let mut runtimes = runtimes();
		if runtimes.len() >= MOST_RUNTIMES {
			runtimes.pop_first();
		}
		runtimes.insert(version, runtime.clone());
		Ok(runtime)
	}

	/// Whether the node still has the state of the first blocks. On a young chain a pruning node
	/// has not pruned anything yet, so ask again later. One that has synced by warp may have the state of
	/// the genesis block, and not those after it.
	pub async fn is_archive(&self) -> Result<bool, ChainError> {
		let is_new = self.final_hash().await? == self.genesis;
		Ok(self.has_state(0).await? && (is_new || self.has_state(1).await?))
	}

	/// Whether the node still has the state of the block of this number, which should be final.
	pub async fn has_state(&self, number: u32) -> Result<bool, ChainError> {
		let hash = match self.hash_of(number).await {
			Err(ChainError::StateGone) => return Ok(false),
			hash => Some(hash?),
		};
		match answered(|| self.rpc.state_get_keys_paged(&[], 1, None, hash)).await {
			Ok(keys) => Ok(!keys.is_empty()),
			Err(ChainError::StateGone) => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// The chain's name.
	pub async fn chain_name(&self) -> Result<String, ChainError> {
		answered(|| self.rpc.system_chain()).await
	}

	/// The chain's type as its specification says: `Development`, `Local`, `Live` or another.
	pub async fn chain_type(&self) -> Result<String, ChainError> {
		answered(|| self.rpc.system_chain_type()).await
	}

	/// How many peers the node has, and whether it is catching up with them.
	pub async fn peers(&self) -> Result<(usize, bool), ChainError> {
		let health = answered(|| self.rpc.system_health()).await?;
		Ok((health.peers, health.is_syncing))
	}

	/// Signs and submits a call, and waits until it is in the best block. A fork may still drop it.
	pub async fn submit_best(
		&self,
		signer: &impl Signer,
		call: impl Into<calls::RuntimeCall>,
	) -> Result<Included, ChainError> {
		submission::submit(self, signer, &call.into(), NonceChoice::AfterPending, Until::Best).await
	}

	/// Hands a signed transaction to the node's pool, and does not follow it.
	pub async fn hand_in(&self, extrinsic: &[u8]) -> Result<H256, ChainError> {
		answered(|| self.rpc.author_submit_extrinsic(extrinsic)).await
	}
}

/// The answer to a request, if it comes in time. If the connection was lost, the request is
/// repeated.
async fn answered<T, F: Future<Output = Result<T, subxt_rpcs::Error>>>(
	question: impl Fn() -> F,
) -> Result<T, ChainError> {
	let asking = async {
		loop {
			match question().await {
				Err(error) if error.is_disconnected_will_reconnect() => {
					tokio::time::sleep(Duration::from_millis(100)).await;
				},
				answer => return answer.map_err(from_rpc),
			}
		}
	};
	match timeout(ANSWER, asking).await {
		Ok(answer) => answer,
		Err(_) => Err(ChainError::Unreachable("the node does not answer".into())),
	}
}

/// What an error of the RPC means.
fn from_rpc(error: subxt_rpcs::Error) -> ChainError {
	use subxt_rpcs::Error;
	let mut text = chain_of(&error);
	match &error {
		Error::Deserialization(_) | Error::Decode(_) => return ChainError::Foreign(text),
		// The node's reason, such as the code of `CheckEnrolled`, comes beside its message.
		Error::User(user) => {
			if let Some(data) = &user.data {
				text = format!("{text}: {}", data.get().trim_matches('"'));
			}
		},
		_ => {},
	}
	ChainError::from_node(text)
}

/// The error with its causes, in one line.
fn chain_of(error: &dyn std::error::Error) -> String {
	let mut text = error.to_string();
	let mut source = error.source();
	while let Some(cause) = source {
		let cause_text = cause.to_string();
		if !text.contains(&cause_text) {
			text.push_str(": ");
			text.push_str(&cause_text);
		}
		source = cause.source();
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn headers_have_hex_numbers() {
		let header = |number: &str, logs: &str| {
			let parent = format!("0x{}", "07".repeat(32));
			serde_json::from_str::<Header>(&format!(
				r#"{{"number":{number},"parentHash":"{parent}","digest":{{"logs":[{logs}]}}}}"#
			))
		};
		let read = header(r#""0x1a""#, r#""0x06617572612021""#).unwrap();
		assert_eq!((read.number, read.parent_hash), (26, H256([7; 32])));
		assert!(!read.has_upgrade());
		assert!(header(r#""0x1a""#, r#""0x06617572612021","0x08""#).unwrap().has_upgrade());
		assert!(header("26", "").is_err());
		assert!(header(r#""0x100000000""#, "").is_err());
	}
}
