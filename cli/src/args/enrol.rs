//! The arguments of `vouchsafe enrol`.

use super::{parse_number, word, Agreement, Unasked};
use crate::dates::parse_duration;
use clap::Subcommand;
use std::path::PathBuf;
use vouchsafe_client::chain::{AccountKind, Role, Status};

/// `vouchsafe enrol …`
#[derive(Debug, Subcommand)]
pub enum EnrolCommand {
	/// Sign your own enrolment, for an institution to submit.
	#[command(after_help = "Example:\n  \
		vouchsafe --key eva enrol sign --institution \"Hospital A\" --as patient --out eva.json")]
	Sign {
		/// Institution that will enrol you.
		#[arg(long, value_name = "WHO")]
		institution: String,
		/// Kind of account.
		#[arg(long = "as", value_name = "KIND", value_parser = word::<AccountKind>())]
		kind: AccountKind,
		/// How long the signature is valid.
		#[arg(long, default_value = "7d", value_name = "SPAN", value_parser = parse_duration)]
		valid_for: u64,
		/// File to write [default: standard output].
		#[arg(long, value_name = "FILE")]
		out: Option<PathBuf>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Print the code that a wallet scans at your registration desk.
	#[command(after_help = "Example:\n  vouchsafe --key registrar enrol code --as patient")]
	Code {
		/// Kind of account.
		#[arg(long = "as", value_name = "KIND", value_parser = word::<AccountKind>())]
		kind: AccountKind,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// How long the code is valid.
		#[arg(long, default_value = "1h", value_name = "SPAN", value_parser = parse_duration)]
		valid_for: u64,
	},
	/// Enrol a person who has signed (as an institution or its registrar).
	#[command(after_help = "Example:\n  vouchsafe --key registrar enrol submit eva.json")]
	Submit {
		/// The signed enrolment, or the code that the person's wallet shows, as text in a file.
		file: PathBuf,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Give a practitioner a role at your institution.
	#[command(after_help = "Example:\n  \
		vouchsafe --key registrar enrol affiliate \"Dr. Berger\" --role physician --until \
		2027-12-31")]
	Affiliate {
		/// The practitioner.
		practitioner: String,
		/// The role.
		#[arg(long, value_parser = word::<Role>())]
		role: Role,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// Start [default: now].
		#[arg(long, value_name = "MOMENT")]
		from: Option<String>,
		/// End [default: none].
		#[arg(long, value_name = "MOMENT")]
		until: Option<String>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// End a practitioner's affiliation with your institution, now.
	#[command(after_help = "Example:\n  \
		vouchsafe --key registrar enrol end-affiliation \"Dr. Berger\"")]
	EndAffiliation {
		/// The practitioner.
		practitioner: String,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Accept an affiliation with an institution that did not enrol you (as a practitioner).
	#[command(after_help = "Example:\n  vouchsafe --key berger enrol accept \"Hospital A\"")]
	Accept {
		/// The institution.
		institution: String,
		/// Decline it instead.
		#[arg(long)]
		decline: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Add a practitioner to a care team, or remove one.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key registrar enrol team \"Dr. Berger\" --join 1\n  \
		vouchsafe --key registrar enrol team \"Dr. Berger\" --leave 1")]
	Team {
		/// The practitioner.
		practitioner: String,
		/// Care team to join.
		#[arg(long, value_name = "NUMBER", value_parser = parse_number, required_unless_present = "leave")]
		join: Option<u32>,
		/// Care team to leave.
		#[arg(long, value_name = "NUMBER", value_parser = parse_number, conflicts_with = "join")]
		leave: Option<u32>,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Attest a practitioner's licence (as an authority).
	#[command(after_help = "Example:\n  \
		vouchsafe --key authority enrol attest \"Dr. Berger\" --institution \"Hospital A\" --role physician")]
	Attest {
		/// The practitioner.
		practitioner: String,
		/// Institution that the practitioner works for.
		#[arg(long, value_name = "WHO")]
		institution: String,
		/// The role that the licence is for. It is refused if the practitioner has another one there.
		#[arg(long, value_parser = word::<Role>())]
		role: Role,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Set an account's status. Declaring a death, or undoing it, takes a registrar and a clinician.
	#[command(after_help = "Example:\n  \
		vouchsafe --key registrar enrol status \"Dr. Berger\" suspended")]
	Status {
		/// The account.
		account: String,
		/// The new status.
		#[arg(value_parser = word::<Status>())]
		status: Status,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Disable signing for an account whose key is lost or stolen, or enable it again.
	#[command(
		after_help = "What a patient permitted with the key since then does not count until the \
		patient confirms it.\n\n\
		Example:\n  \
		vouchsafe --key registrar enrol signing Eva disabled --since 2027-01-15"
	)]
	Signing {
		/// The account.
		account: String,
		/// `disabled` or `enabled`.
		#[arg(value_parser = ["disabled", "enabled"])]
		state: String,
		/// Since when the key may be in other hands, at most 30 days ago: a moment, or a span such as 2h
		/// or 30d before now [default: now].
		#[arg(long, value_name = "MOMENT")]
		since: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Register your institution's custodian, with the file that the custodian has signed.
	#[command(
		after_help = "FILE is what `vouchsafe-custodian sign-up` prints on the custodian's machine. It has \
		no secret.\n\n\
		Example:\n  \
		vouchsafe --key hospital enrol custodian custodian.json"
	)]
	Custodian {
		/// The signed registration.
		file: PathBuf,
		/// Register it without asking, even if the custodian does not answer at its address.
		#[arg(long)]
		yes: bool,
	},
	/// Show what the chain knows about an account.
	#[command(after_help = "Example:\n  vouchsafe enrol show \"Dr. Berger\"")]
	Show {
		/// The account [default: your own].
		account: Option<String>,
	},
	/// List institutions and authorities.
	#[command(after_help = "Example:\n  vouchsafe enrol list")]
	List,
}
