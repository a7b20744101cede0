//! Calls that a node loses, against a node of our own that checks signatures and their validity as a
//! runtime does.

use super::*;
use crate::chain::calls::UtilityCall;
use codec::{Compact, Decode, Encode};
use jsonrpsee::{
	core::RpcResult,
	server::{Server, ServerHandle, SubscriptionMessage},
	types::{ErrorObjectOwned, Params},
	PendingSubscriptionSink, RpcModule,
};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::{
	future::pending,
	sync::{Arc, Mutex, MutexGuard},
};
use subxt_signer::sr25519::{self, dev};
use vouchsafe_protocol::signing::ReplacementKey;

const VERSION: RuntimeVersion = RuntimeVersion { spec_version: 1, transaction_version: 1 };
const HASH: H256 = H256([7; 32]);

#[test]
fn validity_begins_at_the_last_final_block_while_that_is_near() {
	for (last_final, best, birth) in
		[(0, 0, 0), (10, 10, 10), (10, 26, 10), (10, 27, 11), (10, 2_000, 1_984), (11, 10, 10)]
	{
		assert_eq!(Birth::number(last_final, best), birth, "{last_final} {best}");
	}
}

#[test]
fn bytes_are_sent_again_only_while_the_best_chain_can_include_them() {
	let birth = Birth { number: 100, hash: HASH, version: VERSION, lifetime: 128 };
	// The first block that cannot include it is 100 + 128.
	assert!(birth.is_valid(226, VERSION, Some(HASH)));
	assert!(!birth.is_valid(227, VERSION, Some(HASH)));
	assert!(!birth.is_valid(110, VERSION, Some(H256([8; 32]))), "a fork replaced its block");
	assert!(!birth.is_valid(110, VERSION, None));
	let upgraded = RuntimeVersion { spec_version: 2, ..VERSION };
	assert!(!birth.is_valid(110, upgraded, Some(HASH)));
}

proptest! {
	/// However long nothing has become final: a new signature is valid for the next blocks.
	#[test]
	fn a_new_signature_is_valid_in_every_stall(last_final in 0u32..1_000_000, stall in 0u32..100_000) {
		let best = last_final + stall;
		let number = Birth::number(last_final, best);
		let birth = Birth { number, hash: HASH, version: VERSION, lifetime: 128 };
		prop_assert!(number >= last_final);
		prop_assert!(birth.is_valid(best + 64, VERSION, Some(HASH)));
	}
}

#[test]
fn a_nodes_answer_to_bytes_sent_again_is_understood() {
	let said = |text: &str| Answer::of(Err(ChainError::from_node(text.into())));
	assert_eq!(Answer::of(Ok(HASH)), Answer::Taken);
	for wait in [
		"User error: Transaction is already imported (1013)",
		"User error: Transaction is temporarily banned (1012)",
		"User error: Priority is too low: (1 vs 1) (1014)",
		"User error: Invalid Transaction (1010): Transaction is outdated",
		"User error: Invalid Transaction (1010): Custom error: 4",
		"connection closed",
	] {
		assert_eq!(said(wait), Answer::Wait, "{wait}");
	}
	let bad = "User error: Invalid Transaction (1010): Transaction has a bad signature";
	assert_eq!(said(bad), Answer::Invalid);
	assert_eq!(
		said("Invalid Transaction (1010): Custom error: 3"),
		Answer::Refused(ChainError::MayNotSign)
	);
	let replaced = said("Invalid Transaction (1010): Custom error: 5");
	assert_eq!(replaced, Answer::Refused(ChainError::Replaced));
}

/// The metadata of our own runtime.
const METADATA: &[u8] = include_bytes!("../../../../protocol/metadata.scale");

/// What the node does with submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
	/// It puts them into the next block.
	Good,
	/// It takes them and loses them, up to this block.
	LosesUntil(usize),
	/// It takes them, but answers the first one with an error.
	AnswersWithAnError,
	/// It does not answer the first one, nor take it.
	Swallows,
	/// It takes them, and tells that they wait, again and again.
	Chatters,
}

/// The nonce of each key but Alice's.
const OTHER_NONCE: u64 = 77;

/// A node whose blocks have the calls of Alice's key.
struct FakeNode {
	/// The extrinsics of each block.
	blocks: Vec<Vec<Vec<u8>>>,
	finalized: usize,
	is_stalled: bool,
	pool: Vec<Vec<u8>>,
	behaviour: Behaviour,
	/// All that was submitted and is valid, in order.
	taken: Vec<Vec<u8>>,
}

type Shared = Arc<Mutex<FakeNode>>;

fn lock(node: &Shared) -> MutexGuard<'_, FakeNode> {
	node.lock().unwrap()
}

/// The hash of the block of this number.
fn hash_at(number: usize) -> H256 {
	let mut hash = [7; 32];
	hash[..8].copy_from_slice(&(number as u64).to_le_bytes());
	H256(hash)
}

fn number_of(hash: &str) -> usize {
	let bytes = hex::decode(&hash[2..18]).unwrap();
	u64::from_le_bytes(bytes.try_into().unwrap()) as usize
}

fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The nonce of an extrinsic, if the block of this number can include it.
fn nonce_in(extrinsic: &[u8], number: usize) -> Option<u64> {
	let input = &mut &extrinsic[..];
	Compact::<u32>::decode(input).unwrap();
	let (_version, _kind, account) = <(u8, u8, [u8; 32])>::decode(input).unwrap();
	let (_kind, signature) = <(u8, [u8; 64])>::decode(input).unwrap();
	let explicit_start = *input;
	let era = u16::from_le_bytes(<[u8; 2]>::decode(input).unwrap());
	let nonce = Compact::<u64>::decode(input).unwrap().0;
	let _mode = u8::decode(input).unwrap();
	let explicit = &explicit_start[..explicit_start.len() - input.len()];
	let (period, phase) = (2usize << (era & 0x0f), usize::from(era >> 4));
	let birth = (number.max(phase) - phase) / period * period + phase;
	let implicit = (1u32, 1u32, hash_at(0), hash_at(birth), None::<[u8; 32]>).encode();
	let payload = [*input, explicit, &implicit].concat();
	let (signature, key) = (sr25519::Signature(signature), sr25519::PublicKey(account));
	(birth < number && sr25519::verify(&signature, payload, &key)).then_some(nonce)
}

impl FakeNode {
	fn best(&self) -> usize {
		self.blocks.len() - 1
	}

	/// The key's nonce after this block.
	fn nonce(&self, number: usize) -> u64 {
		self.blocks[..=number].iter().map(|block| block.len() as u64).sum()
	}

	fn submit(&mut self, extrinsic: Vec<u8>) -> RpcResult<String> {
		let invalid = |why| ErrorObjectOwned::owned(1010, "Invalid Transaction", Some(why));
		let next = self.blocks.len();
		let nonce =
			nonce_in(&extrinsic, next).ok_or_else(|| invalid("Transaction has a bad signature"))?;
		if nonce < self.nonce(self.best()) {
			return Err(invalid("Transaction is outdated"));
		}
		let hash = to_hex(&extrinsics::hash(&extrinsic).0);
		if self.pool.contains(&extrinsic) {
			return Err(ErrorObjectOwned::owned(1013, "Transaction Already Imported", None::<()>));
		}
		self.taken.push(extrinsic.clone());
		match self.behaviour {
			Behaviour::LosesUntil(number) if self.best() < number => {},
			_ => self.pool.push(extrinsic),
		}
		Ok(hash)
	}

	fn make_block(&mut self) {
		let (number, nonce) = (self.blocks.len(), self.nonce(self.best()));
		let fits = |extrinsic: &Vec<u8>| nonce_in(extrinsic, number) == Some(nonce);
		let first = self.pool.iter().position(fits).map(|place| self.pool.remove(place));
		self.blocks.push(first.into_iter().collect());
		if !self.is_stalled {
			self.finalized = self.best();
		}
	}

	fn header(&self, number: usize) -> Value {
		let parent = to_hex(&hash_at(number.saturating_sub(1)).0);
		json!({
			"number": format!("{number:#x}"), "parentHash": parent, "digest": { "logs": [] },
		})
	}

	fn call(&self, function: &str, arguments: &str, number: usize) -> Vec<u8> {
		let is_alices = arguments == to_hex(&dev::alice().public_key().0);
		match function {
			"AccountNonceApi_account_nonce" if !is_alices => (OTHER_NONCE as u32).encode(),
			"AccountNonceApi_account_nonce" => (self.nonce(number) as u32).encode(),
			"Metadata_metadata_at_version" => Some(METADATA.to_vec()).encode(),
			other => panic!("{other} is not expected"),
		}
	}
}

/// Hands an extrinsic in, and tells nothing of it but that it waits.
async fn submit_and_watch(params: Params<'static>, sink: PendingSubscriptionSink, node: Shared) {
	let (extrinsic,): (String,) = params.parse().unwrap();
	let behaviour = lock(&node).behaviour;
	if behaviour == Behaviour::Swallows {
		lock(&node).behaviour = Behaviour::Good;
		return pending().await;
	}
	let result = lock(&node).submit(hex::decode(&extrinsic[2..]).unwrap());
	if behaviour == Behaviour::AnswersWithAnError {
		lock(&node).behaviour = Behaviour::Good;
		return sink.reject(ErrorObjectOwned::owned(-32000, "broken", None::<()>)).await;
	}
	match result {
		Ok(_) => {
			let sink = sink.accept().await.unwrap();
			sink.send(SubscriptionMessage::from_json(&"ready").unwrap()).await.unwrap();
			while behaviour == Behaviour::Chatters && !sink.is_closed() {
				tokio::time::sleep(Duration::from_millis(20)).await;
				let _ = sink.send(SubscriptionMessage::from_json(&"ready").unwrap()).await;
			}
			sink.closed().await;
		},
		Err(error) => sink.reject(error).await,
	}
}

fn methods(node: Shared) -> RpcModule<Shared> {
	let mut module = RpcModule::new(node);
	let first = |params: &Params| -> Option<String> {
		params.parse::<Vec<Value>>().ok()?.first()?.as_str().map(ToOwned::to_owned)
	};
	module
		.register_method("chain_getBlockHash", |params, node, _| {
			let number = params.parse::<Vec<Value>>().ok().and_then(|it| it.first()?.as_u64());
			let number = number.map_or(lock(node).best(), |number| number as usize);
			(number <= lock(node).best()).then(|| to_hex(&hash_at(number).0))
		})
		.unwrap();
	module
		.register_method("chain_getFinalizedHead", |_, node, _| {
			to_hex(&hash_at(lock(node).finalized).0)
		})
		.unwrap();
	module
		.register_method("chain_getHeader", move |params, node, _| {
			lock(node).header(number_of(&first(&params).unwrap()))
		})
		.unwrap();
	module
		.register_method("chain_getBlock", move |params, node, _| {
			let number = number_of(&first(&params).unwrap());
			let node = lock(node);
			let extrinsics: Vec<_> = node.blocks[number].iter().map(|it| to_hex(it)).collect();
			let header = node.header(number);
			json!({ "block": { "header": header, "extrinsics": extrinsics }, "justifications": null })
		})
		.unwrap();
	module
		.register_method(
			"state_getRuntimeVersion",
			|_, _, _| json!({ "specVersion": 1, "transactionVersion": 1 }),
		)
		.unwrap();
	module
		.register_method("state_call", |params, node, _| {
			let (function, arguments, hash): (String, String, String) = params.parse().unwrap();
			to_hex(&lock(node).call(&function, &arguments, number_of(&hash)))
		})
		.unwrap();
	module.register_method("state_getStorage", |_, _, _| "0x00").unwrap();
	module
		.register_method("system_accountNextIndex", move |params, node, _| {
			let node = lock(node);
			match first(&params) == Some(dev::alice().account().to_string()) {
				true => node.nonce(node.best()) + node.pool.len() as u64,
				false => OTHER_NONCE,
			}
		})
		.unwrap();
	module
		.register_method("author_submitExtrinsic", move |params, node, _| {
			lock(node).submit(hex::decode(&first(&params).unwrap()[2..]).unwrap())
		})
		.unwrap();
	module
		.register_method("grandpa_roundState", |_, _, _| {
			let votes = json!({ "currentWeight": 2, "missing": ["one", "two"] });
			json!({ "setId": 0, "background": [], "best": {
				"round": 1, "totalWeight": 4, "thresholdWeight": 3,
				"prevotes": votes, "precommits": votes,
			} })
		})
		.unwrap();
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

/// A node with this behaviour, `stalled` blocks after the last final one, and a connection to it.
struct Case {
	node: Shared,
	chain: Chain,
	_server: ServerHandle,
	making: tokio::task::JoinHandle<()>,
}

impl Drop for Case {
	fn drop(&mut self) {
		self.making.abort();
	}
}

impl Case {
	async fn new(behaviour: Behaviour, stalled: usize) -> Self {
		let node = Arc::new(Mutex::new(FakeNode {
			blocks: vec![vec![]; stalled + 1],
			finalized: 0,
			is_stalled: stalled > 0,
			pool: vec![],
			behaviour,
			taken: vec![],
		}));
		let server = Server::builder().build("127.0.0.1:0").await.unwrap();
		let url = format!("ws://{}", server.local_addr().unwrap());
		let handle = server.start(methods(node.clone()));
		let mut chain = Chain::connect(&url).await.unwrap();
		chain.pace = Pace {
			resend: Duration::from_millis(400),
			looks: (Duration::from_millis(20), Duration::from_millis(50)),
			patience: Duration::from_secs(20),
			proof: Duration::from_secs(1),
		};
		let maker = node.clone();
		let making = tokio::spawn(async move {
			loop {
				tokio::time::sleep(Duration::from_millis(20)).await;
				lock(&maker).make_block();
			}
		});
		Self { node, chain, _server: handle, making }
	}

	async fn submit(&self) -> Result<Included, ChainError> {
		self.chain.submit(&dev::alice(), UtilityCall::batch { calls: vec![] }).await
	}

	/// All extrinsics in blocks.
	fn included(&self) -> Vec<Vec<u8>> {
		lock(&self.node).blocks.concat()
	}
}

async fn finality_goes_on_after_a_call(node: &Shared) {
	while lock(node).blocks.concat().is_empty() {
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	lock(node).is_stalled = false;
}

#[tokio::test]
async fn a_call_that_the_pool_lost_is_sent_again_as_it_is() {
	let case = Case::new(Behaviour::LosesUntil(10), 0).await;
	case.submit().await.unwrap();
	let taken = lock(&case.node).taken.clone();
	assert!(taken.len() >= 2, "it was sent {} times", taken.len());
	assert!(taken.iter().all(|bytes| *bytes == taken[0]), "the same bytes");
	assert_eq!(case.chain.sent_again(), taken.len() as u64 - 1);
	assert_eq!(case.included(), [taken[0].clone()]);
}

/// The nonce and the signature are the key's, and what is waited for is the extrinsic.
#[tokio::test]
async fn a_key_that_has_replaced_another_submits_with_its_own_nonce() {
	let signer = ReplacementKey::new(Arc::new(dev::alice()), dev::bob().account());
	for behaviour in [Behaviour::Good, Behaviour::LosesUntil(10), Behaviour::AnswersWithAnError] {
		let case = Case::new(behaviour, 0).await;
		for nonce in [0, 1] {
			let call = UtilityCall::batch { calls: vec![] };
			case.chain.submit(&signer, call).await.unwrap();
			let included = case.included();
			let last = extrinsics::signer_and_nonce(included.last().unwrap());
			assert_eq!(last, Some((dev::alice().account(), nonce)), "{behaviour:?}");
		}
		assert_eq!(case.included().len(), 2, "{behaviour:?}");
		let call = UtilityCall::batch { calls: vec![] };
		case.chain.submit_revocation(&signer, call).await.unwrap();
	}
}

#[tokio::test]
async fn a_submission_without_an_answer_takes_effect_once() {
	for (behaviour, sent_again) in [(Behaviour::Swallows, 1), (Behaviour::AnswersWithAnError, 0)] {
		let case = Case::new(behaviour, 0).await;
		case.submit().await.unwrap();
		tokio::time::sleep(Duration::from_millis(200)).await;
		assert_eq!(case.included().len(), 1, "{behaviour:?}");
		assert_eq!(case.chain.sent_again(), sent_again, "{behaviour:?}");
	}
}

#[tokio::test]
async fn calls_are_valid_however_long_nothing_became_final() {
	let case = Case::new(Behaviour::Good, 1_000).await;
	let (included, ()) = tokio::join!(case.submit(), finality_goes_on_after_a_call(&case.node));
	assert!(included.unwrap().number > 1_000);
	assert_eq!(lock(&case.node).taken.len(), 1, "it was valid at once");
}

#[tokio::test]
async fn bytes_that_are_no_longer_valid_are_signed_again_with_the_same_nonce() {
	let case = Case::new(Behaviour::LosesUntil(1_150), 1_000).await;
	let (included, ()) = tokio::join!(case.submit(), finality_goes_on_after_a_call(&case.node));
	let number = included.unwrap().number as usize;
	let included = case.included();
	let taken = lock(&case.node).taken.clone();
	assert_eq!(included.len(), 1);
	assert_ne!(included[0], taken[0], "the first signature is too old");
	assert_eq!(nonce_in(&included[0], number), Some(0), "but the nonce is the same");
	assert_eq!(nonce_in(&taken[0], number), None);
}

#[tokio::test]
async fn a_call_gets_another_nonce_only_when_its_own_was_used() {
	let case = Case::new(Behaviour::LosesUntil(15), 0).await;
	let other = async {
		let at = case.chain.best().await.unwrap();
		let call = UtilityCall::batch_all { calls: vec![] }.into();
		let other = at.sign(&dev::alice(), &call, 0, 64).await.unwrap();
		while lock(&case.node).taken.is_empty() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
		lock(&case.node).pool.push(other.clone());
		other
	};
	let (included, other) = tokio::join!(case.submit(), other);
	included.unwrap();
	let all = case.included();
	assert_eq!(all.len(), 2);
	assert_eq!(all[0], other);
	assert_eq!(nonce_in(&all[1], lock(&case.node).blocks.len()), Some(1));
}

/// The attack: a node that always has something to tell, and nothing that happened.
#[tokio::test]
async fn a_chattering_node_is_not_listened_to_for_ever() {
	let mut case = Case::new(Behaviour::Chatters, 5).await;
	case.chain.pace.patience = Duration::from_secs(1);
	let submitted = timeout(Duration::from_secs(5), case.submit()).await.unwrap();
	assert_eq!(submitted.unwrap_err(), ChainError::Pending(0));
}

#[tokio::test]
async fn a_call_that_does_not_become_final_ends_with_advice() {
	let mut case = Case::new(Behaviour::Good, 5).await;
	case.chain.pace.patience = Duration::from_secs(1);
	let error = case.submit().await.unwrap_err();
	assert_eq!(error, ChainError::Pending(0));
	assert!(!error.may_pass(), "nobody signs it again");
	assert_eq!(case.included().len(), 1);
	assert_eq!(case.chain.silent_validators().await, Some((2, 4)));
}
