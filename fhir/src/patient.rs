//! Identifies the patient of an input: whether it is only one person, and whether it is the same
//! person as in earlier imports.

use crate::{
	references::Graph,
	resource::{Identifier, Resource, Target},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a Patient resource says about the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
	/// The date of birth.
	pub birth: Option<String>,
	/// The official or first name.
	pub name: Option<String>,
}

impl Person {
	/// Reads a Patient resource.
	pub fn read(value: &Value) -> Self {
		let names = value.get("name").and_then(Value::as_array);
		let name = names.and_then(|names| {
			let official = names.iter().find(|it| it.get("use").is_some_and(|it| it == "official"));
			official.or(names.first())
		});
		let name = name.map(|name| {
			let family = name.get("family").and_then(Value::as_str).unwrap_or_default();
			let given = name.get("given").and_then(Value::as_array);
			let given = given.into_iter().flatten().filter_map(Value::as_str);
			let all: Vec<&str> = given.chain([family]).collect();
			all.join(" ").trim().to_lowercase()
		});
		Self {
			birth: value.get("birthDate").and_then(Value::as_str).map(str::to_owned),
			name: name.filter(|name| !name.is_empty()),
		}
	}
}

/// A patient's identity, as hashes: two inputs can be compared, but nothing can be read from the
/// hashes without guessing. Store them in a sealed file anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
	/// Numbers of the patient, by the system that gives them.
	numbers: BTreeMap<String, BTreeSet<String>>,
	/// Name and date of birth.
	person: Option<String>,
	/// The address of the Patient resource, as `Patient/1`.
	address: Option<String>,
}

impl Identity {
	/// The identity of a patient, by its resource or by what others call it.
	pub fn of(identifiers: &[Identifier], person: Option<&Person>, address: Option<&str>) -> Self {
		let mut numbers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
		for (system, value) in identifiers {
			numbers.entry(hash("system", system)).or_default().insert(hash(system, value));
		}
		let known = person.and_then(|it| Some((it.name.as_ref()?, it.birth.as_ref()?)));
		Self {
			numbers,
			person: known.map(|(name, birth)| hash("person", &format!("{name}|{birth}"))),
			address: address.map(|it| hash("address", it)),
		}
	}

	/// Whether two inputs are about the same patient; `None` if they have nothing in common by
	/// which to tell.
	pub fn is_same(&self, other: &Self) -> Option<bool> {
		let mut contradicts = false;
		for (system, values) in &self.numbers {
			if let Some(others) = other.numbers.get(system) {
				if !values.is_disjoint(others) {
					return Some(true);
				}
				contradicts = true;
			}
		}
		let equal =
			|one: &Option<String>, other: &Option<String>| Some(one.as_ref()? == other.as_ref()?);
		if contradicts {
			return Some(false);
		}
		equal(&self.person, &other.person).or_else(|| equal(&self.address, &other.address))
	}

	/// The union of both, so that a later input is compared with all earlier ones.
	pub fn merge(&mut self, other: &Self) {
		for (system, values) in &other.numbers {
			self.numbers.entry(system.clone()).or_default().extend(values.iter().cloned());
		}
		self.person = self.person.take().or_else(|| other.person.clone());
		self.address = self.address.take().or_else(|| other.address.clone());
	}
}

fn hash(domain: &str, text: &str) -> String {
	let digest = crate::digest(format!("vouchsafe/fhir/patient/1\0{domain}\0{text}").as_bytes());
	digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// So many patients are named in a refusal; the rest are not looked for.
const MOST_NAMED: usize = 5;

/// Fields in which a resource names the patient that it is about.
const SUBJECTS: [&str; 3] = ["subject", "patient", "beneficiary"];

/// The patients that an input is about: how each is called, and its resource if it has one.
///
/// A Patient resource that others refer to, but not as their subject, is another person who plays a
/// part (a mother, a policyholder), if somebody else is the subject.
pub(crate) fn patients_of(
	resources: &[Resource<'_>],
	graph: &Graph,
) -> Vec<(String, Option<usize>)> {
	let mut subjects: BTreeSet<usize> = BTreeSet::new();
	let mut named: BTreeSet<usize> = BTreeSet::new();
	let mut elsewhere: BTreeSet<String> = BTreeSet::new();
	for (place, resource) in resources.iter().enumerate() {
		for (number, reference) in resource.references.iter().enumerate() {
			let targets = graph.targets(place, number);
			named.extend(targets.iter().copied());
			if !SUBJECTS.contains(&reference.field.as_str()) || resource.class.is_administrative {
				continue;
			}
			subjects.extend(targets.iter().copied());
			let Target::Literal(text) = &reference.target else { continue };
			if let (true, Some(name)) = (targets.is_empty(), patient_name(text)) {
				elsewhere.insert(name);
			}
		}
	}
	let mut patients: Vec<(String, Option<usize>)> = Vec::new();
	let mut known = Known::default();
	let has_subject = resources
		.iter()
		.enumerate()
		.any(|(place, it)| it.person.is_some() && subjects.contains(&place));
	for (place, resource) in resources.iter().enumerate() {
		if resource.person.is_none() {
			continue;
		}
		if patients.len() >= MOST_NAMED {
			break;
		}
		if has_subject && named.contains(&place) && !subjects.contains(&place) {
			continue;
		}
		let (links, is_linked) = links_of(resource, graph, place, &known);
		if !is_linked && !known.is_same(place, resource) {
			patients.push((resource.name(), Some(place)));
			known.add(place, resource, links);
		}
	}
	for name in elsewhere {
		if patients.len() < MOST_NAMED && !patients.iter().any(|(known, _)| *known == name) {
			patients.push((name, None));
		}
	}
	patients
}

/// The Patient resources that were found to be different persons.
#[derive(Default)]
struct Known<'r> {
	patients: Vec<(usize, &'r Resource<'r>)>,
	identifiers: BTreeSet<&'r Identifier>,
	/// The places of the resources that they name in `link` as the same persons.
	links: BTreeSet<usize>,
}

impl<'r> Known<'r> {
	fn add(&mut self, place: usize, resource: &'r Resource<'r>, links: BTreeSet<usize>) {
		self.patients.push((place, resource));
		self.identifiers.extend(&resource.identifiers);
		self.links.extend(links);
	}

	/// Whether a Patient resource is another version of a known one, or a known one links it.
	fn is_same(&self, place: usize, resource: &Resource<'_>) -> bool {
		self.links.contains(&place)
			|| resource.identifiers.iter().any(|it| self.identifiers.contains(it))
			|| self.patients.iter().any(|(_, other)| is_same(other, resource))
	}
}

/// What a Patient resource names in `link` as the same person, and whether one of these is known.
fn links_of(
	resource: &Resource<'_>,
	graph: &Graph,
	place: usize,
	known: &Known<'_>,
) -> (BTreeSet<usize>, bool) {
	let references = resource.references.iter().enumerate();
	let links: BTreeSet<usize> = references
		.filter(|(_, reference)| reference.field == "other")
		.flat_map(|(number, _)| graph.targets(place, number).iter().copied())
		.collect();
	let is_known = known.patients.iter().any(|(other, _)| links.contains(other));
	(links, is_known)
}

/// Whether two Patient resources are versions of the same one, judged by everything except their
/// identifiers.
fn is_same(one: &Resource<'_>, other: &Resource<'_>) -> bool {
	let same_id = one.id.is_some() && one.id == other.id;
	let same_url = one.full_url.is_some() && one.full_url == other.full_url;
	same_id && (one.full_url.is_none() || other.full_url.is_none())
		|| same_url
		|| one.raw == other.raw
}

/// `Patient/1` in a literal reference to a patient on any server.
fn patient_name(reference: &str) -> Option<String> {
	let reference = reference.split(['#', '?']).next().unwrap_or_default();
	let reference = reference.split("/_history/").next().unwrap_or_default();
	let (before, id) = reference.rsplit_once('/')?;
	let kind = before.rsplit('/').next().unwrap_or_default();
	(kind == "Patient").then(|| format!("Patient/{id}"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn identity(number: Option<(&str, &str)>, name: &str, address: &str) -> Identity {
		let identifiers: Vec<Identifier> =
			number.iter().map(|(system, value)| ((*system).into(), (*value).into())).collect();
		let person = Person::read(&json!({ "birthDate": "1970-02",
			"name": [{ "family": name, "given": ["A", "B"] }] }));
		Identity::of(&identifiers, Some(&person), Some(address))
	}

	#[test]
	fn patients_are_told_apart() {
		let one = identity(Some(("h", "1")), "Muster", "Patient/p");
		assert_eq!(one.is_same(&identity(Some(("h", "1")), "Changed", "Patient/q")), Some(true));
		assert_eq!(one.is_same(&identity(Some(("h", "2")), "Muster", "Patient/p")), Some(false));
		assert_eq!(one.is_same(&identity(Some(("other", "2")), "MUSTER", "Patient/q")), Some(true));
		assert_eq!(one.is_same(&identity(Some(("other", "2")), "Other", "Patient/p")), Some(false));
		let by_address = |address: &str| Identity::of(&[], None, Some(address));
		assert_eq!(by_address("a").is_same(&by_address("a")), Some(true));
		assert_eq!(by_address("a").is_same(&by_address("b")), Some(false));
		assert_eq!(by_address("a").is_same(&Identity::default()), None);
	}

	#[test]
	fn what_is_known_grows() {
		let mut known = identity(Some(("h", "1")), "Muster", "Patient/p");
		known.merge(&identity(Some(("other", "7")), "Muster", "Patient/q"));
		assert_eq!(known.is_same(&identity(Some(("other", "7")), "Changed", "x")), Some(true));
		let kept: Identity = serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
		assert_eq!(kept, known);
		assert!(!serde_json::to_string(&known).unwrap().contains("muster"));
	}

	#[test]
	fn patients_are_named_on_any_server() {
		assert_eq!(
			patient_name("http://s/fhir/Patient/1/_history/2").as_deref(),
			Some("Patient/1")
		);
		assert_eq!(patient_name("Patient/1").as_deref(), Some("Patient/1"));
		assert_eq!(patient_name("Group/1"), None);
		assert_eq!(patient_name("urn:uuid:1"), None);
	}
}
