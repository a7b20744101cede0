//! Watches the chain's node: connects to it, refuses a node of another chain and a node that no longer has
//! the states that the index needs, and finds the institution for which the chain names this custodian.

use crate::{
	backoff::Backoff,
	chain::{Block, Node},
	heads::Heads,
	history::{self, HistoryError},
	readiness::CheckName,
	restore::settle::{settle, SettleError},
	state::{Connected, State},
	states::{StateWatch, States},
	store::StoreError,
};
use std::{sync::Arc, time::Duration};
use vouchsafe_client::{
	chain::{AccountId, Chain, ChainError, Signer, H256},
	messages::Hex,
};

/// How often the node is checked.
const INTERVAL: Duration = Duration::from_secs(3);
/// After how many failed checks in a row a new connection is made.
const FAILURES: u32 = 20;

/// Why a node is not used.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
	/// The node is on another chain.
	#[error("the node is on the chain {found}, not {expected}: set chain.node to a node of the right chain")]
	OtherChain {
		/// The custodian's chain.
		expected: Hex<32>,
		/// The node's chain.
		found: Hex<32>,
	},
	/// The node no longer has states that the index needs.
	#[error("{0}")]
	StatesGone(States),
	/// The chain was not made for measuring, and the custodian would add no noise.
	#[error("research.noise = false is only for chains made for measuring: without noise a study protects nobody")]
	NoNoise,
	/// What a restored database may no longer have could not be destroyed.
	#[error("can't destroy yet what the restored database may no longer have: {0}")]
	Settle(#[from] SettleError),
	/// An error of the chain.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// An error of the database.
	#[error(transparent)]
	Store(#[from] StoreError),
}

impl From<HistoryError> for NodeError {
	fn from(error: HistoryError) -> Self {
		match error {
			HistoryError::Chain(error) => Self::Chain(error),
			HistoryError::Store(error) => Self::Store(error),
		}
	}
}

impl NodeError {
	/// Whether the node must not be used. Otherwise it could not be asked.
	pub fn is_refusal(&self) -> bool {
		!matches!(self, Self::Chain(_) | Self::Store(_) | Self::Settle(_))
	}
}

/// Watches the node until the custodian stops. Returns an error if the first node that answers must
/// not be used.
pub async fn watch(state: Arc<State>) -> Result<(), NodeError> {
	let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(15));
	let mut was_good = false;
	state.readiness.set(
		CheckName::Node,
		false,
		format!("connecting to {}", state.config.chain.node),
	);
	loop {
		match connect(&state).await {
			Ok((chain, states)) => {
				was_good = true;
				backoff.reset();
				let error = check_repeatedly(&state, chain, states).await;
				state.set_connected(None);
				match error {
					None => return Ok(()),
					Some(error) => report(&state, &error),
				}
			},
			Err(error) => {
				report(&state, &error);
				if error.is_refusal() && !was_good {
					return Err(error);
				}
			},
		}
		if !state.pause(backoff.next_pause()).await {
			return Ok(());
		}
	}
}

fn report(state: &State, error: &NodeError) {
	metrics::gauge!("vouchsafe_custodian_node_up").set(0.0);
	let check = match error {
		NodeError::OtherChain { .. } => CheckName::Chain,
		NodeError::StatesGone(_) => CheckName::States,
		NodeError::NoNoise => CheckName::Chain,
		NodeError::Chain(_) | NodeError::Store(_) | NodeError::Settle(_) => CheckName::Node,
	};
	state.readiness.set(check, false, error.to_string());
}

async fn connect(state: &State) -> Result<(Arc<dyn Node>, StateWatch), NodeError> {
	let node: Arc<dyn Node> = Arc::new(Chain::connect(&state.config.chain.node).await?);
	let mut states = StateWatch::default();
	check_chain(state, node.genesis()).await?;
	check_states(state, &*node, node.finalized().await?.number(), &mut states).await?;
	check_noise(state, &*node).await?;
	Ok((node, states))
}

async fn check_chain(state: &State, found: H256) -> Result<(), NodeError> {
	let found = Hex(found.0);
	let expect = |expected: Hex<32>| match expected == found {
		true => Ok(()),
		false => Err(NodeError::OtherChain { expected, found }),
	};
	// The configured hash may be a mistake, so only a hash that a node has is noted.
	state.config.chain.genesis.map_or(Ok(()), expect)?;
	expect(Hex(state.database.note_genesis(found.0).await?))?;
	state.readiness.set(CheckName::Chain, true, format!("chain {found}"));
	Ok(())
}

/// Results without noise protect nobody. So they are only for measurements.
async fn check_noise(state: &State, node: &dyn Node) -> Result<(), NodeError> {
	let is_exact = state.config.research.aggregate && !state.config.research.noise;
	if is_exact && !node.finalized().await?.is_measuring().await? {
		return Err(NodeError::NoNoise);
	}
	Ok(())
}

/// Checks once in a while that a node whose last final block is this has the states that the index needs.
async fn check_states(
	state: &State,
	node: &dyn Node,
	finalized: u32,
	states: &mut StateWatch,
) -> Result<(), NodeError> {
	let Some(found) = states.ask(state, node, finalized).await? else { return Ok(()) };
	metrics::gauge!("vouchsafe_custodian_state_hours_left").set(found.hours_left());
	if matches!(found, States::Gone { .. }) {
		return Err(NodeError::StatesGone(found));
	}
	state.readiness.set(CheckName::States, true, found.to_string());
	Ok(())
}

/// Checks a node again and again, and returns the error that ended this, or none if the custodian
/// stops.
async fn check_repeatedly(
	state: &State,
	node: Arc<dyn Node>,
	mut states: StateWatch,
) -> Option<NodeError> {
	let mut failures: u32 = 0;
	loop {
		match check(state, &node, &mut states).await {
			Ok(()) => failures = 0,
			Err(error) if error.is_refusal() => return Some(error),
			Err(error) => {
				report(state, &error);
				failures = failures.saturating_add(1);
				// The connection reconnects by itself. If that does not help, a new one is made.
				if failures > FAILURES {
					return Some(error);
				}
			},
		}
		if !state.pause(INTERVAL).await {
			return None;
		}
	}
}

async fn check(
	state: &State,
	node: &Arc<dyn Node>,
	states: &mut StateWatch,
) -> Result<(), NodeError> {
	check_chain(state, node.current_genesis().await?).await?;
	let finalized = node.finalized().await?;
	let number = finalized.number();
	check_states(state, &**node, number, states).await?;
	// Before the node may be used.
	history::compare(state, &**node, number).await?;
	let institution = check_enrolled(state, &*finalized).await?;
	// Nothing is given before a restored database has lost again what it may not have.
	if let Some(institution) = &institution {
		if !settle(state, &**node, finalized.clone(), institution).await? {
			return Ok(());
		}
	}
	state.set_connected(Some(Connected { node: node.clone(), institution }));
	metrics::gauge!("vouchsafe_custodian_node_up").set(1.0);
	metrics::gauge!("vouchsafe_custodian_finalized_block").set(f64::from(number));
	let heads = Heads::read(state, &**node, finalized).await?;
	heads.show(state);
	let checked = heads.check(state);
	let detail = match &checked {
		Ok(()) => format!("block {number} is final"),
		Err(refusal) => refusal.to_string(),
	};
	state.readiness.set(CheckName::Node, checked.is_ok(), detail);
	Ok(())
}

async fn check_enrolled(state: &State, block: &dyn Block) -> Result<Option<AccountId>, NodeError> {
	let account = state.keys.account.account();
	let Some(institution) = block.custodian_of(&account).await? else {
		let account = Hex::from(&account);
		let detail = format!("the chain names no active institution whose custodian is {account}");
		state.readiness.set(CheckName::Enrolled, false, detail);
		return Ok(None);
	};
	let custodian = block.institution(&institution).await?.and_then(|known| known.custodian);
	let keys = &state.keys.encryption;
	if !custodian.is_some_and(|custodian| keys.set_in_use(&custodian.key)) {
		let key = Hex(keys.public().0);
		let detail = format!("the chain has another encryption key for this custodian than {key}");
		state.readiness.set(CheckName::Enrolled, false, detail);
		return Ok(None);
	}
	let mut detail = format!("custodian of {}", Hex::from(&institution));
	if let Some(next) = keys.next() {
		let next = Hex(next.0);
		detail.push_str(&format!(
			"; the new encryption key {next} is to be registered with `vouchsafe enrol custodian`"
		));
	}
	state.readiness.set(CheckName::Enrolled, true, detail);
	Ok(Some(institution))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::double::{
			hash,
			studies::{institution, lock, StudiesDouble},
			BlockDouble, NodeDouble,
		},
		keys::Keys,
		state::double::state,
		store::IndexedBlock,
		studies::test_terms,
	};
	use std::sync::Mutex;

	#[tokio::test]
	async fn the_key_that_the_chain_names_is_the_one_in_use() {
		let (state, _surroundings) = state(None, |_| {});
		let id = AccountId::new([3; 32]);
		let studies = Arc::new(Mutex::new(StudiesDouble::new(test_terms(2))));
		let block = BlockDouble { studies: Some(studies.clone()), ..BlockDouble::default() };
		let name = |key: [u8; 32]| {
			let custodian = institution("https://a.example", &state.keys.account.account(), key);
			lock(&studies).institutions.insert(id.clone(), custodian);
		};
		let enrolled = || state.readiness.get().enrolled;
		assert_eq!(check_enrolled(&state, &block).await.unwrap(), None);
		let old = state.keys.encryption.public();
		name(old.0);
		assert_eq!(check_enrolled(&state, &block).await.unwrap(), Some(id.clone()));
		let changed = Keys::add_encryption_key(&state.config.keys.file, None).unwrap().encryption;
		let new = changed.newest();
		// The chain is quicker than the custodian, which has not read the file yet.
		name(new.0);
		assert_eq!(check_enrolled(&state, &block).await.unwrap(), None);
		assert!(!enrolled().ok && enrolled().detail.contains("another encryption key"));
		name(old.0);
		assert!(state.keys.encryption.replace(&changed));
		assert_eq!(check_enrolled(&state, &block).await.unwrap(), Some(id.clone()));
		assert!(enrolled().ok && enrolled().detail.contains(&Hex(new.0).to_string()));
		name(new.0);
		assert_eq!(check_enrolled(&state, &block).await.unwrap(), Some(id));
		assert_eq!((state.keys.encryption.public(), state.keys.encryption.next()), (new, None));
		assert!(!enrolled().detail.contains("encryption key"));
	}

	#[tokio::test]
	async fn a_node_without_the_needed_states_is_refused() {
		let (state, _surroundings) = state(None, |_| {});
		let node = |states_from: u32| NodeDouble {
			finalized: BlockDouble { number: 50, ..BlockDouble::default() },
			states_from: states_from.into(),
			block_seconds: 3600,
			..NodeDouble::default()
		};
		let check = async |states_from| {
			check_states(&state, &node(states_from), 50, &mut StateWatch::default()).await
		};
		check(0).await.unwrap();
		assert!(state.readiness.get().states.ok);
		let error = check(2).await.unwrap_err();
		assert!(error.is_refusal() && matches!(error, NodeError::StatesGone(_)));
		report(&state, &error);
		let states = state.readiness.get().states;
		assert!(!states.ok && states.detail.contains("index import"), "{}", states.detail);
		let block =
			IndexedBlock { number: 40, hash: hash(40, 0), lines: vec![], mismatches: vec![] };
		state.database.index_blocks(vec![block]).await.unwrap();
		check(31).await.unwrap();
		let states = state.readiness.get().states;
		assert!(states.ok && states.detail.contains("10 hours more"), "{}", states.detail);
	}

	#[tokio::test]
	async fn without_noise_only_a_chain_for_measuring_is_used() {
		let studies = Arc::new(Mutex::new(StudiesDouble::new(test_terms(2))));
		let node = NodeDouble { studies: Some(studies.clone()), ..NodeDouble::default() };
		let check = async |aggregate, noise| {
			let (state, _surroundings) = state(None, |config| {
				(config.research.aggregate, config.research.noise) = (aggregate, noise);
			});
			check_noise(&state, &node).await
		};
		check(true, false).await.unwrap();
		lock(&studies).is_measuring = false;
		check(true, true).await.unwrap();
		check(false, false).await.unwrap();
		let error = check(true, false).await.unwrap_err();
		assert!(error.is_refusal() && matches!(error, NodeError::NoNoise));
	}
}
