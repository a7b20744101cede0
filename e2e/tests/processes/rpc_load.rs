//! A reader fills blocks with openings at their limit: no block takes much longer than it was charged. Then
//! sixteen readers list the most consents that a patient can have, again and again, while calls go on. The
//! node that they ask stays healthy, and blocks are made as before.

use crate::suite::Suite;
use anyhow::Result;
use serde_json::{Map, Value};
use vouchsafe_e2e::{
	attack::{openings, rpc_load},
	network::{Network, Options},
};

static SUITE: Suite = Suite::new("rpc_load", 1);

/// Adds what both need to the genesis block's state.
fn plant(state: &mut Map<String, Value>) {
	openings::plant(state);
	rpc_load::plant(state);
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_and_lists_do_not_stop_a_node() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { custodians: false, state: Some(plant), ..Options::default() };
	let network = Network::with(options).await?;
	println!("{:?}", openings::openings_at_their_limit(&network).await?);
	println!("{:?}", rpc_load::readers(&network).await?);
	Ok(())
}
