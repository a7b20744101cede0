//! Three hospitals that contribute all their patients, by the command, from FHIR files.

use super::{
	super::{chain::finality, load::Outcome},
	study::{now, Study},
	Row,
};
use crate::{
	consenting::{self, HOSPITALS},
	network::{hex_of, state_sizes, Network, INSTITUTIONS},
	process::write_private,
	research::people::Export,
	user::User,
};
use anyhow::{ensure, Context, Result};
use codec::Decode;
use futures::future::try_join_all;
use serde_json::{json, Value};
use sp_crypto_hashing::twox_128;
use std::{ffi::OsString, fmt::Write};
use vouchsafe_client::chain::{
	events::{Event, EventRecord, StudiesEvent, SystemEvent},
	storage, Chain, Signer, Submit, View, MAX_CONTRIBUTED,
};

/// For how long so many people are contributed, in seconds. The quota lets about 20,000 in every five minutes.
fn opening(people: u32) -> u64 {
	90 + u64::from(people / 100 + 300 * (people / 20_000))
}

/// For how long reports about so many people are gathered, in seconds. Lists of nullifiers have half of it.
fn gathering(people: u32) -> u64 {
	60 + u64::from(people / 150)
}

/// How many calls are timed from their signature to finality.
const FINALITY_CALLS: usize = 5;
/// How many entries of the state are weighed.
const ENTRIES: u32 = 50;
/// The part of an institution's share in which people are contributed, as `Lane::Research` of the pallet
/// admission.
const RESEARCH: (u64, u64) = (2, 32);
/// For how many people it is computed how long the quota lets them in.
const MANY: u64 = 100_000;

/// What contributing took.
pub struct Contributed {
	people: u32,
	/// Weight of a call with the most people, in picoseconds.
	full: u64,
	/// Weight of a person in a call, in picoseconds.
	person: u64,
	/// People a second.
	rate: f64,
	/// Bytes of state of a person: in the round, and in the ledger.
	state: [f64; 2],
	/// How many people of an institution the quota takes in a window.
	in_window: u64,
	/// Length of a window, in seconds.
	window: u64,
}

/// The hospitals contribute and report. `seconds` is the target. Returns the row, and what contributing
/// took.
pub async fn measure(network: &Network, people: u32, seconds: u32) -> Result<(Row, Contributed)> {
	let gather = gathering(people);
	let study = Study::begin(network, opening(people), gather).await?;
	let first = study.chain.finalized().await?.number;
	eprintln!("three hospitals contribute {people} patients …");
	let exports = (0..HOSPITALS)
		.map(|hospital| export(network, hospital, people))
		.collect::<Result<Vec<_>>>()?;
	let contributing = exports.iter().enumerate();
	let contributing =
		contributing.map(|(hospital, export)| contribute(network, hospital, export, study.id));
	let watching = async {
		study.until_people(people).await?;
		let last = study.chain.finalized().await?.number;
		study.until_frozen().await?;
		let url = network.sites[0].node.http_url();
		let state = [state(&url, b"People").await, state(&url, b"Ledgers").await];
		anyhow::Ok((last, state, study.until_answered(people).await?))
	};
	let (reported, (last, state, answered)) =
		futures::try_join!(try_join_all(contributing), watching)?;
	let reported = reported.into_iter().fold(0.0, f64::max) - study.closes;
	let beyond = answered - study.closes - gather as f64;
	let final_in = finality(&study.chain, FINALITY_CALLS).await?;
	let row = Row::new(
		&format!("{people} patients of three hospitals, close to result"),
		format!(
			"{beyond:.1} s beyond the time to gather, which is {gather} s; all reports are sent after \
			 {reported:.1} s of it"
		),
		format!("a call is final after {final_in}; freeze, commit and reveal are three"),
		&format!("under {seconds} s"),
	)
	.ratio(beyond / f64::from(seconds));
	Ok((row, contributed(&study, people, first..=last, state).await?))
}

/// A hospital's export: what `study contribute` reads.
fn export(network: &Network, hospital: usize, people: u32) -> Result<Export> {
	let folder = network.root.join("measured-exports").join(INSTITUTIONS[hospital].short);
	let fhir = folder.join("fhir");
	std::fs::create_dir_all(&fhir)?;
	let (mut patients, mut list) = (String::new(), "account,patient\n".to_owned());
	for number in (0..people as usize).filter(|it| consenting::hospital(*it) == hospital) {
		let patient = json!({
			"resourceType": "Patient",
			"id": format!("measured-{number}"),
			"identifier": [{
				"system": "http://hl7.org/fhir/sid/us-ssn",
				"value": format!("measured-{number}"),
			}],
			"gender": if number % 7 < 4 { "female" } else { "male" },
			"birthDate": format!("{}-{:02}-15", 1935 + (number * 37) % 88, number % 12 + 1),
		});
		writeln!(patients, "{patient}")?;
		writeln!(list, "{},measured-{number}", consenting::signer(number).account())?;
	}
	std::fs::write(fhir.join("Patient.ndjson"), patients)?;
	let people = folder.join("people.csv");
	write_private(&people, list.as_bytes())?;
	Ok(Export { fhir, people })
}

/// A registrar runs the command, which waits for the freeze and reports. It may take long, because of the
/// quota. Returns when it has ended.
async fn contribute(
	network: &Network,
	hospital: usize,
	export: &Export,
	study: u32,
) -> Result<f64> {
	let letter = INSTITUTIONS[hospital].short.to_uppercase();
	let url = network.sites[hospital].node.url();
	let registrar = User::new(&format!("//Registrar{letter}"), &network.root, &url)?;
	let mut arguments: Vec<OsString> =
		["study", "contribute", &study.to_string(), "--wait", "--yes", "--fhir"]
			.map(Into::into)
			.to_vec();
	arguments.extend([export.fhir.clone().into(), "--people".into(), export.people.clone().into()]);
	let mut command = tokio::process::Command::from(registrar.command(&arguments)?);
	let output = command.kill_on_drop(true).output().await?;
	let said = String::from_utf8_lossy(&output.stdout);
	let answer: Value = serde_json::from_str(&said).unwrap_or_default();
	ensure!(
		output.status.success() && answer["report"]["people"].as_u64() > Some(0),
		"{} sent no report: {said}{}",
		INSTITUTIONS[hospital].name,
		String::from_utf8_lossy(&output.stderr)
	);
	Ok(now())
}

/// Average bytes, key and value, of an entry of this map of the pallet studies.
async fn state(url: &str, map: &[u8]) -> f64 {
	let prefix = hex_of([twox_128(b"Studies"), twox_128(map)].concat());
	let sizes = state_sizes(url, &prefix, ENTRIES).await;
	sizes.iter().sum::<usize>() as f64 / sizes.len().max(1) as f64
}

/// Looks at the calls in these blocks.
async fn contributed(
	study: &Study,
	people: u32,
	blocks: std::ops::RangeInclusive<u32>,
	state: [f64; 2],
) -> Result<Contributed> {
	let calls = calls(&study.chain, study.id, blocks).await?;
	let weight = |people| calls.iter().find(|call| call.people == people).map(|call| call.weight);
	let most = calls.iter().map(|call| call.people).max().context("nobody was contributed")?;
	let least = calls.iter().map(|call| call.people).min().unwrap_or(most);
	let (full, small) = (weight(most).unwrap_or(0), weight(least).unwrap_or(0));
	ensure!(most == MAX_CONTRIBUTED && least < most, "calls of {least} to {most} people");
	let person = (full - small) / u64::from(most - least);
	let begun = calls.iter().map(|call| call.at).min().unwrap_or(0);
	let ended = calls.iter().map(|call| call.at).max().unwrap_or(0);
	let later = calls.iter().filter(|call| call.at > begun).map(|call| call.people);
	let rate = f64::from(later.sum::<u32>()) * 1e3 / (ended - begun).max(1) as f64;
	let (window, lane) = quota(&study.chain).await?;
	let in_window = lane / full * u64::from(most);
	Ok(Contributed { people, full, person, rate, state, in_window, window })
}

/// A call that contributed people.
struct Call {
	people: u32,
	weight: u64,
	/// The time of its block, in milliseconds.
	at: u64,
}

async fn calls(
	chain: &Chain,
	study: u32,
	blocks: std::ops::RangeInclusive<u32>,
) -> Result<Vec<Call>> {
	let mut calls = Vec::new();
	for number in blocks {
		let block = chain.at_number(number).await?;
		let at = block.read(storage::now()).await?.unwrap_or(0);
		let events = block.events().await?;
		for record in &events {
			let people = match &record.event {
				Ok(Event::Studies(StudiesEvent::Contributed { study: of, offered, .. })) => {
					(*of == study).then_some(*offered)
				},
				_ => None,
			};
			if let Some((people, weight)) = people.zip(weight(&events, record)) {
				calls.push(Call { people, weight, at });
			}
		}
	}
	Ok(calls)
}

/// The weight of the call that caused this event.
fn weight(events: &[EventRecord], caused: &EventRecord) -> Option<u64> {
	let of_call = |record: &&EventRecord| record.phase == caused.phase;
	events.iter().filter(of_call).find_map(|record| match &record.event {
		Ok(Event::System(SystemEvent::ExtrinsicSuccess { dispatch_info })) => {
			Some(dispatch_info.weight.ref_time)
		},
		_ => None,
	})
}

/// The length of a quota's window in seconds, and the weight of contributions that one institution has in it.
async fn quota(chain: &Chain) -> Result<(u64, u64)> {
	let at = chain.finalized().await?;
	let constant = |name| at.runtime().constant("Admission", name).context("no such constant");
	let window = u64::decode(&mut constant("Window")?)?;
	let (capacity, _bytes) = <(u64, u32)>::decode(&mut constant("Capacity")?)?;
	let billionths = u32::decode(&mut constant("FairPart")?)?;
	let all = u128::from(capacity) * u128::from(billionths) / 1_000_000_000;
	let share = u64::try_from(all)? / INSTITUTIONS.len() as u64;
	Ok((window, share / RESEARCH.1 * RESEARCH.0))
}

impl Contributed {
	/// The rows. `own` is how the chain took the contributions of patients, each of one person.
	pub fn rows(&self, own: &Outcome) -> Vec<Row> {
		let micros = |weight: u64| weight as f64 / 1e6;
		let [round, ledger] = self.state;
		let hospitals = HOSPITALS as u64;
		let windows = MANY.div_ceil(hospitals * self.in_window.max(1));
		vec![
			Row::new(
				"weight of a person contributed",
				format!("{:.0} µs, in calls of up to {MAX_CONTRIBUTED}", micros(self.person)),
				format!("{:.0} µs, a patient's own call", micros(own.weight)),
				"at most 350 µs",
			)
			.ratio(micros(self.person) / 350.0),
			Row::new(
				"state of a person contributed",
				format!("{:.0} bytes, key and value: {round:.0} in the round, {ledger:.0} in the ledger", round + ledger),
				"250 bytes".into(),
				"at most 250 bytes",
			)
			.ratio((round + ledger) / 250.0),
			Row::new(
				"people contributed a second, four validators on this machine",
				format!(
					"{:.0}/s, {} people by three registrars' commands, which wait for each call",
					self.rate, self.people
				),
				format!("{:.0}/s, patients' own calls", own.per_second()),
				"none",
			),
			Row::new(
				&format!("how long the quota makes {MANY} people of three hospitals take, computed"),
				format!("{} min", windows.saturating_sub(1) * self.window / 60),
				format!(
					"an institution contributes up to {} people in {} s; {MAX_CONTRIBUTED} of them weigh {:.1} ms",
					self.in_window,
					self.window,
					micros(self.full) / 1e3
				),
				"none",
			),
		]
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;

	#[test]
	fn the_last_window_of_a_quota_is_not_waited_for() {
		let contributed = |in_window| Contributed {
			people: 10_000,
			full: 90_000_000_000,
			person: 345_000_000,
			rate: 400.0,
			state: [133.0, 86.0],
			in_window,
			window: 300,
		};
		let (elapsed, weight) = (Duration::from_secs(20), 900_000_000);
		let own = Outcome { sent: 0, finalised: 0, sent_again: 0, elapsed, weight };
		let minutes = |in_window| contributed(in_window).rows(&own)[3].measured.clone();
		assert_eq!(minutes(100_000), "0 min");
		assert_eq!(minutes(33_333), "5 min");
		assert_eq!(minutes(6_656), "25 min");
	}
}
