//! A member lies to its users. On the first release a patient consented to the wrong hospital, and the
//! liar read a document.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use futures::{stream, StreamExt};
use std::time::Instant;
use vouchsafe_e2e::{
	attack::{lying_node::ATTACKS, Attack, Outcome, Played, Stage},
	network::Network,
};

/// How many attacks are played at once. Mostly they wait.
const AT_ONCE: usize = 10;

static SUITE: Suite = Suite::new("lying_node", 1);

#[tokio::test]
async fn a_lying_node_is_not_believed() -> Result<()> {
	let _turn = SUITE.turn().await;
	let network = Network::start().await?;
	let played = stream::iter(ATTACKS).map(|attack| play(attack, &network));
	let played: Vec<_> = played.buffer_unordered(AT_ONCE).collect().await;
	let mut failed = Vec::new();
	for (attack, outcome, seconds) in played {
		let Attack { id, what, .. } = attack;
		match outcome {
			Ok(Outcome::Stopped(stopped)) => {
				println!("{id} {what}: {}, {} ({seconds:.1} s)", stopped.by, stopped.how);
			},
			Ok(Outcome::NotPlayed(why)) => failed.push(format!("{id} {what}: not played: {why}")),
			Err(error) => failed.push(format!("{id} {what}: {error:#}")),
		}
	}
	ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
	Ok(())
}

async fn play<'a>(attack: &'a Attack, network: &Network) -> (&'a Attack, Played, f64) {
	let began = Instant::now();
	let played = match attack.stage {
		Stage::Shared(play) => play(network).await.context("a lying node"),
		_ => Ok(Outcome::NotPlayed("it needs a network of its own".into())),
	};
	(attack, played, began.elapsed().as_secs_f64())
}
