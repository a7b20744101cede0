//! Tells the chain which shares are lost.

use super::{is_registered, share_state, ScrubError, ShareState};
use crate::{
	chain::{is_acknowledged, Node},
	state::State,
	store::{HeldShare, LostShare},
};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, HeldVersion, H256, MAX_BATCH},
	messages::Hex,
	signing::now,
};

/// What became of losses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
	/// Those that the chain was told.
	pub reported: Vec<LostShare>,
	/// Those on which the chain did not count.
	pub not_counted_on: usize,
	/// Those that are there after all.
	pub found: usize,
}

/// Reports these losses of the institution's own shares, at most 64 with one call. Each is looked for once
/// more. It can be repeated: what the chain no longer counts on is not reported again.
pub async fn report(
	state: &State,
	node: &dyn Node,
	institution: &AccountId,
	losses: Vec<LostShare>,
) -> Result<Reported, ScrubError> {
	let (finalized, best) = (node.finalized().await?, node.best().await?);
	if is_registered(state, &*finalized, institution).await? == Some(false) {
		return Err(ScrubError::KeyReplaced);
	}
	let mut result = Reported::default();
	let (mut due, mut settled) = (Vec::new(), Vec::new());
	for loss in losses {
		let share = HeldShare {
			id: loss.id,
			holder: account_bytes(institution),
			patient: loss.patient,
			carried: None,
			checked: 0,
		};
		if !matches!(
			share_state(state, &*finalized, institution, &share).await?,
			ShareState::Lost { .. }
		) {
			state.database.note_good(vec![share], now()).await?;
			result.found = result.found.saturating_add(1);
			continue;
		}
		let held = held(&loss);
		match is_acknowledged(&*finalized, &held, institution).await? {
			// A report may be in the best block, and not be final yet.
			Some(true) if is_acknowledged(&*best, &held, institution).await? == Some(true) => {
				due.push(loss);
			},
			Some(true) => {},
			_ => settled.push(loss),
		}
	}
	result.not_counted_on = settled.len();
	state.database.note_reported(settled, now()).await?;
	for losses in due.chunks(MAX_BATCH as usize) {
		node.report_loss(&state.keys.account, losses.iter().map(held).collect()).await?;
		state.database.note_reported(losses.to_vec(), now()).await?;
		for LostShare { id, reason, .. } in losses {
			tracing::warn!(record = %Hex(id.record), version = id.version, reason, "reported a lost share");
		}
		let count = u64::try_from(losses.len()).unwrap_or(u64::MAX);
		metrics::counter!("vouchsafe_custodian_reported_losses_total").increment(count);
	}
	result.reported = due;
	Ok(result)
}

/// The version as the chain names it.
fn held(loss: &LostShare) -> HeldVersion {
	HeldVersion {
		patient: loss.patient.into(),
		record: H256(loss.id.record),
		version: loss.id.version,
		epoch: loss.id.epoch,
	}
}
