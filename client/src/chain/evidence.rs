//! A node's proofs: of what is in a block's state, and of which blocks are final.

use super::{answered, Chain, ChainError, H256};
use codec::{Compact, Encode};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use subxt_rpcs::{
	client::rpc_params,
	methods::legacy::{Bytes, ReadProof},
};
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	proof::{FinalBlock, Header as ProvenHeader, ProofError},
	proven::ProvenView,
	traits::{Evidence, Finality},
};

/// The method that proves values of a block's state.
const READ_PROOF: &str = "state_getReadProof";
/// The method that proves values of the genesis block's state.
const GENESIS_PROOF: &str = "vouchsafe_genesisProof";
/// A part of what a node says to `vouchsafe_finality` if it does not know the block as final.
const NOT_FINAL: &str = "is not final";
/// A part of what it says if the set of validators was replaced without the votes of the one before.
const RECOVERED: &str = "finality was recovered";

/// The answer of `vouchsafe_finality`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FinalBlocks {
	blocks: Vec<ShownBlock>,
	is_newest: bool,
}

#[derive(Debug, Deserialize)]
struct ShownBlock {
	header: Bytes,
	justification: Bytes,
}

/// A header with all its fields, as `chain_getHeader` writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WholeHeader {
	parent_hash: H256,
	#[serde(deserialize_with = "super::hex_number")]
	number: u32,
	state_root: H256,
	extrinsics_root: H256,
	digest: WholeDigest,
}

#[derive(Debug, Deserialize)]
struct WholeDigest {
	#[serde(deserialize_with = "each_hex")]
	logs: Vec<Vec<u8>>,
}

fn each_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
	let logs = Vec::<Bytes>::deserialize(deserializer)?;
	Ok(logs.into_iter().map(|log| log.0).collect())
}

impl WholeHeader {
	/// The header's bytes, of which the block's hash is the hash.
	fn encode(&self) -> Vec<u8> {
		let Self { parent_hash, number, state_root, extrinsics_root, digest } = self;
		let mut bytes = (parent_hash, Compact(*number), state_root, extrinsics_root).encode();
		let count = u32::try_from(digest.logs.len()).unwrap_or(u32::MAX);
		Compact(count).encode_to(&mut bytes);
		digest.logs.iter().for_each(|log| bytes.extend(log));
		bytes
	}
}

/// The answer of `chain_getBlock`.
#[derive(Debug, Deserialize)]
struct SignedBlock {
	block: WholeBlock,
}

#[derive(Debug, Deserialize)]
struct WholeBlock {
	header: WholeHeader,
	extrinsics: Vec<Bytes>,
}

/// A block of a node. To name it takes no request.
#[derive(Clone)]
pub struct Block {
	chain: Chain,
	hash: H256,
}

impl Block {
	/// The node.
	pub(crate) fn chain(&self) -> &Chain {
		&self.chain
	}
}

impl Chain {
	/// A block's encoded header, if the node has the block.
	pub async fn header_of(&self, hash: H256) -> Result<Option<Vec<u8>>, ChainError> {
		let params = || rpc_params![hash];
		let asked = || self.client.request::<Option<WholeHeader>>("chain_getHeader", params());
		Ok(answered(asked).await?.map(|header| header.encode()))
	}

	/// The hash of the last final block.
	pub async fn final_hash(&self) -> Result<H256, ChainError> {
		answered(|| self.rpc.chain_get_finalized_head()).await
	}

	/// The values of those of these keys that have one in a block's state.
	pub async fn values_at(
		&self,
		block: H256,
		keys: &[Vec<u8>],
	) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ChainError> {
		let keys = || keys.iter().map(Vec::as_slice);
		let changes = answered(|| self.rpc.state_query_storage_at(keys(), Some(block))).await?;
		let changes = changes.into_iter().flat_map(|set| set.changes);
		Ok(changes.filter_map(|(key, value)| Some((key.0, value?.0))).collect())
	}

	/// The chain as of this block. Its answers are worked out from proofs of the block's state, which
	/// takes fewer requests than to ask the runtime about each record. That the block is final is not
	/// proven.
	pub async fn view_of(&self, hash: H256) -> Result<ProvenView<Block>, ChainError> {
		let header = self.header_of(hash).await?.ok_or(ChainError::StateGone)?;
		ProvenView::new(self.block(hash), ProvenHeader::verify(&header, hash)?).await
	}

	/// A block's encoded header and its extrinsics, as the node shows them.
	pub async fn content_of(&self, hash: H256) -> Result<(Vec<u8>, Vec<Vec<u8>>), ChainError> {
		let params = || rpc_params![hash];
		let asked = || self.client.request::<Option<SignedBlock>>("chain_getBlock", params());
		let SignedBlock { block } = answered(asked).await?.ok_or(ChainError::StateGone)?;
		let extrinsics = block.extrinsics.into_iter().map(|it| it.0).collect();
		Ok((block.header.encode(), extrinsics))
	}
}

impl Evidence for Block {
	async fn read_proof(&self, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, ChainError> {
		let keys: Vec<Bytes> = keys.into_iter().map(Bytes).collect();
		// Few nodes keep the genesis block's state. They prove it from the chain specification.
		let (method, params) = match self.hash == self.chain.genesis {
			true => (GENESIS_PROOF, rpc_params![&keys]),
			false => (READ_PROOF, rpc_params![&keys, self.hash]),
		};
		let asked = || self.chain.client.request::<ReadProof<H256>>(method, params.clone());
		Ok(answered(asked).await?.proof.into_iter().map(|node| node.0).collect())
	}

	async fn keys_after(
		&self,
		prefix: Vec<u8>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		let rpc = &self.chain.rpc;
		answered(|| rpc.state_get_keys_paged(&prefix, limit, after.as_deref(), Some(self.hash)))
			.await
	}

	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		self.chain.call(function, &arguments, self.hash).await
	}

	async fn made_by(&self) -> Result<RuntimeMetadata, ChainError> {
		Ok(self.chain.at(self.hash).await?.made_by)
	}
}

impl Finality for Chain {
	type Block = Block;

	async fn genesis_header(&self) -> Result<Vec<u8>, ChainError> {
		self.header_of(self.genesis).await?.ok_or(ChainError::StateGone)
	}

	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		let params = || rpc_params![after];
		let asked = || self.client.request::<FinalBlocks>("vouchsafe_finality", params());
		let answer = answered(asked).await.map_err(|error| match error {
			ChainError::Unreachable(text) if text.contains(NOT_FINAL) => {
				ProofError::Behind(after).into()
			},
			ChainError::Unreachable(text) if text.contains(RECOVERED) => {
				ProofError::Recovered.into()
			},
			error => error,
		});
		let FinalBlocks { blocks, is_newest } = answer?;
		let blocks = blocks.into_iter().map(|ShownBlock { header, justification }| FinalBlock {
			header: header.0,
			justification: justification.0,
		});
		Ok((blocks.collect(), is_newest))
	}

	fn block(&self, hash: H256) -> Block {
		Block { chain: self.clone(), hash }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_header_in_json_has_the_bytes_of_its_hash() {
		let json = r#"{
			"parentHash": "0x0101010101010101010101010101010101010101010101010101010101010101",
			"number": "0x4d",
			"stateRoot": "0x0202020202020202020202020202020202020202020202020202020202020202",
			"extrinsicsRoot": "0x0303030303030303030303030303030303030303030303030303030303030303",
			"digest": { "logs": ["0x0608", "0x0805"] }
		}"#;
		let header: WholeHeader = serde_json::from_str(json).unwrap();
		let expected = (
			H256([1; 32]),
			Compact(77u32),
			H256([2; 32]),
			H256([3; 32]),
			Compact(2u32),
			[0x06u8, 0x08, 0x08, 0x05],
		);
		assert_eq!(header.encode(), expected.encode());
	}
}
