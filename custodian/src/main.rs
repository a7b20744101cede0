//! The program `vouchsafe-custodian`: its arguments. Everything else is in the library.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use std::{
	path::{Path, PathBuf},
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
	config::Config,
	daemon,
	keys::Keys,
	names,
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
  curl http://127.0.0.1:8700/ready
  vouchsafe-custodian backup /backup/custodian.sqlite --config /etc/vouchsafe/custodian.toml

The configuration is documented in sample.toml, in the source tree. SIGTERM stops the custodian
after the requests under way."
)]
struct Arguments {
	/// Configuration file.
	#[arg(long, value_name = "FILE", required = true)]
	config: Option<PathBuf>,
	#[command(subcommand)]
	command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
	/// Create or show the custodian's keys.
	#[command(subcommand)]
	Key(KeyCommand),
	/// Sign that an institution may register this custodian, and print it as JSON. It has no secret.
	/// The institution sends it with `vouchsafe enrol custodian FILE`.
	SignUp(SignUp),
	/// Copy the database into a new file, which only its owner may read. The custodian can keep running.
	///
	/// To restore it, stop the custodian, remove the files in the database's directory, copy FILE
	/// there as custodian.sqlite, and start the custodian. It indexes what came after the backup.
	/// Shares that it received after the backup are lost.
	Backup {
		/// File to create.
		#[arg(value_name = "FILE")]
		file: PathBuf,
		#[command(flatten)]
		config: ConfigFile,
	},
	/// Repair the index of the patients' logs.
	#[command(subcommand)]
	Index(IndexCommand),
	/// Set or show the names of the institution's practitioners. The custodian tells them to the patients
	/// in whose logs they are, or whom they have asked for access, if they have accepted an affiliation
	/// with the institution.
	#[command(subcommand)]
	People(PeopleCommand),
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
	/// Show the account and the public encryption key.
	Show {
		/// Key file.
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
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
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("vouchsafe-custodian: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
	match (arguments.command, arguments.config) {
		(Some(Command::Key(command)), _) => key(command),
		(Some(Command::SignUp(arguments)), _) => {
			let signed = sign_up(arguments, SystemTime::now())?;
			println!("{}", serde_json::to_string_pretty(&signed)?);
			Ok(())
		},
		(Some(Command::Backup { file, config }), _) => {
			back_up(&Config::read(&config.config)?, &file)
		},
		(Some(Command::Index(IndexCommand::Rewind { config })), _) => {
			rewind(&Config::read(&config.config)?)
		},
		(Some(Command::People(command)), _) => people(command),
		(Some(Command::Openapi), _) => {
			println!("{}", serde_json::to_string_pretty(&api::description())?);
			Ok(())
		},
		(None, Some(config)) => daemon::run(Config::read(&config)?),
		(None, None) => anyhow::bail!("--config is missing"),
	}
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

fn back_up(config: &Config, file: &Path) -> anyhow::Result<()> {
	let bytes = Sqlite::back_up(&config.store.directory, file)?;
	println!("copied the database into {} ({bytes} bytes)", file.display());
	Ok(())
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
		KeyCommand::Show { file } => Keys::read(&file)?,
	};
	println!("account        {}", Hex(keys.account.public_key().0));
	println!("encryption key {}", Hex(keys.encryption.public().0));
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;
	use std::time::Duration;

	#[test]
	fn the_arguments_are_consistent() {
		Arguments::command().debug_assert();
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
		assert!(!text.contains(&hex::encode(*keys.encryption.to_bytes())));
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
		assert!(parse(&["openapi"]).is_ok());
		assert!(parse(&["backup", "file", "--config", "a.toml"]).is_ok());
		assert!(parse(&["backup", "file"]).is_err());
		assert!(parse(&["backup", "--config", "a.toml"]).is_err());
		assert!(parse(&["index", "rewind", "--config", "a.toml"]).is_ok());
		assert!(parse(&["index", "rewind"]).is_err());
		assert!(parse(&["people", "set", "file", "--config", "a.toml"]).is_ok());
		assert!(parse(&["people", "set", "file"]).is_err());
		assert!(parse(&["people", "list", "--config", "a.toml"]).is_ok());
		assert!(parse(&["key", "generate"]).is_err());
		assert!(parse(&["key", "generate", "--out", "key"]).is_ok());
	}
}
