//! The JSON of a protocol, before anything in it is checked.

use serde::{
	de::{Error as _, MapAccess, Visitor},
	Deserialize, Deserializer,
};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

/// Codes by code system.
pub type Codes = Words<Vec<String>>;

/// An object with names of one's own. A name that is in it twice is refused, because one of the two
/// would be lost.
#[derive(Debug)]
pub struct Words<V>(pub BTreeMap<String, V>);

impl<V> Default for Words<V> {
	fn default() -> Self {
		Self(BTreeMap::new())
	}
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Words<V> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Read<V>(PhantomData<V>);
		impl<'de, V: Deserialize<'de>> Visitor<'de> for Read<V> {
			type Value = Words<V>;

			fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
				formatter.write_str("an object")
			}

			fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Words<V>, A::Error> {
				let mut words = BTreeMap::new();
				while let Some((name, value)) = map.next_entry::<String, V>()? {
					if words.contains_key(&name) {
						return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
					}
					words.insert(name, value);
				}
				Ok(Words(words))
			}
		}
		deserializer.deserialize_map(Read(PhantomData))
	}
}

/// A protocol.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolFile {
	pub version: u32,
	pub question: Words<String>,
	pub reference_date: String,
	#[serde(default)]
	pub identifier: Option<String>,
	#[serde(default)]
	pub include_deceased: bool,
	#[serde(default)]
	pub cohort: Vec<ConditionFile>,
	#[serde(default)]
	pub table: Option<TableFile>,
	#[serde(default)]
	pub sum: Option<SumFile>,
}

/// A table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
	pub by: Vec<ExtractorFile>,
	#[serde(default = "one")]
	pub weight: i64,
}

fn one() -> i64 {
	1
}

/// A sum.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumFile {
	pub value: ValueFile,
	pub max: i64,
}

/// An extractor of a table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorFile {
	Age(Cells<Band<u32>>),
	Sex(Cells<Sexes>),
	Condition(Cells<Coded>),
	Allergy(Cells<Coded>),
	Medication(Cells<Coded>),
	Procedure(Cells<Coded>),
	Number(NumberCells),
	Observation(ObservationCells),
}

/// The number of a sum.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueFile {
	Age(Nothing),
	Number(Number),
	Observation(Observation),
}

/// A condition of the cohort.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConditionFile {
	Age(Limits<u32>),
	Sex(SexLimits),
	Condition(CodeLimits),
	Allergy(CodeLimits),
	Medication(CodeLimits),
	Procedure(CodeLimits),
	Number(NumberLimits),
	Observation(ObservationLimits),
}

/// An empty object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The cells of an extractor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cells<C> {
	pub cells: Vec<C>,
}

/// A cell with a band of numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band<N> {
	pub name: String,
	#[serde(default = "none")]
	pub from: Option<N>,
	#[serde(default = "none")]
	pub below: Option<N>,
	#[serde(default)]
	pub otherwise: bool,
}

fn none<N>() -> Option<N> {
	None
}

/// A cell with sexes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sexes {
	pub name: String,
	#[serde(default)]
	pub is: Vec<String>,
	#[serde(default)]
	pub otherwise: bool,
}

/// A cell with codes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coded {
	pub name: String,
	#[serde(default)]
	pub codes: Codes,
	#[serde(default)]
	pub otherwise: bool,
}

/// Bands of a number of entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCells {
	pub of: String,
	#[serde(default)]
	pub codes: Option<Codes>,
	pub cells: Vec<Band<u32>>,
}

/// Bands of the latest observation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationCells {
	pub loinc: Vec<String>,
	pub unit: String,
	pub cells: Vec<Band<f64>>,
}

/// A number of entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
	pub of: String,
	#[serde(default)]
	pub codes: Option<Codes>,
}

/// The latest observation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
	pub loinc: Vec<String>,
	pub unit: String,
}

/// From a number, below a number, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits<N> {
	#[serde(default = "none")]
	pub from: Option<N>,
	#[serde(default = "none")]
	pub below: Option<N>,
}

/// One of these sexes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SexLimits {
	pub is: Vec<String>,
}

/// An entry with one of these codes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeLimits {
	pub codes: Codes,
}

/// A number of entries within limits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberLimits {
	pub of: String,
	#[serde(default)]
	pub codes: Option<Codes>,
	#[serde(default)]
	pub from: Option<u32>,
	#[serde(default)]
	pub below: Option<u32>,
}

/// The latest observation within limits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationLimits {
	pub loinc: Vec<String>,
	pub unit: String,
	#[serde(default)]
	pub from: Option<f64>,
	#[serde(default)]
	pub below: Option<f64>,
}
