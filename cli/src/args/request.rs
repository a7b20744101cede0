//! The arguments of `vouchsafe request`.

use super::{parse_number, About, Acting, Agreeing, Agreement, Reach, Unasked};
use crate::dates::parse_duration;
use clap::Subcommand;

/// `vouchsafe request …`
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
	/// Ask a patient for access.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key berger request submit --patient Eva --category imaging \
		--reason \"Second opinion\"\n  \
		vouchsafe --key berger request submit --patient Eva --record 3f9a0c1d --for 7d")]
	Submit {
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Grantee: team:1@INSTITUTION, INSTITUTION, role:nurse@INSTITUTION, or NAME@INSTITUTION
		/// [default: your institution].
		#[arg(long, value_name = "GRANTEE")]
		to: Option<String>,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// What it covers.
		#[command(flatten)]
		about: About,
		/// How long the access lasts.
		#[arg(long = "for", default_value = "30d", value_name = "SPAN", value_parser = parse_duration)]
		duration: u64,
		/// Reason, which only the patient reads.
		#[arg(long, default_value = "")]
		reason: String,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// List the open requests to a patient.
	#[command(after_help = "Example:\n  vouchsafe --key eva request list")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Show which of your records a request would open that are not open already. Narrow it as with
	/// `approve` to see what the rest would open.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva request preview 0\n  \
		vouchsafe --key eva request preview 0 --category laboratory --only-asker")]
	Preview {
		/// Number of the request.
		#[arg(value_parser = parse_number)]
		request: u32,
		/// Narrow it to this grantee.
		#[arg(long, value_name = "GRANTEE")]
		to: Option<String>,
		/// Narrow it to the practitioner who asks.
		#[arg(long, conflicts_with = "to")]
		only_asker: bool,
		/// Narrow what it covers.
		#[command(flatten)]
		about: About,
		/// Further limits.
		#[command(flatten)]
		reach: Reach,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Approve a request, or a part of it. The sentence is shown before you sign it.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva request approve 0\n  \
		vouchsafe --key eva request approve 0 --category laboratory --only-asker --until +7d")]
	Approve {
		/// Number of the request.
		#[arg(value_parser = parse_number)]
		request: u32,
		/// Narrow it to this grantee.
		#[arg(long, value_name = "GRANTEE")]
		to: Option<String>,
		/// Narrow it to the practitioner who asks.
		#[arg(long, conflicts_with = "to")]
		only_asker: bool,
		/// Narrow what it covers.
		#[command(flatten)]
		about: About,
		/// Further limits.
		#[command(flatten)]
		reach: Reach,
		/// Agreement.
		#[command(flatten)]
		agreeing: Agreeing,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Deny a request.
	#[command(after_help = "Example:\n  vouchsafe --key eva request deny 0")]
	Deny {
		/// Number of the request.
		#[arg(value_parser = parse_number)]
		request: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Withdraw your own request.
	#[command(after_help = "Example:\n  vouchsafe --key berger request withdraw 0 --patient Eva")]
	Withdraw {
		/// Number of the request.
		#[arg(value_parser = parse_number)]
		request: u32,
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}
