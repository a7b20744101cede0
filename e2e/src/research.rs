//! The story of research: three hospitals count for a researcher, and nobody sees a table but its
//! maker.

pub mod people;
pub mod truth;

use crate::{
	commands::{self, keypair},
	network::{Network, Research, HOSPITAL_NAMES},
	story::Printer,
	user::User,
};
use anyhow::{bail, ensure, Context, Result};
use people::{Account, Export, People, HOSPITALS};
use serde_json::Value;
use std::{
	collections::BTreeSet,
	ffi::OsString,
	path::PathBuf,
	process::Command,
	time::{Duration, Instant},
};
use vouchsafe_client::chain::{Chain, StudyId};

/// How long people are contributed in the story, in seconds.
const OPEN: u64 = 45;
/// How long reports are gathered, in seconds.
const GATHER: u64 = 20;
/// How long aggregators may take to answer, in seconds.
const ANSWER: u64 = 30;

/// A study of the story.
struct Asked {
	/// The file of its protocol among the examples.
	protocol: &'static str,
	/// Who aggregates.
	aggregators: &'static [&'static str],
	/// What its sponsor wants beyond health research.
	traits: &'static [&'static str],
}

const STUDIES: [Asked; 4] = [
	Asked {
		protocol: "age-sex.json",
		aggregators: &["Health Authority", "Hospital B"],
		traits: &[],
	},
	Asked {
		protocol: "allergies.json",
		aggregators: &["Hospital A", "Hospital B", "Health Authority"],
		traits: &[],
	},
	Asked {
		protocol: "allergy-count.json",
		aggregators: &["Health Authority", "Hospital B"],
		traits: &[],
	},
	Asked {
		protocol: "age-sex.json",
		aggregators: &["Health Authority", "Hospital B"],
		traits: &["commercial"],
	},
];

/// Runs the story. Without noise, the results have to be exact.
pub async fn run(network: &mut Network, print: &mut Printer) -> Result<()> {
	let chain = Chain::connect(&network.node_url()).await?;
	let people = People::read()?;
	let researcher = User::new("//Researcher", &network.root, &network.node_url())?;

	print.begin("Patients enrol at three hospitals, ten of them at two.");
	people.enrol(&chain).await?;
	print.end(&format!(
		"{} accounts of {} people. Each signed its own enrolment.",
		people.accounts.len(),
		people.patients.len()
	));

	print.begin("They choose to be counted. One does not, one limits it to a country.");
	let choices = choose(network, &chain, &people).await?;
	print.end(&format!(
		"{} choices for every study, {} of them by `study choose`. One is for studies in CH only, \
		 one allows commercial studies too, and one person chose nothing.",
		choices.all + 2,
		choices.by_command + 2,
	));

	print.begin("A researcher proposes four studies. The council approves them.");
	let mut studies = Vec::new();
	for asked in &STUDIES {
		studies.push(propose(network, &researcher, asked).await?);
	}
	approve(network, &studies).await?;
	print.end("Three seats of four agreed, and each aggregator's custodian accepted.");

	print.begin("The hospitals contribute everybody who consents, in the cohort or not.");
	let mut running = Vec::new();
	for study in &studies {
		for hospital in HOSPITALS {
			running.push(contribute(network, &people, *study, hospital)?);
		}
	}
	todo_leave(network, &people, studies[0]).await?;
	for one in running {
		one.finish().await?;
	}
	print.end("Each hospital made one table a study, and split it among the study's aggregators.");

	print.begin("The researcher reads the results.");
	for (study, asked) in studies.iter().zip(&STUDIES) {
		let result = result(&researcher, *study).await?;
		println!("{}", compare(network, &people, &choices, asked, *study, &result)?);
	}
	print.end("");
	Ok(())
}
