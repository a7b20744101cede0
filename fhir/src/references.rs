//! Which resource refers to which, by FHIR's rules for bundles, and the fullUrl of each entry.
//!
//! A literal reference is looked for by fullUrl, then by type and id: many systems give entries a
//! `urn:uuid:` and write `Patient/1` all the same. A conditional reference is looked for by
//! identifier, as is a reference that has only an identifier. Canonical URLs lead to definitions in
//! the bundle, addresses of attachments to its Binary resources.

use crate::{
	effort::Effort,
	input::Refusal,
	notices::Notice,
	resource::{Identifier, Resource, Target},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The base of entries that have neither a fullUrl nor a server. Nobody can own `.invalid`.
const NO_SERVER: &str = "http://vouchsafe.invalid/fhir";

/// The references between an input's resources.
pub struct Graph {
	/// For each resource and each of its references, the resources that it leads to.
	pub resolved: Vec<Vec<Vec<usize>>>,
	/// For each resource the ones that it refers to.
	pub forward: Vec<Vec<usize>>,
	/// References that lead out of the input.
	pub outside: usize,
}

impl Graph {
	/// Everything that these resources refer to, and they themselves, in the order of the input.
	/// `None` if it would be too much effort.
	pub(crate) fn closure(
		&self,
		members: impl IntoIterator<Item = usize>,
		effort: &Effort,
	) -> Option<BTreeSet<usize>> {
		let mut found: BTreeSet<usize> = members.into_iter().collect();
		let mut waiting: Vec<usize> = found.iter().copied().collect();
		while let Some(place) = waiting.pop() {
			let forward = self.forward.get(place).map_or(&[][..], Vec::as_slice);
			effort.spend(forward.len().saturating_add(1))?;
			for next in forward {
				if found.insert(*next) {
					waiting.push(*next);
				}
			}
		}
		Some(found)
	}

	/// What a reference leads to.
	pub fn targets(&self, place: usize, reference: usize) -> &[usize] {
		self.resolved.get(place).and_then(|it| it.get(reference)).map_or(&[], Vec::as_slice)
	}
}

/// The base of a RESTful fullUrl, as `http://server/fhir` of `http://server/fhir/Patient/1`.
fn base_of<'a>(url: &'a str, kind: &str) -> Option<&'a str> {
	let (before, _) = url.rsplit_once('/')?;
	let base = before.strip_suffix(kind)?.strip_suffix('/')?;
	(base.starts_with("http") && base.contains("://")).then_some(base)
}

/// An address without the version and the fragment that it may name.
fn without_version(url: &str) -> (&str, Option<&str>) {
	let url = url.split('#').next().unwrap_or_default();
	match url.split_once("/_history/") {
		Some((url, version)) => (url, Some(version)),
		None => (url, None),
	}
}

/// Gives every resource a fullUrl, unique with its version, and removes repetitions: the resources
/// that stay are given back.
pub fn complete_urls<'a>(
	resources: Vec<Resource<'a>>,
	server: Option<String>,
	notices: &mut Vec<Notice>,
) -> Vec<Resource<'a>> {
	let base = server_of(&resources).or(server).unwrap_or_else(|| NO_SERVER.to_owned());
	let mut kept: Vec<Resource<'a>> = Vec::with_capacity(resources.len());
	let mut seen: HashMap<(String, Option<String>), usize> = HashMap::new();
	for mut resource in resources {
		let given = resource.full_url.take();
		let url = match given.as_deref().map(|url| without_version(url).0) {
			Some(url) if url.contains(':') => url.to_owned(),
			_ => match &resource.id {
				Some(id) => format!("{base}/{}/{id}", resource.kind),
				None => urn_of(resource.raw, resource.entry),
			},
		};
		let key = (url.clone(), resource.version.clone());
		let first = seen.get(&key).and_then(|first| kept.get(*first));
		let of_its_own = match first {
			Some(first) if first.raw == resource.raw => {
				notices.push(Notice::Twice { entry: resource.entry, of: first.entry });
				continue;
			},
			Some(_) => {
				notices.push(Notice::SameUrl { entry: resource.entry, url: url.clone() });
				Some(urn_of(resource.raw, resource.entry))
			},
			None => None,
		};
		seen.entry(key).or_insert(kept.len());
		resource.full_url = Some(of_its_own.unwrap_or(url));
		kept.push(resource);
	}
	kept
}

/// The server that most entries come from; else the one that most absolute references name.
fn server_of(resources: &[Resource<'_>]) -> Option<String> {
	let most = |bases: &mut dyn Iterator<Item = String>| {
		let mut counted: BTreeMap<String, usize> = BTreeMap::new();
		for base in bases {
			let count = counted.entry(base).or_default();
			*count = count.saturating_add(1);
		}
		counted.into_iter().max_by_key(|(_, count)| *count).map(|(base, _)| base)
	};
	let of_entries = resources.iter().filter_map(|it| {
		base_of(without_version(it.full_url.as_deref()?).0, &it.kind).map(str::to_owned)
	});
	let names: BTreeSet<String> = resources.iter().map(Resource::name).collect();
	let of_references = resources.iter().flat_map(|it| &it.references).filter_map(|reference| {
		let Target::Literal(text) = &reference.target else { return None };
		let url = without_version(text).0;
		let (before, id) = url.rsplit_once('/')?;
		let kind = before.rsplit('/').next()?;
		let is_here = names.contains(&format!("{kind}/{id}"));
		base_of(url, kind).filter(|_| is_here).map(str::to_owned)
	});
	most(&mut { of_entries }).or_else(|| most(&mut { of_references }))
}

/// A `urn:uuid:` made of a resource's bytes and place, the same each time.
fn urn_of(raw: &str, entry: usize) -> String {
	let digest = crate::digest(format!("vouchsafe/fhir/fullUrl/1\0{entry}\0{raw}").as_bytes());
	let mut hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
	// Version 8 (of one's own making), variant 10.
	hex.replace_range(12..13, "8");
	hex.replace_range(16..17, "a");
	let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
	format!(
		"urn:uuid:{}-{}-{}-{}-{}",
		part(0..8),
		part(8..12),
		part(12..16),
		part(16..20),
		part(20..32)
	)
}

/// Places of resources, by their ids and identifiers.
type Places<K> = HashMap<K, Vec<usize>>;

struct Index<'r> {
	resources: &'r [Resource<'r>],
	by_url: Places<String>,
	/// By type and id.
	by_name: Places<(&'r str, &'r str)>,
	/// By type and id, only resources whose fullUrl does not name a server.
	by_name_without_server: Places<(&'r str, &'r str)>,
	by_id: Places<&'r str>,
	by_identifier: Places<&'r Identifier>,
	/// By type, and system and value of an identifier.
	by_kind_and_identifier: Places<(&'r str, &'r str, &'r str)>,
	/// By type, and value of an identifier.
	by_kind_and_value: Places<(&'r str, &'r str)>,
	by_canonical: Places<&'r str>,
	effort: Effort,
}

impl<'r> Index<'r> {
	fn new(resources: &'r [Resource<'r>]) -> Self {
		let mut index = Self {
			resources,
			by_url: HashMap::new(),
			by_name: HashMap::new(),
			by_name_without_server: HashMap::new(),
			by_id: HashMap::new(),
			by_identifier: HashMap::new(),
			by_kind_and_identifier: HashMap::new(),
			by_kind_and_value: HashMap::new(),
			by_canonical: HashMap::new(),
			effort: Effort::new(resources),
		};
		for (place, resource) in resources.iter().enumerate() {
			if let Some(url) = &resource.full_url {
				index.by_url.entry(normal(url)).or_default().push(place);
			}
			if let Some(id) = &resource.id {
				index.by_name.entry((&resource.kind, id)).or_default().push(place);
				if !has_server(resource) {
					let places = index.by_name_without_server.entry((&resource.kind, id));
					places.or_default().push(place);
				}
				index.by_id.entry(id).or_default().push(place);
			}
			for identifier in &resource.identifiers {
				index.by_identifier.entry(identifier).or_default().push(place);
				let (kind, (system, value)) = (&resource.kind, identifier);
				let places = index.by_kind_and_identifier.entry((kind, system, value));
				places.or_default().push(place);
				index.by_kind_and_value.entry((kind, value)).or_default().push(place);
			}
			if let Some(url) = &resource.url {
				index.by_canonical.entry(url).or_default().push(place);
			}
		}
		index
	}

	/// What a target leads to. `None` if it would be too much effort.
	fn resolve(&self, from: usize, target: &Target) -> Option<Vec<usize>> {
		match target {
			// An address that is not a resource's is not a reference.
			Target::Literal(text) | Target::Address(text) => self.literal(from, text),
			Target::Canonical(text) => {
				let url = text.split(['|', '#']).next().unwrap_or_default();
				self.copy(self.by_canonical.get(url))
			},
			Target::Identifier { kind, identifier } => self.identified(kind.as_deref(), identifier),
		}
	}

	fn copy(&self, places: Option<&Vec<usize>>) -> Option<Vec<usize>> {
		let places = places.map_or(&[][..], Vec::as_slice);
		self.effort.spend(places.len().saturating_add(1))?;
		Some(places.to_vec())
	}

	fn identified(&self, kind: Option<&str>, identifier: &Identifier) -> Option<Vec<usize>> {
		let (system, value) = identifier;
		self.copy(match kind {
			None => self.by_identifier.get(identifier),
			Some(kind) => self.by_kind_and_identifier.get(&(kind, system.as_str(), value.as_str())),
		})
	}

	fn literal(&self, from: usize, text: &str) -> Option<Vec<usize>> {
		let text = text.trim();
		let (url, version) = without_version(text);
		if url.is_empty() {
			// `#id` leads to a contained resource, which is always there.
			return Some(Vec::new());
		}
		if let Some((kind, query)) = url.split_once('?') {
			return self.conditional(kind, query);
		}
		let is_absolute = url.contains(':');
		let mut found = if is_absolute {
			self.copy(self.by_url.get(&normal(url)))?
		} else {
			let own = self.resources.get(from);
			let base = own.and_then(|it| base_of(it.full_url.as_deref()?, &it.kind));
			let url = base.map(|base| normal(&format!("{base}/{url}")));
			self.copy(url.and_then(|url| self.by_url.get(&url)))?
		};
		if found.is_empty() {
			found = self.named(url, is_absolute)?;
		}
		if let Some(version) = version {
			let has = |place: &usize| {
				self.resources.get(*place).and_then(|it| it.version.as_deref()) == Some(version)
			};
			if found.iter().any(has) {
				found.retain(has);
			}
		}
		Some(found)
	}

	/// By type and id, without the fullUrl. An absolute address counts only for entries that name
	/// no other server.
	fn named(&self, url: &str, is_absolute: bool) -> Option<Vec<usize>> {
		let lower = url.to_lowercase();
		if let Some(id) = lower.strip_prefix("urn:uuid:") {
			return self.copy(self.by_id.get(id));
		}
		let Some((before, id)) = url.rsplit_once('/') else { return Some(Vec::new()) };
		let kind = before.rsplit('/').next().unwrap_or_default();
		let index = if is_absolute { &self.by_name_without_server } else { &self.by_name };
		self.copy(index.get(&(kind, id)))
	}

	/// `Patient?identifier=system|value`, as transactions have it.
	fn conditional(&self, kind: &str, query: &str) -> Option<Vec<usize>> {
		let kind = kind.rsplit('/').next().unwrap_or_default();
		for part in query.split('&') {
			let Some((name, value)) = part.split_once('=') else { continue };
			let value = decoded(value);
			if name == "_id" {
				return self.copy(self.by_name.get(&(kind, value.as_str())));
			}
			if name == "identifier" {
				// A bar may also be part of the value, because it is often encoded.
				let whole = value.as_str();
				let (system, value) = whole.split_once('|').unwrap_or(("", whole));
				let exact = (system.trim_end_matches('/').to_lowercase(), value.to_owned());
				let found = self.identified(Some(kind), &exact)?;
				if !found.is_empty() {
					return Some(found);
				}
				let whole = if exact.0.is_empty() { value } else { whole };
				return self.copy(self.by_kind_and_value.get(&(kind, whole)));
			}
		}
		Some(Vec::new())
	}
}

/// Whether a resource's fullUrl names a server.
fn has_server(resource: &Resource<'_>) -> bool {
	let url = resource.full_url.as_deref();
	url.is_some_and(|url| url.starts_with("http") && !url.starts_with(NO_SERVER))
}

/// URLs of entries are compared without regard to the case of `urn:uuid:` and a last slash.
fn normal(url: &str) -> String {
	let url = url.trim_end_matches('/');
	let is_urn = url.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
	if is_urn {
		url.to_lowercase()
	} else {
		url.to_owned()
	}
}

/// Percent-decoding for queries.
fn decoded(text: &str) -> String {
	let mut bytes = Vec::with_capacity(text.len());
	let mut rest = text.as_bytes();
	while let [first, tail @ ..] = rest {
		let code = match tail {
			[a, b, ..] if *first == b'%' => {
				std::str::from_utf8(&[*a, *b]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
			},
			_ => None,
		};
		bytes.push(code.unwrap_or(*first));
		rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
	}
	String::from_utf8_lossy(&bytes).into_owned()
}

/// Resolves the references between the resources.
pub fn graph(resources: &[Resource<'_>]) -> Result<Graph, Refusal> {
	let index = Index::new(resources);
	let mut graph = Graph { resolved: Vec::new(), forward: Vec::new(), outside: 0 };
	for (place, resource) in resources.iter().enumerate() {
		let mut forward = BTreeSet::new();
		let mut all = Vec::with_capacity(resource.references.len());
		for reference in &resource.references {
			let mut found = index.resolve(place, &reference.target).ok_or(Refusal::Ambiguous)?;
			let before = found.len();
			found.retain(|other| *other != place);
			if let (true, Target::Literal(text)) = (found.is_empty(), &reference.target) {
				let is_own = before > 0;
				if !text.starts_with('#') && !is_own {
					graph.outside = graph.outside.saturating_add(1);
				}
			}
			forward.extend(found.iter().copied());
			all.push(found);
		}
		graph.forward.push(forward.into_iter().collect());
		graph.resolved.push(all);
	}
	Ok(graph)
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{json, Value};

	fn read(entries: &[(Option<&str>, Value)]) -> Vec<Resource<'static>> {
		let resources = entries.iter().enumerate().map(|(place, (url, value))| {
			let raw: &'static str = Box::leak(value.to_string().into_boxed_str());
			let mut resource = Resource::read(place + 1, raw, value).unwrap();
			resource.full_url = url.map(str::to_owned);
			resource
		});
		complete_urls(resources.collect(), None, &mut Vec::new())
	}

	fn patient() -> Value {
		json!({ "resourceType": "Patient", "id": "1",
			"identifier": [{ "system": "http://H/", "value": "A|7" }] })
	}

	fn refers(reference: Value) -> Value {
		json!({ "resourceType": "Observation", "id": "o", "subject": reference })
	}

	/// What a reference of the second entry leads to.
	fn leads_to_first(url: Option<&str>, own: Option<&str>, reference: Value) -> bool {
		let resources = read(&[(url, patient()), (own, refers(reference))]);
		graph(&resources).unwrap().forward[1] == [0]
	}

	#[test]
	fn references_of_every_kind_resolve() {
		let literal = |text: &str| json!({ "reference": text });
		let server = "http://s/fhir/Patient/1";
		let own = Some("http://s/fhir/Observation/o");
		for (url, own, reference) in [
			(Some("urn:uuid:AB"), Some("urn:uuid:cd"), literal("urn:uuid:ab")),
			(Some(server), own, literal("Patient/1")),
			(Some(server), own, literal("http://s/fhir/Patient/1")),
			(Some(server), own, literal("Patient/1/_history/3")),
			(Some(server), own, literal("Patient/1#x")),
			(Some("http://s/fhir/Patient/1/_history/2"), own, literal("Patient/1")),
			(Some("urn:uuid:ab"), Some("urn:uuid:cd"), literal("Patient/1")),
			(None, None, literal("Patient/1")),
			(None, None, literal("http://s/fhir/Patient/1")),
			(None, None, literal("urn:uuid:1")),
			(Some("urn:uuid:ab"), None, literal("Patient?identifier=http://h|A%7C7")),
			(Some("urn:uuid:ab"), None, literal("Patient?identifier=A%7C7")),
			(Some("urn:uuid:ab"), None, literal("Patient?_id=1")),
			(Some(server), None, json!({ "identifier": { "system": "http://h", "value": "A|7" } })),
			(
				Some(server),
				None,
				json!({ "type": "Patient",
				"identifier": { "system": "http://h/", "value": "A|7" } }),
			),
		] {
			assert!(leads_to_first(url, own, reference.clone()), "{url:?} {own:?} {reference}");
		}
		for (url, own, reference) in [
			(Some(server), own, literal("http://other/fhir/Patient/1")),
			(Some(server), own, literal("Patient/2")),
			(Some(server), own, literal("#1")),
			(Some(server), own, literal("Patient?name=x")),
			(
				Some(server),
				own,
				json!({ "type": "Group", "identifier": { "system": "http://h", "value": "A|7" } }),
			),
			(Some(server), own, json!({ "identifier": { "value": "A|7", "system": "http://x" } })),
		] {
			assert!(!leads_to_first(url, own, reference.clone()), "{url:?} {own:?} {reference}");
		}
	}

	#[test]
	fn canonicals_and_attachments_resolve() {
		let resources = read(&[
			(None, json!({ "resourceType": "Questionnaire", "url": "http://q" })),
			(
				None,
				json!({ "resourceType": "QuestionnaireResponse", "questionnaire": "http://q|2" }),
			),
			(None, json!({ "resourceType": "Binary", "id": "b" })),
			(
				None,
				json!({ "resourceType": "DocumentReference", "content": [
				{ "attachment": { "contentType": "text/plain", "url": "Binary/b" } }] }),
			),
		]);
		let graph = graph(&resources).unwrap();
		assert_eq!(graph.forward, [vec![], vec![0], vec![], vec![2]]);
		assert_eq!(graph.outside, 0);
	}

	#[test]
	fn what_leads_outside_is_counted_and_versions_are_kept_apart() {
		let version = |number: &str| json!({ "resourceType": "Patient", "id": "1", "meta": { "versionId": number } });
		let url = Some("http://s/Patient/1");
		let resources = read(&[
			(url, version("1")),
			(url, version("2")),
			(
				Some("http://s/Observation/o"),
				refers(json!({ "reference": "Patient/1/_history/2" })),
			),
			(Some("http://s/Observation/p"), refers(json!({ "reference": "Patient/1" }))),
			(Some("http://s/Observation/q"), refers(json!({ "reference": "Patient/9" }))),
			(Some("http://s/Observation/r"), refers(json!({ "reference": "#x" }))),
		]);
		let graph = graph(&resources).unwrap();
		assert_eq!(graph.forward[2], [1]);
		assert_eq!(graph.forward[3], [0, 1]);
		assert_eq!(graph.outside, 1);
	}

	#[test]
	fn urls_are_completed_and_unique() {
		let goal = |id: &str, text: &str| json!({ "resourceType": "Goal", "id": id, "x": text });
		let entries = [
			(Some("http://s/fhir/Goal/1"), goal("1", "a")),
			(Some("http://s/fhir/Goal/1"), goal("1", "a")),
			(Some("http://s/fhir/Goal/1"), goal("1", "b")),
			(None, goal("2", "c")),
			(Some("Goal/3"), goal("3", "c")),
			(None, json!({ "resourceType": "Goal" })),
			(None, json!({ "resourceType": "Goal" })),
		];
		let resources = read(&entries);
		let urls: Vec<&str> = resources.iter().map(|it| it.full_url.as_deref().unwrap()).collect();
		assert_eq!(urls.len(), 6, "the second repeats the first");
		assert_eq!(urls[0], "http://s/fhir/Goal/1");
		assert!(urls[1].starts_with("urn:uuid:"));
		assert_eq!(urls[2..4], ["http://s/fhir/Goal/2", "http://s/fhir/Goal/3"]);
		assert!(urls[4].starts_with("urn:uuid:") && urls[4] != urls[5]);
		assert_eq!(
			urls,
			read(&entries).iter().map(|it| it.full_url.as_deref().unwrap()).collect::<Vec<_>>()
		);
	}

	#[test]
	fn percent_signs() {
		assert_eq!(decoded("a%7Cb%2"), "a|b%2");
		assert_eq!(decoded("%zz%"), "%zz%");
	}
}
