//! Compares the blocks on which the custodian acted with those that the node has now. A node that
//! lost final blocks in a power cut may get others in their place.
//!
//! Each block names its parent. So if the highest common height has the same block, all lower ones
//! are the same, and it is enough to compare one.

use crate::{
	chain::Node,
	state::State,
	store::{History, LogIndex, Rewound, StoreError},
};
use vouchsafe_client::chain::{ChainError, H256};

/// Why the blocks could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
	/// The chain could not be read.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
}

/// Compares with a node whose last finalised block is this. Notes the first block that differs in
/// the state, and returns whether none does.
pub async fn compare(state: &State, node: &dyn Node, finalized: u32) -> Result<bool, HistoryError> {
	let replaced = first_replaced(&*state.database, node, finalized).await?;
	if let (Some(block), None) = (replaced, state.replaced()) {
		tracing::error!(block, "ALARM: the node has another block than the one that was indexed");
	}
	metrics::gauge!("vouchsafe_custodian_replaced_block").set(f64::from(replaced.unwrap_or(0)));
	state.set_replaced(replaced);
	Ok(replaced.is_none())
}

/// Removes what was indexed of blocks that the node does not have. Returns the last block that is
/// indexed then, if one is.
pub async fn rewind(
	database: &(impl History + LogIndex + ?Sized),
	node: &dyn Node,
) -> Result<Option<(Option<u32>, Rewound)>, HistoryError> {
	let finalized = node.finalized().await?.number();
	let Some(first) = first_replaced(database, node, finalized).await? else { return Ok(None) };
	let last = match first.checked_sub(1) {
		Some(below) => database.acted_on(below).await?,
		None => None,
	};
	let rewound = database.rewind(last).await?;
	let indexed = database.last_block().await?;
	Ok(Some((indexed.map(|(number, _)| number), rewound)))
}

/// The lowest block on which the custodian acted and that the node replaces by another.
pub(crate) async fn first_replaced(
	history: &(impl History + ?Sized),
	node: &dyn Node,
	finalized: u32,
) -> Result<Option<u32>, HistoryError> {
	match history.acted_on(finalized).await? {
		Some(highest) if is_replaced(node, highest).await? => {},
		_ => return Ok(None),
	}
	let blocks = history.all_acted_on(finalized).await?;
	// Blocks before `same` are the same, and those from `replaced` on differ.
	let (mut same, mut replaced) = (0, blocks.len().saturating_sub(1));
	while same < replaced {
		let middle = same.midpoint(replaced);
		match blocks.get(middle) {
			Some(block) if !is_replaced(node, *block).await? => same = middle.saturating_add(1),
			_ => replaced = middle,
		}
	}
	Ok(blocks.get(replaced).map(|(number, _)| *number))
}

async fn is_replaced(node: &dyn Node, (number, hash): (u32, H256)) -> Result<bool, ChainError> {
	Ok(node.hash_of(number).await? != hash)
}

#[cfg(test)]
mod tests;
