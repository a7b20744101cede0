//! Attacks by one of a hospital's staff alone, on records and on patients.

use super::{scene::Scene, Attack, Played, Stopped};
use crate::{network::Network, stops};
use anyhow::{ensure, Context};
use vouchsafe_client::chain::{calls::EnrolmentCall, AccountKind, Status, Submit, View};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared("1.6a", "A doctor alone marks a record as another patient's", |network| {
		Box::pin(a_mark_by_one(network))
	}),
	Attack::shared(
		"1.6b",
		"A doctor alone labels a record so that no permit covers it",
		|network| Box::pin(labels_by_one(network)),
	),
	Attack::shared("1.6c", "A registrar alone declares a patient dead", |network| {
		Box::pin(a_death_by_one(network))
	}),
];

async fn a_mark_by_one(network: &Network) -> Played {
	let scene = Scene::new(network, "Mark").await?;
	let (record, letter) = (scene.add_letter(&[]).await?, scene.letter()?);
	scene.permit(&[]).await?;
	let (doctor, patient) = (&scene.scenario.doctor_a, scene.scenario.patient.key.as_str());

	let mark = ["record", "mark", &record, "wrong-patient", "--patient", patient, "--yes"];
	let proposed = doctor.run(&mark).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	let opened = scene.gets(&scene.doctor_b, &record).await?;
	stops!(opened, "the record is closed to everybody");
	let said = doctor.fails(&mark).await?;
	ensure!(said.contains("SameStaff"), "one person is not two: {said}");
	let other = ["record", "mark", &record, "wrong-content", "--patient", patient];
	let said = scene.registrar_a.fails(&other).await?;
	ensure!(
		said.contains("proposed to mark record") && said.contains("--yes"),
		"another proposal is replaced unasked: {said}"
	);
	scene.registrar_a.run(&mark).await?;
	ensure!(!scene.gets(&scene.doctor_b2, &record).await?, "two close it");

	let unmark = ["record", "unmark", &record, "--patient", patient, "--yes"];
	let proposed = scene.registrar_a.run(&unmark).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	doctor.run(&unmark).await?;
	scene.opens(&scene.doctor_b2, &record, &letter).await?;
	Ok(Stopped::by_chain("it takes a registrar too, and two can take it back"))
}

async fn labels_by_one(network: &Network) -> Played {
	let scene = Scene::new(network, "Labels").await?;
	let record = scene.add_letter(&[]).await?;
	scene.permit(&[]).await?;
	let patient = scene.scenario.patient.key.as_str();
	let label = ["record", "label", &record, "psychiatry", "--patient", patient, "--yes"];
	let proposed = scene.scenario.doctor_a.run(&label).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	let opened = scene.gets(&scene.doctor_b, &record).await?;
	stops!(opened, "the patient's permit no longer covers the record");
	let said = scene.scenario.doctor_a.fails(&label).await?;
	ensure!(said.contains("SameStaff"), "one person is not two: {said}");
	// The patient alone may.
	scene.scenario.patient.run(&["record", "label", &record, "psychiatry", "--yes"]).await?;
	ensure!(!scene.gets(&scene.doctor_b, &record).await?, "the patient's label counts");
	Ok(Stopped::by_chain("later labels take two of the staff, or the patient"))
}

async fn a_death_by_one(network: &Network) -> Played {
	let scene = Scene::new(network, "Death").await?;
	let patient = scene.patient();
	let status = || async {
		let found = scene.chain.finalized().await?.account(&patient).await?;
		let found = found.context("the patient is enrolled")?;
		ensure!(found.kind == AccountKind::Patient, "a patient");
		anyhow::Ok(found.status)
	};
	let deceased = EnrolmentCall::set_status { account: patient.clone(), status: Status::Deceased };
	let got = "the patient's account is closed";
	scene.refused("//RegistrarA", deceased, "System.BadOrigin", got).await?;
	let declare = || EnrolmentCall::declare_deceased { patient: patient.clone() };
	scene.ok("//RegistrarA", declare()).await?;
	stops!(status().await? == Status::Active, "{got}");
	scene.refused("//RegistrarA", declare(), "Enrolment.SameStaff", got).await?;
	scene.ok("//DoctorA", declare()).await?;
	ensure!(status().await? == Status::Deceased, "two declare a death");

	for key in ["//DoctorA", "//RegistrarA"] {
		scene.ok(key, EnrolmentCall::take_death_back { patient: patient.clone() }).await?;
	}
	ensure!(status().await? == Status::Active, "two take it back");
	Ok(Stopped::by_chain("it takes a clinician too, and two can take it back for 30 days"))
}
