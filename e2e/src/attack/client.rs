//! Attacks on people's clients: by terms that change, titles, files, slow custodians and broken records.

use super::{custodian::enter_without_content, scene::Scene, Attack, By, Played, Stopped};
use crate::{
	adding::Adding,
	commands::{self, Permit},
	network::Network,
	process::program,
	scenario::Scenario,
	stops,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	fs::Permissions,
	os::unix::fs::PermissionsExt,
	process::{Command, Stdio},
	time::{Duration, Instant},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
	task::{JoinHandle, JoinSet},
	time::sleep,
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::in_turn("3.4a", "A custodian answers readers with one byte in 20 seconds", |network| {
		Box::pin(a_slow_custodian(network))
	}),
	Attack::shared("3.4b", "A broken record stops a reader from opening the others", |network| {
		Box::pin(a_broken_record(network))
	}),
	Attack::shared(
		"3.5a",
		"An author writes a title that steers the reader's terminal",
		|network| Box::pin(a_title_that_steers_a_terminal(network)),
	),
	Attack::shared(
		"3.5b",
		"Another user of the machine reads a file with a passphrase",
		|network| Box::pin(a_passphrase_for_all(network)),
	),
	Attack::shared(
		"3.6a",
		"A fault: a doctor adds a document again with a label, which gets lost",
		|network| Box::pin(other_terms(network)),
	),
	Attack::shared(
		"3.6b",
		"A fault: a reader is not told that a record was marked as wrong",
		|network| Box::pin(a_marked_record(network)),
	),
	Attack::shared(
		"3.6c",
		"A fault: a patient revokes a consent, and another permits the same",
		|network| Box::pin(another_consent_still_permits(network)),
	),
];

/// How long a reader may wait if one custodian is slow.
const SLOWEST: Duration = Duration::from_secs(30);

/// Puts a slow server in the place of B's custodian, and opens a record all the same.
async fn a_slow_custodian(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Slow").await?;
	let record = scenario.add_letter(&[]).await?;
	scenario.permit(&["--no-carry"]).await?;
	let file = scenario.letter()?;
	let index = network.index("b");
	network.sites[index].custodian.process = None;
	let slow = drip(network.sites[index].custodian.port).await?;
	let begun = Instant::now();
	let opening = scenario.opens(&scenario.doctor_b, &record, &file);
	let opened = tokio::time::timeout(SLOWEST, opening).await;
	stops!(opened.is_ok(), "{} s of every reader's time", SLOWEST.as_secs());
	opened?.context("a slow custodian is not waited for")?;
	let took = begun.elapsed().as_secs_f64();
	slow.abort();
	let _ = slow.await;
	network.start_custodian(index).await?;
	network.wait_ready(index).await?;
	Ok(By::Client
		.withstands(format!("it asks the next one, and the record opens after {took:.0} s")))
}

/// A server that answers everything with a byte every 20 seconds.
async fn drip(port: u16) -> Result<JoinHandle<()>> {
	let listener = TcpListener::bind(("127.0.0.1", port)).await?;
	Ok(tokio::spawn(async move {
		let mut connections = JoinSet::new();
		while let Ok((mut stream, _)) = listener.accept().await {
			connections.spawn(async move {
				let mut request = vec![0; 64 * 1024];
				let _ = stream.read(&mut request).await;
				let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
				let mut sent = stream.write_all(head).await;
				while sent.is_ok() {
					sent = stream.write_all(b"{").await;
					sleep(Duration::from_secs(20)).await;
				}
			});
		}
	}))
}

async fn a_broken_record(network: &Network) -> Played {
	let scene = Scene::new(network, "Broken").await?;
	let record = scene.add_letter(&[]).await?;
	let key = scene.scenario.patient.key.clone();
	scene.ok(&key, enter_without_content(scene.patient(), [99; 16])).await?;
	scene.permit(&[]).await?;
	let out = scene.scenario.root.join("all");
	std::fs::create_dir_all(&out)?;
	let folder = out.display().to_string();
	let all = ["record", "open", "--all", "--patient", &key, "--institution", "Hospital B"];
	let all = [&all[..], &["--out", &folder]].concat();
	let output = scene.scenario.doctor_b.output(&all).await?;
	let answer: Value = serde_json::from_slice(&output.stdout)
		.with_context(|| format!("not an answer: {output:?}"))?;
	let records = answer["records"].as_array().with_context(|| format!("no records: {answer}"))?;
	let (opened, closed): (Vec<_>, Vec<_>) = records.iter().partition(|it| it["opened"] == true);
	stops!(opened.iter().any(|it| it["record"] == record), "none of the records opens: {answer}");
	ensure!(closed.len() == 1 && closed[0]["error"].is_string(), "{answer}");
	Ok(By::Client.withstands("the others open, and the error is shown with its record"))
}

async fn a_passphrase_for_all(network: &Network) -> Played {
	let root = network.root.join("passphrase");
	std::fs::create_dir_all(&root)?;
	let file = root.join("passphrase");
	std::fs::write(&file, "a long enough passphrase\n")?;
	let generate = || -> Result<std::process::Output> {
		let mut command = Command::new(program("vouchsafe")?);
		command.arg("--home").arg(root.join("home")).arg("--passphrase-file").arg(&file);
		command.args(["--json", "key", "generate", "eva"]).stdin(Stdio::null());
		Ok(command.output()?)
	};
	std::fs::set_permissions(&file, Permissions::from_mode(0o644))?;
	let refused = generate()?;
	let said = [refused.stdout, refused.stderr].concat();
	let said = String::from_utf8_lossy(&said);
	stops!(!refused.status.success(), "the passphrase of a key");
	ensure!(said.contains("can be read by other users"), "{said}");
	std::fs::set_permissions(&file, Permissions::from_mode(0o600))?;
	let accepted = generate()?;
	ensure!(accepted.status.success(), "a private file: {accepted:?}");
	Ok(Stopped::by_client("other users can read the file"))
}

/// The first record of an answer.
fn first(answer: &Value) -> Result<&Value> {
	answer["records"].get(0).with_context(|| format!("no record: {answer}"))
}

async fn another_consent_still_permits(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Another").await?;
	let record = scenario.add_letter(&[]).await?;
	let to = |who: &str| Permit::to(who).and(&["--no-carry"]);
	let stays = commands::grant(&scenario.patient, &to("//DoctorB@Hospital B")).await?;
	let other = commands::grant(&scenario.patient, &to("//DoctorB2@Hospital B")).await?;
	let ended = commands::grant(&scenario.patient, &to("Hospital B")).await?;
	let revoke = async |consent: u64| {
		scenario.patient.run(&["consent", "revoke", &consent.to_string()]).await
	};
	let answer = revoke(ended).await?;
	let told = &answer["still_permitted_by"];
	stops!(*told == json!([stays, other]), "a revocation that seems to close everything: {answer}");
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	let answer = revoke(other).await?;
	ensure!(answer["still_permitted_by"] == json!([]), "another person's consent: {answer}");
	let answer = revoke(stays).await?;
	ensure!(answer["still_permitted_by"] == json!([]), "{answer}");
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	Ok(By::Client.tells("it names the consents that still permit"))
}

async fn other_terms(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Terms").await?;
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
	stops!(instead.contains("psychiatry") && instead.contains("confidentiality"), "{answer}");
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
		stops!(record["labels"] == json!(["psychiatry"]), "a record without its label: {record}");
	}
	Ok(By::Client.tells("it adds with the new terms, or says what differs"))
}

async fn a_title_that_steers_a_terminal(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Title").await?;
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
		stops!(!said.contains(harmful), "the reader's terminal: {said:?}");
	}
	let answer: Value = serde_json::from_slice(&output.stdout)?;
	let title = first(&answer)?["title"].as_str().context("no title")?;
	ensure!(title.contains("NOTE: all is well") && !title.contains('\n'), "{title:?}");
	Ok(By::Client.withstands("the title is shown without its control characters"))
}

/// The patient's own record, because the patient alone may mark it.
async fn a_marked_record(network: &Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Marked").await?;
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
	stops!(opened().await? == "wrong-content", "a reader who takes the record for a good one");
	Ok(By::Client.tells("it opens, and says that it is marked"))
}
