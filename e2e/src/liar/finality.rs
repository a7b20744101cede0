//! Lies about which blocks are final, and about which block has a call.

use super::{state::bytes_of, Asked, Instead, Lie};
use crate::network::{hex_of, rpc};
use anyhow::{Context, Result};
use codec::{Compact, Decode, Encode};
use serde_json::{json, Value};
use sp_core::{ed25519, Pair};
use sp_crypto_hashing::blake2_256;
use std::sync::{
	atomic::{AtomicBool, Ordering},
	Arc, Mutex, PoisonError,
};

/// The method that proves which blocks are final.
const FINALITY: &str = "vouchsafe_finality";

/// A node that says that a block of some time ago is the newest one.
#[derive(Debug, Clone)]
pub struct Stale {
	/// The block's hash.
	hash: String,
	genesis: String,
	/// What the real node answered when it was the newest block.
	proof: Value,
	replays: bool,
}

impl Stale {
	/// The block that is the newest final one now.
	pub async fn now(node: u16) -> Result<Self> {
		let url = format!("http://127.0.0.1:{node}");
		let ask = async |method: &str, params: Value| {
			rpc(&url, method, params).await.with_context(|| format!("no answer to {method}"))
		};
		let genesis = ask("chain_getBlockHash", json!([0])).await?;
		let proof = ask(FINALITY, json!([genesis])).await?;
		let newest = proof["blocks"].as_array().and_then(|blocks| blocks.last());
		let header = newest.and_then(|it| it["header"].as_str()).context("nothing is final")?;
		let hash = hex_of(blake2_256(&bytes_of(header)));
		let genesis = genesis.as_str().context("a hash")?.to_owned();
		Ok(Self { hash, genesis, proof, replays: true })
	}

	/// The same, but clients that have seen a newer block are told that the node does not know it, as a
	/// node that is behind does. Otherwise the old block is proven to them again.
	pub fn forgetting(self) -> Self {
		Self { replays: false, ..self }
	}

	/// The genesis block of the same chain.
	pub fn genesis(&self) -> Self {
		let proof = json!({ "blocks": [], "isNewest": true });
		Self { hash: self.genesis.clone(), proof, ..self.clone() }
	}
}

impl Lie for Stale {
	fn instead(&self, asked: &Asked) -> Option<Instead> {
		let given = asked.params[0].as_str();
		Some(match (asked.method.as_str(), given) {
			// The best block's hash is asked for without a number.
			("chain_getFinalizedHead", _) => Instead::Result(self.hash.clone().into()),
			("chain_getBlockHash", _) if asked.params[0].is_null() => {
				Instead::Result(self.hash.clone().into())
			},
			(FINALITY, Some(after)) if after == self.hash => {
				Instead::Result(json!({ "blocks": [], "isNewest": true }))
			},
			(FINALITY, Some(after)) if after != self.genesis && !self.replays => {
				Instead::Error(format!("for this node, the block {after} is not final"))
			},
			(FINALITY, _) => Instead::Result(self.proof.clone()),
			_ => return None,
		})
	}
}

/// How a node proves that a block of its own is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
	/// The real block, with fewer votes than are needed.
	TooFewVotes,
	/// The real block, with a vote that another validator's key has not signed.
	FalseSignature,
	/// The header of the real block, with another state.
	OtherHeader,
	/// A block of its own, with the vote of its own validator.
	OwnVote,
	/// The same, with that vote four times.
	RepeatedVote,
	/// A block of its own, with the votes of validators of its own, as another chain has them.
	OtherValidators,
	/// A block of its own, with the votes of all validators, but for another set of them.
	OtherSet,
}

/// All forgeries.
pub const FORGERIES: [Forgery; 7] = [
	Forgery::TooFewVotes,
	Forgery::FalseSignature,
	Forgery::OtherHeader,
	Forgery::OwnVote,
	Forgery::RepeatedVote,
	Forgery::OtherValidators,
	Forgery::OtherSet,
];

impl Lie for Forgery {
	fn change(&self, asked: &Asked, answer: &mut Value) {
		let blocks = answer.get_mut("blocks").filter(|_| asked.method == FINALITY);
		let newest = blocks.and_then(Value::as_array_mut).and_then(|blocks| blocks.last_mut());
		let Some(block) = newest else { return };
		let text = |field: &str| bytes_of(block[field].as_str().unwrap_or_default());
		if let Some((header, justification)) = self.forge(text("header"), &text("justification")) {
			*block = json!({ "header": hex_of(header), "justification": hex_of(justification) });
		}
	}
}

/// The votes that make a block final.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
struct Justification {
	round: u64,
	hash: [u8; 32],
	number: u32,
	votes: Vec<Vote>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
struct Vote {
	hash: [u8; 32],
	number: u32,
	signature: [u8; 64],
	signer: [u8; 32],
}

impl Justification {
	/// Votes of these keys for the block, and for no other.
	fn sign(&self, keys: &[&str], set: u64) -> Vec<u8> {
		/// The number of this kind of message among GRANDPA's.
		const PRECOMMIT: u8 = 1;
		let Self { round, hash, number, .. } = self;
		let message = (PRECOMMIT, hash, number, round, set).encode();
		let votes = keys.iter().filter_map(|key| {
			let pair = ed25519::Pair::from_string(key, None).ok()?;
			let (signature, signer) = (pair.sign(&message).0, pair.public().0);
			Some(Vote { hash: *hash, number: *number, signature, signer })
		});
		// There are no headers of descendants.
		(Self { votes: votes.collect(), ..self.clone() }, Vec::<u8>::new()).encode()
	}
}

impl Forgery {
	/// The header and the justification that the client gets instead of these.
	fn forge(self, header: Vec<u8>, justification: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
		let mut rest = justification;
		let mut real = Justification::decode(&mut rest).ok()?;
		let other = with_other_state(header.clone())?;
		match self {
			Self::TooFewVotes => real.votes.truncate(2),
			Self::FalseSignature => real.votes.first_mut()?.signature[0] ^= 1,
			Self::OtherHeader => return Some((other, justification.to_vec())),
			Self::OwnVote | Self::RepeatedVote | Self::OtherValidators | Self::OtherSet => {
				real.hash = blake2_256(&other);
				let justification = match self {
					Self::OwnVote => real.sign(&["//Alice"], 0),
					Self::RepeatedVote => real.sign(&["//Alice"; 4], 0),
					Self::OtherValidators => real.sign(&["//Eve", "//Ferdie", "//One", "//Two"], 0),
					_ => real.sign(&["//Alice", "//Bob", "//Charlie", "//Dave"], 1),
				};
				return Some((other, justification));
			},
		}
		Some((header, [&real.encode(), rest].concat()))
	}
}

/// A header that names another state. The state's root follows the parent and the number.
fn with_other_state(mut header: Vec<u8>) -> Option<Vec<u8>> {
	let mut number = header.get(32..)?;
	Compact::<u32>::decode(&mut number).ok()?;
	let at = header.len() - number.len();
	header.get_mut(at..at + 32)?.fill(7);
	Some(header)
}

/// The calls that went through a lying node.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Vec<Vec<u8>>>>);

impl Calls {
	/// The nonces with which they were signed, each once.
	pub fn nonces(&self) -> Vec<u32> {
		let mut nonces: Vec<_> = self.all().iter().filter_map(|call| nonce(call)).collect();
		nonces.sort_unstable();
		nonces.dedup();
		nonces
	}

	/// The calls, signed.
	fn all(&self) -> Vec<Vec<u8>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Notes a call. Returns whether the question was to send one.
	fn note(&self, asked: &Asked) -> bool {
		let sends = asked.method.starts_with("author_submit");
		if let Some(call) = asked.params[0].as_str().filter(|_| sends) {
			self.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes_of(call));
		}
		sends
	}
}

/// The nonce of a signed call: see the format in `vouchsafe_protocol::extrinsics`.
fn nonce(mut call: &[u8]) -> Option<u32> {
	/// Version, account and signature.
	const SIGNED: usize = 1 + 33 + 65;
	Compact::<u32>::decode(&mut call).ok()?;
	let era = call.get(SIGNED..)?;
	let after = if era.first() == Some(&0) { 1 } else { 2 };
	Some(Compact::<u32>::decode(&mut era.get(after..)?).ok()?.0)
}

/// A node that passes no call on, and says of each that a block has it which is final.
#[derive(Debug, Clone)]
pub struct Swallowing {
	/// What it has swallowed.
	pub calls: Calls,
	/// The block.
	block: String,
}

impl Swallowing {
	/// Names the block that is the newest final one now.
	pub async fn now(node: u16) -> Result<Self> {
		Ok(Self { calls: Calls::default(), block: Stale::now(node).await?.hash })
	}
}

impl Lie for Swallowing {
	fn instead(&self, asked: &Asked) -> Option<Instead> {
		if !self.calls.note(asked) {
			return None;
		}
		let block = &self.block;
		let call = bytes_of(asked.params[0].as_str().unwrap_or_default());
		Some(match asked.method.as_str() {
			"author_submitAndWatchExtrinsic" => Instead::Statuses(vec![
				"ready".into(),
				json!({ "inBlock": block }),
				json!({ "finalized": block }),
			]),
			_ => Instead::Result(hex_of(blake2_256(&call)).into()),
		})
	}

	/// The call takes the place of one that succeeded in the block.
	fn change(&self, asked: &Asked, answer: &mut Value) {
		let is_it = asked.method == "chain_getBlock" && asked.params[0] == self.block.as_str();
		if let (true, Some(last)) = (is_it, self.calls.all().last()) {
			answer["block"]["extrinsics"][0] = hex_of(last).into();
		}
	}
}

/// A node that says that more calls of every account are waiting than really are.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
	/// What it was sent.
	pub calls: Calls,
	has_ended: Arc<AtomicBool>,
}

impl Ahead {
	/// From now on it tells the truth.
	pub fn end(&self) {
		self.has_ended.store(true, Ordering::Relaxed);
	}
}

impl Lie for Ahead {
	fn instead(&self, asked: &Asked) -> Option<Instead> {
		self.calls.note(asked);
		None
	}

	fn change(&self, asked: &Asked, answer: &mut Value) {
		if self.has_ended.load(Ordering::Relaxed) {
			return;
		}
		if let ("system_accountNextIndex", Some(nonce)) = (asked.method.as_str(), answer.as_u64()) {
			*answer = (nonce + 5).into();
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn block() -> (Vec<u8>, Vec<u8>) {
		let header = ([1u8; 32], Compact(77u32), [2u8; 32], [3u8; 32], Vec::<u8>::new()).encode();
		let real = Justification { round: 5, hash: blake2_256(&header), number: 77, votes: vec![] };
		let justification = real.sign(&["//Alice", "//Bob", "//Charlie"], 0);
		(header, justification)
	}

	#[test]
	fn forgeries_can_be_read_and_differ_from_the_real_one() {
		let (header, justification) = block();
		for forgery in FORGERIES {
			let forged = forgery.forge(header.clone(), &justification).unwrap();
			assert_ne!(forged, (header.clone(), justification.clone()), "{forgery:?}");
			assert_eq!(forged.0.len(), header.len());
			Justification::decode(&mut &forged.1[..]).unwrap();
		}
	}

	#[test]
	fn another_state_changes_the_root_only() {
		let (header, _) = block();
		let other = with_other_state(header.clone()).unwrap();
		let at = 32 + Compact(77u32).encode().len();
		assert_eq!(other[at..at + 32], [7; 32]);
		assert_eq!((&other[..at], &other[at + 32..]), (&header[..at], &header[at + 32..]));
	}

	#[test]
	fn a_call_has_its_nonce_after_its_era() {
		let signed = [&[0x84, 0][..], &[1; 32], &[1], &[2; 64]].concat();
		for era in [&[0][..], &[0xf5, 1]] {
			let call = [&signed, era, &Compact(300u32).encode(), &[0, 9, 9]].concat();
			assert_eq!(nonce(&call.encode()), Some(300));
		}
		assert_eq!(nonce(&[4, 1]), None);
	}
}
