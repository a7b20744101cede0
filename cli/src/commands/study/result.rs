//! `vouchsafe study result`.

use super::{
	chart::{Bar, Chart},
	with_protocol,
};
use crate::{
	args::WhichResult, dates::show_moment, english::ENGLISH, output::Output, session::Session,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	f64::consts::{FRAC_PI_2, SQRT_2},
	path::Path,
};
use vouchsafe_agent::study::rounds;
use vouchsafe_client::chain::{StudyQuestion, StudyResult};

/// Cells under this are not shown without `--raw`: a publishing convention.
const FLOOR: i64 = 11;

/// Shows the result of a round.
pub(super) async fn run(session: &Session, which: &WhichResult) -> Result<Output> {
	if let Some(path) = &which.plot {
		let is_svg = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("svg"));
		ensure!(is_svg, "{} does not end in .svg: the chart is an SVG file", path.display());
	}
	let (found, protocol) = with_protocol(session, which.study).await?;
	let (round, result) = rounds::result(session, &found, which.round).await?;
	let question = found.study.terms.question;
	let bars = bars(&result, protocol.cell_names(), which.raw);
	let hidden = format!("under {FLOOR}");
	let chart = Chart {
		title: protocol.text(ENGLISH.language()),
		unit: unit(&question),
		bars: &bars,
		half_width: half_width(&result),
		hidden: &hidden,
	};
	if let Some(path) = &which.plot {
		write(path, &chart.to_svg()?)?;
	}
	let json = json(which.study, round, &result, &bars, &question);
	if which.csv {
		return Ok(Output::new(csv(&bars, &chart), json));
	}
	let mut lines = in_lines(which.study, round, &result, &question, &chart);
	if let Some(path) = &which.plot {
		lines.push(format!("The chart is in {}.", path.display()));
	}
	let details = [
		format!("Consents as of block {}, result in block {}.", result.frozen, result.block),
		format!("Tally root: 0x{}", hex::encode(result.tally.root.0)),
		format!("Proposed at {}.", show_moment(found.study.proposed_at)),
	];
	let text = lines.join("\n");
	let details = format!("{text}\n{}", details.join("\n"));
	Ok(Output::new(text, json).with_details(details))
}

/// A result with its chart.
pub(super) fn in_lines(
	study: u32,
	round: u8,
	result: &StudyResult,
	question: &StudyQuestion,
	chart: &Chart,
) -> Vec<String> {
	let mut lines = vec![
		format!("Study {study}, round {round}: {}", ENGLISH.quote(chart.title)),
		String::new(),
		chart.to_text(),
		String::new(),
		people(result),
		ENGLISH.result_exactness(result.half_width),
	];
	if let Some(mean) = mean(result, question, chart.bars) {
		lines.push(mean.in_words());
	}
	let empty = may_be_empty(chart, question);
	if empty > 0 {
		lines.push(ENGLISH.result_empty_cells(empty));
	}
	if chart.bars.iter().any(|bar| bar.value.is_none()) {
		lines.push(format!(
			"{} --raw shows them.",
			ENGLISH.result_floor(u32::try_from(FLOOR).unwrap_or_default())
		));
	}
	lines
}

/// How many of a table's cells that are shown may be empty: their intervals reach 0 or less.
fn may_be_empty(chart: &Chart, question: &StudyQuestion) -> usize {
	let shown = chart.bars.iter().filter_map(|bar| bar.value);
	match question {
		StudyQuestion::Table { .. } => shown.filter(|it| chart.interval(*it).0 <= 0).count(),
		StudyQuestion::Sum { .. } => 0,
	}
}

fn write(path: &Path, svg: &str) -> Result<()> {
	std::fs::write(path, svg).with_context(|| format!("cannot write {}", path.display()))
}

fn half_width(result: &StudyResult) -> i64 {
	i64::try_from(result.half_width).unwrap_or(i64::MAX)
}

/// What a cell counts.
fn unit(question: &StudyQuestion) -> &'static str {
	match question {
		StudyQuestion::Table { .. } => "people",
		StudyQuestion::Sum { .. } => "sum over all people",
	}
}

/// The cells with their names. Small ones are hidden.
pub(super) fn bars(result: &StudyResult, names: Vec<String>, raw: bool) -> Vec<Bar> {
	let mut names = names.into_iter();
	let cells = result.cells.iter().enumerate();
	cells
		.map(|(place, value)| Bar {
			name: names.next().unwrap_or_else(|| format!("cell {place}")),
			value: Some(*value).filter(|value| raw || *value >= FLOOR),
		})
		.collect()
}

fn people(result: &StudyResult) -> String {
	let tally = &result.tally;
	let used = usize::try_from(tally.used).unwrap_or(usize::MAX);
	format!(
		"{} Not counted: {} withdrew, {} are counted by another contributor, and {} have no valid report.",
		ENGLISH.result_counts(used),
		tally.withdrawn,
		tally.double,
		tally.refused
	)
}

/// The mean of a sum, and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mean {
	mean: f64,
	low: f64,
	high: f64,
}

impl Mean {
	fn in_words(self) -> String {
		format!(
			"Mean of those to whom the question applies: {:.3}, {:.3} to {:.3} in 95 of 100 cases.",
			self.mean, self.low, self.high
		)
	}
}

/// The mean of a sum: max · a / (a + b), where a is the sum of the values and b that of max − value. Both
/// have noise, so the interval is Fieller's ([docs/research.md](../../../../docs/research.md)).
///
/// None if a cell is hidden, because it would follow from the mean, or if the noise may be larger than the
/// number of people.
fn mean(result: &StudyResult, question: &StudyQuestion, bars: &[Bar]) -> Option<Mean> {
	let (StudyQuestion::Sum { max }, [a, b]) = (question, &result.cells[..]) else { return None };
	if bars.iter().any(|bar| bar.value.is_none()) {
		return None;
	}
	let (max, a, b) = (f64::from(*max), *a as f64, *b as f64);
	let (half, distance) = (half_width(result) as f64, a.hypot(b));
	if a + b <= SQRT_2 * half || distance <= half {
		return None;
	}
	let (angle, width) = (a.atan2(b), (half / distance).asin());
	let mean_at = |angle: f64| {
		let (sine, cosine) = angle.clamp(0.0, FRAC_PI_2).sin_cos();
		max * sine / (sine + cosine)
	};
	Some(Mean {
		mean: max * a / (a + b),
		low: mean_at(angle - width),
		high: mean_at(angle + width),
	})
}

/// The cells as CSV. Names are in quotation marks. Those that a spreadsheet would compute begin with `'`.
fn csv(bars: &[Bar], chart: &Chart) -> String {
	let quoted = |name: &str| {
		let mark = if name.trim_start().starts_with(['=', '+', '-', '@']) { "'" } else { "" };
		format!("\"{mark}{}\"", name.replace('"', "\"\""))
	};
	let lines = bars.iter().map(|bar| match bar.value {
		Some(value) => {
			let (low, high) = chart.interval(value);
			format!("{},{value},{low},{high}", quoted(&bar.name))
		},
		None => format!("{},{},,", quoted(&bar.name), chart.hidden),
	});
	std::iter::once("cell,value,low,high".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

fn json(
	study: u32,
	round: u8,
	result: &StudyResult,
	bars: &[Bar],
	question: &StudyQuestion,
) -> Value {
	let cells: Vec<_> = bars
		.iter()
		.map(|bar| match bar.value {
			Some(value) => json!({ "name": bar.name, "value": value }),
			None => json!({ "name": bar.name, "under": FLOOR }),
		})
		.collect();
	let tally = &result.tally;
	let mean = mean(result, question, bars)
		.map(|it| json!({ "value": it.mean, "low": it.low, "high": it.high }));
	json!({
		"study": study,
		"round": round,
		"cells": cells,
		"half_width": result.half_width,
		"mean": mean,
		"epsilon": f64::from(result.mechanism.epsilon) / 1000.0,
		"sensitivity": result.mechanism.sensitivity,
		"aggregators": result.mechanism.aggregators,
		"used": tally.used,
		"withdrawn": tally.withdrawn,
		"double": tally.double,
		"refused": tally.refused,
		"root": format!("0x{}", hex::encode(tally.root.0)),
		"frozen": result.frozen,
		"block": result.block,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{Mechanism, Tally};

	fn result(cells: &[i64]) -> StudyResult {
		StudyResult {
			cells: cells.to_vec().try_into().unwrap(),
			tally: Tally { used: 70, withdrawn: 1, double: 2, refused: 3, ..Tally::default() },
			mechanism: Mechanism { epsilon: 1_000, sensitivity: 2, aggregators: 2 },
			half_width: 9,
			frozen: 5,
			block: 7,
		}
	}

	fn names() -> Vec<String> {
		["a \"b\"", "c", "outside"].map(ToOwned::to_owned).to_vec()
	}

	#[test]
	fn small_cells_are_hidden_unless_raw() {
		let result = result(&[11, 10, -4]);
		let values =
			|raw| bars(&result, names(), raw).iter().map(|bar| bar.value).collect::<Vec<_>>();
		assert_eq!(values(false), [Some(11), None, None]);
		assert_eq!(values(true), [Some(11), Some(10), Some(-4)]);
		let bars = bars(&result, names(), false);
		let question = StudyQuestion::Table { cells: 3, weight: 1 };
		let json = json(3, 0, &result, &bars, &question);
		assert_eq!(json["cells"][0]["value"], 11);
		assert_eq!(json["cells"][1], json!({ "name": "c", "under": 11 }));
		assert!(!json.to_string().contains("-4"), "{json}");
		let chart = Chart { title: "", unit: "", bars: &bars, half_width: 9, hidden: "under 11" };
		assert_eq!(
			csv(&bars, &chart),
			"cell,value,low,high\n\"a \"\"b\"\"\",11,2,20\n\"c\",under 11,,\n\"outside\",under 11,,"
		);
		let people = people(&result);
		assert!(people.starts_with("70 people were counted. Not counted: 1 withdrew"), "{people}");
	}

	/// A rare disease: the interval says that there are too few to count.
	#[test]
	fn a_rare_cell_may_be_empty() {
		let question = StudyQuestion::Table { cells: 3, weight: 1 };
		let said = |raw, half_width: u64| {
			let result = StudyResult { half_width, ..result(&[11, 9, -10]) };
			let bars = bars(&result, names(), raw);
			let half_width = super::half_width(&result);
			let chart = Chart { title: "", unit: "", bars: &bars, half_width, hidden: "under 11" };
			in_lines(3, 0, &result, &question, &chart).join("\n")
		};
		assert!(said(true, 9).contains("2 cells may be empty: their intervals reach 0 or less."));
		assert!(said(true, 8).contains("1 cell may be empty: its interval reaches 0 or less."));
		assert!(!said(false, 10).contains("empty"));
		assert!(said(false, 11).contains("1 cell may be empty: its interval reaches 0 or less."));
	}

	#[test]
	fn a_spreadsheet_computes_no_name() {
		let names = ["=1+1", "+1", "-1", "@a", " =1", "1-2"].map(ToOwned::to_owned).to_vec();
		let bars = bars(&result(&[11; 6]), names, false);
		let chart = Chart { title: "", unit: "", bars: &bars, half_width: 9, hidden: "under 11" };
		let csv = csv(&bars, &chart);
		let names: Vec<_> = csv.lines().skip(1).map(|it| it.split(',').next().unwrap()).collect();
		let expected = ["\"'=1+1\"", "\"'+1\"", "\"'-1\"", "\"'@a\"", "\"' =1\"", "\"1-2\""];
		assert_eq!(names, expected);
	}

	#[test]
	fn a_sum_has_a_mean_with_its_interval() {
		let question = StudyQuestion::Sum { max: 12 };
		let mean_of = |cells: &[i64], half_width, raw| {
			let result = StudyResult { half_width, ..result(cells) };
			mean(&result, &question, &bars(&result, names(), raw))
		};
		let mean = mean_of(&[300, 900], 9, false).unwrap();
		// As research.py: mean(300, 900, 12, 9).
		let is_near = |one: f64, other: f64| (one - other).abs() < 1e-6;
		assert_eq!(mean.mean, 3.0);
		assert!(is_near(mean.low, 2.928506) && is_near(mean.high, 3.070819), "{mean:?}");
		assert_eq!(mean_of(&[-5, 3], 9, true), None, "the noise may be larger than the number");
		assert_eq!(mean_of(&[20, 60], 75, false), None, "the same");
		assert_eq!(mean_of(&[5, 900], 9, false), None, "the hidden cell would follow from it");
		assert!(mean_of(&[5, 900], 9, true).is_some());
		let (table, result) = (StudyQuestion::Table { cells: 2, weight: 1 }, result(&[300, 900]));
		assert_eq!(super::mean(&result, &table, &bars(&result, names(), true)), None);
	}
}
