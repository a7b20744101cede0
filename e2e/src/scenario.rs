//! One patient and the people who treat the patient. Tests that share a network use one scenario
//! each, so that they do not depend on each other.

use crate::{
	commands::{self, Permit},
	network::Network,
	user::User,
};
use anyhow::{ensure, Context, Result};
use std::{
	io::Read,
	path::{Path, PathBuf},
};

/// A patient of Hospital A, which may write, and the people who treat the patient. Each person has a
/// home folder in this scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
	/// The patient, whom Hospital A has enrolled.
	pub patient: User,
	/// A doctor at Hospital A, who writes.
	pub doctor_a: User,
	/// A doctor at Hospital B, in care team 1.
	pub doctor_b: User,
	/// Another doctor in the same care team.
	pub doctor_b2: User,
	/// The registrar of Hospital B.
	pub registrar_b: User,
	/// The folder of the scenario.
	pub root: PathBuf,
}

impl Scenario {
	/// Takes a patient whom no other scenario has, and who permits Hospital A to write. The name has the form
	/// of a development key, and names the scenario's folder.
	pub async fn new(network: &Network, name: &str) -> Result<Self> {
		let root = network.root.join(name.trim_start_matches('/').replace('/', "-"));
		let (a, b) = (network.sites[0].node.url(), network.sites[1].node.url());
		let scenario = Self {
			patient: User::new(&network.next_patient()?, &root, &a)?,
			doctor_a: User::new("//DoctorA", &root, &a)?,
			doctor_b: User::new("//DoctorB", &root, &b)?,
			doctor_b2: User::new("//DoctorB2", &root, &b)?,
			registrar_b: User::new("//RegistrarB", &root, &b)?,
			root,
		};
		commands::grant(&scenario.patient, &Permit::write("Hospital A")).await?;
		Ok(scenario)
	}

	/// A's doctor adds a document, with more arguments of `record add`. Returns the record.
	pub async fn add(&self, file: &Path, further: &[&str]) -> Result<String> {
		commands::add_with(&self.doctor_a, &self.patient, "Hospital A", file, further).await
	}

	/// A's doctor adds the letter, with more arguments of `record add`. Returns the record.
	pub async fn add_letter(&self, further: &[&str]) -> Result<String> {
		self.add(&self.letter()?, further).await
	}

	/// Writes a letter about the patient to a file.
	pub fn letter(&self) -> Result<PathBuf> {
		let file = self.root.join("letter.txt");
		std::fs::write(&file, format!("A letter about {}.\n", self.patient.key))?;
		Ok(file)
	}

	/// The patient grants Hospital B a permit with more arguments of `consent grant`. Returns the
	/// number of the consent.
	pub async fn permit(&self, further: &[&str]) -> Result<u64> {
		commands::grant(&self.patient, &Permit::to("Hospital B").and(further)).await
	}

	/// A reader at Hospital B opens a record, which must be equal to the file.
	pub async fn opens(&self, reader: &User, record: &str, file: &Path) -> Result<()> {
		self.opens_with(reader, record, file, &[]).await
	}

	/// The same, with more arguments of `record open`.
	pub async fn opens_with(
		&self,
		reader: &User,
		record: &str,
		file: &Path,
		further: &[&str],
	) -> Result<()> {
		let out = self.root.join(format!("{}-{record}", reader.key.replace('/', "-")));
		let mut arguments = commands::opening(Some("Hospital B"), &self.patient, record, &out);
		arguments.extend(further.iter().map(Into::into));
		reader.run(&arguments).await?;
		ensure!(are_equal(&out, file)?, "{} came back changed", file.display());
		Ok(())
	}

	/// A reader at Hospital B tries to open a record, and must be told “no access” and nothing else.
	pub async fn refused(&self, reader: &User, record: &str, further: &[&str]) -> Result<()> {
		let out = self.root.join("refused");
		let mut arguments = commands::opening(Some("Hospital B"), &self.patient, record, &out);
		arguments.extend(further.iter().map(Into::into));
		let output = reader.output(&arguments).await?;
		let said = String::from_utf8_lossy(&output.stdout).into_owned();
		ensure!(
			output.status.code() == Some(3),
			"the exit code should be 3 (no access): {output:?}"
		);
		ensure!(said.contains("no access"), "the answer should be “no access”: {said}");
		ensure!(!out.exists(), "a refused record was written");
		Ok(())
	}
}

/// Whether two files have the same bytes. Reads them in pieces.
pub fn are_equal(one: &Path, other: &Path) -> Result<bool> {
	let open = |path: &Path| {
		std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))
	};
	let (mut one, mut other) = (open(one)?, open(other)?);
	if one.metadata()?.len() != other.metadata()?.len() {
		return Ok(false);
	}
	let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
	loop {
		let read = one.read(&mut left)?;
		if read == 0 {
			return Ok(true);
		}
		other.read_exact(&mut right[..read])?;
		if left[..read] != right[..read] {
			return Ok(false);
		}
	}
}
