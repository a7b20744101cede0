//! A user of the `vouchsafe` command, with a home folder, a key and a node.

use crate::process::{program, tie};
use anyhow::{bail, Context, Result};
use serde_json::Value;
use std::{
	ffi::OsStr,
	path::{Path, PathBuf},
	process::{Command, Output, Stdio},
	time::Duration,
};

/// A user of the command.
#[derive(Debug, Clone)]
pub struct User {
	/// A development key such as `//DoctorA`.
	pub key: String,
	/// The home folder of the command.
	pub home: PathBuf,
	/// The URL of the node that the command connects to.
	pub node: String,
}

impl User {
	/// A user with a development key and a home folder below `root`.
	pub fn new(key: &str, root: &Path, node: &str) -> Result<Self> {
		let home = root.join("homes").join(key.trim_start_matches('/').replace('/', "-"));
		std::fs::create_dir_all(&home)?;
		Ok(Self { key: key.into(), home, node: node.into() })
	}

	/// The same user at another node.
	pub fn at(&self, node: &str) -> Self {
		Self { node: node.into(), ..self.clone() }
	}

	/// The command with these arguments, not started yet. It is killed when the thread that starts it
	/// ends.
	pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Command> {
		let mut command = Command::new(program("vouchsafe")?);
		// What the shell has set for another network.
		let set = std::env::vars_os().map(|(name, _)| name);
		for name in set.filter(|name| name.to_string_lossy().starts_with("VOUCHSAFE_")) {
			command.env_remove(name);
		}
		command
			.arg("--home")
			.arg(&self.home)
			.args(["--node", &self.node, "--dev", "--key", &self.key, "--json"])
			.args(arguments);
		let mut command = tie(&command);
		command.stdin(Stdio::null());
		Ok(command)
	}

	/// Runs the command until it ends, with or without success.
	pub async fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output> {
		let command = self.command(arguments)?;
		let mut command = tokio::process::Command::from(command);
		command.kill_on_drop(true);
		tokio::time::timeout(Duration::from_secs(300), command.output())
			.await
			.context("the command did not end within 300 s")?
			.context("the command could not be started")
	}

	/// Runs the command, which must succeed. Returns the JSON that it prints.
	pub async fn run<S: AsRef<OsStr> + std::fmt::Debug>(&self, arguments: &[S]) -> Result<Value> {
		let output = self.output(arguments).await?;
		if !output.status.success() {
			bail!(
				"vouchsafe {arguments:?} as {} failed:\n{}{}",
				self.key,
				String::from_utf8_lossy(&output.stdout),
				String::from_utf8_lossy(&output.stderr)
			);
		}
		let text = String::from_utf8(output.stdout)?;
		let json = text.lines().last().filter(|_| !text.trim().is_empty());
		match serde_json::from_str(&text) {
			Ok(value) => Ok(value),
			Err(_) => serde_json::from_str(json.unwrap_or("null"))
				.with_context(|| format!("vouchsafe {arguments:?} did not print JSON: {text}")),
		}
	}

	/// Runs the command, which must fail. Returns all that it prints.
	pub async fn fails<S: AsRef<OsStr> + std::fmt::Debug>(
		&self,
		arguments: &[S],
	) -> Result<String> {
		let output = self.output(arguments).await?;
		let said = format!(
			"{}{}",
			String::from_utf8_lossy(&output.stdout),
			String::from_utf8_lossy(&output.stderr)
		);
		if output.status.success() {
			bail!("vouchsafe {arguments:?} as {} should have failed: {said}", self.key);
		}
		Ok(said)
	}
}
