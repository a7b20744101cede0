//! A client goes on to a node's newest final block.

use crate::{
	node::{Node, State},
	states::account,
};
use codec::{Compact, Encode};
use futures::executor::block_on;
use sp_core::{ed25519, Pair};
use std::sync::Mutex;
use vouchsafe_protocol::{
	errors::ChainError,
	proof::{FinalBlock, ProofError, Trusted},
	proven::follow,
	storage,
	traits::Finality,
	types::H256,
};

fn validator() -> ed25519::Pair {
	ed25519::Pair::from_seed(&[1; 32])
}

fn hash(header: &[u8]) -> H256 {
	H256(sp_crypto_hashing::blake2_256(header))
}

fn header(number: u32, state: H256) -> Vec<u8> {
	let [parent, extrinsics] = [1, 2].map(|byte| H256([byte; 32]));
	(parent, Compact(number), state, extrinsics, Vec::<()>::new()).encode()
}

fn genesis_state() -> State {
	let mut state = State::default();
	state.put(storage::authorities(), &vec![(validator().public().0, 1u64)]);
	state.put(storage::custodian_account(&account(1)), &account(2));
	state
}

fn genesis() -> Vec<u8> {
	header(0, *genesis_state().trie().root())
}

/// The state of a later block of the chain with this genesis block.
fn later_state(genesis: H256) -> State {
	let mut state = genesis_state();
	state.put(storage::block_hash(0), &genesis);
	state
}

/// A block of the chain with this genesis block, for which the validator has voted.
fn block_of(genesis: H256, number: u32) -> FinalBlock {
	let header = header(number, *later_state(genesis).trie().root());
	let (round, hash) = (u64::from(number), hash(&header));
	let message = (1u8, hash, number, round, 0u64).encode();
	let vote = (hash, number, validator().sign(&message).0, validator().public().0);
	FinalBlock {
		justification: (round, hash, number, vec![vote], Vec::<()>::new()).encode(),
		header,
	}
}

/// A chain with one validator, whose node answers by this rule: which blocks, and whether the last one is
/// the newest, by the number of answers before.
struct Chain<F> {
	answer: F,
	asked: Mutex<u32>,
	/// The genesis block of the chain of which it shows blocks.
	shows: H256,
}

impl<F: Fn(u32) -> (Vec<u32>, bool)> Chain<F> {
	fn new(answer: F) -> Self {
		Self { answer, asked: Mutex::default(), shows: hash(&genesis()) }
	}

	fn follow(&self, trusted: Option<Trusted>) -> Result<Trusted, ChainError>
	where
		F: Send + Sync,
	{
		block_on(follow(self, hash(&genesis()), trusted))
	}

	fn asked(&self) -> u32 {
		*self.asked.lock().unwrap()
	}
}

impl<F: Fn(u32) -> (Vec<u32>, bool) + Send + Sync> Finality for Chain<F> {
	type Block = Node;

	async fn genesis_header(&self) -> Result<Vec<u8>, ChainError> {
		Ok(genesis())
	}

	async fn final_blocks(&self, _: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		let mut asked = self.asked.lock().unwrap();
		let (numbers, is_newest) = (self.answer)(*asked);
		*asked += 1;
		let blocks = numbers.into_iter().map(|number| block_of(self.shows, number));
		Ok((blocks.collect(), is_newest))
	}

	fn block(&self, block: H256) -> Node {
		let is_genesis = block == hash(&genesis());
		Node::new(if is_genesis { genesis_state() } else { later_state(self.shows) })
	}
}

#[test]
fn a_node_is_asked_until_it_has_no_more() {
	let chain = Chain::new(|asked| (vec![2 * asked + 1, 2 * asked + 2], asked == 9));
	let trusted = chain.follow(None).unwrap();
	assert_eq!((trusted.head().number, chain.asked()), (20, 10));
	// Nothing is newer.
	let chain = Chain::new(|_| (vec![], true));
	assert_eq!(chain.follow(Some(trusted.clone())), Ok(trusted));
}

/// The attack: validators use their keys on another chain too, whose votes do not say which chain it is.
#[test]
fn a_final_block_of_another_chain_is_refused() {
	let other = H256([9; 32]);
	let chain = Chain { shows: other, ..Chain::new(|_| (vec![5], true)) };
	assert_eq!(chain.follow(None), Err(ProofError::OtherChain(other).into()));
	let honest = Chain::new(|_| (vec![5], true)).follow(None).unwrap();
	let chain = Chain { shows: other, ..Chain::new(|_| (vec![6], true)) };
	assert_eq!(chain.follow(Some(honest)), Err(ProofError::OtherChain(other).into()));
}

#[test]
fn a_node_that_always_has_more_is_left() {
	let endless = Err(ProofError::Endless.into());
	// One block after the other.
	let chain = Chain::new(|asked| (vec![asked + 1], false));
	assert_eq!(chain.follow(None), endless);
	assert_eq!(chain.asked(), 256);
	// The same block again, or none.
	for answer in [vec![5], vec![]] {
		let chain = Chain::new(move |_| (answer.clone(), false));
		assert_eq!(chain.follow(None), endless);
		assert!(chain.asked() <= 2);
	}
	// Many blocks at once.
	let chain = |last| Chain::new(move |_| ((1..=last).collect(), true));
	assert_eq!(chain(128).follow(None).unwrap().head().number, 128);
	assert_eq!(chain(129).follow(None), endless);
	// An older one is refused in any case.
	let chain = Chain::new(|asked| (vec![9 - asked], false));
	assert_eq!(chain.follow(None), Err(ProofError::Older(8, 9).into()));
}
