//! The configuration: a TOML file, documented in `sample.toml`.

use anyhow::{bail, Context};
use serde::Deserialize;
use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};
use vouchsafe_client::{
	custodian::{AllowedAddresses, Network},
	messages::Hex,
};

/// The configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
	/// The REST API.
	pub api: Api,
	/// The chain's node.
	pub chain: Chain,
	/// The custodian's keys.
	pub keys: Keys,
	/// The database.
	pub store: Store,
	/// The IPFS node, if there is one.
	pub kubo: Option<Kubo>,
	/// Studies.
	#[serde(default)]
	pub research: Research,
	/// The files of the wallet, if the custodian serves them.
	pub wallet: Option<Wallet>,
	/// The log.
	#[serde(default)]
	pub log: Log,
}

/// The REST API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
	/// Address to listen on.
	pub listen: SocketAddr,
	/// Largest content that is accepted, in bytes.
	#[serde(default = "two_gib")]
	pub max_content: u64,
	/// How much content of one account no version may name, in bytes.
	#[serde(default = "eight_gib")]
	pub max_unclaimed: u64,
	/// The same of all accounts that one institution enrolled, in bytes.
	#[serde(default = "thirty_two_gib")]
	pub max_unclaimed_per_institution: u64,
	/// How much content the versions may name whose authors one other institution enrolled, in bytes.
	#[serde(default = "quarter_tib")]
	pub max_named_per_institution: u64,
	/// Requests per second from one address.
	#[serde(default = "fifty")]
	pub requests_per_second: u32,
	/// Requests at once from one address.
	#[serde(default = "two_hundred")]
	pub burst: u32,
	/// How many reverse proxies a request passes. They send the caller's address.
	#[serde(default)]
	pub trusted_proxies: u8,
	/// Largest number of connections.
	#[serde(default = "max_connections")]
	pub max_connections: usize,
	/// Largest number of connections from one address.
	#[serde(default = "max_connections_per_address")]
	pub max_connections_per_address: usize,
	/// How long a request's header may take, in seconds.
	#[serde(default = "header_timeout")]
	pub header_timeout: u64,
	/// How long an answer may make no progress, in seconds.
	#[serde(default = "stall_timeout")]
	pub stall_timeout: u64,
	/// How many contents are sent and received at the same time.
	#[serde(default = "max_transfers")]
	pub max_transfers: usize,
	/// The same for one address.
	#[serde(default = "max_transfers_per_address")]
	pub max_transfers_per_address: usize,
	/// How many signed requests wait for news of the chain at the same time, and how many others.
	#[serde(default = "max_waiting")]
	pub max_waiting: usize,
	/// How many signed requests of one address wait.
	#[serde(default = "max_waiting_per_address")]
	pub max_waiting_per_address: usize,
	/// How many requests of one address wait that are not signed.
	#[serde(default = "max_unsigned_waiting_per_address")]
	pub max_unsigned_waiting_per_address: usize,
}

impl Api {
	/// Checks that connections are left when as many requests wait, and as many contents are sent and
	/// received, as may. Otherwise nobody gets shares meanwhile.
	fn check_connections(&self) -> anyhow::Result<()> {
		// Signed requests have as many places as others.
		let taken = self.max_waiting.saturating_mul(2).saturating_add(self.max_transfers);
		if self.max_connections <= taken {
			bail!(
				"api.max_connections is {}, but waiting requests and transfers can take {taken} \
				 connections (twice api.max_waiting, plus api.max_transfers), and no shares would be \
				 released meanwhile: raise api.max_connections, or lower api.max_waiting or \
				 api.max_transfers",
				self.max_connections
			);
		}
		Ok(())
	}
}

/// The chain's node.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
	/// The node's WebSocket URL.
	pub node: String,
	/// Hash of the chain's genesis block.
	pub genesis: Option<Hex<32>>,
}

/// The custodian's keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
	/// The key file.
	pub file: PathBuf,
}

/// The database.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
	/// The directory that contains it, and content while it is received.
	pub directory: PathBuf,
	/// Free space on the directory's disk that content must leave, in bytes.
	#[serde(default = "one_gib")]
	pub reserve: u64,
}

/// The IPFS node.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kubo {
	/// URL of its RPC.
	pub url: String,
	/// How long one attempt to pin a document may take, in seconds.
	#[serde(default = "two_minutes")]
	pub patience: u64,
}

/// Studies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Research {
	/// Whether it aggregates the studies that name its institution.
	pub aggregate: bool,
	/// Whether it adds noise. Without noise nobody is protected, so only chains made for measuring allow
	/// that.
	pub noise: bool,
	/// Networks besides the public ones in which the custodians of other aggregators are.
	pub allow_addresses: Vec<String>,
}

impl Default for Research {
	fn default() -> Self {
		Self { aggregate: false, noise: true, allow_addresses: Vec::new() }
	}
}

impl Research {
	/// The addresses of other custodians that it connects to.
	pub fn allowed(&self) -> Result<AllowedAddresses, String> {
		let networks = self.allow_addresses.iter().map(|network| network.parse::<Network>());
		Ok(AllowedAddresses::public_and(networks.collect::<Result<_, _>>()?))
	}
}

/// The files of the wallet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
	/// The directory whose files are served.
	pub directory: PathBuf,
	/// Whether the wallet may reach custodians on its own machine without TLS.
	#[serde(default)]
	pub development: bool,
}

/// The log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
	/// Filter, in the syntax of `tracing`.
	pub level: String,
	/// Format of a line.
	pub format: LogFormat,
}

impl Default for Log {
	fn default() -> Self {
		Self { level: "info".into(), format: LogFormat::Json }
	}
}

/// Format of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
	/// JSON, for programs.
	Json,
	/// Text, for people.
	Text,
}

fn two_gib() -> u64 {
	2 << 30
}

fn eight_gib() -> u64 {
	8 << 30
}

fn thirty_two_gib() -> u64 {
	32 << 30
}

fn quarter_tib() -> u64 {
	256 << 30
}

fn one_gib() -> u64 {
	1 << 30
}

fn fifty() -> u32 {
	50
}

fn two_hundred() -> u32 {
	200
}

fn max_connections() -> usize {
	512
}

fn max_connections_per_address() -> usize {
	256
}

fn header_timeout() -> u64 {
	10
}

fn stall_timeout() -> u64 {
	30
}

fn max_transfers() -> usize {
	64
}

fn max_transfers_per_address() -> usize {
	16
}

fn max_waiting() -> usize {
	128
}

fn max_waiting_per_address() -> usize {
	64
}

fn max_unsigned_waiting_per_address() -> usize {
	16
}

fn two_minutes() -> u64 {
	120
}

impl Config {
	/// Reads and checks the file.
	pub fn read(path: &Path) -> anyhow::Result<Self> {
		let text = std::fs::read_to_string(path)
			.with_context(|| format!("can't read the configuration {}", path.display()))?;
		Self::parse(&text).with_context(|| format!("in the configuration {}", path.display()))
	}

	/// Parses and checks the text of a configuration.
	pub fn parse(text: &str) -> anyhow::Result<Self> {
		let config: Self = toml::from_str(text)?;
		if !config.chain.node.starts_with("ws://") && !config.chain.node.starts_with("wss://") {
			bail!("chain.node must begin with ws:// or wss://");
		}
		if config.kubo.as_ref().is_some_and(|kubo| url::Url::parse(&kubo.url).is_err()) {
			bail!("kubo.url is not a URL");
		}
		let api = &config.api;
		if api.requests_per_second == 0 || api.burst == 0 {
			bail!("api.requests_per_second and api.burst must be at least 1");
		}
		let limits = [
			api.max_connections,
			api.max_connections_per_address,
			api.max_transfers,
			api.max_transfers_per_address,
			api.max_waiting,
			api.max_waiting_per_address,
			api.max_unsigned_waiting_per_address,
		];
		if limits.contains(&0) || api.header_timeout == 0 || api.stall_timeout == 0 {
			bail!("the limits of connections, transfers and waiting requests and the timeouts must be at least 1");
		}
		api.check_connections()?;
		if let Err(error) = config.research.allowed() {
			bail!("research.allow_addresses: {error}");
		}
		tracing_subscriber::EnvFilter::try_new(&config.log.level).context("log.level")?;
		Ok(config)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const SAMPLE: &str = include_str!("../sample.toml");

	#[test]
	fn the_sample_is_accepted() {
		let config = Config::parse(SAMPLE).unwrap();
		assert_eq!(config.api.listen.port(), 8700);
		assert!(config.chain.genesis.is_none());
	}

	/// The entries after `# ` in the sample are the defaults.
	#[test]
	fn the_sample_shows_the_defaults() {
		let uncommented = SAMPLE
			.lines()
			.map(|line| match line.strip_prefix("# ") {
				Some(entry) if entry.contains(" = ") || entry.starts_with('[') => entry,
				_ => line,
			})
			.collect::<Vec<_>>()
			.join("\n");
		let (sample, whole) =
			(Config::parse(SAMPLE).unwrap(), Config::parse(&uncommented).unwrap());
		assert_eq!(format!("{:?}", sample.api), format!("{:?}", whole.api));
		assert_eq!(format!("{:?}", sample.store), format!("{:?}", whole.store));
		assert_eq!(format!("{:?}", sample.kubo), format!("{:?}", whole.kubo));
		assert_eq!(format!("{:?}", sample.research), format!("{:?}", whole.research));
		assert_eq!(format!("{:?}", sample.log), format!("{:?}", whole.log));
		assert!(sample.wallet.is_none() && !whole.wallet.unwrap().development);
		assert_eq!(whole.chain.genesis, Some(Hex([0; 32])));
	}

	#[test]
	fn waiting_requests_and_transfers_leave_connections_for_shares() {
		let text = |connections: usize, transfers: usize, waiting: usize| {
			SAMPLE
				.replacen("# max_connections = 512", &format!("max_connections = {connections}"), 1)
				.replacen("# max_transfers = 64", &format!("max_transfers = {transfers}"), 1)
				.replacen("# max_waiting = 128", &format!("max_waiting = {waiting}"), 1)
		};
		for (connections, transfers, waiting, is_accepted) in [
			(321, 64, 128, true),
			(320, 64, 128, false),
			(512, 64, 223, true),
			(512, 64, 224, false),
			(512, 255, 128, true),
			(512, 256, 128, false),
			(4, 1, 1, true),
			(3, 1, 1, false),
			(512, 64, i64::MAX as usize, false),
		] {
			let parsed = Config::parse(&text(connections, transfers, waiting));
			assert_eq!(parsed.is_ok(), is_accepted, "{connections} {transfers} {waiting}");
			if let Err(error) = parsed {
				let error = error.to_string();
				let entries = ["api.max_connections is", "api.max_waiting", "api.max_transfers"];
				assert!(entries.iter().all(|entry| error.contains(entry)), "{error}");
			}
		}
	}

	#[test]
	fn mistakes_are_refused() {
		for (what, by) in [
			("[api]", "[api]\nlissten = \"127.0.0.1:1\""),
			("[store]", "[storage]\nx = 1\n[store]"),
			("ws://127.0.0.1:9944", "http://127.0.0.1:9944"),
			("http://127.0.0.1:5001", "nowhere"),
			("# burst = 200", "burst = 0"),
			("# max_connections = 512", "max_connections = 0"),
			("# header_timeout = 10", "header_timeout = 0"),
			("# max_waiting = 128", "max_waiting = 0"),
			("# max_unsigned_waiting_per_address = 16", "max_unsigned_waiting_per_address = 0"),
			("# directory = \"/usr/share/vouchsafe/wallet\"", "[wallet]\ndirectory = 1"),
			("# development = false", "[wallet]\ndevelopment = true"),
			("# trusted_proxies = 0", "trusted_proxies = true"),
			("# genesis = \"0x00", "genesis = \"0x"),
			("# aggregate = false", "[research]\naggregated = true"),
			("# aggregate = false", "[research]\naggregate = 1"),
			("# allow_addresses = []", "[research]\nallow_addresses = [\"everywhere\"]"),
			("# format = \"json\"", "[log]\nformat = \"xml\""),
			("# level = \"info\"", "[log]\nlevel = \"a=b=c\""),
		] {
			let changed = SAMPLE.replacen(what, by, 1);
			assert_ne!(changed, SAMPLE);
			assert!(Config::parse(&changed).is_err(), "{by} was accepted");
		}
	}
}
