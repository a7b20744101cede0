//! Limits how many contents are sent and received at the same time: in all, received from one account and
//! institution, and sent to one address.

use crate::{config, parties::Party};
use std::{
	collections::{HashMap, HashSet},
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

/// How many members get the index at the same time, each once. It is long, and each reads the database from one
/// end to the other.
const INDEXES: usize = 2;

/// The transfers under way.
pub struct Transfers {
	wait: Duration,
	all: Arc<Semaphore>,
	/// The institutions that get the index.
	indexes: Arc<Mutex<HashSet<Party>>>,
	limits: config::Api,
	parties: Mutex<HashMap<Party, Arc<OfParty>>>,
}

/// The transfers of one party.
struct OfParty {
	turns: Arc<Semaphore>,
	/// Places for requests that wait for a turn. Each keeps a connection busy.
	waiting: Arc<Semaphore>,
}

/// A transfer under way, until it is dropped.
pub struct Transfer {
	_of_all: OwnedSemaphorePermit,
	_turns: Vec<OwnedSemaphorePermit>,
	_parties: Vec<Arc<OfParty>>,
}

/// An institution's turn to get the index, until it is dropped.
pub struct IndexTurn {
	institution: Party,
	all: Arc<Mutex<HashSet<Party>>>,
}

impl IndexTurn {
	fn take(all: &Arc<Mutex<HashSet<Party>>>, institution: Party) -> Option<Self> {
		let mut under_way = all.lock().unwrap_or_else(|error| error.into_inner());
		let is_free = under_way.len() < INDEXES && under_way.insert(institution);
		is_free.then(|| Self { institution, all: all.clone() })
	}
}

impl Drop for IndexTurn {
	fn drop(&mut self) {
		self.all.lock().unwrap_or_else(|error| error.into_inner()).remove(&self.institution);
	}
}

impl Transfers {
	/// None under way yet.
	pub fn new(api: &config::Api) -> Self {
		Self {
			wait: WAIT,
			all: Arc::new(Semaphore::new(api.max_transfers)),
			indexes: Arc::default(),
			limits: api.clone(),
			parties: Mutex::default(),
		}
	}

	/// Waits for a turn of each party. None if there was none for some time, or if as many requests of one
	/// of them wait as may be under way.
	pub async fn start(&self, parties: &[Party]) -> Option<Transfer> {
		let parties: Vec<_> = parties.iter().map(|party| self.of(*party)).collect();
		let places = parties.iter().map(|it| it.waiting.clone().try_acquire_owned().ok());
		let _places = places.collect::<Option<Vec<_>>>()?;
		let turn = async {
			// The own limits come first, so that nobody waits with a turn that others could use.
			let mut turns = Vec::new();
			for party in &parties {
				turns.push(party.turns.clone().acquire_owned().await.ok()?);
			}
			let of_all = self.all.clone().acquire_owned().await.ok()?;
			Some(Transfer { _of_all: of_all, _turns: turns, _parties: parties.clone() })
		};
		timeout(self.wait, turn).await.ok().flatten()
	}

	/// The same for the index of the logs. None at once if the institution gets it already, or as many do as
	/// may.
	pub async fn start_index(
		&self,
		account: Party,
		institution: Party,
	) -> Option<(IndexTurn, Transfer)> {
		let turn = IndexTurn::take(&self.indexes, institution)?;
		Some((turn, self.start(&[account, institution]).await?))
	}

	fn of(&self, party: Party) -> Arc<OfParty> {
		let mut parties = self.parties.lock().unwrap_or_else(|error| error.into_inner());
		// Those without a transfer are forgotten.
		parties.retain(|_, of_party| Arc::strong_count(of_party) > 1);
		let limits = party.limits(&self.limits);
		let most = limits.map_or(self.limits.max_transfers_per_address, |it| it.max_transfers);
		let new = || {
			let semaphore = || Arc::new(Semaphore::new(most));
			Arc::new(OfParty { turns: semaphore(), waiting: semaphore() })
		};
		parties.entry(party).or_insert_with(new).clone()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::IpAddr;

	fn source(last: u8) -> [Party; 1] {
		[Party::Source(IpAddr::from([192, 0, 2, last]).into())]
	}

	#[tokio::test]
	async fn one_address_takes_no_more_than_its_part() {
		let mut api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.max_transfers, api.max_transfers_per_address) = (3, 2);
		let wait = Duration::from_millis(50);
		let transfers = Transfers { wait, ..Transfers::new(&api) };
		let (first, second) =
			(transfers.start(&source(1)).await, transfers.start(&source(1)).await);
		assert!(first.is_some() && second.is_some());
		assert!(transfers.start(&source(1)).await.is_none());
		let third = transfers.start(&source(2)).await;
		assert!(third.is_some());
		assert!(transfers.start(&source(3)).await.is_none());
		drop(first);
		assert!(transfers.start(&source(3)).await.is_some());
		drop((second, third));
		drop(transfers.of(source(4)[0]));
		assert_eq!(transfers.parties.lock().unwrap().len(), 1);
	}

	#[tokio::test]
	async fn an_account_and_an_institution_take_no_more_than_their_part() {
		let mut api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.per_account.max_transfers, api.per_institution.max_transfers) = (1, 2);
		let wait = Duration::from_millis(50);
		let transfers = Transfers { wait, ..Transfers::new(&api) };
		let parties = |account| [Party::Account([account; 32]), Party::Staff([9; 32])];
		let first = transfers.start(&parties(1)).await;
		assert!(first.is_some() && transfers.start(&parties(1)).await.is_none());
		let second = transfers.start(&parties(2)).await;
		assert!(second.is_some() && transfers.start(&parties(3)).await.is_none());
		assert!(transfers.start(&[Party::Account([3; 32]), Party::Staff([8; 32])]).await.is_some());
		drop(first);
		assert!(transfers.start(&parties(1)).await.is_some());
	}

	/// Somebody who takes content slowly has all turns, and asks for more: each request that waits keeps
	/// a connection from others.
	#[tokio::test]
	async fn no_more_wait_than_may_be_under_way() {
		let mut api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		(api.max_transfers, api.max_transfers_per_address) = (9, 2);
		let transfers = Transfers::new(&api);
		let first = (transfers.start(&source(1)).await, transfers.start(&source(1)).await);
		assert!(first.0.is_some() && first.1.is_some());
		let parties = source(1);
		let waiting = async { tokio::join!(transfers.start(&parties), transfers.start(&parties)) };
		let more = async {
			tokio::task::yield_now().await;
			let soon = Duration::from_millis(100);
			assert!(timeout(soon, transfers.start(&source(1))).await.unwrap().is_none());
			assert!(transfers.start(&source(2)).await.is_some());
			drop(first);
		};
		let (waited, ()) = tokio::join!(waiting, more);
		assert!(waited.0.is_some() && waited.1.is_some());
	}

	#[tokio::test]
	async fn few_members_get_the_index_at_the_same_time() {
		let api = config::Config::parse(include_str!("../sample.toml")).unwrap().api;
		let transfers = Transfers::new(&api);
		let start = |number: u8| {
			transfers.start_index(Party::Account([number; 32]), Party::Staff([number; 32]))
		};
		let first = start(1).await;
		assert!(first.is_some() && start(1).await.is_none(), "once for each");
		let second = start(2).await;
		assert!(second.is_some() && start(3).await.is_none());
		assert!(transfers.start(&[Party::Staff([3; 32])]).await.is_some(), "content goes on");
		drop(first);
		assert!(start(2).await.is_none());
		assert!(start(3).await.is_some());
	}

	#[test]
	fn a_long_transfer_gets_more_time() {
		assert_eq!(time_limit(0), SHORTEST);
		assert_eq!(time_limit(32 * 1024 * 100), Duration::from_secs(160));
	}
}
