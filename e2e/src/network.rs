//! Runs three hospitals and a health authority on this machine: four validators, four custodians
//! and three Kubo nodes in a private swarm. They use free ports, and folders below one root.

use crate::{
	authored::{self, Authored},
	commands::{encryption_key, keypair},
	consenting,
	delay::{link, Delay},
	kubo::{swarm_key, Kubo},
	process::{free_ports, program, until, write_private, Process, TemporaryFolder, TIMEOUT},
	proxy::Proxy,
	recorder::record,
	secured::Secured,
};
use anyhow::{bail, ensure, Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value};
use std::{
	io::Write,
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	process::Command,
	sync::atomic::{AtomicUsize, Ordering},
	time::Duration,
};
use vouchsafe_client::chain::Signer;

/// The institutions of the `local` preset, in its order. The last one is the health authority.
pub const INSTITUTIONS: [Institution; 4] = [
	Institution {
		name: "Hospital A",
		short: "a",
		seed: "//HospitalA",
		session: "alice",
		kubo: true,
	},
	Institution { name: "Hospital B", short: "b", seed: "//HospitalB", session: "bob", kubo: true },
	Institution {
		name: "Hospital C",
		short: "c",
		seed: "//HospitalC",
		session: "charlie",
		kubo: true,
	},
	Institution {
		name: "Health Authority",
		short: "authority",
		seed: "//Authority",
		session: "dave",
		kubo: false,
	},
];

/// A custodian's configuration for aggregating with others on this machine.
const LOCAL_RESEARCH: &str = "[research]\naggregate = true\n";

/// Enough patients for tests that share a network.
const PATIENTS: usize = 150;

/// The development key of a patient whom Hospital A has enrolled in the genesis block.
fn patient(number: usize) -> String {
	format!("//Patient//{number}")
}

/// An institution of the preset.
#[derive(Debug, Clone, Copy)]
pub struct Institution {
	/// Its name on the chain.
	pub name: &'static str,
	/// The name of its folder.
	pub short: &'static str,
	/// The development key of its account.
	pub seed: &'static str,
	/// The development keys that its validator signs with, as the node's option names them.
	pub session: &'static str,
	/// Whether it runs a Kubo node.
	pub kubo: bool,
}

/// A validator.
#[derive(Debug)]
pub struct Node {
	/// The port of its RPC.
	pub rpc: u16,
	/// The port that its peers connect to.
	pub p2p: u16,
	/// The port of its metrics.
	pub metrics: u16,
	/// The port for researchers, if the network is for studies.
	pub research: Option<u16>,
	/// Its folder.
	pub base: PathBuf,
	/// Whether its session keys are those that it generates itself, for who asks its RPC, and not the
	/// development keys of its institution.
	pub own_keys: bool,
	/// Its address for clients, if a proxy is in front of it.
	pub public_url: Option<String>,
	/// The process, while it runs.
	pub process: Option<Process>,
	recorder: Option<Proxy>,
	link: Option<Proxy>,
}

impl Node {
	/// A node with this folder and free ports, which is not started yet.
	pub fn new(base: &Path) -> Result<Self> {
		let [rpc, p2p, metrics] = free_ports()?;
		std::fs::create_dir_all(base)?;
		// All nodes of this machine share what they compile.
		let compiled = program("vouchsafe-node")?.with_file_name("compiled-runtimes");
		std::fs::create_dir_all(&compiled)?;
		let own = base.join("compiled-runtimes");
		if !own.exists() {
			std::os::unix::fs::symlink(&compiled, own)?;
		}
		let (research, process, recorder, link) = (None, None, None, None);
		let (base, own_keys, public_url) = (base.into(), false, None);
		Ok(Self {
			rpc,
			p2p,
			metrics,
			research,
			base,
			own_keys,
			public_url,
			process,
			recorder,
			link,
		})
	}

	/// The address of its RPC over HTTP.
	pub fn http_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.rpc)
	}

	/// The address of its RPC.
	pub fn url(&self) -> String {
		format!(
			"ws://127.0.0.1:{}",
			self.recorder.as_ref().map_or(self.rpc, |recorder| recorder.port)
		)
	}

	/// The address at which it answers researchers, if the network is for studies.
	pub fn research_url(&self) -> Option<String> {
		self.research.map(|port| format!("http://127.0.0.1:{port}"))
	}

	/// The arguments that a node needs on one machine with others.
	pub fn local_arguments(&self) -> Vec<String> {
		let same = ["--force-authoring", "--no-telemetry", "--no-mdns"];
		let same = same.into_iter().chain(["--allow-private-ip", "--rpc-cors", "all"]);
		let same = same.map(ToOwned::to_owned);
		let address = format!("/ip4/127.0.0.1/tcp/{}", self.p2p);
		let own = ["--rpc-port".into(), self.rpc.to_string(), "--listen-addr".into(), address];
		let metrics = ["--prometheus-port".into(), self.metrics.to_string()];
		same.chain(own).chain(metrics).collect()
	}

	/// The port at which other validators reach it.
	fn peer_port(&self) -> u16 {
		self.link.as_ref().map_or(self.p2p, |link| link.port)
	}
}

/// The limits in a custodian's configuration.
#[derive(Debug, Clone)]
pub struct Limits {
	/// Requests per second from one address.
	pub requests_per_second: u32,
	/// Requests at once from one address.
	pub burst: u32,
	/// How many reverse proxies a request passes.
	pub trusted_proxies: u8,
	/// How much content of one account no version may name, in bytes.
	pub max_unclaimed: u64,
	/// Free space that content must leave, in bytes.
	pub reserve: u64,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			requests_per_second: 1_000,
			burst: 2_000,
			trusted_proxies: 0,
			max_unclaimed: 8 << 30,
			reserve: 1 << 30,
		}
	}
}

/// A hospital's or the authority's custodian.
#[derive(Debug)]
pub struct Custodian {
	/// The port of its REST API.
	pub port: u16,
	/// The port for monitoring.
	pub monitoring: u16,
	/// Its folder.
	pub base: PathBuf,
	/// Its limits, from its next start on.
	pub limits: Limits,
	/// Whether it aggregates for studies, and how.
	pub research: Option<Research>,
	/// The patients' wallet, if it is built, which it serves.
	pub wallet: Option<PathBuf>,
	/// Its address for others, if it is not the one that it listens on without TLS.
	pub public_url: Option<String>,
	/// More entries of `[api]`.
	pub further: String,
	/// The certificates that it trusts, if they are not the system's.
	pub trusted: Option<PathBuf>,
	/// The process, while it runs.
	pub process: Option<Process>,
	recorder: Option<Proxy>,
}

impl Custodian {
	/// A custodian with this folder, which is not started yet.
	pub fn new(base: &Path) -> Result<Self> {
		let [port, monitoring] = free_ports()?;
		std::fs::create_dir_all(base)?;
		let limits = Limits::default();
		let base = base.into();
		let (research, wallet, process, recorder) = (None, built_wallet(), None, None);
		let (public_url, further, trusted) = (None, String::new(), None);
		Ok(Self {
			port,
			monitoring,
			base,
			limits,
			research,
			wallet,
			public_url,
			further,
			trusted,
			process,
			recorder,
		})
	}

	/// The folder of its database.
	pub fn store(&self) -> PathBuf {
		self.base.join("store")
	}

	/// Starts or restarts it beside an institution's node and Kubo, with the keys of this development
	/// path.
	pub fn start(&mut self, name: &str, path: &str, site: (&Node, Option<&Kubo>)) -> Result<()> {
		self.start_tied(name, path, site, true)
	}

	fn start_tied(
		&mut self,
		name: &str,
		path: &str,
		(node, kubo): (&Node, Option<&Kubo>),
		tied: bool,
	) -> Result<()> {
		let (keys, file) = (self.base.join("keys"), self.base.join("custodian.toml"));
		if !keys.exists() {
			let made = Command::new(program("vouchsafe-custodian")?)
				.args(["key", "development", path, "--out"])
				.arg(&keys)
				.output()?;
			if !made.status.success() {
				bail!("the custodian's keys: {}", String::from_utf8_lossy(&made.stderr));
			}
		}
		let Limits { requests_per_second, burst, trusted_proxies, max_unclaimed, reserve } =
			self.limits;
		// One account signs for many tests at once.
		let rates = format!(
			"requests_per_second = {}\nburst = {}\n",
			requests_per_second.max(1_000),
			burst.max(2_000)
		);
		let of_account = format!("{rates}max_transfers = 16\nmax_waiting = 64\n");
		let of_institution = format!("{rates}max_transfers = 64\nmax_waiting = 128\n");
		let mut config = format!(
			"[api]\nlisten = \"127.0.0.1:{}\"\nmonitoring_listen = \"127.0.0.1:{}\"\nrequests_per_second = {requests_per_second}\n\
			 burst = {burst}\ntrusted_proxies = {trusted_proxies}\nmax_unclaimed = {max_unclaimed}\n{}\
			 [api.per_account]\n{of_account}[api.per_institution]\n{of_institution}[chain]\nnode = {:?}\n[keys]\nfile = {keys:?}\n\
			 [store]\ndirectory = {:?}\nreserve = {reserve}\n",
			self.port,
			self.monitoring,
			self.further,
			node.url(),
			self.store(),
		);
		if let Some(kubo) = kubo {
			config += &format!("[kubo]\nurl = {:?}\n", kubo.url());
		}
		if let Some(wallet) = &self.wallet {
			config += &format!("[wallet]\ndirectory = {wallet:?}\ndevelopment = true\n");
		}
		match self.research {
			None => {},
			Some(Research::WithNoise) => config += LOCAL_RESEARCH,
			Some(Research::WithoutNoise) => {
				config += LOCAL_RESEARCH;
				config += "noise = false\n";
			},
		}
		std::fs::write(&file, config)?;
		let mut command = self.command()?;
		command.arg("--config").arg(&file);
		// The one before must have left the port.
		self.process = None;
		self.process = Some(Process::start(name, command, &self.base.join("log"), tied)?);
		Ok(())
	}

	/// Its program, with the certificates and the HSM that it uses.
	pub fn command(&self) -> Result<Command> {
		let mut command = Command::new(program("vouchsafe-custodian")?);
		if let Some(trusted) = &self.trusted {
			command.env("SSL_CERT_FILE", trusted);
		}
		command.env("SOFTHSM2_CONF", self.base.join("softhsm2.conf"));
		Ok(command)
	}

	/// Has an HSM seal its key file: a new SoftHSM in its folder. It is in force from its next start on.
	pub fn seal_keys(&self) -> Result<()> {
		let hsm = self.base.join("hsm");
		std::fs::create_dir(&hsm)?;
		let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", hsm.display());
		std::fs::write(self.base.join("softhsm2.conf"), text)?;
		let variable = |name: &str| {
			std::env::var_os(name).with_context(|| format!("{name} is not set: run make setup"))
		};
		let (library, pin) = (variable("VOUCHSAFE_SOFTHSM")?, "246810");
		let mut util = Command::new(variable("VOUCHSAFE_SOFTHSM_UTIL")?);
		util.env("SOFTHSM2_CONF", self.base.join("softhsm2.conf"));
		util.arg("--module").arg(&library).args(["--init-token", "--free", "--label", "custodian"]);
		let made = util.args(["--so-pin", "135791", "--pin", pin]).output()?;
		ensure!(made.status.success(), "no token: {made:?}");
		let pin_file = self.base.join("pin");
		let mut options = std::fs::OpenOptions::new();
		let mut file = options.write(true).create_new(true).mode(0o600).open(&pin_file)?;
		file.write_all(pin.as_bytes())?;
		let (keys, sealed) = (self.base.join("keys"), self.base.join("sealed"));
		let mut command = self.command()?;
		command.args(["key", "seal"]).arg(&keys).arg("--out").arg(&sealed);
		command.args(["--token", "custodian", "--key", "key", "--new-key"]);
		let done = command.arg("--module").arg(library).arg("--pin-file").arg(pin_file).output()?;
		ensure!(done.status.success(), "the HSM does not seal the keys: {done:?}");
		std::fs::rename(sealed, keys)?;
		Ok(())
	}

	/// Waits until it answers that it is ready.
	pub async fn wait_ready(&mut self) -> Result<()> {
		self.wait_for("ready").await
	}

	/// Waits until it answers.
	pub async fn wait_alive(&mut self) -> Result<()> {
		self.wait_for("health").await
	}

	async fn wait_for(&mut self, path: &str) -> Result<()> {
		let url = format!("{}/{path}", self.monitoring_url());
		let ready = || async {
			reqwest::get(&url).await.ok().filter(|answer| answer.status().is_success())
		};
		let process = self.process.as_mut().context("the custodian was not started")?;
		if let Err(error) = process.until(ready).await {
			let answer = reqwest::get(&url).await?;
			return Err(error.context(answer.text().await?));
		}
		Ok(())
	}

	fn speaks_tls(&self) -> bool {
		self.further.contains("tls =")
	}

	/// A client that trusts its certificate.
	pub fn http(&self) -> Result<reqwest::Client> {
		let mut builder = reqwest::Client::builder();
		if let Some(trusted) = &self.trusted {
			let issuer = reqwest::Certificate::from_pem(&std::fs::read(trusted)?)?;
			builder = builder.tls_certs_only([issuer]);
		}
		Ok(builder.build()?)
	}

	/// The address of the wallet that it serves. Passkeys need a name, not an IP address.
	pub fn wallet_url(&self) -> Option<String> {
		self.wallet.as_ref().map(|_| format!("http://localhost:{}/", self.port))
	}

	/// The address of its REST API for others.
	pub fn url(&self) -> String {
		self.public_url.clone().unwrap_or_else(|| self.own_url())
	}

	/// The address for monitoring.
	pub fn monitoring_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.monitoring)
	}

	/// The address of its own listener, which a proxy in front of it hides.
	pub fn own_url(&self) -> String {
		if self.speaks_tls() {
			return format!("https://localhost:{}", self.port);
		}
		format!(
			"http://127.0.0.1:{}",
			self.recorder.as_ref().map_or(self.port, |recorder| recorder.port)
		)
	}
}

/// The folder of the patients' wallet, if `make wallet` has built it. `VOUCHSAFE_WALLET` names the folder.
pub fn built_wallet() -> Option<PathBuf> {
	let folder = PathBuf::from(std::env::var_os("VOUCHSAFE_WALLET")?);
	folder.join("index.html").is_file().then_some(folder)
}

/// The processes of one institution.
#[derive(Debug)]
pub struct Site {
	/// The institution.
	pub institution: Institution,
	/// Its validator.
	pub node: Node,
	/// Its custodian.
	pub custodian: Custodian,
	/// Its Kubo node, if it has one.
	pub kubo: Option<Kubo>,
}

/// The options of a network.
#[derive(Debug, Clone)]
pub struct Options {
	/// The preset of the chain: `local`, `care` or `bench`.
	pub chain: String,
	/// Whether the processes end when this process ends.
	pub tied: bool,
	/// Whether custodians and Kubo nodes are started.
	pub custodians: bool,
	/// How many patients Hospital A has enrolled in the genesis block. Tests that enrolled their own would
	/// wait for each other, because the hospital has one registrar.
	pub patients: usize,
	/// How many patients three hospitals have enrolled in the genesis block, who are counted in every study;
	/// see [`consenting`].
	pub consenting: usize,
	/// Whether the traffic of nodes, custodians and Kubo's RPC is written to the folder `traffic`.
	pub recorded: bool,
	/// Adds entries to the state of the genesis block, key and value in hex.
	pub state: Option<fn(&mut Map<String, Value>)>,
	/// Delay between the validators, if it is to be set.
	pub delay: Option<Delay>,
	/// Whether custodians aggregate for studies, and how.
	pub research: Option<Research>,
	/// After how many seconds a consent that a hospital has entered counts, if not after a day.
	pub assisted_delay: Option<u64>,
	/// How many seconds a session of the validators lasts, if not an hour.
	pub session_seconds: Option<u64>,
	/// Whether custodians are reached with TLS: behind nginx, behind Caddy, and by their own listener.
	pub secured: bool,
	/// The blocks that the chain has before the validators start, if there are any. Then no custodian is
	/// started: it would index them first.
	pub authored: Option<Authored>,
}

/// How custodians aggregate for studies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Research {
	/// As they do everywhere.
	WithNoise,
	/// Without noise, on a network that is marked for measuring: to compare results with a plain count.
	WithoutNoise,
}

impl Default for Options {
	fn default() -> Self {
		Self {
			chain: "local".into(),
			tied: true,
			custodians: true,
			patients: 0,
			consenting: 0,
			recorded: false,
			state: None,
			delay: None,
			research: None,
			assisted_delay: None,
			session_seconds: None,
			secured: false,
			authored: None,
		}
	}
}

/// The running network.
#[derive(Debug)]
pub struct Network {
	/// The folder that contains all of the network's files.
	pub root: PathBuf,
	/// The institutions, in the order of [`INSTITUTIONS`].
	pub sites: Vec<Site>,
	/// The chain specification of all nodes.
	pub spec: PathBuf,
	/// The proxies and certificates, if custodians are reached with TLS.
	pub secured: Option<Secured>,
	options: Options,
	/// How many of the patients of the genesis block have been given out.
	patients: AtomicUsize,
	// Dropped last: the processes above write to it.
	_temporary: Option<TemporaryFolder>,
}

/// A network that keeps running when this process ends: what `make down` needs to stop it.
#[derive(Debug, Serialize, Deserialize)]
pub struct DetachedNetwork {
	/// The process ids.
	pub pids: Vec<u32>,
	/// The addresses with their names.
	pub addresses: Vec<(String, String)>,
}

impl Options {
	/// The network of tests: everything, and patients.
	pub fn for_tests() -> Self {
		Self { patients: PATIENTS, ..Self::default() }
	}
}

impl Network {
	/// Starts the network of tests in a temporary folder.
	pub async fn start() -> Result<Self> {
		Self::with(Options::for_tests()).await
	}

	/// Starts a network with these options in a temporary folder.
	pub async fn with(options: Options) -> Result<Self> {
		let temporary = TemporaryFolder::new()?;
		let mut network = Self::at(temporary.path(), options).await?;
		network._temporary = Some(temporary);
		Ok(network)
	}

	/// Starts a network with these options in this folder.
	pub async fn at(root: &Path, options: Options) -> Result<Self> {
		crate::install_crypto();
		let mut sites = Vec::new();
		let swarm = swarm_key();
		for institution in INSTITUTIONS {
			let base = root.join(institution.short);
			let mut node = Node::new(&base.join("node"))?;
			if options.research.is_some() {
				let [research] = free_ports()?;
				node.research = Some(research);
			}
			if let Some(delay) = &options.delay {
				node.link = Some(link(node.p2p, delay.clone()).await?);
			}
			let mut custodian = Custodian::new(&base.join("custodian"))?;
			custodian.research = options.research;
			let mut kubo = if institution.kubo && options.custodians {
				let others: Vec<&Kubo> =
					sites.iter().filter_map(|site: &Site| site.kubo.as_ref()).collect();
				Some(Kubo::new(
					&format!("{}'s Kubo", institution.name),
					&base.join("kubo"),
					&swarm,
					&others,
				)?)
			} else {
				None
			};
			if options.recorded {
				let traffic = root.join("traffic");
				std::fs::create_dir_all(&traffic)?;
				let file = |kind: &str| traffic.join(format!("{}-{kind}", institution.short));
				node.recorder = Some(record(node.rpc, &file("node")).await?);
				custodian.recorder = Some(record(custodian.port, &file("custodian")).await?);
				if let Some(kubo) = kubo.as_mut() {
					kubo.recorder = Some(record(kubo.api, &file("kubo")).await?);
				}
			}
			sites.push(Site { institution, node, custodian, kubo });
		}
		let spec = root.join("chain-spec.json");
		let secured = options.secured.then(|| Secured::new(root, &mut sites)).transpose()?;
		let patients = AtomicUsize::new(0);
		let root = root.into();
		let mut network = Self { root, sites, spec, secured, options, patients, _temporary: None };
		network.write_spec()?;
		if let Some(authored) = network.options.authored {
			let folder = network.root.join("authored");
			authored.make(&network.spec, &folder, &authored::AS_NODES)?;
			network.sites.iter().try_for_each(|it| authored::copy(&folder, &it.node.base))?;
			std::fs::remove_dir_all(&folder)?;
		}
		for index in 0..network.sites.len() {
			network.start_node(index).await?;
		}
		network.wait_for_finality().await?;
		if network.options.custodians && network.options.authored.is_none() {
			for index in 0..network.sites.len() {
				network.start_kubo(index).await?;
				network.start_custodian(index).await?;
			}
			for index in 0..network.sites.len() {
				network.wait_ready(index).await?;
			}
		}
		Ok(network)
	}

	/// The development key of a patient whom Hospital A has enrolled, and whom nobody else gets.
	pub fn next_patient(&self) -> Result<String> {
		let (number, all) = (self.patients.fetch_add(1, Ordering::Relaxed), self.options.patients);
		ensure!(number < all, "the network has only {all} patients");
		Ok(patient(number))
	}

	/// Writes the chain specification: the preset with the custodians' real addresses, and patients.
	fn write_spec(&self) -> Result<()> {
		let mut spec = export_spec(&self.options.chain, &[])?;
		let genesis = spec
			.pointer_mut("/genesis/runtimeGenesis/patch")
			.context("the chain spec has no genesis patch")?;
		let institutions = genesis
			.pointer_mut("/enrolment/institutions")
			.and_then(Value::as_array_mut)
			.context("the preset has no institutions")?;
		for (site, institution) in self.sites.iter().zip(institutions) {
			institution["custodian"]["url"] = json!(site.custodian.url());
		}
		let people = genesis.pointer_mut("/enrolment/people").and_then(Value::as_array_mut);
		let people = people.context("the preset has no people")?;
		let hospital = keypair(INSTITUTIONS[0].seed)?.account().to_string();
		for key in (0..self.options.patients).map(patient) {
			people.push(json!({
				"account": keypair(&key)?.account().to_string(),
				"encryptionKey": hex_of(encryption_key(&key).public().0),
				"enrolledBy": hospital,
				"kind": "patient",
			}));
		}
		people.extend(consenting::people(self.options.consenting)?);
		if self.options.research == Some(Research::WithoutNoise) {
			genesis["measuring"] = json!({ "enabled": true });
		}
		if let Some(delay) = self.options.assisted_delay {
			genesis["consent"] = json!({ "assistedDelay": delay });
		}
		if let Some(seconds) = self.options.session_seconds {
			genesis["consortium"]["sessionSeconds"] = json!(seconds);
		}
		if self.options.delay.is_some() {
			// Only nodes of a development or local network look for each other at this machine's
			// addresses. These use the links alone.
			spec["chainType"] = json!({ "Custom": "links" });
		}
		std::fs::write(&self.spec, serde_json::to_vec(&spec)?)?;
		// Raw, so that not each node has to compute the state.
		let mut raw = export_spec(&self.spec.display().to_string(), &["--raw"])?;
		let top = raw.pointer_mut("/genesis/raw/top").and_then(Value::as_object_mut);
		let top = top.context("the raw chain spec has no state")?;
		if let Some(add) = self.options.state {
			add(top);
		}
		consenting::insert_choices(top, self.options.consenting);
		std::fs::write(&self.spec, serde_json::to_vec(&raw)?)?;
		Ok(())
	}

	/// Whether custodians aggregate, and how.
	pub fn research(&self) -> Option<Research> {
		self.options.research
	}

	/// The index of an institution, by the name of its folder: `a`, `b`, `c` or `authority`.
	pub fn index(&self, short: &str) -> usize {
		let position = self.sites.iter().position(|site| site.institution.short == short);
		position.expect("the name of an institution's folder")
	}

	/// The node that clients talk to by default.
	pub fn node_url(&self) -> String {
		self.sites[0].node.url()
	}

	/// Starts or restarts an institution's validator.
	pub async fn start_node(&mut self, index: usize) -> Result<()> {
		self.start_node_and(index, &[]).await
	}

	/// The same, with more arguments of the node.
	pub async fn start_node_and(&mut self, index: usize, further: &[&str]) -> Result<()> {
		let bootnodes = self.bootnodes(index).await;
		self.start_node_with(index, bootnodes, further).await
	}

	/// Adds an institution with a node of its own, which generates its session keys, and a custodian. Nothing
	/// is started yet. Returns its index.
	pub fn add_site(&mut self, institution: Institution) -> Result<usize> {
		let base = self.root.join(institution.short);
		let mut node = Node::new(&base.join("node"))?;
		node.own_keys = true;
		let custodian = Custodian::new(&base.join("custodian"))?;
		self.sites.push(Site { institution, node, custodian, kubo: None });
		Ok(self.sites.len() - 1)
	}

	/// Destroys an institution's node with its disk. The next one in its place is a new machine, with keys of
	/// its own.
	pub fn destroy_node(&mut self, index: usize) -> Result<()> {
		let site = &mut self.sites[index];
		site.node.process = None;
		std::fs::remove_dir_all(&site.node.base)?;
		let rpc = site.node.rpc;
		site.node = Node::new(&site.node.base)?;
		// Where its custodian looks for it.
		site.node.rpc = rpc;
		site.node.own_keys = true;
		Ok(())
	}

	/// Starts an institution's validator so that it connects to no other.
	pub async fn start_node_alone(&mut self, index: usize) -> Result<()> {
		self.start_node_with(index, vec![], &["--reserved-only"]).await
	}

	async fn start_node_with(
		&mut self,
		index: usize,
		bootnodes: Vec<String>,
		further: &[&str],
	) -> Result<()> {
		let site = &mut self.sites[index];
		let key = site.node.base.join("node-key");
		if !key.exists() {
			let bytes = *vouchsafe_vault::seal::SecretKey::random().to_bytes();
			write_private(&key, hex::encode(bytes).as_bytes())?;
		}
		let mut command = Command::new(program("vouchsafe-node")?);
		command
			.arg("--chain")
			.arg(&self.spec)
			.arg("--base-path")
			.arg(&site.node.base)
			.arg("--validator")
			.args(site.node.local_arguments())
			.args(["--rpc-max-connections", "500", "--rpc-max-request-size", "40"])
			.arg("--node-key-file")
			.arg(&key);
		match site.node.own_keys {
			true => command.args(["--rpc-methods", "unsafe"]),
			false => {
				command.args(["--rpc-methods", "safe"]);
				command.arg(format!("--{}", site.institution.session))
			},
		};
		if let Some(port) = site.node.research {
			command.arg("--research-listen").arg(format!("127.0.0.1:{port}"));
		}
		command.args(further);
		for bootnode in bootnodes {
			command.arg("--bootnodes").arg(bootnode);
		}
		let name = format!("{}'s validator", site.institution.name);
		let log = site.node.base.join("log");
		let url = site.node.http_url();
		let process = Process::start(&name, command, &log, self.options.tied)?;
		let process = site.node.process.insert(process);
		process.until(|| rpc(&url, "system_health", json!([]))).await.map(drop)
	}

	/// The addresses of the running validators other than this one.
	async fn bootnodes(&mut self, but: usize) -> Vec<String> {
		let mut addresses = Vec::new();
		for (index, site) in self.sites.iter_mut().enumerate() {
			if index == but || !site.node.process.as_mut().is_some_and(Process::is_running) {
				continue;
			}
			let url = site.node.http_url();
			if let Some(Value::String(id)) = rpc(&url, "system_localPeerId", json!([])).await {
				addresses.push(format!("/ip4/127.0.0.1/tcp/{}/p2p/{id}", site.node.peer_port()));
			}
		}
		addresses
	}

	/// The number of the last finalised block at the institution's validator.
	pub async fn finalized(&self, index: usize) -> Option<u32> {
		final_number(&self.sites[index].node.http_url()).await
	}

	/// Waits until the chain finalises blocks. The first one is made at once, the second one only
	/// after ten slots if there is no call.
	pub async fn wait_for_finality(&self) -> Result<()> {
		self.wait_for_block(0, 1).await
	}

	/// Waits until the institution's validator has finalised this block.
	pub async fn wait_for_block(&self, index: usize, number: u32) -> Result<()> {
		until(&format!("block {number} is final"), TIMEOUT, || async {
			self.finalized(index).await.filter(|last| *last >= number)
		})
		.await
		.map(drop)
	}

	/// Starts or restarts an institution's Kubo node, if it has one.
	pub async fn start_kubo(&mut self, index: usize) -> Result<()> {
		let tied = self.options.tied;
		let site = &mut self.sites[index];
		let Some(kubo) = site.kubo.as_mut() else { return Ok(()) };
		let log = kubo.repo.join("log");
		kubo.start(&log, tied).await
	}

	/// Starts or restarts an institution's custodian.
	pub async fn start_custodian(&mut self, index: usize) -> Result<()> {
		let tied = self.options.tied;
		let Site { institution, node, custodian, kubo } = &mut self.sites[index];
		let name = format!("{}'s custodian", institution.name);
		let path = format!("{}//custodian", institution.seed);
		custodian.start_tied(&name, &path, (node, kubo.as_ref()), tied)
	}

	/// Restarts an institution's custodian with these limits, and waits until it is ready.
	pub async fn restart_custodian(&mut self, index: usize, limits: Limits) -> Result<()> {
		self.sites[index].custodian.limits = limits;
		self.start_custodian(index).await?;
		self.wait_ready(index).await
	}

	/// Stops all of an institution's processes: validator, custodian and Kubo.
	pub fn stop_site(&mut self, index: usize) {
		let site = &mut self.sites[index];
		site.custodian.process = None;
		site.node.process = None;
		if let Some(kubo) = site.kubo.as_mut() {
			kubo.process = None;
		}
	}

	/// Starts all of an institution's processes again.
	pub async fn start_site(&mut self, index: usize) -> Result<()> {
		self.start_node(index).await?;
		self.start_kubo(index).await?;
		self.start_custodian(index).await?;
		self.wait_ready(index).await
	}

	/// Waits until an institution's custodian reports that it is ready.
	pub async fn wait_ready(&mut self, index: usize) -> Result<()> {
		self.sites[index].custodian.wait_ready().await
	}

	/// All addresses with their names.
	pub fn addresses(&self) -> Vec<(String, String)> {
		let mut addresses = Vec::new();
		for site in &self.sites {
			addresses.push((format!("{} node", site.institution.name), site.node.url()));
			if let Some(url) = site.node.research_url() {
				addresses.push((format!("{} research port", site.institution.name), url));
			}
			addresses.push((format!("{} custodian", site.institution.name), site.custodian.url()));
			if let Some(kubo) = &site.kubo {
				addresses.push((format!("{} Kubo RPC", site.institution.name), kubo.url()));
			}
		}
		addresses
	}

	/// Leaves the network running.
	pub fn detach(mut self) -> DetachedNetwork {
		let addresses = self.addresses();
		let mut pids = Vec::new();
		for site in &mut self.sites {
			let kubo = site.kubo.as_mut().and_then(|kubo| kubo.process.take());
			let running = [site.custodian.process.take(), site.node.process.take(), kubo];
			pids.extend(running.into_iter().flatten().map(Process::release));
		}
		DetachedNetwork { pids, addresses }
	}
}

/// A chain specification as the node exports it.
pub fn export_spec(chain: &str, arguments: &[&str]) -> Result<Value> {
	let output = Command::new(program("vouchsafe-node")?)
		.args(["export-chain-spec", "--chain", chain])
		.args(arguments)
		.output()?;
	if !output.status.success() {
		bail!("export-chain-spec: {}", String::from_utf8_lossy(&output.stderr));
	}
	Ok(serde_json::from_slice(&output.stdout)?)
}

/// Bytes in hex, as a node's RPC and a chain specification have them.
pub fn hex_of(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Adds an entry to the state of a genesis block.
pub fn insert_entry(state: &mut Map<String, Value>, key: &[u8], value: &[u8]) {
	state.insert(hex_of(key), hex_of(value).into());
}

/// Calls a node's JSON-RPC over HTTP. Returns nothing if there is no result.
pub async fn rpc(url: &str, method: &str, params: Value) -> Option<Value> {
	let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
	let answer = reqwest::Client::new()
		.post(url)
		.timeout(Duration::from_secs(10))
		.json(&body)
		.send()
		.await
		.ok()?;
	let value: Value = answer.json().await.ok()?;
	value.get("result").filter(|result| !result.is_null()).cloned()
}

/// The number of a node's last final block.
pub async fn final_number(url: &str) -> Option<u32> {
	let hash = rpc(url, "chain_getFinalizedHead", json!([])).await?;
	number_of(url, json!([hash])).await
}

/// The number of a node's best block.
pub async fn best_number(url: &str) -> Option<u32> {
	number_of(url, json!([])).await
}

async fn number_of(url: &str, block: Value) -> Option<u32> {
	let header = rpc(url, "chain_getHeader", block).await?;
	u32::from_str_radix(header["number"].as_str()?.trim_start_matches("0x"), 16).ok()
}

/// The hash that a node has for the block of this number.
pub async fn hash_at(url: &str, number: u32) -> Option<String> {
	rpc(url, "chain_getBlockHash", json!([number])).await?.as_str().map(ToOwned::to_owned)
}

/// Hands a signed extrinsic to a node's pool. Returns the node's error, if it refuses it.
pub async fn hand_in(url: &str, extrinsic: &[u8]) -> Result<Option<String>> {
	let bytes = hex_of(extrinsic);
	let body = json!({
		"jsonrpc": "2.0", "id": 1, "method": "author_submitExtrinsic", "params": [bytes],
	});
	let answer: Value = reqwest::Client::new().post(url).json(&body).send().await?.json().await?;
	Ok(answer.get("error").map(|error| format!("{} {}", error["message"], error["data"])))
}

/// The sizes, key and value, of the first `most` entries of a node's state with this prefix.
pub async fn state_sizes(url: &str, prefix: &str, most: u32) -> Vec<usize> {
	let length = |hex: Option<&str>| hex.map_or(0, |hex| hex.len() / 2 - 1);
	let keys = rpc(url, "state_getKeysPaged", json!([prefix, most, null])).await;
	let mut sizes = Vec::new();
	for key in keys.as_ref().and_then(Value::as_array).into_iter().flatten() {
		let value = rpc(url, "state_getStorage", json!([key])).await;
		sizes.push(length(key.as_str()) + length(value.as_ref().and_then(Value::as_str)));
	}
	sizes
}
