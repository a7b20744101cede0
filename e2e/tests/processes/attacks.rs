//! The attacks of `make attack` that share a network. Those that stop processes are played by `custodians`.
//! Of those that need a network of their own, the shorter ones are played by the tests of their subjects, such
//! as `power_cuts`.
//!
//! The test uses the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Result};
use futures::future::join_all;
use std::collections::BTreeSet;
use vouchsafe_e2e::attack::{all, print::line, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_on_a_shared_network_is_stopped() -> Result<()> {
	let shared = all().filter_map(|attack| match attack.stage {
		Stage::Shared(play) => Some((attack, play)),
		_ => None,
	});
	let lines = join_all(shared.map(|(attack, play)| async move {
		let (_turn, network) = shared_network().await?;
		anyhow::Ok(attack.watch(play(network)).await)
	}))
	.await
	.into_iter()
	.collect::<Result<Vec<_>>>()?;
	for it in &lines {
		println!("{}  [{:.0} s]", line(it, None), it.took.as_secs_f64());
	}
	let failed: Vec<_> = lines.iter().filter(|it| it.has_failed()).map(|it| it.attack.id).collect();
	ensure!(failed.is_empty(), "not stopped: {failed:?}");
	Ok(())
}

#[test]
fn numbers_are_used_once() {
	let ids: Vec<_> = all().map(|attack| attack.id).collect();
	assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}
