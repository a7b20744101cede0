//! Checks of Kubo: that it runs, syncs its blocks, and belongs to a private swarm.

use super::Finding;
use crate::config;
use std::{io::ErrorKind, net::IpAddr, os::unix::fs::PermissionsExt, path::PathBuf};
use vouchsafe_client::ipfs::{inspection::Configuration, Ipfs, IpfsError};

/// What is known of Kubo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
	/// Its version.
	pub version: String,
	/// Whether it syncs its blocks, if its store is made of files.
	pub syncs: Option<bool>,
	/// How many peers it has.
	pub peers: usize,
	/// Its configuration.
	pub configuration: Configuration,
	/// Where the key of its swarm should be.
	pub swarm_key: PathBuf,
	/// The mode of that file, or why it cannot be seen.
	pub mode: Result<u32, ErrorKind>,
}

impl Facts {
	/// Asks Kubo; none if none is configured.
	pub async fn gather(config: &config::Config) -> Result<Option<Self>, String> {
		let Some(kubo) = &config.kubo else { return Ok(None) };
		let gathered = Self::of(&kubo.url).await;
		gathered.map(Some).map_err(|error| error.to_string())
	}

	async fn of(url: &str) -> Result<Self, IpfsError> {
		let ipfs = Ipfs::new(url)?;
		// Kubo may be in a container, and its folder not in this file system.
		let unknown = (PathBuf::from("swarm.key"), Err(ErrorKind::Unsupported));
		let (swarm_key, mode) = match ipfs.repository().await? {
			Some(folder) if folder.exists() => {
				let key = folder.join("swarm.key");
				let mode = std::fs::metadata(&key).map(|found| found.permissions().mode() & 0o777);
				(key, mode.map_err(|error| error.kind()))
			},
			_ => unknown,
		};
		Ok(Self {
			version: ipfs.version().await?,
			syncs: ipfs.syncs_blocks().await?,
			peers: ipfs.peers().await?,
			configuration: ipfs.configuration().await?,
			swarm_key,
			mode,
		})
	}
}

/// All findings about Kubo.
pub fn check(config: Option<&config::Kubo>, facts: &Result<Option<Facts>, String>) -> Vec<Finding> {
	const NAME: &str = "Kubo";
	let Some(config) = config else {
		return vec![Finding::good(NAME, "none is configured, so no content is kept")];
	};
	let facts = match facts {
		Ok(Some(facts)) => facts,
		Ok(None) => return vec![],
		Err(error) => {
			let says = format!("{}: {error}", config.url);
			return vec![
				Finding::bad(NAME, says, "systemctl status kubo"),
				Finding::not_checked("Kubo's privacy", "Kubo does not answer"),
			];
		},
	};
	let running = match (facts.syncs, facts.peers) {
		(Some(false), _) => Finding::bad(
			NAME,
			"it does not sync its blocks, so a power cut can damage documents",
			"set sync to true in Datastore.Spec (docker/kubo-init.sh does) and restart it",
		),
		(_, 0) => Finding::warning(
			NAME,
			format!("version {}, without peers: nothing can be fetched", facts.version),
			"name the other members' nodes in Peering.Peers; look at the firewall",
		),
		(_, peers) => Finding::good(NAME, format!("version {}, {peers} peers", facts.version)),
	};
	vec![running, privacy(config, facts)]
}

/// Whether only members reach it, and only this machine its RPC. Its RPC can do everything.
fn privacy(config: &config::Kubo, facts: &Facts) -> Finding {
	const NAME: &str = "Kubo's privacy";
	let Configuration { addresses, bootstrap } = &facts.configuration;
	if let Some(open) = addresses.gateway.all().first() {
		let says = format!(
			"it has a gateway at {open}, where anybody who reaches it reads documents' ciphertext"
		);
		return Finding::bad(NAME, says, "ipfs config Addresses.Gateway '' and restart it");
	}
	if let Some(first) = bootstrap.iter().flatten().next() {
		let says = format!("it looks for strangers' nodes ({first})");
		return Finding::bad(NAME, says, "ipfs bootstrap rm --all and restart it");
	}
	let key = facts.swarm_key.display();
	match facts.mode {
		Err(ErrorKind::NotFound) => {
			let says = format!("{key} does not exist, so it is in the public network");
			return Finding::bad(NAME, says, "copy the network's swarm.key there and restart it");
		},
		Ok(mode) if mode & 0o077 != 0 => {
			let says = format!("others may use the swarm's key {key} (mode {mode:03o})");
			return Finding::bad(NAME, says, format!("chmod 600 {key}"));
		},
		_ => {},
	}
	let open = addresses.api.all().into_iter().find(|address| !is_loopback(address));
	let is_remote = url::Url::parse(&config.url).is_ok_and(|url| !is_own_machine(&url));
	match (open, is_remote) {
		(Some(open), false) => {
			let says = format!("its RPC, which can do everything, is at {open}");
			let help = "ipfs config Addresses.API /ip4/127.0.0.1/tcp/5001 and restart it";
			return Finding::bad(NAME, says, help);
		},
		(_, true) => {
			let says = format!(
				"its RPC, which can do everything, is reached over a network at {}",
				config.url
			);
			let help =
				"only the custodian may reach it: check the firewall or the container network";
			return Finding::warning(NAME, says, help);
		},
		(None, false) => {},
	}
	match facts.mode {
		Err(_) => Finding::warning(
			NAME,
			format!("whether it has a swarm's key ({key}) cannot be seen from here"),
			"look for it on Kubo's machine, or run this as root",
		),
		Ok(_) => Finding::good(
			NAME,
			"a private swarm, without gateway and bootstrap nodes, RPC on this machine",
		),
	}
}

/// Whether an address in libp2p's form, `/ip4/127.0.0.1/tcp/5001`, is on this machine.
fn is_loopback(address: &str) -> bool {
	let mut parts = address.split('/').skip(1);
	match (parts.next(), parts.next()) {
		(Some("ip4" | "ip6"), Some(ip)) => ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
		(Some("unix"), _) => true,
		_ => false,
	}
}

fn is_own_machine(url: &url::Url) -> bool {
	match url.host() {
		Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
		Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
		Some(url::Host::Domain(name)) => name == "localhost",
		None => false,
	}
}
