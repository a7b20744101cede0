//! Measurements. Each row has a figure, its target, and a reference measured in the same run, so
//! that a slow machine shows as one and not as a slow product.

use crate::{
	delay::Delay,
	network::{Network, Options},
};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::{
	fmt::{self, Write},
	time::Duration,
};

mod chain;
mod load;
mod machine;
mod opening;
mod research;
mod tls;
mod wallet;

pub use chain::patient;

/// One line of the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

/// Measures everything, or only the groups whose name contains `only`. The groups are `vault`,
/// `research`, `chain`, `delay`, `opening`, `memory`, `tls` and `wallet`. `large` takes ten times as many people for studies.
pub async fn all(only: Option<&str>, large: bool) -> Result<Vec<Row>> {
	let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
	let mut rows = Vec::new();
	if wanted("vault") {
		eprintln!("measuring encryption …");
		rows.extend(machine::encryption()?);
	}
	if wanted("research") {
		eprintln!("measuring reports and evaluations …");
		rows.extend(research::measure()?);
		rows.extend(research::measure_rounds(large).await?);
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
	if wanted("delay") {
		eprintln!("starting four validators with a delay between them …");
		let delay = Delay::default();
		let options = Options {
			chain: "bench".into(),
			custodians: false,
			delay: Some(delay.clone()),
			..Options::default()
		};
		let network = Network::with(options).await?;
		rows.push(chain::measure_delay(&network, &delay).await?);
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
	if wanted("tls") {
		eprintln!("starting three hospitals and the authority behind TLS …");
		let options = Options { secured: true, ..Options::default() };
		rows.extend(tls::measure(&mut Network::with(options).await?).await?);
	}
	if wanted("wallet") {
		eprintln!("starting three hospitals and the authority for the wallet …");
		let network = Network::start().await?;
		rows.extend(wallet::measure(&network).await?);
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

/// Median and worst of some durations, in milliseconds.
struct Times {
	median: f64,
	worst: f64,
	count: usize,
}

impl Times {
	fn new(mut times: Vec<Duration>) -> Self {
		times.sort();
		let millis = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
		Self {
			median: millis(times.get(times.len() / 2)),
			worst: millis(times.last()),
			count: times.len(),
		}
	}
}

/// `{:.2}` gives hundredths of a millisecond.
impl fmt::Display for Times {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let (places, Self { median, worst, count }) = (f.precision().unwrap_or(0), self);
		write!(f, "median {median:.places$} ms, worst {worst:.places$} ms, of {count}")
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn times_are_shown_with_the_places_asked_for() {
		let times = Times::new([30, 10, 20].map(Duration::from_millis).to_vec());
		assert_eq!(times.to_string(), "median 20 ms, worst 30 ms, of 3");
		assert_eq!(format!("{times:.2}"), "median 20.00 ms, worst 30.00 ms, of 3");
		assert_eq!(Times::new(vec![]).to_string(), "median 0 ms, worst 0 ms, of 0");
	}

	#[test]
	fn a_table_shows_every_part_of_a_row() {
		let row = Row::new("encryption", "2 MB/s".into(), "1 MB/s, openssl".into(), "80 %");
		assert_eq!(
			table(&[row.ratio(2.004)]),
			"encryption\n    measured   2 MB/s  ratio 2\n    reference  1 MB/s, openssl\n    \
			 target     80 %\n"
		);
	}
}
