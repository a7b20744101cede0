//! Which resources make one record.
//!
//! - A document, and anything that is signed, is a record of its own.
//! - A report, its results, specimens and images stay together. An order stays with the results
//!   that it led to, and a goal with its plan.
//! - Problems, allergies and similar lists are one summary. Bills are one record per year.
//! - The rest is one record per encounter and category, and without an encounter one per month and
//!   category.
//!
//! Persons, institutions, products and contents do not make records. They are repeated in each
//! record that refers to them.

use crate::{
	categories::Role,
	dates::Months,
	effort::Effort,
	references::Graph,
	resource::{Resource, Target},
};
use std::{
	cmp::Reverse,
	collections::{BTreeMap, BinaryHeap, HashSet},
};
use vouchsafe_primitives::{Category, ServiceMonth};

/// The unit that becomes one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
	/// The whole input.
	Document,
	/// An encounter and a category.
	#[default]
	Encounter,
	/// A category.
	Category,
}

impl Unit {
	/// Every unit.
	pub const ALL: [Self; 3] = [Self::Document, Self::Encounter, Self::Category];

	/// Its word on the command line.
	pub const fn word(self) -> &'static str {
		match self {
			Self::Document => "document",
			Self::Encounter => "encounter",
			Self::Category => "category",
		}
	}

	/// The unit with this word.
	pub fn from_word(word: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|unit| unit.word() == word)
	}
}

/// An encounter, in the input or elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encounter {
	/// The resource at this place.
	Here(usize),
	/// The one with this address. A long address is hashed.
	Elsewhere(String),
}

/// What the resources of one record have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
	/// The standing lists.
	Summary,
	/// A document or something signed, at this place.
	Whole(usize),
	/// An encounter and a category.
	Encounter(Encounter, Category),
	/// A month and a category, without an encounter.
	Month(Option<ServiceMonth>, Category),
	/// The bills of a year.
	Year(Option<u16>),
	/// A category.
	Category(Category),
}

impl Key {
	/// The category of the record.
	pub fn category(&self, resources: &[Resource<'_>], graph: &Graph) -> Category {
		match self {
			Self::Summary => Category::Summary,
			Self::Year(_) => Category::Financial,
			Self::Encounter(_, category) | Self::Month(_, category) | Self::Category(category) => {
				*category
			},
			Self::Whole(place) => {
				let Some(resource) = resources.get(*place) else { return Category::Other };
				// A signature is about what it signs.
				let signed = (resource.class.role == Role::About)
					.then(|| {
						targets(resource, graph, *place)
							.into_iter()
							.find_map(|it| resources.get(it))
					})
					.flatten();
				signed.map_or(resource.class.category, |it| it.class.category)
			},
		}
	}
}

/// Longer names of encounters elsewhere are hashed.
const LONGEST_NAME: usize = 256;

/// Fields by which a resource says what it is about.
const TARGETS: [&str; 4] = ["target", "focus", "what", "item"];
/// Fields by which a report or panel gathers its parts.
const PARTS: [&str; 5] = ["result", "specimen", "imagingStudy", "link", "hasMember"];
/// Types that are a part of a report.
const PART_KINDS: [&str; 5] =
	["Observation", "Specimen", "ImagingStudy", "Media", "MolecularSequence"];

fn targets(resource: &Resource<'_>, graph: &Graph, place: usize) -> Vec<usize> {
	linked(resource, graph, place, &TARGETS)
}

/// What the fields with these names lead to.
fn linked(resource: &Resource<'_>, graph: &Graph, place: usize, fields: &[&str]) -> Vec<usize> {
	let references = resource.references.iter().enumerate();
	references
		.filter(|(_, reference)| fields.contains(&reference.field.as_str()))
		.flat_map(|(number, _)| graph.targets(place, number))
		.copied()
		.collect()
}

/// The encounter that a resource belongs to.
pub fn encounter_of(resources: &[Resource<'_>], graph: &Graph, place: usize) -> Option<Encounter> {
	let resource = resources.get(place)?;
	if resource.kind == "Encounter" {
		return Some(Encounter::Here(place));
	}
	let mut elsewhere = None;
	for (number, reference) in resource.references.iter().enumerate() {
		if !matches!(reference.field.as_str(), "encounter" | "context") {
			continue;
		}
		let is_encounter =
			|it: &&usize| resources.get(**it).is_some_and(|it| it.kind == "Encounter");
		if let Some(found) = graph.targets(place, number).iter().find(is_encounter) {
			return Some(Encounter::Here(*found));
		}
		let name = match &reference.target {
			// The same encounter may be named with and without its server.
			Target::Literal(text) if text.contains("Encounter/") => text
				.rsplit("Encounter/")
				.next()
				.and_then(|it| it.split('/').next())
				.map(str::to_owned),
			Target::Literal(text) if reference.field == "encounter" && text.starts_with("urn:") => {
				Some(text.clone())
			},
			Target::Identifier { identifier: (system, value), .. }
				if reference.field == "encounter" =>
			{
				Some(format!("{system}|{value}"))
			},
			_ => None,
		};
		elsewhere = elsewhere.or(name);
	}
	elsewhere.map(|name| Encounter::Elsewhere(shortened(name)))
}

/// The name, or its hash if it is long: each resource of a record has a copy.
fn shortened(name: String) -> String {
	if name.len() <= LONGEST_NAME {
		return name;
	}
	crate::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Grouping<'g> {
	resources: &'g [Resource<'g>],
	graph: &'g Graph,
	months: &'g [Option<Months>],
	unit: Unit,
	keys: Vec<Option<Key>>,
	/// For each resource the ones that refer to it, with the field.
	backward: Vec<Vec<(usize, &'g str)>>,
}

/// Gathers the resources of each record. Supporting resources belong to no record. `None` if it would
/// be too much effort.
pub(crate) fn group(
	resources: &[Resource<'_>],
	graph: &Graph,
	months: &[Option<Months>],
	unit: Unit,
	effort: &Effort,
) -> Option<BTreeMap<Key, Vec<usize>>> {
	let mut backward: Vec<Vec<(usize, &str)>> = vec![Vec::new(); resources.len()];
	for (place, resource) in resources.iter().enumerate() {
		for (number, reference) in resource.references.iter().enumerate() {
			for target in graph.targets(place, number) {
				if let Some(list) = backward.get_mut(*target) {
					list.push((place, reference.field.as_str()));
				}
			}
		}
	}
	let mut grouping =
		Grouping { resources, graph, months, unit, keys: vec![None; resources.len()], backward };
	grouping.whole();
	grouping.reports(effort)?;
	grouping.own();
	grouping.followers();
	grouping.about();
	let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
	for (place, key) in grouping.keys.into_iter().enumerate() {
		if let Some(key) = key {
			groups.entry(key).or_default().push(place);
		}
	}
	Some(groups)
}

impl Grouping<'_> {
	fn all(&self) -> impl Iterator<Item = (usize, &Resource<'_>)> {
		self.resources.iter().enumerate()
	}

	fn key(&self, place: usize) -> Option<&Key> {
		self.keys.get(place).and_then(Option::as_ref)
	}

	fn set(&mut self, place: usize, key: &Key) {
		if let Some(slot) = self.keys.get_mut(place) {
			slot.get_or_insert_with(|| key.clone());
		}
	}

	fn role(&self, place: usize) -> Role {
		self.resources.get(place).map_or(Role::Support, |it| it.class.role)
	}

	/// The places of all resources that fit and have no key yet.
	fn open(&self, fits: impl Fn(&Resource<'_>) -> bool) -> Vec<usize> {
		let open = self.all().filter(|(place, it)| self.key(*place).is_none() && fits(it));
		open.map(|(place, _)| place).collect()
	}

	/// The key of a resource by itself.
	fn base(&self, place: usize, category: Category, encounter: Option<Encounter>) -> Key {
		self.base_of(place, &[], category, encounter)
	}

	/// The same, for something with parts, which may have the dates.
	fn base_of(
		&self,
		place: usize,
		parts: &[usize],
		category: Category,
		encounter: Option<Encounter>,
	) -> Key {
		let months_of = |place: &usize| self.months.get(*place).copied().flatten();
		let months = months_of(&place).or_else(|| parts.iter().find_map(months_of));
		match (self.unit, self.role(place), encounter) {
			(Unit::Category, ..) => Key::Category(category),
			(_, Role::Standing, _) => Key::Summary,
			(_, Role::Bill, _) => Key::Year(months.map(|it| it.first / 12)),
			(_, _, Some(encounter)) => Key::Encounter(encounter, category),
			(_, _, None) => Key::Month(months.map(|it| it.first), category),
		}
	}

	fn encounter(&self, place: usize) -> Option<Encounter> {
		encounter_of(self.resources, self.graph, place)
	}

	fn linked(&self, place: usize, fields: &[&str]) -> Vec<usize> {
		self.resources
			.get(place)
			.map_or(Vec::new(), |resource| linked(resource, self.graph, place, fields))
	}

	/// Documents, and what is signed with its signature.
	fn whole(&mut self) {
		for place in self.open(|it| it.signed && it.class.role == Role::About) {
			let key = Key::Whole(place);
			self.set(place, &key);
			for target in self.linked(place, &TARGETS) {
				if self.role(target) != Role::Support {
					self.set(target, &key);
				}
			}
		}
		let is_whole = |it: &Resource<'_>| {
			it.class.role == Role::Document || it.signed && it.class.role != Role::Support
		};
		for place in self.open(is_whole) {
			self.set(place, &Key::Whole(place));
		}
	}

	/// Reports with their parts, and panels of observations with their members.
	fn reports(&mut self, effort: &Effort) -> Option<()> {
		for place in self.open(|it| it.class.role == Role::Report) {
			let Some(category) = self.resources.get(place).map(|it| it.class.category) else {
				continue;
			};
			let parts = self.parts(place, effort)?;
			let encounter = self
				.encounter(place)
				.or_else(|| parts.iter().find_map(|part| self.encounter(*part)));
			let key = self.base_of(place, &parts, category, encounter);
			self.set(place, &key);
			parts.iter().for_each(|part| self.set(*part, &key));
		}
		let has_members = |it: &Resource<'_>| {
			it.kind == "Observation" && it.references.iter().any(|it| it.field == "hasMember")
		};
		for place in self.open(has_members) {
			// One that was taken by another panel stays there.
			if self.key(place).is_some() {
				continue;
			}
			let parts = self.parts(place, effort)?;
			let class = |place: usize| self.resources.get(place).map(|it| it.class);
			let certain = std::iter::once(place)
				.chain(parts.iter().copied())
				.filter_map(class)
				.find(|class| class.is_certain);
			let category = certain.map_or(Category::Other, |class| class.category);
			let encounter = self
				.encounter(place)
				.or_else(|| parts.iter().find_map(|part| self.encounter(*part)));
			let key = self.base_of(place, &parts, category, encounter);
			self.set(place, &key);
			parts.iter().for_each(|part| self.set(*part, &key));
		}
		Some(())
	}

	/// The parts of a report or panel, and their parts.
	fn parts(&self, place: usize, effort: &Effort) -> Option<Vec<usize>> {
		let mut found = Vec::new();
		let mut seen = HashSet::new();
		let mut waiting = vec![place];
		while let Some(next) = waiting.pop() {
			let references = self.resources.get(next).map_or(0, |it| it.references.len());
			let targets = self.graph.forward.get(next).map_or(0, Vec::len);
			effort.spend(references.saturating_add(targets).saturating_add(1))?;
			for part in self.linked(next, &PARTS) {
				let is_part = self
					.resources
					.get(part)
					.is_some_and(|it| PART_KINDS.contains(&it.kind.as_str()));
				if is_part && part != place && seen.insert(part) {
					found.push(part);
					waiting.push(part);
				}
			}
		}
		Some(found)
	}

	/// Resources that are about the patient by themselves.
	fn own(&mut self) {
		let is_own = |it: &Resource<'_>| {
			matches!(it.class.role, Role::Own | Role::Standing | Role::Bill)
				&& !FOLLOWERS.contains(&it.kind.as_str())
		};
		for place in self.open(is_own) {
			self.set_base(place);
		}
	}

	fn set_base(&mut self, place: usize) {
		if let Some(resource) = self.resources.get(place) {
			let key = self.base(place, resource.class.category, self.encounter(place));
			self.set(place, &key);
		}
	}

	/// Orders go with what was done because of them; specimens, goals and appointments with what
	/// refers to them. An order may be based on another order: when one has found its place, those
	/// that go with it are tried again, in the order of the input and in rounds.
	fn followers(&mut self) {
		let open = self.open(is_follower);
		let mut tasks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
		for place in &open {
			if let Some(focus) = self.focus(*place) {
				tasks.entry(focus).or_default().push(*place);
			}
		}
		let mut waiting: BinaryHeap<Reverse<(usize, usize)>> =
			open.iter().map(|place| Reverse((0, *place))).collect();
		while let Some(Reverse((round, place))) = waiting.pop() {
			if self.key(place).is_some() {
				continue;
			}
			let Some(key) = self.followed(place) else { continue };
			self.set(place, &key);
			let led = self.led_by(place);
			let of_focus = tasks.get(&place).map_or(&[][..], Vec::as_slice);
			for next in led.into_iter().chain(of_focus.iter().copied()) {
				let later = if next > place { round } else { round.saturating_add(1) };
				waiting.push(Reverse((later, next)));
			}
		}
		for place in open {
			if self.key(place).is_none() {
				self.set_base(place);
			}
		}
	}

	/// The followers that go with this resource.
	fn led_by(&self, place: usize) -> Vec<usize> {
		let references = self.resources.get(place).map_or(&[][..], |it| it.references.as_slice());
		let targets = references.iter().enumerate().flat_map(|(number, reference)| {
			let targets = self.graph.targets(place, number).iter();
			targets.map(move |target| (*target, reference.field.as_str()))
		});
		targets.filter(|(to, field)| self.follows(*to, place, field)).map(|(to, _)| to).collect()
	}

	/// Whether a follower goes with what refers to it by this field.
	fn follows(&self, follower: usize, other: usize, field: &str) -> bool {
		let Some(resource) = self.resources.get(follower) else { return false };
		let is_order = resource.class.role == Role::Order;
		is_follower(resource)
			&& (!is_order || field == "basedOn")
			&& !matches!(
				self.role(other),
				Role::Bill | Role::About | Role::Standing | Role::Support | Role::Document
			)
	}

	/// What a task is about.
	fn focus(&self, place: usize) -> Option<usize> {
		let is_task = self.resources.get(place).is_some_and(|it| it.kind == "Task");
		let focus = is_task.then(|| self.linked(place, &["focus"]));
		focus.into_iter().flatten().find(|it| self.role(*it) != Role::Support)
	}

	/// The key of what a follower goes with.
	fn followed(&self, place: usize) -> Option<Key> {
		let rank = |other: usize| match self.role(other) {
			Role::Report => 0,
			Role::Own => 1,
			_ => 2,
		};
		let mut best: Option<(i32, usize)> = None;
		for (other, field) in self.backward.get(place).into_iter().flatten() {
			if self.follows(place, *other, field) && self.key(*other).is_some() {
				let candidate = (rank(*other), *other);
				best = Some(best.map_or(candidate, |best| best.min(candidate)));
			}
		}
		let other = best.map(|(_, other)| other).or_else(|| self.focus(place));
		other.and_then(|other| self.key(other).cloned())
	}

	/// What is about one record alone belongs to it.
	fn about(&mut self) {
		for place in self.open(|it| it.class.role == Role::About) {
			let mut keys = self
				.linked(place, &TARGETS)
				.into_iter()
				.filter(|target| self.role(*target) != Role::Support)
				.map(|target| self.key(target).cloned());
			let first = keys.next().flatten();
			let all_same = first.is_some() && keys.all(|key| key == first);
			match first {
				Some(key) if all_same => self.set(place, &key),
				_ => self.set_base(place),
			}
		}
	}
}

/// Whether a resource goes with others.
fn is_follower(resource: &Resource<'_>) -> bool {
	resource.class.role == Role::Order || FOLLOWERS.contains(&resource.kind.as_str())
}

/// Types that go with what refers to them.
const FOLLOWERS: [&str; 3] = ["Specimen", "Goal", "Appointment"];
