//! The command line's arguments.

use sc_cli::RunCmd;

/// The arguments.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// What to do, if not run a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run a node.
	#[clap(flatten)]
	pub run: RunCmd,
}

/// What can be done besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Make, look at and insert keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain specification, with the runtime, to a file.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Import a block once more and check it.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Read blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the whole chain from this machine.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Take back the latest blocks that are not final.
	Revert(sc_cli::RevertCmd),

	/// Tell the database's best and final block.
	ChainInfo(sc_cli::ChainInfoCmd),
}
