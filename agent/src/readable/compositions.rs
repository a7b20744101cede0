//! The sections that the author of a document wrote.

use super::{
	layout::narrative_blocks,
	source::{at_path, list},
	texts::line,
	values::{Reader, Reading},
	Block, Fact,
};
use serde_json::Value;
use vouchsafe_speech::DocumentWord::{self, *};

/// How deeply sections are followed.
const DEEPEST: u8 = 5;

/// The title of the document, who wrote it and when, and its sections.
pub(super) fn blocks(reader: &Reader<'_>) -> Vec<Block> {
	let titles = ["title", "type", "category"];
	let title = titles.iter().find_map(|path| reader.at(path, Reading::Plain));
	let mut blocks: Vec<_> =
		title.into_iter().map(|text| Block::Heading { level: 1, text }).collect();
	let facts: [(DocumentWord, &str, Reading); 6] = [
		(Status, "status", Reading::Code("status")),
		(Recorded, "date", Reading::Plain),
		(When, "event.period", Reading::Day),
		(Who, "author", Reading::Plain),
		(From, "custodian", Reading::Plain),
		(Where, "encounter", Reading::Plain),
	];
	let facts = facts.into_iter().filter(|(_, path, _)| {
		*path != "status" || reader.home["status"].as_str() != Some("final")
	});
	let facts: Vec<_> = facts
		.filter_map(|(label, path, reading)| {
			Some(Fact { label: reader.word(label), value: reader.at(path, reading)? })
		})
		.collect();
	if !facts.is_empty() {
		blocks.push(Block::Facts { facts });
	}
	let adds = reader.home["text"]["status"].as_str().is_some_and(|it| it != "generated");
	if adds {
		blocks.extend(narrative_blocks(reader.home["text"]["div"].as_str().unwrap_or_default()));
	}
	sections(reader, &reader.home["section"], 0, &mut blocks);
	if blocks.is_empty() {
		blocks.push(Block::Text { text: reader.word(Nothing) });
	}
	blocks
}

fn sections(reader: &Reader<'_>, value: &Value, depth: u8, blocks: &mut Vec<Block>) {
	if depth > DEEPEST {
		return;
	}
	for section in list(value) {
		let mut inner = Vec::new();
		let is_here = |it: &&Value| reader.source.resolve(reader.home, it).is_some();
		let has_entries = at_path(section, "entry").iter().any(is_here);
		let text = &section["text"];
		// What was made from the entries is shown with them.
		if !(has_entries && text["status"].as_str() == Some("generated")) {
			inner.extend(narrative_blocks(text["div"].as_str().unwrap_or_default()));
		}
		if inner.is_empty() && !has_entries {
			let reason = reader.of(section, "emptyReason", Reading::Plain);
			inner.extend(reason.map(|text| Block::Text { text }));
		}
		sections(reader, &section["section"], depth.saturating_add(1), &mut inner);
		if inner.is_empty() {
			continue;
		}
		let title = section["title"].as_str().and_then(line);
		let title = title.or_else(|| reader.of(section, "code", Reading::Plain));
		let level = if depth == 0 { 2 } else { 3 };
		blocks.extend(title.map(|text| Block::Heading { level, text }));
		blocks.append(&mut inner);
	}
}
