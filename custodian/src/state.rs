//! The state that all tasks and requests share.

#[cfg(test)]
pub(crate) mod double;

use crate::{
	api::{cross_origin::Origins, labels::TagLimit},
	chain::{Block, Node},
	config::Config,
	content_locks::ContentLocks,
	encryption::StorageEncryption,
	keys::Keys,
	rates::Rates,
	readiness::ReadinessReport,
	release::Finality,
	store::{Database, StoreError},
	studies::Aggregation,
	transfers::Transfers,
	waiting::Waiting,
};
use anyhow::Context;
use std::{
	sync::{atomic::AtomicU64, Arc, Mutex, RwLock},
	time::{Duration, Instant},
};
use tokio::sync::{watch, Notify};
use vouchsafe_client::{
	chain::{AccountId, H256},
	ipfs::Ipfs,
	messages::Hex,
};

/// What all tasks and requests share.
pub struct State {
	/// The configuration.
	pub config: Config,
	/// The custodian's keys.
	pub keys: Keys,
	/// The database.
	pub database: Arc<dyn Database>,
	/// Encrypts the shares and label keys that the database stores.
	pub encryption: StorageEncryption,
	/// How many label tags an account may ask for.
	pub tag_limit: TagLimit,
	/// How many requests an address, an account and an institution may still make.
	pub rates: Rates,
	/// The origins whose pages may use the API.
	pub origins: Origins,
	/// The contents that are being sent and received.
	pub transfers: Transfers,
	/// The requests that wait for news of the chain.
	pub waiting: Waiting,
	/// Content that is being added, pinned or removed.
	pub content_locks: ContentLocks,
	/// The bytes that uploads and pins under way may still write to the disk.
	pub expected_bytes: Arc<AtomicU64>,
	/// The IPFS node, if there is one.
	pub ipfs: Option<Ipfs>,
	/// What the studies share that it aggregates.
	pub studies: Aggregation,
	/// The results of the checks that `/ready` reports.
	pub readiness: ReadinessReport,
	/// Wakes the task that acknowledges versions.
	pub new_work: Notify,
	/// True once the custodian is to stop.
	pub stopping: watch::Receiver<bool>,
	/// The node, while it may be used.
	node: RwLock<Option<Connected>>,
	/// Whether blocks become final.
	finality: Mutex<Finality>,
	/// A block that was indexed and that the node replaces by another.
	replaced: Mutex<Option<u32>>,
}

/// A node that has passed all checks.
#[derive(Clone)]
pub struct Connected {
	/// The node.
	pub node: Arc<dyn Node>,
	/// The institution for which the chain names this custodian.
	pub institution: Option<AccountId>,
}

impl State {
	/// The state at the start: no node is connected.
	pub fn new(
		config: Config,
		keys: Keys,
		database: Arc<dyn Database>,
		ipfs: Option<Ipfs>,
		stopping: watch::Receiver<bool>,
	) -> Self {
		let encryption = StorageEncryption::new(keys.encryption.clone());
		Self {
			rates: Rates::default(),
			origins: Origins::default(),
			transfers: Transfers::new(&config.api),
			waiting: Waiting::new(&config.api),
			content_locks: ContentLocks::default(),
			expected_bytes: Arc::default(),
			config,
			keys,
			database,
			encryption,
			tag_limit: TagLimit::default(),
			ipfs,
			studies: Aggregation::default(),
			readiness: ReadinessReport::default(),
			new_work: Notify::new(),
			stopping,
			node: RwLock::new(None),
			finality: Mutex::default(),
			replaced: Mutex::default(),
		}
	}

	/// The node, while it may be used.
	pub fn connected(&self) -> Option<Connected> {
		self.node.read().unwrap_or_else(|error| error.into_inner()).clone()
	}

	/// Sets the node that may be used, or that none may.
	pub fn set_connected(&self, node: Option<Connected>) {
		*self.node.write().unwrap_or_else(|error| error.into_inner()) = node;
	}

	/// Notes the number of the last finalised block, and returns how long ago a block became final.
	pub fn note_final(&self, number: u32, now: Instant) -> Duration {
		self.finality.lock().unwrap_or_else(|error| error.into_inner()).note(number, now)
	}

	/// A block that was indexed and that the node replaces by another.
	pub fn replaced(&self) -> Option<u32> {
		*self.replaced.lock().unwrap_or_else(|error| error.into_inner())
	}

	/// Sets whether the node replaces a block that was indexed.
	pub fn set_replaced(&self, block: Option<u32>) {
		*self.replaced.lock().unwrap_or_else(|error| error.into_inner()) = block;
	}

	/// The genesis hash of this custodian's chain: the configured one, or the one seen first.
	pub async fn genesis(&self) -> Result<Option<H256>, StoreError> {
		known_genesis(&self.config, &*self.database).await
	}

	/// Sleeps, and returns false if the custodian is to stop.
	pub async fn pause(&self, pause: Duration) -> bool {
		let mut stopping = self.stopping.clone();
		tokio::select! {
			_ = tokio::time::sleep(pause) => true,
			_ = stopping.wait_for(|stop| *stop) => false,
		}
	}
}

/// The genesis hash of a custodian's chain: the configured one, or the one that its database has seen first.
async fn known_genesis(
	config: &Config,
	database: &dyn Database,
) -> Result<Option<H256>, StoreError> {
	match config.chain.genesis {
		Some(genesis) => Ok(Some(H256(genesis.0))),
		None => Ok(database.genesis().await?.map(H256)),
	}
}

/// For commands: an error if this is not the genesis hash of the custodian's chain.
pub(crate) async fn ensure_own_chain(
	config: &Config,
	database: &dyn Database,
	found: H256,
) -> anyhow::Result<()> {
	let known = known_genesis(config, database).await?;
	anyhow::ensure!(
		known.is_none_or(|known| known == found),
		"the node is on another chain than this database: name a node of the right chain (chain.node, or --node of \
		 `restore --check`)"
	);
	Ok(())
}

/// For commands: the institution for which the chain names the custodian with this account.
pub(crate) async fn own_institution(
	block: &dyn Block,
	account: &AccountId,
) -> anyhow::Result<AccountId> {
	block.custodian_of(account).await?.with_context(|| {
		format!(
			"the chain names no active institution whose custodian is {}: register it first, with \
			 `vouchsafe-custodian sign-up` and `vouchsafe enrol custodian`. If it is registered, this is another \
			 custodian's key file",
			Hex::from(account)
		)
	})
}
