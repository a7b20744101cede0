//! The checkpoint that comes with a release decides which chain the wallet accepts.

use super::host::TestHost;
use crate::{account::Network, failure::Trouble};
use codec::Encode;
use vouchsafe_protocol::{
	messages::Hex,
	proof::{Checkpoint, Trusted},
	types::H256,
};

/// A block of this number of the chain with this genesis block, as it is kept.
fn block(genesis: u8, number: u32) -> Trusted {
	let genesis = H256([genesis; 32]);
	let hash = H256::from_low_u64_be(number.into());
	let header = (number, hash, H256::zero(), H256::zero(), H256::zero());
	let authorities = (3u64, vec![[4u8; 32]]);
	Trusted::from_bytes(&(1u8, genesis, header, authorities).encode(), genesis).unwrap()
}

fn host(checkpoint: Option<&Trusted>) -> TestHost {
	let mut host = TestHost::default();
	host.checkpoint = checkpoint.map(|it| serde_json::to_string(&Checkpoint::from(it)).unwrap());
	host
}

/// The block from which a chain with this genesis block is proven.
fn first(host: &TestHost, genesis: u8, kept: Option<Trusted>) -> Result<Option<u32>, Trouble> {
	let network = Network { genesis: Hex([genesis; 32]), custodians: vec![], is_chosen: false };
	match network.chain(host, kept) {
		Ok(chain) => Ok(chain.trusted().map(|it| it.head().number)),
		Err(error) => Err(error.downcast().unwrap()),
	}
}

#[test]
fn the_chain_is_proven_from_the_newer_one_of_checkpoint_and_kept_block() {
	let with = host(Some(&block(1, 7)));
	assert_eq!(first(&with, 1, None), Ok(Some(7)));
	assert_eq!(first(&with, 1, Some(block(1, 5))), Ok(Some(7)));
	assert_eq!(first(&with, 1, Some(block(1, 9))), Ok(Some(9)));
}

/// The genesis hash comes from the page's server, or from the code at the desk.
#[test]
fn another_chain_than_the_checkpoints_is_refused() {
	let with = host(Some(&block(1, 7)));
	assert_eq!(first(&with, 2, None), Err(Trouble::OtherChain));
	assert_eq!(first(&with, 2, Some(block(2, 9))), Err(Trouble::OtherChain));
}

#[test]
fn a_damaged_checkpoint_is_not_left_out() {
	let mut damaged = host(Some(&block(1, 7)));
	let text = damaged.checkpoint.take().unwrap().replacen("\"block\":7", "\"block\":8", 1);
	for text in [text, String::new(), "{}".into()] {
		damaged.checkpoint = Some(text);
		assert_eq!(first(&damaged, 1, None), Err(Trouble::Checkpoint));
	}
}

#[test]
fn without_a_checkpoint_every_chain_is_accepted() {
	assert_eq!(first(&host(None), 1, None), Ok(None));
	assert_eq!(first(&host(None), 2, Some(block(2, 9))), Ok(Some(9)));
}
