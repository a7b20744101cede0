//! Measurements: the latest values in tables, and the course of what was measured several times.

use super::{
	dates::Date,
	kinds::RESULTS,
	layout::{Groups, Item},
	source::{at_path, choice, kind_of, list},
	texts::line,
	values::{join, Reader, Reading},
	Block, Fact, Point,
};
use serde_json::Value;
use std::collections::HashMap;
use vouchsafe_fhir::resource::is_entered_in_error;
use vouchsafe_speech::DocumentWord::{self, *};

/// How many values of one kind make a course.
const COURSE: usize = 2;
/// How deeply components of components are followed.
const PANELS: usize = 200;

/// A value that was measured, answered or seen.
struct Measure {
	/// The heading under which it is shown.
	group: String,
	label: String,
	unit: String,
	number: Option<f64>,
	/// The value without its unit if it is a number.
	text: String,
	date: Option<Date>,
	moment: String,
	when: String,
	low: Option<f64>,
	high: Option<f64>,
	range: String,
	remark: String,
	/// Nothing was measured yet, or it was and is wrong.
	status: String,
	note: String,
}

/// The resources that are measurements, and what else is to be said of them.
pub(super) struct Results<'a> {
	readers: Vec<Reader<'a>>,
	/// The titles of the reports in which a measurement is.
	reports: HashMap<*const Value, String>,
}

impl<'a> Results<'a> {
	pub(super) fn new(readers: &[Reader<'a>]) -> Self {
		let mut reports = HashMap::new();
		for reader in readers {
			let is_report = kind_of(reader.home) == Some("DiagnosticReport");
			let members = if is_report { "result" } else { "hasMember" };
			let members = at_path(reader.home, members);
			let Some(title) = reader.title().filter(|_| !members.is_empty()) else { continue };
			for reference in members {
				if let Some(found) = reader.source.resolve(reader.home, reference) {
					reports.entry(std::ptr::from_ref(found)).or_insert_with(|| title.clone());
				}
			}
		}
		let is_result = |it: &&Reader<'a>| kind_of(it.home) == Some("Observation");
		Self { readers: readers.iter().filter(is_result).copied().collect(), reports }
	}

	/// The blocks of all measurements, in groups.
	pub(super) fn blocks(&self) -> Vec<Block> {
		let mut groups: Groups<Measure> = Groups::default();
		let mut others = Vec::new();
		for reader in &self.readers {
			let measures = self.measures(reader);
			if measures.is_empty() && !self.is_panel(reader) {
				others.push(Item::of(reader));
			}
			measures.into_iter().for_each(|it| groups.add(it.group.clone(), it));
		}
		let mut blocks = Vec::new();
		for (group, measures) in groups.items {
			blocks.push(Block::Heading { level: 2, text: group });
			if let Some(reader) = self.readers.first() {
				show(reader, measures, &mut blocks);
			}
		}
		blocks.extend(Item::blocks(others, self.readers.first().copied()));
		blocks
	}

	/// Whether the resource only gathers others that are here.
	fn is_panel(&self, reader: &Reader<'_>) -> bool {
		let mut members = at_path(reader.home, "hasMember").into_iter();
		members.any(|it| reader.source.resolve(reader.home, it).is_some())
	}

	fn measures(&self, reader: &Reader<'_>) -> Vec<Measure> {
		let home = reader.home;
		let mut measures: Vec<_> = self.measure(reader, home, None).into_iter().collect();
		let title = reader.title();
		for component in list(&home["component"]).iter().take(PANELS) {
			measures.extend(self.measure(reader, component, title.as_deref()));
		}
		measures
	}

	/// A value of a resource, or of its component.
	fn measure(&self, reader: &Reader<'_>, value: &Value, of: Option<&str>) -> Option<Measure> {
		let own = reader.of(value, "code", Reading::Plain);
		let label = match (of, own) {
			(Some(panel), Some(own)) if !shares_word(panel, &own) => {
				reader.speech.document_labelled(panel.to_owned(), own)
			},
			(None, None) => reader.title_or_word(),
			(_, Some(own)) => own,
			(Some(panel), None) => panel.to_owned(),
		};
		let found = choice(value, "value");
		let number = found["value"].as_f64().filter(|_| found["comparator"].is_null());
		let unit = reader.unit(found).filter(|_| number.is_some()).unwrap_or_default();
		let text = match found["value"].as_number().filter(|_| number.is_some()) {
			Some(number) => Some(reader.number(number)),
			None => reader.show(found),
		};
		let text = text.or_else(|| {
			let words = ["interpretation", "dataAbsentReason"];
			words.iter().find_map(|path| reader.of(value, path, Reading::Code("meaning")))
		})?;
		let date = self.date(reader);
		let ranges = list(&value["referenceRange"]);
		let end = |name: &str| match ranges {
			[only] => only[name]["value"].as_f64(),
			_ => None,
		};
		let range = join(ranges.iter().filter_map(|it| range_of(reader, it, &unit)));
		let wrong = is_entered_in_error(reader.home).then(|| reader.word(WrongTitle));
		let usual = ["final", "amended", "corrected"];
		let is_usual = reader.home["status"].as_str().is_none_or(|it| usual.contains(&it));
		let status =
			wrong.or_else(|| reader.at("status", Reading::Code("status")).filter(|_| !is_usual));
		let remark = reader.of(value, "interpretation", Reading::Code("meaning"));
		Some(Measure {
			group: self.group(reader),
			label,
			unit,
			number,
			remark: remark.filter(|it| *it != text).unwrap_or_default(),
			text,
			moment: date.as_ref().map(Date::machine).unwrap_or_default(),
			when: date
				.as_ref()
				.map(|it| it.say(reader.speech))
				.or_else(|| reader.at("effective*", Reading::Plain))
				.unwrap_or_default(),
			date,
			low: end("low"),
			high: end("high"),
			range: range.unwrap_or_default(),
			status: status.unwrap_or_default(),
			note: join(reader.long_texts("note").iter().filter_map(|it| line(it)))
				.filter(|_| of.is_none())
				.unwrap_or_default(),
		})
	}

	fn date(&self, reader: &Reader<'_>) -> Option<Date> {
		let home = reader.home;
		let effective = choice(home, "effective");
		let places = [effective, &effective["start"], &home["issued"]];
		places.iter().find_map(|it| Date::read(it.as_str()?))
	}

	/// The report in which it is, or its category.
	fn group(&self, reader: &Reader<'_>) -> String {
		if let Some(report) = self.reports.get(&std::ptr::from_ref(reader.home)) {
			return report.clone();
		}
		let mut categories = list(&reader.home["category"]).iter();
		let category = categories.find_map(|it| reader.read(it, Reading::Code("result")));
		category.unwrap_or_else(|| reader.word(RESULTS.heading()))
	}
}

fn range_of(reader: &Reader<'_>, value: &Value, unit: &str) -> Option<String> {
	if let Some(text) = value["text"].as_str().and_then(line) {
		return Some(text);
	}
	let end = |name: &str| {
		let own = reader.show(&value[name])?;
		let suffix = format!(" {unit}");
		Some(own.strip_suffix(&suffix).map_or(own.clone(), str::to_owned))
	};
	let text = reader.speech.document_range(end("low"), end("high"))?;
	let kind = reader.of(value, "type", Reading::Plain).filter(|it| it != "Normal Range");
	let about = join([kind, reader.of(value, "appliesTo", Reading::Plain)].into_iter().flatten());
	Some(match about {
		Some(about) => reader.speech.document_remark(text, about),
		None => text,
	})
}

/// Whether a component's name repeats a word of its panel's, so that it is clear without it.
fn shares_word(panel: &str, own: &str) -> bool {
	let words = |text: &str| -> Vec<String> {
		let words = text.split(|c: char| !c.is_alphanumeric()).filter(|it| it.chars().count() > 3);
		words.map(str::to_lowercase).collect()
	};
	let panel = words(panel);
	words(own).iter().any(|word| panel.contains(word))
}

/// The measurements of a group: courses first, then a table.
fn show(reader: &Reader<'_>, measures: Vec<Measure>, blocks: &mut Vec<Block>) {
	let mut kinds: Groups<Measure> = Groups::default();
	for measure in measures {
		kinds.add(format!("{}\0{}", measure.label, measure.unit), measure);
	}
	let mut rows = Vec::new();
	for (_, mut measures) in kinds.items {
		measures.sort_by(|one, other| one.moment.cmp(&other.moment));
		leave_out_times(reader, &mut measures);
		match is_course(&measures) {
			true => blocks.push(course(measures)),
			false => rows.extend(alike(reader, measures)),
		}
	}
	let same = rows.first().map(|it| it.when.clone()).filter(|when| {
		rows.len() > 1 && !when.is_empty() && rows.iter().all(|it| it.when == *when)
	});
	if let Some(value) = same {
		rows.iter_mut().for_each(|it| it.when.clear());
		blocks.push(Block::Facts { facts: vec![Fact { label: reader.word(When), value }] });
	}
	blocks.extend(table(reader, rows));
}

/// Of values on different days, the time says nothing to a patient.
fn leave_out_times(reader: &Reader<'_>, measures: &mut [Measure]) {
	let day = |it: &Measure| Some(it.date.clone()?.day().machine());
	let days: Vec<_> = measures.iter().map(day).collect();
	let are_different = days.windows(2).all(|pair| match pair {
		[Some(one), Some(other)] => one != other,
		_ => false,
	});
	if measures.len() > 1 && are_different {
		for measure in measures {
			if let Some(date) = measure.date.clone() {
				measure.when = date.day().say(reader.speech);
			}
		}
	}
}

/// Whether these are numbers at different times.
fn is_course(measures: &[Measure]) -> bool {
	let times = measures.windows(2).all(|pair| match pair {
		[one, other] => one.moment < other.moment,
		_ => true,
	});
	let are_good = |it: &Measure| {
		it.number.is_some() && !it.moment.is_empty() && it.status.is_empty() && it.note.is_empty()
	};
	measures.len() >= COURSE && times && measures.iter().all(are_good)
}

fn course(measures: Vec<Measure>) -> Block {
	let last = measures.last();
	let text = |it: fn(&Measure) -> &String| last.map(it).cloned().unwrap_or_default();
	let (label, unit, range) = (text(|it| &it.label), text(|it| &it.unit), text(|it| &it.range));
	let (low, high) = (last.and_then(|it| it.low), last.and_then(|it| it.high));
	let points = measures.into_iter().filter_map(|it| {
		Some(Point {
			moment: it.moment,
			when: it.when,
			value: it.number?,
			text: it.text,
			remark: it.remark,
		})
	});
	Block::Series { label, unit, points: points.collect(), low, high, range }
}

/// Rows for measurements of one kind, newest first. The same answer on several dates is one row.
fn alike(reader: &Reader<'_>, measures: Vec<Measure>) -> Vec<Measure> {
	let mut rows: Vec<(Measure, String, usize)> = Vec::new();
	for measure in measures {
		if let Some((last, _, count)) = rows.last_mut() {
			let is_same = last.text == measure.text
				&& last.remark == measure.remark
				&& last.status == measure.status
				&& last.note == measure.note
				&& last.range == measure.range;
			if is_same {
				last.when = measure.when;
				*count = count.saturating_add(1);
				continue;
			}
		}
		let first = measure.when.clone();
		rows.push((measure, first, 1));
	}
	let rows = rows.into_iter().rev().map(|(mut measure, first, count)| {
		if count > 1 {
			let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
			let period = reader.speech.document_period(some(&first), some(&measure.when));
			measure.when = reader.speech.document_times(period.unwrap_or_default(), count);
		}
		measure
	});
	rows.collect()
}

fn table(reader: &Reader<'_>, measures: Vec<Measure>) -> Option<Block> {
	type Column = (DocumentWord, fn(&Measure) -> String);
	let columns: [Column; 7] = [
		(What, |it| it.label.clone()),
		(DocumentWord::Value, |it| format!("{} {}", it.text, it.unit).trim().to_owned()),
		(Meaning, |it| it.remark.clone()),
		(Range, |it| it.range.clone()),
		(When, |it| it.when.clone()),
		(Status, |it| it.status.clone()),
		(Note, |it| it.note.clone()),
	];
	let is_used = |text: fn(&Measure) -> String| measures.iter().any(|it| !text(it).is_empty());
	let used: Vec<_> = columns.into_iter().filter(|(_, text)| is_used(*text)).collect();
	let columns = used.iter().map(|(word, _)| reader.word(*word)).collect();
	let row = |it: &Measure| used.iter().map(|(_, text)| text(it)).collect();
	let rows: Vec<_> = measures.iter().map(row).collect();
	(!rows.is_empty()).then_some(Block::Table { columns, rows })
}
