//! `make demo` plays the story on a network of its own; `make up` starts the same network and
//! leaves it running, `make down` stops it.

use anyhow::{bail, Context, Result};
use clap::{Parser, Subcommand};
use std::{
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};
use vouchsafe_e2e::{
	network::{Kept, Network, Options, HOUSES},
	process::until,
	story::{self, Narrator},
};

/// Three hospitals and a health authority on this machine.
#[derive(Debug, Parser)]
struct Arguments {
	#[command(subcommand)]
	command: Option<Verb>,
	/// The FHIR bundle that the story imports.
	#[arg(long)]
	bundle: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
	/// Plays the story (the default).
	Story,
	/// Starts the network and leaves it running.
	Up {
		/// The folder that all of it is kept in.
		#[arg(long, default_value_os_t = home())]
		folder: PathBuf,
	},
	/// Stops the network that `up` started. Its folder is kept: `up` makes a new one.
	Down {
		/// The folder given to `up`.
		#[arg(long, default_value_os_t = home())]
		folder: PathBuf,
	},
}

fn home() -> PathBuf {
	std::env::temp_dir().join("vouchsafe-up")
}

#[tokio::main]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	match arguments.command.unwrap_or(Verb::Story) {
		Verb::Story => play(arguments.bundle.as_deref()).await,
		Verb::Up { folder } => up(&folder).await,
		Verb::Down { folder } => down(&folder).await,
	}
}

async fn play(bundle: Option<&Path>) -> Result<()> {
	if let Some(bundle) = bundle {
		if !bundle.is_file() {
			bail!("{} is not a file: give a FHIR bundle with --bundle", bundle.display());
		}
	}
	let mut narrator = Narrator::aloud();
	narrator.say("Starting three hospitals and a health authority on this machine.");
	let mut network = Network::start().await?;
	narrator.done(&format!(
		"{} validators finalise blocks, {} custodians are ready, three Kubo nodes form a swarm.",
		HOUSES.len(),
		HOUSES.len()
	));
	story::play(&mut network, &mut narrator, bundle).await
}

fn kept_file(folder: &Path) -> PathBuf {
	folder.join("network.json")
}

async fn up(folder: &Path) -> Result<()> {
	if kept_file(folder).exists() {
		bail!("a network of {} is up already: stop it with `make down`", folder.display());
	}
	if folder.exists() {
		std::fs::remove_dir_all(folder)?;
	}
	std::fs::create_dir_all(folder)?;
	eprintln!("Starting three hospitals and a health authority in {} …", folder.display());
	let options = Options { tied: false, ..Options::default() };
	let kept = Network::at(folder, options).await?.release();
	std::fs::write(kept_file(folder), serde_json::to_vec_pretty(&kept)?)?;
	println!("The network is up. Addresses:");
	for (name, address) in &kept.addresses {
		println!("  {name:<28} {address}");
	}
	println!("Development keys (their secrets are public; use them with `vouchsafe --dev --key`):");
	for house in HOUSES {
		println!("  {:<28} {}", house.name, house.seed);
	}
	for (name, seed) in [
		("a doctor at Hospital A", "//DoctorA"),
		("two doctors at Hospital B", "//DoctorB and //DoctorB2, in care team 1"),
		("a doctor at Hospital C", "//DoctorC"),
		("who enrols at Hospital A", "//RegistrarA"),
		("patients", "//PatientA and //PatientB"),
		("a researcher", "//Researcher"),
	] {
		println!("  {name:<28} {seed}");
	}
	let node = kept.addresses.first().map_or("", |(_, address)| address);
	println!("Try:  vouchsafe --node {node} --dev --key //PatientA status");
	println!("Stop: make down");
	Ok(())
}

async fn down(folder: &Path) -> Result<()> {
	let file = kept_file(folder);
	let kept = std::fs::read(&file)
		.with_context(|| format!("no network of {} is up", folder.display()))?;
	let kept: Kept = serde_json::from_slice(&kept)?;
	for pid in &kept.pids {
		let _ = Command::new("kill").arg(pid.to_string()).output();
	}
	until("all processes have ended", Duration::from_secs(30), || async {
		kept.pids.iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists()).then_some(())
	})
	.await?;
	std::fs::remove_file(file)?;
	println!("The network is down. Its files are in {}.", folder.display());
	Ok(())
}
