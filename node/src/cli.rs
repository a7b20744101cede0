//! The command line's arguments.

use crate::{
	found::FoundCommand, health::HealthCommand, peers::PeersCommand, rpc::listener::Options,
	service,
};
use sc_cli::RunCmd;
use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

/// Of how many blocks a node keeps the state: those of seven days, if every slot of a second has one. An idle
/// chain has a tenth of them.
const KEPT_STATES: &str = "604800";
/// What `--state-pruning` says of itself.
const PRUNING: &str = "Which states (the chain's values after a block) to keep: NUMBER, those of the last NUMBER \
	final blocks; `archive`, those of all blocks; `archive-canonical`, those of all final blocks. The default \
	keeps seven days at least. NUMBER may change later. A node that has pruned cannot become an archive, nor \
	the other way round: its database must be made again";

/// The arguments.
// The SDK's default is the fork-aware pool, which loses calls under load. By default a pool refuses a call for 30
// minutes if it found it invalid or saw it in a block, even one of a losing fork, and each attempt begins the 30
// minutes again. See docs/decisions/0020-the-single-state-pool.md.
#[derive(Debug, clap::Parser)]
#[command(mut_arg("pool_type", |pool_type| pool_type.default_value("single-state")))]
#[command(mut_arg("tx_ban_seconds", |it| it.default_value("0")))]
#[command(mut_arg("state_pruning", |it| it.default_value(KEPT_STATES).help(PRUNING).long_help(PRUNING)))]
pub struct Cli {
	/// The command to run. Without one, the program runs a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// The options of a node.
	#[clap(flatten)]
	pub run: RunCmd,

	/// The options of the listener for researchers.
	#[clap(flatten)]
	pub research: Research,

	/// A file of `vouchsafe council recovery-file`, of a chain whose finality was recovered. The node needs it
	/// to sync by warp. Can be repeated
	#[arg(long, value_name = "FILE")]
	recovery: Vec<PathBuf>,
}

impl Cli {
	/// What the node does besides what the SDK's options say.
	pub fn options(&self) -> service::Options {
		let recoveries = self.recovery.clone();
		service::Options { research: self.research.options(), recoveries }
	}
}

/// The options of the listener for researchers.
#[derive(Debug, clap::Args)]
pub struct Research {
	/// Open a second RPC port at ADDRESS (IP:PORT) for researchers. It has only the methods
	/// `research_*` and `rpc_methods`, over HTTP and WebSocket, without TLS
	#[arg(long, value_name = "ADDRESS", value_parser = address)]
	research_listen: Option<SocketAddr>,

	/// Calls per second that one address may make there. It may make those of five seconds at once
	#[arg(long, value_name = "CALLS", default_value = "10", requires = "research_listen")]
	research_rate: NonZeroU32,

	/// Reverse proxies in front of that port. Each must append to X-Forwarded-For. Leave it 0 if there
	/// are none: otherwise callers choose the address by which they are limited
	#[arg(long, value_name = "COUNT", default_value = "0", requires = "research_listen")]
	research_proxies: u8,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
	text.parse().map_err(|_| "use an IP address and a port, such as 127.0.0.1:9955")
}

impl Research {
	/// The listener's options, if it is to be opened.
	pub fn options(&self) -> Option<Options> {
		let (rate, proxies) = (self.research_rate, self.research_proxies);
		self.research_listen.map(|address| Options { address, rate, proxies })
	}
}

/// The commands besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Generate, inspect and insert keys
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Found a network: make a card, put the members' cards together, check the result
	#[command(subcommand)]
	Found(FoundCommand),

	/// Ask the node on this machine whether it answers, and print how many peers it has and whether it syncs.
	/// Fails if it does not answer
	Health(HealthCommand),

	/// Write the list of the members' nodes, for a firewall or a tunnel, as the node on this machine knows it
	Peers(PeersCommand),

	/// Print a chain specification, including the runtime
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Import a block again and verify it
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks to a file
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Import blocks from a file
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Delete the whole chain from this machine
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Remove the latest blocks that are not final yet
	Revert(sc_cli::RevertCmd),

	/// Print the best and the last final block of the database
	ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::{CommandFactory, Parser};
	use clap_complete::{Generator, Shell};
	use sc_cli::{SubstrateCli, TransactionPoolType};
	use sc_service::{BlocksPruning, PruningMode};

	#[test]
	fn the_arguments_are_consistent() {
		Cli::setup_command(Cli::command()).debug_assert();
	}

	/// `make packages` names the folder in VOUCHSAFE_MANUAL.
	#[test]
	fn the_manual_and_the_completions_are_generated() {
		let temporary = tempfile::tempdir().unwrap();
		let folder = std::env::var("VOUCHSAFE_MANUAL");
		let folder = folder.map_or(temporary.path().into(), PathBuf::from).join("vouchsafe-node");
		std::fs::create_dir_all(&folder).unwrap();
		let command = Cli::setup_command(Cli::command()).name("vouchsafe-node");
		let command = command.version(env!("CARGO_PKG_VERSION"));
		clap_mangen::generate_to(command.clone(), &folder).unwrap();
		for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
			clap_complete::generate_to(shell, &mut command.clone(), "vouchsafe-node", &folder)
				.unwrap();
			assert!(std::fs::exists(folder.join(shell.file_name("vouchsafe-node"))).unwrap());
		}
		let page = std::fs::read_to_string(folder.join("vouchsafe-node-found-card.1")).unwrap();
		assert!(page.contains(".TH vouchsafe-node-found-card 1"), "{page}");
	}

	#[test]
	fn researchers_have_no_port_unless_it_is_asked_for() {
		let options = |arguments: &[&str]| {
			let cli = Cli::try_parse_from([&["vouchsafe-node"], arguments].concat());
			cli.map(|cli| cli.research.options()).map_err(|error| error.to_string())
		};
		assert_eq!(options(&[]), Ok(None));
		let listen = ["--research-listen", "127.0.0.1:9955"];
		let address = "127.0.0.1:9955".parse().unwrap();
		let rate = NonZeroU32::new(10).unwrap();
		assert_eq!(options(&listen), Ok(Some(Options { address, rate, proxies: 0 })));
		let more = ["--research-rate", "50", "--research-proxies", "1"];
		let rate = NonZeroU32::new(50).unwrap();
		let expected = Options { address, rate, proxies: 1 };
		assert_eq!(options(&[&listen[..], &more].concat()), Ok(Some(expected)));
		for (wrong, expected) in [
			(&more[..], "required arguments were not provided"),
			(
				&["--research-listen", "9955"],
				"use an IP address and a port, such as 127.0.0.1:9955",
			),
			(&[listen[0], listen[1], "--research-rate", "0"], "invalid value '0'"),
		] {
			let error = options(wrong).unwrap_err();
			assert!(error.contains(expected), "{error}");
		}
	}

	#[test]
	fn states_of_seven_days_are_kept_unless_others_are_asked_for() {
		let kept = |arguments: &[&str]| {
			let cli = Cli::try_from_iter([&["vouchsafe-node"], arguments].concat()).unwrap();
			let pruning = cli.run.import_params.pruning_params;
			(pruning.state_pruning().unwrap().unwrap(), pruning.blocks_pruning().unwrap())
		};
		let days =
			u32::try_from(7 * 24 * 3_600 * 1_000 / vouchsafe_runtime::SLOT_DURATION).unwrap();
		assert_eq!(
			kept(&[]),
			(PruningMode::blocks_pruning(days), BlocksPruning::KeepFinalized),
			"and all blocks"
		);
		let archive = ["--state-pruning", "archive", "--blocks-pruning", "archive"];
		assert_eq!(kept(&archive), (PruningMode::ArchiveAll, BlocksPruning::KeepAll));
		assert_eq!(kept(&["--state-pruning", "100"]).0, PruningMode::blocks_pruning(100));
		let help = Cli::command().render_long_help().to_string();
		assert!(help.contains("[default: 604800]") && !help.contains("[default: 256]"), "{help}");
	}

	#[test]
	fn the_pool_is_single_state_unless_another_is_asked_for() {
		let pool_of = |arguments: &[&str]| {
			Cli::try_from_iter([&["vouchsafe-node"], arguments].concat())
				.unwrap()
				.run
				.pool_config
				.pool_type
		};
		assert!(matches!(pool_of(&[]), TransactionPoolType::SingleState));
		assert!(matches!(pool_of(&["--pool-type", "fork-aware"]), TransactionPoolType::ForkAware));
	}

	#[test]
	fn a_refused_call_can_be_sent_again_after_the_next_block() {
		let cli = Cli::try_from_iter(["vouchsafe-node"]).unwrap();
		assert_eq!(cli.run.pool_config.tx_ban_seconds, Some(0));
	}
}
