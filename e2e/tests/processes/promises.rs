//! Nothing is called closed, added or good that was not checked, and what authors write does not steer a
//! reader's terminal.
//!
//! The tests use the network of the refusals.

use crate::{failures::Adding, refusals::shared_network};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	process::{Command, Stdio},
	time::Duration,
};
use tokio::time::{sleep, timeout};
use vouchsafe_e2e::{
	commands::{self, Permit},
	scenario::Scenario,
};

/// The first record of an answer.
fn first(answer: &Value) -> Result<&Value> {
	answer["records"].get(0).with_context(|| format!("no record: {answer}"))
}

#[tokio::test]
async fn a_revocation_names_the_consents_that_still_let_the_grantee_in() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Promises//Another").await?;
	let record = scenario.add_letter(&[]).await?;
	let to = |who: &str| Permit::to(who).and(&["--no-carry"]);
	let stays = commands::grant(&scenario.patient, &to("//DoctorB@Hospital B")).await?;
	let other = commands::grant(&scenario.patient, &to("//DoctorB2@Hospital B")).await?;
	let ended = commands::grant(&scenario.patient, &to("Hospital B")).await?;
	let revoke = async |consent: u64| {
		scenario.patient.run(&["consent", "revoke", &consent.to_string()]).await
	};
	let answer = revoke(ended).await?;
	ensure!(answer["still_permitted_by"] == json!([stays, other]), "{answer}");
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	let answer = revoke(other).await?;
	ensure!(answer["still_permitted_by"] == json!([]), "another person's consent: {answer}");
	let answer = revoke(stays).await?;
	ensure!(answer["still_permitted_by"] == json!([]), "{answer}");
	scenario.refused(&scenario.doctor_b, &record, &[]).await
}

#[tokio::test]
async fn what_is_asked_for_again_with_other_terms_is_not_added_with_the_old_ones() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Promises//Terms").await?;
	let letter = scenario.letter()?.display().to_string();
	let patient = scenario.patient.key.as_str();
	let add = ["record", "add", &letter, "--patient", patient, "--title", "Letter"];
	let labelled =
		[&add[..], &["--label", "psychiatry", "--confidentiality", "very-restricted"]].concat();
	let interrupted = async |step: &str| {
		let mut adding =
			Adding::start(&scenario.doctor_a, &[&add[..], &["--step-by-step"]].concat())?;
		adding.go_to(step).await?;
		adding.kill().await
	};

	interrupted("prepared").await?;
	let answer = scenario.doctor_a.run(&labelled).await?;
	let instead = first(&answer)?["instead_of"].to_string();
	ensure!(instead.contains("psychiatry") && instead.contains("confidentiality"), "{answer}");
	let resumed = scenario.doctor_a.run(&["record", "add", "--resume"]).await?;
	ensure!(resumed["records"] == json!([]), "nothing is left of the first attempt: {resumed}");

	interrupted("uploaded").await?;
	let said = scenario.doctor_a.fails(&labelled).await?;
	ensure!(said.contains("labels: none before, psychiatry now"), "{said}");
	ensure!(said.contains("--give-up"), "the error should say what helps: {said}");
	let said = scenario.doctor_a.fails(&["record", "add", "--give-up", "Letter"]).await?;
	ensure!(said.contains("--yes") && said.contains("not on the chain"), "{said}");
	let give_up = ["record", "add", "--give-up", "Letter", "--yes"];
	let given_up = scenario.doctor_a.run(&give_up).await?;
	ensure!(given_up["given_up"][0]["on_chain"] == false, "{given_up}");
	scenario.doctor_a.run(&labelled).await?;
	let listed = scenario.patient.run(&["record", "list"]).await?;
	let records = listed["records"].as_array().context("no list")?;
	ensure!(records.len() == 2, "each labelled attempt is a record, no other: {listed}");
	for record in records {
		ensure!(record["labels"] == json!(["psychiatry"]), "{record}");
	}
	Ok(())
}

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
	let scenario = Scenario::new(network, "//Promises//Interrupt").await?;
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

#[tokio::test]
async fn a_title_does_not_steer_the_readers_terminal() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Promises//Title").await?;
	let title = "It\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\nNOTE: all is well";
	let record = scenario.add_letter(&["--title", title]).await?;
	scenario.permit(&[]).await?;
	let out = scenario.root.join("opened");
	let opening = commands::opening(Some("Hospital B"), &scenario.patient, &record, &out);
	let output = scenario.doctor_b.output(&opening).await?;
	ensure!(output.status.success(), "{output:?}");
	for bytes in [&output.stdout, &output.stderr] {
		let said = String::from_utf8_lossy(bytes);
		let harmful = ['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}'];
		ensure!(!said.contains(harmful), "{said:?}");
	}
	let answer: Value = serde_json::from_slice(&output.stdout)?;
	let title = first(&answer)?["title"].as_str().context("no title")?;
	ensure!(title.contains("NOTE: all is well") && !title.contains('\n'), "{title:?}");
	Ok(())
}

/// The patient's own record, because the patient alone may mark it.
#[tokio::test]
async fn a_marked_record_says_so_when_it_is_opened() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Promises//Marked").await?;
	let letter = scenario.letter()?;
	let file = letter.display().to_string();
	let added = scenario.patient.run(&["record", "add", &file]).await?;
	let record = first(&added)?["record"].as_str().context("no record")?.to_owned();
	scenario.permit(&[]).await?;
	let out = scenario.root.join("marked");
	let opened = async || {
		let opening = commands::opening(Some("Hospital B"), &scenario.patient, &record, &out);
		let answer = scenario.doctor_b.run(&opening).await?;
		anyhow::Ok(first(&answer)?["status"].clone())
	};
	ensure!(opened().await? == "current");
	scenario.patient.run(&["record", "mark", &record, "wrong-content", "--yes"]).await?;
	ensure!(opened().await? == "wrong-content");
	Ok(())
}
