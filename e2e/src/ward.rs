//! Who has to do with one patient, for tests that have many patients side by side.

use crate::{
	acts::{self, Permit},
	network::Network,
	user::User,
};
use anyhow::{ensure, Context, Result};
use std::{
	io::Read,
	path::{Path, PathBuf},
};

/// A patient of Hospital A, which may write, and those who treat the patient; each with a home of
/// their own, so that the commands of several wards don't meet there.
#[derive(Debug, Clone)]
pub struct Ward {
	/// The patient, enrolled at A.
	pub patient: User,
	/// A's doctor, who writes.
	pub doctor_a: User,
	/// B's doctor, in care team 1.
	pub doctor_b: User,
	/// Another one, in the same team.
	pub doctor_b2: User,
	/// Who enrols at B.
	pub registrar_b: User,
	/// The ward's folder.
	pub root: PathBuf,
}

impl Ward {
	/// Enrols the patient of this development key, who lets A write.
	pub async fn new(network: &Network, patient: &str) -> Result<Self> {
		let root = network.root.join(patient.trim_start_matches('/').replace('/', "-"));
		let (a, b) = (network.sites[0].node.url(), network.sites[1].node.url());
		let ward = Self {
			patient: User::new(patient, &root, &a)?,
			doctor_a: User::new("//DoctorA", &root, &a)?,
			doctor_b: User::new("//DoctorB", &root, &b)?,
			doctor_b2: User::new("//DoctorB2", &root, &b)?,
			registrar_b: User::new("//RegistrarB", &root, &b)?,
			root,
		};
		let registrar = User::new("//RegistrarA", &ward.root, &a)?;
		acts::enrol(&ward.patient, &registrar, "Hospital A", "patient").await?;
		acts::grant(&ward.patient, &Permit::write("Hospital A")).await?;
		Ok(ward)
	}

	/// A's doctor adds a document, with further arguments of `record add`.
	pub async fn add(&self, file: &Path, further: &[&str]) -> Result<String> {
		acts::add_with(&self.doctor_a, &self.patient, "Hospital A", file, further).await
	}

	/// A's doctor adds a letter.
	pub async fn add_letter(&self, further: &[&str]) -> Result<String> {
		self.add(&self.letter()?, further).await
	}

	/// A letter to or about the patient.
	pub fn letter(&self) -> Result<PathBuf> {
		let file = self.root.join("letter.txt");
		std::fs::write(&file, format!("A letter about {}.\n", self.patient.key))?;
		Ok(file)
	}

	/// The patient lets B read, as far as the further arguments of `consent grant` don't say
	/// otherwise; gives the consent's number.
	pub async fn permit(&self, further: &[&str]) -> Result<u64> {
		acts::grant(&self.patient, &Permit::to("Hospital B").and(further)).await
	}

	/// A reader of B's opens a record, which must be equal to the file.
	pub async fn opens(&self, reader: &User, record: &str, file: &Path) -> Result<()> {
		self.opens_with(reader, record, file, &[]).await
	}

	/// The same with further arguments of `record open`.
	pub async fn opens_with(
		&self,
		reader: &User,
		record: &str,
		file: &Path,
		further: &[&str],
	) -> Result<()> {
		let out = self.root.join(format!("{}-{record}", reader.key.replace('/', "-")));
		let mut arguments = acts::opening(Some("Hospital B"), record, &out);
		arguments.extend(further.iter().map(Into::into));
		reader.run(&arguments).await?;
		ensure!(are_equal(&out, file)?, "{} came back changed", file.display());
		Ok(())
	}

	/// A reader of B's tries to open a record, must not, and hears «no access» and nothing more.
	pub async fn refused(&self, reader: &User, record: &str, further: &[&str]) -> Result<()> {
		let out = self.root.join("refused");
		let mut arguments = acts::opening(Some("Hospital B"), record, &out);
		arguments.extend(further.iter().map(Into::into));
		let output = reader.output(&arguments).await?;
		let said = String::from_utf8_lossy(&output.stdout).into_owned();
		ensure!(output.status.code() == Some(3), "the exit code should say no access: {output:?}");
		ensure!(said.contains("no access"), "the reader should hear «no access»: {said}");
		ensure!(!out.exists(), "a refused record was written");
		Ok(())
	}
}

/// Whether two files have the same bytes; neither is read whole into memory.
pub fn are_equal(one: &Path, other: &Path) -> Result<bool> {
	let open = |path: &Path| {
		std::fs::File::open(path).with_context(|| format!("{} can't be read", path.display()))
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
