//! The attacks of `make attack` that share a network. Those that need a network of their own are played by
//! the tests of their subjects, such as `custodians` and `power_cuts`.
//!
//! The test uses the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Result};
use futures::future::join_all;
use std::collections::BTreeSet;
use vouchsafe_e2e::attack::{all, print::line, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_on_a_shared_network_is_stopped() -> Result<()> {
	let shared = all().filter(|attack| matches!(attack.stage, Stage::Shared(_)));
	let lines = join_all(shared.map(|attack| async move {
		let (_turn, network) = shared_network().await?;
		anyhow::Ok(attack.play(Some(network)).await)
	}))
	.await
	.into_iter()
	.collect::<Result<Vec<_>>>()?;
	lines.iter().for_each(|it| println!("{}", line(it, None)));
	let failed: Vec<_> = lines.iter().filter(|it| it.has_failed()).map(|it| it.attack.id).collect();
	ensure!(failed.is_empty(), "not stopped: {failed:?}");
	Ok(())
}

#[test]
fn numbers_are_used_once() {
	let ids: Vec<_> = all().map(|attack| attack.id).collect();
	assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}
