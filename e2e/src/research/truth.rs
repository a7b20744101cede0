//! A plain count over the same files, written without the code that it checks: it reads protocol and
//! resources as JSON. It knows the questions of the story, and no others.

use super::people::People;
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// A protocol of the examples.
pub fn protocol(name: &str) -> Result<Value> {
	let file = crate::data::example("studies").join(name);
	let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
	Ok(serde_json::from_slice(&text)?)
}

/// What the answers of these persons, each once, add up to: the cells of a result.
pub fn count(people: &People, persons: &BTreeSet<usize>, protocol: &Value) -> Result<Vec<i64>> {
	let on = text(&protocol["reference_date"]);
	if let Some(max) = protocol["sum"]["max"].as_i64() {
		return Ok(numbers_of_allergies(people, persons, max));
	}
	let by = protocol["table"]["by"].as_array().context("the protocol has no table")?;
	let weight = usize::try_from(protocol["table"]["weight"].as_u64().unwrap_or(1))?;
	let extractors =
		by.iter().map(|extractor| Extractor::read(extractor, on)).collect::<Result<Vec<_>>>()?;
	let outside: usize = extractors.iter().map(|extractor| extractor.cells.len()).product();
	let mut counts = vec![0; outside + 1];
	for person in persons {
		let found = match is_alive(&people.patients[*person]) {
			true => crossed(&extractors, people, *person),
			false => vec![],
		};
		if found.is_empty() {
			counts[outside] += 1;
		}
		for cell in found.into_iter().take(weight) {
			counts[cell] += 1;
		}
	}
	Ok(counts)
}

/// What a table counts by.
struct Extractor<'p> {
	kind: &'p str,
	cells: &'p [Value],
	on: &'p str,
}

impl<'p> Extractor<'p> {
	fn read(extractor: &'p Value, on: &'p str) -> Result<Self> {
		let named = extractor.as_object().and_then(|it| it.iter().next());
		let (kind, asked) = named.context("an extractor has no name")?;
		let known = ["age", "sex", "allergy"].contains(&kind.as_str());
		ensure!(known, "the plain count does not know {kind}");
		let cells = asked["cells"].as_array().context("an extractor has no cells")?;
		Ok(Self { kind, cells, on })
	}

	/// The cells that a person is in.
	fn places(&self, people: &People, person: usize) -> Vec<usize> {
		let patient = &people.patients[person];
		let age = age(text(&patient["birthDate"]), self.on);
		let has: BTreeSet<&str> = people
			.allergies
			.get(people.id(person))
			.into_iter()
			.flatten()
			.flat_map(|allergy| allergy["code"]["coding"].as_array().into_iter().flatten())
			.map(|coding| text(&coding["code"]))
			.collect();
		let is_in = |cell: &Value| match self.kind {
			"age" => {
				cell["from"].as_u64().is_none_or(|from| from <= age)
					&& cell["below"].as_u64().is_none_or(|below| age < below)
			},
			"sex" => cell["is"].as_array().is_some_and(|of| of.contains(&patient["gender"])),
			_ => {
				let systems = cell["codes"].as_object().into_iter().flatten();
				let mut codes =
					systems.flat_map(|(_, codes)| codes.as_array().into_iter().flatten());
				codes.any(|code| has.contains(text(code)))
			},
		};
		let is_other = |cell: &Value| cell["otherwise"] == true;
		let all = self.cells.iter().enumerate();
		let found = all.filter(|(_, cell)| !is_other(cell) && is_in(cell));
		let mut found: Vec<usize> = found.map(|(place, _)| place).collect();
		if found.is_empty() {
			found.extend(self.cells.iter().position(is_other));
		}
		found
	}
}

/// The cells of the table that a person is in, in the protocol's order.
fn crossed(extractors: &[Extractor], people: &People, person: usize) -> Vec<usize> {
	extractors.iter().fold(vec![0], |found, extractor| {
		let (columns, places) = (extractor.cells.len(), extractor.places(people, person));
		let row = |cell: &usize| {
			let first = cell * columns;
			places.iter().map(move |place| first + place).collect::<Vec<_>>()
		};
		found.iter().flat_map(row).collect()
	})
}

fn text(value: &Value) -> &str {
	value.as_str().unwrap_or_default()
}

/// The sum of the numbers of allergies, each at most `max`, and the sum of what lacks to `max`. People
/// who have died add to neither.
fn numbers_of_allergies(people: &People, persons: &BTreeSet<usize>, max: i64) -> Vec<i64> {
	let alive = persons.iter().filter(|person| is_alive(&people.patients[**person]));
	let values = alive
		.map(|person| i64::try_from(people.allergies_of_living(*person)).unwrap_or(max).min(max));
	values.fold(vec![0, 0], |sums, value| vec![sums[0] + value, sums[1] + max - value])
}

fn is_alive(patient: &Value) -> bool {
	patient.get("deceasedDateTime").is_none() && patient["deceasedBoolean"] != Value::Bool(true)
}

/// The age in whole years on a day; both are `YYYY-MM-DD`.
fn age(birth: &str, on: &str) -> u64 {
	let year = |date: &str| date.get(..4).and_then(|year| year.parse::<u64>().ok()).unwrap_or(0);
	let had_birthday = birth.get(4..) <= on.get(4..);
	year(on).saturating_sub(year(birth)).saturating_sub(u64::from(!had_birthday))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ages_are_whole_years() {
		assert_eq!(age("1980-05-01", "2026-04-30"), 45);
		assert_eq!(age("1980-05-01", "2026-05-01"), 46);
	}

	#[test]
	fn everybody_is_in_a_cell() {
		let people = People::read().unwrap();
		let all: BTreeSet<usize> = (0..people.patients.len()).collect();
		let cells = count(&people, &all, &protocol("age-sex.json").unwrap()).unwrap();
		assert_eq!(cells.iter().sum::<i64>(), i64::try_from(all.len()).unwrap());
		let cells = count(&people, &all, &protocol("allergies.json").unwrap()).unwrap();
		assert!(cells.iter().rev().skip(1).any(|cell| *cell > 0), "{cells:?}");
	}
}
