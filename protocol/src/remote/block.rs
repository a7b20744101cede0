//! Proofs of the chain that custodians give: of which blocks are final, and of what is in their states.

use super::{lock, CustodianChain};
use crate::{
	compatibility::RuntimeMetadata,
	errors::{ChainError, CustodianError},
	messages::{
		AskFinality, HexBytes, KeysBelow, Packed, ReadState, StateProof, MAX_KEYS_BELOW,
		MAX_STATE_KEYS,
	},
	proof::{FinalBlock, Header, ProofError, ProvenState},
	rest::Transport,
	traits::{Evidence, Finality},
	types::H256,
};
use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex},
};

/// How many lists of keys are kept with their proofs until the proofs are asked for.
const MAX_SHOWN: usize = 8;

/// The final blocks that one custodian proves.
pub(super) struct Source<T> {
	pub(super) chain: CustodianChain<T>,
	/// The custodian's place.
	pub(super) place: usize,
	/// Whether the custodian waits a while for a block that is newer than the one of this number.
	pub(super) newer: Option<u32>,
}

impl<T: Transport + Clone> Finality for Source<T> {
	type Block = CustodianBlock<T>;

	async fn genesis_header(&self) -> Result<Vec<u8>, ChainError> {
		self.block(self.chain.genesis).header().await
	}

	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		let asked = AskFinality { after: after.into(), newer: self.newer };
		let answer = self.chain.custodian(self.place)?.final_blocks(&asked).await;
		let answer = answer.map_err(|error| match error {
			CustodianError::NotFound => ProofError::Behind(after).into(),
			error => ChainError::from(error),
		})?;
		let blocks = answer.blocks.0.into_iter();
		let blocks = blocks.map(|(header, justification)| FinalBlock { header, justification });
		Ok((blocks.collect(), answer.is_newest))
	}

	fn block(&self, hash: H256) -> CustodianBlock<T> {
		self.chain.block(self.place, hash)
	}
}

/// A final block, of which custodians are asked for proofs. If one of them does not prove what it
/// answers, the next one is asked.
pub struct CustodianBlock<T> {
	chain: CustodianChain<T>,
	/// The place of the custodian that is asked first.
	first: usize,
	hash: H256,
	/// What was shown and proven with lists of keys. Who asks for keys asks for their values next.
	shown: Arc<Mutex<Vec<Shown>>>,
}

/// Keys that were found, and the proof of their values.
struct Shown {
	keys: BTreeSet<Vec<u8>>,
	nodes: Vec<Vec<u8>>,
}

/// An answer that was proven.
struct Answer {
	header: Vec<u8>,
	/// The keys below the prefix.
	found: Vec<Vec<u8>>,
	nodes: Vec<Vec<u8>>,
}

impl<T: Transport + Clone> CustodianBlock<T> {
	pub(super) fn new(chain: CustodianChain<T>, first: usize, hash: H256) -> Self {
		Self { chain, first, hash, shown: Arc::default() }
	}

	/// The block's encoded header.
	pub(super) async fn header(&self) -> Result<Vec<u8>, ChainError> {
		Ok(self.read(self.question(&[], None)).await?.header)
	}

	fn question(&self, keys: &[Vec<u8>], below: Option<KeysBelow>) -> ReadState {
		let keys = keys.iter().cloned().map(HexBytes).collect();
		ReadState { block: self.hash.into(), keys, below }
	}

	/// What the first custodian shows that proves it.
	async fn read(&self, asked: ReadState) -> Result<Answer, ChainError> {
		let mut failure = None;
		for place in self.chain.places_from(self.first) {
			let reading = async {
				let custodian = self.chain.custodian(place)?;
				let shown = custodian.read_state(self.chain.signer.as_ref(), &asked).await;
				let shown = shown.map_err(|error| match error {
					CustodianError::NotFound => ChainError::StateGone,
					error => error.into(),
				})?;
				Ok(check(self.hash, &asked, shown)?)
			};
			match self.chain.hear(place, reading).await {
				Ok(answer) => return Ok(answer),
				Err(error) => failure = failure.or(Some(error)),
			}
		}
		Err(failure.unwrap_or(ChainError::StateGone))
	}

	/// The proof of these keys, if it came with a list of them.
	fn take_shown(&self, keys: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
		let mut shown = lock(&self.shown);
		let place = shown.iter().position(|it| keys.iter().all(|key| it.keys.contains(key)))?;
		Some(shown.swap_remove(place).nodes)
	}
}

/// What an answer has, if it proves all that was asked.
fn check(hash: H256, asked: &ReadState, shown: StateProof) -> Result<Answer, ProofError> {
	let StateProof { header: Packed(header), nodes: Packed(nodes), .. } = shown;
	let head = Header::verify(&header, hash)?;
	let mut found = Vec::new();
	if !asked.keys.is_empty() || asked.below.is_some() {
		let state = ProvenState::new(head.state_root, &nodes)?;
		if let Some(KeysBelow { prefix, after, limit }) = &asked.below {
			let after = after.as_ref().map(|after| after.0.as_slice());
			found = state.keys_after(&prefix.0, after, *limit as usize)?;
		}
		for key in asked.keys.iter().map(|key| &key.0).chain(&found) {
			state.get(key)?;
		}
	}
	Ok(Answer { header, found, nodes })
}

impl<T: Transport + Clone> Evidence for CustodianBlock<T> {
	async fn read_proof(&self, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, ChainError> {
		if let Some(nodes) = self.take_shown(&keys) {
			return Ok(nodes);
		}
		// Each node once: parts of the keys have nodes in common.
		let mut nodes = BTreeSet::new();
		for part in keys.chunks(MAX_STATE_KEYS) {
			nodes.extend(self.read(self.question(part, None)).await?.nodes);
		}
		Ok(nodes.into_iter().collect())
	}

	/// All keys, with their proof, in one answer.
	async fn keys_after(
		&self,
		prefix: Vec<u8>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		let start = after.clone().unwrap_or_else(|| prefix.clone());
		let (prefix, after) = (HexBytes(prefix), after.map(HexBytes));
		let below = KeysBelow { prefix, after, limit: limit.clamp(1, MAX_KEYS_BELOW) };
		let Answer { found, nodes, .. } = self.read(self.question(&[], Some(below))).await?;
		let keys = found.iter().cloned().chain([start]).collect();
		let mut shown = lock(&self.shown);
		if shown.len() >= MAX_SHOWN {
			shown.remove(0);
		}
		shown.push(Shown { keys, nodes });
		Ok(found)
	}

	/// Custodians do not answer what only a runtime can work out, because nobody proves it.
	async fn call(&self, function: &str, _: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		Err(ProofError::State(format!("nobody proves what {function} answers")).into())
	}

	/// An error: the metadata of another runtime is not proven, and it would be large.
	async fn made_by(&self) -> Result<RuntimeMetadata, ChainError> {
		Err(ChainError::Foreign("its runtime has another version".into()))
	}
}
