//! Watches the IPFS node, and drops content that no version has named for a day.

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
/// How long pinning content again may take.
const PIN_AGAIN: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
enum DropError {
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
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
					tracing::warn!(%error, "can't drop content that no version names");
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

async fn drop_unclaimed(state: &State, ipfs: &Ipfs) -> Result<(), DropError> {
	let before = now().saturating_sub(UNCLAIMED_LIFETIME);
	for cid in state.database.drop_unclaimed(before).await? {
		tracing::info!(cid, "drops content that no version names");
		let Ok(parsed) = cid.parse() else { continue };
		ipfs.unpin(&parsed).await?;
		// A version may have named it in the meantime.
		if state.database.content_length(cid).await?.is_some() {
			ipfs.pin(&parsed, PIN_AGAIN).await?;
		}
	}
	Ok(())
}
