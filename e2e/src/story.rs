//! The story that `make demo` plays, and that a test plays once: a patient's record, from the
//! enrolment to the stranger at the door, through the commands that people use.

use crate::{
	acts::{self, Permit},
	data,
	network::Network,
	user::User,
};
use anyhow::{ensure, Context, Result};
use std::{
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Tells the story, to people or to nobody.
#[derive(Debug)]
pub struct Narrator {
	aloud: bool,
	chapter: u32,
	since: Instant,
}

impl Narrator {
	/// Tells it on standard output.
	pub fn aloud() -> Self {
		Self { aloud: true, chapter: 0, since: Instant::now() }
	}

	/// Keeps silent.
	pub fn silent() -> Self {
		Self { aloud: false, chapter: 0, since: Instant::now() }
	}

	/// Begins a step.
	pub fn say(&mut self, text: &str) {
		self.chapter += 1;
		self.since = Instant::now();
		if self.aloud {
			println!("\n{:>2}. {text}", self.chapter);
		}
	}

	/// Ends a step: what came of it, and what it took.
	pub fn done(&mut self, text: &str) {
		if self.aloud {
			println!("    {text}  [{:.1} s]", self.since.elapsed().as_secs_f64());
		}
		self.since = Instant::now();
	}
}

/// Who plays.
#[derive(Debug, Clone)]
pub struct Cast {
	/// The patient, with a key made for the occasion.
	pub patient: User,
	/// A doctor at hospital A.
	pub doctor_a: User,
	/// A doctor at hospital B, in care team 1.
	pub doctor_b: User,
	/// Another one, in the same team.
	pub doctor_b2: User,
	/// Who enrols at hospital A.
	pub registrar: User,
	/// Whom nobody has enrolled.
	pub stranger: User,
}

impl Cast {
	/// The cast, talking to hospital A's and B's nodes.
	pub fn new(network: &Network) -> Result<Self> {
		let (a, b) = (network.sites[0].node.url(), network.sites[1].node.url());
		let root = &network.root;
		Ok(Self {
			patient: User::new("//Story//Patient", root, &a)?,
			doctor_a: User::new("//DoctorA", root, &a)?,
			doctor_b: User::new("//DoctorB", root, &b)?,
			doctor_b2: User::new("//DoctorB2", root, &b)?,
			registrar: User::new("//RegistrarA", root, &a)?,
			stranger: User::new("//Story//Stranger", root, &a)?,
		})
	}
}

/// Plays it all.
pub async fn play(network: &mut Network, tell: &mut Narrator, bundle: Option<&Path>) -> Result<()> {
	let cast = Cast::new(network)?;
	let Cast { patient, doctor_a, doctor_b, doctor_b2, registrar, stranger } = &cast;
	let out = network.root.join("read");
	std::fs::create_dir_all(&out)?;

	tell.say("A patient enrols at Hospital A, and lets it write.");
	acts::enrol_patient(patient, registrar, "Hospital A").await?;
	acts::grant(patient, &Permit::write("Hospital A")).await?;
	tell.done("Enrolled with the patient's own signature; the consent to write is on the chain.");

	let bundle = bundle.map_or_else(|| data::bundles()[0].clone(), PathBuf::from);
	tell.say("A's doctor imports the patient's FHIR bundle, and adds documents.");
	let import = acts::import(doctor_a, patient, "Hospital A", &bundle).await?;
	let mut documents = Vec::new();
	for file in data::documents() {
		let record = acts::add(doctor_a, patient, "Hospital A", &file, "imaging").await?;
		documents.push((record, file));
	}
	tell.done(&format!(
		"{} resources in {} records, one a category, and {} documents; any three of five holders \
		 (three hospitals, the patient, the authority) can open them.",
		import.resources,
		import.records.len(),
		documents.len()
	));

	// Sensitive records bear labels, which a request has to name; this one doesn't.
	let labels = acts::labels(patient).await?;
	let is_plain = |record: &String| labels.get(record).is_some_and(Vec::is_empty);
	let plain: Vec<_> = import.records.iter().filter(|(record, _)| is_plain(record)).collect();
	let (wanted_record, wanted) = plain
		.iter()
		.find(|(_, category)| category == "laboratory")
		.or(plain.first())
		.context("the bundle has no records without labels")?;

	tell.say(&format!("A doctor at Hospital B asks for {wanted}, imaging and encounter records."));
	let asked = [wanted, "imaging", "encounter"];
	let said =
		acts::open_fails(doctor_b, "Hospital B", wanted_record, &out.join("nothing")).await?;
	ensure!(said.contains("no access"), "the doctor should hear «no access»: {said}");
	let request = acts::request(doctor_b, patient, "Hospital B", 1, &asked).await?;
	tell.done("Before the patient has answered the doctor sees nothing: «no access».");

	tell.say(&format!(
		"The patient narrows the request to {wanted} and imaging, and approves for the team."
	));
	let narrowed = [wanted, "imaging"];
	acts::approve(patient, request, &narrowed).await?;
	tell.done("The approval carries the patient's own key share to Hospital B.");

	tell.say("B's doctor opens what was approved, and is refused the rest.");
	let mut opened = 0;
	for (record, category) in &import.records {
		let file = out.join(format!("b-{record}"));
		if narrowed.contains(&category.as_str()) && is_plain(record) {
			acts::open(doctor_b, "Hospital B", record, &file).await?;
			ensure!(file.exists(), "the record was not written");
			opened += 1;
		} else {
			let said = acts::open_fails(doctor_b, "Hospital B", record, &file).await?;
			ensure!(said.contains("no access"), "the doctor should hear «no access»: {said}");
			ensure!(!file.exists(), "a refused record was written");
		}
	}
	for (record, original) in &documents {
		let file = out.join(format!("b-{record}"));
		acts::open(doctor_b, "Hospital B", record, &file).await?;
		ensure!(std::fs::read(&file)? == std::fs::read(original)?, "the bytes differ");
		opened += 1;
	}
	let refused = import.records.len() + documents.len() - opened;
	tell.done(&format!("{opened} opened, byte for byte as they were added; {refused} refused."));

	tell.say("The patient opens all of it.");
	for (record, _) in &import.records {
		acts::open_own(patient, record, &out.join(format!("own-{record}"))).await?;
	}
	for (record, original) in &documents {
		let file = out.join(format!("own-{record}"));
		acts::open_own(patient, record, &file).await?;
		ensure!(std::fs::read(&file)? == std::fs::read(original)?, "the bytes differ");
	}
	acts::same_resources(&bundle, &import, |record| out.join(format!("own-{record}")))?;
	tell.done("Every resource of the bundle is there again, and every document.");

	tell.say("B adds a report that appends to A's record; A adds a second version of its own.");
	acts::grant(patient, &Permit::write("Hospital B")).await?;
	let report = network.root.join("report.txt");
	std::fs::write(&report, "Second reading: no change since the last image.\n")?;
	acts::append(doctor_b, patient, "Hospital B", &report, wanted_record).await?;
	let second = network.root.join("second.json");
	let corrected = std::fs::read(out.join(format!("own-{wanted_record}")))?;
	std::fs::write(&second, [corrected.as_slice(), b"\n"].concat())?;
	acts::add_version(doctor_a, patient, wanted_record, &second).await?;
	let file = out.join("second");
	acts::open(doctor_b, "Hospital B", wanted_record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&second)?, "the second version differs");
	tell.done("Both stand; B's doctor reads the second version under the same consent.");

	tell.say("Hospital C is stopped whole: validator, custodian, Kubo.");
	network.stop_site(network.index("c"));
	let file = out.join("without-c");
	let (record, original) = match documents.first() {
		Some((record, file)) => (record.clone(), file.clone()),
		None => (wanted_record.clone(), second.clone()),
	};
	acts::open(doctor_b, "Hospital B", &record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&original)?, "the bytes differ");
	tell.done("It still opens: the approval had carried the patient's own share.");

	tell.say("Two more holders go away: the custodians of Hospital A and of the authority.");
	for house in ["a", "authority"] {
		let index = network.index(house);
		network.sites[index].custodian.process = None;
	}
	let said =
		acts::open_fails(doctor_b, "Hospital B", &record, &out.join("without-three")).await?;
	ensure!(said.contains('3') && said.contains('2'), "it should say how many are missing: {said}");
	tell.done(&format!("It does not open, and says why: «{}»", acts::sentence(&said)));
	for house in ["a", "authority"] {
		let index = network.index(house);
		network.start_custodian(index).await?;
		network.wait_ready(index).await?;
	}
	network.start_site(network.index("c")).await?;

	tell.say("One byte of a ciphertext is changed on Hospital B's disk.");
	let index = network.index("b");
	let changed = acts::change_a_byte(doctor_b, network, index, &record).await?;
	let said = acts::verify_finds(doctor_b, &record).await?;
	ensure!(said.contains("Hospital B"), "verify should name Hospital B: {said}");
	let file = out.join("after-the-change");
	acts::open(doctor_b, "Hospital B", &record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&original)?, "the bytes differ");
	tell.done(&format!(
		"{changed} was changed; verify says «{}»; the open went on from another copy.",
		acts::sentence(&said)
	));

	tell.say("The patient revokes, while an opening of B's is under way.");
	let under_way =
		acts::opening_under_way(doctor_b2, network, patient, "Hospital B", &record).await?;
	let start = Instant::now();
	let revoked_in = acts::revoke_all(patient, "Hospital B").await?;
	let took = start.elapsed();
	let said = acts::open_fails(doctor_b, "Hospital B", &record, &out.join("revoked")).await?;
	ensure!(said.contains("no access"), "the doctor should hear «no access»: {said}");
	under_way.is_refused_now().await?;
	tell.done(&format!(
		"Final in block {revoked_in} after {:.1} s; from that block on B's doctors are refused, \
		 also the one whose opening had been logged before.",
		took.as_secs_f64()
	));

	tell.say("The patient reads the whole log, and proves it complete.");
	let log = acts::verified_log(patient).await?;
	tell.done(&format!("{log} entries, recomputed to the head that stands on the chain."));

	tell.say("A stranger sends a transaction.");
	let start = Instant::now();
	let said = stranger.fails(&["consent", "grant", "--to", "Hospital A", "--yes"]).await?;
	ensure!(start.elapsed() < Duration::from_secs(30), "the stranger was kept waiting");
	ensure!(said.contains("enrol"), "the stranger should hear of enrolment: {said}");
	tell.done(&format!("Refused at the door: «{}»", acts::sentence(&said)));
	Ok(())
}
