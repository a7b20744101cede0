//! The newest block that a client has proven to be final. A client keeps it, and never goes back.

mod checkpoint;

use super::{
	finality::{target, verify_finality},
	Authorities, Header, ProofError, ProvenState, NUMBER_BYTES,
};
use crate::storage;
use codec::{Decode, DecodeAll, Encode};
use smoldot::header::{self, DigestItemRef, GrandpaConsensusLogRef, GrandpaScheduledChangeRef};
use sp_core::H256;

pub use checkpoint::Checkpoint;

/// The first byte of a kept [`Trusted`].
const VERSION: u8 = 1;

/// A final block, as a node's `vouchsafe_finality` returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalBlock {
	/// Its header, encoded.
	pub header: Vec<u8>,
	/// The votes that made it final, encoded.
	pub justification: Vec<u8>,
}

/// The newest block that was proven to be final, and who finalises the blocks after it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Trusted {
	genesis: H256,
	head: Header,
	authorities: Authorities,
}

impl Trusted {
	/// The genesis block, whose header and state are known by its hash. The proof is of the
	/// [keys](Self::genesis_keys) that are needed.
	///
	/// # Errors
	///
	/// [`ProofError::Header`] and [`ProofError::State`].
	pub fn from_genesis(
		genesis: H256,
		header: &[u8],
		proof: &[Vec<u8>],
	) -> Result<Self, ProofError> {
		let head = Header::verify(header, genesis)?;
		if head.number != 0 {
			return Err(ProofError::Header(genesis));
		}
		let state = ProvenState::new(head.state_root, proof)?;
		let keys = state.get(&storage::authorities().bytes)?.and_then(decode_authorities);
		let set_id =
			state.get(&storage::set_id().bytes)?.map(|mut bytes| u64::decode_all(&mut bytes).ok());
		let malformed = || ProofError::State("the validators are malformed".into());
		let authorities = Authorities {
			keys: keys.ok_or_else(malformed)?,
			set_id: set_id.unwrap_or(Some(0)).ok_or_else(malformed)?,
		};
		Ok(Self { genesis, head, authorities })
	}

	/// The keys of the genesis state that [`from_genesis`](Self::from_genesis) needs.
	pub fn genesis_keys() -> Vec<Vec<u8>> {
		vec![storage::authorities().bytes, storage::set_id().bytes]
	}

	/// What was kept for the chain of this genesis block.
	///
	/// # Errors
	///
	/// [`ProofError::Kept`] if it is damaged, or belongs to another chain.
	pub fn from_bytes(bytes: &[u8], genesis: H256) -> Result<Self, ProofError> {
		let kept = match bytes {
			[VERSION, rest @ ..] => Self::decode_all(&mut &rest[..]).ok(),
			_ => None,
		};
		kept.filter(|kept| kept.genesis == genesis).ok_or(ProofError::Kept)
	}

	/// The bytes to keep.
	pub fn to_bytes(&self) -> Vec<u8> {
		(VERSION, self).encode()
	}

	/// The genesis block's hash: which chain it is.
	pub fn genesis(&self) -> H256 {
		self.genesis
	}

	/// The block.
	pub fn head(&self) -> &Header {
		&self.head
	}

	/// Goes on to later blocks, in their order: the last block of each set of validators that has
	/// ended meanwhile, and the newest one. Nothing changes if one of them is not proven.
	///
	/// # Errors
	///
	/// [`ProofError::Finality`], [`ProofError::Header`], [`ProofError::Older`] and
	/// [`ProofError::TwoFinal`].
	pub fn advance(&mut self, blocks: &[FinalBlock]) -> Result<(), ProofError> {
		let mut next = self.clone();
		for block in blocks {
			next.take(block)?;
		}
		*self = next;
		Ok(())
	}

	fn take(&mut self, block: &FinalBlock) -> Result<(), ProofError> {
		let (number, hash) = target(&block.justification)?;
		if hash == self.head.hash {
			return Ok(());
		}
		if number < self.head.number {
			return Err(ProofError::Older(number, self.head.number));
		}
		verify_finality(&block.justification, &self.authorities)?;
		let head = Header::verify(&block.header, hash)?;
		if head.number != number {
			return Err(ProofError::Header(hash));
		}
		if number == self.head.number {
			return Err(ProofError::TwoFinal(number));
		}
		if let Some(keys) = next_authorities(&block.header, hash)? {
			let set_id = self.authorities.set_id.saturating_add(1);
			self.authorities = Authorities { set_id, keys };
		}
		self.head = head;
		Ok(())
	}
}

/// The authorities that finalise the blocks after this one, if its header names others.
fn next_authorities(header: &[u8], hash: H256) -> Result<Option<Vec<[u8; 32]>>, ProofError> {
	let change = find_log(header, hash, |log| match log {
		GrandpaConsensusLogRef::ScheduledChange(change) => Some(change),
		_ => None,
	})?;
	let Some(change) = change else { return Ok(None) };
	// The runtime changes them at once.
	if change.delay != 0 {
		return Err(ProofError::Header(hash));
	}
	keys_of(change).map(Some).ok_or(ProofError::Header(hash))
}

/// What the header of a block says that signals a recovery of finality: the last block that the set before
/// has finalised, and the authorities after it.
fn recovery(header: &[u8], hash: H256) -> Result<(u32, Vec<[u8; 32]>), ProofError> {
	let signalled = find_log(header, hash, |log| match log {
		GrandpaConsensusLogRef::ForcedChange { reset_block_height, change } => {
			Some((reset_block_height, change))
		},
		_ => None,
	})?;
	let read = signalled
		.and_then(|(last_final, change)| Some((u32::try_from(last_final).ok()?, keys_of(change)?)));
	read.ok_or(ProofError::Header(hash))
}

/// The first thing that GRANDPA says in a header and `pick` takes.
fn find_log<'a, T>(
	header: &'a [u8],
	hash: H256,
	pick: impl Fn(GrandpaConsensusLogRef<'a>) -> Option<T>,
) -> Result<Option<T>, ProofError> {
	let decoded = header::decode(header, NUMBER_BYTES).map_err(|_| ProofError::Header(hash))?;
	let found = decoded.digest.logs().find_map(|log| match log {
		DigestItemRef::GrandpaConsensus(log) => pick(log),
		_ => None,
	});
	Ok(found)
}

/// The keys of the authorities after a change, if each has one vote.
fn keys_of(change: GrandpaScheduledChangeRef<'_>) -> Option<Vec<[u8; 32]>> {
	let authorities = change.next_authorities.map(|it| (*it.public_key, it.weight.get()));
	with_one_vote_each(authorities.collect())
}

/// The authorities in the genesis state.
fn decode_authorities(bytes: &[u8]) -> Option<Vec<[u8; 32]>> {
	with_one_vote_each(Vec::decode_all(&mut &bytes[..]).ok()?)
}

/// The keys, if there are some and each has one vote. [`verify_finality`] does not count weights.
fn with_one_vote_each(authorities: Vec<([u8; 32], u64)>) -> Option<Vec<[u8; 32]>> {
	let has_one = authorities.iter().all(|(_, weight)| *weight == 1);
	(has_one && !authorities.is_empty())
		.then(|| authorities.into_iter().map(|(key, _)| key).collect())
}

#[cfg(test)]
mod tests;
