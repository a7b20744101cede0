//! Measurements. Each row has a figure, its target, and a reference measured in the same run, so
//! that a slow machine shows as one and not as a slow product.

use crate::network::{Network, Options};
use anyhow::Result;
use serde::Serialize;
use std::{fmt::Write, time::Duration};

mod chain;
mod machine;
mod opening;

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
	/// What is measured.
	pub what: String,
	/// The figure, with its unit.
	pub measured: String,
	/// The reference of the same run, and what it is.
	pub reference: String,
	/// The target.
	pub target: String,
	/// Figure by reference, or by target, where that says something.
	pub ratio: Option<f64>,
}

impl Row {
	fn new(what: &str, measured: String, reference: String, target: &str) -> Self {
		Self { what: what.into(), measured, reference, target: target.into(), ratio: None }
	}

	fn ratio(mut self, ratio: f64) -> Self {
		self.ratio = Some((ratio * 100.0).round() / 100.0);
		self
	}
}

/// Measures all, or the groups whose name contains `only`: `chain`, `opening`, `vault`, `memory`.
pub async fn all(only: Option<&str>) -> Result<Vec<Row>> {
	let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
	let mut rows = Vec::new();
	if wanted("vault") {
		eprintln!("measuring encryption …");
		rows.extend(machine::encryption()?);
	}
	if wanted("chain") {
		eprintln!("starting four validators for the chain's figures …");
		let options = Options {
			chain: "bench".into(),
			custodians: false,
			state: Some(chain::genesis),
			..Options::default()
		};
		let network = Network::with(options).await?;
		rows.extend(chain::measure(&network).await?);
	}
	if wanted("opening") || wanted("memory") {
		eprintln!("starting three hospitals and the authority …");
		let network = Network::start().await?;
		if wanted("opening") {
			rows.extend(opening::measure(&network).await?);
		}
		if wanted("memory") {
			rows.extend(opening::memory(&network).await?);
		}
	}
	Ok(rows)
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> String {
	let mut text = String::new();
	for row in rows {
		let ratio = row.ratio.map_or(String::new(), |ratio| format!("  ratio {ratio}"));
		let _ = writeln!(text, "{}", row.what);
		let _ = writeln!(text, "    measured   {}{ratio}", row.measured);
		let _ = writeln!(text, "    reference  {}", row.reference);
		let _ = writeln!(text, "    target     {}", row.target);
	}
	text
}

/// The median of some durations, in milliseconds, and the longest.
fn median_and_worst(mut times: Vec<Duration>) -> (f64, f64) {
	times.sort();
	let millis = |time: &Duration| time.as_secs_f64() * 1000.0;
	let median = times.get(times.len() / 2).map_or(0.0, millis);
	(median, times.last().map_or(0.0, millis))
}
