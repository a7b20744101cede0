//! People who act for patients: parents, an appointed friend, and an executor.

use super::{evidence, file, People, LETTER, PATIENCE};
use crate::{
	commands::{self, Permit},
	network::Network,
	process::until,
	story::Printer,
	user::User,
};
use anyhow::{ensure, Context, Result};
use serde_json::Value;

/// Runs a command of a representative, which names the patient last.
async fn acts(who: &User, patient: &str, arguments: &[&str]) -> Result<Value> {
	who.run(&[arguments, &["--for", patient]].concat()).await
}

/// The same command, which must fail. Returns what it says.
async fn may_not(who: &User, patient: &str, arguments: &[&str]) -> Result<String> {
	who.fails(&[arguments, &["--for", patient]].concat()).await
}

/// A permit for a hospital to write, as arguments of `consent grant`.
fn permit_to_write() -> Vec<String> {
	let arguments = Permit::write("Hospital A").arguments;
	["consent", "grant", "--yes"].into_iter().map(String::from).chain(arguments).collect()
}

fn as_str(arguments: &[String]) -> Vec<&str> {
	arguments.iter().map(String::as_str).collect()
}

/// Enrols a person at hospital A.
async fn person(people: &People, network: &Network, name: &str) -> Result<User> {
	let person = User::new(name, &network.root, &network.node_url())?;
	commands::enrol(&person, &people.registrar, "Hospital A", "person").await?;
	Ok(person)
}

/// Reads a record as a representative, under its own name.
async fn reads(who: &User, patient: &str, record: &str) -> Result<()> {
	let out = file(who, &format!("letter-{}", &record[..8]));
	let path = out.display().to_string();
	acts(who, patient, &["record", "open", record, "--out", &path]).await?;
	ensure!(std::fs::read_to_string(&out)? == LETTER, "the bytes differ");
	std::fs::remove_file(&out)?;
	Ok(())
}

/// Runs the story.
pub(super) async fn run(network: &Network, people: &People, print: &mut Printer) -> Result<()> {
	newborn(network, people, print).await?;
	incapacity(network, people, print).await?;
	death(network, people, print).await
}

async fn newborn(network: &Network, people: &People, print: &mut Printer) -> Result<()> {
	print.begin("A child is born. Two of Hospital A's staff enrol it with both parents, whom the authority attests.");
	let mother = person(people, network, "//Care//Mother").await?;
	let father = person(people, network, "//Care//Father").await?;
	let path = file(&people.doctor, "child.json").display().to_string();
	let seen = evidence(&people.registrar)?;
	let ward = [
		"represent",
		"ward",
		"--institution",
		"Hospital A",
		"--representative",
		&mother.key,
		"--representative",
		&father.key,
		"--basis",
		"parent",
		"--scope",
		"requests,consents,records",
		"--until-year",
		"2044",
		"--evidence-file",
		&seen,
		"--out",
		&path,
		"--yes",
	];
	people.doctor.run(&ward).await?;
	let again = ["represent", "ward", "--from", &path, "--yes"];
	people.doctor.fails(&again).await?;
	let enrolled = people.registrar.run(&again).await?;
	let child = enrolled["patient"]["account"].as_str().context("no account")?.to_owned();
	let permit = permit_to_write();
	let said = may_not(&mother, &child, &as_str(&permit)).await?;
	ensure!(said.contains("attest"), "nobody has attested her: {said}");
	for parent in [&mother, &father] {
		let attest = ["represent", "attest", &parent.key, "--patient", &child, "--yes"];
		people.authority.run(&attest).await?;
	}
	print.end("The account is a hash to which nobody has a key.");

	print.begin("The mother lets Hospital A write. A doctor does, and both parents read.");
	acts(&mother, &child, &as_str(&permit)).await?;
	let letter = network.root.join("letter.txt");
	let ward = User { key: child.clone(), ..mother.clone() };
	let record = commands::add(&people.doctor, &ward, "Hospital A", &letter, "encounter").await?;
	for parent in [&mother, &father] {
		reads(parent, &child, &record).await?;
	}
	print.end("Each reads under its own name, by a permit that the law gives.");

	print.begin("The mother lets nobody else read. The father can't take that back, nor end her representation.");
	let deny = ["consent", "grant", "--yes", "--to", "everyone", "--deny"];
	let denied = acts(&mother, &child, &deny).await?;
	let number = denied["consent"].as_u64().context("no number")?.to_string();
	let revoke = ["consent", "revoke", "--yes", &number];
	let said = may_not(&father, &child, &revoke).await?;
	ensure!(said.contains("deny") || said.contains("refus"), "it is hers: {said}");
	may_not(&father, &child, &["represent", "end", &mother.key, "--yes"]).await?;
	reads(&father, &child, &record).await?;
	people
		.registrar
		.run(&["represent", "suspend", &mother.key, "--patient", &child, "--yes"])
		.await?;
	let out = file(&mother, "refused").display().to_string();
	let said = may_not(&mother, &child, &["record", "open", &record, "--out", &out]).await?;
	ensure!(!file(&mother, "refused").exists(), "a record was written");
	reads(&father, &child, &record).await?;
	let verified = acts(&father, &child, &["audit", "verify"]).await?;
	let lines = verified["entries"].as_u64().context("the log was not counted")?;
	print.end(&format!(
		"Hospital A suspends her: “{}” The father reads on, and proves the log of {lines} lines complete.",
		commands::sentence(&said)
	));
	Ok(())
}

async fn incapacity(network: &Network, people: &People, print: &mut Printer) -> Result<()> {
	print.begin(
		"Dora appoints a friend, on standby. She falls ill, and two clinicians activate it.",
	);
	let (dora, record) = people.patient(network, "//Care//Dora").await?;
	let friend = person(people, network, "//Care//DorasFriend").await?;
	let appoint =
		["represent", "appoint", &friend.key, "--scope", "requests,consents", "--standby", "--yes"];
	dora.run(&appoint).await?;
	let mut permit = vec!["consent".to_owned(), "grant".into(), "--yes".into()];
	permit.extend(Permit::read("Hospital B").arguments);
	let said = may_not(&friend, &dora.key, &as_str(&permit)).await?;
	ensure!(said.contains("standby"), "on standby: {said}");
	let activate = [
		"represent",
		"activate",
		&friend.key,
		"--patient",
		&dora.key,
		"--institution",
		"Hospital A",
		"--yes",
	];
	people.doctor.run(&activate).await?;
	people.doctor.fails(&activate).await?;
	let other = User::new("//DoctorA2", &network.root, &network.node_url())?;
	other.run(&activate).await?;
	acts(&friend, &dora.key, &as_str(&permit)).await?;
	let said = may_not(
		&friend,
		&dora.key,
		&["record", "open", &record, "--out", &file(&friend, "x").display().to_string()],
	)
	.await?;
	ensure!(!said.is_empty(), "an appointed representative reads what the patient permits");
	may_not(&friend, &dora.key, &["key", "renew", "stolen", "--yes"]).await?;
	let consents = dora.run(&["consent", "list"]).await?;
	ensure!(consents.to_string().contains("epresentative"), "whose it is: {consents}");
	print.end("He lets Hospital B read. The log names both, and he can't change her key.");
	Ok(())
}

async fn death(network: &Network, people: &People, print: &mut Printer) -> Result<()> {
	print.begin("Emil has died. Two of Hospital A's staff say so, and register the executor.");
	let (emil, record) = people.patient(network, "//Care//Emil").await?;
	let heir = person(people, network, "//Care//Heir").await?;
	commands::grant(&emil, &Permit::read("Hospital B")).await?;
	let declare = ["enrol", "status", &emil.key, "deceased", "--yes"];
	let (paper, seen) = (file(&people.registrar, "executor.json"), evidence(&people.registrar)?);
	let paper = paper.display().to_string();
	let names = ["represent", "register", &heir.key, "--patient", &emil.key];
	let what = ["--institution", "Hospital A", "--basis", "executor", "--evidence-file", &seen];
	let register = [&names[..], &what, &["--out", &paper, "--yes"]].concat();
	people.registrar.fails(&register).await?;
	for staff in [&people.registrar, &people.doctor] {
		staff.run(&declare).await?;
	}
	people.registrar.run(&register).await?;
	people.doctor.run(&[&names[..], &["--from", &paper, "--yes"]].concat()).await?;
	let out = file(&heir, "early").display().to_string();
	may_not(&heir, &emil.key, &["record", "open", &record, "--out", &out]).await?;
	people
		.authority
		.run(&["represent", "attest", &heir.key, "--patient", &emil.key, "--yes"])
		.await?;
	let path = file(&heir, "letter").display().to_string();
	let open = ["record", "open", &record, "--out", &path, "--for", &emil.key];
	until("the executor may read", PATIENCE, || async {
		heir.output(&open).await.ok()?.status.success().then_some(())
	})
	.await?;
	ensure!(std::fs::read_to_string(&path)? == LETTER, "the bytes differ");
	let doctor = User::new("//DoctorB", &network.root, &network.node_url())?;
	let out = file(&doctor, "refused");
	commands::open_fails(&doctor, "Hospital B", &emil, &record, &out).await?;
	print.end("The executor reads. What Emil permitted to others has ended.");
	Ok(())
}
