//! A document as plain text, for a terminal or a printer.

use super::{Block, Document, Point};

/// How far continued lines are indented.
const INDENT: usize = 2;

impl Document {
	/// The document as text, in lines of at most this many characters as far as words allow it.
	pub fn print(&self, width: usize) -> String {
		let width = width.max(40);
		let parts: Vec<_> = self.blocks.iter().map(|block| print(block, width)).collect();
		parts.join("\n\n")
	}
}

fn print(block: &Block, width: usize) -> String {
	match block {
		Block::Heading { level, text } => heading(*level, text, width),
		Block::Text { text } => {
			text.lines().map(|it| wrap(it, width, 0)).collect::<Vec<_>>().join("\n")
		},
		Block::Note { text } => wrap(&format!("! {text}"), width, INDENT),
		Block::Facts { facts } => {
			let facts: Vec<_> =
				facts.iter().map(|it| (it.label.as_str(), it.value.as_str())).collect();
			pairs(&facts, width, "")
		},
		Block::Table { columns, rows } => {
			table(columns, rows, width).unwrap_or_else(|| cards(columns, rows, width))
		},
		Block::Series { label, unit, points, range, .. } => {
			let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
			let range = if range.is_empty() { String::new() } else { format!(": {range}") };
			let rows: Vec<_> = points.iter().map(row).collect();
			let points = table(&[], &rows, width).unwrap_or_else(|| cards(&[], &rows, width));
			let title = wrap(&format!("{label}{unit}{range}"), width, INDENT);
			format!("{title}\n{}", indent(&points))
		},
	}
}

fn row(point: &Point) -> Vec<String> {
	vec![point.when.clone(), point.text.clone(), point.remark.clone()]
}

fn heading(level: u8, text: &str, width: usize) -> String {
	let text = wrap(text, width, 0);
	let longest = text.lines().map(|it| it.chars().count()).max().unwrap_or(0);
	match level {
		1 => format!("{text}\n{}", "=".repeat(longest)),
		2 => format!("{text}\n{}", "-".repeat(longest)),
		_ => text,
	}
}

/// Labels and values, with the values below each other.
fn pairs(pairs: &[(&str, &str)], width: usize, mark: &str) -> String {
	let longest = pairs.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
	let longest = longest.min(width / 3);
	let line = |(place, (label, value)): (usize, &(&str, &str))| {
		let mark = if place == 0 { mark.to_owned() } else { " ".repeat(mark.len()) };
		let pad = " ".repeat(longest.saturating_sub(label.chars().count()));
		let start = mark.len() + longest + 3;
		wrap(&format!("{mark}{label}:{pad}  {value}"), width, start)
	};
	pairs.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// The table, if its lines are short enough.
fn table(columns: &[String], rows: &[Vec<String>], width: usize) -> Option<String> {
	let lines: Vec<&Vec<String>> = rows.iter().collect();
	let count = lines.iter().map(|it| it.len()).max()?.max(columns.len());
	let length = |row: &[String], column: usize| row.get(column).map_or(0, |it| it.chars().count());
	let widths: Vec<usize> = (0..count)
		.map(|column| {
			let rows = lines.iter().map(|row| length(row, column));
			rows.chain([length(columns, column)]).max().unwrap_or(0)
		})
		.collect();
	let whole = widths.iter().map(|it| it + 2).sum::<usize>().saturating_sub(2);
	if whole > width {
		return None;
	}
	let line = |row: &[String]| {
		let mut line = String::new();
		for (column, width) in widths.iter().enumerate() {
			let cell = row.get(column).map_or("", String::as_str);
			line += cell;
			line += &" ".repeat(width.saturating_sub(cell.chars().count()) + 2);
		}
		line.trim_end().to_owned()
	};
	let mut printed = Vec::new();
	if !columns.is_empty() {
		printed.push(line(columns));
		printed.push("-".repeat(whole));
	}
	printed.extend(lines.into_iter().map(|row| line(row)));
	Some(printed.join("\n"))
}

/// The rows of a wide table one below the other. The first cell is the title.
fn cards(columns: &[String], rows: &[Vec<String>], width: usize) -> String {
	let card = |row: &Vec<String>| {
		let mut cells = row.iter();
		let title = cells.next().map(|it| wrap(&format!("• {it}"), width, INDENT));
		let labels = columns.iter().skip(1).map(String::as_str).chain(std::iter::repeat(""));
		let facts: Vec<_> = labels
			.zip(cells)
			.filter(|(_, cell)| !cell.is_empty())
			.map(|(label, cell)| (label, cell.as_str()))
			.collect();
		let facts = pairs(&facts, width, "  ");
		let parts = title.into_iter().chain((!facts.is_empty()).then_some(facts));
		parts.collect::<Vec<_>>().join("\n")
	};
	rows.iter().map(card).collect::<Vec<_>>().join("\n")
}

fn indent(text: &str) -> String {
	let lines = text.lines().map(|line| format!("  {line}"));
	lines.collect::<Vec<_>>().join("\n")
}

/// Breaks a line between words. Its continuation is indented.
fn wrap(text: &str, width: usize, indent: usize) -> String {
	let indent = indent.min(width / 2);
	let mut lines = String::new();
	let mut used = 0usize;
	let mut rest = text;
	while !rest.is_empty() {
		// The spaces before the word belong to it, so that columns stay.
		let start = rest.find(|c: char| c != ' ').unwrap_or(rest.len());
		let end = rest.get(start..).and_then(|it| it.find(' ')).map_or(rest.len(), |it| start + it);
		let (word, after) = rest.split_at(end);
		let length = word.chars().count();
		if used > indent && used + length > width {
			lines.push('\n');
			lines += &" ".repeat(indent);
			let word = word.trim_start();
			lines += word;
			used = indent + word.chars().count();
		} else {
			lines += word;
			used += length;
		}
		rest = after;
	}
	lines
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::readable::Fact;

	#[test]
	fn lines_are_broken_between_words() {
		assert_eq!(wrap("one two three", 9, 2), "one two\n  three");
		assert_eq!(wrap("Label:  one two three", 16, 8), "Label:  one two\n        three");
		assert_eq!(wrap("abcdefghijklmnop", 5, 0), "abcdefghijklmnop");
	}

	#[test]
	fn documents_are_printed() {
		let text = |it: &str| it.to_owned();
		let fact = |label: &str, value: &str| Fact { label: text(label), value: text(value) };
		let long = "a very long cell that does not fit into a line of a narrow terminal";
		let document = Document {
			blocks: vec![
				Block::Heading { level: 1, text: text("Allergies") },
				Block::Facts { facts: vec![fact("Since", "2019"), fact("Status", "current")] },
				Block::Table {
					columns: vec![text("What"), text("When")],
					rows: vec![vec![text("Flu"), text("2019")], vec![text("Td"), text("2020")]],
				},
				Block::Table {
					columns: vec![text("What"), text("When")],
					rows: vec![vec![text("Flu"), text(long)]],
				},
				Block::Series {
					label: text("Weight"),
					unit: text("kg"),
					points: vec![Point {
						moment: text("2019"),
						when: text("2019"),
						value: 70.0,
						text: text("70"),
						remark: text(""),
					}],
					low: None,
					high: None,
					range: text("60 to 80"),
				},
				Block::Note { text: text("Do not rely on this.") },
			],
		};
		assert_eq!(
			document.print(40),
			"Allergies\n=========\n\nSince:   2019\nStatus:  current\n\nWhat  When\n----------\nFlu   \
			 2019\nTd    2020\n\n• Flu\n  When:  a very long cell that does not\n         fit into a line \
			 of a narrow\n         terminal\n\nWeight (kg): 60 to 80\n  2019  70\n\n! Do not rely on this."
		);
	}
}
