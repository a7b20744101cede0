//! What one of a hospital's staff alone must not do, and what two do, by the commands that they use.
//!
//! The tests use the network of the refusals.

use crate::refusals::shared_network;
use anyhow::{ensure, Result};
use std::process::Command;
use vouchsafe_client::chain::{
	calls::ConsentCall, AccountId, Action, Actions, Chain, Effect, Grantee, Purpose, Purposes,
	ShownText, Signer, Submit, Terms, View, H256,
};
use vouchsafe_e2e::{
	commands::{self, keypair},
	process::program,
	scenario::Scenario,
	user::User,
};

/// A doctor's mark alone closes nothing, and two can take theirs back.
#[tokio::test]
async fn a_mark_takes_two_and_can_be_taken_back() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Staff//Mark").await?;
	let (record, letter) = (scenario.add_letter(&[]).await?, scenario.letter()?);
	scenario.permit(&[]).await?;
	let registrar = User::new("//RegistrarA", &scenario.root, &scenario.doctor_a.node)?;
	let (doctor, patient) = (&scenario.doctor_a, scenario.patient.key.as_str());

	let mark = ["record", "mark", &record, "wrong-patient", "--patient", patient, "--yes"];
	let proposed = doctor.run(&mark).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	scenario.opens(&scenario.doctor_b, &record, &letter).await?;
	let said = doctor.fails(&mark).await?;
	ensure!(said.contains("SameStaff"), "one person is not two: {said}");
	let other = ["record", "mark", &record, "wrong-content", "--patient", patient];
	let said = registrar.fails(&other).await?;
	ensure!(
		said.contains("proposed to mark record") && said.contains("--yes"),
		"another proposal is replaced unasked: {said}"
	);
	registrar.run(&mark).await?;
	scenario.refused(&scenario.doctor_b2, &record, &[]).await?;

	let unmark = ["record", "unmark", &record, "--patient", patient, "--yes"];
	let proposed = registrar.run(&unmark).await?;
	ensure!(proposed["proposed"] == true, "{proposed}");
	doctor.run(&unmark).await?;
	scenario.opens(&scenario.doctor_b2, &record, &letter).await
}

/// A hospital's doctors enter a consent for a patient whose own key has signed: it waits for the
/// authority, counts a day later, and the patient can refuse all such consents.
#[tokio::test]
async fn an_assisted_consent_is_the_patients_to_refuse() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let scenario = Scenario::new(network, "//Staff//Assisted").await?;
	let patient = &scenario.patient;
	let chain = Chain::connect(&network.node_url()).await?;
	let account = |path: &str| -> Result<AccountId> { Ok(keypair(path)?.account()) };
	let institution = account("//HospitalA")?;
	let grantee = Grantee::Institution(institution.clone());
	let terms = Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(chain.finalized().await?.time().await? + 7 * 24 * 60 * 60),
		..Terms::all(Effect::Permit)
	};
	let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
	let assist = || -> Result<ConsentCall> {
		Ok(ConsentCall::grant_assisted {
			patient: account(&patient.key)?,
			institution: institution.clone(),
			grantee: grantee.clone(),
			terms: terms.clone(),
			text,
		})
	};
	// The registrar is no clinician.
	let refused = chain.submit(&keypair("//RegistrarA")?, assist()?).await;
	ensure!(
		refused.as_ref().is_err_and(|error| error.is_dispatch("Enrolment", "NotStaff")),
		"a registrar entered a consent: {:?}",
		refused.map(|it| it.number)
	);
	for doctor in ["//DoctorA", "//DoctorA2"] {
		chain.submit(&keypair(doctor)?, assist()?).await?;
	}
	let assisted = || async {
		let list = patient.run(&["consent", "list"]).await?;
		let consents = list["consents"].as_array().cloned().unwrap_or_default();
		anyhow::Ok(consents.into_iter().find(|it| it["assisted"] == true))
	};
	ensure!(assisted().await?.is_none(), "it waits for the authority");
	let confirm = ConsentCall::confirm_assisted {
		authority: account("//Authority")?,
		patient: account(&patient.key)?,
		institution: institution.clone(),
		grantee: grantee.clone(),
		terms: terms.clone(),
		text,
	};
	chain.submit(&keypair("//Authority")?, confirm).await?;
	let listed = assisted().await?;
	ensure!(listed.is_some_and(|it| it["state"] == "not valid yet"), "it counts a day later");

	patient.run(&["consent", "refuse-assisted", "--yes"]).await?;
	let refused = chain.submit(&keypair("//DoctorA")?, assist()?).await;
	ensure!(
		refused.as_ref().is_err_and(|error| error.is_dispatch("Consent", "Refused")),
		"a consent was entered after the refusal: {:?}",
		refused.map(|it| it.number)
	);
	commands::grant(patient, &commands::Permit::to("Hospital B")).await.map(drop)
}

/// An institution registers its custodian again with what the custodian has signed, and with nothing
/// else.
#[tokio::test]
async fn a_custodian_signs_its_registration() -> Result<()> {
	let (_turn, network) = shared_network().await?;
	let root = network.root.join("sign-up");
	std::fs::create_dir_all(&root)?;
	let site = &network.sites[2];
	let hospital = User::new("//HospitalC", &root, &site.node.url())?;
	let status = hospital.run(&["status"]).await?;
	let genesis = status["genesis"].as_str().unwrap_or_default();
	let institution = keypair("//HospitalC")?.account().to_string();
	let sign_up = |url: &str| -> Result<String> {
		let output = Command::new(program("vouchsafe-custodian")?)
			.arg("sign-up")
			.arg("--key")
			.arg(site.custodian.base.join("keys"))
			.args(["--genesis", genesis, "--institution", &institution, "--url", url])
			.output()?;
		ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		Ok(String::from_utf8(output.stdout)?)
	};
	let signed = sign_up(&site.custodian.url())?;
	let file = root.join("custodian.json");
	let register = ["enrol", "custodian", file.to_str().unwrap_or_default()];
	std::fs::write(&file, signed.replace("http://", "https://"))?;
	let said = hospital.fails(&register).await?;
	ensure!(said.contains("changed after signing"), "{said}");
	std::fs::write(&file, sign_up("http://127.0.0.1:5001/api/v0/shutdown?x=")?)?;
	let said = hospital.fails(&register).await?;
	ensure!(said.contains("query"), "{said}");
	for (url, why) in [
		("http://127.0.0.1:9".into(), "no custodian answers"),
		(network.sites[1].custodian.url(), "another custodian"),
	] {
		std::fs::write(&file, sign_up(&url)?)?;
		let said = hospital.fails(&register).await?;
		ensure!(said.contains(why) && said.contains("--yes"), "{url} is registered: {said}");
	}
	std::fs::write(&file, &signed)?;
	hospital.run(&register).await?;
	let other = User::new("//HospitalB", &root, &site.node.url())?;
	let said = other.fails(&register).await?;
	ensure!(said.contains("signed for"), "{said}");
	Ok(())
}
