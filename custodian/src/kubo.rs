//! Watches the IPFS node, and removes content that no version has named for a day.

#[cfg(test)]
pub(crate) mod double;
#[cfg(test)]
mod tests;

use crate::{readiness::CheckName, state::State, store::StoreError};
use std::{sync::Arc, time::Duration};
use vouchsafe_client::{
	ipfs::{Ipfs, IpfsError},
	signing::now,
};

/// How often the IPFS node is checked.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long content stays that no version names, in seconds.
const UNCLAIMED_LIFETIME: u64 = 24 * 3600;

#[derive(Debug, thiserror::Error)]
enum DropError {
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error("the CID is malformed")]
	MalformedCid,
}

/// Watches the IPFS node until the custodian stops.
pub async fn watch(state: Arc<State>) {
	let Some(ipfs) = &state.ipfs else {
		state.readiness.set(CheckName::Kubo, true, "none is configured");
		return;
	};
	loop {
		match ipfs.version().await {
			Ok(version) => {
				metrics::gauge!("vouchsafe_custodian_kubo_up").set(1.0);
				state.readiness.set(CheckName::Kubo, true, format!("Kubo {version}"));
				if let Err(error) = drop_unclaimed(&state, ipfs).await {
					tracing::warn!(%error, "can't find content that no version names");
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

/// Removes content that no version has named for a day. A failure of one does not stop the others.
/// Its row goes last: until then it is tried again.
async fn drop_unclaimed(state: &State, ipfs: &Ipfs) -> Result<(), StoreError> {
	let before = now().saturating_sub(UNCLAIMED_LIFETIME);
	for cid in state.database.unclaimed_before(before).await? {
		if let Err(error) = drop_one(state, ipfs, &cid, before).await {
			tracing::warn!(cid, %error, "can't remove content that no version names yet");
		}
	}
	Ok(())
}

async fn drop_one(state: &State, ipfs: &Ipfs, cid: &str, before: u64) -> Result<(), DropError> {
	let parsed = cid.parse().map_err(|_| DropError::MalformedCid)?;
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
