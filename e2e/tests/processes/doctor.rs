//! `vouchsafe doctor` on a running network: nothing is bad, then some things are broken, and exactly these are
//! named. And the name of a request, which is in the custodian's log.

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{collections::BTreeSet, fs::Permissions, os::unix::fs::PermissionsExt, process::Command};
use vouchsafe_e2e::{
	network::{Network, Site},
	process::program,
};

/// What is not good although nothing is broken: nobody has tried a backup, a test's disk may be small, Kubo may
/// not have found its peers yet, and the node, which does not say which keys it has, may have made no block yet.
const KNOWN: [&str; 5] = ["backup", "drill", "room", "Kubo", "session keys"];

/// Breaks one thing after the other at Hospital B, and repairs it.
pub async fn names_what_is_broken(network: &mut Network) -> Result<()> {
	let (b, c) = (network.index("b"), network.index("c"));
	let found = Found::at(&network.sites[b])?;
	ensure!(found.code == Some(0) && found.are("bad").is_empty(), "{found:?}");
	let others: BTreeSet<_> = found.are("warning").difference(&set(&KNOWN)).cloned().collect();
	ensure!(others.is_empty() && found.are("not-checked").is_empty(), "{found:?}");

	let keys = network.sites[b].custodian.base.join("keys");
	std::fs::set_permissions(&keys, Permissions::from_mode(0o644))?;
	network.sites[b].kubo.as_mut().context("it has Kubo")?.process = None;
	network.sites[c].custodian.process = None;
	let found = Found::at(&network.sites[b])?;
	ensure!(found.code == Some(1) && found.are("bad") == set(&["files", "Kubo"]), "{found:?}");
	ensure!(found.are("warning").contains("member Hospital C"), "{found:?}");
	let text = doctor(&network.sites[b], &[])?;
	let line = format!("(mode 644) -> chmod 600 {}", keys.display());
	let printed = String::from_utf8_lossy(&text.stdout).into_owned();
	ensure!(printed.contains(&line) && text.status.code() == Some(1), "{printed}");

	// The key file names the custodian that does not run. It must be closed for that.
	std::fs::set_permissions(&keys, Permissions::from_mode(0o600))?;
	network.sites[b].custodian.process = None;
	let found = Found::at(&network.sites[b])?;
	ensure!(found.are("bad") == set(&["custodian", "address", "Kubo"]), "{found:?}");

	network.stop_site(b);
	let found = Found::at(&network.sites[b])?;
	ensure!(found.are("bad") == set(&["custodian", "Kubo", "node"]), "{found:?}");
	ensure!(found.are("not-checked").contains("session keys"), "{found:?}");
	network.start_site(b).await?;
	network.start_custodian(c).await?;
	network.wait_ready(c).await?;
	requests_are_in_the_log(&network.sites[b]).await
}

fn set(names: &[&str]) -> BTreeSet<String> {
	names.iter().map(|name| (*name).to_owned()).collect()
}

/// What doctor has found.
#[derive(Debug)]
struct Found {
	code: Option<i32>,
	findings: Vec<Value>,
}

impl Found {
	fn at(site: &Site) -> Result<Self> {
		let output = doctor(site, &["--json"])?;
		let findings = serde_json::from_slice(&output.stdout)
			.with_context(|| format!("{output:?} has no JSON"))?;
		Ok(Self { code: output.status.code(), findings })
	}

	/// The checks with this result.
	fn are(&self, level: &str) -> BTreeSet<String> {
		let all = self.findings.iter().filter(|finding| finding["level"] == level);
		all.map(|finding| finding["check"].as_str().unwrap_or_default().to_owned()).collect()
	}
}

fn doctor(site: &Site, arguments: &[&str]) -> Result<std::process::Output> {
	let mut command = Command::new(program("vouchsafe")?);
	command.arg("--home").arg(&site.custodian.base).arg("doctor");
	command.arg("--config").arg(site.custodian.base.join("custodian.toml"));
	command.arg("--node-folder").arg(&site.node.base);
	command.arg("--custodian-program").arg(program("vouchsafe-custodian")?);
	Ok(command.args(arguments).output()?)
}

/// A request is refused, and the log has its name.
async fn requests_are_in_the_log(site: &Site) -> Result<()> {
	let id = "00ff00ff00ff00ff";
	let url = format!("{}/v1/releases", site.custodian.own_url());
	let request = site.custodian.http()?.post(url).header("x-request-id", id).body("{}");
	let answer = request.send().await?;
	ensure!(answer.status() == 400 && answer.headers()["x-request-id"] == id, "{answer:?}");
	let log = std::fs::read_to_string(site.custodian.base.join("log"))?;
	let lines: Vec<Value> = log
		.lines()
		.filter(|line| line.contains(id))
		.map(serde_json::from_str)
		.collect::<Result<_, _>>()?;
	ensure!(lines.len() == 1 && lines[0]["span"]["id"] == id, "{lines:?}");
	ensure!(lines[0]["endpoint"] == "/v1/releases" && lines[0]["status"] == 400, "{lines:?}");
	Ok(())
}
