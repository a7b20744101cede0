//! The arguments of `vouchsafe audit`.

use clap::{Args, Subcommand};

/// A patient's log, and the custodian to read it from.
#[derive(Clone, Debug, Args)]
pub struct WhichLog {
	/// The patient [default: yourself].
	#[arg(long, value_name = "WHO")]
	pub patient: Option<String>,
	/// Institution whose custodian to ask [default: the first that answers].
	#[arg(long, value_name = "WHO")]
	pub from: Option<String>,
	/// Your institution, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
}

/// `vouchsafe audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
	/// Show who did what. With -v, every entry.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva audit show\n  \
		vouchsafe --key eva audit show --last 10 -v")]
	Show {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
		/// Show only the last NUMBER lines.
		#[arg(long, value_name = "NUMBER")]
		last: Option<usize>,
	},
	/// Prove that a log is complete, and find the first entry that is not the chain's.
	#[command(after_help = "Example:\n  vouchsafe --key eva audit verify --from \"Hospital B\"")]
	Verify {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
	},
}
