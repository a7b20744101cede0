//! Watches the chain's node: connects to it, refuses a node of another chain and a node that prunes
//! state, and finds the institution for which the chain names this custodian.

use crate::{
	backoff::Backoff,
	chain::{Block, Node},
	heads::Heads,
	history::{self, HistoryError},
	readiness::CheckName,
	state::{Connected, State},
	store::StoreError,
};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{AccountId, Chain, ChainError, Signer, H256},
	messages::Hex,
};

/// How often the node is checked.
const INTERVAL: Duration = Duration::from_secs(3);
/// How often the node is asked whether it still has the first state.
const ARCHIVE_INTERVAL: Duration = Duration::from_secs(60);
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
	/// The node is not an archive.
	#[error("the node prunes old state: start it with --state-pruning archive and a new database")]
	NotArchive,
	/// The chain was not made for measuring, and the custodian would add no noise.
	#[error("research.noise = false is only for chains made for measuring: without noise a study protects nobody")]
	NoNoise,
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
		!matches!(self, Self::Chain(_) | Self::Store(_))
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
			Ok(chain) => {
				was_good = true;
				backoff.reset();
				let error = check_repeatedly(&state, chain).await;
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
		NodeError::NotArchive => CheckName::Archive,
		NodeError::NoNoise => CheckName::Chain,
		NodeError::Chain(_) | NodeError::Store(_) => CheckName::Node,
	};
	state.readiness.set(check, false, error.to_string());
}

async fn connect(state: &State) -> Result<Arc<dyn Node>, NodeError> {
	let node: Arc<dyn Node> = Arc::new(Chain::connect(&state.config.chain.node).await?);
	check_chain(state, node.genesis()).await?;
	check_archive(state, &*node).await?;
	check_noise(state, &*node).await?;
	Ok(node)
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

async fn check_archive(state: &State, node: &dyn Node) -> Result<(), NodeError> {
	match node.is_archive().await? {
		true => {
			let detail = "the node has the state of the genesis block";
			state.readiness.set(CheckName::Archive, true, detail);
			Ok(())
		},
		false => Err(NodeError::NotArchive),
	}
}

/// Checks a node again and again, and returns the error that ended this, or none if the custodian
/// stops.
async fn check_repeatedly(state: &State, node: Arc<dyn Node>) -> Option<NodeError> {
	let mut last_archive = Instant::now();
	let mut failures: u32 = 0;
	loop {
		match check(state, &node, &mut last_archive).await {
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
	last_archive: &mut Instant,
) -> Result<(), NodeError> {
	check_chain(state, node.current_genesis().await?).await?;
	if last_archive.elapsed() > ARCHIVE_INTERVAL {
		check_archive(state, &**node).await?;
		*last_archive = Instant::now();
	}
	let finalized = node.finalized().await?;
	let number = finalized.number();
	// Before the node may be used.
	history::compare(state, &**node, number).await?;
	let institution = check_enrolled(state, &*finalized).await?;
	state.set_connected(Some(Connected { node: node.clone(), institution }));
	metrics::gauge!("vouchsafe_custodian_node_up").set(1.0);
	metrics::gauge!("vouchsafe_custodian_finalized_block").set(f64::from(number));
	let checked = Heads::read(state, &**node, finalized).await?.check(state);
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
	let key = state.keys.encryption.public().0;
	if custodian.is_none_or(|custodian| custodian.key != key) {
		let key = Hex(key);
		let detail = format!("the chain has another encryption key for this custodian than {key}");
		state.readiness.set(CheckName::Enrolled, false, detail);
		return Ok(None);
	}
	let detail = format!("custodian of {}", Hex::from(&institution));
	state.readiness.set(CheckName::Enrolled, true, detail);
	Ok(Some(institution))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::double::{
			studies::{lock, StudiesDouble},
			NodeDouble,
		},
		state::double::state,
		studies::test_terms,
	};
	use std::sync::Mutex;

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
