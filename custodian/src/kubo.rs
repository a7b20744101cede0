//! Watches the IPFS node, removes content that no version or study has named for a day, and notices
//! content that the node has lost.

#[cfg(test)]
pub(crate) mod double;
#[cfg(test)]
mod tests;

use crate::{
	chain::Node, gauge::gauge_value, readiness::CheckName, state::State, store::StoreError,
};
use std::{
	collections::BTreeSet,
	sync::Arc,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::ChainError,
	cid::{has_links, Cid},
	ipfs::{Ipfs, IpfsError},
	signing::now,
};

/// How often the IPFS node is checked.
const INTERVAL: Duration = Duration::from_secs(10);
/// How often its pins are compared with what was acknowledged.
const PINS_INTERVAL: Duration = Duration::from_secs(30);
/// How much content is looked for on the disk at a time: at most so many contents, of about so many bytes.
const SAMPLE: usize = 64;
const SAMPLE_BYTES: u64 = 64 << 20;
/// How many studies are read at a time.
const PAGE: u32 = 50;
/// How long content stays that neither a version nor a study names, in seconds.
const UNCLAIMED_LIFETIME: u64 = 24 * 3600;

/// What `/ready` says of a Kubo that can lose confirmed blocks.
const UNSYNCED: &str = "Kubo does not sync its blocks, so a power cut can damage documents: set \
                        `sync` to true in its Datastore.Spec and restart it";

#[derive(Debug, thiserror::Error)]
enum KuboError {
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error("the CID is malformed")]
	MalformedCid,
}

/// Watches the IPFS node until the custodian stops.
pub async fn watch(state: Arc<State>) {
	let Some(ipfs) = &state.ipfs else {
		state.readiness.set(CheckName::Kubo, true, "none is configured");
		return;
	};
	let mut last_compared: Option<Instant> = None;
	let mut turn = Turn::new(SAMPLE_BYTES);
	loop {
		match ipfs.version().await {
			Ok(version) => {
				metrics::gauge!("vouchsafe_custodian_kubo_up").set(1.0);
				match ipfs.syncs_blocks().await {
					Ok(Some(false)) => state.readiness.set(CheckName::Kubo, false, UNSYNCED),
					_ => state.readiness.set(CheckName::Kubo, true, format!("Kubo {version}")),
				}
				if let Err(error) = drop_unclaimed(&state, ipfs).await {
					tracing::warn!(%error, "can't find content that no version names");
				}
				if last_compared.is_none_or(|at| at.elapsed() >= PINS_INTERVAL) {
					if let Err(error) = compare_pins(&state, ipfs, &mut turn).await {
						tracing::warn!(%error, "can't compare the IPFS node's pins");
					}
					last_compared = Some(Instant::now());
				}
			},
			Err(error) => {
				metrics::gauge!("vouchsafe_custodian_kubo_up").set(0.0);
				state.readiness.set(CheckName::Kubo, false, error.to_string());
			},
		}
		if !state.pause(INTERVAL).await {
			return;
		}
	}
}

/// Removes content that neither a version nor a study has named for a day. A failure of one does not stop
/// the others. Its row goes last: until then it is tried again.
async fn drop_unclaimed(state: &State, ipfs: &Ipfs) -> Result<(), KuboError> {
	let before = now().saturating_sub(UNCLAIMED_LIFETIME);
	let unclaimed = state.database.unclaimed_before(before).await?;
	if unclaimed.is_empty() {
		return Ok(());
	}
	// Without a node nobody knows what studies name.
	let Some(connected) = state.connected() else { return Ok(()) };
	let protocols = protocols(&*connected.node).await?;
	for cid in unclaimed.into_iter().filter(|cid| !protocols.contains(cid)) {
		if let Err(error) = drop_one(state, ipfs, &cid, before).await {
			tracing::warn!(cid, %error, "can't remove content that no version names yet");
		}
	}
	Ok(())
}

/// The CIDs of the protocols of all studies. Those of studies that have ended explain their results.
async fn protocols(node: &dyn Node) -> Result<BTreeSet<String>, ChainError> {
	let block = node.finalized().await?;
	let (mut found, mut after) = (BTreeSet::new(), None);
	loop {
		let page = block.studies(after, PAGE).await?;
		let Some((last, _)) = page.last() else { return Ok(found) };
		after = Some(*last);
		let cids = page.iter().filter_map(|(_, it)| Cid::try_from(&it.terms.protocol[..]).ok());
		found.extend(cids.map(|cid| cid.to_string()));
	}
}

async fn drop_one(state: &State, ipfs: &Ipfs, cid: &str, before: u64) -> Result<(), KuboError> {
	let parsed = cid.parse().map_err(|_| KuboError::MalformedCid)?;
	// If it is being added or pinned, it is looked at again later.
	let Some(_removing) = state.content_locks.try_remove(cid) else { return Ok(()) };
	// A version may name it by now, or it was added again.
	if state.database.is_unclaimed(cid.to_owned(), before).await? {
		ipfs.remove(&parsed).await?;
		state.database.forget_unclaimed(cid.to_owned(), before).await?;
		tracing::info!(cid, "removed content that no version names");
	}
	Ok(())
}

/// Compares the node's pins with the content that acknowledged versions name, and has what is
/// missing pinned again. Also looks whether a sample of the content is there.
async fn compare_pins(state: &State, ipfs: &Ipfs, turn: &mut Turn) -> Result<(), KuboError> {
	// In this order, so that what is pinned in between is not missing.
	let claimed = state.database.claimed().await?;
	let pins = ipfs.pins().await?;
	let (pinned, mut missing): (Vec<_>, Vec<_>) =
		claimed.into_iter().partition(|cid| pins.contains(cid));
	missing.extend(lost_blocks(state, ipfs, pinned, turn).await?);
	metrics::gauge!("vouchsafe_custodian_missing_pins").set(gauge_value(missing.len()));
	if missing.is_empty() {
		return Ok(());
	}
	note_lost(state, missing).await?;
	Ok(())
}

/// Which content is looked for on the disk next.
struct Turn {
	/// What was looked for last.
	last: String,
	/// About how many bytes are looked for at a time. Kubo reads them all.
	bytes: u64,
	/// By how many bytes the last sample was too large. The next one is smaller by them.
	debt: u64,
}

impl Turn {
	fn new(bytes: u64) -> Self {
		Self { last: String::new(), bytes, debt: 0 }
	}
}

/// The pinned content of which the node has lost a block. Looks at one sample each time, and at
/// everything in turn.
async fn lost_blocks(
	state: &State,
	ipfs: &Ipfs,
	mut pinned: Vec<String>,
	turn: &mut Turn,
) -> Result<Vec<String>, KuboError> {
	pinned.sort_unstable();
	let next = pinned.partition_point(|cid| *cid <= turn.last);
	pinned.rotate_left(next);
	pinned.truncate(SAMPLE);
	let mut lost = Vec::new();
	let mut read = turn.debt;
	for cid in pinned {
		if read >= turn.bytes {
			break;
		}
		let length = state.database.content_length(cid.clone()).await?.unwrap_or(0);
		read = read.saturating_add(length);
		turn.last.clone_from(&cid);
		if !has_all(ipfs, &cid, length).await? {
			lost.push(cid);
		}
	}
	turn.debt = read.saturating_sub(turn.bytes);
	Ok(lost)
}

/// Whether the node has all blocks of this content.
async fn has_all(ipfs: &Ipfs, cid: &str, length: u64) -> Result<bool, KuboError> {
	let parsed: Cid = cid.parse().map_err(|_| KuboError::MalformedCid)?;
	if !has_links(&parsed) {
		return Ok(ipfs.has_block(&parsed).await?);
	}
	match ipfs.is_whole(&parsed, length).await {
		Err(IpfsError::Missing(_)) => Ok(false),
		// A changed block is served as it is, so that it can be reported.
		Err(IpfsError::Refused(error)) => {
			tracing::error!(cid, error, "the IPFS node can't read a copy");
			Ok(true)
		},
		whole => Ok(whole?),
	}
}

/// Notes that the node has lost this content, and has it pinned again.
pub async fn note_lost(state: &State, cids: Vec<String>) -> Result<(), StoreError> {
	let versions = state.database.note_lost(cids, now()).await?;
	if versions > 0 {
		let count = u64::try_from(versions).unwrap_or(u64::MAX);
		metrics::counter!("vouchsafe_custodian_content_lost_total").increment(count);
		tracing::error!(versions, "the IPFS node has lost content: it is pinned again");
		// Not only when it is pinned again: that waits for the node.
		state.readiness.set(
			CheckName::Pins,
			false,
			format!(
				"the IPFS node has lost the content of {versions} versions: it is pinned again"
			),
		);
		state.new_work.notify_one();
	}
	Ok(())
}
