//! The arguments of `vouchsafe name`.

use clap::Subcommand;

/// `vouchsafe name …`
#[derive(Debug, Subcommand)]
pub enum NameCommand {
	/// Give an account a name.
	#[command(after_help = "Examples:\n  \
		vouchsafe name add \"Dr. Berger\" 5Grwva…\n  \
		vouchsafe name add \"Dr. Berger\" 5DAAnr… --replace")]
	Add {
		/// The name.
		name: String,
		/// The account: an address, or 0x and hex.
		account: String,
		/// Give the name to this account if it is the name of another one.
		#[arg(long)]
		replace: bool,
	},
	/// Remove a name.
	#[command(after_help = "Example:\n  vouchsafe name remove \"Dr. Berger\"")]
	Remove {
		/// The name.
		name: String,
	},
	/// List all names.
	#[command(after_help = "Example:\n  vouchsafe name list")]
	List,
}
