//! Whether the node still has the states of the blocks that are not indexed yet, and for how long. A node
//! that prunes keeps the states of some days. If the index falls further behind, it has to come from another
//! member ([`crate::index::import`]).

use crate::{chain::Node, node::NodeError, state::State};
use std::{
	fmt,
	time::{Duration, Instant},
};
use vouchsafe_client::chain::ChainError;

/// How often the node is asked.
const INTERVAL: Duration = Duration::from_secs(60);
const HOUR: u64 = 60 * 60;

/// What a node still has of the states that the index needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States {
	/// All of them, from the first block on. It keeps them, or the chain is young.
	All,
	/// Those from a block on. The index needs none before it.
	Since {
		/// The block.
		oldest: u32,
		/// By how many seconds the index could fall further behind.
		left: u64,
	},
	/// Some that the index needs are gone.
	Gone {
		/// The first block whose state it has.
		oldest: u32,
		/// The last block that is indexed; 0 if none is.
		indexed: u32,
	},
}

impl States {
	/// Asks a node whose last final block is this. The states before `from` are known to be gone.
	pub async fn of(
		node: &dyn Node,
		from: u32,
		indexed: u32,
		finalized: u32,
	) -> Result<Self, ChainError> {
		if finalized == 0 {
			return Ok(Self::All);
		}
		let next = indexed.saturating_add(1);
		let mut oldest = find_oldest(node, from.clamp(1, finalized), finalized).await?;
		if next < oldest {
			if !node.has_state(next).await? {
				return Ok(Self::Gone { oldest, indexed });
			}
			// Another node answers at the same address, and has more than is remembered.
			oldest = find_oldest(node, 1, next).await?;
		}
		if oldest == 1 {
			return Ok(Self::All);
		}
		let needed = node.block(next.min(finalized)).await?.time().await?;
		let left = needed.saturating_sub(node.block(oldest).await?.time().await?);
		Ok(Self::Since { oldest, left })
	}

	/// By how many hours the index could fall further behind.
	pub fn hours_left(&self) -> f64 {
		match self {
			Self::All => f64::INFINITY,
			Self::Since { left, .. } => Duration::from_secs(*left).as_secs_f64() / 3600.0,
			Self::Gone { .. } => 0.0,
		}
	}
}

impl fmt::Display for States {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::All => f.write_str("the node has the states of all blocks so far"),
			Self::Since { oldest, left } => write!(
				f,
				"the node keeps states from block {oldest} on: the index could fall behind by {} hours more \
				 before it needs a state that is gone",
				left / HOUR
			),
			Self::Gone { oldest, indexed } => {
				let (first, last) = (indexed.saturating_add(1), oldest.saturating_sub(1));
				let index = match indexed {
					0 => "the index has no block yet".to_owned(),
					_ => format!("the index ends at block {indexed}"),
				};
				write!(
					f,
					"this node keeps states from block {oldest} on, and {index}: the blocks {first} to {last} \
					 can't be indexed. Stop the custodian and import the index of another member with \
					 `vouchsafe-custodian index import --from INSTITUTION --config …`, or name a node that keeps \
					 all states (an archive) in chain.node until the index has caught up"
				)
			},
		}
	}
}

/// The first block from `first` to `last` whose state the node has. Nodes prune the oldest states first.
async fn find_oldest(node: &dyn Node, first: u32, last: u32) -> Result<u32, ChainError> {
	// The states before `low` are gone. Usually that is all.
	let (mut low, mut step) = (first, 1u32);
	let mut high = loop {
		let tried = low.saturating_add(step.saturating_sub(1)).min(last);
		if node.has_state(tried).await? {
			break tried;
		}
		if tried == last {
			return Err(ChainError::StateGone);
		}
		(low, step) = (tried.saturating_add(1), step.saturating_mul(2));
	};
	while low < high {
		let middle = low.midpoint(high);
		match node.has_state(middle).await? {
			true => high = middle,
			false => low = middle.saturating_add(1),
		}
	}
	Ok(high)
}

/// Asks a node again and again, and remembers what is gone.
#[derive(Debug, Default)]
pub struct StateWatch {
	oldest: u32,
	asked: Option<Instant>,
}

impl StateWatch {
	/// Asks a node whose last final block is this, if it was not asked within a minute.
	pub async fn ask(
		&mut self,
		state: &State,
		node: &dyn Node,
		finalized: u32,
	) -> Result<Option<States>, NodeError> {
		if self.asked.is_some_and(|at| at.elapsed() < INTERVAL) {
			return Ok(None);
		}
		let indexed = state.database.last_block().await?.map_or(0, |(number, _)| number);
		let states = States::of(node, self.oldest, indexed, finalized).await?;
		if let States::Since { oldest, .. } | States::Gone { oldest, .. } = states {
			self.oldest = oldest;
		}
		self.asked = Some(Instant::now());
		Ok(Some(states))
	}
}

#[cfg(test)]
mod tests;
