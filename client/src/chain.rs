//! The chain, known only through its metadata (`metadata.scale`, written by the runtime's tests).
//! Reads are made at a block: the last finalised, the best, or any other; they go through the
//! legacy RPC, which answers at once. What is submitted is followed until it is final.

use futures::{Stream, StreamExt};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use subxt::{
	backend::LegacyBackend,
	client::{OnlineClient, OnlineClientAtBlock, OnlineClientAtBlockImpl},
	config::RpcConfigFor,
	extrinsics::ExtrinsicEvents,
	rpcs::{
		client::reconnecting_rpc_client::{ExponentialBackoff, RpcClient as ReconnectingClient},
		methods::legacy::LegacyRpcMethods,
		RpcClient,
	},
	transactions::{Payload, SubmittableTransaction, TransactionStatus},
	PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;
use tokio::time::timeout;

// The macro below reads the file without telling cargo: this makes new metadata recompile it.
const _: &[u8] = include_bytes!("../metadata.scale");

/// The chain's types and calls, from its metadata.
#[allow(missing_docs, clippy::all, rustdoc::all)]
#[subxt::subxt(
	runtime_metadata_path = "metadata.scale",
	derive_for_all_types = "Clone, PartialEq, Eq",
	derive_for_type(
		path = "vouchsafe_primitives::audit::LogEntry",
		derive = "::subxt::ext::codec::Encode, ::subxt::ext::codec::Decode",
		recursive
	)
)]
pub mod runtime {}

mod error;
mod reads;

pub use error::{refusal_of, ChainError};
pub use runtime::runtime_types::{
	bounded_collections::bounded_vec::BoundedVec,
	pallet_access_requests::types::{Asked, Request},
	pallet_custody::types::{HolderChoice, HolderState, Opening, SharingSet},
	pallet_enrolment::types::{Account, Affiliation, Institution},
	pallet_records::types::{NewRecord, NewVersion, Record, Version},
	vouchsafe_primitives::{audit::*, consent::*, policy::*, types::*},
};
pub use subxt::utils::{AccountId32 as AccountId, H256};

/// How the chain is configured for subxt.
pub type Config = PolkadotConfig;

/// How long one question to the node may take.
const ANSWER: Duration = Duration::from_secs(15);
/// How long a transaction lives, in blocks, and so how long it is waited for.
const MORTALITY: u64 = 64;
/// How long the pool may take to take a transaction in.
const TAKE_IN: Duration = Duration::from_secs(3);
/// How long nothing is heard of a transaction before it is sent again.
const RESEND: Duration = Duration::from_secs(6);
/// How often a submission is tried again after an error that may pass.
const TRIES: u32 = 5;

/// A connection to a node, which comes back by itself. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
	client: OnlineClient<Config>,
	rpc: LegacyRpcMethods<RpcConfigFor<Config>>,
	/// Held from the look at a nonce until the pool knows of its use.
	nonces: Arc<tokio::sync::Mutex<()>>,
}

/// The chain as of one block. Its methods, the runtime's API, are in `reads.rs`.
#[derive(Clone)]
pub struct At {
	at: OnlineClientAtBlock<Config>,
	/// The block's hash.
	pub hash: H256,
	/// The block's number.
	pub number: u32,
}

/// A transaction that is in a block and has succeeded.
pub struct Included {
	/// The block's hash.
	pub block: H256,
	/// The block's number.
	pub number: u32,
	/// What happened: `included.events.find_first::<runtime::custody::events::OpeningDecided>()`.
	pub events: ExtrinsicEvents<Config>,
}

/// An entry that a block appended to a patient's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedEntry {
	/// Whose log.
	pub patient: AccountId,
	/// The entry's number, from 0.
	pub seq: u64,
	/// Its bytes; see [`decode_entry`].
	pub entry: Vec<u8>,
}

/// How far a transaction must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
	Best,
	Final,
}

/// Which nonce a transaction gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NonceChoice {
	/// The next after those that wait in the pool.
	AfterPending,
	/// The account's own, whatever waits: it replaces what is pending.
	Account,
}

impl Chain {
	/// Connects to a node's WebSocket, `ws://…` or `wss://…`, and gives up after 20 s.
	pub async fn connect(url: &str) -> Result<Self, ChainError> {
		let connecting = async {
			let transport = ReconnectingClient::builder()
				.retry_policy(
					ExponentialBackoff::from_millis(100).max_delay(Duration::from_secs(5)),
				)
				.request_timeout(ANSWER)
				.build(url)
				.await
				.map_err(ChainError::unreachable)?;
			let transport = RpcClient::new(transport);
			let rpc = LegacyRpcMethods::new(transport.clone());
			let backend = LegacyBackend::builder().build(transport);
			let client = OnlineClient::from_backend(Arc::new(backend))
				.await
				.map_err(ChainError::unreachable)?;
			Ok(Self { client, rpc, nonces: Arc::default() })
		};
		timeout(Duration::from_secs(20), connecting)
			.await
			.map_err(|_| ChainError::Unreachable(format!("no node answers at {url}")))?
	}

	/// Hash of the genesis block: which chain it is.
	pub fn genesis(&self) -> H256 {
		self.client.genesis_hash()
	}

	/// The genesis hash that the node tells now; after a reconnection it may be another node.
	pub async fn ask_genesis(&self) -> Result<H256, ChainError> {
		answered(self.rpc.genesis_hash()).await
	}

	/// The chain as of the last finalised block.
	pub async fn finalized(&self) -> Result<At, ChainError> {
		let hash = answered(self.rpc.chain_get_finalized_head()).await?;
		self.at(hash).await
	}

	/// The chain as of the best block.
	pub async fn best(&self) -> Result<At, ChainError> {
		let hash = answered(self.rpc.chain_get_block_hash(None)).await?;
		let hash = hash.ok_or_else(|| ChainError::Foreign("the node has no blocks".into()))?;
		self.at(hash).await
	}

	/// The chain as of this block.
	pub async fn at(&self, hash: H256) -> Result<At, ChainError> {
		let at = answered(self.client.at_block(hash)).await?;
		At::new(at)
	}

	/// The chain as of the block of this number, which should be final.
	pub async fn at_number(&self, number: u32) -> Result<At, ChainError> {
		let at = answered(self.client.at_block(number)).await?;
		At::new(at)
	}

	/// Whether the node still has the state of the first blocks. On a chain younger than what a
	/// pruned node keeps this says yes: ask again later.
	pub async fn is_archive(&self) -> Result<bool, ChainError> {
		let genesis = Some(self.genesis());
		match answered(self.rpc.state_get_keys_paged(&[], 1, None, genesis)).await {
			Ok(keys) => Ok(!keys.is_empty()),
			Err(ChainError::StateGone) => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// The chain's name.
	pub async fn chain_name(&self) -> Result<String, ChainError> {
		answered(self.rpc.system_chain()).await
	}

	/// The chain's type as its specification says: `Development`, `Local`, `Live` or another.
	pub async fn chain_type(&self) -> Result<String, ChainError> {
		answered(self.rpc.system_chain_type()).await
	}

	/// How many peers the node has, and whether it is catching up with them.
	pub async fn peers(&self) -> Result<(usize, bool), ChainError> {
		let health = answered(self.rpc.system_health()).await?;
		Ok((health.peers, health.is_syncing))
	}

	/// The finalised blocks from now on, none left out.
	pub async fn finalized_blocks(
		&self,
	) -> Result<impl Stream<Item = Result<(u32, H256), ChainError>> + Send + Unpin, ChainError> {
		let blocks = answered(self.client.stream_blocks()).await?;
		Ok(Box::pin(blocks.map(|block| {
			let block = block.map_err(ChainError::from_error)?;
			Ok((number(block.number())?, block.hash()))
		})))
	}

	/// Signs and submits a call, and waits until it is final.
	pub async fn submit<C: Payload>(
		&self,
		key: &Keypair,
		call: &C,
	) -> Result<Included, ChainError> {
		self.submit_with(key, call, NonceChoice::AfterPending, Until::Final).await
	}

	/// Signs and submits a call, and waits until it is in the best block. It may still go.
	pub async fn submit_best<C: Payload>(
		&self,
		key: &Keypair,
		call: &C,
	) -> Result<Included, ChainError> {
		self.submit_with(key, call, NonceChoice::AfterPending, Until::Best).await
	}

	/// Signs a revocation at the account's own nonce, so that the quota does not stop it and it
	/// replaces what is pending, and waits until it is final.
	pub async fn submit_revocation<C: Payload>(
		&self,
		key: &Keypair,
		call: &C,
	) -> Result<Included, ChainError> {
		self.submit_with(key, call, NonceChoice::Account, Until::Final).await
	}

	async fn submit_with<C: Payload>(
		&self,
		key: &Keypair,
		call: &C,
		nonce: NonceChoice,
		until: Until,
	) -> Result<Included, ChainError> {
		let mut pause = Duration::from_millis(250);
		let mut tries = 1;
		loop {
			match self.try_submit(key, call, nonce, until).await {
				Err(error) if error.may_pass() && tries < TRIES => {
					tracing::debug!(%error, tries, "submitting again");
					tokio::time::sleep(pause).await;
					pause *= 2;
					tries += 1;
				},
				result => return result,
			}
		}
	}

	async fn try_submit<C: Payload>(
		&self,
		key: &Keypair,
		call: &C,
		nonce: NonceChoice,
		until: Until,
	) -> Result<Included, ChainError> {
		let account = key.public_key().to_account_id();
		let start = self.finalized().await?;
		let turn = self.nonces.lock().await;
		let nonce = match nonce {
			NonceChoice::AfterPending => {
				answered(self.rpc.system_account_next_index(&account)).await?
			},
			NonceChoice::Account => {
				let best = self.best().await?;
				answered(best.at.transactions().account_nonce(&account)).await?
			},
		};
		let params = subxt::config::DefaultExtrinsicParamsBuilder::<Config>::new()
			.nonce(nonce)
			.mortal(MORTALITY)
			.build();
		let transaction =
			answered(start.at.transactions().create_signed(call, key, params)).await?;
		// From here on it may be in the pool: an error of the transport must not sign it anew.
		let mut progress = match timeout(ANSWER, transaction.submit_and_watch()).await {
			Ok(Ok(progress)) => progress,
			Ok(Err(error)) => {
				let error = ChainError::from_error(error);
				if matches!(error, ChainError::Unreachable(_)) {
					drop(turn);
					return self.find(&transaction, start.number, until).await;
				}
				return Err(error);
			},
			Err(_) => {
				drop(turn);
				return self.find(&transaction, start.number, until).await;
			},
		};
		let mut first = timeout(TAKE_IN, progress.next()).await.ok();
		drop(turn);
		let longest = Duration::from_secs(MORTALITY * 4);
		loop {
			let next = match first.take() {
				Some(status) => Ok(status),
				None => timeout(longest, progress.next()).await,
			};
			let status = match next {
				Ok(Some(Ok(status))) => status,
				_ => return self.find(&transaction, start.number, until).await,
			};
			let block = match status {
				TransactionStatus::InFinalizedBlock(block) => block,
				TransactionStatus::InBestBlock(block) if until == Until::Best => block,
				TransactionStatus::Invalid { message }
				| TransactionStatus::Error { message }
				| TransactionStatus::Dropped { message } => {
					return Err(refusal_of(&message).unwrap_or(ChainError::Dropped(message)))
				},
				_ => continue,
			};
			let number = self.at(block.block_hash()).await?.number;
			let events = block.wait_for_success().await.map_err(ChainError::from_error)?;
			return Ok(Included { block: block.block_hash(), number, events });
		}
	}

	/// Looks for a transaction of which nothing more was heard, until it can't come any more. It is
	/// sent again meanwhile, the same bytes, which harms nothing where it is known already.
	async fn find(
		&self,
		transaction: &SubmittableTransaction<Config, OnlineClientAtBlockImpl<Config>>,
		after: u32,
		until: Until,
	) -> Result<Included, ChainError> {
		let hash = transaction.hash();
		let mut sent = Instant::now();
		let mut next = after + 1;
		let last = after.saturating_add(MORTALITY as u32 + 1);
		let mut failures = 0;
		while next <= last {
			let head = match until {
				Until::Final => self.finalized().await,
				Until::Best => self.best().await,
			};
			let head = match head {
				Ok(head) => head,
				Err(error) if failures < 60 => {
					tracing::debug!(%error, "waiting for the node");
					failures += 1;
					tokio::time::sleep(Duration::from_secs(1)).await;
					continue;
				},
				Err(error) => return Err(error),
			};
			if head.number < next {
				if sent.elapsed() > RESEND {
					let _ = answered(self.rpc.author_submit_extrinsic(transaction.encoded())).await;
					sent = Instant::now();
				}
				tokio::time::sleep(Duration::from_millis(500)).await;
				continue;
			}
			let block = self.at_number(next).await?;
			let extrinsics = answered(block.at.extrinsics().fetch()).await?;
			for extrinsic in extrinsics.iter() {
				let extrinsic = extrinsic.map_err(ChainError::from_error)?;
				if extrinsic.hash() == hash {
					let events = answered(extrinsic.events()).await?;
					error::check_success(&events, &block.at)?;
					return Ok(Included { block: block.hash, number: block.number, events });
				}
			}
			next += 1;
		}
		Err(ChainError::Dropped("it was in no block as long as it was valid".into()))
	}
}

/// The entry's bytes without their version, decoded; `None` if they are of another version or
/// not an entry.
pub fn decode_entry(bytes: &[u8]) -> Option<LogEntry> {
	use subxt::ext::codec::DecodeAll;
	match bytes.split_first() {
		Some((1, mut entry)) => LogEntry::decode_all(&mut entry).ok(),
		_ => None,
	}
}

/// A block's number as the chain counts them.
fn number(number: u64) -> Result<u32, ChainError> {
	number.try_into().map_err(|_| ChainError::Foreign("its block numbers are too large".into()))
}

/// The answer, if it comes in time.
async fn answered<T, E: Into<subxt::Error>>(
	question: impl std::future::Future<Output = Result<T, E>>,
) -> Result<T, ChainError> {
	match timeout(ANSWER, question).await {
		Ok(answer) => answer.map_err(ChainError::from_error),
		Err(_) => Err(ChainError::Unreachable("the node does not answer".into())),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use subxt::ext::codec::{DecodeAll, Encode};

	#[test]
	fn entries_are_decoded_by_their_version() {
		let account = AccountId([7; 32]);
		let consent = ConsentRef { grantee: Grantee::Person(account), id: 3 };
		let entry = LogEntry {
			signer: account,
			origin: account,
			acting_for: None,
			purpose: Some(Purpose::Treatment),
			event: LogEvent::ConsentRevoked { consent },
		};
		let bytes = (1u8, &entry).encode();
		assert_eq!(decode_entry(&bytes), Some(entry));
		assert_eq!(decode_entry(&bytes[1..]), None);
		assert_eq!(decode_entry(&[&bytes[..], &[0]].concat()), None);
		assert_eq!(decode_entry(&bytes[..bytes.len() - 1]), None);
		assert_eq!(decode_entry(&[]), None);
	}

	proptest! {
		#[test]
		fn foreign_bytes_are_no_entries(mut bytes: Vec<u8>) {
			bytes.insert(0, 1);
			if let Some(entry) = decode_entry(&bytes) {
				prop_assert_eq!((1u8, entry).encode(), bytes.clone());
			}
			let _ = Grantee::decode_all(&mut &bytes[..]);
		}
	}
}
