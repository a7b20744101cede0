//! The command line as an agent's platform, the settings of a session, and the connection that they
//! describe.

use crate::{
	address::{self, AddressOf},
	clock::SystemClock,
	home::{read_private, write_private, Home},
	keys::{Identity, KeyStore},
	output::write_error,
	progress::{silence, TerminalProgress},
	secrets::Secrets,
};
use anyhow::{bail, Context, Result};
use std::{sync::Arc, time::Duration};
use vouchsafe_agent::{
	platform::{Keep, Platform},
	session::Parts,
};
use vouchsafe_client::{
	chain::{Chain, Stall, Submit, H256},
	custodian::{AllowedAddresses, HttpCustodians, Network},
	protocol::proof::Trusted,
	proven::ProvenChain,
};

pub use vouchsafe_agent::session::{in_force, is_waiting};

/// The folder of the newest proven block of each chain.
const CHAINS: &str = "chains";
/// The file in it with the genesis hash of the user's chain.
const GENESIS: &str = "genesis";

/// The command line, as an agent's platform.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine;

impl Platform for CommandLine {
	type Chain = ProvenChain;
	type Custodians = HttpCustodians;
	type Keep = Home;
	type Clock = SystemClock;
	type Progress = TerminalProgress;
}

/// The chain as of a final block. What it answers is proven.
pub type At = vouchsafe_agent::session::At<CommandLine>;

/// A session of the command line.
pub type Session = vouchsafe_agent::session::Session<CommandLine>;

/// The settings of a session.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The nodes' WebSockets: the one to use, and those of other institutions to ask too.
	pub nodes: Vec<String>,
	/// The genesis block's hash, if the user knows it.
	pub genesis: Option<H256>,
	/// The CLI's folder.
	pub home: Home,
	/// The key's name, or a development URI.
	pub key: Option<String>,
	/// Whether development keys may be used.
	pub development: bool,
	/// The private networks in which custodians may be.
	pub allowed: Vec<Network>,
	/// Where the key's passphrase comes from.
	pub secrets: Secrets,
}

impl Settings {
	/// Connects, and unlocks the key if one is named.
	pub async fn connect(&self) -> Result<Session> {
		self.check_key()?;
		let (node, others) = self.nodes.split_first().context("name a node with --node")?;
		let mut chain = connect_to(node).await?;
		chain.on_stall(Arc::new(tell_stall));
		if self.development {
			let kind = chain.chain_type().await?;
			if kind != "Development" && kind != "Local" {
				bail!(
					"--dev is only for development and local chains, because development keys are public. \
					 This chain is of type {kind}"
				);
			}
		}
		let mut chain = self.prove(chain).await?;
		for other in others {
			let other = connect_to(other).await?;
			if other.genesis() != chain.genesis() {
				bail!("the nodes that --node names are of different chains");
			}
			chain.ask_too(other);
		}
		let me = self.unlock()?;
		let parts = Parts {
			custodians: HttpCustodians {
				genesis: chain.genesis(),
				allowed: self.allowed_addresses(),
			},
			chain,
			keep: self.home.clone(),
			clock: SystemClock::default(),
			progress: TerminalProgress,
		};
		let session = Session::new(parts, me, self.development).await?;
		tell_changes(&session);
		Ok(session)
	}

	/// Proves the node's newest final block, from the newest one that was proven for the same chain
	/// before. Each newer one is kept.
	async fn prove(&self, node: Chain) -> Result<ProvenChain> {
		let genesis = node.genesis();
		self.check_genesis(genesis).await?;
		let name = hex::encode(genesis.0);
		let kept = self.home.read(CHAINS, &name).await?;
		let kept = kept.map(|bytes| Trusted::from_bytes(&bytes, genesis)).transpose();
		let kept = kept.with_context(|| self.home.describe(CHAINS, &name))?;
		let mut chain = ProvenChain::new(node, kept).await?;
		chain.on_old(Arc::new(tell_age));
		let home = self.home.clone();
		let keeper = move |trusted: &Trusted| {
			if let Err(error) = keep_newest(&home, &name, trusted) {
				tracing::warn!("the newest proven block is not kept: {error:#}");
			}
		};
		chain.on_newer(Arc::new(keeper)).await;
		Ok(chain)
	}

	/// Checks that it is the user's chain: the one that the user names, or else the one with which the
	/// folder was first used. Development chains begin anew, so any of them will do.
	async fn check_genesis(&self, genesis: H256) -> Result<()> {
		let found = hex::encode(genesis.0);
		if let Some(named) = self.genesis {
			if named != genesis {
				bail!("the node is of another chain: its genesis block is 0x{found}");
			}
		} else if self.development {
			return Ok(());
		}
		let known = self.home.read(CHAINS, GENESIS).await?;
		match known.map(|known| String::from_utf8_lossy(&known).into_owned()) {
			Some(known) if known == found => Ok(()),
			Some(known) if self.genesis.is_none() => bail!(
				"the node is of another chain than {} was used with: its genesis block is 0x{found}, not \
				 0x{known}. Use another --home for it, or name the right chain with --genesis",
				self.home.path().display()
			),
			_ => self.home.write(CHAINS, GENESIS, found.as_bytes()).await,
		}
	}

	/// The custodian addresses that may be connected to. `--dev` is refused on other chains than
	/// development and local ones.
	pub fn allowed_addresses(&self) -> AllowedAddresses {
		match self.development {
			true => AllowedAddresses::all(),
			false => AllowedAddresses::public_and(self.allowed.clone()),
		}
	}

	/// Checks that a key with this name exists, before connecting to a node or asking the user.
	fn check_key(&self) -> Result<()> {
		match &self.key {
			Some(key) if key.starts_with("//") => {
				if !self.development {
					bail!("{key} is a development key, which is public: add --dev to use it");
				}
				Identity::development(key).map(drop)
			},
			Some(key) => KeyStore::new(&self.home).find(key).map(drop),
			None => Ok(()),
		}
	}

	/// The named key, unlocked.
	pub fn unlock(&self) -> Result<Option<Identity>> {
		let Some(key) = &self.key else { return Ok(None) };
		self.check_key()?;
		if key.starts_with("//") {
			return Ok(Some(Identity::development(key)?));
		}
		let store = KeyStore::new(&self.home);
		let passphrase = self.secrets.ask(&format!("Passphrase of the key {key}"))?;
		store.unlock(key, &passphrase).map(Some)
	}
}

/// Connects to a node.
async fn connect_to(address: &str) -> Result<Chain> {
	let node =
		address::parse(AddressOf::Node, address).context("--node or VOUCHSAFE_NODE is wrong")?;
	let failed = || {
		let node = address::mask(address);
		format!("cannot connect to the node at {node}. --node or VOUCHSAFE_NODE sets the address")
	};
	listens(&node).await.with_context(failed)?;
	Chain::connect(node.as_str()).await.with_context(failed)
}

/// Keeps the newest proven block of a chain, unless another command has kept a newer one.
fn keep_newest(home: &Home, name: &str, trusted: &Trusted) -> Result<()> {
	let path = home.folder(CHAINS)?.join(name);
	if path.exists() {
		let kept = Trusted::from_bytes(&read_private(&path)?, trusted.genesis());
		if kept.is_ok_and(|kept| kept.head().number >= trusted.head().number) {
			return Ok(());
		}
	}
	write_private(&path, &trusted.to_bytes())
}

/// Says on standard error which members have changed, as long as that is not confirmed.
fn tell_changes(session: &Session) {
	let _silence = silence();
	for (member, changes) in session.changed_members() {
		let name = session.names.show_with_address(&member.account);
		let changes: Vec<_> = changes.iter().map(ToString::to_string).collect();
		write_error(&format!(
			"{name} has changed: {}. `vouchsafe name confirm` accepts it\n",
			changes.join("; ")
		));
	}
}

/// Says on standard error that the newest block is old.
fn tell_age(seconds: u64) {
	let _silence = silence();
	write_error(&format!(
		"the newest block that the node can prove is {seconds} seconds old: either nothing becomes \
		 final, or the node is behind or hides newer blocks. Another institution's node may know more\n"
	));
}

/// Says on standard error that nothing becomes final.
fn tell_stall(stall: &Stall) {
	let _silence = silence();
	write_error(&format!("{stall}. Still waiting\n"));
}

/// Checks that a server listens at a node's address, because connecting itself would keep trying.
async fn listens(node: &url::Url) -> Result<()> {
	let host = node.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
	let port = node.port_or_known_default().unwrap_or_default();
	let mut tries = 0;
	loop {
		let connecting = tokio::net::TcpStream::connect((host.as_str(), port));
		let error = match tokio::time::timeout(Duration::from_secs(10), connecting).await {
			Ok(Ok(_)) => return Ok(()),
			Ok(Err(error)) => error.to_string(),
			Err(_) => "no answer in 10 seconds".to_owned(),
		};
		tries += 1;
		if tries == 4 {
			bail!("nothing listens there ({error})");
		}
		tokio::time::sleep(Duration::from_millis(500)).await;
	}
}
