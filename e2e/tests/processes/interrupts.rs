//! What an interrupted command says.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use std::{
	process::{Command, Stdio},
	time::Duration,
};
use tokio::time::{sleep, timeout};
use vouchsafe_e2e::scenario::Scenario;

/// Whether a process handles interrupts itself.
fn hears_interrupts(process: u32) -> Result<bool> {
	let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
	let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
	let caught = u64::from_str_radix(caught.context("no signals")?.trim(), 16)?;
	Ok(caught & 0b10 != 0)
}

#[tokio::test]
async fn an_interrupt_says_what_is_kept() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Interrupted//Add").await?;
	let letter = scenario.letter()?.display().to_string();
	let add = ["record", "add", &letter, "--patient", scenario.patient.key.as_str()];
	let mut command = tokio::process::Command::from(scenario.doctor_a.command(&add)?);
	command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
	let adding = command.spawn()?;
	let process = adding.id().context("it has ended")?;
	let hears = async {
		while !hears_interrupts(process)? {
			sleep(Duration::from_millis(2)).await;
		}
		anyhow::Ok(())
	};
	timeout(Duration::from_secs(60), hears).await.context("it never adds")??;
	Command::new("kill").args(["-INT", &process.to_string()]).status()?;
	let output = adding.wait_with_output().await?;
	let said = String::from_utf8_lossy(&output.stderr).into_owned();
	ensure!(output.status.code() == Some(130) && said.contains("interrupted: "), "{output:?}");
	let is_kept = said.contains("record add --resume");
	ensure!(is_kept || said.contains("nothing is kept"), "{said}");
	let resumed = scenario.doctor_a.run(&["record", "add", "--resume"]).await?;
	ensure!(resumed["records"].as_array().is_some_and(|it| it.is_empty() != is_kept), "{resumed}");
	Ok(())
}
