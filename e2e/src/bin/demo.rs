//! `vouchsafe-demo`: runs the story on a network of its own (`make demo`), founds a network (`make
//! found`), or starts the same network and leaves it running (`make up`) until `make down` stops it.

use anyhow::{bail, Context, Result};
use clap::{Parser, Subcommand};
use serde_json::{json, Value};
use std::{
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};
use vouchsafe_e2e::{
	care, founding,
	network::{rpc, DetachedNetwork, Network, Options, Research, INSTITUTIONS},
	process::until,
	research,
	story::{self, Printer},
};

/// Three hospitals and a health authority on this machine.
#[derive(Debug, Parser)]
struct Arguments {
	#[command(subcommand)]
	command: Option<Subcommands>,
	/// FHIR bundle to import in the story.
	#[arg(long)]
	bundle: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
	/// Run the story of a patient's record (the default).
	Story,
	/// Run the story of research: three hospitals count for a researcher.
	Research {
		/// Add no noise, and compare each result with a plain count. The network is one for measuring.
		#[arg(long)]
		exact: bool,
	},
	/// Run the story of people who lose their phones.
	Care,
	/// Found a network from its members' cards, with new keys, and send a document through it.
	Found,
	/// Start the network and leave it running.
	Up {
		/// Folder for the network's files.
		#[arg(long, default_value_os_t = home())]
		folder: PathBuf,
		/// The network: `local`, or `care`, where what takes days takes seconds.
		#[arg(long, default_value = "local", value_parser = ["local", "care"])]
		chain: String,
	},
	/// Stop the network that `up` started. Its folder is kept until the next `up`.
	Down {
		/// Folder that was given to `up`.
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
	match arguments.command.unwrap_or(Subcommands::Story) {
		Subcommands::Story => play(arguments.bundle.as_deref()).await,
		Subcommands::Research { exact } => play_research(exact).await,
		Subcommands::Care => play_care().await,
		Subcommands::Found => founding::run(&mut Printer::to_stdout()).await,
		Subcommands::Up { folder, chain } => up(&folder, chain).await,
		Subcommands::Down { folder } => down(&folder).await,
	}
}

async fn play(bundle: Option<&Path>) -> Result<()> {
	if let Some(bundle) = bundle {
		if !bundle.is_file() {
			bail!("{} is not a file: give a FHIR bundle with --bundle", bundle.display());
		}
	}
	let mut printer = Printer::to_stdout();
	let mut network = start(&mut printer, Options::default()).await?;
	story::run(&mut network, &mut printer, bundle).await
}

async fn play_research(exact: bool) -> Result<()> {
	let noise = if exact { Research::WithoutNoise } else { Research::WithNoise };
	let mut printer = Printer::to_stdout();
	let mut network = start(&mut printer, research::options(noise)).await?;
	research::run(&mut network, &mut printer).await
}

async fn play_care() -> Result<()> {
	let mut printer = Printer::to_stdout();
	let network = start(&mut printer, care::options()).await?;
	care::run(&network, &mut printer).await
}

async fn start(printer: &mut Printer, options: Options) -> Result<Network> {
	printer.begin("Starting three hospitals and a health authority on this machine.");
	let network = Network::with(options).await?;
	printer.end(&format!(
		"{} validators finalise blocks, {} custodians are ready, three Kubo nodes form a swarm.",
		INSTITUTIONS.len(),
		INSTITUTIONS.len()
	));
	Ok(network)
}

fn network_file(folder: &Path) -> PathBuf {
	folder.join("network.json")
}

async fn up(folder: &Path, chain: String) -> Result<()> {
	if network_file(folder).exists() {
		bail!(
			"the network in {} is already running. Stop it with `{}`.",
			folder.display(),
			stop(folder)
		);
	}
	if folder.exists() {
		std::fs::remove_dir_all(folder)?;
	}
	std::fs::create_dir_all(folder)?;
	eprintln!("Starting three hospitals and a health authority in {} …", folder.display());
	let options =
		Options { chain, tied: false, research: Some(Research::WithNoise), ..Options::default() };
	let network = Network::at(folder, options).await?;
	let node = network.sites[0].node.http_url();
	let genesis = rpc(&node, "chain_getBlockHash", json!([0])).await;
	let genesis =
		genesis.as_ref().and_then(Value::as_str).context("the node has no genesis block")?;
	let wallet = network.sites[0].custodian.wallet_url();
	let network = network.detach();
	std::fs::write(network_file(folder), serde_json::to_vec_pretty(&network)?)?;
	println!("The network is running. Addresses:");
	for (name, address) in &network.addresses {
		println!("  {name:<30} {address}");
	}
	match wallet {
		Some(address) => println!("  {:<30} {address}", "the patients' wallet"),
		None => println!("  {:<30} build it with `make wallet`", "the patients' wallet"),
	}
	println!("Hash of the genesis block:");
	println!("  {genesis}");
	println!("Development keys (not secret; use them with `vouchsafe --dev --key KEY`):");
	for institution in INSTITUTIONS {
		println!("  {:<30} {}", institution.name, institution.seed);
	}
	for (name, seed) in [
		("two doctors at Hospital A", "//DoctorA and //DoctorA2"),
		("two doctors at Hospital B", "//DoctorB and //DoctorB2, in care team 1"),
		("a doctor at Hospital C", "//DoctorC"),
		("the hospitals' registrars", "//RegistrarA, //RegistrarB and //RegistrarC"),
		("patients", "//PatientA and //PatientB"),
		("a researcher", "//Researcher"),
	] {
		println!("  {name:<30} {seed}");
	}
	let node = network.addresses.first().map_or("", |(_, address)| address);
	println!("Try (the ports may be others each time):");
	println!("  export VOUCHSAFE_NODE={node}");
	println!("  export VOUCHSAFE_GENESIS={genesis}");
	println!("  vouchsafe --dev --key //PatientA status");
	println!("Stop: {}", stop(folder));
	Ok(())
}

/// The command that stops the network in this folder.
fn stop(folder: &Path) -> String {
	match folder == home() {
		true => "make down".into(),
		false => format!("vouchsafe-demo down --folder {folder:?}"),
	}
}

async fn down(folder: &Path) -> Result<()> {
	let file = network_file(folder);
	if !file.exists() {
		println!("No network is running in {}.", folder.display());
		return Ok(());
	}
	let network =
		std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
	let network: DetachedNetwork = serde_json::from_slice(&network)?;
	for pid in &network.pids {
		let _ = Command::new("kill").arg(pid.to_string()).output();
	}
	until("all processes have ended", Duration::from_secs(30), || async {
		network.pids.iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists()).then_some(())
	})
	.await?;
	std::fs::remove_file(file)?;
	println!("The network has stopped. Its files are in {}.", folder.display());
	Ok(())
}
