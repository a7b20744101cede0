//! Turns FHIR documents into headings, facts and tables that patients can read: meaning first.
//!
//! [`read`] makes a [`Document`] from the bytes of a FHIR bundle or resource. A page lays the document
//! out, and [`Document::print`] prints it. All texts are ready to be shown: words of the language of a
//! [`Speech`], and foreign texts without markup and without characters that change how they are shown.
//!
//! - [`kinds`]: which fields of each kind of resource are shown, under which label.
//! - [`values`]: the text of a value, by its shape.
//! - [`results`]: measurements, and their course over time.
//! - [`compositions`], [`layout`]: the parts of the document, in their order.
//! - [`source`]: the resources, and what references lead to. [`narrative`]: text in XHTML.
//!
//! *Invariants.* No text has a tag in it. Every resource makes at least one block, unless the document
//! is too long: then a note says how many parts were left out.

mod bills;
mod compositions;
mod dates;
mod kinds;
mod layout;
mod narrative;
mod print;
mod results;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod values;

use self::{layout::Layout, source::Source};
use anyhow::{Context as _, Result};
use serde::Serialize;
use vouchsafe_speech::Speech;

/// A document, ready to be laid out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Document {
	/// Its parts, in the order of reading.
	pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
	/// A heading.
	Heading {
		/// From 1, the highest, to 3.
		level: u8,
		/// The text.
		text: String,
	},
	/// Labels and values.
	Facts {
		/// The facts.
		facts: Vec<Fact>,
	},
	/// A table. Every row has a cell for each column.
	Table {
		/// The names of the columns.
		columns: Vec<String>,
		/// The cells, row by row.
		rows: Vec<Vec<String>>,
	},
	/// Text of one or more lines.
	Text {
		/// The text.
		text: String,
	},
	/// Something that the reader must not miss.
	Note {
		/// The text.
		text: String,
	},
	/// A value that was measured several times, oldest first.
	Series {
		/// What was measured.
		label: String,
		/// The unit, which may be empty.
		unit: String,
		/// The values.
		points: Vec<Point>,
		/// The lower end of the normal range.
		low: Option<f64>,
		/// The upper end of the normal range.
		high: Option<f64>,
		/// The normal range as text, which may be empty.
		range: String,
	},
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
	/// The label.
	pub label: String,
	/// The value.
	pub value: String,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
	/// The moment for machines, in the precision that it has: `2026-11-21T14:05`.
	pub moment: String,
	/// The same for people.
	pub when: String,
	/// The number.
	pub value: f64,
	/// The number for people, without its unit.
	pub text: String,
	/// What it means, such as "too high", or nothing.
	pub remark: String,
}

/// Makes a FHIR bundle or resource readable. An error if the bytes are not one.
pub fn read(bytes: &[u8], speech: &Speech) -> Result<Document> {
	let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
	let value = serde_json::from_slice(bytes).context("the document is not FHIR in JSON")?;
	let source = Source::new(&value).context("the document is not a FHIR resource")?;
	Ok(Layout::new(&source, speech).document())
}
