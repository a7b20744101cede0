//! Whether a block is final, by GRANDPA's rule.
//!
//! A block is final if more than two thirds of the validators vote for it or its descendants in one
//! round. A validator that gives two votes in a round counts for every block, as it does for the
//! nodes: else a single liar could make justifications that nodes accept and clients refuse. But more
//! than a third must vote for the block itself or its descendants. As long as fewer than a third of
//! the validators lie, which all of GRANDPA rests on, they do. If more have voted twice, be it after a
//! power cut, nobody can combine their votes into the proof of a block that nobody voted for.
//!
//! Nodes accept some more things that prove nothing, and they are ignored here too: votes of others
//! than the validators, votes for other blocks, votes that are there twice, and headers that no vote
//! needs.

use super::{Authorities, ProofError, NUMBER_BYTES};
use codec::Encode;
use smoldot::finality::decode::{decode_grandpa_justification, GrandpaJustificationRef};
use sp_core::{ed25519, Pair, H256};
use std::collections::{BTreeMap, BTreeSet};

/// What GRANDPA's votes to make a block final begin with.
const PRECOMMIT: u8 = 1;

/// A vote to make a block final.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Vote {
	block: [u8; 32],
	number: u32,
	signature: [u8; 64],
}

impl Vote {
	/// Whether this validator has signed it, in a round of this set.
	fn is_signed(&self, key: [u8; 32], round: u64, set_id: u64) -> bool {
		let message = (PRECOMMIT, self.block, self.number, round, set_id).encode();
		let (signature, key) = (self.signature.into(), key.into());
		ed25519::Pair::verify(&signature, message, &key)
	}
}

/// Checks a justification: that enough of the authorities voted for a block or its descendants.
/// Returns the block's number and hash.
///
/// # Errors
///
/// [`ProofError::Finality`].
pub fn verify_finality(
	justification: &[u8],
	authorities: &Authorities,
) -> Result<(u32, H256), ProofError> {
	let decoded = decode(justification)?;
	let target = (number_of(decoded.target_number)?, H256(*decoded.target_hash));
	let keys: BTreeSet<_> = authorities.keys.iter().copied().collect();
	let descendants = descendants(&decoded);
	let supports = |vote: &Vote| descendants.get(&vote.block) == Some(&u64::from(vote.number));
	let (mut supporters, mut doubles) = (0usize, 0usize);
	for (key, votes) in votes(&decoded, &keys, supports)? {
		if !votes.iter().all(|vote| vote.is_signed(key, decoded.round, authorities.set_id)) {
			return Err(ProofError::Finality("a false signature".into()));
		}
		if votes.iter().any(supports) {
			supporters = supporters.saturating_add(1);
		} else if votes.len() > 1 {
			doubles = doubles.saturating_add(1);
		}
	}
	let thirds = |count: usize| count.saturating_mul(3);
	let counted = supporters.saturating_add(doubles);
	if thirds(supporters) <= keys.len() || thirds(counted) <= keys.len().saturating_mul(2) {
		return Err(ProofError::Finality("not enough validators voted for it".into()));
	}
	Ok(target)
}

/// The number and hash of the block that a justification is about.
pub(super) fn target(justification: &[u8]) -> Result<(u32, H256), ProofError> {
	let decoded = decode(justification)?;
	Ok((number_of(decoded.target_number)?, H256(*decoded.target_hash)))
}

fn decode(justification: &[u8]) -> Result<GrandpaJustificationRef<'_>, ProofError> {
	decode_grandpa_justification(justification, NUMBER_BYTES).map_err(|_| malformed())
}

fn number_of(number: u64) -> Result<u32, ProofError> {
	u32::try_from(number).map_err(|_| malformed())
}

fn malformed() -> ProofError {
	ProofError::Finality("the justification is malformed".into())
}

/// Two different votes of each of these validators, or its only one. Those that support the block come
/// first.
fn votes(
	justification: &GrandpaJustificationRef<'_>,
	keys: &BTreeSet<[u8; 32]>,
	supports: impl Fn(&Vote) -> bool,
) -> Result<BTreeMap<[u8; 32], Vec<Vote>>, ProofError> {
	let mut given = Vec::new();
	for vote in justification.precommits.iter() {
		let key = *vote.authority_public_key;
		if keys.contains(&key) {
			let (block, signature) = (*vote.target_hash, *vote.signature);
			given.push((key, Vote { block, number: number_of(vote.target_number)?, signature }));
		}
	}
	given.sort_by_key(|(_, vote)| !supports(vote));
	let mut all = BTreeMap::<_, Vec<Vote>>::new();
	for (key, vote) in given {
		let votes = all.entry(key).or_default();
		if votes.len() < 2 && !votes.contains(&vote) {
			votes.push(vote);
		}
	}
	Ok(all)
}

/// The block of a justification and its descendants, as far as the justification has their headers,
/// with their numbers.
fn descendants(justification: &GrandpaJustificationRef<'_>) -> BTreeMap<[u8; 32], u64> {
	let mut headers: Vec<_> = justification
		.votes_ancestries
		.clone()
		.map(|header| (header.number, header.hash(NUMBER_BYTES), *header.parent_hash))
		.collect();
	headers.sort_unstable();
	let mut found = BTreeMap::from([(*justification.target_hash, justification.target_number)]);
	for (number, hash, parent) in headers {
		if found.get(&parent).is_some_and(|before| before.checked_add(1) == Some(number)) {
			found.insert(hash, number);
		}
	}
	found
}

#[cfg(test)]
mod tests;
