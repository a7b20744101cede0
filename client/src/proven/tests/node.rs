//! A node of our own that proves its blocks and state, and lies.

use super::*;
use codec::{Compact, Encode};
use jsonrpsee::{
	core::RpcResult,
	server::{Server, ServerHandle, SubscriptionMessage},
	types::{ErrorObjectOwned, Params},
	PendingSubscriptionSink, RpcModule,
};
use serde_json::{json, Value};
use sp_core::{ed25519, storage::StateVersion, Blake2Hasher, Hasher, Pair};
use sp_state_machine::{prove_read_on_trie_backend, Backend, InMemoryBackend, IterArgs};
use std::{future::pending, sync::MutexGuard};
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	extrinsics,
	runtime::runtime_types::{
		frame_support::dispatch::{DispatchClass, Pays},
		frame_system::{
			pallet::Event as SystemEvent, DispatchEventInfo, LastRuntimeUpgradeInfo, Phase,
		},
		sp_runtime::DispatchError,
		sp_weights::weight_v2::Weight,
		vouchsafe_runtime::RuntimeEvent,
	},
	storage,
	types::{AccountId, Institution},
};

/// The name of the hospital in the state.
pub(super) const HOSPITAL: AccountId = AccountId::new([1; 32]);

/// The newest final block at first, and the one before.
pub(super) const NEWEST: u32 = 5;
pub(super) const OLDER: u32 = 4;

/// What is false about a node's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
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
	/// It shows nothing after the genesis block.
	OnlyGenesis,
	/// It does not know as final what was final before.
	Behind,
	/// It says that so many calls of each account wait.
	Pending(u64),
	/// It has another runtime.
	Runtime,
	/// It keeps calls back.
	KeepsBack,
	/// It keeps calls back, and says that each is in the newest final block.
	SaysDone,
	/// It keeps calls back, and says that each is in a block of its own making.
	OwnBlock,
	/// It refuses each call as one whose nonce was used.
	SaysOutdated,
	/// It says so, and includes the call.
	OutdatedButIncludes,
	/// It refuses each call, and says that the account may not sign.
	Refuses,
	/// It keeps calls back, and says again and again that they wait.
	Chatters,
	/// It keeps calls back, and says that the account has a far nonce.
	FarNonce,
	/// It does not answer.
	Silent,
	/// It proves its blocks, and answers nothing else.
	OnlyProves,
	/// It includes calls, but shows blocks without them, and does not say that it included them.
	HidesCalls,
	/// It shows other events than those of the block.
	Events,
}

/// A block.
pub(super) struct Block {
	pub(super) header: Vec<u8>,
	pub(super) hash: H256,
	body: Vec<Vec<u8>>,
	state: InMemoryBackend<Blake2Hasher>,
}

pub(super) struct FakeNode {
	/// The time of the newest block.
	now: u64,
	pub(super) lie: Lie,
	/// The calls of each block.
	pub(super) calls: Vec<Vec<Vec<u8>>>,
	/// All signatures that it got.
	pub(super) got: Vec<Vec<u8>>,
	/// Whether the calls that it includes fail.
	pub(super) fails: bool,
	/// How many questions it did not answer.
	pub(super) unanswered: usize,
	/// All questions that it got, in their order.
	pub(super) asked: Vec<&'static str>,
}

pub(super) type Shared = Arc<StdMutex<FakeNode>>;

pub(super) fn lock(node: &Shared) -> MutexGuard<'_, FakeNode> {
	node.lock().unwrap()
}

fn validators(seed: u8) -> Vec<ed25519::Pair> {
	(0..4).map(|number| ed25519::Pair::from_seed(&[seed + number; 32])).collect()
}

/// The entries of the state at genesis: the validators.
fn genesis_entries(keys: u8) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
	let authorities: Vec<_> = validators(keys).iter().map(|pair| (pair.public().0, 1u64)).collect();
	vec![
		(storage::authorities().bytes, Some(authorities.encode())),
		(storage::set_id().bytes, Some(0u64.encode())),
	]
}

/// The only account that signs calls.
pub(super) fn signer() -> subxt_signer::sr25519::Keypair {
	subxt_signer::sr25519::dev::alice()
}

/// The nonce of an extrinsic.
pub(super) fn nonce_of(extrinsic: &[u8]) -> u64 {
	use codec::Decode;
	let input = &mut &extrinsic[..];
	Compact::<u32>::decode(input).unwrap();
	let _signed = <(u8, u8, [u8; 32], u8, [u8; 64], [u8; 2])>::decode(input).unwrap();
	Compact::<u64>::decode(input).unwrap().0
}

impl FakeNode {
	pub(super) fn newest(&self) -> u32 {
		u32::try_from(self.calls.len()).unwrap() - 1
	}

	fn nonce(&self, number: u32) -> u64 {
		self.calls[..=number as usize].iter().map(|calls| calls.len() as u64).sum()
	}

	fn events(&self, number: u32) -> Vec<u8> {
		let weight = Weight { ref_time: 0, proof_size: 0 };
		let dispatch_info =
			DispatchEventInfo { weight, class: DispatchClass::Normal, pays_fee: Pays::No };
		let event = match self.fails {
			true => SystemEvent::ExtrinsicFailed {
				dispatch_error: DispatchError::BadOrigin,
				dispatch_info,
			},
			false => SystemEvent::ExtrinsicSuccess { dispatch_info },
		};
		let records = self.calls[number as usize].iter().enumerate().map(|(place, _)| {
			let phase = Phase::ApplyExtrinsic(u32::try_from(place).unwrap());
			(phase, RuntimeEvent::System(event.clone()), Vec::<H256>::new())
		});
		records.collect::<Vec<_>>().encode()
	}

	/// The state of a block: the validators; later also the time, a hospital of this name, the hashes of
	/// the blocks before it, the runtime's version, the account's nonce and the events.
	fn state(&self, number: u32, name: &str, before: &[Block]) -> InMemoryBackend<Blake2Hasher> {
		let mut entries = genesis_entries(0);
		let own = RuntimeMetadata::own().version().unwrap().spec_version;
		let version = LastRuntimeUpgradeInfo { spec_name: "vouchsafe".into(), spec_version: own };
		entries.push((storage::last_upgrade().bytes, Some(version.encode())));
		if number > 0 {
			let name = name.as_bytes().to_vec();
			let hospital =
				Institution { name, country: *b"DE", custodian: None, cap: 1, enrolled: 0 };
			let nonce = u32::try_from(self.nonce(number)).unwrap();
			let account = (nonce, 0u32, 1u32, 0u32, (0u128, 0u128, 0u128, 0u128));
			let me = AccountId::new(signer().public_key().0);
			entries.extend([
				(storage::institution(&HOSPITAL).bytes, Some(hospital.encode())),
				(storage::now().bytes, Some((self.now * 1_000).encode())),
				(storage::system_account(&me).bytes, Some(account.encode())),
				(storage::events(), Some(self.events(number))),
			]);
			let hashes = before.iter().enumerate().map(|(number, block)| {
				let key = storage::block_hash(u32::try_from(number).unwrap());
				(key.bytes, Some(block.hash.encode()))
			});
			entries.extend(hashes);
		}
		InMemoryBackend::default().update(vec![(None, entries)], StateVersion::V1)
	}

	pub(super) fn blocks(&self) -> Vec<Block> {
		let name = if self.lie == Lie::Fork { "Hospital F" } else { "Hospital A" };
		let mut blocks = Vec::new();
		for (number, body) in self.calls.iter().enumerate() {
			let number = u32::try_from(number).unwrap();
			// The genesis state is that of all chains here.
			let state = self.state(number, name, &blocks);
			blocks.push(block(number, body.clone(), state));
		}
		blocks
	}

	/// What it proves of this block.
	fn proven_state(&self, number: u32) -> InMemoryBackend<Blake2Hasher> {
		let mut blocks = self.blocks();
		blocks.truncate(number as usize + 1);
		let honest = blocks.pop().unwrap().state;
		match self.lie {
			Lie::State if number > 0 => self.state(number, "Hospital B", &blocks),
			Lie::Genesis if number == 0 => InMemoryBackend::default()
				.update(vec![(None, genesis_entries(32))], StateVersion::V1),
			Lie::Events if !self.calls[number as usize].is_empty() => {
				let other = Self { fails: !self.fails, ..self.with_calls(self.calls.clone()) };
				other.state(number, "Hospital A", &blocks)
			},
			_ => honest,
		}
	}

	fn number(&self, hash: &str) -> u32 {
		let place = self.blocks().iter().position(|block| to_hex(&block.hash.0) == hash);
		u32::try_from(place.expect("it is asked for blocks that it has")).unwrap()
	}

	fn justification(&self, number: u32, hash: H256) -> Vec<u8> {
		let keys = if self.lie == Lie::Signature { 32 } else { 0 };
		let (round, set_id) = (1u64, 0u64);
		let votes: Vec<_> = validators(keys)[..3]
			.iter()
			.map(|pair| {
				let message = (1u8, hash, number, round, set_id).encode();
				(hash, number, pair.sign(&message).0, pair.public().0)
			})
			.collect();
		(round, hash, number, votes, Vec::<()>::new()).encode()
	}

	/// The newest final block with its proof, unless that is the one that the client has.
	fn finality(&self, after: &str) -> RpcResult<Value> {
		let blocks = self.blocks();
		let nothing = json!({ "blocks": [], "isNewest": true });
		let number = match self.lie {
			Lie::OnlyGenesis => return Ok(nothing),
			Lie::Behind => {
				let message = "for this node, the block is not final";
				return Err(ErrorObjectOwned::owned(-32602, message, None::<()>));
			},
			Lie::OldBlock => OLDER,
			_ => self.newest(),
		};
		let Block { header, hash, .. } = &blocks[number as usize];
		if to_hex(&hash.0) == after {
			return Ok(nothing);
		}
		let justification = to_hex(&self.justification(number, *hash));
		let block = json!({ "header": to_hex(header), "justification": justification });
		Ok(json!({ "blocks": [block], "isNewest": true }))
	}

	/// Makes a final block with these calls.
	pub(super) fn make_block(&mut self, calls: Vec<Vec<u8>>) {
		self.calls.push(calls);
	}

	/// Takes a call. Returns the block that it says the call is in.
	fn submit(&mut self, extrinsic: Vec<u8>) -> RpcResult<Option<H256>> {
		self.got.push(extrinsic.clone());
		let invalid = |why| ErrorObjectOwned::owned(1010, "Invalid Transaction", Some(why));
		match self.lie {
			Lie::SaysOutdated => return Err(invalid("Transaction is outdated")),
			Lie::OutdatedButIncludes => {
				if nonce_of(&extrinsic) == self.nonce(self.newest()) {
					self.make_block(vec![extrinsic]);
				}
				return Err(invalid("Transaction is outdated"));
			},
			Lie::Refuses => return Err(invalid("Custom error: 3")),
			Lie::KeepsBack | Lie::Chatters | Lie::FarNonce => return Ok(None),
			Lie::SaysDone => return Ok(self.blocks().last().map(|block| block.hash)),
			Lie::OwnBlock => return Ok(Some(self.own_block(extrinsic).hash)),
			_ => {},
		}
		if nonce_of(&extrinsic) < self.nonce(self.newest()) {
			return Err(invalid("Transaction is outdated"));
		}
		if nonce_of(&extrinsic) > self.nonce(self.newest()) {
			return Ok(None);
		}
		self.make_block(vec![extrinsic]);
		let block = self.blocks().pop().unwrap();
		Ok(Some(block.hash).filter(|_| self.lie != Lie::HidesCalls))
	}

	/// The same node with these calls in its blocks.
	fn with_calls(&self, calls: Vec<Vec<Vec<u8>>>) -> Self {
		Self { calls, got: vec![], asked: vec![], ..*self }
	}

	/// A block after the newest one that is not final.
	fn own_block(&self, extrinsic: Vec<u8>) -> Block {
		let mut calls = self.calls.clone();
		calls.push(vec![extrinsic]);
		let ahead = Self { lie: Lie::Nothing, ..self.with_calls(calls) };
		ahead.blocks().pop().unwrap()
	}

	/// A block as `chain_getBlock` shows it.
	fn show(&self, hash: &str) -> Value {
		let mut blocks = self.blocks();
		if self.lie == Lie::OwnBlock {
			blocks.extend(self.got.last().map(|it| self.own_block(it.clone())));
		}
		let block = blocks.iter().enumerate().find(|(_, it)| to_hex(&it.hash.0) == hash);
		let (number, block) = block.expect("it is asked for blocks that it has");
		let body = if self.lie == Lie::HidesCalls { &vec![] } else { &block.body };
		json!({ "block": {
			"header": show_header(u32::try_from(number).unwrap(), block),
			"extrinsics": body.iter().map(|it| to_hex(it)).collect::<Vec<_>>(),
		}, "justifications": null })
	}
}

fn block(number: u32, body: Vec<Vec<u8>>, state: InMemoryBackend<Blake2Hasher>) -> Block {
	let extrinsics = extrinsics_root(&body);
	let header =
		(H256([9; 32]), Compact(number), *state.root(), extrinsics, Compact(0u32)).encode();
	let hash = <Blake2Hasher as Hasher>::hash(&header);
	Block { header, hash, body, state }
}

fn extrinsics_root(body: &[Vec<u8>]) -> H256 {
	let entries = body.iter().enumerate().map(|(place, extrinsic)| {
		let place = u32::try_from(place).unwrap();
		(Compact(place).encode(), Some(extrinsic.clone()))
	});
	let backend = InMemoryBackend::<Blake2Hasher>::default();
	*backend.update(vec![(None, entries.collect())], StateVersion::V0).root()
}

fn show_header(number: u32, block: &Block) -> Value {
	json!({
		"parentHash": to_hex(&[9; 32]),
		"number": format!("{number:#x}"),
		"stateRoot": to_hex(&block.state.root().0),
		"extrinsicsRoot": to_hex(&extrinsics_root(&block.body).0),
		"digest": { "logs": [] },
	})
}

fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn from_hex(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches("0x")).unwrap()
}

fn text(value: &Value) -> String {
	value.as_str().unwrap_or_default().to_owned()
}

/// Hands a call in, and says whether it is in a final block.
async fn submit_and_watch(params: Params<'static>, sink: PendingSubscriptionSink, node: Shared) {
	let (extrinsic,): (String,) = params.parse().unwrap();
	if is_silent(&node, "author_submitAndWatchExtrinsic") {
		return pending().await;
	}
	let result = lock(&node).submit(from_hex(&extrinsic));
	match result {
		Ok(block) => {
			let sink = sink.accept().await.unwrap();
			let status = match block {
				Some(hash) => json!({ "finalized": to_hex(&hash.0) }),
				None => json!("ready"),
			};
			sink.send(SubscriptionMessage::from_json(&status).unwrap()).await.unwrap();
			while lock(&node).lie == Lie::Chatters && !sink.is_closed() {
				sleep(PACE.pause).await;
				let _ = sink.send(SubscriptionMessage::from_json(&status).unwrap()).await;
			}
			sink.closed().await;
		},
		Err(error) => sink.reject(error).await,
	}
}

/// Whether the node does not answer this question. It counts those that it gets meanwhile.
fn is_silent(node: &Shared, method: &str) -> bool {
	let mut node = lock(node);
	let is_silent = match node.lie {
		Lie::Silent => true,
		Lie::OnlyProves => {
			!["vouchsafe_finality", "chain_getHeader", "state_getRuntimeVersion"].contains(&method)
		},
		_ => false,
	};
	node.unanswered += usize::from(is_silent);
	is_silent
}

fn methods(node: Shared) -> RpcModule<Shared> {
	fn add(
		module: &mut RpcModule<Shared>,
		name: &'static str,
		answer: impl Fn(&mut FakeNode, Vec<Value>) -> RpcResult<Value> + Send + Sync + Clone + 'static,
	) {
		let method = move |given: Params<'static>, node: Arc<Shared>, _| {
			let answer = answer.clone();
			async move {
				lock(&node).asked.push(name);
				if is_silent(&node, name) {
					return pending().await;
				}
				answer(&mut lock(&node), given.parse().unwrap_or_default())
			}
		};
		module.register_async_method(name, method).unwrap();
	}
	let mut module = RpcModule::new(node);
	add(&mut module, "chain_getBlockHash", |node, given| {
		let number = given.first().and_then(Value::as_u64);
		let number = number.map_or(node.newest() as usize, |number| number as usize);
		Ok(node.blocks().get(number).map_or(Value::Null, |block| json!(to_hex(&block.hash.0))))
	});
	add(&mut module, "chain_getFinalizedHead", |node, _| {
		Ok(json!(to_hex(&node.blocks().last().unwrap().hash.0)))
	});
	add(&mut module, "chain_getHeader", |node, given| {
		Ok(node.show(&text(&given[0]))["block"]["header"].clone())
	});
	add(&mut module, "chain_getBlock", |node, given| Ok(node.show(&text(&given[0]))));
	add(&mut module, "state_getRuntimeVersion", |node, _| {
		let own = RuntimeMetadata::own().version().unwrap().spec_version;
		let version = if node.lie == Lie::Runtime { own + 1 } else { own };
		Ok(json!({ "specVersion": version, "transactionVersion": 1 }))
	});
	add(&mut module, "state_call", |node, given| {
		let answer = match text(&given[0]).as_str() {
			"AccountNonceApi_account_nonce" => {
				let far = if node.lie == Lie::FarNonce { 7 } else { 0 };
				u32::try_from(node.nonce(node.newest()) + far).unwrap().encode()
			},
			_ => {
				let metadata = include_bytes!("../../../../protocol/metadata.scale");
				Some(metadata.to_vec()).encode()
			},
		};
		Ok(json!(to_hex(&answer)))
	});
	add(&mut module, "system_accountNextIndex", |node, _| {
		let pending = match node.lie {
			Lie::Pending(count) => count,
			Lie::FarNonce => 7,
			_ => 0,
		};
		Ok(json!(node.nonce(node.newest()) + pending))
	});
	add(&mut module, "author_submitExtrinsic", |node, given| {
		let bytes = from_hex(&text(&given[0]));
		let hash = to_hex(&extrinsics::hash(&bytes).0);
		node.submit(bytes).map(|_| json!(hash))
	});
	add(&mut module, "state_getReadProof", |node, given| {
		let keys: Vec<Vec<u8>> =
			given[0].as_array().unwrap().iter().map(|key| from_hex(&text(key))).collect();
		let hash = text(&given[1]);
		let own = node.got.last().map(|it| node.own_block(it.clone()));
		let state = match own.filter(|block| to_hex(&block.hash.0) == hash) {
			Some(own) if node.lie == Lie::OwnBlock => own.state,
			_ => node.proven_state(node.number(&hash)),
		};
		let proof = prove_read_on_trie_backend(&state, &keys).unwrap();
		let nodes: Vec<_> = proof.into_iter_nodes().map(|node| to_hex(&node)).collect();
		Ok(json!({ "at": given[1], "proof": nodes }))
	});
	add(&mut module, "vouchsafe_genesisProof", |node, given| {
		let keys: Vec<Vec<u8>> =
			given[0].as_array().unwrap().iter().map(|key| from_hex(&text(key))).collect();
		let proof = prove_read_on_trie_backend(&node.proven_state(0), &keys).unwrap();
		let nodes: Vec<_> = proof.into_iter_nodes().map(|node| to_hex(&node)).collect();
		Ok(json!({ "at": H256::zero(), "proof": nodes }))
	});
	add(&mut module, "state_getKeysPaged", |node, given| {
		let state = node.proven_state(node.number(&text(&given[3])));
		let prefix = from_hex(&text(&given[0]));
		let mut of_prefix = IterArgs::default();
		of_prefix.prefix = Some(&prefix);
		let keys = state.keys(of_prefix);
		let keys: Vec<_> = keys.unwrap().map(|key| to_hex(&key.unwrap())).collect();
		Ok(json!(keys))
	});
	add(&mut module, "vouchsafe_finality", |node, given| node.finality(&text(&given[0])));
	module
		.register_subscription(
			"author_submitAndWatchExtrinsic",
			"author_extrinsicUpdate",
			"author_unwatchExtrinsic",
			|params, sink, node, _| async move {
				submit_and_watch(params, sink, Shared::clone(&node)).await
			},
		)
		.unwrap();
	module
}

/// A connection to a node, which serves while the handle lives.
pub(super) async fn node(lie: Lie, now: u64) -> (Shared, Chain, ServerHandle) {
	let calls = vec![vec![]; NEWEST as usize + 1];
	let node = Arc::new(StdMutex::new(FakeNode {
		now,
		lie,
		calls,
		got: vec![],
		fails: false,
		unanswered: 0,
		asked: vec![],
	}));
	let server = Server::builder().build("127.0.0.1:0").await.unwrap();
	let url = format!("ws://{}", server.local_addr().unwrap());
	let handle = server.start(methods(node.clone()));
	let mut chain = Chain::connect(&url).await.unwrap();
	chain.pace = submission::Pace {
		resend: Duration::from_millis(300),
		looks: (Duration::from_millis(20), Duration::from_millis(50)),
		patience: Duration::from_secs(20),
		proof: Duration::from_millis(600),
	};
	(node, chain, handle)
}
