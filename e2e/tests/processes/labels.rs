//! One word is one label of a patient, however many commands, machines and authors use it: a permit
//! opens only the words that it names, and a deny closes all of them.
//!
//! The tests use the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{collections::BTreeSet, path::PathBuf};
use vouchsafe_client::chain::{
	calls::ConsentCall, AccountId, Action, Actions, Chain, Confidentiality, Effect, Grantee,
	LabelFilter, ShownText, Submit, Terms, H256,
};
use vouchsafe_e2e::{
	commands::{self, Permit},
	network::Network,
	scenario::Scenario,
};

/// Writes a bundle of one resource to a file.
fn bundle(scenario: &Scenario, resource: &Value) -> Result<PathBuf> {
	let kind = resource["resourceType"].as_str().context("a resource has a type")?;
	let bundle = json!({
		"resourceType": "Bundle",
		"type": "collection",
		"entry": [{ "fullUrl": format!("http://fhir.example.org/{kind}/1"), "resource": resource }],
	});
	let file = scenario.root.join(format!("{kind}.json"));
	std::fs::write(&file, bundle.to_string())?;
	Ok(file)
}

/// Two resources with a code for psychiatry, which import labels.
fn psychiatric_resources() -> [Value; 2] {
	let coded =
		|code| json!({ "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10", "code": code }] });
	[
		json!({
			"resourceType": "Condition",
			"id": "1",
			"subject": { "reference": "Patient/p" },
			"code": coded("F32.1"),
			"recordedDate": "2026-03-04",
		}),
		json!({
			"resourceType": "Encounter",
			"id": "1",
			"status": "finished",
			"class": { "code": "AMB" },
			"reasonCode": [coded("F20.0")],
			"period": { "start": "2026-03-04", "end": "2026-03-04" },
		}),
	]
}

/// The tags of a record's labels, as the patient sees them.
async fn tags(scenario: &Scenario, record: &str) -> Result<Vec<Value>> {
	let shown = scenario.patient.run(&["record", "show", record]).await?;
	let tags = shown["label_tags"].as_array().context("the answer has no tags")?;
	Ok(tags.clone())
}

/// The records that B's doctor opens, of those that the patient has.
async fn opened(scenario: &Scenario, folder: &str) -> Result<BTreeSet<String>> {
	let out = scenario.root.join(folder);
	let opened =
		commands::open_all(&scenario.doctor_b2, Some("Hospital B"), &scenario.patient, &out)
			.await?;
	Ok(opened.into_keys().collect())
}

/// Closes records with these labels to Hospital B.
async fn deny(scenario: &Scenario, label: &str) -> Result<u64> {
	commands::grant(&scenario.patient, &Permit::to("Hospital B").and(&["--deny", "--label", label]))
		.await
}

async fn scenario(network: &Network, patient: &str) -> Result<Scenario> {
	Scenario::new(network, &format!("//Labels//{patient}")).await
}

#[tokio::test]
async fn two_imports_at_once_use_one_label() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = scenario(network, "AtOnce").await?;
	let [condition, encounter] = psychiatric_resources();
	let files = [bundle(&scenario, &condition)?, bundle(&scenario, &encounter)?];
	let import = |file| commands::import(&scenario.doctor_a, &scenario.patient, "Hospital A", file);
	let (first, second) = tokio::try_join!(import(&files[0]), import(&files[1]))?;
	let records: Vec<&String> =
		first.records.iter().chain(&second.records).map(|(record, _)| record).collect();
	ensure!(records.len() >= 2, "{records:?}");
	let label = tags(&scenario, records[0]).await?;
	ensure!(label.len() == 1, "{label:?}");
	for record in &records {
		ensure!(tags(&scenario, record).await? == label, "one word has two labels");
	}
	scenario.permit(&["--label", "all", "--confidentiality", "very-restricted"]).await?;
	ensure!(opened(&scenario, "all").await?.len() == records.len(), "the permit is for all");
	deny(&scenario, "psychiatry").await?;
	for record in records {
		scenario.refused(&scenario.doctor_b2, record, &[]).await?;
	}
	Ok(())
}

#[tokio::test]
async fn authors_of_two_hospitals_use_one_label() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = scenario(network, "TwoAuthors").await?;
	let Scenario { patient, doctor_a, doctor_b, .. } = &scenario;
	commands::grant(patient, &Permit::write("Hospital B")).await?;
	let letter = scenario.letter()?;
	let add = |author, institution, label| {
		let further = ["--label", label];
		let letter = &letter;
		async move { commands::add_with(author, patient, institution, letter, &further).await }
	};
	let first = add(doctor_a, "Hospital A", "psychiatry").await?;
	let second = add(doctor_b, "Hospital B", "psychiatry").await?;
	let hiv = add(doctor_b, "Hospital B", "hiv").await?;
	ensure!(tags(&scenario, &first).await? == tags(&scenario, &second).await?, "two labels");
	ensure!(tags(&scenario, &first).await? != tags(&scenario, &hiv).await?, "one label for two");
	// The patient sees words without having opened a record.
	let words = commands::labels(patient).await?;
	ensure!(words[&hiv] == ["hiv"] && words[&second] == ["psychiatry"], "{words:?}");

	let permit = scenario.permit(&["--label", "psychiatry"]).await?;
	let both = BTreeSet::from([first.clone(), second.clone()]);
	ensure!(opened(&scenario, "permitted").await? == both, "the permit is for psychiatry");
	commands::amend(patient, permit, &["--label", "all"]).await?;
	ensure!(opened(&scenario, "all").await?.len() == 3, "the permit is for all");
	deny(&scenario, "psychiatry").await?;
	ensure!(
		opened(&scenario, "denied").await? == BTreeSet::from([hiv]),
		"the deny is for psychiatry"
	);
	Ok(())
}

/// Permits Hospital B to write with a bare call. The patient's client would deliver the label key.
async fn permit_without_key(network: &Network, scenario: &Scenario) -> Result<()> {
	let chain = Chain::connect(&network.node_url()).await?;
	let hospital_b = AccountId::new(commands::keypair("//HospitalB")?.public_key().0);
	let terms = Terms {
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		actions: Actions::of(&[Action::Write]),
		..Terms::all(Effect::Permit)
	};
	let text = ShownText { commitment: H256([7; 32]), language: *b"en" };
	let call = ConsentCall::grant { grantee: Grantee::Institution(hospital_b), terms, text };
	chain.submit(&commands::keypair(&scenario.patient.key)?, call).await?;
	Ok(())
}

#[tokio::test]
async fn an_author_without_the_label_key_names_labels_later() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = scenario(network, "NoKey").await?;
	let Scenario { patient, doctor_b, .. } = &scenario;
	permit_without_key(network, &scenario).await?;
	let letter = scenario.letter()?;
	let further = ["--label", "psychiatry"];
	let record = commands::add_with(doctor_b, patient, "Hospital B", &letter, &further).await?;
	ensure!(tags(&scenario, &record).await? == ["0x00000000"], "the record is unclassified");
	scenario.permit(&["--label", "psychiatry"]).await?;
	scenario.refused(&scenario.doctor_b2, &record, &[]).await?;
	let label = ["record", "label", &record, "psychiatry", "--patient", &patient.key, "--yes"];
	let said = doctor_b.fails(&label).await?;
	ensure!(said.contains("consent deliver-labels"), "the error should say what helps: {said}");

	patient.run(&["consent", "deliver-labels"]).await?;
	// It takes two: the doctor is told who confirms it, and how.
	let proposed = doctor_b.run(&label).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	ensure!(commands::labels(patient).await?[&record] != ["psychiatry"], "one alone labelled it");
	scenario.registrar_b.run(&label).await?;
	let words = commands::labels(patient).await?;
	ensure!(words[&record] == ["psychiatry"], "{words:?}");
	scenario.opens(&scenario.doctor_b2, &record, &letter).await
}
