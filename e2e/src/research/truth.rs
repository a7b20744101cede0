//! A plain count over the same files, written without the code that it checks: it reads the protocol
//! as JSON and the resources as JSON.

use super::people::People;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the people's answers add up to: the age bands by sex of `age-sex.json`.
pub fn ages_by_sex(
	people: &People,
	persons: &BTreeSet<usize>,
	bands: &[(u32, Option<u32>)],
	on: &str,
) -> Vec<i64> {
	// Rows are the bands, columns female and male; the last cell is outside.
	let mut cells = vec![0; bands.len() * 2 + 1];
	let outside = cells.len() - 1;
	for person in persons {
		let patient = &people.patients[*person];
		let sex = match patient["gender"].as_str() {
			Some("female") => Some(0),
			Some("male") => Some(1),
			_ => None,
		};
		let age = patient["birthDate"].as_str().map(|birth| age(birth, on));
		let band = age.and_then(|age| {
			bands.iter().position(|(from, to)| *from <= age && to.is_none_or(|to| age <= to))
		});
		let cell = match (is_alive(patient), band, sex) {
			(true, Some(band), Some(sex)) => band * 2 + sex,
			_ => outside,
		};
		cells[cell] += 1;
	}
	cells
}

/// How many people have an allergy to each substance, each in the first `weight` substances only; the
/// last cell is outside.
pub fn allergies(
	people: &People,
	persons: &BTreeSet<usize>,
	substances: &[String],
	weight: usize,
) -> Vec<i64> {
	let mut cells = vec![0; substances.len() + 1];
	for person in persons {
		let has = codes(people, *person);
		let mut counted = 0;
		for (cell, substance) in substances.iter().enumerate() {
			if counted < weight && has.contains(substance) {
				cells[cell] += 1;
				counted += 1;
			}
		}
		if counted == 0 {
			cells[substances.len()] += 1;
		}
	}
	cells
}

/// The sum of the numbers of allergies, each at most `max`, and the sum of what lacks to `max`. People
/// who have died add to neither.
pub fn allergy_count(people: &People, persons: &BTreeSet<usize>, max: i64) -> Vec<i64> {
	let (mut sum, mut lacking) = (0, 0);
	for person in persons {
		if is_alive(&people.patients[*person]) {
			let has = people.allergies.get(people.id(*person)).map_or(0, Vec::len);
			let value = i64::try_from(has).unwrap_or(max).min(max);
			sum += value;
			lacking += max - value;
		}
	}
	vec![sum, lacking]
}

fn is_alive(patient: &Value) -> bool {
	patient.get("deceasedDateTime").is_none() && patient["deceasedBoolean"] != Value::Bool(true)
}

fn codes(people: &People, person: usize) -> BTreeSet<String> {
	if !is_alive(&people.patients[person]) {
		return BTreeSet::new();
	}
	let of = people.allergies.get(people.id(person)).into_iter().flatten();
	of.flat_map(|allergy| allergy["code"]["coding"].as_array().cloned().unwrap_or_default())
		.filter_map(|coding| coding["code"].as_str().map(str::to_owned))
		.collect()
}

/// The age in whole years on a day; both are `YYYY-MM-DD`.
fn age(birth: &str, on: &str) -> u32 {
	let year = |date: &str| date.get(..4).and_then(|year| year.parse::<u32>().ok()).unwrap_or(0);
	let had_birthday = birth.get(4..) <= on.get(4..);
	year(on).saturating_sub(year(birth)).saturating_sub(u32::from(!had_birthday))
}

/// A protocol of the examples.
pub fn protocol(name: &str) -> Result<Value> {
	let file = crate::data::example("studies").join(name);
	let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
	Ok(serde_json::from_slice(&text)?)
}
