//! A node that need not be believed: its newest final block is [proven](vouchsafe_protocol::proof),
//! and so are the answers about it.

use crate::chain::{
	calls::RuntimeCall, At, Chain, ChainError, Included, Signer, Submit, View, H256,
};
use futures::future::join_all;
use std::{
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
	time::Duration,
};
use tokio::sync::Mutex;
use vouchsafe_protocol::{
	proof::{Header, ProofError, Trusted},
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
	/// Nodes of other institutions, which may know newer blocks.
	others: Vec<Chain>,
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
		let awaited = Arc::default();
		Ok(Self { node, others: vec![], trusted, awaited, keeper: None, on_old: None })
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

	/// Asks a node of another institution too, so that one node alone cannot hide newer blocks.
	pub fn ask_too(&mut self, other: Chain) {
		self.others.push(other);
	}

	/// All nodes, with the newest final block that each can prove now, from what is trusted.
	pub async fn survey(&self) -> Vec<Result<u32, ChainError>> {
		let answers = self.ask_all(&self.trusted().await).await.into_iter();
		answers.map(|answer| answer.map(|newer| newer.head().number)).collect()
	}

	/// What each node can prove, from what is trusted. The other nodes have to answer soon.
	async fn ask_all(&self, trusted: &Trusted) -> Vec<Result<Trusted, ChainError>> {
		let ask = |node| follow(node, self.node.genesis(), Some(trusted.clone()));
		let others = self.others.iter().map(|node| async move {
			let late = || ChainError::Unreachable("another institution's node is silent".into());
			tokio::time::timeout(PATIENCE, ask(node)).await.map_err(|_| late())?
		});
		let (own, others) = tokio::join!(ask(&self.node), join_all(others));
		std::iter::once(own).chain(others).collect()
	}

	fn nodes(&self) -> impl Iterator<Item = &Chain> {
		std::iter::once(&self.node).chain(&self.others)
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
	async fn newest(&self) -> Result<(Header, &Chain), ChainError> {
		let mut newest = self.advance().await?;
		let waiting = tokio::time::Instant::now();
		while newest.0.number < self.awaited.load(Ordering::Relaxed) && waiting.elapsed() < PATIENCE
		{
			tokio::time::sleep(PAUSE).await;
			newest = self.advance().await?;
		}
		Ok(newest)
	}

	/// Notes which block has a call of ours.
	fn included(&self, included: Included) -> Included {
		self.awaited.fetch_max(included.number, Ordering::Relaxed);
		included
	}

	/// The newest block that one of the nodes can prove, and that node. What another one says does no
	/// harm, unless it proves that two blocks of one height are final.
	async fn advance(&self) -> Result<(Header, &Chain), ChainError> {
		let mut trusted = self.trusted.lock().await;
		let mut newest: Option<(Trusted, &Chain)> = None;
		let mut failure = None;
		let answers = self.ask_all(&trusted).await;
		for (node, answer) in self.nodes().zip(answers) {
			let newer = match answer {
				Ok(newer) => newer,
				Err(error @ ChainError::NotProven(ProofError::TwoFinal(_))) => return Err(error),
				Err(error) => {
					failure.get_or_insert(error);
					continue;
				},
			};
			let (head, best) = (newer.head(), newest.as_ref().map(|(best, _)| best.head()));
			match best {
				Some(best) if best.number == head.number && best.hash != head.hash => {
					return Err(ProofError::TwoFinal(head.number).into());
				},
				Some(best) if best.number >= head.number => {},
				_ => newest = Some((newer, node)),
			}
		}
		let Some((newest, node)) = newest else {
			return Err(failure.unwrap_or_else(|| ChainError::foreign("there is no node")));
		};
		if let Some(error) = failure {
			tracing::warn!(%error, "one of the nodes proves nothing");
		}
		if newest != *trusted {
			*trusted = newest;
			if let Some(keeper) = &self.keeper {
				keeper(&trusted);
			}
		}
		Ok((*trusted.head(), node))
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
		let (head, node) = self.newest().await?;
		let view = ProvenView::new(node.at(head.hash).await?, head).await?;
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
