//! Finality stops: clients say so, and their calls are final when it goes on. Then the council suspends an
//! institution, whose vote does not count any more.

use crate::suite::Suite;
use anyhow::Result;
use vouchsafe_e2e::{
	attack::{governance::suspended_votes, submission::a_stall_is_told},
	network::{Network, Options},
};

static SUITE: Suite = Suite::new("submission", 1);

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_is_told_and_a_suspended_institution_does_not_vote() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { custodians: false, ..Options::default() };
	let mut network = Network::with(options).await?;
	a_stall_is_told(&mut network).await?;
	suspended_votes(&network).await?;
	Ok(())
}
