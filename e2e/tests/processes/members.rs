//! Institutions join and leave a running network, and finality is recovered after half of the validators are
//! lost. `VOUCHSAFE_STALL` sets for how many seconds nothing becomes
//! final before it is recovered.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::time::{Duration, Instant};
use vouchsafe_client::chain::Chain;
use vouchsafe_e2e::{
	members::{
		self, admit, rotate, wait_for_author, wait_for_new_finality, Seats, Traffic, HOSPITAL_D,
	},
	network::{hash_at, rpc, Network, Options},
	process::{until, TIMEOUT},
	scenario::Scenario,
};

static SUITE: Suite = Suite::new("members", 1);

const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const AUTHORITY: usize = 3;

/// The names of the validators, as the command shows them.
async fn validators(seats: &Seats) -> Result<Value> {
	seats.first().run(&["council", "validators"]).await
}

fn names(shown: &Value) -> Vec<String> {
	let all = shown["validators"].as_array().into_iter().flatten();
	all.filter_map(|it| it["name"].as_str().map(ToOwned::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_joins_and_another_leaves() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { patients: 1, session_seconds: Some(10), ..Options::default() };
	let mut network = Network::with(options).await?;
	let chain = Chain::connect(&network.node_url()).await?;
	let _traffic = Traffic::begin(&network.node_url()).await?;
	let scenario = Scenario::new(&network, "//members").await?;
	let letter = scenario.letter()?;
	let record = scenario.add_letter(&["--category", "encounter"]).await?;
	scenario.permit(&["--action", "read", "--purpose", "treatment"]).await?;
	let seats = Seats::new(&network, &[A, B, AUTHORITY])?;

	// It is admitted, and its node generates its keys.
	admit(&seats, HOSPITAL_D).await?;
	let all = ["Hospital A", "Hospital B", "Hospital C", "Health Authority", "Hospital D"];
	let five = [&["validators", "set"][..], &all[..]].concat();
	let refused = seats.first().fails(&[&["council"][..], &five[..], &["--yes"]].concat()).await?;
	ensure!(refused.contains("validator rotate"), "it has no keys: {refused}");
	let d = network.add_site(HOSPITAL_D)?;
	network.start_node(d).await?;
	let admitted = network.finalized(A).await.context("no final block")?;
	network.wait_for_block(d, admitted).await?;
	rotate(&network, d, &["--no-wait"]).await?;
	let set = seats.carry(&five).await?;
	wait_for_author(&chain, HOSPITAL_D).await?;
	eprintln!(
		"members: the fifth validator's first block {:.1} s after the motion was closed",
		set.elapsed().as_secs_f64()
	);
	wait_for_new_finality(&network, d).await?;
	let shown = validators(&seats).await?;
	ensure!(names(&shown) == all && shown["may_fail"] == 1, "five validators: {shown}");
	scenario.opens(&scenario.doctor_b, &record, &letter).await?;

	// It gets a seat, with which it votes.
	let seats_set = [&["seats", "set"][..], &all[..]].concat();
	seats.carry(&seats_set).await?;
	let with_d = Seats::new(&network, &[d, A, B, AUTHORITY])?;
	let others = ["Hospital A", "Hospital B", "Health Authority", "Hospital D"];
	let refused =
		seats.first().fails(&["council", "validators", "set", "Hospital A", "--yes"]).await?;
	ensure!(refused.contains("at least 4"), "one is too few: {refused}");

	// Another leaves: its node stops when the others have taken over, and it is ended.
	with_d.carry(&[&["validators", "set"][..], &others[..]].concat()).await?;
	let list = || async {
		let shown = validators(&seats).await.ok()?;
		(names(&shown) == others).then_some(())
	};
	until("four validators are left", TIMEOUT, list).await?;
	network.sites[C].node.process = None;
	with_d.carry(&["status", "Hospital C", "ended"]).await?;
	let council = seats.first().run(&["council", "list"]).await?;
	let seats_left = council["seats"].as_array().context("no seats")?.len();
	ensure!(seats_left == 4, "its seat is gone with it: {council}");
	scenario.opens(&scenario.doctor_b2, &record, &letter).await?;

	// A validator rotates its keys while the chain goes on.
	let rotated = rotate(&network, d, &[]).await?;
	ensure!(rotated["in_force"] == true, "the new keys are in force: {rotated}");
	Ok(())
}

/// Half of the validators are lost with their disks. Three seats recover finality on the two that are left, and
/// new machines replace the lost ones.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes six minutes: `make recover` runs it"]
async fn finality_is_recovered_after_half_of_the_validators_are_lost() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { patients: 1, ..Options::default() };
	let mut network = Network::with(options).await?;
	let scenario = Scenario::new(&network, "//recovery").await?;
	let letter = scenario.letter()?;
	let record = scenario.add_letter(&["--category", "encounter"]).await?;
	scenario.permit(&["--action", "read", "--purpose", "treatment"]).await?;

	let lost = [B, C];
	for index in lost {
		network.destroy_node(index)?;
	}
	let seconds = std::env::var("VOUCHSAFE_STALL").ok().map_or(Ok(5), |it| it.parse())?;
	// Votes that were on their way may have made one more block final.
	let last = members::stall(&network, A, Duration::from_secs(seconds)).await?;
	let url = network.sites[A].node.http_url();
	let was_final = hash_at(&url, last).await.context("the last final block")?;

	// Their new machines sync to the best block, and register their keys while nothing is final.
	for index in lost {
		network.start_node(index).await?;
		rotate(&network, index, &["--best", "--no-wait"]).await?;
	}
	let seats = Seats::new(&network, &[A, B, AUTHORITY])?;
	let refused =
		seats.first().output(&["council", "--best", "recovery-file", "none.json"]).await?;
	ensure!(!refused.status.success(), "there was no recovery yet");
	let begun = Instant::now();
	let all = ["Hospital A", "Hospital B", "Hospital C", "Health Authority"];
	let motion = [&["--best", "recover", "--delay", "3"][..], &all[..]].concat();
	seats.carry(&motion).await?;
	let final_again = wait_for_new_finality(&network, A).await?;
	eprintln!(
		"members: block {final_again} final {:.1} s after the motion to recover was proposed",
		begun.elapsed().as_secs_f64()
	);
	for index in [A, B, C, AUTHORITY] {
		network.wait_for_block(index, final_again).await?;
		let url = network.sites[index].node.http_url();
		let hash = hash_at(&url, last).await.context("the block that was final")?;
		ensure!(
			hash == was_final,
			"block {last} is another one at {}",
			network.sites[index].institution.name
		);
	}

	// Clients go on with the file that the council publishes.
	let file = network.root.join("recovery.json");
	let file = file.to_str().context("a path")?;
	seats.first().run(&["council", "--best", "recovery-file", file]).await?;
	let refused = scenario.patient.fails(&["status"]).await?;
	ensure!(refused.contains("--checkpoint"), "it says what is needed: {refused}");
	scenario.opens_with(&scenario.doctor_b, &record, &letter, &["--checkpoint", file]).await?;
	scenario.patient.run(&["status", "--checkpoint", file]).await?;
	// It is needed once.
	scenario.patient.run(&["status"]).await?;

	// A fresh node syncs from genesis, and another one by warp.
	let d = network.add_site(HOSPITAL_D)?;
	for further in [&[][..], &["--sync", "warp", "--recovery", file]] {
		network.start_node_and(d, further).await?;
		network.wait_for_block(d, final_again).await?;
		// Also the history before the recovery, which a node that synced by warp fetches afterwards.
		let url = network.sites[d].node.http_url();
		let known = hash_at(&network.sites[A].node.http_url(), last).await;
		until("the blocks before the recovery are there", TIMEOUT, || async {
			let first = hash_at(&url, 1).await?;
			rpc(&url, "chain_getBlock", json!([first])).await?;
			(hash_at(&url, last).await == known).then_some(())
		})
		.await?;
		wait_for_new_finality(&network, d).await?;
		network.destroy_node(d)?;
	}
	Ok(())
}
