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

/// A block for which the validator has voted.
fn block(number: u32) -> FinalBlock {
	let header = header(number, H256([3; 32]));
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
}

impl<F: Fn(u32) -> (Vec<u32>, bool)> Chain<F> {
	fn new(answer: F) -> Self {
		Self { answer, asked: Mutex::default() }
	}

	fn genesis_state(&self) -> State {
		let mut state = State::default();
		state.put(storage::authorities(), &vec![(validator().public().0, 1u64)]);
		state.put(storage::custodian_account(&account(1)), &account(2));
		state
	}

	fn genesis(&self) -> Vec<u8> {
		header(0, *self.genesis_state().trie().root())
	}

	fn follow(&self, trusted: Option<Trusted>) -> Result<Trusted, ChainError>
	where
		F: Send + Sync,
	{
		block_on(follow(self, hash(&self.genesis()), trusted))
	}

	fn asked(&self) -> u32 {
		*self.asked.lock().unwrap()
	}
}

impl<F: Fn(u32) -> (Vec<u32>, bool) + Send + Sync> Finality for Chain<F> {
	type At = Node;

	async fn genesis_header(&self) -> Result<Vec<u8>, ChainError> {
		Ok(self.genesis())
	}

	async fn final_blocks(&self, _: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		let mut asked = self.asked.lock().unwrap();
		let (numbers, is_newest) = (self.answer)(*asked);
		*asked += 1;
		Ok((numbers.into_iter().map(block).collect(), is_newest))
	}

	async fn at(&self, _: H256) -> Result<Node, ChainError> {
		Ok(Node::new(self.genesis_state()))
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
