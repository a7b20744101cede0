//! The method `vouchsafe_genesisProof`: what the genesis block's state says, proven.
//!
//! A client that knows only the chain's genesis hash begins there: the state says who finalises the first
//! blocks. A node that prunes states has this one no longer, and a node that synced by warp never had it. But
//! each node has it in its chain specification. A node without the state builds its trie from there when somebody
//! asks for the first time.
//!
//! - `keys` are keys of the state, at most [`MAX_KEYS`], of at most [`MAX_KEY`] bytes.
//! - The answer is that of `state_getReadProof`: `{at, proof}`, the genesis block's hash and the nodes of the
//!   trie that decide which values the keys have, if they have any.

use super::parameters::{Fault, Parameters};
use crate::client::FullClient;
use jsonrpsee::{core::RegisterMethodError, types::ErrorObjectOwned, RpcModule};
use sc_client_api::ProofProvider;
use sc_service::ChainSpec;
use serde_json::{json, Value};
use sp_core::{bytes::to_hex, storage::StateVersion};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{prove_read_on_trie_backend, InMemoryBackend, StorageProof};
use std::sync::{Arc, OnceLock};
use vouchsafe_runtime::{Hash, Header};

/// The most keys of one question.
const MAX_KEYS: usize = 512;
/// The longest key, in bytes.
const MAX_KEY: usize = 512;

/// The genesis block's state.
pub struct GenesisState {
	specification: Box<dyn ChainSpec>,
	hash: Hash,
	/// The root of the state, as the block's header says.
	root: Hash,
	/// The state, or why the specification does not give it.
	state: OnceLock<Result<InMemoryBackend<BlakeTwo256>, String>>,
}

impl GenesisState {
	/// The state of the block with this header, as the specification has it. Nothing is built yet.
	pub fn new(specification: &dyn ChainSpec, header: &Header) -> Self {
		let specification = specification.cloned_box();
		let (hash, root) = (header.hash(), header.state_root);
		Self { specification, hash, root, state: OnceLock::new() }
	}

	fn build(&self) -> Result<InMemoryBackend<BlakeTwo256>, String> {
		let storage = self.specification.as_storage_builder().build_storage()?;
		let state = InMemoryBackend::from((storage, StateVersion::V1));
		match *state.root() == self.root {
			true => Ok(state),
			false => Err("it is that of another chain".into()),
		}
	}

	/// The nodes of the trie that decide which values these keys have.
	fn prove(&self, keys: &[Vec<u8>]) -> Result<StorageProof, Fault> {
		let state = self.state.get_or_init(|| self.build()).as_ref().map_err(|error| {
			Fault::Node(format!("the chain specification does not give the genesis state: {error}"))
		})?;
		prove_read_on_trie_backend(state, keys)
			.map_err(|error| Fault::Node(format!("the genesis state cannot be read: {error}")))
	}
}

/// What the method reads.
struct Genesis {
	client: Arc<FullClient>,
	state: Arc<GenesisState>,
}

impl Genesis {
	/// The same, from the node's database if it has the state.
	fn prove(&self, keys: &[Vec<u8>]) -> Result<StorageProof, Fault> {
		check(keys)?;
		let kept = self.client.read_proof(self.state.hash, &mut keys.iter().map(Vec::as_slice));
		kept.or_else(|_| self.state.prove(keys))
	}
}

/// Checks the size of a question.
fn check(keys: &[Vec<u8>]) -> Result<(), Fault> {
	if keys.len() > MAX_KEYS {
		return Err(Fault::Parameter(format!("parameter keys: ask for at most {MAX_KEYS} keys")));
	}
	if keys.iter().any(|key| key.len() > MAX_KEY) {
		return Err(Fault::Parameter(format!("parameter keys: a key has at most {MAX_KEY} bytes")));
	}
	Ok(())
}

/// The method. It reads the database, and building the trie takes a while, so it runs on a thread for such work.
pub fn methods(
	client: Arc<FullClient>,
	state: Arc<GenesisState>,
) -> Result<RpcModule<impl Send + Sync>, RegisterMethodError> {
	let mut module = RpcModule::new(Genesis { client, state });
	module.register_blocking_method("vouchsafe_genesisProof", |given, genesis, _| {
		let keys = Parameters::new(&given, &["keys"]).and_then(|mut given| given.take("keys"));
		let proof = keys.and_then(|keys: Vec<Vec<u8>>| genesis.prove(&keys));
		let nodes = proof.map_err(ErrorObjectOwned::from)?.into_iter_nodes();
		let nodes: Vec<String> = nodes.map(|node| to_hex(&node, false)).collect();
		Ok::<Value, ErrorObjectOwned>(json!({ "at": genesis.state.hash, "proof": nodes }))
	})?;
	Ok(module)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain_spec::ChainSpec as Specification;
	use sp_core::storage::{well_known_keys::CODE, Storage};
	use sp_runtime::traits::Header as _;
	use sp_state_machine::read_proof_check;

	const ABSENT: &[u8] = b"absent";

	/// A header whose state has this root.
	fn header(root: Hash) -> Header {
		Header::new(0, Hash::zero(), root, Hash::zero(), Default::default())
	}

	/// A specification of a state, and the state's root.
	fn specification() -> (Specification, Hash) {
		let top = [(CODE.to_vec(), vec![7; 1_000]), (b"short".to_vec(), vec![1])];
		let storage = Storage { top: top.into(), ..Default::default() };
		let mut specification = Specification::builder(&[], None).build();
		specification.set_storage(storage.clone());
		let state = InMemoryBackend::<BlakeTwo256>::from((storage, StateVersion::V1));
		(specification, *state.root())
	}

	#[test]
	fn what_is_there_and_what_is_not_is_proven() {
		let (specification, root) = specification();
		let genesis = GenesisState::new(&specification, &header(root));
		let keys = [CODE, ABSENT, b""].map(<[u8]>::to_vec);
		let proof = genesis.prove(&keys).unwrap();
		let found = read_proof_check::<BlakeTwo256, _>(root, proof.clone(), &keys).unwrap();
		assert_eq!(found[CODE], Some(vec![7; 1_000]));
		assert_eq!((&found[ABSENT], &found[&b""[..]]), (&None, &None));
		// It is a proof of this state only.
		let other = Hash::repeat_byte(1);
		assert!(read_proof_check::<BlakeTwo256, _>(other, proof, &keys).is_err());
	}

	#[test]
	fn a_question_has_limits() {
		assert_eq!(check(&vec![vec![0; MAX_KEY]; MAX_KEYS]), Ok(()));
		for (keys, expected) in [
			(vec![vec![]; MAX_KEYS + 1], "at most 512 keys"),
			(vec![vec![0; MAX_KEY + 1]], "at most 512 bytes"),
		] {
			let Err(Fault::Parameter(text)) = check(&keys) else { panic!("it is too large") };
			assert!(text.contains(expected), "{text}");
		}
	}

	#[test]
	fn the_specification_of_another_chain_proves_nothing() {
		let (specification, _) = specification();
		let genesis = GenesisState::new(&specification, &header(Hash::repeat_byte(1)));
		let fault = genesis.prove(&[CODE.to_vec()]).unwrap_err();
		assert!(matches!(fault, Fault::Node(text) if text.contains("another chain")));
	}
}
