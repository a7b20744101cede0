//! A node that need not be believed: its newest final block is [proven](vouchsafe_protocol::proof),
//! and so are the answers about it.

use crate::chain::{
	belief::Belief, calls::RuntimeCall, submission, AccountId, Block, Chain, ChainError, Included,
	NonceChoice, Signer, Submit, Until, View, H256,
};
use futures::future::join_all;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	future::Future,
	pin::pin,
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc, Mutex as StdMutex, MutexGuard, PoisonError,
	},
	time::Duration,
};
use tokio::{
	sync::Mutex,
	time::{sleep, timeout, Instant},
};
use vouchsafe_protocol::{
	calls::{gives_access, takes_access},
	proof::{Checkpoint, Header, ProofError, Trusted},
	proven::{self, follow, newest_of, Newest, ProvenView, AHEAD, KNOWN_BLOCKS, OLD},
	storage,
	traits::Finality,
};

pub use vouchsafe_protocol::proven::Keeper;

mod sending;

/// How long to wait for nodes, and how often to ask them.
#[derive(Clone, Copy, Debug)]
struct ProofPace {
	/// For the first final block of a chain that has just started: longer than between two blocks while
	/// no call waits.
	first: Duration,
	/// For a node that is behind.
	behind: Duration,
	/// For a block with a call of ours, and for a node's answer if there are several nodes.
	newer: Duration,
	/// For a node that did not answer, until it is asked again.
	silent: Duration,
	/// For calls of this account that another program has sent.
	others: Duration,
	/// How often to ask.
	pause: Duration,
}

impl Default for ProofPace {
	fn default() -> Self {
		Self {
			first: Duration::from_secs(20),
			behind: Duration::from_secs(10),
			newer: Duration::from_secs(5),
			silent: Duration::from_secs(60),
			others: Duration::from_secs(120),
			pause: Duration::from_millis(200),
		}
	}
}

/// What people should know about the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
	/// The newest block that a node can prove is old.
	Old {
		/// Its age. `None` if it is the genesis block.
		seconds: Option<u64>,
	},
	/// The newest proven block was made this many seconds after the time of this machine's clock.
	ClockBehind(u64),
	/// A node proves nothing, but another one does.
	Node {
		/// Which node, from 0.
		place: usize,
		/// Why.
		error: ChainError,
	},
	/// A call waits because the node says that others of its account are not final yet.
	OthersWait,
}

impl fmt::Display for Notice {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Old { seconds: Some(seconds) } => write!(
				f,
				"the newest proven block is {}: either nothing becomes final, or the node is behind or hides \
				 newer blocks. Check this machine's clock, and add another institution's node with --node",
				old(*seconds)
			),
			Self::Old { seconds: None } => f.write_str(
				"the node proves nothing after the chain's first block: either the network has just started, \
				 or nothing becomes final, or the node hides it. Add another institution's node with --node",
			),
			Self::ClockBehind(seconds) => ChainError::ClockBehind(*seconds).fmt(f),
			Self::Node { place, error } => {
				let number = place.saturating_add(1);
				write!(f, "node {number} is not used: {}", error.without_advice())
			},
			Self::OthersWait => f.write_str(
				"another program uses this key, says the node: waiting until its calls are final, for two \
				 minutes at most",
			),
		}
	}
}

/// How old a block is that is this many seconds old.
fn old(seconds: u64) -> String {
	match seconds / 60 {
		0 => format!("{seconds} seconds old"),
		1 => "1 minute old".into(),
		minutes => format!("{minutes} minutes old"),
	}
}

/// Is told what people should know.
pub type Listener = Arc<dyn Fn(&Notice) + Send + Sync>;

/// A node, or why there is no connection to it.
pub type Connection = Result<Chain, ChainError>;

/// A connection to a node whose answers are proven. Cheap to clone.
#[derive(Clone)]
pub struct ProvenChain {
	node: Chain,
	/// Nodes of other institutions, which may know newer blocks.
	others: Vec<Connection>,
	trusted: Arc<Mutex<Trusted>>,
	/// The number of the last proven block that has a call of ours.
	awaited: Arc<AtomicU32>,
	/// Whether it has waited for the chain's first final block, in vain. A node can hide that block for
	/// ever.
	has_waited: Arc<AtomicBool>,
	keeper: Option<Keeper>,
	listener: Listener,
	/// The nodes of which it was told that they are not used.
	told: Arc<StdMutex<BTreeSet<usize>>>,
	/// The nodes that did not answer, and until when they are not asked.
	silent: Arc<StdMutex<BTreeMap<usize, Instant>>>,
	/// Whether it reads the best block, which nothing proves, and not the newest final one.
	is_at_best: bool,
	pace: ProofPace,
}

impl ProvenChain {
	/// Goes on from what was trusted before, or from the genesis block. `others` are nodes of other
	/// institutions, which are asked too, so that one node alone cannot hide newer blocks. On a chain that
	/// has just started, it waits for the first final block. `listener` is told when the newest proven
	/// block is a minute old, and when one of several nodes proves nothing.
	///
	/// # Errors
	///
	/// [`ChainError::NotProven`], or no node answers.
	pub async fn new(
		node: Chain,
		others: Vec<Connection>,
		kept: Option<Trusted>,
		listener: Listener,
	) -> Result<Self, ChainError> {
		Self::with_pace(node, others, kept, listener, ProofPace::default()).await
	}

	async fn with_pace(
		node: Chain,
		others: Vec<Connection>,
		kept: Option<Trusted>,
		listener: Listener,
		pace: ProofPace,
	) -> Result<Self, ChainError> {
		let trusted = match kept {
			Some(kept) => kept,
			None => from_genesis(&node, &others).await?,
		};
		let chain = Self::begin(node, others, trusted, listener, pace);
		chain.newest().await?;
		Ok(chain)
	}

	fn begin(
		node: Chain,
		others: Vec<Connection>,
		trusted: Trusted,
		listener: Listener,
		pace: ProofPace,
	) -> Self {
		Self {
			node,
			others,
			trusted: Arc::new(Mutex::new(trusted)),
			awaited: Arc::default(),
			has_waited: Arc::default(),
			keeper: None,
			listener,
			told: Arc::default(),
			silent: Arc::default(),
			is_at_best: false,
			pace,
		}
	}

	/// A chain that is read at the node's best block, and whose calls are done when they are in one: for the
	/// council, while nothing becomes final. That this block is the chain's is not proven, only what its state
	/// says.
	///
	/// # Errors
	///
	/// The node does not prove its genesis block, or does not answer.
	pub async fn at_best(node: Chain, kept: Option<Trusted>) -> Result<Self, ChainError> {
		let trusted = match kept {
			Some(kept) => kept,
			None => proven::from_genesis(&node, node.genesis()).await?,
		};
		let mut chain = Self::begin(node, vec![], trusted, Arc::new(|_| {}), ProofPace::default());
		chain.is_at_best = true;
		Ok(chain)
	}

	/// Gives each newer block to the keeper, and the newest one now.
	pub async fn on_newer(&mut self, keeper: Keeper) {
		keeper(&*self.trusted.lock().await);
		self.keeper = Some(keeper);
	}

	/// Whether the newest block that can be proven is not as old as this.
	pub async fn is_newer_than(&self, age: Duration) -> Result<bool, ChainError> {
		let found = self::age(&self.view().await?);
		Ok(found.is_some_and(|seconds| seconds < age.as_secs()))
	}

	/// All nodes, with the newest final block that each can prove now, from what is trusted.
	pub async fn survey(&self) -> Vec<Result<u32, ChainError>> {
		let answers = self.ask_all(&self.trusted().await).await.into_iter();
		answers.map(|answer| answer.map(|newer| newer.head().number)).collect()
	}

	/// What each node can prove, from what is trusted. If none of them can, those are asked too that did
	/// not answer before.
	async fn ask_all(&self, trusted: &Trusted) -> Vec<Result<Trusted, ChainError>> {
		let skips = self.nodes().any(|(place, _)| self.is_silent(place));
		let answers = self.ask_all_that_answer(trusted).await;
		if !skips || answers.iter().any(Result::is_ok) {
			return answers;
		}
		self.silent().clear();
		self.ask_all_that_answer(trusted).await
	}

	/// The same without the nodes that did not answer. The others have to answer soon; the first one too,
	/// if another one has proven something.
	async fn ask_all_that_answer(&self, trusted: &Trusted) -> Vec<Result<Trusted, ChainError>> {
		let ask = |node| follow(node, self.node.genesis(), Some(trusted.clone()));
		let others = self.others.iter().enumerate().map(|(place, node)| async move {
			let node = node.as_ref().map_err(Clone::clone)?;
			if node.genesis() != self.node.genesis() {
				return Err(ProofError::OtherChain(node.genesis()).into());
			}
			if self.is_silent(place + 1) {
				return Err(silent());
			}
			self.hear(place + 1, ask(node)).await
		});
		let mut asking = pin!(ask(&self.node));
		let first = async {
			match self.is_silent(0) {
				true => None,
				false => timeout(self.pace.newer, asking.as_mut()).await.ok(),
			}
		};
		let (first, others) = tokio::join!(first, join_all(others));
		let first = match first {
			Some(answer) => answer,
			None if others.iter().any(Result::is_ok) => {
				self.note_silent(0);
				Err(silent())
			},
			None => asking.await,
		};
		std::iter::once(first).chain(others).collect()
	}

	/// The nodes of this chain with a connection, and their places.
	fn nodes(&self) -> impl Iterator<Item = (usize, &Chain)> {
		let others = self.others.iter().enumerate();
		let others = others.filter_map(|(place, node)| Some((place + 1, node.as_ref().ok()?)));
		let is_ours = |(_, node): &(usize, &Chain)| node.genesis() == self.node.genesis();
		std::iter::once((0, &self.node)).chain(others.filter(is_ours))
	}

	/// Those of them that answer, this one first.
	fn nodes_from(&self, first: usize) -> Vec<(usize, &Chain)> {
		let is_used = |place: usize| place == first || !self.is_silent(place);
		let mut nodes: Vec<_> = self.nodes().filter(|(place, _)| is_used(*place)).collect();
		nodes.sort_by_key(|(place, _)| *place != first);
		nodes
	}

	/// Whether there is no other node.
	fn is_only_node(&self) -> bool {
		self.nodes().count() == 1
	}

	/// What this node answers. If there are others, it has to answer soon, or is left out for a while.
	async fn hear<T>(
		&self,
		place: usize,
		asking: impl Future<Output = Result<T, ChainError>>,
	) -> Result<T, ChainError> {
		if self.is_only_node() {
			return asking.await;
		}
		match timeout(self.pace.newer, asking).await {
			Ok(answer) => answer,
			Err(_) => {
				self.note_silent(place);
				Err(silent())
			},
		}
	}

	fn note_silent(&self, place: usize) {
		self.silent().entry(place).or_insert(Instant::now() + self.pace.silent);
	}

	fn is_silent(&self, place: usize) -> bool {
		let mut silent = self.silent();
		silent.retain(|_, until| *until > Instant::now());
		silent.contains_key(&place)
	}

	fn silent(&self) -> MutexGuard<'_, BTreeMap<usize, Instant>> {
		self.silent.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The node, whose answers are not proven.
	pub fn node(&self) -> &Chain {
		&self.node
	}

	/// The newest block that was proven so far.
	pub async fn trusted(&self) -> Trusted {
		self.trusted.lock().await.clone()
	}

	/// Proves the nodes' newest final block, and returns it with the place of a node that has it. Waits a while for the
	/// first block of a new chain, for a block that has a call of ours, and for a node that is behind.
	async fn newest(&self) -> Result<(Header, usize), ChainError> {
		let begun = Instant::now();
		loop {
			let answer = self.advance().await;
			let patience = match &answer {
				Ok((head, _)) if head.number == 0 && !self.has_waited.load(Ordering::Relaxed) => {
					self.pace.first
				},
				Ok((head, _)) if head.number < self.awaited.load(Ordering::Relaxed) => {
					self.pace.newer
				},
				Err(ChainError::NotProven(ProofError::Behind(_))) => self.pace.behind,
				_ => return answer,
			};
			if begun.elapsed() >= patience {
				self.has_waited.store(true, Ordering::Relaxed);
				return answer;
			}
			sleep(self.pace.pause).await;
		}
	}

	/// The newest block that one of the nodes can prove, and the place of that node. What another one says does no
	/// harm, unless it proves that two blocks of one height are final.
	async fn advance(&self) -> Result<(Header, usize), ChainError> {
		let mut trusted = self.trusted.lock().await;
		let answers = self.ask_all(&trusted).await.into_iter().enumerate();
		let Newest { trusted: newest, place, failures } = newest_of(answers)?;
		for (place, error) in failures {
			self.tell_once(place, error);
		}
		if newest != *trusted {
			*trusted = newest;
			if let Some(keeper) = &self.keeper {
				keeper(&trusted);
			}
		}
		Ok((*trusted.head(), place))
	}

	/// Tells that a node is not used, unless that was told before.
	fn tell_once(&self, place: usize, error: ChainError) {
		if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
			(self.listener)(&Notice::Node { place, error });
		}
	}

	/// The chain as of the newest block that can be proven.
	async fn view(&self) -> Result<ProvenView<Block>, ChainError> {
		self.view_with(None).await
	}

	/// The same, with the nonce of this account, as the first node shows it that can.
	async fn view_with(
		&self,
		account: Option<&AccountId>,
	) -> Result<ProvenView<Block>, ChainError> {
		let (head, first) = match self.is_at_best {
			true => (self.best_header().await?, 0),
			false => self.newest().await?,
		};
		let mut failure = None;
		for (place, node) in self.nodes_from(first) {
			let showing = async {
				let view = ProvenView::new(node.block(head.hash), head).await?;
				if let Some(account) = account {
					view.nonce(account).await?;
				}
				Ok(view)
			};
			match self.hear(place, showing).await {
				Ok(view) => return Ok(view),
				Err(error) => failure = failure.or(Some(error)),
			}
		}
		Err(failure.unwrap_or(ChainError::StateGone))
	}
}

impl ProvenChain {
	/// The header of the node's best block.
	async fn best_header(&self) -> Result<Header, ChainError> {
		let best = self.node.best().await?;
		let (header, _) = self.node.content_of(best.hash).await?;
		Ok(Header::verify(&header, best.hash)?)
	}

	/// The last recovery of finality that was signalled, as a checkpoint that the council can publish. What
	/// the node says of it is not proven: nothing can prove a recovery.
	///
	/// # Errors
	///
	/// [`ChainError`] if the node does not answer. `None` if there was no recovery, or the block that signals the
	/// last one is not final yet.
	pub async fn recovery(&self) -> Result<Option<Checkpoint>, ChainError> {
		let last = self.node.finalized().await?;
		let Some(number) = last.read(storage::last_recovery()).await? else { return Ok(None) };
		let hash = self.node.hash_of(number).await?;
		let (header, _) = self.node.content_of(hash).await?;
		let set = self.node.at(hash).await?.read(storage::set_id()).await?.unwrap_or_default();
		Ok(Some(Checkpoint::of_recovery(self.node.genesis(), &header, hash, set)?))
	}

	/// Until when a call is followed.
	fn until(&self) -> Until {
		match self.is_at_best {
			true => Until::Best,
			false => Until::Final,
		}
	}
}

/// What the first of these nodes proves, from the genesis block.
async fn from_genesis(node: &Chain, others: &[Connection]) -> Result<Trusted, ChainError> {
	let mut failure = None;
	for asked in std::iter::once(node).chain(others.iter().flatten()) {
		match follow(asked, node.genesis(), None).await {
			Ok(trusted) => return Ok(trusted),
			Err(error) => failure = failure.or(Some(error)),
		}
	}
	Err(failure.unwrap_or(ChainError::StateGone))
}

fn silent() -> ChainError {
	ChainError::Unreachable("it does not answer".into())
}

/// An error if the block of this view is too old to seal or permit something, or if this machine's clock
/// is behind, so that nobody can tell.
fn check_fresh(view: &ProvenView<Block>) -> Result<(), ChainError> {
	vouchsafe_protocol::proven::check_fresh(view, crate::signing::now())
}

/// The age in seconds of the block of this view. `None` if it is the genesis block, which has no time.
fn age(view: &ProvenView<Block>) -> Option<u64> {
	view.age(crate::signing::now())
}

impl Submit for ProvenChain {
	type At = ProvenView<Block>;

	fn genesis(&self) -> H256 {
		self.node.genesis()
	}

	async fn finalized(&self) -> Result<Self::At, ChainError> {
		let view = self.view().await?;
		let (seconds, ahead) = (age(&view), view.ahead(crate::signing::now()));
		if ahead > AHEAD {
			(self.listener)(&Notice::ClockBehind(ahead));
		}
		if !self.is_at_best && seconds.is_none_or(|seconds| seconds >= OLD) {
			(self.listener)(&Notice::Old { seconds });
		}
		Ok(view)
	}

	async fn at_number(&self, number: u32) -> Result<Self::At, ChainError> {
		let mut view = self.view().await?;
		while view.number() > number {
			let next = view.number().saturating_sub(KNOWN_BLOCKS).max(number);
			view = self.earlier(&view, next).await?;
		}
		match view.number() == number {
			true => Ok(view),
			false => Err(ProofError::NotInChain(number).into()),
		}
	}

	/// The same as [`finalized`](Self::finalized): nobody can prove which block is the best one.
	async fn best(&self) -> Result<Self::At, ChainError> {
		self.finalized().await
	}

	async fn fresh(&self) -> Result<Self::At, ChainError> {
		let view = self.view().await?;
		check_fresh(&view)?;
		Ok(view)
	}

	async fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		let call = call.into();
		let choice = match takes_access(&call) {
			true => NonceChoice::AfterOwn,
			false => NonceChoice::AfterPending,
		};
		submission::submit(self, signer, &call, choice, self.until()).await
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + Send,
	) -> Result<Included, ChainError> {
		let choice = NonceChoice::Account;
		submission::submit(self, signer, &call.into(), choice, self.until()).await
	}
}

#[cfg(test)]
mod tests;
