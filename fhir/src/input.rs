//! Finds out what kind of file an input is. Each kind that is refused has its own message.

use crate::version::Evidence;
use thiserror::Error;

/// The largest input: it is held in memory as a whole.
pub const MAX_INPUT: u64 = 512 * 1024 * 1024;

/// An input that can be turned into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
	/// A FHIR bundle in JSON.
	Bundle(&'a str),
	/// Another FHIR resource in JSON.
	Resource(&'a str),
	/// Any other file: it is kept as it is.
	File,
}

/// A place in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	/// The line, from 1.
	pub line: usize,
	/// The column, from 1.
	pub column: usize,
	/// The entry of the bundle, from 1, if the place is in one.
	pub entry: Option<usize>,
}

impl std::fmt::Display for Place {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		if let Some(entry) = self.entry {
			write!(formatter, "entry {entry}, ")?;
		}
		write!(formatter, "line {}, column {}", self.line, self.column)
	}
}

/// Why an input is refused, and what to do.
#[derive(Clone, Debug, Error)]
pub enum Refusal {
	/// It has no content.
	#[error("the file is empty")]
	Empty,
	/// It is compressed with gzip.
	#[error("the file is compressed with gzip: unpack it first (gunzip)")]
	Gzip,
	/// It is a ZIP archive.
	#[error("the file is a ZIP archive: unpack it first, and import each file")]
	Zip,
	/// It is text in UTF-16 or UTF-32.
	#[error(
		"the file is in {0}, and FHIR demands UTF-8: convert it first (iconv -f {0} -t UTF-8)"
	)]
	Utf16(&'static str),
	/// It begins like JSON and has bytes that are not UTF-8.
	#[error(
		"the file is not in UTF-8 ({0}), as FHIR demands: convert it first (for example iconv -f \
		 WINDOWS-1252 -t UTF-8)"
	)]
	NotUtf8(Place),
	/// It is FHIR in XML.
	#[error(
		"the file is FHIR in XML ({0}), and only JSON is read: ask the source for JSON \
		 (`_format=json`), or convert the file with HL7's validator (`-convert -version 4.0`). \
		 `vouchsafe record add` keeps it as it is"
	)]
	Xml(String),
	/// It is FHIR in RDF.
	#[error(
		"the file is FHIR in Turtle (RDF), and only JSON is read: ask the source for JSON \
		 (`_format=json`)"
	)]
	Turtle,
	/// It is NDJSON.
	#[error(
		"the file is NDJSON (bulk data), where each line is a resource of any patient: export one \
		 patient as a Bundle instead (Patient/ID/$everything)"
	)]
	Ndjson,
	/// It is a JSON list of resources.
	#[error("the file is a list of FHIR resources and not a Bundle: put them into a Bundle first")]
	List,
	/// It begins like JSON, but is not valid JSON.
	#[error("the file is not valid JSON: {why} ({place})")]
	Json {
		/// What is wrong.
		why: String,
		/// Where.
		place: Place,
	},
	/// A bundle's own fields have the wrong shape.
	#[error("the file is not a valid FHIR bundle: {why} ({place})")]
	Shape {
		/// What is wrong.
		why: String,
		/// Where.
		place: Place,
	},
	/// An entry's resource is not one.
	#[error("the resource of entry {0} has no resourceType, so it is not a FHIR resource")]
	NotAResource(usize),
	/// The bundle has no resource.
	#[error("the bundle has no resource in it")]
	NoResource,
	/// It is a server's error message.
	#[error("the file is a server's message and not a record: {0}")]
	Outcome(String),
	/// It is of another FHIR version.
	#[error(
		"the input is in FHIR {}, and only R4 is read: {}. Ask the source for R4 \
		 (`Accept: application/fhir+json; fhirVersion=4.0`)", .0.version, .0
	)]
	Version(Evidence),
	/// It is one page of a search result.
	#[error(
		"the bundle is one page of a search result{}; the next page is at {next}. Fetch all pages \
		 into one bundle, or import what is here with --incomplete",
		missing_of(.missing)
	)]
	Page {
		/// How many entries are missing, if the bundle says so.
		missing: Option<u64>,
		/// The address of the next page.
		next: String,
	},
	/// A search result has fewer entries than it says.
	#[error(
		"the bundle is incomplete: it has {here} of {total} entries, so {} are not here. Fetch all \
		 pages into one bundle, or import what is here with --incomplete",
		.total.saturating_sub(*.here)
	)]
	Incomplete {
		/// How many it has.
		here: u64,
		/// How many it says there are.
		total: u64,
	},
	/// It is about more than one patient; the first of them.
	#[error(
		"the bundle is about more than one patient: {}. Export each patient separately, because a \
		 record belongs to one patient", .0.join(", ")
	)]
	Patients(Vec<String>),
	/// The records would repeat too much.
	#[error(
		"the resources refer to each other so closely that the records would repeat {0} times the \
		 bundle: import it with --unit document or --unit category"
	)]
	Entangled(usize),
	/// References lead to too many resources.
	#[error(
		"too many resources have the same identifier or address, so that references lead to many \
		 resources each: ask the source for an export without repetitions. `vouchsafe record add` \
		 keeps the file as it is"
	)]
	Ambiguous,
}

fn missing_of(missing: &Option<u64>) -> String {
	match missing {
		Some(missing) => format!(", and {missing} of its entries are not here"),
		None => String::new(),
	}
}

/// Finds out what kind of file an input is.
pub fn read<'a>(bytes: &'a [u8], name: &str) -> Result<Input<'a>, Refusal> {
	let kind = match bytes {
		[] => return Err(Refusal::Empty),
		[0x1f, 0x8b, ..] => return Err(Refusal::Gzip),
		[b'P', b'K', 3, 4, ..] if is_named(name, &["json", "ndjson", "xml", "zip"]) => {
			return Err(Refusal::Zip)
		},
		[0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
		[0xff, 0xfe, ..] => Some("UTF-16LE"),
		[0xfe, 0xff, ..] => Some("UTF-16BE"),
		[b'{' | b'[' | b'<', 0, 0, 0, ..] => Some("UTF-32LE"),
		[b'{' | b'[' | b'<', 0, ..] => Some("UTF-16LE"),
		[0, b'{' | b'[' | b'<', ..] => Some("UTF-16BE"),
		_ => None,
	};
	if let Some(encoding) = kind {
		return Err(Refusal::Utf16(encoding));
	}
	let (text, skipped) = match bytes {
		[0xef, 0xbb, 0xbf, rest @ ..] => (rest, 3usize),
		_ => (bytes, 0),
	};
	let mut visible = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
	let (first, second) = (visible.next(), visible.next());
	match (first, second) {
		(None, _) => Err(Refusal::Empty),
		(Some(b'<'), _) => xml(text),
		// `{\rtf` is a word processor's text.
		(Some(b'{'), Some(b'\\')) => Ok(Input::File),
		(Some(b'{'), _) => json(bytes, text, skipped),
		(Some(b'['), _) if is_named(name, &["json"]) => json(bytes, text, skipped),
		(Some(b'@'), _) if is_named(name, &["ttl", "rdf"]) => Err(Refusal::Turtle),
		_ if is_named(name, &["json", "ndjson", "jsonl"]) => json(bytes, text, skipped),
		_ => Ok(Input::File),
	}
}

fn is_named(name: &str, extensions: &[&str]) -> bool {
	let extension = name.rsplit('.').next().unwrap_or_default();
	extensions.iter().any(|it| it.eq_ignore_ascii_case(extension))
}

/// A clinical document (CDA) or any other XML is a file; FHIR in XML is refused.
fn xml(text: &[u8]) -> Result<Input<'static>, Refusal> {
	let head = String::from_utf8_lossy(text.get(..4096).unwrap_or(text)).into_owned();
	let mut rest = head.as_str();
	// The first element: what is not a declaration, a comment or a processing instruction.
	while let Some((_, element)) = rest.split_once('<') {
		if element.starts_with(|c: char| c.is_ascii_alphabetic()) {
			let element = element.split('>').next().unwrap_or_default();
			let name = element.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
			return if element.contains("http://hl7.org/fhir") {
				Err(Refusal::Xml(name.to_owned()))
			} else {
				Ok(Input::File)
			};
		}
		rest = element;
	}
	Ok(Input::File)
}

fn json<'a>(bytes: &'a [u8], text: &'a [u8], skipped: usize) -> Result<Input<'a>, Refusal> {
	let text = std::str::from_utf8(text).map_err(|error| {
		let place = place_at(bytes, error.valid_up_to().saturating_add(skipped));
		Refusal::NotUtf8(place)
	})?;
	let mut values = serde_json::Deserializer::from_str(text).into_iter::<Shape>();
	let shape = match values.next() {
		Some(Ok(shape)) => shape,
		Some(Err(error)) => return Err(json_error(bytes, text, &error)),
		None => return Err(Refusal::Empty),
	};
	let rest = text.get(values.byte_offset()..).unwrap_or_default().trim_start();
	if rest.starts_with('{') && shape.0.is_some() {
		return Err(Refusal::Ndjson);
	}
	if !rest.is_empty() {
		let at = bytes.len().saturating_sub(rest.len());
		let why = "there is something after its end".to_owned();
		return Err(Refusal::Json { why, place: place_at(bytes, at) });
	}
	Ok(match shape.0.as_deref() {
		Some("Bundle") => Input::Bundle(text),
		Some(_) => Input::Resource(text),
		None if text.trim_start().starts_with('[') && text.contains("\"resourceType\"") => {
			return Err(Refusal::List)
		},
		None => Input::File,
	})
}

/// The resourceType of any JSON value, if it has one.
struct Shape(Option<String>);

impl<'de> serde::Deserialize<'de> for Shape {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Look;
		impl<'de> serde::de::Visitor<'de> for Look {
			type Value = Shape;

			fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
				formatter.write_str("a FHIR resource")
			}

			fn visit_map<A: serde::de::MapAccess<'de>>(
				self,
				mut map: A,
			) -> Result<Shape, A::Error> {
				let mut kind = None;
				while let Some(name) = map.next_key::<String>()? {
					if name == "resourceType" {
						let value = map.next_value::<serde_json::Value>()?;
						kind = kind.or_else(|| value.as_str().map(str::to_owned));
					} else {
						map.next_value::<serde::de::IgnoredAny>()?;
					}
				}
				Ok(Shape(kind))
			}

			fn visit_seq<A: serde::de::SeqAccess<'de>>(
				self,
				mut list: A,
			) -> Result<Shape, A::Error> {
				while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
				Ok(Shape(None))
			}

			fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
				Ok(Shape(None))
			}

			fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
				Ok(Shape(None))
			}

			fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
				Ok(Shape(None))
			}

			fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
				Ok(Shape(None))
			}

			fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
				Ok(Shape(None))
			}

			fn visit_unit<E>(self) -> Result<Shape, E> {
				Ok(Shape(None))
			}
		}
		deserializer.deserialize_any(Look)
	}
}

/// A JSON error of the whole input, with the entry that it is in.
pub(crate) fn json_error(bytes: &[u8], text: &str, error: &serde_json::Error) -> Refusal {
	let skipped = bytes.len().saturating_sub(text.len());
	error_at(bytes, skipped, error, error.classify() == serde_json::error::Category::Data)
}

/// A JSON error of a part of the input that begins at `offset`.
pub(crate) fn error_at(
	bytes: &[u8],
	offset: usize,
	error: &serde_json::Error,
	is_shape: bool,
) -> Refusal {
	let part = bytes.get(offset..).unwrap_or_default();
	let line = error.line().saturating_sub(1);
	let before: usize =
		part.split_inclusive(|byte| *byte == b'\n').take(line).map(<[u8]>::len).sum();
	let at = offset.saturating_add(before).saturating_add(error.column().saturating_sub(1));
	let place = place_at(bytes, at);
	// Its own text ends with a place, which would be the part's.
	let why = error.to_string();
	let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
	let why = match why.as_str() {
		"unexpected end of hex escape" | "lone leading surrogate in hex escape" => {
			"half a character (a lone surrogate such as \\ud83d), as when a text was cut inside an emoji"
				.to_owned()
		},
		_ => why,
	};
	if is_shape {
		Refusal::Shape { why, place }
	} else {
		Refusal::Json { why, place }
	}
}

/// The line, column and entry of an offset.
pub(crate) fn place_at(bytes: &[u8], offset: usize) -> Place {
	let before = bytes.get(..offset).unwrap_or(bytes);
	let lines = before.iter().filter(|byte| **byte == b'\n').count();
	let line_start =
		before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
	let column = before.len().saturating_sub(line_start).saturating_add(1);
	Place { line: lines.saturating_add(1), column, entry: entry_at(before) }
}

/// The bundle's entry in which a text ends, from 1. It looks only at brackets, strings and the key
/// `entry`, because the text may be damaged.
fn entry_at(before: &[u8]) -> Option<usize> {
	let (mut depth, mut entry, mut within, mut place) = (0u32, 0usize, false, 0usize);
	let mut key: &[u8] = &[];
	while let Some(byte) = before.get(place) {
		place = place.saturating_add(1);
		match byte {
			b'"' => {
				let start = place;
				while let Some(byte) = before.get(place) {
					match byte {
						b'\\' => place = place.saturating_add(2),
						b'"' => break,
						_ => place = place.saturating_add(1),
					}
				}
				key = before.get(start..place).unwrap_or_default();
				place = place.saturating_add(1);
			},
			b'{' | b'[' => {
				depth = depth.saturating_add(1);
				match (depth, byte) {
					(2, b'[') => within = key == b"entry",
					(3, b'{') if within => entry = entry.saturating_add(1),
					_ => {},
				}
			},
			b'}' | b']' => {
				depth = depth.saturating_sub(1);
				if depth < 2 {
					within = false;
				}
			},
			_ => {},
		}
	}
	(within && depth >= 3 && entry > 0).then_some(entry)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn refused(bytes: &[u8], name: &str) -> String {
		read(bytes, name).unwrap_err().to_string()
	}

	fn utf16(text: &str, big: bool) -> Vec<u8> {
		text.encode_utf16()
			.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
			.collect()
	}

	#[test]
	fn kinds_are_told() {
		let bundle = r#"{"resourceType":"Bundle"}"#;
		assert_eq!(read(bundle.as_bytes(), "a.json").unwrap(), Input::Bundle(bundle));
		let with_mark = format!("\u{feff}{bundle}\n");
		assert!(matches!(read(with_mark.as_bytes(), "a").unwrap(), Input::Bundle(_)));
		assert!(matches!(
			read(br#"{"id":"1","resourceType":"Patient"}"#, "a").unwrap(),
			Input::Resource(_)
		));
		for file in
			[&b"%PDF-1.5"[..], b"MSH|^~\\&|", b"{\\rtf1 text}", b"{}", b"[1] a note", b"\x00\x01"]
		{
			assert_eq!(read(file, "a.bin").unwrap(), Input::File);
		}
		assert_eq!(read(b"[1,2]", "a.json").unwrap(), Input::File);
		let cda = br#"<?xml version="1.0"?><!-- x --><ClinicalDocument xmlns="urn:hl7-org:v3"/>"#;
		assert_eq!(read(cda, "a.xml").unwrap(), Input::File);
	}

	#[test]
	fn each_other_kind_has_its_own_sentence() {
		let bundle = r#"{"resourceType":"Bundle"}"#;
		assert!(refused(b"", "a").contains("empty"));
		assert!(refused(b" \n", "a").contains("empty"));
		assert!(refused(b"\xef\xbb\xbf", "a").contains("empty"));
		assert!(refused(b"[{\"resourceType\":\"Goal\"}]", "a.json").contains("list of FHIR"));
		assert!(refused(&[0x1f, 0x8b, 8], "a.json.gz").contains("gzip"));
		assert!(refused(b"PK\x03\x04", "a.zip").contains("ZIP"));
		assert_eq!(read(b"PK\x03\x04", "letter.docx").unwrap(), Input::File);
		assert!(refused(&utf16(bundle, false), "a").contains("UTF-16LE"));
		assert!(refused(&utf16(bundle, true), "a").contains("UTF-16BE"));
		assert!(refused(&utf16(&format!("\u{feff}{bundle}"), true), "a").contains("UTF-16BE"));
		assert!(
			refused(b"<Bundle xmlns=\"http://hl7.org/fhir\">", "a.xml").contains("XML (Bundle)")
		);
		assert!(refused(b"\xef\xbb\xbf<?xml?>\n<f:Patient xmlns:f='http://hl7.org/fhir'/>", "a")
			.contains("XML"));
		assert!(refused(b"@prefix fhir: <http://hl7.org/fhir/> .", "a.ttl").contains("Turtle"));
		let lines = "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n";
		assert!(refused(lines.as_bytes(), "Patient.ndjson").contains("NDJSON"));
		assert!(refused(lines.as_bytes(), "no-extension").contains("NDJSON"));
		assert!(
			refused(b"{\"resourceType\":\"Bundle\", \"a\":\"\xe9\"}", "a").contains("column 32")
		);
	}

	#[test]
	fn damaged_json_is_named_with_its_place() {
		let text = "{\"resourceType\":\"Bundle\",\n\"entry\":[{},\n{\"a\":}]}";
		assert_eq!(
			refused(text.as_bytes(), "a.json"),
			"the file is not valid JSON: expected value (entry 2, line 3, column 6)"
		);
		assert!(refused(b"%PDF", "a.json").contains("line 1, column 1"));
		assert!(refused(b"{\"resourceType\":\"Bundle\"} x", "a")
			.contains("after its end (line 1, column 27)"));
		assert!(refused(b"{\"resourceType\":\"Bundle\"", "a").contains("EOF"));
	}

	proptest! {
		#[test]
		fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), name in "[a-z.]{0,8}") {
			let _ = read(&bytes, &name);
		}

		#[test]
		fn cut_bundles_never_panic(cut in 0usize..200) {
			let text = r#"{"resourceType":"Bundle","link":[{"a":"\""}],"entry":[{"resource":{"id":"é","x":[1,{}]}},{}]}"#;
			let bytes = text.as_bytes();
			let _ = read(&bytes[..cut.min(bytes.len())], "a.json");
			let _ = place_at(bytes, cut);
		}
	}
}
