//! Pins and acknowledges versions: each whose envelope was delivered and whose acknowledgement the
//! chain's state does not have.
//!
//! Each step can be repeated without harm, and the remaining work is always read from the database
//! and the chain, so the custodian can be killed at any point.

use crate::{
	backoff::Backoff,
	chain::{Block, Node},
	gauge::gauge_value,
	readiness::CheckName,
	state::{Connected, State},
	store::{KeptVersion, StoreError, VersionId},
};
use std::{
	collections::{HashMap, HashSet},
	sync::Arc,
	time::Duration,
};
use tokio::{
	task::{JoinError, JoinSet},
	time::Instant,
};
use vouchsafe_client::{
	chain::{AccountId, ChainError, H256},
	cid::Cid,
	ipfs::{Ipfs, IpfsError},
	messages::Hex,
	signing::now,
};

/// How often the chain is asked.
const INTERVAL: Duration = Duration::from_secs(2);
/// Up to how many versions to acknowledge are counted.
const COUNT_LIMIT: u32 = 1000;
/// How many versions are processed at the same time.
const CONCURRENT: usize = 32;
/// How long the first attempt to pin content may take, in seconds. Each further one may take twice
/// as long, up to `kubo.patience`.
const FIRST_PATIENCE: u64 = 5;

#[derive(Debug, thiserror::Error)]
enum WorkError {
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error("the manifest names a malformed CID")]
	MalformedCid,
}

/// A version that failed, and when it is tried again.
struct Retry {
	at: Instant,
	backoff: Backoff,
	failures: u32,
	reason: String,
}

/// The versions under way, and those that failed.
#[derive(Default)]
struct Acknowledger {
	tasks: JoinSet<(VersionId, Result<(), WorkError>)>,
	under_way: HashSet<VersionId>,
	retries: HashMap<VersionId, Retry>,
}

/// Acknowledges versions until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut acknowledger = Acknowledger::default();
	loop {
		if let Some(Connected { node, institution: Some(institution) }) = state.connected() {
			match acknowledger.start_due(&state, &node, institution).await {
				Ok(waiting) => acknowledger.report(&state, waiting),
				Err(error) => state.readiness.set(CheckName::Work, false, error.to_string()),
			}
		}
		tokio::select! {
			going_on = state.pause(INTERVAL) => if !going_on { return },
			_ = state.new_work.notified() => {},
			Some(done) = acknowledger.tasks.join_next() => acknowledger.note(done),
		}
	}
}

impl Acknowledger {
	/// Starts what is due, and returns how many versions the chain waits for.
	async fn start_due(
		&mut self,
		state: &Arc<State>,
		node: &Arc<dyn Node>,
		institution: AccountId,
	) -> Result<usize, WorkError> {
		while let Some(done) = self.tasks.try_join_next() {
			self.note(done);
		}
		let finalized = node.finalized().await?;
		let waiting = finalized.count_unacknowledged(&institution, COUNT_LIMIT).await?;
		metrics::gauge!("vouchsafe_custodian_unacknowledged").set(gauge_value(waiting));
		let mut due = state.database.to_acknowledge().await?;
		self.retries.retain(|id, _| due.contains(id));
		due.retain(|id| {
			!self.under_way.contains(id)
				&& self.retries.get(id).is_none_or(|retry| retry.at <= Instant::now())
		});
		due.truncate(CONCURRENT.saturating_sub(self.tasks.len()));
		// What was submitted before a restart may be in the best block and not final yet.
		let best = match due.is_empty() {
			true => finalized.clone(),
			false => node.best().await?,
		};
		for id in due {
			if !is_waited_for(&*finalized, id, &institution).await? {
				state.database.set_acknowledged(id).await?;
			} else if is_waited_for(&*best, id, &institution).await? {
				if let Some(version) = state.database.version(id).await? {
					self.under_way.insert(id);
					let failures = self.retries.get(&id).map_or(0, |retry| retry.failures);
					let (state, node) = (state.clone(), node.clone());
					self.tasks.spawn(async move {
						(id, pin_and_acknowledge(&state, &*node, id, version, failures).await)
					});
				}
			}
		}
		Ok(waiting)
	}

	/// Notes the result of a version's task.
	fn note(&mut self, done: Result<(VersionId, Result<(), WorkError>), JoinError>) {
		let Ok((id, result)) = done else {
			// A task panicked, and it is not known which. So all of them start again.
			tracing::error!("a task that acknowledges a version panicked");
			self.tasks.abort_all();
			self.under_way.clear();
			return;
		};
		self.under_way.remove(&id);
		match result {
			Ok(()) => {
				self.retries.remove(&id);
				metrics::counter!("vouchsafe_custodian_acknowledged_total").increment(1);
				tracing::info!(record = %Hex(id.record), version = id.version, "acknowledged a version");
			},
			Err(error) => {
				tracing::warn!(
					record = %Hex(id.record),
					version = id.version,
					%error,
					"can't acknowledge a version yet"
				);
				let retry = self.retries.entry(id).or_insert_with(|| Retry {
					at: Instant::now(),
					backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
					failures: 0,
					reason: String::new(),
				});
				retry.at = Instant::now() + retry.backoff.next_pause();
				retry.failures = retry.failures.saturating_add(1);
				retry.reason = error.to_string();
			},
		}
	}

	fn report(&self, state: &State, waiting: usize) {
		match self.retries.values().next() {
			Some(retry) => {
				let (count, reason) = (self.retries.len(), &retry.reason);
				let detail = format!("{count} versions are tried again: {reason}");
				state.readiness.set(CheckName::Work, false, detail);
			},
			None => {
				let detail = format!("{waiting} versions to acknowledge");
				state.readiness.set(CheckName::Work, true, detail);
			},
		}
	}
}

/// Whether the chain waits for this institution's acknowledgement.
async fn is_waited_for(
	block: &dyn Block,
	id: VersionId,
	institution: &AccountId,
) -> Result<bool, ChainError> {
	let set = block.sharing_set(H256(id.record), id.version).await?;
	Ok(set.is_some_and(|set| {
		set.epoch == id.epoch
			&& set.holders.iter().any(|it| it.account == *institution && !it.acknowledged)
	}))
}

async fn pin_and_acknowledge(
	state: &State,
	node: &dyn Node,
	id: VersionId,
	version: KeptVersion,
	failures: u32,
) -> Result<(), WorkError> {
	if let (Some(ipfs), false) = (&state.ipfs, version.pinned) {
		pin(state, ipfs, version, failures).await?;
		state.database.set_pinned(id, now()).await?;
	}
	Ok(node.acknowledge(&state.keys.account, id).await?)
}

async fn pin(
	state: &State,
	ipfs: &Ipfs,
	version: KeptVersion,
	failures: u32,
) -> Result<(), WorkError> {
	// Short at first, so that content that nobody has does not delay the rest. What was fetched
	// stays for the next attempt.
	let longest = state.config.kubo.as_ref().map_or(FIRST_PATIENCE, |kubo| kubo.patience);
	let doubled = FIRST_PATIENCE.saturating_mul(2u64.saturating_pow(failures));
	let added = ipfs.add_bytes(version.manifest).await?;
	if added.cid.to_string() != version.manifest_cid {
		return Err(WorkError::MalformedCid);
	}
	let ciphertext: Cid = version.ciphertext_cid.parse().map_err(|_| WorkError::MalformedCid)?;
	ipfs.pin(&ciphertext, Duration::from_secs(doubled.min(longest))).await?;
	Ok(())
}
