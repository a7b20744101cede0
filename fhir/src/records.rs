//! Makes the records. Each is a valid and self-contained bundle, with its category, months, labels
//! and confidentiality.

use crate::{
	bundle,
	categories::Role,
	dates::{self, Judge, Months},
	effort::Effort,
	input::{self, Refusal},
	labels::Label,
	notices::Notice,
	patient::{self, Identity},
	references::{self, Graph},
	resource::{Codes, Resource, Target},
	units::{self, Encounter, Key, Unit},
	version, Import, Options, FHIR_JSON,
};
use serde_json::{json, Value};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{Category, Confidentiality};

/// Records may be this many times as large as the input, because they repeat what they refer to.
const MOST_REPEATED: usize = 64;
/// Up to this size the records of an input are not measured against it.
const ALWAYS_ALLOWED: usize = 64 << 20;

/// What a record is about, for its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
	/// A file that is kept as it is.
	File,
	/// A document, with its own title if it has one.
	Document(Option<String>),
	/// An encounter, with its first day if it is known.
	Encounter(Option<String>),
	/// A month.
	Month,
	/// The standing lists.
	Summary,
	/// The bills of a year.
	Year(Option<u16>),
	/// All of a category.
	Category,
}

/// A record.
#[derive(Clone, Debug)]
pub struct Record {
	/// Its category.
	pub category: Category,
	/// First and last month of service; `None` if its resources have no date that counts.
	pub months: Option<Months>,
	/// Its labels: those of all that is in it, also of what is repeated.
	pub labels: BTreeSet<Label>,
	/// Its confidentiality.
	pub confidentiality: Confidentiality,
	/// What it is about.
	pub about: About,
	/// Its content.
	pub content: Vec<u8>,
	/// Its media type; `None` if only the file's name tells it.
	pub media_type: Option<&'static str>,
	/// Places of the resources that make the record, as entries from 1.
	pub members: Vec<usize>,
	/// How many resources are repeated in it because the members refer to them.
	pub repeated: usize,
	/// The same for the same encounter, month, year or document in each import.
	pub identity: [u8; 32],
}

impl Record {
	/// Whether it has the standing lists, so that a later import makes a version of it.
	pub fn is_summary(&self) -> bool {
		self.about == About::Summary
	}
}

/// Turns a bundle into records.
pub(crate) fn of_bundle(bytes: &[u8], text: &str, options: &Options) -> Result<Import, Refusal> {
	let mut notices = Vec::new();
	let bundle = bundle::read(bytes, text, options, &mut notices)?;
	let own = Resource::read(0, "", &json!({ "resourceType": "Bundle", "meta": bundle.meta }));
	let own = own.map(|it| it.codes).unwrap_or_default();
	let count = bundle.resources.len();
	let is_whole = bundle.kind == "document" || bundle.signed || options.unit == Unit::Document;
	// A bundle that is kept whole keeps its repetitions too.
	let mut of_urls = Vec::new();
	let mut resources = references::complete_urls(bundle.resources, bundle.base, &mut of_urls);
	if !is_whole {
		notices.extend(of_urls);
	}
	let graph = references::graph(&resources)?;
	spread_security(&mut resources, &graph);
	let (identity, patient) = the_patient(&resources, &graph)?;
	let judge = Judge::new(options.today, birth_of(&resources, patient));
	let months = judge_all(&resources, &judge, &mut notices);
	notices.extend(notices_of(&resources, &graph, &own));
	let maker = Maker { resources: &resources, graph: &graph, months: &months, own: &own, patient };
	let records = if is_whole {
		vec![maker.whole(bytes, bundle.kind == "document")]
	} else {
		maker.split(bytes.len(), options.unit)?
	};
	Ok(Import { records, notices, resources: count, patient: identity, digest: [0; 32] })
}

/// Keeps a resource that is not in a bundle.
pub(crate) fn of_resource(bytes: &[u8], text: &str, options: &Options) -> Result<Import, Refusal> {
	let value: Value = serde_json::from_str(text).map_err(|error| {
		let skipped = bytes.len().saturating_sub(text.len());
		input::error_at(bytes, skipped, &error, false)
	})?;
	let kind = value.get("resourceType").and_then(Value::as_str).unwrap_or_default();
	if kind == "OperationOutcome" {
		return Err(Refusal::Outcome(bundle::outcome_text(&value)));
	}
	if let Some(evidence) = version::other_than_r4(&value, kind, 0) {
		return Err(Refusal::Version(evidence));
	}
	let Some(resource) = Resource::read(0, text, &value) else { return Ok(of_file(bytes)) };
	let resources = [resource];
	let graph = references::graph(&resources)?;
	let (identity, patient) = the_patient(&resources, &graph)?;
	let mut notices = Vec::new();
	let judge = Judge::new(options.today, birth_of(&resources, patient));
	let months = judge_all(&resources, &judge, &mut notices);
	let own = Codes::default();
	notices.extend(notices_of(&resources, &graph, &own));
	let maker =
		Maker { resources: &resources, graph: &graph, months: &months, own: &own, patient: None };
	let records = vec![maker.whole(bytes, false)];
	Ok(Import { records, notices, resources: 1, patient: identity, digest: [0; 32] })
}

/// Keeps any other file.
pub(crate) fn of_file(bytes: &[u8]) -> Import {
	let record = Record {
		category: Category::Other,
		months: None,
		labels: BTreeSet::new(),
		confidentiality: Confidentiality::Normal,
		about: About::File,
		content: bytes.to_vec(),
		media_type: None,
		members: Vec::new(),
		repeated: 0,
		identity: crate::digest(bytes),
	};
	Import {
		records: vec![record],
		notices: vec![Notice::NotChecked],
		resources: 1,
		patient: None,
		digest: [0; 32],
	}
}

/// Fields by which a resource contains others, so that its security labels are also theirs: the
/// sections of a document, results, panels, lists, diagnoses, attachments.
const CONTENTS: [&str; 8] =
	["entry", "result", "hasMember", "link", "item", "condition", "imagingStudy", "url"];

/// Gives what a resource contains the labels and the confidentiality that its source gave it.
fn spread_security(resources: &mut [Resource<'_>], graph: &Graph) {
	let is_marked = |it: &Resource<'_>| {
		!it.codes.security.is_empty() || it.codes.confidentiality > Some(Confidentiality::Normal)
	};
	let mut waiting: Vec<usize> =
		(0..resources.len()).filter(|place| resources.get(*place).is_some_and(is_marked)).collect();
	while let Some(place) = waiting.pop() {
		let Some(resource) = resources.get(place) else { continue };
		let (labels, level) = (resource.codes.security.clone(), resource.codes.confidentiality);
		let contents: BTreeSet<usize> = resource
			.references
			.iter()
			.enumerate()
			.filter(|(_, reference)| CONTENTS.contains(&reference.field.as_str()))
			.flat_map(|(number, _)| graph.targets(place, number).iter().copied())
			.collect();
		for target in contents {
			let Some(target_resource) = resources.get_mut(target) else { continue };
			if target_resource.class.is_administrative {
				continue;
			}
			let codes = &mut target_resource.codes;
			let higher = level > Some(Confidentiality::Normal) && codes.confidentiality < level;
			if higher || !labels.is_subset(&codes.security) {
				codes.labels.extend(labels.iter().copied());
				codes.security.extend(labels.iter().copied());
				if higher {
					codes.confidentiality = level;
				}
				waiting.push(target);
			}
		}
	}
}

/// The one patient of an input, and the place of the Patient resource.
fn the_patient(
	resources: &[Resource<'_>],
	graph: &Graph,
) -> Result<(Option<Identity>, Option<usize>), Refusal> {
	let patients = patient::patients_of(resources, graph);
	match patients.as_slice() {
		[] => Ok((None, None)),
		[(name, place)] => {
			let resource = place.and_then(|place| resources.get(place));
			let identifiers = resource.map_or(&[][..], |it| it.identifiers.as_slice());
			let person = resource.and_then(|it| it.person.as_ref());
			let id = resource.is_none_or(|it| it.id.is_some());
			let identity = Identity::of(identifiers, person, id.then_some(name.as_str()));
			Ok((Some(identity), *place))
		},
		several => Err(Refusal::Patients(
			several
				.iter()
				.map(|(name, place)| match place.and_then(|place| resources.get(place)) {
					Some(resource) => format!("{name} (entry {})", resource.entry),
					None => name.clone(),
				})
				.collect(),
		)),
	}
}

fn birth_of<'r>(resources: &'r [Resource<'_>], patient: Option<usize>) -> Option<&'r str> {
	resources.get(patient?)?.person.as_ref()?.birth.as_deref()
}

/// The months of each resource; dates that do not count are named.
fn judge_all(
	resources: &[Resource<'_>],
	judge: &Judge,
	notices: &mut Vec<Notice>,
) -> Vec<Option<Months>> {
	let mut all = Vec::with_capacity(resources.len());
	for resource in resources {
		let mut months = None;
		for dated in &resource.dates {
			match judge.months(&dated.text) {
				Ok(more) => months = dates::join(months, Some(more)),
				Err(why) => {
					let notice = Notice::Date {
						entry: resource.entry,
						kind: resource.kind.clone(),
						field: dated.field.clone(),
						date: dated.text.clone(),
						why,
					};
					// Items of one bill often have the same date.
					if !notices.iter().rev().take(8).any(|it| *it == notice) {
						notices.push(notice);
					}
				},
			}
		}
		all.push(months);
	}
	all
}

/// What the resources tell: attachments elsewhere, unknown codes, errors.
fn notices_of(resources: &[Resource<'_>], graph: &Graph, own: &Codes) -> Vec<Notice> {
	let mut notices = Vec::new();
	let mut systems: BTreeMap<String, usize> = BTreeMap::new();
	let (mut without, mut texts) = (Vec::new(), Vec::new());
	for (place, resource) in resources.iter().enumerate() {
		notices.extend(resource.notices());
		if resource.is_hollow {
			notices.push(Notice::Elsewhere {
				entry: resource.entry,
				kind: resource.kind.clone(),
				address: resource.full_url.clone().unwrap_or_default(),
			});
		}
		let references = resource.references.iter().enumerate();
		let here: BTreeSet<&str> = references
			.filter(|(number, _)| !graph.targets(place, *number).is_empty())
			.filter_map(|(_, reference)| match &reference.target {
				Target::Address(address) => Some(address.as_str()),
				_ => None,
			})
			.collect();
		for attachment in &resource.attachments {
			let is_here = here.contains(attachment.address.as_str());
			let inline =
				attachment.address.starts_with('#') || attachment.address.starts_with("data:");
			if !is_here && !inline {
				notices.push(Notice::Elsewhere {
					entry: resource.entry,
					kind: resource.kind.clone(),
					address: attachment.address.clone(),
				});
			}
		}
		if resource.class.is_administrative {
			continue;
		}
		for (system, count) in &resource.codes.unknown_systems {
			let known = systems.entry(system.clone()).or_default();
			*known = known.saturating_add(*count);
		}
		without.extend(resource.codes.without_system.iter());
		texts.extend(resource.codes.text_only.iter());
	}
	for (system, code) in &own.unknown_security {
		notices.push(Notice::Security { entry: 0, system: system.clone(), code: code.clone() });
	}
	notices.extend(systems.into_iter().map(|(system, count)| Notice::System { system, count }));
	let example = |list: &[&String]| list.first().map(|it| (*it).clone());
	if let Some(example) = example(&without) {
		notices.push(Notice::WithoutSystem { count: without.len(), example });
	}
	if let Some(example) = example(&texts) {
		notices.push(Notice::TextOnly { count: texts.len(), example });
	}
	if graph.outside > 0 {
		notices.push(Notice::Outside { count: graph.outside });
	}
	notices
}

struct Maker<'m> {
	resources: &'m [Resource<'m>],
	graph: &'m Graph,
	months: &'m [Option<Months>],
	/// What the bundle's own `meta` says.
	own: &'m Codes,
	/// The place of the Patient.
	patient: Option<usize>,
}

impl Maker<'_> {
	fn get(&self, place: usize) -> Option<&Resource<'_>> {
		self.resources.get(place)
	}

	fn months_of(&self, places: impl IntoIterator<Item = usize>) -> Option<Months> {
		let months = places.into_iter().map(|place| self.months.get(place).copied().flatten());
		months.fold(None, dates::join)
	}

	/// Labels and confidentiality of all these resources together.
	fn sensitivity(
		&self,
		places: impl IntoIterator<Item = usize>,
	) -> (BTreeSet<Label>, Confidentiality) {
		let mut labels = self.own.labels.clone();
		let mut level = self.own.level();
		for codes in places.into_iter().filter_map(|place| self.get(place)).map(|it| &it.codes) {
			labels.extend(codes.labels.iter().copied());
			// What the bundle says counts for a resource that says nothing itself.
			let says = codes.confidentiality.or(self.own.confidentiality);
			level = level.max(says.unwrap_or_else(|| codes.level()));
		}
		(labels, level)
	}

	/// One record of the whole input.
	fn whole(&self, bytes: &[u8], is_document: bool) -> Record {
		let all = 0..self.resources.len();
		let (labels, confidentiality) = self.sensitivity(all.clone());
		let find = |kind: &str| self.resources.iter().position(|it| it.kind == kind);
		let composition = find("Composition").filter(|_| is_document);
		// A document has the months of its writing and of its encounter, not of everything that it
		// is about.
		let months = composition
			.and_then(|place| dates::join(self.months_of([place]), self.encounter_months(&[place])))
			.or_else(|| self.months_of(all.clone()));
		let categories: BTreeSet<Category> = self
			.resources
			.iter()
			.filter(|it| it.class.role != Role::Support)
			.map(|it| it.class.category)
			.collect();
		let category = match composition.and_then(|place| self.get(place)) {
			Some(composition) => composition.class.category,
			None => match categories.into_iter().collect::<Vec<_>>().as_slice() {
				[one] => *one,
				[] if find("Patient").is_some() => Category::Summary,
				_ => Category::Other,
			},
		};
		let title = composition.or(if self.resources.len() == 1 { Some(0) } else { None });
		let title = title.and_then(|place| self.get(place)?.title.clone());
		let name = composition.and_then(|place| self.get(place)?.full_url.clone());
		Record {
			category,
			months,
			labels,
			confidentiality,
			about: About::Document(title),
			content: bytes.to_vec(),
			media_type: Some(FHIR_JSON),
			members: self.resources.iter().map(|it| it.entry).collect(),
			repeated: 0,
			identity: match name {
				Some(name) => crate::digest(format!("document {name}").as_bytes()),
				None => crate::digest(bytes),
			},
		}
	}

	/// The months of the encounters that these belong to.
	fn encounter_months(&self, places: &[usize]) -> Option<Months> {
		let of = |place: &usize| match units::encounter_of(self.resources, self.graph, *place) {
			Some(Encounter::Here(encounter)) => self.months_of([encounter]),
			_ => None,
		};
		places.iter().map(of).fold(None, dates::join)
	}

	fn split(&self, input: usize, unit: Unit) -> Result<Vec<Record>, Refusal> {
		let effort = Effort::new(self.resources);
		let entangled = || Refusal::Entangled(MOST_REPEATED);
		let groups = units::group(self.resources, self.graph, self.months, unit, &effort);
		let mut groups = groups.ok_or_else(entangled)?;
		self.add_leftovers(&mut groups, unit, &effort).ok_or_else(entangled)?;
		let most = input.saturating_mul(MOST_REPEATED).max(ALWAYS_ALLOWED);
		let mut size = 0usize;
		let mut records = Vec::with_capacity(groups.len());
		for (key, members) in groups {
			let needed = self.needed(&key, &members);
			let all = self.graph.closure(needed, &effort).ok_or_else(entangled)?;
			let length = all.iter().filter_map(|place| self.get(*place)).map(|it| it.raw.len());
			size = length.fold(size, usize::saturating_add);
			if size > most {
				return Err(entangled());
			}
			records.push(self.record(&key, &members, &all));
		}
		records.sort_by_key(|record| (record.category.index(), record.months));
		Ok(records)
	}

	/// The resources that a record has whether or not its members refer to them.
	fn needed<'k>(&self, key: &Key, members: &'k [usize]) -> impl Iterator<Item = usize> + 'k {
		let encounter = match key {
			Key::Encounter(Encounter::Here(place), _) => Some(*place),
			_ => None,
		};
		members.iter().copied().chain(self.patient).chain(encounter)
	}

	/// What no record refers to. A content without a document is a record of its own; the rest
	/// goes into the summary, or else into the first record.
	fn add_leftovers(
		&self,
		groups: &mut BTreeMap<Key, Vec<usize>>,
		unit: Unit,
		effort: &Effort,
	) -> Option<()> {
		let needed = groups.iter().flat_map(|(key, members)| self.needed(key, members));
		let reached = self.graph.closure(needed, effort)?;
		let mut keys: BTreeMap<usize, Key> = BTreeMap::new();
		for (key, members) in groups.iter() {
			keys.extend(members.iter().map(|place| (*place, key.clone())));
		}
		let mut rest = Vec::new();
		for place in (0..self.resources.len()).filter(|place| !reached.contains(place)) {
			if self.get(place).is_some_and(|it| it.kind == "Binary") {
				let key = self.key_of_content(place, &keys);
				keys.insert(place, key.clone());
				groups.entry(key).or_default().push(place);
			} else {
				rest.push(place);
			}
		}
		if rest.is_empty() {
			return Some(());
		}
		let has_patient = rest.iter().any(|place| Some(*place) == self.patient);
		let alone = match (unit, has_patient) {
			(Unit::Category, true) => Key::Category(Category::Summary),
			(Unit::Category, false) => Key::Category(Category::Other),
			(_, true) => Key::Summary,
			(_, false) => Key::Month(None, Category::Other),
		};
		let key = groups.keys().next().cloned().unwrap_or(alone);
		groups.entry(key).or_default().extend(rest);
		Some(())
	}

	/// A content belongs to the resource that its security context names. `keys` are the keys of the
	/// records' members.
	fn key_of_content(&self, place: usize, keys: &BTreeMap<usize, Key>) -> Key {
		let references = self.get(place).map_or(&[][..], |it| it.references.as_slice());
		references
			.iter()
			.enumerate()
			.filter(|(_, reference)| reference.field == "securityContext")
			.flat_map(|(number, _)| self.graph.targets(place, number))
			.find_map(|target| keys.get(target))
			.cloned()
			.unwrap_or(Key::Whole(place))
	}

	fn record(&self, key: &Key, members: &[usize], all: &BTreeSet<usize>) -> Record {
		let (labels, confidentiality) = self.sensitivity(all.iter().copied());
		let months = self
			.months_of(members.iter().copied())
			.or_else(|| match key {
				Key::Encounter(Encounter::Here(place), _) => self.months_of([*place]),
				_ => None,
			})
			.or_else(|| self.encounter_months(members));
		let entry = |place: &usize| self.get(*place).map(|it| it.entry);
		Record {
			category: key.category(self.resources, self.graph),
			months,
			labels,
			confidentiality,
			about: self.about(key),
			content: self.collection(all),
			media_type: Some(FHIR_JSON),
			members: members.iter().filter_map(entry).collect(),
			repeated: all.len().saturating_sub(members.len()),
			identity: self.identity(key),
		}
	}

	fn about(&self, key: &Key) -> About {
		match key {
			Key::Summary => About::Summary,
			Key::Whole(place) => About::Document(self.get(*place).and_then(|it| it.title.clone())),
			Key::Encounter(Encounter::Here(place), _) => {
				let dates = self.get(*place).map_or(&[][..], |it| it.dates.as_slice());
				let start = dates.iter().find(|it| it.field == "period.start").or(dates.first());
				let day = start.map(|it| it.text.get(..10).unwrap_or(&it.text).to_owned());
				About::Encounter(day)
			},
			Key::Encounter(Encounter::Elsewhere(_), _) => About::Encounter(None),
			Key::Month(..) => About::Month,
			Key::Year(year) => About::Year(year.and_then(|year| year.checked_add(1900))),
			Key::Category(_) => About::Category,
		}
	}

	fn identity(&self, key: &Key) -> [u8; 32] {
		let url =
			|place: &usize| self.get(*place).and_then(|it| it.full_url.clone()).unwrap_or_default();
		let text = match key {
			Key::Summary => "summary".to_owned(),
			Key::Whole(place) => format!("whole {}", url(place)),
			Key::Encounter(Encounter::Here(place), category) => {
				format!("encounter {} {}", url(place), category.index())
			},
			Key::Encounter(Encounter::Elsewhere(name), category) => {
				format!("encounter {name} {}", category.index())
			},
			Key::Month(month, category) => format!("month {month:?} {}", category.index()),
			Key::Year(year) => format!("year {year:?}"),
			Key::Category(category) => format!("category {}", category.index()),
		};
		crate::digest(text.as_bytes())
	}

	/// A bundle of these resources, each byte for byte.
	fn collection(&self, places: &BTreeSet<usize>) -> Vec<u8> {
		let mut json = br#"{"resourceType":"Bundle","type":"collection","entry":["#.to_vec();
		for (number, resource) in places.iter().filter_map(|place| self.get(*place)).enumerate() {
			json.extend(if number == 0 { "{" } else { ",{" }.as_bytes());
			if let Some(url) = &resource.full_url {
				json.extend(br#""fullUrl":"#);
				json.extend(Value::from(url.as_str()).to_string().as_bytes());
				json.push(b',');
			}
			json.extend(br#""resource":"#);
			json.extend(resource.raw.as_bytes());
			json.push(b'}');
		}
		json.extend(b"]}");
		json
	}
}
