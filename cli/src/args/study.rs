//! The arguments of `vouchsafe study`.

use super::{parse_number, word, Agreement};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use vouchsafe_client::chain::StudyTrait;

/// Which studies a standing choice is for.
#[derive(Clone, Debug, Default, Args)]
pub struct Choice {
	/// Only studies on this disease, by its id in the ontology MONDO, such as MONDO:0005148 [default:
	/// every study].
	#[arg(long, value_name = "MONDO_ID")]
	pub disease: Option<String>,
	/// Also be counted in studies with this trait. Repeat it, or use commas.
	#[arg(long = "trait", value_name = "TRAIT", value_delimiter = ',', value_parser = word::<StudyTrait>())]
	pub traits: Vec<StudyTrait>,
	/// Only studies in these countries (two letters, ISO 3166) [default: all].
	#[arg(long, value_delimiter = ',')]
	pub country: Vec<String>,
	/// End: a date, or a span such as +1year [default: until revoked; for consents on paper: five years].
	#[arg(long, value_name = "MOMENT")]
	pub until: Option<String>,
}

/// Which paper consents are entered.
#[derive(Clone, Debug, Args)]
pub struct Paper {
	/// Your own list of the patients who have agreed on paper: a CSV file whose first column is account. A
	/// people file (see `study contribute`) works too. It must not be readable by other users (chmod 600).
	#[arg(long, value_name = "LIST")]
	pub list: PathBuf,
	/// Confirm the consents in FILE, which a colleague has entered. It must have the same patients as your
	/// own list. With your own FILE, continue an interrupted entry.
	#[arg(long, value_name = "FILE")]
	pub confirm: Option<PathBuf>,
	/// Institution that you act for and that enrolled the patients.
	#[arg(long, value_name = "WHO", required_unless_present = "confirm")]
	pub institution: Option<String>,
	/// File to write for the second clinician, who confirms with it.
	#[arg(long, value_name = "FILE", required_unless_present = "confirm")]
	pub out: Option<PathBuf>,
	/// Which studies.
	#[command(flatten)]
	pub choice: Choice,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// What a hospital contributes.
#[derive(Clone, Debug, Args)]
pub struct Contribution {
	/// Number of the study.
	#[arg(value_parser = parse_number)]
	pub study: u32,
	/// Folder with the hospital's FHIR data, or (with --own) with your opened records: bundles in JSON, or
	/// NDJSON.
	#[arg(long, value_name = "FOLDER")]
	pub fhir: PathBuf,
	/// CSV file of the patients, with the columns account,patient and, for patients whom another
	/// hospital enrolled, record. It must not be readable by other users (chmod 600).
	#[arg(long, value_name = "FILE", required_unless_present = "own")]
	pub people: Option<PathBuf>,
	/// Contribute yourself, as a patient, from records that you have opened. Then no hospital needs to
	/// count you.
	#[arg(long, conflicts_with_all = ["people", "institution"])]
	pub own: bool,
	/// Institution that you act for, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// Only print how many people would be contributed. Sign and send nothing.
	#[arg(long)]
	pub dry_run: bool,
	/// Wait until the round is frozen, then send the report. Without --wait, run the command again after
	/// the freeze, in the first half of the time to gather.
	#[arg(long, conflicts_with = "dry_run")]
	pub wait: bool,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
}

/// Which report is checked.
#[derive(Clone, Debug, Args)]
pub struct WhichReport {
	/// Number of the study.
	#[arg(value_parser = parse_number)]
	pub study: u32,
	/// Number of the round, from 0 [default: the current one].
	#[arg(long, value_name = "ROUND")]
	pub round: Option<u8>,
	/// Institution that you act for, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
}

/// Which result is shown, and how.
#[derive(Clone, Debug, Args)]
pub struct WhichResult {
	/// Number of the study.
	#[arg(value_parser = parse_number)]
	pub study: u32,
	/// Number of the round, from 0 [default: the last one with a result].
	#[arg(long, value_name = "ROUND")]
	pub round: Option<u8>,
	/// Also write a chart with error bars into this SVG file.
	#[arg(long, value_name = "FILE")]
	pub plot: Option<PathBuf>,
	/// Print CSV.
	#[arg(long)]
	pub csv: bool,
	/// Also show the values of cells under 11.
	#[arg(long)]
	pub raw: bool,
}

/// `vouchsafe study …`
#[derive(Debug, Subcommand)]
pub enum StudyCommand {
	/// Propose a study, as a researcher. The council has to approve it, and each aggregator to accept
	/// it.
	#[command(
		after_help = "The file is TOML or JSON. It names the protocol's file, relative to itself. The \
		question and the sources are in the protocol.\n\n\
		Example of a file:\n  \
		protocol = \"allergies.json\"\n  \
		ethics = \"approval.pdf\"\n  \
		country = \"DE\"\n  \
		aggregators = [\"Health Authority\", \"Hospital B\"]\n  \
		epsilon = 1.0\n  \
		first_close = \"+14d\"\n  \
		gather = \"1d\"\n  \
		answer = \"1d\"\n\n\
		Optional: purpose, disease, traits, least, rounds, interval.\n\n\
		Example:\n  vouchsafe --key okafor study propose allergies.toml"
	)]
	Propose {
		/// File with the terms of the study.
		file: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Withdraw your own study before the council has approved it.
	#[command(after_help = "Example:\n  vouchsafe --key okafor study withdraw 3")]
	Withdraw {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Give up what was not done in time. Every active account can do this. A study that has not begun by
	/// its first close ends. A round that its aggregators have not frozen, agreed on or answered in time
	/// is lost, or its reports are gathered again.
	#[command(after_help = "Example:\n  vouchsafe --key okafor study give-up 3")]
	GiveUp {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// List the studies.
	#[command(after_help = "Example:\n  vouchsafe study list --all")]
	List {
		/// Also list those that have ended.
		#[arg(long)]
		all: bool,
	},
	/// Show a study: its question, its rounds, what it costs, and whether your consents let it count you.
	#[command(after_help = "Example:\n  vouchsafe --key eva study show 3")]
	Show {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
	},
	/// Choose to be counted in studies, as a patient. The sentence is shown before you sign it. A second
	/// choice for the same studies replaces the first.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva study choose\n  \
		vouchsafe --key eva study choose --disease MONDO:0005148 --trait commercial --until +2years")]
	Choose {
		/// Which studies.
		#[command(flatten)]
		choice: Choice,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Agree to be counted in one study. The sentence is shown before you sign it.
	#[command(after_help = "Example:\n  vouchsafe --key eva study join 3")]
	Join {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Leave one study: you are not counted in any round that is frozen later.
	#[command(after_help = "Example:\n  vouchsafe --key eva study leave 3")]
	Leave {
		/// Number of the study.
		#[arg(value_parser = parse_number)]
		study: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Show your choices, to which rounds you were contributed, and how much privacy budget you have left.
	#[command(after_help = "Example:\n  vouchsafe --key eva study mine")]
	Mine,
	/// Enter the choices that patients gave on paper, as a clinician of the hospital that enrolled them. A
	/// second clinician confirms them, with a list of their own that they made from the papers. They count
	/// after a delay, which is usually a day, and for five years at most.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key berger study assist --list first.csv --institution \"Hospital A\" --out paper.json\n  \
		vouchsafe --key weber study assist --list second.csv --confirm paper.json")]
	Assist(Paper),
	/// Contribute a hospital's patients to a round of a study, and send the report about them. An
	/// interrupted command continues where it stopped.
	#[command(
		after_help = "The people file has a line for each patient. PATIENT is the id of the FHIR Patient, \
		or SYSTEM|VALUE of an identifier of the protocol’s system:\n  \
		account,patient,record\n  \
		5Grwva…,8d1f0a2c,\n  \
		5FHneW…,urn:oid:1.2.3|4711,3f9a0c1d…\n\n\
		Examples:\n  \
		vouchsafe --key registrar study contribute 3 --fhir export/ --people people.csv --dry-run\n  \
		vouchsafe --key registrar study contribute 3 --fhir export/ --people people.csv --wait\n  \
		vouchsafe --key eva study contribute 3 --own --fhir read/ --wait"
	)]
	Contribute(Contribution),
	/// Check that your report counts: each aggregator proves its place in the tally that is on the chain.
	#[command(after_help = "Example:\n  vouchsafe --key registrar study check 3")]
	Check(WhichReport),
	/// Show the result of a round with its 95 % intervals.
	#[command(
		after_help = "Each value has noise, so it may be negative. Cells under 11 are shown as “under 11” \
		without --raw. This is a publishing convention. The noise is the protection.\n\n\
		Examples:\n  \
		vouchsafe study result 3\n  \
		vouchsafe study result 3 --round 0 --plot allergies.svg\n  \
		vouchsafe study result 3 --csv --raw"
	)]
	Result(WhichResult),
}
