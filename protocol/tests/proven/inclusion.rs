//! What a call caused is proven by a later block.

use crate::node::{Node, State};
use codec::Encode;
use futures::executor::block_on;
use sp_state_machine::BasicExternalities;
use vouchsafe_protocol::{
	errors::ChainError,
	events::{of_extrinsic, Event},
	proof::{inclusion, Header, ProofError},
	proven::ProvenView,
	storage,
	traits::View,
	types::H256,
};
use vouchsafe_runtime::System;

/// A block as the runtime makes it.
struct Block {
	header: Vec<u8>,
	body: Vec<Vec<u8>>,
	state: State,
}

impl Block {
	/// With these calls, and whether each succeeds.
	fn new(number: u32, parent: H256, calls: &[(&[u8], bool)]) -> Self {
		let mut externalities = BasicExternalities::default();
		externalities.insert(storage::prefix("System", "Number"), (number - 1).encode());
		let header = externalities.execute_with(|| {
			System::initialize(&number, &parent, &Default::default());
			for (call, succeeds) in calls {
				System::note_extrinsic(call.to_vec());
				let result = if *succeeds { Ok(().into()) } else { Err("no".into()) };
				System::note_applied_extrinsic(&result, Default::default());
			}
			System::note_finished_extrinsics();
			System::finalize()
		});
		let state = State(externalities.into_storages().top.into_iter().collect());
		let body = calls.iter().map(|(call, _)| call.to_vec()).collect();
		Self { header: header.encode(), body, state }
	}

	fn hash(&self) -> H256 {
		H256(sp_crypto_hashing::blake2_256(&self.header))
	}

	fn node(&self) -> Node {
		Node::new(self.state.clone())
	}
}

/// Proves with the view of a later block what a call in block 5 caused, as a client does.
fn caused(
	head: &ProvenView<Node>,
	block: &Block,
	call: &[u8],
) -> Result<Option<Vec<Event>>, ChainError> {
	let header = block_on(head.block(5, &block.header))?;
	let Some(place) = inclusion::place(&header, &block.body, call)? else { return Ok(None) };
	let view = block_on(ProvenView::new(block.node(), header))?;
	let events = block_on(view.events())?;
	of_extrinsic(events, place, view.made_by()).map(Some)
}

/// A block 5 with these calls, and the view of block 6.
fn chain(calls: &[(&[u8], bool)]) -> (Block, ProvenView<Node>) {
	let block = Block::new(5, H256([4; 32]), calls);
	let later = Block::new(6, block.hash(), &[]);
	let head = Header::verify(&later.header, later.hash()).unwrap();
	let head = block_on(ProvenView::new(later.node(), head)).unwrap();
	(block, head)
}

#[test]
fn what_a_call_caused_is_proven_by_a_later_block() {
	let (block, head) = chain(&[(b"time", true), (b"good", true), (b"bad", false)]);
	let events = caused(&head, &block, b"good").unwrap().unwrap();
	assert!(matches!(events[..], [Event::System(_)]), "{events:?}");
	let failed = caused(&head, &block, b"bad").unwrap_err();
	assert!(matches!(failed, ChainError::Dispatch { .. }), "{failed}");
	assert_eq!(caused(&head, &block, b"other"), Ok(None));
}

#[test]
fn a_node_cannot_hide_that_a_call_failed() {
	let told = |change: fn(&mut Block)| {
		let (mut block, head) = chain(&[(b"time", true), (b"bad", false)]);
		change(&mut block);
		match caused(&head, &block, b"bad").unwrap_err() {
			ChainError::NotProven(error) => error,
			other => panic!("{other}"),
		}
	};
	fn good() -> Block {
		chain(&[(b"time", true), (b"bad", true)]).0
	}
	assert!(matches!(told(|block| *block = good()), ProofError::Header(_)));
	assert!(matches!(told(|block| block.state = good().state), ProofError::State(_)));
	assert!(matches!(told(|block| block.body.swap(0, 1)), ProofError::Body(_)));
	assert!(matches!(told(|block| block.body = vec![]), ProofError::Body(_)));
}
