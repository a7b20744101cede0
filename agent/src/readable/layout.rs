//! Puts the parts of a document in their order, and bounds its length.

use super::{
	bills, compositions,
	kinds::{kind, Field, Section, PEOPLE, REPORTS, RESULTS, WISHES},
	narrative::{self, Part},
	results::Results,
	source::{at_path, kind_of, list, Source},
	texts::{line, lines},
	values::{Reader, Reading},
	Block, Document, Fact,
};
use base64::{prelude::BASE64_STANDARD, Engine as _};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use vouchsafe_fhir::resource::is_entered_in_error;
use vouchsafe_speech::{DocumentWord, Speech};

/// The most blocks of a document.
pub(super) const MOST_BLOCKS: usize = 5_000;
/// The most bytes of text in a document.
pub(super) const MOST_BYTES: usize = 2_000_000;
/// The most columns of a table, beside the first. More facts are shown one below the other.
const MOST_COLUMNS: usize = 5;
/// How many labels that only a few resources have are kept out of a table.
const MOST_RARE: usize = 8;
/// The longest text in the cell of a table, in characters.
const LONGEST_CELL: usize = 100;
/// How many details of a resource of another kind are shown.
const MOST_DETAILS: usize = 40;
/// How deeply these are looked for.
const DEEPEST: u8 = 6;

/// Makes a document of the resources.
pub(super) struct Layout<'a> {
	source: &'a Source<'a>,
	speech: &'a Speech,
	document: Document,
	bytes: usize,
	left_out: usize,
}

impl<'a> Layout<'a> {
	pub(super) fn new(source: &'a Source<'a>, speech: &'a Speech) -> Self {
		Self { source, speech, document: Document::default(), bytes: 0, left_out: 0 }
	}

	/// The document.
	pub(super) fn document(mut self) -> Document {
		let resources = self.source.resources.iter();
		let readers: Vec<_> =
			resources.map(|it| Reader::new(self.source, self.speech, it)).collect();
		self.add(wrong(&readers));
		for reader in readers.iter().filter(|it| kind_of(it.home) == Some("Patient")) {
			self.add(patient(reader));
		}
		for reader in readers.iter().filter(|it| kind_of(it.home) == Some("Composition")) {
			self.add(compositions::blocks(reader));
		}
		let mut sections: BTreeMap<Section, Vec<Reader<'a>>> = BTreeMap::new();
		let named = named_medicines(&readers);
		for reader in &readers {
			let name = kind_of(reader.home).unwrap_or_default();
			let is_shown_elsewhere =
				name == "Composition" || named.contains(&std::ptr::from_ref(reader.home));
			if !is_shown_elsewhere {
				sections.entry(kind(name).0.section).or_default().push(*reader);
			}
		}
		let results = Results::new(&readers);
		for (section, readers) in sections {
			let blocks = match section {
				RESULTS => results.blocks(),
				_ => {
					let items = readers.iter().filter_map(|reader| {
						let item = Item::of(reader);
						let is_said = section == REPORTS && item.is_said_by_results(reader);
						(!is_said).then_some(item)
					});
					Item::blocks(items.collect(), readers.first().copied())
				},
			};
			if !blocks.is_empty() {
				let text = self.speech.document_word(section.heading());
				self.add(vec![Block::Heading { level: 1, text }]);
				self.add(blocks);
			}
		}
		if self.document.blocks.is_empty() && self.left_out == 0 {
			let text = self.speech.document_word(DocumentWord::Nothing);
			self.document.blocks.push(Block::Text { text });
		}
		if self.left_out > 0 {
			let text = self.speech.document_left_out(self.left_out);
			self.document.blocks.push(Block::Note { text });
		}
		self.document
	}

	fn add(&mut self, blocks: Vec<Block>) {
		for block in blocks {
			let bytes = self.bytes.saturating_add(length(&block));
			// After the first part that is left out, everything is: nothing is missing in between.
			let has_room = self.left_out == 0
				&& bytes <= MOST_BYTES
				&& self.document.blocks.len() < MOST_BLOCKS;
			if has_room {
				self.bytes = bytes;
				self.document.blocks.push(block);
			} else {
				self.left_out = self.left_out.saturating_add(1);
			}
		}
	}
}

fn length(block: &Block) -> usize {
	match block {
		Block::Heading { text, .. } | Block::Text { text } | Block::Note { text } => text.len(),
		Block::Facts { facts } => facts.iter().map(|it| it.label.len() + it.value.len()).sum(),
		Block::Table { columns, rows } => {
			rows.iter().chain([columns]).flatten().map(|cell| cell.len().saturating_add(1)).sum()
		},
		Block::Series { points, .. } => {
			points.iter().map(|it| it.when.len() + it.text.len() + it.remark.len() + 16).sum()
		},
	}
}

/// What is marked as entered in error, before all else.
fn wrong(readers: &[Reader<'_>]) -> Vec<Block> {
	let wrong: Vec<_> = readers.iter().filter(|it| is_entered_in_error(it.home)).collect();
	let Some(first) = wrong.first() else { return Vec::new() };
	let text = if wrong.len() == readers.len() {
		first.word(DocumentWord::Wrong)
	} else {
		let titles = super::values::join(wrong.iter().map(|it| it.title_or_word()));
		first.speech.document_wrong(titles.unwrap_or_default())
	};
	vec![Block::Note { text }]
}

/// Whose document it is.
fn patient(reader: &Reader<'_>) -> Vec<Block> {
	let fields = [
		(DocumentWord::Patient, "name", Reading::Plain),
		(DocumentWord::Born, "birthDate", Reading::Day),
		(DocumentWord::Sex, "gender", Reading::Code("sex")),
		(DocumentWord::Died, "deceasedDateTime", Reading::Day),
	];
	let fact = |(label, path, reading)| {
		let mut values = at_path(reader.home, path).into_iter();
		let value = match path {
			"name" => reader.title(),
			_ => values.find_map(|it| reader.read(it, reading)),
		};
		let value = value?;
		Some(Fact { label: reader.word(label), value })
	};
	let facts: Vec<_> = fields.into_iter().filter_map(fact).collect();
	if facts.is_empty() {
		Vec::new()
	} else {
		vec![Block::Facts { facts }]
	}
}

/// Medicines that only name what another resource prescribes.
fn named_medicines(readers: &[Reader<'_>]) -> HashSet<*const Value> {
	let references = readers.iter().filter_map(|reader| {
		let reference = &reader.home["medicationReference"];
		Some(std::ptr::from_ref(reader.source.resolve(reader.home, reference)?))
	});
	references.collect()
}

/// Things in groups, in the order in which the groups came.
pub(super) struct Groups<T> {
	pub(super) items: Vec<(String, Vec<T>)>,
	places: HashMap<String, usize>,
}

impl<T> Default for Groups<T> {
	fn default() -> Self {
		Self { items: Vec::new(), places: HashMap::new() }
	}
}

impl<T> Groups<T> {
	pub(super) fn add(&mut self, group: String, item: T) {
		let place = *self.places.entry(group.clone()).or_insert(self.items.len());
		match self.items.get_mut(place) {
			Some((_, items)) => items.push(item),
			None => self.items.push((group, vec![item])),
		}
	}
}

/// A resource with its facts.
pub(super) struct Item {
	title: String,
	/// To sort by: what is over comes last, and the newest first.
	order: (bool, std::cmp::Reverse<String>),
	wrong: bool,
	facts: Vec<Fact>,
	pub(super) more: Vec<Block>,
}

/// Statuses of what is over.
const OVER: [&str; 9] = [
	"inactive",
	"resolved",
	"remission",
	"refuted",
	"stopped",
	"completed",
	"cancelled",
	"revoked",
	"entered-in-error",
];
/// Fields that say whether something is over, and when it was.
const STATUSES: [&str; 3] = ["clinicalStatus.coding.code", "lifecycleStatus", "status"];
const MOMENTS: [&str; 16] = [
	"onsetDateTime",
	"onsetPeriod.start",
	"effectiveDateTime",
	"effectivePeriod.start",
	"performedDateTime",
	"performedPeriod.start",
	"occurrenceDateTime",
	"period.start",
	"billablePeriod.start",
	"started",
	"start",
	"authoredOn",
	"authored",
	"recordedDate",
	"date",
	"created",
];

impl Item {
	/// The facts of a resource.
	pub(super) fn of(reader: &Reader<'_>) -> Self {
		let (kind, is_generic) = kind(kind_of(reader.home).unwrap_or_default());
		let text = |path: &&str| at_path(reader.home, path).into_iter().find_map(Value::as_str);
		let status = STATUSES.iter().find_map(text);
		let is_over = status.is_some_and(|it| OVER.contains(&it));
		let moment = MOMENTS.iter().find_map(text).unwrap_or_default().to_owned();
		let own = reader.title();
		let mut item = Self {
			title: reader.title_or_word(),
			order: (is_over, std::cmp::Reverse(moment)),
			wrong: is_entered_in_error(reader.home),
			facts: Vec::new(),
			more: Vec::new(),
		};
		for field in kind.fields {
			if let Some(value) = value_of(reader, field) {
				item.fact(reader.word(field.label), value);
			}
		}
		for text in kind.texts.iter().flat_map(|path| reader.long_texts(path)) {
			item.text(text);
		}
		bills::add_rows(reader, &mut item);
		files(reader, kind.files, &mut item);
		if is_generic {
			item.details(reader);
		}
		let says_little = item.facts.is_empty() && item.more.is_empty();
		let adds = reader.home["text"]["status"].as_str().is_some_and(|it| it != "generated");
		let is_told = is_generic || kind.section == WISHES;
		if (says_little || adds || is_told) && kind.section != PEOPLE {
			let div = reader.home["text"]["div"].as_str().unwrap_or_default();
			item.more.extend(narrative_blocks(div));
		}
		if item.facts.is_empty() && item.more.is_empty() && own.is_none() && kind.section != PEOPLE
		{
			item.text(reader.word(DocumentWord::Nothing));
		}
		item
	}

	/// Whether a report says no more than the heading and the date of its results.
	fn is_said_by_results(&self, reader: &Reader<'_>) -> bool {
		let mut results = at_path(reader.home, "result").into_iter();
		let when = reader.word(DocumentWord::When);
		results.any(|it| reader.source.resolve(reader.home, it).is_some())
			&& !self.wrong
			&& self.more.is_empty()
			&& self.facts.iter().all(|it| it.label == when)
	}

	/// Adds a fact, unless the title or another fact says it.
	pub(super) fn fact(&mut self, label: String, value: String) {
		let is_said = value == self.title || self.facts.iter().any(|it| it.value == value);
		if !is_said && self.facts.iter().all(|it| it.label != label) {
			self.facts.push(Fact { label, value });
		}
	}

	/// Adds to the title what it is about.
	pub(super) fn about(&mut self, reader: &Reader<'_>, what: &str) {
		let title = std::mem::take(&mut self.title);
		self.title = reader.speech.document_labelled(title, what.to_owned());
	}

	fn text(&mut self, text: String) {
		let is_said = text == self.title
			|| self.more.iter().any(|it| matches!(it, Block::Text { text: said } if *said == text));
		if !is_said {
			self.more.push(Block::Text { text });
		}
	}

	/// What else a resource says whose kind is shown without knowing its fields.
	fn details(&mut self, reader: &Reader<'_>) {
		let mut found = Vec::new();
		gather(reader, reader.home, 0, &mut found);
		let is_said = |it: &String| {
			*it == self.title || self.facts.iter().any(|fact| fact.value.contains(it.as_str()))
		};
		let found: Vec<_> = found.into_iter().filter(|it| !is_said(it)).collect();
		if let Some(value) = super::values::join(found.into_iter()) {
			self.fact(reader.word(DocumentWord::Further), value);
		}
	}

	/// Resources of a part of the document: those with only a few facts in a table, the others one
	/// below the other.
	pub(super) fn blocks(mut items: Vec<Self>, reader: Option<Reader<'_>>) -> Vec<Block> {
		let Some(reader) = reader else { return Vec::new() };
		items.sort_by(|one, other| (!one.wrong, &one.order).cmp(&(!other.wrong, &other.order)));
		let fits = |it: &Self| {
			let is_short = |text: &str| text.chars().count() <= LONGEST_CELL;
			it.more.is_empty()
				&& !it.wrong && is_short(&it.title)
				&& it.facts.iter().all(|fact| is_short(&fact.value))
		};
		let (mut rows, mut others): (Vec<_>, Vec<_>) = items.into_iter().partition(fits);
		for _ in 0..MOST_RARE {
			let Some(label) = rarest_of_too_many(&rows) else { break };
			let has_it = |it: &Self| it.facts.iter().any(|fact| fact.label == label);
			let (with, without) = rows.into_iter().partition(has_it);
			rows = without;
			others.extend::<Vec<_>>(with);
		}
		let mut blocks = Vec::new();
		if rows.len() > 1 {
			let shared = shared_facts(&mut rows);
			match table(&rows, &reader) {
				Some(table) => {
					if !shared.is_empty() {
						blocks.push(Block::Facts { facts: shared });
					}
					blocks.push(table);
					rows.clear();
				},
				None => rows.iter_mut().for_each(|it| it.facts.extend(shared.iter().cloned())),
			}
		}
		// The order stays if everything is shown one below the other.
		others.append(&mut rows);
		others.sort_by(|one, other| (!one.wrong, &one.order).cmp(&(!other.wrong, &other.order)));
		let below: Vec<_> = others.into_iter().flat_map(|it| it.below(&reader)).collect();
		// What does not fit into the table is important: it comes first.
		[below, blocks].concat()
	}

	fn below(self, reader: &Reader<'_>) -> Vec<Block> {
		let mut blocks = vec![Block::Heading { level: 2, text: self.title }];
		if self.wrong {
			blocks.push(Block::Note { text: reader.word(DocumentWord::Wrong) });
		}
		if !self.facts.is_empty() {
			blocks.push(Block::Facts { facts: self.facts });
		}
		blocks.extend(self.more);
		blocks
	}
}

/// The label that the fewest items have, if a table of them would have too many columns.
fn rarest_of_too_many(items: &[Item]) -> Option<String> {
	let first = items.first()?;
	let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
	for fact in items.iter().flat_map(|it| &it.facts) {
		let count = counts.entry(&fact.label).or_default();
		*count = count.saturating_add(1);
	}
	let is_shared = |label: &str| {
		let fact = first.facts.iter().find(|it| it.label == label);
		fact.is_some_and(|fact| items.iter().all(|it| it.facts.contains(fact)))
	};
	let own: Vec<_> = counts.into_iter().filter(|(label, _)| !is_shared(label)).collect();
	let rarest = own.iter().min_by_key(|(_, count)| *count)?;
	(items.len() > 1 && own.len() > MOST_COLUMNS).then(|| rarest.0.to_owned())
}

/// Takes out the facts that all items have.
fn shared_facts(items: &mut [Item]) -> Vec<Fact> {
	let Some(first) = items.first() else { return Vec::new() };
	let shared: Vec<_> = first
		.facts
		.iter()
		.filter(|fact| items.iter().all(|it| it.facts.contains(fact)))
		.cloned()
		.collect();
	for item in items {
		item.facts.retain(|fact| !shared.contains(fact));
	}
	shared
}

/// The items as a table; `None` if it would have too many columns.
fn table(items: &[Item], reader: &Reader<'_>) -> Option<Block> {
	let mut columns: Vec<&str> = Vec::new();
	for fact in items.iter().flat_map(|it| &it.facts) {
		if !columns.contains(&fact.label.as_str()) {
			columns.push(&fact.label);
		}
		if columns.len() > MOST_COLUMNS {
			return None;
		}
	}
	let row = |item: &Item| {
		let cell = |label: &&str| {
			let fact = item.facts.iter().find(|it| it.label == **label);
			fact.map(|it| it.value.clone()).unwrap_or_default()
		};
		std::iter::once(item.title.clone()).chain(columns.iter().map(cell)).collect()
	};
	let rows = items.iter().map(row).collect();
	let section = kind(kind_of(reader.home).unwrap_or_default()).0.section;
	let first = match section {
		PEOPLE => DocumentWord::Name,
		_ => DocumentWord::What,
	};
	let first = reader.word(first);
	let columns = std::iter::once(first).chain(columns.iter().map(|it| (*it).to_owned())).collect();
	Some(Block::Table { columns, rows })
}

fn value_of(reader: &Reader<'_>, field: &Field) -> Option<String> {
	field.paths.iter().find_map(|path| {
		let found = at_path(reader.home, path);
		let is_expected = |value: &&Value| {
			let mut codes = list(&value["coding"]).iter().map(|it| &it["code"]).chain([*value]);
			codes.any(|code| match code {
				Value::String(code) => field.expected.contains(&code.as_str()),
				Value::Bool(value) => {
					field.expected.contains(&if *value { "true" } else { "false" })
				},
				_ => false,
			})
		};
		let found = found.into_iter().filter(|it| !is_expected(it));
		super::values::join(found.filter_map(|it| reader.read(it, field.reading)))
	})
}

/// A narrative as blocks.
pub(super) fn narrative_blocks(div: &str) -> Vec<Block> {
	let cell = |it: String| line(&super::texts::harmless(&it)).unwrap_or_default();
	let cells = |row: Vec<String>| row.into_iter().map(cell).collect::<Vec<_>>();
	let block = |part| match part {
		Part::Text(text) => lines(&super::texts::harmless(&text)).map(|text| Block::Text { text }),
		Part::Table(columns, rows) => Some(Block::Table {
			columns: cells(columns),
			rows: rows.into_iter().map(cells).collect(),
		}),
	};
	narrative::parts_of(div).into_iter().filter_map(block).collect()
}

/// Files that are in the resource: texts are shown, others are named.
fn files(reader: &Reader<'_>, path: &str, item: &mut Item) {
	let found = match kind_of(reader.home) {
		Some("Binary") => vec![reader.home],
		_ if path.is_empty() => return,
		_ => at_path(reader.home, path),
	};
	for file in found {
		let media_type = file["contentType"].as_str().unwrap_or_default();
		let data = file["data"].as_str().unwrap_or_default();
		let is_text = media_type.starts_with("text/") || media_type.contains("xhtml");
		let text = (is_text && data.len() <= MOST_BYTES)
			.then(|| BASE64_STANDARD.decode(data.trim()).ok())
			.flatten()
			.and_then(|bytes| String::from_utf8(bytes).ok());
		match text {
			Some(text) if media_type.contains("html") => item.more.extend(narrative_blocks(&text)),
			Some(text) => item.more.extend(lines(&text).map(|text| Block::Text { text })),
			None => {
				let Some(name) = name_of_file(file, media_type) else { continue };
				let name = match data.is_empty() {
					true => name,
					false => reader.speech.document_file(name),
				};
				item.fact(reader.word(DocumentWord::File), name);
			},
		}
	}
}

fn name_of_file(file: &Value, media_type: &str) -> Option<String> {
	let title = file["title"].as_str().and_then(line);
	let kind = media_type.split(';').next()?.rsplit('/').next()?;
	let is_plain = kind.len() <= 8 && kind.chars().all(|c| c.is_ascii_alphanumeric());
	let kind = Some(kind.to_uppercase()).filter(|it| is_plain && !it.is_empty());
	title.or(kind)
}

/// Fields that say nothing to a patient, or are shown otherwise.
const NOT_DETAILS: [&str; 18] = [
	"resourceType",
	"id",
	"meta",
	"implicitRules",
	"language",
	"text",
	"contained",
	"extension",
	"modifierExtension",
	"identifier",
	"url",
	"status",
	"subject",
	"patient",
	"note",
	"comment",
	"intent",
	"priority",
];

/// The texts in a value: concepts, references, dates, quantities and sentences.
fn gather(reader: &Reader<'_>, value: &Value, depth: u8, found: &mut Vec<String>) {
	let Value::Object(fields) = value else { return };
	for (name, value) in fields {
		if NOT_DETAILS.contains(&name.as_str()) || name.starts_with('_') {
			continue;
		}
		for value in list(value) {
			if found.len() >= MOST_DETAILS || depth > DEEPEST {
				return;
			}
			match value {
				// A single word is a code, unless the field is for people.
				Value::String(text) => {
					let is_for_people = matches!(name.as_str(), "name" | "title" | "description");
					let is_text = text.contains(' ') || super::dates::Date::read(text).is_some();
					if is_for_people || is_text {
						found.extend(reader.show(value));
					}
				},
				Value::Object(_) => match reader.show(value) {
					Some(text) => found.push(text),
					None => gather(reader, value, depth.saturating_add(1), found),
				},
				_ => {},
			}
		}
	}
}
