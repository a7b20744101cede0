//! The program `vouchsafe-custodian`: its arguments. Everything else is in the library.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use std::{
	path::PathBuf,
	process::ExitCode,
	str::FromStr,
	time::{SystemTime, UNIX_EPOCH},
};
use vouchsafe_client::{
	chain::{account_of, AccountId, H256},
	custodian::AllowedAddresses,
	messages::{Hex, SignedCustodian},
};
use vouchsafe_custodian::{
	api,
	backup::{self, BackupArguments},
	config::Config,
	daemon,
	doctor::{self, DoctorArguments},
	health::{self, HealthArguments},
	index::{
		export::{self, ExportArguments},
		import::{self, ImportArguments},
	},
	keys::{
		hsm::{Hsm, WrongPin, WRONG_PIN},
		Keys,
	},
	names,
	restore::{self, RestoreArguments},
	rotation::command::{self as rotation, RotateArguments},
	scrub::command::{self as scrub, ScrubArguments},
	store::{sqlite::Sqlite, Rewound},
};

/// Keep a hospital's key shares, and release one only after the chain has logged an opening.
#[derive(Parser)]
#[command(
	version,
	args_conflicts_with_subcommands = true,
	arg_required_else_help = true,
	after_help = "Examples:
  vouchsafe-custodian key generate --out /etc/vouchsafe/custodian.key
  vouchsafe-custodian sign-up --key /etc/vouchsafe/custodian.key --genesis 0x… --institution 0x… \
    --url https://custodian.hospital-a.example > custodian.json
  vouchsafe-custodian --config /etc/vouchsafe/custodian.toml
  curl http://127.0.0.1:8701/ready
  vouchsafe-custodian backup --to /backup/2026-11-27.age --recipient age1… \
    --config /etc/vouchsafe/custodian.toml

The configuration is documented in sample.toml, in the source tree. SIGTERM stops the custodian
after the requests under way."
)]
struct Arguments {
	/// Configuration file.
	#[arg(long, value_name = "FILE", required = true)]
	config: Option<PathBuf>,
	/// Allow plain HTTP on another address than this machine's. Only your own machines must be able to
	/// reach it: a container's network, or the network of a proxy that speaks TLS.
	#[arg(long, requires = "config")]
	lan: bool,
	#[command(subcommand)]
	command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
	/// Create, show or replace the custodian's keys.
	#[command(subcommand)]
	Key(KeyCommand),
	/// Sign that an institution may register this custodian, and print it as JSON. It has no secret.
	/// The institution sends it with `vouchsafe enrol custodian FILE`.
	SignUp(SignUp),
	/// Copy the database into a new file, encrypted with age, which only its owner may read. The custodian
	/// can keep running.
	///
	/// Whoever has the backup and the key file has every share, so keep them apart, and encrypt both:
	/// `age-keygen` makes an identity, whose recipient (age1…) --recipient takes. Keep the identity on another
	/// machine.
	Backup(BackupArguments),
	/// Put the database of a backup in its place, or check a backup (--check).
	///
	/// The custodian must not run, and there must not be a database. Before it serves again, the custodian
	/// destroys again what the chain no longer lets it hold. Then it names what was acknowledged after the
	/// backup and is missing: other holders still have their shares.
	///
	/// Exit codes of --check: 0 if the backup has all that it should have, 2 if something is missing, too
	/// many or damaged, 1 if it could not be checked. What was acknowledged after the backup is missing too.
	Restore(RestoreArguments),
	/// Check at once that all that was acknowledged is still here, and fetch content again that is not. The
	/// custodian can keep running.
	///
	/// It opens each share and compares it with the chain, opens each label key, and looks for each manifest,
	/// ciphertext and pin. A lost share cannot be fetched: with --report-losses, the chain and the patients'
	/// logs say that the institution no longer has it. Without it, nothing is reported.
	///
	/// Exit codes: 0 if nothing is lost except what the chain was told of, 2 if something is, 1 if not
	/// everything could be checked.
	Scrub(ScrubArguments),
	/// Repair the index of the patients' logs, pass it on, or get it from another member.
	#[command(subcommand)]
	Index(IndexCommand),
	/// Set or show the names of the institution's practitioners. The custodian tells them to the patients
	/// in whose logs they are, or whom they have asked for access, if they have accepted an affiliation
	/// with the institution.
	#[command(subcommand)]
	People(PeopleCommand),
	/// Find faults of this custodian and of what it needs. `vouchsafe doctor` runs it.
	///
	/// It changes nothing, and the custodian can keep running. Exit codes: 0 if nothing is bad, 1 if something
	/// is.
	Doctor(DoctorArguments),
	/// Ask the custodian on this machine whether it answers, for a program that watches it, such as a
	/// container's. It fails if the custodian does not answer.
	Health(HealthArguments),
	/// Print the description of the REST API (OpenAPI 3.1, JSON).
	Openapi,
}

#[derive(Subcommand)]
enum KeyCommand {
	/// Create new keys in a new file that only its owner may read. The file has no passphrase,
	/// because the custodian starts unattended: protect the disk.
	Generate(Out),
	/// Create the key file of a development network's custodian. These keys are public.
	Development {
		/// Development path of the account, such as //HospitalA//custodian.
		#[arg(value_name = "PATH")]
		path: String,
		#[command(flatten)]
		out: Out,
	},
	/// Show the account and the public encryption keys.
	Show {
		/// Key file.
		#[arg(value_name = "FILE")]
		file: PathBuf,
		/// Try the PIN of the HSM again, after you have corrected a wrong one.
		#[arg(long)]
		after_wrong_pin: bool,
	},
	/// Have an HSM (hardware security module) seal a key file, through PKCS#11. Every command that reads the
	/// sealed file needs the HSM.
	///
	/// FILE stays as it is: keep it offline in a safe place, or destroy it. It may also be a file that
	/// another HSM has sealed.
	Seal {
		/// Key file.
		#[arg(value_name = "FILE")]
		file: PathBuf,
		#[command(flatten)]
		hsm: Hsm,
		/// The HSM makes the AES key, which cannot leave it.
		#[arg(long)]
		new_key: bool,
		#[command(flatten)]
		out: Out,
	},
	/// Replace the encryption key. The custodian can keep running.
	///
	/// It adds a new key to the key file, and prints as JSON that the institution may register it, with
	/// `vouchsafe enrol custodian FILE`. As soon as the chain names the new key, the custodian uses it and
	/// seals all stored keys to it. It destroys the old key keys.keep_old_days later. The command can be
	/// repeated: until the chain names the new key, it signs the same one again.
	Rotate(RotateArguments),
}

#[derive(Subcommand)]
enum IndexCommand {
	/// Remove from the index the blocks that the node no longer has, and list the releases for
	/// openings in them. The custodian can keep running. It then indexes the new blocks.
	///
	/// Use it after an alarm that a block differs from the one that was indexed, and after you know
	/// why: a power cut may have taken final blocks from the node's disk.
	Rewind {
		#[command(flatten)]
		config: ConfigFile,
	},
	/// Write the index into a file, for another member. The custodian can keep running.
	///
	/// The file has the entries of all patients' logs, as every member's node has them. It has no key and no
	/// document.
	Export(ExportArguments),
	/// Get the index from another member: after this node has joined, or if the custodian was away for longer
	/// than its node keeps states. The custodian must not run.
	///
	/// Nothing is believed of the other member: of each patient all entries are imported if they lead to the
	/// head that this node's state has, or none. It names the patients whose log was not imported, and fails
	/// then. The index goes on after the block at which the file ends.
	///
	/// It also repairs: a log that differs from the chain's (LogMismatch) is replaced.
	Import(ImportArguments),
}

#[derive(Subcommand)]
enum PeopleCommand {
	/// Set the names in FILE, all or none. Other names stay. The custodian can keep running.
	///
	/// Each line has an account (its address, or 0x and 64 hex digits), a space and a name of at most
	/// 120 bytes. A line without a name removes it. Lines that begin with # are left out.
	Set {
		/// File with the names, in UTF-8.
		#[arg(value_name = "FILE")]
		file: PathBuf,
		#[command(flatten)]
		config: ConfigFile,
	},
	/// Show all names, as `people set` reads them.
	List {
		#[command(flatten)]
		config: ConfigFile,
	},
}

#[derive(Args)]
struct ConfigFile {
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

#[derive(Args)]
struct Out {
	/// File to create.
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

#[derive(Args)]
struct SignUp {
	/// Key file.
	#[arg(long, value_name = "FILE")]
	key: PathBuf,
	/// Hash of the chain's genesis block, which `vouchsafe status` shows.
	#[arg(long, value_name = "HEX")]
	genesis: Hex<32>,
	/// The institution's account: its address, or 0x and 64 hex digits.
	#[arg(long, value_name = "ACCOUNT", value_parser = account)]
	institution: AccountId,
	/// This custodian's address, which the chain publishes. It has no user, query or fragment.
	#[arg(long)]
	url: String,
	/// Days for which the signature is valid.
	#[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
	valid_for: u16,
}

/// Reads an account.
fn account(text: &str) -> Result<AccountId, String> {
	let bytes = Hex::<32>::from_str(text).map(AccountId::from);
	bytes
		.ok()
		.or_else(|| account_of(text))
		.ok_or_else(|| format!("“{text}” is neither an address nor 0x and 64 hex digits"))
}

fn main() -> ExitCode {
	match run(Arguments::parse()) {
		Ok(code) => code,
		Err(error) => {
			eprintln!("vouchsafe-custodian: {error:#}");
			let is_pin = error.chain().any(|cause| cause.is::<WrongPin>());
			if is_pin {
				WRONG_PIN.into()
			} else {
				ExitCode::FAILURE
			}
		},
	}
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
	let done = match (arguments.command, arguments.config) {
		(Some(Command::Restore(arguments)), _) => return restore::run(arguments),
		(Some(Command::Doctor(arguments)), _) => return doctor::run(&arguments),
		(Some(Command::Scrub(arguments)), _) => return scrub::run(&arguments),
		(Some(Command::Key(command)), _) => key(command),
		(Some(Command::SignUp(arguments)), _) => {
			let signed = sign_up(arguments, SystemTime::now())?;
			println!("{}", serde_json::to_string_pretty(&signed)?);
			Ok(())
		},
		(Some(Command::Backup(arguments)), _) => backup::run(&arguments),
		(Some(Command::Health(arguments)), _) => health::run(&arguments),
		(Some(Command::Index(command)), _) => index(command),
		(Some(Command::People(command)), _) => people(command),
		(Some(Command::Openapi), _) => {
			println!("{}", serde_json::to_string_pretty(&api::description())?);
			Ok(())
		},
		(None, Some(config)) => daemon::run(Config::read(&config)?, arguments.lan),
		(None, None) => anyhow::bail!("--config is missing"),
	};
	done.map(|()| ExitCode::SUCCESS)
}

fn sign_up(arguments: SignUp, now: SystemTime) -> anyhow::Result<SignedCustodian> {
	let SignUp { key, genesis, institution, url, valid_for } = arguments;
	check_url(&url)?;
	let keys = Keys::read(&key)?;
	let now = now.duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
	let expires = now + u64::from(valid_for) * 24 * 60 * 60;
	let encryption_key = keys.encryption.public().0;
	let genesis = H256(genesis.0);
	Ok(SignedCustodian::sign(&keys.account, genesis, &institution, &url, encryption_key, expires))
}

/// An error if no client would use the address. Whether it may be a private one depends on the clients.
fn check_url(url: &str) -> anyhow::Result<()> {
	let has_scheme = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
	anyhow::ensure!(
		has_scheme,
		"--url must begin with https://, as in https://custodian.hospital-a.example"
	);
	AllowedAddresses::all().check(url).context("--url is not the address of a custodian")?;
	Ok(())
}

fn index(command: IndexCommand) -> anyhow::Result<()> {
	match command {
		IndexCommand::Rewind { config } => rewind(&Config::read(&config.config)?),
		IndexCommand::Export(arguments) => export::run(&arguments),
		IndexCommand::Import(arguments) => import::run(&arguments),
	}
}

fn rewind(config: &Config) -> anyhow::Result<()> {
	let rewound = daemon::rewind(config)?;
	let Some((last, Rewound { lines, releases })) = rewound else {
		println!("the node has every block that was indexed: nothing to do");
		return Ok(());
	};
	match last {
		Some(block) => println!("the index now ends at block {block}"),
		None => println!("the index is empty now, and starts again with block 1"),
	}
	println!("removed {lines} lines of logs");
	for release in &releases {
		println!(
			"released for an opening that the chain no longer has: record {} to {}, opened in \
			 block {} {}",
			Hex(release.id.record),
			Hex(release.reader),
			release.opened_in.0,
			Hex::from(release.opened_in.1),
		);
	}
	Ok(())
}

fn people(command: PeopleCommand) -> anyhow::Result<()> {
	match command {
		PeopleCommand::Set { file, config } => {
			let text = std::fs::read_to_string(&file)
				.with_context(|| format!("can't read {}", file.display()))?;
			let names = names::parse(&text).with_context(|| format!("in {}", file.display()))?;
			open_database(&config)?.set_names_now(&names)?;
			println!("set or removed {} names", names.len());
		},
		PeopleCommand::List { config } => {
			for (account, name) in open_database(&config)?.all_names()? {
				println!("{} {name}", Hex(account));
			}
		},
	}
	Ok(())
}

fn open_database(config: &ConfigFile) -> anyhow::Result<Sqlite> {
	Sqlite::open(&Config::read(&config.config)?.store.directory)
}

fn key(command: KeyCommand) -> anyhow::Result<()> {
	let keys = match command {
		KeyCommand::Generate(Out { out }) => Keys::generate(&out)?,
		KeyCommand::Development { path, out: Out { out } } => Keys::development(&out, &path)?,
		KeyCommand::Show { file, after_wrong_pin: false } => Keys::read(&file)?,
		KeyCommand::Show { file, after_wrong_pin: true } => Keys::read_after_wrong_pin(&file)?,
		KeyCommand::Seal { file, hsm, new_key, out: Out { out } } => {
			Keys::seal(&file, &out, &hsm, new_key)?
		},
		KeyCommand::Rotate(arguments) => return rotation::run(&arguments),
	};
	println!("account        {}", Hex(keys.account.public_key().0));
	for (place, key) in keys.encryption.all().into_iter().enumerate() {
		let what = if place == 0 { "encryption key" } else { "earlier key   " };
		println!("{what} {}", Hex(key.0));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;
	use clap_complete::{Generator, Shell};
	use std::time::Duration;

	#[test]
	fn the_arguments_are_consistent() {
		Arguments::command().debug_assert();
	}

	/// `make packages` names the folder in VOUCHSAFE_MANUAL.
	#[test]
	fn the_manual_and_the_completions_are_generated() {
		let temporary = tempfile::tempdir().unwrap();
		let folder = std::env::var("VOUCHSAFE_MANUAL");
		let folder =
			folder.map_or(temporary.path().into(), PathBuf::from).join("vouchsafe-custodian");
		std::fs::create_dir_all(&folder).unwrap();
		let command = Arguments::command().name("vouchsafe-custodian");
		clap_mangen::generate_to(command.clone(), &folder).unwrap();
		for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
			let mut command = command.clone();
			clap_complete::generate_to(shell, &mut command, "vouchsafe-custodian", &folder)
				.unwrap();
			assert!(std::fs::exists(folder.join(shell.file_name("vouchsafe-custodian"))).unwrap());
		}
		let page = std::fs::read_to_string(folder.join("vouchsafe-custodian-backup.1")).unwrap();
		assert!(page.contains(".TH vouchsafe-custodian-backup 1"), "{page}");
	}

	#[test]
	fn a_registration_is_signed_by_the_key_file_and_shows_no_secret() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("key");
		Keys::development(&file, "//HospitalA//custodian").unwrap();
		let genesis = format!("0x{}", "11".repeat(32));
		let institution = "0x2a89d1dbed480dcaee6350ba53cf355897632445bc55411bbe4caaa2c24d126e";
		let parse = |institution: &str| {
			Arguments::try_parse_from([
				"vouchsafe-custodian",
				"sign-up",
				"--key",
				file.to_str().unwrap(),
				"--genesis",
				&genesis,
				"--institution",
				institution,
				"--url",
				"https://a.example",
			])
		};
		assert!(parse("Hospital A").is_err());
		let Some(Command::SignUp(arguments)) = parse(institution).unwrap().command else {
			panic!("it is a registration")
		};
		let address = arguments.institution.to_string();
		assert!(parse(&address).is_ok());
		let signed = sign_up(arguments, UNIX_EPOCH + Duration::from_secs(1_000)).unwrap();
		assert!(signed.is_authentic());
		assert_eq!(signed.expires, 1_000 + 7 * 86_400);
		assert_eq!(signed.institution.to_string(), institution);
		let keys = Keys::read(&file).unwrap();
		assert_eq!(signed.account.0, keys.account.public_key().0);
		assert_eq!(signed.encryption_key.0, keys.encryption.public().0);
		let text = serde_json::to_string(&signed).unwrap();
		let kept = std::fs::read_to_string(&file).unwrap();
		let secret = kept.split("encryption = \"0x").nth(1).unwrap().get(..64).unwrap();
		assert!(!text.contains(secret));
	}

	#[test]
	fn only_an_address_that_clients_use_is_signed() {
		for good in ["https://custodian.hospital-a.example", "http://127.0.0.1:8700/a"] {
			check_url(good).unwrap();
		}
		for wrong in [
			"custodian.hospital-a.example",
			"custodian.hospital-a.example:8700",
			"ftp://a.example",
			"https:a.example",
			" https://a.example",
			"https://",
			"https://a.example/?x",
			"https://user:hidden@a.example",
		] {
			let error = format!("{:#}", check_url(wrong).unwrap_err());
			assert!(error.contains("--url") && !error.contains("hidden"), "{error}");
		}
	}

	#[test]
	fn names_are_set_and_shown_from_a_file() {
		let folder = tempfile::tempdir().unwrap();
		let (config, file) = (folder.path().join("config.toml"), folder.path().join("names"));
		let sample = include_str!("../sample.toml");
		let store = format!("{:?}", folder.path().join("store"));
		std::fs::write(&config, sample.replace("\"/var/lib/vouchsafe-custodian\"", &store))
			.unwrap();
		let set = |text: &str| {
			std::fs::write(&file, text).unwrap();
			let config = ConfigFile { config: config.clone() };
			people(PeopleCommand::Set { file: file.clone(), config })
		};
		let all = || open_database(&ConfigFile { config: config.clone() }).unwrap().all_names();
		let line = |byte: &str, name: &str| format!("0x{} {name}\n", byte.repeat(32));
		set(&[line("02", "Ben"), line("01", "Anna")].concat()).unwrap();
		let anna = ([1; 32], "Anna".to_owned());
		assert_eq!(all().unwrap(), [anna.clone(), ([2; 32], "Ben".to_owned())]);
		let error = set(&[line("02", ""), line("03", "a\u{202e}b")].concat()).unwrap_err();
		assert!(format!("{error:#}").contains("line 2"), "{error:#}");
		assert_eq!(all().unwrap().len(), 2, "all or none");
		set(&line("02", "")).unwrap();
		assert_eq!(all().unwrap(), [anna]);
	}

	#[test]
	fn a_configuration_or_a_command_is_needed() {
		let parse = |arguments: &[&str]| {
			Arguments::try_parse_from([&["vouchsafe-custodian"], arguments].concat())
		};
		assert!(parse(&[]).is_err());
		assert!(parse(&["--config", "a.toml", "openapi"]).is_err());
		assert!(parse(&["--config", "a.toml"]).is_ok());
		assert!(parse(&["--config", "a.toml", "--lan"]).is_ok());
		assert!(parse(&["--lan"]).is_err());
		assert!(parse(&["openapi"]).is_ok());
		let to = ["backup", "--config", "a.toml", "--to", "file"];
		assert!(parse(&[&to[..], &["--recipient", "age1"]].concat()).is_ok());
		assert!(parse(&[&to[..], &["--plain"]].concat()).is_ok());
		assert!(parse(&[&to[..], &["--plain", "--recipient", "age1"]].concat()).is_err());
		assert!(parse(&[&to[..], &["--plain", "--with-keys", "keys"]].concat()).is_err());
		assert!(parse(&to[..3]).is_err());
		assert!(parse(&["backup", "--to", "file"]).is_err());
		assert!(parse(&["restore", "file", "--config", "a.toml"]).is_ok());
		assert!(parse(&["restore", "file"]).is_err());
		assert!(parse(&["restore", "file", "--config", "a.toml", "--offline"]).is_err());
		let check = ["restore", "file", "--check", "--key", "keys"];
		assert!(parse(&[&check[..], &["--node", "ws://a"]].concat()).is_ok());
		assert!(parse(&[&check[..], &["--offline", "--json"]].concat()).is_ok());
		assert!(parse(&[&check[..], &["--offline", "--node", "ws://a"]].concat()).is_err());
		assert!(parse(&["scrub", "--config", "a.toml", "--report-losses", "3"]).is_ok());
		assert!(parse(&["scrub", "--config", "a.toml", "--report-losses"]).is_err());
		assert!(parse(&["scrub"]).is_err());
		assert!(parse(&["index", "rewind", "--config", "a.toml"]).is_ok());
		assert!(parse(&["index", "rewind"]).is_err());
		assert!(parse(&["doctor", "--config", "a.toml", "--json"]).is_ok());
		assert!(parse(&["doctor"]).is_err());
		assert!(parse(&["people", "set", "file", "--config", "a.toml"]).is_ok());
		assert!(parse(&["people", "set", "file"]).is_err());
		assert!(parse(&["people", "list", "--config", "a.toml"]).is_ok());
		assert!(parse(&["key", "generate"]).is_err());
		assert!(parse(&["key", "generate", "--out", "key"]).is_ok());
		assert!(parse(&["key", "rotate", "--config", "a.toml", "--finish", "--out", "key"]).is_ok());
		assert!(parse(&["key", "rotate", "--config", "a.toml", "--status", "--finish"]).is_err());
		assert!(parse(&["key", "rotate"]).is_err());
	}
}
