//! Watches the node: connects, refuses one of another chain or one that is no archive, and knows
//! for which institution the chain names this custodian.

use crate::app::{App, Backoff, Connected, Part};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{AccountId, At, Chain, ChainError, Signer, Submit, View, H256},
	messages::Hex,
};

/// How often the node is looked at.
const INTERVAL: Duration = Duration::from_secs(3);
/// How often it is asked whether it still has the first state.
const ARCHIVE_INTERVAL: Duration = Duration::from_secs(60);
/// How long nothing may become final.
const STALLED: Duration = Duration::from_secs(30);

/// Why a node is not used.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
	/// It is of another chain.
	#[error("the node is of the chain {found}, not {expected}: point chain.node to a node of the right chain")]
	OtherChain {
		/// The chain that counts.
		expected: Hex<32>,
		/// The node's.
		found: Hex<32>,
	},
	/// It is no archive.
	#[error("the node throws old states away: start it with --state-pruning archive and a fresh database")]
	NoArchive,
	/// The database was filled from another chain.
	#[error("the node's block {0} is another than the one that was indexed: it is of another fork or chain")]
	OtherFork(u32),
	/// The chain's own error.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database's own error.
	#[error(transparent)]
	Store(#[from] crate::store::StoreError),
}

impl NodeError {
	/// Whether the node must not be used, rather than not be reached.
	pub fn is_refusal(&self) -> bool {
		!matches!(self, Self::Chain(_) | Self::Store(_))
	}
}

/// Watches the node until the custodian stops. Ends early, with the error, if the first node that
/// answers is to be refused.
pub async fn watch(app: Arc<App>) -> Result<(), NodeError> {
	let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(15));
	let mut was_good = false;
	app.report(Part::Node, false, format!("connecting to {}", app.config.chain.node));
	loop {
		match connect(&app).await {
			Ok(chain) => {
				was_good = true;
				backoff.reset();
				let error = attend(&app, chain).await;
				app.set_node(None);
				match error {
					None => return Ok(()),
					Some(error) => show(&app, &error),
				}
			},
			Err(error) => {
				show(&app, &error);
				if error.is_refusal() && !was_good {
					return Err(error);
				}
			},
		}
		if !app.pause(backoff.next()).await {
			return Ok(());
		}
	}
}

fn show(app: &App, error: &NodeError) {
	metrics::gauge!("vouchsafe_custodian_node_up").set(0.0);
	let part = match error {
		NodeError::OtherChain { .. } | NodeError::OtherFork(_) => Part::Chain,
		NodeError::NoArchive => Part::Archive,
		_ => Part::Node,
	};
	app.report(part, false, error.to_string());
}

async fn connect(app: &App) -> Result<Chain, NodeError> {
	let chain = Chain::connect(&app.config.chain.node).await?;
	check_chain(app, chain.genesis())?;
	check_archive(app, &chain).await?;
	let indexed = app.store.run(|store| store.indexed()).await?;
	if let Some((number, hash)) = indexed {
		// A node that is still catching up may not have the block yet.
		let finalized = chain.finalized().await?;
		if finalized.number >= number && chain.at_number(number).await?.hash != hash {
			return Err(NodeError::OtherFork(number));
		}
	}
	Ok(chain)
}

fn check_chain(app: &App, found: H256) -> Result<(), NodeError> {
	let found = Hex(found.0);
	let expect = |expected: Hex<32>| match expected == found {
		true => Ok(()),
		false => Err(NodeError::OtherChain { expected, found }),
	};
	// What the configuration names is noted only once a node has it: it may be a slip.
	app.config.chain.genesis.map_or(Ok(()), expect)?;
	let noted = app.store.note_fact("genesis", &found.0)?;
	expect(Hex(noted.try_into().unwrap_or([0; 32])))?;
	app.report(Part::Chain, true, format!("chain {found}"));
	Ok(())
}

async fn check_archive(app: &App, chain: &Chain) -> Result<(), NodeError> {
	match chain.is_archive().await? {
		true => {
			app.report(Part::Archive, true, "the node has the state of the genesis block");
			Ok(())
		},
		false => Err(NodeError::NoArchive),
	}
}

/// Attends to a node as long as it is good; none when the custodian stops.
async fn attend(app: &App, chain: Chain) -> Option<NodeError> {
	let mut last_archive = Instant::now();
	let mut progress = (0, Instant::now());
	let mut failures = 0;
	loop {
		match look(app, &chain, &mut last_archive, &mut progress).await {
			Ok(()) => failures = 0,
			Err(error) if error.is_refusal() => return Some(error),
			Err(error) => {
				show(app, &error);
				failures += 1;
				// The connection mends itself; after a while a new one is made all the same.
				if failures > 20 {
					return Some(error);
				}
			},
		}
		if !app.pause(INTERVAL).await {
			return None;
		}
	}
}

async fn look(
	app: &App,
	chain: &Chain,
	last_archive: &mut Instant,
	progress: &mut (u32, Instant),
) -> Result<(), NodeError> {
	check_chain(app, chain.ask_genesis().await?)?;
	if last_archive.elapsed() > ARCHIVE_INTERVAL {
		check_archive(app, chain).await?;
		*last_archive = Instant::now();
	}
	let at = chain.finalized().await?;
	if at.number != progress.0 {
		*progress = (at.number, Instant::now());
	}
	let institution = check_enrolled(app, &at).await?;
	app.set_node(Some(Connected { chain: chain.clone(), institution }));
	metrics::gauge!("vouchsafe_custodian_node_up").set(1.0);
	metrics::gauge!("vouchsafe_custodian_finalized_block").set(f64::from(at.number));
	let still = progress.1.elapsed();
	match still < STALLED {
		true => app.report(Part::Node, true, format!("block {} is final", at.number)),
		false => app.report(
			Part::Node,
			false,
			format!("nothing after block {} has become final for {} s", at.number, still.as_secs()),
		),
	}
	Ok(())
}

async fn check_enrolled(app: &App, at: &At) -> Result<Option<AccountId>, NodeError> {
	let account = app.keys.account.account();
	let institution = at.custodian_of(&account).await?;
	let Some(institution) = institution else {
		app.report(
			Part::Enrolled,
			false,
			format!(
				"the chain names the account {} as no active institution's custodian",
				Hex::from(&account)
			),
		);
		return Ok(None);
	};
	let custodian = at.institution(&institution).await?.and_then(|known| known.custodian);
	let key = app.keys.encryption.public().0;
	match custodian.is_some_and(|custodian| custodian.key == key) {
		true => {
			app.report(Part::Enrolled, true, format!("custodian of {}", Hex::from(&institution)));
			Ok(Some(institution))
		},
		false => {
			app.report(
				Part::Enrolled,
				false,
				format!(
					"the chain names another encryption key than this custodian's, {}",
					Hex(key)
				),
			);
			Ok(None)
		},
	}
}
