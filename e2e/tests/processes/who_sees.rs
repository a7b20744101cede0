//! A patient sees who can read what, looks at a request before answering it, stops everything, and gives
//! the log to somebody who verifies it without a network.
//!
//! The test uses the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use vouchsafe_e2e::{commands, scenario::Scenario, user::User};

/// How much of the laboratory reports somebody sees, by `consent who`.
async fn extent_of(patient: &User, who: &str) -> Result<String> {
	let table = patient.run(&["consent", "who"]).await?;
	let rows = table["rows"].as_array().context("a table has rows")?;
	let row = rows.iter().find(|row| row["who"].as_str() == Some(who));
	let row = row.with_context(|| format!("there is no row of {who}: {table}"))?;
	let cell = row["cells"]
		.as_array()
		.and_then(|cells| cells.iter().find(|cell| cell["category"] == "laboratory"))
		.with_context(|| format!("{row}"))?;
	Ok(cell["extent"].as_str().unwrap_or_default().to_owned())
}

/// How many records a request would open, by `request preview` with more arguments.
async fn opens(patient: &User, request: u64, further: &[&str]) -> Result<Value> {
	let mut arguments = vec!["request".to_owned(), "preview".into(), request.to_string()];
	arguments.extend(further.iter().map(ToString::to_string));
	Ok(patient.run(&arguments).await?["opens"]["records"].clone())
}

#[tokio::test]
async fn the_patient_sees_who_sees_what_and_stops_everything() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//WhoSees").await?;
	let Scenario { patient, doctor_b, root, .. } = &scenario;
	let laboratory = scenario.add_letter(&["--category", "laboratory"]).await?;
	scenario.add_letter(&["--category", "imaging"]).await?;
	let staff = "the staff of Hospital B";
	ensure!(extent_of(patient, staff).await? == "none");

	let both = ["laboratory", "imaging"];
	let request = commands::request(doctor_b, patient, "Hospital B", 1, &both).await?;
	ensure!(opens(patient, request, &[]).await? == json!(2));
	ensure!(opens(patient, request, &["--category", "laboratory"]).await? == json!(1));
	commands::approve(patient, request, &["laboratory"]).await?;
	ensure!(extent_of(patient, "care team 1 at Hospital B").await? == "all");
	ensure!(extent_of(patient, staff).await? == "none");
	scenario.opens(doctor_b, &laboratory, &scenario.letter()?).await?;

	let seen = |seen: Value| {
		let records = seen["records"].as_array().cloned().unwrap_or_default();
		records.iter().filter(|record| record["permitted"] == true).count()
	};
	let asked = ["consent", "who", "--reader", "//DoctorB", "--institution", "Hospital B"];
	ensure!(seen(patient.run(&asked).await?) == 1);
	patient.run(&["consent", "stop", "--yes"]).await?;
	ensure!(seen(patient.run(&asked).await?) == 0);
	ensure!(extent_of(patient, "care team 1 at Hospital B").await? == "none");
	scenario.refused(doctor_b, &laboratory, &[]).await?;
	let again = patient.fails(&["consent", "stop", "--yes"]).await?;
	ensure!(again.contains("stopped already"), "{again}");
	patient.run(&["consent", "resume", "--yes"]).await?;
	ensure!(seen(patient.run(&asked).await?) == 1);

	let held = patient.run(&["record", "holdings"]).await?;
	let institutions = held["institutions"].as_array().context("a list")?;
	let of_a = institutions.iter().find(|it| it["institution"]["name"] == "Hospital A");
	let of_a = of_a.with_context(|| format!("{held}"))?;
	ensure!(of_a["wrote"] == json!(2) && of_a["keys"] == json!(2), "{of_a}");
	ensure!(!of_a["since"].is_null(), "{of_a}");

	let file = root.join("log.json");
	let path = file.to_str().context("a path in UTF-8")?;
	let exported = patient.run(&["audit", "export", "--out", path]).await?;
	// Nobody answers at this address.
	let elsewhere = User::new("//Nobody", root, "ws://127.0.0.1:1")?;
	let verified = elsewhere.run(&["audit", "verify", "--file", path]).await?;
	ensure!(verified["whole"] == true, "{verified}");
	ensure!(verified["entries"] == exported["entries"], "{verified} {exported}");
	let mut log: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
	let entry = log["lines"][3]["entry"].as_str().context("an entry")?.replace("0x01", "0x02");
	log["lines"][3]["entry"] = json!(entry);
	std::fs::write(&file, log.to_string())?;
	let wrong = elsewhere.fails(&["audit", "verify", "--file", path]).await?;
	ensure!(wrong.contains("\"entry\": 3") || wrong.contains("\"entry\":3"), "{wrong}");
	Ok(())
}
