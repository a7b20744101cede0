//! The configuration: a TOML file, documented in `sample.toml`.

use crate::keys::resolve;
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
	/// Its backups.
	#[serde(default)]
	pub backup: Backup,
	/// The IPFS node, if there is one.
	pub kubo: Option<Kubo>,
	/// The checks of what was acknowledged.
	#[serde(default)]
	pub scrub: Scrub,
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
	/// Address to listen on.
	pub listen: SocketAddr,
	/// Address to listen on for the hospital's own monitoring, without TLS.
	#[serde(default = "monitoring_listen")]
	pub monitoring_listen: SocketAddr,
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
	/// The origins whose pages may use the API, besides those of the members' custodians. None if pages of
	/// every origin may.
	pub origins: Option<Vec<String>>,
	/// Certificate and key, if the custodian speaks TLS itself.
	pub tls: Option<Tls>,
	/// Limits of one account.
	#[serde(default = "PartyLimits::of_account")]
	pub per_account: PartyLimits,
	/// Limits of one institution's staff, and of the patients that it enrolled.
	#[serde(default = "PartyLimits::of_institution")]
	pub per_institution: PartyLimits,
	/// Requests per second from one address that are not signed by an account within its limits.
	#[serde(default = "fifty")]
	pub requests_per_second: u32,
	/// The same at once.
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
	/// How many are sent to one address.
	#[serde(default = "max_transfers_per_address")]
	pub max_transfers_per_address: usize,
	/// How many signed requests wait for news of the chain at the same time, and how many others.
	#[serde(default = "max_waiting")]
	pub max_waiting: usize,
	/// How many requests of one address wait that are not signed.
	#[serde(default = "max_unsigned_waiting_per_address")]
	pub max_unsigned_waiting_per_address: usize,
}

/// Certificate and key of the custodian's own listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
	/// File with the certificate and those that lead to its issuer, in PEM.
	pub certificate: PathBuf,
	/// File with the certificate's key, in PEM.
	pub key: PathBuf,
	/// File with the certificates of those who issue client certificates, if callers need one.
	pub client_ca: Option<PathBuf>,
}

/// What one account, or all accounts of an institution, may do with signed requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyLimits {
	/// Requests per second.
	pub requests_per_second: u32,
	/// Requests at once.
	pub burst: u32,
	/// How many contents it adds at the same time.
	pub max_transfers: usize,
	/// How many of its requests wait for news of the chain.
	pub max_waiting: usize,
}

impl PartyLimits {
	fn of_account() -> Self {
		Self { requests_per_second: 50, burst: 200, max_transfers: 8, max_waiting: 16 }
	}

	/// Its staff and its patients are two parties. Together they leave a quarter of all places to others.
	fn of_institution() -> Self {
		Self { requests_per_second: 500, burst: 2_000, max_transfers: 24, max_waiting: 48 }
	}

	fn has_zero(&self) -> bool {
		let Self { requests_per_second, burst, max_transfers, max_waiting } = *self;
		requests_per_second == 0 || burst == 0 || max_transfers == 0 || max_waiting == 0
	}
}

impl Api {
	/// Checks that nobody can read along: without TLS of its own, it listens on this machine only, unless
	/// its operator says that the network is closed. What is for monitoring is never sent with TLS.
	pub fn check_plain(&self, lan: bool) -> anyhow::Result<()> {
		let is_open = |address: SocketAddr| !lan && !address.ip().to_canonical().is_loopback();
		if is_open(self.monitoring_listen) {
			bail!(
				"api.monitoring_listen is {}, and others could read there when and how often the hospital opens \
				 records: listen on 127.0.0.1, or start with --lan if only your own machines can reach that \
				 address",
				self.monitoring_listen
			);
		}
		if self.tls.is_none() && is_open(self.listen) {
			bail!(
				"api.listen is {}, and others could read what goes over the network without TLS: name a \
				 certificate and its key in [api.tls], or listen on 127.0.0.1 behind a reverse proxy that \
				 speaks TLS, or start with --lan if only your own machines can reach that address",
				self.listen
			);
		}
		Ok(())
	}

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
	#[serde(deserialize_with = "key_file")]
	pub file: PathBuf,
	/// For how many days what is sealed to a former encryption key can be opened.
	#[serde(default = "thirty")]
	pub keep_old_days: u16,
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
	/// How many files that disk must still be able to hold (inodes).
	#[serde(default = "ten_thousand")]
	pub reserve_inodes: u64,
}

/// Backups of the database.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
	/// For how many days they are kept. 0 if there are none.
	pub kept_days: u16,
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

/// The checks of what was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scrub {
	/// In how many days everything is checked once.
	pub days: u16,
	/// One of how many ciphertexts is read back.
	pub read_back: u32,
	/// How many lost shares the custodian reports by itself in a day. If there are more, it reports none.
	pub report_losses: u32,
}

impl Default for Scrub {
	fn default() -> Self {
		Self { days: 30, read_back: 10, report_losses: 8 }
	}
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

fn monitoring_listen() -> SocketAddr {
	SocketAddr::from(([127, 0, 0, 1], 8701))
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

/// A path, perhaps in the folder of systemd's credentials.
fn key_file<'de, D: serde::Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
	PathBuf::deserialize(from).map(resolve)
}

fn thirty() -> u16 {
	30
}

fn ten_thousand() -> u64 {
	10_000
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

fn max_unsigned_waiting_per_address() -> usize {
	16
}

fn two_minutes() -> u64 {
	120
}

/// The origin of a URL, as browsers write it. None if it has none.
pub fn origin_of(url: &str) -> Option<String> {
	let origin = url::Url::parse(url).ok()?.origin();
	origin.is_tuple().then(|| origin.ascii_serialization())
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
			api.max_unsigned_waiting_per_address,
		];
		if limits.contains(&0) || api.header_timeout == 0 || api.stall_timeout == 0 {
			bail!("the limits of connections, transfers and waiting requests and the timeouts must be at least 1");
		}
		if api.per_account.has_zero() || api.per_institution.has_zero() {
			bail!("the limits in api.per_account and api.per_institution must be at least 1");
		}
		for origin in api.origins.iter().flatten() {
			if origin_of(origin).as_ref() != Some(origin) {
				bail!(
					"api.origins: \"{origin}\" is not an origin as browsers send it, such as \
					 https://wallet.hospital-a.example: without a path, and without the port 443"
				);
			}
		}
		api.check_connections()?;
		if config.scrub.days == 0 || config.scrub.read_back == 0 {
			bail!("scrub.days and scrub.read_back must be at least 1");
		}
		if let Err(error) = config.research.allowed() {
			bail!("research.allow_addresses: {error}");
		}
		tracing_subscriber::EnvFilter::try_new(&config.log.level).context("log.level")?;
		Ok(config)
	}
}

#[cfg(test)]
mod tests;
