//! Limits how many contents are sent and received at the same time, in all and by one address.

use crate::{api::source::Source, config};
use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore},
	time::timeout,
};

/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// The time that every transfer may take, and the bytes per second for which it gets more.
const SHORTEST: Duration = Duration::from_secs(60);
const SLOWEST: u64 = 32 * 1024;

/// How long a transfer of this many bytes may take.
pub fn time_limit(length: u64) -> Duration {
	SHORTEST.saturating_add(Duration::from_secs(length / SLOWEST))
}

/// The transfers under way.
pub struct Transfers {
	wait: Duration,
	all: Arc<Semaphore>,
	of_one_source: usize,
	sources: Mutex<HashMap<Source, Arc<OfSource>>>,
}

/// The transfers of one source.
struct OfSource {
	turns: Arc<Semaphore>,
	/// Places for requests that wait for a turn. Each keeps a connection busy.
	waiting: Semaphore,
}

/// A transfer under way, until it is dropped.
pub struct Transfer {
	_of_all: OwnedSemaphorePermit,
	_turn: OwnedSemaphorePermit,
	_source: Arc<OfSource>,
}

impl Transfers {
	/// None under way yet.
	pub fn new(api: &config::Api) -> Self {
		Self {
			wait: WAIT,
			all: Arc::new(Semaphore::new(api.max_transfers)),
			of_one_source: api.max_transfers_per_address,
			sources: Mutex::default(),
		}
	}

	/// Waits for a turn. None if there was none for some time, or if as many requests of this source
	/// wait as may be under way.
	pub async fn start(&self, source: Source) -> Option<Transfer> {
		let of_source = self.of_source(source);
		let _place = of_source.waiting.try_acquire().ok()?;
		let turn = async {
			// The own limit comes first, so that nobody waits with a turn that others could use.
			let turn = of_source.turns.clone().acquire_owned().await.ok()?;
			let of_all = self.all.clone().acquire_owned().await.ok()?;
			Some(Transfer { _of_all: of_all, _turn: turn, _source: of_source.clone() })
		};
		timeout(self.wait, turn).await.ok().flatten()
	}

	fn of_source(&self, source: Source) -> Arc<OfSource> {
		let mut sources = self.sources.lock().unwrap_or_else(|error| error.into_inner());
		// Those without a transfer are forgotten.
		sources.retain(|_, of_source| Arc::strong_count(of_source) > 1);
		let new = || {
			let turns = Arc::new(Semaphore::new(self.of_one_source));
			Arc::new(OfSource { turns, waiting: Semaphore::new(self.of_one_source) })
		};
		sources.entry(source).or_insert_with(new).clone()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::IpAddr;

	fn source(last: u8) -> Source {
		IpAddr::from([192, 0, 2, last]).into()
	}

	#[tokio::test]
	async fn one_address_takes_no_more_than_its_part() {
		let mut api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.max_transfers, api.max_transfers_per_address) = (3, 2);
		let wait = Duration::from_millis(50);
		let transfers = Transfers { wait, ..Transfers::new(&api) };
		let (first, second) = (transfers.start(source(1)).await, transfers.start(source(1)).await);
		assert!(first.is_some() && second.is_some());
		assert!(transfers.start(source(1)).await.is_none());
		let third = transfers.start(source(2)).await;
		assert!(third.is_some());
		assert!(transfers.start(source(3)).await.is_none());
		drop(first);
		assert!(transfers.start(source(3)).await.is_some());
		drop((second, third));
		drop(transfers.of_source(source(4)));
		assert_eq!(transfers.sources.lock().unwrap().len(), 1);
	}

	/// Somebody who takes content slowly has all turns, and asks for more: each request that waits keeps
	/// a connection from others.
	#[tokio::test]
	async fn no_more_wait_than_may_be_under_way() {
		let mut api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.max_transfers, api.max_transfers_per_address) = (9, 2);
		let transfers = Transfers::new(&api);
		let first = (transfers.start(source(1)).await, transfers.start(source(1)).await);
		assert!(first.0.is_some() && first.1.is_some());
		let waiting =
			async { tokio::join!(transfers.start(source(1)), transfers.start(source(1))) };
		let more = async {
			tokio::task::yield_now().await;
			let soon = Duration::from_millis(100);
			assert!(timeout(soon, transfers.start(source(1))).await.unwrap().is_none());
			assert!(transfers.start(source(2)).await.is_some());
			drop(first);
		};
		let (waited, ()) = tokio::join!(waiting, more);
		assert!(waited.0.is_some() && waited.1.is_some());
	}

	#[test]
	fn a_long_transfer_gets_more_time() {
		assert_eq!(time_limit(0), SHORTEST);
		assert_eq!(time_limit(32 * 1024 * 100), Duration::from_secs(160));
	}
}
