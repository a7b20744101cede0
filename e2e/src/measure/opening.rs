//! How long an opening takes, when a revocation takes effect, how much state a version needs, and
//! how much memory a large document needs.

use super::{Row, Times};
use crate::{
	commands::{self, keypair, Permit},
	network::{state_sizes, Network},
	user::User,
};
use anyhow::{bail, Context, Result};
use std::{
	io::Write,
	path::Path,
	sync::Arc,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{AccountId, Action, Chain, Ground, Purpose, Signer, Submit, View, H256},
	proven::ProvenChain,
};

/// Writes a file of this length with random bytes.
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

/// Openings, a revocation, and the state of a version and of a representative.
pub async fn measure(network: &Network) -> Result<Vec<Row>> {
	let (a, b) = (network.sites[0].node.url(), network.sites[1].node.url());
	let patient = User::new("//PatientA", &network.root, &a)?;
	let doctor_a = User::new("//DoctorA", &network.root, &a)?;
	let doctor_b = User::new("//DoctorB", &network.root, &b)?;
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	let file = network.root.join("one-megabyte");
	random_file(&file, 1 << 20)?;
	let record = commands::add(&doctor_a, &patient, "Hospital A", &file, "imaging").await?;
	// What a patient has only once, such as a holder set, is there now. So the next record shows
	// what a version takes.
	let before = state_of(network, &RECORDS).await;
	commands::add(&doctor_a, &patient, "Hospital A", &file, "imaging").await?;
	let version = state_of(network, &RECORDS).await.saturating_sub(before);
	let holders = state_of(network, &HOLDERS).await;
	let consent = commands::grant(&patient, &Permit::read("Hospital B")).await?;

	let out = network.root.join("opened");
	let mut times = Vec::new();
	for _ in 0..10 {
		let start = Instant::now();
		commands::open(&doctor_b, "Hospital B", &patient, &record, &out).await?;
		times.push(start.elapsed());
	}
	let times = Times::new(times);
	let proving = proving(&b, &patient, &doctor_b, &record).await?;

	let start = Instant::now();
	patient.run(&["consent", "revoke", &consent.to_string()]).await?;
	let revoked = start.elapsed();
	std::fs::remove_file(&out)?;
	commands::open_fails(&doctor_b, "Hospital B", &patient, &record, &out).await?;
	let refused = start.elapsed();

	Ok(vec![
		Row::new(
			"opening a 1 MB record, asked to shown",
			format!("{times}, the start of the command included"),
			"two slots are 2,000 ms".into(),
			"median at most 1,200 ms",
		)
		.ratio(times.median / 1_200.0),
		proving,
		Row::new(
			"revocation",
			format!(
				"final after {:.1} s; the next opening was refused, and said so, {:.1} s after the \
				 revocation was signed",
				revoked.as_secs_f64(),
				refused.as_secs_f64()
			),
			"an opening is decided in its own block, after the revocation's".into(),
			"no opening after the block of the revocation",
		),
		Row::new(
			"state per version, with its record, sharing set and indexes",
			format!(
				"{version} bytes, keys and values; {holders} bytes for the holders, once a patient"
			),
			"five holders, any three of them open it".into(),
			"at most 450 bytes",
		)
		.ratio(version as f64 / 450.0),
		representatives(network, &patient).await?,
	])
}

/// The state that a representative takes.
async fn representatives(network: &Network, patient: &User) -> Result<Row> {
	let registrar = User::new("//RegistrarA", &network.root, &patient.node)?;
	let mut sizes = vec![];
	for name in ["//Representative//1", "//Representative//2"] {
		let person = User::new(name, &network.root, &patient.node)?;
		commands::enrol(&person, &registrar, "Hospital A", "person").await?;
		let before = state_of(network, &REPRESENTATIVES).await;
		patient.run(&["represent", "appoint", name, "--scope", "consents", "--yes"]).await?;
		sizes.push(state_of(network, &REPRESENTATIVES).await.saturating_sub(before));
	}
	let [first, next] = sizes[..] else { bail!("there are two") };
	let measured = format!("{first} bytes, key and value; each further one {next} bytes");
	let reference = "an account has 32 bytes".into();
	let row = Row::new("state per representative", measured, reference, "at most 200 bytes");
	Ok(row.ratio(first as f64 / 200.0))
}

/// What it costs that an opening's answers are proven and not believed.
async fn proving(node: &str, patient: &User, reader: &User, record: &str) -> Result<Row> {
	let believed = Chain::connect(node).await?;
	let start = Instant::now();
	let proven = ProvenChain::new(believed.clone(), vec![], None, Arc::new(|_| ())).await?;
	let first = start.elapsed();
	let account = |user: &User| anyhow::Ok(keypair(&user.key)?.account());
	let (patient, reader) = (account(patient)?, account(reader)?);
	let record = record.parse()?;
	let (mut with, mut without) = (Vec::new(), Vec::new());
	for _ in 0..20 {
		without.push(reads(&believed, &patient, &reader, record).await?);
		with.push(reads(&proven, &patient, &reader, record).await?);
	}
	let (with, without) = (Times::new(with), Times::new(without));
	Ok(Row::new(
		"the reads of an opening, proven",
		format!("{with:.1}; the first proof, from genesis, {:.1} ms", first.as_secs_f64() * 1e3),
		format!("{without:.1}, believed"),
		"little beside an opening",
	)
	.ratio(with.median / without.median))
}

/// Reads what an opening needs from the chain, and returns how long it took.
async fn reads<S: Submit>(
	chain: &S,
	patient: &AccountId,
	reader: &AccountId,
	record: H256,
) -> Result<Duration> {
	let start = Instant::now();
	// The members and their custodians.
	chain.finalized().await?.all_institutions().await?;
	let at = chain.finalized().await?;
	let ground = Ground::Consent { institution: Some(keypair("//HospitalB")?.account()) };
	at.decide(reader, ground, patient, record, Action::Read, Purpose::Treatment).await?;
	let found = at.record(patient, record).await?.context("the record is there")?;
	let number = found.versions.checked_sub(1).context("the record has a version")?;
	at.version(patient, record, number).await?.context("the version is there")?;
	at.sharing_set(patient, record, number).await?.context("its holders are there")?;
	at.openings(patient, reader).await?;
	Ok(start.elapsed())
}

/// The pallet that stores representatives.
const REPRESENTATIVES: [&[&str]; 1] = [&["Representation"]];
/// The pallets that store records, with their indexes and sharing sets.
const RECORDS: [&[&str]; 2] = [&["Records"], &["Custody"]];
/// What custody stores once for all versions of a patient that have the same holders.
const HOLDERS: [&[&str]; 3] =
	[&["Custody", "HolderSets"], &["Custody", "HolderSetNumbers"], &["Custody", "NextHolderSet"]];

/// Bytes of keys and values in the state of some pallets, or of some of their maps.
async fn state_of(network: &Network, prefixes: &[&[&str]]) -> usize {
	let url = network.sites[0].node.http_url();
	let mut bytes = 0;
	for names in prefixes {
		let hashes = names.iter().map(|name| sp_crypto_hashing::twox_128(name.as_bytes()));
		let prefix = format!("0x{}", hex::encode(hashes.collect::<Vec<_>>().concat()));
		bytes += state_sizes(&url, &prefix, 1_000).await.iter().sum::<usize>();
	}
	bytes
}

/// The memory for a document of 1 GiB, beside one of 1 KiB.
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

/// Runs the command and returns its largest resident size, in KiB.
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
			return (peak > 0)
				.then_some(peak)
				.context("the system does not report the size of processes");
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
}
