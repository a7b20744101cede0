//! A user of the `vouchsafe` command, with a home folder, a key and a node.

use crate::process::{program, tie, write_private};
use anyhow::{bail, Context, Result};
use serde_json::Value;
use std::{
	ffi::OsStr,
	io,
	path::{Path, PathBuf},
	process::{Command, Output, Stdio},
	time::Duration,
};
use tokio::io::{AsyncRead, AsyncReadExt};

/// For how long a command may run.
const PATIENCE: Duration = Duration::from_secs(300);

/// Reads to the end what a process writes.
async fn read(from: Option<impl AsyncRead + Unpin>, to: &mut Vec<u8>) -> io::Result<()> {
	if let Some(mut from) = from {
		from.read_to_end(to).await?;
	}
	Ok(())
}

/// A user of the command.
#[derive(Debug, Clone)]
pub struct User {
	/// A development key such as `//DoctorA`, or the name of a key in the home folder.
	pub key: String,
	/// The home folder of the command.
	pub home: PathBuf,
	/// The URL of the node that the command connects to.
	pub node: String,
	/// The file with the passphrase of the key in the home folder, if it is not a development key.
	pub passphrase: Option<PathBuf>,
	/// The certificates that the command trusts, if they are not the system's.
	pub trusted: Option<PathBuf>,
}

impl User {
	/// A user with a development key and a home folder below `root`.
	pub fn new(key: &str, root: &Path, node: &str) -> Result<Self> {
		let home = root.join("homes").join(key.trim_start_matches('/').replace('/', "-"));
		std::fs::create_dir_all(&home)?;
		let (key, node) = (key.into(), node.into());
		Ok(Self { key, home, node, passphrase: None, trusted: None })
	}

	/// A user with a key of its own, which is generated in a home folder below `root`. Returns its account
	/// and its encryption key, too.
	pub async fn generate(name: &str, root: &Path, node: &str) -> Result<(Self, String, String)> {
		let mut user = Self::new(name, root, node)?;
		let passphrase = user.home.join("passphrase");
		write_private(&passphrase, b"correct horse battery\n")?;
		user.passphrase = Some(passphrase);
		let made = user.run(&["key", "generate", name]).await?;
		let text = |field: &str| made[field].as_str().map(ToOwned::to_owned);
		let account = text("account").context("no account")?;
		let encryption_key = text("encryption_key").context("no encryption key")?;
		Ok((user, account, encryption_key))
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
			.args(["--node", &self.node, "--key", &self.key, "--json"]);
		match &self.passphrase {
			None => command.arg("--dev"),
			Some(file) => {
				command.arg("--passphrase-file").arg(file).args(["--allow-address", "127.0.0.1"])
			},
		};
		command.args(arguments);
		if let Some(trusted) = &self.trusted {
			command.env("SSL_CERT_FILE", trusted);
		}
		let mut command = tie(&command);
		command.stdin(Stdio::null());
		Ok(command)
	}

	/// Runs the command until it ends, with or without success. An error says what a command that did
	/// not end has written to its standard error.
	pub async fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output> {
		let mut command = tokio::process::Command::from(self.command(arguments)?);
		command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
		let mut child = command.spawn().context("the command could not be started")?;
		let (out, errors) = (child.stdout.take(), child.stderr.take());
		let (mut stdout, mut stderr) = (vec![], vec![]);
		let ended = tokio::time::timeout(PATIENCE, async {
			let (status, ..) =
				tokio::try_join!(child.wait(), read(out, &mut stdout), read(errors, &mut stderr))?;
			io::Result::Ok(status)
		})
		.await;
		match ended {
			Ok(status) => Ok(Output { status: status?, stdout, stderr }),
			Err(_) => {
				let said = String::from_utf8_lossy(&stderr);
				bail!("the command did not end within {} s:\n{said}", PATIENCE.as_secs())
			},
		}
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
