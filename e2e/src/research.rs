//! The story of research: three hospitals count for a researcher, and nobody else sees their
//! tables. `make demo STORY=research` and a test run it.

pub mod choices;
pub mod own;
pub mod people;
pub mod proposing;
pub mod truth;

use crate::{
	commands, data,
	network::{Network, Options, Research, INSTITUTIONS},
	scan::strings_of,
	story::Printer,
	user::User,
};
use anyhow::{bail, ensure, Context, Result};
use choices::{enrol_clinician, Choices};
use futures::future::try_join_all;
use own::OwnClient;
use people::{Export, People, HOSPITALS};
use proposing::{approve, propose, Asked, ANSWER, GATHER};
use serde_json::Value;
use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, process::Stdio, time::Duration};
use vouchsafe_client::chain::Chain;

/// How long people are contributed in the story, in seconds from the proposal on.
const OPEN: u64 = 75;
/// After how many seconds a consent that a hospital has entered counts. On a chain that people use it is a
/// day.
const ASSISTED_DELAY: u64 = 1;
/// The studies to which two patients contribute alone.
const OWN: [usize; 2] = [0, 1];

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
		protocol: "age-food-allergy.json",
		aggregators: &["Health Authority", "Hospital B"],
		traits: &["commercial"],
	},
];

/// The strings in the protocols of the story, which are public.
pub fn strings_of_protocols() -> Result<BTreeSet<String>> {
	let files: Vec<PathBuf> = STUDIES.iter().map(Asked::file).collect();
	strings_of(&files)
}

/// The options of the story's network.
pub fn options(research: Research) -> Options {
	Options { research: Some(research), assisted_delay: Some(ASSISTED_DELAY), ..Options::default() }
}

/// Who is counted in the study at this place.
fn in_study(choices: &Choices, place: usize) -> BTreeSet<usize> {
	let mut persons = match STUDIES[place].traits.is_empty() {
		true => choices.counted.clone(),
		false => choices.commercial.clone(),
	};
	if place == 0 {
		persons.remove(&choices.leaves);
	}
	persons
}

/// Runs the story. Without noise, it compares each result with a plain count.
pub async fn run(network: &mut Network, print: &mut Printer) -> Result<()> {
	let node = network.node_url();
	let chain = Chain::connect(&node).await?;
	let people = People::read()?;
	let choices = Choices::of(&people)?;
	let researcher = User::new("//Researcher", &network.root, &node)?;

	print.begin("Patients enrol at three hospitals, ten of them at two.");
	tokio::try_join!(people.enrol(&chain), enrol_clinician(network))?;
	print.end(&format!(
		"{} accounts of {} people. Each signed its own enrolment.",
		people.accounts.len(),
		people.patients.len()
	));

	print.begin("Most of them choose to be counted in studies. The default is not to be.");
	choices.make(network, &people).await?;
	print.end(&format!(
		"{} people chose every study, {} of them commercial ones too: {} on paper, which two clinicians \
		 entered, and {} with their own keys. One chose only studies in Switzerland, and one chose nothing.",
		choices.counted.len(),
		choices.commercial.len(),
		choices.counted.len() - choices.own_keys.len(),
		choices.own_keys.len(),
	));

	print.begin("Two patients open their records, to contribute to studies without a hospital.");
	let [one, other] = &choices.own_clients;
	let own = tokio::try_join!(
		OwnClient::open(network, &people, one),
		OwnClient::open(network, &people, other)
	)?;
	let own = [own.0, own.1];
	print.end(
		"Their hospitals had added what they know, encrypted. One of them is enrolled at two.",
	);

	print.begin(
		"A researcher proposes three studies, and a company one. The council approves them.",
	);
	let mut studies = Vec::new();
	let company = User::new("//Company", &network.root, &node)?;
	let registrar = User::new("//RegistrarA", &network.root, &node)?;
	commands::enrol(&company, &registrar, "Hospital A", "researcher").await?;
	for asked in &STUDIES {
		let who = if asked.traits.is_empty() { &researcher } else { &company };
		studies.push(propose(network, who, asked, OPEN).await?);
	}
	for study in &studies {
		approve(network, *study).await?;
	}
	print.end("Three of four seats agreed, and each aggregator's custodian accepted.");

	print.begin(
		"The hospitals contribute everybody who consents, whether the question applies or not.",
	);
	contribute_own(&own, &studies, false).await?;
	contribute_all(network, &people, &studies, false).await?;
	let leaver = people.accounts.iter().find(|account| account.person == choices.leaves);
	let leaver = leaver.context("the one who leaves has no account")?.user(network)?;
	leaver.run(&["study", "leave", &studies[0].to_string(), "--yes"]).await?;
	print.end("Each person's log has a line for each study. One patient leaves the first study.");

	print.begin("The rounds close. The hospitals send their tables, split among the aggregators.");
	tokio::try_join!(
		contribute_own(&own, &studies, true),
		contribute_all(network, &people, &studies, true)
	)?;
	print.end(
		"No aggregator has seen a table. Each added noise, and all agreed before any revealed.",
	);

	print.begin("The researcher reads the results.");
	for (place, study) in studies.iter().enumerate() {
		let result = until_answered(&researcher, *study).await?;
		let truth = truth_of(&people, &choices, place)?;
		println!("{}", compare(network, place, &result, &truth)?);
	}
	print.end("Each value is beside a plain count over the same files, each person once.");

	print.begin("A hospital checks that its report counts.");
	let registrar = User::new("//RegistrarA", &network.root, &node)?;
	for study in &studies {
		let checked = registrar.run(&["study", "check", &study.to_string()]).await?;
		ensure!(checked["counted"] == true, "Hospital A's report does not count: {checked}");
	}
	print.end("Each aggregator proved where the report is in the tally that is on the chain.");

	print.begin(
		"A patient looks at where she was contributed, and verifies that the log is complete.",
	);
	let somebody = other.user(network)?;
	let lines = commands::verified_log(&somebody).await?;
	let mine = somebody.run(&["study", "mine"]).await?;
	print.end(&format!(
		"{lines} entries, recomputed to the head that is on the chain. {}",
		said(&mine)
	));

	print.begin("The researcher asks the research port with `research.py`.");
	let protocol = STUDIES[0].file();
	let protocol = protocol.to_str().context("a path that is not text")?;
	let table = studies[0].to_string();
	println!("{}", research_py(network, &["result", &table, "--protocol", protocol])?);
	println!("{}", research_py(network, &["mean", &studies[2].to_string()])?);
	print.end("The port has only the methods `research_*`.");
	Ok(())
}

fn said(value: &Value) -> String {
	let left = &value["epsilon_left"];
	if left.is_null() {
		String::new()
	} else {
		format!("ε left this year: {left}.")
	}
}

/// Two patients contribute alone to two of the studies.
async fn contribute_own(own: &[OwnClient], studies: &[u32], wait: bool) -> Result<()> {
	let each = own.iter().map(|client| async move {
		for place in OWN {
			let answer = client.contribute(studies[place], wait).await?;
			ensure!(!wait || answer["report"]["people"].is_u64(), "no report: {answer}");
		}
		anyhow::Ok(())
	});
	try_join_all(each).await.map(drop)
}

/// Every hospital contributes to every study: one study after the other, and then, if it waits for the
/// freeze, to all at once.
async fn contribute_all(
	network: &Network,
	people: &People,
	studies: &[u32],
	wait: bool,
) -> Result<()> {
	let mut all = Vec::new();
	for hospital in HOSPITALS {
		let export = people.export(network, hospital)?;
		let letter = INSTITUTIONS[hospital].short.to_uppercase();
		let registrar = User::new(
			&format!("//Registrar{letter}"),
			&network.root,
			&network.sites[hospital].node.url(),
		)?;
		all.push((registrar, export));
	}
	if wait {
		let each = all.iter().flat_map(|(registrar, export)| {
			studies.iter().map(move |study| contribute(registrar, export, *study, true))
		});
		try_join_all(each).await?;
	} else {
		let each = all.iter().map(|(registrar, export)| async move {
			for study in studies {
				contribute(registrar, export, *study, false).await?;
			}
			anyhow::Ok(())
		});
		try_join_all(each).await?;
	}
	Ok(())
}

async fn contribute(registrar: &User, export: &Export, study: u32, wait: bool) -> Result<Value> {
	let mut arguments: Vec<OsString> = vec![
		"study".into(),
		"contribute".into(),
		study.to_string().into(),
		"--fhir".into(),
		export.fhir.clone().into(),
		"--people".into(),
		export.people.clone().into(),
		"--yes".into(),
	];
	if wait {
		arguments.push("--wait".into());
	}
	registrar.run(&arguments).await
}

/// The result of a study, once it is there.
async fn until_answered(researcher: &User, study: u32) -> Result<Value> {
	let deadline = Duration::from_secs(GATHER + 2 * ANSWER);
	let number = study.to_string();
	let look = || async { researcher.run(&["study", "result", &number, "--raw"]).await.ok() };
	crate::process::until("a result", deadline, look).await
}

/// The plain count for the study at this place.
fn truth_of(people: &People, choices: &Choices, place: usize) -> Result<Vec<i64>> {
	truth::count(people, &in_study(choices, place), &truth::protocol(STUDIES[place].protocol)?)
}

/// The cells beside the plain count. Without noise they have to be equal.
fn compare(network: &Network, place: usize, result: &Value, truth: &[i64]) -> Result<String> {
	let cells = result["cells"].as_array().with_context(|| format!("no cells: {result}"))?;
	ensure!(cells.len() == truth.len(), "{} cells, counted {}", cells.len(), truth.len());
	let half = result["half_width"].as_i64().with_context(|| format!("no width: {result}"))?;
	let Asked { protocol, traits, .. } = STUDIES[place];
	let mut text = format!("    {}", [&[protocol], traits].concat().join(", "));
	let mut inside = 0;
	for (cell, truth) in cells.iter().zip(truth) {
		let value = cell["value"].as_i64().with_context(|| format!("no value: {cell}"))?;
		let name = cell["name"].as_str().unwrap_or_default();
		let exact = network.research() == Some(Research::WithoutNoise);
		ensure!(!exact || value == *truth, "{name}: {value}, but a plain count gives {truth}");
		let is_outside = (value - truth).abs() > half;
		inside += usize::from(!is_outside);
		let mark = if is_outside { "   (outside the interval)" } else { "" };
		text += &format!("\n      {name:<40} {value:>6}   plain count {truth:>4}{mark}");
	}
	text += &format!(
		"\n      95 % interval: ± {half}. {inside} of {} plain counts are in it.",
		truth.len()
	);
	let named = cells.iter().zip(truth).filter(|(cell, _)| cell["name"] != "outside");
	let rarest = named.filter(|(_, truth)| **truth > 0).min_by_key(|(_, truth)| **truth);
	let rarest = rarest.filter(|(_, truth)| **truth < half);
	if let Some((cell, _)) = rarest {
		let (name, value) = (&cell["name"], cell["value"].as_i64().unwrap_or_default());
		text += &format!(
			"\n      The interval of {name} goes from {} to {}, so these are too few to say how many.",
			value - half,
			value + half
		);
	}
	Ok(text)
}

/// Runs the example for researchers.
fn research_py(network: &Network, arguments: &[&str]) -> Result<String> {
	let url = network.sites[0].node.research_url().context("nobody listens for researchers")?;
	let script: PathBuf = data::example("research.py");
	let output = std::process::Command::new("python3")
		.arg(script)
		.args(["--url", &url])
		.args(arguments)
		.stdin(Stdio::null())
		.output()
		.context("python3 could not be started")?;
	if !output.status.success() {
		bail!("research.py failed: {}", String::from_utf8_lossy(&output.stderr));
	}
	Ok(String::from_utf8(output.stdout)?)
}
