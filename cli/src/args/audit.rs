//! The arguments of `vouchsafe audit`.

use super::Acting;
use crate::dates::parse_duration;
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Subcommand,
};
use std::path::PathBuf;
use vouchsafe_speech::LogKind;

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
	/// `--for`.
	#[command(flatten)]
	pub acting: Acting,
}

/// Which lines of a log to show.
#[derive(Clone, Debug, Default, Args)]
pub struct WhichLines {
	/// Show only what this person did.
	#[arg(long, value_name = "WHO")]
	pub who: Option<String>,
	/// Show only what was done for this institution.
	#[arg(long, value_name = "WHO")]
	pub at: Option<String>,
	/// Show only these kinds of lines.
	#[arg(long, value_delimiter = ',', value_parser = kind())]
	pub kind: Vec<LogKind>,
	/// Show only what happened this long ago or later, such as 30d or 12h.
	#[arg(long, value_name = "SPAN", value_parser = parse_duration)]
	pub within: Option<u64>,
}

/// A parser for kinds of lines but key shares, which are only counted.
fn kind() -> impl TypedValueParser<Value = LogKind> {
	let kinds = LogKind::ALL.iter().filter(|kind| **kind != LogKind::Shares);
	PossibleValuesParser::new(kinds.map(|kind| kind.word()))
		.try_map(|word| LogKind::from_word(&word).ok_or("not a kind of lines"))
}

/// `vouchsafe audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
	/// Show who did what. With -v, every entry.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva audit show\n  \
		vouchsafe --key eva audit show --last 10 -v\n  \
		vouchsafe --key eva audit show --kind opened,refused --within 30d")]
	Show {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
		/// Which lines.
		#[command(flatten)]
		lines: WhichLines,
		/// Show only the last NUMBER lines.
		#[arg(long, value_name = "NUMBER")]
		last: Option<usize>,
	},
	/// Prove that a log is complete, and find the first entry that is not the chain's.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva audit verify --from \"Hospital B\"\n  \
		vouchsafe audit verify --file eva-log.json")]
	Verify {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
		/// Verify the log in this file, without a connection. `audit export` wrote it.
		#[arg(long, value_name = "FILE", conflicts_with_all = ["patient", "from", "institution", "for_patient"])]
		file: Option<PathBuf>,
	},
	/// Write a log into a file with all that others need to verify it.
	#[command(after_help = "Example:\n  vouchsafe --key eva audit export --out eva-log.json")]
	Export {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
		/// The file.
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
	},
}
