//! A bundle's entries, and what it says about itself: its type, pages, deletions, requests, and the
//! outcome of a search.

use crate::{
	input::{self, Refusal},
	notices::Notice,
	resource::Resource,
	version, Options,
};
use serde::Deserialize;
use serde_json::{value::RawValue, Value};

#[derive(Deserialize)]
struct Shape<'a> {
	#[serde(borrow, default)]
	r#type: Option<&'a RawValue>,
	#[serde(borrow, default)]
	total: Option<&'a RawValue>,
	#[serde(borrow, default)]
	link: Option<&'a RawValue>,
	#[serde(borrow, default)]
	signature: Option<&'a RawValue>,
	#[serde(borrow, default)]
	meta: Option<&'a RawValue>,
	#[serde(borrow, default)]
	entry: Option<Vec<EntryShape<'a>>>,
}

#[derive(Deserialize)]
struct EntryShape<'a> {
	#[serde(borrow, default, rename = "fullUrl")]
	full_url: Option<&'a RawValue>,
	#[serde(borrow, default)]
	resource: Option<&'a RawValue>,
	#[serde(borrow, default)]
	search: Option<&'a RawValue>,
	#[serde(borrow, default)]
	request: Option<&'a RawValue>,
	#[serde(borrow, default)]
	response: Option<&'a RawValue>,
}

/// A bundle.
#[derive(Clone, Debug)]
pub struct Bundle<'a> {
	/// Its type, as `collection`.
	pub kind: String,
	/// Whether it is signed as a whole.
	pub signed: bool,
	/// Its `meta`.
	pub meta: Value,
	/// The base URL of its server, from the bundle's `self` link.
	pub base: Option<String>,
	/// The resources to import.
	pub resources: Vec<Resource<'a>>,
}

/// Reads a bundle; `text` is `bytes` without a byte-order mark.
pub fn read<'a>(
	bytes: &'a [u8],
	text: &'a str,
	options: &Options,
	notices: &mut Vec<Notice>,
) -> Result<Bundle<'a>, Refusal> {
	let shape: Shape =
		serde_json::from_str(text).map_err(|error| input::json_error(bytes, text, &error))?;
	let parse = |raw: Option<&RawValue>| -> Result<Value, Refusal> {
		let Some(raw) = raw else { return Ok(Value::Null) };
		serde_json::from_str(raw.get())
			.map_err(|error| input::error_at(bytes, offset_in(bytes, raw.get()), &error, false))
	};
	let links = parse(shape.link)?;
	let total = parse(shape.total)?.as_u64();
	let kind = parse(shape.r#type)?.as_str().unwrap_or_default().to_owned();
	let mut bundle = Bundle {
		signed: shape.signature.is_some_and(|raw| raw.get() != "null"),
		meta: parse(shape.meta)?,
		base: link(&links, "self").and_then(|url| base_of_search(&url)),
		resources: Vec::new(),
		kind,
	};
	let (mut matches, mut without) = (0u64, 0usize);
	for (place, entry) in shape.entry.unwrap_or_default().iter().enumerate() {
		let number = place.saturating_add(1);
		let search = parse(entry.search)?;
		let request = parse(entry.request)?;
		let response = parse(entry.response)?;
		let text = |value: &Value, field: &str| {
			value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
		};
		let (method, address) = (text(&request, "method"), text(&request, "url"));
		let status = text(&response, "status");
		let value = parse(entry.resource)?;
		if status.starts_with(['4', '5']) {
			notices.push(Notice::Failed { entry: number, status });
		} else if method == "DELETE" {
			notices.push(Notice::Deleted { entry: number, address: address.clone() });
		} else if value.is_null() && !method.is_empty() || method == "PATCH" {
			let address = address.clone();
			notices.push(Notice::Request { entry: number, method: method.clone(), address });
		} else if value.is_null() {
			without = without.saturating_add(1);
		}
		let (Some(raw), false) = (entry.resource, value.is_null()) else {
			if let Some(outcome) = response.get("outcome") {
				let text = outcome_text(outcome);
				notices.push(Notice::Outcome { entry: number, text });
			}
			continue;
		};
		let Some(kind) = value.get("resourceType").and_then(Value::as_str) else {
			return Err(Refusal::NotAResource(number));
		};
		let kind = kind.to_owned();
		if kind == "OperationOutcome" || text(&search, "mode") == "outcome" {
			notices.push(Notice::Outcome { entry: number, text: outcome_text(&value) });
			continue;
		}
		if text(&search, "mode") != "include" {
			matches = matches.saturating_add(1);
		}
		if let Some(evidence) = version::other_than_r4(&value, &kind, number) {
			return Err(Refusal::Version(evidence));
		}
		let full_url = parse(entry.full_url)?.as_str().map(|url| url.trim().to_owned());
		let resource = Resource::read(number, raw.get(), &value);
		let mut resource = resource.ok_or(Refusal::NotAResource(number))?;
		resource.full_url = full_url.filter(|url| !url.is_empty());
		if resource.id.is_none() && method == "PUT" {
			// A transaction may give the id in its request alone.
			resource.id = address.strip_prefix(&format!("{kind}/")).map(str::to_owned);
		}
		bundle.resources.push(resource);
	}
	if without > 0 {
		notices.push(Notice::WithoutResource { count: without });
	}
	if bundle.kind != "document" {
		let missing = total.map(|total| total.saturating_sub(matches)).filter(|it| *it > 0);
		let whole = matches!(bundle.kind.as_str(), "searchset" | "history" | "");
		match (link(&links, "next"), missing) {
			(None, None) => {},
			(None, _) if !whole => {},
			(_, missing) if options.incomplete => notices.push(Notice::Incomplete { missing }),
			(Some(next), missing) => return Err(Refusal::Page { missing, next }),
			(None, _) => {
				return Err(Refusal::Incomplete { here: matches, total: total.unwrap_or(0) })
			},
		}
	}
	if bundle.resources.is_empty() {
		return Err(Refusal::NoResource);
	}
	Ok(bundle)
}

/// Where a part of the input begins.
fn offset_in(bytes: &[u8], part: &str) -> usize {
	part.as_ptr().addr().saturating_sub(bytes.as_ptr().addr())
}

/// The address of a link of the bundle.
fn link(links: &Value, relation: &str) -> Option<String> {
	links.as_array()?.iter().find_map(|link| {
		let is_it = link.get("relation")?.as_str()?.eq_ignore_ascii_case(relation);
		is_it.then(|| link.get("url")?.as_str().map(str::to_owned))?
	})
}

/// The server's base in the address of a search, as `http://server/fhir/Patient?…`.
fn base_of_search(url: &str) -> Option<String> {
	let url = url.split(['?', '#']).next()?;
	if !url.starts_with("http") {
		return None;
	}
	let mut end = url.trim_end_matches('/');
	while let Some((before, last)) = end.rsplit_once('/') {
		// A type begins with a capital letter; what follows it is an id or an operation.
		if before.ends_with('/') || before.ends_with(':') {
			return None;
		}
		if last.starts_with(|c: char| c.is_ascii_uppercase())
			&& last.chars().all(|c| c.is_ascii_alphabetic())
		{
			return Some(before.to_owned());
		}
		end = before;
	}
	None
}

/// The text of an OperationOutcome, in one line.
pub(crate) fn outcome_text(outcome: &Value) -> String {
	let issues = outcome.get("issue").and_then(Value::as_array);
	let texts: Vec<String> = issues
		.into_iter()
		.flatten()
		.map(|issue| {
			let text = |field: &str| issue.get(field).and_then(Value::as_str);
			let detail = issue.pointer("/details/text").and_then(Value::as_str);
			let what = text("diagnostics").or(detail).or(text("code")).unwrap_or("no details");
			format!("{}: {what}", text("severity").unwrap_or("information"))
		})
		.collect();
	if texts.is_empty() {
		"without details".to_owned()
	} else {
		texts.join("; ")
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::units::Unit;
	use serde_json::json;

	fn options(incomplete: bool) -> Options {
		Options { unit: Unit::Encounter, today: 1522, incomplete }
	}

	fn read_it(bundle: &Value, incomplete: bool) -> (Result<usize, String>, Vec<Notice>) {
		let text = bundle.to_string();
		let mut notices = Vec::new();
		let read = read(text.as_bytes(), &text, &options(incomplete), &mut notices);
		(read.map(|it| it.resources.len()).map_err(|it| it.to_string()), notices)
	}

	fn patient() -> Value {
		json!({ "resource": { "resourceType": "Patient", "id": "p" } })
	}

	#[test]
	fn pages_are_refused_unless_they_are_wanted() {
		let page = json!({ "resourceType": "Bundle", "type": "searchset", "total": 57,
			"link": [{ "relation": "next", "url": "http://s/?p=2" }], "entry": [patient()] });
		let (read, _) = read_it(&page, false);
		let said = read.unwrap_err();
		assert!(said.contains("56 of its entries") && said.contains("http://s/?p=2"), "{said}");
		let (read, notices) = read_it(&page, true);
		assert_eq!(read, Ok(1));
		assert_eq!(notices, [Notice::Incomplete { missing: Some(56) }]);

		let no_link = json!({ "resourceType": "Bundle", "type": "searchset", "total": 2,
			"entry": [patient()] });
		assert!(read_it(&no_link, false).0.unwrap_err().contains("1 of 2 entries"));
		let no_total = json!({ "resourceType": "Bundle", "type": "searchset",
			"link": [{ "relation": "next", "url": "http://s/?p=2" }], "entry": [patient()] });
		assert!(read_it(&no_total, false).0.unwrap_err().contains("one page"));
		assert_eq!(read_it(&no_total, true).1, [Notice::Incomplete { missing: None }]);
	}

	#[test]
	fn included_resources_and_outcomes_are_not_matches() {
		let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [
			{ "resource": { "resourceType": "Condition" }, "search": { "mode": "match" } },
			{ "resource": { "resourceType": "Patient" }, "search": { "mode": "include" } },
			{ "resource": { "resourceType": "OperationOutcome", "issue": [
				{ "severity": "warning", "diagnostics": "some are hidden" }] },
				"search": { "mode": "outcome" } },
		] });
		let (read, notices) = read_it(&bundle, false);
		assert_eq!(read, Ok(2));
		assert_eq!(
			notices,
			[Notice::Outcome { entry: 3, text: "warning: some are hidden".into() }]
		);
		let mut fewer = bundle;
		fewer["total"] = json!(2);
		assert!(read_it(&fewer, false).0.unwrap_err().contains("1 of 2"));
	}

	#[test]
	fn deletions_requests_and_failures_are_named() {
		let bundle = json!({ "resourceType": "Bundle", "type": "history", "entry": [
			patient(),
			{ "request": { "method": "DELETE", "url": "Observation/o" } },
			{ "request": { "method": "GET", "url": "Patient/2" } },
			{ "response": { "status": "404 Not Found" } },
			{ "fullUrl": "urn:uuid:x" },
		] });
		let (read, notices) = read_it(&bundle, false);
		assert_eq!(read, Ok(1));
		assert_eq!(
			notices.iter().map(Notice::kind).collect::<Vec<_>>(),
			["deleted", "request", "failed", "without-resource"]
		);
		assert!(notices[0].to_string().contains("Observation/o was deleted"));
	}

	#[test]
	fn what_is_not_a_bundle_is_said() {
		let error = |bundle: Value| read_it(&bundle, false).0.unwrap_err();
		assert!(error(json!({ "resourceType": "Bundle" })).contains("no resource"));
		assert!(error(json!({ "entry": [{ "resource": {} }] })).contains("entry 1"));
		assert!(error(json!({ "entry": [{}, { "resource": 7 }] })).contains("entry 2"));
		assert!(error(json!({ "entry": 7 })).contains("not a valid FHIR bundle"));
		assert!(error(json!({ "entry": [{ "resource": { "resourceType": "MedicationOrder" } }] }))
			.contains("FHIR DSTU2"));
	}

	#[test]
	fn half_a_character_is_named_with_its_place() {
		let text = "{\"resourceType\":\"Bundle\",\n\"entry\":[{},\n{\"resource\":\n{\"a\":\"x \\ud83d\"}}]}";
		let said =
			read(text.as_bytes(), text, &options(false), &mut Vec::new()).unwrap_err().to_string();
		assert!(said.contains("entry 2, line 4") && said.contains("surrogate"), "{said}");
	}

	#[test]
	fn the_base_of_a_search() {
		for (url, base) in [
			("http://s/fhir/Patient/p/$everything", Some("http://s/fhir")),
			("http://s/Patient?name=x", Some("http://s")),
			("http://s?_getpages=1", None),
			("Patient?name=x", None),
		] {
			assert_eq!(base_of_search(url).as_deref(), base, "{url}");
		}
	}
}
