//! Attacks by those who would enter consents for a patient, or read past them: registrars, a hospital,
//! a doctor of two hospitals, a thief.

use super::{
	scene::{account, Scene},
	Attack, Played, Stopped,
};
use crate::{
	commands::{self, keypair, Permit},
	network::Network,
	scenario::Scenario,
	stops,
	user::User,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use vouchsafe_client::{
	chain::{
		calls::{batch_all, ConsentCall},
		Action, Actions, ChainError, Effect, Grantee, LabelFilter, Purpose, Purposes, ShownText,
		Submit, Terms, View, H256,
	},
	signing::now,
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared("1.1a", "A registrar enters a consent with two keys of her own", |network| {
		Box::pin(two_keys_of_a_registrar(network))
	}),
	Attack::shared("1.1b", "A doctor signs both halves of a consent in one call", |network| {
		Box::pin(both_halves_in_one_call(network))
	}),
	Attack::shared(
		"1.1c",
		"Two doctors permit their hospital to read a patient's log",
		|network| Box::pin(assisted_consent_for_the_log(network)),
	),
	Attack::shared(
		"1.1d",
		"Two doctors enter a consent for a patient who signs herself",
		|network| Box::pin(assisted_consent_of_a_patient_with_a_key(network)),
	),
	Attack::shared(
		"1.2a",
		"A hospital reads past a deny with its own or its custodian's key",
		|network| Box::pin(a_hospital_reads_past_a_deny(network)),
	),
	Attack::shared(
		"1.2b",
		"A doctor of a denied hospital reads through a second hospital",
		|network| Box::pin(a_doctor_of_two_hospitals(network)),
	),
	Attack::shared("1.3a", "A thief with a patient's key permits readers", |network| {
		Box::pin(permits_of_a_stolen_key(network))
	}),
	Attack::shared("1.3b", "A thief with a disabled key revokes the patient's deny", |network| {
		Box::pin(a_thief_revokes_a_deny(network))
	}),
];

/// A permit for all of Hospital A, as two of its doctors would enter it.
async fn assisted(scene: &Scene, change: impl FnOnce(&mut Terms)) -> Result<ConsentCall> {
	let institution = account("//HospitalA");
	let mut terms = Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(scene.chain.finalized().await?.time().await? + 7 * 24 * 60 * 60),
		..Terms::all(Effect::Permit)
	};
	change(&mut terms);
	Ok(ConsentCall::grant_assisted {
		patient: scene.patient(),
		institution: institution.clone(),
		grantee: Grantee::Institution(institution),
		terms,
		text: ShownText { commitment: H256([1; 32]), language: *b"en" },
	})
}

async fn two_keys_of_a_registrar(network: &Network) -> Played {
	let scene = Scene::new(network, "TwoKeys").await?;
	let call = assisted(&scene, |_| ()).await?;
	let error = "Enrolment.NotStaff";
	scene.refused("//RegistrarA", call.clone(), error, "half of a consent").await?;
	for key in ["//Attack//TwoKeys//1", "//Attack//TwoKeys//2"] {
		scene.practitioner(key, "Hospital A", "administration").await?;
		scene.refused(key, call.clone(), error, "half of a consent").await?;
	}
	// With two doctors the same call is accepted.
	for doctor in ["//DoctorA", "//DoctorA2"] {
		scene.ok(doctor, call.clone()).await?;
	}
	Ok(Stopped::by_chain("both must be attested clinicians"))
}

async fn both_halves_in_one_call(network: &Network) -> Played {
	let scene = Scene::new(network, "OneCall").await?;
	let call = assisted(&scene, |_| ()).await?;
	let both = batch_all(vec![call.clone().into(), call.clone().into()]);
	let got = "a consent with one signature";
	scene.refused("//DoctorA", both, "Enrolment.SameStaff", got).await?;
	for doctor in ["//DoctorA", "//DoctorA2"] {
		scene.ok(doctor, call.clone()).await?;
	}
	Ok(Stopped::by_chain("one person is not two"))
}

async fn assisted_consent_for_the_log(network: &Network) -> Played {
	let scene = Scene::new(network, "TheirLog").await?;
	let too_wide = "Consent.AssistedTooWide";
	let log = assisted(&scene, |terms| terms.actions = Actions::of(&[Action::ReadLog])).await?;
	scene.refused("//DoctorA", log, too_wide, "half of a consent to read the log").await?;
	let labelled = assisted(&scene, |terms| terms.labels = LabelFilter::Any).await?;
	scene.refused("//DoctorA", labelled, too_wide, "half of one for labelled records").await?;
	let call = assisted(&scene, |_| ()).await?;
	scene.ok("//DoctorA", call).await?;
	Ok(Stopped::by_chain("never for the log or for labelled records"))
}

async fn assisted_consent_of_a_patient_with_a_key(network: &Network) -> Played {
	let scene = Scene::new(network, "Assisted").await?;
	let Scenario { patient, root, doctor_a, .. } = &scene.scenario;
	let user = |key: &str| User::new(key, root, &doctor_a.node);
	let (colleague, authority) = (user("//DoctorA2")?, user("//Authority")?);
	let path = |name: &str| root.join(name).display().to_string();
	let (file, other) = (path("assisted.json"), path("again.json"));
	let assist = |file| {
		let terms = ["consent", "assist", "--until", "+7d", "--institution", "Hospital A", "--yes"];
		[&terms[..], &["--patient", &patient.key, "--out", file]].concat()
	};
	let confirm = ["consent", "confirm-assisted", &file, "--yes"];
	let state = |answer: &Value| answer["state"].as_str().unwrap_or_default().to_owned();
	let proposed = state(&doctor_a.run(&assist(&file)).await?);
	stops!(proposed == "proposed", "a consent that one doctor entered: {proposed}");
	let waits_for = async |who: &User| {
		let list = who.run(&["consent", "list", "--patient", &patient.key]).await?;
		anyhow::Ok(list["waiting"][0]["for"].as_str().unwrap_or_default().to_owned())
	};
	ensure!(waits_for(&colleague).await? == "second-clinician", "the list does not show it");
	let said = doctor_a.fails(&confirm).await?;
	ensure!(said.contains("SameStaff"), "one doctor is not two: {said}");
	let waits = state(&colleague.run(&confirm).await?);
	let listed = || async {
		let list = patient.run(&["consent", "list"]).await?;
		let consents = list["consents"].as_array().cloned().unwrap_or_default();
		anyhow::Ok(consents.into_iter().find(|it| it["assisted"] == true))
	};
	stops!(listed().await?.is_none(), "the consent, without the health authority: {waits}");
	ensure!(waits == "awaits authority", "{waits}");
	ensure!(waits_for(patient).await? == "authority", "the patient's list does not show it");
	let entered = state(&authority.run(&confirm).await?);
	ensure!(entered == "entered", "{entered}");
	ensure!(waits_for(patient).await?.is_empty(), "nothing waits any more");
	let counts = listed().await?.context("the confirmed consent is not listed")?["state"].clone();
	stops!(counts == "not valid yet", "a consent that is {counts} at once");

	patient.run(&["consent", "refuse-assisted", "--yes"]).await?;
	let said = doctor_a.fails(&assist(&other)).await?;
	stops!(said.contains("Refused"), "half of a consent after a refusal: {said}");
	commands::grant(patient, &Permit::to("Hospital B")).await?;
	Ok(Stopped::by_chain("not without the authority, and a day later; the patient can refuse all"))
}

async fn a_hospital_reads_past_a_deny(network: &Network) -> Played {
	let scene = Scene::new(network, "PastADeny").await?;
	let record = scene.add_letter(&[]).await?;
	scene.permit(&["--no-carry"]).await?;
	let b = Some("//HospitalB");
	ensure!(scene.chain_opens("//DoctorB", &record, b).await?, "B's doctor has a permit");
	let denied = Permit::to("Hospital B").and(&["--deny"]);
	let deny = commands::grant(&scene.scenario.patient, &denied).await?;
	for (who, key) in [
		("its own key", "//HospitalB"),
		("its custodian's key", "//HospitalB//custodian"),
		("its registrar's key", "//RegistrarB"),
		("its doctor's key", "//DoctorB"),
	] {
		for ground in [None, b] {
			let opened = scene.chain_opens(key, &record, ground).await?;
			stops!(!opened, "an opening with {who}");
		}
	}
	commands::revoke(&scene.scenario.patient, deny).await?;
	ensure!(scene.chain_opens("//DoctorB", &record, b).await?, "the deny was revoked");
	// The hospital's account reads nothing, with a permit too.
	stops!(!scene.chain_opens("//HospitalB", &record, None).await?, "an opening with its own key");
	Ok(Stopped::by_chain("the deny counts for all its keys, and organisations never read"))
}

async fn a_doctor_of_two_hospitals(network: &Network) -> Played {
	let scene = Scene::new(network, "TwoPlaces").await?;
	let record = scene.add_letter(&[]).await?;
	let doctor =
		scene.practitioner("//Attack//TwoPlaces//Doctor", "Hospital B", "physician").await?;
	scene.registrar_a.run(&["enrol", "affiliate", &doctor.key, "--role", "physician"]).await?;
	let letter = scene.letter()?;

	scene.permit(&[]).await?;
	let deny = Permit::to("Hospital A").and(&["--deny"]);
	commands::grant(&scene.scenario.patient, &deny).await?;
	// Hospital A's registrar alone does not attach A's deny to B's doctor.
	scene.opens(&doctor, &record, &letter).await.context("nobody asked the doctor")?;
	doctor.run(&["enrol", "accept", "Hospital A", "--yes"]).await?;
	let opened = scene.gets(&doctor, &record).await?;
	stops!(!opened, "the record, for Hospital B, although Hospital A is denied");
	scene.opens(&scene.doctor_b, &record, &letter).await?;
	Ok(Stopped::by_chain("a deny counts under every accepted affiliation"))
}

/// The state of a consent, as `consent list` shows it.
async fn state(patient: &User, consent: u64) -> Result<String> {
	let answer = patient.run(&["consent", "list"]).await?;
	let consents = answer["consents"].as_array().context("a list")?;
	let found = consents.iter().find(|it| it["consent"].as_u64() == Some(consent));
	let state = found.and_then(|it| it["state"].as_str()).context("the consent's state")?;
	Ok(state.to_owned())
}

/// Disables or enables the patient's key.
async fn signing(scene: &Scene, state: &str, further: &[&str]) -> Result<()> {
	let key = scene.scenario.patient.key.as_str();
	let arguments = [&["enrol", "signing", key, state, "--yes"], further].concat();
	scene.registrar_a.run(&arguments).await.map(drop)
}

async fn permits_of_a_stolen_key(network: &Network) -> Played {
	let scene = Scene::new(network, "StolenKey").await?;
	let record = scene.add_letter(&[]).await?;
	let (patient, registrar, letter) =
		(&scene.scenario.patient, &scene.registrar_a, scene.letter()?);
	let hour_ago = format!("@{}", now() - 3_600);
	let (first, second) = (scene.permit(&[]).await?, scene.permit(&[]).await?);
	scene.opens(&scene.doctor_b, &record, &letter).await?;

	let too_long_ago = ["--since", "2020-01-01"];
	let key = patient.key.as_str();
	let disable = [&["enrol", "signing", key, "disabled", "--yes"], &too_long_ago[..]].concat();
	let said = registrar.fails(&disable).await?;
	ensure!(said.contains("InvalidSince"), "30 days back at most: {said}");
	signing(&scene, "disabled", &["--since", &hour_ago]).await?;
	stops!(!scene.gets(&scene.doctor_b, &record).await?, "a reader with the thief's permit");
	ensure!(state(patient, first).await? == "waits for confirmation", "the first permit counts");
	let said = patient.fails(&["consent", "confirm", &first.to_string(), "--yes"]).await?;
	ensure!(said.contains("disabled"), "a disabled key confirms nothing: {said}");
	// The patient's key still revokes, and so does the hospital.
	commands::revoke(patient, second).await?;
	let number = first.to_string();
	let revoke = ["consent", "revoke", &number, "--patient", key, "--yes"];
	let other = scene.registrar_b.fails(&revoke).await?;
	ensure!(other.contains("NotRegistrar"), "another hospital's registrar: {other}");

	signing(&scene, "enabled", &[]).await?;
	stops!(!scene.gets(&scene.doctor_b, &record).await?, "a reader, unconfirmed");
	patient.run(&["consent", "confirm", &number, "--yes"]).await?;
	ensure!(state(patient, first).await? == "in force", "a confirmed permit counts");
	scene.opens(&scene.doctor_b, &record, &letter).await?;
	let said = registrar.fails(&revoke).await?;
	ensure!(said.contains("NotInDoubt"), "what is confirmed is the patient's: {said}");

	// Another permit is in doubt too, so it does not let anybody in.
	scene.permit(&[]).await?;
	signing(&scene, "disabled", &["--since", &hour_ago]).await?;
	let answer = registrar.run(&revoke).await?;
	ensure!(answer["still_permitted_by"] == json!([]), "{answer}");
	let answer: Value = patient.run(&["consent", "list"]).await?;
	let consents = answer["consents"].as_array().context("a list")?;
	ensure!(consents.iter().all(|it| it["consent"].as_u64() != Some(first)), "{answer}");
	Ok(Stopped::by_chain("permits since the theft wait until the patient confirms them"))
}

async fn a_thief_revokes_a_deny(network: &Network) -> Played {
	let scene = Scene::new(network, "ThiefOfADeny").await?;
	let patient = &scene.scenario.patient;
	let deny = commands::grant(patient, &Permit::to("Hospital B").and(&["--deny"])).await?;
	let permit = commands::grant(patient, &Permit::to("Hospital C")).await?;
	signing(&scene, "disabled", &[]).await?;
	let revoke = |hospital: &str, id: u64| -> Result<ConsentCall> {
		let grantee = Grantee::Institution(account(hospital));
		Ok(ConsentCall::revoke { grantee, id: u32::try_from(id)? })
	};
	let key = keypair(&patient.key)?;
	match scene.chain.submit(&key, revoke("//HospitalB", deny)?).await {
		Err(ChainError::MayNotSign) => {},
		Ok(_) => stops!(false, "the deny is gone"),
		Err(other) => return Err(other.into()),
	}
	scene
		.chain
		.submit(&key, revoke("//HospitalC", permit)?)
		.await
		.context("a permit is revoked")?;
	Ok(Stopped::by_pool("the key is disabled; it can still revoke permits"))
}
