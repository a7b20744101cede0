//! A patient's key is stolen, and a doctor works in two places: what the commands say and do.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use vouchsafe_e2e::{
	commands::{self, Permit},
	scenario::Scenario,
	user::User,
};

/// The states of the patient's consents as `consent list` gives them, by number.
async fn state(patient: &User, consent: u64) -> Result<String> {
	let answer = patient.run(&["consent", "list"]).await?;
	let consents = answer["consents"].as_array().context("a list")?;
	let found = consents.iter().find(|it| it["consent"].as_u64() == Some(consent));
	let state = found.and_then(|it| it["state"].as_str()).context("the consent's state")?;
	Ok(state.to_owned())
}

#[tokio::test]
async fn permits_of_a_stolen_key_wait_for_the_patient() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Stolen//Key").await?;
	let record = scenario.add_letter(&[]).await?;
	let patient = &scenario.patient;
	let registrar = User::new("//RegistrarA", &scenario.root, &scenario.doctor_a.node)?;
	let signing = |state, further: &[&str]| {
		let arguments = [&["enrol", "signing", &patient.key, state, "--yes"], further].concat();
		let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
		let registrar = registrar.clone();
		async move { registrar.run(&arguments).await.map(drop) }
	};
	let hour_ago = format!("@{}", vouchsafe_client::signing::now() - 3_600);
	let (first, second) = (scenario.permit(&[]).await?, scenario.permit(&[]).await?);
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;

	let said = registrar
		.fails(&["enrol", "signing", &patient.key, "disabled", "--yes", "--since", "2020-01-01"])
		.await?;
	ensure!(said.contains("InvalidSince"), "30 days back at most: {said}");
	signing("disabled", &["--since", &hour_ago]).await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	ensure!(state(patient, first).await? == "waits for confirmation", "the first permit counts");
	let said = patient.fails(&["consent", "confirm", &first.to_string(), "--yes"]).await?;
	ensure!(said.contains("disabled"), "a disabled key confirms nothing: {said}");
	// The patient's key still revokes, and so does the hospital.
	commands::revoke(patient, second).await?;
	let number = first.to_string();
	let revoke = ["consent", "revoke", &number, "--patient", &patient.key, "--yes"];
	let other = scenario.registrar_b.fails(&revoke).await?;
	ensure!(other.contains("NotRegistrar"), "another hospital's registrar: {other}");

	signing("enabled", &[]).await?;
	scenario.refused(&scenario.doctor_b, &record, &[]).await?;
	patient.run(&["consent", "confirm", &first.to_string(), "--yes"]).await?;
	ensure!(state(patient, first).await? == "in force", "a confirmed permit counts");
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await?;
	let said = registrar.fails(&revoke).await?;
	ensure!(said.contains("NotInDoubt"), "what is confirmed is the patient's: {said}");

	let third = scenario.permit(&[]).await?;
	signing("disabled", &["--since", &hour_ago]).await?;
	let answer = registrar.run(&revoke).await?;
	ensure!(answer["still_permitted_by"] == serde_json::json!([third]), "{answer}");
	let answer: Value = patient.run(&["consent", "list"]).await?;
	let consents = answer["consents"].as_array().context("a list")?;
	ensure!(consents.iter().all(|it| it["consent"].as_u64() != Some(first)), "{answer}");
	Ok(())
}

#[tokio::test]
async fn a_deny_reaches_who_works_in_two_places() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Refused//TwoPlaces").await?;
	let record = scenario.add_letter(&[]).await?;
	let doctor = User::new("//Reader//TwoPlaces", &scenario.root, &scenario.doctor_b.node)?;
	commands::enrol(&doctor, &scenario.registrar_b, "Hospital B", "practitioner").await?;
	let affiliate = ["enrol", "affiliate", &doctor.key, "--role", "physician"];
	scenario.registrar_b.run(&affiliate).await?;
	let registrar = User::new("//RegistrarA", &scenario.root, &scenario.doctor_a.node)?;
	registrar.run(&affiliate).await?;

	scenario.permit(&[]).await?;
	commands::grant(&scenario.patient, &Permit::to("Hospital A").and(&["--deny"])).await?;
	// Not accepted, the affiliation counts for nothing.
	scenario.opens(&doctor, &record, &scenario.letter()?).await?;
	doctor.run(&["enrol", "accept", "Hospital A", "--yes"]).await?;
	scenario.refused(&doctor, &record, &[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &scenario.letter()?).await
}
