//! A Kubo node in a private swarm on the loopback interface.

use crate::{
	process::{free_ports, write_private, Process},
	proxy::Proxy,
};
use anyhow::{bail, Context, Result};
use serde_json::{json, Value};
use std::{
	path::{Path, PathBuf},
	process::Command,
};

/// A Kubo node.
#[derive(Debug)]
pub struct Kubo {
	/// Its repository.
	pub repo: PathBuf,
	/// The port of its RPC.
	pub api: u16,
	/// The process, while it runs.
	pub process: Option<Process>,
	/// Records the traffic of its RPC, if that is wanted.
	pub recorder: Option<Proxy>,
	name: String,
	address: String,
}

/// The `ipfs` program: the path in `VOUCHSAFE_IPFS`, or else the one on PATH.
pub fn ipfs() -> PathBuf {
	std::env::var_os("VOUCHSAFE_IPFS").map_or_else(|| PathBuf::from("ipfs"), PathBuf::from)
}

impl Kubo {
	/// Initialises a node of the swarm with this key. It peers with `others`.
	pub fn new(name: &str, repo: &Path, swarm_key: &str, others: &[&Kubo]) -> Result<Self> {
		std::fs::create_dir_all(repo)?;
		let output = Command::new(ipfs())
			.args(["init", "--profile=test"])
			.env("IPFS_PATH", repo)
			.env("IPFS_TELEMETRY", "off")
			.output()
			.context("Kubo (ipfs) could not be started: run `make setup`")?;
		if !output.status.success() {
			bail!("ipfs init: {}", String::from_utf8_lossy(&output.stderr));
		}
		let file = repo.join("config");
		let mut config: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
		let [api, swarm] = free_ports()?;
		let address = format!("/ip4/127.0.0.1/tcp/{swarm}");
		config["Addresses"]["API"] = json!(format!("/ip4/127.0.0.1/tcp/{api}"));
		config["Addresses"]["Gateway"] = json!("");
		config["Addresses"]["Swarm"] = json!([address]);
		config["Bootstrap"] = json!([]);
		config["Routing"] = json!({ "Type": "none" });
		// Kubo does not sync blocks by itself, so a power cut would damage what is pinned.
		config["Datastore"]["Spec"]["mounts"][0]["sync"] = json!(true);
		config["AutoConf"] = json!({ "Enabled": false });
		config["AutoTLS"] = json!({ "Enabled": false });
		config["Discovery"]["MDNS"]["Enabled"] = json!(false);
		config["Swarm"]["DisableNatPortMap"] = json!(true);
		config["Peering"] = json!({ "Peers": others.iter().map(|other| json!({
			"ID": other.peer_id().unwrap_or_default(), "Addrs": [other.address],
		})).collect::<Vec<_>>() });
		write_private(&file, serde_json::to_string_pretty(&config)?.as_bytes())?;
		write_private(&repo.join("swarm.key"), swarm_key.as_bytes())?;
		Ok(Self {
			repo: repo.into(),
			api,
			process: None,
			recorder: None,
			name: name.into(),
			address,
		})
	}

	fn peer_id(&self) -> Result<String> {
		let config: Value = serde_json::from_slice(&std::fs::read(self.repo.join("config"))?)?;
		Ok(config["Identity"]["PeerID"].as_str().unwrap_or_default().into())
	}

	/// The address of its RPC.
	pub fn url(&self) -> String {
		format!(
			"http://127.0.0.1:{}",
			self.recorder.as_ref().map_or(self.api, |recorder| recorder.port)
		)
	}

	/// Starts it and waits until it answers.
	pub async fn start(&mut self, log: &Path, tied: bool) -> Result<()> {
		let mut command = Command::new(ipfs());
		command
			.args(["daemon", "--migrate=false"])
			.env("IPFS_PATH", &self.repo)
			.env("IPFS_TELEMETRY", "off")
			.env("LIBP2P_FORCE_PNET", "1");
		// A node that was killed leaves this file behind.
		let _ = std::fs::remove_file(self.repo.join("api"));
		let url = format!("{}/api/v0/version", self.url());
		let process = self.process.insert(Process::start(&self.name, command, log, tied)?);
		let http = reqwest::Client::new();
		let ask = || async {
			http.post(&url).send().await.ok().filter(|answer| answer.status().is_success())
		};
		process.until(ask).await.map(drop)
	}
}

/// Makes a key for a private swarm.
pub fn swarm_key() -> String {
	let bytes = *vouchsafe_vault::seal::SecretKey::random().to_bytes();
	format!("/key/swarm/psk/1.0.0/\n/base16/\n{}\n", hex::encode(bytes))
}

impl Kubo {
	/// The file of the last block of this content, which is a leaf and so contains ciphertext.
	pub async fn block_of(&self, cid: &str) -> Result<PathBuf> {
		let ask = |question: String| {
			let url = format!("{}/api/v0/{question}", self.url());
			async move { anyhow::Ok(reqwest::Client::new().post(url).send().await?.bytes().await?) }
		};
		let listed = ask(format!("refs?recursive=true&unique=true&arg={cid}")).await?;
		let last = String::from_utf8_lossy(&listed)
			.lines()
			.last()
			.and_then(|line| serde_json::from_str::<Value>(line).ok())
			.and_then(|line| line["Ref"].as_str().map(str::to_string))
			.unwrap_or_else(|| cid.to_string());
		let wanted = ask(format!("block/get?arg={last}")).await?;
		let mut folders = vec![self.repo.join("blocks")];
		while let Some(folder) = folders.pop() {
			for entry in std::fs::read_dir(folder)? {
				let path = entry?.path();
				if path.is_dir() {
					folders.push(path);
				} else if std::fs::metadata(&path)?.len() == wanted.len() as u64
					&& std::fs::read(&path)? == wanted
				{
					return Ok(path);
				}
			}
		}
		bail!("{} has no block of {cid} on its disk", self.name)
	}
}
