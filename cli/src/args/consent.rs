//! The arguments of `vouchsafe consent`.

use super::{parse_number, word, Acting, Agreement, Unasked};
use crate::dates::{parse_last_month, parse_month};
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Subcommand,
};
use std::path::PathBuf;
use vouchsafe_client::chain::{Action, Category, Confidentiality, Purpose, StudyTrait};
use vouchsafe_primitives::Vocabulary;

/// What a consent or request covers.
#[derive(Clone, Debug, Default, Args)]
pub struct About {
	/// Categories of records [default: all].
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	pub category: Vec<Category>,
	/// One record. Repeat it for several [default: all].
	#[arg(long = "record", value_name = "RECORD")]
	pub records: Vec<String>,
	/// Sensitivity labels that it covers in addition to records without labels, or `all` [default:
	/// none; all for a permit only to write]. With --deny: labels that it closes [default: all
	/// records].
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
	/// Cover only records with sensitivity labels, and no labels other than these.
	#[arg(
		long = "only-label",
		value_name = "WORD",
		value_delimiter = ',',
		conflicts_with = "labels"
	)]
	pub only_labels: Vec<String>,
	/// Highest confidentiality that it covers; lowest with --deny [default: normal;
	/// very-restricted for a permit only to write].
	#[arg(long, value_name = "LEVEL", value_parser = word::<Confidentiality>())]
	pub confidentiality: Option<Confidentiality>,
	/// Actions [default: read; aggregate for studies].
	#[arg(long, value_delimiter = ',', value_parser = word::<Action>())]
	pub action: Vec<Action>,
	/// Purposes of use [default: treatment; research for studies].
	#[arg(long, value_delimiter = ',', value_parser = word::<Purpose>())]
	pub purpose: Vec<Purpose>,
	/// Only records of this month of service or later.
	#[arg(long, value_name = "MONTH", value_parser = parse_month)]
	pub data_from: Option<u16>,
	/// Only records of this month of service or earlier.
	#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
	pub data_to: Option<u16>,
}

/// Further limits of a consent.
#[derive(Clone, Debug, Default, Args)]
pub struct Reach {
	/// Start [default: now].
	#[arg(long, value_name = "MOMENT")]
	pub valid_from: Option<String>,
	/// End: a date, or a span such as +30d [default: until revoked].
	#[arg(long, value_name = "MOMENT")]
	pub until: Option<String>,
	/// Only records written at this institution. Repeat it for several.
	#[arg(long = "author", value_name = "WHO")]
	pub authors: Vec<String>,
	/// Only records that this institution is responsible for. Repeat it for several.
	#[arg(long = "kept-by", value_name = "WHO")]
	pub holders: Vec<String>,
	/// Only readers from these countries.
	#[arg(long, value_delimiter = ',')]
	pub country: Vec<String>,
}

/// What a consent covers that clinicians enter for a patient: never the log, nor records with labels or
/// of a higher confidentiality than normal.
#[derive(Clone, Debug, Default, Args)]
pub struct AssistedCover {
	/// Categories of records [default: all].
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	category: Vec<Category>,
	/// One record. Repeat it for several [default: all].
	#[arg(long = "record", value_name = "RECORD")]
	records: Vec<String>,
	/// Actions [default: read].
	#[arg(long, value_delimiter = ',', value_parser = action_on_records())]
	action: Vec<Action>,
	/// Purposes of use [default: treatment].
	#[arg(long, value_delimiter = ',', value_parser = word::<Purpose>())]
	purpose: Vec<Purpose>,
	/// Only records of this month of service or later.
	#[arg(long, value_name = "MONTH", value_parser = parse_month)]
	data_from: Option<u16>,
	/// Only records of this month of service or earlier.
	#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
	data_to: Option<u16>,
	/// Start [default: in a day, which is the earliest].
	#[arg(long, value_name = "MOMENT")]
	valid_from: Option<String>,
	/// End: a date, or a span such as +30d [default: in 90 days, which is the latest].
	#[arg(long, value_name = "MOMENT")]
	until: Option<String>,
	/// Only records written at this institution. Repeat it for several.
	#[arg(long = "author", value_name = "WHO")]
	authors: Vec<String>,
	/// Only records that this institution is responsible for. Repeat it for several.
	#[arg(long = "kept-by", value_name = "WHO")]
	holders: Vec<String>,
	/// Only readers from these countries.
	#[arg(long, value_delimiter = ',')]
	country: Vec<String>,
}

impl AssistedCover {
	/// The same as of any consent.
	pub fn into_parts(self) -> (About, Reach) {
		let Self { category, records, action, purpose, data_from, data_to, .. } = self;
		let about =
			About { category, records, action, purpose, data_from, data_to, ..About::default() };
		let Self { valid_from, until, authors, holders, country, .. } = self;
		(about, Reach { valid_from, until, authors, holders, country })
	}
}

/// A parser for actions but reading the log.
fn action_on_records() -> impl TypedValueParser<Value = Action> {
	let words = Action::WORDS.iter().copied().filter(|word| *word != Action::ReadLog.word());
	PossibleValuesParser::new(words).try_map(|word| word.parse::<Action>())
}

/// The studies that a consent reaches.
#[derive(Clone, Debug, Default, Args)]
pub struct Studies {
	/// Kinds of studies that a permit for research covers, in addition to those without such a trait. With
	/// --deny: kinds of studies that it closes.
	#[arg(long = "trait", value_name = "TRAIT", value_delimiter = ',', value_parser = word::<StudyTrait>())]
	pub traits: Vec<StudyTrait>,
}

/// Agreement to a consent, and whether the patient's key shares are carried.
#[derive(Clone, Debug, Default, Args)]
pub struct Agreeing {
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
	/// Do not give your own key shares to a custodian.
	#[arg(long)]
	pub no_carry: bool,
	/// Institution whose custodian gets your own key shares [default: the grantee's].
	#[arg(long, value_name = "WHO", conflicts_with = "no_carry")]
	pub carry_to: Option<String>,
}

/// `vouchsafe consent …`
#[derive(Debug, Subcommand)]
pub enum ConsentCommand {
	/// Permit or forbid something. The sentence is shown before you sign it.
	#[command(
		after_help = "Grantees: everyone, role:nurse, role:nurse@INSTITUTION, INSTITUTION, \
		team:1@INSTITUTION, NAME@INSTITUTION, person:NAME, study:1, research (every study), \
		research:MONDO_ID (every study on a disease, by its number in the ontology MONDO)\n\n\
		Examples:\n  \
		vouchsafe --key eva consent grant --to \"team:1@Hospital B\" --category imaging \
		--until +30d\n  \
		vouchsafe --key eva consent grant --to research --trait commercial,methods\n  \
		vouchsafe --key eva consent grant --to \"Hospital A\" --action read,write\n  \
		vouchsafe --key eva consent grant --deny --to \"person:Dr. Berger\""
	)]
	Grant {
		/// The grantee.
		#[arg(long, value_name = "GRANTEE")]
		to: String,
		/// Forbid instead of permit.
		#[arg(long)]
		deny: bool,
		/// Forbid it in an emergency, too.
		#[arg(long, requires = "deny")]
		even_in_emergency: bool,
		/// What it covers.
		#[command(flatten)]
		about: About,
		/// Further limits.
		#[command(flatten)]
		reach: Reach,
		/// Studies.
		#[command(flatten)]
		studies: Studies,
		/// Agreement.
		#[command(flatten)]
		agreeing: Agreeing,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Change a consent. What you do not name stays as it is.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent amend 3 --until +1year")]
	Amend {
		/// Number of the consent.
		#[arg(value_parser = parse_number)]
		consent: u32,
		/// What it covers.
		#[command(flatten)]
		about: About,
		/// Further limits.
		#[command(flatten)]
		reach: Reach,
		/// Studies.
		#[command(flatten)]
		studies: Studies,
		/// Agreement.
		#[command(flatten)]
		agreeing: Agreeing,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Revoke a consent. It ends with the next block.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva consent revoke 3\n  \
		vouchsafe --key registrar consent revoke 3 --patient Eva")]
	Revoke {
		/// Number of the consent.
		#[arg(value_parser = parse_number)]
		consent: u32,
		/// Patient whose key was lost when the consent was given (as the institution that enrolled the
		/// patient, or its registrar) [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Confirm a consent that was given while your key was lost. Until then it does not count.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent confirm 3")]
	Confirm {
		/// Number of the consent.
		#[arg(value_parser = parse_number)]
		consent: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Stop everything: forbid everyone everything, with one signature. Your other consents stay, and count
	/// again after `resume`.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva consent stop\n  \
		vouchsafe --key eva consent stop --allow-adding")]
	Stop {
		/// Let those who may add records go on adding them.
		#[arg(long)]
		allow_adding: bool,
		/// Forbid it in an emergency, too.
		#[arg(long)]
		even_in_emergency: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Lift the stop. Your other consents count again.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent resume")]
	Resume {
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Enter a consent for a patient who cannot use a wallet, as a clinician of the hospital that enrolled
	/// the patient. A second clinician has to confirm it. It counts after a delay, which is usually a day,
	/// and for 90 days at most.
	#[command(after_help = "Example:\n  \
		vouchsafe --key berger consent assist --patient Eva --institution \"Hospital A\" --out eva.json")]
	Assist {
		/// The patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// Institution that you act for.
		#[arg(long, value_name = "WHO")]
		institution: String,
		/// Grantee: the institution, or somebody there [default: the institution].
		#[arg(long, value_name = "GRANTEE")]
		to: Option<String>,
		/// File for the second clinician, and for the patient.
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
		/// What it covers.
		#[command(flatten)]
		covered: AssistedCover,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Confirm a consent that a colleague entered for a patient, or, as a health authority, one that waits
	/// for you.
	#[command(
		name = "confirm-assisted",
		after_help = "Example:\n  vouchsafe --key weber consent confirm-assisted eva.json"
	)]
	ConfirmAssisted {
		/// File that the colleague made.
		file: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Refuse for good that a hospital's staff enter consents in your name.
	#[command(
		name = "refuse-assisted",
		after_help = "Example:\n  vouchsafe --key eva consent refuse-assisted"
	)]
	RefuseAssisted {
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// List a patient's consents, and those that wait for another signature.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva consent list\n  \
		vouchsafe --key eva consent list --all")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Also list those that have ended, from the patient's log.
		#[arg(long)]
		all: bool,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Show who can read which of a patient's records now, and by which consents. With -v, also why not.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva consent who\n  \
		vouchsafe --key eva consent who --reader \"Dr. Berger\"")]
	Who {
		/// Show what this reader can read, record by record.
		#[arg(long, value_name = "WHO")]
		reader: Option<String>,
		/// Institution that the reader acts for, if the reader works for several.
		#[arg(long, value_name = "WHO", requires = "reader")]
		institution: Option<String>,
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Explain whether somebody may do something with a record, and why.
	#[command(after_help = "Example:\n  \
		vouchsafe --key eva consent explain --reader \"Dr. Berger\" --record 3f9a0c1d")]
	Explain {
		/// The reader.
		#[arg(long, value_name = "WHO")]
		reader: String,
		/// The record.
		#[arg(long, value_name = "RECORD")]
		record: String,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Institution that the reader acts for.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// The action.
		#[arg(long, default_value = "read", value_parser = word::<Action>())]
		action: Action,
		/// The purpose of use.
		#[arg(long, default_value = "treatment", value_parser = word::<Purpose>())]
		purpose: Purpose,
		/// `--for`.
		#[command(flatten)]
		acting: Acting,
	},
	/// Give your label key again to the custodians of institutions that may add records.
	#[command(
		name = "deliver-labels",
		after_help = "Example:\n  \
		vouchsafe --key eva consent deliver-labels"
	)]
	DeliverLabels {
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
	/// Give your own key shares of records that were added since to a custodian.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent carry 3")]
	Carry {
		/// Number of the consent.
		#[arg(value_parser = parse_number)]
		consent: u32,
		/// Institution whose custodian gets them [default: the grantee's].
		#[arg(long, value_name = "WHO")]
		to: Option<String>,
		/// `--yes`.
		#[command(flatten)]
		unasked: Unasked,
	},
}
