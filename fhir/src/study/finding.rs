//! What a single resource says about a person.

use super::{
	codes::{says_nothing, CodeSystem},
	moment,
	people::{identifier_name, short, Latest},
	queries::{sources_of_observations, EntryKind, Queries},
	unit,
};
use crate::{
	categories,
	dates::{self, Judge, Months},
	labels::{System, SYSTEMS},
	resource,
};
use serde_json::Value;
use std::collections::HashMap;
use vouchsafe_primitives::{Categories, ServiceMonth};

/// What a resource adds to a person, with what decides whether it is withheld.
#[derive(Clone, Debug)]
pub struct Finding {
	pub categories: Categories,
	pub months: Option<Months>,
	pub entry: u64,
	pub found: Found,
}

#[derive(Clone, Debug)]
pub enum Found {
	/// An entry that these queries ask for.
	Entry(Vec<u16>),
	/// An entry with this Medication resource.
	Medication(u64),
	/// Observations.
	Observations(Vec<(u16, Latest)>),
}

/// Statuses of what did not take place.
const DID_NOT_TAKE_PLACE: [&str; 7] =
	["not-done", "not-taken", "cancelled", "declined", "draft", "preparation", "entered-in-error"];

/// Whether a resource counts: it is not an error, was not refuted and did take place.
pub fn counts(value: &Value) -> bool {
	let status = value.get("status").and_then(Value::as_str).unwrap_or_default();
	let is_refuted = codings_of(value.get("verificationStatus"))
		.any(|coding| coding.get("code").is_some_and(|code| code == "refuted"));
	let is_forbidden = value.get("doNotPerform").and_then(Value::as_bool).unwrap_or(false);
	!DID_NOT_TAKE_PLACE.contains(&status)
		&& !is_refuted
		&& !is_forbidden
		&& !resource::is_entered_in_error(value)
}

/// The codings of a concept, or of a list of concepts.
fn codings_of(concept: Option<&Value>) -> impl Iterator<Item = &Value> {
	let concepts = match concept {
		Some(Value::Array(list)) => list.as_slice(),
		Some(one) => std::slice::from_ref(one),
		None => &[],
	};
	concepts.iter().filter_map(|it| it.get("coding")?.as_array()).flatten()
}

/// The name of a resource in a reference to it: its id, or a URN. Another type gives `None`.
pub fn name_of(reference: &str, kind: &str) -> Option<String> {
	let reference = reference.trim();
	if reference.starts_with("urn:") {
		return Some(reference.to_owned());
	}
	if let Some((search, criteria)) = reference.split_once('?') {
		let is_kind = search.rsplit('/').next() == Some(kind);
		let (system, value) = criteria.strip_prefix("identifier=")?.split_once('|')?;
		let identifier = serde_json::json!({ "system": system, "value": value });
		let identifier = resource::identifier_of(&identifier)?;
		return is_kind.then(|| identifier_name(&identifier));
	}
	let reference = reference.split('#').next()?;
	let reference = reference.split("/_history/").next()?;
	let (before, id) = reference.rsplit_once('/')?;
	let is_kind = before.rsplit('/').next() == Some(kind);
	(is_kind && !id.is_empty()).then(|| id.to_owned())
}

/// The name of the patient of a resource.
pub fn patient_of(value: &Value) -> Option<String> {
	let subject = value.get("subject").or_else(|| value.get("patient"))?;
	let reference = subject.get("reference").and_then(Value::as_str);
	reference.and_then(|it| name_of(it, "Patient")).or_else(|| {
		let identifier = resource::identifier_of(subject.get("identifier")?)?;
		Some(identifier_name(&identifier))
	})
}

/// The categories and months by which a resource is withheld.
pub fn withheld_by(value: &Value, kind: &str) -> (Categories, Option<Months>) {
	let mut categories = Categories::of(&[categories::classify(value, kind).category]);
	if kind == "Observation" {
		// A report may have it in a record of another category.
		categories.0 |= sources_of_observations().0;
	}
	let judge = Judge::new(ServiceMonth::MAX, None);
	let months = dates::dates_of(value).into_iter().filter_map(|it| judge.months(&it.text).ok());
	(categories, months.map(Some).fold(None, dates::join))
}

/// What a code system is, for a protocol.
#[derive(Clone, Copy, Debug)]
struct KnownSystem {
	system: Option<CodeSystem>,
	is_loinc: bool,
	listed: Option<usize>,
}

/// The most names of code systems that are remembered.
const MOST_SYSTEMS: usize = 1_000;

/// Compares codes with a protocol. It remembers the code systems, because files repeat them.
#[derive(Debug, Default)]
pub struct Matcher {
	systems: HashMap<String, KnownSystem>,
}

/// What the codes of an entry say.
pub struct Matched {
	/// The queries that ask for it, each once.
	pub queries: Vec<u16>,
	/// Whether it has a code of a system that protocols can name.
	pub is_coded: bool,
}

impl Matcher {
	fn system(&mut self, coding: &Value) -> Option<KnownSystem> {
		let name = coding.get("system").and_then(Value::as_str)?;
		if let Some(known) = self.systems.get(name) {
			return Some(*known);
		}
		let listed = match SYSTEMS.of(name) {
			System::Listed(place) => Some(place),
			System::Plain | System::Unknown => None,
		};
		let is_loinc = SYSTEMS.is(name, "loinc");
		let known = KnownSystem { system: CodeSystem::of(name), is_loinc, listed };
		if self.systems.len() < MOST_SYSTEMS {
			self.systems.insert(name.to_owned(), known);
		}
		Some(known)
	}

	/// The queries that ask for an entry with these concepts.
	pub fn entry<'v>(
		&mut self,
		queries: &Queries,
		kind: EntryKind,
		concepts: impl IntoIterator<Item = Option<&'v Value>>,
	) -> Matched {
		let without_codes = queries.without_codes(kind);
		let mut matched = Matched { queries: Vec::new(), is_coded: false };
		let mut is_left_out = false;
		for coding in concepts.into_iter().flat_map(codings_of) {
			let Some(code) = coding.get("code").and_then(Value::as_str) else { continue };
			let known = self.system(coding);
			if let Some(system) = known.and_then(|it| it.system) {
				matched.is_coded = true;
				queries.add_by_code(kind, system, code, &mut matched.queries);
			}
			if !without_codes.is_empty() {
				let listed = known.and_then(|it| it.listed);
				let is_sensitive =
					listed.is_some_and(|place| !SYSTEMS.labels(place, code).is_empty());
				let system = coding.get("system").and_then(Value::as_str).unwrap_or_default();
				is_left_out |= is_sensitive && !queries.counts_sensitive();
				is_left_out |= says_nothing(system, code);
			}
		}
		if !is_left_out {
			matched.queries.extend(without_codes);
		}
		matched.queries.sort_unstable();
		matched.queries.dedup();
		matched
	}

	/// The observations of a resource that a protocol asks for, and whether one that it asks for
	/// has no number in its unit.
	pub fn observations(&mut self, queries: &Queries, value: &Value) -> (Vec<(u16, Latest)>, bool) {
		let (mut found, mut is_unusable) = (Vec::new(), false);
		let mut times = None;
		let parts = value.get("component").and_then(Value::as_array);
		for part in std::iter::once(value).chain(parts.into_iter().flatten()) {
			for measure in self.measures(queries, part) {
				let Some(number) = number_of(part, queries.unit(measure)) else {
					is_unusable = true;
					continue;
				};
				let (when, issued) = *times.get_or_insert_with(|| times_of(value));
				found.push((measure, Latest { when, issued, number }));
			}
		}
		let is_unusable = is_unusable && found.is_empty();
		(found, is_unusable)
	}

	/// The observations that are asked for by the codes of an observation or of a component.
	fn measures(&mut self, queries: &Queries, part: &Value) -> Vec<u16> {
		let mut measures: Vec<u16> = Vec::new();
		for coding in codings_of(part.get("code")) {
			let Some(code) = coding.get("code").and_then(Value::as_str) else { continue };
			let asked = queries.by_loinc(code);
			if !asked.is_empty() && self.system(coding).is_some_and(|it| it.is_loinc) {
				measures.extend(asked);
			}
		}
		measures.sort_unstable();
		measures.dedup();
		measures
	}
}

/// The number of an observation in this unit. A number that is only a bound lies beyond it.
fn number_of(part: &Value, unit: &str) -> Option<f64> {
	if let Some(number) = part.get("valueInteger").and_then(Value::as_i64) {
		let number = i32::try_from(number).ok()?;
		return (unit == "1").then(|| f64::from(number));
	}
	let quantity = part.get("valueQuantity")?;
	let text = |field: &str| quantity.get(field).and_then(Value::as_str);
	let is_ucum = text("system").is_none_or(|system| {
		matches!(
			crate::labels::Systems::normalise(system).as_str(),
			"http://unitsofmeasure.org" | "2.16.840.1.113883.6.8" | "ucum"
		)
	});
	let written = text("code").filter(|_| is_ucum).or_else(|| text("unit"))?;
	let number = quantity.get("value").and_then(Value::as_f64)?;
	let is_unit = unit::canonical(written).is_some_and(|written| written == unit);
	is_unit.then(|| match text("comparator") {
		Some("<") => number.next_down(),
		Some(">") => number.next_up(),
		_ => number,
	})
}

/// When an observation was made, and when it was issued.
fn times_of(value: &Value) -> (Option<i64>, Option<i64>) {
	let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
	let made = [
		"/effectiveDateTime",
		"/effectiveInstant",
		"/effectivePeriod/end",
		"/effectivePeriod/start",
		"/effectiveTiming/event/0",
	];
	let issued = text("/issued").and_then(moment::moment_of);
	let when = made.into_iter().find_map(|pointer| moment::moment_of(text(pointer)?));
	(when.or(issued), issued)
}

/// A short name of an entry: the same entry in another file has the same.
pub fn entry_name(kind: &str, id: Option<&str>, url: Option<&str>, raw: &str) -> u64 {
	match (id, url) {
		(Some(id), _) => short((kind, id)),
		(None, Some(url)) => short((kind, url)),
		(None, None) => short((kind, raw)),
	}
}
