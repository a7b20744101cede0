//! The command line: commands, options and their help.

use crate::dates::{parse_duration, parse_last_month, parse_month, parse_months};
use anyhow::{Context, Result};
use clap::builder::TypedValueParser;
use clap::{builder::PossibleValuesParser, Args, Parser, Subcommand};
use std::path::PathBuf;
use vouchsafe_client::chain::{
	AccountKind, Action, Category, Confidentiality, Origin, Purpose, RecordStatus, RelationKind,
	Role, Status,
};
use vouchsafe_fhir::Unit;
use vouchsafe_primitives::Vocabulary;

/// The heading of the options that every command takes.
const GLOBAL: &str = "Options of every command";

/// Patients decide who reads their medical records.
///
/// One command for patients, practitioners, registrars, institutions and authorities.
#[derive(Debug, Parser)]
#[command(
	name = "vouchsafe",
	version,
	arg_required_else_help = true,
	propagate_version = true,
	after_help = "WHO is a name from your address book (`vouchsafe name`), one of your keys, or an \
	institution on the chain. An address or an account in hex (0x…) works too.\n\n\
	Examples:\n  \
	vouchsafe key generate eva\n  \
	vouchsafe --key eva status\n  \
	vouchsafe --key eva consent grant --to \"team:1@Hospital B\" --category laboratory \
	--until +30d\n  \
	vouchsafe --key berger record open --patient Eva --all --out records/\n\n\
	Exit codes:\n  \
	0  done\n  \
	1  failed, or a check found something wrong\n  \
	2  wrong command line\n  \
	3  no access\n  \
	4  too few custodians answered: try again later"
)]
pub struct Cli {
	/// Address of the node.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_NODE",
		hide_env_values = true,
		default_value = "ws://127.0.0.1:9944",
		value_name = "URL",
		help_heading = GLOBAL
	)]
	pub node: String,
	/// Folder for keys, address book and journal [default: ~/.config/vouchsafe].
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_HOME",
		hide_env_values = true,
		value_name = "FOLDER",
		help_heading = GLOBAL
	)]
	pub home: Option<PathBuf>,
	/// Key to sign with: a name, or (with --dev) a development key such as //DoctorA.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_KEY",
		hide_env_values = true,
		value_name = "NAME",
		help_heading = GLOBAL
	)]
	pub key: Option<String>,
	/// Allow development keys, which are public, on a development chain.
	#[arg(long, global = true, help_heading = GLOBAL)]
	pub dev: bool,
	/// Read the passphrase from the first line of FILE.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_PASSPHRASE_FILE",
		hide_env_values = true,
		value_name = "FILE",
		conflicts_with = "passphrase_stdin",
		help_heading = GLOBAL
	)]
	pub passphrase_file: Option<PathBuf>,
	/// Read passphrases from standard input, one a line.
	#[arg(long, global = true, help_heading = GLOBAL)]
	pub passphrase_stdin: bool,
	/// Print the answer in JSON.
	#[arg(long, global = true, help_heading = GLOBAL)]
	pub json: bool,
	/// Print the whole answer, and progress details to standard error (-vv for more).
	#[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
	pub verbose: u8,
	/// The command.
	#[command(subcommand)]
	pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Your keys: an account to sign with, and an encryption key.
	#[command(subcommand, after_help = "Example:\n  vouchsafe key generate eva")]
	Key(KeyCommand),
	/// Your address book: names for accounts.
	#[command(subcommand, after_help = "Example:\n  vouchsafe name add \"Dr. Berger\" 5Grwva…")]
	Name(NameCommand),
	/// Enrolment, affiliations, care teams and custodians.
	#[command(
		subcommand,
		after_help = "Example:\n  \
		vouchsafe --key registrar enrol submit eva.json"
	)]
	Enrol(EnrolCommand),
	/// The council's motions: admissions and upgrades.
	#[command(subcommand, after_help = "Example:\n  vouchsafe council list")]
	Council(CouncilCommand),
	/// Add, import, list, open and verify records.
	#[command(
		subcommand,
		after_help = "Example:\n  \
		vouchsafe --key eva record open --all --out records/"
	)]
	Record(RecordCommand),
	/// Grant, amend, revoke and explain consents.
	#[command(
		subcommand,
		after_help = "Example:\n  \
		vouchsafe --key eva consent grant --to \"Hospital A\" --action read,write"
	)]
	Consent(ConsentCommand),
	/// Ask a patient for access, and answer requests.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key eva request list")]
	Request(RequestCommand),
	/// A patient's log: who did what.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key eva audit show")]
	Audit(AuditCommand),
	/// Show the state of the node, the chain, the custodians and your account.
	#[command(after_help = "Example:\n  vouchsafe --key eva status")]
	Status,
}

/// Agreement to what is signed. Every command that signs takes it.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Agreement {
	/// Sign without asking. What you sign is shown all the same.
	#[arg(long)]
	pub yes: bool,
}

/// A parser for one of the chain's lists.
fn word<T: Vocabulary + Send + Sync>() -> impl TypedValueParser<Value = T> {
	PossibleValuesParser::new(T::WORDS.iter().copied()).try_map(|word| word.parse::<T>())
}

/// A parser for what makes one record.
fn unit() -> impl TypedValueParser<Value = Unit> {
	PossibleValuesParser::new(Unit::ALL.map(Unit::word))
		.try_map(|word| Unit::from_word(&word).context("not a unit"))
}

/// `vouchsafe key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
	/// Create a key with a new account. Prints the account's words.
	#[command(
		after_help = "The words restore the account on another machine. Write them down. They do not \
		restore the encryption key: also keep a copy of the key file.\n\n\
		Examples:\n  \
		vouchsafe key generate eva\n  \
		vouchsafe key show eva --words          (shows the words again)"
	)]
	Generate {
		/// Name of the key.
		name: String,
	},
	/// Import an existing account: its words, or a wallet's JSON export.
	#[command(
		after_help = "The account gets a new encryption key. If it is enrolled already, register that key \
		with `vouchsafe key register`.\n\n\
		Examples:\n  \
		vouchsafe key import eva                  (asks for the words)\n  \
		vouchsafe key import eva --wallet-json export.json"
	)]
	Import {
		/// Name of the key.
		name: String,
		/// An account exported by a polkadot-js wallet.
		#[arg(long, value_name = "FILE")]
		wallet_json: Option<PathBuf>,
		/// Read the export's password from the first line of FILE.
		#[arg(long, value_name = "FILE", requires = "wallet_json")]
		wallet_password_file: Option<PathBuf>,
		/// Read the account's words from the first line of FILE.
		#[arg(long, value_name = "FILE", conflicts_with = "wallet_json")]
		words_file: Option<PathBuf>,
	},
	/// Show the public part of your keys, or a key's words.
	#[command(after_help = "Examples:\n  \
		vouchsafe key show\n  \
		vouchsafe key show eva --json\n  \
		vouchsafe key show eva --words")]
	Show {
		/// Name of the key [default: all].
		name: Option<String>,
		/// Also print the account's words. Asks for the passphrase.
		#[arg(long, requires = "name")]
		words: bool,
	},
	/// Register this key's encryption key on the chain, in place of the one that is registered.
	#[command(
		after_help = "Use it after you imported an account on a new machine, or lost the key file. From \
		then on, custodians seal key shares to the new key. What was sealed to the old key \
		can be opened only with the old key file.\n\n\
		Example:\n  \
		vouchsafe --key eva key register"
	)]
	Register {
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// `vouchsafe name …`
#[derive(Debug, Subcommand)]
pub enum NameCommand {
	/// Give an account a name.
	#[command(after_help = "Examples:\n  \
		vouchsafe name add \"Dr. Berger\" 5Grwva…\n  \
		vouchsafe name add \"Dr. Berger\" 5DAAnr… --replace")]
	Add {
		/// The name.
		name: String,
		/// The account: an address, or 0x and hex.
		account: String,
		/// Give the name to this account if it is the name of another one.
		#[arg(long)]
		replace: bool,
	},
	/// Remove a name.
	#[command(after_help = "Example:\n  vouchsafe name remove \"Dr. Berger\"")]
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Enrol a person who has signed (as an institution or its registrar).
	#[command(after_help = "Example:\n  vouchsafe --key registrar enrol submit eva.json")]
	Submit {
		/// The signed enrolment.
		file: PathBuf,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Attest a practitioner's licence (as an authority).
	#[command(after_help = "Example:\n  \
		vouchsafe --key authority enrol attest \"Dr. Berger\" --institution \"Hospital A\"")]
	Attest {
		/// The practitioner.
		practitioner: String,
		/// Institution that the practitioner works for.
		#[arg(long, value_name = "WHO")]
		institution: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Set an account's status.
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
	/// Disable signing for an account whose key is lost, or enable it again.
	#[command(after_help = "Example:\n  vouchsafe --key registrar enrol signing Eva disabled")]
	Signing {
		/// The account.
		account: String,
		/// `disabled` or `enabled`.
		#[arg(value_parser = ["disabled", "enabled"])]
		state: String,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// Register your institution's custodian.
	#[command(
		after_help = "Without --account, the custodian is asked for its account and encryption key.\n\n\
		Example:\n  \
		vouchsafe --key hospital enrol custodian --url https://custodian.hospital-a.example"
	)]
	Custodian {
		/// Address of the custodian. It is published on the chain.
		#[arg(long)]
		url: String,
		/// Account that the custodian signs with [default: ask the custodian].
		#[arg(long, value_name = "WHO", requires = "encryption_key")]
		account: Option<String>,
		/// The custodian's encryption key.
		#[arg(long, value_name = "HEX", requires = "account")]
		encryption_key: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
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

/// `vouchsafe council …`
#[derive(Debug, Subcommand)]
pub enum CouncilCommand {
	/// List open motions and the members of the council.
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
		#[arg(value_parser = word::<Status>())]
		status: Status,
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
	/// Close a motion that has enough votes. If it passed, it is carried out.
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
	/// Give the patient no share of the key.
	#[arg(long)]
	pub without_patient: bool,
	/// Add a sensitivity label that the document's codes do not imply.
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
	/// Allow labels that are neither usual ones nor known for this patient.
	#[arg(long)]
	pub new_label: bool,
	/// Stop waiting for acknowledgements after this time. `record add --resume` continues.
	#[arg(long, value_name = "SPAN", value_parser = parse_duration)]
	pub wait: Option<u64>,
	/// Wait for Enter before each step (for demonstrations).
	#[arg(long)]
	pub step_by_step: bool,
	/// Whether to ask.
	#[command(flatten)]
	pub agreement: Agreement,
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
		vouchsafe --key berger record add --resume")]
	Add {
		/// The document.
		#[arg(required_unless_present = "resume")]
		file: Option<PathBuf>,
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Continue everything that was started and not finished.
		#[arg(long, conflicts_with_all = ["file", "patient"])]
		resume: bool,
		/// Category of the record [default: other; patient-entered if you are the patient].
		#[arg(long, value_parser = word::<Category>())]
		category: Option<Category>,
		/// Title, which only readers see [default: the file's name].
		#[arg(long)]
		title: Option<String>,
		/// Media type [default: by the file's name and content].
		#[arg(long)]
		media_type: Option<String>,
		/// First month of service, or a year for its twelve months [default: this month].
		#[arg(long, value_name = "MONTH", value_parser = parse_months)]
		from: Option<(u16, u16)>,
		/// Last month of service [default: the first, or the last of the year].
		#[arg(long, value_name = "MONTH", value_parser = parse_last_month)]
		to: Option<u16>,
		/// Record that this one adds to.
		#[arg(long, value_name = "RECORD")]
		appends: Option<String>,
		/// Record that this one is a conversion or translation of.
		#[arg(long, value_name = "RECORD", conflicts_with = "appends")]
		transforms: Option<String>,
		/// Record that this document is a new version of.
		#[arg(long, value_name = "RECORD", conflicts_with_all = ["appends", "transforms", "category"])]
		version_of: Option<String>,
		/// Confidentiality.
		#[arg(long, default_value = "normal", value_parser = word::<Confidentiality>())]
		confidentiality: Confidentiality,
		/// Origin of the document [default: authored; patient-entered if you are the patient].
		#[arg(long, value_parser = word::<Origin>())]
		origin: Option<Origin>,
		/// How it is added.
		#[command(flatten)]
		adding: Adding,
	},
	/// Import a FHIR R4 bundle as one record per encounter and category, or another file as one record.
	#[command(after_help = "Examples:\n  \
		vouchsafe record import bundle.json --dry-run\n  \
		vouchsafe --key berger record import bundle.json --patient Eva\n  \
		vouchsafe --key berger record import scan.pdf --patient Eva --month 2025-04")]
	Import {
		/// FHIR R4 bundle in JSON, or any other document.
		file: PathBuf,
		/// The patient.
		#[arg(long, value_name = "WHO", required_unless_present = "dry_run")]
		patient: Option<String>,
		/// What becomes one record: the whole file, an encounter and a category, or a category.
		#[arg(long, default_value = "encounter", value_parser = unit())]
		unit: Unit,
		/// Month of what has no date, or a year for its twelve months.
		#[arg(long, value_name = "MONTH", value_parser = parse_months)]
		month: Option<(u16, u16)>,
		/// Confidentiality of all records [default: what the source says, but at least restricted for
		/// HIV, psychiatry, substance use, sexual health and violence].
		#[arg(long, value_parser = word::<Confidentiality>())]
		confidentiality: Option<Confidentiality>,
		/// Do not label records by the codes in them.
		#[arg(long)]
		without_labels: bool,
		/// Import a search result even if further pages of it are missing.
		#[arg(long)]
		incomplete: bool,
		/// Import a file, or records, again.
		#[arg(long)]
		again: bool,
		/// Accept a file in which the patient has another name or number than in earlier imports.
		#[arg(long)]
		same_patient: bool,
		/// Only show what would be added.
		#[arg(long)]
		dry_run: bool,
		/// How it is added.
		#[command(flatten)]
		adding: Adding,
	},
	/// List a patient's records. Their titles are shown only when they are opened.
	#[command(after_help = "Example:\n  vouchsafe --key eva record list")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Show a record: its versions, and who holds the shares of their keys.
	#[command(after_help = "Example:\n  vouchsafe --key eva record show 3f9a0c1d")]
	Show {
		/// The record.
		record: String,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
	},
	/// Open records: ask the chain, collect key shares, decrypt and check.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva record open --all --out records/\n  \
		vouchsafe --key berger record open 3f9a0c1d --patient Eva --out letter.pdf\n  \
		vouchsafe --key berger record open --patient Eva --all --category imaging --out \
		records/")]
	Open {
		/// Which records.
		#[command(flatten)]
		which: WhichRecords,
		/// Version to open [default: the last].
		#[arg(long, value_name = "NUMBER", value_parser = parse_number)]
		version: Option<u32>,
		/// Purpose of use [default: treatment; patient-request if you are the patient].
		#[arg(long, value_parser = word::<Purpose>())]
		purpose: Option<Purpose>,
		/// Your institution, if you work for several.
		#[arg(long, value_name = "WHO")]
		institution: Option<String>,
		/// File for one record, folder for several [default: this folder].
		#[arg(long, value_name = "PATH")]
		out: Option<PathBuf>,
		/// Replace the file if it exists.
		#[arg(long)]
		force: bool,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
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
	/// Add sensitivity labels to a record.
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
	},
	/// Mark a record as entered in error.
	#[command(after_help = "Example:\n  \
		vouchsafe --key berger record mark 3f9a0c1d wrong-patient --patient Eva")]
	Mark {
		/// The record.
		record: String,
		/// What is wrong.
		#[arg(value_parser = word::<RecordStatus>())]
		status: RecordStatus,
		/// The record's patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// What a consent or request covers.
#[derive(Clone, Debug, Default, Args)]
pub struct About {
	/// Categories of records [default: all].
	#[arg(long, value_delimiter = ',', value_parser = word::<Category>())]
	pub category: Vec<Category>,
	/// One record. Repeat it for several [default: all].
	#[arg(long = "record", value_name = "RECORD")]
	pub records: Vec<String>,
	/// Sensitivity labels that it covers, or `all` [default: none; all for a permit only to write].
	#[arg(long = "label", value_name = "WORD", value_delimiter = ',')]
	pub labels: Vec<String>,
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
		/// Agreement.
		#[command(flatten)]
		agreeing: Agreeing,
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
		/// Agreement.
		#[command(flatten)]
		agreeing: Agreeing,
	},
	/// Revoke a consent. It ends with the next block.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent revoke 3")]
	Revoke {
		/// Number of the consent.
		#[arg(value_parser = parse_number)]
		consent: u32,
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// List a patient's consents.
	#[command(after_help = "Example:\n  vouchsafe --key eva consent list")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
}

/// `vouchsafe request …`
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
	/// Ask a patient for access.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key berger request submit --patient Eva --category imaging \
		--reason \"Second opinion\"\n  \
		vouchsafe --key berger request submit --patient Eva --record 3f9a… --for 7d")]
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
		/// Whether to ask.
		#[command(flatten)]
		agreement: Agreement,
	},
	/// List the open requests to a patient.
	#[command(after_help = "Example:\n  vouchsafe --key eva request list")]
	List {
		/// The patient [default: yourself].
		#[arg(long, value_name = "WHO")]
		patient: Option<String>,
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
}

/// `vouchsafe audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
	/// Show who did what. With -v, every entry.
	#[command(after_help = "Examples:\n  \
		vouchsafe --key eva audit show\n  \
		vouchsafe --key eva audit show --last 10 -v")]
	Show {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
		/// Show only the last NUMBER lines.
		#[arg(long, value_name = "NUMBER")]
		last: Option<usize>,
	},
	/// Prove that a log is complete, and find the first entry that is not the chain's.
	#[command(after_help = "Example:\n  vouchsafe --key eva audit verify --from \"Hospital B\"")]
	Verify {
		/// Which log.
		#[command(flatten)]
		which: WhichLog,
	},
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

/// Reads a number.
fn parse_number(text: &str) -> Result<u32> {
	text.parse().map_err(|_| anyhow::anyhow!("“{text}” is not a number from 0 to {}", u32::MAX))
}

/// Reads an X25519 key.
pub fn parse_key(text: &str) -> Result<[u8; 32]> {
	let mut key = [0; 32];
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut key).map_err(|_| {
		anyhow::anyhow!("“{text}” is not an encryption key: it must have 64 hex digits")
	})?;
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
	fn every_command_is_explained_and_has_an_example() {
		fn check(command: &clap::Command) {
			let name = command.get_name();
			assert!(command.get_about().is_some(), "{name}");
			let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
			assert!(after.contains("Example"), "{name}");
			for line in after.lines().filter(|line| line.starts_with("  ")) {
				assert!(
					line.len() <= 100 && !line.ends_with('\\'),
					"not copied in one piece: {line}"
				);
			}
			for argument in command.get_arguments() {
				assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
			}
			command.get_subcommands().for_each(check);
		}
		check(&Cli::command());
	}

	/// The commands that only read, and those that change nothing but this machine's files.
	const WITHOUT_SIGNATURE: [&str; 18] = [
		"vouchsafe key generate",
		"vouchsafe key import",
		"vouchsafe key show",
		"vouchsafe name add",
		"vouchsafe name remove",
		"vouchsafe name list",
		"vouchsafe enrol show",
		"vouchsafe enrol list",
		"vouchsafe council list",
		"vouchsafe record list",
		"vouchsafe record show",
		"vouchsafe record verify",
		"vouchsafe consent list",
		"vouchsafe consent explain",
		"vouchsafe request list",
		"vouchsafe audit show",
		"vouchsafe audit verify",
		"vouchsafe status",
	];

	#[test]
	fn every_command_that_signs_takes_yes() {
		fn check(command: &clap::Command, before: &str) {
			let path = format!("{before}{}", command.get_name());
			if command.has_subcommands() {
				command.get_subcommands().for_each(|it| check(it, &format!("{path} ")));
				return;
			}
			let takes_yes = command.get_arguments().any(|it| it.get_long() == Some("yes"));
			assert_ne!(takes_yes, WITHOUT_SIGNATURE.contains(&path.as_str()), "{path}");
		}
		check(&Cli::command(), "");
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
		assert!(read("vouchsafe consent revoke 3 --yes").is_ok());
		assert!(read("vouchsafe enrol sign --institution x --as patient").is_ok());
		assert!(read("vouchsafe key show --words").is_err());
	}
}
