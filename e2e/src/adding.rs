//! A `record add` that is run step by step, so that it can be interrupted at any of them.

use crate::{process::TIMEOUT, user::User};
use anyhow::{bail, Context, Result};
use serde_json::Value;
use std::{process::Stdio, time::Duration};
use tokio::{
	io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
	process::{Child, ChildStderr, Command},
	time::timeout,
};

/// A running command that adds a record step by step.
pub struct Adding {
	child: Child,
	stderr: BufReader<ChildStderr>,
	/// What it has printed on standard error so far.
	printed: String,
}

impl Adding {
	/// Starts the command. It waits before its first step.
	pub fn start(author: &User, arguments: &[&str]) -> Result<Self> {
		let mut command = Command::from(author.command(arguments)?);
		command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
		let mut child = command.kill_on_drop(true).spawn()?;
		let stderr = BufReader::new(child.stderr.take().context("no standard error")?);
		Ok(Self { child, stderr, printed: String::new() })
	}

	/// Lets the command continue until it has reached this step.
	pub async fn go_to(&mut self, wanted: &str) -> Result<()> {
		loop {
			let mut line = String::new();
			let read = timeout(TIMEOUT, self.stderr.read_line(&mut line)).await;
			if read.with_context(|| format!("it hangs before “{wanted}”: {}", self.printed))?? == 0
			{
				bail!("it ended before “{wanted}”: {}", self.printed);
			}
			self.printed += &line;
			let Some(step) = line.strip_prefix("step ") else { continue };
			if step.starts_with(wanted) {
				return Ok(());
			}
			self.next_step().await?;
		}
	}

	/// Lets the command continue with the next step.
	pub async fn next_step(&mut self) -> Result<()> {
		let stdin = self.child.stdin.as_mut().context("no standard input")?;
		Ok(stdin.write_all(b"\n").await?)
	}

	/// Lets the command finish. Returns its answer, or what it printed if it failed.
	pub async fn end(mut self) -> Result<Result<Value, String>> {
		// At the end of its input it no longer waits.
		drop(self.child.stdin.take());
		let mut out = self.child.stdout.take().context("no standard output")?;
		let mut answer = String::new();
		let ended = async {
			let (printed, answer) = (&mut self.printed, &mut answer);
			tokio::try_join!(self.stderr.read_to_string(printed), out.read_to_string(answer))?;
			self.child.wait().await
		};
		let status =
			timeout(Duration::from_secs(180), ended).await.context("it does not end")??;
		if status.success() {
			Ok(Ok(serde_json::from_str(&answer)?))
		} else {
			Ok(Err(format!("{answer}{}", self.printed)))
		}
	}

	/// Kills the command.
	pub async fn kill(mut self) -> Result<()> {
		Ok(self.child.kill().await?)
	}
}
