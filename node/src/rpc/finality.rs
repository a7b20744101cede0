//! The method `vouchsafe_finality`: what a client needs to prove by itself which block is final.
//!
//! - `after` is the hash of a final block that the client has proven already. Without it, the client
//!   knows only the genesis block.
//! - The answer is `{blocks, isNewest}`. Each of the blocks is `{header, justification}`, both
//!   SCALE-encoded, in hex: the last block of each set of validators that has ended since `after`,
//!   and then the newest block that the node can prove to be final. The header of a set's last block
//!   names the next set.
//! - If `isNewest` is `false`, there are more: ask again after the last one.
//! - A node that synced by warp fetches the blocks before afterwards. Until it has them, it can't answer who
//!   asks for what comes after one of these.
//! - A recovery of finality replaces the set without the votes of the one before. Nothing leads over it: the
//!   answer is an error, and the client begins after it, from a checkpoint that the members publish.

use super::parameters::{Fault, Parameters};
use crate::client::FullClient;
use codec::Encode;
use jsonrpsee::{core::RegisterMethodError, types::ErrorObjectOwned, RpcModule};
use sc_client_api::BlockBackend;
use sc_consensus_grandpa::{
	best_justification, find_scheduled_change, SharedAuthoritySet, GRANDPA_ENGINE_ID,
};
use serde_json::{json, Value};
use sp_blockchain::HeaderBackend;
use sp_core::bytes::to_hex;
use std::sync::Arc;
use vouchsafe_runtime::{opaque::Block, BlockNumber, Hash};

/// The most ended sets of validators that one answer proves.
const MAX_CHANGES: usize = 64;

/// What the method reads.
pub struct Finality {
	/// The chain.
	pub client: Arc<FullClient>,
	/// The validators that finalise blocks, and the last blocks of their earlier sets.
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
}

/// The method. It reads the database, so it runs on a thread for such work.
pub fn methods(finality: Finality) -> Result<RpcModule<Finality>, RegisterMethodError> {
	let mut module = RpcModule::new(finality);
	module.register_blocking_method("vouchsafe_finality", |given, finality, _| {
		let after = Parameters::new(&given, &["after"]).and_then(|mut given| given.take("after"));
		after.and_then(|after| finality.after(after)).map_err(ErrorObjectOwned::from)
	})?;
	Ok(module)
}

impl Finality {
	fn after(&self, after: Option<Hash>) -> Result<Value, Fault> {
		let after = self.final_number(after)?;
		if self.client.info().block_gap.is_some_and(|gap| after < gap.end) {
			return Err(Fault::Node(
				"this node joined by warp and is still fetching older blocks: try again later, or use another \
				 node"
					.into(),
			));
		}
		// The newest block is read first, so that it is not newer than the sets that are read then.
		let newest = best_justification::<_, Block>(&*self.client).map_err(unreadable)?;
		let newest = newest.filter(|newest| newest.target().0 > after);
		let Some(newest) = newest else { return Ok(json!({ "blocks": [], "isNewest": true })) };
		let (number, hash) = newest.target();
		let changes = self.authority_set.authority_set_changes();
		// A set may have ended with the block that the client has.
		let ended = changes.iter_from(after.saturating_sub(1)).into_iter().flatten();
		self.ensure_ended_by_votes(ended.map(|(_, last)| *last))?;
		let ended = changes.iter_from(after).ok_or_else(|| {
			Fault::Node("the node does not have the validators' earlier changes".into())
		})?;
		let (ended, is_newest) = page(ended.map(|(_, last)| *last), number);
		let mut blocks = Vec::new();
		for last in ended {
			blocks.push(self.last_of_set(last)?);
		}
		if is_newest {
			blocks.push(self.block(hash, newest.encode())?);
		}
		Ok(json!({ "blocks": blocks, "isNewest": is_newest }))
	}

	/// The number of a final block of this hash.
	fn final_number(&self, hash: Option<Hash>) -> Result<BlockNumber, Fault> {
		let Some(hash) = hash else { return Ok(0) };
		if let Some(number) = self.client.number(hash).map_err(unreadable)? {
			let canonical = self.client.hash(number).map_err(unreadable)?;
			if number <= self.client.info().finalized_number && canonical == Some(hash) {
				return Ok(number);
			}
		}
		Err(Fault::Parameter(format!("for this node, the block {hash:?} is not final")))
	}

	/// The last block of a set of validators, with the justification that is kept for it.
	fn last_of_set(&self, number: BlockNumber) -> Result<Value, Fault> {
		let missing = || Fault::Node(format!("the node has no proof that block {number} is final"));
		let hash = self.client.hash(number).map_err(unreadable)?.ok_or_else(missing)?;
		let kept = self.client.justifications(hash).map_err(unreadable)?;
		let kept = kept.and_then(|kept| kept.into_justification(GRANDPA_ENGINE_ID));
		self.block(hash, kept.ok_or_else(missing)?)
	}

	/// An error if one of the sets with these last blocks was replaced by a recovery: then its last block names no
	/// other set, or is also the last one of the set before.
	fn ensure_ended_by_votes(&self, last: impl Iterator<Item = BlockNumber>) -> Result<(), Fault> {
		let mut before = None;
		for number in last {
			let hash = self.client.hash(number).map_err(unreadable)?;
			let header =
				hash.map(|hash| self.client.header(hash)).transpose().map_err(unreadable)?;
			let names_a_set = |header: &_| find_scheduled_change::<Block>(header).is_some();
			if before == Some(number) || header.flatten().is_some_and(|it| !names_a_set(&it)) {
				return Err(Fault::Node(format!("finality was recovered after block {number}")));
			}
			before = Some(number);
		}
		Ok(())
	}

	fn block(&self, hash: Hash, justification: Vec<u8>) -> Result<Value, Fault> {
		let header = self.client.header(hash).map_err(unreadable)?;
		let header =
			header.ok_or_else(|| Fault::Node(format!("the node has no header of {hash:?}")))?;
		Ok(json!({
			"header": to_hex(&header.encode(), false),
			"justification": to_hex(&justification, false),
		}))
	}
}

/// Which of the sets' last blocks come before the newest one, as far as one answer holds them, and
/// whether it holds the newest one too.
fn page(
	last_blocks: impl Iterator<Item = BlockNumber>,
	newest: BlockNumber,
) -> (Vec<BlockNumber>, bool) {
	let mut ended: Vec<_> =
		last_blocks.take_while(|last| *last < newest).take(MAX_CHANGES + 1).collect();
	let is_newest = ended.len() <= MAX_CHANGES;
	ended.truncate(MAX_CHANGES);
	(ended, is_newest)
}

fn unreadable(error: impl std::fmt::Display) -> Fault {
	Fault::Node(format!("the node cannot read its database: {error}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_newest_block_comes_after_the_ends_of_the_sets_before_it() {
		assert_eq!(page([3, 7].into_iter(), 9), (vec![3, 7], true));
		// It is itself the last of its set.
		assert_eq!(page([3, 9].into_iter(), 9), (vec![3], true));
		// The set has ended since the newest block was read.
		assert_eq!(page([3, 11].into_iter(), 9), (vec![3], true));
		assert_eq!(page([].into_iter(), 9), (vec![], true));
	}

	#[test]
	fn one_answer_holds_some_changes_only() {
		let most = u32::try_from(MAX_CHANGES).unwrap();
		let (ended, is_newest) = page(1..=most, 1000);
		assert!(ended.len() == MAX_CHANGES && is_newest);
		let (ended, is_newest) = page(1..=most + 1, 1000);
		assert!(ended.len() == MAX_CHANGES && !is_newest);
	}
}
