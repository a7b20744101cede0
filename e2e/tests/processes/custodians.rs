//! A custodian whose node is behind gives nothing. One whose IPFS node has lost its content says so
//! and gets it again. Backups are made while it runs.

use crate::suite::Suite;
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{
	os::unix::fs::PermissionsExt,
	process::{Command, Output},
	time::Duration,
};
use vouchsafe_e2e::{
	attack::{
		custodian::{a_node_is_behind, readiness},
		Outcome,
	},
	network::{Network, Site},
	process::{program, until, TIMEOUT},
	scenario::Scenario,
};

const HOSPITAL_B: usize = 1;
/// B's custodian looks at its content once a minute.
const STALL: Duration = Duration::from_secs(90);

/// The metric of lost content.
const LOST: &str = "vouchsafe_custodian_content_lost_total ";

static SUITE: Suite = Suite::new("custodians", 1);

#[tokio::test(flavor = "multi_thread")]
async fn custodians_give_only_what_they_know_and_have() -> Result<()> {
	let _turn = SUITE.turn().await;
	let mut network = Network::start().await?;
	let scenario = Scenario::new(&network, "//PatientX").await?;
	let record = scenario.add_letter(&[]).await?;
	let consent = scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	backups_are_made(&network.sites[HOSPITAL_B])?;
	let said = custodian(&network.sites[HOSPITAL_B], &["index", "rewind"])?;
	ensure!(said.status.success() && text(&said).contains("nothing to do"), "{said:?}");

	let lost = async |network: &Network| lost_content_comes_back(network).await;
	let behind = a_node_is_behind(&mut network, &scenario, &record, consent, lost).await?;
	ensure!(matches!(behind, Outcome::Stopped(_)), "{behind:?}");
	Ok(())
}

/// A copy of the database is made beside the running custodian, and replaces no file.
fn backups_are_made(site: &Site) -> Result<()> {
	let file = site.custodian.base.join("backup.sqlite");
	let name = file.to_str().context("a name in UTF-8")?;
	let made = custodian(site, &["backup", name])?;
	ensure!(made.status.success(), "{made:?}");
	let metadata = std::fs::metadata(&file)?;
	ensure!(metadata.len() > 0 && metadata.permissions().mode() & 0o777 == 0o600, "{metadata:?}");
	let again = custodian(site, &["backup", name])?;
	ensure!(!again.status.success(), "the backup was replaced: {again:?}");
	Ok(())
}

/// B's IPFS node loses all pins and blocks. B's custodian says so, and has them again soon.
async fn lost_content_comes_back(network: &Network) -> Result<()> {
	let site = &network.sites[HOSPITAL_B];
	let kubo = site.kubo.as_ref().context("B has an IPFS node")?.url();
	let before = pins(&kubo).await?;
	ensure!(before.len() >= 2, "B pins nothing: {before:?}");
	for cid in &before {
		ask(&kubo, &format!("pin/rm?arg={cid}")).await?;
	}
	ask(&kubo, "repo/gc").await?;
	let (metrics, ready) =
		(format!("{}/metrics", site.custodian.url()), format!("{}/ready", site.custodian.url()));
	// It may have everything again before anybody asks whether it is ready.
	until("B's custodian notices the loss", STALL, || async {
		let metrics = reqwest::get(&metrics).await.ok()?.text().await.ok()?;
		let mut counts = metrics.lines().filter_map(|line| line.strip_prefix(LOST));
		counts.any(|count| count.trim() != "0").then_some(())
	})
	.await?;
	until("B's custodian has everything again", TIMEOUT, || async {
		let pins = pins(&kubo).await.ok()?;
		let is_complete = before.iter().all(|cid| pins.contains(cid));
		(is_complete && readiness(&ready).await?["pins"]["ok"] == true).then_some(())
	})
	.await
}

/// The content that a Kubo node pins and that a custodian added: version 1 of CIDs.
async fn pins(kubo: &str) -> Result<Vec<String>> {
	let said: Value = serde_json::from_str(&ask(kubo, "pin/ls?type=recursive").await?)?;
	let keys = said["Keys"].as_object().into_iter().flat_map(|keys| keys.keys());
	Ok(keys.filter(|cid| cid.starts_with('b')).cloned().collect())
}

async fn ask(kubo: &str, question: &str) -> Result<String> {
	let url = format!("{kubo}/api/v0/{question}");
	Ok(reqwest::Client::new().post(url).send().await?.error_for_status()?.text().await?)
}

/// Runs a command of the custodian's program with the configuration of a site.
fn custodian(site: &Site, arguments: &[&str]) -> Result<Output> {
	let mut command = Command::new(program("vouchsafe-custodian")?);
	command.args(arguments).arg("--config").arg(site.custodian.base.join("custodian.toml"));
	Ok(command.output()?)
}

fn text(output: &Output) -> String {
	String::from_utf8_lossy(&output.stdout).into_owned()
}
