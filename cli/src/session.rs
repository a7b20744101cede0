//! The command line as an agent's platform, the settings of a session, and the connection that they
//! describe.

use crate::{
	address::{self, AddressOf},
	advice,
	clock::SystemClock,
	commands::account_json,
	home::{read_private, write_private, Home},
	keys::{Identity, KeyStore},
	output::write_error,
	progress::{silence, TerminalProgress},
	secrets::Secrets,
};
use anyhow::{bail, Context, Result};
use futures::future::join_all;
use serde_json::Value;
use std::{
	path::PathBuf,
	pin::pin,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, OnceLock,
	},
	time::Duration,
};
use vouchsafe_agent::{
	english::teller,
	pins::in_words,
	platform::{Keep, Platform},
	session::Parts,
};
use vouchsafe_client::{
	chain::{Chain, ChainError, Scope, Stall, Submit, View, H256},
	custodian::{AllowedAddresses, HttpCustodians, Network},
	protocol::proof::{ProofError, Trusted},
	proven::{Connection, Listener, Notice, ProvenChain},
};

pub use vouchsafe_agent::session::{in_force, is_waiting};

/// The folder of the newest proven block of each chain.
const CHAINS: &str = "chains";
/// The file in it with the genesis hash of the user's chain.
const GENESIS: &str = "genesis";

/// A chain that runs has a newer block than this. While no call waits, it makes one every ten seconds.
const RECENT_BLOCK: Duration = Duration::from_secs(20);

/// How often to try a node that refuses connections, twice a second: it may be starting.
const TRIES: u32 = 4;

/// How long another institution's node may take until the first one is used without it.
const OTHER_NODE_TIMEOUT: Duration = Duration::from_secs(5);

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
	/// A file with a proven block from which to begin.
	pub checkpoint: Option<PathBuf>,
	/// Whether to go on at the node's best block, while nothing becomes final.
	pub best: bool,
	/// The patient for whom the command is given, by a representative.
	pub for_patient: Option<ForPatient>,
}

/// The patient for whom a representative gives a command.
#[derive(Clone, Debug)]
pub struct ForPatient {
	/// The patient's name or address.
	pub patient: String,
	/// The scope that the command needs.
	pub scope: Option<Scope>,
	/// Whether nothing is said on standard error.
	is_silent: bool,
	/// The patient, for machines, once it is found.
	found: Arc<OnceLock<Value>>,
}

impl ForPatient {
	/// A patient who is still to be found.
	pub fn new(patient: String, scope: Option<Scope>, is_silent: bool) -> Self {
		Self { patient, scope, is_silent, found: Arc::default() }
	}

	/// Lets the session act for the patient, and says for whom.
	async fn begin(&self, session: &mut Session) -> Result<()> {
		let patient = session.names.resolve(&self.patient)?;
		session.act_for(patient.clone(), self.scope).await?;
		let is_first = self.found.set(account_json(session, &patient)).is_ok();
		if is_first && !self.is_silent {
			let labels = Default::default();
			let said = teller(&session.names, &labels).acts_for(&session.me()?.account(), &patient);
			let _silence = silence();
			write_error(&format!("{said}\n"));
		}
		Ok(())
	}

	/// The patient, for machines, if the session acts for the patient.
	pub fn found(&self) -> Option<&Value> {
		self.found.get()
	}
}

impl Settings {
	/// Connects, unlocks the key if one is named, and says which institutions have changed.
	pub async fn connect(&self) -> Result<Session> {
		let session = self.connect_silently().await?;
		tell_changes(&session);
		Ok(session)
	}

	/// The same without a word about institutions that have changed, for a command that says it itself.
	pub async fn connect_silently(&self) -> Result<Session> {
		Ok(self.connect_with_nodes().await?.0)
	}

	/// The same, with the nodes' addresses in the order in which the session's chain has the nodes.
	pub async fn connect_with_nodes(&self) -> Result<(Session, Vec<String>)> {
		self.check_key()?;
		let (node, others, nodes) = self.connect_to_nodes().await?;
		let settings = Self { nodes, ..self.clone() };
		let session = settings.begin(node, others).await?;
		Ok((session, settings.nodes))
	}

	/// Connects to all nodes. Returns the first one that answers, the others, and the addresses in that
	/// order. The first one gets more time than the others, unless one of those answers.
	async fn connect_to_nodes(&self) -> Result<(Chain, Vec<Connection>, Vec<String>)> {
		let (address, others) = self.nodes.split_first().context("name a node with --node")?;
		let node = node_url(address)?;
		let others = others.iter().map(|it| node_url(it)).collect::<Result<Vec<_>>>()?;
		for (place, other) in others.iter().enumerate() {
			if *other == node || others.iter().take(place).any(|before| before == other) {
				bail!(
					"--node names {} twice: a second node helps only if another institution runs it",
					address::mask(other.as_str())
				);
			}
		}
		// A dead node is waited for only if there is no other one.
		let tries = if others.is_empty() { TRIES } else { 1 };
		let others = join_all(others.iter().map(connect_to_other));
		let mut connecting = pin!(connect_to(address, &node, tries));
		let first = tokio::time::timeout(OTHER_NODE_TIMEOUT, connecting.as_mut());
		let (first, mut others) = tokio::join!(first, others);
		let mut nodes = self.nodes.clone();
		let answers = others.iter().position(Result::is_ok);
		let why = match (first, answers) {
			(Ok(Ok(node)), _) => return Ok((node, others, nodes)),
			(Ok(Err(error)), None) => return Err(error),
			(Err(_), None) => return Ok((connecting.await?, others, nodes)),
			(Ok(Err(error)), Some(_)) => ChainError::Unreachable(error.root_cause().to_string()),
			(Err(_), Some(_)) => late(),
		};
		let place = answers.unwrap_or_default();
		let node = std::mem::replace(&mut others[place], Err(why))?;
		nodes.swap(0, place + 1);
		Ok((node, others, nodes))
	}

	/// Begins a session with this node, and with others of other institutions.
	async fn begin(&self, mut chain: Chain, others: Vec<Connection>) -> Result<Session> {
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
		let chain = self.prove(chain, others).await?;
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
		let mut session = Session::new(parts, me, self.development).await?;
		if let Some(patient) = &self.for_patient {
			patient.begin(&mut session).await?;
		}
		Ok(session)
	}

	/// Proves the nodes' newest final block, from the newest one that was proven for the same chain
	/// before. Each newer one is kept.
	async fn prove(&self, node: Chain, others: Vec<Connection>) -> Result<ProvenChain> {
		let genesis = node.genesis();
		self.check_genesis(genesis).await?;
		let name = hex::encode(genesis.0);
		let kept = self.home.read(CHAINS, &name).await?;
		let kept = kept.map(|bytes| Trusted::from_bytes(&bytes, genesis)).transpose();
		let kept = kept.with_context(|| self.home.describe(CHAINS, &name))?;
		let kept = match (kept, self.checkpoint(genesis)?) {
			(Some(kept), Some(checkpoint)) => Some(kept.newer(checkpoint)),
			(kept, checkpoint) => kept.or(checkpoint),
		};
		if self.best {
			tell_best(&node).await?;
			return Ok(ProvenChain::at_best(node, kept).await?);
		}
		let mut chain = self.resume_proving(node, others, kept, &name).await?;
		let home = self.home.clone();
		let keeper = move |trusted: &Trusted| {
			if let Err(error) = keep_newest(&home, &name, trusted) {
				tracing::warn!("the newest proven block is not kept: {error:#}");
			}
		};
		chain.on_newer(Arc::new(keeper)).await;
		// Before, any node could have named any chain.
		if chain.trusted().await.head().number > 0 {
			self.pin_genesis(genesis).await?;
		}
		Ok(chain)
	}

	/// The proven block of the checkpoint, if one is named.
	fn checkpoint(&self, genesis: H256) -> Result<Option<Trusted>> {
		let Some(file) = &self.checkpoint else { return Ok(None) };
		let failed = || format!("cannot use the checkpoint {}", file.display());
		let text = std::fs::read_to_string(file).with_context(failed)?;
		let trusted = Trusted::from_checkpoint(&text).with_context(failed)?;
		if trusted.genesis() != genesis {
			return Err(ProofError::OtherChain(genesis)).with_context(failed);
		}
		Ok(Some(trusted))
	}

	/// Proves the chain with this name from what was kept of it. A development chain may have been started
	/// again with the same genesis block: then it is proven from there, if it has a new block. A node that
	/// is behind or on an old fork has none.
	async fn resume_proving(
		&self,
		node: Chain,
		others: Vec<Connection>,
		kept: Option<Trusted>,
		name: &str,
	) -> Result<ProvenChain> {
		let prove = |kept| ProvenChain::new(node.clone(), others.clone(), kept, self.listener());
		let was_kept = kept.is_some();
		match prove(kept).await {
			Err(error @ ChainError::NotProven(ProofError::Behind(_)))
				if was_kept && self.development =>
			{
				let again = prove(None).await?;
				if !again.is_newer_than(RECENT_BLOCK).await? {
					return Err(error.into());
				}
				let _silence = silence();
				write_error(
					"the development chain was started again: it is proven from its first block\n",
				);
				forget(&self.home, name)?;
				Ok(again)
			},
			result => Ok(result?),
		}
	}

	/// Says on standard error what people should know about the nodes.
	fn listener(&self) -> Listener {
		let nodes: Vec<_> = self.nodes.iter().map(|it| address::mask(it)).collect();
		let (is_old, is_behind) = (AtomicBool::new(false), AtomicBool::new(false));
		Arc::new(move |notice| {
			let text = match notice {
				Notice::Node { place, error } => {
					let node = nodes.get(*place).map_or("", String::as_str);
					format!("the node at {node} is not used: {}\n", error.without_advice())
				},
				// A command reads the chain several times.
				Notice::Old { .. } if is_old.swap(true, Ordering::Relaxed) => return,
				Notice::ClockBehind(_) if is_behind.swap(true, Ordering::Relaxed) => return,
				Notice::Old { .. } | Notice::OthersWait | Notice::ClockBehind(_) => {
					format!("{notice}\n")
				},
			};
			let _silence = silence();
			write_error(&text);
		})
	}

	/// Checks that it is the user's chain: the one that the user names, or else the one with which the
	/// folder was first used. Development chains begin anew, so any of them will do.
	async fn check_genesis(&self, genesis: H256) -> Result<()> {
		let found = hex::encode(genesis.0);
		match self.genesis {
			Some(named) if named != genesis => {
				bail!(
					"the node belongs to another chain: its genesis block is 0x{found}, not 0x{}. Check \
					 --node and --genesis",
					hex::encode(named.0)
				)
			},
			Some(_) => return Ok(()),
			None if self.development => return Ok(()),
			None => {},
		}
		match self.pinned().await? {
			Some(known) if known != found => bail!(
				"the node belongs to another chain than {} was used with: its genesis block is 0x{found}, not \
				 0x{known}. Use another --home for it, or name the right chain with --genesis",
				self.home.path().display()
			),
			_ => Ok(()),
		}
	}

	/// Notes that this is the user's chain.
	async fn pin_genesis(&self, genesis: H256) -> Result<()> {
		if self.development && self.genesis.is_none() {
			return Ok(());
		}
		let _lock = self.home.lock_folder_now(CHAINS)?;
		// Another command may have pinned one.
		self.check_genesis(genesis).await?;
		let found = hex::encode(genesis.0);
		let known = self.pinned().await?;
		if known.as_ref() == Some(&found) {
			return Ok(());
		}
		if known.is_none() && self.genesis.is_none() {
			let _silence = silence();
			write_error(&first_use(&self.home, &found));
		}
		self.home.write(CHAINS, GENESIS, found.as_bytes()).await
	}

	/// The genesis hash that the user named, or of the chain with which the folder was first used.
	pub async fn known_genesis(&self) -> Result<Option<H256>> {
		if self.genesis.is_some() {
			return Ok(self.genesis);
		}
		let mut genesis = H256::zero();
		let pinned = self.pinned().await?;
		let is_read = pinned.map(|known| hex::decode_to_slice(known, &mut genesis.0).is_ok());
		Ok(is_read.unwrap_or(false).then_some(genesis))
	}

	/// The genesis hash of the user's chain.
	async fn pinned(&self) -> Result<Option<String>> {
		let known = self.home.read(CHAINS, GENESIS).await?;
		Ok(known.map(|known| String::from_utf8_lossy(&known).into_owned()))
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

/// Says on standard error that what is read is not final.
async fn tell_best(node: &Chain) -> Result<()> {
	let (last, best) = (node.finalized().await?.number(), node.best().await?.number());
	let _silence = silence();
	write_error(&format!(
		"NOTE: with --best, everything is read at block {best}, which is not final. The last final block is {last}\n"
	));
	Ok(())
}

/// What is said when a folder is first used without the chain's genesis hash.
fn first_use(home: &Home, genesis: &str) -> String {
	format!(
		"NOTE: {} is used for the first time and without --genesis, so the node has chosen the chain. Compare \
		 the chain's genesis hash with the one that your institution publishes: 0x{genesis}. From now on, this \
		 folder is used only with this chain\n",
		home.path().display()
	)
}

fn node_url(address: &str) -> Result<url::Url> {
	address::parse(AddressOf::Node, address).context("--node or VOUCHSAFE_NODE is wrong")
}

/// Connects to a node, which is named by this address.
async fn connect_to(address: &str, node: &url::Url, tries: u32) -> Result<Chain> {
	let failed = || {
		let node = address::mask(address);
		format!("cannot connect to the node at {node}. --node or VOUCHSAFE_NODE sets the address")
	};
	listens(node, tries).await.with_context(failed)?;
	Chain::connect(node.as_str()).await.with_context(failed)
}

/// Connects to another institution's node. The first one is used without it if it does not answer soon.
async fn connect_to_other(node: &url::Url) -> Connection {
	let connecting = async {
		listens(node, 1).await.map_err(|error| ChainError::Unreachable(error.to_string()))?;
		Chain::connect(node.as_str()).await
	};
	tokio::time::timeout(OTHER_NODE_TIMEOUT, connecting).await.map_err(|_| late())?
}

fn late() -> ChainError {
	ChainError::Unreachable(format!("no answer in {} seconds", OTHER_NODE_TIMEOUT.as_secs()))
}

/// Keeps the newest proven block of a chain, unless another command has kept a newer one.
fn keep_newest(home: &Home, name: &str, trusted: &Trusted) -> Result<()> {
	let _lock = home.lock_folder_now(CHAINS)?;
	let path = home.file(CHAINS, name);
	if path.exists() {
		let kept = Trusted::from_bytes(&read_private(&path)?, trusted.genesis());
		if kept.is_ok_and(|kept| kept.head().number >= trusted.head().number) {
			return Ok(());
		}
	}
	write_private(&path, &trusted.to_bytes())
}

/// Forgets the newest proven block of a chain.
fn forget(home: &Home, name: &str) -> Result<()> {
	let _lock = home.lock_folder_now(CHAINS)?;
	let path = home.file(CHAINS, name);
	std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Says on standard error which members have changed, as long as that is not confirmed, or that nobody can
/// tell.
pub fn tell_changes(session: &Session) {
	let _silence = silence();
	if let Err(error) = session.ensure_pins() {
		write_error(&format!("{}\n", advice::say(&error)));
	}
	for (member, changes) in session.changed_members() {
		let name = session.names.show_with_address(&member.account);
		write_error(&format!(
			"{name} has changed: {}. Ask the institution, then run `vouchsafe name confirm \"{}\"`\n",
			in_words(&changes),
			session.names.show(&member.account)
		));
	}
}

/// Says on standard error that nothing becomes final.
fn tell_stall(stall: &Stall) {
	let _silence = silence();
	write_error(&format!("{stall}. Still waiting\n"));
}

/// Checks that a server listens at a node's address, because connecting itself would keep trying.
async fn listens(node: &url::Url, tries: u32) -> Result<()> {
	let host = node.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
	let port = node.port_or_known_default().unwrap_or_default();
	let mut tried = 0;
	loop {
		let connecting = tokio::net::TcpStream::connect((host.as_str(), port));
		let error = match tokio::time::timeout(Duration::from_secs(10), connecting).await {
			Ok(Ok(_)) => return Ok(()),
			Ok(Err(error)) => error.to_string(),
			Err(_) => "no answer in 10 seconds".to_owned(),
		};
		tried += 1;
		if tried >= tries {
			bail!("nothing listens there ({error})");
		}
		tokio::time::sleep(Duration::from_millis(500)).await;
	}
}

#[cfg(test)]
mod tests;
