//! `found`: how members found a network. Each makes its card offline, the institution's key signs it, and
//! each member puts all cards together to the same chain specification.
//!
//! - `card`: makes a card, with the keys of the member's node.
//! - `cards`: why a card, or several together, are refused.
//! - `specification`: from cards to a chain specification, and the comparison of the two.

mod card;
mod cards;
mod specification;

use sp_core::H256;
use std::{
	path::{Path, PathBuf},
	str::FromStr,
	time::{SystemTime, UNIX_EPOCH},
};
use vouchsafe_primitives::{card::SignedCard, Moment};
use vouchsafe_runtime::AccountId;

/// The commands of `found`.
#[derive(Debug, clap::Subcommand)]
pub enum FoundCommand {
	/// Make this member's card, with the keys of its node. It needs no network. Keys that are there
	/// already are used and never replaced
	#[command(after_help = "Example:\n  \
		vouchsafe-node found card --base-path /var/lib/vouchsafe-node --institution 5F… \
		--encryption-key 0x…\n    \
		--name \"Hospital A\" --country DE --address /dns/node.hospital-a.example/tcp/30333\n    \
		--custodian-url https://custodian.hospital-a.example --custodian-account 0x… \
		--custodian-key 0x…\n    \
		--out hospital-a.json")]
	Card(MakeCard),

	/// Put the members' signed cards together to the network's chain specification. The same cards give
	/// the same file in any order, with the same release
	#[command(after_help = "Example:\n  \
		vouchsafe-node found assemble cards/*.json --name \"Health Network\" --out spec.json")]
	Assemble(Assemble),

	/// Compare a chain specification with signed cards, field by field
	#[command(after_help = "Example:\n  \
		vouchsafe-node found check spec.json --card hospital-a.signed.json")]
	Check(Check),
}

/// The arguments of `found card`.
#[derive(Debug, clap::Args)]
pub struct MakeCard {
	/// Folder for the node's keys: `keystore` for the session keys, `node-key` for the network
	#[arg(long, value_name = "FOLDER")]
	base_path: PathBuf,

	/// The institution's account, which signs the card: its address, or 0x and 64 hex digits
	#[arg(long, value_name = "ACCOUNT", value_parser = account)]
	institution: AccountId,

	/// The encryption key of this account (`vouchsafe key show` prints both)
	#[arg(long, value_name = "HEX", value_parser = key)]
	encryption_key: H256,

	/// The institution's public name
	#[arg(long)]
	name: String,

	/// Its country (two capital letters, ISO 3166)
	#[arg(long)]
	country: String,

	/// It is a health authority, not a hospital
	#[arg(long)]
	authority: bool,

	/// It does not validate
	#[arg(long)]
	no_validator: bool,

	/// It has no seat on the council
	#[arg(long)]
	no_seat: bool,

	/// Address at which other nodes reach its node, such as /dns/node.hospital-a.example/tcp/30333. Can be
	/// repeated up to four times
	#[arg(long, value_name = "MULTIADDRESS", required = true)]
	address: Vec<String>,

	/// Its node is an archive: it keeps the states of all blocks, so that somebody can look up the state of an
	/// old block. At least two members should keep one
	#[arg(long)]
	archive: bool,

	/// Its custodian's address
	#[arg(long, value_name = "URL")]
	custodian_url: String,

	/// Its custodian's account (`vouchsafe-custodian key show` prints it, and the encryption key)
	#[arg(long, value_name = "ACCOUNT", value_parser = account)]
	custodian_account: AccountId,

	/// Its custodian's encryption key
	#[arg(long, value_name = "HEX", value_parser = key)]
	custodian_key: H256,

	/// Days for which the card can be used
	#[arg(
		long,
		value_name = "DAYS",
		default_value_t = 30,
		value_parser = clap::value_parser!(u16).range(1..=365)
	)]
	valid_for: u16,

	/// Accept custodians without https://. Only in one network of your own
	#[arg(long)]
	lan: bool,

	/// File for the card. It must not exist
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// The arguments of `found assemble`.
#[derive(Debug, clap::Args)]
pub struct Assemble {
	/// The members' signed cards
	#[arg(required = true, value_name = "CARD")]
	cards: Vec<PathBuf>,

	/// The network's name
	#[arg(long)]
	name: String,

	/// The network's id: small letters, digits and `_`. It names a folder below each node's base path
	/// [default: made from the name]
	#[arg(long)]
	id: Option<String>,

	/// How many accounts each institution may enrol. The council can change it
	#[arg(long, value_name = "ACCOUNTS", default_value_t = 100_000)]
	cap: u32,

	/// Accept custodians without https://. Only in one network of your own
	#[arg(long)]
	lan: bool,

	/// How long a session lasts: for tests
	#[arg(long, hide = true, value_parser = clap::value_parser!(u64).range(1..))]
	session_seconds: Option<u64>,

	/// File for the chain specification. It must not exist
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// The arguments of `found check`.
#[derive(Debug, clap::Args)]
pub struct Check {
	/// The chain specification
	#[arg(value_name = "FILE")]
	specification: PathBuf,

	/// A signed card. Can be repeated
	#[arg(long, value_name = "CARD", required = true)]
	card: Vec<PathBuf>,
}

impl FoundCommand {
	/// Runs the command. The error says all that is wrong.
	pub fn run(&self) -> Result<(), String> {
		match self {
			Self::Card(options) => card::run(options),
			Self::Assemble(options) => specification::assemble(options),
			Self::Check(options) => specification::check(options),
		}
	}
}

fn account(text: &str) -> Result<AccountId, &'static str> {
	text.parse().map_err(|_| "write the account's address, or 0x and 64 hex digits")
}

fn key(text: &str) -> Result<H256, &'static str> {
	H256::from_str(text).map_err(|_| "a key has 0x and 64 hex digits")
}

/// Now, in seconds since 1970.
fn now() -> Result<Moment, String> {
	let since = SystemTime::now().duration_since(UNIX_EPOCH);
	since.map(|since| since.as_secs()).map_err(|_| "this machine's clock is before 1970".into())
}

/// Reads a card's file.
fn read_card(path: &Path) -> Result<SignedCard, String> {
	let text = std::fs::read_to_string(path)
		.map_err(|error| format!("cannot read the card {}: {error}", path.display()))?;
	SignedCard::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a new file. One that exists is never replaced.
fn write_new(path: &Path, text: &str) -> Result<(), String> {
	use std::io::Write;
	let mut file = std::fs::File::create_new(path).map_err(|error| match error.kind() {
		std::io::ErrorKind::AlreadyExists => {
			format!("{} exists already: name another file with --out, or remove it", path.display())
		},
		_ => format!("cannot write {}: {error}", path.display()),
	})?;
	let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
	written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
