//! Narratives in XHTML as text: tags become line breaks, entities become characters, and scripts and
//! styles are left out.

/// How far the end of a tag is looked for, in characters, if it has quotation marks.
const LONGEST_TAG: usize = 1_000;
/// The most columns of a table that is kept as one.
const MOST_COLUMNS: usize = 12;

/// A part of a narrative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
	/// Lines of text.
	Text(String),
	/// A table: the names of its columns, which may be missing, and its cells.
	Table(Vec<String>, Vec<Vec<String>>),
}

/// Elements after and before which a line breaks.
const BLOCKS: [&str; 24] = [
	"address",
	"article",
	"blockquote",
	"br",
	"caption",
	"dd",
	"div",
	"dl",
	"dt",
	"footer",
	"h1",
	"h2",
	"h3",
	"h4",
	"h5",
	"h6",
	"header",
	"hr",
	"li",
	"ol",
	"p",
	"pre",
	"section",
	"ul",
];
/// Elements inside a line.
const INLINE: [&str; 19] = [
	"a", "abbr", "b", "big", "body", "cite", "code", "em", "font", "html", "i", "img", "small",
	"span", "strong", "sub", "sup", "tt", "u",
];
/// Elements of tables.
const TABLES: [&str; 8] = ["table", "tbody", "td", "tfoot", "th", "thead", "tr", "col"];
/// Elements whose content is not text.
const SILENT: [&str; 7] = ["head", "iframe", "object", "script", "style", "svg", "template"];

/// Whether a text has a tag of HTML in it.
pub(super) fn has_markup(text: &str) -> bool {
	text.split('<').skip(1).any(|rest| {
		let name = name_of(rest);
		rest.contains('>')
			&& [&BLOCKS[..], &INLINE, &TABLES, &SILENT]
				.iter()
				.any(|names| names.contains(&name.as_str()))
	})
}

/// The name of the tag whose `<` is before this text.
fn name_of(rest: &str) -> String {
	let rest = rest.strip_prefix('/').unwrap_or(rest);
	let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
	rest.get(..end.min(16)).unwrap_or_default().to_ascii_lowercase()
}

/// A narrative as text alone. The cells of a table are separated by commas.
pub(super) fn text_of(xhtml: &str) -> String {
	let mut text = String::new();
	for part in parts_of(xhtml) {
		let more = match part {
			Part::Text(text) => text,
			Part::Table(columns, rows) => {
				let rows = std::iter::once(columns).chain(rows).filter(|row| !row.is_empty());
				rows.map(|row| row.join(", ")).collect::<Vec<_>>().join("\n")
			},
		};
		if !text.is_empty() {
			text.push('\n');
		}
		text += &more;
	}
	text
}

/// The parts of a narrative, in their order.
pub(super) fn parts_of(xhtml: &str) -> Vec<Part> {
	let mut reader = Reader::default();
	let mut rest = xhtml;
	while let Some((text, tag)) = rest.split_once('<') {
		reader.text(text);
		let is_tag =
			tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
		if !is_tag {
			reader.text("<");
			rest = tag;
			continue;
		}
		let (name, after) = match tag.strip_prefix("!--") {
			Some(comment) => (String::new(), after(comment, "-->")),
			None => (name_of(tag), end_of_tag(tag)),
		};
		rest = after;
		let closes = tag.starts_with('/');
		if SILENT.contains(&name.as_str()) && !closes {
			let is_closed = tag.get(..tag.len() - after.len()).is_some_and(|it| it.ends_with("/>"));
			rest = if is_closed { after } else { after_silent(after, &name) };
			continue;
		}
		reader.tag(&name, closes);
	}
	reader.text(rest);
	reader.finish()
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
	text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What follows the tag, whose attributes may have `>` inside quotation marks.
fn end_of_tag(tag: &str) -> &str {
	let mut quote = None;
	for (place, letter) in tag.char_indices().take(LONGEST_TAG) {
		match (quote, letter) {
			(None, '>') => return tag.get(place + 1..).unwrap_or_default(),
			(None, '"' | '\'') => quote = Some(letter),
			(Some(open), letter) if open == letter => quote = None,
			_ => {},
		}
	}
	// A quotation mark that is not closed.
	after(tag, ">")
}

/// What follows the end of an element whose content is left out.
fn after_silent<'a>(mut text: &'a str, name: &str) -> &'a str {
	while let Some((_, rest)) = text.split_once("</") {
		if name_of(rest) == name {
			return after(rest, ">");
		}
		text = rest;
	}
	""
}

#[derive(Default)]
struct Table {
	columns: Vec<String>,
	rows: Vec<Vec<String>>,
	row: Vec<String>,
	has_headings: bool,
	in_cell: bool,
}

#[derive(Default)]
struct Reader {
	parts: Vec<Part>,
	text: String,
	table: Option<Table>,
	/// How many tables are open inside the table.
	inner: usize,
}

impl Reader {
	fn text(&mut self, text: &str) {
		let in_cell = self.table.as_ref().is_none_or(|table| table.in_cell);
		// Between the cells there is only white space; anything else is kept before the table.
		if in_cell || !text.trim().is_empty() {
			decode(text, &mut self.text);
		}
	}

	fn tag(&mut self, name: &str, closes: bool) {
		match (name, &mut self.table, closes) {
			("table", None, false) => {
				self.end_text();
				self.table = Some(Table::default());
			},
			("table", Some(_), false) => self.inner += 1,
			("table", Some(_), true) if self.inner > 0 => self.inner -= 1,
			("table", Some(_), true) => self.end_table(),
			("tr", Some(_), _) if self.inner == 0 => self.end_row(),
			("td" | "th", Some(_), _) if self.inner == 0 => {
				self.end_cell();
				if let Some(table) = &mut self.table {
					table.in_cell = !closes;
					table.has_headings |= name == "th" && !closes;
				}
			},
			("td" | "th", _, true) => self.text.push(' '),
			("li", _, false) => self.text.push_str("\n• "),
			_ if BLOCKS.contains(&name) || matches!(name, "table" | "tr") => self.text.push('\n'),
			_ => {},
		}
	}

	fn end_cell(&mut self) {
		if let Some(table) = &mut self.table {
			let cell = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
			self.text.clear();
			if table.in_cell {
				table.row.push(cell);
			} else if !cell.is_empty() {
				// Text outside the cells, such as the caption.
				self.parts.push(Part::Text(cell));
			}
			table.in_cell = false;
		}
	}

	fn end_row(&mut self) {
		self.end_cell();
		let Some(table) = &mut self.table else { return };
		let row = std::mem::take(&mut table.row);
		if row.iter().all(String::is_empty) {
			return;
		}
		let is_first = table.columns.is_empty() && table.rows.is_empty();
		if is_first && table.has_headings && row.len() > 1 {
			table.columns = row;
		} else {
			table.rows.push(row);
		}
	}

	fn end_table(&mut self) {
		self.end_row();
		let Some(Table { mut columns, mut rows, .. }) = self.table.take() else { return };
		let width = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len());
		if width == 0 {
			return;
		}
		if columns.is_empty() || width > MOST_COLUMNS || rows.is_empty() {
			let rows = std::iter::once(columns).chain(rows).filter(|row| !row.is_empty());
			let lines: Vec<_> = rows
				.map(|row| {
					row.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
				})
				.collect();
			return self.parts.push(Part::Text(lines.join("\n")));
		}
		columns.resize(width, String::new());
		rows.iter_mut().for_each(|row| row.resize(width, String::new()));
		self.parts.push(Part::Table(columns, rows));
	}

	fn end_text(&mut self) {
		let text = std::mem::take(&mut self.text);
		if !text.trim().is_empty() {
			self.parts.push(Part::Text(text));
		}
	}

	fn finish(mut self) -> Vec<Part> {
		self.end_table();
		self.end_text();
		self.parts
	}
}

/// The named entities that narratives use besides those of XML.
const ENTITIES: [(&str, char); 24] = [
	("amp", '&'),
	("lt", '<'),
	("gt", '>'),
	("quot", '"'),
	("apos", '\''),
	("nbsp", ' '),
	("auml", 'ä'),
	("ouml", 'ö'),
	("uuml", 'ü'),
	("Auml", 'Ä'),
	("Ouml", 'Ö'),
	("Uuml", 'Ü'),
	("szlig", 'ß'),
	("eacute", 'é'),
	("egrave", 'è'),
	("deg", '°'),
	("micro", 'µ'),
	("plusmn", '±'),
	("le", '≤'),
	("ge", '≥'),
	("ndash", '–'),
	("mdash", '—'),
	("bull", '•'),
	("middot", '·'),
];

fn decode(text: &str, decoded: &mut String) {
	let mut rest = text;
	while let Some((before, entity)) = rest.split_once('&') {
		push(before, decoded);
		let found = entity.char_indices().take(12).find(|(_, letter)| *letter == ';');
		let name = found.and_then(|(end, _)| entity.get(..end));
		match name.and_then(character) {
			Some(letter) => {
				decoded.push(letter);
				rest = name.and_then(|name| entity.get(name.len() + 1..)).unwrap_or_default();
			},
			None => {
				decoded.push('&');
				rest = entity;
			},
		}
	}
	push(rest, decoded);
}

/// Line breaks in XHTML are white space.
fn push(text: &str, decoded: &mut String) {
	decoded.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
}

fn character(entity: &str) -> Option<char> {
	let number = match entity.strip_prefix('#') {
		Some(number) => number,
		None => {
			return ENTITIES.iter().find(|(name, _)| *name == entity).map(|(_, letter)| *letter)
		},
	};
	let code = match number.strip_prefix(['x', 'X']) {
		Some(hex) => u32::from_str_radix(hex, 16).ok()?,
		None => number.parse().ok()?,
	};
	char::from_u32(code).filter(|letter| *letter != '\0')
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn said(xhtml: &str) -> String {
		let text = text_of(xhtml);
		let lines = text.lines().map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
		lines.filter(|it| !it.is_empty()).collect::<Vec<_>>().join("|")
	}

	#[test]
	fn narratives_become_text() {
		for (xhtml, text) in [
			(
				"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A &lt; B</p><p>C</p></div>",
				"A < B|C",
			),
			("a<br/>b<ul><li>c</li><li>d</li></ul>e", "a|b|• c|• d|e"),
			("<b>bold</b> and <i>it</i>alic", "bold and italic"),
			("one\n  line", "one line"),
			("&#228;&#xE4;&uuml;&nbsp;x &amp;amp; &bogus; & ;", "ääü x &amp; &bogus; & ;"),
			("x<script>alert('<p>y</p>')</script>z", "xz"),
			("x<style>p > b {}</style>z<script src='a'/>w", "xzw"),
			("x<!-- <p>hidden</p> -->y", "xy"),
			("<a title=\"1 > 0\" href='javascript:x'>link</a>", "link"),
			("a < b <3 c", "a < b <3 c"),
			("<p>unclosed", "unclosed"),
			("<p", ""),
			("a<script>never closed", "a"),
			("&#0;&#1114112;x", "&#0;&#1114112;x"),
		] {
			assert_eq!(said(xhtml), text, "{xhtml}");
		}
	}

	#[test]
	fn tables_stay_tables() {
		let xhtml =
			"<p>before</p><table><caption>C</caption><thead><tr><th>What</th><th>Since</th></tr>\
		             </thead><tbody><tr><td><b>Asthma</b></td><td>2019</td></tr><tr><td>Hay \
		             fever</td></tr></tbody></table>after";
		let text = |it: &str| it.to_owned();
		let parts = parts_of(xhtml);
		let table = Part::Table(
			vec![text("What"), text("Since")],
			vec![vec![text("Asthma"), text("2019")], vec![text("Hay fever"), text("")]],
		);
		assert!(parts.contains(&table), "{parts:?}");
		assert_eq!(said(xhtml), "before|C|What, Since|Asthma, 2019|Hay fever,|after");
		assert_eq!(said("<table><tr><td>a</td><td>b</td></tr></table>"), "a, b");
		let nested =
			"<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>";
		assert_eq!(said(nested), "a b, c");
		assert_eq!(said("<td>a</td><tr>b</table>c"), "a|b|c");
	}

	proptest! {
		#[test]
		fn any_text_can_be_read(
			pieces in proptest::collection::vec(
				prop_oneof![
					Just("<table>"), Just("</table>"), Just("<tr>"), Just("<td>"), Just("</td>"),
					Just("<th>"), Just("<script>"), Just("</script>"), Just("<!--"), Just("<"), Just(">"),
					Just("&"), Just("&amp;"), Just("\""), Just("a"), Just("é"), Just("</"), Just("/>"),
				],
				0..40,
			),
			other: String,
		) {
			let _ = parts_of(&pieces.concat());
			let _ = parts_of(&other);
		}
	}
}
