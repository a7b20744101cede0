//! What a client proves about the chain by itself, so that it need not believe a node.
//!
//! It starts from the genesis hash. The genesis block's header gives the root of its state, and a
//! storage proof the first [`Authorities`]. A [justification](verify_finality) signed by more than
//! two thirds of them proves that a block is final, its header gives the root of the block's state,
//! and a [storage proof](ProvenState) proves single values, and that there are no others under a
//! prefix. If a final block's header names other authorities, they finalise the blocks after it.
//! [`Trusted`] is what a client keeps of all this.
//!
//! Justifications, headers and tries are read by smoldot, the light client of Substrate's chains. Its
//! trie is also what checks state proofs, after `nodes` has bounded their size.

mod finality;
pub mod inclusion;
mod nodes;
mod trust;

use codec::{Decode, Encode};
use smoldot::{
	header,
	trie::{self, proof_decode},
};
use sp_core::H256;

pub use finality::verify_finality;
pub use trust::{Checkpoint, FinalBlock, Trusted};

/// Bytes of a block's number on this chain.
const NUMBER_BYTES: usize = 4;

/// Why something is not proven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
	/// The header is malformed, or its hash is another one.
	#[error("the header is not that of block {0}")]
	Header(H256),
	/// The justification is malformed, or not enough authorities have signed it.
	#[error("final block: {0}")]
	Finality(String),
	/// The storage proof is malformed, of another state, or does not have what was asked for.
	#[error("state: {0}")]
	State(String),
	/// The block is older than one that was proven to be final before.
	#[error("block {0} is older than block {1}, which was final before")]
	Older(u32, u32),
	/// The node does not know a block that was final before.
	#[error(
		"the node does not know block {0}, which was proven to be final: it is behind or on another fork"
	)]
	Behind(H256),
	/// Finality was recovered after the newest block that was proven.
	#[error(
		"finality was recovered after the newest block that was proven, and nothing proves who finalises \
		 blocks since. Get the checkpoint that your institution publishes, compare its hash with another \
		 member's, and use it once with --checkpoint"
	)]
	Recovered,
	/// Two blocks of one height were proven to be final.
	#[error(
		"two blocks of height {0} are final: more than a third of the validators signed both. Trust \
		 neither, and tell the members of the network"
	)]
	TwoFinal(u32),
	/// The extrinsics are not those of the block.
	#[error("the content is not that of block {0}")]
	Body(H256),
	/// The proven chain does not say which block has this number: it is newer, or too old.
	#[error("block {0} is not among the last blocks of the proven chain")]
	NotInChain(u32),
	/// The node never comes to its newest block.
	#[error("the node announces more final blocks, but proves none")]
	Endless,
	/// The state does not say which runtime the chain has.
	#[error("the node does not prove which runtime the chain has")]
	NoRuntime,
	/// The node names another version of the runtime than the proven one.
	#[error("the node says that the runtime has version {0}, but version {1} is proven")]
	Runtime(u32, u32),
	/// The block does not have the call of which the node says that it does.
	#[error("the node says that the call is in block {0}, but it is not there")]
	NotThere(H256),
	/// The node is of another chain, with this genesis block.
	#[error("the node belongs to another chain: its genesis block is {0:#x}")]
	OtherChain(H256),
	/// The checkpoint is damaged, or says something else than the block that it has.
	#[error("the checkpoint is damaged")]
	Checkpoint,
	/// What was kept is not a proven block of this chain.
	#[error(
		"the kept block is damaged or belongs to another chain. Remove the file and name the chain with \
		 --genesis"
	)]
	Kept,
}

/// The validators that finalise blocks, each with one vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Authorities {
	/// The number of the set. It rises by one with each change.
	pub set_id: u64,
	/// Their Ed25519 keys.
	pub keys: Vec<[u8; 32]>,
}

/// What a block's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Header {
	/// The block's number.
	pub number: u32,
	/// The block's hash.
	pub hash: H256,
	/// The hash of the block before it.
	pub parent: H256,
	/// The root of the state after the block.
	pub state_root: H256,
	/// The root of its extrinsics; see [`inclusion`].
	pub extrinsics_root: H256,
}

impl Header {
	/// Reads an encoded header, which must have this hash.
	///
	/// # Errors
	///
	/// [`ProofError::Header`].
	pub fn verify(encoded: &[u8], hash: H256) -> Result<Self, ProofError> {
		let error = || ProofError::Header(hash);
		if sp_crypto_hashing::blake2_256(encoded) != hash.0 {
			return Err(error());
		}
		let header = header::decode(encoded, NUMBER_BYTES).map_err(|_| error())?;
		Ok(Self {
			number: u32::try_from(header.number).map_err(|_| error())?,
			hash,
			parent: H256(*header.parent_hash),
			state_root: H256(*header.state_root),
			extrinsics_root: H256(*header.extrinsics_root),
		})
	}
}

/// A part of a block's state, proven by the nodes of its trie.
pub struct ProvenState {
	root: [u8; 32],
	proof: proof_decode::DecodedTrieProof<Vec<u8>>,
}

impl ProvenState {
	/// Checks that the nodes belong to the state with this root. `nodes` is what a node's
	/// `state_getReadProof` returns.
	///
	/// # Errors
	///
	/// [`ProofError::State`].
	pub fn new(root: H256, nodes: &[Vec<u8>]) -> Result<Self, ProofError> {
		nodes::check(&root.0, nodes)?;
		let proof = nodes.encode();
		let proof = proof_decode::decode_and_verify_proof(proof_decode::Config { proof })
			.map_err(|_| ProofError::State("the proof is malformed".into()))?;
		Ok(Self { root: root.0, proof })
	}

	/// The value of a key, or nothing if the state has no value there.
	///
	/// # Errors
	///
	/// [`ProofError::State`] if the proof does not decide it.
	pub fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, ProofError> {
		let value = self.proof.storage_value(&self.root, key).map_err(|_| incomplete())?;
		Ok(value.map(|(value, _)| value))
	}

	/// The first keys that begin with the prefix and come after this one, in ascending order.
	///
	/// # Errors
	///
	/// [`ProofError::State`] if the proof leaves open whether there is one between them or, if they
	/// are fewer than the limit, after them.
	pub fn keys_after(
		&self,
		prefix: &[u8],
		after: Option<&[u8]>,
		limit: usize,
	) -> Result<Vec<Vec<u8>>, ProofError> {
		let mut keys: Vec<Vec<u8>> = Vec::new();
		while keys.len() < limit {
			let last = keys.last().map(Vec::as_slice).or(after);
			let from = last.unwrap_or(prefix);
			let next = self
				.proof
				.next_key(&self.root, nibbles(from), last.is_none(), nibbles(prefix), false)
				.map_err(|_| incomplete())?;
			let Some(next) = next else { break };
			keys.push(trie::nibbles_to_bytes_suffix_extend(next).collect());
		}
		Ok(keys)
	}
}

fn nibbles(bytes: &[u8]) -> impl Iterator<Item = trie::Nibble> + '_ {
	trie::bytes_to_nibbles(bytes.iter().copied())
}

fn incomplete() -> ProofError {
	ProofError::State("the proof is incomplete".into())
}

#[cfg(test)]
mod tests;
