//! The parts of each resource that are needed: its names, references, dates, codes and category.
//! The parsed resource is not kept, so that a large bundle fits into memory.

use crate::{
	categories::{self, Class},
	dates::{self, Dated},
	labels::{self, Label, System, SYSTEMS},
	notices::Notice,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::Confidentiality;

/// How a resource refers to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
	/// By a literal reference or address.
	Literal(String),
	/// By a business identifier alone.
	Identifier {
		/// The type that is referred to, if it is said.
		kind: Option<String>,
		/// The identifier.
		identifier: Identifier,
	},
	/// By a canonical URL.
	Canonical(String),
	/// By a text that may be the address of a resource in the bundle, as in an attachment.
	Address(String),
}

/// A reference, with the field that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
	/// The name of the field, as `encounter`.
	pub field: String,
	/// The target.
	pub target: Target,
}

/// A business identifier: system and value.
pub type Identifier = (String, String);

/// An attachment whose content is not inline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
	/// Its address.
	pub address: String,
}

/// What codes say, of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
	/// Labels.
	pub labels: BTreeSet<Label>,
	/// Those of them that the source gives by itself, in `meta.security` and the like.
	pub security: BTreeSet<Label>,
	/// The confidentiality that its author gives.
	pub confidentiality: Option<Confidentiality>,
	/// Security labels that have no word here.
	pub unknown_security: Vec<(String, String)>,
	/// Code systems that are not known, with the number of codes.
	pub unknown_systems: BTreeMap<String, usize>,
	/// Codes without a system.
	pub without_system: Vec<String>,
	/// Concepts with only text.
	pub text_only: Vec<String>,
}

impl Codes {
	/// The confidentiality, by what the author says or else by the labels.
	pub fn level(&self) -> Confidentiality {
		let by_labels = self.labels.iter().map(|label| label.confidentiality()).max();
		self.confidentiality.or(by_labels).unwrap_or(Confidentiality::Normal)
	}
}

/// A resource of the input.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
	/// Its entry's number, from 1; 0 for a file that is not a bundle.
	pub entry: usize,
	/// Its bytes.
	pub raw: &'a str,
	/// Its entry's fullUrl. [`crate::references`] completes it.
	pub full_url: Option<String>,
	/// Its type.
	pub kind: String,
	/// Its id.
	pub id: Option<String>,
	/// Its version.
	pub version: Option<String>,
	/// Its business identifiers.
	pub identifiers: Vec<Identifier>,
	/// Its canonical URL.
	pub url: Option<String>,
	/// What it refers to.
	pub references: Vec<Reference>,
	/// Attachments that are not inline.
	pub attachments: Vec<Attachment>,
	/// Its dates, not yet judged.
	pub dates: Vec<Dated>,
	/// What its codes say.
	pub codes: Codes,
	/// Its category and role.
	pub class: Class,
	/// Whether it has a signature.
	pub signed: bool,
	/// Whether it is marked as entered in error.
	pub entered_in_error: bool,
	/// Whether it is a Binary without its content.
	pub is_hollow: bool,
	/// Its title, of a document.
	pub title: Option<String>,
	/// Of a patient: what tells who it is.
	pub person: Option<crate::patient::Person>,
}

impl<'a> Resource<'a> {
	/// Reads a resource; `None` if it has no type.
	pub fn read(entry: usize, raw: &'a str, value: &Value) -> Option<Self> {
		let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
		let kind = text("resourceType")?;
		let mut walk = Walk::default();
		if let Value::Object(fields) = value {
			walk.resource(fields, &kind);
		}
		let class = categories::classify(value, &kind);
		// What persons and institutions are (a psychiatrist) does not say what a record is about.
		if class.is_administrative {
			walk.codes.labels.clear();
		}
		walk.codes.labels.extend(walk.codes.security.iter().copied());
		Some(Self {
			entry,
			raw,
			full_url: None,
			id: text("id"),
			version: value.pointer("/meta/versionId").and_then(Value::as_str).map(str::to_owned),
			identifiers: identifiers_of(value),
			url: text("url"),
			references: walk.references,
			attachments: walk.attachments,
			dates: if class.is_administrative { Vec::new() } else { dates::dates_of(value) },
			codes: walk.codes,
			class,
			signed: walk.signed,
			entered_in_error: is_entered_in_error(value),
			is_hollow: kind == "Binary" && text("data").or_else(|| text("content")).is_none(),
			title: text("title").or_else(|| text("description")),
			person: (kind == "Patient").then(|| crate::patient::Person::read(value)),
			kind,
		})
	}

	/// Its name in messages: `Patient/1`, or its type.
	pub fn name(&self) -> String {
		match &self.id {
			Some(id) => format!("{}/{id}", self.kind),
			None => self.kind.clone(),
		}
	}

	/// What it tells about itself alone.
	pub fn notices(&self) -> Vec<Notice> {
		let mut notices = Vec::new();
		if self.entered_in_error {
			notices.push(Notice::EnteredInError { entry: self.entry, kind: self.kind.clone() });
		}
		for (system, code) in &self.codes.unknown_security {
			notices.push(Notice::Security {
				entry: self.entry,
				system: system.clone(),
				code: code.clone(),
			});
		}
		notices
	}
}

/// Whether a resource is marked as entered in error.
pub fn is_entered_in_error(value: &Value) -> bool {
	let wrong = |code: &Value| code.as_str() == Some("entered-in-error");
	value.get("status").is_some_and(wrong)
		|| value.get("docStatus").is_some_and(wrong)
		|| ["verificationStatus", "clinicalStatus"].iter().any(|field| {
			let codings = value.get(field).and_then(|it| it.get("coding")?.as_array());
			codings.into_iter().flatten().any(|it| it.get("code").is_some_and(wrong))
		})
}

pub(crate) fn identifiers_of(value: &Value) -> Vec<Identifier> {
	let list = match value.get("identifier") {
		Some(Value::Array(list)) => list.iter().collect(),
		Some(one @ Value::Object(_)) => vec![one],
		_ => Vec::new(),
	};
	let more = ["masterIdentifier"].iter().filter_map(|field| value.get(field));
	list.into_iter().chain(more).filter_map(identifier_of).collect()
}

pub(crate) fn identifier_of(value: &Value) -> Option<Identifier> {
	let text = |field: &str| value.get(field).and_then(Value::as_str);
	let system = text("system").unwrap_or_default().trim_end_matches('/').to_lowercase();
	let value = text("value")?.trim();
	(!value.is_empty()).then(|| (system, value.to_owned()))
}

/// Fields that hold a canonical URL or the address of a definition.
const CANONICAL: [&str; 10] = [
	"definitionCanonical",
	"definitionUri",
	"instantiatesCanonical",
	"instantiatesUri",
	"library",
	"measure",
	"profile",
	"questionnaire",
	"valueCanonical",
	"topic",
];

/// Concepts whose text can say something sensitive.
const CONCEPTS: [&str; 8] = [
	"code",
	"conclusionCode",
	"medicationCodeableConcept",
	"reasonCode",
	"type",
	"valueCodeableConcept",
	"procedureCodeableConcept",
	"diagnosisCodeableConcept",
];

/// HL7's codes of sensitivity.
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

#[derive(Default)]
struct Walk {
	references: Vec<Reference>,
	attachments: Vec<Attachment>,
	codes: Codes,
	signed: bool,
	/// Whether the resource, or the contained one, says by its text nothing about the patient.
	is_administrative: bool,
}

fn is_administrative(kind: &str) -> bool {
	matches!(kind, "Coverage" | "Account" | "Endpoint" | "HealthcareService")
		|| matches!(kind, "Location" | "Organization" | "Practitioner" | "PractitionerRole")
}

impl Walk {
	fn resource(&mut self, fields: &Map<String, Value>, kind: &str) {
		let outer = std::mem::replace(&mut self.is_administrative, is_administrative(kind));
		if kind == "Composition" {
			let level = fields.get("confidentiality").and_then(Value::as_str);
			self.level(level.and_then(labels::level_of));
		}
		for (name, value) in fields {
			// A definition's own URL refers to nothing.
			if name != "url" {
				self.value(name, value);
			}
		}
		self.is_administrative = outer;
	}

	fn level(&mut self, level: Option<Confidentiality>) {
		self.codes.confidentiality = self.codes.confidentiality.max(level);
	}

	fn value(&mut self, field: &str, value: &Value) {
		match value {
			Value::Object(fields) => self.object(field, fields),
			Value::Array(items) if field == "contained" => {
				for fields in items.iter().filter_map(Value::as_object) {
					let kind = fields.get("resourceType").and_then(Value::as_str);
					self.resource(fields, kind.unwrap_or_default());
				}
			},
			Value::Array(items) => items.iter().for_each(|item| self.value(field, item)),
			Value::String(text) => self.text(field, text),
			_ => {},
		}
	}

	fn text(&mut self, field: &str, text: &str) {
		let target = match field {
			"reference" => Target::Literal(text.to_owned()),
			"url" | "valueUrl" | "valueUri" | "valueUuid" | "valueOid" => {
				Target::Address(text.to_owned())
			},
			"div" => return self.narrative(text),
			_ if CANONICAL.contains(&field) => Target::Canonical(text.to_owned()),
			_ => return,
		};
		self.references.push(Reference { field: field.to_owned(), target });
	}

	/// Pictures and links in a narrative.
	fn narrative(&mut self, div: &str) {
		for start in ["src=", "href="] {
			for rest in div.split(start).skip(1) {
				let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
				let address = quote.and_then(|quote| rest.split(quote).nth(1));
				if let Some(address) = address {
					let target = Target::Address(address.to_owned());
					self.references.push(Reference { field: "div".to_owned(), target });
				}
			}
		}
	}

	fn object(&mut self, field: &str, fields: &Map<String, Value>) {
		let text = |name: &str| fields.get(name).and_then(Value::as_str);
		if matches!(field, "signature" | "valueSignature") {
			self.signed = true;
		}
		if let Some(reference) = text("reference") {
			let target = Target::Literal(reference.to_owned());
			self.references.push(Reference { field: field.to_owned(), target });
		} else if let Some(identifier) = logical(fields) {
			let kind = text("type").map(str::to_owned);
			let target = Target::Identifier { kind, identifier };
			self.references.push(Reference { field: field.to_owned(), target });
		}
		self.attachment(field, fields);
		self.concept(field, fields);
		let is_extension = matches!(field, "extension" | "modifierExtension");
		for (name, value) in fields {
			match name.as_str() {
				"reference" if value.is_string() => {},
				// Its name, and not an address.
				"url" if is_extension => {},
				"tag" if field == "meta" => {},
				"security" if field == "meta" => self.security(value),
				"securityLabel" => self.security(value),
				_ => self.value(name, value),
			}
		}
	}

	fn attachment(&mut self, field: &str, fields: &Map<String, Value>) {
		let is_attachment = field.ends_with("ttachment")
			|| matches!(field, "presentedForm" | "photo")
			|| field == "content" && fields.contains_key("contentType");
		let address = fields.get("url").and_then(Value::as_str);
		if let (true, Some(address), None) = (is_attachment, address, fields.get("data")) {
			self.attachments.push(Attachment { address: address.to_owned() });
		}
	}

	/// A coding, or a concept with only text.
	fn concept(&mut self, field: &str, fields: &Map<String, Value>) {
		let text = |name: &str| fields.get(name).and_then(Value::as_str);
		if let Some(code) = text("code").map(str::trim).filter(|code| !code.is_empty()) {
			match text("system").map(str::trim).filter(|system| !system.is_empty()) {
				Some(system) => self.coding(system, code),
				None if matches!(field, "coding" | "valueCoding") => {
					let shown = text("display").unwrap_or(code);
					self.codes.without_system.push(shown.to_owned());
				},
				None => {},
			}
		} else if let (true, Some(shown)) = (field == "coding", text("display")) {
			self.codes.text_only.push(shown.to_owned());
		}
		let no_coding = !self.is_administrative
			&& fields
				.get("coding")
				.and_then(Value::as_array)
				.is_none_or(|codings| codings.is_empty());
		if let (true, Some(text), true) = (CONCEPTS.contains(&field), text("text"), no_coding) {
			self.codes.text_only.push(text.to_owned());
		}
	}

	fn coding(&mut self, system: &str, code: &str) {
		match SYSTEMS.of(system) {
			System::Listed(place) => self.codes.labels.extend(SYSTEMS.labels(place, code)),
			System::Plain => {},
			System::Unknown => {
				let count = self.codes.unknown_systems.entry(system.to_owned()).or_default();
				*count = count.saturating_add(1);
			},
		}
	}

	/// Security labels, as codings or concepts. One that is not known makes the resource
	/// sensitive all the same.
	fn security(&mut self, value: &Value) {
		let list = match value {
			Value::Array(list) => list.as_slice(),
			one => std::slice::from_ref(one),
		};
		for it in list {
			if let Some(codings) = it.get("coding") {
				self.security(codings);
				continue;
			}
			let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default().trim();
			let (system, code) = (text("system"), text("code"));
			let bare = if system.is_empty() { labels::level_of(code) } else { None };
			if let Some(level) = bare.or_else(|| labels::confidentiality_of(system, code)) {
				self.level(Some(level));
				continue;
			}
			// In this place a code without a system can only be one of ActCode.
			let known = match SYSTEMS.of(if system.is_empty() { ACT_CODE } else { system }) {
				System::Listed(place) if !code.is_empty() => Some(SYSTEMS.labels(place, code)),
				System::Plain if !code.is_empty() => Some(BTreeSet::new()),
				_ => None,
			};
			// Other codes of a system that is named are instructions for handling.
			let known = known.filter(|found| !system.is_empty() || !found.is_empty());
			let mut words = [code, text("display"), text("text")].into_iter();
			let shown = words.find(|word| !word.is_empty());
			let found = match (known, shown) {
				(Some(found), _) => found,
				(None, Some(_)) => BTreeSet::from([Label::UnclassifiedSensitive]),
				(None, None) => BTreeSet::new(),
			};
			if found.contains(&Label::UnclassifiedSensitive) {
				let shown = shown.unwrap_or_default().to_owned();
				self.codes.unknown_security.push((system.to_owned(), shown));
			}
			self.codes.security.extend(found);
			// Extensions of a label may carry further ones.
			if let Some(fields) = it.as_object() {
				fields.get("extension").into_iter().for_each(|it| self.value("extension", it));
			}
		}
	}
}

/// The identifier of a reference that has no address.
fn logical(fields: &Map<String, Value>) -> Option<Identifier> {
	const OF_A_REFERENCE: [&str; 6] = ["type", "identifier", "display", "id", "extension", "_type"];
	let identifier = fields.get("identifier").filter(|it| it.is_object())?;
	let only = fields.keys().all(|name| OF_A_REFERENCE.contains(&name.as_str()));
	only.then(|| identifier_of(identifier))?
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn read(value: Value) -> Resource<'static> {
		Resource::read(1, "", &value).unwrap()
	}

	fn labels(value: Value) -> Vec<Label> {
		read(value).codes.labels.into_iter().collect()
	}

	#[test]
	fn references_of_every_kind_are_found() {
		let resource = read(json!({
			"resourceType": "Observation",
			"meta": { "profile": ["http://p"] },
			"text": { "div": "<div><img src=\"Binary/b\"/><a href='#x'>x</a></div>" },
			"subject": { "reference": "Patient/p" },
			"performer": [{ "type": "Practitioner", "identifier": { "system": "s", "value": "1" } }],
			"extension": [{ "url": "http://e", "valueReference": { "reference": "Device/d" } }],
			"contained": [{ "resourceType": "Specimen", "id": "x",
				"parent": [{ "reference": "Specimen/y" }] }],
			"specimen": { "reference": "#x" },
			"basedOn": [{ "display": "only a display" }],
			"valueAttachment": { "url": "Binary/c" },
		}));
		let targets: Vec<_> =
			resource.references.iter().map(|it| (it.field.as_str(), &it.target)).collect();
		let literal = |text: &str| Target::Literal(text.into());
		for (field, target) in [
			("subject", literal("Patient/p")),
			("valueReference", literal("Device/d")),
			("parent", literal("Specimen/y")),
			("specimen", literal("#x")),
			("profile", Target::Canonical("http://p".into())),
			("div", Target::Address("Binary/b".into())),
			("url", Target::Address("Binary/c".into())),
			(
				"performer",
				Target::Identifier {
					kind: Some("Practitioner".into()),
					identifier: ("s".into(), "1".into()),
				},
			),
		] {
			assert!(targets.contains(&(field, &target)), "{field} {target:?}");
		}
		assert_eq!(targets.len(), 9);
	}

	#[test]
	fn codes_are_found_at_any_depth_and_in_contained_resources() {
		assert_eq!(
			labels(json!({
				"resourceType": "Observation",
				"code": { "coding": [{ "system": "http://loinc.org", "code": "55277-8" }] },
				"component": [{ "valueCodeableConcept": { "coding": [
					{ "system": "http://snomed.info/sct", "code": "7200002" },
				] } }],
				"contained": [{ "resourceType": "Medication", "code": { "coding": [
					{ "system": "http://www.whocc.no/atc", "code": "N06AB06" },
				] } }],
			})),
			[Label::Hiv, Label::Psychiatry, Label::SubstanceUse]
		);
		assert_eq!(
			labels(json!({ "resourceType": "Encounter", "reasonCode": [{ "coding": [
				{ "system": "http://hl7.org/fhir/sid/icd-10", "code": "F20.0" }] }] })),
			[Label::Psychiatry]
		);
	}

	#[test]
	fn security_labels_count_in_every_place() {
		let tag = |code: &str| json!([{ "system": "urn:oid:2.16.840.1.113883.5.4", "code": code }]);
		assert_eq!(
			labels(json!({ "resourceType": "Goal", "meta": { "security": tag("GDIS") } })),
			[Label::Genetics]
		);
		assert_eq!(
			labels(json!({ "resourceType": "DocumentReference",
				"securityLabel": [{ "coding": tag("PSY") }] })),
			[Label::Psychiatry]
		);
		assert_eq!(
			labels(json!({ "resourceType": "Goal", "contained": [{ "resourceType": "Basic",
				"meta": { "security": tag("HIV") } }] })),
			[Label::Hiv]
		);
	}

	#[test]
	fn an_unknown_security_label_is_sensitive_and_named() {
		let resource = read(json!({ "resourceType": "Goal", "meta": { "security": [
			{ "system": "http://hospital.example/locks", "code": "secret" }] } }));
		assert_eq!(resource.codes.labels, BTreeSet::from([Label::UnclassifiedSensitive]));
		assert_eq!(resource.codes.unknown_security.len(), 1);
		let handling = read(json!({ "resourceType": "Goal", "meta": { "security": [
			{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST" },
			{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOAUTH" }] } }));
		assert!(handling.codes.labels.is_empty() && handling.notices().is_empty());
	}

	#[test]
	fn security_labels_without_a_system_or_a_code_count_too() {
		let read = |security: Value| {
			read(json!({ "resourceType": "Goal", "meta": { "security": security } })).codes
		};
		let codes = read(json!([{ "code": "PSY" }, { "code": "V" }]));
		assert_eq!(codes.labels, BTreeSet::from([Label::Psychiatry]));
		assert_eq!(codes.confidentiality, Some(Confidentiality::VeryRestricted));
		assert!(codes.unknown_security.is_empty());
		for security in [
			json!([{ "display": "psychiatric" }]),
			json!([{ "code": "secret" }]),
			json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "SPI" }]),
			json!([{ "system": "http://x.example", "display": "psychiatric" }]),
		] {
			let codes = read(security.clone());
			assert_eq!(codes.labels, BTreeSet::from([Label::UnclassifiedSensitive]), "{security}");
			assert_eq!(codes.unknown_security.len(), 1, "{security}");
		}
		assert_eq!(read(json!([{}, 7, null])), Codes::default());
	}

	#[test]
	fn what_cannot_be_checked_is_counted() {
		let resource = read(json!({ "resourceType": "Condition",
			"code": { "coding": [{ "code": "B20" }, { "system": "http://x.example", "code": "1" }] },
			"bodySite": [{ "text": "arm" }],
			"meta": { "tag": [{ "system": "http://tags.example", "code": "1" }] } }));
		assert_eq!(resource.codes.without_system, ["B20"]);
		assert_eq!(
			resource.codes.unknown_systems,
			BTreeMap::from([("http://x.example".into(), 1)])
		);
		assert!(resource.codes.labels.is_empty() && resource.codes.text_only.is_empty());
		for code in [json!({ "text": "HIV" }), json!({ "coding": [{ "display": "HIV" }] })] {
			let text = read(json!({ "resourceType": "Condition", "code": code }));
			assert_eq!(text.codes.text_only, ["HIV"]);
		}
	}

	#[test]
	fn confidentiality_is_the_authors_or_that_of_the_labels() {
		let level = |security: Value, code: &str| {
			read(json!({ "resourceType": "Condition", "meta": { "security": security },
				"code": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] } }))
			.codes
			.level()
		};
		let says = |code: &str| {
			json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
				"code": code }])
		};
		assert_eq!(level(json!([]), "38341003"), Confidentiality::Normal);
		assert_eq!(level(json!([]), "86406008"), Confidentiality::Restricted);
		assert_eq!(level(says("N"), "86406008"), Confidentiality::Normal);
		assert_eq!(level(says("V"), "86406008"), Confidentiality::VeryRestricted);
		assert_eq!(level(says("L"), "38341003"), Confidentiality::Normal);
		assert_eq!(level(json!([]), "190905008"), Confidentiality::Normal, "genetics");
		let composition = read(json!({ "resourceType": "Composition", "confidentiality": "R" }));
		assert_eq!(composition.codes.level(), Confidentiality::Restricted);
	}

	#[test]
	fn a_persons_profession_is_not_a_label() {
		let role = json!({ "resourceType": "PractitionerRole", "specialty": [{ "coding": [
			{ "system": "http://snomed.info/sct", "code": "394587001" }] }] });
		assert!(labels(role).is_empty());
		let vip = json!({ "resourceType": "Patient", "meta": { "security": [
			{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "CEL" }] } });
		assert_eq!(labels(vip), [Label::UnclassifiedSensitive]);
	}

	#[test]
	fn signatures_errors_and_attachments_are_seen() {
		assert!(
			read(json!({ "resourceType": "Provenance", "signature": [{ "data": "" }] })).signed
		);
		assert!(!read(json!({ "resourceType": "Provenance" })).signed);
		assert!(
			read(json!({ "resourceType": "Goal", "status": "entered-in-error" })).entered_in_error
		);
		assert!(
			read(json!({ "resourceType": "Condition", "verificationStatus":
			{ "coding": [{ "code": "entered-in-error" }] } }))
			.entered_in_error
		);
		let content = json!([{ "attachment": { "url": "http://x/1" } },
			{ "attachment": { "url": "http://x/2", "data": "AA==" } }]);
		let document = read(json!({ "resourceType": "DocumentReference", "content": content }));
		assert_eq!(document.attachments, [Attachment { address: "http://x/1".into() }]);
	}
}
