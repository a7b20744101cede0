//! A node of our own that proves its blocks and state, and a liar between it and the client.

use super::*;
use codec::{Compact, Encode};
use jsonrpsee::{
	core::RpcResult,
	server::{Server, ServerHandle},
	types::Params,
	RpcModule,
};
use serde_json::{json, Value};
use sp_core::{ed25519, storage::StateVersion, Blake2Hasher, Hasher, Pair};
use sp_state_machine::{prove_read_on_trie_backend, Backend, InMemoryBackend, IterArgs};
use std::sync::Mutex as StdMutex;
use vouchsafe_protocol::{
	proof::ProofError,
	storage,
	types::{AccountId, Institution},
};

const HOSPITAL: AccountId = AccountId::new([1; 32]);

/// What is false about a node's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
	Nothing,
	/// It proves another state than the block's.
	State,
	/// It shows an older block.
	OldBlock,
	/// Its own key has signed the newest block.
	Signature,
	/// The validators have signed another block of this height too.
	Fork,
	/// It has another genesis state, with authorities of its own.
	Genesis,
}

struct FakeNode {
	/// The time of the newest block.
	now: u64,
	lie: Lie,
}

type Shared = Arc<StdMutex<FakeNode>>;

fn validators(seed: u8) -> Vec<ed25519::Pair> {
	(0..4).map(|number| ed25519::Pair::from_seed(&[seed + number; 32])).collect()
}

/// The state of a block: at genesis, the validators; later, the time and a hospital of this name.
fn state(number: u32, name: &str, now: u64, keys: u8) -> InMemoryBackend<Blake2Hasher> {
	let authorities: Vec<_> = validators(keys).iter().map(|pair| (pair.public().0, 1u64)).collect();
	let mut entries = vec![
		(storage::authorities().bytes, Some(authorities.encode())),
		(storage::set_id().bytes, Some(0u64.encode())),
	];
	if number > 0 {
		let name = name.as_bytes().to_vec();
		let hospital = Institution { name, country: *b"DE", custodian: None, cap: 1, enrolled: 0 };
		entries.push((storage::institution(&HOSPITAL).bytes, Some(hospital.encode())));
		entries.push((storage::now().bytes, Some((now * 1_000).encode())));
	}
	InMemoryBackend::default().update(vec![(None, entries)], StateVersion::V1)
}

impl FakeNode {
	fn state(&self, number: u32) -> InMemoryBackend<Blake2Hasher> {
		let name = if self.lie == Lie::Fork { "Hospital F" } else { "Hospital A" };
		state(number, name, self.now, 0)
	}

	/// What it proves.
	fn proven_state(&self, number: u32) -> InMemoryBackend<Blake2Hasher> {
		match self.lie {
			Lie::State if number > 0 => state(number, "Hospital B", self.now, 0),
			Lie::Genesis if number == 0 => state(0, "", 0, 32),
			_ => self.state(number),
		}
	}

	fn header(&self, number: u32) -> Vec<u8> {
		let (parent, extrinsics) = (H256([9; 32]), H256([3; 32]));
		(parent, Compact(number), *self.state(number).root(), extrinsics, Compact(0u32)).encode()
	}

	fn hash(&self, number: u32) -> H256 {
		<Blake2Hasher as Hasher>::hash(&self.header(number))
	}

	fn number(&self, hash: &str) -> u32 {
		(0..9).find(|number| to_hex(&self.hash(*number).0) == hash).unwrap()
	}

	fn justification(&self, number: u32) -> Vec<u8> {
		let keys = if self.lie == Lie::Signature { 32 } else { 0 };
		let (round, hash, set_id) = (1u64, self.hash(number), 0u64);
		let votes: Vec<_> = validators(keys)[..3]
			.iter()
			.map(|pair| {
				let message = (1u8, hash, number, round, set_id).encode();
				(hash, number, pair.sign(&message).0, pair.public().0)
			})
			.collect();
		(round, hash, number, votes, Vec::<()>::new()).encode()
	}
}

fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn from_hex(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches("0x")).unwrap()
}

/// The newest final block, and the one before.
const NEWEST: u32 = 5;
const OLDER: u32 = 4;

fn methods(node: Shared) -> RpcModule<Shared> {
	fn add(
		module: &mut RpcModule<Shared>,
		name: &'static str,
		answer: impl Fn(&FakeNode, Vec<Value>) -> Value + Send + Sync + Clone + 'static,
	) {
		let method = move |given: Params, node: &Shared, _: &_| -> RpcResult<Value> {
			Ok(answer(&node.lock().unwrap(), given.parse().unwrap_or_default()))
		};
		module.register_method(name, method).unwrap();
	}
	let mut module = RpcModule::new(node);
	let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
	add(&mut module, "chain_getBlockHash", |node, _| json!(to_hex(&node.hash(0).0)));
	add(&mut module, "chain_getFinalizedHead", |node, _| json!(to_hex(&node.hash(NEWEST).0)));
	add(&mut module, "chain_getHeader", move |node, given| {
		let number = node.number(&text(&given[0]));
		json!({
			"parentHash": to_hex(&[9; 32]),
			"number": format!("{number:#x}"),
			"stateRoot": to_hex(&node.state(number).root().0),
			"extrinsicsRoot": to_hex(&[3; 32]),
			"digest": { "logs": [] },
		})
	});
	add(
		&mut module,
		"state_getRuntimeVersion",
		|_, _| json!({ "specVersion": 1, "transactionVersion": 1 }),
	);
	add(&mut module, "state_call", |_, _| {
		let metadata = include_bytes!("../../../protocol/metadata.scale");
		json!(to_hex(&Some(metadata.to_vec()).encode()))
	});
	add(&mut module, "state_getReadProof", move |node, given| {
		let keys: Vec<Vec<u8>> =
			given[0].as_array().unwrap().iter().map(|key| from_hex(&text(key))).collect();
		let state = node.proven_state(node.number(&text(&given[1])));
		let proof = prove_read_on_trie_backend(&state, &keys).unwrap();
		let nodes: Vec<_> = proof.into_iter_nodes().map(|node| to_hex(&node)).collect();
		json!({ "at": given[1], "proof": nodes })
	});
	add(&mut module, "state_getKeysPaged", move |node, given| {
		let state = node.proven_state(node.number(&text(&given[3])));
		let prefix = from_hex(&text(&given[0]));
		let mut of_prefix = IterArgs::default();
		of_prefix.prefix = Some(&prefix);
		let keys = state.keys(of_prefix);
		let keys: Vec<_> = keys.unwrap().map(|key| to_hex(&key.unwrap())).collect();
		json!(keys)
	});
	add(&mut module, "vouchsafe_finality", |node, _| {
		let number = if node.lie == Lie::OldBlock { OLDER } else { NEWEST };
		let block = json!({
			"header": to_hex(&node.header(number)),
			"justification": to_hex(&node.justification(number)),
		});
		json!({ "blocks": [block], "isNewest": true })
	});
	module
}

/// A connection to a node, which serves while the handle lives.
async fn node(lie: Lie, now: u64) -> (Shared, Chain, ServerHandle) {
	let node = Arc::new(StdMutex::new(FakeNode { now, lie }));
	let server = Server::builder().build("127.0.0.1:0").await.unwrap();
	let url = format!("ws://{}", server.local_addr().unwrap());
	let handle = server.start(methods(node.clone()));
	(node, Chain::connect(&url).await.unwrap(), handle)
}

fn now() -> u64 {
	crate::signing::now()
}

fn not_proven<T>(answer: Result<T, ChainError>) -> ProofError {
	match answer {
		Err(ChainError::NotProven(error)) => error,
		Err(error) => panic!("{error}"),
		Ok(_) => panic!("it is believed"),
	}
}

async fn name(view: &impl View) -> Result<String, ChainError> {
	let institution = view.institution(&HOSPITAL).await?.unwrap();
	Ok(String::from_utf8(institution.name).unwrap())
}

#[tokio::test]
async fn an_honest_node_is_proven_from_its_genesis_block() {
	let (_node, chain, _server) = node(Lie::Nothing, now()).await;
	let chain = ProvenChain::new(chain, None).await.unwrap();
	let view = chain.finalized().await.unwrap();
	assert_eq!(view.number(), NEWEST);
	assert_eq!(name(&view).await.unwrap(), "Hospital A");
	// The hospital has no account, so it is not listed. But there is no other one either.
	assert_eq!(view.all_institutions().await, Ok(vec![]));
	let kept = Trusted::from_bytes(&chain.trusted().await.to_bytes(), chain.genesis()).unwrap();
	assert_eq!(kept.head().number, NEWEST);
}

#[tokio::test]
async fn a_liar_is_not_believed() {
	for lie in [Lie::Signature, Lie::Genesis] {
		let (_node, chain, _server) = node(lie, now()).await;
		not_proven(ProvenChain::new(chain, None).await);
	}
	let (_node, chain, _server) = node(Lie::State, now()).await;
	let chain = ProvenChain::new(chain, None).await.unwrap();
	not_proven(chain.finalized().await);
}

#[tokio::test]
async fn an_older_block_is_refused() {
	let (node, chain, _server) = node(Lie::Nothing, now()).await;
	let trusted = ProvenChain::new(chain.clone(), None).await.unwrap().trusted().await;
	node.lock().unwrap().lie = Lie::OldBlock;
	let error = not_proven(ProvenChain::new(chain.clone(), Some(trusted)).await);
	assert_eq!(error, ProofError::Older(OLDER, NEWEST));
	// A client that has seen nothing newer cannot tell.
	assert!(ProvenChain::new(chain, None).await.is_ok());
}

#[tokio::test]
async fn people_are_told_that_the_newest_block_is_old() {
	for (age, is_told) in [(0, false), (OLD - 5, false), (OLD, true), (86_400, true)] {
		let (_node, chain, _server) = node(Lie::Nothing, now() - age).await;
		let mut chain = ProvenChain::new(chain, None).await.unwrap();
		let told = Arc::new(StdMutex::new(None));
		let listener = told.clone();
		chain.on_old(Arc::new(move |age| *listener.lock().unwrap() = Some(age)));
		chain.finalized().await.unwrap();
		let told = *told.lock().unwrap();
		assert_eq!(told.is_some(), is_told, "{age}");
		assert!(told.is_none_or(|told| told >= age));
	}
}

#[tokio::test]
async fn newer_blocks_are_given_to_the_keeper() {
	let (_node, chain, _server) = node(Lie::Nothing, now()).await;
	let mut chain = ProvenChain::new(chain, None).await.unwrap();
	let kept = Arc::new(StdMutex::new(Vec::new()));
	let keeper = kept.clone();
	let keep = move |trusted: &Trusted| keeper.lock().unwrap().push(trusted.head().number);
	chain.on_newer(Arc::new(keep)).await;
	chain.finalized().await.unwrap();
	assert_eq!(*kept.lock().unwrap(), [NEWEST], "there is no newer one");
}

#[tokio::test]
async fn one_node_alone_cannot_hide_newer_blocks() {
	let now = now();
	let (_liar, liar, _server) = node(Lie::OldBlock, now).await;
	let (_honest, honest, _other_server) = node(Lie::Nothing, now).await;
	let mut chain = ProvenChain::new(liar, None).await.unwrap();
	assert_eq!(chain.finalized().await.unwrap().number(), OLDER);
	chain.ask_too(honest);
	assert_eq!(chain.survey().await, [Ok(OLDER), Ok(NEWEST)]);
	let view = chain.finalized().await.unwrap();
	assert_eq!((view.number(), name(&view).await.unwrap()), (NEWEST, "Hospital A".into()));
	// Now it is known, the first node is behind, and the second one answers.
	let older = ProofError::Older(OLDER, NEWEST);
	assert_eq!(chain.survey().await, [Err(older.into()), Ok(NEWEST)]);
	assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
}

#[tokio::test]
async fn a_lying_second_node_does_no_harm() {
	let now = now();
	let (_honest, honest, _server) = node(Lie::Nothing, now).await;
	let (_liar, liar, _other_server) = node(Lie::Signature, now).await;
	let mut chain = ProvenChain::new(honest, None).await.unwrap();
	chain.ask_too(liar);
	assert_eq!(chain.finalized().await.unwrap().number(), NEWEST);
}

#[tokio::test]
async fn two_final_blocks_of_one_height_are_reported() {
	let now = now();
	let (_one, one, _server) = node(Lie::Nothing, now).await;
	let (_other, other, _other_server) = node(Lie::Fork, now).await;
	let trusted = ProvenChain::new(one.clone(), None).await.unwrap().trusted().await;
	let mut chain = ProvenChain::new(one, None).await.unwrap();
	chain.ask_too(other.clone());
	assert_eq!(not_proven(chain.finalized().await), ProofError::TwoFinal(NEWEST));
	// One after the other, too.
	let error = not_proven(ProvenChain::new(other, Some(trusted)).await);
	assert_eq!(error, ProofError::TwoFinal(NEWEST));
}
