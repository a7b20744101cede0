//! A custodian's disk damages a document and a key share, beside the running custodian. The scrub fetches
//! the document again and names the share. Once it is reported, the patient's log and the readers say so,
//! and the record still opens.

use anyhow::{ensure, Context, Result};
use rusqlite::Connection;
use serde_json::Value;
use std::process::{Command, Output};
use vouchsafe_e2e::{
	commands,
	network::{Network, Site},
	process::{program, until, TIMEOUT},
	scenario::Scenario,
};

/// Damages what Hospital C holds of new records, and repairs it.
pub async fn damage_is_found_and_repaired(network: &Network) -> Result<()> {
	let scenario = Scenario::new(network, "//Scrub").await?;
	let Scenario { patient, doctor_b, root, .. } = &scenario;
	let letter = scenario.letter()?;
	let damaged = scenario.add(&letter, &[]).await?;
	let other = root.join("other.txt");
	std::fs::write(&other, "Another letter.\n")?;
	let deleted = scenario.add(&other, &[]).await?;
	scenario.permit(&[]).await?;
	let index = network.index("c");
	let site = &network.sites[index];

	let good = scrub(site, &["--read-all"])?;
	ensure!(good.status.success(), "{good:?}");
	commands::change_a_byte(patient, patient, network, index, &damaged).await?;
	let kubo = site.kubo.as_ref().context("Hospital C has no Kubo node")?;
	let shown = patient.run(&["record", "show", &deleted]).await?;
	let cid = shown["content"]["cid"].as_str().context("the record has no content")?;
	std::fs::remove_file(kubo.block_of(cid).await?)?;
	let database = Connection::open(site.custodian.store().join("custodian.sqlite"))?;
	database.busy_timeout(TIMEOUT)?;
	let id = hex::decode(deleted.trim_start_matches("0x"))?;
	let changed = database.execute(
		"UPDATE shares SET ciphertext = zeroblob(length(ciphertext)) WHERE record = ?1 AND consent < 0",
		[id],
	)?;
	ensure!(changed == 1, "{changed} shares were damaged");

	let found = scrub(site, &["--read-all", "--json"])?;
	let summary: Value = serde_json::from_slice(&found.stdout)?;
	ensure!(found.status.code() == Some(2), "a lost share is no success: {summary}");
	ensure!(summary["content_lost"] == serde_json::json!([]), "{summary}");
	ensure!(summary["content_repaired"].as_u64() >= Some(1), "{summary}");
	ensure!(summary["lost"].as_array().is_some_and(|lost| lost.len() == 1), "{summary}");
	ensure!(summary["lost"][0]["share"]["record"] == deleted.as_str(), "{summary}");
	for record in [&damaged, &deleted] {
		patient.run(&["record", "verify", record]).await.context("the copies are good again")?;
	}
	ensure!(held_by(&scenario, &deleted).await? == 5, "nothing was reported yet");

	let reported = scrub(site, &["--report-losses", "1"])?;
	let said = String::from_utf8_lossy(&reported.stdout);
	ensure!(reported.status.success() && said.contains("reported to the chain: 1"), "{reported:?}");
	ensure!(held_by(&scenario, &deleted).await? == 4, "the chain does not have it");
	ensure!(held_by(&scenario, &damaged).await? == 5, "a good share was reported");
	println!("{}", said.lines().next().unwrap_or_default());
	let log = until("the patient's log has the loss", TIMEOUT, || async {
		let log = patient.run(&["audit", "show"]).await.ok()?.to_string();
		log.contains("lost its key share").then_some(log)
	});
	log.await?;
	commands::verified_log(patient).await?;
	scenario.opens(doctor_b, &deleted, &other).await.context("four of five hold it")?;
	let again = scrub(site, &[])?;
	ensure!(again.status.success(), "what was reported is known: {again:?}");
	Ok(())
}

/// How many of a record's holders have its key share.
async fn held_by(scenario: &Scenario, record: &str) -> Result<u64> {
	let shown = scenario.patient.run(&["record", "show", record]).await?;
	shown["versions"][0]["held_by"].as_u64().with_context(|| shown.to_string())
}

fn scrub(site: &Site, further: &[&str]) -> Result<Output> {
	let mut command = Command::new(program("vouchsafe-custodian")?);
	let config = site.custodian.base.join("custodian.toml");
	command.arg("scrub").args(further).arg("--config").arg(config);
	Ok(command.output()?)
}
