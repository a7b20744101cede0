//! A node with one block: it answers by the runtime itself and proves by the state's trie. It can lie.

use codec::Encode;
use sp_core::storage::StateVersion;
use sp_state_machine::{
	prove_read_on_trie_backend, BasicExternalities, InMemoryBackend, InMemoryBackend as Trie,
};
use std::{collections::BTreeMap, sync::Mutex};
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	errors::ChainError,
	proof::Header,
	storage::Key,
	traits::{Evidence, View},
	types::H256,
};

/// The values of a state.
#[derive(Clone, Debug, Default)]
pub struct State(pub BTreeMap<Vec<u8>, Vec<u8>>);

impl State {
	/// Writes a value.
	pub fn put<T: Encode>(&mut self, key: Key<T>, value: &T) {
		self.0.insert(key.bytes, value.encode());
	}

	/// The nodes of its trie.
	pub fn trie(&self) -> Trie<sp_core::Blake2Hasher> {
		let entries = self.0.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
		InMemoryBackend::default().update(vec![(None, entries.collect())], StateVersion::V1)
	}

	/// What the runtime's function answers.
	fn ask(&self, function: &str, arguments: &[u8]) -> Option<Vec<u8>> {
		let mut externalities = BasicExternalities::default();
		for (key, value) in &self.0 {
			externalities.insert(key.clone(), value.clone());
		}
		externalities.execute_with(|| vouchsafe_runtime::apis::api::dispatch(function, arguments))
	}
}

/// How a node changes its proofs.
pub type Lie = fn(&mut Vec<Vec<u8>>);

/// The node.
pub struct Node {
	state: State,
	trie: Trie<sp_core::Blake2Hasher>,
	lie: Option<Lie>,
	/// Hides one of a map's keys.
	pub hides: Option<Vec<u8>>,
	/// For how many keys each proof was.
	pub asked: Mutex<Vec<usize>>,
}

impl Node {
	/// A node whose block has this state.
	pub fn new(state: State) -> Self {
		Self { trie: state.trie(), state, lie: None, hides: None, asked: Mutex::default() }
	}

	/// The same node, but it changes its proofs.
	pub fn lying(self, lie: Lie) -> Self {
		Self { lie: Some(lie), ..self }
	}

	/// The block's header.
	pub fn header(&self) -> Header {
		Header {
			number: 7,
			hash: H256([7; 32]),
			parent: H256([6; 32]),
			state_root: *self.trie.root(),
			extrinsics_root: H256([5; 32]),
		}
	}
}

impl View for Node {
	fn hash(&self) -> H256 {
		self.header().hash
	}

	fn number(&self) -> u32 {
		self.header().number
	}

	fn runtime(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	fn made_by(&self) -> &RuntimeMetadata {
		RuntimeMetadata::own()
	}

	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		self.state
			.ask(function, &arguments)
			.ok_or_else(|| ChainError::foreign(format!("there is no {function}")))
	}

	async fn storage(&self, key: Vec<u8>) -> Result<Option<Vec<u8>>, ChainError> {
		Ok(self.state.0.get(&key).cloned())
	}
}

impl Evidence for Node {
	async fn read_proof(&self, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, ChainError> {
		self.asked.lock().unwrap().push(keys.len());
		let proof = prove_read_on_trie_backend(&self.trie, &keys).map_err(ChainError::foreign)?;
		let mut nodes: Vec<Vec<u8>> = proof.into_iter_nodes().collect();
		if let Some(lie) = self.lie {
			lie(&mut nodes);
		}
		Ok(nodes)
	}

	async fn keys_after(
		&self,
		prefix: Vec<u8>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		let from = after.unwrap_or_else(|| prefix.clone());
		let keys = self.state.0.range(from.clone()..).map(|(key, _)| key);
		let keys = keys.filter(|key| **key != from && Some(*key) != self.hides.as_ref());
		Ok(keys.take_while(|key| key.starts_with(&prefix)).take(limit as usize).cloned().collect())
	}

	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		View::call(self, function, arguments).await
	}

	async fn made_by(&self) -> Result<RuntimeMetadata, ChainError> {
		Ok(RuntimeMetadata::own().clone())
	}
}
