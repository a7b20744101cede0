//! The story that `make demo` and a test run: a patient's record from enrolment to revocation, by
//! the commands that people use.

use crate::{
	commands::{self, Permit},
	data,
	network::Network,
	user::User,
};
use anyhow::{ensure, Context, Result};
use std::{
	collections::BTreeSet,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Prints the steps of the story and how long each took.
#[derive(Debug)]
pub struct Printer {
	step: u32,
	since: Instant,
}

impl Printer {
	/// Prints to standard output.
	pub fn to_stdout() -> Self {
		Self { step: 0, since: Instant::now() }
	}

	/// Begins a step.
	pub fn begin(&mut self, text: &str) {
		self.step += 1;
		self.since = Instant::now();
		println!("\n{:>2}. {text}", self.step);
	}

	/// Ends a step with its result.
	pub fn end(&mut self, text: &str) {
		println!("    {text}  [{:.1} s]", self.since.elapsed().as_secs_f64());
	}
}

/// The people of the story.
#[derive(Debug, Clone)]
pub struct People {
	/// The patient, whose key nobody has used before.
	pub patient: User,
	/// A doctor at Hospital A.
	pub doctor_a: User,
	/// A doctor at Hospital B, in care team 1.
	pub doctor_b: User,
	/// Another doctor in the same care team.
	pub doctor_b2: User,
	/// The registrar of Hospital A.
	pub registrar: User,
	/// A person who is not enrolled.
	pub stranger: User,
}

impl People {
	/// The people, who use the nodes of hospitals A and B.
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

/// Runs the story.
pub async fn run(network: &mut Network, print: &mut Printer, bundle: Option<&Path>) -> Result<()> {
	let people = People::new(network)?;
	let People { patient, doctor_a, doctor_b, doctor_b2, registrar, stranger } = &people;
	let out = network.root.join("read");
	std::fs::create_dir_all(&out)?;

	print.begin("A patient enrols at Hospital A and permits it to write.");
	commands::enrol_patient(patient, registrar, "Hospital A").await?;
	commands::grant(patient, &Permit::write("Hospital A")).await?;
	print.end("The patient signed the enrolment. The consent to write is on the chain.");

	let bundle = bundle.map_or_else(|| data::bundles()[0].clone(), PathBuf::from);
	print.begin("A doctor at Hospital A imports the patient's FHIR bundle and adds documents.");
	let import = commands::import(doctor_a, patient, "Hospital A", &bundle).await?;
	let mut documents = Vec::new();
	for file in data::documents() {
		let record = commands::add(doctor_a, patient, "Hospital A", &file, "imaging").await?;
		documents.push((record, file));
	}
	let plural = if documents.len() == 1 { "" } else { "s" };
	print.end(&format!(
		"{} resources in {} records, one per encounter and category, and {} document{plural}. Any \
		 three of five holders (three hospitals, the patient and the authority) can open them.",
		import.resources,
		import.records.len(),
		documents.len()
	));

	// A request must name the labels of sensitive records. This one names none.
	let labels = commands::labels(patient).await?;
	let is_plain = |record: &String| labels.get(record).is_some_and(Vec::is_empty);
	let plain: Vec<_> = import.records.iter().filter(|(record, _)| is_plain(record)).collect();
	let (wanted_record, wanted) = plain
		.iter()
		.find(|(_, category)| category == "laboratory")
		.or(plain.first())
		.context("the bundle has no records without labels")?;

	print.begin(&format!(
		"A doctor at Hospital B asks for {wanted}, imaging and encounter records."
	));
	let asked = [wanted, "imaging", "encounter"];
	let said =
		commands::open_fails(doctor_b, "Hospital B", patient, wanted_record, &out.join("nothing"))
			.await?;
	ensure!(said.contains("no access"), "the doctor should hear “no access”: {said}");
	let request = commands::request(doctor_b, patient, "Hospital B", 1, &asked).await?;
	print.end("Until the patient answers, the doctor sees nothing: “no access”.");

	print.begin(&format!(
		"The patient narrows the request to {wanted} and imaging, and approves it for the team."
	));
	let narrowed = [wanted, "imaging"];
	commands::approve(patient, request, &narrowed).await?;
	print.end("The approval carries the patient's own key share to Hospital B.");

	print.begin("The doctor at Hospital B opens what was approved and is refused the rest.");
	let is_approved = |(record, category): &&(String, String)| {
		narrowed.contains(&category.as_str()) && is_plain(record)
	};
	let approved = import.records.iter().filter(is_approved).map(|(record, _)| record);
	let approved: BTreeSet<_> =
		approved.chain(documents.iter().map(|(record, _)| record)).collect();
	let opened =
		commands::open_all(doctor_b, Some("Hospital B"), patient, &out.join("approved")).await?;
	ensure!(opened.keys().collect::<BTreeSet<_>>() == approved, "the doctor opened {opened:?}");
	for (record, original) in &documents {
		ensure!(std::fs::read(&opened[record])? == std::fs::read(original)?, "the bytes differ");
	}
	let refused = import.records.len() + documents.len() - opened.len();
	print.end(&format!("{} opened, as they were added. {refused} refused.", opened.len()));

	print.begin("The patient opens all records.");
	let own = commands::open_all(patient, None, patient, &out.join("own")).await?;
	let total = import.records.len() + documents.len();
	ensure!(own.len() == total, "the patient opened {} of {total} records", own.len());
	for (record, original) in &documents {
		ensure!(std::fs::read(&own[record])? == std::fs::read(original)?, "the bytes differ");
	}
	commands::same_resources(&bundle, &import, |record| own[record].clone())?;
	print.end("Every resource of the bundle came back, and every document.");

	print.begin("Hospital B appends a report to A's record. Hospital A adds a second version of its record.");
	commands::grant(patient, &Permit::write("Hospital B")).await?;
	let report = network.root.join("report.txt");
	std::fs::write(&report, "Second reading: no change since the last image.\n")?;
	commands::append(doctor_b, patient, "Hospital B", &report, wanted_record).await?;
	let second = network.root.join("second.json");
	let corrected = std::fs::read(&own[wanted_record])?;
	std::fs::write(&second, [corrected.as_slice(), b"\n"].concat())?;
	commands::add_version(doctor_a, patient, wanted_record, &second).await?;
	let file = out.join("second");
	commands::open(doctor_b, "Hospital B", patient, wanted_record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&second)?, "the second version differs");
	print.end("Both are on the chain. B's doctor reads the second version under the same consent.");

	print.begin("Hospital C stops: validator, custodian and Kubo.");
	network.stop_site(network.index("c"));
	let file = out.join("without-c");
	let (record, original) = match documents.first() {
		Some((record, file)) => (record.clone(), file.clone()),
		None => (wanted_record.clone(), second.clone()),
	};
	commands::open(doctor_b, "Hospital B", patient, &record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&original)?, "the bytes differ");
	print.end("The record still opens, because the approval carried the patient's own share.");

	print.begin("The custodians of Hospital A and of the authority stop too.");
	for institution in ["a", "authority"] {
		let index = network.index(institution);
		network.sites[index].custodian.process = None;
	}
	let said =
		commands::open_fails(doctor_b, "Hospital B", patient, &record, &out.join("without-three"))
			.await?;
	ensure!(
		said.contains('3') && said.contains('2'),
		"the error should say how many shares are missing: {said}"
	);
	print.end(&format!(
		"The record does not open, and the error says why: “{}”",
		commands::sentence(&said)
	));
	for institution in ["a", "authority"] {
		let index = network.index(institution);
		network.start_custodian(index).await?;
		network.wait_ready(index).await?;
	}
	network.start_site(network.index("c")).await?;

	print.begin("A byte of a ciphertext changes on Hospital B's disk.");
	let index = network.index("b");
	let changed = commands::change_a_byte(doctor_b, patient, network, index, &record).await?;
	let said = commands::verify_finds(doctor_b, patient, &record).await?;
	ensure!(said.contains("Hospital B"), "verify should name Hospital B: {said}");
	let file = out.join("after-the-change");
	commands::open(doctor_b, "Hospital B", patient, &record, &file).await?;
	ensure!(std::fs::read(&file)? == std::fs::read(&original)?, "the bytes differ");
	print.end(&format!(
		"Changed: {changed}. `record verify` says “{}”. `record open` used another copy.",
		commands::sentence(&said)
	));

	print.begin(
		"The patient revokes the consents while a doctor at Hospital B is opening a record.",
	);
	let pending =
		commands::pending_opening(doctor_b2, network, patient, "Hospital B", &record).await?;
	let start = Instant::now();
	let revoked_in = commands::revoke_all(patient, "Hospital B").await?;
	let took = start.elapsed();
	let said = commands::open_fails(doctor_b, "Hospital B", patient, &record, &out.join("revoked"))
		.await?;
	ensure!(said.contains("no access"), "the doctor should hear “no access”: {said}");
	pending.is_refused().await?;
	print.end(&format!(
		"Final in block {revoked_in} after {:.1} s. From that block on B's doctors are refused, \
		 including the one whose opening was logged before.",
		took.as_secs_f64()
	));

	print.begin("The patient verifies that the access log is complete.");
	let log = commands::verified_log(patient).await?;
	print.end(&format!("{log} entries, recomputed to the head that is on the chain."));

	print.begin("A stranger sends a transaction.");
	let start = Instant::now();
	let said = stranger.fails(&["consent", "grant", "--to", "Hospital A", "--yes"]).await?;
	ensure!(start.elapsed() < Duration::from_secs(30), "the stranger was kept waiting");
	ensure!(said.contains("enrol"), "the stranger should hear of enrolment: {said}");
	print.end(&format!(
		"Refused before it entered the transaction pool: “{}”",
		commands::sentence(&said)
	));
	Ok(())
}
