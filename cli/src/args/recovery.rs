//! The arguments of `vouchsafe recovery`.

use super::{Agreement, Unasked};
use crate::dates::parse_duration;
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Subcommand,
};
use std::path::PathBuf;

/// With what a new key is begun.
#[derive(Clone, Debug, Args)]
pub struct StartRecovery {
	/// The file that `vouchsafe recovery request` has written.
	pub file: PathBuf,
	/// Your card, as one of the account's guardians.
	#[arg(
		long,
		value_name = "CARD",
		required_unless_present = "institution",
		conflicts_with = "institution"
	)]
	pub card: Option<PathBuf>,
	/// Institution that enrolled the account, as one of its staff.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// File that says what proves who asked for the key, such as the number of an identity card, or - for
	/// standard input [default: it is asked]. The chain gets only a salted hash of it.
	#[arg(long, value_name = "FILE", requires = "institution")]
	pub evidence_file: Option<PathBuf>,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// What an objection, or the end, is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
	/// The account's own change of key.
	Change,
	/// What guardians or an institution do.
	Attempt,
}

/// A parser for it.
fn only() -> impl TypedValueParser<Value = Only> {
	PossibleValuesParser::new(["change", "attempt"]).map(|word| match word.as_str() {
		"change" => Only::Change,
		_ => Only::Attempt,
	})
}

/// `vouchsafe recovery …`
#[derive(Debug, Subcommand)]
pub enum RecoveryCommand {
	/// Ask for your new key to sign for an account whose key is lost. Write a file for guardians, the
	/// registration desk or, if it is an institution's account, the council.
	#[command(
		after_help = "Make a new key first (`vouchsafe key generate`), and sign with it. ACCOUNT is the account's \
		address. Your institution has it. Those who get the file compare the number \
		that is printed with you.\n\n\
		Example:\n  \
		vouchsafe --key eva-2 recovery request 5Grwva… --out eva-2.json"
	)]
	Request {
		/// The account.
		account: String,
		/// File to write.
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
		/// How long the request is valid.
		#[arg(long, default_value = "7d", value_name = "SPAN", value_parser = parse_duration)]
		valid_for: u64,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Begin to give an account a new key: as a guardian, or as one of two of the staff.
	#[command(
		after_help = "As a guardian, you reveal who the account's guardians are, and approve the key. Others approve \
		it with `vouchsafe recovery approve`.\n\n\
		As one of the staff of the institution that enrolled the account, you propose the key. Within a day, a \
		colleague runs the same command, with the same file and the same words for the evidence. One of you is a \
		registrar, and the other a clinician whose licence is attested. Then a health authority attests the key.\n\n\
		Examples:\n  \
		vouchsafe --key ada recovery start eva-2.json --card eva-card.json\n  \
		vouchsafe --key berger recovery start eva-2.json --institution \"Hospital A\""
	)]
	Start(StartRecovery),
	/// Approve a new key that is under way: as another guardian, or for a health authority.
	#[command(
		after_help = "The key is shown with its number. Compare it with the person who has the key, face to face or \
		by telephone. Anybody can ask you to approve a key.\n\n\
		Examples:\n  \
		vouchsafe --key ben recovery approve Eva\n  \
		vouchsafe --key officer recovery approve 5Grwva… --request eva-2.json --evidence-file id.txt"
	)]
	Approve {
		/// The account that gets the key.
		account: String,
		/// Health authority that you act for, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// Check that the key under way is the one in this request file.
		#[arg(long, value_name = "FILE")]
		request: Option<PathBuf>,
		/// Check that the staff have signed the evidence in this file (- for standard input), to the letter.
		#[arg(long, value_name = "FILE", requires = "request")]
		evidence_file: Option<PathBuf>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Object to a new key of your account, or end your own change of key.
	#[command(
		after_help = "An objection ends your own change of key, and an attempt of your guardians unless your key is \
		disabled. A key that your institution has proposed then has to be attested twice. You can object to \
		it once, also if your key is disabled. For a ward, whose account has no key, a representative objects.\n\n\
		Examples:\n  \
		vouchsafe --key eva recovery object\n  \
		vouchsafe --key eva recovery object --only attempt"
	)]
	Object {
		/// The account [default: your own]: your own, or that of a ward whom you represent.
		account: Option<String>,
		/// Object only to your own change of key, or only to an attempt of others.
		#[arg(long, value_name = "WHAT", value_parser = only())]
		only: Option<Only>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Let the new key of an account replace the present one, when its time has come.
	#[command(
		after_help = "Anybody who is enrolled can do it, but the new key itself cannot sign before. You sign the number \
		of the key that is finished, and no other key can take its place.\n\n\
		Examples:\n  \
		vouchsafe --key eva recovery finish       (after `vouchsafe key renew`)\n  \
		vouchsafe --key ada recovery finish Eva   (as a guardian)"
	)]
	Finish {
		/// The account [default: your own].
		account: Option<String>,
		/// Finish only the account's own change of key, or only an attempt of others. Both can be due, for
		/// different keys.
		#[arg(long, value_name = "WHAT", value_parser = only())]
		only: Option<Only>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Show which new key is under way for an account, who has approved it, and when it can be finished.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva recovery list\n  \
		vouchsafe recovery list 5Grwva…")]
	List {
		/// The account [default: your own].
		account: Option<String>,
	},
}
