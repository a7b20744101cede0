//! What all parts of the custodian share.

use crate::{config::Config, keys::Keys, store::Store};
use std::{
	sync::{Mutex, RwLock},
	time::{Duration, Instant},
};
use tokio::sync::{watch, Notify};
use vouchsafe_client::{
	chain::{AccountId, Chain, H256},
	ipfs::Ipfs,
	messages::{Check, Readiness},
};

/// What all parts share.
pub struct App {
	/// The configuration.
	pub config: Config,
	/// The custodian's keys.
	pub keys: Keys,
	/// The database.
	pub store: Store,
	/// The IPFS node, if there is one.
	pub ipfs: Option<Ipfs>,
	/// The node, while it may be used.
	node: RwLock<Option<Connected>>,
	board: Mutex<Board>,
	/// Rings when there may be something to acknowledge.
	pub work: Notify,
	/// True once the custodian is to stop.
	pub stopping: watch::Receiver<bool>,
}

/// A node that has been found good.
#[derive(Clone)]
pub struct Connected {
	/// The chain.
	pub chain: Chain,
	/// The institution for which the chain names this custodian.
	pub institution: Option<AccountId>,
}

/// How everything is, as `/ready` tells it.
struct Board {
	readiness: Readiness,
	changed: Instant,
}

/// What of the readiness a task reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
	/// The node answers and makes progress.
	Node,
	/// It is of the right chain.
	Chain,
	/// It is an archive.
	Archive,
	/// The chain names this custodian.
	Enrolled,
	/// The IPFS node answers.
	Kubo,
	/// The index is up to date and agrees with the chain.
	Index,
	/// Versions to be acknowledged.
	Work,
}

impl App {
	/// Puts the parts together.
	pub fn new(
		config: Config,
		keys: Keys,
		store: Store,
		ipfs: Option<Ipfs>,
		stopping: watch::Receiver<bool>,
	) -> Self {
		let unknown = || Check { ok: false, detail: "not known yet".into() };
		let readiness = Readiness {
			ready: false,
			node: unknown(),
			chain: unknown(),
			archive: unknown(),
			enrolled: unknown(),
			kubo: unknown(),
			index: unknown(),
			work: unknown(),
		};
		Self {
			config,
			keys,
			store,
			ipfs,
			node: RwLock::new(None),
			board: Mutex::new(Board { readiness, changed: Instant::now() }),
			work: Notify::new(),
			stopping,
		}
	}

	/// The node, while it may be used.
	pub fn node(&self) -> Option<Connected> {
		self.node.read().unwrap_or_else(|error| error.into_inner()).clone()
	}

	/// Lets the node be used, or no longer.
	pub fn set_node(&self, node: Option<Connected>) {
		*self.node.write().unwrap_or_else(|error| error.into_inner()) = node;
	}

	/// Reports how something is.
	pub fn report(&self, part: Part, ok: bool, detail: impl Into<String>) {
		let mut board = self.board.lock().unwrap_or_else(|error| error.into_inner());
		let readiness = &mut board.readiness;
		let check = match part {
			Part::Node => &mut readiness.node,
			Part::Chain => &mut readiness.chain,
			Part::Archive => &mut readiness.archive,
			Part::Enrolled => &mut readiness.enrolled,
			Part::Kubo => &mut readiness.kubo,
			Part::Index => &mut readiness.index,
			Part::Work => &mut readiness.work,
		};
		let detail = detail.into();
		if check.ok != ok {
			match ok {
				true => tracing::info!(?part, detail, "is well"),
				false => tracing::warn!(?part, detail, "is not well"),
			}
		}
		*check = Check { ok, detail };
		let parts = [
			&readiness.node,
			&readiness.chain,
			&readiness.archive,
			&readiness.enrolled,
			&readiness.kubo,
			&readiness.index,
			&readiness.work,
		];
		let ready = parts.iter().all(|check| check.ok);
		metrics::gauge!("vouchsafe_custodian_ready").set(if ready { 1.0 } else { 0.0 });
		readiness.ready = ready;
		board.changed = Instant::now();
	}

	/// How everything is.
	pub fn readiness(&self) -> Readiness {
		let board = self.board.lock().unwrap_or_else(|error| error.into_inner());
		let mut readiness = board.readiness.clone();
		// The node is asked every few seconds: silence means that the task hangs.
		if board.changed.elapsed() > Duration::from_secs(120) {
			readiness.ready = false;
			readiness.node =
				Check { ok: false, detail: "nothing was checked for 2 minutes".into() };
		}
		readiness
	}

	/// The genesis hash that counts: the configured, or the one that was seen first.
	pub fn genesis(&self) -> Option<H256> {
		if let Some(genesis) = self.config.chain.genesis {
			return Some(H256(genesis.0));
		}
		let bytes = self.store.fact("genesis").ok().flatten()?;
		Some(H256(bytes.try_into().ok()?))
	}

	/// Sleeps, unless the custodian is to stop: then false.
	pub async fn pause(&self, pause: Duration) -> bool {
		let mut stopping = self.stopping.clone();
		tokio::select! {
			_ = tokio::time::sleep(pause) => true,
			_ = stopping.wait_for(|stop| *stop) => false,
		}
	}
}

/// Ever longer pauses, up to a bound.
pub struct Backoff {
	next: Duration,
	first: Duration,
	longest: Duration,
}

impl Backoff {
	/// From `first` on, doubling, up to `longest`.
	pub const fn new(first: Duration, longest: Duration) -> Self {
		Self { next: first, first, longest }
	}

	/// The next pause.
	pub fn next(&mut self) -> Duration {
		let pause = self.next;
		self.next = (self.next * 2).min(self.longest);
		pause
	}

	/// All went well.
	pub fn reset(&mut self) {
		self.next = self.first;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pauses_grow_up_to_a_bound() {
		let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
		let pauses: Vec<_> = (0..4).map(|_| backoff.next().as_secs()).collect();
		assert_eq!(pauses, [1, 2, 4, 5]);
		backoff.reset();
		assert_eq!(backoff.next().as_secs(), 1);
	}
}
