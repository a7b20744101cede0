//! A node that need not be believed: its newest final block is [proven](vouchsafe_protocol::proof),
//! and so are the answers about it.

use crate::chain::{
	calls::RuntimeCall, At, Chain, ChainError, Included, Signer, Submit, View, H256,
};
use std::{
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
	time::Duration,
};
use tokio::sync::Mutex;
use vouchsafe_protocol::{
	proof::Trusted,
	proven::{follow, ProvenView},
};

/// After how many seconds the newest proven block is called old. While no call waits, the network
/// makes a block every ten seconds.
const OLD: u64 = 60;

/// How long to wait for the proof that a block with a call of ours is final, and how often to ask.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// Is given the newest proven block whenever there is a newer one, to keep it.
pub type Keeper = Arc<dyn Fn(&Trusted) + Send + Sync>;

/// Is told that the newest proven block is old, and its age in seconds.
pub type AgeListener = Arc<dyn Fn(u64) + Send + Sync>;

/// A connection to a node whose answers are proven. Cheap to clone.
#[derive(Clone)]
pub struct ProvenChain {
	node: Chain,
	trusted: Arc<Mutex<Trusted>>,
	/// The number of the last block that was final for the node and has a call of ours.
	awaited: Arc<AtomicU32>,
	keeper: Option<Keeper>,
	on_old: Option<AgeListener>,
}

impl ProvenChain {
	/// Goes on from what was trusted before, or from the genesis block.
	///
	/// # Errors
	///
	/// [`ChainError::NotProven`], or the node does not answer.
	pub async fn new(node: Chain, kept: Option<Trusted>) -> Result<Self, ChainError> {
		let trusted = follow(&node, node.genesis(), kept).await?;
		let trusted = Arc::new(Mutex::new(trusted));
		Ok(Self { node, trusted, awaited: Arc::default(), keeper: None, on_old: None })
	}

	/// Gives each newer block to the keeper, and the newest one now.
	pub async fn on_newer(&mut self, keeper: Keeper) {
		keeper(&*self.trusted.lock().await);
		self.keeper = Some(keeper);
	}

	/// Calls this whenever the newest proven block is a minute old: the node is behind, hides newer
	/// blocks, or nothing becomes final. Without it, a warning is logged.
	pub fn on_old(&mut self, listener: AgeListener) {
		self.on_old = Some(listener);
	}

	/// The node, whose answers are not proven.
	pub fn node(&self) -> &Chain {
		&self.node
	}

	/// The newest block that was proven so far.
	pub async fn trusted(&self) -> Trusted {
		self.trusted.lock().await.clone()
	}

	/// Proves the node's newest final block. If it is older than a block that has a call of ours, waits
	/// for a newer one.
	async fn newest(&self) -> Result<Trusted, ChainError> {
		let mut trusted = self.advance().await?;
		let waiting = tokio::time::Instant::now();
		while trusted.head().number < self.awaited.load(Ordering::Relaxed)
			&& waiting.elapsed() < PATIENCE
		{
			tokio::time::sleep(PAUSE).await;
			trusted = self.advance().await?;
		}
		Ok(trusted)
	}

	/// Notes which block has a call of ours.
	fn included(&self, included: Included) -> Included {
		self.awaited.fetch_max(included.number, Ordering::Relaxed);
		included
	}

	async fn advance(&self) -> Result<Trusted, ChainError> {
		let mut trusted = self.trusted.lock().await;
		let newer = follow(&self.node, self.node.genesis(), Some(trusted.clone())).await?;
		if newer != *trusted {
			*trusted = newer;
			if let Some(keeper) = &self.keeper {
				keeper(&trusted);
			}
		}
		Ok(trusted.clone())
	}

	fn tell_age(&self, block_time: u64) {
		let age = crate::signing::now().saturating_sub(block_time);
		if age < OLD {
			return;
		}
		match &self.on_old {
			Some(listener) => listener(age),
			None => tracing::warn!(age, "the newest block that the node can prove is old"),
		}
	}
}

impl Submit for ProvenChain {
	type At = ProvenView<At>;

	fn genesis(&self) -> H256 {
		self.node.genesis()
	}

	async fn finalized(&self) -> Result<Self::At, ChainError> {
		let head = *self.newest().await?.head();
		let view = ProvenView::new(self.node.at(head.hash).await?, head).await?;
		// The genesis block has no time.
		let time = view.time().await?;
		if time > 0 {
			self.tell_age(time);
		}
		Ok(view)
	}

	/// The same as [`finalized`](Self::finalized): nobody can prove which block is the best one.
	async fn best(&self) -> Result<Self::At, ChainError> {
		self.finalized().await
	}

	async fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		Ok(self.included(self.node.submit(signer, call).await?))
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		Ok(self.included(self.node.submit_revocation(signer, call).await?))
	}
}

#[cfg(test)]
mod tests;
