//! A custodian whose IPFS node has lost a document. Nobody may call its copy a good one, and it gets the
//! document again.

use super::{
	custodian::{hospital_b, readiness},
	scene::{Scene, HOSPITAL_B},
	Attack, By, Played,
};
use crate::{
	network::Network,
	process::{until, TIMEOUT},
	stops,
};
use anyhow::{ensure, Context};
use std::time::{Duration, Instant};
use vouchsafe_client::{
	chain::{Submit, View, H256},
	cid::Cid,
	messages::Hex,
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::shared(
	"3.6d",
	"A custodian that lost a document is said to have a good copy",
	|network| Box::pin(lost_content(network)),
)];

/// The metric of lost content.
const LOST: &str = "vouchsafe_custodian_content_lost_total ";
/// How long the custodian may take to notice a loss. It compares its pins every 30 seconds.
const COMPARED: Duration = Duration::from_secs(90);
/// How often the document is taken away, in case the custodian notices it before anybody asks.
const TRIES: usize = 3;

async fn lost_content(network: &Network) -> Played {
	let scene = Scene::new(network, "Lost").await?;
	let (patient, scenario) = (&scene.scenario.patient, &scene.scenario);
	let record = scene.add_letter(&[]).await?;
	patient.run(&["record", "verify", &record]).await.context("before anything is lost")?;
	let (_, ipfs) = hospital_b(network, &scene.chain)?;
	let shown = patient.run(&["record", "show", &record]).await?;
	let content = shown.pointer("/content/cid").and_then(|cid| cid.as_str()).context("no CID")?;
	let id = H256(record.parse::<Hex<32>>()?.0);
	let version = scene.chain.finalized().await?.version(&scene.patient(), id, 0).await?;
	let manifest = version.and_then(|version| version.manifest).context("no manifest")?;
	let lost: [Cid; 2] = [content.parse()?, Cid::try_from(&manifest[..])?];
	let url = network.sites[HOSPITAL_B].custodian.monitoring_url();
	let count = async || -> Option<u64> {
		let metrics = reqwest::get(format!("{url}/metrics")).await.ok()?.text().await.ok()?;
		let count = metrics.lines().find_map(|line| line.strip_prefix(LOST))?.trim().to_owned();
		count.parse().ok()
	};
	let before = count().await.unwrap_or_default();

	let mut said = None;
	let begin = Instant::now();
	for _ in 0..TRIES {
		for cid in &lost {
			ipfs.remove(cid).await?;
		}
		let output = patient.output(&["record", "verify", &record]).await?;
		if !output.status.success() {
			said = Some(String::from_utf8_lossy(&output.stdout).into_owned());
			break;
		}
		// What was fetched from another member to answer is not pinned.
		let is_kept = ipfs.is_pinned(&lost[0]).await?;
		stops!(is_kept, "the word “intact”, for a copy that the custodian does not keep");
	}
	let said = said.context("the custodian noticed it before anybody asked")?;
	ensure!(said.contains("NO COPY") && said.contains("Hospital B"), "{said}");

	until("B's custodian notices the loss", COMPARED, || async {
		(count().await? > before).then_some(())
	})
	.await?;
	until("B's custodian has everything again", TIMEOUT, || async {
		let mut is_kept = true;
		for cid in &lost {
			is_kept &= ipfs.is_pinned(cid).await.ok()? && ipfs.has_block(cid).await.ok()?;
		}
		(is_kept && readiness(&format!("{url}/ready")).await?["pins"]["ok"] == true).then_some(())
	})
	.await?;
	let took = begin.elapsed().as_secs() + 1;
	patient.run(&["record", "verify", &record]).await.context("after it came back")?;
	scene.permit(&[]).await?;
	scenario.opens(&scene.doctor_b, &record, &scene.letter()?).await?;
	Ok(By::Client.tells(format!("NO COPY at B; its custodian has it again {took} s later")))
}
