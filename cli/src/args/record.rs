//! The arguments of `vouchsafe record`.

use super::{parse_number, word, Acting, Agreement, Unasked};
use crate::dates::{parse_duration, parse_last_month, parse_months};
use anyhow::Context;
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Subcommand,
};
use std::path::PathBuf;
use vouchsafe_client::chain::{
	Category, Confidentiality, Origin, Purpose, RecordStatus, RelationKind,
};
use vouchsafe_fhir::Unit;
use vouchsafe_primitives::Vocabulary;

/// A choice of a patient's records.
#[derive(Clone, Debug, Default, Args)]
pub struct WhichRecords {
	/// Ids of the records, or their first digits.
	#[arg(value_name = "RECORD")]
	pub records: Vec<String>,
	/// The patient [default: yourself].
	#[arg(long, value_name = "WHO")]
	pub patient: Option<String>,
	/// All records of the patient, or of the categories.
	#[arg(long, conflicts_with = "records")]
	pub all: bool,
	/// Only records of these categories.
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	pub category: Vec<Category>,
	/// `--for`.
	#[command(flatten)]
	pub acting: Acting,
}

/// How documents are added.
#[derive(Clone, Debug, Args)]
pub struct Adding {
	/// Your institution, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// How many shares open the key [default: 3].
	#[arg(long, value_name = "NUMBER")]
	pub threshold: Option<u8>,
	/// Institution or authority that holds a share of the key. Repeat it for several.
	#[arg(long = "holder", value_name = "WHO")]
	pub holders: Vec<String>,
	/// Do not give the patient a share of the key. This is the default for a ward, which could not open it.
	#[arg(long)]
	pub without_patient: bool,
	/// Add a sensitivity label that the document's codes do not imply.
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
	/// Allow labels that are neither usual ones nor known for this patient.
	#[arg(long)]
	pub new_label: bool,
	/// How long to wait for acknowledgements [default: a minute for custodians that do not accept their
	/// share]. `record add --resume` continues.
	#[arg(long, value_name = "SPAN", value_parser = parse_duration)]
	pub wait: Option<u64>,
	/// Wait for Enter before each step (for demonstrations).
	#[arg(long)]
	pub step_by_step: bool,
	/// Go on without asking about new labels, similar records or what is given up.
	#[arg(long)]
	pub yes: bool,
}

impl Adding {
	/// Whether to ask.
	pub fn agreement(&self) -> Agreement {
		Agreement { yes: self.yes }
	}
}

/// A parser for how a record can be marked: it cannot become valid again.
fn mark() -> impl TypedValueParser<Value = RecordStatus> {
	let marks =
		RecordStatus::WORDS.iter().copied().filter(|word| *word != RecordStatus::Current.word());
	PossibleValuesParser::new(marks).try_map(|word| word.parse::<RecordStatus>())
}

/// `vouchsafe record …`
#[derive(Debug, Subcommand)]
pub enum RecordCommand {
	/// Add a document of any type, as a new record or as a version of one.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key berger record add scan.dcm --patient Eva --category imaging --title \
		\"CT, head\"\n  \
		vouchsafe --key berger record add letter.pdf --patient Eva --category other \
		--appends 3f9a…\n  \
		vouchsafe --key berger record add letter2.pdf --version-of 3f9a… --patient Eva\n  \
		vouchsafe --key berger record add --resume\n  \
		vouchsafe --key berger record add --give-up 3f9a0c1d")]
	Add(AddDocument),
	/// Import a FHIR R4 bundle as one record per encounter and category, or another file as one record.
	#[command(after_help = "Examples:\n  \
		vouchsafe record import bundle.json --dry-run\n  \
		vouchsafe --key berger record import bundle.json --patient Eva\n  \
		vouchsafe --key berger record import scan.pdf --patient Eva --month 2025-04")]
	Import(ImportFile),
	/// List a patient's records. Their titles are shown only when they are opened.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record list\n  \
		vouchsafe --key eva record list --category laboratory,imaging")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Only records of these categories.
		#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
		category: Vec<Category>,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Show a record: its versions, and who holds the shares of their keys.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record show 3f9a0c1d\n  \
		vouchsafe --key eva record show 3f9a0c1d --readable")]
	Show {
		/// The record.
		record: String,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Open the record, and print what is in it: headings, facts and tables.
		#[arg(long)]
		readable: bool,
		/// Purpose of use of `--readable` [default: treatment; patient-request if you are the patient].
		#[arg(long, requires = "readable", value_parser = word::<Purpose>())]
		purpose: Option<Purpose>,
		/// Your institution for `--readable`, if you work for several.
		#[arg(long, requires = "readable", value_name = "WHO")]
		institution: Option<String>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Open records: ask the chain, collect key shares, decrypt and check.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record open --all --out records/\n  \
		vouchsafe --key berger record open 3f9a0c1d --patient Eva --out letter.pdf\n  \
		vouchsafe --key berger record open --patient Eva --all --category imaging --out \
		records/")]
	Open(OpenRecords),
	/// Check every copy of records at every custodian.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record verify --all\n  \
		vouchsafe record verify 3f9a0c1d --patient Eva")]
	Verify {
		/// Which records.
		#[command(flatten)]
		which: WhichRecords,
		/// Version to check [default: the last].
		#[arg(long, value_name = "NUMBER", value_parser = parse_number)]
		version: Option<u32>,
	},
	/// Add sensitivity labels to a record: as its patient, or as two of the author institution's staff.
	#[command(after_help = "Example:\n  \
		vouchsafe --key berger record label 3f9a0c1d psychiatry --patient Eva")]
	Label {
		/// The record.
		record: String,
		/// The labels.
		#[arg(required = true, value_name = "WORD")]
		labels: Vec<String>,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Allow labels that are neither usual ones nor known for this patient.
		#[arg(long)]
		new_label: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Mark a record as entered in error. This takes a registrar and a clinician of the author institution.
	#[command(after_help = "Example:\n  \
		vouchsafe --key berger record mark 3f9a0c1d wrong-patient --patient Eva")]
	Mark {
		/// The record.
		record: String,
		/// What is wrong.
		#[arg(value_parser = mark())]
		status: RecordStatus,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Take a record's mark back, so that it counts again. This takes two people, as for `mark`.
	#[command(
		after_help = "Example:\n  vouchsafe --key berger record unmark 3f9a0c1d --patient Eva"
	)]
	Unmark {
		/// The record.
		record: String,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Show which institutions hold a patient's records and key shares, since when, and who may hold key
	/// shares of future records.
	#[command(after_help = "Example:\n  vouchsafe --key eva record holdings")]
	Holdings {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Choose who may hold key shares of your future records (as a patient).
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record holders --country DE,AT\n  \
		vouchsafe --key eva record holders                     (removes the choice)")]
	Holders {
		/// Institution or authority that may hold shares. Repeat it for several [default: all].
		#[arg(long = "holder", value_name = "WHO")]
		holders: Vec<String>,
		/// Countries in which holders may be [default: all].
		#[arg(long, value_delimiter = ',')]
		country: Vec<String>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
}

/// `vouchsafe record add`
#[derive(Debug, Args)]
pub struct AddDocument {
	/// The document.
	#[arg(required_unless_present_any = ["resume", "give_up"])]
	pub file: Option<PathBuf>,
	/// The patient [default: yourself].
	#[arg(long, value_name = "WHO")]
	pub patient: Option<String>,
	/// Continue everything that was started and not finished.
	#[arg(long, conflicts_with_all = ["file", "patient"])]
	pub resume: bool,
	/// Give up a document whose adding was not finished, named by its title or its record.
	#[arg(long, value_name = "RECORD", conflicts_with_all = ["file", "patient", "resume"])]
	pub give_up: Option<String>,
	/// Category of the record [default: other; patient-entered if you are the patient].
	#[arg(long, value_parser = word::<Category>())]
	pub category: Option<Category>,
	/// Title, which only readers see [default: the file's name].
	#[arg(long)]
	pub title: Option<String>,
	/// Media type [default: by the file's name and content].
	#[arg(long)]
	pub media_type: Option<String>,
	/// First month of service, or a year for its twelve months [default: this month].
	#[arg(long, value_name = "MONTH", value_parser = parse_months)]
	pub from: Option<(u16, u16)>,
	/// Last month of service [default: the first, or the last of the year].
	#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
	pub to: Option<u16>,
	/// Record that this one adds to.
	#[arg(long, value_name = "RECORD")]
	pub appends: Option<String>,
	/// Record that this one is a conversion or translation of.
	#[arg(long, value_name = "RECORD", conflicts_with = "appends")]
	pub transforms: Option<String>,
	/// Record that this document is a new version of.
	#[arg(long, value_name = "RECORD", conflicts_with_all = ["appends", "transforms", "category"])]
	pub version_of: Option<String>,
	/// Confidentiality.
	#[arg(long, default_value = "normal", value_parser = word::<Confidentiality>())]
	pub confidentiality: Confidentiality,
	/// Origin of the document [default: authored; patient-entered if you are the patient].
	#[arg(long, value_parser = word::<Origin>())]
	pub origin: Option<Origin>,
	/// How it is added.
	#[command(flatten)]
	pub adding: Adding,
}

/// `vouchsafe record import`
#[derive(Debug, Args)]
pub struct ImportFile {
	/// FHIR R4 bundle in JSON, or any other document.
	pub file: PathBuf,
	/// The patient.
	#[arg(long, value_name = "WHO", required_unless_present = "dry_run")]
	pub patient: Option<String>,
	/// What becomes one record: the whole file, an encounter and a category, or a category.
	#[arg(long, default_value = "encounter", value_parser = unit())]
	pub unit: Unit,
	/// Month of records without a date, or a year for its twelve months.
	#[arg(long, value_name = "MONTH", value_parser = parse_months)]
	pub month: Option<(u16, u16)>,
	/// Confidentiality of all records [default: what the source says, but at least restricted for
	/// HIV, psychiatry, substance use, sexual health and violence].
	#[arg(long, value_parser = word::<Confidentiality>())]
	pub confidentiality: Option<Confidentiality>,
	/// Do not label records by the codes in them.
	#[arg(long)]
	pub without_labels: bool,
	/// Import a search result even if further pages of it are missing.
	#[arg(long)]
	pub incomplete: bool,
	/// Import a file, or records, again.
	#[arg(long)]
	pub again: bool,
	/// Accept a file in which the patient has another name or number than in earlier imports.
	#[arg(long)]
	pub same_patient: bool,
	/// Only show what would be added.
	#[arg(long)]
	pub dry_run: bool,
	/// How it is added.
	#[command(flatten)]
	pub adding: Adding,
}

/// `vouchsafe record open`
#[derive(Debug, Args)]
pub struct OpenRecords {
	/// Which records.
	#[command(flatten)]
	pub which: WhichRecords,
	/// Version to open [default: the last].
	#[arg(long, value_name = "NUMBER", value_parser = parse_number)]
	pub version: Option<u32>,
	/// Purpose of use [default: treatment; patient-request if you are the patient].
	#[arg(long, value_parser = word::<Purpose>())]
	pub purpose: Option<Purpose>,
	/// Your institution, if you work for several.
	#[arg(long, value_name = "WHO")]
	pub institution: Option<String>,
	/// File for one record, folder for several [default: this folder].
	#[arg(long, value_name = "PATH")]
	pub out: Option<PathBuf>,
	/// Replace the file if it exists.
	#[arg(long)]
	pub force: bool,
	/// `--yes`.
	#[command(flatten)]
	pub unasked: Unasked,
}

/// The relation that `--appends` or `--transforms` names.
pub fn relation(
	appends: Option<String>,
	transforms: Option<String>,
) -> Option<(RelationKind, String)> {
	appends
		.map(|target| (RelationKind::Appends, target))
		.or(transforms.map(|target| (RelationKind::Transforms, target)))
}

/// A parser for what makes one record.
fn unit() -> impl TypedValueParser<Value = Unit> {
	PossibleValuesParser::new(Unit::ALL.map(Unit::word))
		.try_map(|word| Unit::from_word(&word).context("not a unit"))
}
