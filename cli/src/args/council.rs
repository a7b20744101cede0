//! The arguments of `vouchsafe council`.

use super::{parse_number, Agreement};
use crate::dates::parse_duration;
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Subcommand,
};
use std::path::PathBuf;
use vouchsafe_agent::council::Time;
use vouchsafe_client::chain::Status;

/// A parser for the statuses that an institution can have.
fn status() -> impl TypedValueParser<Value = Status> {
	let statuses = [Status::Active, Status::Suspended, Status::Ended].map(Status::word);
	PossibleValuesParser::new(statuses).try_map(|word| word.parse::<Status>())
}

/// A parser for the times that the council sets.
fn time() -> impl TypedValueParser<Value = Time> {
	let read =
		|word: String| Time::from_word(&word).ok_or("it is not a time that the council sets");
	PossibleValuesParser::new(Time::ALL.map(Time::word)).try_map(read)
}

/// `vouchsafe council …`
#[derive(Debug, Subcommand)]
pub enum CouncilCommand {
	/// What needs the chain.
	#[command(flatten)]
	OnChain(OnChainCommand),
	/// Sign your institution's card, for founding a network. It needs no node.
	#[command(
		name = "sign-card",
		after_help = "Run it on the machine with the institution's key. Give the signed card to all members.\n\n\
		Example:\n  \
		vouchsafe --key hospital-a council sign-card hospital-a.json --out hospital-a.signed.json"
	)]
	SignCard(SignCard),
}

/// The commands of the council that need the chain.
#[derive(Debug, Subcommand)]
pub enum OnChainCommand {
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
	/// Propose a new key for an institution or authority whose key is lost.
	#[command(
		name = "set-key",
		after_help = "The institution makes the file with its new key: `vouchsafe --key NEW recovery request`. All who \
		vote compare the number in the motion with somebody of the institution whom they know, face to face or \
		by telephone. The new key signs at once when the motion is executed, and the present one signs nothing \
		any more.\n\n\
		Example:\n  \
		vouchsafe --key hospital-a council set-key \"Hospital B\" --request hospital-b.json"
	)]
	SetKey {
		/// The institution or authority.
		institution: String,
		/// The file that `vouchsafe recovery request` has written.
		#[arg(long, value_name = "FILE")]
		request: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose how long new keys and representatives wait.
	#[command(
		name = "set-time",
		after_help = "The times:\n  \
		recovery-delay         how long a new key waits after guardians or an authority have agreed to it\n  \
		key-delay              how long an account's own change of key waits\n  \
		attempt-lifetime       how long an attempt to give an account a new key counts\n  \
		objection-period       how long a patient can object to a representative by law\n  \
		registration-lifetime  how long the registration of a representative waits for an authority\n\n\
		Example:\n  \
		vouchsafe --key hospital-a council set-time recovery-delay 10d"
	)]
	SetTime {
		/// Which time.
		#[arg(value_parser = time())]
		name: Time,
		/// How long, such as 10d, 12h or 30m.
		#[arg(value_name = "SPAN", value_parser = parse_duration)]
		span: u64,
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
	/// Show the validators and how many blocks each made, or propose others.
	#[command(after_help = "Example:\n  vouchsafe council validators")]
	Validators {
		/// What to propose.
		#[command(subcommand)]
		command: Option<ValidatorsCommand>,
	},
	/// Show the nodes that each member lists, and which of them are archives.
	#[command(after_help = "Each member lists its own nodes: `vouchsafe validator nodes`.\n\n\
		Example:\n  vouchsafe council nodes")]
	Nodes,
	/// Propose who has a seat in the council.
	#[command(
		subcommand,
		after_help = "Example:\n  \
		vouchsafe --key a council seats set \"Hospital A\" \"Hospital B\" \"Hospital D\" Authority"
	)]
	Seats(SeatsCommand),
	/// Propose to recover finality, when too many validators are lost for good.
	#[command(
		after_help = "Run it only if more validators are lost than may fail, and for good: with their \
		disks.\nIt needs three quarters of the seats, and a node that has seen the newest final block.\n\n\
		Example:\n  \
		vouchsafe --key a council --best recover \"Hospital A\" \"Hospital B\" \"Hospital C\" Authority\n\n\
		The others vote and one closes the motion, each with --best. Then write the file for nodes and \
		clients: `vouchsafe council --best recovery-file`."
	)]
	Recover {
		/// All institutions that are to validate. Each has registered the session keys of its new machine
		/// with `vouchsafe validator rotate --best`.
		#[arg(required = true, value_name = "NAME")]
		validators: Vec<String>,
		/// After how many blocks it comes into force. By then all nodes must have the block that signals it.
		#[arg(
			long,
			value_name = "BLOCKS",
			default_value_t = 10,
			value_parser = clap::value_parser!(u32).range(1..=1_000)
		)]
		delay: u32,
		/// For how many blocks the motion counts. After them it cannot replace validators any more, even if it
		/// was accepted.
		#[arg(
			long,
			value_name = "BLOCKS",
			default_value_t = 3_600,
			value_parser = clap::value_parser!(u32).range(1..=100_000)
		)]
		within: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Write the file with which nodes and clients go on after a recovery of finality.
	#[command(
		name = "recovery-file",
		after_help = "Nodes take it with --recovery, clients with --checkpoint, and the wallet is built with \
		it: `make wallet CHECKPOINT=recovery.json`.\n\n\
		Example:\n  vouchsafe council --best recovery-file recovery.json"
	)]
	RecoveryFile {
		/// The file. It must not exist yet.
		file: PathBuf,
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

/// The arguments of `vouchsafe council sign-card`.
#[derive(Debug, Args)]
pub struct SignCard {
	/// The card, as `vouchsafe-node found card` has written it.
	pub card: PathBuf,
	/// Write the signed card to FILE [default: print it].
	#[arg(long, value_name = "FILE")]
	pub out: Option<PathBuf>,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// `vouchsafe council validators …`
#[derive(Debug, Subcommand)]
pub enum ValidatorsCommand {
	/// Propose all validators.
	#[command(after_help = "Example:\n  \
		vouchsafe --key a council validators set \"Hospital A\" \"Hospital B\" \"Hospital D\" Authority")]
	Set {
		/// All institutions that are to validate.
		#[arg(required = true, value_name = "NAME")]
		validators: Vec<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Propose one validator in the place of another.
	#[command(after_help = "Example:\n  \
		vouchsafe --key hospital-a council validators replace \"Hospital C\" \"Hospital D\"")]
	Replace {
		/// Who leaves.
		old: String,
		/// Who validates instead.
		new: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// `vouchsafe council seats …`
#[derive(Debug, Subcommand)]
pub enum SeatsCommand {
	/// Propose all seats.
	#[command(after_help = "Example:\n  \
		vouchsafe --key a council seats set \"Hospital A\" \"Hospital B\" \"Hospital D\" Authority")]
	Set {
		/// All institutions that are to have a seat.
		#[arg(required = true, value_name = "NAME")]
		seats: Vec<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// `vouchsafe council`: what every command of it takes.
#[derive(Debug, Args)]
pub struct Council {
	/// Go on at the node's best block, while nothing becomes final. What this block says is not proven to be
	/// the chain's.
	#[arg(long, global = true)]
	pub best: bool,
	/// The command.
	#[command(subcommand)]
	pub command: CouncilCommand,
}
