//! The command line: commands, options and their help. Each command has a module.

mod acting;
mod audit;
mod consent;
mod council;
mod doctor;
mod enrol;
mod guardians;
mod key;
mod name;
mod record;
mod recovery;
mod represent;
mod request;
mod study;
mod validator;
mod wallet;

use anyhow::Result;
use clap::{
	builder::{PossibleValuesParser, TypedValueParser},
	Args, Parser, Subcommand,
};
use std::path::PathBuf;
use vouchsafe_client::{chain::H256, custodian::Network};
use vouchsafe_primitives::Vocabulary;

pub use acting::Acting;
pub use audit::{AuditCommand, WhichLines, WhichLog};
pub use consent::{About, Agreeing, AssistedCover, ConsentCommand, Reach};
pub use council::{
	Council, CouncilCommand, OnChainCommand, SeatsCommand, SignCard, ValidatorsCommand,
};
pub use doctor::Doctor;
pub use enrol::EnrolCommand;
pub use guardians::GuardiansCommand;
pub use key::KeyCommand;
pub use name::NameCommand;
pub use record::{
	relation, AddDocument, Adding, ImportFile, OpenRecords, RecordCommand, WhichRecords,
};
pub use recovery::{Only, RecoveryCommand, StartRecovery};
pub use represent::{Claim, Register, RepresentCommand, Ward};
pub use request::RequestCommand;
pub use study::{Choice, Contribution, Paper, StudyCommand, WhichReport, WhichResult};
pub use validator::{NodesCommand, PeerKey, ValidatorCommand};
pub use wallet::WalletCommand;

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
	3  no access, or not to everything\n  \
	4  too few custodians answered: try again later\n  \
	5  the call was sent, but it is not final yet\n  \
	130  interrupted by Ctrl-C"
)]
pub struct Cli {
	/// Address of the node. Repeat it, or use a comma, to add another institution's node, so that one node
	/// alone cannot hide newer blocks.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_NODE",
		hide_env_values = true,
		default_value = "ws://127.0.0.1:9944",
		value_delimiter = ',',
		value_name = "URL",
		help_heading = GLOBAL
	)]
	pub node: Vec<String>,
	/// Hash of the chain's genesis block, which your institution publishes [default: the chain that this
	/// folder was first used with].
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_GENESIS",
		hide_env_values = true,
		value_parser = parse_hash,
		value_name = "HASH",
		help_heading = GLOBAL
	)]
	pub genesis: Option<H256>,
	/// A proven block from which to begin, which your institution publishes. It is needed once after finality was
	/// recovered.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_CHECKPOINT",
		hide_env_values = true,
		value_name = "FILE",
		help_heading = GLOBAL
	)]
	pub checkpoint: Option<PathBuf>,
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
	/// Act for this patient, whom you represent. Only for the commands of a patient that have this option,
	/// such as `consent grant`.
	#[arg(long = "for", value_name = "PATIENT", help_heading = acting::ACTING)]
	pub for_patient: Option<String>,
	/// Allow development keys, which are public, and custodians at any address. Only on a
	/// development chain.
	#[arg(long, global = true, help_heading = GLOBAL)]
	pub dev: bool,
	/// Private address or network (such as 10.1.0.0/16) where custodians may be. Can be repeated.
	#[arg(
		long,
		global = true,
		env = "VOUCHSAFE_ALLOW_ADDRESS",
		hide_env_values = true,
		value_delimiter = ',',
		value_name = "NETWORK",
		help_heading = GLOBAL
	)]
	pub allow_address: Vec<Network>,
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
	/// Read passphrases from standard input, one per line.
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
	/// Your guardians: people who can together give your account a new key.
	#[command(
		subcommand,
		after_help = "Example:\n  vouchsafe --key eva guardians set --threshold 2 Ada Ben Carl"
	)]
	Guardians(GuardiansCommand),
	/// New keys for accounts whose key is lost: ask for one, approve it, object to it, finish it.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key ben recovery approve Eva")]
	Recovery(RecoveryCommand),
	/// Who acts for patients: appoint representatives, object to them, register them by law, enrol patients
	/// without a key.
	#[command(
		subcommand,
		after_help = "Example:\n  vouchsafe --key eva represent appoint Ada --scope consents"
	)]
	Represent(RepresentCommand),
	/// The council's motions: admissions, validators, seats, releases of the wallet, upgrades.
	#[command(after_help = "Example:\n  vouchsafe council list")]
	Council(Council),
	/// Your institution's validator and nodes.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key hospital-a validator rotate")]
	Validator(ValidatorCommand),
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
	/// Studies: propose them, be counted in them, contribute to them, and read their results.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key eva study show 3")]
	Study(StudyCommand),
	/// A patient's log: who did what.
	#[command(subcommand, after_help = "Example:\n  vouchsafe --key eva audit show")]
	Audit(AuditCommand),
	/// The wallet for browsers: its published releases, and whether somebody serves them.
	#[command(
		subcommand,
		after_help = "Example:\n  vouchsafe wallet check https://custodian.hospital-a.example"
	)]
	Wallet(WalletCommand),
	/// Show the state of the node, the chain, the custodians and your account.
	#[command(after_help = "Example:\n  vouchsafe --key eva status")]
	Status,
	/// Find faults of your institution's custodian and of what it needs, on its machine.
	///
	/// It checks the custodian, its files, database and disk, backups, Kubo, the node with its session keys, the
	/// clock, the custodian's address with its certificate, the other members, and versions. It prints a line
	/// for each: good, warning or bad, with the command that helps. The exit code is 1 if something is bad. It
	/// changes nothing.
	#[command(
		after_help = "Example:\n  sudo vouchsafe doctor --config /etc/vouchsafe/custodian.toml"
	)]
	Doctor(Doctor),
}

/// Agreement to what is signed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Agreement {
	/// Sign without asking. What you sign is still shown.
	#[arg(long)]
	pub yes: bool,
}

/// `--yes` of the commands that sign without asking.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Unasked {
	/// Accepted so that scripts can always give it: this command does not ask.
	#[arg(long)]
	pub yes: bool,
}

/// A parser for one of the chain's lists.
fn word<T: Vocabulary + Send + Sync>() -> impl TypedValueParser<Value = T> {
	PossibleValuesParser::new(T::WORDS.iter().copied()).try_map(|word| word.parse::<T>())
}

/// Reads a block's hash.
fn parse_hash(text: &str) -> Result<H256> {
	let mut hash = H256::zero();
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut hash.0)
		.map_err(|_| anyhow::anyhow!("“{text}” is not a hash: write 64 hex digits"))?;
	Ok(hash)
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
	use clap_complete::{Generator, Shell};

	#[test]
	fn the_command_line_is_sound() {
		Cli::command().debug_assert();
	}

	/// `make packages` names the folder in VOUCHSAFE_MANUAL.
	#[test]
	fn the_manual_and_the_completions_are_generated() {
		let temporary = tempfile::tempdir().unwrap();
		let folder = std::env::var("VOUCHSAFE_MANUAL");
		let folder = folder.map_or(temporary.path().into(), PathBuf::from).join("vouchsafe");
		std::fs::create_dir_all(&folder).unwrap();
		let command = Cli::command();
		clap_mangen::generate_to(command.clone(), &folder).unwrap();
		for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
			clap_complete::generate_to(shell, &mut command.clone(), "vouchsafe", &folder).unwrap();
			assert!(std::fs::exists(folder.join(shell.file_name("vouchsafe"))).unwrap());
		}
		let page = std::fs::read_to_string(folder.join("vouchsafe-consent-grant.1")).unwrap();
		assert!(page.contains(".TH vouchsafe-consent-grant 1"), "{page}");
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
	const WITHOUT_SIGNATURE: [&str; 38] = [
		"vouchsafe key generate",
		"vouchsafe key import",
		"vouchsafe key convert",
		"vouchsafe key show",
		"vouchsafe name add",
		"vouchsafe name remove",
		"vouchsafe name list",
		"vouchsafe enrol show",
		"vouchsafe enrol code",
		"vouchsafe enrol list",
		"vouchsafe guardians card",
		"vouchsafe guardians show",
		"vouchsafe recovery list",
		"vouchsafe represent list",
		"vouchsafe council list",
		"vouchsafe council nodes",
		"vouchsafe council recovery-file",
		"vouchsafe record list",
		"vouchsafe record verify",
		"vouchsafe record holdings",
		"vouchsafe consent list",
		"vouchsafe consent explain",
		"vouchsafe consent who",
		"vouchsafe request list",
		"vouchsafe request preview",
		"vouchsafe study list",
		"vouchsafe study show",
		"vouchsafe study mine",
		"vouchsafe study check",
		"vouchsafe study result",
		"vouchsafe audit show",
		"vouchsafe audit verify",
		"vouchsafe audit export",
		"vouchsafe wallet show",
		"vouchsafe wallet check",
		"vouchsafe wallet checkpoint",
		"vouchsafe status",
		"vouchsafe doctor",
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
		let assist = |more: &str| {
			read(&format!("vouchsafe consent assist --patient x --institution y --out z {more}"))
		};
		assert!(assist("--action read,write --until +30d").is_ok());
		for too_wide in ["--action read-log", "--label all", "--confidentiality restricted"] {
			assert!(assist(too_wide).is_err(), "{too_wide}");
		}
		assert!(read("vouchsafe enrol sign --institution x --as patient").is_ok());
		assert!(read("vouchsafe key show --words").is_err());
		assert!(read("vouchsafe guardians set --threshold 2 a b c").is_ok());
		assert!(read("vouchsafe guardians set a b").is_err());
		assert!(read("vouchsafe recovery start f --card c").is_ok());
		assert!(read("vouchsafe recovery start f --institution x").is_ok());
		assert!(read("vouchsafe recovery start f --institution x --evidence-file -").is_ok());
		for wrong in
			["", " --evidence-file y", " --card c --institution x", " --institution x --evidence y"]
		{
			assert!(read(&format!("vouchsafe recovery start f{wrong}")).is_err(), "{wrong}");
		}
		assert!(read("vouchsafe recovery object --only attempt").is_ok());
		assert!(read("vouchsafe recovery approve x --evidence-file y").is_err());
		assert!(read("vouchsafe represent appoint x --scope consents,requests --standby").is_ok());
		for wrong in ["", " --scope kitchen", " --scope", " --scope consents --basis parent"] {
			assert!(read(&format!("vouchsafe represent appoint x{wrong}")).is_err(), "{wrong}");
		}
		assert!(read("vouchsafe represent end x").is_ok());
		assert!(read("vouchsafe represent end --patient x").is_ok());
		assert!(read("vouchsafe represent end").is_err());
		let register = |more: &str| read(&format!("vouchsafe represent register x{more}"));
		assert!(register(" --patient y --from f").is_ok());
		assert!(register(" --patient y --basis parent --until-year 2042 --out f").is_ok());
		assert!(register(" --patient y --basis guardian --scope consents --out f").is_ok());
		for wrong in [
			" --from f",
			" --patient y",
			" --patient y --basis parent",
			" --patient y --out f",
			" --patient y --basis uncle --out f",
			" --patient y --basis parent --until-year 42 --out f",
			" --patient y --basis parent --until-year 2042 --until 2042-01-01 --out f",
			" --patient y --basis parent --out f --evidence birth",
			" --patient y --basis parent --from f",
			" --patient y --scope consents --from f",
		] {
			assert!(register(wrong).is_err(), "{wrong}");
		}
		let ward = |more: &str| read(&format!("vouchsafe represent ward{more}"));
		assert!(ward(" --from f").is_ok() && ward(" --out f").is_ok());
		let two = " --representative x --representative y --basis parent --until-year 2042 --out f";
		assert!(ward(two).is_ok());
		for wrong in
			["", " --representative x --out f", " --out f --from f", " --scope consents --out f"]
		{
			assert!(ward(wrong).is_err(), "{wrong}");
		}
		assert!(read("vouchsafe council status x suspended").is_ok());
		// Only people can have these.
		for status in ["deceased", "nonsense"] {
			assert!(read(&format!("vouchsafe council status x {status}")).is_err(), "{status}");
		}
	}
}
