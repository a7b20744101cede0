//! A plain count over the same files, written without the code that it checks: it reads protocol and
//! resources as JSON. It knows the questions of the story, and no others.

use super::people::People;
use anyhow::{bail, Context, Result};
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
	match by.as_slice() {
		[age, sex] if age.get("age").is_some() && sex.get("sex").is_some() => {
			Ok(ages_by_sex(people, persons, age, sex, on))
		},
		[allergy] if allergy.get("allergy").is_some() => {
			let weight = usize::try_from(protocol["table"]["weight"].as_u64().unwrap_or(1))?;
			Ok(allergies(people, persons, cells(&allergy["allergy"]), weight))
		},
		_ => bail!("the plain count does not know this question"),
	}
}

fn text(value: &Value) -> &str {
	value.as_str().unwrap_or_default()
}

fn cells(extractor: &Value) -> &[Value] {
	extractor["cells"].as_array().map_or(&[], Vec::as_slice)
}

fn ages_by_sex(
	people: &People,
	persons: &BTreeSet<usize>,
	by_age: &Value,
	by_sex: &Value,
	on: &str,
) -> Vec<i64> {
	let (bands, sexes) = (cells(&by_age["age"]), cells(&by_sex["sex"]));
	let mut counts = vec![0; bands.len() * sexes.len() + 1];
	let outside = counts.len() - 1;
	for person in persons {
		let patient = &people.patients[*person];
		let age = age(text(&patient["birthDate"]), on);
		let band = bands.iter().position(|band| {
			band["from"].as_u64().is_none_or(|from| from <= age)
				&& band["below"].as_u64().is_none_or(|below| age < below)
		});
		let sex = sexes
			.iter()
			.position(|sex| sex["is"].as_array().is_some_and(|of| of.contains(&patient["gender"])));
		let cell = match (band, sex) {
			(Some(band), Some(sex)) if is_alive(patient) => band * sexes.len() + sex,
			_ => outside,
		};
		counts[cell] += 1;
	}
	counts
}

/// Each person in the first `weight` substances only.
fn allergies(
	people: &People,
	persons: &BTreeSet<usize>,
	substances: &[Value],
	weight: usize,
) -> Vec<i64> {
	let mut counts = vec![0; substances.len() + 1];
	for person in persons {
		let has: BTreeSet<&str> = of(people, *person)
			.iter()
			.flat_map(|allergy| allergy["code"]["coding"].as_array().into_iter().flatten())
			.map(|coding| text(&coding["code"]))
			.collect();
		let matches = |substance: &Value| {
			let codes = substance["codes"].as_object().into_iter().flatten();
			codes
				.flat_map(|(_, codes)| codes.as_array().into_iter().flatten())
				.any(|code| has.contains(text(code)))
		};
		let found = substances.iter().enumerate().filter(|(_, substance)| matches(substance));
		let found: Vec<usize> = found.map(|(cell, _)| cell).take(weight).collect();
		if found.is_empty() {
			counts[substances.len()] += 1;
		}
		for cell in found {
			counts[cell] += 1;
		}
	}
	counts
}

/// The sum of the numbers of allergies, each at most `max`, and the sum of what lacks to `max`. People
/// who have died add to neither.
fn numbers_of_allergies(people: &People, persons: &BTreeSet<usize>, max: i64) -> Vec<i64> {
	let alive = persons.iter().filter(|person| is_alive(&people.patients[**person]));
	let values =
		alive.map(|person| i64::try_from(of(people, *person).len()).unwrap_or(max).min(max));
	values.fold(vec![0, 0], |sums, value| vec![sums[0] + value, sums[1] + max - value])
}

/// The allergies of somebody who lives.
fn of(people: &People, person: usize) -> &[Value] {
	match is_alive(&people.patients[person]) {
		true => people.allergies.get(people.id(person)).map_or(&[], Vec::as_slice),
		false => &[],
	}
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
