//! The chain's newest blocks as the custodian's node has them, with what is known of their age.

use crate::{
	chain::{Block, Node},
	gauge::gauge_value,
	release::{Head, Refusal, Situation},
	state::State,
};
use std::{sync::Arc, time::Instant};
use vouchsafe_client::{chain::ChainError, signing::now};

/// The last finalised and the best block.
pub struct Heads {
	/// The last finalised block.
	pub finalized: Arc<dyn Block>,
	/// The best block.
	pub best: Arc<dyn Block>,
	/// What was known when they were read.
	situation: Situation,
}

impl Heads {
	/// Reads the best block, and what is known of it and of this finalised block.
	pub async fn read(
		state: &State,
		node: &dyn Node,
		finalized: Arc<dyn Block>,
	) -> Result<Self, ChainError> {
		// One after the other: see `vouchsafe_client::chain::Chain`.
		let (best, is_syncing) = (node.best().await?, node.is_syncing().await?);
		let (final_time, best_time) = (finalized.time().await?, best.time().await?);
		let situation = Situation {
			finalized: Head { number: finalized.number(), time: final_time },
			best: Head { number: best.number(), time: best_time },
			now: now(),
			since_final: state.note_final(finalized.number(), Instant::now()),
			is_syncing,
			replaced: state.replaced(),
		};
		Ok(Self { finalized, best, situation })
	}

	/// Both blocks.
	pub fn both(&self) -> [&dyn Block; 2] {
		[&*self.finalized, &*self.best]
	}

	/// What is known of them now: asking the node takes time.
	pub fn situation(&self, state: &State) -> Situation {
		Situation { now: now(), replaced: state.replaced(), ..self.situation }
	}

	/// Shows how old the blocks are.
	pub fn show(&self, state: &State) {
		let Situation { best, finalized, now, since_final, .. } = self.situation(state);
		// A block of the future has an age below 0.
		let age =
			gauge_value(now.saturating_sub(best.time)) - gauge_value(best.time.saturating_sub(now));
		metrics::gauge!("vouchsafe_custodian_best_block_age_seconds").set(age);
		let stalled = since_final.as_secs().max(now.saturating_sub(finalized.time));
		metrics::gauge!("vouchsafe_custodian_finality_age_seconds").set(gauge_value(stalled));
	}

	/// Checks that something may be given now.
	pub fn check(&self, state: &State) -> Result<(), Refusal> {
		self.situation(state).check()
	}
}
