//! A record's way from the question to the screen, a revocation's effect, what a version takes in
//! state, and the memory that a large document takes.

use super::{median_and_worst, Row};
use crate::{
	commands::{self, Permit},
	network::{state_sizes, Network},
	user::User,
};
use anyhow::{Context, Result};
use std::{
	io::Write,
	path::Path,
	time::{Duration, Instant},
};

/// A file of so many bytes that say nothing.
fn random_file(path: &Path, length: usize) -> Result<()> {
	let mut file = std::fs::File::create(path)?;
	let block = vouchsafe_vault::random_bytes::<65536>();
	let mut left = length;
	while left > 0 {
		let size = left.min(block.len());
		file.write_all(&block[..size])?;
		left -= size;
	}
	Ok(())
}

/// Asked to shown, and revoked to refused.
pub async fn measure(network: &Network) -> Result<Vec<Row>> {
	let (a, b) = (network.sites[0].node.url(), network.sites[1].node.url());
	let patient = User::new("//PatientA", &network.root, &a)?;
	let doctor_a = User::new("//DoctorA", &network.root, &a)?;
	let doctor_b = User::new("//DoctorB", &network.root, &b)?;
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	let file = network.root.join("one-megabyte");
	random_file(&file, 1 << 20)?;
	let before = state_of(network, &["SharingSets", "Records", "Versions"]).await;
	let record = commands::add(&doctor_a, &patient, "Hospital A", &file, "imaging").await?;
	let after = state_of(network, &["SharingSets", "Records", "Versions"]).await;
	let consent = commands::grant(&patient, &Permit::read("Hospital B")).await?;

	let out = network.root.join("opened");
	let mut times = Vec::new();
	for _ in 0..10 {
		let start = Instant::now();
		commands::open(&doctor_b, "Hospital B", &record, &out).await?;
		times.push(start.elapsed());
	}
	let (median, worst) = median_and_worst(times);

	let start = Instant::now();
	patient.run(&["consent", "revoke", &consent.to_string()]).await?;
	let revoked = start.elapsed();
	std::fs::remove_file(&out)?;
	commands::open_fails(&doctor_b, "Hospital B", &record, &out).await?;
	let refused = start.elapsed();

	Ok(vec![
		Row::new(
			"opening a 1 MB record, asked to shown",
			format!(
				"median {median:.0} ms, worst {worst:.0} ms, of 10, the command's start included"
			),
			"two slots are 4,000 ms".into(),
			"at most two blocks and 300 ms",
		)
		.ratio(median / 4300.0),
		Row::new(
			"a revocation's effect",
			format!(
				"final after {:.1} s; the next opening was refused, and told so, {:.1} s after the \
				 revocation was signed",
				revoked.as_secs_f64(),
				refused.as_secs_f64()
			),
			"an opening is decided in its own block, after the revocation's".into(),
			"no opening after the block that holds it",
		),
		Row::new(
			"state per version, with its record and sharing set",
			format!("{} bytes, keys and values", after.saturating_sub(before)),
			"five holders, any three of them".into(),
			"—",
		),
	])
}

/// Bytes of keys and values below these maps of records and custody.
async fn state_of(network: &Network, maps: &[&str]) -> usize {
	let url = format!("http://127.0.0.1:{}", network.sites[0].node.rpc);
	let mut bytes = 0;
	for map in maps {
		let pallet: &[u8] = if *map == "SharingSets" { b"Custody" } else { b"Records" };
		let mut prefix = sp_crypto_hashing::twox_128(pallet).to_vec();
		prefix.extend_from_slice(&sp_crypto_hashing::twox_128(map.as_bytes()));
		let prefix = format!("0x{}", hex::encode(prefix));
		bytes += state_sizes(&url, &prefix, 1000).await.iter().sum::<usize>();
	}
	bytes
}

/// The memory that a document of 1 GiB takes, beside one of a kilobyte.
pub async fn memory(network: &Network) -> Result<Vec<Row>> {
	let a = network.sites[0].node.url();
	let patient = User::new("//PatientB", &network.root, &a)?;
	let doctor = User::new("//DoctorA", &network.root, &a)?;
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	let (small, large) = (network.root.join("small"), network.root.join("large"));
	random_file(&small, 1024)?;
	random_file(&large, 1 << 30)?;
	let mut peaks = Vec::new();
	let start = Instant::now();
	for file in [&small, &large] {
		let arguments: Vec<std::ffi::OsString> = ["record", "add", &file.display().to_string()]
			.iter()
			.chain(&["--patient", &patient.key, "--institution", "Hospital A"])
			.map(Into::into)
			.collect();
		peaks.push(peak(doctor.command(&arguments)?).await?);
	}
	let took = start.elapsed().as_secs_f64();
	let beyond = peaks[1].saturating_sub(peaks[0]) / 1024;
	Ok(vec![Row::new(
		"memory of the command, adding a document of 1 GiB",
		format!("{beyond} MiB beyond a document of 1 KiB; both added in {took:.0} s"),
		format!("{} MiB, adding 1 KiB", peaks[0] / 1024),
		"under 64 MiB beyond start",
	)
	.ratio(beyond as f64 / 64.0)])
}

/// Runs the command and gives its largest resident size, in KiB.
async fn peak(mut command: std::process::Command) -> Result<u64> {
	let mut child = command.stdout(std::process::Stdio::null()).spawn()?;
	let status = format!("/proc/{}/status", child.id());
	let mut peak = 0;
	loop {
		if let Ok(text) = std::fs::read_to_string(&status) {
			let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
			let size = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
			peak = peak.max(size.unwrap_or(0));
		}
		if let Some(status) = child.try_wait()? {
			anyhow::ensure!(status.success(), "the document could not be added");
			return (peak > 0).then_some(peak).context("the system tells no sizes");
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
}
