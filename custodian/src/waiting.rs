//! Requests that wait for news of the chain: for a new final block, an extrinsic or a line of a log.
//! Each keeps a connection busy, so their number is limited, in all and from one address. Requests that
//! nobody has signed have places of their own: they take none from enrolled accounts.

use crate::{
	api::source::Source,
	chain::{Block, Node},
	config,
	gauge::gauge_value,
	state::State,
};
use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{
	sync::{watch, Notify, OwnedSemaphorePermit, Semaphore},
	time::{timeout_at, Instant},
};
use vouchsafe_client::{
	chain::{ChainError, H256},
	messages::WAIT,
};

/// How often the node is asked for its last final block while a request waits.
const PAUSE: Duration = Duration::from_millis(100);

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
	/// Somebody who did not sign.
	Anyone,
	/// An enrolled account.
	Signer,
}

/// Why a request cannot wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
	/// As many requests of its address wait as may.
	OfAddress,
	/// As many requests wait as may.
	InAll,
}

/// The requests that wait, and the block that they wait for.
pub struct Waiting {
	/// How long a request waits.
	pub patience: Duration,
	of_anyone: Places,
	of_signers: Places,
	newest: watch::Sender<Option<Arc<dyn Block>>>,
	wanted: Notify,
}

/// The places of some of the requests.
struct Places {
	all: Arc<Semaphore>,
	of_one_source: usize,
	sources: Mutex<HashMap<Source, Arc<Semaphore>>>,
}

/// A request that waits, until it is dropped.
pub struct Place {
	_of_all: OwnedSemaphorePermit,
	_of_source: OwnedSemaphorePermit,
	until: Instant,
	blocks: watch::Receiver<Option<Arc<dyn Block>>>,
	stopping: watch::Receiver<bool>,
}

impl Waiting {
	/// None waits yet.
	pub fn new(api: &config::Api) -> Self {
		Self {
			patience: Duration::from_secs(WAIT),
			of_anyone: Places::new(api.max_waiting, api.max_unsigned_waiting_per_address),
			of_signers: Places::new(api.max_waiting, api.max_waiting_per_address),
			newest: watch::Sender::new(None),
			wanted: Notify::new(),
		}
	}

	/// Begins to wait.
	pub fn begin(&self, state: &State, source: Source, who: Who) -> Result<Place, Crowded> {
		let places = match who {
			Who::Anyone => &self.of_anyone,
			Who::Signer => &self.of_signers,
		};
		let of_source = places.of_source(source).try_acquire_owned();
		let _of_source = of_source.map_err(|_| Crowded::OfAddress)?;
		let _of_all = places.all.clone().try_acquire_owned().map_err(|_| Crowded::InAll)?;
		let blocks = self.newest.subscribe();
		self.wanted.notify_one();
		let until = Instant::now() + self.patience;
		Ok(Place { _of_all, _of_source, until, blocks, stopping: state.stopping.clone() })
	}

	/// How many requests wait.
	pub fn count(&self) -> usize {
		self.newest.receiver_count()
	}
}

impl Places {
	fn new(all: usize, of_one_source: usize) -> Self {
		Self { all: Arc::new(Semaphore::new(all)), of_one_source, sources: Mutex::default() }
	}

	fn of_source(&self, source: Source) -> Arc<Semaphore> {
		let mut sources = self.sources.lock().unwrap_or_else(|error| error.into_inner());
		// Those of which no request waits are forgotten.
		sources.retain(|_, places| places.available_permits() < self.of_one_source);
		let new = || Arc::new(Semaphore::new(self.of_one_source));
		sources.entry(source).or_insert_with(new).clone()
	}
}

impl Place {
	/// The newest final block, once its number is higher than this. None if the request has waited long
	/// enough, or the custodian stops.
	pub async fn after(&mut self, number: u32) -> Option<Arc<dyn Block>> {
		let is_newer =
			|block: &Option<Arc<dyn Block>>| block.as_ref().is_some_and(|it| it.number() > number);
		tokio::select! {
			found = timeout_at(self.until, self.blocks.wait_for(is_newer)) => found.ok()?.ok()?.clone(),
			_ = self.stopping.wait_for(|stop| *stop) => None,
		}
	}
}

/// Asks the node for its newest final block as long as requests wait, until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut last = H256::zero();
	let mut stopping = state.stopping.clone();
	loop {
		let waiting = &state.waiting;
		metrics::gauge!("vouchsafe_custodian_waiting_requests").set(gauge_value(waiting.count()));
		if waiting.count() == 0 {
			tokio::select! {
				() = waiting.wanted.notified() => {},
				_ = stopping.wait_for(|stop| *stop) => return,
			}
		}
		if let Some(connected) = state.connected() {
			if let Err(error) = look(waiting, &*connected.node, &mut last).await {
				tracing::debug!(%error, "can't ask for the last final block");
			}
		}
		if !state.pause(PAUSE).await {
			return;
		}
	}
}

/// Tells those who wait if there is a new final block.
async fn look(waiting: &Waiting, node: &dyn Node, last: &mut H256) -> Result<(), ChainError> {
	let hash = node.final_hash().await?;
	if hash != *last {
		let block = node.finalized().await?;
		*last = block.hash();
		waiting.newest.send_replace(Some(block));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::double::{BlockDouble, NodeDouble},
		state::{double::state, Connected},
	};
	use std::net::IpAddr;

	fn source(last: u8) -> Source {
		IpAddr::from([192, 0, 2, last]).into()
	}

	#[test]
	fn one_address_takes_no_more_than_its_part() {
		let (state, _surroundings) = state(None, |config| {
			(config.api.max_waiting, config.api.max_waiting_per_address) = (3, 2);
		});
		let begin = |last| state.waiting.begin(&state, source(last), Who::Signer);
		let (first, second) = (begin(1).ok(), begin(1).ok());
		assert!(first.is_some() && second.is_some());
		assert_eq!(begin(1).err(), Some(Crowded::OfAddress));
		let third = begin(2).ok();
		assert!(third.is_some());
		assert_eq!(begin(3).err(), Some(Crowded::InAll));
		assert_eq!(state.waiting.count(), 3);
		drop(first);
		assert!(begin(3).is_ok());
		drop((second, third));
		assert!(begin(4).is_ok());
		let known = state.waiting.of_signers.sources.lock().unwrap().len();
		assert_eq!(known, 1, "others are forgotten");
	}

	#[test]
	fn who_did_not_sign_takes_no_place_of_those_who_did() {
		let (state, _surroundings) = state(None, |config| {
			config.api.max_waiting = 2;
			config.api.max_waiting_per_address = 2;
			config.api.max_unsigned_waiting_per_address = 1;
		});
		let begin = |last, who| state.waiting.begin(&state, source(last), who);
		let (first, second) = (begin(1, Who::Anyone).ok(), begin(2, Who::Anyone).ok());
		assert!(first.is_some() && second.is_some());
		assert_eq!(begin(1, Who::Anyone).err(), Some(Crowded::OfAddress));
		assert_eq!(begin(3, Who::Anyone).err(), Some(Crowded::InAll));
		let (third, fourth) = (begin(1, Who::Signer).ok(), begin(1, Who::Signer).ok());
		assert!(third.is_some() && fourth.is_some());
		assert_eq!(begin(1, Who::Signer).err(), Some(Crowded::OfAddress));
		drop(first);
		assert_eq!(begin(2, Who::Signer).err(), Some(Crowded::InAll));
		assert!(begin(3, Who::Anyone).is_ok());
	}

	fn node(number: u32) -> Arc<dyn Node> {
		let finalized = BlockDouble { number, ..BlockDouble::default() };
		Arc::new(NodeDouble { finalized, ..NodeDouble::default() })
	}

	#[tokio::test]
	async fn who_waits_is_told_of_a_newer_final_block_and_of_the_end() {
		let (mut state, surroundings) = state(None, |_| {});
		state.waiting.patience = Duration::from_millis(300);
		let state = Arc::new(state);
		let set = |number| {
			let connected = Connected { node: node(number), institution: None };
			state.set_connected(Some(connected));
		};
		set(5);
		let running = tokio::spawn(run(state.clone()));
		let mut place = state.waiting.begin(&state, source(1), Who::Signer).ok().unwrap();
		assert_eq!(place.after(4).await.unwrap().number(), 5);
		let later = async {
			tokio::time::sleep(Duration::from_millis(50)).await;
			set(6);
		};
		let (found, ()) = tokio::join!(place.after(5), later);
		assert_eq!(found.unwrap().number(), 6);
		assert!(place.after(6).await.is_none(), "it has waited long enough");
		let mut place = state.waiting.begin(&state, source(1), Who::Signer).ok().unwrap();
		surroundings.stop();
		assert!(place.after(6).await.is_none(), "the custodian stops");
		drop(place);
		running.await.unwrap();
	}
}
