//! A study on the measured network: proposed, approved, and watched from phase to phase.

use crate::{
	network::{Network, INSTITUTIONS},
	research::proposing::approve,
	user::User,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	ffi::OsStr,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use vouchsafe_client::chain::{Chain, Round, RoundPhase, StudyRound, Submit, View, H256};

/// The aggregators, by their places among the network's institutions. The first one leads.
pub const AGGREGATORS: [usize; 2] = [3, 1];
/// How often the chain is asked.
const PAUSE: Duration = Duration::from_millis(100);
/// How often progress is printed.
const NEWS: Duration = Duration::from_secs(15);

/// The time, in seconds since 1970.
pub fn now() -> f64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A study with one round that takes place.
pub struct Study {
	/// The connection by which it is watched.
	pub chain: Chain,
	/// Its number.
	pub id: u32,
	/// When its round closes.
	pub closes: f64,
}

impl Study {
	/// Has a study approved that counts people by age. It is open and gathers for so many seconds.
	pub async fn begin(network: &Network, open: u64, gather: u64) -> Result<Self> {
		let chain = Chain::connect(&network.node_url()).await?;
		let researcher = User::new("//Researcher", &network.root, &network.node_url())?;
		let folder = network.root.join("measured-study");
		std::fs::create_dir_all(&folder)?;
		std::fs::write(folder.join("protocol.json"), protocol().to_string())?;
		std::fs::write(folder.join("approval.txt"), "The ethics committee has no objections.\n")?;
		let terms = json!({
			"protocol": "protocol.json",
			"ethics": "approval.txt",
			"country": "DE",
			"aggregators": AGGREGATORS.map(|place| INSTITUTIONS[place].name),
			"epsilon": 1.0,
			"first_close": format!("+{open}s"),
			"gather": format!("{gather}s"),
			"answer": "1h",
			// After the last round the people are removed from the chain, which would be measured too.
			"rounds": 2,
			"interval": "30d",
		});
		let file = folder.join("study.json");
		std::fs::write(&file, terms.to_string())?;
		let arguments: [&OsStr; 4] =
			["study".as_ref(), "propose".as_ref(), file.as_ref(), "--yes".as_ref()];
		let answer = researcher.run(&arguments).await?;
		let id = answer["study"].as_u64().with_context(|| format!("no number: {answer}"))?;
		let id = u32::try_from(id)?;
		approve(network, id).await?;
		let mut study = Self { chain, id, closes: 0.0 };
		study.closes = study
			.until("the round opens", |round| match round.phase {
				RoundPhase::Open { closes } => Some(closes as f64),
				_ => None,
			})
			.await?;
		Ok(study)
	}

	/// The round, as contexts name it.
	pub fn round(&self) -> StudyRound {
		StudyRound { genesis: H256(self.chain.genesis().0), study: self.id, round: 0 }
	}

	/// Waits until the round is so, and says now and then what is waited for.
	async fn until<T>(&self, what: &str, pick: impl Fn(&Round) -> Option<T>) -> Result<T> {
		let mut told = now();
		loop {
			let round = self.chain.finalized().await?.round(self.id, 0).await?;
			if let Some(RoundPhase::Lost(loss)) = round.as_ref().map(|round| round.phase) {
				bail!("the round of study {} was lost: {loss:?}", self.id);
			}
			if let Some(found) = round.as_ref().and_then(&pick) {
				return Ok(found);
			}
			if now() - told > NEWS.as_secs_f64() {
				let people = round.map_or(0, |round| round.people);
				eprintln!("  waiting until {what}; {people} people are in the round");
				told = now();
			}
			tokio::time::sleep(PAUSE).await;
		}
	}

	/// Waits until so many people are in the round.
	pub async fn until_people(&self, people: u32) -> Result<()> {
		let what = format!("{people} people are in the round");
		self.until(&what, |round| (round.people >= people).then_some(())).await
	}

	/// Waits until the round is frozen. Returns until when reports are gathered.
	pub async fn until_frozen(&self) -> Result<f64> {
		self.until("the round is frozen", |round| match round.phase {
			RoundPhase::Frozen { gathers_until, .. } => Some(gathers_until as f64),
			_ => None,
		})
		.await
	}

	/// Waits until there is a result, which must count so many people. Returns when it was seen.
	pub async fn until_answered(&self, people: u32) -> Result<f64> {
		let is_answered = |round: &Round| (round.phase == RoundPhase::Answered).then_some(());
		self.until("the result is there", is_answered).await?;
		let at = now();
		let result = self.chain.finalized().await?.result(self.id, 0).await?;
		let tally = result.context("the result is missing")?.tally;
		ensure!(tally.used == people, "not everybody counts: {tally:?}");
		Ok(at)
	}
}

/// Ages in nine bands. With those outside there are ten cells.
fn protocol() -> Value {
	let mut bands = vec![json!({ "name": "under 10", "below": 10 })];
	bands.extend((1..8).map(|ten| {
		let (from, below) = (10 * ten, 10 * ten + 10);
		json!({ "name": format!("{from} to {}", below - 1), "from": from, "below": below })
	}));
	bands.push(json!({ "name": "80 or older", "from": 80 }));
	json!({
		"version": 1,
		"question": { "en": "How old are the people?" },
		"reference_date": "2026-01-01",
		"identifier": "http://hl7.org/fhir/sid/us-ssn",
		"table": { "by": [{ "age": { "cells": bands } }] },
	})
}
