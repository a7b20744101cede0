//! A member joins a long chain: its node by warp, its custodian by importing another member's index. `make join`
//! runs it; `VOUCHSAFE_BLOCKS` sets how long the chain is.

use crate::{
	custodians::{custodian, text},
	suite::Suite,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	process::Command,
	time::{Duration, Instant},
};
use vouchsafe_e2e::{
	authored::{self, Authored},
	members::{self, admit, wait_for_new_finality, Seats, Traffic, HOSPITAL_D},
	network::{export_spec, hash_at, rpc, Network, Options},
	process::{program, until, TemporaryFolder, TIMEOUT},
	scenario::Scenario,
	user::User,
};

static SUITE: Suite = Suite::new("joining", 1);

const A: usize = 0;
const B: usize = 1;
const AUTHORITY: usize = 3;
/// How long the custodian of a member may index the whole chain.
const INDEXING: Duration = Duration::from_secs(900);
/// Of how many blocks a node keeps the states that forgets them soon.
const FEW: &str = "20";

/// How many blocks the chain has.
fn blocks() -> Result<u32> {
	Ok(std::env::var("VOUCHSAFE_BLOCKS").ok().map_or(Ok(1_000), |it| it.parse())?)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make join` runs it"]
async fn a_member_joins_a_long_chain() -> Result<()> {
	let _turn = SUITE.turn().await;
	let blocks = blocks()?;
	let authored = Authored { blocks, calls: 100, loaded: 100.min(blocks / 10) };
	let options = Options {
		chain: "bench".into(),
		patients: 2,
		authored: Some(authored),
		..Options::default()
	};
	let begun = Instant::now();
	let mut network = Network::with(options).await?;
	println!("a chain of {blocks} blocks made, and its validators go on: {}", seconds(begun));
	network.wait_for_block(A, blocks + 1).await?;

	// The members' custodians index it.
	let begun = Instant::now();
	for index in [A, B] {
		network.start_kubo(index).await?;
		network.start_custodian(index).await?;
		network.sites[index].custodian.wait_alive().await?;
	}
	for index in [A, B] {
		let url = format!("{}/ready", network.sites[index].custodian.monitoring_url());
		until("the index is up to date", INDEXING, || async {
			let ready: Value = reqwest::get(&url).await.ok()?.json().await.ok()?;
			(ready["index"]["ok"] == true).then_some(())
		})
		.await?;
	}
	println!("two custodians index it: {} blocks a second each", rate(blocks, begun));

	let seats = Seats::new(&network, &[A, B, AUTHORITY])?;
	admit(&seats, HOSPITAL_D).await?;
	let d = network.add_site(HOSPITAL_D)?;
	joins(&mut network, d, &[], "with all states").await?;
	network.destroy_node(d)?;
	joins(&mut network, d, &["--sync", "warp"], "by warp").await?;
	a_client_begins_at(&mut network, d).await?;
	an_index_is_imported(&mut network, d).await?;
	shares_are_held(&network, d).await?;
	a_custodian_was_away(&mut network).await
}

/// Hospital D's node begins with an empty database, and has the whole chain.
async fn joins(network: &mut Network, d: usize, further: &[&str], how: &str) -> Result<()> {
	let last = network.finalized(A).await.context("no final block")?;
	let known = hash_at(&network.sites[A].node.http_url(), last).await;
	let begun = Instant::now();
	network.start_node_and(d, further).await?;
	until(&format!("block {last} is final"), INDEXING, || async {
		network.finalized(d).await.filter(|found| *found >= last)
	})
	.await?;
	let final_after = seconds(begun);
	let url = network.sites[d].node.http_url();
	until("the first blocks are there", INDEXING, || async {
		let first = hash_at(&url, 1).await?;
		rpc(&url, "chain_getBlock", json!([first])).await?;
		(hash_at(&url, last).await == known).then_some(())
	})
	.await?;
	let peers = rpc(&url, "system_health", json!([])).await;
	println!(
		"a node joins {how}: the last final block after {final_after}, all {last} blocks after {}, {} blocks a \
		 second ({})",
		seconds(begun),
		rate(last, begun),
		peers.unwrap_or_default()
	);
	wait_for_new_finality(network, d).await.map(drop)
}

/// Who uses the command for the first time proves the chain with the node that joined by warp. It has no state of
/// the genesis block.
async fn a_client_begins_at(network: &mut Network, d: usize) -> Result<()> {
	// At the first start it still has it in memory.
	network.sites[d].node.process = None;
	network.start_node(d).await?;
	let url = network.sites[d].node.http_url();
	let genesis = hash_at(&url, 0).await.context("no genesis block")?;
	let kept = rpc(&url, "state_getKeysPaged", json!(["0x", 1, null, genesis])).await;
	ensure!(kept.is_none(), "the node has the state of the genesis block: {kept:?}");
	let user = User::new("//DoctorA", &network.root.join("fresh"), &network.sites[d].node.url())?;
	let said = user.run(&["status", "--genesis", &genesis]).await?;
	let block = said["finalized"].as_u64().context("no final block")?;
	ensure!(block > 0, "it has proven the genesis block only: {said}");
	println!("a client begins at this node, at block {block}");
	Ok(())
}

/// Hospital D's custodian takes the index of Hospital A's.
async fn an_index_is_imported(network: &mut Network, d: usize) -> Result<()> {
	// Without it, it says what to do. This also writes its configuration and keys.
	let said = ends(network, d).await?;
	ensure!(said.contains("index import"), "it says what to do: {said}");
	register(network, d).await?;

	let file = network.root.join("index");
	let name = file.to_str().context("a path")?;
	let begun = Instant::now();
	let exported = custodian(&network.sites[A], &["index", "export", "--to", name])?;
	ensure!(exported.status.success(), "{exported:?}");
	println!("{} in {}", text(&exported).trim(), seconds(begun));
	let mut bytes = std::fs::read(&file)?;
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	let changed = network.root.join("changed-index");
	std::fs::write(&changed, bytes)?;
	let name = changed.to_str().context("a path")?;
	let begun = Instant::now();
	let refused = custodian(&network.sites[d], &["index", "import", "--from", name])?;
	ensure!(!refused.status.success(), "a changed byte is imported: {refused:?}");
	println!(
		"one changed byte: {}. The other logs are imported in {}",
		String::from_utf8_lossy(&refused.stderr).trim(),
		seconds(begun)
	);

	let begun = Instant::now();
	let imported = custodian(&network.sites[d], &["index", "import", "--from", "Hospital A"])?;
	ensure!(imported.status.success(), "{imported:?}");
	println!("{} in {}", text(&imported).trim(), seconds(begun));
	network.start_custodian(d).await?;
	network.wait_ready(d).await
}

/// Registers Hospital D's custodian on the chain.
async fn register(network: &Network, d: usize) -> Result<()> {
	let site = &network.sites[d];
	let genesis = hash_at(&site.node.http_url(), 0).await.context("no genesis block")?;
	let account = members::account(site.institution)?.to_string();
	let signed = Command::new(program("vouchsafe-custodian")?)
		.arg("sign-up")
		.arg("--key")
		.arg(site.custodian.base.join("keys"))
		.args(["--genesis", &genesis, "--institution", &account, "--url", &site.custodian.url()])
		.output()?;
	ensure!(signed.status.success(), "{signed:?}");
	let file = network.root.join("custodian.json");
	std::fs::write(&file, &signed.stdout)?;
	let hospital =
		User::new(site.institution.seed, &network.root.join("institution"), &site.node.url())?;
	let file = file.to_str().context("a path")?;
	hospital.run(&["enrol", "custodian", file, "--yes"]).await.map(drop)
}

/// A record is shared with Hospital D, too.
async fn shares_are_held(network: &Network, d: usize) -> Result<()> {
	let scenario = Scenario::new(network, "//joining").await?;
	let letter = scenario.letter()?;
	scenario.permit(&["--action", "read", "--purpose", "treatment"]).await?;
	let holders = ["Hospital A", "Hospital B", network.sites[d].institution.name];
	let mut further = vec!["--category", "encounter", "--threshold", "2", "--without-patient"];
	further.extend(holders.iter().flat_map(|holder| ["--holder", holder]));
	// It returns when all of them have acknowledged their shares.
	let record = scenario.add_letter(&further).await?;
	scenario.opens(&scenario.doctor_b, &record, &letter).await?;
	println!("Hospital D holds a share of a new record");
	Ok(())
}

/// Hospital B's custodian is down while its node forgets the states that the index needs.
async fn a_custodian_was_away(network: &mut Network) -> Result<()> {
	network.sites[B].custodian.process = None;
	network.sites[B].node.process = None;
	network.start_node_and(B, &["--state-pruning", FEW]).await?;
	let traffic = Traffic::begin(&network.node_url()).await?;
	let last = network.finalized(B).await.context("no final block")?;
	network.wait_for_block(B, last + 2 * FEW.parse::<u32>()?).await?;
	drop(traffic);
	let said = ends(network, B).await?;
	ensure!(said.contains("index import"), "it says what to do: {said}");
	println!("a custodian that was away: {said}");
	Ok(())
}

/// Starts an institution's custodian, which ends by itself. Returns the last line of its log.
async fn ends(network: &mut Network, index: usize) -> Result<String> {
	let log = network.sites[index].custodian.base.join("log");
	let before = std::fs::read_to_string(&log).unwrap_or_default().len();
	network.start_custodian(index).await?;
	let process = network.sites[index].custodian.process.as_mut().context("it was started")?;
	let begun = Instant::now();
	while process.is_running() {
		ensure!(begun.elapsed() < TIMEOUT, "the custodian runs on");
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
	let said = std::fs::read_to_string(&log)?;
	Ok(said[before..].lines().last().unwrap_or_default().to_owned())
}

/// What blocks take on the disk, of archives and of others.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make join` runs it"]
async fn blocks_take_room() -> Result<()> {
	let _turn = SUITE.turn().await;
	let folder = TemporaryFolder::new()?;
	let spec = folder.path().join("spec.json");
	std::fs::write(&spec, serde_json::to_vec(&export_spec("bench", &[])?)?)?;
	let archive = ["--state-pruning", "archive", "--blocks-pruning", "archive"];
	for (kept, pruning) in [("archive", &archive[..]), ("pruned", &["--state-pruning", "256"])] {
		for (calls, blocks) in [(0, blocks()?), (100, blocks()? / 10)] {
			// What the folder and the first blocks take counts for nothing.
			let mut sizes = Vec::new();
			let mut last = Duration::ZERO;
			for blocks in [blocks / 2, blocks] {
				let base = folder.path().join(format!("{kept}-{calls}-{blocks}"));
				last = Authored { blocks, calls, loaded: blocks }.make(&spec, &base, pruning)?;
				sizes.push(authored::size(&base)?);
			}
			let bytes = sizes[1].saturating_sub(sizes[0]) / u64::from(blocks - blocks / 2);
			println!(
				"{kept}, {calls} consents a block: {bytes} bytes a block ({blocks} blocks: {} MB, made in {:.0} s)",
				sizes[1] / 1_000_000,
				last.as_secs_f64()
			);
		}
	}
	Ok(())
}

fn seconds(begun: Instant) -> String {
	format!("{:.1} s", begun.elapsed().as_secs_f64())
}

fn rate(count: u32, begun: Instant) -> String {
	format!("{:.0}", f64::from(count) / begun.elapsed().as_secs_f64())
}
