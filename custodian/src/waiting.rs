//! Requests that wait for news of the chain: for a new final block, an extrinsic or a line of a log.
//! Each keeps a connection busy, so their number is limited: in all, of one account and institution if they
//! are signed, and from one address if they are not. So the people behind one address take no places from
//! each other. Requests that nobody has signed have places of their own: they take none from enrolled
//! accounts.

use crate::{
	api::source::Source,
	chain::{Block, Node},
	config,
	gauge::gauge_value,
	parties::{Party, Signer},
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
	Signer(Signer),
}

/// Why a request cannot wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
	/// As many requests of its account or its institution wait as may, or of its address if it is not signed.
	OfParty,
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
	parties: Mutex<HashMap<Party, OfParty>>,
}

/// The places of one party, and how many there are.
struct OfParty {
	places: Arc<Semaphore>,
	all: usize,
}

/// A request that waits, until it is dropped.
pub struct Place {
	_of_all: OwnedSemaphorePermit,
	_of_parties: Vec<OwnedSemaphorePermit>,
	until: Instant,
	blocks: watch::Receiver<Option<Arc<dyn Block>>>,
	stopping: watch::Receiver<bool>,
}

impl Waiting {
	/// None waits yet.
	pub fn new(api: &config::Api) -> Self {
		Self {
			patience: Duration::from_secs(WAIT),
			of_anyone: Places::new(api.max_waiting),
			of_signers: Places::new(api.max_waiting),
			newest: watch::Sender::new(None),
			wanted: Notify::new(),
		}
	}

	/// Begins to wait.
	pub fn begin(&self, state: &State, source: Source, who: Who) -> Result<Place, Crowded> {
		let (places, parties) = match who {
			Who::Anyone => (&self.of_anyone, vec![Party::Source(source)]),
			Who::Signer(signer) => (&self.of_signers, signer.parties().into()),
		};
		let of_parties = parties.into_iter().map(|party| places.of(party, &state.config.api));
		let of_parties = of_parties.map(Semaphore::try_acquire_owned).collect::<Result<_, _>>();
		let _of_parties = of_parties.map_err(|_| Crowded::OfParty)?;
		let _of_all = places.all.clone().try_acquire_owned().map_err(|_| Crowded::InAll)?;
		let blocks = self.newest.subscribe();
		self.wanted.notify_one();
		let until = Instant::now() + self.patience;
		Ok(Place { _of_all, _of_parties, until, blocks, stopping: state.stopping.clone() })
	}

	/// How many requests wait.
	pub fn count(&self) -> usize {
		self.newest.receiver_count()
	}
}

impl Places {
	fn new(all: usize) -> Self {
		Self { all: Arc::new(Semaphore::new(all)), parties: Mutex::default() }
	}

	fn of(&self, party: Party, api: &config::Api) -> Arc<Semaphore> {
		let mut parties = self.parties.lock().unwrap_or_else(|error| error.into_inner());
		// Those of which no request waits are forgotten.
		parties.retain(|_, it| it.places.available_permits() < it.all);
		let of_source = api.max_unsigned_waiting_per_address;
		let all = party.limits(api).map_or(of_source, |limits| limits.max_waiting);
		let new = || OfParty { places: Arc::new(Semaphore::new(all)), all };
		parties.entry(party).or_insert_with(new).places.clone()
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
		chain::double::{account, BlockDouble, NodeDouble},
		state::{double::state, Connected},
	};
	use std::net::IpAddr;
	use vouchsafe_client::chain::{AccountId, AccountKind};

	fn source(last: u8) -> Source {
		IpAddr::from([192, 0, 2, last]).into()
	}

	/// A practitioner of this institution.
	fn signer(number: u8, institution: u8) -> Who {
		let institution = AccountId::new([institution; 32]);
		let enrolled = account(AccountKind::Practitioner, institution, [0; 32]);
		Who::Signer(Signer::enrolled(&AccountId::new([number; 32]), &enrolled))
	}

	#[test]
	fn who_did_not_sign_takes_no_more_than_the_part_of_an_address() {
		let (state, _surroundings) = state(None, |config| {
			(config.api.max_waiting, config.api.max_unsigned_waiting_per_address) = (3, 2);
		});
		let begin = |last| state.waiting.begin(&state, source(last), Who::Anyone);
		let (first, second) = (begin(1).ok(), begin(1).ok());
		assert!(first.is_some() && second.is_some());
		assert_eq!(begin(1).err(), Some(Crowded::OfParty));
		let third = begin(2).ok();
		assert!(third.is_some());
		assert_eq!(begin(3).err(), Some(Crowded::InAll));
		assert_eq!(state.waiting.count(), 3);
		drop(first);
		assert!(begin(3).is_ok());
		drop((second, third));
		assert!(begin(4).is_ok());
		let known = state.waiting.of_anyone.parties.lock().unwrap().len();
		assert_eq!(known, 1, "others are forgotten");
	}

	#[test]
	fn who_did_not_sign_takes_no_place_of_those_who_did() {
		let (state, _surroundings) = state(None, |config| {
			(config.api.max_waiting, config.api.max_unsigned_waiting_per_address) = (2, 1);
		});
		let begin = |last, who| state.waiting.begin(&state, source(last), who);
		let (first, second) = (begin(1, Who::Anyone).ok(), begin(2, Who::Anyone).ok());
		assert!(first.is_some() && second.is_some());
		assert_eq!(begin(1, Who::Anyone).err(), Some(Crowded::OfParty));
		assert_eq!(begin(3, Who::Anyone).err(), Some(Crowded::InAll));
		// From the same address, which has no place left for others.
		let (third, fourth) = (begin(1, signer(1, 1)).ok(), begin(1, signer(1, 1)).ok());
		assert!(third.is_some() && fourth.is_some());
		drop(first);
		assert_eq!(begin(2, signer(2, 2)).err(), Some(Crowded::InAll));
		assert!(begin(3, Who::Anyone).is_ok());
	}

	/// A hospital has one address, and its people and patients have all places of the institution.
	#[test]
	fn a_hospital_behind_one_address_has_all_places_of_its_institution() {
		let (state, _surroundings) = state(None, |_| {});
		let of_institution = state.config.api.per_institution.max_waiting;
		let of_account = state.config.api.per_account.max_waiting;
		assert!(of_institution > 32 && of_account < of_institution);
		let begin = |number| state.waiting.begin(&state, source(1), signer(number, 9));
		let begun = (0..of_institution).map(|number| begin(u8::try_from(number).unwrap()));
		let begun = begun.collect::<Result<Vec<_>, _>>().ok();
		assert!(begun.is_some());
		assert_eq!(begin(200).err(), Some(Crowded::OfParty));
		assert!(state.waiting.begin(&state, source(1), signer(201, 8)).is_ok());
		drop(begun);
		let begun = (0..of_account).map(|_| begin(1)).collect::<Result<Vec<_>, _>>();
		assert!(begun.is_ok());
		assert_eq!(begin(1).err(), Some(Crowded::OfParty), "of the account");
		assert!(begin(2).is_ok());
	}

	/// People behind one address, and an institution at many addresses.
	#[test]
	fn an_account_and_an_institution_take_no_more_than_their_part() {
		let (state, _surroundings) = state(None, |config| {
			config.api.per_account.max_waiting = 2;
			config.api.per_institution.max_waiting = 3;
		});
		let begin = |last, who| state.waiting.begin(&state, source(last), who);
		let first = (begin(1, signer(1, 9)).unwrap(), begin(1, signer(1, 9)).unwrap());
		assert_eq!(begin(2, signer(1, 9)).err(), Some(Crowded::OfParty), "of the account");
		let second = begin(1, signer(2, 9)).unwrap();
		assert_eq!(begin(3, signer(3, 9)).err(), Some(Crowded::OfParty), "of the institution");
		assert!(begin(1, signer(4, 8)).is_ok(), "another institution");
		drop(first);
		assert!(begin(3, signer(3, 9)).is_ok());
		drop(second);
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
		let mut place = state.waiting.begin(&state, source(1), signer(1, 1)).ok().unwrap();
		assert_eq!(place.after(4).await.unwrap().number(), 5);
		let later = async {
			tokio::time::sleep(Duration::from_millis(50)).await;
			set(6);
		};
		let (found, ()) = tokio::join!(place.after(5), later);
		assert_eq!(found.unwrap().number(), 6);
		assert!(place.after(6).await.is_none(), "it has waited long enough");
		let mut place = state.waiting.begin(&state, source(1), signer(1, 1)).ok().unwrap();
		surroundings.stop();
		assert!(place.after(6).await.is_none(), "the custodian stops");
		drop(place);
		running.await.unwrap();
	}
}
