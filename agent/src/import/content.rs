//! What records say, as digests: two exports that differ only in whitespace, in the order of members
//! or in the order of entries have the same.
//!
//! A record that the import made is compared by its resources. A file that is kept whole is compared
//! by its bytes, because somebody may have signed them.

use blake2::{Blake2b256, Digest};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use vouchsafe_fhir::{About, Import, Record};
use vouchsafe_protocol::messages::Hex;

/// How the bundles begin that the import makes.
const MADE: &[u8] = br#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"#;

#[derive(Deserialize)]
struct Collection<'a> {
	#[serde(borrow)]
	entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
	#[serde(rename = "fullUrl")]
	full_url: String,
	#[serde(borrow)]
	resource: &'a RawValue,
}

/// The digest of what a record says.
pub(super) fn of_record(record: &Record) -> Hex<32> {
	let is_made = record.about != About::File && record.content.starts_with(MADE);
	let resources = if is_made { of_resources(&record.content).ok() } else { None };
	resources.unwrap_or_else(|| Hex(Blake2b256::digest(&record.content).into()))
}

/// The digest of what all records of a file say.
pub(super) fn of_import(import: &Import) -> Hex<32> {
	let records: BTreeSet<Hex<32>> = import.records.iter().map(of_record).collect();
	all_of("file", records)
}

fn all_of(what: &str, digests: impl IntoIterator<Item = Hex<32>>) -> Hex<32> {
	let mut hash = Blake2b256::new();
	hash.update(format!("vouchsafe/import/{what}/1\0"));
	for digest in digests {
		hash.update(digest.0);
	}
	Hex(hash.finalize().into())
}

/// A fullUrl counts only if a resource of the record refers to it: the others may have been made by
/// the import.
fn of_resources(content: &[u8]) -> serde_json::Result<Hex<32>> {
	let Collection { entry: entries } = serde_json::from_slice(content)?;
	let urls = entries.iter().map(|entry| entry.full_url.as_str()).collect();
	let mut mentioned = HashSet::new();
	let mut hashes = Vec::with_capacity(entries.len());
	for entry in &entries {
		let mut text = Text { urls: &urls, mentioned: &mut mentioned, canonical: Vec::new() };
		text.add(entry.resource.get())?;
		hashes.push(Blake2b256::new_with_prefix(&text.canonical));
	}
	let mut digests = Vec::with_capacity(entries.len());
	for (mut hash, entry) in hashes.into_iter().zip(&entries) {
		if mentioned.contains(&entry.full_url) {
			hash.update(&entry.full_url);
		}
		digests.push(Hex(hash.finalize().into()));
	}
	digests.sort_unstable();
	Ok(all_of("record", digests))
}

/// JSON in one form: members sorted, no whitespace, strings escaped alike, numbers as written.
struct Text<'t> {
	urls: &'t HashSet<&'t str>,
	/// Those of the addresses that are in a string.
	mentioned: &'t mut HashSet<String>,
	canonical: Vec<u8>,
}

impl Text<'_> {
	/// Adds a value. It is as deep as the JSON, whose depth was limited when it was read.
	fn add(&mut self, json: &str) -> serde_json::Result<()> {
		match json.as_bytes().first() {
			Some(b'{') => {
				let members: BTreeMap<String, &RawValue> = serde_json::from_str(json)?;
				self.canonical.push(b'{');
				for (number, (name, value)) in members.into_iter().enumerate() {
					self.separate(number);
					serde_json::to_writer(&mut self.canonical, &name)?;
					self.canonical.push(b':');
					self.add(value.get())?;
				}
				self.canonical.push(b'}');
			},
			Some(b'[') => {
				let items: Vec<&RawValue> = serde_json::from_str(json)?;
				self.canonical.push(b'[');
				for (number, item) in items.into_iter().enumerate() {
					self.separate(number);
					self.add(item.get())?;
				}
				self.canonical.push(b']');
			},
			Some(b'"') => {
				let text: String = serde_json::from_str(json)?;
				serde_json::to_writer(&mut self.canonical, &text)?;
				if self.urls.contains(text.as_str()) {
					self.mentioned.insert(text);
				}
			},
			_ => self.canonical.extend(json.as_bytes()),
		}
		Ok(())
	}

	fn separate(&mut self, number: usize) {
		if number > 0 {
			self.canonical.push(b',');
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::import::{read, Wish};
	use proptest::prelude::*;
	use vouchsafe_fhir::Unit;

	/// JSON whose members keep their order.
	#[derive(Clone, Debug)]
	enum Json {
		Plain(String),
		List(Vec<Json>),
		Object(Vec<(String, Json)>),
	}

	impl Json {
		/// Writes it. `next` gives numbers that choose the order of members and the whitespace.
		fn write(&self, next: &mut impl FnMut() -> usize) -> String {
			let space = [" ", "\n", "\t ", ""][next() % 4];
			match self {
				Self::Plain(text) => format!("{space}{text}{space}"),
				Self::List(items) => {
					let items: Vec<String> = items.iter().map(|it| it.write(next)).collect();
					format!("[{space}{}]{space}", items.join(","))
				},
				Self::Object(members) => {
					let mut texts: Vec<String> = Vec::new();
					for (name, value) in members {
						let text = format!("{space}{name:?}{space}:{}", value.write(next));
						texts.insert(next() % (texts.len() + 1), text);
					}
					format!("{space}{{{}{space}}}", texts.join(","))
				},
			}
		}
	}

	fn json() -> impl Strategy<Value = Json> {
		let plain = prop_oneof![
			Just("null".to_owned()),
			Just("true".to_owned()),
			"-?[1-9][0-9]{0,30}(\\.[0-9]{1,3}0?)?([eE][+-]?[0-9]{1,3})?",
			any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
		];
		plain.prop_map(Json::Plain).prop_recursive(4, 32, 5, |inner| {
			prop_oneof![
				prop::collection::vec(inner.clone(), 0..5).prop_map(Json::List),
				prop::collection::btree_map("[a-z]{1,4}", inner, 0..5)
					.prop_map(|members| Json::Object(members.into_iter().collect())),
			]
		})
	}

	fn import(entries: &[&str]) -> Import {
		let entries: Vec<String> =
			entries.iter().map(|it| format!(r#"{{ "resource": {it} }}"#)).collect();
		let text = format!(
			r#"{{ "resourceType": "Bundle", "id": "b", "type": "collection", "entry": [{}] }}"#,
			entries.join(",")
		);
		read(text.as_bytes(), "b.json", &Wish::default(), 1522).unwrap()
	}

	fn digests(entries: &[&str]) -> BTreeSet<Hex<32>> {
		import(entries).records.iter().map(of_record).collect()
	}

	const PATIENT: &str = r#"{"resourceType":"Patient","id":"p"}"#;
	const VALUE: &str = r#"{"resourceType":"Observation","subject":{"reference":"Patient/p"},
		"effectiveDateTime":"2026-03-04","valueQuantity":{"value":1.10,"unit":"µg/l"}}"#;
	/// The same with other order, whitespace and escapes.
	const REORDERED: &str = r#"{"valueQuantity": {"unit":"\u00b5g\/l", "value":1.10},
		"effectiveDateTime":"2026-03-04", "subject":{"reference":"Patient/p"},
		"resourceType":"Observation"}"#;

	#[test]
	fn order_and_whitespace_do_not_count() {
		let one = import(&[PATIENT, VALUE]);
		for same in [import(&[PATIENT, REORDERED]), import(&[REORDERED, PATIENT])] {
			assert_ne!(one.records[0].content, same.records[0].content);
			assert_eq!(of_record(&one.records[0]), of_record(&same.records[0]));
			assert_eq!(of_import(&one), of_import(&same));
		}
	}

	#[test]
	fn every_value_counts() {
		let one = digests(&[PATIENT, VALUE]);
		for (from, to) in [
			("1.10", "1.1"),
			("1.10", "\"1.10\""),
			("µg/l", "mg/l"),
			("03-04", "03-05"),
			(r#""unit""#, r#""code""#),
			(r#""unit":"#, r#""code":null,"unit":"#),
		] {
			assert_ne!(one, digests(&[PATIENT, &VALUE.replace(from, to)]), "{to}");
		}
		assert_ne!(one, digests(&[PATIENT, VALUE, VALUE]), "measured twice");
	}

	#[test]
	fn an_address_counts_if_something_refers_to_it() {
		let bundle = |first: &str, second: &str| {
			let text = format!(
				r#"{MADE}"{first}","resource":{{"resourceType":"Practitioner","id":"x"}}}},
				{{"fullUrl":"{second}","resource":{{"resourceType":"Practitioner","id":"y"}}}},
				{{"fullUrl":"urn:uuid:o","resource":{{"performer":{{"reference":"urn:uuid:a"}}}}}}]}}"#,
				MADE = std::str::from_utf8(MADE).unwrap()
			);
			of_resources(text.as_bytes()).unwrap()
		};
		let one = bundle("urn:uuid:a", "urn:uuid:b");
		assert_eq!(one, bundle("urn:uuid:a", "urn:uuid:c"));
		assert_ne!(one, bundle("urn:uuid:b", "urn:uuid:a"));
	}

	#[test]
	fn what_is_kept_whole_counts_by_its_bytes() {
		let whole = |text: &str, unit| {
			let wish = Wish { unit, ..Wish::default() };
			of_record(&read(text.as_bytes(), "b", &wish, 1522).unwrap().records[0])
		};
		let bundle = format!(
			r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{PATIENT}}}]}}"#
		);
		let spaced = bundle.replace(':', ": ");
		assert_ne!(whole(&bundle, Unit::Document), whole(&spaced, Unit::Document));
		assert_eq!(whole(&bundle, Unit::Encounter), whole(&spaced, Unit::Encounter));
		assert_ne!(
			whole(PATIENT, Unit::Encounter),
			whole(&PATIENT.replace(':', ": "), Unit::Encounter)
		);
		assert_ne!(whole("a letter", Unit::Encounter), whole("a  letter", Unit::Encounter));
	}

	fn record_of(resource: &str) -> Hex<32> {
		let text = [MADE, br#""urn:uuid:a","resource":"#, resource.as_bytes(), b"}]}"].concat();
		of_resources(&text).unwrap()
	}

	proptest! {
		#[test]
		fn shuffled_members_are_the_same(
			json in json(),
			choices in prop::collection::vec(any::<usize>(), 1..64),
		) {
			let mut choices = choices.into_iter().cycle();
			let shuffled = json.write(&mut || choices.next().unwrap());
			prop_assert_eq!(record_of(&shuffled), record_of(&json.write(&mut || 3)), "{}", shuffled);
		}

		#[test]
		fn other_values_are_not_the_same(one in json(), other in json()) {
			let (one, other) = (one.write(&mut || 3), other.write(&mut || 3));
			prop_assert_eq!(one == other, record_of(&one) == record_of(&other));
		}
	}
}
