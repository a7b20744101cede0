//! The story of people who lose their phones, and of people who act for patients. `make demo STORY=care` and a
//! test run it, on the network `care`, where what takes days elsewhere takes seconds.

mod representatives;

use crate::{
	commands::{self, Permit},
	network::{Network, Options},
	process::{until, write_private},
	story::Printer,
	user::User,
};
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{path::PathBuf, time::Duration};
use vouchsafe_client::chain::Signer as _;

/// The longest time that a step waits for the chain's time.
const PATIENCE: Duration = Duration::from_secs(90);

/// The options of the story's network.
pub fn options() -> Options {
	Options { chain: "care".into(), ..Options::default() }
}

/// Patients, and those who help them.
struct People {
	registrar: User,
	doctor: User,
	authority: User,
	guardians: Vec<User>,
}

impl People {
	fn new(network: &Network) -> Result<Self> {
		let (root, a) = (&network.root, network.node_url());
		let user = |key: &str| User::new(key, root, &a);
		Ok(Self {
			registrar: user("//RegistrarA")?,
			doctor: user("//DoctorA")?,
			authority: user("//Authority")?,
			guardians: ["//Care//Sister", "//Care//Friend", "//Care//Neighbour"]
				.into_iter()
				.map(user)
				.collect::<Result<_>>()?,
		})
	}

	/// Enrols a patient, whom a doctor writes a letter. Returns the patient and the letter's record.
	async fn patient(&self, network: &Network, name: &str) -> Result<(User, String)> {
		let patient = User::new(name, &network.root, &network.node_url())?;
		commands::enrol_patient(&patient, &self.registrar, "Hospital A").await?;
		commands::grant(&patient, &Permit::write("Hospital A")).await?;
		let letter = network.root.join("letter.txt");
		std::fs::write(&letter, LETTER)?;
		let record =
			commands::add(&self.doctor, &patient, "Hospital A", &letter, "encounter").await?;
		Ok((patient, record))
	}

	/// The front desk says since when the patient's key is lost.
	async fn disable(&self, patient: &User, since: &str) -> Result<()> {
		let arguments = ["enrol", "signing", &patient.key, "disabled", "--since", since, "--yes"];
		self.registrar.run(&arguments).await.map(drop)
	}
}

/// What nobody but those concerned may know.
pub const PERSONAL: [&str; 2] = [LETTER, EVIDENCE];
/// What the front desk has seen.
const EVIDENCE: &str = "identity card L01X00T471";
/// What the doctor writes.
const LETTER: &str = "The wound has healed. No further visits are needed.\n";

/// The same person on another phone, which has the key of this name and nothing else. Other people still
/// name the account by its first key.
fn with_new_phone(patient: &User, key: &str, network: &Network) -> Result<User> {
	User::new(key, &network.root, &patient.node)
}

/// A file below a user's home.
fn file(user: &User, name: &str) -> PathBuf {
	user.home.join(name)
}

/// The file in which the front desk writes what it has seen.
fn evidence(user: &User) -> Result<String> {
	let path = file(user, "evidence.txt");
	write_private(&path, EVIDENCE.as_bytes())?;
	Ok(path.display().to_string())
}

/// The file with a guardian's card, as the patient hands it over.
fn card_of(guardian: &User, named: &Value) -> Result<String> {
	let account = commands::keypair(&guardian.key)?.account().to_string();
	let all = named["guardians"].as_array().context("the answer has no cards")?;
	let card = all.iter().find(|it| it["account"] == account.as_str());
	let card = card.and_then(|it| it["card"].as_str()).context("a guardian has no card")?;
	Ok(card.into())
}

/// Waits until the account's new key replaces the lost one.
async fn finish(who: &User, patient: &User) -> Result<()> {
	let arguments = ["recovery", "finish", &patient.key, "--yes"];
	let said = who.fails(&arguments).await?;
	ensure!(said.contains("finish it then"), "too early, it should say when: {said}");
	until("the new key replaces the present one", PATIENCE, || async {
		who.output(&arguments).await.ok()?.status.success().then_some(())
	})
	.await
}

/// The replaced key can neither send a call nor ask a custodian.
async fn is_refused(old: &User, record: &str) -> Result<()> {
	let out = file(old, "refused");
	for arguments in [
		vec!["consent", "list"],
		vec!["record", "open", record, "--out", &out.display().to_string()],
		vec!["recovery", "object", "--yes"],
	] {
		let said = old.fails(&arguments).await?;
		ensure!(said.contains("replaced"), "{arguments:?} with the replaced key: {said}");
	}
	ensure!(!out.exists(), "a record was written");
	Ok(())
}

/// The new key reads the record, and the log that the chain proves complete.
async fn reads_on(new: &User, unlock: &[&str], record: &str) -> Result<u64> {
	let out = file(new, "letter");
	let path = out.display().to_string();
	new.run(&[unlock, &["record", "open", record, "--out", &path]].concat()).await?;
	ensure!(std::fs::read_to_string(&out)? == LETTER, "the bytes differ");
	let verified = new.run(&[unlock, &["audit", "verify"]].concat()).await?;
	verified["entries"].as_u64().context("the log was not counted")
}

/// Runs the story.
pub async fn run(network: &Network, print: &mut Printer) -> Result<()> {
	let people = People::new(network)?;
	lost_with_guardians(network, &people, print).await?;
	lost_without_guardians(network, &people, print).await?;
	new_phone(network, &people, print).await?;
	representatives::run(network, &people, print).await
}

async fn lost_with_guardians(
	network: &Network,
	people: &People,
	print: &mut Printer,
) -> Result<()> {
	print.begin("Anna names three guardians, of whom two can give her account a new key.");
	let (anna, record) = people.patient(network, "//Care//Anna").await?;
	for guardian in &people.guardians {
		commands::enrol(guardian, &people.registrar, "Hospital A", "person").await?;
	}
	let [sister, friend, neighbour] = &people.guardians[..] else { unreachable!("three") };
	let cards = file(&anna, "cards");
	let mut arguments = vec!["guardians", "set", "--yes", "--threshold", "2", "--cards"];
	let folder = cards.display().to_string();
	arguments.push(&folder);
	arguments.extend(people.guardians.iter().map(|guardian| guardian.key.as_str()));
	let named = anna.run(&arguments).await?;
	print.end("The chain has a hash. Each guardian has a card, which only the guardian can read.");

	print.begin("Anna's phone is stolen. The thief begins to change the key, and names guardians.");
	let thief = User::new("//Care//Thief", &network.root, &anna.node)?;
	let stolen = anna.clone();
	let passphrase = file(&thief, "passphrase");
	write_private(&passphrase, b"correct horse battery\n")?;
	let path = passphrase.display().to_string();
	stolen.run(&["--passphrase-file", &path, "key", "renew", "thief", "--yes"]).await?;
	let cards = file(&thief, "cards").display().to_string();
	let theirs = ["guardians", "set", "--yes", "--cards", &cards, "--threshold", "2"];
	let theirs = [&theirs[..], &["//DoctorB", "//DoctorC"]].concat();
	stolen.run(&theirs).await?;
	let since = named["from"].as_u64().context("no time")?.saturating_add(1);
	people.disable(&anna, &format!("@{since}")).await?;
	let mut grant = vec!["consent".to_owned(), "grant".into(), "--yes".into()];
	grant.extend(Permit::read("Hospital C").arguments);
	let said = stolen.fails(&grant).await?;
	print.end(&format!("The front desk disables the key: “{}”", commands::sentence(&said)));

	print.begin("Anna has a new phone. Her sister begins with her card, and a friend approves.");
	let new = with_new_phone(&anna, "//Care//Anna//new", network)?;
	let request = file(&new, "new-key.json");
	let path = request.display().to_string();
	new.run(&["recovery", "request", &anna.key, "--out", &path, "--yes"]).await?;
	let seen = evidence(&new)?;
	let desk =
		["recovery", "start", &path, "--institution", "Hospital A", "--evidence-file", &seen];
	let said = people.registrar.fails(&[&desk[..], &["--yes"]].concat()).await?;
	ensure!(said.contains("guardians"), "the hospital cannot do it for a guardian: {said}");
	let card = card_of(sister, &named)?;
	let begin = ["recovery", "start", &path, "--card", &card, "--yes"];
	let said = friend.fails(&begin).await?;
	ensure!(said.contains("card"), "a card is for one guardian: {said}");
	sister.run(&begin).await?;
	let said = sister.fails(&["recovery", "finish", &anna.key, "--yes"]).await?;
	ensure!(said.contains("approve"), "one guardian is not enough: {said}");
	let said = sister.fails(&begin).await?;
	ensure!(said.contains("approve"), "a second attempt is refused: {said}");
	friend.run(&["recovery", "approve", &anna.key, "--yes"]).await?;
	finish(neighbour, &anna).await?;
	is_refused(&stolen, &record).await?;
	let lines = reads_on(&new, &[], &record).await?;
	print.end(&format!(
		"Pool and custodians refuse the old key. The new one reads, and the log of {lines} lines is complete."
	));
	Ok(())
}

async fn lost_without_guardians(
	network: &Network,
	people: &People,
	print: &mut Printer,
) -> Result<()> {
	print.begin("Ben has no guardians. Two of Hospital A's staff propose a new key, the authority attests it.");
	let (ben, record) = people.patient(network, "//Care//Ben").await?;
	people.disable(&ben, "1s").await?;
	let new = with_new_phone(&ben, "//Care//Ben//new", network)?;
	let path = file(&new, "new-key.json").display().to_string();
	new.run(&["recovery", "request", &ben.key, "--out", &path, "--yes"]).await?;
	let seen = evidence(&new)?;
	let propose = [
		"recovery",
		"start",
		&path,
		"--institution",
		"Hospital A",
		"--evidence-file",
		&seen,
		"--yes",
	];
	people.registrar.run(&propose).await?;
	let said = people.registrar.fails(&propose).await?;
	ensure!(said.contains("proposed this"), "one of the staff alone: {said}");
	people.doctor.run(&propose).await?;
	let said = people.registrar.fails(&["recovery", "finish", &ben.key, "--yes"]).await?;
	ensure!(said.contains("authority"), "the hospital without the authority: {said}");
	let approve = ["recovery", "approve", &ben.key, "--yes"];
	people.authority.run(&approve).await?;
	print.end("Ben can object until the new key is in force, even with the disabled one.");

	print.begin("The disabled key objects. The authority looks again, and attests once more.");
	ben.run(&["recovery", "object", "--yes"]).await?;
	ben.fails(&["recovery", "object", "--yes"]).await?;
	people.authority.run(&approve).await?;
	finish(&people.registrar, &ben).await?;
	is_refused(&ben, &record).await?;
	let lines = reads_on(&new, &[], &record).await?;
	print.end(&format!("The new key reads. Every step is in the log of {lines} lines."));
	Ok(())
}

async fn new_phone(network: &Network, people: &People, print: &mut Printer) -> Result<()> {
	print.begin("Cora buys a new phone and changes her key. She loses nothing.");
	let (cora, record) = people.patient(network, "//Care//Cora").await?;
	let passphrase = file(&cora, "passphrase");
	write_private(&passphrase, b"correct horse battery\n")?;
	let path = passphrase.display().to_string();
	cora.run(&["--passphrase-file", &path, "key", "renew", "cora-2", "--yes"]).await?;
	finish(&people.doctor, &cora).await?;
	is_refused(&cora, &record).await?;
	let new = User { key: "cora-2".into(), ..cora.clone() };
	let unlock = ["--passphrase-file", path.as_str()];
	let lines = reads_on(&new, &unlock, &record).await?;
	new.run(&[&unlock[..], &["record", "verify", &record]].concat()).await?;
	print.end(&format!(
		"The new key reads what the old one did. The log of {lines} lines is complete."
	));
	Ok(())
}
