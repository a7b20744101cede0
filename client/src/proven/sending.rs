//! Sends calls through a node that is not believed.
//!
//! - A call's nonce is the proven one of its account, or the next that no call of this program uses. So a
//!   node never gets two signatures of one call with different nonces, of which it could keep one for
//!   later. If the node says that further calls wait, another program of this account may have sent
//!   them: the call waits until they are proven to be final. It never gets a nonce that only the node
//!   names.
//! - A revocation does not wait. It may get a nonce that only the node names, because the same
//!   revocation twice has no other effect than once.
//! - A call is done when its block, its place in the block and its events are proven.

use super::{
	At, Belief, Chain, ChainError, Included, NonceChoice, Notice, ProofError, ProvenChain, Submit,
	View,
};
use futures::future::join_all;
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::{sleep, timeout, Instant};
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	events::of_extrinsic,
	extrinsics::RuntimeVersion,
	proof::{inclusion::place, Header},
	proven::ProvenView,
	types::{AccountId, H256},
};

/// After how long people are told that calls of another program are waited for.
const OTHERS_TOLD: Duration = Duration::from_secs(3);

impl Belief for ProvenChain {
	type Last = ProvenView<At>;

	/// Half of what a program signs that believes its node: a node can keep a call back for as long.
	const LIFETIME: u32 = 64;

	fn node(&self) -> &Chain {
		&self.node
	}

	async fn last(&self) -> Result<Self::Last, ChainError> {
		self.view().await
	}

	async fn choose_nonce(
		&self,
		last: &Self::Last,
		account: &AccountId,
		choice: NonceChoice,
	) -> Result<u64, ChainError> {
		let begun = Instant::now();
		let (mut newer, mut is_told) = (None, false);
		loop {
			let last = newer.as_ref().unwrap_or(last);
			if choice == NonceChoice::Account {
				let said = async { self.node.best().await?.nonce(account).await };
				let (proven, said) = tokio::try_join!(last.nonce(account), said)?;
				return Ok(proven.max(said));
			}
			let (proven, pending) =
				tokio::try_join!(last.nonce(account), self.node.next_nonce(account))?;
			let free = self.node.free_nonce(account, proven);
			// A call of ours may have become final since.
			let is_newest = last.number() >= self.awaited.load(Ordering::Relaxed);
			if is_newest && pending <= free {
				return Ok(free);
			}
			if begun.elapsed() >= self.pace.others {
				return Err(ChainError::OthersWait);
			}
			if begun.elapsed() >= OTHERS_TOLD && !is_told {
				(self.listener)(&Notice::OthersWait);
				is_told = true;
			}
			sleep(self.pace.pause).await;
			newer = Some(self.view().await?);
		}
	}

	/// The runtime whose version is proven. Just after an upgrade, the block that the node names and the
	/// newest proven one can have different runtimes: this waits until they are the same.
	async fn runtime(
		&self,
		last: &Self::Last,
		best: &At,
	) -> Result<(RuntimeMetadata, RuntimeVersion), ChainError> {
		let begun = Instant::now();
		let (mut newer_view, mut newer) = (None, None);
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
			(newer_view, newer) = (Some(self.view().await?), Some(self.node.best().await?));
		}
	}

	/// The other nodes get it too, so that one node alone cannot keep it back.
	async fn hand_in(&self, extrinsic: &[u8]) -> Result<H256, ChainError> {
		let others = self.nodes().skip(1).map(|(_, node)| async move {
			let _ = timeout(self.pace.newer, node.hand_in(extrinsic)).await;
		});
		let (said, _) = tokio::join!(self.node.hand_in(extrinsic), join_all(others));
		said
	}

	async fn look_in(
		&self,
		block: H256,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		let shown = Shown::by(&self.node, block).await?;
		let header = Header::verify(&shown.header, block)?;
		let encoded = shown.header.clone();
		let (is_final, found) =
			tokio::join!(self.ensure_final(header, &encoded), shown.find(header, signed));
		is_final?;
		Ok(self.included(found?))
	}

	async fn look_at(
		&self,
		last: &Self::Last,
		number: u32,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		let mut failure = None;
		for (_, node) in self.nodes() {
			let found = async {
				let shown = Shown::by(node, node.hash_of(number).await?).await?;
				let header = last.block(number, &shown.header).await?;
				shown.find(header, signed).await
			};
			match found.await {
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
	/// Notes which block has a call of ours: what is read next must not be older.
	fn included(&self, found: Option<Included>) -> Option<Included> {
		if let Some(included) = &found {
			self.awaited.fetch_max(included.number, Ordering::Relaxed);
		}
		found
	}

	/// Waits a while until it is proven that this block is final.
	async fn ensure_final(&self, header: Header, encoded: &[u8]) -> Result<(), ChainError> {
		let begun = Instant::now();
		loop {
			let (head, node) = self.newest().await?;
			if head.hash == header.hash {
				return Ok(());
			}
			if head.number > header.number {
				let view = ProvenView::new(node.at(head.hash).await?, head).await?;
				return view.block(header.number, encoded).await.map(drop);
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
	at: At,
}

impl Shown {
	async fn by(node: &Chain, block: H256) -> Result<Self, ChainError> {
		let ((header, body), at) = tokio::try_join!(node.block(block), node.at(block))?;
		Ok(Self { header, body, at })
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
		let view = ProvenView::new(self.at, header).await?;
		let events = of_extrinsic(view.events().await?, place, view.made_by())?;
		Ok(Some(Included { block: header.hash, number: header.number, events }))
	}
}
