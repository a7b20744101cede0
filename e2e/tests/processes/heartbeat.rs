//! A network on which nothing happens makes a block every ten slots (each fourth a slot later), stays final, and puts a call
//! into the next slot's block.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use vouchsafe_client::chain::{calls::UtilityCall, Chain, Submit};
use vouchsafe_e2e::{
	commands::keypair,
	network::{rpc, Network, Options},
	process::{until, TIMEOUT},
};

/// Slots between two blocks of an idle chain.
const PERIOD: u64 = 10;
/// Length of a slot in milliseconds.
const SLOT: u128 = 1_000;

static SUITE: Suite = Suite::new("heartbeat", 1);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_network_has_a_heartbeat() -> Result<()> {
	let _turn = SUITE.turn().await;
	let options = Options { custodians: false, ..Options::default() };
	let network = Network::with(options).await?;
	let url = network.sites[0].node.http_url();
	let chain = Chain::connect(&network.node_url()).await?;

	// A loaded machine can miss a slot, and each fourth block comes a slot later. So two periods in a row must
	// be exact, not all of them.
	let mut number = chain.best().await?.number;
	let mut slots = vec![slot_of(&url, number).await.context("the block is gone")?];
	while !matches!(slots[..], [.., a, b, c] if b == a + PERIOD && c == b + PERIOD) {
		ensure!(slots.len() < 8, "blocks of an idle chain are in the slots {slots:?}");
		number += 1;
		until(&format!("block {number}"), TIMEOUT, || slot_of(&url, number)).await?;
		// It becomes final without a block on top of it.
		network.wait_for_block(0, number).await?;
		let slot = slot_of(&url, number).await.context("the block is gone")?;
		ensure!(now().0 < slot + PERIOD, "block {number} became final only with the next one");
		slots.push(slot);
	}

	// Signed early in a slot, a call has the time to reach the next slot's validator.
	let mut waits = Vec::new();
	for _ in 0..3 {
		until("the start of a slot", TIMEOUT, || async { (now().1 < 200).then_some(()) }).await?;
		let signed = now().0;
		let call = UtilityCall::batch { calls: vec![] };
		let included = chain.submit(&keypair("//PatientA")?, call).await?;
		let slot = slot_of(&url, included.number).await.context("the block is gone")?;
		waits.push(slot - signed);
	}
	ensure!(waits.contains(&1), "calls were included {waits:?} slots after they were signed");
	ensure!(waits.iter().all(|wait| *wait < PERIOD), "a call waited for the heartbeat: {waits:?}");
	Ok(())
}

/// The current slot, and how many of its milliseconds have passed.
fn now() -> (u64, u128) {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
	(u64::try_from(now / SLOT).unwrap_or_default(), now % SLOT)
}

/// The slot of the best chain's block with this number, if there is one.
async fn slot_of(url: &str, number: u32) -> Option<u64> {
	let hash = rpc(url, "chain_getBlockHash", json!([number])).await?;
	let header = rpc(url, "chain_getHeader", json!([hash])).await?;
	let logs = header["digest"]["logs"].as_array()?;
	// Pre-runtime digest of Aura: kind 6, "aura", and eight bytes with the slot.
	let mut logs = logs.iter().filter_map(Value::as_str);
	let slot = logs.find_map(|log| log.strip_prefix("0x066175726120"))?;
	Some(u64::from_le_bytes(hex::decode(slot).ok()?.try_into().ok()?))
}
