//! The command line.

use crate::{
	dates::{parse_duration, parse_last_month, parse_month, parse_months},
	words::{
		AccountKind, Action, Category, Confidentiality, Origin, Purpose, RecordStatus,
		RelationKind, Role, Status, Word,
	},
};
use anyhow::{Context, Result};
use clap::builder::TypedValueParser;
use clap::{builder::PossibleValuesParser, Args, Parser, Subcommand};
use std::path::PathBuf;
use vouchsafe_fhir::Unit;

/// Patients decide who reads their medical records: every role's commands.
#[derive(Debug, Parser)]
#[command(
	name = "vouchsafe",
	version,
	arg_required_else_help = true,
	propagate_version = true,
	after_help = "Who is who: names come from your address book (`vouchsafe name`), your keys and \
	the chain's institutions; addresses and 0x-hex work everywhere too.\n\nExamples:\n  vouchsafe key \
	generate eva\n  vouchsafe --key eva status\n  vouchsafe --key eva consent grant --to \"team:1@Hospital \
	B\" --category laboratory --until +30d\n  vouchsafe --key berger record open --patient Eva --all --out \
	records/"
)]
pub struct Cli {
	/// The node's address.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_NODE",
		default_value = "ws://127.0.0.1:9944",
		value_name = "URL"
	)]
	pub node: String,
	/// The folder of keys, address book and journal [default: ~/.config/vouchsafe].
	#[arg(long, global = true, env = "VOUCHSAFE_HOME", value_name = "FOLDER")]
	pub home: Option<PathBuf>,
	/// With which key to act: a name, or with --dev one like //DoctorA.
	#[arg(long, global = true, env = "VOUCHSAFE_KEY", value_name = "NAME")]
	pub key: Option<String>,
	/// Allow development keys, which everybody knows, on a development chain.
	#[arg(long, global = true)]
	pub dev: bool,
	/// Take the passphrase from the first line of a file.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_PASSPHRASE_FILE",
		value_name = "FILE",
		conflicts_with = "passphrase_stdin"
	)]
	pub passphrase_file: Option<PathBuf>,
	/// Take passphrases from standard input, a line each.
	#[arg(long, global = true)]
	pub passphrase_stdin: bool,
	/// Answer in JSON, for machines.
	#[arg(long, global = true)]
	pub json: bool,
	/// Say on standard error what goes on (twice: in detail).
	#[arg(long, short, global = true, action = clap::ArgAction::Count)]
	pub verbose: u8,
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Your keys: an account that signs, and an encryption key beside it.
	#[command(subcommand)]
	Key(KeyCommand),
	/// The address book.
	#[command(subcommand)]
	Name(NameCommand),
	/// Who takes part: enrolment, affiliations, care teams, custodians.
	#[command(subcommand)]
	Enrol(EnrolCommand),
	/// The council's motions: admissions and upgrades.
	#[command(subcommand)]
	Council(CouncilCommand),
	/// Records: add, import, list, open, verify.
	#[command(subcommand)]
	Record(RecordCommand),
	/// A patient's consents.
	#[command(subcommand)]
	Consent(ConsentCommand),
	/// Asking a patient for access, and answering.
	#[command(subcommand)]
	Request(RequestCommand),
	/// A patient's log: who did what.
	#[command(subcommand)]
	Audit(AuditCommand),
	/// The node, the chain, the custodians, and your own account.
	#[command(after_help = "Example:\n  vouchsafe --key eva status")]
	Status,
}

/// A parser for one of the chain's lists.
fn word<T: Word + Send + Sync>() -> impl TypedValueParser<Value = T> {
	PossibleValuesParser::new(T::words()).try_map(|word| T::from_word(&word))
}

/// A parser for what makes one record.
fn unit() -> impl TypedValueParser<Value = Unit> {
	PossibleValuesParser::new(Unit::ALL.map(Unit::word))
		.try_map(|word| Unit::from_word(&word).context("not a unit"))
}

/// `vouchsafe key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
	/// Make a key with a new account. Its words are shown once.
	#[command(after_help = "Example:\n  vouchsafe key generate eva")]
	Generate {
		/// The key's name.
		name: String,
	},
	/// Make a key from an account that there is: its words, or a wallet's JSON export.
	#[command(
		after_help = "Examples:\n  vouchsafe key import eva                          (asks for the words)\n  \
		vouchsafe key import eva --wallet-json export.json"
	)]
	Import {
		/// The key's name.
		name: String,
		/// An account exported by a polkadot-js wallet.
		#[arg(long, value_name = "FILE")]
		wallet_json: Option<PathBuf>,
		/// The first line of this file is that export's password.
		#[arg(long, value_name = "FILE", requires = "wallet_json")]
		wallet_password_file: Option<PathBuf>,
		/// The first line of this file is the account's words.
		#[arg(long, value_name = "FILE", conflicts_with = "wallet_json")]
		words_file: Option<PathBuf>,
	},
	/// Show keys' public halves.
	#[command(after_help = "Examples:\n  vouchsafe key show\n  vouchsafe key show eva --json")]
	Show {
		/// Which key; all if none is named.
		name: Option<String>,
	},
}

/// `vouchsafe name …`
#[derive(Debug, Subcommand)]
pub enum NameCommand {
	/// Give an account a name.
	#[command(after_help = "Example:\n  vouchsafe name add \"Dr. Berger\" 5Grwva…")]
	Add {
		/// The name.
		name: String,
		/// The account: an address or 0x and hex.
		account: String,
	},
	/// Forget a name.
	Remove {
		/// The name.
		name: String,
	},
	/// List all names.
	#[command(after_help = "Example:\n  vouchsafe name list")]
	List,
}

/// `vouchsafe enrol …`
#[derive(Debug, Subcommand)]
pub enum EnrolCommand {
	/// As the one to be enrolled: sign that you want to be.
	#[command(
		after_help = "Example:\n  vouchsafe --key eva enrol sign --institution \"Hospital A\" --as patient \
		--out eva.json"
	)]
	Sign {
		/// By which institution.
		#[arg(long)]
		institution: String,
		/// As what.
		#[arg(long = "as", value_name = "KIND", value_parser = word::<AccountKind>())]
		kind: AccountKind,
		/// How long the signature is good.
		#[arg(long, default_value = "7d", value_name = "SPAN", value_parser = parse_duration)]
		valid_for: u64,
		/// Where to write it; to standard output otherwise.
		#[arg(long, value_name = "FILE")]
		out: Option<PathBuf>,
	},
	/// As the institution or its registrar: enrol who has signed.
	#[command(after_help = "Example:\n  vouchsafe --key registrar enrol submit eva.json")]
	Submit {
		/// What the enrollee signed.
		file: PathBuf,
	},
	/// Give a practitioner a role at your institution.
	#[command(
		after_help = "Example:\n  vouchsafe --key registrar enrol affiliate \"Dr. Berger\" --role physician \
		--until 2027-12-31"
	)]
	Affiliate {
		/// The practitioner.
		practitioner: String,
		/// As what.
		#[arg(long, value_parser = word::<Role>())]
		role: Role,
		/// At which institution, if you work for several.
		#[arg(long)]
		institution: Option<String>,
		/// From when on; from now if left out.
		#[arg(long, value_name = "MOMENT")]
		from: Option<String>,
		/// Until when.
		#[arg(long, value_name = "MOMENT")]
		until: Option<String>,
	},
	/// End a practitioner's work at your institution, now.
	EndAffiliation {
		/// The practitioner.
		practitioner: String,
		/// At which institution, if you work for several.
		#[arg(long)]
		institution: Option<String>,
	},
	/// Put a practitioner into a care team, or take one out.
	#[command(
		after_help = "Examples:\n  vouchsafe --key registrar enrol team \"Dr. Berger\" --join 1\n  vouchsafe \
		--key registrar enrol team \"Dr. Berger\" --leave 1"
	)]
	Team {
		/// The practitioner.
		practitioner: String,
		/// The team to join.
		#[arg(long, value_name = "NUMBER", required_unless_present = "leave")]
		join: Option<u32>,
		/// The team to leave.
		#[arg(long, value_name = "NUMBER", conflicts_with = "join")]
		leave: Option<u32>,
		/// At which institution, if you work for several.
		#[arg(long)]
		institution: Option<String>,
	},
	/// As an authority: attest a practitioner's licence.
	Attest {
		/// The practitioner.
		practitioner: String,
		/// At which institution.
		#[arg(long)]
		institution: String,
	},
	/// Set somebody's status.
	#[command(
		after_help = "Example:\n  vouchsafe --key registrar enrol status \"Dr. Berger\" suspended"
	)]
	Status {
		/// Whose.
		account: String,
		/// Which.
		#[arg(value_parser = word::<Status>())]
		status: Status,
	},
	/// Say that an account's key is lost, or found again.
	Signing {
		/// Whose.
		account: String,
		/// `disabled` or `enabled`.
		#[arg(value_parser = ["disabled", "enabled"])]
		state: String,
	},
	/// As an institution: name your custodian.
	#[command(
		after_help = "Example (asks the custodian who it is):\n  vouchsafe --key hospital enrol custodian --url \
		https://custodian.hospital-a.example"
	)]
	Custodian {
		/// Where it is reached.
		#[arg(long)]
		url: String,
		/// The account with which it signs; the custodian is asked if it is left out.
		#[arg(long, requires = "encryption_key")]
		account: Option<String>,
		/// Its encryption key.
		#[arg(long, value_name = "HEX", requires = "account")]
		encryption_key: Option<String>,
	},
	/// Show what the chain knows of an account.
	Show {
		/// Whose; your own if left out.
		account: Option<String>,
	},
	/// List institutions and authorities.
	List,
}

/// `vouchsafe council …`
#[derive(Debug, Subcommand)]
pub enum CouncilCommand {
	/// List open motions, and the council.
	List,
	/// Propose to admit an institution or authority.
	#[command(
		after_help = "Example:\n  vouchsafe --key hospital-a council admit 5FHne… --name \"Hospital D\" \
		--country FR --encryption-key 0x…"
	)]
	Admit {
		/// Its account.
		account: String,
		/// Its public name.
		#[arg(long)]
		name: String,
		/// Its country (ISO 3166, two letters).
		#[arg(long)]
		country: String,
		/// Its account's encryption key.
		#[arg(long, value_name = "HEX")]
		encryption_key: String,
		/// How many accounts it may enrol.
		#[arg(long, default_value_t = 100_000)]
		cap: u32,
		/// A health authority, and no institution.
		#[arg(long)]
		authority: bool,
	},
	/// Propose how many accounts an institution may enrol.
	Cap {
		/// Which institution.
		institution: String,
		/// How many.
		cap: u32,
	},
	/// Propose to set an institution's status.
	Status {
		/// Which institution.
		institution: String,
		/// Which status.
		#[arg(value_parser = word::<Status>())]
		status: Status,
	},
	/// Propose an upgrade of the runtime.
	#[command(
		after_help = "Example:\n  vouchsafe --key hospital-a council upgrade runtime.compact.compressed.wasm\n\n\
		After the motion is closed:\n  vouchsafe --key hospital-a council apply runtime.compact.compressed.wasm"
	)]
	Upgrade {
		/// The runtime's code.
		wasm: PathBuf,
	},
	/// Bring the code of an upgrade that a motion has authorised.
	Apply {
		/// The runtime's code.
		wasm: PathBuf,
	},
	/// Vote on a motion.
	#[command(after_help = "Example:\n  vouchsafe --key hospital-b council vote 0 yes")]
	Vote {
		/// The motion's number.
		motion: u32,
		/// `yes` or `no`.
		#[arg(value_parser = ["yes", "no"])]
		vote: String,
	},
	/// Close a motion that has enough votes, and carry it out.
	Close {
		/// The motion's number.
		motion: u32,
	},
}

/// Which records, where several can be meant.
#[derive(Clone, Debug, Default, Args)]
pub struct WhichRecords {
	/// The records: ids, or their first digits together with --patient.
	#[arg(value_name = "RECORD")]
	pub records: Vec<String>,
	/// Whose.
	#[arg(long, value_name = "WHO")]
	pub patient: Option<String>,
	/// All of the patient's, or all of the categories named.
	#[arg(long, conflicts_with = "records")]
	pub all: bool,
	/// Only records of this category.
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	pub category: Vec<Category>,
}

/// How a document is added.
#[derive(Clone, Debug, Args)]
pub struct Adding {
	/// For which institution, if you work for several.
	#[arg(long)]
	pub institution: Option<String>,
	/// How many shares open it [default: 3].
	#[arg(long, value_name = "NUMBER")]
	pub threshold: Option<u8>,
	/// An institution or authority that holds a share; several times for several.
	#[arg(long = "holder", value_name = "WHO")]
	pub holders: Vec<String>,
	/// The patient holds no share.
	#[arg(long)]
	pub without_patient: bool,
	/// Add a sensitivity label that the document's codes do not imply.
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
	/// Stop waiting for acknowledgements after this time; `record add --resume` goes on.
	#[arg(long, value_name = "SPAN", value_parser = parse_duration)]
	pub wait: Option<u64>,
	/// Wait for Enter before each step, for demonstrations.
	#[arg(long)]
	pub step_by_step: bool,
}

/// `vouchsafe record …`
#[derive(Debug, Subcommand)]
pub enum RecordCommand {
	/// Add a document of any type, as a record or as a further version of one.
	#[command(
		after_help = "Examples:\n  vouchsafe --key berger record add scan.dcm --patient Eva --category imaging \
		--title \"CT, head\"\n  vouchsafe --key berger record add letter.pdf --patient Eva --category other \
		--appends 3f9a…\n  vouchsafe --key berger record add letter2.pdf --version-of 3f9a… --patient Eva\n  \
		vouchsafe --key berger record add --resume"
	)]
	Add {
		/// The document.
		#[arg(required_unless_present = "resume")]
		file: Option<PathBuf>,
		/// Whose it is; your own if you are a patient.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Go on with everything that was begun and not finished.
		#[arg(long, conflicts_with_all = ["file", "patient"])]
		resume: bool,
		/// Its category [default: other, or patient-entered].
		#[arg(long, value_parser = word::<Category>())]
		category: Option<Category>,
		/// Its title, which only readers see [default: the file's name].
		#[arg(long)]
		title: Option<String>,
		/// Its media type [default: by the file's name].
		#[arg(long)]
		media_type: Option<String>,
		/// First month of what it is about, or a year for its twelve months [default: this month].
		#[arg(long, value_name = "MONTH", value_parser = parse_months)]
		from: Option<(u16, u16)>,
		/// Last month [default: the first, or the last of the year].
		#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
		to: Option<u16>,
		/// It adds to this record.
		#[arg(long, value_name = "RECORD")]
		appends: Option<String>,
		/// It is a conversion or translation of this record.
		#[arg(long, value_name = "RECORD", conflicts_with = "appends")]
		transforms: Option<String>,
		/// It is a further version of this record.
		#[arg(long, value_name = "RECORD", conflicts_with_all = ["appends", "transforms", "category"])]
		version_of: Option<String>,
		/// How freely it may be seen.
		#[arg(long, default_value = "normal", value_parser = word::<Confidentiality>())]
		confidentiality: Confidentiality,
		/// Where it comes from [default: authored, or patient-entered].
		#[arg(long, value_parser = word::<Origin>())]
		origin: Option<Origin>,
		/// How it is added.
		#[command(flatten)]
		adding: Adding,
	},
	/// Turn a FHIR R4 bundle into records, one per encounter and category, and add them. Any other
	/// file becomes one record.
	#[command(
		after_help = "Examples:\n  vouchsafe record import bundle.json --dry-run\n  vouchsafe --key berger \
		record import bundle.json --patient Eva\n  vouchsafe --key berger record import scan.pdf --patient Eva \
		--month 2025-04"
	)]
	Import {
		/// The file: a FHIR R4 bundle in JSON, or any other document.
		file: PathBuf,
		/// Whose it is.
		#[arg(long, value_name = "WHO", required_unless_present = "dry_run")]
		patient: Option<String>,
		/// What makes one record: the whole file, an encounter and a category, or a category.
		#[arg(long, default_value = "encounter", value_parser = unit())]
		unit: Unit,
		/// When it was, for what has no date: a month, or a year for its twelve months.
		#[arg(long, value_name = "MONTH", value_parser = parse_months)]
		month: Option<(u16, u16)>,
		/// Confidentiality of all records [default: what the source says, and restricted for HIV,
		/// psychiatry, substance use, sexual health and violence].
		#[arg(long, value_parser = word::<Confidentiality>())]
		confidentiality: Option<Confidentiality>,
		/// Do not label records by the codes in them.
		#[arg(long)]
		without_labels: bool,
		/// Import what is here of a search result that has further pages.
		#[arg(long)]
		incomplete: bool,
		/// Import a file, or records, that were imported before.
		#[arg(long)]
		again: bool,
		/// The file is about the patient, although name and numbers differ from earlier imports.
		#[arg(long)]
		same_patient: bool,
		/// Only show what would be added.
		#[arg(long)]
		dry_run: bool,
		/// How it is added.
		#[command(flatten)]
		adding: Adding,
	},
	/// List a patient's records. What they are about, only readers see.
	#[command(after_help = "Example:\n  vouchsafe --key eva record list")]
	List {
		/// Whose; your own if left out.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Show a record: versions, and who holds their keys.
	Show {
		/// The record.
		record: String,
		/// Whose, where the record is named by its first digits.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Open records: ask the chain, gather key shares, decrypt, check.
	#[command(
		after_help = "Examples:\n  vouchsafe --key eva record open --all --out records/\n  vouchsafe --key berger \
		record open 3f9a0c1d --patient Eva --out letter.pdf\n  vouchsafe --key berger record open --patient Eva \
		--all --category laboratory,imaging --out records/"
	)]
	Open {
		/// Which.
		#[command(flatten)]
		which: WhichRecords,
		/// Which version [default: the last].
		#[arg(long, value_name = "NUMBER")]
		version: Option<u32>,
		/// Why.
		#[arg(long, value_parser = word::<Purpose>())]
		purpose: Option<Purpose>,
		/// For which institution, if you work for several.
		#[arg(long)]
		institution: Option<String>,
		/// A file for one record, a folder for several [default: this folder].
		#[arg(long, value_name = "PATH")]
		out: Option<PathBuf>,
		/// Replace the file if it is there.
		#[arg(long)]
		force: bool,
	},
	/// Check every copy of records at every custodian; what was changed is named.
	#[command(
		after_help = "Examples:\n  vouchsafe --key eva record verify --all\n  vouchsafe record verify 3f9a…"
	)]
	Verify {
		/// Which.
		#[command(flatten)]
		which: WhichRecords,
		/// Which version [default: the last].
		#[arg(long, value_name = "NUMBER")]
		version: Option<u32>,
	},
	/// Add labels to a record.
	Label {
		/// The record.
		record: String,
		/// The labels' words.
		#[arg(required = true)]
		labels: Vec<String>,
		/// Whose, where the record is named by its first digits.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Mark a record as entered in error.
	Mark {
		/// The record.
		record: String,
		/// How it was wrong.
		#[arg(value_parser = word::<RecordStatus>())]
		status: RecordStatus,
		/// Whose, where the record is named by its first digits.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// As a patient: choose who may hold future records' keys, and where.
	#[command(
		after_help = "Example:\n  vouchsafe --key eva record holders --country DE,AT\n  vouchsafe --key eva record \
		holders            (lifts the choice)"
	)]
	Holders {
		/// An institution or authority; several times for several. None: all.
		#[arg(long = "holder", value_name = "WHO")]
		holders: Vec<String>,
		/// Countries. None: all.
		#[arg(long, value_delimiter = ',')]
		country: Vec<String>,
	},
}

/// What a consent or request is about.
#[derive(Clone, Debug, Default, Args)]
pub struct About {
	/// Categories of records; all if left out.
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	pub category: Vec<Category>,
	/// Single records.
	#[arg(long = "record", value_name = "RECORD")]
	pub records: Vec<String>,
	/// Sensitivity labels that are among it; `all` for all of them [default: none; for a permit
	/// only to write, all].
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
	/// What may be done [default: read].
	#[arg(long, value_delimiter = ',', value_parser = word::<Action>())]
	pub action: Vec<Action>,
	/// For which purpose [default: treatment].
	#[arg(long, value_delimiter = ',', value_parser = word::<Purpose>())]
	pub purpose: Vec<Purpose>,
	/// Only what is from this month on.
	#[arg(long, value_name = "MONTH", value_parser = parse_month)]
	pub data_from: Option<u16>,
	/// Only what is up to this month.
	#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
	pub data_to: Option<u16>,
}

/// How far a consent goes besides.
#[derive(Clone, Debug, Default, Args)]
pub struct Reach {
	/// From when on it counts [default: now].
	#[arg(long, value_name = "MOMENT")]
	pub valid_from: Option<String>,
	/// Until when: a date, or a span like +30d [default: until revoked].
	#[arg(long, value_name = "MOMENT")]
	pub until: Option<String>,
	/// Only records written at this institution.
	#[arg(long = "author", value_name = "WHO")]
	pub authors: Vec<String>,
	/// Only records kept by this institution.
	#[arg(long = "kept-by", value_name = "WHO")]
	pub holders: Vec<String>,
	/// Only readers from these countries.
	#[arg(long, value_delimiter = ',')]
	pub country: Vec<String>,
}

/// How it is agreed to, and what happens besides.
#[derive(Clone, Debug, Default, Args)]
pub struct Agreeing {
	/// Agree without being asked; the sentence is shown all the same.
	#[arg(long)]
	pub yes: bool,
	/// Don't carry your own key share to a custodian.
	#[arg(long)]
	pub no_carry: bool,
	/// To whose custodian your own key share is carried [default: the grantee's].
	#[arg(long, value_name = "WHO", conflicts_with = "no_carry")]
	pub carry_to: Option<String>,
}

/// `vouchsafe consent …`
#[derive(Debug, Subcommand)]
pub enum ConsentCommand {
	/// Permit or forbid something to somebody. The sentence is shown before it is signed.
	#[command(
		after_help = "To whom: everyone, role:nurse, role:nurse@INSTITUTION, INSTITUTION, team:1@INSTITUTION, \
		NAME@INSTITUTION, person:NAME, study:1\n\nExamples:\n  vouchsafe --key eva consent grant --to \"team:1@Hospital B\" \
		--category laboratory,imaging --until +30d\n  vouchsafe --key eva consent grant --to \"Hospital A\" --action \
		read,write\n  vouchsafe --key eva consent grant --deny --to \"person:Dr. Berger\""
	)]
	Grant {
		/// To whom.
		#[arg(long, value_name = "WHO")]
		to: String,
		/// Forbid, and don't permit.
		#[arg(long)]
		deny: bool,
		/// It holds in an emergency too.
		#[arg(long, requires = "deny")]
		even_in_emergency: bool,
		/// What it is about.
		#[command(flatten)]
		about: About,
		/// How far it goes.
		#[command(flatten)]
		reach: Reach,
		/// How it is agreed to.
		#[command(flatten)]
		agreeing: Agreeing,
	},
	/// Change what a consent says. What is not named stays as it is.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent amend 3 --until +1year")]
	Amend {
		/// The consent's number.
		consent: u32,
		/// What it is about.
		#[command(flatten)]
		about: About,
		/// How far it goes.
		#[command(flatten)]
		reach: Reach,
		/// How it is agreed to.
		#[command(flatten)]
		agreeing: Agreeing,
	},
	/// Revoke a consent: from the next block on it counts no more.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent revoke 3")]
	Revoke {
		/// The consent's number.
		consent: u32,
	},
	/// List a patient's consents.
	List {
		/// Whose; your own if left out.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Say in a sentence whether somebody may do something with a record, and why.
	#[command(
		after_help = "Example:\n  vouchsafe --key eva consent explain --reader \"Dr. Berger\" --record 3f9a0c1d"
	)]
	Explain {
		/// Who.
		#[arg(long, value_name = "WHO")]
		reader: String,
		/// With which record.
		#[arg(long, value_name = "RECORD")]
		record: String,
		/// Whose, where the record is named by its first digits; your own if left out.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Acting for which institution.
		#[arg(long)]
		institution: Option<String>,
		/// What.
		#[arg(long, default_value = "read", value_parser = word::<Action>())]
		action: Action,
		/// For which purpose.
		#[arg(long, default_value = "treatment", value_parser = word::<Purpose>())]
		purpose: Purpose,
	},
	/// Carry your own key share once more, for records that were added since.
	Carry {
		/// The consent's number.
		consent: u32,
		/// To whose custodian [default: the grantee's].
		#[arg(long, value_name = "WHO")]
		to: Option<String>,
	},
}

/// `vouchsafe request …`
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
	/// Ask a patient for access.
	#[command(
		after_help = "Examples:\n  vouchsafe --key berger request submit --patient Eva --to team:1@\"Hospital B\" \
		--category laboratory,imaging --for 30d --reason \"Second opinion on the wrist\"\n  vouchsafe --key berger \
		request submit --patient Eva --record 3f9a… --for 7d"
	)]
	Submit {
		/// Which patient.
		#[arg(long, value_name = "WHO")]
		patient: String,
		/// For whom: team:1@INSTITUTION, INSTITUTION, role:nurse@INSTITUTION, or NAME@INSTITUTION
		/// [default: your institution].
		#[arg(long, value_name = "WHO")]
		to: Option<String>,
		/// For which institution, if you work for several.
		#[arg(long)]
		institution: Option<String>,
		/// What it is about.
		#[command(flatten)]
		about: About,
		/// For how long.
		#[arg(long = "for", default_value = "30d", value_name = "SPAN", value_parser = parse_duration)]
		duration: u64,
		/// Why, which only the patient reads.
		#[arg(long, default_value = "")]
		reason: String,
	},
	/// List requests: to yourself as a patient, or your own to a patient.
	List {
		/// To whom; yourself if left out.
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Approve a request, whole or narrowed by what is named. The sentence is shown before it is
	/// signed.
	#[command(
		after_help = "Examples:\n  vouchsafe --key eva request approve 0\n  vouchsafe --key eva request approve 0 \
		--category laboratory --only-asker --until +7d"
	)]
	Approve {
		/// The request's number.
		request: u32,
		/// Narrowed to whom.
		#[arg(long, value_name = "WHO")]
		to: Option<String>,
		/// Only to who asks, alone.
		#[arg(long, conflicts_with = "to")]
		only_asker: bool,
		/// Narrowed to what.
		#[command(flatten)]
		about: About,
		/// How far it goes.
		#[command(flatten)]
		reach: Reach,
		/// How it is agreed to.
		#[command(flatten)]
		agreeing: Agreeing,
	},
	/// Deny a request.
	Deny {
		/// The request's number.
		request: u32,
	},
	/// Withdraw a request of your own.
	Withdraw {
		/// The request's number.
		request: u32,
		/// To which patient it was.
		#[arg(long, value_name = "WHO")]
		patient: String,
	},
}

/// Whose log, and from where.
#[derive(Clone, Debug, Args)]
pub struct WhichLog {
	/// Whose; your own if left out.
	#[arg(long, value_name = "WHO")]
	pub patient: Option<String>,
	/// From whose custodian [default: the first that answers].
	#[arg(long, value_name = "WHO")]
	pub from: Option<String>,
	/// For which institution, if you work for several.
	#[arg(long)]
	pub institution: Option<String>,
}

/// `vouchsafe audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
	/// Show who did what.
	#[command(after_help = "Example:\n  vouchsafe --key eva audit show")]
	Show {
		/// Which.
		#[command(flatten)]
		which: WhichLog,
		/// Only the last so many lines.
		#[arg(long, value_name = "NUMBER")]
		last: Option<usize>,
	},
	/// Prove the whole log against the chain; the first entry that doesn't fit is named.
	#[command(after_help = "Example:\n  vouchsafe --key eva audit verify --from \"Hospital B\"")]
	Verify {
		/// Which.
		#[command(flatten)]
		which: WhichLog,
	},
}

/// What `--appends` and `--transforms` say.
pub fn relation(
	appends: Option<String>,
	transforms: Option<String>,
) -> Option<(RelationKind, String)> {
	appends
		.map(|target| (RelationKind::Appends, target))
		.or(transforms.map(|target| (RelationKind::Transforms, target)))
}

/// Reads an X25519 key.
pub fn parse_key(text: &str) -> Result<[u8; 32]> {
	let mut key = [0; 32];
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut key)
		.map_err(|_| anyhow::anyhow!("“{text}” is no encryption key: it has 64 hex digits"))?;
	Ok(key)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_command_line_is_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn every_command_is_explained() {
		fn check(command: &clap::Command) {
			assert!(command.get_about().is_some(), "{}", command.get_name());
			for argument in command.get_arguments() {
				let has = argument.get_help().is_some() || argument.get_long_help().is_some();
				assert!(has, "{} {}", command.get_name(), argument.get_id());
			}
			command.get_subcommands().for_each(check);
		}
		check(&Cli::command());
	}

	#[test]
	fn commands_are_read() {
		let read = |line: &str| Cli::try_parse_from(line.split(' '));
		assert!(read("vouchsafe --dev --key //DoctorA record add f --patient //PatientA").is_ok());
		assert!(read("vouchsafe record add --resume").is_ok());
		assert!(read("vouchsafe record add").is_err());
		assert!(read("vouchsafe record import b.json --dry-run").is_ok());
		assert!(read("vouchsafe record import b.json").is_err());
		assert!(read("vouchsafe consent grant --to x --category laboratory,imaging").is_ok());
		assert!(read("vouchsafe consent grant --to x --category kitchen").is_err());
		assert!(read("vouchsafe consent grant --to x --even-in-emergency").is_err());
		assert!(read("vouchsafe enrol sign --institution x --as patient").is_ok());
	}
}
