//! What the command keeps of the chain: the newest block that it has proven. A development chain may be
//! started again, and another institution's node may be dead.

use crate::refusals::shared_network;
use anyhow::{ensure, Result};
use std::{path::PathBuf, process::Output};
use vouchsafe_client::{
	chain::{Chain, Submit, H256},
	protocol::proof::Trusted,
};
use vouchsafe_e2e::user::User;

/// The file of the newest proven block.
fn kept(user: &User, genesis: H256) -> PathBuf {
	user.home.join("chains").join(hex::encode(genesis.0))
}

fn number(user: &User, genesis: H256) -> Result<u32> {
	let bytes = std::fs::read(kept(user, genesis))?;
	Ok(Trusted::from_bytes(&bytes, genesis)?.head().number)
}

/// What a command says on standard error, if it succeeds.
fn said(output: &Output) -> Result<String> {
	let said = String::from_utf8_lossy(&output.stderr).into_owned();
	ensure!(output.status.success(), "{said}");
	Ok(said)
}

#[tokio::test]
async fn a_restarted_chain_and_a_dead_second_node_stop_nobody() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let node = network.sites[0].node.url();
	let genesis = Chain::connect(&node).await?.genesis();
	let user = User::new("//PatientKept", &network.root, &node)?;
	said(&user.output(&["status"]).await?)?;

	// As if the chain had been a million blocks long before it was started again.
	let path = kept(&user, genesis);
	let mut bytes = std::fs::read(&path)?;
	// After a byte for the version and the genesis hash, the block's number comes before its hash.
	bytes[33..37].copy_from_slice(&1_000_000u32.to_le_bytes());
	bytes[37] ^= 1;
	std::fs::write(&path, bytes)?;
	ensure!(number(&user, genesis)? == 1_000_000, "it is changed");
	let again = said(&user.output(&["status"]).await?)?;
	ensure!(again.contains("chain was started again"), "{again}");
	ensure!(number(&user, genesis)? < 1_000_000, "it begins anew");

	// Nothing listens at this port.
	let both = format!("{node},ws://127.0.0.1:9");
	let both = said(&user.at(&both).output(&["status"]).await?)?;
	ensure!(both.contains("127.0.0.1:9 is not used: the node can't be reached"), "{both}");
	Ok(())
}
