//! The people of the data, and what is known of each.

use super::{
	exclusions::Exclusions, finding::Finding, moment::Day, protocol::sex_of, queries::Queries,
};
use crate::resource::Identifier;
use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	hash::{DefaultHasher, Hash, Hasher as _},
};

/// A short name of something, by its hash.
pub fn short(name: impl Hash) -> u64 {
	let mut hasher = DefaultHasher::new();
	name.hash(&mut hasher);
	hasher.finish()
}

/// What the Patient resource says.
#[derive(Clone, Debug, Default)]
pub struct Patient {
	pub id: String,
	pub birth: Option<Day>,
	pub sex: Option<&'static str>,
	pub is_deceased: bool,
	/// The identifiers of the protocol's system, as `system|value`.
	pub identifiers: BTreeSet<String>,
	/// All identifiers, by which others may refer to the patient.
	pub names: BTreeSet<u64>,
}

impl Patient {
	/// Whether another resource of the same patient has another date of birth or sex.
	fn contradicts(&self, other: &Self) -> bool {
		let differ = |differ: Option<bool>| differ.unwrap_or(false);
		differ(self.birth.zip(other.birth).map(|(one, other)| one != other))
			|| differ(self.sex.zip(other.sex).map(|(one, other)| one != other))
	}

	/// A later resource of the same patient.
	fn update(&mut self, later: Self) {
		self.birth = later.birth.or(self.birth);
		self.sex = later.sex.or(self.sex);
		self.is_deceased |= later.is_deceased;
		self.identifiers.extend(later.identifiers);
		self.names.extend(later.names);
	}
}

/// The latest observation: a later one replaces it, and of two at the same time the higher one counts.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Latest {
	/// When it was made, in milliseconds; `None` is before all others.
	pub when: Option<i64>,
	/// When it was issued.
	pub issued: Option<i64>,
	/// Its number.
	pub number: f64,
}

/// What is known of a person.
#[derive(Debug, Default)]
pub struct Facts {
	pub patient: Option<Patient>,
	has: BTreeSet<u16>,
	counted: BTreeMap<u16, BTreeSet<u64>>,
	latest: BTreeMap<u16, Latest>,
	/// Entries whose medication is a resource of its own, with that resource.
	medications: BTreeSet<(u64, u64)>,
	/// What may be withheld: it is not known yet who the person is.
	deferred: Vec<Finding>,
	/// Where the facts are now, if this was found to be the same person as another.
	moved: Option<usize>,
}

impl Facts {
	pub fn is_deceased(&self) -> bool {
		self.patient.as_ref().is_some_and(|it| it.is_deceased)
	}

	pub fn sex(&self) -> Option<&'static str> {
		self.patient.as_ref()?.sex
	}

	pub fn birth(&self) -> Option<Day> {
		self.patient.as_ref()?.birth
	}

	/// Whether the person has an entry of this query.
	pub fn has(&self, query: u16) -> bool {
		self.has.contains(&query)
	}

	/// How many entries of this query the person has.
	pub fn number(&self, query: u16) -> u32 {
		self.counted.get(&query).map_or(0, |it| u32::try_from(it.len()).unwrap_or(u32::MAX))
	}

	/// The number of the latest observation.
	pub fn latest(&self, measure: u16) -> Option<f64> {
		self.latest.get(&measure).map(|it| it.number)
	}

	/// Notes an entry for these queries.
	pub fn add_entry(&mut self, entry: u64, found: &[u16], queries: &Queries) {
		for query in found {
			match queries.most(*query) {
				None => {
					self.has.insert(*query);
				},
				Some(most) if self.number(*query) < most => {
					self.counted.entry(*query).or_default().insert(entry);
				},
				Some(_) => {},
			}
		}
	}

	pub fn add_medication(&mut self, entry: u64, medication: u64) {
		self.medications.insert((entry, medication));
	}

	pub fn add_observation(&mut self, measure: u16, made: Latest) {
		let latest = self.latest.entry(measure).or_insert(made);
		if *latest < made {
			*latest = made;
		}
	}

	pub fn defer(&mut self, finding: Finding) {
		self.deferred.push(finding);
	}

	pub fn take_deferred(&mut self) -> Vec<Finding> {
		std::mem::take(&mut self.deferred)
	}

	pub fn take_medications(&mut self) -> BTreeSet<(u64, u64)> {
		std::mem::take(&mut self.medications)
	}

	/// Adds what is known of the same person under another name.
	fn merge(&mut self, other: Self, queries: &Queries) {
		self.has.extend(other.has);
		for (query, entries) in other.counted {
			for entry in entries {
				self.add_entry(entry, &[query], queries);
			}
		}
		for (measure, made) in other.latest {
			self.add_observation(measure, made);
		}
		self.medications.extend(other.medications);
		self.deferred.extend(other.deferred);
	}
}

/// What is withheld, and from whom.
#[derive(Debug)]
pub enum Withheld {
	/// By the Patient resource's id, or by an identifier as `system|value`.
	Each(BTreeMap<String, Exclusions>),
	/// Everything is about one person.
	One(Exclusions),
}

impl Withheld {
	pub fn is_empty(&self) -> bool {
		match self {
			Self::Each(people) => people.values().all(Exclusions::is_empty),
			Self::One(exclusions) => exclusions.is_empty(),
		}
	}

	/// What is withheld of this person.
	pub fn of(&self, patient: &Patient) -> Vec<&Exclusions> {
		match self {
			Self::Each(people) => {
				let names = patient.identifiers.iter().chain([&patient.id]);
				names.filter_map(|name| people.get(name)).collect()
			},
			Self::One(exclusions) => vec![exclusions],
		}
	}
}

/// The people, by the names that the data has for them.
#[derive(Debug, Default)]
pub struct People {
	/// Whether everything is about one person.
	is_one: bool,
	places: HashMap<String, usize>,
	facts: Vec<Facts>,
}

/// The beginning of a name that is an identifier.
const BY_IDENTIFIER: char = '?';

/// The name of somebody who is named by an identifier.
pub fn identifier_name(identifier: &Identifier) -> String {
	format!("{BY_IDENTIFIER}{:016x}", short(identifier))
}

impl People {
	pub fn new(is_one: bool) -> Self {
		Self { is_one, ..Self::default() }
	}

	fn place(&mut self, name: String) -> usize {
		let name = if self.is_one { String::new() } else { name };
		let next = self.facts.len();
		let mut place = *self.places.entry(name).or_insert(next);
		if place == next {
			self.facts.push(Facts::default());
		}
		while let Some(moved) = self.facts.get(place).and_then(|it| it.moved) {
			place = moved;
		}
		place
	}

	/// The person with this name.
	pub fn get(&mut self, name: String) -> Option<&mut Facts> {
		let place = self.place(name);
		self.facts.get_mut(place)
	}

	/// Adds a Patient resource, and the other name of the same patient. Returns whether it contradicts what
	/// was known of the patient.
	pub fn add(&mut self, patient: Patient, alias: Option<String>, queries: &Queries) -> bool {
		let place = self.place(patient.id.clone());
		let mut contradicts = false;
		if let Some(facts) = self.facts.get_mut(place) {
			match &mut facts.patient {
				Some(known) => {
					contradicts = known.contradicts(&patient);
					known.update(patient);
				},
				None => facts.patient = Some(patient),
			}
		}
		if let Some(alias) = alias {
			let other = self.place(alias);
			self.join(place, other, queries);
		}
		contradicts
	}

	/// Joins two names of one person, unless both have a Patient resource of their own.
	fn join(&mut self, place: usize, other: usize, queries: &Queries) {
		let Some(there) = self.facts.get_mut(other) else { return };
		if place == other || there.patient.is_some() {
			return;
		}
		let moved = Facts { moved: Some(place), ..Facts::default() };
		let there = std::mem::replace(there, moved);
		if let Some(facts) = self.facts.get_mut(place) {
			facts.merge(there, queries);
		}
	}

	/// Joins those who were named by an identifier with the patient who alone has it.
	fn resolve(&mut self, queries: &Queries) {
		let named: BTreeMap<String, usize> = self
			.places
			.iter()
			.filter(|(name, _)| name.starts_with(BY_IDENTIFIER))
			.map(|(name, place)| (name.clone(), *place))
			.collect();
		if named.is_empty() {
			return;
		}
		let mut by_name: BTreeMap<String, Option<usize>> = BTreeMap::new();
		for (place, facts) in self.facts.iter().enumerate() {
			for name in facts.patient.iter().flat_map(|it| &it.names) {
				let name = format!("{BY_IDENTIFIER}{name:016x}");
				by_name.entry(name).and_modify(|it| *it = None).or_insert(Some(place));
			}
		}
		for (name, other) in named {
			if let Some(Some(place)) = by_name.get(&name) {
				self.join(*place, other, queries);
			}
		}
	}

	/// Everybody, and how many are only named by others.
	pub fn finish(mut self, queries: &Queries) -> (Vec<Facts>, usize) {
		self.resolve(queries);
		let real = self.facts.into_iter().filter(|it| it.moved.is_none());
		let (people, strangers): (Vec<_>, Vec<_>) = real.partition(|it| it.patient.is_some());
		(people, strangers.len())
	}
}

/// The code of a patient's administrative gender, if it is one.
pub fn sex(code: Option<&str>) -> Option<&'static str> {
	sex_of(code?.trim())
}
