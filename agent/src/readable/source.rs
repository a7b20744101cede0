//! The resources of a document, and what references lead to.

use serde_json::Value;
use std::collections::HashMap;

/// How many contained resources are searched.
const MOST_CONTAINED: usize = 1_000;
/// How deeply bundles may be nested.
const DEEPEST: u8 = 3;

/// The resources of a document.
pub(super) struct Source<'a> {
	/// In the order of the document. Bundles inside the bundle are unpacked.
	pub(super) resources: Vec<&'a Value>,
	places: HashMap<String, usize>,
}

impl<'a> Source<'a> {
	/// The resources of a bundle, or the one resource; `None` if this is neither.
	pub(super) fn new(value: &'a Value) -> Option<Self> {
		kind_of(value)?;
		let mut source = Self { resources: Vec::new(), places: HashMap::new() };
		source.add(value, None, 0);
		Some(source)
	}

	fn add(&mut self, value: &'a Value, url: Option<&str>, depth: u8) {
		let Some(kind) = kind_of(value) else { return };
		if kind == "Bundle" && depth < DEEPEST {
			for entry in list(&value["entry"]) {
				let url = entry["fullUrl"].as_str();
				self.add(&entry["resource"], url, depth.saturating_add(1));
			}
			return;
		}
		let place = self.resources.len();
		self.resources.push(value);
		let mut name = |name: String| {
			self.places.entry(name).or_insert(place);
		};
		if let Some(url) = url {
			name(url.to_owned());
		}
		if let Some(id) = value["id"].as_str() {
			name(format!("{kind}/{id}"));
		}
		for identifier in list(&value["identifier"]) {
			if let Some(key) = identifier_key(kind, identifier) {
				name(key);
			}
		}
	}

	/// The resource that a reference leads to. `home` is the resource in which the reference is.
	pub(super) fn resolve(&self, home: &'a Value, reference: &Value) -> Option<&'a Value> {
		if let Some(text) = reference["reference"].as_str() {
			if let Some(id) = text.strip_prefix('#') {
				let mut contained = list(&home["contained"]).iter().take(MOST_CONTAINED);
				return contained.find(|it| it["id"].as_str() == Some(id));
			}
			return self.literal(text);
		}
		let kind = reference["type"].as_str()?;
		self.at(&identifier_key(kind, &reference["identifier"])?)
	}

	fn literal(&self, text: &str) -> Option<&'a Value> {
		let text = text.split("/_history/").next().unwrap_or_default();
		if let Some((kind, query)) = text.split_once("?identifier=") {
			let (system, value) = query.split_once('|').unwrap_or(("", query));
			return self.at(&format!("{kind}?{system}|{value}"));
		}
		self.at(text).or_else(|| {
			let (before, id) = text.rsplit_once('/')?;
			let kind = before.rsplit('/').next()?;
			self.at(&format!("{kind}/{id}"))
		})
	}

	fn at(&self, name: &str) -> Option<&'a Value> {
		self.resources.get(*self.places.get(name)?).copied()
	}
}

fn identifier_key(kind: &str, identifier: &Value) -> Option<String> {
	let system = identifier["system"].as_str().unwrap_or_default();
	Some(format!("{kind}?{system}|{}", identifier["value"].as_str()?))
}

/// The type of a resource.
pub(super) fn kind_of(value: &Value) -> Option<&str> {
	value["resourceType"].as_str()
}

/// The items of a list; an item alone is a list of one.
pub(super) fn list(value: &Value) -> &[Value] {
	match value {
		Value::Array(items) => items,
		Value::Null => &[],
		one => std::slice::from_ref(one),
	}
}

/// The values at a path such as `reaction.manifestation`. `onset*` means the field whose name is
/// `onset` and a type.
pub(super) fn at_path<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
	let mut found = vec![value];
	for name in path.split('.') {
		found = found
			.into_iter()
			.flat_map(|value| match name.strip_suffix('*') {
				Some(stem) => list(choice(value, stem)),
				None => list(&value[name]),
			})
			.collect();
	}
	found
}

/// The field of a choice, such as `onsetDateTime` for `onset`.
pub(super) fn choice<'a>(value: &'a Value, stem: &str) -> &'a Value {
	static NONE: Value = Value::Null;
	let fields = value.as_object().into_iter().flatten();
	let is_choice = |name: &str| {
		let kind = name.strip_prefix(stem);
		kind.is_some_and(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase()))
	};
	let mut found = fields.filter(|(name, value)| is_choice(name) && !value.is_null());
	found.next().map_or(&NONE, |(_, value)| value)
}
