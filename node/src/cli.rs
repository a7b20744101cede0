//! The command line's arguments.

use sc_cli::RunCmd;

/// The arguments.
// The SDK's default is the fork-aware pool. Under load it loses calls: see
// docs/decisions/0020-the-single-state-pool.md.
#[derive(Debug, clap::Parser)]
#[command(mut_arg("pool_type", |pool_type| pool_type.default_value("single-state")))]
pub struct Cli {
	/// The command to run. Without one, the program runs a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// The options of a node.
	#[clap(flatten)]
	pub run: RunCmd,
}

/// The commands besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Generate, inspect and insert keys
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

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
	use clap::CommandFactory;
	use sc_cli::{SubstrateCli, TransactionPoolType};

	#[test]
	fn the_arguments_are_consistent() {
		Cli::setup_command(Cli::command()).debug_assert();
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
}
