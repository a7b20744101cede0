//! The council publishes a release of the wallet. One hospital serves an altered file: all custodians and
//! `vouchsafe wallet check` name it, and every custodian goes on to work. The metrics of this network are
//! those that alerts and the dashboard name.

use crate::{suite::Suite, watching::every_metric_exists};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::path::Path;
use vouchsafe_client::protocol::{proof::Trusted, release::sha256};
use vouchsafe_e2e::{
	network::{Network, Options, INSTITUTIONS},
	process::{until, TIMEOUT},
	user::User,
};

static SUITE: Suite = Suite::new("releases", 1);

/// The place of the hospital that serves an altered file.
const ALTERED: usize = 2;

/// Writes a small release into a folder.
fn write_release(folder: &Path) -> Result<()> {
	std::fs::create_dir_all(folder)?;
	let headers = json!({
		"always": {
			"cache-control": "no-cache",
			"content-security-policy": "default-src 'none'",
			"content-type": "application/octet-stream",
			"permissions-policy": "camera=()",
			"referrer-policy": "no-referrer",
			"x-content-type-options": "nosniff",
		},
		"files": { "index.html": {}, "page-0a1b2c3d4e5f.js": {}, "manifest.json": {}, "headers.json": {} },
		"loopback": "",
	});
	let headers = serde_json::to_string_pretty(&headers)?;
	let files = [
		("index.html", "<!doctype html>"),
		("page-0a1b2c3d4e5f.js", "show()"),
		("headers.json", headers.as_str()),
	];
	let hashes: serde_json::Map<String, Value> = files
		.iter()
		.map(|(name, text)| ((*name).to_owned(), json!(hex::encode(sha256(text.as_bytes()).0))))
		.collect();
	for (name, text) in files {
		std::fs::write(folder.join(name), text)?;
	}
	let manifest = json!({ "version": "0.1.0", "files": hashes });
	Ok(std::fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?)
}

async fn get(url: String) -> Result<(u16, String)> {
	let answer = reqwest::get(url).await?;
	Ok((answer.status().as_u16(), answer.text().await?))
}

/// What a custodian says of the wallets, if it is ready.
async fn wallets(network: &Network, index: usize) -> Option<Value> {
	let url = format!("{}/ready", network.sites[index].custodian.monitoring_url());
	let (status, text) = get(url).await.ok()?;
	let ready: Value = serde_json::from_str(&text).ok()?;
	(status == 200).then(|| ready["wallet"].clone())
}

#[tokio::test]
async fn an_altered_wallet_is_named() -> Result<()> {
	let _turn = SUITE.turn().await;
	let mut network = Network::with(Options::default()).await?;
	for (index, institution) in INSTITUTIONS.iter().enumerate() {
		let folder = network.root.join(institution.short).join("wallet");
		write_release(&folder)?;
		if index == ALTERED {
			std::fs::write(folder.join("page-0a1b2c3d4e5f.js"), "show(); steal()")?;
		}
		network.sites[index].custodian.wallet = Some(folder);
		network.start_custodian(index).await?;
	}
	for index in 0..INSTITUTIONS.len() {
		network.wait_ready(index).await?;
	}
	let node = network.node_url();
	let council = INSTITUTIONS
		.iter()
		.map(|institution| User::new(institution.seed, &network.root, &node))
		.collect::<Result<Vec<_>>>()?;
	let urls: Vec<_> = network.sites.iter().map(|site| site.custodian.url()).collect();

	// Nothing was published yet.
	ensure!(council[0].run(&["wallet", "show"]).await? == json!({ "releases": [] }));
	let said = council[0].fails(&["wallet", "check", &urls[0]]).await?;
	ensure!(said.contains("nothing-published"), "{said}");

	let manifest = network.root.join("a/wallet/manifest.json").display().to_string();
	let proposed = council[0].run(&["council", "publish", &manifest, "--yes"]).await?;
	let motion = proposed["motion"].as_u64().context("no motion in the answer")?.to_string();
	for seat in &council[1..3] {
		seat.run(&["council", "vote", &motion, "yes", "--yes"]).await?;
	}
	council[0].run(&["council", "close", &motion, "--yes"]).await?;
	let shown = council[0].run(&["wallet", "show"]).await?;
	let hash = format!("0x{}", hex::encode(sha256(&std::fs::read(&manifest)?).0));
	let release = json!({ "version": "0.1.0", "hash": hash, "current": true });
	ensure!(shown == json!({ "releases": [release] }), "{shown}");

	// Each custodian names the hospital, itself too, and is ready all the same.
	let name = INSTITUTIONS[ALTERED].name;
	for index in 0..network.sites.len() {
		let who = if index == ALTERED { "this custodian" } else { name };
		let expected = format!("{who} differs: page-0a1b2c3d4e5f.js differs from the manifest");
		until("the custodian compares the wallets", TIMEOUT, || async {
			let wallet = wallets(&network, index).await?;
			let detail = wallet["detail"].as_str().unwrap_or_default();
			(wallet["ok"] == false && detail.contains(&expected)).then_some(())
		})
		.await?;
		let monitoring = network.sites[index].custodian.monitoring_url();
		let (_, metrics) = get(format!("{monitoring}/metrics")).await?;
		let gauge = |who: &str, value: u8| {
			format!("vouchsafe_custodian_wallet_differs{{institution=\"{who}\"}} {value}")
		};
		ensure!(metrics.contains(&gauge(who, 1)), "{metrics}");
		let other = if index == 0 { "this custodian" } else { INSTITUTIONS[0].name };
		ensure!(metrics.contains(&gauge(other, 0)), "{metrics}");
	}

	// Anybody can do the same.
	for (index, url) in urls.iter().enumerate() {
		let output = council[3].output(&["wallet", "check", url]).await?;
		let said = String::from_utf8_lossy(&output.stdout);
		let code = i32::from(index == ALTERED);
		ensure!(output.status.code() == Some(code), "{url}: {said}");
		let answer: Value = serde_json::from_str(&said)?;
		ensure!(answer["good"] == (code == 0) && answer["standing"] == "current", "{answer}");
		let faults: Vec<_> = answer["faults"]
			.as_array()
			.context("faults")?
			.iter()
			.map(|fault| fault["file"].clone())
			.collect();
		let expected = if code == 0 { vec![] } else { vec![json!("page-0a1b2c3d4e5f.js")] };
		ensure!(faults == expected, "{answer}");
	}

	// A release that begins from a checkpoint knows its chain.
	let file = network.root.join("checkpoint.json").display().to_string();
	council[0].run(&["wallet", "checkpoint", &file]).await?;
	let checkpoint = Trusted::from_checkpoint(&std::fs::read_to_string(&file)?)?;
	ensure!(checkpoint.head().number > 0);
	let said = council[0].fails(&["wallet", "checkpoint", &file]).await?;
	ensure!(said.contains("already exists"), "{said}");
	every_metric_exists(&network).await
}
