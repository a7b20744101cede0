//! Why a protocol or a file is refused, and what to do.

use super::codes::CodeSystem;
use crate::labels::Label;
use thiserror::Error;
use vouchsafe_primitives::{MAX_CELLS, MAX_VALUE, MAX_WEIGHT};

/// Why a protocol is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProtocolError {
	/// It is too long.
	#[error("the protocol has more than {0} bytes")]
	TooLong(usize),
	/// It is not JSON, or not in the form of a protocol.
	#[error("the protocol is malformed: {why} (line {line}, column {column})")]
	Malformed {
		/// What is wrong.
		why: String,
		/// The line, from 1.
		line: usize,
		/// The column, from 1.
		column: usize,
	},
	/// It has a version that is not known.
	#[error(
		"version {0} of the protocol format is not supported: write \"version\": 1, or update this program"
	)]
	Version(u32),
	/// It has no text of the question.
	#[error("the protocol has no question: give its text in at least one language")]
	NoQuestion,
	/// A key of the question is not a language.
	#[error("\"{0}\" is not a language: use a code such as en, de or pt-BR")]
	Language(String),
	/// A text is empty, too long, or has characters that change how the text around them is shown.
	#[error("the text “{text}” is empty, has invisible characters or is longer than {most} bytes")]
	Text {
		/// The text, shortened.
		text: String,
		/// How many bytes it may have.
		most: usize,
	},
	/// The reference date is not a date.
	#[error("the reference date \"{0}\" is not a date: write it as 2026-01-31")]
	ReferenceDate(String),
	/// The identifier system is not one.
	#[error(
		"\"{0}\" cannot be the system of an identifier: write the URI that is in \
		 Patient.identifier.system, without spaces and bars"
	)]
	Identifier(String),
	/// It has neither a table nor a sum, or both.
	#[error("the protocol needs either a table or a sum")]
	TableOrSum,
	/// A table has no extractor, or more than two.
	#[error("a table needs one or two extractors under \"by\", and this one has {0}")]
	Extractors(usize),
	/// The weight is out of range.
	#[error("the weight is {0}: it must be 1 to {MAX_WEIGHT}")]
	Weight(i64),
	/// The weight is higher than the number of cells in which one person can be.
	#[error(
		"the weight is {weight}, but a person can be in at most {most} of the cells: set it to {most}. A \
		 higher weight only adds noise"
	)]
	NeedlessWeight {
		/// The weight.
		weight: u8,
		/// In how many cells one person can be.
		most: usize,
	},
	/// The highest value of a sum is out of range.
	#[error("the max of the sum is {0}: it must be 1 to {MAX_VALUE}")]
	Max(i64),
	/// A table has too many cells.
	#[error("the table has {0} cells, outside included: it can have at most {MAX_CELLS}")]
	Cells(usize),
	/// An extractor has no cells.
	#[error("the extractor {0} needs at least one cell besides \"otherwise\"")]
	NoCells(&'static str),
	/// Two cells have the same name.
	#[error("two cells have the name “{0}”")]
	Doubled(String),
	/// A cell has the name of the last cell.
	#[error("a cell cannot have the name “outside”: every table gets a last cell with this name")]
	Outside,
	/// A cell does not say whom it counts.
	#[error(
		"the cell “{cell}” does not say whom it counts: give it {needs}, or \"otherwise\": true"
	)]
	Empty {
		/// The cell.
		cell: String,
		/// What a cell of this extractor has.
		needs: &'static str,
	},
	/// The cell for the others has a choice too, or is not the last one.
	#[error("the cell “{0}” has \"otherwise\": it must be the last cell and have no other field")]
	Otherwise(String),
	/// A band has no numbers in it.
	#[error("the band from {from} below {below} is empty")]
	EmptyBand {
		/// Its beginning.
		from: String,
		/// Its end.
		below: String,
	},
	/// A condition of the cohort has no limits.
	#[error("a condition about {0} needs \"from\" or \"below\"")]
	NoLimit(&'static str),
	/// Two bands have a number in common.
	#[error(
		"the bands “{0}” and “{1}” overlap: \"from\" is in the band, and \"below\" is not in it"
	)]
	Overlap(String, String),
	/// An unknown sex.
	#[error("\"{0}\" is not an administrative gender: use male, female, other or unknown")]
	Sex(String),
	/// Something that cannot be counted.
	#[error("\"{0}\" cannot be counted: use condition, allergy, medication or procedure")]
	Entries(String),
	/// An unknown unit.
	#[error("\"{0}\" is not a supported UCUM unit: write it as mg/dL, mmol/L, % or kg/m2")]
	Unit(String),
	/// An observation without codes.
	#[error("an observation needs at least one LOINC code")]
	NoLoinc,
	/// Something that is not a code of LOINC.
	#[error("\"{0}\" is not a LOINC code: write it as 4548-4")]
	Loinc(String),
	/// An unknown code system.
	#[error("\"{0}\" is not a supported code system: use SNOMED CT, ICD-10, RxNorm or ATC")]
	System(String),
	/// Something that is not a code of its system.
	#[error("\"{code}\" is not a code of {}", .system.name())]
	Code {
		/// The system.
		system: CodeSystem,
		/// The text.
		code: String,
	},
	/// Codes are missing.
	#[error("the codes for {0} are missing: name a code system and at least one code of it")]
	NoCodes(&'static str),
	/// Too many codes.
	#[error("the protocol has more than {0} codes")]
	TooManyCodes(usize),
	/// Too many conditions.
	#[error("the cohort has more than {0} conditions")]
	TooManyConditions(usize),
	/// A sensitive code, and the study does not have the trait.
	#[error(
		"the code {code} of {system} is sensitive ({}): the study needs the trait sensitive, so that \
		 it counts only people who agreed to that", .label.word()
	)]
	Sensitive {
		/// The system's name.
		system: &'static str,
		/// The code.
		code: String,
		/// What makes it, or a code below it, sensitive.
		label: Label,
	},
}

/// Why a file cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
	/// It has no content.
	#[error("the file is empty")]
	Empty,
	/// It is compressed with gzip.
	#[error("the file is compressed with gzip: unpack it first (gunzip)")]
	Gzip,
	/// It is a ZIP archive.
	#[error("the file is a ZIP archive: unpack it first")]
	Zip,
	/// It is XML.
	#[error("the file is XML, and only FHIR in JSON is read: ask the source for JSON")]
	Xml,
	/// It is text in UTF-16 or UTF-32.
	#[error("the file is in UTF-16 or UTF-32, and FHIR demands UTF-8: convert it first (iconv)")]
	Utf16,
	/// It is a JSON list.
	#[error("the file is a JSON list: FHIR data is a Bundle, or NDJSON with one resource a line")]
	List,
	/// It is not valid JSON.
	#[error("the file is not valid JSON: {why} (line {line})")]
	Json {
		/// What is wrong.
		why: String,
		/// The line, from 1.
		line: usize,
	},
	/// It ends within a value.
	#[error("the file ends in the middle, in line {0}: it is not complete")]
	Truncated(usize),
	/// It has no FHIR resource.
	#[error("the file is not FHIR: nothing in it has a resourceType")]
	NotFhir,
}
