//! Sixteen readers list the most consents that a patient can have, again and again, while calls go
//! on. The node that they ask stays healthy, and blocks are made as before.

use crate::suite::Suite;
use anyhow::Result;
use vouchsafe_e2e::attack::rpc_load::readers;

static SUITE: Suite = Suite::new("rpc_load", 1);

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_stop_a_node() -> Result<()> {
	let _turn = SUITE.turn().await;
	println!("{:?}", readers().await?);
	Ok(())
}
