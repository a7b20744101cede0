//! Sends calls through a node that is not believed.
//!
//! - A call's nonce is the proven one of its account, or the next that no call of this program uses. So a
//!   node never gets two signatures of one call with different nonces, of which it could keep one for
//!   later. It never gets a nonce that only a node names.
//! - If all nodes say that further calls wait, another program of this account may have sent them: the
//!   call waits until they are proven to be final. Calls that only take access away do not wait. If
//!   another call uses the nonce first, that is proven, and the call gets the next one.
//! - All nodes get each call at once, so that one of them alone cannot keep it back. What one node says
//!   neither ends a call nor stops it from being sent again.
//! - A call is done when its block, its place in the block and its events are proven.

use super::{
	check_fresh, gives_access, silent, AccountId, Belief, Block, Chain, ChainError, Included,
	NonceChoice, Notice, ProofError, ProvenChain, RuntimeCall, View, H256,
};
use crate::chain::At;
use futures::future::join_all;
use std::{
	sync::atomic::Ordering,
	time::{Duration, Instant},
};
use tokio::time::sleep;
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	events::of_extrinsic,
	extrinsics::RuntimeVersion,
	nonces::OwnCall,
	proof::{inclusion::place, Header},
	proven::ProvenView,
	traits::Finality,
};

/// After how long people are told that calls of another program are waited for.
const OTHERS_TOLD: Duration = Duration::from_secs(3);

impl Belief for ProvenChain {
	type Last = ProvenView<Block>;

	/// Half of what a program signs that believes its node: a node can keep a call back for as long.
	const LIFETIME: u32 = 64;

	fn node(&self) -> &Chain {
		&self.node
	}

	fn nodes(&self, last: &Self::Last) -> Vec<Chain> {
		self.nodes_for(last).into_iter().map(|(_, node)| node.clone()).collect()
	}

	async fn last(&self, account: &AccountId) -> Result<Self::Last, ChainError> {
		self.view_with(Some(account)).await
	}

	async fn choose_nonce(
		&self,
		last: &Self::Last,
		account: &AccountId,
		choice: NonceChoice,
	) -> Result<Option<OwnCall>, ChainError> {
		let proven = last.nonce(account).await?;
		match choice {
			NonceChoice::Account => Ok(Some(self.node.note_nonce(account, proven))),
			NonceChoice::AfterOwn => Ok(Some(self.node.take_nonce(account, proven))),
			NonceChoice::AfterPending => {
				let proven = self.if_none_waits(last, account).await?;
				Ok(proven.map(|proven| self.node.take_nonce(account, proven)))
			},
		}
	}

	async fn wait_for_others(&self, account: &AccountId, begun: Instant) -> Result<(), ChainError> {
		let mut is_told = false;
		loop {
			if begun.elapsed() >= self.pace.others {
				return Err(ChainError::OthersWait);
			}
			if begun.elapsed() >= OTHERS_TOLD && !is_told {
				(self.listener)(&Notice::OthersWait);
				is_told = true;
			}
			sleep(self.pace.pause).await;
			let last = self.last(account).await?;
			if self.if_none_waits(&last, account).await?.is_some() {
				return Ok(());
			}
		}
	}

	fn check_age(&self, call: &RuntimeCall, last: &Self::Last) -> Result<(), ChainError> {
		match gives_access(call) {
			true => check_fresh(last),
			false => Ok(()),
		}
	}

	fn is_alone(&self) -> bool {
		self.is_only_node()
	}

	/// The runtime whose version is proven. Just after an upgrade, the block that the node names and the
	/// newest proven one can have different runtimes: this waits until they are the same.
	async fn runtime(
		&self,
		last: &Self::Last,
		best: &At,
	) -> Result<(RuntimeMetadata, RuntimeVersion), ChainError> {
		let begun = Instant::now();
		let (mut newer_view, mut newer, mut turn) = (None, None, 0);
		loop {
			let best = newer.as_ref().unwrap_or(best);
			let view = newer_view.as_ref().unwrap_or(last);
			let proven = view.spec_version();
			let own = RuntimeMetadata::own();
			let runtime = if own.is_of(proven) { own } else { &best.runtime };
			if let Some(version) = runtime.version().filter(|version| {
				runtime.is_of(proven) && version.spec_version == best.version.spec_version
			}) {
				return Ok((runtime.clone(), version));
			}
			if begun.elapsed() >= self.pace.first {
				let named = best.version.spec_version;
				let error = proven.map_or(ProofError::NoRuntime, |(_, version)| {
					ProofError::Runtime(named, version)
				});
				return Err(error.into());
			}
			sleep(self.pace.pause).await;
			turn += 1;
			let view = self.view().await?;
			(newer, newer_view) = (Some(self.named_best(&view, turn).await?), Some(view));
		}
	}

	async fn look_in(
		&self,
		node: &Chain,
		block: H256,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		let place = self.place_of(node);
		let shown = self.hear(place, Shown::by(node, block)).await?;
		let header = Header::verify(&shown.header, block)?;
		let encoded = shown.header.clone();
		self.ensure_final(header, &encoded).await?;
		let found = self.hear(place, shown.find(header, signed)).await?;
		Ok(self.included(found))
	}

	async fn look_at(
		&self,
		last: &Self::Last,
		number: u32,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		let mut failure = None;
		for (place, node) in self.nodes_for(last) {
			let finding = async {
				let shown = Shown::by(node, node.hash_of(number).await?).await?;
				let header = last.block(number, &shown.header).await?;
				shown.find(header, signed).await
			};
			match self.hear(place, finding).await {
				Ok(found) => return Ok(self.included(found)),
				// The call has failed, and that is proven.
				Err(error @ ChainError::Dispatch { .. }) => return Err(error),
				Err(error) => failure = failure.or(Some(error)),
			}
		}
		Err(failure.unwrap_or(ChainError::StateGone))
	}
}

impl ProvenChain {
	fn place_of(&self, node: &Chain) -> usize {
		self.nodes().find(|(_, it)| it.is_same(node)).map_or(0, |(place, _)| place)
	}

	/// The nodes that answer. The first one has shown this view.
	fn nodes_for(&self, view: &ProvenView<Block>) -> Vec<(usize, &Chain)> {
		self.nodes_from(self.place_of(view.node().chain()))
	}

	/// The block of this number, one of those whose hashes the view's state has.
	pub(super) async fn earlier(
		&self,
		view: &ProvenView<Block>,
		number: u32,
	) -> Result<ProvenView<Block>, ChainError> {
		let mut failure = None;
		for (place, node) in self.nodes_for(view) {
			let finding = async {
				let shown = Shown::by(node, node.hash_of(number).await?).await?;
				let header = view.block(number, &shown.header).await?;
				ProvenView::new(shown.block, header).await
			};
			match self.hear(place, finding).await {
				Ok(earlier) => return Ok(earlier),
				Err(error) => failure = failure.or(Some(error)),
			}
		}
		Err(failure.unwrap_or(ChainError::StateGone))
	}

	/// The account's proven nonce, if no call of another program seems to wait.
	async fn if_none_waits(
		&self,
		last: &ProvenView<Block>,
		account: &AccountId,
	) -> Result<Option<u64>, ChainError> {
		let is_newest = |number| number >= self.awaited.load(Ordering::Relaxed);
		let (mut number, mut proven) = (last.number(), last.nonce(account).await?);
		// A call of ours may have become final since.
		if !is_newest(number) {
			let newer = self.last(account).await?;
			(number, proven) = (newer.number(), newer.nonce(account).await?);
		}
		let pending = self.pending(last, account).await?;
		let waits = !is_newest(number) || pending > self.node.free_nonce(account, proven);
		Ok(Some(proven).filter(|_| !waits))
	}

	/// The account's nonce after the calls that wait. Of what the nodes say, the lowest number counts: so
	/// one node alone cannot make a call wait. If it is too low, another call uses the nonce first.
	async fn pending(
		&self,
		last: &ProvenView<Block>,
		account: &AccountId,
	) -> Result<u64, ChainError> {
		let nodes = self.nodes_for(last).into_iter();
		let asking = nodes.map(|(place, node)| self.hear(place, node.next_nonce(account)));
		let said = join_all(asking).await;
		let lowest = said.iter().flatten().min().copied();
		let failure = said.into_iter().find_map(Result::err);
		lowest.ok_or_else(|| failure.unwrap_or_else(silent))
	}

	/// Notes which block has a call of ours: what is read next must not be older.
	fn included(&self, found: Option<Included>) -> Option<Included> {
		if let Some(included) = found.as_ref().filter(|_| !self.is_at_best) {
			self.awaited.fetch_max(included.number, Ordering::Relaxed);
		}
		found
	}

	/// Waits a while until it is proven that this block is final, or that the best block comes after it.
	async fn ensure_final(&self, header: Header, encoded: &[u8]) -> Result<(), ChainError> {
		let begun = Instant::now();
		loop {
			let head = match self.is_at_best {
				true => self.best_header().await?,
				false => self.newest().await?.0,
			};
			if head.hash == header.hash {
				return Ok(());
			}
			if head.number > header.number {
				return self.view().await?.block(header.number, encoded).await.map(drop);
			}
			if head.number == header.number || begun.elapsed() >= self.pace.newer {
				return Err(ProofError::NotInChain(header.number).into());
			}
			sleep(self.pace.pause).await;
		}
	}
}

/// A block as a node shows it. Nothing of it is proven.
struct Shown {
	header: Vec<u8>,
	body: Vec<Vec<u8>>,
	block: Block,
}

impl Shown {
	async fn by(node: &Chain, block: H256) -> Result<Self, ChainError> {
		let (header, body) = node.content_of(block).await?;
		Ok(Self { header, body, block: node.block(block) })
	}

	/// What a call did in the block of this header, if the block has one of these extrinsics.
	async fn find(
		self,
		header: Header,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		let mut found = None;
		for extrinsic in signed {
			found = found.or(place(&header, &self.body, extrinsic)?);
		}
		let Some(place) = found else { return Ok(None) };
		let view = ProvenView::new(self.block, header).await?;
		let events = of_extrinsic(view.events().await?, place, view.made_by())?;
		Ok(Some(Included { block: header.hash, number: header.number, events }))
	}
}
