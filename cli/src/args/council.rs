//! The arguments of `vouchsafe council`.

use super::{parse_number, Agreement};
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Subcommand,
};
use std::path::PathBuf;
use vouchsafe_client::chain::Status;

/// A parser for the statuses that an institution can have.
fn status() -> impl TypedValueParser<Value = Status> {
	let statuses = [Status::Active, Status::Suspended, Status::Ended].map(Status::word);
	PossibleValuesParser::new(statuses).try_map(|word| word.parse::<Status>())
}

/// `vouchsafe council …`
#[derive(Debug, Subcommand)]
pub enum CouncilCommand {
	/// List the members of the council and the open motions.
	#[command(after_help = "Example:\n  vouchsafe council list")]
	List,
	/// Propose to admit an institution or authority.
	#[command(after_help = "Example:\n  \
		vouchsafe --key a council admit 5FHne… --name \"Hospital D\" --country FR \
		--encryption-key 0x…")]
	Admit {
		/// Its account.
		account: String,
		/// Its public name.
		#[arg(long)]
		name: String,
		/// Its country (two letters, ISO 3166).
		#[arg(long)]
		country: String,
		/// The encryption key of its account.
		#[arg(long, value_name = "HEX")]
		encryption_key: String,
		/// How many accounts it may enrol.
		#[arg(long, default_value_t = 100_000)]
		cap: u32,
		/// Admit a health authority instead of an institution.
		#[arg(long)]
		authority: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose how many accounts an institution may enrol.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council cap \"Hospital B\" 200000")]
	Cap {
		/// The institution.
		institution: String,
		/// How many accounts.
		#[arg(value_parser = parse_number)]
		cap: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose to set an institution's status.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council status \"Hospital B\" suspended")]
	Status {
		/// The institution.
		institution: String,
		/// The new status.
		#[arg(value_parser = status())]
		status: Status,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose to approve a study. Its first round opens when its aggregators have accepted it, too.
	#[command(
		name = "approve-study",
		after_help = "Example:\n  vouchsafe --key hospital-a council approve-study 3"
	)]
	ApproveStudy {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose to stop a study. Its current round then has no result.
	#[command(
		name = "stop-study",
		after_help = "Example:\n  vouchsafe --key hospital-a council stop-study 3"
	)]
	StopStudy {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose to publish a release of the wallet: its version and the hash of its manifest.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council publish wallet/manifest.json\n\n\
		The others build the same release, compare its hash with the one in the motion, and vote.")]
	Publish {
		/// The release's manifest.json, as `make wallet` has written it.
		manifest: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose a runtime upgrade.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council upgrade runtime.compact.compressed.wasm\n\n\
		After the motion is closed, submit the code with `vouchsafe council apply`.")]
	Upgrade {
		/// The runtime's code.
		wasm: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Submit the code of an upgrade that the council has authorised.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council apply runtime.compact.compressed.wasm")]
	Apply {
		/// The runtime's code.
		wasm: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Vote on a motion.
	#[command(after_help = "Example:\n  vouchsafe --key hospital-b council vote 0 yes")]
	Vote {
		/// Number of the motion.
		#[arg(value_parser = parse_number)]
		motion: u32,
		/// `yes` or `no`.
		#[arg(value_parser = ["yes", "no"])]
		vote: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Close a motion that has enough votes. If it passed, it is executed.
	#[command(after_help = "Example:\n  vouchsafe --key hospital-a council close 0")]
	Close {
		/// Number of the motion.
		#[arg(value_parser = parse_number)]
		motion: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}
