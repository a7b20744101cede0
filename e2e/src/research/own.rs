//! Patients who contribute alone, from records that they have opened.

use super::people::{clinicians, Account, People};
use crate::{
	commands::{self, Permit},
	network::{Network, INSTITUTIONS},
	user::User,
};
use anyhow::{ensure, Result};
use serde_json::Value;
use std::{ffi::OsString, path::PathBuf};

/// A patient's client, with the folder of the records that it has opened.
#[derive(Debug)]
pub struct OwnClient {
	user: User,
	opened: PathBuf,
}

impl OwnClient {
	/// The hospital adds what it knows about the patient, and the patient opens it.
	pub async fn open(network: &Network, people: &People, account: &Account) -> Result<Self> {
		let (user, hospital) = (account.user(network)?, INSTITUTIONS[account.hospital].name);
		let folder = network.root.join("exports").join(format!("patient-{}", account.person));
		std::fs::create_dir_all(&folder)?;
		commands::grant(&user, &Permit::write(hospital)).await?;
		let bundle = folder.join("bundle.json");
		people.bundle(account.person, &bundle)?;
		let [doctor, _] = clinicians(network, account.hospital)?;
		let import = commands::import(&doctor, &user, hospital, &bundle).await?;
		let opened = folder.join("opened");
		let files = commands::open_all(&user, None, &user, &opened).await?;
		ensure!(files.len() == import.records.len(), "{} of {import:?} opened", files.len());
		Ok(Self { user, opened })
	}

	/// Contributes the patient to a study, or sends the report about its frozen round.
	pub async fn contribute(&self, study: u32, wait: bool) -> Result<Value> {
		let mut arguments: Vec<OsString> = vec![
			"study".into(),
			"contribute".into(),
			study.to_string().into(),
			"--own".into(),
			"--fhir".into(),
			self.opened.clone().into(),
			"--yes".into(),
		];
		arguments.extend(wait.then(|| "--wait".into()));
		self.user.run(&arguments).await
	}
}
