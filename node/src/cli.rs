//! The command line's arguments.

use sc_cli::RunCmd;

/// The arguments.
#[derive(Debug, clap::Parser)]
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
