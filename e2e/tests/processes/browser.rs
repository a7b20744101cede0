//! The patients' wallet in a browser, against a network: `wallet/tests/story` plays it. What the page
//! does not do, such as asking as a doctor, the browser's tests do with the `vouchsafe` command.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::json;
use std::{path::PathBuf, process::Stdio};
use vouchsafe_e2e::{
	network::{built_wallet, Network, Options},
	process::{program, tie},
};

static SUITE: Suite = Suite::new("wallet", 1);

#[tokio::test]
async fn the_wallet_works_in_a_browser() -> Result<()> {
	let _turn = SUITE.turn().await;
	let network = Network::with(Options::default()).await?;
	let address = network.sites[0].custodian.wallet_url();
	let address = address.context("the wallet is not built: run `make wallet`")?;
	let out = built_wallet().context("a folder")?.with_file_name("wallet-screenshots");
	let nodes: Vec<_> = network.sites.iter().map(|site| site.node.url()).collect();
	let custodians: Vec<_> = network.sites.iter().map(|site| site.custodian.url()).collect();
	// `make test-wallet` runs all tests, and shows each screen in each language, scheme and width.
	let matrix = std::env::var_os("VOUCHSAFE_MATRIX").is_some();
	let facts = json!({
		"address": address,
		"out": out,
		"suite": "story",
		"seconds": if matrix { 900 } else { 240 },
		"matrix": matrix,
		"vouchsafe": program("vouchsafe")?,
		"signer": program("vouchsafe-signer")?,
		"home": network.root.join("homes"),
		"nodes": nodes,
		"custodians": custodians,
		"examples": PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../cli/examples"),
		"data": vouchsafe_e2e::data::folder(),
	});
	let file = network.root.join("facts.json");
	std::fs::write(&file, serde_json::to_vec_pretty(&facts)?)?;
	let run = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../wallet/tests/run.mjs");
	let node = std::env::var_os("VOUCHSAFE_NODEJS").unwrap_or_else(|| "node".into());
	let mut command = std::process::Command::new(node);
	command.arg(run).arg("--facts").arg(&file);
	let mut command = tokio::process::Command::from(tie(&command));
	let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
	let said = String::from_utf8_lossy(&output.stdout);
	print!("{said}");
	ensure!(
		output.status.success(),
		"the browser's tests failed:\n{said}\n{}",
		String::from_utf8_lossy(&output.stderr)
	);
	Ok(())
}
