//! The size of a state proof, before smoldot reads it.
//!
//! smoldot visits a node once for each path to it. If ten nodes refer to each other, each sixteen times
//! to the next, there are more paths than any computer can go. So the paths are counted first, as
//! smoldot goes them, and a proof with too many is refused. It may have nothing but nodes and
//! values of the state's own trie.

use super::ProofError;
use smoldot::trie::trie_node::{self, StorageValue};
use sp_crypto_hashing::blake2_256;
use std::collections::{BTreeMap, BTreeSet};

/// The most nodes and values of a proof. The longest page has 256 entries, and a second value is read
/// for each. In a state of 2^32 keys the proof has fewer than 4,000 nodes and values.
const MAX_NODES: usize = 16_384;

/// The most bytes of a proof: the longest answer that a node gives.
const MAX_BYTES: usize = 16 << 20;

/// How many nodes smoldot may visit, if those at several places count each time. In a real state few
/// nodes are the same: the end of a key is a part of its leaf.
const MAX_VISITS: usize = 65_536;

type Hash = [u8; 32];

/// Checks that a proof is of the state with this root, and of a size that smoldot can read.
///
/// # Errors
///
/// [`ProofError::State`].
pub(super) fn check(root: &Hash, nodes: &[Vec<u8>]) -> Result<(), ProofError> {
	let bytes = nodes.iter().fold(0usize, |sum, node| sum.saturating_add(node.len()));
	if nodes.len() > MAX_NODES || bytes > MAX_BYTES {
		return Err(too_large());
	}
	Walk::new(nodes).all(root)
}

fn too_large() -> ProofError {
	ProofError::State("the proof is larger than any that is needed".into())
}

fn foreign() -> ProofError {
	ProofError::State("the proof is not of this block's state".into())
}

/// A walk through a proof, along the paths that smoldot goes.
struct Walk<'a> {
	/// The nodes and values by their hashes.
	parts: BTreeMap<Hash, &'a [u8]>,
	/// What a node has as its child.
	children: BTreeSet<Hash>,
	/// What a node has as its value.
	values: BTreeSet<Hash>,
	visits: usize,
}

impl<'a> Walk<'a> {
	fn new(nodes: &'a [Vec<u8>]) -> Self {
		let parts = nodes.iter().map(|node| (blake2_256(node), node.as_slice())).collect();
		Self { parts, children: BTreeSet::new(), values: BTreeSet::new(), visits: 0 }
	}

	/// Goes through the whole trie. What is left over must be values. smoldot can take a value for
	/// the root of another trie, if its bytes are a node's, so they are gone through too.
	fn all(&mut self, root: &Hash) -> Result<(), ProofError> {
		self.from(root)?;
		let mut left = Vec::new();
		for part in self.parts.keys().filter(|part| *part != root) {
			match (self.children.contains(part), self.values.contains(part)) {
				(true, _) => {},
				(false, true) => left.push(*part),
				(false, false) => return Err(foreign()),
			}
		}
		left.iter().try_for_each(|value| self.from(value))
	}

	/// Goes through the trie with this root.
	fn from(&mut self, root: &Hash) -> Result<(), ProofError> {
		let mut waiting = vec![*self.parts.get(root).ok_or_else(foreign)?];
		while let Some(node) = waiting.pop() {
			self.visits = self.visits.saturating_add(1);
			if self.visits > MAX_VISITS {
				return Err(too_large());
			}
			let Ok(node) = trie_node::decode(node) else { continue };
			if let StorageValue::Hashed(hash) = node.storage_value {
				self.values.insert(*hash);
			}
			for child in node.children.into_iter().flatten() {
				// A short child is in its parent itself.
				let Ok(hash) = Hash::try_from(child) else {
					waiting.push(child);
					continue;
				};
				if let Some(part) = self.parts.get(&hash) {
					self.children.insert(hash);
					waiting.push(part);
				}
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests;
