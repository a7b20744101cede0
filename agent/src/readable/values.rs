//! The text of a value, by its shape: concepts, quantities, dates, names, references and so on.

use super::{
	dates::{self, Date},
	source::{at_path, choice, kind_of, list, Source},
	texts::{self, line, lines, one_line},
};
use serde_json::{Map, Number, Value};
use std::collections::BTreeSet;
use vouchsafe_speech::{DocumentWord, Speech, TimeUnit};

/// How many values of a list are shown in one cell.
const MOST_VALUES: usize = 40;
/// How many items of a list are looked at for them.
const MOST_ITEMS: usize = 1_000;
/// The most digits of a number.
const LONGEST_NUMBER: usize = 30;
/// How many references are followed, one after the other, for one text.
const DEEPEST: u8 = 3;

/// How the values of a field are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
	/// By their shape.
	Plain,
	/// Dates without their time.
	Day,
	/// Codes of a group that [`Speech::document_code`] knows.
	Code(&'static str),
}

/// Makes texts of a resource's values.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
	pub(super) source: &'a Source<'a>,
	pub(super) speech: &'a Speech,
	/// The resource that is read.
	pub(super) home: &'a Value,
	depth: u8,
	/// Whether codes without words are texts too.
	with_codes: bool,
}

impl<'a> Reader<'a> {
	pub(super) fn new(source: &'a Source<'a>, speech: &'a Speech, home: &'a Value) -> Self {
		Self { source, speech, home, depth: 0, with_codes: true }
	}

	/// The same, but codes without words say nothing.
	pub(super) fn without_codes(&self) -> Self {
		Self { with_codes: false, ..*self }
	}

	/// The texts at a path of the resource, in a list.
	pub(super) fn at(&self, path: &str, reading: Reading) -> Option<String> {
		self.of(self.home, path, reading)
	}

	/// The texts at a path of a value, in a list.
	pub(super) fn of(&self, value: &Value, path: &str, reading: Reading) -> Option<String> {
		let found = at_path(value, path);
		join(found.into_iter().filter_map(|it| self.read(it, reading)))
	}

	/// The text of a value.
	pub(super) fn show(&self, value: &Value) -> Option<String> {
		self.read(value, Reading::Plain)
	}

	pub(super) fn read(&self, value: &Value, reading: Reading) -> Option<String> {
		match value {
			Value::Null => None,
			Value::Bool(true) => Some(self.word(DocumentWord::Yes)),
			Value::Bool(false) => Some(self.word(DocumentWord::No)),
			Value::Number(number) => Some(self.number(number)),
			Value::String(text) => self.string(text, reading),
			Value::Array(items) => join(items.iter().filter_map(|it| self.read(it, reading))),
			Value::Object(fields) => self.object(value, fields, reading),
		}
	}

	pub(super) fn word(&self, word: DocumentWord) -> String {
		self.speech.document_word(word)
	}

	fn string(&self, text: &str, reading: Reading) -> Option<String> {
		if let Reading::Code(group) = reading {
			if let Some(word) = self.speech.document_code(group, text) {
				return Some(word);
			}
		}
		if let Some(date) = Date::read(text) {
			let date = if reading == Reading::Day { date.day() } else { date };
			return Some(date.say(self.speech));
		}
		line(text).filter(|text| !is_address(text))
	}

	fn object(
		&self,
		value: &Value,
		fields: &Map<String, Value>,
		reading: Reading,
	) -> Option<String> {
		let has = |name: &str| fields.get(name).is_some_and(|it| !it.is_null());
		let any = |names: &[&str]| names.iter().any(|name| has(name));
		let is_text = |name: &str| value[name].is_string();
		if kind_of(value).is_some() {
			self.title_of(value)
		} else if any(&["coding"]) {
			self.concept(value, reading)
		} else if any(&[
			"doseAndRate",
			"dose",
			"timing",
			"route",
			"patientInstruction",
			"asNeededBoolean",
		]) || any(&["asNeededCodeableConcept"])
		{
			self.dosage(value)
		} else if any(&["div"]) {
			None
		} else if is_text("reference")
			|| any(&["display"]) && !any(&["code", "system"])
			|| value["identifier"].is_object() && !any(&["value"])
		{
			self.reference(value)
		} else if value["concept"].is_object() || value["reference"].is_object() {
			// A CodeableReference of R5.
			self.show(&value["concept"]).or_else(|| self.show(&value["reference"]))
		} else if any(&["numerator", "denominator"]) {
			self.ratio(value)
		} else if any(&["family", "given"]) {
			self.name(value)
		} else if any(&["line", "city", "postalCode", "country"]) {
			self.address(value)
		} else if any(&["text"]) {
			Some(plainer(&line(value["text"].as_str()?)?))
		} else if value["low"].is_object() || value["high"].is_object() {
			let end = |name: &str| self.show(&value[name]);
			self.speech.document_range(end("low"), end("high"))
		} else if value["value"].is_number() {
			self.quantity(value)
		} else if any(&["repeat", "event"]) {
			self.timing(value)
		} else if is_text("start") || is_text("end") {
			let date = |name: &str| Date::read(value[name].as_str()?);
			let date =
				|name| date(name).map(|it| if reading == Reading::Day { it.day() } else { it });
			dates::period(self.speech, date("start"), date("end"))
		} else if any(&["contentType", "data"]) || any(&["url"]) && any(&["title", "size", "hash"])
		{
			line(value["title"].as_str()?)
		} else if any(&["code", "display"]) {
			match &value["code"] {
				Value::Object(_) => self.concept(&value["code"], reading),
				_ => self.coding(value, reading),
			}
		} else if any(&["value"]) {
			let text = line(value["value"].as_str()?)?;
			Some(match self.show(&value["type"]) {
				Some(kind) => self.speech.document_labelled(kind, text),
				None => text,
			})
		} else {
			None
		}
	}

	/// A concept: its word in this language, its text, the display of a code, or a code alone.
	fn concept(&self, value: &Value, reading: Reading) -> Option<String> {
		let codings = list(&value["coding"]);
		if let Reading::Code(group) = reading {
			let codes = codings.iter().filter_map(|it| it["code"].as_str());
			let mut words = codes.filter_map(|code| self.speech.document_code(group, code));
			if let Some(word) = words.next() {
				return Some(word);
			}
		}
		if let Some(text) = value["text"].as_str().and_then(line) {
			return Some(plainer(&text));
		}
		let chosen = codings.iter().filter(|it| it["userSelected"] == true);
		let mut all = chosen.chain(codings);
		let display = all.find_map(|it| it["display"].as_str().and_then(line));
		display
			.map(|text| plainer(&text))
			.or_else(|| codings.iter().find_map(|it| self.coding(it, reading)))
	}

	fn coding(&self, value: &Value, reading: Reading) -> Option<String> {
		let code = value["code"].as_str();
		if let (Reading::Code(group), Some(code)) = (reading, code) {
			if let Some(word) = self.speech.document_code(group, code) {
				return Some(word);
			}
		}
		if let Some(text) = value["display"].as_str().and_then(line) {
			return Some(plainer(&text));
		}
		let system = value["system"].as_str().unwrap_or_default();
		let says_nothing =
			["NullFlavor", "data-absent-reason"].iter().any(|it| system.contains(it));
		let code = code.filter(|_| !says_nothing && self.with_codes).and_then(line)?;
		Some(self.speech.document_bare_code(code, system_name(system)))
	}

	/// What a reference leads to; else its own text.
	fn reference(&self, value: &Value) -> Option<String> {
		let found = self.source.resolve(self.home, value);
		let title = found.and_then(|it| self.title_of(it));
		title.or_else(|| Some(plainer(&line(value["display"].as_str()?)?)))
	}

	/// The title of another resource, or of a contained one.
	pub(super) fn title_of(&self, resource: &Value) -> Option<String> {
		self.enter(resource)?.title()
	}

	fn quantity(&self, value: &Value) -> Option<String> {
		let number = value["value"].as_number()?;
		let number = match number.as_f64() {
			Some(amount) if value["currency"].is_string() && number.as_i64().is_none() => {
				self.speech.document_number(&format!("{amount:.2}"))
			},
			_ => self.number(number),
		};
		let number = match value["comparator"].as_str() {
			Some(comparator @ ("<" | "<=" | ">" | ">=")) => {
				let sign = comparator.replace("<=", "≤").replace(">=", "≥");
				format!("{sign} {number}")
			},
			_ => number,
		};
		Some(match self.unit(value) {
			Some(unit) if unit == "%" => format!("{number} %"),
			Some(unit) => format!("{number} {unit}"),
			None => number,
		})
	}

	/// The unit of a quantity, or the currency of an amount.
	pub(super) fn unit(&self, value: &Value) -> Option<String> {
		let names = ["currency", "unit", "code"];
		let texts = names.iter().filter_map(|name| value[name].as_str());
		plain_unit(&one_line(texts.map(str::trim).find(|text| !text.is_empty())?))
	}

	/// A number as people write it. Numbers that a program worked out with many digits are rounded.
	pub(super) fn number(&self, number: &Number) -> String {
		let text = number.to_string();
		let digits = text.bytes().filter(u8::is_ascii_digit).count();
		let text = match number.as_f64() {
			Some(value) if digits > 7 && text.contains(['.', 'e', 'E']) => rounded(value),
			_ if digits > LONGEST_NUMBER => texts::shorten(&text, LONGEST_NUMBER),
			_ => text,
		};
		self.speech.document_number(&text)
	}

	fn ratio(&self, value: &Value) -> Option<String> {
		let (above, below) = (&value["numerator"], &value["denominator"]);
		let is_bare = |it: &Value| self.unit(it).is_none();
		match (self.show(above), self.show(below)) {
			(Some(above), Some(one)) if one == "1" => Some(above),
			(Some(first), Some(second)) if is_bare(above) && is_bare(below) => {
				Some(format!("{first}:{second}"))
			},
			(Some(first), Some(second)) => Some(format!("{first} / {second}")),
			(first, _) => first,
		}
	}

	fn name(&self, value: &Value) -> Option<String> {
		if let Some(text) = value["text"].as_str().and_then(line) {
			return Some(text);
		}
		let parts = ["prefix", "given", "family", "suffix"];
		let parts = parts.iter().flat_map(|part| list(&value[part]));
		let parts: Vec<_> = parts.filter_map(|it| line(it.as_str()?)).collect();
		line(&parts.join(" "))
	}

	fn address(&self, value: &Value) -> Option<String> {
		if let Some(text) = value["text"].as_str().and_then(line) {
			return Some(text);
		}
		let text = |name: &str| value[name].as_str().and_then(line);
		let town = [text("postalCode"), text("city")].into_iter().flatten().collect::<Vec<_>>();
		let lines = list(&value["line"]).iter().filter_map(|it| line(it.as_str()?));
		let parts = lines.chain(line(&town.join(" "))).chain(text("state")).chain(text("country"));
		line(&parts.collect::<Vec<_>>().join(", "))
	}

	/// A dosage: its text, or how much, when and how.
	fn dosage(&self, value: &Value) -> Option<String> {
		let text = ["text", "patientInstruction"];
		if let Some(text) = text.iter().find_map(|name| line(value[name].as_str()?)) {
			return Some(text);
		}
		let dose = self.of(value, "doseAndRate.dose*", Reading::Plain);
		let dose = dose.or_else(|| self.show(&value["dose"]));
		let rate = self.of(value, "doseAndRate.rate*", Reading::Plain);
		let reason = self.show(&value["asNeededCodeableConcept"]);
		let need = match reason {
			Some(reason) => Some(self.speech.document_as_needed_for(reason)),
			None if value["asNeededBoolean"] == true => Some(self.word(DocumentWord::AsNeeded)),
			None => None,
		};
		let more = list(&value["additionalInstruction"]).iter().filter_map(|it| self.show(it));
		let parts = [dose, rate, self.timing(&value["timing"]), self.show(&value["route"]), need];
		join(parts.into_iter().flatten().chain(more))
	}

	fn timing(&self, value: &Value) -> Option<String> {
		let code = self.concept(&value["code"], Reading::Code("time"));
		let repeat = &value["repeat"];
		let whole = |name: &str| u32::try_from(repeat[name].as_u64()?).ok();
		let unit = |name: &str| TimeUnit::of_code(repeat[name].as_str()?);
		let often = unit("periodUnit").zip(whole("period")).map(|(unit, period)| {
			self.speech.document_frequency(whole("frequency").unwrap_or(1), period, unit)
		});
		let codes = |name: &str| self.of(repeat, name, Reading::Code("time"));
		let times = list(&repeat["timeOfDay"]).iter().filter_map(|it| line(it.as_str()?.get(..5)?));
		let bounds = &choice(repeat, "bounds");
		let duration = unit_of_duration(bounds).map(|(count, unit)| {
			self.speech.document_for(self.speech.document_duration(count, unit))
		});
		let bounds = duration.or_else(|| self.show(bounds));
		let events = list(&value["event"]).iter().filter_map(|it| self.show(it));
		let parts = [often.or(code), codes("when"), codes("dayOfWeek"), join(times), bounds];
		join(parts.into_iter().flatten().chain(events))
	}

	/// Texts of several lines at a path.
	pub(super) fn long_texts(&self, path: &str) -> Vec<String> {
		let found = at_path(self.home, path).into_iter();
		let texts = found.filter_map(|it| match it {
			Value::String(text) => lines(text),
			other => other["text"].as_str().and_then(lines).or_else(|| self.show(other)),
		});
		texts.take(MOST_VALUES).collect()
	}

	/// A reader of a resource that this one refers to or contains.
	fn enter(&self, home: &'a Value) -> Option<Self> {
		let depth = self.depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
		Some(Self { home, depth, ..*self })
	}
}

/// The texts as a list, each once.
pub(super) fn join(texts: impl Iterator<Item = String>) -> Option<String> {
	let mut seen = BTreeSet::new();
	let texts = texts.take(MOST_ITEMS);
	let texts: Vec<_> = texts.filter(|it| seen.insert(it.clone())).take(MOST_VALUES + 1).collect();
	let shown = texts.get(..MOST_VALUES).unwrap_or(&texts);
	let more = if shown.len() < texts.len() { " …" } else { "" };
	// Texts that have commas themselves are told apart by semicolons.
	let mark = if shown.iter().any(|it| it.contains(", ")) { "; " } else { ", " };
	(!shown.is_empty()).then(|| format!("{}{more}", shown.join(mark)))
}

/// A technical address, which tells a patient nothing.
fn is_address(text: &str) -> bool {
	["urn:", "http://", "https://"].iter().any(|start| text.starts_with(start))
}

/// The kinds of things that SNOMED CT adds to its terms.
const SEMANTIC_TAGS: [&str; 16] = [
	"body structure",
	"disorder",
	"environment",
	"event",
	"finding",
	"morphologic abnormality",
	"observable entity",
	"organism",
	"person",
	"physical object",
	"procedure",
	"product",
	"qualifier value",
	"regime/therapy",
	"situation",
	"substance",
];

/// A term without what only terminologists need: SNOMED CT's kind of thing, and LOINC's property
/// ("[Mass/volume]"), which the unit tells.
pub(super) fn plainer(text: &str) -> String {
	let mut text = text.to_owned();
	if let Some((term, tag)) = text.strip_suffix(')').and_then(|it| it.rsplit_once(" (")) {
		if SEMANTIC_TAGS.contains(&tag) {
			text = term.to_owned();
		}
	}
	let property = text.split_once(" [").and_then(|(before, rest)| {
		let (property, after) = rest.split_once(']')?;
		let is_property = property.contains('/')
			|| ["Entitic", "Volume Fraction", "Mass Fraction", "Ratio", "Score"]
				.iter()
				.any(|it| property.starts_with(it));
		(is_property && !property.chars().any(|c| c.is_ascii_digit()))
			.then(|| format!("{before}{after}"))
	});
	property.unwrap_or(text)
}

/// A unit of UCUM as people write it; `None` if it only says that something is counted.
fn plain_unit(unit: &str) -> Option<String> {
	let unit = match unit {
		"1" => return None,
		"mm[Hg]" => "mmHg",
		"Cel" => "°C",
		"[degF]" => "°F",
		"[lb_av]" => "lb",
		"[in_i]" => "in",
		other => other,
	};
	let unit = unit.replace("10*3", "10³").replace("10*6", "10⁶").replace("10*9", "10⁹");
	let unit = unit.replace("[iU]", "IU").replace("uL", "µL").replace("ug", "µg");
	let unit = match unit.strip_suffix("m2") {
		Some(before) if before.ends_with(['/', ' ', '_']) => {
			format!("{}m²", before.replace('_', " "))
		},
		_ => unit,
	};
	// Notes in braces say what is counted.
	let mut shown = String::new();
	let mut rest = unit.as_str();
	while let Some((before, note)) = rest.split_once('{') {
		shown += before;
		let (note, after) = note.split_once('}').unwrap_or((note, ""));
		if !matches!(note, "#" | "nominal" | "ratio") {
			shown += &note.replace('_', " ");
		}
		rest = after;
	}
	shown += rest;
	let shown = shown.trim();
	(!shown.is_empty()).then(|| shown.to_owned())
}

/// A number with three digits, and not fewer than those before the decimal mark and two after it.
fn rounded(value: f64) -> String {
	let size = value.abs();
	let digits = match size {
		_ if !(1e-12..1e15).contains(&size) => return format!("{value:.2e}"),
		_ if size >= 1.0 => 2,
		_ => (1..=12).find(|digits| size * 10f64.powi(*digits) >= 1.0).map_or(2, |it| it + 2),
	};
	let text = format!("{value:.*}", usize::try_from(digits).unwrap_or(2));
	match text.contains('.') {
		true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
		false => text,
	}
}

fn unit_of_duration(value: &Value) -> Option<(u32, TimeUnit)> {
	let count = u32::try_from(value["value"].as_u64()?).ok()?;
	Some((count, TimeUnit::of_code(value["code"].as_str()?)?))
}

/// The short names of code systems, by a part of their address.
const SYSTEMS: [(&str, &str); 14] = [
	("snomed", "SNOMED CT"),
	("loinc", "LOINC"),
	("icd-10-gm", "ICD-10-GM"),
	("icd-10-cm", "ICD-10-CM"),
	("icd-10-pcs", "ICD-10-PCS"),
	("icd-10", "ICD-10"),
	("icd-9", "ICD-9"),
	("/icd/", "ICD-11"),
	("rxnorm", "RxNorm"),
	("whocc.no", "ATC"),
	("/atc", "ATC"),
	("/ops", "OPS"),
	("2.16.840.1.113883.6.96", "SNOMED CT"),
	("2.16.840.1.113883.6.1", "LOINC"),
];

/// A code system's short name: a known one, or the last part of its address.
fn system_name(system: &str) -> Option<String> {
	let small = system.to_lowercase();
	if let Some((_, name)) = SYSTEMS.iter().find(|(part, _)| small.contains(part)) {
		return Some((*name).to_owned());
	}
	let last = small.split('|').next()?.trim_end_matches('/').rsplit(['/', ':']).next()?;
	let is_short = last.len() <= 8 && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
	let is_name = is_short && last.starts_with(|c: char| c.is_ascii_alphabetic());
	is_name.then(|| last.to_uppercase())
}
