//! Power cuts. An institution whose power is cut has every block that its node called final. If the
//! power of all institutions is cut at once, no final block is replaced, and every acknowledged record
//! opens.
//!
//! Each institution has a disk of its own in an image file. What the image has at the moment of the cut
//! is all that the institution finds afterwards.

use super::got_through;
use crate::{
	disk::Disk,
	network::{rpc, Network, Options, INSTITUTIONS},
	process::program,
	scenario::Scenario,
	stops,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	path::Path,
	process::Command,
	sync::Mutex,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A final block: number and hash.
type Final = (u32, String);

/// Cuts the power of one institution so many times, then of all. Disks can be mounted below this folder.
/// Returns the number of records that were acknowledged and still open.
pub async fn cut(root: &Path, cuts: usize) -> Result<usize> {
	let mut disks = Vec::new();
	for site in INSTITUTIONS {
		let image = root.join(format!("{}.img", site.short));
		disks.push(Disk::new(&image, &root.join(site.short))?);
	}
	let mut network = Network::at(root, Options::for_tests()).await?;
	// What was written before the network ran, such as keys, is not what this is about.
	ensure!(Command::new("sync").status()?.success(), "sync failed");
	let scenario = Scenario::new(&network, "//PatientPowerCuts").await?;
	scenario.permit(&[]).await?;
	let letter = scenario.letter()?;
	let mut records = Vec::new();

	for cut in 0..cuts {
		// The cut comes at a random moment while records are added.
		let added = Mutex::new(None);
		let adding = async {
			let record = scenario.add(&letter, &[]).await;
			*added.lock().expect("nobody panics with it") = Some(record);
		};
		tokio::select! {
			() = adding => {}
			() = tokio::time::sleep(random_moment()) => {}
		}
		if let Some(record) = added.into_inner().expect("nobody panics with it") {
			records.push(record?);
		}
		one_institution(&network, &disks[0], &root.join(format!("cut-{cut}"))).await?;
	}
	for cut in 0..cuts {
		records.push(scenario.add(&letter, &[]).await?);
		tokio::time::sleep(random_moment()).await;
		disks = all_institutions(&mut network, disks, cut).await?;
		for record in &records {
			let opened = scenario.opens(&scenario.doctor_b, record, &letter).await;
			opened.map_err(|error| got_through(format!("an acknowledged record: {error:#}")))?;
		}
	}
	// The processes end before their disks.
	drop(network);
	Ok(records.len())
}

/// Cuts the power of one institution, and looks at what its disk has.
async fn one_institution(network: &Network, disk: &Disk, copy: &Path) -> Result<()> {
	let (seen, hash) = last_final(network, 0).await?;
	let image = copy.with_extension("img");
	disk.copy(&image)?;
	let copied = Disk::mount(&image, copy)?;
	let output = Command::new(program("vouchsafe-node")?)
		.arg("chain-info")
		.arg("--chain")
		.arg(&network.spec)
		.arg("--base-path")
		.arg(copy.join("node"))
		.output()?;
	ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let info: Value = serde_json::from_slice(&output.stdout)?;
	let kept = info["finalized_number"].as_u64().context("chain-info has no number")?;
	let (kept_hash, seen) = (&info["finalized_hash"], u64::from(seen));
	stops!(kept >= seen, "after the cut {kept} is the last final block, before it was {seen}");
	stops!(kept > seen || *kept_hash == json!(hash), "block {seen} is {kept_hash}, was {hash}");
	copied.unmount()?;
	Ok(std::fs::remove_file(image)?)
}

/// Cuts the power of all institutions at once, and starts them again with what their disks have.
async fn all_institutions(
	network: &mut Network,
	disks: Vec<Disk>,
	cut: usize,
) -> Result<Vec<Disk>> {
	let mut seen = Vec::new();
	for index in 0..INSTITUTIONS.len() {
		seen.push(last_final(network, index).await?);
	}
	signal(network, "STOP")?;
	let image = |short: &str| network.root.join(format!("{short}-{cut}.img"));
	for (site, disk) in network.sites.iter().zip(&disks) {
		disk.copy(&image(site.institution.short))?;
	}
	let images: Vec<_> = network.sites.iter().map(|site| image(site.institution.short)).collect();
	for index in 0..INSTITUTIONS.len() {
		network.stop_site(index);
	}
	for disk in disks {
		disk.unmount()?;
	}
	let mut mounted = Vec::new();
	for (site, image) in network.sites.iter().zip(&images) {
		mounted.push(Disk::mount(image, &network.root.join(site.institution.short))?);
	}
	for index in 0..INSTITUTIONS.len() {
		network.start_node(index).await?;
	}
	let last = seen.iter().map(|(number, _)| *number).max().unwrap_or_default();
	for index in 0..INSTITUTIONS.len() {
		network.wait_for_block(index, last + 1).await?;
		for (number, hash) in &seen {
			let url = network.sites[index].node.http_url();
			let found = rpc(&url, "chain_getBlockHash", json!([number])).await;
			stops!(found == Some(json!(hash)), "final block {number} {hash} is {found:?} now");
		}
	}
	for index in 0..INSTITUTIONS.len() {
		network.start_kubo(index).await?;
		network.start_custodian(index).await?;
	}
	for index in 0..INSTITUTIONS.len() {
		network.wait_ready(index).await?;
	}
	Ok(mounted)
}

/// Sends a signal to all processes of the network.
fn signal(network: &Network, name: &str) -> Result<()> {
	let mut command = Command::new("kill");
	command.arg(format!("-{name}"));
	for site in &network.sites {
		let kubo = site.kubo.as_ref().and_then(|kubo| kubo.process.as_ref());
		let processes = [site.node.process.as_ref(), site.custodian.process.as_ref(), kubo];
		command.args(processes.into_iter().flatten().map(|process| process.pid().to_string()));
	}
	ensure!(command.status()?.success(), "a process has ended by itself");
	Ok(())
}

/// The last block that the institution's validator calls final.
async fn last_final(network: &Network, index: usize) -> Result<Final> {
	let url = network.sites[index].node.http_url();
	let asked = rpc(&url, "chain_getFinalizedHead", json!([])).await;
	let hash = asked.as_ref().and_then(Value::as_str).context("the node does not answer")?;
	let header = rpc(&url, "chain_getHeader", json!([hash])).await.context("no header")?;
	let number = header["number"].as_str().context("the header has no number")?;
	Ok((u32::from_str_radix(number.trim_start_matches("0x"), 16)?, hash.into()))
}

/// Up to three seconds.
fn random_moment() -> Duration {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	Duration::from_millis(u64::from(now.subsec_micros()) % 3_000)
}
