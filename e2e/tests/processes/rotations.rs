//! An institution replaces its custodian's encryption key while the custodian serves. An HSM keeps its key file
//! sealed. The test is part of `custodians`, and uses its network after everything else: the users know the
//! old key.

use crate::custodians::{custodian, text};
use anyhow::{ensure, Context, Result};
use vouchsafe_client::messages::{About, Hex, Readiness, SignedCustodian};
use vouchsafe_e2e::{
	commands,
	network::Network,
	process::{until, TIMEOUT},
	scenario::Scenario,
	user::User,
};

/// What `key rotate` prints as JSON.
fn rotate(network: &Network, index: usize) -> Result<SignedCustodian> {
	let rotated = custodian(&network.sites[index], &["key", "rotate"])?;
	ensure!(rotated.status.success(), "{rotated:?}");
	Ok(serde_json::from_str(&text(&rotated))?)
}

fn status(network: &Network, index: usize) -> Option<String> {
	let shown = custodian(&network.sites[index], &["key", "rotate", "--status"]).ok()?;
	shown.status.success().then(|| String::from_utf8_lossy(&shown.stderr).into_owned())
}

/// Makes a new key, registers it, and opens what came before and what comes after.
pub async fn a_key_is_replaced_while_the_custodian_serves(network: &mut Network) -> Result<()> {
	let scenario = Scenario::new(network, "//Rotation").await?;
	let index = network.index("b");
	network.sites[index].custodian.seal_keys()?;
	network.start_custodian(index).await?;
	network.wait_ready(index).await?;
	let before = scenario.add_letter(&[]).await?;
	scenario.permit(&[]).await?;
	let releases = async |network: &Network, record: &str| {
		let (reader, patient) = (&scenario.doctor_b, &scenario.patient);
		commands::pending_opening(reader, network, patient, "Hospital B", record)
			.await?
			.ask(index)
			.await
			.with_context(|| format!("B releases no share of {record}"))
	};
	releases(network, &before).await?;

	let signed = rotate(network, index)?;
	let new = signed.encryption_key;
	ensure!(rotate(network, index)?.encryption_key == new, "another key is made");
	let (url, http) =
		(network.sites[index].custodian.own_url(), network.sites[index].custodian.http()?);
	let ready = format!("{}/ready", network.sites[index].custodian.monitoring_url());
	let about = async || -> Option<About> {
		http.get(format!("{url}/v1/custodian")).send().await.ok()?.json().await.ok()
	};
	let old = about().await.context("B's custodian answers")?.key;
	until("B's custodian has read the new key", TIMEOUT, || async {
		(about().await?.next_key == Some(new)).then_some(())
	})
	.await?;
	until("/ready names the new key", TIMEOUT, || async {
		let ready = reqwest::get(&ready).await.ok()?;
		let ready: Readiness = ready.json().await.ok()?;
		(ready.ready && ready.enrolled.detail.contains(&new.to_string())).then_some(())
	})
	.await?;

	// Without a warning that another custodian answers.
	let file = scenario.root.join("custodian.json");
	std::fs::write(&file, serde_json::to_string(&signed)?)?;
	let hospital = User::new("//HospitalB", &network.root, &network.sites[index].node.url())?;
	hospital.run(&["enrol", "custodian", file.to_str().context("a name in UTF-8")?]).await?;
	// Killed while it seals the stored keys to the new one.
	network.start_custodian(index).await?;
	network.wait_ready(index).await?;
	until("the stored keys are sealed to the new key", TIMEOUT, || async {
		let shown = status(network, index)?;
		let is_in_use = shown.contains(&format!("{new} in use: all stored keys"));
		(is_in_use && shown.contains(&format!("{old} old: opens envelopes for 30"))).then_some(())
	})
	.await?;
	let now = about().await.context("B's custodian answers")?;
	ensure!(now.key == new && now.next_key.is_none(), "{now:?}");
	releases(network, &before).await?;

	// Who delivers to B has to confirm its new key.
	let refused = scenario.add_letter(&[]).await.err().context("the new key is used unseen")?;
	ensure!(format!("{refused:#}").contains(&digits(&new)), "{refused:#}");
	for user in [&scenario.doctor_a, &scenario.patient] {
		user.run(&["name", "confirm", "Hospital B", "--yes"]).await?;
	}
	let after = scenario.add_letter(&[]).await?;
	releases(network, &after).await?;
	let keys = std::fs::read_to_string(network.sites[index].custodian.base.join("keys"))?;
	ensure!(keys.contains("[hsm]") && !keys.contains("account"), "the keys are no longer sealed");
	Ok(())
}

/// The first digits of a key, as people are shown them.
fn digits(key: &Hex<32>) -> String {
	key.to_string().chars().take(14).collect()
}
