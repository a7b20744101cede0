//! The arguments of `vouchsafe wallet`.

use clap::Subcommand;
use std::path::PathBuf;

/// `vouchsafe wallet …`
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
	/// Show which releases of the wallet the council has published.
	#[command(after_help = "Example:\n  vouchsafe wallet show")]
	Show,
	/// Check that the wallet at an address is the published one.
	///
	/// Compares each file, plain and compressed as browsers get it, with the wallet's manifest, and the
	/// manifest's hash with the one on the chain. Ends with 1 if something differs. The server can give
	/// other files to others: also look at the hash in the wallet's settings.
	#[command(after_help = "Examples:\n  \
		vouchsafe wallet check https://custodian.hospital-a.example\n  \
		vouchsafe --dev wallet check http://localhost:8700")]
	Check {
		/// Address of the wallet, without the name of a file.
		#[arg(value_name = "URL")]
		url: String,
	},
	/// Write a checkpoint: a proven block, which a release of the wallet begins from.
	///
	/// `make wallet CHECKPOINT=FILE` puts it into the wallet, which then accepts no other chain. Before
	/// that, compare the genesis hash in it with the one that the members publish.
	#[command(after_help = "Example:\n  \
		vouchsafe --genesis 0x… wallet checkpoint checkpoint.json")]
	Checkpoint {
		/// File to create.
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
}
